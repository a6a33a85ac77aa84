"""What a notebook of the course does around each cell: it stops endless loops in checks, and adds a
sentence to exceptions that say little to a beginner."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from edunn.checking.exceptions import raised
from edunn.checking.findings import Finding
from edunn.checking.messages import message
from edunn.runtime import ring_after

SECONDS = 30  # of the clock, for a cell that checks
FORESEEN = (
    TypeError, ValueError, AttributeError, NameError, IndexError, KeyError, RecursionError,
    FloatingPointError,
)  # fmt: skip
_started = False
_alarm: list[Callable[[], None]] = []  # what stops the one that is set


def start(names: list[str]) -> None:
    """Watch the cells of this notebook, if this is one. names: the classes that it asks for"""
    global _started
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or _started:
        return
    _started = True
    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", lambda result: after(result, names))

    def show(shell: Any, kind: Any, error: Any, where: Any, tb_offset: Any = None) -> None:
        _show_with_hint(shell, error, _hint(error, names))

    shell.set_custom_exc(FORESEEN, show)


def before(info: Any) -> None:
    """Set an alarm for a cell that checks."""
    _stop_alarm()  # of a cell that was not seen to end
    checks = re.search(r"\bcheck_\w+\(|^\s*assert\b", info.raw_cell or "", re.MULTILINE)
    if checks:
        _alarm.append(ring_after(SECONDS, _ring))


def _stop_alarm() -> None:
    while _alarm:
        _alarm.pop()()


def _ring(frame: Any) -> None:
    while frame and frame.f_globals.get("__name__") != "__main__":  # not where NumPy just was
        frame = frame.f_back
    where = frame.f_code.co_name if frame else "a function"
    raise TimeoutError(
        f"this check was stopped after {SECONDS} seconds, in {where}. Is there a loop that never "
        "ends? Look at what should make its condition false."
    )


def _show_with_hint(shell: Any, error: Any, hint: str) -> None:
    """Show an exception as IPython does, with a hint as its last line: where a notebook is only
    looked at, as nbgrader's Validate does, the hint is there as well."""
    about = type(error), error, error.__traceback__
    if hint and not hasattr(error, "_render_traceback_"):
        lines = shell.InteractiveTB.structured_traceback(*about, tb_offset=1)
        error._render_traceback_ = lambda: [*lines, hint]
    shell.showtraceback(about, running_compiled_code=True)


def after(result: Any, names: list[str]) -> None:
    """Stop the alarm, and print a hint for an error that says little, unless it was shown with
    one."""
    _stop_alarm()
    error = result.error_before_exec or result.error_in_exec
    if error is not None and not isinstance(error, FORESEEN) and (text := _hint(error, names)):
        print(text)


def _hint(error: BaseException, names: list[str]) -> str:
    """What to do about an error that says little to a beginner; "" for all others."""
    if isinstance(error, SyntaxError):
        return (
            "→ Python could not read this cell, so nothing of it has run. Look at the marked line "
            "and the one above it: a bracket, a colon, the indentation."
        )
    if isinstance(error, NotImplementedError) and str(error).endswith(": not written yet"):
        return (
            "→ Have you written it already? Then the line with `raise NotImplementedError` still "
            "stands beside your code: delete it. Or the name is not the one that was given."
        )
    name = error.name if isinstance(error, NameError) else None
    if name in ("np", "nn"):
        return f"→ {name} comes from the first code cell. Run that cell, then this one again."
    if name in names:
        return (
            f"→ There is no {name} yet. Run the cell in which you write it, and leave its "
            "name as it is. After a restart of the kernel, run all cells again from the top."
        )
    if not isinstance(error, FORESEEN):
        return ""
    id, details, _ = raised(error, "...")
    if id == "raises":
        return ""
    if id == "raises_name":
        return (
            f"→ Python does not know {name}. If it is made in a cell above, run that cell "
            "first; if not, look at its spelling."
        )
    pattern, hint, _ = message(Finding(id, "", "", None, details))
    return f"→ {pattern} {hint}"
