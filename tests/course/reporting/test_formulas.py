"""No cell of a CSV is a formula, whatever a spreadsheet divides a line at."""

import csv
import io
import itertools

import pytest

from edunn.course.grading.grade import Grade
from edunn.course.grading.records import NOT_GRADED, Record
from edunn.course.messages import Message
from edunn.course.reporting.grades_csv import COLUMNS, harmless, is_late, write_csv

SIGNS = ["=1+1", "+1+cmd", "-1+cmd|' /C calc'!A0", "@SUM(1)", "＝1+1", "＋1+1", "－1+1", "＠x"]
BEFORE = [
    "", " ", "\t", "\r", "\n", "\r\n", '"', '""', ' "', "\ufeff", "\ufeff ", "\u200b", "\xa0",
    "a;", "a; ", 'a;"', "a\t", "a,", "a|", "a\n", 'a"\n', 'a"\r', "a;\ufeff", "\x0b", "\u2028",
    "a\x85", 'x;"\n', "a;\x00", "“",
]  # fmt: skip
HARMLESS = [
    "Ann", "ann@uni.edu", "O'Brien", "-0.5", "+3", "got -0.5, -0.25", "(-1; -2)", "1e-5", "a=b",
    "x - y", "shape (3, -1), not (3,)", "02_bias", "-1e-05", "", "a; b", "Doe, Jane",
]  # fmt: skip


def cells_of(text):
    """All cells that some program may see in a file: divided at each of these, with quotes that
    count and with quotes that do not."""
    for delimiter in ",;\t|":
        yield from itertools.chain.from_iterable(csv.reader(io.StringIO(text), delimiter=delimiter))
        for line in text.splitlines():
            yield from (cell.strip('"') for cell in line.split(delimiter))


def starts_a_formula(cell):
    seen = "".join(c for c in cell if c.isprintable()).lstrip(' \xa0"“')
    if not seen.startswith(tuple("=+-@＝＋－＠")):
        return False
    try:
        float(seen.strip('()[] "').replace(",", "."))
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("sign", SIGNS)
def test_every_kind_of_cell_is_neutralised(tmp_path, before, sign):
    """In the name of a student, of an exercise, and in a reason."""
    text = before + sign
    record = Record(text, text, NOT_GRADED, Message.own_words(text))
    write_csv([Grade(record, None, 10.0, [])], tmp_path / "grades.csv")
    written = (tmp_path / "grades.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 2
    found = [cell for cell in cells_of(written) if starts_a_formula(cell)]
    assert not found


@pytest.mark.parametrize("cell", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(cell):
    assert harmless(cell) == cell
    assert harmless(harmless("=1")) == harmless("=1") == "'=1"


def test_late_stands_in_its_own_column(tmp_path):
    late = Grade(Record("ann", "02_bias", notes=[Message("late")]), 7.0, 10.0, [])
    grades = [late, Grade(Record("bo", "02_bias"), 7.0, 10.0, [])]
    write_csv(grades, tmp_path / "grades.csv")
    with (tmp_path / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["late"] for row in rows] == ["late", ""]
    assert [is_late(grade) for grade in grades] == [True, False]
