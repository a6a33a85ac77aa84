"""Layers that misbehave in every way: each gets its own finding, and leaves nothing changed."""

import copy
import functools
import sys
import time

import numpy as np
import pytest

import edunn as nn
from edunn.backend import generator
from edunn.checking import set_language
from edunn.checking.laws import examine_point
from edunn.checking.subject import Stop, Subject
from edunn.checking.suite import examine_layer

pytestmark = pytest.mark.slow

X = np.random.default_rng(3).normal(size=(4, 3))
REFERENCE = nn.Linear(3, 2)
CLOCK = functools.partial(next, iter(range(10**9)))  # a clock that never stands still


class Layer(nn.Linear):
    """A Linear(3, 2) with one method, or both, replaced by a function that gets the right one."""

    def __init__(self, forward=None, backward=None):
        super().__init__(3, 2)
        self.bad_forward, self.bad_backward = forward, backward
        self.kept, self.calls = 0.0, 0

    def forward(self, x):
        right = super().forward
        return self.bad_forward(self, right, x) if self.bad_forward else right(x)

    def backward(self, dy):
        right = super().backward
        return self.bad_backward(self, right, dy) if self.bad_backward else right(dy)


def y_is(make):
    """A Layer whose forward returns make(the right y)."""
    return functools.partial(Layer, forward=lambda self, right, x: make(right(x)))


def result_is(make):
    """A Layer whose backward returns make(the right dx, the right dw)."""

    def backward(self, right, dy):
        dx, grads = right(dy)
        return make(dx, grads["w"])

    return functools.partial(Layer, backward=backward)


def dx_is(make):
    return result_is(lambda dx, dw: (make(dx), {"w": dw}))


def dw_is(make):
    return result_is(lambda dx, dw: (dx, {"w": make(dw)}))


def forward(f):
    return functools.partial(Layer, forward=f)


def backward(f):
    return functools.partial(Layer, backward=f)


def raises(*_):
    raise ValueError("of no use\n" * 50)


def nan_at_one_place(a):
    a = a.copy()
    a[1, 1] = np.nan
    return a


def changes_x(self, right, x):
    y = right(x)
    x += 1
    return y


def changes_x_later(self, right, x):
    self.calls += 1
    y = right(x)
    if self.calls > 1:
        x *= 2
    return y


def changes_x_in_backward(self, right, dy):
    result = right(dy)
    self.cache[0] = 7
    return result


def changes_x_in_the_second_backward(self, right, dy):
    self.calls += 1
    result = right(dy)
    if self.calls == 2:
        self.cache[0] = 7
    return result


def changes_dy(self, right, dy):
    result = right(dy)
    dy *= 2
    return result


def changes_w_in_forward(self, right, x):
    y = right(x)
    self.w.data += 0.1
    return y


def replaces_w_in_forward(self, right, x):
    y = right(x)
    self.w.data = self.w.data + 0.1
    return y


def learns_in_backward(self, right, dy):
    dx, grads = right(dy)
    self.w.data -= 0.1 * grads["w"]
    return dx, grads


def new_parameter(self, right, dy):
    result = right(dy)
    self.w = nn.Parameter(self.w.data * 1.5)
    return result


def accumulates(self, right, dy):
    dx, grads = right(dy)
    self.kept = self.kept + grads["w"]
    return dx, {"w": self.kept}


def forgets(self, right, x):
    self.kept = 0.0
    return right(x)


def counts(self, right, x):
    self.calls += 1
    return right(x) + self.calls


def counts_in_backward(self, right, dy):
    self.calls += 1
    dx, grads = right(dy)
    return dx * self.calls, grads


def destroys_its_cache(self, right, dy):
    result = right(dy)
    self.cache = self.cache * 3
    return result


def keeps_x_elsewhere(self, right, x):
    self.kept = x
    return right(x)


def uses_what_it_kept(self, right, dy):
    return right(dy)[0], {"w": self.kept.T @ dy}


def of_every_draw(draw):
    def backward(self, right, dy):
        dx, grads = right(dy)
        return dx * (1 + draw()), grads

    return functools.partial(Layer, backward=backward)


def none_the_second_time(self, right, dy):
    self.calls += 1
    return None if self.calls == 2 else right(dy)


