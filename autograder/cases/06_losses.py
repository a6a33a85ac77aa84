"""Hidden cases of exercise 6: other shapes, answers of exactly 0 and 1, scores of any size."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import (
    KNOWING,
    TRIES,
    Part,
    built,
    expect,
    forward,
    gradients,
    own_work,
)


def sizes(rng):
    n, outputs = (int(k) for k in rng.choice(range(2, 8), 2, replace=False))  # never square
    return n, outputs


def one_output(rng):
    return int(rng.integers(2, 8)), 1


def one_example(rng):
    return 1, int(rng.integers(2, 6))


def numbers(draw):
    def example(rng):
        y_true, y = rng.normal(size=(2, *draw(rng)))
        return (), (y_true, y)

    return example


def whole(draw):
    """True answers as whole numbers: gradients are measured for y alone."""

    def example(rng):
        shape = draw(rng)
        return (), (rng.integers(-4, 5, shape), rng.normal(size=shape))

    return example


def probabilities(draw):
    def example(rng):
        shape = draw(rng)
        return (), (rng.integers(0, 2, shape), rng.uniform(0.05, 0.95, shape))

    return example


def certain(rng):
    """Probabilities of which many are exactly 0 or 1, right and wrong ones."""
    shape = sizes(rng)
    y = rng.choice([0.0, 1.0, 0.3, 1e-5, 2e-12], shape)
    y_true = rng.integers(0, 2, shape)
    y[0, :2], y_true[0, :2] = (0, 1), (1, 0)
    return (), (y_true.astype(float), y)


def certain_and_wrong(rng):
    """Probabilities that are ordinary, or exactly 0 or 1 and wrong."""
    _, (y_true, y) = probabilities(sizes)(rng)
    y[rng.random(y.shape) < 0.3] = 2
    y = np.where(y == 2, 1.0 - y_true, y)
    return (), (y_true.astype(float), y)


def scores(draw, size=1.0):
    def example(rng):
        shape = draw(rng)
        return (), (size * rng.normal(size=shape), rng.integers(0, 2, shape))

    return example


def sure(rng):
    """Scores that are so right that the loss is tiny."""
    target = rng.integers(0, 2, sizes(rng))
    return (), ((2 * target - 1) * rng.uniform(30, 50, target.shape), target)


def row(rng):
    return (int(rng.integers(2, 8)),)


def labelled(draw):
    """MeanError with one of edunn's own error layers."""

    def example(rng):
        n, classes = draw(rng)
        y = rng.uniform(0.05, 0.95, (n, classes))
        return (Part("CrossEntropyWithLabels"),), (rng.integers(0, classes, n), y)

    return example


class Absolute(nn.losses.ErrorLayer):
    """The notebook's AbsoluteError, in this process."""

    def forward(self, y_true, y):
        self.cache = np.sign(y - y_true)
        return np.abs(y - y_true).sum(axis=1)

    def backward(self, dy):
        return self.cache * dy[:, None], {}


def mean_of_absolute(student, rng):
    """MeanError with the notebook's own error layer, which needs a dy of the right shape."""
    inside = student.make("AbsoluteError")

    def example(rng):
        return (inside,), whole(sizes)(rng)[1]

    gradients("MeanError", example, reference=lambda _: nn.MeanError(Absolute()))(student, rng)


def backward(name, example):
    """A case: backward gives edunn's numbers, also where no slope can be measured."""

    def case(student, rng):
        for _ in range(TRIES):
            arguments, inputs = example(rng)
            right = getattr(nn, name)(*built(arguments))
            dy = rng.normal(size=np.shape(right.forward(*inputs)))
            layer = student.make(name, *arguments)
            student.call(layer, "forward", *inputs)
            (got,) = student.read(student.item(student.call(layer, "backward", dy), 0))
            want, _ = right.backward(dy)
            known = {"has the opposite sign": -want}
            expect(f"the gradient of {name}", got, want, known, 1e-8)

    return case


# the activations of exercise 4 may be built upon; MeanError has an error layer of edunn's inside
SHUT = [name for name in KNOWING if name != "layers"]
KEPT = "Loss", "ErrorLayer"


def own(cases):
    return own_work(cases, SHUT, KEPT)


CASES = {
    "squared-forward": own([forward("SquaredError", numbers(d)) for d in (sizes, one_output)]),
    "squared-backward": own(
        [
            gradients("SquaredError", whole(sizes)),
            gradients("SquaredError", whole(one_output)),
            gradients("SquaredError", whole(one_example)),
            backward("SquaredError", numbers(sizes)),
        ]
    ),
    "mean-forward": [forward("MeanError", labelled(d)) for d in (sizes, one_example)],
    "mean-backward": [
        gradients("MeanError", labelled(sizes)),
        gradients("MeanError", labelled(one_example)),
        mean_of_absolute,
    ],
    "binary-forward": own(
        [
            forward("BinaryCrossEntropy", probabilities(sizes)),
            forward("BinaryCrossEntropy", probabilities(one_output)),
            forward("BinaryCrossEntropy", certain),
        ]
    ),
    "binary-backward": own(
        [
            gradients("BinaryCrossEntropy", probabilities(sizes)),
            gradients("BinaryCrossEntropy", probabilities(one_output)),
            backward("BinaryCrossEntropy", certain_and_wrong),
        ]
    ),
    "logits-forward": own(
        [
            forward("BCEWithLogitsLoss", scores(sizes)),
            forward("BCEWithLogitsLoss", scores(row)),
            forward("BCEWithLogitsLoss", scores(sizes, 1000)),
            forward("BCEWithLogitsLoss", sure),
        ]
    ),
    "logits-backward": own(
        [
            gradients("BCEWithLogitsLoss", scores(sizes)),
            gradients("BCEWithLogitsLoss", scores(row)),
            backward("BCEWithLogitsLoss", scores(sizes, 1000)),
        ]
    ),
}
