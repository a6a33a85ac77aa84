"""The cells of a notebook file, of whatever age or encoding."""

from __future__ import annotations

import json
from typing import Any

from edunn.course.messages import Message
from edunn.course.notebooks.solution import grade_id
from edunn.course.text import whole

MAX_BYTES, MAX_CELLS, MAX_SOURCE = 20_000_000, 2000, 200_000
ENCODINGS = ("utf-8-sig", "utf-16", "utf-32", "latin-1")


class NotebookError(ValueError):
    """A file has no cells that can be read; `why` is the reason."""

    def __init__(self, id: str, **details: Any):
        self.why = Message(id, details)
        super().__init__(self.why)


def read_cells(raw: bytes, notes: list[Message] | None = None) -> list[dict[str, Any]]:
    """The cells of a notebook file of any age or encoding; NotebookError where there are none.

    notes: what was odd is added to it
    """
    if not raw.strip():
        raise NotebookError("file_empty")
    if len(raw) > MAX_BYTES:
        raise NotebookError("file_large", megabytes=MAX_BYTES // 1_000_000)
    content = None
    for encoding in ENCODINGS:
        try:
            content = json.loads(raw.decode(encoding))
            break
        except (ValueError, RecursionError):
            continue
    if not isinstance(content, dict):
        raise NotebookError("file_no_notebook")
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):  # nbformat 3
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list) or not cells:
        raise NotebookError("file_no_cells")
    cells = [c for c in cells if isinstance(c, dict) and (text_of(c).strip() or grade_id(c))]
    if notes is not None and len(cells) > MAX_CELLS:
        notes.append(Message("cells_many", {"count": len(cells), "most": MAX_CELLS}))
    return cells[:MAX_CELLS]


def text_of(cell: dict[str, Any]) -> str:
    """The source of a cell of any age, cut where it is long."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return whole(source[:MAX_SOURCE]) if isinstance(source, str) else ""
