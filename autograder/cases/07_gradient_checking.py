"""Hidden cases of exercise 7: other functions, shapes, steps; layers with the wrong backward."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import TRIES, Wrong, expect, gradients, own_work, values

FUNCTIONS = {  # by NumPy's name: the gradient of sum(dy * f(x))
    "tanh": lambda x, dy: dy / np.cosh(x) ** 2,
    "sin": lambda x, dy: dy * np.cos(x),
    "exp": lambda x, dy: dy * np.exp(x),
    "square": lambda x, dy: dy * 2 * x,
}


def shape_of(rng):
    return tuple(int(k) for k in rng.choice(range(1, 6), int(rng.integers(1, 4)), replace=False))


def check_put_back(x, after, what="x"):
    if not np.array_equal(x, after):
        raise Wrong(f"numeric_gradient leaves {what} changed: put back what was there", "changes")


def number(what, value):
    """A single number that came from a student, as a float."""
    if not isinstance(value, (int, float, np.ndarray)) or np.ndim(value):
        kind = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)
        raise Wrong(f"{what} gives {kind:.40}, not a number", "not_a_number")
    return float(value)


def measured(student, rng):
    """Elementwise functions of arrays with one, two or three axes, and a chosen h."""
    for name, gradient in FUNCTIONS.items():
        shape = shape_of(rng)
        x, dy = rng.normal(size=(2, *shape))
        sent = student.value(x)
        f = student.get(f"np.{name}")
        got, after = student.read(student.apply("numeric_gradient", f, sent, dy), sent)
        want = gradient(x, dy)
        known = {
            "does not depend on dy": gradient(x, np.ones(shape)),
            "is twice the slope": 2 * want,
            "is half of the slope": want / 2,
            "has the opposite sign": -want,
        }
        expect(f"numeric_gradient of np.{name}", got, want, known, 2e-8)
        check_put_back(x, after)


def of_several(student, rng):
    """Functions in which one number moves several outputs, or whose output has another shape."""
    n = int(rng.integers(3, 7))
    x, dy = rng.normal(size=(2, n))
    for name, weights, want in (
        ("cumsum", dy, np.cumsum(dy[::-1])[::-1]),
        ("diff", dy[1:], -np.diff(np.concatenate([[0], dy[1:], [0]]))),
        ("prod", dy[0], dy[0] * np.prod(x) / x),
    ):
        f = student.get(f"np.{name}")
        (got,) = student.read(student.apply("numeric_gradient", f, x, weights))
        expect(f"numeric_gradient of np.{name}", got, want, None, 1e-7)


def with_step(student, rng):
    """The slope of exp as a step of that length sees it: sinh(h) / h times too large."""
    h = float(rng.uniform(0.1, 0.5))
    x, dy = rng.normal(size=(2, 2, 3))
    got = student.read(student.apply("numeric_gradient", student.get("np.exp"), x, dy, h))[0]
    known = {"does not depend on h": dy * np.exp(x)}
    expect("numeric_gradient with another h", got, dy * np.exp(x) * np.sinh(h) / h, known, 1e-8)


def of_weights(student, rng):
    for _ in range(TRIES):
        n, inputs, outputs = (int(k) for k in rng.choice(range(1, 6), 3, replace=False))
        x, w = rng.normal(size=(n, inputs)), rng.normal(size=(inputs, outputs))
        w[0, 0] *= 1e-8  # adding h and taking it away again changes a number as small as this
        dy = rng.normal(size=(n, outputs))
        layer = student.make("nn.Linear", inputs, outputs)
        student.set(layer, "w.data", w)
        there = student.attribute(layer, "w.data")
        f = student.apply("output_of", layer, x)
        got, after = student.read(student.apply("numeric_gradient", f, there, dy), there)
        known = {"is 0: nudge the array itself, not a copy": np.zeros_like(w)}
        expect("numeric_gradient of the weights", got, x.T @ dy, known, 1e-7)
        check_put_back(w, after, "the weights")


def right_relative(a, b):
    return np.max(np.abs(a - b)) / max(np.max(np.abs(a)), np.max(np.abs(b)))


def nearly_equal(rng):
    """Two arrays of any size, of which one differs from the other at one place."""
    a = 10.0 ** rng.integers(-8, 9) * rng.normal(size=shape_of(rng))
    b = a + rng.choice([1e-6, 0.1, 3]) * np.max(np.abs(a)) * (np.arange(a.size) == 0).reshape(
        a.shape
    )
    return (a, b) if rng.random() < 0.5 else (b, a)


def special(student, rng):
    """Zeros, shapes that differ, NaN."""
    shape = (int(rng.integers(2, 5)), int(rng.integers(5, 8)))
    a, zeros = rng.normal(size=shape), np.zeros(shape)
    with_nan = a.copy()
    with_nan.flat[int(rng.integers(a.size))] = np.nan
    pairs = [
        (zeros, zeros),
        (a, a),
        (a, zeros),
        (zeros, a),
        (a, -a),
        (1e-9 * a, 1.5e-9 * a),
        (a, a.T),
        (a, a[:1]),
    ]
    pairs += [(a[:, :1], a[:, 0]), (with_nan, a), (a, with_nan), (zeros, with_nan)]
    got = []
    for pair in pairs:
        (value,) = student.read(student.apply("relative_error", *pair))
        got.append(number("relative_error", value))
    names = ["two arrays of zeros", "equal arrays", "a and zeros", "zeros and a", "a and -a"]
    names.append("tiny arrays")
    for name, value, want in zip(names, got, (0, 0, 1, 1, 2, 1 / 3)):
        expect(f"relative_error of {name}", value, want)
    for value in got[6:9]:
        if value != float("inf"):
            raise Wrong(
                f"relative_error of arrays of different shapes is {value}, not inf", "shapes"
            )
    for value in got[9:]:
        if value < np.inf:
            raise Wrong(f"relative_error of an array with a nan is {value}", "nan")


def steps(student, rng):
    curves = {"np.exp": np.exp, "np.sin": np.cos, "np.tanh": lambda x: 1 / np.cosh(x) ** 2}
    for name, slope in curves.items():
        x = float(rng.uniform(0.5, 1.5))
        some = [float(h) for h in 10 ** -rng.permutation(np.arange(1, 14) + rng.uniform(-0.2, 0.2))]
        f = getattr(np, name[3:])
        errors = np.array([abs((f(x + h) - f(x - h)) / (2 * h) - slope(x)) for h in some])
        one_sided = np.array([abs((f(x + h) - f(x)) / h - slope(x)) for h in some])
        arguments = (student.get(name), float(slope(x)), x, some)
        got = number("best_step", student.read(student.apply("best_step", *arguments))[0])
        if got not in some:
            raise Wrong(f"best_step gives {got:.3g}, which is not one of the steps", "not_a_step")
        if errors[some.index(got)] > 1.01 * np.min(errors) + 1e-15:
            sided = got == some[int(np.argmin(one_sided))]
            which = "the best for a difference to one side" if sided else "not the best one"
            raise Wrong(f"best_step of {name} gives {got:.1e}, which is {which}", "best_step")


def tool(student, rng):
    """Right layers are accepted, and layers whose backward is another's are not."""

    def error(name, *arguments, backward_of=None):
        layer = student.make(name, *arguments)
        if backward_of:
            other = student.make(*backward_of)
            student.set(layer, "backward", student.attribute(other, "backward"))
        return error_of(layer)

    def error_of(layer):
        x = rng.uniform(0.3, 2, size=(int(rng.integers(2, 4)), 4))
        sent = student.value(x)
        value, after = student.read(student.apply("gradient_error", layer, sent), sent)
        if not np.array_equal(x, after):
            raise Wrong("gradient_error leaves x changed", "changes")
        return number("gradient_error", value)

    for name in ("Tanh", "GELU", "Softmax", "ReLU", "Sigmoid", "Linear"):
        value = error(f"nn.{name}", *((4, 3) if name == "Linear" else ()))
        if not value < 1e-6:
            raise Wrong(
                f"gradient_error of {name}, which is right, is {value:.3g}", "refuses_right"
            )
    for name, other in (
        ("nn.Tanh", ("nn.Identity",)),
        ("nn.Sigmoid", ("nn.MultiplyConstant", 0.25)),
        ("nn.AddConstant", ("nn.MultiplyConstant", -1.0)),
        ("nn.Softmax", ("nn.MultiplyConstant", 0.0)),
    ):
        arguments = (2.0,) if name == "nn.AddConstant" else ()
        value = error(name, *arguments, backward_of=other)
        if not value > 1e-3:
            raise Wrong(f"gradient_error of a wrong {name[3:]} is {value:.3g}", "accepts_wrong")
    triple = student.make("nn.MultiplyConstant", 3.0)
    student.set(triple, "backward", student.get("forgets"))
    value = error_of(triple)
    if not value > 1e-3:
        text = f"gradient_error of a layer that forgets dy is {value:.3g}: is your dy all ones?"
        raise Wrong(text, "dy_of_ones")
    for share in (0.0, *map(float, rng.uniform(0.05, 0.9, TRIES))):
        right = float(rng.uniform(2, 9))
        theirs = right * (1 - share)
        got = error("nn.MultiplyConstant", right, backward_of=("nn.MultiplyConstant", theirs))
        what = f"gradient_error of a layer with {theirs:.3g} in the place of {right:.3g}"
        expect(what, max(got, 1e-6), max(share, 1e-6), None, 1e-6 if share else 1)


