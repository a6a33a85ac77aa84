"""The build makes what assignments/ holds, and refuses what cannot be trusted."""

import copy
import shutil
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

import edunn as nn
from edunn.course.authoring import build as building
from edunn.course.authoring.edited import not_edited
from edunn.course.cli.commands import main
from edunn.course.errors import CourseError
from edunn.course.grading.gradebook import GradeStore, release_bytes
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import (
    blank,
    closes,
    fill,
    owner,
    read_solution,
    regions,
    solution_lines,
    todos,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
COURSE = Course.find(ROOT)
HEADER = "# %% [markdown]\n# # Double\n\n"
GRADED = (
    '# %% nbgrader={"grade": true, "grade_id": "check", "locked": true, "points": 1, '
    '"schema_version": 3, "solution": false, "task": false}\n'
)
SOLUTION = (
    '# %% nbgrader={"grade": false, "grade_id": "todo", "locked": false, "schema_version": 3, '
    '"solution": true, "task": false}\n'
    "def double(x):\n    ### BEGIN SOLUTION\n    answer = 2 * x\n    ### END SOLUTION\n"
    "    return answer\n\n"
)


def notebook(tmp_path, *cells):
    path = tmp_path / "01_double.py"
    path.write_text(HEADER + "\n".join(cells), encoding="utf-8")
    return read_solution(path)


def released(solution):
    return nbformat.reads(release_bytes(solution, "01_double").decode(), as_version=4)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return GradeStore(tmp_path_factory.mktemp("store"))


@pytest.mark.parametrize("name", COURSE.assignments())
def test_a_build_gives_what_is_committed(name, store):
    committed = COURSE.release_path(name).read_bytes()
    assert store.release(name, COURSE.solution(name)) == committed


@pytest.mark.parametrize("name", COURSE.assignments())
def test_releases_hold_no_solution_and_every_stub(name):
    solution, release = COURSE.solution(name), COURSE.released(name)
    building.no_solution_left(solution, release)
    text = "\n".join(cell["source"] for cell in release["cells"])
    assert "BEGIN SOLUTION" not in text
    for todo in todos(solution):
        assert f'raise NotImplementedError("{todo}: not written yet")' in text


def test_a_stub_says_what_is_missing():
    solution = "### BEGIN SOLUTION\n        y = 1\n        ### END SOLUTION"
    source = f"class A:\n    def f(self):\n        {solution}\n        return y"
    stubbed = blank(source)
    assert 'raise NotImplementedError("A.f: not written yet")\n        return y' in stubbed
    assert "y = 1" not in stubbed
    assert owner(source, 2) == "A.f"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("### BEGIN SOLUTION\nx = 1", "begins but does not end"),
        ("### END SOLUTION", "ends before it begins"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "inside a solution"),
    ],
)
def test_broken_regions(source, message):
    with pytest.raises(CourseError, match=message):
        list(regions(source))


def test_every_proof_on_a_small_exercise(tmp_path):
    """Right: every proof holds, in a real kernel."""
    solution = notebook(tmp_path, SOLUTION, GRADED + "assert double(2) == 4")
    release = released(solution)
    building.no_solution_left(solution, release)
    building.can_fail(release)
    assert "passes all 1" in building.solution_passes(solution)
    assert "fails all 1" in building.blank_fails(release, todos(solution))


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("assert double(2) == 5", "cell check: the solution fails it: AssertionError"),
        ("import sys\nassert double(2)\nprint(1, file=sys.stderr)", "fails it: stderr"),
    ],
)
def test_a_solution_that_fails_its_checks_is_refused(tmp_path, check, message):
    with pytest.raises(CourseError, match=message):
        building.solution_passes(notebook(tmp_path, SOLUTION, GRADED + check))


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("assert double", "cell check: the blank notebook passes it"),
        ("assert duble(2) == 4", "cell check: the blank notebook fails it with NameError"),
    ],
)
def test_a_blank_that_does_not_fail_as_it_must_is_refused(tmp_path, check, message):
    solution = notebook(tmp_path, SOLUTION, GRADED + check)
    with pytest.raises(CourseError, match=message):
        building.blank_fails(released(solution), todos(solution))


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("double(2)\nx = 1", "cell check cannot fail"),
        ("assert double(2) == 4\nnp.allclose(double(2), 4)", "ends in a value"),
        ("assert double(2) == 4\n1.0", "ends in a value"),
    ],
)
def test_a_graded_cell_that_cannot_fail_is_refused(tmp_path, check, message):
    with pytest.raises(CourseError, match=message):
        building.can_fail(released(notebook(tmp_path, SOLUTION, GRADED + check)))


