"""Mistakes of students that were once told something else: each has a diagnosis of its own now."""

import numpy as np
import pytest

import edunn as nn
from edunn.checking.initializers import find_in_initializer
from edunn.checking.laws import examine_point
from edunn.checking.messages import message
from edunn.checking.suite import examine_layer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))
PICTURES = RNG.normal(size=(3, 2, 5, 4))


def said(found):
    """The id and all that a student reads first."""
    pattern, hint, _ = message(found[0])
    return found[0].id, f"{pattern} {hint}"


# --- beside the cache


class KeepsX(nn.Linear):
    def forward(self, x):
        self.x = x
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.x.T @ dy}


class KeepsY(nn.Sigmoid):
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, dy):
        return dy * self.y * (1 - self.y), {}


class KeepsMask(nn.Dropout):
    """Right by chance where every forward draws the same numbers."""

    def forward(self, x):
        self.mask = np.ones(x.shape)
        if self.training:
            self.mask = (np.random.random(x.shape) >= self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask, {}


class KeepsShape(nn.Flatten):
    """Right by chance where every batch has the same size."""

    def forward(self, x):
        self.x_shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.x_shape), {}


class KeepsShapeOfPictures(nn.Conv2d):
    def forward(self, x):
        self.n = len(x)
        return super().forward(x)

    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx.reshape(self.n, *dx.shape[1:]), grads


class Slope:
    def __init__(self, y):
        self.of = 1 - y**2


class KeepsWhereTheLastWas(nn.Tanh):
    """Python gives the new object the place, and so the id, of the one that is gone."""

    def forward(self, x):
        y = np.tanh(x)
        self.slope = None
        self.slope = Slope(y)
        return y

    def backward(self, dy):
        return dy * self.slope.of, {}


OUTSIDE = [
    (KeepsX(3, 2), X, "self.x"),
    (KeepsY(), X, "self.y"),
    (KeepsMask(0.3), X, "self.mask"),
    (KeepsWhereTheLastWas(), X, "self.slope"),
    (KeepsShape(), PICTURES, "self.x_shape"),
    (KeepsShapeOfPictures(2, 3, 2), PICTURES, "self.n"),
]


@pytest.mark.parametrize(("layer", "x", "name"), OUTSIDE, ids=lambda one: type(one).__name__)
def test_what_is_kept_outside_of_the_cache_is_named(layer, x, name):
    for found in (examine_point(layer, (x,)).findings, examine_layer(layer, (x,)).findings):
        id, text = said(found)
        assert id == "kept_in_attribute"
        assert f"backward reads {name}, which the next forward overwrites" in text


class Hides(nn.Tanh):
    """What it keeps is no attribute of its own."""

    kept = [None]  # noqa: RUF012

    def forward(self, x):
        self.kept[0] = 1 - np.tanh(x) ** 2
        return np.tanh(x)

    def backward(self, dy):
        return dy * self.kept[0], {}


def test_what_is_kept_in_another_place_is_said_without_a_name():
    id, text = said(examine_point(Hides(), (X,)).findings)
    assert id == "kept_outside_cache"
    assert "a mask, an output, a shape" in text


class Chain(nn.Module):
    """Layers one after another, as in exercise 9."""

    def __init__(self, *layers):
        self.layers, self.cache = list(layers), []

    def children(self):
        return {str(place): layer for place, layer in enumerate(self.layers)}

    def begin(self):
        self.cache = []

    def forward(self, x):
        self.begin()
        for layer in self.layers:
            x = layer.forward(x)
            self.cache.append(layer.cache)
        return x

    def backward(self, dy):
        grads = {}
        for place, layer in reversed(list(enumerate(self.layers))):
            layer.cache = self.cache[place - len(self.layers)]
            dy, own = layer.backward(dy)
            grads |= {f"{place}.{name}": gradient for name, gradient in own.items()}
        return dy, grads


class GrowingList(Chain):
    def begin(self):
        """The list of caches is made once."""


def test_a_cache_that_is_never_renewed():
    id, text = said(examine_point(GrowingList(nn.Linear(3, 2), nn.Tanh()), (X,)).findings)
    assert id == "cache_not_renewed"
    assert "Each forward has to begin with a new, empty one" in text


class CountsItsCalls(nn.Linear):
    """What it keeps beside its cache has no part in backward."""

    calls, latest = 0, None

    def forward(self, x):
        self.calls += 1
        self.latest = x
        return super().forward(x)


class KeepsAConstant(nn.Linear):
    """Made at the first call, and the same at every other."""

    order = None

    def forward(self, x):
        if self.order is None:
            self.order = np.arange(3)
        return super().forward(x[:, self.order])

    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx[:, self.order], grads


