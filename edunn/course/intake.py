"""Take in what students handed in: a folder, or a zip as Canvas, Moodle or Gradescope give it.

Nothing that comes in is run from where it lies, followed as a link, unpacked to a path of its own,
or changed. Notebooks are read, within limits; a roster says whose they are.

Names in downloads: Canvas `doejane_LATE_4711_99182_03_linear-1.ipynb`, Moodle
`Jane Doe_4711_assignsubmission_file_/03_linear.ipynb`, Gradescope
`submission_99182/03_linear.ipynb` with `submission_metadata.yml`.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from edunn.course.normalise import MAX_BYTES
from edunn.course.source import CourseError

MAX_FILES, MAX_TOTAL = 100_000, 4 << 30  # in one download: files, and bytes of notebooks
CANVAS = re.compile(r"(?P<who>[^_/]+?)(?P<late>_LATE)?_(?P<id>\d+)_(?P<order>\d+)_(?P<file>[^/]+)$")
MOODLE = re.compile(r"(?P<who>.+)_(?P<id>\d+)_assignsubmission_\w+$")
GRADESCOPE = re.compile(r"submission_(?P<id>\d+)$")


@dataclass
class Found:
    """One student's submission. content: None when there is no notebook to take; note: why, or what
    was odd about it."""

    student: str
    content: bytes | None
    note: str = ""


@dataclass
class File:
    """A notebook in a download: where it lies there, and whose it is by that."""

    path: str
    who: str  # a name, before the roster has been asked
    ids: list[str]  # other names for the same student: numbers, addresses
    order: int  # of several files of one student, the last one counts
    content: bytes | None
    late: bool = False


@dataclass
class Roster:
    """Who is in the course: {any name, number or address of a student: their row}."""

    rows: list[dict[str, str]] = field(default_factory=list)
    by_name: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Roster:
        """A CSV with a column `student`, and others by which downloads name them: name, email,
        canvas_id, login, sis_id, moodle_id ..."""
        try:
            with path.open(newline="", encoding="utf-8-sig") as file:
                rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in
                        csv.DictReader(file)]  # fmt: skip
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CourseError(f"{path}: no roster can be read: {error}") from None
        if not rows or "student" not in rows[0]:
            raise CourseError(f"{path} has no column `student`, or no rows")
        roster = cls(rows)
        for row in rows:
            if row["student"] != safe(row["student"]):
                raise CourseError(f"{path}: {row['student']!r} is no name for files")
            for value in row.values():
                roster.by_name.setdefault(plain(value), row)
        return roster

    def find(self, names: Iterable[str]) -> str | None:
        """The student whom one of these names; the first that is known decides."""
        known = (self.by_name.get(plain(name)) for name in names if name)
        return next((row["student"] for row in known if row), None)


def plain(name: str) -> str:
    """A name as rosters and downloads agree on it: no case, no spaces, no punctuation."""
    return re.sub(r"[\W_]", "", name.casefold())


def safe(name: str) -> str:
    """A name that can be a file's."""
    return re.sub(r"[^\w.@+-]", "_", name).lstrip(".")[:80] or "_"


def take_in(source: Path, name: str, roster: Roster | None = None) -> list[Found]:
    """Every student's notebook of the assignment `name`, in the order of their names."""
    if source.is_dir():
        files = from_folder(source)
    elif zipfile.is_zipfile(source):
        files = from_zip(source)
    else:
        raise CourseError(f"{source} is no folder of submissions and no zip")
    by_student: dict[str, list[File]] = {}
    strangers = set()
    for file in files:
        student = roster.find([file.who, *file.ids]) if roster else None
        if roster and student is None:
            strangers.add(safe(file.who))
        by_student.setdefault(student or safe(file.who), []).append(file)
    if not by_student:
        raise CourseError(f"{source} has no submissions: it takes a folder for each student")
    found = []
    for student, own in sorted(by_student.items()):
        one = choose(student, own, name)
        if student in strangers:
            one.note = "; ".join(filter(None, [one.note, "not in the roster"]))
        found.append(one)
    return found


