"""Judge one submission: its cells run in a worker, hidden cases decide every point here."""

from __future__ import annotations

import json
import time
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.grading.output_limits import OutputLimits
from edunn.course.grading.records import NOT_GRADED, STUDENT_ERROR, CellResult, Record
from edunn.course.hidden_tests.cases import Student, Wrong, own_secret, random_inputs
from edunn.course.hidden_tests.exercise import Exercise, in_words
from edunn.course.messages import Message, Said, said_from
from edunn.course.notebooks.solution import grade_id, is_automatic, is_kind
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.sandbox.process import ForkServer, Worker
from edunn.course.sandbox.protocol import (
    MAX_OUTPUT,
    DiskLimitError,
    GoneError,
    ProtocolError,
    ProtocolTimeout,
)
from edunn.course.submissions.collect import Submission
from edunn.course.submissions.normalise import NormalisedSubmission, is_extra, normalise
from edunn.course.text import first_line, readable

MOST_TRIES = 2  # of one submission, where a worker does not start, or the judge's memory is short
MOST_LEFT_OUT = 3  # cells of a student's own that take too long


class _WorkerKilled(Exception):
    """Somebody else has ended the worker: not its own code, and none of its own limits."""


class _Exhausted(Exception):
    """The judge itself has reached its limit of memory, over what a submission has answered."""


class Judge:
    """Judges submissions of one exercise. library: what its workers run with"""

    def __init__(self, exercise: Exercise, library: Library, secret: bytes, limits: Limits):
        self.exercise, self.name, self.release = exercise, exercise.name, exercise.released()
        self.translations = [json.loads(one) for one in exercise.translations]
        self.cases, self.library = exercise.cases(), library
        self.secret, self.limits = secret, limits
        self.server: ForkServer | None = None

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that makes workers; the next submission starts another one."""
        if self.server:
            self.server.close()
        self.server = None

    def kill(self) -> None:
        """End that process at any moment, this one's own waiting for it included."""
        if self.server:
            self.server.kill()

    def record(self, student: str, submission: Submission | NormalisedSubmission) -> Record:
        """The record of a submission, or of a notebook as it is, whatever happens; CourseError only
        where no worker can be locked up."""
        try:
            return self.judge(student, self.normalised(submission))
        except CourseError:
            raise
        except Exception as error:  # a mistake of ours: one student waits, the others do not
            text = readable(f"{type(error).__name__}: {error}", 300)
            return Record(student, self.name, NOT_GRADED, Message("judge_failed", {"error": text}))

    def normalised(self, submission: Submission | NormalisedSubmission) -> NormalisedSubmission:
        """The released notebook with what the student wrote in it."""
        if isinstance(submission, NormalisedSubmission):
            return submission
        if submission.content is None:
            return NormalisedSubmission(self.release, [*submission.notes], submission.problem)
        normal = normalise(self.release, submission.content, self.translations)
        normal.notes[:0] = submission.notes
        return normal

    def judge(self, student: str, submission: NormalisedSubmission) -> Record:
        """The record of one submission.

        Where a worker does not start, another is tried. Where finding out what is wrong takes more
        memory than a judge may use, only whether it is wrong is found out.
        """
        started = time.monotonic()
        record = self.new_record(student, submission)
        if submission.problem:
            record.problem = submission.problem
            if record.handed_in:  # it is there, and a person may be able to use it
                record.state = NOT_GRADED
                return record
            record.state = STUDENT_ERROR
            _fail_rest(record, submission, submission.problem)
            return record
        explains = True
        for _ in range(MOST_TRIES):
            try:
                record = self.run(student, submission, explains)
                break
            except _WorkerKilled:
                record = self.not_graded(student, submission, Message("worker_killed"))
                break
            except _Exhausted:
                explains = False
                record = self.not_graded(student, submission, Message("judge_exhausted"))
            except (ProtocolError, OSError, MemoryError) as error:
                why = Message("no_worker", {"error": str(error)})
                record = self.not_graded(student, submission, why)
        record.seconds = round(time.monotonic() - started, 3)
        return record

    def not_graded(self, student: str, submission: NormalisedSubmission, why: Message) -> Record:
        """A record without points; the next run has a new server of workers."""
        self.close()
        record = self.new_record(student, submission)
        record.state, record.problem = NOT_GRADED, why
        return record

    def run(self, student: str, submission: NormalisedSubmission, explains: bool) -> Record:
        """The record of one run; where a cell of the student's own takes too long, of another one
        without it. explains: whether it is found out what is wrong, too"""
        deadline, left_out = time.monotonic() + self.limits.notebook_seconds, set[str]()
        while True:
            record = self.new_record(student, submission)
            self.server = self.server or ForkServer(self.library)
            with Worker(self.server, self.limits) as worker:
                one = Run(self, record, submission, worker, deadline, left_out)
                one.explains = explains
                slow = one.all_cells()
            if not slow:
                if one.lacking and (record.lost or record.problem):
                    why = Message("machine_short", {"what": Message(one.lacking)})
                    return self.not_graded(student, submission, why)
                return record
            left_out.add(slow)

    def new_record(self, student: str, submission: NormalisedSubmission) -> Record:
        """A record with what was handed in, before anything is judged."""
        record = Record(student, self.name, notes=list(submission.notes))
        cells = submission.notebook["cells"]
        record.order = [cell["id"] for cell in cells]
        if not submission.problem:
            record.answers = {c["id"]: c["source"] for c in cells if _is_students(c)}
            found = submission.pictures.items()
            record.pictures = {cell: [one.name for one in pictures] for cell, pictures in found}
        return record


