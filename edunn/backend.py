"""Where arrays live, which numbers they hold, and where random numbers come from.

NumPy on the CPU, CuPy on a GPU. The only file that names CuPy: everywhere else plain `np.` is
enough, because NumPy hands a call over to CuPy when it is given CuPy's arrays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, wraps
from types import FunctionType
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any  # np.ndarray or cupy.ndarray
Shape: TypeAlias = tuple[int, ...]
Axis: TypeAlias = int | Shape | None  # what is summed over: None for all axes


class DeviceError(TypeError):
    """A device that is not there, or arrays of one computation on different devices."""


def array_of(data: Any) -> Array:
    """`data` itself if it is an array; else an array of its numbers: of their own type, for NumPy's
    scalars and what other libraries hold, and of the default dtype for Python's numbers."""
    if type(data) is np.ndarray or hasattr(data, "__array_function__"):
        if data.dtype.kind not in "fiub":
            raise TypeError(f"Tensor got an array of dtype {data.dtype}, not numbers")
        return data
    if isinstance(data, (list, tuple)) and _takes_gradient(data):
        raise TypeError("Tensor got Tensors in a list: join them by np.stack, or take .data")
    try:
        array = np.asarray(data)
    except (TypeError, ValueError):  # rows of unequal lengths
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"Tensor got {type(data).__name__}, not an array or numbers in even rows")
    return array if hasattr(data, "dtype") else array.astype(_dtype, copy=False)


def operand(x: Any) -> Any:
    """What stands beside a Tensor in a call of NumPy's: a list of numbers as an array."""
    return np.asarray(x) if isinstance(x, (list, tuple)) else x


def _takes_gradient(data: Any) -> bool:
    """Whether lists in lists hold a Tensor that takes a gradient, which would be cut off."""
    if isinstance(data, (list, tuple)):
        return any(map(_takes_gradient, data))
    return getattr(data, "requires_grad", False)


def device_of(x: Array) -> str:
    """'cpu', or 'cuda:0' for an array in the memory of the first GPU."""
    cupy = sys.modules.get("cupy")  # until somebody imports it, no array can be one of CuPy's
    return f"cuda:{x.device.id}" if cupy is not None and isinstance(x, cupy.ndarray) else "cpu"


def to(x: Array, device: str) -> Array:
    """`x` on `device`, which is 'cpu', 'cuda' or 'cuda:1'; `x` itself if it is already there, or
    None."""
    kind, _, number = str(device).partition(":")
    if kind not in ("cpu", "cuda") or not (number or "0").isdecimal():
        raise DeviceError(f"to(x, device) got device {device!r}, not 'cpu', 'cuda' or 'cuda:1'")
    if x is None:
        return None
    if kind == "cpu":
        return np.asarray(x) if device_of(x) == "cpu" else x.get()
    try:
        import cupy
    except ImportError:
        raise DeviceError(
            f"device {device!r} needs CuPy: pip install 'cupy-cuda13x[ctk]', or stay on 'cpu'"
        ) from None
    if not cupy.cuda.is_available():
        raise DeviceError(f"device {device!r}: CuPy finds no NVIDIA GPU and driver; see nvidia-smi")
    with cupy.cuda.Device(int(number or 0)):
        return cupy.asarray(x)


def fused(lines: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of arrays one launch where its first argument is an array of CuPy's; anywhere
    else it runs as it is written.

    lines: each number of its results depends on the numbers at the same place (or broadcast there):
    operators, also in place, and np.sqrt and its like, with out= where that saves memory. No sums,
    products of matrices, shapes or indices. Arguments may be None, which the lines may ask for;
    other numbers take part in no `if`, and what is computed of numbers alone is handed in, as it
    counts as float64 there. All that they call is np's.

    CuPy's fuse runs the lines once for each combination of dtypes, on stand-ins that write down
    the operations, and compiles them into an ElementwiseKernel (cupy/_core/fusion.pyx,
    https://docs.cupy.dev/en/stable/user_guide/kernel.html#kernel-fusion).
    """

    @wraps(lines)
    def run(first: Any, *more: Any) -> Any:
        if type(first) is np.ndarray or device_of(first) == "cpu":
            return lines(first, *more)
        args = [x.item() if isinstance(x, np.generic) else x for x in (first, *more)]
        return _one_kernel(lines, sys.modules["cupy"])(*args)

    return run


@cache
def _one_kernel(lines: Any, cupy: Any) -> Any:
    """The same lines, fused; np is CuPy in them, as NumPy knows nothing of its stand-ins."""
    same = FunctionType(lines.__code__, {**lines.__globals__, "np": cupy}, lines.__name__)
    return cupy.fuse(same)


_dtype = np.dtype(np.float32)
_generator: np.random.Generator | None = None  # made when first asked for: it takes long to import


def default_dtype() -> np.dtype:
    """The type of new parameters, and of Tensors made from Python numbers: float32 at first."""
    return _dtype


def set_default_dtype(dtype: Any) -> None:
    """Make `dtype`, np.float32 or np.float64, the type of all parameters created from now on."""
    global _dtype
    if np.dtype(dtype) not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise TypeError(f"set_default_dtype got {dtype!r}, not np.float32 or np.float64")
    _dtype = np.dtype(dtype)


def generator() -> np.random.Generator:
    """The one source of randomness: weights, shuffles, dropout. It draws on the CPU, so that a
    seed means the same numbers on every device."""
    if _generator is None:
        manual_seed(0)
    return _generator  # type: ignore[return-value]


def manual_seed(seed: int) -> None:
    """Start the random numbers anew: what follows is the same after the same seed."""
    global _generator
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"manual_seed got {seed!r}, not a whole number from 0 up")
    _generator = np.random.default_rng(int(seed))
