"""Training: a network learns, stops early, calls back, says what looks wrong, and its
numbers are as promised."""

import matplotlib
import numpy as np
import pytest

import edunn as nn


@pytest.fixture
def digits():
    return nn.datasets.train_test_split(*nn.datasets.load_digits())


def network():
    return nn.Sequential(nn.Dense(64, 32, "relu"), nn.Dense(32, 10))


def test_a_network_learns_to_read_digits(digits):
    x, y, x_test, y_test = digits
    model = network()
    history = nn.fit(
        model, x, y, nn.CrossEntropyLoss(), nn.Adam(model.parameters(), lr=0.005), epochs=12,
        validation=(x_test, y_test), metric=nn.accuracy, progress=False,
    )  # fmt: skip
    assert list(history) == ["loss", "accuracy", "validation_loss", "validation_accuracy"]
    assert all(len(numbers) == 12 for numbers in history.values())
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    assert nn.accuracy(model.forward(x_test), y_test) == history["validation_accuracy"][-1]
    assert history["validation_accuracy"][-1] > 0.95


def test_the_same_seed_gives_the_same_training(digits):
    x, y, *_ = digits
    runs = []
    for _ in range(2):
        nn.manual_seed(3)
        model = network()
        optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
        nn.fit(model, x[:100], y[:100], nn.CrossEntropyLoss(), optimizer, 2, progress=False)
        runs.append(model.get_parameters())
    for name, array in runs[0].items():
        np.testing.assert_array_equal(array, runs[1][name])


def test_a_network_trained_by_hand_is_a_network_trained_on_the_tape(digits):
    x, y, *_ = digits
    loss = nn.CrossEntropyLoss()
    by_hand, by_tape = network(), network()
    for mine, yours in zip(by_hand.parameters(), by_tape.parameters()):
        mine.data[...] = yours.data
    first = nn.SGD(by_hand.named_parameters(), lr=0.1)
    second = nn.SGD(by_tape.parameters(), lr=0.1)
    for _ in range(5):
        loss.forward(by_hand.forward(x), y)
        dy, _ = loss.backward(1.0)
        _, grads = by_hand.backward(dy)
        first.step(grads)
        second.zero_grad()
        loss(by_tape(nn.Tensor(x)), y).backward()
        second.step()
    for mine, yours in zip(by_hand.parameters(), by_tape.parameters()):
        np.testing.assert_allclose(mine.data, yours.data, rtol=1e-5, atol=1e-7)


def test_batches_hold_every_example_once():
    x = np.arange(10)
    pieces = list(nn.batches(x, 10 * x, 4))
    assert [len(px) for px, _ in pieces] == [4, 4, 2]
    together = np.concatenate([px for px, _ in pieces])
    assert sorted(together) == list(range(10))
    assert list(together) != list(range(10))
    assert all(np.array_equal(py, 10 * px) for px, py in pieces)
    assert list(nn.batches(x, x, 4, shuffle=False))[2][0].tolist() == [8, 9]


def test_the_loss_of_an_epoch_is_the_mean_over_examples(rng):
    """With batches of 3 out of 4, a mean of means would weigh the last example three times."""
    x, y = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    model = nn.Sequential(nn.Linear(2, 1))
    model.parameters()[0].requires_grad = False  # nothing learns: every epoch sees the same model
    bias = nn.Sequential(model, nn.Bias(1))
    optimizer = nn.SGD(bias.parameters(), lr=1e-12)
    history = nn.fit(bias, x, y, nn.MSELoss(), optimizer, 1, 3, progress=False)
    whole = nn.evaluate(bias, x, y, nn.MSELoss(), batch_size=3)["loss"]
    expected = np.mean((x @ model.parameters()[0].data - y) ** 2)
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert whole == pytest.approx(expected, rel=1e-5)


def test_evaluate_gives_a_dict_and_leaves_the_model_in_evaluation_mode():
    model = nn.Sequential(nn.Dense(3, 2), nn.Dropout(0.5))
    x, labels = np.ones((5, 3), np.float32), np.array([0, 1, 1, 0, 1])
    measured = nn.evaluate(model, x, labels, nn.CrossEntropyLoss(), nn.accuracy, batch_size=2)
    assert type(measured) is dict
    assert measured.keys() == {"loss", "accuracy"}
    scores = model[0].forward(x)  # without dropout
    assert measured["loss"] == pytest.approx(nn.CrossEntropyLoss().forward(scores, labels))
    assert measured["accuracy"] == nn.accuracy(scores, labels)
    assert not any(module.training for module in model.modules())