def _fail_rest(record: Record, submission: NormalisedSubmission, why: Message) -> None:
    """No points for the graded cells that have no result yet."""
    done = {result.name for result in record.results}
    for cell in submission.notebook["cells"]:
        if is_automatic(cell) and cell["id"] not in done:
            points = float(cell["metadata"]["nbgrader"]["points"])
            record.results.append(CellResult(cell["id"], 0.0, points, why))


def _is_students(cell: Any) -> bool:
    """Whether a cell of a normalised notebook holds what the student wrote."""
    return is_kind(cell, "solution") or _is_own(cell)


def _is_own(cell: Any) -> bool:
    """Whether the student has added it."""
    return is_extra(cell["id"])


def _where(cell: Any) -> Message:
    return Message("own_cell") if _is_own(cell) else Message("cell", {"cell": cell["id"]})


class Run:
    """One submission in one worker. What goes wrong once the worker runs is a student error."""

    def __init__(
        self, judge: Judge, record: Record, submission: NormalisedSubmission, worker: Worker,
        deadline: float, left_out: set[str],
    ):  # fmt: skip
        self.judge, self.record, self.submission, self.worker = judge, record, submission, worker
        self.deadline, self.left_out = deadline, left_out
        sources = [cell["source"] for cell in submission.notebook["cells"]]
        self.secret = own_secret(judge.secret, sources)
        self.output = OutputLimits(judge.library.folder, worker.scratch.path)
        self.lost: Exception | None = None  # why the worker is not asked any more
        self.lacking = ""  # what the machine was short of, and an answer shows it
        self.explains = True
        self.broken: dict[str, str] = {}  # which of the student's cells stopped last, and how

    def all_cells(self) -> str:
        """Run the named cells and the student's own; other cells (pictures, play) earn nothing and
        are skipped. Returns the name of a cell of the student's own that takes too long, or ""."""
        record, limits = self.record, self.judge.limits
        for cell in self.submission.notebook["cells"]:
            own = _is_own(cell)
            if cell["cell_type"] != "code" or not (grade_id(cell) or own):
                continue
            if cell["id"] in self.left_out:
                record.notes.append(Message("cell_left_out", {"seconds": limits.cell_seconds}))
                continue
            try:
                self.one_cell(cell)
            except ProtocolTimeout:
                late = time.monotonic() >= self.deadline
                if own and not late and len(self.left_out) < MOST_LEFT_OUT:
                    return str(cell["id"])
                seconds = limits.notebook_seconds if late else limits.cell_seconds
                return self.stop("too_long", cell, seconds=seconds)
            except DiskLimitError as error:
                limit = Message("disk_limit", {"megabytes": error.megabytes})
                return self.stop("over_limit", cell, limit=limit)
            except ProtocolError:
                return self.stop("process_ended", cell)
        for name in record.visible if not record.lost else ():
            record.notes.append(Message("hidden_right", {"cell": name}))
        if self.output.full:
            record.notes.append(Message("output_cut"))
        return ""

    def stop(self, id: str, cell: Any, **details: Any) -> str:
        """End the run at this cell, as a student error."""
        why = Message(id, {"where": _where(cell)} | details)
        self.record.state, self.record.problem = STUDENT_ERROR, why
        _fail_rest(self.record, self.submission, why)
        return ""

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The worker's answer; ProtocolError, now and from then on, if none comes, or
        _WorkerKilled."""
        if self.lost:  # a late answer would be taken for the next one
            raise self.lost
        left = self.deadline - time.monotonic()
        try:
            seconds = max(min(left, self.judge.limits.cell_seconds), 0.001)
            answer = self.worker.ask(request, seconds)
        except ProtocolError as error:
            self.lost = error
            if isinstance(error, GoneError) and self.worker.was_killed():
                self.lost = _WorkerKilled()
            raise self.lost from None
        if "error" in answer:
            self.lacking = self.lacking or self.worker.lacks(answer["error"])
        return answer

    def one_cell(self, cell: Any) -> None:
        """Run a cell, keep what it printed and drew, and decide its points, if it has any."""
        answer, name = self.ask({"cell": cell["source"]}), cell["id"]
        printed, error = answer.get("printed"), answer.get("error")  # as the worker claims
        error = error if isinstance(error, list) else []
        said = self.output.text(
            ": ".join(part for part in error if isinstance(part, str)), MAX_OUTPUT
        )
        if isinstance(printed, str):
            self.record.printed[name] = self.output.text(printed, MAX_OUTPUT + 100)
        if drawn := self.output.pictures(answer.get("figures")):
            self.record.figures[name] = drawn
        if not is_automatic(cell):
            about = {"error": first_line(said)}
            if said and is_kind(cell, "solution"):
                self.broken = {"cell": name} | about
            elif said and _is_own(cell):
                how = "own_cell_went_on" if answer.get("went_on") is True else "own_cell_stopped"
                self.record.notes.append(Message(how, about))
            return
        if error:
            self.record.visible[name] = said
        points = float(cell["metadata"]["nbgrader"]["points"])
        why = self.first_wrong(name)
        if self.lost:  # to the checks, the worker's end is an error of the layer
            raise self.lost
        if why and why.id == "not_defined" and self.broken:
            why = Message("not_defined_as_stopped", {**why.details, **self.broken})
        self.record.results.append(CellResult(name, 0.0 if why else points, points, why))

    def first_wrong(self, name: str) -> Said | None:
        """What the first hidden case that fails says; None when all pass."""
        rng = random_inputs(self.secret, self.record.student, name)
        for number, case in enumerate(self.judge.cases[name], 1):
            student = Student(lambda program, start: self.ask({"program": program, "start": start}))
            student.explains = self.explains
            try:
                case(student, rng)
            except Wrong as wrong:
                return _cleaned(wrong.said)
            except (ProtocolError, _WorkerKilled, OSError):
                raise
            except MemoryError:
                raise _Exhausted from None
            except (Exception, SystemExit) as error:  # SystemExit: exit() in a case
                return self.of_failed_case(error, f"case {number} of {name}")
        return None

    def of_failed_case(self, error: BaseException, case: str) -> Message:
        """What a student reads of a case that has raised an error, with what its author reads.

        An `assert` of the author's is as good as Wrong: its words are of the file of the cases.
        Else the case met an answer that nobody thought of, or is itself not as it must be.
        """
        exercise = self.judge.exercise
        place = exercise.line_of(error) or f"{exercise.cases_file}, {case}"
        told = {"fault": readable(f"{place}: {in_words(error)}", 500)}
        if isinstance(error, AssertionError) and exercise.raised_in(error):
            text = readable(str(error), 500).strip()
            return Message.own_words(text, "wrong") if text else Message("no_reason", told)
        return Message("odd", {"error": type(error).__name__} | told)


def _cleaned(said: Said) -> Said:
    """What a case says, as a record keeps it: the parts that come from the student's code are cut,
    and have no control characters."""
    if isinstance(said, Message) and "text" in said.details:
        text = readable(str(said.details["text"]), 500).strip()
        return Message.own_words(text, readable(said.id, 60)) if text else Message("no_reason")
    return said_from(_readable_data(said.as_dict()))


def _readable_data(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _readable_data(one) for key, one in value.items()}
    return readable(value, 500) if isinstance(value, str) else value