@pytest.mark.parametrize(
    "layer", [CountsItsCalls(3, 2), KeepsAConstant(3, 2), Chain(nn.Linear(3, 2), nn.Tanh())]
)
def test_what_does_no_harm_is_not_told(layer):
    assert examine_point(layer, (X,)).findings == []
    assert examine_layer(layer, (X,)).findings == []


class TurnsItsList(Chain):
    def backward(self, dy):
        self.layers.reverse()
        return dy, {}


def test_a_list_of_layers_that_is_turned_round_for_good():
    layer = TurnsItsList(nn.Linear(3, 3), nn.Tanh(), nn.Bias(3))
    id, text = said(examine_point(layer, (X,)).findings)
    assert id == "reorders_parameters"
    assert "The order of the layers inside has changed for good" in text


# --- numbers


class Looks(nn.Module):
    """A table of which rows are picked by whole numbers."""

    def __init__(self):
        self.w = nn.Parameter(np.random.default_rng(1).normal(size=(6, 2)))

    def forward(self, index):
        self.cache = index
        return self.w.data[index]

    def backward(self, dy):
        dw = np.zeros_like(self.w.data)
        dw[self.cache] += dy
        return None, {"w": dw}


class Assigns(Looks):
    def backward(self, dy):
        dw = np.zeros_like(self.w.data)
        dw[self.cache] = dy
        return None, {"w": dw}


@pytest.mark.parametrize("layer", [Looks(), Assigns()])
@pytest.mark.parametrize("index", [np.array([1, 5, 1, 0, 1]), np.array([[1, 2], [2, 1], [0, 5]])])
def test_an_index_that_comes_twice_counts_twice(layer, index):
    id, text = said(examine_point(layer, (index,)).findings)
    assert id == "repeated_index"
    assert "an index that comes several times counts only once" in text


class MeanOfSquares(nn.Module):
    """one number; backward divides by n as often as it is told"""

    def __init__(self, times):
        self.times = times

    def forward(self, x):
        self.cache = x
        return np.mean(np.sum(x**2, axis=1))

    def backward(self, dy):
        return dy * 2 * self.cache / len(self.cache) ** self.times, {}


class SumOfSquares(MeanOfSquares):
    def forward(self, x):
        self.cache = x
        return np.sum(x**2)


