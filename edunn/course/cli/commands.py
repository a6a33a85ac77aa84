"""`edunn ...`: all commands, in sections.

The commands parse, call, print, and choose the exit code. nbgrader takes seconds to import, so each
command imports only what it needs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from edunn.course.cli.authoring import (
    build_command,
    bundle_command,
    init_command,
    release_solutions_command,
    verify_command,
)
from edunn.course.cli.console import FOLDER, Group
from edunn.course.cli.demo import demo_command
from edunn.course.cli.grading import (
    export_command,
    forget_command,
    formgrader_command,
    grade_command,
    gradescope_group,
    regrade_command,
    report_command,
)
from edunn.course.cli.judge import judge_command
from edunn.course.cli.student import (
    check_command,
    doctor_command,
    start_command,
    status_command,
)
from edunn.course.compat import load_nbformat_fast

SECTIONS = {
    "For students": (start_command, check_command, status_command, doctor_command),
    "For authors of exercises": (
        init_command, build_command, verify_command, bundle_command, release_solutions_command,
    ),
    "For graders": (
        grade_command, report_command, regrade_command, formgrader_command, export_command,
        forget_command, gradescope_group, judge_command,
    ),
    "To see it at work": (demo_command,),
}  # fmt: skip


class _Main(Group):
    """All commands. Where the system says that everything is ASCII, they run once more in Python's
    UTF-8 mode: else no name with an accent could be read, printed or found in a roster."""

    def main(self, *args: Any, **options: Any) -> Any:
        if sys.getfilesystemencoding() == "ascii" and not args and not options:
            again = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
            os.execve(sys.executable, again, os.environ | {"PYTHONUTF8": "1"})
        return super().main(*args, **options)


@click.group(cls=_Main, sections=SECTIONS)
@click.option(
    "--course", "root", type=FOLDER, default=Path(), help="Where the course is; by default here."
)
@click.version_option(package_name="edunn-course")
@click.pass_context
def main(context: click.Context, root: Path) -> None:
    """Build, check and grade the exercises of edunn."""
    load_nbformat_fast()
    context.obj = root
