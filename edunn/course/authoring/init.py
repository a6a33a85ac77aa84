"""A course of one's own: one exercise that builds, is verified and grades, to begin with."""

from __future__ import annotations

from pathlib import Path

from edunn.course.errors import CourseError
from edunn.files import write_whole

TEMPLATE = Path(__file__).with_name("templates") / "course"


def begin_course(folder: Path) -> list[Path]:
    """Write the files of a new course; CourseError where the folder has something in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} is not empty: a course begins in a new folder")
    written = []
    for path in sorted(TEMPLATE.rglob("*")):
        if path.is_file():
            inside = path.relative_to(TEMPLATE)
            target = folder / (inside.with_suffix("") if path.suffix == ".in" else inside)
            write_whole(target, path.read_bytes())
            written.append(target)
    return written
