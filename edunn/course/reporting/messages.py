"""What pages and tables say of a submission, in a few words."""

from __future__ import annotations

from edunn.course.grading.deadlines import FOR_GRADERS
from edunn.course.grading.grade import Grade
from edunn.course.grading.records import GRADED, NOT_GRADED, STUDENT_ERROR, Record
from edunn.course.messages import Message, Said, explained, sentence, word
from edunn.course.reporting.grades_csv import number
from edunn.course.reporting.remarks import remarks

_STATES = {
    GRADED: "state_graded",
    STUDENT_ERROR: "state_student_error",
    NOT_GRADED: "state_not_graded",
}


def state(record: Record) -> str:
    """The state of a record, in the language that is set."""
    return word(_STATES[record.state])


def brief(grade: Grade) -> str:
    """What went wrong first, without the hint."""
    record = grade.record
    if record.state == GRADED and record.lost and record.lost[0].why:
        return ": ".join(filter(None, explained(record.lost[0].why)[:2]))
    return grade.reason or ("nothing" if grade.points == grade.max_points else "")


def about_lateness(grade: Grade) -> list[str]:
    """What is known of when it came, and what that costs; nothing where there is no deadline."""
    known = grade.lateness.said if grade.lateness else ()
    said = [f"{sentence(one)}." for one in known if one.id not in FOR_GRADERS]
    if grade.penalty:
        points, before, after = map(number, (grade.penalty, grade.before, grade.points))
        said.append(word("penalty_taken", points=points, before=before, after=after))
    return said


def concerns(record: Record) -> list[Said]:
    """Why an instructor should look at a submission, the most serious reason first."""
    found: list[Said] = []
    if record.state == NOT_GRADED:
        found.append(Message("not_graded", {"why": record.problem or ""}))
    if record.state == STUDENT_ERROR and record.problem:
        found.append(record.problem)
    for result in record.lost:
        ran = record.state == GRADED and result.name in record.printed
        if ran and result.name not in record.visible:
            found.append(Message("visible_right", {"cell": result.name}))
    return [*found, *record.notes, *remarks(record.answers)]
