"""Pairs of students whose code is much alike, among the cells in which they write.

Runs of words of the code's syntax tree are compared. What was released does not count, nor what
many in the class have written: honest people write the same three right lines.
"""

from __future__ import annotations

import ast
import hashlib
import heapq
import re
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

STEP = 6  # words of normalised code in one passage
MOST = 5000  # words of one cell that are compared
COMMON = 1 / 3  # of the class: a passage that more have written does not count
ENOUGH = 15  # passages that a pair must share
ALIKE, FAR = 0.8, 0.3  # the least share of a pair's passages; how far above the median pair's
BINS = 10_000  # of the numbers between 0 and 1, to find a median
MOST_PAIRS = 10_000  # that are named


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


def _passages(cells: dict[str, str]) -> set[int]:
    """Every run of STEP words of the code, cell by cell, each as a number of 64 bits."""
    found = set()
    for name, source in cells.items():
        text = words(source)[:MOST]
        for i in range(max(len(text) - STEP + 1, 0)):
            passage = "\0".join((name, *text[i : i + STEP])).encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(passage, digest_size=8).digest()
            found.add(int.from_bytes(digest, "little", signed=True))
    return found


def alike(answers: dict[str, dict[str, str]], given: dict[str, str]) -> tuple[list[Pair], float]:
    """Pairs that are much alike, the most alike first, at most MOST_PAIRS; and how alike the median
    pair is. All pairs are compared, one student with all others at a time.

    answers: {student: {cell: code}}    given: the same cells as they were released
    """
    students, skeleton = sorted(answers), _passages(given)
    if len(students) < 2:
        return [], 0.0
    written = [np.array([*_passages(answers[one]) - skeleton], np.int64) for one in students]
    found, shared, ratio, median = _compared(written, max(2.0, len(students) * COMMON))
    much = ratio >= max(ALIKE, median + FAR)
    pairs = zip(found[much].tolist(), ratio[much].tolist(), shared[much].tolist())
    named = (Pair(students[i], students[j], share, count) for (i, j), share, count in pairs)
    first = heapq.nsmallest(MOST_PAIRS, named, lambda pair: (-pair.alike, -pair.shared, pair))
    return first, median


def _compared(
    written: list[np.ndarray], limit: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Of all pairs that are ALIKE: (the two, (k, 2); how many rare passages they share; which part
    that is of those that either has); and the median of that part among all pairs, to 1 / BINS.

    written: the passages of each    limit: a passage that more of them have is not rare
    """
    owner = np.repeat(np.arange(len(written)), [one.size for one in written])
    _, place, counts = np.unique(np.concatenate(written), return_inverse=True, return_counts=True)
    rare = counts[place] <= limit
    sizes = np.bincount(owner[rare], minlength=len(written))
    several = rare & (counts[place] > 1)
    flat = place[several]  # of all, one after another
    ends = np.cumsum(np.bincount(owner[several], minlength=len(written)))
    mine, tally, found = np.zeros(counts.size, np.uint8), np.zeros(BINS + 1, np.int64), []
    for i, end in enumerate(ends[:-1]):
        own = flat[ends[i - 1] if i else 0 : end]
        mine[own] = 1
        heard = np.concatenate([[0], np.cumsum(mine[flat[end:]], dtype=np.int32)])
        shared = np.diff(heard[ends[i:] - end])
        mine[own] = 0
        ratio = shared / np.maximum(sizes[i] + sizes[i + 1 :] - shared, 1)
        tally += np.bincount((ratio * BINS).astype(int), minlength=BINS + 1)
        others = np.flatnonzero((ratio >= ALIKE) & (shared >= ENOUGH))
        found.append((np.stack([np.full(others.size, i), others + i + 1], 1),
                      shared[others], ratio[others]))  # fmt: skip
    pairs, shares, ratios = (np.concatenate(part) for part in zip(*found))
    half = np.searchsorted(np.cumsum(tally), tally.sum() / 2)
    return pairs, shares, ratios, float(half / BINS)
