"""What is wrong with an optimizer, found by running it next to a right one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from edunn.checking.findings import Finding, name_of
from edunn.checking.subject import THROUGH, in_words
from edunn.checking.training_loop import steady
from edunn.core import Parameter
from edunn.inputs import show

EXACT, NEAR, FAR = 1e-6, 1e-4, 1e-2  # of a step's size: right, all but right, certainly wrong
TINY = 1e-7
SHAPES = (3, 2), (4,)  # two parameters that cannot stand in for each other


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
        except THROUGH:
            raise
        except BaseException as error:
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
    def still(self) -> list[np.ndarray]:
        """Of each parameter, which of its numbers no step has moved."""
        return [np.all(np.stack(ws) == ws[0], axis=0) for ws in zip(*self.at)]

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
        step, i = at[0] + 1, details.pop("index", at[1])
        values, details = (mine.at[step][i], right.at[step][i]), {"step": step} | details
        return [Finding(diagnosis, mine.who, "step", f"parameter {i + 1}", details, *values)]
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
    for i, still in enumerate(zip(usual.mine.still, usual.right.still)):
        if count := int(np.sum(still[0] & ~still[1])):
            return "opt_some_stay", {"count": count, "size": still[0].size, "index": i}
    if all(
        np.allclose(late, move, NEAR, 1e-12)
        for mine, right in list(zip(usual.mine.moves[1:], usual.right.moves))[:3]
        for late, move in zip(mine, right)
    ):
        return "opt_one_late", {}
    if wrong.get(0) == [1]:
        return "opt_second_parameter", {}
    if zero.opposite():
        return "opt_decay_sign", {}
    alike = np.allclose(got - want, got_at_zero - want_at_zero, NEAR, 1e-12)
    sizes = {"got": got_at_zero, "want": want_at_zero}
    at_zero = "opt_zero_gradient", {k: f"{np.max(np.abs(v)):.3g}" for k, v in sizes.items()}
    moves_at_zero = bool(zero.wrong(NEAR, slice(1)))
    if moves_at_zero and (0 not in wrong or alike):
        return at_zero
    ratio = (got @ want) / (want @ want)
    if 0 in wrong and np.max(np.abs(got - ratio * want)) < NEAR * np.max(np.abs(got)):
        return "opt_ratio", {"ratio": f"{ratio:.4g}"}  # of the first step, at least
    ordinary = usual.wrong(FAR, slice(len(usual.right.moves) - 2))
    if not ordinary and tiny.wrong(FAR, slice(1)):
        return "opt_tiny_gradients", {}
    if 0 not in wrong:
        return "opt_first_step_only" if wrong else "opt_wrong", {}
    if moves_at_zero:
        return at_zero
    grows = [np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(usual.first, tiny.first)]
    if all(np.isfinite(grows)) and abs(math.log(grows[0] / grows[1])) > 1:
        long, right = (f"{value:.2g}" for value in grows)
        return "opt_scale", {"factor": f"{1 / TINY:.2g}", "got": long, "want": right}
    return "opt_wrong", {}
