"""Linear, Bias and Dense: L, B, D and X02."""

import numpy as np

import edunn as nn
from edunn.core import Module, Parameter

from .base import Mistake, build, features, mistakes, values


class Linear(Module):
    def __init__(self, inputs, outputs):
        self.w = Parameter(values(inputs, outputs))

    def forward(self, x):
        self.cache = x
        return x @ self.w.data

    def backward(self, dy):
        x = self.cache
        return dy @ self.w.data.T, {"w": x.T @ dy}


class L01(Linear):
    def backward(self, dy):
        x = self.cache
        return dy @ self.w.data.T, {"w": dy.T @ x}


class L04(Linear):
    def backward(self, dy):
        x = self.cache
        for i in range(len(x)):
            dw = np.outer(x[i], dy[i])
        return dy @ self.w.data.T, {"w": dw}


class L05(Linear):
    def forward(self, x):
        y = x @ self.w.data
        self.cache = x, y
        return y

    def backward(self, dy):
        x, y = self.cache
        return dy @ self.w.data.T, {"w": x.T @ y}


class L06(Linear):
    def forward(self, x):
        if self.cache is None:
            self.cache = x
        return x @ self.w.data


class L08(Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.wt = self.w.data.T.copy()

    def backward(self, dy):
        x = self.cache
        return dy @ self.wt, {"w": x.T @ dy}


class L09(Linear):
    def forward(self, x):
        x -= x.mean(0)
        self.cache = x
        return x @ self.w.data


class L11(Linear):
    def backward(self, dy):
        return dy @ self.w.data.T


class L12(Linear):
    def backward(self, dy):
        x = self.cache
        return dy @ self.w.data.T, {"W": x.T @ dy}


class L13(Linear):
    def backward(self, dy):
        x = self.cache
        dx = np.zeros_like(x)
        return dx, {"w": x.T @ dy}


class L14(Linear):
    lr = 0.01

    def backward(self, dy):
        x = self.cache
        dx, dw = dy @ self.w.data.T, x.T @ dy
        self.w.data -= self.lr * dw
        return dx, {"w": dw}


class X02(Linear):
    def backward(self, dy):
        x = self.cache
        dw = sum(np.outer(x[i], dy[i]) for i in range(3))
        return dy @ self.w.data.T, {"w": dw}


class Bias(Module):
    def __init__(self, size):
        self.b = Parameter(values(size))

    def forward(self, x):
        return x + self.b.data

    def backward(self, dy):
        return dy, {"b": dy.sum(axis=0)}


class B02(Bias):
    def backward(self, dy):
        return dy, {"b": dy.mean(axis=0)}


class B03(Bias):
    def backward(self, dy):
        return dy, {"b": dy.sum(axis=1)}


class B04(Bias):
    def backward(self, dy):
        return dy, {"b": np.full_like(self.b.data, dy.sum())}


class B07(Bias):
    def backward(self, dy):
        for i in range(len(dy)):
            db = dy[i]
        return dy, {"b": db}


class B10(Bias):
    def forward(self, x):
        x += self.b.data
        return x


class Dense(Module):
    """y = tanh(x w + b)"""

    def __init__(self, inputs, outputs):
        self.w = Parameter(values(inputs, outputs))
        self.b = Parameter(values(outputs))

    def forward(self, x):
        y = np.tanh(x @ self.w.data + self.b.data)
        self.cache = x, y
        return y

    def backward(self, dy):
        x, y = self.cache
        dz = dy * (1 - y**2)
        return dz @ self.w.data.T, {"w": x.T @ dz, "b": dz.sum(axis=0)}


class D03(Dense):
    def backward(self, dy):
        x, y = self.cache
        dz = dy * (1 - y**2)
        return dy @ self.w.data.T, {"w": x.T @ dy, "b": dz.sum(axis=0)}


class D04(Dense):
    def backward(self, dy):
        _, y = self.cache
        dz = dy * (1 - y**2)
        return dz @ self.w.data.T, {"b": dz.sum(axis=0)}


def dense():
    return build(nn.Dense, 4, 5, "tanh")


MISTAKES = [
    *mistakes((L01, L04, L05, L06, L08, L09, L11, L12, L13, L14, X02), nn.Linear, features, 4, 5),
    *mistakes((B02, B03, B04, B07, B10), nn.Bias, features, 4),
    Mistake("D03", lambda: build(D03, 4, 5), dense, features),
    Mistake("D04", lambda: build(D04, 4, 5), dense, features),
]
