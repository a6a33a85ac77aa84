"""What Canvas and Moodle take back: grades and feedback, read by the systems' own rules."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.errors import CourseError
from edunn.course.grading.archive import Archive
from edunn.course.grading.grade import rebuilt
from edunn.course.grading.gradebook import GradeStore
from edunn.course.grading.records import CellResult, Record, write_record
from edunn.course.messages import Message
from edunn.course.notebooks.layout import Course
from edunn.course.reporting.classroom import read_sheets
from edunn.course.reporting.export import export_grades
from edunn.course.reporting.feedback_zip import write_feedback_zips
from edunn.course.reporting.forget import forget
from edunn.course.reporting.html import write_all
from edunn.course.submissions.collect import take_in
from edunn.course.submissions.roster import Roster
from submissions.systems import (
    Handed,
    Human,
    canvas_files,
    canvas_gradebook,
    canvas_reads,
    canvas_takes_back,
    gradescope_files,
    moodle_files,
    moodle_participants,
    moodle_reads_worksheet,
    moodle_takes_back,
    moodle_worksheet,
    zipped,
)

pytestmark = pytest.mark.slow
COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
RELEASE = COURSE.released(NAME)
CELLS = {"bias-forward": 2.0, "bias-dx": 2.0, "bias-db": 3.0}
HUMANS = [
    Human("Ann", "Able", "aable", "ann@uni.edu", 11, "s1", "Aa1bb", group="Team A"),
    Human("José", "García, Dr.", "jgarcia", "jose@uni.edu", 12, "s2", "Cc2dd", group="Team A"),
    Human("Zoë", "O'Zest", "zzest", "zoe@uni.edu", 13, "s3", "Ee3ff", group="Team B"),
    Human("Bo", "Bone", "bbone", "bo@uni.edu", 14, "s4", "Gg4hh", group="Team B"),
]
for i, human in enumerate(HUMANS):
    human.mapped = {"a": 4711 + i, "Team A": 77, "Team B": 78}
POINTS = [(2, 2, 3), (2, 0, 3), (0, 0, 0)]  # the last one has handed in nothing
FILES = [(f"{NAME}.ipynb", json.dumps(RELEASE).encode())]
HANDED = [
    Handed(human, FILES, late=i == 1, attachment=900 + i) for i, human in enumerate(HUMANS[:3])
]
ASSIGNMENTS = [("Linear", 76, 10), ("Exercise 2: Bias", 77, 10)]


def graded(folder, files, roster, points=POINTS):
    """A store with what was handed in and its records, made without any worker."""
    folder.mkdir(exist_ok=True)
    (folder / "roster.csv").write_bytes(roster)
    people = Roster.read(folder / "roster.csv")
    store = GradeStore(folder / "graded")
    store.release(NAME, COURSE.solution(NAME))
    people.keep(store.root)
    archive = Archive(store.root / "handed_in" / NAME)
    zipped(folder / "all.zip", files)
    with store.gradebook() as gradebook:
        for one in take_in(folder / "all.zip", NAME, people):
            archive.keep(one)
            i = next((i for i, h in enumerate(HUMANS) if one.student in (h.login, h.email)), 0)
            record = Record(one.student, NAME, order=[cell["id"] for cell in RELEASE["cells"]])
            record.notes = list(one.notes)
            record.answers = {"bias": "class Bias: pass", "bias-why": "because <b>"}
            for (name, most), got in zip(CELLS.items(), points[min(i, len(points) - 1)]):
                why = None if got == most else Message.own_words("=1+1 is <wrong>")
                record.results.append(CellResult(name, float(got), most, why))
            write_record(store.root, record)
            store.enter(gradebook, record, rebuilt(RELEASE, record))
    archive.write_list()
    return store.root


@pytest.fixture(scope="module")
def canvas(tmp_path_factory):
    roster = canvas_gradebook(HUMANS, ASSIGNMENTS, integration=True, posting=True, delimiter=";")
    return graded(tmp_path_factory.mktemp("canvas"), canvas_files(HANDED), roster)


@pytest.fixture(scope="module")
def moodle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("moodle")
    return graded(folder, moodle_files(HANDED, "a"), moodle_worksheet(HUMANS, "a"))


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_canvas_takes_its_own_gradebook_back(canvas):
    """With the columns of SIS as they came, and the column of the assignment that it knows."""
    result = export_grades("canvas", canvas)
    rows = table(result.path)
    assert rows[0] == [
        "Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Section",
        "Exercise 2: Bias (77)",
    ]  # fmt: skip
    assert canvas_reads(rows) == {
        "11": {"Exercise 2: Bias (77)": "7"}, "12": {"Exercise 2: Bias (77)": "5"},
        "13": {"Exercise 2: Bias (77)": "0"}, "14": {"Exercise 2: Bias (77)": ""},
    }  # fmt: skip
    assert rows[2][:4] == ["Able, Ann", "11", "s1", "aable"]
    assert result.late == ["jgarcia: 02_bias"]


@pytest.mark.parametrize(("sis", "names_apart"), [(True, True), (False, False), (False, True)])
def test_canvas_takes_back_every_form_of_its_gradebook(canvas, tmp_path, sis, names_apart):
    path = tmp_path / "roster.csv"
    path.write_bytes(canvas_gradebook(HUMANS, ASSIGNMENTS, sis, names_apart=names_apart))
    rows = table(export_grades("canvas", canvas, "", Roster.read(path)).path)
    assert {who: list(points.values()) for who, points in canvas_reads(rows).items()} == {
        "11": ["7"], "12": ["5"], "13": ["0"], "14": [""],
    }  # fmt: skip


def test_canvas_reads_what_a_list_of_ones_own_gives(canvas, tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("student,canvas_id\naable,11\njgarcia,12\nzzest,13\n")
    rows = table(export_grades("canvas", canvas, "", Roster.read(path)).path)
    assert canvas_reads(rows)["12"] == {"Exercise 2: Bias": "5"}


def test_moodle_takes_its_worksheet_back(moodle):
    result = export_grades("moodle", moodle)
    rows = table(result.path)
    assert moodle_reads_worksheet(rows, HUMANS, "a") == {
        "ann@uni.edu": "7", "jose@uni.edu": "5", "zoe@uni.edu": "0",
    }  # fmt: skip
    assert rows[0] == [
        "Identifier", "Full name", "Email address", "Grade", "Maximum grade",
        "Last modified (grade)", "late",
    ]  # fmt: skip


@pytest.mark.parametrize("spanish", [True, False])
def test_moodles_worksheet_in_other_words(moodle, tmp_path, spanish):
    path = tmp_path / "roster.csv"
    made = moodle_worksheet(HUMANS, "a", es=spanish, delimiter=";")
    path.write_bytes(made)
    header, *rows = table(export_grades("moodle", moodle, NAME, Roster.read(path)).path)
    assert [row[3] for row in rows] == ["7", "5", "0"]
    assert header[3] == ("Calificación" if spanish else "Grade")


def test_moodles_worksheet_of_other_points(moodle, tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes(moodle_worksheet(HUMANS, "a", most=100))
    with pytest.raises(CourseError, match="has 10 points, the assignment in Moodle 100.00: give"):
        export_grades("moodle", moodle, NAME, Roster.read(path))


def test_what_is_for_graders_is_not_told_to_students(tmp_path):
    """Notes about the roster and the folders: on the page of the class, and nowhere else."""
    renamed = replace(HUMANS[0], last="Other")
    files = canvas_files([replace(HANDED[0], human=renamed, late=True)])
    out = graded(tmp_path, files, canvas_gradebook(HUMANS))
    (result,) = write_feedback_zips("canvas", out)
    export_grades("gradescope", out)
    told = [b"".join(members(result.path).values()).decode()]
    told += [path.read_text() for path in (out / "feedback" / NAME).iterdir()]
    told += [path.read_text() for path in (out / "gradescope" / NAME).iterdir()]
    assert len(told) == 3
    for text in told:
        assert "late" in text
        assert "roster" not in text
    assert "handed in under the name otherann" in (out / "report.html").read_text()


def test_who_was_passed_over_is_named(tmp_path, caplog):
    """In a line that says where the work is, and how to grade it after all."""
    for number, text in ((905, "newer"), (900, "older")):
        cells = [c | ({"source": text} if c["id"] == "bias-why" else {}) for c in RELEASE["cells"]]
        content = json.dumps(RELEASE | {"cells": cells}).encode()
        one = Handed(HUMANS[0], [(f"{NAME}.ipynb", content)], attachment=number)
        zipped(tmp_path / "all.zip", canvas_files([one]))
        words = ["grade", tmp_path / "all.zip", "--out", tmp_path / "graded", "--workers", "0"]
        assert (
            CliRunner().invoke(main, ["--course", str(COURSE.root), *map(str, words)]).exit_code
            == 0
        )
    (said,) = [record.getMessage() for record in caplog.records if "older" in record.getMessage()]
    assert said.startswith("older than what is kept of ableann, so not graded, but kept in ")
    assert "grade it in a folder of the student's name" in said
    assert len(list((tmp_path / "graded").glob("handed_in/*/earlier/ableann/*"))) == 1


@pytest.mark.parametrize("asked", ["grade", "export"])
def test_the_worksheet_of_another_assignment_is_refused(moodle, tmp_path, asked):
    """Its times and numbers are others."""
    others = [replace(human, mapped={"b": 9000 + human.user}) for human in HUMANS]
    (tmp_path / "roster.csv").write_bytes(moodle_worksheet(others, "b"))
    zipped(tmp_path / "all.zip", moodle_files(HANDED, "a"))
    words = ["export", "moodle", "--out", moodle]
    if asked == "grade":
        words = ["grade", tmp_path / "all.zip", "--out", tmp_path / "graded", "--workers", "0"]
    words += ["--assignment", NAME, "--roster", tmp_path / "roster.csv"]
    result = CliRunner().invoke(main, ["--course", str(COURSE.root), *map(str, words)])
    assert result.exit_code == 1
    assert "the roster is the worksheet of another assignment" in " ".join(result.output.split())
    assert not (tmp_path / "graded" / "roster.csv").exists()


def test_a_newer_roster_finds_who_was_renamed_by_number(canvas, tmp_path):
    renamed = [replace(human, last="New", login=f"new{human.user}") for human in HUMANS]
    (tmp_path / "roster.csv").write_bytes(canvas_gradebook(renamed, ASSIGNMENTS))
    result = export_grades("canvas", canvas, "", Roster.read(tmp_path / "roster.csv"))
    found = canvas_reads(table(result.path))
    points = {who: cells["Exercise 2: Bias (77)"] for who, cells in found.items()}
    assert points == {"11": "7", "12": "5", "13": "0", "14": ""}
    assert result.strangers == []


def test_numbers_of_gradescope_are_no_numbers_of_canvas(tmp_path):
    """Ann's number at the university is Bo's in Canvas."""
    ann, bo = HUMANS[0], replace(HUMANS[1], user=12)
    files = gradescope_files([([replace(ann, sid="12")], HANDED[0])])
    (tmp_path / "list.csv").write_text("student,sis_id,email\naable,12,ann@uni.edu\njgarcia,s2,\n")
    out = graded(tmp_path, files, (tmp_path / "list.csv").read_bytes())
    (tmp_path / "gradebook.csv").write_bytes(canvas_gradebook([ann, bo], ASSIGNMENTS, sis=False))
    rows = table(export_grades("canvas", out, "", Roster.read(tmp_path / "gradebook.csv")).path)
    points = {who: cells["Exercise 2: Bias (77)"] for who, cells in canvas_reads(rows).items()}
    assert points == {"11": "7", "12": ""}


@pytest.mark.parametrize("kind", ["canvas", "gradescope"])
def test_more_than_all_points_are_exported_and_named(tmp_path, kind):
    out = graded(tmp_path, canvas_files(HANDED[:1]), canvas_gradebook(HUMANS))
    with GradeStore(out).gradebook() as gradebook:
        part = gradebook.find_submission_notebook(NAME, NAME, "aable")
        mark = next(grade for grade in part.grades if grade.cell.name == "bias-why")
        mark.manual_score, mark.needs_manual_grade = 5.0, False
        gradebook.db.commit()
    assert export_grades(kind, out).above == ["aable: 02_bias: 12 of 10"]


@pytest.mark.parametrize("kind", ["canvas", "moodle"])
def test_zips_of_feedback_that_name_who_is_forgotten_are_listed(tmp_path, kind):
    """By the name that a system gave to the file or its folder, which is no name in the roster."""
    files = canvas_files(HANDED) if kind == "canvas" else moodle_files(HANDED, "a")
    roster = canvas_gradebook(HUMANS) if kind == "canvas" else moodle_worksheet(HUMANS, "a")
    out = graded(tmp_path, files, roster)
    (result,) = write_feedback_zips(kind, out)
    (out / "broken.zip").write_bytes(result.path.read_bytes()[-40:])
    with zipfile.ZipFile(out / "odd.zip", "w") as odd:
        odd.writestr("é.txt", b"")
    (out / "odd.zip").write_bytes((out / "odd.zip").read_bytes().replace("é".encode(), b"\xff\xff"))
    assert forget(out, "aable" if kind == "canvas" else "ann@uni.edu").still == [result.path]


def test_moodles_gradebook_has_a_column_late(canvas, tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes(moodle_participants(HUMANS, ("login", "email", "sid")))
    rows = table(export_grades("moodle", canvas, "", Roster.read(path)).path)
    assert rows == [
        ["Email address", "ID number", "Exercise 2: Bias", "late"],
        ["ann@uni.edu", "s1", "7", ""], ["jose@uni.edu", "s2", "5", "late"],
        ["zoe@uni.edu", "s3", "0", ""],
    ]  # fmt: skip


def test_a_roster_that_matches_nobody(canvas, tmp_path):
    (tmp_path / "roster.csv").write_text("student,canvas_id,name\nx1,1,Xaver\nx2,2,Yvonne\n")
    said = (
        "none of these is in the roster: aable, jgarcia, zzest. It has x1, 1, Xaver; x2, 2, Yvonne"
    )
    with pytest.raises(CourseError, match=said):
        export_grades("canvas", canvas, "", Roster.read(tmp_path / "roster.csv"))
    options = ["--out", str(canvas), "--roster", str(tmp_path / "roster.csv")]
    result = CliRunner().invoke(main, ["--course", str(COURSE.root), "export", "canvas", *options])
    assert result.exit_code == 1
    assert "none of these is in the roster: aable" in " ".join(result.output.split())


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_canvas_takes_feedback_back(canvas):
    (result,) = write_feedback_zips("canvas", canvas)
    files = members(result.path)
    taken = canvas_takes_back(files, HANDED)
    assert {human.login for human in taken.values()} == {"aable", "jgarcia", "zzest"}
    assert set(files) == set(canvas_files(HANDED))  # the names that they came with
    for name, human in taken.items():
        notebook = nbformat.reads(files[name].decode(), as_version=4)
        nbformat.validate(notebook)
        top = notebook.cells[0].source
        assert top.startswith(f"# Exercise 2: Bias: {human.sortable}".replace("'", "&#x27;"))
        assert "because <b>" in [cell.source for cell in notebook.cells]
        assert ("5 of 10 points" in top) == (human.login == "jgarcia")
        assert "<wrong>" not in top
    assert result.grades == 3


@pytest.mark.parametrize("team", [True, False])
@pytest.mark.parametrize("blind", [True, False])
@pytest.mark.parametrize("folders", [True, False])
@pytest.mark.parametrize("slash", [True, False])
def test_moodle_takes_feedback_back(tmp_path, blind, folders, slash, team):
    handed = [replace(one, typed="a text") for one in (HANDED[::2] if team else HANDED)]
    files = moodle_files(handed, "a", blind, team, folders, slash)
    roster = moodle_participants(HUMANS, ("login", "email", "group"))
    out = graded(tmp_path, files, roster if team else moodle_worksheet(HUMANS, "a"), [(2, 2, 3)])
    (result,) = write_feedback_zips("moodle", out)
    pages = members(result.path)
    taken = moodle_takes_back(pages, HUMANS, "a", team)
    assert set(taken) == set(pages)
    reached = [human.login for people in taken.values() for human in people]
    wanted = HUMANS if team else HUMANS[:3]
    assert sorted(reached) == sorted(human.login for human in wanted)
    assert not set(pages) & set(files)  # a copy of what was handed in is not taken
    for name, people in taken.items():
        titles = [f"Exercise 2: Bias: {human.full}".replace("'", "&#39;") for human in people]
        assert any(title in pages[name].decode() for title in titles)
    assert result.grades == len(wanted)


def test_times_of_a_worksheet_outlast_a_second_run_without_it(tmp_path):
    zipped(tmp_path / "all.zip", moodle_files(HANDED, "a"))
    (tmp_path / "list.csv").write_bytes(moodle_worksheet(HUMANS, "a"))
    words = ["--course", str(COURSE.root), "grade", str(tmp_path / "all.zip"), "--workers", "0"]
    words += ["--assignment", NAME, "--out", str(tmp_path / "graded")]
    told = []
    for more in (["--roster", str(tmp_path / "list.csv")], []):
        assert CliRunner().invoke(main, [*words, *more]).exit_code == 0
        archive = Archive(tmp_path / "graded" / "handed_in" / NAME)
        told.append({one.student: one.origin.get("time") for one in archive.values()})
    assert told[0] == told[1]
    assert any(told[0].values())


@pytest.mark.parametrize("differ", ["points", "remarks"])
def test_what_is_told_to_one_of_a_team_does_not_go_to_the_others(tmp_path, differ):
    """Moodle gives a file of a team's folder to all of it."""
    handed = [replace(one, typed="a text") for one in HANDED[:1]]
    files = moodle_files(handed, "a", team=True)
    roster = moodle_participants(HUMANS, ("login", "email", "group"))
    points = [(2, 2, 3), (2, 2, 0)] if differ == "points" else [(2, 2, 3)]
    out = graded(tmp_path, files, roster, points)
    if differ == "remarks":
        with GradeStore(out).gradebook() as gradebook:
            first = min(one.student.id for one in gradebook.assignment_submissions(NAME))
            part = gradebook.find_submission_notebook(NAME, NAME, first)
            part.comments[0].manual_comment = "this is for you alone"
            gradebook.db.commit()
    (result,) = write_feedback_zips("moodle", out)
    assert result.empty
    assert all("other points or remarks" in line for line in result.empty)
    assert members(result.path) == {}


