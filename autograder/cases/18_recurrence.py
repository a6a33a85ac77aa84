"""Hidden cases of exercise 18: other sizes and lengths, against edunn's RNN and LSTM."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import TRIES, Wrong, expect, forward, gradients, own_work, values


class Recurrent(nn.Module):
    """The right one: edunn's RNN, with other names and with h0 as (n, hidden)."""

    def __init__(self, inputs, hidden):
        self.w = nn.Parameter(np.zeros((inputs, hidden)))
        self.u = nn.Parameter(np.zeros((hidden, hidden)))
        self.b = nn.Parameter(np.zeros(hidden))

    def forward(self, x, h0):
        rnn = nn.RNN(*self.w.shape)
        rnn.wx, rnn.wh, rnn.b = self.w, self.u, self.b
        y = rnn.forward(x, h0[None])
        self.cache = rnn, rnn.cache
        return y

    def backward(self, dy):
        rnn, rnn.cache = self.cache
        (dx, dh0), grads = rnn.backward(dy)
        return (dx, dh0[0]), {"w": grads["wx"], "u": grads["wh"], "b": grads["b"]}


def sequences(rng, steps=None):
    """Sizes that all differ, and states in which tanh is bent, but not flat."""
    n, T, inputs, hidden = (int(k) for k in rng.choice(range(1, 6), 4, replace=False))
    T = T if steps is None else steps
    x, h0 = rng.normal(size=(n, T, inputs)), rng.uniform(-0.9, 0.9, size=(n, hidden))
    return (inputs, hidden), (x, h0)


def several(rng):
    """Several sequences, steps, inputs and numbers of a state for certain."""
    x, h0 = rng.normal(size=(3, 5, 2)), rng.uniform(-0.9, 0.9, size=(3, 4))
    return (2, 4), (0.5 * x, h0)


def one_step(rng):
    return sequences(rng, steps=1)


def other_lengths(*wanted):
    """A case: one layer reads a sequence, then a longer one, then a shorter one, of other batches.

    wanted: the gradients that are compared, "x", "h0", "w" ...; the states where there are none
    """

    def case(student, rng):
        layer, right = student.make("Recurrent", 2, 3), Recurrent(2, 3)
        learned = student.call(layer, "named_parameters")
        for name, parameter in right.named_parameters().items():
            parameter.data = 0.7 * rng.normal(size=parameter.shape)
            student.set(student.item(learned, name), "data", parameter.data)
        for n, T in ((4, 3), (2, 6), (5, 2)):
            what = f"Recurrent, {n} sequences of {T} steps, after others"
            x, h0 = rng.normal(size=(n, T, 2)), rng.uniform(-0.9, 0.9, size=(n, 3))
            want = right.forward(x, h0)
            (y,) = student.read(student.call(layer, "forward", x, h0))
            if not wanted:
                expect(f"{what}: forward", y, want)
                continue
            dy = rng.normal(size=want.shape)
            result = student.call(layer, "backward", dy)
            inputs, grads = student.item(result, 0), student.item(result, 1)
            found = {"x": student.item(inputs, 0), "h0": student.item(inputs, 1)}
            found |= {name: student.item(grads, name) for name in "wub"}
            (dx, dh0), right_grads = right.backward(dy)
            right_ones = {"x": dx, "h0": dh0} | right_grads
            for name, got in zip(wanted, student.read(*(found[name] for name in wanted))):
                expect(f"{what}: d{name}", got, right_ones[name])

    return case


def lstm(x, h, c, w, u, b):
    """h, c and f after one step of edunn's LSTM."""
    layer = nn.LSTM(len(w), len(u), biases=1, return_state=True)
    layer.wx.data, layer.wh.data, layer.b.data = w, u, b
    _, (new,), (cell,) = layer.split(layer.forward(x[:, None], h[None], c[None]))
    forget = np.split(x @ w + h @ u + b, 4, axis=1)[1]
    return new, cell, 1 / (1 + np.exp(-forget))


