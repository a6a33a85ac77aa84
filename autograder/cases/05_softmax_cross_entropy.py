"""Hidden cases of exercise 5: other shapes, scores of any size, repeated and missing labels."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import TRIES, expect, forward, gradients, own_work


def sizes(rng):
    n, classes = (int(k) for k in rng.choice(range(2, 8), 2, replace=False))  # never square
    return n, classes


def scores(rng):
    return (), (2 * rng.normal(size=sizes(rng)),)


def one_row(rng):
    return (), (rng.normal(size=(1, int(rng.integers(2, 7)))),)


def large(rng):
    """Rows of very different sizes: near 0, and up to thousands on either side of it."""
    n, classes = sizes(rng)
    middle = rng.permutation(n)[:, None] * rng.choice([-1000.0, 1000.0], size=(n, 1))
    return (), (middle + rng.normal(size=(n, classes)),)


def far_apart(rng):
    """Scores whose differences are thousands."""
    return (), (1000 * rng.normal(size=sizes(rng)),)


def probabilities(rng):
    n, classes = sizes(rng)
    y = rng.uniform(0.05, 1, size=(n, classes))
    return (), (rng.integers(0, classes, n), y / y.sum(axis=1, keepdims=True))


def with_zeros(rng):
    """The labels' probabilities are 0, tiny, or ordinary."""
    _, (labels, y) = probabilities(rng)
    rows = np.arange(len(y))
    y[rows, labels] *= np.where(rows % 2, 1, 0.0)
    y[0, labels[0]] = 1e-9
    return (), (labels, y)


def labelled(draw):
    """Scores as `draw` draws them, with labels."""

    def example(rng):
        _, (y,) = draw(rng)
        return (), (y, rng.integers(0, y.shape[1], len(y)))

    return example


def error_backward(student, rng):
    """The gradient of the error, also where a probability is 0 and no slope can be measured."""
    for draw in (probabilities, with_zeros) * TRIES:
        _, (labels, y) = draw(rng)
        right, dy = nn.CrossEntropyWithLabels(), rng.normal(size=len(y))
        right.forward(labels, y)
        layer = student.make("CrossEntropyWithLabels")
        student.call(layer, "forward", labels, y)
        (got,) = student.read(student.item(student.call(layer, "backward", dy), 0))
        want, _ = right.backward(dy)
        known = {"has the opposite sign": -want}
        expect("the gradient of CrossEntropyWithLabels", got, want, known, 1e-8)


OWN = {
    "softmax-forward": [forward("Softmax", scores), forward("Softmax", one_row)],
    "softmax-large": [forward("Softmax", large), forward("Softmax", far_apart)],
    "softmax-backward": [gradients("Softmax", scores), gradients("Softmax", one_row)],
    "cross-entropy-forward": [
        forward("CrossEntropyWithLabels", probabilities),
        forward("CrossEntropyWithLabels", with_zeros),
    ],
    "cross-entropy-backward": [
        gradients("CrossEntropyWithLabels", probabilities),
        error_backward,
    ],
    "loss-forward": [
        forward("CrossEntropyLoss", labelled(scores)),
        forward("CrossEntropyLoss", labelled(one_row)),
        forward("CrossEntropyLoss", labelled(large)),
        forward("CrossEntropyLoss", labelled(far_apart)),
    ],
    "loss-backward": [
        gradients("CrossEntropyLoss", labelled(scores)),
        gradients("CrossEntropyLoss", labelled(one_row)),
    ],
}
CASES = {name: own_work(cases, kept=("Loss", "ErrorLayer")) for name, cases in OWN.items()}
