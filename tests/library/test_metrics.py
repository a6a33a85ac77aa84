"""Metrics give the numbers of their formulas, and of scikit-learn."""

import numpy as np
import pytest

import edunn as nn
from edunn.metrics import accuracy, confusion_matrix, f1, mae, mse, precision, r2, recall

LABELS = np.array([0, 1, 2, 2, 1, 0, 3, 2, 2, 1, 0, 0, 3, 1, 2, 2, 0, 1, 2, 3])
GUESS = np.array([0, 1, 2, 1, 1, 0, 2, 2, 0, 1, 2, 0, 2, 1, 2, 2, 0, 0, 2, 1])
TARGET = np.array([[3.0, 0.5], [-0.5, -1.0], [2.0, 3.0], [7.0, 1.0]])
Y = np.array([[2.5, 0.1], [0.0, -1.2], [2.1, 3.3], [7.8, 0.4]])

SKLEARN = {  # class 3 is never predicted
    precision: ([2 / 3, 2 / 3, 0.625, 0.0], 0.4895833333333333),
    recall: ([0.8, 0.8, 0.7142857142857143, 0.0], 0.5785714285714286),
    f1: ([0.7272727272727273, 0.7272727272727273, 0.6666666666666666, 0.0], 0.5303030303030303),
}
SKLEARN_GAPS = {  # class 1 neither occurs nor is predicted, and 4 is only predicted
    precision: ([0.5, 0.0, 1.0, 0.0, 0.0], 0.38888888888888884),
    recall: ([0.5, 0.0, 2 / 3, 0.0, 0.0], 0.38888888888888884),
    f1: ([0.5, 0.0, 0.8, 0.0, 0.0], 0.43333333333333335),
}
CLASSIFICATION = [confusion_matrix, precision, recall, f1]
REGRESSION = [mse, mae, r2]


def scores_of(guess, classes):
    """Scores, some below zero, of which that of the guess is the highest."""
    noise = np.random.default_rng(0).normal(size=(len(guess), classes))
    noise[np.arange(len(guess)), guess] = noise.max(axis=1) + 0.1
    return noise


def test_the_confusion_matrix_has_a_row_for_each_label():
    counts = confusion_matrix(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0]))
    assert counts.tolist() == [[1, 0, 1], [1, 1, 0], [0, 0, 1]]
    expected = [[4, 0, 1, 0], [1, 4, 0, 0], [1, 1, 5, 0], [0, 1, 2, 0]]
    assert confusion_matrix(GUESS, LABELS).tolist() == expected
    assert confusion_matrix(scores_of(GUESS, 4), LABELS).tolist() == expected


def test_the_confusion_matrix_is_as_large_as_asked():
    y, labels = np.array([0, 2]), np.array([0, 1])
    assert confusion_matrix(y, labels).tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert confusion_matrix(y, labels, classes=5).shape == (5, 5)
    assert confusion_matrix(scores_of(y, 6), labels).shape == (6, 6)


def test_small_whole_numbers_do_not_wrap_around():
    many = np.arange(200, dtype=np.uint8)
    np.testing.assert_array_equal(confusion_matrix(many, many), np.eye(200))
    black, white = np.zeros(2, dtype=np.uint8), np.full(2, 255, dtype=np.uint8)
    assert mae(black, white) == mae(white, black) == 255
    assert mse(black, white) == 255**2
    steps = np.array([2, 1, 0], dtype=np.uint8)
    assert r2(steps, steps[::-1]) == pytest.approx(-3)  # 1 - (4 + 0 + 4) / (1 + 0 + 1)


@pytest.mark.parametrize("metric", SKLEARN, ids=lambda metric: metric.__name__)
def test_each_class_and_their_mean_are_as_in_scikit_learn(metric):
    each, mean = SKLEARN[metric]
    for y in (GUESS, scores_of(GUESS, 4)):
        np.testing.assert_allclose(metric(y, LABELS, average=None), each, rtol=1e-12)
        assert metric(y, LABELS) == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("metric", SKLEARN_GAPS, ids=lambda metric: metric.__name__)
def test_the_mean_leaves_out_classes_that_do_not_occur(metric):
    each, _ = SKLEARN_GAPS[metric]
    y, labels = np.array([0, 4, 2, 0, 2]), np.array([0, 0, 2, 2, 2])
    np.testing.assert_allclose(metric(y, labels, average=None), each, rtol=1e-12)
    assert metric(y, labels) == pytest.approx(sum(each) / 3, rel=1e-12)
    assert metric(scores_of(y, 9), labels) == pytest.approx(sum(each) / 3, rel=1e-12)


