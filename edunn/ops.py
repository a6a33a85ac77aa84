"""Rules for arithmetic between Tensors: a + b, a - b, a * b, a @ b.

Each is a Module like any layer; the table at the end says which of NumPy's functions it stands for.
"""

import numpy as np

from edunn.core import Module
from edunn.operators import RULES


def unbroadcast(dy, shape):
    """Sum `dy` over the axes that broadcasting added to, or stretched in, `shape`."""
    if np.shape(dy) == shape:
        return dy
    dy = np.sum(dy, axis=tuple(range(dy.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.sum(dy, axis=stretched, keepdims=True) if stretched else dy


class Add(Module):
    """y = a + b; a and b may broadcast"""

    def forward(self, a, b):
        self.cache = np.shape(a), np.shape(b)
        return a + b

    def backward(self, dy):
        a_shape, b_shape = self.cache
        return (unbroadcast(dy, a_shape), unbroadcast(dy, b_shape)), {}


class Subtract(Module):
    """y = a - b; a and b may broadcast"""

    def forward(self, a, b):
        self.cache = np.shape(a), np.shape(b)
        return a - b

    def backward(self, dy):
        a_shape, b_shape = self.cache
        return (unbroadcast(dy, a_shape), unbroadcast(-dy, b_shape)), {}


class Multiply(Module):
    """y = a * b, elementwise; a and b may broadcast"""

    def forward(self, a, b):
        self.cache = a, b
        return a * b

    def backward(self, dy):
        a, b = self.cache
        return (unbroadcast(dy * b, np.shape(a)), unbroadcast(dy * a, np.shape(b))), {}


class MatMul(Module):
    """y = a @ b

    a: (n, k)    b: (k, m)    y: (n, m)
    """

    def forward(self, a, b):
        self.cache = a, b
        return a @ b

    def backward(self, dy):
        a, b = self.cache
        return (dy @ b.T, a.T @ dy), {}


RULES.update({np.add: Add, np.subtract: Subtract, np.multiply: Multiply, np.matmul: MatMul})
