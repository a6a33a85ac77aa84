"""Requests to look at a grade again: a file of comments, which a person's answer closes.

    student,exercise,cell,text,answer
    ann,02,bias-db,"My sum is over the right axis.",
    bob,02,bias-why,"I do name the mean.","Yes: 1 point more."

It stands in the folder of the grades, and is kept there with the records, as it was written.
Points are given in the formgrader: a request changes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import is_called
from edunn.course.submissions.roster import Roster, read_csv

KEPT = "requests.csv"
COLUMNS = ["student", "exercise", "cell", "text", "answer"]


@dataclass(frozen=True)
class Request:
    """One row of the file. answer: "" while it is open"""

    student: str
    exercise: str
    cell: str
    text: str
    answer: str


def read_requests(
    store: Path, cells: Mapping[str, Iterable[str]], students: Iterable[str]
) -> list[Request]:
    """The requests in a folder of grades; none without the file.

    cells: those of each exercise, by its name    students: all who are known
    Raises CourseError, which names the row, for one that belongs to nothing.
    """
    path = store / KEPT
    if not path.exists():
        return []
    _, lines = read_csv(path)
    header = [cell.casefold() for cell in lines[0][1]] if lines else []
    if header not in (COLUMNS, COLUMNS[:-1]):
        raise CourseError(f"{path} has columns {', '.join(header)}; it takes {', '.join(COLUMNS)}")
    roster, known, found = Roster.kept(store), set(students), []
    for number, values in lines[1:]:
        if len(values) > len(header):
            raise CourseError(f"{path}: row {number}: {len(values)} cells, not {len(header)}")
        one = Request(**(dict.fromkeys(COLUMNS, "") | dict(zip(header, values))))
        student = (roster.find([one.student]) if roster else None) or one.student
        named = [name for name in cells if is_called(name, one.exercise)]
        wrong = (
            f"nobody here is called {student!r}" if student not in known
            else f"no exercise {one.exercise!r} is graded here" if len(named) != 1
            else f"{named[0]} has no cell {one.cell!r}" if one.cell not in {"", *cells[named[0]]}
            else "it has no text" if not one.text
            else ""
        )  # fmt: skip
        if wrong:
            raise CourseError(f"{path}: row {number}: {wrong}")
        found.append(Request(student, named[0], one.cell, one.text, one.answer))
    return found
