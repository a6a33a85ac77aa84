"""Many submissions judged side by side, each judge a process of its own.

An `Executor` knows what to do when judges die; a subclass knows where they run: `LocalExecutor`
(local_executor.py) here, `DaskExecutor` (dask_executor.py) on a cluster.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, TypeAlias

from edunn.course.errors import CourseError
from edunn.course.grading.records import NOT_GRADED, Record
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.messages import Message
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.collect import Submission
from edunn.course.submissions.normalise import NormalisedSubmission

Progress: TypeAlias = Callable[[str, int, int], None]  # (what is being done, how many, of how many)
Submissions: TypeAlias = Mapping[str, Submission] | Mapping[str, NormalisedSubmission]
MOST_DEATHS = 10  # of judges; after that the fault is not that of a submission
MOST_AGAIN = 20  # submissions that are judged again because the machine was short of something
AGAIN = "worker_killed", "machine_short", "no_worker"  # may be right with nobody beside
SOLUTION = "the solution"
LOOK_UP = 5.0  # seconds, at most, until the number of judges is asked for again


def no_progress(what: str, done: int, total: int) -> None:
    """The progress of a run that nobody watches."""


class Pool(ABC):
    """Judges that run at the same time, until one of them dies. died: what their jobs then raise"""

    died: type[Exception]

    @abstractmethod
    def send(self, student: str, submission: Any) -> Future[Any]:
        """Let one of the judges make a record of a student's submission."""

    def record(self, job: Future[Any]) -> Record:
        """The record that a job has made; `died` if its judge has died."""
        found: Record = job.result()
        return found

    @abstractmethod
    def room(self) -> int:
        """How many submissions may be under way at once."""


class Executor(ABC):
    """Judges the submissions of one exercise.

    Where a judge dies, what was being judged is judged again, one by one; so is a submission whose
    worker was killed, or whom the machine gave less than its limits allow. If that happens again
    with nobody beside, the submission is not graded; all others are.

    Where the exercise holds its solution, that is judged first; CourseError, and nobody is judged,
    if it loses points.
    """

    def __init__(self, exercise: Exercise, secret: bytes, limits: Limits):
        self.exercise, self.secret, self.limits = exercise, secret, limits
        self.proved = not exercise.solution

    @contextmanager
    def running(self) -> Iterator[Any]:
        """What all pools of a run share."""
        yield None

    @abstractmethod
    def pool(self, shared: Any, single: bool) -> AbstractContextManager[Pool]:
        """Judges to send submissions to. shared: what `running` gives; single: only one judge"""

    def records(
        self, submissions: Submissions, progress: Progress = no_progress
    ) -> Generator[Record, None, None]:
        """Records in the order in which they are done. submissions: by student"""
        waiting, suspects, done, deaths, again = deque(submissions), deque[str](), 0, 0, 0
        with self.running() as shared:
            while waiting or suspects:
                single = bool(suspects)
                batch = suspects if single else waiting
                if deaths >= MOST_DEATHS:
                    judged = _given_up(batch)
                else:
                    judged = self._judged(batch, submissions, self.pool(shared, single))
                with closing(judged) as found:
                    for student, record in found:
                        deaths += record is None
                        again += record is not None and _may_be_right(record)
                        few = deaths < MOST_DEATHS and again < MOST_AGAIN
                        if few and not single and (record is None or _may_be_right(record)):
                            suspects.append(student)
                            continue
                        yield record or self._of_dead_judge(student)
                        done += 1
                        progress("judging", done, len(submissions))

    def prove(self, pool: Pool) -> bool:
        """Judge the solution, once in all; False if its judge has died."""
        if self.proved:
            return True
        notebook = json.loads(self.exercise.solution)
        try:  # one for each judge, so that all of them start
            jobs = [pool.send(SOLUTION, NormalisedSubmission(notebook)) for _ in range(pool.room())]
            record = pool.record(next(iter(wait(jobs, return_when=FIRST_COMPLETED).done)))
        except pool.died:
            return False
        for result in record.lost if record.state != NOT_GRADED else ():
            raise CourseError(
                f"nobody is judged: {self.exercise.name}'s own solution loses the points of "
                f"{result.name}. {result.fault}"
            )
        self.proved = record.state != NOT_GRADED
        return True

    def _of_dead_judge(self, student: str) -> Record:
        return Record(student, self.exercise.name, NOT_GRADED, Message("judge_died"))

    def _judged(
        self, waiting: deque[str], submissions: Submissions, judges: AbstractContextManager[Pool]
    ) -> Generator[tuple[str, Record | None], None, None]:
        """(student, record) until nobody waits, or until a judge dies: then with None for those who
        were being judged."""
        running: dict[Future[Any], str] = {}
        with judges as pool:
            broken = not self.prove(pool)
            if broken and waiting:
                yield waiting.popleft(), None
            while running or (waiting and not broken):
                most = pool.room()
                while waiting and len(running) < most and not broken:
                    student = waiting.popleft()
                    try:
                        running[pool.send(student, submissions[student])] = student
                    except pool.died:
                        broken = True
                        yield student, None
                for job in wait(running, LOOK_UP, FIRST_COMPLETED).done:
                    record: Record | None = None
                    try:
                        record = pool.record(job)
                    except pool.died:
                        broken = True
                    yield running.pop(job), record


def _may_be_right(record: Record) -> bool:
    """Whether a submission is not graded for a reason that may not come again."""
    return record.state == NOT_GRADED and record.problem is not None and record.problem.id in AGAIN


def _given_up(waiting: deque[str]) -> Generator[tuple[str, Record | None], None, None]:
    """(student, None) for all who wait: none of them is judged."""
    yield from ((waiting.popleft(), None) for _ in range(len(waiting)))
