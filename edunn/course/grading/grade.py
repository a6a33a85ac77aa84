"""Grade what students handed in: take it in, judge it in parallel, keep records, fill the books.

Every record is on the disk as soon as it is known. A run that is killed, at whatever moment, loses
at most what was being judged; the next one goes on from there. What has not changed since the last
run (the submission, the exercise, its cases, the library) is not judged again.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edunn.course.grading import dask_executor as cluster
from edunn.course.grading import executor as pool
from edunn.course.grading.gradebook import GradeStore
from edunn.course.submissions.collect import Submission, take_in
from edunn.course.notebooks.layout import Course
from edunn.course.grading.executor import Progress, nothing
from edunn.course.grading.records import NOT_GRADED, Copies, Record, read_record, write_record
from edunn.course.submissions.roster import Roster
from edunn.course.sandbox.process import Limits
from edunn.course.errors import CourseError


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
    source: Path | None,
    name: str,
    out: Path,
    workers: int = 2,
    limits: Limits | None = None,
    progress: Progress = nothing,
    roster: Roster | None = None,
    scheduler: str = "",
) -> list[Grade]:
    """Grade every submission in a folder or a zip; store, records and reports go to `out`.

    source: None for all that was handed in before, from the copies in `out`
    progress: called with (what is being done, how many are done, of how many).
    workers: 0 to take in only, and grade nobody    scheduler: of a Dask cluster that judges instead
    roster: by default the one with which was graded before
    """
    if source is not None and out.resolve().is_relative_to(source.resolve()):
        raise CourseError(f"{out} lies in {source}, among the submissions: choose another --out")
    with open_store(out) as store:
        if store.release(name, course.solution(name)) != course.release_path(name).read_bytes():
            raise CourseError(f"assignments/ does not fit solutions/: edunn build {name}")
        if roster:
            roster.keep(store.root)
        roster = roster or Roster.kept(store.root)
        exercise = fingerprint(course, name, store.secret())
        copies, keys = Copies(store.root, name), {}
        if source is None and not copies:
            raise CourseError(f"{out} has no copies of {name}: edunn grade")
        for one in copies.values() if source is None else take_in(source, name, roster):
            keys[one.student] = key_of(one, exercise)
            if source is not None:
                copies.keep(one)
        copies.write_list()
        if not workers:
            return []
        changed = copies.only(s for s in keys if is_new(read_record(store.root, name, s), keys[s]))
        about = course, name, changed, store.secret(), limits or Limits()
        jobs = (
            cluster.judge_all(*about, scheduler, progress)
            if scheduler
            else pool.judge_all(*about, workers, progress)
        )
        with closing(jobs):
            for record in jobs if changed else ():
                record.key = keys[record.student]
                write_record(store.root, record)
        return list(entered(store, name, course.released(name), keys, progress))


def is_new(record: Record | None, key: str) -> bool:
    """Whether it must be judged: there is no record of it, or of something else, or no result."""
    return record is None or record.state == NOT_GRADED or record.key != key


def key_of(found: Submission, exercise: str) -> str:
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
def open_store(out: Path) -> Iterator[GradeStore]:
    """The books in a folder, for one grader at a time."""
    store = GradeStore(out)
    with (store.root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(f"another edunn grade is writing to {out}") from None
        yield store


def entered(
    store: GradeStore, name: str, release: Any, keys: dict[str, str], progress: Progress
) -> Iterator[Grade]:
    """Put the records into the gradebook, one after another, and read back what it then says."""
    with store.gradebook() as gradebook:
        for done, (student, key) in enumerate(sorted(keys.items()), start=1):
            record = read_record(store.root, name, student)
            if record is None or record.key != key:
                record = Record(student, name, NOT_GRADED, "no judge answered")
            if record.state == NOT_GRADED:
                yield Grade(record, None, store.max_points(name), [])
            else:
                entry = store.enter(gradebook, record, rebuilt(release, record))
                if entry.automatic != record.points:
                    raise CourseError(
                        f"{student}: judged {record.points} points, but the gradebook says "
                        f"{entry.automatic}"
                    )
                yield Grade(record, entry.points, entry.max_points, entry.waiting)
            progress("entering", done, len(keys))


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
