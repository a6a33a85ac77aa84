"""The first page: exercises in parts, and a map of what builds on what."""

import re
import shutil
from pathlib import Path

import pytest

from edunn.course.authoring.overview import overview
from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course

pytestmark = pytest.mark.slow
COURSE = Course.find(Path(__file__).parent)


@pytest.fixture
def page(tmp_path):
    """A function: the page of the whole course, with another text around the table."""
    (tmp_path / "autograder").mkdir()
    (tmp_path / "solutions").symlink_to(COURSE.root / "solutions")

    def make(text):
        (tmp_path / "autograder" / "overview.md").write_text(text)
        return overview(Course(tmp_path))

    return make


def test_two_parts_are_the_whole(page):
    whole = page("{table}").splitlines()
    parts = page("{table:1-17}\n{table:18-20}").splitlines()
    assert [*parts[:19], *parts[21:]] == whole


def test_a_part_has_its_own_points_and_hours(page):
    names = ("points", "hours", "automatic")
    said = [page(f"{{table}}\n{{{name}}} {{{name}:1-17}} {{{name}:18-20}}") for name in names]
    for text, room in zip(said, (0, 1, 0)):  # hours are rounded
        whole, first, second = map(float, text.splitlines()[-1].split())
        assert abs(first + second - whole) <= room
        assert second > 0


@pytest.mark.parametrize(
    ("arrow", "why"),
    [
        ("n02 --> n03", "layers (exercise 2)"),
        ("n05 --> n07", "exercises 3 to 6"),
        ("n10 --> n11", "`Adam`, which 10 writes"),
        ("n13 --> n14", "(exercise 13)"),
        ("n19 --> n20", "(exercise 19)"),
    ],
)
def test_the_map_has_what_an_exercise_needs(page, arrow, why):
    assert f"    {arrow}\n" in page("{table}{map}"), why


def test_the_map_leaves_out_what_another_way_says(page):
    assert "n01 --> n03" not in page("{table}{map}")  # by way of 2


def test_the_map_of_a_part_shows_what_it_needs_of_the_other(page):
    text = page("{map:18-20}{table}")
    assert 'n14["14 Skip connections and iteration"]' in text
    assert "n10[" not in text


def test_an_exercise_without_an_arrow_is_named_below_the_map(page):
    text = page("{table}{map:1-17}")
    assert "\nWithout an arrow: 12 Regularization, 17 Capstone." in text
    assert 'n12["' not in text
    assert "mermaid" not in page("{table}{map:12-12}")  # nothing to draw


@pytest.mark.parametrize(
    ("needed", "arrows"),
    [
        ("exercises 2, 3 and 4", {"n03", "n04"}),  # 2 by way of both
        ("exercises 3, 5", {"n05"}),
        ("exercises 1 and 4 to 6, and 99 points", {"n05", "n06"}),
        ("exercise 99", set()),  # which there is not
    ],
)
def test_the_numbers_of_a_list_are_all_read(page, tmp_path, needed, arrows):
    where = tmp_path / "solutions"
    where.unlink()
    shutil.copytree(COURSE.root / "solutions", where)
    path = where / "07_gradient_checking.py"
    text = path.read_text(encoding="utf-8")
    assert "exercises 3 to 6 |" in text
    path.write_text(text.replace("exercises 3 to 6 |", f"{needed} |", 1), encoding="utf-8")
    found = set(re.findall(r"(n\d\d) --> n07", page("{table}{map}")))
    assert found == arrows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{table:1-17}", "no {table:...} with 18_recurrence, 19_attention, 20_transformer"),
        ("{table:some}", "has {...:some}, not such as {...:1-17}"),
        ("{map}", "without {table}"),
        ("", "autograder/overview.md is empty: "),
        ("{table:21-30}", "has {...:21-30}, and there is no such exercise"),
        ("{table} {hours:21-30}", "has {...:21-30}, and there is no such exercise"),
        ("{table} {table.rows}", "braces for something else than {table}, {map}, {points}"),
        ("{table} {table[0]}", "{hours}: {table[0]}. Braces that"),
        ("{table!r}", "{hours}: {table!r}. Braces that"),
        ("{table} {tabel}", "braces for something else than {table}, {map}, {points}"),
        ("{table} {", "braces for something else"),
        ("{table} {} {0} {table.x}", "Braces that are to be read are written twice"),
    ],
)
def test_what_the_text_lacks_is_said(page, text, said):
    with pytest.raises(CourseError) as error:
        page(text)
    assert said in str(error.value)
