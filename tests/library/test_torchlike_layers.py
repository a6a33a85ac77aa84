"""torchlike's layers and PyTorch's, built by one call: outputs, gradients, starting values."""

import inspect
import sys

import numpy as np
import pytest

import edunn.torchlike as nn
import edunn.torchlike.functional as F  # noqa: N812
import fake_gpu

pytestmark = pytest.mark.slow

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")

T = torch.nn


@pytest.fixture(autouse=True)
def float64():
    nn.set_default_dtype(np.float64)


def both(make, rng):
    """The layer of both, with the same random parameters."""
    ours, theirs = make(nn), make(T).double()
    for parameter in ours.parameters():
        parameter.data[...] = rng.normal(size=parameter.shape)
    state = {name: torch.from_numpy(a.copy()) for name, a in nn.to_torch(ours).items()}
    theirs.load_state_dict(state)
    return ours, theirs


def pair(rng, *shape):
    x = rng.normal(size=shape)
    return nn.Tensor(x, True), torch.from_numpy(x.copy()).requires_grad_()


def same(mine, yours):
    mine, yours = (x.data if isinstance(x, nn.Tensor) else x for x in (mine, yours.detach()))
    np.testing.assert_allclose(mine, yours.numpy(), rtol=1e-9, atol=1e-11)


def assert_same(outputs, inputs, layers, rng):
    """Each (mine, yours) of the outputs is equal; so are the gradients of a sum of them all."""
    loss = their_loss = 0.0
    for mine, yours in outputs:
        assert isinstance(mine, nn.Tensor)
        same(mine, yours)
        weights = rng.normal(size=mine.shape)
        loss = loss + (mine * weights).sum()
        their_loss = their_loss + (yours * torch.from_numpy(weights)).sum()
    loss.backward()
    their_loss.backward()
    for mine, yours in inputs:
        same(mine.grad, yours.grad)
    ours, theirs = layers
    grads = {name: p.grad for name, p in ours.named_parameters().items()}
    nn.from_torch(ours, {name: p.grad for name, p in theirs.named_parameters()})
    for name, p in ours.named_parameters().items():
        np.testing.assert_allclose(grads[name], p.data, rtol=1e-9, atol=1e-11, err_msg=name)


MAKE = {
    "ELU": (lambda nn: nn.ELU(0.7, False), (3, 4)),
    "SiLU": (lambda nn: nn.SiLU(inplace=False), (3, 4)),
    "Softplus": (lambda nn: nn.Softplus(2.0, threshold=20), (3, 4)),
    "Softmax": (lambda nn: nn.Softmax(1), (3, 4, 2)),
    "Softmax, dim": (lambda nn: nn.Softmax(dim=0), (3, 4)),
    "LogSoftmax": (lambda nn: nn.LogSoftmax(dim=1), (3, 4, 2)),
    "LayerNorm": (lambda nn: nn.LayerNorm((4, 2), eps=1e-3), (3, 4, 2)),
    "AdaptiveAvgPool2d": (lambda nn: nn.AdaptiveAvgPool2d((2, 3)), (2, 3, 5, 7)),
    "MaxPool2d": (lambda nn: nn.MaxPool2d((2, 3), 2, (1, 0), 2), (2, 3, 8, 9)),
    "Conv1d": (lambda nn: nn.Conv1d(4, 6, 3, 2, 1, 2, 2, False), (2, 4, 9)),
    "Conv2d": (lambda nn: nn.Conv2d(4, 6, 3, 2, 1, 2, 2, False), (2, 4, 9, 8)),
    "Conv2d, by name": (
        lambda nn: nn.Conv2d(
            4, 6, kernel_size=(3, 2), bias=True, groups=2, dilation=(1, 2), padding=(0, 1),
            padding_mode="zeros",
        ),
        (2, 4, 6, 7),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MAKE)
def test_layers(name, rng):
    make, shape = MAKE[name]
    layers, x = both(make, rng), pair(rng, *shape)
    y = [layer(one) for layer, one in zip(layers, x)]
    assert_same([y], [x], layers, rng)


def test_an_embedding_with_its_third_word(rng):
    layers = both(lambda nn: nn.Embedding(5, 3, 1), rng)
    x = np.array([[0, 1], [4, 0]])
    y = layers[0](nn.tensor(x)), layers[1](torch.from_numpy(x))
    assert_same([y], [], layers, rng)


@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"bias": False}], ids=str)
@pytest.mark.parametrize("given", [False, True], ids=["from 0", "from a state"])
@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_recurrent_layers(name, given, options, rng):
    layers = both(lambda nn: getattr(nn, name)(3, 4, num_layers=2, dropout=0.0, **options), rng)
    x = pair(rng, 2, 5, 3)
    n = 2 if options.get("batch_first") else 5
    starts = [pair(rng, 2, n, 4) for _ in range(1 + (name == "LSTM"))]
    found = []
    for i, layer in enumerate(layers):
        state = tuple(start[i] for start in starts)
        hx = state if len(state) > 1 else state[0]
        y, last = layer(x[i], hx) if given else layer(x[i])
        assert isinstance(last, tuple) == (name == "LSTM")
        found.append([y, *last] if name == "LSTM" else [y, last])
    assert_same(zip(*found, strict=True), [x, *starts * given], layers, rng)


