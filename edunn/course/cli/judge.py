"""The command for clusters: `edunn judge`."""

from __future__ import annotations

from pathlib import Path

import click

from edunn.course.cli.console import FILE
from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course

file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("judge")
@click.argument("copy", type=file)
@click.option("--assignment", required=True, help="Which exercise: 02_bias, bias or 02.")
@click.option("--secret", type=file, required=True, help="The file secret in edunn grade's --out.")
@click.option("--out", type=FILE, required=True, help="The record.")
@click.pass_context
def judge_command(
    context: click.Context, copy: Path, assignment: str, secret: Path, out: Path
) -> None:
    """Judge one submission by itself, as a job of a cluster.

    COPY is a notebook that edunn grade has kept; its record goes to --out. docs/cluster.md says how
    to start such jobs.
    """
    from edunn.course.grading.gradebook import read_secret
    from edunn.course.grading.judge_one import judge_one
    from edunn.course.grading.records import NOT_GRADED

    course = Course.find(context.obj)
    record = judge_one(course, course.full_name(assignment), copy, read_secret(secret), out)
    if record.state == NOT_GRADED:
        raise CourseError(f"{copy.stem} is not graded: see {out}")
