"""What nbgrader does for us: releases, the gradebook, what the formgrader shows.

Nothing else of the course imports nbgrader, but for `compat`. Points come from `Record`s: instead
of nbgrader's own execution, a preprocessor writes what they hold into the notebook as outputs.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import secrets
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
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
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Unicode
from traitlets.config import Config

from edunn.course.compat import create_gradebooks_fast
from edunn.course.errors import CourseError
from edunn.course.grading.records import Record, read_record, write_record
from edunn.course.messages import Message
from edunn.course.notebooks.checksum import checksum
from edunn.course.notebooks.solution import blank, grade_id, is_automatic, is_kind
from edunn.course.submissions.normalise import is_extra
from edunn.files import write_whole

SHORTEST = 16  # bytes of a secret
DIGEST = "secret.sha256"  # beside it: a secret that is damaged would have all judged again
# nbgrader takes these in the name of a folder for patterns of names, and for parts of an address
ODD = re.compile(r"[?*]|\[.*\]|%[0-9a-fA-F]{2}")
NAMED = re.compile(r"^\s*(?:\w+\.)*(\w+(?:Error|Exception|Entry)): (.+)$", re.MULTILINE)  # in a log
UNREADABLE = SQLAlchemyError, sqlite3.Error, MissingEntry, InvalidEntry, LookupError


class Blank(ClearSolutions):
    """Solutions become stubs that say which method is missing."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        if cell.cell_type == "code":
            cell.source = blank(cell.source)
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)


class FromRecord(NbGraderPreprocessor):
    """Instead of nbgrader's Execute: outputs and failures come from the record."""

    store = Unicode("", help="the folder with the records").tag(config=True)

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        record = read_record(Path(self.store), about["assignment"], about["student"])
        if record is None:
            who = f"{about['student']} in {about['assignment']}"
            raise CourseError(f"no record of {who}: points come from edunn grade")
        return _with_outputs(notebook, record), resources


def _with_outputs(notebook: Any, record: Record) -> Any:
    """The notebook with what its cells printed and drew, and what its checks found, as outputs."""
    reasons = {result.name: result.reason for result in record.results}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count, cell.outputs = count, []
        if printed := record.printed.get(cell.id):
            cell.outputs.append(new_output("stream", name="stdout", text=printed))
        for picture in record.figures.get(cell.id, []):
            cell.outputs.append(new_output("display_data", {"image/png": picture}))
        if reason := reasons.get(cell.id):
            said = new_output("error", ename="Check", evalue=reason, traceback=[reason])
            cell.outputs.append(said)
    return notebook


def configure(config: Any, root: Path, anonymous: bool = False) -> Any:
    """nbgrader's settings for a course that is graded in `root`.

    anonymous: whether the formgrader's pages of answers leave out whose they are
    """
    config.CourseDirectory.course_id = "edunn"
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    config.OverwriteCells.add_missing_cells = True
    config.BaseConverter.permissions = 600  # of what it releases; as a number that looks octal
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
    config.FromRecord.store = str(root)
    config.HTMLExporter.preprocessors = ["edunn.course.grading.formgrader.BesideTheAnswer"]
    config.BesideTheAnswer.store = str(root)
    config.BesideTheAnswer.anonymous = anonymous
    return config


class Entry(NamedTuple):
    """What the gradebook holds of one submission.

    waiting: cells that a person must still grade    automatic: the points that no person gave
    dropped: what a person gave for an answer that is there no more
    """

    points: float
    max_points: float
    waiting: list[str]
    automatic: float
    dropped: list[Message]


