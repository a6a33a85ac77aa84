"""Checks that say what is wrong: they raise, or return a report that is true."""

from edunn.checking.checks import (
    check_gradients,
    check_initializer,
    check_layer,
    check_optimizer,
    check_training_loop,
)
from edunn.checking.engine import numeric_gradient
from edunn.checking.errors import (
    CheckError,
    GradientError,
    InitializerError,
    OptimizerError,
    TrainingLoopError,
)
from edunn.checking.messages import set_language
from edunn.checking.report import Report

__all__ = [
    "CheckError",
    "GradientError",
    "InitializerError",
    "OptimizerError",
    "Report",
    "TrainingLoopError",
    "check_gradients",
    "check_initializer",
    "check_layer",
    "check_optimizer",
    "check_training_loop",
    "numeric_gradient",
    "set_language",
]
