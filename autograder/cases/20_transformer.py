"""Hidden cases of exercise 20: other shapes, never square, tokens that come several times."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import (
    TRIES,
    Part,
    Wrong,
    built,
    expect,
    forward,
    gradients,
    own_work,
    values,
)


def sizes(rng, count, low=2, high=7):
    """So many numbers, no two alike."""
    return [int(k) for k in rng.choice(range(low, high), count, replace=False)]


def some_tokens(rng):
    """A few of many tokens: some come several times, and some never."""
    n, length, width, vocabulary = sizes(rng, 4, 2, 8)
    few = rng.choice(vocabulary, min(2, vocabulary), replace=False)
    return (vocabulary, width), (rng.choice(few, (n, length)),)


def all_tokens(rng):
    n, length, width, vocabulary = sizes(rng, 4, 2, 8)
    return (vocabulary, width), (rng.integers(vocabulary, size=(n, length)),)


class RightPositions(nn.Module):
    """x + p[:T], as an embedding of the places."""

    def __init__(self, tokens, width):
        self.p = nn.Parameter(np.zeros((tokens, width)))

    def forward(self, x):
        self.cache = x.shape
        return x + self.p.data[np.arange(x.shape[1])]

    def backward(self, dy):
        dp = np.zeros_like(self.p.data)
        for t in range(self.cache[1]):
            dp[t] = dy[:, t].sum(axis=0)
        return dy, {"p": dp}


def short(rng):
    n, length, width, more = sizes(rng, 4, 1, 7)
    return (length + more, width), (rng.normal(size=(n, length, width)),)


def whole(rng):
    n, length, width = sizes(rng, 3)
    return (length, width), (rng.normal(size=(n, length, width)),)


class RightRows(nn.Module):
    """The layer, for one token after another."""

    def __init__(self, layer):
        self.layer = layer

    def forward(self, x):
        n, length, width = x.shape
        y = self.layer.forward(x.reshape(n * length, width))
        self.cache = n, length, self.layer.cache
        return y.reshape(n, length, y.shape[1])

    def backward(self, dy):
        n, length, self.layer.cache = self.cache
        dx, grads = self.layer.backward(dy.reshape(n * length, dy.shape[2]))
        named = {f"layer.{name}": gradient for name, gradient in grads.items()}
        return dx.reshape(n, length, dx.shape[1]), named


def row_layers(*kinds):
    def example(rng):
        n, length, inputs, outputs = sizes(rng, 4)
        layers = {
            "linear": lambda: Part("Linear", inputs, outputs),
            "dense": lambda: Part("Dense", inputs, outputs, "tanh"),
            "flat": lambda: Part("Flatten"),  # does nothing to rows, and something to all else
        }
        made = layers[str(rng.choice(kinds))]()
        return (made,), (rng.normal(size=(n, length, inputs)),)

    return example


ROWS = row_layers("linear"), row_layers("dense"), row_layers("flat")


class RightSelf(nn.Module):
    """edunn's MultiHeadAttention, whose last Linear layer does nothing."""

    def __init__(self, width, heads):
        self.count = heads
        self.q, self.k, self.v = (RightRows(nn.Linear(width, width)) for _ in range(3))

    def forward(self, x):
        layer = nn.MultiHeadAttention(x.shape[-1], self.count, True, bias=False)
        layer.wo.data = np.eye(x.shape[-1])
        three = [part.layer.w.data for part in (self.q, self.k, self.v)]
        layer.w.data = np.concatenate(three, axis=1)
        y = layer.forward(x)
        self.cache = (layer,)
        return y

    def backward(self, dy):
        dx, grads = self.cache[0].backward(dy)
        dw = zip("qkv", np.split(grads["w"], 3, axis=1))
        return dx, {f"{name}.layer.w": gradient for name, gradient in dw}


def attending(rng):
    n, length, heads, d = sizes(rng, 4, 2, 6)
    return (heads * d, heads), (rng.normal(size=(n, length, heads * d)),)


def one_head(rng):
    n, length, width = sizes(rng, 3)
    return (width, 1), (rng.normal(size=(n, length, width)),)


def four(student, rng):
    """(width, hidden, the four stages in the worker, the same here)"""
    width, hidden = sizes(rng, 2)
    parts = [
        Part("Dense", width, width, "tanh"),
        Part("Dense", width, width),
        Part("Dense", width, hidden, "tanh"),
        Part("Dense", hidden, width),
    ]
    here = [built(part) for part in parts]
    for part, layer in zip(parts, here):
        named = student.call(student.argument(part), "named_parameters")
        for name, parameter in layer.named_parameters().items():
            parameter.data = rng.normal(size=parameter.shape)
            student.set(student.item(named, name), "data", parameter.data)
    return width, hidden, parts, here


