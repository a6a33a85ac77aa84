"""Between loading and training: hold some examples out, and bring all columns to one scale."""

from typing import Any

import numpy as np

from edunn.backend import default_dtype, generator
from edunn.inputs import as_array, as_examples, check_array, check_finite, check_number


def train_test_split(
    x: np.ndarray, y: np.ndarray, test: float = 0.2
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(x_train, y_train, x_test, y_test): a random share `test` of the examples is held out.

    Tables and Tensors come back as arrays.
    """
    x, y = as_examples("train_test_split", x, y)
    check_number("train_test_split", test=test)
    if not 0 < test < 1:
        raise ValueError(f"train_test_split got test={test!r}, not a share between 0 and 1")
    order = generator().permutation(len(x))
    held_out, rest = np.split(order, [round(len(x) * test)])
    return x[rest], y[rest], x[held_out], y[held_out]


def standardize(x_train: np.ndarray, *others: np.ndarray) -> Any:
    """Each column of `x_train` with mean 0 and standard deviation 1, the others shifted and scaled
    by the same numbers: what is held out is measured as the training part is.

    x_train: (n, ...), at least one example    others: any number of arrays (m, ...)

    Returns as many new arrays, in the same order; `x_train` alone comes back as an array. A column
    that is constant in `x_train` is 0 there, and elsewhere its difference from that constant.
    Floats keep their type; whole numbers get the default one. Raises ValueError or TypeError for
    NaN, no examples, or columns that do not match.
    """
    x_train = as_array("standardize", x_train, "x_train")
    others = tuple(as_array("standardize", other, "another array") for other in others)
    if x_train.ndim == 0 or len(x_train) == 0:
        raise ValueError(f"standardize got x_train of shape {x_train.shape}, not one with examples")
    check_finite("standardize", x_train, "x_train")
    for other in others:
        check_array("standardize", other, "n", *x_train.shape[1:], name="another array")
    # asked by comparing: rounding can leave a constant column a deviation just above 0
    constant = x_train.min(axis=0) == x_train.max(axis=0)
    mean = np.where(constant, x_train[0], x_train.mean(axis=0, dtype=np.float64))
    deviation = np.where(constant, 1.0, x_train.std(axis=0, dtype=np.float64))
    scaled = tuple(_rescaled(x, mean, deviation) for x in (x_train, *others))
    return scaled if others else scaled[0]


def _rescaled(x: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    y = x - mean
    y /= deviation
    return y.astype(x.dtype if x.dtype.kind == "f" else default_dtype())
