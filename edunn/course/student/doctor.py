"""What this machine has of what edunn needs, and what to do about the rest."""

from __future__ import annotations

import ctypes
import importlib.metadata
import importlib.util
import platform
import shutil
import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

import edunn

OURS = "edunn-course"
LANDLOCK_CREATE, ASK_VERSION = 444, 1  # Linux' landlock_create_ruleset(2)
LINUX_ONLY = "grading needs Linux: WSL on Windows, or a container"


class Fact(NamedTuple):
    """One thing that was looked at. state: "ok", "missing" (needed for some commands) or "wrong"

    do: what to do, where there is something to do
    """

    what: str
    state: str
    found: str
    do: str = ""


def examine() -> list[Fact]:
    """Everything in order: what all need, what students need, what graders need, a GPU."""
    return [*_library(), *_installed(), *_lock(), _gpu()]


def _library() -> Iterator[Fact]:
    where = f"{platform.python_implementation()} {platform.python_version()} on {sys.platform}"
    yield Fact("Python", "ok", where)
    yield Fact("edunn", "ok", edunn.__version__)
    others = _others_named_edunn()
    if others:
        lines = f"pip uninstall {' '.join(others)} {OURS}, then install {OURS} as you did at first"
        yield Fact("the name edunn", "wrong", f"also installed by {', '.join(others)}", lines)
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    yield Fact("NumPy", "ok", f"{np.__version__} with {blas.get('name')} {blas.get('version')}")


def _others_named_edunn() -> list[str]:
    """The installed distributions, but ours, that have a package edunn: each breaks the other."""
    return sorted(set(importlib.metadata.packages_distributions().get("edunn", [])) - {OURS})


def _installed() -> Iterator[Fact]:
    for what, module, extra, used in (
        ("Jupyter's kernel", "ipykernel", "student", "edunn check"),
        ("JupyterLab", "jupyterlab", "", "opening the notebooks"),
        ("nbgrader", "nbgrader", "course", "edunn build and edunn grade"),
        ("scipy", "scipy", "sparse", "sparse layers that are fast"),
        ("Dask", "distributed", "cluster", "grading on many machines"),
    ):
        if importlib.util.find_spec(module):
            yield Fact(what, "ok", importlib.metadata.version(module))
        else:
            line = f"pip install '{OURS}[{extra}]'" if extra else f"pip install {module}"
            yield Fact(what, "missing", f"needed for {used}", line)


def _lock() -> Iterator[Fact]:
    """What locks up a student's code where it is graded."""
    if sys.platform != "linux":
        yield Fact("the lock of workers", "missing", LINUX_ONLY)
        return
    version = ctypes.CDLL(None).syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ASK_VERSION)
    if version > 0:
        yield Fact("the lock of workers", "ok", f"Landlock {version}")
    else:
        needed = "Linux 5.13 or later, with Landlock among its LSMs"
        yield Fact("the lock of workers", "missing", "this kernel has no Landlock", needed)
    if found := shutil.which("bwrap"):
        yield Fact("bubblewrap", "ok", found)
    else:
        needed = "install the package bubblewrap of your system"
        yield Fact("bubblewrap", "missing", "a second wall around what is graded", needed)


def _gpu() -> Fact:
    if not importlib.util.find_spec("cupy"):
        return Fact("a GPU", "missing", "no CuPy", f"pip install '{OURS}[cuda12]', or [cuda13]")
    import cupy

    if not cupy.cuda.is_available():
        return Fact("a GPU", "missing", f"CuPy {cupy.__version__} finds none", "see nvidia-smi")
    name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    return Fact("a GPU", "ok", f"{name}, CuPy {cupy.__version__}")
