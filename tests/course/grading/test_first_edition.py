"""What edunn 0.1 has left in `graded/` is still read."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.grading.archive import Archive
from edunn.course.grading.grade import rebuilt
from edunn.course.grading.gradebook import GradeStore
from edunn.course.grading.records import GRADED, STUDENT_ERROR, read_record
from edunn.course.notebooks.layout import Course

COURSE = Course.find(Path(__file__).parent)
NAME = "03_linear"
KEPT = Path(__file__).parent / "first_edition" / "graded"
STUDENTS = {  # points, state, how the reason begins, the notes
    "ada": (7.0, GRADED, "", []),
    "ben": (4.0, GRADED, "Linear, gradient of w: The gradient has shape", ["the file is called"]),
    "cleo": (0.0, GRADED, "Linear.forward: not written yet", []),
    "dora": (0.0, STUDENT_ERROR, "no notebook was handed in", []),
}


@pytest.mark.parametrize("student", STUDENTS)
def test_a_record_of_the_first_edition_is_read(student):
    points, state, reason, notes = STUDENTS[student]
    record = read_record(KEPT, NAME, student)
    assert (record.points, record.state) == (points, state)
    assert record.reason.startswith(reason)
    assert bool(record.reason) == bool(reason)
    assert record.handed_in == (student != "dora")
    assert [
        str(note)[: len(start)] for note, start in zip(record.notes, notes, strict=True)
    ] == notes
    assert record == type(record).from_dict(record.as_dict())


def test_the_list_of_what_was_handed_in_is_read():
    archive = Archive(KEPT / "handed_in" / NAME)
    assert list(archive) == ["ada", "ben", "cleo", "dora"]
    assert archive["dora"].content is None
    assert str(archive["dora"].problem) == "no notebook was handed in"


def test_the_pages_are_made_of_it(tmp_path):
    """The gradebook is nbgrader's own, so it is filled here from the records."""
    out = tmp_path / "graded"
    shutil.copytree(KEPT, out)
    store = GradeStore(out)
    store.release(NAME, COURSE.solution(NAME))
    with store.gradebook() as gradebook:
        for student in STUDENTS:
            record = read_record(out, NAME, student)
            store.enter(gradebook, record, rebuilt(COURSE.released(NAME), record))
    made = CliRunner().invoke(main, ["report", str(out)])
    assert made.exit_code == 0, made.output
    rows = (out / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == list(STUDENTS)
    assert "lying on its side" in (out / "feedback" / NAME / "ben.html").read_text("utf-8")
