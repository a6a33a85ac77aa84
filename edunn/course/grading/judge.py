"""Judge one submission: run its cells in a worker, decide every point here from hidden cases."""

from __future__ import annotations

import time
from typing import Any

from edunn.course.hidden_tests.cases import Case, Student, Wrong, own_secret, random_inputs
from edunn.course.sandbox.library import Library
from edunn.course.submissions.normalise import NormalisedSubmission, one_line, readable
from edunn.course.grading.records import NOT_GRADED, STUDENT_ERROR, Record, CellResult
from edunn.course.sandbox.process import ForkServer, Limits, Worker
from edunn.course.grading.output_limits import OutputLimits
from edunn.course.notebooks.solution import grade_id, is_kind
from edunn.course.sandbox.protocol import ProtocolError, LimitError, ProtocolTimeout
from edunn.course.sandbox.worker import MAX_OUTPUT

MOST_LEFT_OUT = 3  # cells of a student's own that take too long


class Judge:
    """Judges submissions of one assignment. cases: by the name of the graded cell."""

    def __init__(
        self, library: Library, cases: dict[str, list[Case]], secret: bytes, limits: Limits
    ):
        self.library, self.cases, self.secret, self.limits = library, cases, secret, limits
        self.server: ForkServer | None = None

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        if self.server:
            self.server.close()
        self.server = None

    def judge(self, student: str, assignment: str, submission: NormalisedSubmission) -> Record:
        """The record of one submission; where a worker does not start, another is tried."""
        started = time.monotonic()
        record = self.new_record(student, assignment, submission)
        if submission.problem:
            record.state, record.reason = STUDENT_ERROR, submission.problem
            self.fail_rest(record, submission, submission.problem)
            return record
        for _ in range(2):
            try:
                record = self.run(student, assignment, submission)
                break
            except (ProtocolError, OSError, MemoryError) as error:
                self.close()  # the next try has a new server
                record = self.new_record(student, assignment, submission)
                record.state = NOT_GRADED
                record.reason = f"the worker did not start: {error}"
        record.seconds = round(time.monotonic() - started, 3)
        return record

    def run(self, student: str, assignment: str, submission: NormalisedSubmission) -> Record:
        """The record of one run; where a cell of the student's own takes too long, of another one
        without it."""
        deadline, left_out = time.monotonic() + self.limits.notebook_seconds, set[str]()
        while True:
            record = self.new_record(student, assignment, submission)
            self.server = self.server or ForkServer(self.library)
            with Worker(self.server, self.limits) as worker:
                slow = Run(self, record, submission, worker, deadline, left_out).all_cells()
            if not slow:
                return record
            left_out.add(slow)

    def new_record(self, student: str, assignment: str, submission: NormalisedSubmission) -> Record:
        record = Record(student, assignment, notes=list(submission.notes))
        cells = submission.notebook["cells"]
        record.order = [cell["id"] for cell in cells]
        if not submission.problem:
            record.answers = {c["id"]: c["source"] for c in cells if is_students(c)}
        return record

    def fail_rest(self, record: Record, submission: NormalisedSubmission, reason: str) -> None:
        """No points for the graded cells that have no verdict yet."""
        done = {verdict.name for verdict in record.results}
        for cell in submission.notebook["cells"]:
            if is_automatic(cell) and cell["id"] not in done:
                points = float(cell["metadata"]["nbgrader"]["points"])
                record.results.append(CellResult(cell["id"], 0.0, points, reason))


def is_students(cell: Any) -> bool:
    """Whether a cell of a normalised notebook holds what the student wrote."""
    return is_kind(cell, "solution") or str(cell["id"]).startswith("extra-")


def is_automatic(cell: Any) -> bool:
    return bool(cell["cell_type"] == "code" and is_kind(cell, "grade"))