def through(here, x, dy):
    """(y, dx, the gradients) of the block of four layers, step by step."""
    attend, out, up, down = (layer.forward for layer in here)
    h = x + out(attend(x))
    y = h + down(up(h))
    grads = []

    def back(layer, dy):
        dx, own = layer.backward(dy)
        grads.extend(own.values())
        return dx

    dh = dy + back(here[2], back(here[3], dy))
    return y, dh + back(here[0], back(here[1], dh)), grads


def wrong_blocks(here, x):
    """What known mistakes give."""
    attend, out, up, down = (layer.forward for layer in here)
    h = x + out(attend(x))
    bare = out(attend(x))
    return {
        "lacks both residual paths": down(up(bare)),
        "lacks the second residual path": down(up(h)),
        "lacks the first residual path": bare + down(up(bare)),
        "has one residual path around everything": x + down(up(bare)),
        "has the second path from x, and not from h": x + down(up(h)),
        "has its halves side by side": h + down(up(x)),
    }


def blocks(student, rng):
    for _ in range(TRIES):
        width, _, parts, here = four(student, rng)
        x, dy = rng.normal(size=(2, int(rng.integers(1, 5)), width))
        layer = student.apply("block", *parts)
        mine = student.value(x)
        y = student.call(layer, "forward", mine)
        back = student.call(layer, "backward", dy)
        got, got_dx, got_grads, after = student.read(
            y, student.item(back, 0), student.item(back, 1), mine
        )
        want, dx, grads = through(here, x, dy)
        expect("the block's y", got, want, wrong_blocks(here, x))
        expect("the block's dx", got_dx, dx)
        expect("x after the block", after, x)
        if not isinstance(got_grads, dict) or len(got_grads) != len(grads):
            raise Wrong(f"the block has gradients for {len(grads)} parameters", "grads")
        for one in grads:
            near = [g for g in got_grads.values() if np.shape(g) == one.shape]
            if not any(np.allclose(g, one, rtol=1e-5, atol=1e-8) for g in near):
                raise Wrong("a gradient of the block's parameters is wrong", "grads")


def matrices(student, rng):
    for _ in range(TRIES):
        width, hidden, parts, here = four(student, rng)
        x, dy = rng.normal(size=(2, int(rng.integers(1, 5)), width))
        matrix = student.apply("block_matrix", *parts, width, hidden)
        empty = [None] * 4
        found = [student.call(matrix, "iterate", [x, *empty], steps) for steps in range(1, 5)]
        back = student.item(student.call(matrix, "backward", [*empty, dy]), 0)
        lists = [student.attribute(matrix, f"{way}_features_list") for way in ("in", "out")]
        *found, back, inputs, outputs = student.read(*found, back, *lists)
        right = [width, width, width, hidden, width]
        for got in (inputs, outputs):
            expect("the sizes of the stages", np.asarray(got, float), np.asarray(right, float))
        attend, out, up, down = (layer.forward for layer in here)
        a, u = attend(x), up(x)
        h = x + out(a)
        want = [
            [x, a, x, None, None],
            [x, a, h, u, x],
            [x, a, h, up(h), h + down(u)],
            [x, a, h, up(h), h + down(up(h))],
        ]
        for steps, (got, table) in enumerate(zip(found, want), 1):
            if not isinstance(got, list) or len(got) != len(table):
                raise Wrong("the matrix does not have five stages", "stages")
            for stage, (one, right) in enumerate(zip(got, table)):
                after = f"stage {stage} after {steps} {'step' if steps == 1 else 'steps'}"
                if (one is None) != (right is None):
                    raise Wrong(f"{after} {'is None' if one is None else 'is not None'}", "arrows")
                if right is not None:
                    expect(after, one, right, {}, 1e-12)
        _, dx, _ = through(here, x, dy)
        expect("the gradient of stage 0", back[0] if isinstance(back, list) else back, dx)


def real(student, rng):
    """(width, the stages that the notebook makes, in the worker; the same here)"""
    heads, d = sizes(rng, 2, 2, 5)
    width = heads * d
    made = student.apply("stages", width, heads)
    parts = [student.item(made, k) for k in range(4)]
    found = student.read(*(student.call(part, "get_parameters") for part in parts))
    here = [
        nn.Sequential(nn.LayerNorm(width), RightSelf(width, heads)),
        RightRows(nn.Dense(width, width)),
        nn.Sequential(nn.LayerNorm(width), RightRows(nn.Dense(width, 4 * width, "relu"))),
        RightRows(nn.Dense(4 * width, width)),
    ]
    for layer, arrays in zip(here, found):
        for name, parameter in layer.named_parameters().items():
            parameter.data = arrays[name].astype(float)
    return width, parts, here


