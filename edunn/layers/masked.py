"""Linear layers of which only some weights are learned, or exist at all.

`_block_weights` describes a matrix of weights in a word, as iterativennsimple does.
"""

import contextlib

import numpy as np

from edunn.backend import default_dtype, device_of, generator
from edunn.core import Module, Parameter
from edunn.initializers import LeCunUniform, Zero
from edunn.inputs import check_array, check_choice, check_indices, check_sizes


class MaskedLinear(Module):
    """y = x (start + mask * w) + b

    start: the weights at the beginning, which stay    w: what is learned, 0 at first
    mask: 1 where w counts and is learned, 0 elsewhere
    x: (n, inputs)    start, mask, w: (inputs, outputs)    b: (outputs,)    y: (n, outputs)
    """

    buffers = ("start", "mask")

    def __init__(self, inputs, outputs, bias=True, start=None, mask=None):
        check_sizes("MaskedLinear", inputs=inputs, outputs=outputs)
        self.in_features, self.out_features = shape = (inputs, outputs)
        self.start = LeCunUniform()(shape) if start is None else start
        self.mask = np.ones(shape, default_dtype()) if mask is None else mask
        for name in self.buffers:
            check_array("MaskedLinear", getattr(self, name), *shape, name=name)
            setattr(self, name, getattr(self, name).astype(default_dtype()))
        self.w = Parameter(Zero()(shape))
        self.b = Parameter(LeCunUniform(inputs)((outputs,))) if bias else None

    def forward(self, x):
        check_array(self, x, "n", len(self.w))
        weights = self.start + self.mask * self.w.data
        self.cache = x, weights
        y = x @ weights
        return y if self.b is None else y + self.b.data

    def backward(self, dy):
        x, weights = self.cache
        grads = {"w": self.mask * (x.T @ dy)}
        if self.b is not None:
            grads["b"] = np.sum(dy, axis=0)
        return (dy @ weights.T if self.needs_dx else None), grads

    def count_learned(self, name):
        """Of w, the ones of the mask."""
        return int(np.count_nonzero(self.mask)) if name == "w" else super().count_learned(name)

    def multiply_adds(self, y_shape):
        return y_shape[0] * self.w.size

    def describe(self):
        return "{}, {}".format(*self.w.shape)


class SparseLinear(Module):
    """y = x w + b, where w has numbers in a few places only; all of them are learned

    rows, columns: (k,), the places; each once    values: (k,)    b: (outputs,)
    x: (n, inputs)    y: (n, outputs)
    """

    buffers = ("places",)

    def __init__(self, inputs, outputs, rows, columns, values, bias=True):
        check_sizes("SparseLinear", inputs=inputs, outputs=outputs)
        self.in_features, self.out_features = inputs, outputs
        self.places = _places(inputs, outputs, rows, columns)
        values = np.asarray(values)
        check_array("SparseLinear", values, len(self.places), name="values")
        self.values = Parameter(values.astype(default_dtype()))
        self.b = Parameter(Zero()((outputs,))) if bias else None

    def forward(self, x):
        check_array(self, x, "n", self.in_features)
        w = _matrix(self.values.data, self.places, (self.in_features, self.out_features))
        self.cache = x, w
        y = x @ w
        return y if self.b is None else y + self.b.data

    def backward(self, dy):
        x, w = self.cache
        rows, columns = self.places // self.out_features, self.places % self.out_features
        grads = {"values": np.sum(x[:, rows] * dy[:, columns], axis=0)}
        if self.b is not None:
            grads["b"] = np.sum(dy, axis=0)
        return (dy @ w.T if self.needs_dx else None), grads

    def multiply_adds(self, y_shape):
        return y_shape[0] * self.values.size

    def describe(self):
        return f"{self.in_features}, {self.out_features}, {len(self.places)} weights"


def _places(inputs, outputs, rows, columns):
    """Where (row, column) stands in a matrix (inputs, outputs) that is read row after row."""
    rows, columns = np.asarray(rows), np.asarray(columns)
    check_array("SparseLinear", rows, "k", name="rows")
    check_array("SparseLinear", columns, len(rows), name="columns")
    for name, numbers, count in (("rows", rows, inputs), ("columns", columns, outputs)):
        check_indices("SparseLinear", numbers, count, name)
    found = rows * outputs + columns
    if len(np.unique(found)) < len(found):
        raise ValueError("SparseLinear got the same place twice")
    return found


def _matrix(values, places, shape):
    """A matrix with `values` at `places`: sparse, by scipy, on the CPU where scipy is installed,
    and dense otherwise."""
    if device_of(values) == "cpu":
        with contextlib.suppress(ImportError):
            from scipy.sparse import csr_array

            return csr_array((values, np.divmod(places, shape[1])), shape)
    w = np.zeros_like(values, shape=(shape[0] * shape[1],))
    np.put_along_axis(w, places, values, axis=0)
    return np.reshape(w, shape)


def described(layer, inputs, outputs, kind, start, trainable="non-zero", bias=True):
    """A MaskedLinear or SparseLinear from words: kind and start as in `_block_weights`.

    trainable: True, False or, where there is a number, "non-zero"; a SparseLinear learns just those
    """
    check_choice(layer.__name__, trainable, (True, False, "non-zero"), "trainable")
    weights, there = _block_weights(inputs, outputs, kind, start)
    if layer is SparseLinear:
        if trainable is False:
            raise ValueError("SparseLinear got trainable=False, not True or 'non-zero'")
        rows, columns = np.nonzero(there)
        return layer(inputs, outputs, rows, columns, weights[rows, columns], bias=bias)
    mask = there if trainable == "non-zero" else np.full(weights.shape, float(trainable))
    return layer(inputs, outputs, bias=bias, start=weights, mask=mask)


def _block_weights(inputs, outputs, kind, start):
    """(weights, there), both (inputs, outputs): a matrix in words, and 1 where it has a number.

    kind: 0 nowhere, "W" everywhere, "D" on the diagonal, "R=0.5" anywhere with that probability,
    "S=15" at 15 places, "Row=3" at 3 places for each output; places may be drawn twice
    start: 0, 1, "C=0.3", "G" or "G=mean,deviation" (normal), "U" or "U=low,high" (uniform), or an
    array of shape (inputs, outputs)
    """
    rng, shape = generator(), (inputs, outputs)
    there = np.zeros(shape)
    word, _, number = str(kind).partition("=")
    check_choice("block_weights", word, ("0", "W", "D", "R", "S", "Row"), "kind")
    if word == "W":
        there[:] = 1
    elif word == "D":
        there[np.arange(min(shape)), np.arange(min(shape))] = 1
    elif word == "R":
        there[rng.random(shape) < float(number)] = 1
    elif word == "S":
        count = int(number)
        there[rng.integers(0, inputs, count), rng.integers(0, outputs, count)] = 1
    elif word == "Row":
        drawn = rng.integers(0, inputs, (outputs, int(number)))
        there[drawn, np.arange(outputs)[:, None]] = 1
    return there * _start_values(shape, start), there


def _start_values(shape, start):
    rng = generator()
    if hasattr(start, "shape"):
        check_array("block_weights", start, *shape, name="start")
        return start
    word, _, rest = str(start).partition("=")
    check_choice("block_weights", word, ("0", "1", "C", "G", "U"), "start")
    numbers = [float(part) for part in rest.split(",")] if rest else []
    if word == "G":
        return rng.normal(*(numbers or (0.0, 1.0)), size=shape)
    if word == "U":
        return rng.uniform(*(numbers or (-1.0, 1.0)), size=shape)
    return np.full(shape, numbers[0] if word == "C" else float(word))
