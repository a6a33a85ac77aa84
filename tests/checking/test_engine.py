"""The engine that measures slopes: right gradients pass, wrong ones do not, whatever the scale."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from edunn.checking import numeric_gradient
from edunn.checking.engine import AT_KINK, UNMEASURED, VERIFIED, WRONG, Probe

pytestmark = pytest.mark.slow

ONE_TO_THREE = np.array([[1.0, 1.7, 2.2], [2.9, 1.3, 2.6]])
SIGNED = np.array([[-1.3, 0.4, 2.1], [0.9, -0.2, -2.4]])
WEIGHTS = np.array([[0.3, -1.2], [2.0, 0.7], [-0.4, 1.1]])


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_gradient(x, dy):
    y = softmax(x)
    return y * (dy - (dy * y).sum(axis=1, keepdims=True))


@dataclass
class Function:
    """f: of an array    gradient: of x and dy, the derivative of sum(dy * f(x))"""

    f: Any
    gradient: Any
    x: Any

    def case(self, weight=1.0, seed=0):
        """A copy of x, a dy, the gradient, and a probe of them."""
        x = np.array(self.x, float)
        y = np.asarray(self.f(x))
        dy = weight * np.random.default_rng(seed).choice([-1.5, -0.7, 0.6, 1.4], size=y.shape)
        return x, dy, np.array(self.gradient(x, dy)), Probe(lambda: self.f(x), x, dy)


SMOOTH = {
    "sin": Function(np.sin, lambda x, dy: dy * np.cos(x), SIGNED),
    "exp": Function(np.exp, lambda x, dy: dy * np.exp(x), SIGNED),
    "square": Function(np.square, lambda x, dy: dy * 2 * x, SIGNED),
    "tanh": Function(np.tanh, lambda x, dy: dy * (1 - np.tanh(x) ** 2), SIGNED),
    "log": Function(np.log, lambda x, dy: dy / x, ONE_TO_THREE),
    "reciprocal": Function(lambda x: 1 / x, lambda x, dy: -dy / x**2, ONE_TO_THREE),
    "matmul": Function(lambda x: x @ WEIGHTS, lambda x, dy: dy @ WEIGHTS.T, SIGNED),
    "softmax": Function(softmax, softmax_gradient, SIGNED),
    "one number of many": Function(lambda x: np.sum(x**3), lambda x, dy: dy * 3 * x**2, SIGNED),
    "many of one number": Function(
        lambda x: x * WEIGHTS, lambda x, dy: (dy * WEIGHTS).sum(keepdims=True), np.array([[0.7]])
    ),
    "a column to a matrix": Function(
        lambda x: np.exp(x) * SIGNED,
        lambda x, dy: np.exp(x) * (dy * SIGNED).sum(axis=1, keepdims=True),
        np.array([[0.3], [-1.1]]),
    ),
}
every_function = pytest.mark.parametrize("function", SMOOTH.values(), ids=SMOOTH.keys())


def biggest(gradient):
    return tuple(int(i) for i in np.unravel_index(np.argmax(np.abs(gradient)), gradient.shape))


@every_function
def test_numeric_gradient_is_the_derivative(function):
    x, dy, gradient, _ = function.case()
    measured = numeric_gradient(function.f, x, dy)
    assert measured.shape == x.shape
    np.testing.assert_allclose(measured, gradient, rtol=1e-8, atol=1e-8)
    np.testing.assert_array_equal(x, function.x)


def test_numeric_gradient_has_the_h_it_is_given():
    x = np.array([1.0, -2.0])
    measured = numeric_gradient(lambda x: x**3, x, np.array([1.0, 0.5]), h=0.5)
    np.testing.assert_allclose(measured, [3.25, 6.125])  # 3 x^2 + h^2, times dy
    measured = numeric_gradient(lambda x: x**3, np.zeros(1), np.ones(1))
    np.testing.assert_allclose(measured, 1e-10)  # h is 1e-5


@every_function
def test_the_measured_numbers_are_the_derivative_to_ten_digits(function):
    x, _, gradient, probe = function.case()
    judged = probe.judge(gradient, fast=False)
    assert judged.verdict == VERIFIED
    room = 1e-11 * np.max(np.abs(gradient)) + 1e-12
    np.testing.assert_allclose(judged.measured, gradient, rtol=0, atol=room)
    assert not np.any(judged.wrong)
    np.testing.assert_array_equal(x, function.x)


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_the_five_point_rule_is_exact_up_to_the_fourth_power(power):
    """However long the step: at this one the central difference is wrong in the first digit."""
    x = np.array([1.5])
    probe = Probe(lambda: x**power, x, np.array([2.0]))
    slope, rounding, _ = probe.five_point((0,), 0.5, 0.5)
    assert slope == pytest.approx(2 * power * 1.5 ** (power - 1), rel=1e-13)
    assert 0 < rounding < 1e-12


@every_function
@pytest.mark.parametrize("seed", range(5))
def test_a_direction_passes_what_is_right_and_nothing_else(function, seed):
    x, _, gradient, probe = function.case(seed=seed)

    def passes(gradient):
        """In two directions: along one, the errors of all numbers may cancel by chance."""
        return all(probe.direction(gradient, np.random.default_rng([seed, i])) for i in range(2))

    assert passes(gradient)
    assert passes(gradient * (1 + 1e-11))
    for wrong in (gradient * (1 + 1e-6), gradient * (1 - 1e-6), -gradient, 2 * gradient):
        assert not passes(wrong)
    wrong = gradient.copy()
    wrong[biggest(gradient)] *= 1 + 1e-4
    assert not passes(wrong)
    np.testing.assert_array_equal(x, function.x)


@every_function
@pytest.mark.parametrize("weight", [1e-30, 1e-4, 1.0, 1e6, 1e30])
def test_every_single_wrong_number_is_found_at_every_scale(function, weight):
    _, _, gradient, probe = function.case(weight)
    assert probe.judge(gradient).verdict == VERIFIED
    assert probe.judge(gradient * (1 + 1e-10), fast=False).verdict == VERIFIED
    assert probe.judge(gradient * (1 + 1e-6)).verdict == WRONG
    for place in np.ndindex(gradient.shape):
        for sign in (-1, 1):
            wrong = gradient.copy()
            wrong[place] += sign * 1e-6 * np.max(np.abs(gradient))
            judged = probe.judge(wrong, fast=False)
            assert judged.verdict == WRONG
            assert np.argwhere(judged.wrong).tolist() == [list(place)]
            room = 1e-8 * np.max(np.abs(gradient))
            np.testing.assert_allclose(judged.measured, gradient, rtol=0, atol=room)


def test_the_tolerance_is_of_the_size_of_the_gradient():
    """1e-8 of each number, but not less than of a thousandth of the largest."""
    x = np.array([1.0, 1.0])
    slopes = np.array([1.0, 1e-5])
    probe = Probe(lambda: x * slopes, x, np.ones(2))
    for change, verdict in (
        ([5e-9, 0], VERIFIED),
        ([3e-8, 0], WRONG),
        ([0, 5e-12], VERIFIED),
        ([0, 3e-11], WRONG),
        ([-3e-8, 0], WRONG),
        ([0, -3e-11], WRONG),
    ):
        assert probe.judge(slopes + change, fast=False).verdict == verdict


@pytest.mark.parametrize("size", [1e-6, 1e-3, 1e2, 1e4, 1e10])
@pytest.mark.parametrize("name", ["square", "matmul", "one number of many"])
def test_inputs_of_every_size(name, size):
    function = SMOOTH[name]
    _, _, gradient, probe = replace(function, x=size * function.x).case()
    for fast in (True, False):
        assert probe.judge(gradient, fast=fast).verdict == VERIFIED
        error = 1e-6 if size > 1e-6 else 2e-3  # the slope is 1e-10 of dy, which is what cancels
        assert probe.judge(gradient * (1 + error), fast=fast).verdict == WRONG


def test_an_array_of_no_axes_has_a_wrong_gradient():
    x = np.array(0.7)
    probe = Probe(lambda: np.sin(x) * WEIGHTS, x, np.ones(WEIGHTS.shape))
    judged = probe.judge(np.array(2.0))
    assert judged.verdict == WRONG
    assert judged.wrong.shape == ()


def test_an_array_of_no_axes_has_a_right_gradient():
    x = np.array(0.7)
    probe = Probe(lambda: np.sin(x) * WEIGHTS, x, np.ones(WEIGHTS.shape))
    for fast in (True, False):
        assert probe.judge(np.cos(x) * WEIGHTS.sum(), fast=fast).verdict == VERIFIED
    assert x == 0.7


@every_function
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_a_number_is_wrong_there(function, value):
    _, _, gradient, probe = function.case()
    place = biggest(gradient)
    gradient[place] = value
    judged = probe.judge(gradient)
    assert judged.verdict == WRONG
    assert np.argwhere(judged.wrong).tolist() == [list(place)]


def nudges(probe, x, call):
    """What is added to x at each call of the function of a probe."""
    seen, f, before = [], probe.f, x.copy()
    probe.f = lambda: seen.append(x - before) or f()
    call()
    return np.array(seen)


@pytest.mark.parametrize("start", [4.0, -4.0, 0.25])
def test_a_number_that_fails_is_nudged_by_ever_smaller_steps(start):
    """By h and h/2, up and down; h is 5e-4 of x, or of 1, and then ever a tenth of that."""
    x = np.array([start])
    probe = Probe(lambda: np.sin(x), x, np.ones(1))
    seen = nudges(probe, x, lambda: probe.elements(np.zeros(1)))
    steps = [5e-4, *(5.0 * 10.0**-i for i in range(4, 12))]
    expected = [h * part for h in steps for part in (1, -1, 0.5, -0.5)]
    np.testing.assert_allclose(seen[:, 0] / max(1, abs(start)), expected, rtol=1e-3)


def test_a_direction_moves_every_number_by_its_share():
    """By h / sqrt(n), times 0.5 to 1.5, up or down, and times x where that is more than 1."""
    x = np.concatenate([np.linspace(-0.9, 0.9, 200), [50.0, -50.0] * 100])
    probe = Probe(lambda: np.sin(x), x, np.ones(400))
    seen = nudges(probe, x, lambda: probe.judge(np.cos(x), seed=3))
    first = seen[0] / np.maximum(1, np.abs(x)) * np.sqrt(400) / 5e-4
    assert 0.5 <= np.min(np.abs(first)) < 0.51
    assert 1.49 < np.max(np.abs(first)) <= 1.5
    assert 150 < np.sum(first > 0) < 250
    for i, part in ((1, -1), (2, 0.5), (3, -0.5)):
        np.testing.assert_allclose(seen[i], part * seen[0], atol=1e-13)
    assert len(seen) == 4


def test_the_direction_depends_on_the_seed_only():
    x = np.array([0.3, 0.7])
    probe = Probe(lambda: np.sin(x), x, np.ones(2))
    default, zero, one = (
        nudges(probe, x, lambda seed=seed: probe.judge(np.cos(x), *seed))
        for seed in ((), (0,), (1,))
    )
    np.testing.assert_array_equal(default, zero)
    assert np.all(zero != one)


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        (lambda x: [3 * x], 24),  # 8 times what moves
        (lambda x: [3 * x, -2 * x], 40),
        (lambda x: [3 * x, 5], 24),
        (lambda x: [x, 100], 200),  # or twice the largest number of all
        (lambda x: [max(x, 1), 0.1], 8),  # moves on one side only
        (lambda x: [], 0),
    ],
)
def test_rounding_is_that_of_the_outputs_that_move(outputs, expected):
    x = np.ones(1)
    for weight in (1, -2):
        probe = Probe(lambda: np.array(outputs(x[0]), float), x, np.full(len(outputs(1.0)), weight))
        _, _, rounding = probe.sides((0,), 0.25, 0.25)
        expected_here = abs(weight) * expected * 2.0**-52 / 0.25
        assert rounding == pytest.approx(expected_here, rel=1e-12, abs=0)


def test_a_small_number_that_is_nearly_right_is_wrong():
    """Two outputs that nearly cancel: a slope of 1e-4 of the largest, wrong by 1e-6 of itself. At
    the first step its curve looks like a kink; at the second, rounding hides the error."""
    x = np.array([0.1, 0.7])
    dy = np.array([1.0, -1.0 / (1 + 1e-4) * (1 - np.tanh(2.1) ** 2) / (1 - np.tanh(2.2) ** 2), 1.0])
    probe = Probe(lambda: np.array([np.tanh(x[0] + 2), np.tanh(x[0] + 2.1), np.sin(x[1])]), x, dy)
    right = probe.judge(np.zeros(2), fast=False).measured
    slopes = 1 - np.tanh([2.1, 2.2]) ** 2
    gradient = np.array([slopes @ dy[:2], np.cos(0.7)])
    np.testing.assert_allclose(right, gradient, atol=1e-12)
    assert abs(gradient[0]) < 1e-4 * gradient[1]
    for factor, verdict in ((1, VERIFIED), (1 + 1e-5, WRONG), (1 - 1e-5, WRONG)):
        assert probe.judge(gradient * [factor, 1], fast=False).verdict == verdict


def test_after_twenty_wrong_numbers_smaller_steps_are_asked_about_no_more():
    calls, x = [], np.linspace(1, 2, 30)
    probe = Probe(lambda: calls.append(1) or np.sin(x), x, np.ones(30))
    judged = probe.judge(2 * np.cos(x), fast=False)
    assert np.all(judged.wrong)
    assert len(calls) == 1 + 30 * 4 + 20 * 8 * 4


def test_but_where_nothing_was_measured_yet():
    x = np.full(30, 1e-4)
    with np.errstate(all="ignore"):
        judged = Probe(lambda: np.log(x), x, np.ones(30)).judge(2 / x)
    np.testing.assert_allclose(judged.measured, 1e4, rtol=1e-6)


@pytest.mark.parametrize(("size", "looked"), [(1000, 1000), (1001, 1000)])
def test_of_many_numbers_a_thousand_are_looked_at(size, looked):
    x = np.zeros(size)
    judged = Probe(lambda: x[:1] * 1, x, np.ones(1)).judge(np.eye(1, size)[0], fast=False)
    assert (judged.verdict, np.sum(judged.looked)) == (VERIFIED, looked)


def test_a_quick_verdict_has_no_measured_numbers():
    _, _, gradient, probe = SMOOTH["sin"].case()
    assert probe.judge(gradient).measured is None
    assert probe.judge(gradient, fast=False).measured is not None


@every_function
def test_a_right_gradient_takes_five_calls_whatever_its_size(function):
    calls = []
    x = np.array(function.x)
    dy = np.ones(np.shape(function.f(x)))
    probe = Probe(lambda: calls.append(1) or function.f(x), x, dy)
    assert probe.judge(function.gradient(x, dy)).verdict == VERIFIED
    assert len(calls) == 5


def test_and_so_does_a_gradient_of_zero():
    x = SIGNED.copy()
    seen = nudges(probe := Probe(lambda: np.zeros(2), x, np.ones(2)), x,
                  lambda: probe.judge(np.zeros_like(x)))  # fmt: skip
    assert len(seen) == 4


@pytest.mark.parametrize("fast", [True, False])
def test_what_changes_nothing_has_a_slope_of_zero(fast):
    x = np.array([0.3, 0.7])
    probe = Probe(lambda: np.zeros(2), x, np.ones(2))
    assert probe.judge(np.zeros(2), fast=fast).verdict == VERIFIED
    assert probe.judge(np.array([0, 1e-13]), fast=fast).verdict == UNMEASURED
    assert probe.judge(np.array([0, 1e-6]), fast=fast).verdict == WRONG


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_an_empty_array_has_an_empty_gradient(shape, fast):
    x = np.zeros(shape)
    probe = Probe(lambda: np.exp(x), x, np.ones(shape))
    assert probe.judge(np.zeros(shape), fast=fast).verdict == VERIFIED
    assert numeric_gradient(np.exp, x, np.ones(shape)).shape == shape


@pytest.mark.parametrize("call", range(1, 12))
@pytest.mark.parametrize("fast", [True, False])
def test_the_array_is_put_back_when_the_function_raises(call, fast):
    x, calls = SIGNED.copy(), []

    def f():
        calls.append(1)
        if len(calls) > call:
            raise ZeroDivisionError
        return np.sin(x)

    probe = Probe(f, x, np.ones_like(x))
    with pytest.raises(ZeroDivisionError):
        probe.judge(np.zeros_like(x), fast=fast)
    np.testing.assert_array_equal(x, SIGNED)


def test_the_bottom_of_a_curve_is_no_kink():
    x = np.array([0.0])
    for got, verdict in ((0, VERIFIED), (1e-8, WRONG), (-1e-8, WRONG)):
        probe = Probe(lambda: x**2, x, np.ones(1))
        assert probe.judge(np.array([got]), fast=False).verdict == verdict


# --- kinks: any slope between the two sides will do


def relu(x):
    return np.maximum(x, 0)


def both_signs(x):
    """Two outputs of opposite dy: their summed slopes have no kink, each output's have."""
    return np.stack([relu(x), relu(x)])


