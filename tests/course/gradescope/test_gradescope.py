"""The zip for Gradescope, unpacked, set up and run as Gradescope does it, but in another folder."""

import copy
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.gradescope import bundle, container
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from lock import needs_bubblewrap, needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
RELEASE = COURSE.released(NAME)
FORWARD, BACKWARD = "y = x + self.b.data", "dx = dy\ndb = np.sum(dy, axis=0)"
METADATA = {
    "id": 123456,
    "created_at": "2018-07-01T14:22:32.365935-07:00",
    "assignment": {"id": 25828, "course_id": 1234, "title": "Bias", "total_points": "10.0"},
    "users": [
        {"email": "student@example.com", "id": 1234, "name": "Student User"},
        {"email": "other@example.com", "id": 1123, "name": "Other User"},
    ],
    "previous_submissions": [],
}
VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
DOCUMENTED = {  # https://gradescope-autograders.readthedocs.io/en/latest/specs/
    "score": lambda value: type(value) in (int, float),
    "execution_time": lambda value: type(value) in (int, float),
    "output": lambda value: type(value) is str and "\r" not in value,
    "output_format": FORMATS.__contains__,
    "test_output_format": FORMATS.__contains__,
    "test_name_format": FORMATS.__contains__,
    "visibility": VISIBILITY.__contains__,
    "stdout_visibility": VISIBILITY.__contains__,
    "extra_data": lambda value: type(value) is dict,
    "tests": lambda value: all(map(is_documented_test, value)),
}
DOCUMENTED_TEST = {
    "score": DOCUMENTED["score"],
    "max_score": DOCUMENTED["score"],
    "status": {"passed", "failed"}.__contains__,
    "name": lambda value: type(value) is str and value,
    "name_format": FORMATS.__contains__,
    "number": lambda value: type(value) is str,
    "output": DOCUMENTED["output"],
    "output_format": FORMATS.__contains__,
    "tags": lambda value: all(type(tag) is str for tag in value),
    "visibility": VISIBILITY.__contains__,
    "extra_data": DOCUMENTED["extra_data"],
}
# What a student would like to have; an error's message then says what of it could be had.
ATTEMPTS = """
import os, pathlib, signal, socket, subprocess
root = pathlib.Path("{root}")
score = '{{"score": 1000}}'
attempts = {{
    "secret": lambda: (root / "source" / "secret").read_text(),
    "exercise": lambda: (root / "source" / "exercise.json").read_text(),
    "reference": lambda: (root / "source/library/edunn/layers/linear.py").read_text(),
    "names": lambda: os.listdir(root / "source"),
    "metadata": lambda: (root / "submission_metadata.json").read_text(),
    "environment": lambda: os.environ["GRADESCOPE"],
    "results": lambda: (root / "results" / "results.json").write_text(score),
    "partial": lambda: (root / "results" / "results.partial").write_text(score),
    "link": lambda: os.symlink("/etc/passwd", root / "results" / "results.partial"),
    "replace": lambda: os.replace("/dev/null", root / "results" / "results.json"),
    "network": lambda: socket.create_server(("127.0.0.1", 0)),
    "program": lambda: subprocess.run(["true"], check=True),
    "grader": lambda: os.kill(os.getppid(), signal.SIGKILL),
}}
taken = []
for name, attempt in attempts.items():
    try:
        attempt()
        taken.append(name)
    except Exception:
        pass
raise RuntimeError("taken: " + " ".join(taken) + ".")
"""
NO_LANDLOCK = """
import ctypes, os, struct, sys
lines = (0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50000 | 38), (0x06, 0, 0, 0x7FFF0000)
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code)))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == libc.prctl(22, 2, program, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""  # a process whose system call 444, the first of Landlock's, gives ENOSYS: an older container


def is_documented(about):
    return all(key in DOCUMENTED and DOCUMENTED[key](value) for key, value in about.items())


def is_documented_test(about):
    known = DOCUMENTED_TEST
    return all(key in known and known[key](value) for key, value in about.items())


def written(forward=FORWARD, backward=BACKWARD):
    return fill(RELEASE, {"Bias.forward": forward, "Bias.backward": backward})


def raw(notebook):
    return nbformat.writes(notebook).encode()


def build(out, *options):
    command = ["--course", str(COURSE.root), "gradescope", "build", NAME, "--out", str(out)]
    result = CliRunner().invoke(main, [*command, *options])
    assert result.exit_code == 0, result.output
    return result.output


OLD_IMAGE = {  # what is found there: a Python that is too old, and another one as a package
    "python3": "exit 1",
    "apt-get": 'echo "$@" >> apt.log; [ $4 = python3.11-venv ] && ln -s packaged BIN/python3.11',
    "packaged": """case "$*" in
