"""A file of edunn may import only what comes before it in the reading order, and stays small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import edunn

READING_ORDER = [
    name
    for line in """
        backend inputs operators tree core ops array_ops initializers
        layers.linear layers.activations layers.dense layers.shaping layers.regularization
        layers.windows layers.convolution layers.pooling layers.embedding layers.recurrent
        layers.masked
        explain containers sequential2d models losses optimizers metrics health training
        datasets.idx datasets.mnist datasets.prepare datasets.tables datasets.toys datasets
        plot diagrams loading saving torchlike
        checking.findings checking.engine checking.numbers checking.formulas checking.subject
        checking.hypotheses checking.diagnosis checking.inner checking.point checking.suite
        checking.examine checking.messages checking.report checking.loops checking.learning
        checking.draws checking.gradients checking
        utils.colors utils.check_gradient utils
        course.mine course.session course.closed course
        course.source course.wire course.confine course.scratch course.bubble course.worker
        course.library course.sandbox course.cases course.remote course.mutants course.bank
        course.layout course.normalise course.roster course.downloads course.intake
        course.records course.shown course.judge course.pool course.cluster
        course.kernel course.overview course.translate course.books course.check course.verify
        course.build course.gradescope course.grade course.likeness course.wording
        course.classroom course.report course.export course.demo course.terminal course.alone
        course.commands cli
    """.splitlines()
    for name in line.split()
]
ROOT = Path(edunn.__file__).parent
LIMITS = {"core": 220}


def path_of(name):
    path = ROOT / name.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize("name", READING_ORDER)
def test_imports_go_one_way(name):
    allowed = set(READING_ORDER[: READING_ORDER.index(name)])
    for node in ast.walk(ast.parse(path_of(name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("edunn."):
            imported = {node.module.removeprefix("edunn.")}
            nested = {f"{min(imported)}.{alias.name}" for alias in node.names}
            imported |= nested & set(READING_ORDER)
        elif isinstance(node, ast.ImportFrom) and node.module == "edunn":
            imported = {alias.name for alias in node.names}
        elif isinstance(node, ast.Import) and any(alias.name == "edunn" for alias in node.names):
            imported = {"checking", "utils"}  # all of the library, so only for the course
        else:
            continue
        packages = {"layers", "checking", "course", "utils", "datasets"}
        assert imported - packages <= allowed


def test_every_file_has_its_place():
    files = {path for path in ROOT.rglob("*.py") if path.read_text(encoding="utf-8").strip()}
    assert files - {ROOT / "__init__.py"} == {path_of(name) for name in READING_ORDER}


@pytest.mark.parametrize("name", READING_ORDER)
def test_files_stay_small(name):
    lines = path_of(name).read_text(encoding="utf-8").count("\n")
    assert lines <= LIMITS.get(name, 250)


@pytest.mark.parametrize("path", sorted((ROOT / "layers").glob("*.py")), ids=lambda path: path.stem)
def test_layers_stay_small(path):
    """No layer over 30 lines of code; its docstrings, blank lines and comments do not count."""
    text = path.read_text(encoding="utf-8")
    for layer in ast.parse(text).body:
        if isinstance(layer, ast.ClassDef):
            lines = set(range(layer.lineno, layer.end_lineno + 1))
            for node in ast.walk(layer):
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                    lines -= set(range(node.lineno, node.end_lineno + 1))
            code = [text.split("\n")[line - 1].strip() for line in lines]
            assert sum(bool(line) and not line.startswith("#") for line in code) <= 30, layer.name


def test_import_is_light():
    heavy = "matplotlib", "nbgrader", "cupy", "IPython", "jupytext"
    code = f"import sys, edunn; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
