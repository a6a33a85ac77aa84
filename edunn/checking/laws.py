"""What must hold of every layer, whatever it computes; and the check of one layer at one point."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from itertools import zip_longest
from typing import Any

import numpy as np

from edunn.checking.engine import largest
from edunn.checking.findings import Checked, Finding
from edunn.checking.point import Point
from edunn.checking.subject import Stop, Subject, as_float64, float64_copies, stream
from edunn.checking.wrong_gradient import same
from edunn.core import Module
from edunn.inputs import check_choice


def structure(point: Point, only: Collection[str] | None = None) -> list[Finding]:
    """What must hold of forward and backward whatever they compute. only: whose gradients count"""
    subject, inputs = point.subject, point.inputs
    kept = point.parameters_before

    def changed(part: str) -> list[Finding]:
        found = []
        for i, (x, old) in enumerate(zip(inputs, point.before)):
            if not np.array_equal(x, old, equal_nan=x.dtype.kind == "f"):
                x[...] = old
                found.append(subject.finding("changes_input", part, index=i))
        for name, w in subject.parameters().items():
            if name in kept and not np.array_equal(w, kept[name]):
                w[...] = kept[name]
                found.append(subject.finding("changes_parameter", part, name=name))
        return found

    if either := changed("forward"):  # or backward: each runs once more, alone
        subject.forward(*inputs)
        if not (found := changed("forward")):
            subject.backward(point.dy)
            found = changed("backward")
        return found or either
    y = subject.forward(*inputs)
    if found := changed("forward"):
        return found
    if not np.array_equal(y, point.y):
        return [subject.finding("forward_not_repeatable", "forward")]
    dy = point.dy
    handed = dy.copy()
    raw = subject.run("backward", handed if handed.ndim else np.float64(handed))
    if not np.array_equal(handed, dy):
        return [subject.finding("changes_dy", "backward")]
    if found := changed("backward"):
        return found
    first, second = as_list(*subject.arrays(raw)), as_list(*subject.backward(dy))
    if not all(np.array_equal(a, b) for a, b in zip_longest(first, second)):
        before = as_list(point.dxs, point.grads)
        shapes = [[np.shape(a) for a in arrays] for arrays in (first, second, before)]
        adds = shapes[0] == shapes[1] == shapes[2] and all(
            np.array_equal(a, b) or same(b - a, p) for a, b, p in zip(first, second, before)
        )
        return [subject.finding("backward_accumulates" if adds else "backward_not_repeatable",
                                "backward")]  # fmt: skip
    return linearity(point, dy, only)


def linearity(point: Point, dy: Any, only: Collection[str] | None) -> list[Finding]:
    """backward(0) = 0, and backward(2.5 d1 - 1.5 d2) = 2.5 backward(d1) - 1.5 backward(d2)."""
    subject = point.subject
    other = np.asarray(stream(point.seed, "another dy").normal(size=dy.shape))
    zero, one = point.again(np.zeros_like(dy)), point.again(dy)
    two, both = point.again(other), point.again(2.5 * dy - 1.5 * other)
    asked = [name for name in zero if only is None or name in only]
    for name in asked:
        if np.any(zero[name]):
            ignores = np.array_equal(zero[name], one[name])
            id = "ignores_dy" if ignores else "not_zero_for_zero"
            return [subject.finding(id, "backward", name)]
    for name in asked:
        mixed = 2.5 * one[name] - 1.5 * two[name]
        size = largest(mixed) + largest(one[name])
        cancels = min(4e-15 * largest(dy), 1e-3 * size)
        if np.any(np.abs(both[name] - mixed) > 1e-9 * size + cancels):
            squares = same(point.again(2 * dy)[name], 4 * one[name])
            return [subject.finding("squares_dy" if squares else "not_linear", "backward", name)]
    subject.forward(*(np.flip(x, axis=0) if x.ndim else x for x in point.inputs))
    with suppress(AttributeError):  # of a property
        subject.module.cache = point.cache
    if subject.module.cache is not point.cache:
        return []
    again = as_list(*subject.backward(dy))
    if not all(np.array_equal(a, b) for a, b in zip(again, as_list(point.dxs, point.grads))):
        return [subject.finding("changes_cache_elsewhere", "backward")]
    return []


def as_list(dxs: list[Any], grads: dict[str, Any]) -> list[Any]:
    return [*dxs, *grads.values()]


def look(
    module: Module, inputs: tuple[Any, ...], seed: int = 0, only: Collection[str] | None = None
) -> tuple[list[Finding], list[Checked], int]:
    """One point: structure, shapes, values. Findings, what was checked, and how many calls."""
    subject = Subject(module)
    copies = tuple(as_float64(x, "fb") for x in inputs)
    with float64_copies(module):
        try:
            point = Point(subject, copies, seed)
            for name in () if only is None else only:
                check_choice("check_gradients", name, point.variables | point.parameters, "name")
            found = [
                one for one in point.shapes()
                if only is None or one.variable is None or one.variable in only
            ] or structure(point, only)  # fmt: skip
            if found:
                return found, [], subject.forwards
            found, checked = point.values(only)
            return found, checked, subject.forwards
        except Stop as stop:
            return [stop.finding], [], subject.forwards
