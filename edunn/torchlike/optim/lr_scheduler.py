"""torch.optim.lr_scheduler: edunn's own schedules."""

from edunn.optimizers import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    MultiStepLR,
    ReduceLROnPlateau,
    StepLR,
)
from edunn.pytorch_differences import refuse as _refuse

__all__ = [
    "CosineAnnealingLR", "ExponentialLR", "LambdaLR", "MultiStepLR", "ReduceLROnPlateau", "StepLR",
]  # fmt: skip


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
