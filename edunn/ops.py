"""Rules for arithmetic between Tensors: a + b, a @ b, np.exp(a) ...

Each is a Module like any layer; the table at the end says which function of NumPy it stands for.
"""

from numbers import Real
from typing import Any

import numpy as np

from edunn.backend import Array, Shape
from edunn.core import RULES, Grads, Module


def unbroadcast(dy: Array, shape: Shape) -> Array:
    """Sum `dy` over the axes that broadcasting added to, or stretched in, `shape`."""
    if np.shape(dy) == shape:
        return dy
    dy = np.sum(dy, axis=tuple(range(dy.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.sum(dy, axis=stretched, keepdims=True) if stretched else dy


class Add(Module):
    """y = a + b; a and b may broadcast"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = np.shape(a), np.shape(b)
        return a + b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a_shape, b_shape = self.cache
        return (unbroadcast(dy, a_shape), unbroadcast(dy, b_shape)), {}


class Subtract(Module):
    """y = a - b; a and b may broadcast"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = np.shape(a), np.shape(b)
        return a - b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a_shape, b_shape = self.cache
        return (unbroadcast(dy, a_shape), unbroadcast(-dy, b_shape)), {}


class Multiply(Module):
    """y = a * b, elementwise; a and b may broadcast"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return a * b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        return (unbroadcast(dy * b, np.shape(a)), unbroadcast(dy * a, np.shape(b))), {}


class Divide(Module):
    """y = a / b, elementwise; a and b may broadcast"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return a / b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        return (unbroadcast(dy / b, np.shape(a)), unbroadcast(-dy * a / b**2, np.shape(b))), {}


class Power(Module):
    """y = a ** power, elementwise, for a plain number power"""

    def forward(self, a: Array, power: float) -> Array:
        if not isinstance(power, Real):
            raise TypeError("a ** power got an array as power, not a number")
        self.cache = a, power
        return a**power

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, power = self.cache
        return dy * power * a ** (power - 1), {}


class Negative(Module):
    """y = -x"""

    def forward(self, x: Array) -> Array:
        return -x

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return -dy, {}


class MatMul(Module):
    """y = a @ b

    a: (..., n, k)    b: (..., k, m)    y: (..., n, m); the axes before the last two broadcast
    """

    def forward(self, a: Array, b: Array) -> Array:
        if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
            raise ValueError(f"a @ b got shapes {a.shape} and {b.shape}, not (n, k) and (k, m)")
        self.cache = a, b
        return a @ b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        da, db = dy @ np.swapaxes(b, -1, -2), np.swapaxes(a, -1, -2) @ dy
        return (unbroadcast(da, a.shape), unbroadcast(db, b.shape)), {}


class Exp(Module):
    """y = exp(x)"""

    def forward(self, x: Array) -> Array:
        self.cache = y = np.exp(x)
        return y

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return dy * self.cache, {}


class Log(Module):
    """y = log(x), the natural logarithm"""

    def forward(self, x: Array) -> Array:
        self.cache = x
        return np.log(x)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return dy / self.cache, {}


class Sqrt(Module):
    """y = sqrt(x)"""

    def forward(self, x: Array) -> Array:
        self.cache = y = np.sqrt(x)
        return y

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return dy / (2 * self.cache), {}


class Absolute(Module):
    """y = |x|; at 0, where it has no slope, the slope is taken as 0"""

    def forward(self, x: Array) -> Array:
        self.cache = np.sign(x)
        return np.abs(x)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return dy * self.cache, {}


class Maximum(Module):
    """y = max(a, b), elementwise; where they are equal, each gets half of the gradient"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return np.maximum(a, b)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        share = 0.5 * dy * (a == b)
        return (
            unbroadcast(dy * (a > b) + share, np.shape(a)),
            unbroadcast(dy * (b > a) + share, np.shape(b)),
        ), {}


RULES.update({
    np.add: Add, np.subtract: Subtract, np.multiply: Multiply, np.divide: Divide, np.power: Power,
    np.negative: Negative, np.matmul: MatMul, np.exp: Exp, np.log: Log, np.sqrt: Sqrt,
    np.absolute: Absolute, np.maximum: Maximum,
})  # fmt: skip
