"""Layers that are odd in every way: what is wrong is said in one clear sentence, what is right is
accepted, and all is put back as it was."""

import sys
import threading
import warnings

import numpy as np
import pytest

import edunn as nn
from changed_layers import NoText, assert_same_state, first, layer, raises, state_of, then
from edunn.checking.exceptions import in_words

pytestmark = pytest.mark.slow

X = np.random.default_rng(3).normal(size=(4, 3))
CHECKS = [nn.check_gradients, nn.check_layer]
both = pytest.mark.parametrize("check", CHECKS, ids=["gradients", "layer"])


def new_w(make):
    return then(lambda self, _: setattr(self, "w", make(self.w)))


def new_data(make):
    return then(lambda self, _: setattr(self.w, "data", make(self.w.data)))


class WithoutArgument(nn.Linear):
    def forward(self):
        return 1


class WithTwo(nn.Linear):
    def forward(self, x, y):
        return x


class IsGenerator(nn.Linear):
    def forward(self, x):
        yield x


class Recursive(nn.Linear):
    def forward(self, x):
        return self.forward(x)


class TrainRaises(nn.Linear):
    def train(self, mode=True):
        raise RuntimeError("no training")


class Selects(nn.Module):
    """an output whose shape depends on the numbers"""

    def forward(self, x):
        self.cache = x
        return x[x > 0]

    def backward(self, dy):
        dx = np.zeros_like(self.cache)
        dx[self.cache > 0] = dy
        return dx, {}


def three_two(kind):
    return lambda: kind(3, 2)


GIVES = "where an array of real numbers is needed"
SENTENCES = {  # what is wrong, and what is said of it
    "no argument": (three_two(WithoutArgument), "takes 1 positional argument but 2 were given"),
    "two arguments": (three_two(WithTwo), "missing 1 required positional argument: 'y'"),
    "a generator": (three_two(IsGenerator), f"forward gives generator, {GIVES}"),
    "recursion": (three_two(Recursive), "RecursionError: maximum recursion depth exceeded"),
    "an error without text": (layer(raises(NoText())), "stops with an error: NoText"),
    "an error of megabytes": (layer(raises(ValueError("ab " * 10**6))), "ValueError: ab ab ab"),
    "no Exception": (layer(raises(BaseException("base"))), "BaseException: base"),
    "the end of a generator": (layer(raises(GeneratorExit())), "GeneratorExit"),
    "exit": (layer(raises(SystemExit(3))), "SystemExit: 3"),
    "a matrix": (layer(lambda self, right, x: right(x).view(np.matrix)), f"gives matrix, {GIVES}"),
    "a masked array": (
        layer(lambda self, right, x: np.ma.masked_less(right(x), 0)),
        f"gives MaskedArray, {GIVES}",
    ),
    "a masked gradient": (
        layer(None, lambda self, right, dy: (np.ma.masked_less(right(dy)[0], 0), right(dy)[1])),
        f"backward gives MaskedArray, {GIVES}",
    ),
    "a module": (layer(lambda self, right, x: self), f"gives Layer, {GIVES}"),
    "an int": (layer(lambda self, right, x: 0), f"gives int, {GIVES}"),
    "a pair in a pair": (
        layer(None, lambda self, right, dy: (right(dy), {})), f"backward gives dict, {GIVES}"
    ),
    "a new Parameter": (
        layer(new_w(lambda w: nn.Parameter(w.data.copy()))),
        "forward puts something new in the place of the parameter w",
    ),
    "an array for a Parameter": (
        layer(then(lambda self, _: vars(self).update(w=self.w.data))),
        "forward puts something new in the place of the parameter w",
    ),
    "a Parameter deleted": (
        layer(then(lambda self, _: vars(self).pop("w"))),
        "forward puts something new in the place of the parameter w",
    ),
    "a Parameter deleted in backward": (
        layer(None, then(lambda self, _: vars(self).pop("w"))),
        "backward puts something new in the place of the parameter w",
    ),
    "a new array": (layer(new_data(np.copy)), "puts something new in the place of the parameter w"),
    "float32 for w": (layer(new_data(lambda w: w.astype("f4"))), "in the place of the parameter w"),
    "a list for w": (layer(new_data(np.ndarray.tolist)), "in the place of the parameter w"),
    "nothing for w": (layer(new_data(lambda w: None)), "in the place of the parameter w"),
    "another shape for w": (layer(new_data(np.transpose)), "in the place of the parameter w"),
    "other numbers for w": (layer(new_data(lambda w: 2 * w)), "forward changes the parameter w"),
    "w is locked": (
        layer(first(lambda self, _: self.w.data.setflags(write=False))), "the parameter w"
    ),
    "x is locked": (
        layer(first(lambda self, x: x.setflags(write=False))), "forward changes input 0"
    ),
    "x has another shape": (
        layer(then(lambda self, x: setattr(x, "shape", -1))), "forward changes input 0"
    ),
    "the layer inside itself": (
        layer(first(lambda self, x: setattr(self, "me", self))),
        "In named_parameters, a function calls itself again and again",
    ),
    "inputs_of_dx stops": (
        layer(inputs_of_dx=lambda inputs: 1 / 0), "something is divided by 0 (ZeroDivision"
    ),
}  # fmt: skip


