"""Releases in other languages, and the first page of the course."""

from pathlib import Path

import pytest

from edunn.course.authoring import build as building
from edunn.course.authoring.overview import overview
from edunn.course.authoring.translate import MARK, prose, translated
from edunn.course.errors import CourseError
from edunn.course.notebooks.kernel import run_in_kernel
from edunn.course.notebooks.layout import Course

ROOT = Path(__file__).parents[3]
COURSE = Course.find(ROOT)
NAME = "03_linear"
SOLUTION, RELEASE = COURSE.solution(NAME), COURSE.released(NAME)
RIGHT = next(cell["source"] for cell in SOLUTION["cells"] if cell["id"] == "linear")


def test_the_first_page_is_the_committed_one():
    committed = (ROOT / "assignments" / "README.md").read_text(encoding="utf-8")
    assert overview(COURSE) == committed


TRANSLATIONS = [(n, lang) for n in COURSE.assignments() for lang in COURSE.translations(n)]


@pytest.mark.parametrize(("name", "language"), TRANSLATIONS)
def test_a_translation_gives_what_is_committed(name, language):
    release = COURSE.released(name)
    built = building.in_other_languages(COURSE, name, release)[language]
    assert COURSE.release_path(name, language).read_bytes() == built


TEXT = "".join(MARK + cell["source"] + "\n\n" for cell in prose(RELEASE))


@pytest.mark.slow
def test_a_translated_notebook_speaks_the_language_in_its_checks():
    notebook = translated(RELEASE, TEXT, "es")
    next(c for c in notebook["cells"] if c["id"] == "linear")["source"] = RIGHT.replace(
        "x.T @ dy", "-x.T @ dy"
    )
    _, text = run_in_kernel(notebook)["linear-dw"]
    assert "la pendiente es" in text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (MARK, "", "es: .* texts for .* markdown cells"),
        ("dx_{il}", "dx_{li}", "another formula"),
        ("`forward`", "`adelante`", "another code: `adelante`"),
        ("## 1.", "# 1.", "another heading"),
    ],
)
def test_a_translation_that_changes_more_than_words(old, new, message):
    with pytest.raises(CourseError, match=message):
        translated(RELEASE, TEXT.replace(old, new, 1), "es")
