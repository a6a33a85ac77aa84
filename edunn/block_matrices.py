"""How a MaskedLinear or SparseLinear is made: from words, from a network, from a sparse matrix.

The methods are those of iterativennsimple, with its order of inputs: outputs first, as its matrices
are (outputs, inputs). The matrices that a layer holds are (inputs, outputs), as in all of edunn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np

from edunn.backend import Array, Shape, generator
from edunn.initializers import LeCunUniform
from edunn.inputs import as_array, check_array, check_choice, check_finite, check_sizes, show

Sizes: TypeAlias = int | Sequence[int]  # of one block, or of each in a row


class MakesMasked:
    """The ways to make a MaskedLinear."""

    if TYPE_CHECKING:

        def __init__(self, inputs: int, outputs: int, **options: Any) -> None: ...

    @classmethod
    def from_description(  # noqa: PLR0913
        cls, out_features_sizes: Sizes, in_features_sizes: Sizes, block_types: Any,
        initialization_types: Any, trainable: Any, bias: bool = True,
    ) -> Self:  # fmt: skip
        """A layer whose matrix is made of blocks, each told in words: see `_block_weights`.

        out_features_sizes, in_features_sizes: the heights and widths of the blocks, or a whole
        number each for a single block
        block_types, initialization_types, trainable: rows of one entry for each block, or the entry
        of the single block; trainable: True, False or, where there is a number, "non-zero"
        """
        start, mask = _block_matrix(
            cls.__name__, out_features_sizes, in_features_sizes,
            kind=block_types, start=initialization_types, trainable=trainable,
        )  # fmt: skip
        return cls(*start.shape, bias=bias, start=start, mask=mask)

    @classmethod
    def from_config(cls, cfg: Mapping[str, Any]) -> Self:
        """`from_description` with its words as the keys of a dict."""
        return cls.from_description(**cfg)

    @classmethod
    def from_MLP(cls, sizes: Sequence[int], bias: bool = True) -> Self:  # noqa: N802
        """A network of layers of these sizes as one matrix: applied len(sizes) - 1 times to
        (x, 0, ..., 0), it gives what the layers give in a row, without activations between them.

        sizes: (s_0, ..., s_k)    start: (total, total); its blocks (i, i + 1) are learned
        """
        who = f"{cls.__name__}.from_MLP"
        _check_sizes(who, "sizes", sizes)
        if len(sizes) < 2:
            raise ValueError(f"{who} got sizes={show(sizes)}, not at least two")
        start = np.zeros((sum(sizes), sum(sizes)))
        mask = np.zeros_like(start)
        places = _pieces(sizes)
        for before, after, shape in zip(places, places[1:], zip(sizes, sizes[1:])):
            start[before, after], mask[before, after] = LeCunUniform()(shape), 1
        return cls(*start.shape, bias=bias, start=start, mask=mask)

    @classmethod
    def from_optimal_linear(cls, X: Any, Y: Any, bias: bool = False) -> Self:  # noqa: N803
        """The layer that takes (x, anything) to (x, x w), with the w of least squares for y = x w;
        nothing of it is learned.

        X: (n, features)    Y: (n, outputs)    start: features + outputs, twice
        """
        who = f"{cls.__name__}.from_optimal_linear"
        x, y = as_array(who, X, "X"), as_array(who, Y, "Y")
        check_array(who, x, "examples", "features", name="X")
        check_array(who, y, len(x), "outputs", name="Y")
        check_finite(who, x, "X")
        check_finite(who, y, "Y")
        features = x.shape[1]
        size = features + y.shape[1]
        start = np.zeros((size, size))
        start[:features, :features] = np.eye(features)
        start[:features, features:] = np.linalg.lstsq(x, y, rcond=None)[0]
        return cls(size, size, bias=bias, start=start, mask=np.zeros_like(start))

    @classmethod
    def from_coo(cls, coo: Any, bias: bool = False) -> Self:
        """The layer of a sparse matrix of scipy's, (outputs, inputs); its numbers are learned."""
        start = _dense(cls, coo).T
        return cls(*start.shape, bias=bias, start=start, mask=start != 0)

    # what iterativennsimple calls start and w

    @property
    def weight_0(self: Any) -> Array:
        return self.start

    @weight_0.setter
    def weight_0(self: Any, start: Array) -> None:
        self.start = start

    @property
    def U(self: Any) -> Any:  # noqa: N802
        return self.w


