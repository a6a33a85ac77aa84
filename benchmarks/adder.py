"""Exercise 20's transformer that adds: how often is it right, and how long does it learn?

    python benchmarks/adder.py                      # five seeds, edunn's own classes
    python benchmarks/adder.py --own FOLDER         # on the my_edunn in a student's folder
    python benchmarks/adder.py --deviation 1 --seeds 8
    python benchmarks/adder.py --write              # the weights that a browser loads

The classes and the training are those of the notebook's solution. On one thread. --write trains
seed 0 and writes edunn/datasets/adder.npz, in float16, if it is still right with these.
"""

import argparse
import os
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is there
os.environ["MPLBACKEND"] = "Agg"

import numpy as np

import edunn as nn
from edunn.course.notebooks.layout import Course

NAME = "20_transformer"
CELLS = "setup", "lent", "embedding", "positions", "rows", "self-attention", "block"
GIVEN = "def sums(", "def network("  # what is in the other cells that are needed
WEIGHTS = Path(nn.__file__).parent / "datasets" / "adder.npz"
STEPS, LEAST = 900, 0.99


def notebook(folder):
    """What the cells of the solution define, for a student whose exercises are in this folder."""
    course, here = Course.find(Path(__file__).parent), Path.cwd()
    os.chdir(folder)
    names = {"__name__": "__main__"}
    try:
        for cell in course.solution(NAME)["cells"]:
            given = any(one in cell["source"] for one in GIVEN)
            if cell["cell_type"] == "code" and (cell["id"] in CELLS or given):
                exec(cell["source"], names)
    finally:
        os.chdir(here)
    return names


def trained(names, seed, deviation, steps):
    """(network, seconds of one core, part of 1000 unseen sums that are right)"""
    nn.manual_seed(seed)
    model = names["network"](12, 11, deviation=deviation)
    batch, unseen = names["draw_sums"](seed)
    start = time.process_time()
    names["train"](model, batch, 4, steps, seconds=600)
    return model, time.process_time() - start, names["right_sums"](model, unseen)


def write(names):
    """Train once, round to three decimals, in float16, and keep the numbers if they still add."""
    model, _, _ = trained(names, 0, 0.1, STEPS)
    arrays = [np.round(parameter.data, 3).astype(np.float16) for parameter in model.parameters()]
    for parameter, array in zip(model.parameters(), arrays):
        parameter.data = array.astype(np.float32)
    right = names["right_sums"](model, names["draw_sums"](0)[1])
    if right < LEAST:
        raise SystemExit(f"rounded, only {right:.1%} are right: nothing is written")
    np.savez_compressed(WEIGHTS, *arrays)
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1000:.0f} kB, {right:.1%} right, rounded")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--own", default=".", help="the folder of the exercises, with my_edunn")
    parser.add_argument("--deviation", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    names = notebook(options.own)
    if options.write:
        write(names)
        return
    shares = []
    for seed in range(options.seeds):
        model, seconds, right = trained(names, seed, options.deviation, options.steps)
        shares.append(right)
        numbers = model.number_of_trainable_parameters()
        took = f"{seconds:4.1f} s of one core, {numbers} parameters"
        print(f"seed {seed}: {right:6.1%} of unseen sums, {took}")
    good = sum(share >= LEAST for share in shares)
    print(f"deviation {options.deviation:g}: {good} of {len(shares)} at least {LEAST:.0%} right")


if __name__ == "__main__":
    main()
