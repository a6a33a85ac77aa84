"""The checks under the names of edunn's guides: they print on success and raise on failure."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from edunn.checking import CheckError
from edunn.utils import check_gradient
from edunn.utils.colors import green, red

__all__ = ["check_gradient", "check_same"]


def check_same(expected: ArrayLike, calculated: Any, tolerance: float = 1e-12) -> None:
    """Raise CheckError unless two arrays agree in shape and, within `tolerance`, in value."""
    if hasattr(calculated, "data") and hasattr(calculated, "requires_grad"):
        raise CheckError(
            f"{red('ERROR   :(')} calculated is a {type(calculated).__name__}, not an array: its "
            "array is its .data"
        )
    expected, calculated = np.asarray(expected), np.asarray(calculated)
    if expected.shape != calculated.shape:
        raise CheckError(
            f"{red('ERROR   :(')} Arrays have different shapes: expected {expected.shape}, "
            f"calculated {calculated.shape}"
        )
    if not np.all(np.abs(expected - calculated) <= tolerance):
        raise CheckError(
            f"{red('ERROR   :(')} Arrays are not equal (tolerance {tolerance})\n"
            f"expected:\n{expected}\ncalculated:\n{calculated}\n"
            f"largest difference: {np.max(np.abs(expected - calculated)):.3g}"
        )
    print(f"{green('SUCCESS :)')} Arrays are equal (tolerance {tolerance})")
