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

from edunn.course.errors import CourseError

LONGEST = 80  # bytes of a name in the names of files
KEPT = "roster.csv"  # beside the gradebook


@dataclass
class Roster:
    """Who is in the course: {any name, number or address of a student: their row}."""

    rows: list[dict[str, str]] = field(default_factory=list)
    by_name: dict[str, dict[str, str]] = field(default_factory=dict)
    text: str = ""  # of the file

    @classmethod
    def read(cls, path: Path) -> Roster:
        """A CSV with a column `student`, and others that downloads may use: name, email, canvas_id,
        login, sis_id, moodle_id ... CourseError where it cannot be read or used."""
        try:
            text = path.read_text(encoding="utf-8-sig")
            lines = csv.DictReader(io.StringIO(text, newline=""))
            rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in lines]
        except OSError as error:
            raise CourseError(f"{path}: no roster can be read: {error.strerror}") from None
        except (UnicodeDecodeError, csv.Error) as error:
            raise CourseError(f"{path} is no CSV in UTF-8: {error}") from None
        if not rows or "student" not in rows[0]:
            there = ", ".join(rows[0]) if rows else "no rows"
            raise CourseError(f"{path} has no column `student`, but {there}")
        roster = cls(rows, text=text)
        for row in rows:
            if row["student"] != _safe(row["student"]):
                raise CourseError(f"{path}: {row['student']!r} is no name for files")
            if row["student"] in {other["student"] for other in roster.rows if other is not row}:
                raise CourseError(f"{path}: {row['student']!r} is there twice")
        given = [key for key in rows[0] if key not in ("student", "name", "section")]
        levels = (_exact, ["student"]), (_exact, given), (plain, ["student"]), (plain, given)
        for spelled, columns in (*levels, (plain, ["name"])):  # last: a student can change it
            found: dict[str, dict[str, str]] = {}
            for row in rows:
                for name in {spelled(row.get(column, "")) for column in columns} - {""}:
                    found[name] = row if name not in found else {}  # two people: it names neither
            roster.by_name = found | roster.by_name
        return roster

    @classmethod
    def kept(cls, store: Path) -> Roster | None:
        """The roster of an earlier run; None if there was none."""
        path = store / KEPT
        return cls.read(path) if path.exists() else None

    def keep(self, store: Path) -> None:
        """Keep a copy of the file for later runs."""
        (store / KEPT).write_text(self.text, encoding="utf-8")

    def find(self, names: Iterable[str]) -> str | None:
        """The student that one of these names means; the first that is known decides."""
        spelled = (spell(name) for name in names for spell in (_exact, plain))
        known = (self.by_name.get(name) for name in spelled if name)
        return next((row["student"] for row in known if row), None)


def _exact(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def plain(name: str) -> str:
    """A name as rosters and downloads agree on it: without case, spaces and punctuation."""
    return re.sub(r"[\W_]", "", _exact(name))


def _safe(name: str) -> str:
    """A name that a file can have."""
    name = re.sub(r"[^\w.@+-]", "_", unicodedata.normalize("NFC", name)).lstrip(".")
    return name.encode()[:LONGEST].decode(errors="ignore") or "_"


def names_for(people: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """{(name, number in the download): a safe name}. Where several people would get the same one, a
    number or some letters are added, which depend only on who they are; but not for the one whose
    name is safe as it is, if there is only one."""
    by_name: dict[str, set[tuple[str, str]]] = {}
    for one in people:
        by_name.setdefault(_safe(one[0]), set()).add(one)
    found, taken = {}, set(by_name)
    for name, same in by_name.items():
        unchanged = [one for one in same if one[0] == name]
        for one in sorted(same):
            who, number = one
            if len(same) == 1 or unchanged == [one]:
                found[one] = name
                continue
            digest = hashlib.sha256("\0".join(one).encode("utf-8", "surrogateescape")).hexdigest()
            short = _safe(who[:60])
            more = [number or digest[:8], *(f"{digest[:8]}-{i}" for i in range(len(taken) + 1))]
            found[one] = next(new for end in more if (new := f"{short}-{end}") not in taken)
            taken.add(found[one])
    return found