# Each with the finding of one forward and backward, and the same of the whole suite.
BAD = {
    "raises in forward": (forward(raises), "raises"),
    "raises in backward": (backward(raises), "raises"),
    "y is None": (y_is(lambda y: None), "returns_nothing"),
    "y is a tuple of three": (y_is(lambda y: (y, y, y)), "returns_list"),
    "y is a list": (y_is(lambda y: y.tolist()), "returns_list"),
    "y is a dict": (y_is(lambda y: {"y": y}), "dtype_not_numbers"),
    "y is text": (y_is(str), "dtype_not_numbers"),
    "y is whole": (y_is(lambda y: y.astype(int)), "dtype_not_numbers"),
    "y is float32": (y_is(lambda y: y.astype(np.float32)), "dtype_float32"),
    "y is complex": (y_is(lambda y: y + 0j), "dtype_not_numbers"),
    "y is true or false": (y_is(lambda y: y > 0), "dtype_not_numbers"),
    "y is an array of objects": (y_is(lambda y: y.astype(object)), "dtype_not_numbers"),
    "y is a Tensor": (y_is(nn.Tensor), "returns_tensor"),
    "dx is a Parameter": (dx_is(nn.Parameter), "returns_tensor"),
    "y is NaN at one place": (y_is(nan_at_one_place), "not_finite"),
    "y is infinite": (y_is(lambda y: y * np.inf), "not_finite"),
    "backward returns None": (backward(lambda *_: None), "returns_nothing"),
    "backward returns only dx": (result_is(lambda dx, dw: dx), "returns_not_pair"),
    "backward returns three": (result_is(lambda dx, dw: (dx, {"w": dw}, 1)), "returns_not_pair"),
    "backward returns one": (result_is(lambda dx, dw: (dx,)), "returns_not_pair"),
    "backward returns a list": (result_is(lambda dx, dw: [dx, {"w": dw}]), "returns_list_pair"),
    "grads is an array": (result_is(lambda dx, dw: (dx, dw)), "grads_not_dict"),
    "grads is a list": (result_is(lambda dx, dw: (dx, [dw])), "grads_not_dict"),
    "grads is None": (result_is(lambda dx, dw: (dx, None)), "grads_none"),
    "grads is empty": (result_is(lambda dx, dw: (dx, {})), "keys_missing"),
    "grads has a wrong name": (result_is(lambda dx, dw: (dx, {"W": dw})), "keys_unknown"),
    "grads has one more": (result_is(lambda dx, dw: (dx, {"w": dw, "b": dx})), "keys_unknown"),
    "names that are no text": (
        result_is(lambda dx, dw: (dx, {"w": dw, 1: dw, "b": dw})), "keys_unknown"),
    "dx is None": (dx_is(lambda dx: None), "dx_missing"),
    "dx is a dict": (dx_is(lambda dx: {"x": dx}), "dtype_not_numbers"),
    "dx is text": (dx_is(lambda dx: "dx"), "dtype_not_numbers"),
    "dx is complex": (dx_is(lambda dx: dx + 0j), "dtype_not_numbers"),
    "dx is whole": (dx_is(lambda dx: dx.astype(int)), "not_linear"),
    "dx is of small whole numbers": (dx_is(lambda dx: dx.astype(np.int8)), "not_linear"),
    "dx is true or false": (dx_is(lambda dx: dx > 0), "dtype_not_numbers"),
    "dx is a ragged list": (dx_is(lambda dx: [[1.0], [1.0, 2.0]]), "gradient_list"),
    "dx is a list": (dx_is(lambda dx: dx.tolist()), "gradient_list"),
    "dw is a list": (result_is(lambda dx, dw: (dx, {"w": dw.tolist()})), "gradient_list"),
    "dx is a list of arrays": (dx_is(lambda dx: [dx]), "returns_list"),
    "dx is a tuple of three": (dx_is(lambda dx: (dx, dx, dx)), "dx_count"),
    "dx is float32": (dx_is(lambda dx: dx.astype(np.float32)), "dtype_float32"),
    "dx is NaN": (dx_is(lambda dx: dx * np.nan), "not_finite"),
    "dw is NaN at one place": (dw_is(nan_at_one_place), "not_finite"),
    "dw is None": (dw_is(lambda dw: None), "gradient_none"),
    "dw is complex": (dw_is(lambda dw: dw + 0j), "dtype_not_numbers"),
    "dx is transposed": (dx_is(lambda dx: dx.T), "shape_transposed"),
    "dx has one more axis": (dx_is(lambda dx: dx[..., None]), "shape_extra_axis"),
    "dx is of one example": (dx_is(lambda dx: dx[:1]), "shape_one_for_many"),
    "dx is summed": (dx_is(lambda dx: dx.sum()), "shape_number"),
    "dx has the shape of y": (backward(lambda self, right, dy: (dy, right(dy)[1])),
                              "shape_of_output"),
    "dw is transposed": (dw_is(lambda dw: dw.T), "shape_transposed"),
    "dw is flat": (dw_is(np.ravel), "shape"),
    "dw has a batch axis": (
        backward(lambda self, right, dy: (
            right(dy)[0], {"w": self.cache[:, :, None] * dy[:, None, :]})),
        "shape_batch_axis",
    ),
    "dw has the shape of y": (backward(lambda self, right, dy: (right(dy)[0], {"w": dy})),
                              "shape_of_output"),
    "changes x": (forward(changes_x), "changes_input"),
    "changes x the second time": (forward(changes_x_later), "changes_input"),
    "changes x in backward": (backward(changes_x_in_backward), "changes_input"),
    "changes x in the second backward": (
        backward(changes_x_in_the_second_backward), "changes_input"
    ),
    "changes dy": (backward(changes_dy), "changes_dy"),
    "changes w in forward": (forward(changes_w_in_forward), "changes_parameter"),
    "replaces w in forward": (forward(replaces_w_in_forward), "changes_parameter"),
    "learns in backward": (backward(learns_in_backward), "changes_parameter"),
    "a new Parameter": (backward(new_parameter), "changes_parameter"),
    "accumulates": (backward(accumulates), "backward_accumulates"),
    "None the second time": (backward(none_the_second_time), "returns_nothing"),
    "counts its calls": (forward(counts), "forward_not_repeatable"),
    "reads a clock": (
        forward(lambda self, right, x: right(x) * (1 + CLOCK())), "forward_not_repeatable"
    ),
    "draws from a generator of its own": (
        forward(lambda self, right, x: right(x) * np.random.default_rng().random()),
        "forward_not_repeatable",
    ),
    "reads a clock in backward": (of_every_draw(CLOCK), "backward_not_repeatable"),
    "draws from np.random in backward": (of_every_draw(np.random.rand), "backward_not_repeatable"),
    "draws from edunn in backward": (
        of_every_draw(lambda: generator().random()), "backward_not_repeatable"
    ),
    "counts its backwards": (backward(counts_in_backward), "backward_accumulates"),
    "accumulates until the next forward": (
        functools.partial(Layer, forgets, accumulates),
        "backward_accumulates",
    ),
    "destroys its cache": (backward(destroys_its_cache), "backward_not_repeatable"),
    "keeps x elsewhere": (
        functools.partial(Layer, keeps_x_elsewhere, uses_what_it_kept), "kept_in_attribute"
    ),
    "is not zero for zero": (dx_is(lambda dx: dx + 1), "not_zero_for_zero"),
    "is not zero for zero at one place": (
        dw_is(lambda dw: dw + np.eye(3, 2) / 100), "not_zero_for_zero"
    ),
    "ignores dy": (
        backward(lambda self, right, dy: (right(dy)[0], right(np.ones_like(dy))[1])), "ignores_dy"
    ),
    "squares dy": (backward(lambda self, right, dy: right(dy**2)), "squares_dy"),
    "clips dy": (backward(lambda self, right, dy: right(np.clip(dy, -0.1, 0.1))), "not_linear"),
}  # fmt: skip


