"""edunn in PyTorch's words: `import edunn.torchlike as nn`, or as torch. Names, and nothing new.

The classes are edunn's own. `Linear` has a bias here, as PyTorch's has, and is a Dense without an
activation; weights are of shape (inputs, outputs), and their names in a model end in w and b.
What is missing, and what differs, stands in docs/from_pytorch.md.
"""

from types import SimpleNamespace as _Namespace

from edunn.backend import manual_seed, set_default_dtype
from edunn.containers import ModuleDict, ModuleList, Sequential, Sequential1D
from edunn.core import Module, Parameter, Tensor
from edunn.core import no_tape as no_grad
from edunn.datasets.loading import DataLoader, TensorDataset
from edunn.layers.activations import GELU, Identity, Sigmoid, Tanh
from edunn.layers.normalization import LayerNorm
from edunn.layers.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from edunn.layers.regularization import BatchNorm1d, BatchNorm2d
from edunn.layers.shaping import Flatten
from edunn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from edunn.saving import from_torch, load_state_dict, state_dict, to_torch
from edunn.sequential2d import Sequential2D
from edunn.torchlike import datasets, functional, init, optim, transforms, utils
from edunn.torchlike.differences import refuse as _refuse
from edunn.torchlike.dtypes import (
    bool,
    double,
    float,
    float32,
    float64,
    int,
    int32,
    int64,
    long,
    uint8,
)
from edunn.torchlike.layers import (
    ELU,
    Conv1d,
    Conv2d,
    Dropout,
    Embedding,
    LeakyReLU,
    Linear,
    LogSoftmax,
    ReLU,
    SiLU,
    Softmax,
    Softplus,
)
from edunn.torchlike.sequences import GRU, LSTM, RNN, MultiheadAttention
from edunn.torchlike.tensors import (
    abs,
    allclose,
    arange,
    argmax,
    bmm,
    cat,
    clamp,
    cos,
    device,
    einsum,
    exp,
    eye,
    flatten,
    from_numpy,
    full,
    is_tensor,
    linspace,
    log,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    mm,
    ones,
    ones_like,
    permute,
    pow,
    rand,
    randint,
    randn,
    randperm,
    relu,
    reshape,
    sigmoid,
    sin,
    softmax,
    sqrt,
    squeeze,
    stack,
    sum,
    tanh,
    tensor,
    transpose,
    unsqueeze,
    where,
    zeros,
    zeros_like,
)

Conv2D = Conv2d

__all__ = [
    "AdaptiveAvgPool2d", "AvgPool2d", "BCELoss", "BCEWithLogitsLoss", "BatchNorm1d", "BatchNorm2d",
    "Conv1d", "Conv2D", "Conv2d", "CrossEntropyLoss", "DataLoader", "Dropout", "ELU", "Embedding",
    "Flatten", "GELU", "GRU", "HuberLoss", "Identity", "L1Loss", "LSTM", "LayerNorm", "LeakyReLU",
    "Linear", "LogSoftmax", "MSELoss", "MaxPool2d", "Module", "ModuleDict", "ModuleList",
    "MultiheadAttention", "NLLLoss", "Parameter", "RNN", "ReLU", "Sequential", "Sequential1D",
    "Sequential2D", "SiLU", "Sigmoid", "SmoothL1Loss", "Softmax", "Softplus", "Tanh", "Tensor",
    "TensorDataset", "abs", "allclose", "arange", "argmax", "bmm", "bool", "cat", "clamp", "cos",
    "cuda", "datasets", "device", "double", "einsum", "exp", "eye", "flatten", "float", "float32",
    "float64", "from_numpy", "from_torch", "full", "functional", "init", "int", "int32", "int64",
    "is_tensor", "linspace", "load_state_dict", "log", "long", "manual_seed", "matmul", "max",
    "maximum", "mean", "min", "minimum", "mm", "no_grad", "ones", "ones_like", "optim", "permute",
    "pow", "rand", "randint", "randn", "randperm", "relu", "reshape", "set_default_dtype",
    "sigmoid", "sin", "softmax", "sqrt", "squeeze", "stack", "state_dict", "sum", "tanh", "tensor",
    "to_torch", "transforms", "transpose", "uint8", "unsqueeze", "utils", "where", "zeros",
    "zeros_like",
]  # fmt: skip


def _gpu_is_available() -> object:
    """Whether CuPy is installed and finds a GPU."""
    try:
        import cupy
    except ImportError:
        return False
    return cupy.cuda.is_available()


cuda = _Namespace(is_available=_gpu_is_available)


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
