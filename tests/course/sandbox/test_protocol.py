"""Frames between grader and worker: what is sent arrives, and what is malformed is refused."""

import json
import socket
import struct

import numpy as np
import pytest

from edunn.course.sandbox.protocol import Channel, ProtocolError, ProtocolTimeout


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    yield Channel(ours), theirs
    ours.close()
    theirs.close()


@pytest.mark.parametrize(
    "value",
    [None, True, 3, -2.5, "text", [1, [2, "x"]], {"a": {"b": [None]}}, np.arange(6.0).reshape(2, 3),
     np.zeros((0, 3), np.float32), np.array(7), np.array([True, False]), {"x": [np.ones(2)]}],
    ids=repr,
)  # fmt: skip
def test_what_is_sent_arrives(ends, value):
    channel, theirs = ends
    Channel(theirs).send(value)
    received = channel.receive(5)
    if isinstance(value, np.ndarray):
        assert received.dtype == value.dtype
        assert received.shape == value.shape
        np.testing.assert_array_equal(received, value)
    elif isinstance(value, dict) and "x" in value:
        np.testing.assert_array_equal(received["x"][0], np.ones(2))
    else:
        assert received == value


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, np.array(["a"]), np.array([1j]), np.array([None]), np.longdouble(1)],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_only_plain_values_can_be_sent(ends, value):
    with pytest.raises(TypeError, match="a value|an array"):
        ends[0].send(value)


def deep(levels):
    return {"list": [deep(levels - 1)]} if levels else 1


@pytest.mark.parametrize(
    ("header", "buffers"),
    [
        ({"value": {"array": [0, "<f8", [2]]}, "sizes": [8]}, b"x" * 8),
        ({"value": {"array": [0, "<f8", [-1]]}, "sizes": [8]}, b"x" * 8),
        ({"value": {"array": [0, "O", [1]]}, "sizes": [8]}, b"x" * 8),
        ({"value": {"array": [3, "<f8", [1]]}, "sizes": [8]}, b"x" * 8),
        ({"value": {"array": [0, "nonsense", [1]]}, "sizes": [8]}, b"x" * 8),
        ({"value": {"array": "abc"}, "sizes": []}, b""),
        ({"value": {"pickle": "abc"}, "sizes": []}, b""),
        ({"value": [1, 2], "sizes": []}, b""),
        ({"value": deep(20), "sizes": []}, b""),
        ({"value": 1, "sizes": [-8]}, b""),
        ({"value": 1, "sizes": [1 << 40]}, b""),
        ({"value": 1}, b""),
        ([], b""),
    ],
)
def test_a_malformed_frame_is_refused(ends, header, buffers):
    channel, theirs = ends
    raw = json.dumps(header).encode()
    theirs.sendall(struct.pack("<I", len(raw)) + raw + buffers)
    with pytest.raises(ProtocolError):
        channel.receive(5)


@pytest.mark.parametrize("raw", [b"\xff\xff\xff\xff", struct.pack("<I", 3) + b"{{{"])
def test_noise_is_refused(ends, raw):
    channel, theirs = ends
    theirs.sendall(raw)
    with pytest.raises(ProtocolError):
        channel.receive(5)


def test_silence_ends_in_time(ends):
    channel, theirs = ends
    theirs.sendall(b"\x08")
    with pytest.raises(ProtocolTimeout):
        channel.receive(0.05)


def test_a_closed_end_is_noticed(ends):
    channel, theirs = ends
    theirs.close()
    with pytest.raises(ProtocolError, match="gone"):
        channel.receive(5)
