"""Batch normalization: N. Some mistakes show only after eval()."""

import numpy as np

from edunn.core import Module, Parameter

from .base import features, mistakes, values


class BatchNorm(Module):
    """edunn.BatchNorm1d, except that a batch of one is not refused: it gives b."""

    buffers = ("running_mean", "running_var")
    eps, momentum = 1e-5, 0.1

    def __init__(self, size):
        self.w, self.b = Parameter(values(size)), Parameter(values(size))
        self.running_mean, self.running_var = np.zeros(size), np.ones(size)

    def moments(self, x):
        if not self.training:
            return self.running_mean, self.running_var
        mean, var = x.mean(axis=0), x.var(axis=0)
        unbiased = var * len(x) / max(len(x) - 1, 1)
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        return mean, var

    def forward(self, x):
        mean, var = self.moments(x)
        std = np.sqrt(var + self.eps)
        x_norm = (x - mean) / std
        self.cache = x, x_norm, std, self.training
        return self.w.data * x_norm + self.b.data

    def backward(self, dy):
        grads = {"w": self.dw(dy), "b": self.db(dy)}
        return self.dx(dy), grads

    def dw(self, dy):
        _, x_norm, _, _ = self.cache
        return (dy * x_norm).sum(axis=0)

    def db(self, dy):
        return dy.sum(axis=0)

    def dx(self, dy):
        _, x_norm, std, training = self.cache
        d = dy * self.w.data
        if not training:
            return d / std
        return (d - d.mean(axis=0) - x_norm * (d * x_norm).mean(axis=0)) / std


class N01(BatchNorm):
    def dx(self, dy):
        _, _, std, _ = self.cache
        return dy * self.w.data / std


class N02(BatchNorm):
    def dx(self, dy):
        _, _, std, training = self.cache
        d = dy * self.w.data
        if not training:
            return d / std
        return (d - d.mean(axis=0)) / std


class N05(BatchNorm):
    def dw(self, dy):
        x, _, _, _ = self.cache
        return (dy * x).sum(axis=0)


class N06(BatchNorm):
    def db(self, dy):
        return dy.mean(axis=0)


class N07(BatchNorm):
    def dx(self, dy):
        _, x_norm, std, training = self.cache
        if not training:
            return dy / std
        return (dy - dy.mean(axis=0) - x_norm * (dy * x_norm).mean(axis=0)) / std


class N08(BatchNorm):
    def forward(self, x):
        mean, var = x.mean(axis=0), x.var(axis=0)
        if self.training:
            self.moments(x)
        std = np.sqrt(var + self.eps)
        x_norm = (x - mean) / std
        self.cache = x, x_norm, std, True
        return self.w.data * x_norm + self.b.data


class N10(BatchNorm):
    def dx(self, dy):
        _, x_norm, std, _ = self.cache
        d = dy * self.w.data
        return (d - d.mean(axis=0) - x_norm * (d * x_norm).mean(axis=0)) / std


class N11(BatchNorm):
    def forward(self, x):
        mean, var = self.moments(x)
        std = np.sqrt(var) + self.eps
        x_norm = (x - mean) / std
        self.cache = x, x_norm, std, self.training
        return self.w.data * x_norm + self.b.data


MISTAKES = mistakes((N01, N02, N05, N06, N07, N08, N10, N11), BatchNorm, features, 4)