@pytest.fixture(params=BAD.values(), ids=BAD.keys())
def bad(request):
    return request.param


def seen(layer):
    """All that a check must leave as it was."""
    _, keys, *rest = np.random.get_state()
    return {
        "parameters": list(layer.parameters()),
        "arrays": [p.data for p in layer.parameters()],
        "cache": layer.cache,
        "random": copy.deepcopy((keys.tolist(), rest, generator().bit_generator.state)),
        "training": [part.training for part in layer.modules()],
    }


def assert_unchanged(layer, before, values):
    after = seen(layer)
    for name in ("parameters", "arrays"):
        assert len(after[name]) == len(before[name])
        assert all(a is b for a, b in zip(after[name], before[name])), name
    for array, value in zip(after["arrays"], values):
        np.testing.assert_array_equal(array, value)
    assert after["cache"] is before["cache"]
    assert after["random"] == before["random"]
    assert after["training"] == before["training"]


CHECKS = {
    "one point": lambda layer: examine_point(layer, (X,)),
    "the suite": lambda layer: examine_layer(layer, (X,)),
    "the suite, with a reference": lambda layer: examine_layer(layer, (X,), REFERENCE),
}
every_check = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())


def test_each_has_its_finding(bad):
    make, id = bad
    for check in CHECKS.values():
        found, _, _ = check(make())
        assert [one.id for one in found][:1] == [id]
        assert found[0].who == "Layer"


@pytest.mark.parametrize("training", [True, False])
def test_all_is_put_back(bad, training):
    layer = bad[0]()
    layer.cache = np.ones(3)
    layer.train(training)
    np.random.seed(5)
    before, values = seen(layer), [p.data.copy() for p in layer.parameters()]
    x = X.copy()
    for check in CHECKS.values():
        check(layer)
        assert_unchanged(layer, before, values)
        np.testing.assert_array_equal(X, x)


def test_a_parameter_that_was_replaced_is_put_back():
    layer = Layer(backward=new_parameter)
    w = layer.w
    examine_point(layer, (X,))
    assert layer.w is w


@pytest.mark.parametrize("check", [nn.check_gradients, nn.check_layer])
def test_the_text_is_short_and_says_nothing_of_the_checker(check, bad):
    with pytest.raises(nn.GradientError) as caught:
        check(bad[0](), X)
    first, _, text = str(caught.value).partition("\n\n")
    assert first.startswith(("Layer.forward: ", "Layer.backward: ", "Layer, gradient of "))
    assert "\n" not in first
    assert len(text.splitlines()) <= 25
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "Traceback" not in text
    assert "checking" not in text
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


# --- what only another batch shows


def refuses(size, part="forward", error=ValueError):
    def method(self, right, array):
        if len(array) == size:
            raise error(f"no batch of {size}")
        return right(array)

    return functools.partial(Layer, **{part: method})


def refuses_a_change(self, right, x):
    if self.calls and len(x) != self.calls:
        raise ValueError("another batch")
    self.calls = len(x)
    return right(x)


def remembers_the_first_x(self, right, x):
    y = right(x)
    if np.ndim(self.kept) == 0:
        self.kept = x
    self.cache = self.kept
    return y


def grows(self, right, x):
    self.calls = max(self.calls, len(x))
    return right(x)


def pads(self, right, dy):
    dx, grads = right(dy)
    return np.concatenate([dx, np.zeros((self.calls - len(dx), 3))]), grads


def only_the_first_three(self, right, dy):
    dx, _ = right(dy)
    return dx, {"w": self.cache[:3].T @ dy[:3]}


BY_BATCH = {  # each with its finding and, of a batch that raises or is cut short, its size
    "raises in backward for one": (refuses(1, "backward", IndexError), "raises_for_batch", 1),
    "raises for one, but not ValueError": (refuses(1, error=TypeError), "raises_for_batch", 1),
    "raises for three": (refuses(3), "raises_for_batch", 3),
    "raises in backward for three": (refuses(3, "backward"), "raises_for_batch", 3),
    "remembers the first x": (forward(remembers_the_first_x), "stale_batch", None),
    "the shape of the largest batch": (functools.partial(Layer, grows, pads), "stale_batch", None),
    "only three examples": (backward(only_the_first_three), "examples_missing", 7),
}


