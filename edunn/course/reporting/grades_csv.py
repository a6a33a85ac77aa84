"""grades.csv: a line for each submission, that a spreadsheet can open without running anything."""

from __future__ import annotations

import csv
from pathlib import Path

from edunn.course.grading.grade import Grade

COLUMNS = ("student", "assignment", "points", "max_points", "state", "reason")


def number(points: float | None) -> str:
    """Points without a needless ".0"; nothing for what was not graded."""
    return "" if points is None else f"{points:g}"


def harmless(cell: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula."""
    formula = cell.startswith(("\t", "\r", "\n")) or cell.lstrip().startswith(tuple("=+-@＝＋－＠"))
    return "'" + cell if formula else cell


def write_csv(grades: list[Grade], path: Path) -> None:
    """A line for each student; what a spreadsheet would take for a formula is quoted with '."""
    with path.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for grade in grades:
            record = grade.record
            points = number(grade.points), number(grade.max_points)
            row = record.student, record.assignment, *points, record.state, grade.reason
            writer.writerow([harmless(cell) for cell in row])
