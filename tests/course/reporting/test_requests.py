"""Requests to look at a grade again: open ones on the class's page, answers on the student's."""

from pathlib import Path

import pytest

from edunn.course.errors import CourseError
from edunn.course.grading.grade import rebuilt
from edunn.course.grading.gradebook import GradeStore
from edunn.course.grading.records import Record, write_record
from edunn.course.notebooks.layout import Course
from edunn.course.reporting.html import write_all

COURSE = Course.find(Path(__file__).parent)
NAME, SCRIPT = "02_bias", "<script>window.pwned = 1</script>"
HEADER = "student,exercise,cell,text,answer\n"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    store = GradeStore(tmp_path_factory.mktemp("store") / "graded")
    store.release(NAME, COURSE.solution(NAME))
    release = COURSE.released(NAME)
    with store.gradebook() as gradebook:
        for student in ("ann", "bob"):
            record = Record(student, NAME, order=[cell["id"] for cell in release["cells"]])
            record.answers = {"bias": "class Bias: pass"}
            write_record(store.root, record)
            store.enter(gradebook, record, rebuilt(release, record))
    return store.root


def pages(out, rows):
    """The class's page, and those of ann and bob."""
    (out / "requests.csv").write_text(HEADER + rows)
    write_all(out)
    names = "report.html", f"feedback/{NAME}/ann.html", f"feedback/{NAME}/bob.html"
    return [(out / name).read_text(encoding="utf-8") for name in names]


def test_a_request_is_open_until_a_person_answers(out):
    asked = f"My sum is right. {SCRIPT}"
    shown = asked.replace("<", "&lt;").replace(">", "&gt;")
    report, ann, bob = pages(out, f'ann,02,bias-db,"{asked}",\n')
    assert shown in report
    assert shown in ann
    assert "Nobody has answered yet." in ann
    assert "Requests to look again" not in bob
    assert SCRIPT not in report + ann
    report, ann, _ = pages(out, f'ann,2,bias-db,"{asked}",\n')  # a spreadsheet's 02
    assert shown in report
    report, ann, _ = pages(out, f'ann,bias,bias-db,"{asked}","Yes: 1 more."\n')
    assert "Requests to look again" not in report
    assert "<strong>Answer:</strong> Yes: 1 more." in ann


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("zoe,02,bias-db,why,", "nobody here is called 'zoe'"),
        ("ann,03,bias-db,why,", "no exercise '03' is graded here"),
        ("ann,02,nix,why,", "02_bias has no cell 'nix'"),
        ("ann,02,bias-db,,", "it has no text"),
        ("ann,02,bias-db,why,no,more", "6 cells, not 5"),
    ],
)
def test_a_row_that_belongs_to_nothing_is_named(out, row, said):
    with pytest.raises(CourseError, match="row 2: ") as error:
        pages(out, f"{row}\n")
    assert said in str(error.value)
