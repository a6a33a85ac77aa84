"""Measure slopes, and judge a gradient by them.

The slope of sum(dy * f) is measured by the five-point rule: (4 D(h/2) - D(h)) / 3, with D the
central difference, the differences taken output by output before they are weighted and added. A
variable is first asked along one random direction, whatever its size; only where that fails is
every number of it nudged, and only where that fails do smaller and smaller steps decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

EPS = 2.0**-52
STEP = 5e-4  # where truncation and rounding of the five-point rule are about equal
SMALLER_STEPS = (5e-5, 5e-6, 5e-7, 5e-8)
TINY_STEPS = (5e-9, 5e-10, 5e-11)
TOLERANCE = 1e-8  # of the gradient's own size; no number in this file is an absolute tolerance
KINK = 1e-3  # one-sided slopes that differ by more than this share of them, at every step
MANY = 1000  # of a larger variable, this many numbers are nudged, chosen at random
ENOUGH = 20  # numbers that are surely wrong; smaller steps are not asked about any more

VERIFIED, AT_KINK, UNMEASURED, WRONG = "verified", "at a kink", "could not be measured", "wrong"


def numeric_gradient(f: Callable[[Any], Any], x: Any, dy: Any, h: float = 1e-5) -> Any:
    """The slope of sum(dy * f(x)) in every number of x, found by nudging it up and down.

    f: a function of an array    x: a float array; it is nudged in place and put back
    dy: an array of the shape of f(x)    h: the nudge    Returns an array of the shape of x.
    """
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + h
        up = np.sum(dy * f(x))
        x[place] = kept - h
        down = np.sum(dy * f(x))
        x[place] = kept
        gradient[place] = (up - down) / (2 * h)
    return gradient


@dataclass
class Judged:
    """The verdict on one variable. measured and wrong are None where the direction sufficed."""

    verdict: str
    measured: Any = None  # the slope in every number
    wrong: Any = None  # True where the gradient is not that slope
    looked: Any = None  # True where it was measured: everywhere, but in a variable of MANY numbers


class Probe:
    """Measures how the numbers that f gives move with those of `x`, an array that f reads.

    f: gives a new array at every call    dy: the weights of its outputs
    """

    def __init__(self, f: Callable[[], Any], x: Any, dy: Any):
        self.f, self.x, self.dy = f, x, dy
        self.y = f()

    def change(self, where: Any, t: Any) -> Any:
        """dy * (f after x[where] += t, less f), output by output; x is put back."""
        kept = np.copy(self.x[where])
        self.x[where] = kept + t
        try:
            return self.dy * (self.f() - self.y)
        finally:
            self.x[where] = kept

    def sides(self, where: Any, t: Any, h: float) -> tuple[Any, Any, float]:
        """The slopes on the right and the left, output by output, and how far rounding can move
        their sum. t: the nudge, h long"""
        up, down = self.change(where, t), self.change(where, -t)
        weight = np.abs(self.dy * self.y)
        moved = float(np.sum(weight[(up != 0) | (down != 0)])) if np.ndim(weight) else float(weight)
        rounding = 8 * EPS * max(moved, float(np.max(weight, initial=0.0)) / 4) / h
        return up / h, -down / h, rounding

    def five_point(self, where: Any, t: Any, h: float) -> tuple[float, float]:
        """The slope, and how far rounding can have moved it."""
        right, left, _ = self.sides(where, t, h)
        near_right, near_left, rounding = self.sides(where, t / 2, h / 2)
        wide, near = np.sum(right + left) / 2, np.sum(near_right + near_left) / 2
        return float((4 * near - wide) / 3), rounding

    def step(self, place: tuple[int, ...], h: float) -> float:
        """h, or more where x is large, as a number that x takes exactly."""
        x = float(self.x[place])
        h = h * max(1.0, abs(x))
        return (x + h) - x

    def direction(self, gradient: Any, rng: np.random.Generator) -> bool:
        """Whether the gradient agrees with the slope along one random direction."""
        x = self.x
        signs = rng.choice([-1.0, 1.0], size=x.shape)
        u = signs * rng.uniform(0.5, 1.5, x.shape) * np.maximum(1, np.abs(x)) / np.sqrt(x.size)
        slope, rounding = self.five_point(..., STEP * u, STEP)
        along = gradient * u
        size = float(np.sqrt(np.sum(along**2)))
        return bool(abs(float(np.sum(along)) - slope) <= TOLERANCE * size + rounding)

    def elements(self, gradient: Any) -> Judged:
        """The verdict number by number."""
        looked = some_places(self.x)
        measured, noise = np.array(gradient, float), np.zeros(self.x.shape)
        for place in map(tuple, np.argwhere(looked)):
            h = self.step(place, STEP)
            measured[place], noise[place] = self.five_point(place, h, h)
        scale = float(np.max(np.abs(measured), where=np.isfinite(measured), initial=0.0))
        verdicts: list[str] = []
        wrong = np.array(~is_close(gradient, measured, scale, noise))  # True for NaN as well
        for place in map(tuple, np.argwhere(wrong)):
            if verdicts.count(WRONG) == ENOUGH and np.isfinite(measured[place]):
                break
            verdict, measured[place] = self.ladder(place, float(gradient[place]), scale)
            wrong[place] = verdict == WRONG
            verdicts.append(verdict)
        for verdict in (WRONG, UNMEASURED, AT_KINK):
            if verdict in verdicts:
                return Judged(verdict, measured, wrong, looked)
        return Judged(VERIFIED, measured, wrong, looked)

    def ladder(self, place: tuple[int, ...], got: float, scale: float) -> tuple[str, float]:
        """What smaller and smaller steps say of one number, and the slope that they settle on."""
        near = abs(float(self.x[place]))
        extra = (1e-2 * near, 1e-3 * near) if 0 < near < 0.3 else ()  # a logarithm close to 0
        steps = sorted((*SMALLER_STEPS, *extra), reverse=True)
        rungs = [self.rung(place, h) for h in steps]
        if not all(rung.smooth for rung in rungs[-2:]):
            rungs += [self.rung(place, h) for h in TINY_STEPS]
        rungs = [rung for rung in rungs if np.isfinite(rung.slope)]
        if len(rungs) < 2:
            return UNMEASURED, got
        if not any(rung.smooth for rung in rungs):
            last = self.rung(place, SMALLER_STEPS[-1])
            low, high = float(np.sum(last.low)), float(np.sum(last.high))
            room = 1e-6 * max(scale, abs(low), abs(high)) + last.rounding
            return (AT_KINK if low - room <= got <= high + room else WRONG), (low + high) / 2
        best, doubt = best_rung(rungs)
        if is_close(got, best.slope, scale, max(best.rounding, doubt)):
            sure = doubt <= max(1e-3 * abs(best.slope), TOLERANCE * scale, best.rounding)
            return VERIFIED if sure else UNMEASURED, best.slope
        first = rungs[0]  # if f itself rounds, slopes scatter the more the smaller the step
        scatter = max(abs(a.slope - b.slope) * b.h for a, b in zip(rungs, rungs[1:])) / first.h
        if abs(got - first.slope) <= scatter or self.is_below_rounding(got, best, rungs):
            return UNMEASURED, first.slope
        return WRONG, best.slope

    def is_below_rounding(self, got: float, best: Rung, rungs: list[Rung]) -> bool:
        """Whether what cancels inside the layer may be all the difference: numbers of the size of
        x in forward, where the steps do not agree, or numbers of the size of dy in backward."""
        slopes = np.array([rung.slope for rung in rungs])
        dy, off = float(np.max(np.abs(self.dy), initial=0.0)), abs(got - best.slope)
        if np.ptp(slopes) > 1e-3 * np.max(np.abs(slopes)) or not np.any(slopes):
            return off <= 8 * EPS * dy * float(np.max(np.abs(self.x))) / max(best.h, TINY_STEPS[0])
        return off <= min(4 * EPS * dy, 1e-3 * abs(best.slope))

    def rung(self, place: tuple[int, ...], h: float) -> Rung:
        h = self.step(place, h)
        right, left, _ = self.sides(place, h, h)
        near_right, near_left, rounding = self.sides(place, h / 2, h / 2)
        slope = float(np.sum(4 * (near_right + near_left) - (right + left)) / 6)
        gap = np.maximum(np.abs(near_right - near_left), np.abs(right - left))
        limit = KINK * np.maximum(np.abs(near_right), np.abs(near_left)) + 4 * rounding
        low, high = np.minimum(near_right, near_left), np.maximum(near_right, near_left)
        return Rung(h, slope, rounding, gap, limit, low, high)

    def judge(self, gradient: Any, seed: int = 0, fast: bool = True) -> Judged:
        """Whether `gradient` is the derivative of sum(dy * f) in x."""
        finite = np.all(np.isfinite(gradient))
        if self.x.size == 0:
            return Judged(VERIFIED)
        if fast and finite and self.direction(gradient, np.random.default_rng(seed)):
            return Judged(VERIFIED)
        return self.elements(gradient)


@dataclass
class Rung:
    """What one step of the ladder saw: the slope, and both sides of every output."""

    h: float
    slope: float
    rounding: float
    gap: Any
    limit: Any
    low: Any
    high: Any

    @property
    def smooth(self) -> bool:
        return bool(np.all(self.gap <= self.limit))


def best_rung(rungs: list[Rung]) -> tuple[Rung, float]:
    """The step whose slope agrees best with the next one's, and by how much they differ; steps at
    which both sides agree come first. It is never the one closest to the student's answer."""
    pairs = [(abs(a.slope - b.slope), b if b.rounding < a.rounding else a, a.smooth and b.smooth)
             for a, b in zip(rungs, rungs[1:])]  # fmt: skip
    smooth = [pair for pair in pairs if pair[2]]
    if not smooth:  # between two kinks, only the last step may be short enough
        return next(rung for rung in reversed(rungs) if rung.smooth), 0.0
    doubt, best, _ = min(smooth, key=lambda pair: pair[0] + pair[1].rounding)
    return best, doubt


def some_places(x: Any) -> Any:
    """True at every number of x, or at MANY of them."""
    looked = np.zeros(x.size, bool)
    looked[np.random.default_rng(x.size).permutation(x.size)[:MANY]] = True
    return looked.reshape(x.shape)


def is_close(got: Any, slope: Any, scale: float, noise: Any) -> Any:
    return np.abs(got - slope) <= TOLERANCE * np.maximum(np.abs(slope), 1e-3 * scale) + noise
