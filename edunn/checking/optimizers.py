"""What is wrong with an optimizer, found by running it next to a right one."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnoses import Answer, answer, diagnosis
from edunn.checking.exceptions import raised
from edunn.checking.findings import Finding, name_of
from edunn.checking.subject import THROUGH
from edunn.checking.training_loop import steady
from edunn.core import Parameter
from edunn.inputs import show

EXACT, NEAR, FAR = 1e-6, 1e-4, 1e-2  # of a step's size: right, all but right, certainly wrong
TINY = 1e-7
SHAPES = (3, 2), (4,)  # two parameters that cannot stand in for each other
Weights: TypeAlias = list[Array]  # one array for each parameter


class Path:
    """Where an optimizer leads from given weights, along given gradients.

    at: the parameters' arrays at the start and after each step; moves: their changes, step by step
    settings: {name: (before, after)} of what it was built with, where the first step changes it
    findings: what is wrong with how it goes, apart from where; `at` ends early at the worst of them
    """

    def __init__(
        self, make: Callable[[list[Parameter]], Any], weights: Weights, gradients: list[Weights]
    ):
        self.at = [weights]
        self.settings: dict[str, tuple[float, float]] = {}
        self.findings: list[Finding] = []
        self.who, self.step, self.raises = name_of(make, "optimizer"), 0, False
        try:
            self.walk(make, [Parameter(w.copy()) for w in weights], gradients)
        except THROUGH:
            raise
        except BaseException as error:
            where = f"step {self.step}" if self.step else "building it"
            self.raises = True
            id, details, _ = raised(error, where)
            if details["where"] != where:  # the line is known
                details["where"] = f"{where}, {details['where']}"
            self.find(id, **details)

    def walk(self, make: Any, parameters: list[Parameter], gradients: list[Weights]) -> None:
        given: list[tuple[Array, Array]] = []
        optimizer = make(list(parameters))
        self.who = name_of(type(optimizer), self.who)
        for gradient in gradients:
            self.step += 1
            for parameter, g in zip(parameters, gradient):
                parameter.grad = g.copy()
                given.append((parameter.grad, g))
            fresh = [parameter.grad for parameter in parameters]
            arrays = [parameter.data for parameter in parameters]
            before = _settings(optimizer) if self.step == 1 else {}
            optimizer.step()
            after = _settings(optimizer) if before else {}
            for name in before.keys() & after.keys():
                if before[name] != after[name]:
                    self.settings[name] = before[name], after[name]
            if any(p.grad is not g for p, g in zip(parameters, fresh)) or not all(
                np.array_equal(now, before) for now, before in given
            ):
                return self.find("opt_changes_gradient", step=self.step)
            for i, (parameter, array) in enumerate(zip(parameters, arrays), 1):
                now = parameter.data
                if not _is_like(now, array):
                    return self.find("opt_wrong", f"parameter {i}", step=self.step, got=show(now))
                if not np.all(np.isfinite(now)):
                    return self.find("opt_not_finite", f"parameter {i}", step=self.step)
                if now is not array and not self.findings:
                    self.find("opt_new_array", f"parameter {i}", step=self.step)
            self.at.append([parameter.data.copy() for parameter in parameters])
        return None

    def find(self, id: str, variable: str | None = None, **details: Any) -> None:
        part = "step" if self.step else "__init__"
        self.findings.append(Finding(diagnosis(id).id, self.who, part, variable, details))

    @property
    def still(self) -> list[Array]:
        """Of each parameter, which of its numbers no step has moved."""
        return [np.all(np.stack(ws) == ws[0], axis=0) for ws in zip(*self.at)]

    @property
    def moves(self) -> list[list[Array]]:
        return [[b - a for a, b in zip(*pair)] for pair in zip(self.at, self.at[1:])]


def _settings(optimizer: Any) -> dict[str, float]:
    """The fractions that it was built with, by the names that its constructor has for them."""
    try:
        names = inspect.signature(type(optimizer)).parameters
    except (TypeError, ValueError):  # it is no object of a class of Python's
        return {}
    held = {name: getattr(optimizer, name, None) for name in names}
    return {name: value for name, value in held.items() if isinstance(value, float)}


def _is_like(now: Any, array: Array) -> bool:
    numbers = isinstance(now, np.ndarray) and now.dtype.kind in "fiu"
    return numbers and now.shape == array.shape


class _Pair:
    """The same walk of the student's optimizer and of the right one."""

    def __init__(self, make: Any, reference: Any, weights: Weights, gradients: list[Weights]):
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

    def draw() -> list[Array]:
        return [rng.uniform(0.5, 2, s) * np.resize([1.0, -1.0, -1.0], s) for s in SHAPES]

    weights, gradients = draw(), [[rng.permutation(g) for g in draw()] for _ in range(steps)]
    sizes = [1.0, 1.0, 0.0, *[1.0] * (steps - 5), TINY, TINY]
    usual = [[size * g for g in gradient] for size, gradient in zip(sizes, gradients)]
    tiny = [[TINY * g for g in gradient] for gradient in gradients]
    zero = [[0 * g for g in gradients[0]], gradients[1]]
    with steady(0):
        pairs = []
        for walk in (usual, tiny, zero):
            pairs.append(pair := _Pair(make, reference, weights, walk))
            if pair.stopped:
                last = pair.mine.findings[-1]
                alone = _Pair(make, reference, weights[:1], [gradient[:1] for gradient in walk])
                if pair.mine.raises and not alone.stopped and not alone.wrong(EXACT):
                    last = replace(last, id="opt_second_parameter", variable="parameter 2")
                return [last]
    why = _why_wrong(_Walks(*pairs))
    if why is None:
        return pairs[0].mine.findings  # at most that the arrays are new ones
    mine, right, at = next((p.mine, p.right, w) for p in pairs for w in p.wrong(EXACT)[:1])
    details = {"step": at[0] + 1} | why.details
    step, i = details["step"], details.pop("index", at[1])
    values = mine.at[step][i], right.at[step][i]
    return [Finding(why.id, mine.who, "step", f"parameter {i + 1}", details, *values)]


