"""The untrusted side: runs a student's cells, and programs of data on what they define.

It never decides whether anything is right, and knows no hidden case. Run as
`python -m edunn.course.worker FD`, where FD is its end of a socket.
"""

from __future__ import annotations

import contextlib
import io
import socket
import sys
from typing import Any

from edunn.course.wire import Wire, WireError

MAX_OUTPUT = 20_000  # characters kept of what one cell prints


class Capture(io.StringIO):
    """Keeps the first MAX_OUTPUT characters, and counts the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped = 0

    def write(self, text: str) -> int:
        room = MAX_OUTPUT - self.tell()
        super().write(text[: max(room, 0)])
        self.dropped += max(len(text) - room, 0)
        return len(text)

    def text(self) -> str:
        return self.getvalue() + (f"\n... {self.dropped} more characters" if self.dropped else "")


def make_shell() -> Any:
    """An IPython shell in this process, so that magics and displays work; it keeps no history."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    return InteractiveShell.instance(config=config)


def run_cell(shell: Any, source: str) -> dict[str, Any]:
    """What a cell printed, and the name and text of the exception that ended it, if one did."""
    capture, before = Capture(), (sys.stdout, sys.stderr)
    sys.stdout = sys.stderr = capture
    try:
        result = shell.run_cell(source, store_history=False)
    finally:
        sys.stdout, sys.stderr = before
    error = result.error_before_exec or result.error_in_exec
    return {"printed": capture.text(), "error": describe(error) if error else None}


def run_program(namespace: dict[str, Any], program: list[list[Any]]) -> list[Any]:
    """Run operations on the student's names, each making a value; return those that are read.

    See `edunn.course.cases.Student`, which writes the programs.
    """
    values: list[Any] = []
    read: list[Any] = []

    def value(argument: Any) -> Any:
        is_reference = isinstance(argument, dict) and argument.keys() == {"ref"}
        return values[argument["ref"]] if is_reference else argument

    for operation, *arguments in program:
        result = None
        if operation == "make":
            name, *rest = arguments
            if name not in namespace:
                raise NameError(f"the notebook does not define {name}")
            result = namespace[name](*map(value, rest))
        elif operation == "call":
            target, method, *rest = arguments
            result = getattr(value(target), method)(*map(value, rest))
        elif operation == "set":
            target, path, new = arguments
            *way, last = path.split(".")
            found = value(target)
            for step in way:
                found = getattr(found, step)
            setattr(found, last, value(new))
        elif operation == "item":
            target, key = arguments
            result = value(target)[key]
        elif operation == "read":
            read += [value(argument) for argument in arguments]
        values.append(result)
    return read


def describe(error: BaseException) -> list[str]:
    return [type(error).__name__, str(error)[:2000]]


def serve(wire: Wire) -> None:
    shell = make_shell()
    wire.send("ready")
    while True:
        request = wire.receive()
        try:
            if "cell" in request:
                answer = run_cell(shell, request["cell"])
            else:
                answer = {"read": run_program(shell.user_ns, request["program"])}
        except BaseException as error:
            answer = {"error": describe(error)}
        try:
            wire.send(answer)
        except (TypeError, ValueError) as error:
            wire.send({"error": ["TypeError", f"the answer is {error}, not an array"]})


if __name__ == "__main__":
    with contextlib.suppress(WireError):  # the grader hangs up when the work is done
        serve(Wire(socket.socket(fileno=int(sys.argv[1]))))
