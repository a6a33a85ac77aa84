"""What is probably wrong: hypotheses tested on the numbers, in an order from sure to vague."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edunn.checking.hypotheses import counterfactual, formula, overwritten
from edunn.checking.numbers import CLOSE, Answers, Case, same


def diagnose(case: Case) -> tuple[str, dict[str, Any]]:
    """The id of the first hypothesis that fits, and what fills its message."""
    for hypothesis in QUICK if case.is_sample else (*QUICK, *SLOW):
        for id, details in hypothesis(case):
            return id, details
    return "unknown", {}


def trivial(case: Case) -> Answers:
    a, n = case.a, case.n
    if not np.any(a) and np.any(n):
        yield "all_zero", {}
    if same(a, -n):
        yield "opposite_sign", {}


def constant_ratio(case: Case) -> Answers:
    ratio = case.ratio()
    if ratio is None or abs(ratio - 1) < CLOSE:
        return
    features = [s for x in (*case.inputs.values(), case.y) for s in np.shape(x)[1:] if s > 1]
    known: list[tuple[str, float, dict[str, Any]]] = [
        ("ratio_batch", 1 / case.batch, {"n": case.batch}),
        ("ratio_batch_inverse", case.batch, {"n": case.batch}),
        ("ratio_half", 0.5, {}),
        ("ratio_two", 2.0, {}),
        *(("ratio_features", 1 / s, {"count": s}) for s in features),
        *(("ratio_features_inverse", float(s), {"count": s}) for s in features),
        *((("ratio_log"), math.log(b), {"base": b}) for b in (2, 10)),
        *((("ratio_log"), 1 / math.log(b), {"base": b}) for b in (2, 10)),
        ("ratio_keep", 0.7, {"p": 0.3}),
    ]
    for id, value, details in known:
        if abs(ratio - value) <= CLOSE * abs(value) and (case.batch > 1 or "batch" not in id):
            yield id, details
    yield "ratio", {"ratio": f"{ratio:.6g}"}


def nearly_right(case: Case) -> Answers:
    if same(case.a, case.n):
        yield "close_but_not_equal", {}


def some_examples(case: Case) -> Answers:
    """The gradient is what it would be if only some of the examples had a dy."""
    n = case.batch
    if case.is_input or not np.ndim(case.dy) or n < 2 or len(case.dy) != n:
        return
    firsts = [("examples_missing", range(k)) for k in range(n - 1, 1, -1)]
    for id, keep in (
        ("only_last_example", range(n - 1, n)),
        ("only_first_example", range(1)),
        *firsts,
        ("examples_missing", range(1, n)),
    ):
        part = np.zeros_like(case.dy)
        part[list(keep)] = case.dy[list(keep)]
        if same(case.a, case.measure(part)):
            yield id, {"count": len(keep), "n": n}


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
    if a.ndim > 2 and a.shape[-1] == a.shape[-2] and same(a, np.swapaxes(n, -1, -2)):
        yield "permuted_axes", {}
    if same(np.sort(a, axis=None), np.sort(n, axis=None)):
        yield "same_numbers_elsewhere", {}


def elementwise(case: Case) -> Answers:
    """a / n is some array that the student has at hand."""
    a, n, y = case.a, case.n, case.y
    at_hand: list[tuple[str, Any, dict[str, Any]]] = []
    for x in case.inputs.values():
        at_hand += [("ratio_is_input", x, {})]
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
        if same(a, case.dy) or same(n, a * ones):
            yield "ratio_is_slope", {}
        diagonal = np.diagonal(case.jacobian().reshape(a.size, a.size)).reshape(a.shape)
        if same(a, diagonal * case.dy) and not same(n, diagonal * case.dy):
            yield "diagonal", {}


def patterns(case: Case) -> Answers:
    a, n = case.a, case.n
    small = 1e-7 * max(float(np.max(np.abs(n))), float(np.max(np.abs(a))))
    wrong = np.abs(a - n) > 1e-6 * np.maximum(np.abs(n), 1e-2 * np.max(np.abs(n)))
    missing, extra = (
        (np.abs(a) <= small) & (np.abs(n) > small),
        (np.abs(a) > small) & (np.abs(n) <= small),
    )
    if a.ndim and a.size > 1 and np.ptp(a) <= CLOSE * np.max(np.abs(a)) < np.ptp(n) / CLOSE:
        yield "all_equal", {}
    if np.any(missing) and not np.any(wrong & ~missing):
        yield "missing_elements", {}
    if np.any(extra) and not np.any(wrong & ~extra):
        yield "extra_elements", {}
    if np.any(extra) and np.any(missing) and not np.any(wrong & ~extra & ~missing):
        yield "zeros_exchanged", {}
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
    if np.any(extra):
        yield "extra_elements", {}
    if np.any(missing):
        yield "missing_elements", {}
    if np.max(np.abs(a - n)) <= 1e-2 * np.max(np.abs(n)):
        yield "close_but_not_equal", {}
    if np.any(~wrong) and np.any(wrong) and np.all(np.abs(a[wrong]) < np.abs(n[wrong])):
        yield "overwritten", {}


QUICK = (trivial, constant_ratio, nearly_right)
SLOW = (
    some_examples, of_dy, turned_round, elementwise, formula, overwritten, counterfactual, patterns,
)  # fmt: skip