@pytest.mark.parametrize(("make", "id", "n"), BY_BATCH.values(), ids=BY_BATCH.keys())
def test_the_suite_sees_other_batches(make, id, n):
    found, _, _ = examine_layer(make(), (X,))
    assert [one.id for one in found] == [id]
    assert found[0].details.get("n") == n


@pytest.mark.parametrize("kept", [2, 3])
def test_examples_that_are_missing_are_counted(kept):
    def first(self, right, dy):
        return right(dy)[0], {"w": self.cache[:kept].T @ dy[:kept]}

    try:
        for language, text in (
            ("es", "{} de los 4 ejemplos; falta"),
            ("en", "{} of the 4 examples;"),
        ):
            set_language(language)
            with pytest.raises(nn.GradientError) as caught:
                nn.check_gradients(Layer(backward=first), X)
            assert text.format(kept) in " ".join(str(caught.value).split())
    finally:
        set_language("en")


def test_a_batch_of_one_may_be_refused_unless_the_reference_takes_it():
    make = refuses(1)
    assert not examine_layer(make(), (X,))[0]
    found, _, _ = examine_layer(make(), (X,), nn.Linear(3, 2))
    assert [(one.id, one.details["n"]) for one in found] == [("raises_for_batch", 1)]
    found, _, _ = examine_layer(make(), (X,), make())
    assert found == []


@pytest.mark.parametrize("n", [1, 3])
def test_what_the_reference_refuses_is_not_asked_for(n):
    assert examine_layer(refuses(n)(), (X,), refuses(n)())[0] == []
    assert examine_layer(nn.Linear(3, 2), (X,), refuses(n)())[0] == []


def test_a_layer_that_refuses_a_change_of_batch():
    found, _, _ = examine_layer(Layer(refuses_a_change), (X,))
    assert [one.id for one in found] == ["stale_batch"]


# --- layers that are right, however odd


class Sum(nn.Module):
    """A loss, more or less: one number."""

    def forward(self, x):
        self.cache = x.shape
        return x.sum()

    def backward(self, dy):
        return np.full(self.cache, dy), {}


class NoRepr(nn.Linear):
    def __repr__(self):
        raise RuntimeError("no repr")


class NoReprAndWrong(NoRepr):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return 2 * dx, grads


def keeps_a_copy(self, right, x):
    self.calls += 1
    self.kept = x.copy()
    return right(x)


def draws_a_mask(draw):
    def forward(self, right, x):
        self.kept = draw(x.shape) < 0.5
        y = right(x * self.kept)
        self.mask = self.kept
        return y

    return forward


class Mask(nn.Module):
    """Dropout of one's own, with random numbers from anywhere."""

    def __init__(self, draw):
        self.draw = draw

    def forward(self, x):
        self.cache = self.draw(x.shape) < 0.5
        return x * self.cache

    def backward(self, dy):
        return dy * self.cache, {}


RIGHT = {
    "as it is": Layer,
    "a view of its input": lambda: nn.Identity(),
    "a view of a part of its input": lambda: nn.Index((slice(None), slice(0, 2))),
    "one number": Sum,
    "counts": forward(keeps_a_copy),
    "draws from np.random": lambda: Mask(lambda shape: np.random.random(shape)),
    "draws from edunn": lambda: Mask(lambda shape: generator().random(shape)),
    "no parameters": nn.Tanh,
    "no repr": lambda: NoRepr(3, 2),
}


@pytest.mark.parametrize("make", RIGHT.values(), ids=RIGHT.keys())
@every_check
def test_what_is_right_is_accepted(check, make):
    reference = check is CHECKS["the suite, with a reference"]
    found, checked, calls = examine_layer(make(), (X,), make()) if reference else check(make())
    if reference and make is RIGHT["as it is"]:
        assert [one.variable for one in checked] == ["input 0", "w"]
    assert found == []
    assert checked
    assert {one.verdict for one in checked} == {"verified"}
    assert calls <= 100


@pytest.mark.parametrize("check", [nn.check_gradients, nn.check_layer])
def test_a_layer_whose_repr_raises(check):
    assert check(NoRepr(3, 2), X)
    with pytest.raises(nn.GradientError, match="^NoReprAndWrong, gradient of input 0: "):
        check(NoReprAndWrong(3, 2), X)


@every_check
@pytest.mark.parametrize("part", ["forward", "backward"])
def test_a_todo_comes_through_as_it_is(check, part):
    def todo(*_):
        raise NotImplementedError("not written yet")

    layer = Layer(**{part: todo})
    before, values = seen(layer), [layer.w.data.copy()]
    with pytest.raises(NotImplementedError, match="^not written yet$"):
        check(layer)
    assert_unchanged(layer, before, values)


@every_check
def test_an_interrupt_comes_through_and_all_is_put_back(check):
    def interrupted(self, right, x):
        self.calls += 1
        if self.calls == 12:
            raise KeyboardInterrupt
        return right(x)

    layer = Layer(forward=interrupted)
    before, values = seen(layer), [layer.w.data.copy()]
    with pytest.raises(KeyboardInterrupt):
        check(layer)
    assert_unchanged(layer, before, values)


# --- time


