"""What a person is told of answers whose numbers are right; it takes no points."""

import base64
import textwrap
import zlib

import pytest

from edunn.course.grading.records import Record
from edunn.course.notebooks.solution import is_kind
from edunn.course.reporting.messages import concerns
from edunn.course.reporting.remarks import remarks
from hostile.making import COURSE

FORWARD, STRING = (
    "Bias: backward calls forward, or measures the slope",
    "answer built from a string",
)
LAYER = """
class Bias(nn.Module):
    def forward(self, x):
        self.x = x
        return x + self.b.data
    def backward(self, dy):
{}
"""


def layer(body, *more):
    return LAYER.format(textwrap.indent(textwrap.dedent(body).strip(), " " * 8)) + "\n".join(more)


LOOP = """
dx = np.zeros_like(self.x)
for i in np.ndindex(dx.shape):
    x = self.x.copy()
    x[i] += 1e-6
    up = np.sum(dy * {0}(x))
    x[i] -= 2e-6
    down = np.sum(dy * {0}(x))
    dx[i] = (up - down) / 2e-6
return dx, {{}}
"""
HELPER = """
def slope(f, x, dy, h=1e-6):
    return (np.sum(dy * f(x + h)) - np.sum(dy * f(x - h))) / (2 * h)
"""
MEASURED = {
    "forward": layer(LOOP.format("self.forward")),
    "the layer": layer(LOOP.format("self")),
    "of the class": layer(LOOP.format("Bias.forward")),
    "of its type": layer(LOOP.format("type(self)(3).forward")),
    "getattr": layer(LOOP.format("getattr(self, 'forward')")),
    "of the parent": layer(LOOP.format("super().forward")),
    "another function": layer(LOOP.format("np_free_formula")),
    "edunn's": layer("return nn.numeric_gradient(lambda x: x, self.x, dy), {}"),
    "SciPy's": layer("return approx_fprime(self.x, f), {}"),
    "a helper": layer("return slope(lambda x: x + 1, self.x, dy), {}", HELPER),
    "a method": layer("return self.slow(dy)\ndef slow(self, dy):\n    return self.forward(dy), {}"),
    "put in later": layer("pass", "def late(self, dy):\n    return self.forward(dy), {}",
                          "Bias.backward = late"),
    "a complex step": layer("return f(self.x + 1e-20j).imag / 1e-20, {}"),
    "in a string": f"exec({layer(LOOP.format('self.forward'))!r})",
}  # fmt: skip


@pytest.mark.parametrize("how", MEASURED)
def test_backward_that_calls_forward(how):
    said = list(map(str, remarks({"bias": MEASURED[how]})))
    assert FORWARD in said
    assert said[1:] == ([f"{STRING}: there is code that runs text or data"]
                        if how == "in a string" else [])  # fmt: skip


DB = "{'b': np.sum(dy, axis=0)}"
INNOCENT = {
    "right": layer(f"return dy, {DB}"),
    "another layer's forward": layer("return dy * nn.Sigmoid().forward(self.x), {}"),
    "a formula of both": layer(
        "s = self.share(self.x)\nreturn dy * s * (1 - s), {}\ndef share(self, x):\n    return 1 / x"
    ),
    "a difference of sums": layer("return (dy.sum() - dy.mean()) / (np.abs(dy) - np.abs(3)), {}"),
    "evaluation": "model.eval()\nstate = json.loads(text)\nre.compile('a')",
    "not Python": "this is $ no code",
    "magic": "%matplotlib inline\n!pip install x\nx = 1",
}


@pytest.mark.parametrize("what", INNOCENT)
def test_nothing_is_said_of_others(what):
    assert remarks({"bias": INNOCENT[what]}) == []


def test_nothing_is_said_of_the_solutions():
    for path in sorted((COURSE.root / "solutions").glob("[0-9]*.py")):
        cells = [c for c in COURSE.solution(path.stem)["cells"] if is_kind(c, "solution")]
        assert remarks({c["id"]: c["source"] for c in cells if c["cell_type"] == "code"}) == []


PACKED = base64.b64encode(zlib.compress(b"import torch")).decode()
STRINGS = {
    "plain": "exec('import torch')",
    "added": "a = 'import'\nexec(a + ' to' + 'rch')",
    "backwards": "exec('hcrot tropmi'[::-1])",
    "packed": f"import base64, zlib\nexec(zlib.decompress(base64.b64decode('{PACKED}')))",
    "renamed": "from base64 import b64decode as d\nimport zlib as z\n"
    f"exec(z.decompress(d({PACKED!r})))",
    "by numbers": f"exec(bytes({list(b'import torch')}))",
    "by letters": f"exec(''.join(chr(k ^ 7) for k in {[k ^ 7 for k in b'import torch']}))",
    "compiled": "exec(compile('import torch', 'x', 'exec'))",
    "twice": "exec(\"exec('import torch')\")",
    "in the shell": "get_ipython().run_cell('import torch')",
    "run by another name": "run = exec\nrun('import torch')",
    "turned": "import codecs\nexec(codecs.decode('vzcbeg gbepu', 'rot13'))",
}


@pytest.mark.parametrize("how", STRINGS)
def test_code_in_strings(how):
    said = list(map(str, remarks({"c": STRINGS[how]})))
    assert said == ["uses torch", f"{STRING}: there is code that runs text or data"]


@pytest.mark.parametrize(
    "source",
    ["import marshal\nexec(marshal.loads(raw))", "exec(open('answer.txt').read())",
     "import types\nf = types.FunctionType(code, globals())", "pickle.loads(raw)",
     "exec('x' * 10**9)", "exec('[' * 100_000)", "a = a + 'x'\nexec(a)"],
)  # fmt: skip
def test_strings_that_cannot_be_known(source):
    assert [one.id for one in remarks({"c": source})] == ["remark_string"]


def test_packages_and_silence():
    source = "import torch.nn as t\nfrom jax import numpy\nimport numpy\n__import__('scipy')"
    said = [str(one) for one in remarks({"c": source, "d": "with np.errstate(over='ignore'): 1"})]
    assert said == ["uses jax", "uses scipy", "uses torch", "turns NumPy's warnings off"]


def test_they_stand_in_the_report_beside_the_notes():
    record = Record("a", "02_bias", answers={"bias": MEASURED["forward"]})
    assert [str(one) for one in concerns(record)] == [FORWARD]
    assert record.notes == []  # not for the student's page
