"""The cells of a notebook file, of whatever age or encoding."""

from __future__ import annotations

import json
from typing import Any

from edunn.course.notebooks.solution import grade_id
from edunn.course.text import whole

MAX_BYTES, MAX_CELLS, MAX_SOURCE = 20_000_000, 2000, 200_000
ENCODINGS = ("utf-8-sig", "utf-16", "utf-32", "latin-1")


def read_cells(raw: bytes, notes: list[str] | None = None) -> list[dict[str, Any]]:
    """The cells of a notebook file of any age or encoding; ValueError says why there are none."""
    if not raw.strip():
        raise ValueError("the file is empty")
    if len(raw) > MAX_BYTES:
        raise ValueError(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    content = None
    for encoding in ENCODINGS:
        try:
            content = json.loads(raw.decode(encoding))
            break
        except (ValueError, RecursionError):
            continue
    if not isinstance(content, dict):
        raise ValueError("the file is no notebook (not valid JSON)")
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):  # nbformat 3
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list) or not cells:
        raise ValueError("the notebook has no cells")
    cells = [c for c in cells if isinstance(c, dict) and (text_of(c).strip() or grade_id(c))]
    if notes is not None and len(cells) > MAX_CELLS:
        notes.append(f"the notebook has {len(cells)} cells; the first {MAX_CELLS} count")
    return cells[:MAX_CELLS]


def text_of(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return whole(source[:MAX_SOURCE]) if isinstance(source, str) else ""
