"""The course in a browser, from a folder of plain files: JupyterLite, with Pyodide as its Python.

The exercises are those of the course, whatever they are.
"""

import importlib.util
import json
import os
import re
from pathlib import Path, PurePosixPath

import pytest

from browser import chromium, needs_browser
from edunn.course.grading.grade import grade_submissions
from edunn.course.notebooks.layout import Course
from edunn.course.student.ipython_hooks import SECONDS
from edunn.course.submissions.collect import assignment_of
from lite import Notebook, errors, kinds, printed, served
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_browser]

COURSE = Course.find(Path(__file__).parent)
RELEASES = [
    path
    for name in COURSE.assignments()
    for path in (COURSE.release_path(name), *COURSE.translated_paths(name))
]
NAME, CLASS, FORWARD_CHECK, LAST_CHECK = "03_linear", "linear", "linear-forward", "linear-dw"
WRONG, RIGHT = "dy.T @ x", "x.T @ dy"
LIMIT = "\nimport edunn.course.student.ipython_hooks as hooks\nhooks.SECONDS = {}\n"
FORGET = """
import os, sys
for name in [name for name in sys.modules if name.partition(".")[0] in ("edunn", "my_edunn")]:
    del sys.modules[name]
os.chdir("/drive/{}")
"""
OWN = """
import sys
sys.path.insert(0, "..")
import edunn, my_edunn
sys.stdout.write(my_edunn.Linear.__module__)
"""


def inside(path):
    """Where a release is in assignments/, and in JupyterLite."""
    return path.relative_to(COURSE.root / "assignments").as_posix()


@pytest.fixture(scope="module")
def make():
    """The script that builds the site."""
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="no JupyterLite is installed here")
    pytest.importorskip("zensical", reason="no Zensical is installed here")
    path = COURSE.root / "docs" / "make_site.py"
    spec = importlib.util.spec_from_file_location("make_site", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(make, tmp_path_factory):
    """The folder of the site."""
    if not (os.environ.get("EDUNN_PYODIDE") or make.FETCHED.is_dir()):
        pytest.skip("no Pyodide: EDUNN_PYODIDE names no folder, and `make site` has fetched none")
    try:
        make.katex()
    except make.SiteError as error:
        pytest.skip(f"no KaTeX: {error}")
    out = tmp_path_factory.mktemp("site") / "site"
    make.build(out)
    return out


@pytest.fixture(scope="module")
def visit(site):
    """(a page, the address of the site, all that was asked of other servers)"""
    with served(site) as address, chromium() as browser:
        context, outside = browser.new_context(), []
        here = address, "data:", "blob:"
        context.on("request", lambda r: r.url.startswith(here) or outside.append(r.url))
        yield context.new_page(), address, outside


@pytest.fixture(scope="module")
def notebook(visit):
    page, address, _ = visit
    return Notebook(page, address, f"{NAME}/{NAME}.ipynb")


def solved(name):
    """{id: source} of the code cells of a solution."""
    cells = COURSE.solution(name)["cells"]
    return {cell["id"]: cell["source"] for cell in cells if cell["cell_type"] == "code"}


def answered(notebook, answer):
    """The cells of the notebook, run with this answer."""
    notebook.write(CLASS, answer)
    return notebook.run_all()


def test_a_page_leads_to_every_exercise_in_every_language(site):
    page = (site / "exercises.html").read_text(encoding="utf-8")
    links = re.findall(r'href="lite/notebooks/index.html\?path=([^"]+)"', page)
    assert sorted(links) == sorted(map(inside, RELEASES))
    for path in RELEASES:
        assert (site / "lite" / "files" / inside(path)).read_bytes() == path.read_bytes()


def test_no_solution_and_no_hidden_case_is_in_it(site):
    notebooks = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.ipynb"))
    assert "BEGIN SOLUTION" not in notebooks
    assert not [path for path in site.rglob("*") if path.name in ("autograder", "solutions")]


def test_blank(notebook):
    (said,) = errors(notebook.run_all()).items()
    assert said[0] == FORWARD_CHECK
    assert "Linear.forward: not written yet" in said[1]


def test_wrong_is_told_why_in_a_report(notebook):
    cells = answered(notebook, solved(NAME)[CLASS].replace(RIGHT, WRONG))
    (said,) = errors(cells).items()
    assert said[0] == LAST_CHECK
    assert "turned around" in said[1]
    assert "text/html" in kinds(cells[LAST_CHECK])


def test_an_endless_loop_ends_with_a_sentence(notebook):
    setup = notebook.cells()["setup"]["source"]
    notebook.write("setup", setup + LIMIT.format(1))
    loop = solved(NAME)[CLASS].replace("self.cache = x", "while True: pass")
    (said,) = errors(answered(notebook, loop)).items()
    notebook.write("setup", setup)
    notebook.execute(LIMIT.format(SECONDS))  # the kernel is the next tests' too
    assert said[0] == FORWARD_CHECK
    assert "stopped after 1 seconds, in forward. Is there a loop that never ends?" in said[1]


def test_right_is_kept_and_drawn_and_nothing_complains(notebook):
    cells = answered(notebook, solved(NAME)[CLASS])
    assert errors(cells) == {}
    assert all(cell["count"] for cell in cells.values())
    assert "is kept in my_edunn/linear.py" in printed(cells)
    assert any("image/png" in kinds(cell) for cell in cells.values())
    assert "Error in callback" not in printed(cells)


@needs_lock
def test_the_notebook_that_is_downloaded_can_be_graded(notebook, tmp_path):
    with notebook.page.expect_download() as download:
        notebook.page.get_by_role("button", name="Download").click()
    path = tmp_path / "class" / "ada" / download.value.suggested_filename
    path.parent.mkdir(parents=True)
    download.value.save_as(path)
    assert assignment_of(tmp_path / "class", COURSE.assignments()) == NAME
    (grade,) = grade_submissions(COURSE, NAME, tmp_path / "graded", tmp_path / "class")
    automatic = sum(
        cell["metadata"]["nbgrader"]["points"]
        for cell in COURSE.solution(NAME)["cells"]
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade")
    )
    assert grade.points == automatic


def test_answers_and_what_is_kept_outlast_a_reload(notebook):
    saved = "!jupyterapp.shell.currentWidget.context.model.dirty"
    notebook.page.wait_for_function(saved)  # it saves by itself
    notebook.page.reload()
    notebook.wait()
    assert notebook.cells()[CLASS]["source"] == solved(NAME)[CLASS]
    assert printed(notebook.execute(FORGET.format(NAME), OWN)) == "my_edunn.linear"


@pytest.mark.parametrize("path", RELEASES, ids=inside)
def test_a_solved_notebook_runs(notebook, path):
    """In the kernel of the page, which has forgotten edunn, with what it has kept before."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    blank = {c["id"]: "".join(c["source"]) for c in cells if c["cell_type"] == "code"}
    code = blank | solved(path.stem)
    folder = PurePosixPath(inside(path)).parent
    assert code.keys() == blank.keys()
    assert errors(notebook.execute(FORGET.format(folder), *code.values())) == {}


def test_nothing_comes_from_elsewhere(notebook, visit):
    assert visit[2] == []