class MakesSparse:
    """The ways to make a SparseLinear."""

    @classmethod
    def from_singleBlock(  # noqa: N802
        cls, out_features: int, in_features: int, block_type: Any, initialization_type: Any,
        bias: bool = True,
    ) -> Self:  # fmt: skip
        """A layer that is one block told in words (see `_block_weights`), whose numbers are
        learned."""
        weights, there = _block_weights(in_features, out_features, block_type, initialization_type)
        return cls._at(weights, learned=there != 0, bias=bias)

    @classmethod
    def from_description(  # noqa: PLR0913
        cls, out_features_sizes: Sizes, in_features_sizes: Sizes, block_types: Any,
        initialization_types: Any, trainable: Any, bias: bool = True,
    ) -> Self:  # fmt: skip
        """The layer that `MaskedLinear.from_description` gives, without the zeros that stay."""
        weights, mask = _block_matrix(
            cls.__name__, out_features_sizes, in_features_sizes,
            kind=block_types, start=initialization_types, trainable=trainable,
        )  # fmt: skip
        return cls._at(weights, mask != 0, (mask == 0) & (weights != 0), bias)

    @classmethod
    def from_MaskedLinear(cls, M: Any) -> Self:  # noqa: N802, N803
        """Of a MaskedLinear the learned weights that are not 0; all others are left out."""
        _check_masked(cls, M)
        weights = M.matrix()
        return cls._at(weights, (M.mask != 0) & (weights != 0), bias=M.b)

    @classmethod
    def from_MaskedLinearExact(cls, M: Any, keep_trainable_zeros: bool = True) -> Self:  # noqa: N802, N803
        """The same layer as a MaskedLinear, with what is learned in it and what stays.

        keep_trainable_zeros: False to leave out weights that are learned but 0 at the moment
        """
        _check_masked(cls, M)
        weights = M.matrix()
        learned = (M.mask != 0) & ((weights != 0) | keep_trainable_zeros)
        return cls._at(weights, learned, (M.mask == 0) & (weights != 0), M.b)

    @classmethod
    def from_coo(cls, coo: Any, bias: bool = False) -> Self:
        """The layer of a sparse matrix of scipy's, (outputs, inputs); its numbers are learned."""
        weights = _dense(cls, coo).T
        return cls._at(weights, weights != 0, bias=bias)

    def to_coo(self: Any) -> Any:
        """w as a sparse matrix of scipy's: (outputs, inputs)"""
        from scipy.sparse import coo_array

        return coo_array(self.matrix()).T

    @classmethod
    def _at(cls: Any, weights: Array, learned: Any, frozen: Any = False, bias: Any = True) -> Any:
        """The weights at the places that are True in `learned` and `frozen`.

        bias: whether there is one, or a Parameter to copy
        """
        places, fixed = (np.nonzero(np.broadcast_to(p, weights.shape)) for p in (learned, frozen))
        given = hasattr(bias, "data")
        layer = cls(
            *weights.shape, *places, weights[places], given or bool(bias), (*fixed, weights[fixed])
        )
        if given:
            layer.b.data[...] = bias.data
        return layer


def _block_matrix(who: str, out_sizes: Any, in_sizes: Any, **words: Any) -> tuple[Array, Array]:
    """(weights, mask), both (sum of in_sizes, sum of out_sizes): blocks side by side.

    words: kind, start and trainable, each as rows of one entry for each block, a row for each of
    out_sizes; where the sizes are whole numbers, the entry itself. An array as start is
    (outputs, inputs), as the rows are.
    trainable: which entries the mask has at 1: True, False or "non-zero", those that have a number
    """
    if np.ndim(out_sizes) == 0 and np.ndim(in_sizes) == 0:
        out_sizes, in_sizes = [out_sizes], [in_sizes]
        words = {name: [[entry]] for name, entry in words.items()}
    for what, sizes in (("out", out_sizes), ("in", in_sizes)):
        _check_sizes(who, f"{what}_features_sizes", sizes)
    for name, table in words.items():
        shape = [_length(row) for row in table] if _length(table) is not None else table
        if shape != [len(in_sizes)] * len(out_sizes):
            wanted = f"{len(out_sizes)} of {len(in_sizes)}"
            raise ValueError(f"{who} got rows of {show(shape)} entries for {name}, not {wanted}")
    weights = np.zeros((sum(in_sizes), sum(out_sizes)))
    mask = np.zeros_like(weights)
    for i, outputs in enumerate(_pieces(out_sizes)):
        for j, inputs in enumerate(_pieces(in_sizes)):
            kind, start, trainable = (words[w][i][j] for w in ("kind", "start", "trainable"))
            start = np.transpose(as_array(who, start)) if hasattr(start, "shape") else start
            block, there = _block_weights(in_sizes[j], out_sizes[i], kind, start)
            check_choice(who, trainable, (True, False, "non-zero"), "trainable")
            weights[inputs, outputs] = block
            mask[inputs, outputs] = there if trainable == "non-zero" else float(trainable)
    return weights, mask


