"""Honest notebooks that are odd: none of them may cost a point."""

import copy
import json
import re

from hostile.making import ALL, GRADED, NAME, adding, attack, blank, early, find, right

LEFT_OUT = "left out"


def top(line, base=right):
    """A line above the student's class, in the same cell."""
    notebook = base()
    cell = find(notebook, "bias")
    cell["source"] = f"{line}\n{cell['source']}"
    return notebook


def bottom(line):
    notebook = right()
    find(notebook, "bias")["source"] += f"\n{line}"
    return notebook


def changed(change, *names):
    notebook = right()
    for cell in notebook["cells"]:
        if not names or cell["id"] in names:
            cell["source"] = change(cell["source"])
    return notebook


def odd(name, what, notes=""):
    attack(f"odd_{name}", ALL, GRADED, what, notes=notes)


# --- in the cell of the class --------------------------------------------------------------------
for name, line in {
    "time_magic": "%%time",
    "capture_magic": "%%capture",
    "shell_pip": "!pip install numpy pandas",
    "magic_pip": "%pip install numpy",
    "shell_answer": "files = !ls\nprint(len(files))",
    "inline": "%matplotlib inline",
    "pylab": "%pylab inline",  # makes __builtins__ a dict (IPython/core/magics/pylab.py)
    "matplotlib_notebook": "%matplotlib notebook",
    "matplotlib_widget": "%matplotlib widget",
    "retina": "%config InlineBackend.figure_format = 'retina'",
    "reloads": "%load_ext autoreload\n%autoreload 2",
    "other_folder": "%cd ..",
    "asks_a_name": "name = input('Your name? ')",
    "asks_a_password": "import getpass\ngetpass.getpass()",
    "future": "from __future__ import annotations",
    "strict_numpy": "np.seterr(all='raise')",
    "strict_warnings": "import warnings\nwarnings.simplefilter('error')",
    "short_numbers": "np.set_printoptions(precision=2, suppress=True)",
    "half_precision": "nn.set_default_dtype(np.float32)",
    "environment": "%env OMP_NUM_THREADS=4",
    "other_seed": "nn.manual_seed(123)\nnp.random.seed(5)",
    "own_package": "import my_edunn\nfrom my_edunn import Linear, Tanh",
    "logs": "import logging\nlogging.basicConfig(level=logging.DEBUG)",
    "encoding": "# -*- coding: utf-8 -*-\n# größer ≥ β \u2028 \U0001f600",
}.items():
    odd(name, top(line))
odd("typed", changed(lambda s: re.sub(r"def forward\(self, x\)", "def forward(self, "
    "x: np.ndarray) -> 'np.ndarray'", s), "bias"))  # fmt: skip
odd("tabs", changed(lambda s: s.replace("    ", "\t"), "bias"))
odd("trailing_spaces", changed(lambda s: s.replace("\n", "   \n") + "\n\n", "bias"))
odd("windows_line_ends", changed(lambda s: s.replace("\n", "\r\n")))
odd("old_mac_line_ends", changed(lambda s: s.replace("\n", "\r"), "bias"))
odd("main", bottom("if __name__ == '__main__':\n    print(Bias(2))"))
odd("own_nn_afterwards", bottom("import edunn.torchlike as nn"), "visible check not")
odd("progress_bar", bottom("from tqdm.auto import tqdm\nfor i in tqdm(range(3)): pass"))
odd("sum_by_a_loop", changed(lambda s: s.replace(
    "db = np.sum(dy, axis=0)", "db = np.zeros(dy.shape[1])\n        for row in dy:\n"
    "            db = db + row"), "bias"))  # fmt: skip
odd("sum_by_ones", changed(lambda s: s.replace(
    "db = np.sum(dy, axis=0)", "db = np.ones(len(dy)) @ dy"), "bias"))  # fmt: skip
odd("views_and_orders", changed(lambda s: s.replace(
    "y = x + self.b.data", "y = np.asfortranarray(x + self.b.data)").replace(
    "dx = dy", "dx = dy[::-1][::-1]"), "bias"))  # fmt: skip
odd(
    "a_dataclass",
    top("""
from dataclasses import dataclass
@dataclass(eq=False)
class Settings:
    features: int
"""),
)
odd("a_base_class", changed(lambda s: "class Base(nn.Module):\n    scale = 1\n\n"
    + s.replace("class Bias(nn.Module)", "class Bias(Base)"), "bias"))  # fmt: skip
odd(
    "patched_in",
    bottom("def forward(self, x):\n    return self.b.data + x\nBias.forward = forward"),
)

