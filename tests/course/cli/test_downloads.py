"""`edunn grade` on downloads, one after another: nobody's work is replaced, and a roster that knows
nobody is said. Real judges; about 20 s."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.grading.gradebook import GradeStore
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from edunn.course.reporting.classroom import read_sheets
from lock import needs_lock
from submissions.systems import zipped

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
RELEASE = COURSE.released(NAME)
BLANK = json.dumps(RELEASE).encode()
RIGHT = json.dumps(fill(RELEASE, {
    "Bias.forward": "y = x + self.b.data", "Bias.backward": "dx = dy\ndb = np.sum(dy, axis=0)",
})).encode()  # fmt: skip
TYPED = b"<!DOCTYPE html><html><body><p>see my repository</p></body></html>"


@pytest.fixture
def grade(tmp_path):
    """`edunn grade` on a zip of files: (exit code, what it says, {student: points})."""

    def run(files, *options):
        path = zipped(tmp_path / "all.zip", files)
        line = ["--course", str(COURSE.root), "grade", str(path), "--assignment", NAME,
                "--out", str(tmp_path / "graded"), *map(str, options)]  # fmt: skip
        result = CliRunner().invoke(main, line)
        (sheet,) = read_sheets(tmp_path / "graded")[1]
        points = {grade.record.student: grade.points for grade in sheet.grades}
        return result.exit_code, " ".join(result.output.split()), points

    return run


def moodle(who, number, content=RIGHT, plugin="file", file=f"{NAME}.ipynb"):
    return {f"{who}_{number}_assignsubmission_{plugin}/{file}": content}


def test_a_later_download_replaces_nobody(grade, tmp_path):
    assert grade(moodle("Ann Able", 11))[2] == {"Ann_Able": 7.0}
    code, _, points = grade(moodle("Ann Able", 99, BLANK))
    assert (code, points) == (0, {"Ann_Able": 7.0, "Ann_Able-99": 0.0})
    assert (tmp_path / "graded/handed_in" / NAME / "Ann_Able.ipynb").read_bytes() == RIGHT
    _, _, points = grade(moodle("Ann Neu", 11, BLANK))  # renamed, and handed in anew
    assert points == {"Ann_Able": 0.0, "Ann_Able-99": 0.0}
    kept = tmp_path / "graded/handed_in" / NAME / "earlier/Ann_Able/1.ipynb"
    assert kept.read_bytes() == RIGHT
    note = "handed in before: 1 earlier in handed_in/02_bias/earlier"
    assert note in (tmp_path / "graded/report.html").read_text()
    assert note not in (tmp_path / "graded/feedback" / NAME / "Ann_Able.html").read_text()


def test_a_roster_that_knows_nobody(grade, tmp_path):
    (tmp_path / "others.csv").write_text("student,name\nx1,Xaver Xu\n")
    (tmp_path / "right.csv").write_text("student,name\naa,Ann Able\n")
    (tmp_path / "only.csv").write_text("student,name\n")
    files = moodle("Ann Able", 11)
    code, said, points = grade(files, "--roster", tmp_path / "others.csv")
    assert (code, points) == (1, {"Ann_Able": 7.0})
    assert "none of these is in the roster: Ann_Able. It has x1, Xaver Xu" in said
    store = GradeStore(tmp_path / "graded")
    with store.gradebook() as gradebook:
        part = gradebook.find_submission_notebook(NAME, NAME, "Ann_Able")
        mark = next(one for one in part.grades if one.cell.name == "bias-why")
        mark.manual_score, mark.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    code, said, points = grade(files, "--roster", tmp_path / "right.csv")
    assert "graded who are not in" not in said
    assert (code, points) == (0, {"aa": 8.5})  # one person, with all that a person gave
    code, said, _ = grade(files | moodle("Cy Coe", 13))
    assert code == 0
    assert "1 graded who are not in the roster: Cy_Coe" in said
    code, said, _ = grade(files, "--roster", tmp_path / "only.csv")
    assert code == 1
    assert "has a header, but no students" in said


def test_a_text_that_was_typed_in_is_no_zero(grade, tmp_path):
    text = moodle("Bo Bone", 12, TYPED, "onlinetext", "onlinetext.html")
    both = moodle("Ann Able", 11) | moodle("Ann Able", 11, TYPED, "onlinetext", "onlinetext.html")
    code, said, points = grade(text | both)
    assert (code, points) == (1, {"Ann_Able": 7.0, "Bo_Bone": None})
    assert "Bo_Bone - / 10 not graded" in said.replace("│ ", "")
    report = (tmp_path / "graded/report.html").read_text()
    assert "a text was typed in, and no notebook was handed in" in report
    assert report.count("typed into the system: see my repository") == 2
