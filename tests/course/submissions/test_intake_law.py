"""The law of taking in: for every exercise, whatever an editor makes of a notebook, and whatever is
done to any of its cells, the grader judges what was written, and shows it to who grades it.

The sources of what would be judged are compared; nothing is run."""

import ast
import base64
import copy
import json
import re
from pathlib import Path

import pytest

from editors import DEEDS, EDITORS, LOSE_PICTURES, PICTURE, jupyterlab
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.pieces import parsed
from edunn.course.notebooks.solution import grade_id, is_automatic, is_kind
from edunn.course.submissions.normalise import is_extra, normalise
from edunn.course.submissions.pictures import Picture

pytestmark = pytest.mark.slow
COURSE = Course.find(Path(__file__).parent)
NAMES = COURSE.assignments()
SEEN = Picture.of(base64.b64decode(PICTURE)).name
HELD = {"sketch of mine.png": {"image/png": PICTURE}}


def released(name):
    return json.loads(json.dumps(COURSE.released(name)))


def handed_in(name):
    """The solution as a student writes it, with a picture in each written answer."""
    notebook, solution = released(name), COURSE.solution(name)
    answers = {cell["id"]: cell["source"] for cell in solution["cells"]}
    for cell in notebook["cells"]:
        if not is_kind(cell, "solution"):
            continue
        text = answers[cell["id"]]
        if cell["cell_type"] == "code":
            cell["source"] = re.sub(r"^ *### (BEGIN|END) SOLUTION(\n|$)", "", text, flags=re.M)
            continue
        text = re.sub(r"### BEGIN MARK.*### END MARK SCHEME\s*", "", text, flags=re.DOTALL)
        cell["source"] = f"{text}\n\n![sketch](attachment:sketch%20of%20mine.png)\n\nThat is all."
        cell["attachments"] = copy.deepcopy(HELD)
    return notebook


def without_empty_lines(source):
    return "\n".join(line for line in source.split("\n") if line.strip())


def definitions(cells):
    """{graded cell: {class or function: what its last definition before that cell is}}"""
    known, found = {}, {}
    for cell in cells:
        if is_automatic(cell):
            found[cell["id"]] = dict(known)
        if cell["cell_type"] == "code" and (grade_id(cell) or is_extra(cell["id"])):
            tree = parsed(without_empty_lines(cell["source"]))  # which a split may drop
            for node in tree.body if tree else ():
                if isinstance(node, ast.ClassDef | ast.FunctionDef):
                    known[node.name] = ast.dump(node)
    return found


def asked(name):
    """What the students write: classes, functions, and the words of written answers."""
    notebook = handed_in(name)
    written = [cell for cell in notebook["cells"] if is_kind(cell, "solution")]
    code = {node.name for cell in written if cell["cell_type"] == "code"
            for node in ast.parse(cell["source"]).body
            if isinstance(node, ast.ClassDef | ast.FunctionDef)}  # fmt: skip
    words = {cell["id"]: words_of(cell["source"]) for cell in written
             if cell["cell_type"] == "markdown"}  # fmt: skip
    return definitions(notebook["cells"]), code, words


def words_of(text):
    return re.findall(r"\w+", re.sub(r"!\[.*?\]\(.*?\)", "", text))


def is_within(words, text):
    """Whether all words are in a text, in their order, whatever stands between."""
    there = iter(words_of(text))
    return all(word in there for word in words)


def shown(normal, cell):
    """What a person who grades sees of a written answer: it, and the student's own texts."""
    own = [c["source"] for c in normal.notebook["cells"] if is_extra(c["id"])]
    return "\n\n".join([cell["source"], *own])


def faults(name, content, expected, cut=False):
    """What a notebook loses. cut: whether the editor itself has lost the pictures of a cell"""
    wanted, code, words = expected
    normal = normalise(released(name), content)
    if normal.problem:
        return [str(normal.problem)]
    found, lost = definitions(normal.notebook["cells"]), []
    for graded, before in wanted.items():
        missing = [one for one in code & before.keys() if found[graded].get(one) != before[one]]
        lost += [f"{one} before {graded}" for one in missing]
    for cell in normal.notebook["cells"]:
        if cell["id"] in words:
            if not is_within(words[cell["id"]], cell["source"]):
                lost.append(f"words of {cell['id']}: {cell['source'][:80]!r}")
            pictures = [one.name for one in normal.pictures.get(cell["id"], [])]
            if pictures != [SEEN] and not cut:
                lost.append(f"the picture of {cell['id']}")
    return lost


def raw(notebook):
    return json.dumps(notebook).encode()


@pytest.mark.parametrize("name", NAMES)
def test_whatever_editor_saved_it(name):
    expected, notebook = asked(name), handed_in(name)
    lost = {}
    for editor in EDITORS:
        saved = editor(notebook)
        no_pictures = "attachments" not in json.dumps(saved)
        lost[editor.__name__] = faults(name, raw(saved), expected, cut=no_pictures)
    assert {editor: what for editor, what in lost.items() if what} == {}


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_done_to_a_cell(name, deed):
    expected, notebook = asked(name), handed_in(name)
    lost = {}
    for i, cell in enumerate(notebook["cells"]):
        changed = copy.deepcopy(notebook)
        deed(changed["cells"], i)
        what = faults(name, raw(jupyterlab(changed)), expected, cut=deed in LOSE_PICTURES)
        if what:
            lost[cell["id"]] = what
    assert lost == {}