KINKS = {  # f, x, dy, the lowest and highest slope in x[0]
    "relu": (relu, [0.0, 1.0, -1.0], [1.0, 1.0, 1.0], 0, 1),
    "relu, dy below 0": (relu, [0.0, 1.0], [-2.0, 1.0], -2, 0),
    "relu, a large dy": (relu, [0.0, 1.0], [1e6, 1.0], 0, 1e6),
    "relu, a small dy": (relu, [0.0, 1.0], [1e-6, 1e-6], 0, 1e-6),
    "leaky": (lambda x: np.where(x > 0, x, 0.2 * x), [0.0], [1.0], 0.2, 1),
    "abs": (np.abs, [0.0, 1.0], [1.0, 1.0], -1, 1),
    "max": (lambda x: np.max(x), [2.0, 2.0, 1.0], 1.0, 0, 1),
    "maximum": (lambda x: np.maximum(x, 3), [3.0, 5.0], [0.5, 1.0], 0, 0.5),
    "both signs": (both_signs, [0.0], [[1.0], [-1.0]], -1, 1),
    "and a smooth part": (lambda x: relu(x) + np.exp(x), [0.0, 0.1], [1.0, 0.1], 1, 2),
    "a small kink": (lambda x: 3 * x + 0.01 * relu(x), [0.0, 1.0], [1.0, 1.0], 3, 3.01),
    "and a curve": (lambda x: relu(x) - np.exp(10 * x), [0.0, 0.1], [1.0, 0.1], -10, -9),
}


