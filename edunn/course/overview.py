"""The first page of the course: what there is to write, how long it takes, what it is worth."""

from __future__ import annotations

import re
from typing import Any

from edunn.course.layout import Course
from edunn.course.source import is_kind

PAGE = """# The exercises

You write a neural-network framework, one part at a time, and train real networks with it. Each
exercise is a notebook: an idea, a formula, a few lines that you write, and checks that tell you at once
what is right and what is not. Everything you do not write in an exercise is there already, so you can
begin with any of them; the order below is the one that explains best.

{table}

In all {points:g} points, {automatic:g} of them by automatic checks, and about {hours:g} hours.

**How to begin.** Python 3.11 or later. In a folder of your own, with the folders of the exercises in it:

    python3 -m venv .venv
    .venv/bin/pip install "edunn-course[course]" jupyterlab
    .venv/bin/jupyter lab

**While you work.** Run the cells from top to bottom. Where a cell says `raise NotImplementedError`, write
your code in its place, then run the check below it. A check that fails says what the numbers show, what
to look at, and an experiment to do by hand. If you are stuck, `borrow` lends you the part that is
missing: it earns no points, and you can come back to it later.

**What you have written stays yours.** What has passed its checks is kept in `my_edunn/`, beside the
exercises. The last exercise trains a network on it. Two commands say where you are:

    edunn status                          # what is yours, what is borrowed, what is missing
    edunn check 03_linear/03_linear.ipynb # run a notebook from the start, as the grader does
"""


def overview(course: Course) -> str:
    """assignments/README.md, made from the titles of the notebooks and the points of their cells."""
    rows = ["| | exercise | you write | you need | minutes | points |", "|---|---|---|---|---|---|"]
    points = automatic = minutes = 0.0
    for name in course.assignments():
        notebook = course.solution(name)
        title = about(notebook)
        by_hand, by_itself = worth(notebook)
        points, automatic = points + by_hand + by_itself, automatic + by_itself
        minutes += title["minutes"]
        number, _, _ = name.partition("_")
        link = f"[{title['title']}]({name}/{name}.ipynb)"
        cells = link, title["you write"], title["you need"], f"{title['minutes']:g}"
        rows.append(f"| {number} | {' | '.join(cells)} | {by_itself:g} + {by_hand:g} |")
    hours = round(minutes / 60)
    table = "\n".join(rows)
    return PAGE.format(table=table, points=points, automatic=automatic, hours=hours)


def about(notebook: Any) -> dict[str, Any]:
    """The title of an exercise, and the rows of the table under it."""
    text = notebook["cells"][0]["source"]
    rows = re.findall(r"^\|\s*([^|]+?)\s*\|\s*(.*?)\s*\|\s*$", text, re.MULTILINE)
    found: dict[str, Any] = {name.lower(): value for name, value in rows}
    found["title"] = text.split("\n")[0].partition(":")[2].strip()
    found["minutes"] = float(re.findall(r"\d+", found["time"])[-1])
    return found


def worth(notebook: Any) -> tuple[float, float]:
    """Points given by a person, and by automatic checks."""
    by_hand = by_itself = 0.0
    for cell in notebook["cells"]:
        if is_kind(cell, "grade") or is_kind(cell, "task"):
            points = float(cell["metadata"]["nbgrader"]["points"])
            code = cell["cell_type"] == "code" and not is_kind(cell, "solution")
            by_hand, by_itself = by_hand + points * (not code), by_itself + points * code
    return by_hand, by_itself
