"""What holds of many layers at once: any axes before the features; Parameters replaced, tied and
frozen; and right values that no other law has."""

import copy
import math

import numpy as np
import pytest

import edunn as nn
from cases import CASES

ON_FEATURES = {
    "Linear": nn.Linear(3, 2),
    "Bias": nn.Bias(3, nn.initializers.RandomNormal()),
    "Dense": nn.Dense(3, 2, "tanh"),
    "Dense, softmax": nn.Dense(3, 2, "softmax"),
    "Softmax": nn.Softmax(),
    "LogSoftmax": nn.LogSoftmax(),
    "LayerNorm": nn.LayerNorm(3),
}


@pytest.mark.parametrize("shape", [(3,), (1, 3), (0, 3), (2, 5, 3), (2, 1, 4, 3)])
@pytest.mark.parametrize("name", ON_FEATURES)
def test_axes_before_the_features_are_examples(name, shape, rng):
    """The same numbers as for a matrix (n, features) with all of them below each other."""
    layer, x = ON_FEATURES[name], rng.normal(size=shape)
    rows = layer.forward(x.reshape(-1, 3))
    dy = rng.normal(size=rows.shape)
    dx_rows, grads_rows = layer.backward(dy)
    y = layer.forward(x)
    dx, grads = layer.backward(dy.reshape(y.shape))
    assert y.shape[:-1] == shape[:-1]
    assert dx.shape == shape
    np.testing.assert_allclose(y.reshape(rows.shape), rows)
    np.testing.assert_allclose(dx.reshape(dx_rows.shape), dx_rows)
    assert grads.keys() == grads_rows.keys()
    for key in grads:
        np.testing.assert_allclose(grads[key], grads_rows[key], rtol=1e-6)


WITH_PARAMETERS = {
    name: case
    for name, case in CASES.items()
    if case[0].own_parameters() and "frozen" not in name and isinstance(case[0], nn.Module)
}
every_layer = pytest.mark.parametrize("name", WITH_PARAMETERS)


def both(layer, inputs, dy):
    """The output and the gradients by name, of explicit backward and of the tape."""
    y = layer.forward(*inputs)
    _, explicit = layer.backward(dy)
    layer.zero_grad()
    tensors = [nn.Tensor(x) for x in inputs]
    layer(*tensors).backward(np.asarray(dy))
    return y, explicit, {name: p.grad for name, p in layer.named_parameters().items()}


def draw(name, rng):
    layer, *inputs = WITH_PARAMETERS[name]
    layer = copy.deepcopy(layer)
    return layer, inputs, rng.normal(size=layer.forward(*inputs).shape)


@every_layer
def test_a_parameter_that_is_replaced_counts(name, rng):
    """`layer.w = Parameter(array)` is what writing the array into the old Parameter is."""
    layer, inputs, dy = draw(name, rng)
    other = copy.deepcopy(layer)
    before = layer.forward(*inputs)
    for key, parameter in layer.own_parameters().items():
        values = rng.normal(size=parameter.shape)
        setattr(layer, key, nn.Parameter(values))
        other.find_parameter(key).data = values
    y, explicit, tape = both(layer, inputs, dy)
    assert not np.allclose(y, before)
    y_other, explicit_other, _ = both(other, inputs, dy)
    np.testing.assert_array_equal(y, y_other)
    for key, gradient in explicit_other.items():
        np.testing.assert_array_equal(explicit[key], gradient)
        np.testing.assert_allclose(tape[key], gradient)


@every_layer
def test_parameters_of_two_layers_that_are_tied_get_both_gradients(name, rng):
    layer, inputs, dy = draw(name, rng)
    other = copy.deepcopy(layer)
    for key, parameter in layer.own_parameters().items():
        setattr(other, key, parameter)
    nn.manual_seed(0)
    _, _, alone = both(layer, inputs, dy)
    layer.zero_grad()
    y = layer(*map(nn.Tensor, inputs)) + other(*map(nn.Tensor, inputs)) * 2.0
    y.backward(dy)
    for key, parameter in layer.own_parameters().items():
        np.testing.assert_allclose(parameter.grad, 3 * alone[key], rtol=1e-5, atol=1e-12)


