"""The page of the site on what each diagnosis means: the table, its texts, an example, its report.

The examples stand in docs/site/examples.py, the texts in edunn/checking/messages.json.
"""

import contextlib
import io
import linecache
import re
import warnings
from pathlib import Path

import numpy as np

import edunn as nn
import edunn.checking.checks as checks
from edunn.checking.diagnoses import DIAGNOSES, About, Diagnosis
from edunn.checking.messages import catalogue
from edunn.checking.report import STYLE, Report

EXAMPLES = Path(__file__).with_name("site") / "examples.py"
SIZES = {"Linear": "3, 2", "Bias": "3", "BatchNorm1d": "3", "LayerNorm": "3", "Dropout": "0.3"}
SECTIONS = {  # what has the mistake; the first that fits has the diagnosis
    "Python stops": lambda row: row.about == About.ANYTHING,
    "The forward of a layer": lambda row: row.about == About.FORWARD,
    "The backward of a layer": lambda row: row.about == About.BACKWARD,
    "Both methods of a layer": lambda row: bool(row.about & About.MODULE),
    "An optimizer": lambda row: row.about == About.OPTIMIZER,
    "Initial values": lambda row: row.about == About.INITIALIZER,
    "A training loop": lambda row: row.about == About.TRAINING_LOOP,
}
ENDLESS = 1.0  # seconds that the example of an endless loop may take here
WITHOUT = {"loops"}  # whose example would take as long as a check may


class Optimizer:
    """What the optimizers of the examples share."""

    def __init__(self, parameters, lr=0.1):
        self.parameters, self.lr, self.v = parameters, lr, {}

    def step(self):
        for p in self.parameters:
            self.change(p.data, p.grad)


class Loop:
    """A right training loop, of which each example changes a piece."""

    def __call__(self, model, loss, optimizer, x, y, batch_size, epochs):
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.batch_size, history = batch_size, []
        self.model.train()
        for _ in range(epochs):
            losses, sizes = [], []
            for batch_x, batch_y in self.batches(x, y):
                losses.append(float(self.train(batch_x, batch_y)))
                sizes.append(len(batch_x))
            history.append(self.epoch_loss(losses, sizes))
        return history

    def order(self, n):
        return np.random.permutation(n)

    def batches(self, x, y):
        order = self.order(len(x))
        for i in range(0, len(x), self.batch_size):
            chosen = order[i : i + self.batch_size]
            yield x[chosen], y[chosen]

    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        self.optimizer.zero_grad()
        value.backward()
        self.optimizer.step()
        return value.data

    def epoch_loss(self, losses, sizes):
        return np.average(losses, weights=sizes)


def page() -> str:
    """All diagnoses, by what has the mistake, in the order of the table."""
    left, parts = dict(DIAGNOSES), [STYLE]
    shown = examples()
    for title, belongs in SECTIONS.items():
        ids = [id for id, row in left.items() if belongs(row)]
        parts.append(f"## {title}")
        parts += [entry(left.pop(id), shown.get(id)) for id in ids]
    return "\n\n".join(parts)


def entry(row: Diagnosis, code: str | None) -> str:
    """What a diagnosis says: in a report where there is an example, else as its texts stand."""
    if code is None:
        pattern, hint, more = catalogue()[row.id]["en"].values()
        pattern = re.sub(r"\{(\w+)\}", r"*\1*", pattern)
        return f"### {row.id}\n\n{pattern} {hint}\n\n{more}"
    report = (
        report_of(code)._repr_html_().removeprefix(STYLE).replace("<details>", "<details open>")
    )
    said = re.sub(r"\n\s*\n", "\n", report)
    return f'### {row.id}\n\n```python\n{code}\n```\n\n<div class="report">{said}</div>'


def examples() -> dict[str, str]:
    """{id: the code of its example, which ends with a check}"""
    cells = re.split(r"^# %% (\w+)\n", EXAMPLES.read_text(encoding="utf-8"), flags=re.M)[1:]
    return {id: with_check(code.strip()) for id, code in zip(cells[::2], cells[1::2])}


def with_check(code: str) -> str:
    last = code.splitlines()[-1]
    if last.startswith("nn.check"):
        return code
    name, base = re.findall(r"^class (\w+)\((\S+)\):", code, re.M)[-1]
    if base == "Loop":
        return f"{code}\n\nnn.check_training_loop({name}())"
    if base == "Optimizer":
        reference = f"lambda parameters: nn.{name}(parameters, lr=0.1)"
        return f"{code}\n\nnn.check_optimizer({name}, {reference})"
    layer = f"{name}({SIZES.get(name, '')})"
    return f"{code}\n\nnn.check_layer({layer}, x, reference=nn.{layer})"


def report_of(code: str) -> Report:
    """The report of an example's check."""
    seen = []

    class Kept(Report):
        def raise_if_wrong(self) -> None:
            seen.append(self)

    names = {"np": np, "nn": nn, "Optimizer": Optimizer, "Loop": Loop, "__name__": "notebook"}
    names["x"] = np.random.default_rng(0).normal(size=(5, 3))
    file = "<example>"
    before = checks.Report, checks.SECONDS
    checks.Report, checks.SECONDS = Kept, ENDLESS if "while" in code else checks.SECONDS
    nn.manual_seed(0)
    np.random.seed(0)
    try:
        linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(code, file, "exec"), names)
    finally:
        checks.Report, checks.SECONDS = before
    return seen[0]
