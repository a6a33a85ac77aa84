"""Judges side by side, each a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from edunn.course.judge import Judge, Record
from edunn.course.layout import Course
from edunn.course.normalise import Submission
from edunn.course.sandbox import Library, Limits
from edunn.course.source import withheld

Progress = Callable[[str, int, int], None]  # (what is being done, how many are done, of how many)


def nothing(what: str, done: int, total: int) -> None:
    """For who does not want to hear of the progress."""


def judge_all(
    course: Course,
    name: str,
    submissions: dict[str, Submission],
    secret: bytes,
    limits: Limits,
    workers: int,
    progress: Progress,
) -> Iterator[Record]:
    """Records in the order in which they are done.

    Each judge is a process of its own: what a hidden case does to the library's random numbers or
    to its types, it does there.
    """
    with Library(withheld(course.solution(name))) as library:
        start = course, name, library, secret, limits
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context, start_judge, start) as pool:
            jobs = [pool.submit(judge_one, who, name, one) for who, one in submissions.items()]
            for done, job in enumerate(as_completed(jobs)):
                yield job.result()
                progress("judging", done + 1, len(jobs))


_judge: Judge  # of this process


def start_judge(course: Course, name: str, library: Library, secret: bytes, limits: Limits) -> None:
    global _judge
    _judge = Judge(library, course.cases(name), secret, limits)


def judge_one(student: str, name: str, submission: Submission) -> Record:
    return _judge.judge(student, name, submission)
