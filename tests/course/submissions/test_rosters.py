"""Rosters as spreadsheets and systems write them: each is read right, or refused in one line that
names the row."""

import itertools
from dataclasses import replace

import pytest

from edunn.course.errors import CourseError
from edunn.course.submissions.roster import Roster
from submissions.systems import (
    Human,
    canvas_gradebook,
    moodle_participants,
    moodle_worksheet,
    written,
)

PEOPLE = [
    Human("Ann", "Able", "aable", "ann@uni.edu", 11, "s1", group="Team A"),
    Human("José", "García, Dr.", "jgarcia", "jose@uni.edu", 12, "s2", group="Team A, Team C"),
    Human("Zoë", "=Zest", "zzest", "zoe@uni.edu", 13, "s3", group="Team B"),
]
for number, human in enumerate(PEOPLE, start=4711):
    human.mapped = {"a": number}

ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "utf-16"]
DELIMITERS = [",", ";", "\t"]


def read(tmp_path, content):
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    roster = Roster.read(path)
    roster.keep(tmp_path)
    again = Roster.kept(tmp_path)
    assert (again.rows, again.kind, again.cells) == (roster.rows, roster.kind, roster.cells)
    return roster


@pytest.mark.parametrize(("delimiter", "encoding"), [*itertools.product(DELIMITERS, ENCODINGS)])
def test_ones_own_list_in_every_spelling(tmp_path, delimiter, encoding):
    rows = [["student", "name", "email"]]
    rows += [[human.login, f"{human.last}; {human.first}", human.email] for human in PEOPLE]
    roster = read(tmp_path, written(rows, delimiter, encoding))
    assert [row["student"] for row in roster.rows] == ["aable", "jgarcia", "zzest"]
    assert roster.called("jgarcia") == "García, Dr.; José"
    assert roster.find(["JOSE@uni.edu"]) == "jgarcia"


@pytest.mark.parametrize("sis", [True, False])
@pytest.mark.parametrize("integration", [True, False])
@pytest.mark.parametrize("names_apart", [True, False])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_canvas_gradebook_as_it_comes(tmp_path, sis, integration, names_apart, delimiter):
    """Rows about points are no students, and points are no names."""
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        made = canvas_gradebook(
            PEOPLE, [("Bias", 77, 10)], sis, integration, names_apart, True, delimiter, encoding
        )
        roster = read(tmp_path, made)
        assert {row["student"] for row in roster.rows} == {"aable", "jgarcia", "zzest"}
        assert roster.find_number("canvas", ["12"]) == "jgarcia"
        assert roster.find(["s2"]) == ("jgarcia" if sis else None)
        assert roster.find(["garcíadrjosé"]) == (None if names_apart else "jgarcia")
        assert roster.find(["0.00"]) is None
        assert roster.called("aable") == ("Ann Able" if names_apart else "Able, Ann")


@pytest.mark.parametrize("spanish", [True, False])
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_moodles_participants_as_they_come(tmp_path, spanish, delimiter):
    made = moodle_participants(PEOPLE, ("email", "group"), delimiter, es=spanish)
    roster = read(tmp_path, made)
    assert [row["student"] for row in roster.rows] == [human.email for human in PEOPLE]
    assert roster.find(["José García, Dr."]) == "jose@uni.edu"
    assert roster.groups["teama"] == ["ann@uni.edu", "jose@uni.edu"]
    assert roster.groups["teamc"] == ["jose@uni.edu"]
    roster = read(tmp_path, moodle_participants(PEOPLE, ("login", "sid", "email"), es=spanish))
    assert [row["student"] for row in roster.rows] == [human.login for human in PEOPLE]
    assert [row["sis_id"] for row in roster.rows] == ["s1", "s2", "s3"]


@pytest.mark.parametrize("spanish", [True, False])
@pytest.mark.parametrize("blind", [True, False])
def test_moodles_worksheet_as_it_comes(tmp_path, spanish, blind):
    roster = read(tmp_path, moodle_worksheet(PEOPLE, "a", blind, es=spanish))
    wanted = "participant-4712" if blind else "jose@uni.edu"
    assert roster.find_number("moodle", ["4712"]) == wanted
    assert roster.find_number("moodle", ["4799"]) is None


RIGHT = {
    "blank rows": "student,name\n\nann,Ann\n,\n  , \nbo,Bo\n\n",
    "blanks after commas": 'student, name\nann, Ann\nbo, "Bo, B."\n',
    "spaces around": " student ; name \n ann ; Ann \n bo;Bo\n",
    "a line for Excel": "sep=;\nstudent;name\nann;Ann\nbo;Bo\n",
    "capitals": "Student,Name\nann,Ann\nbo,Bo\n",
    "the other way round": "name,student\nAnn,ann\nBo,bo\n",
    "more of the same": "student,name,,\nann,Ann,,\nbo,Bo,,\n",
    "short rows": "student,name,email\nann,Ann\nbo,Bo,bo@x.org\n",
    "old lines": "student,name\rann,Ann\rbo,Bo\r",
}


@pytest.mark.parametrize("case", RIGHT)
def test_it_is_read_right(tmp_path, case):
    roster = read(tmp_path, RIGHT[case])
    assert [row["student"] for row in roster.rows] == ["ann", "bo"]
    assert roster.called("ann") == "Ann"


