"""`edunn bundle`: what students are given works alone, and gives nothing away."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.notebooks.addresses import folder_on_the_web
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from edunn.course.submissions.normalise import normalise

pytestmark = pytest.mark.slow
COURSE = Course.find(Path(__file__).parent)
GITHUB = "https://github.com/me/course/raw/main/handout"
ELSEWHERE = "https://course.example.org/edunn/"


def bundle(out, *words):
    said = CliRunner().invoke(main, ["--course", str(COURSE.root), "bundle", str(out), *words])
    return said.exit_code, " ".join(said.output.split())


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle") / "course"
    assert bundle(folder)[0] == 0
    return folder


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_holds_the_notebooks_as_they_were_built_and_what_they_need(handed_out):
    files = contents(handed_out)
    released = contents(COURSE.root / "assignments")
    notebooks = {path: content for path, content in released.items() if path.endswith(".ipynb")}
    (wheel,) = (path for path in files if path.endswith(".whl"))
    assert files.keys() == {*notebooks, wheel, "README.md", "requirements.txt", ".bundle.json"}
    assert notebooks.items() <= files.items()
    assert f"./{wheel}[student]" in files["requirements.txt"].decode()
    page = files["README.md"].decode()
    assert "$" not in page
    assert len(page.splitlines()) < 45  # one screen
    with zipfile.ZipFile(handed_out.with_suffix(".zip")) as archive:
        inside = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert inside == {path: content for path, content in files.items() if path != ".bundle.json"}


def test_it_gives_nothing_away(handed_out):
    """Not even by its wheel: no hidden case, no solution, no bank of answers."""
    texts = [*contents(handed_out).values()]
    (wheel,) = handed_out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        texts += [archive.read(name) for name in archive.namelist()]
    secrets = [
        *(COURSE.root / "solutions").glob("*.py"),
        *(COURSE.root / "autograder").rglob("*.py"),
    ]
    assert len(secrets) > 50
    for path in secrets:
        assert path.read_bytes() not in texts
    assert not any(b"CASES = {" in text or b"RIGHT_ANSWERS = [" in text for text in texts)


def test_two_bundles_of_one_course_are_equal(handed_out, tmp_path):
    bundle(tmp_path / "course")
    assert contents(tmp_path / "course") == contents(handed_out)
    again = (tmp_path / "course.zip").read_bytes()
    assert again == handed_out.with_suffix(".zip").read_bytes()


def test_the_wheel_installs_and_runs(handed_out, tmp_path):
    """Its record is right, and the command is there."""
    (wheel,) = handed_out.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target"]
    subprocess.run([*pip, tmp_path, wheel], check=True, capture_output=True)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import edunn; print(edunn.__file__)"
    said = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert said.stdout.startswith(str(tmp_path)), said.stderr
    assert (tmp_path / "bin" / "edunn").exists()
    with zipfile.ZipFile(wheel) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith("RECORD"))
        rows = list(csv.reader(io.StringIO(archive.read(record).decode())))
        assert sorted(row[0] for row in rows) == sorted(archive.namelist())


@pytest.mark.parametrize("address", [GITHUB, ELSEWHERE])
def test_with_an_address_notebooks_find_edunn_and_are_graded_as_released(tmp_path, address):
    """Who grades sees nothing of it: no note, no cell of the student's own."""
    out = tmp_path / "handout"
    assert bundle(out, "02", "--address", address)[0] == 0
    (wheel,) = out.glob("*.whl")
    for path in (out / "02_bias/02_bias.ipynb", out / "es/02_bias/02_bias.ipynb"):
        content = path.read_text()
        assert f"install --quiet {address.rstrip('/')}/{wheel.name}" in content
        inside = path.relative_to(out).as_posix()
        opens = f"https://colab.research.google.com/github/me/course/blob/main/handout/{inside}"
        assert (f"({opens})" in content) == (address == GITHUB)
        others = [json.loads(one.read_text()) for one in COURSE.translated_paths("02_bias")]
        found, wanted = (
            normalise(COURSE.released("02_bias"), nbformat.writes(solved).encode(), others)
            for solved in (
                fill(nbformat.reads(text, as_version=4), {"Bias.forward": "y = x + self.b.data"})
                for text in (content, (COURSE.root / "assignments" / inside).read_text())
            )
        )
        assert (found.problem, found.notes) == (None, wanted.notes)
        assert found.notebook == wanted.notebook


