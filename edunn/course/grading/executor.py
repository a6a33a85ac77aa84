"""Many submissions judged side by side, each judge a process of its own.

An `Executor` knows what to do when judges die; a subclass knows where they run: `LocalExecutor`
here, `DaskExecutor` (dask_executor.py) on a cluster.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import pickle
import resource
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, closing, contextmanager
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from edunn.course.errors import CourseError
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
            said = getattr(result.why, "details", {}).get("said", "")
            raise CourseError(
                f"nobody is judged: {self.exercise.name}'s own solution loses the points of "
                f"{result.name}. {result.reason}{f' ({said})' if said else ''}"
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
        given = _Given(self.exercise, shared, self.secret, self.limits)
        processes = ProcessPoolExecutor(count, context, _start_judge, (given, theirs))
        with theirs, line, given.file, processes:
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
_since: list[float] = []  # when it began with what it judges now


class _Given:
    """What judges begin with, in a file in memory. What multiprocessing itself gives to a new
    process goes through a pipe, whose reading end the giver holds too: if the process is killed
    before it has read more than a pipe holds (64 KiB), that write never ends."""

    def __init__(self, *things: Any) -> None:
        self.file = open(os.memfd_create("given"), "wb")  # noqa: SIM115  # the pool closes it
        self.file.write(pickle.dumps(things))
        self.file.flush()

    def __reduce__(self) -> Any:
        return _read, (reduction.DupFd(self.file.fileno()), self.file.tell())


def _read(copy: Any, size: int) -> Any:
    """What a _Given was made of. copy: of its file, whose place other judges move as well"""
    file = copy.detach()
    try:
        return pickle.loads(os.pread(file, size, 0))
    finally:
        os.close(file)


def _start_judge(given: Any, line: Connection) -> None:
    """Make the judge of this process.

    given: of a _Given, the exercise, what workers run with, the secret and the limits
    line: from the grader, which never writes to it: it comes to its end when the grader stops
    """
    global _judge
    exercise, library, secret, limits = given  # what a _Given was made of
    os.umask(0o022)  # the grader's own would hide from workers what they read
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    memory = limits.judge_memory if most < 0 else min(limits.judge_memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))  # its workers get another one
    _judge = judge = Judge(exercise, library, secret, limits)

    def end(*about: Any) -> None:
        judge.kill()
        if line.poll():  # the grader has stopped; else a judge has died, and others need this
            library.remove()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which stops all
    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    threading.Thread(target=_end_late, args=(judge,), daemon=True).start()


def _end_with(line: Connection) -> None:
    """End this process, and leave nothing of it, when the grader has stopped, also by kill -9."""
    line.poll(None)
    main = threading.main_thread().ident or 0  # else it may go on waiting for a worker
    signal.pthread_kill(main, signal.SIGTERM)


def _end_late(judge: Judge) -> None:
    """End this process where one submission takes the judge itself too long: it is judged once
    more, by a new one."""
    while True:
        time.sleep(1)
        with contextlib.suppress(IndexError):  # nothing is judged now
            if time.monotonic() - _since[0] > judge.limits.judge_seconds:
                judge.kill()
                os._exit(1)


def _record(student: str, submission: Any) -> Record:
    _since[:] = [time.monotonic()]
    try:
        return _judge.record(student, submission)
    finally:
        _since.clear()