@pytest.mark.parametrize("where", ["source", "metadata"])
def test_a_solution_line_that_survives_is_refused(tmp_path, where):
    solution = notebook(tmp_path, SOLUTION, GRADED + "assert double(2) == 4")
    release = copy.deepcopy(released(solution))
    if where == "source":
        release["cells"][1]["source"] += "\nanswer = 2 * x"
    else:
        release["metadata"]["hint"] = {"deep": ["  answer = 2 * x"]}
    with pytest.raises(CourseError, match=r"cell todo: .* line 'answer = 2 \* x'"):
        building.no_solution_left(solution, release)


def test_a_hint_that_quotes_the_answer_is_refused(tmp_path):
    """Half a line is enough, however it is spaced; a name or a short call is not."""
    long = SOLUTION.replace("answer = 2 * x", "answer = np.sum(x, axis=0) * 2\n    more = len(x)")
    quoted = long.replace("def double", "# hint: np.sum(x,axis=0)*2\ndef double")
    told = long.replace("def double", "# hint: sum x over an axis, len(x)\ndef double")
    check = GRADED + "assert double(2) == 4"
    solution = notebook(tmp_path, told, check)
    assert "none of" in building.no_solution_left(solution, released(solution))
    solution = notebook(tmp_path, quoted, check)
    with pytest.raises(CourseError, match=r"cell todo: .* quotes .*'np.sum\(x, axis=0\) \* 2'"):
        building.no_solution_left(solution, released(solution))


@pytest.mark.parametrize("around", ["- {}", "Write `{}` here.", "# {}", "<b>{}</b>", "{}; x = 1"])
def test_a_line_of_the_solution_within_another_line_is_refused(tmp_path, around):
    long = SOLUTION.replace("answer = 2 * x", "answer = [2 * number for number in x]")
    solution = notebook(tmp_path, long, GRADED + "assert double(2) == 4")
    release = copy.deepcopy(released(solution))
    release["cells"][0]["source"] += "\n" + around.format("answer = [2*number for number in x]")
    with pytest.raises(CourseError, match="cell todo: the release still has its solution's line"):
        building.no_solution_left(solution, release)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("return result", "two functions, which return results in minutes"),
        ("else:", "else:"),
        ("total = 0", "total = 0"),
        ("return True", "return True"),
        ("for number in numbers:", "for number in numbers:"),
        ('return "no real roots"', '"no real roots" for another text'),
        ("import math", "import math"),
        ("super().__init__()", "super().__init__()"),
        ("self.inputs = inputs", "self.inputs = inputs"),
        ("point = (0.0, 0.0, 0.0)", "the origin, (0.0, 0.0, 0.0)"),
        ('"""', '"""'),
    ],
)
def test_how_python_is_written_gives_nothing_away(line, text):
    region = f"### BEGIN SOLUTION\n{line}\n### END SOLUTION"
    cells = [{"id": "todo", "cell_type": "code", "source": region, "metadata": {}}]
    blank = [{"id": "play", "cell_type": "code", "source": text, "metadata": {}}]
    blank.append({"id": "todo", "cell_type": "code", "source": f"# {text}", "metadata": {}})
    building.no_solution_left({"cells": cells}, {"cells": blank})


def test_two_cells_of_one_name_are_refused(tmp_path):
    with pytest.raises(CourseError, match="two cells are called 'check'"):
        notebook(tmp_path, SOLUTION, GRADED + "assert 1\n", GRADED + "assert 2\n")


@pytest.mark.parametrize(
    "cells",
    [
        (SOLUTION, GRADED.replace('"grade_id": "check", ', "") + "assert double(2) == 4"),
        (SOLUTION.replace('"todo"', '"to do"'), GRADED + "assert double(2) == 4"),
        ("# %%\n" + SOLUTION.partition("\n")[2], GRADED + "assert double(2) == 4"),
    ],
    ids=["no id", "an id with a space", "a solution in a cell of no name"],
)
def test_a_cell_without_its_name_is_refused(tmp_path, cells):
    with pytest.raises(CourseError, match="cell . needs a grade_id: '"):
        notebook(tmp_path, *cells)


