"""Who is in the course, and how downloads, files and people write a student's name."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, compress, count
from pathlib import Path

from edunn.course.errors import CourseError
from edunn.files import write_whole

LONGEST = 80  # bytes of a name in the names of files
KEPT = "roster.csv"  # beside the gradebook
CANVAS, PARTICIPANTS, WORKSHEET = "canvas", "moodle", "worksheet"  # whose list a roster may be
NUMBERS = {"canvas": "canvas_id", "moodle": "moodle_id"}  # what each system's own number is called
UNIQUE = ("student", "email", "canvas_id", "sis_id", "login", "moodle_id")  # of one person only
DELIMITERS = ",;\t"
SHORTENED = re.compile(r"\d([.,]\d+)?e\+\d+", re.IGNORECASE)  # 123457000000 in a spreadsheet
WHOLE = re.compile(r"(\d+)[.,]0+")  # 101 in a spreadsheet's column of numbers

# What the systems call the columns, in English and Spanish, as `plain` spells it. Canvas's
# gradebook (instructure/canvas-lms, lib/gradebook_exporter.rb) is not translated; Moodle's
# participants list and grading worksheet (moodle/moodle, user/ and mod/assign/gradingtable.php,
# mod/assign/feedback/offline) are: firstname, lastname, recordid, lastmodifiedgrade ...
OURS = {
    "sisuserid": "sis_id", "sisid": "sis_id", "idnumber": "sis_id", "númerodeid": "sis_id",
    "sid": "sis_id", "canvasid": "canvas_id", "canvasuserid": "canvas_id",
    "sisloginid": "login", "loginid": "login", "username": "login", "nombredeusuario": "login",
    "moodleid": "moodle_id", "identifier": "moodle_id", "identificador": "moodle_id",
    "emailaddress": "email", "direccióndecorreo": "email", "direccióndecorreoelectrónico": "email",
    "correoelectrónico": "email", "direcciónemail": "email", "fullname": "name",
    "nombrecompleto": "name", "firstname": "first", "nombre": "first", "lastname": "last",
    "apellidos": "last", "apellido": "last", "surname": "last", "groups": "group",
    "grupos": "group", "grupo": "group", "team": "group", "groupname": "group",
    "section": "section",
}  # fmt: skip
KNOWN = {*UNIQUE, "name", "section", "group"}
POSSIBLE = "Points Possible"  # the first cell of Canvas's row of points
GRADE = {"grade", "calificación"}  # Moodle's column of a grading worksheet


@dataclass
class Roster:
    """Who is in the course: {any name, number or address of a student: their row}.

    rows: by our names of the columns    header, cells: of the file, as they are, a row for each
    kind: "" for a list of one's own; CANVAS, PARTICIPANTS or WORKSHEET
    groups: the students of a team, by its name    possible: Canvas's row of points, under `header`
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    by_name: dict[str, dict[str, str]] = field(default_factory=dict)
    text: str = ""  # of the file
    header: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    kind: str = ""
    groups: dict[str, list[str]] = field(default_factory=dict)
    possible: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Roster:
        """A CSV with a column `student`, and others that downloads may use: name, email, canvas_id,
        login, sis_id, moodle_id, group ... Or what Canvas and Moodle export: a gradebook, a list of
        participants, a grading worksheet. CourseError where it cannot be read or used."""
        text, lines = read_csv(path)
        if not lines:
            raise CourseError(f"{path} has no column `student`, but no rows")
        (_, header), *lines = lines
        kind, columns = _columns(path, header)
        possible = [cells for _, cells in lines if cells and POSSIBLE in cells[0]][:1]
        lines = [(number, cells) for number, cells in lines if not _is_about_points(kind, cells)]
        rows = [_row(path, number, columns, cells) for number, cells in lines]
        people = [kind != CANVAS or not _is_test_student(row) for row in rows]
        lines, rows = list(compress(lines, people)), list(compress(rows, people))
        if not rows:
            raise CourseError(f"{path} has a header, but no students")
        if kind:
            _name_students(rows)
        _refuse_doubtful(path, rows, [number for number, _ in lines])
        roster = cls(rows, text=text, header=header, cells=[cells for _, cells in lines], kind=kind)
        roster.possible = possible[0] if possible and kind == CANVAS else []
        roster._index()
        return roster

    def _index(self) -> None:
        """Fill `by_name` and `groups`."""
        given = [key for key in self.rows[0] if key not in ("student", "name", "section", "group")]
        levels = (_exact, ["student"]), (_exact, given), (plain, ["student"]), (plain, given)
        called = (plain, ["name"]), (_family_first, ["name"])  # last: a student can change it
        for spelled, columns in (*levels, *called):
            found: dict[str, dict[str, str]] = {}
            for row in self.rows:
                for name in {spelled(row.get(column, "")) for column in columns} - {""}:
                    found[name] = row if name not in found else {}  # two people: it names neither
            self.by_name = found | self.by_name
        for row in self.rows:
            group = row.get("group", "")
            names = {plain(name) for name in (group, *re.split(r"[,;|]", group))} - {""}
            for name in names:
                self.groups.setdefault(name, []).append(row["student"])

    @classmethod
    def kept(cls, store: Path) -> Roster | None:
        """The roster of an earlier run; None if there was none."""
        path = store / KEPT
        return cls.read(path) if path.exists() else None

    def keep(self, store: Path) -> None:
        """Keep a copy of the file for later runs."""
        write_whole(store / KEPT, self.text)

    def find(self, names: Iterable[str]) -> str | None:
        """The student that one of these names means; the first that is known decides."""
        spelled = (spell(name) for name in names for spell in (_exact, plain))
        known = (self.by_name.get(name) for name in spelled if name)
        return next((row["student"] for row in known if row), None)

    def find_number(self, system: str, ids: Iterable[str], who: str | None = None) -> str | None:
        """The student whom a system calls by these numbers or addresses.

        Numbers of one system are not those of another. Canvas's are in the column canvas_id;
        without it in `student`, or a column of one's own, where it could be a number of the
        university's: then the name that the system has, `who`, must agree. Moodle's, which belong
        to one assignment, are in moodle_id, or say nothing. Gradescope knows the university's.
        """
        if system not in NUMBERS:
            return self.find(ids)
        numbers = self._numbers[NUMBERS[system]]
        if system == "canvas" and not numbers:
            found = filter(None, map(self._numbers[""].get, ids))
            return next((one for one in found if who is None or self.agrees(one, who)), None)
        return next(filter(None, map(numbers.get, ids)), None)

    def agrees(self, student: str, who: str) -> bool:
        """Whether a system may call the student by this name: "Doe, Jane" and "Jane Doe" have the
        same letters. True where the roster has no name."""
        letters, name = sorted(plain(who)), self.called(student)
        return not name or letters in (sorted(plain(name)), sorted(plain(student)))

    def numbers_others(self, people: Iterable[tuple[str, list[str]]]) -> bool:
        """Whether a worksheet of Moodle is that of another assignment than people's (name, numbers)
        are of: it knows some of the names, or hides them, and knows none of the numbers, which are
        new in each assignment. Teams have other numbers."""
        numbered = [(who, ids) for who, ids in people if ids and plain(who) not in self.groups]
        hidden = len(numbered) > 1 == len({who for who, _ in numbered})  # "Participant"
        named = hidden or any(self.find([who]) for who, _ in numbered)
        found = any(self.find_number("moodle", ids) for _, ids in numbered)
        return self.kind == WORKSHEET and named and not found

    @cached_property
    def _numbers(self) -> dict[str, dict[str, str]]:
        """{number: student} by column; "" for all columns that no system is said to know."""
        found: dict[str, dict[str, str]] = {column: {} for column in (*NUMBERS.values(), "")}
        for row in self.rows:
            for column, value in row.items():
                place = column if column in found else ""
                if value and (place or column == "student" or column not in KNOWN):
                    two = value in found[place]  # people: then it names neither
                    found[place][value] = "" if two else row["student"]
        return found

    def called(self, student: str) -> str:
        """The person's name; "" where the roster has none."""
        return self._names.get(student, "")

    @cached_property
    def _names(self) -> dict[str, str]:
        return {row["student"]: row.get("name", "") for row in self.rows}

    def no_match(self, names: list[str], most: int = 3) -> str:
        """A sentence for when it knows none of these names: what they look like, and its own."""
        theirs = ", ".join(names[:most]) + ", ..." * (len(names) > most)
        ours = [
            ", ".join(row[key] for key in (*UNIQUE, "name") if row.get(key))
            for row in self.rows[:most]
        ]
        return f"none of these is in the roster: {theirs}. It has {'; '.join(ours)}" + (
            "; ..." if len(self.rows) > most else ""
        )


