"""Layers without parameters: elementwise functions, softmax and its logarithm."""

import math
from numbers import Integral

import numpy as np

from edunn.core import RULES, Module
from edunn.inputs import check_array, check_choice, check_number, check_positive, check_sizes, show
from edunn.layers.linear import row_sums
from edunn.words import named


@named()
class _Activation(Module):
    """A layer without parameters whose output has the shape of its input.

    features: optional, how many it is meant for; any other number works as well
    """

    def __init__(self, features=None):
        if features is not None:
            check_sizes(type(self).__name__, features=features)
        self.in_features = self.out_features = self.features = features


@named()
class Identity(_Activation):
    """y = x

    in_features, out_features: how many, where a Sequential2D asks for it
    """

    def __init__(self, features=None, in_features=None, out_features=None):
        sizes = {size for size in (features, in_features, out_features) if size is not None}
        if len(sizes) > 1:
            raise ValueError(f"Identity got in_features={in_features}, out_features={out_features}")
        super().__init__(*sizes)

    def forward(self, x):
        check_array(self, x)
        return x

    def backward(self, dy):
        return dy, {}


class ReLU(_Activation):
    """y = max(x, 0), elementwise; at x = 0, where it has no slope, the slope is taken as 0."""

    def forward(self, x):
        check_array(self, x)
        self.cache = y = np.maximum(x, 0)
        return y

    def backward(self, dy):
        y = self.cache
        return dy * (y > 0), {}


@named()
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


@named()
class ELU(_Activation):
    """y = x for x > 0, else alpha (exp(x) - 1), elementwise

    Clevert et al. 2015, arXiv:1511.07289
    """

    def __init__(self, alpha=1.0, features=None):
        super().__init__(features)
        check_number("ELU", alpha=alpha)
        self.alpha = alpha

    def forward(self, x):
        check_array(self, x)
        below = np.minimum(x, 0)
        self.cache = np.where(x > 0, 1, self.alpha * np.exp(below))
        return np.where(x > 0, x, self.alpha * np.expm1(below))

    def backward(self, dy):
        return dy * self.cache, {}

    def describe(self):
        return f"{self.alpha}"


def sigmoid(x):
    """1 / (1 + exp(-x)), which is (tanh(x / 2) + 1) / 2, written so that it cannot overflow"""
    y = np.tanh(0.5 * x)
    y += 1  # in place, as here half of the time is that of memory
    y *= 0.5
    return y


class Sigmoid(_Activation):
    """y = 1 / (1 + exp(-x)), elementwise"""

    def forward(self, x):
        check_array(self, x)
        self.cache = y = sigmoid(x)
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


class SiLU(_Activation):
    """y = x sigmoid(x), elementwise; also called swish (Elfwing et al. 2017, arXiv:1702.03118)"""

    def forward(self, x):
        check_array(self, x)
        self.cache = x, sigmoid(x)
        return x * self.cache[1]

    def backward(self, dy):
        x, s = self.cache
        return dy * s * (1 + x * (1 - s)), {}


@named()
class Softplus(_Activation):
    """y = log(1 + exp(beta x)) / beta, elementwise: a ReLU without its corner"""

    def __init__(self, beta=1.0, features=None):
        super().__init__(features)
        check_positive("Softplus", beta=beta)
        self.beta = beta

    def forward(self, x):
        check_array(self, x)
        self.cache = z = self.beta * x
        return np.logaddexp(0, z) / self.beta

    def backward(self, dy):
        return dy * sigmoid(self.cache), {}

    def describe(self):
        return f"{self.beta}"


# Cody's coefficients, from the highest power down
_NEAR = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
     2.84423683343917062e3),
)  # fmt: skip
_FAR = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
     1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
     1.23033935480374942e3),
)  # fmt: skip


def _ratio(polynomials, x):
    """p(x) / q(x), each by Horner's rule"""
    p, q = (coefficients[0] for coefficients in polynomials)
    for a, b in zip(*(coefficients[1:] for coefficients in polynomials)):
        p, q = p * x + a, q * x + b
    return p / q


