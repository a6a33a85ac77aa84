"""Contestants in turns within one process and on one thread. Import this before NumPy.

Processor time is taken, not the clock, since other programs share the cores; what counts are
ratios within one run.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # which hold NumPy's BLAS back, up to twice
    os.environ.pop(name, None)

import gc
import statistics
import time
from dataclasses import dataclass


@dataclass
class Times:
    """Seconds of a step, one number a round, in which each contestant had its turn."""

    rounds: dict[str, list[float]]

    def median(self, name):
        return statistics.median(self.rounds[name])

    def ratio(self, name, other):
        return self.median(name) / self.median(other)

    def noise(self, name, other):
        """How far the ratios of single rounds are apart: half of their middle half, as a share."""
        ratios = [a / b for a, b in zip(self.rounds[name], self.rounds[other])]
        low, middle, high = statistics.quantiles(ratios, n=4)
        return (high - low) / (2 * middle)


def race(steps, seconds, least=7):
    """Times of the functions in `steps`, by name: as many rounds as fit into these seconds."""
    turns = {}
    for name, step in steps.items():
        step()
        step()
        start = time.process_time()
        step()
        took = time.process_time() - start
        turns[name] = max(1, min(50, int(0.004 / max(took, 1e-6))))  # steps that are long enough
    rounds = {name: [] for name in steps}
    names = list(steps)
    gc.collect()
    gc.disable()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rounds[names[0]]) < least:
        names = names[1:] + names[:1]
        for name in names:
            step, count = steps[name], turns[name]
            step()  # caches are warm again after the others
            start = time.process_time()
            for _ in range(count):
                step()
            rounds[name].append((time.process_time() - start) / count)
    gc.enable()
    return Times(rounds)


def kernel():
    """Which kernel NumPy's BLAS chose for this processor, as threadpoolctl tells."""
    from threadpoolctl import threadpool_info

    found = [one for one in threadpool_info() if one["user_api"] == "blas"]
    return ", ".join(f"{one['internal_api']} {one.get('architecture')}" for one in found)
