"""Saving and loading: whole or not at all, strict, without pickles, and on with the training."""

import numpy as np
import pytest

import edunn as nn


def network():
    return nn.Sequential(("fc", nn.Dense(64, 16, "relu")), ("norm", nn.BatchNorm1d(16)),
                         ("out", nn.Dense(16, 10)))  # fmt: skip


@pytest.fixture
def data():
    x, y = nn.datasets.load_digits()
    return x[:200], y[:200]


def test_what_is_saved_is_loaded(tmp_path, data):
    x, _ = data
    model, other = network(), network()
    model.forward(x)  # the running statistics move
    nn.save(model, tmp_path / "model.npz")
    nn.load(other, tmp_path / "model.npz")
    model.eval()
    other.eval()
    np.testing.assert_array_equal(model.forward(x), other.forward(x))
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        assert set(file.files) == {
            "fc.w", "fc.b", "norm.w", "norm.b", "norm.running_mean", "norm.running_var", "out.w",
            "out.b",
        }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def test_everything_that_does_not_fit_is_listed_and_nothing_is_changed(tmp_path):
    model = network()
    before = nn.state_dict(model)
    state = nn.state_dict(model)
    del state["fc.b"]
    state["out.w"] = np.zeros((10, 16))
    state["extra"] = np.zeros(3)
    with pytest.raises(ValueError, match="Sequential cannot load this") as caught:
        nn.load_state_dict(model, state)
    for words in ("fc.b is missing", "extra is unknown", "out.w has shape (10, 16), not (16, 10)"):
        assert words in str(caught.value)
    for name, array in nn.state_dict(model).items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04broken"])
def test_a_file_that_is_no_npz(tmp_path, content):
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.npz is no \.npz file of plain arrays"):
        nn.load(network(), path)


def test_pickles_are_refused(tmp_path):
    path = tmp_path / "evil.npz"
    np.savez(path, **{"fc.w": np.array([print], dtype=object)})
    with pytest.raises(ValueError, match="no .npz file of plain arrays"):
        nn.load(network(), path)


def test_other_refusals(tmp_path):
    with pytest.raises(ValueError, match="not one that ends in .npz"):
        nn.save(network(), tmp_path / "model.txt")
    with pytest.raises(FileNotFoundError):
        nn.load(network(), tmp_path / "nowhere.npz")


def test_a_failed_save_leaves_the_file_of_before(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    nn.save(network(), path)
    before = path.read_bytes()

    def full(file, **arrays):
        file.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        nn.save(network(), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.npz"]


@pytest.mark.parametrize("make", [
    lambda model: nn.SGD(model.parameters(), lr=0.1, momentum=0.9),
    lambda model: nn.Adam(model.named_parameters(), lr=0.01),
], ids=["momentum", "Adam"])  # fmt: skip
def test_a_training_goes_on_bit_for_bit(tmp_path, data, make):
    x, y = data
    loss = nn.CrossEntropyLoss()

    def new():
        nn.manual_seed(5)
        model = nn.Sequential(network(), nn.Dropout(0.2))
        return model, make(model)

    def epochs(model, optimizer, count):
        return nn.fit(model, x, y, loss, optimizer, count, progress=False)["loss"]

    model, optimizer = new()
    whole = epochs(model, optimizer, 5)
    expected = nn.state_dict(model)

    model, optimizer = new()
    first = epochs(model, optimizer, 2)
    optimizer.lr *= 1.0
    nn.save_checkpoint(tmp_path / "at2.npz", model, optimizer, epoch=2, history=first)
    nn.manual_seed(99)
    model = nn.Sequential(network(), nn.Dropout(0.2))
    optimizer = make(model)
    extra = nn.load_checkpoint(tmp_path / "at2.npz", model, optimizer)
    assert extra == {"epoch": 2, "history": first}
    assert first + epochs(model, optimizer, 3) == whole
    for name, array in nn.state_dict(model).items():
        np.testing.assert_array_equal(array, expected[name])


def test_a_saved_model_is_no_checkpoint(tmp_path):
    model = network()
    nn.save(model, tmp_path / "model.npz")
    with pytest.raises(ValueError, match="is no checkpoint"):
        nn.load_checkpoint(tmp_path / "model.npz", model, nn.SGD(model.parameters()))


def test_a_model_on_a_gpu_is_saved_from_the_host(tmp_path, gpu):
    model = network().to(gpu)
    nn.save(model, tmp_path / "model.npz")
    other = network()
    nn.load(other, tmp_path / "model.npz")
    for name, array in nn.state_dict(model).items():
        np.testing.assert_array_equal(array, nn.state_dict(other)[name])
    nn.load(model, tmp_path / "model.npz")
    assert {nn.device_of(p.data) for p in model.parameters()} == {"cuda:0"}


def test_a_folder_that_is_missing_is_made(tmp_path):
    model = nn.Linear(3, 2)
    nn.save(model, tmp_path / "new" / "model.npz")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["model.npz"]
    other = nn.Linear(3, 2)
    nn.load(other, tmp_path / "new" / "model.npz")
    np.testing.assert_array_equal(other.w.data, model.w.data)
