"""Wrong answers, changed solutions and unfair cases: what `edunn verify` finds."""

from pathlib import Path

import pytest

from edunn.course.authoring.answers import Mistake, read_wrong_answers
from edunn.course.authoring.mutation import changed_sources, is_refusal, slips
from edunn.course.authoring.verify import mutated, verify_exercise
from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
COURSE = Course.find(ROOT)
NAME = "03_linear"
SOLUTION, RELEASE = COURSE.solution(NAME), COURSE.released(NAME)
BANK, _ = read_wrong_answers(COURSE, NAME)


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
    """What verify finds where one file of the course is replaced."""
    for part in ("solutions", "autograder/cases", "autograder/wrong_answers", "assignments"):
        path = folder / part
        path.parent.mkdir(parents=True, exist_ok=True)
        if part == other:
            path.mkdir()
            (path / f"{NAME}.py").write_text(text)
        else:
            path.symlink_to(ROOT / part)
    if other == "autograder/right_answers":
        (folder / other).mkdir()
        (folder / other / f"{NAME}.py").write_text(text)
    return verify_exercise(Course(folder), NAME, mutants=False).faults


@pytest.mark.parametrize(("mistake", "fault"), FAULTS)
def test_a_bank_that_proves_nothing_is_refused(mistake, fault, tmp_path):
    known = "from edunn.course.authoring import Mistake"
    bank = f"{known}\nWRONG_ANSWERS = [{mistake!r}]\n"
    faults = faults_with(tmp_path, "autograder/wrong_answers", bank)
    assert any(fault in one for one in faults), faults
    assert "Linear.backward has 0 wrong answers, not 5" in faults


def test_a_right_answer_that_is_not_taken_is_found(tmp_path):
    """By notebook and grader, by edunn check, or by keep."""
    bank = """
from edunn.course.authoring import RightAnswer

FORWARD = "Linear.forward"
RIGHT_ANSWERS = [
    RightAnswer("not kept", {FORWARD: ("x @", "x @")}),
    RightAnswer("wrong", {FORWARD: ("x @", "-x @")}),
    RightAnswer("not kept", {FORWARD: ("self.w.data", "self.w.data * ONE")}, "ONE = np.ones(1)"),
]
"""
    faults = faults_with(tmp_path, "autograder/right_answers", bank)
    assert "it has 2 right answers, not 6" in faults
    for expected in (
        "two right answers are called 'not kept'",
        "right: wrong, loses points: ",
        "right: wrong, in edunn check: linear-forward: ",
        "right: not kept, in edunn check: Linear is not kept",
    ):
        assert any(one.startswith(expected) for one in faults), (expected, faults)
    assert not any("right: not kept, loses" in one for one in faults)


UNFAIR = {
    "it asks for more than its check": (
        "CASES['linear-forward'] += CASES['linear-dw']",
        "without Linear.backward: linear-forward: the notebook accepts it, the grader "
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
    text = f"{cases}\nfrom edunn.course.hidden_tests import Wrong\n{line}\n"
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


def test_a_solution_that_loses_points_is_the_only_thing_that_is_told(tmp_path):
    """Each answer made from it would lose them as well."""
    text = (ROOT / "solutions" / f"{NAME}.py").read_text()
    broken = text.replace("y = x @ self.w.data", "y = -x @ self.w.data")
    assert broken != text
    (fault,) = faults_with(tmp_path, "solutions", broken)
    assert fault.startswith("the solution loses points: ")
