"""What a worker shuts while a student's own code is looked at."""

import numpy as np
import pytest

import edunn as nn
from edunn.course.hidden_tests import KNOWING
from edunn.course.sandbox.shutting import Shutter


@pytest.fixture
def shutter():
    one = Shutter()
    yield one
    one.open()


def test_shut_functions_refuse_wherever_they_are_held(shutter):
    add, held = nn.Add(), nn.ops.unbroadcast
    shutter.shut(["ops.unbroadcast", "ops.Add"], [])
    with pytest.raises(NotImplementedError, match="unbroadcast of edunn is shut"):
        held(np.ones((2, 3)), (3,))
    with pytest.raises(NotImplementedError, match=r"Add\.forward of edunn is shut"):
        add.forward(1.0, 2.0)
    assert nn.Subtract().forward(3.0, 2.0) == 1
    shutter.open()
    assert add.forward(1.0, 2.0) == 3
    assert held(np.ones((2, 3)), (3,)).tolist() == [2, 2, 2]


def test_everything_that_knows_a_derivative_but_what_is_kept(shutter):
    x = np.ones((2, 3))
    chain = nn.Sequential(nn.Tanh())
    shutter.shut(KNOWING, ["Add", "unbroadcast", "gradient_for"])
    for run in (
        nn.Linear(3, 2).forward,
        nn.Softmax().forward,
        chain.forward,
        nn.Tensor(x).backward,
    ):
        with pytest.raises(NotImplementedError, match="is shut"):
            run(x)
    add = nn.Add()
    add.forward(x, x[0])
    assert add.backward(x)[0][1].tolist() == [2, 2, 2]
    assert nn.numeric_gradient(np.sin, np.zeros(2), np.ones(2)) == pytest.approx([1, 1])


def test_shutting_others_opens_the_first(shutter):
    shutter.shut(["ops"], [])
    shutter.shut(["array_ops"], [])
    assert nn.Add().forward(1.0, 2.0) == 3
    with pytest.raises(NotImplementedError):
        nn.array_ops.Sum().forward(np.ones(3))


def test_names_that_are_not_there_are_refused(shutter):
    with pytest.raises(KeyError, match="unbroadcasts"):
        shutter.shut(["ops.unbroadcasts"], [])