def test_numbers_of_a_spreadsheet(tmp_path):
    """101.0 is 101; a number that has lost its digits is refused."""
    roster = read(tmp_path, 'student;canvas_id;sis_id\nann;101.0;"7,00"\nbo;102;8\n')
    assert roster.find_number("canvas", ["101"]) == "ann"
    assert roster.rows[0]["sis_id"] == "7"
    assert [row["student"] for row in read(tmp_path, "student\n101.0\n102.0\n").rows] == [
        "101", "102",
    ]  # fmt: skip


WRONG = {
    "student,name\n": "has a header, but no students",
    "student,name\n\n , \n": "has a header, but no students",
    "\n\n": "has no column `student`, but no rows",
    "a,b\n1,2\n": "has no column `student`, but a, b",
    "student,name,email\nann,Ann,a@x\njd,Doe, Jane,j@x\n":
        "row 3 has 4 cells, the header 3: does a name with a comma lack its quotes?",
    "student,name,email\nann,Ann,a@x\njd,Doe, Jane\n": "row 3: 'Jane' is no email address",
    "student,email\nann,a@x\n\nbo,A@X\n": "'A@X' is there twice, in rows 2 and 4 (column email)",
    "student,canvas_id\nann,1\nbo,1.0\n": "'1' is there twice, in rows 2 and 3 (column canvas_id)",
    "student,sis_id\nann,1.23457E+11\nbo,1.23457E+11\n":
        "row 2: 1.23457E+11 is a number that a spreadsheet has shortened",
    "student;sis_id\nann;1,23457e+11\n": "row 2: 1,23457e+11 is a number",
    "student\n1.2E+09\n": "row 2: 1.2E+09 is a number",
    "student,name\nann,Ann\n,Bo\n": "row 3 names no student",
    "student,name\nann,Ann\na/b,Bo\n": "row 3: 'a/b' is no name for files",
    "student\nann\nANN\n": "'ANN' is there twice, in rows 2 and 3 (column student)",
    'student,name\nann,"Ann\n': "row 2: unexpected end of data",
    "First name,Last name\nAnn,Able\nAnn,Able\n": "'Ann_Able' is there twice, in rows 2 and 3",
    "PK\x03\x04": "is a spreadsheet or a zip: save it as CSV",
    "student\0": "is no CSV in UTF-8, UTF-16 or cp1252: it holds bytes of 0",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_it_is_refused_in_one_line_that_names_the_row(tmp_path, text):
    with pytest.raises(CourseError) as error:
        read(tmp_path, text)
    said = str(error.value)
    assert WRONG[text] in said
    assert "\n" not in said
    assert "roster.csv" in said


@pytest.mark.parametrize("sis", [True, False])
@pytest.mark.parametrize("names_apart", [True, False])
def test_canvas_test_student_is_nobody(tmp_path, names_apart, sis):
    """A person of that name is somebody, also where Canvas knows no number of the university's."""
    made = canvas_gradebook(PEOPLE, test_student=True, names_apart=names_apart, sis=sis)
    roster = read(tmp_path, made)
    assert len(roster.rows) == len(PEOPLE)
    assert roster.find_number("canvas", ["99999"]) is None
    real = Human("Test", "Student", "tstudent", "ts@uni.edu", 15, "s15")
    both = [*PEOPLE, real]
    made = canvas_gradebook(both, test_student=True, names_apart=names_apart, sis=sis)
    assert read(tmp_path, made).find_number("canvas", ["15"]) == "tstudent"


def test_a_team_that_is_called_like_a_person_is_of_this_assignment(tmp_path):
    """The numbers of teams stand in no worksheet."""
    people = [replace(human, group=human.full) for human in PEOPLE]
    roster = read(tmp_path, moodle_worksheet(people, "a", groups=True))
    assert not roster.numbers_others([(human.full, ["77"]) for human in people])
    assert roster.numbers_others([("Ann Able", ["77"]), ("Bo", ["78"])]) is False


@pytest.mark.parametrize("blind", [True, False])
def test_a_worksheet_knows_the_numbers_of_its_own_assignment(tmp_path, blind):
    roster = read(tmp_path, moodle_worksheet(PEOPLE, "a", blind=blind))
    who = ["Participant" if blind else human.full for human in PEOPLE]
    assert roster.numbers_others([(name, ["9001"]) for name in who])
    assert not roster.numbers_others([(name, [str(h.mapped["a"])]) for name, h in zip(who, PEOPLE)])
    assert not roster.numbers_others([])
    assert not roster.numbers_others([("A newcomer", ["9001"])])
    assert not roster.numbers_others([("Team 1", ["77"]), ("Team 2", ["78"])])


def test_two_columns_of_one_kind(tmp_path):
    """A column of a name that is ours wins; two others of one kind are refused."""
    roster = read(tmp_path, "student,login,username\nann,a,b\n")
    assert roster.find(["a"]) == roster.find(["b"]) == "ann"
    with pytest.raises(CourseError, match="has two columns for login: student, username, login id"):
        read(tmp_path, "student,username,login id\nann,a,b\n")
