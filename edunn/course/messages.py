"""What is said of a submission, as data; its sentences are made where somebody reads them.

A `Finding` is a diagnosis of the checks (`edunn.checking`); a `Message` is anything else. Both are
kept in records as they are, and become text in the language that is then set.
"""

from __future__ import annotations

import json
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

    id: a key of messages.json; or any word, where `details` has the sentence as "text": somebody's
    own words, which no catalogue knows
    details: what fills the {placeholders}: texts, numbers, and whatever else is said
    """

    id: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def own_words(cls, text: str, id: str = "own_words") -> Message:
        """A sentence that no catalogue knows. id: under which it is counted"""
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
        """What `as_dict` gave."""
        parts = data["details"].items()
        return cls(data["id"], {k: said_from(v) if isinstance(v, dict) else v for k, v in parts})


Said: TypeAlias = Finding | Message


class Explained(NamedTuple):
    """What is said, taken apart. where: "Bias, gradient of b"; pattern: what the numbers show;
    hint, more: "" where it is no diagnosis."""

    where: str
    pattern: str
    hint: str = ""
    more: str = ""


Labels: TypeAlias = Mapping[str, str]  # what people call a cell, by its name


def explained(said: Said, labels: Labels | None = None) -> Explained:
    """The parts of what is said, in the language that is set; cells by their labels, if they have
    one."""
    if isinstance(said, Finding):
        return Explained(start(said), *message(said))
    if "text" in said.details:
        return Explained("", str(said.details["text"]))
    filled = {name: _filled(name, value, labels or {}) for name, value in said.details.items()}
    return Explained("", catalogue()[said.id][language()].format_map(filled))


def sentence(said: Said, labels: Labels | None = None) -> str:
    """All of it in one text, but for the experiment."""
    where, pattern, hint, _ = explained(said, labels)
    return (f"{where}: " if where else "") + pattern + (f" {hint}" if hint else "")


def word(id: str, **details: Any) -> str:
    """One of the fixed texts of pages and tables."""
    return sentence(Message(id, details))


def said_from(data: Mapping[str, Any]) -> Said:
    """A Finding or a Message from what its `as_dict` gave."""
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
