"""Softmax: M."""

import numpy as np

import edunn as nn
from edunn.core import Module

from .base import mistakes


class Softmax(Module):
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.cache = y = e / e.sum(axis=1, keepdims=True)
        return y

    def backward(self, dy):
        y = self.cache
        return y * (dy - (dy * y).sum(axis=1, keepdims=True)), {}


class M01(Softmax):
    def backward(self, dy):
        y = self.cache
        return dy * y * (1 - y), {}


class M04(Softmax):
    def forward(self, x):
        e = np.exp(x - x.max())
        self.cache = y = e / e.sum(axis=1, keepdims=True)
        return y


class M05(Softmax):
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.cache = y = e / e.sum()
        return y


class M06(Softmax):
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.cache = y = e / e.sum(axis=0)
        return y


class M07(Softmax):
    def backward(self, dy):
        y = self.cache
        return y * dy, {}


class M08(Softmax):
    def backward(self, dy):
        y = self.cache
        return y * (dy - (dy * y).sum(axis=0)), {}


class M10(Softmax):
    def backward(self, dy):
        y = self.cache
        return y - dy, {}


def scores(n, rng):
    return (rng.normal(size=(n, 5)),)


MISTAKES = mistakes((M01, M04, M05, M06, M07, M08, M10), nn.Softmax, scores)
