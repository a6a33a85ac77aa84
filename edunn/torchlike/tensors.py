"""torch.zeros, torch.cat, torch.max ...: new Tensors, and NumPy's functions in PyTorch's words."""

from collections.abc import Sequence as _Sequence
from typing import Any as _Any

import numpy as _numpy

from edunn.backend import default_dtype as _default_dtype
from edunn.backend import generator as _generator
from edunn.backend import to as _to
from edunn.core import Tensor as _Tensor
from edunn.operators import as_tuple as _as_tuple
from edunn.tensor_words import Ordered as _Ordered
from edunn.torchlike.functional import relu, sigmoid, softmax, tanh

_np: _Any = _numpy  # whose own types know arrays only, and these are calls with Tensors

__all__ = [
    "abs", "add", "all", "allclose", "any", "arange", "argmax", "argmin", "argsort",
    "as_tensor", "bmm", "cat", "ceil", "chunk", "clamp", "clip", "concat", "concatenate", "cos",
    "cumsum", "device", "div", "dot", "einsum", "empty", "empty_like", "eq", "equal", "exp",
    "expm1", "eye", "flatten", "flip", "floor", "from_numpy", "full", "full_like", "gather",
    "ge", "gt", "hstack", "index_select", "is_tensor", "isclose", "isfinite", "isinf", "isnan",
    "le", "linspace", "log", "log1p", "logsumexp", "lt", "masked_fill", "matmul", "max",
    "maximum", "mean", "min", "minimum", "mm", "mul", "ne", "neg", "nonzero", "norm", "numel",
    "ones", "ones_like", "outer", "permute", "pow", "prod", "rand", "rand_like", "randint",
    "randn", "randn_like", "randperm", "reciprocal", "relu", "reshape", "round", "rsqrt",
    "sigmoid", "sign", "sin", "softmax", "sort", "split", "sqrt", "square", "squeeze", "stack",
    "std", "sub", "sum", "swapaxes", "t", "tanh", "tensor", "topk", "transpose", "tril", "triu",
    "unbind", "unsqueeze", "var", "vstack", "where", "zeros", "zeros_like",
]  # fmt: skip


# Making Tensors: dtype, device and requires_grad may be given to each


def tensor(data: _Any, dtype: _Any = None, requires_grad: bool = False, **where: _Any) -> _Tensor:
    """A Tensor of numbers in lists: whole numbers stay whole, others are of the default dtype."""
    if isinstance(data, (list, tuple)):
        _Tensor(data)  # refuses words, uneven rows, and Tensors that would be cut off
    array = _np.array(_array(data))
    kind = dtype or (_default_dtype() if array.dtype.kind == "f" else array.dtype)
    return _made(array, kind, requires_grad, **where)


def from_numpy(array: _Any) -> _Tensor:
    """A Tensor of an array, which it shares."""
    return _Tensor(array)


def as_tensor(data: _Any, dtype: _Any = None) -> _Tensor:
    """A Tensor itself, or one that shares an array; numbers in lists as `tensor` takes them."""
    if dtype is None and isinstance(data, _Tensor):
        return data
    return from_numpy(data) if dtype is None and hasattr(data, "shape") else tensor(data, dtype)


def randn(*shape: _Any, size: _Any = None, **options: _Any) -> _Tensor:
    """A Tensor of normal numbers with mean 0 and deviation 1: randn(2, 3) or randn((2, 3))."""
    return _made(_generator().normal(size=_shape(shape, size)), **options)


def rand(*shape: _Any, size: _Any = None, **options: _Any) -> _Tensor:
    """A Tensor of numbers that are equally likely anywhere from 0 to 1."""
    return _made(_generator().random(_shape(shape, size)), **options)


def randint(low: int, high: _Any = None, size: _Any = None, **options: _Any) -> _Tensor:
    """A Tensor of whole numbers from low to below high; randint(high, size) starts at 0."""
    if size is None or not isinstance(high, int):
        low, high, size = 0, low, high if size is None else size
    if size is None:
        raise TypeError(f"randint({low}, {high}) got no size, as in randint(0, 10, (2, 3))")
    numbers = _generator().integers(low, high, _shape((), size))
    return _made(numbers, **{"dtype": _np.int64} | options)


