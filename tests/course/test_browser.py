"""A student in a real JupyterLab, in a real browser: open, run, read the report, mend, pass."""

import json
import shutil
from pathlib import Path

import pytest

from browser import SECONDS, chromium, jupyter_lab, needs_browser
from edunn.course.notebooks.layout import Course

COURSE = Course.find(Path(__file__).parent)
NAME = "03_linear"
WRONG, RIGHT = "dy.T @ x", "x.T @ dy"

pytestmark = [pytest.mark.slow, needs_browser]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A browser that shows a notebook in a JupyterLab on a folder with one exercise in it."""
    home = tmp_path_factory.mktemp("student")
    shutil.copytree(COURSE.root / "assignments" / NAME, home / "course" / NAME)
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    render_all = {"windowingMode": "none"}  # also what is not on the screen
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps(render_all))
    with jupyter_lab(home / "course", home) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(SECONDS * 1000)
        page.goto(f"{address}/lab/tree/{NAME}/{NAME}.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function("document.body.innerText.includes('| Idle')")
        yield page


def run_all(page, sentence):
    """Run every cell, up to the first that fails; return when the sentence can be read."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_text(sentence).first.wait_for()


def write(page, code):
    """Put code in the place of the cell in which the student writes."""
    cell = page.locator(".jp-CodeCell", has_text="class Linear(nn.Module)").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


def answer(dw):
    solution = COURSE.solution(NAME)
    source = next(cell["source"] for cell in solution["cells"] if cell["id"] == "linear")
    return source.replace(RIGHT, dw)


def test_blank_then_wrong_then_right(page):
    run_all(page, "NotImplementedError: Linear.forward: not written yet")

    write(page, answer(WRONG))
    run_all(page, "turned around")
    report = page.locator(".jp-OutputArea .edunn").first
    assert report.bounding_box()["width"] > 300
    assert report.locator("details[open]").count() == 0
    report.get_by_text("Hint").click()
    assert "lying on its side" in report.locator("details[open]").inner_text()
    assert page.get_by_text("is kept in my_edunn").count() == 0

    write(page, answer(RIGHT))
    run_all(page, "Linear is kept in my_edunn/linear.py")
    assert page.locator(".jp-OutputArea .edunn").count() == 0
    assert page.locator(".jp-OutputArea", has_text="NotImplementedError").count() == 0
