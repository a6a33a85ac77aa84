"""Who is in the course, and how downloads, files and people write a student's name."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from edunn.course.source import CourseError

LONGEST = 80  # bytes of a name that files are called by
KEPT = "roster.csv"  # beside the books


@dataclass
class Roster:
    """Who is in the course: {any name, number or address of a student: their row}."""

    rows: list[dict[str, str]] = field(default_factory=list)
    by_name: dict[str, dict[str, str]] = field(default_factory=dict)
    text: str = ""  # of the file

    @classmethod
    def read(cls, path: Path) -> Roster:
        """A CSV with a column `student`, and others by which downloads name them: name, email,
        canvas_id, login, sis_id, moodle_id ..."""
        try:
            text = path.read_text(encoding="utf-8-sig")
            lines = csv.DictReader(io.StringIO(text, newline=""))
            rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in lines]
        except OSError as error:
            raise CourseError(f"{path}: no roster can be read: {error.strerror}") from None
        except (UnicodeDecodeError, csv.Error) as error:
            raise CourseError(f"{path} is no CSV in UTF-8: {error}") from None
        if not rows or "student" not in rows[0]:
            found = ", ".join(rows[0]) if rows else "no rows"
            raise CourseError(f"{path} has no column `student`, but {found}")
        roster = cls(rows, text=text)
        for row in rows:
            if row["student"] != safe(row["student"]):
                raise CourseError(f"{path}: {row['student']!r} is no name for files")
            if row["student"] in {other["student"] for other in roster.rows if other is not row}:
                raise CourseError(f"{path}: {row['student']!r} is there twice")
            names = {plain(value) for key, value in row.items() if key != "section"} - {""}
            for name in names:  # what two people are called names neither
                roster.by_name[name] = row if name not in roster.by_name else {}
        return roster

    @classmethod
    def kept(cls, books: Path) -> Roster | None:
        """The one with which was graded before."""
        path = books / KEPT
        return cls.read(path) if path.exists() else None

    def keep(self, books: Path) -> None:
        (books / KEPT).write_text(self.text, encoding="utf-8")

    def find(self, names: Iterable[str]) -> str | None:
        """The student whom one of these names; the first that is known decides."""
        known = (self.by_name.get(plain(name)) for name in names if name)
        return next((row["student"] for row in known if row), None)


def plain(name: str) -> str:
    """A name as rosters and downloads agree on it: no case, no spaces, no punctuation."""
    return re.sub(r"[\W_]", "", name.casefold())


def safe(name: str) -> str:
    """A name that can be a file's."""
    name = re.sub(r"[^\w.@+-]", "_", unicodedata.normalize("NFC", name)).lstrip(".")
    return name.encode()[:LONGEST].decode(errors="ignore") or "_"


def names_for(people: Iterable[str]) -> dict[str, str]:
    """{person: a safe name}; where several would get the same one, those that had to be changed
    for it get some letters more, which depend on nothing but who they are."""
    by_name: dict[str, set[str]] = {}
    for one in people:
        by_name.setdefault(safe(one), set()).add(one)
    found = {}
    for name, same in by_name.items():
        for one in same:
            digest = hashlib.sha256(one.encode("utf-8", "surrogateescape")).hexdigest()[:8]
            alone = len(same) == 1 or one == name
            found[one] = name if alone else f"{safe(one[:60])}-{digest}"
    return found
