"""A training step of 784-128-128-10 in float32 on one thread: edunn by hand, edunn on the tape, the
same in bare NumPy, PyTorch, and the matrix products alone, in turns within one process.

    python benchmarks/mlp.py [--seconds 4]

Prints the median of each, in microseconds, and its ratio to PyTorch's.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported

import argparse
import statistics
import time

import numpy as np
import torch

import edunn as nn

SIZES = [784, 128, 128, 10]
WANTED = {32: 0.50, 128: 0.75, 1024: 1.10}  # edunn by hand / PyTorch, for SGD
WANTED_TAPE = 1.2  # edunn on the tape / edunn by hand


def network(sizes=SIZES):
    layers = [nn.Dense(a, b, "relu") for a, b in zip(sizes[:-1], sizes[1:])]
    layers[-1] = nn.Dense(*sizes[-2:])
    return nn.Sequential(layers)


def by_hand(x, y, make, sizes=SIZES, device="cpu"):
    model, loss = network(sizes).to(device), nn.CrossEntropyLoss()
    x, y = nn.to(x, device), nn.to(y, device)
    optimizer = make(nn)(model.named_parameters(), lr=0.01)

    def step():
        loss.forward(model.forward(x), y)
        dy, _ = loss.backward(np.float32(1))
        _, grads = model.backward_from(model.cache, dy, needs_dx=False)
        optimizer.step(grads)

    return step


def on_the_tape(x, y, make):
    model, loss = network(), nn.CrossEntropyLoss()
    optimizer = make(nn)(model.parameters(), lr=0.01)

    def step():
        optimizer.zero_grad()
        loss(model(nn.Tensor(x)), y).backward()
        optimizer.step()

    return step


def bare(x, y, make):
    """The same step of SGD written out for just this network: what no framework can be ahead of."""
    ws = [layer.w.data for layer in network()]
    bs = [np.zeros(size, np.float32) for size in SIZES[1:]]
    rows = np.arange(len(x))

    def step():
        hs = [x]
        for w, b in zip(ws[:-1], bs[:-1]):
            hs.append(np.maximum(hs[-1] @ w + b, 0))
        z = hs[-1] @ ws[-1] + bs[-1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        dz = e / e.sum(axis=1, keepdims=True)
        dz[rows, y] -= 1
        dz /= len(x)
        for i in reversed(range(len(ws))):
            dw, db = hs[i].T @ dz, dz.sum(axis=0)
            if i:
                dz = (dz @ ws[i].T) * (hs[i] > 0)
            ws[i] -= 0.01 * dw
            bs[i] -= 0.01 * db

    return step


def pytorch(x, y, make, sizes=SIZES, device="cpu"):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    model, loss = torch.nn.Sequential(*layers[:-1]).to(device), torch.nn.CrossEntropyLoss()
    optimizer = make(torch.optim)(model.parameters(), lr=0.01)
    x, y = torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)

    def step():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return step


def products(x, y, make):
    """The eight matrix products that no framework can leave out."""
    ws = [np.ones((a, b), np.float32) for a, b in zip(SIZES[:-1], SIZES[1:])]
    inputs = [np.ones((len(x), size), np.float32) for size in SIZES]

    def step():
        for i, w in enumerate(ws):
            inputs[i] @ w
            inputs[i].T @ inputs[i + 1]
            if i:
                inputs[i + 1] @ w.T

    return step


WAYS = {
    "by hand": by_hand,
    "tape": on_the_tape,
    "bare": bare,
    "PyTorch": pytorch,
    "products": products,
}


def measure(batch, make, seconds):
    """{way: median time of a step}; the ways take turns, so that noise meets all of them."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, SIZES[0])).astype(np.float32)
    y = rng.integers(0, SIZES[-1], batch)
    steps = {name: way(x, y, make) for name, way in WAYS.items()}
    times = {name: [] for name in steps}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, step in steps.items():
            for _ in range(5):
                start = time.perf_counter()
                step()
                times[name].append(time.perf_counter() - start)
    return {name: 1e6 * statistics.median(t[len(t) // 10 :]) for name, t in times.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4.0)
    seconds = parser.parse_args().seconds
    torch.set_num_threads(1)
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, one thread, float32")
    columns = "".join(f"{name:>10}" for name in WAYS)
    print(f"optimizer  batch{columns} | hand/torch  tape/hand  bare/torch")
    for optimizer, make in (("SGD", lambda o: o.SGD), ("Adam", lambda o: o.Adam)):
        for batch, wanted in WANTED.items():
            times = measure(batch, make, seconds)
            ratio, tape = times["by hand"] / times["PyTorch"], times["tape"] / times["by hand"]
            row = f"{optimizer:9}  {batch:5}" + "".join(f"{times[name]:10.0f}" for name in WAYS)
            verdict = ""
            if optimizer == "SGD":
                verdict = f"   wanted {wanted:.2f}: {'met' if ratio <= wanted else 'missed'}"
                verdict += f", {WANTED_TAPE}: {'met' if tape <= WANTED_TAPE else 'missed'}"
            least = f"{times['bare'] / times['PyTorch']:.2f}" if optimizer == "SGD" else "    "
            print(f"{row} |       {ratio:.2f}       {tape:.2f}        {least}{verdict}")


if __name__ == "__main__":
    main()