def test_a_teams_points_reach_each_member(tmp_path):
    """In the table, and in what Canvas and Moodle import; and they are no pair of copies."""
    files = moodle_files(HANDED[:1], "a", team=True)
    roster = moodle_participants(HUMANS, ("login", "email", "group"))
    out = graded(tmp_path, files, roster, [(2, 2, 3)])
    rows = table(export_grades("moodle", out).path)
    assert [row[:3] for row in rows[1:]] == [["ann@uni.edu", "", "7"], ["jose@uni.edu", "", "7"]]
    (sheet,) = read_sheets(out)[1]
    assert [grade.record.student for grade in sheet.grades] == ["aable", "jgarcia"]
    assert sheet.pairs()[0] == []


def test_pages_have_the_persons_name(canvas):
    write_all(canvas)
    page = (canvas / "feedback" / NAME / "jgarcia.html").read_text()
    assert "<title>Exercise 2: Bias: García, Dr., José</title>" in page
    assert "(<bdi>jgarcia</bdi>)" in page
    (late,) = [row for row in csv.DictReader(io.StringIO((canvas / "grades.csv").read_text()))
               if row["late"]]  # fmt: skip
    assert late["student"] == "jgarcia"


def test_feedback_for_gradescope_is_refused(canvas):
    with pytest.raises(CourseError, match="gradescope takes no feedback from a zip"):
        write_feedback_zips("gradescope", canvas)


