"""The first page of the course: what there is to write, how long it takes, what it is worth."""

from __future__ import annotations

import re
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import is_kind

NEEDED = {
    "You write": "`Bias.forward`",
    "You need": "the derivative of a sum",
    "Time": "about 35 minutes",
}


def overview(course: Course) -> str:
    """assignments/README.md, made from the notebooks' titles and the points of their cells."""
    rows = ["| | exercise | you write | you need | minutes | points |", "|---|---|---|---|---|---|"]
    points = automatic = minutes = 0.0
    for name in course.assignments():
        notebook = course.solution(name)
        title = _about(name, notebook)
        by_hand, by_itself = _worth(notebook)
        points, automatic = points + by_hand + by_itself, automatic + by_itself
        minutes += title["minutes"]
        number, _, _ = name.partition("_")
        link = f"[{title['title']}]({name}/{name}.ipynb)"
        cells = link, title["you write"], title["you need"], f"{title['minutes']:g}"
        rows.append(f"| {number} | {' | '.join(cells)} | {by_itself:g} + {by_hand:g} |")
    hours = round(minutes / 60)
    table = "\n".join(rows)
    return _text(course).format(table=table, points=points, automatic=automatic, hours=hours)


def _text(course: Course) -> str:
    """What stands around the table: autograder/overview.md, with {table} in it."""
    path = course.root / "autograder" / "overview.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if "{table}" not in text:
        raise CourseError(
            f"{path} is {'without {table}' if text else 'not there'}: it is the text around the "
            "table of exercises, such as # The exercises, and {table}"
        )
    return text


def _about(name: str, notebook: Any) -> dict[str, Any]:
    """The title of an exercise, and the rows of the table under it."""
    text = notebook["cells"][0]["source"]
    rows = re.findall(r"^\|\s*([^|]+?)\s*\|\s*(.*?)\s*\|\s*$", text, re.MULTILINE)
    found: dict[str, Any] = {row.lower(): value for row, value in rows}
    for row, example in NEEDED.items():
        if not found.get(row.lower()) or (row == "Time" and not re.search(r"\d", found["time"])):
            raise CourseError(
                f"{name}: the table of the first cell has no row {row}: write | {row} | {example} |"
            )
    found["title"] = text.split("\n")[0].partition(":")[2].strip()
    found["minutes"] = float(re.findall(r"\d+", found["time"])[-1])
    return found


def _worth(notebook: Any) -> tuple[float, float]:
    """Points given by a person, and by automatic checks."""
    by_hand = by_itself = 0.0
    for cell in notebook["cells"]:
        if is_kind(cell, "grade") or is_kind(cell, "task"):
            points = float(cell["metadata"]["nbgrader"]["points"])
            code = cell["cell_type"] == "code" and not is_kind(cell, "solution")
            by_hand, by_itself = by_hand + points * (not code), by_itself + points * code
    return by_hand, by_itself
