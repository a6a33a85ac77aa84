"""A notebook that was handed in as a Python file, as a notebook again.

Files differ in how they mark cells, and where text stands:

- jupytext's percent format, VS Code and Spyder: `# %% [markdown] key=value` or `#%%` before each
  cell, text as comments or in a string; jupytext's light format: `# + key=value` to `# -`, and
  blocks of comments (https://jupytext.readthedocs.io/en/latest/formats-scripts.html)
- `jupyter nbconvert --to script`: `# In[3]:` before code, text as comments (jupyter/nbconvert,
  share/templates/python/index.py.j2)
- Colab: text in strings, nothing before code
- a program: nothing at all
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from edunn.course.notebooks.pieces import parsed
from edunn.course.notebooks.solution import METADATA

BEGINS = re.compile(r"#(?:\s*%%| \+)(?P<about>(?:\s.*)?)$")
ENDS = re.compile(r"# -\s*$")
BETWEEN = re.compile(r"# In ?\[[ \d*]*\]:\s*$|#!|# -\*- coding|# coding:")
HEAD = re.compile(r"\A(?:#!.*\n)?# ---\n(?:#.*\n)*?# ---\n")
MAGIC = re.compile(r"^( *)[!%].*$", re.MULTILINE)  # of IPython, which Colab leaves as they are
Cell = dict[str, Any]


def as_notebook(script: bytes) -> bytes:
    """The notebook that a Python file is, as far as that can be seen."""
    text = script.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    cells = [cell for part in _parts(HEAD.sub("", text)) for cell in part]
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(notebook).encode()


def _parts(text: str) -> Iterator[Iterator[Cell]]:
    """The cells of each part: what stands under a mark, and what stands under none."""
    lines: list[str] = []
    about: str | None = None

    def part() -> Iterator[Cell]:
        return _unmarked(lines) if about is None else iter([_marked(about, lines)])

    for line in text.split("\n"):
        if (match := BEGINS.match(line)) or ENDS.match(line):
            yield part()
            lines, about = [], match["about"] if match else None
        else:
            lines.append(line)
    yield part()


def _marked(about: str, lines: list[str]) -> Cell:
    """The cell under a mark. about: what the mark says of it"""
    text = "\n".join(lines).strip("\n")
    found = _metadata(about)
    kind = found.pop("cell_type", None)
    if kind in ("markdown", "md") or re.search(r"\[(markdown|md)\]", about):
        return _words(text, found)
    return _code(text, found)


def _metadata(about: str) -> Cell:
    """A cell's metadata as its mark has them: nbgrader={...}, or all of them as {...}."""
    found: Cell = {}
    for key, place in [(m[1], m.end()) for m in re.finditer(r"(?:(\w+)=|^\s*)(?=\{)", about)]:
        try:
            value, _ = json.JSONDecoder().raw_decode(about, place)
        except (ValueError, RecursionError):
            continue
        found |= {key: value} if key else value
    return found


def _words(text: str, metadata: Cell | None = None) -> Cell:
    """A cell of text, which stands in comments, or in a string."""
    tree = parsed(text)
    if tree and len(tree.body) == 1 and _string(tree.body[0]) is not None:
        text = _string(tree.body[0]) or ""
    elif tree and not tree.body:
        text = re.sub(r"^# ?", "", text, flags=re.MULTILINE)
    source = text.strip("\n")
    return {"cell_type": "markdown", "metadata": metadata or {}, "source": source}


def _code(text: str, metadata: Cell | None = None) -> Cell:
    more: Cell = {"outputs": [], "execution_count": None}
    return {"cell_type": "code", "metadata": metadata or {}, "source": text} | more


def _string(node: ast.stmt) -> str | None:
    """The text of a statement that is nothing but a string."""
    value = node.value if isinstance(node, ast.Expr) else None
    text = value.value if isinstance(value, ast.Constant) else None
    return text if isinstance(text, str) else None


def _unmarked(lines: list[str]) -> Iterator[Cell]:
    """Cells of lines without marks: a class or a function is one, and so are the statements between
    two of them; strings and blocks of comments are text."""
    text = "\n".join(lines)
    tree = parsed(text) or parsed(MAGIC.sub(r"\1pass", text))
    if tree is None:
        if any(line.strip() for line in lines):
            yield _code("\n".join(lines).strip("\n"))
        return
    done, together = 0, list[str]()
    for node in tree.body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)]) - 1
        last = node.end_lineno or node.lineno
        if first < done:  # on the line of the one before
            together += lines[done:last]
            done = max(done, last)
            continue
        *blocks, above = _blocks(lines[done:first])
        alone = isinstance(node, (ast.ClassDef, ast.FunctionDef)) or _string(node) is not None
        if together and (blocks or alone):
            yield _code("\n".join(together).strip("\n"))
            together = []
        yield from (_words(block) for block in blocks if block)
        source = [*above.split("\n"), *lines[first:last]] if above else lines[first:last]
        if _string(node) is not None:
            yield _words("\n".join(lines[first:last]))
        elif alone:
            yield _code("\n".join(source))
        else:
            together += source
        done = last
    if together:
        yield _code("\n".join(together).strip("\n"))
    yield from (_words(block) for block in _blocks([*lines[done:], ""]) if block)


def _blocks(lines: list[str]) -> list[str]:
    """The blocks of comments between two statements, the last one being what stands right above the
    second; an empty one for each mark between cells."""
    blocks, last = list[str](), list[str]()
    for line in lines:
        if line.strip() and not BETWEEN.match(line):
            last.append(line)
        elif last or BETWEEN.match(line):
            blocks.append("\n".join(last))
            last = []
    return [*blocks, "\n".join(last)]
