"""What the cells of a submission printed and drew, as its record keeps it: within limits for each
cell, and for all of them together, since people and programs will read it."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np

from edunn.course.sandbox.protocol import MAX_FIGURES
from edunn.course.text import readable

PNG, MAX_PICTURE = b"\x89PNG\r\n\x1a\n", 500_000  # how such a file begins; bytes of one figure
MAX_TEXT, MAX_PICTURES = 500_000, 5_000_000  # of all cells: characters, bytes of figures


class OutputLimits:
    """Counts what is kept of one submission. folders: temporary ones, whose names are left out"""

    def __init__(self, *folders: Any):
        self.folders = folders
        self.text_left, self.pictures_left, self.full = MAX_TEXT, MAX_PICTURES, False

    def text(self, said: str, most: int) -> str:
        """What a cell printed, cut; without folders and addresses, which differ in each run."""
        for folder in self.folders:
            said = said.replace(f"{folder}/", "")
        said = readable(re.sub(r"\b0x[0-9a-f]{6,}\b", "0x...", said), most)
        self.full |= len(said) > self.text_left
        said = said[: self.text_left]
        self.text_left -= len(said)
        return said

    def pictures(self, answer: Any) -> list[str]:
        """The PNG files, in base64, among what the worker sent as figures."""
        found = answer[:MAX_FIGURES] if isinstance(answer, list) else []
        kept = []
        for file in (one.tobytes() for one in found if isinstance(one, np.ndarray)):
            if file.startswith(PNG) and len(file) <= MAX_PICTURE:
                self.full |= len(file) > self.pictures_left
                if len(file) <= self.pictures_left:
                    self.pictures_left -= len(file)
                    kept.append(base64.b64encode(file).decode())
        return kept
