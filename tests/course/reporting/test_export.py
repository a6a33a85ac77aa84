"""Grades for Canvas, Moodle and Gradescope: no zeros, no formulas, and all points are there."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.errors import CourseError
from edunn.course.grading.grade import rebuilt
from edunn.course.grading.gradebook import GradeStore
from edunn.course.grading.records import NOT_GRADED, STUDENT_ERROR, CellResult, Record, write_record
from edunn.course.messages import Message
from edunn.course.notebooks.layout import Course
from edunn.course.reporting.export import export_grades
from edunn.course.reporting.grades_csv import harmless
from edunn.course.submissions.collect import take_in
from edunn.course.submissions.roster import Roster
from lock import needs_lock

pytestmark = needs_lock
COURSE = Course.find(Path(__file__).parent)
NAME, OTHER = "02_bias", "04_activations"
RELEASE = COURSE.released(NAME)
TITLE = "Exercise 2: Bias"
CELLS = {"bias-forward": 2.0, "bias-dx": 2.0, "bias-db": 3.0}
HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
ROSTER = """student,name,email,canvas_id,sis_id,login,section
anna,"Ångström, Anna",anna@uni.edu,101,s-1,an,A
ben,"=HYPERLINK(""http://x"")",ben@uni.edu,102,s-2,be,A
cleo,"Cleo ""C"" Li",Cleo@uni.edu,103,s-3,cl,B
dora,Dora,dora@uni.edu,104,s-4,do,B
emil,Emil,emil@uni.edu,105,s-5,em,B
finn,Finn,finn@uni.edu,106,s-6,fi,B
"""


def record(student, points=None, **more):
    """A record as the judge writes it; points: of the three checks, or none is judged."""
    made = Record(student, NAME, order=[cell["id"] for cell in RELEASE["cells"]], **more)
    made.answers = {"bias": "class Bias: pass", "bias-why": f"because, {student} says"}
    for (name, most), got in zip(CELLS.items(), points or ()):
        why = None if got == most else Message.own_words("=1+1 is wrong")
        made.results.append(CellResult(name, float(got), most, why))
    return made


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """A store as `edunn grade` leaves it, made without any worker, which saves time."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "in" / "emil").mkdir(parents=True)
    (empty,) = take_in(folder / "in", NAME)
    nothing = empty.problem
    records = [
        record("anna", (2, 2, 3)),
        record("ben", (2, 2, 0), notes=[Message("late")]),
        record("cleo", (0, 2, 0)),
        record("dora", state=NOT_GRADED, problem=Message("no_worker", {"error": "a reason"})),
        record("emil", (0, 0, 0), state=STUDENT_ERROR, problem=nothing),
        record("zoe", (2, 2, 3)),
    ]
    store = GradeStore(folder / "graded")
    store.release(NAME, COURSE.solution(NAME))
    with store.gradebook() as gradebook:
        for one in records:
            write_record(store.root, one)
            if one.state != NOT_GRADED:
                store.enter(gradebook, one, rebuilt(RELEASE, one))
        part = gradebook.find_submission_notebook(NAME, NAME, "anna")
        mark = next(grade for grade in part.grades if grade.cell.name == "bias-why")
        mark.manual_score, mark.needs_manual_grade = 2.5, False
        part = gradebook.find_submission_notebook(NAME, NAME, "cleo")
        mark = next(grade for grade in part.grades if grade.cell.name == "bias-db")
        mark.manual_score = 1.0  # a person is kinder than the grader
        gradebook.db.commit()
    return store.root


@pytest.fixture
def roster(tmp_path):
    return written(tmp_path, ROSTER)


def written(folder, text):
    path = folder / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return Roster.read(path)


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_canvas(out, roster):
    result = export_grades("canvas", out, NAME, roster)
    header, possible, *rows = table(result.path)
    assert header == [*HEADER, TITLE]
    assert possible == ["    Points Possible", "", "", "", "", "10"]
    assert rows == [
        ["Ångström, Anna", "101", "s-1", "an", "A", "9.5"],
        ['\'=HYPERLINK("http://x")', "102", "s-2", "be", "A", "4"],
        ['Cleo "C" Li', "103", "s-3", "cl", "B", "3"],
        ["Dora", "104", "s-4", "do", "B", ""],
        ["Emil", "105", "s-5", "em", "B", ""],
        ["Finn", "106", "s-6", "fi", "B", ""],
    ]


def test_what_is_said_of_an_export(out, roster):
    result = export_grades("canvas", out, NAME, roster)
    assert result.grades == 3
    assert result.empty == [
        "dora: 02_bias: not graded: the worker did not start: a reason",
        "emil: 02_bias: nothing handed in",
        "finn: 02_bias: nothing handed in",
    ]
    assert result.waiting == ["ben: 02_bias: bias-why", "cleo: 02_bias: bias-why"]
    assert result.strangers == ["zoe: 02_bias"]


