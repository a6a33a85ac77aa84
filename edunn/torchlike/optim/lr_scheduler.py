"""torch.optim.lr_scheduler: edunn's own schedules."""

from edunn.differences import refuse as _refuse
from edunn.optimizers import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    MultiStepLR,
    ReduceLROnPlateau,
    StepLR,
)

__all__ = [
    "CosineAnnealingLR", "ExponentialLR", "LambdaLR", "MultiStepLR", "ReduceLROnPlateau", "StepLR",
]  # fmt: skip


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
