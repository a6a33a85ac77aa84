"""Pairs of students whose code is much alike, among the cells in which they write.

Passages are compared, which `fingerprints` finds. What was released does not count, nor what many
in the class have written: honest people write the same three right lines.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from edunn.course.reporting.fingerprints import names_of, passages

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


def alike(answers: dict[str, dict[str, str]], given: dict[str, str]) -> tuple[list[Pair], float]:
    """Pairs that are much alike, the most alike first, at most MOST_PAIRS; and how alike the median
    pair is. All pairs are compared, one student with all others at a time.

    answers: {student: {cell: code}}    given: the same cells as they were released
    """
    wanted = names_of(given)
    students, skeleton = sorted(answers), passages(given, wanted)
    if len(students) < 2:
        return [], 0.0
    own = (passages(answers[one], wanted) - skeleton for one in students)
    written = [np.array([*one], np.int64) for one in own]
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
