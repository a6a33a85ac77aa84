"""The whole course: my_edunn, check, status, the bank, changed solutions, languages."""

import copy
import importlib
import json
import shutil
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner

import edunn as nn
from edunn.course.authoring import build as building
from edunn.course.authoring.mutation import changed_sources, is_refusal, slips
from edunn.course.authoring.overview import overview
from edunn.course.authoring.translate import MARK, prose, translated
from edunn.course.authoring.verify import mutated, verify_exercise
from edunn.course.authoring.wrong_answers import Mistake, read_wrong_answers
from edunn.course.cli.main import main
from edunn.course.errors import CourseError
from edunn.course.notebooks.kernel import run_in_kernel
from edunn.course.notebooks.layout import Course
from edunn.course.student import package as mine
from edunn.course.student.self_check import check_notebook, receipt_path, status

ROOT = Path(__file__).parents[3]
COURSE = Course.find(ROOT)
NAME = "03_linear"
SOLUTION, RELEASE = COURSE.solution(NAME), COURSE.released(NAME)
BANK, _ = read_wrong_answers(COURSE, NAME)


@pytest.fixture
def student(tmp_path):
    """A student's folder with one exercise in it; returns how to hand something in there."""

    def hand_in(notebook):
        path = tmp_path / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.from_dict(notebook), path)
        return path

    return hand_in


def filled(source):
    """The release with this in the cell that the student writes."""
    notebook = copy.deepcopy(RELEASE)
    next(c for c in notebook["cells"] if c["id"] == "linear")["source"] = source
    return notebook


RIGHT = next(cell["source"] for cell in SOLUTION["cells"] if cell["id"] == "linear")


def test_a_student_from_nothing_to_their_own_package(student, tmp_path, monkeypatch):
    path = student(RELEASE)
    assert status(path.parent)[0].parts == {"Linear": "missing"}
    assert check_notebook(path).points == 0
    assert [line.points for line in status(path.parent)] == ["0 of 7"]

    path = student(filled(RIGHT))
    receipt = check_notebook(path)
    assert (receipt.points, receipt.max_points) == (7, 7)
    (line,) = status(path.parent)
    assert (line.parts, line.points) == ({"Linear": "yours"}, "7 of 7")
    kept = json.loads(receipt_path(path).read_text())
    assert kept["cells"].keys() == {c["id"] for c in RELEASE["cells"] if c["cell_type"] == "code"}
    assert kept["versions"]["edunn"] == nn.__version__
    student(filled(RIGHT + "\n"))
    assert status(path.parent)[0].points == "7 of 7, changed since"
    receipt_path(path).write_text("[1, 2")
    assert status(path.parent)[0].points == ""

    monkeypatch.syspath_prepend(str(tmp_path))
    own = importlib.import_module("my_edunn")
    try:
        x = np.array([[1.0, 2.0]])
        layer = own.Linear(2, 3)
        assert np.array_equal(layer.forward(x), x @ layer.w.data)
        assert own.Linear is not nn.Linear
        assert own.Bias is nn.Bias  # what is missing comes from edunn
        assert mine.parts(tmp_path / "my_edunn") == {"Linear": "yours"}
        nn.check_layer(layer, x)
    finally:
        for name in [name for name in sys.modules if name.startswith("my_edunn")]:
            del sys.modules[name]


