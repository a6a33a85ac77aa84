"""Short formulas of what the student has at hand: which of them has been computed instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import combinations, permutations, product
from typing import NamedTuple, TypeAlias

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnoses import Answer, answer
from edunn.checking.engine import largest
from edunn.checking.wrong_gradient import CLOSE, Answers, WrongGradient, same


class _Term(NamedTuple):
    """What stands above the line, what below it, and the value."""

    above: str
    below: str
    value: Array


Formulas: TypeAlias = Iterator[tuple[str, Callable[[], Array]]]
Forms: TypeAlias = Callable[[str, Array, Array, Array], Iterator[tuple[str, Array]]]
OTHER_SHAPES = 6  # arrays at hand, at most, of which all pairs are tried
MOST = 2_000_000  # numbers in all the products of one kind
MOST_AXES = 6  # of an output; all sets of them are tried
ONE = _Term("", "", np.float64(1))


def formula(gradient: WrongGradient) -> Answers:
    """a, or what is missing from it, is a short formula of what the student has at hand."""
    missing = gradient.n - gradient.a
    for sizes in (), _sizes_of(gradient):
        for wanted, id in ((gradient.a, "known_formula"), (missing, "missing_piece")):
            if text := _products(gradient, wanted, sizes):
                yield answer(id, formula=text)
            if text := _matrix_products(gradient, wanted, sizes, _of_turned):
                yield Answer(id, {"formula": text}, is_product=True)
        if text := _matrix_products(gradient, gradient.a, sizes, _of_reshaped):
            yield Answer("reshaped_matrix", {"formula": text}, is_product=True)


def sum_over_axes(gradient: WrongGradient) -> Answers:
    """a is dy, alone or times something of its shape, summed over some of its axes: not over those
    along which the variable was stretched."""
    a, dy = gradient.a, np.asarray(gradient.dy)
    products = {"dy": dy} | {
        f"dy * {name}": dy * x for name, x in _at_hand(gradient).items() if np.shape(x) == dy.shape
    }
    for kept in combinations(range(dy.ndim), a.ndim) if a.ndim < dy.ndim <= MOST_AXES else ():
        axes = tuple(axis for axis in range(dy.ndim) if axis not in kept)
        told = axes if len(axes) > 1 else axes[0]
        for text, value in products.items():
            for word, took in ("sum", np.sum), ("mean", np.mean):
                if same(a, took(value, axis=axes)):
                    yield answer("known_formula", formula=f"{word}({text}, axis={told})")


def of_another_shape(gradient: Array, hand: dict[str, Array]) -> str:
    """A gradient that has not the shape of its variable, as a formula of two of the arrays at hand,
    or as a sum or mean of one: "sum(dy, axis=1)"; "" where it is none. hand: dy and others, by
    name"""
    tables = {name: x for name, x in hand.items() if np.asarray(x).dtype.kind == "f" and np.ndim(x)}
    if len(tables) > OTHER_SHAPES or gradient.size > MOST:
        return ""
    found = _of_other_shapes(tables, gradient.shape)
    return next((text for text, value in found if same(gradient, value())), "")


def _of_other_shapes(hand: dict[str, Array], shape: tuple[int, ...]) -> Formulas:
    """Formulas whose value has this shape: their texts, and what computes them."""
    dy = hand.get("dy", np.empty(0))  # a number is not among them
    scaled = {f"{name} * dy": x * dy for name, x in hand.items() if x.shape == dy.shape}
    for name, x in {**hand, **scaled}.items():
        yield from _of_sums(name, x, shape)
    yield from ((name, partial(np.copy, x)) for name, x in scaled.items() if x.shape == shape)
    for (one, a), (other, b) in product(hand.items(), repeat=2):
        if shape == (a.size, b.size):
            yield f"outer({one}, {other})", partial(np.outer, a, b)
        turned = (f"{one}.T @ {other}", a.T, b), (f"{one} @ {other}.T", a, b.T)
        for text, left, right in (*turned, (f"{one} @ {other}", a, b)):
            if a.ndim == b.ndim == 2 and left.shape[1] == len(right):
                yield text, partial(np.matmul, left, right)


def _of_sums(name: str, x: Array, shape: tuple[int, ...]) -> Formulas:
    """Sums and means of x over one axis or two, where they have this shape."""
    keeps = len(shape) == x.ndim
    for axes in (some for k in (1, 2) for some in combinations(range(x.ndim), k)):
        told = f"{name}, axis={axes[0] if len(axes) == 1 else axes}" + ", keepdims=True" * keeps
        for text, function in (f"sum({told})", np.sum), (f"mean({told})", np.mean):
            if shape == np.shape(function(x, axes, keepdims=keeps)):
                yield text, partial(function, x, axes, keepdims=keeps)


def _sizes_of(gradient: WrongGradient) -> set[float]:
    """What a formula may be multiplied with, or divided by."""
    arrays = (*gradient.inputs.values(), gradient.y)
    return {2, 3, 4, math.e, *(size for x in arrays for size in (*np.shape(x), np.size(x)) if size)}


def _at_hand(gradient: WrongGradient) -> dict[str, Array]:
    """Arrays of fractions by the names that the student has for them."""
    hand = {gradient.names[name]: x for name, x in gradient.inputs.items()}
    hand |= {"output" if "y" in hand else "y": gradient.y} | gradient.parameters
    return {name: x for name, x in hand.items() if np.asarray(x).dtype.kind == "f"}


def _terms_of(hand: dict[str, Array], inputs: Collection[str] = ()) -> list[_Term]:
    """What the arrays enter formulas as; of the inputs also the differences."""
    terms = [ONE]
    with np.errstate(all="ignore"):
        for name, x in hand.items():
            below = {name: x, f"(1 - {name})": 1 - x, f"(1 + {name})": 1 + x, f"{name}^2": x**2}
            above = below | {f"(1 - {name}^2)": 1 - x**2, f"(1 + {name}^2)": 1 + x**2}
            terms += [_Term(text, "", value) for text, value in above.items()]
            terms += [_Term("", text, 1 / value) for text, value in below.items()]
    own = [name for name in hand if name in inputs]
    for name in own:
        terms.append(
            _Term(f"({name} - mean({name}))", "", hand[name] - np.mean(hand[name], axis=0))
        )
        with np.errstate(all="ignore"):
            terms.append(_Term(f"exp({name})", "", np.exp(hand[name])))
    for one, other in permutations(own, 2):
        if np.shape(hand[one]) == np.shape(hand[other]) != ():
            terms.append(_Term(f"({one} - {other})", "", hand[one] - hand[other]))
    return terms


def _products(gradient: WrongGradient, wanted: Array, sizes: Collection[float]) -> str:
    """dy times two terms, times a number; also summed over the examples. The first that fits."""
    dy = np.asarray(gradient.dy)
    if dy.ndim and dy.ndim < wanted.ndim:
        dy = dy.reshape(dy.shape + (1,) * (wanted.ndim - dy.ndim))
    text = _elementwise(gradient, wanted, sizes, dy, "dy")
    if text or dy.ndim != 2:
        return text
    summed = dy.sum(axis=1, keepdims=True)
    return _elementwise(gradient, wanted, sizes, summed, "sum(dy, axis=1)")


def _elementwise(
    gradient: WrongGradient, wanted: Array, sizes: Collection[float], dy: Array, called: str
) -> str:
    """The same with dy, or its sums, which are then called otherwise."""
    shape = _broadcast(dy.shape, wanted.shape) or dy.shape
    terms = _terms_of(_at_hand(gradient), gradient.names.values())
    terms = [term for term in terms if _broadcast(np.shape(term.value), shape) == shape]
    pairs = np.triu_indices(len(terms))
    if not shape or len(pairs[0]) * math.prod(shape) > MOST:
        return ""
    values = np.stack([np.broadcast_to(term.value, shape) for term in terms])
    with np.errstate(all="ignore"):
        found = dy * values[pairs[0]] * values[pairs[1]]
        for form, value in (("{}", found), ("sum({}, axis=0)", found.sum(axis=1))):
            if value.shape[1:] == wanted.shape and (fit := _first_multiple(wanted, value, sizes)):
                first, second = (terms[indices[fit[0]]] for indices in pairs)
                return form.format(_written(fit[1], called, first, second))
    return ""


def _matrix_products(
    gradient: WrongGradient, wanted: Array, sizes: Collection[float], forms: Forms
) -> str:
    """A matrix times dy, which may have another factor of y's shape: (dy * y) @ w.T, x.T @ dy."""
    dy, y = np.asarray(gradient.dy), gradient.y
    if np.ndim(y) != 2 or np.ndim(wanted) != 2:
        return ""
    hand = _at_hand(gradient)
    terms = _terms_of({name: x for name, x in hand.items() if x is y})
    pairs = [(one, two) for i, one in enumerate(terms) for two in terms[i:]]
    if len(pairs) * max(dy.size, wanted.size) > MOST:
        return ""
    tables = {name: x for name, x in hand.items() if np.ndim(x) == 2}
    tables |= {f"|{name}|": np.abs(x) for name, x in tables.items()} | {
        f"({name}^2)": x**2 for name, x in tables.items()
    }
    with np.errstate(all="ignore"):
        scaled = np.stack([dy * one.value * two.value for one, two in pairs])
        for name, x in tables.items():
            for form, value in forms(name, x, scaled, wanted):
                if found := _first_multiple(wanted, value, sizes):
                    first, second = pairs[found[0]]
                    text = _written(1.0, "dy", first, second)
                    text = form.format(text if first is second is ONE else f"({text})")
                    return _written(found[1], text, ONE, ONE)
    return ""


