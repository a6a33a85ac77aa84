"""Acceptance: Sequential versus Sequential2D, in PyTorch's words (Q0 to Q15)."""

import numpy as np
import pytest

import edunn.torchlike as nn
import edunn.torchlike as torch
from edunn.torchlike import Sequential1D, Sequential2D

SIZES = [784, 128, 128, 10]
CONFIG = {
    "in_features_list": [50, 100, 200, 150],
    "out_features_list": [100, 200, 150, 10],
    "block_types": [
        ["Linear", "Linear", None, None],
        [None, "Linear", "Linear", "Linear"],
        [None, None, "Linear", "Linear"],
        [None, None, None, "Linear"],
    ],
}


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(42)


def layers():
    return [nn.Linear(a, b) for a, b in zip(SIZES, SIZES[1:])]


def as_sequential(f1, f2, f3):
    return nn.Sequential(f1, nn.ReLU(), f2, nn.ReLU(), f3)


def as_sequential2d(f1, f2, f3):
    blocks = [[None] * 4 for _ in range(4)]
    for i, parts in enumerate(([f1], [nn.ReLU(), f2], [nn.ReLU(), f3])):
        blocks[i][i + 1] = Sequential1D(
            nn.Sequential(*parts), in_features=SIZES[i], out_features=SIZES[i + 1]
        )
    return Sequential2D(SIZES, SIZES, blocks)


def iterate(net, x, steps=3):
    for _ in range(steps):
        x = net(x)
    return x


def copies(base):
    twins = layers()
    for twin, original in zip(twins, base):
        twin.weight.data[...] = original.weight.data
        twin.bias.data[...] = original.bias.data
    return twins


def test_Q0_shapes_print_as_tuples():
    assert str(torch.randn(16, 500).shape) == "(16, 500)"


def test_Q1_seed_and_device():
    torch.manual_seed(42)
    first = torch.randn(3).data
    torch.manual_seed(42)
    np.testing.assert_array_equal(torch.randn(3).data, first)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    assert f"Using device: {device}" in ("Using device: cpu", "Using device: cuda")
    x = torch.randn(2, 3)
    assert x.to("cpu") is x


def test_Q2_Q6_shared_layers_and_counts():
    shared = layers()
    seq, seq2d = as_sequential(*shared), as_sequential2d(*shared)
    assert sum(p.numel() for p in seq.parameters()) == 118_282
    assert sum(p.numel() for p in seq2d.parameters()) == 118_282
    assert seq2d.number_of_trainable_parameters() == 118_282
    assert set(map(id, seq.parameters())) == set(map(id, seq2d.parameters()))


def test_Q3_sequential1d_needs_its_sizes():
    block = Sequential1D(nn.Sequential(nn.Linear(3, 2)), in_features=3, out_features=2)
    assert (block.in_features, block.out_features) == (3, 2)
    with pytest.raises(TypeError, match="out_features"):
        Sequential1D(nn.Linear(3, 2), in_features=3)


def test_Q4_block_i_j_maps_input_i_to_output_j():
    net = Sequential2D([2, 3], [4, 5], [[None, nn.Linear(2, 5)], [nn.Linear(3, 4), None]])
    ys = net([torch.randn(6, 2), torch.randn(6, 3)])
    assert [y.shape for y in ys] == [(6, 4), (6, 5)]
    message = r"block \(0, 1\) with out_features=4, not 5"
    with pytest.raises(ValueError, match=message):
        Sequential2D([2, 3], [4, 5], [[None, nn.Linear(2, 4)], [None, None]])


def test_Q5_Q7_Q8_iterating_the_superdiagonal_is_the_chain():
    shared = layers()
    seq, seq2d = as_sequential(*shared), as_sequential2d(*shared)
    x = torch.randn(32, 784)
    with torch.no_grad():
        y, ys = seq(x), iterate(seq2d, [x, None, None, None])
    assert isinstance(ys, list)
    assert ys[:3] == [None, None, None]
    difference = torch.max(torch.abs(y - ys[3])).item()
    assert f"Maximum difference between outputs: {difference:.2e}".endswith("0.00e+00")