@pytest.mark.parametrize("metric", SKLEARN, ids=lambda metric: metric.__name__)
def test_perfect_and_all_wrong(metric):
    assert metric(LABELS, LABELS) == 1
    assert metric((LABELS + 1) % 4, LABELS) == 0
    assert metric(scores_of(np.array([2]), 5), np.array([2])) == 1  # a batch of one
    assert metric(scores_of(np.array([2]), 5), np.array([3])) == 0
    assert type(metric(GUESS, LABELS)) is float


def test_errors_of_regression_by_hand():
    y, target = np.array([1.0, 2.0, 6.0]), np.array([1.0, 4.0, 4.0])
    assert mse(y, target) == pytest.approx(8 / 3)  # (0 + 4 + 4) / 3
    assert mae(y, target) == pytest.approx(4 / 3)
    assert r2(y, target) == pytest.approx(1 - 8 / 6)  # the target's mean is 3
    assert all(type(metric(y, target)) is float for metric in REGRESSION)


def test_errors_of_regression_are_as_in_scikit_learn():
    assert mse(Y, TARGET) == pytest.approx(0.22499999999999995, rel=1e-12)
    assert mae(Y, TARGET) == pytest.approx(0.42499999999999993, rel=1e-12)
    assert r2(Y, TARGET) == pytest.approx(0.9406051293786881, rel=1e-12)
    assert r2(Y[:, 0], TARGET[:, 0]) == pytest.approx(0.9605995717344754, rel=1e-12)


def test_perfect_regression_and_the_mean():
    assert (mse(TARGET, TARGET), mae(TARGET, TARGET), r2(TARGET, TARGET)) == (0, 0, 1)
    assert r2(np.broadcast_to(TARGET.mean(axis=0), (4, 2)), TARGET) == pytest.approx(0)


def test_r2_of_a_target_that_does_not_vary():
    constant = np.full((3, 1), 0.1)  # whose mean, in floating point, is not quite 0.1
    assert r2(constant, constant) == 1
    assert r2(constant + 1, constant) == 0
    assert (r2(Y[:1], Y[:1]), r2(Y[:1], TARGET[:1])) == (1, 0)
    half = np.concatenate([constant, [[1.0], [2.0], [3.0]]], axis=1)
    assert r2(half + [[1.0, 0.0]], half) == 0.5


def test_nothing_passed_in_is_changed():
    y, labels, target = scores_of(GUESS, 4), LABELS.copy(), TARGET.copy()
    for metric in CLASSIFICATION:
        metric(y, labels)
    for metric in REGRESSION:
        metric(Y.copy(), target)
    np.testing.assert_array_equal(y, scores_of(GUESS, 4))
    np.testing.assert_array_equal(labels, LABELS)
    np.testing.assert_array_equal(target, TARGET)


def test_a_gpu_gives_what_the_cpu_gives(gpu):
    labels = nn.to(LABELS, gpu)
    for y in (GUESS, scores_of(GUESS, 4)):
        moved = nn.to(y, gpu)
        counts = confusion_matrix(moved, labels)
        assert nn.device_of(counts) == "cuda:0"
        np.testing.assert_array_equal(nn.to(counts, "cpu"), confusion_matrix(y, LABELS))
        for metric, (each, mean) in SKLEARN.items():
            assert metric(moved, labels) == pytest.approx(mean)
            np.testing.assert_allclose(nn.to(metric(moved, labels, None), "cpu"), each)
    for metric in REGRESSION:
        on_gpu = metric(nn.to(Y, gpu), nn.to(TARGET, gpu))
        assert type(on_gpu) is float
        assert on_gpu == pytest.approx(metric(Y, TARGET))


@pytest.mark.parametrize("metric", [accuracy, precision, recall, f1])
def test_fit_measures_classification(metric):
    """25 examples in batches of 8: the last batch has one."""
    x = np.eye(4, dtype=np.float32)[np.arange(25) % 4]
    model = nn.Sequential(nn.Linear(4, 4, nn.initializers.Constant(np.eye(4))))
    optimizer = nn.SGD(model.parameters(), lr=1e-9)
    history = nn.fit(
        model, x, np.arange(25) % 4, nn.CrossEntropyLoss(), optimizer, 1, 8,
        validation=(x, np.arange(25) % 4), metric=metric, progress=False,
    )  # fmt: skip
    assert history[metric.__name__] == history[f"validation_{metric.__name__}"] == [1.0]


@pytest.mark.parametrize(("metric", "expected"), [(mse, 4.0), (mae, 2.0), (r2, 0.0)])
def test_fit_measures_regression(metric, expected):
    """Each answer is 2 too high; r2 = 1 - 4 * 2^2 / (4 * 2^2)."""
    x = np.array([[-2.0], [2.0], [-2.0], [2.0]], dtype=np.float32)
    model = nn.Sequential(nn.Bias(1, nn.initializers.Constant(2.0)))
    optimizer = nn.SGD(model.parameters(), lr=1e-9)
    history = nn.fit(model, x, x, nn.MSELoss(), optimizer, 1, 4, metric=metric, progress=False)
    assert history[metric.__name__] == [pytest.approx(expected, abs=1e-6)]


