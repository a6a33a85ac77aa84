"""A transformer's block (pre-norm) of edunn's layers: on the tape, by hand, and PyTorch's."""

import numpy as np
import pytest

import edunn as nn


class Block(nn.Module):
    """x + attention(norm1(x)), and of that h: h + down(gelu(up(norm2(h)))); traced on the tape

    x, y: (n, T, features)
    """

    def __init__(self, features=8, heads=2):
        self.norm1, self.norm2 = nn.LayerNorm(features), nn.LayerNorm(features)
        self.attention = nn.MultiHeadAttention(features, heads, causal=True)
        self.up = nn.Dense(features, 4 * features, "gelu")
        self.down = nn.Dense(4 * features, features)

    def forward(self, x):
        h = x + self.attention(self.norm1(x))
        return h + self.down(self.up(self.norm2(h)))


class ByHand(Block):
    """The same block with its backward written out, for containers and explicit training."""

    def forward(self, x):
        parts = [self.norm1, self.attention, self.norm2, self.up, self.down]
        h = x + self.attention.forward(self.norm1.forward(x))
        y = h + self.down.forward(self.up.forward(self.norm2.forward(h)))
        self.cache = [part.cache for part in parts]
        return y

    def backward(self, dy):
        names = ["norm1", "attention", "norm2", "up", "down"]
        grads = {}

        def back(name, dy):
            layer = getattr(self, name)
            layer.cache = self.cache[names.index(name)]
            dx, own = layer.backward(dy)
            grads.update({f"{name}.{key}": gradient for key, gradient in own.items()})
            return dx

        dh = dy + back("norm2", back("up", back("down", dy)))
        return dh + back("norm1", back("attention", dh)), grads


@pytest.fixture(autouse=True)
def float64():
    nn.set_default_dtype(np.float64)


def data(rng):
    """Sequences, and for each position the sum of the numbers so far: what attention can learn."""
    x = rng.normal(size=(16, 6, 8))
    return x, np.cumsum(x, axis=1) / 6


def test_its_backward_is_the_slope_of_its_forward(rng):
    assert nn.check_gradients(ByHand(), rng.normal(size=(2, 3, 8)))


def test_tape_and_explicit_backward_train_it_alike(rng):
    taped, by_hand = Block(), ByHand()
    nn.load_state_dict(by_hand, nn.state_dict(taped))
    (x, target), loss = data(rng), nn.MSELoss()
    optimizers = nn.Adam(taped.parameters(), lr=0.01), nn.Adam(by_hand.named_parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        taped.zero_grad()
        value = loss(taped(nn.Tensor(x)), target)
        value.backward()
        losses.append(value.item())
        explicit = loss.forward(by_hand.forward(x), target)
        assert explicit == pytest.approx(losses[-1], rel=1e-12)
        _, grads = by_hand.backward(loss.backward(1.0)[0])
        for name, parameter in taped.named_parameters().items():
            np.testing.assert_allclose(grads[name], parameter.grad, rtol=0, atol=1e-12)
        optimizers[0].step()
        optimizers[1].step(grads)
    assert losses[-1] < 0.1 * losses[0]


def test_in_a_sequential_and_fitted(rng):
    x, target = data(rng)
    model = nn.Sequential(Block(), ByHand(), nn.LayerNorm(8), nn.Dense(8, 8))
    optimizer = nn.Adam(model.parameters(), lr=0.01)
    history = nn.fit(model, x, target, nn.MSELoss(), optimizer, epochs=30, progress=False)
    assert history["loss"][-1] < 0.3 * history["loss"][0]


@pytest.mark.slow
def test_its_numbers_are_pytorchs(rng):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    theirs = torch.nn.TransformerEncoderLayer(
        8, 2, 32, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    ).double()
    ours, names = Block(), {
        "norm1": "norm1", "norm2": "norm2", "attention": "self_attn", "up": "linear1",
        "down": "linear2",
    }  # fmt: skip
    for mine, yours in names.items():
        nn.from_torch(getattr(ours, mine), getattr(theirs, yours).state_dict())
    (x, target), loss = data(rng), nn.MSELoss()
    hidden = torch.from_numpy(np.arange(6) > np.arange(6)[:, None])
    optimizer = nn.Adam(ours.parameters(), lr=0.01)
    their_optimizer = torch.optim.Adam(theirs.parameters(), lr=0.01)
    for _ in range(20):
        optimizer.zero_grad()
        value = loss(ours(nn.Tensor(x)), target)
        value.backward()
        optimizer.step()
        their_optimizer.zero_grad()
        y = theirs(torch.from_numpy(x), src_mask=hidden)
        their_value = torch.nn.functional.mse_loss(y, torch.from_numpy(target))
        their_value.backward()
        their_optimizer.step()
        assert value.item() == pytest.approx(their_value.item(), rel=1e-9)
