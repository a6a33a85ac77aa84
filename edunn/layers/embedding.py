"""Embedding: a learned row of numbers for each whole number."""

import numpy as np

from edunn.backend import device_of
from edunn.core import Module, Parameter
from edunn.initializers import RandomNormal
from edunn.inputs import check_array, check_index, check_indices, check_sizes
from edunn.words import named


@named()
class Embedding(Module):
    """y = w[x]

    x: whole numbers from 0 to num_embeddings - 1, any shape
    w: (num_embeddings, embedding_dim)    y: the shape of x, and then embedding_dim
    features: an older word for embedding_dim
    padding_idx: a number whose row starts at 0 and gets no gradient: it fills up short sequences
    """

    takes_indices = True

    def __init__(
        self, num_embeddings, embedding_dim=None, initializer=RandomNormal(1.0), features=None,
        padding_idx=None,
    ):  # fmt: skip
        embedding_dim = features if embedding_dim is None else embedding_dim
        check_sizes("Embedding", num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        self.out_features, self.padding_idx = embedding_dim, padding_idx
        self.w = Parameter(initializer((num_embeddings, embedding_dim)))
        if padding_idx is not None:
            check_index("Embedding", num_embeddings, padding_idx=padding_idx)
            self.w.data[padding_idx] = 0

    def forward(self, x):
        check_array(self, x)
        if device_of(x) == "cpu":  # on a GPU, looking at values would make it wait
            check_indices(self, x, len(self.w))
        self.cache = x
        return self.w.data[x]

    def backward(self, dy):
        dw = np.zeros_like(self.w.data, dtype=dy.dtype)
        _add_rows(dw, self.cache, dy)
        if self.padding_idx is not None:
            dw[self.padding_idx] = 0
        return None, {"w": dw}

    def multiply_adds(self, y_shape):
        return 0

    def describe(self):
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return "{}, {}".format(*self.w.shape) + padding


def _add_rows(total, places, rows):
    """total[places] += rows, in which a place that comes twice gets both rows; number by number
    along all of total, one row after another, as NumPy is fast with one axis only"""
    features = np.arange(total.shape[1], like=total)
    numbers = (places * len(features))[..., None] + features
    np.add.at(total.reshape(-1), numbers.reshape(-1), rows.reshape(-1))
