"""Gradescope's results.json.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

from typing import Any

from edunn.course.grading.records import Mark, Record
from edunn.course.notebooks.solution import is_automatic, is_kind
from edunn.course.text import as_in_terminal

SETTINGS = {"output_format": "text", "visibility": "visible", "stdout_visibility": "hidden"}


def by_hand(release: Any) -> dict[str, Mark]:
    """The cells that a person must grade, by their names."""
    cells = [cell for cell in release["cells"] if not is_automatic(cell)]
    return {
        cell["id"]: Mark(0.0, float(cell["metadata"]["nbgrader"]["points"]), True, False)
        for cell in cells
        if is_kind(cell, "grade") or is_kind(cell, "task")
    }


def results(
    record: Record,
    score: float | None,
    labels: dict[str, str],
    marks: dict[str, Mark],
    comments: dict[str, str],
) -> dict[str, Any]:
    """Gradescope's results.json of one submission; labels, marks and comments by cell."""
    tests: list[dict[str, Any]] = []

    def tested(name: str, points: float | None, most: float, output: str) -> None:
        about: dict[str, Any] = {"name": labels.get(name, name), "max_score": most}
        if points is not None:
            about |= {"score": points, "status": "passed" if points >= most else "failed"}
        tests.append(about | {"output": as_in_terminal(output), "output_format": "text"})

    for result in record.results:
        mark = marks.get(result.name)
        points = mark.points if mark and mark.by_hand else result.points
        tested(result.name, points, result.max_points, result.reason)
    judged = {result.name for result in record.results}
    for name, mark in marks.items():
        if name not in judged:
            said = "waits for a person to grade it" if mark.waiting else comments.get(name, "")
            tested(name, None if mark.waiting else mark.points, mark.max_points, said)
    output = "\n".join(filter(None, [record.reason, *map(str, record.told)]))
    return {"score": score, "output": output, **SETTINGS, "tests": tests}


def not_graded(reason: str) -> dict[str, Any]:
    """A results.json without any score: Gradescope then says that the autograder failed, which is
    what happened. A score, of whatever number, would be a grade."""
    output = (
        f"Not graded, so there is no score: {reason}. This is not about your work. Please tell "
        "your instructors: they can run the autograder again."
    )
    return {"output": output, **SETTINGS}


def unusable(reason: str) -> dict[str, Any]:
    """A results.json without a score, for a file that cannot be judged: that is no zero."""
    output = f"Not graded, so there is no score: {reason}. Nothing of it could be judged."
    return {"output": output, **SETTINGS}
