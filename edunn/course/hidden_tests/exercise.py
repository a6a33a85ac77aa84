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
from edunn.course.notebooks.written import text_of


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
        source = text_of(path, where := _file_of(name))
        found = definitions(source, where)  # tells its author what is wrong
        others = [path.read_text(encoding="utf-8") for path in course.translated_paths(name)]
        exercise = cls(name, json.dumps(release), source, withheld(solution), others)
        cases, wanted = _cases(name, found), [cell["id"] for cell in graded_code(solution)]
        if without := [cell for cell in wanted if not cases.get(cell)]:
            raise CourseError(
                f"{path.name} has no hidden case for {', '.join(without)}: each graded cell of "
                "code needs one, in CASES under its id"
            )
        if odd := [str(cell) for cell in cases if cell not in wanted]:
            raise CourseError(
                f"{path.name} has cases for {', '.join(odd)}: the graded cells of code are "
                f"{', '.join(wanted)}"
            )
        for cell, some in cases.items():
            if other := [one for one in some if not callable(one)]:
                raise CourseError(
                    f"{where}: CASES[{cell!r}] has a {type(other[0]).__name__} where a case is "
                    "wanted: what values(...) gives, or a function of (student, rng)"
                )
        return exercise

    def released(self) -> Any:
        """The notebook that students got."""
        return json.loads(self.release)

    def cases(self) -> dict[str, list[Case]]:
        """The hidden cases, by graded cell. What their file raises comes through: it is no text for
        students."""
        return _cases(self.name, _run(self.source, self.cases_file))

    def line_of(self, error: BaseException) -> str:
        """Where in the file of the cases an error arose: "autograder/cases/02_bias.py, line 9"; ""
        where none of its lines took part."""
        return _place(self.cases_file, error)

    def raised_in(self, error: BaseException) -> bool:
        """Whether a line of the file of the cases has itself raised an error."""
        frames = traceback.extract_tb(error.__traceback__)
        return bool(frames and frames[-1].filename == self.cases_file)

    @property
    def cases_file(self) -> str:
        """What the file of the cases is called, to its author."""
        return _file_of(self.name)


def _file_of(name: str) -> str:
    return f"autograder/cases/{name}.py"


def _cases(name: str, found: dict[str, Any]) -> dict[str, list[Case]]:
    """CASES, of what a file of cases defines."""
    where, cases = _file_of(name), found.get("CASES")
    if cases is not None and not isinstance(cases, dict):
        raise CourseError(
            f"{where}: CASES is a {type(cases).__name__}, where a dict is wanted: "
            '{"the id of a graded cell": [a case, ...], ...}'
        )
    if cases is None:
        near = [one for one in found if one.casefold() in ("case", "cases")]
        there = f", but {near[0]}" if near else ""
        raise CourseError(
            f"{where} has no dict CASES{there}: write "
            'a dict of that name, {"the id of a graded cell": [a case, ...], ...}'
        )
    for cell, some in cases.items():
        if not isinstance(some, (list, tuple)):
            raise CourseError(
                f"{where}: CASES[{cell!r}] is a {type(some).__name__}, where a list of cases is "
                "wanted: put it into [ ]"
            )
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
    except SystemExit as error:  # else a build would end here, and say that all is well
        raise CourseError(
            f"{_place(where, error) or where}: SystemExit: the file ends Python: take exit() out"
        ) from None
    except Exception as error:
        raise CourseError(f"{_place(where, error) or where}: {in_words(error)}") from error


def in_words(error: BaseException) -> str:
    """An exception and its text, for an author; a CourseError has all of it in its text."""
    if isinstance(error, CourseError):
        return str(error)
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}".rstrip(": ")


def _place(where: str, error: BaseException) -> str:
    """The file and the last of its lines that led to an error; "" if none did."""
    if isinstance(error, SyntaxError) and error.filename == where:
        return f"{where}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == where]
    return f"{where}, line {lines[-1]}" if lines else ""
