"""`edunn start` and `edunn doctor`, and the command where only the library is installed."""

import importlib.metadata
import subprocess
import sys

import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.notebooks.layout import Course
from edunn.course.student.doctor import examine

pytestmark = pytest.mark.slow


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_the_notebooks_are_laid_out_and_work_is_never_replaced(tmp_path):
    folder = tmp_path / "my course"
    first = run("start", folder)
    assert first.exit_code == 0
    names = [path.stem for path in sorted(folder.glob("[0-9]*/*.ipynb"))]
    assert names == Course.find(tmp_path.cwd()).assignments()
    mine = folder / "02_bias" / "02_bias.ipynb"
    mine.write_text("my work", encoding="utf-8")
    (folder / "03_linear" / "03_linear.ipynb").unlink()
    again = run("start", folder)
    assert again.exit_code == 0
    assert "new files: 1, there already: " in again.output
    assert "1 that you have worked in stay as they are" in again.output
    assert mine.read_text(encoding="utf-8") == "my work"
    assert (folder / "03_linear" / "03_linear.ipynb").exists()


def test_where_the_notebooks_came_beside_it_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("edunn.course.student.start.PLACES", (tmp_path / "nowhere",))
    said = run("start", tmp_path / "here")
    assert said.exit_code == 1
    assert "they are in the folder that its wheel was given out in" in " ".join(said.output.split())


def test_no_solution_and_no_hidden_case_comes_with_it(tmp_path):
    run("start", tmp_path)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".ipynb", ".md"}
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.ipynb"))
    assert "BEGIN SOLUTION" not in text
    assert "BEGIN HIDDEN TESTS" not in text


def test_doctor_says_what_is_there_and_what_to_do(monkeypatch):
    facts = {fact.what: fact for fact in examine()}
    assert facts["Python"].state == facts["NumPy"].state == "ok"
    assert all(fact.state == "ok" or fact.do or "Linux" in fact.found for fact in facts.values())
    assert run("doctor").exit_code == 0
    both = {"edunn": ["edunn-course", "edunn"]}
    monkeypatch.setattr(importlib.metadata, "packages_distributions", lambda: both)
    ill = run("doctor")
    assert ill.exit_code == 1
    assert "also installed by edunn" in ill.output
    assert "pip uninstall edunn" in ill.output


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("grade", 1)])
def test_where_only_the_library_is_installed_it_says_what_to_install(argument, code):
    program = (
        "import sys; sys.modules['click'] = None; sys.argv[1:] = [sys.argv[1]]; "
        "from edunn.course.cli import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, argument], capture_output=True, text=True, check=False
    )
    assert ran.returncode == code
    said = ran.stderr if code else ran.stdout
    assert "pip install 'edunn-course[student]'" in said
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("nbgrader", "this command needs nbgrader: pip install 'edunn-course[course]'"),
        ("fcntl", "this command needs Linux: WSL on Windows, or a container"),
    ],
)
def test_a_command_that_needs_more_says_so_in_a_line(missing, said):
    program = (
        f"import sys; sys.modules['{missing}'] = None; sys.argv[1:] = ['build', '02']; "
        "from edunn.course.cli import main; main()"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 1
    assert said in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr
