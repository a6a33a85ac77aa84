"""The untrusted side: runs a student's cells, and programs of data on what they define.

It never decides whether anything is right, and knows no hidden case. Run as
`python -m edunn.course.sandbox.worker FD`, where FD is a socket on which workers are asked for.
Each has a socket of its own, over which come the arguments of `lock_down`, and then cells and
programs.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import getpass
import importlib
import io
import itertools
import locale
import math
import os
import pdb
import random
import re
import shutil
import signal
import socket
import struct
import sys
import time
import traceback
from typing import Any, Literal

import numpy as np

from edunn.course.sandbox.protocol import (
    ENDED,
    MAX_FIGURES,
    MAX_OUTPUT,
    NOT_DEFINED,
    Channel,
    ProtocolError,
)
from edunn.course.sandbox.shutting import Shutter

# raised for want of a file, the network, a program, a module, a language, or somebody who types
NOT_HERE = (OSError, ImportError, EOFError, locale.Error)
AROUND = re.compile(r"\A\s*%%(time|capture)[ \t]*\n")  # a magic around a whole cell
MOST_ASKED = 100  # questions of input() that are answered with nothing
PRELOADED = (
    "edunn",
    "edunn.checking",
    "matplotlib.pyplot",
    "IPython.core.interactiveshell",
    "stack_data",  # which IPython imports when it first shows an exception, locked up by then
)


class _Capture(io.StringIO):
    """Keeps the first MAX_OUTPUT characters, and counts the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.room, self.dropped = MAX_OUTPUT, 0

    def write(self, text: str) -> int:
        length = len(text)
        if length <= self.room:
            self.room -= length
            return super().write(text)
        if self.room:
            super().write(text[: self.room])
        self.dropped += length - self.room
        self.room = 0
        return length

    def text(self) -> str:
        return self.getvalue() + (f"\n... {self.dropped} more characters" if self.dropped else "")


def make_shell() -> Any:
    """An IPython shell in this process, so that magics and displays work; it keeps no history."""
    from IPython.core import debugger
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    shell: Any = InteractiveShell.instance(config=config)
    shell.enable_matplotlib = lambda gui=None: (gui, "agg")  # figures() shows what is drawn
    # IPython 9 keeps all that is printed once more, for a history that nobody reads
    shell._tee = lambda channel: contextlib.nullcontext()
    # what does not work here does not end a cell: a class may be defined below it
    shell.system = lambda command: print(f"There are no programs here: {command}")
    shell.getoutput = lambda command, *rest, **options: shell.system(command) or []
    asked, shell.was_asked = itertools.count(1), False

    def nobody(prompt: str = "", *rest: Any, **options: Any) -> str:
        print(prompt)
        shell.was_asked = True
        if next(asked) > MOST_ASKED:  # a loop that waits for the right answer, or a debugger
            raise EOFError("input() waits for somebody to type: nobody does while this is graded")
        return ""

    for module, name in ((builtins, "input"), (getpass, "getpass")):
        setattr(module, name, nobody)
    said = ["breakpoint() is left out: nobody is here to debug while this is graded"]

    def no_debugger(*rest: Any, **options: Any) -> None:
        while said:  # once
            print(said.pop())

    sys.breakpointhook = pdb.set_trace = debugger.set_trace = no_debugger
    return shell


def run_cell(shell: Any, source: str) -> dict[str, Any]:
    """What a cell printed and drew, and the name and text of the exception that ended it, if one
    did. Where that is for want of what a student has at home, the cell goes on below that line."""
    capture, before = _Capture(), (sys.stdout, sys.stderr)
    sys.stdout = sys.stderr = capture
    source, shell.was_asked = AROUND.sub("\n", source), False  # lines stay where they are
    try:
        result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        went_on = error is not None and (shell.was_asked or _is_not_here(error))
        if went_on:
            _go_on(shell, source, error)
    finally:
        sys.stdout, sys.stderr = before
    return {
        "printed": capture.text(),
        "figures": figures(),
        "error": describe(error) if error else None,
        "went_on": went_on,
    }


def _is_not_here(error: BaseException | None) -> bool:
    """Whether an exception, or one that led to it, is of what is there at home only."""
    from IPython.core.error import UsageError  # of a magic

    for _ in range(20):  # a chain may be endless
        if error is None or isinstance(error, (*NOT_HERE, UsageError)):
            break
        error = error.__cause__ or error.__context__
    return isinstance(error, (*NOT_HERE, UsageError))


