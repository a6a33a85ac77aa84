"""Pictures show the numbers that they are of, on the axes that they are given."""

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import edunn as nn
from edunn import plot
from edunn.plot.pictures import COLORS, _class_colors

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

pytestmark = pytest.mark.slow

BLUE, ORANGE, GREEN = map(to_rgb, COLORS[:3])
MATRIX = np.array([[50, 2, 1], [3, 40, 9], [0, 8, 120]])


@pytest.fixture(autouse=True)
def close_figures():
    plt.close("all")  # those that other test files left
    yield
    plt.close("all")


class Modes(nn.Module):
    """The identity, that takes down the mode it runs in; in training mode it is of no use."""

    def __init__(self):
        self.seen = []

    def forward(self, x):
        self.seen.append(self.training)
        return x * (0 if self.training else 1)

    def backward(self, dy):
        return dy, {}


class Traced(nn.Module):
    """A model written without a backward: on plain arrays, its output is a Tensor."""

    def __init__(self, w):
        self.w = nn.Parameter(w)

    def forward(self, x):
        return x @ self.w


class Turned(nn.Module):
    """A module whose output has another shape than a curve."""

    def forward(self, x):
        return x.T


def two_classes():
    """Class 0 where feature 0 is the larger, else class 1: the two features are the scores."""
    x = np.array([[4.0, 0.0], [3.0, -1.0], [0.0, 4.0], [1.0, 3.0]])
    return x, np.array([0, 0, 1, 1])


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


EVERY = {
    "history": lambda ax: plot.history({"loss": [3.0, 2.0]}, ax=ax),
    "images": lambda ax: plot.images(np.ones((2, 4)), ax=ax),
    "decision_boundary": lambda ax: plot.decision_boundary(nn.Identity(), *two_classes(), ax=ax),
    "activations": lambda ax: plot.activations("relu", ax=ax),
    "confusion": lambda ax: plot.confusion(MATRIX, ax=ax),
    "weights": lambda ax: plot.weights(np.ones((4, 2)), ax=ax),
    "regression": lambda ax: plot.regression(nn.Tanh(), np.ones((3, 1)), np.ones((3, 1)), ax=ax),
}


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY.keys())
def test_each_draws_on_the_axes_it_is_given_and_returns_them(draw):
    figure, (left, right) = plt.subplots(1, 2)
    assert draw(right) is right
    assert right.has_data()
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]
    new = draw(None)
    assert new.has_data()
    assert new.figure is not figure


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY.keys())
def test_each_draws_on_a_figure_without_pyplot(draw):
    figure = matplotlib.figure.Figure()
    assert draw(figure.subplots()).figure is figure
    figure.canvas.draw()
    assert plt.get_fignums() == []


@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY.keys())
def test_nothing_sticks_out_of_a_new_figure(draw):
    figure = draw(None).figure
    figure.canvas.draw()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert 0 <= box.x0 < box.x1 <= width
    assert 0 <= box.y0 < box.y1 <= height


def test_history_starts_at_zero_unless_a_number_is_below():
    assert plot.history({"loss": [3.0, 2.0]}).get_ylim()[0] == 0
    low, high = plot.history({"loss": [3.0, 2.0], "r2": [-1.0, 0.5]}).get_ylim()
    assert low < -1
    assert high > 3


def test_the_history_of_one_epoch_can_be_seen():
    ax = plot.history({"loss": [3.0]})
    assert ax.get_lines()[0].get_marker() == "o"
    assert [tick for tick in ax.get_xticks() if 0.5 < tick < 1.5] == [1]
    assert plot.history({"loss": [3.0, 2.0]}).get_lines()[0].get_marker() == "None"


def test_images_are_the_rows():
    x = np.arange(12.0).reshape(3, 4)
    ax = plot.images(x, titles=["a", "b", "c"], colors=["red", "black", "black"], columns=2)
    assert [image.get_array().tolist() for image in ax.images] == x.reshape(3, 2, 2).tolist()
    assert [text.get_color() for text in ax.texts] == ["red", "black", "black"]


