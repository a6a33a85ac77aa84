"""What comes in may be of any size, depth and kind: it is bounded, and never changed on the way."""

import base64
import copy
import json
import struct
import time
import zlib

import pytest

from editors import PICTURE, colab, with_outputs
from edunn.course.notebooks import reading
from edunn.course.notebooks.reading import NotebookError, read_cells, without_outputs
from edunn.course.submissions.normalise import normalise
from edunn.course.submissions.pictures import MAX_PICTURES, Picture
from edunn.course.submissions.scripts import as_notebook

ANSWER = {"grade": True, "grade_id": "why", "solution": True, "points": 3, "locked": False}
SETUP = {"grade": False, "grade_id": "setup", "solution": False, "locked": True}
TRICKY = '"outputs": [1, {"outputs": "]"}] \\" \\\\ "outputs"'
PNG = base64.b64decode(PICTURE)


def code(source, **about):
    made = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return made | {"id": f"c{abs(hash(source))}", "execution_count": None} | about


def words(source, **about):
    return {
        "cell_type": "markdown",
        "source": source,
        "metadata": {},
        "id": f"m{len(source)}",
    } | about


RELEASE = {
    "cells": [
        code("import numpy", id="setup", metadata={"nbgrader": SETUP}),
        words("## A question\n\nWhy is that so?"),
        words("YOUR ANSWER HERE", id="why", metadata={"nbgrader": ANSWER}),
        words("## The end\n\nThat is all."),
    ],
    "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


def answered(**about):
    notebook = copy.deepcopy(RELEASE)
    notebook["cells"][2] |= about
    return notebook


def judged(notebook):
    return normalise(RELEASE, json.dumps(notebook).encode())


def why(normal):
    return next(cell["source"] for cell in normal.notebook["cells"] if cell["id"] == "why")


@pytest.fixture
def small(monkeypatch):
    """Every file is a large one."""
    monkeypatch.setattr(reading, "MAX_BYTES", 10)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("saved", [with_outputs, colab, lambda notebook: notebook])
def test_only_outputs_are_left_out(small, saved, encoding):
    notebook = copy.deepcopy(RELEASE)
    notebook["cells"] += [code(TRICKY), words(TRICKY + ' \U0001f600 [{"')]
    made = saved(notebook)
    kept = json.loads(without_outputs(json.dumps(made).encode(encoding)))
    for cell in made["cells"]:
        if "outputs" in cell:
            cell["outputs"] = []
    made["metadata"].pop("widgets", None)
    kept["metadata"].pop("widgets", None)
    assert kept == made


def test_a_large_notebook_whose_cells_are_large_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 2_000)
    read_cells(json.dumps(with_outputs(RELEASE, 10_000)).encode())
    with pytest.raises(NotebookError, match="larger than"):
        read_cells(json.dumps(answered(source="word " * 1000)).encode())


@pytest.mark.parametrize(
    "outputs", ["[" * 300_000, "[" * 300_000 + "]" * 300_000, '"', '"\\', "[}"]
)
def test_outputs_of_any_depth_cost_little(small, outputs):
    started = time.monotonic()
    raw = b'{"cells": [{"source": "x", "outputs": [' + outputs.encode() + b"]}]}"
    without_outputs(raw)
    assert time.monotonic() - started < 5


def test_words_are_never_cut():
    text = "word " * 200_000 + "the end"
    assert why(judged(answered(source=text))) == text


def test_base64_is_cut_and_words_are_not():
    normal = judged(answered(source=f"before data:image/png;base64,{'A' * 400_000} after"))
    assert why(normal) == "before data:image after"
    assert [note.id for note in normal.notes] == ["picture_refused"]


def png_of(width, height):
    header = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    crc = zlib.crc32(b"IHDR" + header)
    return PNG[:8] + struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", crc)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF", b"BM" + bytes(60), PNG[:8],
        png_of(100_000, 100_000), png_of(0, 5), b"\xff\xd8\xff" + bytes(100), b"GIF89a",
        b"RIFF....WEBP", PNG + bytes(10_000_000), b"\xff\xd8\xff" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_picture_or_too_large(content):
    assert Picture.of(content) is None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"), (b"GIF89a\x02\0\x03\0", "gif"),
        (b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x02\0\x03" + bytes(9), "jpg"),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x01\0\0\x01\0\0", "webp"),
        (b"RIFF\0\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x01\x40\0\0", "webp"),
        (b"RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x02\0\x02\0", "webp"),
    ],
)  # fmt: skip
def test_pictures_of_each_kind(content, kind):
    assert Picture.of(content).name.endswith(f".{kind}")


def test_many_pictures_and_many_notes_are_bounded():
    started = time.monotonic()
    many = {f"{i}.png": {"image/png": base64.b64encode(PNG + bytes([i % 256, i // 256])).decode()}
            for i in range(500)}  # fmt: skip
    missing = " ".join(f"![](attachment:x{i}.png)" for i in range(20_000))
    text = missing + "![](attachment:0.png)" * 50_000
    normal = judged(answered(source=text, attachments=many | {"0": [], "1": {"image/png": [7]}}))
    assert len(normal.pictures["why"]) == MAX_PICTURES
    assert len(normal.notes) <= 101
    assert time.monotonic() - started < 20


def test_an_attachment_that_a_split_has_left_in_the_other_half():
    notebook = answered(attachments={"a.png": {"image/png": PICTURE}})
    half = notebook["cells"][2] | {"source": "see ![](attachment:a.png)", "attachments": {}}
    notebook["cells"].insert(3, half)
    normal = judged(notebook)
    assert f"see ![]({Picture.of(PNG).name})" in why(normal)
    assert [one.content for one in normal.pictures["why"]] == [PNG]
    del notebook["cells"][2]["attachments"]
    assert "picture_missing" in [note.id for note in judged(notebook).notes]


SCRIPTS = [
    b"", b"\xff\xfe\0", b"# %% nbgrader={", b"# %%\n" * 1000, b"# + " + b"{" * 5000,
    b"x = 1; y = 2",
]  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_always_a_notebook(script):
    assert isinstance(json.loads(as_notebook(script))["cells"], list)
