"""`edunn demo` as a person runs it: five submissions, five results, a network that reads."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
VERDICTS = {
    "anna_solution": ("7", "graded", "linear-why waits for a person"),
    "ben_blank": ("0", "graded", "Linear.forward: not written yet"),
    "cleo_dw_transposed": ("4", "graded", "lying on its side"),
    "dario_dw_of_last_example": ("4", "graded", "the contribution of the last example"),
    "eva_loops_for_ever": ("0", "student error", "stopped after 5 s"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course, so that a test never writes into the one it tests."""
    root = tmp_path_factory.mktemp("course")
    for part in ("solutions", "autograder"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture(scope="module")
def demo(course):
    edunn = Path(sys.executable).with_name("edunn")
    done = subprocess.run([edunn, "demo"], cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_nothing_goes_to_stderr(demo):
    assert demo.stderr == ""


def test_five_rows_five_verdicts(demo, course):
    with (course / "demo" / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows.keys() == VERDICTS.keys()
    for student, (points, state, reason) in VERDICTS.items():
        assert (rows[student]["points"], rows[student]["state"]) == (points, state)
        assert reason in rows[student]["reason"]
        assert rows[student]["max_points"] == "10"
        assert student in demo.stdout
        page = (course / "demo" / "feedback" / "03_linear" / f"{student}.html").read_text("utf-8")
        assert "BEGIN" not in page


def test_the_network_reads_97_percent(demo):
    accuracy = re.search(r"accuracy on the held-out fifth: ([\d.]+)", demo.stdout)
    assert 0.97 <= float(accuracy[1]) <= 1


def test_the_files_it_names_are_there(demo, course):
    named = [Path(line.strip()) for line in demo.stdout.splitlines()[-4:]]
    assert [path.name for path in named] == ["report.html", "feedback", "grades.csv", "digits.png"]
    assert all((course / path).exists() for path in named)
    picture = matplotlib.image.imread(course / "demo" / "digits.png")
    assert picture.shape[1] > 1000
    assert picture[..., :3].std() > 0.05  # not an empty page


def test_the_release_is_the_committed_one(demo, course):
    name = Path("assignments/03_linear/03_linear.ipynb")
    assert (course / name).read_bytes() == (ROOT / name).read_bytes()


def test_it_overwrites_nothing_of_yours(course, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    words = "--course", str(course), "demo", "--out", str(tmp_path / "mine")
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert "is not empty, and not of an earlier demo: choose another --out" in result.output
    assert (tmp_path / "mine" / "thesis.txt").exists()
