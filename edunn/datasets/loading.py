"""Data in batches of Tensors, as PyTorch's DataLoader gives them."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from edunn.backend import Array, default_dtype, generator
from edunn.core import Tensor
from edunn.datasets.mnist import read_mnist
from edunn.inputs import as_array, check_sizes

Transform: TypeAlias = Callable[[Array], Array]  # of one image


class Dataset:
    """What a DataLoader takes: write `__len__`, and `__getitem__` for each i below it."""

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__}.__len__: not written yet")

    def __getitem__(self, i: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}.__getitem__: not written yet")


class Subset(Dataset):
    """Those items of a dataset that stand at some places."""

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, i: Any) -> Any:
        return self.dataset[self.indices[i]]


def random_split(dataset: Any, lengths: Sequence[float]) -> list[Subset]:
    """A dataset in parts, drawn at random, each item in one of them.

    lengths: how many items each part has, or shares that add up to 1; what these leave over by
    rounding down goes to the first parts, one item each
    """
    n = len(dataset)
    sizes = [int(length) for length in lengths]
    if abs(sum(lengths) - 1) < 1e-9 and n != 1:
        sizes = [int(n * share) for share in lengths]
        for i in range(n - sum(sizes)):
            sizes[i % len(sizes)] += 1
    elif sizes != list(lengths) or sum(sizes) != n or min(sizes) < 0:
        raise ValueError(f"random_split got lengths {list(lengths)} for {n} items")
    ends = np.cumsum(sizes)[:-1].astype(int)
    parts = np.split(generator().permutation(n), ends)
    return [Subset(dataset, part.tolist()) for part in parts]


class TensorDataset(Dataset):
    """Arrays of one length; item i holds the i-th of each."""

    def __init__(self, *arrays: Any) -> None:
        self.arrays = [as_array("TensorDataset", a, "an array") for a in arrays]
        sizes = {array.shape[:1] for array in self.arrays}
        if len(sizes) != 1 or () in sizes:
            shapes = ", ".join(str(array.shape) for array in self.arrays)
            raise ValueError(f"TensorDataset got arrays of shapes {shapes}, not of one length")

    def __len__(self) -> int:
        return len(self.arrays[0])

    def __getitem__(self, i: Any) -> tuple[Array, ...]:
        return tuple(array[i] for array in self.arrays)


class MNIST(Dataset):
    """Handwritten digits, image by image: (transform(image), label), image (28, 28) of 0 to 255.

    root: a folder that has or gets the files, unless EDUNN_DATA names one that has them
    """

    kind = "mnist"

    def __init__(
        self,
        root: str | Path | None = None,
        train: bool = True,
        download: bool = False,
        transform: Transform | None = None,
    ) -> None:
        folder = None if "EDUNN_DATA" in os.environ else root
        self.images, self.targets = read_mnist(self.kind, train, folder, download)
        self.transform = transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> tuple[Array, Any]:
        image = self.images[i]
        return (image if self.transform is None else self.transform(image)), self.targets[i]


class FashionMNIST(MNIST):
    """Pictures of clothes, in the form of MNIST."""

    kind = "fashion_mnist"


class ToTensor:
    """An image (height, width) of 0 to 255 as an array (1, height, width) of 0 to 1."""

    def __call__(self, image: Array) -> Array:
        return image[None].astype(default_dtype()) / 255


class Normalize:
    """(image - mean) / std, channel by channel."""

    def __init__(self, mean: ArrayLike, std: ArrayLike) -> None:
        self.mean = np.reshape(mean, (-1, 1, 1)).astype(default_dtype())
        self.std = np.reshape(std, (-1, 1, 1)).astype(default_dtype())

    def __call__(self, image: Array) -> Array:
        return (image - self.mean) / self.std


class Compose:
    """Transforms one after another."""

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self.transforms = transforms

    def __call__(self, image: Array) -> Array:
        for transform in self.transforms:
            image = transform(image)
        return image


class DataLoader:
    """Batches of a dataset; the last one may be smaller.

    dataset: an array, or anything with a length and items
    Items that are tuples or lists, as (image, label), give a tuple of Tensors a batch, and dicts a
    dict of them; items that are arrays, Tensors or numbers give one Tensor.
    num_workers, pin_memory: accepted, without effect: everything happens in this process
    """

    def __init__(  # noqa: PLR0913  # PyTorch's words
        self, dataset: Any, batch_size: int = 1, shuffle: bool = False, drop_last: bool = False,
        *, num_workers: int = 0, pin_memory: bool = False,
    ) -> None:  # fmt: skip
        check_sizes("DataLoader", batch_size=batch_size)
        if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
            kind = type(dataset).__name__
            raise TypeError(f"DataLoader got dataset of type {kind}, not one with len() and items")
        if hasattr(dataset, "to_numpy") or (
            hasattr(dataset, "dtype") and hasattr(dataset, "shape")
        ):
            # of a table, [i] would be a column, or the row that is called i
            dataset = as_array("DataLoader", dataset, "dataset")
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last

    def __len__(self) -> int:
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        n = len(self.dataset)
        order = generator().permutation(n) if self.shuffle else np.arange(n)
        for batch in range(len(self)):
            chosen = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            if isinstance(self.dataset, TensorDataset):  # all at once
                yield tuple(Tensor(column) for column in self.dataset[chosen])
            elif hasattr(self.dataset, "__array_function__"):
                yield Tensor(self.dataset[chosen])
            else:
                yield _collated([self.dataset[i] for i in chosen.tolist()])


def _collated(items: list[Any]) -> Any:
    """One Tensor of the items, or a tuple or dict of one for each place in them."""
    if isinstance(items[0], dict):
        if any(not isinstance(item, dict) or item.keys() != items[0].keys() for item in items):
            raise ValueError(f"DataLoader got items that are not all dicts of {[*items[0]]}")
        return {name: _collated([item[name] for item in items]) for name in items[0]}
    if isinstance(items[0], (tuple, list)):
        lengths = {len(item) if isinstance(item, (tuple, list)) else 1 for item in items}
        if len(lengths) > 1:
            raise ValueError(
                f"DataLoader got items of {sorted(lengths)} parts, not of equally many"
            )
        return tuple(_collated([*column]) for column in zip(*items))
    arrays = [
        item if isinstance(item, (bool, int, float)) else as_array("DataLoader", item, "an item")
        for item in items
    ]
    shapes = {np.shape(array) for array in arrays}
    if len(shapes) > 1:
        raise ValueError(f"DataLoader got items of shapes {sorted(shapes)}, not all of one")
    return Tensor(np.stack(arrays))
