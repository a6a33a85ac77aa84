import collections
import contextlib
import importlib.util
import os
import re
import sys

# the tests share the cores already, also with the kernels and graders that they start
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest

import edunn as nn
from edunn.course.compat import load_nbformat_fast
from fake_gpu import cupy as fake_cupy

with contextlib.suppress(ImportError):  # where only the library is installed
    load_nbformat_fast()


def find_gpu():
    if importlib.util.find_spec("cupy") is None:
        return False
    import cupy

    return cupy.cuda.is_available()


def pytest_ignore_collect(collection_path, config):
    """`make check` does not even import the files that are slow as a whole."""
    if config.option.markexpr == "not slow" and collection_path.suffix == ".py":
        text = collection_path.read_text(encoding="utf-8")
        return True if re.search(r"^pytestmark = .*\bslow\b", text, re.MULTILINE) else None
    return None


WANTED = {  # what a skipped test wanted, by a word of its reason
    "torch": "PyTorch", "cupy": "a GPU", "mnist": "MNIST's files", "chromium": "Chromium",
    "pyodide": "Pyodide", "jupyterlite": "JupyterLite", "bubblewrap": "bubblewrap",
    "landlock": "Landlock", "dask": "Dask", "distributed": "Dask", "pandas": "pandas",
    "scipy": "scipy", "edunn_setup": "EDUNN_SETUP=1", "python 3.12": "Python 3.12",
    "zensical": "Zensical", "katex": "KaTeX",
}  # fmt: skip


def pytest_terminal_summary(terminalreporter):
    """How many tests were skipped, by what they wanted."""
    counts = collections.Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[-1]).lower()  # after the file and the line
        counts[next((what for word, what in WANTED.items() if word in reason), "other")] += 1
    if counts:
        kinds = ", ".join(f"{what} {count}" for what, count in counts.most_common())
        terminalreporter.write_line(f"skipped for want of: {kinds}")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def same_random_numbers():
    """Every test starts from the same seed, and leaves the default dtype as it was."""
    nn.manual_seed(0)
    yield
    nn.set_default_dtype(np.float32)


@pytest.fixture(
    params=[
        "fake",
        pytest.param(
            "cuda",
            marks=[
                pytest.mark.gpu,
                pytest.mark.skipif(not find_gpu(), reason="no NVIDIA GPU with CuPy here"),
            ],
        ),
    ]
)
def gpu(request, monkeypatch):
    """The name of a device that is not the CPU: a stand-in everywhere, a real one where it is."""
    if request.param == "fake":
        monkeypatch.setitem(sys.modules, "cupy", fake_cupy)
    return "cuda"
