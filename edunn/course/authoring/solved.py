"""The solved notebooks, as pages for students to read when nobody can hand in any more."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from edunn.course.authoring.build import Progress
from edunn.course.errors import CourseError
from edunn.course.notebooks.kernel import failure, run
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import BEGIN, END
from edunn.files import write_whole

MARK_SCHEME = re.compile(
    r"^[^\n]*BEGIN MARK SCHEME.*?END MARK SCHEME[^\n]*\n*", re.DOTALL | re.MULTILINE
)
PAGE = (
    '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Solutions</title>\n'
    "<h1>Solutions</h1>\n<ol>\n{rows}\n</ol>\n</html>\n"
)


def write_solutions(
    course: Course, out: Path, names: Iterable[str] = (), progress: Progress = lambda step: None
) -> list[Path]:
    """Run the solutions of some exercises, by default all, and write each as NN_name.html, with an
    index.html. Mark schemes are left out: they are for those who grade.

    Raises CourseError where `out` has something in it, and where a solution fails.
    """
    if out.exists() and any(out.iterdir()):
        raise CourseError(f"{out} is not empty: take another folder")
    pages, rows = {}, []
    for name in course.full_names(names):
        notebook = run(_as_read(course.solution(name)), seconds=300)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code" and (error := failure(cell["outputs"])):
                raise CourseError(f"{name}: cell {cell['id']} fails: {': '.join(error)}")
        title = notebook["cells"][0]["source"].partition("\n")[0].lstrip("# ")
        pages[out / f"{name}.html"] = _as_page(notebook, title)
        rows.append(f'<li><a href="{name}.html">{html.escape(title)}</a></li>')
        progress(name)
    pages[out / "index.html"] = PAGE.format(rows="\n".join(rows))
    for path, text in pages.items():
        write_whole(path, text)
    return list(pages)


def _as_read(solution: Any) -> Any:
    """A copy of a solution without its marks and its mark schemes."""
    import nbformat

    notebook = nbformat.from_dict(solution)
    for cell in notebook["cells"]:
        cell["source"] = "\n".join(_unmarked(MARK_SCHEME.sub("", cell["source"])))
    return notebook


def _unmarked(source: str) -> Iterator[str]:
    """The lines of a cell that are not the marks around a solution."""
    return (line for line in source.split("\n") if BEGIN not in line and END not in line)


def _as_page(notebook: Any, title: str) -> str:
    """A notebook as HTML."""
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": title}})
    return str(page)
