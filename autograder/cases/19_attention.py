"""Hidden cases of exercise 19: other shapes, never square, with and without axes in front."""

import math

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import (
    TRIES,
    Part,
    Wrong,
    expect,
    forward,
    gradients,
    own_work,
    values,
)


def sizes(rng, count, low=2, high=7):
    """So many numbers, no two alike."""
    return [int(k) for k in rng.choice(range(low, high), count, replace=False)]


class RightAttention(nn.Module):
    """a v, with the weights a of edunn's own layers; `weights` is what the student's gives."""

    def __init__(self, causal=True):
        self.causal = causal

    def scores(self, q, k):
        z = np.einsum("...ti,...si->...ts", q, k) / math.sqrt(q.shape[-1])
        return np.where(np.tri(*z.shape[-2:], dtype=bool), z, -1e30) if self.causal else z

    def weights(self, q, k):
        return nn.Softmax().forward(self.scores(q, k))

    def forward(self, q, k, v):
        softmax = nn.Softmax()
        self.cache = q, k, v, softmax, softmax.forward(self.scores(q, k))
        return np.einsum("...ts,...sj->...tj", self.cache[4], v)

    def backward(self, dy):
        q, k, v, softmax, a = self.cache
        dz, _ = softmax.backward(np.einsum("...tj,...sj->...ts", dy, v))
        dz = dz / math.sqrt(q.shape[-1])
        dq = np.einsum("...ts,...si->...ti", dz, k)
        dk = np.einsum("...ts,...ti->...si", dz, q)
        return (dq, dk, np.einsum("...ts,...tj->...sj", a, dy)), {}


class RightHeads(nn.Module):
    """edunn's MultiHeadAttention whose Linear layers do nothing.

    attention: the student's, which is in the worker; left alone here
    """

    def __init__(self, attention, heads, causal=True):
        self.heads, self.causal = heads, causal

    def forward(self, q, k, v):
        layer = nn.MultiHeadAttention(q.shape[-1], self.heads, self.causal, bias=False)
        layer.wo.data = np.eye(q.shape[-1])
        layer.w.data = np.concatenate([layer.wo.data] * 3, axis=1)
        y = layer.forward(q, k, v)
        self.cache = (layer,)
        return y

    def backward(self, dy):
        return self.cache[0].backward(dy)[0], {}


class RightResidual(nn.Module):
    """x + layer(x)"""

    def __init__(self, layer):
        self.layer = layer

    def forward(self, x):
        y = self.layer.forward(x)
        self.cache = self.layer.cache
        return x + y

    def backward(self, dy):
        self.layer.cache = self.cache
        dx, grads = self.layer.backward(dy)
        return dy + dx, {f"layer.{name}": gradient for name, gradient in grads.items()}


def masks(student, rng):
    """True and False for several numbers of tokens."""
    for tokens in (1, 2, *(int(k) for k in rng.integers(3, 9, TRIES))):
        (got,) = student.read(student.apply("causal_mask", tokens))
        if isinstance(got, np.ndarray) and got.dtype.kind != "b":
            raise Wrong(
                f"causal_mask gives numbers of type {got.dtype}, not True and False", "mask"
            )
        right = np.tri(tokens)
        known = {"is on the wrong side: a query sees what comes later": right.T}
        what = f"causal_mask({tokens})"
        expect(what, np.asarray(got, float) if isinstance(got, np.ndarray) else got, right, known)


def queries(rng, causal, front):
    """q and k of so many axes in front, with T = S where there is a mask."""
    d, *more, tokens, others = sizes(rng, 3 + front)
    others = tokens if causal else others
    return rng.normal(size=(*more, tokens, d)), rng.normal(size=(*more, others, d))


def weights(causal, front, size=1.0):
    """A case: the weights of sequences with so many axes in front, and scores of some size."""

    def case(student, rng):
        for _ in range(TRIES):
            q, k = queries(rng, causal, front)
            q = size * q
            mine = [student.value(q), student.value(k)]
            layer = student.make("Attention", causal)
            for _ in range(2):  # again, and nothing that was passed in may have changed
                got, *after = student.read(student.call(layer, "weights", *mine), *mine)
                scaled = RightAttention(causal).scores(q, k) * math.sqrt(q.shape[-1])
                known = {"lacks the division by the root of d": nn.Softmax().forward(scaled)}
                want = RightAttention(causal).weights(q, k)
                expect("Attention.weights", got, want, known, 1e-8)
                if not all(map(np.array_equal, after, (q, k))):
                    raise Wrong("Attention.weights changes its q or k", "changes_input")

    return case


def attention(causal, front=1):
    def example(rng):
        q, k = queries(rng, causal, front)
        return (causal,), (q, k, rng.normal(size=(*k.shape[:-1], q.shape[-1] + 1)))

    return example


def usual(rng):
    """`causal` is not given; queries, keys and values all have the shape of the tokens."""
    shape = sizes(rng, 3)
    return (), tuple(rng.normal(size=(3, *shape)))


