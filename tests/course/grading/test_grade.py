"""Right, wrong, broken and hostile submissions, graded together in one real run."""

import base64
import copy
import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from edunn.course.authoring.answers import read_wrong_answers
from edunn.course.cli.commands import main
from edunn.course.errors import CourseError
from edunn.course.grading.grade import Judging, grade_submissions, open_store
from edunn.course.grading.gradebook import GradeStore
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from edunn.course.reporting.grades_csv import COLUMNS, write_csv
from edunn.course.reporting.html import write_feedback
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME = "03_linear"
RELEASE = COURSE.released(NAME)
SOLUTION = COURSE.solution(NAME)
BANK = {mistake.name: mistake.notebook(SOLUTION) for mistake in read_wrong_answers(COURSE, NAME)[0]}
RIGHT = {
    "Linear.forward": "self.cache = x\ny = x @ self.w.data",
    "Linear.backward": "x = self.cache\ndx = dy @ self.w.data.T\ndw = x.T @ dy",
}
SCRIPT = "<script>alert(1)</script>"


def right():
    return fill(RELEASE, RIGHT)


def cell(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def without_checks():
    notebook = right()
    notebook["cells"] = [c for c in notebook["cells"] if not c["id"].startswith("linear-d")]
    return notebook


def doubled():
    """The solution cell twice, by copy and paste: the second time still blank."""
    notebook = right()
    place = notebook["cells"].index(cell(notebook, "linear"))
    notebook["cells"].insert(place + 1, dict(cell(RELEASE, "linear")))
    return notebook


def easier_checks():
    notebook = copy.deepcopy(BANK["dw averaged"])
    for name in ("linear-forward", "linear-dx", "linear-dw"):
        cell(notebook, name)["source"] = "assert True"
        cell(notebook, name)["metadata"]["tags"] = ["skip-execution"]
    return notebook


def with_prints():
    notebook = right()
    loop = "for _ in range(3000): print('hello')"
    cell(notebook, "linear")["source"] += f"\n{loop}"
    return notebook


def nameless():
    notebook = right()
    for one in notebook["cells"]:
        one["metadata"] = {}
    return notebook


def two_cells():
    """The class in a cell of the student's own; the solution cell as it came."""
    notebook = fill(RELEASE, {})
    place = notebook["cells"].index(cell(notebook, "linear"))
    own = nbformat.v4.new_code_cell(cell(right(), "linear")["source"])
    notebook["cells"].insert(place + 1, own)
    return notebook


def borrowed():
    notebook = fill(RELEASE, {})
    cell(notebook, "linear")["source"] = (
        "from edunn.layers.linear import Linear as Reference\n\nclass Linear(Reference):\n    pass"
    )
    return notebook


def scripted():
    notebook = right()
    cell(notebook, "linear-why")["source"] = SCRIPT
    cell(notebook, "linear")["source"] += f"\nprint({SCRIPT!r})  # {SCRIPT}"
    return notebook


def with_extra(source):
    notebook = right()
    place = notebook["cells"].index(cell(notebook, "linear-forward"))
    notebook["cells"].insert(place, nbformat.v4.new_code_cell(source))
    return notebook


DRAWS = """%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.figure()
plt.savefig = 1
plt.figure(1).savefig = lambda file, **options: file.write(b"<script>")
"""


# student: (what is handed in, automatic points, state, words of the reason, words of the notes)
HANDED_IN = {
    "dw_averaged": (BANK["dw averaged"], 4, "graded", "You take a mean over the examples", ""),
    "dw_of_the_last_example": (BANK["dw of the last example"], 4, "graded", "last example", ""),
    "dw_transposed": (BANK["dw transposed"], 4, "graded", "lying on its side", ""),
    "dx_without_w": (BANK["dx without w"], 5, "graded", "gradient of input 0", ""),
    "leaves_the_process": (BANK["leaves the process"], 0, "student error", "ended in cell", ""),
    "loops_for_ever": (BANK["loops for ever"], 0, "student error", "stopped after 4 s", ""),
    "writes_into_x": (BANK["writes into x"], 0, "graded", "changes", ""),
    "w_before_x": (BANK["w before x"], 0, "graded", "ValueError", ""),
    "prints_in_a_loop": (with_prints(), 7, "graded", "", ""),
}
HANDED_IN |= {
    "right": (right(), 7, "graded", "", ""),
    "blank": (RELEASE, 0, "graded", "Linear.forward: not written yet", ""),
    "empty_file": (b"", None, "not graded", "the file is empty", ""),
    "no_json": (b"print('hello')", None, "not graded", "no notebook", ""),
    "no_cells": (b'{"cells": []}', None, "not graded", "no cells", ""),
    "a_number": (b"42", None, "not graded", "no notebook", ""),
    "nothing": (None, 0, "student error", "no notebook was handed in", ""),
    "utf16": (json.dumps(right()).encode("utf-16"), 7, "graded", "", ""),
    "checks_deleted": (without_checks(), 7, "graded", "", "linear-dw is missing"),
    "cells_doubled": (doubled(), 7, "graded", "", "linear is there more than once"),
    "checks_made_easy": (easier_checks(), 4, "graded", "You take a mean", "linear-dw was changed"),
    "names_lost": (nameless(), 7, "graded", "", "recognised by its text"),
    "own_cell": (two_cells(), 7, "graded", "", ""),
    "reference": (borrowed(), 0, "graded", "this exercise is about writing your own", ""),
    "script": (scripted(), 7, "graded", "", ""),
    "magic": (with_extra("%matplotlib inline\n%time 1 + 1"), 7, "graded", "", ""),
    "draws": (with_extra(DRAWS), 7, "graded", "", ""),
    "raises": (with_extra("1 / 0"), 7, "graded", "", ""),
    "exits": (with_extra("import os; os._exit(0)"), 0, "student error", "the process ended", ""),
    "no-class": (
        with_extra("del Linear"),
        0,
        "graded",
        "the notebook does not define Linear",
        "",
    ),
    "patches": (
        with_extra("nn.check_gradients = nn.utils.check_same = lambda *a, **k: True"),
        7,
        "graded",
        "",
        "",
    ),
}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handed_in")
    for student, (what, *_) in HANDED_IN.items():
        (folder / student).mkdir()
        if what is None:
            continue
        raw = what if isinstance(what, bytes) else json.dumps(what).encode()
        (folder / student / f"{NAME}.ipynb").write_bytes(raw)
    (folder / "stray_file.txt").write_text("not a student")
    (folder / "link").symlink_to(folder / "right")
    (folder / "script" / "edunn").mkdir()
    (folder / "script" / "edunn" / "__init__.py").write_text("raise SystemExit('imported')")
    return folder


@pytest.fixture(scope="module")
def graded(handed_in, tmp_path_factory):
    out = tmp_path_factory.mktemp("graded")
    before = {path: path.read_bytes() for path in handed_in.rglob("*.ipynb")}
    grades = grade_submissions(
        COURSE, NAME, out, handed_in, judging=Judging(limits=Limits(cell_seconds=4.0))
    )
    assert {path: path.read_bytes() for path in handed_in.rglob("*.ipynb")} == before
    write_csv(grades, out / "grades.csv")
    write_feedback(grades, RELEASE, out / "feedback")
    return out, {line.record.student: line for line in grades}


def judged(lines):
    """{student: points} of those who are graded: what cannot be read has no points, not 0."""
    return {who: line.points for who, line in lines.items() if line.points is not None}


def test_everybody_gets_a_row_in_order(graded):
    assert list(graded[1]) == sorted(HANDED_IN)


@pytest.mark.parametrize("student", HANDED_IN)
def test_points_state_and_reason(graded, student):
    _, points, state, reason, notes = HANDED_IN[student]
    line = graded[1][student]
    assert (line.points, line.record.points) == (points, points or 0), line.record
    assert line.max_points == 10
    assert state in (None, line.record.state)
    assert reason in line.record.reason
    assert bool(reason) == bool(line.record.reason)
    assert notes in "; ".join(map(str, line.record.notes))


def test_a_written_answer_waits_for_a_person(graded):
    assert graded[1]["script"].waiting == ["linear-why"]
    assert graded[1]["blank"].waiting == []


def test_nbgraders_own_command_gives_the_same_points(graded, tmp_path):
    """`nbgrader autograde` in autograder/, whose nbgrader_config.py takes them from the records."""
    out, lines = graded
    shutil.copytree(out, tmp_path / "store")
    database = f"sqlite:///{tmp_path / 'store' / 'gradebook.db'}"
    with Gradebook(database, "edunn") as gradebook:
        for student in judged(lines):
            gradebook.remove_submission(NAME, student)
    command = [Path(sys.executable).with_name("nbgrader"), "autograde", NAME, "--force"]
    environment = os.environ | {"EDUNN_GRADED": str(tmp_path / "store")}
    done = subprocess.run(
        command, cwd=COURSE.root / "autograder", env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    with Gradebook(database, "edunn") as gradebook:
        scores = {s.student_id: s.score for s in gradebook.assignment_submissions(NAME)}
    assert scores == judged(lines)


def test_figures_are_kept_where_they_are_pictures(graded):
    """The first figure of the cell claims to be a picture, and is none."""
    out, lines = graded
    ((name, pictures),) = lines["draws"].record.figures.items()
    assert name.startswith("extra-")
    assert [base64.b64decode(one)[1:4] for one in pictures] == [b"PNG"]
    assert pictures[0] in (out / "feedback" / "draws.html").read_text(encoding="utf-8")
    shown = nbformat.read(out / "autograded" / "draws" / NAME / f"{NAME}.ipynb", as_version=4)
    assert pictures[0] in str([one.outputs for one in shown.cells if one.id == name])
    assert not lines["right"].record.figures


def test_the_gradebook_is_nbgraders_own(graded):
    out, lines = graded
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "edunn") as gradebook:
        for student, points in judged(lines).items():
            entry = gradebook.find_submission(NAME, student)
            assert entry.score == points
            assert entry.max_score == 10
        right = {g.cell.name: g.auto_score for g in gradebook.find_submission_notebook(
            NAME, NAME, "right").grades}  # fmt: skip
    assert right == {"linear-forward": 2, "linear-dx": 2, "linear-dw": 3, "linear-why": 0}


def test_grades_csv(graded):
    out, lines = graded
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["student"] for row in rows] == list(lines)
    for row in rows:
        points = lines[row["student"]].points
        assert row["points"] == "" if points is None else float(row["points"]) == points
    assert {row["assignment"] for row in rows} == {NAME}


