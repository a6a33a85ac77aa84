"""Comparisons of arrays under the original edunn's names: they print on success, and raise else."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from edunn.backend import Array
from edunn.checking import CheckError
from edunn.inputs import show
from edunn.utils.colors import green, red
from edunn.words import old_words

__all__ = [
    "check_different", "check_mean", "check_same", "check_same_float", "check_same_shape",
    "check_std",
]  # fmt: skip

FUNCTIONS: dict[str, Callable[[Any], Any]] = {  # of the right numbers, which wrong ones often are
    "the square of": np.square, "the square root of": np.sqrt, "1 divided by": np.reciprocal,
    "1 minus": lambda x: 1 - x, "the absolute value of": np.abs, "exp of": np.exp,
    "the logarithm of": np.log, "tanh of": np.tanh, "a rounding of": np.round,
    "the sign of": np.sign, "the sum of all up to": lambda x: np.cumsum(x).reshape(x.shape),
}  # fmt: skip
FLOAT32 = 1e-6  # about what float32 rounds off, as a share of the largest number


@old_words(tol="tolerance")
def check_same(
    expected: Any, calculated: Any, tolerance: float = 1e-12, check_shape: bool = True
) -> None:
    """Raise CheckError unless two arrays agree in shape and, within `tolerance`, in value.

    check_shape: False to compare the numbers in their order, whatever the shapes
    """
    expected, calculated = _both(expected, calculated, check_shape)
    apart = np.max(np.abs(expected - calculated), initial=0.0)
    if not apart <= tolerance:
        _fail(
            f"Arrays are not equal (tolerance {tolerance})\nexpected:\n{expected}\n"
            f"calculated:\n{calculated}\nlargest difference: {apart:.3g}"
            + _not_finite(calculated)
            + (_rounding(apart, expected, calculated) or _pattern(expected, calculated, tolerance))
        )
    _succeed(f"Arrays are equal (tolerance {tolerance})")


@old_words(tol="tolerance")
def check_different(
    first: Any, second: Any, tolerance: float = 1e-12, check_shape: bool = True
) -> None:
    """Raise CheckError unless some number of two arrays of one shape differs by more than
    `tolerance`."""
    first, second = _both(first, second, check_shape)
    if np.max(np.abs(first - second), initial=0.0) <= tolerance:
        _fail(f"Arrays are not different (tolerance {tolerance})\nboth:\n{first}")
    _succeed(f"Arrays are different (tolerance {tolerance})")


def check_same_shape(expected: Any, calculated: Any) -> None:
    """Raise CheckError unless two arrays have one shape."""
    expected, _ = _both(expected, calculated)
    _succeed(f"Arrays have the same shape: {expected.shape}")


@old_words(tol="tolerance")
def check_same_float(
    expected: float, calculated: Any, title: str = "The number", tolerance: float = 1e-12
) -> None:
    """Raise CheckError, in which the number is called `title`, unless two numbers agree."""
    expected, calculated = _both(expected, calculated)
    apart = np.max(np.abs(expected - calculated))
    if not apart <= tolerance:
        _fail(
            f"{title} is {calculated}, not {expected} (tolerance {tolerance})"
            + _rounding(apart, expected, calculated)
        )
    _succeed(f"{title} is {expected} (tolerance {tolerance})")


@old_words(tol="tolerance")
def check_mean(array: Any, mean: float, tolerance: float = 1e-12) -> None:
    """Raise CheckError unless the mean of an array's numbers is this."""
    _check_statistic("Mean", np.mean, array, mean, tolerance)


@old_words(tol="tolerance")
def check_std(array: Any, std: float, tolerance: float = 1e-12) -> None:
    """Raise CheckError unless the standard deviation of an array's numbers is this."""
    _check_statistic("Standard deviation", np.std, array, std, tolerance)


def _check_statistic(
    title: str, statistic: Callable[[Any], Any], array: Any, number: float, tolerance: float
) -> None:
    _, array = _both(array, array)
    check_same_float(number, statistic(array.astype(float)), title, tolerance)


def _both(expected: Any, calculated: Any, check_shape: bool = True) -> tuple[Any, Any]:
    """Both as arrays of one shape."""
    if hasattr(calculated, "data") and hasattr(calculated, "requires_grad"):
        _fail(f"calculated is a {type(calculated).__name__}, not an array: its array is its .data")
    for name, one in (("expected", expected), ("calculated", calculated)):
        if np.asarray(one).dtype.kind not in "fiubc":
            _fail(f"{name} is {type(one).__name__} {show(one)}, not numbers")
    expected, calculated = np.asarray(expected), np.asarray(calculated)
    if not check_shape and expected.size == calculated.size:
        return expected.ravel(), calculated.ravel()
    if expected.shape != calculated.shape:
        _fail(
            f"Arrays have different shapes: expected {expected.shape}, "
            f"calculated {calculated.shape}" + _shape_pattern(expected.shape, calculated.shape)
        )
    return expected, calculated


