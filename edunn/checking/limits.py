"""The limits of a check: how long it may take, and how much of what a layer prints is kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from edunn.checking.messages import word
from edunn.checking.subject import TimeUp
from edunn.runtime import ring_after


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TimeUp where the block takes longer; only where a clock can ring (`ring_after`), and
    nobody else has set one that rings before."""

    def up(_: Any) -> None:
        raise TimeUp(seconds)

    stop = ring_after(seconds, up, again=1.0)  # again, where a bare except has caught it
    try:
        yield
    finally:
        stop()


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
