"""Files, names, encodings and notebooks that confuse: by accident, mostly."""

import copy
import gzip
import json
import os
import socket

import nbformat

from hostile.making import (
    ALL,
    ERROR,
    GRADED,
    NAME,
    UNREAD,
    adding,
    attack,
    blank,
    find,
    raw,
    right,
    wrong,
)

# --- encodings -----------------------------------------------------------------------------------
accents = adding("print('añadir más épocas — Größe')", right)
text = json.dumps(accents, ensure_ascii=False)
attack("utf8_with_mark", ALL, GRADED, text.encode("utf-8-sig"))
attack("utf16", ALL, GRADED, text.encode("utf-16"))
attack("utf16_backwards", ALL, GRADED, b"\xfe\xff" + text.encode("utf-16-be"))
attack("utf32", ALL, GRADED, text.encode("utf-32"))
attack("latin1", ALL, GRADED, text.replace("—", "-").encode("latin-1"))
attack("line_ends", ALL, GRADED, json.dumps(right(), indent=1).replace("\n", "\r\n").encode())
attack("half_a_character_in_source", ALL, GRADED, adding("s = '\ud800'  # \udfff", right))
attack("nul_in_a_cell", ALL, GRADED, adding("print(1)\0\x08", right))
attack("bytes_of_chance", 0, UNREAD, os.urandom(5000), "not valid JSON")
attack("zip_for_a_notebook", 0, UNREAD, b"PK\x03\x04" + bytes(500), "not valid JSON")
attack("gzip_for_a_notebook", 0, UNREAD, gzip.compress(raw(right())), "not valid JSON")
attack("python_for_a_notebook", 0, UNREAD, b"class Bias:\n    pass\n", "not valid JSON")
attack("cut_in_half", 0, UNREAD, raw(right())[:5000], "not valid JSON")
attack("twenty_megabytes", 0, UNREAD, raw(right()) + b" " * 20_000_000, "larger than 20 MB")

# --- notebooks -----------------------------------------------------------------------------------
EMPTY = {"cell_type": "markdown", "metadata": {}, "source": ""}
ONE = EMPTY | {"source": "words"}


def with_cells(cells, base=right, first=False):
    notebook = base()
    place = 0 if first else len(notebook["cells"])
    notebook["cells"][place:place] = cells
    return notebook


attack("a_million_empty_cells", ALL, GRADED, with_cells([{}] * 10**6, first=True))
attack("too_many_cells", ALL, GRADED, with_cells([ONE] * 100_000), notes="the first 2000 count")
attack("too_many_cells_before", 0, UNREAD, with_cells([ONE] * 100_000, first=True),
       "no cell of this exercise", "the first 2000 count")  # fmt: skip
attack("deep_json", 0, UNREAD, b'{"cells": ' + b"[" * 10**6 + b"]" * 10**6 + b"}", "not valid JSON")
attack("long_integer", 0, UNREAD, b'{"cells": [' + b"9" * 10**6 + b"]}", "not valid JSON")
attack("odd_constants", ALL, GRADED, raw(right())[:-1] + b', "a": [NaN, Infinity, -1e999]}')
attack("keys_twice", ALL, GRADED, b'{"cells": [], ' + raw(right())[1:])
same = right()
for cell in same["cells"]:
    cell["id"] = "same"
attack("same_ids", ALL, GRADED, same)
odd = right()
odd["cells"] += [
    1, None, [], "cell", {"metadata": []}, {"metadata": {"nbgrader": 7}},
    {"metadata": {"nbgrader": {"grade_id": ["bias"]}}}, {"source": {"a": 1}, "cell_type": "code"},
    {"source": [1, None, "print(1)"], "cell_type": "code"}, {"cell_type": ["code"], "source": "1"},
    {"metadata": {"nbgrader": {"grade_id": "bias" * 10**5}}, "cell_type": "code", "source": "2"},
    {"cell_type": "raw", "source": "3", "id": 7, "outputs": "none", "execution_count": "x"},
]  # fmt: skip
odd |= {"metadata": "none", "nbformat": "four", "nbformat_minor": []}
attack("wrong_types", ALL, GRADED, odd)
attack("worksheets_of_nothing", 0, UNREAD, {"worksheets": [1, {"cells": 7}, {}]}, "no cells")
attack("cells_is_a_dict", 0, UNREAD, {"cells": {"0": EMPTY}}, "no cells")
attack("a_list", 0, UNREAD, [right()], "no notebook")
split = right()
place = split["cells"].index(find(split, "bias"))
head, body = split["cells"][place]["source"].split("    def backward", 1)
second = "class Bias(Bias):\n    def backward" + body
split["cells"][place]["source"] = head
split["cells"].insert(place + 1, nbformat.v4.new_code_cell(second))
attack("split_cell", ALL, GRADED, split)
backwards = right()
backwards["cells"].reverse()
attack("backwards", ALL, GRADED, backwards)
as_text = right()
find(as_text, "bias")["cell_type"] = "markdown"
attack("code_in_markdown", ALL, GRADED, as_text)
many = blank()
many["cells"] = [c for c in many["cells"] if c["id"] != "bias"]
lines = find(blank(), "bias")["source"].split("\n")
noise = "\n".join(f"# {i} {lines[i % len(lines)]}" for i in range(900))
many["cells"] += [nbformat.v4.new_code_cell(f"# {i}\n{noise}") for i in range(300)]
attack("much_that_looks_like_it", 0, GRADED, many, "not written yet")
attack("long_source", ALL, GRADED, adding("#" * 300_000, right))
attack("long_class", 0, GRADED, with_cells(
    [dict(find(blank(), "bias"), source="x" * 300_000 + "\n")], wrong),
    "numbers are wrong")  # fmt: skip