@pytest.mark.parametrize("steps", [1, 5])
def test_Q9_Q10_Q11_training_is_the_same_to_the_last_bit(steps):
    base = layers()
    seq, seq2d = as_sequential(*copies(base)), as_sequential2d(*copies(base))
    x, target = torch.randn(32, 784), torch.randn(32, 10)
    criterion = nn.MSELoss()
    losses = []
    for net, run in ((seq, seq), (seq2d, lambda x: iterate(seq2d, [x, None, None, None])[3])):
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
        for _ in range(steps):
            optimizer.zero_grad()
            loss = criterion(run(x), target)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    assert losses[0] == losses[1]
    for mine, yours in zip(seq.parameters(), seq2d.parameters()):
        np.testing.assert_array_equal(mine.data, yours.data)
    test_x = torch.randn(16, 784)
    with torch.no_grad():
        after = iterate(seq2d, [test_x, None, None, None])[3]
        difference = torch.max(torch.abs(seq(test_x) - after))
    assert f"{difference:.2e}" == "0.00e+00"


def test_Q11_explicit_backward_through_iterations_is_the_chains():
    base = layers()
    seq, seq2d = as_sequential(*base), as_sequential2d(*base)
    x, dy = torch.randn(8, 784).data, torch.randn(8, 10).data
    y = seq.forward(x)
    dx, grads = seq.backward(dy)
    ys = seq2d.iterate([x, None, None, None], 3)
    np.testing.assert_array_equal(ys[3], y)
    dxs, grads2d = seq2d.backward([None, None, None, dy])
    np.testing.assert_array_equal(dxs[0], dx)
    assert dxs[1:] == [None, None, None]
    for name, other in zip(grads, grads2d):
        np.testing.assert_array_equal(grads[name], grads2d[other])


def test_Q12_from_config():
    net = Sequential2D.from_config(CONFIG)
    assert len(net.children()) == 8
    assert sum(p.numel() for p in net.parameters()) == 85_330


def test_Q13_one_tensor_is_split():
    net = Sequential2D.from_config(CONFIG)
    x = torch.randn(16, 500)
    assert str(net(x).shape) == "(16, 460)"


def test_Q14_lists_may_have_nothing_in_them():
    net = Sequential2D.from_config(CONFIG)
    ys = net.forward_list([torch.randn(16, 50), None, None, None])
    assert [None if y is None else y.shape for y in ys] == [(16, 100), (16, 200), None, None]


@pytest.mark.parametrize(
    ("kind", "kwargs", "learned"),
    [
        ("None", None, 0),
        ("Identity", None, 0),
        ("Linear", None, 20),
        ("MaskedLinear", None, 20),
        ("MaskedLinear.from_description", ("W", "G", "non-zero"), 20),
        ("MaskedLinear.from_description", ("D", "U=0.5,1", "non-zero"), 8),
        ("MaskedLinear.from_description", (0, 0, False), 4),
        ("SparseLinear.from_description", ("R=1.0", "C=0.3", True), 20),
        ("SparseLinear.from_description", ("Row=1", 1, "non-zero"), 8),
        ("SparseLinear.from_singleBlock", ("S=1", "G=0,0.1", None), 5),
    ],
)
def test_Q12_every_block_type_of_the_source(kind, kwargs, learned):
    cfg = {
        "in_features_list": [4, 1],
        "out_features_list": [4],
        "block_types": [[kind], ["Linear"]],
    }
    if kwargs:
        words = dict(zip(("block_type", "initialization_type", "trainable"), kwargs))
        if words["trainable"] is None:
            del words["trainable"]
        cfg["block_kwargs"] = [[words | {"bias": True}], [None]]
    net = Sequential2D.from_config(cfg)
    assert net.number_of_trainable_parameters() == learned + 8
    assert net(torch.randn(3, 5)).shape == (3, 4)