def choose(student: str, files: list[File], name: str) -> Found:
    """Of one student's files, the notebook of the assignment: the last one by that name."""
    notebooks = [file for file in files if file.path.lower().endswith(".ipynb")]
    named = [file for file in notebooks if belongs(file.path, name)]
    others = {PurePosixPath(file.path).name for file in notebooks}
    if not named and len(others) != 1:
        return Found(student, None, f"{len(notebooks) or 'no'} notebooks in the folder, not one")
    last = max(named or notebooks, key=lambda file: (file.order, file.path))
    folders = {PurePosixPath(file.path).parent for file in named}
    if last.order == 0 and len(folders) > 1:
        return Found(student, None, f"{len(named)} notebooks in the folder, not one")
    notes = [] if named else [f"the file is called {PurePosixPath(last.path).name}"]
    notes += [f"handed in {len(named)} times; the last one counts"] if len(named) > 1 else []
    notes += ["late"] if last.late else []
    if last.content is None:
        notes.append(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    return Found(student, last.content, "; ".join(notes))


def belongs(path: str, name: str) -> bool:
    """Whether a file is the assignment's, also where a download has added a number to its name."""
    match = CANVAS.search(PurePosixPath(path).name)
    stem = PurePosixPath(match["file"] if match else path).stem
    return re.fullmatch(re.escape(name) + r"(-\d+| ?\(\d+\))?", stem) is not None


def owner(
    path: PurePosixPath, submitters: dict[str, list[str]]
) -> tuple[str, list[str], int, bool]:
    """(who, other names, order, late) of a file, by where it lies in a download."""
    top, names = path.parts[0], submitters.get(path.parts[0], [])
    if len(path.parts) == 1:
        match = CANVAS.match(top)
        if not match:
            return path.stem, [], 0, False
        return match["who"], [match["id"]], int(match["order"]), bool(match["late"])
    if match := MOODLE.match(top):
        return match["who"], [match["id"]], 0, False
    if match := GRADESCOPE.match(top):
        return (names or [top])[0], [*names, match["id"]], int(match["id"]), False
    return top, [], 0, False


def from_folder(folder: Path) -> Iterator[File]:
    metadata = folder / "submission_metadata.yml"
    submitters = read_submitters(metadata.read_bytes() if metadata.is_file() else b"")
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink():
            continue
        paths = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
        inside = [path for path in paths if wanted(path.relative_to(folder))]
        inside = [path for path in inside if path.is_file() and not has_link(path, folder)]
        if entry.is_dir() and not inside:
            yield File(
                entry.name, *owner(PurePosixPath(entry.name, "nothing"), submitters)[:3], None
            )
        for path in inside:
            place = PurePosixPath(path.relative_to(folder).as_posix())
            content = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
            who, ids, order, late = owner(place, submitters)
            yield File(str(place), who, ids, order, content, late)


def has_link(path: Path, folder: Path) -> bool:
    return any(one.is_symlink() for one in (path, *path.parents) if folder in one.parents)


def wanted(path: Any) -> bool:
    """Notebooks; but not those that an editor keeps for itself, or that a Mac adds to a zip."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() == ".ipynb" and not hidden


def from_zip(archive: Path) -> Iterator[File]:
    """Notebooks of a zip, read and never unpacked; what is too large is left out, and said."""
    total = 0
    with zipfile.ZipFile(archive) as content:
        entries = content.infolist()
        if len(entries) > MAX_FILES:
            raise CourseError(f"{archive.name} holds {len(entries)} files, more than {MAX_FILES}")
        metadata = [
            e for e in entries if PurePosixPath(e.filename).name == "submission_metadata.yml"
        ]
        raw = content.read(metadata[0]) if metadata and metadata[0].file_size <= MAX_BYTES else b""
        submitters = read_submitters(raw)
        places = [PurePosixPath(entry.filename.replace("\\", "/")) for entry in entries]
        roots = {place.parts[0] for place in places if place.parts}
        around = len(roots) == 1 and all(len(p.parts) > 2 for p in places if p.suffix == ".ipynb")
        for entry, place in zip(entries, places):
            odd = place.is_absolute() or ".." in place.parts or (entry.external_attr >> 28) == 0xA
            if entry.is_dir() or odd or not wanted(place):
                continue
            place = PurePosixPath(*place.parts[1:]) if around else place  # a folder around it all
            who, ids, order, late = owner(place, submitters)
            raw, fits = b"", entry.file_size <= MAX_BYTES
            if fits:
                with content.open(entry) as file:  # the size it names may be a lie
                    raw = file.read(MAX_BYTES + 1)
            total += len(raw)
            if total > MAX_TOTAL:
                raise CourseError(
                    f"{archive.name} holds more than {MAX_TOTAL >> 30} GB of notebooks"
                )
            ok = fits and len(raw) <= MAX_BYTES
            yield File(str(place), who, ids, order, raw if ok else None, late)


def read_submitters(raw: bytes) -> dict[str, list[str]]:
    """{folder: names, numbers and addresses of who handed it in} of Gradescope's metadata."""
    import yaml

    try:
        data = yaml.safe_load(raw) if raw else None
    except yaml.YAMLError:
        return {}
    if not isinstance(data, dict):
        return {}
    found = {}
    for folder, about in data.items():
        people = about.get(":submitters") if isinstance(about, dict) else None
        people = [person for person in people or [] if isinstance(person, dict)]
        names = [p.get(k) for p in people[:1] for k in (":sid", ":email", ":name")]
        found[str(folder)] = [str(name) for name in names if name]
    return found
