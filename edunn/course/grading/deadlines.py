"""Deadlines, extensions and what lateness costs: one file, deadlines.csv, read by people too.

    exercise,student,date,penalty,cap,grace,handed_in
    all,all,,10%,50%,15 min,
    02,all,2026-03-06 23:59 Europe/Madrid,,,,
    02,ann,2026-03-09 23:59 Europe/Madrid,,,,
    02,bob,,,,,2026-03-07 10:00 Europe/Madrid

A penalty is in points or percent of the exercise's points, for each day that has begun since the
deadline, at most `cap`; nothing within `grace`. Days are counted as Canvas does
(instructure/canvas-lms, app/models/late_policy.rb: points_deducted).

When a notebook was handed in is known from Gradescope's download (its :created_at:), from
nbgrader's timestamp.txt (edunn/course/submissions/lms.py), from Moodle's grading worksheet ("Last
modified (submission)", moodle/moodle, mod/assign/gradingtable.php: col_timesubmitted, a time of
whoever downloads it, without a zone: that of the deadline is taken), or from `handed_in`. An
extension that was granted in Moodle stands in the worksheet's "Status" (col_status), and the date
of an override in "Due date" (col_duedate), a column that is there where anybody has one; it counts
where deadlines.csv has no row of the student's own. Canvas's download says of each only whether it
came late. The times of files are those of copies, and are not looked at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from edunn.course.errors import CourseError
from edunn.course.messages import Message
from edunn.course.notebooks.layout import is_called
from edunn.course.submissions.roster import Roster, plain, read_csv
from edunn.files import write_whole

KEPT = "deadlines.csv"  # beside the gradebook
ALL = "all"
COLUMNS = ("exercise", "student", "date", "penalty", "cap", "grace", "handed_in")
ON_TIME, LATE, UNKNOWN = "on time", "late", "unknown"
# Messages for graders: of a time that goes against deadlines.csv, and of one without a zone, where
# that of the deadline follows no clocks
LATER_TOLD, CLOCKS_TOLD = FOR_GRADERS = "later_told", "clocks_told"
SHOWN = "%Y-%m-%d %H:%M %z"
DAY = timedelta(days=1)
TIME = re.compile(r"([12]\d{3}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(\S.*)?")
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": DAY}
MONTHS = {
    name: number
    for language in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(language.split(), start=1)
}
# at the end of the worksheet's "Status" (moodle/moodle, mod/assign/lang: userextensiondate, and in
# its language packs es and es_mx): nothing else there holds a year
EXTENSION = re.compile(
    r"(?:Extension granted until|Plazo ampliado hasta|Se otorgó extensión hasta): (.+)$"
)
YEAR = re.compile(r"\d{4}")
NAMED = {  # the worksheet's columns that tell of times, as `plain` spells them
    "time": {"lastmodifiedsubmission", "últimamodificaciónentrega", "últimamodificaciónenvío"},
    "status": {"status", "estado", "estatus"},
    "due": {"duedate", "fechadeentrega"},
}
# "Friday, 6 March 2026, 10:15 PM", "viernes, 6 de marzo de 2026, 22:15"
MOODLE = re.compile(
    r"(?:[^\W\d]+,? )?(\d{1,2}) (?:de )?(\w+) (?:de )?([12]\d{3}), (\d{1,2}):(\d\d)(?: ?([AP])M)?",
    re.I,
)


@dataclass(frozen=True)
class Amount:
    """Points, or percent of an exercise's points."""

    number: float
    percent: bool

    def of(self, most: float) -> float:
        return most * self.number / 100 if self.percent else self.number


@dataclass(frozen=True)
class Rule:
    """What lateness costs: so much for each day, at most `cap`; nothing within `grace`."""

    penalty: Amount | None = None
    cap: Amount | None = None
    grace: timedelta = timedelta()

    def days(self, late: timedelta) -> int:
        """The days that have begun since the deadline; 0 in time, and within `grace`."""
        return math.ceil(late / DAY) if late > max(self.grace, timedelta()) else 0

    def points(self, days: int, most: float) -> float:
        """What is taken off. most: the points of the exercise"""
        taken = self.penalty.of(most) * days if self.penalty else 0.0
        return round(min(taken, self.cap.of(most)) if self.cap else taken, 6)


