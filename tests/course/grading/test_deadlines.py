"""Deadlines and extensions in one file; what lateness costs, and what is not known of it."""

from datetime import timedelta

import pytest

from edunn.course.errors import CourseError
from edunn.course.grading.deadlines import (
    CLOCKS_TOLD,
    LATE,
    LATER_TOLD,
    ON_TIME,
    UNKNOWN,
    Amount,
    Deadlines,
    Rule,
    times_told,
)
from edunn.course.grading.grade import Grade
from edunn.course.grading.records import NOT_GRADED, Record
from edunn.course.messages import Message
from edunn.course.reporting.messages import about_lateness
from edunn.course.submissions.roster import Roster

KNOWN = ["02_bias", "03_linear"]
FILE = """exercise,student,date,penalty,cap,grace,handed_in
all,all,,10%,50%,15 min,
02,all,2026-03-06 23:59 Europe/Madrid,,,,
bias,Ann Able,2026-03-09T23:59 +01:00,,,,
02_bias,bob,,,,,2026-03-07 10:00 Europe/Madrid
03,all,2026-03-13 12:00Z,2,5,,
"""
GRADESCOPE = {"system": "gradescope"}
ROSTER = "student,name\nann,Ann Able\nbob,Bob\ncai,Cai\n"


@pytest.fixture
def roster(tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER)
    return Roster.read(tmp_path / "roster.csv")


@pytest.fixture
def read(tmp_path, roster):
    def reads(text, roster=roster):
        (tmp_path / "deadlines.csv").write_text(text)
        return Deadlines.read(tmp_path / "deadlines.csv", KNOWN, roster)

    return reads


@pytest.mark.parametrize(
    ("name", "student", "time", "state", "points", "penalty"),
    [
        ("02_bias", "cai", "2026-03-06 22:59:00.000000000 Z", ON_TIME, 8, 0),  # on the minute
        ("02_bias", "cai", "2026-03-06 23:10:00.000000000 Z", ON_TIME, 8, 0),  # within grace
        ("02_bias", "cai", "2026-03-06 23:15:00.000000000 Z", LATE, 7, 1),  # day 1: 10 % of 10
        ("02_bias", "cai", "2026-03-08 22:59:00 Z", LATE, 6, 2),
        ("02_bias", "cai", "2026-03-08 22:59:01 Z", LATE, 5, 3),
        ("02_bias", "cai", "2026-05-01 00:00:00 Z", LATE, 3, 5),  # the cap
        ("02_bias", "ann", "2026-03-09 22:00:00 Z", ON_TIME, 8, 0),  # an extension
        ("02_bias", "ann", "2026-03-10 22:00:00 Z", LATE, 7, 1),
        ("02_bias", "bob", "", LATE, 7, 1),  # a person says when
        ("02_bias", "bob", "2026-03-09 10:00:00.000000 UTC", LATE, 7, 1),  # and knows better
        ("02_bias", "cai", "2026-03-08 10:00:00.000000 UTC", LATE, 6, 2),  # nbgrader's timestamp
        ("02_bias", "cai", "0001-01-01 00:00:00 +14:00", UNKNOWN, 8, 0),  # before all times
        ("02_bias", "cai", "Monday, 1 January 0001, 12:00 AM", UNKNOWN, 8, 0),
        ("02_bias", "cai", "Saturday, 7 March 2026, 9:30 PM", LATE, 7, 1),  # Moodle's worksheet
        ("02_bias", "cai", "viernes, 6 de marzo de 2026, 23:59", ON_TIME, 8, 0),
        ("03_linear", "ann", "2026-03-13 12:00:01 Z", LATE, 6, 2),
        ("03_linear", "ann", "2026-04-13 12:00:01 Z", LATE, 3, 5),
    ],
)
def test_points_before_and_after(read, name, student, time, state, points, penalty):
    grade = Grade(Record(student, name), 8.0, 10.0, []).after(read(FILE), {"time": time})
    assert grade.lateness.state == state
    assert (grade.before, grade.penalty, grade.points) == (8.0, penalty, points)
    assert grade.lateness.said
    assert all(map(str, grade.lateness.said))


