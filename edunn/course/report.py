"""What a grading run leaves behind: grades.csv, and a feedback page for each student."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import jinja2

from edunn.course.grade import Grade

COLUMNS = ("student", "assignment", "points", "max_points", "state", "reason")


def number(points: float | None) -> str:
    """Points without a needless ".0"; nothing for what was not graded."""
    return "" if points is None else f"{points:g}"


def without_colours(text: str) -> str:
    """What a terminal would show, without the codes that colour it."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def write_csv(grades: list[Grade], path: Path) -> None:
    """A line a student. A cell that a spreadsheet would take for a formula is quoted with '."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for grade in grades:
            record = grade.record
            points = number(grade.points), number(grade.max_points)
            row = record.student, record.assignment, *points, record.state, grade.reason
            writer.writerow([harmless(cell) for cell in row])


def harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def write_feedback(grades: list[Grade], notebook: Any, folder: Path) -> None:
    """One HTML page a student. Jinja escapes all that goes in; the page may run no script."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("edunn.course"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["number"] = number
    environment.filters["plain"] = without_colours
    template = environment.get_template("feedback.html")
    folder.mkdir(parents=True, exist_ok=True)
    title = notebook["cells"][0]["source"].split("\n")[0].lstrip("# ")
    for grade in grades:
        page = template.render(grade=grade, record=grade.record, title=title)
        (folder / f"{grade.record.student}.html").write_text(page, encoding="utf-8")
