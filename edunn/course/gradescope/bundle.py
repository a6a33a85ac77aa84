"""The zip with which Gradescope grades one exercise.

Gradescope makes an image of the zip with `setup.sh`, and starts a container of it for each
submission, as root: `run_autograder` writes what it found to results/results.json.
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import io
import json
import secrets
import zipfile
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
from edunn.files import write_whole

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
    write_whole(path, _zipped(files))
    points = sum(float(c["metadata"]["nbgrader"]["points"]) for c in graded_code(release))
    waiting = {cell: mark.max_points for cell, mark in by_hand(release).items()}
    return Built(path, points, waiting)


def _zipped(files: dict[str, bytes]) -> bytes:
    """The bytes of a zip, in which the scripts are executable."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in files.items():
            about = zipfile.ZipInfo(inside)
            mode = 0o755 if inside in ("setup.sh", "run_autograder") else 0o644
            about.external_attr = mode << 16
            archive.writestr(about, content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _requirements() -> str:
    """What judging imports, bounded as in pyproject.toml."""
    needed = [line for line in metadata.requires("edunn-course") or [] if "extra ==" not in line]
    return "\n".join([*sorted(needed), "ipython>=8"]) + "\n"
