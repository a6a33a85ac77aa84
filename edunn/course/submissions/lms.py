"""The notebooks in a download of a learning system, a zip or a folder, and whose they are.

How the systems name files, by their own source:

Canvas (instructure/canvas-lms, lib/content_zipper.rb: add_submission, get_filename). All in one
folder: NAME[_LATE]_USER_ATTACHMENT_FILE; a typed text NAME[_LATE]_USER_text.html, an address
..._link.html. NAME is "Doe, Jane" (or the name of a group, and USER the one who stands for it) in
small letters, of word characters only, so it may hold underscores and numbers. While names are
hidden: [LATE_]anon_ID_ATTACHMENT_FILE. New attachments have larger numbers.

Moodle (moodle/moodle, mod/assign/classes/downloader.php; public/mod/assign/... since 5.1).
NAME_NUMBER_assignsubmission_PLUGIN/FILE, until 4.0 with an underscore at the end of the folder;
as a flat list NAME_NUMBER_assignsubmission_PLUGIN_FILE. PLUGIN is "file" or "onlinetext" (an HTML
page of what was typed). NAME has no underscore; it is a person's, or "Participant" (in the site's
language) while names are hidden, or a group's, with the group's number; the group of all others
has no number. NUMBER belongs to the assignment (assign_user_mapping), not to the person.

Gradescope (its export, as tools read it): submission_NUMBER/FILE and `submission_metadata.yml`,
with all who handed it in: :name, :sid, :email, and when: :created_at. It does not say what was
late.

nbgrader (jupyter/nbgrader, nbgrader/exchange/default/submit.py; coursedir.py:
get_existing_timestamp): submitted/NAME/EXERCISE/FILE, and beside it `timestamp.txt`, when it was
handed in, written over a file of that name by the student; in UTC where it names no zone. In other
folders, and in zips, such a file is the student's.

Not read, but known, so that nobody is taken for somebody else. Blackboard (kwurst/bb-file-cleanup,
README.md): ASSIGNMENT_USER_attempt_DATE_FILE, and ..._DATE.txt; a USER may hold underscores.
Brightspace (as tools read it): the folders NUMBER-NUMBER - NAME - DATE.
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from edunn.course.errors import CourseError
from edunn.course.messages import Message
from edunn.course.notebooks.reading import MAX_FILE

MAX_FILES = 100_000  # in one zip
MAX_DEPTH, MAX_OWN_FILES = 16, 10_000  # in one student's folder: of folders, and files
METADATA, MAX_METADATA = "submission_metadata.yml", 200_000_000
COLLECTED, TIMESTAMP, MAX_TIMESTAMP = "submitted", "timestamp.txt", 100  # of nbgrader
NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
NUMBER, ID = r"\d{1,18}", r"(?:0|[1-9]\d{0,17})"
_LATE = r"(?P<who>.*?)(?P<late>_LATE)?"
_ATTEMPT = r"attempt_\d{4}(-\d\d){5}[_.]"  # of Blackboard
CANVAS = re.compile(rf"{_LATE}_(?P<id>{ID})_(?P<order>{ID})_(?!{_ATTEMPT})(?P<file>[^/]+)$")
CANVAS_TEXT = re.compile(rf"{_LATE}_(?P<id>{ID})_(?P<file>(text|link)\.html)$")
_ANONYMOUS = r"(?P<late>LATE_)?(?P<who>anon_(?P<id>[0-9A-Za-z]+))"
CANVAS_ANONYMOUS = re.compile(
    rf"{_ANONYMOUS}_((?P<order>{ID})_(?P<file>[^/]+)|(?P<text>(text|link)\.html))$"
)
MOODLE = re.compile(
    rf"(?P<who>.+?)(_(?P<id>{NUMBER}))?_assignsubmission_(?P<plugin>[a-z0-9]+)(_(?P<file>.*))?$"
)
TYPED = re.compile(r"\.html?$", re.IGNORECASE)  # of Moodle's online texts; beside are pictures
GRADESCOPE = re.compile(rf"submission_(?P<id>{NUMBER})$")
NOT_READ = {
    "Blackboard": re.compile(rf".*_{_ATTEMPT}"),
    "Brightspace": re.compile(r"\d+-\d+ - .+ - .+"),
}
SUBMITTED = re.compile(
    r"  :submitters:|  :created_at: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? Z\s*$"
)
NOTEBOOK = re.compile(r"\.ipynb(-\d+)?(\.json|\.txt)?$", re.IGNORECASE)  # as browsers save it
SCRIPT, ZIP = re.compile(r"\.py$", re.IGNORECASE), re.compile(r"\.zip$", re.IGNORECASE)
NO_FILE = "-"  # stands for the files of a folder that has none
LATIN = "\u024f"  # the last of Latin's letters
MAX_OTHERS = 50  # in one student's folder: files that are no notebooks
LONGEST = 500  # characters of a name that are looked at
Submitters = dict[str, list[tuple[str, list[str], str]]]  # by folder: (name, ids, when)


@dataclass
class Owner:
    """Who handed in a file, as far as its place in a download tells."""

    who: str  # a name, which the student may have chosen
    ids: list[str]  # what the system calls the same student: numbers, addresses
    order: int = 0  # of several files of one student, the last one counts
    late: bool = False
    number: str = ""  # tells students of one name apart
    called: str = ""  # the student's name for the file, where the download has changed it
    system: str = ""  # "canvas", "moodle", "gradescope", or "" for a folder of one's own
    typed: bool = False  # the file is what the student has typed into the system, as a page
    team: str = ""  # what handed it in, where those are several people
    other: Owner | None = None  # a second way to read the name of the file
    time: str = ""  # when it was handed in, if the system tells


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

    @property
    def origin(self) -> dict[str, Any]:
        """Where it came from, as plain data: by this a later download is known to be of the same
        person, and feedback finds its way back."""
        ids = [] if self.owner.team else self.owner.ids
        told = {"time": self.owner.time, "order": self.owner.order}
        known = {what: one for what, one in told.items() if one}
        return {"system": self.owner.system, "ids": list(ids), "path": self.path} | known


class Unreadable(Exception):
    """A file of a download cannot be used; `why` is the reason, for the student."""

    def __init__(self, id: str, **details: Any):
        self.why = Message(id, details)
        super().__init__(self.why)


def order_of(origin: Mapping[str, Any]) -> int:
    """The number that Canvas or Gradescope gave to what was handed in, by its `File.origin`; a
    later one is larger. 0 where there is none. Lists of before do not hold it, but the place."""
    if "order" in origin or not origin.get("path"):
        return int(origin.get("order", 0))
    first = _owners(PurePosixPath(origin["path"]), {})
    owners = [*first, *(owner.other for owner in first if owner.other)]
    ids = set(origin.get("ids", []))
    return next((owner.order for owner in owners if not ids or ids & set(owner.ids)), 0)


def _owners(path: PurePosixPath, submitters: Submitters) -> list[Owner]:
    """Those who handed in a file, by its place; none for a file that belongs to nobody."""
    top, alone = path.parts[0][:LONGEST], len(path.parts) == 1
    if alone and (owner := _canvas_owner(top)):
        return [owner]
    if match := MOODLE.match(top):
        called = (match["file"] or "") if alone else ""
        number = match["id"] or ""
        typed = match["plugin"] == "onlinetext" and TYPED.search(path.name) is not None
        who, ids = _composed(match["who"]), [number] if number else []
        return [Owner(who, ids, number=number, called=called, system="moodle", typed=typed)]
    if alone:
        return [Owner(_composed(path.stem[:LONGEST]), [])] if _wanted(path) else []
    if match := GRADESCOPE.match(top):
        people = submitters.get(path.parts[0]) or [(top, [], "")]
        team = top if len(people) > 1 else ""
        return [
            Owner(_composed(who), ids, int(match["id"]), number=top * (not ids),
                  system="gradescope", team=team, time=when)
            for who, ids, when in people
        ]  # fmt: skip
    return [Owner(_composed(top), [])]


def _canvas_owner(top: str) -> Owner | None:
    """Whose a file of a download of Canvas is; None if its name is no such one."""
    if match := CANVAS_ANONYMOUS.match(top):
        who, file, typed = match["who"], match["file"] or match["text"], bool(match["text"])
        ids, order, late = [who, match["id"]], int(match["order"] or 0), bool(match["late"])
        return Owner(who, ids, order, late, match["id"], file, "canvas", typed)
    if match := CANVAS.match(top):
        who, file, number = _composed(match["who"]), match["file"], match["id"]
        order, late = int(match["order"]), bool(match["late"])
        owner = Owner(who, [number], order, late, number, file, "canvas")
        # the name "ann_12": ann_12_4711_99_FILE can be read as a file of 12 and of 4711
        second = CANVAS.match(rest := f"_{order}_{file}") or CANVAS_TEXT.match(rest)
        if second and not second["who"]:
            typed = "order" not in second.groupdict()
            last = 0 if typed else int(second["order"])
            owner.other = Owner(f"{who}_{number}", [second["id"]], last, late, second["id"],
                                second["file"], "canvas", typed)  # fmt: skip
        return owner
    if match := CANVAS_TEXT.match(top):
        who, number, late = _composed(match["who"]), match["id"], bool(match["late"])
        return Owner(who, [number], 0, late, number, match["file"], "canvas", typed=True)
    return None


def _composed(name: str) -> str:
    """A name with its accents on its letters: a Mac writes them behind."""
    return unicodedata.normalize("NFC", name)


def from_folder(folder: Path) -> Iterator[File]:
    """The files of a folder, notebooks first, and a NO_FILE for each student who has none."""
    folder = _unwrapped(folder)
    entries = _visible_in(folder)
    _refuse_not_read([entry.name for entry in entries])
    metadata = folder / METADATA
    submitters = _read_submitters(loader(metadata, MAX_METADATA) if metadata.is_file() else bytes)
    for entry in entries:
        paths, times = [PurePosixPath(entry.name)] if entry.is_file() else [], {}
        if entry.is_dir():
            inside = [PurePosixPath(entry.name, path) for path in files_in(entry)]
            times = _times(folder, inside)
            inside = [path for path in inside if path not in times]
            others = [path for path in inside if visible(path) and not _wanted(path)]
            others += [p for p in inside if not visible(p) and NOTEBOOK.search(p.name[-LONGEST:])]
            paths = [*filter(_wanted, inside), *others[:MAX_OTHERS]]
            paths = paths or [PurePosixPath(entry.name, NO_FILE)]
        for path in paths:
            beside = PurePosixPath(*path.parts[:2], TIMESTAMP)
            for owner in _owners(path, submitters):
                owner.time = owner.time or times.get(beside, "")
                yield File(str(path), owner, loader(folder / path))


def _times(folder: Path, paths: list[PurePosixPath]) -> dict[PurePosixPath, str]:
    """What stands in nbgrader's timestamps, of the files of one student; none in other folders."""
    if folder.resolve().name != COLLECTED:
        return {}
    found = {}
    for path in paths:
        if len(path.parts) == 3 and path.name == TIMESTAMP and not _owners(path, {})[0].system:
            with suppress(Unreadable):
                text = loader(folder / path, MAX_TIMESTAMP)().decode("utf-8", "replace").strip()
                found[path] = f"{text} UTC" if NO_ZONE.fullmatch(text) else text
    return found


