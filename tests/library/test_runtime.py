"""What depends on where Python runs: in a browser, or where there are no signals."""

import signal
import sys
import threading
import time
import types

import numpy as np
import pytest
from tqdm import tqdm

import edunn as nn
from edunn.checking import checks
from edunn.runtime import in_notebook, progress_bar, ring_after

ENDLESS = {
    "while": "while True: pass",
    "a condition": "x = 1\nwhile x: x += 1",
    "for": "import itertools\nfor i in itertools.count(): np.ones(3) + 1",
    "a comprehension": "[0 for _ in iter(int, 1)]",
    "a generator": "def f():\n    while True: yield 1\nfor i in f(): i",
    "a bare except": "while True:\n    try: 1 / 0\n    except: pass",
    "two": "try:\n    while True: pass\nexcept Rang: pass\nwhile True: pass",
}


class Rang(Exception):
    pass


def ring(frame):
    raise Rang(frame.f_code.co_name)


@pytest.fixture(params=["signals", "jumps"])
def clock(request, monkeypatch):
    """Each of the two ways to ring."""
    if request.param == "jumps":
        if sys.version_info < (3, 12):
            pytest.skip("sys.monitoring came with Python 3.12")
        monkeypatch.delattr(signal, "setitimer", raising=False)
    elif not hasattr(signal, "setitimer"):
        pytest.skip("no signals here")


@pytest.mark.parametrize("loop", ENDLESS)
def test_an_endless_loop_is_ended(clock, loop):
    stop = ring_after(0.1, ring, again=0.1)
    try:
        with pytest.raises(Rang):
            exec(compile(ENDLESS[loop], "a cell", "exec"), {"np": np, "Rang": Rang})
    finally:
        stop()


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_what_is_stopped_does_not_ring(clock):
    ring_after(0.05, ring)()
    spin(0.2)


def test_the_clock_that_rings_first_stays(clock):
    stop = ring_after(0.1, ring)
    inner = ring_after(5, lambda frame: None)
    with pytest.raises(Rang, match="spin"):
        spin(2)
    inner()
    stop()
    spin(0.2)


def test_a_shorter_one_inside_rings_and_the_outer_one_goes_on(clock):
    stop = ring_after(0.6, ring)
    inner = ring_after(0.1, ring)
    with pytest.raises(Rang):
        spin(0.4)
    inner()
    with pytest.raises(Rang):
        spin(2)
    stop()


def test_a_layer_that_does_not_end_is_found(clock, monkeypatch):
    class Endless(nn.Linear):
        def backward(self, dy):
            while True:
                pass

    monkeypatch.setattr(checks, "SECONDS", 0.3)
    with pytest.raises(nn.GradientError, match="It did not come to an end within 0.3 seconds"):
        nn.check_layer(Endless(3, 2), np.ones((4, 3)))


def test_other_threads_are_left_alone(clock):
    done = []
    thread = threading.Thread(target=lambda: done.append(ring_after(0.01, ring)))
    thread.start()
    thread.join()
    spin(0.1)
    done[0]()


@pytest.mark.parametrize("kernel", ["ipykernel", "pyodide_kernel"])
def test_notebooks_are_known_by_their_kernel(kernel, monkeypatch):
    for name in ("ipykernel", "pyodide_kernel"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, kernel, types.ModuleType(kernel))
    assert in_notebook()


def test_a_progress_bar_starts_no_thread_where_there_are_none(monkeypatch, capsys):
    monkeypatch.setattr(tqdm, "monitor_interval", 10)
    with progress_bar(total=1, disable=True):
        assert tqdm.monitor_interval == 10
    browser = types.SimpleNamespace(pthreads=False)
    monkeypatch.setattr(sys, "_emscripten_info", browser, raising=False)
    with progress_bar(total=3) as bar:
        bar.update(3)
    assert tqdm.monitor_interval == 0
    assert "3/3" in capsys.readouterr().out
