"""How a Tensor is used like an array: each operator and method calls one function of NumPy.

`a + b` is `np.add(a, b)`. NumPy sees a Tensor among the inputs and hands the call back to it (see
`core.Tensor.__array_ufunc__`), which finds the module that computes and differentiates np.add.
"""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from edunn.backend import Array, Axis, Shape, to
from edunn.recording import is_recording

np: Any = numpy  # whose own types know arrays only, and these are calls with Tensors


class Operators:
    """The operators and methods of Tensor, whose array is `self.data`.

    What they give is a Tensor, unless they say that it is a number or a shape.
    """

    data: Array
    requires_grad: bool
    __array_function__: Callable[..., Any]
    grad: Array | None
    step: Any
    is_parameter = False

    # fmt: off
    def __add__(self, other: Any) -> Any:       return np.add(self, other)
    def __radd__(self, other: Any) -> Any:      return np.add(other, self)
    def __sub__(self, other: Any) -> Any:       return np.subtract(self, other)
    def __rsub__(self, other: Any) -> Any:      return np.subtract(other, self)
    def __mul__(self, other: Any) -> Any:       return np.multiply(self, other)
    def __rmul__(self, other: Any) -> Any:      return np.multiply(other, self)
    def __truediv__(self, other: Any) -> Any:   return np.divide(self, other)
    def __rtruediv__(self, other: Any) -> Any:  return np.divide(other, self)
    def __floordiv__(self, other: Any) -> Any:  return np.floor_divide(self, other)
    def __rfloordiv__(self, other: Any) -> Any: return np.floor_divide(other, self)
    def __mod__(self, other: Any) -> Any:       return np.remainder(self, other)
    def __rmod__(self, other: Any) -> Any:      return np.remainder(other, self)
    def __matmul__(self, other: Any) -> Any:    return np.matmul(self, other)
    def __rmatmul__(self, other: Any) -> Any:   return np.matmul(other, self)
    def __pow__(self, other: Any) -> Any:       return np.power(self, other)
    def __rpow__(self, other: Any) -> Any:      return np.power(other, self)
    def __neg__(self) -> Any:                   return np.negative(self)
    def __abs__(self) -> Any:                   return np.absolute(self)

    def __iadd__(self, other: Any) -> Any:      return self.change(np.add, other)
    def __isub__(self, other: Any) -> Any:      return self.change(np.subtract, other)
    def __imul__(self, other: Any) -> Any:      return self.change(np.multiply, other)
    def __itruediv__(self, other: Any) -> Any:  return self.change(np.divide, other)
    def __imatmul__(self, other: Any) -> Any:   return self.change(np.matmul, other)
    def __ipow__(self, power: Any) -> Any:    return self.change(np.power, power)

    def __eq__(self, other: Any) -> Any:        return np.equal(self, other)
    def __ne__(self, other: Any) -> Any:        return np.not_equal(self, other)
    def __lt__(self, other: Any) -> Any:        return np.less(self, other)
    def __le__(self, other: Any) -> Any:        return np.less_equal(self, other)
    def __gt__(self, other: Any) -> Any:        return np.greater(self, other)
    def __ge__(self, other: Any) -> Any:        return np.greater_equal(self, other)
    def __invert__(self) -> Any:                return np.invert(self)
    def __and__(self, other: Any) -> Any:       return np.bitwise_and(self, other)
    def __rand__(self, other: Any) -> Any:      return np.bitwise_and(other, self)
    def __or__(self, other: Any) -> Any:        return np.bitwise_or(self, other)
    def __ror__(self, other: Any) -> Any:       return np.bitwise_or(other, self)
    def __xor__(self, other: Any) -> Any:       return np.bitwise_xor(self, other)
    __hash__ = object.__hash__  # by identity: the tape looks tensors up

    def exp(self) -> Any:                       return np.exp(self)
    def log(self) -> Any:                       return np.log(self)
    def sqrt(self) -> Any:                      return np.sqrt(self)
    def tanh(self) -> Any:                      return np.tanh(self)
    def abs(self) -> Any:                       return np.abs(self)
    def sin(self) -> Any:                       return np.sin(self)
    def cos(self) -> Any:                       return np.cos(self)
    def log1p(self) -> Any:                     return np.log1p(self)
    def expm1(self) -> Any:                     return np.expm1(self)
    def maximum(self, other: Any) -> Any:       return np.maximum(self, other)
    def minimum(self, other: Any) -> Any:       return np.minimum(self, other)
    def dot(self, other: Any) -> Any:           return np.dot(self, other)
    # fmt: on

    def change(self, function: Any, other: Any) -> Any:
        """`a += b` and its like, where `function` is np.add.

        Under no_tape it is done in a's own array: so a Parameter is trained by hand. What the tape
        records makes another Tensor, of which backward knows, as in `total += loss`; but for a
        Parameter, and a leaf that has its gradient, that would train nothing, and is refused."""
        taken = self.requires_grad or getattr(other, "requires_grad", False)
        if is_recording() and taken:
            if self.is_parameter or (self.step is None and self.grad is not None):
                name = type(self).__name__
                raise ValueError(f"{name} got a += or its like: write `with no_tape():` around it")
            return function(self, other)
        number = other.data if isinstance(other, Operators) else other
        new = np.asarray(function(self.data, number), like=self.data)
        if new.shape != self.shape or not np.can_cast(new.dtype, self.dtype, "same_kind"):
            got, have = f"{new.shape} of {new.dtype}", f"{self.shape} of {self.dtype}"
            raise ValueError(f"a += or its like got numbers of shape {got}: they do not fit {have}")
        if is_recording():
            self.data = new  # the old array may be in the cache of what ran before
        else:
            self.data[...] = new
        return self

    def sum(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """The sum over `axis`, or all; PyTorch's words dim and keepdim mean the same."""
        return np.sum(self, **_reduction(axis, keepdims, **words))

    def mean(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """The mean over `axis`, or all."""
        return np.mean(self, **_reduction(axis, keepdims, **words))

    def max(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """The largest number over `axis`, or of all."""
        return np.max(self, **_reduction(axis, keepdims, **words))

    def min(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """The smallest number over `axis`, or of all."""
        return np.min(self, **_reduction(axis, keepdims, **words))

    def prod(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """The product over `axis`, or of all."""
        return np.prod(self, **_reduction(axis, keepdims, **words))

    def var(self, axis: Axis = None, ddof: float = 0, keepdims: bool = False, **words: Any) -> Any:
        """The variance over `axis`: a sum divided by n - ddof. PyTorch's own ddof is 1, not 0."""
        return np.var(self, ddof=ddof, **_reduction(axis, keepdims, **words))

    def std(self, axis: Axis = None, ddof: float = 0, keepdims: bool = False, **words: Any) -> Any:
        """The square root of `var`."""
        return np.std(self, ddof=ddof, **_reduction(axis, keepdims, **words))

    def cumsum(self, axis: int | None = None, dim: int | None = None) -> Any:
        """The sum of each number and those before it along `axis`."""
        return np.cumsum(self, axis=axis if dim is None else dim)

    def clip(self, min: Any = None, max: Any = None) -> Any:
        """The numbers, none below `min` and none above `max`; None is no bound."""
        return np.clip(self, min, max)

    def argmax(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """Where the largest number is, along `axis`; takes no gradient."""
        return np.argmax(self, **_reduction(axis, keepdims, **words))

    def argmin(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """Where the smallest number is, along `axis`; takes no gradient."""
        return np.argmin(self, **_reduction(axis, keepdims, **words))

    def all(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """Whether all numbers are true, over `axis`, or all; takes no gradient."""
        return np.all(self, **_reduction(axis, keepdims, **words))

    def any(self, axis: Axis = None, keepdims: bool = False, **words: Any) -> Any:
        """Whether any number is true, over `axis`, or of all; takes no gradient."""
        return np.any(self, **_reduction(axis, keepdims, **words))

    def eq(self, other: Any) -> Any:
        """Where the numbers are equal; takes no gradient."""
        return np.equal(self, other)

    def view_as(self, other: Any) -> Any:
        """The same numbers in the shape of another tensor."""
        return np.reshape(self, other.shape)

    def __getitem__(self, key: Any) -> Any:
        return self.__array_function__(operator.getitem, (), (self, key), {})

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "tensor[key] = value is not recorded: use np.where(condition, value, tensor), or write "
            "into the array, tensor.data[key] = value, outside of the tape"
        )

    def squeeze(self, axis: Axis = None, dim: Axis = None) -> Any:
        """The same numbers without those axes of `axis`, or all, that have size 1."""
        return np.squeeze(self, axis if dim is None else dim)

    def reshape(self, *shape: Any) -> Any:
        """The same numbers in another shape: reshape(2, 3) or reshape((2, 3)); -1 is worked out."""
        return np.reshape(self, as_tuple(shape))

    view = reshape

    def transpose(self, *axes: int) -> Any:
        """The axes in another order; without any, in reverse."""
        return np.transpose(self, axes or None)

    @property
    def T(self) -> Any:
        return np.transpose(self)

    @property
    def shape(self) -> Shape:
        return tuple(self.data.shape)

    @property
    def dtype(self) -> numpy.dtype:
        return self.data.dtype

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    def numel(self) -> int:
        """How many numbers there are."""
        return self.data.size

    def item(self) -> Any:
        """The one number of a tensor that holds just one, as a Python number."""
        if self.data.size != 1:
            but = f"but this tensor has shape {self.shape}; so do float(), int() and if"
            raise ValueError(f"item() takes one number, {but}")
        return self.data.item()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return operator.index(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a tensor that is a single number")
        return len(self.data)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        grad = ", requires_grad=True" if self.requires_grad else ""
        return f"{type(self).__name__}({to(self.data, 'cpu')!r}{grad})"


def as_tuple(numbers: Any) -> Any:
    """(1, 2) for f(1, 2), f((1, 2)) and f([1, 2])."""
    one = len(numbers) == 1 and isinstance(numbers[0], (tuple, list))
    return tuple(numbers[0]) if one else numbers


def _reduction(
    axis: Axis, keepdims: bool, dim: Axis = None, keepdim: bool = False, **unknown: Any
) -> dict[str, Any]:
    """The options of np.sum and its like, from NumPy's words and PyTorch's."""
    if unknown:
        raise TypeError(f"sum, mean or its like got {', '.join(unknown)}, not axis, keepdims, dim "
                        "or keepdim")  # fmt: skip
    return {"axis": axis if dim is None else dim, "keepdims": keepdims or keepdim}
