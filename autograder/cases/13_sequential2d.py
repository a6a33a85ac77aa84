"""Hidden cases of exercise 13: other sizes and layouts, None in all places, tied blocks."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import TRIES, Part, Wrong, built, expect, gradients, values


class Grid(nn.Sequential2D):
    """The right matrix, with its blocks as attributes too, where `Remote` looks for parameters."""

    def __init__(self, in_features_list, out_features_list, blocks):
        super().__init__(in_features_list, out_features_list, blocks)
        vars(self).update(self.children())


def sizes_of(rng, count):
    return [int(k) for k in rng.choice(range(1, 6), count, replace=False)]


def draw(rng):
    """Sizes and blocks: two to four rows and columns, at least one block in each of them."""
    rows, columns = (int(k) for k in rng.choice(range(2, 5), 2, replace=False))
    inputs, outputs = sizes_of(rng, rows), sizes_of(rng, columns)
    there = rng.random((rows, columns)) < 0.5
    there[np.arange(rows), np.arange(rows) % columns] = True
    there[np.arange(columns) % rows, np.arange(columns)] = True
    blocks = [
        [Part("Dense", inputs[i], outputs[j], "tanh") if there[i, j] else None
         for j in range(columns)]
        for i in range(rows)
    ]  # fmt: skip
    return inputs, outputs, blocks


def example(rng):
    inputs, outputs, blocks = draw(rng)
    return (inputs, outputs, blocks), (rng.normal(size=(int(rng.integers(1, 5)), sum(inputs))),)


def cut_example(rng):
    sizes = sizes_of(rng, int(rng.integers(1, 5)))
    return rng.normal(size=(int(rng.integers(1, 5)), sum(sizes))), sizes


def right_cut(x, sizes):
    return tuple(np.split(x, np.cumsum(sizes)[:-1], axis=1))


def cut_to_list(student, rng):
    x, sizes = cut_example(rng)
    parts = student.apply("cut", x, sizes)
    _, is_list = student.read(parts, student.is_a("list", parts))
    if not is_list:
        raise Wrong("cut gives the right parts, but not in a list", "list")


def join_case(student, rng):
    """Parts and a dtype. Any part may be None, or all of them; every other time, one in the middle
    is."""
    for turn in range(2 * TRIES):
        sizes, n = sizes_of(rng, int(rng.integers(1, 5))), int(rng.integers(1, 5))
        sizes = sizes_of(rng, 3) if turn % 2 else sizes
        dtype = rng.choice([np.float32, np.float64])
        parts = [
            None if rng.random() < 0.4 else rng.normal(size=(n, k)).astype(dtype) for k in sizes
        ]
        if turn % 2:
            parts[1:] = None, rng.normal(size=(n, sizes[2])).astype(dtype)
        like = rng.normal(size=(n, int(rng.integers(1, 8)))).astype(dtype)
        want = np.concatenate(
            [np.zeros((n, k), dtype) if part is None else part for part, k in zip(parts, sizes)],
            axis=1,
        )
        sent = student.value(parts)
        got, after = student.read(student.apply("join", sent, sizes, like), sent)
        expect("join", got, want)
        if there(after) != there(parts):
            raise Wrong("join writes into the list that it was given", "changes_input")
        if got.dtype != want.dtype:
            raise Wrong(f"join gives {got.dtype} for parts of {want.dtype}", "dtype")


def there(parts):
    """Which parts of a list are not None."""
    return [part is not None for part in parts]


def expect_list(what, name, got, want, mistakes=None):
    if not isinstance(got, list) or len(got) != len(want):
        size = f"of {len(got)} " if isinstance(got, list) else ""
        raise Wrong(f"{what} gives {type(got).__name__} {size}, not a list of {len(want)}")
    if there(got) != there(want):
        places = [k for k, part in enumerate(want) if part is None]
        raise Wrong(f"{what}: exactly the {name} in places {places} must be None", "none")
    for k, (one, right) in enumerate(zip(got, want)):
        if right is not None:
            known = {meaning: wrong[k] for meaning, wrong in (mistakes or {}).items()}
            expect(f"{what}: {name}_{k}", one, right, known)


def pair(student, rng, inputs, outputs, blocks):
    """The student's matrix and the right one, with the same numbers in their parameters."""
    right = nn.Sequential2D(*built((inputs, outputs, blocks)))
    theirs = student.make("Sequential2D", inputs, outputs, blocks)
    learned = student.call(theirs, "named_parameters")
    for name, parameter in right.named_parameters().items():
        parameter.data = rng.normal(size=parameter.shape)
        student.set(student.item(learned, name), "data", parameter.data)
    return theirs, right


