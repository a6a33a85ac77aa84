"""The grader's sentences as people read them: taken apart, shorter, with the names of cells."""

from __future__ import annotations

import re
import string
from typing import NamedTuple

from edunn.checking.findings import LONGEST
from edunn.checking.messages import Values, catalogue, language
from edunn.course.grading.grade import Grade
from edunn.course.grading.records import GRADED, CellResult


class Said(NamedTuple):
    """A verdict's reason, taken apart. where: "Bias, gradient of b"; pattern: what the numbers
    show; hint, more: "" where it is no diagnosis of the catalogue's."""

    where: str
    pattern: str
    hint: str = ""
    more: str = ""


def said(verdict: CellResult) -> Said:
    """The diagnosis and the hint of a verdict, which its reason has in one text."""
    texts = catalogue().get(verdict.id, {}).get(language(), {})
    if "pattern" in texts:
        text = f"{texts['pattern']} {texts['hint']}"
        if match := re.match(r"(?P<where_>.*?): " + as_expression(text), verdict.reason):
            filled = Values(match.groupdict())
            parts = (texts[key].format_map(filled) for key in ("pattern", "hint", "more"))
            return Said(match["where_"], *parts)
    return Said("", verdict.reason)


def brief(grade: Grade) -> str:
    """What went wrong, without the hint."""
    wrong = [verdict for verdict in grade.record.results if verdict.reason]
    if grade.record.state == GRADED and wrong:
        return ": ".join(filter(None, said(wrong[0])[:2]))
    return grade.reason or ("nothing" if grade.points == grade.max_points else "")


def named(text: str, labels: dict[str, str]) -> str:
    """A text with "cell bias-db" as people call that cell."""

    def called(match: re.Match[str]) -> str:
        return f"“{labels[match[1]]}”" if match[1] in labels else match[0]

    return re.sub(r"\bcell ([\w-]+)", called, text)


def as_expression(text: str) -> str:
    """A text with {placeholders} as a regular expression, which finds what fills them."""
    parts, seen = [], set()
    for literal, name, _, _ in string.Formatter().parse(text):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.{{1,{LONGEST}}}?)")
            seen.add(name)
    return "".join(parts)
