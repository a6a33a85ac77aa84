"""Acceptance: what the guides of the original edunn (github.com/facundoq/edunn, guides/en and
guides/es) call works here as they call it; docs/from_original_edunn.md says what differs."""

import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import edunn as nn
from edunn import metrics, utils
from edunn.model import Phase
from edunn.original import DATA, MISSING
from edunn.utils import check_gradient

matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

PAGE = Path(__file__).parents[2] / "docs" / "from_original_edunn.md"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


# Names of layers

NAMED = {
    "AddConstant": (3,), "AvgPool2d": (2,), "BatchNorm": (3,), "Bias": (2,),
    "BinaryCrossEntropy": (), "Conv2d": (1, 2, 3), "CrossEntropyWithLabels": (), "Dense": (2, 3),
    "Dropout": (), "FakeError": (), "FakeModel": (np.zeros(2), np.ones(2)), "Flatten": (),
    "GELU": (), "Linear": (2, 3), "LinearRegression": (2, 3), "LogisticRegression": (2, 3),
    "MaxPool2d": (2,), "MeanError": (nn.SquaredError(),), "MultiplyConstant": (3,),
    "RNN": (2, 3), "ReLU": (), "Sequential": ([nn.ReLU()],), "Sigmoid": (), "Softmax": (),
    "SquaredError": (), "TanH": (),
}  # fmt: skip


@pytest.mark.parametrize("kind", NAMED)
def test_every_layer_takes_a_name_and_has_one(kind):
    layer, other, mine = (getattr(nn, kind)(*NAMED[kind], **options)
                          for options in ({}, {}, {"name": "my layer"}))  # fmt: skip
    assert mine.name == "my layer"
    assert repr(mine) == repr(layer)
    first, second = (re.fullmatch(r"(\w+)_(\d+)", one.name) for one in (layer, other))
    assert first[1] == type(layer).__name__
    assert int(second[2]) == int(first[2]) + 1
    assert layer.name == first[0]  # and keeps it


def test_names_are_given_in_the_order_in_which_they_are_asked_for():
    class Mine(nn.Module):
        pass

    first, second, third = Mine(), Mine(), Mine(name="third")
    assert [second.name, first.name, third.name] == ["Mine_0", "Mine_1", "third"]
    first.name = "another"
    assert first.name == "another"


def test_a_name_by_place_is_refused():
    for make in (nn.Add, nn.SquaredError, nn.Module):
        with pytest.raises(TypeError, match="positional argument"):
            make("a name")


def test_a_summary_shows_only_names_that_were_given():
    layers = [nn.Linear(2, 3), nn.Bias(3)]
    assert layers[1].name.startswith("Bias_")
    unnamed, named = nn.Sequential(layers), nn.Sequential(layers, "Affine")
    assert unnamed.name.startswith("Sequential_")
    assert "Model Sequential:\nLinear_0 → params: 6\nBias_0 → params: 3\n" in unnamed.summary()
    assert "Model Affine:" in named.summary()
    assert named.name == nn.Sequential(layers, name="Affine").name
    with pytest.raises(ValueError, match=r"^Affine: layer 0: Linear\(2, 3\) got x of shape"):
        named.forward(np.ones((2, 7)))
    with pytest.raises(ValueError, match=r"^Sequential: layer 0: "):
        unnamed.forward(np.ones((2, 7)))


# Old words of constructors

W, B = np.array([[2, 3, 4], [4, 5, 6]]), np.array([1, 2, 3])
X = np.array([[3, -7], [-3, 7]])
CONSTANT = nn.initializers.Constant


@pytest.mark.parametrize("make", [nn.Dense, nn.LinearRegression])
def test_a_dense_layer_takes_initializers_by_their_old_names(make):
    layer = make(2, 3, linear_initializer=CONSTANT(W), bias_initializer=CONSTANT(B))
    assert layer.forward(X).tolist() == [[-21, -24, -27], [23, 28, 33]]
    layer = make(input_size=2, output_size=3, linear_initializer=None)
    assert layer.w.shape == (2, 3)


def test_a_dense_layer_takes_its_activation_by_its_old_name():
    layer = nn.Dense(2, 3, activation_name="relu", linear_initializer=CONSTANT(W), name="hidden")
    assert layer.forward(X).tolist() == [[0, 0, 0], [22, 26, 30]]
    assert layer.activation_name == "relu"
    assert nn.Dense(2, 3, activation_name=None).activation_name == "id"