def test_the_table_of_all_exercises_fits_into_80_columns(tmp_path, monkeypatch):
    """No name is cut off: it is what a student has to write."""
    for path in (COURSE.root / "assignments").glob("[0-9]*"):
        shutil.copytree(path, tmp_path / path.name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    said = CliRunner().invoke(main, ["status"]).output
    for name in ("05_softmax_cross_entropy", "CrossEntropyWithLabels", "BCEWithLogitsLoss"):
        assert name in said
    assert "borrowed" not in said


def test_what_does_not_pass_is_not_kept(student, tmp_path):
    path = student(BANK[[m.name for m in BANK].index("dw transposed")].notebook(SOLUTION))
    receipt = check_notebook(path)
    assert [one.state for one in receipt.checks] == ["passed", "passed", "not yet"]
    assert "turned around" in receipt.checks[-1].reason
    assert not (tmp_path / "my_edunn").exists()


def test_what_is_borrowed_is_not_yours(student):
    path = student(filled('from edunn.course import borrow\n\nLinear = borrow("Linear")'))
    assert check_notebook(path).points == 7  # the checks are right; the grader gives nothing for it
    assert status(path.parent)[0].parts == {"Linear": "borrowed"}


def test_what_a_class_uses_goes_with_it(student, tmp_path, monkeypatch):
    helper = "def product(a, b):\n    return a @ b\n\n\n"
    path = student(filled(helper + RIGHT.replace("x @ self.w.data", "product(x, self.w.data)")))
    assert check_notebook(path).points == 7
    text = (tmp_path / "my_edunn" / "linear.py").read_text()
    assert text.index("def product") < text.index("class Linear")
    compile(text, "linear.py", "exec")


def test_a_changed_check_counts_for_nothing(student):
    notebook = copy.deepcopy(RELEASE)
    next(c for c in notebook["cells"] if c["id"] == "linear-dw")["source"] = "assert True"
    receipt = check_notebook(student(notebook))
    assert receipt.checks[-1].state == "changed"
    assert receipt.points == 0


def test_a_check_stops_at_an_endless_loop(student):
    endless = RIGHT.replace("self.cache = x", "while True: pass")
    receipt = check_notebook(student(filled(endless)), seconds=12)
    assert [one.state for one in receipt.checks] == ["not yet"] * 3
    assert "stopped after 12 seconds" in receipt.checks[0].reason
    assert "was stopped before this cell" in receipt.checks[1].reason


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "the file is empty"), ("no notebook", "not valid JSON"), (None, "is no file")],
)
def test_check_says_what_is_no_notebook(tmp_path, content, message):
    path = tmp_path / "a.ipynb"
    if content is not None:
        path.write_text(content)
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 1
    assert message in result.output


def test_check_and_status_as_commands(student, tmp_path, monkeypatch):
    path = student(filled(RIGHT))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 0, result.output
    assert "7 of 7 points" in result.output
    result = CliRunner().invoke(main, ["status"])
    assert "7 of 7" in result.output
    monkeypatch.chdir(tmp_path.parent)
    result = CliRunner().invoke(main, ["status"])
    assert "no exercises in" in result.output


def test_keep_refuses_what_is_no_class():
    with pytest.raises(TypeError, match="keep got int, not a class or a function"):
        mine.keep(3)
    with pytest.raises(AssertionError, match="Linear is not kept: a check of it is not true"):
        mine.keep(nn.Linear, False)


def test_the_bank_proves_an_exercise():
    proof = verify_exercise(COURSE, NAME, mutants=False)
    assert proof.ok, proof.faults
    assert proof.visible + proof.hidden == len(BANK)


FAULTS = [
    (Mistake("right", "Linear.forward", ("x", "x"), "?"), "loses no points"),
    (Mistake("told else", "Linear.forward", ("x @", "-x @"), "purple"), "without 'purple'"),
    (Mistake("seen", "Linear.forward", ("x @", "-x @"), "?", hidden=True), "is not hidden"),
]


def faults_with(folder, other, text):
    """What verify finds where one part of the course is another one."""
    for part in ("solutions", "autograder/cases", "autograder/wrong_answers", "assignments"):
        path = folder / part
        path.parent.mkdir(parents=True, exist_ok=True)
        if part == other:
            path.mkdir()
            (path / f"{NAME}.py").write_text(text)
        else:
            path.symlink_to(ROOT / part)
    return verify_exercise(Course(folder), NAME, mutants=False).faults


@pytest.mark.parametrize(("mistake", "fault"), FAULTS)
def test_a_bank_that_proves_nothing_is_refused(mistake, fault, tmp_path):
    bank = f"from edunn.course.authoring.wrong_answers import Mistake, read_wrong_answers\nWRONG_ANSWERS = [{mistake!r}]\n"
    faults = faults_with(tmp_path, "autograder/wrong_answers", bank)
    assert any(fault in one for one in faults), faults
    assert "Linear.backward has 0 wrong answers, not 5" in faults


