"""RNN, LSTM and GRU: one layer applied along a sequence, each step seeing what the last remembered.

A step adds what it sees and what it remembers, zx = x wx + b and zh = h wh + bh, and makes its new
state of them; that is all in which the three differ. Going back, `_step_back` gives dzx, dzh and
the part of the old state's gradient that does not come through zh (Werbos 1990, through time).
"""

from math import prod

import numpy as np

from edunn.core import Module, Parameter
from edunn.initializers import XavierUniform, Zero
from edunn.inputs import check_array, check_index, check_sizes
from edunn.layers.activations import sigmoid
from edunn.layers.linear import rows
from edunn.words import named, refused_words


@named()
class _Stack(Module):
    """The Parameters of layers above each other, each of which sees the hidden states of the one
    below: wx, wh, b and bh of the first, wx_l1, wh_l1 ... of the second and so on."""

    gates = 1  # how many times `hidden` numbers a step adds up
    state: tuple[str, ...] = ("h",)  # what a step hands to the next

    def __init__(  # noqa: PLR0913  # PyTorch's words, after edunn's three
        self, inputs, hidden, initializer=XavierUniform(), num_layers=1, biases=2, batch_first=True,
        return_state=False,
    ):  # fmt: skip
        who = type(self).__name__
        check_sizes(who, inputs=inputs, hidden=hidden, num_layers=num_layers)
        check_index(who, 3, biases=biases)
        self.in_features, self.out_features, self.num_layers = inputs, hidden, num_layers
        self.biases, self.batch_first, self.return_state = biases, batch_first, return_state
        for i, name in enumerate(map(_suffix, range(num_layers))):
            for w, size in ("wx", hidden if i else inputs), ("wh", hidden):
                each = [initializer((size, hidden)) for _ in range(self.gates)]
                setattr(self, w + name, Parameter(np.concatenate(each, axis=1)))
            for b in ("b", "bh")[:biases]:
                setattr(self, b + name, Parameter(Zero()((self.gates * hidden,))))

    def weights(self, layer):
        """wx, wh, b and bh of a layer as arrays; 0 for a bias that it does not have."""
        found = (getattr(self, w + _suffix(layer), None) for w in ("wx", "wh", "b", "bh"))
        return [0.0 if parameter is None else parameter.data for parameter in found]

    def multiply_adds(self, y_shape):
        return prod(y_shape[:2]) * sum(p.size for p in self.parameters() if p.ndim == 2)

    def describe(self):
        more = f", num_layers={self.num_layers}" if self.num_layers > 1 else ""
        return f"{self.in_features}, {self.out_features}{more}"


class _States(_Stack):
    """The states before the first step and after the last: (num_layers, n, hidden) each."""

    def check(self, x, start):
        axes = ("n", "T") if self.batch_first else ("T", "n")
        check_array(self, x, *axes, self.in_features)
        if len(start) not in (0, len(self.state)):
            raise ValueError(f"{self} got {len(start)} initial states, not {len(self.state)}")
        for name, s in zip(self.state, start):
            n = x.shape[axes.index("n")]
            check_array(self, s, self.num_layers, n, self.out_features, name=name + "0")

    def split(self, y):
        """With return_state: (hidden states, last h) or (hidden states, last h, last c), where the
        last ones are those of all layers, (num_layers, n, hidden); of arrays and of Tensors."""
        steps = np.transpose(y, (1, 0, 2)) if self.batch_first else y
        count = self.num_layers
        T = len(steps) - count * len(self.state)
        last = [steps[T + i * count : T + (i + 1) * count] for i in range(len(self.state))]
        return (y[:, :T] if self.batch_first else y[:T], *last)


class _Recurrent(_States):
    """The way through the layers, from the first up, and back down."""

    def forward(self, x, *start):
        start = [s for s in start if s is not None]
        self.check(x, start)
        x = x if self.batch_first else np.swapaxes(x, 0, 1)
        given, caches, last = bool(start), [], []
        for layer in range(self.num_layers):
            zero = np.zeros_like(x, shape=(len(x), self.out_features))
            state = [s[layer] for s in start] if given else [zero] * len(self.state)
            x, state, cache = _through_time(self._step, x, state, self.weights(layer))
            caches.append(cache)
            last.append(state)
        self.cache = given, caches
        if self.return_state:  # (n, T + layers * states, hidden): all h, then all c
            x = np.concatenate([x, *(s[:, None] for part in zip(*last) for s in part)], axis=1)
        return x if self.batch_first else np.swapaxes(x, 0, 1)

    def backward(self, dy):
        (given, caches), grads, starts = self.cache, {}, []
        dy = dy if self.batch_first else np.swapaxes(dy, 0, 1)
        steps = len(caches[0][1])
        dlast, dx = dy[:, steps:], dy[:, :steps]
        for layer in reversed(range(self.num_layers)):
            places = [layer + i * self.num_layers for i in range(len(self.state))]
            dstate = [dlast[:, i] if self.return_state else 0.0 for i in places]
            weights = self.weights(layer)
            dx, dstate, own = _back(self._step_back, caches[layer], dx, dstate, weights)
            grads |= {name + _suffix(layer): own[name] for name in own if hasattr(self, name)}
            starts.append(dstate)
        dx = dx if self.batch_first else np.swapaxes(dx, 0, 1)
        return (dx, *(np.stack(part[::-1]) for part in zip(*starts))) if given else dx, grads


def _suffix(layer):
    return f"_l{layer}" if layer else ""


