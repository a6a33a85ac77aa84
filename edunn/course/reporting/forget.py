"""Take one person's data out of all that grading keeps, as a data protection law may ask for."""

from __future__ import annotations

import contextlib
import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from edunn.course.errors import CourseError
from edunn.course.grading import deadlines
from edunn.course.grading.archive import Archive
from edunn.course.grading.grade import open_store
from edunn.course.grading.records import record_path
from edunn.course.reporting import requests
from edunn.course.reporting.html import write_all
from edunn.course.submissions.roster import KEPT as ROSTER
from edunn.course.submissions.roster import Roster, without_rows
from edunn.files import write_whole

UNREADABLE = zipfile.BadZipFile, NotImplementedError, ValueError  # what a zip may be
SHORTEST = 3  # letters of a name that is looked for in other files
NAMED_BY = "student", "name", "email", "login"  # columns of a roster
OF_ALL = "report.html", "term.html", "grades.csv"  # they have nobody left, if they are not made


@dataclass(frozen=True)
class Forgotten:
    """What was removed, in so many rows of files of the class too, and files that still name the
    person: what others have exported or written."""

    removed: list[Path]
    rows: dict[str, int]
    still: list[Path]


def forget(out: Path, student: str) -> Forgotten:
    """Remove what a student handed in, the records and pages of it, their part of the gradebook,
    and their rows of the roster, the deadlines and the requests; then write the pages and tables
    of the class anew. CourseError where nobody in `out` is called so, or a grader is at work.
    """
    if not (out / "handed_in").is_dir():
        raise CourseError(f"{out} has no submissions: nobody can be forgotten there")
    with open_store(out) as store:
        roster = Roster.kept(store.root) or Roster()
        archives = [Archive(path) for path in sorted((store.root / "handed_in").glob("*/"))]
        known = {row["student"] for row in roster.rows}.union(*archives)
        if student not in known:
            near = get_close_matches(student, sorted(known), n=3)
            raise CourseError(
                f"nobody in {out} is called {student!r}"
                + (f"; there is {', '.join(near)}" if near else "")
            )
        names = _names(roster, student, archives)
        doomed = store.forget(student)
        for archive in archives:
            name = archive.folder.name
            doomed.append(record_path(store.root, name, student))
            doomed.append(store.root / "pictures" / name / student)
            doomed.append(store.root / "feedback" / name / f"{student}.html")
        removed = [path for path in doomed if path.exists()]
        for path in removed:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for archive in archives:  # last, as the student is known by them
            removed += [archive.path(student)] if archive.path(student).exists() else []
            archive.forget(student)
        rows = _cut_rows(store.root, student, roster)
        if any((store.root / "records").glob("*/*.json")):
            write_all(out)
        else:
            for name in OF_ALL:
                (store.root / name).unlink(missing_ok=True)
    return Forgotten(removed, rows, sorted(_that_name(out, names)))


def _names(roster: Roster, student: str, archives: Iterable[Archive]) -> set[str]:
    """What the person is called, and what downloads call their files and folders."""
    rows = [row for row in roster.rows if row["student"] == student]
    called = {row.get(column, "") for row in rows for column in NAMED_BY}
    for archive in archives:
        origin = archive.origin(student)
        if origin.get("ids"):  # else it is a team's, or a folder of one's own
            called |= {*PurePosixPath(origin.get("path", "")).parts[:1]}
    return {student, *(name for name in called if len(name) >= SHORTEST)}


def _cut_rows(root: Path, student: str, roster: Roster) -> dict[str, int]:
    """Take the rows of a student out of the files of the class; {file: how many}."""
    theirs = [cells for row, cells in zip(roster.rows, roster.cells) if row["student"] == student]

    def is_theirs(header: list[str], cells: list[str]) -> bool:
        return cells in theirs

    def is_about(header: list[str], cells: list[str]) -> bool:
        row = dict(zip(map(str.casefold, header), cells))
        return student in (row["student"], roster.find([row["student"]]))

    files = {deadlines.KEPT: is_about, requests.KEPT: is_about, ROSTER: is_theirs}
    counts = {}
    for name, is_left_out in files.items():
        path = root / name
        if path.exists():
            text, counts[name] = without_rows(path, is_left_out)
            write_whole(path, text)
    if len(roster.rows) == len(theirs):
        (root / ROSTER).unlink(missing_ok=True)  # a list of nobody cannot be used
    return {name: count for name, count in counts.items() if count}


def _that_name(out: Path, names: Iterable[str]) -> Iterable[Path]:
    """The files that hold one of these names, or have it in their own name or in a zip's."""
    either = "|".join(re.escape(name) for name in names)
    word = re.compile(rf"(?<!\w)({either})(?!\w)", re.IGNORECASE)
    for path in out.rglob("*"):
        if path.is_file():
            text = f"{path.relative_to(out)}\n{path.read_bytes().decode(errors='replace')}"
            with contextlib.suppress(*UNREADABLE), zipfile.ZipFile(path) as packed:
                text += "\n".join(packed.namelist())
            if word.search(text):
                yield path
