"""What grading found out about each submission, and its file; copies of what was handed in."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from edunn.course.submissions.collect import Submission

GRADED, STUDENT_ERROR, NOT_GRADED = "graded", "student error", "not graded"


@dataclass
class CellResult:
    """What one graded cell earned. reason: why not all of it, in a sentence for the student."""

    name: str
    points: float
    max_points: float
    reason: str = ""
    id: str = ""  # of the diagnosis, which is counted across a class


class Mark(NamedTuple):
    """What the gradebook says of one cell. by_hand: a person gave these points."""

    points: float
    max_points: float
    waiting: bool
    by_hand: bool


@dataclass
class Record:
    """All that grading found out about one submission; plain data, written as JSON."""

    student: str
    assignment: str
    state: str = GRADED
    reason: str = ""
    results: list[CellResult] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)  # by cell id: what its run printed
    figures: dict[str, list[str]] = field(default_factory=dict)  # by cell id: PNG files in base64
    visible: dict[str, str] = field(default_factory=dict)  # by cell id: what its own check said
    answers: dict[str, str] = field(default_factory=dict)  # by cell id: what the student wrote
    order: list[str] = field(default_factory=list)  # of the cells that were judged, by id
    key: str = ""  # what was judged, and by what: see `grade.key_of`
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def points(self) -> float:
        return sum(verdict.points for verdict in self.results)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Record:
        return cls(**data | {"results": [CellResult(**v) for v in data["results"]]})


class Copies(Mapping[str, Submission]):
    """What was handed in of an assignment, by student. A notebook is read when it is asked for."""

    def __init__(self, store: Path, name: str):
        self.folder = store / "handed_in" / name
        self.list = self.folder.with_suffix(".json")  # {student: [is there a notebook, note]}
        text = self.list.read_text(encoding="utf-8") if self.list.exists() else "{}"
        self.known: dict[str, tuple[bool, str]] = json.loads(text)

    def keep(self, found: Submission) -> None:
        """Keep a notebook as it came, for reading only."""
        self.known[found.student] = found.content is not None, found.note
        path = self.path(found.student)
        path.unlink(missing_ok=True)
        if found.content is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found.content)
            path.chmod(0o444)

    def write_list(self) -> None:
        write_whole(self.list, json.dumps(self.known, indent=1, sort_keys=True))

    def only(self, students: Iterable[str]) -> Copies:
        chosen = copy.copy(self)
        chosen.known = {student: self.known[student] for student in students}
        return chosen

    def path(self, student: str) -> Path:
        return self.folder / f"{student}.ipynb"

    def __getitem__(self, student: str) -> Submission:
        copied, note = self.known[student]
        return Submission(student, self.path(student).read_bytes() if copied else None, note)

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def record_path(store: Path, name: str, student: str) -> Path:
    return store / "records" / name / f"{student}.json"


def write_record(store: Path, record: Record) -> None:
    path = record_path(store, record.assignment, record.student)
    write_whole(path, json.dumps(record.as_dict(), indent=1, sort_keys=True))


def read_record(store: Path, name: str, student: str) -> Record | None:
    """What an earlier run found out, if one did, and its record can be read."""
    path = record_path(store, name, student)
    try:
        return Record.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, also if the process is killed in the middle."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