def test_logistic_regression():
    w = np.array([[100, 0, 0], [0, 100, 0]])
    options = {"linear_initializer": CONSTANT(w), "bias_initializer": CONSTANT(np.zeros(3))}
    y = nn.LogisticRegression(2, 3, **options).forward(np.array([[1, 0], [0, 1], [1, 1]]))
    utils.check_same(np.array([[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]]), y)


def test_convolution_takes_its_kernel(rng):
    nn.set_default_dtype(np.float64)
    x, w = rng.normal(size=(2, 3, 7, 7)), rng.normal(size=(4, 3, 5, 5))
    layer = nn.Conv2d(
        3, 4, kernel_size=w.shape[2:], stride=2, padding=1, kernel_initializer=CONSTANT(w)
    )
    y = layer.forward(x)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    by_hand = [
        [np.sum(padded[1, :, i : i + 5, j : j + 5] * w[2]) for j in (0, 2, 4)] for i in (0, 2, 4)
    ]
    utils.check_same(np.array(by_hand), y[1, 2], tol=1e-12)
    assert set(layer.backward(y)[1]) == {"w", "b"}


def test_batch_normalization(rng):
    x, w, b = rng.uniform(size=(4, 10)), rng.uniform(size=10), rng.uniform(size=10)
    layer = nn.BatchNorm(num_features=10, gamma_initializer=CONSTANT(w),
                         beta_initializer=CONSTANT(b))  # fmt: skip
    normal = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    utils.check_same(w * normal + b, layer.forward(x), tol=1e-5)
    dx, grads = layer.backward(g := rng.uniform(size=(4, 10)))
    utils.check_same((g * normal).sum(axis=0), grads["w"], tol=1e-5)
    utils.check_same(g.sum(axis=0), grads["b"], tol=1e-5)
    assert dx.shape == x.shape


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Dense(2, 3, activation="relu", activation_name="tanh"),
         "Dense got activation_name and activation, which are one: leave out activation_name"),
        (lambda: nn.BatchNorm(2, initializer=CONSTANT(1), gamma_initializer=CONSTANT(2)),
         "BatchNorm got gamma_initializer and initializer, which are one: leave out "
         "gamma_initializer"),
        (lambda: utils.check_same(B, B, tol=1, tolerance=1),
         "check_same got tol and tolerance, which are one: leave out tol"),
        (lambda: nn.RNN(input_dim=5, output_dim=5, hidden_dim=3, bptt_truncate=4),
         "RNN takes no input_dim: what the original edunn did is "
         "Sequential(RNN(inputs, hidden, initializer=...), Linear(hidden, outputs))"),
    ],
)  # fmt: skip
def test_what_is_said_twice_or_means_another_thing_is_refused(make, message):
    with pytest.raises(TypeError) as caught:
        make()
    assert str(caught.value) == message


# utils


def test_the_comparisons_print_what_is_right_and_raise_else(capsys):
    w = np.array([[1.0, 3.0], [5.0, 7.0]])
    right = {
        utils.check_same: (w, w + 1e-7),
        utils.check_different: (w, w + 1),
        utils.check_mean: (w, 4),
        utils.check_std: (w, np.sqrt(5)),
    }
    wrong = {
        utils.check_same: (w, w + 1),
        utils.check_different: (w, w + 1e-7),
        utils.check_mean: (w, 5),
        utils.check_std: (w, 5),
    }
    for check, numbers in right.items():
        check(*numbers, tol=1e-6)
        check(*numbers, tolerance=1e-6)
        assert capsys.readouterr().out.count("SUCCESS :)") == 2
        with pytest.raises(nn.CheckError, match="ERROR"):
            check(*wrong[check], tol=1e-6)
    utils.check_same_shape(w, w + 1)
    utils.check_same_float(15.5, np.float32(15.5), title="mean error")
    assert "mean error is 15.5" in capsys.readouterr().out
    for check, numbers in (
        (utils.check_same_shape, (w, w[0])),
        (utils.check_same, (w, None)),
        (utils.check_different, (w, w[0])),
        (utils.check_same, (w, w + np.nan)),
    ):
        with pytest.raises(nn.CheckError, match="ERROR"):
            check(*numbers)
    with pytest.raises(nn.CheckError, match=r"mean error is 15\.4, not 15\.5"):
        utils.check_same_float(15.5, 15.4, title="mean error")


