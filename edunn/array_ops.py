"""Rules for what changes the shape of a Tensor: a.sum(), a.reshape(2, 3), a[key] ...

Each is a Module like any layer; the table at the end says which function of NumPy it stands for.
"""

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from edunn.backend import Array, Axis, Shape
from edunn.core import RULES, Grads, Module, Tensor
from edunn.ops import gradient_for


class Reduction(Module):
    """y has fewer axes than x: those of `axis` (a number, several, or None for all) are gone"""

    def __init__(self, axis: Axis = None, *, keepdims: bool = False) -> None:
        self.axis = tuple(axis) if isinstance(axis, list) else axis
        self.keepdims = keepdims

    def count(self, x: Array, y: Array) -> int:
        """How many numbers of x each of y is made of."""
        return max(x.size, 1) // max(y.size, 1)

    def broadcast_back(self, values: Array, shape: Shape) -> Array:
        """An array of the shape of y, stretched to the shape of x."""
        if not self.keepdims and self.axis is not None and shape:  # a single number has no axis
            values = np.expand_dims(values, self.axis)
        return values * np.ones_like(values, shape=shape)


class Sum(Reduction):
    """y = the sum of x over `axis`"""

    def forward(self, x: Array) -> Array:
        self.cache = x.shape
        return np.sum(x, axis=self.axis, keepdims=self.keepdims)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return self.broadcast_back(dy, self.cache), {}


class Mean(Reduction):
    """y = the mean of x over `axis`"""

    def forward(self, x: Array) -> Array:
        y = np.mean(x, axis=self.axis, keepdims=self.keepdims)
        self.cache = x.shape, self.count(x, y)
        return y

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        shape, count = self.cache
        return self.broadcast_back(dy / count, shape), {}


class Max(Reduction):
    """y = the largest of x over `axis`; equal ones share the gradient"""

    extreme: Any = staticmethod(np.max)

    def forward(self, x: Array) -> Array:
        y = self.extreme(x, axis=self.axis, keepdims=self.keepdims)
        hit = (x == self.broadcast_back(y, x.shape)).astype(x.dtype)
        self.cache = hit / np.sum(hit, axis=self.axis, keepdims=True)
        return y

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        share = self.cache
        return self.broadcast_back(dy, share.shape) * share, {}


class Reshape(Module):
    """The same numbers in another shape, in which one size may be -1"""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def forward(self, x: Array) -> Array:
        self.cache = x.shape
        return np.reshape(x, self.shape)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return np.reshape(dy, self.cache), {}


class Transpose(Module):
    """The axes in another order; without `axes`, in reverse"""

    def __init__(self, axes: Shape | None = None) -> None:
        self.axes = axes

    def forward(self, x: Array) -> Array:
        return np.transpose(x, self.axes)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        if self.axes is None:
            return np.transpose(dy), {}
        order = [axis % dy.ndim for axis in self.axes]  # -1 is the last one
        return np.transpose(dy, [order.index(axis) for axis in range(dy.ndim)]), {}


class Index(Module):
    """y = x[key], for any key that NumPy knows; a number taken twice gets both gradients"""

    def __init__(self, key: Any) -> None:
        self.key = _arrays_in(key)

    def forward(self, x: Array) -> Array:
        self.cache = x.shape
        return x[self.key]

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        size = int(np.prod(self.cache))
        places = np.arange(size, like=dy).reshape(self.cache)[self.key]
        dx = np.zeros_like(dy, shape=(size,))
        np.add.at(dx, np.ravel(places), np.ravel(dy))
        return dx.reshape(self.cache), {}


def _arrays_in(key: Any) -> Any:
    """An index in which arrays stand for Tensors: t, or (0, t), or [t, u], which is an array."""
    if isinstance(key, tuple):
        return tuple(map(_arrays_in, key))
    if isinstance(key, list) and any(isinstance(one, Tensor) for one in key):
        return np.stack([_arrays_in(one) for one in key])
    return key.data if isinstance(key, Tensor) else key


class Concatenate(Module):
    """y = the inputs one after another along `axis`"""

    def __init__(self, axis: int = 0) -> None:
        self.axis = axis

    def forward(self, *inputs: Array) -> Array:
        self.cache = inputs
        return np.concatenate(inputs, axis=self.axis)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        ends = np.cumsum([x.shape[self.axis] for x in self.cache])[:-1].tolist()
        parts = np.split(dy, ends, axis=self.axis)
        return tuple(gradient_for(x, part) for x, part in zip(self.cache, parts)), {}


class _NoGradient(Module):
    """A function of arrays whose result takes no gradient: a comparison, an argmax"""

    differentiable = False

    def __init__(self, function: Callable[..., Array], *arguments: Any, **options: Any) -> None:
        self.function, self.options = function, options
        self.arguments = [x.data if isinstance(x, Tensor) else x for x in arguments]

    def forward(self, *inputs: Array) -> Array:
        return self.function(*inputs, *self.arguments, **self.options)


RULES.update({
    np.sum: Sum, np.mean: Mean, np.max: Max, np.reshape: Reshape, np.transpose: Transpose,
    operator.getitem: Index, np.concatenate: Concatenate,
})  # fmt: skip
for function in (
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, np.sign,
    np.floor, np.ceil, np.round, np.floor_divide, np.isfinite, np.isnan, np.isinf, np.isclose,
    np.argmax, np.argmin, np.all, np.any, np.logical_and, np.logical_or, np.logical_not, np.invert,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor,
):  # fmt: skip
    RULES[function] = partial(_NoGradient, function)
