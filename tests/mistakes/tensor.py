"""The rules for arithmetic and shapes: T."""

import numpy as np

import edunn as nn
from edunn.core import Module

from .base import Mistake, mistakes


class Add(Module):
    """a: (n, 5)    b: (5,)"""

    def forward(self, a, b):
        return a + b

    def backward(self, dy):
        return (dy, dy.sum(axis=0)), {}


class T01(Add):
    def backward(self, dy):
        return (dy, dy), {}


class T02(Add):
    def backward(self, dy):
        return (dy, dy.sum(axis=1)), {}


class T24(Add):
    def forward(self, a, b):
        a += b
        return a


class MultiplyByColumn(Module):
    """a: (n, 5)    b: (n, 1)"""

    def forward(self, a, b):
        self.cache = a, b
        return a * b

    def backward(self, dy):
        a, b = self.cache
        return (dy * b, (dy * a).sum(axis=1, keepdims=True)), {}


class T03(MultiplyByColumn):
    def backward(self, dy):
        a, b = self.cache
        return (dy * b, (dy * a).sum(axis=1)), {}


class Multiply(Module):
    """a, b: (n, 5)"""

    def forward(self, a, b):
        self.cache = a, b
        return a * b

    def backward(self, dy):
        a, b = self.cache
        return (dy * b, dy * a), {}


class T04(Multiply):
    def backward(self, dy):
        a, b = self.cache
        return (dy * a, dy * b), {}


class Divide(Module):
    """a, b: (n, 5)"""

    def forward(self, a, b):
        self.cache = a, b
        return a / b

    def backward(self, dy):
        a, b = self.cache
        return (dy / b, -dy * a / b**2), {}


class T05(Divide):
    def backward(self, dy):
        a, b = self.cache
        return (dy / b, dy * a / b**2), {}


class MatMul(Module):
    """a: (n, 4)    b: (4, 5)"""

    def forward(self, a, b):
        self.cache = a, b
        return a @ b

    def backward(self, dy):
        a, b = self.cache
        return (dy @ b.T, a.T @ dy), {}


class T07(MatMul):
    def backward(self, dy):
        a, b = self.cache
        return (dy @ b, a.T @ dy), {}


class MeanOfRows(Module):
    """x: (n, 5)    y: (n,)"""

    def forward(self, x):
        self.cache = x
        return x.mean(axis=1)

    def backward(self, dy):
        x = self.cache
        return dy[:, None] * np.ones_like(x) / x.shape[1], {}


class T10(MeanOfRows):
    def backward(self, dy):
        x = self.cache
        return dy[:, None] * np.ones_like(x), {}


class T11(MeanOfRows):
    def backward(self, dy):
        x = self.cache
        return dy[:, None] * np.ones_like(x) / x.size, {}


class Reshape(Module):
    """x: (n, 4, 5)    y: (n, 20)"""

    def forward(self, x):
        self.cache = x.shape
        return x.reshape(-1, 20)

    def backward(self, dy):
        return dy.reshape(self.cache), {}


class T13(Reshape):
    def backward(self, dy):
        return dy, {}


class Transpose(Module):
    """x: (n, 4, 5)    y: (4, 5, n)"""

    axes = 1, 2, 0

    def forward(self, x):
        return x.transpose(self.axes)

    def backward(self, dy):
        return dy.transpose(np.argsort(self.axes)), {}


class T15(Transpose):
    def backward(self, dy):
        return dy.transpose(self.axes), {}


class Index(Module):
    """x: (n, 5)    y: (n, 3), in which one column stands twice"""

    idx = np.s_[:, [0, 2, 2]]

    def forward(self, x):
        self.cache = x.shape
        return x[self.idx]

    def backward(self, dy):
        dx = np.zeros(self.cache)
        np.add.at(dx, self.idx, dy)
        return dx, {}


class T16(Index):
    def backward(self, dy):
        dx = np.zeros(self.cache)
        dx[self.idx] += dy
        return dx, {}


class Cube(Module):
    def forward(self, x):
        self.cache = x
        return x**3

    def backward(self, dy):
        x, n = self.cache, 3
        return dy * n * x ** (n - 1), {}


class T17(Cube):
    def backward(self, dy):
        x, n = self.cache, 3
        return dy * n * x**n, {}


class T18(Cube):
    def backward(self, dy):
        x, n = self.cache, 3
        return dy * x ** (n - 1), {}


