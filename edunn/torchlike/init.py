"""torch.nn.init: new numbers for a Parameter, in place, drawn from edunn's generator.

A matrix is (inputs, outputs), as the w of a Linear; a convolution's weight is as in PyTorch.
"""

import math as _math
from typing import Any as _Any

from edunn import initializers as _initializers
from edunn.backend import device_of as _device_of
from edunn.backend import generator as _generator
from edunn.backend import to as _to
from edunn.core import Tensor as _Tensor
from edunn.inputs import check_choice as _check_choice
from edunn.pytorch_differences import refuse as _refuse

__all__ = [
    "calculate_gain", "constant_", "kaiming_normal_", "kaiming_uniform_", "normal_", "ones_",
    "uniform_", "xavier_normal_", "xavier_uniform_", "zeros_",
]  # fmt: skip

_GAINS = {
    "linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": _math.sqrt(2), "selu": 0.75,
}  # fmt: skip


def calculate_gain(nonlinearity: str, param: float = 0.01) -> float:
    """How much larger weights must be before this function; param: the slope of leaky_relu."""
    if nonlinearity == "leaky_relu":
        return _math.sqrt(2 / (1 + param**2))
    _check_choice("calculate_gain", nonlinearity, [*_GAINS, "leaky_relu"], "nonlinearity")
    return _GAINS[nonlinearity]


def constant_(tensor: _Tensor, val: float) -> _Tensor:
    """One number everywhere."""
    _array("constant_", tensor)[...] = val
    return tensor


def zeros_(tensor: _Tensor) -> _Tensor:
    """Zeros everywhere."""
    return constant_(tensor, 0.0)


def ones_(tensor: _Tensor) -> _Tensor:
    """Ones everywhere."""
    return constant_(tensor, 1.0)


def normal_(tensor: _Tensor, mean: float = 0.0, std: float = 1.0) -> _Tensor:
    """Normal numbers of this mean and deviation."""
    return _fill("normal_", tensor, _generator().normal(mean, std, tensor.shape))


def uniform_(tensor: _Tensor, a: float = 0.0, b: float = 1.0) -> _Tensor:
    """Numbers that are equally likely anywhere from a to b."""
    return _fill("uniform_", tensor, _generator().uniform(a, b, tensor.shape))


def xavier_normal_(tensor: _Tensor, gain: float = 1.0) -> _Tensor:
    """gain times what edunn's XavierNormal gives."""
    return _scaled("xavier_normal_", tensor, _initializers.XavierNormal(), gain)


def xavier_uniform_(tensor: _Tensor, gain: float = 1.0) -> _Tensor:
    """gain times what edunn's XavierUniform gives."""
    return _scaled("xavier_uniform_", tensor, _initializers.XavierUniform(), gain)


def kaiming_normal_(
    tensor: _Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> _Tensor:
    """What edunn's KaimingNormal gives, for another function than ReLU as well; a: see gain."""
    return _kaiming("kaiming_normal_", tensor, mode, calculate_gain(nonlinearity, a))


def kaiming_uniform_(
    tensor: _Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> _Tensor:
    """What edunn's KaimingUniform gives, for another function than ReLU as well; a: see gain."""
    return _kaiming("kaiming_uniform_", tensor, mode, calculate_gain(nonlinearity, a))


def _kaiming(who: str, tensor: _Tensor, mode: str, gain: float) -> _Tensor:
    _check_choice(who, mode, ("fan_in", "fan_out"), "mode")
    start = _initializers.KaimingNormal() if "normal" in who else _initializers.KaimingUniform()
    _array(who, tensor, matrix=True)
    if mode == "fan_out":
        inputs, outputs = _initializers._fans(tensor.shape)
        gain *= _math.sqrt(inputs / outputs)
    return _scaled(who, tensor, start, gain / _math.sqrt(2))


def _scaled(who: str, tensor: _Tensor, start: _Any, gain: float) -> _Tensor:
    _array(who, tensor, matrix=True)
    return _fill(who, tensor, gain * start(tensor.shape))


def _fill(who: str, tensor: _Tensor, values: _Any) -> _Tensor:
    array = _array(who, tensor)
    array[...] = _to(values.astype(array.dtype), _device_of(array))
    return tensor


def _array(who: str, tensor: _Tensor, matrix: bool = False) -> _Any:
    """The array of a tensor, which is written into."""
    array = tensor.data if isinstance(tensor, _Tensor) else tensor  # or .data, as it is here
    if not hasattr(array, "__array_function__"):
        raise TypeError(f"init.{who} got {type(tensor).__name__}, not a Parameter or Tensor")
    if matrix and tensor.ndim < 2:
        raise ValueError(f"init.{who} got shape {tensor.shape}, not (inputs, outputs)")
    return array


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
