"""Convolution: the same small Linear at every place of an image, or of a sequence."""

from math import prod

import numpy as np

from edunn.core import Module, Parameter
from edunn.initializers import KaimingNormal, Zero
from edunn.inputs import check_array, check_sizes
from edunn.layers.windows import Sliding
from edunn.words import named


@named(kernel_initializer="initializer")
class _Kernels(Module):
    """The Parameters of a convolution, and which channels of x and y each part of w connects."""

    place: tuple[str, ...]  # the names of the axes along which windows slide

    def __init__(  # noqa: PLR0913  # PyTorch's words
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, bias=True, dilation=1,
        groups=1, initializer=KaimingNormal(), bias_initializer=Zero(),
    ):  # fmt: skip
        who = type(self).__name__
        sizes = {"in_channels": in_channels, "out_channels": out_channels}
        check_sizes(who, **sizes, groups=groups)
        for name, channels in sizes.items():
            if channels % groups:
                raise ValueError(f"{who} got {name}={channels}, not a multiple of groups={groups}")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.windows = Sliding(who, kernel_size, stride, padding, dilation, len(self.place))
        self.kernel_size = self.windows.size
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.w = Parameter(initializer(shape))
        self.b = Parameter(bias_initializer((out_channels,))) if bias else None

    def matrices(self):
        """w as a matrix for each group: (groups, out / groups, numbers in a window)"""
        out_channels, *window = self.w.shape
        return np.reshape(self.w.data, (self.groups, out_channels // self.groups, prod(window)))

    def multiply_adds(self, y_shape):
        return prod(y_shape) // y_shape[1] * self.w.size

    def describe(self):
        groups = f", groups={self.groups}" if self.groups > 1 else ""
        return f"{self.in_channels}, {self.out_channels}, {self.windows.describe()}{groups}"


class _Convolution(_Kernels):
    """Forward and backward, for any number of axes; shapes in comments are those of images."""

    def forward(self, x):
        w, out_channels = self.matrices(), self.w.shape[0]
        check_array(self, x, "n", self.w.shape[1] * self.groups, *self.place)
        seen = self.windows.places(x, axis=2)  # (n, in, size * size, rows, columns)
        n, _, _, *counts = seen.shape
        # what a window sees is a column, so that each image is one product with w
        columns = np.reshape(seen, (n, self.groups, w.shape[2], prod(counts)))
        self.cache = x.shape, seen.shape, columns
        y = np.reshape(w @ columns, (n, out_channels, *counts))
        return y if self.b is None else y + np.reshape(self.b.data, (-1, *[1] * len(counts)))

    def backward(self, dy):
        w, (shape, seen_shape, columns) = self.matrices(), self.cache
        dy = np.reshape(dy, (len(dy), *w.shape[:2], columns.shape[3]))
        dw = np.sum(columns @ np.swapaxes(dy, 2, 3), axis=0)  # (groups, numbers in a window, out)
        grads = {"w": np.reshape(np.swapaxes(dw, 1, 2), self.w.shape)}
        if self.b is not None:
            grads["b"] = np.ravel(np.sum(dy, axis=(0, 3)))
        if not self.needs_dx:
            return None, grads
        dseen = np.reshape(np.swapaxes(w, 1, 2) @ dy, seen_shape)
        return self.windows.add_back(np.moveaxis(dseen, 2, 0), shape), grads


class Conv2d(_Convolution):
    """y[:, o] = sum over i of w[o, i] slid over x[:, i], plus b[o]

    x: (n, in_channels, height, width)    w: (out_channels, in_channels, size, size)
    y: (n, out_channels, rows, columns), where rows = (height + 2 padding - size) // stride + 1

    kernel_size, stride, padding, dilation: a number, or one for each axis: see Sliding
    groups: the channels fall in so many parts, and each part of y sees its part of x only;
    w: (out_channels, in_channels / groups, size, size)
    """

    place = ("height", "width")


class Conv1d(_Convolution):
    """y[:, o] = sum over i of w[o, i] slid over x[:, i], plus b[o]; as Conv2d, with one axis

    x: (n, in_channels, length)    w: (out_channels, in_channels / groups, size)
    y: (n, out_channels, places), where places = (length + 2 padding - size) // stride + 1
    """

    place = ("length",)