def _shape_pattern(want: tuple[int, ...], got: tuple[int, ...]) -> str:
    """What a wrong shape has to do with the right one, where that is easy to see."""
    told = ""
    differ = [axis for axis, (a, b) in enumerate(zip(got, want)) if a != b]
    if [size for size in got if size != 1] == [size for size in want if size != 1]:
        told = f"an axis of size 1 is {'too many' if len(got) > len(want) else 'missing'}"
        told = told if len(got) != len(want) else "an axis of size 1 stands in another place"
    elif got == want[::-1]:
        told = "the axes stand in the reverse order"
    elif len(got) == len(want) and len(differ) == 1:
        (axis,) = differ
        times = got[axis] / want[axis] if want[axis] else 0
        if times > 1 and times == int(times):
            told = f"{int(times)} times as many along axis {axis}: side by side, not added?"
    elif missing := [i for i in range(len(want)) if want[:i] + want[i + 1 :] == got]:
        told = f"axis {missing[0]} is missing: is there a sum or an index too many?"
    elif surplus := [i for i in range(len(got)) if got[:i] + got[i + 1 :] == want]:
        told = f"axis {surplus[0]}, of size {got[surplus[0]]}, is too many"
    return f"\n{told}" if told else ""


def _rounding(apart: Any, expected: Any, calculated: Any) -> str:
    """Where a difference may come from that is no larger than what float32 rounds off."""
    if not apart <= FLOAT32 * np.max(np.abs(expected)):
        return ""
    remedy = (
        f"write tolerance={FLOAT32:g}, or nn.set_default_dtype('float64') before the layer is made"
    )
    if calculated.dtype == np.float32:
        return f"\nSo much is rounded off in float32: {remedy}"
    return (
        "\nSo small a difference comes from a small number that is added in the formula, such as "
        f"an eps; or from weights in float32: then {remedy}"
    )


def _not_finite(calculated: Any) -> str:
    """What nan and inf come from, if there are any."""
    if calculated.dtype.kind != "f" or np.all(np.isfinite(calculated)):
        return ""
    return (
        "\nnan and inf are no numbers: they come from 0 / 0, from 0 times inf, from an exp that is "
        "too large, from the logarithm of 0 or of a negative number, or from a line that gives them"
    )


@np.errstate(all="ignore")
def _pattern(expected: Any, calculated: Any, tolerance: float) -> str:
    """What the wrong numbers have to do with the right ones, where that is easy to see."""
    if expected.dtype.kind not in "fiu" or calculated.dtype.kind not in "fiu":
        return ""
    a, b = calculated.astype(np.float64), expected.astype(np.float64)
    close = partial(
        np.allclose, rtol=1e-6, atol=min(tolerance, 1e-9 * np.max(np.abs(a), initial=0))
    )
    for rule in (_signs, _one_number, _factor, _distance, _function, _order):
        if told := rule(a, b, close):
            return f"\n{told}"
    wrong = ~(np.abs(a - b) <= tolerance)
    if np.all(wrong):
        return ""
    places = [tuple(map(int, place)) for place in np.argwhere(wrong)[:3]]
    more = ", ..." if np.sum(wrong) > 3 else ""
    return f"\nwrong in {np.sum(wrong)} of {a.size} numbers: at {str(places)[1:-1]}{more}"


# Each rule is asked about the wrong numbers a and the right ones b

Close: TypeAlias = Callable[[Any, Any], bool]


def _signs(a: Array, b: Array, close: Close) -> str:
    if close(a, -b):
        return "all signs are turned"
    some = f"all have the right size, but {np.sum(~np.isclose(a, b))} of {a.size} the wrong sign"
    return some if close(np.abs(a), np.abs(b)) else ""


def _one_number(a: Array, b: Array, close: Close) -> str:
    same = a.size > 1 and close(a, a.flat[0]) and not close(b, b.flat[0])
    return f"all calculated numbers are equal: {a.flat[0]:.6g}" if same else ""


def _factor(a: Array, b: Array, close: Close) -> str:
    size = np.sum(b * b)
    ratio = np.sum(a * b) / size if size and np.all(np.isfinite(a)) else 0.0
    if not ratio or not close(a, ratio * b):
        return ""
    if a.size > 1 or close(ratio, round(ratio)):
        told = f"all are {ratio:.6g} times what they should be"
        bases = [base for base in (2, 10) if close(ratio * np.log(base), 1)]
        return told + "".join(f", which is 1 / log({b}): a logarithm to base {b}?" for b in bases)
    part = round(1 / ratio)
    return f"it is 1/{part} of what it should be" if close(1 / ratio, part) else ""


def _distance(a: Array, b: Array, close: Close) -> str:
    apart = a - b
    same = a.size > 1 and close(apart, apart.flat[0])
    return f"all differ by {apart.flat[0]:+.6g}" if same else ""


def _function(a: Array, b: Array, close: Close) -> str:
    fits = [name for name, f in FUNCTIONS.items() if a.size > 1 and close(a, f(b))]
    return f"each is {fits[0]} what it should be" if fits else ""


def _order(a: Array, b: Array, close: Close) -> str:
    if a.ndim == 2 and a.shape[0] == a.shape[1] and close(a, b.T):
        return "rows and columns are exchanged"
    same = close(np.sort(a, axis=None), np.sort(b, axis=None))
    return "the numbers are right, but they stand in other places" if same else ""


def _succeed(text: str) -> None:
    print(f"{green('SUCCESS :)')} {text}")


def _fail(text: str) -> None:
    raise CheckError(f"{red('ERROR   :(')} {text}")
