"""What students really hand in, graded in one real run: what runs in Jupyter has its points, what
is written is shown to who grades it, and what cannot be used is named, and is not zero."""

import copy
import io
import json
import re
import textwrap
import zipfile
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbconvert import PythonExporter

from editors import DEEDS, EDITORS, PICTURE, colab, with_outputs
from edunn.course.grading.grade import Judging, grade_submissions
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.reading import read_cells
from edunn.course.notebooks.solution import fill
from edunn.course.reporting.html import write_all
from edunn.course.sandbox.limits import Limits
from edunn.course.student.self_check import check_notebook
from edunn.course.submissions.collect import take_in
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
RELEASE = COURSE.released(NAME)
RIGHT = {
    "Bias.forward": "y = x + self.b.data",
    "Bias.backward": "dx = dy\ndb = np.sum(dy, axis=0)",
}
ANSWER = "Because every example has its own x, and all share b."
SVG = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg=="


def right():
    return json.loads(json.dumps(fill(RELEASE, RIGHT)))


def place(notebook, name):
    return next(i for i, c in enumerate(notebook["cells"]) if c["id"] == name)


def cell(notebook, name):
    return notebook["cells"][place(notebook, name)]


def twice(source):
    """The class's cell twice, as a copy, the second time with this in it."""
    notebook = right()
    i = place(notebook, "bias")
    notebook["cells"].insert(i + 1, copy.deepcopy(notebook["cells"][i]) | {"source": source})
    return notebook


def helper_first():
    notebook = right()
    i = place(notebook, "bias")
    whole = notebook["cells"][i]
    helper = "def added(x, b):\n    return x + b"
    body = whole["source"].replace("x + self.b.data", "added(x, self.b.data)")
    notebook["cells"][i : i + 1] = [copy.deepcopy(whole) | {"source": s} for s in (helper, body)]
    return notebook


def checked_twice():
    notebook = twice("# scratch")
    notebook["cells"].append(copy.deepcopy(cell(notebook, "bias-db")))
    return notebook


def answered(source=ANSWER, below=(), **more):
    """A written answer, with cells of the student's own below it."""
    notebook = right()
    cell(notebook, "bias-why").update(source=source, **more)
    i = place(notebook, "bias-why") + 1
    notebook["cells"][i:i] = [
        {"cell_type": kind, "metadata": {}, "source": text} for kind, text in below
    ]
    return notebook


def split_answer():
    notebook = answered()
    i = place(notebook, "bias-why")
    parts = ANSWER.split(", ")
    notebook["cells"][i : i + 1] = [notebook["cells"][i] | {"source": part} for part in parts]
    return notebook


def without_metadata():
    notebook = colab(answered())
    for one in notebook["cells"]:
        one["metadata"] = {}
    return notebook


LONG = "iVBORw0KGgo" + "A" * 300_000  # no picture, and long
RELEASED_ANSWER = next(c["source"] for c in RELEASE["cells"] if c["id"] == "bias-why")
CODE = {  # student: what runs in Jupyter, and so has 7 points
    "copy_empty": twice(""),
    "copy_scratch": twice("# scratch"),
    "copy_tried": twice("print(Bias(2))"),
    "copy_fails": twice("Bias(2).forward(no_such_name)"),
    "helper_first": helper_first(),
    "outputs_50_mb": with_outputs(right(), 5_000_000),
}
WORDS = {  # student: what is written, in 02_bias's question
    "split": split_answer(),
    "own_cell_below": answered(RELEASED_ANSWER, [("markdown", ANSWER)]),
    "half_in_own_cell": answered(ANSWER.split(", ")[0], [("raw", ANSWER.split(", ")[1])]),
    "in_a_code_cell": answered(RELEASED_ANSWER, [("code", ANSWER)]),
    "without_metadata": without_metadata(),
    "long_base64": answered(f"See ![it](data:image/png;base64,{LONG})\n\n{ANSWER}"),
    "attached": answered(f"{ANSWER}\n![me](attachment:a.png)",
                         attachments={"a.png": {"image/png": PICTURE}}),
    "inline": answered(f"{ANSWER} ![](data:image/png;base64,{PICTURE})"),
    "referenced": answered(f"{ANSWER}\n![][1]\n\n[1]: <data:image/png;base64,{PICTURE}>"),
    "picture_below": answered(ANSWER, [("raw", f"<img src='data:image/png;base64,{PICTURE}'>")]),
    "svg": answered(f"{ANSWER} ![](data:image/svg+xml;base64,{SVG}) <script>alert(1)</script>"),
}  # fmt: skip
PICTURED = {"attached", "inline", "referenced", "picture_below"}


