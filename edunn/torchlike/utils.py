"""torch.utils: clipping, and data.DataLoader."""

from types import SimpleNamespace as _Namespace

from edunn.datasets.loading import DataLoader as _DataLoader
from edunn.datasets.loading import TensorDataset as _TensorDataset
from edunn.optimizers import clip_grad_norm as clip_grad_norm_
from edunn.torchlike.differences import refuse as _refuse

data = _Namespace(DataLoader=_DataLoader, TensorDataset=_TensorDataset)

__all__ = ["clip_grad_norm_", "data"]


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
