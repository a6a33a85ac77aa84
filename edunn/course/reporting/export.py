"""Grades for other systems: files that Canvas and Moodle import, and Gradescope's results.json.

Nobody who is not graded, or has handed in nothing, gets a zero. What a system does with an empty
cell is in its source. Canvas shows it as a change before it imports (lib/gradebook_importer.rb).
Moodle makes it 0 in a new column, and erases the grade in an old one
(grade/import/csv/classes/load_data.php): there it is "-", and whoever has no grade has no row.

Canvas finds a student by ID, then by the columns of SIS, and wants these columns in the order of
its own export, up to "Section"; every other column is an assignment, "TITLE (NUMBER)" an old one.
So lateness has no column there. Where the roster is Canvas's own gradebook, what stands before the
assignments goes back as it came.

Moodle's grading worksheet (mod/assign/feedback/offline/importgradeslib.php) needs the columns
Identifier, Grade and "Last modified (grade)", by the names in the language of who imports it, and
skips rows without a grade. A column of feedback would replace what is there: it is left out.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from edunn.course.errors import CourseError
from edunn.course.gradescope.results import results
from edunn.course.grading.grade import Grade
from edunn.course.reporting.classroom import Sheet, read_sheets
from edunn.course.reporting.grades_csv import harmless, is_late, lateness, number
from edunn.course.reporting.messages import about_lateness
from edunn.course.submissions.roster import CANVAS, GRADE, NUMBERS, WORKSHEET, Roster, plain

CANVAS_IDS = {"ID": "canvas_id", "SIS User ID": "sis_id", "SIS Login ID": "login"}
MOODLE = {"Email address": "email", "ID number": "sis_id"}
MAXIMUM = {"maximumgrade", "calificaciónmáxima"}
UNLOCKED = {  # Moodle's column that says Yes or No ('gradecanbechanged' of mod/assign's languages)
    "gradecanbechanged", "lacalificaciónpuedesercambiada", "lacalificaciónpuedecambiarse",
}  # fmt: skip
NO_MARK = {"EX", "N/A"}  # Canvas's: excused, or not assigned (lib/gradebook_exporter.rb)
WORKSHEET_COLUMNS = {
    *GRADE, *MAXIMUM, "identifier", "identificador", "fullname", "nombrecompleto", "emailaddress",
    "direccióndecorreo", "lastmodifiedgrade", "últimamodificacióncalificación",
}  # fmt: skip


@dataclass
class Exported:
    """What was written, and what was not. The lists have a line for each student and exercise."""

    path: Path
    empty: list[str] = field(default_factory=list)  # no grade, and why
    waiting: list[str] = field(default_factory=list)  # exported, but a person will add points
    late: list[str] = field(default_factory=list)  # exported, and what was taken off for it
    above: list[str] = field(default_factory=list)  # exported, with more than all points
    replaced: list[str] = field(default_factory=list)  # exported, over another mark that was there
    kept: list[str] = field(default_factory=list)  # not exported: the system's own mark stays
    zeros: list[str] = field(default_factory=list)  # written, but Moodle passes over a 0
    strangers: list[str] = field(default_factory=list)  # graded, and not in the roster
    new: list[str] = field(default_factory=list)  # columns that the gradebook given does not have
    written: dict[tuple[str, str], Grade] = field(default_factory=dict)  # by student and exercise

    @property
    def grades(self) -> int:
        """How many were written."""
        return len(self.written)

    def mark(self, student: str, exercise: str, old: str, new: str, locked: bool) -> str:
        """What is written where the system has a mark already. locked: whether it must stay; it
        also stays where there is no new one, as an empty cell erases it"""
        about = f"{student}: {exercise}"
        if not new or _as_number(old) == _as_number(new):
            return new or harmless(old)
        if locked:
            self.kept.append(f"{about}: {old}, not {new}")
            del self.written[student, exercise]
            return harmless(old)
        if old.strip(" -"):
            self.replaced.append(f"{about}: {old} becomes {new}")
        return new


def export_grades(
    kind: str, out: Path, only: str = "", roster: Roster | None = None, column: str = ""
) -> Exported:
    """Write the grades in `out` for "canvas", "moodle" or "gradescope".

    only: one exercise, by its full name; by default all
    roster: by default the one that was used for grading
    column: what the other system calls the exercise, such as Canvas's "Exercise 2 (4711)"
    """
    _, sheets = read_sheets(out, only)
    roster = roster or Roster.kept(out)
    if kind != "gradescope" and roster is None:
        lists = {"canvas": "its gradebook (Grades, Export)", "moodle": "its grading worksheet"}
        raise CourseError(
            f"{kind} knows students by other names: it takes a --roster, such as {lists[kind]}"
        )
    if column and len(sheets) > 1:
        raise CourseError(f"one column for {len(sheets)} exercises: name the exercise as well")
    if kind == "gradescope" or roster is None:
        return _write_gradescope(sheets, out / "gradescope")
    columns = [column or _column_of(sheet, roster) for sheet in sheets]
    write = {"canvas": _write_canvas, "moodle": _write_moodle}[kind]
    if kind == "moodle" and roster.kind == WORKSHEET:
        write = _write_worksheet
    result = write(sheets, columns, roster, out / f"{kind}.csv")
    if kind == roster.kind == CANVAS:
        result.new = [column for column in columns if column not in roster.header]
    return result


def _column_of(sheet: Sheet, roster: Roster) -> str:
    """What the other system calls the exercise, where the roster is its own list and says so."""
    wanted = {plain(sheet.title), plain(sheet.name)}
    titles = {cell: re.sub(r" \(\d+\)$", "", cell) for cell in roster.header}
    found = [cell for cell, title in titles.items() if cell != title and plain(title) in wanted]
    return found[0] if roster.kind == CANVAS and len(found) == 1 else sheet.title


def _grade_of(grade: Grade | None) -> tuple[str, str]:
    """(points as text, why there are none): one of them is empty."""
    if grade is None:
        return "", "nothing handed in"
    if grade.points is None:
        return "", f"not graded: {grade.record.reason}"
    if not grade.record.handed_in and not grade.points:
        return "", "nothing handed in"
    return number(grade.points), ""


def _in_roster(sheet: Sheet, roster: Roster, result: Exported) -> dict[str, Grade]:
    """The grades, by the names that students have in the roster: found by the number that Canvas or
    Moodle has for them, else by name."""
    found: dict[str, Grade] = {}
    for grade in sheet.grades:
        origin = sheet.origins[grade.record.student]
        numbered = origin.get("system") in NUMBERS
        student, ids = grade.record.student, origin.get("ids", [])
        name = roster.find_number(origin["system"], ids, student) if numbered else None
        name = name or roster.find([student])
        if name is None:
            result.strangers.append(f"{grade.record.student}: {sheet.name}")
        elif name in found:
            both = f"{found[name].record.student} and {grade.record.student}"
            raise CourseError(
                f"{sheet.name}: {both} are both {name} in the roster: edunn forget the one whose "
                "work does not count"
            )
        else:
            found[name] = grade
    return found


def rows(
    sheets: list[Sheet], roster: Roster, nothing: str, result: Exported
) -> list[tuple[dict[str, str], list[str]]]:
    """(row of the roster, its points in each exercise), in the order of the roster.

    nothing: what stands for no grade    result: notes what is written, and what is not
    """
    by_sheet = [_in_roster(sheet, roster, result) for sheet in sheets]
    if result.strangers and not any(by_sheet):
        names = sorted({grade.record.student for sheet in sheets for grade in sheet.grades})
        raise CourseError(roster.no_match(names))
    table = []
    for row in roster.rows:
        name, cells = row["student"], []
        for sheet, grades in zip(sheets, by_sheet):
            grade = grades.get(name)
            points, why = _grade_of(grade)
            if why:
                result.empty.append(f"{name}: {sheet.name}: {why}")
            elif grade and grade.waiting:
                result.waiting.append(f"{name}: {sheet.name}: {', '.join(grade.waiting)}")
            if grade and not why:
                result.written[name, sheet.name] = grade
                result.late += note_late(sheet, grade, name)
                result.above += _note_above(sheet, grade, name)
            cells.append(points or nothing)
        table.append((row, cells))
    return table


def identity(row: dict[str, str], columns: dict[str, str], system: str) -> list[str]:
    """How a system knows a student; these must arrive as they are, so none is quoted."""
    values = [row.get(column, "") for column in columns.values()]
    wanted = " or ".join(columns.values())
    if not any(column in row for column in columns.values()):
        raise CourseError(f"the roster has no column {wanted}: {system} knows students by it")
    if not any(values):
        raise CourseError(f"the roster has no {wanted} of {row['student']}")
    for value in values:
        if harmless(value) != value:
            raise CourseError(f"the roster: {value!r} of {row['student']} looks like a formula")
    return values


def _write_canvas(sheets: list[Sheet], columns: list[str], roster: Roster, path: Path) -> Exported:
    """A gradebook that Canvas imports; a column with a new name makes a new assignment there."""
    result = Exported(path)
    most = [number(sheet.grades[0].max_points) for sheet in sheets]
    given = roster.kind == CANVAS
    before = ["Student", *CANVAS_IDS, "Section"]
    if given:
        before = roster.header[: roster.header.index("Section") + 1]
        _same_points_possible(sheets, columns, roster)
    there = [roster.header.index(one) if given and one in roster.header else -1 for one in columns]
    possible = ["    Points Possible", *[""] * (len(before) - 1), *most]
    lines = [[*before, *map(harmless, columns)], possible]
    for i, (row, points) in enumerate(rows(sheets, roster, "", result)):
        ids = identity(row, CANVAS_IDS, "Canvas")
        name, section = row.get("name") or row["student"], row.get("section", "")
        who = [harmless(name), *ids, harmless(section)]
        if given:
            cells = roster.cells[i][: len(before)]
            who = [*map(harmless, cells), *[""] * (len(before) - len(cells))]
            own = [roster.cells[i][k] if 0 <= k < len(roster.cells[i]) else "" for k in there]
            points = [
                result.mark(row["student"], sheet.name, old, new, old.strip() in NO_MARK)
                for sheet, old, new in zip(sheets, own, points)
            ]
        lines.append([*who, *points])
    _write_lines(lines, path)
    return result


def _same_points_possible(sheets: list[Sheet], columns: list[str], roster: Roster) -> None:
    """Raise CourseError where an assignment has other points in Canvas: it takes no others from a
    file, and 10 would become 10 of 20."""
    there = dict(zip(roster.header, roster.possible))
    for sheet, column in zip(sheets, columns):
        most = sheet.grades[0].max_points
        if _as_number(there.get(column, "")) not in (None, most):
            raise CourseError(
                f"{sheet.name} has {number(most)} points, {column} in Canvas {there[column]}: "
                "give it as many"
            )


def _write_moodle(sheets: list[Sheet], columns: list[str], roster: Roster, path: Path) -> Exported:
    """A CSV whose first columns are mapped to "useremail" or "useridnumber" at the import; what
    came late stands in columns that are mapped to nothing."""
    result = Exported(path)
    several = len(sheets) > 1
    named = [_late_columns(s, f": {c}" * several) for s, c in zip(sheets, columns)]
    late = [column for some in named for column in some]
    lines = [[*MOODLE, *map(harmless, columns), *map(harmless, late)]]
    for row, points in rows(sheets, roster, "-", result):
        ids = identity(row, MOODLE, "Moodle")
        if set(points) != {"-"}:
            marks = [cell for sheet in sheets for cell in _late_in(result, row, sheet)]
            lines.append([*ids, *points, *marks])
    _write_lines(lines, path)
    return result


def _late_in(result: Exported, row: dict[str, str], sheet: Sheet) -> list[str]:
    """Whether it came late; and the points before anything was taken off, if there is a deadline"""
    grade = result.written.get((row["student"], sheet.name))
    said = lateness(grade) if grade else ""
    return [said] if not sheet.deadlines.rows else [said, number(grade.before) if grade else ""]


def _late_columns(sheet: Sheet, of: str = "") -> list[str]:
    """The names of the columns that `_late_in` fills."""
    return [f"late{of}", f"points before the penalty{of}"][: 2 if sheet.deadlines.rows else 1]


def note_late(sheet: Sheet, grade: Grade, name: str = "") -> list[str]:
    """A line for a submission that came late, or of which nobody knows when. name: of the student,
    where it is not that of the record"""
    name = name or grade.record.student
    if not lateness(grade):
        return []
    known = "" if is_late(grade) else ": when is not known"
    taken = f": {number(grade.before)} - {number(grade.penalty)}" if grade.penalty else ""
    total = f" = {number(grade.points)}" if taken else ""
    return [f"{name}: {sheet.name}{known}{taken}{total}"]


def _note_above(sheet: Sheet, grade: Grade, name: str) -> list[str]:
    """A line for a grade of more than all points, which only a person can give."""
    if grade.points is None or grade.points <= grade.max_points:
        return []
    return [f"{name}: {sheet.name}: {number(grade.points)} of {number(grade.max_points)}"]


def _write_worksheet(
    sheets: list[Sheet], columns: list[str], roster: Roster, path: Path
) -> Exported:
    """Moodle's own worksheet of an assignment, with the grades in it."""
    if len(sheets) != 1:
        raise CourseError(
            f"a worksheet of Moodle is of one assignment, here are {len(sheets)} exercises: name it"
        )
    came = {who: one for who, one in sheets[0].origins.items() if one.get("system") == "moodle"}
    if roster.numbers_others((who, one.get("ids", [])) for who, one in came.items()):
        raise CourseError(
            f"the roster is the worksheet of another assignment: it has people who handed in "
            f"{sheets[0].name}, but none of their numbers there"
        )
    result, spelled = Exported(path), [plain(cell) for cell in roster.header]
    most = sheets[0].grades[0].max_points
    where = {spelled.index(name) for name in spelled if name in WORKSHEET_COLUMNS}
    grade = next(i for i in sorted(where) if spelled[i] in GRADE)
    limit = next((i for i in sorted(where) if spelled[i] in MAXIMUM), None)
    unlocked = next((i for i, name in enumerate(spelled) if name in UNLOCKED), None)
    lines = [[roster.header[i] for i in sorted(where)] + _late_columns(sheets[0])]
    for cells, (row, (points,)) in zip(roster.cells, rows(sheets, roster, "", result)):
        identity(row, {"Identifier": "moodle_id"}, "Moodle")
        if limit is not None and _as_number(cells[limit]) != most:
            raise CourseError(
                f"{sheets[0].name} has {number(most)} points, the assignment in Moodle "
                f"{cells[limit]}: give it as many"
            )
        locked = unlocked is not None and cells[unlocked].strip().casefold() == "no"
        student, exercise = row["student"], sheets[0].name
        if points == "0" and not locked and _as_number(cells[grade]) != 0:
            # process_import_grades of feedback/offline/locallib.php
            result.zeros.append(f"{student}: {exercise}")
        points = points and result.mark(student, exercise, cells[grade], points, locked)
        if points:
            new = [points if i == grade else harmless(cells[i]) for i in sorted(where)]
            lines.append([*new, *_late_in(result, row, sheets[0])])
    _write_lines(lines, path)
    return result