def verdict_at(f, x, dy, slope):
    """The verdict on a gradient that is right but for x[0], where it is `slope`."""
    x, dy = np.array(x), np.array(dy)
    gradient = numeric_gradient(f, x, dy, h=1e-4)
    gradient[0] = slope
    probe = Probe(lambda: f(x), x, dy)
    gradient[1:] = probe.judge(gradient * np.nan, fast=False).measured[1:]
    judged = probe.judge(gradient, fast=False)
    np.testing.assert_array_equal(judged.wrong[1:], False)
    assert judged.wrong[0] == (judged.verdict == WRONG)
    assert probe.judge(gradient).verdict in (judged.verdict, VERIFIED)
    return judged.verdict


@pytest.mark.parametrize("kink", KINKS.values(), ids=KINKS.keys())
@pytest.mark.parametrize("share", [0, 0.25, 0.5, 0.9, 1])
def test_any_slope_between_those_of_the_sides_is_accepted(kink, share):
    f, x, dy, low, high = kink
    middle = share == 0.5  # the central difference itself
    expected = (VERIFIED, AT_KINK) if middle else (AT_KINK,)
    assert verdict_at(f, x, dy, low + share * (high - low)) in expected


@pytest.mark.parametrize("kink", KINKS.values(), ids=KINKS.keys())
@pytest.mark.parametrize("share", [-5, -0.5, -0.01, -1e-3, 1.01, 2, 10])
def test_a_slope_outside_them_is_wrong(kink, share):
    f, x, dy, low, high = kink
    assert verdict_at(f, x, dy, low + share * (high - low)) == WRONG


