"""Where the parts of a course are."""

from __future__ import annotations

import json
import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edunn.course.bank import Mistake
from edunn.course.cases import Case
from edunn.course.source import CourseError, graded_code, read_solution, withheld


@dataclass(frozen=True)
class Exercise:
    """All that judging needs of an exercise, as plain data: it can be sent to another machine.

    release: the notebook that students got, as JSON    source: the file of the hidden cases
    withheld: what the student's side does without
    """

    name: str
    release: str
    source: str
    withheld: list[str]

    def released(self) -> Any:
        return json.loads(self.release)

    def cases(self) -> dict[str, list[Case]]:
        """The hidden cases, by graded cell."""
        names: dict[str, Any] = {"__name__": self.name}
        exec(compile(self.source, f"{self.name}.py", "exec"), names)
        return names["CASES"]


@dataclass(frozen=True)
class Course:
    """Where a course is: its solutions, its releases, and what only instructors have."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Course:
        """The course around a folder: the nearest one above it with solutions/ and autograder/."""
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / "solutions").is_dir() and (folder / "autograder").is_dir():
                return cls(folder)
        raise CourseError(f"no course around {start}: no folder with solutions/ and autograder/")

    def assignments(self) -> list[str]:
        return sorted(path.stem for path in (self.root / "solutions").glob("*.py"))

    def full_name(self, name: str) -> str:
        """The assignment that a name, a number or a part of a name stands for."""
        found = [a for a in self.assignments() if name in (a, a.partition("_")[0], a[3:])]
        if len(found) != 1:
            raise CourseError(f"no assignment {name!r}; there are {', '.join(self.assignments())}")
        return found[0]

    def solution(self, name: str) -> Any:
        return read_solution(self.root / "solutions" / f"{name}.py")

    def release_path(self, name: str, language: str = "") -> Path:
        return self.root / "assignments" / language / name / f"{name}.ipynb"

    def translations(self, name: str) -> dict[str, str]:
        """{language: text} of the translations of an exercise."""
        found = sorted((self.root / "solutions").glob(f"*/{name}.md"))
        return {path.parent.name: path.read_text(encoding="utf-8") for path in found}

    def released(self, name: str) -> Any:
        """The notebook that students got."""
        import nbformat  # slow to import, and `edunn --help` does not need it

        path = self.release_path(name)
        if not path.exists():
            raise CourseError(f"{name} has not been built: edunn build {name}")
        return nbformat.read(path, as_version=4)

    def cases_path(self, name: str) -> Path:
        return self.root / "autograder" / "cases" / f"{name}.py"

    def cases(self, name: str) -> dict[str, list[Case]]:
        """The hidden cases, by graded cell; every graded cell must have some."""
        path = self.cases_path(name)
        if not path.exists():
            raise CourseError(f"{name} has no hidden cases: {path.name} is not in autograder/cases")
        cases = runpy.run_path(str(path))["CASES"]
        wanted = {cell["id"] for cell in graded_code(self.solution(name))}
        if cases.keys() != wanted:
            raise CourseError(f"{path.name} has cases for {sorted(cases)}, not {sorted(wanted)}")
        return cases

    def exercise(self, name: str) -> Exercise:
        """What must be known of an exercise to judge it."""
        self.cases(name)  # where they do not fit, it says so
        release, source = json.dumps(self.released(name)), self.cases_path(name).read_text("utf-8")
        return Exercise(name, release, source, withheld(self.solution(name)))

    def bank(self, name: str) -> tuple[list[Mistake], dict[str, str]]:
        """The wrong answers, and the changes of the solution that nobody can see, with reasons."""
        path = self.root / "autograder" / "wrong_answers" / f"{name}.py"
        if not path.exists():
            raise CourseError(
                f"{name} has no wrong answers: {path.name} is not in autograder/wrong_answers"
            )
        found = runpy.run_path(str(path))
        return found["WRONG_ANSWERS"], found.get("EQUIVALENT", {})
