"""A layer under examination: run on copies, in float64, always with the same random numbers.

Whatever it does to what it is given stays without effect, and is noticed.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from edunn.backend import Array, generator
from edunn.checking.diagnoses import diagnosis
from edunn.checking.exceptions import in_words, raised
from edunn.checking.findings import Finding
from edunn.core import Module, Parameter


class Stop(Exception):
    """The examination cannot go on: one finding says why. error: what the module raised, if it
    did"""

    def __init__(self, finding: Finding, error: BaseException | None = None):
        self.finding, self.error = finding, error


class TimeUp(BaseException):
    """Raised out of a call that does not end. No Exception, so that students' code lets it pass."""

    def __init__(self, seconds: float):
        self.seconds = seconds


THROUGH = NotImplementedError, KeyboardInterrupt, TimeUp  # what a check lets pass as it is


class Subject:
    """One module, with a budget of calls and seconds."""

    def __init__(self, module: Module, calls: int = 20_000, seconds: float = 20.0):
        self.module, self.who = module, type(module).__name__
        self.calls, self.most_calls, self.forwards = 0, calls, 0
        self.end, self.seconds = time.monotonic() + seconds, seconds
        self.random = generator().bit_generator.state
        self.numpy_random, self.draws = np.random.get_state(), True  # draws: from np.random

    def finding(self, id: str, part: str, variable: str | None = None, **details: Any) -> Finding:
        """What is wrong with the module; the id must be one of the table."""
        return Finding(diagnosis(id).id, self.who, part, variable, details)

    def stop(self, id: str, part: str, **details: Any) -> Stop:
        return Stop(self.finding(id, part, **details))

    def run(self, part: str, *inputs: Any) -> Any:
        """module.forward or module.backward, within the budget."""
        self.calls += 1
        if self.calls > self.most_calls or time.monotonic() > self.end:
            raise self.stop("loops", part, seconds=f"{self.seconds:g}", calls=self.calls)
        return self.ask(part, *inputs)

    def ask(self, part: str, *inputs: Any) -> Any:
        """A method of the module; its exceptions become a Stop, TODOs excepted."""
        try:
            with np.errstate(all="ignore"):
                return getattr(self.module, part)(*inputs)
        except TimeUp as up:
            raise self.stop("endless", part, seconds=f"{up.seconds:g}") from None
        except THROUGH:
            raise
        except BaseException as error:  # exit() as well
            id, details, _ = raised(error, part)
            if part == "backward" and self.module.cache is None:
                id = "cache_empty" if self.blames_cache(error, *inputs) else id
            raise Stop(self.finding(id, part, **details), error) from error

    def blames_cache(self, error: BaseException, *inputs: Any) -> bool:
        """Whether backward, which has raised this error with nothing in its cache, does something
        else as soon as there is an array in it."""
        with suppress(AttributeError):  # of a property
            self.module.cache = np.zeros((1, 1))
        try:
            with np.errstate(all="ignore"):
                self.module.backward(*inputs)
        except THROUGH:
            raise
        except BaseException as other:
            return in_words(other) != in_words(error)
        finally:
            with suppress(AttributeError):
                self.module.cache = None
        return True

    def forward(self, *inputs: Array, rewind: bool = True) -> Array:
        """The output, an array of its own. rewind: the random numbers begin anew, as they do at
        every call but those that ask for others"""
        self.forwards += 1
        if rewind:
            generator().bit_generator.state = self.random
        if rewind and self.draws:
            np.random.set_state(self.numpy_random)
        y = self.run("forward", *inputs)
        if self.forwards == 1:  # putting the state back takes longer than many a layer
            self.draws = _position(np.random.get_state()) != _position(self.numpy_random)
        if y is None:
            raise self.stop("returns_nothing", "forward")
        if isinstance(y, list | tuple):
            raise self.stop("returns_list", "forward")
        return self.array("forward", y)

    def backward(self, dy: Array) -> tuple[list[Array], dict[str, Array]]:
        """The gradients of the inputs and, by name, of the parameters; copies of what it gives."""
        return self.arrays(self.run("backward", np.copy(dy) if np.ndim(dy) else np.float64(dy)))

    def arrays(self, result: Any) -> tuple[list[Array], dict[str, Array]]:
        """What the module's backward has returned, as arrays."""
        if result is None:
            raise self.stop("returns_nothing", "backward")
        if isinstance(result, list) and len(result) == 2 and isinstance(result[1], dict):
            raise self.stop("returns_list_pair", "backward")
        if not isinstance(result, tuple) or len(result) != 2:
            raise self.stop("returns_not_pair", "backward")
        dx, grads = result
        if isinstance(dx, dict) and not isinstance(grads, dict):
            raise self.stop("returns_exchanged", "backward")
        if not isinstance(grads, dict):
            raise self.stop("grads_none" if grads is None else "grads_not_dict", "backward")
        if isinstance(dx, list) and any(isinstance(d, np.ndarray) and d.ndim > 1 for d in dx):
            raise self.stop("returns_list", "backward")
        dxs = [d for d in (dx if isinstance(dx, tuple) else (dx,)) if d is not None]
        for name, value in [*((f"input {i}", d) for i, d in enumerate(dxs)), *grads.items()]:
            if isinstance(value, list):
                raise self.stop("gradient_list", "backward", name=name)
            if value is None:
                raise self.stop("gradient_none", "backward", name=name)
        arrays = [self.array("backward", value, "fiu") for value in (*dxs, *grads.values())]
        return arrays[: len(dxs)], dict(zip(grads, arrays[len(dxs) :]))

    def array(self, part: str, value: Any, kinds: str = "f") -> Array:
        """A copy of what `part` gives, as an array of one of the `kinds`; floats have 64 bits."""
        if hasattr(value, "requires_grad"):
            raise self.stop("returns_tensor", part)
        kind = type(value).__name__
        if isinstance(value, np.matrix | np.ma.MaskedArray):  # compute in ways of their own
            raise self.stop("dtype_not_numbers", part, got=kind)
        try:
            array = np.array(value)
        except Exception as error:  # a list of unequal parts
            raise self.stop("dtype_not_numbers", part, got=kind) from error
        if array.dtype.kind not in kinds:
            got = str(array.dtype) if isinstance(value, np.ndarray | np.generic) else kind
            raise self.stop("dtype_not_numbers", part, got=got)
        if array.dtype.kind == "f" and array.dtype.itemsize < 8:
            id = "dtype_float16" if array.dtype.itemsize < 4 else "dtype_float32"
            raise self.stop(id, part, got=str(array.dtype))
        return array

    def parameters(self) -> dict[str, Array]:
        """The arrays of the parameters that learn, by name."""
        named = self.ask("named_parameters").items()
        return {name: p.data for name, p in named if p.requires_grad}


