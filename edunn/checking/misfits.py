"""Two shapes that do not fit together: what NumPy's words about them show of the mistake."""

from __future__ import annotations

import math
import re
from itertools import permutations

from edunn.checking.diagnoses import Answer, answer

SHAPE = re.compile(r"\((\d+(?:, ?\d+)*),?\)")  # (2,) and (2,3), but not (dim 1)
Shape = tuple[int, ...]


def misfit(text: str) -> Answer | None:
    """What is said of an exception about shapes, by its words; None where they show no more than
    that two do not fit."""
    shapes = [tuple(int(n) for n in found.split(",")) for found in SHAPE.findall(text)]
    shapes.sort(key=math.prod)  # the smaller one is rather what is wrong
    if shapes and 0 in shapes[0]:
        return answer("raises_no_numbers", shape=str(shapes[0]))
    pairs = list(permutations(shapes, 2)) if len(shapes) == 2 else []
    for one, other in pairs:
        if len(other) > 1 and min(other) > 1 and math.prod(other) in one:
            return answer("raises_flattened", shape=str(other), count=math.prod(other))
    if any(words in text for words in ("matmul", "not aligned", "shape-mismatch for")):
        return answer("raises_product")
    if "operands could not" in text or "could not broadcast input" in text:
        return _beside(pairs)
    return None


def _beside(pairs: list[tuple[Shape, Shape]]) -> Answer | None:
    """What is said of two shapes that do not fit number by number. pairs: both ways round, the
    smaller one first"""
    for one, other in pairs:
        if len(one) < len(other) and _lacks_axis(one, other):
            size, last = _meeting(one, other)
            sizes = {"size": size, "last": last}
            return answer("raises_lost_axis", shape=str(one), other=str(other), **sizes)
    for one, other in pairs:
        if len(one) == len(other) == 2 and _fills(one[::-1], other):
            return answer("raises_turned", shape=str(one), other=str(other))
    for one, other in pairs[:1]:
        size, last = _meeting(one, other)
        if size and len(one) != len(other):
            sizes = {"size": size, "last": last}
            return answer("raises_meeting", shape=str(one), other=str(other), **sizes)
    return None


def _meeting(one: Shape, other: Shape) -> tuple[int, int]:
    """The first two sizes from the right that do not fit; 0 and 0 where all do."""
    meet = zip(one[::-1], other[::-1])
    return next(((a, b) for a, b in meet if a != b and 1 not in (a, b)), (0, 0))


def _lacks_axis(one: Shape, other: Shape) -> bool:
    """Whether one is the other without an axis, or with this axis in another place."""
    return any(one == other[:axis] + other[axis + 1 :] for axis in range(len(other)))


def _fills(one: Shape, other: Shape) -> bool:
    """Whether one, with its axes of size 1 repeated, has the shape of the other."""
    return all(a in (1, b) for a, b in zip(one, other))
