"""What the checks raise: one kind of error for each kind of thing that is checked."""

from __future__ import annotations

import linecache
import traceback
from typing import Any

from edunn.runtime import in_notebook


class CheckError(AssertionError):
    """A check has found something that is not right; the base of all errors of this package."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the line that asked, and the report, if it does not stand above."""
        calls = list(traceback.walk_tb(self.__traceback__))
        frame, line = next(
            (call for call in reversed(calls) if package_of(call[0].f_globals) != "edunn"),
            calls[-1],
        )
        code = linecache.getline(frame.f_code.co_filename, line).strip()
        text = str(self).partition("\n\n")[0] if in_notebook() else str(self)
        return [f"----> {line} {code}", "", f"{type(self).__name__}: {text}"]


class GradientError(CheckError):
    """A module is not right: above all, its backward is not the derivative of its forward.

    The three kinds below are GradientErrors too, as every check raised this one at first: an
    `except GradientError` around any check still catches what it caught.
    """


class OptimizerError(GradientError):
    """An optimizer's steps are not those of the right one."""


class InitializerError(GradientError):
    """An initializer's numbers do not have the mean, deviation or distribution asked for."""


class TrainingLoopError(GradientError):
    """A training loop does not train as it should."""


def package_of(names: dict[str, Any]) -> str:
    """The top-level package of the code whose global names these are."""
    return str(names.get("__name__", "")).partition(".")[0]
