"""MaxPool2d, with overlapping windows and with padding: P."""

import numpy as np

import edunn as nn
from edunn.core import Module

from .base import mistakes


class MaxPool2d(Module):
    fill = -np.inf

    def __init__(self, size, stride, padding):
        self.size, self.stride, self.padding = size, stride, padding

    def place(self, row, column):
        """Of all images and channels, the window that output (row, column) looks at."""
        top, left = row * self.stride, column * self.stride
        return np.s_[:, :, top : top + self.size, left : left + self.size]

    def forward(self, x):
        p = self.padding
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), constant_values=self.fill)
        n, channels, height, width = x.shape
        rows = (height - self.size) // self.stride + 1
        columns = (width - self.size) // self.stride + 1
        y = np.zeros((n, channels, rows, columns))
        for i in range(rows):
            for j in range(columns):
                y[:, :, i, j] = x[self.place(i, j)].max(axis=(2, 3))
        self.cache = x, y
        return y

    def backward(self, dy):
        x, _ = self.cache
        dx = np.zeros_like(x)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                dx[self.winners(i, j)] += dy[:, :, i, j]
        return self.crop(dx), {}

    def winners(self, row, column):
        """Where the largest number of each window stands in x."""
        x, _ = self.cache
        window = x[self.place(row, column)]
        n, channels, _, _ = window.shape
        best = window.reshape(n, channels, -1).argmax(axis=2)
        image, channel = np.indices(best.shape)
        top, left = row * self.stride, column * self.stride
        return image, channel, top + best // self.size, left + best % self.size

    def crop(self, dx):
        p = self.padding
        return dx[:, :, p : dx.shape[2] - p, p : dx.shape[3] - p]


class P01(MaxPool2d):
    def backward(self, dy):
        x, _ = self.cache
        dx = np.zeros_like(x)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                dx[self.place(i, j)] += dy[:, :, i, j, None, None] / (self.size * self.size)
        return self.crop(dx), {}


class P02(MaxPool2d):
    def backward(self, dy):
        x, _ = self.cache
        dx = np.zeros_like(x)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                dx[self.winners(i, j)] = dy[:, :, i, j]
        return self.crop(dx), {}


class P03(MaxPool2d):
    fill = 0


class P05(MaxPool2d):
    def backward(self, dy):
        x, y = self.cache
        dx = np.zeros_like(x)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                here = self.place(i, j)
                wins = x[here] == y[:, :, i, j, None, None]
                dx[here] += wins * dy[:, :, i, j, None, None]
        return self.crop(dx), {}


def images(n, rng):
    return (rng.normal(size=(n, 2, 6, 5)),)


def negative_images(n, rng):
    """Most numbers below 0, so that some windows at the border hold no other."""
    return (rng.normal(size=(n, 2, 6, 5)) - 1.5,)


MISTAKES = [
    *mistakes((P01, P02), nn.MaxPool2d, images, 3, 1, 0),
    *mistakes((P03,), nn.MaxPool2d, negative_images, 3, 2, 1),
]
BENIGN = mistakes((P05,), nn.MaxPool2d, images, 2, 2, 0)
