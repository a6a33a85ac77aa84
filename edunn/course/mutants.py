"""Small changes of a source, one at a time: what a slip of the pen makes of a right answer.

for line, change, source in changed_sources(text): ...
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterator
from typing import Any

SWAPS: dict[type, list[type]] = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add, ast.Mult],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult, ast.Sub],
    ast.FloorDiv: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult, ast.Add],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.Eq: [ast.NotEq, ast.GtE],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.And: [ast.Or],
}
NAMES = {
    "sum": "mean", "mean": "sum", "max": "min", "maximum": "minimum", "argmax": "argmin",
    "zeros_like": "ones_like", "ones_like": "zeros_like", "tanh": "arctan", "exp": "expm1",
    "log": "log1p", "log1p": "log", "sqrt": "square", "var": "std", "abs": "square",
    "sign": "abs", "stack": "concatenate", "where": "minimum",
}  # fmt: skip


def replacements(node: Any) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""

    def changed(**fields: Any) -> Any:
        new = copy.copy(node)
        for name, value in fields.items():
            setattr(new, name, value)
        return new

    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        for op in SWAPS.get(type(node.op), []):
            yield changed(op=op())
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        for value in {node.value + 1, 0, -node.value, 2 * node.value} - {node.value}:
            yield ast.Constant(value)
    elif isinstance(node, ast.Attribute):
        if node.attr == "T":
            yield node.value
        elif node.attr in NAMES:
            yield changed(attr=NAMES[node.attr])
    elif isinstance(node, ast.Compare):
        for op in SWAPS.get(type(node.ops[0]), []):
            yield changed(ops=[op()])
    elif isinstance(node, ast.Call):
        if len(node.args) > 1 and not isinstance(node.args[0], ast.Starred):
            yield changed(args=[node.args[1], node.args[0], *node.args[2:]])
        for i in range(len(node.keywords)):
            yield changed(keywords=node.keywords[:i] + node.keywords[i + 1 :])
        if getattr(node.func, "id", "") == "reversed":
            yield node.args[0]
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse, changed(body=node.orelse, orelse=node.body))
    elif isinstance(node, ast.If):
        yield changed(test=ast.UnaryOp(ast.Not(), node.test))
        yield from (changed(test=ast.Constant(True)), changed(test=ast.Constant(False)))
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
        yield changed(elts=node.elts[::-1])
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=node.lineno)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.Delete)):
        yield ast.Pass()


def is_left_alone(node: ast.AST) -> bool:
    """Refusals, their messages, docstrings and signatures."""
    if isinstance(node, ast.Expr):
        called = getattr(node.value, "func", None)
        name = getattr(called, "attr", getattr(called, "id", "check"))
        return bool(name.startswith("check") or name == "output_size")
    refuses = isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise)
    return refuses or isinstance(node, (ast.Raise, ast.ExceptHandler, ast.arguments, ast.JoinedStr))


def places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, Any]]:
    """(parent, field, index or None, node) for everything that may be replaced."""
    for field, value in ast.iter_fields(parent):
        several = isinstance(value, list)
        for i, node in enumerate(value if several else [value]):
            if isinstance(node, ast.AST) and not is_left_alone(node):
                yield parent, field, i if several else None, node
                yield from places(node)


def changed_sources(
    source: str, wanted: Callable[[int], bool] = lambda line: True
) -> Iterator[tuple[int, str, str]]:
    """(line in the source, "old line -> new line", new source) of each change in a wanted line."""
    tree = ast.parse(source)
    before = ast.unparse(tree)
    seen = {before}
    for parent, field, i, node in list(places(tree)):
        line = getattr(node, "lineno", getattr(parent, "lineno", 1))
        if not wanted(line):
            continue
        for new in replacements(node):
            old = getattr(parent, field)
            setattr(parent, field, new if i is None else [*old[:i], new, *old[i + 1 :]])
            text = ast.unparse(ast.fix_missing_locations(tree))
            setattr(parent, field, old)
            if text not in seen:
                seen.add(text)
                yield line, change(before, text), text


def change(before: str, after: str) -> str:
    """The first line that differs, as it was and as it is."""
    lines = itertools.zip_longest(before.splitlines(), after.splitlines(), fillvalue="")
    old, new = next((a.strip(), b.strip()) for a, b in lines if a != b)
    return f"{old} -> {new}"
