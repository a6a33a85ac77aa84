"""A student's own run of a notebook, and the package of what has passed: check, status, keep."""

import copy
import importlib
import json
import linecache
import os
import shutil
import sys
from importlib.machinery import FileFinder
from pathlib import Path

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner

import edunn as nn
from edunn.course.authoring.answers import read_wrong_answers
from edunn.course.cli.commands import main
from edunn.course.notebooks.kernel import run_in_kernel
from edunn.course.notebooks.layout import Course
from edunn.course.student import package as mine
from edunn.course.student.self_check import check_notebook, receipt_path, status

pytestmark = pytest.mark.slow

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


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("x @ self.w.data", "x @ w.data", "Python does not know w, but the object has one"),
        ("x.T @ dy", "x.T @ dy / len(x)", "exactly 4 times too small, and 4 is the number of"),
    ],
)
def test_the_check_says_what_the_notebook_says(student, old, new, says):
    receipt = check_notebook(student(filled(RIGHT.replace(old, new))))
    assert says in " ".join(one.reason for one in receipt.checks)


def test_what_a_class_uses_goes_with_it(student, tmp_path, monkeypatch):
    helper = "def product(a, b):\n    return a @ b\n\n\n"
    path = student(filled(helper + RIGHT.replace("x @ self.w.data", "product(x, self.w.data)")))
    assert check_notebook(path).points == 7
    text = (tmp_path / "my_edunn" / "linear.py").read_text()
    assert text.index("def product") < text.index("class Linear")
    compile(text, "linear.py", "exec")


PRODUCT = "x @ self.w.data"
USES = {  # what a class may use of its notebook: (what stands above it, what stands for x @ w)
    "a function that calls itself": (
        "def product(a, b, k=0):\n    return a @ b if k == 0 else product(a, b, k - 1)",
        "product(x, self.w.data, 3)",
    ),
    "two functions that call each other": (
        "def even(a, b, k):\n    return a @ b if k == 0 else odd(a, b, k - 1)\n"
        "def odd(a, b, k):\n    return even(a, b, k - 1)",
        "even(x, self.w.data, 4)",
    ),
    "a lambda": ("product = lambda a, b: a @ b", "product(x, self.w.data)"),
    "a module": ("import operator as op", "op.matmul(x, self.w.data)"),
    "a module by its name": ("import operator", "operator.matmul(x, self.w.data)"),
    "a function of a module": ("from operator import matmul", "matmul(x, self.w.data)"),
    "a ufunc": ("from numpy import matmul as product", "product(x, self.w.data)"),
    "a ufunc of SciPy": ("from scipy.special import expit", "x @ self.w.data + 0 * expit(0.0)"),
    "nothing below a return": (
        "from numpy import ones\nONE = ones(1)",
        "x @ self.w.data\n        return y\n        y = y + ONE",
    ),
    "numbers": ("ONE, TWO = 1.0, (1, 2)", "x @ self.w.data * ONE * TWO[0]"),
    "a base": ("class Base(nn.Module):\n    two = 2", "x @ self.w.data * Base.two / 2"),
    "a decorated function": (
        "import functools\n@functools.lru_cache\ndef one(k):\n    return k",
        "x @ self.w.data * one(1)",
    ),
}


@pytest.mark.parametrize("what", USES)
def test_whatever_a_class_uses_goes_with_it(student, tmp_path, monkeypatch, what):
    above, product = USES[what]
    path = student(filled(f"{above}\n\n\n{RIGHT.replace(PRODUCT, product)}"))
    assert check_notebook(path).points == 7
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    own = importlib.import_module("my_edunn")
    try:
        x, layer = np.array([[1.0, 2.0]]), own.Linear(2, 3)
        assert np.array_equal(layer.forward(x), x @ layer.w.data)
        assert mine.parts(tmp_path / "my_edunn") == {"Linear": "yours"}
    finally:
        for name in [name for name in sys.modules if name.startswith("my_edunn")]:
            del sys.modules[name]


