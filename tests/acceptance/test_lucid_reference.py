"""Acceptance: the reference of lucid's nn.Sequential (L1 to L11)."""

from collections import OrderedDict

import numpy as np
import pytest

import edunn.torchlike as nn
from edunn.torchlike import Tensor


def check_flow(model, tensor, y_shape):
    """Forward and backward as the page shows them: the input's gradient is the measured slope."""
    output = model(tensor)
    assert isinstance(output, Tensor)
    assert output.shape == y_shape
    assert "Tensor(array(" in str(output)
    output.sum().backward()
    assert tensor.grad.shape == tensor.shape
    assert all(p.grad is not None and np.any(p.grad) for p in model.parameters())
    x, h = tensor.data.astype(float), 1e-3
    place = np.unravel_index(np.argmax(np.abs(tensor.grad)), tensor.shape)
    sums = []
    for step in (h, -h):
        moved = x.copy()
        moved[place] += step
        sums.append(float(np.sum(model.forward(moved))))
    assert tensor.grad[place] == pytest.approx((sums[0] - sums[1]) / (2 * h), rel=2e-2, abs=1e-4)


def test_L1_two_signatures():
    by_place = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    by_name = nn.Sequential(OrderedDict([("fc", nn.Linear(4, 3)), ("act", nn.ReLU())]))
    assert list(by_place.children()) == ["0", "1"]
    assert list(by_name.children()) == ["fc", "act"]


def test_L2_layers_by_name_and_by_place():
    fc, act = nn.Linear(4, 3), nn.ReLU()
    model = nn.Sequential(OrderedDict([("fc", fc), ("act", act)]))
    assert model["fc"] is model[0] is model[-2] is fc
    assert model["act"] is model[1] is act
    assert list(model) == [fc, act]
    assert len(model) == 2
    assert len(model[:1]) == 1
    assert model[:1]["fc"] is fc
    with pytest.raises(
        ValueError, match=r"got layer 'fcc', not one of fc, act \(did you mean 'fc'"
    ):
        model["fcc"]
    with pytest.raises(IndexError, match="of 2 layers got index 5"):
        model[5]


def test_L3_L5_a_simple_model_with_keywords():
    model = nn.Sequential(
        nn.Linear(in_features=4, out_features=3),
        nn.ReLU(),
        nn.Linear(in_features=3, out_features=2),
    )
    nn.manual_seed(4)
    check_flow(model, Tensor([[1.0, 2.0, 3.0, 4.0]], requires_grad=True), (1, 2))


def test_L4_L6_backward_of_a_single_number_needs_no_seed():
    model = nn.Sequential(OrderedDict([
        ("fc1", nn.Linear(in_features=5, out_features=3)),
        ("activation", nn.Tanh()),
        ("fc2", nn.Linear(in_features=3, out_features=1)),
    ]))  # fmt: skip
    tensor = Tensor([[0.5, -1.2, 3.3, 0.0, 2.1]], requires_grad=True)
    output = model(tensor)
    assert output.shape == (1, 1)
    output.backward()
    w1, w2 = model["fc1"].weight.data, model["fc2"].weight.data
    hidden = np.tanh(tensor.data @ w1 + model["fc1"].bias.data)
    np.testing.assert_allclose(tensor.grad, ((1 - hidden**2) * w2.T) @ w1.T, rtol=1e-5)


def test_L7_a_convolutional_network():
    model = nn.Sequential(OrderedDict([
        ("conv1", nn.Conv2D(in_channels=3, out_channels=16, kernel_size=3, padding=1)),
        ("batch_norm1", nn.BatchNorm2d(num_features=16)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2d(kernel_size=2, stride=2)),
        ("conv2", nn.Conv2D(in_channels=16, out_channels=32, kernel_size=3, padding=1)),
        ("batch_norm2", nn.BatchNorm2d(num_features=32)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2d(kernel_size=2, stride=2)),
        ("flatten", nn.Flatten()),
        ("fc1", nn.Linear(in_features=32 * 8 * 8, out_features=128)),
        ("relu3", nn.ReLU()),
        ("fc2", nn.Linear(in_features=128, out_features=10)),
    ]))  # fmt: skip
    x = np.random.default_rng(0).normal(size=(1, 3, 32, 32))
    tensor = Tensor(x.astype(np.float32), requires_grad=True)
    output = model(tensor)
    assert output.shape == (1, 10)
    output.sum().backward()
    assert tensor.grad.shape == (1, 3, 32, 32)
    assert np.all(np.isfinite(tensor.grad))
    assert np.any(tensor.grad)


