"""Frames between the grader and its worker: JSON, and the raw bytes of plain arrays. No pickles.

A frame is a 4-byte length, a JSON header {"value", "sizes"}, and one buffer for each size. A value
is made of None, booleans, numbers, strings, lists, dicts with string keys, and arrays of numbers.
Anything else is a ProtocolError: the other side may be hostile. In memory, a header can become
thirty times as large, so the limit for headers is lower than that for arrays.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from edunn.course.text import whole

MAX_HEADER, MAX_FRAME = 4_000_000, 64_000_000  # bytes: of the JSON, of the arrays
MAX_DEPTH, MAX_AXES, MAX_LENGTH = 8, 32, 1 << 40
PIECE = 1 << 16  # bytes that are asked for at least
LOOK_EVERY = 0.5  # seconds between two calls of `watch`
MAX_OUTPUT = 20_000  # characters kept of what one cell prints
MAX_FIGURES = 4  # of one cell
ENDED = "<qqd"  # the fork server's answer: a worker's number, a signal, seconds
NOT_DEFINED = "NotDefined"  # the error of a program that asks for a name the notebook lacks


class ProtocolError(Exception):
    """The other side is gone, too late, or does not keep to the format."""


class DiskLimitError(ProtocolError):
    """The other side has written more files than it may."""

    def __init__(self, megabytes: int):
        super().__init__(f"it wrote more than {megabytes} MB of files")
        self.megabytes = megabytes


class GoneError(ProtocolError):
    """The other side has hung up."""


class ProtocolTimeout(ProtocolError):
    """Nothing complete came in time."""


def encode(value: Any, buffers: list[bytes], depth: int = 0) -> Any:
    """A value as JSON; its arrays go into `buffers`. TypeError for what cannot be sent."""
    if depth > MAX_DEPTH:
        raise TypeError("a value nested too deep")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8 or array.nbytes > MAX_FRAME:
            raise TypeError(f"an array of dtype {array.dtype} and {array.nbytes} bytes")
        buffers.append(np.ascontiguousarray(array).tobytes())
        return {"array": [len(buffers) - 1, array.dtype.str, list(array.shape)]}
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [encode(item, buffers, depth + 1) for item in value]}
    if isinstance(value, dict):
        return {"dict": {str(key): encode(v, buffers, depth + 1) for key, v in value.items()}}
    raise TypeError(f"a value of type {type(value).__name__}")


def decode(value: Any, buffers: list[bytes], depth: int = 0) -> Any:
    """The value of which `encode` made this; ProtocolError for what `encode` never makes."""
    if not isinstance(value, dict):
        if type(value) is str:
            return whole(value)
        if value is None or type(value) in (bool, int, float):
            return value
        raise ProtocolError("a value that is no plain number or text")
    if depth > MAX_DEPTH or len(value) != 1:
        raise ProtocolError("a value nested too deep, or of no known kind")
    ((kind, content),) = value.items()
    if kind == "array":
        index, dtype, shape = content
        return _decode_array(buffers[index], dtype, shape)
    if kind in ("list", "tuple"):
        items = [decode(item, buffers, depth + 1) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "dict":
        return {whole(key): decode(item, buffers, depth + 1) for key, item in content.items()}
    raise ProtocolError("a value of no known kind")


def _decode_array(raw: bytes, dtype: str, shape: list[int]) -> np.ndarray:
    kind = np.dtype(str(dtype))
    if kind.kind not in "fiub" or kind.itemsize > 8:
        raise ProtocolError("an array of no plain numbers")
    if len(shape) > MAX_AXES or not all(type(k) is int and 0 <= k < MAX_LENGTH for k in shape):
        raise ProtocolError("an array of no possible shape")
    if math.prod(shape) * kind.itemsize != len(raw):
        raise ProtocolError("an array whose shape does not fit its bytes")
    return np.frombuffer(raw, kind).reshape(shape).copy()


class Channel:
    """One end of a socket that carries frames.

    watch: called twice a second while waiting for a frame; it may raise
    """

    def __init__(self, sock: socket.socket, watch: Callable[[], None] = lambda: None):
        self.sock, self.watch, self.looked = sock, watch, time.monotonic()
        self.came = bytearray()  # what has come of the next frame: a small one comes in one piece

    def send(self, value: Any, seconds: float | None = None) -> None:
        """Send a value. TypeError if it cannot be sent, ProtocolError if nobody takes it."""
        buffers: list[bytes] = []
        encoded = encode(value, buffers)
        header = json.dumps({"value": encoded, "sizes": [len(b) for b in buffers]}).encode()
        if len(header) > MAX_HEADER or sum(map(len, buffers)) > MAX_FRAME:
            raise TypeError("a value of too many numbers")
        self.sock.settimeout(seconds)
        try:
            self.sock.sendall(struct.pack("<I", len(header)) + header + b"".join(buffers))
        except TimeoutError:
            raise ProtocolTimeout("it does not listen") from None
        except OSError as error:
            raise GoneError(f"it is gone ({error})") from None

    def receive(self, seconds: float | None = None) -> Any:
        """The next value; ProtocolError if it is malformed, or does not come in time."""
        deadline = None if seconds is None else time.monotonic() + seconds
        (length,) = struct.unpack("<I", self.take(4, deadline))
        self.look()  # what the other side has done until it answered
        if length > MAX_HEADER:
            raise ProtocolError("a frame too large")
        raw = self.take(length, deadline)
        try:
            header = json.loads(raw)
            sizes = header["sizes"]
            if not all(type(k) is int and k >= 0 for k in sizes) or sum(sizes) > MAX_FRAME:
                raise ProtocolError("a frame too large")
            buffers = [self.take(size, deadline) for size in sizes]
            return decode(header["value"], buffers)
        except ProtocolError:
            raise
        except Exception as error:  # whatever a hostile header does to the lines above
            raise ProtocolError(f"a malformed frame ({type(error).__name__})") from None

    def look(self) -> None:
        """Call `watch`, if it was not called in the last half second."""
        if time.monotonic() - self.looked > LOOK_EVERY:
            self.looked = time.monotonic()
            self.watch()

    def take(self, size: int, deadline: float | None) -> bytes:
        """The next `size` bytes."""
        while len(self.came) < size:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise ProtocolTimeout("it did not answer in time")
            self.look()  # also while bytes come, one by one
            self.sock.settimeout(LOOK_EVERY if left is None else min(left, LOOK_EVERY))
            try:
                piece = self.sock.recv(max(PIECE, min(1 << 20, size - len(self.came))))
            except TimeoutError:
                continue
            except OSError as error:
                raise GoneError(f"it is gone ({error})") from None
            if not piece:
                raise GoneError("it is gone")
            self.came += piece
        taken = bytes(self.came[:size])
        del self.came[:size]
        return taken
