"""The student's own edunn: a folder `my_edunn` of what they wrote and what passed its checks.

`keep` writes a class or function into it. As a package it is importable: what has not been kept yet
comes from edunn itself, and `edunn status` says which is which.
"""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import linecache
import re
import sys
import textwrap
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from edunn.checking.messages import LANGUAGES

PACKAGE = "my_edunn"
mine = sys.modules[__name__]  # what notebooks of the first edition call this file
START = '''"""What you have written of edunn. The rest is edunn's; edunn status tells which."""

import importlib
from pathlib import Path

import edunn


def __getattr__(name):
    return getattr(edunn, name)


for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    module = importlib.import_module(f"my_edunn.{path.stem}")
    globals().update({name: getattr(module, name) for name in module.__all__})
'''
HEADER = """import numpy as np

import my_edunn as nn

__all__ = ["{name}"]


"""


def folder(start: Path | None = None) -> Path:
    """Where the student's package is, or will be: beside the folders of the exercises. Exercises in
    all languages share it: what es/03_linear keeps stands beside the folder es.

    start: the folder of an exercise, or that of all exercises; by default the current one
    """
    start = (start or Path.cwd()).resolve()
    here = start.parent if re.match(r"\d\d_", start.name) else start
    shared = (here.parent if here.name in LANGUAGES else here) / PACKAGE
    for package in (shared, start / PACKAGE, start.parent / PACKAGE):
        kept_by_language = package.parent.name in LANGUAGES
        if (package / "__init__.py").exists() and not kept_by_language:
            shared = package
            break
    _adopt(shared)
    return shared


def _adopt(package: Path) -> None:
    """Copy what edunn 0.1 has kept in es/my_edunn, and is not in the package yet."""
    for language in LANGUAGES:
        other = package.parent / language / PACKAGE
        kept = [*other.glob("[a-z]*.py"), *other.glob("*.borrowed")]
        missing = [path for path in kept if not (package / path.name).exists()]
        if missing:
            _begin(package)
        for path in missing:
            (package / path.name).write_bytes(path.read_bytes())


def parts(package: Path) -> dict[str, str]:
    """{name: "yours" or "borrowed"} of what is in the package; everything else is edunn's."""
    found = {path.stem: "borrowed" for path in package.glob("*.borrowed")}
    for path in package.glob("[a-z]*.py"):
        names = re.findall(r'^__all__ = \["(\w+)"\]', path.read_text(encoding="utf-8"), re.M)
        found |= dict.fromkeys(names, "yours")
    return dict(sorted(found.items()))


def _begin(package: Path) -> None:
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text(START, encoding="utf-8")


def note_borrowed(name: str) -> None:
    """Note that a reference was borrowed, until the student's own is kept."""
    package = folder()
    _begin(package)
    (package / f"{name}.borrowed").touch()


def keep(what: Any, *reports: Any) -> None:
    """Put a class or function into the student's own package, `my_edunn`, with all that it uses of
    the rest of the notebook.

    reports: what its checks returned; a check that fails raises
    """
    name = getattr(what, "__name__", type(what).__name__)
    if not all(reports):
        raise AssertionError(f"{name} is not kept: one of its checks is not true")
    if not isinstance(what, (type, FunctionType)):
        raise TypeError(f"keep got {name}, not a class or a function")
    if what.__module__ != "__main__":  # borrowed, and noted as such
        print(f"{name} is not yours yet: it comes from {what.__module__.partition('.')[0]}.")
        return
    sources = [_source_of(one) for one in _needed(what)]
    package, file = folder(), f"{name.lower()}.py"
    _begin(package)
    text = HEADER.format(name=name) + "\n\n\n".join(sources) + "\n"
    (package / file).write_text(text, encoding="utf-8")
    (package / f"{name}.borrowed").unlink(missing_ok=True)
    print(f"{name} is kept in {PACKAGE}/{file}: it is part of your own edunn now.")


def _source_of(what: Any) -> str:
    """The text of a class or function in the cell that defined it."""
    cell = "".join(linecache.getlines(_functions_of(what)[0].__code__.co_filename))
    found = [
        node
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == what.__name__
    ]
    return textwrap.dedent(ast.get_source_segment(cell, found[-1], padded=True) or "")


def _functions_of(what: Any) -> list[FunctionType]:
    """The function itself, or the methods of a class that were written in its body."""
    members = [what] if isinstance(what, FunctionType) else list(vars(what).values())
    members = [getattr(member, "__func__", member) for member in members]
    return [inspect.unwrap(member) for member in members if isinstance(member, FunctionType)]


def _needed(what: Any) -> list[Any]:
    """`what`, after all that it uses of what was defined in the notebook."""
    names = vars(sys.modules["__main__"])
    found: list[Any] = []

    def visit(one: Any) -> None:
        if one in found:
            return
        for name in sorted(_globals_of(one) - vars(builtins).keys()):
            other = names.get(name)
            own = isinstance(other, (type, FunctionType)) and other.__module__ == "__main__"
            if own and other is not what:
                visit(other)
        found.append(one)

    visit(what)
    return found


def _globals_of(what: Any) -> set[str]:
    """The names that the code of a class or function looks up outside of itself."""
    codes = [function.__code__ for function in _functions_of(what)]
    bases = {base.__name__ for base in what.__bases__} if isinstance(what, type) else set()
    return {name for code in codes for name in _names_in(code)} | bases


def _names_in(code: CodeType) -> set[str]:
    found = {
        i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return found.union(*map(_names_in, inner))