def test_L8_layers_added_later():
    model = nn.Sequential()
    model.add_module("fc1", nn.Linear(in_features=10, out_features=5))
    model.add_module("relu", nn.Tanh())
    model.add_module("fc2", nn.Linear(in_features=5, out_features=2))
    assert list(model.get_parameters()) == ["fc1.w", "fc1.b", "fc2.w", "fc2.b"]
    check_flow(model, Tensor([[1.0] * 10], requires_grad=True), (1, 2))
    with pytest.raises(ValueError, match="'fc1', not a new one"):
        model.add_module("fc1", nn.ReLU())


def test_L9_a_module_list_inside_is_run_in_order():
    layers = nn.ModuleList([
        nn.Linear(in_features=10, out_features=20),
        nn.Tanh(),
        nn.Linear(in_features=20, out_features=10),
    ])  # fmt: skip
    model = nn.Sequential(OrderedDict([
        ("layer_sequence", layers),
        ("output_layer", nn.Linear(in_features=10, out_features=1)),
    ]))  # fmt: skip
    check_flow(model, Tensor([[1.0] * 10], requires_grad=True), (1, 1))
    assert "layer_sequence.0.w" in model.get_parameters()


def test_L10_nested_and_held_in_lists_and_dicts():
    inner = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
    outer = nn.Sequential(inner, nn.Sequential(nn.Linear(4, 2)))
    check_flow(outer, Tensor([[1.0, -2.0, 0.5]], requires_grad=True), (1, 2))
    parts = nn.ModuleDict({"in": nn.Linear(3, 4), "out": nn.Linear(4, 2)})
    assert list(parts.get_parameters()) == ["in.w", "in.b", "out.w", "out.b"]
    assert parts["out"].out_features == 2
    assert list(parts.keys()) == ["in", "out"]
    parts["more"] = nn.ReLU()
    assert "more" in parts.children()

    class Uses(nn.Module):
        def __init__(self):
            self.parts = parts

        def forward(self, x):
            return self.parts["out"](self.parts["in"](x))

    net = Uses()
    y = net(Tensor(np.ones((2, 3))))
    y.sum().backward()
    assert parts["in"].weight.grad.shape == (3, 4)


def test_L11_a_misfit_is_named_by_its_layer():
    model = nn.Sequential(OrderedDict([("fc1", nn.Linear(4, 3)), ("fc2", nn.Linear(5, 2))]))
    with pytest.raises(ValueError, match=r"layer 1 \(fc2\): Linear\(.*got x of shape \(1, 3\)"):
        model(Tensor([[1.0, 2.0, 3.0, 4.0]]))


def test_L11_modules_with_two_inputs_are_refused():
    import edunn

    with pytest.raises(TypeError, match=r"layer 0: .*missing 1 required positional argument"):
        nn.Sequential(edunn.Add())(Tensor([[1.0]]))


def test_L11_a_state_between_passes_is_the_runs_own():
    """Two passes, then two backwards, in any order: neither clobbers the other."""
    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
    first, second = Tensor([[1.0, 2.0, 3.0]], requires_grad=True), Tensor([[9.0, 8.0, 7.0]])
    y1, _ = model(first), model(second)
    y1.sum().backward()
    expected = Tensor(first.data, requires_grad=True)
    model(expected).sum().backward()
    np.testing.assert_array_equal(first.grad, expected.grad)


def test_editing_a_sequential():
    a, b, c, d = nn.Linear(2, 2), nn.ReLU(), nn.Tanh(), nn.Linear(2, 2)
    model = nn.Sequential(a, c)
    model.insert(1, b)
    model.append(d)
    assert list(model) == [a, b, c, d]
    assert list(model.children()) == ["0", "1", "2", "3"]
    del model[1]
    model[1] = nn.Sigmoid()
    model.extend([b])
    assert [type(layer).__name__ for layer in model] == ["Linear", "Sigmoid", "Linear", "ReLU"]
    with pytest.raises(TypeError, match="Sequential got 3 as layer 4, not a Module"):
        model.append(3)