@dataclass(frozen=True)
class Lateness:
    """state: ON_TIME, LATE or UNKNOWN    penalty: the points it costs    said: how it is known"""

    state: str = ON_TIME
    penalty: float = 0.0
    said: tuple[Message, ...] = ()


@dataclass
class Deadlines:
    """dates, times: by exercise and student, or ALL; when it is due, and when it was handed in.

    Exercises stand as the file has them, see `is_called`.    rules: by exercise, or ALL
    """

    dates: dict[tuple[str, str], datetime] = field(default_factory=dict)
    times: dict[tuple[str, str], datetime] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    rows: list[tuple[int, str, str]] = field(default_factory=list)  # (number, exercise, student)
    text: str = ""

    @classmethod
    def read(cls, path: Path, known: Iterable[str] = (), roster: Roster | None = None) -> Deadlines:
        """The deadlines of a file; CourseError, which names the row, for one that cannot be used.

        known: the names of all exercises, if no other may stand there
        roster: who may be named; without one, anybody
        """
        text, lines = read_csv(path)
        header = [cell.casefold() for cell in lines[0][1]] if lines else []
        if not set(COLUMNS[:3]) <= set(header) <= set(COLUMNS):
            raise CourseError(
                f"{path} has columns {', '.join(header) or 'none'}; it takes {', '.join(COLUMNS)} "
                "(the first three at least)"
            )
        made, names = cls(text=text), list(known)
        for number, cells in lines[1:]:
            try:
                if any(cells[len(header) :]):
                    raise ValueError(f"{len(cells)} cells, the header has {len(header)}")
                made._add(number, dict(zip(header, cells)), names, roster)
            except ValueError as error:
                raise CourseError(f"{path}: row {number}: {error}") from None
        return made

    def _add(
        self, number: int, row: dict[str, str], known: list[str], roster: Roster | None
    ) -> None:
        """Take in one row; ValueError says what is wrong with it."""
        row = dict.fromkeys(COLUMNS, "") | row
        exercise = _exercise(row["exercise"], known)
        student = _student(row["student"], roster, strict=bool(known))
        date, handed_in = row["date"], row["handed_in"]
        if exercise == ALL and (student != ALL or date or handed_in):
            raise ValueError("a date belongs to one exercise; all exercises can share a penalty")
        if handed_in and student == ALL:
            raise ValueError("handed_in is of one student")
        for text, what, dates in (
            (date, "date", self.dates),
            (handed_in, "handed_in", self.times),
        ):
            if text and (exercise, student) in dates:
                raise ValueError(f"a second {what} for {student} in {exercise}")
            if text:
                dates[exercise, student] = _time(text)
        self._add_rule(exercise, student, row)
        self.rows.append((number, exercise, student))

    def _add_rule(self, exercise: str, student: str, row: dict[str, str]) -> None:
        """Take in what a row says of penalties."""
        if not (row["penalty"] or row["cap"] or row["grace"]):
            if not row["date"] and not row["handed_in"]:
                raise ValueError("it says nothing: no date, no penalty, no handed_in")
            return
        if student != ALL:
            raise ValueError(f"a penalty is for all, not for {student}")
        if exercise in self.rules:
            raise ValueError(f"a second penalty for {exercise}")
        penalty, cap = _amount(row["penalty"]), _amount(row["cap"])
        self.rules[exercise] = Rule(penalty, cap, _span(row["grace"]))

    @classmethod
    def kept(cls, store: Path) -> Deadlines:
        """Those of an earlier run; none if there were none."""
        path = store / KEPT
        return cls.read(path, roster=Roster.kept(store)) if path.exists() else cls()

    def keep(self, store: Path) -> None:
        """Keep a copy of the file for later runs."""
        write_whole(store / KEPT, self.text)

    def strangers(self, name: str, students: Iterable[str]) -> list[str]:
        """The rows of one exercise that name nobody of these students."""
        known = set(students)
        return [
            f"row {number}: {student}"
            for number, exercise, student in self.rows
            if is_called(name, exercise) and student not in {ALL, *known}
        ]

    def deadline(
        self, name: str, student: str, origin: Mapping[str, Any]
    ) -> tuple[datetime | None, bool]:
        """When an exercise is due for a student, and whether that is a date of their own: of the
        file, else of the system that it came from, if that is later. origin: see `File.origin`"""
        own = _find(self.dates, name, student) or self.granted(name, student, origin)
        return own or _find(self.dates, name, ALL), own is not None

    def granted(self, name: str, student: str, origin: Mapping[str, Any]) -> datetime | None:
        """Until when the system that it came from lets a student hand in, if that is later than the
        deadline for all, and the file has no date of their own."""
        due = _find(self.dates, name, ALL)
        if due is None or _find(self.dates, name, student):
            return None
        until = _told(origin.get("extension", ""), due)
        return until if until and until > due else None

    def lateness(
        self, name: str, student: str, says_late: bool, origin: Mapping[str, Any], most: float
    ) -> Lateness | None:
        """How late something came; None where there is no deadline.

        says_late: whether the system says so    origin: where it came from, see `File.origin`
        most: the points of the exercise
        """
        due, own = self.deadline(name, student, origin)
        if due is None:
            return None
        written, told = _find(self.times, name, student), _told(origin.get("time", ""), due)
        when, shown = written or told, due.strftime(SHOWN)
        if when is None:
            if says_late:  # by the system's own date
                said = Message("late_unknown" if own else "late_how_much", {"due": shown})
                return Lateness(UNKNOWN if own else LATE, 0.0, (said,))
            if origin.get("system") == "canvas":
                return Lateness(ON_TIME)
            return Lateness(UNKNOWN, 0.0, (Message("time_unknown", {"due": shown}),))
        about = {"when": when.strftime(SHOWN), "due": shown}
        rule = self._rule(name)
        late = _between(due, when)
        against: tuple[Message, ...] = ()
        if written and (later := _later(written, told, says_late and late <= timedelta())):
            against = (Message(LATER_TOLD, {"when": later}),)
        elif not written and _hangs_on_clocks(origin["time"], due, when, rule):
            against = (Message(CLOCKS_TOLD, {"zone": f"{due:%z}", "days": rule.days(late)}),)
        if late <= timedelta():
            return Lateness(ON_TIME, 0.0, (Message("in_time", about), *against))
        if late <= rule.grace:
            return Lateness(ON_TIME, 0.0, (Message("within_grace", about), *against))
        granted = "" if own else origin.get("extension", "")
        if granted and not _told(granted, due):
            return Lateness(UNKNOWN, 0.0, (Message("extension_unread", {"words": granted}),))
        days = rule.days(late)
        by = Message("late_by", about | {"days": days})
        return Lateness(LATE, rule.points(days, most), (by, *against))

    def _rule(self, name: str) -> Rule:
        return next(
            (rule for given, rule in self.rules.items() if given != ALL and is_called(name, given)),
            self.rules.get(ALL, Rule()),
        )