@dataclass
class _Walks:
    """The three walks of one optimizer beside the right one, and what the rules ask of them."""

    usual: _Pair
    tiny: _Pair
    zero: _Pair

    @cached_property
    def wrong(self) -> dict[int, list[int]]:
        """Of each wrong step of the usual walk, from 0, the parameters that it moves wrongly."""
        found: dict[int, list[int]] = {}
        for step, i in self.usual.wrong(NEAR):
            found.setdefault(step, []).append(i)
        return found

    @cached_property
    def moves_at_zero(self) -> bool:
        """Whether a first gradient of 0 moves the weights as it should not."""
        return bool(self.zero.wrong(NEAR, slice(1)))


def _why_wrong(walks: _Walks) -> Answer | None:
    """The answer of the first rule that fits; None where no walk ends in the wrong place."""
    if not any(pair.wrong(EXACT) for pair in (walks.usual, walks.tiny, walks.zero)):
        return None
    answers = (rule(walks) for rule in RULES)
    return next((found for found in answers if found), answer("opt_wrong"))


def _nothing_moves(walks: _Walks) -> Answer | None:
    first, *later = walks.usual.mine.at
    moves = any(not np.array_equal(w, old) for at in later for w, old in zip(at, first))
    return None if moves else answer("opt_nothing_moves")


def _wrong_direction(walks: _Walks) -> Answer | None:
    return answer("opt_wrong_direction") if walks.usual.opposite() else None


def _some_stay(walks: _Walks) -> Answer | None:
    for i, (mine, right) in enumerate(zip(walks.usual.mine.still, walks.usual.right.still)):
        if count := int(np.sum(mine & ~right)):
            return answer("opt_some_stay", count=count, size=mine.size, index=i)
    return None


def _one_late(walks: _Walks) -> Answer | None:
    mine, right = walks.usual.mine.moves, walks.usual.right.moves
    is_late = all(
        np.allclose(late, move, NEAR, 1e-12)
        for lates, moves in list(zip(mine[1:], right))[:3]
        for late, move in zip(lates, moves)
    )
    return answer("opt_one_late") if is_late else None


