"""A student's own run of a notebook: from the start, in a fresh kernel, as the grader will run it.

It needs neither solutions nor hidden cases: the points are those of the notebook's own checks. The
grader also checks with other numbers.
"""

from __future__ import annotations

import hashlib
import json
import logging
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import edunn
from edunn.checking.messages import LANGUAGES
from edunn.course.errors import CourseError
from edunn.course.notebooks.checksum import checksum
from edunn.course.notebooks.kernel import Outcome, run_in_kernel
from edunn.course.notebooks.pieces import put_together, without_copies
from edunn.course.notebooks.reading import NotebookError, read_cells, released_checks
from edunn.course.notebooks.solution import METADATA, graded_code
from edunn.course.student import package
from edunn.course.student.restrict import CHECKING
from edunn.course.text import without_escapes

PASSED, FAILED, CHANGED = "passed", "not yet", "changed"
NOTHING = hashlib.sha256(b"").hexdigest()  # of empty cells, which older receipts have


@dataclass
class Check:
    """One check of the notebook. state: passed, not yet, or changed (the grader has its own)."""

    name: str
    points: float
    state: str
    reason: str = ""


@dataclass
class Receipt:
    """What a run found; it is kept beside the notebook, as NN_name.receipt.json.

    cells: the sha256 of every code cell    versions: of what it ran on
    """

    notebook: str
    checks: list[Check]
    cells: dict[str, str]
    versions: dict[str, str]
    points: float = field(init=False)
    max_points: float = field(init=False)

    def __post_init__(self) -> None:
        self.points = sum(check.points for check in self.checks if check.state == PASSED)
        self.max_points = sum(check.points for check in self.checks)


def check_notebook(path: Path, seconds: int = 60) -> Receipt:
    """Run a notebook from the start, and write the receipt beside it. seconds: for each cell

    Raises CourseError where there is no notebook, or no check in it.
    """
    if path.is_dir():
        example = path / f"{path.resolve().name}.ipynb"
        raise CourseError(f"{path} is a folder: it takes the notebook in it, such as {example}")
    if not path.is_file():
        raise CourseError(f"{path} is no file")
    try:
        raw = path.read_bytes()
        notebook, released = _as_graded(raw), released_checks(raw)
    except NotebookError as error:
        raise CourseError(f"{path.name}: {error}") from None
    graded = graded_code(notebook)
    if not graded and not released:
        raise CourseError(f"{path.name} has no checks: is it a notebook of the course?")
    found = run_in_kernel(notebook, path.parent, seconds, {CHECKING: "1"})
    checks = _each_once(_all_checked(notebook["cells"], graded, found))
    receipt = Receipt(
        path.stem,
        [*checks, *_missing(checks, released)],
        _digests(notebook["cells"]),
        {"edunn": edunn.__version__, "numpy": np.__version__, "python": platform.python_version()},
    )
    text = json.dumps(asdict(receipt), indent=1, sort_keys=True)
    try:
        receipt_path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:  # what the checks say is not lost for it
        said = "%s cannot be written (%s): edunn status will not know of these points"
        logging.getLogger(__name__).warning(said, receipt_path(path), error.strerror)
    return receipt


def _as_graded(raw: bytes) -> Any:
    """The cells of a notebook file as the grader takes them, in a notebook that can be run: saved
    by whatever program, without copies that count for nothing."""
    import nbformat

    cells: list[Any] = []
    for number, cell in enumerate(without_copies(put_together(read_cells(raw)))):
        new = {"code": nbformat.v4.new_code_cell, "raw": nbformat.v4.new_raw_cell}
        made = new.get(cell.kind, nbformat.v4.new_markdown_cell)(cell.source)
        taken = {one["id"] for one in cells}
        made["id"] = cell.id if cell.id and cell.id not in taken else f"cell-{number}"
        if cell.name:
            made["metadata"]["nbgrader"] = dict(cell.about)
        cells.append(made)
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def _each_once(checks: list[Check]) -> list[Check]:
    """One line for each check: of several copies, the first one that was not changed."""
    found: dict[str, Check] = {}
    for check in checks:
        if check.name not in found or (found[check.name].state == CHANGED != check.state):
            found[check.name] = check
    return list(found.values())


def _missing(checks: list[Check], released: Mapping[str, float]) -> Iterator[Check]:
    """Those of the checks it was released with that a notebook does not have any more."""
    there = {check.name for check in checks}
    reason = "no cell is marked as this check any more; the grader puts it back"
    for name, points in released.items():
        if name not in there:
            yield Check(name, points, CHANGED, reason)


