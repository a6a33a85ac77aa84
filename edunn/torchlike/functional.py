"""torch.nn.functional: each a layer or a loss of edunn's, made and called at once."""

from collections.abc import Sequence as _Sequence
from typing import Any as _Any

import numpy as _numpy

from edunn import losses as _losses
from edunn.backend import generator as _generator
from edunn.core import Parameter as _Parameter
from edunn.core import Tensor as _Tensor
from edunn.inputs import check_indices as _check_indices
from edunn.layers.activations import ACTIVATIONS as _ACTIVATIONS
from edunn.layers.convolution import Conv2d as _Conv2d
from edunn.layers.normalization import LayerNorm as _LayerNorm
from edunn.layers.pooling import AvgPool2d as _AvgPool2d
from edunn.layers.pooling import MaxPool2d as _MaxPool2d
from edunn.layers.regularization import Dropout as _Dropout
from edunn.pytorch_differences import refuse as _refuse

_np: _Any = _numpy  # whose own types know arrays only, and these are calls with Tensors

__all__ = [
    "avg_pool2d", "binary_cross_entropy", "binary_cross_entropy_with_logits", "conv2d",
    "cross_entropy", "dropout", "elu", "embedding", "gelu", "huber_loss", "l1_loss", "layer_norm",
    "leaky_relu", "linear", "log_softmax", "max_pool2d", "mse_loss", "nll_loss", "one_hot", "pad",
    "relu", "sigmoid", "silu", "smooth_l1_loss", "softmax", "softplus", "tanh",
]  # fmt: skip


def relu(x: _Any, inplace: bool = False) -> _Any:
    """max(x, 0); inplace has no effect."""
    return _ACTIVATIONS["relu"]()(x)


def leaky_relu(x: _Any, negative_slope: float = 0.01, inplace: bool = False) -> _Any:
    """x where it is above 0, else negative_slope x; inplace has no effect."""
    return _ACTIVATIONS["leaky_relu"](negative_slope)(x)


def gelu(x: _Any, **options: _Any) -> _Any:
    """What nn.GELU with these options makes of x."""
    return _ACTIVATIONS["gelu"](**options)(x)


def sigmoid(x: _Any) -> _Any:
    """1 / (1 + exp(-x))"""
    return _ACTIVATIONS["sigmoid"]()(x)


def tanh(x: _Any) -> _Any:
    """tanh(x), number by number"""
    return _ACTIVATIONS["tanh"]()(x)


def elu(x: _Any, alpha: float = 1.0, inplace: bool = False) -> _Any:
    """x where it is above 0, else alpha (exp(x) - 1); inplace has no effect."""
    return _ACTIVATIONS["elu"](alpha)(x)


def silu(x: _Any, inplace: bool = False) -> _Any:
    """x sigmoid(x); inplace has no effect."""
    return _ACTIVATIONS["silu"]()(x)


def softplus(x: _Any, beta: float = 1.0, threshold: float = 20.0) -> _Any:
    """log(1 + exp(beta x)) / beta; threshold has no effect, see Softplus."""
    return _ACTIVATIONS["softplus"](beta)(x)


def softmax(x: _Any, dim: int = -1) -> _Any:
    """exp(x) / the sum of exp(x) along `dim`"""
    return _ACTIVATIONS["softmax"](axis=dim)(x)


def log_softmax(x: _Any, dim: int = -1) -> _Any:
    """The logarithm of softmax, x - log of the sum of exp(x) along `dim`"""
    return _ACTIVATIONS["log_softmax"](axis=dim)(x)


def layer_norm(
    x: _Any, normalized_shape: _Any, weight: _Any = None, bias: _Any = None, eps: float = 1e-5
) -> _Any:
    """What a LayerNorm with these Parameters makes of x; without them, of mean 0 and variance 1."""
    layer = _LayerNorm(normalized_shape, eps)
    ones = _np.ones_like(_array(x), shape=layer.w.shape)
    layer.w = _parameter("layer_norm", "weight", ones if weight is None else weight)
    layer.b = _parameter("layer_norm", "bias", 0 * ones if bias is None else bias)
    return layer(x)


def linear(x: _Any, weight: _Any, bias: _Any = None) -> _Any:
    """x @ weight + bias, with weight (inputs, outputs), as the w of a Linear"""
    y = _np.matmul(x, weight)
    return y if bias is None else y + bias


def embedding(indices: _Any, weight: _Any) -> _Any:
    """The rows of weight at whole numbers, which may be of any shape."""
    indices = _array(indices)
    _check_indices("embedding", indices, len(weight), "indices")
    return weight[indices]


