"""The pictures in what a student has written: attachments of cells, and those in the text itself.

They are taken out of the text, so that it can be read, and known by the digest of their content. A
picture is what its first bytes say, and PNG, JPEG, GIF or WebP: SVG is a program, and never taken.
Nothing here decodes a picture; its size is read where the format says that it stands.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from edunn.course.messages import Message
from edunn.course.notebooks.reading import MAX_CELLS, Cell, read_cells
from edunn.course.text import readable

MAX_PICTURE, MAX_PICTURES, MAX_PIXELS = 10_000_000, 50, 100_000_000  # bytes; how many; of each
IN_TEXT = re.compile(
    r"data:image/[\w.+-]{1,40}(?:;[\w=.-]{1,80})*;base64,([A-Za-z0-9+/=%_-]*)", re.I
)
ATTACHED = re.compile(r"attachment:([^\s)\"'>]{1,500})")
MIME = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


@dataclass(frozen=True)
class Picture:
    """A picture that a student handed in. name: of its file, by its content"""

    name: str
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> Picture | None:
        """The picture with this content; None where it is none, or too large to be shown."""
        kind = _kind(content)
        if kind is None or len(content) > MAX_PICTURE:
            return None
        width, height = _size(kind, content)
        if not 0 < width * height <= MAX_PIXELS:
            return None
        return cls(f"{hashlib.sha256(content).hexdigest()[:16]}.{kind}", content)


def mime_of(name: str) -> str:
    """The type of content of a picture, by its name."""
    return MIME[name.rpartition(".")[2]]


def _kind(content: bytes) -> str | None:
    """What a file is, by its first bytes."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def _size(kind: str, content: bytes) -> tuple[int, int]:
    """(width, height) as the file gives them; (0, 0) where it does not.

    https://www.w3.org/TR/png-3/#11IHDR, https://www.w3.org/Graphics/GIF/spec-gif89a.txt,
    https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.2.2),
    https://developers.google.com/speed/webp/docs/riff_container
    """

    def number(place: int, count: int, order: Any = "little") -> int:
        return int.from_bytes(content[place : place + count], order)

    if kind == "png":
        return number(16, 4, "big"), number(20, 4, "big")
    if kind == "gif":
        return number(6, 2), number(8, 2)
    if kind == "webp":
        chunk = content[12:16]
        if chunk == b"VP8X":
            return number(24, 3) + 1, number(27, 3) + 1
        if chunk == b"VP8L":
            bits = number(21, 4)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        return number(26, 2) & 0x3FFF, number(28, 2) & 0x3FFF
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame begins
            return number(place + 7, 2, "big"), number(place + 5, 2, "big")
        place += 2 + number(place + 2, 2, "big")
    return 0, 0


def _decoded(text: Any) -> bytes:
    """What base64 means, as notebooks write it: in one text or several; b"" if it is none."""
    text = "".join(text) if isinstance(text, list) and all(map(_is_text, text)) else text
    if not _is_text(text):
        return b""
    try:
        return base64.b64decode("".join(unquote(text).split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


class Pictures:
    """Takes the pictures out of the texts of one notebook.

    A text that was cut off from its cell, or was pasted into another one, still names attachments
    that only the other cell holds: they are found where one cell alone holds that name.
    """

    def __init__(self, cells: list[Cell], notes: list[Message], most: int = MAX_PICTURES):
        """For the cells of one notebook. notes: what was odd is added to it"""
        self.notes, self.most = notes, most
        self.elsewhere: dict[str, Any] = {}
        self.known: dict[int, Picture | None] = {}  # by attachment, as many texts may name one
        self.kept: set[str] = set()
        for cell in cells:
            for name, held in cell.attachments.items():
                self.elsewhere[name] = held if name not in self.elsewhere else None

    def taken_out(self, cell: Cell) -> tuple[str, list[Picture]]:
        """The text of a cell with names in the places of its pictures, and the pictures."""
        found: dict[str, Picture] = {}
        named: set[str] = set()

        def attached(match: re.Match[str]) -> str:
            name = unquote(match[1])
            named.add(name)
            held = cell.attachments.get(name, self.elsewhere.get(name))
            if held is None:
                self.note("picture_missing", name)
                return match[0]
            return self.keep(found, name, self.picture_in(held)) or match[0]

        def in_text(match: re.Match[str]) -> str:
            return self.keep(found, "", Picture.of(_decoded(match[1]))) or "data:image"

        text = IN_TEXT.sub(in_text, ATTACHED.sub(attached, cell.source))
        for name, held in cell.attachments.items():  # held, but not shown where it was written
            if name not in named:
                new = self.keep(found, name, self.picture_in(held))
                text += f"\n\n![]({new})" if new else ""
        return text, list(found.values())

    def picture_in(self, held: Any) -> Picture | None:
        """The picture in an attachment, which may be there in several types."""
        if id(held) not in self.known:
            contents = held.values() if isinstance(held, dict) else ()
            pictures = (Picture.of(_decoded(content)) for content in contents)
            self.known[id(held)] = next((one for one in pictures if one), None)
        return self.known[id(held)]

    def keep(self, found: dict[str, Picture], name: str, picture: Picture | None) -> str:
        """Add a picture to those that were found; returns its new name, or "" if there is none."""
        if picture is None:
            self.note("picture_refused", name)
            return ""
        if picture.name not in self.kept and len(self.kept) >= self.most:
            self.notes.append(Message("pictures_many", {"most": self.most}))
        else:
            self.kept.add(picture.name)
            found[picture.name] = picture
        return picture.name

    def note(self, id: str, name: str) -> None:
        self.notes.append(Message(id, {"name": readable(name, 60) or "?"}))


def pictures_in(raw: bytes) -> dict[str, Picture]:
    """All pictures of a notebook file that can be read, by their names."""
    cells = read_cells(raw)
    taker = Pictures(cells, [], most=MAX_CELLS)
    return {one.name: one for cell in cells for one in taker.taken_out(cell)[1]}
