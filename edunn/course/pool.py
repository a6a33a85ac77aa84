"""Judges side by side, each a process of its own."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from edunn.course.intake import Found
from edunn.course.judge import NOT_GRADED, Judge, Record
from edunn.course.layout import Course
from edunn.course.library import Library
from edunn.course.normalise import Submission, normalise, readable
from edunn.course.sandbox import Limits
from edunn.course.source import CourseError, withheld

Progress = Callable[[str, int, int], None]  # (what is being done, how many are done, of how many)
MOST_DEATHS = 10  # of pools; then something else than a submission must be wrong


def nothing(what: str, done: int, total: int) -> None:
    """For who does not want to hear of the progress."""


def judge_all(
    course: Course,
    name: str,
    submissions: dict[str, Any],
    secret: bytes,
    limits: Limits,
    workers: int,
    progress: Progress = nothing,
) -> Iterator[Record]:
    """Records in the order in which they are done.

    submissions: by student, what came in (Found), or what is judged as it is (Submission). Each
    judge is a process of its own: what a hidden case does to the library's random numbers or to its
    types, it does there. Where one dies, what was being judged is judged again, one by one; what
    then kills its judge alone is an infrastructure error, and of no one else.
    """
    with Library(withheld(course.solution(name))) as library:
        start = course, name, library, secret, limits
        queue, suspects, done, deaths = deque(submissions), deque[str](), 0, 0
        while queue or suspects:
            alone = bool(suspects)
            batch = deque([suspects.popleft()]) if alone else queue
            count = 1 if alone else workers
            for who, record in in_pool(batch, submissions, start, count, deaths < MOST_DEATHS):
                deaths += record is None
                if record is None and not alone and deaths < MOST_DEATHS:
                    suspects.append(who)
                    continue
                yield record or Record(who, name, NOT_GRADED, "the judge's process died")
                done += 1
                progress("judging", done, len(submissions))


def in_pool(
    queue: deque[str], submissions: dict[str, Any], start: Any, workers: int, try_it: bool
) -> Iterator[tuple[str, Record | None]]:
    """(student, record) for those in the queue, until it is empty, or until a judge dies: then with
    None for a record for those that were being judged. Without `try_it`, None for all."""
    if not try_it:
        yield from ((queue.popleft(), None) for _ in range(len(queue)))
        return
    context = multiprocessing.get_context("spawn")
    flying: dict[Future[Record], str] = {}
    broken = False
    with ProcessPoolExecutor(workers, context, start_judge, start) as pool:
        while flying or (queue and not broken):
            while queue and len(flying) < workers and not broken:
                who = queue.popleft()
                try:
                    flying[pool.submit(judge_one, who, submissions[who])] = who
                except BrokenProcessPool:
                    broken = True
                    yield who, None
            for job in wait(flying, return_when=FIRST_COMPLETED).done:
                try:
                    record = job.result()
                except BrokenProcessPool:
                    record, broken = None, True
                yield flying.pop(job), record


_state: tuple[Judge, str, Any]  # of this process: its judge, the assignment, its release


def start_judge(course: Course, name: str, library: Library, secret: bytes, limits: Limits) -> None:
    global _state
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which stops all
    judge = Judge(library, course.cases(name), secret, limits)
    _state = judge, name, course.released(name)


def judge_one(student: str, handed: Any) -> Record:
    judge, name, release = _state
    try:
        submission = opened(handed, release) if isinstance(handed, Found) else handed
        return judge.judge(student, name, submission)
    except CourseError:
        raise
    except Exception as error:  # a mistake of ours: one student waits, the others do not
        reason = f"the judge failed ({type(error).__name__}: {error})"
        return Record(student, name, NOT_GRADED, readable(reason, 300))


def opened(found: Found, release: Any) -> Submission:
    if found.content is None:
        return Submission(release, problem=found.note)
    submission = normalise(release, found.content)
    submission.notes[:0] = [found.note] if found.note else []
    return submission
