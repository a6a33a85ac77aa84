"""Copies of submissions, exactly as they came in."""

from __future__ import annotations

import copy
import json
import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.grading.records import as_json
from edunn.course.messages import Message
from edunn.course.submissions.collect import Submission
from edunn.course.submissions.identity import Earlier
from edunn.files import write_whole


class Archive(Mapping[str, Submission]):
    """The submissions of an assignment, by student. A notebook is read when it is asked for.

    folder: store/handed_in/NAME    mends: whether a list that cannot be read is put aside, and made
    again from the copies, without their notes; else it is a CourseError
    """

    def __init__(self, folder: Path, mends: bool = False):
        self.folder = folder
        self.list = self.folder.with_suffix(".json")  # all but the notebooks
        self.known: dict[str, dict[str, Any]] = {}
        if not self.list.exists():
            return
        try:
            data = json.loads(self.list.read_text(encoding="utf-8"))
            self.known = {student: _checked(about) for student, about in data.items()}
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            said = f"{self.list}, the list of what was handed in, cannot be read ({error})"
            if not mends:
                raise CourseError(f"{said}: grade the submissions again") from None
            aside = self.list.with_suffix(".json.broken")
            self.list.replace(aside)
            logging.getLogger(__name__).warning("%s: made again, put aside as %s", said, aside)
            for path in sorted(self.folder.glob("*.ipynb")):
                self.known[path.stem] = _from_format_1(True, "")

    def keep(self, submission: Submission) -> None:
        """Keep a submission, its notebook as a read-only file; `write_list` must follow. Another
        notebook that the student handed in before is kept in earlier/STUDENT/."""
        student, path = submission.student, self.path(submission.student)
        if self._replaces(submission):
            version = self.folder / "earlier" / student / f"{self._versions(student) + 1}.ipynb"
            write_whole(version, path.read_bytes(), mode=0o444)
        self.known[student] = {
            "notebook": submission.content is not None,
            "notes": [note.as_dict() for note in submission.notes],
            "problem": submission.problem.as_dict() if submission.problem else None,
            "origin": dict(submission.origin) or self.known.get(student, {}).get("origin", {}),
        }
        if submission.content is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, submission.content, mode=0o444)

    def with_history(self, submission: Submission) -> Submission:
        """The submission, with a note of the other notebooks that the student handed in before."""
        count = self._versions(submission.student) + self._replaces(submission)
        note = Message("earlier_kept", {"count": count, "name": self.folder.name})
        return replace(submission, notes=(*submission.notes, note)) if count else submission

    def time_of(self, submission: Submission) -> str:
        """When this very notebook was handed in, if that was told before; "" else."""
        origin = self.known.get(submission.student, {}).get("origin", {})
        return "" if self._replaces(submission) else origin.get("time", "")

    def earlier(self) -> Earlier:
        """Who handed in before, by the numbers of the systems that they came from. Canvas's and
        Gradescope's are the same in all exercises; Moodle's, and hidden names, are not."""
        numbers: dict[tuple[str, str], str] = {}
        for path in sorted(self.folder.parent.glob("*.json")):
            others = _numbers(_entries(path)) if path != self.list else {}
            numbers |= {key: student for key, student in others.items() if _lasts(*key)}
        return Earlier(numbers | _numbers(self.known), frozenset(self.known))

    def rename(self, student: str, new: str) -> bool:
        """Keep what a student handed in under another name; whether nobody has that name yet."""
        if student not in self.known or new in self.known:
            return False
        self.known[new] = self.known.pop(student)
        for old, path in (
            (self.path(student), self.path(new)),
            (self.folder / "earlier" / student, self.folder / "earlier" / new),
        ):
            if old.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                old.rename(path)
        self.write_list()
        return True

    def forget(self, student: str) -> None:
        """Remove what a student handed in; from the list last, so that it can be done again where
        it was stopped in between."""
        self.path(student).unlink(missing_ok=True)
        earlier = self.folder / "earlier" / student
        if earlier.exists():
            shutil.rmtree(earlier)
        if self.known.pop(student, None) is not None:
            self.write_list()

    def _replaces(self, submission: Submission) -> bool:
        """Whether there is another notebook of the same student."""
        path = self.path(submission.student)
        return path.exists() and path.read_bytes() != submission.content

    def _versions(self, student: str) -> int:
        return len(list((self.folder / "earlier" / student).glob("*.ipynb")))

    def write_list(self) -> None:
        """Write down all but the notebooks."""
        write_whole(self.list, as_json(self.known))

    def only(self, students: Iterable[str]) -> Archive:
        """The archive of some of the students."""
        chosen = copy.copy(self)
        chosen.known = {student: self.known[student] for student in students}
        return chosen

    def path(self, student: str) -> Path:
        """Where the copy of a student's notebook is, if there is one."""
        return self.folder / f"{student}.ipynb"

    def __getitem__(self, student: str) -> Submission:
        about = self.known[student]
        try:
            content = self.path(student).read_bytes() if about["notebook"] else None
        except OSError as error:
            raise CourseError(
                f"{self.path(student)}, what {student} handed in, cannot be read "
                f"({error.strerror}): grade the submissions again"
            ) from None
        notes = tuple(Message.from_dict(note) for note in about["notes"])
        problem = Message.from_dict(about["problem"]) if about["problem"] else None
        return Submission(student, content, notes, problem, about.get("origin", {}))

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def _entries(path: Path) -> dict[str, Any]:
    """The list of another exercise; none where it cannot be read: its own grading says so."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _numbers(entries: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """{(system, number or address): student} of a list; a number of two says nothing."""
    found: dict[tuple[str, str], str] = {}
    for student, about in entries.items():
        origin = about.get("origin", {}) if isinstance(about, dict) else {}
        for one in origin.get("ids", []):
            key = origin["system"], one
            found[key] = "" if key in found else student
    return {key: student for key, student in found.items() if student}


def _lasts(system: str, number: str) -> bool:
    """Whether a number is a person's in all exercises."""
    return system == "gradescope" or (system == "canvas" and number.isdigit())


def _checked(about: Any) -> dict[str, Any]:
    """An entry of the list; an error where it is of another kind."""
    entry: dict[str, Any] = about if isinstance(about, dict) else _from_format_1(*about)
    for message in [*entry["notes"], *([entry["problem"]] if entry["problem"] else [])]:
        Message.from_dict(message)
    if type(entry["notebook"]) is not bool:
        raise TypeError("whether there is a notebook is not said")
    return entry


def _from_format_1(notebook: bool, note: str) -> dict[str, Any]:
    """An entry of edunn 0.1: whether there is a notebook, and a sentence."""
    said = Message.own_words(note).as_dict() if note else None
    notes = [said] if said and notebook else []
    return {"notebook": notebook, "notes": notes, "problem": None if notebook else said}
