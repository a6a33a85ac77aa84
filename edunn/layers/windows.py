"""Small windows that slide over images: what convolution and pooling have in common."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from edunn.inputs import check_sizes, check_whole


class Sliding:
    """How windows of size x size move: by `stride`, over an image with `padding` zeros around."""

    def __init__(self, who, size, stride, padding):
        check_sizes(who, kernel_size=size, stride=stride)
        check_whole(who, padding=padding)
        self.who, self.size, self.stride, self.padding = who, size, stride, padding

    def output_size(self, height, width):
        """How many windows fit below and beside each other."""
        room = 2 * self.padding - self.size
        if min(height, width) + room < 0:
            images = f"images of {height}x{width} with padding {self.padding}"
            raise ValueError(f"{self.who} got {images}, smaller than its windows of {self.size}")
        return (height + room) // self.stride + 1, (width + room) // self.stride + 1

    def im2col(self, x, fill=0):
        """The windows of x: (n, channels, rows, columns, size, size)."""
        self.output_size(*x.shape[2:])
        if self.padding:
            sides = (self.padding, self.padding)
            x = np.pad(x, ((0, 0), (0, 0), sides, sides), constant_values=fill)
        view = sliding_window_view(x, (self.size, self.size), axis=(2, 3))
        return view[:, :, :: self.stride, :: self.stride]

    def col2im(self, windows, shape):
        """Add windows back to where `im2col` took them: an array of `shape`, that of x."""
        n, channels, height, width = shape
        _, _, rows, columns, _, _ = windows.shape
        p, s = self.padding, self.stride
        x = np.zeros_like(windows, shape=(n, channels, height + 2 * p, width + 2 * p))
        for i in range(self.size):
            for j in range(self.size):
                x[:, :, i : i + s * rows : s, j : j + s * columns : s] += windows[:, :, :, :, i, j]
        return x[:, :, p : p + height, p : p + width]
