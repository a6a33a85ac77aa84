"""Docstrings as the site shows them: rows of shapes and formulas stay rows. A Griffe extension.

What edunn's docstrings say stands in paragraphs. One with a formula (y = x w) or with shapes
(x: (n, inputs)) becomes a block in which each line stays a line; in others, no character means
anything but itself, so that x * y is not a change to italics.

https://mkdocstrings.github.io/griffe/guide/users/extending/
"""

import re
from typing import Any

import griffe

ROW = re.compile(r"[\w`]+(, [\w`]+)*(, optional[^:]*)?: |[\w\[\], :]+ = | {4}")
SPECIAL = re.compile(r"([\\*_<>\[\]#])")


def paragraphs(docstring: str) -> list[tuple[str, bool]]:
    """(text, whether it is rows) of each paragraph."""
    parts = re.split(r"\n\s*\n", docstring.strip("\n"))
    return [(part, any(map(ROW.match, part.split("\n")))) for part in parts]


def markdown(docstring: str) -> str:
    """The docstring as Markdown in which its rows stay rows."""
    return "\n\n".join(
        f"```{{.text .rows}}\n{text}\n```" if is_rows else _prose(text)
        for text, is_rows in paragraphs(docstring)
    )


def _prose(text: str) -> str:
    lines = text.split("\n")
    if all(line.startswith(("- ", "  ")) for line in lines):  # a list
        lines = [line if line.startswith("- ") else f"  {line}" for line in lines]
    parts = "\n".join(lines).split("`")
    return "`".join(p if i % 2 else SPECIAL.sub(r"\\\1", p) for i, p in enumerate(parts))


class Rows(griffe.Extension):
    """Every docstring, as soon as it is read."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = markdown(obj.docstring.value)
