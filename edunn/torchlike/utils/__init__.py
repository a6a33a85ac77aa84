"""torch.utils, and torch.nn.utils: clipping, and data."""

from edunn.optimizers import clip_grad_norm as clip_grad_norm_
from edunn.pytorch_differences import refuse as _refuse
from edunn.torchlike.utils import data

__all__ = ["clip_grad_norm_", "data"]


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
