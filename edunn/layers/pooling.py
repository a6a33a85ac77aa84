"""Pooling: one number for each window of an image. Windows may overlap."""

from math import prod

import numpy as np

from edunn.core import Module
from edunn.inputs import check_array, check_sizes
from edunn.layers.windows import Sliding, for_each_axis, short
from edunn.words import named, settled_words


@named()
class _Pool2d(Module):
    """What pooling layers share; `stride` is the size of the window where it is not given.

    x: (n, channels, height, width)    y: (n, channels, rows, columns)
    """

    @settled_words(ceil_mode=False, count_include_pad=True, divisor_override=None)
    def __init__(self, kernel_size, stride=None, padding=0):
        who = type(self).__name__
        self.windows = Sliding(who, kernel_size, kernel_size if stride is None else stride, padding)

    def describe(self):
        return self.windows.describe()


@named()
class MaxPool2d(_Pool2d):
    """y = the largest number of each window; of equal ones, the first gets the gradient

    kernel_size, stride, padding, dilation: a number, or one for each axis: see Sliding
    """

    @settled_words(return_indices=False, ceil_mode=False)
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1):
        super().__init__(kernel_size, stride, padding)
        windows = self.windows
        self.windows = Sliding("MaxPool2d", windows.size, windows.stride, padding, dilation)
        if any(2 * max(border) > size for border, size in zip(windows.border, windows.size)):
            wanted = f"at most half of kernel_size={short(windows.size)}"
            raise ValueError(f"MaxPool2d got padding={short(windows.padding)}, not {wanted}")

    def forward(self, x):
        check_array(self, x, "n", "channels", "height", "width")
        if x.dtype.kind != "f" and np.any(self.windows.border):
            raise TypeError(f"{self} got x of dtype {x.dtype}, not of floats, which padding needs")
        places = self.windows.places(x, fill=-np.inf)  # (size * size, n, channels, rows, columns)
        y = np.max(places, axis=0)
        self.cache = x.shape, places, y
        return y

    def backward(self, dy):
        shape, places, y = self.cache
        parts, free = [], True
        for place in places:
            less = place < y
            parts.append(dy * (free & ~less))
            free = free & less  # where the gradient is given away, the next equal one gets 0
        return self.windows.add_back(parts, shape), {}


class AvgPool2d(_Pool2d):
    """y = the mean of each window; zeros of the padding count

    kernel_size, stride, padding: a number, or one for each axis: see Sliding
    """

    def forward(self, x):
        check_array(self, x, "n", "channels", "height", "width")
        self.cache = x.shape
        return np.mean(self.windows.places(x), axis=0)

    def backward(self, dy):
        count = prod(self.windows.size)
        return self.windows.add_back([dy / count] * count, self.cache), {}


@named()
class AdaptiveAvgPool2d(Module):
    """y = r x c', image by image: the means of output_size[0] times output_size[1] windows that
    cover the whole image, whatever its size

    output_size: a number, or one for each axis    x: (n, channels, height, width)
    r: (output_size[0], height), row i is 1 / count where window i is; c: the same for columns
    y: (n, channels, *output_size)
    """

    def __init__(self, output_size):
        self.output_size = for_each_axis(
            "AdaptiveAvgPool2d", check_sizes, 2, output_size=output_size
        )

    def forward(self, x):
        check_array(self, x, "n", "channels", "height", "width")
        self.cache = r, c = [
            _means(x, size, count) for size, count in zip(x.shape[2:], self.output_size)
        ]
        return r @ x @ c.T

    def backward(self, dy):
        r, c = self.cache
        return r.T @ dy @ c, {}

    def describe(self):
        return short(self.output_size)


def _means(x, size, count):
    """(count, size): row i takes the mean of the places from i size // count up to the end of
    window i, which is (i + 1) size / count, rounded up; as PyTorch has them"""
    i, place = np.arange(count, like=x)[:, None], np.arange(size, like=x)
    inside = (place >= i * size // count) & (place * count < (i + 1) * size)
    kind = x.dtype if x.dtype.kind == "f" else np.float64
    return (inside / np.sum(inside, axis=1, keepdims=True)).astype(kind)
