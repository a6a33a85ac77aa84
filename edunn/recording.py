"""What holds inside a `with`: whether the tape records what is done to Tensors, as it does always
but inside `no_tape()`; and evaluation mode."""

from collections.abc import Iterator
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar, Token
from inspect import isgeneratorfunction
from typing import Any

_recording = ContextVar("recording", default=True)  # one for each thread


def is_recording() -> bool:
    return _recording.get()


class no_tape(ContextDecorator):
    """Call modules on Tensors without recording: for evaluation, and to change parameters by hand.

    with no_tape(): ..., or @no_tape above a function. It holds for the thread that it is written
    in, and for no other. TypeError for a generator, which would run after it has ended."""

    before: list[Token[bool]]  # what held before each `with` that is not yet over

    def __new__(cls, function: Any = None) -> Any:
        self = super().__new__(cls)
        self.before = []
        return self if function is None else self(function)

    def __enter__(self) -> None:
        self.before.append(_recording.set(False))

    def __exit__(self, *error: object) -> None:
        _recording.reset(self.before.pop())

    def __call__(self, function: Any) -> Any:
        if isgeneratorfunction(function):
            raise TypeError(
                f"no_tape got the generator {function.__name__}, which runs after it has ended: "
                "write `with no_tape():` inside"
            )
        return super().__call__(function)

    def _recreate_cm(self) -> "no_tape":  # one for each call, as for those of contextmanager
        return no_tape()


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
