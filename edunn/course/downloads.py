"""The notebooks in a download of a learning system, a zip or a folder, and whose they are.

Names in downloads: Canvas `doejane_LATE_4711_99182_03_linear-1.ipynb`, Moodle
`Jane Doe_4711_assignsubmission_file_/03_linear.ipynb`, Gradescope
`submission_99182/03_linear.ipynb` with `submission_metadata.yml`.
"""

from __future__ import annotations

import contextlib
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from edunn.course.normalise import MAX_BYTES
from edunn.course.source import CourseError

MAX_FILES = 100_000  # in one zip
MAX_DEPTH, MAX_OWN_FILES = 16, 10_000  # in one student's folder: of folders, and files
METADATA = "submission_metadata.yml"
NUMBER = r"\d{1,18}"
CANVAS = re.compile(
    rf"(?P<who>[^_/]+?)(?P<late>_LATE)?_(?P<id>{NUMBER})_(?P<order>{NUMBER})_(?P<file>[^/]+)$"
)
MOODLE = re.compile(rf"(?P<who>.+)_(?P<id>{NUMBER})_assignsubmission_\w+$")
GRADESCOPE = re.compile(rf"submission_(?P<id>{NUMBER})$")
LONGEST = 500  # characters of a name that are looked at


@dataclass
class File:
    """A notebook in a download: where it lies there, and whose it is by that."""

    path: str
    who: str  # a name, before the roster has been asked
    ids: list[str]  # other names for the same student: numbers, addresses
    order: int  # of several files of one student, the last one counts
    load: Callable[[], bytes]  # its content, or Unreadable
    late: bool = False


class Unreadable(Exception):
    """A file of a download that cannot be taken; the message says why, for the student."""


def owner(
    path: PurePosixPath, submitters: dict[str, list[str]]
) -> tuple[str, list[str], int, bool]:
    """(who, other names, order, late) of a file, by where it lies in a download."""
    top, names = path.parts[0][:LONGEST], submitters.get(path.parts[0], [])
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
    metadata = folder / METADATA
    submitters = read_submitters(metadata.read_bytes() if metadata.is_file() else b"")
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or hidden(entry.name):
            continue
        if entry.is_dir():
            inside = [PurePosixPath(entry.name, path) for path in files_in(entry)]
        else:
            inside = [PurePosixPath(entry.name)] if entry.is_file() else []
        inside = [path for path in inside if wanted(path)]
        if entry.is_dir() and not inside:
            who, ids, order, _ = owner(PurePosixPath(entry.name, "nothing"), submitters)
            yield File(entry.name, who, ids, order, bytes)
        for path in inside:
            who, ids, order, late = owner(path, submitters)
            yield File(str(path), who, ids, order, loader(folder / path), late)


def files_in(folder: Path) -> list[str]:
    """The ordinary files in a student's folder, in order, within limits; no link is followed."""
    found: list[str] = []
    folders = [("", 0)]
    while folders and len(found) < MAX_OWN_FILES:
        inside, depth = folders.pop()
        try:
            entries = sorted(os.scandir(folder / inside), key=lambda entry: entry.name)
        except OSError:  # closed to us
            continue
        for entry in entries[:MAX_OWN_FILES]:
            path = f"{inside}/{entry.name}".lstrip("/")
            if entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH:
                folders.append((path, depth + 1))
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
    return sorted(found)


def loader(path: Path) -> Callable[[], bytes]:
    def load() -> bytes:
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                return limited(file)
        except OSError as error:
            raise Unreadable(f"the file cannot be read ({error.strerror})") from None

    return load


def limited(file: IO[bytes]) -> bytes:
    """What is in a file, if it is not too large; the size that a zip names may be a lie."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    return content


def hidden(part: str) -> bool:
    """Whether an editor keeps a file or folder for itself, or a Mac adds it to a zip."""
    return part.startswith((".", "__MACOSX"))


def wanted(path: PurePosixPath) -> bool:
    return path.suffix.lower() == ".ipynb" and not any(map(hidden, path.parts))


def from_zip(archive: zipfile.ZipFile) -> Iterator[File]:
    """Notebooks of a zip, which are read when they are asked for, and never unpacked."""
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise CourseError(f"the zip holds {len(entries)} files, more than {MAX_FILES}")
    places = {}
    for entry in entries:
        place = PurePosixPath(entry.filename.replace("\\", "/"))
        odd = place.is_absolute() or ".." in place.parts or (entry.external_attr >> 28) == 0xA
        if not (odd or entry.is_dir() or not place.parts or any(map(hidden, place.parts))):
            places[entry] = place
    notebooks = [place for place in places.values() if wanted(place)]
    one_root = len({place.parts[0] for place in places.values()}) == 1
    skip = 1 if one_root and all(len(place.parts) > 2 for place in notebooks) else 0
    top = [e for e, place in places.items() if place.parts[skip:] == (METADATA,)]
    raw = b""
    with contextlib.suppress(Unreadable):
        raw = unpacker(archive, top[0])() if top else b""
    submitters = read_submitters(raw)
    for entry, place in places.items():
        if wanted(place):
            place = PurePosixPath(*place.parts[skip:])
            who, ids, order, late = owner(place, submitters)
            yield File(str(place), who, ids, order, unpacker(archive, entry), late)


def unpacker(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    def load() -> bytes:
        try:
            with archive.open(entry) as file:
                return limited(file)
        except Unreadable:
            raise
        except Exception as error:  # encrypted, cut off, of an unknown kind, overlapping ...
            raise Unreadable(f"the zip is broken here ({type(error).__name__})") from None

    return load


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