class Run:
    """One submission in one worker. What goes wrong once the worker runs is the student's."""

    def __init__(
        self, judge: Judge, record: Record, submission: NormalisedSubmission, worker: Worker,
        deadline: float, left_out: set[str],
    ):  # fmt: skip
        self.judge, self.record, self.submission, self.worker = judge, record, submission, worker
        self.deadline, self.left_out = deadline, left_out
        sources = [cell["source"] for cell in submission.notebook["cells"]]
        self.secret = own_secret(judge.secret, sources)
        self.shown = OutputLimits(judge.library.folder, worker.scratch.path)
        self.lost: ProtocolError | None = None  # why the worker is asked no more
        self.broken = ""  # which of the student's cells stopped last, and why

    def all_cells(self) -> str:
        """Run named cells and the student's own; pictures and play earn nothing and are skipped.
        What comes back is the name of a cell of the student's own that takes too long, or ""."""
        record, limits = self.record, self.judge.limits
        for cell in self.submission.notebook["cells"]:
            own = cell["id"].startswith("extra-")
            if cell["cell_type"] != "code" or not (grade_id(cell) or own):
                continue
            if cell["id"] in self.left_out:
                record.notes.append(f"a cell of your own took over {limits.cell_seconds:g} s: it "
                                    "is left out")  # fmt: skip
                continue
            where = "a cell of your own" if own else f"cell {cell['id']}"
            try:
                self.one_cell(cell)
            except ProtocolTimeout:
                late = time.monotonic() >= self.deadline
                if own and not late and len(self.left_out) < MOST_LEFT_OUT:
                    return str(cell["id"])
                seconds = limits.notebook_seconds if late else limits.cell_seconds
                return self.stop(f"stopped after {seconds:g} s in {where}: an endless loop?")
            except LimitError as error:
                return self.stop(f"stopped in {where}: {error}")
            except ProtocolError:
                return self.stop(f"the process ended in {where}")
        lost = [verdict for verdict in record.results if verdict.reason]
        for name in record.visible if not lost else ():
            record.notes.append(f"cell {name}: hidden cases right, visible check not")
        record.reason = lost[0].reason if lost else ""
        if self.shown.full:
            record.notes.append("the cells print or draw more than is kept")
        return ""

    def stop(self, reason: str) -> str:
        self.record.state, self.record.reason = STUDENT_ERROR, reason
        self.judge.fail_rest(self.record, self.submission, reason)
        return ""

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.lost:  # a late answer would be taken for the next one
            raise self.lost
        left = self.deadline - time.monotonic()
        try:
            return self.worker.ask(request, max(min(left, self.judge.limits.cell_seconds), 0.001))
        except ProtocolError as error:
            self.lost = error
            raise

    def one_cell(self, cell: Any) -> None:
        answer, name = self.ask({"cell": cell["source"]}), cell["id"]
        printed, error = answer.get("printed"), answer.get("error")  # or what the worker says is
        error = error if isinstance(error, list) else []
        said = self.shown.text(
            ": ".join(part for part in error if isinstance(part, str)), MAX_OUTPUT
        )
        if isinstance(printed, str):
            self.record.printed[name] = self.shown.text(printed, MAX_OUTPUT + 100)
        if drawn := self.shown.pictures(answer.get("figures")):
            self.record.figures[name] = drawn
        if not is_automatic(cell):
            if said and is_kind(cell, "solution"):
                self.broken = f"; cell {name} stopped with {one_line(said)}"
            return
        if error:
            self.record.visible[name] = said
        points = float(cell["metadata"]["nbgrader"]["points"])
        reason, id = self.first_wrong(name)
        if self.lost:  # a check takes what ends the worker for an error of the layer's
            raise self.lost
        reason += self.broken if "does not define" in reason else ""
        self.record.results.append(CellResult(name, 0.0 if reason else points, points, reason, id))

    def first_wrong(self, name: str) -> tuple[str, str]:
        """What the first hidden case that fails has to say, and its id; "" when all are right."""
        rng = random_inputs(self.secret, self.record.student, name)
        for case in self.judge.cases[name]:
            student = Student(lambda program, start: self.ask({"program": program, "start": start}))
            try:
                case(student, rng)
            except Wrong as wrong:
                text = readable(str(wrong), 500).strip()
                return text or "the check gives no reason", readable(str(wrong.id), 60)
            except (ProtocolError, OSError, MemoryError):
                raise
            except Exception as error:  # of a case that meets an answer nobody thought of
                return (
                    f"the answer cannot be judged ({type(error).__name__}): is it of the kind "
                    "that is asked for?",
                    "odd",
                )
        return "", ""