def test_feedback_escapes_what_students_write(graded):
    out, lines = graded
    for student in lines:
        page = (out / "feedback" / f"{student}.html").read_text(encoding="utf-8")
        assert "<script" not in page
        assert "default-src 'none'" in page
    page = (out / "feedback" / "script.html").read_text(encoding="utf-8")
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3  # answer, code, output


def test_feedback_says_what_was_found(graded):
    page = (graded[0] / "feedback" / "dw_of_the_last_example.html").read_text(encoding="utf-8")
    assert "holds only the contribution of the last example" in page
    assert "4 of 10 points" in page


def test_grading_again_gives_the_same(graded, handed_in):
    out, lines = graded
    some = handed_in.parent / "some"
    shutil.rmtree(some, ignore_errors=True)
    for student in ("right", "dw_averaged"):
        shutil.copytree(handed_in / student, some / student)
    again = grade_submissions(COURSE, NAME, out, some, judging=Judging(workers=1))
    for line in again:
        before = lines[line.record.student]
        assert line.record.results == before.record.results
        assert line.points == before.points


def test_hidden_inputs_differ_by_student(graded):
    secret = GradeStore(graded[0]).secret()
    from edunn.course.hidden_tests.cases import random_inputs

    draws = {random_inputs(secret, who, "linear-dw").random() for who in ("right", "blank")}
    assert len(draws) == 2


