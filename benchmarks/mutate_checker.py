"""Break the checker, one small change at a time, and see whether its own tests turn red.

    python benchmarks/mutate_checker.py --sample 100 --seed 0
    python benchmarks/mutate_checker.py --only engine.py:57 suite.py:30

Each mutant is the source of one file of edunn/checking with one change: an operator, a comparison,
a constant, `and` or `or`, a deleted statement, a returned pair swapped. It is written into a copy
of the package, which is what the tests then import. Printed are the survivors: changes that no
test notices. Some of them change nothing that matters.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = ("engine", "point", "suite", "examine", "subject", "numbers")
TESTS = ("test_engine.py", "test_bad_layers.py", "test_report.py", "test_checking.py",
         "test_examine.py")  # fmt: skip
SWAPS = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult],
    ast.Pow: [ast.Mult], ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot], ast.IsNot: [ast.Is], ast.In: [ast.NotIn], ast.NotIn: [ast.In],
    ast.And: [ast.Or], ast.Or: [ast.And], ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
}  # fmt: skip
NAMES = {"max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum", "any": "all",
         "all": "any", "sum": "prod", "abs": "square"}  # fmt: skip


@dataclass
class Mutant:
    file: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before} -> {self.after}"


def changed(node, **fields):
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def replacements(node):
    """What may stand in the place of a node."""
    if isinstance(node, ast.BinOp):
        yield from (changed(node, op=op()) for op in SWAPS.get(type(node.op), ()))
    elif isinstance(node, ast.BoolOp):
        yield from (changed(node, op=op()) for op in SWAPS[type(node.op)])
        yield from (changed(node, values=node.values[:i] + node.values[i + 1 :])
                    if len(node.values) > 2 else node.values[1 - i]
                    for i in range(len(node.values)))  # fmt: skip
    elif isinstance(node, ast.Compare):
        for op in SWAPS.get(type(node.ops[0]), ()):
            yield changed(node, ops=[op(), *node.ops[1:]])
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Constant):
        yield from constants(node)
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield changed(node, attr=NAMES[node.attr])
    elif isinstance(node, ast.Name) and node.id in NAMES and node.id != "sum":
        yield changed(node, id=NAMES[node.id])
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.ctx, ast.Load):
        yield changed(node, elts=node.elts[::-1])
    elif isinstance(node, (ast.If, ast.While)):
        yield changed(node, test=ast.Constant(True))
        yield changed(node, test=ast.Constant(False))


def constants(node):
    value = node.value
    if isinstance(value, bool):
        yield changed(node, value=not value)
    elif isinstance(value, int):
        yield changed(node, value=value + 1)
    elif isinstance(value, float):
        yield changed(node, value=value * 100 if value else 1.0)
        yield changed(node, value=value / 100 if value else -1.0)


DELETED = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise, ast.Continue)


def mutants(path):
    """Every Mutant of a file; docstrings and annotations are left alone."""
    tree = ast.parse(path.read_text())
    said = {id(part) for node in ast.walk(tree) for name in ("annotation", "returns")
            if getattr(node, name, None) for part in ast.walk(getattr(node, name))}  # fmt: skip
    parents = [
        (node, name, i)
        for node in ast.walk(tree)
        if id(node) not in said
        for name, value in ast.iter_fields(node)
        if name not in ("annotation", "returns", "decorator_list")
        for i in (range(len(value)) if isinstance(value, list) else (None,))
    ]
    for node, name, i in parents:
        old = getattr(node, name) if i is None else getattr(node, name)[i]
        if not isinstance(old, ast.AST) or in_annotation(old):
            continue
        news = list(replacements(old))
        if isinstance(old, DELETED) and not is_docstring(old) and name in ("body", "orelse"):
            news.append(ast.copy_location(ast.Pass(), old))
        for new in news:
            put(node, name, i, ast.copy_location(new, old))
            source = ast.unparse(ast.fix_missing_locations(tree))
            put(node, name, i, old)
            yield Mutant(path.name, old.lineno, shown(old), shown(new), source)


def put(node, name, i, new):
    if i is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[i] = new


def shown(node):
    return " ".join(ast.unparse(node).split())[:90]


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def in_annotation(node):
    """Imports, and all that is only said to a type checker."""
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.AnnAssign, ast.arg))


def workplace(folder):
    """A copy of the package and of the tests, in a folder of its own."""
    shutil.copytree(ROOT / "edunn", folder / "edunn", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run(folder, *arguments, timeout=120.0):
    """The exit code of Python in a folder, and what it printed; 124 if it took too long."""
    environment = os.environ | {
        "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    try:
        result = subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=environment, timeout=timeout,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 124, ""
    return result.returncode, result.stdout + result.stderr


def run_tests(folder, timeout=120.0):
    files = [str(Path("tests", name)) for name in TESTS]
    return run(folder, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files,
               timeout=timeout)  # fmt: skip


def check_workplace(folder):
    """The tests must import the copy, and be green on it as it is."""
    code, told = run(folder, "-c", "import edunn.checking.engine as m; print(m.__file__)")
    if code or Path(told.strip()) != folder / "edunn" / "checking" / "engine.py":
        sys.exit(f"not the copy that is imported, but {told}")
    code, told = run_tests(folder)
    if code:
        sys.exit(f"the tests are red without any mutation:\n{told[-3000:]}")


def survives(mutant, folder, timeout):
    path = folder / "edunn" / "checking" / mutant.file
    kept = path.read_text()
    path.write_text(mutant.source)
    try:
        code, _ = run_tests(folder, timeout)
    finally:
        path.write_text(kept)
    return code == 0


def chosen(arguments):
    found = [
        mutant for name in FILES for mutant in mutants(ROOT / "edunn" / "checking" / f"{name}.py")
    ]
    if arguments.only:
        return [m for m in found if f"{m.file}:{m.line}" in arguments.only], len(found)
    count = min(arguments.sample or len(found), len(found))
    return random.Random(arguments.seed).sample(found, count), len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="how many mutants; all without it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", help="file:line, such as engine.py:57")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for one mutant")
    arguments = parser.parse_args()
    sample, total = chosen(arguments)
    with tempfile.TemporaryDirectory() as name:
        places = [workplace(Path(name).resolve() / str(i)) for i in range(2)]
        check_workplace(places[0])
        free = list(places)

        def judge(mutant):
            folder = free.pop()
            try:
                return survives(mutant, folder, arguments.timeout)
            finally:
                free.append(folder)

        with ThreadPoolExecutor(len(places)) as pool:
            survivors = []
            for i, (mutant, alive) in enumerate(zip(sample, pool.map(judge, sample)), 1):
                if alive:
                    survivors.append(mutant)
                    print(f"{i:4} of {len(sample)}: {mutant}", flush=True)
    found = len(sample) - len(survivors)
    print(f"{found} of {len(sample)} mutants turn the tests red ({total} there are)")


if __name__ == "__main__":
    main()
