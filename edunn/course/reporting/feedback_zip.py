"""Feedback as Canvas and Moodle take it back: a zip, with a file for each submission.

Canvas (instructure/canvas-lms, app/models/abstract_assignment.rb:
infer_comment_context_from_filename) finds the submission by the numbers of user and attachment in
the name of a file, and shows the file to the student under the name of their attachment. So it has
the name that it came with, and is what that name says: a notebook, with the points on top.

Moodle (moodle/moodle, mod/assign/feedback/file/importziplib.php: is_valid_filename_for_import)
finds the student, or the team, by the folder's name: NAME_NUMBER_assignsubmission_PLUGIN; what
stands in it is given to them, if it is no copy of what they handed in.
"""

from __future__ import annotations

import html
import json
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from nbformat.v4 import new_markdown_cell

from edunn.course.errors import CourseError
from edunn.course.grading.archive import Archive
from edunn.course.grading.grade import Grade, rebuilt
from edunn.course.messages import sentence, word
from edunn.course.reporting.classroom import Sheet
from edunn.course.reporting.export import Exported
from edunn.course.reporting.grades_csv import number
from edunn.course.reporting.html import write_all
from edunn.course.reporting.messages import about_lateness
from edunn.course.submissions.lms import CANVAS, CANVAS_ANONYMOUS, MOODLE, NOTEBOOK


def write_feedback_zips(kind: str, out: Path, only: str = "") -> list[Exported]:
    """A zip in `out` for each exercise, KIND-feedback-EXERCISE.zip; all pages are written anew.

    kind: "canvas" or "moodle"    only: one exercise, by its full name
    """
    if kind not in ("canvas", "moodle"):
        raise CourseError(f"{kind} takes no feedback from a zip: canvas and moodle do")
    sheets = [sheet for sheet in write_all(out) if only in ("", sheet.name)]
    if not sheets:
        raise CourseError(f"{out} has no records of {only}: first edunn grade")
    return [_write_zip(kind, out, sheet) for sheet in sheets]


def _write_zip(kind: str, out: Path, sheet: Sheet) -> Exported:
    """The zip of one exercise, whole or not at all."""
    archive = Archive(out / "handed_in" / sheet.name)
    result = Exported(out / f"{kind}-feedback-{sheet.name}.zip")
    files, given = dict[str, bytes](), dict[str, list[Grade]]()
    for grade in sheet.grades:
        student = grade.record.student
        origin = archive[student].origin if student in archive else {}
        path = origin.get("path", "") if origin.get("system") == kind else ""
        name = _canvas_name(path) if kind == "canvas" else _moodle_name(path, sheet.name)
        if not name:
            result.empty.append(f"{student}: {sheet.name}: no notebook of theirs came from {kind}")
            continue
        given.setdefault(name, []).append(grade)
    for name, team in given.items():  # a file of a team goes to all of it
        if any(_told(sheet, one) != _told(sheet, team[0]) for one in team):
            why = "others of the team, who would get the same file, have other points or remarks"
            result.empty += [f"{one.record.student}: {sheet.name}: {why}" for one in team]
            continue
        result.written |= {(one.record.student, sheet.name): one for one in team}
        page = out / "feedback" / sheet.name / f"{team[0].record.student}.html"
        files[name] = page.read_bytes() if kind == "moodle" else _notebook(sheet, team[0])
    partial = result.path.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in sorted(files.items()):
            zipped.writestr(name, content)
    partial.replace(result.path)
    return result


def _told(sheet: Sheet, grade: Grade) -> tuple[Any, ...]:
    """What feedback tells one student that it may not tell another."""
    comments = sheet.comments.get(grade.record.student, {})
    return grade.points, grade.before, about_lateness(grade), comments, grade.record.reason


def _canvas_name(path: str) -> str:
    """The name by which Canvas knows a file again; "" for one that is no notebook of a download."""
    name = PurePosixPath(path).name
    match = CANVAS_ANONYMOUS.match(name) or CANVAS.match(name)
    return name if match and match["file"] and NOTEBOOK.search(name) else ""


def _moodle_name(path: str, exercise: str) -> str:
    """Where Moodle looks for a student's feedback; "" where it cannot know whose it is."""
    top, _, inside = path.partition("/")
    match = MOODLE.match(top)
    if not match or not match["id"]:
        return ""
    if inside:
        return f"{top}/{exercise}.html"
    folder = top[: match.start("file") - 1] if match["file"] else top
    return f"{folder}_{exercise}.html"


def _notebook(sheet: Sheet, grade: Grade) -> bytes:
    """What a student handed in, with the points and why some are missing on top."""
    notebook: Any = rebuilt(sheet.notebook, grade.record)
    cell = new_markdown_cell(_summary(sheet, grade), id="edunn-feedback")
    notebook["cells"] = [cell, *notebook["cells"]]
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode("utf-8", "replace")


def _summary(sheet: Sheet, grade: Grade) -> str:
    """The feedback as Markdown."""
    record, student = grade.record, grade.record.student
    marks, comments = sheet.marks.get(student, {}), sheet.comments.get(student, {})
    lines = [f"# {sheet.title}: {html.escape(sheet.roster.called(student) or student)}", ""]
    if grade.points is None:
        lines.append(word("page_not_graded_yet", why=record.reason))
    else:
        most = number(grade.max_points)
        lines.append(f"**{word('page_score', points=number(grade.points), most=most)}**")
        lines += about_lateness(grade)
    lines.append("")
    reasons = {result.name: result for result in record.results}
    for name in dict.fromkeys([*reasons, *marks]):
        result, mark = reasons.get(name), marks.get(name)
        points = mark.points if mark else result.points if result else 0.0
        most_here = mark.max_points if mark else result.max_points if result else 0.0
        got = "?" if mark and mark.waiting else number(points)
        said = word("page_points_of", points=got, most=number(most_here))
        why = sentence(result.why, sheet.labels) if result and result.why else ""
        more = [why, word("page_waits") if mark and mark.waiting else "", comments.get(name, "")]
        text = " ".join(html.escape(one).replace("\n", " ") for one in more if one)
        lines.append(f"- {html.escape(sheet.labels.get(name, name))}: {said}. {text}".rstrip())
    notes = [f"- {html.escape(sentence(note, sheet.labels))}" for note in record.told]
    return "\n".join([*lines, "", *notes])
