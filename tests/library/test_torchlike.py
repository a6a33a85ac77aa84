"""PyTorch's words: what is there works as there, what is not is refused by name."""

import re
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

import edunn
import edunn.torchlike as nn
import edunn.torchlike.functional as F  # noqa: N812
from cases import CASES
from edunn.core import RULES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_the_script_of_the_page_runs(capsys):
    page = (ROOT / "docs" / "from_pytorch.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(script, {})
    assert float(capsys.readouterr().out) > 0.9


# Modules

LAYERS = {
    name: case[0]
    for name, case in CASES.items()
    if {"w", "b"} & vars(case[0]).keys() and type(case[0]).__module__.startswith("edunn.layers")
}


@pytest.mark.parametrize("word", ["weight", "bias"])
@pytest.mark.parametrize("name", LAYERS)
def test_weight_and_bias_are_w_and_b(name, word):
    layer = LAYERS[name]
    short = {"weight": "w", "bias": "b"}[word]
    if short not in vars(layer):
        assert not hasattr(layer, word)
        return
    old = getattr(layer, short)
    assert getattr(layer, word) is old
    if old is None:
        with pytest.raises(ValueError, match=f"got a {word}, but was built without one"):
            setattr(layer, word, nn.Parameter(np.ones(2)))
        return
    new = nn.Parameter(np.full(old.shape, 0.5, np.float32))
    names = list(layer.named_parameters())
    try:
        setattr(layer, word, new)
        assert getattr(layer, short) is new
        assert list(layer.named_parameters()) == names
        _, *inputs = CASES[name]
        layer.forward(*inputs)
        new.data[...] = np.nan
        y = layer.forward(*inputs)
        assert np.isnan(y).any(), "forward does not see it"
        with pytest.raises(ValueError, match=rf"got a {word} of shape \(7, 7\), not"):
            setattr(layer, word, nn.Parameter(np.ones((7, 7))))
        with pytest.raises(TypeError, match=f"got a {word} of type ndarray, not a Parameter"):
            setattr(layer, word, np.ones(old.shape))
    finally:
        setattr(layer, short, old)


def test_tying():
    a, b, embedding = nn.Linear(3, 3), nn.Linear(3, 3), nn.Embedding(5, 3)
    a.weight = b.weight
    assert a.w is b.w
    model = nn.Sequential(a, b)
    model(nn.randn(2, 3)).sum().backward()
    assert len(model.parameters()) == 3
    with pytest.raises(
        ValueError, match=r"of shape \(5, 3\), not \(3, 5\): .* a transpose, h @ w.T"
    ):
        nn.Linear(3, 5).weight = embedding.weight


def test_a_weight_of_a_users_own_is_an_attribute():
    class Scale(nn.Module):
        def __init__(self):
            self.w = 3
            self.weight = nn.Parameter(np.ones(2))

        def forward(self, x):
            return x * self.weight

    layer = Scale()
    assert list(layer.named_parameters()) == ["weight"]
    layer(nn.ones(2)).sum().backward()
    assert layer.weight.grad.tolist() == [1, 1]
    assert layer.w == 3


def test_state_dict_and_load_state_dict():
    first, second = (nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)) for _ in range(2))
    second.load_state_dict(first.state_dict())
    for name, array in first.state_dict().items():
        np.testing.assert_array_equal(second.state_dict()[name], array)
    state = {"0.w": nn.ones(3, 2), "more": np.ones(1)}
    with pytest.raises(ValueError, match=r"0.b is missing; .*; more is unknown"):
        second.load_state_dict(state)
    second.load_state_dict(state, strict=False)
    assert second[0].weight.data.tolist() == [[1, 1]] * 3
    with pytest.raises(ValueError, match=r"0.w has shape \(1,\), not \(3, 2\)"):
        second.load_state_dict({"0.w": np.ones(1)}, strict=False)


def test_apply_and_freezing():
    model, seen = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Sequential(nn.ReLU())), []
    assert model.apply(lambda module: seen.append(type(module).__name__)) is model
    assert seen == ["Conv2d", "ReLU", "Sequential", "Sequential"]
    model.requires_grad_(False)
    assert model.number_of_trainable_parameters() == 0


