"""Build the notebooks that students get, and prove them before anybody gets them.

A build that cannot be proved changes nothing: the release that was there before stays.
"""

from __future__ import annotations

import ast
import multiprocessing
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import nbformat

from edunn.course.authoring.edited import not_edited
from edunn.course.authoring.overview import overview
from edunn.course.authoring.translate import translated
from edunn.course.errors import CourseError
from edunn.course.grading.gradebook import release_bytes
from edunn.course.grading.judge import Judge
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.notebooks.kernel import end_quietly, run_in_kernel
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import graded_code, is_kind, not_written, solution_lines, todos
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.normalise import NormalisedSubmission
from edunn.files import write_whole

SAID = re.compile(r"\((\d+(?:[.,]\d+)?) (?:points?|puntos?)\b[^)]*\)")
TELLING = 12  # characters of a right side that give the answer away
TOLD = re.compile(r"^\| *(?:Points|Puntos) *\|([^|]*)\|", re.MULTILINE)
Progress = Callable[[str], None]


def build_exercise(course: Course, name: str, progress: Progress = lambda step: None) -> list[str]:
    """Build one assignment into assignments/, and return a sentence for each thing proved.

    Raises CourseError, which names the cell, where something cannot be proved.
    """
    course.has_own_number(name)
    not_edited(course, name)
    progress("blanking the solution")
    solution = course.solution(name)
    release = release_bytes(solution, name)
    blank = nbformat.reads(release.decode(), as_version=4)
    proofs = []
    for prove in (
        lambda: _reproducible(course.solution(name), name, release),
        lambda: no_solution_left(solution, blank),
        lambda: can_fail(blank),
        lambda: points_as_said(solution),
        lambda: solution_passes(solution),
        lambda: blank_fails(blank, todos(solution)),
        lambda: _grader_agrees(course, name, solution, blank),
    ):
        sentence = prove()
        progress(sentence)
        proofs.append(sentence)
    not_edited(course, name)  # while this was proved
    releases = {"": release} | in_other_languages(course, name, blank)
    for content in releases.values():
        points_as_said(nbformat.reads(content.decode(), as_version=4))
    for language, content in releases.items():
        write_whole(course.release_path(name, language), content)
    return proofs


def in_other_languages(course: Course, name: str, release: Any) -> dict[str, bytes]:
    """{language: the bytes of the translated release}"""
    return {
        language: (nbformat.writes(translated(release, text, language)) + "\n").encode()
        for language, text in course.translations(name).items()
    }


def build_exercises(
    course: Course, names: list[str], workers: int = 2
) -> Iterator[tuple[str, list[str] | CourseError]]:
    """Build several assignments at once; yields (name, what was proved or why not), in order."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, end_quietly) as pool:
        jobs = [pool.submit(build_exercise, course, name) for name in names]
        try:
            for name, job in zip(names, jobs):
                try:
                    yield name, job.result()
                except CourseError as error:
                    yield name, error
        finally:
            pool.shutdown(cancel_futures=True)  # Ctrl-C: what has not begun is dropped


def write_overview(course: Course) -> str:
    """Write the course's first page, once all its assignments are built; a sentence on what was
    done."""
    missing = [name for name in course.assignments() if not course.release_path(name).exists()]
    if missing:
        return f"assignments/README.md is not written: {', '.join(missing)} not built yet"
    write_whole(course.root / "assignments" / "README.md", overview(course).encode())
    return "assignments/README.md is written"


def _reproducible(solution: Any, name: str, release: bytes) -> str:
    if release_bytes(solution, name) != release:
        raise CourseError(f"{name}: two builds of the same source differ")
    return "a second build is the same, byte for byte"


def no_solution_left(solution: Any, blank: Any) -> str:
    """Prove that no line of a solution is in the release, not even in its metadata, or within a
    line of a hint; and that no cell for an answer quotes what it is to compute."""
    texts = _strings(blank)
    given = {line.strip() for text in texts for line in text.split("\n")}
    within = "\0".join(map(_spaced, texts))
    around = {cell["id"]: _spaced(cell["source"]) for cell in blank["cells"]}
    lines = list(solution_lines(solution))
    for cell, line in lines:
        if not _tells(line):
            continue
        value = _value_of(line)
        quoted = rf"(?<!\w){re.escape(_spaced(line))}(?!\w)"
        long = value and len(_spaced(line)) >= TELLING
        if line in given or (long and re.search(quoted, within)):
            raise CourseError(f"cell {cell}: the release still has its solution's line {line!r}")
        if len(_spaced(value)) >= TELLING and _spaced(value) in around.get(cell, ""):
            raise CourseError(f"cell {cell}: what is left there quotes its solution: {value!r}")
    return f"none of the {len(lines)} lines of the solution is in the release"


def _tells(line: str) -> bool:
    """Whether a line of a solution tells more than how Python is written: what is computed, and not
    `else:`, `total = 0`, `return result` or the head of a loop."""
    try:
        (statement,) = ast.parse(f"{line} pass" if line.endswith(":") else line).body
    except (SyntaxError, ValueError):  # half of a statement, or none
        return len(re.findall(r"\w", line)) >= TELLING / 2
    if isinstance(statement, (ast.For, ast.With, ast.FunctionDef, ast.Import, ast.ImportFrom)):
        return False
    parts = getattr(statement, "value", None) or getattr(statement, "test", None)
    if parts is None or line == "super().__init__()":
        return False
    return not _is_plain(parts)


def _is_plain(value: ast.expr) -> bool:
    """Whether it is a name, or what is written down as it is."""
    if isinstance(value, (ast.Tuple, ast.List)):
        return all(map(_is_plain, value.elts))
    return isinstance(value, (ast.Name, ast.Attribute, ast.Constant))


def _value_of(line: str) -> str:
    """The right side of an assignment, or what is returned; "" for any other line."""
    try:
        (statement,) = ast.parse(line).body
    except (SyntaxError, ValueError):  # half of a statement, or none
        return ""
    value = getattr(statement, "value", None)
    if not isinstance(statement, (ast.Assign, ast.AugAssign, ast.Return)) or value is None:
        return ""
    return ast.get_source_segment(line, value) or ""


def _spaced(text: str) -> str:
    """The text with one blank between words, and none elsewhere."""
    return re.sub(r"(?<!\w)\s+|\s+(?!\w)", "", re.sub(r"\s+", " ", text))


def _strings(value: Any) -> list[str]:
    """Every text in a notebook, wherever it is."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    return [text for item in value for text in _strings(item)] if isinstance(value, list) else []


