"""Laws of imports and of sizes, each a function of a tree of source files, and each seen to fail.

What is compared is the module that an import leads to: `from edunn import backend` leads to
edunn.backend, `from edunn import Linear` to edunn, which is all of the library. Imports inside
functions count, and so do relative ones.
"""

import ast
import functools
import inspect
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LIBRARY = [
    "backend", "files", "runtime", "original", "_lazy", "inputs", "attributes", "recording",
    "operators", "pytorch_differences", "tensor_words", "words", "core", "ops", "array_ops",
    "more_ops", "initializers", "block_matrices",
    "layers", "layers.linear", "layers.activations", "layers.dense",
    "layers.shaping", "layers.regularization", "layers.normalization", "layers.windows",
    "layers.convolution", "layers.pooling", "layers.embedding", "layers.recurrent",
    "layers.attention", "layers.masked", "explain",
    "containers", "sequential2d", "losses", "model", "optimizers", "metrics", "health",
    "training", "parallel", "plot.pictures", "plot.original", "plot", "diagrams", "saving",
]  # fmt: skip
ABOVE_THE_LIBRARY = ["datasets", "torchlike", "checking", "utils"]
COURSE_BASE = ["errors", "text", "messages", "compat"]  # with the face, edunn.course itself
COURSE = [
    "notebooks", "student", "sandbox", "hidden_tests", "submissions", "grading", "authoring",
    "gradescope", "reporting", "cli",
]  # fmt: skip
LEVELS = [
    *({f"edunn.{name}"} for name in LIBRARY),
    *({f"edunn.{name}.*"} for name in ABOVE_THE_LIBRARY),
    {"edunn"},  # the face of all that is above
    {"edunn.course", *(f"edunn.course.{name}" for name in COURSE_BASE)},
    *({f"edunn.course.{name}.*"} for name in COURSE),
]


