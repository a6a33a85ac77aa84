"""What students do to notebooks, in a real kernel: every slip leads to a sentence that helps."""

import copy
import re
from pathlib import Path

import pytest

from edunn.course.notebooks.kernel import run
from edunn.course.notebooks.layout import Course

pytestmark = pytest.mark.slow

COURSE = Course.find(Path(__file__).parent)
SOLUTION = COURSE.solution("03_linear")
NAMED = ("setup", "linear", "linear-forward", "linear-dx", "linear-dw")
KEEP = next(cell["id"] for cell in SOLUTION["cells"] if cell["source"].startswith("keep("))
ONE_SECOND = (  # for the loops that never end
    "close(",
    "from edunn.course.student import ipython_hooks\n\nipython_hooks.SECONDS = 1\nclose(",
)


def cells(*names, **changed):
    """The named cells of the solution, some with other text."""
    notebook = copy.deepcopy(SOLUTION)
    by_name = {cell["id"]: cell for cell in notebook["cells"]}
    notebook["cells"] = [copy.deepcopy(by_name[name]) for name in names]
    for cell in notebook["cells"]:
        old, new = changed.get(cell["id"].replace("-", "_"), ("", ""))
        assert old in cell["source"]
        cell["source"] = cell["source"].replace(old, new)
    for place, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{place}-{cell['id']}"
    return notebook


def outputs(notebook, seconds=60):
    """The text of each cell's outputs, as a student reads it."""
    ran = run(notebook, seconds=seconds)
    return [
        re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(map(text_of, cell.get("outputs", []))))
        for cell in ran["cells"]
    ]


def text_of(output):
    if output["output_type"] == "stream":
        return output["text"]
    if output["output_type"] == "error":
        return "\n".join(output["traceback"])
    return output["data"].get("text/plain", "")


# fmt: off
SLIPS = {
    "a right notebook": (cells(*NAMED, KEEP), "Linear is kept in my_edunn/linear.py"),
    "cells run twice": (cells(*NAMED[:3], *NAMED, KEEP), "Linear is kept in my_edunn/linear.py"),
    "out of order": (
        cells("setup", "linear-forward"),
        "There is no Linear yet. Run the cell in which you write it",
    ),
    "class renamed": (
        cells(*NAMED[:3], linear=("class Linear(", "class MyLinear(")),
        "leave its name as it is",
    ),
    "the stub left beside the code": (
        cells(*NAMED[:3], linear=("y = x @", 'raise NotImplementedError("Linear.forward: not '
              'written yet")\n        y = x @')),
        "still stands beside your code: delete it",
    ),
    "method renamed": (
        cells(*NAMED[:3], linear=("def forward(", "def forwards(")),
        "the name is not the one that was given",
    ),
    "syntax error": (
        cells(*NAMED[:2], linear=("def forward(self, x):", "def forward(self, x)")),
        "Python could not read this cell, so nothing of it has run",
    ),
    "numpy not imported": (
        cells("setup", "linear-dx", setup=("import numpy as np\n", "")),
        "np comes from the first code cell",
    ),
    "a variable misspelt": (
        cells(*NAMED[:3], linear=("y = x @ self.w.data", "y = xx @ self.w.data")),
        "Python does not know xx",
    ),
    "self is forgotten": (
        cells(*NAMED[:3], linear=("x @ self.w.data", "x @ w.data")),
        "Python does not know w, but the object has one",
    ),
    "a result that is only printed": (
        cells(*NAMED[:3], linear=("y = x @ self.w.data", "print(x @ self.w.data)")),
        "A print shows a result, and then it is lost",
    ),
    "words of another library": (
        cells(*NAMED[:3], linear=("x @ self.w.data", "x @ self.w.data.detach()")),
        "detach is a word of another library",
    ),
    "the pattern, in the last line too": (
        cells(*NAMED, linear=("x.T @ dy", "x.T @ dy / len(x)")),
        "but the slope is 2.84936. The gradient of w is exactly 4 times too small",
    ),
    "float32 everywhere": (
        cells(*NAMED[:4], linear=("self.cache = x", "self.cache = x = x.astype(np.float32)")),
        "float64",
    ),
    "a print in a loop": (
        cells(
            *NAMED[:4],
            linear=("self.cache = x", "self.cache = x\n        for i in range(500): print('i', i)"),
        ),
        "more lines were printed",
    ),
    "an endless loop": (
        cells(
            *NAMED[:3],
            setup=ONE_SECOND,
            linear=("self.cache = x", "while True: pass"),
        ),
        "this check was stopped after 1 seconds, in forward. Is there a loop that never ends?",
    ),
    "an endless loop in which NumPy works": (
        cells(
            *NAMED[:3],
            setup=ONE_SECOND,
            linear=("self.cache = x", "while True: np.linalg.norm(np.ones((2000, 2000)))"),
        ),
        "this check was stopped after 1 seconds, in forward.",
    ),
    "an endless loop inside a check": (
        cells(
            *NAMED[:2], "linear-dx",
            setup=ONE_SECOND,
            linear=("x = self.cache", "while True: pass"),
        ),
        "this check was stopped after 1 seconds, in backward",
    ),
    "the reference": (
        cells("setup", "linear-forward", linear_forward=("layer = Linear", "layer = nn.Linear")),
        'borrow("Linear")',
    ),
}
# fmt: on


@pytest.mark.parametrize("slip", SLIPS)
def test_every_slip_leads_to_a_sentence(slip):
    notebook, sentence = SLIPS[slip]
    told = outputs(notebook)
    assert " ".join(sentence.split()) in " ".join(told[-1].split()), told[-1]
    assert len(told[-1]) < 20_000


def test_a_wrong_answer_shows_the_line_that_asked_and_the_report_once():
    wrong = cells(*NAMED, linear=("x.T @ dy", "dy.T @ x"))
    (said,) = [text for text in outputs(wrong) if "GradientError" in text]
    assert said.count("lying on its side") == 1
    traceback = said[said.index("---->") :].splitlines()
    assert traceback == [
        '----> 3 print(f"batch of {n}:", nn.check_gradients(Linear(3, 2), x, only=["w"]))',
        "",
        "GradientError: Linear, gradient of w: "
        "The gradient has shape (2, 3), which is (3, 2) turned around.",
    ]


def test_wrong_numbers_show_the_line_that_asked():
    wrong = cells(*NAMED[:3], linear=("y = x @ self.w.data", "y = 0 * x @ self.w.data"))
    shown = outputs(wrong)[-1]
    line, _, error, *_ = shown.splitlines()
    assert line.endswith("nn.utils.check_same([[-22, -26, -30], [6, 7, 8]], y)")
    assert error.startswith("CheckError: ERROR   :( Arrays are not equal")
    assert "largest difference: 30" in shown
    assert "utils/__init__.py" not in shown
