"""What authors forget is answered in one line: where it is, and what to write."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from edunn.course.authoring.answers import read_right_answers, read_wrong_answers
from edunn.course.authoring.build import build_exercise
from edunn.course.authoring.overview import overview
from edunn.course.errors import CourseError
from edunn.course.grading.gradebook import release_bytes
from edunn.course.grading.judge import Judge
from edunn.course.hidden_tests.cases import Student, values
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.hidden_tests.layers import forward, gradients
from edunn.course.notebooks.layout import Course
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.normalise import NormalisedSubmission

COURSE = Course.find(Path(__file__).parent)
SOLUTION, CASES = "solutions/02_bias.py", "autograder/cases/02_bias.py"


@pytest.fixture
def course(tmp_path):
    """A course of one exercise."""
    for part in (SOLUTION, CASES):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(COURSE.root / part, tmp_path / part)
    (tmp_path / "autograder" / "overview.md").write_text("# The exercises\n\n{table}\n")
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


@pytest.mark.parametrize(
    "time", ["an hour", "90", "1:30 hours", "an hour and 15 minutes", "2 times 45 minutes", "1h30"]
)
def test_a_time_that_cannot_be_told(course, time):
    change(course, SOLUTION, "about 35 minutes", time)
    with pytest.raises(CourseError) as error:
        overview(course)
    assert f"02_bias: the table of the first cell has {time!r} as Time: write" in str(error.value)


@pytest.mark.parametrize(
    ("time", "minutes"),
    [
        ("about 35 minutes", 35), ("35 to 45 minutes", 45), ("35-45 min", 45), ("2 hours", 120),
        ("1.5 hours", 90), ("1,5 horas", 90), ("1 h 30 min", 90), ("1 hour and 15 minutes", 75),
        ("45 minutes to 1 hour", 60), ("1 to 2 hours", 120), ("35 minutes with a break", 35),
    ],
)  # fmt: skip
def test_hours_and_minutes_are_read(course, time, minutes):
    change(course, SOLUTION, "about 35 minutes", time)
    assert f"| {minutes} | 7 + 3 |" in overview(course)


@pytest.mark.parametrize("title", ["# Bias", "# Exercise 2:", "Exercise 2"])
def test_a_title_that_gives_no_link(course, title):
    change(course, SOLUTION, "# # Exercise 2: Bias", f"# {title}")
    with pytest.raises(CourseError, match="02_bias: its first line is '.*': write a title with"):
        overview(course)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("### END SOLUTION", "### the end", "cell bias: a solution begins"),
        ("### BEGIN SOLUTION", "### begin", "cell bias: a solution ends before it begins"),
        ('"points": 2, ', "", 'has no points: write "points": 2 into'),
        ('"schema_version": 3, ', "", 'cell setup: it has no schema_version: write "schema_ver'),
        ('"schema_version": 3, ', '"schema_version": 2, ', "its schema_version is 2: write"),
        ('"points": 2', '"points": "2"', 'cell bias-forward: its points are "2": write "points"'),
        ('"points": 2', '"points": "dós"', 'its points are "dós": write "points": 2 into its nbg'),
        ('"points": 2', '"points": null', "its points are null: write"),
        ('"points": 2', '"points": true', "its points are true: write"),
        ('"points": 2', '"points": -3', "its points are -3: write"),
        ('"points": 2', '"points": NaN', "its points are NaN: write"),
        ('"locked": true, ', "", 'cell setup: it has no locked: write "locked": true or false'),
        (', "solution": false', "", "cell setup: it has no solution: write"),
        ('"grade": false, ', "", "cell setup: it has no grade: write"),
        ('"task": false', '"task": 0', "cell setup: its task is 0: write"),
        (
            '"grade_id": "bias-dx"',
            '"grade_id": "bias-é"',
            "needs a grade_id: 'bias-é' has something else",
        ),
        ('"grade": true', '"grade": True', "cannot be read: write it as JSON"),
        ('"grade": true,', '"grade": true', "cannot be read: write it as JSON"),
        ("def forward(self, x):", "def forward(self, x)", "cell bias, line 10: SyntaxError: expec"),
        ("layer.b.data[0] == 1", "layer.b.data[0] = 1", "cell bias-forward, line 18: SyntaxError"),
        (
            "layer = Bias(3,",
            "%precision 3\nlayer = Bias(3,",
            '3 is no Python: write get_ipython().run_line_magic("precision", "3")',
        ),
        (
            'close("Bias"',
            '%load_ext autoreload\nclose("Bias"',
            "cell setup, line 10: %load_ext autor",
        ),
        ('close("Bias"', '!ls\nclose("Bias"', "cell setup, line 10: !ls is no Python: put it into"),
        (
            'close("Bias"',
            'close(x, "Bias"',
            "cell setup, line 10: close(x): write the names themsel",
        ),
        (
            'close("Bias"',
            'close(*x, "Bias"',
            "cell setup, line 10: close(*x): write the names thems",
        ),
    ],
)
def test_what_is_forgotten_in_a_cell(course, old, new, said):
    change(course, SOLUTION, old, new)
    with pytest.raises(CourseError) as error:
        course.solution("02_bias")
    assert said in str(error.value)
    assert str(error.value).startswith("02_bias.py: cell ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nplt.close()",
        "%matplotlib inline\nnp.allclose(1, 1)",
        "def close(a, b):\n    return abs(a - b) < 1e-9\n\n\nassert close(1, 1)",
    ],
)
def test_what_only_looks_like_close_is_left_alone(course, source):
    path = course.root / "solutions" / "02_bias.py"
    path.write_text(path.read_text() + f"\n# %%\n{source}\n", encoding="utf-8")
    assert course.solution("02_bias")["cells"][-1]["source"] == source


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
        ("import sys\nsys.exit()", "line 2: SystemExit: the file ends Python: take exit() out"),
        ("\nexit(0)", "line 2: SystemExit: the file ends Python"),
        ("x = '\0'", "null bytes"),
        ("import json\njson.loads('{')", "line 2: JSONDecodeError: "),  # which json has raised
        ("CASES = WRONG_ANSWERS = RIGHT_ANSWERS = ()", " is a tuple, where a "),
    ],
)
def test_a_file_of_the_author_that_does_not_run(course, folder, source, said):
    (course.root / "autograder" / folder).mkdir(exist_ok=True)
    (course.root / "autograder" / folder / "02_bias.py").write_text(source, encoding="utf-8")
    with pytest.raises(CourseError) as error:
        FILES[folder](course)
    assert str(error.value).startswith(f"autograder/{folder}/02_bias.py")
    assert said in str(error.value)


@pytest.mark.parametrize("folder", FILES)
@pytest.mark.parametrize(("mark", "code"), [("", "latin-1"), ("\ufeff", "utf-8")])
def test_a_file_is_read_as_utf_8(course, folder, mark, code):
    """With the mark that Windows puts before it, too."""
    (course.root / "autograder" / folder).mkdir(exist_ok=True)
    path = course.root / "autograder" / folder / "02_bias.py"
    path.write_bytes(f"{mark}x = 1\n# é\n".encode(code))
    with pytest.raises(CourseError) as error:
        FILES[folder](course)
    said = "02_bias.py, line 2: it is not UTF-8: save it as UTF-8" if not mark else "has no"
    assert said in str(error.value)


@pytest.mark.parametrize("part", [SOLUTION, "autograder/overview.md"])
def test_a_text_is_read_as_utf_8(course, part):
    (course.root / part).write_bytes(
        (course.root / part).read_bytes() + "\n\n# é".encode("latin-1")
    )
    with pytest.raises(CourseError, match=r"line \d+: it is not UTF-8: save it as UTF-8$"):
        overview(course)


ANSWERS = [
    ("wrong_answers", "[('a', 'Bias.forward', 'y = x', 'b')]",
     "WRONG_ANSWERS[0] is a tuple, where a Mistake is wanted: Mistake("),
    ("wrong_answers", "[Mistake('a', 'Bias.forward', ('y', 'x', 'z'), 'b')]",
     "WRONG_ANSWERS[0], 'a', is not written as Mistake("),
    ("wrong_answers", "[Mistake('a', 'Bias.forward', 'y = x', 3)]", "is not written as Mistake("),
    ("wrong_answers", "[]; EQUIVALENT = ['a']", "EQUIVALENT is a list, where a dict is wanted"),
    ("right_answers", "['y = x']", "RIGHT_ANSWERS[0] is a str, where a RightAnswer is wanted"),
    ("right_answers", "[RightAnswer('map', 'y = x')]",
     "RIGHT_ANSWERS[0], 'map', is not written as RightAnswer("),
    ("right_answers", "[RightAnswer('map', {'Bias.forward': 3})]", "is not written as Right"),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "answers", "said"), ANSWERS)
def test_what_is_no_answer_is_named(course, folder, answers, said):
    path = course.root / "autograder" / folder / "02_bias.py"
    path.parent.mkdir(exist_ok=True)
    known = "from edunn.course.authoring import Mistake, RightAnswer"
    path.write_text(f"{known}\n{folder.upper()} = {answers}", encoding="utf-8")
    with pytest.raises(CourseError) as error:
        FILES[folder](course)
    assert str(error.value).startswith(f"autograder/{folder}/02_bias.py: ")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ([], "CASES is a list, where a dict is wanted: {"),
        ({"bias-forward": 1}, "CASES['bias-forward'] is a int, where a list of cases is wanted"),
        (dict.fromkeys(["bias-forward", "bias-dx", "bias-db"], [1]),
         "CASES['bias-forward'] has a int where a case is wanted: what values(...) gives"),
        (dict.fromkeys(["bias-forward", "bias-dx", "bias-db", 1], [1]), "has cases for 1: the"),
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
        (values("f", lambda rng: (), lambda: {1}), "for f gives one set, which cannot be compared"),
        (values("f", lambda rng: (), lambda: [1, [b""]]), "for f gives one bytes, which cannot be"),
        (values("f", lambda rng: (), lambda: ({"a": object()}, 1)), "for f gives one object, wh"),
        (values("f", lambda rng: (), lambda: (x for x in "a")), "for f gives one generator, which"),
        (forward("Bias", lambda rng: 3), "for Bias gives one int, where a tuple is wanted"),
        (gradients("Bias", lambda rng: (3, np.ones((2, 3)))),
         "for Bias gives (int, ndarray), where two tuples are wanted"),
    ],
)  # fmt: skip
def test_what_an_example_must_draw_is_said_to_its_author(case, said):
    with pytest.raises(CourseError) as error:
        case(Student(lambda program, start: {}), np.random.default_rng(0))
    assert said in str(error.value)


def test_a_solution_of_which_nbgrader_makes_nothing(course):
    solution = course.solution("02_bias")
    graded = next(cell for cell in solution.cells if cell.id == "bias-forward")
    graded.metadata.nbgrader.points = "2"
    with pytest.raises(CourseError, match="nbgrader says: ValidationError: "):
        release_bytes(solution, "02_bias")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_solution(course, text):
    (course.root / "solutions" / "03_x.py").write_text(text)
    with pytest.raises(CourseError, match="03_x.py is empty: begin it with # %%"):
        course.solution("03_x")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tables", "solutions/tables.py is called after no number: call it 03_tables.py"),
        ("2_bias", "called after no number"),
        (
            "02_other",
            "solutions/02_other.py has the number of 02_bias.py: give one of them another",
        ),
    ],
)
def test_an_exercise_has_a_number_of_its_own(course, name, said):
    shutil.copy(course.root / SOLUTION, course.root / "solutions" / f"{name}.py")
    with pytest.raises(CourseError) as error:
        build_exercise(course, name)
    assert said in str(error.value)
    if "has the number" in said:
        with pytest.raises(CourseError, match="'02' may be 02_bias or 02_other: write the whole"):
            course.full_name("02")


RAISED = {  # a case: what its author reads, and what the student reads
    "return {}['a']": ("line 9: KeyError: 'a'", "(KeyError): is it of the kind that is asked"),
    "return helper(7)": ("line 6: ZeroDivisionError: ", "(ZeroDivisionError): is it of"),
    "import sys; sys.exit()": ("line 9: SystemExit", "(SystemExit): is it of the kind"),
    "exit('done')": ("line 9: SystemExit: done", "(SystemExit): is it of the kind"),
    "return values('f', lambda rng: 3, helper)(student, rng)": (
        "line 9: the example on line 9 of a case for f gives one int, where a tuple is wanted: (x,",
        "(CourseError): is it of the kind that is asked",
    ),
    "student.read(); assert rng is None, 'no luck'": ("no luck", "no luck"),
    "assert rng is None": ("line 9: AssertionError", "the check gives no reason"),
    "np.testing.assert_equal(1, 2)": ("line 9: AssertionError: ", "(AssertionError): is it of"),
}
FILE = """
import numpy as np
from edunn.course.hidden_tests import values

def helper(x):
    return x / 0

def case(student, rng):
    {}

CASES = dict.fromkeys(["bias-forward", "bias-dx", "bias-db"], [case])
"""


@pytest.mark.slow
@pytest.mark.parametrize("line", RAISED)
def test_a_fault_in_a_case_is_told_to_its_author_and_not_to_students(course, line):
    for_author, for_student = RAISED[line]
    path = course.root / CASES
    path.write_text(FILE.format(line), encoding="utf-8")
    exercise, limits = Exercise.of(course, "02_bias"), Limits(confined=False)
    solution = NormalisedSubmission(course.solution("02_bias"))
    with Library(exercise.withheld) as library, Judge(exercise, library, b"x", limits) as judge:
        record = judge.judge("somebody", solution)
    for result in record.lost:
        assert for_student in result.reason
        assert "autograder" not in result.reason
        told = (
            for_author if "line" not in for_author else f"autograder/cases/02_bias.py, {for_author}"
        )
        assert result.fault.startswith(told)
    assert len(record.lost) == 3
