"""Check a backward against the slope of its forward.

Each number of each input and parameter is nudged by a small step, and the slope of
sum(dy * forward) is measured from four forward runs, in float64 (the five-point rule, whose error
is of the order of h^4). Where a slope and a gradient disagree, smaller steps decide: near a kink
of ReLU or max the two sides must be looked at one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from edunn.backend import Array, generator
from edunn.core import Module
from edunn.inputs import check_array, check_choice

EPS = 2.0**-52
STEP = 5e-4  # where truncation and rounding of the five-point rule are about equal
SMALLER_STEPS = (5e-5, 5e-6, 5e-7, 5e-8)
TOLERANCE = 1e-8  # of the gradient's own size


class GradientError(AssertionError):
    """A module's backward is not the derivative of its forward."""


@dataclass
class Report:
    """What a check covered. It is true: a check that fails raises instead."""

    who: str
    checked: dict[str, int]  # how many derivatives, by name of the input or parameter
    at_kinks: int  # of these, how many lie between the two slopes of a kink

    @property
    def total(self) -> int:
        return sum(self.checked.values())

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        kinks = f", {self.at_kinks} of them at kinks" if self.at_kinks else ""
        return f"{self.who}: {', '.join(self.checked)} right ({self.total} derivatives{kinks})"


def check_gradients(
    module: Module, *inputs: Array, seed: int = 0, only: Collection[str] | None = None
) -> Report:
    """Raise GradientError unless `module.backward` is the derivative of `module.forward`.

    Every number of the gradients of every input and parameter is compared with the measured slope
    of sum(dy * forward(*inputs)), for a random dy drawn from `seed`. Integer inputs, such as
    labels, have no gradient and are left out; so is all that `only` does not name, where it is
    given: "input 0", "w". The module computes on float64 copies; its parameters and its cache are
    afterwards what they were.
    """
    who = type(module).__name__
    if not isinstance(module, Module):
        raise TypeError(f"check_gradients got {who}, not a Module")
    for i, x in enumerate(inputs):
        check_array("check_gradients", x, name=f"input {i}")
    inputs = tuple(np.array(x, np.float64 if x.dtype.kind == "f" else None) for x in inputs)
    with float64_copies(module):
        forward = repeatable(module)
        kept = [x.copy() for x in inputs]
        y = forward(*inputs)
        cache = module.cache
        if y.dtype.kind != "f" or not np.all(np.isfinite(y)):
            raise GradientError(f"{who}.forward gives dtype {y.dtype} or NaN: nothing to measure")
        dy = np.random.default_rng(seed).normal(size=y.shape)
        dxs, grads = run_backward(module, cache, dy)
        for i, (x, before) in enumerate(zip(inputs, kept)):
            if not np.array_equal(x, before):
                raise GradientError(f"{who} changes input {i}, which is its caller's")

        learned = module.inputs_of_dx(inputs)
        variables = {f"input {i}": x for i, x in enumerate(inputs)
                     if x.dtype.kind == "f" and any(x is one for one in learned)}  # fmt: skip
        gradients = dict(zip(variables, dxs))
        parameters = {
            name: parameter.data
            for name, parameter in module.named_parameters().items()
            if parameter.requires_grad
        }
        if len(gradients) < len(variables) or grads.keys() != parameters.keys():
            raise GradientError(
                f"{who}.backward gives {len(dxs)} dx and gradients for {sorted(grads)}, but it has "
                f"{len(variables)} inputs and its parameters are {sorted(parameters)}"
            )
        at_kinks, arrays = 0, variables | parameters
        for name in () if only is None else only:
            check_choice("check_gradients", name, arrays, "name")
        checked = {name: a for name, a in arrays.items() if only is None or name in only}
        for name, array in checked.items():
            slope = Slope(lambda: forward(*inputs), array, dy)
            at_kinks += compare(f"{who}, gradient of {name}", (gradients | grads)[name], slope)

        forward(*(np.flip(x, axis=0) if x.ndim else x for x in inputs))
        again, _ = run_backward(module, cache, dy)
        if not all(np.array_equal(first, second) for first, second in zip(dxs, again)):
            raise GradientError(
                f"{who}.backward uses something that is not in self.cache: after another forward "
                f"it changes. If {who} is made of modules, keep their caches in its own"
            )
    return Report(who, {name: array.size for name, array in checked.items()}, at_kinks)


def run_backward(module: Module, cache: Any, dy: Array) -> tuple[tuple[Array, ...], dict]:
    """The module's gradients for one run: of its inputs, as a tuple, and by name; as copies."""
    who, dy_before = type(module).__name__, dy.copy()
    module.cache = cache
    result = module.backward(dy if dy.ndim else dy[()])
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], dict)):
        raise GradientError(f"{who}.backward must return dx and a dict, not {result!r:.60}")
    if not np.array_equal(dy, dy_before):
        raise GradientError(f"{who}.backward changes dy, which is its caller's")
    dx, grads = result
    dxs = [d for d in (dx if isinstance(dx, tuple) else (dx,)) if d is not None]
    frozen = {n for n, p in module.named_parameters().items() if not p.requires_grad}
    grads = {name: np.array(g) for name, g in grads.items() if name not in frozen}
    return tuple(np.array(d) for d in dxs), grads


