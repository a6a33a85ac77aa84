"""How fast edunn is beside PyTorch, on one thread of a CPU: ratios within one run.

    python benchmarks/speed.py [--seconds 4] [--only conv] [--write]

In each row edunn and PyTorch (eager, forward and backward) take turns, and the ratio is that of
their medians. With --write the table goes into RESULTS.md and the ratios into history.csv; either
way, what got slower than in the last run written there, by more than its noise, is said.
"""

import race as racing  # isort: skip  # first: it sets the threads, before NumPy is there

import argparse
import csv
import datetime
import importlib.util
import math
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mlp
import numpy as np
import torch

import edunn as nn
import edunn.torchlike

HERE = Path(__file__).parent
BEGIN, END = "<!-- written by speed.py -->", "<!-- up to here -->"
COLUMNS = ["date", "commit", "machine", "work", "ratio", "noise"]
T = torch.nn
rng = np.random.default_rng(0)


class Row(NamedTuple):
    """A line of the table: edunn's time (or memory) over another's is to be `at_most` this."""

    work: str
    at_most: float | None  # None: only reported
    edunn: Any
    other: Any


class Result(NamedTuple):
    work: str
    at_most: float | None
    edunn: float
    other: float
    unit: str
    noise: float

    @property
    def ratio(self):
        return self.edunn / self.other

    @property
    def verdict(self):
        if self.at_most is None:
            return "reported"
        return "met" if round(self.ratio, 2) <= self.at_most else "**missed**"


def floats(*shape):
    return rng.normal(size=shape).astype(np.float32)


# Whole steps


def sgd(library):
    return library.SGD


def adam(library):
    """PyTorch's in one kernel for all parameters, its fastest."""
    if library is nn:
        return library.Adam
    return lambda parameters, lr: library.Adam(parameters, lr=lr, fused=True)


def steps_of_an_mlp():
    def data(batch, sizes=mlp.SIZES):
        return floats(batch, sizes[0]), rng.integers(0, sizes[-1], batch)

    wanted = {32: (0.55, 0.60, 1.12, 0.70), 128: (0.52, 0.53, 1.06, 0.58),
              1024: (0.48, 0.50, 1.04, 0.50)}  # fmt: skip
    for batch, (explicit, tape, over_bare, with_adam) in wanted.items():
        x, y = data(batch)
        other, where = mlp.pytorch(x, y, sgd), f"batch {batch}"
        yield Row(f"MLP step, SGD, explicit, {where}", explicit, mlp.by_hand(x, y, sgd), other)
        yield Row(f"MLP step, SGD, tape, {where}", tape, mlp.on_the_tape(x, y, sgd), other)
        yield Row(f"the same, explicit, over bare NumPy, {where}", over_bare,
                  mlp.by_hand(x, y, sgd), mlp.bare(x, y))  # fmt: skip
        yield Row(f"bare NumPy over PyTorch, {where}", None, mlp.bare(x, y), other)
        yield Row(f"MLP step, Adam, explicit, over fused Adam, {where}", with_adam,
                  mlp.by_hand(x, y, adam), mlp.pytorch(x, y, adam))  # fmt: skip
        if importlib.util.find_spec("jax"):
            yield Row(f"MLP step, SGD, explicit, over JAX's jit, {where}", None,
                      mlp.by_hand(x, y, sgd), mlp.jax(x, y))  # fmt: skip
    small = [64, 32, 10]
    x, y = data(16, small)
    other = mlp.pytorch(x, y, sgd, small)
    yield Row("64-32-10, batch 16, explicit", 0.37, mlp.by_hand(x, y, sgd, small), other)
    yield Row("64-32-10, batch 16, tape", 0.55, mlp.on_the_tape(x, y, sgd, small), other)
    x, y = data(1)
    yield Row("MLP step, SGD, a batch of one", 0.8, mlp.by_hand(x, y, sgd), mlp.pytorch(x, y, sgd))


# Layers: forward and backward, with the gradient of x


