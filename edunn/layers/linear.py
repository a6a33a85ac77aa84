"""Layers with parameters that act on each example's features: Linear and Bias.

The features are the last axis. Before it stand any axes: none for a single vector, n for n
examples, (n, T) for n sequences of T vectors.
"""

from math import prod

import numpy as np

from edunn.core import Module, Parameter
from edunn.initializers import KaimingNormal, Zero
from edunn.inputs import check_features, check_sizes
from edunn.words import named


def rows(x):
    """(..., features) as (n, features): the axes before the last become one"""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])


def row_sums(x):
    """(..., features) as (..., 1): x.sum(axis=-1, keepdims=True), at the speed of a product"""
    kind = x.dtype if x.dtype.kind == "f" else np.float64
    return x @ np.ones_like(x, kind, shape=(x.shape[-1], 1))


@named(input_size="inputs", output_size="outputs")
class Linear(Module):
    """y = x w

    x: (n, inputs)    w: (inputs, outputs)    y: (n, outputs); or (..., inputs), (..., outputs)
    """

    def __init__(self, inputs, outputs, initializer=KaimingNormal()):
        check_sizes("Linear", inputs=inputs, outputs=outputs)
        self.in_features, self.out_features = inputs, outputs
        self.w = Parameter(initializer((inputs, outputs)))

    def forward(self, x):
        w = self.w.data
        check_features(self, x, len(w))
        self.cache = x
        return x @ w

    def backward(self, dy):
        dx = dy @ self.w.data.T if self.needs_dx else None  # (n, inputs)
        dw = rows(self.cache).T @ rows(dy)  # (inputs, outputs): summed over the n examples
        return dx, {"w": dw}

    def multiply_adds(self, y_shape):
        return prod(y_shape[:-1]) * self.w.size

    def describe(self):
        return "{}, {}".format(*self.w.shape)


@named(output_size="features")
class Bias(Module):
    """y = x + b, the same b for every example

    x, y: (n, features), or (..., features)    b: (features,)
    """

    def __init__(self, features, initializer=Zero()):
        check_sizes("Bias", features=features)
        self.in_features = self.out_features = features
        self.b = Parameter(initializer((features,)))

    def forward(self, x):
        b = self.b.data
        check_features(self, x, len(b))
        return x + b

    def backward(self, dy):
        return dy, {"b": rows(dy).sum(axis=0)}

    def multiply_adds(self, y_shape):
        return 0

    def describe(self):
        return f"{self.b.size}"
