"""The points that a text says are those of its cell; build says where they are not."""

from pathlib import Path

import nbformat
import pytest

from edunn.course.authoring import points_as_said
from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course

COURSE = Course.find(Path(__file__).parent)
BUILT = [
    COURSE.release_path(name, language)
    for name in COURSE.assignments()
    for language in ("", *COURSE.translations(name))
]


@pytest.mark.parametrize("path", BUILT, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_every_text_says_the_points_of_its_cell(path):
    assert "no text says other points" in points_as_said(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("name", ["02_bias", "03_linear", "11_training"])
def test_other_points_are_refused_with_the_cell_and_what_to_write(name):
    solution = COURSE.solution(name)
    graded = [cell for cell in solution.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    for cell in graded:
        before = cell.metadata.nbgrader.points
        cell.metadata.nbgrader.points = before + 2
        with pytest.raises(CourseError) as error:
            points_as_said(solution)
        assert str(error.value) == (
            f"cell {cell.id} has {before + 2} points, but the text above it says {before}: "
            f"write ({before + 2} points) there"
        )
        cell.metadata.nbgrader.points = before


def test_the_table_at_the_top_says_the_sum():
    solution = COURSE.solution("02_bias")
    first = solution.cells[0]
    first.source = first.source.replace("7 by automatic", "8 by automatic")
    with pytest.raises(
        CourseError, match="the table at the top says '8 by.*cells have 10 points: bias-forw.* 2, b"
    ):
        points_as_said(solution)