def _unwrapped(folder: Path) -> Path:
    """The folder, or the only one in it, where a system has named what several people handed in."""
    entries = _visible_in(folder)
    if len(entries) != 1 or not entries[0].is_dir():
        return folder
    people = {_system_name(entry.name) for entry in _visible_in(entries[0])} - {""}
    return entries[0] if len(people) > 1 else folder


def _visible_in(folder: Path) -> list[Path]:
    return [
        path for path in sorted(folder.iterdir()) if not (path.is_symlink() or hidden(path.name))
    ]


def _system_name(top: str) -> str:
    """Whose a file or folder is that a system has named, by its name; "" for any other one."""
    top = top[:LONGEST]
    if match := MOODLE.match(top):
        return f"{match['who']}_{match['id']}"
    if owner := _canvas_owner(top):
        return f"{owner.who}_{owner.number}"
    return top if any(one.match(top) for one in (GRADESCOPE, *NOT_READ.values())) else ""


def _refuse_not_read(tops: Collection[str]) -> None:
    """Raise CourseError where most names are those of a system that is not read."""
    tops = [top for top in tops if not (_canvas_owner(top[:LONGEST]) or MOODLE.match(top))]
    for system, pattern in NOT_READ.items():
        found = [top for top in tops if pattern.match(top[:LONGEST])]
        if found and 2 * len(found) >= len(tops):
            raise CourseError(
                f"this looks like a download of {system}, which is not read: {found[0]}. Make a "
                "folder for each student, such as STUDENT/02_bias.ipynb"
            )


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


