"""Cases that only a student's own code can pass: what of edunn comes near to it is shut meanwhile.

It is shut in the worker, which belongs to the student: this closes ways that are easy, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from edunn.course.hidden_tests.cases import Case, Student

# all of edunn that knows a derivative. Parameters, initializers and generators stay open, and what
# measures slopes: finite differences of one's own forward are a note for a person (reporting)
KNOWING = (
    "layers", "ops", "array_ops", "more_ops", "containers", "sequential2d", "losses", "model",
    "core.Tensor.backward", "torchlike",
)  # fmt: skip


def own_work(
    cases: Iterable[Case], shut: Iterable[str] = KNOWING, kept: Iterable[str] = ()
) -> list[Case]:
    """The cases, during which these names of edunn are shut in the worker.

    shut: functions, classes, modules and packages    kept: classes and functions in them that stay
    open, because the exercise builds on them
    """
    names, open_ones = list(shut), list(kept)

    def closing(case: Case) -> Case:
        def alone(student: Student, rng: np.random.Generator) -> None:
            student.add("shut", names, open_ones)
            try:
                case(student, rng)
            finally:
                student.program = [["open"]]  # what was not sent is not wanted any more
                student.read()

        return alone

    return [closing(case) for case in cases]
