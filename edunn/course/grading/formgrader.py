"""nbgrader's formgrader on a folder of grades: one command, which needs no folder and no variable.

Its pages are notebooks that nbconvert renders (nbgrader/server_extensions/formgrader/handlers.py:
SubmissionHandler). A preprocessor adds what a grader needs, for these pages only: nothing of it is
in a file that students get.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell
from traitlets import Bool, Unicode

from edunn.course.errors import CourseError
from edunn.course.messages import word
from edunn.files import write_whole

SCHEME = re.compile(r"#+ BEGIN MARK SCHEME\n(.*?)\n?#+ END MARK SCHEME", re.DOTALL)
CONFIG = """# Written by edunn formgrader.
from pathlib import Path

from edunn.course.grading.gradebook import configure

configure(get_config(), Path({root!r}), {anonymous!r})  # noqa: F821
"""


class BesideTheAnswer(Preprocessor):
    """Puts the mark scheme below each answer, and takes the student's name from the page."""

    store = Unicode("", help="the folder with the gradebook").tag(config=True)
    anonymous = Bool(False, help="whether to leave out who it is").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        if "submission_id" not in resources:  # a page for students
            return nb, resources
        if self.anonymous:
            name = f"Submission {resources['index'] + 1}"
            nobody = {"student": name, "first_name": None, "last_name": None, "notebook_path": ""}
            resources.update(nobody)
        schemes = mark_schemes(Path(self.store), resources["assignment_id"])
        title, cells = word("mark_scheme"), []
        for cell in nb.cells:
            cells.append(cell)
            if scheme := schemes.get(cell.get("id", "")):
                cells.append(new_markdown_cell(f"**{title}**\n\n{scheme}"))
        nb.cells = cells
        return nb, resources


def mark_schemes(store: Path, name: str) -> dict[str, str]:
    """{cell: its mark scheme} of an exercise, as its solution had it when it was graded."""
    path = store / "source" / name / f"{name}.ipynb"
    if not path.exists():
        return {}
    cells = nbformat.read(path, as_version=4).cells
    found = {cell.id: SCHEME.search(cell.source) for cell in cells}
    return {name: match[1].strip() for name, match in found.items() if match}


def server_command(out: Path, anonymous: bool = False) -> tuple[list[str], Path]:
    """(the command that starts the formgrader, the folder to start it in)

    CourseError where nothing has been graded in `out`
    """
    out = out.resolve()
    if not (out / "gradebook.db").exists():
        raise CourseError(f"{out} has no gradebook: first edunn grade")
    folder = out / "formgrader"
    text = CONFIG.format(root=str(out), anonymous=anonymous)
    write_whole(folder / "nbgrader_config.py", text)
    command = [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={out}",
        "--LabApp.default_url=/formgrader/gradebook",
    ]  # fmt: skip
    return command + ["--allow-root"] * (os.geteuid() == 0), folder
