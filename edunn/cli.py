"""`edunn ...`: parse, call, print, exit code. No logic.

nbgrader takes seconds to import: each command imports what it needs.
"""

from pathlib import Path

try:
    import click
    import rich  # noqa: F401
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"the command edunn needs {missing.name}: pip install 'edunn-course[course]'"
    ) from None

from edunn.course.commands import COMMANDS, folder
from edunn.course.layout import Course
from edunn.course.source import CourseError
from edunn.course.terminal import (
    Bars,
    Group,
    console,
    print_faults,
    print_files,
    print_grades,
    print_proofs,
    print_receipt,
    print_status,
    say,
)


@click.group(cls=Group)
@click.option("--course", "root", type=folder, default=Path(), help="Where the course is; here.")
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
    """Build the notebooks for students, and prove each.

    NAMES are exercises, such as 02_bias, bias or 02; by default all of them.
    """
    from edunn.course.build import build_all

    course, failed = Course.find(context.obj), 0
    names = [course.full_name(name) for name in names] or course.assignments()
    for name, proofs in build_all(course, names, workers):
        console.print(f"[bold]{name}[/bold]")
        if isinstance(proofs, CourseError):
            failed += 1
            say(proofs, "✗")
        else:
            for proof in proofs:
                say(proof)
    context.exit(1 if failed else 0)


@main.command("verify")
@click.argument("names", nargs=-1)
@click.option("--mutants/--no-mutants", default=True, help="Also judge changed solutions.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.pass_context
def verify_command(context, names, mutants, workers):
    """Prove that wrong answers lose points, and are told why.

    NAMES are exercises; by default all of them, which takes many minutes.
    """
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
@click.option("--seconds", type=click.IntRange(1), default=60, help="For each cell; else 60.")
@click.pass_context
def check_command(context, notebook, seconds):
    """Run your notebook from the start, as the grader does.

    You see what its checks say. The exit code is 0 when all points are yours.
    """
    from edunn.course.check import check, receipt_path

    with console.status(f"{notebook.name} runs from the start, in a fresh kernel"):
        receipt = check(notebook, seconds)
    print_receipt(receipt)
    print_files(receipt_path(notebook))
    context.exit(0 if receipt.points == receipt.max_points else 1)


@main.command("status")
def status_command():
    """What is yours of edunn, what is borrowed, what is missing."""
    from edunn.course.check import status

    print_status(status())


@main.command("demo")
@click.option("--out", type=folder, default=Path("demo"), show_default=True)
@click.pass_context
def demo_command(context, out):
    """Build an exercise, grade five submissions, train a network."""
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
    print_files(out / "report.html", out / "feedback", out / "grades.csv", trained.picture)
    context.exit(0 if trained.accuracy >= WANTED_ACCURACY else 1)


for command in COMMANDS:
    main.add_command(command)
