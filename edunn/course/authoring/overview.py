"""The first page of the course: what there is to write, how long it takes, what it is worth."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import is_kind
from edunn.course.notebooks.written import text_of

NEEDED = {
    "You write": "`Bias.forward`",
    "You need": "the derivative of a sum",
    "Time": "about 35 minutes",
}
WHERE = "autograder/overview.md"
_NUMBER, _WORDS = r"(\d+(?:[.,]\d+)?)\s*", r"(?:(?!hour|hora)\D)*?"
TIME = re.compile(  # "about 35 minutes", "1.5 hours", "1 h 30 min", and no other number or hour
    rf"{_WORDS}(?:{_NUMBER}(?:h|hrs?|hours?|horas?)\b)?[\s,]*(?:and|y)?\s*"
    rf"(?:{_NUMBER}(?:m|mins?|minutes?|minutos?)\b)?{_WORDS}",
    re.IGNORECASE,
)
ENDS = re.compile(r"(?:\b(?:to|or|a|o)\b|[-–])\s*(?=\d)")  # between those of "35 to 45 minutes"


@dataclass(frozen=True)
class _Row:
    """What the first page says of an exercise.

    about: its title, and the rows of the table under it    by_hand, by_itself: points
    """

    name: str
    about: dict[str, Any]
    by_hand: float
    by_itself: float

    @property
    def number(self) -> int:
        return int(self.name.partition("_")[0])

    def line(self) -> str:
        """Its line of the table."""
        link = f"[{self.about['title']}]({self.name}/{self.name}.ipynb)"
        minutes = f"{self.about['minutes']:g}"
        cells = link, self.about["you write"], self.about["you need"], minutes
        return (
            f"| {self.number:02d} | {' | '.join(cells)} | {self.by_itself:g} + {self.by_hand:g} |"
        )


class _Part:
    """Something that the first page says of all exercises, "{table}", or some, "{table:1-17}"."""

    def __init__(self, rows: list[_Row], say: Callable[[list[_Row]], str]):
        self.rows, self.say = rows, say
        self.asked: set[int] = set()  # the exercises of which it was said

    def __format__(self, places: str) -> str:
        rows = self.rows
        if found := re.fullmatch(r"(\d+)-(\d+)", places):
            first, last = map(int, found.groups())
            rows = [row for row in rows if first <= row.number <= last]
        elif places not in ("", "g"):
            raise CourseError(f"{WHERE} has {{...:{places}}}, not such as {{...:1-17}}")
        if not rows:
            raise CourseError(f"{WHERE} has {{...:{places}}}, and there is no such exercise")
        self.asked |= {row.number for row in rows}
        return self.say(rows)


def overview(course: Course) -> str:
    """assignments/README.md, made from the notebooks' titles and the points of their cells."""
    rows = []
    for name in course.assignments():
        notebook = course.solution(name)
        rows.append(_Row(name, _about(name, notebook), *_worth(notebook)))
    table = _Part(rows, _table)
    needed = _needs(rows)
    said = {
        "map": _Part(rows, lambda some: _map(rows, some, needed)),
        "points": _Part(rows, lambda some: f"{sum(row.by_hand + row.by_itself for row in some):g}"),
        "automatic": _Part(rows, lambda some: f"{sum(row.by_itself for row in some):g}"),
        "hours": _Part(rows, lambda some: f"{sum(row.about['minutes'] for row in some) / 60:.0f}"),
    }
    said = {"table": table, **said}
    try:
        text = _text(course)
        for _, field, _, conversion in string.Formatter().parse(text):
            if field is not None and (field not in said or conversion):
                raise ValueError(f"{{{field}{'!' if conversion else ''}{conversion or ''}}}")
        text = text.format_map(said)
    except ValueError as error:
        names = ", ".join(f"{{{name}}}" for name in said)
        raise CourseError(
            f"{WHERE} has braces for something else than {names}: {error}. "
            "Braces that are to be read are written twice: {{ and }}"
        ) from None
    if missing := [row.name for row in rows if row.number not in table.asked]:
        raise CourseError(f"{WHERE} has no {{table:...}} with {', '.join(missing)}")
    return text


