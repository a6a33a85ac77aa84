"""ReLU, Sigmoid and Tanh: R, S, H and X04."""

import numpy as np

import edunn as nn
from edunn.core import Module

from .base import features, mistakes


class ReLU(Module):
    def forward(self, x):
        self.cache = x > 0
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * self.cache, {}


class R05(ReLU):
    def forward(self, x):
        self.cache = x > 0
        x[x < 0] = 0
        return x


class R06(ReLU):
    def forward(self, x):
        self.cache = x > 0
        return np.max(x, 0)


def sigmoid(x):
    return 0.5 * (np.tanh(0.5 * x) + 1)


class Sigmoid(Module):
    def forward(self, x):
        y = sigmoid(x)
        self.cache = x, y
        return y

    def backward(self, dy):
        _, y = self.cache
        return dy * y * (1 - y), {}


class S01(Sigmoid):
    def backward(self, dy):
        x, _ = self.cache
        return dy * x * (1 - x), {}


class S02(Sigmoid):
    def backward(self, dy):
        _, y = self.cache
        return y * (1 - y), {}


class S03(Sigmoid):
    def backward(self, dy):
        _, y = self.cache
        return dy * y * (1 + y), {}


class S04(Sigmoid):
    def backward(self, dy):
        _, y = self.cache
        return dy * (1 - y), {}


class S05(Sigmoid):
    def forward(self, x):
        y = 1 / (1 + np.exp(x))
        self.cache = x, y
        return y


class S06(Sigmoid):
    def backward(self, dy):
        _, y = self.cache
        s = sigmoid(y)
        return dy * s * (1 - s), {}


class S07(Sigmoid):
    def forward(self, x):
        y = np.exp(x) / (1 + np.exp(x))
        self.cache = x, y
        return y


class Tanh(Module):
    def forward(self, x):
        self.cache = y = np.tanh(x)
        return y

    def backward(self, dy):
        y = self.cache
        return dy * (1 - y**2), {}


class H02(Tanh):
    def backward(self, dy):
        y = self.cache
        return dy * (1 - y), {}


class H03(Tanh):
    def backward(self, dy):
        y = self.cache
        return dy * (1 + y**2), {}


class X04(Tanh):
    def backward(self, dy):
        self.cache = self.cache**2
        return dy * (1 - self.cache), {}


MISTAKES = [
    *mistakes((R05, R06), nn.ReLU, features),
    *mistakes((S01, S02, S03, S04, S05, S06, S07), nn.Sigmoid, features),
    *mistakes((H02, H03, X04), nn.Tanh, features),
]