def _as_number(cell: str) -> float | None:
    """The number that a cell holds, with a point or a comma; None if it is none."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None


def _write_lines(lines: list[list[str]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)


def _write_gradescope(sheets: list[Sheet], folder: Path) -> Exported:
    """EXERCISE/STUDENT.json, each a results.json; none for a student who is not graded."""
    result = Exported(folder)
    for sheet in sheets:
        (folder / sheet.name).mkdir(parents=True, exist_ok=True)
        for grade in sheet.grades:
            name, path = grade.record.student, folder / sheet.name / f"{grade.record.student}.json"
            path.unlink(missing_ok=True)
            _, why = _grade_of(grade)
            if why:
                result.empty.append(f"{name}: {sheet.name}: {why}")
                continue
            if grade.waiting:
                result.waiting.append(f"{name}: {sheet.name}: {', '.join(grade.waiting)}")
            result.late += note_late(sheet, grade)
            result.above += _note_above(sheet, grade, name)
            result.written[name, sheet.name] = grade
            marks, comments = sheet.marks.get(name, {}), sheet.comments.get(name, {})
            about = results(grade.record, grade.points, sheet.labels, marks, comments)
            about["output"] = "\n".join(filter(None, [about["output"], *about_lateness(grade)]))
            path.write_text(json.dumps(about, indent=1), encoding="utf-8")
    return result
