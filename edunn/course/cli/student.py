"""The commands for students: `edunn check`, `edunn status`."""

from __future__ import annotations

from pathlib import Path

import click

from edunn.course.cli.console import console, print_files, print_receipt, print_status


@click.command("check")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--seconds", type=click.IntRange(1), default=60, show_default=True, help="For each cell."
)
@click.pass_context
def check_command(context: click.Context, notebook: Path, seconds: int) -> None:
    """Run your notebook from the start, as the grader does.

    You see what its checks say. The exit code is 0 when all points are yours.
    """
    from edunn.course.student.self_check import check_notebook, receipt_path

    with console.status(f"{notebook.name} runs from the start, in a fresh kernel"):
        receipt = check_notebook(notebook, seconds)
    print_receipt(receipt)
    print_files(receipt_path(notebook))
    context.exit(0 if receipt.points == receipt.max_points else 1)


@click.command("status")
def status_command() -> None:
    """See what is yours of edunn, what is borrowed, what is missing."""
    from edunn.course.student.self_check import status

    print_status(status())