class RightCube(nn.Power):
    def forward(self, x):
        return super().forward(x, 3)


class Log(Module):
    def forward(self, x):
        self.cache = x
        return np.log(x)

    def backward(self, dy):
        x = self.cache
        return dy / x, {}


class T19(Log):
    def backward(self, dy):
        x = self.cache
        return dy * x, {}


class Exp(Module):
    def forward(self, x):
        self.cache = x
        return np.exp(x)

    def backward(self, dy):
        x = self.cache
        return dy * np.exp(x), {}


class T20(Exp):
    def backward(self, dy):
        x = self.cache
        return dy * x * np.exp(x - 1), {}


class Concatenate(Module):
    """a: (n, 5)    b: (n, 3)    y: (n, 8)"""

    def forward(self, a, b):
        self.cache = a.shape[1]
        return np.concatenate((a, b), axis=1)

    def backward(self, dy):
        da, db = np.split(dy, [self.cache], axis=1)
        return (da, db), {}


class T21(Concatenate):
    def backward(self, dy):
        da, db = np.split(dy, 2, axis=1)
        return (da, db), {}


class Absolute(Module):
    def forward(self, x):
        self.cache = x
        return np.abs(x)

    def backward(self, dy):
        x = self.cache
        return dy * np.sign(x), {}


class T25(Absolute):
    def backward(self, dy):
        x = self.cache
        return dy * (x > 0), {}


class Node:
    """A student's Tensor: an array, and for each array it was made from, the way back to it."""

    def __init__(self, data, *sources):
        self.data, self.sources, self.grad = data, sources, None

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        back, other_back = (lambda g: g * other.data), (lambda g: g * self.data)
        return type(self)(self.data * other.data, (self, back), (other, other_back))

    def backward(self, g):
        self.keep(g)
        for source, back in self.sources:
            source.backward(back(g))

    def keep(self, g):
        self.grad = g if self.grad is None else self.grad + g


class OverwritingNode(Node):
    def keep(self, g):
        self.grad = g


class FanOut(Module):
    """y = x x + x: x is used three times"""

    node = Node

    def forward(self, x):
        self.cache = x
        leaf = self.node(x)
        return (leaf * leaf + leaf).data

    def backward(self, dy):
        leaf = self.node(self.cache)
        (leaf * leaf + leaf).backward(dy)
        return leaf.grad, {}


class T23(FanOut):
    node = OverwritingNode


class RightFanOut(Module):
    def forward(self, x):
        self.cache = x
        return x * x + x

    def backward(self, dy):
        return dy * (2 * self.cache + 1), {}


def normal(*sizes):
    """Inputs of random numbers: "n" in a shape is the batch size."""

    def inputs(n, rng):
        return tuple(
            rng.normal(size=[n if size == "n" else size for size in shape]) for shape in sizes
        )

    return inputs


def positive(n, rng):
    return (rng.uniform(0.5, 3, size=(n, 5)),)


def fractions(n, rng):
    return rng.normal(size=(n, 5)), rng.uniform(0.5, 2, size=(n, 5))


ROWS = normal(("n", 5))
CUBES = normal(("n", 4, 5))

MISTAKES = [
    *mistakes((T01, T02, T24), nn.Add, normal(("n", 5), (5,))),
    *mistakes((T03,), nn.Multiply, normal(("n", 5), ("n", 1))),
    *mistakes((T04,), nn.Multiply, normal(("n", 5), ("n", 5))),
    *mistakes((T05,), nn.Divide, fractions),
    *mistakes((T07,), nn.MatMul, normal(("n", 4), (4, 5))),
    Mistake("T10", T10, lambda: nn.Mean(axis=1), ROWS),
    Mistake("T11", T11, lambda: nn.Mean(axis=1), ROWS),
    Mistake("T13", T13, lambda: nn.Reshape((-1, 20)), CUBES),
    Mistake("T15", T15, lambda: nn.Transpose(Transpose.axes), CUBES),
    Mistake("T16", T16, lambda: nn.Index(Index.idx), ROWS),
    *mistakes((T17, T18), RightCube, ROWS),
    *mistakes((T19,), nn.Log, positive),
    *mistakes((T20,), nn.Exp, ROWS),
    Mistake("T21", T21, lambda: nn.Concatenate(axis=1), normal(("n", 5), ("n", 3))),
    *mistakes((T23,), RightFanOut, ROWS),
    *mistakes((T25,), nn.Absolute, ROWS),
]
