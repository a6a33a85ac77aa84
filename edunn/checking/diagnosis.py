"""What is probably wrong: rules tried on the numbers, in an order from sure to vague."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from itertools import combinations

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnoses import NOTHING, Answer, answer, diagnosis
from edunn.checking.engine import WRONG, largest
from edunn.checking.findings import CheckedVariable, Finding
from edunn.checking.formulas import formula, sum_over_axes
from edunn.checking.hypotheses import (
    in_the_place_of,
    overwritten,
    repeated_indices,
    slope,
    slope_of_another,
    some_examples,
)
from edunn.checking.subject import Stop
from edunn.checking.wrong_gradient import (
    CLOSE,
    Answers,
    WrongGradient,
    ratio_as_text,
    ratio_of,
    same,
)


def diagnose(gradient: WrongGradient) -> Answer:
    """The answer of the first rule that fits."""
    for rule in QUICK if gradient.is_sample else (*QUICK, *SLOW):
        with suppress(Stop):  # what was tried out does not run, or the budget is used up
            for found in rule(gradient):
                return found
    return answer("unknown")


def diagnose_output(y: Array, expected: Array) -> Answer:
    """What is probably wrong with an output of forward."""
    ratio = ratio_of(y, expected)
    if ratio is not None and abs(ratio + 1) < CLOSE:
        return answer("forward_opposite")
    is_whole = ratio and abs(max(ratio, 1 / ratio) - round(max(ratio, 1 / ratio))) < CLOSE
    if ratio is not None and abs(ratio - 1) > 1e-3 and (y.size > 1 or is_whole):
        return answer("forward_ratio", ratio=ratio_as_text(ratio))
    if (
        y.size > 1
        and same(np.sort(y, axis=None), np.sort(expected, axis=None))
        and not same(y, expected)
    ):
        return answer("forward_elsewhere")
    return answer("forward_value")


def _trivial(gradient: WrongGradient) -> Answers:
    a, n = gradient.a, gradient.n
    if not np.any(a) and np.any(n):
        yield answer("all_zero")
    if same(a, -n):
        yield answer("opposite_sign")


def _nearly_right(gradient: WrongGradient) -> Answers:
    if same(gradient.a, gradient.n) or np.all(
        np.abs(gradient.a - gradient.n) <= 1e-3 * np.abs(gradient.n)
    ):
        yield answer("close_but_not_equal")


def _constant_ratio(gradient: WrongGradient) -> Answers:
    """a / n is the same number everywhere, often one that is easy to come by."""
    ratio = ratio_of(gradient.a, gradient.n)
    if ratio is None:
        return
    for value, found in _known_ratios(gradient):
        if abs(ratio - value) <= CLOSE * abs(value):
            yield found
    yield answer("ratio", ratio=ratio_as_text(ratio))


def _known_ratios(gradient: WrongGradient) -> list[tuple[float, Answer]]:
    """What a gradient is multiplied with by mistake, and what is then said."""
    n, p = gradient.batch, gradient.drops
    tables = [np.shape(x) for x in (*gradient.inputs.values(), gradient.y) if np.ndim(x) == 2]
    features = [columns for _, columns in tables if columns > 1]
    id = "ratio_batch"
    if np.ndim(gradient.y) == 0 and gradient.takes_mean():
        id = "ratio_batch_twice"
    elif gradient.is_input and np.ndim(gradient.y) and gradient.a.shape[:1] == (n,):
        id = "ratio_batch_rows"
    of_batch = [(1 / n, answer(id, n=n)), (n, answer("ratio_batch_inverse", n=n))]
    half, two = "ratio_half", "ratio_two"
    if 2 in features:  # then the number does not tell the two apart
        half, two = "ratio_half_features", "ratio_two_features"
    return [
        *(of_batch if n > 1 else []),
        (0.5, answer(half)),
        (2.0, answer(two)),
        *((1 / count, answer("ratio_features", count=count)) for count in features),
        *((float(count), answer("ratio_features_inverse", count=count)) for count in features),
        *((math.log(base), answer("ratio_log", base=base)) for base in (2, 10)),
        *((1 / math.log(base), answer("ratio_log", base=base)) for base in (2, 10)),
        *([(1 - p, answer("ratio_keep", p=p))] if p else []),
        *([(1 / (1 - p), answer("ratio_keep_twice", p=p))] if p else []),
    ]


def _of_dy(gradient: WrongGradient) -> Answers:
    """dy is used not at all, alone, or twice."""
    a, dy = gradient.a, gradient.dy
    if same(a, gradient.backward(2 * dy)):
        yield answer("ignores_dy")
    if same(a, dy) and np.ndim(dy):
        yield answer("is_dy")
    if np.ndim(dy) and same(a, gradient.measure(dy**2)):
        yield answer("squares_dy")


def _turned_round(gradient: WrongGradient) -> Answers:
    """The right numbers are in other places."""
    a, n = gradient.a, gradient.n
    if a.ndim == 2 and a.shape[0] == a.shape[1] and same(a, n.T):
        yield answer("transposed")
    for axes in ((-1,), (0,), (-2, -1)):
        if len(axes) <= a.ndim and same(a, np.flip(n, axes)):
            yield answer("flipped")
    for pair in combinations(range(a.ndim), 2) if a.ndim > 2 else ():
        if same(a, np.swapaxes(n, *pair)):
            yield answer("permuted_axes")
    moved = [np.s_[1:], np.s_[:-1]], [np.s_[:-1], np.s_[1:]]  # off by one along the last axes
    for here, there in moved if a.ndim > 2 and min(a.shape[-2:]) > 2 else ():
        if same(a[..., here, here], n[..., there, there]):
            yield answer("same_numbers_elsewhere")
    if same(np.sort(a, axis=None), np.sort(n, axis=None)) and not _all_exchanged(a, n):
        yield answer("same_numbers_elsewhere")


def _elementwise(gradient: WrongGradient) -> Answers:
    """a / n is some array that the student has at hand."""
    a, n, y = gradient.a, gradient.n, gradient.y
    at_hand = [
        *((x, answer("ratio_is_input", name=gradient.names[name]))
          for name, x in gradient.inputs.items()),
        (y, answer("ratio_is_output")),
        (1 - y, answer("ratio_is_one_minus_output")),
        *((w, answer("ratio_is_parameter", name=name))
          for name, w in gradient.parameters.items()),
    ]  # fmt: skip
    for array, found in at_hand:
        value = _stretched(array, a.shape)
        if value is not None and (same(a, n * value) or same(n, a * value)):
            yield found


def _stretched(x: Array, shape: tuple[int, ...]) -> Array | None:
    """x in this shape; None where it does not fit, or is a single number."""
    x = np.asarray(x, float)
    try:
        return np.broadcast_to(x, shape) if np.ndim(x) else None
    except ValueError:
        return None


def _own_slope(gradient: WrongGradient) -> Answers:
    """The slope of each output in its own input is one factor too many, or all there is."""
    a, n = gradient.a, gradient.n
    if not gradient.is_input or np.shape(gradient.y) != a.shape:
        return
    ones = gradient.measure(np.ones_like(gradient.dy))
    if same(n, a * ones) and not np.all((np.abs(ones) < CLOSE) | (np.abs(ones - 1) < CLOSE)):
        yield answer("ratio_is_slope")
    diagonal = np.diagonal(gradient.jacobian().reshape(a.size, a.size)).reshape(a.shape)
    if same(a, diagonal * gradient.dy) and not same(n, diagonal * gradient.dy):
        yield answer("diagonal")


def _zeros(a: Array, n: Array) -> tuple[Array, Array, Array]:
    """Where a is 0 and should not be, where it should be 0 and is not, where it is wrong."""
    small = 1e-7 * max(largest(n), largest(a))
    wrong = np.abs(a - n) > 1e-6 * np.maximum(np.abs(n), 1e-2 * largest(n))
    return (
        (np.abs(a) <= small) & (np.abs(n) > small),
        (np.abs(a) > small) & (np.abs(n) <= small),
        wrong,
    )


def _all_exchanged(a: Array, n: Array) -> bool:
    """Whether a is wrong only where it, or n, is 0, and both are so somewhere."""
    missing, extra, wrong = _zeros(a, n)
    return bool(np.any(extra) and np.any(missing) and not np.any(wrong & ~extra & ~missing))


def _plain_to_see(gradient: WrongGradient) -> Answers:
    """Right, but for where one of the two is 0; or the same number everywhere."""
    missing, extra, wrong = _zeros(gradient.a, gradient.n)
    if np.any(missing) and not np.any(wrong & ~missing):
        yield answer("missing_elements")
    if np.any(extra) and not np.any(wrong & ~extra):
        yield answer("extra_elements")
    if _all_exchanged(gradient.a, gradient.n):
        yield answer("zeros_exchanged")
    a, n = gradient.a, gradient.n
    if a.ndim and a.size > 1 and np.ptp(a) <= CLOSE * largest(a) < np.ptp(n) / CLOSE:
        yield answer("all_equal")


def _equal_along_axis(gradient: WrongGradient) -> Answers:
    a, n = gradient.a, gradient.n
    for axis in range(a.ndim):
        changes = [np.max(np.ptp(x, axis=axis)) / largest(x) for x in (a, n)]
        if changes[0] <= CLOSE and changes[1] > 1e-3:
            yield answer("equal_along_axis", axis=axis)


def _sums_do_not_cancel(gradient: WrongGradient) -> Answers:
    """The measured numbers of each row, or column, add up to 0; those of a do not."""
    a, n = gradient.a, gradient.n
    if a.ndim != 2:
        return
    for id, axis in (("rows_do_not_cancel", 1), ("columns_do_not_cancel", 0)):
        cancel = n.shape[axis] > 1 and largest(n.sum(axis=axis)) <= 1e-6 * largest(n)
        if cancel and largest(a.sum(axis=axis)) > 1e-3 * largest(a):
            yield answer(id)


def _ratio_along_axis(gradient: WrongGradient) -> Answers:
    """a / n is one number for each column, or for each row."""
    a, n = gradient.a, gradient.n
    if a.ndim != 2:
        return
    with np.errstate(all="ignore"):
        ratios = a / n
    for id, axis in (("ratio_per_column", 0), ("ratio_per_row", 1)):
        if a.shape[axis] > 1 and np.all(np.isfinite(ratios)):
            spread = np.max(np.ptp(ratios, axis=axis))
            if spread <= 1e-5 * np.max(np.abs(ratios)):
                yield answer(id)


def _some_zeros(gradient: WrongGradient) -> Answers:
    """Numbers are 0 that should not be, or the other way round, whatever else is wrong."""
    missing, extra, _ = _zeros(gradient.a, gradient.n)
    if np.any(missing) and np.any(extra):
        yield answer("zeros_exchanged")
    if np.any(missing | extra):
        yield answer("extra_elements" if np.any(extra) else "missing_elements")


def _roughly_right(gradient: WrongGradient) -> Answers:
    if largest(gradient.a - gradient.n) <= 1e-2 * largest(gradient.n):
        yield answer("close_but_not_equal")


QUICK = _trivial, _nearly_right, _constant_ratio  # also where only some numbers were measured
SLOW = (
    repeated_indices, some_examples, _of_dy, _turned_round, _plain_to_see, _elementwise,
    _own_slope, slope_of_another, formula, sum_over_axes, overwritten, in_the_place_of,
    _equal_along_axis, _sums_do_not_cancel, _ratio_along_axis, slope, _some_zeros, _roughly_right,
)  # fmt: skip


def explained_by_others(
    found: list[Finding], answers: dict[str, Answer], checked: list[CheckedVariable]
) -> list[Finding]:
    """The findings; the first says it where they all follow from which gradients are right."""
    id = _which_are_right(answers, checked)
    return [replace(found[0], id=id), *found[1:]] if id else found


def _which_are_right(answers: dict[str, Answer], checked: list[CheckedVariable]) -> str:
    """The id of what follows from which gradients are right; "" where nothing does, or where a
    wrong gradient explains itself. answers: of all wrong ones"""
    products = [one for one in answers.values() if one.is_product]
    if any(diagnosis(one.id).says != NOTHING and not one.is_product for one in answers.values()):
        return ""
    right = [one.variable for one in checked if one.verdict != WRONG]
    last = [name.rpartition(".")[2] for name in right]
    if last == ["b"] and {"input 0", "w"} <= {name.rpartition(".")[2] for name in answers}:
        return "wrong_dy_reached"
    are_last = right == [one.variable for one in checked][-len(right) :]
    return "only_last_layer_right" if are_last and len(answers) > 1 + len(products) else ""
