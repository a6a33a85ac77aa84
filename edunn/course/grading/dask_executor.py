"""Judges on a Dask cluster: the submissions travel there as bytes, the records back as plain dicts.

No file system is shared. What a job needs is sent with it, so a worker may come, go or die at any
time: Dask gives its jobs to others.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import secrets
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import edunn
from edunn.course.submissions.collect import Submission
from edunn.course.notebooks.layout import Course, Exercise
from edunn.course.sandbox.library import Library
from edunn.course.grading.executor import Desk, Outcome, Progress, in_pool, judged_by, nothing
from edunn.course.grading.records import Record
from edunn.course.sandbox.process import Limits
from edunn.course.errors import CourseError

PATIENCE = 60  # seconds without any worker
CONNECT = 10  # seconds until a scheduler must have answered


@functools.cache
def own_code() -> str:
    """The sha256 of all of edunn that runs here: records rest on it."""
    digest = hashlib.sha256()
    for path in sorted(Path(edunn.__file__).parent.rglob("*.py")):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@dataclass(frozen=True)
class Job:
    """What a worker of the cluster must know to judge submissions; the same for all of a run."""

    exercise: Exercise
    secret: bytes
    limits: Limits
    code: str = field(default_factory=own_code)
    run: str = field(default_factory=secrets.token_hex)


def judge_all(
    course: Course,
    name: str,
    submissions: Mapping[str, Submission],
    secret: bytes,
    limits: Limits,
    scheduler: str,
    progress: Progress = nothing,
) -> Generator[Record, None, None]:
    """Records in the order in which they are done, as those of `pool.judge_all`.

    scheduler: its address, "tcp://host:8786". A submission whose workers die again and again is
    judged once more with nobody beside it; if they die of that, too, it alone is not graded.
    """
    job = Job(course.exercise(name), secret, limits)
    with connected(scheduler) as client:
        from distributed.scheduler import KilledWorker

        def engine(queue: deque[str], alone: bool) -> Iterator[tuple[str, Outcome]]:
            pool = client.get_executor(pure=False)

            def send(who: str, found: Submission) -> Future[Any]:
                return pool.submit(judge_there, job, found)

            def room() -> int:
                try:
                    client.wait_for_workers(1, PATIENCE)
                except TimeoutError:
                    raise CourseError(
                        f"no workers at {scheduler}: dask worker {scheduler} --nthreads 1"
                    ) from None
                return 1 if alone else 2 * len(client.nthreads())  # the next one is there already

            try:
                for who, found in in_pool(queue, submissions, send, room, KilledWorker):
                    yield who, found and Record.from_dict(found)
            finally:
                pool.shutdown(wait=False)  # cancels what is left

        try:
            yield from judged_by(engine, name, list(submissions), progress)
        finally:
            with contextlib.suppress(Exception):  # of a scheduler that has gone
                client.run(forget, job.run, on_error="ignore")


@contextlib.contextmanager
def connected(scheduler: str) -> Iterator[Any]:
    """A client of the cluster; whatever goes wrong with it becomes one line."""
    try:
        from distributed import Client
        from distributed.comm import CommClosedError
    except ModuleNotFoundError:
        raise CourseError("--scheduler needs Dask: pip install distributed") from None
    if ":" not in scheduler:  # Dask would look for it for half a minute
        why = "it takes an address, such as tcp://HOST:8786"
        raise CourseError(f"no Dask scheduler at {scheduler}: {why}")
    try:
        client = Client(scheduler, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(f"no Dask scheduler at {scheduler}: {first_line(error)}") from None
    with client:
        try:
            yield client
        except CourseError:
            raise
        except (CommClosedError, CancelledError, TimeoutError):
            raise CourseError(
                f"the scheduler at {scheduler} has gone. What was judged is kept: grade again"
            ) from None
        except Exception as error:  # such as a worker without edunn
            raise CourseError(
                f"the cluster at {scheduler} cannot judge: {first_line(error)}"
            ) from None


def first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().split("\n")[0]


_desks: dict[str, tuple[Desk, Library]] = {}  # of this process, by run
_over: set[str] = set()  # runs that have ended


def judge_there(job: Job, found: Submission) -> dict[str, Any]:
    """The record of a submission, as a dict; this runs in a worker of the cluster."""
    desk, _ = _desks.get(job.run) or set_up(job)
    return desk.record(found.student, found).as_dict()


def set_up(job: Job) -> tuple[Desk, Library]:
    """Make what this process needs for a run, once."""
    from distributed import get_worker

    worker = get_worker()
    if job.code != own_code():
        raise CourseError(f"worker {worker.address} has another edunn than you have here")
    if worker.state.nthreads != 1:  # hidden cases share the random numbers of their process
        raise CourseError(
            f"worker {worker.address} has {worker.state.nthreads} threads, not 1: "
            "dask worker --nworkers N --nthreads 1"
        )
    library = Library(job.exercise.withheld)
    atexit.register(library.__exit__)
    _desks[job.run] = made = Desk(job.exercise, library, job.secret, job.limits), library
    if job.run in _over:  # in the meantime: nobody waits for the record
        forget(job.run)
    return made


def forget(run: str) -> None:
    """Remove what a worker has kept for a run. It is called from another thread than `set_up`."""
    _over.add(run)
    if found := _desks.pop(run, None):
        desk, library = found
        desk.judge.close()
        library.__exit__()
