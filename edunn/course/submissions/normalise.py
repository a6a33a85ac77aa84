"""Rebuild a submission on the released notebook, instead of repairing what came in.

Only the sources of solution cells and extra code cells are taken from the student: no metadata, no
tags, no outputs, no other files. A locked cell runs as it was released; if it was changed, the
changed one runs before it, as an extra cell. Bad input never raises.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from edunn.course.messages import Message
from edunn.course.notebooks.reading import NotebookError, read_cells, text_of
from edunn.course.notebooks.solution import grade_id, is_kind

EXTRA = "extra-"  # how the ids of extra cells begin


def is_extra(cell_id: str) -> bool:
    """Whether the cell of a normalised notebook is one that the student has added."""
    return cell_id.startswith(EXTRA)


@dataclass
class NormalisedSubmission:
    """What is graded of a submission. problem: why nothing could be read, if so"""

    notebook: Any
    notes: list[Message] = field(default_factory=list)
    problem: Message | None = None


def normalise(release: Any, raw: bytes) -> NormalisedSubmission:
    """The released notebook with the student's sources in it."""
    built = NormalisedSubmission(copy.deepcopy(release))
    try:
        cells = read_cells(raw, built.notes)
    except NotebookError as error:
        built.problem = error.why
        return built
    slots = {name: cell for cell in built.notebook["cells"] if (name := grade_id(cell))}
    found = _Cells(slots, built.notes)
    for place, cell in enumerate(cells):
        found.sort(place, cell)
    found.look_for_missing()
    for name, slot in slots.items():
        if is_kind(slot, "solution"):
            slot["source"] = found.answers.get(name, slot["source"])
    found.insert_extras(built.notebook)
    built.notes = _without_repeats(built.notes)
    return built


class _Cells:
    """A submission's cells, sorted into those of the release.

    slots: the named cells of the release    places: where these are in the submission
    answers: the sources of the solution cells    extras: (place, source) of all other code cells
    """

    def __init__(self, slots: dict[str, Any], notes: list[Message]):
        self.slots, self.notes = slots, notes
        self.places: dict[str, int] = {}
        self.answers: dict[str, str] = {}
        self.extras: list[tuple[int, str]] = []
        locked = (slot for slot in slots.values() if not is_kind(slot, "solution"))
        self.locked = {text_of(slot).strip() for slot in locked}

    def note(self, id: str, name: str) -> None:
        self.notes.append(Message(id, {"cell": name}))

    def sort(self, place: int, cell: dict[str, Any]) -> None:
        """Sort one cell of the submission."""
        name, source = grade_id(cell), text_of(cell)
        slot = self.slots.get(name) if name else None
        if name is None or slot is None:
            if cell.get("cell_type") == "code" and source.strip() not in {"", *self.locked}:
                self.extras.append((place, source))
            return
        untouched = _lines_in(source) == _lines_in(text_of(slot))
        if is_kind(slot, "solution"):
            if name in self.answers:
                self.note("cell_twice", name)
            if name not in self.answers or not untouched:
                self.answers[name], self.places[name] = source, place
            return
        self.places[name] = place
        if not untouched:
            self.note("cell_changed", name)
            if slot["cell_type"] == "code":  # what was added to it runs before it
                self.extras.append((place, source))

    def look_for_missing(self) -> None:
        """Note, or find, the released cells whose names are not in the submission."""
        for name, slot in self.slots.items():
            if not is_kind(slot, "solution") and name not in self.places:
                self.note("cell_missing", name)
        for name, slot in self.slots.items():
            if is_kind(slot, "solution") and name not in self.answers:
                self.recognise(name, slot)

    def recognise(self, name: str, slot: Any) -> None:
        """Find a solution cell that lost its name among the extra cells: it defines the same names,
        or shares many lines."""
        released, asked = _lines_of(text_of(slot)), _defined(text_of(slot))

        def similarity(extra: tuple[int, str]) -> float:
            theirs = _lines_of(extra[1])
            return 2 * (released & theirs).total() / max(released.total() + theirs.total(), 1)

        same = [extra for extra in self.extras if asked and asked <= _defined(extra[1])]
        best = max(same or self.extras, key=similarity, default=None)
        if slot["cell_type"] == "code" and best is not None and (same or similarity(best) > 0.4):
            self.extras.remove(best)
            self.places[name], self.answers[name] = best
            self.note("cell_recognised", name)
        else:
            self.note("cell_missing", name)

    def insert_extras(self, notebook: Any) -> None:
        """Put each extra cell right after the released cell that it followed in the submission.

        Released cells without a name (pictures, play) are extras when they were edited.
        """
        released = {text_of(cell).strip() for cell in notebook["cells"]}
        setup = next(name for cell in notebook["cells"] if (name := grade_id(cell)))
        for place, source in reversed(self.extras):
            if source.strip() in released:
                continue
            before = [(there, name) for name, there in self.places.items() if there < place]
            anchor = max(before)[1] if before else setup
            names = [grade_id(cell) for cell in notebook["cells"]]
            digest = hashlib.sha256(f"{place}:{source}".encode()).hexdigest()[:12]
            extra: dict[str, Any] = {
                "cell_type": "code",
                "id": f"{EXTRA}{digest}",
                "metadata": {},
                "source": source,
            }
            extra |= {"outputs": [], "execution_count": None}
            notebook["cells"].insert(names.index(anchor) + 1, extra)


def _defined(source: str) -> set[str]:
    return set(re.findall(r"^(?:class|def)[ \t]+(\w+)", source, re.MULTILINE))


def _lines_in(source: str) -> list[str]:
    return [line.rstrip() for line in source.strip().splitlines()]


def _lines_of(source: str) -> Counter[str]:
    return Counter(line.strip() for line in source.splitlines() if line.strip())


def _without_repeats(notes: list[Message]) -> list[Message]:
    return [note for i, note in enumerate(notes) if note not in notes[:i]]