@pytest.mark.parametrize("kink", KINKS.values(), ids=KINKS.keys())
def test_a_slope_just_outside_them_is_wrong_too(kink):
    f, x, dy, low, high = kink
    room = 1e-5 * max(abs(low), abs(high))
    assert verdict_at(f, x, dy, low - room) == verdict_at(f, x, dy, high + room) == WRONG


def test_and_what_is_measured_is_in_the_middle():
    x = np.array([0.0])
    for got, verdict in ((0, AT_KINK), (-1e-6 * (0.5 + 1), AT_KINK), (-3, WRONG)):
        judged = Probe(lambda: relu(x), x, np.ones(1)).judge(np.array([got]), fast=False)
        assert (judged.verdict, judged.measured.tolist()) == (verdict, [0.5])


def test_a_kink_of_a_thousandth_is_none():
    for size, verdict in ((3e-4, WRONG), (3e-3, AT_KINK)):
        bent = lambda x, size=size: x + size * relu(x)  # noqa: E731
        assert verdict_at(bent, [0.0, 1.0], [1.0, 1.0], 1.0) == verdict


def test_a_slope_of_almost_nothing_beside_a_kink():
    x = np.array([-1e-6])
    probe = Probe(lambda: relu(x) + np.cos(x), x, np.ones(1))
    assert probe.judge(-np.sin(x), fast=False).verdict == VERIFIED


