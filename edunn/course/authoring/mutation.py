"""One small change at a time in a piece of source: like a slip in a right answer; or one in
the checker, whose own tests must notice it."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterator
from typing import Any

SWAPS: dict[type, list[type]] = {
    ast.Add: [ast.Sub, ast.Mult], ast.Sub: [ast.Add, ast.Mult], ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult, ast.Sub], ast.FloorDiv: [ast.Mult], ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult, ast.Add], ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
    ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot], ast.IsNot: [ast.Is], ast.In: [ast.NotIn], ast.NotIn: [ast.In],
    ast.And: [ast.Or], ast.Or: [ast.And],
}  # fmt: skip
NAMES = {
    "sum": "mean", "mean": "sum", "max": "min", "min": "max", "maximum": "minimum",
    "minimum": "maximum", "argmax": "argmin", "any": "all", "all": "any", "abs": "square",
    "zeros_like": "ones_like", "ones_like": "zeros_like", "tanh": "arctan", "exp": "expm1",
    "log": "log1p", "log1p": "log", "sqrt": "square", "var": "std", "sign": "abs",
    "stack": "concatenate", "where": "minimum",
}  # fmt: skip
BUILT_IN = ("max", "min", "any", "all")
DELETED = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise, ast.Continue, ast.For)
TYPES = ("dict", "list", "tuple", "type", "Callable", "Iterator")  # in annotations


def changed(node: Any, **fields: Any) -> Any:
    """A copy of a node with other values of these fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _replacements(node: Any) -> Iterator[ast.AST]:
    """What may take the place of a node."""
    for kinds, changes in CHANGES:
        if isinstance(node, kinds):
            yield from changes(node)


def _other_operator(node: Any) -> Iterator[ast.AST]:
    yield from (changed(node, op=op()) for op in SWAPS.get(type(node.op), ()))


def _without_an_operand(node: Any) -> Iterator[ast.AST]:
    for i in range(len(node.values)):
        rest = node.values[:i] + node.values[i + 1 :]
        yield changed(node, values=rest) if len(rest) > 1 else rest[0]


def _other_comparison(node: Any) -> Iterator[ast.AST]:
    for op in SWAPS.get(type(node.ops[0]), ()):
        yield changed(node, ops=[op(), *node.ops[1:]])


def _other_name(node: Any) -> Iterator[ast.AST]:
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield changed(node, attr=NAMES[node.attr])
    elif isinstance(node, ast.Name) and node.id in BUILT_IN:
        yield changed(node, id=NAMES[node.id])


def _exchanged(node: Any) -> Iterator[ast.AST]:
    if len(node.elts) == 2 and isinstance(node.ctx, ast.Load):
        yield changed(node, elts=node.elts[::-1])


def _constants(node: Any) -> Iterator[ast.AST]:
    yield from (changed(node, value=value) for value in _other_constants(node.value))


def _always_or_never(node: Any) -> Iterator[ast.AST]:
    yield from (changed(node, test=ast.Constant(value)) for value in (True, False))


CHANGES: list[tuple[Any, Callable[[Any], Iterator[ast.AST]]]] = [
    ((ast.BinOp, ast.AugAssign, ast.BoolOp), _other_operator),
    (ast.BoolOp, _without_an_operand),
    (ast.Compare, _other_comparison),
    (ast.UnaryOp, lambda node: iter([node.operand])),
    (ast.IfExp, lambda node: iter([node.body, node.orelse])),
    (ast.Constant, _constants),
    ((ast.Attribute, ast.Name), _other_name),
    (ast.Tuple, _exchanged),
    ((ast.If, ast.While), _always_or_never),
    (DELETED, lambda node: iter([ast.Pass()])),
]


def _other_constants(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, float):
        return [value * 100, value / 100] if value else [1.0, -1.0]
    return []


