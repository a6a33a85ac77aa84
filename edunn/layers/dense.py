"""Dense: a Linear, a Bias and an activation in one layer."""

import numpy as np

from edunn import initializers
from edunn.core import Module, Parameter
from edunn.inputs import check_array, check_sizes
from edunn.layers.activations import activation


class Dense(Module):
    """y = f(x w + b), where f is "id", "relu", "sigmoid", "softmax" or "tanh"

    The same numbers as Linear, Bias and activation in a row, from one layer with one w and one b.

    x: (n, inputs)    w: (inputs, outputs)    b: (outputs,)    y: (n, outputs)
    """

    def __init__(
        self,
        inputs,
        outputs,
        activation_name="id",
        initializer=initializers.KaimingNormal(),
        bias_initializer=initializers.Zero(),
    ):
        check_sizes("Dense", inputs=inputs, outputs=outputs)
        self.activation = activation("Dense", activation_name)
        self.activation_name = activation_name
        self.w = Parameter(initializer((inputs, outputs)))
        self.b = Parameter(bias_initializer((outputs,)))

    def forward(self, x):
        w = self.w.data
        check_array(self, x, "n", len(w))
        z = x @ w + self.b.data
        y = self.activation.forward(z)
        self.cache = x, self.activation.cache
        return y

    def backward(self, dy):
        x, activation_cache = self.cache
        dz, _ = self.activation.backward_from(activation_cache, dy)
        dx = dz @ self.w.data.T if self.needs_dx else None
        return dx, {"w": x.T @ dz, "b": np.sum(dz, axis=0)}

    def __repr__(self):
        return f"Dense({self.w.shape[0]}, {self.w.shape[1]}, {self.activation_name!r})"
