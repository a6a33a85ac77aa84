"""What one submission may use, and what its worker may read and write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edunn.course.sandbox.scratch import Scratch


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds are of the clock, except cpu_seconds."""

    cell_seconds: float = 30.0
    notebook_seconds: float = 180.0
    cpu_seconds: int = 240
    memory: int = 4 << 30  # bytes of address space
    file_size: int = 16 << 20  # bytes
    folder_size: int = 64 << 20  # bytes in the private folder
    judge_memory: int = 3 << 30  # bytes of address space of the judge, which runs nothing of theirs
    judge_seconds: float = 600.0  # for one submission, all of its runs taken together
    threads: int = 256  # and processes; where the grader is not root, of all that its user runs
    confined: bool = True  # refuse to run where a worker cannot be locked up

    def confinement(self, readable: list[str], scratch: Scratch) -> dict[str, Any]:
        """The arguments of `lock_down`: a worker reads `readable`, Python and its library, and
        writes into its own folder."""
        return {
            "read": readable,
            "write": [scratch.path, "/dev/null"],
            "limits": self.resources(),
            "user": scratch.user,
        }

    def resources(self) -> dict[str, int]:
        """The limits that the kernel holds, by the names that `lock_down` takes."""
        return {
            "AS": self.memory,
            "CPU": self.cpu_seconds,
            "FSIZE": self.file_size,
            "NPROC": self.threads,
            "NOFILE": 64,
            "CORE": 0,
        }