def test_fit_shows_its_progress(digits, capsys):
    x, y, *_ = digits
    model = network()
    nn.fit(model, x[:64], y[:64], nn.CrossEntropyLoss(), nn.Adam(model.parameters()), epochs=2)
    shown = capsys.readouterr()
    assert "epoch 2/2: 100%" in shown.out
    assert "loss=" in shown.out
    assert shown.err == ""


def test_fit_takes_data_of_another_type(digits):
    x, y, *_ = digits
    model = network()
    nn.fit(model, x[:64].astype(np.float64), y[:64].astype(np.uint8), nn.CrossEntropyLoss(),
           nn.SGD(model.parameters()), 1, progress=False)  # fmt: skip
    assert all(p.data.dtype == np.float32 for p in model.parameters())


def test_sgd_with_momentum_by_hand():
    w = nn.Parameter(np.array([1.0, 2.0]))
    optimizer = nn.SGD([w], lr=0.5, momentum=0.9)
    for gradient, expected in (([1.0, 0.0], [0.5, 2.0]), ([0.0, 2.0], [0.05, 1.0])):
        w.grad = np.array(gradient)
        optimizer.step()
        np.testing.assert_allclose(w.data, expected)


def test_adams_first_step_has_the_size_of_the_learning_rate():
    w = nn.Parameter(np.array([1.0, 2.0, 3.0]))
    optimizer = nn.Adam({"w": w}, lr=0.1)
    optimizer.step({"w": np.array([1e-3, -50.0, 0.0])})
    np.testing.assert_allclose(w.data, [0.9, 2.1, 3.0], atol=1e-5)


def test_adam_follows_its_formula():
    w, state = nn.Parameter(np.array([1.0])), [0.0, 0.0, 1.0]
    optimizer = nn.Adam([w], lr=0.1, betas=(0.8, 0.9), eps=1e-6)
    for t, g in enumerate((1.0, -2.0, 0.5, 0.0), start=1):
        state[0] = 0.8 * state[0] + 0.2 * g
        state[1] = 0.9 * state[1] + 0.1 * g * g
        m, v = state[0] / (1 - 0.8**t), state[1] / (1 - 0.9**t)
        state[2] -= 0.1 * m / (v**0.5 + 1e-6)
        w.grad = np.array([g])
        optimizer.step()
        assert w.data[0] == pytest.approx(state[2])


def test_the_digits_are_the_real_ones():
    x, y = nn.datasets.load_digits()
    assert (x.shape, y.shape) == ((1797, 64), (1797,))
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (x.min(), x.max()) == (0, 1)
    assert x.dtype == np.float32


def test_a_split_holds_every_example_once(digits):
    x, y, x_test, y_test = digits
    assert (len(x), len(x_test)) == (1438, 359)
    everything = np.concatenate([x, x_test])
    original, _ = nn.datasets.load_digits()
    np.testing.assert_array_equal(np.sort(everything.sum(axis=1)), np.sort(original.sum(axis=1)))


def test_pictures_are_drawn_on_axes():
    matplotlib.use("Agg")
    ax = nn.plot.history({"loss": [3.0, 2.0], "validation_loss": [3.0, 2.5]})
    assert [line.get_label() for line in ax.get_lines()] == ["loss", "validation loss"]
    assert ax.get_lines()[0].get_ydata().tolist() == [3.0, 2.0]
    x, y = nn.datasets.load_digits()
    other = nn.plot.images(x[:3], titles=[str(n) for n in y[:3]])
    assert [text.get_text() for text in other.texts] == ["0", "1", "2"]
    assert len(other.images) == 3
    matplotlib.pyplot.close("all")


def test_stable_losses():
    loss = nn.CrossEntropyLoss()
    scores = np.array([[1e4, -1e4, 0.0], [0.0, 1e4, -1e4]])
    assert loss.forward(scores, np.array([0, 0])) == pytest.approx(5e3)
    dy, _ = loss.backward(1.0)
    np.testing.assert_allclose(dy, [[0, 0, 0], [-0.5, 0.5, 0]])


def test_stable_activations():
    x = np.array([[-1e4, 0.0, 1e4]])
    np.testing.assert_allclose(nn.Sigmoid().forward(x), [[0, 0.5, 1]])
    np.testing.assert_allclose(nn.Softmax().forward(x), [[0, 0, 1]])


def test_dense_is_linear_bias_and_activation_in_a_row(rng):
    x = rng.normal(size=(4, 3)).astype(np.float32)
    for name, activation in (("relu", nn.ReLU()), ("tanh", nn.Tanh()), ("softmax", nn.Softmax())):
        dense = nn.Dense(3, 2, name, bias_initializer=nn.initializers.RandomNormal())
        w, b = dense.w.data, dense.b.data
        chain = nn.Sequential(
            nn.Linear(3, 2, nn.initializers.Constant(w)),
            nn.Bias(2, nn.initializers.Constant(b)),
            activation,
        )
        np.testing.assert_array_equal(dense.forward(x), chain.forward(x))
        dy = rng.normal(size=(4, 2)).astype(np.float32)
        (dx, grads), (chain_dx, chain_grads) = dense.backward(dy), chain.backward(dy)
        np.testing.assert_array_equal(dx, chain_dx)
        np.testing.assert_array_equal(grads["w"], chain_grads["0.w"])
        np.testing.assert_array_equal(grads["b"], chain_grads["1.b"])


