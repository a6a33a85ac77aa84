"""Run a notebook in a real Jupyter kernel, and report how each cell ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Outcome = dict[str, tuple[str, str] | None]  # by cell: (name, text) of its exception, or None


def run_in_kernel(
    notebook: Any, folder: Path | None = None, seconds: int = 60, variables: Mapping[str, str] = {}
) -> Outcome:
    """By code cell: the (name, text) of its exception, or None. Cells after one that takes longer
    than `seconds` are missing. A cell that writes to stderr counts as failed: nbgrader would give
    it no points. variables: of the kernel's environment, beside those of this process
    """
    ran = run(notebook, folder, seconds, variables)
    code = [cell for cell in ran["cells"] if cell["cell_type"] == "code"]
    return {c["id"]: failure(c["outputs"]) for c in code if "execution" in c["metadata"]}


def run(
    notebook: Any, folder: Path | None = None, seconds: int = 60, variables: Mapping[str, str] = {}
) -> Any:
    """A copy of the notebook, run from top to bottom, with its outputs.

    folder: where it runs; by default one that is thrown away
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # a warning at each kernel's start
    copy = nbformat.from_dict(notebook)
    for cell in copy["cells"]:
        cell["metadata"].pop("execution", None)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    last: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="edunn-kernel-") as private:
        client = NotebookClient(copy, timeout=seconds, kernel_name="python3", allow_errors=True)
        client.on_cell_execute = lambda cell, cell_index: last.update(cell=cell)
        manager = client.create_kernel_manager()
        if sys.platform != "win32":  # where there are none of these
            manager.transport, manager.ip = "ipc", f"{private}/kernel"  # files, not ports
        options: Any = {"cwd": str(folder or private), "stderr": subprocess.DEVNULL}
        options["env"] = {**os.environ, **variables}
        try:
            _beside(client.async_execute(**options))
        except (CellTimeoutError, DeadKernelError) as error:
            name, text = "DeadKernelError", "the kernel died"
            if isinstance(error, CellTimeoutError):
                name, text = "TimeoutError", f"stopped after {seconds} seconds: an endless loop?"
            stopped = nbformat.v4.new_output("error", ename=name, evalue=text, traceback=[text])
            last["cell"]["outputs"].insert(0, stopped)  # before its KeyboardInterrupt
            last["cell"]["metadata"]["execution"] = {}
    return copy


def _beside(work: Coroutine[Any, Any, Any]) -> None:
    """Run it in another thread: in this one, nbclient takes Ctrl-C for itself and cannot go on."""
    task: Any = None

    async def begin() -> None:
        nonlocal task
        task = asyncio.current_task()
        await work

    with ThreadPoolExecutor(1) as thread:
        job = thread.submit(asyncio.run, begin())
        try:
            job.result()
        except (KeyboardInterrupt, SystemExit):
            if task:
                task.get_loop().call_soon_threadsafe(task.cancel)  # which ends the kernel
            raise


def end_quietly() -> None:
    """Make Ctrl-C end this process without a traceback: all processes of a terminal get it, and one
    is enough to report it."""
    signal.signal(signal.SIGINT, lambda *about: sys.exit(1))


def failure(outputs: list[Any]) -> tuple[str, str] | None:
    """(name, text) of the first failure among a cell's outputs, with the hint below it; None if
    there is none."""
    for output in outputs:
        if output["output_type"] == "error":
            hint = output["traceback"][-1] if output["traceback"] else ""
            text = output["evalue"]
            return output["ename"], f"{text}. {hint}" if hint.startswith("→") else text
        if output["output_type"] == "stream" and output["name"] == "stderr":
            return "stderr", output["text"]
    return None