def _go_on(shell: Any, source: str, error: BaseException) -> None:
    """Define what stands below the statement which has raised the error, and nothing else: what is
    there already stays, as it does in Jupyter, where the cell ends here."""
    stack = traceback.walk_tb(error.__traceback__)
    line = next((line for frame, line in stack if frame.f_globals is shell.user_ns), math.inf)
    statements = ast.parse(shell.transform_cell(source)).body
    same = [one for one in statements if one.lineno == line]
    for statement in [*same[1:], *(one for one in statements if one.lineno > line)]:
        names = _defines(statement)
        if names and not any(name in shell.user_ns for name in names):
            shell.run_cell(ast.unparse(statement), store_history=False)


def _defines(statement: ast.stmt) -> list[str]:
    """The names that a definition, an import or an assignment makes; none of any other."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Import() | ast.ImportFrom():
            names = [(one.asname or one.name).partition(".")[0] for one in statement.names]
            return [name for name in names if name != "*"]
        case ast.Assign():
            made = statement.targets
        case ast.AnnAssign():
            made = [statement.target]
        case _:
            return []
    parts = [part for target in made for part in ast.walk(target)]
    return [one.id for one in parts if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]


def figures() -> list[Any]:
    """A PNG, as an array of its bytes, of each figure that is open; all are closed, as Jupyter does
    after each cell."""
    found: list[Any] = []
    with contextlib.suppress(Exception):
        pyplot = sys.modules["matplotlib.pyplot"]
        for number in pyplot.get_fignums()[:MAX_FIGURES]:
            file = io.BytesIO()
            pyplot.figure(number).savefig(file, format="png", dpi=72, bbox_inches="tight")
            found.append(np.frombuffer(file.getvalue(), np.uint8))
        pyplot.close("all")
    return found


class _NotDefined(NameError):
    """A program asks for a name that the notebook does not define."""


class Programs:
    """Runs programs of data on the student's names; each operation is a method. Values are kept, so
    that the next program can use them. `edunn.course.hidden_tests.cases.Student` writes programs.
    """

    def __init__(self, namespace: dict[str, Any]):
        self.namespace = namespace
        self.values: list[Any] = []
        self.shutter = Shutter()
        self.seterr = np.seterr  # a student's own np may have another one

    def run(self, program: list[list[Any]], start: int) -> list[Any]:
        """Run operations, each making a value, numbered from `start`; return those it reads."""
        del self.values[start:]
        read: list[Any] = []
        try:
            for operation, *arguments in program:
                result = None
                if operation == "read":
                    read += map(_listed, map(self.value, arguments))
                else:
                    result = getattr(self, operation)(*arguments)
                self.values.append(result)
        finally:  # what an error kept from running is None
            self.values += [None] * (start + len(program) - len(self.values))
        return read

    def value(self, argument: Any) -> Any:
        """An argument, with the values it refers to in their places."""
        if isinstance(argument, dict):
            if argument.keys() == {"ref"}:
                return self.values[argument["ref"]]
            return {key: self.value(item) for key, item in argument.items()}
        if isinstance(argument, (list, tuple)):
            return type(argument)(map(self.value, argument))
        return argument

    def apply(self, name: str, *arguments: Any) -> Any:
        return self.get(name)(*map(self.value, arguments))

    def get(self, name: str) -> Any:
        first, *way = name.split(".")
        if first == "__builtins__":  # which %pylab makes a dict in the notebook
            return _follow(builtins, way)
        if first not in self.namespace:
            raise _NotDefined(first)
        return _follow(self.namespace[first], way)

    def call(self, target: Any, method: str, *arguments: Any) -> Any:
        return getattr(self.value(target), method)(*map(self.value, arguments))

    def set(self, target: Any, path: str, new: Any) -> None:
        *way, last = path.split(".")
        setattr(_follow(self.value(target), way), last, self.value(new))

    def attribute(self, target: Any, path: str) -> Any:
        return _follow(self.value(target), path.split("."))

    def item(self, target: Any, key: Any) -> Any:
        return self.value(target)[self.value(key)]

    def shut(self, names: list[str], kept: list[str]) -> None:
        self.shutter.shut(names, kept)

    def open(self) -> None:
        self.shutter.open()

    def overflow(self, then: Literal["raise", "warn"]) -> None:
        """What NumPy does where a number gets too large: it may raise or warn."""
        self.seterr(over=then)


def _listed(value: Any) -> Any:
    """A value with lists instead of tuples: cases need not tell them apart."""
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, (list, tuple)) else value


def _follow(target: Any, way: list[str]) -> Any:
    for step in way:
        target = getattr(target, step)
    return target


def describe(error: BaseException) -> list[str]:
    """The name and text of an exception; other words where its own text raises."""
    try:
        name = NOT_DEFINED if isinstance(error, _NotDefined) else str(type(error).__name__)
        return [name, str(error)[:4000]]
    except BaseException:
        return ["Exception", "an exception that cannot be shown"]


def _serve(channel: Channel, confinement: dict[str, Any]) -> None:
    """Lock this process up, say what is in force, and answer requests until the grader hangs up."""
    in_force: list[str] = []
    if sys.platform == "linux":
        from edunn.course.sandbox.lockdown import lock_down

        in_force = lock_down(**confinement)
    shell = make_shell()
    # its own folders: the notebook's is empty, as in Jupyter, and the grader looks into it often
    shutil.rmtree(shell.profile_dir.location, ignore_errors=True)
    programs = Programs(shell.user_ns)
    channel.send({"ready": in_force})
    while True:
        request = channel.receive()
        try:
            if "cell" in request:
                answer = run_cell(shell, request["cell"])
            else:
                answer = {"read": programs.run(request["program"], request["start"])}
        except BaseException as error:
            answer = {"error": describe(error)}
        try:
            channel.send(answer)
        except ProtocolError:
            raise
        except (TypeError, ValueError) as error:
            channel.send({"error": ["TypeError", f"the answer is {error}, not an array"]})
        except BaseException as error:  # an object whose methods raise when it is looked at
            channel.send({"error": describe(error)})


def _fork_server(control: socket.socket) -> None:
    """Load what notebooks import, then fork a worker for each folder that is named.

    A message with a socket asks for a worker in the folder that it names. One without holds a
    number of a worker and of seconds: the worker is ended, after so long at most. The answer is
    (the number, the signal that ended it before, its seconds of processor time).
    """
    for name in PRELOADED:
        importlib.import_module(name)
    os.chmod(os.environ["MPLCONFIGDIR"], 0o555)  # no worker may change what a next server reads
    sys.modules["edunn"].manual_seed(0)  # the same random numbers for all, in every run
    np.random.seed(0)
    random.seed(0)
    while True:
        message, sockets, _, _ = socket.recv_fds(control, 4096, 1)
        if not message:
            return None  # the grader has hung up
        if sockets:
            number = os.fork()
            if number == 0:
                control.close()
                return worker(message.decode(), socket.socket(fileno=sockets[0]))
            with contextlib.suppress(OSError):  # the child may have been faster
                os.setpgid(number, number)
            os.close(sockets[0])
            ended = 0, 0.0
        else:
            number, grace = int(message.split()[0]), float(message.split()[1])
            ended = _end(number, grace)
        control.sendall(struct.pack(ENDED, number, *ended))


def _end(number: int, grace: float) -> tuple[int, float]:
    """End a worker that has not ended `grace` seconds from now; returns the signal that had ended
    it before, 0 if none had, and its seconds of processor time."""
    until = time.monotonic() + grace
    gone, status, used = os.wait4(number, os.WNOHANG)
    while not gone and time.monotonic() < until:
        time.sleep(0.01)
        gone, status, used = os.wait4(number, os.WNOHANG)
    with contextlib.suppress(OSError):
        os.killpg(number, signal.SIGKILL)
    if not gone:
        _, status, used = os.wait4(number, 0)
        status = 0
    by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return by, used.ru_utime + used.ru_stime


def worker(folder: str, sock: socket.socket) -> None:
    """What a forked process does: run one submission's cells in its folder, as the grader asks."""
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    # where memory is short, the kernel ends a worker, and no judge
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")
    os.chdir(folder)
    os.environ["HOME"] = os.environ["IPYTHONDIR"] = folder
    sys.path.insert(0, folder)  # as in Jupyter: what a notebook writes, it can import
    with contextlib.suppress(ProtocolError):  # the grader hangs up when the work is done
        channel = Channel(sock)
        _serve(channel, channel.receive())


if __name__ == "__main__":
    _fork_server(socket.socket(fileno=int(sys.argv[1])))