def stream(seed: int, use: str) -> np.random.Generator:
    """Random numbers of its own for each use: an x of the same seed must not be dy."""
    return np.random.default_rng([seed, *use.encode()])


def _position(state: Any) -> Any:
    """Where the stream of np.random stands."""
    _, keys, *rest = state
    return [keys.tobytes(), *rest]


@contextmanager
def float64_copies(module: Module) -> Iterator[None]:
    """Let the module compute on float64 copies of its parameters and buffers; then put all back."""
    state, numpy_state = generator().bit_generator.state, np.random.get_state()
    parameters, depth = list(module.named_parameters().values()), sys.getrecursionlimit()
    kept: list[tuple[Any, str, Any]] = [(p, "grad", p.grad) for p in parameters]
    for part in module.modules():
        kept += [(part, "cache", part.cache), (part, "training", part.training)]
        kept += [(part, n, p) for n, p in vars(part).items() if isinstance(p, Parameter)]
    arrays: list[tuple[Any, str, Any]] = [(p, "data", p.data) for p in parameters]
    for part in module.modules():
        arrays += [(part, name, getattr(part, name)) for name in part.buffers]
    for owner, name, value in arrays:
        kinds = "fiu" if name == "data" else "f"  # whole numbers written into a parameter learn too
        setattr(owner, name, as_float64(value, kinds))
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)
        generator().bit_generator.state = state
        np.random.set_state(numpy_state)
        for owner, name, value in arrays + kept:
            with suppress(AttributeError):  # of a property
                setattr(owner, name, value)


def as_float64(x: Array, kinds: str = "f") -> Array:
    """A float64 copy of an array of fractions; whole numbers (labels) stay what they are."""
    return np.array(x, np.float64 if x.dtype.kind in kinds else x.dtype)


def resized(x: Array, n: int, rng: np.random.Generator) -> Array:
    """An array like x with n examples: labels from those there are, zeros and ones for zeros and
    ones, probabilities for probabilities, and else numbers far from 0 and from each other."""
    shape = (n, *x.shape[1:])
    if x.dtype.kind != "f":
        return rng.choice(x.ravel(), size=shape) if x.size else x
    if np.all((x == 0) | (x == 1)):
        return rng.integers(0, 2, shape).astype(float)
    # numbers between 0 and 1, apart from each other: no kink by chance
    grid = ((rng.permutation(math.prod(shape)) + rng.uniform()) / math.prod(shape)).reshape(shape)
    low, high = float(np.min(x)), float(np.max(x))
    if 0 <= low <= high <= 1:
        return 0.1 + 0.8 * grid
    if low > 0 or high < 0:  # a logarithm's, say
        return low + (high - low) * grid
    return rng.choice([-1.0, 1.0], shape) * (0.15 + 2 * grid)
