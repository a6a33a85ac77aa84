"""Modules made of modules: Sequential, and the lists and dicts that hold others."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Self, TypeAlias, TypeVar

from numpy.typing import DTypeLike

from edunn.backend import Array, Shape
from edunn.core import Grads, Module, ParameterGrads
from edunn.explain import Explanation, as_html, explain, summary
from edunn.inputs import check_choice
from edunn.words import ModuleWords, old_words, title_of

Entry: TypeAlias = tuple[str | None, Module]  # a layer, under its name where it has one
K = TypeVar("K")  # what gradients go by: names or Parameters


class Container(Module):
    """A module whose whole work is to run others, its children.

    Gradients meet inside by Parameter, so tied weights add up; only `backward` gives them names.
    """

    def is_traced(self) -> bool:
        return super().is_traced() or self.has_traced_parts()

    def has_traced_parts(self) -> bool:
        return any(child.is_traced() for child in self.children().values())

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        dx, grads = self.backward_from(self.cache, dy)
        return dx, self.by_name(grads)

    def by_name(self, grads: ParameterGrads) -> Grads:
        """Gradients by Parameter, as `backward_from` gives them, under this container's names."""
        named = self.named_parameters().items()
        return {name: grads[parameter] for name, parameter in named if parameter in grads}

    def merge_gradients(self, layer: Module, layer_grads: Grads, grads: Grads) -> None:
        """Add a layer's gradients, by its names, to `grads`, by the names of this container.

        For a backward that is written by hand; frozen parameters are left out.
        """
        names = {parameter: name for name, parameter in self.named_parameters().items()}
        parameters = layer.named_parameters()
        add_gradients(grads, {
            names[parameters[name]]: gradient
            for name, gradient in layer_grads.items()
            if parameters[name].requires_grad
        })  # fmt: skip

    def explain(self, x_shape: Shape, dtype: DTypeLike | None = None) -> Explanation:
        """What each layer makes of an input of this shape, and what it costs: see `explain`."""
        return explain(self, x_shape, dtype)

    def summary(self) -> str:
        """The layers with their numbers of parameters, and the total, as text to print."""
        return summary(self)

    def _repr_html_(self) -> str:
        return as_html(self)


class _Holder(Container):
    """A container that holds its children in order, each under a name or, without one, its place.

    entries: (name or None, layer) for each child, in order
    """

    _parts = "attribute or layer"

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries

    def children(self) -> dict[str, Module]:
        """The layers by name: "0", "1", ... for those without a name of their own."""
        return {str(i) if name is None else name: one for i, (name, one) in enumerate(self.entries)}

    named_children = children

    def __getattr__(self, name: str) -> Module:
        """model.fc1 is model["fc1"]; asked only for what is no attribute."""
        layers = self.children() if "entries" in vars(self) else {}
        return layers[name] if name in layers else super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        """model.fc1 = layer is model["fc1"] = layer, or a new layer at the end."""
        if not isinstance(value, Module):
            super().__setattr__(name, value)
        elif name in self.children():
            self[name] = value
        else:
            self.add_module(name, value)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Module]:
        return iter(layer for _, layer in self.entries)

    def __contains__(self, layer: object) -> bool:
        return any(layer is one for one in self)

    def place(self, key: int | str) -> int:
        """The place of the layer with this name, or at this place, counted from either end."""
        if isinstance(key, str):
            names = list(self.children())
            check_choice(type(self).__name__, key, names, "layer")
            return names.index(key)
        if not isinstance(key, int) or not -len(self) <= key < len(self):
            raise IndexError(f"{type(self).__name__} of {len(self)} layers got index {key!r}")
        return key

    def __getitem__(self, key: Any) -> Module:
        return self.entries[self.place(key)][1]

    def __setitem__(self, key: int | str, layer: Module) -> None:
        place = self.place(key)
        self.entries[place] = (self.entries[place][0], _check_module(self, key, layer))

    def __delitem__(self, key: int | str) -> None:
        del self.entries[self.place(key)]

    def add_module(self, name: str, layer: Module) -> None:
        """Add a layer at the end under a name of its own."""
        if not isinstance(name, str) or not name or "." in name or name in self.children():
            raise ValueError(f"{type(self).__name__} got name {name!r}, not a new one without dots")
        self.entries.append((name, _check_module(self, name, layer)))


