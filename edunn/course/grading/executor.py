"""Many submissions judged side by side, each judge a process of its own.

An `Executor` knows what to do when judges die; a subclass knows where they run: `LocalExecutor`
here, `DaskExecutor` (dask_executor.py) on a cluster.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, closing, contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from edunn.course.grading.judge import Judge
from edunn.course.grading.records import NOT_GRADED, Record
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.messages import Message
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.collect import Submission
from edunn.course.submissions.normalise import NormalisedSubmission

Progress: TypeAlias = Callable[[str, int, int], None]  # (what is being done, how many, of how many)
Submissions: TypeAlias = Mapping[str, Submission] | Mapping[str, NormalisedSubmission]
MOST_DEATHS = 10  # of judges; after that the fault is not that of a submission
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

    Where a judge dies, what was being judged is judged again, one by one. A submission that then
    kills its judge by itself is not graded; all others are.
    """

    def __init__(self, exercise: Exercise, secret: bytes, limits: Limits):
        self.exercise, self.secret, self.limits = exercise, secret, limits

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
        waiting, suspects, done, deaths = deque(submissions), deque[str](), 0, 0
        with self.running() as shared:
            while waiting or suspects:
                single = bool(suspects)
                batch = deque([suspects.popleft()]) if single else waiting
                if deaths >= MOST_DEATHS:
                    judged = _given_up(batch)
                else:
                    judged = self._judged(batch, submissions, self.pool(shared, single))
                with closing(judged) as found:
                    for student, record in found:
                        deaths += record is None
                        if record is None and not single and deaths < MOST_DEATHS:
                            suspects.append(student)
                            continue
                        yield record or self._of_dead_judge(student)
                        done += 1
                        progress("judging", done, len(submissions))

    def _of_dead_judge(self, student: str) -> Record:
        return Record(student, self.exercise.name, NOT_GRADED, Message("judge_died"))

    def _judged(
        self, waiting: deque[str], submissions: Submissions, judges: AbstractContextManager[Pool]
    ) -> Generator[tuple[str, Record | None], None, None]:
        """(student, record) until nobody waits, or until a judge dies: then with None for those who
        were being judged."""
        running: dict[Future[Any], str] = {}
        broken = False
        with judges as pool:
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


def _given_up(waiting: deque[str]) -> Generator[tuple[str, Record | None], None, None]:
    """(student, None) for all who wait: none of them is judged."""
    yield from ((waiting.popleft(), None) for _ in range(len(waiting)))


class LocalExecutor(Executor):
    """Judges on this machine, in processes of their own: what a hidden case does to the library's
    random numbers or types stays in there."""

    def __init__(self, exercise: Exercise, secret: bytes, limits: Limits, workers: int):
        super().__init__(exercise, secret, limits)
        self.workers = workers

    @contextmanager
    def running(self) -> Iterator[Library]:
        with Library(self.exercise.withheld) as library:
            yield library

    @contextmanager
    def pool(self, shared: Library, single: bool) -> Iterator[Pool]:
        context, count = multiprocessing.get_context("spawn"), 1 if single else self.workers
        theirs, line = context.Pipe(duplex=False)
        start = self.exercise, shared, self.secret, self.limits, theirs
        with theirs, line, ProcessPoolExecutor(count, context, _start_judge, start) as processes:
            try:
                yield _LocalPool(processes, count)
            except BaseException:
                line.close()  # Ctrl-C: what is being judged now is not waited for
                raise


class _LocalPool(Pool):
    died = BrokenProcessPool

    def __init__(self, processes: ProcessPoolExecutor, count: int):
        self.processes, self.count = processes, count

    def send(self, student: str, submission: Any) -> Future[Any]:
        return self.processes.submit(_record, student, submission)

    def room(self) -> int:
        return self.count


_judge: Judge  # of this process


def _start_judge(
    exercise: Exercise, library: Library, secret: bytes, limits: Limits, line: Connection
) -> None:
    """Make the judge of this process.

    line: from the grader, which never writes to it: it comes to its end when the grader stops
    """
    global _judge
    _judge = judge = Judge(exercise, library, secret, limits)

    def end(*about: Any) -> None:
        judge.close()
        if line.poll():  # the grader has stopped; else a judge has died, and others need this
            library.remove()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which stops all
    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()


def _end_with(line: Connection) -> None:
    """End this process, and leave nothing of it, when the grader has stopped, also by kill -9."""
    line.poll(None)
    os.kill(os.getpid(), signal.SIGTERM)


def _record(student: str, submission: Any) -> Record:
    return _judge.record(student, submission)