def randperm(n: int) -> _Tensor:
    """The whole numbers from 0 to n - 1 in some order."""
    return _Tensor(_generator().permutation(n))


def zeros(*shape: _Any, size: _Any = None, **options: _Any) -> _Tensor:
    """A Tensor of zeros."""
    return _made(_np.zeros(_shape(shape, size)), **options)


def ones(*shape: _Any, size: _Any = None, **options: _Any) -> _Tensor:
    """A Tensor of ones."""
    return _made(_np.ones(_shape(shape, size)), **options)


def full(shape: _Any, fill_value: _Any, **options: _Any) -> _Tensor:
    """A Tensor that holds one number everywhere."""
    return tensor(_np.full(_shape((shape,)), fill_value), **options)


def eye(n: int, m: int | None = None, **options: _Any) -> _Tensor:
    """A matrix with ones on its diagonal, and zeros elsewhere."""
    return _made(_np.eye(n, m), **options)


def arange(*range: _Any, **options: _Any) -> _Tensor:
    """The numbers from the first (or 0) to below the second, in steps of the third (or 1)."""
    return tensor(_np.arange(*range), **options)


def linspace(start: float, end: float, steps: int, **options: _Any) -> _Tensor:
    """`steps` numbers from start to end, both among them."""
    return _made(_np.linspace(start, end, steps), **options)


def zeros_like(x: _Any, **options: _Any) -> _Tensor:
    """Zeros of the shape, dtype and device of x."""
    return _made(_np.zeros_like(_array(x)), **{"dtype": x.dtype} | options)


def ones_like(x: _Any, **options: _Any) -> _Tensor:
    """Ones of the shape, dtype and device of x."""
    return _made(_np.ones_like(_array(x)), **{"dtype": x.dtype} | options)


def full_like(x: _Any, fill_value: _Any, **options: _Any) -> _Tensor:
    """One number everywhere, in the shape, dtype and device of x."""
    return _made(_np.full_like(_array(x), fill_value), **{"dtype": x.dtype} | options)


def rand_like(x: _Any, **options: _Any) -> _Tensor:
    """`rand` in the shape, dtype and device of x."""
    return _made(_np.asarray(rand(size=x.shape), like=_array(x)), **{"dtype": x.dtype} | options)


def randn_like(x: _Any, **options: _Any) -> _Tensor:
    """`randn` in the shape, dtype and device of x."""
    return _made(_np.asarray(randn(size=x.shape), like=_array(x)), **{"dtype": x.dtype} | options)


# NumPy's functions, which take Tensors and arrays


# fmt: off
def abs(x: _Any) -> _Any:
    """|x|, number by number."""
    return _np.abs(x)


def exp(x: _Any) -> _Any:
    """exp(x), number by number."""
    return _np.exp(x)


def log(x: _Any) -> _Any:
    """The natural logarithm, number by number."""
    return _np.log(x)


def sqrt(x: _Any) -> _Any:
    """The square root, number by number."""
    return _np.sqrt(x)


def sin(x: _Any) -> _Any:
    """The sine, number by number."""
    return _np.sin(x)


def cos(x: _Any) -> _Any:
    """The cosine, number by number."""
    return _np.cos(x)


def pow(x: _Any, exponent: _Any) -> _Any:
    """x ** exponent, number by number."""
    return _np.power(x, exponent)


def matmul(a: _Any, b: _Any) -> _Any:
    """a @ b"""
    return _np.matmul(a, b)


mm = bmm = matmul


def maximum(a: _Any, b: _Any) -> _Any:
    """The larger of a and b, number by number."""
    return _np.maximum(a, b)


def minimum(a: _Any, b: _Any) -> _Any:
    """The smaller of a and b, number by number."""
    return _np.minimum(a, b)


def clamp(x: _Any, min: float | None = None, max: float | None = None) -> _Any:
    """x, but no number below min or above max."""
    return _np.clip(x, min, max)


def where(condition: _Any, a: _Any, b: _Any) -> _Any:
    """a where the condition is true, else b."""
    return _np.where(condition, a, b)


