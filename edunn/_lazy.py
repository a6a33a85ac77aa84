"""Faces of packages whose parts are imported only when they are asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any


def lazy_exports(
    package: str,
    homes: Mapping[str, Collection[str]],
    refuse: Callable[[str, str], AttributeError] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """A package's `__getattr__`, `__dir__` and `__all__` (PEP 562), so that importing it costs next
    to nothing, however much is behind it.

    homes: by module of the package, the names that the package exports from it; the name of the
    module itself may be one of them
    refuse: makes what is raised for any other name, of (package, name)
    """
    home = {name: module for module, names in homes.items() for name in names}

    def __getattr__(name: str) -> Any:
        if name not in home:
            says = f"module {package!r} has no attribute {name!r}"
            raise refuse(package, name) if refuse else AttributeError(says)
        module = importlib.import_module(f"{package}.{home[name]}")
        value = module if name == home[name] else getattr(module, name)
        setattr(sys.modules[package], name, value)  # the next time, Python finds it by itself
        return value

    return __getattr__, lambda: sorted(home), sorted(home)
