"""What the commands print: help, errors, progress bars, tables, names of files. Students' text is
never markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from edunn.course.errors import CourseError


class _Path(click.Path):
    """A path that is not the empty word, which Python takes for the current folder."""

    def convert(self, value: Any, *about: Any) -> Any:
        if value == "":
            self.fail(f"it is empty, where the name of a {self.name} is wanted", *about)
        return super().convert(value, *about)


FOLDER = _Path(file_okay=False, path_type=Path)
FILE = _Path(dir_okay=False, path_type=Path)
ANY_PATH = _Path(path_type=Path)  # a file or a folder
console = Console(highlight=False)
STOPPED = 130  # the exit code after Ctrl-C


class Group(click.Group):
    """Commands in sections; a CourseError becomes one line, without a traceback.

    sections: by title, the commands
    """

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[click.Command]], **options: Any):
        super().__init__(*args, **options)
        self.sections = sections
        for command in (one for commands in sections.values() for one in commands):
            self.add_command(command)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in self.sections.items():
            with formatter.section(title):
                rows = [(str(one.name), one.get_short_help_str(65)) for one in commands]
                formatter.write_dl(rows)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except CourseError as error:
            raise click.ClickException(str(error)) from error
        except ModuleNotFoundError as error:
            raise click.ClickException(_needed(error)) from error
        except OSError as error:
            said = error.strerror or str(error)
            where = f"{error.filename}: " if error.filename is not None else ""
            raise click.ClickException(f"{where}{said}") from error
        except MemoryError as error:
            raise click.ClickException("the machine has no more memory to give") from error
        except KeyboardInterrupt:
            console.print("Stopped. What is done is kept: the same command goes on from there.")
            context.exit(STOPPED)


OF_UNIX = {"fcntl", "grp", "pwd", "resource", "termios"}  # which Windows lacks


def _needed(error: ModuleNotFoundError) -> str:
    """What to install for a command that lacks a module; an error of our own is raised again."""
    module = (error.name or "").partition(".")[0]
    if module in ("edunn", ""):
        raise error
    if module in OF_UNIX:
        return "this command needs Linux: WSL on Windows, or a container"
    return f"this command needs {module}: pip install 'edunn-course[course]'"


class Bars(Progress):
    """Progress bars, one for each kind of work, made when it first reports."""

    def __init__(self, title: str = ""):
        left = TimeRemainingColumn(elapsed_when_finished=True)
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), left
        super().__init__(*columns, console=console)
        self.title = title
        self.bars: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *error: object) -> None:
        if self.bars:
            self.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        if not self.bars:
            self.start()
        if what not in self.bars:
            self.bars[what] = self.add_task(f"{self.title} {what}".strip(), total=total)
        self.update(self.bars[what], completed=done)


def say(step: object, mark: str = "✓") -> None:
    """One line for a step that was done, or that failed."""
    console.print(Text(f"  {mark} {step}"))


def print_grades(grades: list[Any]) -> None:
    """A line or two for each student; hints are for the student's own page."""
    from edunn.course.reporting.grades_csv import number
    from edunn.course.reporting.messages import brief, state

    table = Table("student", "points", "state", "what went wrong")
    for line in grades:
        points = f"{number(line.points) or '-'} / {number(line.max_points)}"
        found = Text(brief(line))  # Text, which is not markup
        table.add_row(Text(line.record.student), points, state(line.record), found)
    console.print(table)


def print_changes(sheets: list[tuple[Any, Any]]) -> int:
    """Points before and after, where they differ; returns how many are not graded."""
    from edunn.course.reporting.grades_csv import number

    table, missing, same = Table("student", "exercise", "points", "now"), 0, 0
    for before, after in sheets:
        old = {grade.record.student: grade.points for grade in before.grades}
        for line in after.grades:
            missing += line.points is None
            was, now = number(old.get(line.record.student)), number(line.points)
            if was == now:
                same += 1
            else:
                table.add_row(Text(line.record.student), after.name, was or "-", now or "-")
    if table.row_count:
        console.print(table)
    console.print(f"points changed: {table.row_count}, as before: {same}, not graded: {missing}")
    return missing


