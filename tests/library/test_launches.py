"""What a training step starts on a GPU, and that nothing on the way waits for it or is copied.

Small networks wait for Python's launches there, so their number is what a step costs. They are
counted on the stand-in, which says what it counts as one.
"""

import sys

import numpy as np
import pytest

import edunn as nn
import fake_gpu
from edunn.backend import fused

AT_MOST = {nn.SGD: 46, nn.Adam: 42}  # 26 of them are the loss; 20 and 24 are wanted
OPTIMIZERS = [
    (nn.SGD, {}), (nn.SGD, {"weight_decay": 0.1}), (nn.Momentum, {}), (nn.Nesterov, {}),
    (nn.SignGD, {}), (nn.RMSprop, {}), (nn.Adam, {}), (nn.Adam, {"amsgrad": True}), (nn.AdamW, {}),
]  # fmt: skip


@pytest.fixture
def cuda(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", fake_gpu.cupy)


def two_layers():
    """Linear, ReLU, Linear, with biases."""
    return nn.Sequential(nn.Dense(20, 16, "relu"), nn.Dense(16, 10))


def step_of(make, model=None, **options):
    """A training step on the stand-in, taken once: the state of the optimizer is there."""
    model, loss = (model or two_layers()).to("cuda"), nn.CrossEntropyLoss()
    optimizer = make(model.named_parameters(), lr=0.01, **options)
    x = nn.to(np.ones((8, 20), np.float32), "cuda")
    labels = nn.to(np.arange(8), "cuda")

    def step():
        loss.forward(model.forward(x), labels)
        dy, _ = loss.backward(np.float32(1))
        _, grads = model.backward_from(model.cache, dy, needs_dx=False)
        optimizer.step(grads)

    step()
    return step


def counts(step):
    """({what: launches}, {what: transfers}) of one step."""
    fake_gpu.launches.clear()
    fake_gpu.transfers.clear()
    step()
    return +fake_gpu.launches, +fake_gpu.transfers


@pytest.mark.parametrize("make", AT_MOST)
def test_a_step_starts_few_kernels_and_copies_nothing(make, cuda):
    launches, transfers = counts(step_of(make))
    assert launches.total() <= AT_MOST[make], launches
    assert not transfers


def test_a_launch_more_and_a_hidden_copy_are_seen(cuda):
    step = step_of(nn.SGD)
    before, _ = counts(step)
    model = nn.Sequential(nn.Dense(20, 16, "relu"), nn.Dense(16, 10), nn.Bias(10))
    more, _ = counts(step_of(nn.SGD, model))
    assert more - before == {"add": 1, "sum": 1, "multiply": 1, "subtract": 1}
    x = nn.to(np.ones(3), "cuda")
    for line in (lambda: float(x.sum()), lambda: x[0] > 0 and x, lambda: nn.to(np.ones(3), "cuda"),
                 lambda: x.__setitem__(nn.to(np.arange(2), "cuda"), 1.0)):  # fmt: skip
        _, transfers = counts(line)
        assert transfers


@pytest.mark.parametrize(("make", "options"), OPTIMIZERS)
def test_an_update_is_one_launch(make, options, cuda):
    w = nn.Parameter(np.ones((2, 3), np.float32))
    w.data = nn.to(w.data, "cuda")
    optimizer = make([w], **options)
    dw = {w: nn.to(np.ones((2, 3), np.float32), "cuda")}
    optimizer.step(dw)
    launches, transfers = counts(lambda: optimizer.step(dw))
    decays = bool(optimizer.weight_decay)  # which is one more
    plain = make is nn.SGD  # two, as its line is written: a call more costs a CPU 0.4 us
    assert launches.total() == 1 + decays + plain
    assert not transfers


@pytest.mark.parametrize(("make", "options"), OPTIMIZERS)
def test_fused_lines_give_what_they_give_on_the_cpu(make, options, gpu, rng):
    start, gradients = rng.normal(size=(4, 3)), rng.normal(size=(5, 4, 3))
    ends = []
    for device in ("cpu", gpu):
        w = nn.Parameter(start.astype(np.float32))
        w.data = nn.to(w.data, device)
        optimizer = make([w], lr=0.1, **options)
        for gradient in gradients.astype(np.float32):
            optimizer.step({w: nn.to(gradient, device)})
        ends.append(nn.to(w.data, "cpu"))
    assert ends[1].dtype == np.float32
    np.testing.assert_allclose(*ends, rtol=1e-5)


@pytest.mark.parametrize(
    "lines",
    [
        lambda x, a: x * a if a else x,
        lambda x, a: np.sum(x * a),
        lambda x, a: x @ x,
        lambda x, a: x[0] * a,
        lambda x, a: x.reshape(-1) * a,
        lambda x, a: sys.modules["numpy"].sqrt(x * a),
    ],
    ids=["if", "sum", "product", "index", "shape", "another np"],
)
def test_what_is_not_number_by_number_is_not_fused(lines, cuda):
    x = nn.to(np.ones((2, 2), np.float32), "cuda")
    with pytest.raises((TypeError, AttributeError)):
        fused(lines)(x, 2.0)
    fused(lines)(np.ones((2, 2), np.float32), 2.0)  # on the CPU they are what is written
