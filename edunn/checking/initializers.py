"""What is wrong with an initializer, found by looking at what it draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from edunn.checking.findings import Finding, name_of
from edunn.checking.subject import THROUGH, in_words
from edunn.checking.training_loop import steady

WIDE, TALL = (120, 300), (300, 120)
KURTOSIS = {"normal": 3.0, "uniform": 1.8}


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
    found: list[Finding] = []
    who = name_of(initializer, "initializer")

    def find(id: str, **details: Any) -> list[Finding]:
        found.append(Finding(id, who, "__call__", None, details))
        return found

    draws = []
    with steady(0):
        for shape in (TALL, TALL, WIDE):
            try:
                x = initializer(shape)
            except THROUGH:
                raise
            except BaseException as error:
                return find("raises", error=in_words(error), where=f"shape {shape}")
            if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiub":
                got = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
                return find("dtype_not_numbers", got=str(got))
            if x.shape != shape:
                return find("init_shape", got=str(x.shape), want=str(shape))
            if not np.all(np.isfinite(x)):
                return find("not_finite", count=int(np.sum(~np.isfinite(x))))
            draws.append(x.astype(np.float64))
    tall, again, wide = draws
    wanted = [std(shape) if callable(std) else std for shape in (TALL, WIDE)]
    same = [bool(np.ptp(x) == 0) for x in draws]
    if not any(same) and (
        np.array_equal(tall, again)
        or any(np.array_equal(x[0], x[1]) or np.array_equal(x[:, 0], x[:, 1]) for x in draws)
    ):
        return find("init_repeats")

    for x in (tall, wide):
        if abs(x.mean() - mean) > 6 * x.std() / math.sqrt(x.size) + 1e-6 * abs(mean):
            return find("init_mean", got=f"{x.mean():.3g}", want=f"{mean:.3g}")

    def is_off(x: np.ndarray, want: Any) -> bool:
        error = math.sqrt((KURTOSIS.get(kind or "", 3.0) - 1) / 4 / x.size) * want
        return abs(x.std() - want) > 6 * error + 1e-6 * abs(mean)

    if wanted[0] is not None and wanted[1] is not None:
        off = [is_off(x, want) for x, want in zip((tall, wide), wanted)]
        swapped = not any(is_off(x, want) for x, want in zip((wide, tall), wanted))
        bad, want = (wide, wanted[1]) if off == [False, True] else (tall, wanted[0])
        if any(off):
            only = not all(off) or swapped
            numbers = {"got": f"{bad.std():.3g}", "want": f"{want:.3g}"}
            find("init_square_only" if only else "init_std", **numbers)
    if kind is not None and not found:
        for x in (tall, wide):
            away = x - x.mean()
            fourth = float(np.mean(away**4) / np.mean(away**2) ** 2) if away.any() else 1.0
            if abs(fourth - KURTOSIS[kind]) > 6 * math.sqrt(24 / x.size):
                return find("init_distribution", got=f"{fourth:.2f}", want=kind)
    return found