class GradeStore:
    """What grading keeps of a course: a folder with records, nbgrader's files and its gradebook."""

    def __init__(self, root: Path):
        create_gradebooks_fast()
        # what nbgrader writes there, with a traceback, it raises as well
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
        self.root = root.resolve()
        if odd := ODD.search(str(self.root)):
            raise CourseError(
                f"nbgrader can keep no gradebook in {self.root}, because of {odd[0]!r} in that name"
            )
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.api = NbGraderAPI(config=configure(Config(), self.root))

    def secret(self) -> bytes:
        """What hidden inputs are drawn from; made once, and known to nobody else."""
        path, digest = self.root / "secret", self.root / DIGEST
        if not path.exists() and not digest.exists():
            write_whole(path, secrets.token_bytes(32), mode=0o600, durable=True)
        secret = read_secret(path)
        if not digest.exists():
            text = hashlib.sha256(secret).hexdigest()
            write_whole(digest, text.encode(), mode=0o600, durable=True)
        return secret

    @property
    def database(self) -> Path:
        """The file of the gradebook."""
        return self.root / "gradebook.db"

    def check(self) -> None:
        """Keep a copy of the gradebook, as gradebook.db.copy; CourseError where it is damaged."""
        if not self.database.exists():
            return
        with self.readable(), closing(sqlite3.connect(self.database)) as now:
            said = now.execute("PRAGMA quick_check(1)").fetchone()[0]
            if said != "ok":
                raise self.damaged(str(said).split("\n")[-1])
            if now.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                copy = self.root / "gradebook.db.copying"
                copy.unlink(missing_ok=True)
                with closing(sqlite3.connect(copy)) as other:
                    now.backup(other)
                copy.replace(self.root / "gradebook.db.copy")

    def damaged(self, why: str) -> CourseError:
        """What to do about a gradebook that cannot be used."""
        return CourseError(
            f"{self.database} cannot be used ({why}). It alone has what people graded: put back a "
            "copy, such as gradebook.db.copy, which is from the last run. Without the "
            "file, points come again from the records"
        )

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Whatever goes wrong with the gradebook's file becomes a CourseError of one line. An empty
        file, of which SQLite would make a new gradebook, is wrong where somebody was graded."""
        file = self.database
        if file.exists() and not file.stat().st_size and any(self.root.glob("autograded/*")):
            raise self.damaged("it is empty")
        try:
            yield
        except UNREADABLE as error:
            if isinstance(error, LookupError) and type(error) is not LookupError:
                raise  # a mistake of ours; of a word that no column can have, SQLAlchemy's is plain
            said = str(getattr(error, "orig", None) or error).split("\n")[0]
            if "locked" in said:
                raise CourseError(
                    f"{self.database} is locked: another program is writing to it, or has stopped "
                    "in the middle. Try again"
                ) from None
            if "is full" in said or "disk I/O" in said:
                raise CourseError(f"{self.database}: {said}. What is done is kept") from None
            raise self.damaged(said) from error

    def release(self, name: str, source: Any) -> bytes:
        """Enter an assignment into the gradebook; returns the notebook for students, as bytes."""
        folder = self.root / "source" / name
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(source, folder / f"{name}.ipynb")
        with self.readable():
            _succeed(self.api.generate_assignment(name), f"release of {name}")
        return (self.root / "release" / name / f"{name}.ipynb").read_bytes()

    def enter(self, gradebook: Gradebook, record: Record, notebook: Any) -> Entry:
        """Write a record's points into the gradebook, and return what it then holds.

        What a person has given stays with the answer that it was given for: where the answer has
        changed, it is dropped, and a note in the record names it.

        notebook: what was judged, as the formgrader will show it
        """
        name, student = record.assignment, record.student
        gradebook.update_or_create_student(student)
        with warnings.catch_warnings():
            # SQLAlchemy 2.1 warns of how nbgrader 0.9 adds a submission; what it stores is right
            warnings.filterwarnings("ignore", "Object of type <Submitted")
            entry = gradebook.update_or_create_submission(name, student)
        results = {result.name: result for result in record.results}
        path = self.root / "autograded" / student / name / f"{name}.ipynb"
        blank = {c["id"] for c in notebook["cells"] if grade_id(c) and _is_unanswered(c)}
        typed = _as_typed(notebook, blank)
        dropped = _drop_outdated(entry, path, notebook, typed)
        if new := [one for one in dropped if one not in record.notes]:
            record = replace(record, notes=[*record.notes, *new])
            write_record(self.root, record)
        for grade in grades(entry):
            cell = grade.cell.name
            if cell in results:
                grade.auto_score = results[cell].points
            else:
                grade.auto_score = 0.0 if cell in blank else None
            grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None
        for comment in (one for part in entry.notebooks for one in part.comments):
            comment.auto_comment = "No response." if comment.name in blank else None
        gradebook.db.commit()
        content = nbformat.writes(_with_outputs(typed, record))
        write_whole(path, content)
        write_whole(self.root / "submitted" / student / name / f"{name}.ipynb", content)
        waiting = [grade.cell.name for grade in grades(entry) if grade.needs_manual_grade]
        automatic = sum(grade.auto_score or 0.0 for grade in grades(entry))
        return Entry(float(entry.score), float(entry.max_score), waiting, automatic, dropped)

    def rename(self, name: str, student: str, new: str) -> None:
        """Give an assignment's submission to the student that a roster calls so, with all that a
        person has given for it; nothing where they have one already."""
        with self.gradebook() as gradebook:
            try:
                entry = gradebook.find_submission(name, student)
            except MissingEntry:
                return
            if any(one.assignment.name == name for one in gradebook.student_submissions(new)):
                return
            entry.student = gradebook.update_or_create_student(new)
            gradebook.db.commit()
        moved = [[self.root / folder / who / name for who in (student, new)]
                 for folder in ("autograded", "submitted")]  # fmt: skip
        moved.append([self.root / "pictures" / name / who for who in (student, new)])
        for old, path in moved:
            if old.exists() and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                old.rename(path)
        if record := read_record(self.root, name, student):
            write_record(self.root, replace(record, student=new))
        for path in (self.root / "records" / name / f"{student}.json",
                     self.root / "feedback" / name / f"{student}.html"):  # fmt: skip
            path.unlink(missing_ok=True)

    def forget(self, student: str) -> list[Path]:
        """Take a student out of the gradebook and its copy, and return what is to be removed with
        that."""
        with self.gradebook() as gradebook, contextlib.suppress(MissingEntry):
            gradebook.remove_student(student)
        with self.readable(), closing(sqlite3.connect(self.database)) as now:
            now.execute("VACUUM")  # what is only deleted can still be read in the file
        self.check()
        return [self.root / folder / student for folder in ("autograded", "submitted")]

    def max_points(self, name: str) -> float:
        """The points of an assignment that has been released."""
        with self.gradebook() as gradebook:
            return float(gradebook.find_assignment(name).max_score)

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """nbgrader's own gradebook, to be used in a `with`."""
        about = self.api.coursedir
        with self.readable(), Gradebook(about.db_url, about.course_id) as gradebook:
            yield gradebook