def read_csv(path: Path) -> tuple[str, list[tuple[int, list[str]]]]:
    """The text of a file, and (number, cells) of each row that is not blank."""
    text = _decoded(path)
    return text, _lines(path, text)


def _decoded(path: Path) -> str:
    """The text of a file: UTF-8, with or without a mark at its start, UTF-16 with one, or cp1252,
    which spreadsheets write."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}") from None
    if content.startswith(b"PK\x03\x04"):
        raise CourseError(f"{path} is a spreadsheet or a zip: save it as CSV")
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    problem = ""
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            problem = problem or str(error)
            continue
        if "\0" not in text:
            return text
        problem = "it holds bytes of 0"
    raise CourseError(f"{path} is no CSV in UTF-8, UTF-16 or cp1252: {problem}")


def without_rows(
    path: Path, is_left_out: Callable[[list[str], list[str]], bool]
) -> tuple[str, int]:
    """The text of a file without some of its rows, all else as it was, and how many these are.
    is_left_out: asked with the cells of the header and those of a row"""
    text, found = _decoded(path), list[slice]()
    (_, _, header), *rows = _rows(path, text)
    for _, lines, cells in rows:
        if is_left_out(header, cells):
            found.append(lines)
    kept = _text_lines(text)
    for lines in reversed(found):
        del kept[lines]
    return "".join(kept), len(found)


def _lines(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """(number, cells) of each row that is not blank."""
    return [(number, cells) for number, _, cells in _rows(path, text)]


def _rows(path: Path, text: str) -> Iterator[tuple[int, slice, list[str]]]:
    """(number, the lines of the text, cells) of each row that is not blank."""
    lines = _text_lines(text)
    given = re.fullmatch(r"sep=(.)\s*", lines[0]) if lines else None  # Excel writes and reads it
    skipped = 1 if given else 0
    header = next((line for line in lines[skipped:] if line.strip("\r\n")), "")
    delimiter = given[1] if given else max(DELIMITERS, key=lambda one: _count(header, one))
    reader = csv.reader(lines[skipped:], delimiter=delimiter, skipinitialspace=True, strict=True)
    number, start = skipped, skipped
    try:
        for cells in reader:
            number, end = number + 1, skipped + reader.line_num
            cells = [cell.strip() for cell in cells]
            if any(cells):
                yield number, slice(start, end), cells
            start = end
    except csv.Error as error:
        raise CourseError(f"{path}: row {number + 1}: {error}") from None


def _text_lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _count(header: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=delimiter, skipinitialspace=True), []))
    except csv.Error:
        return 0


def _columns(path: Path, header: list[str]) -> tuple[str, list[str]]:
    """(whose list it is, our name of each column; "" for one of no use)."""
    spelled = [plain(cell) for cell in header]
    ours = [OURS.get(name, name) for name in spelled]
    useful = [name if name in (*KNOWN, "first", "last") else "" for name in ours]
    if header[0] in ("Student", "LastName") and "ID" in header and "Section" in header:
        useful = useful[: header.index("Section") + 1]  # behind it are points
        useful[header.index("ID")] = "canvas_id"
        if header[0] == "Student":
            useful[0] = "name"
        return CANVAS, useful + [""] * (len(header) - len(useful))
    if "student" in ours:
        as_it_is = KNOWN & set(header)
        names = [n if n and n not in as_it_is else cell for n, cell in zip(useful, header)]
        if twice := [name for name, count in Counter(filter(None, names)).items() if count > 1]:
            raise CourseError(f"{path} has two columns for {twice[0]}: {', '.join(header)}")
        return "", names
    if "moodle_id" in useful and GRADE & set(spelled):
        return WORKSHEET, useful
    if {"first", "last"} <= set(useful):
        return PARTICIPANTS, useful
    there = ", ".join(filter(None, header)) or "no rows"
    raise CourseError(f"{path} has no column `student`, but {there}")


def _row(path: Path, number: int, columns: list[str], cells: list[str]) -> dict[str, str]:
    """One student's row, by our names of the columns."""
    if any(cells[len(columns) :]):
        raise CourseError(
            f"{path}: row {number} has {len(cells)} cells, the header {len(columns)}: "
            f"does a name with a comma lack its quotes?"
        )
    row = {name: "" for name in columns if name}
    for name, cell in zip(columns, cells):
        if name in UNIQUE and SHORTENED.fullmatch(cell):
            raise CourseError(
                f"{path}: row {number}: {cell} is a number that a spreadsheet has shortened: "
                f"give the column {name} the format of a text"
            )
        if name in UNIQUE and name != "email" and (whole := WHOLE.fullmatch(cell)):
            cell = whole[1]
        if name == "moodle_id":
            cell = re.sub(r"^.*\D(?=\d+$)", "", cell)  # "Participant 4711"
        if name and not row[name]:
            row[name] = cell
    if {"first", "last"} & row.keys():
        first, last = row.pop("first", ""), row.pop("last", "")
        row["name"] = row.get("name") or f"{first} {last}".strip()
    return row


