"""Gradients of a wrong shape, and slopes that are wrong: what was computed instead is said."""

import numpy as np
import pytest

import edunn as nn
from edunn.checking.errors import CheckError
from edunn.checking.laws import examine_point
from edunn.checking.messages import message

X = np.random.default_rng(0).normal(size=(5, 3))


def bias(gradient):
    """A Bias(3) whose gradient of b is `gradient(dy)`."""

    class Bias(nn.Bias):
        def backward(self, dy):
            return dy, {"b": gradient(dy)}

    return Bias(3)


def linear(gradient):
    """A Linear(3, 2) whose gradient of w is `gradient(x, dy, y)`."""

    class Linear(nn.Module):
        def __init__(self):
            self.w = nn.Parameter(np.arange(6.0).reshape(3, 2))

        def forward(self, x):
            y = x @ self.w.data
            self.cache = x, y
            return y

        def backward(self, dy):
            x, y = self.cache
            return dy @ self.w.data.T, {"w": gradient(x, dy, y)}

    return Linear()


def activation(forward, slope):
    """y = forward(x), with dx = dy * slope(x, y)."""

    class Activation(nn.Module):
        def forward(self, x):
            self.cache = x, forward(x)
            return self.cache[1]

        def backward(self, dy):
            return dy * slope(*self.cache), {}

    return Activation()


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (bias(lambda dy: dy.sum(axis=1)), "sum(dy, axis=1)"),
        (bias(lambda dy: dy.mean(axis=1)), "mean(dy, axis=1)"),
        (bias(lambda dy: dy.sum(axis=1, keepdims=True)), "sum(dy, axis=1, keepdims=True)"),
        (bias(lambda dy: dy.T @ dy), "dy.T @ dy"),
        (linear(lambda x, dy, y: y.T @ dy), "y.T @ dy"),
        (linear(lambda x, dy, y: np.outer(x, dy)), "outer(x, dy)"),
        (linear(lambda x, dy, y: x @ x.T), "x @ x.T"),
        (linear(lambda x, dy, y: (y * dy).sum(axis=0)), "sum(y * dy, axis=0)"),
    ],
)
def test_a_gradient_of_another_shape_is_told_as_a_formula(layer, formula):
    found = examine_point(layer, (X,)).findings[0]
    id = "shape_outer" if formula.startswith("outer(") else "shape_formula"
    assert (found.id, found.details["formula"]) == (id, formula)
    assert f"yours is exactly {formula}." in message(found)[0]


def test_another_shape_of_no_formula():
    assert examine_point(bias(lambda dy: dy[:, 1] ** 3), (X,)).findings[0].id == "shape"


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (activation(sigmoid, lambda x, y: y - (1 - y)), "dy * (2 * y - 1)"),
        (activation(np.tanh, lambda x, y: 1 - y * 2), "dy * (1 - 2 * y)"),
        (activation(np.square, lambda x, y: 2 - x), "dy * (2 - x)"),
        (activation(np.sin, lambda x, y: x**2 + 2 * x - 1), "dy * (x^2 + 2 * x - 1)"),
    ],
)
def test_a_slope_that_is_a_short_sum(layer, formula):
    found = examine_point(layer, (X,)).findings[0]
    assert (found.id, found.details["formula"]) == ("known_formula", formula)


@pytest.mark.parametrize(
    "layer",
    [
        activation(np.tanh, lambda x, y: 1 - np.sqrt(np.abs(y))),
        activation(lambda x: x * sigmoid(x), lambda x, y: 1 + np.exp(-x) + x * np.exp(-x) / 2),
    ],
)
def test_a_slope_that_is_wrong_in_another_way(layer):
    found = examine_point(layer, (X,)).findings[0]
    assert found.id == "slope_wrong"
    assert "only the slope is wrong: for x = " in message(found)[0]


def test_what_mixes_the_numbers_has_no_slope_of_its_own():
    class Softmax(nn.Softmax):
        def backward(self, dy):
            dx, _ = super().backward(dy)
            return dx + np.sin(dx) * dy**2, {}

    assert examine_point(Softmax(), (X,)).findings[0].id != "slope_wrong"


@pytest.mark.parametrize(
    ("expected", "calculated", "told"),
    [
        ([1, 2, 3], [-1, -2, -3], "all signs are turned"),
        ([1, 2, 3], [2, 4, 6], "all are 2 times what they should be"),
        (3, 1, "it is 1/3 of what it should be"),
        ([60, 10], [6e-9, 1e-9], "all are 1e-10 times what they should be"),
        ([0, 6, -6], [0, 6, 6], "all have the right size, but 1 of 3 the wrong sign"),
        ([1, 2], [1.5, 2.5], "all differ by +0.5"),
        ([1, 2, 3], [4, 4, 4], "all calculated numbers are equal: 4"),
        ([2, 3], [4, 9], "each is the square of what it should be"),
        ([4, 9], [2, 3], "each is the square root of what it should be"),
        ([2, -4], [0.5, -0.25], "each is 1 divided by what it should be"),
        ([0.25, 0.5, 3], [0.75, 0.5, -2], "each is 1 minus what it should be"),
        ([2, 3], [np.log(2), np.log(3)], "each is the logarithm of what it should be"),
        ([2, 3, 5], [2, 5, 10], "each is the sum of all up to what it should be"),
        (
            [np.log(4), np.log(2)],
            [np.log10(4), np.log10(2)],
            "all are 0.434294 times what they should be, which is 1 / log(10): a logarithm to "
            "base 10?",
        ),
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]], "rows and columns are exchanged"),
        ([1, 2, 3], [3, 1, 2], "the numbers are right, but they stand in other places"),
        ([1, 2, 3], [1, 2, np.nan], "wrong in 1 of 3 numbers: at (2,)"),
        (3, 5.5, "largest difference: 2.5"),
        (
            3.0,
            np.nan,
            "nan and inf are no numbers: they come from 0 / 0, from 0 times inf, from an exp that "
            "is too large, from the logarithm of 0 or of a negative number, or from a line that "
            "gives them",
        ),
        ([0, 0], [1, 2], "largest difference: 2"),
        (np.ones((2, 3)), np.ones((3, 2)), "the axes stand in the reverse order"),
        (np.ones(3), np.ones((3, 1)), "an axis of size 1 is too many"),
        (np.ones((1, 3)), np.ones(3), "an axis of size 1 is missing"),
        (np.ones((1, 3)), np.ones((3, 1)), "an axis of size 1 stands in another place"),
        (
            np.ones((2, 3)),
            np.ones((2, 6)),
            "2 times as many along axis 1: side by side, not added?",
        ),
        (np.ones((2, 3)), np.ones(3), "axis 0 is missing: is there a sum or an index too many?"),
        (np.ones(3), np.ones((2, 3)), "axis 0, of size 2, is too many"),
    ],
)
def test_what_wrong_numbers_have_to_do_with_the_right_ones(expected, calculated, told):
    with pytest.raises(CheckError) as caught:
        nn.utils.check_same(expected, calculated)
    assert str(caught.value).split("\n")[-1] == told
