"""Convolution: the same small Linear at every place of an image."""

from math import prod

import numpy as np

from edunn.core import Module, Parameter
from edunn.initializers import KaimingNormal, Zero
from edunn.inputs import check_array, check_sizes
from edunn.layers.windows import Sliding


class Conv2d(Module):
    """y[:, o] = sum over i of w[o, i] slid over x[:, i], plus b[o]

    x: (n, in_channels, height, width)    w: (out_channels, in_channels, size, size)
    y: (n, out_channels, rows, columns), where rows = (height + 2 padding - size) // stride + 1
    """

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, bias=True):
        check_sizes("Conv2d", in_channels=in_channels, out_channels=out_channels)
        self.windows = Sliding("Conv2d", kernel_size, stride, padding)
        self.w = Parameter(KaimingNormal()((out_channels, in_channels, kernel_size, kernel_size)))
        self.b = Parameter(Zero()((out_channels,))) if bias else None

    def forward(self, x):
        w = self.w.data
        check_array(self, x, "n", w.shape[1], "height", "width")
        windows = self.windows.im2col(x)  # (n, in, rows, columns, size, size)
        self.cache = x.shape, windows
        y = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3)))  # (n, rows, columns, out)
        return np.moveaxis(y if self.b is None else y + self.b.data, 3, 1)

    def backward(self, dy):
        shape, windows = self.cache
        grads = {"w": np.tensordot(dy, windows, axes=((0, 2, 3), (0, 2, 3)))}
        if self.b is not None:
            grads["b"] = np.sum(dy, axis=(0, 2, 3))
        if not self.needs_dx:
            return None, grads
        dwindows = np.tensordot(dy, self.w.data, axes=((1,), (0,)))  # (n, rows, columns, in, ...)
        return self.windows.col2im(np.moveaxis(dwindows, 3, 1), shape), grads

    def multiply_adds(self, y_shape):
        return prod(y_shape) // y_shape[1] * self.w.size

    def describe(self):
        out_channels, in_channels, size, _ = self.w.shape
        sliding = f"stride={self.windows.stride}, padding={self.windows.padding}"
        return f"{in_channels}, {out_channels}, kernel_size={size}, {sliding}"
