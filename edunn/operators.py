"""What a Tensor does when it is used like an array: it calls NumPy, and NumPy calls it back.

`a + b` is `np.add(a, b)`; NumPy sees a Tensor among the inputs and hands the call to its
`__array_ufunc__`, which looks up in RULES the module that differentiates np.add: see ops.py.
"""

import numpy as np

RULES = {}  # {np.add: Add, ...}: filled by ops.py


def apply(function, *inputs):
    """NumPy's `function` of inputs of which some are Tensors."""
    if function not in RULES:
        raise TypeError(f"np.{function.__name__} has no backward rule: add one in edunn/ops.py")
    return RULES[function]()(*inputs)


class Operators:
    """The operators of Tensor, whose array is `self.data`."""

    @property
    def shape(self):
        return tuple(self.data.shape)

    # fmt: off
    def __add__(self, other):      return np.add(self, other)
    def __radd__(self, other):     return np.add(other, self)
    def __sub__(self, other):      return np.subtract(self, other)
    def __rsub__(self, other):     return np.subtract(other, self)
    def __mul__(self, other):      return np.multiply(self, other)
    def __rmul__(self, other):     return np.multiply(other, self)
    def __matmul__(self, other):   return np.matmul(self, other)
    def __rmatmul__(self, other):  return np.matmul(other, self)
    # fmt: on

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        """NumPy calls this for np.add, np.exp ... when a Tensor is among the inputs."""
        if method != "__call__" or options:
            raise TypeError(f"np.{ufunc.__name__} takes only inputs when one of them is a Tensor")
        return apply(ufunc, *inputs)

    def __repr__(self):
        return f"{type(self).__name__}(shape={self.shape}, dtype={self.data.dtype})"
