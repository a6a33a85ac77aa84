"""Writing files so that they are there whole, or as they were before."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, content: str | bytes, mode: int = 0o666, durable: bool = False) -> None:
    """Write a file whole or not at all, even if the process is killed in the middle. A folder that
    is missing is made.

    content: text is written in UTF-8    mode: of a new file, less the umask
    durable: it is on the disk when this returns, so that it outlives a loss of power as well
    Raises OSError, which names the file
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # a full disk does not say it
            error.filename = str(path)
        raise


def zipped(files: Mapping[str, bytes], scripts: Collection[str] = ()) -> bytes:
    """The bytes of a zip of files; equal files give equal bytes. scripts: those that can be run"""
    import io
    import zipfile  # edunn itself needs neither

    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for inside, content in files.items():
            about = zipfile.ZipInfo(inside)  # of the first day that a zip can hold
            about.external_attr = (0o755 if inside in scripts else 0o644) << 16
            archive.writestr(about, content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


@contextmanager
def private_files() -> Iterator[None]:
    """Files and folders that are made inside can be read by nobody but their owner."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
