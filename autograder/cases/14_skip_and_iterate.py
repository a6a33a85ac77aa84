"""Hidden cases of exercise 14: other stages and arrows, other models, steps and radii."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import (
    TRIES,
    Part,
    Wrong,
    caches_of_steps,
    expect,
    forward,
    gradients,
    values,
)


def draw(rng):
    """Sizes of three to six stages, and arrows: at least one from each stage and one to each."""
    sizes = [int(k) for k in rng.choice(range(1, 9), int(rng.integers(3, 7)), replace=False)]
    stages = len(sizes)
    arrows = [(a, a + 1) for a in range(stages - 1)]
    arrows += [(a, b) for a in range(stages) for b in range(a + 2, stages) if rng.random() < 0.4]
    if len(arrows) > stages:  # sometimes a chain with a link left out, where others go round it
        del arrows[int(rng.integers(1, stages - 1))]
    return sizes, [arrows[k] for k in rng.permutation(len(arrows))]


def right_config(sizes, arrows):
    there = dict.fromkeys(arrows, "Linear")
    stages = range(len(sizes) - 1)
    return {
        "in_features_list": sizes[:-1],
        "out_features_list": sizes[1:],
        "block_types": [[there.get((a, b + 1)) for b in stages] for a in stages],
    }


def right_square(sizes, arrows):
    there = dict.fromkeys(arrows, "Linear") | {(0, 0): "Identity"}
    stages = range(len(sizes))
    return {
        "in_features_list": sizes,
        "out_features_list": sizes,
        "block_types": [[there.get((a, b)) for b in stages] for a in stages],
    }


def expect_config(name, got, want):
    if not isinstance(got, dict) or not want.keys() <= got.keys():
        raise Wrong(f"{name} gives {type(got).__name__}, not a dict with {sorted(want)}", "config")
    for key in ("in_features_list", "out_features_list"):
        if not np.array_equal(got[key], want[key]):
            raise Wrong(f"{key} of {name} is {got[key]!r:.80}, not {want[key]}", "sizes")
    types, right = got["block_types"], want["block_types"]
    rows = [len(row) if isinstance(row, list) else 0 for row in types or ()]
    if rows != [len(row) for row in right]:
        raise Wrong(f"block_types of {name} has rows of {rows} entries", "layout")
    for i, row in enumerate(right):
        for j, want_one in enumerate(row):
            if types[i][j] != want_one:
                found = f"{types[i][j]!r:.40}, not {want_one!r}"
                raise Wrong(f"block_types of {name}: row {i}, column {j} is {found}", "layout")


def skip_layout(student, rng):
    for _ in range(2 * TRIES):
        sizes, arrows = draw(rng)
        mine = student.value(sizes)
        pairs = student.value(arrows)
        got, *after = student.read(student.apply("skip_config", mine, pairs), mine, pairs)
        expect_config("skip_config", got, right_config(sizes, arrows))
        if after != [sizes, [list(arrow) for arrow in arrows]]:
            raise Wrong("skip_config changes what it was given", "changes_input")


def square_layout(student, rng):
    for _ in range(2 * TRIES):
        sizes, arrows = draw(rng)
        cfg = right_config(sizes, arrows)
        mine = student.value(cfg)
        got, after = student.read(student.apply("square_config", mine), mine)
        expect_config("square_config", got, right_square(sizes, arrows))
        if after != cfg:
            raise Wrong("square_config changes the config that it was given", "changes_input")


class Iterated(nn.Module):
    """The right one: a Sequential that holds the same model again and again."""

    def __init__(self, model, steps):
        self.model, self.steps = model, steps

    def forward(self, x):
        chain = nn.Sequential([self.model] * self.steps)
        y = chain.forward(x)
        self.cache = chain, chain.cache
        return y

    def backward(self, dy):
        chain, chain.cache = self.cache
        dx, grads = chain.backward(dy)
        return dx, {f"model.{name.removeprefix('0.')}": g for name, g in grads.items()}


def layer(rng):
    k, steps = (int(k) for k in rng.choice(range(1, 5), 2, replace=False))
    x = rng.normal(size=(int(rng.integers(1, 5)), k))
    return (Part("Dense", k, k, "tanh"), steps), (x,)


def matrix(rng):
    sizes = [int(k) for k in rng.choice(range(1, 4), 2, replace=False)]
    a, b = sizes
    blocks = [
        [Part("Dense", a, a, "tanh"), Part("Linear", a, b)],
        [Part("Dense", b, a), Part("Dense", b, b, "tanh") if rng.random() < 0.5 else None],
    ]
    x = rng.normal(size=(int(rng.integers(1, 4)), a + b))
    return (Part("Sequential2D", sizes, sizes, blocks), int(rng.integers(2, 5))), (x,)


def lists(student, rng):
    """States that are lists, with None in them, as a square Sequential2D takes them."""
    for _ in range(TRIES):
        k, n, steps = (int(k) for k in rng.integers(1, 4, 3))
        w = rng.normal(size=(k, k))
        blocks = [[Part("Identity"), Part("Linear", k, k)], [None, Part("Tanh")]]
        model = student.make("nn.Sequential2D", [k, k], [k, k], blocks)
        learned = student.item(student.call(model, "named_parameters"), "0_1.w")
        student.set(learned, "data", w)
        block = nn.Linear(k, k)
        block.w.data = w
        right = Iterated(
            nn.Sequential2D([k, k], [k, k], [[nn.Identity(), block], [None, nn.Tanh()]]), steps
        )
        x, dy = rng.normal(size=(n, k)), rng.normal(size=(n, k))
        theirs = student.make("Iterated", model, steps)
        ys = student.call(theirs, "forward", [x, None])
        result = student.call(theirs, "backward", [None, dy])
        got, dx, grads = student.read(ys, student.item(result, 0), student.item(result, 1))
        want = right.forward([x, None])
        if not isinstance(got, list) or len(got) != 2:
            raise Wrong("Iterated.forward of a list does not give a list", "list")
        for i in range(2):
            expect(f"place {i} of a state that is a list", got[i], want[i])
        right_dx, right_grads = right.backward([None, dy])
        expect("the gradient of place 0", dx[0] if isinstance(dx, list) else dx, right_dx[0])
        if not isinstance(grads, dict) or list(grads) != list(right_grads):
            raise Wrong(f"the gradients are not those of {list(right_grads)}", "keys")
        expect("the gradient of model.0_1.w", grads["model.0_1.w"], right_grads["model.0_1.w"])


def square_matrix(rng):
    k = int(rng.integers(1, 6))
    return rng.normal(size=(k, k)), float(rng.uniform(0.2, 3))


def right_radius(w, radius):
    return w * radius / max(abs(np.linalg.eigvals(w)))


CASES = {
    "skip-layout": [skip_layout],
    "skip-square": [square_layout],
    "iterated-forward": [
        forward("Iterated", layer, Iterated),
        forward("Iterated", matrix, Iterated),
        caches_of_steps("Iterated", lambda linear, steps: (linear, steps)),
    ],
    "iterated-dx": [
        gradients("Iterated", layer, ["input 0"], Iterated),
        gradients("Iterated", matrix, ["input 0"], Iterated),
    ],
    "iterated-parameters": [
        gradients("Iterated", layer, None, Iterated),
        gradients("Iterated", matrix, None, Iterated),
        lists,
    ],
    "iterated-radius": [values("with_radius", square_matrix, right_radius, tries=8)],
}  # fmt: skip
