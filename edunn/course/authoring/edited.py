"""Whether a built notebook is still as it was built: what anybody has written into it is theirs.

A release says by itself what it was: nbgrader's checksum of each named cell, and the id of every
other cell, which is a digest of its place and its source.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat

from edunn.course.errors import CourseError
from edunn.course.notebooks.checksum import checksum
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import CHECKS, LANGUAGE, METADATA, digest_of, grade_id

SETS_LANGUAGE = r'nn\.checking\.set_language\("\w+"\)'


def not_edited(course: Course, name: str) -> None:
    """CourseError where somebody has worked in a notebook that a build would replace."""
    for language in ("", *course.translations(name)):
        path = course.release_path(name, language)
        if what := _what_was_edited(path):
            where = path.relative_to(course.root)
            raise CourseError(
                f"{where} is not as it was built ({what}): somebody's work may be in it, and "
                "nothing was written. Move it away, or delete it, and build again"
            )


def _what_was_edited(path: Path) -> str:
    """The first thing in a built notebook that is not as it was built, in words; "" if there is
    none, or no notebook."""
    if not path.exists():
        return ""
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        cells = notebook["cells"]
    except Exception:
        return "it is no notebook any more"
    if {key: told for key, told in notebook["metadata"].items() if key != CHECKS} != METADATA:
        return "another program has saved it"
    place = 0
    for number, cell in enumerate(cells):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            return f"cell {number + 1} has run"
        sets = cell.get("id") == LANGUAGE and re.fullmatch(SETS_LANGUAGE, cell["source"])
        if sets and not cell["metadata"]:
            continue
        if not _is_as_built(cell, place):
            return f"cell {number + 1} has other contents"
        place += 1
    return ""


def _is_as_built(cell: Any, place: int) -> bool:
    """Whether a cell is as it was built. place: among the cells that every language has"""
    if cell.get("attachments"):
        return False
    if name := grade_id(cell):
        about = cell["metadata"]["nbgrader"]
        return bool(cell.get("id") == name and checksum(cell) == about.get("checksum"))
    given = {"lines_to_next_cell"}  # jupytext's
    return set(cell["metadata"]) <= given and bool(cell["id"] == digest_of(place, cell["source"]))
