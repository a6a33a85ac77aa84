"""Judges side by side, each a process of its own."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from edunn.course.intake import Found
from edunn.course.judge import NOT_GRADED, Judge, Record
from edunn.course.layout import Course
from edunn.course.normalise import Submission, normalise
from edunn.course.sandbox import Library, Limits
from edunn.course.source import withheld

Progress = Callable[[str, int, int], None]  # (what is being done, how many are done, of how many)


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
    types, it does there. One that dies is an infrastructure error of what it had not finished.
    """
    with Library(withheld(course.solution(name))) as library:
        start = course, name, library, secret, limits
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context, start_judge, start) as pool:
            jobs = {pool.submit(judge_one, who, one): who for who, one in submissions.items()}
            for done, job in enumerate(as_completed(jobs)):
                try:
                    yield job.result()
                except BrokenProcessPool:
                    yield Record(jobs[job], name, NOT_GRADED, "the judge's process died")
                progress("judging", done + 1, len(jobs))


_state: tuple[Judge, str, Any]  # of this process: its judge, the assignment, its release


def start_judge(course: Course, name: str, library: Library, secret: bytes, limits: Limits) -> None:
    global _state
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which stops all
    judge = Judge(library, course.cases(name), secret, limits)
    _state = judge, name, course.released(name)


def judge_one(student: str, handed: Any) -> Record:
    judge, name, release = _state
    submission = opened(handed, release) if isinstance(handed, Found) else handed
    return judge.judge(student, name, submission)


def opened(found: Found, release: Any) -> Submission:
    if found.content is None:
        return Submission(release, problem=found.note)
    submission = normalise(release, found.content)
    submission.notes[:0] = [found.note] if found.note else []
    return submission
