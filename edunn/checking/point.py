"""One forward and backward of a layer: its gradients, and whether they are the measured slopes."""

from __future__ import annotations

import inspect
import math
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnoses import NOTHING, Answer, diagnosis
from edunn.checking.diagnosis import diagnose, explained_by_others
from edunn.checking.engine import VERIFIED, WRONG, Measurement, Probe
from edunn.checking.findings import CheckedVariable, Finding
from edunn.checking.formulas import of_another_shape
from edunn.checking.inner_modules import Inside, Run, is_slope
from edunn.checking.subject import Subject, stream
from edunn.checking.wrong_gradient import WrongGradient

MANY_NUMBERS = 4_000_000  # of an array with which it is found out what is wrong


class Point:
    """One forward and backward of a subject: its output, gradients and what they belong to."""

    def __init__(self, subject: Subject, inputs: tuple[Array, ...], seed: int):
        self.subject, self.inputs, self.seed, self.explains = subject, inputs, seed, True
        self.before = [x.copy() for x in inputs]
        own = subject.parameters()
        self.parameters_before = {n: w.copy() for n, w in own.items()}
        self.y = subject.forward(*inputs)
        self.still_there("forward", own)
        self.cache = subject.module.cache
        if not np.all(np.isfinite(self.y)):
            count = int(np.sum(~np.isfinite(self.y)))
            raise subject.stop("not_finite", "forward", count=count)
        self.dy = np.asarray(stream(seed, "dy").normal(size=self.y.shape))
        self.dxs, self.grads = subject.backward(self.dy)
        self.still_there("backward", own)
        learned = subject.ask("inputs_of_dx", inputs)
        learns = {n: x for n, x in self.named_inputs().items() if any(x is one for one in learned)}
        self.variables = {name: x for name, x in learns.items() if x.dtype.kind == "f"}
        if len(self.dxs) == len(learns) > len(self.variables):
            index = next(i for i, name in enumerate(learns) if name not in self.variables)
            raise subject.stop("whole_numbers", "backward", index=index)
        self.parameters = subject.parameters()

    def still_there(self, part: str, own: dict[str, Array]) -> None:
        """Stop where the arrays that are nudged are not those that are computed with."""
        subject = self.subject
        for i, (x, old) in enumerate(zip(self.inputs, self.before)):
            if (x.shape, x.dtype, x.flags.writeable) != (old.shape, old.dtype, True):
                raise subject.stop("changes_input", part, index=i)
        now = subject.parameters()
        for name, w in own.items():
            old, new = self.parameters_before[name], now.get(name, np.nan)
            if new is not w or not w.flags.writeable:
                other = np.shape(new) == old.shape and not np.array_equal(new, old)
                id = "changes_parameter" if other else "replaces_parameter"
                if new is not w and any(one is w for one in now.values()):
                    id = "reorders_parameters"
                raise subject.stop(id, part, name=name)

    def named_inputs(self) -> dict[str, Array]:
        return {f"input {i}": x for i, x in enumerate(self.inputs)}

    @property
    def names(self) -> list[str]:
        """What forward calls its inputs."""
        with suppress(Exception):  # of a forward that cannot be looked at
            own = list(inspect.signature(self.subject.module.forward).parameters.values())
            if len(own) == len(self.inputs) and all(one.kind < one.VAR_POSITIONAL for one in own):
                return [one.name for one in own]
        return ["x", *list(self.named_inputs())[1:]]

    def gradients(self) -> dict[str, Array]:
        return dict(zip(self.variables, self.dxs)) | self.grads

    def gradients_for(self, dy: Array) -> dict[str, Array]:
        dxs, grads = self.subject.backward(dy)
        return dict(zip(self.variables, dxs)) | grads

    def again(self, dy: Array) -> dict[str, Array]:
        """The gradients of a new forward and backward of the same inputs with another dy."""
        self.subject.forward(*self.inputs)
        return self.gradients_for(dy)

    def shapes(self) -> list[Finding]:
        """Whether there is a gradient of the right shape for everything that has one."""
        subject, found = self.subject, []
        if len(self.dxs) != len(self.variables):
            id = "dx_missing" if not self.dxs else "dx_count"
            found.append(subject.finding(id, "backward"))
        frozen = {n for n, p in subject.module.named_parameters().items() if not p.requires_grad}
        missing = sorted(self.parameters.keys() - self.grads.keys())
        unknown = sorted(self.grads.keys() - self.parameters.keys() - frozen, key=str)
        known = list(self.parameters)
        if missing and not unknown:
            found.append(subject.finding("keys_missing", "backward", missing=missing))
        elif unknown:
            found.append(subject.finding("keys_unknown", "backward", unknown=unknown, known=known))
        got = [dx.shape for dx in self.dxs]
        want = [x.shape for x in self.variables.values()]
        if got != want and sorted(got) == sorted(want):
            return [subject.finding("dx_order", "backward")]
        for name, gradient in self.gradients().items():
            x = self.arrays().get(name)
            if x is None:
                continue
            if gradient.shape != x.shape:
                found.append(self.misshapen(name, gradient, x))
            elif not np.all(np.isfinite(gradient)):
                count = int(np.sum(~np.isfinite(gradient)))
                found.append(subject.finding("not_finite", "backward", name, count=count))
        return found

    def misshapen(self, name: str, gradient: Array, x: Array) -> Finding:
        got, want = gradient.shape, x.shape
        if got == () != self.y.shape:
            id = "shape_number"
        elif got == self.inputs[0].shape[:1] + want and name in self.parameters:
            id = "shape_batch_axis"
        elif got == self.y.shape:
            id = "shape_of_output"
        elif got == want[::-1]:
            id = "shape_transposed"
        elif [s for s in got if s != 1] == [s for s in want if s != 1]:
            id = "shape_extra_axis" if len(got) > len(want) else "shape_lost_axis"
        elif len(got) == len(want) and all(s in (1, size) for s, size in zip(got, want)):
            id = "shape_one_for_many"
        else:
            hand = {"dy": self.dy, **dict(zip(self.names, self.inputs)), **self.parameters}
            hand["output" if "y" in hand else "y"] = self.y
            if text := of_another_shape(gradient, hand):
                details = {"got": str(got), "want": str(want), "formula": text}
                id = "shape_outer" if text.startswith("outer(") else "shape_formula"
                return self.subject.finding(id, "backward", name, **details)
            picked = len(got) == 1 < len(want) and got[0] < math.prod(want) and got[0] not in want
            id = "shape_picked" if picked else "shape"
        return self.subject.finding(id, "backward", name, got=str(got), want=str(want))

    def arrays(self) -> dict[str, Array]:
        """All that has a gradient: inputs, and parameters that learn."""
        return self.variables | self.parameters

    def all_along_one_direction(self, gradients: dict[str, Array]) -> bool:
        """Whether all gradients together agree with the slope along one random direction."""
        arrays = self.arrays()
        flat = np.concatenate([x.ravel() for x in arrays.values()])

        def forward() -> Array:
            parts = np.split(flat, np.cumsum([x.size for x in arrays.values()])[:-1])
            for x, part in zip(arrays.values(), parts):
                x[...] = part.reshape(x.shape)
            return self.forward()

        gradient = np.concatenate([gradients[name].ravel() for name in arrays])
        right = Probe(forward, flat, self.dy).direction(gradient, stream(self.seed, "direction"))
        forward()  # everything is put back
        return right

    def values(
        self, only: Collection[str] | None = None, jointly: bool = False
    ) -> tuple[list[Finding], list[CheckedVariable]]:
        """Each gradient against its measured slope; `jointly`, all of them at once first."""
        gradients = self.gradients()
        if jointly and self.arrays() and self.all_along_one_direction(gradients):
            return [], [CheckedVariable(n, x.size, VERIFIED) for n, x in self.arrays().items()]
        checked: list[CheckedVariable] = []
        answers: dict[str, Answer] = {}  # of the wrong ones
        found: list[Finding] = []
        for name, x in self.arrays().items():
            if only is not None and name not in only:
                continue
            measurement = self.probe(x).judge(gradients[name], self.seed)
            checked.append(CheckedVariable(name, x.size, measurement.verdict))
            if measurement.verdict == WRONG:
                answers[name] = self.explain(name, gradients[name], measurement)
                found.append(self.finding(name, answers[name], gradients[name], measurement))
        if found and (digits := _decimals(self.y)):
            return [self.subject.finding("forward_rounds", "forward", digits=digits)], checked
        if found:
            found = self.explained_inside(found) or explained_by_others(found, answers, checked)
        return sorted(found, key=lambda one: diagnosis(one.id).says == NOTHING), checked

    def explain(self, name: str, gradient: Array, measurement: Measurement) -> Answer:
        """What is probably wrong with a gradient."""
        if not self.explains:
            return Answer("unknown", {})
        a, n, looked = gradient, np.asarray(measurement.measured), measurement.looked
        if is_sample := not np.all(looked):
            a, n = a[looked], n[looked]
        return diagnose(WrongGradient(name, a, n, self, is_sample))

    def finding(
        self, name: str, answer: Answer, gradient: Array, measurement: Measurement
    ) -> Finding:
        """An answer, with the arrays that it is about."""
        arrays = gradient, np.array(measurement.measured), measurement.wrong
        who = self.subject.who
        return Finding(answer.id, who, "backward", name, answer.details, *arrays)

    def explained_inside(self, found: list[Finding]) -> list[Finding]:
        """The findings, of which the first says what is wrong with the use of the modules inside;
        none where that is not it."""
        if not self.subject.module.children() or not self.explains:
            return []

        def is_right(run: Run) -> bool:
            point = Point(Subject(run.module), run.inputs, self.seed)
            gradients = point.gradients()
            return not point.shapes() and all(
                is_slope(point.probe(x), gradients[name]) for name, x in point.arrays().items()
            )

        with suppress(Exception):  # of inner modules that are no better than the outer one
            explained = Inside(self.subject, self.inputs, self.dy).explains(found, is_right)
            if explained is None:
                return []
            one, (id, details, _) = explained
            if diagnosis(id).says >= diagnosis(found[0].id).says:
                others = [other for other in found if other is not one]
                return [replace(one, id=id, details=details), *others]
        return []

    def probe(self, x: Array) -> Probe:
        return Probe(self.forward, x, self.dy)

    def forward(self) -> Array:
        y = self.subject.forward(*self.inputs)
        if y.shape != self.y.shape:
            raise self.subject.stop("forward_not_repeatable", "forward")
        return y

    def jacobian(self, x: Array) -> Array:
        """How every output moves with every number of x: (x's shape, y's shape). Stops where that
        is too much to keep."""
        if x.size * self.y.size > MANY_NUMBERS:
            raise self.subject.stop("unknown", "backward")
        probe, h = Probe(self.forward, x, 1.0), 1e-5
        rows = [np.add(*probe.sides(place, h, h)[:2]) / 2 for place in np.ndindex(x.shape)]
        return np.reshape(rows, x.shape + self.y.shape)


def _decimals(y: Array) -> int:
    """To how many decimals all numbers of y are rounded, from 1 to 6; 0 where they are not."""
    if y.size < 2 or np.array_equal(y, np.round(y)):  # whole numbers may have been counted
        return 0
    rounded = (n for n in range(1, 7) if np.allclose(y, np.round(y, n), rtol=0, atol=1e-12))
    return next(rounded, 0)
