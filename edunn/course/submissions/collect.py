"""Take in what students handed in: a folder, or a zip as Canvas, Moodle or Gradescope give it.

Nothing of it is run here, changed, followed as a link, or unpacked to a path of its own. Notebooks
are read, within limits; a roster says whose they are.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.messages import Message
from edunn.course.submissions.identity import Earlier, identify, person
from edunn.course.submissions.lms import (
    LONGEST,
    NOTEBOOK,
    File,
    Owner,
    Unreadable,
    from_folder,
    from_zip,
)
from edunn.course.submissions.roster import Roster
from edunn.course.text import readable, words_of

MAX_TOTAL = 4 << 30  # bytes of notebooks in one download
MAX_TYPED = 2_000  # characters of a text that was typed into the system
NOBODY = Earlier()


@dataclass(frozen=True)
class Submission:
    """What one student has handed in.

    content: the bytes of the notebook; None when there is none to take, and `problem` says why
    notes: what was odd about it, such as a late date
    origin: the `origin` of its file    formerly: what an earlier download called the student
    """

    student: str
    content: bytes | None
    notes: tuple[Message, ...] = ()
    problem: Message | None = None
    origin: Mapping[str, Any] = field(default_factory=dict, compare=False)
    formerly: str = field(default="", compare=False)

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


def take_in(
    source: Path, name: str, roster: Roster | None = None, earlier: Earlier = NOBODY
) -> Iterator[Submission]:
    """Every student's notebook of the assignment `name`, in the order of the students' names.

    earlier: who handed it in before
    """
    with handed_in(source) as files:
        yield from _sorted_out(files, source, name, roster, earlier)


def assignment_of(source: Path, names: list[str]) -> str:
    """The assignment that the source's notebooks are named after; CourseError unless it is one."""
    with handed_in(source) as files:
        found = [name for name in names if any(_belongs(file.called, name) for file in files)]
    if len(found) != 1:
        what = " and ".join(found) or "no exercise"
        raise CourseError(f"{source} has notebooks of {what}: say which with --assignment")
    return found[0]


def _sorted_out(
    files: list[File], source: Path, name: str, roster: Roster | None, earlier: Earlier
) -> Iterator[Submission]:
    """What each student has handed in, from all files of a download."""
    for file in files:
        file.owner = _best_reading(file, name, roster)
    identities = identify([file.owner for file in files], roster, earlier)
    by_student: dict[str, list[File]] = {}
    notes, formerly = dict[str, list[Message]](), dict[str, str]()
    for file in files:
        identity = identities[person(file.owner)]
        file.owner.team = file.owner.team or identity.team
        for student in identity.students:
            by_student.setdefault(student, []).append(file)
            notes.setdefault(student, [])
            notes[student] += [note for note in identity.notes if note not in notes[student]]
            formerly[student] = identity.formerly or formerly.get(student, "")
    if not by_student:
        raise CourseError(f"{source} has no submissions: it takes a folder for each student")
    total = 0
    for student, own in sorted(by_student.items()):
        one = _of_one(student, own, name)
        total += len(one.content or b"")
        if total > MAX_TOTAL:
            raise CourseError(f"{source} holds more than {MAX_TOTAL >> 30} GB of notebooks")
        more = [note for note in notes[student] if note not in one.notes]
        yield replace(one, notes=(*one.notes, *more), formerly=formerly[student])


def _best_reading(file: File, name: str, roster: Roster | None) -> Owner:
    """The owner of a file whose name can be read in two ways: by the second one, where the roster
    knows its number, and not the first one's, or only it gives a file of the assignment."""
    first, second = file.owner, file.owner.other
    if second is None or roster is None or not roster.find_number(second.system, second.ids):
        return first
    known = roster.find_number(first.system, first.ids) is not None
    better = _belongs(second.called, name) and not _belongs(first.called, name)
    return second if better or not known else first


def _of_one(student: str, files: list[File], name: str) -> Submission:
    """What a student has handed in: files, and what was typed into the system, which stands in a
    note."""
    one = choose(student, [file for file in files if not file.owner.typed], name)
    typed = [_typed(file) for file in files if file.owner.typed]
    problem = one.problem
    if typed and problem and problem.id == "nothing":
        problem = Message("only_typed")
    teams = sorted({file.owner.team for file in files if file.owner.team})
    more = [Message("late")] if any(file.owner.late for file in files) else []
    more += [*typed, *(Message("team", {"name": readable(team, 60)}) for team in teams)]
    last = max(files, key=lambda f: (_belongs(f.called, name), f.owner.order, f.path))
    notes = (*one.notes, *(note for note in more if note not in one.notes))
    return replace(one, notes=notes, problem=problem, origin=last.origin)


def _typed(file: File) -> Message:
    """What a student has typed into the system, for who grades."""
    try:
        text = words_of(file.load().decode("utf-8", "replace"))
    except Unreadable as error:
        return error.why
    return Message("typed", {"words": readable(text, MAX_TYPED)})


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
