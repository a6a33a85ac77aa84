"""The zip with which Gradescope grades one exercise.

Gradescope makes an image of the zip with `setup.sh`, and starts a container of it for each
submission, as root: `run_autograder` writes what it found to results/results.json.
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import edunn
from edunn.course.errors import CourseError
from edunn.course.gradescope.results import by_hand, not_graded
from edunn.course.grading.gradebook import release_bytes
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import graded_code
from edunn.files import write_whole, zipped

SCRIPTS = Path(__file__).with_name("templates")


class Built(NamedTuple):
    """A zip for Gradescope, and the points that must be set there."""

    path: Path
    points: float  # that the zip gives
    by_hand: dict[str, float]  # points of the cells that a person must grade there


def write_bundle(course: Course, name: str, path: Path, unsafe: bool = False) -> Built:
    """Write the zip of one exercise, with its hidden cases and a secret of its own.

    unsafe: grade also where workers cannot be locked up
    """
    if not path.parent.is_dir():
        raise CourseError(f"{path}: {path.parent} is no folder")
    exercise = Exercise.of(course, name)
    release = exercise.released()
    if release_bytes(course.solution(name), name) != course.release_path(name).read_bytes():
        raise CourseError(f"assignments/ does not fit solutions/: edunn build {name}")
    files = {
        "setup.sh": (SCRIPTS / "setup.sh").read_bytes(),
        "run_autograder": (SCRIPTS / "run_autograder").read_bytes(),
        "requirements.txt": _requirements().encode(),
        "exercise.json": json.dumps(asdict(exercise) | {"unsafe": unsafe}).encode(),
        "secret": secrets.token_hex(32).encode(),
        "not_graded.json": json.dumps(not_graded("the grader was stopped")).encode(),
    }
    package = Path(edunn.__file__).parent
    for file in sorted(package.rglob("*")):
        inside = file.relative_to(package).parts
        left_out = inside[:2] == ("course", "authoring") or "__pycache__" in inside
        if file.is_file() and not left_out:
            files[f"library/edunn/{file.relative_to(package).as_posix()}"] = file.read_bytes()
    write_whole(path, zipped(files, scripts=("setup.sh", "run_autograder")))
    points = sum(float(c["metadata"]["nbgrader"]["points"]) for c in graded_code(release))
    waiting = {cell: mark.max_points for cell, mark in by_hand(release).items()}
    return Built(path, points, waiting)


def _requirements() -> str:
    """What judging imports, bounded as in pyproject.toml."""
    needed = [line for line in metadata.requires("edunn-course") or [] if "extra ==" not in line]
    return "\n".join([*sorted(needed), "ipython>=8"]) + "\n"