def _is_about_points(kind: str, cells: list[str]) -> bool:
    """Whether a row of Canvas's gradebook is about the assignments, not about a student."""
    posting = all(re.match(r"(muted|manual posting.*)?$", cell, re.IGNORECASE) for cell in cells)
    return kind == CANVAS and (POSSIBLE in cells[0] or posting)


def _is_test_student(row: dict[str, str]) -> bool:
    """Whether it is Canvas's own, as whom teachers look at a course: no university knows them, and
    their login is 40 hex digits (instructure/canvas-lms, app/models/course.rb, hmac_sha1)."""
    named = row["name"] in ("Student, Test", "Test Student") and not row.get("sis_id")
    return named and bool(re.fullmatch("([0-9a-f]{40})?", row.get("login", "")))


def _name_students(rows: list[dict[str, str]]) -> None:
    """Give each the name by which grades are kept: the first of these that only they have."""
    order = ("login", "sis_id", "email", "canvas_id", "name", "moodle_id")
    values = [value for row in rows for value in {row.get(key, "") for key in order} if value]
    used = Counter(_safe(value).casefold() for value in values)
    for row in rows:
        own = [row[key] for key in order if row.get(key)]
        alone = [name for name in own if used[_safe(name).casefold()] == 1]
        unchanged = [name for name in alone if _safe(name) == name]
        number = row.get("moodle_id", "")
        chosen = (unchanged or alone or own or [""])[0]
        if chosen == number != "":
            chosen = f"participant-{number}"
        row["student"] = _safe(chosen) if chosen else ""