def read_secret(path: Path) -> bytes:
    """What hidden inputs are drawn from; CourseError where it is too short to be one, or another
    one than its digest says, which stands beside it in graded/."""
    digest = path.with_name(DIGEST)
    remedy = (
        f"Put back a copy; without this file and {DIGEST} another is made, and all are judged again"
    )
    if not path.exists():
        raise CourseError(f"{path} is missing. {remedy}")
    secret = path.read_bytes()
    if len(secret) < SHORTEST:
        raise CourseError(
            f"{path} has {len(secret)} bytes, not {SHORTEST} or more: hidden inputs could be "
            f"predicted. {remedy}"
        )
    if digest.exists() and digest.read_bytes() != hashlib.sha256(secret).hexdigest().encode():
        raise CourseError(f"{path} is not the one of which {digest} is the digest. {remedy}")
    return secret


def release_bytes(solution: Any, name: str) -> bytes:
    """The notebook for students, as nbgrader makes it; nothing else of it is kept."""
    with tempfile.TemporaryDirectory(prefix="edunn-build-") as folder:
        return GradeStore(Path(folder)).release(name, solution)


def _succeed(result: dict[str, Any], what: str) -> None:
    """Raise CourseError, in nbgrader's words, unless something of nbgrader's has succeeded."""
    if not result["success"]:
        log = f"{result.get('log') or ''}\n{result.get('error') or 'no message'}".strip()
        causes = [one for one in NAMED.findall(log) if "the above traceback" not in one[1]]
        if causes and causes[-1][0] == CourseError.__name__:
            raise CourseError(f"{what}: {causes[-1][1]}")
        said = ": ".join(causes[-1]) if causes else log.splitlines()[-1]
        raise CourseError(f"{what}: nbgrader says: {said}")


