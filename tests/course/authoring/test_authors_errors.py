"""What authors forget is answered in one line: where it is, and what to write."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from edunn.course.authoring.answers import read_right_answers, read_wrong_answers
from edunn.course.authoring.overview import overview
from edunn.course.errors import CourseError
from edunn.course.grading.gradebook import release_bytes
from edunn.course.hidden_tests.cases import Student, values
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.hidden_tests.layers import forward, gradients
from edunn.course.notebooks.layout import Course

COURSE = Course.find(Path(__file__).parent)


@pytest.fixture
def course(tmp_path):
    """A course of one exercise."""
    for part in ("solutions/02_bias.py", "autograder/cases/02_bias.py", "autograder/overview.md"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(COURSE.root / part, tmp_path / part)
    shutil.copytree(COURSE.root / "assignments" / "02_bias", tmp_path / "assignments" / "02_bias")
    return Course(tmp_path)


def change(course, part, old, new):
    text = (course.root / part).read_text(encoding="utf-8")
    assert old in text
    (course.root / part).write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("name", "named"), [("CASE", ", but CASE:"), ("checks", "CASES:")])
def test_cases_misspelt(course, name, named):
    change(course, "autograder/cases/02_bias.py", "CASES", name)
    with pytest.raises(CourseError) as error:
        Exercise.of(course, "02_bias")
    assert str(error.value).startswith("autograder/cases/02_bias.py has no dict CASES")
    assert named in str(error.value)
    assert "write a dict of that name, {" in str(error.value)


@pytest.mark.parametrize("row", ["Time", "You write", "You need"])
def test_a_row_of_the_first_table_is_missing(course, row):
    assert "Bias" in overview(course)
    change(course, "solutions/02_bias.py", f"# | {row} |", "# | Other |")
    with pytest.raises(CourseError, match=f"02_bias: .* has no row {row}: write | {row} |"):
        overview(course)


def test_a_time_without_a_number(course):
    change(course, "solutions/02_bias.py", "about 35 minutes", "an hour")
    with pytest.raises(CourseError, match="has no row Time: write"):
        overview(course)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("### END SOLUTION", "### the end", "cell bias: a solution begins"),
        ("### BEGIN SOLUTION", "### begin", "cell bias: a solution ends before it begins"),
        ('"points": 2, ', "", 'has no points: write "points": 2 into'),
        ('"schema_version": 3, ', "", 'cell setup: it has no schema_version: write "schema_ver'),
    ],
)
def test_what_is_forgotten_in_a_cell(course, old, new, said):
    change(course, "solutions/02_bias.py", old, new)
    with pytest.raises(CourseError) as error:
        course.solution("02_bias")
    assert said in str(error.value)
    assert str(error.value).startswith("02_bias.py: cell ")
    assert "\n" not in str(error.value)


FILES = {
    "cases": lambda course: Exercise.of(course, "02_bias"),
    "wrong_answers": lambda course: read_wrong_answers(course, "02_bias"),
    "right_answers": lambda course: read_right_answers(course, "02_bias"),
}


@pytest.mark.parametrize("folder", FILES)
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import math\n\ndef odd(x)\n", "line 3: SyntaxError: expected ':'"),
        (
            "import math\n\nmath.roott(4)\n",
            "line 3: AttributeError: module 'math' has no attribute",
        ),
        ("def odd(x):\n    return x + y\n\nodd(2)", "line 2: NameError: name 'y' is not defined"),
        (
            "\nfrom edunn.course.hidden_tests import expects",
            "line 2: ImportError: cannot import name",
        ),
        ("x = 1", "has no"),
    ],
)
def test_a_file_of_the_author_that_does_not_run(course, folder, source, said):
    (course.root / "autograder" / folder).mkdir(exist_ok=True)
    (course.root / "autograder" / folder / "02_bias.py").write_text(source, encoding="utf-8")
    with pytest.raises(CourseError) as error:
        FILES[folder](course)
    assert str(error.value).startswith(f"autograder/{folder}/02_bias.py")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ({}, "no hidden case for bias-forward, bias-dx, bias-db: each graded cell"),
        ({"bias-forward": [1], "bias-dx": [], "bias-db": [1]}, "no hidden case for bias-dx: each"),
        (dict.fromkeys(["bias-forward", "bias-dx", "bias-db", "bias-x"], [1]),
         "has cases for bias-x: the graded cells of code are bias-forward, bias-dx, bias-db"),
    ],
)  # fmt: skip
def test_each_graded_cell_has_cases_and_no_other(course, cases, said):
    path = course.root / "autograder" / "cases" / "02_bias.py"
    path.write_text(f"CASES = {cases}", encoding="utf-8")
    with pytest.raises(CourseError) as error:
        Exercise.of(course, "02_bias")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (values("f", lambda rng: np.ones(3), np.sum), "for f gives one ndarray, where a tuple is"),
        (forward("Bias", lambda rng: 3), "for Bias gives one int, where a tuple is wanted"),
        (gradients("Bias", lambda rng: (3, np.ones((2, 3)))),
         "for Bias gives (int, ndarray), where two tuples are wanted"),
    ],
)  # fmt: skip
def test_what_an_example_must_draw_is_said_to_its_author(case, said):
    with pytest.raises(CourseError) as error:
        case(Student(lambda program, start: {}), np.random.default_rng(0))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("def forward(self, x):", "def forward(self, x)", "cell bias, line 10: SyntaxError: expec"),
        ('"points": 2', '"points": "2"', "nbgrader says: ValidationError: "),
    ],
)
def test_a_solution_of_which_nbgrader_makes_nothing(course, old, new, said):
    change(course, "solutions/02_bias.py", old, new)
    with pytest.raises(CourseError) as error:
        release_bytes(course.solution("02_bias"), "02_bias")
    assert said in str(error.value)