def test_the_command_for_feedback(canvas):
    options = ["--out", str(canvas), "--feedback"]
    result = CliRunner().invoke(main, ["--course", str(COURSE.root), "export", "canvas", *options])
    assert result.exit_code == 0, result.output
    assert "3 students have feedback" in result.output
    assert "canvas-feedback-02_bias.zip" in " ".join(result.output.split())


def test_what_a_person_graded_does_not_wait_again(tmp_path):
    """Judged again, whatever has changed: the points of a person stay as long as the answer does,
    and wait again only with another answer."""
    out = graded(tmp_path, canvas_files(HANDED[:1]), canvas_gradebook(HUMANS))
    store = GradeStore(out)
    (sheet,) = read_sheets(out)[1]
    record = sheet.grades[0].record
    assert sheet.grades[0].waiting == ["bias-why"]
    with store.gradebook() as gradebook:
        part = gradebook.find_submission_notebook(NAME, NAME, record.student)
        mark = next(grade for grade in part.grades if grade.cell.name == "bias-why")
        mark.manual_score, mark.needs_manual_grade = 2.5, False
        gradebook.db.commit()
        for _ in range(2):
            entry = store.enter(gradebook, record, rebuilt(RELEASE, record))
            assert (entry.waiting, entry.points) == ([], 9.5)
        fewer = replace(record, results=[replace(one, points=0.0, why=Message.own_words("no"))
                                         for one in record.results])  # fmt: skip
        entry = store.enter(gradebook, fewer, rebuilt(RELEASE, fewer))
        assert (entry.waiting, entry.points) == ([], 2.5)
    store.release(NAME, COURSE.solution(NAME))
    with store.gradebook() as gradebook:
        part = gradebook.find_submission_notebook(NAME, NAME, record.student)
        mark = next(grade for grade in part.grades if grade.cell.name == "bias-why")
        assert mark.manual_score == 2.5
        other = replace(record, answers=record.answers | {"bias-why": "for another reason"})
        assert store.enter(gradebook, other, rebuilt(RELEASE, other)).waiting == ["bias-why"]
        assert mark.manual_score is None


def test_who_a_roster_names_later_keeps_what_a_person_gave(tmp_path):
    out = graded(tmp_path, canvas_files(HANDED[:1]), canvas_gradebook(HUMANS))
    store = GradeStore(out)
    with store.gradebook() as gradebook:
        part = gradebook.find_submission_notebook(NAME, NAME, "aable")
        mark = next(grade for grade in part.grades if grade.cell.name == "bias-why")
        mark.manual_score, mark.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    store.rename(NAME, "aable", "ann")
    (sheet,) = read_sheets(out)[1]
    assert [(g.record.student, g.points, g.waiting) for g in sheet.grades] == [("ann", 9.5, [])]
    store.rename(NAME, "nobody", "ann")
    assert not (out / "records" / NAME / "aable.json").exists()
