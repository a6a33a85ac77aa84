"""Hypotheses that try out more: missing contributions, something in the place of something else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import numpy as np

from edunn.checking.engine import largest
from edunn.checking.subject import Stop
from edunn.checking.wrong_gradient import CLOSE, Answers, Case, same


def some_examples(case: Case) -> Answers:
    """The gradient is what it would be if only some of the examples had a dy, or some twice."""
    n, a = case.batch, case.a
    rows = case.is_input and a.shape[:1] == (n,)  # one row for each example
    if n < 2 or not rows and np.shape(case.dy)[:1] != (n,):
        return
    if rows:
        each = np.eye(n).reshape(n, n, *[1] * (a.ndim - 1)) * case.n
    else:
        axes = tuple(range(a.ndim + 1, a.ndim + np.ndim(case.dy)))
        each = np.moveaxis(np.sum(case.jacobian() * case.dy, axis=axes), -1, 0)
    one, firsts = np.eye(n), np.tri(n)[1:-1][::-1]
    ways = np.concatenate([one[[-1, 0]], firsts[:1] if rows else firsts, 1 - one[:1]])
    if not rows and n <= 8 and a.size > 1:
        ways = np.concatenate([ways, *(list(product(range(k), repeat=n)) for k in (2, 3))])
    away = np.abs(ways @ each.reshape(n, -1) - a.ravel()).max(axis=1, initial=0.0)
    for weights in ways[(away <= CLOSE * largest(a)) & np.any(ways != 1, axis=1)]:
        count, twice = int(np.sum(weights > 0)), np.flatnonzero(weights > 1).tolist()
        ids = {(n - 1, 1): "only_last_example", (0, 1): "only_first_example"}
        id = ids.get((int(np.argmax(weights)), count), "examples_missing")
        if twice:
            yield "examples_unequal", {"rows": str(twice)[1:-1]}
        yield id, {"count": count, "n": n}


def overwritten(case: Case) -> Answers:
    """Where several outputs have their say, only some of them have been heard."""
    a, n, dy = case.a, case.n, case.dy
    size = largest(n)
    wrong = np.abs(a - n) > 1e-6 * size
    if not np.ndim(dy) or not np.any(wrong):
        return
    each = (case.jacobian() * dy)[wrong]  # (wrong numbers, y's shape): what each output adds
    groups = list(grouped(each.reshape(-1, *dy.shape), size))
    for id, is_heard in ("overwritten", last_only), ("contributions_missing", some_only):
        for parts in groups:
            if is_heard(parts, a[wrong], size):
                yield id, {}


def grouped(each: Any, size: float) -> Iterator[Any]:
    """For each wrong number what it gets from whom, in a row; outputs that differ only along some
    axes count as one, or those of some neighbouring columns. All have several that are not 0."""
    axes = range(1, each.ndim)
    ways = [some for k in range(len(axes)) for some in combinations(axes, k)]
    groups = [each.sum(axis=some).reshape(len(each), -1) for some in ways]
    if len(axes) == 2:
        columns = each.sum(axis=1)
        edges = range(1, columns.shape[1])
        groups += [np.stack([columns[:, :k].sum(axis=1), columns[:, k:].sum(axis=1)], axis=1)
                   for k in edges]  # fmt: skip
    for parts in groups:
        if np.all(np.sum(np.abs(parts) > 1e-9 * size, axis=1) > 1):
            yield parts


def last_only(parts: Any, got: Any, size: float) -> bool:
    there = np.abs(parts) > 1e-9 * size
    last = parts.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    return largest(parts[np.arange(len(parts)), last] - got) <= CLOSE * size


def some_only(parts: Any, got: Any, size: float) -> bool:
    """Any one of them, or all but one."""
    all_but_one = parts.sum(axis=1, keepdims=True) - parts
    heard = np.concatenate([parts, all_but_one], axis=1)
    fits = (np.abs(heard - got[:, None]) <= CLOSE * size) & (np.abs(heard) > 1e-5 * size)
    return bool(np.all(np.any(fits, axis=1)))


def in_the_place_of(case: Case) -> Answers:
    """a would be right if a parameter or an input were turned round; or it belongs elsewhere."""
    arrays = case.parameters | case.inputs
    for name, w in arrays.items():
        if np.ndim(w) < 2 or w.size > 500 or w.dtype.kind != "f":
            continue
        shown = {"name": case.names.get(name, name)}
        pairs = combinations(range(np.ndim(w)), 2)
        for id, value in (
            ("uses_flipped", np.flip(w, (-2, -1))),
            ("uses_flipped", np.flip(w, -1)),
            ("uses_flipped", np.flip(w, 0)),
            *(("uses_transposed", np.swapaxes(w, *pair)) for pair in pairs),
        ):
            if value.shape == w.shape and not np.array_equal(value, w):
                if same(case.n, of_student(case, name, value)):
                    yield id, shown
                if name != case.variable and same(case.a, case.measure_with(name, value)):
                    yield id, shown
    if case.is_input and case.y.shape == case.a.shape:
        at_output = case.measure_with(case.variable, case.y)
        if same(case.a, at_output):
            yield "at_output", {}
    others = (name for name in case.point.arrays() if name != case.variable)
    for name in others:
        if np.shape(case.array(name)) == case.a.shape and same(case.a, case.measure_of(name)):
            yield "of_another", {"name": name}


def of_student(case: Case, name: str, value: Any) -> Any:
    """What backward gives with another array under this name; None where it stops."""
    try:
        return case.backward_with(name, value)
    except Stop:
        return None
