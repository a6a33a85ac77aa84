"""What a model will cost, and whether its layers fit together, before any data exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import DTypeLike

from edunn.backend import Array, Shape, default_dtype
from edunn.core import Module, Parameter
from edunn.inputs import check_shape
from edunn.recording import evaluating
from edunn.words import title_of


@dataclass
class _Row:
    """One layer: what it is, and what it makes of one input of the given shape."""

    name: str
    layer: str
    output: Shape
    parameters: int
    multiply_adds: int | None  # None: not known
    bytes: int  # of its output


class Explanation:
    """The rows of `explain`, one for each layer; as text, a table with totals below."""

    def __init__(self, x_shape: Shape, rows: list[_Row]):
        self.x_shape, self.rows = x_shape, rows

    def __repr__(self) -> str:
        head = ("", "layer", "output", "parameters", "multiply-adds", "bytes")
        lines: list[tuple[str, ...]] = [head, ("", "input", str(self.x_shape), "", "", "")]
        for row in self.rows:
            numbers = row.parameters, row.multiply_adds, row.bytes
            lines.append((row.name, row.layer, str(row.output), *map(_show, numbers)))
        columns = zip(*((row.parameters, row.multiply_adds, row.bytes) for row in self.rows))
        lines.append(("", "in all", "", *(_show(_total(column)) for column in columns)))
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        return "\n".join(
            "  ".join(
                text.ljust(width) if i < 3 else text.rjust(width)
                for i, (text, width) in enumerate(zip(line, widths))
            ).rstrip()
            for line in lines
        )


def explain(model: Module, x_shape: Shape, dtype: DTypeLike | None = None) -> Explanation:
    """Walk a model layer by layer with an input of zeros of shape `x_shape`.

    Returns an Explanation: for each layer its output shape, parameters (shared ones count where
    they are met first), multiply-adds, and bytes of output. Where two layers do not fit, raises
    ValueError with the names of both and the number to change. The model is left as it was.
    """
    check_shape("explain", x_shape, "x_shape")
    first = next(layer for layer in model.modules() if not layer.children())
    kind = dtype or (np.int64 if first.takes_indices else default_dtype())
    rows: list[_Row] = []
    with evaluating(model):
        _walk(model, "", np.zeros(x_shape, kind), rows, set())
    return Explanation(tuple(x_shape), rows)


def _walk(model: Module, path: str, x: Array, rows: list[_Row], seen: set[Parameter]) -> Array:
    """Add a row for each layer inside `model`; return its output for x."""
    if not hasattr(model, "entries"):  # a layer, or a module that is not a chain of others
        try:
            y = model(x)
        except (TypeError, ValueError) as error:
            raise ValueError(_misfit(path, model, x, rows, error)) from error
        if isinstance(y, tuple):
            raise ValueError(f"layer {path}, {model!r}, gives a tuple of {len(y)}, not one array")
        new = set(model.parameters()) - seen
        seen |= new
        cost = model.multiply_adds(y.shape)
        size = sum(p.size for p in new)
        rows.append(_Row(path, repr(model).split("\n")[0], y.shape, size, cost, y.nbytes))
        return y
    for name, layer in model.children().items():
        x = _walk(layer, f"{path}.{name}" if path else name, x, rows, seen)
    return x


def _misfit(path: str, layer: Module, x: Array, rows: list[_Row], error: Exception) -> str:
    """Why the layer at `path` cannot take x, and what to change."""
    wanted = getattr(layer, "in_features", None)
    before = f"layer {rows[-1].name}, {rows[-1].layer}," if rows else "the input"
    if x.ndim == 2 and wanted not in (None, x.shape[1]):
        return (
            f"layer {path}, {layer!r}, takes {wanted} features, but {before} gives {x.shape[1]}: "
            f"change the {wanted} of layer {path} to {x.shape[1]}, or let what comes before give "
            f"{wanted}"
        )
    return f"layer {path} cannot take what {before} gives, of shape {x.shape}: {error}"


def _total(numbers: Iterable[int | None]) -> int | None:
    """The sum, which is not known if one of the numbers is not."""
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _show(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def summary(model: Module) -> str:
    """edunn's text of a model: a line for each layer with its number of parameters, and the total.

    Layers are counted by class: Linear_0, ReLU_0, Linear_1; a Dense shows its activation.
    """
    line, used = "-" * 31, Counter[str]()
    rows = [line, f"Model {title_of(model)}:"]
    for layer in model.children().values():
        kind = type(layer).__name__
        number, used[kind] = used[kind], used[kind] + 1
        activation = getattr(layer, "activation_name", None)
        title = f"{kind}_{number}" + (f"({activation})" if activation else "")
        rows.append(f"{title} → params: {Module.n_parameters(layer)}")
    return "\n".join([*rows, f"Total parameters: {Module.n_parameters(model)}", line, ""])


def as_html(model: Module) -> str:
    """For notebooks: a table of the layers and their numbers of parameters."""
    cells = [
        (escape(name), f"<pre>{escape(repr(child))}</pre>", f"{Module.n_parameters(child):,}")
        for name, child in model.children().items()
    ]
    cells.append(("", "in all", f"{Module.n_parameters(model):,}"))
    title = escape(title_of(model))
    head = f"<tr><th></th><th>{title}</th><th>parameters</th></tr>"
    rows = "".join(
        f"<tr><td>{name}</td><td>{layer}</td><td>{n}</td></tr>" for name, layer, n in cells
    )
    return f"<table>{head}{rows}</table>"
