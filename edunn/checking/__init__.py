"""Checks that say what is wrong: they raise, or return a report that is true."""

from edunn.checking.checks import (
    check_gradients,
    check_initializer,
    check_layer,
    check_optimizer,
    check_training_loop,
)
from edunn.checking.diagnoses import DIAGNOSES, About, Diagnosis, Says
from edunn.checking.engine import numeric_gradient
from edunn.checking.errors import (
    CheckError,
    GradientError,
    InitializerError,
    OptimizerError,
    TrainingLoopError,
)
from edunn.checking.messages import set_language, speaking
from edunn.checking.report import Report

__all__ = [
    "About",
    "CheckError",
    "DIAGNOSES",
    "Diagnosis",
    "GradientError",
    "InitializerError",
    "OptimizerError",
    "Report",
    "Says",
    "TrainingLoopError",
    "check_gradients",
    "check_initializer",
    "check_layer",
    "check_optimizer",
    "check_training_loop",
    "numeric_gradient",
    "set_language",
    "speaking",
]
