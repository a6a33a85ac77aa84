"""The outer wall around students' code, where bubblewrap works: a file system of its own.

It holds Python's files, read-only, and one folder to write to; there is no network, and no process
but those that were started in it. The inner wall, `lockdown`, is there with and without it.

Source: bwrap(1). It needs root, or a kernel that lets users make namespaces.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMESPACES = "ipc", "pid", "net", "uts", "cgroup-try"
KEPT = "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_DAC_READ_SEARCH"
LINKS = "/bin", "/lib", "/lib64"  # of today's systems, into /usr


def command(read: list[str], write: str) -> list[str]:
    """What to put before a command so that it runs behind the wall, where only `read` can be read,
    and only the folder `write` can be written to. [] where bubblewrap does not work."""
    program = bubblewrap()
    if not program:
        return []
    files = [path for path in read + _own_python() if not path.startswith("/dev/")]
    binds = [("--ro-bind-try", os.path.realpath(path), path) for path in files]
    # else bubblewrap makes the folders above `write`, and lets nobody but their owner in
    above = [("--dir", str(folder)) for folder in reversed(Path(write).parents[:-1])]
    links = [("--symlink", os.readlink(path), path) for path in LINKS if os.path.islink(path)]
    # root keeps what it needs to make each worker another user
    kept = [("--cap-add", name) for name in KEPT] if os.geteuid() == 0 else []
    walls = [f"--unshare-{name}" for name in NAMESPACES]
    own = [("--dev", "/dev"), ("--proc", "/proc")]
    words = [*kept, *own, *above, *binds, *links, ("--bind", write, write), ("--remount-ro", "/")]
    return [program, *walls, "--die-with-parent", *(word for one in words for word in one), "--"]


def _own_python() -> list[str]:
    """The program that runs this, and what tells it where its packages are."""
    names = {sys.executable, os.path.realpath(sys.executable)}
    return sorted(names | {str(Path(sys.prefix) / "pyvenv.cfg")})


@functools.cache
def bubblewrap() -> str:
    """Where the program is; "" if there is none, or if it may not make namespaces here."""
    program = shutil.which("bwrap") or ""
    walls = [f"--unshare-{name}" for name in NAMESPACES]
    test = [program, *walls, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "true"]
    works = program and subprocess.run(test, capture_output=True).returncode == 0
    return program if works else ""
