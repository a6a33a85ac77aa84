"""All of edunn in one run: build an exercise, grade five submissions, train on real digits."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

import edunn as nn
from edunn.backend import Array
from edunn.course.cli.console import FOLDER, Bars, console, print_files, print_grades, say
from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course

NAME = "03_linear"
WRONG = {  # student: which of the wrong answers is handed in
    "cleo_dw_transposed": "dw transposed",
    "dario_dw_of_last_example": "dw of the last example",
    "eva_loops_for_ever": "loops for ever",
}
WANTED_ACCURACY = 0.97


@dataclass
class _Trained:
    accuracy: float
    history: dict[str, list[float]]
    picture: Path


def _submissions(course: Course, folder: Path) -> None:
    """Write five students' notebooks: the solution, blank, and three wrong in known ways."""
    import nbformat

    from edunn.course.authoring.answers import read_wrong_answers

    release = course.released(NAME)
    solution, (wrong_answers, _) = course.solution(NAME), read_wrong_answers(course, NAME)
    wrong = {mistake.name: mistake.notebook(solution) for mistake in wrong_answers}
    notebooks = {"anna_solution": solution, "ben_blank": release}
    notebooks |= {student: wrong[mistake] for student, mistake in WRONG.items()}
    for student, notebook in notebooks.items():
        (folder / student).mkdir(parents=True)
        nbformat.write(_without_marks(notebook), folder / student / f"{NAME}.ipynb")


def _without_marks(notebook: Any) -> Any:
    """A notebook as a student hands it in: without the marks that only a solution has."""
    plain = copy.deepcopy(notebook)
    for cell in plain["cells"]:
        scheme = r"### BEGIN MARK SCHEME.*### END MARK SCHEME\s*"
        text = re.sub(scheme, "", cell["source"], flags=re.DOTALL)
        cell["source"] = re.sub(r"^ *### (BEGIN|END) SOLUTION\n", "", text, flags=re.MULTILINE)
    return plain


def _build_and_grade(
    course: Course,
    out: Path,
    step: Callable[[str], None],
    progress: Callable[[str, int, int], None],
) -> list[Any]:
    """Build, hand in, grade; returns the grades. `out` gets all that `edunn grade` writes."""
    from edunn.course.authoring.build import build_exercise
    from edunn.course.grading.grade import Judging, grade_submissions
    from edunn.course.reporting.html import write_all
    from edunn.course.sandbox.limits import Limits

    handed_in = out / "submissions"
    if out.exists() and any(out.iterdir()) and not (handed_in / "anna_solution").exists():
        raise CourseError(f"{out} is not empty, and not of an earlier demo: choose another --out")
    build_exercise(course, NAME, step)
    shutil.rmtree(out, ignore_errors=True)
    _submissions(course, handed_in)
    judging = Judging(limits=Limits(cell_seconds=5.0, confined=False))  # these are our own
    grades = grade_submissions(course, NAME, out, handed_in, judging=judging, progress=progress)
    write_all(out)
    return grades


def train(out: Path, progress: bool = True) -> _Trained:
    """Train on four fifths of the digits, measure on the fifth, and draw both in a picture."""
    nn.manual_seed(0)
    x, y, x_test, y_test = nn.datasets.train_test_split(*nn.datasets.load_digits())
    layers = nn.Linear(64, 128), nn.Bias(128), nn.ReLU(), nn.Linear(128, 10), nn.Bias(10)
    model = nn.Sequential(layers)
    history = nn.fit(
        model, x, y, nn.CrossEntropyLoss(), nn.Adam(model.parameters(), lr=0.003), epochs=30,
        batch_size=32, validation=(x_test, y_test), metric=nn.accuracy, progress=progress,
    )  # fmt: skip
    scores = model.forward(x_test)
    picture = out / "digits.png"
    _draw(history, x_test, y_test, scores.argmax(axis=1), picture)
    return _Trained(nn.accuracy(scores, y_test), history, picture)


def _draw(history: dict[str, list[float]], x: Array, y: Array, guess: Array, path: Path) -> None:
    """The loss curves, and the first test digits with their predictions; wrong ones in red."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    nn.plot.history({name: numbers for name, numbers in history.items() if "loss" in name}, left)
    left.set_title("mean cross entropy")
    wrong = [int(i) for i in (guess != y).nonzero()[0][:8]]
    shown = list(range(24)) + [i for i in wrong if i >= 24]
    shown = shown[:32]
    titles = [str(int(guess[i])) if guess[i] == y[i] else f"{guess[i]} not {y[i]}" for i in shown]
    colors = ["black" if guess[i] == y[i] else "#a32020" for i in shown]
    nn.plot.images(x[shown], titles, colors, ax=right)
    right.set_title("test digits, and what the network reads")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


@click.command("demo")
@click.option(
    "--out",
    type=FOLDER,
    default=Path("demo"),
    show_default=True,
)
@click.pass_context
def demo_command(context: click.Context, out: Path) -> None:
    """Build an exercise, grade five submissions, train a network."""
    course = Course.find(context.obj)
    console.rule("1. Build the exercise, and prove it")
    with Bars() as bars:
        grades = _build_and_grade(course, out, say, bars)
    console.rule("2. Five submissions, graded")
    print_grades(grades)
    console.rule("3. A network of edunn's own layers on handwritten digits")
    trained = train(out)
    console.print(f"accuracy on the held-out fifth: [bold]{trained.accuracy:.4f}[/bold]")
    print_files(out / "report.html", out / "feedback", out / "grades.csv", trained.picture)
    context.exit(0 if trained.accuracy >= WANTED_ACCURACY else 1)