def test_regions_have_the_colour_of_the_class_predicted():
    ax = plot.decision_boundary(nn.Identity(), *two_classes(), resolution=50)
    (image,) = ax.images
    left, right, bottom, top = image.get_extent()
    assert left < 0 < 4 < right
    assert bottom < -1 < 4 < top
    assert ax.get_xlim() == (left, right)
    assert ax.get_ylim() == (bottom, top)
    assert image.origin == "lower"
    x = left + (np.arange(50) + 0.5) / 50 * (right - left)
    y = bottom + (np.arange(50) + 0.5) / 50 * (top - bottom)
    expected = np.where((y[:, None] > x)[..., None], ORANGE, BLUE)
    np.testing.assert_allclose(image.get_array(), 0.4 * expected + 0.6)


def test_the_model_is_asked_about_the_middle_of_each_square():
    model = nn.Identity()
    model.forward = lambda x: asked.append(x) or x
    asked = []
    ax = plot.decision_boundary(
        model, np.array([[0.0, 0.0], [1.0, 3.0]]), np.array([0, 1]), None, 2
    )
    assert ax.images[0].get_extent() == pytest.approx([-0.08, 1.08, -0.24, 3.24])
    expected = [[0.21, 0.63], [0.79, 0.63], [0.21, 2.37], [0.79, 2.37]]
    np.testing.assert_allclose(asked[0], expected)


def test_the_points_have_the_colour_of_their_label():
    x, y = two_classes()
    ax = plot.decision_boundary(nn.Linear(2, 3), x, y, resolution=5)
    groups = ax.collections
    assert legend_of(ax) == [group.get_label() for group in groups]
    assert legend_of(ax) == ["class 0", "class 1", "class 2"]
    for group, c, color in zip(groups, range(3), (BLUE, ORANGE, GREEN)):
        np.testing.assert_array_equal(group.get_offsets(), x[y == c])
        np.testing.assert_allclose(group.get_facecolor(), [[*color, 1.0]])


def test_the_legend_covers_no_point_and_no_region():
    ax = plot.decision_boundary(nn.Identity(), *two_classes())
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().x0 >= ax.get_window_extent().x1


@pytest.mark.parametrize("classes", [2, 10, 12])
def test_every_class_has_its_own_colour(classes):
    colors = _class_colors(classes)
    assert colors.shape == (classes, 3)
    assert len(np.unique(colors.round(3), axis=0)) == classes


def test_points_without_extent_can_be_drawn():
    ax = plot.decision_boundary(nn.Identity(), np.ones((1, 2)), np.array([0]))
    assert ax.images[0].get_extent() == [0, 2, 0, 2]


@pytest.mark.parametrize(
    "draw",
    [
        lambda model: plot.decision_boundary(model, *two_classes()),
        lambda model: plot.regression(model, np.ones((3, 1)), np.ones((3, 1))),
        lambda model: plot.activations(model),
    ],
    ids=["decision_boundary", "regression", "activations"],
)
def test_models_run_in_evaluation_mode_and_get_their_own_back(draw):
    first, second = Modes(), Modes()
    model = nn.Sequential(first, second)
    second.training = False
    draw(model)
    assert first.seen
    assert set(first.seen) == set(second.seen) == {False}
    assert (model.training, first.training, second.training) == (True, True, False)


def test_the_mode_comes_back_after_an_error():
    model = nn.Sequential(nn.Linear(3, 2))
    with pytest.raises(ValueError, match="not \\(n, 3\\)"):
        plot.decision_boundary(model, *two_classes())
    assert model.training
    assert model[0].training


