"""Other words for Modules, each said with a word of edunn's: PyTorch's, and those of the
original edunn (github.com/facundoq/edunn).

What these words do elsewhere and not here stands in docs/from_pytorch.md and
docs/from_original_edunn.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache, wraps
from inspect import getattr_static, signature
from itertools import count
from typing import Any, NamedTuple

import numpy

from edunn.backend import default_dtype, device_of, to
from edunn.inputs import show
from edunn.operators import Operators
from edunn.pytorch_differences import missing as near

np: Any = numpy  # whose own types know arrays only, and these are calls with Tensors


@cache  # a loss with a weight of its own asks in every step
def _is_layer(kind: type) -> bool:
    """Whether a class is a layer of edunn's, or is made from one."""
    return any(base.__module__.startswith("edunn.layers.") for base in kind.__mro__)


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
        is_layer = _is_layer(type(module))  # type: ignore[arg-type]
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

        without_words.also_takes = words  # type: ignore[attr-defined]
        return without_words

    return decorate


def accept(layer: object, words: dict[str, Any], **known: Any) -> None:
    """Refuse words of PyTorch's that ask for what is not built; `known` has what they are there."""
    for name, value in words.items():
        if not (value is None or isinstance(value, (int, float, str))) or value != known[name]:
            wanted = f"{known[name]!r}: nothing else is built"
            raise ValueError(f"{type(layer).__name__} got {name}={show(value)}, not {wanted}")


def settled_words(**known: Any) -> Callable[[Any], Any]:
    """Let a constructor take PyTorch's keywords for what is not built, where they ask for nothing
    else: ceil_mode=False. So it does with dtype=, for that of all new parameters; with device=, the
    module is moved there."""

    def decorate(init: Any) -> Any:
        @wraps(init)
        def with_settled_words(
            self: Any, *args: Any, device: Any = None, dtype: Any = None, **options: Any
        ) -> None:
            accept(self, {word: options.pop(word) for word in known if word in options}, **known)
            if dtype is not None and dtype != default_dtype():
                wanted = f"{default_dtype()}: set_default_dtype says which, for all layers"
                raise ValueError(f"{type(self).__name__} got dtype={show(dtype)}, not {wanted}")
            init(self, *args, **options)
            if device is not None:
                self.to(device)

        with_settled_words.also_takes = (*known, "device", "dtype")  # type: ignore[attr-defined]
        return with_settled_words

    return decorate


def named(**words: str) -> Callable[[Any], Any]:
    """Let the constructor of a class of modules also take name=, and keywords by `old_words`."""

    def decorate(cls: Any) -> Any:
        init = old_words(**words)(cls.__init__)
        takes = signature(init).parameters
        takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values())
        known = {*takes, *words, *getattr(init, "also_takes", ())}

        @wraps(init)
        def init_and_name(self: Any, *args: Any, name: str | None = None, **options: Any) -> None:
            unknown = [word for word in options if word not in known] if options else []
            if unknown and not takes_all:
                wanted = ", ".join([*takes][1:]) or "nothing but a name"
                got = ", ".join(unknown)
                raise TypeError(f"{type(self).__name__} got {got}, but takes {wanted}")
            for word, x in zip([*takes][1:], args) if args else ():
                if isinstance(x, Operators) and "weight" not in word:
                    kind = type(self).__name__
                    raise TypeError(
                        f"{kind} got a Tensor as {word}: write {kind}()(...), made first"
                    )
            init(self, *args, **options)
            ModuleWords.__init__(self, name=name)

        cls.__init__ = init_and_name
        return cls

    return decorate


class _Loaded(NamedTuple):
    """The names that a state dict had not, and those that it had too many."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class ModuleWords:
    """What a Module also answers to."""

    weight, bias = _Word("w"), _Word("b")
    name: Any = _Name()
    buffers: tuple[str, ...]

    _parts = "attribute"  # what one looks for in a module by its name

    def __init__(self, *, name: str | None = None) -> None:
        if name is not None:
            self.name = name

    __init__.__qualname__ = (
        "Module.__init__"  # as Python calls it when it gets what it does not take
    )

    def state_dict(self: Any) -> dict[str, numpy.ndarray]:
        """All parameters and buffers as arrays on the CPU, by their dotted names; copies."""
        arrays = self.get_parameters() | self.named_buffers()
        return {name: numpy.array(to(array, "cpu")) for name, array in arrays.items()}

    def load_state_dict(self: Any, state: Mapping[str, Any], strict: bool = True) -> _Loaded:
        """Take over the arrays of a state dict, on the device and of the dtype that there are now.

        strict: False to leave out the names that are missing or unknown, which are returned, unless
        that is all of them. Raises ValueError that lists all names and shapes that do not fit, and
        then changes nothing.
        """
        have = self.get_parameters() | self.named_buffers()
        given = {n: v.data if isinstance(v, Operators) else v for n, v in state.items()}
        both = [name for name in have if name in given]
        missing = [name for name in have if name not in given]
        unknown = [name for name in given if name not in have]
        strict = strict or not both
        wrong = [f"{name} is missing" for name in missing] if strict else []
        wrong += [f"{name} is unknown" for name in unknown] if strict else []
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
        return _Loaded(missing, unknown)

    def apply(self: Any, function: Callable[[Any], object]) -> Any:
        """Call `function` on every module inside this one, and then on this one."""
        for child in self.children().values():
            child.apply(function)
        function(self)
        return self

    def cpu(self: Any) -> Any:
        """Move everything to the CPU: to('cpu')."""
        return self.to("cpu")

    def cuda(self: Any) -> Any:
        """Move everything to the GPU: to('cuda')."""
        return self.to("cuda")

    def __getattr__(self, name: str) -> Any:
        """Asked only for what is not there: say what is near."""
        if hasattr(type(self), name):  # a property that failed has a reason of its own
            return object.__getattribute__(self, name)
        text = f"{type(self).__name__!r} object has no {self._parts} {name!r}"
        says = near(f"Module.{name}")
        raise AttributeError(text + (f": {says}" if says else ""), name=name, obj=self)

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

    @property
    def frozen(self: Any) -> bool:
        """Whether there are parameters, and none of them learns; set it to freeze or free them."""
        learns = [parameter.requires_grad for parameter in self.parameters()]
        return bool(learns) and not any(learns)

    @frozen.setter
    def frozen(self: Any, frozen: bool) -> None:
        self.requires_grad_(not frozen)

    def n_parameters(self: Any) -> int:
        """How many numbers the parameters hold, frozen or not; shared ones count once."""
        return sum(parameter.size for parameter in self.parameters())
