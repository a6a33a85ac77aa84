"""The cells of a notebook file, whatever program saved it: the one way in, for `edunn check` and
for the grader.

How the formats differ is written down where it is known:

- nbformat 4.0 to 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html; ids of
  cells since 4.5 (JEP 62), attachments since 4.1. JupyterLab, JupyterLite and VS Code write 4.4 or
  4.5, and keep a cell's metadata when it is split, merged or copied; a split drops attachments
  (jupyterlab/jupyterlab, packages/notebook/src/actions.tsx).
- nbformat 3 (classic IPython notebooks): cells stand in `worksheets`, code in `input`, headings in
  cells of their own with a `level` (jupyter/nbformat, nbformat/v4/convert.py).
- VS Code sorts all keys, drops empty lines from `source`, and leaves `metadata` and `id` as they
  came (microsoft/vscode, extensions/ipynb/src/serializers.ts).
- Colab writes 4.0 without ids, but with `id` and `colab` in the metadata of cells, and keeps
  widgets in the metadata of the notebook (googlecolab/colabtools, issue 581).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from edunn.course.messages import Message
from edunn.course.notebooks.checksum import checksum
from edunn.course.notebooks.solution import CHECKS, grade_id
from edunn.course.text import whole

MAX_FILE = 256_000_000  # bytes of a file, with its outputs
MAX_BYTES, MAX_CELLS = 20_000_000, 2000  # without them
MAX_CODE = 600_000  # characters of one cell; words are never cut
MAX_TOKENS = 10_000_000  # strings and brackets of a file with outputs
ENCODINGS = ("utf-8-sig", "utf-16", "utf-32", "latin-1")
# what is thrown away unread, by key and by how many brackets are open around it: the outputs of
# cells, here and in nbformat 3, and the state of widgets
THROWN_AWAY = {("outputs", 3), ("outputs", 5), ("widgets", 2)}  # words of seven letters
STRUCTURE = re.compile(r'["\[\]{}]')
VALUE = re.compile(r"\s*:\s*(?=[\[{])")


class NotebookError(ValueError):
    """A file has no cells that can be read; `why` is the reason."""

    def __init__(self, id: str, **details: Any):
        self.why = Message(id, details)
        super().__init__(self.why)


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook, of whatever age.

    kind: "code", "markdown" or "raw"    name: nbgrader's, which a split cell has twice
    about: what nbgrader has noted of it    attachments: {name: {type of content: base64}}
    """

    kind: str
    source: str
    name: str | None = None
    id: str | None = None
    about: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] = field(default_factory=dict)

    @property
    def is_untouched(self) -> bool:
        """Whether its source is the released one, as nbgrader's checksum tells."""
        as_dict = {"cell_type": self.kind, "source": self.source}
        try:
            return checksum({**as_dict, "metadata": {"nbgrader": self.about}}) == self.about.get(
                "checksum"
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            return False


def read_cells(raw: bytes, notes: list[Message] | None = None) -> list[Cell]:
    """The cells of a notebook file of any age or encoding; NotebookError where there are none.

    notes: what was odd is added to it
    """
    content = _content(without_outputs(raw))
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):  # nbformat 3
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list) or not cells:
        raise NotebookError("file_no_cells")
    noted = notes if notes is not None else []
    filled = (_cell(cell, noted) for cell in cells if isinstance(cell, dict) and any(cell.values()))
    wanted = (cell for cell in filled if cell.source.strip() or cell.name or cell.attachments)
    found = list(islice(wanted, MAX_CELLS + 1))  # a file may have millions
    if len(found) > MAX_CELLS:
        noted.append(Message("cells_many", {"count": len(cells), "most": MAX_CELLS}))
    return found[:MAX_CELLS]


def released_checks(raw: bytes) -> dict[str, float]:
    """The checks that a notebook file says it was released with, {name: points}; {} where it says
    nothing, as those of older releases and what some programs save."""
    about = _content(without_outputs(raw)).get("metadata")
    checks = about.get(CHECKS) if isinstance(about, dict) else None
    found = checks.items() if isinstance(checks, dict) else ()
    return {name: float(points) for name, points in found if type(points) in (int, float)}


def _content(raw: bytes) -> dict[str, Any]:
    """What a notebook file holds; NotebookError where it is no notebook."""
    if not raw.strip():
        raise NotebookError("file_empty")
    if len(raw) > MAX_BYTES:
        raise NotebookError("file_large", megabytes=MAX_BYTES // 1_000_000)
    for encoding in ENCODINGS:
        try:
            content = json.loads(raw.decode(encoding))
            break
        except (ValueError, RecursionError):
            continue
    else:
        content = None
    if not isinstance(content, dict):
        raise NotebookError("file_no_notebook")
    return content


def _cell(cell: dict[str, Any], notes: list[Message]) -> Cell:
    """One cell of a file, in which anything may be of a wrong type."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    source = source if isinstance(source, str) else ""
    kind = cell.get("cell_type")
    if kind == "heading":  # of nbformat 3
        levels = [level for level in range(1, 7) if level == cell.get("level")] or [1]
        source = f"{'#' * levels[0]} {source}"
    kind = kind if kind in ("code", "raw") else "markdown"
    name, id, attachments = grade_id(cell), cell.get("id"), cell.get("attachments")
    about = cell["metadata"]["nbgrader"] if name is not None else {}
    if kind == "code" and len(source) > MAX_CODE:
        notes.append(Message("cell_long", {"most": MAX_CODE}))
        source = source[:MAX_CODE]
    return Cell(
        kind, whole(source), name, id if isinstance(id, str) else None, about,
        attachments if isinstance(attachments, dict) else {},
    )  # fmt: skip


def without_outputs(raw: bytes) -> bytes:
    """A notebook file without outputs and widgets, which nothing here looks at, if it is larger
    than the limit with them. The outputs are not parsed: they may be of any size and depth."""
    if not MAX_BYTES < len(raw) <= MAX_FILE:
        return raw
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except ValueError:
            continue
        if text.lstrip()[:1] == "{":
            return "".join(_kept(text)).encode("utf-8", "surrogatepass")
    return raw


def _kept(text: str) -> Iterator[str]:
    """The parts of a JSON text that are not thrown away; all of it, where it is too large or no
    JSON."""
    start, place, depth, tokens = 0, 0, 0, 0
    thrown_from = -1  # the depth at which something is being thrown away
    most = min(MAX_TOKENS, len(text) // 8)  # outputs are not brackets alone
    while (token := STRUCTURE.search(text, place)) and tokens < most:
        place, tokens = token.end(), tokens + 1
        if token[0] == '"':
            place = _end_of_string(text, place)
            unwanted = (text[token.end() : token.end() + 7], depth) in THROWN_AWAY
            if thrown_from < 0 and unwanted and (value := VALUE.match(text, place)):
                yield text[start : value.end()]
                place = start = value.end()
                thrown_from = depth
            continue
        if token[0] in "[{":
            depth += 1
            continue
        depth -= 1
        if depth == thrown_from:
            yield "[]" if token[0] == "]" else "{}"
            start, thrown_from = place, -1
    yield text[start:]


def _end_of_string(text: str, place: int) -> int:
    """The place after a string's closing quote. place: after its opening one"""
    while (quote := text.find('"', place)) >= 0:
        before = quote - 1
        while text[before] == "\\":
            before -= 1
        if (quote - before) % 2:  # an even number of backslashes
            return quote + 1
        place = quote + 1
    return len(text)
