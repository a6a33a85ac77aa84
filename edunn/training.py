"""Training: batches, the loop that every network shares, and when to stop."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import numpy as np

from edunn.backend import Array, generator, to
from edunn.core import Module, Tensor, no_tape
from edunn.health import Health
from edunn.inputs import as_examples, check_finite, check_sizes, check_whole, show
from edunn.losses import ErrorLayer, MeanError
from edunn.optimizers import SGD, AlsoTrains, Momentum, Nesterov, Optimizer, Schedule
from edunn.runtime import progress_bar
from edunn.words import old_words

History: TypeAlias = dict[str, list[float]]  # one number an epoch
Loss: TypeAlias = Callable[[Any, Any], Any]
Metric: TypeAlias = Callable[[Array, Array], float]
Callback: TypeAlias = Callable[[Module, History], object]  # True ends the training


def batches(
    x: Array, y: Array, batch_size: int, shuffle: bool = True
) -> Iterator[tuple[Array, Array]]:
    """Yield (x, y) in pieces of `batch_size` examples, the last one smaller if need be.

    They are shuffled anew at each call; see `manual_seed`.
    """
    check_sizes("batches", batch_size=batch_size)
    x, y = as_examples("batches", x, y)
    order = generator().permutation(len(x)) if shuffle else np.arange(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], y[chosen]


def fit(  # noqa: PLR0913  # one place to ask a training for all that it can do
    model: Module,
    x: Array,
    y: Array,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int = 10,
    batch_size: int = 32,
    validation: tuple[Array, Array] | None = None,
    metric: Metric | None = None,
    early_stopping: EarlyStopping | int | None = None,
    callbacks: Iterable[Callback] = (),
    schedule: Schedule | None = None,
    device: str = "cpu",
    progress: bool = True,
    shuffle: bool = True,
) -> History:
    """Train `model` so that loss(model(x), y) becomes small.

    x: (n, ...), y: (n, ...): the examples, at least one, without NaN: arrays, Tensors, or tables,
    whose rows count in their order
    loss: a loss of (y, target), or an error layer of (y_true, y), of which the mean is taken
    optimizer: built on the model's parameters, as SGD(model.parameters(), lr=0.1)
    validation: optional (x, y), measured after every epoch
    metric: optional function of (model's output, y), such as `accuracy`
    early_stopping: an EarlyStopping, or the number of epochs to wait without getting better
    callbacks: functions of (model, history), called after every epoch; one that returns True ends
    the training
    schedule: changes the learning rate after every epoch, as StepLR(optimizer, 10)
    device: to which each batch is moved; the model must be there
    shuffle: False to take the examples in their order, every epoch

    Returns the history: a dict of lists, one number an epoch, under "loss" and, where asked for,
    the metric's name, "validation_loss" and "validation_..." with that name. Those of the training
    data are means over the epoch, taken as the model learns. Raises ValueError or TypeError on data
    that nothing can be learned from. What looks unhealthy (NaN, dead ReLUs, gradients that explode
    or vanish) is printed once, in words. A UserWarning names parameters of the model that will not
    learn: the optimizer does not hold them, or no gradient comes to them.
    """
    check_sizes("fit", epochs=epochs, batch_size=batch_size)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"fit got optimizer={optimizer!r}, not one such as SGD(model.parameters())")
    x, y = _prepare("fit", model, x, y)
    held_out = None if validation is None else _prepare("fit, validation", model, *validation)
    loss = _with_target_last(loss)
    if isinstance(early_stopping, int):
        early_stopping = EarlyStopping(patience=early_stopping)
    callbacks = [*callbacks, *([early_stopping] if early_stopping else [])]
    _warn_of_strangers(model, optimizer)
    health = Health(model)
    history: History = {}
    steps = epochs * -(-len(x) // batch_size)
    with progress_bar(total=steps, disable=not progress, unit="batch") as bar:
        for epoch in range(epochs):
            bar.set_description(f"epoch {epoch + 1}/{epochs}", refresh=False)
            model.train()
            means = _Means()
            for batch_x, batch_y in batches(x, y, batch_size, shuffle):
                batch_x, batch_y = to(batch_x, device), to(batch_y, device)
                output = model(Tensor(batch_x))
                value = loss(output, batch_y)
                optimizer.zero_grad()
                _backward(value)
                health.start(value.data)
                optimizer.step()
                means.add(len(batch_x), value.data, output.data, batch_y, metric)
                bar.update()
            results = means.named()
            health.check(results["loss"], bar.write)
            if held_out is not None:
                measured = evaluate(model, *held_out, loss, metric, device)
                results |= {f"validation_{name}": number for name, number in measured.items()}
            for name, number in results.items():
                history.setdefault(name, []).append(number)
            numbers = {name: f"{number:.4f}" for name, number in results.items()}
            bar.set_postfix(numbers, refresh=epoch + 1 == epochs)
            if schedule is not None:
                schedule.step()
            stops = [callback(model, history) for callback in callbacks]  # all of them are called
            if any(stops):
                break
    if early_stopping:
        early_stopping.restore(model)
    return history


def evaluate(
    model: Module,
    x: Array,
    y: Array,
    loss: Loss,
    metric: Metric | None = None,
    device: str = "cpu",
    batch_size: int = 1024,
) -> dict[str, float]:
    """The means of loss and metric over (x, y): {"loss": ...}, and the metric under its own name.

    The model is put into evaluation mode, and left in it.
    """
    x, y = as_examples("evaluate", x, y)
    loss = _with_target_last(loss)
    model.eval()
    means = _Means()
    with no_tape():
        for batch_x, batch_y in batches(x, y, batch_size, shuffle=False):
            batch_x, batch_y = to(batch_x, device), to(batch_y, device)
            output = model(batch_x)
            means.add(len(batch_x), loss(output, batch_y), output, batch_y, metric)
    return means.named()


class _Means:
    """Means of loss and metric over examples that come in batches of different sizes."""

    def __init__(self) -> None:
        self.n = 0
        self.sums: dict[str, float] = {}

    def add(self, n: int, loss: Array, output: Array, y: Array, metric: Metric | None) -> None:
        numbers = {"loss": loss} | ({} if metric is None else {metric.__name__: metric(output, y)})
        self.n += n
        for name, number in numbers.items():
            self.sums[name] = self.sums.get(name, 0.0) + n * number

    def named(self) -> dict[str, float]:
        return {name: float(total / self.n) for name, total in self.sums.items()}


class EarlyStopping:
    """Ends training when `monitor` has not become smaller by `min_delta` for `patience` epochs, and
    gives the model back the parameters and buffers of its best epoch.

    monitor: a name in the history; None takes "validation_loss", or "loss" without one
    """

    def __init__(
        self, patience: int = 5, min_delta: float = 0.0, monitor: str | None = None
    ) -> None:
        check_whole("EarlyStopping", patience=patience)
        self.patience, self.min_delta, self.monitor = patience, min_delta, monitor
        self.best = np.inf
        self.best_epoch: int | None = None
        self.state: tuple[list[Any], list[Any]] | None = None

    def __call__(self, model: Module, history: History) -> bool:
        monitor = self.monitor or ("validation_loss" if "validation_loss" in history else "loss")
        if monitor not in history:
            raise ValueError(f"EarlyStopping got monitor={monitor!r}, not one of {[*history]}")
        now, epoch = history[monitor][-1], len(history[monitor]) - 1
        if now < self.best - self.min_delta:
            self.best, self.best_epoch = now, epoch
            self.state = [(p, p.data.copy()) for p in model.parameters()], _buffers(model)
        return self.best_epoch is None or epoch - self.best_epoch >= self.patience

    def restore(self, model: Module) -> None:
        """Put the best epoch's parameters and buffers back."""
        if self.state is None:
            return
        parameters, kept = self.state
        for parameter, data in parameters:
            parameter.data[...] = data
        for module, name, value in kept:
            setattr(module, name, value)


def _buffers(model: Module) -> list[tuple[Module, str, Array]]:
    """(module, name, array) for every buffer; layers replace theirs, and so need no copy."""
    return [(m, name, getattr(m, name)) for m in model.modules() for name in m.buffers]


class GradientDescent:
    """edunn's words for `fit`: GradientDescent(lr=0.1).optimize(model, x, y, error)

    optimizer: the class of another than SGD, as Adam    shuffle: see `fit`
    Options beyond these are the optimizer's own: momentum, weight_decay ...
    """

    optimizer: type[Optimizer] = SGD

    @old_words(gamma="momentum", beta="alpha")
    def __init__(
        self,
        lr: float = 0.01,
        epochs: int = 10,
        batch_size: int = 32,
        shuffle: bool = True,
        optimizer: type[Optimizer] | None = None,
        **options: Any,
    ) -> None:
        if not (optimizer is None or callable(optimizer)):
            raise TypeError(
                f"GradientDescent got optimizer={show(optimizer)}, not a class, as Adam"
            )
        self.lr, self.epochs, self.batch_size, self.shuffle = lr, epochs, batch_size, shuffle
        self.options, self.optimizer = options, optimizer or self.optimizer

    @old_words(verbose="progress", error_layer="error")
    def optimize(
        self, model: Module, x: Array, y: Array, error: Loss, progress: bool = True
    ) -> History:
        """Train; returns the history, as `fit` does."""
        optimizer = self.optimizer(model.parameters(), lr=self.lr, **self.options)
        sizes = self.epochs, self.batch_size
        return fit(model, x, y, error, optimizer, *sizes, progress=progress, shuffle=self.shuffle)


AlsoTrains.trainer = GradientDescent


class MomentumGD(GradientDescent):
    """GradientDescent with momentum 0.9, unless another is given."""

    optimizer = Momentum


class NesterovMomentumGD(GradientDescent):
    """GradientDescent with Nesterov momentum 0.9, unless another is given."""

    optimizer = Nesterov


def _backward(value: Any) -> None:
    """value.backward(), of a loss that is on the tape."""
    if not isinstance(value, Tensor):
        left = "np.asarray, .data and .numpy() leave the tape"
        raise TypeError(f"fit got a loss {show(value)}, not a Tensor: {left}")
    value.backward()


def _with_target_last(loss: Loss) -> Loss:
    """A loss of (y, target), also from an error layer, which takes (y_true, y)."""
    if not isinstance(loss, ErrorLayer):
        return loss
    mean = loss if isinstance(loss, MeanError) else MeanError(loss)
    return lambda y, target: mean(target, y)


def _warn_of_strangers(model: Module, optimizer: Optimizer) -> None:
    """Name the parameters of the model that the optimizer does not hold, if they are to learn."""
    names = {parameter: name for name, parameter in model.named_parameters().items()}
    optimizer.names = names  # by which it can call them, should they get no gradient
    held = set(optimizer.parameters.values())
    left = [name for parameter, name in names.items() if parameter not in held]
    left = [name for name in left if model.find_parameter(name).requires_grad]
    if left:
        optimizer.warned = optimizer.warned or not held & set(names)  # once is enough
        warnings.warn(
            f"fit: the optimizer does not hold {', '.join(left)} of the model, which do not "
            "learn: build it on model.parameters(), or freeze them (requires_grad = False)",
            stacklevel=3,
        )


def _prepare(who: str, model: Module, x: Array, y: Array) -> tuple[Array, Array]:
    """The data as the model needs it: of its parameters' type, finite, one y for each x."""
    x, y = as_examples(who, x, y)
    for array, name in ((x, "x"), (y, "y")):
        check_finite(who, array, name)
    if len(x) == 0:
        raise ValueError(f"{who} got {len(x)} examples x and {len(y)} answers y, not n of each")
    dtype = next((p.data.dtype for p in model.parameters()), x.dtype)
    return tuple(a.astype(dtype, copy=False) if a.dtype.kind == "f" else a for a in (x, y))