def _through_time(step, x, state, weights):
    """The hidden states (n, T, hidden) of one layer, its last state, and what backward needs"""
    wx, wh, b, bh = weights
    zx = x @ wx + b  # (n, T, gates * hidden), for all times at once
    ys, steps = [], []
    for t in range(x.shape[1]):
        h = state[0]
        state, kept = step(zx[:, t], h @ wh + bh, *state)
        steps.append((h, kept))
        ys.append(state[0])
    return np.stack(ys, axis=1), state, (x, steps)


def _back(step_back, cache, dy, dstate, weights):
    """dx of one layer, the gradient of its first state, and those of its Parameters"""
    (x, steps), (wx, wh, _, _) = cache, weights
    dzxs, dzhs = [], []
    for t in reversed(range(len(steps))):
        dh, *dc = dstate  # h was seen twice: in y, and by the step after this one
        dzx, dzh, (dh, *dc) = step_back(steps[t][1], dy[:, t] + dh, *dc)
        dstate = dh + dzh @ wh.T, *dc
        dzxs.append(dzx)
        dzhs.append(dzh)
    dzx = np.stack(dzxs[::-1], axis=1)
    dzh = dzx if dzhs[0] is dzxs[0] else np.stack(dzhs[::-1], axis=1)  # a GRU's two differ
    hs = np.stack([h for h, _ in steps], axis=1)
    grads = {"wx": rows(x).T @ rows(dzx), "wh": rows(hs).T @ rows(dzh)}
    grads |= {"b": np.sum(dzx, axis=(0, 1)), "bh": np.sum(dzh, axis=(0, 1))}
    return dzx @ wx.T, dstate, grads


@named()
class RNN(_Recurrent):
    """h_t = tanh(x_t wx + b + h_(t-1) wh + bh), from h_0 = 0 or what is given; y holds h_1 to h_T

    x: (n, T, inputs)    wx: (inputs, hidden)    wh: (hidden, hidden)    b, bh: (hidden,)
    y: (n, T, hidden)    h0, optional: (num_layers, n, hidden)
    num_layers: that many above each other; y is of the last    batch_first: False for (T, n, ...)
    biases: 1 for b; 2 for b and bh, as PyTorch has them; 0
    return_state: y has also the last state of each layer in it; `split` takes it apart
    """

    @refused_words(  # the original edunn's RNN has a Linear in it
        "input_dim", "output_dim", "hidden_dim", "bptt_truncate", "kernel_initializer",
        near="Sequential(RNN(inputs, hidden, initializer=...), Linear(hidden, outputs))",
    )  # fmt: skip
    def __init__(  # noqa: PLR0913
        self, inputs, hidden, initializer=XavierUniform(), num_layers=1, biases=1, batch_first=True,
        return_state=False,
    ):  # fmt: skip
        super().__init__(inputs, hidden, initializer, num_layers, biases, batch_first, return_state)

    def _step(self, zx, zh, h):
        h = np.tanh(zx + zh)
        return (h,), h

    def _step_back(self, h, dh):
        dz = dh * (1 - h**2)
        return dz, dz, (0.0,)


class LSTM(_Recurrent):
    """c_t = f c_(t-1) + i g,  h_t = o tanh(c_t); y holds h_1 to h_T

    i, f, o = sigmoid and g = tanh of x_t wx + b + h_(t-1) wh + bh, which has i, f, g, o side by
    side, as PyTorch's (Hochreiter and Schmidhuber 1997; f: Gers et al. 2000)

    x: (n, T, inputs)    wx: (inputs, 4 hidden)    wh: (hidden, 4 hidden)    b, bh: (4 hidden,)
    y: (n, T, hidden)    h0, c0, optional: (num_layers, n, hidden), 0 if not given
    num_layers, batch_first, biases, return_state: see RNN
    """

    gates, state = 4, ("h", "c")

    def _step(self, zx, zh, h, c):
        i, f, g, o = np.split(zx + zh, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        new = f * c + i * g
        t = np.tanh(new)
        return (o * t, new), (i, f, g, o, c, t)

    def _step_back(self, kept, dh, dc):
        i, f, g, o, c, t = kept
        dc = dc + dh * o * (1 - t**2)
        di, df, dg, do = dc * g, dc * c, dc * i, dh * t
        dz = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
        dz = np.concatenate(dz, axis=1)
        return dz, dz, (0.0, dc * f)


class GRU(_Recurrent):
    """h_t = (1 - z) n + z h_(t-1); y holds h_1 to h_T

    r = sigmoid(xr + hr),  z = sigmoid(xz + hz),  n = tanh(xn + r hn), where xr, xz, xn stand side
    by side in x_t wx + b, and hr, hz, hn in h_(t-1) wh + bh (Cho et al. 2014, arXiv:1406.1078,
    with r applied after the product, as PyTorch does)

    x: (n, T, inputs)    wx: (inputs, 3 hidden)    wh: (hidden, 3 hidden)    b, bh: (3 hidden,)
    y: (n, T, hidden)    h0, optional: (num_layers, n, hidden), 0 if not given
    num_layers, batch_first, biases, return_state: see RNN
    """

    gates = 3

    def _step(self, zx, zh, h):
        (xr, xz, xn), (hr, hz, hn) = np.split(zx, 3, axis=1), np.split(zh, 3, axis=1)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        n = np.tanh(xn + r * hn)
        return ((1 - z) * n + z * h,), (r, z, n, h, hn)

    def _step_back(self, kept, dh):
        r, z, n, h, hn = kept
        dn = dh * (1 - z) * (1 - n**2)  # of what is inside tanh, sigmoid: xn + r hn, xr + hr ...
        dr, dz = dn * hn * r * (1 - r), dh * (h - n) * z * (1 - z)
        dzx, dzh = np.concatenate([dr, dz, dn], axis=1), np.concatenate([dr, dz, dn * r], axis=1)
        return dzx, dzh, (dh * z,)