@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"bias": False}], ids=str)
@pytest.mark.parametrize("mask", ["none", "padding", "causal", "causal, of floats"])
def test_attention(mask, options, rng):
    layers = both(lambda nn: nn.MultiheadAttention(6, 3, 0.0, **options), rng)
    shapes = [(4, 2, 6), (4, 2, 6), (4, 2, 6)]
    if options.get("batch_first"):
        shapes = [(n, t, d) for t, n, d in shapes]
    inputs = [pair(rng, *shape) for shape in shapes]
    words, theirs = {}, {}
    if mask == "padding":
        hidden = np.array([[False, True, False, True], [False, False, False, True]])
        words, theirs = {"key_padding_mask": hidden}, {"key_padding_mask": torch.tensor(hidden)}
    elif mask != "none":
        later = T.Transformer.generate_square_subsequent_mask(4).double()
        later = later != 0 if mask == "causal" else later
        words, theirs = {"attn_mask": nn.Tensor(later.numpy())}, {"attn_mask": later}
    y, weights = layers[0](*(x for x, _ in inputs), **words)
    their_y, their_weights = layers[1](*(x for _, x in inputs), **theirs)
    same(weights, their_weights)
    assert_same([(y, their_y)], inputs, layers, rng)
    y, weights = layers[0](*(x.data for x, _ in inputs), need_weights=False)
    assert weights is None
    assert y.shape == their_y.shape


