"""Layers without parameters: elementwise functions, and softmax."""

import numpy as np

from edunn.core import Module
from edunn.inputs import check_array, check_choice


class Activation(Module):
    """A layer without parameters whose output has the shape of its input.

    features: optional, the number of features it is meant for; taken down, not needed.
    """

    def __init__(self, features=None):
        self.features = features


class Identity(Activation):
    """y = x"""

    def forward(self, x):
        check_array(self, x)
        return x

    def backward(self, dy):
        return dy, {}


class ReLU(Activation):
    """y = max(x, 0), elementwise; at x = 0, where it has no slope, the slope is taken as 0."""

    def forward(self, x):
        check_array(self, x)
        self.cache = x > 0
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * self.cache, {}


class Sigmoid(Activation):
    """y = 1 / (1 + exp(-x)), elementwise"""

    def forward(self, x):
        check_array(self, x)
        self.cache = y = 0.5 * (np.tanh(0.5 * x) + 1)  # the same function, without overflow
        return y

    def backward(self, dy):
        y = self.cache
        return dy * y * (1 - y), {}


class Tanh(Activation):
    """y = tanh(x), elementwise"""

    def forward(self, x):
        check_array(self, x)
        self.cache = y = np.tanh(x)
        return y

    def backward(self, dy):
        return dy * (1 - self.cache**2), {}


class Softmax(Activation):
    """y_j = exp(x_j) / sum over k of exp(x_k), row by row: each row adds up to 1

    x, y: (n, classes)
    """

    def forward(self, x):
        check_array(self, x, "n", "classes")
        e = np.exp(x - np.max(x, axis=1, keepdims=True))  # the same ratios; exp cannot overflow
        self.cache = y = e / np.sum(e, axis=1, keepdims=True)
        return y

    def backward(self, dy):
        y = self.cache
        return y * (dy - np.sum(dy * y, axis=1, keepdims=True)), {}


ACTIVATIONS = {
    "id": Identity,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "softmax": Softmax,
    "tanh": Tanh,
}


def activation_layer(who, name):
    """The activation layer called `name`: "id", "relu", "sigmoid", "softmax" or "tanh"."""
    check_choice(who, name, ACTIVATIONS, "activation")
    return ACTIVATIONS[name]()
