"""`cupy` without a GPU: NumPy computes, CuPy 14.2's refusals are kept.

An array here is not a NumPy array and never becomes one silently, as CuPy's does not. Strict: it
also refuses what CuPy would copy to the GPU behind one's back (index arrays, einsum's operands).

`launches` counts what would be started on a GPU, by name, and `transfers` what would be copied from
or to it: at least as many as here, as CuPy may take several for one call. Views cost nothing.
"""

import collections
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


VIEWS = {
    "reshape", "transpose", "moveaxis", "swapaxes", "ravel", "squeeze", "expand_dims", "shape", "T",
    "diagonal", "broadcast_to", "split", "sliding_window_view", "as_strided", "empty_like", "ndim",
}  # fmt: skip
launches, transfers = collections.Counter(), collections.Counter()


def count_indexing(key, writes=None):
    """An array in an index is one launch more; several are first made one, of zeros to which each
    is added; and a number written there is first copied to the GPU
    (cupy/_core/_routines_indexing.pyx: _prepare_multiple_array_indexing, _scatter_op_single)."""
    parts = key if isinstance(key, tuple) else (key,)
    arrays = [part for part in parts if isinstance(part, (FakeArray, np.ndarray, list))]
    launches["index"] += len(arrays) + 1 if len(arrays) > 1 else 0
    launches["index"] += bool(arrays) or writes is not None
    if arrays and writes is not None and not isinstance(writes, FakeArray):
        transfers["a number written by index"] += 1


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
    if moves:
        transfers["to the GPU"] += not any(isinstance(value, FakeArray) for value in args)
    elif name not in VIEWS:
        launches[name] += 1
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
        transfers["to the CPU"] += 1
        return self.array.copy()

    def item(self):
        return self.get().item()

    def tolist(self):
        return self.get().tolist()

    def __deepcopy__(self, memo):
        return FakeArray(self.array.copy())

    def __len__(self):
        return len(self.array)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __float__(self):
        return float(self.get())

    def __int__(self):
        return int(self.get())

    def __bool__(self):
        return bool(self.get())

    def __format__(self, spec):
        return format(self.get(), spec)

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
        if method == "at":
            count_indexing(inputs[1], writes=inputs[2])
            launches["index"] -= 1  # it is what `run` counts
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
        count_indexing(key)
        return FakeArray(self.array[self.wrapped(key)])

    def __setitem__(self, key, value):
        if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        count_indexing(key, writes=value)
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


class Traced:
    """What fused lines see instead of an array or a number: cupy/_core/fusion.pyx. It has operators
    and CuPy's ufuncs, and nothing else; NumPy's own ufuncs refuse it."""

    __hash__ = None
    __array_ufunc__ = None

    def __init__(self, value):
        self.value = value

    dtype = property(lambda self: np.asarray(self.value).dtype)
    ndim = property(lambda self: np.ndim(self.value))

    def __bool__(self):
        raise TypeError("Can't cast to bool")


def traced(ufunc):
    """The ufunc on what fused lines see. What is made of numbers alone is a float64 that counts as
    one: call_ufunc makes no weak scalars."""

    def call(*inputs, out=None):
        values = [x.value if isinstance(x, Traced) else x for x in inputs]
        if any(isinstance(value, (FakeArray, np.ndarray)) and not isinstance(x, Traced)
               for x, value in zip(inputs, values)):  # fmt: skip
            raise TypeError("fused lines got an array that is none of their arguments")
        out = inputs[ufunc.nin] if len(inputs) > ufunc.nin else out
        values = values[: ufunc.nin]
        if out is None:
            return Traced(ufunc(*values))
        if not isinstance(out.value, np.ndarray):
            raise TypeError("return arrays must be of ArrayType")
        ufunc(*values, out=out.value)
        return out

    return call


for _name, _ufunc in {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power,
    "floordiv": np.floor_divide, "mod": np.remainder, "and": np.bitwise_and, "or": np.bitwise_or,
}.items():  # fmt: skip
    _call = traced(_ufunc)
    setattr(Traced, f"__{_name}__", lambda self, other, call=_call: call(self, other))
    setattr(Traced, f"__i{_name}__", lambda self, other, call=_call: call(self, other, out=self))
    if _name != "pow":
        setattr(Traced, f"__r{_name}__", lambda self, other, call=_call: call(other, self))
for _name, _ufunc in {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal,
    "ne": np.not_equal,
}.items():  # fmt: skip
    _call = traced(_ufunc)
    setattr(Traced, f"__{_name}__", lambda self, other, call=_call: call(self, other))
Traced.__neg__ = lambda self: traced(np.negative)(self)


def fuse(lines):
    """cupy.fuse, of lines of ufuncs alone: one launch. (CuPy's also takes a sum at the end.)"""

    @functools.wraps(lines)
    def kernel(*args):
        if any(isinstance(x, np.ndarray) for x in args):
            raise TypeError(f"Unsupported input type {np.ndarray}.")
        result = lines(*(x if x is None else Traced(host(x)) for x in args))
        launches[f"fused {lines.__name__.strip('_')}"] += 1
        if result is None or isinstance(result, Traced):
            return result if result is None else FakeArray(result.value)
        raise TypeError(f"Fusion function can't return {type(result)}")

    return kernel


def of_cupy(name):
    """cupy.<name>, of arrays there or, in fused lines, of what they see."""
    function = getattr(np, name)
    if not isinstance(function, np.ufunc):
        return functools.partial(function, like=FakeArray(0))

    def ufunc(*inputs, **options):
        is_traced = any(isinstance(x, Traced) for x in inputs)
        return (traced(function) if is_traced else function)(*inputs, **options)

    return ufunc


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
cupy.asarray = lambda x: run(np.array, "asarray", (x,), {})
cupy.cuda = types.SimpleNamespace(is_available=lambda: True, Device=Device)
cupy.fuse = fuse
cupy.__getattr__ = of_cupy