def problem(n=60):
    x = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    return x, x @ np.array([[1.0], [-2.0], [0.5]], np.float32)


def run(model, lr=0.1, **options):
    x, y = problem()
    return nn.fit(model, x, y, nn.MSELoss(), nn.SGD(model.parameters(), lr=lr), **(
        {"epochs": 5, "progress": False} | options))  # fmt: skip


def test_early_stopping_gives_the_best_weights_and_statistics_back():
    model = nn.Sequential(nn.Dense(3, 8, "tanh"), nn.BatchNorm1d(8), nn.Dense(8, 1))
    x, y = problem()
    seen = []

    def remember(model, history):
        seen.append(nn.state_dict(model))

    def rising(output, target):
        return float(len(seen))  # gets worse from epoch to epoch

    stopping = nn.EarlyStopping(patience=3, monitor="rising")
    history = nn.fit(
        model, x, y, nn.MSELoss(), nn.SGD(model.parameters(), lr=0.1), epochs=50, metric=rising,
        callbacks=[remember], early_stopping=stopping, progress=False,
    )  # fmt: skip
    assert len(history["loss"]) == 4
    assert stopping.best_epoch == 0
    given_back = nn.state_dict(model)
    assert {"1.running_mean", "1.running_var"} <= given_back.keys()
    for name, array in given_back.items():
        np.testing.assert_array_equal(array, seen[0][name])
        assert not np.array_equal(array, seen[-1][name]), f"{name} did not move after the best"


def test_early_stopping_as_a_number_watches_the_validation_loss():
    model = nn.Sequential(nn.Dense(3, 1))
    x, y = problem()
    history = run(model, epochs=500, validation=(x, y), early_stopping=2)
    assert len(history["loss"]) < 500
    assert history["validation_loss"][-1] < 1e-4


def test_min_delta_asks_for_more():
    slow = nn.EarlyStopping(patience=1, min_delta=10.0)
    history = run(nn.Sequential(nn.Dense(3, 1)), epochs=50, early_stopping=slow)
    assert len(history["loss"]) == 2


def test_a_monitor_that_is_not_there():
    with pytest.raises(ValueError, match=r"monitor='accuracy', not one of \['loss'\]"):
        run(nn.Sequential(nn.Dense(3, 1)), early_stopping=nn.EarlyStopping(monitor="accuracy"))


def test_callbacks_see_every_epoch_and_may_end_it():
    calls = []

    def stop_at_three(model, history):
        calls.append(len(history["loss"]))
        return len(calls) == 3

    history = run(nn.Sequential(nn.Dense(3, 1)), epochs=10, callbacks=[stop_at_three])
    assert calls == [1, 2, 3]
    assert len(history["loss"]) == 3


def test_a_schedule_steps_every_epoch():
    model = nn.Sequential(nn.Dense(3, 1))
    x, y = problem()
    optimizer = nn.SGD(model.parameters(), lr=0.4)
    nn.fit(model, x, y, nn.MSELoss(), optimizer, 4, schedule=nn.StepLR(optimizer, 2, 0.5),
           progress=False)  # fmt: skip
    assert optimizer.lr == pytest.approx(0.1)


@pytest.mark.parametrize("error", [nn.SquaredError(), nn.MeanError(nn.SquaredError())], ids=str)
def test_error_layers_are_losses_too(error):
    model, twin = nn.Sequential(nn.Dense(3, 1)), nn.Sequential(nn.Dense(3, 1))
    nn.load_state_dict(twin, nn.state_dict(model))
    x, y = problem()
    nn.manual_seed(1)
    first = nn.fit(model, x, y, error, nn.SGD(model.parameters(), lr=0.1), 5, progress=False)
    nn.manual_seed(1)
    second = run(twin)
    np.testing.assert_allclose(first["loss"], second["loss"], rtol=1e-5)


@pytest.mark.parametrize("way", [nn.GradientDescent, nn.MomentumGD, nn.NesterovMomentumGD])
def test_edunns_own_way(way):
    x, labels = nn.datasets.load_digits()
    model = nn.Sequential([nn.Dense(64, 16, "relu"), nn.Dense(16, 10, "softmax")])
    error = nn.MeanError(nn.CrossEntropyWithLabels())
    history = way(lr=0.05, epochs=6, batch_size=16).optimize(
        model, x, labels, error, progress=False
    )
    assert len(history["loss"]) == 6
    assert nn.accuracy(model.forward(x), labels) > 0.85


