"""What is probably wrong: hypotheses tested on the numbers, in an order from sure to vague."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import combinations
from typing import Any

import numpy as np

from edunn.checking.engine import largest
from edunn.checking.formulas import formula
from edunn.checking.hypotheses import in_the_place_of, overwritten, some_examples
from edunn.checking.subject import Stop
from edunn.checking.wrong_gradient import CLOSE, Answers, Case, ratio_of, same


def diagnose(case: Case) -> tuple[str, dict[str, Any]]:
    """The id of the first hypothesis that fits, and what fills its message."""
    quick = trivial, nearly_right, constant_ratio
    slow = (
        some_examples, of_dy, turned_round, plain_to_see, elementwise, formula, overwritten,
        in_the_place_of, patterns,
    )  # fmt: skip
    for hypothesis in quick if case.is_sample else (*quick, *slow):
        with suppress(Stop):  # what was tried out does not run, or the budget is used up
            for id, details in hypothesis(case):
                return id, details
    return "unknown", {}


def diagnose_output(y: Any, expected: Any) -> tuple[str, dict[str, Any]]:
    """The same of an output of forward."""
    ratio = ratio_of(y, expected)
    if ratio is not None and abs(ratio + 1) < CLOSE:
        return "forward_opposite", {}
    is_whole = ratio and abs(max(ratio, 1 / ratio) - round(max(ratio, 1 / ratio))) < CLOSE
    if ratio is not None and abs(ratio - 1) > 1e-3 and (y.size > 1 or is_whole):
        return "forward_ratio", {"ratio": as_text(ratio)}
    if (
        y.size > 1
        and same(np.sort(y, axis=None), np.sort(expected, axis=None))
        and not same(y, expected)
    ):
        return "forward_elsewhere", {}
    return "forward_value", {}


def trivial(case: Case) -> Answers:
    a, n = case.a, case.n
    if not np.any(a) and np.any(n):
        yield "all_zero", {}
    if same(a, -n):
        yield "opposite_sign", {}


def nearly_right(case: Case) -> Answers:
    if same(case.a, case.n) or np.all(np.abs(case.a - case.n) <= 1e-3 * np.abs(case.n)):
        yield "close_but_not_equal", {}


def constant_ratio(case: Case) -> Answers:
    ratio, p = ratio_of(case.a, case.n), case.drops
    if ratio is None:
        return
    tables = [np.shape(x) for x in (*case.inputs.values(), case.y) if np.ndim(x) == 2]
    features = [columns for _, columns in tables if columns > 1]
    known: list[tuple[str, float, dict[str, Any]]] = [
        ("ratio_batch", 1 / case.batch, {"n": case.batch}),
        ("ratio_batch_inverse", case.batch, {"n": case.batch}),
        ("ratio_half", 0.5, {}),
        ("ratio_two", 2.0, {}),
        *(("ratio_features", 1 / s, {"count": s}) for s in features),
        *(("ratio_features_inverse", float(s), {"count": s}) for s in features),
        *((("ratio_log"), math.log(b), {"base": b}) for b in (2, 10)),
        *((("ratio_log"), 1 / math.log(b), {"base": b}) for b in (2, 10)),
        *(("ratio_keep", (1 - p) ** power, {"p": p}) for power in (1, -1) if p),
    ]
    for id, value, details in known:
        if abs(ratio - value) <= CLOSE * abs(value) and (case.batch > 1 or "batch" not in id):
            yield id, details
    yield "ratio", {"ratio": as_text(ratio)}


def as_text(ratio: float) -> str:
    """A number that something was multiplied with by mistake: "0.6", "-1/18"."""
    inverse = round(1 / ratio)
    is_share = abs(inverse) > 2 and abs(ratio * inverse - 1) < CLOSE
    return f"{'-' * (ratio < 0)}1/{abs(inverse)}" if is_share else f"{ratio:.6g}"


def of_dy(case: Case) -> Answers:
    a, dy = case.a, case.dy
    if same(a, case.backward(2 * dy)):
        yield "ignores_dy", {}
    if same(a, dy) and np.ndim(dy):
        yield "is_dy", {}
    if np.ndim(dy) and same(a, case.measure(dy**2)):
        yield "squares_dy", {}


def turned_round(case: Case) -> Answers:
    a, n = case.a, case.n
    if a.ndim == 2 and a.shape[0] == a.shape[1] and same(a, n.T):
        yield "transposed", {}
    for axes in ((-1,), (0,), (-2, -1)):
        if len(axes) <= a.ndim and same(a, np.flip(n, axes)):
            yield "flipped", {}
    for pair in combinations(range(a.ndim), 2) if a.ndim > 2 else ():
        if same(a, np.swapaxes(n, *pair)):
            yield "permuted_axes", {}
    moved = [np.s_[1:], np.s_[:-1]], [np.s_[:-1], np.s_[1:]]  # off by one along the last axes
    for here, there in moved if a.ndim > 2 and min(a.shape[-2:]) > 2 else ():
        if same(a[..., here, here], n[..., there, there]):
            yield "same_numbers_elsewhere", {}
    if same(np.sort(a, axis=None), np.sort(n, axis=None)) and not all_exchanged(a, n):
        yield "same_numbers_elsewhere", {}


def elementwise(case: Case) -> Answers:
    """a / n is some array that the student has at hand."""
    a, n, y = case.a, case.n, case.y
    at_hand: list[tuple[str, Any, dict[str, Any]]] = []
    for name, x in case.inputs.items():
        at_hand += [("ratio_is_input", x, {"name": case.names[name]})]
    at_hand += [
        ("ratio_is_output", y, {}),
        ("ratio_is_one_minus_output", 1 - y, {}),
    ]
    for name, w in case.parameters.items():
        at_hand += [("ratio_is_parameter", w, {"name": name})]
    for id, value, details in at_hand:
        value = np.asarray(value, float)
        if not np.ndim(value) or value.dtype.kind != "f":
            continue
        try:
            value = np.broadcast_to(value, a.shape)
        except ValueError:
            continue
        if same(a, n * value) or same(n, a * value):
            yield id, details
    if case.is_input and np.shape(y) == a.shape:
        ones = case.measure(np.ones_like(case.dy))
        if same(n, a * ones) and not np.all((np.abs(ones) < CLOSE) | (np.abs(ones - 1) < CLOSE)):
            yield "ratio_is_slope", {}
        diagonal = np.diagonal(case.jacobian().reshape(a.size, a.size)).reshape(a.shape)
        if same(a, diagonal * case.dy) and not same(n, diagonal * case.dy):
            yield "diagonal", {}


def zeros(a: Any, n: Any) -> tuple[Any, Any, Any]:
    """Where a is 0 and should not be, where it should be 0 and is not, where it is wrong."""
    small = 1e-7 * max(largest(n), largest(a))
    wrong = np.abs(a - n) > 1e-6 * np.maximum(np.abs(n), 1e-2 * largest(n))
    return (
        (np.abs(a) <= small) & (np.abs(n) > small),
        (np.abs(a) > small) & (np.abs(n) <= small),
        wrong,
    )


def all_exchanged(a: Any, n: Any) -> bool:
    """Whether a is wrong only where it, or n, is 0, and both are so somewhere."""
    missing, extra, wrong = zeros(a, n)
    return bool(np.any(extra) and np.any(missing) and not np.any(wrong & ~extra & ~missing))


def plain_to_see(case: Case) -> Answers:
    """Right, but for where one of the two is 0; or the same number everywhere."""
    missing, extra, wrong = zeros(case.a, case.n)
    if np.any(missing) and not np.any(wrong & ~missing):
        yield "missing_elements", {}
    if np.any(extra) and not np.any(wrong & ~extra):
        yield "extra_elements", {}
    if all_exchanged(case.a, case.n):
        yield "zeros_exchanged", {}
    a, n = case.a, case.n
    if a.ndim and a.size > 1 and np.ptp(a) <= CLOSE * largest(a) < np.ptp(n) / CLOSE:
        yield "all_equal", {}


def patterns(case: Case) -> Answers:
    a, n = case.a, case.n
    missing, extra, wrong = zeros(a, n)
    for axis in range(a.ndim):
        changes = [np.max(np.ptp(x, axis=axis)) / largest(x) for x in (a, n)]
        if changes[0] <= CLOSE and changes[1] > 1e-3:
            yield "equal_along_axis", {"axis": axis}
    if a.ndim == 2:
        for id, axis in (("rows_do_not_cancel", 1), ("columns_do_not_cancel", 0)):
            sums = np.abs(n.sum(axis=axis))
            if n.shape[axis] > 1 and np.max(sums) <= 1e-6 * np.max(np.abs(n)):
                off = np.max(np.abs(a.sum(axis=axis)))
                if off > 1e-3 * np.max(np.abs(a)):
                    yield id, {}
        with np.errstate(all="ignore"):
            ratios = a / n
        for id, axis in (("ratio_per_column", 0), ("ratio_per_row", 1)):
            if a.shape[axis] > 1 and np.all(np.isfinite(ratios)):
                spread = np.max(np.ptp(ratios, axis=axis))
                if spread <= 1e-5 * np.max(np.abs(ratios)):
                    yield id, {}
    if np.any(missing) and np.any(extra):
        yield "zeros_exchanged", {}
    if np.any(missing | extra):
        yield "extra_elements" if np.any(extra) else "missing_elements", {}
    if np.max(np.abs(a - n)) <= 1e-2 * np.max(np.abs(n)):
        yield "close_but_not_equal", {}