def _all_checked(cells: list[Any], graded: list[Any], found: Outcome) -> list[Check]:
    """What a run shows of each graded cell. Where a name is missing because another cell stopped
    before it was made, that cell's error is said, which is what must be mended."""
    names, checks, stopped = {cell["id"] for cell in graded}, [], ""
    for cell in cells:
        error = found.get(cell["id"])
        if cell["id"] in names:
            check = _checked(cell, found)
            if stopped and error and error[0] == "NameError" and check.state == FAILED:
                check.reason = f"a cell above it stopped with {stopped}; so {check.reason}"
            checks.append(check)
        elif error and not stopped:
            stopped = _told(*error)
    return checks


def _checked(cell: Any, found: Outcome) -> Check:
    """What a run shows of one graded cell."""
    about = cell["metadata"]["nbgrader"]
    name, points = about["grade_id"], float(about["points"])
    if "checksum" in about and checksum(cell) != about["checksum"]:
        reason = "this check is not the one you were given; the grader uses that one"
        return Check(name, points, CHANGED, reason)
    if cell["id"] not in found:
        return Check(name, points, FAILED, "the notebook was stopped before this cell")
    error = found[cell["id"]]
    if error is None:
        return Check(name, points, PASSED)
    return Check(name, points, FAILED, _told(*error))


def _told(kind: str, text: str) -> str:
    """An exception in a line."""
    line = without_escapes(text).strip().split("\n\n")[0].replace("\n", " ")
    return line if kind == "NotImplementedError" else f"{kind}: {line}"


def _digests(cells: list[Any]) -> dict[str, str]:
    """The sha256 of every code cell, by its place."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return {cell["id"]: hashlib.sha256(cell["source"].encode()).hexdigest() for cell in code}


def receipt_path(notebook: Path) -> Path:
    """Where the receipt of a notebook is, or will be."""
    return notebook.with_suffix(".receipt.json")


@dataclass
class Standing:
    """How far a student is with an exercise.

    parts: {name: "yours", "borrowed", "missing", or "broken" where its file is no Python any more}
    points: those of the last `edunn check`, as text; it says if the notebook was changed since
    """

    name: str
    parts: dict[str, str]
    points: str


def status(start: Path | None = None) -> list[Standing]:
    """How far a student is with each exercise beside `my_edunn`. start: see `package.folder`"""
    own = package.folder(start)
    known, found = package.parts(own), []
    for path in _exercises(own.parent, start or Path.cwd()):
        parts = {name: known.get(name, "missing") for name in _kept_names(path)}
        found.append(Standing(path.stem, parts, _last_points(path)))
    if not found:
        raise CourseError(f"no exercises in {own.parent}: folders such as 03_linear")
    return found


def _exercises(folder: Path, start: Path) -> list[Path]:
    """The notebooks of all exercises, each in one language: the one that was checked last, or that
    of the folder where the student is."""
    found: dict[str, tuple[float, bool, Path]] = {}
    for place in (folder, *(folder / language for language in LANGUAGES)):
        is_here = start.resolve().is_relative_to(place.resolve()) and place != folder
        for path in place.glob("[0-9][0-9]_*/[0-9][0-9]_*.ipynb"):
            receipt = receipt_path(path)
            checked = receipt.stat().st_mtime if receipt.exists() else 0.0
            if path.stem == path.parent.name:
                one = checked, is_here, path
                found[path.stem] = max(found.get(path.stem, one), one, key=lambda some: some[:2])
    return [found[name][2] for name in sorted(found)]


def _last_points(path: Path) -> str:
    """The points of the last check of a notebook; "" if there was none that can be read."""
    try:
        last = json.loads(receipt_path(path).read_text(encoding="utf-8"))
        points = f"{last['points']:g} of {last['max_points']:g}"
        now = set(_digests(_as_graded(path.read_bytes())["cells"]).values())
        same = now == set(last["cells"].values()) - {NOTHING}  # empty cells are left out
        return points if same else f"{points}, changed since"
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return ""


def _kept_names(path: Path) -> list[str]:
    """What a notebook hands to `keep`."""
    try:
        cells = read_cells(path.read_bytes())
    except ValueError:
        return []
    text = "\n".join(cell.source for cell in cells)
    calls = re.findall(r"^keep\((\w+)", text, re.MULTILINE)
    return list(dict.fromkeys(calls))
