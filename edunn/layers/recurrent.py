"""RNN: one layer applied along a sequence, each step seeing what the last one remembered."""

from math import prod

import numpy as np

from edunn.core import Module, Parameter
from edunn.initializers import XavierUniform, Zero
from edunn.inputs import check_array, check_sizes


class RNN(Module):
    """h_t = tanh(x_t wx + h_(t-1) wh + b), from h_0 = 0; y holds h_1 to h_T

    x: (n, T, inputs)    wx: (inputs, hidden)    wh: (hidden, hidden)    y: (n, T, hidden)

    backward goes through time: the gradient of each step comes from y and from the step after it
    (Werbos 1990).
    """

    def __init__(self, inputs, hidden, initializer=XavierUniform()):
        check_sizes("RNN", inputs=inputs, hidden=hidden)
        self.in_features, self.out_features = inputs, hidden
        self.wx = Parameter(initializer((inputs, hidden)))
        self.wh = Parameter(initializer((hidden, hidden)))
        self.b = Parameter(Zero()((hidden,)))

    def forward(self, x):
        wx, wh, b = self.wx.data, self.wh.data, self.b.data
        check_array(self, x, "n", "T", len(wx))
        hs = [np.zeros_like(x, shape=(len(x), len(wh)))]
        for t in range(x.shape[1]):
            hs.append(np.tanh(x[:, t] @ wx + hs[t] @ wh + b))
        self.cache = x, hs
        return np.stack(hs[1:], axis=1)

    def backward(self, dy):
        x, hs = self.cache
        dzs, dh = [], 0.0
        for t in reversed(range(x.shape[1])):
            dzs.append((dy[:, t] + dh) * (1 - hs[t + 1] ** 2))
            dh = dzs[-1] @ self.wh.data.T
        dz = np.stack(dzs[::-1], axis=1)  # (n, T, hidden)
        dwx = np.tensordot(x, dz, axes=((0, 1), (0, 1)))
        dwh = np.tensordot(np.stack(hs[:-1], axis=1), dz, axes=((0, 1), (0, 1)))
        return dz @ self.wx.data.T, {"wx": dwx, "wh": dwh, "b": np.sum(dz, axis=(0, 1))}

    def multiply_adds(self, y_shape):
        return prod(y_shape[:2]) * (self.wx.size + self.wh.size)

    def describe(self):
        return "{}, {}".format(*self.wx.shape)