def against_edunn(student, rng):
    """One head is edunn's MultiHeadAttention, whose Linear layers do nothing."""
    for causal in (True, False):
        q, k, v = rng.normal(size=(3, *sizes(rng, 3)))
        layer = student.make("Attention", causal)
        (got,) = student.read(student.call(layer, "forward", q, k, v))
        right = RightHeads(None, 1, causal).forward(q, k, v)
        expect("Attention.forward, beside edunn's MultiHeadAttention of one head", got, right)


ATTENTIONS = attention(False), attention(True), attention(True, 2), usual


def attention_gradients(variable):
    """Cases: forward is right, and so is the gradient of this input."""
    found = [forward("Attention", one, RightAttention, tries=1) for one in ATTENTIONS[:2]]
    return found + [
        gradients("Attention", one, [variable], RightAttention, tries=2) for one in ATTENTIONS
    ]


def columns(rng):
    n, tokens, heads, d = sizes(rng, 4)
    return rng.normal(size=(n, tokens, heads * d)), heads


def split(x, heads):
    return np.stack(np.split(x, heads, axis=-1), axis=1)


def divided(rng):
    return (split(*columns(rng)),)


def join(x):
    return np.concatenate(list(np.moveaxis(x, 1, 0)), axis=-1)


def heads(make, causal=True):
    """A case of `make`, for a Heads with the student's own Attention inside."""

    def case(student, rng):
        for _ in range(TRIES):
            n, tokens, count, d = sizes(rng, 4, 2, 6)
            inner = student.make("Attention", causal)
            inputs = tuple(rng.normal(size=(3, n, tokens, count * d)))
            make(
                "Heads",
                lambda rng, inner=inner, count=count, inputs=inputs: ((inner, count), inputs),
                reference=lambda attention, heads: RightHeads(attention, heads, causal),
                tries=1,
            )(student, rng)

    return case


def tokens(front):
    """LayerNorm on tokens with so many axes in front, far from mean 0 and variance 1."""

    def example(rng):
        width, *more = sizes(rng, 1 + front, 3, 8)
        x = 3 * rng.normal(size=(*more, width)) + 2
        return (width, float(rng.uniform(0.1, 2))), (x,)

    return example


def usual_norm(rng):
    """eps is not given."""
    n, width = sizes(rng, 2, 3, 8)
    return (width,), (rng.normal(size=(n, width)),)


def equal_numbers(rng):
    """Tokens whose numbers are all alike."""
    n, width = sizes(rng, 2, 3, 8)
    return (width,), (np.repeat(rng.integers(-3, 4, (n, 1)).astype(float), width, axis=1),)


NORMS = tokens(1), tokens(2), tokens(3), usual_norm


def residual(rng):
    n, width = sizes(rng, 2)
    return (Part("Dense", width, width, "tanh"),), (rng.normal(size=(n, width)),)


def chain(rng):
    n, width, inner = sizes(rng, 3)
    layers = [Part("Dense", width, inner, "tanh"), Part("Linear", inner, width)]
    return (Part("Sequential", layers),), (rng.normal(size=(n, width)),)


def identity(rng):
    return (Part("Identity"),), (rng.normal(size=sizes(rng, 3)),)


RESIDUALS = residual, chain, identity
OPEN = ("Softmax", "_Activation", "row_sums")  # of edunn's layers: it builds on them
OWN = {
    "attention-mask": [masks],
    "attention-weights": [weights(False, 0), weights(False, 1), weights(False, 1, 2000.0)],
    "attention-causal": [weights(True, 0), weights(True, 1), weights(True, 2, 2000.0)],
    "attention-forward": [
        *(forward("Attention", one, RightAttention) for one in ATTENTIONS),
        forward("Attention", attention(True, 0), RightAttention),
        against_edunn,
    ],
    "attention-dv": attention_gradients("input 2"),
    "attention-dq": attention_gradients("input 0"),
    "attention-dk": attention_gradients("input 1"),
    "heads-split": [values("split_heads", columns, split)],
    "heads-join": [values("join_heads", divided, join)],
    "heads-backward": [heads(forward), heads(gradients), heads(gradients, False)],
    "norm-forward": [*(forward("LayerNorm", one) for one in (*NORMS, equal_numbers))],
    "norm-dx": [*(gradients("LayerNorm", one, ["input 0"]) for one in NORMS)],
    "norm-parameters": [*(gradients("LayerNorm", one, ["w", "b"]) for one in NORMS)],
    "residual-forward": [*(forward("Residual", one, RightResidual) for one in RESIDUALS)],
    "residual-backward": [*(gradients("Residual", one, None, RightResidual) for one in RESIDUALS)],
}
SHARED = {"residual-forward", "residual-backward"}  # run layers of edunn
CASES = {
    name: cases if name in SHARED else own_work(cases, kept=OPEN) for name, cases in OWN.items()
}