def _exercise(given: str, known: list[str]) -> str:
    """ALL, or the exercise's whole name where all are known."""
    if given.casefold() == ALL:
        return ALL
    found = [name for name in known if is_called(name, given)]
    if not given or (known and len(found) != 1):
        raise ValueError(f"no exercise {given!r}; there are {', '.join(known)}")
    return found[0] if found else given


def _student(given: str, roster: Roster | None, strict: bool) -> str:
    """ALL, or the student as the roster calls them. strict: nobody else may be named"""
    if not given:
        raise ValueError('the student is missing: a name, or "all"')
    if given.casefold() == ALL or not roster:
        return ALL if given.casefold() == ALL else given
    if (called := roster.find([given])) is None and strict:
        raise ValueError(f"nobody in the roster is called {given!r}")
    return called or given


def _find(dates: dict[tuple[str, str], datetime], name: str, student: str) -> datetime | None:
    return next(
        (at for (one, who), at in dates.items() if who == student and is_called(name, one)), None
    )


def _time(text: str) -> datetime:
    """A date with a time and a zone; ValueError for any other text."""
    match = TIME.fullmatch(text)
    if not match or not match[3]:
        raise ValueError(
            f"{text!r} is no date with time and zone, such as 2026-03-06 23:59 Europe/Madrid"
        )
    return datetime.fromisoformat(f"{match[1]} {match[2]}").replace(tzinfo=_zone(match[3]))


