"""Take in what students handed in: a folder, or a zip as Canvas, Moodle or Gradescope give it.

Nothing of it is run here, changed, followed as a link, or unpacked to a path of its own. Notebooks
are read, within limits; a roster says whose they are.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from edunn.course.errors import CourseError
from edunn.course.messages import Message
from edunn.course.submissions.lms import LONGEST, NOTEBOOK, File, Unreadable, from_folder, from_zip
from edunn.course.submissions.roster import Roster, names_for
from edunn.course.text import readable

MAX_TOTAL = 4 << 30  # bytes of notebooks in one download


@dataclass(frozen=True)
class Submission:
    """What one student has handed in.

    content: the bytes of the notebook; None when there is none to take, and `problem` says why
    notes: what was odd about it, such as a late date
    """

    student: str
    content: bytes | None
    notes: tuple[Message, ...] = ()
    problem: Message | None = None

    @property
    def said(self) -> list[Message]:
        """The notes, and the problem if there is one."""
        return [*self.notes, *([self.problem] if self.problem else [])]


@contextmanager
def handed_in(source: Path) -> Iterator[list[File]]:
    """The files of a folder or a zip; they can be read inside the `with`."""
    if source.is_dir():
        yield list(from_folder(source))
        return
    if not zipfile.is_zipfile(source):
        raise CourseError(f"{source} is no folder of submissions and no zip")
    try:
        with zipfile.ZipFile(source) as archive:
            yield list(from_zip(archive))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise CourseError(f"{source} cannot be read as a zip: {error}") from None


def take_in(source: Path, name: str, roster: Roster | None = None) -> Iterator[Submission]:
    """Every student's notebook of the assignment `name`, in the order of the students' names."""
    with handed_in(source) as files:
        yield from _sorted_out(files, source, name, roster)


def assignment_of(source: Path, names: list[str]) -> str:
    """The assignment that the source's notebooks are named after; CourseError unless it is one."""
    with handed_in(source) as files:
        found = [name for name in names if any(_belongs(file.called, name) for file in files)]
    if len(found) != 1:
        what = " and ".join(found) or "no exercise"
        raise CourseError(f"{source} has notebooks of {what}: say which with --assignment")
    return found[0]


def _sorted_out(
    files: list[File], source: Path, name: str, roster: Roster | None
) -> Iterator[Submission]:
    """What each student has handed in, from all files of a download."""
    by_student: dict[str, list[File]] = {}
    people = [(file.owner.who, file.owner.number) for file in files]
    names, notes = names_for(people), dict[str, Message]()
    known = _in_roster(files, roster) if roster else {}
    called = Counter(who for who, _ in names)
    for file, person in zip(files, people):
        student = known.get(person)
        if student is None:
            student = names[person]
            if roster:
                notes[student] = Message("not_in_roster")
            elif called[person[0]] > 1:
                notes[student] = Message("name_shared")
        by_student.setdefault(student, []).append(file)
    if not by_student:
        raise CourseError(f"{source} has no submissions: it takes a folder for each student")
    total = 0
    for student, own in sorted(by_student.items()):
        one = choose(student, own, name)
        total += len(one.content or b"")
        if total > MAX_TOTAL:
            raise CourseError(f"{source} holds more than {MAX_TOTAL >> 30} GB of notebooks")
        yield replace(one, notes=(*one.notes, notes[student])) if student in notes else one


def _in_roster(files: list[File], roster: Roster) -> dict[tuple[str, str], str | None]:
    """{(name, number): the student, or None} for all who handed in files. Numbers come first, since
    students can change their names, but not their numbers. A name that others have says nothing."""
    found, others = {}, {}
    for file in files:
        person = file.owner.who, file.owner.number
        found[person] = roster.find(file.owner.ids)
        if found[person] is None:
            others[person] = roster.find([file.owner.who])
    claims = Counter(others.values()) + Counter(filter(None, found.values()))
    return found | {who: name if claims[name] == 1 else None for who, name in others.items()}


def choose(student: str, files: list[File], name: str) -> Submission:
    """Of one student's files, the notebook of the assignment: the last one of that name."""
    notebooks = [file for file in files if NOTEBOOK.search(file.called[-LONGEST:])]
    named = [file for file in notebooks if _belongs(file.called, name)]
    others = {file.called for file in notebooks}
    if not notebooks:
        return Submission(student, None, problem=Message("nothing"))
    if not named and len(others) != 1:
        return _several(student, notebooks)
    last = max((named or notebooks)[::-1], key=lambda file: (file.owner.order, file.path))
    folders = {PurePosixPath(file.path).parent for file in named}
    if last.owner.order == 0 and len(folders) > 1:
        return _several(student, named)
    notes = [] if named else [Message("file_name", {"name": readable(last.called, 100)})]
    notes += [Message("handed_in_again", {"count": len(named)})] if len(named) > 1 else []
    notes += [Message("late")] if last.owner.late else []
    try:
        return Submission(student, last.load(), tuple(notes))
    except Unreadable as error:
        return Submission(student, None, tuple(notes), error.why)


def _several(student: str, files: list[File]) -> Submission:
    return Submission(student, None, problem=Message("several_notebooks", {"count": len(files)}))


def _belongs(called: str, name: str) -> bool:
    """Whether a file is the assignment's, also where a download has added a number to its name."""
    stem = NOTEBOOK.sub("", called[-LONGEST:])
    return re.fullmatch(re.escape(name) + r"(-\d+| ?\(\d+\))?", stem, re.IGNORECASE) is not None
