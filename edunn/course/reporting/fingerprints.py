"""The passages of a student's code: what is compared where copies are looked for.

A passage is a run of words of a function's syntax tree, whose own names are numbered. It counts
wherever the function stands: in another cell, outside its class, or in a string that is run. What
the names that were asked for never come to does not count, so nobody's code can be padded with it.
"""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from edunn.course.reporting.code import nodes_of, readable_tree, runs_strings, tree_of, unpacked

STEP = 6  # words of normalised code in one passage
MOST = 20_000  # words of one submission that are compared
_Definition = ast.FunctionDef | ast.ClassDef


def words(source: str) -> list[str]:
    """Code as a list of words, without comments, docstrings, and the names that its writer chose:
    code that differs only in these gives the same list."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a student's odd escapes
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.findall(r"\w+|[^\w\s]", re.sub(r"#.*", "", source))
    return _words_of(tree)


def _words_of(tree: ast.AST) -> list[str]:
    own = {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in nodes_of(tree)
        if isinstance(node, ast.arg)
        or isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
    }
    numbers: dict[str, str] = {}  # of the writer's own names, in the order in which they appear
    return [
        numbers.setdefault(word, f"name {len(numbers)}") if is_name and word in own else word
        for word, is_name in _in_order(tree)
    ]


def _in_order(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """(word, whether it is a name) of every node, without recursion."""
    left: list[Any] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left.extend(reversed(node))
        elif isinstance(node, ast.Name):
            yield node.id, True
        elif isinstance(node, ast.arg):
            yield node.arg, True
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        elif isinstance(node, ast.AST):
            yield type(node).__name__, False
            skipped = "ctx", "annotation", "returns", "type_ignores", "type_comment", "kind"
            left.extend(reversed([part for key, part in ast.iter_fields(node)
                                  if key not in skipped]))  # fmt: skip
        elif node is not None:
            yield hex(node) if type(node) is int else repr(node), False  # decimals may be too many


def names_of(cells: Mapping[str, str]) -> frozenset[str]:
    """What these cells define, methods included: the names that are asked for."""
    trees = [tree for tree in map(tree_of, cells.values()) if tree]
    found = [node for tree in trees for node in nodes_of(tree)]
    return frozenset(node.name for node in found if isinstance(node, _Definition))


def passages(cells: Mapping[str, str], wanted: Collection[str] = ()) -> set[int]:
    """The passages of the code in all cells together, each as a number of 64 bits.

    wanted: the names that were asked for; without them, all that is there counts
    """
    trees, texts = [], []
    for source in cells.values():
        tree = readable_tree(source)
        if tree is None:
            texts.append(words(source))
        else:
            trees.append(tree)
    trees = unpacked(trees) if runs_strings(cells.values()) else trees
    units = [unit for one in _live(trees, frozenset(wanted)) for unit in _units(one)]
    texts += [_words_of(unit) for unit in units]
    found, left = set(), MOST
    for text in texts:
        for i in range(max(min(len(text), left) - STEP + 1, 0)):
            passage = "\0".join(text[i : i + STEP]).encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(passage, digest_size=8).digest()
            found.add(int.from_bytes(digest, "little", signed=True))
        left -= len(text)
    return found


def _live(trees: Iterable[ast.Module], wanted: frozenset[str]) -> list[ast.stmt]:
    """The statements that the wanted names need: their definitions, those of the names in these,
    and what changes one of them. All, where no name is wanted, or none is defined."""
    statements = [one for tree in trees for one in tree.body]
    defined = [(one, _binds(one), _changes(one)) for one in statements]
    if not any(wanted & names for _, names, _ in defined):
        return statements
    needed, live, grew = set(wanted), dict[int, ast.stmt](), True
    while grew:
        grew = False
        for place, (one, binds, changes) in enumerate(defined):
            if place not in live and (binds & needed or changes & needed):
                live[place], grew = one, True
                needed |= _loads(one)
    return [live[place] for place in sorted(live)]


def _binds(statement: ast.stmt) -> set[str]:
    """The names that a statement of a cell gives a value."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return {statement.name}
    nodes = nodes_of(statement)
    found = {node.id for node in nodes if isinstance(node, ast.Name) and _stores(node)}
    return found | {node.name for node in nodes if isinstance(node, _Definition)}


def _changes(statement: ast.stmt) -> set[str]:
    """The names whose objects it changes: Bias.forward = f, table[1] = g, setattr(Bias, ...)."""
    found = set()
    for node in nodes_of(statement) if isinstance(statement, (ast.Assign, ast.Expr)) else ():
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            found |= {one.id for one in nodes_of(node.value) if isinstance(one, ast.Name)}
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
            found |= {getattr(one, "id", "") for one in node.args[:1]}
    return found - {""}


def _loads(node: ast.AST) -> set[str]:
    """All names, and all attributes, that are used in it."""
    nodes = nodes_of(node)
    found = {one.id for one in nodes if isinstance(one, ast.Name) and not _stores(one)}
    return found | {one.attr for one in nodes if isinstance(one, ast.Attribute)}


def _stores(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _units(statement: ast.stmt) -> Iterator[ast.AST]:
    """A statement without what it does not need; of a class, its methods one by one."""
    if isinstance(statement, ast.ClassDef):
        used = set[str]()
        for one in statement.body:
            used |= _loads(one)
        rest = []
        for one in statement.body:
            if not isinstance(one, ast.FunctionDef):
                rest.append(one)
            elif one.name in used or one.name in _CALLED or one.name.startswith("__"):
                yield _trimmed(one)
        statement = ast.ClassDef(statement.name, statement.bases, statement.keywords, rest, [])
    yield _trimmed(statement)


# methods that others call: a layer's, an optimizer's and what their bases ask for
_CALLED = ("forward", "backward", "update", "step", "zero_grad", "train", "eval", "children",
           "named_parameters", "get_parameters", "parameters")  # fmt: skip


def _trimmed(node: ast.AST) -> ast.AST:
    """The tree without statements that cannot matter: after a return, under `if 0`, values that
    nobody uses, functions inside that nobody calls."""
    used = _loads(node)
    for one in nodes_of(node):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(one, field, None)
            if isinstance(body, list):
                is_function = node is not one or isinstance(node, ast.FunctionDef)
                setattr(one, field, list(_kept(body, used if is_function else None)))
    return node


def _kept(body: list[ast.stmt], used: set[str] | None) -> Iterator[ast.stmt]:
    """used: the names that are used around; None where others may use what is defined here"""
    for one in body:
        never = isinstance(one, (ast.If, ast.While)) and isinstance(one.test, ast.Constant)
        if never and not one.test.value:  # type: ignore[attr-defined]
            yield from one.orelse  # type: ignore[attr-defined]
        elif used is not None and _is_unused(one, used):
            continue
        elif not isinstance(one, ast.Pass):
            yield one
        if isinstance(one, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            return


def _is_unused(statement: ast.stmt, used: set[str]) -> bool:
    if isinstance(statement, ast.FunctionDef):
        return statement.name not in used
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return all(isinstance(one, ast.Name) and one.id not in used for one in targets)
    return False
