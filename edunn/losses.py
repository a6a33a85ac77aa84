"""Modules whose output is one number: how wrong the predictions are, on average over a batch."""

import numpy as np

from edunn.backend import device_of
from edunn.core import Module
from edunn.inputs import check_array, check_labels


class Loss(Module):
    """A module of (y, target) whose target, being what is right, gets no gradient."""


class MSELoss(Loss):
    """loss = mean of (y - target)^2 over all numbers

    y, target: the same shape, any    loss: a number
    """

    def forward(self, y, target):
        check_array("MSELoss", y, name="y")
        check_array("MSELoss", target, *y.shape, name="target")
        if y.size == 0:
            raise ValueError("MSELoss got an empty batch")
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
        check_array("CrossEntropyLoss", y, "n", "classes", name="y")
        n, classes = y.shape
        if n == 0:
            raise ValueError("CrossEntropyLoss got an empty batch")
        if device_of(labels) == "cpu":  # on a GPU, looking at values would make it wait
            check_labels("CrossEntropyLoss", labels, n, classes)
        hit = labels[:, None] == np.arange(classes, like=labels)  # (n, classes): one True a row
        shifted = y - np.max(y, axis=1, keepdims=True)  # the same softmax; exp cannot overflow
        e = np.exp(shifted)
        total = np.sum(e, axis=1, keepdims=True)
        self.cache = e / total, hit
        return np.mean(np.log(total)) - np.sum(np.where(hit, shifted, 0)) / n

    def backward(self, dy):
        p, hit = self.cache
        return dy * (p - hit) / len(p), {}
