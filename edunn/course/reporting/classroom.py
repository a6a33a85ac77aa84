"""A class, exercise by exercise: its points, its misconceptions, who needs a look."""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from edunn.checking.findings import Finding
from edunn.course.errors import CourseError
from edunn.course.grading.archive import Archive
from edunn.course.grading.deadlines import ON_TIME, Deadlines
from edunn.course.grading.grade import Grade
from edunn.course.grading.gradebook import GradeStore
from edunn.course.grading.gradebook import grades as entries
from edunn.course.grading.records import NOT_GRADED, CellResult, Mark, Record, read_record
from edunn.course.messages import Explained, Message, Said, explained
from edunn.course.notebooks.solution import headings, is_kind
from edunn.course.reporting.code import tree_of
from edunn.course.reporting.requests import Request, read_requests
from edunn.course.reporting.similarity import Pair, alike
from edunn.course.submissions.normalise import is_extra
from edunn.course.submissions.roster import Roster

NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
BARS = 20  # at most so many in a histogram


class Misconception(NamedTuple):
    """What several students got wrong in the same way. share: of those who were graded"""

    said: Explained
    checks: list[str]
    students: list[str]
    share: float


@dataclass
class Sheet:
    """One exercise of a class: its grades, in the order of the names, and what they show."""

    name: str
    notebook: Any  # as it was released
    grades: list[Grade]
    marks: dict[str, dict[str, Mark]] = field(default_factory=dict)  # by student and cell
    comments: dict[str, dict[str, str]] = field(default_factory=dict)  # by student and cell
    roster: Roster = field(default_factory=Roster)
    store: Path | None = None  # where the pictures of written answers are
    deadlines: Deadlines = field(default_factory=Deadlines)
    requests: list[Request] = field(default_factory=list)  # to look at a grade again
    origins: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # by student: `File.origin`

    @property
    def absent(self) -> list[str]:
        """Who is in the roster, but has handed in nothing."""
        here = {grade.record.student for grade in self.grades}
        return [row["student"] for row in self.roster.rows if row["student"] not in here]

    @property
    def title(self) -> str:
        return str(self.notebook["cells"][0]["source"]).split("\n")[0].lstrip("# ")

    @property
    def labels(self) -> dict[str, str]:
        """What people call the cells, by their names."""
        return headings(self.notebook)

    @property
    def graded(self) -> list[Grade]:
        return [grade for grade in self.grades if grade.points is not None]

    @property
    def median(self) -> float:
        """The median of the points of those who are graded; there must be some."""
        return statistics.median(grade.points or 0.0 for grade in self.graded)

    def late(self) -> list[Grade]:
        """Whose came after the deadline, or nobody knows when; none where there is no deadline."""
        return [one for one in self.grades if one.lateness and one.lateness.state != ON_TIME]

    def histogram(self) -> list[tuple[str, int]]:
        """(points, students) for each bar: one a point, or wider ones where points are many."""
        most = max(grade.max_points for grade in self.grades)
        wide = max(1, -int(-most // BARS))
        bars = dict.fromkeys(range(0, int(most) + 1, wide), 0)
        for grade in self.graded:
            bars[min(int(grade.points or 0) // wide * wide, max(bars))] += 1
        last = {low: min(low + wide - 1, int(most)) for low in bars}
        return [(f"{a}" if a == last[a] else f"{a}-{last[a]}", n) for a, n in bars.items()]

    def checks(self) -> list[dict[str, Any]]:
        """For each cell with points, how many got all of them, some, and none."""
        found: dict[str, list[tuple[float, float]]] = {}
        for grade in self.graded:
            marks = self.marks[grade.record.student]
            for name, mark in marks.items():
                found.setdefault(name, [])
                if not mark.waiting:
                    found[name].append((mark.points, mark.max_points))
        order = {name: i for i, name in enumerate(self.labels)}
        return [
            {
                "name": name,
                "all": sum(got >= most for got, most in points),
                "some": sum(0 < got < most for got, most in points),
                "none": sum(got <= 0 for got, _ in points),
                "waiting": len(self.graded) - len(points),
            }
            for name, points in sorted(found.items(), key=lambda one: order.get(one[0], 0))
        ]

    def misconceptions(self) -> list[Misconception]:
        """What several students got wrong in the same way."""
        return misconceptions([grade.record for grade in self.grades])

    def pairs(self) -> tuple[list[Pair], float]:
        """Pairs of students whose code is much alike, and how alike the median pair is. Those of a
        team, who hand in one notebook, are no pairs."""
        cells = [c for c in self.notebook["cells"] if c["cell_type"] == "code"]
        given = {c["id"]: c["source"] for c in cells if is_kind(c, "solution")}
        answers = {  # with code in cells of a student's own, which may hold prose as well
            grade.record.student: {
                n: s
                for n, s in grade.record.answers.items()
                if n in given or (is_extra(n) and tree_of(s))
            }
            for grade in self.grades
        }
        pairs, median = alike({who: cells for who, cells in answers.items() if cells}, given)
        teams = {
            grade.record.student: {
                note.details["name"] for note in grade.record.notes if note.id == "team"
            }
            for grade in self.grades
        }
        return [pair for pair in pairs if not teams[pair.one] & teams[pair.other]], median


def misconceptions(records: list[Record]) -> list[Misconception]:
    """What went wrong in the graded submissions, the most frequent first. Findings are the same if
    their id, class, method and variable are; Messages if they differ only in numbers."""
    found: dict[Any, dict[str, CellResult]] = {}
    judged = [record for record in records if record.state != NOT_GRADED]
    for record in judged:
        for result in record.lost:
            if result.why and result.why != record.problem:
                found.setdefault(_kind(result.why), {}).setdefault(record.student, result)
    kinds = []
    for by_student in found.values():
        texts = Counter(explained(result.why) for result in by_student.values() if result.why)
        most = min(texts, key=lambda text: (-texts[text], text))
        checks = list(dict.fromkeys(sorted(result.name for result in by_student.values())))
        kinds.append(Misconception(most, checks, sorted(by_student), len(by_student) / len(judged)))
    return sorted(kinds, key=lambda kind: (-len(kind.students), kind.said))


def _kind(said: Said) -> Any:
    """What two reasons have in common that are one misconception."""
    if isinstance(said, Finding):
        return said.id, said.who, said.part, said.variable
    details = json.dumps(said.as_dict()["details"], sort_keys=True, ensure_ascii=False)
    return said.id, NUMBER.sub("#", details)


def _read_sheet(store: GradeStore, name: str) -> Sheet:
    """One exercise, from its records and the gradebook. A record whose points are not in the
    gradebook, because a run was killed, counts as not graded."""
    release = store.root / "release" / name / f"{name}.ipynb"
    if not release.exists():
        raise CourseError(f"{store.root} has records of {name}, but not what was released")
    sheet = Sheet(name, nbformat.read(release, as_version=4), [])
    sheet.roster, sheet.store = Roster.kept(store.root) or sheet.roster, store.root
    sheet.deadlines = Deadlines.kept(store.root)
    most, archive = store.max_points(name), Archive(store.root / "handed_in" / name)
    with store.gradebook() as gradebook:
        entered = {entry.student_id: entry for entry in gradebook.assignment_submissions(name)}
        for path in sorted((store.root / "records" / name).glob("*.json")):
            record = read_record(store.root, name, path.stem)
            if record is None:
                why = Message("record_unreadable", {"file": str(path.relative_to(store.root))})
                record = Record(path.stem, name, NOT_GRADED, why)
            entry = entered.get(record.student)
            marks, points = {}, None
            if record.state != NOT_GRADED:
                marks = _marks_of(entry) if entry else {}
                if entry and record.points == sum(g.auto_score or 0.0 for g in entries(entry)):
                    points = float(entry.score)
                else:
                    record = replace(record, state=NOT_GRADED, problem=Message("not_entered"))
            waiting = [cell for cell, mark in marks.items() if mark.waiting]
            grade = Grade(record, points, most, waiting)
            sheet.origins[record.student] = archive.origin(record.student)
            sheet.grades.append(grade.after(sheet.deadlines, sheet.origins[record.student]))
            sheet.marks[record.student] = marks
            sheet.comments[record.student] = _comments_of(entry) if entry else {}
    return sheet


def _marks_of(entry: Any) -> dict[str, Mark]:
    return {
        grade.cell.name: Mark(
            float(grade.score),
            float(grade.max_score),
            bool(grade.needs_manual_grade),
            grade.manual_score is not None,
        )
        for grade in entries(entry)
    }


def _comments_of(entry: Any) -> dict[str, str]:
    comments = [comment for part in entry.notebooks for comment in part.comments]
    return {comment.name: comment.comment for comment in comments if comment.comment}


def read_sheets(out: Path, only: str = "") -> tuple[GradeStore, list[Sheet]]:
    """Every exercise that has records in `out`, or the one named."""
    names = sorted(path.name for path in (out / "records").glob("*/") if any(path.glob("*.json")))
    names = [name for name in names if only in ("", name)]
    if not names:
        raise CourseError(f"{out} has no records{f' of {only}' if only else ''}: first edunn grade")
    store = GradeStore(out)
    sheets = [_read_sheet(store, name) for name in names]
    _add_requests(store.root, sheets, complete=not only)
    return store, sheets


def _add_requests(store: Path, sheets: list[Sheet], complete: bool) -> None:
    """Put each request of the file with its exercise. complete: whether all exercises are here;
    else those of others are left alone"""
    if not complete:
        return
    students = [row["student"] for sheet in sheets for row in sheet.roster.rows]
    students += [grade.record.student for sheet in sheets for grade in sheet.grades]
    cells = {sheet.name: [cell["id"] for cell in sheet.notebook["cells"]] for sheet in sheets}
    for request in read_requests(store, cells, students):
        next(sheet for sheet in sheets if sheet.name == request.exercise).requests.append(request)