def test_numbers_are_compared_in_their_order_where_shapes_do_not_count():
    """The original's errors have the shape (n, 1), and these (n,)."""
    y, y_true = np.array([[2, -2], [-4, 4]]), np.array([[3, 3], [-5, 2]])
    error = nn.SquaredError().forward(y_true, y)
    assert error.tolist() == [26, 5]
    with pytest.raises(nn.CheckError, match="different shapes"):
        utils.check_same(np.array([[26], [5]]), error)
    utils.check_same(np.array([[26], [5]]), error, check_shape=False)
    with pytest.raises(nn.CheckError, match="different shapes"):
        utils.check_same(np.zeros(3), error, check_shape=False)


def test_what_float32_rounds_off_is_named():
    with pytest.raises(nn.CheckError, match="set_default_dtype"):
        utils.check_same(np.array([0.1]), np.float32([0.1]))
    with pytest.raises(nn.CheckError) as caught:
        utils.check_same(np.array([0.1]), np.float32([0.2]))
    assert "set_default_dtype" not in str(caught.value)


def test_labels_and_rows_with_a_one():
    rows = utils.labels2onehot(np.array([2, 0]), 3)
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert utils.onehot2labels(rows).tolist() == [2, 0]
    assert utils.onehot2labels(np.stack([rows, rows[::-1]])).tolist() == [[2, 0], [0, 2]]
    for bad in (lambda: utils.labels2onehot(np.array([3]), 3), lambda: utils.onehot2labels(B)):
        with pytest.raises(ValueError, match="got"):
            bad()


def test_error_layers_have_checks_of_their_own(capsys):
    check_gradient.squared_error(nn.SquaredError(), (2, 3), samples=5)
    check_gradient.cross_entropy_labels(nn.CrossEntropyWithLabels(), (2, 3), 5, tolerance=1e-5)
    check_gradient.binary_cross_entropy_labels(nn.BinaryCrossEntropy(), 4, samples=5)
    found = re.findall(r"(\w+) layer:\n.*SUCCESS\S* (\d+) partial", capsys.readouterr().out)
    assert found == [
        ("SquaredError", "30"), ("CrossEntropyWithLabels", "30"), ("BinaryCrossEntropy", "20"),
    ]  # fmt: skip


class SlightlyOff(nn.Linear):
    """Its dw is off by a millionth."""

    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {"w": grads["w"] * (1 + 1e-6)}


def test_a_tolerance_is_a_share_of_the_derivative():
    check_gradient.common_layer(SlightlyOff(3, 2), (4, 3), samples=3, tolerance=1e-5)
    for tolerance in (None, 1e-7):
        with pytest.raises(nn.GradientError, match="gradient of w"):
            check_gradient.common_layer(SlightlyOff(3, 2), (4, 3), samples=3, tolerance=tolerance)
    with pytest.raises(ValueError, match="tolerance=0"):
        check_gradient.common_layer(SlightlyOff(3, 2), (4, 3), tolerance=0)


def test_a_tolerance_lets_no_other_mistake_pass():
    class Forgets(nn.Linear):
        def backward(self, dy):
            return super().backward(dy)[0], {}

    with pytest.raises(nn.GradientError):
        nn.check_gradients(Forgets(3, 2), np.ones((4, 3)), tolerance=10.0)


# Pictures


