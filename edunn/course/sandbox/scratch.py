"""The one folder that a worker may write to: whose it is, how much is in it, how it is removed.

What a student's code leaves there may be made to hurt whoever looks: folders deeper than paths can
be long, folders without permissions, links, pipes, a million names.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import tempfile

from edunn.course.sandbox.lockdown import NOBODY

USERS = range(61184, 65520)  # free ones: systemd lends them to services
MAX_DEPTH = 32  # of folders in it
NAME = 4096  # bytes that a name counts for: a million empty files are a burden too
BLOCK = 4096  # the last one of a file is seldom full, and that of a folder counts as its name


class Scratch:
    """A new folder in the folder `room`, and the user it belongs to."""

    def __init__(self, room: str) -> None:
        self.path = tempfile.mkdtemp(dir=room)
        self.user = os.geteuid()
        if self.user == 0:  # workers of one user could stop each other, and count together
            self.user = secrets.choice(USERS)
            try:
                os.chown(self.path, self.user, self.user)
            except OSError:  # in a container that knows few users
                self.user = NOBODY
                os.chown(self.path, NOBODY, NOBODY)

    def is_over(self, most: int) -> bool:
        """Whether its files have more than `most` bytes, or blocks on the disk: a file may have
        some behind its end. Links are not followed. Folders that are too deep, or cannot be
        read, count as too much."""
        size, folders = 0, [(self.path, 0)]
        while folders:
            path, depth = folders.pop()
            try:
                with os.scandir(path) as entries:
                    for entry in entries:
                        try:
                            about = entry.stat(follow_symlinks=False)
                        except FileNotFoundError:  # gone in the meantime
                            continue
                        size += NAME + _on_disk(about)
                        if entry.is_dir(follow_symlinks=False):
                            folders.append((entry.path, depth + 1))
                        if size > most:
                            return True
            except FileNotFoundError:  # gone in the meantime
                continue
            except OSError:
                return True
            if depth > MAX_DEPTH:
                return True
        return size > most  # also of an empty folder, where nothing more may be written

    def nameless(self, number: int, file_size: int) -> int:
        """Bytes of the files that a process keeps open, or mapped, after it has removed their
        names. Of a mapped one only the limit on its size, `file_size`, is known. 0 where this may
        not be known: only root, and the worker's own user, may look."""
        size, seen = 0, set()
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{number}/fd"):
                with contextlib.suppress(OSError):  # closed in the meantime
                    about = os.stat(entry.path)
                    if stat.S_ISREG(about.st_mode) and not about.st_nlink:
                        seen.add(about.st_ino)
                        size += _on_disk(about)
            with open(f"/proc/{number}/maps", encoding="utf-8", errors="replace") as lines:
                gone = [line.split(maxsplit=5) for line in lines if line.endswith("(deleted)\n")]
            inodes = {int(inode) for *_, inode, path in gone if path.startswith(self.path)}
            size += file_size * len(inodes - seen)
        return size

    def remove(self) -> None:
        """Remove it with all that is in it, once nobody writes to it any more.

        What lies deeper is moved up before its folder is removed, so no path becomes long.
        """
        moved, token = 0, secrets.token_hex(8)
        with contextlib.suppress(OSError):
            while entries := list(os.scandir(self.path)):
                for entry in entries:
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry)
                        continue
                    os.chmod(entry, 0o700)
                    for inner in list(os.scandir(entry)):
                        if inner.is_dir(follow_symlinks=False):
                            os.chmod(inner, 0o700)  # else it cannot be moved
                        moved += 1
                        os.rename(inner, f"{self.path}/{token}-{moved}")
                    os.rmdir(entry)
        shutil.rmtree(self.path, ignore_errors=True)


def _on_disk(about: os.stat_result) -> int:
    """The bytes of a file: what it says, or what its blocks take."""
    size = 0 if stat.S_ISDIR(about.st_mode) else about.st_size
    return max(size, 512 * about.st_blocks - BLOCK)