@both
@pytest.mark.parametrize(("make", "says"), SENTENCES.values(), ids=SENTENCES.keys())
def test_it_is_said_in_one_line_and_all_is_put_back(make, says, check):
    one = make()
    before, x = state_of(one), X.copy()
    with pytest.raises(nn.GradientError) as caught:
        check(one, x)
    line, _, text = str(caught.value).partition("\n\n")
    assert says in line
    assert len(line) < 400
    assert len(text.splitlines()) <= 25
    vars(one).pop("me", None)
    assert_same_state(one, before)
    assert np.array_equal(x, X)
    assert x.flags.writeable
    assert caught.value.__context__ is None


def test_what_is_asked_for_besides_may_stop_as_well():
    with pytest.raises(nn.GradientError, match="^TrainRaises.train: train stops with an error"):
        nn.check_layer(TrainRaises(3, 2), X)
    assert nn.check_gradients(TrainRaises(3, 2), X)


def test_an_output_of_changing_shape():
    assert nn.check_gradients(Selects(), X)  # right, where no number changes its sign


# --- layers that are odd, but right

ODD = {
    "sets how NumPy warns": layer(first(lambda self, x: np.seterr(all="raise"))),
    "lowers the recursion limit": layer(first(lambda self, x: sys.setrecursionlimit(500))),
    "warns": layer(first(lambda self, x: warnings.warn("careful", stacklevel=1))),
    "closes what it prints to": layer(first(lambda self, x: sys.stdout.close())),
    "starts threads": layer(first(lambda self, x: threading.Thread(target=int).start())),
    "counts": layer(first(lambda self, x: setattr(self, "n", getattr(self, "n", 0) + 1))),
    "holds itself in a list": layer(then(lambda self, x: vars(self).update(me=[self]))),
}


@both
@pytest.mark.parametrize("make", ODD.values(), ids=ODD.keys())
def test_what_is_odd_may_be_right(make, check):
    one = make()
    before = state_of(one)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert check(one, X)
    assert_same_state(one, before)


@both
def test_whole_numbers_written_into_a_parameter(check):
    one = nn.Linear(3, 2)
    one.w.data = whole = np.array([[1, 2], [3, 4], [5, 6]])
    assert check(one, X)
    assert one.w.data is whole


class CacheIsProperty(nn.Linear):
    cache = property(lambda self: vars(self).get("kept"))

    def forward(self, x):
        vars(self)["kept"] = x
        return x @ self.w.data