def _setting_changes(walks: _Walks) -> Answer | None:
    kept = walks.usual.right.settings
    for name, (before, now) in walks.usual.mine.settings.items():
        if name not in kept:
            numbers = {"before": f"{before:.6g}", "now": f"{now:.6g}"}
            return answer("opt_setting_changes", name=f"self.{name}", **numbers)
    return None


def _second_parameter(walks: _Walks) -> Answer | None:
    return answer("opt_second_parameter") if walks.wrong.get(0) == [1] else None


def _decay_sign(walks: _Walks) -> Answer | None:
    return answer("opt_decay_sign") if walks.zero.opposite() else None


def _zero_gradient(walks: _Walks) -> Answer | None:
    """A gradient of 0 moves the weights wrongly, and that is all that is wrong with a step."""
    got, want = walks.usual.first
    got_at_zero, want_at_zero = walks.zero.first
    alike = np.allclose(got - want, got_at_zero - want_at_zero, NEAR, 1e-12)
    return _moves_at_zero(walks) if 0 not in walks.wrong or alike else None


def _first_memory(walks: _Walks) -> Answer | None:
    """The first step moves, but wrongly; where the first gradient is 0, all is right."""
    is_it = 0 in walks.wrong and np.any(walks.usual.first[1]) and not walks.zero.wrong(NEAR)
    return answer("opt_first_memory") if is_it else None


def _ratio(walks: _Walks) -> Answer | None:
    """The first step, at least, has the right direction and a wrong length."""
    got, want = walks.usual.first
    ratio = (got @ want) / (want @ want)
    fits = 0 in walks.wrong and np.max(np.abs(got - ratio * want)) < NEAR * np.max(np.abs(got))
    return answer("opt_ratio", ratio=f"{ratio:.4g}") if fits else None


def _ratio_of_each(walks: _Walks) -> Answer | None:
    """The same of each parameter by itself, with a length that is another one for each."""
    if 0 not in walks.wrong or not np.any(walks.usual.first[1]):
        return None
    ratios = []
    for got, want in zip(walks.usual.mine.moves[0], walks.usual.right.moves[0]):
        ratios.append(np.sum(got * want) / np.sum(want * want))
        if np.max(np.abs(got - ratios[-1] * want)) >= NEAR * np.max(np.abs(got)):
            return None
    told = [f"{ratio:.4g} for {shape}" for ratio, shape in zip(ratios, SHAPES)]
    return answer("opt_ratio_of_each", ratios=", ".join(told))


def _tiny_gradients(walks: _Walks) -> Answer | None:
    ordinary = walks.usual.wrong(FAR, slice(len(walks.usual.right.moves) - 2))
    is_tiny = not ordinary and walks.tiny.wrong(FAR, slice(1))
    return answer("opt_tiny_gradients") if is_tiny else None


def _right_at_first(walks: _Walks) -> Answer | None:
    steps = min(walks.wrong, default=None)
    if steps is None:
        return answer("opt_wrong")
    if steps > 1:
        return answer("opt_later_steps", steps=steps)
    return answer("opt_first_step_only") if steps else None


def _moves_at_zero(walks: _Walks) -> Answer | None:
    got, want = walks.zero.first
    most = np.argmax(np.abs(got - want))
    details = {"got": f"{got[most]:.3g}", "want": f"{want[most]:.3g}"}
    return answer("opt_zero_gradient", **details) if walks.moves_at_zero else None


def _scale(walks: _Walks) -> Answer | None:
    """How a step grows with its gradient."""
    first = zip(walks.usual.first, walks.tiny.first)
    grows = [np.linalg.norm(usual) / np.linalg.norm(tiny) for usual, tiny in first]
    if not all(np.isfinite(grows)) or abs(math.log(grows[0] / grows[1])) <= 1:
        return None
    got, want = (f"{value:.2g}" for value in grows)
    return answer("opt_scale", factor=f"{1 / TINY:.2g}", got=got, want=want)


RULES = (
    _nothing_moves, _setting_changes, _wrong_direction, _some_stay, _one_late, _second_parameter,
    _decay_sign, _zero_gradient, _first_memory, _ratio, _ratio_of_each, _tiny_gradients,
    _right_at_first, _moves_at_zero, _scale,
)  # fmt: skip
