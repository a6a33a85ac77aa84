"""What is wrong with a training loop, found by letting it train a model that takes notes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from edunn.backend import Array, generator
from edunn.checking.diagnoses import Answer, answer
from edunn.checking.exceptions import raised
from edunn.checking.findings import Finding, name_of
from edunn.checking.noting import Notes, NotingLoss, NotingModel, NotingOptimizer
from edunn.checking.subject import THROUGH
from edunn.checking.wrong_gradient import ratio_of
from edunn.core import Tensor
from edunn.inputs import show


@contextmanager
def steady(seed: int) -> Iterator[None]:
    """Everything random starts from `seed`; afterwards it is as before. NumPy does not warn."""
    before = generator().bit_generator.state, np.random.get_state(), random.getstate()
    generator().bit_generator.state = np.random.default_rng(seed).bit_generator.state
    np.random.seed(seed)
    random.seed(seed)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        generator().bit_generator.state = before[0]
        np.random.set_state(before[1])
        random.setstate(before[2])


def find_in_training_loop(
    run: Callable[..., Any], n: int = 10, batch_size: int = 4, epochs: int = 3
) -> list[Finding]:
    """Look at what `run(model, loss, optimizer, x, y, batch_size, epochs)` does.

    x is (n, 2) and y (n,); `run` trains as `edunn.fit` does and returns the loss of every epoch, in
    a list or under "loss" in a dict, or None. The loss it is given is the mean over a batch.
    """
    if n < 5 or n % batch_size == 0 or epochs < 2:
        got = f"n={n}, batch_size={batch_size} and epochs={epochs}"
        want = "at least 5 examples, that leave a smaller last batch, and 2 epochs"
        raise ValueError(f"find_in_training_loop got {got}, not {want}")
    rng = np.random.default_rng(0)
    labels = np.arange(1.0, n + 1) / n
    x = np.stack([labels, rng.uniform(0, 0.1 / n, n)], axis=1)
    y = -rng.permutation(labels**2) - 0.5
    notes = Notes(x, y)
    model = NotingModel(notes)
    who = name_of(run, "training loop")
    with steady(0):
        try:
            arguments = NotingLoss(notes), NotingOptimizer(model, notes), x.copy(), y.copy()
            history = run(model, *arguments, batch_size, epochs)
        except THROUGH:
            raise
        except BaseException as error:
            id, details, _ = raised(error, "the training loop")
            return [Finding(id, who, "run", None, details)]
    found = _wrong_steps(notes) or _wrong_examples(notes, n, batch_size, epochs)
    if not found:
        found = _wrong_mode_or_order(notes, epochs) + _wrong_history(notes, history, epochs)
    return [Finding(id, who, "run", None, details) for id, details, _ in found]


def _wrong_steps(notes: Notes) -> list[Answer]:
    """What is wrong with the steps, whichever examples they are for."""
    if "model" not in notes.calls:
        return []
    first = ", ".join(notes.calls[:8])
    if not notes.gradients:
        return [answer("loop_no_gradient_at_step", parameters=notes.parameters)]
    if found := _wrong_batches(notes):
        return found
    order = [call for call in notes.calls if call in ("backward", "step")]
    if (steps := order.count("step")) < (backwards := order.count("backward")):
        return [answer("loop_few_steps", steps=steps, backwards=backwards)]
    if order != ["backward", "step"] * len(notes.gradients):
        return [answer("loop_wrong_order_of_calls", calls=first)]
    for k, (got, want) in enumerate(zip(notes.used, notes.gradients)):
        if got is None or not got.any():
            return [answer("loop_no_gradient_at_step", parameters=notes.parameters)]
        if not _close(got, want):
            older = np.cumsum(notes.gradients[:k][::-1], axis=0)
            accumulates = any(_close(got, want + extra) for extra in older)
            id = "loop_accumulates" if accumulates else "loop_wrong_gradient"
            return [answer(id, step=k + 1)]
    return []


def _wrong_batches(notes: Notes) -> list[Answer]:
    """What is wrong with the pairs that the loss sees, and with the gradient that it gives."""
    for rows, targets in notes.pairs:
        if rows != targets:
            return [answer("loop_pairs_broken", got=str(targets), want=str(rows))]
    for k, (rows, gradient) in enumerate(zip(notes.rows, notes.gradients)):
        if min(rows, default=-1) >= 0 and not _close(gradient, notes.slope(rows)):
            return [answer("loop_wrong_gradient", step=k + 1)]
    return []


def _close(got: Array, want: Array) -> bool:
    """Whether two arrays agree to five digits."""
    return got.shape == want.shape and bool(np.allclose(got, want, 1e-5))


def _wrong_examples(notes: Notes, n: int, batch_size: int, epochs: int) -> list[Answer]:
    """What is wrong with the examples of each epoch."""
    rows, per_epoch = sum(notes.rows, []), -(-n // batch_size)
    done, rest = divmod(len(rows), n)
    parts = [rows[e * n : e * n + n] for e in range(done)]
    whole = done > 0 == rest and all(len({*part}) == n for part in parts)
    if whole and done != epochs and len(notes.rows) == done * per_epoch:
        return [answer("loop_epochs", got=done, want=epochs)]
    parts = parts if len(rows) == n * epochs else [rows]
    counts = [np.array([part.count(i) for i in range(n)]) * len(parts) / epochs for part in parts]
    for id, sign in ("loop_examples_twice", 1), ("loop_examples_missing", -1):
        for count in counts:
            rows = np.flatnonzero(sign * count > sign).tolist()
            if rows:
                return [answer(id, examples=str(rows)[1:-1])]
    largest = max(map(len, notes.rows))
    if largest > batch_size or len(notes.rows) != epochs * per_epoch:
        return [answer("loop_batch_size", got=largest, want=batch_size)]
    return []


def _wrong_mode_or_order(notes: Notes, epochs: int) -> list[Answer]:
    """Batches in evaluation mode, and epochs in the same order."""
    in_eval = [k + 1 for k, training in enumerate(notes.modes) if not training]
    found = [answer("loop_mode", batch=k) for k in in_eval[:1]]
    orders = np.reshape(sum(notes.rows, []), (epochs, -1))
    if np.all(orders == orders[0]):
        found.append(answer("loop_order_repeats", order=str(orders[0].tolist())[1:-1]))
    return found


def _wrong_history(notes: Notes, history: Any, epochs: int) -> list[Answer]:
    """What is wrong with the losses that the loop returns."""
    history = history.get("loss") if isinstance(history, dict) else history
    if history is None:
        return []
    errors = (notes.x - notes.y) ** 2
    means = [errors[batch].mean() for batch in notes.rows]
    want = np.full(epochs, errors.mean())
    wanted = show(want.round(4).tolist())
    try:
        got = np.array([float(v.data if isinstance(v, Tensor) else v) for v in history])
    except Exception:  # of what is no number
        return [answer("loop_history", got=show(history), want=wanted)]
    if _close(got, want):
        return []
    of_batches = np.reshape(means, (epochs, -1))
    if _close(got, of_batches.mean(axis=1)):
        return [answer("loop_mean_of_means", got=f"{got[0]:.4g}", want=f"{want[0]:.4g}")]
    if _close(got, of_batches[:, -1]):
        return [answer("loop_last_batch")]
    for id, right in ("loop_history_ratio", want), ("loop_means_ratio", of_batches.mean(axis=1)):
        fits = got.shape == right.shape and np.all(np.isfinite(got))
        if fits and (ratio := ratio_of(got, right)):
            return [answer(id, ratio=f"{ratio:.4g}")]
    return [answer("loop_history", got=show(got.round(4).tolist()), want=wanted)]
