"""Judges on a Dask cluster: the submissions travel there as bytes, the records back as plain dicts.

No file system is shared. What a job needs is sent with it, so a worker may come, go or die at any
time: Dask gives its jobs to others.
"""

from __future__ import annotations

import atexit
import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.grading.executor import Executor, Pool
from edunn.course.grading.fingerprint import own_code
from edunn.course.grading.judge import Judge
from edunn.course.grading.records import Record
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits

PATIENCE = 60  # seconds without any worker
CONNECT = 10  # seconds until a scheduler must have answered
GOODBYE = 10  # seconds in which workers may clean up after a run


@dataclass(frozen=True)
class _Job:
    """What a worker of the cluster needs to judge submissions; the same for all of a run."""

    exercise: Exercise
    secret: bytes
    limits: Limits
    code: str = field(default_factory=own_code)
    run: str = field(default_factory=secrets.token_hex)


class DaskExecutor(Executor):
    """Judges on the workers of a Dask cluster. scheduler: its address, "tcp://host:8786"

    A submission whose workers die again and again is judged once more by itself.
    """

    def __init__(self, exercise: Exercise, secret: bytes, limits: Limits, scheduler: str):
        super().__init__(exercise, secret, limits)
        self.scheduler, self.job = scheduler, _Job(exercise, secret, limits)

    @contextlib.contextmanager
    def running(self) -> Iterator[Any]:
        with _connected(self.scheduler) as client:
            try:
                yield client
            finally:
                _within(GOODBYE, _forget_everywhere, client, self.job.run)

    @contextlib.contextmanager
    def pool(self, shared: Any, single: bool) -> Iterator[Pool]:
        jobs = shared.get_executor(pure=False)
        try:
            yield _DaskPool(self, shared, jobs, single)
        finally:
            jobs.shutdown(wait=False)  # cancels what is left


class _DaskPool(Pool):
    def __init__(self, executor: DaskExecutor, client: Any, jobs: Any, single: bool):
        from distributed.scheduler import KilledWorker

        self.job, self.scheduler, self.died = executor.job, executor.scheduler, KilledWorker
        self.client, self.jobs, self.single = client, jobs, single

    def send(self, student: str, submission: Any) -> Future[Any]:
        sent: Future[Any] = self.jobs.submit(_judge_there, self.job, student, submission)
        return sent

    def record(self, job: Future[Any]) -> Record:
        return Record.from_dict(job.result())

    def room(self) -> int:
        try:
            self.client.wait_for_workers(1, PATIENCE)
        except TimeoutError:
            raise CourseError(
                f"no workers at {self.scheduler}: dask worker {self.scheduler} --nthreads 1"
            ) from None
        # two for each worker: when it is done with one, the next is there already
        return 1 if self.single else 2 * len(self.client.nthreads())


@contextlib.contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    """A client of the cluster; whatever goes wrong becomes a CourseError of one line."""
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
        raise CourseError(f"no Dask scheduler at {scheduler}: {_name_and_text(error)}") from None
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
                f"the cluster at {scheduler} cannot judge: {_name_and_text(error)}"
            ) from None


def _within(seconds: float, function: Callable[..., None], *arguments: Any) -> None:
    """Call a function and wait for it, but no longer than that."""
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    thread.join(seconds)


def _forget_everywhere(client: Any, run: str) -> None:
    """Let all workers forget a run. A worker that hangs would be waited for without end."""
    with contextlib.suppress(Exception):  # of a scheduler that has gone
        client.run(_forget, run, on_error="ignore")


def _name_and_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().split("\n")[0]


_judges: dict[str, tuple[Judge, Library]] = {}  # of this process, by run
_over: set[str] = set()  # runs that have ended


def _judge_there(job: _Job, student: str, submission: Any) -> dict[str, Any]:
    """The record of a submission, as a dict; this runs in a worker of the cluster."""
    judge, _ = _judges.get(job.run) or _set_up(job)
    return judge.record(student, submission).as_dict()


def _set_up(job: _Job) -> tuple[Judge, Library]:
    """Make the judge and the library of this process for a run, once."""
    from distributed import get_worker

    worker = get_worker()
    if job.code != own_code():
        raise CourseError(f"worker {worker.address} has another edunn than you have here")
    if worker.state.nthreads != 1:  # hidden cases use the random numbers of their process
        raise CourseError(
            f"worker {worker.address} has {worker.state.nthreads} threads, not 1: "
            "dask worker --nworkers N --nthreads 1"
        )
    library = Library(job.exercise.withheld)
    atexit.register(library.remove)
    _judges[job.run] = made = Judge(job.exercise, library, job.secret, job.limits), library
    if job.run in _over:  # ended meanwhile: nobody waits for the record
        _forget(job.run)
    return made


def _forget(run: str) -> None:
    """Remove what this process has kept for a run. It does not run in `_set_up`'s thread."""
    _over.add(run)
    if found := _judges.pop(run, None):
        judge, library = found
        judge.close()
        library.remove()
