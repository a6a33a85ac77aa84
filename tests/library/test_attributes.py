"""Modules and Parameters in lists, tuples and dicts are parts of the module that has them."""

from collections import OrderedDict, deque, namedtuple

import numpy as np
import pytest

import edunn as nn

Pair = namedtuple("Pair", "left right")


class Net(nn.Module):
    def __init__(self):
        self.layers = [nn.Dense(2, 3, "tanh"), None, nn.Dense(3, 1)]
        self.blocks = {"conv": [nn.Linear(2, 2), (nn.Bias(2),)], 7: nn.ReLU()}
        self.gains = [nn.Parameter(np.ones(2)), nn.Parameter(np.ones(3), trainable=False)]
        self.names, self.history = ("a", "b"), [0.5, [1.0, 2.0]]

    def forward(self, x):
        x = x * self.gains[0]
        return self.layers[2](self.layers[0](x))


NAMES = [
    "gains.0", "gains.1", "layers.0.w", "layers.0.b", "layers.2.w", "layers.2.b",
    "blocks.conv.0.w", "blocks.conv.1.0.b",
]  # fmt: skip


def test_names_of_children_and_parameters():
    net = Net()
    assert list(net.children()) == [
        "layers.0", "layers.2", "blocks.conv.0", "blocks.conv.1.0", "blocks.7",
    ]  # fmt: skip
    assert list(net.named_parameters()) == NAMES
    assert [net.find_parameter(name) for name in NAMES] == net.parameters()
    with pytest.raises(ValueError, match="Net has no parameter 'layers.1.w', only"):
        net.find_parameter("layers.1.w")
    assert "(layers.0): Dense(2, 3, 'tanh')" in repr(net)


@pytest.mark.parametrize(
    ("holder", "name"),
    [
        (lambda one: [[one]], "held.0.0"),
        (lambda one: Pair(None, one), "held.1"),
        (lambda one: OrderedDict(a=one), "held.a"),
        (lambda one: deque([one]), "held.0"),
        (lambda one: [("fc", one)], "held.0.1"),
        (lambda one: {"a": {"b": (one,)}}, "held.a.b.0"),
    ],
)
def test_whatever_holds_them(holder, name):
    for one in (nn.Bias(2), nn.Parameter(np.ones(2))):
        module = nn.Module()
        module.held = holder(one)
        own = ".b" if isinstance(one, nn.Bias) else ""
        assert list(module.named_parameters()) == [name + own]


def test_a_set_is_refused():
    module = nn.Module()
    module.held = {nn.Bias(2)}
    with pytest.raises(TypeError, match="held is a set with a Module in it, not a list or dict"):
        module.parameters()


def test_all_that_asks_for_parts_follows(tmp_path, rng):
    net, other = Net(), Net()
    assert net.number_of_trainable_parameters() == 2 + 9 + 4 + 4 + 2
    net.eval()
    assert not any(part.training for part in [*net.modules(), net.blocks["conv"][1][0]])
    nn.save(net, tmp_path / "net.npz")
    nn.load(other, tmp_path / "net.npz")
    assert np.array_equal(other.layers[2].w.data, net.layers[2].w.data)
    net(nn.Tensor(rng.normal(size=(4, 2)))).sum().backward()
    assert net.layers[0].w.grad is not None
    assert net.gains[0].grad is not None
    net.zero_grad()
    assert net.layers[0].w.grad is None


def test_on_a_gpu(gpu):
    net = Net().to(gpu)
    assert {nn.device_of(p.data) for p in net.parameters()} == {"cuda:0"}


def test_a_backward_by_hand_names_them(rng):
    class Row(nn.Module):
        def __init__(self):
            self.layers = nn.Linear(2, 3), nn.Linear(3, 1)

        def forward(self, x):
            y = self.layers[1].forward(self.layers[0].forward(x))
            self.cache = [layer.cache for layer in self.layers]
            return y

        def backward(self, dy):
            grads = {}
            for i in (1, 0):
                self.layers[i].cache = self.cache[i]
                dy, own = self.layers[i].backward(dy)
                grads |= {f"layers.{i}.{name}": gradient for name, gradient in own.items()}
            return dy, grads

    row = Row()
    nn.check_gradients(row, rng.normal(size=(4, 2)))
    row(nn.Tensor(rng.normal(size=(4, 2)))).sum().backward()
    assert all(p.grad is not None for p in row.parameters())


def test_nothing_is_found_twice():
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Bias(3)))
    model.cache = [model[0], model[0].w]  # what a run leaves behind is no part
    assert list(model.named_parameters()) == ["0.w", "1.0.b"]
    assert len(model.modules()) == 4
    both = nn.Module()
    both.first = nn.Linear(2, 2)
    both.layers = [both.first]
    assert list(both.named_parameters()) == ["first.w"]
    assert both.number_of_trainable_parameters() == 4


def test_a_module_in_a_list_of_its_own_is_no_part_of_itself():
    module = nn.Bias(2)
    module.me = [module, {"me": module}]
    assert list(module.named_parameters()) == ["b"]
    assert module.modules() == [module]