@pytest.mark.parametrize(
    ("due", "handed_in", "days"),
    [
        ("2026-03-28 23:59", "2026-03-30 00:30", 1),  # 23 h 31 min, as one hour is left out
        ("2026-10-24 23:59", "2026-10-25 23:30", 2),  # 24 h 31 min
        ("2026-03-27 23:59", "2026-03-28 23:58", 1),
    ],
)
def test_days_are_of_24_hours_when_the_clocks_are_changed(read, due, handed_in, days):
    text = f"exercise,student,date,penalty\n02,all,{due} Europe/Madrid,1\n"
    late = {"time": f"{handed_in} Europe/Madrid"}
    grade = Grade(Record("cai", "02_bias"), 8.0, 10.0, []).after(read(text), late)
    assert grade.penalty == days


@pytest.mark.parametrize(
    ("due", "time", "days", "hangs"),
    [
        ("2026-03-28 23:59 +01:00", "Monday, 30 March 2026, 12:30 AM", 2, True),  # 1 in Madrid
        ("2026-03-28 23:59 Z", "Monday, 30 March 2026, 12:30 AM", 2, True),  # 1 in London
        ("2026-10-24 23:59 +0200", "Sunday, 25 October 2026, 11:30 PM", 1, True),  # 2 in Madrid
        ("2026-03-28 23:59 Europe/Madrid", "Monday, 30 March 2026, 12:30 AM", 1, False),
        ("2026-03-28 23:59 +01:00", "Sunday, 29 March 2026, 11:30 PM", 1, False),
        ("2026-05-06 23:59 +02:00", "Friday, 8 May 2026, 12:30 AM", 2, False),
        ("2026-05-06 23:59 +02:00", "Wednesday, 6 May 2026, 11:30 PM", 0, False),
        ("2026-03-28 23:59 +01:00", "2026-03-29 22:30 Z", 1, False),
    ],
)
def test_an_offset_that_follows_no_clocks_is_said(read, due, time, days, hangs):
    """Where a time has no zone, and the clocks may have been changed since the deadline."""
    deadlines = read(f"exercise,student,date,penalty\n02,all,{due},1\n")
    late = deadlines.lateness("02_bias", "cai", False, {"time": time}, 10.0)
    assert late.penalty == days
    assert (late.said[-1].id == CLOCKS_TOLD) == hangs
    assert not hangs or f"the clocks: {days}; with a place instead" in str(late.said[-1])
    grade = Grade(Record("cai", "02_bias"), 8.0, 10.0, []).after(deadlines, {"time": time})
    assert "place" not in "".join(about_lateness(grade))  # that is for graders


@pytest.mark.parametrize("called", ["02_bias", "bias", "02", "2"])
@pytest.mark.parametrize("known", [KNOWN, []])
def test_what_an_exercise_may_be_called(tmp_path, called, known):
    """A spreadsheet makes 2 of 02."""
    (tmp_path / "deadlines.csv").write_text(
        f"exercise,student,date,penalty\n{called},all,2026-03-06 12:00 Z,1\n"
    )
    late = {"time": "2026-03-06 13:00 Z"}
    deadlines = Deadlines.read(tmp_path / "deadlines.csv", known)
    assert deadlines.lateness("02_bias", "ann", False, late, 10.0).penalty == 1
    assert deadlines.lateness("12_bias", "ann", False, late, 10.0) is None or called == "bias"


def test_nothing_is_taken_off_that_is_not_there(read):
    late = {"time": "2026-05-01 00:00 Z"}
    assert Grade(Record("cai", "02_bias"), 2.0, 10.0, []).after(read(FILE), late).points == 0
    ungraded = Grade(Record("cai", "02_bias", NOT_GRADED), None, 10.0, [])
    assert ungraded.after(read(FILE), late).points is None
    empty = Record("cai", "02_bias", problem=Message("nothing"))
    assert Grade(empty, 0.0, 10.0, []).after(read(FILE), {}).lateness is None


