"""Data made up on the spot, in two dimensions or fewer, so that what a network learns can be drawn.

All numbers are drawn by the one generator: see `manual_seed`.
"""

from collections.abc import Callable
from math import inf
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from edunn.backend import default_dtype, generator
from edunn.inputs import check_number, check_sizes

Points: TypeAlias = tuple[np.ndarray, np.ndarray]  # x and y


def moons(n: int = 300, noise: float = 0.1) -> Points:
    """Two half circles of radius 1 that reach into each other: x (n, 2), y (n,), 0 above, 1 below.

    Class 0 is (cos t, sin t) and class 1 (1 - cos t, 1/2 - sin t), t from 0 to pi.
    noise: the standard deviation of what is added to each number of x, in x's own units
    """
    y, t = _points("moons", n, noise, classes=2)
    curves = np.where(y, [1 - np.cos(np.pi * t), 0.5 - np.sin(np.pi * t)],
                      [np.cos(np.pi * t), np.sin(np.pi * t)])  # fmt: skip
    return _noisy(curves.T, noise), y


def spirals(n: int = 300, classes: int = 2, noise: float = 0.02, turns: float = 1.0) -> Points:
    """Arms that wind around the origin, one for each class: x (n, 2), y (n,).

    Along an arm the radius grows from 0.1 to 1 while the angle grows by `turns` full turns; at
    radius 0.1, arm k starts at the angle 2 pi k / classes.
    noise: the standard deviation of what is added to each number of x, in x's own units
    """
    check_number("spirals", turns=turns)
    y, t = _points("spirals", n, noise, classes)
    return _noisy(_polar(0.1 + 0.9 * t, y / classes + turns * t), noise), y


def circles(n: int = 300, classes: int = 2, noise: float = 0.05) -> Points:
    """Circles around the origin, class k with radius (k + 1) / classes: x (n, 2), y (n,).

    noise: the standard deviation of what is added to each number of x, in x's own units
    """
    y, t = _points("circles", n, noise, classes)
    return _noisy(_polar((y + 1) / classes, t), noise), y


def line(n: int = 200, noise: float = 0.1) -> Points:
    """y = 2 x + 1 with noise of that standard deviation: x (n, 1) from -1 to 1, y (n, 1)."""
    return _samples("line", n, noise, 1, lambda x: 2 * x + 1)


def plane(n: int = 200, noise: float = 0.1) -> Points:
    """y = 3 x0 - 2 x1 + 1 with noise of that standard deviation: x (n, 2) from -1 to 1, y
    (n, 1)."""
    return _samples("plane", n, noise, 2, lambda x: x @ [[3.0], [-2.0]] + 1)


def sine(n: int = 200, noise: float = 0.1) -> Points:
    """y = sin(pi x) with noise of that standard deviation: x (n, 1) from -1 to 1, y (n, 1)."""
    return _samples("sine", n, noise, 1, lambda x: np.sin(np.pi * x))


def waves(n: int = 500, noise: float = 0.05) -> Points:
    """y = sin(pi x0) cos(pi x1) with noise of that standard deviation: x (n, 2) from -1 to 1, y
    (n, 1)."""
    return _samples(
        "waves", n, noise, 2, lambda x: np.sin(np.pi * x[:, :1]) * np.cos(np.pi * x[:, 1:])
    )


def _points(who: str, n: int, noise: float, classes: int) -> Points:
    """The labels, each class as often as any other (or once more), and how far along its curve
    each point lies: t (n,), 0 to 1."""
    check_sizes(who, n=n, classes=classes)
    _check_noise(who, noise)
    return np.arange(n) % classes, generator().random(n)


def _polar(radius: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """(n, 2): points by their distance from the origin and angle, in full turns."""
    angle = 2 * np.pi * turns
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _samples(
    who: str, n: int, noise: float, features: int, function: Callable[[np.ndarray], np.ndarray]
) -> Points:
    """x (n, features), evenly spread over -1 to 1, and y = function(x) + noise, (n, 1)."""
    check_sizes(who, n=n)
    _check_noise(who, noise)
    x = generator().uniform(-1, 1, (n, features))
    return x.astype(default_dtype()), _noisy(function(x), noise)


def _noisy(x: np.ndarray, noise: float) -> np.ndarray:
    return (x + noise * generator().normal(size=x.shape)).astype(default_dtype())


def _check_noise(who: str, noise: Any) -> None:
    is_number = isinstance(noise, Real) and not isinstance(noise, bool)
    if not is_number or not 0 <= noise < inf:
        raise ValueError(f"{who} got noise={noise!r}, not a number from 0 up")