def verdict(student, rng):
    text = student.get("__builtins__.str")  # a set or an array of names will do as well
    names = student.apply("__builtins__.map", text, student.apply("guilty"))
    (names,) = student.read(student.apply("__builtins__.list", names))
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Wrong("guilty gives no list of names", "not_a_list")
    wrong = {"Swish", "Flip", "Wave", "Share", "Square", "Decay"}
    innocent, missing = len(set(names) - wrong), len(wrong - set(names))
    if innocent or missing:
        raise Wrong(f"{innocent} of those named are innocent, and {missing} are missing", "verdict")


def swish(rng):
    return (), (3 * rng.normal(size=shape_of(rng)),)


def share(rng):
    return (), (rng.uniform(0.2, 3, size=rng.choice(range(2, 8), 2, replace=False)),)


def one_row(rng):
    return (), (rng.uniform(0.2, 3, size=(1, int(rng.integers(2, 7)))),)


class Swish(nn.Module):
    """y = x sigmoid(x)"""

    def forward(self, x):
        self.cache = x, 1 / (1 + np.exp(-x))
        return x * self.cache[1]

    def backward(self, dy):
        x, s = self.cache
        return dy * (s + x * s * (1 - s)), {}


class Share(nn.Module):
    """y_ij = x_ij / sum over k of x_ik"""

    def forward(self, x):
        total = np.sum(x, axis=1, keepdims=True)
        self.cache = x / total, total
        return x / total

    def backward(self, dy):
        y, total = self.cache
        return (dy - np.sum(dy * y, axis=1, keepdims=True)) / total, {}


MEASURING = "checking", "utils"  # all of edunn that measures slopes

TOOLS = {
    "numeric-values": [measured, of_several, with_step],
    "numeric-weight": [of_weights],
    "relative-error": [values("relative_error", nearly_equal, right_relative, tries=8), special],
    "step-best": [steps],
    "tool-works": [tool],
}
CASES = {name: own_work(cases, MEASURING) for name, cases in TOOLS.items()}
CASES |= {
    "verdict-right": [verdict],
    "swish-mended": [gradients("Swish", swish, reference=Swish)],
    "share-mended": own_work(
        [
            gradients("Share", share, reference=Share),
            gradients("Share", one_row, reference=Share, tries=1),
        ]
    ),
}
