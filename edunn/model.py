"""Models of one layer that have names of their own, and what the original edunn calls a model.

Where that one differs from this one on purpose: docs/from_original_edunn.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edunn.backend import Array, default_dtype
from edunn.core import Grads, Module, Parameter
from edunn.initializers import KaimingNormal, Zero
from edunn.inputs import as_array, check_array, check_number
from edunn.layers.dense import Dense
from edunn.losses import ErrorLayer
from edunn.words import Phase, named

__all__ = [
    "FakeError", "FakeModel", "LinearRegression", "LogisticRegression", "Model",
    "ModelWithParameters", "ModelWithoutParameters", "Phase",
]  # fmt: skip


@named(input_size="inputs", output_size="outputs", linear_initializer="initializer")
class LinearRegression(Dense):
    """y = x w + b

    x: (n, inputs)    w: (inputs, outputs)    b: (outputs,)    y: (n, outputs)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        initializer: Any = KaimingNormal(),
        bias_initializer: Any = Zero(),
    ) -> None:
        super().__init__(inputs, outputs, "id", initializer, bias_initializer)

    def describe(self) -> str:
        return "{}, {}".format(*self.w.shape)


@named(input_size="inputs", output_size="classes", linear_initializer="initializer")
class LogisticRegression(Dense):
    """y = softmax(x w + b): the probabilities of the classes

    x: (n, inputs)    w: (inputs, classes)    b: (classes,)    y: (n, classes)
    """

    def __init__(
        self,
        inputs: int,
        classes: int,
        initializer: Any = KaimingNormal(),
        bias_initializer: Any = Zero(),
    ) -> None:
        super().__init__(inputs, classes, "softmax", initializer, bias_initializer)

    def describe(self) -> str:
        return "{}, {}".format(*self.w.shape)


class Model(Module):
    """A Module with the original edunn's words, for layers that are written with them.

    A layer registers arrays as parameters, and finds them in `get_parameters()`; its forward and
    backward, of any shapes, keep what they need by `set_cache` and `get_cache`.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name)

    def register_parameter(self, name: str, value: Array) -> None:
        """Make an array the Parameter `name`: an attribute, which get_parameters() lists."""
        if callable(getattr(type(self), name, None)):
            raise ValueError(f"{type(self).__name__} has a method {name!r}: no parameter's name")
        setattr(self, name, Parameter(np.asarray(value)))

    def set_cache(self, *values: Any) -> None:
        """Keep these for backward."""
        self.cache = values

    def get_cache(self) -> Any:
        """What was kept: a tuple, also of one."""
        return self.cache

    @property
    def phase(self) -> Phase:
        return Phase.Training if self.training else Phase.Test


ModelWithParameters = ModelWithoutParameters = Model


class FakeModel(Model):
    """y = x, with one parameter, whose gradient is always the same: to try optimizers on.

    parameter, gradient: arrays of one shape; numbers that are not floats become such    x: any
    """

    def __init__(self, parameter: Array, gradient: Array, name: str | None = None) -> None:
        super().__init__(name)
        parameter = as_array("FakeModel", parameter, "parameter")
        check_array("FakeModel", gradient, *parameter.shape, name="gradient")
        self.register_parameter("parameter", np.array(parameter, default_dtype()))
        self.gradient = np.array(gradient, default_dtype())

    def forward(self, x: Array) -> Array:
        return x

    def backward(self, dy: Array) -> tuple[Array, Grads]:
        return np.zeros_like(dy), {"parameter": self.gradient}


@named()
class FakeError(ErrorLayer):
    """error_i = `error` for each of n examples, whose derivative is always `derivative_value`

    y_true, y: n examples, of any shapes    error: (n,)
    """

    def __init__(self, error: float = 1, derivative_value: float = 1) -> None:
        check_number("FakeError", error=error, derivative_value=derivative_value)
        self.error, self.derivative_value = float(error), derivative_value

    def forward(self, y_true: Array, y: Array) -> Array:
        self.cache = y
        return np.full(len(y), self.error)

    def backward(self, dy: Array) -> tuple[Array, Grads]:
        return np.full_like(self.cache, self.derivative_value), {}
