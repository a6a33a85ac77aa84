"""Hidden cases of exercise 3: other shapes, other numbers, one layer used for several batches."""

from edunn.course.hidden_tests import expect, forward, gradients, own_work


def example(rng):
    n, inputs, outputs = (int(k) for k in rng.choice(range(1, 7), 3, replace=False))  # all differ
    return (inputs, outputs), (rng.normal(size=(n, inputs)),)


def large_batch(rng):
    inputs, outputs = (int(k) for k in rng.choice(range(2, 7), 2, replace=False))
    n = int(rng.integers(10, 21))
    return (inputs, outputs), (rng.normal(size=(n, inputs)),)


def new_weights(student, rng):
    """dx of one layer whose weights change between the batches, as they do in training."""
    (inputs, outputs), _ = large_batch(rng)
    layer, old = student.make("Linear", inputs, outputs), None
    for n in rng.permutation(range(1, 6))[:3]:
        x, dy = rng.normal(size=(n, inputs)), rng.normal(size=(n, outputs))
        w = rng.normal(size=(inputs, outputs))
        student.set(layer, "w.data", w)
        student.call(layer, "forward", x)
        dx = student.item(student.call(layer, "backward", dy), 0)
        (got,) = student.read(dx)
        late = {} if old is None else {"still uses the weights of before they changed": dy @ old.T}
        expect("Linear, gradient of input 0, when w has changed,", got, dy @ w.T, late)
        old = w


OWN = {
    "linear-forward": [forward("Linear", example), forward("Linear", large_batch)],
    "linear-dx": [
        gradients("Linear", example, ["input 0"]),
        gradients("Linear", large_batch, ["input 0"]),
        new_weights,
    ],
    "linear-dw": [gradients("Linear", example, ["w"]), gradients("Linear", large_batch, ["w"])],
}
CASES = {name: own_work(cases) for name, cases in OWN.items()}
