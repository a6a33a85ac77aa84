"""Exercises other than the second: answers that do not solve them, and right ones that are odd.

Each is judged by itself; about 40 s on two free cores.
"""

import copy
import textwrap

import pytest

from edunn.course.grading.judge import Judge
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.normalise import NormalisedSubmission
from hostile.making import COURSE, find
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
LIMITS = Limits(cell_seconds=20.0)
MODULE = "class {}(nn.Module):\n    def __init__(self, *a, **k): pass\n"
KNOWN = """
X, Y = nn.datasets.load_digits()
class Known(nn.Module):
    def forward(self, x):
        x = x.data if isinstance(x, nn.Tensor) else x
        return np.eye(10)[Y[((x[:, None] - X) ** 2).sum(2).argmin(1)]]
    def backward(self, dy):
        return dy, {}
"""
SAME_TIME = """
Tensor.time = property(lambda self: 1, lambda self, value: None)
def tape(tensor):
    found, pending = [], [tensor]
    while pending:
        one = pending.pop()
        if not any(one is other for other in found):
            found.append(one)
            pending += one.step.inputs if one.step else []
    return found
"""
PRODUCT = """
class MatMul(nn.Module):
    def forward(self, a, b):
        self.part = nn.{0}(*b.shape)
        self.part.w.data = b
        return self.part.forward(a)
    def backward(self, dy):
        dx, grads = self.part.backward(dy)
        return (dx, grads["w"]), {{}}
"""
CHEATS = {  # (exercise, what): {cell: source}; none of them earns a point
    ("01", "a Linear for a MatMul"): {"matmul": PRODUCT.format("Linear")},
    ("01", "a Linear from its file"): {
        "matmul": PRODUCT.format("Linear").replace("nn.Linear", "edunn.layers.linear.Linear"),
        "unbroadcast": "from edunn.ops import unbroadcast"},
    ("07", "looks for a patched backward"): {
        "tool": "def gradient_error(layer, x):\n    return 0.1 * ('backward' in vars(layer))"},
    ("07", "the measuring of the checks"): {
        "numeric": "from edunn.checking.engine import numeric_gradient",
        "relative": "relative_error = lambda a, b: 0.0"},
    ("09", "all that is inside"): {"sequential": "from edunn.containers import Sequential"},
    ("09", "a chain"): {"sequential": """
        from edunn.containers import Chain, _as_entries
        class Sequential(Chain):
            def __init__(self, *layers, name=None):
                super().__init__(_as_entries(layers))
        """},
    ("09", "PyTorch's words"): {"sequential": "from edunn.torchlike import Sequential"},
    ("09", "what can be trained"): {
        "count": "def count_parameters(module): return module.number_of_trainable_parameters()"},
    ("10", "the same by its old name"): {"sgd": """
        from edunn.training import GradientDescent
        SGD = GradientDescent.optimizer
        """},
    ("11", "knows the digits"): {"digits": KNOWN + "def train_digits(x, y): return Known()"},
    ("12", "drops nothing"): {"dropout": MODULE.format("Dropout")
        + "    def forward(self, x): return x\n    def backward(self, dy): return dy, {}"},
    ("12", "drops all"): {"dropout": MODULE.format("Dropout")
        + "    def forward(self, x): return 0 * x\n    def backward(self, dy): return 0 * dy, {}"},
    ("15", "the windows of edunn"): {
        "cut": "from edunn.layers.windows import Sliding\n"
        "def cut(x, size, stride=1, padding=0, fill=0):\n"
        "    return Sliding('', size, stride, padding).im2col(x, fill)",
        "paste": "def paste(windows, shape, stride=1, padding=0):\n"
        "    return Sliding('', windows.shape[-1], stride, padding).col2im(windows, shape)"},
    ("16", "tensors of one time"): {"tape": SAME_TIME},
    ("17", "knows the digits"): {
        "network": KNOWN + "def small_network(): return Known()\ndef train(*all): pass"},
    ("17", "keeps what it has seen"): {"network": """
        class Keeps(nn.Module):
            def forward(self, x):
                return np.eye(10)[self.y[((x[:, None] - self.x) ** 2).sum(2).argmin(1)]]
        def small_network(): return Keeps()
        """, "seconds": "def train(model, x, y): model.x, model.y = x, y"},
}  # fmt: skip
NAMES = "'Swish', 'Flip', 'Wave', 'Share', 'Square', 'Decay'"
HONEST = {  # beside the solution's other cells; each keeps all points
    ("07", "a set"): {"verdict": f"def guilty(): return {{{NAMES}}}"},
    ("07", "an array"): {"verdict": f"def guilty(): return np.array([{NAMES}])"},
    ("07", "one by one"): {"verdict": f"def guilty():\n    yield from ({NAMES})"},
    ("11", "lists"): {"batches": """
        def batches(x, y, batch_size, shuffle=True):
            order = list(range(len(x)))
            if shuffle:
                nn.backend.generator().shuffle(order)
            places = [order[k : k + batch_size] for k in range(0, len(x), batch_size)]
            return [[x[some], y[some]] for some in places]
        """},
    ("17", "batch normalization"): {"network": """
        def small_network():
            layers = nn.BatchNorm1d(64), nn.Dense(64, 70, "relu"), nn.Dropout(0.1)
            return nn.Sequential(*layers, nn.Dense(70, 10))
        """},
}  # fmt: skip


def judged(number, changes):
    """The record of each: the release (for cheats) or the solution with these cells changed."""
    name = COURSE.full_name(number)
    exercise = Exercise.of(COURSE, name)
    notebooks = {"cheats": COURSE.released(name), "honest": COURSE.solution(name)}
    library = Library(exercise.withheld)
    with library, Judge(exercise, library, b"hostile", LIMITS) as judge:
        for (what, kind), cells in changes.items():
            notebook = copy.deepcopy(notebooks[kind])
            for cell, source in cells.items():
                find(notebook, cell)["source"] = textwrap.dedent(source)
            yield what, kind, judge.judge(what, NormalisedSubmission(notebook))


@pytest.mark.parametrize("number", sorted({one for one, _ in (*CHEATS, *HONEST)}))
def test_points_for_what_solves_it(number):
    changes = {(what, "cheats"): cells for (n, what), cells in CHEATS.items() if n == number}
    changes |= {(what, "honest"): cells for (n, what), cells in HONEST.items() if n == number}
    for what, kind, record in judged(number, changes):
        most = sum(verdict.max_points for verdict in record.results)
        assert record.state == "graded", (what, record.reason)
        assert record.points == (most if kind == "honest" else 0), (what, record.results)
