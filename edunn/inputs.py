"""Checks of what comes in. Each refusal is one line: who, what it got, what it wanted."""

import difflib
from collections.abc import Collection
from numbers import Integral, Real
from typing import Any

import numpy as np

from edunn.backend import Array


def show(value: object) -> str:
    """The repr of a value on one line, cut off if it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def _is_whole(number: Any) -> bool:
    return isinstance(number, Integral) and not isinstance(number, bool)


def _is_number(number: Any) -> bool:
    return isinstance(number, Real) and not isinstance(number, bool)


def check_array(who: object, x: Any, *shape: int | str, name: str = "x") -> None:
    """Refuse `x` unless it is an array of numbers of this shape.

    who: the module or function that asks
    shape: the sizes, a number each, or a word for a size that is free (from 1 up; "n", the number
    of examples, from 0 up); without any, all shapes are accepted
    """
    if type(x) is not np.ndarray:
        # a dtype alone makes no array: tables and sparse matrices have one, whose [i] is no example
        if not hasattr(x, "__array_function__") and not isinstance(x, np.generic):
            raise TypeError(f"{who} got {name} of type {_type_name(x)}, not an array")
        if hasattr(x, "mask") and np.any(x.mask):
            raise ValueError(
                f"{who} got {name} with {np.sum(x.mask)} masked numbers: fill or drop them"
            )
    if x.dtype.kind not in "fiub":
        raise TypeError(f"{who} got {name} of dtype {x.dtype}, not numbers")
    if not shape or x.shape == shape:
        return
    fits = len(x.shape) == len(shape)
    for want, got in zip(shape, x.shape):
        fits = fits and (want == got or isinstance(want, str) and (got > 0 or want == "n"))
    if not fits:
        wanted = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{who} got {name} of shape {tuple(x.shape)}, not ({wanted})")


def _type_name(x: object) -> str:
    kind = type(x)
    package = kind.__module__.partition(".")[0]
    ours = package in ("builtins", "edunn", "__main__")
    return kind.__name__ if ours else f"{package}.{kind.__name__}"


def as_array(who: object, x: Any, name: str = "x") -> Array:
    """The array of numbers that `x` is or holds; anything else is refused.

    From Tensors, of PyTorch as well, the array is taken, and from tables and columns (pandas,
    polars) the numbers in their order, whatever the index says. A masked array must hide nothing.
    """
    if type(x) is not np.ndarray:
        if hasattr(x, "to_numpy"):
            x = x.to_numpy()
        elif any(cls.__module__ == "torch" for cls in type(x).__mro__):
            x = x.detach().cpu()
            x = x.numpy() if str(x.dtype) != "torch.bfloat16" else x  # which NumPy does not know
        elif hasattr(x, "requires_grad"):
            x = x.data
    check_array(who, x, name=name)
    return (
        np.asarray(x) if isinstance(x, (np.ndarray, np.generic)) else x
    )  # no np.matrix, no memmap


def as_examples(who: object, x: Any, y: Any) -> tuple[Array, Array]:
    """x and y as arrays, of as many examples each."""
    x, y = as_array(who, x), as_array(who, y, "y")
    for array, name in ((x, "x"), (y, "y")):
        if not array.shape:
            raise ValueError(f"{who} got {name} of shape (), not n examples")
    if len(x) != len(y):
        raise ValueError(f"{who} got {len(x)} examples x and {len(y)} answers y, not n of each")
    return x, y


def check_features(who: object, x: Any, *sizes: int) -> None:
    """Refuse `x` unless its last axes have these sizes: (n, features), or any axes before them."""
    check_array(who, x)
    if x.shape[-len(sizes) :] != sizes:
        before = "n" if len(x.shape) <= len(sizes) + 1 else "..."
        wanted = ", ".join(map(str, (before, *sizes)))
        raise ValueError(f"{who} got x of shape {tuple(x.shape)}, not ({wanted})")


def check_finite(who: object, x: Array, name: str = "x") -> None:
    """Refuse an array with NaN or infinity in it, and say where the first one is."""
    wrong = ~np.isfinite(x)
    if np.any(wrong):
        first = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"{who} got {name} with {int(wrong.sum())} values that are no numbers "
            f"(NaN or infinity), the first at {first}"
        )


def check_indices(who: object, x: Array, count: int, name: str = "x") -> None:
    """Refuse an array that holds anything but whole numbers from 0 to count - 1."""
    if x.dtype.kind not in "iu":
        raise TypeError(f"{who} got {name} of dtype {x.dtype}, not whole numbers")
    wrong = x[(x < 0) | (x >= count)]
    if wrong.size:
        raise ValueError(f"{who} got {name} with {int(wrong[0])}, not all from 0 to {count - 1}")


def check_labels(who: object, labels: Array, n: int, classes: int) -> None:
    """Refuse labels that are not n whole numbers from 0 to classes - 1."""
    check_array(who, labels, n, name="labels")
    check_indices(who, labels, classes, name="labels")


def check_sizes(who: object, **sizes: Any) -> None:
    """Refuse sizes that are not whole numbers from 1 up."""
    for name, size in sizes.items():
        if not _is_whole(size) or size < 1:
            raise ValueError(f"{who} got {name}={show(size)}, not a whole number from 1 up")


def check_shape(who: object, shape: Any, name: str = "shape") -> None:
    """Refuse what is not a tuple or list of whole numbers from 1 up."""
    is_list = isinstance(shape, (tuple, list))
    if not is_list or not all(_is_whole(size) and size >= 1 for size in shape):
        raise ValueError(f"{who} got {name}={show(shape)}, not a tuple of whole numbers from 1 up")


def check_positive(who: object, **numbers: Any) -> None:
    """Refuse numbers that are not above 0."""
    for name, number in numbers.items():
        if not _is_number(number) or not number > 0:
            raise ValueError(f"{who} got {name}={show(number)}, not a number above 0")


def check_number(who: object, **numbers: Any) -> None:
    """Refuse what is not a finite number."""
    for name, number in numbers.items():
        if not _is_number(number) or not np.isfinite(number):
            raise ValueError(f"{who} got {name}={show(number)}, not a number")


def check_whole(who: object, **numbers: Any) -> None:
    """Refuse what is not a whole number from 0 up."""
    for name, number in numbers.items():
        if not _is_whole(number) or number < 0:
            raise ValueError(f"{who} got {name}={show(number)}, not a whole number from 0 up")


def check_index(who: object, count: int, **numbers: Any) -> None:
    """Refuse what is not a whole number from 0 to count - 1."""
    for name, number in numbers.items():
        if not _is_whole(number) or not 0 <= number < count:
            wanted = f"a whole number from 0 to {count - 1}"
            raise ValueError(f"{who} got {name}={show(number)}, not {wanted}")


def check_choice(who: object, got: object, known: Collection[Any], what: str) -> None:
    """Refuse a name that is not among the known ones, and suggest the nearest."""
    if got not in known:
        names = [str(one) for one in known]
        near = difflib.get_close_matches(str(got).lower(), names, 1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise ValueError(f"{who} got {what} {show(got)}, not one of {', '.join(names)}{hint}")