class Chain(_Holder):
    """Apply layers one after another; what Sequential and ModuleList share.

    A layer may appear more than once: its uses share one set of parameters, and their gradients
    add up.
    """

    def forward(self, x: Any) -> Any:
        self.cache = caches = []  # at once, so that those of the last run are let go
        for i, (name, layer) in enumerate(self.entries):
            try:
                x = layer(x)
            except (TypeError, ValueError) as error:
                kind = TypeError if isinstance(error, TypeError) else ValueError
                where = f"layer {i}" if name is None else f"layer {i} ({name})"
                raise kind(f"{title_of(self)}: {where}: {error}") from error
            caches.append(layer.cache)  # kept here: the layer's next use overwrites its own
        return x

    def backward_from(
        self, cache: Any, dy: Array, needs_dx: bool = True
    ) -> tuple[Any, ParameterGrads]:
        grads: ParameterGrads = {}
        runs = list(enumerate(zip(self, cache, strict=True)))
        for i, (layer, layer_cache) in reversed(runs):
            dy, layer_grads = layer.backward_from(layer_cache, dy, needs_dx or i > 0)
            add_gradients(grads, layer_grads)
        return dy, grads

    def __getitem__(self, key: Any) -> Module:
        if isinstance(key, slice):
            return Sequential(self.entries[key])
        return super().__getitem__(key)

    def append(self, layer: Module) -> Self:
        """Add a layer at the end; returns the container."""
        self.insert(len(self), layer)
        return self

    def extend(self, layers: Iterable[Module]) -> Self:
        """Append each of some layers; returns the container."""
        for layer in layers:
            self.append(layer)
        return self

    def insert(self, place: int, layer: Module) -> None:
        """Put a layer before the one at `place`."""
        self.entries.insert(place, (None, _check_module(self, place, layer)))


class Sequential(Chain):
    """Apply layers one after another: y = layer_n(... layer_1(x)).

    Takes a list of layers, or layers as arguments, or an OrderedDict or (name, layer) pairs; after
    a list, the name of the model. model[i], model["name"] and model[1:3] are its layers.
    """

    def __init__(self, *layers: Any, name: str | None = None) -> None:
        is_list = len(layers) == 2 and isinstance(layers[0], (list, tuple, dict))
        if name is None and is_list and isinstance(layers[1], str):
            layers, name = layers[:1], layers[1]
        super().__init__(_as_entries(layers))
        ModuleWords.__init__(self, name=name)


class Sequential1D(Sequential):
    """A Sequential that knows its sizes, so that it can be a block of a Sequential2D

    x: (n, in_features)    y: (n, out_features)
    """

    def __init__(
        self, *layers: Any, in_features: int, out_features: int, name: str | None = None
    ) -> None:
        super().__init__(*layers, name=name)
        self.in_features, self.out_features = in_features, out_features


class ModuleList(Chain):
    """A list of modules, whose parameters are parameters of this one; called, it runs them in a
    row."""

    @old_words(modules="layers")
    def __init__(self, layers: Iterable[Module] = ()) -> None:
        super().__init__(_as_entries((list(layers),)))


class ModuleDict(_Holder):
    """A dict of modules, whose parameters are parameters of this one."""

    @old_words(modules="layers")
    def __init__(self, layers: Mapping[str, Module] | Iterable[tuple[str, Module]] = ()) -> None:
        super().__init__(_as_entries((dict(layers),)))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.keys())

    def __contains__(self, key: object) -> bool:
        return key in self.keys()

    def keys(self) -> KeysView[str]:
        return self.children().keys()

    def values(self) -> ValuesView[Module]:
        return self.children().values()

    def items(self) -> ItemsView[str, Module]:
        return self.children().items()

    def __setitem__(self, key: Any, layer: Module) -> None:
        if key in self.keys():
            super().__setitem__(key, layer)
        else:
            self.add_module(key, layer)


def add_gradients(total: dict[K, Array], grads: Mapping[K, Array]) -> None:
    """total += grads, key by key, into new arrays."""
    for key, gradient in grads.items():
        total[key] = total[key] + gradient if key in total else gradient


def _as_entries(layers: Any) -> list[Entry]:
    """The layers given to a container as [(name or None, layer), ...]."""
    if len(layers) == 1 and isinstance(layers[0], (list, tuple, dict)) and not _is_pair(layers[0]):
        layers = layers[0]
    pairs: Iterable[Any] = layers.items() if isinstance(layers, dict) else layers
    entries: list[Entry] = [entry if _is_pair(entry) else (None, entry) for entry in pairs]
    names = [name for name, _ in entries if name is not None]
    if len(set(names)) < len(names):
        raise ValueError(f"Sequential got layers {names}, with one name twice")
    for i, (name, layer) in enumerate(entries):
        _check_module("Sequential", i if name is None else name, layer)
    return entries


def _is_pair(entry: Any) -> bool:
    """Whether this is (name, layer), where the name may be None."""
    return isinstance(entry, tuple) and len(entry) == 2 and not isinstance(entry[0], Module)


def _check_module(who: object, name: object, layer: object) -> Module:
    if not isinstance(layer, Module):
        who = who if isinstance(who, str) else type(who).__name__
        raise TypeError(f"{who} got {layer!r} as layer {name}, not a Module")
    return layer
