"""nbgrader keeps the books: releases, the gradebook, what the formgrader shows.

The only file that imports nbgrader. Points come from `Record`s; nbgrader's own execution of
notebooks is replaced by a preprocessor that writes them into the notebook as outputs.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import warnings
from pathlib import Path
from typing import Any

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # unused, and slow

import nbformat
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    IncludeHeaderFooter,
    LockCells,
    NbGraderPreprocessor,
    SaveAutoGrades,
    SaveCells,
)
from nbgrader.utils import compute_checksum
from traitlets import Unicode
from traitlets.config import Config

from edunn.course.judge import Record
from edunn.course.source import CourseError, blank


class Blank(ClearSolutions):
    """Solutions become stubs that say which method is missing."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        if cell.cell_type == "code":
            cell.source = blank(cell.source)
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)


class FromRecord(NbGraderPreprocessor):
    """In the place of nbgrader's Execute: outputs and failures as the record says."""

    records = Unicode("", help="the folder of the records").tag(config=True)

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        path = record_path(Path(self.records), about["assignment"], about["student"])
        if not path.exists():
            raise CourseError(f"no record {path}: points come from edunn grade")
        record = Record.from_dict(json.loads(path.read_text(encoding="utf-8")))
        reasons = {verdict.name: verdict.reason for verdict in record.verdicts}
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for count, cell in enumerate(code, start=1):
            cell.execution_count, cell.outputs = count, []
            printed = record.printed.get(cell.id)
            if printed:
                cell.outputs.append(new_output("stream", name="stdout", text=printed))
            if reasons.get(cell.id):
                reason = reasons[cell.id]
                cell.outputs.append(
                    new_output("error", ename="Check", evalue=reason, traceback=[reason])
                )
        return notebook, resources


def checksum(cell: Any) -> str:
    """What nbgrader writes into a released cell, so that a change of it can be seen."""
    return str(compute_checksum(cell))


def record_path(records: Path, assignment: str, student: str) -> Path:
    return records / assignment / f"{student}.json"


def configure(config: Any, root: Path) -> Any:
    """nbgrader's settings for a course whose books are in `root`."""
    config.CourseDirectory.course_id = "edunn"
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    config.OverwriteCells.add_missing_cells = True
    config.GenerateAssignment.preprocessors = [
        IncludeHeaderFooter,
        LockCells,
        Blank,
        ClearOutput,
        CheckCellMetadata,
        ComputeChecksums,
        SaveCells,
        ClearHiddenTests,
        ClearMarkScheme,
        ComputeChecksums,
        CheckCellMetadata,
    ]
    config.Autograde.autograde_preprocessors = [
        FromRecord,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    config.FromRecord.records = str(root / "records")
    return config


class Books:
    """The books of a course: a folder with nbgrader's tree, its gradebook, and our records."""

    def __init__(self, root: Path):
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        here = os.path.dirname(sys.executable)  # nbgrader calls alembic as a program, from PATH
        if here not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", "")])
        self.api = NbGraderAPI(config=configure(Config(), self.root))

    def secret(self) -> bytes:
        """What the hidden inputs are drawn from; made once, and known to nobody else."""
        path = self.root / "secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(secrets.token_bytes(32))
        return path.read_bytes()

    def release(self, name: str, source: Any) -> bytes:
        """Enter an assignment into the gradebook; the bytes of the notebook for students."""
        folder = self.root / "source" / name
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(source, folder / f"{name}.ipynb")
        self.run(self.api.generate_assignment(name), f"release of {name}")
        return (self.root / "release" / name / f"{name}.ipynb").read_bytes()

    def enter(self, record: Record, notebook: Any) -> None:
        """Write a record and its points; the notebook is what the formgrader will show."""
        name, student = record.assignment, record.student
        path = record_path(self.root / "records", name, student)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(record.as_dict(), indent=1), encoding="utf-8")
        partial.replace(path)  # whole or not at all
        folder = self.root / "submitted" / student / name
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(nbformat.from_dict(notebook), folder / f"{name}.ipynb")
        with warnings.catch_warnings():
            # SQLAlchemy 2.1 warns of how nbgrader 0.9 adds a submission; what it stores is right
            warnings.filterwarnings("ignore", "Object of type <Submitted")
            self.run(self.api.autograde(name, student), f"entering {student}")

    def run(self, result: dict[str, Any], what: str) -> None:
        if not result["success"]:
            log = (result.get("error") or result.get("log") or "no message").strip().splitlines()
            raise CourseError(f"{what}: nbgrader says: {log[-1]}")

    def points(self, name: str, student: str) -> tuple[float, float, list[str]]:
        """(points so far, points of the whole, names of the cells that wait for a person)."""
        with self.gradebook() as gradebook:
            try:
                entry = gradebook.find_submission(name, student)
            except MissingEntry:
                return 0.0, float(gradebook.find_assignment(name).max_score), []
            waiting = [grade.cell.name for grade in grades(entry) if grade.needs_manual_grade]
            return float(entry.score), float(entry.max_score), waiting

    def automatic_points(self, name: str, student: str) -> float:
        """The points that the gradebook holds for what was graded by itself."""
        with self.gradebook() as gradebook:
            entry = gradebook.find_submission(name, student)
            return sum(grade.auto_score or 0.0 for grade in grades(entry))

    def gradebook(self) -> Gradebook:
        return Gradebook(self.api.coursedir.db_url, self.api.coursedir.course_id)


def grades(entry: Any) -> list[Any]:
    return [grade for notebook in entry.notebooks for grade in notebook.grades]
