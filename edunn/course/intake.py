"""Take in what students handed in: a folder, or a zip as Canvas, Moodle or Gradescope give it.

Nothing that comes in is run from where it lies, followed as a link, unpacked to a path of its own,
or changed. Notebooks are read, within limits; a roster says whose they are.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from edunn.course.downloads import CANVAS, LONGEST, File, Unreadable, from_folder, from_zip
from edunn.course.normalise import readable
from edunn.course.roster import Roster, names_for
from edunn.course.source import CourseError

MAX_TOTAL = 4 << 30  # bytes of notebooks in one download
NOTHING = "no notebook was handed in"


@dataclass
class Found:
    """One student's submission. content: None when there is no notebook to take; note: why, or what
    was odd about it."""

    student: str
    content: bytes | None
    note: str = ""


def take_in(source: Path, name: str, roster: Roster | None = None) -> Iterator[Found]:
    """Every student's notebook of the assignment `name`, in the order of their names."""
    if source.is_dir():
        yield from sorted_out(list(from_folder(source)), source, name, roster)
        return
    if not zipfile.is_zipfile(source):
        raise CourseError(f"{source} is no folder of submissions and no zip")
    try:
        with zipfile.ZipFile(source) as archive:
            yield from sorted_out(list(from_zip(archive)), source, name, roster)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise CourseError(f"{source} cannot be read as a zip: {error}") from None


def sorted_out(
    files: list[File], source: Path, name: str, roster: Roster | None
) -> Iterator[Found]:
    """What each student has handed in, of all files of a download."""
    by_student: dict[str, list[File]] = {}
    names, strangers = names_for(file.who for file in files), set()
    for file in files:  # numbers first: who hands in can change their name, but not their number
        student = roster.find([*file.ids, file.who]) if roster else None
        if roster and student is None:
            strangers.add(names[file.who])
        by_student.setdefault(student or names[file.who], []).append(file)
    if not by_student:
        raise CourseError(f"{source} has no submissions: it takes a folder for each student")
    total = 0
    for student, own in sorted(by_student.items()):
        one = choose(student, own, name)
        total += len(one.content or b"")
        if total > MAX_TOTAL:
            raise CourseError(f"{source} holds more than {MAX_TOTAL >> 30} GB of notebooks")
        if student in strangers:
            one.note = "; ".join(filter(None, [one.note, "not in the roster"]))
        yield one


def choose(student: str, files: list[File], name: str) -> Found:
    """Of one student's files, the notebook of the assignment: the last one by that name."""
    notebooks = [file for file in files if file.path.lower().endswith(".ipynb")]
    named = [file for file in notebooks if belongs(file.path, name)]
    others = {PurePosixPath(file.path).name for file in notebooks}
    if not notebooks:
        return Found(student, None, NOTHING)
    if not named and len(others) != 1:
        return Found(student, None, f"{len(notebooks)} notebooks in the folder, not one")
    last = max((named or notebooks)[::-1], key=lambda file: (file.order, file.path))
    folders = {PurePosixPath(file.path).parent for file in named}
    if last.order == 0 and len(folders) > 1:
        return Found(student, None, f"{len(named)} notebooks in the folder, not one")
    called = readable(file_name(last.path), 100)
    notes = [] if named else [f"the file is called {called}"]
    notes += [f"handed in {len(named)} times; the last one counts"] if len(named) > 1 else []
    notes += ["late"] if last.late else []
    content = None
    try:
        content = last.load()
    except Unreadable as error:
        notes.append(str(error))
    return Found(student, content, "; ".join(notes))


def belongs(path: str, name: str) -> bool:
    """Whether a file is the assignment's, also where a download has added a number to its name."""
    stem = PurePosixPath(file_name(path)).stem
    return re.fullmatch(re.escape(name) + r"(-\d+| ?\(\d+\))?", stem) is not None


def file_name(path: str) -> str:
    """What the student called a file, without what Canvas puts before it."""
    name = PurePosixPath(path).name[-LONGEST:]
    match = CANVAS.search(name)
    return match["file"] if match else name
