"""What must hold of every layer, whatever it computes; and the check of one layer at one point."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import numpy as np

from edunn.backend import Array
from edunn.checking.engine import VERIFIED, largest
from edunn.checking.findings import Finding, Outcome
from edunn.checking.point import Point
from edunn.checking.subject import Stop, Subject, as_float64, float64_copies, stream
from edunn.checking.wrong_gradient import same
from edunn.core import Module
from edunn.inputs import check_choice


def structure(point: Point, only: Collection[str] | None = None) -> list[Finding]:
    """What must hold of forward and backward whatever they compute. only: whose gradients count"""
    for law in _first_runs_change_nothing, _forward_is_repeatable, _backward_is_repeatable:
        if found := law(point):
            return found
    return _is_linear(point, only) or _keeps_its_own_cache(point)


def _changed(point: Point, part: str) -> list[Finding]:
    """The inputs and parameters that are not what they were; they are put back."""
    subject, kept, found = point.subject, point.parameters_before, []
    for i, (x, old) in enumerate(zip(point.inputs, point.before)):
        if not np.array_equal(x, old, equal_nan=x.dtype.kind == "f"):
            x[...] = old
            found.append(subject.finding("changes_input", part, index=i))
    for name, w in subject.parameters().items():
        if name in kept and not np.array_equal(w, kept[name]):
            w[...] = kept[name]
            found.append(subject.finding("changes_parameter", part, name=name))
    return found


def _first_runs_change_nothing(point: Point) -> list[Finding]:
    """Neither forward nor backward, which have both run, changes what it is given. Where one does,
    each runs once more, alone."""
    either = _changed(point, "forward")
    if not either:
        return []
    point.subject.forward(*point.inputs)
    if found := _changed(point, "forward"):
        return found
    point.subject.backward(point.dy)
    return _changed(point, "backward") or either


def _forward_is_repeatable(point: Point) -> list[Finding]:
    """forward gives the same again, and leaves inputs and parameters as they are."""
    y = point.subject.forward(*point.inputs)
    if found := _changed(point, "forward"):
        return found
    if not np.array_equal(y, point.y):
        return [point.subject.finding("forward_not_repeatable", "forward")]
    return []


def _backward_is_repeatable(point: Point) -> list[Finding]:
    """backward gives the same again, and leaves dy, inputs and parameters as they are."""
    subject, dy = point.subject, point.dy
    handed = dy.copy()
    raw = subject.run("backward", handed if handed.ndim else np.float64(handed))
    if not np.array_equal(handed, dy):
        return [subject.finding("changes_dy", "backward")]
    if found := _changed(point, "backward"):
        return found
    first, second = _as_list(*subject.arrays(raw)), _as_list(*subject.backward(dy))
    if all(np.array_equal(a, b) for a, b in zip_longest(first, second)):
        return []
    before = _as_list(point.dxs, point.grads)
    shapes = [[np.shape(a) for a in arrays] for arrays in (first, second, before)]
    adds = shapes[0] == shapes[1] == shapes[2] and all(
        np.array_equal(a, b) or same(b - a, p) for a, b, p in zip(first, second, before)
    )
    id = "backward_accumulates" if adds else "backward_not_repeatable"
    return [subject.finding(id, "backward")]


def _is_linear(point: Point, only: Collection[str] | None) -> list[Finding]:
    """backward(0) = 0, and backward(2.5 d1 - 1.5 d2) = 2.5 backward(d1) - 1.5 backward(d2)."""
    subject, dy = point.subject, point.dy
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
    return []


def _keeps_its_own_cache(point: Point) -> list[Finding]:
    """Given its cache back after another forward, of a smaller batch, backward gives the same as
    before."""
    subject, module = point.subject, point.subject.module
    before = _attributes(module)
    _forward_of_another_batch(point)
    is_renewed = module.cache is not point.cache
    with suppress(AttributeError):  # of a property
        module.cache = point.cache
    if module.cache is not point.cache:
        return []
    try:
        again = _as_list(*subject.backward(point.dy))
    except Stop:  # of shapes that do not fit, say
        again = []
    was = _as_list(point.dxs, point.grads)
    if len(again) == len(was) and all(np.array_equal(a, b) for a, b in zip(again, was)):
        return []
    if names := _other_attributes(before, _attributes(module)):
        return [subject.finding("kept_in_attribute", "backward", names=names)]
    if not is_renewed and point.cache is not None:
        return [subject.finding("cache_not_renewed", "backward")]
    id = "changes_cache_elsewhere" if module.children() else "kept_outside_cache"
    if _keeps_inner_caches(point):
        id = "cache_not_given_back"
    return [subject.finding(id, "backward")]


def _keeps_inner_caches(point: Point) -> bool:
    """Whether the module's own cache holds what all of its inner modules keep."""
    module = point.subject.module
    point.subject.forward(*point.inputs)
    inner = [one.cache for one in module.children().values() if one.cache is not None]
    return bool(inner) and all(_holds(module.cache, cache) for cache in inner)


