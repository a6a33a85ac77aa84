"""What a grading run leaves behind: grades.csv, a feedback page for each student, and the page of
the class for its instructors. The same records and gradebook always give the same files.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from edunn.course.grading.grade import Grade
from edunn.course.grading.pictures import base64_pictures
from edunn.course.grading.records import STUDENT_ERROR
from edunn.course.messages import explained, language, sentence, word
from edunn.course.reporting.classroom import Sheet, read_sheets
from edunn.course.reporting.grades_csv import number, write_csv
from edunn.course.reporting.messages import about_lateness, concerns
from edunn.course.reporting.term import term_of
from edunn.course.submissions.normalise import is_extra, is_extra_text
from edunn.course.submissions.pictures import mime_of
from edunn.course.text import as_in_terminal

TEMPLATES = Path(__file__).with_name("templates")


def _visible(value: Any) -> Any:
    """A text for a page; characters that cannot be seen, or that turn a line around, as U+...."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "".join(c if c.isprintable() or c in "\n\t" else f"[U+{ord(c):04X}]" for c in value)
    return value


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.?])\s", text, maxsplit=1)[0]


def environment() -> jinja2.Environment:
    """The templates' environment. All that goes into a page is escaped; a page may run no script
    but the one that its hash names, and load nothing."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"number": number, "plain": as_in_terminal, "first_sentence": _first_sentence}
    made.filters |= {"explained": explained, "sentence": sentence}
    made.filters["mime"] = mime_of
    made.tests |= {"extra": is_extra, "text": is_extra_text}
    made.globals |= {"word": word, "language": language}
    for name in ("style.css", "sort.js"):
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        short = name.partition(".")[0]
        made.globals |= {short: Markup(text), f"{short}_hash": Markup(f"'sha256-{digest}'")}
    return made


def write_feedback(grades: list[Grade], notebook: Any, folder: Path) -> None:
    """One HTML page for each student, without the gradebook. notebook: as it was released"""
    name = grades[0].record.assignment if grades else ""
    _write_sheet(Sheet(name, notebook, grades), folder)


def _write_sheet(sheet: Sheet, folder: Path) -> None:
    """One HTML page for each student, with what the gradebook says of each cell."""
    template = environment().get_template("feedback.html")
    folder.mkdir(parents=True, exist_ok=True)
    written = {c["id"] for c in sheet.notebook["cells"] if c["cell_type"] == "markdown"}
    for grade in sheet.grades:
        student = grade.record.student
        page = template.render(
            title=sheet.title,
            called=sheet.roster.called(student),
            labels=sheet.labels,
            written=written,
            grade=grade,
            lateness=about_lateness(grade),
            requests=[one for one in sheet.requests if one.student == student],
            record=grade.record,
            stopped=grade.record.problem if grade.record.state == STUDENT_ERROR else None,
            marks=sheet.marks.get(student, {}),
            comments=sheet.comments.get(student, {}),
            pictures=base64_pictures(sheet.store, grade.record) if sheet.store else {},
        )
        (folder / f"{student}.html").write_text(page, encoding="utf-8")


def write_page(sheets: list[Sheet], out: Path) -> None:
    """report.html: the class in all its exercises."""
    by_student = {
        sheet.name: {grade.record.student: grade for grade in sheet.grades} for sheet in sheets
    }
    called = {row["student"]: row.get("name", "") for sheet in sheets for row in sheet.roster.rows}
    about = {
        "sheets": sheets,
        "students": sorted(set().union(called, *by_student.values())),
        "called": called if any(called.values()) else {},
        "by_student": by_student,
        "concerns": concerns,
        "out": shlex.quote(str(out.resolve())),
    }
    page = environment().get_template("report.html").render(about)
    (out / "report.html").write_text(page, encoding="utf-8")


def write_term(sheets: list[Sheet], out: Path) -> None:
    """term.html: everybody over all exercises."""
    page = environment().get_template("term.html").render(term=term_of(sheets))
    (out / "term.html").write_text(page, encoding="utf-8")


def write_all(out: Path) -> list[Sheet]:
    """grades.csv, feedback/, report.html and term.html of all that has been graded in `out`."""
    _, sheets = read_sheets(out)
    for sheet in sheets:
        _write_sheet(sheet, out / "feedback" / sheet.name)
    write_csv([grade for sheet in sheets for grade in sheet.grades], out / "grades.csv")
    write_page(sheets, out)
    write_term(sheets, out)
    return sheets
