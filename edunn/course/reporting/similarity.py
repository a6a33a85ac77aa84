"""Pairs of students whose code is much alike, among the cells in which they write.

Runs of words of the code's syntax tree are compared. What was released does not count, nor what
many in the class have written: honest people write the same three right lines.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

STEP = 6  # words of normalised code in one passage
MOST = 5000  # words of one cell that are compared
COMMON = 1 / 3  # of the class: a passage that more have written does not count
ENOUGH = 15  # passages that a pair must share
ALIKE, FAR = 0.8, 0.3  # the least share of a pair's passages; how far above the median pair's
CHUNK = 4096


class Pair(NamedTuple):
    """Two students whose code is alike.

    alike: the share of their rare passages that both have    shared: how many these are
    """

    one: str
    other: str
    alike: float
    shared: int


def words(source: str) -> list[str]:
    """Code as a list of words, without comments, docstrings, and the names that its writer chose:
    code that differs only in these gives the same list."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a student's odd escapes
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.findall(r"\w+|[^\w\s]", re.sub(r"#.*", "", source))
    own = {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.arg)
        or isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
    }
    numbers: dict[str, str] = {}  # of the writer's own names, in the order in which they appear
    return [
        numbers.setdefault(word, f"name {len(numbers)}") if is_name and word in own else word
        for word, is_name in _in_order(tree)
    ]


def _in_order(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """(word, whether it is a name) of every node, without recursion."""
    left: list[Any] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left.extend(reversed(node))
        elif isinstance(node, ast.Name):
            yield node.id, True
        elif isinstance(node, ast.arg):
            yield node.arg, True
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        elif isinstance(node, ast.AST):
            yield type(node).__name__, False
            skipped = "ctx", "annotation", "returns", "type_ignores", "type_comment", "kind"
            left.extend(reversed([part for key, part in ast.iter_fields(node)
                                  if key not in skipped]))  # fmt: skip
        elif node is not None:
            yield hex(node) if type(node) is int else repr(node), False  # decimals may be too many


def _passages(cells: dict[str, str]) -> set[tuple[str, ...]]:
    """Every run of STEP words of the code, cell by cell."""
    found = set()
    for name, source in cells.items():
        text = words(source)[:MOST]
        found |= {(name, *text[i : i + STEP]) for i in range(max(len(text) - STEP + 1, 0))}
    return found


def alike(answers: dict[str, dict[str, str]], given: dict[str, str]) -> tuple[list[Pair], float]:
    """Pairs that are much alike, the most alike first; and how alike the median pair is.

    answers: {student: {cell: code}}    given: the same cells as they were released
    """
    students, skeleton = sorted(answers), _passages(given)
    written = [_passages(answers[student]) - skeleton for student in students]
    counts = Counter(passage for one in written for passage in one)
    limit = max(2.0, len(students) * COMMON)
    rare = [{passage for passage in one if counts[passage] <= limit} for one in written]
    sizes = np.array([len(one) for one in rare], dtype=float)
    shared = _common(rare, [passage for passage, n in counts.items() if 2 <= n <= limit])
    every = sizes[:, None] + sizes[None, :] - shared
    ratio = np.divide(shared, every, out=np.zeros_like(shared), where=every > 0)
    upper = np.triu_indices(len(students), 1)
    median = float(np.median(ratio[upper])) if len(upper[0]) else 0.0
    much = (ratio >= max(ALIKE, median + FAR)) & (shared >= ENOUGH)
    pairs = [
        Pair(students[i], students[j], float(ratio[i, j]), int(shared[i, j]))
        for i, j in zip(*upper)
        if much[i, j]
    ]
    return sorted(pairs, key=lambda pair: (-pair.alike, -pair.shared, pair)), median


def _common(sets: list[set[Any]], members: list[Any]) -> np.ndarray:
    """How many of `members` each two of the sets have in common; (n, n)."""
    place = {member: i for i, member in enumerate(members)}
    rows = [[place[member] for member in one if member in place] for one in sets]
    total = np.zeros((len(sets), len(sets)))
    for start in range(0, len(members), CHUNK):
        block = np.zeros((len(sets), CHUNK), dtype=np.float32)
        for i, row in enumerate(rows):
            block[i, [k - start for k in row if start <= k < start + CHUNK]] = 1
        total += block @ block.T
    return total
