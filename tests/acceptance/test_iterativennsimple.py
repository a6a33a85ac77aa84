"""What iterativennsimple's own tests ask of its layers: github.com/rcpaffenroth/iterativennsimple.

Its matrices are (outputs, inputs), those of a layer here (inputs, outputs); descriptions, which are
rows of outputs, keep its order.
"""

import re

import numpy as np
import pytest

import edunn.torchlike as nn
import edunn.torchlike as torch
from edunn import Identity, MaskedLinear, Sequential1D, Sequential2D, SparseLinear, check_gradients

DESCRIPTION = dict(  # noqa: C408
    out_features_sizes=[5, 7, 9],
    in_features_sizes=[6, 8, 10],
    block_types=[[0, "W", "D"], ["R=0.5", "S=5", "Row=3"], ["S=2", "R=0.9", "Row=1"]],
    initialization_types=[
        [0, np.ones((5, 8)), "C=0.3"],
        ["G", "G=0.2,0.7", "U"],
        ["U=-0.5,0.5", 1, torch.randn(size=(9, 10))],
    ],
)
TRAINABLE = [[0, 1, 0], [1, 0, "non-zero"], [1, 1, True]]
X = np.random.default_rng(0).normal(size=(13, 24))


def described(trainable=TRAINABLE, **options):
    return MaskedLinear.from_description(**DESCRIPTION, trainable=trainable, **options)


# MaskedLinear


def test_it_starts_as_a_linear_layer_and_learns_as_one():
    masked = MaskedLinear(20, 30)
    linear = nn.Linear(20, 30)
    linear.weight.data[...], linear.bias.data[...] = masked.weight_0, masked.bias.data
    x, target = torch.randn(128, 20), torch.randn(128, 30)
    y = masked(x)
    assert torch.allclose(y, linear(x))
    nn.MSELoss()(y, target).backward()
    nn.MSELoss()(linear(x), target).backward()
    np.testing.assert_allclose(masked.U.grad, linear.weight.grad, rtol=1e-5)
    np.testing.assert_allclose(masked.bias.grad, linear.bias.grad, rtol=1e-5)


def test_its_matrices_can_be_set():
    masked = MaskedLinear(2, 3)
    with torch.no_grad():
        masked.weight_0 = nn.Parameter(torch.zeros(2, 3))
        masked.bias = nn.Parameter(torch.zeros(3))
        masked.mask = nn.Parameter(torch.zeros(2, 3))
    assert torch.allclose(masked(torch.randn(4, 2)), torch.zeros(4, 3))
    assert masked.number_of_trainable_parameters() == 3  # nothing of w
    assert list(masked.named_parameters()) == ["w", "b"]
    for name in ("weight_0", "mask"):
        with pytest.raises(ValueError, match=r"of shape \(3, 2\), not \(2, 3\)"):
            setattr(masked, name, np.zeros((3, 2)))


def test_it_is_saved_and_loaded():
    masked, other = nn.Sequential(MaskedLinear(20, 30)), nn.Sequential(MaskedLinear(20, 30))
    other.load_state_dict(masked.state_dict())
    x = torch.randn(5, 20)
    np.testing.assert_array_equal(masked(x).data, other(x).data)


def test_from_description_puts_each_block_where_it_says():
    masked = described()
    assert masked.weight_0.shape == (24, 21)
    blocks = masked.weight_0.T  # (outputs, inputs)
    np.testing.assert_array_equal(blocks[:5, :6], 0)
    np.testing.assert_array_equal(blocks[:5, 6:14], 1)
    np.testing.assert_array_equal(blocks[:5, 14:], 0.3 * np.eye(5, 10, dtype=np.float32))
    given = DESCRIPTION["initialization_types"][2][2].data
    row = blocks[12:, 14:]
    assert np.count_nonzero(row, axis=1).max() == 1  # Row=1: one place for each output
    np.testing.assert_array_equal(row[row != 0], given[row != 0])
    mask = masked.mask.T
    np.testing.assert_array_equal(
        mask[:5], np.repeat([[0, 1, 0]], [6, 8, 10], axis=1)[0:1] + 0 * mask[:5]
    )
    np.testing.assert_array_equal(mask[5:12, 14:], blocks[5:12, 14:] != 0)
    np.testing.assert_array_equal(mask[12:], 1)
    one = MaskedLinear.from_description(4, 3, "W", "C=0.5", True)
    np.testing.assert_array_equal(one.start, np.full((3, 4), 0.5))
    cfg = DESCRIPTION | {"trainable": TRAINABLE, "bias": False}
    assert MaskedLinear.from_config(cfg).bias is None