def test_moodle_has_no_row_without_a_grade(out, roster):
    header, *rows = table(export_grades("moodle", out, NAME, roster).path)
    assert header == ["Email address", "ID number", TITLE, "late"]
    assert rows == [
        ["anna@uni.edu", "s-1", "9.5", ""],
        ["ben@uni.edu", "s-2", "4", "late"],
        ["Cleo@uni.edu", "s-3", "3", ""],  # as the roster has it
    ]


def test_a_column_that_the_gradebook_does_not_have_is_named(out, tmp_path):
    gradebook = written(
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Section,Exercise 2 (4711)\n"
        "    Points Possible,,,,,10\nAnna,101,s-1,anna,A,\n",
    )
    assert export_grades("canvas", out, NAME, gradebook).new == [TITLE]
    assert export_grades("canvas", out, NAME, gradebook, "Exercise 2 (4711)").new == []
    assert export_grades("canvas", out, NAME, gradebook, "Exercize 2").new == ["Exercize 2"]


GRADEBOOK = """Student,ID,SIS User ID,SIS Login ID,Section,02_bias (77)
    Points Possible,,,,,{possible}
"Ångström, Anna",101,s-1,anna,A,3.00
"Dora",104,s-4,dora,B,EX
"Finn",106,s-6,finn,B,7.00
"""


def test_canvas_keeps_what_is_there_of_who_has_no_grade(out, tmp_path):
    """An empty cell erases a grade there, or that somebody is excused."""
    roster = written(tmp_path, GRADEBOOK.format(possible="10.00"))
    result = export_grades("canvas", out, NAME, roster, "02_bias (77)")
    points = {row[1]: row[-1] for row in table(result.path)[2:]}
    assert points == {"101": "9.5", "104": "EX", "106": "7.00"}


def test_another_mark_that_is_there_is_told(out, tmp_path):
    """Canvas writes EX for who is excused, N/A for who is not assigned (gradebook_exporter.rb)."""
    text = GRADEBOOK.format(possible="10.00") + "Ben,102,s-2,ben,B,EX\nCleo,103,s-3,cleo,B,N/A\n"
    result = export_grades("canvas", out, NAME, written(tmp_path, text), "02_bias (77)")
    points = {row[1]: row[-1] for row in table(result.path)[2:]}
    assert points["102"] == "EX"
    assert points["103"] == "N/A"
    assert result.replaced == ["anna: 02_bias: 3.00 becomes 9.5"]
    assert [line.partition(": 02_bias")[2] for line in result.kept] == [
        ": EX, not 4",
        ": N/A, not 3",
    ]
    assert result.grades == 1


def test_a_locked_grade_of_moodle_stays(out, tmp_path):
    """'gradecanbechanged' of mod/assign/gradingtable.php."""
    header = "Identifier,Full name,Grade,Maximum grade,Grade can be changed,Last modified (grade)"
    people = "Participant 1,anna,8.50,10.00,No,-\nParticipant 2,ben,2.00,10.00,Yes,-\n"
    roster = written(tmp_path, f"{header}\n{people}Participant 3,cleo,3.00,10.00,Yes,-\n")
    result = export_grades("moodle", out, NAME, roster)
    assert [row[2] for row in table(result.path)[1:]] == ["8.50", "4", "3"]
    assert result.kept == ["anna: 02_bias: 8.50, not 9.5"]
    assert result.replaced == ["ben: 02_bias: 2.00 becomes 4"]
    assert (result.grades, result.zeros) == (2, [])


def test_the_command_tells_of_marks_that_are_there(out, tmp_path):
    copy = Path(shutil.copytree(out, tmp_path / "copy"))
    store, zero = GradeStore(copy), record("ben", (0, 0, 0))
    write_record(copy, zero)
    with store.gradebook() as gradebook:
        store.enter(gradebook, zero, rebuilt(RELEASE, zero))
    header = "Identifier,Full name,Grade,Maximum grade,Grade can be changed,Last modified (grade)"
    people = "Participant 1,anna,8.50,10.00,No,-\nParticipant 2,ben,2.00,10.00,Yes,-\n"
    (tmp_path / "sheet.csv").write_text(f"{header}\n{people}Participant 3,cleo,,10.00,Yes,-\n")
    words = ["--course", COURSE.root, "export", "moodle", "--out", copy, "--assignment", NAME]
    result = CliRunner().invoke(main, [*map(str, words), "--roster", str(tmp_path / "sheet.csv")])
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "2 grades written" in said
    assert (
        "1 with another mark there, which this one replaces: ben: 02_bias: 2.00 becomes 0" in said
    )
    assert "1 with 0, which Moodle's import passes over: type it there: ben: 02_bias" in said
    assert "1 excused or locked there, left as they are: anna: 02_bias: 8.50, not 9.5" in said


