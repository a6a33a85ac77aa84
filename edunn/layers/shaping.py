"""Layers that only change the shape: Flatten."""

from math import prod

import numpy as np

from edunn.core import Module
from edunn.inputs import check_array


class Flatten(Module):
    """All axes but the first become one

    x: (n, ...)    y: (n, product of the others)
    """

    def forward(self, x):
        check_array(self, x)
        if x.ndim < 1:
            raise ValueError(f"{self} got a single number, not an array of shape (n, ...)")
        self.cache = x.shape
        return np.reshape(x, (len(x), prod(x.shape[1:])))

    def backward(self, dy):
        return np.reshape(dy, self.cache), {}
