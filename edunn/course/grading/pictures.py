"""The pictures in students' written answers, as files: pictures/NAME/STUDENT/DIGEST.png.

Records name them, so that they stay small; the copies of the submissions hold them.
"""

from __future__ import annotations

import base64
from pathlib import Path

from edunn.course.grading.records import Record
from edunn.course.submissions.pictures import mime_of, pictures_in
from edunn.files import write_whole


def _folder(store: Path, record: Record) -> Path:
    return store / "pictures" / record.assignment / record.student


def keep_pictures(store: Path, record: Record, notebook: bytes) -> None:
    """Write the pictures that a record names, and that are not there yet. notebook: the copy"""
    folder = _folder(store, record)
    names = {name for pictures in record.pictures.values() for name in pictures}
    missing = {name for name in names if not (folder / name).exists()}
    if missing:
        for name, picture in pictures_in(notebook).items():
            if name in missing:
                write_whole(folder / name, picture.content, mode=0o600)


def base64_pictures(store: Path, record: Record) -> dict[str, dict[str, str]]:
    """By cell: {name: base64} of the pictures that a record names and that are there."""
    folder, found = _folder(store, record), dict[str, dict[str, str]]()
    for cell, names in record.pictures.items():
        there = [name for name in names if (folder / name).is_file()]
        found[cell] = {n: base64.b64encode((folder / n).read_bytes()).decode() for n in there}
    return found


def attachments(pictures: dict[str, str]) -> dict[str, dict[str, str]]:
    """Pictures as a cell of a notebook holds them."""
    return {name: {mime_of(name): content} for name, content in pictures.items()}
