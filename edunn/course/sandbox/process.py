"""The trusted side of a worker: where it runs, what it may use, and how to talk to it.

Each submission gets a process of its own, which locks itself up before it runs a line of the
student's: no files but Python's and a library without the exercise's reference, one private folder,
no network, no other process, an empty environment, and limits on everything else. It is forked from
a process that has loaded NumPy, IPython and Matplotlib and has done nothing else, so it starts in a
twentieth of the time, and is as clean as a new one.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from types import TracebackType
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.sandbox import bubblewrap
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.sandbox.protocol import ENDED, Channel, DiskLimitError, ProtocolError
from edunn.course.sandbox.scratch import Scratch
from edunn.course.sandbox.shortage import is_short, number_outside, sign_of

GRACE = 2.0  # seconds that a process which has hung up may take to end
WALLS = {"limits": "limits", "landlock": "files", "bubblewrap": "files", "seccomp": "calls"}
START = (  # -I keeps the student's folder and environment out of the path; our library is first
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "import edunn; assert edunn.__file__.startswith(sys.path[0]); "
    "import runpy; worker = 'edunn.course.sandbox.worker'; "
    "runpy.run_module(worker, run_name='__main__', alter_sys=True)"
)


class ForkServer:
    """A process that has loaded what notebooks import, and makes the workers. It raises OSErrors
    (TimeoutError if it does not answer); after one it cannot be used any more."""

    def __init__(self, library: Library):
        self.library = library
        self.room = tempfile.mkdtemp(prefix="workers-", dir=library.root)
        os.chmod(self.room, 0o711)
        fonts = f"{self.room}/matplotlib"
        shutil.copytree(library.folder / "matplotlib", fonts)
        self.outer_wall = bubblewrap.command(library.readable, self.room)
        self.control, theirs = socket.socketpair()
        self.control.settimeout(60)
        with theirs:
            start = str(library.folder), str(theirs.fileno())
            self.process = subprocess.Popen(
                [*self.outer_wall, sys.executable, "-I", "-c", START, *start],
                pass_fds=[theirs.fileno()],
                env=library.environment("/") | {"MPLCONFIGDIR": fonts},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def fork(self, folder: str, sock: socket.socket) -> int:
        """The number of a new process, which runs in the folder and listens to the socket."""
        socket.send_fds(self.control, [folder.encode()], [sock.fileno()])
        return int(self.answer()[0])

    def end(self, pid: int, grace: float = 0.0) -> tuple[int, float] | None:
        """Kill a worker and all of its group; it is gone when this returns.

        grace: how long it may take to end by itself
        Returns (the signal that had ended it before, or 0; its seconds of processor time); None
        where this process itself is gone, and the worker with it.
        """
        try:
            self.control.sendall(f"{pid} {grace}".encode())
            _, by, seconds = self.answer()
        except OSError:
            self.process.kill()  # its workers go with it, and nobody waits for its answer
            return None
        return int(by), float(seconds)

    def answer(self) -> tuple[Any, ...]:
        """The number of the process that was made or ended, and how it had ended."""
        answer = self.control.recv(struct.calcsize(ENDED))
        if len(answer) != struct.calcsize(ENDED):
            raise ConnectionError("the process that makes workers is gone")
        return struct.unpack(ENDED, answer)

    def kill(self) -> None:
        """End the process, and all workers with it, in a signal's handler: `wait` there could meet
        the lock of a `wait` that it has interrupted."""
        self.process.kill()
        until = time.monotonic() + GRACE
        while self.process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)

    def close(self) -> None:
        """End the process, and all workers with it."""
        self.control.close()
        self.process.kill()
        self.process.wait()


class Worker:
    """A process for one submission. ProtocolError where it dies, lies or is late."""

    def __init__(self, server: ForkServer, limits: Limits):
        self.limits, self.server, self.pid = limits, server, 0
        self.scratch = Scratch(server.room)
        confinement = limits.confinement(server.library.readable, self.scratch)
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours, self.watch_all)
        try:
            with theirs:
                self.pid = server.fork(self.scratch.path, theirs)
            self.channel.send(confinement, 60)
            self.check_confined(self.channel.receive(60))
        except BaseException:
            self.close()
            raise

    def check_confined(self, greeting: Any) -> None:
        """Raise CourseError unless all walls stand. The worker's word counts, as it has not yet run
        anything of the student's."""
        if not isinstance(greeting, dict) or not isinstance(greeting.get("ready"), list):
            raise ProtocolError("it did not start as a worker does")
        in_force = {*greeting["ready"], *(["bubblewrap"] if self.server.outer_wall else [])}
        open_to = {*WALLS.values()} - {WALLS[name] for name in in_force & WALLS.keys()}
        if open_to and self.limits.confined:
            missing = ", ".join(name for name, wall in WALLS.items() if wall in open_to)
            raise CourseError(
                f"no worker can be locked up here: {missing} missing (Linux has all but bubblewrap "
                "since 5.13). --unsafe grades anyway: students' code can then read and write "
                "whatever you can"
            )

    def watch(self) -> None:
        """Called while waiting for an answer: the private folder may not fill the disk, nor may
        files that have no name any more."""
        if self.scratch.is_over(self.limits.folder_size):
            raise DiskLimitError(self.limits.folder_size >> 20)

    def watch_all(self) -> None:
        """The same, with the files that are open or mapped and have no name any more."""
        nameless = self.scratch.nameless(self.outside, self.limits.file_size)
        if self.scratch.is_over(self.limits.folder_size - nameless):
            raise DiskLimitError(self.limits.folder_size >> 20)

    @functools.cached_property
    def outside(self) -> int:
        """The number that this process has here; 0 if that cannot be found out."""
        return number_outside(self.server.process.pid, self.pid)

    def was_killed(self) -> bool:
        """Whether somebody else has ended it, rather than its own code, or a limit of its own. To
        be asked once it has hung up; it is gone when this returns."""
        ended = self.server.end(self.pid, GRACE)
        self.pid = 0
        if ended is None:
            return True
        by, seconds = ended  # nothing in the lock lets its own code send such a signal
        return by == signal.SIGKILL and seconds < self.limits.cpu_seconds - 1

    def lacks(self, error: Any) -> str:
        """What the machine is short of, if an error of the student's code is due to that: its own
        limits are not reached, but less is left than they allow. "" otherwise."""
        what = sign_of(error)
        short = what and is_short(what, self.limits, self.scratch, self.outside)
        return what if short else ""

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The worker's answer to {"cell": source} or {"program": ..., "start": ...}."""
        self.channel.send(request, seconds)
        answer = self.channel.receive(seconds)
        self.watch()
        if not isinstance(answer, dict):
            raise ProtocolError("an answer that is no dict")
        return answer

    def close(self) -> None:
        """End the process, and remove its folder."""
        self.channel.sock.close()
        if self.pid:
            self.server.end(self.pid)
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
