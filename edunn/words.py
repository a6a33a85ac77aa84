"""Other words for edunn's own Modules and Tensors, each said with a word of edunn's or NumPy's:
PyTorch's, and those of the original edunn (github.com/facundoq/edunn).

What these words do elsewhere and not here stands in docs/from_pytorch.md and
docs/from_original_edunn.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import Enum
from functools import wraps
from inspect import getattr_static
from itertools import count
from typing import Any, NamedTuple, Self

import numpy

from edunn.backend import Shape, device_of, to
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


class Phase(Enum):
    """What the original edunn calls the modes: see `set_phase`."""

    Training = "Training"
    Test = "Test"


class _Name:
    """The name of a module that was given none: its class and a number, as "Bias_0". Numbers are
    given out by class, in the order in which modules are first asked for their names."""

    numbers: defaultdict[str, count[int]] = defaultdict(count)

    def __get__(self, module: Any, owner: type) -> Any:
        if module is None:
            return self
        kind, own = type(module).__name__, vars(module)
        if "_number" not in own:
            own["_number"] = next(self.numbers[kind])
        return f"{kind}_{own['_number']}"


def title_of(module: Any) -> str:
    """The name that a module was given, or else its class."""
    is_given = not isinstance(getattr_static(module, "name"), _Name)
    return (module.name if is_given else "") or type(module).__name__


def old_words(**words: str) -> Callable[[Any], Any]:
    """Let a function take keywords by other names, those of the original edunn: old="new".

    None, by which the original edunn says "the default", is left out. Raises TypeError for a
    keyword that is given by both its names.
    """

    def decorate(function: Any) -> Any:
        who = function.__qualname__.removesuffix(".__init__")

        @wraps(function)
        def with_old_words(*args: Any, **options: Any) -> Any:
            for old in [name for name in options if name in words]:
                new, value = words[old], options.pop(old)
                if new in options:
                    raise TypeError(f"{who} got {old} and {new}, which are one: leave out {old}")
                if value is not None:
                    options[new] = value
            return function(*args, **options)

        return with_old_words

    return decorate


def refused_words(*words: str, near: str) -> Callable[[Any], Any]:
    """Refuse keywords that make something else in the original edunn: write `near` instead."""

    def decorate(init: Any) -> Any:
        who = init.__qualname__.removesuffix(".__init__")

        @wraps(init)
        def without_words(*args: Any, **options: Any) -> Any:
            for word in words:
                if word in options:
                    raise TypeError(f"{who} takes no {word}: what the original edunn did is {near}")
            return init(*args, **options)

        return without_words

    return decorate


def named(**words: str) -> Callable[[Any], Any]:
    """Let the constructor of a class of modules also take name=, and keywords by `old_words`."""

    def decorate(cls: Any) -> Any:
        init = old_words(**words)(cls.__init__)

        @wraps(init)
        def init_and_name(self: Any, *args: Any, name: str | None = None, **options: Any) -> None:
            init(self, *args, **options)
            ModuleWords.__init__(self, name=name)

        cls.__init__ = init_and_name
        return cls

    return decorate


class ModuleWords:
    """What a Module also answers to."""

    weight, bias = _Word("w"), _Word("b")
    name: Any = _Name()
    buffers: tuple[str, ...]

    def __init__(self, *, name: str | None = None) -> None:
        if name is not None:
            self.name = name

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

    def set_phase(self: Any, phase: Phase) -> None:
        """train() for Phase.Training, eval() for Phase.Test."""
        if not isinstance(phase, Phase):
            raise TypeError(f"set_phase got {phase!r}, not Phase.Training or Phase.Test")
        self.train(phase is Phase.Training)

    def n_parameters(self: Any) -> int:
        """How many numbers the parameters hold, frozen or not; shared ones count once."""
        return sum(parameter.size for parameter in self.parameters())


class _Size(int):
    """How many numbers there are, as NumPy's `x.size`; called, it is PyTorch's `x.size()`."""

    shape: Shape

    def __call__(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[dim]


class Largest(NamedTuple):
    """The largest numbers along an axis, and where they are."""

    values: Any
    indices: Any


class TensorWords(Operators):
    """What a Tensor also answers to. What they give is on the tape, as all that operators give."""

    # fmt: off
    def dim(self) -> int:                       return self.ndim
    def pow(self, power: Any) -> Any:           return np.power(self, power)
    def matmul(self, other: Any) -> Any:        return np.matmul(self, other)
    def permute(self, *dims: Any) -> Any:       return np.transpose(self, _as_tuple(dims))
    def contiguous(self) -> Self:               return self
    def float(self) -> Any:                     return self.astype(np.float32)
    def double(self) -> Any:                    return self.astype(np.float64)
    def long(self) -> Any:                      return self.astype(np.int64)
    def int(self) -> Any:                       return self.astype(np.int32)
    def bool(self) -> Any:                      return self.astype(np.bool_)
    # fmt: on

    @property
    def size(self) -> _Size:
        """How many numbers there are; as a method, the shape, or one number of it."""
        size = _Size(self.data.size)
        size.shape = self.shape
        return size

    @property
    def device(self) -> str:
        """'cpu', or 'cuda:0'."""
        return device_of(self.data)

    def t(self) -> Any:
        """A matrix with its rows as columns."""
        if self.ndim > 2:
            raise ValueError(f"t() takes a matrix, but this tensor has shape {self.shape}")
        return np.transpose(self)

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order, transpose(2, 0, 1); without any, in reverse. Two numbers swap
        those axes, of a matrix too, where NumPy takes them as an order."""
        if len(axes) != 2:
            return super().transpose(*_as_tuple(axes))
        order, (i, j) = list(range(self.ndim)), (self._axis(axis) for axis in axes)
        order[i], order[j] = order[j], order[i]
        return super().transpose(*order)

    def unsqueeze(self, dim: Any) -> Any:
        """A new axis of size 1, which becomes axis `dim`."""
        place = self._axis(dim, self.ndim + 1)
        return np.reshape(self, (*self.shape[:place], 1, *self.shape[place:]))

    def flatten(self, start_dim: Any = 0, end_dim: Any = -1) -> Any:
        """The axes from start_dim to end_dim as one."""
        if self.ndim == 0:
            return np.reshape(self, (1,))
        start, end = self._axis(start_dim), self._axis(end_dim)
        return np.reshape(self, (*self.shape[:start], -1, *self.shape[end + 1 :]))

    def max(self, *other: Any, **words: Any) -> Any:
        """The largest number over `axis`, or of all; with PyTorch's word dim, (values, indices)."""
        if other:
            raise TypeError(
                "max(1) could mean two things: max(axis=1) is NumPy's, and max(dim=1) PyTorch's, "
                "which gives (values, indices)"
            )
        values = super().max(**words)
        return values if words.get("dim") is None else Largest(values, self.argmax(**words))

    def clone(self: Any) -> Any:
        """A copy, through which gradients flow."""
        if self.requires_grad:
            return np.add(self, 0)
        copy = self.detach()
        copy.data = copy.data.copy()
        return copy

    def astype(self: Any, dtype: Any) -> Any:
        """The same numbers in another type; cut off from the tape, and so only where none is."""
        if self.dtype == dtype:
            return self
        if self.requires_grad:
            raise TypeError(f"{self.dtype} to {np.dtype(dtype)} takes no gradient: detach() first")
        other = self.detach()
        other.data = other.data.astype(dtype)
        return other

    def check_dy(
        self: Any,
        dy: Any,
        gradient: Any = None,
        retain_graph: Any = True,
        create_graph: Any = False,
    ) -> Any:
        """The array from which `backward` starts: dy, or a 1 for a single number."""
        if create_graph:
            raise ValueError("backward(create_graph=True): there are no second derivatives here")
        if not self.requires_grad:
            raise ValueError("backward() found no input or parameter with requires_grad=True")
        dy = dy if gradient is None else gradient
        dy = dy.data if isinstance(dy, Operators) else dy
        if dy is None and self.data.size != 1:
            raise ValueError(
                f"backward() of shape {self.shape} needs a dy of that shape: it is no single number"
            )
        dy = np.ones_like(self.data) if dy is None else dy
        if np.shape(dy) != self.shape:
            raise ValueError(f"backward(dy) got dy of shape {np.shape(dy)}, not {self.shape}")
        return dy

    def cpu(self: Any) -> Any:
        """This tensor, or a copy of it on the CPU."""
        return self.to("cpu")

    def tolist(self) -> Any:
        """The numbers in Python's lists."""
        return to(self.data, "cpu").tolist()

    def _axis(self, axis: Any, ndim: Any = None) -> Any:
        """The number of an axis from 0 up; one that is not there is refused."""
        ndim = self.ndim if ndim is None else ndim
        if not -ndim <= axis < ndim:
            raise ValueError(f"axis {axis} of a tensor of shape {self.shape}, not below {ndim}")
        return axis % ndim


def _as_tuple(numbers: Any) -> Any:
    """(1, 2) for both f(1, 2) and f((1, 2))."""
    return numbers[0] if len(numbers) == 1 and isinstance(numbers[0], (tuple, list)) else numbers
