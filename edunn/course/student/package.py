"""The student's own edunn: a folder `my_edunn` of what they wrote and what passed its checks.

`keep` writes a class or function into it. As a package it is importable: what has not been kept yet
comes from edunn itself, and `edunn status` says which is which.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import symtable
import sys
import textwrap
from importlib.machinery import FileFinder
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy

import edunn
from edunn.checking.messages import LANGUAGES

PACKAGE = "my_edunn"
mine = sys.modules[__name__]  # what notebooks of the first edition call this file
START = '''"""What you have written of edunn. The rest is edunn's; edunn status tells which."""

import importlib
from pathlib import Path

import edunn


def __getattr__(name):
    return getattr(edunn, name)


for path in sorted(filter(Path.is_file, Path(__file__).parent.glob("[a-z]*.py"))):
    module = importlib.import_module(f"my_edunn.{path.stem}")
    kept = getattr(module, "__all__", ())  # a file of yours may have none
    globals().update({name: getattr(module, name) for name in kept})
'''
GIVEN = {"np": numpy, "nn": edunn}  # what HEADER has
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
    """{name: "yours", "borrowed", or "broken"} of what is in the package; everything else is
    edunn's. broken: the file is no Python any more, and stops the whole package"""
    found = {path.stem: "borrowed" for path in package.glob("*.borrowed")}
    for path in filter(Path.is_file, package.glob("[a-z]*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        names = re.findall(r'^__all__ = \["(\w+)"\]', text, re.M)
        found |= dict.fromkeys(names, "yours" if _is_python(text) else "broken")
    return dict(sorted(found.items()))


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


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
    sources = _with_needs(what)
    package, file = folder(), f"{name.lower()}.py"
    _begin(package)
    text = HEADER.format(name=name) + "\n\n\n".join(sources) + "\n"
    (package / file).write_text(text, encoding="utf-8")
    _look_again(package)
    (package / f"{name}.borrowed").unlink(missing_ok=True)
    print(f"{name} is kept in {PACKAGE}/{file}: it is part of your own edunn now.")


def _look_again(package: Path) -> None:
    """Let Python list the package's folder anew, which it may know without a new file where clocks
    are coarse. No others: what is installed cannot be listed by the grader's workers, and would not
    be found any more."""
    here = package.resolve()  # once: in a browser each look at the page's folder takes a while
    for path, finder in sys.path_importer_cache.items():
        if isinstance(finder, FileFinder) and Path(path).resolve() in (here, here.parent):
            finder.invalidate_caches()


def _source_of(name: str, what: Any) -> str:
    """The text of a class or function in the cell that defined it; "" for all else."""
    if not isinstance(what, (type, FunctionType)):
        return ""
    for cell in _cells_of(what):
        for node in reversed(list(ast.walk(ast.parse(cell)))):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == what.__name__:
                above = node.decorator_list[0].lineno if node.decorator_list else node.lineno
                lines = cell.split("\n")[above - 1 : node.end_lineno]
                return textwrap.dedent("\n".join(lines))
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                names = [getattr(target, "id", "") for target in node.targets]
                if name in names:
                    return f"{name} = {ast.get_source_segment(cell, node.value)}"
    return ""


def _cells_of(what: Any) -> list[str]:
    """The cell that defined a function, or a class by its methods; else all that were run, the last
    one first."""
    files = [one.__code__.co_filename for one in _functions_of(what)[:1]]
    if not files:
        files = [file for file, about in linecache.cache.items() if len(about) > 1 and not about[1]]
    return ["".join(linecache.getlines(file)) for file in reversed(files)]


def _functions_of(what: Any) -> list[FunctionType]:
    """The function itself, or the methods of a class that were written in its body."""
    members = [what] if isinstance(what, FunctionType) else list(vars(what).values())
    members = [getattr(member, "__func__", member) for member in members]
    return [
        inspect.unwrap(member)
        for member in members
        if isinstance(member, FunctionType) and member.__module__ == what.__module__
    ]


def _with_needs(what: Any) -> list[str]:
    """The source of `what`, after all that it uses of the notebook: its classes, functions,
    imports and plain values. TypeError names what cannot be written down."""
    names = vars(sys.modules["__main__"])
    found = {name: "" for name, module in GIVEN.items() if names.get(name) is module}

    def visit(name: str, value: Any) -> None:
        if name in found:
            return
        found[name] = ""  # it may use itself
        source = _import_of(name, value) or _plain(name, value)
        if not source and (source := _source_of(name, inspect.unwrap(value))):
            for other in sorted(_globals_in(source) & names.keys()):
                visit(other, names[other])
        if not source:
            raise TypeError(
                f"{what.__name__} is not kept: it uses {name} of the notebook, of type "
                f"{type(value).__name__}, which cannot be written down. Make it inside"
            )
        del found[name]  # its place is after all that it uses
        found[name] = source

    visit(what.__name__, what)
    return [source for source in found.values() if source]


def _import_of(name: str, value: Any) -> str:
    """The line that imports what the notebook has imported; "" for its own things."""
    if isinstance(value, ModuleType):
        whole = value.__name__ if value is not edunn else PACKAGE
        return f"import {whole}" if whole == name else f"import {whole} as {name}"
    called = str(getattr(value, "__name__", ""))
    module = getattr(value, "__module__", None)
    if module is None:
        module = _home_of(called, value)
    if module in (None, "__main__") or not called.isidentifier():
        return ""
    return f"from {module} import {called}" + (f" as {name}" if called != name else "")


def _home_of(name: str, value: Any) -> str | None:
    """The shortest public name of a module that has the value under its name: for those that do not
    say where they come from, such as the ufuncs of NumPy and SciPy."""
    modules = [(home, getattr(module, "__dict__", {})) for home, module in sys.modules.items()]
    homes = [home for home, names in modules if home != "__main__" and names.get(name) is value]
    return min(homes, key=lambda home: ("_" in home, home.count("."), home), default=None)


def _plain(name: str, value: Any) -> str:
    """The assignment of a number, a text, or a tuple, list or dict of such; "" for all else."""
    try:
        same = bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return ""
    return f"{name} = {value!r}" if same else ""


def _globals_in(source: str) -> set[str]:
    """The names that the source of a class or function looks up outside of itself. What stands
    below a return of the student's own, such as the return that was given, is never looked up."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            lines = block if isinstance(block, list) else []
            end = [k for k, line in enumerate(lines, 1) if isinstance(line, ast.Return | ast.Raise)]
            del lines[min(end, default=len(lines)) :]
    tables = [symtable.symtable(ast.unparse(tree), "cell", "exec")]
    for table in tables:
        tables += table.get_children()
    return {one.get_name() for table in tables for one in table.get_symbols() if one.is_global()}
