"""Grade one exercise on Gradescope: the zip that it takes, what the zip does there, results.json.

Gradescope makes an image of the zip with `setup.sh`, and starts a container of it for each
submission, as root: `run_autograder` leaves what it found in results/results.json.
https://gradescope-autograders.readthedocs.io/en/latest/specs/

All but `build` runs there, where nbgrader, Jupyter and the solutions are not.
"""

from __future__ import annotations

import json
import os
import pickle
import secrets
import sys
import traceback
import zipfile
from dataclasses import asdict
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import edunn
from edunn.course.submissions.lms import File, Owner, files_in, loader, wanted
from edunn.course.submissions.collect import Submission, choose
from edunn.course.grading.judge import is_automatic
from edunn.course.notebooks.layout import Course, Exercise
from edunn.course.sandbox.library import Library
from edunn.course.submissions.normalise import without_colours
from edunn.course.grading.executor import Desk
from edunn.course.grading.records import NOT_GRADED, Mark, Record
from edunn.course.sandbox.process import Limits
from edunn.course.errors import CourseError
from edunn.course.notebooks.solution import graded_code, headings, is_kind

SCRIPTS = Path(__file__).with_name("templates")
SETTINGS = {"output_format": "text", "visibility": "visible", "stdout_visibility": "hidden"}


class Built(NamedTuple):
    """A zip for Gradescope, and the points that its settings must be told of."""

    path: Path
    points: float  # that the zip gives
    by_hand: dict[str, float]  # {a cell that a person must grade there: its points}


