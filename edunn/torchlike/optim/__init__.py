"""torch.optim: edunn's own optimizers."""

from edunn.differences import refuse as _refuse
from edunn.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from edunn.torchlike.optim import lr_scheduler

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
