"""Normalization of each example by itself: LayerNorm."""

from numbers import Integral

import numpy as np

from edunn.core import Module, Parameter
from edunn.initializers import One, Zero
from edunn.inputs import check_features, check_positive, check_shape
from edunn.words import named


@named()
class LayerNorm(Module):
    """y = w (x - mean) / sqrt(variance + eps) + b, where mean and variance are those of the last
    axes of x, example by example (Ba et al. 2016, arXiv:1607.06450)

    normalized_shape: the sizes of those axes, or one number
    x, y: (..., *normalized_shape)    w, b: normalized_shape
    """

    def __init__(self, normalized_shape, eps=1e-5):
        sizes = [normalized_shape] if isinstance(normalized_shape, Integral) else normalized_shape
        check_shape("LayerNorm", sizes or None, "normalized_shape")
        check_positive("LayerNorm", eps=eps)
        self.in_features = self.out_features = sizes[-1]
        self.eps = eps
        self.w, self.b = Parameter(One()(tuple(sizes))), Parameter(Zero()(tuple(sizes)))

    def forward(self, x):
        check_features(self, x, *self.w.shape)
        last = tuple(range(-self.w.ndim, 0))
        mean = np.mean(x, axis=last, keepdims=True)
        scale = 1 / np.sqrt(np.var(x, axis=last, keepdims=True) + self.eps)
        normal = (x - mean) * scale
        self.cache = normal, scale, last
        return normal * self.w.data + self.b.data

    def backward(self, dy):
        normal, scale, last = self.cache
        before = tuple(range(dy.ndim - len(last)))
        grads = {"w": np.sum(dy * normal, axis=before), "b": np.sum(dy, axis=before)}
        dx = dy * self.w.data  # mean and variance move with x, and take their part back:
        means = [np.mean(part, axis=last, keepdims=True) for part in (dx, dx * normal)]
        return (dx - means[0] - normal * means[1]) * scale, grads

    def multiply_adds(self, y_shape):
        return 0

    def describe(self):
        return f"{self.w.size if self.w.ndim == 1 else self.w.shape}"
