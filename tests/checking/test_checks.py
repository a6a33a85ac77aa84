"""A checker is only worth its failures: each of these modules is wrong in one way."""

import copy
import re

import numpy as np
import pytest

import edunn as nn
from edunn.checking import set_language
from edunn.checking.laws import examine_point


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


class SlopeTwoAtKinks(nn.Module):
    def forward(self, x):
        self.cache = np.where(x == 0, 2, x > 0)
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * self.cache, {}


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


class KeepsWhatItNeverGivesBack(LeavesItsCacheInItsChild):
    def forward(self, x):
        y = super().forward(x)
        self.cache = {"all": [(x, self.body.cache)]}
        return y


class GivesNan(nn.Tanh):
    def forward(self, x):
        return super().forward(x) * np.nan


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (DoublesOneNumber(3, 2), r"gradient of w: wrong in 1 of 6 numbers; at \(1, 0\) backward"),
        (OffByOneInAMillion(3, 2), r"gradient of w: wrong in 1 of 6 numbers"),
        (ForgetsItsParameter(3), "keys_missing"),
        (KeepsTheBatchAxis(3), "shape_batch_axis"),
        (ReturnsNan(), "not_finite"),
        (ReturnsOnlyDx(), "returns_not_pair"),
        (OverwritesDy(), "changes_dy"),
        (OverwritesX(), "changes_input"),
        (SlopeTwoAtKinks(), "wrong in 1 of 12 numbers"),
        (IgnoresDy(), "ignores_dy"),
        (LeavesItsCacheInItsChild(), "changes_cache_elsewhere"),
        (KeepsWhatItNeverGivesBack(), "cache_not_given_back"),
        (GivesNan(), "not_finite"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_checker_catches(module, message, rng):
    x = rng.normal(size=(4, 3))
    x[2, 1] = 0
    with pytest.raises(nn.GradientError) as caught:
        nn.check_gradients(module, x)
    found, _, _ = examine_point(module, (x,))
    assert re.search(message, str(caught.value)) or message == found[0].id


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


def test_the_suite_for_one_layer(rng):
    report = nn.check_layer(nn.Dense(4, 3, "tanh"), rng.normal(size=(5, 4)), reference=None)
    assert report
    assert repr(report) == "Dense: input 0, w, b right (43 derivatives)"
    assert 10 < report.calls <= 100


class RightForOneBatchOnly(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {"w": sum(np.outer(self.cache[i], dy[i]) for i in range(7))}


def test_the_suite_finds_what_one_point_cannot(rng):
    """At seven examples this one is right; the same object is asked for one and for three."""
    layer, x = RightForOneBatchOnly(4, 3), rng.normal(size=(7, 4))
    assert nn.check_gradients(layer, x)
    with pytest.raises(nn.GradientError, match="IndexError"):
        nn.check_layer(layer, x)


def test_the_suite_compares_with_a_reference(rng):
    class Twice(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

        def backward(self, dy):
            return super().backward(2 * dy)

    layer, x = Twice(4, 3), rng.normal(size=(7, 4))
    assert nn.check_layer(layer, x)
    with pytest.raises(nn.GradientError, match=r"Twice\.forward"):
        nn.check_layer(layer, x, reference=nn.Linear(4, 3))


def test_checks_of_what_is_no_layer():
    def make(parameters):
        return nn.SGD(parameters, lr=0.1)

    class Uphill(nn.SGD):
        def update(self, w, dw, state):
            w += self.lr * dw

    assert nn.check_optimizer(make, make)
    with pytest.raises(nn.GradientError, match="go uphill"):
        nn.check_optimizer(lambda parameters: Uphill(parameters, lr=0.1), make)
    assert nn.check_initializer(nn.initializers.RandomNormal(0.2), std=0.2, kind="normal")
    with pytest.raises(nn.GradientError, match="RandomUniform"):
        nn.check_initializer(nn.initializers.RandomUniform(0.2), std=0.2)

    def clears(model, loss, optimizer, x, y, batch_size, epochs):
        model.train()
        for _ in range(epochs):
            for batch_x, batch_y in nn.batches(x, y, batch_size):
                optimizer.zero_grad()
                loss(model(nn.Tensor(batch_x)), batch_y).backward()
                optimizer.step()

    assert nn.check_training_loop(clears)

    def never_clears(model, loss, optimizer, x, y, batch_size, epochs):
        model.train()
        for _ in range(epochs):
            for batch_x, batch_y in nn.batches(x, y, batch_size):
                loss(model(nn.Tensor(batch_x)), batch_y).backward()
                optimizer.step()

    with pytest.raises(nn.GradientError, match="gradient also holds those of the steps before"):
        nn.check_training_loop(never_clears)


def test_reports_in_spanish(rng):
    try:
        set_language("es")
        with pytest.raises(nn.GradientError, match="todavía|aún"):
            nn.check_gradients(KeepsTheBatchAxis(3), rng.normal(size=(4, 3)))
    finally:
        set_language("en")


def test_dy_is_not_x_for_the_same_seed():
    """With x from default_rng(0), a dy from the same stream would be x itself, and the gradient of
    batch normalization almost 0: a check that cannot fail."""
    x = np.random.default_rng(0).normal(size=(5, 3))

    class Forgetful(nn.BatchNorm1d):
        def backward(self, dy):
            normal, scale, _ = self.cache
            dx = dy * scale
            dx = dx - dx.mean(axis=0)  # the variance's part is forgotten
            return dx, super().backward(dy)[1]

    with pytest.raises(nn.GradientError, match="gradient of input 0"):
        nn.check_gradients(Forgetful(3), x)