def _erf(x):
    """erf(x) = 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, elementwise

    NumPy has none. Rational approximations of W. J. Cody, "Rational Chebyshev approximations for
    the error function", Mathematics of Computation 23 (1969): erf(x) = x p(x^2) / q(x^2) below
    0.46875, and 1 - exp(-x^2) p(x) / q(x) above. Error in float64: below 3e-16.
    """
    size = np.abs(x)
    near = np.minimum(size, 0.46875)  # each branch sees only numbers that it is made for;
    far = np.clip(size, 0.46875, 6.0)  # from 6 on, erf(x) is 1 in float64
    below = x * _ratio(_NEAR, near * near)
    above = np.sign(x) * (1 - np.exp(-far * far) * _ratio(_FAR, far))
    return np.where(size <= 0.46875, below, above)


@named()
class GELU(_Activation):
    """y = x P(x), elementwise, where P(x) is the chance that a normal number is below x

    approximate="none": P(x) = (1 + erf(x / sqrt(2))) / 2, whose slope is exp(-x^2 / 2) / sqrt(2 pi)
    approximate="tanh": P(x) = (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
    Both are of Hendrycks and Gimpel 2016, arXiv:1606.08415; `_erf` names its formula and its error.
    """

    def __init__(self, approximate="none", features=None):
        super().__init__(features)
        check_choice("GELU", approximate, ("none", "tanh"), "approximate")
        self.approximate = approximate

    def forward(self, x):
        check_array(self, x)
        if self.approximate == "tanh":
            scale = math.sqrt(2 / math.pi)
            t = np.tanh(scale * (x + 0.044715 * x * x * x))
            chance = 0.5 * (1 + t)
            slope = 0.5 * (1 - t * t) * scale * (1 + 3 * 0.044715 * x * x)
        else:
            chance = 0.5 * (1 + _erf(x * math.sqrt(0.5)))
            slope = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        self.cache = x, chance, slope
        return x * chance

    def backward(self, dy):
        x, chance, slope = self.cache
        return dy * (chance + x * slope), {}

    def describe(self):
        return "" if self.approximate == "none" else f"{self.approximate!r}"


@named()
class Softmax(_Activation):
    """y_j = exp(x_j) / sum over k of exp(x_k), row by row: each row adds up to 1

    x, y: (n, classes), or any shape: each line along `axis` adds up to 1
    """

    def __init__(self, features=None, axis=-1):
        super().__init__(features)
        if not isinstance(axis, Integral) or isinstance(axis, bool):
            raise TypeError(f"{type(self).__name__} got axis={show(axis)}, not a whole number")
        self.axis = axis

    def check(self, x):
        """Refuse what has no axis of that number, or nothing along it."""
        check_array(self, x)
        if not -x.ndim <= self.axis < x.ndim or not x.shape[self.axis]:
            usual = self.axis == -1
            wanted = "(n, classes)" if usual else f"one with numbers along axis {self.axis}"
            raise ValueError(f"{self} got x of shape {tuple(x.shape)}, not {wanted}")

    def forward(self, x):
        self.check(x)
        y = np.exp(x - np.max(x, axis=self.axis, keepdims=True))  # the same ratios; no overflow
        y /= self.sums(y)
        self.cache = y
        return y

    def backward(self, dy):
        y = self.cache
        dx = dy - self.sums(dy * y)
        dx *= y  # in place, as y above: to ask for memory costs as much as to compute
        return dx, {}

    def sums(self, x):
        """What each line along the axis adds up to; the axis stays, with the size 1."""
        is_last = self.axis in (-1, x.ndim - 1)
        return row_sums(x) if is_last else np.sum(x, axis=self.axis, keepdims=True)

    def describe(self):
        return "" if self.axis == -1 else f"axis={self.axis}"


class LogSoftmax(Softmax):
    """y_j = x_j - log(sum over k of exp(x_k)): the logarithm of Softmax, also where that is near 0

    x, y: (n, classes), or any shape: lines along `axis`
    """

    def forward(self, x):
        self.check(x)
        z = x - np.max(x, axis=self.axis, keepdims=True)
        self.cache = y = z - np.log(self.sums(np.exp(z)))
        return y

    def backward(self, dy):
        return dy - np.exp(self.cache) * self.sums(dy), {}


@named()
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
    "elu": ELU,
    "gelu": GELU,
    "id": Identity,
    "leaky_relu": LeakyReLU,
    "log_softmax": LogSoftmax,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "silu": SiLU,
    "softmax": Softmax,
    "softplus": Softplus,
    "tanh": Tanh,
}
RULES[np.tanh] = Tanh


def activation_layer(who, name):
    """The activation layer called `name`: "id", "relu", "sigmoid", "softmax", "tanh" ..."""
    check_choice(who, name, ACTIVATIONS, "activation")
    return ACTIVATIONS[name]()
