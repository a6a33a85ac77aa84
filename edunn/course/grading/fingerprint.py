"""What a record depends on: the submission, the exercise, the hidden cases, and edunn itself."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import edunn
from edunn.course.grading.records import NOT_GRADED, Record, as_json
from edunn.course.notebooks.layout import Course
from edunn.course.submissions.collect import Submission


@functools.cache
def own_code() -> str:
    """The sha256 of all of edunn that runs here."""
    digest = hashlib.sha256()
    for path in sorted(Path(edunn.__file__).parent.rglob("*.py")):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def fingerprint(course: Course, name: str, secret: bytes) -> str:
    """A digest of everything that a record depends on, but for the submission."""
    digest = hashlib.sha256(secret + own_code().encode())
    released = course.release_path(name), *course.translated_paths(name)
    for path in (*released, course.cases_path(name)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def key_of(submission: Submission, exercise: str) -> str:
    """A digest of what is judged, and by what: equal keys give equal records.

    exercise: its fingerprint
    """
    said = [message.as_dict() for message in submission.said]
    digest = hashlib.sha256(exercise.encode())
    for part in (submission.student.encode(), as_json(said).encode(), submission.content or b""):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def is_stale(record: Record | None, key: str) -> bool:
    """Whether a submission must be judged again: its record is missing, says "not graded", or has
    another key."""
    return record is None or record.state == NOT_GRADED or record.key != key
