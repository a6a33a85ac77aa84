"""Prove the checks of an exercise: every wrong answer loses points, and its student is told why;
every right one has all points, however unusual it is.

They come from autograder/wrong_answers and right_answers, and from small changes of the solution.
"""

from __future__ import annotations

import ast
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from edunn.course.authoring.answers import (
    Mistake,
    RightAnswer,
    read_right_answers,
    read_wrong_answers,
)
from edunn.course.authoring.mutation import change, changed_sources, is_refusal, slips
from edunn.course.errors import CourseError
from edunn.course.grading.executor import Progress, no_progress
from edunn.course.grading.local_executor import LocalExecutor
from edunn.course.grading.records import GRADED, NOT_GRADED, Record
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import blank, owner, regions, todos
from edunn.course.sandbox.limits import Limits
from edunn.course.student import package
from edunn.course.student.self_check import PASSED, check_notebook, status
from edunn.course.submissions.normalise import NormalisedSubmission

LIMITS = Limits(cell_seconds=10.0, confined=False)
AT_LEAST = 5  # wrong answers for each TODO
AT_LEAST_RIGHT = 6  # right answers that are not the reference's
COPIES = 20  # of the solution, no two with the same hidden numbers
SHARE = 0.97  # of the changed solutions must lose points


@dataclass
class Proof:
    """What was proved of one exercise, and what is at fault.

    right: how many right answers there are that are not the reference's
    visible, hidden: how many wrong answers fail the notebook's own checks, and how many only hidden
    cases    same: for how many of them notebook and grader agree on every check
    changed, caught: how many changed solutions there are, and how many of them lose points
    equivalent: how many more are known to change nothing    survivors: those that lose no points
    """

    name: str
    points: float
    todos: int = 0
    right: int = 0
    visible: int = 0
    hidden: int = 0
    same: int = 0
    caught: int = 0
    changed: int = 0
    equivalent: int = 0
    faults: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is at fault, and enough of the changed solutions lose points."""
        return not self.faults and self.caught >= SHARE * self.changed


def verify_exercise(
    course: Course,
    name: str,
    mutants: bool = True,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Proof:
    """Judge the solution, the wrong answers and changed solutions as submissions.

    Where the solution itself loses points, nothing else is judged. mutants: whether solutions are
    changed at all
    """
    solution, (wrong_answers, equivalent) = course.solution(name), read_wrong_answers(course, name)
    changed = dict(mutated(solution)) if mutants else {}
    copies = {f"the solution, copy {k}": solution for k in range(1, COPIES + 1)}
    parts = dict(_unfinished(solution))
    right = read_right_answers(course, name)
    right_answers = {f"right: {one.name}": one for one in right}
    notebooks = parts | {who: one.notebook(solution) for who, one in right_answers.items()}
    notebooks |= {f"wrong: {mistake.name}": mistake.notebook(solution) for mistake in wrong_answers}
    notebooks |= {what: notebook for what, notebook in changed.items() if what not in equivalent}
    executor = LocalExecutor(Exercise.of(course, name), b"verify", LIMITS, workers)

    def judged(some: dict[str, Any], what: str) -> dict[str, Record]:
        submissions = {who: NormalisedSubmission(one) for who, one in some.items()}
        records = executor.records(submissions, lambda _, *counts: progress(what, *counts))
        return {one.student: one for one in records}

    proved = judged(copies, "judging the solution")
    first = proved["the solution, copy 1"]
    if first.state == NOT_GRADED:
        raise CourseError(f"{name}: the solution could not be judged: {first.reason}")
    proof = Proof(name, first.points, len(todos(solution)), len(right_answers))
    if lost := [loses for one in proved.values() if (loses := _loses(one))]:
        how_often = "" if len(lost) == COPIES else f", with {len(lost)} of {COPIES} secrets"
        proof.faults.append(f"the solution loses points{how_often}: {lost[0]}")
        return proof
    records = judged(notebooks, "judging")
    proof.faults += _called_alike("right", right)
    for who in right_answers:
        if loses := _loses(records[who]):
            proof.faults.append(f"{who}, loses points: {loses}")
    if len(right_answers) < AT_LEAST_RIGHT:
        proof.faults.append(f"it has {len(right_answers)} right answers, not {AT_LEAST_RIGHT}")
    with ThreadPoolExecutor(workers) as pool:
        checked = [pool.submit(_checked, course, name, notebooks[who]) for who in right_answers]
        for who, one in zip(right_answers, checked):
            proof.faults += [f"{who}, in edunn check: {said}" for said in one.result()]
    for what in parts:
        proof.faults += [f"{what}: {told}" for told in _disagreements(records[what])]
    _judge_wrong_answers(proof, wrong_answers, todos(solution), records)
    if mutants:
        _judge_changes(proof, changed.keys(), equivalent.keys(), records)
    return proof


def _loses(record: Record) -> str:
    """What takes points from a record, or speaks against it in the notebook; "" if nothing does."""
    return "; ".join(one.fault for one in record.lost) or _seen(record)


def _checked(course: Course, name: str, notebook: Any) -> list[str]:
    """What a student's own `edunn check` says against an answer, and what `keep` does not keep."""
    with tempfile.TemporaryDirectory(prefix="edunn-verify-") as folder:
        path = Path(folder) / name / f"{name}.ipynb"
        path.parent.mkdir()
        nbformat.write(notebook, path)
        receipt = check_notebook(path)
        said = [f"{one.name}: {one.reason}" for one in receipt.checks if one.state != PASSED]
        (standing,) = status(path.parent)
        kept = package.parts(package.folder(path.parent))
        return said + [
            f"{part} is not kept" for part in standing.parts if kept.get(part) != "yours"
        ]