def test_a_build_that_fails_leaves_the_release_of_before(tmp_path):
    for folder in ("solutions", "autograder/cases", "assignments/01_double"):
        (tmp_path / folder).mkdir(parents=True)
    source = tmp_path / "solutions" / "01_double.py"
    source.write_text(HEADER + SOLUTION + GRADED + "double(2)", encoding="utf-8")
    course = Course.find(tmp_path / "assignments")
    before = COURSE.release_path("02_bias").read_bytes()
    course.release_path("01_double").write_bytes(before)
    with pytest.raises(CourseError, match="cannot fail"):
        building.build_exercise(course, "01_double")
    assert course.release_path("01_double").read_bytes() == before


def in_cell(name):
    def edit(notebook):
        next(c for c in notebook["cells"] if c["id"] == name)["source"] += "\nmine"

    return edit


def prose(notebook):
    notebook["cells"][2]["source"] += "\nmine"


def run(notebook):
    cell = next(c for c in notebook["cells"] if c["cell_type"] == "code")
    cell["outputs"] = [nbformat.v4.new_output("stream", text="mine")]


EDITS = {
    "code": in_cell("linear"),
    "answer": in_cell("linear-why"),
    "a check": in_cell("linear-dw"),
    "text": prose,
    "a run": run,
    "a new cell": lambda notebook: notebook["cells"].append(nbformat.v4.new_markdown_cell("mine")),
    "no cell": lambda notebook: notebook["cells"].pop(3),
    "a tag": lambda notebook: notebook["cells"][2]["metadata"].update(tags=["mine"]),
    "a kernel": lambda notebook: notebook["metadata"]["language_info"].update(version="3.12"),
}


@pytest.mark.parametrize("language", ["", "es"])
@pytest.mark.parametrize("edit", EDITS)
def test_no_build_replaces_what_somebody_has_edited(tmp_path, edit, language):
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder")
    course = Course.find(tmp_path)
    for kind in ("", "es"):
        path = course.release_path("03_linear", kind)
        path.parent.mkdir(parents=True)
        shutil.copy(COURSE.release_path("03_linear", kind), path)
    not_edited(course, "03_linear")
    path = course.release_path("03_linear", language)
    notebook = nbformat.read(path, as_version=4)
    EDITS[edit](notebook)
    nbformat.write(notebook, path)
    with pytest.raises(CourseError, match=r"03_linear.ipynb is not as it was built .*Move it away"):
        building.build_exercise(course, "03_linear")
    assert nbformat.read(path, as_version=4) == notebook
    if edit == "answer":  # the commands say it in one line
        for command in (["build", "03"], ["demo", "--out", str(tmp_path / "demo")]):
            result = CliRunner().invoke(main, ["--course", str(tmp_path), *command])
            assert result.exit_code == 1
            assert "is not as it was built" in " ".join(result.output.split())
        assert nbformat.read(path, as_version=4) == notebook


def test_all_that_is_committed_is_as_it_was_built():
    """Else no build could replace it."""
    for name in COURSE.assignments():
        not_edited(COURSE, name)


@pytest.mark.parametrize("name", COURSE.assignments())
def test_what_a_student_needs_is_closed(name):
    solution = COURSE.solution(name)
    written = {todo.partition(".")[0] for todo in todos(solution)}
    assert written & {*vars(nn), *nn.__all__} <= set(closes(solution))
    assert list(solution_lines(solution))


def test_filling_a_stub_that_is_not_there(tmp_path):
    release = COURSE.released("03_linear")
    with pytest.raises(CourseError, match=r"no cell asks for Linear\.sideways"):
        fill(release, {"Linear.sideways": "pass"})


def test_a_name_may_be_a_number():
    assert COURSE.full_name("03") == COURSE.full_name("linear") == "03_linear"
    with pytest.raises(CourseError, match="no assignment 'linaer'; there are .*03_linear"):
        COURSE.full_name("linaer")


def test_no_course_here(tmp_path):
    with pytest.raises(CourseError, match="no folder with solutions/ and autograder/"):
        Course.find(tmp_path)
