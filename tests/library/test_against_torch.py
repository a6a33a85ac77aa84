"""The same numbers as PyTorch: layers, losses, optimizers, and one training script for both."""

import types

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike

pytestmark = pytest.mark.slow

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")

STEPS = 100


def train(nn, optim, tensor, batches, make_optimizer, start):
    """S2's network and loop, written once; `nn` and `optim` are PyTorch's or edunn's. Its Dropout
    drops nothing here: the two would draw different masks."""
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.0), nn.Linear(128, 64), nn.ReLU(),
        nn.Linear(64, 10),
    )  # fmt: skip
    start(model)
    criterion = nn.CrossEntropyLoss()
    optimizer = make_optimizer(optim, model.parameters())
    losses = []
    model.train()
    for x, y in batches:
        optimizer.zero_grad()
        loss = criterion(model(tensor(x)), tensor(y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "make_optimizer",
    [
        lambda optim, parameters: optim.SGD(parameters, lr=0.1),
        lambda optim, parameters: optim.SGD(parameters, lr=0.05, momentum=0.9, nesterov=True),
        lambda optim, parameters: optim.Adam(parameters, lr=0.001),
    ],
    ids=["SGD", "Nesterov", "Adam"],
)
def test_one_script_gives_the_same_losses_under_both(make_optimizer, dtype):
    """Five epochs of digits, with the same initial weights and batches."""
    nn.set_default_dtype(dtype)
    x, y = nn.datasets.load_digits()
    images = x.reshape(-1, 8, 8)
    batches = [batch for _ in range(5) for batch in nn.batches(images, y, 64)]
    weights = []

    def start_ours(model):
        weights.extend(p.data.copy() for p in model.parameters())

    def start_theirs(model):
        model.to(getattr(torch, np.dtype(dtype).name))
        with torch.no_grad():
            for parameter, array in zip(model.parameters(), weights, strict=True):
                parameter.copy_(torch.from_numpy(array.T if array.ndim == 2 else array))

    like = edunn.torchlike
    ours = train(like, like.optim, like.from_numpy, batches, make_optimizer, start_ours)
    theirs = train(torch.nn, torch.optim, torch.from_numpy, batches, make_optimizer, start_theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert ours[-1] < 0.5 * ours[0]


def mlp(nn):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(inplace=True),
        nn.Linear(32, 10),
    )  # fmt: skip


def cnn(nn):
    class CNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 4, kernel_size=3, padding=1)
            self.bn1 = nn.BatchNorm2d(4)
            self.conv2 = nn.Conv2d(4, 8, kernel_size=3)
            self.bn2 = nn.BatchNorm2d(8)
            self.pool = nn.MaxPool2d(2)
            self.fc = nn.Linear(8, 10)

        def forward(self, x):
            f = nn.functional
            x = self.pool(f.relu(self.bn1(self.conv1(x))))
            x = self.pool(f.relu(self.bn2(self.conv2(x))))
            return f.dropout(self.fc(x.flatten(1)), p=0.5, training=False)

    return CNN()


def course(torch, nn, make, images, labels, start):
    """A course's script: everything in it but the numbers in `start` is written once."""
    model = make(nn)
    start(model)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.01)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[1, 2], gamma=0.3)
    losses = []
    for _ in range(3):
        model.train()
        for i in range(0, images.size(0), 64):
            x, y = images[i : i + 64].unsqueeze(1), labels[i : i + 64].long()
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(x), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
        model.eval()
        with torch.no_grad():
            values, predicted = torch.max(model(images.unsqueeze(1)), 1)
            losses.append((predicted == labels).double().mean().item())
            losses.append(values.mean().item())
    return losses


@pytest.mark.parametrize("make", [mlp, cnn], ids=["MLP", "CNN"])
def test_a_courses_script_gives_the_same_losses_under_both(make):
    """Batch normalization, groups, a schedule, clipping, and each epoch's accuracy; in float64."""
    nn.set_default_dtype(np.float64)
    x, y = nn.datasets.load_digits()
    images, labels = x.reshape(-1, 8, 8)[:640].astype(np.float64), y[:640]
    state = {}
    like, theirs = edunn.torchlike, torch.from_numpy
    both = types.SimpleNamespace(
        **{name: getattr(like, name) for name in ("optim", "no_grad", "max")}
    )
    both.nn = like
    ours = course(
        both, like, make, like.from_numpy(images), like.from_numpy(labels),
        lambda model: state.update(like.to_torch(model)),
    )  # fmt: skip

    def start(model):
        model.double()
        arrays = {name: theirs(array.copy()) for name, array in state.items()}
        model.load_state_dict(arrays, strict=False)

    got = course(torch, torch.nn, make, theirs(images), theirs(labels), start)
    np.testing.assert_allclose(ours, got, rtol=1e-5)
    assert ours[-1] != ours[0]
    assert ours[-3] < 0.8 * ours[0]


