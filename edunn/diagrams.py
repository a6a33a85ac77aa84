"""Pictures of a Sequential2D: its matrix of blocks, and the flow that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from edunn.core import Module
from edunn.plot.pictures import new_axes
from edunn.sequential2d import Sequential2D

if TYPE_CHECKING:  # only to name types: import edunn stays fast
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

FULL, EMPTY, LINE = "#cfe3f5", "#f5f6f8", "#37618e"


def blocks(model: Sequential2D, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """The block matrix with sizes and numbers of parameters, and beside it the flow: inputs on the
    left, outputs on the right, a line for each block.

    axes: two matplotlib axes, made when they are not given. Returns both.
    """
    if not isinstance(model, Sequential2D):
        raise TypeError(f"diagrams.blocks got {type(model).__name__}, not a Sequential2D")
    if axes is None:
        import matplotlib.pyplot as plt  # only here: import edunn stays fast

        rows, columns = len(model.in_features_list), len(model.out_features_list)
        size = (5.5 + 1.1 * columns, 1.6 + 0.9 * max(rows, columns))
        axes = plt.subplots(1, 2, figsize=size, layout="constrained")[1]
    draw_matrix(model, new_axes(axes[0]))
    draw_flow(model, new_axes(axes[1]))
    return axes


def _name_of(block: Module) -> str:
    """What a block is called in a picture: its class, or what a short chain is made of."""
    inside = block.children().values() if hasattr(block, "entries") else ()
    parts = [type(part).__name__ for part in inside]
    return " → ".join(parts) if 0 < len(parts) <= 2 else type(block).__name__


def draw_matrix(model: Sequential2D, ax: Axes) -> None:
    """A square for each block, coloured where there is one."""
    rows, columns = model.in_features_list, model.out_features_list
    for i in range(len(rows)):
        for j in range(len(columns)):
            block = model.cells.get((i, j))
            color = EMPTY if block is None else FULL
            ax.add_patch(_rectangle((j, i), 1, 1, facecolor=color, edgecolor="white", linewidth=3))
            if block is not None:
                text = f"{_name_of(block)}\n{Module.n_parameters(block):,}"
                ax.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=8)
    ax.set_xlim(0, len(columns))
    ax.set_ylim(len(rows), 0)
    ax.set_xticks(
        [j + 0.5 for j in range(len(columns))], [f"y{j}\n{n}" for j, n in enumerate(columns)]
    )
    ax.set_yticks([i + 0.5 for i in range(len(rows))], [f"x{i}\n{n}" for i, n in enumerate(rows)])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(f"{Module.n_parameters(model):,} parameters", fontsize=10)


def _rectangle(*args: Any, **options: Any) -> Rectangle:
    """matplotlib's Rectangle, imported only when a picture is drawn."""
    from matplotlib.patches import Rectangle

    return Rectangle(*args, **options)


def draw_flow(model: Sequential2D, ax: Axes) -> None:
    """An arrow from x_i to y_j for each block."""
    rows, columns = len(model.in_features_list), len(model.out_features_list)
    height = max(rows, columns)
    for i, j in model.cells:
        ax.annotate(
            "", (0.86, height - j - 0.5), (0.14, height - i - 0.5),
            arrowprops={"arrowstyle": "-|>", "color": LINE, "shrinkA": 8, "shrinkB": 8},
        )  # fmt: skip
    circle = {"boxstyle": "circle,pad=0.3", "facecolor": FULL, "edgecolor": LINE}
    for x, letter, count in ((0.1, "x", rows), (0.9, "y", columns)):
        for k in range(count):
            ax.text(x, height - k - 0.5, f"{letter}{k}", ha="center", va="center", bbox=circle)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, height)
    ax.axis("off")
