"""While a notebook asks for `Linear`, `nn.Linear` is closed in it; `borrow` lends the reference."""

from __future__ import annotations

import difflib
import functools
import os
from typing import Any

import edunn
from edunn.course.student import ipython_hooks, package
from edunn.inputs import check_choice

CHECKING = "EDUNN_CHECKING"  # set where a notebook is run for its points
_closed: dict[str, Any] = {}  # by name: the references that are closed now


class _Closed:
    """What stands where the reference was: any use of it says what to do instead."""

    def __init__(self, name: str, said: str = ""):
        last = name.rpartition(".")[2]
        self._said = said or (
            f"nn.{name} is closed here, because this notebook is about writing your own. If "
            f'you are stuck: from edunn.course import borrow; {last} = borrow("{name}")'
        )

    def _refuse(self) -> None:
        raise NotImplementedError(self._said)

    def __call__(self, *args: Any, **options: Any) -> None:
        self._refuse()

    def __getattr__(self, attribute: str) -> None:
        self._refuse()

    def __mro_entries__(self, bases: Any) -> Any:
        return self._refuse()


def close(*names: str) -> None:
    """Close these names of edunn, such as "Linear" or "containers.Chain", in this session. edunn's
    other classes can still use them."""
    for name in names:
        if name in _closed:  # the cell was run twice
            continue
        *way, last = name.split(".")
        owner = functools.reduce(getattr, way, edunn)
        if not hasattr(owner, last):
            near = difflib.get_close_matches(last, dir(owner), 3)
            hint = f": did you mean {' or '.join(near)}?" if near else ""
            raise ValueError(f"close got name {name!r}, which edunn has not{hint}")
        _closed[name] = getattr(owner, last)
        setattr(owner, last, _Closed(name))
    ipython_hooks.start(list(names))


def borrow(name: str) -> Any:
    """The reference of a closed class, for a student who is stuck. `edunn status` lists it as
    borrowed; where a notebook is run for its points, any use of it says that it earns none."""
    check_choice("borrow", name, _closed, "name")
    package.note_borrowed(name)
    if CHECKING in os.environ:
        return _Closed(name, f"{name} is borrowed: it earns no points, here or in the grader")
    print(f"{name} is borrowed from edunn. It earns no points; come back and write your own.")
    return _closed[name]
