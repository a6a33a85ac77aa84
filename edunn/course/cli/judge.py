"""Judge one submission by itself: a job for Slurm, Kubernetes, or whatever starts jobs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from edunn.course.notebooks.layout import Course
from edunn.course.errors import CourseError

file = click.Path(exists=True, dir_okay=False, path_type=Path)


def judge_copy(course: Course, name: str, copy: Path, secret: bytes, out: Path) -> str:
    """Judge one of the copies that `grade` keeps, STUDENT.ipynb, and write its record to `out`; the
    state that it then has. As records/NAME/STUDENT.json, `grade` takes the record up."""
    from edunn.course.grading.grade import fingerprint, key_of
    from edunn.course.submissions.collect import Submission
    from edunn.course.grading.executor import judge_all
    from edunn.course.grading.records import write_whole
    from edunn.course.sandbox.process import Limits

    known = copy.parent.with_suffix(".json")  # what was said of each when it was taken in
    notes = json.loads(known.read_text(encoding="utf-8")) if known.exists() else {}
    found = Submission(copy.stem, copy.read_bytes(), notes.get(copy.stem, [True, ""])[1])
    (record,) = judge_all(course, name, {found.student: found}, secret, Limits(), 1)
    record.key = key_of(found, fingerprint(course, name, secret))
    write_whole(out, json.dumps(record.as_dict(), indent=1, sort_keys=True))
    return record.state


@click.command("judge")
@click.argument("copy", type=file)
@click.option("--assignment", required=True, help="Which exercise: 02_bias, bias or 02.")
@click.option("--secret", type=file, required=True, help="OUT/secret of edunn grade.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.pass_context
def judge_command(
    context: click.Context, copy: Path, assignment: str, secret: Path, out: Path
) -> None:
    """Judge one submission by itself, as a job of a cluster.

    COPY is a notebook that edunn grade has taken in; its record goes to --out. docs/cluster.md says
    how jobs are made of it.
    """
    from edunn.course.grading.records import NOT_GRADED

    course = Course.find(context.obj)
    state = judge_copy(course, course.full_name(assignment), copy, secret.read_bytes(), out)
    if state == NOT_GRADED:
        raise CourseError(f"{copy.stem} is not graded: see {out}")