def test_what_cannot_be_written_down_is_refused(student, tmp_path):
    above, product = "from numpy import ones\nONE = ones(1)", "x @ self.w.data * ONE"
    path = student(filled(f"{above}\n\n\n{RIGHT.replace(PRODUCT, product)}"))
    notebook = nbformat.read(path, as_version=4)
    outcome = run_in_kernel(notebook, path.parent, 60)
    said = [error for error in outcome.values() if error and "is not kept" in error[1]]
    assert "it uses ONE of the notebook, of type ndarray" in said[0][1]
    assert not (tmp_path / "my_edunn" / "linear.py").exists()


def test_a_changed_check_counts_for_nothing(student):
    notebook = copy.deepcopy(RELEASE)
    next(c for c in notebook["cells"] if c["id"] == "linear-dw")["source"] = "assert True"
    receipt = check_notebook(student(notebook))
    assert receipt.checks[-1].state == "changed"
    assert receipt.points == 0


def test_a_check_that_is_gone_still_counts(student):
    notebook = filled(RIGHT)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "linear-dw"]
    receipt = check_notebook(student(notebook))
    assert (receipt.points, receipt.max_points) == (4, 7)
    (gone,) = (check for check in receipt.checks if check.state == "changed")
    assert (gone.name, gone.points) == ("linear-dw", 3)
    assert "no cell is marked as this check any more; the grader puts it back" in gone.reason
    del notebook["metadata"]["edunn_checks"]  # as of a release before, or saved by some programs
    assert check_notebook(student(notebook)).max_points == 4


def test_a_kept_file_that_is_no_python_any_more_is_broken(student, tmp_path, monkeypatch):
    check_notebook(student(filled(RIGHT)))
    file = tmp_path / "my_edunn" / "linear.py"
    file.write_text(file.read_text() + "\ndef odd(x)\n")
    assert status(tmp_path)[0].parts == {"Linear": "broken"}
    monkeypatch.chdir(tmp_path)
    assert "broken" in CliRunner().invoke(main, ["status"]).output


def test_what_is_borrowed_earns_no_points(student):
    path = student(filled('from edunn.course import borrow\n\nLinear = borrow("Linear")'))
    receipt = check_notebook(path)
    assert (receipt.points, receipt.max_points) == (0, 7)
    assert status(path.parent)[0].parts == {"Linear": "borrowed"}
    assert "Linear is borrowed: it earns no points" in receipt.checks[0].reason


def test_what_is_borrowed_to_compare_with_costs_nothing(student):
    borrowed = 'from edunn.course import borrow\n\nTheirs = borrow("Linear")  # to look at\n\n\n'
    assert check_notebook(student(filled(borrowed + RIGHT))).points == 7


