"""`edunn ...`: parse, call, print, exit code. No logic.

nbgrader takes seconds to import: each command imports what it needs.
"""

from pathlib import Path

import click
from rich.text import Text

from edunn.course.alone import judge_command
from edunn.course.layout import Course
from edunn.course.source import CourseError
from edunn.course.terminal import (
    Bars,
    console,
    print_built,
    print_changes,
    print_faults,
    print_files,
    print_grades,
    print_proofs,
    print_receipt,
    print_sheets,
    print_some,
    print_status,
    say,
)

folder = click.Path(file_okay=False, path_type=Path)


class Group(click.Group):
    """Says what is wrong with a course in one line, without a traceback."""

    def invoke(self, context):
        try:
            return super().invoke(context)
        except CourseError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Group)
@click.option("--course", "root", type=folder, default=Path(), help="A folder of the course.")
@click.version_option(package_name="edunn-course")
@click.pass_context
def main(context, root):
    """Build, check and grade the exercises of edunn."""
    context.obj = root


@main.command("build")
@click.argument("names", nargs=-1)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.pass_context
def build_command(context, names, workers):
    """Build the student notebooks of NAMES (all of them by default), and prove each."""
    from edunn.course.build import build_all

    course, failed = Course.find(context.obj), 0
    names = [course.full_name(name) for name in names] or course.assignments()
    for name, proofs in build_all(course, names, workers):
        console.print(f"[bold]{name}[/bold]")
        if isinstance(proofs, CourseError):
            failed += 1
            console.print(Text(f"  ✗ {proofs}"))
        else:
            for proof in proofs:
                say(proof)
    context.exit(1 if failed else 0)


@main.command("grade")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--assignment", default="03_linear", show_default=True, help="Which exercise.")
@click.option("--out", type=folder, default=Path("graded"), show_default=True)
@click.option("--workers", type=click.IntRange(0), default=2, help="2; 0 to take in only.")
@click.option("--scheduler", default="", help="Of a Dask cluster that judges: tcp://HOST:PORT.")
@click.option("--roster", type=click.Path(path_type=Path), help="A CSV: student, name, email ...")
@click.option("--unsafe", is_flag=True, help="Grade also where workers cannot be locked up.")
@click.pass_context
def grade_command(context, submissions, assignment, out, workers, scheduler, roster, unsafe):
    """Grade SUBMISSIONS: a folder with a sub-folder for each student, or a download as a zip.

    Zips come from Canvas, Moodle or Gradescope. What has not changed is not judged again.
    """
    from edunn.course.grade import grade
    from edunn.course.intake import Roster
    from edunn.course.report import write_all
    from edunn.course.sandbox import Limits

    course = Course.find(context.obj)
    name = course.full_name(assignment)
    people, limits = Roster.read(roster) if roster else None, Limits(confined=not unsafe)
    with Bars() as bars:
        grades = grade(course, submissions, name, out, workers, limits, bars, people, scheduler)
    if not workers:
        print_files(out / "handed_in" / name)
        context.exit()
    write_all(out)
    print_grades(grades)
    print_files(out / "report.html", out / "grades.csv", out / "feedback", out / "gradebook.db")
    context.exit(0 if all(grade.points is not None for grade in grades) else 1)


main.add_command(judge_command)


@main.command("report")
@click.argument("out", type=folder, default=Path("graded"))
def report_command(out):
    """Write report.html, feedback/ and grades.csv of all that has been graded in OUT (graded/),
    with the points and comments that a person has given since."""
    from edunn.course.report import write_all

    print_sheets(write_all(out))
    print_files(out / "report.html", out / "feedback", out / "grades.csv")


@main.command("regrade")
@click.argument("names", nargs=-1)
@click.option("--out", type=folder, default=Path("graded"), show_default=True)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--unsafe", is_flag=True, help="Grade also where workers cannot be locked up.")
@click.pass_context
def regrade_command(context, names, out, workers, unsafe):
    """Grade NAMES (by default all that have been graded) again, from the copies in --out: those
    whose exercise, hidden cases or submission have changed, and those not graded."""
    from edunn.course.classroom import read_sheets
    from edunn.course.grade import grade
    from edunn.course.report import write_all
    from edunn.course.sandbox import Limits

    course, limits = Course.find(context.obj), Limits(confined=not unsafe)
    only = [course.full_name(name) for name in names] or [""]
    before = [sheet for name in only for sheet in read_sheets(out, name)[1]]
    for sheet in before:
        with Bars(sheet.name) as bars:
            grade(course, None, sheet.name, out, workers, limits, bars)
    after = {sheet.name: sheet for sheet in write_all(out)}
    missing = print_changes([(sheet, after[sheet.name]) for sheet in before])
    print_files(out / "report.html", out / "feedback", out / "grades.csv")
    context.exit(1 if missing else 0)


