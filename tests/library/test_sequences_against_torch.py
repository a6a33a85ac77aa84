"""Layers for sequences, compared with PyTorch's: outputs, all gradients, state dicts."""

import numpy as np
import pytest

import edunn as nn

pytestmark = pytest.mark.slow

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")

T = torch.nn


@pytest.fixture(autouse=True)
def float64():
    nn.set_default_dtype(np.float64)


def like(ours, theirs, rng):
    """The same random parameters in both; theirs from ours, by to_torch."""
    for parameter in ours.parameters():
        parameter.data[...] = rng.normal(size=parameter.shape)
    theirs.double().load_state_dict(
        {name: torch.from_numpy(a.copy()) for name, a in nn.to_torch(ours).items()}
    )
    return ours, theirs


def pair(rng, *shape):
    x = rng.normal(size=shape)
    return nn.Tensor(x, True), torch.from_numpy(x.copy()).requires_grad_()


def same(mine, theirs, atol=1e-12):
    mine = mine.data if isinstance(mine, nn.Tensor) else mine
    np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=1e-10, atol=atol)


def assert_same_gradients(ours, theirs):
    """Those of theirs, read by from_torch, are ours."""
    copied = nn.Sequential(ours)
    grads = {f"0.{name}": p.grad for name, p in theirs.named_parameters()}
    found = {name: p.grad for name, p in copied.named_parameters().items()}
    before = nn.state_dict(copied)
    nn.from_torch(copied, grads)
    for name, gradient in nn.state_dict(copied).items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-10, atol=1e-12, err_msg=name)
    nn.load_state_dict(copied, before)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("given", [False, True], ids=["from 0", "from a state"])
@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_recurrent_layers(name, given, num_layers, batch_first, rng):
    ours = getattr(nn, name)(
        3, 4, num_layers=num_layers, biases=2, batch_first=batch_first, return_state=True
    )
    theirs = getattr(T, name)(3, 4, num_layers, batch_first=batch_first)
    like(ours, theirs, rng)
    x, their_x = pair(rng, 2, 5, 3)
    starts = [pair(rng, num_layers, 2 if batch_first else 5, 4) for _ in ours.state * given]
    parts = ours.split(ours(x, *(mine for mine, _ in starts)))
    state = tuple(yours for _, yours in starts) if len(starts) > 1 else starts and starts[0][1]
    their_y, last = theirs(their_x, *([state] if given else []))
    their_parts = [their_y, *(last if isinstance(last, tuple) else [last])]
    loss = their_loss = 0.0
    for mine, yours in zip(parts, their_parts, strict=True):
        same(mine, yours)
        weights = rng.normal(size=mine.shape)
        loss = loss + (mine * weights).sum()
        their_loss = their_loss + (yours * torch.from_numpy(weights)).sum()
    loss.backward()
    their_loss.backward()
    for mine, yours in [(x, their_x), *starts]:
        same(mine.grad, yours.grad)
    assert_same_gradients(ours, theirs)


def test_an_rnn_of_one_bias_takes_the_sum_of_pytorchs_two(rng):
    theirs, ours = T.RNN(3, 4, batch_first=True).double(), nn.RNN(3, 4)
    nn.from_torch(ours, theirs.state_dict())
    x = rng.normal(size=(2, 5, 3))
    same(ours.forward(x), theirs(torch.from_numpy(x))[0])
    like(ours, theirs, rng)
    same(ours.forward(x), theirs(torch.from_numpy(x))[0])
    with pytest.raises(ValueError, match="GRU cannot load this: bias_hh_l0 is unknown"):
        nn.from_torch(nn.GRU(3, 4, biases=1), T.GRU(3, 4).state_dict())


def test_embedding_with_padding(rng):
    ours, theirs = like(nn.Embedding(5, 3, padding_idx=1), T.Embedding(5, 3, padding_idx=1), rng)
    x, dy = np.array([[0, 1, 1], [4, 0, 2]]), rng.normal(size=(2, 3, 3))
    ours(nn.Tensor(x)).backward(dy)
    theirs(torch.from_numpy(x)).backward(torch.from_numpy(dy))
    same(ours.w.grad, theirs.weight.grad)
    assert not ours.w.grad[1].any()
    assert not nn.Embedding(5, 3, padding_idx=1).w.data[1].any()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("others", [True, False])
@pytest.mark.parametrize("padded", [True, False])
def test_attention(padded, others, causal, bias, rng):
    ours = nn.MultiHeadAttention(6, 3, causal=causal, bias=bias)
    theirs = T.MultiheadAttention(6, 3, bias=bias, batch_first=True)
    like(ours, theirs, rng)
    x, their_x = pair(rng, 2, 4, 6)
    key, their_key = pair(rng, 2, 5, 6) if others else (x, their_x)
    value, their_value = pair(rng, 2, 5, 6) if others else (x, their_x)
    padding = rng.integers(0, 2, (2, key.shape[1])).astype(bool)
    padding[:, 0] = False  # where a query sees nothing, PyTorch says NaN
    options = {"key_padding_mask": torch.from_numpy(padding)} if padded else {}
    if causal:
        T_, S = x.shape[1], key.shape[1]
        options["attn_mask"] = torch.from_numpy(np.arange(S) > np.arange(T_)[:, None])
    inputs = (x, key, value) if others else (x, None, None)
    y = ours(*inputs, padding if padded else None)
    their_y, a = theirs(their_x, their_key, their_value, average_attn_weights=False, **options)
    same(y, their_y)
    arrays = [None if one is None else one.data for one in inputs]
    same(ours.attention(*arrays, padding if padded else None), a)
    dy = rng.normal(size=y.shape)
    y.backward(dy)
    their_y.backward(torch.from_numpy(dy))
    for mine, yours in [(x, their_x), (key, their_key), (value, their_value)]:
        same(mine.grad, yours.grad)
    assert_same_gradients(ours, theirs)
