"""Conv2d with stride 2: V."""

import numpy as np

import edunn as nn
from edunn.core import Module, Parameter

from .base import mistakes, values


class Conv2d(Module):
    def __init__(self, in_channels, out_channels, size, stride):
        self.size, self.stride = size, stride
        self.w = Parameter(values(out_channels, in_channels, size, size))
        self.b = Parameter(values(out_channels))

    def place(self, row, column):
        """Of all images and channels, the window that output (row, column) looks at."""
        top, left = row * self.stride, column * self.stride
        return np.s_[:, :, top : top + self.size, left : left + self.size]

    def forward(self, x):
        return self.slide(x) + self.b.data[:, None, None]

    def slide(self, x):
        self.cache = x
        n, _, height, width = x.shape
        rows = (height - self.size) // self.stride + 1
        columns = (width - self.size) // self.stride + 1
        y = np.zeros((n, len(self.w), rows, columns))
        for i in range(rows):
            for j in range(columns):
                window = x[self.place(i, j)]
                y[:, :, i, j] = np.tensordot(window, self.w.data, axes=((1, 2, 3), (1, 2, 3)))
        return y

    def backward(self, dy):
        x, w = self.cache, self.w.data
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                here = self.place(i, j)
                dw += np.tensordot(dy[:, :, i, j], x[here], axes=(0, 0))
                dx[here] += np.tensordot(dy[:, :, i, j], w, axes=(1, 0))
        return dx, {"w": dw, "b": dy.sum(axis=(0, 2, 3))}


class V02(Conv2d):
    def backward(self, dy):
        x, w = self.cache, self.w.data[:, :, ::-1, ::-1]
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                here = self.place(i, j)
                dw += np.tensordot(dy[:, :, i, j], x[here], axes=(0, 0))
                dx[here] += np.tensordot(dy[:, :, i, j], w, axes=(1, 0))
        return dx, {"w": dw, "b": dy.sum(axis=(0, 2, 3))}


class V03(Conv2d):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, grads | {"b": dy.sum(axis=0)}


class V04(Conv2d):
    def backward(self, dy):
        x, w = self.cache, self.w.data
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                here = np.s_[:, :, i : i + self.size, j : j + self.size]
                dw += np.tensordot(dy[:, :, i, j], x[here], axes=(0, 0))
                dx[here] += np.tensordot(dy[:, :, i, j], w, axes=(1, 0))
        return dx, {"w": dw, "b": dy.sum(axis=(0, 2, 3))}


class V09(Conv2d):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, grads | {"w": grads["w"].transpose(0, 1, 3, 2)}


class V10(Conv2d):
    def forward(self, x):
        return self.slide(x)


def images(n, rng):
    return (rng.normal(size=(n, 2, 8, 5)),)


MISTAKES = mistakes((V02, V03, V04, V09, V10), nn.Conv2d, images, 2, 4, 3, 2)
