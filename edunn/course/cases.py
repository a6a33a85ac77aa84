"""What a hidden case is written with: a student's class as if it were here, and `expect`.

A case is a function of (student, rng). `student.make`, `call` and `set` only write down a program
of data; `student.read` sends it to the worker and returns plain arrays. What is right is decided
here, in the grader's own process, and the case's inputs are drawn from a secret seed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Case = Callable[["Student", np.random.Generator], None]


class Wrong(Exception):
    """The student's code does not do what it must; the message is for the student."""


class Student:
    """The student's notebook, seen through programs of data.

    run: sends a program to the worker and returns {"read": [...]} or {"error": [name, text]}
    """

    def __init__(self, run: Callable[[list[Any]], dict[str, Any]]):
        self.run = run
        self.program: list[list[Any]] = []

    def add(self, *operation: Any) -> dict[str, int]:
        self.program.append(list(operation))
        return {"ref": len(self.program) - 1}

    def make(self, name: str, *arguments: Any) -> dict[str, int]:
        """name(*arguments), for a class or function that the notebook defines."""
        return self.add("make", name, *arguments)

    def call(self, target: Any, method: str, *arguments: Any) -> dict[str, int]:
        """target.method(*arguments)"""
        return self.add("call", target, method, *arguments)

    def set(self, target: Any, path: str, value: Any) -> None:
        """target.path = value, where path may be dotted: "w.data"."""
        self.add("set", target, path, value)

    def item(self, target: Any, key: int | str) -> dict[str, int]:
        """target[key]"""
        return self.add("item", target, key)

    def read(self, *targets: Any) -> list[Any]:
        """Run everything so far, and return the values of `targets`."""
        answer = self.run([*self.program, ["read", *targets]])
        if isinstance(answer.get("error"), list):
            name, text = (str(part) for part in [*answer["error"], "", ""][:2])
            raise Wrong(text if name == "NotImplementedError" else f"{name}: {text}")
        values = answer.get("read")
        if not isinstance(values, list) or len(values) != len(targets):
            raise Wrong("the worker gave no answer that can be read")
        return values


def expect(
    what: str, got: Any, want: Any, mistakes: dict[str, Any] | None = None, tolerance: float = 1e-5
) -> None:
    """Raise Wrong, with a sentence, unless `got` is `want`, to `tolerance` of its largest number.

    mistakes: known wrong answers by what they mean; the one that fits is named.
    """
    want = np.asarray(want)
    if isinstance(got, (int, float)):
        got = np.asarray(got)
    if not isinstance(got, np.ndarray):
        raise Wrong(f"{what} is {'nothing' if got is None else type(got).__name__}, not an array")
    if got.shape != want.shape:
        turned = want.ndim == 2 and got.shape == want.T.shape
        hint = "; it looks transposed" if turned else ""
        raise Wrong(f"{what} has shape {got.shape}, not {want.shape}{hint}")
    room = tolerance * max(float(np.max(np.abs(want), initial=0.0)), 1e-12)
    wrong = ~(np.abs(got.astype(float) - want) <= room)  # true for NaN as well
    if not np.any(wrong):
        return
    for meaning, mistake in (mistakes or {}).items():
        if np.shape(mistake) == got.shape and np.all(np.abs(got - mistake) <= room):
            raise Wrong(f"{what} {meaning}")
    if not np.all(np.isfinite(got)):
        raise Wrong(f"{what} has NaN or infinity in it")
    raise Wrong(f"{what} has the right shape, but {wrong.sum()} of {wrong.size} numbers are wrong")
