"""A model, a loss and an optimizer that take notes of how a training loop uses them."""

from __future__ import annotations

from typing import Any

import numpy as np

from edunn.backend import Array
from edunn.core import Module, Parameter
from edunn.losses import Loss
from edunn.optimizers import Optimizer


class Notes:
    """What the model, the loss and the optimizer of one run saw.

    calls: the names of all calls, in order
    rows, modes, gradients: of each batch that flowed backward, which rows of x it held, whether the
    model was in training mode, and its gradient of w; pairs: its rows of x and of y, by the loss
    used: w's gradient at each step
    parameters: the names of the model's parameters
    """

    def __init__(self, x: Array, y: Array):
        self.inputs, self.x, self.y = x.copy(), x.sum(axis=1), y.copy()
        self.calls: list[str] = []
        self.rows: list[list[int]] = []
        self.modes: list[bool] = []
        self.pairs: list[tuple[list[int], list[int]]] = []
        self.gradients: list[Array] = []
        self.used: list[Array | None] = []
        self.parameters = ""

    def slope(self, rows: list[int]) -> Array:
        """The gradient of w for a batch of these rows."""
        return np.asarray(2 * (self.x - self.y)[rows] @ self.inputs[rows] / len(rows))

    def which(self, values: Array, known: Array) -> list[int]:
        """The rows that these values are the labels of; -1 for a value that was not handed out."""
        away = np.abs(np.ravel(values)[:, None] - known)
        return [int(row) for row in np.where(away.min(axis=1) < 1e-4, away.argmin(axis=1), -1)]


class NotingModel(Module):
    """y = x * w, with a w of ones that never changes: every row of y still names its x."""

    def __init__(self, notes: Notes):
        self.w, self.notes = Parameter(np.ones(2)), notes

    def forward(self, x: Array) -> Array:
        self.notes.calls.append("model")
        self.cache = x, self.training
        return x * self.w.data

    def backward(self, dy: Array) -> tuple[Array, dict[str, Array]]:
        notes, (x, training) = self.notes, self.cache
        dw = np.sum(dy * x, axis=0)
        notes.calls.append("backward")
        notes.rows.append(notes.which(np.sum(x, axis=1), notes.x))
        notes.modes.append(training)
        notes.gradients.append(dw.copy())
        return dy * self.w.data, {"w": dw}

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.notes.calls.append("zero_grad")
        super().zero_grad(set_to_none)


class NotingLoss(Loss):
    """The mean over the rows of (the sum of y's row - target)^2."""

    def __init__(self, notes: Notes):
        self.notes = notes

    def forward(self, y: Array, target: Array) -> Array:
        self.notes.calls.append("loss")
        if len(y) == 0:
            raise ValueError("the loss got an empty batch")
        rows = self.notes.which(np.sum(y, axis=1), self.notes.x)
        pairs = rows, self.notes.which(target, self.notes.y)
        difference = np.sum(y, axis=1) - np.resize(target, len(y))  # noted, where lengths differ
        self.cache = difference, pairs
        return np.mean(difference**2)

    def backward(self, dy: Any) -> tuple[Array, dict[str, Array]]:
        difference, pairs = self.cache
        self.notes.pairs.append(pairs)
        return np.outer(dy * 2 / len(difference) * difference, np.ones(2)), {}


class NotingOptimizer(Optimizer):
    """Changes nothing."""

    warned = True  # the check says in its own words what is wrong

    def __init__(self, model: Module, notes: Notes):
        super().__init__(model.named_parameters(), lr=0.1)
        self.notes = notes
        notes.parameters = ", ".join(self.parameters)

    def step(self, grads: Any = None) -> None:
        self.notes.calls.append("step")
        self.notes.used.append(None)
        super().step(grads)

    def update(self, w: Array, dw: Array, state: Any) -> None:
        self.notes.used[-1] = np.array(dw)

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.notes.calls.append("zero_grad")
        super().zero_grad(set_to_none)
