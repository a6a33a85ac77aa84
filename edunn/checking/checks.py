"""The checks as people call them: they return a report that is true, or show it and raise.

`check_gradients` looks at one module at one point; `check_layer` runs the whole suite, on batches
of 7, 1 and 3, with other parameters, in the test phase, at extremes, and against a reference.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from edunn.backend import Array
from edunn.checking.errors import (
    CheckError,
    GradientError,
    InitializerError,
    OptimizerError,
    TrainingLoopError,
)
from edunn.checking.findings import Finding, Outcome
from edunn.checking.initializers import find_in_initializer
from edunn.checking.laws import examine_point, let_pass
from edunn.checking.limits import FirstLines, at_most
from edunn.checking.optimizers import find_in_optimizer
from edunn.checking.report import Report
from edunn.checking.subject import TimeUp
from edunn.checking.suite import examine_layer
from edunn.checking.training_loop import find_in_training_loop
from edunn.core import Module, Tensor
from edunn.inputs import check_array, check_finite, check_positive
from edunn.runtime import in_notebook

SECONDS = 30.0  # longer than a layer may take in all its runs together


def check_gradients(
    module: Module,
    *inputs: Array,
    seed: int = 0,
    only: Collection[str] | None = None,
    tolerance: float | None = None,
) -> Report:
    """Raise GradientError unless `module.backward` is the derivative of `module.forward`.

    The gradients of every input and parameter are compared with the measured slope of
    sum(dy * forward(*inputs)), for a random dy drawn from `seed`; besides, nothing passed in may be
    changed, both methods must be repeatable, and backward linear in dy. Integer inputs, such as
    labels, have no gradient and are left out; so is all that `only` does not name, where it is
    given: "input 0", "w". With a tolerance, numbers that are off by no more than that share are
    right as well, |yours - measured| <= tolerance (|yours| + |measured|); 1e-8 of the gradient and
    the rounding of forward always are. The module computes on float64 copies; afterwards its
    parameters, its cache and the random numbers are what they were. NotImplementedError comes
    through as it is.
    """
    __tracebackhide__ = True
    _check_module("check_gradients", module, inputs)
    if tolerance is not None:
        check_positive("check_gradients", tolerance=tolerance)
    name = type(module).__name__
    return _deliver(
        name, lambda: let_pass(examine_point(module, inputs, seed, only), tolerance), seed
    )


def check_layer(
    layer: Module, *inputs: Array, reference: Module | None = None, seed: int = 0
) -> Report:
    """The whole suite for one layer; raises GradientError with the first thing that is not right.

    inputs: an example of what the layer takes; other batches are made in its image
    reference: a right layer of the same sizes, if there is one: forward values are then compared,
    and what it refuses (a batch of one, say) is not asked for
    """
    __tracebackhide__ = True
    _check_module("check_layer", layer, inputs)
    name = type(layer).__name__
    return _deliver(name, lambda: examine_layer(layer, inputs, reference, seed), seed)


def check_optimizer(make: Callable[..., Any], reference: Callable[..., Any]) -> Report:
    """Compare an optimizer with a right one over six steps of two parameters; raises
    OptimizerError.

    make, reference: from a list of Parameters to an optimizer, such as
    lambda parameters: SGD(parameters, lr=0.1)
    """
    __tracebackhide__ = True
    return _deliver_all("optimizer", lambda: find_in_optimizer(make, reference), OptimizerError)


def check_initializer(
    initializer: Callable[..., Any], mean: float = 0.0, std: Any = None, kind: str | None = None
) -> Report:
    """Whether an initializer's values have this mean, deviation and distribution; raises
    InitializerError.

    std: a number, or a function of the shape    kind: "normal", "uniform" or None
    """
    __tracebackhide__ = True
    name = type(initializer).__name__
    return _deliver_all(
        name, lambda: find_in_initializer(initializer, mean, std, kind), InitializerError
    )


def check_training_loop(run: Callable[..., Any]) -> Report:
    """Watch a training loop from inside: batches, order of calls, gradients; raises
    TrainingLoopError.

    run(model, loss, optimizer, x, y, batch_size, epochs): trains, and returns the epochs' losses
    """
    __tracebackhide__ = True
    return _deliver_all("training loop", lambda: find_in_training_loop(run), TrainingLoopError)


def _deliver_all(who: str, find: Callable[[], list[Finding]], error: type[CheckError]) -> Report:
    """The same where nothing but findings comes out: for all that is not a module."""
    __tracebackhide__ = True
    return _deliver(who, lambda: Outcome(find(), [], 0), error=error)


def _deliver(
    who: str,
    examination: Callable[[], Outcome],
    seed: int = 0,
    error: type[CheckError] = GradientError,
) -> Report:
    """The report of an examination; one that is not true is shown, in a notebook, and raised."""
    start = time.monotonic()
    __tracebackhide__ = True
    out, err = FirstLines(), FirstLines()
    try:
        with redirect_stdout(out), redirect_stderr(err), at_most(SECONDS):
            findings, checked, calls = examination()
    except TimeUp as up:  # outside of every layer
        details = {"seconds": f"{up.seconds:g}"}
        findings, checked, calls = Outcome([Finding("endless", who, "", None, details)], [], 0)
    finally:
        print(out.text(), end="")
        if err.text():  # a notebook draws a red bar for what is written there, even for nothing
            print(err.text(), end="", file=sys.stderr)
    seconds = time.monotonic() - start
    report = Report(who, tuple(checked), tuple(findings), seed, calls, seconds, error)
    if not report and in_notebook():
        from IPython.display import display

        display(report)
    report.raise_if_wrong()
    return report


def _check_module(who: str, module: Any, inputs: tuple[Any, ...]) -> None:
    """Refuse what cannot be checked."""
    if not isinstance(module, Module):
        raise TypeError(f"{who} got {type(module).__name__}, not a Module")
    name = type(module).__name__
    if not inputs:
        raise TypeError(f"{who} got no input for {name}")
    try:
        parameters = module.named_parameters()
        arrays = {f"parameter {key}": one.data for key, one in parameters.items()}
    except RecursionError:
        raise TypeError(f"{who} got {name}, which has itself among the modules inside it") from None
    except Exception as error:
        raise TypeError(f"{who} got {name}, whose parameters cannot be read: {error}") from error
    arrays = {f"input {i}": x for i, x in enumerate(inputs)} | arrays
    for key, x in arrays.items():
        check_array(who, x, name=key)
        check_finite(who, x.data if isinstance(x, Tensor) else x, name=key)
    if any(x.ndim and not len(x) for x in inputs):
        raise ValueError(f"{who} got an empty batch")
