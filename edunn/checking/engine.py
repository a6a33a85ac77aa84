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

from edunn.backend import Array

EPS = 2.0**-52
STEP = 5e-4  # where truncation and rounding of the five-point rule are about equal
STEPS = (STEP, 5e-5, 5e-6, 5e-7, 5e-8, 5e-9, 5e-10, 5e-11)
TOLERANCE = 1e-8  # of the gradient's own size; no number in this file is an absolute tolerance
KINK = 1e-3  # one-sided slopes that differ by more than this share of them, at every step
NOISE = 8.0  # times what f was seen to round by; below 10, by which the steps shrink
MANY = 1000  # of a larger variable, this many numbers are nudged, chosen at random
ENOUGH = 20  # numbers that are surely wrong; smaller steps are not asked about any more

VERDICTS = ("verified", "at a kink", "could not be measured", "wrong")  # the worst one counts
VERIFIED, AT_KINK, UNMEASURED, WRONG = VERDICTS


def numeric_gradient(f: Callable[[Array], Array], x: Array, dy: Array, h: float = 1e-5) -> Array:
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


@dataclass(frozen=True)
class Measurement:
    """What was measured of one variable. All but the verdict is None where the direction sufficed.

    measured: the slope in every number    wrong: True where the gradient is not that slope
    looked: True where it was measured: everywhere, but in a variable of MANY numbers
    """

    verdict: str
    measured: Array | None = None
    wrong: Array | None = None
    looked: Array | None = None


