"""Rules that try out more: missing contributions, something in the place of something else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnoses import answer
from edunn.checking.engine import largest
from edunn.checking.subject import Stop
from edunn.checking.wrong_gradient import CLOSE, Answers, WrongGradient, same

WHOLE = 4  # of a polynomial, the largest factor that somebody writes by mistake
MOST_AXES = 6  # of an output; all sets of them are tried


def repeated_indices(gradient: WrongGradient) -> Answers:
    """The gradient of a table whose rows are picked by whole numbers, if each is filled once: as
    NumPy does for dw[index] += dy, where an index that comes twice counts once
    (numpy.org/doc/stable/reference/generated/numpy.ufunc.at.html)."""
    a, dy = gradient.a, np.asarray(gradient.dy)
    for index in gradient.inputs.values():
        k = np.ndim(index)
        fits = k and index.dtype.kind in "iu" and dy.shape == (*index.shape, *a.shape[1:])
        if not fits or a.ndim < 1 or not np.all((index >= 0) & (index < len(a))):
            continue
        once = np.zeros_like(a)
        once[index] += dy
        if len(np.unique(index)) < index.size and same(a, once):
            yield answer("repeated_index")


def some_examples(gradient: WrongGradient) -> Answers:
    """The gradient is what it would be if only some of the examples had a dy, or some twice."""
    n, a = gradient.batch, gradient.a
    rows = gradient.is_input and a.shape[:1] == (n,)  # one row for each example
    if n < 2 or not rows and np.shape(gradient.dy)[:1] != (n,):
        return
    if rows:
        each = np.eye(n).reshape(n, n, *[1] * (a.ndim - 1)) * gradient.n
    else:
        axes = tuple(range(a.ndim + 1, a.ndim + np.ndim(gradient.dy)))
        each = np.moveaxis(np.sum(gradient.jacobian() * gradient.dy, axis=axes), -1, 0)
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
            yield answer("examples_unequal", rows=str(twice)[1:-1])
        yield answer(id, count=count, n=n)


def overwritten(gradient: WrongGradient) -> Answers:
    """Where several outputs have their say, only some of them have been heard."""
    a, n, dy = gradient.a, gradient.n, gradient.dy
    size = largest(n)
    wrong = np.abs(a - n) > 1e-6 * size
    if not np.ndim(dy) or not np.any(wrong):
        return
    each = (gradient.jacobian() * dy)[wrong]  # (wrong numbers, y's shape): what each output adds
    groups = list(_grouped(each.reshape(-1, *dy.shape), size))
    for id, is_heard in ("overwritten", _last_only), ("contributions_missing", _some_only):
        for parts in groups:
            if is_heard(parts, a[wrong], size):
                yield answer(id)


def _grouped(each: Array, size: float) -> Iterator[Array]:
    """For each wrong number what it gets from whom, in a row; outputs that differ only along some
    axes count as one, or those of some neighbouring columns. All have several that are not 0."""
    axes = [axis for axis in range(1, each.ndim) if each.shape[axis] > 1]
    if len(axes) > MOST_AXES:
        return
    ways = [some for k in range(len(axes)) for some in combinations(axes, k)]
    groups = [each.sum(axis=some).reshape(len(each), -1) for some in ways]
    if each.ndim == 3:
        columns = each.sum(axis=1)
        edges = range(1, columns.shape[1])
        groups += [np.stack([columns[:, :k].sum(axis=1), columns[:, k:].sum(axis=1)], axis=1)
                   for k in edges]  # fmt: skip
    for parts in groups:
        if np.all(np.sum(np.abs(parts) > 1e-9 * size, axis=1) > 1):
            yield parts


def _last_only(parts: Array, got: Array, size: float) -> bool:
    there = np.abs(parts) > 1e-9 * size
    last = parts.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    return largest(parts[np.arange(len(parts)), last] - got) <= CLOSE * size


def _some_only(parts: Array, got: Array, size: float) -> bool:
    """Any one of them, or all but one."""
    all_but_one = parts.sum(axis=1, keepdims=True) - parts
    heard = np.concatenate([parts, all_but_one], axis=1)
    fits = (np.abs(heard - got[:, None]) <= CLOSE * size) & (np.abs(heard) > 1e-5 * size)
    return bool(np.all(np.any(fits, axis=1)))


def in_the_place_of(gradient: WrongGradient) -> Answers:
    """a would be right if a parameter or an input were turned round; or it belongs elsewhere."""
    yield from _turned_round(gradient)
    yield from _at_output(gradient)
    yield from _of_another(gradient)


def _turned_round(gradient: WrongGradient) -> Answers:
    for name, w in (gradient.parameters | gradient.inputs).items():
        if np.ndim(w) < 2 or w.size > 500 or w.dtype.kind != "f":
            continue
        for id, value in _turned(w):
            found = answer(id, name=gradient.names.get(name, name))
            if same(gradient.n, _of_student(gradient, name, value)):
                yield found
            other = name != gradient.variable
            if other and same(gradient.a, gradient.measure_with(name, value)):
                yield found


def _turned(w: Array) -> Iterator[tuple[str, Array]]:
    """w with axes flipped or exchanged, where that keeps its shape and changes its numbers."""
    pairs = combinations(range(np.ndim(w)), 2)
    for id, value in (
        ("uses_flipped", np.flip(w, (-2, -1))),
        ("uses_flipped", np.flip(w, -1)),
        ("uses_flipped", np.flip(w, 0)),
        *(("uses_transposed", np.swapaxes(w, *pair)) for pair in pairs),
    ):
        if value.shape == w.shape and not np.array_equal(value, w):
            yield id, value


def _of_student(gradient: WrongGradient, name: str, value: Array) -> Array | None:
    """What backward gives with another array under this name; None where it stops."""
    try:
        return gradient.backward_with(name, value)
    except Stop:
        return None


def _at_output(gradient: WrongGradient) -> Answers:
    if gradient.is_input and gradient.y.shape == gradient.a.shape:
        slope = gradient.measure_with(gradient.variable, gradient.y)
        if same(gradient.a, slope):
            yield answer("at_output")


def _of_another(gradient: WrongGradient) -> Answers:
    for name in gradient.point.arrays():
        if name == gradient.variable or np.shape(gradient.array(name)) != gradient.a.shape:
            continue
        if same(gradient.a, gradient.measure_of(name)):
            yield answer("of_another", name=name)


def slope_of_another(gradient: WrongGradient) -> Answers:
    """a is dy times the slope of the sigmoid, or of tanh, in terms of y; forward is neither."""
    dy, y = np.asarray(gradient.dy), gradient.y
    if gradient.is_input and dy.shape == y.shape == gradient.a.shape:
        for name, own, text in (
            ("sigmoid", y * (1 - y), "y * (1 - y)"),
            ("tanh", 1 - y**2, "1 - y^2"),
        ):
            if same(gradient.a, dy * own):
                yield answer("slope_of_another", name=name, formula=text)


def slope(gradient: WrongGradient) -> Answers:
    """Each output depends on its own number of the input only, and a is dy times some slope: which
    one, for the number where it is most wrong."""
    a, n, dy = gradient.a, gradient.n, np.asarray(gradient.dy)
    if not gradient.is_input or dy.shape != a.shape or a.size < 2 or not np.all(dy):
        return
    jacobian = gradient.jacobian().reshape(a.size, a.size)
    diagonal = np.diagonal(jacobian)
    if largest(jacobian - np.diag(diagonal)) > CLOSE * largest(jacobian):
        return
    other = dy[..., ::-1] + 2 * np.sign(dy[..., ::-1])
    mine = a / dy
    if not same(mine, gradient.backward(other) / other):
        return
    if text := _polynomial(gradient, mine):
        yield answer("known_formula", formula=f"dy * ({text})")
    right = n / dy
    worst = np.unravel_index(np.argmax(np.abs(mine - right)), a.shape)
    at = [(gradient.names[name], x) for name, x in gradient.inputs.items() if x.shape == a.shape]
    place = ", ".join(f"{name} = {x[worst]:.4g}" for name, x in at)
    yield answer("slope_wrong", at=place, got=f"{mine[worst]:.4g}", want=f"{right[worst]:.4g}")


def _polynomial(gradient: WrongGradient, wanted: Array) -> str:
    """What is wanted as a sum of powers of the output, or of the input, with small whole factors:
    "2 * y - 1"; "" where it is none."""
    own = gradient.names[gradient.variable]
    hand = {"output" if own == "y" else "y": gradient.y, own: gradient.inputs[gradient.variable]}
    for name, x in hand.items():
        powers = np.stack([np.ones(wanted.size), x.ravel(), x.ravel() ** 2], axis=1)
        for k in (2, 3):
            factors = np.round(np.linalg.lstsq(powers[:, :k], wanted.ravel())[0])
            fits = same(wanted.ravel(), powers[:, :k] @ factors)
            if wanted.size > k and fits and largest(factors) <= WHOLE:
                return _sum_of(factors, name)
    return ""


def _sum_of(factors: Array, name: str) -> str:
    """The polynomial as a text, what is added first, and then the highest power."""
    text, terms = "", list(zip(factors, ("", name, f"{name}^2")))[::-1]
    for factor, power in sorted(terms, key=lambda term: term[0] < 0):
        size = f"{abs(factor):g}"
        part = power if power and size == "1" else f"{size} * {power}" if power else size
        if factor:
            text += f" {'-' if factor < 0 else '+'} {part}"
    return text.removeprefix(" + ").strip()
