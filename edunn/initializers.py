"""Starting values for parameters: objects that turn a shape into an array.

Values are drawn on the CPU from the one generator (`manual_seed`), in float64, and then rounded to
the default dtype. A shape is (inputs, outputs), or (features,) for a bias.
"""

import numpy as np

from edunn.backend import default_dtype, generator
from edunn.inputs import check_positive


class Zero:
    """0 everywhere."""

    def __call__(self, shape):
        return np.zeros(shape, default_dtype())


class Constant:
    """One number everywhere, or the values of an array that has the parameter's shape."""

    def __init__(self, value):
        self.value = np.asarray(value)
        if self.value.dtype.kind not in "fiub":
            raise TypeError(f"Constant got a value of dtype {self.value.dtype}, not numbers")

    def __call__(self, shape):
        if self.value.shape not in ((), shape):
            raise ValueError(f"Constant got a parameter of shape {shape}, not {self.value.shape}")
        return np.full(shape, self.value, default_dtype())


class RandomNormal:
    """Normal numbers with mean 0 and standard deviation `std`."""

    def __init__(self, std=0.1):
        check_positive("RandomNormal", std=std)
        self.std = std

    def __call__(self, shape):
        return generator().normal(0, self.std, shape).astype(default_dtype())


class KaimingNormal:
    """Normal numbers with standard deviation sqrt(2 / inputs): keeps the size of signals that go
    through ReLUs (He et al. 2015, arXiv:1502.01852)."""

    def __call__(self, shape):
        return RandomNormal(float(np.sqrt(2 / shape[0])))(shape)
