"""The notebooks in a download of a learning system, a zip or a folder, and whose they are.

Names in downloads: Canvas `doejane_LATE_4711_99182_03_linear-1.ipynb`, Moodle
`Jane Doe_4711_assignsubmission_file_/03_linear.ipynb` (or `..._file_03_linear.ipynb`, without
folders), Gradescope `submission_99182/03_linear.ipynb` with `submission_metadata.yml`.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from edunn.course.errors import CourseError
from edunn.course.messages import Message
from edunn.course.notebooks.reading import MAX_FILE

MAX_FILES = 100_000  # in one zip
MAX_DEPTH, MAX_OWN_FILES = 16, 10_000  # in one student's folder: of folders, and files
METADATA, MAX_METADATA = "submission_metadata.yml", 200_000_000
NUMBER = r"\d{1,18}"
CANVAS = re.compile(
    rf"(?P<who>[^_/]+?)(?P<late>_LATE)?_(?P<id>{NUMBER})_(?P<order>{NUMBER})_(?P<file>[^/]+)$"
)
MOODLE = re.compile(rf"(?P<who>.+)_(?P<id>{NUMBER})_assignsubmission_[a-z]+_(?P<file>.*)$")
GRADESCOPE = re.compile(rf"submission_(?P<id>{NUMBER})$")
NOTEBOOK = re.compile(r"\.ipynb(-\d+)?(\.json|\.txt)?$", re.IGNORECASE)  # as browsers save it
SCRIPT, ZIP = re.compile(r"\.py$", re.IGNORECASE), re.compile(r"\.zip$", re.IGNORECASE)
NO_FILE = "-"  # stands for the files of a folder that has none
MAX_OTHERS = 50  # in one student's folder: files that are no notebooks
LONGEST = 500  # characters of a name that are looked at
Submitters = dict[str, list[tuple[str, list[str]]]]  # by folder: (name, ids)


@dataclass
class Owner:
    """Who handed in a file, as far as its place in a download tells."""

    who: str  # a name, which the student may have chosen
    ids: list[str]  # what the system calls the same student: numbers, addresses
    order: int = 0  # of several files of one student, the last one counts
    late: bool = False
    number: str = ""  # tells students of one name apart
    called: str = ""  # the student's name for the file, where the download has changed it


@dataclass
class File:
    """A file in a download: where it is, who handed it in, and what reads it, or raises
    Unreadable."""

    path: str
    owner: Owner
    load: Callable[[], bytes]

    @property
    def called(self) -> str:
        """The name that the student gave it."""
        return self.owner.called or PurePosixPath(self.path).name


class Unreadable(Exception):
    """A file of a download cannot be used; `why` is the reason, for the student."""

    def __init__(self, id: str, **details: Any):
        self.why = Message(id, details)
        super().__init__(self.why)


def _owners(path: PurePosixPath, submitters: Submitters) -> list[Owner]:
    """Those who handed in a file, by its place; none for a file that belongs to nobody."""
    top, alone = path.parts[0][:LONGEST], len(path.parts) == 1
    if alone and (match := CANVAS.match(top)):
        late, order = bool(match["late"]), int(match["order"])
        return [Owner(match["who"], [match["id"]], order, late, match["id"], match["file"])]
    clear = not alone or top.count("_assignsubmission_") == 1  # no file may say it is another's
    if (match := MOODLE.match(top)) and clear:
        file = match["file"] if alone else ""
        return [Owner(match["who"], [match["id"]], number=match["id"], called=file)]
    if alone:
        return [Owner(path.stem[:LONGEST], [])] if _wanted(path) else []
    if match := GRADESCOPE.match(top):
        people = submitters.get(path.parts[0]) or [(top, [])]
        return [Owner(who, ids, int(match["id"]), number=top * (not ids)) for who, ids in people]
    return [Owner(top, [])]


def from_folder(folder: Path) -> Iterator[File]:
    """The files of a folder, notebooks first, and a NO_FILE for each student who has none."""
    metadata = folder / METADATA
    submitters = _read_submitters(loader(metadata, MAX_METADATA) if metadata.is_file() else bytes)
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or hidden(entry.name):
            continue
        paths = [PurePosixPath(entry.name)] if entry.is_file() else []
        if entry.is_dir():
            inside = [PurePosixPath(entry.name, path) for path in files_in(entry)]
            others = [path for path in inside if visible(path) and not _wanted(path)]
            paths = [*filter(_wanted, inside), *others[:MAX_OTHERS]]
            paths = paths or [PurePosixPath(entry.name, NO_FILE)]
        for path in paths:
            for owner in _owners(path, submitters):
                yield File(str(path), owner, loader(folder / path))


def files_in(folder: Path) -> list[str]:
    """The ordinary files in a student's folder, in order, within limits; no link is followed."""
    found: list[str] = []
    folders = [("", 0)]
    while folders and len(found) < MAX_OWN_FILES:
        inside, depth = folders.pop()
        try:
            entries = sorted(os.scandir(folder / inside), key=lambda entry: entry.name)
        except OSError:  # such as no permission
            continue
        for entry in entries[:MAX_OWN_FILES]:
            path = f"{inside}/{entry.name}".lstrip("/")
            if entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH:
                folders.append((path, depth + 1))
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
    return sorted(found)


