"""Grade what students handed in: collect, judge side by side, keep records, fill the gradebook.

Every record is on the disk as soon as it is known. A run that is killed, at whatever moment, loses
at most what was being judged; the next one goes on from there. What has not changed since the last
run (the submission, the exercise, its cases, the library) is not judged again.
"""

from __future__ import annotations

import fcntl
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.grading.archive import Archive
from edunn.course.grading.dask_executor import DaskExecutor
from edunn.course.grading.deadlines import Deadlines, Lateness, times_told
from edunn.course.grading.executor import Executor, Progress, no_progress
from edunn.course.grading.fingerprint import fingerprint, is_stale, key_of
from edunn.course.grading.gradebook import GradeStore
from edunn.course.grading.local_executor import LocalExecutor
from edunn.course.grading.pictures import attachments, base64_pictures, keep_pictures
from edunn.course.grading.records import (
    DROPPED,
    NOT_GRADED,
    Record,
    read_record,
    record_path,
    write_record,
)
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.messages import Message
from edunn.course.notebooks.layout import Course
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.collect import Submission, Written, owners_in, take_in
from edunn.course.submissions.normalise import is_extra_text, written_in
from edunn.course.submissions.roster import WORKSHEET, Roster
from edunn.files import private_files, write_whole


@dataclass(frozen=True)
class Grade:
    """One student's line of the table: what the gradebook says, less what lateness costs, and why.
    lateness: None where there is no deadline
    """

    record: Record
    points: float | None  # None: not graded, which is not zero
    max_points: float
    waiting: list[str]  # cells that a person must still grade
    lateness: Lateness | None = None

    @property
    def reason(self) -> str:
        """Why points are missing, in a sentence; "" if none are."""
        waiting = (Message("cell_waits", {"name": name}) for name in self.waiting)
        return self.record.reason or "; ".join(map(str, waiting))

    @property
    def penalty(self) -> float:
        """The points that were taken off because it came late."""
        return self.lateness.penalty if self.lateness and self.points is not None else 0.0

    @property
    def before(self) -> float | None:
        """The points before these were taken off."""
        return None if self.points is None else self.points + self.penalty

    def after(self, deadlines: Deadlines, origin: Mapping[str, Any]) -> Grade:
        """The grade after what its lateness costs; never less than 0. origin: see `File.origin`"""
        record = self.record
        late = any(note.id == "late" for note in record.notes)
        told = (record.assignment, record.student, late, origin, self.max_points)
        lateness = deadlines.lateness(*told) if record.handed_in else None
        if lateness is None or self.points is None:
            return replace(self, lateness=lateness)
        taken = min(lateness.penalty, self.points)
        return replace(self, points=self.points - taken, lateness=replace(lateness, penalty=taken))


@dataclass(frozen=True)
class Judging:
    """Where submissions are judged, and what each may use.

    workers: how many judge at once on this machine; 0 to keep the submissions and grade nobody
    scheduler: the address of a Dask cluster that judges instead
    deadlines: new ones, for this run and later ones; by default those that were used before
    """

    workers: int = 2
    limits: Limits = Limits()
    scheduler: str = ""
    deadlines: Deadlines | None = None

    def executor(self, exercise: Exercise, secret: bytes) -> Executor:
        """The executor that judges so."""
        if self.scheduler:
            return DaskExecutor(exercise, secret, self.limits, self.scheduler)
        return LocalExecutor(exercise, secret, self.limits, self.workers)


def grade_submissions(
    course: Course,
    name: str,
    out: Path,
    source: Path | None = None,
    roster: Roster | None = None,
    judging: Judging = Judging(),
    progress: Progress = no_progress,
) -> list[Grade]:
    """Grade every submission of one exercise; gradebook, records and copies go to `out`.

    source: a folder or a zip; None for the copies in `out` of all that was handed in before
    roster: by default the one that was used before
    progress: called with (what is being done, how many are done, of how many)
    Raises CourseError where the release does not fit the solution, where there is nothing to grade,
    where another grader is at work, where the solution loses points, where the judges cannot work,
    and where a file in `out` is damaged that cannot be made again.
    """
    if source is not None and out.resolve().is_relative_to(source.resolve()):
        raise CourseError(f"{out} lies in {source}, among the submissions: choose another --out")
    with open_store(out) as store:
        if store.release(name, course.solution(name)) != course.release_path(name).read_bytes():
            raise CourseError(f"assignments/ does not fit solutions/: edunn build {name}")
        archive = Archive(store.root / "handed_in" / name, mends=source is not None)
        if source is None and not archive:
            raise CourseError(f"{out} has no copies of {name}: edunn grade")
        exercise = fingerprint(course, name, store.secret())
        told = {}
        if roster and roster.kind == WORKSHEET:
            _refuse_of_another(source, roster)
            told = dict(times_told(roster))
        people = roster or Roster.kept(store.root)
        written = _notebooks_of(course, name)
        coming = take_in(source, name, people, archive.earlier(), written) if source else None
        keys = _taken_in(store, archive, coming, exercise, told)
        _keep_for_later(store.root, roster, judging.deadlines)  # only now: they fit what came in
        if not judging.workers:
            return []
        stale = _stale(store, name, keys)
        if stale:
            proved = store.root / "proved" / name  # that the solution has all points
            of_course = Exercise.of(course, name)
            if not proved.exists() or proved.read_bytes() != exercise.encode():
                of_course = replace(of_course, solution=json.dumps(course.solution(name)))
            executor = judging.executor(of_course, store.secret())
            with closing(executor.records(archive.only(stale), progress)) as records:
                for record in records:
                    notes = [*record.notes, *_of_earlier_answers(store.root, record)]
                    key = keys[record.student]
                    write_record(store.root, replace(record, key=key, notes=notes))
            if executor.proved:
                write_whole(proved, exercise)
        return list(_entered(store, archive, course.released(name), keys, progress))