def test_the_pictures_of_the_guides(tmp_path):
    x, y = nn.datasets.moons()
    model = nn.Sequential([nn.Linear(2, 2), nn.Softmax()])
    path = tmp_path / "history.png"
    axes = nn.plot.plot_history(np.array([3.0, 2.0, 1.5]), error_name="my error", filepath=path)
    assert path.stat().st_size > 0
    assert axes.get_ylabel() == "my error"
    assert axes.lines[0].get_ydata().tolist() == [3, 2, 1.5]
    assert plt.get_fignums() == []  # saved, and closed
    assert nn.plot.plot_history({"loss": [1.0], "accuracy": [2.0]}).lines[0].get_ydata() == [1]
    axes = nn.plot.plot_model_dataset_2d_classification(x, y, model, title="moons", detail=0.5)
    assert axes.get_title() == "moons"
    assert 2 <= axes.images[0].get_array().shape[0] <= 10
    line = nn.LinearRegression(1, 1)
    assert nn.plot.plot_model_dataset_1d(*nn.datasets.line(), line).collections
    axes = nn.plot.regression1d_predictions(np.array([1.0, 2.0]), np.array([1.5, 2.5]))
    assert [curve.get_ydata().tolist() for curve in axes.lines] == [[1, 2], [1.5, 2.5]]
    with pytest.raises(ValueError, match="regression1d_predictions got y_pred of shape"):
        nn.plot.regression1d_predictions(np.ones(3), np.ones(2))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: nn.plot.plot_history(None), "plot_history got history of dtype object"),
        (lambda: nn.plot.plot_history({}), "plot_history got history of dtype object"),
        (lambda: nn.plot.plot_history([]), r"plot_history got history of shape \(0,\)"),
        (lambda: nn.plot.plot_activation_function(nn.ReLU(), 3), "got range=3, not"),
        (lambda: nn.plot.plot_activation_function(nn.Softmax()), "got Softmax.., which mixes"),
        (lambda: nn.plot.plot_activation_function("relux"), "'relux', not one of"),
        (lambda: nn.plot.plot_model_dataset_2d_classification(
            np.eye(2), np.array([0, 1]), nn.Softmax(), detail=1e-6), "got detail=1e-06, by which"),
        (lambda: nn.GradientDescent(optimizer=3), "GradientDescent got optimizer=3, not a class"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_or_trained_with_is_refused(draw, message):
    with pytest.raises((TypeError, ValueError), match=message):
        draw()


def test_the_curve_of_an_activation_or_of_its_derivative():
    (curve,) = nn.plot.plot_activation_function(nn.ReLU(), range=(-2, 2)).lines
    x = np.linspace(-2, 2, 401)
    np.testing.assert_allclose(curve.get_ydata(), np.maximum(x, 0))
    (curve,) = nn.plot.plot_activation_function(nn.ReLU(), (-2, 2), backward=True).lines
    np.testing.assert_allclose(curve.get_ydata(), x > 0)
    assert len(nn.plot.plot_activation_functions([nn.TanH(), nn.Sigmoid()]).lines) == 2


# Metrics


def test_the_summaries_take_what_is_right_first(capsys):
    metrics.classification_summary(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]))
    out = capsys.readouterr().out
    assert out == (
        "Accuracy: 0.75 (2 classes)\nPrecision: 1.0\nRecall: 0.6666666666666666\nF-score: 0.8\n"
        "Confusion matrix: (rows true, columns pred)\n[[1 0]\n [1 2]]\n"
    )
    metrics.classification_summary_onehot(np.eye(3), np.array([[3, 1, 1], [1, 3, 1], [3, 1, 1]]))
    assert capsys.readouterr().out.startswith("Accuracy: 0.6666666666666666 (3 classes)\nConfusion")
    metrics.regression_summary(np.array([[1.0], [2.0]]), np.array([[4.0], [6.0]]))
    assert capsys.readouterr().out == f"RMSE {12.5**0.5}\nMAE 3.5\n"


def test_the_accuracy_of_predicted_labels():
    assert metrics.accuracy(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])) == 0.75
    with pytest.raises(ValueError, match="accuracy got y of shape"):
        metrics.accuracy(np.array([0.1, 0.9]), np.array([0, 1]))


# Models in the original's style


class Scale(nn.ModelWithParameters):
    """y = x * s, feature by feature"""

    def __init__(self, size, initializer, name=None):
        super().__init__(name=name)
        self.register_parameter("s", initializer.create((size,)))

    def forward(self, x):
        s = self.get_parameters()["s"]
        self.set_cache(x, s)
        return x * s

    def backward(self, dy):
        x, s = self.get_cache()
        return dy * s, {"s": (dy * x).sum(axis=0)}


def test_a_layer_in_the_style_of_the_original(capsys):
    layer = Scale(3, CONSTANT(2.0), name="scale")
    assert layer.forward(np.array([[1.0, 2, 3]])).tolist() == [[2, 4, 6]]
    check_gradient.common_layer(layer, (4, 3), samples=3)
    assert capsys.readouterr().out.startswith("scale layer:\n")
    assert layer.n_parameters() == 3
    x = np.ones((8, 3), np.float32)
    y = x * [1, 2, 3]
    optimizer = nn.GradientDescent(lr=0.3, epochs=30, batch_size=4)
    optimizer.optimize(layer, x, y, nn.MeanError(nn.SquaredError()), verbose=False)
    np.testing.assert_allclose(layer.get_parameters()["s"], [1, 2, 3], atol=1e-3)