def real_block(student, rng):
    """The block of a transformer, as it is trained."""
    width, parts, here = real(student, rng)
    x, dy = rng.normal(size=(2, *sizes(rng, 2), width))
    layer = student.apply("block", *parts)
    y, back = student.call(layer, "forward", x), student.call(layer, "backward", dy)
    got, got_dx = student.read(y, student.item(back, 0))
    want, dx, _ = through(here, x, dy)
    expect("the y of a transformer's block", got, want)
    expect("the dx of a transformer's block", got_dx, dx)


def real_matrix(student, rng):
    """The same as a matrix."""
    width, parts, here = real(student, rng)
    x = rng.normal(size=(*sizes(rng, 2), width))
    matrix = student.apply("block_matrix", *parts, width, 4 * width)
    (found,) = student.read(student.call(matrix, "iterate", [x, None, None, None, None], 4))
    want, _, _ = through(here, x, np.zeros_like(x))
    got = found[4] if isinstance(found, list) and len(found) == 5 else None
    expect("stage 4 of a transformer's block", got, want)


def scores(*front):
    def example(rng):
        rows, vocabulary = [int(k) for k in rng.integers(2, 5, len(front))], int(rng.integers(2, 8))
        size = float(rng.choice([1, 500]))
        level = 9000 * np.arange(np.prod(rows, dtype=int)).reshape(*rows, 1)  # rows far apart
        z = size * rng.normal(size=(*rows, vocabulary)) + (size > 1) * level
        return z, float(rng.uniform(0.2, 3))

    return example


def right_probabilities(z, temperature):
    return nn.Softmax().forward(z / temperature)


def writes(student, rng):
    counts = [0, 1, 1, *(int(k) for k in rng.integers(2, 7, 2 * TRIES))]
    for turn, count in enumerate(counts):
        tokens = rng.integers(10, size=sizes(rng, 2))
        mine = student.value(tokens)
        more, name = (0, "likeliest") if turn % 2 else (1, "second")
        model, pick = student.make("LastDigit"), student.get(name)
        got, after = student.read(student.apply("write", model, mine, count, pick), mine)
        want = tokens
        for _ in range(count):
            new = ((want + 1).sum(axis=1, keepdims=True) + more) % 10
            want = np.concatenate([want, new], axis=1)
        start = ((tokens + 1).sum(axis=1, keepdims=True) + more) % 10
        known = {
            "is guessed from the start alone": np.concatenate([tokens, *[start] * count], axis=1)
        }
        expect(f"write with {count} new tokens", got, want, known)
        expect("tokens after write", after, tokens)


def networks(rng):
    blocks, heads, vocabulary, tokens = (int(k) for k in rng.integers(2, 100, 4))
    return blocks, 8 * heads, vocabulary, tokens, int(rng.choice([1, 2, 4, 8]))


def usual_size(rng):
    return networks(rng)[:4]


def right_cost(blocks, width, vocabulary, tokens, size=4):
    block = sum([width * width] * 4 + [width * 4 * width] * 2)
    pairs = 2 * blocks * tokens * width
    total = blocks * block + width * vocabulary
    return {"matrices": total, "attention": pairs, "memory": size * pairs}


CASES = {
    "embedding-forward": own_work(forward("Embedding", one) for one in (some_tokens, all_tokens)),
    "embedding-backward": own_work(
        gradients("Embedding", one, ["w"]) for one in (some_tokens, all_tokens)
    ),
    "positions-forward": own_work(
        forward("Positions", one, RightPositions) for one in (short, whole)
    ),
    "positions-backward": own_work(
        gradients("Positions", one, None, RightPositions) for one in (short, whole)
    ),
    "rows-forward": [forward("Rows", one, RightRows) for one in ROWS],
    "rows-backward": [gradients("Rows", one, None, RightRows) for one in ROWS],
    "self-backward": [
        gradients("SelfAttention", one, None, RightSelf, tries=2) for one in (attending, one_head)
    ],
    "block-check": [blocks, real_block],
    "matrix-check": [matrices, real_matrix],
    "temperature-check": [
        values("probabilities", scores(*range(front)), right_probabilities) for front in range(3)
    ],
    "write-check": [writes],
    "cost-check": [
        values("token_cost", networks, right_cost, 1e-9),
        values("token_cost", usual_size, right_cost, 1e-9),
    ],
}
