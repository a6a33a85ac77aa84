"""Sequential2D, also applied three times: G."""

import numpy as np

import edunn as nn
from edunn.containers import Container

from .base import Mistake, filled


class Grid(Container):
    """inputs, outputs: sizes    blocks: rows of modules or None    steps: times it is applied"""

    steps = 1

    def __init__(self, inputs, outputs, blocks):
        self.inputs, self.outputs, self.blocks = inputs, outputs, blocks

    def children(self):
        return {
            f"{i}_{j}": block
            for i, row in enumerate(self.blocks)
            for j, block in enumerate(row)
            if block is not None
        }

    def cut(self, x, sizes):
        ends = np.cumsum(sizes)
        return [x[:, end - size : end] for size, end in zip(sizes, ends)]

    def forward(self, x):
        caches = []
        for _ in range(self.steps):
            x, cache = self.apply(x)
            caches.append(cache)
        self.cache = caches
        return x

    def apply(self, x):
        xs = self.cut(x, self.inputs)
        ys = [np.zeros((len(x), size)) for size in self.outputs]
        cache = {}
        for i in range(len(self.inputs)):
            for j in range(len(self.outputs)):
                block = self.blocks[i][j]
                if block is not None:
                    ys[j] = ys[j] + block.forward(xs[i])
                    cache[i, j] = block.cache
        return np.concatenate(ys, axis=1), cache

    def backward(self, dy):
        grads = {}
        for cache in self.cache[::-1]:
            dy = self.apply_backward(dy, cache, grads)
        return dy, grads

    def apply_backward(self, dy, cache, grads):
        dys = self.cut(dy, self.outputs)
        dxs = [np.zeros((len(dy), size)) for size in self.inputs]
        for i, j in cache:
            block = self.blocks[i][j]
            block.cache = cache[i, j]
            dx, block_grads = block.backward(dys[j])
            dxs[i] = dxs[i] + dx
            self.merge_gradients(block, block_grads, grads)
        return np.concatenate(dxs, axis=1)


class G01(Grid):
    def apply(self, x):
        xs = self.cut(x, self.inputs)
        ys = [np.zeros((len(x), size)) for size in self.outputs]
        cache = {}
        for i in range(len(self.inputs)):
            for j in range(len(self.outputs)):
                block = self.blocks[i][j]
                if block is not None:
                    ys[j] = block.forward(xs[i])
                    cache[i, j] = block.cache
        return np.concatenate(ys, axis=1), cache


class G02(Grid):
    def apply_backward(self, dy, cache, grads):
        dys = self.cut(dy, self.outputs)
        dxs = [np.zeros((len(dy), size)) for size in self.inputs]
        for i, j in cache:
            block = self.blocks[i][j]
            block.cache = cache[i, j]
            dxs[i], block_grads = block.backward(dys[j])
            self.merge_gradients(block, block_grads, grads)
        return np.concatenate(dxs, axis=1)


class G03(Grid):
    def apply(self, x):
        xs = self.cut(x, self.inputs)
        ys = [np.zeros((len(x), size)) for size in self.outputs]
        cache = {}
        for i in range(len(self.inputs)):
            for j in range(len(self.outputs)):
                block = self.blocks[j][i]
                if block is not None:
                    ys[j] = ys[j] + block.forward(xs[i])
                    cache[j, i] = block.cache
        return np.concatenate(ys, axis=1), cache


class G04(Grid):
    def apply(self, x):
        xs = self.cut(x, self.inputs)
        ys = [np.zeros((len(x), size)) for size in self.outputs]
        cache = {}
        for i in range(len(self.inputs)):
            for j in range(len(self.outputs)):
                block = self.blocks[i][j]
                if block is None:
                    ys[j] = ys[j] + xs[i]
                else:
                    ys[j] = ys[j] + block.forward(xs[i])
                    cache[i, j] = block.cache
        return np.concatenate(ys, axis=1), cache


class G09(Grid):
    def apply_backward(self, dy, cache, grads):
        dys = self.cut(dy, self.inputs)
        dxs = [np.zeros((len(dy), size)) for size in self.inputs]
        for i, j in cache:
            block = self.blocks[i][j]
            block.cache = cache[i, j]
            dx, block_grads = block.backward(dys[j])
            dxs[i] = dxs[i] + dx
            self.merge_gradients(block, block_grads, grads)
        return np.concatenate(dxs, axis=1)


class G10(Grid):
    def apply(self, x):
        xs = self.cut(x, self.inputs)
        ys = [None for _ in self.outputs]
        cache = {}
        for j in range(len(self.outputs)):
            for i in range(len(self.inputs)):
                block = self.blocks[i][j]
                if block is None:
                    continue
                if ys[j] is None:
                    ys[j] = block.forward(xs[i])
                else:
                    ys[j] += block.forward(xs[i])
                cache[i, j] = block.cache
        return np.concatenate(ys, axis=1), cache


class Iterated(Grid):
    steps = 3


class G06(Iterated):
    def forward(self, x):
        for _ in range(self.steps):
            x, self.cache = self.apply(x)
        return x

    def backward(self, dy):
        grads = {}
        for _ in range(self.steps):
            dy = self.apply_backward(dy, self.cache, grads)
        return dy, grads


class G07(Iterated):
    def backward(self, dy):
        grads = {}
        for cache in self.cache[::-1]:
            dx = self.apply_backward(dy, cache, grads)
        return dx, grads


class G08(Iterated):
    def forward(self, x):
        caches = []
        for _ in range(self.steps + 1):
            x, cache = self.apply(x)
            caches.append(cache)
        self.cache = caches
        return x


class RightIterated(nn.Sequential2D):
    def forward(self, x):
        return self.iterate(x, 3)


def square(kind):
    """Equal sizes in and out, an Identity first, and None where an identity would fit."""

    def build():
        blocks = [[nn.Identity(2), nn.Dense(2, 3, "tanh")], [nn.Dense(3, 2, "tanh"), None]]
        return filled(kind([2, 3], [2, 3], blocks))

    return build


def oblong(kind):
    def build():
        blocks = [[nn.Dense(2, 3, "tanh"), nn.Linear(2, 1)], [None, nn.Linear(4, 1)]]
        return filled(kind([2, 4], [3, 1], blocks))

    return build


def five(n, rng):
    return (rng.normal(size=(n, 5)),)


def six(n, rng):
    return (rng.normal(size=(n, 6)),)


MISTAKES = [
    *(
        Mistake(kind.__name__, square(kind), square(nn.Sequential2D), five)
        for kind in (G01, G02, G03, G04, G10)
    ),
    *(
        Mistake(kind.__name__, square(kind), square(RightIterated), five)
        for kind in (G06, G07, G08)
    ),
    Mistake("G09", oblong(G09), oblong(nn.Sequential2D), six),
]
