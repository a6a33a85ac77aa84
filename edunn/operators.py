"""How a Tensor is used like an array: each operator and method calls one function of NumPy.

`a + b` is `np.add(a, b)`. NumPy sees a Tensor among the inputs and hands the call back to it (see
`core.Tensor.__array_ufunc__`), which finds the module that computes and differentiates np.add.
"""

import operator

import numpy as np


class Operators:
    """The operators and methods of Tensor, whose array is `self.data`."""

    # fmt: off
    def __add__(self, other):       return np.add(self, other)
    def __radd__(self, other):      return np.add(other, self)
    def __sub__(self, other):       return np.subtract(self, other)
    def __rsub__(self, other):      return np.subtract(other, self)
    def __mul__(self, other):       return np.multiply(self, other)
    def __rmul__(self, other):      return np.multiply(other, self)
    def __truediv__(self, other):   return np.divide(self, other)
    def __rtruediv__(self, other):  return np.divide(other, self)
    def __matmul__(self, other):    return np.matmul(self, other)
    def __rmatmul__(self, other):   return np.matmul(other, self)
    def __pow__(self, power):       return np.power(self, power)
    def __neg__(self):              return np.negative(self)

    def __eq__(self, other):        return np.equal(self, other)
    def __ne__(self, other):        return np.not_equal(self, other)
    def __lt__(self, other):        return np.less(self, other)
    def __le__(self, other):        return np.less_equal(self, other)
    def __gt__(self, other):        return np.greater(self, other)
    def __ge__(self, other):        return np.greater_equal(self, other)
    __hash__ = object.__hash__      # by identity: the tape looks tensors up

    def exp(self):                  return np.exp(self)
    def log(self):                  return np.log(self)
    def sqrt(self):                 return np.sqrt(self)
    def tanh(self):                 return np.tanh(self)
    def abs(self):                  return np.abs(self)
    def maximum(self, other):       return np.maximum(self, other)
    # fmt: on

    def sum(self, axis=None, keepdims=False, **words):
        """The sum over `axis`, or all; PyTorch's words dim and keepdim mean the same."""
        return np.sum(self, **_reduction(axis, keepdims, **words))

    def mean(self, axis=None, keepdims=False, **words):
        """The mean over `axis`, or all."""
        return np.mean(self, **_reduction(axis, keepdims, **words))

    def max(self, axis=None, keepdims=False, **words):
        """The largest number over `axis`, or of all."""
        return np.max(self, **_reduction(axis, keepdims, **words))

    def argmax(self, axis=None, keepdims=False, **words):
        """Where the largest number is, along `axis`; takes no gradient."""
        return np.argmax(self, **_reduction(axis, keepdims, **words))

    def eq(self, other):
        """Where the numbers are equal; takes no gradient."""
        return np.equal(self, other)

    def view_as(self, other):
        """The same numbers in the shape of another tensor."""
        return np.reshape(self, other.shape)

    def __getitem__(self, key):
        return self.__array_function__(operator.getitem, (), (self, key), {})

    def reshape(self, *shape):
        """The same numbers in another shape: reshape(2, 3) or reshape((2, 3)); -1 is worked out."""
        return np.reshape(self, shape[0] if isinstance(shape[0], tuple) else shape)

    view = reshape

    def transpose(self, *axes):
        """The axes in another order; without any, in reverse."""
        return np.transpose(self, axes or None)

    @property
    def T(self):
        return np.transpose(self)

    @property
    def shape(self):
        return tuple(self.data.shape)

    @property
    def dtype(self):
        return self.data.dtype

    @property
    def ndim(self):
        return self.data.ndim

    @property
    def size(self):
        return self.data.size

    def numel(self):
        """How many numbers there are."""
        return self.data.size

    def item(self):
        """The one number of a tensor that holds just one, as a Python number."""
        if self.data.size != 1:
            raise ValueError(f"item() takes one number, but this tensor has shape {self.shape}")
        return self.data.item()

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __bool__(self):
        return bool(self.item())

    def __format__(self, spec):
        return format(self.item(), spec) if spec else str(self)

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a tensor that is a single number")
        return len(self.data)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __repr__(self):
        grad = ", requires_grad=True" if self.requires_grad else ""
        return f"{type(self).__name__}({self.numpy()!r}{grad})"


def _reduction(axis, keepdims, dim=None, keepdim=False):
    """The options of np.sum and its like, from NumPy's words and PyTorch's."""
    return {"axis": axis if dim is None else dim, "keepdims": keepdims or keepdim}
