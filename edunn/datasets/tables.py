"""Real data, small enough to travel with the package. Sources and licences: SOURCES.md beside."""

from pathlib import Path

import numpy as np

from edunn.backend import default_dtype
from edunn.inputs import check_choice

TABLES = ("iris", "wine", "cancer", "diabetes")  # those whose columns have names


def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """Handwritten digits: x (1797, 64), the grey values 0 to 1 of 8x8 pictures, and y (1797,), the
    digits 0 to 9.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, 1998, doi:10.24432/C50P49; its test set. CC BY 4.0.
    """
    data = _read("digits")
    return (data["x"] / 16).astype(default_dtype()), data["y"].astype(np.int64)


def load_words() -> list[str]:
    """1841 English words of four to eight small letters, sorted: to invent others from.

    Source: Lewis Carroll, Alice's Adventures in Wonderland, 1865. In the public domain.
    """
    return Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()


def load_adder() -> list[np.ndarray]:
    """The numbers of a small transformer that adds, of exercise 20, in the order of its parameters:
    arrays in the default dtype. Made by benchmarks/adder.py of edunn's repository.
    """
    return [array.astype(default_dtype()) for array in _read("adder").values()]


def get_feature_names(name: str) -> list[str]:
    """What the columns of x are, a list of strings: for "iris", "wine", "cancer" or "diabetes"."""
    check_choice("get_feature_names", name, TABLES, "name")
    return _read(name)["features"].tolist()


def classification_table(name: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(x, y, names of the classes) of "iris", "wine" or "cancer"."""
    data = _read(name)
    x = data["x"].astype(default_dtype(), order="C")
    return x, data["y"].astype(np.int64), data["classes"].tolist()


def regression_table(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(x, y) of "diabetes"."""
    data = _read(name)
    x, y = (a.astype(default_dtype(), order="C") for a in (data["x"], data["y"][:, None]))
    return x, y


def _read(name: str) -> dict[str, np.ndarray]:
    with np.load(Path(__file__).with_name(f"{name}.npz")) as data:
        return dict(data)
