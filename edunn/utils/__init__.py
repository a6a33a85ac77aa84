"""The checks under the names of edunn's guides: they print on success and raise on failure."""

import numpy as np

from edunn.backend import Array, default_dtype
from edunn.inputs import as_array, check_array, check_labels, check_sizes
from edunn.utils import check_gradient
from edunn.utils.comparisons import (
    check_different,
    check_mean,
    check_same,
    check_same_float,
    check_same_shape,
    check_std,
)

__all__ = [
    "check_different", "check_gradient", "check_mean", "check_same", "check_same_float",
    "check_same_shape", "check_std", "labels2onehot", "onehot2labels",
]  # fmt: skip


def onehot2labels(onehot: Array) -> Array:
    """The place of the largest number along the last axis: labels from rows with a 1 in them, and
    predictions from probabilities.

    onehot: (n, classes), or (..., classes)    labels: (n,), or (...)
    """
    onehot = as_array("onehot2labels", onehot, "onehot")
    if onehot.ndim < 2 or not onehot.shape[-1]:
        raise ValueError(f"onehot2labels got onehot of shape {onehot.shape}, not (n, classes)")
    return np.argmax(onehot, axis=-1)


def labels2onehot(labels: Array, n_classes: int) -> Array:
    """Rows of zeros with a 1 at the label.

    labels: (n,), whole numbers from 0 to n_classes - 1    onehot: (n, n_classes)
    """
    labels = as_array("labels2onehot", labels, "labels")
    check_sizes("labels2onehot", n_classes=n_classes)
    check_array("labels2onehot", labels, "n", name="labels")
    check_labels("labels2onehot", labels, len(labels), n_classes)
    return np.eye(n_classes, dtype=default_dtype())[labels]
