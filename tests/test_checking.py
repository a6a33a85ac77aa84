"""A checker is only worth its failures: each of these modules is wrong in one way."""

import copy

import numpy as np
import pytest

import edunn as nn


class DoublesOneNumber(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        grads["w"][1, 0] *= 2
        return dx, grads


class OffByOneInAMillion(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        grads["w"][1, 0] *= 1 + 1e-6
        return dx, grads


class ForgetsItsParameter(nn.Bias):
    def backward(self, dy):
        return dy, {}


class KeepsTheBatchAxis(nn.Bias):
    def backward(self, dy):
        return dy, {"b": dy}


class ReturnsNan(nn.Tanh):
    def backward(self, dy):
        return dy * np.nan, {}


class ReturnsOnlyDx(nn.Tanh):
    def backward(self, dy):
        return super().backward(dy)[0]


class OverwritesDy(nn.ReLU):
    def backward(self, dy):
        dy *= self.cache
        return dy, {}


class OverwritesX(nn.ReLU):
    def forward(self, x):
        y = super().forward(x)
        x *= self.cache
        return y


class SlopeTwoAtKinks(nn.ReLU):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return np.where(self.at_zero, 2 * dy, dx), grads

    def forward(self, x):
        self.at_zero = x == 0
        return super().forward(x)


class IgnoresDy(nn.Tanh):
    def backward(self, dy):
        return 1 - self.cache**2, {}


class LeavesItsCacheInItsChild(nn.Module):
    def __init__(self):
        self.body = nn.Sigmoid()

    def forward(self, x):
        return x + self.body.forward(x)

    def backward(self, dy):
        dx, _ = self.body.backward(dy)
        return dy + dx, {}


class GivesNan(nn.Tanh):
    def forward(self, x):
        return super().forward(x) * np.nan


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (DoublesOneNumber(3, 2), r"gradient of w: wrong in 1 of 6 numbers; at \(1, 0\) backward"),
        (OffByOneInAMillion(3, 2), r"gradient of w: wrong in 1 of 6 numbers"),
        (ForgetsItsParameter(3), r"gradients for \[\], but .* its parameters are \['b'\]"),
        (KeepsTheBatchAxis(3), r"it has shape \(4, 3\), but that has shape \(3,\)"),
        (ReturnsNan(), "wrong in 12 of 12 numbers"),
        (ReturnsOnlyDx(), "must return dx and a dict"),
        (OverwritesDy(), "changes dy"),
        (OverwritesX(), "changes input 0"),
        (SlopeTwoAtKinks(), "wrong in 1 of 12 numbers"),
        (IgnoresDy(), "wrong in 12 of 12 numbers"),
        (LeavesItsCacheInItsChild(), "keep their caches in its own"),
        (GivesNan(), "or NaN: nothing to measure"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_checker_catches(module, message, rng):
    x = rng.normal(size=(4, 3))
    x[2, 1] = 0
    with pytest.raises(nn.GradientError, match=message):
        nn.check_gradients(module, x)


def test_scale_does_not_matter(rng):
    """A gradient of size 1e-8 that is 1 % wrong is as wrong as a large one."""

    class Small(nn.Linear):
        error = 0.0

        def forward(self, x):
            return 1e-8 * super().forward(x)

        def backward(self, dy):
            dx, grads = super().backward(1e-8 * dy)
            return dx * (1 + self.error), grads

    layer, x = Small(3, 2), rng.normal(size=(4, 3))
    assert nn.check_gradients(layer, x)
    layer.error = 0.01
    with pytest.raises(nn.GradientError, match="gradient of input 0"):
        nn.check_gradients(layer, x)


@pytest.mark.parametrize("offset", [0.0, 1e-12, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3])
def test_kinks_and_their_neighbourhood_are_no_mistakes(offset, rng):
    x = rng.choice([-offset, offset], size=(4, 3)) + rng.choice([-1.0, 0, 0, 1.0], size=(4, 3))
    assert nn.check_gradients(nn.ReLU(), x)


def test_everything_is_put_back(rng):
    layer = nn.Dense(3, 2, "tanh")
    layer.forward(rng.normal(size=(2, 3)))
    before, cache = copy.deepcopy(layer.get_parameters()), layer.cache
    arrays = [p.data for p in layer.parameters()]
    nn.check_gradients(layer, rng.normal(size=(4, 3)))
    assert layer.cache is cache
    assert all(p.data is array for p, array in zip(layer.parameters(), arrays))
    for name, array in layer.get_parameters().items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, before[name])


def test_everything_is_put_back_after_a_failure(rng):
    layer = DoublesOneNumber(3, 2)
    array = layer.w.data
    with pytest.raises(nn.GradientError):
        nn.check_gradients(layer, rng.normal(size=(4, 3)))
    assert layer.w.data is array


def test_the_report_says_what_was_covered(rng):
    report = nn.check_gradients(nn.Linear(3, 2), rng.normal(size=(4, 3)))
    assert report
    assert report.total == 18
    assert repr(report) == "Linear: input 0, w right (18 derivatives)"


def test_the_student_error_comes_through(rng):
    class Unfinished(nn.Linear):
        def backward(self, dy):
            raise NotImplementedError("Linear.backward: not written yet")

    with pytest.raises(NotImplementedError, match="not written yet"):
        nn.check_gradients(Unfinished(3, 2), rng.normal(size=(4, 3)))
