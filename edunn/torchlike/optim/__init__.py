"""torch.optim: edunn's own optimizers."""

from edunn.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from edunn.pytorch_differences import refuse as _refuse
from edunn.torchlike.optim import lr_scheduler

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
