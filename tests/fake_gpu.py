"""`cupy` without a GPU: NumPy computes, CuPy 14.2's refusals are kept.

An array here is not a NumPy array and never becomes one silently, as CuPy's does not. Strict: it
also refuses what CuPy would copy to the GPU behind one's back (index arrays, einsum's operands).
"""

import functools
import types

import numpy as np

IMPLICIT = "Implicit conversion to a NumPy array is not allowed. Please use `.get()` instead."
MOVES = {"asarray", "array", "asanyarray"}  # with like=, the way from the CPU to the GPU
JOINS = {"concatenate", "stack", "vstack", "hstack"}
MISSING = {
    "block", "vecdot", "matvec", "vecmat", "nditer", "ndenumerate", "frompyfunc", "insert",
    "nanpercentile", "ascontiguousarray", "assert_allclose",
    "ones", "full", "eye",  # with like=, the only way they come here
}  # fmt: skip
NO_OPTION = {
    "sum": {"where", "initial"}, "prod": {"where", "initial"}, "mean": {"where"}, "var": {"where"},
    "std": {"where"}, "max": {"where", "initial"}, "min": {"where", "initial"}, "any": {"where"},
    "all": {"where"}, "amax": {"where", "initial"}, "amin": {"where", "initial"}, "einsum": {"out"},
    "sliding_window_view": {"writeable"},
    "as_strided": {"subok", "writeable"},
}  # fmt: skip
CAN_SCATTER = {"add", "maximum", "minimum", "bitwise_and", "bitwise_or", "bitwise_xor"}
METHODS = """
all any argmax argmin argsort astype clip copy cumprod cumsum diagonal dot fill flatten max mean min
nonzero prod ravel repeat reshape round searchsorted sort squeeze std sum swapaxes take trace
transpose var
"""


def host(value, moves=False):
    """The NumPy value behind `value`; a NumPy array is refused, unless it is being moved."""
    if isinstance(value, FakeArray):
        return value.array
    if isinstance(value, np.ndarray) and not moves:
        raise TypeError(f"Unsupported type {np.ndarray}")
    if isinstance(value, (list, tuple)):
        return type(value)(host(item, moves) for item in value)
    return value


def device(result):
    """Results stay on the device; a full reduction is a 0-d array, never a NumPy scalar."""
    if isinstance(result, (np.ndarray, np.generic)):
        return FakeArray(result)
    if isinstance(result, (list, tuple)):
        return type(result)(device(item) for item in result)
    return result


def run(function, name, args, options):
    """`function` on the arrays behind the arguments, or the error that cupy.<name> would raise."""
    if name in MISSING:
        raise TypeError(f"no implementation found for 'numpy.{name}'")
    refused = NO_OPTION.get(name, set()) & options.keys()
    if refused:
        raise TypeError(f"{name}() got an unexpected keyword argument {min(refused)!r}")
    listed = args[0] if args and isinstance(args[0], (list, tuple)) else ()
    if name in JOINS and any(isinstance(item, list) for item in listed):
        raise TypeError(f"Unsupported type {list}")
    if name in MOVES and 0 < sum(isinstance(item, FakeArray) for item in listed) < len(listed):
        raise TypeError(IMPLICIT)
    out = options.get("out")
    moves = name in MOVES
    options = {key: host(value, moves) for key, value in options.items()}
    result = function(*host(tuple(args), moves), **options)
    if out is not None:
        return out[0] if isinstance(out, tuple) else out
    return device(np.asarray(result) if name in ("allclose", "array_equal") else result)


class FakeArray(np.lib.mixins.NDArrayOperatorsMixin):
    __hash__ = None
    __array_priority__ = 100
    device = types.SimpleNamespace(id=0)

    def __init__(self, array):
        self.array = np.asarray(array)
        if self.array.dtype.kind not in "biufc":
            raise ValueError(f"Unsupported dtype {self.array.dtype}")

    def __array__(self, dtype=None, copy=None):
        raise TypeError(IMPLICIT)

    def get(self):
        return self.array.copy()

    def item(self):
        return self.array.item()

    def tolist(self):
        return self.array.tolist()

    def __deepcopy__(self, memo):
        return FakeArray(self.array.copy())

    def __len__(self):
        return len(self.array)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __float__(self):
        return float(self.array)

    def __int__(self):
        return int(self.array)

    def __bool__(self):
        return bool(self.array)

    def __format__(self, spec):
        return format(self.array, spec)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        name = ufunc.__name__
        if any(isinstance(value, (list, tuple, type(None))) for value in inputs):
            return NotImplemented
        if "where" in options:
            raise TypeError(f"Wrong arguments {{'where': ...}} for {name}")
        if method in ("reduce", "accumulate") and name not in ("add", "multiply"):
            raise NotImplementedError(f"`cupy_{name}.{method}` is not supported yet")
        if method == "at" and (name not in CAN_SCATTER or isinstance(inputs[1], (tuple, slice))):
            return NotImplemented
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        return run(function, name, inputs, options)

    def __array_function__(self, function, types, args, options):
        return run(function, function.__name__, args, options)

    def wrapped(self, key):
        """On the GPU, an integer array used as an index wraps around instead of raising."""
        key = host(key)
        if isinstance(key, np.ndarray) and key.dtype.kind in "iu":
            return key % len(self.array)
        return key

    def __getitem__(self, key):
        return FakeArray(self.array[self.wrapped(key)])

    def __setitem__(self, key, value):
        if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        self.array[self.wrapped(key)] = host(value)

    def __getattr__(self, name):
        if name in ("shape", "dtype", "ndim", "size", "nbytes", "itemsize", "strides"):
            return getattr(self.array, name)
        if name == "T":
            return FakeArray(self.array.T)
        if name in METHODS.split():
            method = getattr(self.array, name)
            return lambda *args, **options: run(method, name, args, options)
        raise AttributeError(f"'ndarray' object has no attribute {name!r}")


class Device:
    """`with cupy.cuda.Device(0):`"""

    def __init__(self, number):
        if number != 0:
            raise ValueError(f"there is no device {number}")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


cupy = types.ModuleType("cupy")
cupy.ndarray = FakeArray
cupy.asarray = lambda x: FakeArray(np.array(host(x, moves=True)))
cupy.cuda = types.SimpleNamespace(is_available=lambda: True, Device=Device)
cupy.__getattr__ = lambda name: functools.partial(getattr(np, name), like=FakeArray(0))
