"""Pictures of training, data and models. Each function draws on matplotlib axes and returns them"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from edunn.backend import Array, Shape, device_of, to
from edunn.core import Module, Tensor, no_tape
from edunn.inputs import check_array, check_finite, check_labels, check_positive, check_sizes
from edunn.layers.activations import activation_layer
from edunn.recording import evaluating

if TYPE_CHECKING:  # only to name a type: import edunn stays fast
    from matplotlib.axes import Axes

__all__ = [
    "activations", "confusion", "decision_boundary", "history", "images", "regression", "weights",
]  # fmt: skip

COLORS = ("#0173B2", "#DE8F05", "#029E73", "#D55E00", "#CC78BC", "#CA9161", "#FBAFE4", "#949494",
          "#ECE133", "#56B4E9")  # fmt: skip  # seaborn's "colorblind" palette
MARKERS = "os^Dv<>pPX"


def history(history: dict[str, list[float]], ax: Axes | None = None) -> Axes:
    """The curves of what `fit` returned: one line for each list, over the epochs."""
    ax = new_axes(ax)
    for name, numbers in history.items():
        marker = "o" if len(numbers) == 1 else None  # one epoch makes no line to see
        ax.plot(range(1, len(numbers) + 1), numbers, marker=marker, label=name.replace("_", " "))
    ax.set_xlabel("epoch")
    ax.locator_params(axis="x", integer=True, min_n_ticks=1)
    if all(number >= 0 for numbers in history.values() for number in numbers):
        ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def images(
    x: Array,
    titles: Sequence[str] | None = None,
    colors: Sequence[str] | None = None,
    columns: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Small square grey pictures side by side, each with a title below it.

    x: (n, pixels), where pixels is a square number    titles, colors: n strings each, optional
    Raises ValueError or TypeError on another x.
    """
    check_array("images", x, "n", "pixels")
    shape, ax = _picture_shape("images", x.shape[1]), new_axes(ax)
    for i, pixels in enumerate(to(x, "cpu")):
        left, top = (i % columns) * 1.25, (i // columns) * 1.55
        ax.imshow(pixels.reshape(shape), cmap="gray_r", extent=(left, left + 1, top + 1, top))
        if titles is not None:
            color = None if colors is None else colors[i]
            ax.text(left + 0.5, top + 1.28, titles[i], ha="center", va="center", color=color)
    ax.set_xlim(-0.1, columns * 1.25 - 0.15)
    ax.set_ylim(-(-len(x) // columns) * 1.55, -0.1)
    ax.axis("off")
    return ax


def decision_boundary(
    model: Module, x: Array, y: Array, ax: Axes | None = None, resolution: int = 200
) -> Axes:
    """Which class the model predicts where, as coloured regions, with the points (x, y) on top.

    model: a Module from (n, 2) to scores (n, classes); run in evaluation mode, then put back
    x: (n, 2), the points    y: (n,), their labels: whole numbers from 0
    resolution: how many numbers of each feature the model is asked about
    Raises ValueError or TypeError on other shapes or labels, on no points, on NaN.
    """
    x = points_of("decision_boundary", x, 2)
    check_sizes("decision_boundary", resolution=resolution)
    low, high = np.min(x, axis=0), np.max(x, axis=0)
    margin = np.where(high > low, 0.08 * (high - low), 1)
    low, high = low - margin, high + margin
    middles = (np.arange(resolution) + 0.5) / resolution
    grid = np.meshgrid(*(low + middles[:, None] * (high - low)).T)
    scores = _run("decision_boundary", model, np.stack(grid, axis=2).reshape(-1, 2))
    check_array("decision_boundary", scores, resolution**2, "classes", name="output of the model")
    classes = scores.shape[1]
    check_labels("decision_boundary", y, len(x), classes)
    ax, colors = new_axes(ax), _class_colors(classes)
    regions = (0.4 * colors + 0.6)[np.argmax(scores, axis=1)]  # paler than the points
    box = low[0], high[0], low[1], high[1]
    ax.imshow(regions.reshape(resolution, resolution, 3), extent=box, origin="lower", aspect="auto")
    for c, color in enumerate(colors):
        here = x[to(y, "cpu") == c]
        ax.scatter(here[:, 0], here[:, 1], color=color, marker=MARKERS[c % len(MARKERS)], s=30,
                   edgecolor="black", linewidth=0.5, label=f"class {c}")  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.set(xlabel="feature 0", ylabel="feature 1")
    return ax


def activations(*layers: str | Module, ax: Axes | None = None, limit: float = 4) -> Axes:
    """The curves of activation layers, forward, and of their derivatives, backward of 1: dashed.

    layers: names ("relu", "tanh" ...), or Modules from (n, 1) to (n, 1), each number by itself
    limit: x goes from -limit to limit
    Raises ValueError or TypeError on what is no such layer or limit.
    """
    if not layers:
        raise ValueError("activations got no layers: give it names such as 'relu', or Modules")
    check_positive("activations", limit=limit)
    x = np.linspace(-limit, limit, 401)[:, None]
    curves = [curve("activations", layer, x) for layer in layers]
    ax, colors, widths = new_axes(ax), _class_colors(len(curves)), 3 / len(curves)
    for i, (name, y, slope) in enumerate(curves):
        style = {"color": colors[i], "linewidth": 4.5 - (i + 1) * widths}
        ax.plot(x, y, label=name, **style)  # the thickest at the bottom: all can be seen
        ax.plot(x, slope, linestyle="--", **style)
    ax.plot([], [], color="gray", linestyle="--", label="derivative")
    ax.grid(color="0.9")
    ax.set(xlabel="x", ylabel="y")
    ax.legend()
    return ax


def confusion(
    matrix: Array, class_names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """A confusion matrix with its numbers in the cells: a row a label, a column a prediction.

    matrix: (classes, classes), as `confusion_matrix` gives it, or shares    class_names: optional
    Raises ValueError or TypeError on another shape, on NaN, on another number of names.
    """
    check_array("confusion", matrix, "classes", "classes", name="matrix")
    classes = len(matrix)
    check_array("confusion", matrix, "classes", classes, name="matrix")
    check_finite("confusion", matrix, name="matrix")
    names = [str(name) for name in (range(classes) if class_names is None else class_names)]
    if len(names) != classes:
        raise ValueError(f"confusion got {len(names)} class_names, not {classes}")
    matrix, ax = to(matrix, "cpu"), new_axes(ax, width=max(6.4, 0.45 * classes))
    picture = ax.imshow(matrix, cmap="Blues", vmin=0)
    form = "d" if matrix.dtype.kind in "iu" else ".2f"
    longest = max(len(format(number, form)) for number in matrix.flat)
    cell = 72 / ax.figure.dpi * min(ax.bbox.size) / classes  # its side, in points
    size = min(10, 0.6 * cell, 1.3 * cell / longest)
    for (i, j), number in np.ndenumerate(matrix):
        light = np.power(picture.to_rgba(number)[:3], 2.2) @ (0.21, 0.72, 0.07)  # as the eye sees
        ax.text(j, i, format(number, form), ha="center", va="center", fontsize=size,
                color="white" if light < 0.18 else "black")  # fmt: skip
    turn: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(range(classes), names, **turn if max(map(len, names)) > 3 else {})
    ax.set_yticks(range(classes), names)
    ax.set(xlabel="prediction", ylabel="label")
    return ax


def weights(
    layer: Any, shape: Shape | None = None, columns: int = 8, ax: Axes | None = None
) -> Axes:
    """Every column of a weight matrix as a small picture: blue below zero, red above, one scale.

    layer: a Module with a parameter w (inputs, outputs), or such an array
    shape: (rows, columns) of a picture; without it, a square    columns: pictures side by side
    Raises ValueError or TypeError where there is no such w, or no such shape, and on NaN.
    """
    w = getattr(layer, "w", layer)  # neither an array nor a layer without weights has a w
    w = w.data if isinstance(w, Tensor) else w
    check_array("weights", w, "inputs", "outputs", name="w")
    check_finite("weights", w, name="w")
    check_sizes("weights", columns=columns)
    height, width = _picture_shape("weights", w.shape[0], shape)
    columns, gap = min(columns, w.shape[1]), 1 + width // 14
    rows, down, right = -(-w.shape[1] // columns), height + gap, width + gap
    board = np.full((rows * down + gap, columns * right + gap), np.nan)
    for i, picture in enumerate(to(w, "cpu").T):
        top, left = i // columns * down + gap, i % columns * right + gap
        board[top : top + height, left : left + width] = picture.reshape(height, width)
    ax = new_axes(ax, ratio=np.clip(0.85 * len(board) / board.shape[1], 0.3, 1.2))
    most = float(np.max(np.abs(w))) or 1.0
    ax.figure.colorbar(ax.imshow(board, cmap="RdBu_r", vmin=-most, vmax=most), ax=ax)
    ax.set(xticks=[], yticks=[], facecolor="0.75")  # seen between the pictures, where NaN is
    return ax


def regression(model: Module, x: Array, y: Array, ax: Axes | None = None) -> Axes:
    """The points (x, y), and the model's curve through them.

    model: a Module from (n, 1) to (n, 1); run in evaluation mode, then put back    x, y: (n, 1)
    Raises ValueError or TypeError on other shapes, on no points, on NaN.
    """
    x = points_of("regression", x, 1)
    check_array("regression", y, len(x), 1, name="y")
    check_finite("regression", y, name="y")
    along = np.linspace(np.min(x), np.max(x), 400)[:, None]
    curve = _run("regression", model, along)
    check_array("regression", curve, *along.shape, name="output of the model")
    ax = new_axes(ax)
    ax.scatter(x, to(y, "cpu"), color=COLORS[0], s=20, alpha=0.6, label="data")
    ax.plot(along, curve, color=COLORS[3], linewidth=2.5, label="model")
    ax.set(xlabel="x", ylabel="y")
    ax.legend()
    return ax


def curve(who: str, layer: str | Module, x: Array) -> tuple[str, np.ndarray, np.ndarray]:
    """The name of an activation, what it makes of each number of x (n, 1), and its slope there."""
    name = layer if isinstance(layer, str) else repr(layer).partition("(\n")[0]
    layer = activation_layer(who, layer) if isinstance(layer, str) else layer
    _check_module(who, layer)
    with evaluating(layer):
        y = layer.forward(_beside(layer, x))
        check_array(who, y, *x.shape, name=f"output of {name}")
        slope, _ = layer.backward(np.ones_like(y))
        if not layer.parameters() and not np.allclose(layer.forward(x.T), y.T):  # softmax, say
            raise ValueError(f"{who} got {name}, which mixes numbers: it has no curve")
    return name, to(y, "cpu"), to(slope, "cpu")


def new_axes(ax: Axes | None, width: float = 6.4, ratio: float = 0.75) -> Axes:
    """The axes given, or else those of a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt  # only here: import edunn stays fast

    return plt.subplots(figsize=(width, width * ratio), layout="constrained")[1]


def _class_colors(n: int) -> np.ndarray:
    """n colours, (n, 3): the ones chosen above, or else n along one scale."""
    import matplotlib

    many = matplotlib.colormaps["viridis"](np.linspace(0, 1, n))
    return matplotlib.colors.to_rgba_array(COLORS[:n] if n <= len(COLORS) else many)[:, :3]


def _check_module(who: object, model: object) -> None:
    """Refuse what is not a Module."""
    if not isinstance(model, Module):
        raise TypeError(f"{who} got an object of type {type(model).__name__}, not a Module")


def _run(who: str, model: Module, x: Array) -> np.ndarray:
    """The model's output for `x`, in evaluation mode, as an array on the CPU."""
    _check_module(who, model)
    with evaluating(model), no_tape():
        y = model(_beside(model, x))
    return to(y.data if isinstance(y, Tensor) else y, "cpu")


def _beside(model: Module, x: Array) -> Array:
    """`x` as the model's parameters are: of their type, on their device."""
    for parameter in model.parameters():
        return to(x.astype(parameter.data.dtype), device_of(parameter.data))
    return x


def points_of(who: str, x: Array, features: int) -> np.ndarray:
    """`x` on the CPU, after checking that it holds points."""
    check_array(who, x, "n", features)
    check_finite(who, x)
    if len(x) == 0:
        raise ValueError(f"{who} got no points")
    return to(x, "cpu")


def _picture_shape(who: str, pixels: int, shape: Shape | None = None) -> Shape:
    """(rows, columns) of a picture with this many pixels: a square, unless a shape is given."""
    shape = (round(pixels**0.5),) * 2 if shape is None else tuple(shape)
    if len(shape) != 2 or shape[0] * shape[1] != pixels:
        raise ValueError(f"{who} got pictures of {pixels} numbers, which do not fit shape {shape}")
    return shape
