"""Acceptance: a course on sequential models, in PyTorch's words (P1 to P12)."""

import os
import re
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

import edunn.torchlike as nn
import edunn.torchlike as torch
from edunn.torchlike import DataLoader, TensorDataset, datasets, optim, transforms

DATA = os.environ.get("EDUNN_DATA")
HAS_MNIST = DATA is not None and any(Path(DATA).rglob("train-images-idx3-ubyte*"))
needs_mnist = pytest.mark.skipif(
    not HAS_MNIST, reason="no MNIST here: name a folder with its four IDX files in EDUNN_DATA"
)


def layers():
    return [
        nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 64), nn.ReLU(),
        nn.Linear(64, 10),
    ]  # fmt: skip


def test_P1_parameters():
    assert sum(p.numel() for p in nn.Sequential(*layers()).parameters()) == 109_386


def test_P2_print_is_pytorchs():
    assert str(nn.Sequential(*layers())) == (
        "Sequential(\n"
        "  (0): Linear(in_features=784, out_features=128, bias=True)\n"
        "  (1): ReLU()\n"
        "  (2): Dropout(p=0.2, inplace=False)\n"
        "  (3): Linear(in_features=128, out_features=64, bias=True)\n"
        "  (4): ReLU()\n"
        "  (5): Linear(in_features=64, out_features=10, bias=True)\n"
        ")"
    )


def by_hand(model, x):
    for i in range(len(model)):
        x = model[i](x)
    return x


def test_P3_layer_by_layer():
    model, x = nn.Sequential(*layers()), torch.randn(1, 784)
    shapes = []
    for i in range(6):
        x = model[i](x)
        shapes.append(tuple(x.shape))
    assert shapes == [(1, 128)] * 3 + [(1, 64)] * 2 + [(1, 10)]


def test_P4_in_training_dropout_draws_twice():
    """By hand and at once differ in training: each pass drops other numbers. With one seed for
    both, or in evaluation, they are the same."""
    model, x = nn.Sequential(*layers()), torch.randn(1, 784)
    assert not torch.allclose(by_hand(model, x), model(x))
    torch.manual_seed(7)
    first = by_hand(model, x)
    torch.manual_seed(7)
    assert torch.allclose(first, model(x))
    model.eval()
    assert torch.allclose(by_hand(model, x), model(x))


def test_P5_an_ordered_dict_gives_names():
    names = ["fc1", "relu1", "dropout", "fc2", "relu2", "fc3"]
    model = nn.Sequential(OrderedDict(zip(names, layers())))
    assert re.findall(r"\((\w+)\): ", str(model)) == names
    assert model["fc2"] is model[3]
    assert list(model.get_parameters())[0] == "fc1.w"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.sequential = nn.Sequential(*layers())

    def forward(self, x):
        return self.sequential(x)


def test_P6_a_class_with_a_sequential_in_it():
    net = Net()
    assert str(net).startswith("Net(\n  (sequential): Sequential(\n    (0): Linear(in_features=784")
    assert sum(p.numel() for p in net.parameters()) == 109_386
    y = net(torch.randn(2, 784))
    nn.CrossEntropyLoss()(y, torch.tensor([1, 2])).backward()
    assert all(p.grad is not None for p in net.parameters())


def transform():
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])


@needs_mnist
def test_P7_the_real_digits(monkeypatch):
    monkeypatch.setenv("EDUNN_DATA", DATA)
    train = datasets.MNIST("./data", train=True, download=True, transform=transform())
    test = datasets.MNIST("./data", train=False, transform=transform())
    assert (len(train), len(test)) == (60_000, 10_000)
    loader = DataLoader(train, batch_size=64, shuffle=True)
    assert len(loader) == 938
    x, y = next(iter(loader))
    assert (x.shape, y.shape) == ((64, 1, 28, 28), (64,))
    everything = np.stack([test[i][0] for i in range(2000)])
    assert abs(everything.mean()) < 0.1
    assert 0.9 < everything.std() < 1.1


