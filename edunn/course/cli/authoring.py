"""The commands for authors of exercises: `edunn init`, `edunn build`, `edunn verify`, `edunn
bundle`, `edunn release-solutions`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from edunn.course.cli.console import (
    FOLDER,
    Bars,
    console,
    print_faults,
    print_files,
    print_proofs,
    print_some,
    say,
)
from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course

workers = click.option(
    "--workers", type=click.IntRange(1), default=2, show_default=True, help="How many at once."
)


@click.command("build")
@click.argument("names", nargs=-1)
@workers
@click.pass_context
def build_command(context: click.Context, names: tuple[str, ...], workers: int) -> None:
    """Build the notebooks for students, and prove each.

    NAMES are exercises, such as 02_bias, bias or 02; by default all of them. The course's first
    page, assignments/README.md, is written anew.
    """
    from edunn.course.authoring.build import build_exercises, write_overview

    course, failed = Course.find(context.obj), 0
    for name, proofs in build_exercises(course, course.full_names(names), workers):
        console.print(f"[bold]{name}[/bold]")
        if isinstance(proofs, CourseError):
            failed += 1
            say(proofs, "✗")
        else:
            for proof in proofs:
                say(proof)
    if not failed:
        console.print(write_overview(course), soft_wrap=True)
    context.exit(1 if failed else 0)


@click.command("verify")
@click.argument("names", nargs=-1)
@click.option("--mutants/--no-mutants", default=True, help="Also judge changed solutions.")
@workers
@click.pass_context
def verify_command(
    context: click.Context, names: tuple[str, ...], mutants: bool, workers: int
) -> None:
    """Prove that wrong answers lose points, and are explained.

    NAMES are exercises; by default all of them, which takes many minutes.
    """
    from edunn.course.authoring.verify import verify_exercise

    course = Course.find(context.obj)
    proofs = []
    try:
        for name in course.full_names(names):
            with Bars(name) as bars:
                proofs.append(verify_exercise(course, name, mutants, workers, bars))
            print_faults(proofs[-1])
    finally:  # also of a run that is stopped: what is proved took minutes
        print_proofs(proofs)
    context.exit(0 if all(proof.ok for proof in proofs) else 1)


@click.command("bundle")
@click.argument("out", type=FOLDER)
@click.argument("names", nargs=-1)
@click.option("--address", default="", help="Where OUT will be on the web: https://...")
@click.pass_context
def bundle_command(context: click.Context, out: Path, names: tuple[str, ...], address: str) -> None:
    """Write what students are given: a folder, and a zip of it.

    OUT gets the notebooks (NAMES, by default all), edunn as a wheel, a requirements.txt and a page
    on how to begin; no solution and no hidden case. With --address the notebooks install edunn from
    there where it is missing, as on Colab; for a folder of GitHub they get a badge that opens them.
    """
    from edunn.course.authoring.bundle import write_bundle

    made = write_bundle(Course.find(context.obj), out, names, address)
    for proof in made.proofs:
        say(proof)
    print_some(f"in {made.folder} that are not of this bundle, nor in the zip", made.others)
    print_files(made.folder, made.zip)


@click.command("release-solutions")
@click.argument("out", type=FOLDER)
@click.argument("names", nargs=-1)
@click.pass_context
def release_solutions_command(context: click.Context, out: Path, names: tuple[str, ...]) -> None:
    """Write the solved notebooks as pages, for after the deadline.

    They are run first, so that pictures and numbers stand in them. OUT gets a page for each of
    NAMES, by default all, and an index.html; mark schemes are left out.
    """
    from edunn.course.authoring.solved import write_solutions

    pages = write_solutions(Course.find(context.obj), out, names, say)
    print_files(pages[-1])


@click.command("init")
@click.argument("folder", type=FOLDER)
def init_command(folder: Path) -> None:
    """Begin a course of your own.

    FOLDER gets one exercise, with its hidden case, wrong and right answers, and a README.md that
    says how to go on.
    """
    from edunn.course.authoring.init import begin_course

    print_files(*begin_course(folder))
    console.print(f"Now: cd {shlex.quote(str(folder))}; edunn build; edunn verify", soft_wrap=True)
