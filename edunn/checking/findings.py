"""What a check finds, as plain data: which diagnosis, where, and the numbers behind it."""

from __future__ import annotations

import math
from collections.abc import KeysView, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from edunn.backend import Array

LONGEST = 160  # characters of one detail, such as the message of an exception


@dataclass(frozen=True)
class Finding:
    """One thing that is not right.

    id: of a Diagnosis of the table, such as "transposed"; the grader counts these across a class
    who, part: the class that was checked, and "forward", "backward" or another of its methods
    variable: "input 0" or a parameter's name, where the finding is about one gradient
    details: what fills the {placeholders} of the message; no arrays
    yours, measured: the two arrays that should be equal, where there are such
    wrong: True where a check that knows of kinks says that they are not
    """

    id: str
    who: str
    part: str
    variable: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    yours: Array | None = field(default=None, compare=False)
    measured: Array | None = field(default=None, compare=False)
    wrong: Array | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name, value in self.details.items():
            if isinstance(value, np.ndarray) and value.ndim:
                raise TypeError(f"Finding {self.id} got an array among its details: {name}")

    def as_dict(self) -> dict[str, Any]:
        """All but the arrays, as data for JSON: numbers stay numbers, the rest becomes text of one
        line. It gives the same message as the finding itself."""
        return {
            "id": self.id,
            "who": plain(self.who),
            "part": plain(self.part),
            "variable": None if self.variable is None else plain(self.variable),
            "details": {name: _as_json(value) for name, value in self.details.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """A finding, without arrays, from what `as_dict` gave."""
        return cls(data["id"], data["who"], data["part"], data["variable"], dict(data["details"]))


@dataclass(frozen=True)
class CheckedVariable:
    """One variable whose gradient was looked at. verdict: one of engine.VERDICTS."""

    variable: str
    size: int
    verdict: str


class Outcome(NamedTuple):
    """What an examination of a module gives. calls: how often its forward ran"""

    findings: list[Finding]
    checked: list[CheckedVariable]
    calls: int


def name_of(thing: Any, otherwise: str) -> str:
    """The name of a class or function, or of the class of an object."""
    name = getattr(thing, "__name__", type(thing).__name__)
    return otherwise if name in ("<lambda>", "function", "partial", "method") else name


def plain(value: Any) -> str:
    """A value on one line, with no more digits than help, cut off where it is long."""
    if isinstance(value, (list, set, frozenset, KeysView)):
        text = ", ".join(map(plain, value))
    else:
        text = f"{float(value):.6g}" if _is_float(value) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _is_float(value: Any) -> bool:
    """Whether it is one number, and a fraction."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind == "f"
    return isinstance(value, float | np.floating)


def _as_json(value: Any) -> Any:
    if isinstance(value, np.bool_ | np.integer):
        return value.item()
    if isinstance(value, bool | int):
        return value
    if _is_float(value) and math.isfinite(float(value)):
        return float(value)
    return plain(value)
