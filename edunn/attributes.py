"""What a module holds: its attributes, and what is in the lists, tuples and dicts among them."""

from collections import deque
from collections.abc import Iterable
from functools import cache
from typing import Any


@cache  # looking up a class takes a third of the time of asking for six
def _is_holder(kind: Any) -> bool:
    return issubclass(kind, (list, tuple, deque, dict, set, frozenset))


def held(owner: object, kind: type) -> dict[str, Any]:
    """All of this kind by name: "fc1", or "layers.0" and "blocks.conv.1" for one in a list or dict,
    however deep. Left out are `cache`, which a run has left behind, and in lists the owner itself.
    """
    found: dict[str, Any] = {}
    for name, value in vars(owner).items():
        if isinstance(value, kind):
            found[name] = value
        elif _is_holder(type(value)) and name != "cache":  # type: ignore[arg-type]
            inside: dict[str, Any] = {}
            _look_inside(value, kind, name, inside)
            found |= {path: one for path, one in inside.items() if one is not owner}
    return found


def _look_inside(holder: Any, kind: type, path: str, found: dict[str, Any]) -> None:
    """Add to `found` what a list, tuple, dict or set holds; a set gives no names: refused."""
    items: Iterable[Any] = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for name, value in items:
        if isinstance(value, kind):
            if isinstance(holder, (set, frozenset)):
                raise TypeError(f"{path} is a set with a {kind.__name__} in it, not a list or dict")
            found[f"{path}.{name}"] = value
        elif _is_holder(type(value)):  # type: ignore[arg-type]
            _look_inside(value, kind, f"{path}.{name}", found)
