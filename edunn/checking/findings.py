"""What a check finds, as plain data: which diagnosis, where, and the numbers behind it."""

from __future__ import annotations

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


@dataclass
class Checked:
    """One variable whose gradient was looked at. verdict: "verified", "at a kink", "could not be
    measured" or "wrong"."""

    variable: str
    size: int
    verdict: str


def name_of(thing: Any, otherwise: str) -> str:
    """The name of a class or function, or of the class of an object."""
    name = getattr(thing, "__name__", type(thing).__name__)
    return otherwise if name in ("<lambda>", "function", "partial", "method") else name
