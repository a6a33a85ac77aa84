"""The commands for graders: `edunn grade`, `report`, `regrade`, `export`, `forget`, `gradescope
build`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from edunn.checking.messages import LANGUAGES, speaking
from edunn.course.cli.console import (
    ANY_PATH,
    FILE,
    FOLDER,
    Bars,
    console,
    print_built,
    print_changes,
    print_files,
    print_grades,
    print_sheets,
    print_some,
)
from edunn.course.notebooks.layout import Course
from edunn.files import private_files

kept = click.option(
    "--out",
    type=FOLDER,
    default=Path("graded"),
    show_default=True,
    help="The folder of grades and records.",
)


def _out_or_word(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take its folder as --out, as all others do, or as its first word."""

    @click.argument("word", metavar="[OUT]", required=False)
    @kept
    @wraps(command)
    def with_out(*args: Any, word: str | None, out: Path, **options: Any) -> None:
        if word is not None and word.startswith("-"):  # of jupyter lab's
            options["more"] = (word, *options["more"])
        elif word is not None:
            out = FOLDER.convert(word, None, click.get_current_context())
        command(*args, out=out, **options)

    return with_out


workers = click.option(
    "--workers",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="How many at once.",
)
unsafe = click.option(
    "--unsafe", is_flag=True, help="Grade also where students' code cannot be locked up."
)
deadlines_file = click.option(
    "--deadlines",
    type=ANY_PATH,
    help="A CSV of deadlines, extensions and penalties: docs/grading.md.",
)


@click.command("grade")
@click.argument("submissions", type=ANY_PATH)
@click.option(
    "--assignment",
    default="",
    help="Which exercise: 02_bias, bias or 02; by default the one in the notebooks' names.",
)
@kept
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    help="How many at once; 0 to keep the submissions and judge none.",
)
@click.option(
    "--scheduler", default="", help="The address of a Dask cluster that judges: tcp://HOST:PORT."
)
@click.option("--roster", type=ANY_PATH, help="A CSV of who is in the course.")
@deadlines_file
@unsafe
@click.pass_context
def grade_command(  # noqa: PLR0913  # a parameter for each option
    context: click.Context,
    submissions: Path,
    assignment: str,
    out: Path,
    workers: int,
    scheduler: str,
    roster: Path | None,
    deadlines: Path | None,
    unsafe: bool,
) -> None:
    """Grade submissions: a folder, or a download as a zip.

    SUBMISSIONS is a folder with one sub-folder for each student, or what Canvas, Moodle or
    Gradescope give to download. Begin with report.html in --out. What has not changed since the
    last time is not judged again, and a run that was stopped goes on where it was.

    The roster is what Canvas (gradebook) or Moodle (participants, grading worksheet) exports; or it
    has a column `student`, and others by which downloads name people: name, email, canvas_id,
    login, sis_id, moodle_id, group. It is kept in --out: name it once.
    """
    from edunn.course.grading.grade import Judging, grade_submissions
    from edunn.course.reporting.html import write_all
    from edunn.course.sandbox.limits import Limits
    from edunn.course.submissions.collect import assignment_of
    from edunn.course.submissions.roster import Roster

    context.with_resource(private_files())
    course = Course.find(context.obj)
    known = course.assignments()
    name = course.full_name(assignment) if assignment else assignment_of(submissions, known)
    people = Roster.read(roster) if roster else None
    dates = _read_deadlines(course, deadlines, out, people) if deadlines else None
    judging = Judging(workers, Limits(confined=not unsafe), scheduler, dates)
    with Bars() as bars:
        grades = grade_submissions(course, name, out, submissions, people, judging, bars)
    if not workers:
        print_files(out / "handed_in" / name)
        context.exit()
    (sheet,) = (one for one in write_all(out) if one.name == name)
    print_grades(grades)
    print_some("in the roster who handed in nothing", sheet.absent)
    print_some("who handed in other notebooks before, which are kept", _again(sheet))
    print_some("given by hand for an earlier answer, taken back", _dropped([sheet]))
    _print_lateness([sheet])
    strangers = _strangers(sheet.roster, grades)
    nobody = len(strangers) == len(grades)
    if nobody:
        console.print(Text(sheet.roster.no_match(strangers)))
    else:
        print_some("graded who are not in the roster", strangers)
    print_files(out / "report.html", out / "grades.csv", out / "feedback", out / "gradebook.db")
    context.exit(0 if all(grade.points is not None for grade in grades) and not nobody else 1)


def _read_deadlines(course: Course, path: Path, out: Path, people: Any = None) -> Any:
    """A file of deadlines, if every row of it can be used."""
    from edunn.course.grading.deadlines import Deadlines
    from edunn.course.submissions.roster import Roster

    return Deadlines.read(path, course.assignments(), people or Roster.kept(out))


