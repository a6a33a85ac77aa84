"""All that judging needs of one exercise, as plain data."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.hidden_tests.cases import Case
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import graded_code, withheld


@dataclass(frozen=True)
class Exercise:
    """What a judge must know of an exercise. It can be sent to another machine.

    release: the notebook that students got, as JSON    source: the file of the hidden cases
    withheld: the names that the library of the student's code lacks
    translations: the release in other languages
    solution: its notebook, as JSON, where that must be judged before anybody
    """

    name: str
    release: str
    source: str
    withheld: list[str]
    translations: list[str] = field(default_factory=list)
    solution: str = ""

    @classmethod
    def of(cls, course: Course, name: str, release: Any = None) -> Exercise:
        """An exercise of a course; every graded cell must have hidden cases.

        release: the notebook for students; by default the one that was built
        """
        solution, path = course.solution(name), course.cases_path(name)
        release = course.released(name) if release is None else release
        source = path.read_text(encoding="utf-8")
        found = definitions(source, f"autograder/cases/{name}.py")  # tells its author what is wrong
        others = [path.read_text(encoding="utf-8") for path in course.translated_paths(name)]
        exercise = cls(name, json.dumps(release), source, withheld(solution), others)
        cases, wanted = _cases(name, found), [cell["id"] for cell in graded_code(solution)]
        if without := [cell for cell in wanted if not cases.get(cell)]:
            raise CourseError(
                f"{path.name} has no hidden case for {', '.join(without)}: each graded cell of "
                "code needs one, in CASES under its id"
            )
        if odd := [cell for cell in cases if cell not in wanted]:
            raise CourseError(
                f"{path.name} has cases for {', '.join(odd)}: the graded cells of code are "
                f"{', '.join(wanted)}"
            )
        return exercise

    def released(self) -> Any:
        """The notebook that students got."""
        return json.loads(self.release)

    def cases(self) -> dict[str, list[Case]]:
        """The hidden cases, by graded cell. What their file raises comes through: it is no text for
        students."""
        return _cases(self.name, _run(self.source, f"{self.name}.py"))


def _cases(name: str, found: dict[str, Any]) -> dict[str, list[Case]]:
    """CASES, of what a file of cases defines."""
    if not isinstance(found.get("CASES"), dict):
        near = [one for one in found if one.casefold() in ("case", "cases")]
        there = f", but {near[0]}" if near else ""
        raise CourseError(
            f"autograder/cases/{name}.py has no dict CASES{there}: write "
            'a dict of that name, {"the id of a graded cell": [a case, ...], ...}'
        )
    cases: dict[str, list[Case]] = found["CASES"]
    return cases


def _run(source: str, where: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": PurePath(where).stem}
    exec(compile(source, where, "exec"), names)
    return names


def definitions(source: str, where: str) -> dict[str, Any]:
    """What a file that an author wrote defines. CourseError with its line, where it does not run.

    where: what the file is called, from the course's folder
    """
    try:
        return _run(source, where)
    except SyntaxError as error:
        raise CourseError(f"{where}, line {error.lineno}: SyntaxError: {error.msg}") from None
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        line = [frame.lineno for frame in frames if frame.filename == where][-1]
        raise CourseError(f"{where}, line {line}: {type(error).__name__}: {error}") from error