@pytest.mark.parametrize(
    ("file", "examine"), [("laws", examine_point), ("suite", examine_layer)], ids=["laws", "suite"]
)
@pytest.mark.parametrize("budget", [{"calls": 12}, {"seconds": 0.03}], ids=["calls", "seconds"])
def test_a_layer_that_takes_too_long(file, examine, budget, monkeypatch):
    def sleeps(self, right, x):
        time.sleep(0.01)
        return right(x)

    layer = Layer(forward=sleeps)
    before, values = seen(layer), [layer.w.data.copy()]
    monkeypatch.setattr(f"edunn.checking.{file}.Subject", functools.partial(Subject, **budget))
    found, _, calls = examine(layer, (X,))
    assert [one.id for one in found] == ["loops"]
    assert calls <= 13
    assert found[0].details["seconds"] == f"{budget.get('seconds', 20):g}"
    assert_unchanged(layer, before, values)


def test_a_budget_that_ends_in_a_diagnosis_leaves_it_unknown(monkeypatch):
    def last_example(self, right, dy):
        return right(dy)[0], {"w": np.outer(self.cache[-1], dy[-1])}

    _, _, needed = examine_point(Layer(backward=last_example), (X,))  # backward is called as well
    for calls, id in ((20, "loops"), (needed, "unknown"), (2 * needed, "only_last_example")):
        limited = functools.partial(Subject, calls=calls)
        monkeypatch.setattr("edunn.checking.laws.Subject", limited)
        assert examine_point(Layer(backward=last_example), (X,))[0][0].id == id


def test_the_budget_counts_both_methods():
    subject = Subject(nn.Linear(3, 2), calls=4)
    for _ in range(2):
        subject.forward(X)
        subject.backward(np.ones((4, 2)))
    assert subject.forwards == 2
    with pytest.raises(Stop) as stop:
        subject.forward(X)
    assert stop.value.finding.id == "loops"
    assert stop.value.finding.details["calls"] == 5


def test_hundreds_of_thousands_of_numbers_take_no_more_calls():
    layer, x = nn.Linear(500, 400), np.random.default_rng(0).normal(size=(2, 500))
    found, checked, calls = examine_point(layer, (x,))
    assert found == []
    assert [(one.variable, one.size) for one in checked] == [("input 0", 1000), ("w", 200_000)]
    assert calls <= 20
    assert examine_layer(layer, (x,))[2] <= 50


@pytest.mark.parametrize("inputs", [40, 600])
def test_a_wrong_gradient_of_many_numbers_is_not_called_slow(inputs):
    class Doubled(nn.Linear):
        def backward(self, dy):
            dx, grads = super().backward(dy)
            return dx, {"w": 2 * grads["w"]}

    x = np.random.default_rng(0).normal(size=(5, inputs))
    found, _, calls = examine_point(Doubled(inputs, 30), (x,))
    assert [(one.id, one.variable) for one in found] == [("ratio_two", "w")]
    assert calls < 8000


# --- what a finding says, and what is asked for


DETAILS = {
    "raises": (forward(raises), {"error": "ValueError: " + ("of no use " * 50)[:148],
                                 "where": '`raise ValueError("of no use\\n" * 50)`'}),
    "one NaN": (y_is(nan_at_one_place), {"count": 1}),
    "all infinite": (y_is(lambda y: y * np.inf), {"count": 8}),
    "NaN in dw": (dw_is(nan_at_one_place), {"count": 1}),
    "type of y": (y_is(lambda y: y.astype(int)), {"got": "int64"}),
    "type of dx": (dx_is(lambda dx: dx + 0j), {"got": "complex128"}),
    "keys missing": (result_is(lambda dx, dw: (dx, {})), {"missing": ["w"]}),
    "keys unknown": (result_is(lambda dx, dw: (dx, {"b": dw, "a": dw})),
                     {"unknown": ["a", "b"], "known": ["w"]}),
    "shape": (dw_is(lambda dw: dw.T), {"got": "(2, 3)", "want": "(3, 2)"}),
    "changes x": (forward(changes_x), {"index": 0}),
    "changes w": (forward(changes_w_in_forward), {"name": "w"}),
}  # fmt: skip


@pytest.mark.parametrize(("make", "details"), DETAILS.values(), ids=DETAILS.keys())
def test_a_finding_fills_its_message(make, details):
    found, _, _ = examine_point(make(), (X,))
    assert found[0].details == details


class TwoInputs(nn.Add):
    def __init__(self, make):
        self.make = make

    def backward(self, dy):
        return self.make(*super().backward(dy)[0]), {}


@pytest.mark.parametrize(
    ("make", "id", "variable"),
    [
        (lambda da, db: (da, 2 * db), "ratio_two", "input 1"),
        (lambda da, db: (2 * da, db), "ratio_two", "input 0"),
        (lambda da, db: (da, -db), "opposite_sign", "input 1"),
        (lambda da, db: da, "dx_count", None),
        (lambda da, db: (da,), "dx_count", None),
        (lambda da, db: None, "dx_missing", None),
        (lambda da, db: (), "dx_missing", None),
        (lambda da, db: (da, db[:, :1]), "shape_one_for_many", "input 1"),
    ],
)
def test_a_layer_of_two_inputs(make, id, variable):
    found, _, _ = examine_point(TwoInputs(make), (X, X[::-1] + 1))
    assert [(one.id, one.variable) for one in found] == [(id, variable)]


def test_only_what_is_named_is_judged():
    make = dw_is(lambda dw: 2 * dw)
    found, checked, _ = examine_point(make(), (X,), only=["input 0"])
    assert (found, [one.variable for one in checked]) == ([], ["input 0"])
    found, checked, _ = examine_point(make(), (X,), only=["w"])
    assert [one.id for one in found] == ["ratio_two_features"]
    assert [(one.variable, one.verdict) for one in checked] == [("w", "wrong")]
    assert examine_point(dw_is(lambda dw: dw.T)(), (X,), only=["input 0"])[0] == []
    with pytest.raises(ValueError, match="bias"):
        examine_point(make(), (X,), only=["bias"])


