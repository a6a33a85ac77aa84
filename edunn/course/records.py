"""Files of a course's books: copies of what was handed in, a record of each, written whole."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from edunn.course.intake import Found
from edunn.course.judge import Record


class Copies(Mapping[str, Found]):
    """What was handed in of an assignment, by student. A notebook is read when it is asked for."""

    def __init__(self, books: Path, name: str):
        self.folder = books / "handed_in" / name
        self.list = self.folder.with_suffix(".json")  # {student: [is there a notebook, note]}
        text = self.list.read_text(encoding="utf-8") if self.list.exists() else "{}"
        self.known: dict[str, tuple[bool, str]] = json.loads(text)

    def keep(self, found: Found) -> None:
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

    def __getitem__(self, student: str) -> Found:
        copied, note = self.known[student]
        return Found(student, self.path(student).read_bytes() if copied else None, note)

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def record_path(books: Path, name: str, student: str) -> Path:
    return books / "records" / name / f"{student}.json"


def write_record(books: Path, record: Record) -> None:
    path = record_path(books, record.assignment, record.student)
    write_whole(path, json.dumps(record.as_dict(), indent=1, sort_keys=True))


def read_record(books: Path, name: str, student: str) -> Record | None:
    """What an earlier run found out, if one did, and its record can be read."""
    path = record_path(books, name, student)
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
