"""Dropout: O. Some mistakes show only after eval()."""

import edunn as nn
from edunn.backend import generator
from edunn.core import Module

from .base import features, mistakes


class Dropout(Module):
    def __init__(self, p):
        self.p = p

    def mask(self, shape):
        return (generator().random(shape) >= self.p) / (1 - self.p)

    def forward(self, x):
        self.cache = None
        if not self.training:
            return x
        self.cache = self.mask(x.shape)
        return x * self.cache

    def backward(self, dy):
        return dy if self.cache is None else dy * self.cache, {}


class O01(Dropout):
    def backward(self, dy):
        return dy if self.cache is None else dy * self.mask(dy.shape), {}


class O02(Dropout):
    def backward(self, dy):
        return dy if self.cache is None else dy * (self.cache > 0), {}


class O04(Dropout):
    def mask(self, shape):
        return (generator().random(shape) < self.p) / (1 - self.p)


class O05(Dropout):
    def forward(self, x):
        self.cache = self.mask(x.shape)
        return x * self.cache if self.training else x


class O06(Dropout):
    def forward(self, x):
        self.cache = self.mask(x.shape)
        return x * self.cache


class O07(Dropout):
    def mask(self, shape):
        return super().mask(shape[1:])


class O08(Dropout):
    def forward(self, x):
        self.cache = self.mask(x.shape) if self.training else 1 - self.p
        return x * self.cache


MISTAKES = mistakes((O01, O02, O04, O05, O06, O07, O08), nn.Dropout, features, 0.3)