def _length(row: Any) -> int | None:
    """How many entries a row has; None for what is none."""
    return len(row) if hasattr(row, "__len__") and not isinstance(row, str) else None


def _check_sizes(who: str, what: str, sizes: Any) -> None:
    """Refuse what is not a list of whole numbers from 1 up."""
    if not _length(sizes):
        raise ValueError(f"{who} got {what}={show(sizes)}, not a list of whole numbers")
    check_sizes(who, **{f"{what}_{i}": n for i, n in enumerate(sizes)})


def _check_masked(cls: type, layer: Any) -> None:
    if not (hasattr(layer, "mask") and hasattr(layer, "matrix")):
        raise TypeError(f"{cls.__name__} got {show(layer)}, not a MaskedLinear")


def _pieces(sizes: Sequence[int]) -> list[slice]:
    """The slices of these sizes, one after another."""
    return [slice(end - size, end) for size, end in zip(sizes, accumulate(sizes))]


def _block_weights(inputs: int, outputs: int, kind: Any, start: Any) -> tuple[Array, Array]:
    """(weights, there), both (inputs, outputs): a matrix in words, and 1 where it has a number.

    kind: 0 nowhere, "W" everywhere, "D" on the diagonal, "R=0.5" anywhere with that probability,
    "S=15" at 15 places, "Row=3" at 3 places for each output; places may be drawn twice
    start: 0, 1, "C=0.3", "G" or "G=mean,deviation" (normal), "U" or "U=low,high" (uniform), or an
    array of shape (inputs, outputs)
    """
    rng, shape = generator(), (inputs, outputs)
    there = np.zeros(shape)
    word, numbers = _word_and_numbers(kind, _KINDS, "kind")
    if word == "W":
        there[:] = 1
    elif word == "D":
        there[np.arange(min(shape)), np.arange(min(shape))] = 1
    elif word == "R":
        there[rng.random(shape) < numbers[0]] = 1
    elif word == "S":
        count = int(numbers[0])
        there[rng.integers(0, inputs, count), rng.integers(0, outputs, count)] = 1
    elif word == "Row":
        drawn = rng.integers(0, inputs, (outputs, int(numbers[0])))
        there[drawn, np.arange(outputs)[:, None]] = 1
    return there * _start_values(shape, start), there


def _start_values(shape: Shape, start: Any) -> Array:
    rng: Any = generator()
    if hasattr(start, "shape"):
        check_array("from_description", start, *shape, name="start")
        return start
    word, numbers = _word_and_numbers(start, _STARTS, "start")
    if word == "G":
        return rng.normal(*(numbers or (0.0, 1.0)), size=shape)
    if word == "U":
        return rng.uniform(*(numbers or (-1.0, 1.0)), size=shape)
    return np.full(shape, numbers[0] if word == "C" else float(word))


# How a word is written with its numbers, and what they must be
_KINDS: dict[str, tuple[str, Callable[..., bool]]] = {
    "0": ("0", lambda: True),
    "W": ("W", lambda: True),
    "D": ("D", lambda: True),
    "R": ("R=0.5", lambda share: 0 <= share <= 1),
    "S": ("S=15", lambda count: count >= 0 and count.is_integer()),
    "Row": ("Row=3", lambda count: count >= 0 and count.is_integer()),
}
_STARTS: dict[str, tuple[str, Callable[..., bool]]] = {
    "0": ("0", lambda: True),
    "1": ("1", lambda: True),
    "C": ("C=0.3", lambda number: True),
    "G": ("G or G=0,1", lambda mean=0.0, deviation=1.0: deviation >= 0),
    "U": ("U or U=-1,1", lambda low=-1.0, high=1.0: low <= high),
}


def _word_and_numbers(
    text: Any, known: Mapping[str, tuple[str, Callable[..., bool]]], what: str
) -> tuple[str, list[float]]:
    """("U", [-1.0, 1.0]) for "U=-1,1"; what is written otherwise is refused."""
    word, _, rest = str(text).partition("=")
    check_choice("from_description", word, known, what)
    example, fits = known[word]
    try:
        numbers = [float(part) for part in rest.split(",")] if rest else []
        right = fits(*numbers) and np.all(np.isfinite(numbers))
    except (ValueError, TypeError):  # what is no number, or too many of them
        right = False
    if not right:
        raise ValueError(f"from_description got {what} {show(text)}, not as in {example}")
    return word, numbers


def _dense(cls: type, coo: Any) -> Array:
    """A sparse matrix of scipy's as an array."""
    if not hasattr(coo, "toarray"):
        raise TypeError(f"{cls.__name__}.from_coo got {type(coo).__name__}, not a scipy.sparse one")
    return coo.toarray()
