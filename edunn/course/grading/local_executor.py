"""Judges on this machine, each in a process of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import queue
import resource
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing import reduction
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.grading.executor import Executor, Pool
from edunn.course.grading.judge import Judge
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits

GOODBYE = 5.0  # seconds that a judge may take to end its workers


class _JudgeDied(Exception):
    """The process of a judge has ended before it has answered."""


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
        context, judges = multiprocessing.get_context("spawn"), list[_Process]()
        theirs, line = context.Pipe(duplex=False)
        given = _Given(self.exercise, shared, self.secret, self.limits)
        with theirs, line, closing(given.file):
            try:
                for _ in range(1 if single else self.workers):
                    judges.append(_Process(context, given, theirs))
                with _LocalPool(judges) as pool:
                    yield pool
            finally:
                for judge in judges:
                    judge.close()


class _Process:
    """A judge, as the grader sees it.

    Why no ProcessPoolExecutor: there, one that dies takes all others with it, and one that was
    started at that moment is told by nobody, and waits for ever, and the grader for it.
    """

    def __init__(self, context: SpawnContext, given: _Given, line: Connection):
        self.connection, theirs = context.Pipe()
        with theirs:
            self.process = context.Process(target=_judge_all, args=(given, line, theirs))
            self.process.start()

    def ask(self, student: str, submission: Any) -> Any:
        """The record of a submission. _JudgeDied; CourseError if no worker can be locked up."""
        try:
            self.connection.send((student, submission))
            answer = self.connection.recv()
        except (EOFError, OSError):
            raise _JudgeDied from None
        if isinstance(answer, CourseError):
            raise answer
        return answer

    def end(self) -> None:
        """Let it end, whatever it does."""
        self.process.terminate()

    def close(self) -> None:
        """Wait until it has ended."""
        self.end()
        self.connection.close()
        self.process.join(GOODBYE)
        self.process.kill()
        self.process.join()


class _LocalPool(Pool):
    died = _JudgeDied

    def __init__(self, judges: list[_Process]):
        self.judges, self.free = judges, queue.SimpleQueue[_Process]()
        self.threads = ThreadPoolExecutor(len(judges))  # each waits for one of the judges
        for judge in judges:
            self.free.put(judge)

    def __enter__(self) -> _LocalPool:
        return self

    def __exit__(self, *error: object) -> None:
        for judge in self.judges:
            judge.end()
        self.threads.shutdown(cancel_futures=True)

    def send(self, student: str, submission: Any) -> Future[Any]:
        return self.threads.submit(self._ask, student, submission)

    def _ask(self, student: str, submission: Any) -> Any:
        judge = self.free.get()
        try:
            return judge.ask(student, submission)
        finally:  # also one that has died: who asks it next hears of it, and does not wait for ever
            self.free.put(judge)

    def room(self) -> int:
        return len(self.judges)


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


def _judge_all(given: Any, line: Connection, questions: Connection) -> None:
    """What the process of a judge does: judge what comes in, until the grader has hung up.

    given: of a _Given, the exercise, what workers run with, the secret and the limits
    line: from the grader, which never writes to it: it comes to its end when the grader is gone
    questions: (student, submission) come from it, records go back
    """
    exercise, library, secret, limits = given  # what a _Given was made of
    os.umask(0o022)  # the grader's own would hide from workers what they read
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    memory = limits.judge_memory if most < 0 else min(limits.judge_memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))  # its workers get another one
    judge, since = Judge(exercise, library, secret, limits), list[float]()

    def end(*about: Any) -> None:
        judge.kill()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which stops all
    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=_end_with, args=(line, judge, library), daemon=True).start()
    threading.Thread(target=_end_late, args=(judge, since), daemon=True).start()
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            student, submission = questions.recv()
            since[:] = [time.monotonic()]
            try:
                answer: Any = judge.record(student, submission)
            except CourseError as error:
                answer = error
            since.clear()
            questions.send(answer)
    while True:  # the grader has hung up, or is gone: SIGTERM or a thread ends this, and cleans up
        signal.pause()


def _end_with(line: Connection, judge: Judge, library: Library) -> None:
    """End this process, and leave nothing of it, when the grader is gone, also by kill -9."""
    line.poll(None)
    judge.kill()
    library.remove()
    os._exit(1)


def _end_late(judge: Judge, since: list[float]) -> None:
    """End this process where one submission takes the judge itself too long: it is judged once
    more, by a new one. since: when it has begun with what it judges now"""
    while True:
        time.sleep(1)
        with contextlib.suppress(IndexError):  # nothing is judged now
            if time.monotonic() - since[0] > judge.limits.judge_seconds:
                judge.kill()
                os._exit(1)