def test_models_without_a_backward_are_drawn():
    ax = plot.decision_boundary(Traced(np.array([[0.0, 1.0], [0.0, 0.0]])), *two_classes())
    left, right = ax.images[0].get_array()[0, [0, -1]]
    np.testing.assert_allclose(left, 0.4 * np.array(BLUE) + 0.6)  # feature 0 is below 0
    np.testing.assert_allclose(right, 0.4 * np.array(ORANGE) + 0.6)


def test_models_and_arrays_on_a_gpu_are_drawn(gpu):
    (x, y), model = two_classes(), nn.Linear(2, 2)
    along, line = np.linspace(0, 1, 5)[:, None], nn.Linear(1, 1)
    regions = plot.decision_boundary(model, x, y).images[0].get_array()
    curve = plot.regression(line, along, along).get_lines()[0].get_ydata()
    board = plot.weights(model, (1, 2)).images[0].get_array()
    straight = plot.activations(line).get_lines()[0].get_ydata()
    x, y, along, matrix = (nn.to(array, gpu) for array in (x, y, along, MATRIX))
    model.to(gpu)
    line.to(gpu)
    drawn = plot.decision_boundary(model, x, y).images[0].get_array()
    np.testing.assert_allclose(drawn, regions)
    drawn = plot.regression(line, along, along).get_lines()[0].get_ydata()
    np.testing.assert_allclose(drawn, curve, rtol=1e-6)
    np.testing.assert_array_equal(plot.weights(model, (1, 2)).images[0].get_array(), board)
    drawn = plot.activations(line).get_lines()[0].get_ydata()
    np.testing.assert_allclose(drawn, straight, rtol=1e-6)
    assert plot.confusion(matrix).images[0].get_array().tolist() == MATRIX.tolist()
    pictures = plot.images(nn.to(np.ones((2, 4)), gpu)).images
    assert [picture.get_array().tolist() for picture in pictures] == [[[1, 1], [1, 1]]] * 2
    assert nn.device_of(model.w.data) == nn.device_of(line.w.data) == "cuda:0"


def test_activations_are_the_functions_and_their_derivatives():
    ax = plot.activations("relu", nn.Tanh(), limit=3)
    relu, relu_slope, tanh, tanh_slope, _ = ax.get_lines()
    x = np.linspace(-3, 3, 401)
    for line, expected in (
        (relu, np.maximum(x, 0)),
        (relu_slope, x > 0),
        (tanh, np.tanh(x)),
        (tanh_slope, 1 / np.cosh(x) ** 2),
    ):
        np.testing.assert_allclose(np.ravel(line.get_xdata()), x)
        np.testing.assert_allclose(np.ravel(line.get_ydata()), expected, atol=1e-12)
    assert [line.get_linestyle() for line in ax.get_lines()] == ["-", "--", "-", "--", "--"]
    assert relu.get_color().tolist() == relu_slope.get_color().tolist() == list(BLUE)
    assert tanh.get_color().tolist() == tanh_slope.get_color().tolist() == list(ORANGE)
    assert legend_of(ax) == ["relu", "Tanh()", "derivative"]
    assert relu.get_linewidth() > tanh.get_linewidth() > 0


def test_a_layer_that_holds_others_is_named_in_one_line():
    assert legend_of(plot.activations(nn.Sequential(nn.ReLU(), nn.Tanh())))[0] == "Sequential"


def test_confusion_shows_each_number_in_its_cell():
    ax = plot.confusion(MATRIX, ["setosa", "versicolor", "virginica"])
    shown = {text.get_position(): text.get_text() for text in ax.texts}
    assert shown == {(j, i): str(MATRIX[i, j]) for i in range(3) for j in range(3)}
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("label", "prediction")
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["setosa", "versicolor", "virginica"]
    assert ax.images[0].get_array().tolist() == MATRIX.tolist()


