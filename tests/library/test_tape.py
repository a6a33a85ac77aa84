"""Tensor.backward: the chain rule over whatever was computed."""

import numpy as np
import pytest

import edunn as nn
from edunn.recording import evaluating


def test_evaluating_gives_back_modes_and_caches_also_after_an_error():
    model = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5))
    model[0].eval()
    model.forward(np.ones((4, 3)))
    caches = [module.cache for module in model.modules()]
    with evaluating(model):
        assert not any(module.training for module in model.modules())
    with pytest.raises(ValueError, match="got x of shape"), evaluating(model):
        model.forward(np.zeros((4, 5)))
    assert [module.training for module in model.modules()] == [True, False, True]
    assert all(one.cache is cache for one, cache in zip(model.modules(), caches))


def leaf(*shape):
    return nn.Tensor(np.ones(shape), requires_grad=True)


def test_tape_agrees_with_explicit_backward(rng):
    model, loss = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), nn.MSELoss()
    x, target = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    loss.forward(model.forward(x), target)
    dy, _ = loss.backward(1.0)
    dx, grads = model.backward(dy)

    tensor = nn.Tensor(x, requires_grad=True)
    loss(model(tensor), target).backward()

    np.testing.assert_allclose(tensor.grad, dx)
    for name, parameter in model.named_parameters().items():
        np.testing.assert_allclose(parameter.grad, grads[name])


def test_one_layer_used_twice(rng):
    layer = nn.Linear(3, 3)
    x = nn.Tensor(rng.normal(size=(2, 3)))
    layer(layer(x)).backward(np.ones((2, 3)))
    w, ones = layer.w.data, np.ones((2, 3))
    expected = x.data.T @ (ones @ w.T) + (x.data @ w).T @ ones
    np.testing.assert_allclose(layer.w.grad, expected)


def test_a_step_per_use_not_per_path():
    """Doubling 60 times has 2**60 paths but 60 steps."""
    x = y = leaf(1)
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_ten_thousand_steps_deep():
    x = y = leaf(1)
    for _ in range(10_000):
        y = y + 1.0
    y.backward()
    assert x.grad == 1


def test_backward_again_adds_as_much_again():
    x = leaf(1)
    y = x * 2.0 * 3.0
    y.backward()
    y.backward()
    assert x.grad == 12


def test_residual_with_a_parameter_in_plain_arithmetic(rng):
    x, w = leaf(2, 3), nn.Parameter(rng.normal(size=(3, 3)))
    (x @ w + x).backward(np.ones((2, 3)))
    np.testing.assert_allclose(w.grad, x.data.T @ np.ones((2, 3)))
    np.testing.assert_allclose(x.grad, np.ones((2, 3)) @ w.data.T + 1)


@pytest.mark.parametrize(
    ("operation", "slope"),
    [
        (lambda x: np.full((2, 3), 3.0) + x, 1),
        (lambda x: np.full((2, 3), 3.0) - x, -1),
        (lambda x: np.full((2, 3), 3.0) * x, 3),
        (lambda x: 3.0 - x, -1),
        (lambda x: 3.0 * x, 3),
        (lambda x: np.full((4, 2), 3.0) @ x, 12),
    ],
)
def test_array_or_number_on_the_left(operation, slope):
    x = leaf(2, 3)
    y = operation(x)
    y.backward(np.ones(y.shape))
    np.testing.assert_array_equal(x.grad, np.full((2, 3), slope))


def test_a_module_without_backward_is_traced(rng):
    class Residual(nn.Module):
        def __init__(self):
            self.body = nn.Sequential(nn.Dense(3, 3, "tanh"))

        def forward(self, x):
            return x + self.body(x)

    block, x = Residual(), rng.normal(size=(4, 3))
    model = nn.Sequential(nn.Linear(3, 3), block, nn.Linear(3, 2))
    y = model(nn.Tensor(x))
    np.testing.assert_allclose(y.data, model(x))
    y.backward(np.ones(y.shape))
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_a_layer_that_nobody_asks_for_dx_is_not_asked():
    class Probe(nn.Linear):
        def backward(self, dy):
            asked.append(self.needs_dx)
            return super().backward(dy)

    asked = []
    model = nn.Sequential(Probe(3, 2), nn.ReLU(), Probe(2, 2))
    model(nn.Tensor(np.ones((4, 3)))).backward(np.ones((4, 2)))
    model(leaf(4, 3)).backward(np.ones((4, 2)))
    model.backward(np.ones((4, 2)))
    assert asked == [True, False, True, True, True, True]


def test_no_tape():
    with nn.no_tape():
        assert nn.ReLU()(leaf(1, 2)).step is None
    assert nn.ReLU()(leaf(1, 2)).step is not None
    assert nn.ReLU()(nn.Tensor(np.ones((1, 2)))).step is None  # nothing to learn, nothing kept


def test_frozen_parameters_get_nothing(rng):
    layer = nn.Dense(3, 2)
    layer.w.requires_grad = False
    before = layer.w.data.copy()
    optimizer = nn.SGD(layer.parameters(), lr=1.0)
    y = layer(nn.Tensor(rng.normal(size=(4, 3))))
    y.backward(np.ones(y.shape))
    optimizer.step()
    assert layer.w.grad is None
    np.testing.assert_array_equal(layer.w.data, before)
    assert np.any(layer.b.data != 0)


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda: leaf(2).backward(), ValueError, r"shape \(2,\) needs a dy of that shape"),
        (lambda: leaf(2).backward(np.ones(3)), ValueError, r"dy of shape \(3,\), not \(2,\)"),
        (lambda: nn.Tensor([1.0]).backward(), ValueError, "no input or parameter with requires"),
        (lambda: np.arctan(leaf(2)), TypeError, "np.arctan has no backward rule"),
        (lambda: np.add(leaf(2), 1, out=np.ones(2)), TypeError, "np.add takes only inputs"),
        (lambda: np.add.reduce(leaf(2)), TypeError, "np.add takes only inputs"),
    ],
)
def test_messages(action, error, message):
    with pytest.raises(error, match=message):
        action()


def test_two_names_of_one_parameter_add_up():
    """A module of a user's own that returns a gradient under each of them."""

    class Twice(nn.Module):
        def __init__(self):
            self.first = self.second = nn.Bias(3)

        def forward(self, x):
            return self.second.forward(self.first.forward(x))

        def backward(self, dy):
            db = dy.sum(axis=0)
            return dy, {"first.b": db, "second.b": db}

    model, x = Twice(), nn.Tensor(np.ones((4, 3)))
    model(x).sum().backward()
    assert np.array_equal(model.first.b.grad, [8, 8, 8])