@main.command("export")
@click.argument("kind", type=click.Choice(["canvas", "moodle", "gradescope"]))
@click.option("--out", type=folder, default=Path("graded"), show_default=True)
@click.option("--assignment", default="", help="One exercise; by default all that are graded.")
@click.option("--roster", type=click.Path(path_type=Path), help="A CSV: student, name, email ...")
@click.option("--column", default="", help='What it is called there: "Exercise 2 (4711)".')
@click.pass_context
def export_command(context, kind, out, assignment, roster, column):
    """Write the grades, those given by hand included, as a file that Canvas or Moodle imports, or
    as Gradescope's results.json. Nobody without a grade gets a zero."""
    from edunn.course.export import export
    from edunn.course.roster import Roster

    name = Course.find(context.obj).full_name(assignment) if assignment else ""
    people = Roster.read(roster) if roster else None
    result = export(kind, out, name, people, column)
    console.print(f"{result.grades} grades written")
    print_some("without a grade, left empty", result.empty)
    print_some("that still wait for a person, with the points so far", result.waiting)
    print_some("not in the roster, left out", result.strangers)
    print_files(result.path)


@main.group("gradescope")
def gradescope_group():
    """Grade an exercise on Gradescope's machines."""


@gradescope_group.command("build")
@click.argument("name")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Of the zip.")
@click.option("--unsafe", is_flag=True, help="Grade also where workers cannot be locked up.")
@click.pass_context
def gradescope_build_command(context, name, out, unsafe):
    """Write the zip of the exercise NAME, which Gradescope takes as an autograder."""
    from edunn.course.gradescope import build

    course = Course.find(context.obj)
    name = course.full_name(name)
    print_built(build(course, name, out or Path(f"{name}-gradescope.zip"), unsafe))


@main.command("verify")
@click.argument("names", nargs=-1)
@click.option("--mutants/--no-mutants", default=True, help="Also judge changed solutions.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.pass_context
def verify_command(context, names, mutants, workers):
    """Prove that wrong answers to NAMES (by default all) lose points, and are told why."""
    from edunn.course.verify import verify

    course = Course.find(context.obj)
    proofs = []
    for name in [course.full_name(name) for name in names] or course.assignments():
        with Bars(name) as bars:
            proofs.append(verify(course, name, mutants, workers, bars))
        print_faults(proofs[-1])
    print_proofs(proofs)
    context.exit(0 if all(proof.ok for proof in proofs) else 1)


@main.command("check")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--seconds", type=click.IntRange(1), default=60, help="For each cell.")
@click.pass_context
def check_command(context, notebook, seconds):
    """Run your NOTEBOOK from the start, as the grader does, and see what its checks say."""
    from edunn.course.check import check, receipt_path

    with console.status(f"{notebook.name} runs from the start, in a fresh kernel"):
        receipt = check(notebook, seconds)
    print_receipt(receipt)
    print_files(receipt_path(notebook))
    context.exit(0 if receipt.points == receipt.max_points else 1)


@main.command("status")
def status_command():
    """What is yours of edunn, what is borrowed, and what is still missing."""
    from edunn.course.check import status

    print_status(status())


@main.command("demo")
@click.option("--out", type=folder, default=Path("demo"), show_default=True)
@click.pass_context
def demo_command(context, out):
    """Build an exercise, grade five submissions of it, and train a network on real digits."""
    from edunn.course.demo import WANTED_ACCURACY, build_and_grade, train

    course = Course.find(context.obj)
    console.rule("1. Build the exercise, and prove it")
    with Bars() as bars:
        grades = build_and_grade(course, out, say, bars)
    console.rule("2. Five submissions, graded")
    print_grades(grades)
    console.rule("3. A network of edunn's own layers on handwritten digits")
    trained = train(out)
    console.print(f"accuracy on the held-out fifth: [bold]{trained.accuracy:.4f}[/bold]")
    print_files(
        course.release_path("03_linear"), out / "grades.csv", out / "feedback", trained.picture
    )
    context.exit(0 if trained.accuracy >= WANTED_ACCURACY else 1)
