"""Data to learn from: tables that travel with edunn, points made up on the spot, MNIST.

All but MNIST are known by name. Where the real ones come from: SOURCES.md beside.
"""

from typing import Any

import numpy as np

from edunn.backend import default_dtype
from edunn.datasets.idx import DataError
from edunn.datasets.mnist import FASHION_MNIST_CLASSES, load_fashion_mnist, load_mnist, read_mnist
from edunn.datasets.prepare import standardize, train_test_split
from edunn.datasets.tables import (
    classification_table,
    get_feature_names,
    load_adder,
    load_digits,
    load_words,
    regression_table,
)
from edunn.datasets.toys import circles, line, moons, plane, sine, spirals, waves
from edunn.inputs import check_choice
from edunn.original import DATA, refuse

__all__ = [
    "FASHION_MNIST_CLASSES", "DataError", "circles", "get_classification_names",
    "get_feature_names", "get_regression_names", "line", "load_adder", "load_classification",
    "load_digits", "load_fashion_mnist", "load_mnist", "load_regression", "load_words", "moons",
    "plane", "read_mnist", "sine", "spirals", "standardize", "train_test_split", "waves",
]  # fmt: skip

CLASSIFICATION = {
    "digits": lambda: (*load_digits(), [str(digit) for digit in range(10)]),
    "iris": lambda: classification_table("iris"),
    "wine": lambda: classification_table("wine"),
    "cancer": lambda: classification_table("cancer"),
    "moons": lambda: (*moons(), ["upper", "lower"]),
    "spirals": lambda: (*spirals(), ["first arm", "second arm"]),
    "circles": lambda: (*circles(), ["inner", "outer"]),
}
PICTURES = {  # whose files do not travel with edunn
    "mnist": lambda: (*load_mnist(download=False), [str(digit) for digit in range(10)]),
    "fashion_mnist": lambda: (*load_fashion_mnist(download=False), FASHION_MNIST_CLASSES),
}
REGRESSION = {
    "diabetes": lambda: regression_table("diabetes"),
    "line": line,
    "plane": plane,
    "sine": sine,
    "waves": waves,
}


def load_classification(
    name: str, onehot: bool = False
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(x, y, class names) of the data set of that name:

    - "digits": 1797 pictures of 8x8 grey values from 0 to 1, ten classes
    - "iris": 150 flowers, 4 lengths and widths in cm, three species
    - "wine": 178 wines, 13 chemical measurements, three cultivars
    - "cancer": 569 tumours, 30 measurements of cell nuclei, 0 malignant and 1 benign
    - "moons", "spirals", "circles": 300 points in the plane, two classes, drawn anew at each call;
      the functions of these names take sizes and noise
    - "mnist", "fashion_mnist": the training pictures of `load_mnist` and `load_fashion_mnist`, if
      their files are here: nothing is downloaded

    x: (n, features) in the default dtype    y: (n,) int64, or (n, classes) with a single 1 in each
    row when `onehot`    class names: a list of strings
    What the columns of the tables are: `get_feature_names`. Raises ValueError for another name, and
    DataError where MNIST's files are not.
    """
    if name not in PICTURES:
        _check_name("load_classification", name, get_classification_names())
    x, y, names = (CLASSIFICATION | PICTURES)[name]()
    return x, np.eye(len(names), dtype=default_dtype())[y] if onehot else y, names


def load_regression(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(x, y) of the data set of that name:

    - "diabetes": 442 patients; age, sex, body and blood measurements in their own units, and how
      far the illness had gone a year later, from 25 to 346
    - "line", "plane", "sine", "waves": points of a function with noise, drawn anew at each call;
      the functions of these names take sizes and noise

    x: (n, features)    y: (n, 1)    both in the default dtype
    What the columns of "diabetes" are: `get_feature_names`. Raises ValueError for another name.
    """
    _check_name("load_regression", name, get_regression_names())
    return REGRESSION[name]()


def get_classification_names() -> list[str]:
    """The names that `load_classification` knows, but for "mnist" and "fashion_mnist"."""
    return list(CLASSIFICATION)


def get_regression_names() -> list[str]:
    """The names that `load_regression` knows."""
    return list(REGRESSION)


def _check_name(who: str, name: object, known: list[str]) -> None:
    """Refuse an unknown name; one of the original edunn's with what is near it."""
    if isinstance(name, str) and name in DATA:
        raise ValueError(f"{who} has no {name!r}, which came with the original edunn: {DATA[name]}")
    check_choice(who, name, known, "name")


def __getattr__(name: str) -> Any:
    raise refuse(__name__, name)