def sum(x: _Any, dim: _Any = None, keepdim: bool = False) -> _Any:
    """The sum over `dim`, or of all."""
    return _np.sum(x, axis=dim, keepdims=keepdim)


def mean(x: _Any, dim: _Any = None, keepdim: bool = False) -> _Any:
    """The mean over `dim`, or of all."""
    return _np.mean(x, axis=dim, keepdims=keepdim)


def argmax(x: _Any, dim: int | None = None, keepdim: bool = False) -> _Any:
    """Where the largest number is, along `dim`."""
    return _np.argmax(x, axis=dim, keepdims=keepdim)


def cat(tensors: _Sequence[_Any], dim: int = 0) -> _Any:
    """Tensors one after another along an axis that they have."""
    return _np.concatenate(tensors, axis=dim)


def stack(tensors: _Sequence[_Any], dim: int = 0) -> _Any:
    """Tensors of one shape side by side along a new axis."""
    return _np.stack(tensors, axis=dim)


def einsum(equation: str, *operands: _Any) -> _Any:
    """np.einsum: products summed over the letters that the result has not."""
    return _np.einsum(equation, *_as_tuple(operands))


def reshape(x: _Any, shape: _Any) -> _Any:
    """The same numbers in another shape."""
    return _np.reshape(x, shape)


def squeeze(x: _Any, dim: int | None = None) -> _Any:
    """x without the axes of size 1, or without the one axis `dim`."""
    return _np.squeeze(x, axis=dim)


def flatten(x: _Tensor, start_dim: int = 0, end_dim: int = -1) -> _Any:
    """The axes from start_dim to end_dim as one."""
    return x.flatten(start_dim, end_dim)


def unsqueeze(x: _Tensor, dim: int) -> _Any:
    """A new axis of size 1, which becomes axis `dim`."""
    return x.unsqueeze(dim)


def transpose(x: _Tensor, dim0: int, dim1: int) -> _Any:
    """Two axes swapped."""
    return x.transpose(dim0, dim1)


def permute(x: _Tensor, dims: _Sequence[int]) -> _Any:
    """The axes in another order."""
    return x.permute(*dims)
# fmt: on


def max(x: _Any, dim: _Any = None, keepdim: bool = False) -> _Any:
    """The largest number of x; along an axis `dim`, (values, indices); max(a, b) is maximum."""
    return _extreme(_np.max, _np.argmax, _np.maximum, x, dim, keepdim)


def min(x: _Any, dim: _Any = None, keepdim: bool = False) -> _Any:
    """The smallest number of x; along an axis `dim`, (values, indices); min(a, b) is minimum."""
    return _extreme(_np.min, _np.argmin, _np.minimum, x, dim, keepdim)


def var(x: _Any, dim: _Any = None, unbiased: bool = True, keepdim: bool = False) -> _Any:
    """The variance over `dim`, or of all: a sum divided by n - 1, or by n if not unbiased."""
    return _np.var(x, axis=dim, ddof=int(unbiased), keepdims=keepdim)


def std(x: _Any, dim: _Any = None, unbiased: bool = True, keepdim: bool = False) -> _Any:
    """The square root of `var`."""
    return _np.std(x, axis=dim, ddof=int(unbiased), keepdims=keepdim)


def hstack(tensors: _Sequence[_Any]) -> _Any:
    """Tensors side by side: along axis 1, or the one axis that they have."""
    return cat(tensors, dim=min([1, tensors[0].ndim - 1]))


def vstack(tensors: _Sequence[_Any]) -> _Any:
    """Tensors below each other; vectors become rows."""
    return cat([x if x.ndim > 1 else _np.expand_dims(x, 0) for x in tensors])


def isclose(a: _Any, b: _Any, rtol: float = 1e-5, atol: float = 1e-8) -> _Any:
    """Where a and b differ by at most atol + rtol |b|."""
    return _np.isclose(a, b, rtol, atol)


def equal(a: _Any, b: _Any) -> bool:
    """Whether a and b have one shape and the same numbers."""
    return _np.array_equal(_array(a), _array(b))


