"""fit's other halves: stopping early, callbacks, schedules, error layers, and training health."""

import numpy as np
import pytest

import edunn as nn


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
    for name, array in nn.state_dict(model).items():
        np.testing.assert_array_equal(array, seen[0][name])
        assert not np.array_equal(array, seen[-1][name]) or name.endswith("num")


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
