"""Numbers that say how good predictions are.

Each is a function of (y, what is right), so it can be the `metric` of `fit`. There it is measured
batch by batch, and the history holds the mean: for `precision`, `recall`, `f1` and `r2` that is
near the number for all examples at once, but not the same.
"""

from typing import Any, Literal, TypeAlias

import numpy as np

from edunn.backend import Array
from edunn.inputs import as_array, check_array, check_indices, check_labels, check_sizes

__all__ = [
    "accuracy", "classification_summary", "classification_summary_onehot", "confusion_matrix", "f1",
    "mae", "mse", "precision", "r2", "recall", "regression_summary",
]  # fmt: skip

Average: TypeAlias = Literal["macro"] | None


def accuracy(y: Array, labels: Array) -> float:
    """The share of examples whose highest score is that of their label: from 0 to 1.

    y: (n, classes), scores or probabilities; or (n,), predicted labels
    labels: (n,), whole numbers from 0
    """
    y, labels = as_array("accuracy", y, "y"), as_array("accuracy", labels, "labels")
    if y.ndim != 1 or y.dtype.kind not in "iu":
        check_array("accuracy", y, "n", "classes", name="y")
    check_array("accuracy", labels, len(y), name="labels")
    if len(y) == 0:
        raise ValueError("accuracy got an empty batch")
    return float(np.mean((y if y.ndim == 1 else np.argmax(y, axis=1)) == labels))


def confusion_matrix(y: Array, labels: Array, classes: int | None = None) -> Array:
    """counts[i, j] = the number of examples with label i that are predicted as j

    y: (n, classes), scores; or (n,), predicted labels    labels: (n,), whole numbers from 0
    classes: how many there are; without it, as many as y has scores, or else the largest label + 1
    counts: (classes, classes), whole numbers; they add up to n

    Raises ValueError or TypeError on an empty batch, and on labels that are not from 0 to
    classes - 1.
    """
    return _count_pairs("confusion_matrix", y, labels, classes)


def precision(y: Array, labels: Array, average: Average = "macro") -> Any:
    """For each class: the share of the examples predicted as it that belong to it, from 0 to 1

    precision = hits / predicted: of a class never predicted, 0.

    y: (n, classes), scores; or (n,), predicted labels    labels: (n,), whole numbers from 0
    average: "macro" gives one float, the mean over the classes that occur, as a label or as a
        prediction; None gives an array (classes,), one number a class

    Raises what `confusion_matrix` does, and ValueError on another average.
    """
    hits, predicted, labelled = _count_hits("precision", y, labels, average)
    return _averaged(hits / np.maximum(predicted, 1), predicted + labelled, average)


def recall(y: Array, labels: Array, average: Average = "macro") -> Any:
    """For each class: the share of its examples that are predicted as it, from 0 to 1

    recall = hits / labelled: of a class without examples, 0. All else is as in `precision`.
    """
    hits, predicted, labelled = _count_hits("recall", y, labels, average)
    return _averaged(hits / np.maximum(labelled, 1), predicted + labelled, average)


def f1(y: Array, labels: Array, average: Average = "macro") -> Any:
    """For each class: the harmonic mean of its precision and recall, from 0 to 1

    f1 = 2 hits / (predicted + labelled): of a class that does not occur, or is never predicted, 0.
    All else is as in `precision`; "macro" is the mean of the classes' f1.
    """
    hits, predicted, labelled = _count_hits("f1", y, labels, average)
    return _averaged(2 * hits / np.maximum(predicted + labelled, 1), predicted + labelled, average)


def mse(y: Array, target: Array) -> float:
    """The mean of (y - target)^2 over all numbers: from 0, which is perfect, up.

    y, target: the same shape, any, with at least one number; else ValueError or TypeError
    """
    y, target = _compared("mse", y, target)
    return float(np.mean((y - target) ** 2))


def mae(y: Array, target: Array) -> float:
    """The mean of |y - target| over all numbers: from 0, which is perfect, up.

    y, target: the same shape, any, with at least one number; else ValueError or TypeError
    """
    y, target = _compared("mae", y, target)
    return float(np.mean(np.abs(y - target)))


