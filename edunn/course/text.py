"""What students and their programs wrote, made safe for people and files."""

from __future__ import annotations

import re
from html.parser import HTMLParser

WITHHELD = "this exercise is about writing your own"  # in what the workers' library lacks

ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # of a terminal: colours, cursor moves
# control characters (but for tab and newline), and those that turn the direction of writing
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def whole(text: str) -> str:
    """A text that can be written to a file: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def without_escapes(text: str) -> str:
    """A text without the codes that colour it in a terminal."""
    return ESCAPES.sub("", text)


def readable(text: str, most: int) -> str:
    """A student's text for people and files: no colours, no control characters, at most `most`
    characters."""
    text = without_escapes(whole(text[: 4 * most]))
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))[:most]


def first_line(error: str) -> str:
    """The first line of an error, without the file name that Python gives to a cell."""
    return re.sub(r" \(\S+, line", " (line", error.partition("\n")[0])[:150]


def as_in_terminal(text: str) -> str:
    """What a terminal would display: no colours, and no lines that were written over."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in without_escapes(text).split("\n")]
    return "\n".join(lines)


class _Words(HTMLParser):
    """Collects what a page shows, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style", "title")
        address = dict(attrs).get("href" if tag == "a" else "src")
        self.found += [f" {address} "] if address and tag in ("a", "img", "iframe") else []

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style", "title") and self.hidden > 0

    def handle_data(self, data: str) -> None:
        self.found += [] if self.hidden else [data]


def words_of(page: str) -> str:
    """What a page of HTML says, and the addresses in it, on one line."""
    reader = _Words()
    reader.feed(page)
    reader.close()
    return " ".join("".join(reader.found).split())
