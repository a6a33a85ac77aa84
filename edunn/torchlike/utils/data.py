"""torch.utils.data: data sets, and their batches of Tensors."""

from edunn.datasets.loading import DataLoader, Dataset, Subset, TensorDataset, random_split
from edunn.pytorch_differences import refuse as _refuse

__all__ = ["DataLoader", "Dataset", "Subset", "TensorDataset", "random_split"]


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
