"""Hidden cases of exercise 15: other sizes, strides and borders, pictures that are never square."""

from functools import partial

import numpy as np

from edunn.course.hidden_tests import TRIES, Wrong, expect, forward, gradients, own_work, values
from edunn.layers.windows import Sliding


def pictures(rng, rich=False):
    """(size, stride, padding), and pictures that are large enough and never square.

    rich: with a stride, a border, and several windows, pictures and channels for certain
    """
    size, stride, padding = int(rng.integers(2, 4)), int(rng.integers(1, 4)), int(rng.integers(3))
    height, width = (int(k) for k in rng.choice(range(4, 8), 2, replace=False))
    n, channels = (int(k) for k in rng.choice(range(1, 5), 2, replace=False))
    if rich:
        size, stride, padding = 3, 2, 1
        height, width = (int(k) for k in rng.choice(range(5, 8), 2, replace=False))
        n, channels = (int(k) for k in rng.choice(range(2, 5), 2, replace=False))
    return (size, stride, min(padding, size - 1)), rng.normal(size=(n, channels, height, width))


def scissors(rng, rich=False):
    windows, x = pictures(rng, rich)
    return x, *windows, float(rng.normal())


def cut(x, size, stride, padding, fill):
    return Sliding("cut", size, stride, padding).im2col(x, fill)


def glue(rng, rich=False):
    (size, stride, padding), x = pictures(rng, rich)
    windows = rng.normal(size=cut(x, size, stride, padding, 0).shape)
    return windows, x.shape, stride, padding


def paste(windows, shape, stride, padding):
    return Sliding("paste", windows.shape[-1], stride, padding).col2im(windows, shape)


def convolution(rng, rich=False):
    windows, x = pictures(rng, rich)
    return (x.shape[1], int(rng.integers(2, 5)), *windows), (x,)


def overlapping(rng):
    """Stride 1, where every pixel is in several windows."""
    (size, _, padding), x = pictures(rng)
    return (x.shape[1], 3, size, 1, padding), (x,)


def pooling(rng, rich=False):
    """Most numbers are negative, so that a border of zeros would win. The border is at most half a
    window wide: edunn's refuses more."""
    (size, stride, padding), x = pictures(rng, rich)
    return (size, stride, min(padding, size // 2)), (x - 1,)


def far_below_zero(rng):
    """All numbers are so low that any number chosen for the border would win."""
    windows, x = pooling(rng)
    return windows, (x[0] - 1e6,)


def overlapping_pooling(rng):
    """Stride 1, where the largest pixel of one window is often that of its neighbours."""
    return (3, 1), (rng.normal(size=(2, 3, 5, 6)),)


def usual_pooling(rng):
    """The stride is not given."""
    size = int(rng.integers(2, 4))
    return (size,), (rng.normal(size=(2, 3, 2 * size + 1, 3 * size)),)


def images(rng):
    shape = rng.choice(range(1, 6), 4, replace=False)
    return (), (rng.normal(size=shape),)


def ties(student, rng):
    """Whole numbers, many of them equal: each window passes its gradient on to its largest."""
    for _ in range(TRIES):
        n, channels, rows, columns = (int(k) for k in rng.integers(1, 5, 4))
        windows = rng.integers(0, 2, (n, channels, rows, 3, columns, 3)).astype(float)
        dy = rng.normal(size=(n, channels, rows, columns))
        layer = student.make("MaxPool2d", 3)
        student.call(layer, "forward", windows.reshape(n, channels, 3 * rows, 3 * columns))
        result = student.call(layer, "backward", dy)
        (dx,) = student.read(student.item(result, 0))
        expect(
            "MaxPool2d, the shape of dx",
            np.array(np.shape(dx)),
            [*dy.shape[:2], 3 * rows, 3 * columns],
        )
        dx = dx.reshape(windows.shape)
        handed, equal = dx.sum(axis=(3, 5)), np.sum(windows == largest(windows), axis=(3, 5))
        twice = "gives all of dy to each of several equal pixels; together they must get dy once"
        what = "MaxPool2d, where pixels of a window are equal: backward"
        expect(what, handed, dy, {twice: dy * equal})
        if np.any(dx[windows < largest(windows)]):
            raise Wrong(
                f"{what} gives something to a pixel that is not the largest", "extra_elements"
            )


def largest(windows):
    return windows.max(axis=(3, 5), keepdims=True)


def two_batches(name, example):
    """One layer sees a batch, and then a larger one, whose gradients have the larger shape."""

    def case(student, rng):
        arguments, (x,) = example(rng)
        layer = student.make(name, *arguments)
        large = np.concatenate([x, -x])
        student.call(layer, "forward", x)
        y = student.call(layer, "forward", large)
        (dy,) = student.read(y)
        (dx,) = student.read(student.item(student.call(layer, "backward", dy), 0))
        stale = "is still that of the batch before"
        what = f"{name}, second batch of one layer: the shape of dx"
        expect(what, list(np.shape(dx)), list(large.shape), {stale: x.shape})

    return case


def rich(case, name, example, *rest):
    """A case of drawn examples, and one of an example in which everything counts."""
    one = case(name, partial(example, rich=True), *rest, tries=1)
    return [one, case(name, example, *rest)]


RIGHT_FORWARD = forward("Conv2d", partial(convolution, rich=True), tries=1)
OWN = {
    "conv-cut": rich(values, "cut", scissors, cut),
    "conv-paste": rich(values, "paste", glue, paste),
    "conv-forward": rich(forward, "Conv2d", convolution),
    "conv-dw": [RIGHT_FORWARD, *rich(gradients, "Conv2d", convolution, ["w"])],
    "conv-db": [RIGHT_FORWARD, *rich(gradients, "Conv2d", convolution, ["b"])],
    "conv-dx": [
        RIGHT_FORWARD,
        gradients("Conv2d", partial(convolution, rich=True), ["input 0"], tries=1),
        gradients("Conv2d", overlapping, ["input 0"]),
        gradients("Conv2d", convolution, ["input 0"]),
        two_batches("Conv2d", convolution),
    ],
    "pool-forward": [
        forward("MaxPool2d", usual_pooling),
        *rich(forward, "MaxPool2d", pooling),
        forward("MaxPool2d", far_below_zero),
    ],
    "pool-dx": [
        forward("MaxPool2d", pooling),
        *rich(gradients, "MaxPool2d", pooling),
        gradients("MaxPool2d", overlapping_pooling),
        gradients("MaxPool2d", usual_pooling),
        two_batches("MaxPool2d", pooling),
    ],
    "pool-ties": [ties],
    "flatten-both": [
        forward("Flatten", images),
        gradients("Flatten", images),
        two_batches("Flatten", images),
    ],
}
CASES = {name: own_work(cases) for name, cases in OWN.items()}