def test_nothing_of_the_hidden_cases_reaches_the_worker(handed_in, tmp_path):
    """What a student's code can see: no cases, no solution, no other student's folder."""
    spy = with_extra(
        "import os, sys\nprint(os.listdir('.'), sorted(os.environ), sys.path[0])\n"
        "import edunn.course\nfolder = os.path.dirname(edunn.course.__file__)\n"
        "print([names for _, _, names in os.walk(folder)])"
    )
    (tmp_path / "in" / "spy").mkdir(parents=True)
    (tmp_path / "in" / "spy" / f"{NAME}.ipynb").write_bytes(json.dumps(spy).encode())
    (line,) = grade_submissions(COURSE, NAME, tmp_path / "out", tmp_path / "in")
    seen = " ".join(line.record.printed.values())
    assert "judge.py" not in seen
    assert "worker.py" in seen
    assert "EDUNN" not in seen


def test_the_command(handed_in, tmp_path):
    some = tmp_path / "some"
    shutil.copytree(handed_in / "right", some / "right")
    words = ["grade", str(some), "--assignment", NAME, "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "7 / 10" in result.output
    assert (tmp_path / "out" / "feedback" / NAME / "right.html").exists()


def test_no_submissions(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(CourseError, match="has no submissions"):
        grade_submissions(COURSE, NAME, tmp_path / "out", tmp_path / "in")


def test_books_are_not_kept_among_the_submissions(handed_in):
    with pytest.raises(CourseError, match=r"store lies in .*, among the submissions"):
        grade_submissions(COURSE, NAME, handed_in / "store", handed_in)
    assert not (handed_in / "store").exists()


def test_one_grader_at_a_time(handed_in, tmp_path):
    with (
        open_store(tmp_path / "out"),
        pytest.raises(CourseError, match=r"another edunn grade is writing to .*out"),
    ):
        grade_submissions(COURSE, NAME, tmp_path / "out", handed_in)


def test_a_worker_that_does_not_start_is_nobodys_zero(handed_in, tmp_path, monkeypatch):
    made = Library.__init__

    def broken(self, closed):
        made(self, closed)
        (self.folder / "edunn" / "course" / "sandbox" / "worker.py").unlink()

    monkeypatch.setattr(Library, "__init__", broken)
    some = tmp_path / "some"
    shutil.copytree(handed_in / "right", some / "right")
    (line,) = grade_submissions(COURSE, NAME, tmp_path / "out", some)
    assert (line.points, line.record.state) == (None, "not graded")
    assert "the worker did not start" in line.record.reason
    write_csv([line], tmp_path / "grades.csv")
    assert (tmp_path / "grades.csv").read_text().splitlines()[1].startswith(
        "right,03_linear,,10,not graded"
    )  # fmt: skip