class Probe:
    """Measures how the numbers that f gives move with those of `x`, an array that f reads.

    f: gives a new array at every call    dy: the weights of its outputs
    """

    def __init__(self, f: Callable[[], Array], x: Array, dy: Array | float):
        self.f, self.x, self.dy = f, x, dy
        self.y = f()

    def change(self, where: Any, t: Any) -> Array:
        """dy * (f after x[where] += t, less f), output by output; x is put back."""
        kept = np.copy(self.x[where])
        self.x[where] = kept + t
        try:
            return self.dy * (self.f() - self.y)
        finally:
            self.x[where] = kept

    def sides(self, where: Any, t: Any, h: float) -> tuple[Array, Array, float]:
        """The slopes on the right and the left, output by output, and how far rounding can move
        their sum. t: the nudge, h long"""
        up, down = self.change(where, t), self.change(where, -t)
        weight = np.abs(self.dy * self.y)
        moved = 4 * float(np.sum(weight * ((up != 0) | (down != 0))))
        rounding = 2 * EPS * max(moved, largest(weight)) / h
        return up / h, -down / h, rounding

    def five_point(self, where: Any, t: Any, h: float) -> tuple[float, float, tuple[Array, ...]]:
        """The slope, how far rounding can have moved it, and the slopes it is made of."""
        right, left, _ = self.sides(where, t, h)
        near_right, near_left, rounding = self.sides(where, t / 2, h / 2)
        slope = float(np.sum(4 * (near_right + near_left) - (right + left)) / 6)
        return slope, rounding, (right, left, near_right, near_left)

    def step(self, place: tuple[int, ...], h: float) -> float:
        """h, or more where x is large, as a number that x takes exactly."""
        x = float(self.x[place])
        h = h * max(1.0, abs(x))
        return (x + h) - x

    def direction(self, gradient: Array, rng: np.random.Generator) -> bool:
        """Whether the gradient agrees with the slope along one random direction."""
        x = self.x
        signs = rng.choice([-1.0, 1.0], size=x.shape)
        u = signs * rng.uniform(0.5, 1.5, x.shape) * np.maximum(1, np.abs(x)) / np.sqrt(x.size)
        slope, rounding, _ = self.five_point(..., STEP * u, STEP)
        along = gradient * u
        room = TOLERANCE * _length(along) + rounding
        return abs(float(np.sum(along)) - slope) <= room

    def elements(self, gradient: Array) -> Measurement:
        """The verdict number by number."""
        looked = _some_places(self.x)
        measured, noise = np.array(gradient, float), np.zeros(self.x.shape)
        for place in map(tuple, np.argwhere(looked)):
            h = self.step(place, STEP)
            measured[place], noise[place], _ = self.five_point(place, h, h)
        scale = largest(measured[np.isfinite(measured)])
        verdicts = [VERIFIED]
        wrong = np.array(~_is_close(gradient, measured, scale, noise))  # True for NaN as well
        for place in map(tuple, np.argwhere(wrong)):
            if verdicts.count(WRONG) == ENOUGH and np.isfinite(measured[place]):
                break
            verdict, measured[place] = self.ladder(place, float(gradient[place]), scale)
            wrong[place] = verdict == WRONG
            verdicts.append(verdict)
        return Measurement(max(verdicts, key=VERDICTS.index), measured, wrong, looked)

    def ladder(self, place: tuple[int, ...], got: float, scale: float) -> tuple[str, float]:
        """What smaller and smaller steps say of one number, and the slope that they settle on."""
        rungs = [self.rung(place, h) for h in STEPS]
        rungs = [rung for rung in rungs if np.isfinite(rung.slope)]
        pairs = [(a, b) for a, b in zip(rungs, rungs[1:]) if a.smooth or b.smooth]
        if not rungs[2:]:
            return UNMEASURED, got
        if not pairs:
            low, high = rungs[len(rungs) // 2].between
            room = 1e-6 * (scale + high - low)
            return (AT_KINK if low - room <= got <= high + room else WRONG), (low + high) / 2
        # the step that agrees best with the next one; never the one closest to `got`
        doubt, best = min(((a.apart(b), a) for a, b in pairs), key=lambda p: p[0] + p[1].rounding)
        if _is_close(got, best.slope, scale, best.rounding + doubt):
            sure = doubt <= 1e-3 * abs(best.slope) + best.rounding
            return VERIFIED if sure else UNMEASURED, best.slope
        # inside the layer, numbers of the size of dy and x may cancel and leave next to nothing
        size = largest(self.dy) * max(1.0, largest(self.x))
        room = 1e-7 * abs(best.slope) if abs(best.slope) > 1e-7 * scale else np.inf
        cancels = min(EPS * size / STEP, room)
        noise = NOISE * _noise_of(rungs)
        is_noise = all(abs(got - rung.slope) * rung.h <= noise for rung in rungs)
        return UNMEASURED if is_noise or abs(got - best.slope) <= cancels else WRONG, best.slope

    def rung(self, place: tuple[int, ...], h: float) -> _Rung:
        h = self.step(place, h)
        slope, rounding, (right, left, near_right, near_left) = self.five_point(place, h, h)
        one_sided = [float(np.sum(2 * near_right - right)), float(np.sum(2 * near_left - left))]
        gap = np.abs(2 * (near_right - near_left) - (right - left))  # 0 where it is only curved
        limit = KINK * np.maximum(np.abs(near_right), np.abs(near_left)) + rounding
        low, high = np.minimum(near_right, near_left), np.maximum(near_right, near_left)
        between = float(np.sum(low)), float(np.sum(high))
        return _Rung(h, slope, one_sided, rounding, bool(np.all(gap <= limit)), between)

    def judge(self, gradient: Array, seed: int = 0, fast: bool = True) -> Measurement:
        """Whether `gradient` is the derivative of sum(dy * f) in x."""
        finite = np.all(np.isfinite(gradient))
        if fast and finite and self.direction(gradient, np.random.default_rng(seed)):
            return Measurement(VERIFIED)
        return self.elements(gradient)


@dataclass(frozen=True)
class _Rung:
    """What one step of the ladder saw.

    slope: by the five-point rule    one_sided: on the right and on the left, to second order
    smooth: whether no output has a kink    between: the slopes that its kinks allow
    """

    h: float
    slope: float
    one_sided: list[float]
    rounding: float
    smooth: bool
    between: tuple[float, float]

    def apart(self, other: _Rung) -> float:
        return abs(self.slope - other.slope)


def largest(a: Array) -> float:
    """The magnitude of the largest number; 0 where there is none."""
    return float(np.max(np.abs(a), initial=0.0))


def _length(a: Array) -> float:
    """The root of the sum of squares, also where the squares are too large for a float."""
    size = largest(a)
    return size * float(np.linalg.norm(a / size)) if 0 < size < np.inf else size


def _noise_of(rungs: list[_Rung]) -> float:
    """How far f itself rounds: every slope is then off by so much, divided by its step. The least
    of three, as a kink does the same to both sides but one, and a curve to both sides."""
    found = [[rung.slope, *rung.one_sided] for rung in rungs]
    pairs = [np.abs(np.subtract(a, b)) * r.h for a, b, r in zip(found[1:], found[2:], rungs[2:])]
    return float(np.min(np.max(pairs, axis=0)))


def _some_places(x: Array) -> Array:
    """True at every number of x, or at MANY of them."""
    looked = np.zeros(x.size, bool)
    looked[np.random.default_rng(x.size).permutation(x.size)[:MANY]] = True
    return looked.reshape(x.shape)


def _is_close(got: Array, slope: Array, scale: float, noise: Array) -> Array:
    return np.abs(got - slope) <= TOLERANCE * np.maximum(np.abs(slope), 1e-3 * scale) + noise