@functools.lru_cache(maxsize=1)  # the six laws look at one tree
def modules_in(root):
    """The modules of the package edunn in the folder `root`: by name, the parsed file."""
    found = {}
    for path in sorted((root / "edunn").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found[name].is_package = parts[-1] == "__init__"
    return found


def named_in(module, tree):
    """The dotted names that the import statements of a module lead to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
                if not alias.asname:  # `import edunn.plot` makes the name edunn, and all in it
                    yield alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if tree.is_package else module.split(".")[:-1]
                package = package[: len(package) - node.level + 1]
                base = ".".join([*package, *([base] if base else [])])
            for alias in node.names:
                yield f"{base}.{alias.name}"
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def imports_of(modules):
    """By module, the modules of the tree that it imports."""
    arrows = {}
    for module, tree in modules.items():
        arrows[module] = set()
        for name in named_in(module, tree):
            while name and name not in modules:  # a class or function: the module that it is in
                name = name.rpartition(".")[0]
            if name and name != module:
                arrows[module].add(name)
    return arrows


def level_of(module):
    """Where a module stands, counted from the bottom; None for one that has no place."""
    for level, names in enumerate(LEVELS):
        for name in names:
            whole = name.removesuffix(".*")
            if module == name or (
                name.endswith(".*") and (module == whole or module.startswith(f"{whole}."))
            ):
                return level
    return None


def upward_imports(root):
    """Arrows to a module that stands higher, or nowhere; within one package all may see all."""
    arrows = imports_of(modules_in(root)).items()
    pairs = [(module, name) for module, names in arrows for name in names]
    return sorted(
        f"{module} imports {name}"
        for module, name in pairs
        if level_of(module) is not None
        and (level_of(name) is None or level_of(name) > level_of(module))
    )


def without_a_place(root):
    """A new file has its place in the order of imports."""
    return [module for module in modules_in(root) if level_of(module) is None]


def circle(root):
    """Modules that import each other in a circle; a package's face may gather its own files."""
    try:
        TopologicalSorter(imports_of(modules_in(root))).prepare()
    except CycleError as error:
        return [" -> ".join(error.args[1])]
    return []


def imports_outside(root, forbidden, allowed):
    """Who imports one of the forbidden packages or modules without being in `allowed`."""
    found = []
    for module, tree in modules_in(root).items():
        if module == allowed or module.startswith(f"{allowed}."):
            continue
        for name in named_in(module, tree):
            if any(name == one or name.startswith(f"{one}.") for one in forbidden):
                found.append(f"{module} imports {name}")
    return found


def terminal_imports(root):
    """click and rich belong to the command line, and only there."""
    return imports_outside(root, {"click", "rich"}, "edunn.course.cli")


def worker_imports(root):
    """The trusted side takes nothing from the module that runs a student's code."""
    worker = "edunn.course.sandbox.worker"
    return imports_outside(root, {worker}, worker)


def long_layers(root, limit=30):
    """Layers with more lines of code than that; docstrings, blank lines, comments do not count."""
    found = []
    for path in sorted((root / "edunn" / "layers").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for layer in ast.parse(text).body:
            if not isinstance(layer, ast.ClassDef):
                continue
            lines = set(range(layer.lineno, layer.end_lineno + 1))
            for node in ast.walk(layer):
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                    lines -= set(range(node.lineno, node.end_lineno + 1))
            code = [text.split("\n")[line - 1].strip() for line in lines]
            count = sum(bool(line) and not line.startswith("#") for line in code)
            if count > limit:
                found.append(
                    f"{path.name}: {layer.name} has {count} lines of code, more than {limit}"
                )
    return found


def long_core(root, limit=415):
    """core.py is read in one sitting."""
    lines = (root / "edunn" / "core.py").read_text(encoding="utf-8").count("\n")
    return [f"core.py has {lines} lines, more than {limit}"] if lines > limit else []


LAWS = [upward_imports, without_a_place, circle, terminal_imports, worker_imports, long_layers,
        long_core]  # fmt: skip


WHERE = (
    "The order in which modules may import stands in LIBRARY, ABOVE_THE_LIBRARY and COURSE of "
    "tests/library/test_one_way_imports.py; docs/architecture.md says why."
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_law_holds(law):
    broken = law(ROOT)
    assert not broken, "\n".join([str(inspect.getdoc(law) or law.__name__), *broken, WHERE])


SMALL = {
    "backend": "", "core": "from edunn import backend", "layers/__init__": "",
    "layers/linear": "from ..core import Module", "plot": "def draw():\n    import edunn.core as c",
    "datasets/__init__": "from .idx import read_idx", "datasets/idx": "from edunn.backend import x",
    "checking/__init__": "from edunn.checking.engine import check",
    "checking/engine": "from edunn.core import Module", "utils/__init__": "from .. import checking",
    "__init__": "from edunn.core import Module\nfrom edunn import plot, utils",
    "course/__init__": "from edunn._lazy import lazy", "course/errors": "", "_lazy": "",
    "course/student/__init__": "from edunn import Linear\nfrom ..errors import CourseError",
    "course/sandbox/__init__": "", "course/sandbox/protocol": "import json",
    "course/sandbox/worker": "from edunn.course.sandbox import protocol",
    "course/sandbox/process": "from .protocol import send",
    "course/grading/__init__": "from edunn.course.sandbox.process import Worker",
    "course/cli/__init__": "import click\nfrom rich.table import Table\nfrom .. import grading",
}  # fmt: skip


def write_tree(root, **changes):
    for name, text in (SMALL | changes).items():
        path = root / "edunn" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_small_tree_keeps_the_law(law, tmp_path):
    assert law(write_tree(tmp_path)) == []


BROKEN = [
    (upward_imports, "backend", "import edunn.course"),
    (upward_imports, "backend", "from edunn import course"),
    (upward_imports, "backend", "from edunn.course import borrow"),
    (upward_imports, "backend", "from .core import Module"),
    (upward_imports, "backend", "from . import core"),
    (upward_imports, "backend", "from . import Module"),
    (upward_imports, "backend", "import edunn"),
    (upward_imports, "backend", "import edunn.core"),
    (upward_imports, "backend", "from edunn import Linear"),
    (upward_imports, "backend", "import numpy\n\ndef late():\n    from edunn.core import Module"),
    (upward_imports, "backend", "from edunn.layers.linear import Linear"),
    (upward_imports, "core", "from edunn import checking"),
    (upward_imports, "layers/linear", "from ..checking.engine import check"),
    (upward_imports, "datasets/idx", "from edunn import checking"),
    (upward_imports, "datasets/idx", "from edunn.utils import check_same"),
    (upward_imports, "checking/engine", "import edunn.utils as utils"),
    (upward_imports, "utils/__init__", "from edunn.course.errors import CourseError"),
    (upward_imports, "__init__", "from edunn.course import borrow"),
    (upward_imports, "course/errors", "from edunn.course.grading import grade"),
    (upward_imports, "course/student/__init__", "from ..sandbox import process"),
    (upward_imports, "course/sandbox/protocol", "from edunn.course import cli"),
    (upward_imports, "core", "from edunn import nowhere_in_the_order"),
    (without_a_place, "nowhere_in_the_order", ""),
    (without_a_place, "course/helpers", ""),
    (circle, "course/sandbox/protocol", "from .worker import run"),
    (circle, "datasets/idx", "from edunn import datasets"),
    (terminal_imports, "course/grading/__init__", "import click"),
    (terminal_imports, "course/sandbox/process", "def show():\n    from rich.table import Table"),
    (terminal_imports, "plot", "import rich.console as console"),
    (worker_imports, "course/sandbox/process", "from .worker import run"),
    (worker_imports, "course/sandbox/process", "from . import worker"),
    (worker_imports, "course/grading/__init__", "from edunn.course.sandbox import worker"),
    (worker_imports, "course/cli/__init__", "import edunn.course.sandbox.worker"),
    (long_layers, "layers/linear", "class Linear:\n" + "    x = 1\n" * 30),
    (long_core, "core", "\n" * 500),
]


@pytest.mark.parametrize(("law", "name", "text"), BROKEN)
def test_what_breaks_the_law_is_seen(law, name, text, tmp_path):
    changes = {name: text}
    if "nowhere_in_the_order" in text:
        changes["nowhere_in_the_order"] = ""
    assert law(write_tree(tmp_path, **changes)) != []


def test_import_is_light():
    heavy = "matplotlib", "nbgrader", "cupy", "IPython", "jupytext"
    code = f"import sys, edunn; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
