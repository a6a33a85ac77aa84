"""What depends on where Python runs: a notebook, a clock that rings, a progress bar.

Usually that is CPython on a computer. It may also be Pyodide, in a browser, which has no signals
and no threads (https://pyodide.org/en/stable/usage/wasm-constraints.html). There, and on Windows,
the clock is looked at whenever code jumps back, as every loop must.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import numpy as np

Ring = Callable[["FrameType | None"], None]  # told where Python is; it raises
LIBRARIES = tuple(  # folders whose loops are not looked at, as they end: Python's, NumPy's, ours
    os.path.dirname(os.path.abspath(path)) + os.sep
    for path in (os.__file__, os.path.dirname(np.__file__), __file__)
)


def in_notebook() -> bool:
    """Whether there is a notebook to show things in: Jupyter's kernel, or JupyterLite's."""
    return not sys.modules.keys().isdisjoint({"ipykernel", "pyodide_kernel"})


def progress_bar(**options: Any) -> Any:
    """A bar of tqdm, on standard output; where there are no threads, without the one of its own."""
    from tqdm import tqdm  # half as long to import as all of edunn

    # the same question as CPython's own tests ask, in test/support/threading_helper.py
    if not getattr(getattr(sys, "_emscripten_info", None), "pthreads", True):
        tqdm.monitor_interval = 0
    return tqdm(file=sys.stdout, **options)


def ring_after(seconds: float, ring: Ring, again: float = 0.0) -> Callable[[], None]:
    """Call ring after so many seconds of the clock, on this thread, in the midst of what runs.

    again: and then every so many seconds, for code that catches whatever is raised
    Returns a function that stops it. A clock of somebody else that rings before stays as it is, and
    ours is not set; nor is it beside the main thread, or where Python has no way (3.11 on Windows).
    """
    if threading.current_thread() is not threading.main_thread():
        return _nothing
    if hasattr(signal, "setitimer"):
        return _ring_by_signal(seconds, ring, again)
    return _ring_by_jumps(seconds, ring, again)


def _nothing() -> None:
    """There is nothing to stop."""


def _ring_by_signal(seconds: float, ring: Ring, again: float) -> Callable[[], None]:
    left, every = signal.getitimer(signal.ITIMER_REAL)
    if 0 < left <= seconds:
        return _nothing
    start = time.monotonic()
    before = signal.signal(signal.SIGALRM, lambda number, frame: ring(frame))
    signal.setitimer(signal.ITIMER_REAL, seconds, again)

    def stop() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            rest = left - (time.monotonic() - start)
            signal.setitimer(signal.ITIMER_REAL, max(rest, 1e-3), every)

    return stop


@dataclass(eq=False)
class _JumpClock:
    end: float  # of time.monotonic()
    ring: Ring
    again: float


_monitoring: Any = getattr(sys, "monitoring", None)  # Python 3.12 and later
EVERY = 8  # a jump of so many is looked at: to ask for the time is slow in a browser
_TOOL = 4  # of the numbers 0 to 5 of sys.monitoring, one without a purpose of its own
_clocks: list[_JumpClock] = []  # the last one rings first
_jumps = 0  # since the last one that was looked at
_watched: set[str] = set()  # files, and cells, that are not in LIBRARIES: it is faster to look up


def _ring_by_jumps(seconds: float, ring: Ring, again: float) -> Callable[[], None]:
    clock = _JumpClock(time.monotonic() + seconds, ring, again)
    if _monitoring is None or (_clocks and _clocks[-1].end <= clock.end):
        return _nothing
    if not _clocks:
        if _monitoring.get_tool(_TOOL) is not None:  # somebody else's
            return _nothing
        _monitoring.use_tool_id(_TOOL, "edunn")
        _monitoring.register_callback(_TOOL, _monitoring.events.JUMP, _on_jump)
        _monitoring.set_events(_TOOL, _monitoring.events.JUMP)
    _clocks.append(clock)

    def stop() -> None:
        _clocks.remove(clock)
        if not _clocks:
            _monitoring.set_events(_TOOL, 0)
            _monitoring.register_callback(_TOOL, _monitoring.events.JUMP, None)
            _monitoring.free_tool_id(_TOOL)

    return stop


def _on_jump(code: CodeType, offset: int, target: int) -> Any:
    """Look at the clock; never again at this place, where it is in a library."""
    global _jumps
    _jumps = (_jumps + 1) % EVERY
    if _jumps:
        return None
    if code.co_filename not in _watched:
        if code.co_filename.startswith(LIBRARIES):
            return _monitoring.DISABLE
        _watched.add(code.co_filename)
    clock = _clocks[-1]
    if time.monotonic() >= clock.end and threading.current_thread() is threading.main_thread():
        clock.end = time.monotonic() + clock.again if clock.again else math.inf
        clock.ring(sys._getframe(1))
    return None
