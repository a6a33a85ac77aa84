"""What grading found out about each submission, and the file that keeps it.

Records are data: why points were lost is a Finding or a Message, and becomes text where it is read.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from edunn.course.messages import Message, Said, said_from, sentence
from edunn.files import write_whole

GRADED, STUDENT_ERROR, NOT_GRADED = "graded", "student error", "not graded"
# what earlier versions said; records and lists of what was handed in still hold it
SAID_BEFORE = ("several_notebooks", "handed_in_again")
UNUSABLE = frozenset({  # why a file that is there cannot be judged, which its student can mend
    "file_empty", "file_large", "file_unreadable", "file_no_notebook", "file_no_cells",
    "zip_broken", "not_this_exercise", "several_differ", "no_notebook", "please_submit",
})  # fmt: skip
DROPPED = frozenset({"points_dropped", "comment_dropped"})  # given for an answer before this one
EARLIER_KEPT = "earlier_kept"  # of other notebooks that a student handed in before
OF_GRADERS = frozenset({"not_in_roster", "name_shared", "other_name", EARLIER_KEPT})
FORMAT = 2  # of a record's file; in format 1, of edunn 0.1, there were sentences instead of data


@dataclass(frozen=True)
class CellResult:
    """What one graded cell earned. why: the reason for missing points; None if there are none"""

    name: str
    points: float
    max_points: float
    why: Said | None = None

    @property
    def reason(self) -> str:
        """Why points are missing, in a sentence for the student; "" if none are."""
        return sentence(self.why) if self.why else ""

    @property
    def fault(self) -> str:
        """The same for the author of the exercise: where a hidden case has failed itself, its line
        and its error. No student reads it."""
        return str(getattr(self.why, "details", {}).get("fault", self.reason))

    def as_dict(self) -> dict[str, Any]:
        """Plain data, of which `from_dict` makes an equal result."""
        why = self.why.as_dict() if self.why else None
        return {
            "name": self.name, "points": self.points, "max_points": self.max_points, "why": why
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CellResult:
        """The result of which `as_dict` gave the data."""
        why = said_from(data["why"]) if data["why"] else None
        return cls(data["name"], data["points"], data["max_points"], why)


class Mark(NamedTuple):
    """What the gradebook says of one cell.

    waiting: a person must still grade it    by_hand: a person gave these points
    """

    points: float
    max_points: float
    waiting: bool
    by_hand: bool


@dataclass
class Record:
    """All that grading found out about one submission.

    state: GRADED, STUDENT_ERROR or NOT_GRADED    problem: why it is one of the last two
    printed, figures, visible, answers: by cell: what its run printed; the PNG files that it drew,
    in base64; what the notebook's own check said; what the student wrote
    pictures: the names of those in the student's texts, by cell
    order: the cells, as they were run    key: what was judged, and by what: `fingerprint.key_of`
    notes: what was odd about the submission
    """

    student: str
    assignment: str
    state: str = GRADED
    problem: Message | None = None
    results: list[CellResult] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)
    figures: dict[str, list[str]] = field(default_factory=dict)
    visible: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, list[str]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    key: str = ""
    notes: list[Message] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def points(self) -> float:
        return sum(result.points for result in self.results)

    @property
    def lost(self) -> list[CellResult]:
        """The cells that did not earn all of their points."""
        return [result for result in self.results if result.why]

    @property
    def why(self) -> Said | None:
        """Why points are missing, or why there are none: the first reason."""
        return self.problem or next((result.why for result in self.lost), None)

    @property
    def reason(self) -> str:
        """The same in a sentence; "" if all is right."""
        return sentence(self.why) if self.why else ""

    @property
    def told(self) -> list[Message]:
        """The notes for the student: without those about the roster and the folders, with which
        only a grader can do anything."""
        return [note for note in self.notes if note.id not in OF_GRADERS]

    @property
    def handed_in(self) -> bool:
        """Whether there was a notebook to judge."""
        problem = self.problem and self.problem.details.get("why", self.problem)
        return problem is None or problem != Message("nothing")

    @property
    def is_unusable(self) -> bool:
        """Whether something was handed in that cannot be judged; another file may be."""
        return self.state == NOT_GRADED and bool(self.problem and self.problem.id in UNUSABLE)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, of which `from_dict` makes an equal record."""
        data = {name: getattr(self, name) for name in PLAIN}
        return data | {
            "format": FORMAT,
            "pictures": self.pictures,
            "problem": self.problem.as_dict() if self.problem else None,
            "results": [result.as_dict() for result in self.results],
            "notes": [note.as_dict() for note in self.notes],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Record:
        """The record of which `as_dict` gave the data, here or in edunn 0.1; ValueError, or another
        error, where something in it is of another kind."""
        if "digest" in data and data["digest"] != digest(data):
            raise ValueError("the record is not what was written")
        data = data if "format" in data else _from_format_1(data)
        record = cls(
            **{name: data[name] for name in PLAIN},
            pictures=data.get("pictures", {}),  # which records had not from the beginning
            problem=Message.from_dict(data["problem"]) if data["problem"] else None,
            results=[CellResult.from_dict(one) for one in data["results"]],
            notes=[Message.from_dict(one) for one in data["notes"]],
        )
        for kind, one in ((cls, record), *((CellResult, one) for one in record.results)):
            for name, wanted in _kinds(kind).items():
                if not _fits(getattr(one, name), wanted):
                    raise ValueError(f"{name} is not of the kind that records have")
        return record


def digest(data: Mapping[str, Any]) -> str:
    """The sha256 of a record as data, by which a damaged file is known; not of what differs in
    every run."""
    same = {name: value for name, value in data.items() if name not in ("digest", "seconds", "key")}
    return hashlib.sha256(as_json(same).encode()).hexdigest()


@functools.cache
def _kinds(kind: type) -> dict[str, Any]:
    """The plain fields of a class, with their types."""
    hints = get_type_hints(kind)
    return {name: hints[name] for name in hints if name in (*PLAIN, "name", "points", "max_points")}


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a type made of str, float, list and dict."""
    if origin := get_origin(kind):
        inside = value.values() if isinstance(value, dict) else value
        return isinstance(value, origin) and all(_fits(one, get_args(kind)[-1]) for one in inside)
    return type(value) in ((int, float) if kind is float else (kind,))


PLAIN = [
    "student", "assignment", "state", "printed", "figures", "visible", "answers", "order", "key",
    "seconds",
]  # fmt: skip
NOTHING_IN_FORMAT_1 = "no notebook was handed in"  # format 1 says it in no other way


def _from_format_1(data: Mapping[str, Any]) -> dict[str, Any]:
    """A record of edunn 0.1, as data of today; its sentences stay as they are."""

    def said(text: str, id: str = "own_words") -> dict[str, Any] | None:
        return Message.own_words(text, id).as_dict() if text else None

    state, reason = data["state"], data["reason"]
    problem = said(reason) if state != GRADED else None
    if problem and reason.startswith(NOTHING_IN_FORMAT_1):
        problem = Message("nothing").as_dict()
    results = [
        {**one, "why": said(one["reason"], one["id"] or "own_words")} for one in data["verdicts"]
    ]
    notes = [said(note) for note in data["notes"]]
    return {**data, "problem": problem, "results": results, "notes": notes}


def record_path(store: Path, name: str, student: str) -> Path:
    """Where the record of a student's submission is, or will be."""
    return store / "records" / name / f"{student}.json"


def write_record(store: Path, record: Record) -> None:
    """Write a record, whole or not at all."""
    write_whole(record_path(store, record.assignment, record.student), record_text(record))


def record_text(record: Record) -> str:
    """A record as the text of its file."""
    data = record.as_dict()
    return as_json(data | {"digest": digest(data)})


def read_record(store: Path, name: str, student: str) -> Record | None:
    """The record of an earlier run; None if there is none that can be read, or another's."""
    path = record_path(store, name, student)
    try:
        record = Record.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return record if (record.student, record.assignment) == (student, name) else None


def as_json(data: Any) -> str:
    """Plain data as the text of a file; equal data gives equal text."""
    return json.dumps(data, indent=1, sort_keys=True)
