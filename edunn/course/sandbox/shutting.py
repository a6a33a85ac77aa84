"""What of edunn is shut in a worker while a hidden case asks for a student's own code.

A notebook closes the names that it asks for, but other classes come near: a Conv2d of one pixel is
a MatMul, an Index passes gradients on as a convolution does. They cannot all be closed in the
notebook, which uses some of them. So while such a case runs, they refuse: their functions get
another code, wherever a student has put them.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
from collections.abc import Collection, Iterator
from typing import Any

import edunn
from edunn.course.text import WITHHELD


def _refuse(*values: Any, **options: Any) -> None:
    raise NotImplementedError("WHO of edunn is shut while your own code is looked at")


def _load(package: Any) -> None:
    """Import all that is in a package: what is not there yet could not be shut."""
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not found.name.startswith(("edunn.course", "edunn.datasets", "edunn.plot")):
            module = importlib.import_module(found.name)
            if found.ispkg:
                _load(module)


_load(edunn)


class Shutter:
    """Shuts functions, and opens them again."""

    def __init__(self) -> None:
        self.shut_now: list[tuple[Any, Any]] = []  # (function, its own code)
        self.known: dict[Any, list[tuple[Any, Any]]] = {}  # (function, the code that refuses)

    def shut(self, names: Collection[str], kept: Collection[str]) -> None:
        """Shut these until `open`. names: of edunn's functions, classes, modules and packages, such
        as "layers" or "ops.unbroadcast"    kept: classes and functions that stay open"""
        self.open()
        key = tuple(names), tuple(kept)
        if key not in self.known:
            found = {id(one): one for name in names for one in _functions(_named(name), set(kept))}
            self.known[key] = [(o, _refusal(o)) for o in found.values() if not _is_withheld(o)]
        for function, refusal in self.known[key]:
            own = function.__code__
            self.shut_now.append((function, own))
            function.__code__ = refusal

    def open(self) -> None:
        """Give everything that is shut its own code back."""
        while self.shut_now:
            function, code = self.shut_now.pop()
            function.__code__ = code


def _named(name: str) -> Any:
    """What edunn calls `name`: a module first, so that "model" is not something in it."""
    owner: Any = edunn
    for part in name.split("."):
        try:
            owner = importlib.import_module(f"{owner.__name__}.{part}")
        except (ImportError, AttributeError):
            owner = vars(owner)[part]
    return owner


def _functions(one: Any, kept: set[str]) -> Iterator[Any]:
    """The methods of a class, but those with __names__; the classes' and the public functions in a
    module; all below a package."""
    one = getattr(one, "__func__", one)
    if isinstance(one, types.FunctionType):
        yield one
    elif isinstance(one, type):
        for name, value in vars(one).items():
            value = getattr(value, "__func__", value)
            own = not name.startswith("__") and name != "_forward_of_backward"  # may be a base's
            if isinstance(value, types.FunctionType) and own:
                yield value
    elif isinstance(one, types.ModuleType):
        for name, value in list(vars(one).items()):
            inside = getattr(value, "__module__", None) == one.__name__ and name not in kept
            public = isinstance(value, types.FunctionType) and not name.startswith("_")
            if inside and (public or isinstance(value, type)):
                yield from _functions(value, kept)
        for found in pkgutil.iter_modules(getattr(one, "__path__", ())):
            yield from _functions(importlib.import_module(f"{one.__name__}.{found.name}"), kept)


def _is_withheld(function: Any) -> bool:
    """Whether the library has cut it out already, and says so."""
    consts = inspect.unwrap(function).__code__.co_consts
    return any(isinstance(one, str) and WITHHELD in one for one in consts)


def _refusal(function: Any) -> Any:
    """Code that refuses in the place of this function's."""
    who = function.__qualname__
    consts = (
        one.replace("WHO", who) if isinstance(one, str) and one.startswith("WHO") else one
        for one in _refuse.__code__.co_consts
    )
    inner = function.__code__.co_freevars  # as many as before, or it does not fit
    return _refuse.__code__.replace(co_consts=tuple(consts), co_freevars=inner)
