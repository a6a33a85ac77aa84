"""Take in what students handed in: a folder, or a zip as Canvas, Moodle or Gradescope give it.

Nothing of it is run here, changed, followed as a link, or unpacked to a path of its own. Notebooks
are read, within limits; a roster says whose they are.
"""

from __future__ import annotations

import contextlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import edunn
from edunn.course.errors import CourseError
from edunn.course.messages import Message
from edunn.course.notebooks.reading import (
    MAX_BYTES,
    Cell,
    NotebookError,
    read_cells,
    without_outputs,
)
from edunn.course.submissions.identity import Earlier, identify, person
from edunn.course.submissions.lms import (
    LONGEST,
    NO_FILE,
    NOTEBOOK,
    SCRIPT,
    ZIP,
    File,
    Owner,
    Unreadable,
    from_folder,
    from_zip,
    opened,
    visible,
)
from edunn.course.submissions.roster import Roster
from edunn.course.submissions.scripts import as_notebook
from edunn.course.text import readable, words_of

MAX_TOTAL = 4 << 30  # bytes of notebooks in one download, without outputs
# of one student's files: that are called like the exercise and looked into; that are not; that are
# named
MAX_TRIED, MAX_OTHERS, MAX_NAMED = 8, 50, 5
# bytes of one student's files that are unpacked before another one is begun; and of a receipt
MAX_UNPACKED, MAX_RECEIPT = 200_000_000, 1_000_000
BLANK, UNREADABLE, WRITTEN_IN = range(3)  # what a notebook may be
# what may hold an answer, but cannot be looked at
ANSWER = re.compile(
    r"\.(png|jpe?g|gif|webp|heic|svg|pdf|docx?|odt|rtf|txt|md|html?)$", re.IGNORECASE
)
JSON = re.compile(r"(?<!\.receipt)(?<!\.ipynb)\.json$", re.IGNORECASE)  # may be a notebook
MARIMO = re.compile(rb"^app = marimo\.App\(", re.MULTILINE)  # functions around all cells
DRIVES = re.compile(r"(Copy of|Copia de) .*\.ipynb$", re.IGNORECASE)  # of Google Drive
RECEIPT = re.compile(r"\.receipt\.json$", re.IGNORECASE)  # of `edunn check`
MAX_TYPED = 2_000  # characters of a text that was typed into the system
NOBODY = Earlier()
# whether anything is written in a notebook of the exercise; None: it is none of it
Written = Callable[[Sequence[Cell]], bool | None]


def unknown(cells: Sequence[Cell]) -> bool | None:
    """What is known of cells where the exercise is not."""
    return None


@dataclass(frozen=True)
class Submission:
    """What one student has handed in.

    content: the bytes of the notebook; None when there is none to take, and `problem` says why
    notes: what was odd about it, such as a late date
    origin: the `origin` of its file    formerly: what an earlier download called the student
    """

    student: str
    content: bytes | None
    notes: tuple[Message, ...] = ()
    problem: Message | None = None
    origin: Mapping[str, Any] = field(default_factory=dict, compare=False)
    formerly: str = field(default="", compare=False)

    @property
    def said(self) -> list[Message]:
        """The notes, and the problem if there is one."""
        return [*self.notes, *([self.problem] if self.problem else [])]


@contextmanager
def handed_in(source: Path, name: str = "") -> Iterator[list[File]]:
    """The files of a folder or a zip; they can be read inside the `with`. name: the assignment's"""
    if source.is_dir():
        yield list(from_folder(source))
        return
    if not zipfile.is_zipfile(source):
        raise CourseError(f"{source} is no folder of submissions and no zip")
    try:
        with zipfile.ZipFile(source) as archive:
            yield list(from_zip(archive, name))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise CourseError(f"{source} cannot be read as a zip: {error}") from None


