"""Linear layers of which only some weights are learned, or exist at all.

How one is made from something else (`from_description` ...) stands in edunn/block_matrices.py.
"""

import contextlib
from math import prod

import numpy as np

from edunn.backend import default_dtype, device_of
from edunn.block_matrices import MakesMasked, MakesSparse
from edunn.core import Module, Parameter
from edunn.initializers import LeCunUniform, Zero
from edunn.inputs import as_array, check_array, check_features, check_indices, check_sizes
from edunn.layers.linear import rows
from edunn.words import named


class _Fixed:
    """An attribute that is a matrix of a layer's shape and is not learned; a Tensor's array is
    taken."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, layer, owner):
        return self if layer is None else vars(layer)[self.name]

    def __set__(self, layer, matrix):
        who, shape = type(layer).__name__, (layer.in_features, layer.out_features)
        matrix = as_array(who, matrix, self.name)
        check_array(who, matrix, *shape, name=self.name)
        vars(layer)[self.name] = matrix.astype(default_dtype())


@named()
class MaskedLinear(MakesMasked, Module):
    """y = x (start + mask * w) + b

    start: the weights at the beginning, which stay    w: what is learned, 0 at first
    mask: 1 where w counts and is learned, 0 elsewhere
    x: (n, inputs)    start, mask, w: (inputs, outputs)    b: (outputs,)    y: (n, outputs)
    or x: (..., inputs)    y: (..., outputs)

    iterativennsimple says weight_0, U and bias for start, w and b.
    """

    buffers = ("start", "mask")
    start, mask = _Fixed(), _Fixed()

    def __init__(self, inputs, outputs, bias=True, start=None, mask=None):
        check_sizes("MaskedLinear", inputs=inputs, outputs=outputs)
        self.in_features, self.out_features = shape = (inputs, outputs)
        self.start = LeCunUniform()(shape) if start is None else start
        self.mask = np.ones(shape) if mask is None else mask
        self.w = Parameter(Zero()(shape))
        self.b = Parameter(LeCunUniform(inputs)((outputs,))) if bias else None

    def forward(self, x):
        check_features(self, x, self.in_features)
        weights = self.matrix()
        self.cache = x, weights
        y = x @ weights
        return y if self.b is None else y + self.b.data

    def backward(self, dy):
        x, weights = self.cache
        grads = {"w": self.mask * (rows(x).T @ rows(dy))}
        if self.b is not None:
            grads["b"] = np.sum(rows(dy), axis=0)
        return (dy @ weights.T if self.needs_dx else None), grads

    def matrix(self):
        """All the weights as they count now: (inputs, outputs)"""
        return self.start + self.mask * self.w.data

    def count_learned(self, name):
        """Of w, the ones of the mask."""
        return int(np.count_nonzero(self.mask)) if name == "w" else super().count_learned(name)

    def multiply_adds(self, y_shape):
        return prod(y_shape[:-1]) * self.w.size

    def describe(self):
        return "{}, {}".format(*self.w.shape)


@named()
class SparseLinear(MakesSparse, Module):
    """y = x w + b, where w has numbers in a few places only

    rows, columns: (k,), the places of the numbers that are learned    values: (k,)
    frozen: (rows, columns, values) of numbers that stay as they are; each place only once
    x: (n, inputs)    b: (outputs,)    y: (n, outputs); or (..., inputs), (..., outputs)
    """

    buffers = ("places", "fixed")

    def __init__(  # noqa: PLR0913
        self, inputs, outputs, rows, columns, values, bias=True, frozen=((), (), ())
    ):  # fmt: skip
        self.in_features, self.out_features = inputs, outputs
        self.places = _places(inputs, outputs, (rows, columns, values), frozen)
        self.values = Parameter(np.asarray(values).astype(default_dtype()))
        self.fixed = np.asarray(frozen[2]).astype(default_dtype())
        self.b = Parameter(Zero()((outputs,))) if bias else None

    def forward(self, x):
        check_features(self, x, self.in_features)
        w = self.matrix()
        self.cache = x, w
        y = (rows(x) @ w).reshape(*x.shape[:-1], self.out_features)
        return y if self.b is None else y + self.b.data

    def backward(self, dy):
        x, w = self.cache
        inputs, outputs = np.divmod(self.places[: len(self.values.data)], self.out_features)
        grads = {"values": np.sum(rows(x)[:, inputs] * rows(dy)[:, outputs], axis=0)}
        if self.b is not None:
            grads["b"] = np.sum(rows(dy), axis=0)
        return ((rows(dy) @ w.T).reshape(x.shape) if self.needs_dx else None), grads

    def matrix(self):
        """w: (inputs, outputs), sparse or dense: see `_matrix`"""
        shape = self.in_features, self.out_features
        return _matrix(self.values.data, self.fixed, self.places, shape)

    def multiply_adds(self, y_shape):
        return prod(y_shape[:-1]) * len(self.places)

    def describe(self):
        return f"{self.in_features}, {self.out_features}, {len(self.places)} weights"


def _places(inputs, outputs, learned, frozen):
    """Where the numbers stand in a matrix (inputs, outputs) that is read row after row: first those
    that are learned, then the frozen ones.

    learned, frozen: (rows, columns, values)
    """
    check_sizes("SparseLinear", inputs=inputs, outputs=outputs)
    found = []
    for name, part in (("", learned), ("frozen ", frozen)):
        rows, columns, values = map(np.asarray, part)
        if not rows.size:
            rows = rows.astype(int)
        check_array("SparseLinear", rows, "n", name=f"{name}rows")
        for what, numbers in (("columns", columns), ("values", values)):
            check_array("SparseLinear", numbers, len(rows), name=name + what)
        if rows.size:
            check_indices("SparseLinear", rows, inputs, f"{name}rows")
            check_indices("SparseLinear", columns, outputs, f"{name}columns")
        found.append((rows * outputs + columns).astype(int))
    places = np.concatenate(found)
    if len(np.unique(places)) < len(places):
        raise ValueError("SparseLinear got the same place twice")
    return places


def _matrix(values, frozen, places, shape):
    """A matrix with `values`, and then `frozen`, at `places`: sparse, by scipy, on the CPU where
    scipy is installed, and dense otherwise."""
    values = np.concatenate([values, frozen]) if len(frozen) else values
    if device_of(values) == "cpu":
        with contextlib.suppress(ImportError):
            from scipy.sparse import csr_array

            return csr_array((values, np.divmod(places, shape[1])), shape)
    w = np.zeros_like(values, shape=(shape[0] * shape[1],))
    np.put_along_axis(w, places, values, axis=0)
    return np.reshape(w, shape)