def packed(**files):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/") + ".ipynb", content)
    return whole.getvalue()


def raw(notebook):
    return json.dumps(notebook).encode()


def as_script(form):
    notebook = nbformat.from_dict(answered())
    if form == "nbconvert":
        return PythonExporter().from_notebook_node(notebook)[0].encode()
    return jupytext.writes(notebook, fmt=f"py:{form}").encode()


BLANK = raw(RELEASE)
PROGRAM = "import numpy as np\nimport edunn as nn\n\n\n" + cell(right(), "bias")["source"]
# what marimo makes of a notebook (https://docs.marimo.io/guides/coming_from/jupyter/), shortened
MARIMO = "import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n" + textwrap.indent(
    PROGRAM.replace("\n\n\n", "\n"), "    "
)
FILES = {  # student: what lies in the folder, and what is said of it
    "copy1_solved": ({"02_bias.ipynb": BLANK, "02_bias-Copy1.ipynb": raw(right())}, "as it was"),
    "windows_copy": ({"02_bias.ipynb": BLANK, "02_bias - Copy.ipynb": raw(right())}, "as it was"),
    "strange": ({"02_bias.ipynb": BLANK, "tarea2_ana.ipynb": raw(right())}, "tarea2_ana"),
    "json": ({"02_bias.json": raw(right())}, "02_bias.json"),
    "jupyterlite": ({"es_02_bias_02_bias (1).ipynb": raw(right()), "01_tensor.ipynb": BLANK}, ""),
    "copy_of": ({"Copy of 02_bias.ipynb": raw(right()), "01_tensor.ipynb": BLANK}, ""),
    "only_zip": ({"02_bias.zip": packed(work__02_bias=raw(right()))}, ""),
    "percent": ({"02_bias.py": as_script("percent")}, "is a Python file"),
    "spyder": (
        {"02_bias.py": as_script("percent").replace(b"# %%", b"#%%")},
        "is a Python file",
    ),
    "light": ({"02_bias.py": as_script("light")}, "is a Python file"),
    "nbconvert": ({"02_bias.py": as_script("nbconvert")}, "is a Python file"),
    "program": ({"02_bias.py": PROGRAM.encode()}, "is a Python file"),
    "photo_too": ({"02_bias.ipynb": raw(right()), "answer.jpg": b"\xff\xd8"}, "answer.jpg"),
    "other_name": ({"homework.ipynb": raw(right())}, "homework.ipynb"),
}
UNUSABLE = {
    "pdf": ({"02_bias.pdf": b"%PDF"}, "02_bias.pdf"),
    "other_exercise": ({"02_bias.ipynb": raw(COURSE.released("13_sequential2d"))}, "no cell of"),
    "two_folders": ({"a/02_bias.ipynb": raw(right()), "b/02_bias.ipynb": raw(answered())}, "2 "),
    "marimo": ({"02_bias.py": MARIMO.encode()}, "marimo export ipynb"),
    "broken_zip": ({"02_bias.zip": b"PK"}, "02_bias.zip"),
    "zip_of_pdf": ({"02_bias.zip": packed()}, "02_bias.zip"),
    "broken": ({"02_bias.ipynb": raw(right())[:-9]}, "not valid JSON"),
    "broken_and_blank": ({"02_bias.ipynb": b"{", "02_bias (1).ipynb": BLANK}, "not valid JSON"),
}  # fmt: skip


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("in")
    one = {who: ({f"{NAME}.ipynb": raw(what)}, "") for who, what in (CODE | WORDS).items()}
    for who, (files, _) in (one | FILES | UNUSABLE).items():
        for name, content in files.items():
            (folder / who / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / who / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def graded(handed_in, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    limits = Judging(limits=Limits(cell_seconds=20.0))
    lines = grade_submissions(COURSE, NAME, out, handed_in, judging=limits)
    write_all(out)
    return out, {line.record.student: line for line in lines}


@pytest.mark.parametrize("student", [*CODE, *WORDS, *FILES])
def test_what_is_right_has_its_points(graded, student):
    record = graded[1][student].record
    assert (record.points, record.state) == (7, "graded"), (record.reason, record.notes)
    said = FILES[student][1] if student in FILES else ""
    assert said in "; ".join(map(str, record.notes))


@pytest.mark.parametrize("student", UNUSABLE)
def test_what_cannot_be_used_is_named_and_not_zero(graded, student):
    line = graded[1][student]
    assert (line.points, line.record.state) == (None, "not graded")
    assert UNUSABLE[student][1] in line.reason


@pytest.mark.parametrize("student", [*WORDS, "percent", "spyder", "light", "nbconvert"])
def test_what_is_written_is_shown_and_waits(graded, student):
    out, lines = graded
    record, page = lines[student].record, (out / "feedback" / NAME / f"{student}.html").read_text()
    shown = nbformat.read(out / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)
    in_formgrader = next(c for c in shown.cells if c.id == "bias-why")
    for text in (record.answers["bias-why"], page, in_formgrader.source):
        assert all(word in text for word in re.findall(r"\w+", ANSWER))
    assert lines[student].waiting == ["bias-why"]
    assert len(record.answers["bias-why"]) < 1000


@pytest.mark.parametrize("student", sorted(PICTURED))
def test_pictures_are_kept_as_files_and_shown(graded, student):
    out, lines = graded
    (name,) = lines[student].record.pictures["bias-why"]
    (file,) = (out / "pictures" / NAME / student).iterdir()
    assert (file.name, file.read_bytes()[:4]) == (name, b"\x89PNG")
    page = (out / "feedback" / NAME / f"{student}.html").read_text()
    assert f'src="data:image/png;base64,{PICTURE}"' in page
    shown = nbformat.read(out / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)
    assert f'src="data:image/png;base64,{PICTURE}"' in in_html(shown)


def in_html(notebook):
    """As the formgrader shows it, by nbconvert."""
    from nbconvert import HTMLExporter

    return HTMLExporter(template_name="classic").from_notebook_node(notebook)[0]


def test_no_svg_and_no_script_of_a_student(graded):
    out, lines = graded
    assert lines["svg"].record.pictures == {}
    assert "is not shown" in "; ".join(map(str, lines["svg"].record.notes))
    page = (out / "feedback" / NAME / "svg.html").read_text()
    assert SVG not in page
    assert "<script" not in page
    shown = nbformat.read(out / "autograded" / "svg" / NAME / f"{NAME}.ipynb", as_version=4)
    assert "<script>alert(1)" not in in_html(shown)


def test_large_outputs_are_not_kept(graded, handed_in):
    assert (handed_in / "outputs_50_mb" / f"{NAME}.ipynb").stat().st_size > 50_000_000
    (taken,) = (one for one in take_in(handed_in, NAME) if one.student == "outputs_50_mb")
    assert len(taken.content) < 100_000
    assert read_cells(taken.content)[0].source == RELEASE["cells"][0]["source"]


@pytest.mark.parametrize("name", ["copy_scratch", "helper_first", "outputs_50_mb", "checked_twice"])
def test_edunn_check_says_the_same(name, tmp_path):
    path = tmp_path / f"{NAME}.ipynb"
    path.write_bytes(raw(checked_twice() if name == "checked_twice" else CODE[name]))
    receipt = check_notebook(path)
    assert (receipt.points, receipt.max_points) == (7, 7), receipt.checks


def test_edunn_check_names_the_cell_that_stopped(tmp_path):
    notebook = right()
    cell = notebook["cells"][place(notebook, "bias")]
    cell["source"] = cell["source"].replace("def forward(self, x):", "def forward(self, x)")
    path = tmp_path / f"{NAME}.ipynb"
    path.write_bytes(raw(notebook))
    reason = check_notebook(path).checks[0].reason
    assert reason.startswith("a cell above it stopped with SyntaxError: ")
    assert "; so NameError: " in reason


def test_some_deeds_and_editors_really_judged(tmp_path):
    """What the law compares by its sources."""
    for deed in DEEDS:
        notebook = right()
        deed(notebook["cells"], place(notebook, "bias"))
        (tmp_path / "in" / deed.__name__).mkdir(parents=True)
        (tmp_path / "in" / deed.__name__ / f"{NAME}.ipynb").write_bytes(raw(notebook))
    for editor in EDITORS:
        (tmp_path / "in" / editor.__name__).mkdir(parents=True)
        (tmp_path / "in" / editor.__name__ / f"{NAME}.ipynb").write_bytes(raw(editor(right())))
    lines = grade_submissions(COURSE, NAME, tmp_path / "out", tmp_path / "in")
    assert {line.record.student: line.points for line in lines if line.points != 7} == {}