def can_fail(blank: Any) -> str:
    """Prove that graded cells hold checks, and do not end in a value: nbgrader would take it as
    points."""
    for cell in graded_code(blank):
        tree = ast.parse(cell["source"])
        calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
        names = {getattr(f, "attr", getattr(f, "id", "")) for f in calls}
        asserts = any(isinstance(node, ast.Assert) for node in ast.walk(tree))
        if not asserts and not any(name.startswith("check") for name in names):
            raise CourseError(f"cell {cell['id']} cannot fail: it has no check and no assert")
        last = tree.body[-1]
        if isinstance(last, ast.Expr):
            function = getattr(last.value, "func", None)
            name = getattr(function, "attr", getattr(function, "id", ""))
            if not (name in ("print", "keep") or name.startswith("check")):
                raise CourseError(
                    f"cell {cell['id']} ends in a value: nbgrader could read it as points"
                )
    return f"each of the {len(graded_code(blank))} graded cells can fail"


def points_as_said(notebook: Any) -> str:
    """Prove that cells have the points that the text above them, and the table of the first cell,
    say; where nothing is said, there is nothing to prove."""
    said, worth = "", dict[str, float]()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and not is_kind(cell, "solution"):
            said = (SAID.findall(cell["source"]) or [said])[-1]
        if is_kind(cell, "grade") or is_kind(cell, "task"):
            points = float(cell["metadata"]["nbgrader"]["points"])
            if said and float(said.replace(",", ".")) != points:
                raise CourseError(
                    f"cell {cell['id']} has {points:g} points, but the text above it says {said}: "
                    f"write ({points:g} points) there"
                )
            said, worth[cell["id"]] = "", points
    told = TOLD.search(notebook["cells"][0]["source"])
    numbers = [float(one) for one in re.findall(r"\d+(?:\.\d+)?", told[1])] if told else []
    if numbers and sum(numbers) != sum(worth.values()):
        each = ", ".join(f"{name} {points:g}" for name, points in worth.items())
        raise CourseError(
            f"the table at the top says {told[1].strip()!r}, but the cells have "  # type: ignore[index]
            f"{sum(worth.values()):g} points: {each}"
        )
    return f"no text says other points than its cell has, of {len(worth)}"


def solution_passes(solution: Any) -> str:
    """Prove that the solution runs in a real kernel and passes every graded cell."""
    found = run_in_kernel(solution)
    for cell, error in found.items():
        if error:
            raise CourseError(f"cell {cell}: the solution fails it: {': '.join(error)}")
    count = len(graded_code(solution))
    return f"the solution runs in a real kernel, and passes all {count} graded cells"


def blank_fails(blank: Any, names: dict[str, str]) -> str:
    """Prove that every graded cell of the blank notebook fails, for nothing but its TODOs.

    names: the TODOs; see `solution.todos`
    """
    found = run_in_kernel(blank)
    stubs = set(map(not_written, names))
    graded = {cell["id"] for cell in graded_code(blank)}
    for cell, error in found.items():
        if error is None and cell in graded:
            raise CourseError(f"cell {cell}: the blank notebook passes it")
        if error and (error[0] != "NotImplementedError" or error[1] not in stubs):
            raise CourseError(f"cell {cell}: the blank notebook fails it with {', '.join(error)}")
    return f"the blank notebook fails all {len(graded)}, each with its NotImplementedError"


def _grader_agrees(course: Course, name: str, solution: Any, blank: Any) -> str:
    """Prove that the hidden cases give the solution every point, and the blank notebook none."""
    exercise, limits = Exercise.of(course, name, blank), Limits(confined=False)
    with Library(exercise.withheld) as library, Judge(exercise, library, b"proof", limits) as judge:
        full = judge.judge("solution", NormalisedSubmission(solution))
        none = judge.judge("blank", NormalisedSubmission(blank))
    if full.why:
        where = f"cell {full.lost[0].name}: {full.lost[0].fault}" if full.lost else full.reason
        raise CourseError(f"the hidden cases do not accept the solution: {where}")
    if none.points:
        raise CourseError("the hidden cases give the blank notebook points")
    return f"the grader gives the solution {full.points:g} points and the blank notebook 0"