def allclose(a: _Any, b: _Any, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    """Whether all numbers of a and b differ by at most atol + rtol |b|."""
    return bool(_np.allclose(_array(a), _array(b), rtol=rtol, atol=atol))


def is_tensor(x: object) -> bool:
    """Whether x is a Tensor or Parameter."""
    return isinstance(x, _Tensor)


def device(name: str) -> str:
    """'cpu', 'cuda' or 'cuda:1': for .to(device)."""
    return name


def _method(name: str, says: str = "") -> _Any:
    """f(x, ...), which calls x.f(...); its docstring is that of the method, or `says`."""

    def function(x: _Any, *inputs: _Any, **options: _Any) -> _Any:
        return getattr(x if isinstance(x, _Tensor) else _Tensor(x), name)(*inputs, **options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = says or getattr(_Tensor, name).__doc__
    return function


add, sub = _method("add", "x + other"), _method("sub", "x - other")
mul, div = _method("mul", "x * other"), _method("div", "x / other")
neg, square = _method("neg", "-x, number by number"), _method("square", "x * x")
rsqrt, reciprocal = _method("rsqrt", "1 / sqrt(x)"), _method("reciprocal", "1 / x")
log1p = _method("log1p", "log(1 + x), exact also where x is near 0")
expm1 = _method("expm1", "exp(x) - 1, exact also where x is near 0")
ne, lt, le = _method("ne", "x != other"), _method("lt", "x < other"), _method("le", "x <= other")
gt, ge = _method("gt", "x > other"), _method("ge", "x >= other")
isnan, isinf = _method("isnan", "where x is NaN"), _method("isinf", "where x is infinite")
isfinite = _method("isfinite", "where x is neither NaN nor infinite")
sign = _method("sign", "-1, 0 or 1: the sign of each number; takes no gradient")
floor = _method("floor", "the next whole number below; takes no gradient")
ceil = _method("ceil", "the next whole number above; takes no gradient")
round = _method("round", "the nearest whole number; takes no gradient")
tril = _method("tril", "a matrix with zeros above its diagonal")
triu = _method("triu", "a matrix with zeros below its diagonal")
dot = _method("dot", "the sum of the products of two vectors")
all, any, argmin, argsort, sort = map(_method, ["all", "any", "argmin", "argsort", "sort"])
topk, nonzero, norm, logsumexp = map(_method, ["topk", "nonzero", "norm", "logsumexp"])
prod, cumsum, outer, t, eq = map(_method, ["prod", "cumsum", "outer", "t", "eq"])
flip, swapaxes, numel, unbind = map(_method, ["flip", "swapaxes", "numel", "unbind"])
gather, index_select, masked_fill = map(_method, ["gather", "index_select", "masked_fill"])
split, chunk = map(_method, ["split", "chunk"])
concat = concatenate = cat
empty, empty_like, clip = zeros, zeros_like, clamp


def _extreme(value: _Any, place: _Any, both: _Any, x: _Any, dim: _Any, keepdim: bool) -> _Any:
    if dim is None:
        return value(x)
    if hasattr(dim, "shape"):
        return both(x, dim)
    places = place(_array(x), axis=dim, keepdims=keepdim)
    values = value(x, axis=dim, keepdims=keepdim)
    return _Ordered(values, _Tensor(places) if isinstance(x, _Tensor) else places)


def _array(x: _Any) -> _Any:
    return x.data if isinstance(x, _Tensor) else x


def _shape(sizes: _Any, size: _Any = None) -> tuple[int, ...]:
    """(2, 3) for zeros(2, 3), zeros((2, 3)) and zeros(size=(2, 3))."""
    if size is not None:
        if sizes:
            raise TypeError(f"a new Tensor got the sizes {sizes} and size={size}, not one of them")
        sizes = size if isinstance(size, (tuple, list)) else (size,)
    one = len(sizes) == 1 and isinstance(sizes[0], (tuple, list))
    return tuple(sizes[0]) if one else sizes


def _made(
    array: _Any, dtype: _Any = None, requires_grad: bool = False, device: str | None = None
) -> _Tensor:
    """A Tensor of new numbers, which may be given a dtype, and a device to be on."""
    kind = dtype or (_default_dtype() if array.dtype.kind == "f" else array.dtype)
    array = array.astype(kind)
    return _Tensor(array if device is None else _to(array, device), requires_grad)
