"""Error layers and losses: E and C."""

import numpy as np

import edunn as nn
from edunn.losses import FLOOR, ErrorLayer, Loss

from .base import Mistake, mistakes


class SquaredError(ErrorLayer):
    def forward(self, t, y):
        self.cache = t, y
        return ((y - t) ** 2).sum(axis=1)

    def backward(self, dE):
        t, y = self.cache
        return 2 * (y - t) * dE[:, None], {}


class E01(SquaredError):
    def backward(self, dE):
        t, y = self.cache
        return (y - t) * dE[:, None], {}


class E02(SquaredError):
    def backward(self, dE):
        t, y = self.cache
        return 2 * (t - y) * dE[:, None], {}


class E03(SquaredError):
    def backward(self, dE):
        t, y = self.cache
        return 2 * (y - t), {}


class E04(SquaredError):
    def backward(self, dE):
        t, y = self.cache
        return 2 * (y - t) * dE[:, None] / len(y), {}


class E05(SquaredError):
    def forward(self, t, y):
        self.cache = t, y
        return ((y - t) ** 2).mean(axis=1)


class ColumnOfSquaredErrors(ErrorLayer):
    """The convention of the catalogue for E06: errors of shape (n, 1)."""

    def forward(self, t, y):
        self.cache = t, y
        return ((y - t) ** 2).sum(axis=1, keepdims=True)

    def backward(self, dE):
        t, y = self.cache
        return 2 * (y - t) * dE.reshape(-1, 1), {}


class E06(ColumnOfSquaredErrors):
    def forward(self, t, y):
        self.cache = t, y
        return ((y - t) ** 2).sum(axis=1)


class MeanError(ErrorLayer):
    def __init__(self):
        self.error = nn.SquaredError()

    def forward(self, t, y):
        E = self.error.forward(t, y)
        self.cache = self.error.cache, len(E)
        return E.mean()

    def backward(self, dy):
        self.error.cache, n = self.cache
        return self.error.backward(np.full(n, dy / n))


class E08(MeanError):
    def backward(self, dy):
        self.error.cache, n = self.cache
        return self.error.backward(np.full(n, dy))


class CrossEntropy(ErrorLayer):
    """t: labels    y: probabilities"""

    def forward(self, t, y):
        self.cache = t, y
        return -np.log(np.maximum(y[np.arange(len(y)), t], FLOOR))

    def backward(self, dE):
        t, y = self.cache
        i = np.arange(len(y))
        dy = np.zeros_like(y)
        dy[i, t] = -dE / np.maximum(y[i, t], FLOOR)
        return dy, {}


class C01(CrossEntropy):
    def backward(self, dE):
        _, y = self.cache
        return -dE[:, None] / np.maximum(y, FLOOR), {}


class C02(CrossEntropy):
    def backward(self, dE):
        t, y = self.cache
        dy = np.zeros_like(y)
        for i in range(len(y)):
            dy[i, t[i]] = -dE[i]
        return dy, {}


class C04(CrossEntropy):
    def backward(self, dE):
        t, y = self.cache
        dy = np.zeros_like(y)
        dy[:, t] = -dE[:, None] / np.maximum(y[:, t], FLOOR)
        return dy, {}


class C05(CrossEntropy):
    def forward(self, t, y):
        self.cache = t, y
        return -np.log2(np.maximum(y[np.arange(len(y)), t], FLOOR))


class C06(CrossEntropy):
    def forward(self, t, y):
        self.cache = t, y
        return -np.log(y[np.arange(len(y)), t] + 1e-3)


class C07(CrossEntropy):
    def backward(self, dE):
        t, y = self.cache
        i = np.arange(len(y))
        dy = np.zeros_like(y)
        dy[i, t] = -1 / np.maximum(y[i, t], FLOOR)
        return dy, {}


class SoftmaxCrossEntropy(Loss):
    """y: scores    t: labels    the mean over the examples"""

    def forward(self, y, t):
        shifted = y - y.max(axis=1, keepdims=True)
        logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.cache = np.exp(logp), y, t
        onehot = np.eye(y.shape[1])[t]
        return -(onehot * logp).sum() / len(y)

    def backward(self, dE):
        p, _, t = self.cache
        onehot = np.eye(p.shape[1])[t]
        return dE * (p - onehot) / len(p), {}


class C08(SoftmaxCrossEntropy):
    def backward(self, dE):
        p, _, t = self.cache
        onehot = np.eye(p.shape[1])[t]
        return dE * (p - onehot), {}


class C09(SoftmaxCrossEntropy):
    def backward(self, dE):
        p, _, t = self.cache
        p[np.arange(len(p)), t] -= 1
        return dE * p / len(p), {}


class C10(SoftmaxCrossEntropy):
    def backward(self, dE):
        _, scores, t = self.cache
        d = scores.copy()
        d[np.arange(len(d)), t] -= 1
        return dE * d / len(d), {}


class C11(SoftmaxCrossEntropy):
    def forward(self, y, t):
        shifted = y - y.max(axis=1, keepdims=True)
        logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.cache = np.exp(logp), y, t
        onehot = np.eye(y.shape[1])[t]
        return -(onehot * logp).mean()


class BinaryCrossEntropy(ErrorLayer):
    """t: 0 or 1    y: probabilities, (n, 1)    one number an example, (n,)"""

    def forward(self, t, y):
        self.cache = t, y
        E = -(t * np.log(np.maximum(y, FLOOR)) + (1 - t) * np.log(np.maximum(1 - y, FLOOR)))
        return E[:, 0]

    def backward(self, dE):
        t, y = self.cache
        return dE[:, None] * (y - t) / np.maximum(y * (1 - y), FLOOR), {}


class C12(BinaryCrossEntropy):
    def backward(self, dE):
        t, y = self.cache
        return dE[:, None] * (y - t), {}


class C13(BinaryCrossEntropy):
    def backward(self, dE):
        t, y = self.cache
        return -dE[:, None] * t / np.maximum(y, FLOOR), {}


def targets(n, rng):
    return rng.normal(size=(n, 5)), rng.normal(size=(n, 5))


def probabilities(n, rng):
    """Labels, and probabilities of which each row adds up to 1."""
    y = rng.uniform(0.1, 1, size=(n, 5))
    return rng.integers(0, 5, n), y / y.sum(axis=1, keepdims=True)


def scores(n, rng):
    return rng.normal(size=(n, 5)), rng.integers(0, 5, n)


def binary(n, rng):
    """Targets 0, 1, 0, 1 ...: both kinds, and not only ones in a batch of one."""
    return np.arange(n)[:, None] % 2.0, rng.uniform(0.1, 0.9, size=(n, 1))


def mean_error():
    return nn.MeanError(nn.SquaredError())


MISTAKES = [
    *mistakes((E01, E02, E03, E04, E05), nn.SquaredError, targets),
    Mistake("E06", E06, ColumnOfSquaredErrors, targets),
    Mistake("E08", E08, mean_error, targets),
    *mistakes((C01, C02, C04, C05, C06, C07), nn.CrossEntropyWithLabels, probabilities),
    *mistakes((C08, C09, C10, C11), nn.CrossEntropyLoss, scores),
    *mistakes((C12, C13), nn.BinaryCrossEntropy, binary),
]
