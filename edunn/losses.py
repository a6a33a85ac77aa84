"""How wrong predictions are: error layers, one number an example, and losses, one for the batch.

Error layers take (y_true, y), as edunn does; losses take (y, target), as PyTorch does.
"""

from inspect import signature

import numpy as np

from edunn.backend import default_dtype, device_of
from edunn.core import Module, Tensor, requires_grad
from edunn.inputs import (
    check_array,
    check_choice,
    check_labels,
    check_number,
    check_positive,
    check_whole,
)
from edunn.words import named

FLOOR = 1e-12  # no probability is taken as smaller, so that its logarithm stays finite


class Loss(Module):
    """A module of (y, target), whose target, being what is right, gets no gradient."""

    order = "(y, target)"

    def inputs_of_dx(self, inputs):
        return inputs[:1]

    def record(self, *inputs, **options):
        inputs = signature(self.forward).bind(*inputs, **options).args if options else inputs
        learned = self.inputs_of_dx(inputs)
        if sum(map(requires_grad, inputs)) > sum(map(requires_grad, learned)):
            if not any(map(requires_grad, learned)):
                raise ValueError(f"{self} takes {self.order}; it got them the wrong way round")
            raise ValueError(f"{self} got a target that takes a gradient: give it target.detach()")
        return super().record(*inputs)

    def check(self, y, target):
        """Refuse what is empty, no numbers, or not of one shape."""
        check_array(self, y, name="y")
        check_array(self, target, *y.shape, name="target")
        if y.size == 0:
            raise ValueError(f"{self} got an empty batch")

    def one_hot(self, y, labels):
        """(n, classes), True at the label of each row; labels that do not fit y are refused."""
        return self.hits(y, labels)[0]

    def hits(self, y, labels, ignored=None):
        """`one_hot`, but no row of the label `ignored` has a True; and how many have one, or None
        on a GPU, where to ask would make the program wait."""
        check_array(self, y, "n", "classes", name="y")
        n, classes = y.shape
        if n == 0:
            raise ValueError(f"{self} got an empty batch")
        check_array(self, labels, n, name="labels")
        hit = labels[:, None] == np.arange(classes, like=labels)
        if ignored is not None and ignored >= 0:
            hit = hit & (labels != ignored)[:, None]
        if device_of(labels) != "cpu":
            return hit, None
        count = np.count_nonzero(hit)
        if labels.dtype.kind not in "iu" or count < n:
            counted = labels if ignored is None else labels[labels != ignored]
            check_labels(self, counted, len(counted), classes)
        return hit, count


@named()
class _ReducedLoss(Loss):
    """A loss for each number or each example, of which a reduction gives what is handed on.

    reduction: "mean", "sum", or "none" for all the losses, in their shape
    """

    def __init__(self, reduction="mean"):
        check_choice(type(self).__name__, reduction, ("mean", "sum", "none"), "reduction")
        self.reduction = reduction

    def reduce(self, losses, count=None):
        """count: what the mean divides by, where that is not the number of losses."""
        if self.reduction == "none":
            return losses
        total = losses.sum()
        count = losses.size if count is None else count
        return total if self.reduction == "sum" else total / count

    def share(self, dy, count):
        """The derivative of the final number with respect to each of the losses."""
        return dy / count if self.reduction == "mean" else dy

    def keep_weight(self, name, weight):
        """Keep weights that are not learned as an array, which moves with the loss; None: no
        weights."""
        if weight is not None:
            weight = np.asarray(weight.data if isinstance(weight, Tensor) else weight)
            check_array(type(self).__name__, weight, name=name)
            weight = weight.astype(default_dtype())
            self.buffers = (*self.buffers, name)
        setattr(self, name, weight)


class _DifferenceLoss(_ReducedLoss):
    """A loss of y - target alone, so that a target that takes a gradient can get its own: the loss
    is called with y - target, which is on the tape, and 0.

    y, target: the same shape, any    loss: a number, or of that shape with reduction="none"
    """

    def record(self, y, target):
        if requires_grad(y) and requires_grad(target):
            self.check(y, target)
            y, target = y - target, np.zeros_like(target.data)
        return super().record(y, target)


