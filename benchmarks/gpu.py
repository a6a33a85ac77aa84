"""A training step in float32 on an NVIDIA GPU: edunn on CuPy, PyTorch on CUDA, and edunn on all the
cores of the same machine, in turns within one process.

    python benchmarks/gpu.py [--seconds 4]

Prints the time of a step in microseconds: rounds of steps that end when the GPU is done, the median
of the rounds. Then single calls, and the memory that a step takes.
"""

import argparse
import statistics
import time

import cupy
import numpy as np
import torch
from mlp import by_hand, pytorch

import edunn as nn

SIZES = [  # batch and widths
    (32, [64, 32, 10]),
    (64, [784, 128, 10]),
    (256, [784, 512, 10]),
    (512, [784, 2048, 10]),
    (1024, [784, 4096, 4096, 10]),
]
WAYS = {"CuPy": (by_hand, "cuda"), "PyTorch": (pytorch, "cuda"), "CPU": (by_hand, "cpu")}


def wait():
    """Until the GPU has done all that it was given, by CuPy and by PyTorch."""
    cupy.cuda.Device().synchronize()
    torch.cuda.synchronize()


def measure(steps, seconds, least=5):
    """{way: median microseconds of a step}, the ways in turns."""
    times = {name: [] for name in steps}
    rounds = {}
    for name, step in steps.items():  # the first steps compile the kernels
        for _ in range(3):
            step()
        wait()
        start = time.perf_counter()
        step()
        wait()
        rounds[name] = max(1, round(0.02 / (time.perf_counter() - start)))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[name]) < least:
        for name, step in steps.items():
            start = time.perf_counter()
            for _ in range(rounds[name]):
                step()
            wait()
            times[name].append((time.perf_counter() - start) / rounds[name])
    return {name: 1e6 * statistics.median(t) for name, t in times.items()}


def training_steps(seconds):
    columns = "".join(f"{name:>10}" for name in WAYS)
    print(f"optimizer  batch  widths             {columns} | CuPy/PyTorch  CuPy/CPU")
    rng = np.random.default_rng(0)
    for optimizer, make in (("SGD", lambda o: o.SGD), ("Adam", lambda o: o.Adam)):
        for batch, sizes in SIZES:
            x = rng.normal(size=(batch, sizes[0])).astype(np.float32)
            y = rng.integers(0, sizes[-1], batch)
            steps = {name: way(x, y, make, sizes, device) for name, (way, device) in WAYS.items()}
            times = measure(steps, seconds)
            row = "".join(f"{times[name]:10.0f}" for name in WAYS)
            row += (
                f" | {times['CuPy'] / times['PyTorch']:12.2f} {times['CuPy'] / times['CPU']:9.2f}"
            )
            print(f"{optimizer:9}  {batch:5}  {'-'.join(map(str, sizes)):19}{row}")


def single_calls(seconds):
    """What Python and CuPy need for one call on arrays so small that the GPU has nothing to do."""
    x, w = nn.to(np.ones((64, 128), np.float32), "cuda"), nn.to(np.eye(128, dtype="f"), "cuda")
    calls = {
        "x + x": lambda: x + x,
        "np.add(x, x)": lambda: np.add(x, x),
        "np.maximum(x, 0)": lambda: np.maximum(x, 0),
        "x @ w": lambda: x @ w,
        "x.sum(axis=0)": lambda: x.sum(axis=0),
        "np.where(x > 0, x, 0)": lambda: np.where(x > 0, x, 0),
    }
    print("one call on 64 x 128, microseconds")
    for name, took in measure(calls, seconds).items():
        print(f"    {name:22}{took:7.1f}")


def memory():
    """What the pool holds at most in a step of the largest network, beside explain's own count."""
    batch, sizes = SIZES[-1]
    pool = cupy.get_default_memory_pool()
    pool.free_all_blocks()
    before = pool.used_bytes()
    x, y = np.ones((batch, sizes[0]), np.float32), np.zeros(batch, int)
    step = by_hand(x, y, lambda library: library.Adam, sizes, "cuda")
    for _ in range(5):
        step()
    wait()
    kept, held = pool.used_bytes() - before, pool.total_bytes()
    numbers = sum(a * b + b for a, b in zip(sizes[:-1], sizes[1:]))
    print(
        f"Adam, batch {batch}, {numbers:,} parameters ({4 * numbers / 2**20:.0f} MiB): "
        f"{kept / 2**20:.0f} MiB in use after a step, {held / 2**20:.0f} MiB taken from the GPU"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4.0)
    seconds = parser.parse_args().seconds
    card = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    print(f"{card}; CuPy {cupy.__version__}, PyTorch {torch.__version__}, NumPy {np.__version__}")
    training_steps(seconds)
    single_calls(seconds)
    memory()


if __name__ == "__main__":
    main()
