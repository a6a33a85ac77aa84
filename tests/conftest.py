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