def test_confusion_of_shares_shows_two_digits():
    ax = plot.confusion(np.array([[0.96875, 0.03125], [1 / 3, 2 / 3]]))
    assert [text.get_text() for text in ax.texts] == ["0.97", "0.03", "0.33", "0.67"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1"]


def test_confusion_of_nothing_but_zeros_is_drawn():
    ax = plot.confusion(np.zeros((2, 2), dtype=int))
    ax.figure.canvas.draw()
    assert [text.get_text() for text in ax.texts] == ["0"] * 4


def test_the_numbers_can_be_read_on_their_cells():
    """The contrast of WCAG 2, which asks for 4.5 at least."""

    def light(color):
        parts = np.array(to_rgb(color))
        parts = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return parts @ (0.2126, 0.7152, 0.0722)

    ax = plot.confusion(np.arange(100).reshape(10, 10))
    for text, number in zip(ax.texts, range(100), strict=True):
        pair = light(text.get_color()), light(ax.images[0].to_rgba(number)[:3])
        assert (max(pair) + 0.05) / (min(pair) + 0.05) > 4.5
    assert {text.get_color() for text in ax.texts} == {"black", "white"}


@pytest.mark.parametrize("matrix", [np.full((30, 30), 1234), np.full((12, 12), 0.5), MATRIX])
def test_the_numbers_stay_inside_their_cells(matrix):
    ax = plot.confusion(matrix)
    ax.figure.canvas.draw()
    side = ax.get_window_extent().width / len(matrix)
    for text in ax.texts:
        box = text.get_window_extent()
        assert max(box.width, box.height) < side
        assert text.get_fontsize() >= 5


def test_weights_are_the_columns():
    layer = nn.Linear(6, 5)
    ax = plot.weights(layer, shape=(2, 3), columns=4)
    (image,) = ax.images
    board, w = np.ma.filled(image.get_array(), np.nan), layer.w.data
    assert board.shape == (2 * 3 + 1, 4 * 4 + 1)
    for i in range(5):
        top, left = 1 + i // 4 * 3, 1 + i % 4 * 4
        np.testing.assert_array_equal(board[top : top + 2, left : left + 3], w[:, i].reshape(2, 3))
    assert np.isfinite(board).sum() == w.size
    most = float(np.abs(w).max())
    assert image.get_clim() == (-most, most)
    assert image.colorbar is not None
    assert image.get_cmap()(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.05)  # zero is white


def test_weights_are_squares_unless_told_and_zeros_are_drawn():
    ax = plot.weights(np.zeros((9, 2)))
    ax.figure.canvas.draw()
    assert ax.images[0].get_array().shape == (5, 9)
    assert ax.images[0].get_clim() == (-1, 1)


def test_regression_shows_the_points_and_the_curve():
    x = np.array([[-2.0], [0.5], [1.0]])
    y = np.array([[1.0], [2.0], [3.0]])
    ax = plot.regression(nn.Tanh(), x, y)
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), np.hstack([x, y]))
    (line,) = ax.get_lines()
    np.testing.assert_allclose(line.get_ydata(), np.tanh(line.get_xdata()))
    assert (line.get_xdata()[0], line.get_xdata()[-1]) == (-2, 1)
    assert legend_of(ax) == ["data", "model"]


