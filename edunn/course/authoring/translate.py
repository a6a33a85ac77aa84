"""A release in another language: the same cells, with other prose.

`solutions/es/NN_name.md` holds the markdown cells in order, each after a line `<!-- cell -->`.
Code stays as it is; the checks then speak the language too.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.notebooks.solution import LANGUAGE, digest_of, grade_id

MARK = "<!-- cell -->\n"
LANGUAGE_CELL: dict[str, Any] = {
    "cell_type": "code",
    "execution_count": None,
    "metadata": {},
    "outputs": [],
}


def prose(notebook: Any) -> list[Any]:
    """The cells that a translation replaces: all markdown but the cells for written answers."""
    cells = notebook["cells"]
    return [c for c in cells if c["cell_type"] == "markdown" and grade_id(c) is None]


def translated(release: Any, text: str, language: str) -> Any:
    """A copy of a released notebook in another language; raises CourseError where the two differ in
    more than words: cells, headings, formulas, or `code`."""
    notebook = copy.deepcopy(release)
    cells, texts = prose(notebook), [part.strip() for part in text.split(MARK)[1:]]
    if len(cells) != len(texts):
        raise CourseError(f"{language}: {len(texts)} texts for {len(cells)} markdown cells")
    places = {cell["id"]: place for place, cell in enumerate(notebook["cells"])}
    for number, (cell, new) in enumerate(zip(cells, texts), start=1):
        for what, pattern in (
            ("heading", r"^#+(?= )"),
            ("formula", r"\$\$.*?\$\$"),
            ("code", r"(?<!`)`[^`\n]+`(?!`)"),
        ):
            flags = re.MULTILINE | re.DOTALL
            old, found = (sorted(re.findall(pattern, t, flags)) for t in (cell["source"], new))
            if old != found:
                odd = sorted(set(old) ^ set(found)) or [f"{len(found)} of them, not {len(old)}"]
                raise CourseError(f"{language}, text {number}: another {what}: {odd[0]}")
        cell["source"], cell["id"] = new, digest_of(places[cell["id"]], new)
    setup = [i for i, cell in enumerate(notebook["cells"]) if grade_id(cell) == "setup"]
    if not setup:
        raise CourseError(f"{language}: no cell has the grade_id setup, below which it is set")
    source = f'nn.checking.set_language("{language}")'
    extra = type(cells[0])(copy.deepcopy(LANGUAGE_CELL), id=LANGUAGE, source=source)
    notebook["cells"].insert(setup[0] + 1, extra)
    return notebook
