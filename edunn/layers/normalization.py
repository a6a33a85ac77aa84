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
        normal = z - row_sums(z) / len(w)
        scale = 1 / np.sqrt(np.einsum("ij,ij->i", normal, normal)[:, None] / len(w) + self.eps)
        normal *= scale
        self.cache = normal, scale
        return (normal * w + b).reshape(x.shape)

    def backward(self, dy):
        normal, scale = self.cache
        w, db = self.w.data.reshape(-1), dy.reshape(normal.shape)  # db, dw: of each example
        dw = db * normal
        dx = db * w - (db @ w / len(w))[:, None]  # the mean moves with x, and takes its part back
        dx = (dx - normal * (dw @ w / len(w))[:, None]) * scale  # so does the variance
        dw, db = (np.sum(d, axis=0).reshape(self.w.shape) for d in (dw, db))
        return dx.reshape(dy.shape), {"w": dw, "b": db}

    def multiply_adds(self, y_shape):
        return 0

    def describe(self):
        return f"{self.w.size if self.w.ndim == 1 else self.w.shape}"
