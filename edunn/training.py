"""Training: batches, and the loop that every network shares."""

import sys

import numpy as np
from tqdm import tqdm

from edunn.backend import generator
from edunn.core import Tensor, no_tape
from edunn.inputs import check_array, check_finite, check_sizes


def batches(x, y, batch_size, shuffle=True):
    """Yield (x, y) in pieces of `batch_size` examples, the last one smaller if need be.

    Shuffled anew at each call, by the one generator: see `manual_seed`.
    """
    check_sizes("batches", batch_size=batch_size)
    order = generator().permutation(len(x)) if shuffle else np.arange(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], y[chosen]


def fit(model, x, y, loss, optimizer, epochs=10, batch_size=32, validation=None, metric=None,
        progress=True):  # fmt: skip
    """Train `model` so that loss(model(x), y) becomes small.

    x: (n, ...), y: (n, ...): the examples, at least one, without NaN
    optimizer: built on the model's parameters, as SGD(model.parameters(), lr=0.1)
    validation: optional (x, y), measured after every epoch
    metric: optional function of (model's output, y), such as `accuracy`

    Returns the history: a dict of lists, one number an epoch, under "loss" and, where asked for,
    the metric's name, "validation_loss" and "validation_..." with that name. Those of the training
    data are means over the epoch, taken as the model learns. Raises ValueError or TypeError on data
    that nothing can be learned from.
    """
    check_sizes("fit", epochs=epochs, batch_size=batch_size)
    x, y = prepare("fit", model, x, y)
    held_out = None if validation is None else prepare("fit, validation", model, *validation)
    history = {}
    steps = epochs * -(-len(x) // batch_size)
    with tqdm(total=steps, disable=not progress, file=sys.stdout, unit="batch") as bar:
        for epoch in range(epochs):
            bar.set_description(f"epoch {epoch + 1}/{epochs}", refresh=False)
            model.train()
            means = Means()
            for batch_x, batch_y in batches(x, y, batch_size):
                output = model(Tensor(batch_x))
                value = loss(output, batch_y)
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
                means.add(len(batch_x), value.data, output.data, batch_y, metric)
                bar.update()
            results = means.named()
            if held_out is not None:
                results |= evaluate(model, *held_out, loss, metric).named("validation_")
            for name, number in results.items():
                history.setdefault(name, []).append(number)
            numbers = {name: f"{number:.4f}" for name, number in results.items()}
            bar.set_postfix(numbers, refresh=epoch + 1 == epochs)
    return history


def evaluate(model, x, y, loss, metric=None, batch_size=1024):
    """The means of loss and metric over (x, y), with the model in evaluation mode."""
    model.eval()
    means = Means()
    with no_tape():
        for batch_x, batch_y in batches(x, y, batch_size, shuffle=False):
            output = model(batch_x)
            means.add(len(batch_x), loss(output, batch_y), output, batch_y, metric)
    return means


class Means:
    """Means of loss and metric over examples that come in batches of different sizes."""

    def __init__(self):
        self.n, self.sums = 0, {}

    def add(self, n, loss, output, y, metric):
        numbers = {"loss": loss} | ({} if metric is None else {metric.__name__: metric(output, y)})
        self.n += n
        for name, number in numbers.items():
            self.sums[name] = self.sums.get(name, 0.0) + n * number

    def named(self, prefix=""):
        return {prefix + name: float(total / self.n) for name, total in self.sums.items()}


def prepare(who, model, x, y):
    """The data as the model's parameters want it: same type of numbers, finite, one y per x."""
    for array, name in ((x, "x"), (y, "y")):
        check_array(who, array, name=name)
        check_finite(who, array, name)
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"{who} got {len(x)} examples x and {len(y)} answers y, not n of each")
    dtype = next((p.data.dtype for p in model.parameters()), x.dtype)
    return tuple(a.astype(dtype, copy=False) if a.dtype.kind == "f" else a for a in (x, y))