@pytest.mark.parametrize("distance", [1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3])
@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize(
    ("f", "left", "right"),
    [
        (relu, np.zeros_like, np.ones_like),
        (np.abs, lambda x: -np.ones_like(x), np.ones_like),
        (lambda x: np.maximum(np.sin(x), x / 2), lambda x: np.full_like(x, 0.5), np.cos),
        (lambda x: relu(x) + np.exp(3 * x), lambda x: 3 * np.exp(3 * x),
         lambda x: 1 + 3 * np.exp(3 * x)),
    ],
    ids=["relu", "abs", "max", "relu and exp"],
)  # fmt: skip
def test_beside_a_kink_only_the_slope_of_that_side_is_right(f, left, right, side, distance):
    x = [side * distance, 1.0]
    left, right = float(left(x[0])), float(right(x[0]))
    here, there = (right, left) if side > 0 else (left, right)
    assert verdict_at(f, x, [1.0, 1.0], here) == VERIFIED
    for wrong in (there, (here + there) / 2, 2.5, here + 1e-4, here - 1e-4):
        assert verdict_at(f, x, [1.0, 1.0], wrong) == WRONG


# --- functions that are hard to measure


@pytest.mark.parametrize(("reach", "verdict"), [(0, UNMEASURED), (6e-10, UNMEASURED),
                                                (6e-9, WRONG)])  # fmt: skip
