"""One wrong gradient as numbers, and what is known around it: what hypotheses are tested on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from edunn.checking.engine import largest

CLOSE = 1e-6


def same(a: Any, b: Any) -> bool:
    """Whether two arrays agree to six digits of their largest number; zeros agree with nothing."""
    return np.shape(a) == np.shape(b) and largest(a) > 0 and largest(a - b) <= CLOSE * largest(a)


def agree(got: Any, expected: Any) -> bool:
    """Whether an array is the expected one, to nine digits of its largest number."""
    return got.shape == expected.shape and largest(got - expected) <= 1e-9 * largest(expected)


class Case:
    """The numbers of one wrong gradient.

    a: the gradient as the student has it    n: as measured, of the same shape
    inputs, parameters: the arrays by name    dy, y: at the output
    backward: dy -> the student's gradient of this variable
    jacobian: how every output moves with every number of the variable: (its shape, y's shape)
    measure_with: (parameter, array) -> the measured one, were the parameter that array
    is_sample: whether a and n are only some of its numbers, in a row
    """

    def __init__(
        self,
        variable: str,
        a: Any,
        n: Any,
        dy: Any,
        y: Any,
        inputs: dict[str, Any],
        parameters: dict[str, Any],
        backward: Callable[[Any], Any],
        jacobian: Callable[[], Any],
        measure_with: Callable[[str, Any], Any],
        is_sample: bool,
    ):
        self.variable, self.a, self.n, self.dy, self.y = variable, a, n, dy, y
        self.inputs, self.parameters = inputs, parameters
        self.backward, self.jacobian, self.measure_with = backward, jacobian, measure_with
        self.is_input, self.is_sample = variable in inputs, is_sample
        self.batch = next((len(x) for x in inputs.values() if np.ndim(x)), 1)

    def measure(self, dy: Any) -> Any:
        """The measured gradient for another dy."""
        return np.tensordot(self.jacobian(), dy, axes=np.ndim(dy))

    def ratio(self) -> Any:
        """a / n, if it is the same number everywhere, or else None."""
        if not np.any(self.n):
            return None
        ratio = float(np.sum(self.a * self.n) / np.sum(self.n**2))
        return ratio if same(self.a, ratio * self.n) else None


Answers = Iterator[tuple[str, dict[str, Any]]]