def _table(rows: list[_Row]) -> str:
    head = ["| | exercise | you write | you need | minutes | points |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *(row.line() for row in rows)])


def _needs(rows: list[_Row]) -> dict[int, set[int]]:
    """{exercise: those that it builds on}: the row "you need" has their numbers, or what is written
    in them; of several that write a name, the last one before."""
    found: dict[int, set[int]] = {}
    writer: dict[str, int] = {}
    for row in rows:
        text = row.about["you need"]
        numbers: set[int] = set()
        for listed in re.findall(r"exercises? (\d+(?:(?:,| to|,? and) \d+)*)", text):
            for first, last in re.findall(r"(\d+)(?: to (\d+))?", listed):
                numbers |= set(range(int(first), int(last or first) + 1))
        numbers |= {writer[name] for name in re.findall(r"`(\w+)`", text) if name in writer}
        found[row.number] = numbers & found.keys()  # of earlier exercises
        writer |= dict.fromkeys(re.findall(r"`(\w+)[.`]", row.about["you write"]), row.number)
    return found


def _map(rows: list[_Row], some: list[_Row], needed: dict[int, set[int]]) -> str:
    """A drawing, in Mermaid, of what some exercises build on: but for what others of these build on
    already. Those without an arrow are named below it."""
    behind: dict[int, set[int]] = {}
    for number in sorted(needed):
        behind[number] = needed[number].union(*(behind.get(one, set()) for one in needed[number]))
    arrows = [
        (one, row.number)
        for row in some
        for one in sorted(needed[row.number])
        if not any(one in behind.get(other, set()) for other in needed[row.number])
    ]
    drawn = {number for arrow in arrows for number in arrow}
    titles = {row.number: f"{row.number:02d} {row.about['title']}" for row in rows}
    quoted = {number: title.replace('"', "#quot;") for number, title in titles.items()}
    boxes = [f'    n{number:02d}["{quoted[number]}"]' for number in titles if number in drawn]
    lines = [f"    n{a:02d} --> n{b:02d}" for a, b in arrows]
    chart = ["```mermaid", "flowchart LR", *boxes, *lines, "```"] if arrows else []
    alone = [titles[row.number] for row in some if row.number not in drawn]
    return "\n".join([*chart, *([f"\nWithout an arrow: {', '.join(alone)}."] if alone else [])])


def _text(course: Course) -> str:
    """What stands around the table: autograder/overview.md, with {table} in it, or {table:1-17}."""
    path = course.root / WHERE
    text = text_of(path, WHERE) if path.exists() else ""
    if "{table" not in text:
        lacks = "not there" if not path.exists() else "without {table}" if text else "empty"
        raise CourseError(
            f"{WHERE} is {lacks}: it is the text around the table of exercises, such as # The "
            "exercises, and {table}"
        )
    return text


def _about(name: str, notebook: Any) -> dict[str, Any]:
    """The title of an exercise, and the rows of the table under it."""
    text = notebook["cells"][0]["source"]
    rows = re.findall(r"^\|\s*([^|]+?)\s*\|\s*(.*?)\s*\|\s*$", text, re.MULTILINE)
    found: dict[str, Any] = {row.lower(): value for row, value in rows}
    for row, example in NEEDED.items():
        if not found.get(row.lower()):
            raise CourseError(
                f"{name}: the table of the first cell has no row {row}: write | {row} | {example} |"
            )
    first = text.split("\n")[0]
    found["title"] = first.partition(":")[2].strip()
    if not found["title"]:
        raise CourseError(
            f"{name}: its first line is {first!r}: write a title with a colon, # Exercise 2: Bias"
        )
    found["minutes"] = _minutes(found["time"])
    if not found["minutes"]:
        raise CourseError(
            f"{name}: the table of the first cell has {found['time']!r} as Time: write it as "
            "| Time | about 35 minutes |, or | Time | 1 h 30 min |"
        )
    return found


def _minutes(text: str) -> float:
    """The minutes of "about 35 minutes", "35 to 45 minutes" (the longer end) or "1 h 30 min"; 0
    where they cannot be told."""
    found = TIME.fullmatch(ENDS.split(text)[-1])
    if not found or re.search(r"\b(half|media)\b", text):
        return 0
    hours, minutes = (float((one or "0").replace(",", ".")) for one in found.groups())
    return 60 * hours + minutes


def _worth(notebook: Any) -> tuple[float, float]:
    """Points given by a person, and by automatic checks."""
    by_hand = by_itself = 0.0
    for cell in notebook["cells"]:
        if is_kind(cell, "grade") or is_kind(cell, "task"):
            points = float(cell["metadata"]["nbgrader"]["points"])
            code = cell["cell_type"] == "code" and not is_kind(cell, "solution")
            by_hand, by_itself = by_hand + points * (not code), by_itself + points * code
    return by_hand, by_itself
