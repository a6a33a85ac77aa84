"""The trusted side of a worker: where it runs, what it may use, and how to talk to it.

Each submission gets a fresh process, which locks itself up before it runs a line of the student's:
no files but Python's and a library from which the exercise's reference has been cut out, one
private folder, no network, no other process, an empty environment, and limits on everything else.
"""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import edunn
from edunn.course.scratch import Scratch
from edunn.course.source import CourseError
from edunn.course.wire import Wire, WireError, WireLimit

CONFINED = {"limits", "landlock", "seccomp"}
WORKER_FILES = (
    "__init__.py",
    "closed.py",
    "confine.py",
    "mine.py",
    "session.py",
    "wire.py",
    "worker.py",
)
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
    folder_size: int = 64 << 20  # bytes in the private folder
    threads: int = 256  # and processes; where the grader is not root, of all that its user runs
    confined: bool = True  # refuse to run where a worker cannot be locked up

    def resources(self) -> dict[str, int]:
        return {
            "AS": self.memory,
            "CPU": self.cpu_seconds,
            "FSIZE": self.file_size,
            "NPROC": self.threads,
            "NOFILE": 64,
            "CORE": 0,
        }


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
        for path in (self.folder, *self.folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        self.readable = [str(self.folder), *python_files()]
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


def python_files() -> list[str]:
    """The files and folders that Python needs: its own, those of packages, shared libraries; but no
    other copy of edunn."""
    found = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/etc/ld.so.cache"]
    found += ["/usr/share/zoneinfo", "/usr/share/fonts", "/etc/localtime"]
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {str(Path(prefix) / "lib") for prefix in (sys.base_prefix, sys.exec_prefix, "/usr")}
    folders |= {"/lib", "/lib64", "/usr/lib64"}
    for folder in sorted({Path(folder).resolve() for folder in folders}):
        for path in folder.iterdir() if folder.is_dir() else ():
            python = path.name.startswith("python") or path.name.endswith("-packages")
            if not python and not path.name.startswith(("edunn", "__editable__", "_editable")):
                found.append(str(path))
    return found


class Worker:
    """A fresh process for one submission. Raises WireError when it dies, lies or is late."""

    def __init__(self, library: Library, limits: Limits):
        self.limits = limits
        self.scratch = Scratch()
        confinement = {
            "read": library.readable,
            "write": [self.scratch.path, "/dev/null"],
            "limits": limits.resources(),
            "user": self.scratch.user,
        }
        ours, theirs = socket.socketpair()
        self.wire = Wire(ours, self.watch)
        start = str(library.folder), str(theirs.fileno())
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", START, *start],
            pass_fds=[theirs.fileno()],
            env=library.environment(self.scratch.path),
            cwd=self.scratch.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        try:
            self.wire.send(confinement, 60)
            self.check_confined(self.wire.receive(60))
        except BaseException:
            self.close()
            raise

    def check_confined(self, greeting: Any) -> None:
        """What the worker says before it has run anything of the student's can be believed."""
        if not isinstance(greeting, dict) or not isinstance(greeting.get("ready"), list):
            raise WireError("it did not start as a worker does")
        missing = CONFINED - set(greeting["ready"])
        if missing and self.limits.confined:
            raise CourseError(
                f"no worker can be locked up here: {', '.join(sorted(missing))} missing (Linux has "
                "all since 5.13). --unsafe grades anyway: students' code can then read and write "
                "whatever you can"
            )

    def watch(self) -> None:
        """Called while an answer is waited for; the private folder may not fill the disk."""
        if self.scratch.is_over(self.limits.folder_size):
            raise WireLimit(f"it wrote more than {self.limits.folder_size >> 20} MB of files")

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        self.wire.send(request, seconds)
        answer = self.wire.receive(seconds)
        self.watch()
        if not isinstance(answer, dict):
            raise WireError("an answer that is no dict")
        return answer

    def close(self) -> None:
        self.wire.sock.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.scratch.remove()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()
