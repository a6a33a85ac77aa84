"""The records of a course: one JSON file per submission, and files that are written whole."""

from __future__ import annotations

import json
from pathlib import Path

from edunn.course.judge import Record


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
