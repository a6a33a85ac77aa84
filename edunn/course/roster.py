"""Who is in the course, and how downloads, files and people write a student's name."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from edunn.course.source import CourseError

LONGEST = 80  # bytes of a name that files are called by


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
            if row["student"] in {other["student"] for other in roster.rows if other is not row}:
                raise CourseError(f"{path}: {row['student']!r} is there twice")
            names = {plain(value) for key, value in row.items() if key != "section"} - {""}
            for name in names:  # what two people are called names neither
                roster.by_name[name] = row if name not in roster.by_name else {}
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
