"""Notebooks as programs save them, and what people do to cells in them.

Each function follows the source or the documentation of the program that it names.
"""

import copy
import json

import nbformat

PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)  # a PNG of one pixel


def lines(source):
    """A source as files have it: a list of lines, each with its end."""
    return source.splitlines(keepends=True)


def _new(notebook, minor, metadata):
    made = json.loads(json.dumps(notebook))
    made |= {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata}
    for cell in made["cells"]:
        cell["source"] = lines(cell["source"])
    return made


def jupyterlab(notebook):
    """JupyterLab 4: nbformat 4.5, the kernel's whole language_info, `trusted` in no file."""
    python = {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.12.4",
    }
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return _new(notebook, 5, {"kernelspec": kernel, "language_info": python})


def jupyterlite(notebook):
    """JupyterLite: JupyterLab's files, with Pyodide's kernel (jupyterlite/pyodide-kernel)."""
    made = jupyterlab(notebook)
    made["metadata"]["kernelspec"] = {
        "display_name": "Python (Pyodide)", "language": "python", "name": "python"
    }  # fmt: skip
    made["nbformat_minor"] = 4  # of the notebooks that it starts
    for cell in made["cells"]:
        cell.pop("id", None)
        cell["metadata"]["trusted"] = True
    return made


def vscode(notebook):
    """VS Code: keys sorted, metadata and ids as they came, empty lines at the end dropped
    (microsoft/vscode, extensions/ipynb/src/serializers.ts); `vscode` where the language differs."""
    made = _new(notebook, 5, {"language_info": {"name": "python"}})
    made["cells"][0]["metadata"]["vscode"] = {"languageId": "markdown"}
    return json.loads(json.dumps(made, sort_keys=True))


def colab(notebook):
    """Colab: nbformat 4.0, no ids, its own in the metadata, widgets in those of the notebook
    (googlecolab/colabtools, issue 581, and notebooks that it saved)."""
    about = {"provenance": [], "toc_visible": True}
    kernel = {"name": "python3", "display_name": "Python 3"}
    state = {"application/vnd.jupyter.widget-state+json": {"outputs": {"model_name": "HTMLModel"}}}
    made = _new(notebook, 0, {"colab": about, "kernelspec": kernel, "widgets": state})
    for number, cell in enumerate(made["cells"]):
        cell.pop("id", None)
        cell["metadata"] |= {"id": f"Q8X8xDwS{number:04}"}
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/", "height": 35}}
            cell["metadata"] |= {"outputId": "19fe063e-d6eb-4a8a-b9ee-17633f67e941"}
    badge = '<a href="https://colab.research.google.com/" target="_parent"></a>'
    about = {"id": "view-in-github", "colab_type": "text"}
    made["cells"].insert(0, {"cell_type": "markdown", "source": [badge], "metadata": about})
    return made


def colab_without_names(notebook):
    """A notebook that went through a program which keeps no metadata of others."""
    made = colab(notebook)
    for cell in made["cells"]:
        cell["metadata"].pop("nbgrader", None)
    return made


def oldest(notebook):
    """nbformat 3, made by nbformat itself: worksheets, `input`, cells of headings."""
    plain = nbformat.from_dict(json.loads(json.dumps(notebook)))
    return json.loads(json.dumps(nbformat.convert(plain, 3)))


def of_minor(minor):
    def saved(notebook):
        made = _new(notebook, minor, {})
        for cell in made["cells"]:
            cell.pop("id", None)
            if minor == 0:
                cell.pop("attachments", None)
        return made

    saved.__name__ = f"nbformat_4_{minor}"
    return saved


def with_outputs(notebook, size=2_000):
    """With an output in every code cell, of text, pictures and what looks like a notebook."""
    made = jupyterlab(notebook)
    code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    for count, cell in enumerate(code, start=1):
        text = 'a "quoted" \\ line ]}\n' * (size // 20)
        data = {"image/png": "iVBOR" + "A" * size, "text/html": [f"<b>{text}</b>"]}
        nested = {"outputs": [{"cells": [{"outputs": [[]]}]}], "source": "x = 1"}
        cell["execution_count"] = count
        cell["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": lines(text)},
            {"output_type": "display_data", "data": data, "metadata": nested},
        ]
    return made


EDITORS = [jupyterlab, jupyterlite, vscode, colab, colab_without_names, oldest,
           *map(of_minor, (1, 2, 4)), with_outputs]  # fmt: skip


