"""The texts of the checks, in two languages: messages.json, read when the first one is needed."""

from __future__ import annotations

import json
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from edunn.checking.findings import Finding
from edunn.inputs import check_choice

LANGUAGES = ("en", "es")
WIDTH = 80  # of a report, in characters
LONGEST = 160  # characters of what fills a placeholder, such as the message of an exception
_language = "en"


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
    return _language


def message(finding: Finding) -> tuple[str, str, str]:
    """What the numbers show, what to look at, and an experiment to do by hand."""
    texts = catalogue()[finding.id][_language]
    names = {"who": finding.who, "part": finding.part, "variable": finding.variable}
    values = {**{name: value for name, value in names.items() if value}, **finding.details}
    filled = Values({name: plain(value) for name, value in values.items()})
    pattern, hint, more = (texts[key].format_map(filled) for key in ("pattern", "hint", "more"))
    return pattern, hint, more


def word(key: str, **values: Any) -> str:
    """One of the fixed texts of a report."""
    text: str = catalogue()["_words"][_language][key]
    return text.format_map(Values({name: plain(value) for name, value in values.items()}))


class Values(dict[str, str]):
    """For str.format_map: what is not known stays in its braces."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def plain(value: Any) -> str:
    """A value on one line, with no more digits than help, cut off where it is long."""
    if isinstance(value, (list, set, frozenset)) or type(value).__name__ == "dict_keys":
        text = ", ".join(map(plain, value))
    else:
        is_float = (
            isinstance(value, float) or getattr(getattr(value, "dtype", 0), "kind", "") == "f"
        )
        text = f"{float(value):.6g}" if is_float and not getattr(value, "shape", ()) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def pair(yours: float, measured: float) -> tuple[str, str]:
    """The two numbers, with so many digits that they differ."""
    for digits in (6, 10, 17):
        texts = f"{yours:.{digits}g}", f"{measured:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def measures(finding: Finding) -> bool:
    """Whether it is about a gradient, which is compared with a measured slope."""
    return finding.part == "backward" and finding.variable is not None


def start(finding: Finding) -> str:
    """How a line about it begins: "Linear, gradient of w", or class and method."""
    if measures(finding):
        return word("gradient", who=finding.who, variable=finding.variable)
    return plain(f"{finding.who}.{finding.part}" if finding.part else finding.who)


def title(finding: Finding) -> str:
    """What is not right yet."""
    where = plain(f"{finding.who}.{finding.part}" if finding.part else finding.who)
    if measures(finding):
        return word("title_gradient", where=where, variable=finding.variable)
    return word("title", where=where) + (f": {plain(finding.variable)}" if finding.variable else "")


def label(key: str) -> str:
    return f"  {word(key):<8}"


def wrap(text: str, lines: int, first: str = "") -> list[str]:
    """At most so many lines of 80 columns, the later ones indented like the first."""
    options: dict[str, Any] = {"max_lines": lines, "placeholder": " ..."}
    filled = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), **options
    )
    return filled if text else []