def _computes_nothing(node: ast.AST) -> bool:
    """Whether a node is a docstring, an import, a type or a message."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Subscript):
        return bool(getattr(node.value, "id", "") in TYPES)
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr))


def places(
    parent: ast.AST, is_left_alone: Callable[[ast.AST], bool]
) -> Iterator[tuple[ast.AST, str, int | None, Any]]:
    """(parent, field, index or None, node) for everything that may be replaced."""
    for field, value in ast.iter_fields(parent):
        several = isinstance(value, list)
        for i, node in enumerate(value if several else [value]):
            left = field in ("annotation", "returns", "decorator_list") or is_left_alone(node)
            if isinstance(node, ast.AST) and not left:
                yield parent, field, i if several else None, node
                yield from places(node, is_left_alone)


def slips(node: Any) -> Iterator[ast.AST]:
    """What may take the place of a node: the usual changes, and more slips that students make."""
    yield from _replacements(node)
    for kinds, changes in SLIPS:
        if isinstance(node, kinds):
            yield from changes(node)


def _near_numbers(node: Any) -> Iterator[ast.AST]:
    if type(node.value) in (int, float):
        number: Any = node.value
        for value in (number + 1, 0, -number, 2 * number):
            if value != number:  # -0.0 is 0.0
                yield ast.Constant(value)


def _not_transposed(node: Any) -> Iterator[ast.AST]:
    if node.attr == "T":
        yield node.value


def _other_call(node: Any) -> Iterator[ast.AST]:
    if len(node.args) > 1 and not isinstance(node.args[0], ast.Starred):
        yield changed(node, args=[node.args[1], node.args[0], *node.args[2:]])
    for i in range(len(node.keywords)):
        yield changed(node, keywords=node.keywords[:i] + node.keywords[i + 1 :])
    if getattr(node.func, "id", "") == "reversed":
        yield node.args[0]


SLIPS: list[tuple[Any, Callable[[Any], Iterator[ast.AST]]]] = [
    (ast.BinOp, lambda node: iter([node.left, node.right])),
    (ast.Constant, _near_numbers),
    (ast.Attribute, _not_transposed),
    (ast.Call, _other_call),
    (ast.IfExp, lambda node: iter([changed(node, body=node.orelse, orelse=node.body)])),
    (ast.If, lambda node: iter([changed(node, test=ast.UnaryOp(ast.Not(), node.test))])),
    (ast.AugAssign, lambda node: iter([ast.Assign([node.target], node.value, lineno=node.lineno)])),
]


def is_refusal(node: ast.AST) -> bool:
    """Whether a node is a refusal, a message, a docstring or a signature: there, nothing of a
    derivative can be wrong."""
    if isinstance(node, ast.Expr):
        called = getattr(node.value, "func", None)
        name = getattr(called, "attr", getattr(called, "id", "check"))
        return bool(name.startswith("check") or name == "output_size")
    refuses = isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise)
    return refuses or isinstance(node, (ast.Raise, ast.ExceptHandler, ast.arguments, ast.JoinedStr))


def changed_sources(
    source: str,
    replacements: Callable[[Any], Iterator[ast.AST]] = _replacements,
    is_left_alone: Callable[[ast.AST], bool] = _computes_nothing,
    wanted: Callable[[int], bool] = lambda line: True,
) -> Iterator[tuple[int, str, str, str]]:
    """(line in the source, what was there, what is there now, new source) of each change.

    wanted: which lines may be changed
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for parent, field, i, node in list(places(tree, is_left_alone)):
        line = getattr(node, "lineno", getattr(parent, "lineno", 1))
        for new in replacements(node) if wanted(line) else ():
            old = getattr(parent, field)
            setattr(parent, field, new if i is None else [*old[:i], new, *old[i + 1 :]])
            text = ast.unparse(ast.fix_missing_locations(tree))
            setattr(parent, field, old)
            if text not in seen:
                seen.add(text)
                yield line, _one_line(node), _one_line(new), text


def _one_line(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:90]


def change(before: str, after: str) -> str:
    """The first line that differs between two sources, as it was and as it is."""
    lines = itertools.zip_longest(before.splitlines(), after.splitlines(), fillvalue="")
    old, new = next((a.strip(), b.strip()) for a, b in lines if a != b)
    return f"{old} -> {new}"
