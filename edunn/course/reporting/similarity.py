"""Pairs of students whose code is much alike, among the cells in which they write.

Passages are compared, which `fingerprints` finds. What was released does not count, nor what many
in the class have written: honest people write the same three right lines.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from edunn.course.reporting.fingerprints import names_of, passages

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


def alike(answers: dict[str, dict[str, str]], given: dict[str, str]) -> tuple[list[Pair], float]:
    """Pairs that are much alike, the most alike first; and how alike the median pair is.

    answers: {student: {cell: code}}    given: the same cells as they were released
    """
    wanted = names_of(given)
    students, skeleton = sorted(answers), passages(given, wanted)
    written = [passages(answers[student], wanted) - skeleton for student in students]
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
