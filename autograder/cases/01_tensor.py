"""Hidden cases of exercise 1: other shapes and numbers, up to four axes, both inputs broadcast."""

import numpy as np

from edunn.course.hidden_tests import TRIES, Wrong, expect, forward, gradients, own_work, values
from edunn.ops import unbroadcast


def sizes(rng, count):
    """Sizes from 2 up that all differ, so that no axis can be taken for another."""
    return tuple(int(size) for size in rng.choice(range(2, 8), count, replace=False))


def matrix(rng):
    return (rng.normal(size=sizes(rng, 2)),)


def summed(added, stretched):
    """A case of unbroadcast for a shape that lacks `added` axes and has `stretched` ones of 1."""

    def case(student, rng):
        for _ in range(TRIES):
            whole = sizes(rng, int(rng.integers(max(added + stretched, 2), 5)))
            shape = np.array(whole[added:])
            shape[rng.choice(len(shape), stretched, replace=False)] = 1
            dy, like = rng.normal(size=whole), np.zeros(shape)
            sent = student.value(dy)
            there = student.attribute(student.value(like), "shape")  # a tuple, as in the notebook
            got, after = student.read(student.apply("unbroadcast", sent, there), sent)
            want = unbroadcast(dy, like.shape)
            what = f"unbroadcast of a dy of shape {whole} to {like.shape}"
            averaged = want * want.size / dy.size
            expect(what, got, want, {"is a mean, but it should be a sum": averaged})
            if not np.array_equal(after, dy):
                raise Wrong("unbroadcast writes into dy, which belongs to its caller", "changes_dy")

    return case


def same_shapes(rng):
    shape = sizes(rng, 2)
    return (), (rng.normal(size=shape), rng.normal(size=shape))


def row(rng):
    n, d = sizes(rng, 2)
    return (), (rng.normal(size=(n, d)), rng.normal(size=d))


def column(rng):
    n, d = sizes(rng, 2)
    return (), (rng.normal(size=(n, d)), rng.normal(size=(n, 1)))


def both(rng):
    """a is stretched, and gets an axis from b, which is stretched too."""
    p, n, d = sizes(rng, 3)
    return (), (rng.normal(size=(n, 1)), rng.normal(size=(p, 1, d)))


def matrices(rng):
    n, k, m = sizes(rng, 3)
    return (), (rng.normal(size=(n, k)), rng.normal(size=(k, m)))


SUMS = (same_shapes, row, column, both)

CASES = {
    "center-columns": own_work([values("center", matrix, lambda x: x - np.mean(x, axis=0))]),
    "unbroadcast-added": own_work(summed(added, 0) for added in range(4)),
    "unbroadcast-stretched": own_work(summed(*k) for k in ((0, 1), (0, 2), (1, 1), (2, 2))),
    "add-forward": own_work(forward("Add", example, tries=1) for example in SUMS),
    "add-backward": own_work(gradients("Add", example, tries=1) for example in SUMS),
    "matmul-forward": own_work([forward("MatMul", matrices)]),
    "matmul-da": own_work([gradients("MatMul", matrices, ["input 0"])]),
    "matmul-db": own_work([gradients("MatMul", matrices, ["input 1"])]),
}