@pytest.mark.parametrize(
    ("student", "system", "says_late", "state", "said"),
    [
        ("cai", "canvas", False, ON_TIME, ""),
        ("cai", "canvas", True, LATE, "how late is not known"),
        ("ann", "canvas", True, UNKNOWN, "within the extension"),
        ("cai", "moodle", False, UNKNOWN, "when it was handed in is not known"),
        ("cai", "", False, UNKNOWN, "when it was handed in is not known"),
    ],
)
def test_what_no_system_tells_costs_nothing_and_is_said(
    read, student, system, says_late, state, said
):
    found = read(FILE).lateness("02_bias", student, says_late, {"system": system}, 10.0)
    assert (found.state, found.penalty) == (state, 0)
    assert said in "".join(map(str, found.said))


def test_a_row_of_an_earlier_version_is_said(read):
    """handed_in counts, and that the download tells of a later time is said."""
    deadlines = read(
        "exercise,student,date,handed_in\n02,all,2026-03-06 12:00 Z,\n02,ann,,2026-03-06 11:00 Z\n"
    )
    late = deadlines.lateness("02_bias", "ann", True, {"system": "canvas"}, 10)
    assert [note.id for note in late.said] == ["in_time", LATER_TOLD]
    for time, notes in (("2026-03-08 09:00 Z", ["in_time", LATER_TOLD]),
                        ("2026-03-06 10:00 Z", ["in_time"])):  # fmt: skip
        late = deadlines.lateness("02_bias", "ann", False, {"time": time}, 10)
        assert (late.state, late.penalty) == (ON_TIME, 0)
        assert [note.id for note in late.said] == notes


@pytest.mark.parametrize(
    ("row", "day", "until", "state", "penalty"),
    [
        ("", "Sunday, 8", "Sunday, 8 March 2026, 11:59 PM", ON_TIME, 0),
        ("02,ann,2026-03-07 12:00 Z,\n", "Sunday, 8", "Sunday, 8 March 2026, 11:59 PM", LATE, 1),
        ("", "Sunday, 8", "Sunday, 1 March 2026, 11:59 PM", LATE, 2),  # it takes nothing away
        ("", "Sunday, 8", "Sunday, March 8, 2026, 11:59 PM", UNKNOWN, 0),
        ("", "Sunday, 8", "Prazo prolongado até: domingo, 8 de março de 2026, 23:59", UNKNOWN, 0),
        ("", "Thursday, 5", "Sunday, March 8, 2026, 11:59 PM", ON_TIME, 0),
    ],
)
def test_an_extension_that_the_system_granted(read, row, day, until, state, penalty):
    """It counts where it is later, and the file has no row of the student's own."""
    deadlines = read(f"exercise,student,date,penalty\n02,all,2026-03-06 12:00 Z,10%\n{row}")
    origin = {"time": f"{day} March 2026, 11:00 AM", "extension": until}
    late = deadlines.lateness("02_bias", "ann", False, origin, 10)
    assert (late.state, late.penalty) == (state, penalty)
    other = deadlines.lateness("02_bias", "bob", False, {"time": origin["time"]}, 10)
    assert other.penalty == (2 if day == "Sunday, 8" else 0)


def test_only_the_status_of_a_worksheet_tells_of_an_extension(tmp_path):
    """Not what students have typed, nor their graders."""
    said = "Extension granted until: Monday, 30 November 2026, 11:59 PM"
    (tmp_path / "list.csv").write_text(
        "Identifier,Full name,Status,Grade,Maximum grade,Online text,Feedback comments,"
        "Last modified (submission)\n"
        f'Participant 1,Ann,Submitted for grading,,10,"{said}","{said}",-\n'
        f'Participant 2,Bo,"No submission - {said}",,10,,,-\n'
        "Participant 3,Cy,No submission\n"
        "Participant 4,Di\n"
    )
    told = dict(times_told(Roster.read(tmp_path / "list.csv")))
    assert list(told.values()) == [
        {"time": "-", "extension": ""},
        {"time": "-", "extension": "Monday, 30 November 2026, 11:59 PM"},
        {"extension": ""},
        {},
    ]