def weights(rng, inputs, hidden):
    shapes = (inputs, 4 * hidden), (hidden, 4 * hidden), (4 * hidden,)
    return [rng.normal(size=shape) for shape in shapes]


def step(rng):
    n, inputs, hidden = (int(k) for k in rng.choice(range(1, 6), 3, replace=False))
    h, c = rng.uniform(-1, 1, size=(n, hidden)), 2 * rng.normal(size=(n, hidden))
    return rng.normal(size=(n, inputs)), h, c, *weights(rng, inputs, hidden)


def wide_step(rng):
    """Several numbers in each part, so that their order shows."""
    h, c = rng.uniform(-1, 1, size=(2, 3)), rng.normal(size=(2, 3))
    return rng.normal(size=(2, 4)), h, c, *weights(rng, 4, 3)


def many_steps(student, rng):
    """Twelve steps, each from the state and the cell that the student's step before it made."""
    w, u, b = weights(rng, 2, 3)
    right = nn.LSTM(2, 3, biases=1, return_state=True)
    right.wx.data, right.wh.data, right.b.data = w, u, b
    x = rng.normal(size=(4, 12, 2))
    start = rng.uniform(-1, 1, size=(4, 3)), rng.normal(size=(4, 3))
    h, c = start
    for t in range(12):
        result = student.apply("lstm_step", x[:, t], h, c, w, u, b)
        h, c = student.item(result, 0), student.item(result, 1)
    _, (want_h,), (want_c,) = right.split(right.forward(x, *(one[None] for one in start)))
    got_h, got_c = student.read(h, c)
    expect("the state after twelve steps of lstm_step", got_h, want_h)
    expect("the cell after twelve steps of lstm_step", got_c, want_c)


def gates(rng):
    T, n, hidden = (int(k) for k in rng.choice(range(1, 6), 3, replace=False))
    return rng.uniform(0, 1, size=(T, n, hidden)), rng.normal(size=(n, hidden))


def many_gates(rng):
    return rng.uniform(0.5, 1, size=(9, 2, 3)), rng.normal(size=(2, 3))


def right_path(forgets, dc):
    """From c_t to c_T, the slopes of all steps between are multiplied."""
    return np.stack([dc * np.prod(forgets[t:], axis=0) for t in range(len(forgets) + 1)])


def path_in_order(student, rng):
    """A wrong path is named by what it is."""
    for _ in range(TRIES):
        forgets, dc = many_gates(rng)
        (got,) = student.read(student.apply("cell_path", forgets, dc))
        want = right_path(forgets, dc)
        if np.shape(got) != want.shape:
            sizes = f"{np.shape(got)}, not {want.shape}: T + 1 gradients, from c_0 to c_T"
            raise Wrong(f"cell_path gives the shape {sizes}", "shape")
        mistakes = {
            "begins with the last cell": want[::-1],
            "meets the gates from the first to the last": right_path(forgets[::-1], dc),
            "does not depend on dc": right_path(forgets, np.ones_like(dc)),
        }
        expect("cell_path", got, want, mistakes)


EXAMPLES = several, sequences, one_step


def slopes(*names):
    return [gradients("Recurrent", example, names, Recurrent) for example in EXAMPLES]


OWN = {
    "rec-forward": [
        *(forward("Recurrent", example, Recurrent) for example in EXAMPLES),
        other_lengths(),
    ],
    "rec-dx": [*slopes("input 0", "input 1"), other_lengths("x", "h0")],
    "rec-dw": [*slopes("w", "b"), other_lengths("w", "b")],
    "rec-du": [*slopes("u"), other_lengths("u")],
    "lstm-step": [
        values("lstm_step", wide_step, lstm),
        values("lstm_step", step, lstm),
        many_steps,
    ],
    "lstm-path": [
        path_in_order,
        values("cell_path", many_gates, right_path),
        values("cell_path", gates, right_path),
    ],
}
CASES = {name: own_work(cases) for name, cases in OWN.items()}