def _of_turned(name: str, x: Array, scaled: Array, wanted: Array) -> Iterator[tuple[str, Array]]:
    """Products with the transposed matrix."""
    yield from _of_matrix(f"{name}.T", x.T, scaled, wanted)


def _of_reshaped(name: str, x: Array, scaled: Array, wanted: Array) -> Iterator[tuple[str, Array]]:
    """Products with a matrix that was reshaped to its turned shape, which mixes up its numbers."""
    if x.shape[0] != x.shape[1]:
        text = f"{name}.reshape({x.shape[1]}, {x.shape[0]})"
        yield from _of_matrix(text, x.reshape(x.shape[::-1]), scaled, wanted)


def _of_matrix(
    text: str, turned: Array, scaled: Array, wanted: Array
) -> Iterator[tuple[str, Array]]:
    """Products of all that is scaled with one matrix, from both sides where shapes allow it."""
    if _makes(wanted, scaled[0], turned):
        yield f"{{}} @ {text}", scaled @ turned
    if _makes(wanted, turned, scaled[0]):
        yield f"{text} @ {{}}", turned @ scaled


def _makes(wanted: Array, a: Array, b: Array) -> bool:
    """Whether a @ b has the shape that is wanted."""
    return a.shape[1] == len(b) and (len(a), b.shape[1]) == wanted.shape


