"""The trusted side of a worker: where it runs, what it may use, and how to talk to it.

Each submission gets a fresh process with a library from which the exercise's reference has been
cut out, a private temporary folder, an empty environment, and limits on time, memory, file size
and output. It is killed, with all its children, when it is done or late.
"""

from __future__ import annotations

import ast
import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import edunn
from edunn.course.wire import Wire, WireError

WORKER_FILES = ("__init__.py", "closed.py", "mine.py", "session.py", "wire.py", "worker.py")
KEPT = ("__init__", "__repr__")  # methods that tell nothing
START = (  # -I keeps the student's folder and environment out of the path; our library is first
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "import runpy; runpy.run_module('edunn.course.worker', run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds are of the clock, except cpu_seconds."""

    cell_seconds: float = 30.0
    notebook_seconds: float = 180.0
    cpu_seconds: int = 240
    memory: int = 4 << 30  # bytes of address space
    file_size: int = 16 << 20  # bytes


class Library:
    """A copy of edunn for workers, in a temporary folder, without the classes that are closed."""

    def __init__(self, closed: list[str]):
        self.folder = Path(tempfile.mkdtemp(prefix="edunn-library-"))
        source, package = Path(edunn.__file__).parent, self.folder / "edunn"
        shutil.copytree(source, package, ignore=shutil.ignore_patterns("course", "__pycache__"))
        (package / "cli.py").unlink(missing_ok=True)
        (package / "course").mkdir()
        for name in WORKER_FILES:
            shutil.copy(source / "course" / name, package / "course" / name)
        for path in package.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            cut = without_reference(text, set(closed))
            if cut != text:
                path.write_text(cut, encoding="utf-8")
        self.warm_up()

    def warm_up(self) -> None:
        """Compile once for all workers, and let matplotlib look for fonts once."""
        code = "import matplotlib.pyplot; import edunn"
        command = [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, sys.argv[1]); {code}",
        ]
        subprocess.run(
            [*command, str(self.folder)], env=self.environment("/"), check=True, capture_output=True
        )

    def environment(self, home: str) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "LANG": "C.UTF-8",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": str(self.folder / "matplotlib"),
            "IPYTHONDIR": home,
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
        }

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *error: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def without_reference(source: str, closed: set[str]) -> str:
    """The source without the bodies of the closed functions, and of the methods of the closed
    classes, except their constructors."""
    tree = ast.parse(source)
    kinds = ast.ClassDef, ast.FunctionDef
    found = [node for node in tree.body if isinstance(node, kinds) and node.name in closed]
    for one in found:
        inside = one.body if isinstance(one, ast.ClassDef) else [one]
        for function in inside:
            if isinstance(function, ast.FunctionDef) and function.name not in KEPT:
                name = one.name if function is one else f"{one.name}.{function.name}"
                text = f"{name}: this exercise is about writing your own"
                function.body = ast.parse(f"raise NotImplementedError({text!r})").body
    return ast.unparse(tree) if found else source


class Worker:
    """A fresh process for one submission. Raises WireError when it dies, lies or is late."""

    def __init__(self, library: Library, limits: Limits):
        self.limits = limits
        self.home = tempfile.mkdtemp(prefix="edunn-worker-")
        ours, theirs = socket.socketpair()
        self.wire = Wire(ours)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", START, str(library.folder), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=library.environment(self.home),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that its children can be killed with it
            preexec_fn=self.set_limits,
        )
        theirs.close()
        try:
            if self.wire.receive(60) != "ready":
                raise WireError("it did not start as a worker does")
        except WireError:
            self.close()
            raise

    def set_limits(self) -> None:
        limits = self.limits
        for kind, value in (
            (resource.RLIMIT_AS, limits.memory),
            (resource.RLIMIT_CPU, limits.cpu_seconds),
            (resource.RLIMIT_FSIZE, limits.file_size),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (value, value))

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        self.wire.send(request, seconds)
        answer = self.wire.receive(seconds)
        if not isinstance(answer, dict):
            raise WireError("an answer that is no dict")
        return answer

    def close(self) -> None:
        self.wire.sock.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()