def one_hot(labels: _Any, num_classes: int = -1) -> _Any:
    """(..., num_classes), 1 at each label and 0 elsewhere; -1: as many as the labels need."""
    labels = _array(labels)
    classes = int(labels.max()) + 1 if num_classes == -1 else num_classes
    _check_indices("one_hot", labels, classes, "labels")
    return _Tensor((labels[..., None] == _np.arange(classes, like=labels)).astype(_np.int64))


def conv2d(  # noqa: PLR0913  # PyTorch's words
    x: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0,
    dilation: _Any = 1, groups: int = 1,
) -> _Any:  # fmt: skip
    """What a Conv2d with these Parameters makes of x; see its formula.

    weight: (out_channels, in_channels / groups, size, size)    bias: (out_channels,)
    """
    w = _parameter("conv2d", "weight", weight)
    b = None if bias is None else _parameter("conv2d", "bias", bias)
    out_channels, in_channels, *size = w.shape
    before = _generator().bit_generator.state
    layer = _Conv2d(
        in_channels * groups, out_channels, tuple(size), stride, padding, b is not None, dilation,
        groups,
    )  # fmt: skip
    _generator().bit_generator.state = before  # the numbers that it drew are not used
    layer.w, layer.b = w, b
    return layer(x)


def max_pool2d(
    x: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1
) -> _Any:
    """The largest number of each window; see MaxPool2d."""
    return _MaxPool2d(kernel_size, stride, padding, dilation)(x)


def avg_pool2d(x: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0) -> _Any:
    """The mean of each window; see AvgPool2d."""
    return _AvgPool2d(kernel_size, stride, padding)(x)


def dropout(x: _Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> _Any:
    """What Dropout(p) makes of x, in training or not; inplace has no effect."""
    if p == 1 and training:
        return x * 0
    return _Dropout(p).train(training)(x) if p < 1 or training else x


def pad(x: _Any, pad: _Sequence[int], mode: str = "constant", value: float = 0.0) -> _Any:
    """x with more places around it: (before, after) of the last axis, then of the one before ..."""
    if mode != "constant" or len(pad) % 2 or len(pad) > 2 * x.ndim or any(n < 0 for n in pad):
        wanted = "not pairs of numbers from 0 up, and 'constant'"
        raise ValueError(f"pad got {tuple(pad)!r} and mode {mode!r}, {wanted}")
    pairs = [tuple(pad[i : i + 2]) for i in range(0, len(pad), 2)]
    widths = [(0, 0)] * (x.ndim - len(pairs)) + pairs[::-1]
    return _np.pad(x, widths, constant_values=value)


def mse_loss(y: _Any, target: _Any, **options: _Any) -> _Any:
    """MSELoss(**options)(y, target)"""
    return _losses.MSELoss(**options)(y, target)


def l1_loss(y: _Any, target: _Any, **options: _Any) -> _Any:
    """L1Loss(**options)(y, target)"""
    return _losses.L1Loss(**options)(y, target)


def smooth_l1_loss(y: _Any, target: _Any, **options: _Any) -> _Any:
    """SmoothL1Loss(**options)(y, target)"""
    return _losses.SmoothL1Loss(**options)(y, target)


def huber_loss(y: _Any, target: _Any, **options: _Any) -> _Any:
    """HuberLoss(**options)(y, target)"""
    return _losses.HuberLoss(**options)(y, target)


def cross_entropy(y: _Any, labels: _Any, weight: _Any = None, **options: _Any) -> _Any:
    """CrossEntropyLoss(weight, **options)(y, labels)"""
    return _losses.CrossEntropyLoss(weight, **options)(y, labels)


def nll_loss(y: _Any, labels: _Any, weight: _Any = None, **options: _Any) -> _Any:
    """NLLLoss(weight, **options)(y, labels)"""
    return _losses.NLLLoss(weight, **options)(y, labels)


def binary_cross_entropy(y: _Any, target: _Any, weight: _Any = None, **options: _Any) -> _Any:
    """BCELoss(weight, **options)(y, target)"""
    return _losses.BCELoss(weight, **options)(y, target)


def binary_cross_entropy_with_logits(
    y: _Any, target: _Any, weight: _Any = None, **options: _Any
) -> _Any:
    """BCEWithLogitsLoss(weight, **options)(y, target)"""
    return _losses.BCEWithLogitsLoss(weight, **options)(y, target)


def _array(x: _Any) -> _Any:
    return x.data if isinstance(x, _Tensor) else x


def _parameter(who: str, name: str, x: _Any) -> _Parameter:
    """A Parameter itself; what takes no gradient as a frozen one."""
    if isinstance(x, _Parameter):
        return x
    if isinstance(x, _Tensor) and x.requires_grad:
        raise TypeError(f"{who} got a {name} that is computed, not a Parameter")
    return _Parameter(_array(x), trainable=False)


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