def test_a_frozen_parameter_may_have_a_gradient_or_none():
    for make in (Layer, result_is(lambda dx, dw: (dx, {}))):
        layer = make()
        layer.w.requires_grad = False
        for check in CHECKS.values():
            found, checked, _ = check(layer)
            assert (found, [one.variable for one in checked]) == ([], ["input 0"])


@pytest.mark.parametrize(
    ("make", "id"),
    [
        (dx_is(lambda dx: dx + 1e-5 * dx**2), "not_linear"),
        (dx_is(lambda dx: dx * (1 + 1e-5)), "close_but_not_equal"),
        (dw_is(lambda dw: dw * (1 - 1e-5)), "close_but_not_equal"),
        (dw_is(lambda dw: dw * 1.01), "ratio"),
        (dw_is(lambda dw: dw + 1e-4 * dw[1, 0] * np.eye(3, 2)), "close_but_not_equal"),
        (dw_is(lambda dw: 3 * dw), "ratio_features_inverse"),
        (dw_is(lambda dw: 4 * dw), "ratio_batch_inverse"),
        (dw_is(lambda dw: dw / 4), "ratio_batch"),
        (dw_is(lambda dw: dw / 2), "ratio_half_features"),
        (dw_is(lambda dw: 0 * dw), "all_zero"),
        (dw_is(lambda dw: -dw), "opposite_sign"),
        (dw_is(lambda dw: dw[::-1]), "flipped"),
    ],
)
def test_a_small_mistake_or_a_large_one(make, id):
    for seed in range(3):
        found, checked, _ = examine_point(make(), (X,), seed)
        assert [one.id for one in found] == [id]
        if id != "not_linear":
            assert {one.verdict for one in checked} == {"verified", "wrong"}
            error = np.abs(found[0].yours - found[0].measured)
            np.testing.assert_array_equal(found[0].wrong, error > 1e-9)


def test_a_very_small_mistake_is_close():
    found, _, _ = examine_point(dw_is(lambda dw: dw * (1 + 1e-6 * np.eye(3, 2)))(), (X,))
    assert [one.id for one in found] == ["close_but_not_equal"]


def test_forward_is_compared_with_the_reference_to_nine_digits():
    for factor, ids in ((1 + 1e-8, ["forward_value"]), (1 - 1e-8, ["forward_value"]),
                        (1 + 2e-10, [])):  # fmt: skip
        layer = y_is(lambda y, factor=factor: y * factor)()
        found, _, _ = examine_layer(layer, (X,), REFERENCE)
        assert [one.id for one in found] == ids
    found, _, _ = examine_layer(y_is(lambda y: y[:, :1])(), (X,), REFERENCE)
    assert found[0].id != "forward_value"


def test_a_reference_is_put_back_too():
    reference = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5), nn.BatchNorm1d(2))
    reference[1].eval()
    layer = copy.deepcopy(reference)
    before = seen(reference)
    values = [p.data.copy() for p in reference.parameters()]
    buffers = {name: getattr(reference[2], name) for name in reference[2].buffers}
    assert buffers
    assert examine_layer(layer, (X,), reference)[0] == []
    assert_unchanged(reference, before, values)
    for name, buffer in buffers.items():
        assert getattr(reference[2], name) is buffer
        np.testing.assert_array_equal(getattr(layer[2], name), buffer)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_inputs_are_taken_as_float64(dtype):
    seen_dtypes = set()

    def forward(self, right, x):
        seen_dtypes.update({x.dtype, self.w.data.dtype})
        return right(x)

    assert examine_point(Layer(forward=forward), (X.astype(dtype),))[0] == []
    assert seen_dtypes == {np.dtype(np.float64)}


def test_the_same_seed_is_the_same_check_and_another_seed_another():
    def dys(seed):
        taken = []
        backward = lambda self, right, dy: taken.append(dy.copy()) or right(dy)  # noqa: E731
        examine_point(Layer(backward=backward), (X,), seed)
        return taken

    assert all(np.array_equal(a, b) for a, b in zip(dys(1), dys(1), strict=True))
    assert not np.array_equal(dys(1)[0], dys(2)[0])
    assert len({dy.tobytes() for dy in dys(1)}) >= 4  # dy, zero, another one, and a mixture


class WrongInWhatHasNoAxes(nn.Multiply):
    def backward(self, dy):
        (da, db), grads = super().backward(dy)
        return (4 * da, db), grads


def test_an_input_of_no_axes():
    for inputs, sizes in (((np.array(2.0), X), [1, 12]), ((X, np.array(2.0)), [7 * 3, 1])):
        for reference in (None, nn.Multiply()):
            found, checked, _ = examine_layer(nn.Multiply(), inputs, reference)
            assert found == []
            assert [one.size for one in checked] == sizes


def test_a_wrong_gradient_of_an_input_of_no_axes():
    found, _, _ = examine_point(WrongInWhatHasNoAxes(), (np.array(2.0), X))
    assert [(one.id, one.variable) for one in found] == [("ratio_batch_inverse", "input 0")]


def wrong_statistics(name, factor):
    def update(self, x):
        mean, variance = right(self, x)
        if self.training:
            setattr(self, name, getattr(self, name) * factor)
        return mean, variance

    right = nn.BatchNorm1d.moments
    return type("BatchNorm1d", (nn.BatchNorm1d,), {"moments": update})(3)