def _print_lateness(sheets: list[Any]) -> None:
    """What lateness has cost, what is not known of it, and who is in the file but not here."""
    from edunn.course.grading.deadlines import CLOCKS_TOLD, LATER_TOLD
    from edunn.course.reporting.export import note_late

    for sheet in sheets:
        if sheet.deadlines.rows:
            lines = [line for grade in sheet.late() for line in note_late(sheet, grade)]
            print_some(f"late in {sheet.name}, or nobody knows when", lines)
            against, by_clocks = _said(sheet, LATER_TOLD), _said(sheet, CLOCKS_TOLD)
            print_some("with a time in deadlines.csv, and a later one in the download", against)
            print_some(f"in {sheet.name} with a day that hangs on the clocks", by_clocks)
            print_some(
                f"in {sheet.name} with a later deadline in Moodle, which counts", _later(sheet)
            )
            here = [grade.record.student for grade in sheet.grades]
            here += [row["student"] for row in sheet.roster.rows]
            print_some(
                "in deadlines.csv whom nobody is called",
                sheet.deadlines.strangers(sheet.name, here),
            )


def _said(sheet: Any, id: str) -> list[str]:
    """Of whose lateness something is said, and what."""
    return [
        f"{grade.record.student}: {said}"
        for grade in sheet.grades
        for said in (grade.lateness.said if grade.lateness else ())
        if said.id == id
    ]


def _later(sheet: Any) -> list[str]:
    """Who may hand in later by what the system says that it came from, and until when."""
    from edunn.course.grading.deadlines import SHOWN

    students = [grade.record.student for grade in sheet.grades]
    until = {who: sheet.deadlines.granted(sheet.name, who, sheet.origins[who]) for who in students}
    return [f"{who}: {when.strftime(SHOWN)}" for who, when in until.items() if when]


def _again(sheet: Any) -> list[str]:
    """Who handed in more than one notebook, one after another."""
    from edunn.course.grading.records import EARLIER_KEPT

    return [
        grade.record.student
        for grade in sheet.grades
        if any(note.id == EARLIER_KEPT for note in grade.record.notes)
    ]


def _dropped(sheets: list[Any]) -> list[str]:
    """What persons gave for answers that are there no more."""
    from edunn.course.grading.records import DROPPED
    from edunn.course.messages import sentence

    return [
        f"{grade.record.student}: {sentence(note, sheet.labels)}"
        for sheet in sheets
        for grade in sheet.grades
        for note in grade.record.notes
        if note.id in DROPPED
    ]


def _strangers(roster: Any, grades: list[Any]) -> list[str]:
    """Those who are graded, but not in the roster, if there is one."""
    return [
        grade.record.student
        for grade in grades
        if roster.rows and any(note.id == "not_in_roster" for note in grade.record.notes)
    ]


@click.command("report")
@_out_or_word
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of the pages and the table.",
)
@deadlines_file
@click.pass_context
def report_command(
    context: click.Context, out: Path, language: str, deadlines: Path | None
) -> None:
    """Write the pages of all that was graded.

    They are report.html (each exercise), term.html (all of them: the curve of the class, who falls
    behind), feedback/ and grades.csv in --out, with the points and comments
    that a person has given since.
    """
    from edunn.course.reporting.html import write_all

    context.with_resource(private_files())
    if deadlines:
        _read_deadlines(Course.find(context.obj), deadlines, out).keep(out)
    with speaking(language):
        sheets = write_all(out)
        print_sheets(sheets)
        _print_lateness(sheets)
    print_files(out / "report.html", out / "term.html", out / "feedback", out / "grades.csv")


@click.command("regrade")
@click.argument("names", nargs=-1)
@kept
@workers
@unsafe
@click.pass_context
def regrade_command(
    context: click.Context, names: tuple[str, ...], out: Path, workers: int, unsafe: bool
) -> None:
    """Grade again what has changed, and what was not graded.

    NAMES are exercises; by default all that have been graded. The copies in --out are judged again
    where the exercise, its hidden cases or the submission has changed, or nothing was graded.
    """
    from edunn.course.grading.grade import Judging, grade_submissions
    from edunn.course.reporting.classroom import read_sheets
    from edunn.course.reporting.html import write_all
    from edunn.course.sandbox.limits import Limits

    context.with_resource(private_files())
    course, judging = Course.find(context.obj), Judging(workers, Limits(confined=not unsafe))
    only = [course.full_name(name) for name in names] or [""]
    before = [sheet for name in only for sheet in read_sheets(out, name)[1]]
    for sheet in before:
        with Bars(sheet.name) as bars:
            grade_submissions(course, sheet.name, out, judging=judging, progress=bars)
    after = {sheet.name: sheet for sheet in write_all(out)}
    missing = print_changes([(sheet, after[sheet.name]) for sheet in before])
    dropped = [line for line in _dropped(list(after.values())) if line not in _dropped(before)]
    print_some("given by hand for an earlier answer, taken back", dropped)
    print_files(out / "report.html", out / "feedback", out / "grades.csv")
    context.exit(1 if missing else 0)


