"""torchvision.datasets: MNIST and the clothes in its form."""

from edunn.datasets.loading import MNIST, FashionMNIST
from edunn.pytorch_differences import refuse as _refuse

__all__ = ["MNIST", "FashionMNIST"]


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
