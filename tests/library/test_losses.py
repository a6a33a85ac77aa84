"""Losses in all their options: against PyTorch, and what is refused."""

import itertools

import numpy as np
import pytest

import edunn as nn

LABELS = np.array([0, 2, 1, 1, 0])
IGNORING = np.array([0, -1, 1, 1, -1])
REDUCTIONS = ["mean", "sum", "none"]


def numbers(name, rng):
    """y and target for a loss of this name."""
    y = rng.normal(size=(5, 3))
    if name == "BCELoss":
        return 1 / (1 + np.exp(-y)), rng.random((5, 3))
    return y, rng.random((5, 3)) if name == "BCEWithLogitsLoss" else 2 * rng.normal(size=(5, 3))


OPTIONS = {
    "MSELoss": [{}],
    "L1Loss": [{}],
    "HuberLoss": [{}, {"delta": 0.3}],
    "SmoothL1Loss": [{}, {"beta": 0.3}],
    "BCELoss": [{}, {"weight": [0.5, 2, 1]}],
    "BCEWithLogitsLoss": [{}, {"weight": [0.5, 2, 1]}, {"pos_weight": [3, 0.25, 1]},
                          {"weight": [0.5, 2, 1], "pos_weight": [3]}],
}  # fmt: skip
OF_LABELS = {
    "NLLLoss": [{}, {"weight": [0.5, 2, 1]}],
    "CrossEntropyLoss": [{}, {"weight": [0.5, 2, 1]}, {"label_smoothing": 0.2},
                         {"weight": [0.5, 2, 1], "label_smoothing": 0.2}],
}  # fmt: skip
CASES = [
    (name, one | {"reduction": reduction})
    for name, options in (OPTIONS | OF_LABELS).items()
    for one, reduction in itertools.product(options, REDUCTIONS)
]


def both(name, options, y, target, rng):
    """The loss and dy of edunn, and of PyTorch."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    theirs = {
        key: torch.tensor(value, dtype=torch.float64) if "weight" in key else value
        for key, value in options.items()
    }
    mine, yours = nn.Tensor(y, True), torch.from_numpy(y.copy()).requires_grad_()
    loss = getattr(nn, name)(**options)(mine, target)
    their_loss = getattr(torch.nn, name)(**theirs)(yours, torch.from_numpy(target))
    dy = rng.normal(size=loss.shape)
    loss.backward(dy)
    their_loss.backward(torch.from_numpy(np.asarray(dy)))
    np.testing.assert_allclose(loss.data, their_loss.detach().numpy(), rtol=1e-9)
    np.testing.assert_allclose(mine.grad, yours.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), CASES, ids=lambda value: str(value))
def test_every_option_against_pytorch(name, options, rng):
    y, target = numbers(name, rng)
    both(name, options, y, LABELS if name in OF_LABELS else target, rng)
    if name in OF_LABELS:
        both(name, options | {"ignore_index": -1}, y, IGNORING, rng)
        both(name, options | {"ignore_index": 1}, y, LABELS, rng)


@pytest.mark.parametrize("name", ["MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss"])
def test_a_target_that_takes_a_gradient_gets_the_opposite_one(name, rng):
    y, target = (nn.Tensor(rng.normal(size=(4, 3)), True) for _ in range(2))
    loss = getattr(nn, name)()(y, target)
    assert loss.item() == getattr(nn, name)().forward(y.data, target.data)
    loss.backward()
    np.testing.assert_array_equal(target.grad, -y.grad)
    assert np.any(y.grad)


@pytest.mark.parametrize("loss", [nn.BCELoss(), nn.BCEWithLogitsLoss(), nn.SquaredError()])
def test_others_refuse_a_target_that_takes_a_gradient(loss):
    y, target = nn.Tensor(np.full((4, 3), 0.5), True), nn.Tensor(np.full((4, 3), 0.5), True)
    with pytest.raises(ValueError, match=r"got a target that takes a gradient: .*detach\(\)"):
        loss(y, target)


def test_scores_of_any_size_stay_exact():
    y = np.array([-1e4, -30.0, 30.0, 1e4])
    loss = nn.BCEWithLogitsLoss(reduction="none", pos_weight=2).forward
    tiny = np.exp(-30)
    np.testing.assert_allclose(loss(y, np.zeros(4)), [0, tiny, 30 + tiny, 1e4], rtol=1e-12)
    np.testing.assert_allclose(loss(y, np.ones(4)), [2e4, 60 + 2 * tiny, 2 * tiny, 0], rtol=1e-12)


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_binary_cross_entropy_of_a_column_and_a_row(shape, rng):
    y, y_true = rng.uniform(0.1, 0.9, 4), np.array([0.0, 1, 1, 0])
    other = (4, 1) if shape == (4,) else (4,)
    error = nn.BinaryCrossEntropy()
    expected = error.forward(y_true, y)
    np.testing.assert_array_equal(error.forward(y_true.reshape(shape), y.reshape(other)), expected)
    assert expected.shape == (4,)
    assert error.backward(np.ones(4))[0].shape == other


ones = np.ones((4, 3))
BAD = [
    (lambda: nn.MSELoss("avg"),
     "MSELoss got reduction 'avg', not one of mean, sum, none"),
    (lambda: nn.HuberLoss(delta=0), "HuberLoss got delta=0, not a number above 0"),
    (lambda: nn.SmoothL1Loss(beta=-1), "SmoothL1Loss got beta=-1, not a number above 0"),
    (lambda: nn.CrossEntropyLoss(label_smoothing=2),
     "CrossEntropyLoss got label_smoothing=2, not 0 to 1"),
    (lambda: nn.CrossEntropyLoss([1, 2]).forward(ones, np.array([0, 1, 2, 1])),
     "CrossEntropyLoss() got weight of shape (2,), not (3,)"),
    (lambda: nn.NLLLoss(ignore_index=1).forward(ones, np.array([0, 1, 3, 1])),
     "NLLLoss() got labels with 3, not all from 0 to 2"),
    (lambda: nn.CrossEntropyLoss(ignore_index=1).forward(ones, np.ones(4, int)),
     "CrossEntropyLoss() got labels that are all ignored, or of weight 0: no mean"),
    (lambda: nn.BCELoss([1, 2]).forward(ones, ones),
     "BCELoss() got weight of shape (2,), for y of shape (4, 3)"),
    (lambda: nn.BCEWithLogitsLoss(pos_weight=np.ones((2, 4, 3))).forward(ones, ones),
     "BCEWithLogitsLoss() got pos_weight of shape (2, 4, 3), for y of shape (4, 3)"),
    (lambda: nn.BCELoss("abc"), "BCELoss got weight of dtype <U3, not numbers"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_one_line_says_what_is_wrong(action, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        action()
    assert str(caught.value) == message


def test_weights_move_with_their_loss(gpu):
    loss = nn.CrossEntropyLoss([1, 2, 3]).to(gpu)
    assert nn.device_of(loss.weight) == "cuda:0"
