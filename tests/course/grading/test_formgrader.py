"""nbgrader's formgrader by one command: the mark scheme beside the answer, names left out."""

import os
import re
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from traitlets.config import Config

from edunn.course.cli.commands import main
from edunn.course.grading.formgrader import mark_schemes, server_command
from edunn.course.grading.grade import rebuilt
from edunn.course.grading.gradebook import GradeStore, configure
from edunn.course.grading.records import Record, write_record
from edunn.course.notebooks.layout import Course

pytestmark = pytest.mark.slow

COURSE = Course.find(Path(__file__).parent)
NAME, WHY = "02_bias", "Because of the line."
SCHEME = "1 point: right for a batch of one."
FORMGRADE = {
    "assignment_id": NAME, "notebook_id": NAME, "submission_id": "x", "index": 2, "total": 3,
    "base_url": "", "student": "ann", "last_name": "Able", "first_name": "Ann",
    "notebook_path": "autograded/ann",
}  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    store = GradeStore(tmp_path_factory.mktemp("store") / "graded")
    store.release(NAME, COURSE.solution(NAME))
    release = COURSE.released(NAME)
    record = Record("ann", NAME, order=[cell["id"] for cell in release["cells"]])
    record.answers = {"bias": "class Bias: pass", "bias-why": WHY}
    write_record(store.root, record)
    with store.gradebook() as gradebook:
        store.enter(gradebook, record, rebuilt(release, record))
    return store.root


def page(out, anonymous, resources):
    exporter = HTMLExporter(config=configure(Config(), out, anonymous))
    path = out / "autograded" / "ann" / NAME / f"{NAME}.ipynb"
    return exporter.from_filename(str(path), resources=dict(resources))


def test_the_mark_scheme_stands_below_the_answer(out):
    html, _ = page(out, False, FORMGRADE)
    assert html.index(WHY) < html.index("Mark scheme") < html.index(SCHEME)
    assert mark_schemes(out, NAME).keys() == {"bias-why"}


def test_students_never_get_it(out):
    """Not by nbgrader's own feedback, which is made of the same notebook in the same way."""
    assert SCHEME not in page(out, False, {"nbgrader": {"student": "ann"}})[0]
    for path in [*out.glob("submitted/**/*.ipynb"), *out.glob("autograded/**/*.ipynb")]:
        assert SCHEME not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("anonymous", [True, False])
def test_names_are_left_out_on_request(out, anonymous):
    _, resources = page(out, anonymous, FORMGRADE)
    told = str([resources[key] for key in ("student", "first_name", "last_name", "notebook_path")])
    assert ("ann" in told.lower()) != anonymous
    assert ("Submission 3" in told) == anonymous


@pytest.mark.parametrize("command", ["formgrader", "report"])
@pytest.mark.parametrize("words", [["a"], ["--out", "a"], ["--out=a"]])
def test_nothing_graded_is_refused_whichever_way_the_folder_is_named(
    command, words, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, [command, *words])
    assert result.exit_code == 1
    assert re.search("a has no (gradebook|records): first edunn grade", result.output)


def test_options_of_jupyter_lab_are_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["formgrader", "--no-browser", "--port=8899"])
    assert "graded has no gradebook: first edunn grade" in result.output


@pytest.mark.slow
def test_it_starts_from_anywhere_and_shows_the_answer(out, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, folder = server_command(out)
    more = ["--no-browser", f"--port={port}", "--IdentityProvider.token="]
    places = {f"JUPYTER_{one}_DIR": str(tmp_path / one) for one in ("CONFIG", "RUNTIME")}
    clean = {key: value for key, value in os.environ.items() if not key.startswith("EDUNN_")}
    clean["PYTHONPATH"] = str(COURSE.root)
    server = subprocess.Popen(
        [*command, *more], cwd=folder, env=clean | places, stderr=subprocess.DEVNULL
    )
    try:
        with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "edunn") as gradebook:
            number = gradebook.find_submission_notebook(NAME, NAME, "ann").id
        address = f"http://127.0.0.1:{port}/formgrader/submissions/{number}/"
        for _ in range(240):
            try:
                with urllib.request.urlopen(address, timeout=60) as answer:
                    text = answer.read().decode()
                break
            except OSError:
                time.sleep(0.5)
        assert WHY in text
        assert SCHEME in text
    finally:
        server.terminate()
        server.wait(60)
