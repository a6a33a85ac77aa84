"""What a model will cost, and whether its layers fit together, before any data exists."""

from collections import Counter
from dataclasses import dataclass
from html import escape
from math import prod

import numpy as np

from edunn.backend import default_dtype
from edunn.core import Module
from edunn.inputs import check_shape
from edunn.layers.convolution import Conv2d
from edunn.layers.dense import Dense
from edunn.layers.embedding import Embedding
from edunn.layers.linear import Linear
from edunn.layers.masked import MaskedLinear, SparseLinear
from edunn.layers.recurrent import RNN


@dataclass
class Row:
    """One layer: what it is, and what it makes of one input of the given shape."""

    name: str
    layer: str
    output: tuple[int, ...]
    parameters: int
    multiply_adds: int
    bytes: int  # of its output


class Explanation:
    """The rows of `explain`, one a layer; its text is a table, with totals below."""

    def __init__(self, x_shape, rows):
        self.x_shape, self.rows = x_shape, rows

    def __repr__(self):
        head = ("", "layer", "output", "parameters", "multiply-adds", "bytes")
        lines = [head, ("", "input", str(self.x_shape), "", "", "")]
        for row in self.rows:
            numbers = f"{row.parameters:,}", f"{row.multiply_adds:,}", f"{row.bytes:,}"
            lines.append((row.name, row.layer, str(row.output), *numbers))
        totals = [sum(getattr(row, n) for row in self.rows) for n in ("multiply_adds", "bytes")]
        parameters = sum(row.parameters for row in self.rows)
        lines.append(("", "in all", "", *(f"{n:,}" for n in (parameters, *totals))))
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        return "\n".join(
            "  ".join(
                text.ljust(width) if i < 3 else text.rjust(width)
                for i, (text, width) in enumerate(zip(line, widths))
            ).rstrip()
            for line in lines
        )


def explain(model, x_shape, dtype=None):
    """Walk a model layer by layer with an input of zeros of shape `x_shape`.

    Returns an Explanation: for each layer its output shape, parameters (shared ones count where
    they are met first), multiply-adds, and bytes of output. Where two layers do not fit, raises
    ValueError with the names of both and the number to change. The model is left as it was.
    """
    check_shape("explain", x_shape, "x_shape")
    modes = [(module, module.training, module.cache) for module in model.modules()]
    model.eval()
    try:
        rows, seen = [], set()
        first = next(layer for layer in model.modules() if not layer.children())
        kind = dtype or (np.int64 if isinstance(first, Embedding) else default_dtype())
        walk(model, "", np.zeros(x_shape, kind), rows, seen)
        return Explanation(tuple(x_shape), rows)
    finally:
        for module, training, cache in modes:
            module.training, module.cache = training, cache


def walk(model, path, x, rows, seen):
    """Add a row for each layer inside `model`; the output for x."""
    if not hasattr(model, "entries"):  # a layer, or a module that is not a chain of others
        try:
            y = model(x)
        except (TypeError, ValueError) as error:
            raise ValueError(misfit(path, model, x, rows, error)) from error
        new = [p for p in model.parameters() if id(p) not in seen]
        seen.update(map(id, new))
        cost = multiply_adds(model, y.shape)
        size = sum(p.size for p in new)
        rows.append(Row(path, repr(model).split("\n")[0], y.shape, size, cost, y.nbytes))
        return y
    for name, layer in model.children().items():
        x = walk(layer, f"{path}.{name}" if path else name, x, rows, seen)
    return x


def misfit(path, layer, x, rows, error):
    """Why the layer at `path` cannot take x, and what to change."""
    wanted = getattr(layer, "in_features", None)
    before = f"layer {rows[-1].name}, {rows[-1].layer}," if rows else "the input"
    if wanted is not None and x.ndim == 2:
        return (
            f"layer {path}, {layer!r}, takes {wanted} features, but {before} gives {x.shape[1]}: "
            f"change the {wanted} of layer {path} to {x.shape[1]}, or let what comes before give "
            f"{wanted}"
        )
    return f"layer {path} cannot take what {before} gives, of shape {x.shape}: {error}"


def multiply_adds(layer, y_shape):
    """How many products a layer adds up to make an output of this shape; 0 where it makes none."""
    if isinstance(layer, (Linear, Dense, MaskedLinear)):
        return y_shape[0] * layer.w.size
    if isinstance(layer, SparseLinear):
        return y_shape[0] * layer.values.size
    if isinstance(layer, Conv2d):
        return prod(y_shape) // y_shape[1] * layer.w.size
    if isinstance(layer, RNN):
        return prod(y_shape[:2]) * (layer.wx.size + layer.wh.size)
    children = layer.children().values() if isinstance(layer, Module) else ()
    return sum(multiply_adds(child, y_shape) for child in children)


def summary(model):
    """edunn's text of a model: a line for each layer with its number of parameters, and the total.

    Layers are counted by class: Linear_0, ReLU_0, Linear_1; a Dense says its activation.
    """
    line, used = "-" * 31, Counter()
    rows = [line, f"Model {model.name or type(model).__name__}:"]
    for layer in model.children().values():
        kind = type(layer).__name__
        number, used[kind] = used[kind], used[kind] + 1
        activation = getattr(layer, "activation_name", None)
        title = f"{kind}_{number}" + (f"({activation})" if activation else "")
        rows.append(f"{title} → params: {count_parameters(layer)}")
    return "\n".join([*rows, f"Total parameters: {count_parameters(model)}", line, ""])


def as_html(model):
    """For notebooks: a table of the layers and their numbers of parameters."""
    cells = [
        (escape(name), f"<pre>{escape(repr(child))}</pre>", f"{count_parameters(child):,}")
        for name, child in model.children().items()
    ]
    cells.append(("", "in all", f"{count_parameters(model):,}"))
    title = escape(model.name or type(model).__name__)
    head = f"<tr><th></th><th>{title}</th><th>parameters</th></tr>"
    rows = "".join(
        f"<tr><td>{name}</td><td>{layer}</td><td>{n}</td></tr>" for name, layer, n in cells
    )
    return f"<table>{head}{rows}</table>"


def count_parameters(module):
    """How many numbers the parameters of a module hold, shared ones once."""
    return sum(parameter.size for parameter in module.parameters())
