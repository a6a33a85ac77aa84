"""A course of one's own, on words and on sorting, in a folder with a blank in its name: from `edunn
init` to a file for Canvas."""

import csv
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
HERE = Course.find(Path(__file__).parent)

# exercise 2 is exercise 1 with other words, as the README of a new course says
SORTING = {
    "solutions": {
        "Exercise 1: Words": "Exercise 2: Sorting",
        "count_words(text)": "sort_numbers(numbers)",
        "count_words": "sort_numbers",
        '"grade_id": "words': '"grade_id": "numbers',
        "    counts = {}\n    for word in text.lower().split():\n"
        "        counts[word] = counts.get(word, 0) + 1\n": (
            "    counts = [*numbers]\n    counts.sort()\n    counts = counts, counts == numbers\n"
        ),
    },
    "autograder/cases": {
        "words-counted": "numbers-counted",
        "count_words": "sort_numbers",
        '    return ("".join(words),)': "    return ([len(word) for word in words],)",
        'return ("",)': "return ([],)",
        "def counted(text):\n    return dict(Counter(text.lower().split()))": (
            "def counted(numbers):\n    return sorted(numbers), sorted(numbers) == numbers"
        ),
    },
}
CHECK = """counts = sort_numbers([3, 1, 2])
assert counts == ([1, 2, 3], False), f"sorted, and whether they were so before: {counts}"
assert sort_numbers([1, 2]) == ([1, 2], True), "1, 2 was sorted before"
"""
STUDENTS = {  # what they write, and their points in both exercises
    "ada": ("counts = {}\nfor w in text.lower().split():\n    counts[w] = counts.get(w, 0) + 1",
            "counts = sorted(numbers), sorted(numbers) == list(numbers)", 4, 4),
    "bob": ("counts = {w: 1 for w in text.split()}", "counts = sorted(numbers), True", 0, 0),
    "cem": ("counts = {'a': 3, 'rose': 3, 'is': 2} if text else {}",
            "counts = sorted(numbers), numbers == [1, 2]", 0, 0),
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The folder of a new course, to which an exercise is added."""
    folder = tmp_path_factory.mktemp("own") / "my course"
    edunn(folder, "init", folder)
    for place, words in SORTING.items():
        text = (folder / place / "01_words.py").read_text()
        for old, new in words.items():
            assert old in text, old
            text = text.replace(old, new)
        if place == "solutions":
            before, _, rest = text.partition('counts = sort_numbers("A rose')
            text = before + CHECK + "\n# %%" + rest.partition("# %%")[2]
        (folder / place / "02_sorting.py").write_text(text)
    return folder


def edunn(folder, *words, code=0):
    result = CliRunner().invoke(main, ["--course", str(folder), *map(str, words)])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_what_init_writes_is_proved(course):
    """It builds and is verified as it comes, with its own text around the table."""
    edunn(course, "build")
    edunn(course, "verify", "01")
    page = (course / "assignments" / "README.md").read_text()
    assert "[Words](01_words/01_words.ipynb)" in page
    assert "[Sorting](02_sorting/02_sorting.ipynb)" in page
    assert "neural" not in page


def test_from_a_zip_of_canvas_to_its_gradebook(course, tmp_path):
    if not (course / "assignments" / "02_sorting").exists():
        edunn(course, "build")
    out, roster = tmp_path / "graded papers", tmp_path / "roster.csv"
    ids = {student: 4000 + number for number, student in enumerate(STUDENTS)}
    lines = [f"{student},{student.title()},{number}" for student, number in ids.items()]
    roster.write_text("\n".join(["student,name,canvas_id", *lines, ""]))
    for place, name, todo in (0, "01_words", "count_words"), (1, "02_sorting", "sort_numbers"):
        released = Course(course).released(name)
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            for student, about in STUDENTS.items():
                solved = json.dumps(fill(released, {todo: about[place]}))
                archive.writestr(f"{student}_{ids[student]}_9_{name}.ipynb", solved)
        edunn(course, "grade", tmp_path / f"{name}.zip", "--out", out, "--roster", roster)
        edunn(course, "export", "canvas", "--assignment", name, "--column", name, "--out", out)
        (path,) = out.rglob("canvas*.csv")
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        points = {row["ID"]: float(row[name]) for row in rows if row["ID"]}
        wanted = {str(ids[student]): about[2 + place] for student, about in STUDENTS.items()}
        assert points == wanted
        path.unlink()
    edunn(course, "bundle", tmp_path / "handout")
    assert (tmp_path / "handout" / "02_sorting" / "02_sorting.ipynb").exists()


def test_nothing_that_is_there_is_replaced(course):
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    assert "is not empty" in edunn(course, "init", course, code=1)
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


def test_nbgraders_settings_are_those_of_this_course(course):
    """Two places have them: one for this course, one for new ones."""
    name = "autograder/nbgrader_config.py"
    assert (course / name).read_bytes() == (HERE.root / name).read_bytes()


def test_without_a_text_around_the_table_it_says_what_to_write(course):
    path = course / "autograder" / "overview.md"
    text = path.read_text()
    path.write_text("# Exercises")
    try:
        said = edunn(course, "build", code=1)
    finally:
        path.write_text(text)
    assert "overview.md is without {table}" in said