def test_files_of_ones_own_do_not_stop_the_package(student, tmp_path, monkeypatch):
    check_notebook(student(filled(RIGHT)))
    (tmp_path / "my_edunn" / "helpers.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "my_edunn" / "folder.py").mkdir()
    assert status(tmp_path)[0].parts == {"Linear": "yours"}
    monkeypatch.syspath_prepend(str(tmp_path))
    own = importlib.import_module("my_edunn")
    try:
        assert own.Linear is not nn.Linear
        assert own.helpers.double(2) == 4
    finally:
        for name in [name for name in sys.modules if name.startswith("my_edunn")]:
            del sys.modules[name]


def test_where_no_receipt_can_be_written_the_checks_are_told(student, caplog):
    path = student(filled(RIGHT))
    receipt_path(path).mkdir()  # so that it cannot be a file
    with caplog.at_level("WARNING"):
        assert check_notebook(path).points == 7
    assert "03_linear.receipt.json cannot be written (Is a directory)" in caplog.text


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


def test_keep_looks_at_its_folder_a_few_times_only(tmp_path, monkeypatch):
    """However many folders Python imports from: in a browser, each look takes hundredths of a
    second."""
    folders = [tmp_path / f"folder_{i}" for i in range(100)]
    finders = {str(folder): FileFinder(str(folder)) for folder in folders}
    monkeypatch.setattr(sys, "path_importer_cache", sys.path_importer_cache | finders)
    monkeypatch.chdir(tmp_path)
    looks, lstat = [], os.lstat
    monkeypatch.setattr(os, "lstat", lambda path, **more: looks.append(path) or lstat(path, **more))
    source, names = "def double(x):\n    return 2 * x\n", {"__name__": "__main__"}
    monkeypatch.setitem(linecache.cache, "<cell>", (len(source), None, [source], "<cell>"))
    exec(compile(source, "<cell>", "exec"), names)
    mine.keep(names["double"])
    assert (tmp_path / "my_edunn" / "double.py").exists()
    assert sum("my_edunn" in str(path) for path in looks) < 20


def test_keep_refuses_what_is_no_class():
    with pytest.raises(TypeError, match="keep got int, not a class or a function"):
        mine.keep(3)
    with pytest.raises(AssertionError, match="Linear is not kept: one of its checks is not true"):
        mine.keep(nn.Linear, False)


def test_a_package_of_the_first_edition_is_read(tmp_path, monkeypatch):
    """A folder my_edunn as edunn 0.1 wrote it."""
    shutil.copytree(Path(__file__).parent / "first_edition" / "my_edunn", tmp_path / "my_edunn")
    monkeypatch.chdir(tmp_path)
    assert mine.parts(mine.folder()) == {"Linear": "yours"}
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_edunn"]:
        monkeypatch.delitem(sys.modules, name)
    own = importlib.import_module("my_edunn")
    assert own.Linear.__module__ == "my_edunn.linear"
    assert own.ReLU is nn.ReLU
    nn.check_gradients(own.Linear(3, 2), np.ones((4, 3)))


def test_the_names_that_notebooks_use_are_there():
    import edunn.course
    from edunn.course import borrow, close, keep, mine

    assert all(map(callable, (borrow, close, keep, mine.folder, mine.parts)))
    with pytest.raises(AttributeError, match="'edunn.course' has no attribute 'borow'"):
        _ = edunn.course.borow


@pytest.mark.parametrize("place", ["03_linear", "es/03_linear", "es", "."])
def test_all_languages_share_one_package(tmp_path, monkeypatch, place):
    for name in ("es/03_linear", "03_linear", "17_capstone"):
        shutil.copytree(COURSE.root / "assignments" / name, tmp_path / "assignments" / name)
    monkeypatch.chdir(tmp_path / "assignments" / place)
    assert mine.folder() == tmp_path / "assignments" / "my_edunn"


def test_what_is_kept_in_spanish_is_found_everywhere(tmp_path, monkeypatch):
    """Also what edunn 0.1 kept in es/my_edunn; nothing there is taken away."""
    course = tmp_path / "assignments"
    for name in ("es/03_linear", "03_linear", "04_activations"):
        shutil.copytree(COURSE.root / "assignments" / name, course / name)
    spanish = course / "es" / "03_linear" / "03_linear.ipynb"
    notebook = nbformat.read(spanish, as_version=4)
    next(c for c in notebook["cells"] if c["id"] == "linear")["source"] = RIGHT
    nbformat.write(notebook, spanish)
    assert check_notebook(spanish).points == 7
    assert (course / "my_edunn" / "linear.py").exists()
    assert not (course / "es" / "my_edunn").exists()
    (course / "my_edunn").rename(course / "es" / "my_edunn")
    for place in (course, course / "es" / "03_linear", course / "04_activations"):
        found = {one.name: one for one in status(place)}
        assert found["03_linear"].parts == {"Linear": "yours"}
        assert found["03_linear"].points == "7 of 7"
        assert set(found) == {"03_linear", "04_activations"}
    kept = [(course / place / "linear.py").read_text() for place in ("my_edunn", "es/my_edunn")]
    assert kept[0] == kept[1]
    (course / "es" / "my_edunn" / "linear.py").write_text("other")
    monkeypatch.chdir(course / "es" / "03_linear")
    assert (mine.folder() / "linear.py").read_text() == kept[0]
