"""Hypotheses that try out more: short formulas, missing contributions, a parameter turned round."""

from __future__ import annotations

from typing import Any

import numpy as np

from edunn.checking.numbers import Answers, Case, same


def formula(case: Case) -> Answers:
    """a, or what is missing from it, is a short formula of what the student has at hand."""
    a, n, dy = case.a, case.n, np.asarray(case.dy)
    hand = {"x" if i == 0 else f"input {i}": x for i, x in enumerate(case.inputs.values())}
    hand |= {"y": case.y} | case.parameters
    factors: dict[str, Any] = {"1": np.float64(1)}
    for name, value in hand.items():
        if np.asarray(value).dtype.kind == "f":
            factors |= {name: value, f"(1 - {name})": 1 - value, f"(1 + {name})": 1 + value}
            factors |= {f"{name}^2": value**2, f"(1 + {name}^2)": 1 + value**2}
    names = list(factors)
    both = list(case.inputs.values())
    if len(both) == 2 and np.shape(both[0]) == np.shape(both[1]):
        factors["(y - y_true)"] = both[1] - both[0]
        names.append("(y - y_true)")
    if dy.ndim and dy.ndim < a.ndim:
        dy = dy.reshape(dy.shape + (1,) * (a.ndim - dy.ndim))
    for wanted, id in ((a, "known_formula"), (n - a, "missing_piece")):
        for i, first in enumerate(names):
            for second in names[i:]:
                product = try_product(dy, factors[first], factors[second])
                if product is None:
                    continue
                text = " * ".join(["dy", *(f for f in (first, second) if f != "1")])
                for axes, form in (((), "{}"), ((0,), "sum over the examples of {}")):
                    value = (
                        product if not axes else product.sum(axis=axes) if product.ndim else None
                    )
                    if value is not None and same(wanted, value):
                        yield id, {"formula": form.format(text)}


def try_product(*factors: Any) -> Any:
    try:
        return np.prod(np.broadcast_arrays(*factors), axis=0)
    except ValueError:
        return None


def overwritten(case: Case) -> Answers:
    """Where several outputs have their say, only some of them have been heard: one alone, or those
    of some neighbouring columns of y."""
    a, n, dy = case.a, case.n, case.dy
    if not np.ndim(dy):
        return
    size = np.max(np.abs(n))
    wrong = np.abs(a - n) > 1e-6 * size
    each = (case.jacobian() * dy)[wrong]  # (wrong numbers, y's shape): what each output adds
    each = each.reshape(len(each), *dy.shape)
    several = np.sum(np.abs(each) > 1e-9 * size, axis=tuple(range(1, each.ndim))) > 1
    if not len(each) or not np.all(several):
        return
    parts = [each.reshape(len(each), -1)]
    if dy.ndim == 2:
        sums = np.concatenate(
            [np.zeros((len(each), 1)), np.cumsum(each.sum(axis=1), axis=1)], axis=1
        )
        ends = [(i, j) for i in range(sums.shape[1]) for j in range(i + 1, sums.shape[1])]
        parts.append(np.stack([sums[:, j] - sums[:, i] for i, j in ends], axis=1))
    heard = np.concatenate(parts, axis=1)
    close = (np.abs(heard - a[wrong][:, None]) <= 1e-6 * size) & (np.abs(heard) > 1e-9 * size)
    if np.all(np.any(close, axis=1)):
        yield "overwritten", {}


def counterfactual(case: Case) -> Answers:
    """a would be right if a parameter were turned round."""
    for name, w in case.parameters.items():
        if w.ndim < 2 or name == case.variable or w.size > 500:
            continue
        if same(case.a, case.measure_with(name, np.flip(w, (-2, -1)))):
            yield "flipped", {}
        if w.shape[-1] == w.shape[-2] and same(
            case.a, case.measure_with(name, np.swapaxes(w, -1, -2))
        ):
            yield "transposed", {}