OPTIMIZERS = {
    "SGD": (nn.SGD, torch.optim.SGD, {"lr": 0.05}),
    "SGD, weight decay": (nn.SGD, torch.optim.SGD, {"lr": 0.05, "weight_decay": 0.1}),
    "SGD, momentum": (nn.SGD, torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
    "SGD, Nesterov": (
        nn.SGD, torch.optim.SGD,
        {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    ),
    "RMSprop": (nn.RMSprop, torch.optim.RMSprop, {"lr": 0.01}),
    "RMSprop, weight decay": (
        nn.RMSprop, torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "weight_decay": 0.1}
    ),
    "Adam": (nn.Adam, torch.optim.Adam, {"lr": 0.01}),
    "Adam, weight decay": (
        nn.Adam, torch.optim.Adam, {"lr": 0.01, "betas": (0.8, 0.99), "weight_decay": 0.1}
    ),
    "Adam, amsgrad": (nn.Adam, torch.optim.Adam, {"lr": 0.01, "amsgrad": True}),
    "AdamW": (nn.AdamW, torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.1}),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_over_100_steps(name, rng):
    """Two parameters of different shapes; gradients of ordinary size, then tiny, then zero."""
    ours, theirs, options = OPTIMIZERS[name]
    starts = [rng.normal(size=(3, 2)), rng.normal(size=(4,))]
    mine = [nn.Parameter(start.copy()) for start in starts]
    yours = [torch.nn.Parameter(torch.from_numpy(start.copy())) for start in starts]
    our_optimizer, their_optimizer = ours(mine, **options), theirs(yours, **options)
    for step in range(STEPS):
        scale = 1.0 if step < 60 else 1e-7 if step < 90 else 0.0
        for p, q in zip(mine, yours):
            gradient = scale * rng.normal(size=p.shape)
            p.grad, q.grad = gradient, torch.from_numpy(gradient.copy())
        our_optimizer.step()
        their_optimizer.step()
    for p, q in zip(mine, yours):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-9, atol=1e-12)


SCHEDULES = {
    "StepLR": ({"step_size": 3, "gamma": 0.5}),
    "ExponentialLR": ({"gamma": 0.9}),
    "CosineAnnealingLR": ({"T_max": 12}),
    "MultiStepLR": ({"milestones": [2, 5], "gamma": 0.3}),
    "LambdaLR": ({"lr_lambda": lambda epoch: 1 / (epoch + 2)}),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name):
    mine = nn.SGD([nn.Parameter(np.ones(1))], lr=0.2)
    yours = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.2)
    ours = getattr(nn, name)(mine, **SCHEDULES[name])
    theirs = getattr(torch.optim.lr_scheduler, name)(yours, **SCHEDULES[name])
    for _ in range(10):
        yours.step()
        ours.step()
        theirs.step()
        assert mine.lr == pytest.approx(yours.param_groups[0]["lr"], rel=1e-9)


@pytest.mark.parametrize(("mode", "options"), [("min", {}), ("max", {"min_lr": 0.03})])
def test_a_plateau(mode, options):
    mine = nn.SGD([nn.Parameter(np.ones(1))], lr=0.2)
    yours = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.2)
    options = {"mode": mode, "factor": 0.5, "patience": 1} | options
    ours = nn.ReduceLROnPlateau(mine, **options)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(yours, **options)
    for metric in (3, 2, 2, 2, 2.5, 1, 1, 1.00001, 0.99999, 4, 5, 5, 5, 5):
        ours.step(metric)
        theirs.step(metric)
        assert mine.lr == pytest.approx(yours.param_groups[0]["lr"], rel=1e-9)


GROUPS = {
    "SGD": ({"lr": 0.1, "momentum": 0.9}, {"lr": 0.01}, {"weight_decay": 0.1}),
    "AdamW": ({"lr": 0.1}, {"weight_decay": 0.0}, {"lr": 0.02, "weight_decay": 0.3}),
    "Adam": ({}, {"lr": 0.1}, {"lr": 0.0}),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_of_parameters(name, rng):
    """Their own learning rates and decays, under a schedule; and on from a state dict."""
    options, *settings = GROUPS[name]
    starts = rng.normal(size=(2, 3))
    mine = [nn.Parameter(start.copy()) for start in starts]
    yours = [torch.nn.Parameter(torch.from_numpy(start.copy())) for start in starts]

    def optimizers():
        groups = [{"params": [p]} | more for p, more in zip(mine, settings)]
        ours = getattr(nn, name)(groups[:1], **options)
        ours.add_param_group(groups[1])
        groups = [{"params": [p]} | more for p, more in zip(yours, settings)]
        return ours, getattr(torch.optim, name)(groups, **options)

    ours, theirs = optimizers()
    for half in range(2):
        schedules = nn.StepLR(ours, 3), torch.optim.lr_scheduler.StepLR(theirs, 3)
        for _ in range(5):
            for p, q in zip(mine, yours):
                p.grad = rng.normal(size=3)
                q.grad = torch.from_numpy(p.grad.copy())
            for one in (ours, theirs, *schedules):
                one.step()
        for p, q in zip(mine, yours):
            np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-9)
        assert schedules[0].get_last_lr() == pytest.approx(schedules[1].get_last_lr())
        if half == 0:
            state, their_state = ours.state_dict(), theirs.state_dict()
            ours, theirs = optimizers()
            ours.load_state_dict(state)
            theirs.load_state_dict(their_state)
            for group in theirs.param_groups:
                group["initial_lr"] = group["lr"]