def layer_rows():
    image = floats(64, 16, 16, 16)
    labels = rng.integers(0, 1000, (32, 50))
    square, sequences = floats(1024, 1024), floats(32, 50, 64)

    def row(work, at_most, ours, theirs, x):
        return Row(work, at_most, our_layer(ours, x), their_layer(theirs, x))

    yield row("Conv2d 1->8 k5, 64 of 28x28", 0.5, nn.Conv2d(1, 8, 5), T.Conv2d(1, 8, 5),
              floats(64, 1, 28, 28))  # fmt: skip
    for ins, outs, n, size, at_most in ((3, 16, 32, 32, 1.0), (16, 32, 64, 16, 2.2),
                                        (64, 64, 32, 14, 1.8)):  # fmt: skip
        sizes = ins, outs, 3, 1, 1
        yield row(f"Conv2d {ins}->{outs} k3, {n} of {size}x{size}", at_most, nn.Conv2d(*sizes),
                  T.Conv2d(*sizes), floats(n, ins, size, size))  # fmt: skip
    yield row("Conv1d 16->32 k3, 64 of 128", None, nn.Conv1d(16, 32, 3), T.Conv1d(16, 32, 3),
              floats(64, 16, 128))  # fmt: skip
    for kind in ("MaxPool2d", "AvgPool2d"):
        for sizes, name in (((2,), "2"), ((3, 2), "3, stride 2")):
            ours, theirs = getattr(nn, kind)(*sizes), getattr(T, kind)(*sizes)
            yield row(f"{kind} {name}, 64x16x16x16", 0.8, ours, theirs, image)
    yield row("BatchNorm2d, 64x16x16x16", 1.2, nn.BatchNorm2d(16), T.BatchNorm2d(16), image)
    yield row("BatchNorm1d, 64x128", 1.2, nn.BatchNorm1d(128), T.BatchNorm1d(128), floats(64, 128))
    for shape in ((64, 128), (32, 64, 128)):
        name = "x".join(map(str, shape))
        yield row(f"LayerNorm, {name}", 2.0, nn.LayerNorm(128), T.LayerNorm(128), floats(*shape))
    yield row("Embedding 1000x64, 32x50", 1.3, nn.Embedding(1000, 64), T.Embedding(1000, 64),
              labels)  # fmt: skip
    yield row("Softmax, 1024x1000", 1.2, nn.Softmax(), T.Softmax(1), floats(1024, 1000))
    yield row("Softmax, 64x10", 0.6, nn.Softmax(), T.Softmax(1), floats(64, 10))
    for n, classes, at_most in ((1024, 1000, 1.2), (1024, 10, 0.6), (32, 10, 0.6)):
        yield cross_entropy(n, classes, at_most)
    yield row("ReLU, 1024x1024", 1.5, nn.ReLU(), T.ReLU(), square)
    yield row("Sigmoid, 1024x1024", 1.5, nn.Sigmoid(), T.Sigmoid(), square)
    yield row("RNN 64, 50 steps, batch 32", 0.5, nn.RNN(64, 64), T.RNN(64, 64, batch_first=True),
              sequences)  # fmt: skip
    for hidden, at_most in ((64, 1.8), (256, 1.1)):
        yield row(f"LSTM {hidden}, 50 steps, batch 32", at_most, nn.LSTM(64, hidden),
                  T.LSTM(64, hidden, batch_first=True), sequences)  # fmt: skip


def our_layer(layer, x):
    dy = floats(*np.shape(layer.forward(x)))

    def step():
        layer.forward(x)
        layer.backward(dy)

    return step


def their_layer(layer, x):
    x = torch.from_numpy(x)
    x.requires_grad_(x.is_floating_point())

    def forward():
        y = layer(x)
        return y[0] if isinstance(y, tuple) else y  # a recurrent layer gives its state as well

    dy, parameters = torch.from_numpy(floats(*forward().shape)), list(layer.parameters())

    def step():
        for p in (x, *parameters):
            p.grad = None
        forward().backward(dy)

    return step


def cross_entropy(n, classes, at_most):
    y, labels, ours, theirs = floats(n, classes), rng.integers(0, classes, n), *losses()
    ty, tlabels = torch.from_numpy(y).requires_grad_(True), torch.from_numpy(labels)

    def step():
        ours.forward(y, labels)
        ours.backward(np.float32(1))

    def their_step():
        ty.grad = None
        theirs(ty, tlabels).backward()

    return Row(f"cross entropy, {n}x{classes}", at_most, step, their_step)


def losses():
    return nn.CrossEntropyLoss(), T.CrossEntropyLoss()


# Attention


class Block(nn.Module):
    """A transformer's block: h = x + attention(norm1(x)), y = h + down(relu(up(norm2(h))))"""

    def __init__(self, features, heads):
        self.norm1, self.norm2 = nn.LayerNorm(features), nn.LayerNorm(features)
        self.attention = nn.MultiHeadAttention(features, heads)
        self.up = nn.Dense(features, 4 * features, "relu")
        self.down = nn.Dense(4 * features, features)

    def forward(self, x):
        h = x + self.attention(self.norm1(x))
        return h + self.down(self.up(self.norm2(h)))