def r2(y: Array, target: Array) -> float:
    """1 - sum of (y - target)^2 / sum of (target - mean of target)^2, over the n examples

    The share of the target's variance that y explains: 1 is perfect, 0 as good as always answering
    the mean, and it may be below 0. With several outputs, the mean over them. An output whose
    target does not vary, as in a batch of one, counts as 1 if y is exactly right, and else as 0.

    y, target: the same shape, (n,) or (n, outputs), with n > 0; else ValueError or TypeError
    """
    y, target = _compared("r2", y, target)
    if len(y.shape) not in (1, 2):
        raise ValueError(f"r2 got y of shape {tuple(y.shape)}, not (n, outputs) or (n,)")
    left = np.sum((y - target) ** 2, axis=0)
    target = target - target[:1]  # so that one which does not vary is exactly 0
    total = np.sum((target - np.mean(target, axis=0)) ** 2, axis=0)
    varies = total > 0
    explained = 1 - left / np.where(varies, total, 1)
    return float(np.mean(np.where(varies, explained, left == 0)))


# The original edunn's words: what is right comes first


def classification_summary(y_true: Array, y_pred: Array) -> None:
    """Print the accuracy and the confusion matrix, and for two classes precision, recall and f1 of
    class 1.

    y_true, y_pred: (n,), labels and predicted labels, whole numbers from 0
    """
    counts = _count_pairs("classification_summary", y_pred, y_true)
    print(f"Accuracy: {accuracy(y_pred, y_true)} ({len(counts)} classes)")
    if len(counts) == 2:
        print(f"Precision: {precision(y_pred, y_true, None)[1]}")
        print(f"Recall: {recall(y_pred, y_true, None)[1]}")
        print(f"F-score: {f1(y_pred, y_true, None)[1]}")
    print(f"Confusion matrix: (rows true, columns pred)\n{counts}")


def classification_summary_onehot(y_true: Array, y_pred: Array) -> None:
    """`classification_summary` of rows with a 1 at the label, and of probabilities.

    y_true, y_pred: (n, classes)
    """
    y_true, y_pred = _compared("classification_summary_onehot", y_pred, y_true)[::-1]
    check_array("classification_summary_onehot", y_true, "n", "classes", name="y_true")
    classification_summary(np.argmax(y_true, axis=1), np.argmax(y_pred, axis=1))


def regression_summary(y_true: Array, y_pred: Array) -> None:
    """Print the root of the mean squared error, and the mean absolute error.

    y_true, y_pred: the same shape
    """
    print(f"RMSE {mse(y_pred, y_true) ** 0.5}")
    print(f"MAE {mae(y_pred, y_true)}")


def _compared(who: object, y: Array, target: Array) -> tuple[Array, Array]:
    """Both as floats, after checking that they have one shape and are not empty."""
    y, target = as_array(who, y, "y"), as_array(who, target, "target")
    check_array(who, target, *y.shape, name="target")
    if y.size == 0:
        raise ValueError(f"{who} got an empty batch")
    return 1.0 * y, 1.0 * target  # whole numbers of 8 bits would wrap around below 0


def _count_pairs(who: object, y: Array, labels: Array, classes: int | None = None) -> Array:
    """The counts of `confusion_matrix`, with refusals in the name of `who`."""
    y, labels = as_array(who, y, "y"), as_array(who, labels, "labels")
    if len(y.shape) not in (1, 2):
        raise ValueError(f"{who} got y of shape {tuple(y.shape)}, not (n, classes) or (n,)")
    n, scores = len(y), len(y.shape) == 2
    check_array(who, labels, n, name="labels")
    if n == 0:
        raise ValueError(f"{who} got an empty batch")
    if classes is not None:
        check_sizes(who, classes=classes)
    if scores:
        check_array(who, y, "n", "classes", name="y")
    if scores and classes not in (None, y.shape[1]):
        raise ValueError(f"{who} got classes={classes}, but {y.shape[1]} scores an example")
    if scores:
        classes, y = y.shape[1], np.argmax(y, axis=1)
    elif classes is None:
        classes = 1 + max(0, *(int(np.max(a)) for a in (y, labels) if a.dtype.kind in "iu"))
    check_indices(who, y, classes, name="y")
    check_labels(who, labels, n, classes)
    pairs = labels.astype(np.int64) * classes + y.astype(np.int64)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def _count_hits(
    who: object, y: Array, labels: Array, average: object
) -> tuple[Array, Array, Array]:
    """For each class, how many examples are rightly predicted as it, how many are predicted as it,
    and how many it has."""
    if average not in ("macro", None):
        raise ValueError(f"{who} got average={average!r}, not 'macro' or None")
    counts = _count_pairs(who, y, labels)
    return np.diagonal(counts), np.sum(counts, axis=0), np.sum(counts, axis=1)


def _averaged(scores: Array, occurrences: Array, average: Average) -> Any:
    """The scores of all classes; for "macro", the mean over the classes that occur."""
    if average is None:
        return scores
    occurs = occurrences > 0
    return float(np.sum(scores * occurs) / np.sum(occurs))
