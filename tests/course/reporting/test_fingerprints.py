"""Copies stand out of a class however they are dressed; honest answers do not."""

import base64
import textwrap
import zlib

import numpy as np
import pytest

from edunn.course.grading.grade import Grade
from edunn.course.grading.records import Record
from edunn.course.notebooks.solution import is_kind
from edunn.course.reporting.classroom import Sheet
from edunn.course.reporting.fingerprints import names_of, passages, words
from edunn.course.reporting.similarity import alike
from hostile.making import COURSE, RELEASE

GIVEN = {c["id"]: c["source"] for c in RELEASE["cells"]
         if c["cell_type"] == "code" and is_kind(c, "solution")}  # fmt: skip
HEAD = """class Bias(nn.Module):
    def __init__(self, features, initializer=nn.initializers.Zero()):
        self.b = nn.Parameter(initializer((features,)))
"""
BODY = """
def forward(self, x):
    self.width = x.shape[-1]
    rows = x.reshape(-1, self.width)
    y = np.empty_like(rows)
    for row in range(rows.shape[0]):
        for column in range(self.width):
            y[row, column] = rows[row, column] + self.b.data[column]
    return y.reshape(x.shape)

def backward(self, dy):
    total = np.zeros(self.width)
    for row in dy.reshape(-1, self.width):
        for column in range(self.width):
            total[column] = total[column] + row[column]
    return dy, {"b": total}
"""
OTHERS = [  # honest bodies, each of another mind
    ("return x + self.b.data", "return dy, {'b': dy.sum(axis=0)}"),
    ("y = np.add(x, self.b.data[None, :])\nreturn y",
     "ones = np.ones(len(dy))\ndb = ones @ dy\nreturn dy.copy(), dict(b=db)"),
    ("self.n = len(x)\nreturn np.array([row + self.b.data for row in x])",
     "db = sum((dy[k] for k in range(self.n)), np.zeros_like(self.b.data))\nreturn dy, {'b': db}"),
    ("bias = np.broadcast_to(self.b.data, x.shape)\nreturn bias + x",
     "db = np.einsum('ij->j', dy)\ngrads = {}\ngrads['b'] = db\nreturn dy, grads"),
    ("out = x.copy()\nout += self.b.data\nreturn out",
     "db = np.zeros(dy.shape[1])\nfor one in dy:\n    db += one\nreturn 1.0 * dy, {'b': db}"),
]  # fmt: skip


def layer(body=BODY):
    return HEAD + textwrap.indent(body, "    ")


def honest(k):
    forward, backward = OTHERS[k] if k < len(OTHERS) else OTHERS[0]
    body = f"def forward(self, x):\n{textwrap.indent(forward, '    ')}\n"
    return layer(body + f"def backward(self, dy):\n{textwrap.indent(backward, '    ')}\n")


def padding(rng, count):
    """Functions of which each is another, and none is used."""
    lines = []
    for k in range(count):
        terms = " + ".join(f"x{rng.integers(9)} * {rng.integers(10**6)}" for _ in range(12))
        arguments = ", ".join(f"x{i}" for i in range(9))
        lines += [f"def pad_{rng.integers(10**9)}_{k}({arguments}):", f"    return {terms}", ""]
    return "\n".join(lines)


def dead_lines(seed):
    """The body, with lines that change nothing."""
    rng = np.random.default_rng(seed)
    lines = []
    for line in BODY.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines.append(line)
        if line.strip() and not line.endswith(":") and "return" not in line:
            lines.append(f"{indent}unused_{seed} = x{seed} * {rng.integers(10**6)} + len('{seed}')")
        elif "return" in line:
            lines.append(f"{indent}print({rng.integers(10**6)}, 'never', [1, 2, {seed}])")
    return "\n".join(lines)


