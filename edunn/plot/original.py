"""The original edunn's names for pictures: each draws a figure of its own and returns its axes.

With a filepath, the figure is saved and closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from edunn.backend import Array, to
from edunn.core import Module
from edunn.inputs import check_array, check_number, check_positive
from edunn.plot import pictures

if TYPE_CHECKING:  # only to name a type: import edunn stays fast
    from matplotlib.axes import Axes

__all__ = [
    "plot_activation_function", "plot_activation_functions", "plot_history",
    "plot_model_dataset_1d", "plot_model_dataset_2d_classification", "regression1d_predictions",
]  # fmt: skip


def plot_history(history: Any, error_name: str = "Error", filepath: Any = None) -> Axes:
    """The error over the epochs: what `optimize` or `fit` returned, or numbers, one an epoch."""
    losses = history.get("loss") if isinstance(history, dict) else history
    losses = np.asarray(losses)
    check_array("plot_history", losses, "epochs", name="history")
    ax = pictures.history({error_name: losses.tolist()})
    ax.set(title="Training history", ylabel=error_name)
    return _finish(ax, filepath)


def plot_activation_function(
    layer: Module, range: tuple[float, float] = (-10, 10), backward: bool = False
) -> Axes:
    """The curve of an activation layer over a range of x; with `backward`, its derivative."""
    return plot_activation_functions([layer], range, backward)


def plot_activation_functions(
    layers: Sequence[Module], range: tuple[float, float] = (-10, 10), backward: bool = False
) -> Axes:
    """The curves of activation layers, or those of their derivatives, in one picture."""
    if not isinstance(range, (tuple, list)) or len(range) != 2:
        raise ValueError(f"plot_activation_functions got range={range!r}, not (start, end)")
    check_number("plot_activation_functions", start=range[0], end=range[1])
    x = np.linspace(*range, 401)[:, None]
    curves = [pictures.curve("plot_activation_functions", layer, x) for layer in layers]
    ax = pictures.new_axes(None)
    for name, y, slope in curves:
        ax.plot(x, slope if backward else y, label=name)
    ax.grid(color="0.9")
    ax.set(xlabel="x", ylabel="derivative" if backward else "y")
    ax.legend()
    return ax


def plot_model_dataset_1d(x: Array, y: Array, model: Module, filepath: Any = None) -> Axes:
    """`regression`, with the model last."""
    return _finish(pictures.regression(model, x, y), filepath)


def plot_model_dataset_2d_classification(
    x: Array,
    y: Array,
    model: Module,
    filepath: Any = None,
    detail: float = 0.1,
    title: str = "",
) -> Axes:
    """`decision_boundary`, with the model last; it is asked about points `detail` apart, or less,
    at most 2000 a side."""
    who = "plot_model_dataset_2d_classification"
    check_positive(who, detail=detail)
    points = pictures.points_of(who, x, 2)
    resolution = 1 + int(1.16 * np.max(np.ptp(points, axis=0)) / detail)  # with its margin
    if resolution > 2000:
        raise ValueError(f"{who} got detail={detail}, by which there are {resolution} a side")
    ax = pictures.decision_boundary(model, x, y, resolution=resolution)
    ax.set_title(title)
    return _finish(ax, filepath)


def regression1d_predictions(y_true: Array, y_pred: Array, filepath: Any = None) -> Axes:
    """What is right and what is predicted, example by example.

    y_true, y_pred: (n,) or (n, 1)
    """
    check_array("regression1d_predictions", y_true, name="y_true")
    check_array("regression1d_predictions", y_pred, *y_true.shape, name="y_pred")
    if y_true.ndim not in (1, 2):
        raise ValueError(f"regression1d_predictions got y_true of shape {y_true.shape}, not (n, 1)")
    ax = pictures.new_axes(None)
    ax.plot(to(y_true, "cpu"), label="true value")
    ax.plot(to(y_pred, "cpu"), label="prediction")
    ax.set(xlabel="example", ylabel="y")
    ax.legend()
    return _finish(ax, filepath)


def _finish(ax: Axes, filepath: Any) -> Axes:
    """Save the figure and close it, where there is a path."""
    if filepath is not None:
        import matplotlib.pyplot as plt

        figure: Any = ax.figure
        figure.savefig(filepath)
        plt.close(figure)
    return ax
