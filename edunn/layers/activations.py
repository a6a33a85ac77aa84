"""Layers without parameters: elementwise functions, and softmax."""

import math

import numpy as np

from edunn.core import RULES, Module
from edunn.inputs import check_array, check_choice, check_number


class _Activation(Module):
    """A layer without parameters whose output has the shape of its input.

    features: optional, how many it is meant for; any other number works as well
    """

    def __init__(self, features=None):
        self.in_features = self.out_features = self.features = features


class Identity(_Activation):
    """y = x"""

    def forward(self, x):
        check_array(self, x)
        return x

    def backward(self, dy):
        return dy, {}


class ReLU(_Activation):
    """y = max(x, 0), elementwise; at x = 0, where it has no slope, the slope is taken as 0."""

    def forward(self, x):
        check_array(self, x)
        self.cache = x > 0
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * self.cache, {}


class LeakyReLU(_Activation):
    """y = x for x > 0, else slope * x, elementwise"""

    def __init__(self, slope=0.01, features=None):
        super().__init__(features)
        check_number("LeakyReLU", slope=slope)
        self.slope = slope

    def forward(self, x):
        check_array(self, x)
        self.cache = positive = x > 0
        return np.where(positive, x, self.slope * x)

    def backward(self, dy):
        return np.where(self.cache, dy, self.slope * dy), {}

    def describe(self):
        return f"{self.slope}"


class Sigmoid(_Activation):
    """y = 1 / (1 + exp(-x)), elementwise"""

    def forward(self, x):
        check_array(self, x)
        self.cache = y = 0.5 * (np.tanh(0.5 * x) + 1)  # the same function, without overflow
        return y

    def backward(self, dy):
        y = self.cache
        return dy * y * (1 - y), {}


class Tanh(_Activation):
    """y = tanh(x), elementwise"""

    def forward(self, x):
        check_array(self, x)
        self.cache = y = np.tanh(x)
        return y

    def backward(self, dy):
        return dy * (1 - self.cache**2), {}


class GELU(_Activation):
    """y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, elementwise

    The form with tanh of Hendrycks and Gimpel 2016, arXiv:1606.08415.
    """

    def forward(self, x):
        check_array(self, x)
        scale = math.sqrt(2 / math.pi)
        t = np.tanh(scale * (x + 0.044715 * x * x * x))
        self.cache = x, t
        return 0.5 * x * (1 + t)

    def backward(self, dy):
        x, t = self.cache
        inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
        return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner), {}


class Softmax(_Activation):
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


class AddConstant(_Activation):
    """y = x + value, for a number that is not learned"""

    def __init__(self, value, features=None):
        super().__init__(features)
        check_number("AddConstant", value=value)
        self.value = value

    def forward(self, x):
        check_array(self, x)
        return x + self.value

    def backward(self, dy):
        return dy, {}

    def describe(self):
        return f"{self.value}"


class MultiplyConstant(AddConstant):
    """y = value * x, for a number that is not learned"""

    def forward(self, x):
        check_array(self, x)
        return self.value * x

    def backward(self, dy):
        return self.value * dy, {}


ACTIVATIONS = {
    "gelu": GELU,
    "id": Identity,
    "leaky_relu": LeakyReLU,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "softmax": Softmax,
    "tanh": Tanh,
}
RULES[np.tanh] = Tanh


def activation_layer(who, name):
    """The activation layer called `name`: "id", "relu", "sigmoid", "softmax", "tanh" ..."""
    check_choice(who, name, ACTIVATIONS, "activation")
    return ACTIVATIONS[name]()
