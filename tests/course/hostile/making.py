"""How a hostile submission is written down: what is handed in, and what it deserves."""

import copy
import json
import secrets
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill

COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
RELEASE = COURSE.released(NAME)
FORWARD, DX, DB, ALL = 2, 2, 3, 7  # points
GRADED, ERROR = "graded", "student error"
UNREAD = "not graded"  # what nobody can read has no points, which is not 0
MARK = f"edunn-mark-{secrets.token_hex(6)}"  # the name of what attacks try to leave behind
TOKEN = secrets.token_hex(16)  # stands in the grader's environment, and in its other files
LEAKED = f"leaked-{secrets.token_hex(6)}"  # printed by an attack that got what it must not get
RIGHT = {
    "Bias.forward": "y = x + self.b.data",
    "Bias.backward": "dx = dy\ndb = np.sum(dy, axis=0)",
}
WRONG = {
    "Bias.forward": "y = x - 2 * self.b.data",
    "Bias.backward": "dx, db = dy[0], dy",  # of wrong shapes: that is said without a measurement
}


@dataclass(frozen=True)
class Attack:
    """points: for the automatic checks    state: of the record    says: words of its reason
    notes: words of its notes    files: puts what is handed in into the student's folder
    student: what the grader calls the student    folder: its name as handed in, if that differs
    """

    student: str
    points: int
    state: str
    files: Callable[[Path], None]
    says: str = ""
    notes: str = ""
    folder: str | bytes = ""


ATTACKS: list[Attack] = []


def attack(student, points, state, what, says="", notes="", folder=""):
    """Enter an attack. what: a notebook, the bytes of a file, or a function of the folder"""
    if callable(what):
        files = what
    else:
        raw = what if isinstance(what, bytes) else json.dumps(what).encode()

        def files(place):
            (place / f"{NAME}.ipynb").write_bytes(raw)

    assert student not in {one.student for one in ATTACKS}, student
    ATTACKS.append(Attack(student, points, state, files, says, notes, folder or student))


def right():
    return fill(RELEASE, RIGHT)


def wrong():
    return fill(RELEASE, WRONG)


def blank():
    return copy.deepcopy(RELEASE)


def find(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def adding(source, base=right, before="bias-forward"):
    """A notebook with one more code cell, after the student's class by default."""
    notebook = base()
    place = notebook["cells"].index(find(notebook, before))
    cell = nbformat.v4.new_code_cell(textwrap.dedent(source).strip())
    notebook["cells"].insert(place, cell)
    return notebook


def early(source, base=right):
    """One more code cell, before the student's class."""
    return adding(source, base, "bias")


def writing(source):
    """A notebook with this in the place of the student's class."""
    notebook = blank()
    find(notebook, "bias")["source"] = textwrap.dedent(source).strip()
    return notebook


def answering(forward="y = x + self.b.data", backward="dx, db = dy, np.sum(dy, axis=0)"):
    """A notebook with these bodies of the methods."""
    clean = textwrap.dedent(forward), textwrap.dedent(backward)
    return fill(RELEASE, dict(zip(("Bias.forward", "Bias.backward"), clean)))


def trying(*lines):
    """Code that runs each line, and prints LEAKED where one does not raise."""
    body = f"try:\n    exec(line)\n    print('{LEAKED}', line)\nexcept BaseException:\n    pass"
    return f"for line in {list(lines)!r}:\n" + textwrap.indent(body, "    ")


def raw(notebook):
    return json.dumps(notebook).encode()
