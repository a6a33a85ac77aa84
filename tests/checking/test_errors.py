"""What a check raises: a kind of its own for each kind of thing, and one base for all."""

import inspect
from pathlib import Path

import numpy as np
import pytest

import edunn as nn
import edunn.checking
from edunn.checking import (
    CheckError,
    GradientError,
    InitializerError,
    OptimizerError,
    TrainingLoopError,
)

X = np.random.default_rng(0).normal(size=(4, 3))


class Wrong(nn.Tanh):
    def backward(self, dy):
        return dy, {}


def sgd(lr):
    return lambda parameters: nn.SGD(parameters, lr=lr)


KINDS = {
    "check_gradients": (lambda: nn.check_gradients(Wrong(), X), GradientError),
    "check_layer": (lambda: nn.check_layer(Wrong(), X), GradientError),
    "check_optimizer": (lambda: nn.check_optimizer(sgd(0.2), sgd(0.1)), OptimizerError),
    "check_initializer": (
        lambda: nn.check_initializer(nn.initializers.RandomNormal(0.2), std=0.1),
        InitializerError,
    ),
    "check_training_loop": (
        lambda: nn.check_training_loop(lambda *arguments: [1.0] * 3),
        TrainingLoopError,
    ),
}


@pytest.mark.parametrize(("check", "kind"), KINDS.values(), ids=KINDS)
def test_each_check_raises_its_kind(check, kind):
    with pytest.raises(CheckError) as caught:
        check()
    assert type(caught.value) is kind


@pytest.mark.parametrize("kind", [OptimizerError, InitializerError, TrainingLoopError])
def test_who_expects_a_gradient_error_still_gets_one(kind):
    """As all checks raised it in the first edition, and notebooks may catch it."""
    assert issubclass(kind, GradientError)
    assert issubclass(GradientError, CheckError)
    assert issubclass(CheckError, AssertionError)


def test_check_same_raises_the_base():
    for calculated in (np.zeros(2), np.zeros(3), nn.Tensor(np.ones(2))):
        with pytest.raises(CheckError) as caught:
            nn.utils.check_same(np.ones(2), calculated)
        assert type(caught.value) is CheckError


@pytest.mark.parametrize(
    ("kind", "told"), [(np.float32, "So much is rounded off in float32"), (float, "such as an eps")]
)
def test_check_same_says_where_a_small_difference_comes_from(kind, told):
    with pytest.raises(nn.checking.CheckError, match=told):
        nn.utils.check_same(0.1, kind(0.1 - 1e-10))


def test_check_same_of_a_tensor_says_where_its_array_is():
    with pytest.raises(CheckError, match="calculated is a Parameter, not an array: its array is"):
        nn.utils.check_same(np.ones(2), nn.Parameter(np.ones(2)))


def test_nothing_leaks_from_the_package():
    """But its own files, which importing makes attributes of it."""
    files = {path.stem for path in Path(inspect.getfile(edunn.checking)).parent.glob("*.py")}
    public = {name for name in vars(edunn.checking) if not name.startswith("_")}
    assert public - files == set(edunn.checking.__all__)
    assert list(edunn.checking.__all__) == sorted(edunn.checking.__all__)
