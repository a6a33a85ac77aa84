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
from edunn.course.grading.records import EARLIER_KEPT, OF_GRADERS, as_json
from edunn.course.messages import Message
from edunn.course.submissions.collect import Submission, is_answered
from edunn.course.submissions.identity import Earlier
from edunn.course.submissions.lms import order_of
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
        self.passed_over: list[str] = []  # whose older work has come after newer
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
        if path.exists() and path.read_bytes() != submission.content:
            self._put_by(student, path.read_bytes())
        self.known[student] = {
            "notebook": submission.content is not None,
            "notes": [note.as_dict() for note in submission.notes],
            "problem": submission.problem.as_dict() if submission.problem else None,
            "origin": dict(submission.origin) or self.origin(student),
            "orders": self._orders(student, submission.origin),
        }
        if submission.content is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, submission.content, mode=0o444)

    def newest(self, submission: Submission) -> Submission:
        """The submission; or the one that is kept, where the system has numbered one of this
        student's later, or the same was there before what is kept: then this one is put with the
        earlier ones. But a notebook with answers goes before one without any."""
        student, order = submission.student, order_of(submission.origin)
        system, kept = submission.origin.get("system", ""), self.origin(student)
        is_kept = system == kept.get("system") and order == order_of(kept)
        latest = self._orders(student, kept).get(system, 0)
        if not 0 < order <= latest or is_kept or not self.known[student]["notebook"]:
            return submission
        newer, content = self[student], submission.content
        if is_answered(content) and not is_answered(newer.content):
            return submission
        if content is not None and content != newer.content:
            self._put_by(student, content)
            self.passed_over.append(student)
        notes = [note for note in newer.notes if note.id not in OF_GRADERS]
        notes += [note for note in submission.notes if note.id in OF_GRADERS]
        return replace(newer, notes=tuple(notes))

    def _orders(self, student: str, new: Mapping[str, Any]) -> dict[str, int]:
        """The largest number that each system has given to what a student handed in. new: the
        origin of one more"""
        found: dict[str, int] = {**self.known.get(student, {}).get("orders", {})}
        for origin in (self.origin(student), new):
            if order := order_of(origin):
                found[origin["system"]] = max(order, found.get(origin["system"], 0))
        return found

    def with_history(self, submission: Submission) -> Submission:
        """The submission, with a note of the other notebooks that the student handed in before."""
        path = self.path(submission.student)
        before = {path.read_bytes()} if path.exists() else set[bytes]()
        before |= {path.read_bytes() for path in self._versions(submission.student)}
        count = len(before - {submission.content})
        note = Message(EARLIER_KEPT, {"count": count, "name": self.folder.name})
        return replace(submission, notes=(*submission.notes, note)) if count else submission

    def with_times(self, submission: Submission, told: Mapping[str, str]) -> Submission:
        """The submission, with what is known of its time: `told` about its student, else what its
        download says, else what was known before of this very notebook."""
        origin, before = dict(submission.origin), self.origin(submission.student)
        told = told if origin.get("system", "") in ("moodle", "") else {}
        path = self.path(submission.student)
        is_same = not path.exists() or path.read_bytes() == submission.content
        times = told.get("time", "").strip("- "), origin.pop("time", ""), before.get("time", "")
        time = times[0] or times[1] or (times[2] if is_same else "")
        extension = told.get("extension", before.get("extension", ""))
        known = {"time": time, "extension": extension}
        return replace(submission, origin=origin | {w: text for w, text in known.items() if text})

    def origin(self, student: str) -> Mapping[str, Any]:
        """Where what a student handed in came from, see `File.origin`; empty if nobody knows."""
        origin: Mapping[str, Any] = self.known.get(student, {}).get("origin", {})
        return origin

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

    def _put_by(self, student: str, content: bytes) -> None:
        """Keep a notebook with the earlier ones, if it is not there."""
        versions = self._versions(student)
        if all(path.read_bytes() != content for path in versions):
            path = self.folder / "earlier" / student / f"{len(versions) + 1}.ipynb"
            write_whole(path, content, mode=0o444)

    def _versions(self, student: str) -> list[Path]:
        return list((self.folder / "earlier" / student).glob("*.ipynb"))

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
    origin, orders = entry.get("origin", {}), entry.get("orders", {})
    texts = [origin.get(what, "") for what in ("system", "path", "time", "extension")]
    texts += [*origin.get("ids", []), *orders]
    numbers = [origin.get("order", 0), *orders.values()]
    if {*map(type, texts)} - {str} or {*map(type, numbers)} - {int}:
        raise TypeError("where it came from is not said as it should be")
    return entry


def _from_format_1(notebook: bool, note: str) -> dict[str, Any]:
    """An entry of edunn 0.1: whether there is a notebook, and a sentence."""
    said = Message.own_words(note).as_dict() if note else None
    notes = [said] if said and notebook else []
    return {"notebook": notebook, "notes": notes, "problem": None if notebook else said}
