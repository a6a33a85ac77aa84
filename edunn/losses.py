"""How wrong predictions are: error layers, one number an example, and losses, one for the batch.

Error layers take (y_true, y), as edunn does; losses take (y, target), as PyTorch does.
"""

import numpy as np

from edunn.backend import device_of
from edunn.core import Module, requires_grad
from edunn.inputs import check_array, check_labels

FLOOR = 1e-12  # no probability is taken as smaller, so that its logarithm stays finite


class Loss(Module):
    """A module of (y, target), whose target, being what is right, gets no gradient."""

    order = "(y, target)"

    def inputs_of_dx(self, inputs):
        return inputs[:1]

    def __call__(self, *inputs):
        learned = self.inputs_of_dx(inputs)
        if any(map(requires_grad, inputs)) and not any(map(requires_grad, learned)):
            raise ValueError(f"{self} takes {self.order}; it got them the wrong way round")
        return super().__call__(*inputs)

    def check(self, y, target):
        """Refuse what is empty, no numbers, or not of one shape."""
        check_array(self, y, name="y")
        check_array(self, target, *y.shape, name="target")
        if y.size == 0:
            raise ValueError(f"{self} got an empty batch")

    def one_hot(self, y, labels):
        """(n, classes), True at the label of each row; labels that do not fit y are refused."""
        check_array(self, y, "n", "classes", name="y")
        n, classes = y.shape
        if n == 0:
            raise ValueError(f"{self} got an empty batch")
        check_array(self, labels, n, name="labels")
        hit = labels[:, None] == np.arange(classes, like=labels)
        on_cpu = device_of(labels) == "cpu"  # on a GPU, looking at values would make it wait
        if on_cpu and (labels.dtype.kind not in "iu" or np.count_nonzero(hit) < n):
            check_labels(self, labels, n, classes)
        return hit


class MSELoss(Loss):
    """loss = mean of (y - target)^2 over all numbers

    y, target: the same shape, any    loss: a number
    """

    def forward(self, y, target):
        self.check(y, target)
        self.cache = difference = y - target
        return np.mean(difference**2)

    def backward(self, dy):
        difference = self.cache
        return dy * (2 / difference.size) * difference, {}


class CrossEntropyLoss(Loss):
    """loss = mean over the n examples of -log softmax(y)[label]

    Softmax and logarithm in one, so that no score, however large, overflows.

    y: (n, classes), any real scores    labels: (n,), whole numbers from 0    loss: a number
    """

    def forward(self, y, labels):
        hit = self.one_hot(y, labels)
        shifted = y - y.max(axis=1, keepdims=True)  # the same softmax; exp cannot overflow
        e = np.exp(shifted)
        total = e.sum(axis=1, keepdims=True)
        self.cache = e / total, hit
        return (np.log(total).sum() - np.where(hit, shifted, 0).sum()) / len(y)

    def backward(self, dy):
        p, hit = self.cache
        return dy * (p - hit) / len(p), {}


class BCELoss(Loss):
    """loss = -mean of target log y + (1 - target) log(1 - y)

    y: probabilities, any shape    target: 0 or 1, the same shape    loss: a number
    """

    def forward(self, y, target):
        self.check(y, target)
        self.cache = y, target
        return -np.mean(
            target * np.log(np.maximum(y, FLOOR)) + (1 - target) * np.log(np.maximum(1 - y, FLOOR))
        )

    def backward(self, dy):
        y, target = self.cache
        slope = (1 - target) / np.maximum(1 - y, FLOOR) - target / np.maximum(y, FLOOR)
        return dy * slope / y.size, {}


class BCEWithLogitsLoss(Loss):
    """loss = BCELoss of sigmoid(y), in one, so that no score overflows

    y: scores, any shape    target: 0 or 1, the same shape    loss: a number
    """

    def forward(self, y, target):
        self.check(y, target)
        self.cache = y, target
        return np.mean(np.maximum(y, 0) - y * target + np.log1p(np.exp(-np.abs(y))))

    def backward(self, dy):
        y, target = self.cache
        return dy * (0.5 * (np.tanh(0.5 * y) + 1) - target) / y.size, {}


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

    y_true: 0 or 1, (n,) or (n, 1)    y: probabilities, the same shape    error: (n,)
    """

    def forward(self, y_true, y):
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