@both
def test_a_cache_that_cannot_be_set(check):
    one = CacheIsProperty(3, 2)
    data = one.w.data
    assert check(one, X)
    assert one.w.data is data


@both
def test_true_and_false_are_numbers_too(check):
    assert check(nn.Tanh(), X > 0)
    with pytest.raises(nn.GradientError, match="for input 0, but that input holds whole numbers"):
        check(nn.Tanh(), np.array([[1, 2], [3, 4]]))


def test_a_summary_of_a_thousand_names_is_short():
    class Many(nn.Module):
        def __init__(self):
            self.names = [f"w{i}" for i in range(100)]
            vars(self).update({name: nn.Parameter(np.ones(3)) for name in self.names})

        def forward(self, x):
            return x + sum(getattr(self, name).data for name in self.names)

        def backward(self, dy):
            return dy, {name: dy.sum(axis=0) for name in self.names}

    assert len(repr(nn.check_gradients(Many(), X))) < 250


# --- what cannot be checked at all


class Holds(nn.Module):
    def __init__(self, data):
        self.w = nn.Parameter(np.ones(3))
        self.w.data = data

    def forward(self, x):
        return x * self.w.data


def inside_itself():
    one = nn.Linear(3, 2)
    one.child = nn.Tanh()
    one.child.parent = one
    return one


class NoChildren(nn.Linear):
    def children(self):
        raise RuntimeError("no children")


REFUSED = {
    "parameter w of type float": (lambda: Holds(2.0), X),
    "parameter w of type list": (lambda: Holds([1.0]), X),
    "parameter w of type NoneType": (lambda: Holds(None), X),
    "parameter w of dtype object": (lambda: Holds(np.array([None])), X),
    "parameter w of dtype complex128": (lambda: Holds(np.ones(3) * 1j), X),
    "parameter w with 1 values that are no numbers": (lambda: Holds(np.array([1, np.nan])), X),
    "which has itself among the modules inside it": (inside_itself, X),
    "whose parameters cannot be read: no children": (lambda: NoChildren(3, 2), X),
    "input 0 with 1 values that are no numbers": (nn.Tanh, np.array([[1.0, np.inf]])),
    "an empty batch": (nn.Tanh, X[:0]),
    "input 0 of dtype object": (nn.Tanh, X.astype(object)),
    "input 0 of dtype complex128": (nn.Tanh, X + 0j),
    "input 0 of type list": (nn.Tanh, X.tolist()),
    "input 0 of type NoneType": (nn.Tanh, None),
    "input 0 with \\d+ masked numbers": (nn.Tanh, np.ma.masked_less(X, 0)),
}


@both
@pytest.mark.parametrize("says", REFUSED)
def test_what_cannot_be_checked_is_refused(says, check):
    make, x = REFUSED[says]
    with pytest.raises((TypeError, ValueError), match=f"^{check.__name__} got .*{says}"):
        check(make(), x)


ANY = [X.view(np.matrix), np.ma.array(X), np.asfortranarray(X), X.astype(">f8"), X[::2],
       X.astype(np.longdouble), nn.Tensor(X), X * 1e300, X * 1e-300, 0 * X, X[:1]]  # fmt: skip


@both
@pytest.mark.parametrize("x", ANY, ids=range(len(ANY)))
def test_inputs_of_many_kinds(x, check):
    for one in (nn.Linear(3, 2), nn.Tanh()):
        assert check(one, x)


def test_an_error_in_words():
    assert in_words(ValueError("a\n  b")) == "ValueError: a b"
    assert in_words(ValueError()) == "ValueError"
    assert in_words(NoText()) == "NoText"
    assert len(in_words(ValueError("x" * 10**6))) == 160


@pytest.mark.parametrize("error", [KeyboardInterrupt, NotImplementedError])
def test_interrupts_and_todos_come_through(error):
    with pytest.raises(error):
        nn.check_layer(layer(raises(error()))(), X)