"-m venv venv") mkdir -p venv/bin && cp "$0" venv/bin/python ;;
"-m pip install "*) echo "$@" >> pip.log ;;
*) exec PYTHON "$@" ;;
esac""",
}
TOOLS = ("bash", "cp", "dirname", "env", "ln", "mkdir", "true")


class Machine:
    """Gradescope's machine with a zip on it. old_image: its Python must be installed first"""

    def __init__(self, root, archive, old_image=True):
        self.root, self.source = root, root / "source"
        self.python = self.source / "venv" / "bin" / "python"
        self.path = os.environ["PATH"]
        zipfile.ZipFile(archive).extractall(self.source)
        shutil.copy(self.source / "run_autograder", root / "run_autograder")
        (root / "run_autograder").chmod(0o755)
        if old_image:
            self.path = str(root / "bin")
            (root / "bin").mkdir()
            for tool in TOOLS:
                (root / "bin" / tool).symlink_to(shutil.which(tool))
            for name, text in OLD_IMAGE.items():
                text = text.replace("BIN", self.path).replace("PYTHON", sys.executable)
                (root / "bin" / name).write_text(f"#!{shutil.which('sh')}\n{text}\n")
                (root / "bin" / name).chmod(0o755)

    @property
    def environment(self):
        return {"PATH": self.path, "HOME": str(self.root), "GRADESCOPE": "1"}

    def set_up(self):
        command = ["bash", self.source / "setup.sh"]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, cwd=self.root
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def grade(self, files, *before):
        """(results.json, what was printed) of a submission in a fresh container."""
        for folder in ("submission", "results"):
            shutil.rmtree(self.root / folder, ignore_errors=True)
        (self.root / "submission").mkdir()
        for name, content in files.items():
            path = self.root / "submission" / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        (self.root / "submission_metadata.json").write_text(json.dumps(METADATA))
        command = [*before, self.root / "run_autograder", self.root]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, cwd=self.root
        )
        assert [path.name for path in (self.root / "results").iterdir()] == ["results.json"]
        about = json.loads((self.root / "results" / "results.json").read_text())
        assert is_documented(about)
        return about, done.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("zip") / "bias.zip"
    said = build(path)
    assert "Autograder points: 7" in said
    assert "bias-why: 3 points" in said
    return path


@pytest.fixture(scope="module")
def machine(archive, tmp_path_factory):
    machine = Machine(tmp_path_factory.mktemp("autograder"), archive)
    assert "ready: the blank notebook has 0 points" in machine.set_up()
    assert (machine.source / "apt.log").read_text() == "install -y -q python3.11-venv\n"
    assert (machine.source / "pip.log").read_text().endswith("-r requirements.txt\n")
    return machine


@pytest.fixture
def broken(machine, tmp_path):
    """A copy of the machine, to break; it shares the library of the workers."""
    copied = copy.copy(machine)
    copied.root, copied.source = tmp_path, tmp_path / "source"
    copied.python = copied.source / "venv" / "bin" / "python"
    shutil.copytree(machine.root, tmp_path, dirs_exist_ok=True)
    return copied


def test_the_zip(archive):
    with zipfile.ZipFile(archive) as opened:
        names = set(opened.namelist())
        modes = {info.filename: info.external_attr >> 16 for info in opened.infolist()}
        assert {"setup.sh", "run_autograder"} <= names
        assert modes["setup.sh"] == modes["run_autograder"] == 0o755
        assert opened.read("run_autograder").startswith(b"#!/usr/bin/env bash\n")
        assert {"library/edunn/core.py", "library/edunn/course/sandbox/lockdown.py"} <= names
        assert not [name for name in names if "__pycache__" in name or "solutions" in name]
        needed = {
            line.partition(">")[0] for line in opened.read("requirements.txt").decode().split()
        }
        assert needed == {"numpy", "matplotlib", "tqdm", "ipython"}
        solution = "# BEGIN SOLUTION"
        assert solution not in opened.read("exercise.json").decode()


@pytest.fixture
def fitting(monkeypatch):
    """What nbgrader makes of the solution, which takes seconds, and was made for `archive`."""
    releases = lambda solution, name: COURSE.release_path(name).read_bytes()  # noqa: E731
    monkeypatch.setattr("edunn.course.authoring.build.release_bytes", releases)