def build(course: Course, name: str, path: Path, unsafe: bool = False) -> Built:
    """Write the zip of one exercise. It holds its hidden cases and a new secret: no student's.

    unsafe: grade also where workers cannot be locked up
    """
    from edunn.course.authoring.build import release_bytes  # nbgrader

    exercise = course.exercise(name)
    release = exercise.released()
    if release_bytes(course.solution(name), name) != course.release_path(name).read_bytes():
        raise CourseError(f"assignments/ does not fit solutions/: edunn build {name}")
    files = {
        "setup.sh": (SCRIPTS / "setup.sh").read_bytes(),
        "run_autograder": (SCRIPTS / "run_autograder").read_bytes(),
        "requirements.txt": requirements().encode(),
        "exercise.json": json.dumps(asdict(exercise) | {"unsafe": unsafe}).encode(),
        "secret": secrets.token_hex(32).encode(),
        "not_graded.json": json.dumps(not_graded("the grader was stopped")).encode(),
    }
    package = Path(edunn.__file__).parent
    for file in sorted(package.rglob("*")):
        if file.is_file() and file.parent.name != "__pycache__":
            files[f"library/edunn/{file.relative_to(package).as_posix()}"] = file.read_bytes()
    partial = path.with_name(path.name + ".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in files.items():
            about = zipfile.ZipInfo(inside)
            about.external_attr = (
                0o755 if inside in ("setup.sh", "run_autograder") else 0o644
            ) << 16
            archive.writestr(about, content, zipfile.ZIP_DEFLATED)
    partial.replace(path)
    points = sum(float(c["metadata"]["nbgrader"]["points"]) for c in graded_code(release))
    waiting = {cell: mark.max_points for cell, mark in by_hand(release).items()}
    return Built(path, points, waiting)


def requirements() -> str:
    """What judging imports, bounded as in pyproject.toml."""
    needed = [line for line in metadata.requires("edunn-course") or [] if "extra ==" not in line]
    return "\n".join([*sorted(needed), "ipython>=8"]) + "\n"


def by_hand(release: Any) -> dict[str, Mark]:
    """The cells that a person must grade, by their names."""
    cells = [cell for cell in release["cells"] if not is_automatic(cell)]
    return {
        cell["id"]: Mark(0.0, float(cell["metadata"]["nbgrader"]["points"]), True, False)
        for cell in cells
        if is_kind(cell, "grade") or is_kind(cell, "task")
    }


def results(
    record: Record,
    score: float | None,
    labels: dict[str, str],
    marks: dict[str, Mark],
    comments: dict[str, str],
) -> dict[str, Any]:
    """Gradescope's results.json of one submission; labels, marks and comments by cell."""
    tests: list[dict[str, Any]] = []

    def tested(name: str, points: float | None, most: float, output: str) -> None:
        about: dict[str, Any] = {"name": labels.get(name, name), "max_score": most}
        if points is not None:
            about |= {"score": points, "status": "passed" if points >= most else "failed"}
        tests.append(about | {"output": without_colours(output), "output_format": "text"})

    for verdict in record.results:
        mark = marks.get(verdict.name)
        points = mark.points if mark and mark.by_hand else verdict.points
        tested(verdict.name, points, verdict.max_points, verdict.reason)
    judged = {verdict.name for verdict in record.results}
    for name, mark in marks.items():
        if name not in judged:
            waits = "waits for a person to grade it" if mark.waiting else comments.get(name, "")
            tested(name, None if mark.waiting else mark.points, mark.max_points, waits)
    output = "\n".join(filter(None, [record.reason, *record.notes]))
    return {"score": score, "output": output, **SETTINGS, "tests": tests}


def not_graded(reason: str) -> dict[str, Any]:
    """A results.json without any score: Gradescope then says that the autograder failed, which is
    what happened. A score, of whatever number, would be a grade."""
    output = (
        f"Not graded, so there is no score: {reason}. This is not about your work. Please tell "
        "your instructors: they can run the autograder again."
    )
    return {"output": output, **SETTINGS}


class Grader:
    """What the zip holds, unpacked in `source`, ready to judge."""

    def __init__(self, source: Path):
        about = json.loads((source / "exercise.json").read_text(encoding="utf-8"))
        self.unsafe = about.pop("unsafe")
        self.source, self.exercise = source, Exercise(**about)

    def record(self, found: Submission) -> Record:
        library = pickle.loads((self.source / "library.pickle").read_bytes())
        secret = bytes.fromhex((self.source / "secret").read_text())
        desk = Desk(self.exercise, library, secret, Limits(confined=not self.unsafe))
        with desk.judge:
            return desk.record(found.student, found)


def prepare(source: Path) -> None:
    """At set-up: make the library of the workers, which takes seconds, once for all submissions,
    in TMPDIR; and judge the blank notebook, to see whether all works."""
    grader = Grader(source)
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
    grader = Grader(root / "source")
    if grader.unsafe:
        print("built with --unsafe: students' code runs also where it cannot be locked up")
    student = student_of(root / "submission_metadata.json")
    record = grader.record(handed_in(root / "submission", student, grader.exercise.name))
    print(f"{record.state}: {record.points:g} points in {record.seconds:g} s. {record.reason}")
    if record.state == NOT_GRADED:
        return not_graded(record.reason)
    release = grader.exercise.released()
    return results(record, record.points, headings(release), by_hand(release), {})


def student_of(path: Path) -> str:
    """The numbers of who submitted, as a text; hidden inputs are drawn by it.

    https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/
    """
    try:
        users = json.loads(path.read_text(encoding="utf-8"))["users"]
        return "-".join(sorted(str(user["id"]) for user in users))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{path.name} does not say whose submission this is ({type(error).__name__})")
        return "student"


def handed_in(folder: Path, student: str, name: str) -> Submission:
    """The notebook among what was submitted; where there is none to take, why."""
    if not folder.is_dir():
        raise CourseError(f"there is no folder {folder.name}")
    paths = [path for path in files_in(folder) if wanted(PurePosixPath(path))]
    found = choose(student, [File(p, Owner(student, []), loader(folder / p)) for p in paths], name)
    if found.content is None:
        found.note += f". Please submit your {name}.ipynb"
    return found


def main(root: Path) -> None:
    """Write results.json, whatever happens; the file is whole, or the one of before."""
    try:
        made = run(root)
    except CourseError as error:
        print(f"not graded: {error}")
        made = not_graded(str(error))
    except Exception as error:  # a mistake of ours; what it says is not for students
        traceback.print_exc()
        made = not_graded(f"the grader failed ({type(error).__name__})")
    path = root / "results" / "results.json"
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(made, indent=1), encoding="utf-8")
    os.replace(partial, path)


if __name__ == "__main__":
    {"prepare": prepare, "run": main}[sys.argv[1]](Path(sys.argv[2]))