# --- cells of one's own --------------------------------------------------------------------------
for name, source in {
    "threads": "from concurrent.futures import ThreadPoolExecutor as Pool\n"
    "with Pool(4) as pool: print(list(pool.map(abs, [1, -2])))",
    "processes": "from multiprocessing import Pool\nwith Pool(2) as pool: pool.map(abs, [1])",
    "own_files": "open('a.txt', 'w').write('1,2')\nprint(np.loadtxt('a.txt', delimiter=','))",
    "pickles": "import pickle\nlayer = pickle.loads(pickle.dumps(Bias(2)))\nprint(layer.b.data)",
    "data_that_is_not_there": "data = np.loadtxt('../data/train.csv')",
    "google_drive": "from google.colab import drive\ndrive.mount('/content/drive')",
    "a_download": "import urllib.request\nurllib.request.urlretrieve('http://example.org/a.csv')",
    "help": "np.sum?\nnn.Module??\nhelp(len)",
    "looks_back": "%who\n%history\n%whos\n_ = 3",
    "measures": "%timeit -n 2 -r 1 sum(range(10))\n%prun -q sum(range(10))",
    "debugger": "%debug",
    "many_figures": "import matplotlib.pyplot as plt\n"
    "for i in range(8):\n    plt.figure(figsize=(1, 1))\n    plt.plot([i])",
    "other_backend": "import matplotlib\nmatplotlib.use('TkAgg')",
    "syntax_error": "print 'hello'",
    "tex": "$y = x + b$",
    "html": "%%html\n<b>done</b>",
    "awaits": "async def one(): return 1\nprint(await one())",
    "generators": "for _ in (i for i in range(3)): pass\nprint(_)",
    "widgets": "try:\n    from ipywidgets import interact\n    interact(lambda x: x, x=(0, 3))\n"
    "except ImportError: pass",
    "shadows": "list = [1, 2]\nsum = 3\nx = y = dy = None\nlayer = 'mine'",
    "alarm": "import signal\nsignal.signal(signal.SIGALRM, lambda *all: None)\nsignal.alarm(1)",
}.items():
    odd(name, adding(source))
odd("own_module", top("from helpers import moved", lambda: adding(
    "%%writefile helpers.py\ndef moved(x, b): return x + b", before="bias")))  # fmt: skip
odd(
    "stops_here",
    early("import subprocess\nsubprocess.run(['echo', 'hi'])"),
    "what was missing was defined",
)
odd("takes_long", adding("import time\nfor i in range(60): time.sleep(1)"), LEFT_OUT)

# --- what other programs make of a notebook ------------------------------------------------------


def without_metadata(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    return notebook


def long_answer():
    """Much longer than what was released: it shares few of its lines."""
    more = "\n".join(f"        # step {i}\n        y = y + 0 * {i}" for i in range(40))
    start = "y = x + self.b.data"
    return changed(lambda s: s.replace(start, f"{start}\n{more}"), "bias")


odd("kaggle", without_metadata(long_answer()), "had lost its name")
odd("lines_in_lists", json.dumps(changed(lambda s: s.splitlines(keepends=True))).encode())
old = right()
for cell in old["cells"]:
    del cell["id"]
odd("no_ids", old | {"nbformat_minor": 0})
colab = right()
for i, cell in enumerate(colab["cells"]):
    cell["metadata"] |= {"id": f"x{i}", "colab": {"base_uri": "https://localhost:8080/"}}
odd("colab", colab | {"metadata": {"colab": {"provenance": []}, "accelerator": "GPU"}})
code = right()
for cell in code["cells"]:
    cell["metadata"] |= {"vscode": {"languageId": "python"}, "tags": ["parameters"]}
odd("vs_code", code)
joined = right()
first, second = find(joined, "bias"), find(joined, "bias-forward")
first["source"] += "\n\n" + second["source"]
joined["cells"].remove(second)
odd("joined_with_its_check", joined, "bias-forward is missing")
added = right()
find(added, "setup")["source"] += "\nimport math\nimport string"
find(added, "bias")["source"] += "\nassert math.cos(0) == 1 and string.digits"
odd("imports_in_the_first_cell", added, "setup was changed")
inside = blank()
find(inside, "bias-forward")["source"] = "\n".join(
    find(notebook, name)["source"] for notebook, name in
    ((right(), "bias"), (inside, "bias-forward")))  # fmt: skip
odd("written_in_the_cell_of_the_check", inside, "bias-forward was changed")
below = blank()
place = below["cells"].index(find(below, "bias"))
below["cells"].insert(place + 1, copy.deepcopy(find(right(), "bias")) | {"metadata": {}, "id": "a"})
odd("written_below", below)


def browser(ending):
    def files(folder):
        (folder / f"{NAME}.ipynb{ending}").write_text(json.dumps(right()), encoding="utf-8")

    return files


odd("saved_as_json", browser(".json"))
odd("saved_as_text", browser(".txt"))
odd("capital_letters", lambda folder: (folder / f"{NAME.upper()}.IPYNB").write_text(
    json.dumps(right())))  # fmt: skip
