"""Hidden cases of exercise 3: other shapes, other numbers, one layer used for several batches."""

import numpy as np

from edunn.course.cases import Wrong, expect

SHAPES = ((4, 3, 2), (1, 5, 1), (6, 2, 5))  # (n, inputs, outputs): never square


def draw(rng, n, inputs, outputs):
    """x, w and dy for one batch."""
    return (
        rng.normal(size=(n, inputs)),
        rng.normal(size=(inputs, outputs)),
        rng.normal(size=(n, outputs)),
    )


def forward(student, rng):
    for n, inputs, outputs in SHAPES:
        x, w, _ = draw(rng, n, inputs, outputs)
        layer = student.make("Linear", inputs, outputs)
        student.set(layer, "w.data", w)
        (y,) = student.read(student.call(layer, "forward", x))
        expect("y", y, x @ w, {"has the opposite sign": -x @ w})


def keeps_its_input(student, rng):
    x, w, _ = draw(rng, 4, 3, 2)
    layer = student.make("Linear", 3, 2)
    student.set(layer, "w.data", w)
    copy = student.call(x, "copy")
    student.call(layer, "forward", copy)
    (after,) = student.read(copy)
    if not np.array_equal(after, x):
        raise Wrong("forward writes into x, which belongs to its caller")


def gradients(student, rng):
    """For each shape: x, w, dy, and the student's dx and dw after a forward and a backward."""
    for n, inputs, outputs in SHAPES:
        x, w, dy = draw(rng, n, inputs, outputs)
        layer = student.make("Linear", inputs, outputs)
        student.set(layer, "w.data", w)
        student.call(layer, "forward", rng.normal(size=(n + 1, inputs)))  # an earlier batch
        student.call(layer, "forward", x)
        result = student.call(layer, "backward", dy)
        yield x, w, dy, student.item(result, 0), student.item(student.item(result, 1), "w")


def dx(student, rng):
    for _, w, dy, dx, _ in gradients(student, rng):
        (got,) = student.read(dx)
        expect("dx", got, dy @ w.T, {"has the opposite sign": -dy @ w.T, "is dy as it came": dy})


def dw(student, rng):
    for x, _, dy, _, dw in gradients(student, rng):
        (got,) = student.read(dw)
        right = x.T @ dy
        mistakes = {
            "comes from the last example of the batch only": x[-1:].T @ dy[-1:],
            "comes from the first example of the batch only": x[:1].T @ dy[:1],
            "is the mean over the examples; is it the layer's job to average?": right / len(x),
            "has the opposite sign": -right,
            "does not look at dy": x.T @ np.ones_like(dy),
        }
        expect("dw", got, right, mistakes)


CASES = {
    "linear-forward": [forward, keeps_its_input],
    "linear-dx": [dx],
    "linear-dw": [dw],
}