@pytest.mark.parametrize("name", ["running_mean", "running_var"])
@pytest.mark.parametrize("factor", [0, 0.9, 1 + 1e-4, 2])
def test_running_statistics_are_compared_with_the_reference(name, factor):
    found, _, _ = examine_layer(wrong_statistics(name, factor), (X,), nn.BatchNorm1d(3))
    assert [(one.id, one.details) for one in found] == [("running_value", {"name": name})]
    assert examine_layer(wrong_statistics(name, 1), (X,), nn.BatchNorm1d(3))[0] == []


def test_a_batch_that_does_not_fit_is_replaced_by_the_one_given():
    assert examine_layer(nn.Reshape((2, -1)), (X,), nn.Reshape((2, -1)))[0] == []


def test_a_finding_has_both_arrays():
    found, _, _ = examine_point(dw_is(lambda dw: 3 * dw)(), (X,))
    np.testing.assert_allclose(found[0].yours, 3 * found[0].measured)
    layer = y_is(lambda y: 2 * y)()
    found, _, _ = examine_layer(layer, (X,), REFERENCE)
    np.testing.assert_allclose(found[0].yours, 2 * found[0].measured)


def another_shape(self, right, x):
    self.calls += 1
    y = right(x)
    return y if self.calls < 4 else y[:, :1]


def leaves_out_dw(self, right, dy):
    self.calls += 1
    dx, grads = right(dy)
    return dx, grads if self.calls != 3 else {}


def test_what_cannot_be_copied_may_fail_in_another_batch():
    layer = Layer(refuses_a_change)
    layer.numpy = np
    assert [one.id for one in examine_layer(layer, (X,))[0]] == ["raises_for_batch"]


def sets_grad(self, right, dy):
    result = right(dy)
    self.w.grad = result[1]["w"]
    return result


def once(change):
    """A method that changes what it is given, or what it has, at its very first call only."""

    def method(self, right, array):
        self.calls += 1
        result = right(array)
        if self.calls == 1:
            change(self, array)
        return result

    return method


def adds_to_x(self, x):
    x += 1


def adds_to_w(self, _):
    self.w.data += 1


ODD = {
    "changes x once": (forward(once(adds_to_x)), "changes_input"),
    "changes w once": (forward(once(adds_to_w)), "changes_parameter"),
    "changes w once in backward": (backward(once(adds_to_w)), "changes_parameter"),
    "another shape later": (forward(another_shape), "forward_not_repeatable"),
    "a key less later": (backward(leaves_out_dw), "backward_not_repeatable"),
    "ends the program": (forward(lambda *_: sys.exit()), "raises"),
}


@pytest.mark.parametrize(("make", "id"), ODD.values(), ids=ODD.keys())
def test_what_happens_only_later_has_its_finding_too(make, id):
    assert [one.id for one in examine_point(make(), (X,))[0]] == [id]


def wrong_for_one(self, right, x):
    return right(x) * (1 + (len(x) == 1))


def test_a_wrong_output_is_no_matter_of_an_earlier_batch():
    found, _, _ = examine_layer(
        Layer(wrong_for_one, lambda self, right, dy: right(dy * (1 + (len(dy) == 1)))),
        (X,),
        REFERENCE,
    )
    assert [one.id for one in found] == ["forward_ratio"]


def keeps_the_first_dw(self, right, dy):
    dx, grads = right(dy)
    self.calls = max(self.calls, len(dy))
    return dx, {"w": grads["w"] * self.calls / len(dy)}


def test_a_wrong_number_is_where_another_object_has_it_right():
    found, _, _ = examine_layer(Layer(backward=keeps_the_first_dw), (X,))
    assert [(one.id, one.variable) for one in found] == [("stale_batch", "w")]


def test_the_parameters_of_a_reference_may_have_other_names():
    class Other(nn.Module):
        def __init__(self):
            self.weights = nn.Parameter(REFERENCE.w.data.copy())

        def forward(self, x):
            self.cache = x
            return x @ self.weights.data

        def backward(self, dy):
            return dy @ self.weights.data.T, {"weights": self.cache.T @ dy}

    for reference, ids in ((Other(), []), (REFERENCE, ["old_parameters"])):
        assert [one.id for one in examine_layer(Other(), (X,), reference)[0]] == ids


def test_a_reference_of_nothing_is_put_back():
    reference = nn.Sequential()
    reference.eval()
    reference.cache = X
    assert examine_layer(nn.Identity(), (X,), reference)[0] == []
    assert reference.cache is X
    assert not reference.training


def test_a_loss_is_given_a_number():
    kinds = set()

    class Loss(Sum):
        def backward(self, dy):
            kinds.add(type(dy))
            return super().backward(dy)

    assert examine_layer(Loss(), (X,))[0] == []
    assert kinds == {np.float64}


def test_a_diagnosis_is_made_of_exact_slopes():
    """However bent the layer is, and however large what it gives."""

    class Bent(nn.Module):
        def __init__(self):
            self.w = nn.Parameter(np.array([0.1, -0.2, 0.3]))

        def forward(self, x):
            self.cache = x, np.exp(20 * self.w.data * x)
            return self.cache[1] + 1e4

        def backward(self, dy):
            x, e = self.cache
            dw = 20 * x * e * dy
            return 20 * self.w.data * e * dy, {"w": dw[-1]}

    found, _, _ = examine_point(Bent(), (X,))
    assert [one.id for one in found] == ["only_last_example"]