class DividesRows(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx / len(dy), grads


class DividesW(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {"w": grads["w"] / len(dy)}


@pytest.mark.parametrize(
    ("layer", "id", "says"),
    [
        (MeanOfSquares(2), "ratio_batch_twice", "divided by n twice|But it divides once more"),
        (SumOfSquares(1), "ratio_batch", "You take a mean over the examples"),
        (DividesRows(3, 2), "ratio_batch_rows", "each example has its own row"),
        (DividesW(3, 2), "ratio_batch", "You take a mean over the examples"),
    ],
)
def test_a_number_of_examples_too_many_below_the_line(layer, id, says):
    found, text = said(examine_point(layer, (X,)).findings)
    assert found == id
    assert any(words in text for words in says.split("|"))


class OneMaximum(nn.Softmax):
    def forward(self, x):
        e = np.exp(x - np.max(x))
        self.cache = e / np.sum(e, axis=1, keepdims=True)
        return self.cache


class NoMaximum(nn.Softmax):
    def forward(self, x):
        e = np.exp(x)
        self.cache = e / np.sum(e, axis=1, keepdims=True)
        return self.cache


def test_one_maximum_for_all_rows_is_no_overflow():
    id, text = said(examine_layer(OneMaximum(), (X,), nn.Softmax()).findings)
    assert id == "not_finite_together"
    assert "0 / 0 is NaN" in text
    assert said(examine_layer(NoMaximum(), (X,), nn.Softmax()).findings)[0] == "overflow"


@pytest.mark.parametrize(("kind", "digits"), [("float16", "three digits"), ("float32", "half of")])
def test_the_width_of_numbers_is_named(kind, digits):
    class Narrow(nn.Tanh):
        def forward(self, x):
            return super().forward(x).astype(kind)

    id, text = said(examine_point(Narrow(), (X,)).findings)
    assert id == f"dtype_{kind}"
    assert f"is {kind}, though all inputs are float64" in text
    assert digits in text


class RoundsY(nn.Linear):
    def forward(self, x):
        return np.round(super().forward(x), 2)


class SignOfX(nn.Module):
    """What comes out are whole numbers, as they should be: its backward is wrong."""

    def forward(self, x):
        return np.sign(x)

    def backward(self, dy):
        return dy, {}


def test_a_rounded_output_is_not_backwards_fault():
    found = examine_point(RoundsY(3, 2), (X,)).findings
    assert said(found) == (
        "forward_rounds",
        "All outputs are rounded to 2 decimals. A rounded output stands still when its input moves "
        "a little, and then jumps: it has no slope to learn from. Round only what you print, never "
        "what you give back.",
    )
    assert found[0].part == "forward"
    assert examine_point(SignOfX(), (X,)).findings[0].part == "backward"


class KeepsTheAxis(nn.Bias):
    def backward(self, dy):
        return dy, {"b": np.sum(dy, axis=0, keepdims=True)}


class LosesTheAxis(nn.Module):
    """b: (1, 3)"""

    def __init__(self):
        self.b = nn.Parameter(np.ones((1, 3)))

    def forward(self, x):
        return x + self.b.data

    def backward(self, dy):
        return dy, {"b": np.sum(dy, axis=0)}


class OneSum(nn.Bias):
    def backward(self, dy):
        return dy, {"b": np.sum(dy)}


@pytest.mark.parametrize(
    ("layer", "id", "says"),
    [
        (KeepsTheAxis(3), "shape_extra_axis", "Is that asked for here?"),
        (LosesTheAxis(), "shape_lost_axis", "is there an option that keeps it?"),
        (OneSum(3), "shape_number", "Everything was added up into one number"),
    ],
)
def test_an_axis_too_many_is_not_one_too_few(layer, id, says):
    found, text = said(examine_point(layer, (X,)).findings)
    assert found == id
    assert says in text


# --- what is given back


class GivesLists(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {"w": grads["w"].tolist()}


class GivesAListOfTwo(nn.Linear):
    def backward(self, dy):
        return list(super().backward(dy))


@pytest.mark.parametrize(
    ("layer", "id", "says"),
    [
        (GivesLists(3, 2), "gradient_list", "the gradient of w as a list"),
        (GivesAListOfTwo(3, 2), "returns_list_pair", "side by side, separated by a comma"),
    ],
)
def test_lists_are_no_arrays(layer, id, says):
    for found in (examine_point(layer, (X,)).findings, examine_layer(layer, (X,)).findings):
        name, text = said(found)
        assert name == id
        assert says in text


# --- inner layers


class CachesAtTheEnd(nn.Module):
    """y = f(g(f(x))); the memories are taken after all have run"""

    def __init__(self):
        self.f, self.g = nn.Dense(3, 3, "tanh"), nn.Tanh()

    def forward(self, x):
        y = self.f.forward(self.g.forward(self.f.forward(x)))
        self.cache = self.f.cache, self.g.cache
        return y

    def backward(self, dy):
        f, g = self.cache
        self.f.cache, self.g.cache = f, g
        dy, last = self.f.backward(dy)
        dy, _ = self.g.backward(dy)
        self.f.cache = f
        dx, first = self.f.backward(dy)
        return dx, {f"f.{name}": first[name] + last[name] for name in first}


def test_memories_that_are_taken_at_the_end():
    id, text = said(examine_point(CachesAtTheEnd(), (X,)).findings)
    assert id == "inner_same_memory"
    assert "f (Dense)" in text
    assert "When do you take it: at once, or at the end?" in text


class ForwardOrder(nn.Module):
    """y = f(f(x)); backward takes the memories in the order of forward"""

    def __init__(self):
        self.f = nn.Dense(3, 3, "tanh")

    def forward(self, x):
        self.cache = []
        for _ in range(2):
            x = self.f.forward(x)
            self.cache.append(self.f.cache)
        return x

    def backward(self, dy):
        grads = {}
        for cache in self.cache:
            self.f.cache = cache
            dy, own = self.f.backward(dy)
            grads = {f"f.{name}": own[name] + grads.get(f"f.{name}", 0) for name in own}
        return dy, grads


def test_memories_that_are_taken_in_the_order_of_forward():
    id, text = said(examine_point(ForwardOrder(), (X,)).findings)
    assert id == "inner_exchanged_memory"
    assert "The run that came last must go back first" in text


# --- initializers


@pytest.mark.parametrize(
    ("draw", "id", "says"),
    [
        (np.zeros, "init_all_zero", "Is what was drawn given back"),
        (np.ones, "init_all_equal", "One number was drawn and put everywhere"),
        (lambda shape: np.full(shape, np.random.normal()), "init_all_equal", "One number was"),
    ],
)
def test_one_number_everywhere(draw, id, says):
    found = find_in_initializer(draw, 0.0, 0.1, "normal")
    assert said(found)[0] == id
    assert says in said(found)[1]
    assert find_in_initializer(np.ones, 1.0, 0.0) == []
