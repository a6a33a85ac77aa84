"""Layers made of layers: what the checker says of how backward uses the inner ones."""

import numpy as np
import pytest

import edunn as nn
from edunn.checking.inner_modules import METHODS
from edunn.checking.laws import examine_point
from edunn.containers import add_gradients

pytestmark = pytest.mark.slow

X = np.random.default_rng(3).normal(size=(4, 3))


def found_in(module, x=X):
    (first, *_), _, _ = examine_point(module, (x,))
    return first.id, first.details.get("name")


class Chain(nn.Sequential):
    """A Sequential written out; `order` gives the places that backward visits."""

    def order(self, n):
        return reversed(range(n))

    def hand(self, dy, dx):
        return dx

    def run(self, layer, cache, dy):
        return layer.backward_from(cache, dy)

    def backward_from(self, cache, dy, needs_dx=True):
        grads = {}
        for i in self.order(len(self)):
            dx, layer_grads = self.run(self[i], cache[i], dy)
            dy = self.hand(dy, dx)
            add_gradients(grads, layer_grads)
        return dx, grads


class SameDy(Chain):
    def hand(self, dy, dx):
        return dy


class Forwards(Chain):
    def order(self, n):
        return range(n)


class SkipsTanh(Chain):
    def run(self, layer, cache, dy):
        return (dy, {}) if isinstance(layer, nn.Tanh) else super().run(layer, cache, dy)


class OldMemory(Chain):
    """each layer keeps the memory of its last run"""

    def run(self, layer, cache, dy):
        return layer.backward_from(layer.cache, dy)


class AddsNeighbours(Chain):
    """to what the layers gave"""

    def backward_from(self, cache, dy, needs_dx=True):
        dx, grads = super().backward_from(cache, dy)
        return dx + np.roll(dx, 1, axis=0), grads


class BadTanh(nn.Tanh):
    def backward(self, dy):
        return dy * (1 - self.cache), {}


class BadBias(nn.Bias):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {"b": np.cumsum(grads["b"])}


def layers(tanh=nn.Tanh, bias=nn.Bias):
    return nn.Linear(3, 3), tanh(), bias(3, nn.initializers.RandomNormal(1.0)), nn.Linear(3, 3)


SAID = {
    "right": (Chain, layers(), None),
    "the same dy for all": (SameDy, layers(), ("inner_wrong_dy", "2 (Bias)")),
    "in forward order": (Forwards, layers(), ("inner_wrong_dy", "3 (Linear)")),
    "one left out": (SkipsTanh, layers(), ("inner_not_run", "1 (Tanh)")),
    "put together wrongly": (AddsNeighbours, layers(), ("inner_put_together", None)),
    "a wrong layer": (Chain, layers(BadTanh), ("inner_wrong", "1 (BadTanh)")),
    "a wrong gradient of a parameter": (
        Chain,
        layers(bias=BadBias),
        ("inner_wrong", "2 (BadBias)"),
    ),
}


NESTED = {  # which layer is named where one more follows
    "the same dy for all": ("inner_wrong_dy", "3 (Linear)"),
    "in forward order": ("inner_wrong_dy", "4 (Sequential)"),
}


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("name", SAID)
def test_what_is_said(name, nested):
    kind, inner, says = SAID[name]
    module = kind(*inner)
    if nested and name != "one left out":  # the same, with a container among the layers
        module = kind(*inner, nn.Sequential(nn.Linear(3, 3), nn.Sigmoid()))
        says = NESTED.get(name, says)
    if says is None:
        assert examine_point(module, (X,))[0] == []
    else:
        assert found_in(module) == says


def test_a_layer_used_twice():
    shared = nn.Linear(3, 3)
    for inner in ((shared, nn.Tanh(), shared), (shared, shared)):
        assert examine_point(Chain(*inner), (X,))[0] == []
    found, _, _ = examine_point(OldMemory(shared, nn.Tanh(), shared), (X,))
    assert found[0].id == "cache_not_given_back"


class ForgetsOneRun(nn.Module):
    """y = f(f(x)), of which the memory of the second f is used twice"""

    def __init__(self, f):
        self.f = f

    def forward(self, x):
        y = self.f.forward(self.f.forward(x))
        self.cache = self.f.cache
        return y

    def backward(self, dy):
        total = {}
        for _ in range(2):
            self.f.cache = self.cache
            dy, grads = self.f.backward(dy)
            add_gradients(total, {f"f.{name}": g for name, g in grads.items()})
        return dy, total


class LastUseOnly(ForgetsOneRun):
    def forward(self, x):
        once = self.f.forward(x)
        caches = [self.f.cache]
        y = self.f.forward(once)
        self.cache = [*caches, self.f.cache]
        return y

    def backward(self, dy):
        for cache in reversed(self.cache):
            self.f.cache = cache
            dy, grads = self.f.backward(dy)
        return dy, {f"f.{name}": g for name, g in grads.items()}


def test_two_runs_of_one_layer():
    assert found_in(ForgetsOneRun(nn.Dense(3, 3, "tanh"))) == ("inner_same_memory", "f (Dense)")
    found, _, _ = examine_point(LastUseOnly(nn.Dense(3, 3, "tanh")), (X,))
    assert (found[0].id, found[0].variable) == ("overwritten", "f.w")
    bias = nn.Bias(3, nn.initializers.RandomNormal(1.0))  # keeps no memory: taken in turn
    twice = LastUseOnly(bias)
    assert [one.id for one in examine_point(twice, (X,))[0]] == ["ratio_half"]


@pytest.mark.parametrize("name", [name for name, (_, _, says) in SAID.items() if says])
def test_the_inner_layers_are_left_as_they_were(name):
    kind, inner, _ = SAID[name]
    own = lambda x: nn.Linear.forward(inner[0], x)  # noqa: E731
    vars(inner[0])["forward"] = own
    before = [vars(layer).copy() for layer in inner]
    try:
        assert examine_point(kind(*inner), (X,))[0]
        for layer, held in zip(inner, before):
            assert not (vars(layer).keys() - held.keys()) & set(METHODS)
        assert vars(inner[0])["forward"] is own
    finally:
        del vars(inner[0])["forward"]


class Mixes(nn.Module):
    """an inner layer that gets no array, and one that is never used"""

    def __init__(self):
        self.tanh, self.unused = nn.Tanh(), nn.Linear(3, 3)
        self.unused.w.requires_grad = False

    def forward(self, x):
        y = self.tanh.forward(x)
        self.cache = self.tanh.cache
        return y

    def backward(self, dy):
        self.tanh.cache = self.cache
        self.tanh.backward(dy)
        return np.flip(dy * self.cache, 0) + dy, {}


def test_what_is_not_used_is_not_blamed():
    assert found_in(Mixes()) == ("inner_put_together", None)


class NotNeeded(Mixes):
    """a backward that nobody asks for, as its output does not count"""

    def forward(self, x):
        self.unused.forward(x)
        return super().forward(x)


def test_a_layer_whose_output_does_not_count_needs_no_backward():
    assert found_in(NotNeeded()) == ("inner_put_together", None)
