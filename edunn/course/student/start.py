"""Lay the notebooks of the course out for a student. What is there already is never replaced."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from edunn.course.errors import CourseError
from edunn.files import write_whole

COURSE = Path(__file__).parents[1]
PLACES = COURSE / "assignments", COURSE.parents[1] / "assignments"  # of a wheel, of a checkout


@dataclass
class LaidOut:
    """The files of the course in a student's folder.

    written: new ones    same: those that were there, as they are    kept: those that were there
    with other contents, which are somebody's work
    """

    folder: Path
    written: list[Path] = field(default_factory=list)
    same: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)


def lay_out(folder: Path) -> LaidOut:
    """Copy the notebooks of the course to a folder, which is made where it is missing."""
    source = next((place for place in PLACES if place.is_dir()), None)
    if source is None:
        raise CourseError(
            "this edunn came without notebooks: they are in the folder that its wheel was given "
            "out in, each in a folder such as 02_bias"
        )
    found = LaidOut(folder)
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if path.suffix not in (".ipynb", ".md") or any(
            part.startswith(".") for part in inside.parts
        ):
            continue
        target, content = folder / inside, path.read_bytes()
        if not target.exists():
            write_whole(target, content)
            found.written.append(target)
        else:
            (found.same if target.read_bytes() == content else found.kept).append(target)
    return found
