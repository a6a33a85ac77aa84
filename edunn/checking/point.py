"""One forward and backward of a layer: its gradients, and whether they are the measured slopes."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

import numpy as np

from edunn.checking.diagnosis import diagnose
from edunn.checking.engine import VERIFIED, WRONG, Judged, Probe
from edunn.checking.findings import Checked, Finding
from edunn.checking.numbers import Case
from edunn.checking.subject import Stop, Subject, stream


def named_inputs(inputs: tuple[Any, ...]) -> dict[str, Any]:
    return {f"input {i}": x for i, x in enumerate(inputs)}


class Point:
    """One forward and backward of a subject: its output, gradients and what they belong to."""

    def __init__(self, subject: Subject, inputs: tuple[Any, ...], seed: int):
        self.subject, self.inputs, self.seed = subject, inputs, seed
        self.before = [x.copy() for x in inputs]
        self.parameters_before = {n: w.copy() for n, w in subject.parameters().items()}
        self.y = subject.forward(*inputs)
        self.cache = subject.module.cache
        if not np.all(np.isfinite(self.y)):
            count = int(np.sum(~np.isfinite(self.y)))
            raise subject.stop("not_finite", "forward", count=count)
        self.dy = np.asarray(stream(seed, "dy").normal(size=self.y.shape))
        self.dxs, self.grads = subject.backward(self.dy)
        learned = subject.module.inputs_of_dx(inputs)
        self.variables = {
            name: x
            for name, x in named_inputs(inputs).items()
            if x.dtype.kind == "f" and any(x is one for one in learned)
        }
        self.parameters = subject.parameters()

    def gradients(self) -> dict[str, Any]:
        return dict(zip(self.variables, self.dxs)) | self.grads

    def again(self, dy: Any) -> dict[str, Any]:
        """The gradients of a new forward and backward of the same inputs with another dy."""
        self.subject.forward(*self.inputs)
        dxs, grads = self.subject.backward(dy)
        return dict(zip(self.variables, dxs)) | grads

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

    def misshapen(self, name: str, gradient: Any, x: Any) -> Finding:
        got, want = gradient.shape, x.shape
        if got == self.inputs[0].shape[:1] + want and name in self.parameters:
            id = "shape_batch_axis"
        elif got == self.y.shape:
            id = "shape_of_output"
        elif got == want[::-1]:
            id = "shape_transposed"
        elif [s for s in got if s != 1] == [s for s in want if s != 1]:
            id = "shape_lost_axis"
        else:
            id = "shape"
        return self.subject.finding(id, "backward", name, got=str(got), want=str(want))

    def arrays(self) -> dict[str, Any]:
        """All that has a gradient: inputs, and parameters that learn."""
        return self.variables | self.parameters

    def all_along_one_direction(self, gradients: dict[str, Any]) -> bool:
        """Whether all gradients together agree with the slope along one random direction."""
        arrays = self.arrays()
        flat = np.concatenate([x.ravel() for x in arrays.values()])

        def forward() -> Any:
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
    ) -> tuple[list[Finding], list[Checked]]:
        """Each gradient against its measured slope; `jointly`, all of them at once first."""
        found: list[Finding] = []
        checked: list[Checked] = []
        gradients = self.gradients()
        if jointly and self.arrays() and self.all_along_one_direction(gradients):
            return [], [Checked(n, x.size, VERIFIED) for n, x in self.arrays().items()]
        for name, x in self.arrays().items():
            if only is not None and name not in only:
                continue
            judged = self.probe(x).judge(gradients[name], self.seed)
            checked.append(Checked(name, x.size, judged.verdict))
            if judged.verdict == WRONG:
                found.append(self.explain(name, x, gradients[name], judged))
                found[-1].details["wrong"] = judged.wrong
        which_are_right(found, checked)
        return found, checked

    def probe(self, x: Any) -> Probe:
        return Probe(self.forward, x, self.dy)

    def forward(self) -> Any:
        y = self.subject.forward(*self.inputs)
        if y.shape != self.y.shape:
            raise self.subject.stop("forward_not_repeatable", "forward")
        return y

    def explain(self, name: str, x: Any, gradient: Any, judged: Judged) -> Finding:
        """A finding with the diagnosis of one wrong gradient."""
        a, n = gradient, judged.measured
        if sampled := not np.all(judged.looked):
            a, n = a[judged.looked], n[judged.looked]

        def measure_with(parameter: str, value: Any) -> Any:
            w = self.parameters[parameter]
            kept = w.copy()
            w[...] = value
            try:
                return np.tensordot(self.jacobian(x), self.dy, axes=self.dy.ndim)
            finally:
                w[...] = kept

        case = Case(
            name, a, n, self.dy, self.y, named_inputs(self.inputs), self.parameters,
            lambda dy: self.again(dy)[name], cache(lambda: self.jacobian(x)), measure_with, sampled,
        )  # fmt: skip
        try:
            id, details = diagnose(case)
        except Stop:  # the budget is used up: that it is wrong is known, and where
            id, details = "unknown", {}
        finding = self.subject.finding(id, "backward", name, **details)
        finding.yours, finding.measured = gradient, np.array(judged.measured)
        return finding

    def jacobian(self, x: Any) -> Any:
        """How every output moves with every number of x: (x's shape, y's shape)."""
        probe, h = Probe(self.forward, x, 1.0), 1e-5
        rows = [np.add(*probe.sides(place, h, h)[:2]) / 2 for place in np.ndindex(x.shape)]
        return np.reshape(rows, x.shape + self.y.shape)


def which_are_right(found: list[Finding], checked: list[Checked]) -> None:
    """Where no gradient explains itself, which of them are right may explain them all."""
    if any(one.id != "unknown" for one in found):
        return
    right = [one.variable for one in checked if one.verdict != WRONG]
    wrong = {one.variable for one in found}
    last = [name.rpartition(".")[2] for name in right]
    if last == ["b"] and {"input 0", "w"} <= {str(name).rpartition(".")[2] for name in wrong}:
        found[0].id = "wrong_dy_reached"
    elif right == [one.variable for one in checked][-len(right) :] and len(wrong) > 1:
        found[0].id = "only_last_layer_right"