def test_clipping(rng):
    grads = [rng.normal(size=(3, 2)), 10 * rng.normal(size=(4,))]
    mine, yours = [nn.Parameter(np.ones(g.shape)) for g in grads], []
    for p, g in zip(mine, grads):
        p.grad = g
        yours.append(torch.nn.Parameter(torch.ones(g.shape, dtype=torch.float64)))
        yours[-1].grad = torch.from_numpy(g.copy())
    norm = nn.clip_grad_norm(mine, 2.0)
    assert norm == pytest.approx(float(torch.nn.utils.clip_grad_norm_(yours, 2.0)))
    for p, q in zip(mine, yours):
        np.testing.assert_allclose(p.grad, q.grad.numpy())


T = torch.nn
LAYERS = {
    "Conv2d": (lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1), lambda: T.Conv2d(2, 3, 3, 2, 1),
               (4, 2, 7, 5)),
    "Conv2d, pairs": (
        lambda: nn.Conv2d(2, 3, (2, 3), stride=(1, 2), padding=(1, 0), dilation=(2, 1)),
        lambda: T.Conv2d(2, 3, (2, 3), (1, 2), (1, 0), (2, 1)), (2, 2, 5, 6),
    ),
    "Conv2d, groups": (lambda: nn.Conv2d(4, 6, 2, groups=2, bias=False),
                       lambda: T.Conv2d(4, 6, 2, groups=2, bias=False), (2, 4, 3, 5)),
    "Conv2d, same": (lambda: nn.Conv2d(2, 3, (2, 4), padding="same"),
                     lambda: T.Conv2d(2, 3, (2, 4), padding="same"), (2, 2, 3, 5)),
    "Conv1d": (lambda: nn.Conv1d(2, 4, 3, 2, 1, dilation=2, groups=2),
               lambda: T.Conv1d(2, 4, 3, 2, 1, 2, 2), (2, 2, 9)),
    "MaxPool2d, pairs": (lambda: nn.MaxPool2d((2, 3), (1, 2), (0, 1), (2, 1)),
                         lambda: T.MaxPool2d((2, 3), (1, 2), (0, 1), (2, 1)), (2, 2, 4, 5)),
    "AvgPool2d, pairs": (lambda: nn.AvgPool2d((2, 3), (1, 2), (0, 1)),
                         lambda: T.AvgPool2d((2, 3), (1, 2), (0, 1)), (2, 2, 4, 5)),
    "AdaptiveAvgPool2d": (lambda: nn.AdaptiveAvgPool2d((2, 3)),
                          lambda: T.AdaptiveAvgPool2d((2, 3)), (2, 2, 5, 4)),
    "AdaptiveAvgPool2d, larger": (lambda: nn.AdaptiveAvgPool2d(7),
                                  lambda: T.AdaptiveAvgPool2d(7), (2, 2, 5, 4)),
    "BatchNorm1d, sequences": (lambda: nn.BatchNorm1d(3), lambda: T.BatchNorm1d(3), (2, 3, 4)),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(3), lambda: T.BatchNorm1d(3), (5, 3)),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(2), lambda: T.BatchNorm2d(2), (3, 2, 4, 5)),
    "MaxPool2d": (lambda: nn.MaxPool2d(3, 2, 1), lambda: T.MaxPool2d(3, 2, 1), (2, 2, 7, 6)),
    "AvgPool2d": (lambda: nn.AvgPool2d(3, 1, 1), lambda: T.AvgPool2d(3, 1, 1), (2, 2, 5, 6)),
    "GELU": (lambda: nn.GELU(), T.GELU, (4, 3)),
    "GELU, tanh": (lambda: nn.GELU("tanh"), lambda: T.GELU(approximate="tanh"), (4, 3)),
    "ELU": (lambda: nn.ELU(0.7), lambda: T.ELU(0.7), (4, 3)),
    "SiLU": (nn.SiLU, T.SiLU, (4, 3)),
    "Sigmoid": (nn.Sigmoid, T.Sigmoid, (4, 3)),
    "Tanh": (nn.Tanh, T.Tanh, (4, 3)),
    "Softplus": (lambda: nn.Softplus(2.0), lambda: T.Softplus(2.0), (4, 3)),
    "LogSoftmax": (lambda: nn.LogSoftmax(axis=1), lambda: T.LogSoftmax(dim=1), (4, 3, 2)),
    "Softmax, axis": (lambda: nn.Softmax(axis=0), lambda: T.Softmax(dim=0), (4, 3, 2)),
    "Dense, sequences": (lambda: nn.Dense(3, 2), lambda: T.Linear(3, 2), (2, 5, 3)),
    "Dense, one vector": (lambda: nn.Dense(3, 2), lambda: T.Linear(3, 2), (3,)),
    "LayerNorm": (lambda: nn.LayerNorm(3), lambda: T.LayerNorm(3), (2, 5, 3)),
    "LayerNorm, two axes": (lambda: nn.LayerNorm((5, 3), 1e-3),
                            lambda: T.LayerNorm((5, 3), 1e-3), (2, 5, 3)),
    "LeakyReLU": (lambda: nn.LeakyReLU(0.2), lambda: T.LeakyReLU(0.2), (4, 3)),
    "Softmax": (lambda: nn.Softmax(), lambda: T.Softmax(dim=1), (4, 3)),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name, rng):
    nn.set_default_dtype(np.float64)
    make, their_make, shape = LAYERS[name]
    ours, theirs = make(), their_make().double()
    theirs.load_state_dict(
        {key: torch.from_numpy(a.copy()) for key, a in nn.to_torch(ours).items()}, strict=False
    )
    for _ in range(2):
        x = rng.normal(size=shape)
        mine, yours = nn.Tensor(x, True), torch.from_numpy(x.copy()).requires_grad_()
        y, their_y = ours(mine), theirs(yours)
        np.testing.assert_allclose(y.data, their_y.detach().numpy(), atol=1e-12)
        dy = rng.normal(size=y.shape)
        y.backward(dy)
        their_y.backward(torch.from_numpy(dy))
        np.testing.assert_allclose(mine.grad, yours.grad.numpy(), atol=1e-10)
    for parameter, q in zip(ours.parameters(), theirs.parameters()):
        grad = parameter.grad if parameter.shape == q.shape else parameter.grad.T
        np.testing.assert_allclose(grad, q.grad.numpy(), atol=1e-9)
    for key, buffer in ours.named_buffers().items():
        np.testing.assert_allclose(buffer, theirs.state_dict()[key].numpy())


