"""Rebuild a submission on the released notebook, instead of repairing what came in.

Taken from the student are only the sources of solution cells, and extra code cells; no metadata,
no tags, no outputs, no other files. A cell that may not be changed runs as it was released; where
it was changed nevertheless, that is an extra cell before it. It never raises on bad input.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from edunn.course.notebooks.solution import grade_id, is_kind



@dataclass
class NormalisedSubmission:
    """What will be graded of what came in. problem: why nothing could be read, if so."""

    notebook: Any
    notes: list[str] = field(default_factory=list)
    problem: str | None = None


def normalise(release: Any, raw: bytes) -> NormalisedSubmission:
    """The released notebook with the student's sources in it."""
    built = NormalisedSubmission(copy.deepcopy(release))
    try:
        cells = read_cells(raw, built.notes)
    except ValueError as error:
        built.problem = str(error)
        return built
    slots = {name: cell for cell in built.notebook["cells"] if (name := grade_id(cell))}
    places, answers, extras = sort_cells(cells, slots, built.notes)
    for name, slot in slots.items():
        if is_kind(slot, "solution"):
            if name not in answers:
                recognise(name, slot, places, answers, extras, built.notes)
            slot["source"] = answers.get(name, slot["source"])
    insert(extras, places, built.notebook)
    built.notes = list(dict.fromkeys(built.notes))
    return built


def sort_cells(
    cells: list[dict[str, Any]], slots: dict[str, Any], notes: list[str]
) -> tuple[dict[str, int], dict[str, str], list[tuple[int, str]]]:
    """Where the released cells stand in the submission, the sources of the solution cells among
    them, and the (place, source) of each code cell that is the student's own."""
    places: dict[str, int] = {}
    answers: dict[str, str] = {}
    extras = []
    locked = {text_of(slot).strip() for slot in slots.values() if not is_kind(slot, "solution")}
    for place, cell in enumerate(cells):
        name, source = grade_id(cell), text_of(cell)
        untouched = name in slots and lines_in(source) == lines_in(text_of(slots[name]))
        if name in slots and is_kind(slots[name], "solution"):
            if name in answers:
                notes.append(f"cell {name} is there more than once; the last edited one counts")
            if name not in answers or not untouched:
                answers[name], places[name] = source, place
        elif name in slots:
            places[name] = place
            if not untouched:
                notes.append(f"cell {name} was changed; the released one counts")
                if slots[name]["cell_type"] == "code":  # what was added to it runs before it
                    extras.append((place, source))
        elif cell.get("cell_type") == "code" and source.strip() and source.strip() not in locked:
            extras.append((place, source))
    for name, slot in slots.items():
        if not is_kind(slot, "solution") and name not in places:
            notes.append(f"cell {name} is missing; the released one counts")
    return places, answers, extras


def recognise(
    name: str,
    slot: Any,
    places: dict[str, int],
    answers: dict[str, str],
    extras: list[tuple[int, str]],
    notes: list[str],
) -> None:
    """Find the solution cell that lost its name among the extra cells: it defines the same names,
    or shares many lines."""
    released, asked = lines_of(text_of(slot)), defined(text_of(slot))

    def likeness(extra: tuple[int, str]) -> float:
        theirs = lines_of(extra[1])
        return 2 * (released & theirs).total() / max(released.total() + theirs.total(), 1)

    same = [extra for extra in extras if asked and asked <= defined(extra[1])]
    best = max(same or extras, key=likeness, default=None)
    if slot["cell_type"] == "code" and best is not None and (same or likeness(best) > 0.4):
        extras.remove(best)
        places[name], answers[name] = best
        notes.append(f"cell {name} had lost its name; recognised by its text")
    else:
        notes.append(f"cell {name} is missing; the released one counts")


def defined(source: str) -> set[str]:
    return set(re.findall(r"^(?:class|def)[ \t]+(\w+)", source, re.MULTILINE))


def lines_in(source: str) -> list[str]:
    return [line.rstrip() for line in source.strip().splitlines()]


def lines_of(source: str) -> Counter[str]:
    return Counter(line.strip() for line in source.splitlines() if line.strip())


def insert(extras: list[tuple[int, str]], places: dict[str, int], notebook: Any) -> None:
    """Put each extra cell right after the released cell that it came after in the submission.

    Released cells without a name (pictures, play) are among the extras when they were edited.
    """
    released = {text_of(cell).strip() for cell in notebook["cells"]}
    setup = next(name for cell in notebook["cells"] if (name := grade_id(cell)))
    for place, source in reversed(extras):
        if source.strip() in released:
            continue
        before = [(there, name) for name, there in places.items() if there < place]
        anchor = max(before)[1] if before else setup
        names = [grade_id(cell) for cell in notebook["cells"]]
        digest = hashlib.sha256(f"{place}:{source}".encode()).hexdigest()[:12]
        extra: dict[str, Any] = {
            "cell_type": "code",
            "id": f"extra-{digest}",
            "metadata": {},
            "source": source,
        }
        extra |= {"outputs": [], "execution_count": None}
        notebook["cells"].insert(names.index(anchor) + 1, extra)