def _refuse_doubtful(path: Path, rows: list[dict[str, str]], numbers: list[int]) -> None:
    """CourseError, which names the row, for names that are none, or that two rows have."""
    for row, number in zip(rows, numbers):
        if not row["student"]:
            raise CourseError(f"{path}: row {number} names no student")
        if row["student"] != _safe(row["student"]):
            raise CourseError(f"{path}: row {number}: {row['student']!r} is no name for files")
        if re.match(r"[^\W_]", row.get("email", "")) and "@" not in row["email"]:
            raise CourseError(f"{path}: row {number}: {row['email']!r} is no email address")
    for column in UNIQUE:
        seen: dict[str, int] = {}
        for row, number in zip(rows, numbers):
            value = _exact(row.get(column, ""))
            if value in seen:
                what = f"{row[column]!r} is there twice, in rows {seen[value]} and {number}"
                raise CourseError(f"{path}: {what} (column {column})")
            if value:
                seen[value] = number


def _exact(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def plain(name: str) -> str:
    """A name as rosters and downloads agree on it: without case, spaces and punctuation."""
    return re.sub(r"[\W_]", "", _exact(name))


def _family_first(name: str) -> str:
    """ "Jane Doe" as Canvas writes it in the names of files: doejane"""
    *first, last = name.split() or [""]
    return plain("".join([last, *first])) if "," not in name else ""


def _safe(name: str) -> str:
    """A name that a file can have."""
    name = re.sub(r"[^\w.@+-]", "_", unicodedata.normalize("NFC", name)).lstrip(".")
    return name.encode()[:LONGEST].decode(errors="ignore") or "_"


def names_for(
    people: Iterable[tuple[str, str]], taken: Collection[str] = ()
) -> dict[tuple[str, str], str]:
    """{(name, number in the download): a safe name}. Where several people would get the same one, a
    number or some letters are added, which depend only on who they are; but not for the one whose
    name is safe as it is, if there is only one. taken: names that nobody may get; a name without a
    number keeps its own"""
    by_name: dict[str, set[tuple[str, str]]] = {}
    for one in people:
        by_name.setdefault(_safe(one[0]).casefold(), set()).add(one)
    reserved = {name.casefold() for name in taken}
    found, used = {}, set(by_name) | reserved
    for folded, same in by_name.items():
        unchanged = [one for one in same if _safe(one[0]) == one[0]]
        for one in sorted(same):
            who, number = one
            free = folded not in reserved or not number
            if free and (len(same) == 1 or unchanged == [one]):
                found[one] = _safe(who)
                continue
            digest = hashlib.sha256("\0".join(one).encode("utf-8", "surrogateescape")).hexdigest()
            short = _safe(who[:60])
            more = chain([number or digest[:8]], (f"{digest[:8]}-{i}" for i in count()))
            ends = (f"{short}-{end}" for end in more)
            found[one] = next(new for new in ends if new.casefold() not in used)
            used.add(found[one].casefold())
    return found
