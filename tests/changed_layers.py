"""A layer with other methods, and what a check must leave of it as it was."""

import sys

import numpy as np

import edunn as nn
from edunn.backend import generator


def layer(forward=None, backward=None, **attributes):
    """A Linear(3, 2) with other methods, each of which gets the right one, and its argument."""

    class Layer(nn.Linear):
        def __init__(self):
            super().__init__(3, 2)
            for name, value in attributes.items():
                setattr(self, name, value)

        def forward(self, x):
            return forward(self, super().forward, x) if forward else super().forward(x)

        def backward(self, dy):
            return backward(self, super().backward, dy) if backward else super().backward(dy)

    return Layer


def then(change):
    """A method that does what is right, and then something to the layer and its argument."""

    def method(self, right, array):
        result = right(array)
        change(self, array)
        return result

    return method


def first(change):
    """The same the other way round."""

    def method(self, right, array):
        change(self, array)
        return right(array)

    return method


def raises(error):
    def method(self, right, array):
        raise error

    return method


class NoText(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def state_of(one):
    _, keys, *rest = np.random.get_state()
    held = {n: (p, p.data, p.data.copy(), p.grad) for n, p in one.named_parameters().items()}
    random = keys.tolist(), rest, str(generator().bit_generator.state)
    return held, random, one.cache, one.training, np.geterr(), sys.getrecursionlimit()


def assert_same_state(one, before):
    now = state_of(one)
    assert now[0].keys() == before[0].keys()
    for (p, data, _, grad), (old, old_data, values, old_grad) in zip(
        now[0].values(), before[0].values()
    ):
        assert (p, grad) == (old, old_grad)
        assert data is old_data
        np.testing.assert_array_equal(data, values)
    assert now[2] is before[2]
    assert (now[1], *now[3:]) == (before[1], *before[3:])
