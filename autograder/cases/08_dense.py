"""Hidden cases of exercise 8: other sizes, every activation, and what the constructor makes."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import TRIES, Part, Wrong, expect, forward, gradients, own_work

ACTIVATIONS = {
    "id": nn.Identity,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "softmax": nn.Softmax,
    "tanh": nn.Tanh,
}


def example(rng):
    inputs, outputs = (int(k) for k in rng.choice(range(2, 7), 2, replace=False))  # never square
    n = int(rng.integers(1, 6))
    return (inputs, outputs, str(rng.choice(list(ACTIVATIONS)))), (rng.normal(size=(n, inputs)),)


def bent(rng):
    """An example whose activation changes every gradient."""
    (inputs, outputs, _), x = example(rng)
    return (inputs, outputs, str(rng.choice(["sigmoid", "softmax", "tanh"]))), x


def build(student, rng):
    """The three layers, by what they do; their parameters come from the initializers."""
    for name, kind in ACTIVATIONS.items():
        (inputs, outputs, _), (x,) = example(rng)
        w, b = rng.normal(size=(inputs, outputs)), rng.normal(size=(outputs,))
        constants = (Part("initializers.Constant", array) for array in (w, b))
        layer = student.make("Dense", inputs, outputs, name, *constants)
        a = x @ w + b
        z, moved, y, *parameters = student.read(
            student.call(student.attribute(layer, "linear"), "forward", x),
            student.call(student.attribute(layer, "bias"), "forward", a),
            student.call(student.attribute(layer, "activation"), "forward", a),
            student.attribute(layer, "w.data"),
            student.attribute(layer, "b.data"),
        )
        for what, got, want in zip("wb", parameters, (w, b)):
            expect(f"the parameter {what}, which its initializer makes,", got, want)
        expect("the output of self.linear", z, x @ w)
        expect("the output of self.bias", moved, a + b)
        expect(f"the activation called {name!r}", y, kind().forward(a), {"does nothing": a})


def names(student, rng):
    """The parameters are w and b, also when nothing but the sizes is given."""
    for _ in range(TRIES):
        (inputs, outputs, _), (x,) = example(rng)
        layer = student.make("Dense", inputs, outputs)
        y, arrays = student.read(
            student.call(layer, "forward", x), student.call(layer, "get_parameters")
        )
        if not isinstance(arrays, dict) or list(arrays) != ["w", "b"]:
            raise Wrong(f"the parameters of Dense are {[*arrays]}, not w and b", "names")
        expect("Dense.forward without an activation", y, x @ arrays["w"] + arrays["b"])


def caches(student, rng):
    """forward collects what the three layers remember."""
    arguments, (x,) = bent(rng)
    layer = student.make("Dense", *arguments)
    student.call(layer, "forward", x)
    inner = (student.attribute(layer, f"{one}.cache") for one in ("linear", "bias", "activation"))
    got, *want = student.read(student.attribute(layer, "cache"), *inner)
    if not isinstance(got, list) or len(got) != 3:
        raise Wrong("Dense.forward does not keep three caches in self.cache", "cache")
    for one in want:
        if not any(np.array_equal(one, part) for part in got if type(part) is type(one)):
            raise Wrong("self.cache of Dense lacks the cache of one of its three layers", "cache")


# what runs one layer after another; the three layers themselves are edunn's
CHAINS = "containers", "sequential2d", "model", "layers.dense", "torchlike", "core.Tensor.backward"
OWN = {
    "dense-build": [build],
    "dense-forward": [names, forward("Dense", example), forward("Dense", bent), caches],
    "dense-dx": [gradients("Dense", bent, ["input 0"]), gradients("Dense", example, ["input 0"])],
    "dense-grads": [gradients("Dense", bent, ["w", "b"]), gradients("Dense", example, ["w", "b"])],
}
CASES = {name: own_work(cases, CHAINS) for name, cases in OWN.items()}
