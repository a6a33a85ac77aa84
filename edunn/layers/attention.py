"""Multi-head attention: each position takes a weighted mean of what the others hold."""

import math
from math import prod

import numpy as np

from edunn.core import Module, Parameter
from edunn.initializers import XavierUniform, Zero
from edunn.inputs import check_array, check_sizes
from edunn.layers.activations import Softmax
from edunn.layers.linear import rows
from edunn.words import named


@named()
class _Projections(Module):
    """The Parameters of attention: the products with them, and how they meet in heads."""

    def __init__(self, features, heads, causal=False, bias=True, initializer=XavierUniform()):
        check_sizes(type(self).__name__, features=features, heads=heads)
        if features % heads:
            wanted = f"a multiple of heads={heads}"
            raise ValueError(f"{type(self).__name__} got features={features}, not {wanted}")
        self.in_features = self.out_features = features
        self.heads, self.causal, self.softmax = heads, causal, Softmax()
        matrices = [initializer((features, features)) for _ in range(4)]
        self.w = Parameter(np.concatenate(matrices[:3], axis=1))
        self.b = Parameter(Zero()((3 * features,))) if bias else None
        self.wo = Parameter(matrices[3])
        self.bo = Parameter(Zero()((features,))) if bias else None

    def multiply_adds(self, y_shape):
        return prod(y_shape[:-1]) * (self.w.size + self.wo.size)

    def describe(self):
        return f"{self.in_features}, heads={self.heads}" + ", causal=True" * bool(self.causal)

    def __repr__(self):
        return f"{type(self).__name__}({self.describe()})"  # its softmax is no child to show

    def inputs_of_dx(self, inputs):
        """Not the padding, which is no number to learn from."""
        return tuple(x for x in inputs[:3] if x is not None)

    def split(self, x):
        """(n, T, features) as (n, heads, T, d)"""
        return np.swapaxes(np.reshape(x, (*x.shape[:2], self.heads, -1)), 1, 2)

    def join(self, x):
        """(n, heads, T, d) as (n, T, features)"""
        return np.reshape(np.swapaxes(x, 1, 2), (len(x), x.shape[2], -1))


class MultiHeadAttention(_Projections):
    """y = (the heads, side by side) wo + bo, where a head = a v and a = softmax(q k' / sqrt(d))

    q = query wq + bq, k = key wk + bk, v = value wv + bv, of which each head has its own d =
    features / heads columns (Vaswani et al. 2017, arXiv:1706.03762)

    forward(x): self-attention, in which query, key and value are all x: (n, T, features)
    forward(query, key, value): (n, T, features), (n, S, features), (n, S, features)
    w: (features, 3 features), which is wq, wk, wv side by side    b: (3 features,)
    wo: (features, features)    bo: (features,)    a: (n, heads, T, S)    y: (n, T, features)

    causal: True if position t sees positions up to t only
    padding, optional fourth input: (n, S), not 0 where a key is filling that nobody is to see;
    where a query sees nothing at all, its a is 0
    """

    def forward(self, query, key=None, value=None, padding=None):
        inputs = _inputs(self, query, key, value, padding)
        b = [0.0] * 3 if self.b is None else np.split(self.b.data, 3)
        parts = zip(inputs, np.split(self.w.data, 3, axis=1), b)
        q, k, v = (self.split(x @ wx + bx) for x, wx, bx in parts)  # (n, heads, T or S, d) each
        q = q / math.sqrt(q.shape[3])  # here, as there are more scores
        a = _attention(self, q, k, padding)
        joined = self.join(a @ v)
        self.cache = inputs, key is None, (q, k, v), a, joined
        y = joined @ self.wo.data
        return y if self.bo is None else y + self.bo.data

    def backward(self, dy):
        inputs, alone, (q, k, v), a, joined = self.cache
        dheads = self.split(dy @ self.wo.data.T)  # (n, heads, T, d)
        self.softmax.cache = a
        dscores, _ = self.softmax.backward(dheads @ np.swapaxes(v, 2, 3))  # (n, heads, T, S)
        dq = dscores @ k / math.sqrt(k.shape[3])
        da = dq, np.swapaxes(dscores, 2, 3) @ q, np.swapaxes(a, 2, 3) @ dheads
        dq, dk, dv = dz = [self.join(d) for d in da]  # (n, T or S, features) each
        dw = [rows(x).T @ rows(d) for x, d in zip(inputs, dz)]
        grads = {"w": np.concatenate(dw, axis=1), "wo": rows(joined).T @ rows(dy)}
        if self.b is not None:
            grads["b"] = np.concatenate([np.sum(d, axis=(0, 1)) for d in dz])
            grads["bo"] = np.sum(dy, axis=(0, 1))
        dxs = tuple(d @ wx.T for d, wx in zip(dz, np.split(self.w.data, 3, axis=1)))
        return sum(dxs[1:], dxs[0]) if alone else dxs, grads

    def attention(self, *inputs):
        """The a of these inputs, (n, heads, T, S): how much of each value each query takes."""
        self.forward(*inputs)
        return self.cache[3]


def _inputs(layer, query, key, value, padding):
    """(query, key, value), each of a shape that fits; x three times for self-attention"""
    check_array(layer, query, "n", "T", layer.in_features, name="query")
    if (key is None) != (value is None):
        raise ValueError(f"{layer} got key or value alone, not both or neither")
    key, value = (query, query) if key is None else (key, value)
    check_array(layer, key, len(query), "S", layer.in_features, name="key")
    check_array(layer, value, *key.shape, name="value")
    if padding is not None:
        check_array(layer, padding, *key.shape[:2], name="padding")
    return query, key, value


def _attention(layer, q, k, padding):
    """softmax(q k') over the keys that are seen: (n, heads, T, S)"""
    scores = q @ np.swapaxes(k, 2, 3)
    T, S = scores.shape[2:]
    hidden = padding[:, None, None, :] != 0 if padding is not None else False
    if layer.causal:
        hidden = hidden | (np.arange(S, like=q) > np.arange(T, like=q)[:, None])
    if hidden is False:
        return layer.softmax.forward(scores)
    lowest = float(np.finfo(scores.dtype).min) / 2  # whose exp is 0
    return layer.softmax.forward(np.where(hidden, lowest, scores)) * ~hidden
