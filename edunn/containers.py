"""Modules made of modules."""

from collections import Counter

from edunn.core import Module, Parameter


class Container(Module):
    """A module whose whole work is to run others, its children.

    Gradients meet inside by Parameter, so tied weights add up; only `backward` gives them names.
    """

    def __init__(self, layers, name=None):
        self.layers = layers
        self.name = name

    def children(self):
        return self.layers

    def is_traced(self):
        return any(layer.is_traced() for layer in self.layers.values())

    def backward(self, dy):
        dx, grads = self.backward_from(self.cache, dy)
        return dx, {
            name: grads[parameter]
            for name, parameter in self.named_parameters().items()
            if parameter in grads
        }

    def merge_gradients(self, layer, layer_grads, grads):
        """Add a layer's gradients, by its names, to `grads`, by the names of this container.

        For a backward that is written by hand; frozen parameters are left out.
        """
        names = {parameter: name for name, parameter in self.named_parameters().items()}
        parameters = layer.named_parameters()
        for name, gradient in layer_grads.items():
            parameter = parameters[name]
            if parameter.requires_grad:
                key = names[parameter]
                grads[key] = grads[key] + gradient if key in grads else gradient

    def summary(self):
        """The layers with their numbers of parameters, and the total, as text to print."""
        line, used = "-" * 31, Counter()
        rows = [line, f"Model {self.name or type(self).__name__}:"]
        for layer in self.layers.values():
            kind = type(layer).__name__
            number, used[kind] = used[kind], used[kind] + 1
            rows.append(f"{title(layer, number)} → params: {count_parameters(layer)}")
        rows += [f"Total parameters: {count_parameters(self)}", line, ""]
        return "\n".join(rows)

    def __repr__(self):
        rows = [f"({name}): {layer!r}" for name, layer in self.layers.items()]
        inside = "".join("\n" + row for row in rows).replace("\n", "\n  ")
        return f"{type(self).__name__}({inside}\n)" if rows else f"{type(self).__name__}()"


class Sequential(Container):
    """Apply layers one after another.

    Takes a list of layers, or layers as arguments, or an OrderedDict or (name, layer) pairs.
    Without names of their own, layers are called "0", "1", ... A layer may appear more than once:
    its uses share one set of parameters, and their gradients add up.
    """

    def __init__(self, *layers, name=None):
        super().__init__(as_named(layers), name)

    def forward(self, x):
        caches = []
        for i, (name, layer) in enumerate(self.layers.items()):
            try:
                x = layer(x)
            except (TypeError, ValueError) as error:
                kind = TypeError if isinstance(error, TypeError) else ValueError
                who = self.name or "Sequential"
                raise kind(f"{who}: layer {i} ({name}): {error}") from error
            caches.append(layer.cache)  # kept here: the layer's next use overwrites its own
        self.cache = caches
        return x

    def backward_from(self, cache, dy, needs_dx=True):
        grads = {}
        runs = list(enumerate(zip(self.layers.values(), cache, strict=True)))
        for i, (layer, layer_cache) in reversed(runs):
            dy, layer_grads = layer.backward_from(layer_cache, dy, needs_dx or i > 0)
            add_gradients(grads, layer_grads)
        return dy, grads


def add_gradients(total: dict[Parameter, object], grads: dict[Parameter, object]) -> None:
    """total += grads, Parameter by Parameter, into new arrays."""
    for parameter, gradient in grads.items():
        total[parameter] = total[parameter] + gradient if parameter in total else gradient


def as_named(layers):
    """The layers given to a container as {name: layer}."""
    if len(layers) == 1 and isinstance(layers[0], (list, tuple, dict)):
        layers = layers[0]
    pairs = list(layers.items()) if isinstance(layers, dict) else list(layers)
    if not all(isinstance(pair, tuple) for pair in pairs):
        pairs = [(str(i), layer) for i, layer in enumerate(pairs)]
    if len(dict(pairs)) < len(pairs):
        raise ValueError(f"Sequential got layers {[name for name, _ in pairs]}: one name twice")
    for name, layer in pairs:
        if not isinstance(layer, Module):
            raise TypeError(f"Sequential got {layer!r} as layer {name}, not a Module")
    return dict(pairs)


def title(layer, number):
    """What a summary calls a layer: Linear_0, or Dense_1(relu)."""
    activation = getattr(layer, "activation_name", None)
    return f"{type(layer).__name__}_{number}" + (f"({activation})" if activation else "")


def count_parameters(module):
    return sum(parameter.data.size for parameter in module.parameters())