class Attention(T.Module):
    """PyTorch's self-attention without its weights, which leaves it its fast way."""

    def __init__(self, features, heads):
        super().__init__()
        self.inner = T.MultiheadAttention(features, heads, batch_first=True)

    def forward(self, x):
        return self.inner(x, x, x, need_weights=False)[0]


def attention_rows():
    x, target = floats(16, 64, 128), floats(16, 64, 128)
    yield Row(
        "attention, 8 heads, 64 tokens, width 128",
        0.8,
        our_layer(nn.MultiHeadAttention(128, 8), x),
        their_layer(Attention(128, 8), x),
    )
    block = T.TransformerEncoderLayer(128, 8, 512, 0.0, batch_first=True, norm_first=True)
    yield Row(
        "a transformer's step, tape, SGD",
        1.0,
        tape_step(nn, Block(128, 8), x, target),
        tape_step(T, block, x, target),
    )


def tape_step(library, model, x, target):
    """A step of SGD on the mean squared error, in the words that both libraries have."""
    if library is nn:
        optimizer, tensor = nn.SGD(model.parameters(), lr=0.01), nn.Tensor
    else:
        optimizer, tensor = torch.optim.SGD(model.parameters(), lr=0.01), torch.from_numpy
    loss, x, target = library.MSELoss(), tensor(x), tensor(target)

    def step():
        optimizer.zero_grad()
        loss(model(x), target).backward()
        optimizer.step()

    return step


# The rest


def other_rows():
    a, ta = nn.Tensor(np.ones((4, 4), np.float32), True), torch.ones(4, 4, requires_grad=True)
    yield Row("the tape, per operation", 1.3, lambda: operations(a), lambda: operations(ta))
    layer, x = nn.Dense(64, 64, "tanh"), rng.normal(size=(16, 64))
    double = {"dtype": torch.double, "requires_grad": True}
    inputs = [torch.from_numpy(x).requires_grad_(True), torch.randn(64, 64, **double),
              torch.randn(64, **double)]  # fmt: skip

    def function(x, w, b):
        return torch.tanh(x @ w + b)

    yield Row("check_gradients, over gradcheck's fast mode", 1.0,
              lambda: nn.check_gradients(layer, x),
              lambda: torch.autograd.gradcheck(function, inputs, fast_mode=True))  # fmt: skip


def operations(a, count=2000):
    y = a
    for _ in range(count // 2):
        y = y * a + a
    y.sum().backward()


def fit_rows(examples=12800):
    """`fit` on a part of MNIST, 784-128-64-10 with dropout, Adam, batches of 64."""
    try:
        x, y = nn.datasets.load_mnist(train=True)
    except Exception as error:
        print(f"fit on MNIST: left out, {error}")
        return
    x, y = x[:examples], y[:examples]
    ours = nn.Sequential(nn.Dense(784, 128, "relu"), nn.Dropout(0.2), nn.Dense(128, 64, "relu"),
                         nn.Dropout(0.2), nn.Dense(64, 10))  # fmt: skip
    optimizer, loss = nn.Adam(ours.parameters(), lr=0.001), nn.CrossEntropyLoss()

    def step():
        nn.fit(ours, x, y, loss, optimizer, epochs=1, batch_size=64, progress=False)

    tx, ty = torch.from_numpy(x), torch.from_numpy(y)
    data = torch.utils.data.TensorDataset(tx, ty)
    loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)

    def plain():
        order = torch.randperm(len(tx))
        return ((tx[c], ty[c]) for c in order.split(64))

    yield Row("fit on MNIST, over the plain loop", 0.55, step, their_epoch(plain))
    yield Row("fit on MNIST, over the DataLoader", 0.45, step, their_epoch(lambda: loader))


def their_epoch(batches):
    model = T.Sequential(T.Linear(784, 128), T.ReLU(), T.Dropout(0.2), T.Linear(128, 64), T.ReLU(),
                         T.Dropout(0.2), T.Linear(64, 10))  # fmt: skip
    optimizer, loss = torch.optim.Adam(model.parameters(), lr=0.001), T.CrossEntropyLoss()

    def step():
        total = 0.0
        for x, y in batches():
            optimizer.zero_grad()
            value = loss(model(x), y)
            value.backward()
            optimizer.step()
            total += value.item() * len(x)

    return step


# What is measured in processes of its own


def child(*words):
    """The number that this script prints in a process of its own."""
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "PYTHONPATH": path}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # with it, edunn is compiled each time
    run = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return float(run.stdout.split()[-1])


