"""What is wrong with an optimizer or an initializer, found by running it next to what is right."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from edunn.checking.findings import Finding
from edunn.checking.loops import in_words, name_of, steady
from edunn.core import Parameter
from edunn.inputs import show

EXACT, NEAR, FAR = 1e-6, 1e-4, 1e-2  # of a step's size: right, all but right, certainly wrong
TINY = 1e-7
SHAPES = (3, 2), (4,)  # two parameters that cannot stand in for each other
WIDE, TALL = (120, 300), (300, 120)
KURTOSIS = {"normal": 3.0, "uniform": 1.8}


class Path:
    """Where an optimizer leads from given weights, along given gradients.

    at: the parameters' arrays at the start and after each step; moves: their changes, step by step
    findings: what is wrong with how it goes, apart from where; `at` ends early at the worst of them
    """

    def __init__(self, make: Callable[[list[Parameter]], Any], weights: list, gradients: list):
        self.at = [weights]
        self.findings: list[Finding] = []
        self.who, self.step = name_of(make, "optimizer"), 0
        try:
            self.walk(make, [Parameter(w.copy()) for w in weights], gradients)
        except NotImplementedError:
            raise
        except Exception as error:
            where = f"step {self.step}" if self.step else "building it"
            self.find("raises", error=in_words(error), where=where)

    def walk(self, make: Any, parameters: list[Parameter], gradients: list) -> None:
        given: list[tuple[np.ndarray, np.ndarray]] = []
        optimizer = make(list(parameters))
        self.who = name_of(type(optimizer), self.who)
        for gradient in gradients:
            self.step += 1
            for parameter, g in zip(parameters, gradient):
                parameter.grad = g.copy()
                given.append((parameter.grad, g))
            fresh = [parameter.grad for parameter in parameters]
            arrays = [parameter.data for parameter in parameters]
            optimizer.step()
            if any(p.grad is not g for p, g in zip(parameters, fresh)) or not all(
                np.array_equal(now, before) for now, before in given
            ):
                return self.find("opt_changes_gradient", step=self.step)
            for i, (parameter, array) in enumerate(zip(parameters, arrays), 1):
                now = parameter.data
                if not is_like(now, array):
                    return self.find("opt_wrong", f"parameter {i}", step=self.step, got=show(now))
                if not np.all(np.isfinite(now)):
                    return self.find("opt_not_finite", f"parameter {i}", step=self.step)
                if now is not array and not self.findings:
                    self.find("opt_new_array", f"parameter {i}", step=self.step)
            self.at.append([parameter.data.copy() for parameter in parameters])
        return None

    def find(self, id: str, variable: str | None = None, **details: Any) -> None:
        part = "step" if self.step else "__init__"
        self.findings.append(Finding(id, self.who, part, variable, details))

    @property
    def moves(self) -> list[list[np.ndarray]]:
        return [[b - a for a, b in zip(*pair)] for pair in zip(self.at, self.at[1:])]


def is_like(now: Any, array: np.ndarray) -> bool:
    numbers = isinstance(now, np.ndarray) and now.dtype.kind in "fiu"
    return numbers and now.shape == array.shape


class Pair:
    """The same walk of the student's optimizer and of the right one."""

    def __init__(self, make: Any, reference: Any, weights: list, gradients: list):
        self.mine, self.right = Path(make, weights, gradients), Path(reference, weights, gradients)
        if self.right.findings:
            raise ValueError(f"find_in_optimizer got a reference with {self.right.findings[0]}")
        self.stopped = len(self.mine.at) < len(self.right.at)
        walked = [path.moves[0] for path in (self.mine, self.right) if len(path.at) > 1]
        self.first = [np.concatenate([move.ravel() for move in moves]) for moves in walked]

    def wrong(self, tolerance: float, steps: slice = slice(None)) -> list[tuple[int, int]]:
        """(step, parameter), both from 0, of the moves that are not those of the right one."""
        moves = list(enumerate(zip(self.mine.moves, self.right.moves, self.right.at)))[steps]
        return [
            (step, i)
            for step, triple in moves
            for i, (got, want, w) in enumerate(zip(*triple))
            if np.max(np.abs(got - want))
            > tolerance * np.max(np.abs(want)) + 1e-14 * (1 + np.max(np.abs(w)))
        ]

    def opposite(self) -> bool:
        """Whether the first step goes the other way."""
        got, want = self.first
        return bool(got @ want < -0.99 * math.sqrt((got @ got) * (want @ want)))