def test_from_mlp_is_the_network_without_its_activations():
    sizes = [10, 5, 3]
    masked = MaskedLinear.from_MLP(sizes)
    assert masked.weight_0.shape == (18, 18)
    assert masked.number_of_trainable_parameters() == 10 * 5 + 5 * 3 + 18
    first, second = masked.start[:10, 10:15], masked.start[10:15, 15:]
    x = np.random.default_rng(1).normal(size=(4, 10)).astype(np.float32)
    z = np.concatenate([x, np.zeros((4, 8), np.float32)], axis=1)
    b = masked.bias.data
    expected = (x @ first + b[10:15]) @ second + b[15:]
    np.testing.assert_allclose(masked.forward(masked.forward(z))[:, 15:], expected, rtol=1e-4)


def test_from_optimal_linear_is_least_squares():
    x = torch.randn(128, 20)
    w = torch.randn(20, 30)
    y = x @ w
    masked = MaskedLinear.from_optimal_linear(x, y)
    z = torch.cat([x, torch.rand(128, 30)], dim=1)
    np.testing.assert_allclose(masked(z).data, torch.cat([x, y], dim=1).data, atol=1e-4)
    assert masked.number_of_trainable_parameters() == 0
    with pytest.raises(ValueError, match=r"from_optimal_linear got Y of shape \(4, 2\), not \(3, "):
        MaskedLinear.from_optimal_linear(np.ones((3, 2)), np.ones((4, 2)))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"block_types": [[0]]}, "rows of [1] entries for kind, not 3 of 3"),
        ({"out_features_sizes": [5, 0, 9]}, "out_features_sizes_1=0, not a whole number from 1"),
        ({"trainable": [["all"] * 3] * 3}, "trainable 'all', not one of"),
        ({"block_types": [["X"] * 3] * 3}, "kind 'X', not one of"),
        (
            {"initialization_types": [[np.ones((8, 5))] * 3] * 3},
            "start of shape (5, 8), not (6, 5)",
        ),
    ],
)
def test_a_wrong_description_is_refused_in_a_line(words, message):
    with pytest.raises(ValueError, match=f"^[^\\n]*{re.escape(message)}[^\\n]*$"):
        MaskedLinear.from_description(**(DESCRIPTION | {"trainable": TRAINABLE} | words))


# SparseLinear


def test_exact_copies_give_and_learn_the_same():
    masked = described()
    sparse = SparseLinear.from_MaskedLinearExact(masked)
    assert sparse.number_of_trainable_parameters() == masked.number_of_trainable_parameters()
    np.testing.assert_allclose(sparse.forward(X), masked.forward(X), atol=1e-5)
    target = torch.randn(13, 21)
    for layer in (masked, sparse):
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        torch.norm(target - layer(torch.tensor(X))).backward()
        optimizer.step()
    np.testing.assert_allclose(sparse.forward(X), masked.forward(X), atol=1e-5)
    assert np.any(sparse.fixed)
    assert check_gradients(sparse, X[:3])


def test_only_what_is_learned_and_not_zero_is_kept_otherwise():
    everything = described([[0, *["non-zero"] * 2], *[["non-zero"] * 3] * 2])
    exact, short = (
        make(everything)
        for make in (SparseLinear.from_MaskedLinearExact, SparseLinear.from_MaskedLinear)
    )
    np.testing.assert_allclose(exact.forward(X), short.forward(X), atol=1e-6)
    masked = described()
    without = SparseLinear.from_MaskedLinearExact(masked, keep_trainable_zeros=False)
    zeros = np.count_nonzero((masked.mask != 0) & (masked.start == 0))
    assert zeros > 0
    learned = masked.number_of_trainable_parameters() - zeros
    assert without.number_of_trainable_parameters() == learned


