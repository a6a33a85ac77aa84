"""The whole suite for one layer, on several batches, phases and scales of the same object."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import replace

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnosis import diagnose_output
from edunn.checking.engine import largest
from edunn.checking.findings import CheckedVariable, Finding, Outcome
from edunn.checking.laws import structure
from edunn.checking.point import Point
from edunn.checking.subject import Stop, Subject, as_float64, float64_copies, resized, stream
from edunn.checking.wrong_gradient import agree
from edunn.core import Module

BATCHES = (7, 1, 3)


class _Examination:
    """One run of the suite; findings are added stage by stage."""

    def __init__(
        self, module: Module, inputs: tuple[Array, ...], reference: Module | None, seed: int
    ):
        self.subject, self.module, self.reference = Subject(module), module, reference
        self.right = Subject(module if reference is None else reference)
        self.inputs, self.seed = tuple(as_float64(x, "fb") for x in inputs), seed
        self.rng = stream(seed, "batches")
        self.checked: dict[str, CheckedVariable] = {}
        self.fresh: Module | None = None
        with suppress(Exception):  # of what holds what cannot be copied
            self.fresh = copy.deepcopy(module)

    def batch(self, n: int) -> tuple[Array, ...]:
        first = self.inputs[0]
        return tuple(
            resized(x, n, self.rng) if x.ndim and first.ndim and len(x) == len(first) else x.copy()
            for x in self.inputs
        )

    def run(self) -> list[Finding]:
        """The findings of the first stage that has any."""
        try:
            for stage in (self.first_batch, self.other_batches, self.new_parameters,
                          self.buffers, self.test_phase, self.extremes):  # fmt: skip
                if found := stage():
                    return found
        except Stop as stop:
            return [stop.finding]
        return []

    def point(self, inputs: tuple[Array, ...], jointly: bool = True) -> list[Finding]:
        """Shapes, then forward values where there is a reference, then gradients."""
        point = self.at(inputs)
        if found := point.shapes() or self.against_reference(inputs, point.y):
            return found
        found, checked = point.values(jointly=jointly)
        self.checked = {one.variable: one for one in checked} | self.checked
        return found

    def first_batch(self) -> list[Finding]:
        for name, w in self.subject.parameters().items():
            if not np.any(w):  # as a new bias is: what is done with 0 cannot be seen
                w[...] = stream(self.seed, name).uniform(0.1, 0.4, w.shape)
        inputs = self.batch(BATCHES[0])
        if self.refused(inputs):
            inputs = tuple(x.copy() for x in self.inputs)
        point = self.at(inputs)
        return point.shapes() or structure(point) or self.point(inputs, jointly=False)

    def at(self, inputs: tuple[Array, ...]) -> Point:
        """One forward and backward there; an output that is wrong is said before what follows."""
        try:
            point = Point(self.subject, inputs, self.seed)
        except Stop as stop:
            if stop.finding.part == "backward" and stop.error and stop.finding.id != "cache_empty":
                y = self.subject.forward(*(x.copy() for x in inputs))
                for finding in self.against_reference(inputs, y):
                    raise Stop(finding) from None
            raise
        for finding in self.against_reference(inputs, point.y, only_shape=True):
            raise Stop(finding)
        return point

    def other_batches(self) -> list[Finding]:
        """Again with one example, and with three, on the same object."""
        for n in BATCHES[1:]:
            inputs = self.batch(n)
            if self.refused(inputs):
                continue
            found, error = self.guarded(inputs)
            if not found:
                continue
            if self.is_fine_when_fresh(inputs):
                return [self.subject.finding("stale_batch", found[0].part, found[0].variable)]
            if error is None or found[0].id == "cache_empty":
                return found
            # a batch of one may be refused, as batch normalization must; but an AxisError, say, is
            # a ValueError by its class and no refusal
            if not (n == 1 and self.reference is None and type(error) is ValueError):
                words = found[0].details["error"]
                return [self.subject.finding("raises_for_batch", found[0].part, n=n, error=words)]
        return []

    def guarded(self, inputs: tuple[Array, ...]) -> tuple[list[Finding], BaseException | None]:
        """What is wrong there, and what the layer has raised, if it has."""
        try:
            return self.point(inputs), None
        except Stop as stop:
            return [stop.finding], stop.error

    def is_fine_when_fresh(self, inputs: tuple[Array, ...]) -> bool:
        """Whether an object that has seen nothing else gives these inputs their right gradients."""
        if self.fresh is None:
            return False
        with float64_copies(self.fresh):
            twin = _Examination(self.fresh, self.inputs, self.reference, self.seed)
            return not twin.guarded(inputs)[0]

    def new_parameters(self) -> list[Finding]:
        """Again after the parameters have changed, as an optimizer changes them."""
        for w in self.subject.parameters().values():
            w += np.where(w < 0, -0.3, 0.3)
        if not self.subject.parameters():
            return []
        inputs = self.batch(BATCHES[2])
        if self.refused(inputs):
            return []
        found, _ = self.guarded(inputs)
        if not found:
            return []
        return [self.subject.finding("old_parameters", found[0].part, found[0].variable)]

    def buffers(self) -> list[Finding]:
        """What a step of training leaves behind for evaluation, such as running statistics."""
        modules = [] if self.reference is None else list(self.reference.modules())
        inputs = self.batch(BATCHES[0])
        if not any(twin.buffers for twin in modules) or self.refused(inputs):
            return []
        self.subject.forward(*inputs)
        for module, twin in zip(self.module.modules(), modules):
            for name in twin.buffers:
                theirs = getattr(twin, name)
                if not agree(np.asarray(getattr(module, name, theirs)), theirs):
                    return [self.subject.finding("running_value", "forward", name=name)]
        return []

    def test_phase(self) -> list[Finding]:
        """Again in evaluation mode; a reference says what forward must then give."""
        inputs = self.batch(BATCHES[2])
        if self.refused(inputs) or self.unchanged_by_eval(inputs):
            return []
        found, _ = self.guarded(inputs)
        if not found:
            return []
        expected = self.expected(inputs)
        is_identity = expected is not None and np.array_equal(expected, inputs[0])
        id = "test_phase_not_identity" if is_identity else "test_phase_value"
        return [self.subject.finding(id, found[0].part, found[0].variable)]

    def unchanged_by_eval(self, inputs: tuple[Array, ...]) -> bool:
        """Whether the layer, and its reference, do the same in both phases."""
        results = []
        for training in (True, False):  # evaluation is what it stays in
            self.train(training)
            expected, point = self.expected(inputs), Point(self.subject, inputs, self.seed)
            results.append([expected, point.y, *point.dxs, *point.grads.values()])
        return all(np.array_equal(a, b) for a, b in zip(*results))

    def extremes(self) -> list[Finding]:
        """Large inputs of both signs, and rows of very different sizes, where a reference copes."""
        self.train(True)
        for size in [1e3, -1e3]:
            inputs = tuple(
                (x.T * np.resize([0, size], len(x))).T
                if x.dtype.kind == "f" and x.ndim and largest(x) > 1 else x
                for x in self.batch(BATCHES[0])
            )  # fmt: skip
            expected = self.expected(inputs)
            copes = expected is not None and np.all(np.isfinite(expected))
            if copes and not np.all(np.isfinite(self.subject.forward(*inputs))):
                id = "not_finite_together" if self.is_finite_alone(inputs) else "overflow"
                return [self.subject.finding(id, "forward", size=f"{abs(size):g}")]
        return []

    def is_finite_alone(self, inputs: tuple[Array, ...]) -> bool:
        """Whether each example gives finite numbers, if it is alone in its batch."""
        n = len(inputs[0])
        each = ([x[i : i + 1] if x.shape[:1] == (n,) else x for x in inputs] for i in range(n))
        return all(np.all(np.isfinite(self.subject.forward(*one))) for one in each)

    def train(self, training: bool) -> None:
        self.subject.ask("train", training)
        if self.reference is not None:
            self.reference.train(training)

    def expected(self, inputs: tuple[Array, ...]) -> Array | None:
        """What the reference gives, with the parameters that the subject has now."""
        if self.reference is None:
            return None
        mine = self.subject.module.named_parameters()
        for name, parameter in self.reference.named_parameters().items():
            if name in mine:
                parameter.data = np.array(mine[name].data)
        for module, twin in zip(self.module.modules(), self.reference.modules()):
            for name in twin.buffers:
                setattr(twin, name, np.array(getattr(module, name, getattr(twin, name))))
        try:
            return self.right.forward(*(x.copy() for x in inputs))
        except Stop:
            return None

    def refused(self, inputs: tuple[Array, ...]) -> bool:
        """Whether the reference itself does not take these inputs."""
        return self.reference is not None and self.expected(inputs) is None

    def against_reference(
        self, inputs: tuple[Array, ...], y: Array, only_shape: bool = False
    ) -> list[Finding]:
        """What is wrong with the output y, beside that of the reference."""
        expected = self.expected(inputs)
        if expected is None:
            return []
        if expected.shape != y.shape:
            details = {"got": str(y.shape), "want": str(expected.shape)}
            return [self.subject.finding("forward_shape", "forward", **details)]
        if only_shape or agree(y, expected):
            return []
        n = y.shape[:1]
        if inputs[0].shape[:1] == n != ():
            first = tuple(x[:1].copy() if x.shape[:1] == n else x for x in inputs)
            alone = self.expected(first)
            own = alone is not None and agree(alone, expected[:1])
            if own and not agree(self.subject.forward(*first), y[:1]):
                return [self.subject.finding("examples_mixed", "forward")]
        id, details, _ = diagnose_output(y, expected)
        finding = self.subject.finding(id, "forward", **details)
        return [replace(finding, yours=y, measured=expected)]


def examine_layer(
    module: Module, inputs: tuple[Array, ...], reference: Module | None = None, seed: int = 0
) -> Outcome:
    """The whole suite: all that is wrong at the first stage where anything is. Nothing is raised
    for it."""
    with float64_copies(module), float64_copies(Module() if reference is None else reference):
        examination = _Examination(module, inputs, reference, seed)
        found = examination.run()
        return Outcome(found, list(examination.checked.values()), examination.subject.forwards)
