"""What a person gives, in nbgrader's own gradebook, belongs to the answer that it was given for."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from edunn.course.cli.commands import main
from edunn.course.grading.grade import Judging, grade_submissions
from edunn.course.grading.records import read_record
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from edunn.course.reporting.classroom import read_sheets
from edunn.course.reporting.html import write_all
from edunn.course.sandbox.limits import Limits
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME, CHECK, QUESTION = "02_bias", "bias-db", "bias-why"
RIGHT = {
    "Bias.forward": "y = x + self.b.data",
    "Bias.backward": "dx = dy\ndb = np.sum(dy, axis=0)",
}
WRONG = RIGHT | {"Bias.backward": "dx = dy\ndb = np.mean(dy, axis=0)"}
WHY = "A bias moves the line."


def notebook(code, why=WHY, extra=""):
    made = fill(COURSE.released(NAME), code)
    next(cell for cell in made["cells"] if cell["id"] == QUESTION)["source"] = why
    if extra:
        made["cells"].insert(
            1, {"cell_type": "code", "id": "own", "metadata": {}, "source": extra,
                "outputs": [], "execution_count": None}
        )  # fmt: skip
    return made


class Class:
    """A store with one student, whose work is handed in, graded by hand, and handed in again."""

    def __init__(self, folder):
        self.out, self.handed_in = folder / "graded", folder / "in" / "ann"
        self.handed_in.mkdir(parents=True)

    def hand_in(self, made):
        (self.handed_in / f"{NAME}.ipynb").write_text(json.dumps(made))
        source = self.handed_in.parent
        (line,) = grade_submissions(COURSE, NAME, self.out, source, judging=Judging(1, Limits()))
        return line

    def give(self, comment="", **points):
        with Gradebook(f"sqlite:///{self.out / 'gradebook.db'}", "edunn") as gradebook:
            part = gradebook.find_submission_notebook(NAME, NAME, "ann")
            for grade in part.grades:
                name = grade.cell.name.replace("-", "_")
                if name in points:
                    grade.manual_score, grade.needs_manual_grade = points[name], False
            for one in part.comments if comment else ():
                one.manual_comment = comment
            gradebook.db.commit()

    @property
    def page(self):
        write_all(self.out)
        return (self.out / "feedback" / NAME / "ann.html").read_text(encoding="utf-8")

    @property
    def marks(self):
        return read_sheets(self.out)[1][0].marks["ann"]


@pytest.fixture
def room(tmp_path):
    return Class(tmp_path)


def test_points_for_a_check_are_dropped_with_the_code_they_were_given_for(room):
    """The example of every gradebook: 1 point by hand, then the right code, which earns 3."""
    assert room.hand_in(notebook(WRONG)).points == 4
    room.give(bias_db=1.0, bias_why=2.5)
    assert "A person gave these points." in room.page
    line = room.hand_in(notebook(RIGHT))
    assert (line.points, line.waiting) == (9.5, [])  # the written answer is the same
    assert room.marks[CHECK][0] == 3
    assert not room.marks[CHECK].by_hand
    assert room.marks[QUESTION].by_hand
    told = "the points that a person gave, 1, were for an earlier answer, and count no more"
    assert told in str(line.record.notes[-1])
    page = room.page
    assert page.count("A person gave these points.") == 1
    assert f"“the gradient of b”: {told}" in page


def test_points_and_comment_for_a_text_are_dropped_with_the_text(room):
    room.hand_in(notebook(RIGHT))
    room.give("Which line?", bias_why=2.5)
    line = room.hand_in(notebook(RIGHT, "Another answer."))
    assert line.waiting == [QUESTION]
    assert (line.points, room.marks[QUESTION].by_hand) == (7, False)
    said = "\n".join(map(str, line.record.notes))
    assert "a person's comment on an earlier answer was: Which line?" in said
    assert "<strong>Comment.</strong> Which line?" in room.page  # on the code, which is the same


@pytest.mark.parametrize("extra", ["", "print(1)"])
def test_a_cell_of_ones_own_is_part_of_the_code(room, extra):
    room.hand_in(notebook(WRONG, extra="print(1)"))
    room.give(bias_db=1.0)
    line = room.hand_in(notebook(WRONG, extra=extra or "print(2)"))
    assert room.marks[CHECK].by_hand == bool(extra)
    assert line.points == (5 if extra else 4)


def test_what_was_graded_does_not_wait_again_when_nothing_has_changed(room, monkeypatch):
    """Neither when the same file comes again, nor after all is judged anew."""
    room.hand_in(notebook(WRONG))
    room.give("Good.", bias_db=1.0, bias_why=2.0)
    for judged_anew in (False, True):
        if judged_anew:
            new = "edunn.course.grading.grade.fingerprint", lambda *about: "another exercise"
            monkeypatch.setattr(*new)
        line = room.hand_in(notebook(WRONG))
        assert (line.points, line.waiting, line.record.notes) == (7, [], [])
        assert room.page.count("A person gave these points.") == 2


def test_what_was_dropped_stays_named_when_all_is_judged_anew(room, monkeypatch):
    room.hand_in(notebook(WRONG))
    room.give(bias_db=1.0)
    first = room.hand_in(notebook(RIGHT)).record
    monkeypatch.setattr("edunn.course.grading.grade.fingerprint", lambda *about: "another")
    again = room.hand_in(notebook(RIGHT)).record
    assert again.key != first.key
    dropped = [note for note in again.notes if note.id == "points_dropped"]
    assert len(dropped) == 1
    assert read_record(room.out, NAME, "ann").notes == again.notes


def test_the_command_names_what_was_dropped(room):
    room.hand_in(notebook(WRONG))
    room.give(bias_db=1.0)
    (room.handed_in / f"{NAME}.ipynb").write_text(json.dumps(notebook(RIGHT)))
    words = "grade", str(room.handed_in.parent), "--out", str(room.out), "--workers", "1"
    result = CliRunner().invoke(main, ["--course", str(COURSE.root), *words])
    said = " ".join(result.output.split())
    assert "1 given by hand for an earlier answer, taken back: ann: “the gradient of b”" in said