def _called_alike(kind: str, answers: Collection[Mistake | RightAnswer]) -> list[str]:
    """A fault for each name that several answers have: only one of them is judged."""
    called = Counter(one.name for one in answers)
    return [f"two {kind} answers are called {name!r}" for name, n in called.items() if n > 1]


def _judge_wrong_answers(
    proof: Proof, wrong_answers: list[Mistake], names: dict[str, str], records: dict[str, Record]
) -> None:
    """Add to a proof what became of the wrong answers. names: the TODOs"""
    count = Counter(mistake.todo for mistake in wrong_answers)
    proof.faults += _called_alike("wrong", wrong_answers)
    proof.faults += [
        f"{todo} has {count[todo]} wrong answers, not {AT_LEAST}"
        for todo in names
        if count[todo] < AT_LEAST
    ]
    for mistake in wrong_answers:
        record = records[f"wrong: {mistake.name}"]
        visible = _seen(record)
        proof.visible += bool(visible)
        proof.hidden += not visible
        proof.same += not any(_disagreements(record))
        if fault := _fault_of(mistake, record, visible, proof.points):
            proof.faults.append(f"wrong answer {mistake.name!r} {fault}")


def _judge_changes(
    proof: Proof, changed: Set[str], equivalent: Set[str], records: dict[str, Record]
) -> None:
    """Add to a proof what became of the changed solutions. equivalent: known to change nothing"""
    for what in sorted(changed - equivalent):
        proof.changed += 1
        if records[what].points < proof.points:
            proof.caught += 1
        else:
            proof.survivors.append(what)
    proof.equivalent = len(changed & equivalent)
    unknown = sorted(equivalent - changed)
    proof.faults += [f"EQUIVALENT names no change of the solution: {u}" for u in unknown]


def _fault_of(mistake: Mistake, record: Record, visible: str, points: float) -> str:
    if record.points >= points:
        return "loses no points"
    reasons = [result.reason for result in record.lost]
    told = " ".join(" ".join(reasons if mistake.hidden else [visible]).split())
    if mistake.hidden and visible:
        return f"is not hidden: the notebook says {_first_line(visible)!r}"
    if not told:
        return "passes the notebook's own checks: mark it hidden=True, or improve the checks"
    if mistake.says.lower() not in told.lower():
        return f"is told {told[:1000]!r}, without {mistake.says!r}"
    return ""


def _first_line(text: str) -> str:
    return next(iter(text.strip().split("\n")), "")


def _seen(record: Record) -> str:
    """What the student reads in the notebook's own checks; "" if they pass."""
    stopped = [record.reason] if record.state != GRADED else []
    return "\n".join([*record.visible.values(), *stopped])


def _disagreements(record: Record) -> Iterator[str]:
    """The cells on which notebook and grader disagree, a sentence each."""
    for result in record.results:
        says = record.visible.get(result.name, "")
        if bool(says) != bool(result.why):
            notebook = (
                f"the notebook says {_first_line(says)!r}" if says else "the notebook accepts it"
            )
            grader = f"says {result.fault!r}" if result.why else "gives the points"
            yield f"{result.name}: {notebook}, the grader {grader}"


def _unfinished(solution: Any) -> Iterator[tuple[str, Any]]:
    """For each TODO, the solution without it, and the solution with nothing else."""
    names = todos(solution).keys()
    for name in names:
        yield f"without {name}", _without(solution, {name})
        yield f"with {name} alone", _without(solution, names - {name})


def _without(solution: Any, names: Collection[str]) -> Any:
    notebook = nbformat.from_dict(solution)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = blank(cell["source"], names)
    return notebook


def mutated(solution: Any) -> Iterator[tuple[str, Any]]:
    """("Linear.backward: old line -> new line", notebook) for every change of the solution."""
    for place, cell in enumerate(solution["cells"]):
        if cell["cell_type"] != "code":
            continue
        for begin, end in regions(cell["source"]):
            inside = range(begin + 2, end + 1)  # lines count from 1 in a tree
            before = ast.unparse(ast.parse(cell["source"]))
            for *_, source in changed_sources(
                cell["source"], slips, is_refusal, inside.__contains__
            ):
                changed = nbformat.from_dict(solution)
                changed["cells"][place]["source"] = source
                yield f"{owner(cell['source'], begin)}: {change(before, source)}", changed