def test_a_parameter_is_no_method():
    with pytest.raises(ValueError, match="Scale has a method 'forward'"):
        Scale(1, CONSTANT(1)).register_parameter("forward", np.ones(1))


def test_an_initializer_in_the_style_of_the_original():
    class Twos(nn.initializers.Initializer):
        def initialize(self, p):
            p[:] = 2

    assert nn.Bias(3, initializer=Twos()).get_parameters()["b"].tolist() == [2, 2, 2]
    assert nn.initializers.Zero().create((2, 1)).tolist() == [[0], [0]]


def test_phases_are_modes():
    layer, model = nn.Dropout(p=0.5), nn.Sequential([nn.Dropout(), nn.Linear(2, 2)])
    for one in (layer, model):
        one.set_phase(Phase.Test)
    x = np.ones((5, 2))
    assert layer.forward(x).tolist() == x.tolist()
    assert not model[0].training
    model.set_phase(nn.Phase.Training)
    assert model[0].training
    assert Scale(1, CONSTANT(1)).phase is Phase.Training
    with pytest.raises(TypeError, match="set_phase got 'test', not Phase"):
        layer.set_phase("test")


FAKE_X, FAKE_Y = np.ones((3, 10)), np.ones((3, 5))


def steps(optimizer, times=1):
    """Where a parameter that starts at 0 with gradients 1 and -1 comes to."""
    model = nn.FakeModel(parameter=np.array([0, 0]), gradient=np.array([1, -1]))
    error = nn.FakeError(error=1, derivative_value=1)
    for _ in range(times):
        history = optimizer.optimize(model, FAKE_X, FAKE_Y, error, verbose=False)
        assert history["loss"] == [1] * optimizer.epochs
    return model.get_parameters()["parameter"].tolist()


def test_gradient_descent_on_a_fake_model():
    options = {"batch_size": 3, "lr": 2, "shuffle": False}
    assert steps(nn.GradientDescent(epochs=1, **options)) == [-2, 2]
    assert steps(nn.GradientDescent(epochs=1, **options), 2) == [-4, 4]
    assert steps(nn.GradientDescent(epochs=3, **options)) == [-6, 6]
    assert steps(nn.MomentumGD(epochs=2, gamma=0.5, **options)) == [-5, 5]  # 2, and 2 + 1
    assert steps(nn.NesterovMomentumGD(epochs=1, gamma=0.5, **options)) == [-3, 3]


@pytest.mark.parametrize("kind", [nn.RMSprop, nn.Adam, nn.SignGD])
def test_an_optimizer_trains_by_its_name(kind):
    """Where the original's steps are cut down to whole numbers, these are not."""
    options = {"batch_size": 3, "lr": 2}
    moved = steps(kind(epochs=2, **options))
    p = nn.Parameter(np.zeros(2))
    same = kind([p], lr=2)
    for _ in range(2):
        same.step({0: np.array([1.0, -1.0])})
    np.testing.assert_allclose(moved, p.data, rtol=1e-6)
    assert moved == steps(nn.GradientDescent(optimizer=kind, epochs=2, **options))
    assert isinstance(kind([p], lr=2), kind)
    with pytest.raises(TypeError, match="epochs"):
        kind([p], epochs=2)


def test_the_decay_of_rmsprop_by_its_old_name():
    assert steps(nn.RMSprop(epochs=1, batch_size=3, lr=1, beta=0.75))[0] == pytest.approx(-2)


def test_a_network_of_the_guides_learns():
    x, y, classes = nn.datasets.load_classification("iris")
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    nn.manual_seed(0)
    model = nn.Sequential([
        nn.Dense(x.shape[1], 5, activation_name="relu"),
        nn.Dense(5, len(classes), activation_name="softmax"),
    ])  # fmt: skip
    error = nn.MeanError(nn.CrossEntropyWithLabels())
    optimizer = nn.Adam(lr=0.02, epochs=30, batch_size=32)
    optimizer.optimize(model, x, y, error_layer=error, verbose=False)
    assert metrics.accuracy(y, utils.onehot2labels(model.forward(x))) > 0.95


# Data


