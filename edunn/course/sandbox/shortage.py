"""Whether an error of a student's code is due to the machine, which had less left than the
worker's own limits allow: threads, memory, disk, open files.

What the error says is the worker's own word, and may be a lie; so all that counts is measured here.
Sources: proc_pid_status(5), proc_meminfo(5), and Documentation/admin-guide/cgroup-v2.rst of the
Linux kernel.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edunn.course.sandbox.limits import Limits
from edunn.course.sandbox.scratch import Scratch

SIGNS = {  # what Python says where there is no more of something
    "short_threads": ("can't start new thread", "Resource temporarily unavailable"),
    "short_memory": ("MemoryError", "Cannot allocate memory"),
    "short_disk": ("No space left on device", "Disk quota exceeded"),
    "short_files": ("Too many open files in system",),
}
NEARLY = 0.9  # of a number that all of the machine share
SHARE = 0.25  # of a worker's threads, if others have so many of them


def sign_of(error: Any) -> str:
    """Of what there is no more, by an error of a student's code: one of SIGNS, or "".

    error: [name, text] of an exception, as the worker claims
    """
    if not isinstance(error, list):
        return ""
    said = ": ".join(map(str, error))
    return next((what for what, signs in SIGNS.items() if any(one in said for one in signs)), "")


def is_short(what: str, limits: Limits, scratch: Scratch, number: int) -> bool:
    """Whether the machine has less left of it than a worker's limits allow. what: one of SIGNS

    scratch: the worker's folder    number: of the worker's process; 0 if it is not known
    """
    if what == "short_threads":
        return _few_threads(scratch.user, number, limits.threads)
    if what == "short_memory":
        return _memory_left() < limits.memory - _of(number, "VmSize", 1024)
    if what == "short_disk":
        return _disk_left(scratch.path) < limits.folder_size
    return True  # the files that all of the machine may open: no worker has a share of them


def number_outside(parent: int, inside: int) -> int:
    """The number of a descendant of `parent`, by its number in its own namespace; 0 if there is
    none, or no /proc."""
    left = [parent]
    while left:
        number = left.pop()
        with contextlib.suppress(OSError):
            own = _status(number).get("NSpid", str(number)).split()
            if int(own[-1]) == inside and number != parent:
                return number
            for thread in os.listdir(f"/proc/{number}/task"):
                left += map(int, Path(f"/proc/{number}/task/{thread}/children").read_text().split())
    return 0


def _few_threads(user: int, number: int, most: int) -> bool:
    """Whether others have taken the threads that a process may start: those of its user count
    together, and so do those of the machine and of its container."""
    others = 0
    for one in _processes():
        with contextlib.suppress(OSError):
            about = _status(one)
            if one != number and int(about["Uid"].split()[0]) == user:
                others += int(about["Threads"])
    return others > SHARE * most or any(
        now is not None and all_ is not None and now > NEARLY * all_
        for now, all_ in (
            (_number("/proc/loadavg", lambda text: text.split()[3].split("/")[1]),
             _number("/proc/sys/kernel/threads-max")),
            (_number("/sys/fs/cgroup/pids.current"), _number("/sys/fs/cgroup/pids.max")),
        )
    )  # fmt: skip


def _memory_left() -> int:
    """Bytes that the machine, and the container that this runs in, can still give."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        about = {line.split(":")[0]: int(line.split()[1]) << 10 for line in lines}
        left = about["MemAvailable"] + about["SwapFree"]
        now = _number("/sys/fs/cgroup/memory.current")
        most = _number("/sys/fs/cgroup/memory.max")
        return left if now is None or most is None else min(left, most - now)
    return 1 << 62


def _disk_left(folder: str) -> int:
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize if about.f_favail else 0


def _processes() -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from (int(name) for name in os.listdir("/proc") if name.isdigit())


def _status(number: int) -> dict[str, str]:
    """The lines of /proc/NUMBER/status. Raises OSError if the process is gone."""
    lines = Path(f"/proc/{number}/status").read_text(errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _of(number: int, name: str, unit: int) -> int:
    with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
        return int(_status(number)[name].split()[0]) * unit
    return 0


def _number(path: str, part: Any = str) -> int | None:
    """The number that a file of the kernel's holds; None where there is no such file or limit."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(part(Path(path).read_text().strip()))
    return None
