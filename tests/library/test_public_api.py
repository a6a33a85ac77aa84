"""What is public is meant to be: the four faces, name by name, compared with public_api.txt.

When a name comes or goes on purpose, rewrite the file and say so in CHANGELOG.md:

    python tests/library/test_public_api.py
"""

import ast
import enum
import importlib
import inspect
import re
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("public_api.txt")
FACES = ["edunn", "edunn.torchlike", "edunn.checking", "edunn.course"]
TO_DO = (
    "If that is on purpose: run `python tests/library/test_public_api.py`, which rewrites "
    "tests/library/public_api.txt, and add a line to CHANGELOG.md."
)


def signature(value):
    """What a callable takes, without annotations; an object among the defaults is its class."""
    if isinstance(value, type) and issubclass(value, (Exception, enum.Enum)):  # Python's arguments
        return ""
    found = inspect.signature(value)
    bare = [p.replace(annotation=p.empty) for p in found.parameters.values()]
    text = str(found.replace(parameters=bare, return_annotation=found.empty))
    return re.sub(r"<([\w.]+\.)?(\w+) object at 0x[0-9a-f]+>", r"\2()", text)


def lines_of(name, value):
    """A line for a name; for a module or namespace, a line for each name in it."""
    if isinstance(value, types.ModuleType) and hasattr(value, "__all__"):
        for inside in sorted(value.__all__):
            yield from lines_of(f"{name}.{inside}", getattr(value, inside))
    elif isinstance(value, types.SimpleNamespace):
        for inside in sorted(vars(value)):
            yield from lines_of(f"{name}.{inside}", getattr(value, inside))
    else:
        yield f"{name}{signature(value) if callable(value) else ''}"


def public_api():
    lines = []
    for face in FACES:
        lines += lines_of(face, importlib.import_module(face))
    return lines


def test_the_public_api_is_as_it_was():
    before, now = SNAPSHOT.read_text(encoding="utf-8").splitlines(), public_api()
    gone = [f"- {line}" for line in before if line not in now]
    new = [f"+ {line}" for line in now if line not in before]
    assert not gone + new, "\n".join(["The public API has changed:", *gone, *new, TO_DO])
    assert now == before, f"the order of public_api.txt is not that of the faces. {TO_DO}"


@pytest.mark.slow
def test_each_name_has_a_test():
    """A test uses it, or names it in a string: the laws find their cases by these strings."""
    used = {"Says"}  # the degrees of edunn.checking.diagnoses, which stand in the table itself
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name):
                used.add(node.id)
            elif isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.update(re.findall(r"\w+", node.value) if len(node.value) < 200 else ())
    names = {re.match(r"[\w.]+", line)[0] for line in public_api()}
    assert sorted(name for name in names if name.split(".")[-1] not in used) == []


@pytest.mark.parametrize("face", FACES)
def test_nothing_else_leaks(face):
    module = importlib.import_module(face)
    missing = [name for name in module.__all__ if not hasattr(module, name)]
    assert missing == []
    assert len(set(module.__all__)) == len(module.__all__)
    leaks = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and name not in module.__all__
        and not (isinstance(value, types.ModuleType) and value.__name__ == f"{face}.{name}")
    ]
    assert leaks == [], f"{face} shows names that are not in its __all__"


def test_a_star_takes_what_the_face_names():
    names = {}
    exec("from edunn import *", names)
    assert set(importlib.import_module("edunn").__all__) <= names.keys()


# Each public name of a file is used outside it

PUBLIC_MODULES = ["edunn.initializers", "edunn.plot", "edunn.datasets", "edunn.metrics",
                  "edunn.utils", "edunn.utils.check_gradient", "edunn.torchlike.functional",
                  "edunn.torchlike.init"]  # fmt: skip  # which edunn exports whole
COURSE = ROOT / "edunn" / "course"
USERS = ("edunn", "autograder", "benchmarks", "docs", "solutions")


def words_used(tree):
    """The names that a file imports or asks a module for, and those in its strings of dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"[\w.]*\.(\w+)", node.value)  # as close("containers.Chain")


def unused_public_names(root, exported, skipped=()):
    """The public functions and classes at the top of a file of edunn that no face exports and no
    other file uses: their names should begin with an underscore, or go."""
    paths = [path for user in USERS for path in sorted((root / user).rglob("*.py"))]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    used = {path: set(words_used(tree)) for path, tree in trees.items()}
    found = []
    for path, tree in trees.items():
        inside = path.relative_to(root).parts
        if inside[0] != "edunn" or inside[1] in skipped:
            continue
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_":
                elsewhere = any(
                    node.name in names for other, names in used.items() if other != path
                )
                if node.name not in exported and not elsewhere:
                    found.append(f"{path.relative_to(root).as_posix()}: {node.name}")
    return found


def exported_names():
    course = [f"edunn.course.{path.parent.name}" for path in COURSE.glob("*/__init__.py")]
    modules = map(importlib.import_module, [*FACES, *PUBLIC_MODULES, *course])
    return {name for module in modules for name in module.__all__}


@pytest.mark.slow
def test_a_public_name_is_exported_or_used_elsewhere():
    unused = unused_public_names(ROOT, exported_names())
    what = "No other file uses these: begin their names with _, or export them from their package."
    assert not unused, "\n".join([what, *unused])


def test_a_public_name_that_only_its_file_uses_is_seen(tmp_path):
    files = {
        "edunn/one.py": "def alone(): pass\n\ndef _hidden(): pass\n\nclass Exported: pass\n"
        "\ndef shared(): alone()\n\nclass Closed: pass\n",
        "edunn/two.py": "from edunn.one import shared\n",
        "edunn/course/three.py": "def later(): pass\n",
        "solutions/four.py": "close('one.Closed')\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert unused_public_names(tmp_path, {"Exported"}, ("course",)) == ["edunn/one.py: alone"]
    assert unused_public_names(tmp_path, {"Exported"}) == [
        "edunn/course/three.py: later", "edunn/one.py: alone",
    ]  # fmt: skip


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # the edunn beside these tests, whichever is installed
    SNAPSHOT.write_text("\n".join(public_api()) + "\n", encoding="utf-8")
    print(f"{SNAPSHOT.name}: {len(public_api())} names. Now add a line to CHANGELOG.md.")
