"""More rules for Tensors: np.where, np.stack, np.einsum, np.var ... Read them when you need one.

Each is a Module like any layer; the table at the end says which function of NumPy it stands for.
"""

import operator
from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from edunn.array_ops import Index, Max, Reduction, Reshape, Transpose
from edunn.backend import Array, Axis, Shape
from edunn.core import RULES, Grads, Module, Tensor
from edunn.inputs import show
from edunn.ops import MatMul, Multiply, gradient_for

# Number by number


class Sin(Module):
    """y = sin(x)"""

    def forward(self, x: Array) -> Array:
        self.cache = x
        return np.sin(x)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return dy * np.cos(self.cache), {}


class Cos(Module):
    """y = cos(x)"""

    def forward(self, x: Array) -> Array:
        self.cache = x
        return np.cos(x)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return -dy * np.sin(self.cache), {}


class Log1p(Module):
    """y = log(1 + x), exact also where x is near 0"""

    def forward(self, x: Array) -> Array:
        self.cache = x
        return np.log1p(x)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return dy / (1 + self.cache), {}


class Expm1(Module):
    """y = exp(x) - 1, exact also where x is near 0"""

    def forward(self, x: Array) -> Array:
        self.cache = y = np.expm1(x)
        return y

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return dy * (self.cache + 1), {}


class Minimum(Module):
    """y = min(a, b), elementwise; where they are equal, each gets half of the gradient"""

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return np.minimum(a, b)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        share = 0.5 * dy * (a == b)
        da, db = dy * (a < b) + share, dy * (b < a) + share
        return (gradient_for(a, da), gradient_for(b, db)), {}


class Remainder(Module):
    """y = a - b floor(a / b), elementwise, of the sign of b; at its jumps, the slope beside them

    da = dy    db = -dy floor(a / b)
    """

    def forward(self, a: Array, b: Array) -> Array:
        self.cache = a, b
        return np.remainder(a, b)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        a, b = self.cache
        return (gradient_for(a, dy), gradient_for(b, -dy * np.floor_divide(a, b))), {}


class Clip(Module):
    """y = x, but `low` where x is lower and `high` where it is higher; there, x gets no gradient

    low, high: numbers, arrays, or None for no bound
    """

    def __init__(self, low: Any = None, high: Any = None) -> None:
        if isinstance(low, Tensor) or isinstance(high, Tensor):
            raise TypeError("Clip got a Tensor as a bound: use np.maximum and np.minimum")
        self.low, self.high = low, high

    def forward(self, x: Array) -> Array:
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        self.cache = x, (x >= low) & (x <= high)
        return np.clip(x, self.low, self.high)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        x, inside = self.cache
        return gradient_for(x, dy * inside), {}


class Where(Module):
    """y = a where the condition is true, b elsewhere; all three may broadcast"""

    def inputs_of_dx(self, inputs: Any) -> Any:
        return inputs[1:]

    def forward(self, condition: Array, a: Array, b: Array) -> Array:
        self.cache = condition, a, b
        return np.where(condition, a, b)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        condition, a, b = self.cache
        da, db = np.where(condition, dy, 0), np.where(condition, 0, dy)
        return (gradient_for(a, da), gradient_for(b, db)), {}


# Over axes


class Min(Max):
    """y = the smallest of x over `axis`; equal ones share the gradient"""

    extreme = staticmethod(np.min)


