"""Copies of submissions, exactly as they came in."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from edunn.course.grading.records import as_json
from edunn.course.messages import Message
from edunn.course.submissions.collect import Submission
from edunn.files import write_whole


class Archive(Mapping[str, Submission]):
    """The submissions of an assignment, by student. A notebook is read when it is asked for.

    folder: store/handed_in/NAME
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.list = self.folder.with_suffix(".json")  # all but the notebooks
        text = self.list.read_text(encoding="utf-8") if self.list.exists() else "{}"
        self.known: dict[str, dict[str, Any]] = {
            student: about if isinstance(about, dict) else _from_format_1(*about)
            for student, about in json.loads(text).items()
        }

    def keep(self, submission: Submission) -> None:
        """Keep a submission, its notebook as a read-only file; `write_list` must follow."""
        self.known[submission.student] = {
            "notebook": submission.content is not None,
            "notes": [note.as_dict() for note in submission.notes],
            "problem": submission.problem.as_dict() if submission.problem else None,
        }
        path = self.path(submission.student)
        path.unlink(missing_ok=True)
        if submission.content is not None:
            write_whole(path, submission.content, mode=0o444)

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
        content = self.path(student).read_bytes() if about["notebook"] else None
        notes = tuple(Message.from_dict(note) for note in about["notes"])
        problem = Message.from_dict(about["problem"]) if about["problem"] else None
        return Submission(student, content, notes, problem)

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def _from_format_1(notebook: bool, note: str) -> dict[str, Any]:
    """An entry of edunn 0.1: whether there is a notebook, and a sentence."""
    said = Message.own_words(note).as_dict() if note else None
    notes = [said] if said and notebook else []
    return {"notebook": notebook, "notes": notes, "problem": None if notebook else said}
