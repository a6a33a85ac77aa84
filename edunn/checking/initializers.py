"""What is wrong with an initializer, found by looking at what it draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnoses import Answer, answer
from edunn.checking.exceptions import raised
from edunn.checking.findings import Finding, name_of
from edunn.checking.subject import THROUGH
from edunn.checking.training_loop import steady

WIDE, TALL = (120, 300), (300, 120)
KURTOSIS = {"normal": 3.0, "uniform": 1.8}


class _Draws(NamedTuple):
    """What was drawn, two tall arrays and a wide one, and what they should be.

    stds: of a tall and of a wide array, or None    kind: a key of KURTOSIS, or None
    """

    arrays: list[Array]
    mean: float
    stds: tuple[float | None, float | None]
    kind: str | None


@np.errstate(all="ignore")
def find_in_initializer(
    initializer: Callable[[tuple[int, ...]], Any],
    mean: float = 0.0,
    std: float | Callable[[tuple[int, ...]], float] | None = None,
    kind: str | None = None,
) -> list[Finding]:
    """Look at what `initializer(shape)` draws: two arrays of (300, 120), and one of (120, 300).

    std: what it should be, a number or a function of the shape; None leaves it unchecked, and 0
    asks for the mean everywhere. kind: "normal", "uniform" or None.
    """
    found = _look(initializer, mean, std, kind)
    who = name_of(initializer, "initializer")
    return [Finding(found.id, who, "__call__", None, found.details)] if found else []


def _look(initializer: Any, mean: float, std: Any, kind: str | None) -> Answer | None:
    arrays = []
    with steady(0):
        for shape in (TALL, TALL, WIDE):
            x = _drawn(initializer, shape)
            if isinstance(x, Answer):
                return x
            arrays.append(x)
    tall, wide = (std(shape) if callable(std) else std for shape in (TALL, WIDE))
    draws = _Draws(arrays, mean, (tall, wide), kind)
    answers = (
        rule(draws) for rule in (_all_equal, _repeats, _wrong_mean, _wrong_std, _wrong_distribution)
    )
    return next(filter(None, answers), None)


def _drawn(initializer: Any, shape: tuple[int, ...]) -> Array | Answer:
    """What it draws, in float64, or why that is no array of numbers of this shape."""
    try:
        x = initializer(shape)
    except THROUGH:
        raise
    except BaseException as error:
        return raised(error, f"shape {shape}")
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiub":
        got = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        return answer("dtype_not_numbers", got=str(got))
    if x.shape != shape:
        return answer("init_shape", got=str(x.shape), want=str(shape))
    if not np.all(np.isfinite(x)):
        return answer("not_finite", count=int(np.sum(~np.isfinite(x))))
    return x.astype(np.float64)


def _all_equal(draws: _Draws) -> Answer | None:
    """One number everywhere, where the numbers should differ."""
    first, want = draws.arrays[0], draws.stds[0]
    if not want or any(np.ptp(x) for x in draws.arrays):
        return None
    if not first.any():
        return answer("init_all_zero", want=f"{want:.3g}")
    return answer("init_all_equal", got=f"{first.flat[0]:.3g}", want=f"{want:.3g}")


def _repeats(draws: _Draws) -> Answer | None:
    """Two arrays, rows or columns are equal, and are not one number everywhere."""
    if any(np.ptp(x) == 0 for x in draws.arrays):
        return None
    repeats = np.array_equal(*draws.arrays[:2]) or any(
        np.array_equal(x[0], x[1]) or np.array_equal(x[:, 0], x[:, 1]) for x in draws.arrays
    )
    return answer("init_repeats") if repeats else None


def _wrong_mean(draws: _Draws) -> Answer | None:
    mean = draws.mean
    for x in draws.arrays[::2]:
        if abs(x.mean() - mean) > 6 * x.std() / math.sqrt(x.size) + 1e-6 * abs(mean):
            return answer("init_mean", got=f"{x.mean():.3g}", want=f"{mean:.3g}")
    return None


def _wrong_std(draws: _Draws) -> Answer | None:
    (tall, _, wide), stds = draws.arrays, draws.stds
    if stds[0] is None or stds[1] is None:
        return None

    def is_off(x: Array, want: float) -> bool:
        error = math.sqrt((KURTOSIS.get(draws.kind or "", 3.0) - 1) / 4 / x.size) * want
        return abs(x.std() - want) > 6 * error + 1e-6 * abs(draws.mean)

    off = is_off(tall, stds[0]), is_off(wide, stds[1])
    if not any(off):
        return None
    is_swapped = not is_off(wide, stds[0]) and not is_off(tall, stds[1])
    bad, want = (tall, stds[0]) if off[0] else (wide, stds[1])
    id = "init_std" if all(off) and not is_swapped else "init_square_only"
    return answer(id, got=f"{bad.std():.3g}", want=f"{want:.3g}")


def _wrong_distribution(draws: _Draws) -> Answer | None:
    """By the fourth moment: how far out the largest numbers lie."""
    if draws.kind is None:
        return None
    for x in draws.arrays[::2]:
        away = x - x.mean()
        fourth = float(np.mean(away**4) / np.mean(away**2) ** 2) if away.any() else 1.0
        if abs(fourth - KURTOSIS[draws.kind]) > 6 * math.sqrt(24 / x.size):
            return answer("init_distribution", got=f"{fourth:.2f}", want=draws.kind)
    return None
