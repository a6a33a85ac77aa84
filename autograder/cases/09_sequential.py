"""Hidden cases of exercise 9: other chains, chains in chains, shared layers, and a training."""

import edunn as nn
from edunn.course.hidden_tests import (
    TRIES,
    Part,
    Wrong,
    caches_of_steps,
    expect,
    forward,
    gradients,
)


class Chain(nn.Sequential):
    """edunn's Sequential, with the layers as attributes too, where `Remote` looks for
    parameters."""

    def __init__(self, *layers):
        super().__init__(*layers)
        for name, layer in self.children().items():
            setattr(self, name, layer)


def sizes(rng, count):
    """Different sizes: a product with the wrong layer does not fit."""
    return [int(k) for k in rng.choice(range(2, 9), count, replace=False)]


def example(rng):
    a, b, c = sizes(rng, 3)
    layers = [Part("Linear", a, b), Part("Bias", b), Part("Tanh"), Part("Dense", b, c, "sigmoid")]
    layers = layers[: int(rng.integers(1, 5))]
    return tuple(layers), (rng.normal(size=(int(rng.integers(1, 6)), a)),)


def listed(rng):
    """The same with the layers in one list."""
    layers, inputs = example(rng)
    return (list(layers),), inputs


def shared(case):
    """A case of a chain in which one layer stands at several places."""

    def run(student, rng):
        a, b = sizes(rng, 2)
        name, *rest = ("Linear", b, b) if rng.integers(2) else ("Dense", b, b, "tanh")
        here, there = getattr(nn, name)(*rest), student.make(f"nn.{name}", *rest)
        layers = Part("Linear", a, b), there, Part("Tanh"), there, there
        x = rng.normal(size=(int(rng.integers(1, 6)), a))
        case(
            "Sequential",
            lambda rng: (layers, (x,)),
            reference=lambda *_: Chain(nn.Linear(a, b), here, nn.Tanh(), here, here),
            tries=1,
        )(student, rng)

    return run


def nested(case):
    """A case of a chain inside a chain."""

    def run(student, rng):
        a, b, c = sizes(rng, 3)
        inner = student.make("Sequential", Part("Linear", a, b), Part("Bias", b), Part("Tanh"))
        x = rng.normal(size=(int(rng.integers(1, 6)), a))
        case(
            "Sequential",
            lambda rng: ((Part("Sigmoid"), inner, Part("Linear", b, c)), (x,)),
            reference=lambda *_: Chain(
                nn.Sigmoid(), Chain(nn.Linear(a, b), nn.Bias(b), nn.Tanh()), nn.Linear(b, c)
            ),
            tries=1,
        )(student, rng)

    return run


def count(student, rng):
    for _ in range(TRIES):
        a, b, c = sizes(rng, 3)
        layer = student.make("nn.Conv2d", a, b, 3)
        here = nn.Conv2d(a, b, 3)
        both = student.make("nn.ModuleDict", {"one": layer, "two": layer})
        dense = student.make("nn.Dense", b, c)
        student.set(student.attribute(dense, "b"), "requires_grad", False)  # it counts all the same
        numbers = student.read(
            *(student.apply("count_parameters", m) for m in (layer, both, dense))
        )
        size = sum(p.size for p in here.parameters())
        expect("count_parameters of a Conv2d", numbers[0], size)
        expect("count_parameters of a layer that is used twice", numbers[1], size)
        expect("count_parameters of a Dense", numbers[2], b * c + c)


def merge(student, rng):
    for _ in range(TRIES):
        (size,) = sizes(rng, 1)
        dw, db, first, second = (rng.normal(size=s) for s in ((size, size), size, size, size))
        dense, bias = student.make("nn.Dense", size, size), student.make("nn.Bias", size)
        model = student.make("Sequential", Part("Tanh"), bias, dense, bias)
        grads, lent = student.value({}), [student.value(a) for a in (dw, db, first, second)]
        student.call(model, "merge_gradients", bias, {"b": lent[2]}, grads)
        student.call(model, "merge_gradients", dense, {"w": lent[0], "0.b": lent[1]}, grads)
        student.call(model, "merge_gradients", bias, {"b": lent[3]}, grads)
        found, *after = student.read(grads, *lent)
        want = {"1.b": first + second, "2.w": dw, "2.0.b": db}
        if not isinstance(found, dict) or found.keys() != want.keys():
            raise Wrong(f"the gradients are called {sorted(found)}, not {sorted(want)}", "names")
        for name, gradient in want.items():
            mistakes = {"is that of the last use only": second} if name == "1.b" else {}
            expect(f"the gradient {name}", found[name], gradient, mistakes)
        for name, now, array in zip(
            ("dw", "db", "first", "second"), after, (dw, db, first, second)
        ):
            expect(f"the array {name}, which was handed in,", now, array)


def train(student, rng):
    """nn.fit with the student's chain ends where it ends with edunn's."""
    a, b, c = sizes(rng, 3)
    x, y = rng.normal(size=(10, a)), rng.normal(size=(10, c))
    seed, lr = int(rng.integers(1000)), float(rng.uniform(0.05, 0.1))

    def layers(make):
        tied = make("Linear", b, b)
        return [make("Dense", a, b, "tanh"), tied, make("Tanh"), tied, make("Linear", b, c)]

    rest = 3, 4, None, None, None, [], None, "cpu", False  # epochs, batch_size ... progress
    nn.manual_seed(seed)
    right = nn.Sequential(layers(lambda name, *arguments: getattr(nn, name)(*arguments)))
    nn.fit(right, x, y, nn.MSELoss(), nn.SGD(right.parameters(), lr), *rest)

    student.apply("nn.manual_seed", seed)
    model = student.make("Sequential", layers(lambda n, *rest: student.make(f"nn.{n}", *rest)))
    optimizer = student.make("nn.SGD", student.call(model, "parameters"), lr)
    student.apply("nn.fit", model, x, y, student.make("nn.MSELoss"), optimizer, *rest)
    (arrays,) = student.read(student.call(model, "get_parameters"))
    for name, array in right.get_parameters().items():
        if name not in arrays:
            raise Wrong(f"the chain has the parameters {list(arrays)}, without {name}", "names")
        expect(f"{name} after a training", arrays[name], array)


CASES = {
    "sequential-count": [count],
    "sequential-forward": [
        forward("Sequential", example, Chain),
        forward("Sequential", listed, Chain),
        *[shared(forward)] * TRIES,
        nested(forward),
        caches_of_steps("Sequential", lambda linear, steps: (linear,) * steps),
    ],
    "sequential-merge": [merge],
    "sequential-backward": [
        gradients("Sequential", example, reference=Chain),
        gradients("Sequential", listed, reference=Chain),
        nested(gradients),
    ],
    "sequential-shared": [shared(gradients)] * TRIES,
    "sequential-train": [train],
}
