"""Rebuild a submission on the released notebook, instead of repairing what came in.

Taken from the student are only the sources of solution cells, and extra code cells; no metadata,
no tags, no outputs, no changed checks, no other files. It never raises on bad input.
"""

from __future__ import annotations

import copy
import difflib
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from edunn.course.source import grade_id, is_kind

MAX_BYTES, MAX_CELLS, MAX_SOURCE = 20_000_000, 2000, 200_000


@dataclass
class Submission:
    """What will be graded of what came in. problem: why nothing could be read, if so."""

    notebook: Any
    notes: list[str] = field(default_factory=list)
    problem: str | None = None


def normalise(release: Any, raw: bytes) -> Submission:
    """The released notebook with the student's sources in it."""
    built = Submission(copy.deepcopy(release))
    try:
        cells = read_cells(raw)
    except ValueError as error:
        built.problem = str(error)
        return built
    slots = {name: cell for cell in built.notebook["cells"] if (name := grade_id(cell))}
    answers, extras = sort_cells(cells, slots, built.notes)
    for name, slot in slots.items():
        if not is_kind(slot, "solution"):
            continue
        if name not in answers:
            recognise(name, slot, answers, extras, built.notes)
        if name in answers:
            slot["source"] = answers[name][1]
    insert(extras, answers, built.notebook)
    return built


def read_cells(raw: bytes) -> list[dict[str, Any]]:
    """The cells of a notebook file of any age or encoding; ValueError says why there are none."""
    if not raw.strip():
        raise ValueError("the file is empty")
    if len(raw) > MAX_BYTES:
        raise ValueError(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    content = None
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            content = json.loads(raw.decode(encoding))
            break
        except (ValueError, RecursionError):
            continue
    if not isinstance(content, dict):
        raise ValueError("the file is no notebook (not valid JSON)")
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):  # nbformat 3
        sheets = [sheet for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(cells, list) or not cells:
        raise ValueError("the notebook has no cells")
    return [cell for cell in cells[:MAX_CELLS] if isinstance(cell, dict)]


def text_of(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source[:MAX_SOURCE] if isinstance(source, str) else ""


def sort_cells(
    cells: list[dict[str, Any]], slots: dict[str, Any], notes: list[str]
) -> tuple[dict[str, tuple[int, str]], list[tuple[int, str]]]:
    """The student's (place, source) of each solution cell, and of the extra code cells."""
    answers: dict[str, tuple[int, str]] = {}
    extras = []
    locked = {text_of(slot).strip() for slot in slots.values() if not is_kind(slot, "solution")}
    found = set()
    for place, cell in enumerate(cells):
        name, source = grade_id(cell), text_of(cell)
        if name in slots and is_kind(slots[name], "solution"):
            untouched = source.strip() == text_of(slots[name]).strip()
            if name in answers:
                notes.append(f"cell {name} is there more than once; the last edited one counts")
            if name not in answers or not untouched:
                answers[name] = (place, source)
        elif name in slots:
            found.add(name)
            if source.strip() != text_of(slots[name]).strip():
                notes.append(f"cell {name} was changed; the released one counts")
        elif cell.get("cell_type") == "code" and source.strip() and source.strip() not in locked:
            extras.append((place, source))
    for name, slot in slots.items():
        if not is_kind(slot, "solution") and name not in found:
            notes.append(f"cell {name} is missing; the released one counts")
    return answers, extras


def recognise(
    name: str,
    slot: Any,
    answers: dict[str, tuple[int, str]],
    extras: list[tuple[int, str]],
    notes: list[str],
) -> None:
    """Find the solution cell that lost its name among the extra cells, by its text."""

    def likeness(extra: tuple[int, str]) -> float:
        return difflib.SequenceMatcher(None, text_of(slot), extra[1], autojunk=False).ratio()

    best = max(extras, key=likeness, default=None)
    if slot["cell_type"] == "code" and best is not None and likeness(best) > 0.5:
        extras.remove(best)
        answers[name] = best
        notes.append(f"cell {name} had lost its name; recognised by its text")
    else:
        notes.append(f"cell {name} is missing; the released one counts")


def insert(
    extras: list[tuple[int, str]], answers: dict[str, tuple[int, str]], notebook: Any
) -> None:
    """Put each extra cell before the solution cell that it stood before, or at the end.

    Cells of the release that carry no name (pictures, play) come back among the extras when they
    were edited, and are then run beside the released ones.
    """
    released = {text_of(cell).strip() for cell in notebook["cells"]}
    for place, source in extras:
        if source.strip() in released:
            continue
        later = sorted((there, name) for name, (there, _) in answers.items() if there > place)
        names = [grade_id(cell) for cell in notebook["cells"]]
        position = names.index(later[0][1]) if later else len(names)
        digest = hashlib.sha256(f"{place}:{source}".encode()).hexdigest()[:12]
        extra = {"cell_type": "code", "id": f"extra-{digest}", "metadata": {}, "source": source}
        notebook["cells"].insert(position, extra | {"outputs": [], "execution_count": None})
