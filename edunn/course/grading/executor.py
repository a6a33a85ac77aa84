"""Judges side by side, each a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from typing import Any

from edunn.course.submissions.collect import Submission
from edunn.course.grading.judge import Judge
from edunn.course.notebooks.layout import Course, Exercise
from edunn.course.sandbox.library import Library
from edunn.course.submissions.normalise import NormalisedSubmission, normalise, readable
from edunn.course.grading.records import NOT_GRADED, Record
from edunn.course.sandbox.process import Limits
from edunn.course.errors import CourseError

Progress = Callable[[str, int, int], None]  # (what is being done, how many are done, of how many)
Outcome = Record | None  # None: the judge's process died
Engine = Callable[[deque[str], bool], Iterator[tuple[str, Outcome]]]
MOST_DEATHS = 10  # of judges; then something else than a submission must be wrong
LOOK_UP = 5.0  # seconds after which the number of judges is looked at again


def nothing(what: str, done: int, total: int) -> None:
    """For who does not want to hear of the progress."""


def judge_all(
    course: Course,
    name: str,
    submissions: Mapping[str, Any],
    secret: bytes,
    limits: Limits,
    workers: int,
    progress: Progress = nothing,
) -> Generator[Record, None, None]:
    """Records in the order in which they are done.

    submissions: by student, what came in (Submission), or what is judged as it is (NormalisedSubmission). Each
    judge is a process of its own: what a hidden case does to the library's random numbers or to its
    types, it does there. Where one dies, what was being judged is judged again, one by one; what
    then kills its judge alone is an infrastructure error, and of no one else.
    """
    exercise = course.exercise(name)
    with Library(exercise.withheld) as library:
        context = multiprocessing.get_context("spawn")
        start = exercise, library, secret, limits

        def engine(queue: deque[str], alone: bool) -> Iterator[tuple[str, Outcome]]:
            count = 1 if alone else workers
            theirs, line = context.Pipe(duplex=False)
            jobs = ProcessPoolExecutor(count, context, start_judge, (*start, theirs))
            with theirs, line, jobs as pool:

                def send(who: str, handed: Any) -> Future[Any]:
                    return pool.submit(judge_one, who, handed)

                try:
                    yield from in_pool(queue, submissions, send, lambda: count, BrokenProcessPool)
                except BaseException:
                    line.close()  # Ctrl-C: what is being judged now is not waited for
                    raise

        yield from judged_by(engine, name, list(submissions), progress)


def judged_by(
    engine: Engine, name: str, students: list[str], progress: Progress
) -> Iterator[Record]:
    """Records of all students. engine: judges those in a queue, and stops where a judge dies."""
    queue, suspects, done, deaths = deque(students), deque[str](), 0, 0
    while queue or suspects:
        alone = bool(suspects)
        batch = deque([suspects.popleft()]) if alone else queue
        for who, record in engine(batch, alone) if deaths < MOST_DEATHS else given_up(batch):
            deaths += record is None
            if record is None and not alone and deaths < MOST_DEATHS:
                suspects.append(who)
                continue
            yield record or Record(who, name, NOT_GRADED, "the judge's process died")
            done += 1
            progress("judging", done, len(students))


def given_up(queue: deque[str]) -> Iterator[tuple[str, Outcome]]:
    yield from ((queue.popleft(), None) for _ in range(len(queue)))


def in_pool(
    queue: deque[str],
    submissions: Mapping[str, Any],
    send: Callable[[str, Any], Future[Any]],
    room: Callable[[], int],
    died: type[Exception],
) -> Iterator[tuple[str, Any]]:
    """(student, result) for those in the queue, until it is empty, or until a judge dies: then with
    None for a result for those that were being judged.

    send: to a judge    room: how many may be sent at once    died: what a dead judge's job raises
    """
    flying: dict[Future[Any], str] = {}
    broken = False
    while flying or (queue and not broken):
        most = room()
        while queue and len(flying) < most and not broken:
            who = queue.popleft()
            try:
                flying[send(who, submissions[who])] = who
            except died:
                broken = True
                yield who, None
        for job in wait(flying, LOOK_UP, FIRST_COMPLETED).done:
            try:
                result = job.result()
            except died:
                result, broken = None, True
            yield flying.pop(job), result


class Desk:
    """Where one exercise is judged: what came in from a student becomes a record."""

    def __init__(self, exercise: Exercise, library: Library, secret: bytes, limits: Limits):
        self.name, self.release = exercise.name, exercise.released()
        self.judge = Judge(library, exercise.cases(), secret, limits)

    def record(self, student: str, handed: Any) -> Record:
        try:
            submission = opened(handed, self.release) if isinstance(handed, Submission) else handed
            return self.judge.judge(student, self.name, submission)
        except CourseError:
            raise
        except Exception as error:  # a mistake of ours: one student waits, the others do not
            reason = f"the judge failed ({type(error).__name__}: {error})"
            return Record(student, self.name, NOT_GRADED, readable(reason, 300))


_desk: Desk  # of this process


def start_judge(
    exercise: Exercise, library: Library, secret: bytes, limits: Limits, line: Connection
) -> None:
    """line: to the grader, which says nothing in it; when it is dead, the grader has stopped."""
    global _desk
    _desk = desk = Desk(exercise, library, secret, limits)

    def end(*about: Any) -> None:
        desk.judge.close()
        if line.poll():  # dead; else another judge has died, and others will need it
            library.__exit__()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which stops all
    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=end_with, args=(line,), daemon=True).start()


def end_with(line: Connection) -> None:
    """End this process, and leave nothing of it, when the grader has stopped, also by kill -9."""
    line.poll(None)
    os.kill(os.getpid(), signal.SIGTERM)


def judge_one(student: str, handed: Any) -> Record:
    return _desk.record(student, handed)


def opened(found: Submission, release: Any) -> NormalisedSubmission:
    if found.content is None:
        return NormalisedSubmission(release, problem=found.note)
    submission = normalise(release, found.content)
    submission.notes[:0] = [found.note] if found.note else []
    return submission