def some(rng, n, sizes):
    """A list of arrays, about a third of them None, but not all."""
    parts = [None if rng.random() < 0.33 else rng.normal(size=(n, k)) for k in sizes]
    if not any(there(parts)):
        parts[0] = rng.normal(size=(n, sizes[0]))
    return parts


def lists_forward(student, rng):
    """Lists with None; a second call with other lists; inputs stay what they were."""
    for _ in range(TRIES):
        inputs, outputs, blocks = draw(rng)
        theirs, right = pair(student, rng, inputs, outputs, blocks)
        for _ in range(2):
            xs = some(rng, int(rng.integers(1, 5)), inputs)
            sent = [None if x is None else student.value(x) for x in xs]
            ys = student.call(theirs, "forward_list", sent)
            got, *after = student.read(ys, *(s for s in sent if s is not None))
            want, last = right.forward(xs), [None] * len(outputs)
            for (i, j), block in right.cells.items():
                last[j] = last[j] if xs[i] is None else block.forward(xs[i])
            expect_list("forward_list", "y", got, want, {"holds only the last block's part": last})
            if not all(
                np.array_equal(a, x) for a, x in zip(after, [x for x in xs if x is not None])
            ):
                raise Wrong("forward_list writes into an array that it was given", "changes_input")


def caches(student, rng):
    """self.cache[i, j] is what block (i, j) remembers after it has run: a Linear, its input."""
    inputs, outputs, blocks = draw(rng)
    blocks = [[block and Part("Linear", *block.arguments[:2]) for block in row] for row in blocks]
    theirs, _ = pair(student, rng, inputs, outputs, blocks)
    xs = [rng.normal(size=(3, k)) for k in inputs]
    student.call(theirs, "forward_list", xs)
    cache = student.attribute(theirs, "cache")
    places = [(i, j) for i, row in enumerate(blocks) for j, block in enumerate(row) if block]
    keys = [student.apply("__builtins__.tuple", list(place)) for place in places]
    size, *got = student.read(
        student.apply("__builtins__.len", cache), *(student.call(cache, "get", key) for key in keys)
    )
    if size != len(places):
        raise Wrong(f"forward_list keeps {size} caches, and {len(places)} blocks have run", "cache")
    for place, one in zip(places, got):
        expect(f"the cache of block {place}", one, xs[place[0]])


def nothing_arrives(student, rng):
    """Nothing reaches y_1, as x_1 is None."""
    (a, b), (c, d) = sizes_of(rng, 2), sizes_of(rng, 2)
    blocks = [[Part("Dense", a, c), None], [Part("Dense", b, c), Part("Dense", b, d)]]
    theirs, right = pair(student, rng, [a, b], [c, d], blocks)
    x = rng.normal(size=(3, a))
    ys = student.call(theirs, "forward_list", [x, None])
    got, is_list = student.read(ys, student.is_a("list", ys))
    expect_list("forward_list", "y", got, right.forward([x, None]))
    if not is_list:  # the next matrix would take it for one array
        raise Wrong("forward_list gives a tuple, not a list", "list")