def import_time(turns=7):
    code = "import time; t = time.process_time(); import {}; print(time.process_time() - t)"
    took = {name: [child("-c", code.format(name)) for _ in range(turns)]
            for name in ("edunn", "numpy")}  # fmt: skip
    ours, theirs = (1e6 * min(times) for times in took.values())
    return Result("import edunn, over import numpy", 1.6, ours, theirs, "us", 0.05)


def memory():
    for what, at_most in (("MLP", 1.0), ("20 layers of 512", 1.1), ("convolutional", 1.0)):
        ours, theirs = (child(__file__, "--memory", what, who) for who in ("edunn", "PyTorch"))
        yield Result(f"peak memory of steps with Adam, {what}", at_most, ours, theirs, "MiB", 0.05)


def peak(what, who):
    """MiB by which four steps raise what this process holds at most (Linux)."""
    library = nn if who == "edunn" else T
    linear = nn.torchlike.Linear if who == "edunn" else T.Linear
    if what == "convolutional":
        x = floats(64, 16, 16, 16)
        layers = [library.Conv2d(16, 32, 3, padding=1), library.ReLU(), library.MaxPool2d(2),
                  library.Flatten(), linear(32 * 64, 10)]  # fmt: skip
    else:
        sizes = mlp.SIZES if what == "MLP" else [512] * 20 + [10]
        x = floats(1024, sizes[0])
        pairs = zip(sizes[:-1], sizes[1:])
        layers = [one for a, b in pairs for one in (linear(a, b), library.ReLU())][:-1]
    model, labels = library.Sequential(*layers), rng.integers(0, 10, len(x))
    tensor, optim = (nn.Tensor, nn) if who == "edunn" else (torch.from_numpy, torch.optim)
    optimizer, loss = optim.Adam(model.parameters(), lr=0.001), library.CrossEntropyLoss()
    x, labels = tensor(x), labels if who == "edunn" else torch.from_numpy(labels)
    before = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    for _ in range(4):
        optimizer.zero_grad()
        loss(model(x), labels).backward()
        optimizer.step()
    status = Path("/proc/self/status").read_text()
    most = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    return (most - before) / 2**20


# What the figures are made of


def growth(seconds):
    """How the time of a step grows with its sizes; and with attention's, forward and backward."""
    cases = {
        "width": (lambda v: ([v] * 4, 32), (128, 256, 512, 1024)),
        "depth": (lambda v: ([64] * (v + 1), 32), (4, 8, 16, 32)),
        "batch": (lambda v: (mlp.SIZES, v), (32, 128, 512, 2048)),
    }
    for what, (sizes_of, values) in cases.items():
        times = []
        for value in values:
            sizes, batch = sizes_of(value)
            x, y = floats(batch, sizes[0]), rng.integers(0, sizes[-1], batch)
            times.append({"edunn": mlp.by_hand(x, y, sgd, sizes),
                          "PyTorch": mlp.pytorch(x, y, sgd, sizes),
                          "products alone": mlp.products(x, sizes)})  # fmt: skip
        yield what, values, [racing.race(steps, seconds) for steps in times]
    tokens = (32, 64, 128, 256)
    layers = nn.MultiHeadAttention(128, 8), Attention(128, 8)
    times = []
    for count in tokens:
        x = floats(4, count, 128)
        times.append({"edunn": our_layer(layers[0], x), "PyTorch": their_layer(layers[1], x)})
    yield "tokens", tokens, [racing.race(steps, seconds) for steps in times]


def draw(grown, path):
    """Times against sizes, both in powers of two: a line of slope 1 grows as its size does."""
    pictured = [row for row in grown if row[0] in ("width", "batch", "tokens")]
    figure, axes = plt.subplots(1, len(pictured), figsize=(11, 3.6), layout="constrained")
    for ax, (what, values, times) in zip(axes, pictured):
        for name, style in (("PyTorch", "s-"), ("edunn", "o-"), ("products alone", ":")):
            if all(name in one.rounds for one in times):
                ax.loglog(values, [1e6 * one.median(name) for one in times], style, label=name)
        ax.set_xticks(values, values)
        ax.minorticks_off()
        ax.set_xlabel(what)
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("microseconds, forward and backward")
    axes[0].legend()
    figure.savefig(path, dpi=110)


def exponents(values, times, name):
    pairs = zip(zip(values[:-1], times[:-1]), zip(values[1:], times[1:]))
    return ", ".join(
        f"{math.log(b.median(name) / a.median(name)) / math.log(w / v):.2f}"
        for (v, a), (w, b) in pairs
    )


