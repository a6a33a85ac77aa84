"""Starting values for parameters: objects that turn a shape into an array.

Values are drawn on the CPU from the one generator (`manual_seed`), in float64, and then rounded to
the default dtype. A shape is (inputs, outputs), (features,) for a bias, or (outputs, inputs,
height, width) for a convolution.
"""

import math
from typing import Any

import numpy as np

from edunn.backend import Shape, default_dtype, generator
from edunn.inputs import check_positive

__all__ = [
    "Constant", "Initializer", "KaimingNormal", "KaimingUniform", "LeCunUniform", "One",
    "RandomNormal", "RandomUniform", "XavierNormal", "XavierUniform", "Zero",
]  # fmt: skip


class Initializer:
    """Turns a shape into an array. A subclass writes `__call__`, or, as in the original edunn,
    `initialize(p)`, which fills an array of zeros."""

    def __call__(self, shape: Shape) -> np.ndarray:
        p = np.zeros(shape, default_dtype())
        self.initialize(p)
        return p

    def initialize(self, p: np.ndarray) -> None:
        raise NotImplementedError(f"{type(self).__name__}.initialize: not written yet")

    def create(self, shape: Shape) -> np.ndarray:
        """The same as calling it."""
        return self(shape)


class Zero(Initializer):
    """The number 0 everywhere."""

    def __call__(self, shape: Shape) -> np.ndarray:
        return np.zeros(shape, default_dtype())


class One(Initializer):
    """The number 1 everywhere."""

    def __call__(self, shape: Shape) -> np.ndarray:
        return np.ones(shape, default_dtype())


class Constant(Initializer):
    """One number everywhere, or the values of an array that has the parameter's shape."""

    def __init__(self, value: Any) -> None:
        self.value = np.asarray(value)
        if self.value.dtype.kind not in "fiub":
            raise TypeError(f"Constant got a value of dtype {self.value.dtype}, not numbers")

    def __call__(self, shape: Shape) -> np.ndarray:
        if self.value.shape not in ((), tuple(shape)):
            raise ValueError(f"Constant got a parameter of shape {shape}, not {self.value.shape}")
        return np.full(shape, self.value, default_dtype())


class RandomNormal(Initializer):
    """Normal numbers with mean 0 and standard deviation `std`."""

    def __init__(self, std: float = 0.1) -> None:
        check_positive("RandomNormal", std=std)
        self.std = std

    def __call__(self, shape: Shape) -> np.ndarray:
        return generator().normal(0, self.std, shape).astype(default_dtype())


class RandomUniform(Initializer):
    """Numbers that are equally likely anywhere from -bound to bound."""

    def __init__(self, bound: float = 0.1) -> None:
        check_positive("RandomUniform", bound=bound)
        self.bound = bound

    def __call__(self, shape: Shape) -> np.ndarray:
        return generator().uniform(-self.bound, self.bound, shape).astype(default_dtype())


def _fans(shape: Shape) -> tuple[int, int]:
    """(inputs of each output, outputs of each input) of a weight of this shape."""
    if len(shape) > 2:
        outputs, inputs, *window = shape
        return inputs * math.prod(window), outputs * math.prod(window)
    return shape[0], shape[-1]


class XavierNormal(Initializer):
    """Standard deviation sqrt(2 / (inputs + outputs)): keeps the size of signals and gradients
    through layers without ReLUs (Glorot and Bengio 2010)."""

    def __call__(self, shape: Shape) -> np.ndarray:
        return RandomNormal(math.sqrt(2 / sum(_fans(shape))))(shape)


class XavierUniform(Initializer):
    """As XavierNormal, but uniform, from -sqrt(6 / (inputs + outputs)) up."""

    def __call__(self, shape: Shape) -> np.ndarray:
        return RandomUniform(math.sqrt(6 / sum(_fans(shape))))(shape)


class KaimingNormal(Initializer):
    """Standard deviation sqrt(2 / inputs): keeps the size of signals that go through ReLUs (He et
    al. 2015, arXiv:1502.01852)."""

    def __call__(self, shape: Shape) -> np.ndarray:
        return RandomNormal(math.sqrt(2 / _fans(shape)[0]))(shape)


class KaimingUniform(Initializer):
    """As KaimingNormal, but uniform, from -sqrt(6 / inputs) up."""

    def __call__(self, shape: Shape) -> np.ndarray:
        return RandomUniform(math.sqrt(6 / _fans(shape)[0]))(shape)


class LeCunUniform(Initializer):
    """Uniform from -1 / sqrt(inputs) up: what PyTorch's Linear and Conv2d start from. For a bias,
    whose shape does not tell the number of inputs, give that number."""

    def __init__(self, inputs: int | None = None) -> None:
        self.inputs = inputs

    def __call__(self, shape: Shape) -> np.ndarray:
        return RandomUniform(1 / math.sqrt(self.inputs or _fans(shape)[0]))(shape)