def test_what_exists_at_almost_one_point_could_not_be_measured(reach, verdict):
    """Three steps are the fewest: here they are 5e-9, 5e-10 and 5e-11."""
    x = np.array([0.5])
    probe = Probe(lambda: np.where(np.abs(x - 0.5) <= reach, x, np.nan), x, np.ones(1))
    judged = probe.judge(np.array([7.0]))
    assert judged.verdict == verdict
    assert judged.measured[0] == pytest.approx(7 if verdict == UNMEASURED else 1)


@pytest.mark.parametrize("size", [0.1, 1, 10])
@pytest.mark.parametrize("weight", [0.01, 1, 3])
def test_next_to_nothing_may_be_what_is_left_of_numbers_that_cancel(size, weight):
    """Where the slope is 0, a gradient of EPS / 5e-4 times the largest dy and x, or 1."""
    x = np.array([size, size / 2, -size])
    dy = weight * np.array([0.5, 1, -1])
    probe = Probe(lambda: np.array([1e-3 * np.sin(x[0]), 0, 0]), x, dy)
    room = 2.0**-52 * (weight * max(1, size)) / 5e-4
    for error, verdict in ((1, UNMEASURED), (-1, UNMEASURED), (1.3, WRONG), (-1.3, WRONG)):
        gradient = np.array([dy[0] * 1e-3 * np.cos(x[0]), error * room, 0])
        assert probe.judge(gradient, fast=False).verdict == verdict


@pytest.mark.parametrize(
    ("share", "error", "verdict"),
    [
        (1.0, 5e-8, UNMEASURED),  # a small gradient may be off by 1e-7 of itself
        (1.0, 3e-7, WRONG),
        (1e-6, 1e-3, WRONG),
        (1e-8, 1e-1, UNMEASURED),  # less than 1e-7 of the largest slope is next to nothing
    ],
)
def test_but_not_a_slope_that_is_more_than_nothing(share, error, verdict):
    x = np.array([0.3, 0.3])
    slopes = 1e-6 * np.cos(x) * [1, share]
    probe = Probe(lambda: 1e-6 * np.sin(x) * [1, share], x, np.ones(2))
    assert probe.judge(slopes * [1, 1 + error], fast=False).verdict == verdict


DISTANCES = [1e-1, 3e-2, 1e-3, 1e-4, 1e-5, 1e-6]
SINGULAR = {
    "log": (np.log, lambda x: 1 / x),
    "sqrt": (np.sqrt, lambda x: 0.5 / np.sqrt(x)),
    "x log x": (lambda x: x * np.log(x), lambda x: 1 + np.log(x)),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2),
}