@np.errstate(all="ignore")
def find_in_optimizer(
    make: Callable[[list[Parameter]], Any],
    reference: Callable[[list[Parameter]], Any],
    steps: int = 6,
) -> list[Finding]:
    """Compare the optimizer that `make(parameters)` builds with that of `reference(parameters)`.

    Both have a `step()` that uses each parameter's `.grad`. They go `steps` steps, of which the
    third has gradients of zero and the last two of 1e-7; then again with all of them tiny, and
    with a first gradient of zero.
    """
    if steps < 6:
        raise ValueError(f"find_in_optimizer got steps={steps}, not a whole number from 6 up")
    rng = np.random.default_rng(1)

    def draw() -> list[np.ndarray]:
        return [rng.uniform(0.5, 2, s) * np.resize([1.0, -1.0, -1.0], s) for s in SHAPES]

    weights, gradients = draw(), [[rng.permutation(g) for g in draw()] for _ in range(steps)]
    sizes = [1.0, 1.0, 0.0, *[1.0] * (steps - 5), TINY, TINY]
    usual = [[size * g for g in gradient] for size, gradient in zip(sizes, gradients)]
    tiny = [[TINY * g for g in gradient] for gradient in gradients]
    zero = [[0 * g for g in gradients[0]], gradients[1]]
    with steady(0):
        pairs = []
        for walk in (usual, tiny, zero):
            pairs.append(pair := Pair(make, reference, weights, walk))
            if pair.stopped:
                last = pair.mine.findings[-1]
                alone = Pair(make, reference, weights[:1], [gradient[:1] for gradient in walk])
                if last.id == "raises" and not alone.stopped and not alone.wrong(EXACT):
                    last.id, last.variable = "opt_second_parameter", "parameter 2"
                return [last]
    found = pairs[0].mine.findings  # at most that the arrays are new ones
    diagnosis, details = why_wrong(*pairs)
    if diagnosis:
        mine, right, at = next((p.mine, p.right, w) for p in pairs for w in p.wrong(EXACT)[:1])
        values = mine.at[at[0] + 1][at[1]], right.at[at[0] + 1][at[1]]
        details = {"step": at[0] + 1} | details
        return [Finding(diagnosis, mine.who, "step", f"parameter {at[1] + 1}", details, *values)]
    return found


def why_wrong(usual: Pair, tiny: Pair, zero: Pair) -> tuple[str, dict[str, Any]]:
    """The diagnosis of a walk that ends in the wrong place, with its details, or ""."""
    if not any(pair.wrong(EXACT) for pair in (usual, tiny, zero)):
        return "", {}
    got, want = usual.first
    got_at_zero, want_at_zero = zero.first
    wrong = {step: [i for s, i in usual.wrong(NEAR) if s == step] for step, _ in usual.wrong(NEAR)}
    if all(
        np.array_equal(w, usual.mine.at[0][i]) for at in usual.mine.at for i, w in enumerate(at)
    ):
        return "opt_nothing_moves", {}
    if usual.opposite():
        return "opt_wrong_direction", {}
    if wrong.get(0) == [1]:
        return "opt_second_parameter", {}
    if zero.opposite():
        return "opt_decay_sign", {}
    alike = np.allclose(got - want, got_at_zero - want_at_zero, NEAR, 1e-12)
    if zero.wrong(NEAR, slice(1)) and (0 not in wrong or alike):
        sizes = {"got": got_at_zero, "want": want_at_zero}
        return "opt_zero_gradient", {k: f"{np.max(np.abs(v)):.3g}" for k, v in sizes.items()}
    ratio = (got @ want) / (want @ want)
    if 0 in wrong and np.max(np.abs(got - ratio * want)) < NEAR * np.max(np.abs(got)):
        return "opt_ratio", {"ratio": f"{ratio:.4g}"}  # of the first step, at least
    if not any(step < len(usual.right.moves) - 2 for step in wrong) and tiny.wrong(FAR, slice(1)):
        return "opt_tiny_gradients", {}
    return ("opt_first_step_only" if wrong and 0 not in wrong else "opt_wrong"), {}


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
            except NotImplementedError:
                raise
            except Exception as error:
                return find("raises", error=in_words(error), where=f"shape {shape}")
            if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiub":
                return find("init_shape", got=show(x), want=str(shape))
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