def test_a_registered_buffer_is_saved_and_moved(gpu):
    class Shift(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("shift", nn.tensor([1.0, 2.0]))

        def forward(self, x):
            return x + self.shift

    module = Shift()
    assert list(module.state_dict()) == ["shift"]
    assert module(nn.zeros(2)).tolist() == [1, 2]
    assert edunn.device_of(module.to(gpu).shift) == "cuda:0"
    with pytest.raises(ValueError, match="has a 'forward' already"):
        module.register_buffer("forward", np.ones(1))
    assert Shift.buffers == ()


def test_layers_by_attribute():
    model = nn.Sequential(OrderedDict(fc1=nn.Linear(3, 2), act=nn.ReLU()))
    assert model.fc1 is model[0]
    model.fc1 = nn.Linear(3, 4)
    model.fc2 = nn.Linear(4, 2)
    assert [*model.children()] == ["fc1", "act", "fc2"]
    assert model(nn.ones(1, 3)).shape == (1, 2)
    with pytest.raises(AttributeError, match="'Sequential' object has no attribute or layer 'fc9'"):
        model.fc9  # noqa: B018


@pytest.mark.parametrize("kind", [nn.ModuleDict, edunn.ModuleDict])
def test_a_module_dict_is_a_dict(kind):
    layer = nn.Linear(3, 2)
    held = kind({"fc": layer})
    assert "fc" in held
    assert layer not in held
    assert list(held) == ["fc"]
    assert [*held.values()] == [layer]


def test_words_that_have_no_effect():
    x = nn.tensor([-1.0, 2.0])
    assert nn.ReLU(inplace=True)(x).tolist() == [0, 2]
    assert x.tolist() == [-1, 2]
    assert str(nn.ReLU(True)) == "ReLU(inplace=True)"
    assert nn.LeakyReLU(0.5, inplace=True)(x).tolist() == [-0.5, 2]


def test_dropout_of_everything():
    x = nn.ones(2, 3, requires_grad=True)
    layer = nn.Dropout(1, inplace=True)
    y = layer(x)
    y.sum().backward()
    assert not y.data.any()
    assert not x.grad.any()
    assert layer.eval()(x).data.all()
    assert not F.dropout(x, 1.0).data.any()
    assert F.dropout(x, 1.0, training=False).data.all()


# Tensors


def test_making_tensors():
    assert nn.zeros(2, 3).shape == nn.zeros((2, 3)).shape == nn.randn([2, 3]).shape == (2, 3)
    assert nn.ones(2, dtype=nn.float64).dtype == nn.float64
    assert nn.arange(3).tolist() == [0, 1, 2]
    assert nn.arange(3).dtype == nn.int64
    assert nn.arange(0, 1, 0.5).dtype == nn.float32
    assert nn.full((2, 2), 7.0).tolist() == [[7, 7], [7, 7]]
    assert nn.eye(2).tolist() == [[1, 0], [0, 1]]
    assert nn.linspace(0, 1, 3).tolist() == [0, 0.5, 1]
    assert nn.zeros(2, device="cpu", requires_grad=True).requires_grad
    assert nn.ones_like(nn.arange(3)).dtype == nn.int64
    assert set(nn.randint(3, (50,)).tolist()) == {0, 1, 2}
    assert sorted(nn.randperm(4).tolist()) == [0, 1, 2, 3]
    assert nn.tensor(nn.ones(2)).tolist() == [1, 1]
    assert nn.is_tensor(nn.rand(2))


def test_new_tensors_on_a_device(gpu):
    assert nn.ones(2, device=gpu).device == "cuda:0"
    assert nn.ones(2, device=gpu).cpu().device == "cpu"


def test_size_is_both():
    x = nn.zeros(2, 3)
    assert x.size == 6
    assert x.size() == (2, 3)
    assert (x.size(0), x.size(-1), x.dim()) == (2, 3, 2)


WORDS = {
    "unsqueeze": lambda x: (x.unsqueeze(0), x.unsqueeze(-1), x.unsqueeze(1)),
    "flatten": lambda x: (x.flatten(), x.flatten(1), x.flatten(0, 1), x.flatten(1, -1)),
    "permute": lambda x: (x.permute(2, 0, 1), x.permute((1, 0, 2))),
    "transpose": lambda x: (x.transpose(0, 1), x.transpose(-1, 1), x[0].transpose(0, 1)),
    "t": lambda x: (x[0].t(), x[0, 0].t()),
    "pow": lambda x: (x.pow(3),),
    "clone": lambda x: (x.clone() * 2,),
    "matmul": lambda x: (x[0].t().matmul(x[1]),),
    "max": lambda x: (x.max(dim=1)[0], x.max(dim=-1, keepdim=True).values, x.max()),
}


@pytest.mark.parametrize("name", WORDS)
def test_words_of_tensors_against_pytorch(name, rng):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    array = rng.normal(size=(2, 3, 4))
    for i in range(len(WORDS[name](nn.Tensor(array)))):
        mine, yours = nn.Tensor(array, True), torch.from_numpy(array.copy()).requires_grad_()
        y, their_y = WORDS[name](mine)[i], WORDS[name](yours)[i]
        np.testing.assert_allclose(y.data, their_y.detach().numpy())
        dy = rng.normal(size=y.shape)
        y.backward(gradient=nn.Tensor(np.asarray(dy)), retain_graph=True)
        their_y.backward(torch.from_numpy(np.asarray(dy)), retain_graph=True)
        np.testing.assert_allclose(mine.grad, yours.grad.numpy())


def test_the_largest_and_where_it_is():
    x = nn.tensor([[1.0, 5, 2], [7, 0, 3]], requires_grad=True)
    values, predicted = nn.max(x, 1)
    assert predicted.tolist() == [1, 0]
    values.sum().backward()
    assert x.grad.tolist() == [[0, 1, 0], [1, 0, 0]]
    assert nn.max(x).item() == 7
    assert nn.max(x, nn.full((2, 3), 4.0)).tolist() == [[4, 5, 4], [7, 4, 4]]
    assert nn.max(x.data, 1).indices.tolist() == [1, 0]
    with pytest.raises(TypeError, match=r"max\(axis=1\) is NumPy's, and max\(dim=1\) PyTorch's"):
        x.max(1)


def test_other_types():
    x = nn.tensor([0.5, 2.0])
    assert x.long().tolist() == [0, 2]
    assert (x.double().dtype, x.int().dtype, (x > 1).bool().dtype) == (nn.float64, nn.int32, bool)
    assert x.float() is x
    with pytest.raises(TypeError, match=r"float32 to float64 takes no gradient: detach\(\) first"):
        nn.tensor([0.5], requires_grad=True).double()
    clone = x.clone()
    clone.data[0] = 9
    assert x.tolist() == [0.5, 2]


def test_axes_that_are_not_there():
    with pytest.raises(ValueError, match=r"axis 2 of a tensor of shape \(2, 3\), not below 2"):
        nn.zeros(2, 3).transpose(0, 2)
    with pytest.raises(ValueError, match="takes a matrix"):
        nn.zeros(2, 3, 4).t()
    with pytest.raises(ValueError, match="there are no second derivatives here"):
        nn.zeros(1, requires_grad=True).sum().backward(create_graph=True)


# NumPy's functions under PyTorch's names

FUNCTIONS = {
    "abs": (lambda t, x: t.abs(x), np.absolute), "exp": (lambda t, x: t.exp(x), np.exp),
    "log": (lambda t, x: t.log(t.abs(x)), np.log), "sqrt": (lambda t, x: t.sqrt(t.abs(x)), np.sqrt),
    "sin": (lambda t, x: t.sin(x), np.sin), "cos": (lambda t, x: t.cos(x), np.cos),
    "pow": (lambda t, x: t.pow(x, 2), np.power), "matmul": (lambda t, x: t.matmul(x, x), np.matmul),
    "mm": (lambda t, x: t.mm(x, x), np.matmul),
    "bmm": (lambda t, x: t.bmm(x[None], x[None]), np.matmul),
    "maximum": (lambda t, x: t.maximum(x, 0 * x), np.maximum),
    "minimum": (lambda t, x: t.minimum(x, 0 * x), np.minimum),
    "clamp": (lambda t, x: t.clamp(x, -0.5, 0.5), np.clip),
    "where": (lambda t, x: t.where(x > 0, x, 3 * x), np.where),
    "sum": (lambda t, x: t.sum(x, 1), np.sum), "mean": (lambda t, x: t.mean(x, 0, True), np.mean),
    "min": (lambda t, x: t.min(x, 1)[0], np.min),
    "argmax": (lambda t, x: x * t.argmax(x, 1), np.argmax),
    "cat": (lambda t, x: t.cat([x, 2 * x], dim=1), np.concatenate),
    "stack": (lambda t, x: t.stack([x, 2 * x], dim=1), np.stack),
    "einsum": (lambda t, x: t.einsum("ij,jk->ki", x, x), np.einsum),
    "reshape": (lambda t, x: t.reshape(x, (1, 9)), np.reshape),
    "squeeze": (lambda t, x: t.squeeze(x[:1]), np.squeeze),
    "flatten": (lambda t, x: t.flatten(x), np.reshape),
    "unsqueeze": (lambda t, x: t.unsqueeze(x, 1), np.reshape),
    "transpose": (lambda t, x: t.transpose(x, 0, 1), np.transpose),
    "permute": (lambda t, x: t.permute(x, (1, 0)), np.transpose),
    "sigmoid": (lambda t, x: t.sigmoid(x), np.tanh), "tanh": (lambda t, x: t.tanh(x), np.tanh),
    "relu": (lambda t, x: t.relu(x), np.maximum), "softmax": (lambda t, x: t.softmax(x, 0), np.exp),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_against_pytorch(name, rng):
    """Where the tape has a rule for what NumPy calls them; else the refusal names that."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    function, rule = FUNCTIONS[name]
    array = rng.normal(size=(3, 3))
    mine, yours = nn.Tensor(array, True), torch.from_numpy(array.copy()).requires_grad_()
    if rule not in RULES:
        with pytest.raises(TypeError, match=f"np.{rule.__name__}"):
            function(nn, mine)
        return
    y, their_y = function(nn, mine), function(torch, yours)
    np.testing.assert_allclose(y.data, their_y.detach().numpy(), atol=1e-12)
    y.sum().backward()
    their_y.sum().backward()
    np.testing.assert_allclose(mine.grad, yours.grad.numpy(), atol=1e-12)


FUNCTIONAL = {
    "relu": lambda f, x, a: f.relu(x, inplace=False),
    "leaky_relu": lambda f, x, a: f.leaky_relu(x, 0.2),
    "sigmoid": lambda f, x, a: f.sigmoid(x),
    "tanh": lambda f, x, a: f.tanh(x),
    "gelu": lambda f, x, a: f.gelu(x),
    "softmax": lambda f, x, a: f.softmax(x, dim=1),
    "log_softmax": lambda f, x, a: f.log_softmax(x, dim=-1),
    "mse_loss": lambda f, x, a: f.mse_loss(x, a, reduction="sum"),
    "l1_loss": lambda f, x, a: f.l1_loss(x, a),
    "smooth_l1_loss": lambda f, x, a: f.smooth_l1_loss(x, a, beta=0.5),
    "huber_loss": lambda f, x, a: f.huber_loss(x, a, delta=0.5),
    "max_pool2d": lambda f, x, a: f.max_pool2d(x[None, None], 2),
    "avg_pool2d": lambda f, x, a: f.avg_pool2d(x[None, None], 2, stride=1),
    "bce": lambda f, x, a: f.binary_cross_entropy(f.sigmoid(x), f.sigmoid(a)),
    "bce_logits": lambda f, x, a: f.binary_cross_entropy_with_logits(x, f.sigmoid(a)),
    "conv2d": lambda f, x, a: f.conv2d(x[None, None], a[None, None, :3, :3], a[0, :1], padding=1),
}


@pytest.mark.parametrize("name", FUNCTIONAL)
def test_functional_against_pytorch(name, rng):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    array, other = rng.normal(size=(2, 4, 6))
    mine, yours = nn.Tensor(array, True), torch.from_numpy(array.copy()).requires_grad_()
    y = FUNCTIONAL[name](F, mine, nn.Tensor(other))
    their_y = FUNCTIONAL[name](torch.nn.functional, yours, torch.from_numpy(other))
    np.testing.assert_allclose(y.data, their_y.detach().numpy(), atol=1e-9)
    y.sum().backward()
    their_y.sum().backward()
    np.testing.assert_allclose(mine.grad, yours.grad.numpy(), atol=1e-9)


def test_functional_of_labels_and_arrays(rng):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    theirs, labels = torch.nn.functional, np.array([0, 2, 1, 1])
    y = rng.normal(size=(4, 3))
    yours, their_labels = torch.from_numpy(y), torch.from_numpy(labels)
    weight = torch.tensor([1.0, 2, 3], dtype=torch.float64)
    for name in ("cross_entropy", "nll_loss"):
        mine = getattr(F, name)(y, labels, weight=[1, 2, 3], ignore_index=2, reduction="none")
        his = getattr(theirs, name)(yours, their_labels, weight, ignore_index=2, reduction="none")
        np.testing.assert_allclose(mine, his.numpy())
    np.testing.assert_array_equal(F.one_hot(labels, 4).data, theirs.one_hot(their_labels, 4))
    for widths in ((1, 2), (1, 0, 2, 3)):
        np.testing.assert_array_equal(F.pad(y, widths, value=7), theirs.pad(yours, widths, value=7))
    np.testing.assert_allclose(F.linear(y, y.T), y @ y.T)
    np.testing.assert_allclose(F.embedding(nn.arange(2), nn.Tensor(y)).data, y[:2])
    with pytest.raises(ValueError, match=r"pad got \(1,\) and mode 'constant', not pairs"):
        F.pad(y, (1,))


def test_a_convolution_of_parameters_learns_and_draws_nothing():
    w, b, x = nn.Parameter(np.ones((2, 1, 3, 3))), nn.Parameter(np.zeros(2)), nn.ones(1, 1, 4, 4)
    nn.manual_seed(3)
    expected = nn.rand(1).item()
    nn.manual_seed(3)
    y = F.conv2d(x, w, b)
    assert nn.rand(1).item() == expected
    y.sum().backward()
    assert w.grad.shape == (2, 1, 3, 3)
    assert b.grad.tolist() == [4, 4]
    with pytest.raises(TypeError, match="conv2d got a weight that is computed, not a Parameter"):
        F.conv2d(x, w * 2)


# Layers that give pairs, and words that are not built: see test_torchlike_layers.py

REFUSED = {
    "dropout": (lambda: nn.LSTM(3, 4, dropout=0.5),
                "LSTM got dropout=0.5, not 0: nothing else is built"),
    "bidirectional": (lambda: nn.GRU(3, 4, bidirectional=True), "GRU got bidirectional=True, not"),
    "nonlinearity": (lambda: nn.RNN(3, 4, nonlinearity="relu"),
                     "RNN got nonlinearity='relu', not 'tanh'"),
    "its place": (lambda: nn.RNN(3, 4, 1, "relu"), "RNN got bias='relu', not True or False"),
    "proj_size": (lambda: nn.LSTM(3, 4, proj_size=2), "LSTM got proj_size=2, not 0"),
    "input_size": (lambda: nn.RNN(0, 4), "RNN got input_size=0, not"),
    "embed_dim": (lambda: nn.MultiheadAttention(-1, 1), "MultiheadAttention got embed_dim=-1, not"),
    "an array": (lambda: nn.GRU(3, 4, dropout=np.ones(2)), "GRU got dropout="),
    "no word": (lambda: nn.LSTM(3, 4, layers=2), "LSTM got layers, but takes input_size, hidden_"),
    "attention": (lambda: nn.MultiheadAttention(4, 2, kdim=3), "got kdim=3, not None"),
    "padding_mode": (lambda: nn.Conv2d(1, 1, 3, padding_mode="reflect"),
                     "Conv2d got padding_mode='reflect', not 'zeros'"),
    "states": (lambda: nn.LSTM(3, 4)(np.ones((2, 1, 3)), np.ones((1, 1, 4))),
               "got 1 initial states, not 2"),
    "attn_mask": (lambda: attend(attn_mask=np.eye(2) > 0), r"not the causal one of shape \(2, 2\)"),
    "attn_mask of floats": (lambda: attend(attn_mask=np.ones((2, 2))), "not the causal one"),
    "key_padding_mask": (lambda: attend(key_padding_mask=np.ones((3, 2))),
                         "key_padding_mask of dtype float64, not of bool"),
}  # fmt: skip


def attend(**words):
    x = np.ones((2, 3, 4))
    return nn.MultiheadAttention(4, 2)(x, x, x, **words)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_built_is_refused_in_a_line(name):
    refused, says = REFUSED[name]
    with pytest.raises((TypeError, ValueError), match=says) as caught:
        refused()
    assert "\n" not in str(caught.value)


def test_a_pair_goes_through_no_sequential():
    """As in PyTorch, a recurrent layer in a Sequential gives it a tuple; edunn.RNN gives y."""
    with pytest.raises(TypeError, match="layer 1: .*tuple"):
        nn.Sequential(nn.GRU(3, 4), nn.Linear(4, 2))(nn.ones(5, 2, 3))
    with pytest.raises(ValueError, match=r"layer 0, GRU\(3, 4\), gives a tuple of 2, not"):
        nn.Sequential(nn.GRU(3, 4), nn.Linear(4, 2)).explain((5, 2, 3))
    model = edunn.Sequential(edunn.GRU(3, 4), edunn.Linear(4, 2))
    assert model(nn.ones(5, 2, 3)).shape == (5, 2, 2)


def test_pairs_and_functional_on_a_gpu(gpu):
    x, hidden = nn.ones(5, 2, 4, device=gpu), nn.zeros(2, 5, device=gpu) > 0
    lstm, attention = nn.LSTM(4, 4).to(gpu), nn.MultiheadAttention(4, 2).to(gpu)
    y, (h, c) = lstm(x, lstm(x)[1])
    later = nn.arange(5, device=gpu) > nn.arange(5, device=gpu).unsqueeze(1)
    z, weights = attention(y, y, y, key_padding_mask=hidden, attn_mask=later)
    loss = nn.functional.layer_norm(z, (4,)).sum() + h.sum() + c.sum()
    loss.backward()
    assert {edunn.device_of(one.data) for one in (y, h, c, z, weights)} == {"cuda:0"}
    assert {edunn.device_of(p.grad) for p in lstm.parameters()} == {"cuda:0"}


# init and optim

INITS = {
    "zeros_": {}, "ones_": {}, "constant_": {"val": 3.0}, "normal_": {"mean": 1.0, "std": 2.0},
    "uniform_": {"a": -1.0, "b": 3.0}, "xavier_normal_": {"gain": 2.0}, "xavier_uniform_": {},
    "kaiming_normal_": {"nonlinearity": "tanh"}, "kaiming_uniform_": {"a": 0.5, "mode": "fan_out"},
}  # fmt: skip


@pytest.mark.parametrize("name", INITS)
def test_init_has_the_moments_of_pytorchs(name):
    """In place, and of PyTorch's mean and deviation: of 160,000 numbers, to 1 %."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    layer, theirs = nn.Linear(800, 200), torch.nn.Linear(800, 200)
    array = layer.weight.data
    assert getattr(nn.init, name)(layer.weight, **INITS[name]) is layer.weight
    assert layer.weight.data is array
    torch.manual_seed(0)
    getattr(torch.nn.init, name)(theirs.weight, **INITS[name])
    want = theirs.weight.detach().numpy()
    assert array.std() == pytest.approx(want.std(), rel=0.01)
    assert array.mean() == pytest.approx(want.mean(), abs=0.02 * float(want.std()) + 1e-9)
    assert np.abs(array).max() == pytest.approx(np.abs(want).max(), rel=0.2)


def test_init_refuses():
    with pytest.raises(TypeError, match="init.constant_ got list, not a Parameter or Tensor"):
        nn.init.constant_([1.0, 1.0], 0)
    with pytest.raises(ValueError, match=r"init.xavier_normal_ got shape \(2,\), not \(inputs"):
        nn.init.xavier_normal_(nn.zeros(2))
    with pytest.raises(ValueError, match="nonlinearity 'rleu', .*did you mean 'relu'"):
        nn.init.kaiming_normal_(nn.zeros(2, 2), nonlinearity="rleu")
    with pytest.raises(ValueError, match="mode 'fan', not one of fan_in, fan_out"):
        nn.init.kaiming_normal_(nn.zeros(2, 2), mode="fan")


def test_the_first_lines_of_a_script_of_pytorchs():
    """`import torch.nn.functional as F` finds the one module that torch.functional is."""
    lines = """
import edunn.torchlike as torch
import edunn.torchlike.nn as nn
import edunn.torchlike.nn.functional as F
import edunn.torchlike.nn.init as init
from edunn.torchlike.nn import Linear
from edunn.torchlike.nn.utils import clip_grad_norm_
import edunn.torchlike.optim as optim
from edunn.torchlike.optim.lr_scheduler import StepLR
from edunn.torchlike.utils.data import DataLoader
"""
    names: dict = {}
    exec(lines, names)
    assert names["nn"] is names["torch"].nn
    assert names["F"] is names["torch"].functional is names["nn"].functional
    assert names["Linear"] is names["torch"].Linear
    assert names["init"] is names["nn"].init
