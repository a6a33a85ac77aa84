"""grades.csv: a line for each submission, that a spreadsheet can open without running anything."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from edunn.course.grading.deadlines import LATE, UNKNOWN
from edunn.course.grading.grade import Grade

COLUMNS = (
    "student", "assignment", "points", "max_points", "state", "late", "reason", "points_before",
    "penalty",
)  # fmt: skip
# What a program that divides a line at , ; tab or | may take for the start of a cell, with quotes
# or what cannot be seen in front; a ' there makes it a text. A number alone is none.
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff"
_NUMBER = r"[-+]?\d+([.,]\d+)?(e[-+]?\d+)?[)\]}\s]*(?=$|[,;\t|])"
FORMULA = re.compile(
    rf"(^|[,;\t|])([{_UNSEEN}\"“”]*)(?!{_NUMBER}|-$)(?=[=+\-@＝＋－＠])", re.IGNORECASE
)


def number(points: float | None) -> str:
    """Points without a needless ".0"; nothing for what was not graded."""
    return "" if points is None else f"{points:g}"


def harmless(cell: str) -> str:
    """A cell of a CSV file in which no spreadsheet finds a formula, whatever it divides lines at:
    ' stands before the sign of one, lines become one line, and marks of order of bytes go."""
    cell = re.sub(r"[ \t]*[\r\n\v\f\x85\u2028\u2029]+[ \t]*", " ", cell.replace("\ufeff", ""))
    return FORMULA.sub(r"\1\2'", cell)


def is_late(grade: Grade) -> bool:
    """Whether the submission came late: after its deadline, or as the system says that it came
    from, if no deadline is known."""
    if grade.lateness:
        return grade.lateness.state == LATE
    return any(note.id == "late" for note in grade.record.notes)


def lateness(grade: Grade) -> str:
    """ "late"; "unknown" where there is a deadline, but nobody knows when it came; or nothing."""
    unknown = grade.lateness is not None and grade.lateness.state == UNKNOWN
    return "unknown" if unknown else "late" * is_late(grade)


def write_csv(grades: list[Grade], path: Path) -> None:
    """A line for each student; what a spreadsheet would take for a formula is quoted with '.

    late: "late", "unknown", or nothing    points: after the penalty for it, if there is one
    """
    with path.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for grade in grades:
            record = grade.record
            row = (
                record.student, record.assignment, number(grade.points), number(grade.max_points),
                record.state, lateness(grade), grade.reason, number(grade.before),
                number(grade.penalty),
            )  # fmt: skip
            writer.writerow([harmless(cell) for cell in row])