def take_in(
    source: Path,
    name: str,
    roster: Roster | None = None,
    earlier: Earlier = NOBODY,
    written: Written = unknown,
) -> Iterator[Submission]:
    """Every student's notebook of the assignment `name`, in the order of the students' names.

    earlier: who handed it in before    written: what knows a notebook of it by its cells
    """
    with handed_in(source, name) as files:
        yield from _sorted_out(files, source, name, roster, earlier, written)


def owners_in(source: Path) -> list[Owner]:
    """Those who handed in, as the names of files say it."""
    with handed_in(source) as files:
        return [file.owner for file in files]


def assignment_of(source: Path, names: list[str]) -> str:
    """The assignment that the source's notebooks are named after; CourseError unless it is one."""
    with handed_in(source) as files:
        found = [name for name in names if any(_belongs(file.called, name) for file in files)]
    if len(found) != 1:
        what = " and ".join(found) or "no exercise"
        raise CourseError(f"{source} has notebooks of {what}: say which with --assignment")
    return found[0]


def _sorted_out(
    files: list[File],
    source: Path,
    name: str,
    roster: Roster | None,
    earlier: Earlier,
    written: Written,
) -> Iterator[Submission]:
    """What each student has handed in, from all files of a download."""
    for file in files:
        file.owner = _best_reading(file, name, roster)
    identities = identify([file.owner for file in files], roster, earlier)
    by_student: dict[str, list[File]] = {}
    notes, formerly = dict[str, list[Message]](), dict[str, str]()
    for file in files:
        identity = identities[person(file.owner)]
        file.owner.team = file.owner.team or identity.team
        for student in identity.students:
            by_student.setdefault(student, []).append(file)
            notes.setdefault(student, [])
            notes[student] += [note for note in identity.notes if note not in notes[student]]
            formerly[student] = identity.formerly or formerly.get(student, "")
    if not by_student:
        raise CourseError(f"{source} has no submissions: it takes a folder for each student")
    copies = sum(DRIVES.match(file.called) is not None for file in files)
    if len(by_student) == 1 and copies > MAX_TRIED:  # fewer may be one person's
        who = f"{source} has {copies} notebooks 'Copy of ...' in one folder, as Google Drive"
        raise CourseError(f"{who} gives a class's: make a folder for each student, to say whose")
    total = 0
    for student, own in sorted(by_student.items()):
        one = _of_one(student, own, name, written)
        total += len(one.content or b"")
        if total > MAX_TOTAL:
            raise CourseError(f"{source} holds more than {MAX_TOTAL >> 30} GB of notebooks")
        more = [note for note in notes[student] if note not in one.notes]
        yield replace(one, notes=(*one.notes, *more), formerly=formerly[student])


def _best_reading(file: File, name: str, roster: Roster | None) -> Owner:
    """The owner of a file whose name can be read in two ways: by the second one, where the roster
    knows its number, and not the first one's, or only it gives a file of the assignment."""
    first, second = file.owner, file.owner.other
    if second is None or roster is None or not _is_known(second, roster):
        return first
    known = _is_known(first, roster)
    better = _belongs(second.called, name) and not _belongs(first.called, name)
    return second if better or not known else first


def _is_known(owner: Owner, roster: Roster) -> bool:
    return roster.find_number(owner.system, owner.ids, owner.who) is not None


def _of_one(student: str, files: list[File], name: str, written: Written) -> Submission:
    """What a student has handed in: files, and what was typed into the system, which stands in a
    note."""
    one = choose(student, [file for file in files if not file.owner.typed], name, written)
    typed = [_typed(file) for file in files if file.owner.typed]
    problem = one.problem
    if typed and problem and problem.id == "nothing":
        problem = Message("only_typed")
    teams = sorted({file.owner.team for file in files if file.owner.team})
    more = [Message("late")] if any(file.owner.late for file in files) else []
    more += [*typed, *(Message("team", {"name": readable(team, 60)}) for team in teams)]
    more += _of_another_release([file for file in files if RECEIPT.search(file.called)], name)
    last = max(files, key=lambda f: (_belongs(f.called, name), f.owner.order, f.path))
    notes = (*one.notes, *(note for note in more if note not in one.notes))
    return replace(one, notes=notes, problem=problem, origin=last.origin)