UNFAIR = {
    "it asks for more than its check": (
        "CASES['linear-forward'] += CASES['linear-dw']",
        "without Linear.backward: linear-forward: the notebook is content, the grader "
        "says 'Linear.backward: not written yet'",
    ),
    "it asks for less than its check": (
        "CASES['linear-dw'] = CASES['linear-forward']",
        "with Linear.forward alone: linear-dw: the notebook says 'NotImplementedError: "
        "Linear.backward: not written yet', the grader gives the points",
    ),
    "it is a matter of luck": (
        "def luck(student, rng):\n    if rng.random() < 0.3:\n        raise Wrong('bad luck')\n"
        "CASES['linear-forward'] += [luck]",
        "bad luck",
    ),
}


@pytest.mark.parametrize("why", UNFAIR)
def test_a_hidden_case_that_is_unfair_is_found(why, tmp_path):
    line, fault = UNFAIR[why]
    cases = (ROOT / "autograder" / "cases" / f"{NAME}.py").read_text()
    text = f"{cases}\nfrom edunn.course.hidden_tests.cases import Wrong\n{line}\n"
    faults = faults_with(tmp_path, "autograder/cases", text)
    assert any(fault in one for one in faults), faults


@pytest.mark.parametrize(
    ("todo", "change", "message"),
    [
        ("Linear.sideways", "pass", r"no cell asks for Linear\.sideways"),
        ("Linear.forward", ("y = 7", "y = 8"), r"'y = 7' is not in Linear\.forward"),
    ],
)
def test_a_wrong_answer_that_fits_nowhere(todo, change, message):
    with pytest.raises(CourseError, match=message):
        Mistake("odd", todo, change, "?").notebook(SOLUTION)


def test_changed_solutions_differ_in_their_regions_only():
    changed = dict(mutated(SOLUTION))
    assert len(changed) >= 15
    assert "Linear.backward: dw = x.T @ dy -> dw = x @ dy" in changed
    for what, notebook in changed.items():
        cells = [
            (a["id"], a["source"] == b["source"])
            for a, b in zip(SOLUTION["cells"], notebook["cells"])
        ]
        assert [name for name, same in cells if not same] == ["linear"], what


def test_changes_leave_refusals_alone():
    source = "def f(x):\n    if x < 0:\n        raise ValueError('no')\n    return x + 1"
    changed = [text for *_, text in changed_sources(source, slips, is_refusal)]
    assert source.replace("x + 1", "x - 1") in changed
    assert all("if x < 0:\n        raise ValueError('no')" in text for text in changed)


def test_the_first_page_is_the_committed_one():
    committed = (ROOT / "assignments" / "README.md").read_text(encoding="utf-8")
    assert overview(COURSE) == committed


TRANSLATIONS = [(n, lang) for n in COURSE.assignments() for lang in COURSE.translations(n)]


@pytest.mark.parametrize(("name", "language"), TRANSLATIONS)
def test_a_translation_gives_what_is_committed(name, language):
    release = COURSE.released(name)
    built = building.in_other_languages(COURSE, name, release)[language]
    assert COURSE.release_path(name, language).read_bytes() == built


TEXT = "".join(MARK + cell["source"] + "\n\n" for cell in prose(RELEASE))


def test_a_translated_notebook_speaks_the_language_in_its_checks():
    notebook = translated(RELEASE, TEXT, "es")
    next(c for c in notebook["cells"] if c["id"] == "linear")["source"] = RIGHT.replace(
        "x.T @ dy", "-x.T @ dy"
    )
    _, text = run_in_kernel(notebook)["linear-dw"]
    assert "la pendiente es" in text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (MARK, "", "es: .* texts for .* markdown cells"),
        ("dx_{il}", "dx_{li}", "another formula"),
        ("`forward`", "`adelante`", "another code: `adelante`"),
        ("## 1.", "# 1.", "another heading"),
    ],
)
def test_a_translation_that_changes_more_than_words(old, new, message):
    with pytest.raises(CourseError, match=message):
        translated(RELEASE, TEXT.replace(old, new, 1), "es")