def from_zip(archive: zipfile.ZipFile, name: str = "") -> Iterator[File]:
    """The files of a zip, which are read when they are asked for, and never unpacked. name: the
    assignment's"""
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise CourseError(f"the zip holds {len(entries)} files, more than {MAX_FILES}")
    places = _places(entries)
    skip = _wrapped_in([*places.values()], name)
    _refuse_not_read({place.parts[skip] for place in places.values()})
    top = [e for e, place in places.items() if place.parts[skip:] == (METADATA,)]
    submitters = _read_submitters(_unpacker(archive, top[0], MAX_METADATA) if top else bytes)
    for entry, place in places.items():
        inside = place.parts[skip:]
        if inside and not hidden(inside[0]):
            for owner in _owners(PurePosixPath(*inside), submitters):
                yield File(str(PurePosixPath(*inside)), owner, _unpacker(archive, entry))


def _wrapped_in(places: list[PurePosixPath], name: str) -> int:
    """In how many folders, one in the other, the students' own lie; CourseError where nobody can
    tell which of them is the student's. name: of the assignment"""
    paths = [place.parts for place in places if _wanted(place)] or [p.parts for p in places]
    if len({p.parts[0] for p in places}) != 1 or any(path[1:-1] == (name,) for path in paths):
        return 0  # nbgrader's folder of the assignment is in the student's
    shared = len(os.path.commonprefix([path[:-1] for path in paths]))
    folders, named = paths[0][:shared], [one for one in paths if len(one) == shared + 1]
    for depth, folder in enumerate(folders):
        if MOODLE.match(folder[:LONGEST]) or GRADESCOPE.match(folder[:LONGEST]):
            return depth
    if all(_system_name(path[shared]) for path in named):  # also where there are folders only
        return shared
    if shared < 2:
        return 0
    if folders[0].casefold() != COLLECTED:
        raise CourseError(
            f"the zip has one folder, {'/'.join(folders)}, and nobody can tell which part of that "
            f"is the student: zip a folder for each, such as STUDENT/{name or '02_bias'}.ipynb"
        )
    return 1


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry. The Finder writes UTF-8 and does not say so
    (weichsel/ZIPFoundation#63, ansible/ansible#22922); a Windows of Western Europe writes cp850,
    which has letters where cp437, the one of the format, has lines and Greek (cpython#86095)."""
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeError):
            raw = entry.filename.encode("cp437")
            with suppress(UnicodeError):
                return raw.decode("utf-8")
            if max(entry.filename) > LATIN >= max(other := raw.decode("cp850")):
                return other
    return entry.filename


def _places(entries: list[zipfile.ZipInfo]) -> dict[zipfile.ZipInfo, PurePosixPath]:
    """Where the files of a zip are; without links, and names that lead elsewhere."""
    places = {}
    for entry in entries:
        place = PurePosixPath(_name_of(entry).replace("\\", "/"))
        odd = place.is_absolute() or ".." in place.parts or (entry.external_attr >> 28) == 0xA
        if not (odd or entry.is_dir() or not place.parts or _is_no_ones(place)):
            places[entry] = place
    return places


def _is_no_ones(place: PurePosixPath) -> bool:
    """Whether it is hidden, and no notebook in somebody's folder."""
    top, *inside = place.parts
    is_notebook = NOTEBOOK.search(place.name[-LONGEST:]) and not place.name.startswith("._")
    return hidden(top) or (any(map(hidden, inside)) and not is_notebook)


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
                kept = bool(SUBMITTED.match(line)) or not line.startswith(" ")
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
        when = str(about.get(":created_at") or "")
        found[str(folder)] = [(name, some, when) for name, some in zip(names, ids)]
    return found
