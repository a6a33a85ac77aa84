"""All notebooks, solved, in one student's folder: they run, and fill my_edunn, on which
two of them train their networks."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from edunn.course.notebooks.kernel import failure, run
from edunn.course.notebooks.layout import Course
from edunn.course.student import package as mine
from edunn.course.student.self_check import status

pytestmark = pytest.mark.slow

COURSE = Course.find(Path(__file__).parent)
NAMES = COURSE.assignments()
CAPSTONE, TRANSFORMER = "17_capstone", "20_transformer"
LAST = CAPSTONE, TRANSFORMER  # those that train on what the others have kept
SECONDS = 60  # for a whole notebook


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """The folder of a student who has solved everything, and the notebooks as they ran."""
    folder = tmp_path_factory.mktemp("student")

    def solve(name):
        place = folder / name
        place.mkdir()
        nbformat.write(COURSE.solution(name), place / f"{name}.ipynb")
        return name, run(COURSE.solution(name), place)

    with ThreadPoolExecutor(2) as pool:
        ran = dict(pool.map(solve, [name for name in NAMES if name not in LAST]))
    return folder, ran | dict(map(solve, LAST))


@pytest.mark.parametrize("name", NAMES)
def test_a_solution_runs_from_top_to_bottom(student, name):
    code = [cell for cell in student[1][name]["cells"] if cell["cell_type"] == "code"]
    assert {cell["id"]: failure(cell["outputs"]) for cell in code} == {c["id"]: None for c in code}
    assert all(cell["metadata"].get("execution") for cell in code)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_has_a_picture_and_a_question(student, name):
    cells = student[1][name]["cells"]
    pictures = [o for c in cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]
    assert pictures
    about = [c["metadata"]["nbgrader"] for c in cells if "nbgrader" in c["metadata"]]
    assert any(one["grade"] and one["solution"] for one in about)


def test_nothing_is_missing_in_the_end(student):
    folder, _ = student
    whose = {name: kind for line in status(folder) for name, kind in line.parts.items()}
    assert len(whose) >= 20
    assert set(whose.values()) == {"yours"}
    assert mine.parts(folder / "my_edunn").keys() == whose.keys()


def test_the_capstone_is_trained_on_the_students_own_classes(student):
    cells = student[1][CAPSTONE]["cells"]
    text = "".join(o["text"] for c in cells for o in c.get("outputs", []) if "text" in o)
    accuracy = float(re.search(r"([\d.]+)% of \d+ digits that it never saw are right", text)[1])
    assert accuracy >= 97
    yours = re.search(r"^yours +(.*)$", text, re.MULTILINE)[1].split(", ")
    assert {"Adam", "Bias", "Dense", "Linear", "ReLU", "Sequential", "fit"} <= {*yours}
    assert re.search(r"^borrowed +-$", text, re.MULTILINE)
    assert re.search(r"^edunn +Identity$", text, re.MULTILINE)  # which computes nothing


def test_the_transformer_is_made_of_the_students_own_classes(student):
    cells = student[1][TRANSFORMER]["cells"]
    text = "".join(o["text"] for c in cells for o in c.get("outputs", []) if "text" in o)
    needed = "Linear Dense Sequential CrossEntropyLoss Adam LayerNorm Attention Heads Residual"
    for name in needed.split():
        assert re.search(rf"^{name} +yours$", text, re.MULTILINE)
    assert "52,172 parameters" in text