def test_each_zip_has_a_secret_of_its_own(archive, fitting, tmp_path):
    build(tmp_path / "again.zip", "--unsafe")
    with zipfile.ZipFile(archive) as one, zipfile.ZipFile(tmp_path / "again.zip") as other:
        assert one.read("secret") != other.read("secret")
        unsafe = [json.loads(each.read("exercise.json"))["unsafe"] for each in (one, other)]
        assert unsafe == [False, True]


def test_all_that_is_graded_by_hand(fitting, tmp_path):
    """Also where two questions stand under headings of the same words."""
    built = bundle.write_bundle(COURSE, "04_activations", tmp_path / "x.zip")
    assert built.points == 12
    assert built.by_hand == {"relu-why": 3, "sigmoid-why": 3}


def test_a_release_of_before_is_not_packed(fitting, tmp_path):
    shutil.copytree(COURSE.root / "solutions", tmp_path / "solutions")
    shutil.copytree(COURSE.root / "autograder" / "cases", tmp_path / "autograder" / "cases")
    release = tmp_path / "assignments" / NAME / f"{NAME}.ipynb"
    release.parent.mkdir(parents=True)
    release.write_text(COURSE.release_path(NAME).read_text().replace("x + b", "x plus b"))
    command = [
        "--course",
        str(tmp_path),
        "gradescope",
        "build",
        "bias",
        "--out",
        str(tmp_path / "x.zip"),
    ]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert result.output.startswith("Error: assignments/ does not fit solutions/: edunn build 02_b")
    assert not list(tmp_path.glob("x.zip*"))


def test_right(machine):
    about, said = machine.grade({f"{NAME}.ipynb": raw(written())})
    assert about["score"] == 7
    assert about["output"] == ""
    assert about["visibility"] == "visible"
    assert about["stdout_visibility"] == "hidden"
    assert [(test["name"], test.get("score"), test["max_score"]) for test in about["tests"]] == [
        ("forward", 2, 2),
        ("the gradient of x", 2, 2),
        ("the gradient of b", 3, 3),
        ("A question", None, 3),
    ]
    assert "status" not in about["tests"][-1]
    assert "graded: 7 points in" in said


def test_wrong(machine):
    notebook = written(backward="dx = dy\ndb = np.mean(dy, axis=0)")
    files = {"my homework.ipynb": raw(notebook), f"{NAME}.ipynb": raw(RELEASE), "notes.txt": b"\0"}
    about, _ = machine.grade(files)
    assert about["score"] == 4
    assert [test.get("status") for test in about["tests"]] == ["passed", "passed", "failed", None]
    assert "mean over the examples" in about["tests"][2]["output"]
    assert "the file is called my homework.ipynb" in about["output"]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({f"{NAME}.ipynb": raw(RELEASE)}, "Bias.forward: not written yet"),
        ({}, "no notebook was handed in. Please submit your 02_bias.ipynb"),
    ],
    ids=["blank", "empty"],
)
def test_what_a_student_can_mend_has_no_points(machine, files, says):
    about, _ = machine.grade(files)
    assert about["score"] == 0
    assert says in about["output"]
    assert [test.get("score") for test in about["tests"]] == [0, 0, 0, None]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({f"{NAME}.ipynb": b"{"}, "the file is no notebook"),
        ({"02_bias.pdf": b"%PDF"}, "but 02_bias.pdf. Please submit your 02_bias.ipynb"),
        ({"02_bias.py": b"pass"}, "the notebook has no cell of this exercise"),
        ({"a.ipynb": b"1", "b.ipynb": b"2"}, "a.ipynb, b.ipynb. Please submit"),
    ],
    ids=["broken", "none", "no class", "two"],
)
def test_what_cannot_be_judged_has_no_score(machine, files, says):
    about, _ = machine.grade(files)
    assert about.keys().isdisjoint({"score", "tests"})
    assert "Not graded, so there is no score" in about["output"]
    assert says in about["output"]


def test_a_python_file_is_judged(machine):
    source = next(c["source"] for c in written()["cells"] if c["id"] == "bias")
    about, _ = machine.grade({"02_bias.py": f"import numpy as np\n\n\n{source}".encode()})
    assert about["score"] == 7
    assert "02_bias.py is a Python file" in about["output"]


def hostile(machine):
    return {f"{NAME}.ipynb": raw(written(ATTEMPTS.format(root=machine.root)))}


def test_hostile(machine):
    files = ("secret", "exercise.json", "library.pickle", "run_autograder")
    before = [(machine.source / name).read_bytes() for name in files]
    about, _ = machine.grade(hostile(machine))
    assert about["score"] == 0
    assert "RuntimeError: taken: ." in about["tests"][0]["output"]
    assert [(machine.source / name).read_bytes() for name in files] == before


