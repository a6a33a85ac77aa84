"""A class over all its exercises: each person's share of the points, and who falls behind."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from edunn.course.grading.grade import Grade
from edunn.course.reporting.classroom import Sheet

LOW = 0.5  # of the points of an exercise: less is low
MANY = 2  # exercises that are missing or low: who has so many falls behind


@dataclass
class Person:
    """One student's term. grades: by exercise; None where nothing was handed in

    missing, low: exercises without a notebook, and with less than half of the points
    """

    student: str
    called: str
    grades: dict[str, Grade | None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    low: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """The sum of the points of what is graded."""
        return sum(grade.points or 0.0 for grade in self.grades.values() if grade)

    @property
    def is_behind(self) -> bool:
        return len(self.missing) + len(self.low) >= MANY


@dataclass
class Term:
    """All exercises of a class, in order. most: the points of all of them together"""

    sheets: list[Sheet]
    people: list[Person]
    most: float

    @property
    def behind(self) -> list[Person]:
        """Who falls behind, those with the most first."""
        found = [one for one in self.people if one.is_behind]
        return sorted(found, key=lambda one: -len(one.missing) - len(one.low))

    def curve(self) -> list[tuple[str, int]]:
        """(percent of all points, students): ten bars."""
        bars = [0] * 10
        for one in self.people:
            bars[min(int(10 * one.points / self.most), 9) if self.most else 0] += 1
        return [(f"{10 * i}-{10 * i + 9 + (i == 9)}", n) for i, n in enumerate(bars)]

    def medians(self) -> list[tuple[Sheet, float | None]]:
        """(exercise, the median share of its points) of those who are graded."""
        return [
            (sheet, sheet.median / sheet.grades[0].max_points if sheet.graded else None)
            for sheet in self.sheets
        ]

    @property
    def median(self) -> float:
        """The median of the sums of points."""
        return statistics.median(one.points for one in self.people) if self.people else 0.0


def term_of(sheets: list[Sheet]) -> Term:
    """The term that these exercises make. What is not graded yet counts as neither missing nor
    low, and so does what a person must still grade."""
    called = {row["student"]: row.get("name", "") for sheet in sheets for row in sheet.roster.rows}
    by_sheet = [{grade.record.student: grade for grade in sheet.grades} for sheet in sheets]
    people = []
    for student in sorted(set(called).union(*by_sheet)):
        one = Person(student, called.get(student, ""))
        for sheet, grades in zip(sheets, by_sheet):
            grade = one.grades[sheet.name] = grades.get(student)
            if grade is None or not grade.record.handed_in:
                one.missing.append(sheet.name)
            elif grade.points is not None and _best(sheet, grade) < LOW * grade.max_points:
                one.low.append(sheet.name)
        people.append(one)
    most = sum(sheet.grades[0].max_points for sheet in sheets)
    return Term(sheets, people, most)


def _best(sheet: Sheet, grade: Grade) -> float:
    """The points, with all that still wait for a person."""
    marks = sheet.marks.get(grade.record.student, {})
    return (grade.points or 0.0) + sum(m.max_points for m in marks.values() if m.waiting)