def rates(results):
    """How far the wide convolution is from what OpenBLAS does on large square matrices."""
    square = floats(1024, 1024)
    seconds = racing.race({"product": lambda: square @ square}, 1).median("product")
    best = 2 * 1024**3 / seconds / 1e9
    operations = 3 * 2 * 32 * 14 * 14 * 64 * 64 * 9  # y, dw and dx of Conv2d 64->64
    for one in results:
        if one.work.startswith("Conv2d 64->64"):
            ours, theirs = (operations / us / 1e3 for us in (one.edunn, one.other))
            yield (
                f"Conv2d 64->64 runs at {ours:.0f} thousand million operations a second, "
                f"PyTorch at {theirs:.0f}; one product of 1024 x 1024 at {best:.0f}."
            )


# The run


GROUPS = [steps_of_an_mlp, layer_rows, attention_rows, other_rows, fit_rows]


def measure(seconds, only):
    for group in GROUPS:
        for row in group():
            if only in row.work:
                times = racing.race({"edunn": row.edunn, "other": row.other}, seconds)
                ours, theirs = (1e6 * times.median(name) for name in ("edunn", "other"))
                noise = times.noise("edunn", "other")
                yield Result(row.work, row.at_most, ours, theirs, "us", noise)
    if not only:
        yield import_time()
        yield from memory()


def machine():
    cpu = Path("/proc/cpuinfo")
    _, _, named = cpu.read_text().partition("model name") if cpu.exists() else ("", "", "")
    model = named.partition(":")[2].partition("\n")[0].strip() or platform.machine()
    return f"{model}, {racing.kernel()}"


def commit():
    words = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(words, cwd=HERE, capture_output=True, text=True).stdout.strip()


def last_run(path):
    """{work: ratio and noise} of the newest lines of this machine."""
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["machine"] == machine()]
    return {row["work"]: (float(row["ratio"]), float(row["noise"])) for row in rows}


def slower(results, before):
    for one in results:
        ratio, noise = before.get(one.work, (math.inf, 0))
        if one.ratio > ratio * (1 + 2 * max(noise, one.noise, 0.02)):
            yield f"slower than in the last run: {one.work}, {one.ratio:.2f} after {ratio:.2f}"


def page(results, grown):
    """What goes into RESULTS.md."""
    met = sum(one.verdict == "met" for one in results)
    judged = sum(one.at_most is not None for one in results)
    lines = [
        f"{datetime.date.today()}, commit {commit()}, {machine()}; NumPy {np.__version__}, PyTorch "
        f"{torch.__version__}, Python {platform.python_version()}. {met} of {judged} met.",
        "",
        "| work | edunn | PyTorch | ratio | at most | |",
        "|---|---|---|---|---|---|",
    ]
    for one in results:
        at_most = "" if one.at_most is None else f"{one.at_most:.2f}"
        times = " | ".join(f"{value:.4g} {one.unit}" for value in (one.edunn, one.other))
        lines.append(f"| {one.work} | {times} | {one.ratio:.2f} | {at_most} | {one.verdict} |")
    lines += ["", *rates(results), "", "| growth, as a power of | from ... to | edunn | PyTorch |",
              "|---|---|---|---|"]  # fmt: skip
    for what, values, times in grown:
        both = " | ".join(exponents(values, times, name) for name in ("edunn", "PyTorch"))
        lines.append(f"| {what} | {', '.join(map(str, values))} | {both} |")
    return "\n".join(lines)


def write(text, results):
    path = HERE / "RESULTS.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"RESULTS.md has not the two marks {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    history, shared = HERE / "history.csv", [str(datetime.date.today()), commit(), machine()]
    is_new = not history.exists()
    with history.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS] if is_new else [])
        for one in results:
            writer.writerow([*shared, one.work, f"{one.ratio:.3f}", f"{one.noise:.3f}"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4.0, help="for each row")
    parser.add_argument("--only", default="", help="rows with this in their names")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--memory", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.memory:
        print(peak(*given.memory))
        return
    print(f"{machine()}; NumPy {np.__version__}, PyTorch {torch.__version__}, one thread, float32")
    results = []
    for one in measure(given.seconds, given.only):
        results.append(one)
        wanted = "" if one.at_most is None else f", at most {one.at_most:.2f}: {one.verdict}"
        print(f"{one.work:60} {one.ratio:6.2f} (+-{100 * one.noise:.0f} %){wanted}", flush=True)
    print(*slower(results, last_run(HERE / "history.csv")), sep="\n")
    if given.write and given.only:
        parser.error("--write takes the whole table: leave out --only")
    if given.write:
        grown = list(growth(given.seconds / 4))
        draw(grown, HERE.parent / "docs" / "speed.png")
        write(page(results, grown), results)


if __name__ == "__main__":
    main()