@every_layer
def test_a_frozen_parameter_gets_nothing_and_the_others_what_they_got(name, rng):
    layer, inputs, dy = draw(name, rng)
    _, _, all_free = both(layer, inputs, dy)
    for key, parameter in layer.own_parameters().items():
        parameter.requires_grad = False
        layer.zero_grad()
        y = layer(nn.Tensor(inputs[0], inputs[0].dtype.kind == "f"), *map(nn.Tensor, inputs[1:]))
        if y.requires_grad:
            y.backward(dy)
        for other, free in layer.own_parameters().items():
            if other == key:
                assert free.grad is None
            else:
                np.testing.assert_allclose(free.grad, all_free[other])
        parameter.requires_grad = True


def test_a_layer_that_ignores_a_replaced_parameter_is_seen(monkeypatch, rng):
    class Stubborn(nn.Linear):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.first = self.w.data

        def forward(self, x):
            self.cache = x
            return x @ self.first

        backward = nn.Linear.backward

    monkeypatch.setitem(WITH_PARAMETERS, "Stubborn", (Stubborn(3, 2), np.ones((4, 3))))
    with pytest.raises(AssertionError):
        test_a_parameter_that_is_replaced_counts("Stubborn", rng)


def test_gelu_is_exact():
    """Against math.erf, at 20,001 places."""
    x = np.linspace(-10, 10, 20_001)
    right = np.array([0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x])
    np.testing.assert_allclose(nn.GELU().forward(x), right, rtol=0, atol=5e-15)
    far = np.array([-1e30, -np.inf, 1e30, np.inf, np.nan])
    with np.errstate(invalid="ignore", over="ignore"):
        np.testing.assert_array_equal(nn.GELU().forward(far)[2:], [1e30, np.inf, np.nan])


@pytest.mark.parametrize("layer", [nn.ELU(), nn.SiLU(), nn.Softplus(3.0), nn.LogSoftmax()])
def test_large_numbers_do_not_overflow(layer):
    x = np.array([[-1e4, -50.0, 0.0, 50.0, 1e4]])
    assert np.isfinite(layer.forward(x)).all()
    assert np.isfinite(layer.backward(np.ones(x.shape))[0]).all()


@pytest.mark.parametrize(
    ("one", "pair"),
    [
        (nn.Conv2d(2, 3, 2, padding="same"), nn.Conv2d(2, 3, (2, 2), padding=(0, 0))),
        (nn.MaxPool2d(2, padding=1), nn.MaxPool2d((2, 2), (2, 2), (1, 1))),
        (nn.AvgPool2d(2), nn.AvgPool2d((2, 2))),
        (nn.AdaptiveAvgPool2d(2), nn.AdaptiveAvgPool2d((2, 2))),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_number_is_a_pair_of_it(one, pair, rng):
    x = rng.normal(size=(2, 2, 5, 6))
    if isinstance(one, nn.Conv2d):
        pair.w, x_pair = one.w, np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1)))
        assert one.forward(x).shape == (2, 3, 5, 6)
        np.testing.assert_allclose(one.forward(x), pair.forward(x_pair))
    else:
        np.testing.assert_array_equal(one.forward(x), pair.forward(x))
        assert repr(one) == repr(pair)


def test_groups_are_convolutions_beside_each_other(rng):
    x, dy = rng.normal(size=(2, 4, 5, 4)), rng.normal(size=(2, 6, 3, 2))
    whole = nn.Conv2d(4, 6, 3, groups=2)
    y = whole.forward(x)
    dx, grads = whole.backward(dy)
    for g in range(2):
        part = nn.Conv2d(2, 3, 3)
        part.w = nn.Parameter(whole.w.data[3 * g : 3 * g + 3])
        np.testing.assert_allclose(part.forward(x[:, 2 * g : 2 * g + 2]), y[:, 3 * g : 3 * g + 3])
        dx_part, grads_part = part.backward(dy[:, 3 * g : 3 * g + 3])
        np.testing.assert_allclose(dx_part, dx[:, 2 * g : 2 * g + 2])
        np.testing.assert_allclose(grads_part["w"], grads["w"][3 * g : 3 * g + 3])


def test_max_pool_of_whole_numbers_stays_whole():
    x = np.arange(16).reshape(1, 1, 4, 4)
    np.testing.assert_array_equal(nn.MaxPool2d(2).forward(x), [[[[5, 7], [13, 15]]]])