class MSELoss(_DifferenceLoss):
    """loss = mean of (y - target)^2 over all numbers

    y, target: the same shape, any    loss: a number, or that shape with reduction="none"
    """

    def forward(self, y, target):
        self.check(y, target)
        self.cache = difference = y - target
        return self.reduce(difference**2)

    def backward(self, dy):
        difference = self.cache
        return self.share(dy, difference.size) * 2 * difference, {}


class L1Loss(_DifferenceLoss):
    """loss = mean of |y - target| over all numbers; at 0 the slope is taken as 0

    y, target: the same shape, any    loss: a number, or that shape with reduction="none"
    """

    def forward(self, y, target):
        self.check(y, target)
        self.cache = difference = y - target
        return self.reduce(np.abs(difference))

    def backward(self, dy):
        difference = self.cache
        return self.share(dy, difference.size) * np.sign(difference), {}


@named()
class HuberLoss(_DifferenceLoss):
    """loss = mean of d^2 / 2 where |d| < delta, else delta (|d| - delta / 2), with d = y - target

    A parabola that goes on as a line, for data with outliers (Huber 1964).

    y, target: the same shape, any    loss: a number, or that shape with reduction="none"
    """

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction)
        check_positive(type(self).__name__, delta=delta)
        self.delta = delta

    def forward(self, y, target):
        self.check(y, target)
        self.cache = d = y - target
        size, delta = np.abs(d), self.delta
        return self.reduce(np.where(size < delta, d * d / 2, delta * (size - delta / 2)))

    def backward(self, dy):
        d = self.cache  # the slope is d, cut off at delta
        return self.share(dy, d.size) * np.clip(d, -self.delta, self.delta), {}


@named()
class SmoothL1Loss(HuberLoss):
    """loss = HuberLoss / beta, with delta = beta: far out, a line of slope 1 (Girshick 2015)

    y, target: the same shape, any    loss: a number, or that shape with reduction="none"
    """

    def __init__(self, reduction="mean", beta=1.0):
        check_positive("SmoothL1Loss", beta=beta)
        super().__init__(reduction, beta)

    def forward(self, y, target):
        return super().forward(y, target) / self.delta

    def backward(self, dy):
        return super().backward(dy / self.delta)


