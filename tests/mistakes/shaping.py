"""Flatten: F."""

import edunn as nn
from edunn.core import Module

from .base import mistakes


class Flatten(Module):
    def forward(self, x):
        self.cache = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.cache), {}


class F02(Flatten):
    def forward(self, x):
        self.cache = x.shape
        return x.reshape(-1)


class F03(Flatten):
    shape = None

    def forward(self, x):
        if self.shape is None:
            self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.shape), {}


class F04(Flatten):
    def backward(self, dy):
        return dy, {}


def images(n, rng):
    return (rng.normal(size=(n, 2, 6, 5)),)


MISTAKES = mistakes((F02, F03, F04), nn.Flatten, images)
