"""What a check finds, as plain data: which diagnosis, where, and the numbers behind it. And what it
raises."""

from __future__ import annotations

import linecache
import sys
import traceback
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Finding:
    """One thing that is not right.

    id: a key of messages.json, such as "transposed"; the grader counts these across a class
    who, part: the class that was checked, and "forward", "backward" or another of its methods
    variable: "input 0" or a parameter's name, where the finding is about one gradient
    details: what fills the {placeholders} of the message
    yours, measured: the two arrays that should be equal, where there are such
    """

    id: str
    who: str
    part: str
    variable: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    yours: np.ndarray | None = None
    measured: np.ndarray | None = None

    def as_dict(self) -> dict[str, Any]:
        details = {
            k: v if isinstance(v, int | float) else str(v)
            for k, v in self.details.items()
            if k != "wrong"
        }
        return {
            "id": self.id,
            "who": self.who,
            "part": self.part,
            "variable": self.variable,
            "details": details,
        }

    @classmethod
    def from_dict(cls, d: Any) -> Finding:
        return cls(d["id"], d["who"], d["part"], d["variable"], d["details"])


@dataclass
class Checked:
    """One variable whose gradient was looked at. verdict: "verified", "at a kink", "could not be
    measured" or "wrong"."""

    variable: str
    size: int
    verdict: str


class CheckError(AssertionError):
    """A check has found something that is not right."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the line that asked, and the report, if it does not stand above."""
        calls = list(traceback.walk_tb(self.__traceback__))
        frame, line = next(
            (call for call in reversed(calls) if not is_own(call[0].f_globals)), calls[-1]
        )
        code = linecache.getline(frame.f_code.co_filename, line).strip()
        text = str(self).partition("\n\n")[0] if "ipykernel" in sys.modules else str(self)
        return [f"----> {line} {code}", "", f"{type(self).__name__}: {text}"]


class GradientError(CheckError):
    """A module's backward is not the derivative of its forward."""


def is_own(module: dict[str, Any]) -> bool:
    """Whether these are the names of a file of edunn."""
    return str(module.get("__name__", "")).startswith("edunn.")


def name_of(thing: Any, otherwise: str) -> str:
    """The name of a class or function, or of the class of an object."""
    name = getattr(thing, "__name__", type(thing).__name__)
    return otherwise if name in ("<lambda>", "function", "partial", "method") else name
