"""The trusted side of a worker: where it runs, what it may use, and how to talk to it.

Each submission gets a process of its own, which locks itself up before it runs a line of the
student's: no files but Python's and a library without the exercise's reference, one private folder,
no network, no other process, an empty environment, and limits on everything else. It is forked from
a process that has loaded NumPy, IPython and Matplotlib and has done nothing else, so it starts in a
twentieth of the time, and is as clean as a new one.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Any

from edunn.course.errors import CourseError
from edunn.course.sandbox import bubblewrap
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.sandbox.protocol import Channel, DiskLimitError, ProtocolError
from edunn.course.sandbox.scratch import Scratch

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
        return self.answer()

    def end(self, pid: int) -> None:
        """Kill a worker and all of its group; it is gone when this returns."""
        try:
            self.control.sendall(str(pid).encode())
            self.answer()
        except OSError:
            self.process.kill()  # its workers go with it, and nobody waits for its answer

    def answer(self) -> int:
        """The number of the process that was made or ended."""
        answer = self.control.recv(8)
        if len(answer) != 8:
            raise ConnectionError("the process that makes workers is gone")
        return int(struct.unpack("<q", answer)[0])

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
        self.channel = Channel(ours, self.watch)
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
        """Called while waiting for an answer: the private folder may not fill the disk."""
        if self.scratch.is_over(self.limits.folder_size):
            raise DiskLimitError(self.limits.folder_size >> 20)

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
