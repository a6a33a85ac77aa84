"""edunn's gradient checks: `check_gradients` on many random inputs of a given shape."""

from collections.abc import Callable
from typing import Any

import numpy as np

from edunn.backend import Shape
from edunn.checking import check_gradients
from edunn.core import Module
from edunn.inputs import check_shape, check_sizes
from edunn.utils.colors import green
from edunn.words import title_of

__all__ = [
    "binary_cross_entropy_labels", "common_layer", "cross_entropy_labels", "squared_error",
]  # fmt: skip

Draw = Callable[[np.random.Generator], tuple[Any, ...]]  # the inputs of one sample


def common_layer(
    layer: Module, input_shape: Shape, samples: int = 100, tolerance: float | None = None
) -> None:
    """Check `layer` on `samples` inputs of `input_shape`, drawn from a normal distribution.

    tolerance: also right is a derivative a with |a - slope| <= tolerance (|a| + |slope|), as in the
    original edunn; None for `check_gradients` alone, which asks for 1e-8 and the rounding

    Prints how many derivatives were right; raises GradientError at the first wrong one.
    """
    check_shape("common_layer", input_shape, "input_shape")
    _check("common_layer", layer, lambda rng: (rng.normal(size=input_shape),), samples, tolerance)


def squared_error(
    layer: Module, y_shape: Shape, samples: int = 100, tolerance: float | None = None
) -> None:
    """As `common_layer`, for an error layer of (y_true, y), both of `y_shape`."""
    check_shape("squared_error", y_shape, "y_shape")

    def draw(rng: np.random.Generator) -> tuple[Any, ...]:
        return rng.normal(0, 10, y_shape), rng.normal(0, 10, y_shape)

    _check("squared_error", layer, draw, samples, tolerance)


def cross_entropy_labels(
    layer: Module, y_shape: Shape, samples: int = 100, tolerance: float | None = None
) -> None:
    """As `common_layer`, for an error layer of labels (n,) and probabilities of `y_shape`, which is
    (n, classes)."""
    check_shape("cross_entropy_labels", y_shape, "y_shape")
    if len(y_shape) != 2:
        raise ValueError(f"cross_entropy_labels got y_shape={y_shape}, not (n, classes)")

    def draw(rng: np.random.Generator) -> tuple[Any, ...]:
        return rng.integers(0, y_shape[1], y_shape[0]), rng.dirichlet(
            np.ones(y_shape[1]), y_shape[0]
        )

    _check("cross_entropy_labels", layer, draw, samples, tolerance)


def binary_cross_entropy_labels(
    layer: Module, batch_size: int, samples: int = 100, tolerance: float | None = None
) -> None:
    """As `common_layer`, for an error layer of labels 0 and 1 and probabilities, both (n, 1)."""
    check_sizes("binary_cross_entropy_labels", batch_size=batch_size)

    def draw(rng: np.random.Generator) -> tuple[Any, ...]:
        return rng.integers(0, 2, (batch_size, 1)), rng.uniform(0.02, 0.98, (batch_size, 1))

    _check("binary_cross_entropy_labels", layer, draw, samples, tolerance)


def _check(who: str, layer: Module, draw: Draw, samples: int, tolerance: float | None) -> None:
    """Check the gradients at so many inputs, and say how many there were."""
    check_sizes(who, samples=samples)
    rng, checked = np.random.default_rng(0), 0
    for sample in range(samples):
        checked += check_gradients(layer, *draw(rng), seed=sample, tolerance=tolerance).total
    print(f"{title_of(layer)} layer:")
    print(
        f"{green('SUCCESS')} {checked} partial derivatives checked ({samples} random input samples)"
    )
