"""PyTorch's words on edunn's own Tensors, each said with an operator or a function of NumPy's.

What these words do elsewhere and not here stands in docs/from_pytorch.md.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

import numpy

from edunn.backend import Shape, device_of, to
from edunn.inputs import check_array, check_indices, check_sizes, show
from edunn.operators import Operators, as_tuple
from edunn.pytorch_differences import missing

np: Any = numpy  # whose own types know arrays only, and these are calls with Tensors


class _Size(int):
    """How many numbers there are, as NumPy's `x.size`; called, it is PyTorch's `x.size()`."""

    shape: Shape

    def __call__(self, dim: int | None = None) -> Any:
        if dim is None:
            return self.shape
        if not -len(self.shape) <= dim < len(self.shape):
            raise IndexError(f"size({dim}) of a tensor of shape {self.shape}")
        return self.shape[dim]


class Ordered(NamedTuple):
    """Numbers along an axis (the largest, or all in order), and where they were."""

    values: Any
    indices: Any


def has_tensor(values: Iterable[Any]) -> bool:
    """Whether a Tensor is among these."""
    for x in values:  # noqa: SIM110  # any() takes three times as long, and each operation asks
        if isinstance(x, TensorWords):
            return True
    return False


class TensorWords(Operators):
    """What a Tensor also answers to. What they give is on the tape, as all that operators give."""

    # fmt: off
    def dim(self) -> int:                       return self.ndim
    def pow(self, power: Any) -> Any:           return np.power(self, power)
    def matmul(self, other: Any) -> Any:        return np.matmul(self, other)
    def permute(self, *dims: Any) -> Any:       return np.transpose(self, as_tuple(dims))
    def contiguous(self) -> Self:               return self
    def float(self) -> Any:                     return self.astype(np.float32)
    def double(self) -> Any:                    return self.astype(np.float64)
    def long(self) -> Any:                      return self.astype(np.int64)
    def int(self) -> Any:                       return self.astype(np.int32)
    def bool(self) -> Any:                      return self.astype(np.bool_)
    def type(self, dtype: Any) -> Any:          return self.astype(dtype)
    def type_as(self, other: Any) -> Any:       return self.astype(other.dtype)

    def add(self, other: Any) -> Any:           return np.add(self, other)
    def sub(self, other: Any) -> Any:           return np.subtract(self, other)
    def mul(self, other: Any) -> Any:           return np.multiply(self, other)
    def div(self, other: Any) -> Any:           return np.divide(self, other)
    def neg(self) -> Any:                       return np.negative(self)
    def square(self) -> Any:                    return np.multiply(self, self)
    def reciprocal(self) -> Any:                return np.divide(1, self)
    def rsqrt(self) -> Any:                     return np.divide(1, np.sqrt(self))
    def mm(self, other: Any) -> Any:            return np.matmul(self, other)
    def bmm(self, other: Any) -> Any:           return np.matmul(self, other)
    def tril(self, diagonal: Any = 0) -> Any:   return np.tril(self, diagonal)
    def triu(self, diagonal: Any = 0) -> Any:   return np.triu(self, diagonal)

    def ne(self, other: Any) -> Any:            return np.not_equal(self, other)
    def lt(self, other: Any) -> Any:            return np.less(self, other)
    def le(self, other: Any) -> Any:            return np.less_equal(self, other)
    def gt(self, other: Any) -> Any:            return np.greater(self, other)
    def ge(self, other: Any) -> Any:            return np.greater_equal(self, other)
    def isnan(self) -> Any:                     return np.isnan(self)
    def isinf(self) -> Any:                     return np.isinf(self)
    def isfinite(self) -> Any:                  return np.isfinite(self)
    def sign(self) -> Any:                      return np.sign(self)
    def floor(self) -> Any:                     return np.floor(self)
    def ceil(self) -> Any:                      return np.ceil(self)
    def round(self) -> Any:                     return np.round(self)
    clamp = Operators.clip
    # fmt: on

    @property
    def size(self) -> _Size:
        """How many numbers there are; as a method, the shape, or one number of it."""
        size = _Size(self.data.size)
        size.shape = self.shape
        return size

    @property
    def device(self) -> str:
        """'cpu', or 'cuda:0'."""
        return device_of(self.data)

    def t(self) -> Any:
        """A matrix with its rows as columns."""
        if self.ndim > 2:
            raise ValueError(f"t() takes a matrix, but this tensor has shape {self.shape}")
        return np.transpose(self)

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order, transpose(2, 0, 1); without any, in reverse. Two numbers swap
        those axes, of a matrix too, where NumPy takes them as an order."""
        if len(axes) != 2:
            return super().transpose(*as_tuple(axes))
        order, (i, j) = list(range(self.ndim)), (self._axis(axis) for axis in axes)
        order[i], order[j] = order[j], order[i]
        return super().transpose(*order)

    def swapaxes(self, axis0: Any, axis1: Any) -> Any:
        """Two axes swapped."""
        return np.swapaxes(self, axis0, axis1)

    def flip(self, *dims: Any) -> Any:
        """The numbers in reverse along these axes."""
        return np.flip(self, as_tuple(dims))

    def expand(self, *sizes: Any) -> Any:
        """The same numbers again along axes of size 1, or new ones before; -1 leaves a size as it
        is."""
        sizes = as_tuple(sizes)
        new = len(sizes) - self.ndim
        shape = [self.shape[i - new] if size == -1 else size for i, size in enumerate(sizes)]
        return np.broadcast_to(self, tuple(shape))

    def expand_as(self, other: Any) -> Any:
        """The same numbers again, to the shape of `other`."""
        return np.broadcast_to(self, other.shape)

    def repeat(self, *sizes: Any) -> Any:
        """The whole tensor again, so often along each axis, as np.tile does; np.repeat repeats each
        number."""
        sizes = as_tuple(sizes)
        if len(sizes) < self.ndim:
            raise ValueError(
                f"repeat got {sizes} for shape {self.shape}, not a number for each axis"
            )
        return np.tile(self, sizes)

    def outer(self, other: Any) -> Any:
        """Each number of a vector times each of another."""
        return np.multiply(self.unsqueeze(1), other)

    def masked_fill(self, mask: Any, value: Any) -> Any:
        """`value` where the mask is true, and the numbers as they are elsewhere."""
        if getattr(mask, "dtype", None) != np.bool_:
            raise TypeError(f"masked_fill got a mask {show(mask)}, not of truths: mask != 0")
        return np.where(mask, value, self)

    def index_select(self, dim: Any, index: Any) -> Any:
        """What stands at these places along an axis: a list of them, from 0 up."""
        check_array("index_select", index, "places", name="index")
        self._check_places("index_select", dim, index)
        return self._at(dim, index)

    def gather(self, dim: Any, index: Any) -> Any:
        """y[i][j] = x[index[i][j]][j] for dim=0, x[i][index[i][j]] for dim=1, and so on."""
        index = index.data if isinstance(index, Operators) else index
        self._check_places("gather", dim, index)
        key = list(np.ogrid[tuple(map(slice, index.shape))])
        key[self._axis(dim)] = index
        return self[tuple(key)]

    def split(self, size: Any, dim: Any = 0) -> Any:
        """Pieces of this size along an axis, or of the sizes of a list; the last may be smaller."""
        axis = self._axis(dim)
        check_sizes("split", **({} if isinstance(size, (list, tuple)) else {"size": size}))
        ends = np.cumsum(size) if isinstance(size, (list, tuple)) else None
        if ends is None:
            ends = range(size, self.shape[axis] + size, size)
        elif ends[-1] != self.shape[axis]:
            raise ValueError(f"split got sizes {size} for an axis of {self.shape[axis]}")
        return tuple(np.split(self, list(ends)[:-1], axis))

    def chunk(self, chunks: Any, dim: Any = 0) -> Any:
        """So many pieces along an axis, of equal size but for the last; fewer where it is short."""
        check_sizes("chunk", chunks=chunks)
        return self.split(-(-self.shape[self._axis(dim)] // chunks), dim)

    def unbind(self, dim: Any = 0) -> Any:
        """What stands at each place along an axis, without it."""
        axis = self._axis(dim)
        return tuple(self._at(axis, i) for i in range(self.shape[axis]))

    def unsqueeze(self, dim: Any) -> Any:
        """A new axis of size 1, which becomes axis `dim`."""
        place = self._axis(dim, self.ndim + 1)
        return np.reshape(self, (*self.shape[:place], 1, *self.shape[place:]))

    def flatten(self, start_dim: Any = 0, end_dim: Any = -1) -> Any:
        """The axes from start_dim to end_dim as one."""
        if self.ndim == 0:
            return np.reshape(self, (1,))
        start, end = self._axis(start_dim), self._axis(end_dim)
        if start > end:
            raise ValueError(f"flatten got start_dim={start_dim}, which is after {end_dim=}")
        return np.reshape(self, (*self.shape[:start], -1, *self.shape[end + 1 :]))

    def max(self, *place: Any, **words: Any) -> Any:
        """The largest number over `axis`, or of all; with PyTorch's word dim, (values, indices)."""
        if place:
            raise _two_meanings("max", "gives (values, indices)")
        values = super().max(**words)
        return values if words.get("dim") is None else Ordered(values, self.argmax(**words))

    def min(self, *place: Any, **words: Any) -> Any:
        """The smallest number over `axis`, or of all; with the word dim, (values, indices)."""
        if place:
            raise _two_meanings("min", "gives (values, indices)")
        values = super().min(**words)
        return values if words.get("dim") is None else Ordered(values, self.argmin(**words))

    def var(self, *axis: Any, **words: Any) -> Any:
        """The variance over `axis`: a sum divided by n - ddof, where ddof is 0, as NumPy has it;
        with PyTorch's word dim, correction or unbiased it is 1."""
        return super().var(*axis, **_with_ddof("var", **words))

    def std(self, *axis: Any, **words: Any) -> Any:
        """The square root of `var`."""
        return super().std(*axis, **_with_ddof("std", **words))

    def argsort(self, dim: Any = -1, descending: Any = False) -> Any:
        """The places of the numbers along an axis from the smallest up, or from the largest down;
        of equal ones the first comes first."""
        order = np.argsort(np.negative(self.data) if descending else self.data, dim, stable=True)
        return self._like(order)

    def sort(self, dim: Any = -1, descending: Any = False) -> Any:
        """(values, indices): the numbers along an axis in order, and where they were."""
        indices = self.argsort(dim, descending)
        return Ordered(self.gather(dim, indices), indices)

    def topk(self, k: Any, dim: Any = -1, largest: Any = True) -> Any:
        """(values, indices) of the k largest numbers along an axis, largest first; or smallest."""
        if k > self.shape[self._axis(dim)]:
            raise ValueError(f"topk got k={k} for an axis of {self.shape[self._axis(dim)]}")
        indices = self.argsort(dim, descending=largest)._at(dim, slice(k))
        return Ordered(self.gather(dim, indices), indices)

    def nonzero(self) -> Any:
        """The places of the numbers that are not 0: a row for each."""
        return self._like(np.stack(np.nonzero(self.data), axis=1))

    def norm(self, p: Any = 2, dim: Any = None, keepdim: Any = False) -> Any:
        """(sum of |x|^p)^(1 / p) over `dim`, or of all, for p = 1 or 2"""
        if p not in (1, 2, "fro"):
            raise ValueError(f"norm got p={p!r}, not 1 or 2")
        if p == 1:
            return np.abs(self).sum(axis=dim, keepdims=keepdim)
        return np.sqrt(np.multiply(self, self).sum(axis=dim, keepdims=keepdim))

    def logsumexp(self, dim: Any, keepdim: Any = False) -> Any:
        """log(sum of exp(x)) over `dim`"""
        top = np.max(self.data, axis=dim, keepdims=True)
        y = np.log(np.exp(np.subtract(self, top)).sum(axis=dim, keepdims=True)) + top
        return y if keepdim else np.squeeze(y, dim)

    @property
    def is_leaf(self: Any) -> Any:
        """Whether no step on the tape made this tensor."""
        return self.step is None

    def check_can_learn(self, requires_grad: Any) -> None:
        """Refuse to ask for a gradient of whole numbers, or by what is neither True nor False."""
        who = builtins.type(self).__name__
        if not isinstance(requires_grad, (builtins.bool, numpy.bool_)):
            hint = "not True or False; of a shape, zeros(2, 3) makes a Tensor"
            raise TypeError(f"{who} got requires_grad={requires_grad!r}, {hint}")
        if self.dtype.kind != "f":
            what = f"requires_grad=True for numbers of dtype {self.dtype}, not floats"
            raise TypeError(f"{who} got {what}: write .astype(np.float32)")

    def zero_grad(self, set_to_none: Any = True) -> None:
        """Forget the gradient; set_to_none: False to make it zeros, along which momentum goes on"""
        keep = self.grad is not None and not set_to_none
        self.grad = np.zeros_like(self.data) if keep else None

    def requires_grad_(self: Any, requires_grad: Any = True) -> Any:
        """Ask for a gradient, or no longer; of a leaf only."""
        if self.step is not None:
            raise ValueError("requires_grad_() takes a leaf, but this tensor was made by a step")
        type(self).__init__(self, self.data, requires_grad)
        return self

    def cuda(self: Any) -> Any:
        """This tensor on the GPU, cut off from the tape: to('cuda')."""
        return self.to("cuda")

    def __getattr__(self, name: str) -> Any:
        """Asked only for what is not there: say what is near."""
        says = missing(f"Tensor.{name}")
        text = f"{type(self).__name__!r} object has no attribute {name!r}"
        raise AttributeError(text + (f": {says}" if says else ""), name=name, obj=self)

    def clone(self: Any) -> Any:
        """A copy, through which gradients flow."""
        if self.requires_grad:
            return np.add(self, 0)
        return self._like(self.data.copy())

    def astype(self: Any, dtype: Any) -> Any:
        """The same numbers in another type; cut off from the tape, and so only where none is."""
        if self.dtype == dtype:
            return self
        if self.requires_grad:
            raise TypeError(f"{self.dtype} to {np.dtype(dtype)} takes no gradient: detach() first")
        return self._like(self.data.astype(dtype))

    def check_dy(
        self: Any,
        dy: Any,
        gradient: Any = None,
        retain_graph: Any = True,
        create_graph: Any = False,
    ) -> Any:
        """The array from which `backward` starts: dy, or a 1 for a single number."""
        if create_graph:
            raise ValueError("backward(create_graph=True): there are no second derivatives here")
        if not self.requires_grad:
            hint = "of .data, numpy(), detach(), tensor() and no_grad nothing is known"
            what = "backward() found no input or parameter with requires_grad=True"
            raise ValueError(f"{what}: {hint}")
        dy = dy if gradient is None else gradient
        dy = dy.data if isinstance(dy, Operators) else dy
        if dy is None and self.data.size != 1:
            raise ValueError(
                f"backward() of shape {self.shape} needs a dy of that shape: it is no single number"
            )
        dy = np.ones_like(self.data) if dy is None else dy
        if np.shape(dy) != self.shape:
            raise ValueError(f"backward(dy) got dy of shape {np.shape(dy)}, not {self.shape}")
        return dy

    def to(self: Any, device: Any) -> Any:
        """A copy on another device, cut off from the tape; this tensor itself if it is there. With
        a dtype in place of a device, `astype`."""
        if isinstance(device, (numpy.dtype, builtins.type)):
            return self.astype(device)
        moved = to(self.data, device)
        if moved is self.data:
            return self
        new = self._like(moved)
        new.requires_grad = self.requires_grad
        return new

    def cpu(self: Any) -> Any:
        """This tensor, or a copy of it on the CPU."""
        return self.to("cpu")

    def tolist(self) -> Any:
        """The numbers in Python's lists."""
        return to(self.data, "cpu").tolist()

    def _like(self: Any, array: Any) -> Any:
        """A Tensor of this array, off the tape."""
        new = self.detach()
        new.data = array
        return new

    def _at(self, dim: Any, key: Any) -> Any:
        """What this key takes along an axis."""
        return self[(slice(None),) * self._axis(dim) + (key,)]

    def _check_places(self, who: str, dim: Any, index: Any) -> None:
        """Refuse places that are not along this axis; below 0 is none: it is a label left out."""
        index = index.data if isinstance(index, Operators) else index
        check_indices(who, index, self.shape[self._axis(dim)], "index")

    def _axis(self, axis: Any, ndim: Any = None) -> Any:
        """The number of an axis from 0 up; one that is not there is refused."""
        ndim = self.ndim if ndim is None else ndim
        if not -ndim <= axis < ndim:
            raise ValueError(f"axis {axis} of a tensor of shape {self.shape}, not below {ndim}")
        return axis % ndim


def _two_meanings(name: str, theirs: str) -> TypeError:
    """The refusal of name(1), where NumPy and PyTorch do not give the same."""
    ours = f"{name}(axis=1) is NumPy's, and {name}(dim=1) PyTorch's, which {theirs}"
    return TypeError(f"{name}(1) could mean two things: {ours}")


def _with_ddof(name: str, **words: Any) -> dict[str, Any]:
    """The words of var and std, with ddof for PyTorch's correction and unbiased; they are refused
    where nothing says whether NumPy's number is meant or PyTorch's."""
    asked = [words.pop(word) for word in ("correction", "unbiased") if word in words]
    if not asked and not words.keys() & {"axis", "dim", "ddof"}:
        hint = f"divides by n - 1, not n; of all numbers, write {name}(ddof=0) or {name}(ddof=1)"
        raise _two_meanings(name, hint)
    default = int(asked[0]) if asked else int("dim" in words)
    return {"ddof": default} | words
