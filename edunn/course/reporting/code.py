"""Students' code as syntax trees, with the code that stands in strings where it would run.

Nothing of it is run: strings are put together by a small table of functions, and what is not in
the table stays as it is.
"""

from __future__ import annotations

import ast
import base64
import binascii
import bz2
import codecs
import lzma
import re
import warnings
import zlib
from collections.abc import Callable, Iterable
from typing import Any

MOST_STEPS = 200_000  # of putting strings together, for one submission
MOST_CODE = 200_000  # characters or bytes in a string
DEEPEST = 5  # strings in strings
MOST_LINES = 20  # that Python cannot read, in one cell
RUNS = ("exec", "eval", "run_cell", "ex", "runcode", "run_code")  # what runs a string
_RUN = re.compile(rf"\b({'|'.join(RUNS)})\b")
_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)


class _Unknown(Exception):
    """A value that cannot be known without running the code."""


def tree_of(source: str) -> ast.Module | None:
    """The syntax tree of a cell, without IPython's magics; None where it cannot be read."""
    try:
        return _parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def readable_tree(source: str) -> ast.Module | None:
    """The same, also without the lines that Python cannot read; None where more than MOST_LINES are
    such, or where it cannot be read without them either."""
    lines = source.split("\n")
    for _ in range(MOST_LINES):
        try:
            return _parsed("\n".join(lines))
        except SyntaxError as error:
            number = min(error.lineno or 1, len(lines)) - 1
            line = re.sub(r"\S.*", "pass", lines[number])
            if line == lines[number]:
                return None
            lines[number] = line
        except (ValueError, RecursionError, MemoryError):
            return None
    return None


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a student's odd escapes
        return ast.parse(_MAGIC.sub(r"\1pass", source))


def nodes_of(tree: ast.AST) -> list[ast.AST]:
    """The tree and all that is in it but Load and Store: `ast.walk` takes much longer."""
    found = [tree]
    for node in found:  # which grows
        for value in vars(node).values():
            if type(value) is list:
                found += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                found.append(value)
    return found


def runs_strings(sources: Iterable[str]) -> bool:
    """Whether any of them names what runs a string: only then is there something to unpack."""
    return any(map(_RUN.search, sources))


def unpacked(trees: Iterable[ast.Module]) -> list[ast.Module]:
    """The trees with the code of constant strings in the place of the calls that would run it."""
    trees = list(trees)
    values = _Values(trees)
    for tree in trees:
        _unpack(tree, values)
    return trees


def called(node: ast.AST) -> str:
    """The last name of what a Call calls; "" of anything else."""
    function = getattr(node, "func", None)
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _unpack(tree: ast.Module, values: _Values, depth: int = 0) -> None:
    """Replace what runs a constant string, in statements first and then inside expressions."""
    if depth == DEEPEST:
        return
    for node in nodes_of(tree):
        for field, old in ast.iter_fields(node):
            if isinstance(old, list) and any(isinstance(one, ast.Expr) for one in old):
                new: list[ast.AST] = []
                for one in old:
                    code = values.code_of(one.value) if isinstance(one, ast.Expr) else None
                    if code is not None:
                        _unpack(code, values, depth + 1)
                    new += [one] if code is None else code.body
                setattr(node, field, new)
            elif isinstance(old, ast.Call):
                code = values.code_of(old)
                if code and len(code.body) == 1 and isinstance(code.body[0], ast.Expr):
                    setattr(node, field, code.body[0].value)