def test_options_of_the_optimizer_go_through():
    model = nn.Sequential(nn.Dense(3, 1))
    x, y = problem()
    trainer = nn.GradientDescent(lr=0.1, epochs=1, weight_decay=5.0)
    nn.fit(model, x, y, nn.MSELoss(), nn.SGD(model.parameters(), lr=0.1), 20, progress=False)
    before = np.abs(model[0].w.data).sum()
    trainer.optimize(model, x, y, nn.SquaredError(), progress=False)
    assert np.abs(model[0].w.data).sum() < 0.9 * before


def test_losses_in_the_wrong_order_are_recognised():
    y, target = nn.Tensor(np.ones((3, 2)), True), np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"MSELoss\(\) takes \(y, target\); .* wrong way round"):
        nn.MSELoss()(target, y)
    with pytest.raises(ValueError, match=r"SquaredError\(\) takes \(y_true, y\); .* wrong way"):
        nn.SquaredError()(y, target)
    with pytest.raises(ValueError, match="wrong way round"):
        nn.CrossEntropyWithLabels().forward(np.full((3, 2), 0.5), np.array([0, 1, 1]))


@pytest.mark.parametrize(
    ("loss", "y", "target", "finite"),
    [
        (nn.BCELoss(), np.array([0.0, 1.0]), np.array([1.0, 0.0]), 27.63),
        (nn.BinaryCrossEntropy(), np.array([1.0, 0.0]), np.array([0.0, 1.0]), 27.63),
        (nn.CrossEntropyWithLabels(), np.array([0]), np.array([[0.0, 1.0]]), 27.63),
        (nn.BCEWithLogitsLoss(), np.array([1e4, -1e4]), np.array([0.0, 1.0]), 1e4),
    ],
    ids=["BCELoss", "BinaryCrossEntropy", "CrossEntropyWithLabels", "BCEWithLogitsLoss"],
)
def test_probability_zero_and_huge_scores_stay_finite(loss, y, target, finite):
    value = np.max(loss.forward(y, target))
    assert value == pytest.approx(finite, rel=1e-3)
    dx, _ = loss.backward(np.ones(2) if np.ndim(loss.forward(y, target)) else 1.0)
    assert np.all(np.isfinite(dx))


def shout(capsys):
    return [line for line in capsys.readouterr().out.splitlines() if "training health" in line]


def test_healthy_training_says_nothing(capsys):
    run(nn.Sequential(nn.Dense(3, 8, "relu"), nn.Dense(8, 1)), epochs=8)
    assert shout(capsys) == []


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_a_learning_rate_too_high_is_said_once(capsys):
    model = nn.Sequential(nn.Dense(3, 16, "tanh"), nn.Linear(16, 1))
    run(model, lr=5.0, epochs=30)
    said = shout(capsys)
    assert said
    assert any("learning rate" in line for line in said)
    assert len(said) == len(set(said)) <= 5  # one line for each sign, however many epochs


def test_dead_relus_are_said(capsys):
    model = nn.Sequential(nn.Linear(3, 8), nn.Bias(8, nn.initializers.Constant(-100.0)), nn.ReLU(),
                          nn.Dense(8, 1))  # fmt: skip
    run(model, lr=1e-3, epochs=2)
    (line,) = [line for line in shout(capsys) if "ReLUs" in line]
    assert "100% of the ReLUs of layer 2 were 0 for a whole batch" in line


def test_vanishing_gradients_are_said(capsys):
    tiny = nn.initializers.RandomNormal(1e-3)
    layers = [nn.Dense(3, 3, "sigmoid", initializer=tiny) for _ in range(6)]
    run(nn.Sequential(*layers, nn.Dense(3, 1)), lr=1e-3, epochs=1)
    assert any("at most" in line and "does not learn" in line for line in shout(capsys))


def test_exploding_gradients_are_said(capsys):
    x, y = problem()
    model = nn.Sequential(nn.Dense(3, 1))
    nn.fit(model, 1000 * x, 1000 * y, nn.MSELoss(), nn.SGD(model.parameters(), lr=1e-9), 1,
           progress=False)  # fmt: skip
    assert any("clip_grad_norm" in line for line in shout(capsys))


def test_training_on_a_gpu(gpu):
    model = nn.Sequential(nn.Dense(3, 4, "tanh"), nn.Dense(4, 1)).to(gpu)
    history = run(model, device=gpu)
    assert history["loss"][-1] < history["loss"][0]
    assert {nn.device_of(p.data) for p in model.parameters()} == {"cuda:0"}
