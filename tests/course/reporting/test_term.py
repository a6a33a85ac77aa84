"""The page of the term: everybody over all exercises, and who falls behind."""

import re
from pathlib import Path

import pytest

from edunn.course.grading.grade import Grade
from edunn.course.grading.records import NOT_GRADED, Mark, Record
from edunn.course.messages import Message
from edunn.course.notebooks.layout import Course
from edunn.course.reporting.classroom import Sheet
from edunn.course.reporting.html import write_term
from edunn.course.reporting.term import term_of
from edunn.course.submissions.roster import Roster

COURSE = Course.find(Path(__file__).parent)
NAMES = "02_bias", "03_linear", "04_activations"
SCRIPT = "<script>window.pwned = 1</script>"
POINTS = {  # None: not graded yet; "": nothing handed in
    "ann": (10, 9, 8),
    "bob": (4, 4.5, 10),  # two low ones
    "cai": ("", "", 10),  # two missing
    "dan": ("", 10, 10),  # one missing is not yet behind
    "eve": (None, 4, 10),
    "fay": (4, 4, 10),  # low, but a person has still to grade them
    "gus": ("", 2, ""),
}


def sheets():
    roster = Roster(rows=[{"student": "ann", "name": SCRIPT}, {"student": "zoe", "name": ""}])
    found = []
    for i, name in enumerate(NAMES):
        sheet = Sheet(name, COURSE.released(name), [], roster=roster)
        for student, points in POINTS.items():
            record = Record(student, name)
            if points[i] == "":
                record.problem = Message("nothing")
            if points[i] is None:
                record = Record(student, name, NOT_GRADED, Message("nobody_judged"))
            got = None if points[i] is None else float(points[i] or 0)
            sheet.grades.append(Grade(record, got, 10.0, []))
            waits = student == "fay" and points[i] == 4
            sheet.marks[student] = {"why": Mark(0.0, 3.0, True, False)} if waits else {}
        found.append(sheet)
    return found


def test_who_falls_behind():
    """Those who are only in the roster too; not who waits for a person, or was not graded."""
    term = term_of(sheets())
    behind = {one.student: (one.missing, one.low) for one in term.behind}
    assert behind == {
        "zoe": ([*NAMES], []),
        "gus": (["02_bias", "04_activations"], ["03_linear"]),
        "bob": ([], ["02_bias", "03_linear"]),
        "cai": (["02_bias", "03_linear"], []),
    }
    assert [len(one.missing) + len(one.low) for one in term.behind] == [3, 3, 2, 2]


def test_the_curve_counts_everybody_once():
    term = term_of(sheets())
    bars = dict(term.curve())
    assert list(bars)[0] == "0-9"
    assert list(bars)[-1] == "90-100"
    assert sum(bars.values()) == len(term.people) == 8
    assert (bars["90-100"], bars["0-9"]) == (1, 2)  # ann has 27 of 30; gus 2, zoe nothing
    assert term.most == 30


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_escapes_what_people_are_called(tmp_path, number):
    write_term(sheets()[:number], tmp_path)
    page = (tmp_path / "term.html").read_text(encoding="utf-8")
    assert SCRIPT not in page
    assert len(re.findall("<script", page)) == 1
    assert "default-src 'none'" in page
