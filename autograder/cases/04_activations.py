"""Hidden cases of exercise 4: any shape, the corner of ReLU, and numbers that make exp overflow."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import Raised, Wrong, expect, forward, gradients, own_work


def shape(rng, axes):
    return tuple(int(size) for size in rng.choice(range(1, 6), axes, replace=False))


def example(rng):
    return (), (2 * rng.normal(size=shape(rng, int(rng.integers(1, 5)))),)


def three_axes(rng):
    return (), (2 * rng.normal(size=shape(rng, 3)),)


def with_zeros(rng):
    """Numbers of which some are exactly 0, some are positive and some are negative."""
    x = rng.permutation(np.concatenate([np.zeros(4), rng.uniform(1, 3, 5), -rng.uniform(1, 3, 6)]))
    return (), (x.reshape(5, 3),)


def both_ends(rng):
    """Numbers from 1 to 1000 and from -1000 to -1."""
    sizes = np.exp(rng.uniform(0, np.log(1000), 12))
    sizes[:2] = 900
    return (), ((sizes * np.where(np.arange(12) % 2, 1, -1)).reshape(3, 4),)


def one_backward(student, name, x, dy):
    """dx of the student's layer."""
    layer = student.make(name)
    student.call(layer, "forward", x)
    return student.read(student.item(student.call(layer, "backward", dy), 0))[0]


def corner(student, rng):
    x = with_zeros(rng)[1][0]
    dy = rng.normal(size=x.shape)
    dx = one_backward(student, "ReLU", x, dy)
    if np.shape(dx) == x.shape and np.any(np.asarray(dx)[x == 0]):
        raise Wrong("ReLU: at x = 0 the slope is taken as 0, so dx must be 0 there", "relu_corner")
    expect("dx of ReLU", dx, dy * (x > 0), {"is dy itself": dy})


def no_overflow(student, rng):
    """Forward with NumPy's warning of numbers that are too large turned into an error."""
    x = both_ends(rng)[1][0]
    student.add("overflow", "raise")
    y = student.call(student.make("Sigmoid"), "forward", x)
    try:
        student.read(y)
    except Raised as error:
        if error.name != "FloatingPointError":
            raise
        told = f"Sigmoid.forward: {error.text}, for numbers up to 1000: exp may see none above 0"
        raise Wrong(told, "overflow") from None
    finally:
        student.add("overflow", "warn")
        student.read()


def flat_ends(student, rng):
    x = both_ends(rng)[1][0]
    dy = rng.normal(size=x.shape)
    right = nn.Sigmoid()
    right.forward(x)
    dx = one_backward(student, "Sigmoid", x, dy)
    expect("dx of Sigmoid, for numbers up to 1000,", dx, right.backward(dy)[0])


OWN = {
    "relu-forward": [
        forward("ReLU", example),
        forward("ReLU", three_axes, tries=1),
        forward("ReLU", with_zeros),
    ],
    "relu-backward": [gradients("ReLU", example), gradients("ReLU", three_axes, tries=1), corner],
    "sigmoid-forward": [forward("Sigmoid", example), forward("Sigmoid", three_axes, tries=1)],
    "sigmoid-large": [forward("Sigmoid", both_ends), no_overflow],
    "sigmoid-backward": [
        gradients("Sigmoid", example),
        gradients("Sigmoid", three_axes, tries=1),
        flat_ends,
    ],
    "tanh-forward": [
        forward("Tanh", example),
        forward("Tanh", three_axes, tries=1),
        forward("Tanh", both_ends),
    ],
    "tanh-backward": [gradients("Tanh", example), gradients("Tanh", three_axes, tries=1)],
}
CASES = {name: own_work(cases) for name, cases in OWN.items()}
