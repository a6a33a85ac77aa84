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
        for spelled, columns in (*levels, (plain, ["name"])):  # which its bearer may change
            found: dict[str, dict[str, str]] = {}
            for row in rows:
                for name in {spelled(row.get(column, "")) for column in columns} - {""}:
                    found[name] = row if name not in found else {}  # two people: it names neither
            roster.by_name = found | roster.by_name
        return roster

    @classmethod
    def kept(cls, store: Path) -> Roster | None:
        """The one with which was graded before."""
        path = store / KEPT
        return cls.read(path) if path.exists() else None

    def keep(self, store: Path) -> None:
        (store / KEPT).write_text(self.text, encoding="utf-8")

    def find(self, names: Iterable[str]) -> str | None:
        """The student whom one of these names; the first that is known decides."""
        spelled = (spell(name) for name in names for spell in (_exact, plain))
        known = (self.by_name.get(name) for name in spelled if name)
        return next((row["student"] for row in known if row), None)


def _exact(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def plain(name: str) -> str:
    """A name as rosters and downloads agree on it: no case, no spaces, no punctuation."""
    return re.sub(r"[\W_]", "", _exact(name))


def _safe(name: str) -> str:
    """A name that can be a file's."""
    name = re.sub(r"[^\w.@+-]", "_", unicodedata.normalize("NFC", name)).lstrip(".")
    return name.encode()[:LONGEST].decode(errors="ignore") or "_"


def names_for(people: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """{(name, number of a download's): a safe name}; where several people would get the same one,
    those that had to be changed for it, or whose name is the same, get their number or some letters
    more, which depend on nothing but who they are."""
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
