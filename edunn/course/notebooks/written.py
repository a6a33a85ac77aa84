"""What authors have written, read so that a slip is answered in one line that says where it is."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from edunn.course.errors import CourseError


def text_of(path: Path, where: str = "") -> str:
    """The text of a file that an author wrote, without the mark that Windows puts before UTF-8.
    CourseError, with the line, where it is not in UTF-8.

    where: what the file is called; by default its name
    """
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CourseError(
            f"{where or path.name}, line {line}: it is not UTF-8: save it as UTF-8"
        ) from None


def python_of(source: str) -> ast.Module:
    """The syntax tree of a cell. CourseError, "line 3: ...", where it is no plain Python: a build
    reads cells, and does not run them in IPython."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the kernel says them
            return ast.parse(source)
    except SyntaxError as error:
        line = (error.lineno and source.split("\n")[error.lineno - 1].strip()) or ""
        said = _instead_of(line) or f"SyntaxError: {error.msg}"
        raise CourseError(f"line {error.lineno}: {said}") from None
    except ValueError as error:  # null bytes, for Python 3.11
        raise CourseError(f"line 1: {error}") from None


def _instead_of(line: str) -> str:
    """What to write in the place of a line that only IPython reads; "" for another line."""
    if found := re.fullmatch(r"%(\w+) *(.*)", line):
        call = f'get_ipython().run_line_magic("{found[1]}", "{found[2]}")'
        return f"{line} is no Python: write {call}"
    if line.startswith(("%", "!", "?")):
        return f"{line} is no Python: put it into a cell without nbgrader={{...}} and close(...)"
    return ""


def closed_names(tree: ast.Module) -> Iterator[str]:
    """The names in the calls of close("Linear", ...). CourseError, "line 3: ...", where one is no
    text: what is closed must be known without running the cell."""
    lines = [line.value for line in tree.body if isinstance(line, ast.Expr)]
    for node in lines:
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "close":
            for one in node.args:
                if not (isinstance(one, ast.Constant) and isinstance(one.value, str)):
                    raise CourseError(
                        f"line {node.lineno}: close({ast.unparse(one)}): write the names "
                        'themselves, as texts: close("Linear", "Dense")'
                    )
                yield one.value