def write_idx(path, array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    path.write_bytes(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes())


def test_mnist_is_a_classification_where_its_files_are(tmp_path, monkeypatch):
    images = np.arange(3 * 784, dtype=np.uint8).reshape(3, 28, 28)
    write_idx(tmp_path / "train-images-idx3-ubyte", images)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.array([7, 0, 9], np.uint8))
    monkeypatch.setenv("EDUNN_DATA", str(tmp_path))
    x, y, classes = nn.datasets.load_classification("mnist")
    np.testing.assert_allclose(x, images.reshape(3, 784) / 255, rtol=1e-6)
    assert y.tolist() == [7, 0, 9]
    assert classes == [str(digit) for digit in range(10)]
    assert nn.datasets.load_classification("mnist", onehot=True)[1].shape == (3, 10)


def test_mnist_is_not_downloaded_for_it(tmp_path, monkeypatch):
    monkeypatch.delenv("EDUNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(nn.datasets.DataError, match="put the four IDX files into a folder"):
        nn.datasets.load_classification("mnist")


@pytest.mark.parametrize("name", DATA)
def test_data_that_is_not_here_is_refused_with_what_is_near(name):
    for load in (nn.datasets.load_classification, nn.datasets.load_regression):
        with pytest.raises(ValueError, match=f"^{load.__name__} has no '{name}', .*near is '") as e:
            load(name)
        assert "\n" not in str(e.value)
    near = set(re.findall(r"'(\w+)'", DATA[name]))
    assert near
    assert near <= {*nn.datasets.get_classification_names(), *nn.datasets.get_regression_names()}


# What differs on purpose


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_built_is_refused_with_what_to_write(path):
    module, _, name = path.rpartition(".")
    owner = nn.datasets if module == "edunn.datasets" else nn
    with pytest.raises(AttributeError) as caught:
        getattr(owner, name)
    assert str(caught.value) == (
        f"module '{module}' has no attribute '{name}': write {MISSING[path]}; "
        "see docs/from_original_edunn.md"
    )
    with pytest.raises(AttributeError, match="^module 'edunn' has no attribute 'Liner'$"):
        getattr(nn, "Liner")  # noqa: B009


def test_the_page_names_all_that_is_missing():
    page = PAGE.read_text(encoding="utf-8")
    missing = [name.rpartition(".")[2] for name in (*MISSING, *DATA)]
    assert [name for name in missing if f"`{name}`" not in page] == []


def test_the_code_of_the_page_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, {})
    assert "1500 partial derivatives" in capsys.readouterr().out


def test_the_echo_network_as_it_is_written_here():
    """The original's RNN(vocab, vocab, hidden) with SequenceCrossEntropyWithLabels(pad_index=0)."""
    nn.manual_seed(1)
    rng = np.random.default_rng(0)
    symbols, hidden, delay = 5, 16, 1
    given = rng.integers(1, symbols, (128, 6))
    wanted = np.zeros_like(given)  # 0 is the padding, which does not count
    wanted[:, delay:] = given[:, :-delay]
    x = np.eye(symbols, dtype=np.float32)[given]
    model = nn.Sequential([nn.RNN(symbols, hidden), nn.Linear(hidden, symbols)])
    entropy = nn.CrossEntropyLoss(ignore_index=0)

    def loss(y, labels):
        return entropy(y.reshape(-1, symbols), labels.reshape(-1))

    optimizer = nn.Adam(model.parameters(), lr=0.02)
    nn.fit(model, x, wanted, loss, optimizer, epochs=30, progress=False)
    predicted = utils.onehot2labels(model.forward(x))
    assert np.mean(predicted[:, delay:] == wanted[:, delay:]) > 0.95


def test_a_frozen_layer_learns_nothing():
    layer = nn.Linear(2, 3)
    assert not layer.frozen
    layer.frozen = True
    assert layer.frozen
    assert layer.number_of_trainable_parameters() == 0
    model = nn.Sequential([layer, nn.Bias(3)])
    model.forward(np.ones((4, 2)))
    _, grads = model.backward(np.ones((4, 3)))
    assert list(grads) == ["1.b"]
    layer.frozen = False
    assert layer.number_of_trainable_parameters() == 6
    assert not nn.ReLU().frozen


def test_a_layer_without_parameters_in_the_originals_words():
    class Twice(nn.ModelWithoutParameters):
        def forward(self, x):
            return 2 * x

        def backward(self, dy):
            return 2 * dy, {}

    assert Twice(name="twice").get_parameters() == {}
    assert nn.check_gradients(Twice(), np.ones((2, 2)))
