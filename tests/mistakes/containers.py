"""Sequential, also with one layer in it twice: Q."""

import edunn as nn
from edunn.containers import Container

from .base import Mistake, features, filled


class Sequential(Container):
    def __init__(self, *layers):
        self.layers = layers

    def children(self):
        return {str(i): layer for i, layer in enumerate(self.layers)}

    def forward(self, x):
        caches = []
        for layer in self.layers:
            x = layer.forward(x)
            caches.append(layer.cache)
        self.cache = caches
        return x

    def backward(self, dy):
        grads = {}
        for layer, cache in list(zip(self.layers, self.cache))[::-1]:
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        return dy, grads


class Q01(Sequential):
    def backward(self, dy):
        grads = {}
        for layer, cache in zip(self.layers, self.cache):
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        return dy, grads


class Q05(Sequential):
    def backward(self, dy):
        names = {parameter: name for name, parameter in self.named_parameters().items()}
        grads = {}
        for layer, cache in list(zip(self.layers, self.cache))[::-1]:
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            for name, g in layer_grads.items():
                grads[names[layer.find_parameter(name)]] = g
        return dy, grads


class Q06(Sequential):
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy):
        grads = {}
        for layer in self.layers[::-1]:
            dy, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        return dy, grads


class Q08(Sequential):
    def backward(self, dy):
        grads = {}
        for layer, cache in list(zip(self.layers, self.cache))[::-1]:
            if not layer.get_parameters():
                continue
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        return dy, grads


def chain(kind):
    return lambda: filled(kind(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)))


def chain_with_shared(kind):
    def build():
        shared = nn.Linear(4, 5)
        return filled(kind(shared, nn.Tanh(), nn.Linear(5, 4), shared))

    return build


MISTAKES = [
    Mistake("Q01", chain(Q01), chain(nn.Sequential), features),
    Mistake("Q05", chain_with_shared(Q05), chain_with_shared(nn.Sequential), features),
    Mistake("Q06", chain_with_shared(Q06), chain_with_shared(nn.Sequential), features),
    Mistake("Q08", chain(Q08), chain(nn.Sequential), features),
]
