"""Real data, small enough to travel with the package. Sources and licences: SOURCES.md beside."""

from pathlib import Path

import numpy as np

from edunn.backend import default_dtype, generator


def load_digits():
    """Handwritten digits: x (1797, 64), the grey values 0 to 1 of 8x8 pictures, and y (1797,), the
    digits 0 to 9.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, 1998, doi:10.24432/C50P49; its test set. CC BY 4.0.
    """
    with np.load(Path(__file__).with_name("digits.npz")) as data:
        return (data["x"] / 16).astype(default_dtype()), data["y"].astype(np.int64)


def train_test_split(x, y, test=0.2):
    """(x_train, y_train, x_test, y_test): a random share `test` of the examples is held out."""
    if not 0 < test < 1:
        raise ValueError(f"train_test_split got test={test!r}, not a share between 0 and 1")
    order = generator().permutation(len(x))
    held_out, rest = np.split(order, [round(len(x) * test)])
    return x[rest], y[rest], x[held_out], y[held_out]
