"""What all files of this package share: Mistake, and fixed values for parameters and inputs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from edunn.core import Module


@dataclass
class Mistake:
    """One entry of the catalogue as code.

    wrong, right: build a module with the mistake and one without; their parameters have the same
    names and the same values
    inputs: of a batch size and a generator, what to call both with
    """

    id: str
    wrong: Callable[[], Module]
    right: Callable[[], Module]
    inputs: Callable[[int, np.random.Generator], tuple[np.ndarray, ...]]


def mistakes(
    wrongs: Iterable[type[Module]],
    right: type[Module],
    inputs: Callable[[int, np.random.Generator], tuple[np.ndarray, ...]],
    *arguments: int,
) -> list[Mistake]:
    """A Mistake for each class named by its id, built with the arguments that `right` takes."""
    builder = partial(build, right, *arguments)
    return [Mistake(w.__name__, partial(build, w, *arguments), builder, inputs) for w in wrongs]


def build(kind, *arguments):
    """A module whose parameters are random float64, the same in every module of such shapes."""
    return filled(kind(*arguments))


def filled(module):
    for i, parameter in enumerate(module.parameters()):
        parameter.data = values(*parameter.shape, seed=i)
    return module


def values(*shape, seed=0):
    return np.random.default_rng((seed, *shape)).normal(size=shape)


def features(n, rng):
    return (rng.normal(size=(n, 4)),)
