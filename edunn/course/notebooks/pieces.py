"""Cells that were split or copied: several of one name, since an editor copies a cell's metadata.

JupyterLab drops the empty lines where it cuts (jupyterlab/jupyterlab, packages/notebook/src/
actions.tsx, splitCell), and may cut a class in two, neither of which runs.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from edunn.course.notebooks.reading import Cell

MAX_PARSED = 200_000  # characters of a source that is looked at as Python


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell; None where it is no Python, or very long."""
    if len(source) > MAX_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of "\d" in a student's string
            return ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def put_together(cells: list[Cell]) -> list[Cell]:
    """The cells of a notebook, where those that were cut in two are one again: the pieces of a
    released text, and pieces of code that are Python only together."""
    found: list[Cell] = []
    for run in _runs(cells):
        joined = _joined(run) if len(run) > 1 else None
        found += [joined] if joined else run
    return found


def without_copies(cells: list[Cell]) -> list[Cell]:
    """The cells without those that count for nothing beside others of their name: what is empty, or
    as it was released."""
    edited = {cell.name for cell in cells if cell.source.strip() and not cell.is_untouched}
    seen: set[str | None] = {None}
    found = []
    for cell in cells:
        counts = cell.name not in edited or (cell.source.strip() and not cell.is_untouched)
        if cell.name is None or counts and not (cell.name in seen and cell.is_untouched):
            found.append(cell)
        seen.add(cell.name)
    return found


def _runs(cells: list[Cell]) -> Iterator[list[Cell]]:
    """Neighbours that may be pieces of one cell: of one name; or without a name, where the later
    ones begin with an indentation."""
    for name, same in groupby(cells, lambda cell: (cell.name, cell.kind)):
        run: list[Cell] = []
        for cell in same:
            indented = cell.source[:1] in (" ", "\t")
            if run and not (name[0] or (indented and cell.kind == "code")):
                yield run
                run = []
            run.append(cell)
        yield run


def _joined(run: list[Cell]) -> Cell | None:
    """The cell that the pieces were; None where each can stand for itself."""
    for between in ("\n", "\n\n", "\n\n\n"):
        whole = replace(run[0], source=between.join(cell.source for cell in run))
        if whole.name and whole.is_untouched:
            return whole
    whole = replace(run[0], source="\n".join(cell.source for cell in run))
    alone = run[0].kind != "code" or all(parsed(cell.source) is not None for cell in run)
    return None if alone or parsed(whole.source) is None else whole
