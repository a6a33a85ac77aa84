"""The student's own edunn: a folder `my_edunn` of what they wrote and what passed its checks.

`keep` writes a class or function into it. As a package it is importable: what has not been kept yet
comes from edunn itself, and `parts()` says which is which.
"""

from __future__ import annotations

import ast
import builtins
import dis
import json
import linecache
import re
import sys
import textwrap
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

PACKAGE = "my_edunn"
START = '''"""What you have written of edunn. The rest is edunn's; parts() tells which."""

import json
from pathlib import Path

import edunn


def __getattr__(name):
    return getattr(edunn, name)


def parts():
    """{name: "yours" or "borrowed"} for what was kept; everything else is edunn's."""
    return json.loads(Path(__file__).with_name("parts.json").read_text(encoding="utf-8"))


'''
HEADER = "import numpy as np\n\nimport my_edunn as nn\n\n\n"


def folder(start: Path | None = None) -> Path:
    """Where the student's package is, or will be: beside the folders of the exercises."""
    here = (start or Path.cwd()).resolve()
    for around in (here, *here.parents):
        if (around / PACKAGE / "parts.json").exists():
            return around / PACKAGE
    return (here.parent if re.match(r"\d\d_", here.name) else here) / PACKAGE


def parts(package: Path) -> dict[str, str]:
    """{name: "yours" or "borrowed"}"""
    path = package / "parts.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def note(package: Path, name: str, whose: str) -> None:
    package.mkdir(exist_ok=True)
    known = parts(package) | {name: whose}
    text = json.dumps(dict(sorted(known.items())), indent=1)
    (package / "parts.json").write_text(text + "\n", encoding="utf-8")
    imports = [
        f"from {PACKAGE}.{module_name(one)} import {one}\n"
        for one, owner in known.items()
        if owner == "yours"
    ]
    (package / "__init__.py").write_text(START + "".join(imports), encoding="utf-8")


def module_name(name: str) -> str:
    """The file of a class: "ReLU" in relu, "numeric_gradient" in numeric_gradient."""
    return name.lower()


def keep(what: Any, *reports: Any) -> None:
    """Put a class or function into the student's own package, `my_edunn`.

    reports: what its checks returned; they raised if it is not right. What it uses of the rest of
    the notebook goes with it.
    """
    name = getattr(what, "__name__", type(what).__name__)
    if not all(reports):
        raise AssertionError(f"{name} is not kept: a check of it is not true")
    if not isinstance(what, (type, FunctionType)):
        raise TypeError(f"keep got {name}, not a class or a function")
    if what.__module__ != "__main__":  # borrowed, and taken down as such
        print(f"{name} is not yours yet: it comes from {what.__module__.partition('.')[0]}.")
        return
    package = folder()
    sources = [source_of(one) for one in needed(what)]
    note(package, name, "yours")
    text = HEADER + "\n\n\n".join(sources) + "\n"
    (package / f"{module_name(name)}.py").write_text(text, encoding="utf-8")
    print(f"{name} is kept in {PACKAGE}/{module_name(name)}.py: it is part of your own edunn now.")


def source_of(what: Any) -> str:
    """The text of a class or function in the cell that defined it."""
    cell = "".join(linecache.getlines(functions_of(what)[0].__code__.co_filename))
    found = [
        node
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == what.__name__
    ]
    return textwrap.dedent(ast.get_source_segment(cell, found[-1], padded=True) or "")


def functions_of(what: Any) -> list[FunctionType]:
    """The function itself, or the methods of a class that were written in its body."""
    members = [what] if isinstance(what, FunctionType) else list(vars(what).values())
    members = [getattr(member, "__func__", member) for member in members]
    return [member for member in members if isinstance(member, FunctionType)]


def needed(what: Any) -> list[Any]:
    """`what`, after all that it uses of what was defined in the notebook."""
    names = vars(sys.modules["__main__"])
    found: list[Any] = []

    def visit(one: Any) -> None:
        if one in found:
            return
        for name in sorted(globals_of(one) - vars(builtins).keys()):
            other = names.get(name)
            own = isinstance(other, (type, FunctionType)) and other.__module__ == "__main__"
            if own and other is not what:
                visit(other)
        found.append(one)

    visit(what)
    return found


def globals_of(what: Any) -> set[str]:
    """The names that the code of a class or function looks up outside of itself."""
    codes = [function.__code__ for function in functions_of(what)]
    bases = {base.__name__ for base in what.__bases__} if isinstance(what, type) else set()
    return {name for code in codes for name in names_in(code)} | bases


def names_in(code: CodeType) -> set[str]:
    found = {
        i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return found.union(*map(names_in, inner))
