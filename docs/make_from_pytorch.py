"""Writes the tables of docs/from_pytorch.md from the list in edunn/pytorch_differences.py.

python docs/make_from_pytorch.py
"""

from pathlib import Path

from edunn.pytorch_differences import table

PAGE = Path(__file__).with_name("from_pytorch.md")
START = "<!-- the tables: python docs/make_from_pytorch.py writes them -->\n"


def page() -> str:
    """The page with the tables of today."""
    return PAGE.read_text(encoding="utf-8").partition(START)[0] + START + "\n" + table() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
