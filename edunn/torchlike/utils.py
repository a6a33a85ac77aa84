"""torch.utils: clipping, and data.DataLoader."""

from types import SimpleNamespace as _Namespace

from edunn.datasets import loading as _loading
from edunn.differences import refuse as _refuse
from edunn.optimizers import clip_grad_norm as clip_grad_norm_

data = _Namespace(
    DataLoader=_loading.DataLoader, Dataset=_loading.Dataset, Subset=_loading.Subset,
    TensorDataset=_loading.TensorDataset, random_split=_loading.random_split,
)  # fmt: skip

__all__ = ["clip_grad_norm_", "data"]


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
