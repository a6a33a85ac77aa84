"""One wrong gradient as numbers, and what is known around it: what hypotheses are tested on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnoses import Answer
from edunn.checking.engine import largest

CLOSE = 1e-6
Answers: TypeAlias = Iterator[Answer]  # of one rule, the first that fits first


def same(a: Array, b: Array) -> bool:
    """Whether two arrays agree to six digits of their largest number; zeros, and
    None, agree with nothing."""
    return np.shape(a) == np.shape(b) and largest(a) > 0 and largest(a - b) <= CLOSE * largest(a)


def agree(got: Array, expected: Array) -> bool:
    """Whether an array is the expected one, to nine digits of its largest number."""
    return got.shape == expected.shape and largest(got - expected) <= 1e-9 * largest(expected)


def ratio_of(a: Array, n: Array) -> float | None:
    """a / n, if it is the same number everywhere, or else None."""
    if not np.any(n):
        return None
    ratio = float(np.sum(a * n) / np.sum(n**2))
    return ratio if same(a, ratio * n) else None


def ratio_as_text(ratio: float) -> str:
    """A number that something was multiplied with by mistake: "0.6", "-1/18"."""
    inverse = round(1 / ratio)
    is_share = abs(inverse) > 2 and abs(ratio * inverse - 1) < CLOSE
    return f"{'-' * (ratio < 0)}1/{abs(inverse)}" if is_share else f"{ratio:.6g}"


class WrongGradient:
    """The numbers of one wrong gradient, and what can be tried out around it.

    a: the gradient as the student has it    n: as measured, of the same shape
    point: the Point it belongs to    is_sample: whether a and n are only some of its numbers
    names: of the inputs, as the student calls them    inputs, parameters: the arrays by name
    """

    def __init__(self, variable: str, a: Array, n: Array, point: Any, is_sample: bool = False):
        self.variable, self.a, self.n, self.point = variable, a, n, point
        self.dy, self.y = point.dy, point.y
        self.inputs, self.parameters = point.named_inputs(), point.parameters
        self.names = dict(zip(self.inputs, point.names))
        self.is_input, self.is_sample = variable in self.inputs, is_sample
        self.batch = next((len(x) for x in self.inputs.values() if np.ndim(x)), 1)
        p = getattr(point.subject.module, "p", None)
        self.drops = p if isinstance(p, float) and 0 < p < 1 else None  # a share, as Dropout's
        self.jacobian = cache(lambda: point.jacobian(self.array(variable)))

    def array(self, name: str) -> Array:
        return self.inputs[name] if name in self.inputs else self.parameters[name]

    def backward(self, dy: Array) -> Array:
        """The student's gradient for another dy."""
        return self.point.again(dy)[self.variable]

    def measure(self, dy: Array) -> Array:
        """The measured gradient for another dy."""
        return np.tensordot(self.jacobian(), dy, axes=np.ndim(dy))

    def measure_of(self, name: str) -> Array:
        """The measured gradient of another variable."""
        return np.tensordot(self.point.jacobian(self.array(name)), self.dy, axes=np.ndim(self.dy))

    def measure_with(self, name: str, value: Array) -> Array:
        """The measured gradient, were the input or parameter `name` this array."""
        with self.having(name, value):
            return self.measure_of(self.variable)

    def backward_with(self, name: str, value: Array) -> Array:
        """The student's gradient, if `name` becomes this array between forward and backward."""
        point = self.point
        point.subject.forward(*point.inputs)
        with self.having(name, value):
            return point.gradients_for(self.dy)[self.variable]

    def takes_mean(self) -> bool:
        """Whether forward gives a batch the same number as the batch with all examples twice."""
        n, point = self.batch, self.point
        twice = (
            np.concatenate([x, x]) if np.shape(x)[:1] == (n,) else x for x in self.inputs.values()
        )
        y = point.subject.forward(*twice)
        point.subject.forward(*point.inputs)
        return y.shape == np.shape(self.y) and agree(y, self.y)

    @contextmanager
    def having(self, name: str, value: Array) -> Iterator[None]:
        array = self.array(name)
        kept = array.copy()
        array[...] = value
        try:
            yield
        finally:
            array[...] = kept