def print_receipt(receipt: Any) -> None:
    table = Table("check", "points", "", "what it says")
    for one in receipt.checks:
        table.add_row(one.name, f"{one.points:g}", one.state, Text(one.reason))
    console.print(table)
    said = f"{receipt.points:g} of {receipt.max_points:g} points by the notebook's own checks"
    console.print(said)


def print_some(what: str, lines: list[str], most: int = 10) -> None:
    """How many there are of what, and the first lines; nothing if there are none."""
    if lines:
        console.print(f"{len(lines)} {what}:")
        for line in lines[:most]:
            console.print(Text(f"  {line}"))
        if len(lines) > most:
            console.print(f"  and {len(lines) - most} more")


def print_sheets(sheets: list[Any]) -> None:
    table = Table("exercise", "graded", "median", "not graded", "waiting for a person")
    for sheet in sheets:
        left = len(sheet.grades) - len(sheet.graded)
        median = f"{sheet.median:g} / {sheet.grades[0].max_points:g}" if sheet.graded else "-"
        waiting = sum(bool(grade.waiting) for grade in sheet.grades)
        table.add_row(sheet.name, str(len(sheet.graded)), median, str(left), str(waiting))
    console.print(table)


def print_status(found: list[Any]) -> None:
    """How far a student is; nothing is cut off in 80 columns, and empty columns are left out."""
    kinds = [kind for kind in ("yours", "borrowed", "missing", "broken")
             if any(kind in one.parts.values() for one in found)]  # fmt: skip
    table = Table("exercise", *kinds, "last check", box=None, pad_edge=False)
    for one in found:
        parts = ([name for name, whose in one.parts.items() if whose == kind] for kind in kinds)
        table.add_row(Text(one.name), *(Text("\n".join(names)) for names in parts), one.points)
    console.print(table)


def print_facts(facts: list[Any]) -> None:
    """What was looked at, what was found, and below it what to do."""
    marks = {"ok": "✓", "missing": "-", "wrong": "✗"}
    for fact in facts:
        say(f"{fact.what}: {fact.found}", marks[fact.state])
        if fact.do:
            console.print(Text(f"      {fact.do}"), soft_wrap=True)


def print_built(built: Any) -> None:
    """The zip for Gradescope, and the points to set there."""
    console.print(f"Autograder points: {built.points:g}")
    by_hand = [f"{name}: {points:g} points" for name, points in built.by_hand.items()]
    print_some("to grade by hand", by_hand)
    print_files(built.path)


def print_faults(proof: Any) -> None:
    for fault in proof.faults:
        console.print(Text(f"  ✗ {fault}"))
    if proof.survivors:
        console.print(
            "  These lose no points. A change that changes nothing belongs to EQUIVALENT:"
        )
    for survivor in proof.survivors:  # each in one line, to be pasted
        console.print(Text(f'    {survivor!r}: "why it changes nothing",'), soft_wrap=True)


def print_proofs(proofs: list[Any]) -> None:
    """By exercise: unusual right answers; wrong answers, how many the notebook's own checks see,
    how many only hidden cases, for how many both agree on every check; changed solutions, how many
    more change nothing, and the share that loses points."""
    names = "TODOs", "right", "wrong", "seen", "hidden", "same", "changed", "equal", "caught"
    table = Table("exercise", *names, box=None, pad_edge=False)
    rows = [
        [one.todos, one.right, one.visible + one.hidden, one.visible, one.hidden, one.same,
         one.changed, one.equivalent]
        for one in proofs
    ]  # fmt: skip
    caught = [one.caught for one in proofs]
    marked = [f"{'✓' if one.ok else '✗'} {one.name}" for one in proofs]
    if len(proofs) > 1:
        rows.append([sum(column) for column in zip(*rows)])
        caught.append(sum(caught))
        marked.append("  all")
    for name, row, found in zip(marked, rows, caught):
        share = f"{found / row[-2]:.1%}" if row[-2] else "-"
        table.add_row(name, *map(str, row), share)
    console.print(table)


def print_files(*paths: Path) -> None:
    for path in paths:
        console.print(Text(f"  {path}"), soft_wrap=True)  # a name in two lines is no name