# --- what people do to a cell, as JupyterLab does it (packages/notebook/src/actions.tsx) ----------
def _fresh(cell, source):
    """A new cell of the metadata of another one."""
    made = {"cell_type": cell["cell_type"], "metadata": copy.deepcopy(cell["metadata"])}
    if cell["cell_type"] == "code":
        made |= {"outputs": [], "execution_count": None}
    return made | {"source": source, "id": f"fresh-{abs(hash(source)) % 10**8}"}


def split(cells, i, at=0.5):
    """splitCell: the same metadata twice; empty lines at the cut are gone, and so are pictures."""
    text = cells[i]["source"].split("\n")
    cut = max(1, int(len(text) * at))
    parts = ["\n".join(part).strip("\n") for part in (text[:cut], text[cut:])]
    cells[i : i + 1] = [_fresh(cells[i], part) for part in parts]


def copied(cells, i):
    """Copied and pasted below."""
    cells.insert(i + 1, copy.deepcopy(cells[i]))


def copied_and_emptied(cells, i):
    cells.insert(i + 1, _fresh(cells[i], ""))


def copied_for_a_try(cells, i):
    cells.insert(i + 1, _fresh(cells[i], "# scratch" if cells[i]["cell_type"] == "code" else ""))


def merged_with_next(cells, i, keeps=0):
    """mergeCells: the sources, an empty line between them; the metadata of one."""
    if i + 1 < len(cells) and cells[i]["cell_type"] == cells[i + 1]["cell_type"]:
        both = cells[i : i + 2]
        made = _fresh(both[keeps], both[0]["source"] + "\n\n" + both[1]["source"])
        held = both[0].get("attachments", {}) | both[1].get("attachments", {})
        cells[i : i + 2] = [made | ({"attachments": held} if held else {})]


def merged_into_next(cells, i):
    merged_with_next(cells, i, keeps=1)


def cut_and_pasted_into_next(cells, i):
    """All of its text moved into the cell below, and the cell left there, empty."""
    if i + 1 < len(cells) and cells[i]["cell_type"] == cells[i + 1]["cell_type"]:
        cells[i + 1]["source"] = cells[i]["source"] + "\n\n" + cells[i + 1]["source"]
        held = cells[i].get("attachments", {}) | cells[i + 1].get("attachments", {})
        if held:
            cells[i + 1]["attachments"] = held
        cells[i]["source"] = ""


def _into_code(cells, i, other):
    if cells[i]["cell_type"] == "code":
        first, second = sorted((i, other))
        cells[other]["source"] = cells[first]["source"] + "\n\n" + cells[second]["source"]
        cells[i]["source"] = ""


def moved_into_code_below(cells, i):
    """Its text moved into the next cell of code, wherever that is."""
    below = [n for n, cell in enumerate(cells) if n > i and cell["cell_type"] == "code"]
    if below:
        _into_code(cells, i, below[0])


def moved_into_code_above(cells, i):
    above = [n for n, cell in enumerate(cells) if n < i and cell["cell_type"] == "code"]
    if above:
        _into_code(cells, i, above[-1])


def deleted_and_pasted(cells, i):
    """Typed again into a new cell below, and the old one deleted."""
    made = _fresh(cells[i], cells[i]["source"]) | {"metadata": {}}
    cells[i] = made | {k: v for k, v in cells[i].items() if k == "attachments"}


def converted(cells, i):
    """To the other type; its metadata stay."""
    other = "markdown" if cells[i]["cell_type"] == "code" else "code"
    cells[i] = _fresh(cells[i] | {"cell_type": other}, cells[i]["source"])


def converted_and_back(cells, i):
    converted(cells, i)
    converted(cells, i)


def stripped(cells, i):
    cells[i]["metadata"] = {}


def stripped_of_all(cells, i):
    cells[i]["metadata"] = {}
    cells[i].pop("id", None)


def blank_line_at_the_end(cells, i):
    cells[i]["source"] += "\n\n"


DEEDS = [split, copied, copied_and_emptied, copied_for_a_try, merged_with_next, merged_into_next,
         cut_and_pasted_into_next, moved_into_code_below, moved_into_code_above,
         deleted_and_pasted, converted, converted_and_back, stripped, stripped_of_all,
         blank_line_at_the_end]  # fmt: skip
LOSE_PICTURES = [split, converted, converted_and_back]  # attachments, not those in the text
