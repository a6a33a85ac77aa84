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

    def places(self, y, labels, ignored=None):
        """Where in y the labels stand, (rows, labels), so that y[places] are their numbers; and
        which of them count, (n,), or None for all. Labels that do not fit y are refused, but for
        those of a GPU, where to look would make the program wait."""
        check_array(self, y, "n", "classes", name="y")
        n, classes = y.shape
        if n == 0:
            raise ValueError(f"{self} got an empty batch")
        check_array(self, labels, n, name="labels")
        rows, on_cpu = np.arange(n, like=labels), device_of(labels) == "cpu"
        whole = on_cpu and labels.dtype.kind in "iu"
        fit = whole and labels.astype("u8").max() < classes  # without a sign, -1 is large
        if ignored is None or (fit and not 0 <= ignored < classes):
            if on_cpu and not fit:
                check_labels(self, labels, n, classes)
            return (rows, labels), None
        counted = labels != ignored
        if on_cpu:
            check_labels(self, labels[counted], np.count_nonzero(counted), classes)
        return (rows, np.where(counted, labels, 0)), counted


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

    def weights(self, y, labels):
        """The places of the labels in y; how much each example counts, (n,), or None for 1; and the
        sum of that, by which a mean divides."""
        places, counted = self.places(y, labels, self.ignore_index)
        if self.weight is None and counted is None:
            return places, None, len(y)
        counts = np.ones_like(y, shape=len(y)) if counted is None else counted.astype(y.dtype)
        if self.weight is not None:
            check_array(self, self.weight, y.shape[1], name="weight")
            counts = counts * self.weight[places[1]]
        count = counts.sum()
        if self.reduction == "mean" and device_of(counts) == "cpu" and count == 0:
            raise ValueError(f"{self} got labels that are all ignored, or of weight 0: no mean")
        return places, counts, count


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
        places, counts, count = self.weights(y, labels)
        shifted = y - y.max(axis=1, keepdims=True)  # the same softmax; exp cannot overflow
        p = np.exp(shifted)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        log_total = np.log(total[:, 0])
        row, column = places  # as one index, into the rows of y as one
        at_label = row * y.shape[1] + column.astype(np.intp, copy=False)
        losses = log_total - shifted.ravel()[at_label]  # -log p at the label
        slope = p  # of the losses, but for what is at the labels
        if counts is not None:
            slope, losses = counts[:, None] * p, _times(counts, losses)
        counts = 1 if counts is None else counts
        if self.label_smoothing:
            keep, spread = 1 - self.label_smoothing, self.spread(labels, y)
            rows = spread.sum(axis=1)
            losses = keep * losses + rows * log_total - _times(spread, shifted).sum(axis=1)
            slope, counts = keep * slope + rows[:, None] * p - spread, keep * counts
        slope = slope.ravel()
        slope[at_label] -= counts
        self.cache = slope.reshape(y.shape), count
        return self.reduce(losses, count)

    def backward(self, dy):
        slope, count = self.cache  # (n, classes)
        share = self.share(dy, count)  # a number, or one for each example
        return (share * slope.T).T, {}

    def spread(self, labels, y):
        """(n, classes), how much of the aim label smoothing gives to every class."""
        counted = (labels != self.ignore_index)[:, None] * np.ones_like(y)
        weight = 1 if self.weight is None else self.weight
        return counted * (self.label_smoothing / y.shape[1]) * weight


class NLLLoss(_LabelLoss):
    """loss = mean over the n examples of -y[label]; of log probabilities, it is the cross entropy

    y: (n, classes), logarithms of probabilities    labels: (n,)    loss: a number
    weight: (classes,), how much each counts; the mean divides by the sum of those of the labels
    ignore_index: the label of examples that do not count
    """

    def forward(self, y, labels):
        places, counts, count = self.weights(y, labels)
        self.cache = y, places, 1 if counts is None else counts, count
        losses = -y[places]
        return self.reduce(losses if counts is None else _times(counts, losses), count)

    def backward(self, dy):
        y, places, counts, count = self.cache
        dx = np.zeros_like(y, dtype=np.result_type(y.dtype, dy))
        dx[places] = -self.share(dy, count) * counts
        return dx, {}


def _times(counts, losses):
    """counts * losses, and 0 where counts is 0, even of an infinite loss"""
    return counts * np.where(counts, losses, 0)


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
        places, _ = self.places(y, labels)
        hit = np.zeros_like(y, dtype=bool)
        hit[places] = True
        p = np.maximum(y[places], FLOOR)
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
