"""Rules for arithmetic between Tensors: a + b, a @ b, np.exp(a) ...

Each is a Module like any layer; the table at the end says which function of NumPy it stands for.
"""

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


def gradient_for(x: Any, dy: Array) -> Array:
    """`dy` as the gradient of the input `x`: of its shape, and of its type where that can learn."""
    kind = getattr(x, "dtype", None)  # a number of Python's own has none
    if kind is not None and kind == getattr(dy, "dtype", None) and x.shape == dy.shape:
        return dy  # nearly always
    dy = unbroadcast(dy, np.shape(x))
    if kind is None or kind.kind != "f" or getattr(dy, "dtype", kind) == kind:
        return dy
    return dy.astype(kind)


class Add(Module):
    """y = a + b; a and b may broadcast"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return a + b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        return (gradient_for(a, dy), gradient_for(b, dy)), {}


class Subtract(Module):
    """y = a - b; a and b may broadcast"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return a - b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        return (gradient_for(a, dy), gradient_for(b, -dy)), {}


class Multiply(Module):
    """y = a * b, elementwise; a and b may broadcast"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return a * b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        return (gradient_for(a, dy * b), gradient_for(b, dy * a)), {}


class Divide(Module):
    """y = a / b, elementwise; a and b may broadcast"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return a / b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        return (gradient_for(a, dy / b), gradient_for(b, -dy * (a / b) / b)), {}


class Power(Module):
    """y = a ** b, elementwise; a and b may broadcast

    da = dy b a^(b-1), which is 0 where b = 0, also at a = 0    db = dy a^b log(a): 0 where a = 0,
    and NaN where a < 0, as next to a whole b there is no real number a^b
    """

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return a**b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        if not hasattr(b, "dtype"):  # a number of Python's own: x ** 2
            return gradient_for(a, dy * b * a ** (b - 1 if b else 0)), {}
        a = a if hasattr(a, "dtype") else np.full_like(b, a)  # 2 ** x
        da = dy * b * a ** np.where(b == 0, 0.0, b - 1.0)
        log_a = np.log(np.where(a > 0, a, np.where(a < 0, np.nan, 1.0)))
        return (gradient_for(a, da), gradient_for(b, dy * a**b * log_a)), {}


class Negative(Module):
    """y = -x"""

    def forward(self, x: Array) -> Array:
        return -x

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return -dy, {}


class MatMul(Module):
    """y = a @ b

    a: (..., n, k)    b: (..., k, m)    y: (..., n, m); the axes before the last two broadcast
    A vector a (k,) counts as one row, a vector b (k,) as one column, and y has no such axis.
    """

    def forward(self, a: Array, b: Array) -> Array:
        if 0 in (a.ndim, b.ndim) or a.shape[-1] != b.shape[-2:][0]:
            raise ValueError(f"a @ b got shapes {a.shape} and {b.shape}, not (n, k) and (k, m)")
        self.cache = a, b
        return a @ b

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        rows, columns = a, b
        if b.ndim == 1:
            columns, dy = b[:, None], np.expand_dims(dy, -1)
        if a.ndim == 1:
            rows, dy = a[None], np.expand_dims(dy, -2)
        da, db = dy @ np.swapaxes(columns, -1, -2), np.swapaxes(rows, -1, -2) @ dy
        db = db[..., 0] if b.ndim == 1 else db
        return (gradient_for(a, da), gradient_for(b, db)), {}


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
            gradient_for(a, dy * (a > b) + share),
            gradient_for(b, dy * (b > a) + share),
        ), {}


RULES.update({
    np.add: Add, np.subtract: Subtract, np.multiply: Multiply, np.divide: Divide, np.power: Power,
    np.negative: Negative, np.matmul: MatMul, np.exp: Exp, np.log: Log, np.sqrt: Sqrt,
    np.absolute: Absolute, np.maximum: Maximum,
})  # fmt: skip