def _broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of arrays of these shapes taken together; None where they do not fit."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        return None


def _first_multiple(
    wanted: Array, values: Array, sizes: Collection[float]
) -> tuple[int, float] | None:
    """The first of the values that is the wanted one, but for a sign and one of the sizes, with
    what it is multiplied by."""
    flat, target = values.reshape(len(values), -1), wanted.ravel()
    ratios = flat @ target / np.sum(flat**2, axis=1)
    if target.size < 2:  # one number is a multiple of any other
        ratios = np.ones(len(flat))
    away = np.max(np.abs(ratios[:, None] * flat - target), axis=1, initial=0.0)
    allowed = np.array([1.0, *sizes, *(1 / size for size in sizes)])
    for i in np.flatnonzero(away <= CLOSE * largest(wanted)):
        near = allowed[np.abs(allowed - abs(ratios[i])) <= CLOSE * allowed]
        if near.size and largest(flat[i]) and (sizes or ratios[i] > 0):
            return int(i), float(np.copysign(near[0], ratios[i]))
    return None


def _written(number: float, what: str, first: _Term, second: _Term) -> str:
    """The formula as a text: what, times the first and the second, times the number."""
    above = " * ".join(part for part in (what, first.above, second.above) if part)
    below = [part for part in (first.below, second.below) if part]
    if abs(number) > 1:
        above = f"{abs(number):.6g} * {above}"
    elif abs(number) < 1:
        below.append(f"{1 / abs(number):.6g}")
    return ("-" if number < 0 else "") + " / ".join([above, *below])
