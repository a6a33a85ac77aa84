"""torchvision.transforms: of images to arrays."""

from edunn.datasets.loading import Compose, Normalize, ToTensor
from edunn.pytorch_differences import refuse as _refuse

__all__ = ["Compose", "Normalize", "ToTensor"]


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