class Slope:
    """Measures the derivative of sum(dy * f()) in the numbers of `x`, an array that f reads."""

    def __init__(self, f: Callable[[], Array], x: Array, dy: Array):
        self.f, self.x, self.dy, self.y = f, x, dy, f()

    def difference(self, i: tuple[int, ...], t: float) -> tuple[Array, float]:
        """dy * (f at x[i] + t, less f at x[i]), output by output, and the step really taken."""
        kept = self.x[i]
        self.x[i] = kept + t
        taken = self.x[i] - kept
        y = self.f()
        self.x[i] = kept
        return self.dy * (y - self.y), taken

    def sides(self, i: tuple[int, ...], h: float) -> tuple[Array, Array, float]:
        """The slopes to the right and to the left, output by output; and their rounding error."""
        (up, right), (down, left) = self.difference(i, h), self.difference(i, -h)
        moved = np.abs(self.dy * self.y)[(up != 0) | (down != 0)].sum() if self.dy.ndim else 0.0
        rounding = 8 * EPS * max(moved, np.max(np.abs(self.dy * self.y), initial=0.0)) / h
        return up / right, down / left, float(rounding)

    def five_point(self, i: tuple[int, ...], h: float) -> tuple[float, float]:
        """(4 D(h/2) - D(h)) / 3, where D is the central difference; and its rounding error."""
        right, left, _ = self.sides(i, h)
        near_right, near_left, rounding = self.sides(i, h / 2)
        wide, narrow = np.sum(right + left) / 2, np.sum(near_right + near_left) / 2
        return float((4 * narrow - wide) / 3), rounding

    def judge(self, i: tuple[int, ...], got: float, scale: float) -> tuple[str, float]:
        """'right', 'kink' or 'wrong', and the slope that smaller and smaller steps settle on."""
        size = max(1.0, abs(float(self.x[i])))
        for h in SMALLER_STEPS:
            right, left, rounding = self.sides(i, h * size)
            if np.all(np.abs(right - left) <= 1e-3 * np.abs(right + left) + 4 * rounding):
                slope, rounding = self.five_point(i, h * size)
                return ("right" if close(got, slope, scale, rounding) else "wrong"), slope
        low, high = float(np.sum(np.minimum(right, left))), float(np.sum(np.maximum(right, left)))
        room = 1e-6 * scale + rounding
        return ("kink" if low - room <= got <= high + room else "wrong"), (low + high) / 2


def close(got: float, slope: float, scale: float, rounding: float) -> bool:
    return abs(got - slope) <= TOLERANCE * max(abs(slope), 1e-2 * scale) + rounding


def compare(what: str, gradient: Array, slope: Slope) -> int:
    """Raise GradientError, naming the worst number, unless gradient and slope agree everywhere.

    Returns how many of the numbers lie at a kink, where any value between the slopes will do.
    """
    x = slope.x
    if gradient.shape != x.shape:
        raise GradientError(f"{what}: it has shape {gradient.shape}, but that has shape {x.shape}")
    places = list(np.ndindex(*x.shape))
    measured = {i: slope.five_point(i, STEP * max(1.0, abs(float(x[i])))) for i in places}
    scale = max((abs(number) for number, _ in measured.values()), default=0.0)
    wrong, at_kinks = {}, 0
    for i, (number, rounding) in measured.items():
        got = float(gradient[i])
        if close(got, number, scale, rounding):
            continue
        verdict, number = slope.judge(i, got, scale)
        at_kinks += verdict == "kink"
        if verdict == "wrong":
            wrong[i] = (got, number)
    if wrong:
        worst = max(wrong, key=lambda i: distance(*wrong[i]))
        got, number = wrong[worst]
        raise GradientError(
            f"{what}: wrong in {len(wrong)} of {len(places)} numbers; at {worst} backward says "
            f"{got:.6g}, but the slope is {number:.6g}"
        )
    return at_kinks


def distance(got: float, slope: float) -> float:
    return abs(got - slope) if math.isfinite(got) else math.inf


def repeatable(module: Module) -> Callable[..., Array]:
    """The module's forward, with the same random numbers at each call, and an output of its own."""
    bits = generator().bit_generator
    start = bits.state

    def forward(*inputs: Array) -> Array:
        bits.state = start
        return np.array(module.forward(*inputs))  # a copy: Identity's is its input

    return forward


@contextmanager
def float64_copies(module: Module) -> Iterator[None]:
    """Let the module compute on float64 copies of its parameters and buffers; then put all back."""
    kept: list[tuple[Any, str, Any]] = [(p, "data", p.data) for p in module.parameters()]
    for _, part in module.named_modules():
        kept += [(part, name, getattr(part, name)) for name in part.buffers]
        kept.append((part, "cache", part.cache))
    state = generator().bit_generator.state
    for owner, name, value in kept:
        if name != "cache" and value.dtype.kind == "f":
            setattr(owner, name, np.array(value, np.float64))
    try:
        yield
    finally:
        generator().bit_generator.state = state
        for owner, name, value in kept:
            setattr(owner, name, value)
