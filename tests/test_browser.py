"""A student in a real JupyterLab, in a real browser: open, run, read the report, mend, pass."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edunn.course.layout import Course

COURSE = Course.find(Path(__file__).parent.parent)
NAME = "03_linear"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
SECONDS = 120
WRONG, RIGHT = "dy.T @ x", "x.T @ dy"

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed here")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a folder with one exercise in it."""
    home = tmp_path_factory.mktemp("student")
    shutil.copytree(COURSE.root / "assignments" / NAME, home / "course" / NAME)
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    render_all = {"windowingMode": "none"}  # also what is not on the screen
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps(render_all))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        "--IdentityProvider.token=", f"--ServerApp.root_dir={home / 'course'}",
    ]  # fmt: skip
    environment = os.environ | {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        wait_for(port, home / "log")
        yield f"http://127.0.0.1:{port}/lab/tree/{NAME}/{NAME}.ipynb"
        server.terminate()
        server.wait(SECONDS)


def wait_for(port, log):
    for _ in range(SECONDS * 2):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise TimeoutError(log.read_text())


@pytest.fixture(scope="module")
def page(lab):
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=flags)
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(SECONDS * 1000)
        page.goto(lab)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function("document.body.innerText.includes('| Idle')")
        yield page
        browser.close()


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
    run_all(page, "lying on its side")
    report = page.locator(".jp-OutputArea .edunn").first
    assert report.bounding_box()["width"] > 300
    assert page.get_by_text("is kept in my_edunn").count() == 0

    write(page, answer(RIGHT))
    run_all(page, "Linear is kept in my_edunn/linear.py")
    assert page.locator(".jp-OutputArea .edunn").count() == 0
    assert page.locator(".jp-OutputArea", has_text="NotImplementedError").count() == 0
