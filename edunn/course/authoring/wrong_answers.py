"""Wrong answers to an exercise: what students write, and what they must read then."""

from __future__ import annotations

import runpy
import textwrap
from typing import Any, NamedTuple

from edunn.course.errors import CourseError
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import owner, regions


class Mistake(NamedTuple):
    """One wrong answer.

    todo: the name of the TODO, such as "Linear.backward"
    change: (text of the reference, what is there instead), or all of the code
    says: words that the student must then read
    hidden: the notebook's own checks cannot find it; the grader does, and `says` is in its reason
    """

    name: str
    todo: str
    change: tuple[str, str] | str
    says: str
    hidden: bool = False

    def notebook(self, solution: Any) -> Any:
        """A copy of the solution with this mistake in it."""
        import nbformat

        changed = nbformat.from_dict(solution)
        for cell in changed["cells"]:
            for begin, end in regions(cell["source"]) if cell["cell_type"] == "code" else ():
                if owner(cell["source"], begin) == self.todo:
                    lines = cell["source"].split("\n")
                    lines[begin + 1 : end] = self.code(lines[begin + 1 : end]).split("\n")
                    cell["source"] = "\n".join(lines)
                    return changed
        raise CourseError(f"wrong answer {self.name!r}: no cell asks for {self.todo}")

    def code(self, reference: list[str]) -> str:
        """The code that replaces the reference's lines, indented like these."""
        right = "\n".join(reference)
        if isinstance(self.change, str):
            indent = reference[0][: len(reference[0]) - len(reference[0].lstrip())]
            return textwrap.indent(textwrap.dedent(self.change).strip("\n"), indent)
        old, new = self.change
        if old not in right:
            raise CourseError(f"wrong answer {self.name!r}: {old!r} is not in {self.todo}")
        before = right[: right.index(old)].split("\n")[-1]
        indent = before[: len(before) - len(before.lstrip())]
        first, *rest = new.split("\n")
        if not all(line.startswith(indent) for line in rest if line):
            rest = [line and indent + line for line in rest]
        return right.replace(old, "\n".join([first, *rest]))


def read_wrong_answers(course: Course, name: str) -> tuple[list[Mistake], dict[str, str]]:
    """The wrong answers; and {a change of the solution that makes no difference: why}."""
    found = runpy.run_path(str(course.wrong_answers_path(name)))
    return found["WRONG_ANSWERS"], found.get("EQUIVALENT", {})