SPLIT = (HEAD + "    def forward(self, x):\n        return value(self, x)\n", BODY)
RENAMED = BODY.replace("total", "sums").replace("rows", "flat").replace("column", "j")
PACKED = base64.b64encode(zlib.compress(layer().encode()))
DRESSED = {  # {cell: source}
    "as it is": {"bias": layer()},
    "other names": {"bias": layer(RENAMED)},
    "in a cell of one's own": {"bias": GIVEN["bias"], "extra-1": layer()},
    "after a magic": {"bias": GIVEN["bias"], "extra-1": "%matplotlib inline\n" + layer()},
    "padded": {"bias": layer() + padding(np.random.default_rng(1), 60)},
    "padded before": {"bias": padding(np.random.default_rng(2), 600) + layer()},
    "padded in other cells": {
        "bias": layer(), "extra-1": padding(np.random.default_rng(3), 40),
        "extra-2": padding(np.random.default_rng(4), 40)},
    "with dead lines": {"bias": layer(dead_lines(7))},
    "with dead methods": {
        "bias": layer() + textwrap.indent(padding(np.random.default_rng(5), 30), "    ")},
    "under if 0": {"bias": layer().replace(
        "    total = np", "    if 0:\n            x = [k**7 for k in range(99) if k % 3]\n"
        "        total = np")},
    "with a slip that Python cannot read": {"bias": layer().replace(
        "    total = np", "    dim = = 3\n        total = np")},
    "with an open bracket": {"bias": layer() + "\nprint((Bias"},
    "in a string": {"bias": f"exec({layer()!r})"},
    "in base64": {"bias": "import base64, zlib\ncode = zlib.decompress(base64.b64decode("
                  f"{PACKED!r}))\nexec(code.decode())"},
    "in a string of another cell": {"extra-1": f"TEXT = {layer()!r}", "bias": "exec(TEXT)"},
    "methods put in later": {
        "bias": HEAD, "extra-1": BODY + "Bias.forward, Bias.backward = forward, backward"},
    "methods put in by setattr": {
        "bias": HEAD, "extra-1": BODY + "setattr(Bias, 'forward', forward)\n"
        "setattr(Bias, 'backward', backward)"},
}  # fmt: skip


def test_the_cells_are_those_of_the_exercise():
    assert set(GIVEN) == {"bias"}
    assert names_of(GIVEN) >= {"Bias", "forward", "backward"}


@pytest.mark.parametrize("how", DRESSED)
def test_copies_stand_out(how):
    answers = {f"s{k:02}": {"bias": honest(k)} for k in range(25)}
    answers |= {"one": {"bias": layer()}, "two": DRESSED[how]}
    pairs, _ = alike(answers, GIVEN)
    assert [(pair.one, pair.other) for pair in pairs] == [("one", "two")]


def test_two_who_dress_it_each_in_another_way():
    answers = {f"s{k:02}": {"bias": honest(k)} for k in range(25)}
    chosen = ("padded", "in base64", "with dead lines", "methods put in later")
    answers |= {f"z{how}": DRESSED[how] for how in chosen}
    pairs, _ = alike(answers, GIVEN)
    assert len(pairs) == 6
    assert all(pair.one[0] == pair.other[0] == "z" for pair in pairs)


def test_honest_answers_are_not_alike():
    """Also where everybody has the same lines of help in a cell of their own."""
    answers = {f"s{k:02}": {"bias": honest(k), "extra-1": padding(np.random.default_rng(1), 5)}
               for k in range(5)}  # fmt: skip
    assert alike(answers, GIVEN)[0] == []


def test_what_was_released_has_no_passages_of_its_own():
    wanted = names_of(GIVEN)
    assert passages(GIVEN, wanted) == passages({"extra-1": GIVEN["bias"]}, wanted)


def test_odd_code_is_compared_too():
    for source in ("def f(:", "\0", "x = '\ud800'", "(" * 5000, "exec('exec(a)')", "a = a"):
        assert isinstance(passages({"bias": source}, {"Bias"}), set)
    assert words("exec('x')") == words("exec('x')")


def test_a_page_compares_cells_of_ones_own():
    """Prose in such a cell is no code."""
    grades = []
    for k in range(12):
        extra = DRESSED["in a cell of one's own"] if k in (3, 8) else {"bias": honest(k)}
        answers = extra | {"extra-9": "this is prose, and no code", "bias-why": "because"}
        grades.append(Grade(Record(f"s{k:02}", "02_bias", answers=answers), 7.0, 10.0, []))
    sheet = Sheet("02_bias", COURSE.released("02_bias"), grades)
    assert [(pair.one, pair.other) for pair in sheet.pairs()[0]] == [("s03", "s08")]