LOSSES = {
    "MSELoss": lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(4, 3))),
    "CrossEntropyLoss": lambda rng: (30 * rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])),
    "BCELoss": lambda rng: (rng.random((4, 1)), np.array([[0.0], [1], [1], [0]])),
    "BCEWithLogitsLoss": lambda rng: (
        30 * rng.normal(size=(4, 1)),
        np.array([[0.0], [1], [1], [0]]),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name, rng):
    y, target = LOSSES[name](rng)
    mine, yours = nn.Tensor(y, True), torch.from_numpy(y.copy()).requires_grad_()
    loss = getattr(nn, name)()(mine, target)
    their_loss = getattr(torch.nn, name)()(yours, torch.from_numpy(target))
    loss.backward()
    their_loss.backward()
    assert loss.item() == pytest.approx(their_loss.item())
    np.testing.assert_allclose(mine.grad, yours.grad.numpy(), atol=1e-12)


def test_state_dicts_go_both_ways(rng):
    ours = nn.Sequential(nn.Dense(4, 3, "relu"), nn.Embedding(5, 3), nn.BatchNorm1d(3))
    theirs = T.Sequential(T.Linear(4, 3), T.Embedding(5, 3), T.BatchNorm1d(3))
    theirs.load_state_dict(
        {key: torch.from_numpy(a.copy()) for key, a in nn.to_torch(ours).items()}, strict=False
    )
    x = rng.normal(size=(2, 4)).astype(np.float32)
    expected = torch.relu(theirs[0](torch.from_numpy(x))).detach().numpy()
    np.testing.assert_allclose(ours[0].forward(x), expected, rtol=1e-5)
    other = nn.Sequential(nn.Dense(4, 3, "relu"), nn.Embedding(5, 3), nn.BatchNorm1d(3))
    nn.from_torch(other, theirs.state_dict())
    for name, array in nn.state_dict(ours).items():
        np.testing.assert_array_equal(array, nn.state_dict(other)[name])


def test_pytorch_itself_is_not_needed():
    assert isinstance(edunn.torchlike, types.ModuleType)
    assert "torch" not in vars(edunn.torchlike)