def test_a_layer_may_hold_what_cannot_be_copied_and_its_grad_is_put_back():
    layer = Layer(backward=sets_grad)
    layer.numpy = np
    assert examine_layer(layer, (X,))[0] == []
    assert layer.w.grad is None


CHANGES = {
    "changes x": "forward",
    "changes x the second time": "forward",
    "changes x in backward": "backward",
    "changes x in the second backward": "backward",
    "changes w in forward": "forward",
    "replaces w in forward": "forward",
    "learns in backward": "backward",
    "a new Parameter": "backward",
}


@pytest.mark.parametrize(("name", "part"), CHANGES.items())
def test_what_changes_an_array_is_named(name, part):
    layer = BAD[name][0]()
    assert examine_point(layer, (X,))[0][0].part == part
    with pytest.raises(nn.GradientError, match=f"^Layer.{part}: {part} changes "):
        nn.check_layer(BAD[name][0](), X)


class Overflows(nn.CrossEntropyLoss):
    def forward(self, y, labels):
        e = np.exp(y)
        return super().forward(y, labels) + np.sum(e / e) - e.size


def test_labels_are_no_numbers_to_make_extreme():
    found, _, _ = examine_layer(Overflows(), (X, np.array([2, 0, 1, 2])), nn.CrossEntropyLoss())
    assert [one.id for one in found] == ["overflow"]


class NothingMoves(nn.Module):
    def forward(self, x):
        return 0 * x

    def backward(self, dy):
        return dy, {}


def test_a_gradient_of_what_has_none():
    assert [one.id for one in examine_point(NothingMoves(), (X,))[0]] == ["is_dy"]


def test_examples_may_be_mixed_where_the_reference_mixes_them():
    centered = forward(lambda self, right, x: right(x - x.mean(axis=0)))
    twice = forward(lambda self, right, x: right(2 * x - 2 * x.mean(axis=0)))
    assert [one.id for one in examine_layer(twice(), (X,), centered())[0]] == ["forward_ratio"]
    assert [one.id for one in examine_layer(centered(), (X,), Layer())[0]] == ["examples_mixed"]


class Mixes(nn.MatMul):
    def forward(self, x, w):
        return super().forward(x - x.mean(axis=0), w)


def test_an_input_without_examples_is_no_example():
    found, _, _ = examine_layer(Mixes(), (X, np.ones((3, 2))), nn.MatMul())
    assert [one.id for one in found] == ["examples_mixed"]


class Exchanged(nn.MatMul):
    def backward(self, dy):
        (da, db), grads = super().backward(dy)
        return (db, da), grads


def test_gradients_in_another_order_than_the_inputs():
    with pytest.raises(nn.GradientError, match="have each other's shapes"):
        nn.check_gradients(Exchanged(), np.ones((4, 3)), np.ones((3, 2)))


class WrongSide(nn.Module):
    def forward(self, x):
        self.cache = x
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * (self.cache < 0), {}


def test_zeros_on_the_wrong_side():
    x = np.random.default_rng(0).normal(size=(4, 3))
    with pytest.raises(nn.GradientError, match="is 0 where it should not be, and not 0 where"):
        nn.check_gradients(WrongSide(), x)


class AddsInPlace(nn.Bias):
    def forward(self, x):
        x += self.b.data
        return x


@pytest.mark.parametrize("reference", [None, nn.Bias(3)], ids=["alone", "with a reference"])
def test_what_a_new_bias_of_zeros_would_hide(reference):
    layer = AddsInPlace(3)
    with pytest.raises(nn.GradientError, match="forward changes input 0"):
        nn.check_layer(layer, np.ones((4, 3)), reference=reference)
    assert not np.any(layer.b.data)


class NoCache(nn.Linear):
    def forward(self, x):
        return x @ self.w.data


class MiddleSizes(nn.Linear):
    def backward(self, dy):
        dw = self.cache @ dy
        return dy @ self.w.data.T, {"w": dw}


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (NoCache(3, 2), "^NoCache.backward: self.cache is empty when backward needs it"),
        (MiddleSizes(3, 2), r"In `dw = self.cache @ dy`, the shapes .*middle differ, 3 and 4\)"),
    ],
)
def test_an_error_is_told_with_the_line_it_is_in(layer, says):
    with pytest.raises(nn.GradientError, match=says):
        nn.check_gradients(layer, np.ones((4, 3)))


class KeepsNothing(nn.Linear):
    """Of whose cache NumPy says nothing: `x.T @ dy` with None for x."""

    def forward(self, x):
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": np.matmul(self.cache, dy)}


class NeedsNoCache(nn.Linear):
    """Nothing is in its cache, and its mistake is another one: None stands elsewhere."""

    other = None

    def forward(self, x):
        self.x = x
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.x.T @ self.other["w"]}


@pytest.mark.parametrize(
    ("layer", "id"), [(KeepsNothing, "cache_empty"), (NeedsNoCache, "raises_none")]
)
def test_an_empty_cache_is_blamed_where_a_full_one_would_help(layer, id):
    one = layer(3, 2)
    for check in CHECKS.values():
        assert [found.id for found in check(one).findings] == [id]
        assert one.cache is None


class WrongInB(nn.Bias):
    def backward(self, dy):
        return dy, {"b": np.sum(dy**2, axis=0)}


def test_only_those_that_are_asked_for_must_be_linear():
    x = np.ones((4, 3))
    assert nn.check_gradients(WrongInB(3), x, only=["input 0"])
    with pytest.raises(nn.GradientError, match="gradient of b uses dy squared"):
        nn.check_gradients(WrongInB(3), x, only=["b"])