def test_other_points_in_canvas_are_refused(out, tmp_path):
    roster = written(tmp_path, GRADEBOOK.format(possible="20.00"))
    with pytest.raises(CourseError, match=r"02_bias has 10 points, 02_bias \(77\) in Canvas 20.00"):
        export_grades("canvas", out, NAME, roster, "02_bias (77)")


def test_a_lone_dash_is_no_formula():
    assert [harmless(cell) for cell in ("-", "-a", "-1", "--")] == ["-", "'-a", "-1", "'--"]


def test_a_column_by_the_name_it_has_there(out, roster):
    path = export_grades("canvas", out, NAME, roster, "Exercise 2 (4711)").path
    assert table(path)[0][-1] == "Exercise 2 (4711)"
    path = export_grades("moodle", out, NAME, roster, "=2+2").path
    assert table(path)[0][-2:] == ["'=2+2", "late"]


def test_gradescope(out):
    result = export_grades("gradescope", out)
    files = {path.stem: json.loads(path.read_text()) for path in (result.path / NAME).iterdir()}
    assert set(files) == {"anna", "ben", "cleo", "zoe"}
    assert [line.partition(":")[0] for line in result.empty] == ["dora", "emil"]
    assert files["ben"] == {
        "score": 4.0,
        "output": "=1+1 is wrong\nlate",
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            one("forward", 2.0, 2.0),
            one("the gradient of x", 2.0, 2.0),
            one("the gradient of b", 3.0, 0.0, "=1+1 is wrong"),
            one("A question", 3.0, None, "waits for a person to grade it"),
        ],
    }
    assert [test["score"] for test in files["anna"]["tests"]] == [2.0, 2.0, 3.0, 2.5]
    assert [test.get("score") for test in files["cleo"]["tests"]] == [0.0, 2.0, 1.0, None]
    for about in files.values():
        assert about["score"] == sum(test.get("score", 0.0) for test in about["tests"])


def one(name, most, points, output=""):
    given = {} if points is None else {"score": points}
    given |= {} if points is None else {"status": "passed" if points == most else "failed"}
    return {"name": name, "max_score": most, "output": output, "output_format": "text"} | given


@pytest.mark.slow
def test_several_exercises_in_one_file(out, roster, tmp_path):
    """A copy of the store with a second exercise, which only anna has handed in."""
    import shutil

    shutil.copytree(out, tmp_path / "graded")
    store = GradeStore(tmp_path / "graded")
    release = COURSE.released(OTHER)
    store.release(OTHER, COURSE.solution(OTHER))
    order = [cell["id"] for cell in release["cells"]]
    more = Record("anna", OTHER, order=order, answers={})
    write_record(store.root, more)
    with store.gradebook() as gradebook:
        store.enter(gradebook, more, release)
    canvas = table(export_grades("canvas", store.root, "", roster).path)
    assert [row[5:] for row in canvas[2:4]] == [["9.5", "0"], ["4", ""]]
    moodle = table(export_grades("moodle", store.root, "", roster).path)
    assert moodle[0][4:] == [f"late: {title}" for title in moodle[0][2:4]]
    assert [row[2:] for row in moodle[1:3]] == [["9.5", "0", "", ""], ["4", "-", "late", ""]]
    with pytest.raises(CourseError, match="one column for 2 exercises"):
        export_grades("canvas", store.root, "", roster, "Exercise 2 (4711)")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("canvas", "student,name\nanna,A\n", "has no column canvas_id or sis_id or login: Canvas"),
        ("moodle", "student,login\nanna,A\n", "has no column email or sis_id: Moodle knows"),
        ("canvas", "student,login\nanna,\n", "the roster has no canvas_id or .* of anna"),
        ("moodle", "student,email\nanna,=1+1\n", "'=1\\+1' of anna looks like a formula"),
        ("canvas", "student,login,name\nx,1,ben\nx,1,anna\n", "'x' is there twice"),
    ],
)
def test_a_roster_that_does_not_do(out, tmp_path, kind, text, message):
    with pytest.raises(CourseError, match=message) as error:
        export_grades(kind, out, NAME, written(tmp_path, text))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", ["canvas", "moodle"])
def test_without_a_roster(out, kind):
    with pytest.raises(CourseError, match=f"^{kind} knows students by other names: it takes a"):
        export_grades(kind, out)


def test_the_command(out, tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    options = ["--out", str(out), "--assignment", "77", "--roster", str(tmp_path / "roster.csv")]
    course = ["--course", str(COURSE.root)]
    result = CliRunner().invoke(main, [*course, "export", "canvas", *options[:2], *options[4:]])
    assert result.exit_code == 0, result.output
    assert "3 grades written" in result.output
    assert "3 without a grade, left empty:\n  dora: 02_bias: not graded" in result.output
    assert "2 that still wait for a person, with the points so far:" in result.output
    assert "1 not in the roster, left out:\n  zoe: 02_bias" in result.output
    result = CliRunner().invoke(main, [*course, "export", "moodle", *options])
    assert result.exit_code == 1
    assert result.output.startswith("Error: no assignment '77'")