x2, y2 = two_classes()
column = np.ones((4, 1))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot.images(np.ones((2, 10))),
         "images got pictures of 10 numbers, which do not fit shape (3, 3)"),
        (lambda: plot.images([[1, 2]]), "images got x of type list, not an array"),
        (lambda: plot.decision_boundary(nn.Identity(), np.ones((4, 3)), y2),
         "decision_boundary got x of shape (4, 3), not (n, 2)"),
        (lambda: plot.decision_boundary(nn.Identity(), x2.tolist(), y2),
         "decision_boundary got x of type list, not an array"),
        (lambda: plot.decision_boundary(nn.Identity(), x2, y2[:3]),
         "decision_boundary got labels of shape (3,), not (4,)"),
        (lambda: plot.decision_boundary(nn.Identity(), x2 * np.nan, y2),
         "decision_boundary got x with 8 values that are no numbers (NaN or infinity), "
         "the first at (0, 0)"),
        (lambda: plot.decision_boundary(nn.Identity(), x2[:0], y2[:0]),
         "decision_boundary got no points"),
        (lambda: plot.decision_boundary(np.tanh, x2, y2),
         "decision_boundary got an object of type ufunc, not a Module"),
        (lambda: plot.decision_boundary(nn.Identity(), x2, y2, resolution=0),
         "decision_boundary got resolution=0, not a whole number from 1 up"),
        (lambda: plot.activations(),
         "activations got no layers: give it names such as 'relu', or Modules"),
        (lambda: plot.activations("relu", 3),
         "activations got an object of type int, not a Module"),
        (lambda: plot.activations("softmax"),
         "activations got softmax, which mixes numbers: it has no curve"),
        (lambda: plot.activations(Turned()),
         "activations got output of Turned() of shape (1, 401), not (401, 1)"),
        (lambda: plot.activations("relu", limit=-1),
         "activations got limit=-1, not a number above 0"),
        (lambda: plot.confusion(np.ones((2, 3))),
         "confusion got matrix of shape (2, 3), not (classes, 2)"),
        (lambda: plot.confusion(np.ones(3)),
         "confusion got matrix of shape (3,), not (classes, classes)"),
        (lambda: plot.confusion([[1]]), "confusion got matrix of type list, not an array"),
        (lambda: plot.confusion(np.array([[0.5, 0.5], [np.inf, 1.0]])),
         "confusion got matrix with 1 values that are no numbers (NaN or infinity), "
         "the first at (1, 0)"),
        (lambda: plot.weights(np.array([[1.0, np.nan]])),
         "weights got w with 1 values that are no numbers (NaN or infinity), the first at (0, 1)"),
        (lambda: plot.regression(nn.Identity(), column, column * np.nan),
         "regression got y with 4 values that are no numbers (NaN or infinity), "
         "the first at (0, 0)"),
        (lambda: plot.confusion(MATRIX, ["a", "b"]), "confusion got 2 class_names, not 3"),
        (lambda: plot.weights(nn.ReLU()), "weights got w of type ReLU, not an array"),
        (lambda: plot.weights("relu"), "weights got w of type str, not an array"),
        (lambda: plot.weights(np.ones(4)), "weights got w of shape (4,), not (inputs, outputs)"),
        (lambda: plot.weights(np.ones((8, 2))),
         "weights got pictures of 8 numbers, which do not fit shape (3, 3)"),
        (lambda: plot.weights(np.ones((8, 2)), shape=(2, 3)),
         "weights got pictures of 8 numbers, which do not fit shape (2, 3)"),
        (lambda: plot.weights(np.ones((4, 2)), columns=0),
         "weights got columns=0, not a whole number from 1 up"),
        (lambda: plot.regression(nn.Identity(), x2, column),
         "regression got x of shape (4, 2), not (n, 1)"),
        (lambda: plot.regression(nn.Identity(), column, np.ones(4)),
         "regression got y of shape (4,), not (4, 1)"),
        (lambda: plot.regression(nn.Linear(1, 2), column, column),
         "regression got output of the model of shape (400, 2), not (400, 1)"),
        (lambda: plot.regression(nn.Identity(), column[:0], column[:0]),
         "regression got no points"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_line_and_no_figure(draw, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        draw()
    assert str(caught.value) == message
    assert plt.get_fignums() == []


def test_labels_that_the_model_has_no_score_for_are_refused():
    with pytest.raises(ValueError, match=r"^decision_boundary got label.* 7, .* 0 to 6$"):
        plot.decision_boundary(nn.Linear(2, 7), x2, y2 + 6)
    with pytest.raises(ValueError, match="^activations got activation 'rleu', .*'relu'"):
        plot.activations("rleu")
