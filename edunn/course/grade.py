"""Grade what students handed in: take it in, judge it in parallel, keep records, fill the books.

Every record is on the disk as soon as it is known. A run that is killed, at whatever moment, loses
at most what was being judged; the next one goes on from there. What has not changed since the last
run (the submission, the exercise, its cases, the library) is not judged again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edunn.course import cluster, pool
from edunn.course.books import Books
from edunn.course.intake import Found, Roster, take_in
from edunn.course.judge import NOT_GRADED, Record
from edunn.course.layout import Course
from edunn.course.pool import Progress, nothing
from edunn.course.records import read_record, write_record, write_whole
from edunn.course.sandbox import Limits
from edunn.course.source import CourseError


@dataclass
class Grade:
    """A line of the table: what is in the gradebook, and why."""

    record: Record
    points: float | None  # None: not graded, which is not zero
    max_points: float
    waiting: list[str]  # cells that a person must still grade

    @property
    def reason(self) -> str:
        return self.record.reason or "; ".join(
            f"{name} waits for a person" for name in self.waiting
        )


def grade(
    course: Course,
    source: Path | list[Found],
    name: str,
    out: Path,
    workers: int = 2,
    limits: Limits | None = None,
    progress: Progress = nothing,
    roster: Roster | None = None,
    scheduler: str = "",
) -> list[Grade]:
    """Grade every submission in a folder or a zip; books, records and reports go to `out`.

    progress: called with (what is being done, how many are done, of how many).
    workers: 0 to take in only, and grade nobody    scheduler: of a Dask cluster that judges instead
    """
    found = source if isinstance(source, list) else take_in(source, name, roster)
    with books_in(out) as books:
        if books.release(name, course.solution(name)) != course.release_path(name).read_bytes():
            raise CourseError(f"assignments/ does not fit solutions/: edunn build {name}")
        exercise = fingerprint(course, name, books.secret())
        keys = {one.student: key_of(one, exercise) for one in found}
        for one in found:
            books.keep_copy(name, one.student, one.content)
        remember(books.root, name, found)
        if not workers:
            return []
        records = {student: read_record(books.root, name, student) for student in keys}
        changed = {
            one.student: one for one in found if is_new(records[one.student], keys[one.student])
        }
        about = course, name, changed, books.secret(), limits or Limits()
        jobs = (
            cluster.judge_all(*about, scheduler, progress)
            if scheduler
            else pool.judge_all(*about, workers, progress)
        )
        for record in jobs if changed else ():
            record.key = keys[record.student]
            write_record(books.root, record)
            records[record.student] = record
        return list(entered(books, name, course.released(name), records, progress))


def remember(out: Path, name: str, found: list[Found]) -> None:
    """Keep what intake said of each submission, and whether there was a notebook, for `kept`."""
    path = out / "handed_in" / f"{name}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known |= {one.student: [one.content is not None, one.note] for one in found}
    write_whole(path, json.dumps(known, indent=1, sort_keys=True))


def kept(out: Path, name: str) -> list[Found]:
    """What was handed in so far, from the copies in `out`, as it was taken in."""
    path, copies = out / "handed_in" / f"{name}.json", out / "handed_in" / name
    if not path.exists():
        raise CourseError(f"{out} has no copies of {name}: edunn grade")
    return [
        Found(student, (copies / f"{student}.ipynb").read_bytes() if copied else None, note)
        for student, (copied, note) in json.loads(path.read_text(encoding="utf-8")).items()
    ]


def is_new(record: Record | None, key: str) -> bool:
    """Whether it must be judged: there is no record of it, or of something else, or no result."""
    return record is None or record.state == NOT_GRADED or record.key != key


def key_of(found: Found, exercise: str) -> str:
    """What is judged, and by what; equal keys give equal records."""
    digest = hashlib.sha256(exercise.encode())
    for part in (found.student.encode(), found.note.encode(), found.content or b""):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def fingerprint(course: Course, name: str, secret: bytes) -> str:
    """Everything that a record rests on beside the submission."""
    digest = hashlib.sha256(secret + cluster.own_code().encode())
    for path in (course.release_path(name), course.cases_path(name)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def books_in(out: Path) -> Iterator[Books]:
    """The books in a folder, for one grader at a time."""
    books = Books(out)
    with (books.root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(f"another edunn grade is writing to {out}") from None
        yield books


def entered(
    books: Books, name: str, release: Any, records: dict[str, Record | None], progress: Progress
) -> Iterator[Grade]:
    """Put the records into the gradebook, one after another, and read back what it then says."""
    with books.gradebook() as gradebook:
        for done, (student, record) in enumerate(sorted(records.items())):
            if record is None or record.state == NOT_GRADED:
                record = record or Record(student, name, NOT_GRADED, "no judge answered")
                yield Grade(record, None, books.max_points(name), [])
            else:
                entry = books.enter(gradebook, record, rebuilt(release, record))
                if entry.automatic != record.points:
                    raise CourseError(
                        f"{student}: judged {record.points} points, but the gradebook says "
                        f"{entry.automatic}"
                    )
                yield Grade(record, entry.points, entry.max_points, entry.waiting)
            progress("entering", done + 1, len(records))


def rebuilt(release: Any, record: Record) -> Any:
    """The notebook that was judged: the release with what the student wrote in its place."""
    import nbformat

    notebook = nbformat.from_dict(release)
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    for name, source in record.answers.items():
        if name not in cells:
            cells[name] = nbformat.v4.new_code_cell(id=name)
        cells[name]["source"] = source
    notebook["cells"] = [cells[name] for name in record.order]
    return notebook
