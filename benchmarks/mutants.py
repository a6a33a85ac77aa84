"""Mutants: edunn's own layers with one small change in the source of forward or backward.

    for target in TARGETS:
        for mutant in mutants(target): ...

A Target is a piece of source (a method, or a function that methods call) with the configurations
that must show what is wrong with it: one configuration alone hides many mistakes.
"""

import copy
import inspect
import sys
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import edunn as nn
from cases import CASES
from edunn import containers, ops
from edunn.checking.subject import Stop, Subject
from edunn.course.authoring.mutation import changed_sources, is_refusal, slips
from edunn.layers.regularization import BatchNorm, Moments
from edunn.layers.windows import Sliding
from mistakes.base import filled


@dataclass
class Target:
    """owner, name: the class or Python module, and the function in it, whose source is changed
    configurations: (build, inputs(n, rng)) of right modules
    path: the attribute of the module, if any, that is the `owner`"""

    owner: object
    name: str
    configurations: list[tuple[Callable, Callable]]
    path: str = ""

    @property
    def function(self):
        return getattr(self.owner, self.name)


@dataclass
class Mutant:
    target: Target
    line: int
    before: str
    after: str
    function: Callable

    def build(self, make):
        """The module that `make` builds, with the change."""
        module, target = make(), self.target
        owner = getattr(module, target.path) if target.path else module
        methods = {target.name: self.function}
        if not inspect.isclass(target.owner):  # a function: its callers get other globals
            kinds = [kind for kind in reversed(type(module).__mro__) if kind.__module__ in EDUNN]
            methods = {
                name: types.FunctionType(
                    m.__code__, m.__globals__ | methods, name, m.__defaults__, m.__closure__
                )
                for kind in kinds for name, m in vars(kind).items()
                if isinstance(m, types.FunctionType) and target.name in m.__code__.co_names
            }  # fmt: skip
        owner.__class__ = type(type(owner).__name__, (type(owner),), methods)
        return module

    def __str__(self):
        file = self.target.function.__globals__["__name__"].replace(".", "/") + ".py"
        kind = getattr(self.target.owner, "__qualname__", "")
        return f"{file}:{self.line} {kind}.{self.target.name}: {self.before}  ->  {self.after}"


EDUNN = {name for name in sys.modules if name.startswith("edunn.")}


def mutants(target):
    lines, first = inspect.getsourcelines(target.function)
    source = textwrap.dedent("".join(lines))
    for line, before, after, text in changed_sources(source, slips, is_refusal):
        names, local = dict(target.function.__globals__), {}
        try:
            exec(compile(text, f"<mutant of {target.name}>", "exec"), names, local)
        except SyntaxError:
            continue
        yield Mutant(target, first + line - 1, before, after, local[target.name])


def is_equivalent(mutant):
    """Whether it does the same as the original on ordinary inputs: in training and evaluation,
    batches of 7, 1 and 3, two settings of the parameters; or fails in the same way."""
    for make, inputs in mutant.target.configurations:
        right, wrong = Subject(make()), Subject(mutant.build(make))
        wrong.random, wrong.numpy_random = right.random, right.numpy_random
        rng = np.random.default_rng(99)
        for training in (True, False):
            for n in (7, 1, 3):
                x = inputs(n, rng)
                if not same(*(outcome(one, x, training) for one in (right, wrong))):
                    return False
            for subject in (right, wrong):
                for w in subject.parameters().values():
                    w *= -1.7
    return True


def outcome(subject, inputs, training):
    """Output and gradients, or the name of the error."""
    subject.module.train(training)
    try:
        y = subject.forward(*(x.copy() for x in inputs))
        dy = np.asarray(np.random.default_rng(5).normal(size=y.shape))
        dxs, grads = subject.backward(dy)
        return [y, *dxs, *(grads[name] for name in sorted(grads))]
    except Stop as stop:
        return stop.finding.id
    except Exception as error:  # backward gave what is no array
        return type(error).__name__


def same(a, b):
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str) and a == b
    return len(a) == len(b) and all(
        x.shape == y.shape
        and np.all((np.isnan(x) & np.isnan(y)) | (x == y)
                   | (np.abs(x - y) <= 1e-12 * np.max(np.abs(x), initial=0)))
        for x, y in zip(a, b)
    )  # fmt: skip


class Inside(nn.Module):
    """A module whose method is called with more than arrays: a power, a number of steps."""

    def __init__(self, inner, method, *more):
        self.inner, self.method, self.more = inner, method, more

    def forward(self, *inputs):
        y = getattr(self.inner, self.method)(*inputs, *self.more)
        self.cache = self.inner.cache
        return y

    def backward(self, dy):
        self.inner.cache = self.cache
        dx, grads = self.inner.backward(dy)
        return dx, {f"inner.{name}": gradient for name, gradient in grads.items()}