def test_an_earlier_bundle_is_replaced_and_nothing_else(tmp_path):
    out = tmp_path / "course"
    assert bundle(out, "02")[0] == 0
    assert bundle(out, "02", "--address", GITHUB)[0] == 0
    (out / "notes.txt").write_text("mine")
    (out / "README.md").write_text("mine, too")
    before = contents(out)
    code, said = bundle(out, "02", "03")
    assert code == 1
    assert "README.md is there already, and not as an earlier bundle wrote it" in said
    assert contents(out) == before


def test_what_else_is_in_the_folder_is_named(tmp_path):
    out = tmp_path / "course"
    assert "not of this bundle" not in bundle(out, "02", "03")[1]
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("x")
    (out / "notes.txt").write_text("mine")
    code, said = bundle(out, "02")
    assert code == 0
    said = " ".join(said.split())
    assert "3 in" in said
    assert "not of this bundle, nor in the zip" in said
    assert "03_linear/03_linear.ipynb" in said
    assert "notes.txt" in said
    assert "HEAD" not in said


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("foo", "is no address of a folder: write such as https://"),
        ("https://course.example.org/a b", "is no address of a folder"),
        ("https://course.example.org/?folder=a", "is no address of a folder"),
        ("https://github.com/ME/COURSE", "gives no files: write https://github.com/ME/COURSE/raw/"),
        ("https://github.com/ME/COURSE/tree/main/handout", "gives no files: write"),
        ("https://github.com/ME/COURSE/raw", "gives no files: write"),
        ("https://www.github.com/ME/COURSE/blob/main", "gives no files: write"),
    ],
)
def test_an_address_from_which_nothing_can_be_installed_is_refused(address, said, tmp_path):
    code, told = bundle(tmp_path / "course", "02", "--address", address)
    assert code == 1
    assert said in told
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/ME/COURSE/raw/main/",
        "https://raw.githubusercontent.com/ME/COURSE/main",
        "https://github.com/ME/COURSE/releases/download/v1",
        "https://me.github.io/course",
        "http://localhost:8000",
    ],
)
def test_addresses_that_give_files(address):
    assert folder_on_the_web(address) == address.rstrip("/")


@pytest.mark.parametrize(
    "out", [".", "..", "solutions", "autograder/x", "assignments/../solutions"]
)
def test_folders_of_the_course_itself_are_refused(out, tmp_path):
    root = tmp_path / "course"
    for part in ("solutions", "autograder", "assignments"):
        (root / part).mkdir(parents=True)
    said = CliRunner().invoke(main, ["--course", str(root), "bundle", str(root / out)])
    assert said.exit_code == 1
    assert "choose a folder for students alone, such as handout" in " ".join(said.output.split())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_before_a_build_the_sentence_says_so(tmp_path):
    for part in ("solutions", "autograder"):
        (tmp_path / part).mkdir()
    (tmp_path / "solutions" / "01_x.py").write_text("# %%\n", encoding="utf-8")
    said = CliRunner().invoke(main, ["--course", str(tmp_path), "bundle", str(tmp_path / "out")])
    assert said.exit_code == 1
    assert "01_x has not been built: edunn build 01_x" in said.output


def test_a_folder_of_grades_is_refused(tmp_path):
    (tmp_path / "gradebook.db").write_bytes(b"")
    code, said = bundle(tmp_path, "02")
    assert code == 1
    assert "holds grades" in " ".join(said.split())


def test_an_unknown_exercise_is_refused(tmp_path):
    code, said = bundle(tmp_path / "course", "99")
    assert code == 1
    assert "no assignment '99'" in said
    assert not (tmp_path / "course").exists()
