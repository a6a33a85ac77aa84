"""Whether the tape records what is done to Tensors: always, except inside `with no_tape():`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
