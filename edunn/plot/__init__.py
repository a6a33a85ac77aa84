"""Pictures of training, data and models, as functions that draw on matplotlib's axes."""

from edunn.plot.original import (
    plot_activation_function,
    plot_activation_functions,
    plot_history,
    plot_model_dataset_1d,
    plot_model_dataset_2d_classification,
    regression1d_predictions,
)
from edunn.plot.pictures import (
    activations,
    confusion,
    decision_boundary,
    history,
    images,
    regression,
    weights,
)

__all__ = [
    "activations", "confusion", "decision_boundary", "history", "images",
    "plot_activation_function", "plot_activation_functions", "plot_history",
    "plot_model_dataset_1d", "plot_model_dataset_2d_classification", "regression",
    "regression1d_predictions", "weights",
]  # fmt: skip