FUNCTIONS = {
    "elu": (lambda f, x, w, b: f.elu(x, 0.5, inplace=False), (3, 4)),
    "silu": (lambda f, x, w, b: f.silu(x), (3, 4)),
    "softplus": (lambda f, x, w, b: f.softplus(x, 2.0), (3, 4)),
    "gelu": (lambda f, x, w, b: f.gelu(x, approximate="tanh"), (3, 4)),
    "softmax": (lambda f, x, w, b: f.softmax(x, 1), (3, 4, 2)),
    "log_softmax": (lambda f, x, w, b: f.log_softmax(x, dim=0), (3, 4, 2)),
    "layer_norm": (lambda f, x, w, b: f.layer_norm(x, (4, 2)), (3, 4, 2)),
    "layer_norm, weights": (lambda f, x, w, b: f.layer_norm(x, [6], b, b, 1e-3), (4, 6)),
    "conv2d": (lambda f, x, w, b: f.conv2d(x, w, b, (1, 2), (0, 1), (2, 1), 2), (2, 4, 6, 7)),
    "max_pool2d": (lambda f, x, w, b: f.max_pool2d(x, (2, 3), 1, 1, (1, 2)), (2, 4, 6, 7)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functional(name, rng):
    function, shape = FUNCTIONS[name]
    x = pair(rng, *shape)
    w, b = (nn.Parameter(rng.normal(size=size)) for size in ((6, 2, 3, 2), (6,)))
    y = function(F, x[0], w, b)
    their_w, their_b = (torch.from_numpy(p.data).clone().requires_grad_() for p in (w, b))
    their_y = function(T.functional, x[1], their_w, their_b)
    assert_same([(y, their_y)], [x], (nn.Identity(), T.Identity()), rng)
    for mine, yours in ((w, their_w), (b, their_b)):
        assert (mine.grad is None) == (yours.grad is None)
        if mine.grad is not None:
            same(mine.grad, yours.grad)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU", "MultiheadAttention"])
def test_they_start_as_pytorchs_do(name):
    """Of at least 1,200 numbers the deviation and the largest, to 10 %; biases of attention 0."""
    torch.manual_seed(0)
    nn.manual_seed(0)
    ours, theirs = (getattr(one, name)(300, 300) for one in (nn, T))
    for key, mine in nn.to_torch(ours).items():
        yours = theirs.state_dict()[key].numpy()
        assert mine.std() == pytest.approx(yours.std(), rel=0.1), key
        assert np.abs(mine).max() == pytest.approx(np.abs(yours).max(), rel=0.1), key


@pytest.mark.parametrize(
    "make",
    [
        lambda nn: nn.LSTM(3, 4), lambda nn: nn.GRU(3, 4, 2, False, True),
        lambda nn: nn.RNN(3, 4, batch_first=True), lambda nn: nn.Softmax(dim=1),
        lambda nn: nn.LogSoftmax(dim=0), lambda nn: nn.ELU(0.5), lambda nn: nn.SiLU(),
        lambda nn: nn.Embedding(5, 3, padding_idx=1),
    ],
)  # fmt: skip
def test_they_print_as_pytorchs_do(make):
    assert str(make(nn)) == str(make(T))


# One script under both


def recurrent(nn):
    class Reader(nn.Module):
        """Reads on from where the batch before ended, through which no gradient goes back."""

        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(5, 8)
            self.lstm = nn.LSTM(8, 12, num_layers=2)
            self.head = nn.Linear(12, 5)
            self.state = None

        def forward(self, x):
            y, (h, c) = self.lstm(self.embed(x.transpose(0, 1)), self.state)
            self.state = h.detach(), c.detach()
            return self.head(y).transpose(0, 1)

    return Reader()


def transformer(nn):
    class Block(nn.Module):
        def __init__(self, features):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(features), nn.LayerNorm(features)
            self.attention = nn.MultiheadAttention(features, 2, batch_first=True)
            self.up = nn.Linear(features, 2 * features)
            self.down = nn.Linear(2 * features, features)

        def forward(self, x, mask):
            h = self.norm1(x)
            x = x + self.attention(h, h, h, attn_mask=mask, need_weights=False)[0]
            return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.places = nn.Embedding(5, 8), nn.Embedding(6, 8)
            self.blocks = nn.ModuleList([Block(8), Block(8)])
            self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 5)

        def forward(self, x):
            places = (0 * x[:1] + 1).cumsum(1) - 1
            h = self.embed(x) + self.places(places)
            for block in self.blocks:
                h = block(h, places[0] > places[0].unsqueeze(1))
            return self.head(self.norm(h))

    return Transformer()


def train(nn, optim, tensor, make, batches, start):
    """At each place of a sequence, the number before; at its first place, the number there."""
    model = make(nn)
    start(model)
    optimizer, criterion = optim.Adam(model.parameters(), lr=0.01), nn.CrossEntropyLoss()
    losses = []
    for x in batches:
        labels = tensor(np.concatenate([x[:, :1], x[:, :-1]], axis=1)).reshape(-1)
        optimizer.zero_grad()
        loss = criterion(model(tensor(x)).reshape(-1, 5), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("make", [recurrent, transformer])
def test_a_script_of_sequences_gives_the_same_losses_under_both(make, rng):
    batches, state = [rng.integers(0, 5, (16, 6)) for _ in range(60)], {}
    ours = train(
        nn, nn.optim, nn.from_numpy, make, batches, lambda model: state.update(nn.to_torch(model))
    )

    def start(model):
        model.double().load_state_dict({n: torch.from_numpy(a.copy()) for n, a in state.items()})

    theirs = train(T, torch.optim, torch.from_numpy, make, batches, start)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert ours[-1] < 0.9 * ours[0]


ARGUMENTS = {  # the fewest with which each can be built
    "Linear": (3, 2), "Conv1d": (2, 3, 3), "Conv2d": (2, 3, 3), "BatchNorm1d": (3,),
    "BatchNorm2d": (3,), "Embedding": (5, 3), "GRU": (3, 4), "LSTM": (3, 4), "RNN": (3, 4),
    "LayerNorm": (3,), "MaxPool2d": (2,), "AvgPool2d": (2,), "AdaptiveAvgPool2d": (1,),
    "MultiheadAttention": (8, 2),
}  # fmt: skip
OLD = {"size_average", "reduce", "_weight", "_freeze"}  # which PyTorch itself tells not to use
NO_DEFAULT = {("Softmax", "dim"), ("LogSoftmax", "dim")}  # None, with which PyTorch warns
FACES = {
    name: face
    for name, face in vars(nn).items()
    if isinstance(face, type) and issubclass(face, nn.Module) and name in vars(T)
}


@pytest.mark.parametrize("name", FACES)
def test_each_of_pytorchs_keywords_may_be_given_with_its_default(name):
    arguments = ARGUMENTS.get(name, ())
    for word, parameter in inspect.signature(vars(T)[name].__init__).parameters.items():
        if parameter.default is parameter.empty or word in OLD or (name, word) in NO_DEFAULT:
            continue
        made = FACES[name](*arguments, **{word: parameter.default})
        assert str(made) == str(FACES[name](*arguments)), word


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.MaxPool2d(2, ceil_mode=True), "MaxPool2d got ceil_mode=True, not False"),
        (lambda: nn.BatchNorm2d(3, affine=False), "BatchNorm2d got affine=False, not True"),
        (lambda: nn.Embedding(5, 3, sparse=np.ones(2)), r"Embedding got sparse=array\("),
        (lambda: nn.LSTM(3, 4, bidirectional=True), "LSTM got bidirectional=True, not False"),
        (lambda: nn.LayerNorm(3, dtype=nn.float32), "LayerNorm got dtype=.*, not float64: set_def"),
        (lambda: nn.Linear(3, 2, device="tpu"), "device 'tpu', not 'cpu'"),
    ],
)
def test_what_is_not_built_is_refused(make, words):
    with pytest.raises((ValueError, TypeError), match=words):
        make()


def test_device_and_dtype_of_a_layer(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", fake_gpu.cupy)
    layer = nn.Linear(3, 2, device=nn.device("cuda"), dtype=nn.float64)
    assert nn.state_dict(layer).keys() == {"w", "b"}
    assert {type(p.data) for p in layer.parameters()} == {fake_gpu.FakeArray}
    assert str(nn.BatchNorm1d(3, device="cpu")) == "BatchNorm1d(3)"
