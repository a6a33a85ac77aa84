"""Limits: a layer that does not end, and one that prints without end."""

import io
import signal
import sys
import threading

import numpy as np
import pytest

import edunn as nn
from changed_layers import assert_same_state, first, layer, raises, state_of
from edunn.checking import checks
from edunn.checking.limits import FirstLines

X = np.random.default_rng(3).normal(size=(4, 3))
CHECKS = [nn.check_gradients, nn.check_layer]
both = pytest.mark.parametrize("check", CHECKS, ids=["gradients", "layer"])


def forever(*_):
    while True:
        pass


@both
@pytest.mark.parametrize("part", ["forward", "backward"])
def test_a_layer_that_does_not_end(part, check, monkeypatch):
    monkeypatch.setattr(checks, "SECONDS", 0.2)
    one = layer(**{part: forever})()
    before = state_of(one)
    with pytest.raises(
        nn.GradientError, match=f"^Layer.{part}: It did not come to an end within 0.2 seconds"
    ):
        check(one, X)
    assert_same_state(one, before)


def test_the_clock_is_set_only_where_it_can_be(monkeypatch):
    """Not in another thread, and not without signals."""
    done = []
    thread = threading.Thread(target=lambda: done.append(nn.check_layer(nn.Linear(3, 2), X)))
    thread.start()
    thread.join()
    assert done
    monkeypatch.delattr(signal, "setitimer")
    assert nn.check_layer(nn.Linear(3, 2), X)


@pytest.mark.parametrize("seconds", [0.1, 100])
def test_the_clock_of_somebody_else_goes_on(seconds, monkeypatch):
    def rings(*_):
        raise EOFError

    monkeypatch.setattr(checks, "SECONDS", 1.0)
    theirs, kept = signal.getitimer(signal.ITIMER_REAL), signal.signal(signal.SIGALRM, rings)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        if seconds < 1:  # it rings first
            with pytest.raises(nn.GradientError, match="stops with an error: EOFError"):
                nn.check_layer(layer(forever)(), X)
        else:
            assert nn.check_layer(nn.Linear(3, 2), X)
            assert 90 < signal.getitimer(signal.ITIMER_REAL)[0] < 100
        assert signal.getsignal(signal.SIGALRM) is rings
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, kept)
        signal.setitimer(signal.ITIMER_REAL, *theirs)


# --- what is printed


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("to", ["stdout", "stderr"])
def test_megabytes_are_cut_off(end, to, capsys):
    def prints(self, x):
        for _ in range(50):
            print("x" * 5000, end=end, file=getattr(sys, to))

    assert nn.check_layer(layer(first(prints))(), X)
    out, err = capsys.readouterr()
    printed = err if to == "stderr" else out
    assert 1000 < len(printed) < 45_000
    assert ("more lines were printed" in printed) == bool(end)


def test_lines_without_an_end_are_followed_by_others():
    lines = FirstLines()
    for text in ("ab", "cd", "\n", "e" * 3000, "f", "\ng\n"):
        lines.write(text)
    lines.close()
    assert lines.text() == "abcd\n" + "e" * 2000 + "\ng\n"
    assert isinstance(lines, io.StringIO)


@pytest.mark.parametrize("error", [KeyboardInterrupt, NotImplementedError])
def test_the_clock_is_put_back_where_an_error_comes_through(error):
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(error):
        nn.check_layer(layer(raises(error()))(), X)
    assert signal.getsignal(signal.SIGALRM) is before