def _refuse_of_another(source: Path | None, roster: Roster) -> None:
    """Raise CourseError where a worksheet of Moodle is that of another assignment: it would tell
    that one's times."""
    owners = owners_in(source) if source else []
    people = [(owner.who, owner.ids) for owner in owners if owner.system == "moodle"]
    if roster.numbers_others(people):
        raise CourseError(
            f"the roster is the worksheet of another assignment: {source} has people of it, but "
            "none of its numbers"
        )


def _keep_for_later(store: Path, *given: Roster | Deadlines | None) -> None:
    for one in given:
        if one:
            one.keep(store)


def _of_earlier_answers(store: Path, record: Record) -> list[Message]:
    """The notes of an earlier record about what a person gave for answers before this one."""
    before = read_record(store, record.assignment, record.student)
    return [note for note in before.notes if note.id in DROPPED] if before else []


def _notebooks_of(course: Course, name: str) -> Written:
    """What tells whether anything is written in a notebook of an exercise."""
    others = [json.loads(path.read_bytes()) for path in course.translated_paths(name)]
    return partial(written_in, course.released(name), others)


def _taken_in(
    store: GradeStore,
    archive: Archive,
    coming: Iterable[Submission] | None,
    exercise: str,
    told: Mapping[str, dict[str, str]],
) -> dict[str, str]:
    """Keep what comes in; by student, the key of what is to be judged.

    coming: None where only what is kept counts
    exercise: its fingerprint    told: what a worksheet says of students' times
    """
    name, keys = archive.folder.name, {}
    for submission in archive.values() if coming is None else coming:
        if coming is not None:
            if submission.formerly and archive.rename(submission.formerly, submission.student):
                store.rename(name, submission.formerly, submission.student)
            submission = archive.with_history(archive.newest(submission))
            submission = archive.with_times(submission, told.get(submission.student, {}))
            archive.keep(submission)
        keys[submission.student] = key_of(submission, exercise)
    archive.write_list()
    if archive.passed_over:
        logging.getLogger(__name__).warning(
            "older than what is kept of %s, so not graded, but kept in %s: to grade it after all, "
            "take it from there, and grade it in a folder of the student's name",
            ", ".join(archive.passed_over), archive.folder / "earlier"
        )  # fmt: skip
    return keys


def _stale(store: GradeStore, name: str, keys: dict[str, str]) -> list[str]:
    """Who must be judged again. A record that cannot be read is named."""
    stale = []
    for student, key in keys.items():
        record = read_record(store.root, name, student)
        if is_stale(record, key):
            stale.append(student)
        path = record_path(store.root, name, student)
        if record is None and path.exists():
            said = "%s, the record of %s, cannot be read: judged again"
            logging.getLogger(__name__).warning(said, path, student)
    return stale


@contextmanager
def open_store(out: Path) -> Iterator[GradeStore]:
    """The store in a folder, for one grader at a time; CourseError while another has it open, or
    where its gradebook is damaged. What is written meanwhile is for its owner alone."""
    store = GradeStore(out)
    with private_files(), (store.root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(f"another edunn grade is writing to {out}") from None
        store.check()
        yield store
        store.check()


def _entered(
    store: GradeStore, archive: Archive, release: Any, keys: dict[str, str], progress: Progress
) -> Iterator[Grade]:
    """Enter the records into the gradebook, one after another, and read back what it then says."""
    name, deadlines = archive.folder.name, Deadlines.kept(store.root)
    with store.gradebook() as gradebook:
        for done, (student, key) in enumerate(sorted(keys.items()), start=1):
            record = read_record(store.root, name, student)
            if record is None or record.key != key:
                record = Record(student, name, NOT_GRADED, Message("nobody_judged"))
            if record.state == NOT_GRADED:
                yield Grade(record, None, store.max_points(name), [])
            else:
                if record.pictures:
                    keep_pictures(store.root, record, archive[student].content or b"")
                pictures = base64_pictures(store.root, record)
                entry = store.enter(gradebook, record, rebuilt(release, record, pictures))
                if entry.automatic != record.points:
                    raise CourseError(
                        f"{student}: judged {record.points} points, but the gradebook says "
                        f"{entry.automatic}"
                    )
                new = [note for note in entry.dropped if note not in record.notes]
                record = replace(record, notes=[*record.notes, *new])
                grade = Grade(record, entry.points, entry.max_points, entry.waiting)
                yield grade.after(deadlines, archive[student].origin)
            progress("entering", done, len(keys))


def rebuilt(
    release: Any, record: Record, pictures: Mapping[str, dict[str, str]] | None = None
) -> Any:
    """The notebook that was judged: the release with what the student wrote in its place. Pictures
    and texts of an older release, which this one has in other words, are left out.

    pictures: those in the student's texts, in base64, by cell and name
    """
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell

    notebook = nbformat.from_dict(release)
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    for name, source in record.answers.items():
        if name not in cells:
            cells[name] = (new_markdown_cell if is_extra_text(name) else new_code_cell)(id=name)
        cells[name]["source"] = source
    for name, held in (pictures or {}).items():
        if name in cells:
            cells[name]["attachments"] = attachments(held)
    notebook["cells"] = [cells[name] for name in record.order if name in cells]
    return notebook
