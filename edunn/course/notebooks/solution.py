"""A solution as a notebook: its TODOs, its graded cells, what it closes, and how it is blanked.

Pure functions of text and notebooks; nothing here runs or writes anything.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.notebooks.written import closed_names, python_of, text_of

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
CLOSES = re.compile(r"^close\(", re.MULTILINE)  # the course's own, which is a line by itself
CHECKS = "edunn_checks"  # where a notebook says with which checks it was released, {name: points}
LANGUAGE = "language"  # the id of the cell that a translation has more than the release
UNREAD = "incorrectly_encoded_metadata"  # jupytext's name for nbgrader={...} that is no JSON
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def read_solution(path: Path) -> Any:
    """The notebook of a jupytext percent file; the same bytes give the same notebook."""
    import jupytext

    text = text_of(path)
    if not text.strip():
        raise CourseError(f"{path.name} is empty: begin it with # %% [markdown] and a title below")
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: set[str] = set()
    for i, cell in enumerate(notebook.cells):
        if unread := cell.metadata.get(UNREAD):
            raise CourseError(
                f"{path.name}: cell {i}: {unread[:60]} ... cannot be read: write it as JSON, with "
                "double quotes, commas between, and true or false in small letters"
            )
        named = "nbgrader" in cell.metadata or BEGIN in cell.source
        if named and not grade_id(cell):
            raise CourseError(f"{path.name}: cell {i} needs a grade_id: {cell.source[:40]!r}")
        if named and not re.fullmatch(r"[\w-]+", grade_id(cell) or "", re.ASCII):  # nbgrader's rule
            raise CourseError(
                f"{path.name}: cell {i} needs a grade_id: {grade_id(cell)!r} has something else "
                "than the letters a to z, digits, - and _"
            )
        cell.id = grade_id(cell) or digest_of(i, cell.source)  # jupytext's own ids are random
        if cell.id in seen:
            raise CourseError(f"{path.name}: two cells are called {cell.id!r}")
        if forgotten := _forgotten(cell):
            raise CourseError(f"{path.name}: cell {cell.id}: {forgotten}")
        if cell.cell_type == "code" and (grade_id(cell) or CLOSES.search(cell.source)):
            try:
                list(closed_names(python_of(cell.source)))
            except CourseError as error:
                raise CourseError(f"{path.name}: cell {cell.id}, {error}") from None
        seen.add(cell.id)
    checks = {cell.id: cell.metadata["nbgrader"]["points"] for cell in graded_code(notebook)}
    notebook.metadata = METADATA | {CHECKS: checks}
    return notebook


def _forgotten(cell: Any) -> str:
    """What an author has left out of a cell, and what to write; "" if nothing."""
    try:
        list(regions(cell.source))
    except CourseError as error:
        return f"{error}: each ### {BEGIN} needs its ### {END} below, before the next one"
    about = cell.metadata.get("nbgrader")
    if not isinstance(about, dict):
        return ""
    for key in ("grade", "locked", "solution", "task"):
        if not isinstance(about.get(key, False if key == "task" else None), bool):
            return _to_write(about, key, "true or false")
    if (about["grade"] or about.get("task") or "points" in about) and not _is_worth(about):
        return _to_write(about, "points", "2")
    if about.get("schema_version") != 3:
        return _to_write(about, "schema_version", "3")
    return _of_kind(about, cell.cell_type == "markdown")


def _of_kind(about: Any, is_text: bool) -> str:
    """What a text cell, or a cell of code, cannot be to nbgrader, and what to write."""
    if about.get("task"):
        return "" if is_text else "a task is a text: begin its cell with # %% [markdown]"
    if is_text and about["grade"] and not about["solution"]:
        return 'it is a text that is graded: write "solution": true, and students write into it'
    if is_text and about["solution"] and not about["grade"]:
        return 'it is a text that students write: write "grade": true, and its points'
    return ""


def _to_write(about: Any, key: str, wanted: str) -> str:
    """What is said of a key of nbgrader={...} that is missing, or has a value of no use."""
    into = f'write "{key}": {wanted} into its nbgrader={{...}}'
    if key not in about:
        return f"it has no {key}: {into}"
    other = ", or another number that is not negative" if key == "points" else ""
    got = json.dumps(about[key], ensure_ascii=False)
    return f"its {key} {'are' if key == 'points' else 'is'} {got}: {into}{other}"


def _is_worth(about: Any) -> bool:
    """Whether a cell has points: a number that is not negative."""
    points = about.get("points")
    number = isinstance(points, (int, float)) and not isinstance(points, bool)
    return number and math.isfinite(points) and points >= 0


def digest_of(place: int, source: str) -> str:
    """The id of a cell without a name, by which a later look can tell whether it was edited."""
    return hashlib.sha256(f"{place}:{source}".encode()).hexdigest()[:8]


def grade_id(cell: Any) -> str | None:
    """The nbgrader name of a cell, if it has one; safe for any broken cell."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else None


