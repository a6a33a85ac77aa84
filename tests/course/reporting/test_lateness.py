"""Deadlines from a download to grades.csv, exports and pages: one run of the real grader."""

import csv
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.grading.archive import Archive
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from edunn.course.reporting.classroom import read_sheets
from lock import needs_lock
from submissions.systems import (
    Handed,
    Human,
    gradescope_files,
    moodle_files,
    moodle_worksheet,
    zipped,
)

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
RIGHT = {
    "Bias.forward": "y = x + self.b.data",
    "Bias.backward": "dx = dy\ndb = np.sum(dy, axis=0)",
}
RAW = json.dumps(fill(COURSE.released(NAME), RIGHT)).encode()
DEADLINES = """exercise,student,date,penalty,cap,grace
02,all,2026-11-02 09:00 +00:00,1.5,50%,10 min
02,bob@uni.edu,2026-11-05 09:00 +00:00,,,
"""
TIMES = {"ann": "2026-11-03 10:00:00.000000000 Z", "bob": "2026-11-03 10:00:00.000000000 Z"}


def edunn(*words):
    result = CliRunner().invoke(main, ["--course", str(COURSE.root), *map(str, words)])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Two hand in on Gradescope, two days late for one of them, in time for the other."""
    folder = tmp_path_factory.mktemp("late")
    lines = []
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for number, (who, when) in enumerate(TIMES.items(), start=1):
            lines += [f"submission_{number}:", "  :submitters:", f"  - :name: {who.title()}",
                      "    :sid: ''", f"    :email: {who}@uni.edu", f"  :created_at: {when}",
                      "  :score: 0.0"]  # fmt: skip
            archive.writestr(f"export/submission_{number}/{NAME}.ipynb", RAW)
        archive.writestr("export/submission_metadata.yml", "\n".join(lines))
    (folder / "roster.csv").write_text(
        "student,name,email,moodle_id\nann,Ann,ann@uni.edu,1\nbob,Bob,bob@uni.edu,2\n"
    )
    (folder / "deadlines.csv").write_text(DEADLINES)
    said = edunn(
        "grade", folder / "all.zip", "--roster", folder / "roster.csv", "--deadlines",
        folder / "deadlines.csv", "--out", folder / "graded",
    )  # fmt: skip
    assert "1 late in 02_bias, or nobody knows when: ann: 02_bias: 7 - 3 = 4" in said
    return folder / "graded"


def test_points_before_and_after_in_grades_csv(out):
    rows = {row["student"]: row for row in table(out / "grades.csv")}
    columns = "points", "max_points", "late", "points_before", "penalty"
    assert [rows["ann"][name] for name in columns] == ["4", "10", "late", "7", "3"]
    assert [rows["bob"][name] for name in columns] == ["7", "10", "", "7", "0"]


def test_points_before_and_after_in_exports(out):
    assert "1 late, or nobody knows when" in edunn("export", "moodle", "--out", out)
    rows = {row["Email address"]: row for row in table(out / "moodle.csv")}
    ann, bob = rows["ann@uni.edu"], rows["bob@uni.edu"]
    assert list(ann.values())[2:] == ["4", "late", "7"]
    assert list(bob.values())[2:] == ["7", "", "7"]
    edunn("export", "gradescope", "--out", out)
    about = json.loads((out / "gradescope" / NAME / "ann.json").read_text())
    assert about["score"] == 4
    assert "Points taken off for it: 3. 7 before, 4 now." in about["output"]


def test_points_before_and_after_on_pages(out):
    edunn("report", out)
    page = (out / "feedback" / NAME / "ann.html").read_text(encoding="utf-8")
    assert "4 of 10 points" in page
    assert "handed in 2026-11-03 10:00 +0000; the deadline was 2026-11-02 09:00 +0000" in page
    assert "Points taken off for it: 3. 7 before, 4 now." in page
    report = (out / "report.html").read_text(encoding="utf-8")
    late = report.partition("Late, or not known")[2].partition("</table>")[0]
    assert ">ann<" in late
    assert ">bob<" not in late
    edunn("report", out, "--language", "es")
    page = (out / "feedback" / NAME / "ann.html").read_text(encoding="utf-8")
    assert "Puntos que se restan por ello: 3. Antes 7, ahora 4." in page
    edunn("report", out)


def test_a_later_extension_needs_no_judging(out, tmp_path):
    """A file with a bad row changes nothing."""
    record = (out / "records" / NAME / "ann.json").read_bytes()
    path = tmp_path / "deadlines.csv"
    path.write_text(DEADLINES + "02,ann,tomorrow,,,\n")
    result = CliRunner().invoke(main, ["report", str(out), "--deadlines", str(path)])
    assert result.exit_code == 1
    assert "deadlines.csv: row 4: 'tomorrow' is no date" in result.output
    path.write_text(DEADLINES + "02,Ann,2026-11-04 09:00 +00:00,,,\n")
    said = edunn("report", out, "--deadlines", path)
    assert "late in 02_bias" not in said
    assert {row["points"] for row in table(out / "grades.csv")} == {"7"}
    assert (out / "records" / NAME / "ann.json").read_bytes() == record


def test_an_extension_that_is_taken_back_counts_no_more(tmp_path):
    human = Human("Ann", "Able", "aable", "ann@uni.edu", 11, "s1", mapped={"a": 4711})
    zipped(tmp_path / "all.zip", moodle_files([Handed(human, [(f"{NAME}.ipynb", RAW)])], "a"))
    (tmp_path / "deadlines.csv").write_text(
        "exercise,student,date,penalty\n02,all,2026-11-01 09:00 Europe/Madrid,10%\n"
    )
    words = tmp_path / "all.zip", "--out", tmp_path / "graded", "--roster", tmp_path / "roster.csv"
    words = *words, "--deadlines", tmp_path / "deadlines.csv"
    for granted, state in (({human.email: "Friday, 6 November 2026, 11:59 PM"}, ""), ({}, "late")):
        (tmp_path / "roster.csv").write_bytes(moodle_worksheet([human], "a", granted=granted))
        said = edunn("grade", *words)
        counts = "later deadline in Moodle, which counts: ann@uni.edu: 2026-11-06 23:59 +0100"
        assert (counts in said) == bool(granted)
        assert table(tmp_path / "graded" / "grades.csv")[0]["late"] == state


def test_a_worksheet_of_moodle_does_not_tell_the_times_of_gradescope(tmp_path):
    human = Human("Ann", "Able", "aable", "ann@uni.edu", 11, "s1", mapped={"a": 4711})
    handed = Handed(human, [(f"{NAME}.ipynb", RAW)])
    zipped(tmp_path / "all.zip", gradescope_files([([human], handed)]))
    (tmp_path / "roster.csv").write_bytes(moodle_worksheet([human], "a"))
    edunn("grade", tmp_path / "all.zip", "--workers", "0", "--assignment", NAME, "--out",
          tmp_path / "graded", "--roster", tmp_path / "roster.csv")  # fmt: skip
    (one,) = Archive(tmp_path / "graded" / "handed_in" / NAME).values()
    assert one.origin["time"].startswith("2026-11-02 10:00:00")


@pytest.mark.parametrize("es", [True, False])
def test_an_extension_in_moodles_worksheet(tmp_path, es):
    """It outlasts a second run without the worksheet."""
    human = Human("Ann", "Able", "aable", "ann@uni.edu", 11, "s1", mapped={"a": 4711})
    zipped(tmp_path / "all.zip", moodle_files([Handed(human, [(f"{NAME}.ipynb", RAW)])], "a"))
    until = "lunes, 2 de noviembre de 2026, 23:59" if es else "Monday, 2 November 2026, 11:59 PM"
    made = moodle_worksheet([human], "a", es=es, granted={human.email: until})
    (tmp_path / "roster.csv").write_bytes(made)
    (tmp_path / "deadlines.csv").write_text(
        "exercise,student,date,penalty\n02,all,2026-11-01 09:00 Europe/Madrid,10%\n"
    )
    where = tmp_path / "all.zip", "--out", tmp_path / "graded"
    lists = "--roster", tmp_path / "roster.csv", "--deadlines", tmp_path / "deadlines.csv"
    for more in (lists, ()):
        edunn("grade", *where, *more)
        (grade,) = read_sheets(tmp_path / "graded")[1][0].grades
        assert (grade.before, grade.points, grade.lateness.state) == (7, 7, "on time")
        assert "2026-11-02 23:59 +0100" in str(grade.lateness.said[0])


def test_times_of_moodles_worksheet(tmp_path):
    """They hold for the notebooks that come in with it."""
    human = Human("Ann", "Able", "aable", "ann@uni.edu", 11, "s1", mapped={"a": 4711})
    zipped(tmp_path / "all.zip", moodle_files([Handed(human, [(f"{NAME}.ipynb", RAW)])], "a"))
    (tmp_path / "roster.csv").write_bytes(moodle_worksheet([human], "a"))
    (tmp_path / "deadlines.csv").write_text(
        "exercise,student,date,penalty\n02,all,2026-11-02 09:59 Europe/Madrid,10%\n"
    )
    out = tmp_path / "graded"
    where = tmp_path / "all.zip", "--deadlines", tmp_path / "deadlines.csv", "--out", out
    edunn("grade", *where, "--roster", tmp_path / "roster.csv")
    (grade,) = read_sheets(out)[1][0].grades
    assert (grade.before, grade.points) == (7, 6)
    assert "2026-11-02 10:00 +0100" in str(grade.lateness.said[0])
    assert Archive(out / "handed_in" / NAME)["ann@uni.edu"].origin["time"].startswith("Monday, 2 ")
    edunn("grade", *where)  # without one: the same notebook was handed in when it was
    assert table(out / "grades.csv")[0]["late"] == "late"
    other = json.dumps(json.loads(RAW) | {"nbformat_minor": 4}).encode()
    zipped(tmp_path / "all.zip", moodle_files([Handed(human, [(f"{NAME}.ipynb", other)])], "a"))
    edunn("grade", *where)  # of another one nobody knows
    assert table(out / "grades.csv")[0]["late"] == "unknown"
