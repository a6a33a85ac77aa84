"""The commands for students: `edunn start`, `edunn check`, `edunn status`, `edunn doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from edunn.course.cli.console import (
    ANY_PATH,
    FOLDER,
    console,
    print_facts,
    print_files,
    print_receipt,
    print_some,
    print_status,
)


@click.command("start")
@click.argument("folder", type=FOLDER)
@click.option("--open", "opens", is_flag=True, help="Then start JupyterLab there.")
@click.pass_context
def start_command(context: click.Context, folder: Path, opens: bool) -> None:
    """Lay the notebooks out in a folder of yours.

    What is there already stays as it is: the same command brings what is new.
    """
    from edunn.course.student.start import lay_out

    found = lay_out(folder)
    console.print(f"new files: {len(found.written)}, there already: {len(found.same)}")
    print_some("that you have worked in stay as they are", [str(path) for path in found.kept])
    first = next((p for p in sorted([*found.written, *found.same, *found.kept])
                  if p.suffix == ".ipynb"), folder)  # fmt: skip
    if not opens:
        console.print("Begin with:")
        print_files(first)
        return
    import subprocess
    import sys

    context.exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(first)]))


@click.command("doctor")
@click.pass_context
def doctor_command(context: click.Context) -> None:
    """See what this machine has of what edunn needs.

    The exit code is 1 where something is wrong, such as another package that is called edunn.
    """
    from edunn.course.student.doctor import examine

    facts = examine()
    print_facts(facts)
    context.exit(int(any(fact.state == "wrong" for fact in facts)))


@click.command("check")
@click.argument("notebook", type=ANY_PATH)
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
    if receipt_path(notebook).exists():
        print_files(receipt_path(notebook))
    context.exit(0 if receipt.points == receipt.max_points else 1)


@click.command("status")
def status_command() -> None:
    """See what is yours of edunn, what is borrowed, what is missing."""
    from edunn.course.student.self_check import status

    print_status(status())
