"""Short formulas of what the student has at hand: which of them has been computed instead."""

from __future__ import annotations

import math
from collections.abc import Collection
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from edunn.checking.engine import largest
from edunn.checking.wrong_gradient import CLOSE, Answers, Case


class Term(NamedTuple):
    """What stands above the line, what below it, and the value."""

    above: str
    below: str
    value: Any


ONE = Term("", "", np.float64(1))


def formula(case: Case) -> Answers:
    """a, or what is missing from it, is a short formula of what the student has at hand."""
    for sizes in (), sizes_of(case):
        for wanted, id in ((case.a, "known_formula"), (case.n - case.a, "missing_piece")):
            for search in (products, matrix_products):
                if text := search(case, wanted, sizes):
                    yield id, {"formula": text}


def sizes_of(case: Case) -> set[float]:
    """What a formula may be multiplied with, or divided by."""
    arrays = (*case.inputs.values(), case.y)
    return {2, 3, 4, math.e, *(size for x in arrays for size in (*np.shape(x), np.size(x)) if size)}


def at_hand(case: Case) -> dict[str, Any]:
    """Arrays of fractions by the names that the student has for them."""
    hand = {case.names[name]: x for name, x in case.inputs.items()}
    hand |= {"output" if "y" in hand else "y": case.y} | case.parameters
    return {name: x for name, x in hand.items() if np.asarray(x).dtype.kind == "f"}


def terms_of(hand: dict[str, Any], inputs: Collection[str] = ()) -> list[Term]:
    """What the arrays enter formulas as; of the inputs also the differences."""
    terms = [ONE]
    with np.errstate(all="ignore"):
        for name, x in hand.items():
            below = {name: x, f"(1 - {name})": 1 - x, f"(1 + {name})": 1 + x, f"{name}^2": x**2}
            above = below | {f"(1 - {name}^2)": 1 - x**2, f"(1 + {name}^2)": 1 + x**2}
            terms += [Term(text, "", value) for text, value in above.items()]
            terms += [Term("", text, 1 / value) for text, value in below.items()]
    own = [name for name in hand if name in inputs]
    for name in own:
        terms.append(Term(f"({name} - mean({name}))", "", hand[name] - np.mean(hand[name], axis=0)))
        with np.errstate(all="ignore"):
            terms.append(Term(f"exp({name})", "", np.exp(hand[name])))
    for one, other in permutations(own, 2):
        if np.shape(hand[one]) == np.shape(hand[other]) != ():
            terms.append(Term(f"({one} - {other})", "", hand[one] - hand[other]))
    return terms


def products(case: Case, wanted: Any, sizes: Collection[float]) -> str:
    """dy times two terms, times a number; also summed over the examples. The first that fits."""
    dy = np.asarray(case.dy)
    if dy.ndim and dy.ndim < wanted.ndim:
        dy = dy.reshape(dy.shape + (1,) * (wanted.ndim - dy.ndim))
    text = elementwise(case, wanted, sizes, dy, "dy")
    if text or dy.ndim != 2:
        return text
    return elementwise(case, wanted, sizes, dy.sum(axis=1, keepdims=True), "sum(dy, axis=1)")


def elementwise(case: Case, wanted: Any, sizes: Collection[float], dy: Any, called: str) -> str:
    shape = broadcast(dy.shape, wanted.shape) or dy.shape
    terms = terms_of(at_hand(case), case.names.values())
    terms = [term for term in terms if broadcast(np.shape(term.value), shape) == shape]
    values = np.stack([np.broadcast_to(term.value, shape) for term in terms])
    pairs = np.triu_indices(len(terms))
    if not shape or len(pairs[0]) * np.prod(shape) > 2e6:
        return ""
    with np.errstate(all="ignore"):
        found = dy * values[pairs[0]] * values[pairs[1]]
        for form, value in (("{}", found), ("sum({}, axis=0)", found.sum(axis=1))):
            if value.shape[1:] == wanted.shape and (fit := first_multiple(wanted, value, sizes)):
                first, second = (terms[indices[fit[0]]] for indices in pairs)
                return form.format(written(fit[1], called, first, second))
    return ""


def matrix_products(case: Case, wanted: Any, sizes: Collection[float]) -> str:
    """A matrix times dy, which may have another factor of y's shape: (dy * y) @ w.T, x.T @ dy."""
    dy, y = np.asarray(case.dy), case.y
    if np.ndim(y) != 2 or np.ndim(wanted) != 2:
        return ""
    hand = at_hand(case)
    terms = terms_of({name: x for name, x in hand.items() if x is y})
    pairs = [(one, two) for i, one in enumerate(terms) for two in terms[i:]]
    tables = {name: x for name, x in hand.items() if np.ndim(x) == 2}
    tables |= {f"|{name}|": np.abs(x) for name, x in tables.items()} | {
        f"({name}^2)": x**2 for name, x in tables.items()
    }
    with np.errstate(all="ignore"):
        scaled = np.stack([dy * one.value * two.value for one, two in pairs])
        for name, x in tables.items():
            for form, value in (
                (f"{{}} @ {name}.T", scaled @ x.T if x.shape[1] == dy.shape[1] else None),
                (f"{name}.T @ {{}}", x.T @ scaled if len(x) == len(dy) else None),
            ):
                fits = value is not None and value.shape[1:] == wanted.shape
                if fits and (found := first_multiple(wanted, value, sizes)):
                    text = written(1.0, "dy", *pairs[found[0]])
                    text = form.format(text if text == "dy" else f"({text})")
                    return written(found[1], text, ONE, ONE)
    return ""


def broadcast(*shapes: Any) -> Any:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        return None


def first_multiple(wanted: Any, values: Any, sizes: Collection[float]) -> tuple[int, float] | None:
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


def written(number: float, what: str, first: Term, second: Term) -> str:
    """The formula as a text: what, times the first and the second, times the number."""
    above = " * ".join(part for part in (what, first.above, second.above) if part)
    below = [part for part in (first.below, second.below) if part]
    if abs(number) > 1:
        above = f"{abs(number):.6g} * {above}"
    elif abs(number) < 1:
        below.append(f"{1 / abs(number):.6g}")
    return ("-" if number < 0 else "") + " / ".join([above, *below])