def _typed(file: File) -> Message:
    """What a student has typed into the system, for who grades."""
    try:
        raw = file.load()
    except Unreadable as error:
        return error.why
    if len(raw) > MAX_BYTES:
        return Message("file_large", {"megabytes": MAX_BYTES // 1_000_000})
    text = words_of(raw.decode("utf-8", "replace"))
    return Message("typed", {"words": readable(text, MAX_TYPED)})


def _of_another_release(receipts: list[File], name: str) -> list[Message]:
    """A note where a student's own check ran with another release of edunn than runs here."""
    theirs = set[str]()
    ours_named = [one for one in receipts if _belongs(RECEIPT.sub("", one.called), name)]
    for file in ours_named[:MAX_TRIED]:
        with contextlib.suppress(Unreadable, ValueError, LookupError, TypeError, RecursionError):
            about = json.loads(file.load()[:MAX_RECEIPT])
            theirs.add(readable(str(about["versions"]["edunn"]), 20))
    ours = edunn.__version__
    others = sorted(theirs - {ours})
    return [Message("other_release", {"theirs": other, "ours": ours}) for other in others]


def choose(student: str, files: list[File], name: str, written: Written = unknown) -> Submission:
    """Of one student's files, the notebook of the assignment.

    Of several it is the last one that is called like the assignment; what is as it was released
    does not count beside another one, whatever that is called. A notebook may stand in a zip, or be
    a Python file. What cannot be used, and what is passed over, is named.
    """
    files = [file for file in files if file.called != NO_FILE]
    if not files:
        return Submission(student, None, problem=Message("nothing"))
    seen = [file for file in files if visible(PurePosixPath(file.path))]
    if not seen:  # all are programs' own, such as Jupyter's of when it was last saved
        return _unusable(student, files, [])
    files = seen
    zips = _unpacked_within(_of_kind(ZIP, files)[:MAX_TRIED], MAX_UNPACKED)
    inside = [one for file in zips for one in opened(file)]
    everything = _unpacked_within([*files, *inside], MAX_UNPACKED)
    files = everything[: len(files)]
    plain = {id(file) for file in files}
    rank = {id(file): _rank(file, name, id(file) in plain) for file in everything}
    ranked = sorted(everything, key=lambda file: rank[id(file)], reverse=True)
    found = _of_exercise(ranked, name, written) or _of_one_name(ranked)
    if not found:
        return _unusable(student, files, _of_kind(NOTEBOOK, everything))
    best = max(found, key=lambda one: one.state)  # the first one of the best
    kind = rank[id(best.file)][:3]
    equal = [one for one in found if one.state == best.state and rank[id(one.file)][:3] == kind]
    if any(one.content != best.content and _is_rival(one, best, name) for one in equal):
        return _unusable(student, files, [one.file for one in equal])
    notes = [*_notes_on(best, found, ranked, name), *_not_looked_at(files, ranked, name)]
    return Submission(student, best.content, tuple(notes), best.problem)


def _unpacked_within(files: list[File], most: int) -> list[File]:
    """The files, of which none is begun any more when `most` bytes of them have been unpacked."""
    unpacked = 0

    def limited(load: Callable[[], bytes]) -> bytes:
        nonlocal unpacked
        if unpacked > most:
            raise Unreadable("files_large", megabytes=most // 1_000_000)
        content = load()
        unpacked += len(content)
        return content

    return [replace(file, load=partial(limited, file.load)) for file in files]


def _of_exercise(ranked: list[File], name: str, written: Written) -> list[_Looked]:
    """What is called like the assignment, and other notebooks that are of it, or that nobody can
    tell: none where only such are there."""
    named = [file for file in _notebooks_and_scripts(ranked) if _belongs(file.called, name)]
    others = _others(ranked, name)[:MAX_OTHERS]
    tells = written if len(named) + len(others) > 1 else unknown  # one alone has no rival
    found = [_looked_into(file, tells) for file in named[:MAX_TRIED]]
    sure = bool(found)
    for file in others:
        one = _looked_into(file, written)
        is_odd = one.state == UNREADABLE and NOTEBOOK.search(file.called[-LONGEST:])
        found += [one] if one.is_ours or is_odd else []
        sure = sure or one.is_ours
    return found if sure else []


def _others(ranked: list[File], name: str) -> list[File]:
    """The notebooks, or what may be one, that are not called like the assignment: first those that
    have its name in theirs."""
    found = _of_kind(NOTEBOOK, ranked) + _of_kind(JSON, ranked)
    found = [file for file in found if not _belongs(file.called, name)]
    return sorted(found, key=lambda file: name.casefold() not in file.called.casefold())


def _of_one_name(ranked: list[File]) -> list[_Looked]:
    """The notebooks, or else the Python files, if all have the same name."""
    likely = _of_kind(NOTEBOOK, ranked) or _of_kind(SCRIPT, ranked)
    same = len({file.called for file in likely}) == 1
    return [_looked_into(file) for file in likely[:MAX_TRIED]] if same else []


def _is_rival(one: _Looked, best: _Looked, name: str) -> bool:
    """Whether only a person can say which of the two counts: they stand in two folders, or neither
    is called like the assignment."""
    if one.file.called != best.file.called and not _belongs(best.file.called, name):
        return True
    return best.file.owner.order == 0 and one.folder != best.folder


def _notes_on(best: _Looked, found: list[_Looked], ranked: list[File], name: str) -> list[Message]:
    """What is odd about the notebook that counts, and which others do not."""
    file = best.file
    count = sum(_belongs(one.called, name) for one in _of_kind(NOTEBOOK, ranked))
    notes = [] if _belongs(file.called, name) else [_named("file_name", [file])]
    notes += [_named("one_of_several", [file], count=count)] if count > 1 else []
    others = [one for one in found if not _belongs(one.file.called, name)]
    left = {
        "left_blank": [one for one in found if one.state == BLANK < best.state == WRITTEN_IN],
        "left_unreadable": [
            one for one in found if one.state == UNREADABLE < best.state == WRITTEN_IN
        ],
        "left_other": [
            one for one in others if one.state == WRITTEN_IN and one.content != best.content
        ],
    }
    notes += [_named(said, [one.file for one in some]) for said, some in left.items() if some]
    notes += [_named("script", [file])] if SCRIPT.search(file.called[-LONGEST:]) else []
    notes += [Message("outputs_left_out")] if best.was_large else []
    notes += [Message("late")] if file.owner.late else []
    return notes


def _not_looked_at(files: list[File], ranked: list[File], name: str) -> list[Message]:
    """A note of what may hold an answer, and was not looked at."""
    kept = _notebooks_and_scripts(files)
    unread = [one for one in _of_kind(ANSWER, files) if one not in kept]
    unread += [*_others(ranked, name)[MAX_OTHERS:], *_of_kind(ZIP, files)[MAX_TRIED:]]
    return [_named("not_looked_at", unread)] if unread else []


class _Looked(NamedTuple):
    """What is in one file. state: BLANK, UNREADABLE or WRITTEN_IN, the better the larger"""

    file: File
    state: int
    content: bytes | None
    problem: Message | None = None
    was_large: bool = False
    is_ours: bool = False  # seen by its cells

    @property
    def folder(self) -> PurePosixPath:
        return PurePosixPath(self.file.path).parent


def _looked_into(file: File, written: Written = unknown) -> _Looked:
    """Read a file; what is large with its outputs is taken without them."""
    try:
        raw = file.load()
        is_script = SCRIPT.search(file.called[-LONGEST:])
        if is_script and MARIMO.search(raw):
            raise Unreadable("marimo")
        content = as_notebook(raw) if is_script else without_outputs(raw)
        if len(content) > MAX_BYTES:
            raise Unreadable("file_large", megabytes=MAX_BYTES // 1_000_000)
    except Unreadable as error:
        return _Looked(file, UNREADABLE, None, error.why)
    was_large = len(raw) > MAX_BYTES
    try:
        cells = read_cells(content)
    except NotebookError:
        return _Looked(file, UNREADABLE, content, was_large=was_large)
    known = written(cells)
    state = WRITTEN_IN if (_is_written_in(cells) if known is None else known) else BLANK
    return _Looked(file, state, content, was_large=was_large, is_ours=known is not None)


def is_answered(content: bytes | None) -> bool:
    """Whether it is a notebook that can be read, and something is written in it."""
    try:
        return content is not None and _is_written_in(read_cells(content))
    except NotebookError:
        return False


def _is_written_in(cells: list[Cell]) -> bool:
    """Whether anything in the cells for answers is not as it was released, as far as they tell."""
    answers = [cell for cell in cells if cell.about.get("solution") is True]
    return not answers or not all(cell.is_untouched for cell in answers)


def _of_kind(kind: re.Pattern[str], files: list[File]) -> list[File]:
    return [file for file in files if kind.search(file.called[-LONGEST:])]


def _notebooks_and_scripts(files: list[File]) -> list[File]:
    return [*_of_kind(NOTEBOOK, files), *_of_kind(SCRIPT, files)]


def _rank(file: File, name: str, plain: bool) -> tuple[bool, bool, bool, int, list[Any]]:
    """What is called like the assignment before other names; notebooks before scripts, and before
    those in zips; then what came last; and the plain name before one that has a number, of which a
    larger one is later."""
    is_notebook = NOTEBOOK.search(file.called[-LONGEST:]) is not None
    parts: list[Any] = re.split(r"([0-9]{1,18})", file.path)  # text and numbers in turn
    parts[1::2] = map(int, parts[1::2])
    return _belongs(file.called, name), is_notebook, plain, file.owner.order, parts


def _unusable(student: str, files: list[File], notebooks: list[File]) -> Submission:
    """Something was handed in, but nothing that can be judged without a person."""
    if len(notebooks) > 1:
        why = _named("several_differ", notebooks, count=len(notebooks))
        return Submission(student, None, problem=why)
    return Submission(student, None, problem=_named("no_notebook", files))


def _named(id: str, files: list[File], **details: Any) -> Message:
    """A Message that names files, the first ones of many."""
    names = [readable(file.called, 60) for file in files[:MAX_NAMED]]
    names += ["..."] if len(files) > MAX_NAMED else []
    return Message(id, {"name": ", ".join(names)} | details)


COPY = r"[-_ ]?(?:copy|copia|kopie|copie)[-_ ]?\d*"  # by Jupyter, by systems of files


def _belongs(called: str, name: str) -> bool:
    """Whether a file is the assignment's, also where a download has added a number to its name, or
    it is a copy: "02_bias-1", "02_bias (1)", "02_bias-Copy1", "Copy of 02_bias"; or where
    JupyterLite has put its folder before it: "02_bias_02_bias", "es_02_bias_02_bias"."""
    stem = called[-LONGEST:]
    for end in (NOTEBOOK, SCRIPT, ZIP):
        stem = end.sub("", stem)
    added = rf"(?:-\d+|[_ ]?\(\d+\)|{COPY})*+"
    folder = rf"(?:(?:[a-z]{{2}}_)?{re.escape(name)}_)?"
    pattern = rf"(?:(?:copy|copia|kopie|copie) \w+ )*+{folder}{re.escape(name)}{added}"
    return re.fullmatch(pattern, stem.strip(), re.IGNORECASE) is not None
