"""Pooling: one number for each window of an image. Windows may overlap."""

import numpy as np

from edunn.core import Module
from edunn.inputs import check_array
from edunn.layers.windows import Sliding


class _Pool2d(Module):
    """What pooling layers share; `stride` is the size of the window where it is not given.

    x: (n, channels, height, width)    y: (n, channels, rows, columns)
    """

    def __init__(self, kernel_size, stride=None, padding=0):
        who = type(self).__name__
        self.windows = Sliding(who, kernel_size, kernel_size if stride is None else stride, padding)

    def describe(self):
        windows = self.windows
        return f"kernel_size={windows.size}, stride={windows.stride}, padding={windows.padding}"


class MaxPool2d(_Pool2d):
    """y = the largest number of each window; of equal ones, the first gets the gradient"""

    def forward(self, x):
        check_array(self, x, "n", "channels", "height", "width")
        windows = self.windows.im2col(x, fill=-np.inf)
        flat = windows.reshape(*windows.shape[:4], -1)
        best = np.argmax(flat, axis=-1)[..., None]
        self.cache = x.shape, best
        return np.take_along_axis(flat, best, axis=-1)[..., 0]

    def backward(self, dy):
        shape, best = self.cache
        size = self.windows.size
        dwindows = np.zeros_like(dy, shape=(*dy.shape, size * size))
        np.put_along_axis(dwindows, best, dy[..., None], axis=-1)
        return self.windows.col2im(dwindows.reshape(*dy.shape, size, size), shape), {}


class AvgPool2d(_Pool2d):
    """y = the mean of each window; zeros of the padding count"""

    def forward(self, x):
        check_array(self, x, "n", "channels", "height", "width")
        self.cache = x.shape
        return np.mean(self.windows.im2col(x), axis=(4, 5))

    def backward(self, dy):
        size = self.windows.size
        share = (dy / size**2)[..., None, None] * np.ones_like(dy, shape=(size, size))
        return self.windows.col2im(share, self.cache), {}