class Var(Reduction):
    """y = the sum of (x - mean of x)^2 over `axis`, divided by count - ddof

    ddof: 0, as in NumPy; 1, as in PyTorch
    """

    def __init__(self, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> None:
        super().__init__(axis, keepdims=keepdims)
        self.ddof = ddof

    def forward(self, x: Array) -> Array:
        difference = x - np.mean(x, axis=self.axis, keepdims=True)
        y = np.var(x, axis=self.axis, ddof=self.ddof, keepdims=self.keepdims)
        self.cache = difference, self.count(x, y) - self.ddof
        return y

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        difference, count = self.cache
        return self.broadcast_back(2 * dy / count, difference.shape) * difference, {}


class Std(Var):
    """y = the square root of `Var`; where it is 0, the slope is taken as 0"""

    def forward(self, x: Array) -> Array:
        y = np.sqrt(super().forward(x))
        self.cache = *self.cache, y
        return y

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        difference, count, y = self.cache
        dy = dy / (np.where(y == 0, 1, y) * count)
        return self.broadcast_back(dy, difference.shape) * difference, {}


class Prod(Reduction):
    """y = the product of x over `axis`; each gets the product of all others"""

    def forward(self, x: Array) -> Array:
        zero = x == 0
        zeros = np.sum(zero, axis=self.axis, keepdims=True)
        filled = np.where(zero, 1, x)
        rest = np.prod(filled, axis=self.axis, keepdims=True) / filled
        self.cache = np.where(zeros - zero == 0, rest, 0)  # not one of the others is 0
        return np.prod(x, axis=self.axis, keepdims=self.keepdims)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        others = self.cache
        return self.broadcast_back(dy, others.shape) * others, {}


class CumSum(Module):
    """y = the sum of each number and those before it along `axis`; None takes them as one row"""

    def __init__(self, axis: int | None = None) -> None:
        self.axis = axis

    def forward(self, x: Array) -> Array:
        self.cache = x.shape
        return np.cumsum(x, axis=self.axis)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        axis = 0 if self.axis is None else self.axis
        dx = np.flip(np.cumsum(np.flip(dy, axis), axis=axis), axis)
        return np.reshape(dx, self.cache), {}


class Sort(Module):
    """y = x in rising order along `axis`; None takes x as one row"""

    def __init__(self, axis: int | None = -1) -> None:
        self.axis = axis

    def forward(self, x: Array) -> Array:
        order = np.argsort(x, axis=self.axis)
        self.cache = x.shape, np.argsort(order, axis=self.axis)  # where each of x went
        return np.take_along_axis(x, order, axis=self.axis)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        shape, places = self.cache
        return np.reshape(np.take_along_axis(dy, places, axis=self.axis), shape), {}


# Other shapes


class Squeeze(Reshape):
    """x without those axes of `axis`, or all, that have size 1; other shapes are refused"""

    def __init__(self, axis: Axis = None) -> None:
        self.axis = axis

    def forward(self, x: Array) -> Array:
        self.cache = x.shape
        try:
            return np.squeeze(x, self.axis)
        except ValueError as error:
            who = f"Squeeze got axis {self.axis} of shape {x.shape}"
            raise ValueError(f"{who}: {error}") from None

    backward = Reshape.backward


class ExpandDims(Reshape):
    """x with new axes of size 1, which stand at `axis` of y"""

    def __init__(self, axis: int | Shape) -> None:
        self.axis = axis

    def forward(self, x: Array) -> Array:
        self.cache = x.shape
        return np.expand_dims(x, self.axis)

    backward = Reshape.backward


class BroadcastTo(Module):
    """y = x, repeated along new axes and those of size 1, so that it has this shape"""

    def __init__(self, shape: int | Shape) -> None:
        self.shape = shape

    def forward(self, x: Array) -> Array:
        self.cache = x
        try:
            return np.broadcast_to(x, self.shape)
        except ValueError:
            who = f"BroadcastTo got x of shape {x.shape}"
            raise ValueError(f"{who}, which does not broadcast to {self.shape}") from None

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return gradient_for(self.cache, dy), {}


class Stack(Module):
    """y = the inputs, all of one shape, side by side along a new axis"""

    def __init__(self, axis: int = 0) -> None:
        self.axis = axis

    def forward(self, *inputs: Array) -> Array:
        self.cache = inputs
        return np.stack(inputs, axis=self.axis)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        parts = np.moveaxis(dy, self.axis, 0)
        return tuple(gradient_for(x, parts[i]) for i, x in enumerate(self.cache)), {}


class Pad(Module):
    """y = x with `value` around it: `width` numbers before and after each axis

    width: a number for all sides, (before, after) for all axes, or such a pair for each axis
    """

    def __init__(self, width: Any, mode: str = "constant", *, value: float = 0) -> None:
        if mode != "constant":
            raise ValueError(
                f"Pad got mode={show(mode)}, not 'constant', which has a backward rule"
            )
        self.width, self.value = width, value

    def forward(self, x: Array) -> Array:
        pairs = np.broadcast_to(self.width, (x.ndim, 2)).tolist()
        self.cache = tuple(slice(before, before + n) for (before, _), n in zip(pairs, x.shape))
        return np.pad(x, pairs, constant_values=self.value) if pairs else x

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return dy[self.cache], {}


class Flip(Module):
    """y = x in reverse along `axis`: a number, a tuple, or None for all axes"""

    def __init__(self, axis: Axis = None) -> None:
        self.axis = axis

    def forward(self, x: Array) -> Array:
        return np.flip(x, self.axis)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return np.flip(dy, self.axis), {}


class Tril(Module):
    """y = x where column <= row + k, 0 elsewhere

    x, y: (..., rows, columns)
    """

    part: Any = staticmethod(np.tril)

    def __init__(self, k: int = 0) -> None:
        self.k = operator.index(k)

    def forward(self, x: Array) -> Array:
        if x.ndim < 2:
            raise ValueError(f"{type(self).__name__} got x of shape {x.shape}, not a matrix")
        return self.part(x, self.k)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        return self.part(dy, self.k), {}


class Triu(Tril):
    """y = x where column >= row + k, 0 elsewhere

    x, y: (..., rows, columns)
    """

    part: Any = staticmethod(np.triu)


class Repeat(Module):
    """y = each number `repeats` times in a row along `axis`; None takes x as one row"""

    def __init__(self, repeats: int, axis: int | None = None) -> None:
        if np.ndim(repeats) > 0:
            raise TypeError(f"Repeat got repeats={show(repeats)}, not one number for all")
        self.repeats, self.axis = repeats, axis

    def forward(self, x: Array) -> Array:
        self.cache = x.shape
        return np.repeat(x, self.repeats, axis=self.axis)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        shape = self.cache
        place = len(shape)  # of a new axis, with the copies of each number
        if self.axis is not None and shape:
            place = self.axis % len(shape) + 1
        copies = np.reshape(dy, (*shape[:place], self.repeats, *shape[place:]))
        return np.sum(copies, axis=place), {}


class Tile(Module):
    """y = x, all of it, `reps` times along its last axes: a number, or a number for each axis"""

    def __init__(self, reps: int | Sequence[int]) -> None:
        self.reps: Shape = tuple(np.ravel(reps).tolist())

    def forward(self, x: Array) -> Array:
        self.cache = x.shape
        return np.tile(x, self.reps)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        axes = max(len(self.reps), len(self.cache))
        reps = (1,) * (axes - len(self.reps)) + self.reps
        shape = (1,) * (axes - len(self.cache)) + self.cache
        copies = np.reshape(dy, [size for pair in zip(reps, shape) for size in pair])
        return np.reshape(np.sum(copies, axis=tuple(range(0, 2 * axes, 2))), self.cache), {}


# Products


class Einsum(Module):
    """y = the sum of products that the subscripts name: "ij,jk->ik" is y_ik = sum over j a_ij b_jk

    The gradient of one operand is such a sum as well, of dy and the others: da_ij = sum over k
    dy_ik b_jk. A letter that is in none of these was summed alone: its axis gets copies.
    """

    def __init__(self, subscripts: str) -> None:
        terms, arrow, output = str(subscripts).replace(" ", "").partition("->")
        self.terms, self.output = terms.split(","), output
        every = [*self.terms, output]
        known = set(terms) & set(ascii_letters)  # what comes out must have come in
        if not arrow or any(set(t) - known or len(set(t)) < len(t) for t in every):
            raise ValueError(
                f"Einsum got subscripts {show(subscripts)}, not some as 'ij,jk->ik': letters, none "
                "twice in one term, an arrow"
            )
        self.subscripts = subscripts

    def forward(self, *operands: Array) -> Array:
        sizes: dict[str, set[int]] = {}
        for term, x in zip(self.terms, operands):
            for letter, size in zip(term, x.shape):
                sizes.setdefault(letter, {1}).add(size)  # 1 is stretched
        axes = [x.ndim for x in operands]
        if axes != [*map(len, self.terms)] or any(len(found) > 2 for found in sizes.values()):
            shapes = ", ".join(str(x.shape) for x in operands)
            raise ValueError(f"Einsum {self.subscripts!r} got shapes {shapes}, which do not fit it")
        self.cache = operands
        return np.einsum(self.subscripts, *operands, optimize=len(operands) > 1)

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        operands, dxs = self.cache, []
        for i, (term, x) in enumerate(zip(self.terms, operands)):
            others = [self.output, *self.terms[:i], *self.terms[i + 1 :]]
            arrays = [dy, *operands[:i], *operands[i + 1 :]]
            known = "".join(letter for letter in term if letter in "".join(others))
            dx = np.einsum(f"{','.join(others)}->{known}", *arrays, optimize=len(arrays) > 1)
            alone = tuple(k for k, letter in enumerate(term) if letter not in known)
            dxs.append(gradient_for(x, np.expand_dims(dx, alone) * np.ones_like(x)))
        return tuple(dxs), {}


# Functions of NumPy whose first argument is not all of the input, or that give more than one array


def _only(function: str, given: tuple[Any, ...]) -> Any:
    """The first argument, which arrives as several where it was a list."""
    if len(given) != 1:
        raise TypeError(f"np.{function} got a list beside a Tensor, not an array: np.array(list)")
    return given[0]


def _where(a: Any, b: Any) -> Any:
    return lambda *condition: Where()(_only("where", condition), a, b)


def _clip(a_min: Any = None, a_max: Any = None, min: Any = None, max: Any = None) -> Module:
    return Clip(min if a_min is None else a_min, max if a_max is None else a_max)


def _pad(pad_width: Any, mode: str = "constant", constant_values: float = 0) -> Module:
    return Pad(pad_width, mode, value=constant_values)


def _swapaxes(axis1: int, axis2: int) -> Any:
    def swap(x: Any) -> Any:
        axes = [*range(x.ndim)]
        axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
        return Transpose(tuple(axes))(x)

    return swap


def _split(sections: int | Sequence[int], axis: int = 0) -> Any:
    """A list of as many equal parts; or the parts that end before each of these places."""

    def split(x: Any) -> list[Any]:
        size = x.shape[axis]
        if isinstance(sections, int):
            if sections < 1 or size % sections:
                raise ValueError(f"np.split got {size} to split into {sections} equal parts")
            ends = [size // sections * k for k in range(1, sections)]
        else:
            ends = [int(end) for end in sections]
        before = (slice(None),) * (axis % x.ndim)
        parts = zip([0, *ends], [*ends, None])
        return [Index((*before, slice(start, end)))(x) for start, end in parts]

    return split


def _dot(b: Any) -> Any:
    def dot(*first: Any) -> Any:
        a = _only("dot", first)
        axes = [getattr(x, "ndim", 0) for x in (a, b)]  # none, for a number
        if axes[1] > 2:
            raise ValueError(f"np.dot got b of shape {b.shape}, not (k,) or (k, m): use a @ b")
        return (MatMul() if all(axes) else Multiply())(a, b)

    return dot


def _tensordot(b: Any, axes: Any = 2) -> Any:
    def tensordot(*first: Any) -> Any:
        a = _only("tensordot", first)
        if isinstance(axes, int):
            pairs = [(a.ndim - axes + k, k) for k in range(axes)]
        else:
            pairs = [*zip(*(np.ravel(one).tolist() for one in axes), strict=True)]
        pairs = [(i % a.ndim, j % b.ndim) for i, j in pairs]
        if any(a.shape[i] != b.shape[j] for i, j in pairs):
            raise ValueError(
                f"np.tensordot got shapes {a.shape} and {b.shape}, whose axes {pairs} differ"
            )
        of_a, of_b = [*ascii_letters[: a.ndim]], [*ascii_letters[a.ndim : a.ndim + b.ndim]]
        for i, j in pairs:
            of_b[j] = of_a[i]
        output = "".join(letter for letter in of_a + of_b if (letter in of_a) != (letter in of_b))
        return Einsum(f"{''.join(of_a)},{''.join(of_b)}->{output}")(a, b)

    return tensordot


def _einsum(*operands: Any, optimize: object = False) -> Any:
    return lambda *subscripts: Einsum(_only("einsum", subscripts))(*operands)


RULES.update({
    np.sin: Sin, np.cos: Cos, np.log1p: Log1p, np.expm1: Expm1, np.minimum: Minimum,
    np.remainder: Remainder,
    np.clip: _clip, np.where: _where, np.min: Min, np.amin: Min, np.amax: Max,
    np.var: Var, np.std: Std, np.prod: Prod,
    np.cumsum: CumSum, np.sort: Sort, np.squeeze: Squeeze, np.expand_dims: ExpandDims,
    np.broadcast_to: BroadcastTo, np.stack: Stack, np.pad: _pad, np.flip: Flip,
    np.repeat: Repeat, np.tile: Tile, np.einsum: _einsum, np.swapaxes: _swapaxes,
    np.split: _split, np.dot: _dot, np.tensordot: _tensordot,
    np.tril: Tril, np.triu: Triu,
})  # fmt: skip
