"""What holds inside a `with`: whether the tape records what is done to Tensors, as it does always
but inside `no_tape()`; and evaluation mode."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_recording = ContextVar("recording", default=True)  # one for each thread


def is_recording() -> bool:
    return _recording.get()


@contextmanager
def no_tape() -> Iterator[None]:
    """Call modules on Tensors without recording: for evaluation, and to change parameters by hand.

    It holds for the thread that it is written in, and for no other."""
    before = is_recording()
    _recording.set(False)
    try:
        yield
    finally:
        _recording.set(before)


@contextmanager
def evaluating(module: Any) -> Iterator[None]:
    """Evaluation mode inside; after it, every module has the mode and the cache that it had."""
    before = [(one, one.training, one.cache) for one in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for one, training, cache in before:
            one.training, one.cache = training, cache
