"""edunn's gradient checks: `check_gradients` on many random inputs of a given shape."""

import numpy as np

from edunn.checking import check_gradients
from edunn.core import Module
from edunn.inputs import check_shape, check_sizes
from edunn.utils.colors import green


def common_layer(layer: Module, input_shape: tuple[int, ...], samples: int = 100) -> None:
    """Check `layer` on `samples` inputs of `input_shape`, drawn from a normal distribution.

    Prints how many derivatives were right; raises GradientError at the first wrong one.
    """
    check_sizes("common_layer", samples=samples)
    check_shape("common_layer", input_shape, "input_shape")
    rng = np.random.default_rng(0)
    checked = 0
    for sample in range(samples):
        checked += check_gradients(layer, rng.normal(size=input_shape), seed=sample).total
    print(f"{getattr(layer, 'name', None) or type(layer).__name__} layer:")
    print(
        f"{green('SUCCESS')} {checked} partial derivatives checked ({samples} random input samples)"
    )
