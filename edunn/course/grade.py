"""Grade a folder of submissions: take them in, judge them in parallel, enter them one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edunn.course.books import Books
from edunn.course.judge import NOT_GRADED, Record
from edunn.course.layout import Course
from edunn.course.normalise import Submission, normalise
from edunn.course.pool import Progress, judge_all, nothing
from edunn.course.sandbox import Limits
from edunn.course.source import CourseError


@dataclass
class Found:
    """One student's submission as it lies there. path: None when there is no notebook to take."""

    student: str
    path: Path | None
    note: str = ""


def take_in(folder: Path, name: str) -> Iterator[Found]:
    """One submission a sub-folder: the notebook in it, at any depth; links are not followed."""
    students: set[str] = set()
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or not entry.is_dir():
            continue
        student = re.sub(r"[^\w.@+-]", "_", entry.name).lstrip(".") or "_"
        while student in students:
            student += "_"
        students.add(student)
        notebooks = [
            path
            for path in sorted(entry.rglob("*.ipynb"))
            if path.is_file() and not path.is_symlink() and ".ipynb_checkpoints" not in path.parts
        ]
        named = [path for path in notebooks if path.stem == name]
        if len(named) == 1 or (not named and len(notebooks) == 1):
            path = (named or notebooks)[0]
            yield Found(student, path, "" if named else f"the file is called {path.name}")
        else:
            number = len(named or notebooks)
            yield Found(student, None, f"{number or 'no'} notebooks in the folder, not one")


@dataclass
class Grade:
    """A line of the table: what is in the gradebook, and why."""

    record: Record
    points: float | None  # None: not graded, which is not zero
    max_points: float
    waiting: list[str]  # cells that a person must still grade

    @property
    def reason(self) -> str:
        return self.record.reason or "; ".join(
            f"{name} waits for a person" for name in self.waiting
        )


def grade(
    course: Course,
    folder: Path,
    name: str,
    out: Path,
    workers: int = 2,
    limits: Limits | None = None,
    progress: Progress = nothing,
) -> list[Grade]:
    """Grade every submission in `folder`; books, records and reports go to `out`.

    progress: called with (what is being done, how many are done, of how many).
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} is no folder of submissions")
    found = list(take_in(folder, name))
    if not found:
        raise CourseError(f"{folder} has no sub-folder: it takes one for each student")
    books, release = Books(out), course.released(name)
    if books.release(name, course.solution(name)) != course.release_path(name).read_bytes():
        raise CourseError(f"assignments/ does not fit solutions/: edunn build {name}")
    submissions = {one.student: open_submission(one, release) for one in found}
    records = list(
        judge_all(course, name, submissions, books.secret(), limits or Limits(), workers, progress)
    )
    grades = []
    for done, record in enumerate(sorted(records, key=lambda record: record.student)):
        grades.append(enter(books, record, submissions[record.student].notebook))
        progress("entering", done + 1, len(records))
    return grades


def open_submission(found: Found, release: Any) -> Submission:
    if found.path is None:
        return Submission(release, problem=found.note)
    submission = normalise(release, found.path.read_bytes())
    submission.notes[:0] = [found.note] if found.note else []
    return submission


def enter(books: Books, record: Record, notebook: Any) -> Grade:
    """Put one record into the gradebook, and read back what the gradebook then says."""
    if record.state == NOT_GRADED:
        _, max_points, _ = books.points(record.assignment, record.student)
        return Grade(record, None, max_points, [])
    books.enter(record, notebook)
    points, max_points, waiting = books.points(record.assignment, record.student)
    booked = books.automatic_points(record.assignment, record.student)
    if booked != record.points:
        raise CourseError(
            f"{record.student}: judged {record.points} points, but the gradebook says {booked}"
        )
    return Grade(record, points, max_points, waiting)