EN = "Identifier,Full name,Status,Grade,Maximum grade,Last modified (submission)"
OVERRIDES = (
    "Identifier,Full name,Status,Allow submissions from,Due date,Cut-off date,Grade,Maximum grade,"
    "Last modified (submission)"
)
OVERRIDES_ES = (
    "Identificador,Nombre completo,Estado,Permitir entregas desde,Fecha de entrega,Fecha límite,"
    "Calificación,Calificación máxima,Última modificación (entrega)"
)
ES_MX = (
    "Identificador,Nombre completo,Dirección Email,Estatus,Calificación,Calificación Máxima,"
    "La calificación puede ser cambiada,Última modificación (entrega)"
)
DUE, LATER = '"Friday, 6 March 2026, 11:59 PM"', '"Friday, 13 March 2026, 11:59 PM"'
WEDNESDAY = '"Wednesday, 11 March 2026, 8:00 PM"'
MIÉRCOLES, VIERNES = (
    '"miércoles, 11 de marzo de 2026, 20:00"',
    "viernes, 13 de marzo de 2026, 23:59",
)
GRANTED = "Submitted for grading - 4 days late - Extension granted until: "


@pytest.mark.parametrize(
    ("header", "row", "state", "penalty"),
    [
        (EN, f"Submitted for grading - 4 days late,,10,{WEDNESDAY}", LATE, 5),
        (EN, f'"{GRANTED}{LATER[1:]},,10,{WEDNESDAY}', ON_TIME, 0),
        (OVERRIDES, f"Submitted for grading,,{LATER},,,10,{WEDNESDAY}", ON_TIME, 0),
        (OVERRIDES, f"Submitted for grading - 4 days late,,{DUE},,,10,{WEDNESDAY}", LATE, 5),
        (OVERRIDES, f"Submitted for grading,,,,,10,{WEDNESDAY}", LATE, 5),
        (OVERRIDES, f'"{GRANTED}{LATER[1:]},,{DUE},,,10,{WEDNESDAY}', ON_TIME, 0),
        (OVERRIDES, f'Submitted for grading,,"March 13, 2026, 11:59",,,10,{WEDNESDAY}', UNKNOWN, 0),
        (OVERRIDES_ES, f'Enviado para calificar,,"{VIERNES}",,,10,{MIÉRCOLES}', ON_TIME, 0),
        (ES_MX, f"a@x.mx,Enviado para calificar,,10,Sí,{MIÉRCOLES}", LATE, 5),
        (ES_MX, 'a@x.mx,"Enviado para calificar - Se otorgó extensión hasta: '
                f'{VIERNES}",,10,Sí,{MIÉRCOLES}', ON_TIME, 0),
        (ES_MX, 'a@x.mx,"Enviado para calificar - Con permiso hasta: '
                f'{VIERNES}",,10,Sí,{MIÉRCOLES}', UNKNOWN, 0),
    ],
)  # fmt: skip
def test_what_a_worksheet_grants(read, tmp_path, header, row, state, penalty):
    """moodle/moodle, public/mod/assign/gradingtable.php: an extension stands in Status, the date of
    an override in Due date, which everybody has where anybody has one. The words are those of
    mod/assign/lang, and of the language packs es and es_mx (status, duedate, userextensiondate)."""
    (tmp_path / "list.csv").write_text(f"{header}\nParticipant 1,Ann,{row}\n", encoding="utf-8")
    ((_, told),) = times_told(Roster.read(tmp_path / "list.csv"))
    late = read(
        "exercise,student,date,penalty,cap\n02,all,2026-03-06 23:59 Europe/Madrid,10%,50%\n"
    ).lateness("02_bias", "ann", False, {"system": "moodle"} | told, 10)
    assert (late.state, late.penalty) == (state, penalty)
    assert all(map(str, late.said))
    if state == UNKNOWN:
        assert "13 de marzo" in str(late.said[0]) or "March 13" in str(late.said[0])