grown = wrong()
for cell in grown["cells"]:
    cell["metadata"] |= {"nbgrader": cell["metadata"].get("nbgrader", {}) | {"points": 1e308}}
attack("endless_points", 0, GRADED, grown)
attack("own_checks", 0, GRADED, with_cells(
    [dict(copy.deepcopy(find(blank(), n)), source="pass") for n in ("bias-forward", "bias-db")],
    wrong))  # fmt: skip


# --- files ---------------------------------------------------------------------------------------
def notebook(folder, name=NAME, content=right):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_bytes(raw(content()))


def pipe(folder):
    os.mkfifo(folder / f"{NAME}.ipynb")


def a_socket(folder):
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(f"{NAME}.ipynb")
    finally:
        os.fchdir(here)
        os.close(here)


def link_to(target):
    return lambda folder: (folder / f"{NAME}.ipynb").symlink_to(target)


def link_to_a_folder(folder):
    (folder / "inner").symlink_to(folder.parent / "a_honest")


def link_loop(folder):
    (folder / "a.ipynb").symlink_to(folder / "b.ipynb")
    (folder / "b.ipynb").symlink_to(folder / "a.ipynb")
    (folder / "up").symlink_to(folder.parent)
    notebook(folder)


def hard_link(folder):
    os.link(folder.parent / "a_honest" / f"{NAME}.ipynb", folder / f"{NAME}.ipynb")


def too_deep(folder):
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    try:
        for _ in range(300):
            os.mkdir("d")
            os.chdir("d")
        with open(f"{NAME}.ipynb", "wb") as file:
            file.write(raw(right()))
    finally:
        os.fchdir(here)
        os.close(here)


def in_a_folder(folder):
    notebook(folder / "my work" / f"{NAME}.ipynb")


def twice(folder):
    notebook(folder / "one")
    notebook(folder / "two", content=wrong)


def numbered(folder):
    notebook(folder, content=blank)
    notebook(folder, f"{NAME} (1)")


def much_else(folder):
    notebook(folder)
    for i in range(3000):
        (folder / f"{i}.txt").touch()
    notebook(folder / ".ipynb_checkpoints", content=blank)
    notebook(folder / "__MACOSX", content=blank)


def odd_names(folder):
    (folder / os.fsdecode(b"\xff\xfe.ipynb")).write_bytes(raw(right()))


def spoofed(folder):
    notebook(folder)
    (folder / "submission_metadata.yml").write_text(
        f"a_honest:\n  :submitters:\n  - :sid: {folder.name}\n"
    )


def two_names(name):
    return lambda folder: notebook(folder, name)


attack("pipe", 0, ERROR, pipe, "no notebook was handed in")
attack("socket_file", 0, ERROR, a_socket, "no notebook was handed in")
attack("link_to_passwd", 0, ERROR, link_to("/etc/passwd"), "no notebook was handed in")
attack("link_to_zero", 0, ERROR, link_to("/dev/zero"), "no notebook was handed in")
attack("link_to_nothing", 0, ERROR, link_to("/nowhere"), "no notebook was handed in")
attack("link_to_a_folder", 0, ERROR, link_to_a_folder, "no notebook was handed in")
attack("link_loop", ALL, GRADED, link_loop)
attack("hard_link", ALL, GRADED, hard_link)
attack("too_deep", 0, ERROR, too_deep, "no notebook was handed in")
attack("in_a_folder", ALL, GRADED, in_a_folder)
attack("twice", 0, UNREAD, twice, "2 notebooks in the folder")
attack("numbered", ALL, GRADED, numbered, notes="as it was released, so it does not count")
attack("much_else", ALL, GRADED, much_else)
attack("odd_file_name", ALL, GRADED, odd_names, notes="the file is called")
attack("file_called_like_a_formula", ALL, GRADED, two_names("=cmd|' calc'!A0"), notes="called =cmd")
attack("file_called_like_a_script", ALL, GRADED, two_names("<script>alert(1)<"), notes="<script>")
attack("file_called_in_colours", ALL, GRADED, two_names("\x1b[31m\u202ered\n"), notes="red")
attack("metadata_of_others", ALL, GRADED, spoofed)
attack("nothing_at_all", 0, ERROR, lambda folder: None, "no notebook was handed in")

# --- names of students ---------------------------------------------------------------------------
NAMES = [
    ("_cmd___-C_calc__A0", "=cmd|' -C calc'!A0"),
    ("_script_alert_1__", "<script>alert(1)<"),
    ("+SUM_1_", "+SUM(1)"),
    ("@SUM_1_", "@SUM(1)"),
    ("-rf", "-rf"),
    ("a_honest_", "a_honest "),
    ("\u0430_honest", "\u0430_honest"),  # the first letter is Cyrillic
    ("josé", "jose\u0301"),
    ("line_break", "line\nbreak"),
    ("_31mred", "\x1b31mred"),
    ("_etad", "\u202eetad"),
    ("__", b"\xff\xfe"),
    ("x" * 80, "x" * 255),
    ("\U0001d49c" * 20, "\U0001d49c" * 63),
    ("日本語", "日本語"),
    ("__proto__", "__proto__"),
    ("x.json", "x.json"),
    ("x.html", "x.html"),
    ("index", "index"),
    ("1", "1"),
    ("1e5", "1e5"),
    ("True", "True"),
    ("%2e%2e".replace("%", "_"), "%2e%2e"),
    ("__u", "..\\u".replace("..", "?")),
    ("col_lide", "col_lide"),
    ("Same_name-52b960ad", "Same_name"),  # on a disk that does not tell them apart, one file
    ("same_name-dbdf66fc", "same_name"),
]
for student, folder in NAMES:
    attack(student, ALL, GRADED, notebook, folder=folder)
