"""Parameters that do not learn are named, once; a model that learns or has learned is let alone."""

import warnings

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike


class Net(nn.Module):
    """The last of its layers is not used."""

    def __init__(self):
        self.layers = [nn.Dense(2, 3, "tanh"), nn.Dense(3, 1)]
        self.spare = nn.Linear(3, 1)

    def forward(self, x):
        return self.layers[1](self.layers[0](x))


@pytest.fixture
def data(rng):
    x = rng.normal(size=(40, 2))
    return x, x @ [[1.0], [2.0]]


def fit(model, data, optimizer, **options):
    return nn.fit(model, *data, nn.MSELoss(), optimizer, **{"progress": False} | options)


def said(caught):
    return [str(one.message) for one in caught if issubclass(one.category, UserWarning)]


def test_fit_names_what_gets_no_gradient_once(data):
    model = Net()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    with pytest.warns(UserWarning, match="spare") as caught:
        fit(model, data, optimizer, epochs=3)
    fit(model, data, optimizer, epochs=3)
    (text,) = said(caught)
    assert text.startswith("SGD.step leaves out spare.w: no gradient comes there.")


def test_fit_names_what_the_optimizer_does_not_hold(data):
    model, old = nn.Sequential(nn.Dense(2, 3), nn.Dense(3, 1)), nn.Dense(2, 1)
    with pytest.warns(UserWarning, match="fit") as caught:
        history = fit(model, data, nn.SGD(old.parameters(), lr=0.1))
    (text,) = said(caught)
    assert "fit: the optimizer does not hold 0.w, 0.b, 1.w, 1.b of the model" in text
    assert caught[0].filename == __file__
    assert history["loss"][0] == pytest.approx(history["loss"][-1])


def test_a_part_of_the_model_alone(data):
    model = Net()
    with pytest.warns(UserWarning, match="not hold layers.0.w, layers.0.b, spare.w of the model"):
        fit(model, data, nn.SGD(model.layers[1].parameters(), lr=0.1))
    for parameter in [*model.layers[0].parameters(), model.spare.w]:
        parameter.requires_grad = False
    fit(model, data, nn.SGD(model.layers[1].parameters(), lr=0.1))
    fit(model, data, nn.SGD(model.parameters(), lr=0.1))  # frozen ones, held, are fine as well


def test_step_names_them_by_name_or_place(data):
    for make, text in (
        (lambda model: model.named_parameters(), "Adam.step leaves out spare.w: no gradient"),
        (
            lambda model: model.parameters(),
            r"leaves out parameter 4 of shape \(3, 1\): no gradient",
        ),
    ):
        model = Net()
        optimizer = nn.Adam(make(model))
        model(nn.Tensor(data[0])).sum().backward()
        with pytest.warns(UserWarning, match=text) as caught:
            optimizer.step()
        optimizer.step()
        assert len(caught) == 1
        assert caught[0].filename == __file__


def test_step_names_them_with_gradients_by_name(rng):
    layer = nn.Dense(2, 1)
    optimizer = nn.SGD(layer.named_parameters(), lr=0.1)
    with pytest.warns(UserWarning, match="SGD.step leaves out b: no gradient comes there"):
        optimizer.step({"w": np.ones((2, 1))})


def test_a_step_without_any_backward(data):
    model = edunn.torchlike.Linear(2, 1)
    optimizer = edunn.torchlike.optim.SGD(model.parameters(), lr=0.1)
    loss = nn.MSELoss()(model(nn.Tensor(data[0])), data[1])
    loss.backward()
    optimizer.zero_grad()  # in the wrong place
    with pytest.warns(UserWarning, match="SGD.step changed nothing: no parameter has a gradient"):
        optimizer.step()
    optimizer.step()


def test_what_is_as_it_should_be_stays_silent(data):
    by_hand = nn.Parameter(np.ones(2)), nn.Parameter(np.ones(2))
    by_hand[0].grad = np.ones(2)
    nn.SGD(by_hand, lr=0.1).step()
    frozen = nn.Parameter(np.ones(2), trainable=False)
    nn.SGD([frozen], lr=0.1).step()
    model = Net()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    model.spare(nn.Tensor(np.ones((1, 3)))).sum().backward()
    for _ in range(3):  # a part that is used only at times
        model(nn.Tensor(data[0])).sum().backward()
        optimizer.step()
        optimizer.zero_grad()


def health(capsys):
    return [line for line in capsys.readouterr().out.splitlines() if "training health" in line]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_line_that_is_learned_hears_nothing(dtype, capsys):
    nn.set_default_dtype(dtype)
    x = np.linspace(-1, 1, 64)[:, None].astype(dtype)
    model = nn.Dense(1, 1)
    for _ in range(3):  # again, when there is nothing left to learn
        optimizer = nn.SGD(model.parameters(), lr=0.3)
        history = fit(model, (x, 2 * x + 1), optimizer, epochs=150, batch_size=16)
    assert history["loss"][-1] < 1e-12
    assert health(capsys) == []


def test_large_numbers_that_are_learned_hear_nothing(capsys, rng):
    x = rng.normal(size=(200, 2))
    model = nn.Dense(2, 1)
    fit(model, (x, 1e4 * x[:, :1]), nn.SGD(model.parameters(), lr=0.1), epochs=30)
    assert health(capsys) == []


def test_a_bias_before_batch_normalization_is_not_ill(capsys, data):
    model = nn.Sequential(nn.Dense(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dense(8, 1))
    fit(model, data, nn.SGD(model.parameters(), lr=0.01), epochs=30)
    assert health(capsys) == []


def test_a_small_last_batch_says_nothing_of_relus(capsys, rng):
    x = rng.normal(size=(33, 1))
    model = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 1))
    model[0].w.data[...] = model[2].w.data[...] = 1
    for _ in range(10):
        fit(model, (x, np.maximum(x, 0) + 0.3), nn.SGD(model.parameters(), lr=1e-4), epochs=2)
    assert health(capsys) == []


def test_warnings_are_not_said_twice_in_one_loop(data):
    """Python itself would show each line's warning once; the optimizer does so with any filter."""
    model = Net()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(4):
            model(nn.Tensor(data[0])).sum().backward()
            optimizer.step()
    assert len(caught) == 1