def ordinary(examples):
    """inputs(n, rng) in the image of example inputs: labels for labels, and so on."""

    def one(x, n, rng):
        shape = (n, *x.shape[1:]) if len(x) == len(examples[0]) else x.shape
        if x.dtype.kind != "f":
            return rng.choice(x.ravel(), shape)
        if np.all((x == 0) | (x == 1)):
            return rng.integers(0, 2, shape).astype(float)
        between = 0 <= x.min() <= x.max() <= 1
        return rng.uniform(0.1, 0.9, shape) if between else rng.normal(size=shape)

    return lambda n, rng: tuple(one(x, n, rng) for x in examples)


x34 = np.random.default_rng(0).normal(size=(4, 3))
more = {
    "Power, 3": (Inside(ops.Power(), "forward", np.float64(3)), x34),
    "Power, 0.5": (Inside(ops.Power(), "forward", np.float64(0.5)), abs(x34) / abs(x34).max()),
    "Iterated": (Inside(CASES["Sequential2D, one block twice"][0], "iterate", 3),
                 CASES["Sequential2D, one block twice"][1]),
    "Conv2d, both": (nn.Conv2d(2, 3, 3, stride=2, padding=1), CASES["Conv2d, stride"][1]),
    "BCELoss, a row": (nn.BCELoss(), *(a[:, 0] for a in CASES["BCELoss"][1:])),
    "Multiply, columns": (nn.Multiply(), x34, x34[:, :1]),
    "Maximum, columns": (nn.Maximum(), x34, x34[:, :1] + 0.1),
    "Max, of all": (nn.Max(), x34),
    "Max, keepdims": (nn.Max(axis=1, keepdims=True), x34),
    "Mean, of all": (nn.Mean(), x34),
    "Dense, gelu, no bias": (nn.Dense(3, 2, "gelu", bias_initializer=None), x34),
    "MaskedLinear, no bias": (nn.MaskedLinear(3, 2, bias=False), x34),
}  # fmt: skip


def configurations(*names):
    """Of all cases whose name, up to a comma, is one of these, or which are named in full."""
    cases = (CASES | more).items()
    found = [case for name, case in cases if {name, name.split(",")[0]} & set(names)]
    return [
        (lambda module=module: filled(copy.deepcopy(module)), ordinary(inputs))
        for module, *inputs in found
    ]


LAYERS = (
    nn.Linear, nn.Bias, nn.Dense, nn.ReLU, nn.LeakyReLU, nn.Sigmoid, nn.Tanh, nn.GELU, nn.Softmax,
    nn.ELU, nn.SiLU, nn.Softplus, nn.LogSoftmax, nn.LayerNorm, nn.LSTM, nn.GRU,
    nn.MultiHeadAttention, nn.Conv1d, nn.AdaptiveAvgPool2d,
    nn.AddConstant, nn.MultiplyConstant, nn.Flatten, nn.Dropout, nn.Conv2d, nn.MaxPool2d,
    nn.AvgPool2d, nn.Embedding, nn.RNN, nn.MaskedLinear, nn.SparseLinear, nn.MSELoss,
    nn.CrossEntropyLoss, nn.BCELoss, nn.BCEWithLogitsLoss, nn.SquaredError,
    nn.L1Loss, nn.HuberLoss, nn.SmoothL1Loss, nn.NLLLoss,
    nn.CrossEntropyWithLabels, nn.BinaryCrossEntropy, nn.MeanError, nn.Add, nn.Subtract,
    nn.Multiply, nn.Divide, nn.Negative, nn.MatMul, nn.Exp, nn.Log, nn.Sqrt, nn.Absolute,
    nn.Maximum, nn.Mean, nn.Max, nn.Transpose, nn.Index, nn.Concatenate,
)  # fmt: skip
BOTH = ("forward", "backward")
NORMS = configurations("BatchNorm1d", "BatchNorm2d")
SLIDING = configurations("Conv2d", "MaxPool2d", "AvgPool2d")
CHAINS, GRIDS = configurations("Sequential"), configurations("Sequential2D")
TWICE, ITERATED = configurations("Sequential, one layer twice"), configurations("Iterated")
TARGETS = [
    *(Target(kind, name, configurations(kind.__name__)) for kind in LAYERS for name in BOTH),
    *(
        Target(kind, name, configurations(kind.__name__))
        for kind in (nn.RNN, nn.LSTM, nn.GRU)
        for name in ("_step", "_step_back")
    ),
    *(Target(ops.Power, name, configurations("Power")) for name in BOTH),
    *(Target(BatchNorm, name, NORMS) for name in BOTH),
    Target(Moments, "moments", NORMS),
    *(
        Target(Sliding, name, SLIDING, "windows")
        for name in ("im2col", "col2im", "places", "add_back")
    ),
    *(Target(containers.Chain, name, CHAINS) for name in ("forward", "backward_from")),
    *(Target(nn.Sequential2D, name, GRIDS) for name in ("step", "backward_from", "cut")),
    *(
        Target(nn.Sequential2D, name, ITERATED, "inner")
        for name in ("iterate", "step", "backward_from")
    ),
    Target(containers, "add_gradients", TWICE),
    *(Target(ops, "unbroadcast", configurations(kind)) for kind in ("Add", "Multiply", "Divide")),
]
