"""Reads the IDX format, in which MNIST and its relatives are published, plain or gzipped.

Two zero bytes, a code for the type of the numbers, how many dimensions; the size of each as four
bytes, the highest first; then the numbers, the last dimension running fastest.
"""

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np

UNSIGNED_BYTE = 0x08


class DataError(OSError):
    """Data that is not there, could not be downloaded, or is damaged."""


def read_idx(path: str | Path, dimensions: int) -> np.ndarray:
    """The unsigned bytes in the file at `path`: an array of so many dimensions, dtype uint8.

    Raises DataError, one line that names the file, unless it is all there and exactly that.
    """
    raw = _unpacked(Path(path))
    magic = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    start = 4 + 4 * dimensions
    if raw[:4] != magic:
        raise DataError(f"{path} starts with bytes {raw[:4].hex()}, not {magic.hex()}, as IDX does")
    if len(raw) < start:
        raise DataError(f"{path} ends within its header: {len(raw)} bytes, not {start} or more")
    shape = tuple(int.from_bytes(raw[i : i + 4], "big") for i in range(4, start, 4))
    if len(raw) != start + prod(shape):
        raise DataError(
            f"{path} holds {len(raw) - start} numbers, not the {prod(shape)} of shape {shape} that "
            "its header promises"
        )
    return np.frombuffer(raw, np.uint8)[start:].reshape(shape).copy()  # a copy can be written to


def _unpacked(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read or is damaged: {reason}") from None
