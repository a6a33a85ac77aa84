"""What the zip does on Gradescope's machines, which have no nbgrader, no Jupyter and no solutions.

`python -m edunn.course.gradescope.container prepare SOURCE`, once, at set-up, and
`... run ROOT` for each submission.
"""

from __future__ import annotations

import json
import pickle
import sys
import traceback
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.gradescope.results import by_hand, not_graded, results, unusable
from edunn.course.grading.judge import Judge
from edunn.course.grading.records import NOT_GRADED, Record
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.messages import Message
from edunn.course.notebooks.solution import headings
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.collect import Submission, Written, choose, unknown
from edunn.course.submissions.lms import File, Owner, files_in, loader, visible
from edunn.course.submissions.normalise import written_in
from edunn.files import write_whole


class _Grader:
    """What the zip holds, unpacked in `source`, ready to judge."""

    def __init__(self, source: Path):
        about = json.loads((source / "exercise.json").read_text(encoding="utf-8"))
        self.unsafe = about.pop("unsafe")
        self.source, self.exercise = source, Exercise(**about)

    def record(self, submission: Submission) -> Record:
        library = pickle.loads((self.source / "library.pickle").read_bytes())
        secret = bytes.fromhex((self.source / "secret").read_text())
        with Judge(self.exercise, library, secret, Limits(confined=not self.unsafe)) as judge:
            return judge.record(submission.student, submission)


def _prepare(source: Path) -> None:
    """At set-up: make the workers' library once, in TMPDIR, since it takes seconds; and judge the
    blank notebook, to see whether all works."""
    grader = _Grader(source)
    library = Library(grader.exercise.withheld)
    (source / "library.pickle").write_bytes(pickle.dumps(library))
    try:
        record = grader.record(Submission("blank", grader.exercise.release.encode()))
    except CourseError as error:  # the machine that grades may be another one
        print(f"WARNING, submissions may stay without a grade: {error}")
    else:
        if record.state == NOT_GRADED:
            raise CourseError(f"the blank notebook cannot be graded: {record.reason}")
        print(f"ready: the blank notebook has {record.points:g} points, in {record.seconds:g} s")


def run(root: Path) -> dict[str, Any]:
    """The results.json of what lies in submission/."""
    grader = _Grader(root / "source")
    if grader.unsafe:
        print("built with --unsafe: students' code runs also where it cannot be locked up")
    student = student_of(root / "submission_metadata.json")
    exercise = grader.exercise
    written = partial(
        written_in, exercise.released(), [json.loads(one) for one in exercise.translations]
    )
    record = grader.record(handed_in(root / "submission", student, exercise.name, written))
    print(f"{record.state}: {record.points:g} points in {record.seconds:g} s. {record.reason}")
    if record.state == NOT_GRADED:
        return (unusable if record.is_unusable else not_graded)(record.reason)
    release = exercise.released()
    return results(record, record.points, headings(release), by_hand(release), {})


def student_of(path: Path) -> str:
    """The ids of those who submitted, as one text; hidden inputs depend on it.

    https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/
    """
    try:
        users = json.loads(path.read_text(encoding="utf-8"))["users"]
        return "-".join(sorted(str(user["id"]) for user in users))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{path.name} does not say whose submission this is ({type(error).__name__})")
        return "student"


def handed_in(folder: Path, student: str, name: str, written: Written = unknown) -> Submission:
    """The notebook among the submitted files; or why none of them can be graded."""
    if not folder.is_dir():
        raise CourseError(f"there is no folder {folder.name}")
    paths = [path for path in files_in(folder) if visible(PurePosixPath(path))]
    files = [File(path, Owner(student, []), loader(folder / path)) for path in paths]
    submission = choose(student, files, name, written)
    if submission.content is None:
        told = Message("please_submit", {"why": submission.problem, "name": name})
        submission = replace(submission, problem=told)
    return submission


def main(root: Path) -> None:
    """Write results.json, whatever happens; the old file stays until the new one is whole."""
    try:
        made = run(root)
    except CourseError as error:
        print(f"not graded: {error}")
        made = not_graded(str(error))
    except Exception as error:  # a mistake of ours; its text is not for students
        traceback.print_exc()
        made = not_graded(f"the grader failed ({type(error).__name__})")
    write_whole(root / "results" / "results.json", json.dumps(made, indent=1))


if __name__ == "__main__":
    {"prepare": _prepare, "run": main}[sys.argv[1]](Path(sys.argv[2]))