class _Values:
    """Finds the values of expressions that are made of constants."""

    def __init__(self, trees: list[ast.Module]):
        self.steps = 0
        self.known: dict[str, ast.expr] = {}
        self.renamed: dict[str, str] = {}  # from base64 import b64decode as d
        for tree in trees:
            for node in nodes_of(tree):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    self.known[node.targets[0].id] = node.value
                elif isinstance(node, (ast.Import, ast.ImportFrom)):
                    self.renamed |= {one.asname: one.name for one in node.names if one.asname}

    def code_of(self, node: ast.AST) -> ast.Module | None:
        """The code that a call would run, where it is a constant."""
        name = called(node)
        if not isinstance(node, ast.Call) or not node.args:
            return None
        if name in self.known:  # run = exec
            name = getattr(self.known[name], "id", name)
        if self.renamed.get(name, name) not in RUNS:
            return None
        try:
            code = self.value(node.args[0], {})
        except (_Unknown, ValueError, TypeError, LookupError, RecursionError, OverflowError):
            return None
        except (zlib.error, lzma.LZMAError, OSError, EOFError):
            return None
        if isinstance(code, bytes):
            code = code.decode("utf-8", "replace")
        return tree_of(code.strip()) if isinstance(code, str) else None

    def value(self, node: ast.AST, bound: dict[str, Any]) -> Any:
        """What an expression gives; _Unknown where it is not made of constants."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise _Unknown
        found = _OF_NODE.get(type(node))
        if found is None:
            raise _Unknown
        result = found(self, node, bound)
        if isinstance(result, (str, bytes, list, tuple)) and len(result) > MOST_CODE:
            raise _Unknown
        if isinstance(result, int) and abs(result) > 2**64:
            raise _Unknown
        return result

    def all(self, nodes: Iterable[ast.AST], bound: dict[str, Any]) -> list[Any]:
        return [self.value(one, bound) for one in nodes]

    def name(self, node: Any, bound: dict[str, Any]) -> Any:
        if node.id in bound:
            return bound[node.id]
        if node.id not in self.known:
            raise _Unknown
        return self.value(self.known[node.id], bound)

    def sum(self, node: Any, bound: dict[str, Any]) -> Any:
        if isinstance(node.op, ast.Mult) and not isinstance(node.right, ast.Constant):
            raise _Unknown
        operation = _OPERATIONS.get(type(node.op))
        if operation is None:
            raise _Unknown
        left, right = self.all([node.left, node.right], bound)
        if isinstance(node.op, ast.Mult) and right * len(str(left)) > MOST_CODE:
            raise _Unknown
        return operation(left, right)

    def subscript(self, node: Any, bound: dict[str, Any]) -> Any:
        key = node.slice
        if isinstance(key, ast.Slice):
            parts = (key.lower, key.upper, key.step)
            place: Any = slice(*(None if one is None else self.value(one, bound) for one in parts))
        else:
            place = self.value(key, bound)
        return self.value(node.value, bound)[place]

    def every(self, node: Any, bound: dict[str, Any]) -> list[Any]:
        (loop,) = node.generators
        if loop.ifs or not isinstance(loop.target, ast.Name):
            raise _Unknown
        items = self.value(loop.iter, bound)
        return [self.value(node.elt, bound | {loop.target.id: item}) for item in items]

    def call(self, node: Any, bound: dict[str, Any]) -> Any:
        name = self.renamed.get(called(node), called(node))
        if name == "map" and len(node.args) == 2:
            apply, items = _FUNCTIONS[getattr(node.args[0], "id", "")], node.args[1]
            return [apply(one) for one in self.value(items, bound)]
        values = self.all(node.args, bound)
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](*values)
        if name in _METHODS and isinstance(node.func, ast.Attribute):
            owner = self.value(node.func.value, bound)
            if isinstance(owner, (str, bytes)):
                return getattr(owner, name)(*values)
        raise _Unknown


def _text(value: Any, *rest: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


_METHODS = ("join", "replace", "strip", "lstrip", "rstrip", "encode", "decode", "lower", "upper",
            "swapcase", "split", "splitlines", "removeprefix", "removesuffix")  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "b64decode": lambda value, *rest: base64.b64decode(value),
    "urlsafe_b64decode": base64.urlsafe_b64decode, "standard_b64decode": base64.b64decode,
    "b32decode": base64.b32decode, "b16decode": base64.b16decode, "b85decode": base64.b85decode,
    "a85decode": base64.a85decode, "decodebytes": base64.decodebytes,
    "a2b_base64": binascii.a2b_base64, "unhexlify": binascii.unhexlify,
    "fromhex": bytes.fromhex, "bytes": lambda value, *rest: (
        value.encode() if isinstance(value, str) else bytes(list(value))),
    "str": _text, "chr": chr, "ord": ord, "list": list, "reversed": lambda value: value[::-1],
    "dedent": lambda value: value, "compile": lambda value, *rest: value,
    "decompress": lambda value, *rest: _decompressed(value),
}  # fmt: skip


def _decompressed(value: bytes) -> bytes:
    """At most MOST_CODE bytes of what zlib, gzip, bz2 or lzma has packed."""
    if value.startswith(b"BZh"):
        return bz2.BZ2Decompressor().decompress(value, MOST_CODE)
    if value.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor().decompress(value, MOST_CODE)
    return zlib.decompressobj(wbits=47).decompress(value, MOST_CODE)


def _decoded(values: _Values, node: Any, bound: dict[str, Any]) -> Any:
    """A call; codecs.decode(text, "rot13") is no method of a string."""
    owner = getattr(node.func, "value", None)
    if called(node) == "decode" and isinstance(owner, ast.Name) and len(node.args) == 2:
        text, kind = values.all(node.args, bound)
        return codecs.decode(text, kind) if kind in ("rot13", "rot_13", "hex", "base64") else text
    return values.call(node, bound)


_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
    ast.BitXor: lambda a, b: a ^ b, ast.Mod: lambda a, b: a % b if isinstance(a, int) else a,
}  # fmt: skip
_OF_NODE: dict[type, Callable[[_Values, Any, dict[str, Any]], Any]] = {
    ast.Constant: lambda values, node, bound: node.value,
    ast.Name: _Values.name,
    ast.BinOp: _Values.sum,
    ast.UnaryOp: lambda values, node, bound: (
        -values.value(node.operand, bound)
        if isinstance(node.op, ast.USub)
        else values.value(node.operand, bound)
    ),
    ast.JoinedStr: lambda values, node, bound: "".join(map(str, values.all(node.values, bound))),
    ast.FormattedValue: lambda values, node, bound: values.value(node.value, bound),
    ast.List: lambda values, node, bound: values.all(node.elts, bound),
    ast.Tuple: lambda values, node, bound: values.all(node.elts, bound),
    ast.Subscript: _Values.subscript,
    ast.ListComp: _Values.every,
    ast.GeneratorExp: _Values.every,
    ast.Call: _decoded,
}