@named()
class _LabelLoss(_ReducedLoss):
    """A loss of scores and labels, one for each example; weight, ignore_index: see NLLLoss."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__(reduction)
        check_number(type(self).__name__, ignore_index=ignore_index)
        check_whole(type(self).__name__, ignore_index=abs(ignore_index))
        self.keep_weight("weight", weight)
        self.ignore_index = ignore_index

    def reduce(self, losses, count):
        """losses: (n, classes) or (n, 1); those of a row belong to one example."""
        return losses.sum(axis=1) if self.reduction == "none" else super().reduce(losses, count)

    def share(self, dy, count):
        return dy[:, None] if self.reduction == "none" else super().share(dy, count)

    def weights(self, y, labels):
        """aim: (n, classes), how much each example counts, at its label; those of each row added
        up; and the sum of all, by which a mean divides. For plain labels: True, None and n."""
        aim, hits = self.hits(y, labels, self.ignore_index)
        if self.weight is None and hits == len(y):
            return aim, None, len(y)
        aim = aim.astype(y.dtype)
        if self.weight is not None:
            check_array(self, self.weight, y.shape[1], name="weight")
            aim = aim * self.weight
        rows = aim.sum(axis=1, keepdims=True)
        count = rows.sum()
        if self.reduction == "mean" and hits is not None and count == 0:
            raise ValueError(f"{self} got labels that are all ignored, or of weight 0: no mean")
        return aim, rows, count


@named()
class CrossEntropyLoss(_LabelLoss):
    """loss = mean over the n examples of -log softmax(y)[label]

    Softmax and logarithm in one, so that no score, however large, overflows.

    y: (n, classes), any real scores    labels: (n,), whole numbers from 0    loss: a number
    label_smoothing: s, to aim at (1 - s) for the label and s / classes more for every class
    weight: (classes,)    ignore_index: a label that does not count: see NLLLoss
    """

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__(weight, ignore_index, reduction)
        check_number(type(self).__name__, label_smoothing=label_smoothing)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"CrossEntropyLoss got label_smoothing={label_smoothing}, not 0 to 1")
        self.label_smoothing = label_smoothing

    def forward(self, y, labels):
        aim, rows, count = self.weights(y, labels)
        if self.label_smoothing:
            aim, rows = self.smooth(aim, labels, y.dtype)
        shifted = y - y.max(axis=1, keepdims=True)  # the same softmax; exp cannot overflow
        e = np.exp(shifted)
        total = e.sum(axis=1, keepdims=True)
        self.cache = e / total, aim, rows, count
        losses, at_aim = np.log(total), np.where(aim, shifted, 0)
        if rows is not None:
            losses, at_aim = rows * losses, aim * at_aim
        return self.reduce(losses - at_aim.sum(axis=1, keepdims=True), count)

    def backward(self, dy):
        p, aim, rows, count = self.cache
        return self.share(dy, count) * ((p if rows is None else rows * p) - aim), {}

    def smooth(self, aim, labels, dtype):
        """A part of the aim spread over all classes; and the new sums of the rows."""
        share = self.label_smoothing
        counted = (labels != self.ignore_index).astype(dtype)[:, None] * (share / aim.shape[1])
        aim = (1 - share) * aim + counted * (1 if self.weight is None else self.weight)
        return aim, aim.sum(axis=1, keepdims=True)


class NLLLoss(_LabelLoss):
    """loss = mean over the n examples of -y[label]; of log probabilities, it is the cross entropy

    y: (n, classes), logarithms of probabilities    labels: (n,)    loss: a number
    weight: (classes,), how much each counts; the mean divides by the sum of those of the labels
    ignore_index: the label of examples that do not count
    """

    def forward(self, y, labels):
        self.cache = aim, _, count = self.weights(y, labels)
        return -self.reduce(aim * np.where(aim, y, 0), count)

    def backward(self, dy):
        aim, _, count = self.cache
        return -self.share(dy, count) * aim, {}


@named()
class BCELoss(_ReducedLoss):
    """loss = -mean of target log y + (1 - target) log(1 - y)

    y: probabilities, any shape    target: 0 or 1, the same shape    loss: a number
    weight: by which each loss is multiplied, of a shape that broadcasts to that of y
    """

    def __init__(self, weight=None, reduction="mean"):
        super().__init__(reduction)
        self.keep_weight("weight", weight)

    def forward(self, y, target):
        self.check(y, target)
        self.cache = y, target
        log_y, log_rest = np.log(np.maximum(y, FLOOR)), np.log(np.maximum(1 - y, FLOOR))
        return self.reduce(-self.times_weight(target * log_y + (1 - target) * log_rest))

    def backward(self, dy):
        y, target = self.cache
        slope = (1 - target) / np.maximum(1 - y, FLOOR) - target / np.maximum(y, FLOOR)
        return self.share(dy, y.size) * self.times_weight(slope), {}

    def times_weight(self, values):
        """Values of the shape of y, each times its weight, where there are weights."""
        if self.weight is None:
            return values
        self.check_fits("weight", values.shape)
        return values * self.weight

    def check_fits(self, name, shape):
        """Refuse weights whose shape does not broadcast to that of y."""
        weight = getattr(self, name)
        fits = all(size in (1, want) for size, want in zip(weight.shape[::-1], shape[::-1]))
        if not fits or weight.ndim > len(shape):
            raise ValueError(f"{self} got {name} of shape {weight.shape}, for y of shape {shape}")


@named()
class BCEWithLogitsLoss(BCELoss):
    """loss = BCELoss of sigmoid(y), in one, so that no score overflows

    y: scores, any shape    target: 0 or 1, the same shape    loss: a number
    pos_weight: how much a target of 1 counts, of a shape that broadcasts to that of y
    """

    def __init__(self, weight=None, reduction="mean", pos_weight=None):
        super().__init__(weight, reduction)
        self.keep_weight("pos_weight", pos_weight)

    def forward(self, y, target):
        self.check(y, target)
        positive = target
        if self.pos_weight is not None:
            self.check_fits("pos_weight", y.shape)
            positive = target * self.pos_weight
        self.cache = y, target, positive
        rest = np.log1p(np.exp(-np.abs(y)))  # -log sigmoid(|y|)
        loss = (1 - target) * (np.maximum(y, 0) + rest) + positive * (np.maximum(-y, 0) + rest)
        return self.reduce(self.times_weight(loss))

    def backward(self, dy):
        y, target, positive = self.cache
        p = 0.5 * (np.tanh(0.5 * y) + 1)
        slope = (1 - target) * p - positive * (1 - p)
        return self.share(dy, y.size) * self.times_weight(slope), {}


class ErrorLayer(Loss):
    """A module of (y_true, y) that gives one number for each example: (n,)."""

    order = "(y_true, y)"

    def inputs_of_dx(self, inputs):
        return inputs[1:]


class SquaredError(ErrorLayer):
    """error_i = sum over j of (y_ij - y_true_ij)^2

    y_true, y: (n, outputs)    error: (n,)
    """

    def forward(self, y_true, y):
        self.check(y, y_true)
        self.cache = difference = y - y_true
        return np.sum(difference**2, axis=tuple(range(1, y.ndim)))

    def backward(self, dy):
        difference = self.cache
        return 2 * difference * np.reshape(dy, (-1,) + (1,) * (difference.ndim - 1)), {}


class CrossEntropyWithLabels(ErrorLayer):
    """error_i = -log y[i, label_i]

    labels: (n,), whole numbers from 0    y: (n, classes), probabilities    error: (n,)
    """

    def forward(self, labels, y):
        if np.ndim(labels) == 2 and np.shape(labels)[1] == 1:
            labels = labels[:, 0]
        if np.ndim(y) < np.ndim(labels):
            raise ValueError(f"{self} takes {self.order}; it got them the wrong way round")
        hit = self.one_hot(y, labels)
        p = np.maximum(np.sum(np.where(hit, y, 0), axis=1), FLOOR)
        self.cache = hit, p
        return -np.log(p)

    def backward(self, dy):
        hit, p = self.cache
        return np.where(hit, -(dy / p)[:, None], 0), {}


class BinaryCrossEntropy(ErrorLayer):
    """error_i = -(y_true_i log y_i + (1 - y_true_i) log(1 - y_i))

    y_true: 0 or 1, (n,) or (n, 1)    y: probabilities, (n,) or (n, 1)    error: (n,)
    """

    def forward(self, y_true, y):
        check_array(self, y_true, name="y_true")
        if {y_true.shape, np.shape(y)} == {y_true.shape[:1], (*y_true.shape[:1], 1)}:
            y_true = np.reshape(y_true, y.shape)  # (n,) against (n, 1)
        self.check(y, y_true)
        self.cache = y_true, y
        error = -(
            y_true * np.log(np.maximum(y, FLOOR)) + (1 - y_true) * np.log(np.maximum(1 - y, FLOOR))
        )
        return np.sum(error, axis=tuple(range(1, y.ndim)))

    def backward(self, dy):
        y_true, y = self.cache
        dy = np.reshape(dy, (-1,) + (1,) * (y.ndim - 1))
        slope = (1 - y_true) / np.maximum(1 - y, FLOOR) - y_true / np.maximum(y, FLOOR)
        return dy * slope, {}


@named(sample_error="error")
class MeanError(ErrorLayer):
    """loss = the mean over the n examples of an error layer: MeanError(SquaredError())

    y_true, y: as the error layer takes them    loss: a number
    """

    def __init__(self, error):
        self.error = error

    def forward(self, y_true, y):
        errors = self.error.forward(y_true, y)
        self.cache = self.error.cache, errors
        return np.mean(errors)

    def backward(self, dy):
        cache, errors = self.cache
        dx, _ = self.error.backward_from(cache, dy / len(errors) * np.ones_like(errors))
        return dx, {}
