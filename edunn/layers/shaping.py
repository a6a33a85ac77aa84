"""Layers that only change the shape: Flatten."""

from math import prod

import numpy as np

from edunn.core import Module
from edunn.inputs import check_array, check_number
from edunn.words import named


@named()
class Flatten(Module):
    """The axes from start_dim to end_dim become one: all but the first, if not told otherwise

    x: (n, ...)    y: (n, product of the others)
    """

    def __init__(self, start_dim=1, end_dim=-1):
        check_number("Flatten", start_dim=start_dim, end_dim=end_dim)
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        check_array(self, x)
        start, end = (
            axis + x.ndim if axis < 0 else axis for axis in (self.start_dim, self.end_dim)
        )
        if x.ndim < 1:
            raise ValueError(f"{self} got a single number, not an array of shape (n, ...)")
        if not 0 <= start <= x.ndim or not 0 <= end < x.ndim:
            raise ValueError(f"{self} got x of shape {x.shape}, which has no such axes")
        self.cache = x.shape
        return np.reshape(
            x, (*x.shape[:start], prod(x.shape[start : end + 1]), *x.shape[end + 1 :])
        )

    def backward(self, dy):
        return np.reshape(dy, self.cache), {}

    def describe(self):
        axes = self.start_dim, self.end_dim
        return "" if axes == (1, -1) else "start_dim={}, end_dim={}".format(*axes)