def identities(backwards=False):
    """A case: an Identity hands on the caller's own array; nothing may be written into it."""

    def case(student, rng):
        for _ in range(TRIES):
            n, k = int(rng.integers(1, 5)), int(rng.integers(1, 5))
            row = [Part("Identity"), Part("Identity"), Part("Identity")]
            xs, dys = ([rng.normal(size=(n, k)) for _ in row] for _ in range(2))
            theirs = student.make("Sequential2D", [k] * 3, [k] * 3, [row, row, row])
            sent = [student.value(x) for x in xs]
            given, what, name = xs, "forward_list", "y"
            result = student.call(theirs, what, sent)
            if backwards:
                sent = [student.value(dy) for dy in dys]
                given, what, name = dys, "backward_list", "dx"
                result = student.item(student.call(theirs, what, sent), 0)
            got, *after = student.read(result, *sent)
            if not all(np.array_equal(a, b) for a, b in zip(after, given)):
                raise Wrong(
                    "an array that was given was changed: += writes into it", "changes_input"
                )
            expect_list(what, name, got, [sum(given)] * 3)

    return case


def backwards(student, rng, check):
    """Two runs, and then backward for the first of them, whose cache is put back."""
    for _ in range(2 * TRIES):
        inputs, outputs, blocks = draw(rng)
        theirs, right = pair(student, rng, inputs, outputs, blocks)
        n = int(rng.integers(1, 5))
        xs, other, dys = some(rng, n, inputs), some(rng, n, inputs), some(rng, n, outputs)
        student.call(theirs, "forward_list", xs)
        cache = student.attribute(theirs, "cache")
        student.call(theirs, "forward_list", other)
        student.set(theirs, "cache", cache)
        result = student.call(theirs, "backward_list", dys)
        again = student.call(theirs, "backward_list", dys)
        right.forward(xs)
        check(student, right, [result, again], dys, right.backward(dys))


def lists_dx(student, rng):
    def check(student, right, results, dys, want):
        (caches,) = right.cache
        last = [None] * len(right.in_features_list)
        for (i, j), cache in caches.items():
            if dys[j] is not None:
                last[i] = right.cells[i, j].backward_from(cache, dys[j])[0]
        dxs = [student.item(result, 0) for result in results]
        *read, is_list = student.read(*dxs, student.is_a("list", dxs[0]))
        for got in read:
            known = {"holds only the last block's part": last}
            expect_list("backward_list", "dx", got, want[0], known)
        if not is_list:
            raise Wrong("backward_list gives the dx_i in a tuple, not in a list", "list")

    backwards(student, rng, check)


def lists_grads(student, rng):
    def check(student, right, results, dys, want):
        for got in student.read(*(student.item(result, 1) for result in results)):
            expect_grads(got, want[1])

    backwards(student, rng, check)


def expect_grads(got, want):
    if not isinstance(got, dict) or got.keys() != want.keys():
        have = sorted(got) if isinstance(got, dict) else type(got).__name__
        raise Wrong(f"the gradients are for {have}, not {sorted(want)}", "keys")
    for name, right in want.items():
        expect(f"the gradient of {name}", got[name], right, {"opposite_sign": -right})


def tied(student, rng):
    """One block in three places, one of them in a Sequential: its gradients add up."""
    for _ in range(TRIES):
        k, n = int(rng.integers(2, 5)), int(rng.integers(1, 5))
        w, b = rng.normal(size=(k, k)), rng.normal(size=k)
        here = nn.Dense(k, k, "tanh")
        there = student.make("nn.Dense", k, k, "tanh")
        for name, value in (("w", w), ("b", b)):
            getattr(here, name).data = value
            student.set(there, f"{name}.data", value)
        chain = student.make("nn.Sequential", there, student.make("nn.Tanh"))
        theirs = student.make("Sequential2D", [k, k], [k, k], [[there, chain], [None, there]])
        right = nn.Sequential2D(
            [k, k], [k, k], [[here, nn.Sequential(here, nn.Tanh())], [None, here]]
        )
        xs, dys = ([rng.normal(size=(n, k)) for _ in range(2)] for _ in range(2))
        ys = student.call(theirs, "forward_list", xs)
        result = student.call(theirs, "backward_list", dys)
        got, back, grads = student.read(ys, student.item(result, 0), student.item(result, 1))
        expect_list("forward_list", "y", got, right.forward(xs))
        dxs, want = right.backward(dys)
        expect_list("backward_list, one block in several places", "dx", back, dxs)
        expect_grads(grads, want)