def test_without_landlock(machine):
    """The default refuses, in one line; --unsafe grades, and the hidden cases can be read."""
    older = sys.executable, "-c", NO_LANDLOCK
    about, said = machine.grade({f"{NAME}.ipynb": raw(written())}, *older)
    refusal = "no worker can be locked up here: landlock, bubblewrap missing"
    assert about.keys().isdisjoint({"score", "tests"})
    assert about["output"].startswith(f"Not graded, so there is no score: {refusal}")
    assert said.startswith(f"not graded: {refusal}")
    assert said.count("\n") == 1
    path = machine.source / "exercise.json"
    kept = path.read_text()
    path.write_text(json.dumps(json.loads(kept) | {"unsafe": True}))
    try:
        about, said = machine.grade(hostile(machine), *older)
    finally:
        path.write_text(kept)
    assert "built with --unsafe" in said
    taken = about["tests"][0]["output"].partition("taken: ")[2].rstrip(".").split()
    assert {"exercise", "secret", "reference"} <= set(taken)
    assert {"program", "network"}.isdisjoint(taken)
    assert about["score"] == 0
    if os.geteuid() == 0:  # as on Gradescope
        assert {"results", "partial", "replace", "grader"}.isdisjoint(taken)


@needs_bubblewrap
def test_bubblewrap_instead_of_landlock(machine):
    """Where the kernel has no Landlock, bubblewrap keeps students away from all files; they see the
    name of the folder around the library, and no more."""
    there = machine.root / "bin" / "bwrap"
    there.symlink_to(shutil.which("bwrap"))
    older = sys.executable, "-c", NO_LANDLOCK
    try:
        right, _ = machine.grade({f"{NAME}.ipynb": raw(written())}, *older)
        about, _ = machine.grade(hostile(machine), *older)
    finally:
        there.unlink()
    assert (right["score"], about["score"]) == (7, 0)
    assert "RuntimeError: taken: names." in about["tests"][0]["output"]


def no_python(machine):
    machine.python.unlink()


def with_cases(machine, source):
    path = machine.source / "exercise.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"source": source}))


def cases_that_raise(machine):
    with_cases(machine, "raise ValueError('what nobody may see')")


def cases_that_kill(machine):
    with_cases(machine, "import os; os.kill(os.getpid(), 9)")


def no_worker(machine):
    path = machine.source / "library.pickle"
    path.write_bytes(path.read_bytes().replace(b"edunn-library-", b"edunn-nothing-"))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (no_python, "the grader was stopped"),
        (cases_that_kill, "the grader was stopped"),
        (cases_that_raise, "the grader failed (ValueError)"),
        (no_worker, "the worker did not start"),
    ],
)
def test_a_fault_of_ours_gives_no_score(broken, spoil, reason):
    spoil(broken)
    about, _ = broken.grade({f"{NAME}.ipynb": raw(written())})
    assert about.keys().isdisjoint({"score", "tests"})
    assert f"Not graded, so there is no score: {reason}" in about["output"]
    assert "This is not about your work" in about["output"]
    assert "nobody may see" not in about["output"]


def test_whose_submission(tmp_path, capsys):
    path = tmp_path / "submission_metadata.json"
    path.write_text(json.dumps(METADATA))
    assert container.student_of(path) == "1123-1234"
    assert capsys.readouterr().out == ""
    for odd in ("", "[]", "{}", '{"users": [{"name": "a"}]}', '{"users": 3}'):
        path.write_text(odd)
        assert container.student_of(path) == "student"
        assert "submission_metadata.json does not say whose" in capsys.readouterr().out


def test_no_nbgrader_there(machine):
    heavy = "nbgrader", "nbformat", "jupytext", "nbclient", "jinja2", "click", "rich", "sqlalchemy"
    code = (
        "import sys, edunn.course.gradescope.container as g; "
        "assert g.__file__.startswith(sys.argv[1]); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    environment = machine.environment | {"PYTHONPATH": str(machine.source / "library")}
    command = [machine.python, "-P", "-c", code, machine.source]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(
    "EDUNN_SETUP" not in os.environ,
    reason="installs packages, half a minute: EDUNN_SETUP=1 asks for it",
)
def test_the_real_set_up(archive, tmp_path):
    machine, started = Machine(tmp_path, archive, old_image=False), time.monotonic()
    assert "ready: the blank notebook has 0 points" in machine.set_up()
    set_up, started = time.monotonic() - started, time.monotonic()
    about, _ = machine.grade({f"{NAME}.ipynb": raw(written())})
    print(f"set-up {set_up:.1f} s, a submission {time.monotonic() - started:.2f} s")
    assert about["score"] == 7