def _zone(text: str) -> tzinfo:
    if text in ("Z", "UTC", "GMT"):
        return UTC
    if match := re.fullmatch(r"([+-])(\d\d):?(\d\d)", text):
        shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-shift if match[1] == "-" else shift)
    try:
        if "/" in text:
            return ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        pass
    raise ValueError(f"{text!r} is no time zone, such as Europe/Madrid or +01:00")


def _told(text: str, due: datetime) -> datetime | None:
    """The time that a system told; in the deadline's zone, where it names none."""
    if match := MOODLE.fullmatch(text):
        day, month, year, hour, minute, half = match.groups()
        hours = int(hour) % 12 + 12 * (half.upper() == "P") if half else int(hour)
        try:
            return datetime(int(year), MONTHS[month.casefold()], int(day), hours, int(minute),
                            tzinfo=due.tzinfo)  # fmt: skip
        except (KeyError, ValueError):
            return None
    try:
        return _time(text)
    except ValueError:
        return None


def _between(due: datetime, when: datetime) -> timedelta:
    """How long after a deadline a time is, also where clocks were changed in between."""
    return when.astimezone(UTC) - due.astimezone(UTC)


def _hangs_on_clocks(told: str, due: datetime, when: datetime, rule: Rule) -> bool:
    """Whether a time that was told without a zone is in another day after the deadline in some
    place, which has the deadline's offset, and changes its clocks in between."""
    if isinstance(due.tzinfo, ZoneInfo) or not MOODLE.fullmatch(told):
        return False
    days = rule.days(_between(due, when))
    there = (place for place in _places() if due.replace(tzinfo=place) == due)
    return any(rule.days(_between(due, when.replace(tzinfo=place))) != days for place in there)


@cache
def _places() -> list[ZoneInfo]:
    return [ZoneInfo(name) for name in sorted(available_timezones()) if "/" in name]


def _later(written: datetime, told: datetime | None, says_late: bool) -> Message | str:
    """What a system says of a time, where it is later than the one that is written; "" else."""
    if told and told.astimezone(UTC) > written.astimezone(UTC):
        return told.strftime(SHOWN)
    return Message("late") if says_late else ""


def _amount(text: str) -> Amount | None:
    if not text:
        return None
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?) ?(%?)", text)
    if not match:
        raise ValueError(f"{text!r} is no number of points, such as 2, and no share, such as 10%")
    return Amount(float(match[1].replace(",", ".")), bool(match[2]))


def _span(text: str) -> timedelta:
    match = re.fullmatch(r"(\d+) ?(min|h|d)", text or "0 min")
    if not match:
        raise ValueError(f"{text!r} is no time of grace, such as 15 min, 2 h or 1 d")
    return int(match[1]) * UNITS[match[2]]


def times_told(roster: Roster) -> Iterator[tuple[str, dict[str, str]]]:
    """(student, what a grading worksheet of Moodle says of them): "time", when they handed in, and
    "extension", until when they may, "" for none; each as it is written."""
    spelled = [plain(cell) for cell in roster.header]
    columns = {what: i for i, name in enumerate(spelled) for what in NAMED if name in NAMED[what]}
    for row, cells in zip(roster.rows, roster.cells):
        found = {what: cells[i] for what, i in columns.items() if i < len(cells)}
        told = {"time": found["time"]} if "time" in found else {}
        if {"status", "due"} & found.keys():
            told["extension"] = _extension(found.get("status", "")) or found.get("due", "")
        yield row["student"], told


def _extension(status: str) -> str:
    """The date at the end of a status; all of it, where other words stand before the date: what
    they say nobody knows."""
    match = EXTENSION.search(status)
    return match[1] if match else status if YEAR.search(status) else ""
