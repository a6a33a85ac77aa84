"""The limits of a check: how long it may take, and how much of what a layer prints is kept."""

from __future__ import annotations

import io
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from edunn.checking.messages import word
from edunn.checking.subject import TimeUp


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TimeUp where the block takes longer; only where there are signals, and nobody else has
    set a clock that rings before."""
    can = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    left, every = signal.getitimer(signal.ITIMER_REAL) if can else (0.0, 0.0)
    if not can or 0 < left <= seconds:
        yield
        return

    def up(*_: Any) -> None:
        raise TimeUp(seconds)

    start, before = time.monotonic(), signal.signal(signal.SIGALRM, up)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again, where a bare except has caught it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            left -= time.monotonic() - start
            signal.setitimer(signal.ITIMER_REAL, max(left, 1e-3), every)


class FirstLines(io.StringIO):
    """Keeps the beginning of what a layer prints: it is run dozens of times in a check."""

    LINES, LENGTH = 20, 2000  # of lines, and of all that is not ended by a line's end

    def __init__(self) -> None:
        super().__init__()
        self.lines, self.length = 0, 0

    def write(self, text: str) -> int:
        for line in text.splitlines(keepends=True):
            end = line[len(line.rstrip("\n")) :]
            if self.lines < self.LINES:
                super().write(line.rstrip("\n")[: max(0, self.LENGTH - self.length)] + end)
            self.length = 0 if end else self.length + len(line)
            self.lines += len(end)
        return len(text)

    def close(self) -> None:
        """Whatever a layer does to it, what it has printed is shown."""

    def text(self) -> str:
        more = self.lines - self.LINES
        return self.getvalue() + (word("more_lines", count=more) + "\n" if more > 0 else "")