@click.command("formgrader", context_settings={"ignore_unknown_options": True})
@_out_or_word
@click.option("--anonymous", is_flag=True, help="Pages of answers do not say whose they are.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def formgrader_command(
    context: click.Context, out: Path, anonymous: bool, more: tuple[str, ...]
) -> None:
    """Grade written answers by hand, in nbgrader's formgrader.

    It opens in a browser, on the grades in --out, with the mark scheme below each answer;
    Ctrl-C ends it. Then edunn report. MORE are options of jupyter lab, such as --no-browser or
    --port=8899.
    """
    from edunn.course.grading.formgrader import server_command

    command, where = server_command(out, anonymous)
    context.exit(subprocess.run([*command, *more], cwd=where, check=False).returncode)


@click.command("export")
@click.argument("kind", type=click.Choice(["canvas", "moodle", "gradescope"]))
@kept
@click.option("--assignment", default="", help="One exercise; by default all that are graded.")
@click.option("--roster", type=ANY_PATH, help="By default the one in --out.")
@click.option("--column", default="", help='Its name there, such as "Exercise 2 (4711)".')
@click.option("--feedback", is_flag=True, help="The pages of feedback instead, as a zip.")
@click.pass_context
def export_command(  # noqa: PLR0913  # a parameter for each option
    context: click.Context,
    kind: str,
    out: Path,
    assignment: str,
    roster: Path | None,
    column: str,
    feedback: bool,
) -> None:
    """Write the grades as Canvas, Moodle or Gradescope takes them.

    A CSV to import, or a results.json for each student; points given by hand are in it. Nobody
    without a grade gets a zero. A roster that is Canvas's gradebook, or Moodle's grading worksheet,
    goes back as it came, with the points in it.

    --feedback writes a zip for each exercise, whose files are called as Canvas ("Re-upload
    submissions") or Moodle ("Upload multiple feedback files in a zip") takes them back.
    """
    from edunn.course.reporting.export import export_grades
    from edunn.course.reporting.feedback_zip import write_feedback_zips
    from edunn.course.submissions.roster import Roster

    context.with_resource(private_files())
    name = Course.find(context.obj).full_name(assignment) if assignment else ""
    if feedback:
        for zipped in write_feedback_zips(kind, out, name):
            console.print(f"{zipped.grades} students have feedback")
            print_some("without", zipped.empty)
            print_files(zipped.path)
        return
    people = Roster.read(roster) if roster else None
    result = export_grades(kind, out, name, people, column)
    console.print(f"{result.grades} grades written")
    print_some("without a grade, left empty", result.empty)
    print_some("that still wait for a person, with the points so far", result.waiting)
    print_some("late, or nobody knows when; what was taken off is said", result.late)
    print_some("with more than all points, as a person gave them", result.above)
    print_some("with another mark there, which this one replaces", result.replaced)
    print_some("with 0, which Moodle's import passes over: type it there", result.zeros)
    print_some("excused or locked there, left as they are", result.kept)
    print_some("not in the roster, left out", result.strangers)
    print_some("no assignment of the gradebook: Canvas makes a new one (see --column)", result.new)
    print_files(result.path)


@click.command("forget")
@click.argument("student")
@kept
@click.confirmation_option(
    "--yes", prompt="What they handed in, and all grades of it, will be gone. Go on?"
)
@click.pass_context
def forget_command(context: click.Context, student: str, out: Path) -> None:
    """Remove all data of one student from --out.

    That is what STUDENT handed in, records, points and comments, pages, and the rows of the roster,
    the deadlines and the requests. Files that still name the person are listed, such as exports.
    A download that is graded later brings the student back.
    """
    from edunn.course.reporting.forget import forget

    context.with_resource(private_files())
    done = forget(out, student)
    print_some("files and folders removed", [str(path) for path in done.removed])
    print_some("of the class, without their rows", list(done.rows))
    print_some("that still have the name: look at them", [str(path) for path in done.still])
    context.exit(1 if done.still else 0)


@click.group("gradescope")
def gradescope_group() -> None:
    """Grade an exercise on Gradescope's machines."""


@gradescope_group.command("build")
@click.argument("name")
@click.option("--out", type=FILE, help="Where to write the zip.")
@unsafe
@click.pass_context
def _gradescope_build_command(
    context: click.Context, name: str, out: Path | None, unsafe: bool
) -> None:
    """Write the zip that Gradescope takes as an autograder.

    NAME is an exercise, such as 02_bias, bias or 02; docs/gradescope.md says what to do with it.
    """
    from edunn.course.gradescope.bundle import write_bundle

    course = Course.find(context.obj)
    name = course.full_name(name)
    print_built(write_bundle(course, name, out or Path(f"{name}-gradescope.zip"), unsafe))
