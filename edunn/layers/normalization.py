"""Normalization of each example by itself: LayerNorm."""

from numbers import Integral

import numpy as np

from edunn.core import Module, Parameter
from edunn.initializers import One, Zero
from edunn.inputs import check_features, check_positive, check_shape
from edunn.layers.linear import row_sums
from edunn.words import named, settled_words


@named()
class LayerNorm(Module):
    """y = w (x - mean) / sqrt(variance + eps) + b, where mean and variance are those of the last
    axes of x, example by example (Ba et al. 2016, arXiv:1607.06450)

    normalized_shape: the sizes of those axes, or one number
    x, y: (..., *normalized_shape)    w, b: normalized_shape
    """

    @settled_words(elementwise_affine=True, bias=True)
    def __init__(self, normalized_shape, eps=1e-5):
        sizes = [normalized_shape] if isinstance(normalized_shape, Integral) else normalized_shape
        check_shape("LayerNorm", sizes or None, "normalized_shape")
        check_positive("LayerNorm", eps=eps)
        self.in_features = self.out_features = sizes[-1]
        self.eps = eps
        self.w, self.b = Parameter(One()(tuple(sizes))), Parameter(Zero()(tuple(sizes)))

    def forward(self, x):
        check_features(self, x, *self.w.shape)
        w, b = self.w.data.reshape(-1), self.b.data.reshape(-1)
        z = x.reshape(-1, len(w))  # (rows, features)
        centered = z - row_sums(z) / len(w)
        scale = 1 / np.sqrt(row_sums(centered**2) / len(w) + self.eps)
        self.cache = normal, scale = centered * scale, scale
        return (normal * w + b).reshape(x.shape)

    def backward(self, dy):
        normal, scale = self.cache
        dz = dy.reshape(normal.shape)
        grads = {"w": np.sum(dz * normal, axis=0), "b": np.sum(dz, axis=0)}
        dz = dz * self.w.data.reshape(-1)  # mean and variance move with x, and take their part back
        means = [row_sums(part) / part.shape[1] for part in (dz, dz * normal)]
        dx = (dz - means[0] - normal * means[1]) * scale
        return dx.reshape(dy.shape), {name: d.reshape(self.w.shape) for name, d in grads.items()}

    def multiply_adds(self, y_shape):
        return 0

    def describe(self):
        return f"{self.w.size if self.w.ndim == 1 else self.w.shape}"
