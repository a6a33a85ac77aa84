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

    def channels(self):
        """For each group its channels of x and of y."""
        sizes = self.w.shape[1], self.w.shape[0] // self.groups
        return [[slice(g * k, (g + 1) * k) for k in sizes] for g in range(self.groups)]

    def multiply_adds(self, y_shape):
        return prod(y_shape) // y_shape[1] * self.w.size

    def describe(self):
        groups = f", groups={self.groups}" if self.groups > 1 else ""
        return f"{self.in_channels}, {self.out_channels}, {self.windows.describe()}{groups}"


class _Convolution(_Kernels):
    """Forward and backward, for any number of axes; shapes in comments are those of images."""

    def forward(self, x):
        w, axes = self.w.data, len(self.place)
        check_array(self, x, "n", w.shape[1] * self.groups, *self.place)
        windows = self.windows.im2col(x)  # (n, in, rows, columns, size, size)
        self.cache = x.shape, windows
        summed = (1, *range(2 + axes, 2 + 2 * axes)), tuple(range(1, 2 + axes))
        ys = [np.tensordot(windows[:, i], w[o], axes=summed) for i, o in self.channels()]
        y = _join(ys, axis=-1)  # (n, rows, columns, out)
        return np.moveaxis(y if self.b is None else y + self.b.data, -1, 1)

    def backward(self, dy):
        (shape, windows), w, axes = self.cache, self.w.data, len(self.place)
        places = (0, *range(2, 2 + axes))  # n, rows, columns
        parts = [(dy[:, o], windows[:, i], w[o]) for i, o in self.channels()]
        dw = [np.tensordot(d, windows, axes=(places, places)) for d, windows, _ in parts]
        grads = {"w": _join(dw, axis=0)}
        if self.b is not None:
            grads["b"] = np.sum(dy, axis=places)
        if not self.needs_dx:
            return None, grads
        dwindows = [np.tensordot(d, w, axes=((1,), (0,))) for d, _, w in parts]
        dwindows = _join(dwindows, axis=1 + axes)  # (n, rows, columns, in, size, size)
        return self.windows.col2im(np.moveaxis(dwindows, 1 + axes, 1), shape), grads


def _join(parts, axis):
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=axis)


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
