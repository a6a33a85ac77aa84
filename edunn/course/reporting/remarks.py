"""What a person may want to look at in an answer, though its numbers are right. It takes no points.

Only the code is read, so these are signs and no proof: what is hidden well is not found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from edunn.course.messages import Message
from edunn.course.reporting.code import RUNS, called, nodes_of, tree_of, unpacked

FOREIGN = {  # packages that know derivatives
    "torch", "tensorflow", "keras", "jax", "autograd", "tinygrad", "mxnet", "paddle", "theano",
    "sympy", "scipy", "numdifftools", "chainer",
}  # fmt: skip
MEASURING = {"numeric_gradient", "approx_fprime", "approx_derivative", "derivative", "check_grad"}
BUILDING = {
    *RUNS,
    "loads",
    "CodeType",
    "FunctionType",
}  # code from data; `loads` of marshal, pickle
SILENCING = {"seterr", "errstate", "seterrcall"}
_Function = ast.FunctionDef | ast.Lambda


def remarks(answers: Mapping[str, str]) -> list[Message]:
    """What stands out in the code that a student wrote. answers: {cell: source}"""
    trees = [tree for tree in map(tree_of, answers.values()) if tree]
    nodes = [node for tree in trees for node in nodes_of(tree)]
    from_string = any(map(_builds, nodes))
    if from_string:
        nodes = [node for tree in unpacked(trees) for node in nodes_of(tree)]
    found = [Message("remark_forward", {"name": name}) for name in _measuring(nodes)]
    found += [Message("remark_foreign", {"name": name}) for name in sorted(_foreign(nodes))]
    found += [Message("remark_string")] if from_string else []
    if any(called(node) in SILENCING for node in nodes):
        found.append(Message("remark_silent"))
    return found


def _builds(node: ast.AST) -> bool:
    """Whether it is a call that makes code of data, or a name for one (run = exec)."""
    if isinstance(node, ast.Call):
        function = node.func
        owner = getattr(getattr(function, "value", None), "id", "")
        name = called(node)
        if name == "loads":
            return owner in ("marshal", "pickle", "dill", "cloudpickle")
        if name in ("eval", "compile"):  # not model.eval(), and not re.compile
            return isinstance(function, ast.Name) or "builtins" in owner
        return name in BUILDING
    value = node.value if isinstance(node, ast.Assign) else None
    return isinstance(value, ast.Name) and value.id in ("exec", "eval", "compile")


def _foreign(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The packages of others that are imported, each once."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif called(node) in ("__import__", "import_module"):
            first = getattr(getattr(node, "args", [None])[0], "value", "")
            names.add(first if isinstance(first, str) else "")
    yield from {name.partition(".")[0] for name in names} & FOREIGN


class _Class:
    """A class of the student's: its methods, also those that are put into it later."""

    def __init__(self, node: ast.ClassDef):
        self.name = node.name
        self.methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}


def _measuring(nodes: list[ast.AST]) -> list[str]:
    """The classes whose backward comes to their own forward, or to a quotient of differences."""
    classes = {node.name: _Class(node) for node in nodes if isinstance(node, ast.ClassDef)}
    functions: dict[str, _Function] = {}
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            functions.setdefault(node.name, node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            functions.setdefault(getattr(node.targets[0], "id", ""), node.value)
    for node in nodes:  # Bias.backward = measured
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner, value = classes.get(target.value.id), getattr(node, "value", None)
            if isinstance(value, ast.Name):
                value = functions.get(value.id)
            if owner and isinstance(value, (ast.FunctionDef, ast.Lambda)):
                owner.methods[target.attr] = value  # type: ignore[assignment]
    return [one.name for one in classes.values() if _comes_to_forward(one, functions)]


def _comes_to_forward(kind: _Class, functions: Mapping[str, _Function]) -> bool:
    """Whether backward, or what it calls of the student's, runs forward or measures a slope."""
    pending: list[_Function] = [kind.methods["backward"]] if "backward" in kind.methods else []
    seen: set[int] = set()
    while pending:
        function = pending.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        is_method = any(function is one for one in kind.methods.values())
        own = {kind.name, "self", *(arg.arg for arg in function.args.args[: int(is_method)])}
        for node in nodes_of(function):
            if _runs_forward(node, own) or _is_quotient(node, function):
                return True
            if isinstance(node, ast.Name) and node.id in functions:
                pending.append(functions[node.id])
            elif isinstance(node, ast.Attribute) and _is_own(node.value, own):
                pending += [kind.methods[node.attr]] if node.attr in kind.methods else []
    return False


def _is_own(node: ast.AST, own: set[str]) -> bool:
    """self, type(self), super(), Bias or Bias(...)"""
    if isinstance(node, ast.Call):
        return called(node) in {"super", *own} or (
            called(node) == "type" and any(_is_own(one, own) for one in node.args)
        )
    return isinstance(node, ast.Name) and node.id in own


def _runs_forward(node: ast.AST, own: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "forward" and _is_own(node.value, own)
    if isinstance(node, ast.Name):
        return node.id in MEASURING
    if isinstance(node, ast.Call):
        named = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if called(node) == "getattr" and "forward" in named:
            return _is_own(node.args[0], own)
        is_self = isinstance(node.func, ast.Name) and node.func.id in own  # self(x)
        return called(node) in MEASURING or (is_self and not called(node)[:1].isupper())
    return False


def _is_quotient(node: ast.AST, function: ast.AST) -> bool:
    """(f(x + h) - f(x - h)) / (2 h), also with names between, or the imaginary part of a result."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
        return False
    named: dict[str, list[ast.AST]] = {}
    for one in nodes_of(function):
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            named.setdefault(one.targets[0].id, []).append(one.value)
    for one in nodes_of(node.left):
        if isinstance(one, ast.Attribute) and one.attr == "imag" and _calls(one.value, named):
            return True
        match one:
            case ast.BinOp(left, ast.Sub(), right) if _calls(left, named) & _calls(right, named):
                return True
    return False


def _calls(node: ast.AST, named: Mapping[str, list[ast.AST]]) -> set[str]:
    """What is called in an expression, or in what its names were given, but for NumPy's."""
    nodes = [node]
    for one in nodes_of(node):
        nodes += named.get(one.id, []) if isinstance(one, ast.Name) else []
    found = {one.func for part in nodes for one in nodes_of(part) if isinstance(one, ast.Call)}
    return {ast.dump(one) for one in found if not _is_numpy(one)}


def _is_numpy(function: ast.AST) -> bool:
    """np.sum, and methods of arrays such as y.sum"""
    if isinstance(function, ast.Attribute):
        owner = function.value
        while isinstance(owner, ast.Attribute):
            owner = owner.value
        is_method = function.attr in ("sum", "mean", "copy", "reshape", "astype", "dot", "item")
        return is_method or (isinstance(owner, ast.Name) and owner.id in ("np", "numpy"))
    return isinstance(function, ast.Name) and function.id in ("float", "sum", "abs", "len", "max")