def test_Q15_skip_connections_parallel_paths_and_feedback():
    """x0 reaches y1 by two paths; y1 feeds back on itself; the numbers are those of plain NumPy."""
    a, b, loop = nn.Linear(2, 3), nn.Linear(2, 3), nn.Linear(3, 3)
    net = Sequential2D([2, 3], [2, 3], [[nn.Identity(), nn.Sequential(b)], [None, loop]])
    x0, x1 = torch.randn(4, 2).data, torch.randn(4, 3).data
    y0, y1 = net([x0, x1])
    np.testing.assert_array_equal(y0, x0)
    np.testing.assert_allclose(y1, b.forward(x0) + loop.forward(x1))
    deep = Sequential2D([2, 3], [3], [[a], [Sequential2D([3], [3], [[loop]])]])
    np.testing.assert_allclose(deep([x0, x1])[0], a.forward(x0) + loop.forward(x1))


def test_the_callers_arrays_are_never_written_to():
    """With an Identity block, y is x itself until something is added to it."""
    net = Sequential2D([2, 2], [2], [[nn.Identity()], [nn.Identity()]])
    x0, x1 = np.ones((3, 2)), np.ones((3, 2))
    (y,) = net([x0, x1])
    np.testing.assert_array_equal(y, 2)
    np.testing.assert_array_equal(x0, 1)
    dy = np.ones((3, 2))
    twice = Sequential2D([2], [2, 2], [[nn.Identity(), nn.Identity()]])
    twice.forward([x0])
    (dx,), _ = twice.backward([dy, dy])
    np.testing.assert_array_equal(dx, 2)
    np.testing.assert_array_equal(dy, 1)


def test_an_iterated_matrix_has_the_slope_of_a_chain():
    """Three-way: explicit backward of iterate, the tape over iterate, and the measured slope."""
    import edunn

    inner = Sequential2D(
        [2, 1], [2, 1], [[edunn.Dense(2, 2, "tanh"), None], [edunn.Dense(1, 2), None]]
    )

    class Iterated(edunn.Module):
        def __init__(self):
            self.inner = inner

        def forward(self, x):
            y = self.inner.iterate(x, 3)
            self.cache = self.inner.cache
            return y

        def backward(self, dy):
            self.inner.cache = self.cache
            dx, grads = self.inner.backward(dy)
            return dx, {f"inner.{name}": gradient for name, gradient in grads.items()}

    x = np.random.default_rng(0).normal(size=(4, 3))
    assert edunn.check_gradients(Iterated(), x)
    tensor, dy = edunn.Tensor(x, requires_grad=True), np.ones((4, 3))
    inner.iterate(tensor, 3).backward(dy)
    inner.iterate(x, 3)
    dx, grads = inner.backward(dy)
    np.testing.assert_allclose(tensor.grad, dx)
    for name, parameter in inner.named_parameters().items():
        np.testing.assert_allclose(parameter.grad, grads[name])


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: Sequential2D([2], [3], [[nn.Linear(2, 3), None]]),
         "rows of [2] blocks, not 1 of 1"),
        (lambda: Sequential2D([2], [3], [["Linear"]]), "'Linear' as block (0, 0), not a Module"),
        (lambda: Sequential2D([0], [3], [[None]]), "in_features_0=0, not a whole number from 1"),
        (lambda: Sequential2D([2], [3], [[nn.Linear(2, 3)]]).iterate(np.ones((1, 2)), 2),
         "only with equal sizes in and out, not [2] and [3]"),
        (lambda: Sequential2D([2], [3], [[nn.Linear(2, 3)]])([None, None]),
         "a list of 2 inputs, not 1"),
        (lambda: Sequential2D([2], [3], [[nn.Linear(2, 3)]])(np.ones((4, 5))),
         "x of shape (4, 5), not (n, 2)"),
        (lambda: Sequential2D([2], [3], [[nn.Linear(2, 3)]])([np.ones((4, 5))]),
         "block (0, 0): Linear(in_features=2, out_features=3, bias=True) got x of shape (4, 5)"),
        (lambda: Sequential2D.from_config(CONFIG | {"block_types": [["Liner"] * 4] * 4}),
         "block type 'Liner', not one of"),
        (lambda: Sequential2D.from_config({"in_features_list": [1]}), "got no 'out_features_list'"),
    ],
)  # fmt: skip
def test_messages(action, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        action()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