class Staircase:
    """In the worker, a chain of three layers and the equal matrix of the same layers; here, the
    right chain."""

    def __init__(self, student, rng):
        self.sizes = sizes_of(rng, 4)
        here, there = [], []
        for a, b in zip(self.sizes, self.sizes[1:]):
            here.append(nn.Dense(a, b))
            there.append(student.make("nn.Dense", a, b))
            for name, value in (("w", rng.normal(size=(a, b))), ("b", rng.normal(size=b))):
                getattr(here[-1], name).data = value
                student.set(there[-1], f"{name}.data", value)
        self.right = nn.Sequential(here[0], nn.Tanh(), here[1], nn.Tanh(), here[2])
        f1, f2, f3 = there
        tanh = Part("Tanh")
        self.chain = student.make("nn.Sequential", f1, tanh, f2, tanh, f3)
        second, third = (student.make("nn.Sequential", tanh, f) for f in (f2, f3))
        blocks = [[None] * 4 for _ in range(4)]
        blocks[0][1], blocks[1][2], blocks[2][3] = f1, second, third
        matrix = student.make("Sequential2D", self.sizes, self.sizes, blocks)
        self.matrix = student.make("nn.Sequential", matrix, matrix, matrix)
        n = int(rng.integers(1, 9))
        self.x = rng.normal(size=(n, self.sizes[0]))
        self.dy = rng.normal(size=(n, self.sizes[3]))
        self.y = student.call(self.chain, "forward", self.x)
        self.ys = student.call(self.matrix, "forward", [self.x, None, None, None])


def same_output(student, rng):
    for _ in range(TRIES):
        both = Staircase(student, rng)
        y, ys = student.read(both.y, both.ys)
        want = [None, None, None, both.right.forward(both.x)]
        expect_list("three steps of the staircase", "y", ys, want)
        if not np.array_equal(y, ys[3]):
            raise Wrong("the outputs of chain and matrix are not equal to the last bit", "bits")


def same_training(student, rng):
    for _ in range(TRIES):
        both = Staircase(student, rng)
        result = student.call(both.chain, "backward", both.dy)
        other = student.call(both.matrix, "backward", [None, None, None, both.dy])
        both.right.forward(both.x)
        dx, want = both.right.backward(both.dy)
        got = student.read(*(student.item(r, k) for r in (result, other) for k in (0, 1)))
        chain_dx, chain_grads, dxs, grads = got
        expect_list("backward through three steps", "dx", dxs, [dx, None, None, None])
        if len(grads) != len(want):
            raise Wrong(f"the matrix has gradients for {sorted(grads)}, not {len(want)}", "keys")
        equal = np.array_equal(chain_dx, dxs[0])
        for name, other_name in zip(sorted(want), sorted(grads)):
            expect(f"the gradient of {other_name}", grads[other_name], want[name])
            equal &= np.array_equal(chain_grads[name], grads[other_name])
        if not equal:
            raise Wrong("the gradients of chain and matrix are not equal to the last bit", "bits")


CASES = {
    "sequential2d-cut": [values("cut", cut_example, right_cut), cut_to_list],
    "sequential2d-join": [join_case],
    "sequential2d-forward": [lists_forward, nothing_arrives, identities(), caches],
    "sequential2d-dx": [
        lists_dx, identities(backwards=True), gradients("Sequential2D", example, ["input 0"], Grid)
    ],
    "sequential2d-parameters": [lists_grads, tied, gradients("Sequential2D", example, None, Grid)],
    "sequential2d-same": [same_output],
    "sequential2d-training": [same_training],
}  # fmt: skip
