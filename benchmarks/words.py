"""Make edunn/datasets/words.txt: the words of four to eight letters of a book in the public domain.

    python benchmarks/words.py 11.txt

11.txt: Lewis Carroll, Alice's Adventures in Wonderland (1865), as Project Gutenberg has it
(https://www.gutenberg.org/ebooks/11; github.com/GITenberg/Alice-s-Adventures-in-Wonderland_11).
"""

import re
import sys
from pathlib import Path

FOUND = Path(__file__).parents[1] / "edunn" / "datasets" / "words.txt"


def words_of(text):
    """The book's words, sorted, each once: no names, no parts of joined or shortened words."""
    book = text[text.index("CHAPTER I. Down") : text.index("THE END")]
    return sorted(set(re.findall(r"(?<![\w'-])[a-z]{4,8}(?![\w'-])", book)))


if __name__ == "__main__":
    words = words_of(Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace"))
    FOUND.write_text("\n".join(words) + "\n", encoding="utf-8")
    print(f"{len(words)} words in {FOUND.name}")