@pytest.mark.parametrize(("name", "distance"), [(name, d) for name in SINGULAR for d in DISTANCES])
@pytest.mark.parametrize("others", [[], [0.5, 2.0]])
def test_a_logarithm_near_zero(name, distance, others):
    f, slope = SINGULAR[name]
    x = np.array([distance, *others])
    with np.errstate(all="ignore"):
        probe = Probe(lambda: f(x), x, np.ones_like(x))
        gradient = slope(x)
        assert probe.judge(gradient).verdict == VERIFIED
        wrong = gradient.copy()
        wrong[0] *= 1 + 1e-4
        judged = probe.judge(wrong)
        assert judged.verdict == WRONG
        assert np.flatnonzero(judged.wrong).tolist() == [0]


NOISY = {
    "cancels 1e8": lambda x: (1e8 + np.sin(x)) - 1e8,
    "cancels 1e10": lambda x: (1e10 + np.sin(x)) - 1e10,
    "six decimals": lambda x: np.round(np.sin(x), 6),
    "float32": lambda x: np.sin(x).astype(np.float32),
}


POINTS = np.random.default_rng(1).uniform(-3, 3, 40)


def judged_at(f, point, factor=1.0, outputs=1):
    x = np.array([point])
    probe = Probe(lambda: np.repeat(f(x), outputs), x, np.ones(outputs))
    return probe.judge(factor * outputs * np.cos(x))


@pytest.mark.parametrize("f", [*NOISY.values(), lambda x: np.round(np.sin(x), 5)],
                         ids=[*NOISY.keys(), "five decimals"])  # fmt: skip
def test_what_rounds_inside_could_not_be_measured(f):
    judged = [judged_at(f, point) for point in POINTS]
    unmeasured = [one for one in judged if one.verdict == UNMEASURED]
    assert len(unmeasured) >= len(POINTS) / 2
    assert not any(np.any(one.wrong) for one in unmeasured)
    verified = [one for one in judged if one.verdict == VERIFIED]
    assert bool(verified) == (f in (NOISY["cancels 1e8"], NOISY["float32"]))  # which round less


@pytest.mark.parametrize("f", NOISY.values(), ids=NOISY.keys())
@pytest.mark.parametrize("outputs", [1, 7])
def test_rounding_inside_the_function_is_never_a_mistake(f, outputs):
    assert WRONG not in {judged_at(f, point, outputs=outputs).verdict for point in POINTS}


def test_where_the_steps_disagree_nothing_is_verified():
    """sin, and a tremor of 3e-7: no two steps agree to more than a digit or two."""
    verdicts = {judged_at(lambda x: np.sin(x) + 3e-7 * np.sin(1e12 * x), p).verdict for p in POINTS}
    assert UNMEASURED in verdicts
    assert VERIFIED not in verdicts


@pytest.mark.parametrize(("name", "size"), [("cancels 1e8", 1e-2), ("float32", 3e-2)])
def test_but_a_mistake_of_a_few_percent_is_seen_through_the_rounding(name, size):
    verdicts = [judged_at(NOISY[name], point, 1 + size).verdict for point in POINTS]
    assert verdicts.count(WRONG) > 0.9 * len(POINTS)


@pytest.mark.parametrize("name", ["cancels 1e8", "six decimals", "float32"])
def test_but_a_large_mistake_is_seen_through_the_rounding(name):
    x = np.array([0.31, 0.7])
    probe = Probe(lambda: NOISY[name](x), x, np.ones(2))
    assert probe.judge(2 * np.cos(x)).verdict == WRONG


@pytest.mark.parametrize(("wrong", "verdict"), [(0.0, AT_KINK), (0.1, UNMEASURED), (2.5, WRONG)])
def test_the_verdict_is_that_of_the_worst_number(wrong, verdict):
    """Three outputs: one at a kink, one that rounds, one that is simply wrong."""
    x = np.array([0.0, 0.31, 0.7])

    def f():
        noisy = (1e8 + np.sin(x[1])) - 1e8 if wrong else np.sin(x[1])
        return np.array([relu(x[0]), noisy, np.sin(x[2])])

    gradient = np.array([0.0, np.cos(0.31), np.cos(0.7)])
    if wrong > 1:
        gradient[2] = wrong
    judged = Probe(f, x, np.ones(3)).judge(gradient)
    assert judged.verdict == verdict
    assert judged.wrong.tolist() == [False, False, wrong > 1]