def is_kind(cell: Any, kind: str) -> bool:
    """Whether nbgrader's metadata says that a cell is "grade", "solution", "locked" or "task"."""
    return grade_id(cell) is not None and bool(cell["metadata"]["nbgrader"].get(kind))


def graded_code(notebook: Any) -> list[Any]:
    """The code cells whose points are decided automatically."""
    return [cell for cell in notebook["cells"] if is_automatic(cell)]


def is_automatic(cell: Any) -> bool:
    """Whether a cell is code whose points are decided automatically."""
    return bool(cell["cell_type"] == "code" and is_kind(cell, "grade"))


def headings(notebook: Any) -> dict[str, str]:
    """The heading over each named cell, without its points: {"bias-db": "the gradient of b"}."""
    found, heading = {}, ""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and not is_kind(cell, "solution"):
            lines = [line for line in cell["source"].split("\n") if re.match("#+ ", line)]
            heading = lines[-1].lstrip("# ") if lines else heading
        if name := grade_id(cell):
            text = re.sub(r"\s*\([^)]*points?[^)]*\)", "", heading)
            found[name] = re.sub(r"^(\d+\. )?(Check: )?", "", text) or name
    return found


def regions(source: str) -> Iterator[tuple[int, int]]:
    """The lines of each BEGIN and END SOLUTION pair in a cell, counted from 0."""
    begin = None
    for number, line in enumerate(source.split("\n")):
        if BEGIN in line:
            if begin is not None:
                raise CourseError(f"a solution begins inside a solution: {line.strip()!r}")
            begin = number
        elif END in line:
            if begin is None:
                raise CourseError(f"a solution ends before it begins: {line.strip()!r}")
            yield begin, number
            begin = None
    if begin is not None:
        raise CourseError("a solution begins but does not end")


def owner(source: str, line: int) -> str:
    """The dotted name of the function around a line (from 0) of the source: "Linear.forward"."""

    def search(node: ast.AST, path: tuple[str, ...]) -> tuple[str, ...]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.ClassDef, ast.FunctionDef)):
                end = child.end_lineno or child.lineno
                if child.lineno <= line + 1 <= end:
                    return search(child, (*path, child.name))
        return path

    return ".".join(search(ast.parse(source), ())) or "this cell"


def not_written(name: str) -> str:
    """What the stub of a TODO says when it is called."""
    return f"{name}: not written yet"


def _stub(name: str) -> str:
    return f'raise NotImplementedError("{not_written(name)}")'


def blank(source: str, todos: Collection[str] | None = None) -> str:
    """The source with every solution, or those of some TODOs, replaced by a stub that says which
    method is missing."""
    lines, kept, end = source.split("\n"), [], -1
    for begin, stop in regions(source):
        name = owner(source, begin)
        if todos is not None and name not in todos:
            continue
        kept += lines[end + 1 : begin]
        indent = re.match(r"\s*", lines[begin]).group()  # type: ignore[union-attr]
        kept += [f"{indent}# YOUR CODE HERE", indent + _stub(name)]
        end = stop
    return "\n".join(kept + lines[end + 1 :])


def todos(notebook: Any) -> dict[str, str]:
    """What the student writes: {"Linear.forward": the cell it stands in}."""
    return {
        owner(cell["source"], begin): cell["id"]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        for begin, _ in regions(cell["source"])
    }


def solution_lines(notebook: Any) -> Iterator[tuple[str, str]]:
    """(cell, line) for every line that no student may receive."""
    for cell in notebook["cells"]:
        lines = cell["source"].split("\n")
        secret = [line for begin, end in regions(cell["source"]) for line in lines[begin + 1 : end]]
        if not secret and is_kind(cell, "solution"):
            secret = lines
        yield from ((cell["id"], line.strip()) for line in secret if line.strip(" \t#)]}"))


def closes(notebook: Any) -> list[str]:
    """The names in the notebook's call close("Linear", ...)."""
    return [
        name
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and CLOSES.search(cell["source"])
        for name in closed_names(python_of(cell["source"]))
    ]


def withheld(notebook: Any) -> list[str]:
    """The names that the workers' library lacks: closed classes, and functions to be written."""
    classes = [name.rpartition(".")[2] for name in closes(notebook)]
    return [*classes, *(name for name in todos(notebook) if "." not in name)]


def fill(notebook: Any, answers: dict[str, str]) -> Any:
    """A copy of a released notebook with code in the place of stubs: {"Linear.dw": "dw = ..."}."""
    import nbformat

    filled = nbformat.from_dict(notebook)
    for name, code in answers.items():
        wanted = _stub(name)
        cell = next((c for c in filled["cells"] if wanted in c["source"]), None)
        if cell is None:
            raise CourseError(f"no cell asks for {name}")
        lines = []
        for line in cell["source"].split("\n"):
            indent = line[: len(line) - len(line.lstrip())]
            is_stub = line.strip() == wanted
            lines += [indent + new for new in code.strip().split("\n")] if is_stub else [line]
        cell["source"] = "\n".join(lines)
    return filled
