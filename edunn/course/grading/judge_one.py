"""Judge one submission by itself: a job for Slurm, Kubernetes, or whatever starts jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from edunn.course.grading.archive import Archive
from edunn.course.grading.fingerprint import fingerprint, key_of
from edunn.course.grading.local_executor import LocalExecutor
from edunn.course.grading.records import Record, record_text
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.notebooks.layout import Course
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.collect import Submission
from edunn.files import write_whole


def judge_one(course: Course, name: str, notebook: Path, secret: bytes, out: Path) -> Record:
    """Judge one of the copies that grading keeps, STUDENT.ipynb, and write its record to `out`.

    Put into the store as records/NAME/STUDENT.json, the record is used by the next `edunn grade`.
    """
    student, archive = notebook.stem, Archive(notebook.parent)
    submission = archive.get(student) or Submission(student, notebook.read_bytes())
    executor = LocalExecutor(Exercise.of(course, name), secret, Limits(), workers=1)
    (record,) = executor.records({student: submission})
    record = replace(record, key=key_of(submission, fingerprint(course, name, secret)))
    write_whole(out, record_text(record))
    return record
