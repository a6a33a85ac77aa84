"""The texts of the checks, in two languages: messages.json, read when the first one is needed."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from edunn.checking.diagnoses import diagnosis
from edunn.checking.findings import Finding, plain
from edunn.inputs import check_choice

LANGUAGES = ("en", "es")
WIDTH = 80  # of a report, in characters
_language = "en"
_spoken: ContextVar[str | None] = ContextVar("_spoken", default=None)  # in a block of `speaking`


@cache
def catalogue() -> dict[str, dict[str, dict[str, Any]]]:
    """By id and language: `pattern`, `hint` and `more`; and the report's own words, "_words"."""
    path = Path(__file__).with_name("messages.json")
    texts: dict[str, dict[str, dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def set_language(language: str) -> None:
    """Let all reports speak English ("en") or Spanish ("es") from now on."""
    global _language
    check_choice("set_language", language, LANGUAGES, "language")
    _language = language


def language() -> str:
    """The language of the reports: "en" or "es"."""
    return _spoken.get() or _language


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Let all texts made in this block, by this thread, be in a language; None changes nothing."""
    if language is not None:
        check_choice("speaking", language, LANGUAGES, "language")
    token = _spoken.set(language or _spoken.get())
    try:
        yield
    finally:
        _spoken.reset(token)


def message(finding: Finding, language: str | None = None) -> tuple[str, str, str]:
    """What the numbers show, what to look at, and an experiment to do by hand.

    Only for findings with an id of the table of diagnoses.
    """
    names = {"who": finding.who, "part": finding.part, "variable": finding.variable}
    values = {name: value for name, value in names.items() if value} | dict(finding.details)
    with speaking(language):
        texts = _texts(diagnosis(finding.id).id)
    pattern, hint, more = (_filled(texts[key], values) for key in ("pattern", "hint", "more"))
    return pattern, hint, more


def word(key: str, **values: Any) -> str:
    """One of the fixed texts of a report."""
    return _filled(_texts("_words")[key], values)


def _texts(id: str) -> dict[str, Any]:
    return catalogue()[id][language()]


def _filled(text: str, values: dict[str, Any]) -> str:
    return text.format_map(_Values({name: plain(value) for name, value in values.items()}))


class _Values(dict[str, str]):
    """For str.format_map: what is not known stays in its braces."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def pair(yours: float, measured: float) -> tuple[str, str]:
    """The two numbers, with so many digits that they differ."""
    for digits in (6, 10, 17):
        texts = f"{yours:.{digits}g}", f"{measured:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def is_gradient(finding: Finding) -> bool:
    """Whether it is about a gradient, which is compared with a measured slope."""
    return finding.part == "backward" and finding.variable is not None


def start(finding: Finding, language: str | None = None) -> str:
    """How a line about it begins: "Linear, gradient of w", or class and method."""
    with speaking(language):
        if is_gradient(finding):
            return word("gradient", who=finding.who, variable=finding.variable)
        return _place(finding)


def title(finding: Finding, language: str | None = None) -> str:
    """What is not right yet."""
    where = _place(finding)
    with speaking(language):
        if is_gradient(finding):
            return word("title_gradient", where=where, variable=finding.variable)
        of = f": {plain(finding.variable)}" if finding.variable else ""
        return word("title", where=where) + of


def _place(finding: Finding) -> str:
    """Class and method."""
    return plain(f"{finding.who}.{finding.part}" if finding.part else finding.who)


def label(key: str) -> str:
    """One of the words at the margin of a report."""
    return f"  {word(key):<8}"


def wrap(text: str, lines: int, first: str = "") -> list[str]:
    """At most so many lines of 80 columns, the later ones indented like the first."""
    options: dict[str, Any] = {"max_lines": lines, "placeholder": " ..."}
    filled = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), **options
    )
    return filled if text else []
