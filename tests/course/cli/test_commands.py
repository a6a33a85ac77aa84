"""Commands with wrong arguments, missing files, folders that cannot be written: one line that says
what is wrong, and nothing is lost; and what Ctrl-C or kill -9 leave behind."""

import ast
import os
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import nbformat
import psutil
import pytest
from click.testing import CliRunner

from edunn.course.authoring.verify import Proof
from edunn.course.cli import console as cli_console
from edunn.course.cli.commands import SECTIONS, main
from edunn.course.cli.console import STOPPED, print_faults
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from lock import needs_lock

pytestmark = pytest.mark.slow

COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
EDUNN = Path(sys.executable).with_name("edunn")
RIGHT = {
    "Bias.forward": "y = x + self.b.data",
    "Bias.backward": "dx = dy\ndb = np.sum(dy, axis=0)",
}
LOOP = RIGHT | {"Bias.backward": "while True:\n    pass"}
BAD_ROSTERS = {
    "nobody.csv": "",
    "names.csv": "name,email\nAda,a@x\n",
    "twice.csv": "student\nada\nada\n",
    "path.csv": "student\na/b\n",
    "binary.csv": "student\0name",
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of files that commands must refuse."""
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("file").write_text("hello")
    for name, text in BAD_ROSTERS.items():
        Path(name).write_text(text, encoding="utf-8")
    with zipfile.ZipFile("none.zip", "w") as archive:
        archive.writestr("a.txt", "no notebook")
    hand_in(Path("in"), ada=RIGHT)
    hand_in(Path("two"), ada=RIGHT)
    Path("two/03_linear.ipynb").touch()
    return tmp_path


def hand_in(folder, **students):
    for student, answers in students.items():
        (folder / student).mkdir(parents=True)
        notebook = fill(COURSE.released(NAME), answers)
        nbformat.write(notebook, folder / student / f"{NAME}.ipynb")


# fmt: off
REFUSALS = [
    ("build nix", 1, "no assignment 'nix'; there are 01_tensor"),
    ("--course / build", 1, "no course around /"),
    ("grade", 2, "Missing argument 'SUBMISSIONS'"),
    ("grade empty", 1, "empty has notebooks of no exercise: say which with --assignment"),
    ("grade two", 1, "two has notebooks of 02_bias and 03_linear: say which with --assignment"),
    ("grade in --assignment 77", 1, "no assignment '77'; there are 01_tensor"),
    ("grade nix --assignment 02", 1, "nix is no folder of submissions and no zip"),
    ("grade file --assignment 02", 1, "file is no folder of submissions and no zip"),
    ("grade empty --assignment 02", 1, "empty has no submissions: it takes a folder for each"),
    ("grade none.zip --assignment 02", 1, "none.zip has no submissions"),
    ("grade in --assignment 02 --out file", 2, "'file' is a file"),
    ("grade in --assignment 02 --out file/x", 1, "file/x: Not a directory"),
    ("grade in --assignment 02 --out in/x", 1, "lies in in, among the submissions"),
    ("grade in --assignment 02 --workers -1", 2, "-1 is not in the range"),
    ("grade in --assignment 02 --scheduler nowhere", 1, "no Dask scheduler at nowhere: it takes"),
    ("grade in --assignment 02 --roster nix", 1, "nix: No such file"),
    ("grade in --assignment 02 --roster empty", 1, "empty: Is a directory"),
    ("grade in --assignment 02 --roster nobody.csv", 1, "has no column `student`, but no rows"),
    ("grade in --assignment 02 --roster names.csv", 1, "no column `student`, but name, email"),
    ("grade in --assignment 02 --roster twice.csv", 1, "'ada' is there twice"),
    ("grade in --assignment 02 --roster path.csv", 1, "'a/b' is no name for files"),
    ("grade in --assignment 02 --roster binary.csv", 1, "binary.csv is no CSV in UTF-8"),
    ("report nix", 1, "nix has no records: first edunn grade"),
    ("report file", 2, "'file' is a file"),
    ("regrade --out nix", 1, "nix has no records"),
    ("regrade 77", 1, "no assignment '77'"),
    ("export", 2, "Missing argument"),
    ("export blackboard", 2, "'blackboard' is not one of 'canvas', 'moodle', 'gradescope'"),
    ("export canvas --out nix", 1, "nix has no records"),
    ("export gradescope --out nix", 1, "nix has no records"),
    ("gradescope build 77", 1, "no assignment '77'"),
    ("gradescope build 02 --out nix/a.zip", 1, "nix/a.zip"),
    ("judge nix --assignment 02 --secret file --out a.json", 2, "File 'nix' does not exist"),
    ("judge file --assignment 77 --secret file --out a.json", 1, "no assignment '77'"),
    ("verify 77", 1, "no assignment '77'"),
    ("check", 2, "Missing argument 'NOTEBOOK'"),
    ("check nix.ipynb", 1, "nix.ipynb is no file"),
    ("check in", 1, "in is a folder: it takes the notebook in it, such as"),
    ("check file", 1, "file: the file is no notebook (not valid JSON)"),
    ("status", 1, "no exercises in"),
    ("demo --out file", 2, "'file' is a file"),
    ('init ""', 2, "it is empty, where the name of a directory is wanted"),
    ('check ""', 2, "it is empty, where the name of a path is wanted"),
    ('grade "" --out nix', 2, "it is empty, where the name of a path is wanted"),
    ("--course nix build", 1, "nix is not there: a folder of a course is wanted"),
    ("--course file build", 2, "'file' is a file"),
    ("statuss", 2, "No such command 'statuss'"),
]
# fmt: on


@pytest.mark.parametrize(("line", "code", "says"), REFUSALS, ids=[line for line, _, _ in REFUSALS])
def test_a_refusal_is_one_line(here, line, code, says):
    course = [] if line.startswith("--course") else ["--course", str(COURSE.root)]
    result = CliRunner().invoke(main, [*course, *shlex.split(line)])
    assert (result.exit_code, type(result.exception)) == (code, SystemExit), result.output
    last = result.output.strip().splitlines()
    said = next(i for i, line in enumerate(last) if line.startswith("Error: "))
    assert says in " ".join(last[said:])
    assert code == 2 or said == len(last) - 1
    assert "Traceback" not in result.output
    assert not Path("graded").exists() or not any(Path("graded").rglob("*.html"))


def test_every_command_is_in_the_help():
    result = CliRunner().invoke(main, ["--help"])
    assert sorted(one.name for commands in SECTIONS.values() for one in commands) == sorted(
        main.commands
    )
    assert "..." not in result.output.partition("Options:")[2]  # no sentence is cut off


@needs_lock
@pytest.mark.parametrize("way", ["SIGINT", "SIGKILL"])
def test_a_stopped_run_leaves_no_process_and_no_file(tmp_path, way):
    """Ctrl-C does not wait for a student's endless loop. What is judged is kept."""
    hand_in(tmp_path / "in", ada=RIGHT, bob=LOOP, cleo=RIGHT)
    (tmp_path / "tmp").mkdir()
    command = EDUNN, "--course", COURSE.root, "grade", tmp_path / "in", "--assignment", NAME
    command = [*command, "--workers", "1", "--out", tmp_path / "out"]
    grader = subprocess.Popen(
        command, env=os.environ | {"TMPDIR": str(tmp_path / "tmp")}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests may run without
    )  # fmt: skip
    records = tmp_path / "out" / "records" / NAME
    wait_until(lambda: (records / "ada.json").exists())
    time.sleep(1)  # bob's loop runs
    family = psutil.Process(grader.pid).children(recursive=True)
    assert len(family) >= 3
    started = time.monotonic()
    (os.killpg if way == "SIGINT" else os.kill)(grader.pid, getattr(signal, way))
    wait_until(lambda: not any(one.is_running() and one.status() != "zombie" for one in family))
    said, _ = grader.communicate()
    assert time.monotonic() - started < 15
    assert not list((tmp_path / "tmp").glob("edunn-*"))
    assert [path.name for path in records.iterdir()] == ["ada.json"]
    if way == "SIGINT":
        assert grader.returncode == STOPPED
        assert "Stopped. What is done is kept: the same command goes on from there." in said
        assert "Traceback" not in said


def wait_until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_loses_no_points_can_be_pasted_into_a_bank(capsys, monkeypatch):
    """However narrow the terminal is."""
    changes = ["Bias.forward: " + "y = x + 'b' -> " * 20, 'Bias.backward: "a" -> a']
    monkeypatch.setattr(cli_console.console, "width", 60)
    print_faults(Proof("02_bias", 4.0, survivors=changes))
    lines = [one for one in capsys.readouterr().out.splitlines() if one.startswith("    ")]
    assert list(ast.literal_eval("{" + "".join(lines) + "}")) == changes


def test_a_verify_that_is_stopped_tells_what_is_proved(monkeypatch):
    def verify(course, name, *rest):
        if name != NAME:
            raise KeyboardInterrupt
        return Proof(NAME, 4.0)

    monkeypatch.setattr("edunn.course.authoring.verify.verify_exercise", verify)
    monkeypatch.chdir(COURSE.root)
    result = CliRunner().invoke(main, ["verify", "02", "03"])
    assert result.exit_code != 0
    assert NAME in result.output
