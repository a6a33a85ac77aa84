"""Where a course has its files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.notebooks.solution import read_solution
from edunn.course.notebooks.written import text_of


def is_called(name: str, given: str) -> bool:
    """Whether an exercise is meant: 02_bias by "02_bias", "bias", "02", or "2", which a spreadsheet
    makes of it."""
    number = name.partition("_")[0]
    return given in (name, name[3:], number, number.removeprefix("0"))


@dataclass(frozen=True)
class Course:
    """Where a course is: its solutions, its releases, and what only instructors have."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Course:
        """The course around a folder: the nearest one above it with solutions/ and autograder/."""
        if not start.exists():  # a slip of the pen must not find another course further up
            raise CourseError(f"{start} is not there: a folder of a course is wanted")
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / "solutions").is_dir() and (folder / "autograder").is_dir():
                return cls(folder)
        raise CourseError(f"no course around {start}: no folder with solutions/ and autograder/")

    def inside(self, path: Path) -> str:
        """What a file of the course is called: "autograder/cases/02_bias.py"."""
        return path.relative_to(self.root).as_posix()

    def assignments(self) -> list[str]:
        """The names of all exercises, in order."""
        return sorted(path.stem for path in (self.root / "solutions").glob("*.py"))

    def full_name(self, name: str) -> str:
        """The assignment that a name, a number or a part of a name stands for."""
        found = [a for a in self.assignments() if is_called(a, name)]
        if len(found) > 1:
            raise CourseError(f"{name!r} may be {' or '.join(found)}: write the whole name")
        if not found:
            raise CourseError(f"no assignment {name!r}; there are {', '.join(self.assignments())}")
        return found[0]

    def has_own_number(self, name: str) -> None:
        """CourseError where an exercise is not called NN_name, or another one has its number."""
        if not re.fullmatch(r"\d\d_.+", name):
            raise CourseError(
                f"solutions/{name}.py is called after no number: call it 03_{name}.py, with the "
                "number of the exercise in two digits, or move it out of solutions/"
            )
        others = [one for one in self.assignments() if one[:3] == name[:3] and one != name]
        if others:
            raise CourseError(
                f"solutions/{name}.py has the number of {others[0]}.py: give one of them another"
            )

    def full_names(self, names: Iterable[str]) -> list[str]:
        """The assignments that some names stand for; without names, all assignments."""
        return [self.full_name(name) for name in names] or self.assignments()

    def solution(self, name: str) -> Any:
        """The notebook of an exercise, with its solution."""
        return read_solution(self.root / "solutions" / f"{name}.py")

    def release_path(self, name: str, language: str = "") -> Path:
        """Where the notebook for students is, or will be."""
        return self.root / "assignments" / language / name / f"{name}.ipynb"

    def translations(self, name: str) -> dict[str, str]:
        """{language: text} of the translations of an exercise."""
        found = sorted((self.root / "solutions").glob(f"*/{name}.md"))
        return {path.parent.name: text_of(path, self.inside(path)) for path in found}

    def translated_paths(self, name: str) -> list[Path]:
        """Where the notebooks for students in other languages are, of those that were built."""
        paths = [self.release_path(name, language) for language in self.translations(name)]
        return [path for path in paths if path.exists()]

    def built_path(self, name: str) -> Path:
        """Where the notebook for students is; CourseError if it has not been built."""
        path = self.release_path(name)
        if not path.exists():
            raise CourseError(f"{name} has not been built: edunn build {name}")
        return path

    def released(self, name: str) -> Any:
        """The notebook that students got; CourseError if it has not been built."""
        import nbformat  # slow to import, and `edunn --help` does not need it

        return nbformat.read(self.built_path(name), as_version=4)

    def cases_path(self, name: str) -> Path:
        """The file of the hidden cases of an exercise."""
        path = self.root / "autograder" / "cases" / f"{name}.py"
        if not path.exists():
            raise CourseError(f"{name} has no hidden cases: {path.name} is not in autograder/cases")
        return path

    def wrong_answers_path(self, name: str) -> Path:
        """The file of the wrong answers of an exercise."""
        path = self.root / "autograder" / "wrong_answers" / f"{name}.py"
        if not path.exists():
            raise CourseError(
                f"{name} has no wrong answers: {path.name} is not in autograder/wrong_answers"
            )
        return path

    def right_answers_path(self, name: str) -> Path:
        """The file of the right answers of an exercise that are not the reference's."""
        return self.root / "autograder" / "right_answers" / f"{name}.py"
