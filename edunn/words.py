"""PyTorch's words on edunn's own Modules, each said with a word of edunn's.

What these words do elsewhere and not here stands in docs/from_pytorch.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy

from edunn.backend import device_of, to
from edunn.operators import Operators

np: Any = numpy  # whose own types know arrays only, and these are calls with Tensors


class _Word:
    """Another name, `weight` or `bias`, for the Parameter w or b of a layer of edunn's.

    In other classes, which may have a weight of their own, it is an attribute like any other.
    """

    def __init__(self, short: str) -> None:
        self.short = short

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def key(self, module: Any) -> str:
        """The attribute of this module that the word stands for."""
        is_layer = any(kind.__module__.startswith("edunn.layers.") for kind in type(module).__mro__)
        return self.short if is_layer and self.short in vars(module) else self.name

    def __get__(self, module: Any, owner: type) -> Any:
        if module is None:
            return self
        key = self.key(module)
        if key not in vars(module):
            raise AttributeError(f"{type(module).__name__} has no {self.name}")
        return vars(module)[key]

    def __set__(self, module: Any, value: Any) -> None:
        key = self.key(module)
        if key == self.short:
            self.check(module, vars(module)[key], value)
        vars(module)[key] = value

    def check(self, module: Any, old: Any, new: Any) -> None:
        """Refuse what the layer's forward could not use in place of `old`."""
        who = f"{module!r} got a {self.name}"
        if old is None:
            raise ValueError(f"{who}, but was built without one")
        if type(new) is not type(old):
            raise TypeError(f"{who} of type {type(new).__name__}, not a Parameter")
        if new.shape != old.shape:
            turned = len(new.shape) == 2 and new.shape == old.shape[::-1]
            why = ": to tie them takes a transpose, h @ w.T, not this layer" if turned else ""
            raise ValueError(f"{who} of shape {new.shape}, not {old.shape}{why}")


class ModuleWords:
    """What a Module also answers to."""

    weight, bias = _Word("w"), _Word("b")
    buffers: tuple[str, ...]

    def state_dict(self: Any) -> dict[str, numpy.ndarray]:
        """All parameters and buffers as arrays on the CPU, by their dotted names; copies."""
        arrays = self.get_parameters() | self.named_buffers()
        return {name: numpy.array(to(array, "cpu")) for name, array in arrays.items()}

    def load_state_dict(self: Any, state: Mapping[str, Any], strict: bool = True) -> None:
        """Take over the arrays of a state dict, on the device and of the dtype that there are now.

        strict: False to leave out the names that are missing or unknown. Raises ValueError that
        lists all names and shapes that do not fit, and then changes nothing.
        """
        have = self.get_parameters() | self.named_buffers()
        given = {n: v.data if isinstance(v, Operators) else v for n, v in state.items()}
        wrong = [f"{name} is missing" for name in have if name not in given] if strict else []
        wrong += [f"{name} is unknown" for name in given if name not in have] if strict else []
        both = [name for name in have if name in given]
        wrong += [
            f"{name} has shape {np.shape(given[name])}, not {tuple(have[name].shape)}"
            for name in both
            if np.shape(given[name]) != tuple(have[name].shape)
        ]
        if wrong:
            raise ValueError(f"{type(self).__name__} cannot load this: " + "; ".join(wrong))
        for name in both:
            array = have[name]
            array[...] = to(numpy.asarray(given[name], array.dtype), device_of(array))

    def apply(self: Any, function: Callable[[Any], object]) -> Any:
        """Call `function` on every module inside this one, and then on this one."""
        for child in self.children().values():
            child.apply(function)
        function(self)
        return self

    def register_buffer(self, name: str, array: Any) -> None:
        """Keep an array as the attribute `name`: moved, saved and loaded with the rest, not
        learned."""
        if hasattr(self, name):
            raise ValueError(f"{type(self).__name__} has a {name!r} already: no buffer's name")
        setattr(self, name, array.data if isinstance(array, Operators) else np.asarray(array))
        self.buffers = (*self.buffers, name)

    def requires_grad_(self: Any, requires_grad: bool = True) -> Any:
        """Freeze all parameters (False), or let them learn again."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self
