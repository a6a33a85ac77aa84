"""edunn in PyTorch's words: `import edunn.torchlike as nn`, or as torch. Names, and nothing new.

The classes are edunn's own. `Linear` has a bias here, as PyTorch's has, and is a Dense without an
activation; weights are of shape (inputs, outputs), and their names in a model end in w and b.
What is missing, and what differs, stands in docs/from_pytorch.md.
"""

import math as _math
import sys as _sys

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
from edunn.pytorch_differences import refuse as _refuse
from edunn.saving import from_torch, load_state_dict, state_dict, to_torch
from edunn.sequential2d import Sequential2D
from edunn.torchlike import cuda, datasets, functional, init, optim, transforms, utils
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
    add,
    all,
    allclose,
    any,
    arange,
    argmax,
    argmin,
    argsort,
    as_tensor,
    bmm,
    cat,
    ceil,
    chunk,
    clamp,
    clip,
    concat,
    concatenate,
    cos,
    cumsum,
    device,
    div,
    dot,
    einsum,
    empty,
    empty_like,
    eq,
    equal,
    exp,
    expm1,
    eye,
    flatten,
    flip,
    floor,
    from_numpy,
    full,
    full_like,
    gather,
    ge,
    gt,
    hstack,
    index_select,
    is_tensor,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    linspace,
    log,
    log1p,
    logsumexp,
    lt,
    masked_fill,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    mm,
    mul,
    ne,
    neg,
    nonzero,
    norm,
    numel,
    ones,
    ones_like,
    outer,
    permute,
    pow,
    prod,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    reciprocal,
    relu,
    reshape,
    round,
    rsqrt,
    sigmoid,
    sign,
    sin,
    softmax,
    sort,
    split,
    sqrt,
    square,
    squeeze,
    stack,
    std,
    sub,
    sum,
    swapaxes,
    t,
    tanh,
    tensor,
    topk,
    transpose,
    tril,
    triu,
    unbind,
    unsqueeze,
    var,
    vstack,
    where,
    zeros,
    zeros_like,
)

Conv2D = Conv2d

__all__ = [
    "AdaptiveAvgPool2d", "AvgPool2d", "BCELoss", "BCEWithLogitsLoss", "BatchNorm1d",
    "BatchNorm2d", "Conv1d", "Conv2D", "Conv2d", "CrossEntropyLoss", "DataLoader", "Dropout",
    "ELU", "Embedding", "Flatten", "GELU", "GRU", "HuberLoss", "Identity", "L1Loss", "LSTM",
    "LayerNorm", "LeakyReLU", "Linear", "LogSoftmax", "MSELoss", "MaxPool2d", "Module",
    "ModuleDict", "ModuleList", "MultiheadAttention", "NLLLoss", "Parameter", "RNN", "ReLU",
    "Sequential", "Sequential1D", "Sequential2D", "SiLU", "Sigmoid", "SmoothL1Loss", "Softmax",
    "Softplus", "Tanh", "Tensor", "TensorDataset", "abs", "add", "all", "allclose", "any",
    "arange", "argmax", "argmin", "argsort", "as_tensor", "bmm", "bool", "cat", "ceil", "chunk",
    "clamp", "clip", "concat", "concatenate", "cos", "cuda", "cumsum", "datasets", "device",
    "div", "dot", "double", "einsum", "empty", "empty_like", "eq", "equal", "exp", "expm1",
    "eye", "flatten", "flip", "float", "float32", "float64", "floor", "from_numpy",
    "from_torch", "full", "full_like", "functional", "gather", "ge", "gt", "hstack",
    "index_select", "inf", "init", "int", "int32", "int64", "is_tensor", "isclose", "isfinite",
    "isinf", "isnan", "le", "linspace", "load_state_dict", "log", "log1p", "logsumexp", "long",
    "lt", "manual_seed", "masked_fill", "matmul", "max", "maximum", "mean", "min", "minimum",
    "mm", "mul", "ne", "neg", "no_grad", "nan", "nonzero", "norm", "numel", "ones", "ones_like",
    "optim", "outer", "permute", "pi", "pow", "prod", "rand", "rand_like", "randint", "randn",
    "randn_like", "randperm", "reciprocal", "relu", "reshape", "round", "rsqrt",
    "set_default_dtype", "sigmoid", "sign", "sin", "softmax", "sort", "split", "sqrt", "square",
    "squeeze", "stack", "state_dict", "std", "sub", "sum", "swapaxes", "t", "tanh", "tensor",
    "to_torch", "topk", "transforms", "transpose", "tril", "triu", "uint8", "unbind",
    "unsqueeze", "utils", "var", "vstack", "where", "zeros", "zeros_like",
]  # fmt: skip

inf, nan, pi = _math.inf, _math.nan, _math.pi

# torch.nn is this module, as torch is: also for `import torch.nn.functional as F`
_sys.modules[f"{__name__}.nn"] = _sys.modules[__name__]
for _part in (functional, init, utils):
    _sys.modules[f"{__name__}.nn.{_part.__name__.rpartition('.')[2]}"] = _part


def __getattr__(name: str) -> object:
    if name == "nn":
        return _sys.modules[__name__]
    raise _refuse(__name__, name, __all__)