ones = np.ones((4, 3))
labels = np.array([0, 1, 2, 1])


@pytest.mark.parametrize("metric", CLASSIFICATION, ids=lambda metric: metric.__name__)
@pytest.mark.parametrize(
    ("y", "wrong_labels", "message"),
    [
        (ones, labels[:2], "NAME got labels of shape (2,), not (4,)"),
        (labels, labels[:2], "NAME got labels of shape (2,), not (4,)"),
        (ones[:0], labels[:0], "NAME got an empty batch"),
        (labels[:0], labels[:0], "NAME got an empty batch"),
        (np.ones((4, 3, 2)), labels, "NAME got y of shape (4, 3, 2), not (n, classes) or (n,)"),
        (np.array(1), labels, "NAME got y of shape (), not (n, classes) or (n,)"),
        ([0, 1, 2, 1], labels, "NAME got y of type list, not an array"),
        (ones, [0, 1, 2, 1], "NAME got labels of type list, not an array"),
        (ones, labels * 1.0, "NAME got labels of dtype float64, not whole numbers"),
        (labels, labels * np.nan, "NAME got labels of dtype float64, not whole numbers"),
        (labels * 1.0, labels, "NAME got y of dtype float64, not whole numbers"),
    ],
)
def test_bad_input_gets_one_line(metric, y, wrong_labels, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        metric(y, wrong_labels)
    assert str(caught.value) == message.replace("NAME", metric.__name__)


@pytest.mark.parametrize("metric", CLASSIFICATION, ids=lambda metric: metric.__name__)
@pytest.mark.parametrize(
    ("y", "wrong_labels", "message"),
    [
        (ones, labels + 1, r"^NAME got label.* 3, .* 0 to 2$"),
        (ones, labels - 1, r"^NAME got label.* -1, .* 0 to 2$"),
        (labels, labels - 1, r"^NAME got label.* -1, .* 0 to 2$"),
        (labels - 1, labels, r"^NAME got y .*-1, .* 0 to 2$"),
        (labels - 9, labels - 9, r"^NAME got y .*-9, .* 0 to 0$"),
    ],
)
def test_labels_out_of_range_are_refused(metric, y, wrong_labels, message):
    with pytest.raises(ValueError, match=message.replace("NAME", metric.__name__)):
        metric(y, wrong_labels)


@pytest.mark.parametrize("metric", REGRESSION, ids=lambda metric: metric.__name__)
@pytest.mark.parametrize(
    ("y", "target", "message"),
    [
        (ones[:, :1], np.ones(4), "NAME got target of shape (4,), not (4, 1)"),
        (ones, ones[:2], "NAME got target of shape (2, 3), not (4, 3)"),
        (ones[:0], ones[:0], "NAME got an empty batch"),
        ([1.0, 2.0], np.ones(2), "NAME got y of type list, not an array"),
        (np.ones(2), [1.0, 2.0], "NAME got target of type list, not an array"),
        (np.array(["a"]), np.ones(1), "NAME got y of dtype <U1, not numbers"),
    ],
)
def test_bad_input_to_regression_gets_one_line(metric, y, target, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        metric(y, target)
    assert str(caught.value) == message.replace("NAME", metric.__name__)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: f1(ones, labels, "micro"), "f1 got average='micro', not 'macro' or None"),
        (lambda: recall(ones, labels, average=0), "recall got average=0, not 'macro' or None"),
        (lambda: confusion_matrix(ones, labels, classes=4),
         "confusion_matrix got classes=4, but 3 scores an example"),
        (lambda: confusion_matrix(labels, labels, classes=0),
         "confusion_matrix got classes=0, not a whole number from 1 up"),
        (lambda: r2(np.array(1.0), np.array(1.0)),
         "r2 got y of shape (), not (n, outputs) or (n,)"),
        (lambda: r2(np.ones((2, 2, 2)), np.ones((2, 2, 2))),
         "r2 got y of shape (2, 2, 2), not (n, outputs) or (n,)"),
    ],
)  # fmt: skip
def test_bad_options_get_one_line(action, message):
    with pytest.raises(ValueError, match="got") as caught:
        action()
    assert str(caught.value) == message


def test_predictions_above_the_classes_are_refused():
    with pytest.raises(ValueError, match=r"^confusion_matrix got y .*2, .* 0 to 1$"):
        confusion_matrix(labels, labels % 2, classes=2)