@pytest.mark.parametrize(
    ("sizes", "kind", "start", "at_most"),
    [
        ((3, 4), "R=0.5", "C=0.2", 12), ((3, 4), "S=6", "G", 6), ((3, 4), "Row=2", "U=-0.5,0.5", 6),
        ((3, 4), "D", 1, 3), ((6, 3), "D", 1, 3), ((6, 3), "Row=2", "U", 12),
    ],
)  # fmt: skip
def test_single_blocks(sizes, kind, start, at_most):
    sparse = SparseLinear.from_singleBlock(*sizes, kind, start, bias=False)
    assert (sparse.out_features, sparse.in_features) == sizes
    assert sparse.number_of_trainable_parameters() <= at_most
    assert sparse.forward(np.ones((2, sizes[1]))).shape == (2, sizes[0])


def test_scipys_sparse_matrices_there_and_back():
    coo_array = pytest.importorskip("scipy.sparse").coo_array
    coo = coo_array(([1.0, 2, 3], ([0, 1, 2], [0, 1, 0])), shape=(3, 2))
    x = X[:, :2]
    for layer in (MaskedLinear, SparseLinear):
        made = layer.from_coo(coo)
        np.testing.assert_allclose(made.forward(x), (coo @ x.T).T, rtol=1e-6)
        assert made.bias is None if layer is MaskedLinear else made.b is None
        assert made.number_of_trainable_parameters() == 3
        with pytest.raises(TypeError, match="from_coo got ndarray, not a scipy.sparse one"):
            layer.from_coo(np.eye(2))
    back = SparseLinear.from_coo(made.to_coo())
    np.testing.assert_array_equal(back.forward(x), made.forward(x))


def test_the_same_place_twice_is_refused_in_frozen_too():
    with pytest.raises(ValueError, match="the same place twice"):
        SparseLinear(2, 2, [0], [1], [1.0], frozen=([0], [1], [2.0]))
    with pytest.raises(ValueError, match=r"frozen columns of shape \(2,\), not \(1,\)"):
        SparseLinear(2, 2, [0], [1], [1.0], frozen=([0], [1, 1], [2.0]))


# Sequential2D, and the notebook on multilayer perceptrons


