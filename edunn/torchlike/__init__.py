"""edunn in PyTorch's words: `import edunn.torchlike as nn`, or as torch. Names, and nothing new.

The classes are edunn's own. `Linear` has a bias here, as PyTorch's has, and is a Dense without an
activation; weights are of shape (inputs, outputs), and their names in a model end in w and b.
"""

from types import SimpleNamespace as _Namespace
from typing import Any as _Any

import numpy as _np
from numpy.typing import ArrayLike as _ArrayLike
from numpy.typing import DTypeLike as _DTypeLike

from edunn import optimizers as _optimizers
from edunn.backend import Array as _Array
from edunn.backend import default_dtype as _default_dtype
from edunn.backend import generator as _generator
from edunn.backend import manual_seed
from edunn.containers import ModuleDict, ModuleList, Sequential, Sequential1D
from edunn.core import Module, Parameter, Tensor
from edunn.core import no_tape as no_grad
from edunn.datasets import loading as _loading
from edunn.datasets.loading import DataLoader, TensorDataset
from edunn.initializers import LeCunUniform as _LeCunUniform
from edunn.layers.activations import GELU, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from edunn.layers.convolution import Conv2d
from edunn.layers.dense import Dense as _Dense
from edunn.layers.embedding import Embedding
from edunn.layers.pooling import AvgPool2d, MaxPool2d
from edunn.layers.recurrent import RNN
from edunn.layers.regularization import BatchNorm1d, BatchNorm2d
from edunn.layers.regularization import Dropout as _Dropout
from edunn.layers.shaping import Flatten
from edunn.losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from edunn.saving import from_torch, load_state_dict, state_dict, to_torch
from edunn.sequential2d import Sequential2D

Conv2D = Conv2d

__all__ = [
    "GELU", "RNN", "AvgPool2d", "BCELoss", "BCEWithLogitsLoss", "BatchNorm1d", "BatchNorm2d",
    "Conv2D", "Conv2d", "CrossEntropyLoss", "DataLoader", "Dropout", "Embedding", "Flatten",
    "Identity", "LeakyReLU", "Linear", "MSELoss", "MaxPool2d", "Module", "ModuleDict", "ModuleList",
    "Parameter", "ReLU", "Sequential", "Sequential1D", "Sequential2D", "Sigmoid", "Softmax", "Tanh",
    "Tensor", "TensorDataset", "abs", "allclose", "cuda", "datasets", "device", "from_numpy",
    "from_torch", "functional", "load_state_dict", "manual_seed", "max", "no_grad", "ones", "optim",
    "rand", "randn", "state_dict", "tensor", "to_torch", "transforms", "utils", "zeros",
]  # fmt: skip


class Linear(_Dense):
    """y = x w + b

    x: (n, in_features)    w: (in_features, out_features)    b: (out_features,)
    y: (n, out_features)    weight, bias: the Parameters w and b; bias is None without one
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        start = _LeCunUniform(in_features)
        super().__init__(in_features, out_features, "id", start, start, bias)

    @property
    def weight(self) -> Parameter:
        return self.w

    @property
    def bias(self) -> Parameter | None:
        return self.b

    def describe(self) -> str:
        sizes = f"in_features={self.in_features}, out_features={self.out_features}"
        return f"{sizes}, bias={self.b is not None}"


class Dropout(_Dropout):
    """In training, each number is 0 with probability p, or divided by 1 - p; else y = x."""

    def describe(self) -> str:
        return f"p={self.p}, inplace=False"


optim = _Namespace(
    SGD=_optimizers.SGD,
    Adam=_optimizers.Adam,
    AdamW=_optimizers.AdamW,
    RMSprop=_optimizers.RMSprop,
    lr_scheduler=_Namespace(
        StepLR=_optimizers.StepLR,
        ExponentialLR=_optimizers.ExponentialLR,
        CosineAnnealingLR=_optimizers.CosineAnnealingLR,
    ),
)
datasets = _Namespace(MNIST=_loading.MNIST, FashionMNIST=_loading.FashionMNIST)
transforms = _Namespace(
    Compose=_loading.Compose, ToTensor=_loading.ToTensor, Normalize=_loading.Normalize
)
functional = _Namespace(
    relu=lambda x: ReLU()(x),
    softmax=lambda x: Softmax()(x),
    mse_loss=lambda y, target: MSELoss()(y, target),
    cross_entropy=lambda y, labels: CrossEntropyLoss()(y, labels),
)
utils = _Namespace(clip_grad_norm_=_optimizers.clip_grad_norm)


def tensor(
    data: _ArrayLike, dtype: _DTypeLike | None = None, requires_grad: bool = False
) -> Tensor:
    """A Tensor of numbers in lists: whole numbers stay whole, others are of the default dtype."""
    array = _np.array(data)
    kind = dtype or (_default_dtype() if array.dtype.kind == "f" else array.dtype)
    return Tensor(array.astype(kind), requires_grad)


def from_numpy(array: _Array) -> Tensor:
    """A Tensor of an array, which it shares."""
    return Tensor(array)


def randn(*shape: int, requires_grad: bool = False) -> Tensor:
    """A Tensor of normal numbers with mean 0 and deviation 1."""
    return Tensor(_generator().normal(size=shape).astype(_default_dtype()), requires_grad)


def rand(*shape: int, requires_grad: bool = False) -> Tensor:
    """A Tensor of numbers that are equally likely anywhere from 0 to 1."""
    return Tensor(_generator().random(shape).astype(_default_dtype()), requires_grad)


def zeros(*shape: int, requires_grad: bool = False) -> Tensor:
    """A Tensor of zeros."""
    return Tensor(_np.zeros(shape, _default_dtype()), requires_grad)


def ones(*shape: int, requires_grad: bool = False) -> Tensor:
    """A Tensor of ones."""
    return Tensor(_np.ones(shape, _default_dtype()), requires_grad)


def abs(x: _Any) -> _Any:
    """|x|, number by number."""
    return _np.abs(x)


def max(x: _Any, dim: int | None = None, keepdim: bool = False) -> _Any:
    """The largest number of x, or of each line along `dim`."""
    return _np.max(x, axis=dim, keepdims=keepdim)


def allclose(a: _Any, b: _Any, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    """Whether all numbers of a and b differ by at most atol + rtol |b|."""
    a, b = (x.data if isinstance(x, Tensor) else x for x in (a, b))
    return bool(_np.allclose(a, b, rtol=rtol, atol=atol))


def device(name: str) -> str:
    """'cpu', 'cuda' or 'cuda:1': for .to(device)."""
    return name


def _gpu_is_available() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    try:
        import cupy
    except ImportError:
        return False
    return bool(cupy.cuda.is_available())


cuda = _Namespace(is_available=_gpu_is_available)
