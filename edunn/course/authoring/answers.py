"""Answers to an exercise that students write: wrong ones, with what they must read then, and right
ones that are not the reference's."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from edunn.course.errors import CourseError
from edunn.course.hidden_tests.exercise import definitions
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import owner, regions
from edunn.course.notebooks.written import text_of

Change: TypeAlias = tuple[str, str] | str  # (text of the reference, the new one), or all the code


class Mistake(NamedTuple):
    """One wrong answer.

    todo: the name of the TODO, such as "Linear.backward"    change: of its code
    says: words that the student must then read
    hidden: the notebook's own checks cannot find it; the grader does, and `says` is in its reason
    """

    name: str
    todo: str
    change: Change
    says: str
    hidden: bool = False

    def notebook(self, solution: Any) -> Any:
        """A copy of the solution with this mistake in it."""
        return _with_changes(solution, {self.todo: self.change}, f"wrong answer {self.name!r}")


class RightAnswer(NamedTuple):
    """A right answer that is not the reference's: it has all points in the notebook, in `edunn
    check` and in the grader, and `keep` keeps it.

    changes: of the code of some TODOs, by their names
    above: code that stands at the top of the first of their cells, such as a helper
    """

    name: str
    changes: Mapping[str, Change]
    above: str = ""

    def notebook(self, solution: Any) -> Any:
        """A copy of the solution with this answer in it."""
        return _with_changes(solution, self.changes, f"right answer {self.name!r}", self.above)


def _with_changes(solution: Any, changes: Mapping[str, Change], who: str, above: str = "") -> Any:
    """A copy of the solution in which the code of some TODOs is another; CourseError, by `who`, for
    one that is not there."""
    import nbformat

    changed, left = nbformat.from_dict(solution), dict(changes)
    for cell in changed["cells"]:
        source, lines = cell["source"], cell["source"].split("\n")
        here = {}
        for begin, end in regions(source) if cell["cell_type"] == "code" else ():
            todo = owner(source, begin)
            if todo in left:
                here[begin, end] = _code(left.pop(todo), lines[begin + 1 : end], todo, who)
        for (begin, end), code in reversed(here.items()):
            lines[begin + 1 : end] = code.split("\n")
        if here and above:
            lines[:0] = [*textwrap.dedent(above).strip().split("\n"), "", ""]
            above = ""
        cell["source"] = "\n".join(lines)
    if left:
        raise CourseError(f"{who}: no cell asks for {', '.join(left)}")
    return changed


def _code(change: Change, reference: list[str], todo: str, who: str) -> str:
    """The code that replaces the reference's lines, indented like these."""
    right = "\n".join(reference)
    if isinstance(change, str):
        indent = reference[0][: len(reference[0]) - len(reference[0].lstrip())]
        return textwrap.indent(textwrap.dedent(change).strip("\n"), indent)
    old, new = change
    if old not in right:
        raise CourseError(f"{who}: {old!r} is not in {todo}")
    before = right[: right.index(old)].split("\n")[-1]
    indent = before[: len(before) - len(before.lstrip())]
    first, *rest = new.split("\n")
    if not all(line.startswith(indent) for line in rest if line):
        rest = [line and indent + line for line in rest]
    return right.replace(old, "\n".join([first, *rest]))


def read_wrong_answers(course: Course, name: str) -> tuple[list[Mistake], dict[str, str]]:
    """The wrong answers; and {a change of the solution that makes no difference: why}."""
    where, found = _of_file(course, course.wrong_answers_path(name), "WRONG_ANSWERS", Mistake)
    equivalent = found.get("EQUIVALENT", {})
    if not isinstance(equivalent, dict):
        raise CourseError(
            f"{where}: EQUIVALENT is a {type(equivalent).__name__}, where a dict is wanted: "
            '{"a change": "why it changes nothing", ...}'
        )
    return found["WRONG_ANSWERS"], equivalent


def read_right_answers(course: Course, name: str) -> list[RightAnswer]:
    """The right answers that are not the reference's; none without a file of them."""
    path = course.right_answers_path(name)
    answers: list[RightAnswer] = []
    if path.exists():
        answers = _of_file(course, path, "RIGHT_ANSWERS", RightAnswer)[1]["RIGHT_ANSWERS"]
    return answers


def _of_file(course: Course, path: Path, wanted: str, kind: Any) -> tuple[str, dict[str, Any]]:
    """What a file of answers is called, and what it defines: among it a list of this name, of
    nothing but answers of one kind."""
    where = course.inside(path)
    found = definitions(text_of(path, where), where)
    answers = found.get(wanted)
    if answers is None:
        raise CourseError(f"{where} has no list {wanted}")
    if not isinstance(answers, list):
        raise CourseError(
            f"{where}: {wanted} is a {type(answers).__name__}, where a list is wanted: [ ... ]"
        )
    for place, answer in enumerate(answers):
        if not isinstance(answer, kind):
            raise CourseError(
                f"{where}: {wanted}[{place}] is a {type(answer).__name__}, where a "
                f"{kind.__name__} is wanted: {WRITTEN[kind]}"
            )
        if not _is_of_right_kinds(answer):
            raise CourseError(
                f"{where}: {wanted}[{place}], {answer.name!r}, is not written as "
                f"{WRITTEN[kind]}, where the changed code is a text, or a pair (old text, new text)"
            )
    return where, found


WRITTEN: dict[Any, str] = {
    Mistake: 'Mistake("name", "the TODO", changed code, "what the student reads")',
    RightAnswer: 'RightAnswer("name", {"the TODO": changed code})',
}


def _is_of_right_kinds(answer: Mistake | RightAnswer) -> bool:
    """Whether an answer has texts, and changes, where they belong."""
    if isinstance(answer, Mistake):
        texts, changes = [answer.name, answer.todo, answer.says], [answer.change]
    elif isinstance(answer.changes, Mapping):
        texts, changes = [answer.name, *answer.changes, answer.above], [*answer.changes.values()]
    else:
        return False
    pairs = [one for one in changes if not isinstance(one, str)]
    if not all(isinstance(one, (tuple, list)) and len(one) == 2 for one in pairs):
        return False
    return all(isinstance(one, str) for one in [*texts, *(part for pair in pairs for part in pair)])
