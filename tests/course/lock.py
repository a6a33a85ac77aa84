"""Whether this machine can lock up the workers that grade: only then are there grades to test."""

import ctypes
import shutil
import subprocess
import sys

import pytest

LANDLOCK_CREATE, ASK_VERSION = 444, 1


def has_landlock():
    """What the kernel says, without any code of ours: a fault there must not hide its own tests."""
    if sys.platform != "linux":
        return False
    return ctypes.CDLL(None).syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ASK_VERSION) > 0


needs_lock = pytest.mark.skipif(
    not has_landlock(), reason="no worker can be locked up here: that needs Linux with Landlock"
)


def has_bubblewrap():
    walls = ["--unshare-pid", "--unshare-net", "--unshare-ipc"]
    test = ["bwrap", *walls, "--bind", "/", "/", "true"]
    return bool(shutil.which("bwrap")) and subprocess.run(test).returncode == 0


needs_bubblewrap = pytest.mark.skipif(
    not has_bubblewrap(), reason="bubblewrap is not installed, or may not make namespaces here"
)
