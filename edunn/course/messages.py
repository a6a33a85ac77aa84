"""What is said of a submission, as data; it becomes text where somebody reads it.

A `Finding` is a diagnosis of the checks (`edunn.checking`); a `Message` is anything else. Records
keep both as data. The text is made in the language that is set when it is read.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from edunn.checking.findings import Finding
from edunn.checking.findings import plain as one_line
from edunn.checking.messages import language, message, start


@dataclass(frozen=True)
class Message:
    """One sentence, as data.

    id: a key of messages.json; or any word, where `details` has the sentence itself as "text"
    details: what fills the {placeholders}: texts, numbers, other Messages and Findings
    """

    id: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if "text" not in self.details:
            if self.id not in catalogue():
                raise ValueError(f"Message got id {self.id!r}, which is not in messages.json")
            if missing := _placeholders(self.id) - self.details.keys():
                raise ValueError(f"Message {self.id!r} got no {', '.join(sorted(missing))}")

    @classmethod
    def own_words(cls, text: str, id: str = "own_words") -> Message:
        """A sentence that is not in messages.json. id: what it is counted under"""
        return cls(id, {"text": text})

    def __str__(self) -> str:
        return sentence(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes an equal Message."""
        parts = self.details.items()
        details = {k: v.as_dict() if isinstance(v, Finding | Message) else v for k, v in parts}
        return {"id": self.id, "details": details}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Message:
        """The Message of which `as_dict` gave the data."""
        parts = data["details"].items()
        return cls(data["id"], {k: said_from(v) if isinstance(v, dict) else v for k, v in parts})


Said: TypeAlias = Finding | Message


class Explained(NamedTuple):
    """The parts of what is said.

    where: such as "Bias, gradient of b"    pattern: what the numbers show
    hint, more: what to look at, and an experiment; "" for a Message
    """

    where: str
    pattern: str
    hint: str = ""
    more: str = ""


Labels: TypeAlias = Mapping[str, str]  # what people call a cell, by its name


def explained(said: Said, labels: Labels | None = None) -> Explained:
    """The parts of what is said, in the language that is set; a cell is called by its label, if it
    has one."""
    if isinstance(said, Finding):
        return Explained(start(said), *message(said))
    if "text" in said.details:
        return Explained("", str(said.details["text"]))
    filled = {name: _filled(name, value, labels or {}) for name, value in said.details.items()}
    return Explained("", catalogue()[said.id][language()].format_map(filled))


def sentence(said: Said, labels: Labels | None = None) -> str:
    """All parts but the experiment in one text."""
    where, pattern, hint, _ = explained(said, labels)
    return (f"{where}: " if where else "") + pattern + (f" {hint}" if hint else "")


def word(id: str, **details: Any) -> str:
    """One of the fixed texts of pages and tables."""
    return sentence(Message(id, details))


def said_from(data: Mapping[str, Any]) -> Said:
    """The Finding or Message of which `as_dict` gave the data."""
    return Finding.from_dict(data) if "who" in data else Message.from_dict(data)


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """The sentences, by id and language."""
    path = Path(__file__).with_name("messages.json")
    texts: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def _filled(name: str, value: Any, labels: Labels) -> str:
    if isinstance(value, Finding | Message):
        return sentence(value, labels)
    if name == "cell":
        return f"“{labels[value]}”" if value in labels else word("cell_named", name=value)
    return value if isinstance(value, str) else one_line(value)


@cache
def _placeholders(id: str) -> set[str]:
    """What the sentence of a message needs."""
    found = string.Formatter().parse(catalogue()[id]["en"])
    return {name for _, name, _, _ in found if name is not None}