def grades(entry: Any) -> list[Any]:
    """nbgrader's grades of a submission, one for each graded cell."""
    return [grade for notebook in entry.notebooks for grade in notebook.grades]


def _block(text: str) -> str:
    """A text as Markdown that shows it as it was typed."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _as_typed(notebook: Any, blank: set[str]) -> Any:
    """The notebook with what students wrote as blocks of text, and their pictures below it:
    Markdown can hold scripts, which the formgrader would run with the rights of whoever grades.

    blank: cells without an answer
    """
    typed = nbformat.from_dict(notebook)
    for cell in typed["cells"]:
        written = cell["cell_type"] == "markdown" and cell["id"] not in blank
        if written and (is_kind(cell, "solution") or is_extra(cell["id"])):
            pictures = [f"![{name}](attachment:{name})" for name in cell.get("attachments", {})]
            cell["source"] = "\n\n".join([_block(cell["source"]), *pictures])
    return typed


def _drop_outdated(entry: Any, path: Path, notebook: Any, typed: Any) -> list[Message]:
    """Take back the points and comments that a person has given for other answers than those of
    the notebook; returns what they were. Nothing is taken back where no notebook is kept
    that can be read.

    path: of the notebook that they were given for    typed: the notebook as the formgrader shows it
    """
    try:
        before = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    kinds = {cell["id"]: cell for cell in notebook["cells"]}
    dropped = []

    def is_same(name: str) -> bool:
        cell = kinds.get(name)
        return _answer(before, name, cell) in [
            _answer(one, name, cell) for one in (notebook, typed)
        ]

    for grade in grades(entry):
        if grade.manual_score is not None and not is_same(grade.cell.name):
            about = {"cell": grade.cell.name, "points": f"{grade.manual_score:g}"}
            dropped.append(Message("points_dropped", about))
            grade.manual_score = None
    for comment in (one for part in entry.notebooks for one in part.comments):
        if comment.manual_comment and not is_same(comment.name):
            words = {"cell": comment.name, "words": comment.manual_comment}
            dropped.append(Message("comment_dropped", words))
            comment.manual_comment = None
    return dropped


def _answer(notebook: Any, name: str, cell: Any) -> list[tuple[str, str, Any]]:
    """What a student wrote that is graded in a cell: the cell itself, where they write in it; all
    their code, where it is a check; and all that they wrote, for a task."""
    if cell is not None and is_kind(cell, "solution"):
        found = [one for one in notebook["cells"] if one["id"] == name]
    else:
        written = [c for c in notebook["cells"] if is_kind(c, "solution") or is_extra(c["id"])]
        check = cell is not None and is_automatic(cell)
        found = [one for one in written if one["cell_type"] == "code" or not check]
    return [(one["id"], one["source"], one.get("attachments") or {}) for one in found]


def _is_unanswered(cell: Any) -> bool:
    about = cell["metadata"]["nbgrader"]
    return bool(about["solution"] and about.get("checksum") == checksum(cell))
