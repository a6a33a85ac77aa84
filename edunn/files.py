"""Writing files so that they are there whole, or as they were before."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_whole(path: Path, content: str | bytes, mode: int = 0o666) -> None:
    """Write a file whole or not at all, even if the process is killed in the middle. A folder that
    is missing is made.

    content: text is written in UTF-8    mode: of a new file, less the umask    Raises OSError
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