def loader(path: Path, most: int = MAX_FILE) -> Callable[[], bytes]:
    """What reads a file, at most `most` bytes of it, and follows no link."""

    def load() -> bytes:
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                return _limited(file, most)
        except OSError as error:
            raise Unreadable("file_unreadable", error=str(error.strerror)) from None

    return load


def _limited(file: IO[bytes], most: int) -> bytes:
    """What is in a file, if it is not too large; the size that a zip names may be a lie."""
    content = file.read(most + 1)
    if len(content) > most:
        raise Unreadable("file_large", megabytes=most // 1_000_000)
    return content


def hidden(part: str) -> bool:
    """Whether this part of a path is an editor's own, or one that a Mac adds to a zip."""
    return part.startswith((".", "__MACOSX"))


def visible(path: PurePosixPath) -> bool:
    """Whether a person has put a file there: no program's own, none of a package of their own."""
    return not any(hidden(part) or part == "my_edunn" for part in path.parts)


def _wanted(path: PurePosixPath) -> bool:
    """Whether it is the path of a notebook, and no hidden one."""
    return NOTEBOOK.search(path.name[-LONGEST:]) is not None and visible(path)


def from_zip(archive: zipfile.ZipFile) -> Iterator[File]:
    """The files of a zip, which are read when they are asked for, and never unpacked."""
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise CourseError(f"the zip holds {len(entries)} files, more than {MAX_FILES}")
    places = _places(entries)
    notebooks = [place for place in places.values() if _wanted(place)]
    roots = {place.parts[0] for place in places.values()}
    of_students = any(MOODLE.match(root) or GRADESCOPE.match(root) for root in roots)
    one_root = len(roots) == 1 and not of_students
    skip = 1 if one_root and all(len(place.parts) > 2 for place in notebooks) else 0
    top = [e for e, place in places.items() if place.parts[skip:] == (METADATA,)]
    submitters = _read_submitters(_unpacker(archive, top[0], MAX_METADATA) if top else bytes)
    for entry, place in places.items():
        if inside := place.parts[skip:]:
            for owner in _owners(PurePosixPath(*inside), submitters):
                yield File(str(PurePosixPath(*inside)), owner, _unpacker(archive, entry))


def _places(entries: list[zipfile.ZipInfo]) -> dict[zipfile.ZipInfo, PurePosixPath]:
    """Where the files of a zip are; without links, and names that lead elsewhere."""
    places = {}
    for entry in entries:
        place = PurePosixPath(entry.filename.replace("\\", "/"))
        odd = place.is_absolute() or ".." in place.parts or (entry.external_attr >> 28) == 0xA
        if not (odd or entry.is_dir() or not place.parts or any(map(hidden, place.parts))):
            places[entry] = place
    return places


def opened(file: File) -> list[File]:
    """The notebooks and Python files in a student's own zip; none, where it cannot be read."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.load()))
        places = _places(archive.infolist()[:MAX_OWN_FILES])
    except (Unreadable, zipfile.BadZipFile, NotImplementedError, ValueError):
        return []
    found = []
    for entry, place in places.items():
        if visible(place) and (_wanted(place) or SCRIPT.search(place.name)):
            owner = replace(file.owner, called=place.name)
            found.append(File(f"{file.path}/{place}", owner, _unpacker(archive, entry)))
    return found


def _unpacker(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int = MAX_FILE
) -> Callable[[], bytes]:
    def load() -> bytes:
        try:
            with archive.open(entry) as file:
                return _limited(file, most)
        except Unreadable:
            raise
        except Exception as error:  # encrypted, cut off, of an unknown kind, overlapping ...
            raise Unreadable("zip_broken", error=type(error).__name__) from None

    return load


def _read_submitters(load: Callable[[], bytes]) -> Submitters:
    """From Gradescope's metadata: who handed in what is in each folder.

    Only these lines are read. The others are many, have tags of Ruby's, and contain what students'
    programs have printed.
    """
    import yaml

    lines, kept = [], False
    try:
        for line in load().decode("utf-8", "replace").split("\n"):
            if re.match(r"\S|  :", line):
                kept = line.startswith("  :submitters:") or not line.startswith(" ")
            lines += [line] if kept else []
        data = yaml.safe_load("\n".join(lines))
    except (Unreadable, yaml.YAMLError) as error:
        raise CourseError(f"{METADATA} cannot be read: {error}") from None
    found: Submitters = {}
    for folder, about in data.items() if isinstance(data, dict) else ():
        people = about.get(":submitters") if isinstance(about, dict) else None
        people = [person for person in people or [] if isinstance(person, dict)]
        ids = [[str(p[k]) for k in (":sid", ":email") if p.get(k)] for p in people]
        names = [some[0] if some else str(p.get(":name")) for some, p in zip(ids, people)]
        found[str(folder)] = list(zip(names, ids))
    return found