def test_P7_offline_is_one_clear_message(tmp_path, monkeypatch):
    monkeypatch.delenv("EDUNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(OSError, match=r"MNIST is not .*: put the four IDX files into a folder"):
        datasets.MNIST(str(tmp_path), train=True, download=False)


def train(model, loader, criterion, optimizer, epochs):
    model.train()
    for epoch in range(epochs):
        running_loss = 0.0
        for batch, (data, target) in enumerate(loader):
            optimizer.zero_grad()
            loss = criterion(model(data), target)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
            if batch % 10 == 9:
                print(f"Epoch {epoch + 1}, Batch {batch + 1}: Loss = {running_loss / 10:.4f}")
                running_loss = 0.0


def test(model, loader, criterion):
    model.eval()
    loss, correct = 0, 0
    with torch.no_grad():
        for data, target in loader:
            output = model(data)
            loss += criterion(output, target).item() * len(data)  # a sum over examples, as it must
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    return loss / len(loader.dataset), correct / len(loader.dataset)


test.__test__ = False  # the seed's name for it


def digits():
    import edunn

    edunn.manual_seed(1)
    x, y, x_test, y_test = edunn.datasets.train_test_split(*edunn.datasets.load_digits())
    images = x.reshape(-1, 8, 8), x_test.reshape(-1, 8, 8)
    return TensorDataset(images[0], y), TensorDataset(images[1], y_test)


def test_P8_P9_P10_the_training_script_learns(capsys):
    training, held_out = digits()
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 64), nn.ReLU(),
        nn.Linear(64, 10),
    )  # fmt: skip
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    train(model, DataLoader(training, batch_size=64, shuffle=True), criterion, optimizer, 25)
    printed = re.findall(r"Epoch \d+, Batch \d+: Loss = (\d\.\d{4})", capsys.readouterr().out)
    assert len(printed) == 50
    assert float(printed[-1]) < 0.1 * float(printed[0])
    loss, accuracy = test(model, DataLoader(held_out, batch_size=1000), criterion)
    assert accuracy > 0.96
    assert 0 < loss < 0.2


def test_P11_early_stopping_on_a_regression():
    import edunn

    edunn.manual_seed(0)
    x, y = edunn.datasets.load_regression("diabetes")
    x, y, x_test, y_test = edunn.datasets.train_test_split(x, y)
    x, x_test = edunn.datasets.standardize(x, x_test)
    y, y_test = edunn.datasets.standardize(y, y_test)
    model = edunn.Sequential(edunn.Dense(10, 64, "relu"), edunn.Dense(64, 1))
    stopping = edunn.EarlyStopping(patience=5)
    history = edunn.fit(
        model, x, y, edunn.MSELoss(), edunn.Adam(model.parameters(), lr=0.01), epochs=200,
        validation=(x_test, y_test), early_stopping=stopping, progress=False,
    )  # fmt: skip
    assert len(history["loss"]) < 200
    best = min(history["validation_loss"])
    assert history["validation_loss"][stopping.best_epoch] == best
    now = edunn.evaluate(model, x_test, y_test, edunn.MSELoss())["loss"]
    assert now == pytest.approx(best, rel=1e-5)


@needs_mnist
def test_P11_97_percent_of_mnist(monkeypatch):
    """The network of the course, in float32, in at most 5 epochs: here 4."""
    import edunn

    monkeypatch.setenv("EDUNN_DATA", DATA)
    edunn.manual_seed(0)
    x, y = edunn.datasets.load_mnist(train=True)
    x_test, y_test = edunn.datasets.load_mnist(train=False)
    model = nn.Sequential(*layers())
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    edunn.fit(
        model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=4, batch_size=64, progress=False
    )
    model.eval()
    assert edunn.accuracy(model.forward(x_test), y_test) >= 0.97


def test_P12_the_gradient_is_the_chain_of_the_layers():
    """dL/dW_1 as the product of what each layer hands on, worked out by hand."""
    fc1, fc2 = nn.Linear(4, 3), nn.Linear(3, 2)
    model, x = nn.Sequential(fc1, nn.ReLU(), fc2), torch.randn(5, 4)
    y = model(x)
    y.backward(np.ones((5, 2), np.float32))
    z = x.data @ fc1.weight.data + fc1.bias.data
    expected = x.data.T @ ((np.ones((5, 2)) @ fc2.weight.data.T) * (z > 0))
    np.testing.assert_allclose(fc1.weight.grad, expected, rtol=1e-5)
