"""Embedding: a learned row of numbers for each whole number."""

import numpy as np

from edunn.backend import device_of
from edunn.core import Module, Parameter
from edunn.initializers import RandomNormal
from edunn.inputs import check_array, check_indices, check_sizes


class Embedding(Module):
    """y = w[x]

    x: whole numbers from 0 to num_embeddings - 1, any shape    w: (num_embeddings, features)
    y: the shape of x, and features
    """

    def __init__(self, num_embeddings, features, initializer=RandomNormal(1.0)):
        check_sizes("Embedding", num_embeddings=num_embeddings, features=features)
        self.w = Parameter(initializer((num_embeddings, features)))

    def forward(self, x):
        check_array(self, x)
        if device_of(x) == "cpu":  # on a GPU, looking at values would make it wait
            check_indices(self, x, len(self.w))
        self.cache = x
        return self.w.data[x]

    def backward(self, dy):
        dw = np.zeros_like(self.w.data, dtype=dy.dtype)
        np.add.at(dw, self.cache, dy)  # a row that was taken twice gets both gradients
        return None, {"w": dw}

    def describe(self):
        return "{}, {}".format(*self.w.shape)
