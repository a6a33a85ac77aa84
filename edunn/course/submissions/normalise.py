"""Rebuild a submission on the released notebook, instead of repairing what came in.

Only the sources of solution cells, and the student's own cells, are taken from the student: no
metadata, no tags, no outputs, no other files. A locked cell runs as it was released; if it was
changed, the changed one runs before it, as an extra cell. What the student wrote runs in the order
of the student's notebook, in as many cells as it stands in there. Bad input never raises.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from edunn.course.messages import Message
from edunn.course.notebooks.addresses import without_addresses
from edunn.course.notebooks.pieces import parsed, put_together
from edunn.course.notebooks.reading import Cell, NotebookError, read_cells
from edunn.course.notebooks.solution import LANGUAGE, grade_id, is_kind
from edunn.course.submissions.pictures import Picture, Pictures

EXTRA, WORDS = "extra-", "extra-text-"  # how the ids of extra cells begin, and of those of text
MAX_NOTES = 100
FOREIGN = 6  # times as many cells as are of an exercise, and it is the notebook of another one
AFTER = 0.5  # of a cell: what was written below its text


def is_extra(cell_id: str) -> bool:
    """Whether the cell of a normalised notebook is one that the student has added."""
    return cell_id.startswith(EXTRA)


def is_extra_text(cell_id: str) -> bool:
    """Whether it is one of text."""
    return cell_id.startswith(WORDS)


@dataclass
class NormalisedSubmission:
    """What is graded of a submission.

    problem: why nothing could be read, if so    pictures: those in the texts, by cell
    """

    notebook: Any
    notes: list[Message] = field(default_factory=list)
    problem: Message | None = None
    pictures: dict[str, list[Picture]] = field(default_factory=dict)


def normalise(release: Any, raw: bytes, translations: Iterable[Any] = ()) -> NormalisedSubmission:
    """The released notebook with the student's sources in it.

    translations: the release in other languages, one of which the student may have worked in
    """
    built = NormalisedSubmission(copy.deepcopy(release))
    try:
        cells = put_together(read_cells(raw, built.notes))
    except NotebookError as error:
        built.problem = error.why
        return built
    found = _Sorted(_Release(built.notebook, translations), cells, built.notes)
    found.fill()
    if not found.fits:
        built.problem = Message("not_this_exercise")
    built.pictures = found.pictures
    built.notes = _without_repeats(built.notes)
    return built


def written_in(release: Any, translations: Sequence[Any], cells: Sequence[Cell]) -> bool | None:
    """Whether anything is written in a notebook of the exercise; None where cells are none of it.
    Both are seen by names and texts; no code is run."""
    found = _Sorted(_Release(release, translations), list(cells), [])
    return found.is_answered() if found.fits_with(found.answers_named()) else None


class _Release:
    """What was released: its cells, in order, and how each may be known again."""

    def __init__(self, notebook: Any, translations: Iterable[Any]):
        self.cells: list[Any] = list(notebook["cells"])
        self.notebook = notebook
        self.by_id = {cell["id"]: place for place, cell in enumerate(self.cells)}
        self.by_name = {n: place for place, cell in enumerate(self.cells) if (n := grade_id(cell))}
        self.texts = [[_text(cell)] for cell in self.cells]  # of each cell, in all languages
        for translation in translations:
            same = [cell for cell in translation["cells"] if cell["id"] != LANGUAGE]
            for place, cell in enumerate(same[: len(self.cells)]):
                self.texts[place].append(_text(cell))
                self.by_id.setdefault(cell["id"], place)
        self.counts = [[_lines_of(text) for text in texts] for texts in self.texts]
        self.by_text: dict[tuple[str, ...], int] = {}
        for place, texts in enumerate(self.texts):
            for text in texts:
                self.by_text.setdefault(_key(text), place)

    def name(self, place: int) -> str | None:
        return grade_id(self.cells[place])

    def is_answer(self, place: int, kind: str) -> bool:
        """Whether students write into a cell, and this kind of thing: "code" or "markdown"."""
        inside = 0 <= place < len(self.cells)
        return inside and is_kind(self.cells[place], "solution") and (
            self.cells[place]["cell_type"] == kind
        )  # fmt: skip

    def has_text(self, place: int, source: str) -> bool:
        """Whether a source is the one that was released, but for empty lines and blanks."""
        return _key(source) in map(_key, self.texts[place])


@dataclass
class _Piece:
    """Something that a student wrote: where in their notebook, and what."""

    place: float
    source: str
    pictures: list[Picture] = field(default_factory=list)
    kind: str = "code"


class _Sorted:
    """A submission's cells, sorted into those of the release.

    at: for each cell of the submission, the place in the release that it belongs to, if any
    places: where the named cells of the release are in the submission
    pieces: what belongs to the solution cells, by their names    own: all else that was written
    """

    def __init__(self, release: _Release, cells: list[Cell], notes: list[Message]):
        self.release, self.cells, self.notes = release, cells, notes
        self.taker = Pictures(cells, notes)
        self.pictures: dict[str, list[Picture]] = {}
        self.places: dict[str, float] = {}
        self.pieces: dict[str, list[_Piece]] = {}
        self.own: list[_Piece] = []
        self.at = self.recognised()

    @property
    def fits(self) -> bool:
        """Whether it is a notebook of this exercise; in all exercises a cell is called "setup", and
        in some pairs of them a few more are alike."""
        return self.fits_with(self.pieces)

    def is_answered(self) -> bool:
        """Whether a place for an answer holds another text than the released one, or is lost, and
        there is text that may be it."""
        texts = [(c.source, place) for c, place in zip(self.cells, self.at) if c.source.strip()]
        if any(p is not None and self.is_solution(p) and not self.release.has_text(p, text)
               for text, p in texts):  # fmt: skip
            return True
        solutions = {place for place in self.release.by_name.values() if self.is_solution(place)}
        return not solutions <= set(self.at) and any(place is None for _, place in texts)

    def answers_named(self) -> set[str]:
        """The solution cells that are there, or whose classes and functions are."""
        written = set[str]().union(*(_defined(c.source) for c in self.cells if c.kind == "code"))
        solutions = {n: p for n, p in self.release.by_name.items() if self.is_solution(p)}
        asked = {name: _defined(_text(self.release.cells[p])) for name, p in solutions.items()}
        return {
            name
            for name, place in solutions.items()
            if place in self.at or (asked[name] and asked[name] <= written)
        }

    def fits_with(self, answers: Collection[str]) -> bool:
        """Whether it fits. answers: the solution cells that something belongs to"""
        shared = next(iter(self.release.by_name), None)
        at = [p for c, p in zip(self.cells, self.at) if p is not None and not self.is_empty(c, p)]
        ours = {p for p in at if self.release.name(p) != shared}
        others = [
            cell
            for cell, place in zip(self.cells, self.at)
            if place is None and cell.source.strip() and (cell.name or cell.kind != "code")
        ]  # named, or text: not what a student adds in numbers
        code = [n for n, p in self.release.by_name.items() if self.release.is_answer(p, "code")]
        answered = [name for name in code if name in answers]
        if 2 * len(answered) > len(code):
            return True
        empty = {self.release.name(p) for p in self.at if p is not None and p not in at}
        own = len(ours) + len(set(answers) - empty)
        if own < len(self.release.cells) / 4 and len(others) > FOREIGN * own:
            return False
        if any(c.name in self.release.by_name and c.name != shared for c in self.cells):
            return True
        known = {p for p in ours if not self.is_solution(p)}
        return bool(known or answered)

    def is_empty(self, cell: Cell, place: int) -> bool:
        """Whether it is a place for words that nobody has filled, as all exercises have them."""
        released = self.release.cells[place]
        own = cell.name == grade_id(released) or cell.id == released["id"]
        return self.release.is_answer(place, "markdown") and not own

    def note(self, id: str, name: str) -> None:
        self.notes.append(Message(id, {"cell": name}))

    # --- which cell is which ---------------------------------------------------------------------
    def recognised(self) -> list[int | None]:
        """For each cell its place in the release: by nbgrader's name, by the whole text, by its id,
        or by most of the text."""
        release, found = self.release, list[int | None]()
        there = {cell.name for cell in self.cells}
        for cell in self.cells:
            place = release.by_name.get(cell.name or "")
            if place is None and cell.source.strip():
                place = release.by_text.get(_key(cell.source))
            known = release.by_id.get(cell.id or "") if place is None else None
            if known is not None and release.name(known) not in there - {None}:
                place = known
                if name := release.name(known):
                    self.note("cell_recognised", name)
            found.append(place)
        used = set(found)
        left = [p for p, c in enumerate(release.cells) if p not in used and _is_prose(c)]
        for number, cell in enumerate(self.cells):
            if found[number] is None and cell.kind != "code" and left:
                lines = _lines_of(cell.source)
                best = max(left, key=lambda place: self.share(place, lines))
                if self.share(best, lines) >= 0.6:
                    found[number] = best
        return found

    def share(self, place: int, lines: Counter[str]) -> float:
        """How much of a released text is among the lines; of one line alone, which may be anything,
        nothing."""
        texts = self.release.counts[place]
        return max((t & lines).total() / t.total() if t.total() > 1 else 0.0 for t in texts)

    # --- what belongs where ----------------------------------------------------------------------
    def fill(self) -> None:
        """Put what the student wrote into the released notebook."""
        for number, (cell, place) in enumerate(zip(self.cells, self.at)):
            if place is None:
                self.sort_own(number, cell)
            elif name := self.release.name(place):
                self.sort_named(number, cell, place, name)
            elif not self.release.has_text(place, cell.source):
                self.sort_edited(number, cell, place)
        solutions = {n: p for n, p in self.release.by_name.items() if self.is_solution(p)}
        for name in self.release.by_name.keys() - solutions.keys() - self.places.keys():
            self.note("cell_missing", name)
        for name, place in solutions.items():
            if name not in self.pieces and self.release.cells[place]["cell_type"] == "code":
                self.recognise(name, place)
        for name, place in solutions.items():
            kind = self.release.cells[place]["cell_type"]
            fill = self.fill_code if kind == "code" else self.fill_words
            fill(name, self.release.cells[place])
        self.insert_own()

    def is_solution(self, place: int) -> bool:
        return is_kind(self.release.cells[place], "solution")

    def sort_named(self, number: int, cell: Cell, place: int, name: str) -> None:
        """Sort a cell that has a name in the release."""
        self.places.setdefault(name, number)
        if self.is_solution(place):
            self.pieces.setdefault(name, []).append(self.piece(number, cell, place))
        elif not self.release.has_text(place, cell.source):
            self.note("cell_changed", name)
            if cell.source.strip() and self.release.cells[place]["cell_type"] == "code":
                released, after = _text(self.release.cells[place]), number + AFTER
                above, below = _around(released, cell.source) or (cell.source, "")
                self.own += [_Piece(number, above)] if above.strip() else []  # it runs before it
                self.own += [_Piece(after, below)] if below.strip() else []

    def piece(self, number: int, cell: Cell, place: int) -> _Piece:
        if self.release.cells[place]["cell_type"] == "code":
            return _Piece(number, cell.source)
        return _Piece(number, *self.taker.taken_out(cell), kind="markdown")

    def sort_own(self, number: int, cell: Cell) -> None:
        """Sort a cell of the student's own. Text between a question and the next released cell
        belongs to the answer, and so does code there that is none."""
        question = self.question_around(number)
        if cell.kind == "code":
            if cell.source.strip():
                self.own.append(_Piece(number, cell.source))
            if question is None or not (_is_no_code(cell.source) or self.is_blank(question)):
                return
        piece = _Piece(number, *self.taker.taken_out(cell), kind="markdown")
        if question is None:
            self.own.append(piece)
        else:
            self.pieces.setdefault(question, []).append(piece)

    def question_around(self, number: int) -> str | None:
        """The written answer between whose question and the next released cell this cell stands;
        one of the two, or the answer, must be next to it."""
        before = next((p for p in self.at[number::-1] if p is not None), None)
        after = next((p for p in self.at[number:] if p is not None), None)
        first, last = before or 0, len(self.release.cells) if after is None else after
        for place in range(first, last + 1):
            if self.release.is_answer(place, "markdown"):
                near = before in (place - 1, place) or after in (place, place + 1)
                return self.release.name(place) if near else None
        return None

    def is_blank(self, name: str) -> bool:
        """Whether nothing is written in the cells of an answer."""
        place = self.release.by_name[name]
        own = (cell.source for cell, p in zip(self.cells, self.at) if p == place)
        return all(not source.strip() or self.release.has_text(place, source) for source in own)

    def sort_edited(self, number: int, cell: Cell, place: int) -> None:
        """Sort a released cell without a name that was edited. What was written into the text
        before or after an answer belongs to the answer."""
        if cell.kind == "code":  # what was added runs also where the released part cannot
            released = _text(self.release.cells[place])
            above, below = _around(released, cell.source) or (cell.source, "")
            inside = released if above != cell.source else ""
            self.own += [_Piece(number, s) for s in (above, inside, below) if s.strip()]
            return
        source, pictures = self.taker.taken_out(cell)
        texts = self.release.texts[place]
        text = max(texts, key=lambda one: (_lines_of(one) & _lines_of(source)).total())
        above, below = _added(text, source)
        upper = [one for one in pictures if one.name in above or not below]
        lower = [one for one in pictures if one not in upper]
        parts = (above, upper, (place - 1, place + 1)), (below, lower, (place + 1, place - 1))
        for added, seen, sides in parts:
            if not (added or seen):
                continue
            piece = _Piece(number, added, seen, "markdown")
            side = next((p for p in sides if self.release.is_answer(p, "markdown")), None)
            name = None if side is None else self.release.name(side)
            (self.own if name is None else self.pieces.setdefault(name, [])).append(piece)

    def recognise(self, name: str, place: int) -> None:
        """Find the code of a solution cell that is not there among the student's own cells: it
        defines the same names, or shares many lines."""
        slot = self.release.cells[place]
        released, asked = _lines_of(_text(slot)), _defined(_text(slot))
        own = [piece for piece in self.own if piece.kind == "code"]

        def similarity(piece: _Piece) -> float:
            theirs = _lines_of(piece.source)
            return 2 * (released & theirs).total() / max(released.total() + theirs.total(), 1)

        same = [piece for piece in own if asked and asked <= _defined(piece.source)]
        best = max(same or own, key=similarity, default=None)
        if best is not None and (same or similarity(best) > 0.4):
            self.own.remove(best)
            self.places[name], self.pieces[name] = best.place, [best]
            self.note("cell_recognised", name)

    # --- the released notebook, filled -----------------------------------------------------------
    def fill_code(self, name: str, slot: Any) -> None:
        """Fill a cell of code. Where it is there more than once, the best one of the first ones
        that stand together is the answer, and the others are cells of the student's own: all run in
        their order."""
        asked, pieces = _defined(_text(slot)), self.pieces.get(name, [])
        if not pieces:
            self.note("cell_missing", name)
            elsewhere = [*self.own, *(one for some in self.pieces.values() for one in some)]
            written = set[str]().union(*(_defined(p.source) for p in elsewhere if p.kind == "code"))
            if asked and asked <= written:
                slot["source"] = ""  # the released stub would be in the way of it
            return
        if sum(bool(piece.source.strip()) for piece in pieces) > 1:
            self.note("cell_twice", name)
        written_in = [p for p in pieces if p.source.strip() and _key(p.source) != _key(_text(slot))]
        if not written_in:
            slot["source"] = _text(slot) if any(p.source.strip() for p in pieces) else ""
            return
        first = written_in[0].place
        between = [n for n, p in enumerate(self.at) if n > first and p is not None
                   and self.release.name(p) not in (None, name)]  # fmt: skip
        together = [p for p in written_in if p.place < min(between, default=len(self.at))]
        best = next((p for p in together if asked <= _defined(p.source)), together[0])
        slot["source"], self.places[name] = best.source, best.place
        self.own += [piece for piece in written_in if piece is not best]

    def fill_words(self, name: str, slot: Any) -> None:
        """Fill a written answer with all that belongs to it, in the order of the notebook."""
        pieces = sorted(self.pieces.get(name, []), key=lambda piece: piece.place)
        if not pieces:
            self.note("cell_missing", name)
        place = self.release.by_name[name]
        written = [p for p in pieces if not self.release.has_text(place, p.source)]
        written = [p for p in written if p.source.strip() or p.pictures]
        if written:
            slot["source"] = "\n\n".join(piece.source.strip("\n") for piece in written)
        if pictures := {one.name: one for piece in written for one in piece.pictures}:
            self.pictures[slot["id"]] = list(pictures.values())

    def insert_own(self) -> None:
        """Put each cell of the student's own right after the released cell that it followed in the
        submission."""
        notebook = self.release.notebook
        setup = next(name for cell in notebook["cells"] if (name := grade_id(cell)))
        order = sorted(self.places.items(), key=lambda item: item[1])
        following: dict[str, list[Any]] = {}
        for piece in sorted(self.own, key=lambda piece: piece.place):
            before = [name for name, place in order if place < piece.place]
            following.setdefault(before[-1] if before else setup, []).append(self.extra(piece))
        cells = [(cell, *following.get(grade_id(cell) or "", ())) for cell in notebook["cells"]]
        notebook["cells"] = [one for some in cells for one in some]

    def extra(self, piece: _Piece) -> dict[str, Any]:
        """The cell of something that the student added."""
        digest = hashlib.sha256(f"{piece.place}:{piece.source}".encode()).hexdigest()[:12]
        cell = {"cell_type": piece.kind, "metadata": {}, "source": piece.source}
        if piece.kind == "code":
            return cell | {"id": f"{EXTRA}{digest}", "outputs": [], "execution_count": None}
        if piece.pictures:
            self.pictures[f"{WORDS}{digest}"] = piece.pictures
        return cell | {"id": f"{WORDS}{digest}"}


def _is_prose(cell: Any) -> bool:
    """Whether a released cell is text that nobody writes into."""
    return cell["cell_type"] == "markdown" and grade_id(cell) is None


def _is_no_code(source: str) -> bool:
    """Whether what stands in a code cell is text: comments, a string, or no Python at all."""
    tree = parsed(source)
    if tree is None:
        return not re.search(r"^\s*[%!]", source, re.MULTILINE)  # as IPython's magics
    values = [node.value if isinstance(node, ast.Expr) else None for node in tree.body]
    return all(isinstance(v, ast.Constant) and isinstance(v.value, str) for v in values)


def _text(cell: Any) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _defined(source: str) -> set[str]:
    return set(re.findall(r"^(?:class|def)[ \t]+(\w+)", source, re.MULTILINE))


def _key(source: str) -> tuple[str, ...]:
    """A source as one compares it: empty lines and blanks at the ends of lines do not count, nor
    does where a notebook that was handed out finds edunn."""
    lines = without_addresses(source).splitlines()
    return tuple(line.rstrip() for line in lines if line.strip())


def _lines_of(source: str) -> Counter[str]:
    return Counter(line.strip() for line in source.splitlines() if line.strip())


def _around(released: str, source: str) -> tuple[str, str] | None:
    """What was written above and below a released text; None where that is no more in one piece."""
    lines, wanted = source.splitlines(), list(_key(released))
    full = [number for number, line in enumerate(lines) if line.strip()]
    for first in range(len(full) - len(wanted) + 1 if wanted else 0):
        if lines[full[first]].rstrip() != wanted[0]:
            continue
        inside = full[first : first + len(wanted)]
        if [lines[number].rstrip() for number in inside] == wanted:
            return "\n".join(lines[: full[first]]), "\n".join(lines[inside[-1] + 1 :])
    return None


def _added(released: str, source: str) -> tuple[str, str]:
    """What was written into a released text: above its first line, and further down."""
    left, seen = _lines_of(released), False
    parts: tuple[list[str], list[str]] = [], []
    for line in source.splitlines():
        if line.strip() and left[line.strip()] > 0:
            left[line.strip()] -= 1
            seen = True
        else:
            parts[seen].append(line)
    above, below = ("\n".join(part).strip() for part in parts)
    return above, below


def _without_repeats(notes: Sequence[Message]) -> list[Message]:
    """Each note once, and no more than people read."""
    found = {repr(note): note for note in notes}
    kept = list(found.values())[:MAX_NOTES]
    if len(found) > MAX_NOTES:
        kept.append(Message("notes_many", {"count": len(found) - MAX_NOTES}))
    return kept
