"""`edunn release-solutions`: what students read when the deadline is over."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.notebooks.layout import Course

pytestmark = pytest.mark.slow
COURSE = Course.find(Path(__file__).parent)


def released(out, *names):
    words = ["--course", str(COURSE.root), "release-solutions", str(out), *names]
    said = CliRunner().invoke(main, words)
    return said.exit_code, " ".join(said.output.split())


def test_the_solved_notebook_with_its_numbers_and_without_the_mark_scheme(tmp_path):
    out = tmp_path / "solutions"
    code, said = released(out, "02")
    assert code == 0, said
    assert sorted(path.name for path in out.iterdir()) == ["02_bias.html", "index.html"]
    page = (out / "02_bias.html").read_text()
    scheme = next(
        cell["source"] for cell in COURSE.solution("02_bias")["cells"] if cell["id"] == "bias-why"
    )
    assert "1 point: right for a batch of one" in scheme
    assert "1 point" not in page
    assert "MARK SCHEME" not in page
    assert "BEGIN SOLUTION" not in page
    assert "For a batch of one example" in page  # the example of an answer
    assert "data:image/png" in page
    assert 'href="02_bias.html">Exercise 2: Bias<' in (out / "index.html").read_text()


def test_nothing_that_is_there_is_replaced(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    code, said = released(tmp_path, "02")
    assert code == 1
    assert "is not empty" in said
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