def test_without_a_deadline_nothing_is_said(read):
    only_rule = "exercise,student,date,penalty\nall,all,,1\n"
    assert read(only_rule).lateness("02_bias", "ann", True, {}, 10.0) is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("04,all,2026-03-06 23:59 Z,,,,", "no exercise '04'; there are 02_bias, 03_linear"),
        (",all,2026-03-06 23:59 Z,,,,", "no exercise ''"),
        ("02,,2026-03-06 23:59 Z,,,,", "the student is missing"),
        ("02,zoe,2026-03-06 23:59 Z,,,,", "nobody in the roster is called 'zoe'"),
        ("02,all,2026-03-06 23:59,,,,", "no date with time and zone"),
        ("02,all,2026-03-06,,,,", "no date with time and zone"),
        ("02,all,06/03/2026 23:59 Z,,,,", "no date with time and zone"),
        ("02,all,2026-02-30 23:59 Z,,,,", "day"),
        ("02,all,2026-03-06 23:59 Mars/Base,,,,", "'Mars/Base' is no time zone"),
        ("02,all,2026-03-06 23:59 CET,,,,", "'CET' is no time zone"),
        ("02,all,0001-01-01 00:00 +14:00,,,,", "no date with time and zone"),
        ("02,all,2026-03-06 23:59 Z,ten,,,", "'ten' is no number of points"),
        ("02,all,2026-03-06 23:59 Z,-1,,,", "'-1' is no number of points"),
        ("02,all,2026-03-06 23:59 Z,1,,soon,", "'soon' is no time of grace"),
        ("02,ann,2026-03-06 23:59 Z,1,,,", "a penalty is for all, not for ann"),
        ("02,all,,,,,2026-03-06 23:59 Z", "handed_in is of one student"),
        ("all,all,2026-03-06 23:59 Z,,,,", "a date belongs to one exercise"),
        ("02,ann,,,,,", "it says nothing"),
        ("02,all,2026-03-06 23:59 Z,,,,,more", "8 cells, the header has 7"),
    ],
)
def test_a_bad_row_is_named(read, row, said):
    with pytest.raises(CourseError, match="row 2: ") as error:
        read(f"exercise,student,date,penalty,cap,grace,handed_in\n{row}\n")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "exercise,student,date\n02,all,2026-03-06 23:59 Z\nbias,all,2026-03-07 23:59 Z\n",
        "exercise,student,date,penalty\n02,all,2026-03-06 23:59 Z,1\n02,all,,2\n",
        "exercise,student,date\n02,ann,2026-03-06 23:59 Z\n02,Ann Able,2026-03-07 23:59 Z\n",
    ],
)
def test_two_rows_that_say_the_same_thing_twice(read, text):
    with pytest.raises(CourseError, match="row 3: a second (date|penalty)"):
        read(text)


@pytest.mark.parametrize("header", ["", "exercise,student", "exercise,student,date,points"])
def test_other_columns_are_refused(read, header):
    with pytest.raises(CourseError, match="it takes exercise, student, date"):
        read(f"{header}\n")


def test_without_a_roster_whoever_is_nobody_is_found(read):
    found = read("exercise;student;date\n02;zoe;2026-03-06 23:59 Z\n", None)
    assert found.strangers("02_bias", ["ann"]) == ["row 2: zoe"]
    assert found.strangers("02_bias", ["zoe"]) == found.strangers("03_linear", []) == []


def test_amounts():
    assert Rule(Amount(1.5, False), None).points(3, 10.0) == 4.5
    assert Rule(Amount(50, True), Amount(30, True), timedelta()).points(1, 12.0) == 3.6