def _holds(cache: Any, thing: Any) -> bool:
    """Whether this very thing is in a cache, or in what is in it."""
    parts = cache.values() if isinstance(cache, dict) else cache
    is_many = isinstance(cache, dict | list | tuple)
    return cache is thing or is_many and any(_holds(part, thing) for part in parts)


def _forward_of_another_batch(point: Point) -> None:
    """Run forward with one example less and other random numbers; where that does not go, with the
    examples turned round."""
    subject, n = point.subject, len(point.inputs[0]) if point.inputs[0].ndim else 0
    with suppress(Stop):
        if n > 1:
            fewer = (x[1:].copy() if x.shape[:1] == (n,) else x.copy() for x in point.inputs)
            subject.forward(*fewer, rewind=False)
            return
    subject.forward(*(np.flip(x, axis=0) if x.ndim else x for x in point.inputs))


def _attributes(module: Module) -> dict[str, tuple[Any, int]]:
    """What the module has of its own beside cache, parameters, modules and buffers: by name, that
    object (itself, as a later one may get the id of one that is gone), and its length now."""
    known = {"cache", "training", *module.buffers, *module.own_parameters()}
    found = {name: value for name, value in vars(module).items() if name not in known}
    return {
        name: (value, len(value) if isinstance(value, list | dict | set) else 0)
        for name, value in found.items()
        if not isinstance(value, Module)
    }


def _other_attributes(
    before: dict[str, tuple[Any, int]], now: dict[str, tuple[Any, int]]
) -> list[str]:
    """The attributes that are other objects now, or longer ones."""
    other = [
        name
        for name, (value, length) in now.items()
        if name not in before or value is not before[name][0] or length != before[name][1]
    ]
    return sorted(f"self.{name}" for name in other)


def _as_list(dxs: list[Array], grads: dict[str, Array]) -> list[Array]:
    return [*dxs, *grads.values()]


def examine_point(
    module: Module, inputs: tuple[Array, ...], seed: int = 0, only: Collection[str] | None = None,
    explains: bool = True,
) -> Outcome:  # fmt: skip
    """What is wrong with a module at one point: with shapes, structure, or else values. Nothing is
    raised for it. explains: whether it is found out why values are wrong"""
    subject = Subject(module)
    copies = tuple(as_float64(x, "fb") for x in inputs)
    with float64_copies(module):
        try:
            point = Point(subject, copies, seed)
            point.explains = explains
            for name in () if only is None else only:
                check_choice("check_gradients", name, point.variables | point.parameters, "name")
            found = [
                one for one in point.shapes()
                if only is None or one.variable is None or one.variable in only
            ] or structure(point, only)  # fmt: skip
            if found:
                return Outcome(found, [], subject.forwards)
            found, checked = point.values(only)
            return Outcome(found, checked, subject.forwards)
        except Stop as stop:
            return Outcome([stop.finding], [], subject.forwards)


def let_pass(outcome: Outcome, tolerance: float | None) -> Outcome:
    """The outcome without the gradients that are wrong by no more than a share of their size."""
    passed = set()
    for one in () if tolerance is None else outcome.findings:
        if one.yours is not None and one.measured is not None and one.wrong is not None:
            yours, measured = one.yours[one.wrong], one.measured[one.wrong]
            room = (tolerance or 0.0) * (np.abs(yours) + np.abs(measured))
            if np.all(np.abs(yours - measured) <= room):
                passed.add(one.variable)
    return Outcome(
        [one for one in outcome.findings if one.variable not in passed],
        [replace(one, verdict=VERIFIED) if one.variable in passed else one
         for one in outcome.checked],
        outcome.calls,
    )  # fmt: skip
