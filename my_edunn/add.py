import numpy as np

import my_edunn as nn

__all__ = ["Add"]


def unbroadcast(dy, shape):
    """dy, summed over all axes that broadcasting has added to `shape`, or stretched in it.

    dy: an array to whose shape an array of shape `shape` can be broadcast
    returns: an array of shape `shape`
    """
    ### BEGIN SOLUTION
    while dy.ndim > len(shape):
        dy = dy.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            dy = dy.sum(axis=axis, keepdims=True)
    ### END SOLUTION
    return dy


class Add(nn.Module):
    """y = a + b; a and b may broadcast"""

    def forward(self, a, b):
        """The sum y; keeps what backward needs."""
        ### BEGIN SOLUTION
        self.cache = a.shape, b.shape
        y = a + b
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients da, of the shape of a, and db, of the shape of b, for dy like y."""
        ### BEGIN SOLUTION
        a_shape, b_shape = self.cache
        da = unbroadcast(dy, a_shape)
        db = unbroadcast(dy, b_shape)
        ### END SOLUTION
        return (da, db), {}