def test_a_network_as_a_matrix_learns_what_a_mask_of_the_data_leaves_open():
    """Columns that start and end alike are inputs; hidden ones are added; three steps of one
    Sequential2D, whose first block is an Identity, are the network."""
    start = torch.tensor(np.random.default_rng(2).normal(size=(60, 8)))
    target = start.clone()
    target.data[:, 6:] = np.tanh(start.data[:, :2] - start.data[:, 2:4])
    mask = (start == target).all(axis=0)
    inputs, outputs, hidden = int(mask.sum()), int((~mask).sum()), 20
    assert (inputs, outputs) == (6, 2)
    y_idx = torch.arange(inputs + 2 * hidden, inputs + 2 * hidden + outputs)
    first = SparseLinear.from_singleBlock(
        in_features=inputs, out_features=hidden, block_type="R=0.8", initialization_type="G=0,0.3"
    )
    first = Sequential1D(first, nn.ReLU(), in_features=inputs, out_features=hidden)
    second = nn.Sequential(nn.Linear(in_features=hidden, out_features=hidden), nn.ReLU())
    second = Sequential1D(second, in_features=hidden, out_features=hidden)
    last = nn.Linear(in_features=hidden, out_features=outputs)
    sizes = [inputs, hidden, hidden, outputs]
    rows = [  # as the notebook writes them: of outputs
        [Identity(in_features=inputs, out_features=inputs), None, None, None],
        [first, None, None, None], [None, second, None, None], [None, None, last, None],
    ]  # fmt: skip
    blocks = [[rows[j][i] for j in range(4)] for i in range(4)]
    net = Sequential2D(in_features_list=sizes, out_features_list=sizes, blocks=blocks)

    def with_hidden(z):
        parts = (z[:, mask], torch.zeros(z.shape[0], 2 * hidden), z[:, ~mask])
        return torch.cat(parts, dim=1)

    class Data(torch.utils.data.Dataset):
        def __init__(self, start, target):
            self.start, self.target = start, target

        def __len__(self):
            return len(self.start)

        def __getitem__(self, i):
            return self.start[i], self.target[i]

    loader = torch.utils.data.DataLoader(
        Data(with_hidden(start), with_hidden(target)), batch_size=20, shuffle=True
    )
    criterion, optimizer = nn.MSELoss(), torch.optim.Adam(net.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        for z, wanted in loader:
            optimizer.zero_grad()
            for _ in range(3):
                z = net(z)
            loss = criterion(z[:, y_idx], wanted[:, y_idx])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert losses[-1] < losses[0] / 20


def test_a_vector_and_a_list_give_the_same():
    net = Sequential2D([3, 4], [5, 6], [[MaskedLinear(3, 5), None], [None, nn.Linear(4, 6)]])
    x = torch.randn(10, 7)
    parts = net.forward_list([x[:, :3], x[:, 3:]])
    assert torch.allclose(net.forward_vector(x), torch.cat(parts, dim=1))
    with pytest.raises(ValueError, match="a list of 1 inputs, not 2"):
        net.forward_list([x])


@pytest.mark.parametrize(
    ("action", "message"),
    [
        *(
            (lambda kind=kind: MaskedLinear.from_description(3, 5, kind, "G", True),
             f"from_description got kind '{kind}', not as in {example}")
            for kind, example in [
                ("R=", "R=0.5"), ("R=abc", "R=0.5"), ("R=2", "R=0.5"), ("S", "S=15"), ("W=3", "W"),
                ("S=-1", "S=15"), ("S=2.5", "S=15"), ("Row=1,2", "Row=3"), ("S=inf", "S=15"),
            ]
        ),
        *(
            (lambda start=start: SparseLinear.from_singleBlock(3, 5, "W", start),
             f"from_description got start '{start}', not as in {example}")
            for start, example in [
                ("G=1,2,3", "G or G=0,1"), ("G=0,-1", "G or G=0,1"), ("U=1,0", "U or U=-1,1"),
                ("C", "C=0.3"), ("C=x", "C=0.3"), ("1=3", "1"), ("G=nan,1", "G or G=0,1"),
            ]
        ),
        (lambda: MaskedLinear.from_description([3], 5, "W", "G", True),
         "MaskedLinear got in_features_sizes=5, not a list of whole numbers"),
        (lambda: MaskedLinear.from_description([3], [5], ["W"], ["G"], [True]),
         "MaskedLinear got rows of [None] entries for kind, not 1 of 1"),
        (lambda: MaskedLinear.from_description([3], [5], [["W"]], [["G"]], True),
         "MaskedLinear got rows of True entries for trainable, not 1 of 1"),
        (lambda: MaskedLinear.from_MLP(3),
         "MaskedLinear.from_MLP got sizes=3, not a list of whole numbers"),
        (lambda: MaskedLinear.from_MLP([3]),
         "MaskedLinear.from_MLP got sizes=[3], not at least two"),
        (lambda: MaskedLinear.from_optimal_linear(np.full((4, 2), np.nan), np.ones((4, 1))),
         "MaskedLinear.from_optimal_linear got X with 8 values that are no numbers (NaN or "
         "infinity), the first at (0, 0)"),
        (lambda: MaskedLinear.from_optimal_linear(np.ones((0, 2)), np.ones((0, 1))),
         "MaskedLinear.from_optimal_linear got X of shape (0, 2), not (examples, features)"),
        (lambda: SparseLinear.from_MaskedLinear(nn.Linear(3, 2)),
         "SparseLinear got Linear(in_features=3, out_features=2, bias=True), not a MaskedLinear"),
    ],
)  # fmt: skip
def test_words_that_say_nothing_are_refused_in_a_line(action, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        action()
    assert str(caught.value) == message
