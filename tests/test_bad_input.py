"""A table of bad input over everything public: one line that says who, and never NumPy's own."""

import inspect
import traceback

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike
from cases import CASES

BAD_ARRAYS = {
    "nothing": None,
    "a list": [[1.0, 2.0, 3.0]],
    "text": "abc",
    "a number": 3.0,
    "an array of text": np.array([["a", "b", "c"]]),
    "an array of objects": np.array([[None, 1, "x"]], dtype=object),
    "complex numbers": np.ones((4, 3), complex),
    "dates": np.array([["2020-01-01"]], "datetime64[D]"),
    "no axes": np.array(1.0),
    "one axis": np.ones(7),
    "seven features": np.ones((4, 7)),
    "five axes": np.ones((1, 1, 1, 1, 7)),
    "no examples": np.ones((0, 3)),
    "no features": np.ones((4, 0)),
    "truth values": np.ones((4, 3), bool),
    "whole numbers": np.ones((4, 3), np.uint8),
}
BAD_NUMBERS = {
    "nothing": None, "text": "abc", "zero": 0, "negative": -3, "a fraction": 2.5, "True": True,
    "NaN": float("nan"), "infinity": float("inf"), "a list": [1, 2], "an array": np.ones(2),
}  # fmt: skip


FOREIGN = (  # words of NumPy's and Python's own messages
    "operand", "ufunc", "matmul", "axes don't match", "could not be broadcast", "loop of",
    "object has no attribute", "Cannot cast", "cannot reshape", "not supported between",
    "could not convert", "not subscriptable", "cannot be interpreted",
)  # fmt: skip


def assert_refused_well(action):
    """Either it works, or it raises in one line, from a file of ours."""
    error = None
    try:
        action()
    except nn.GradientError:  # a check's own answer is a screen of text: see test_report.py
        return
    except (ValueError, TypeError, IndexError, NotImplementedError, OSError) as raised:
        error = raised
    if error is not None:
        assert str(error), "an empty message"
        assert "\n" not in str(error), error
        last = traceback.extract_tb(error.__traceback__)[-1].filename
        assert "numpy" not in last, last
        assert "site-packages" not in last, last
        assert not any(words in str(error) for words in FOREIGN), error


one_array = {
    name: case
    for name, case in CASES.items()
    if isinstance(case[0], nn.Module)
    and type(case[0]).__module__ not in ("edunn.ops", "edunn.array_ops")
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("bad", BAD_ARRAYS)
@pytest.mark.parametrize("name", one_array)
def test_forward(name, bad):
    module, *inputs = one_array[name]
    for place in range(len(inputs)):
        given = [BAD_ARRAYS[bad] if i == place else x for i, x in enumerate(inputs)]
        assert_refused_well(lambda given=given: module.forward(*given))
    if len(inputs) > 1:
        assert_refused_well(lambda: module.forward(*[BAD_ARRAYS[bad]] * len(inputs)))


def classes(module):
    found = {}
    for name, value in vars(module).items():
        if isinstance(value, type) and value.__module__.startswith("edunn") and name[0].isupper():
            found[f"{module.__name__}.{name}"] = value
    return found


CLASSES = classes(nn) | classes(edunn.torchlike) | classes(nn.initializers)
GOOD = {
    "inputs": 3, "outputs": 2, "features": 3, "num_features": 3, "in_features": 3, "in_channels": 2,
    "out_features": 2, "out_channels": 2, "classes": 2, "kernel_size": 2, "hidden": 2, "std": 1.0,
    "num_embeddings": 4, "embedding_dim": 3, "rows": [0, 1], "columns": [0, 1],
    "values": [1.0, 2.0], "value": 1.0,
    "parameters": [nn.Parameter(np.ones(2))], "optimizer": nn.SGD([nn.Parameter(np.ones(2))]),
    "step_size": 2, "gamma": 0.5, "T_max": 3, "lr": 0.1,
}  # fmt: skip
NOT_NUMBERS = {
    "Module", "Parameter", "Tensor", "Index", "Reshape", "Transpose", "Concatenate", "Sum", "Mean",
    "Max", "DeviceError", "GradientError", "DataLoader", "TensorDataset", "GradientDescent",
    "MomentumGD", "NesterovMomentumGD", "MeanError", "ModuleDict", "ModuleList", "Sequential",
    "Sequential1D", "Sequential2D",
}  # fmt: skip


def one_bad_argument():
    for full_name, cls in CLASSES.items():
        if cls.__name__ in NOT_NUMBERS or cls.__init__ is object.__init__:
            continue
        parameters = list(inspect.signature(cls).parameters.values())
        for parameter in parameters:
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                yield pytest.param(
                    cls, parameters, parameter.name, id=f"{full_name}-{parameter.name}"
                )


@pytest.mark.parametrize(("cls", "parameters", "name"), list(one_bad_argument()))
def test_constructors(cls, parameters, name):
    asked = [p.name for p in parameters if p.default is p.empty or p.name == "embedding_dim"]
    required = {name: GOOD[name] for name in asked if name in GOOD}
    cls(**required)  # the good arguments are good
    for bad in BAD_NUMBERS.values():
        assert_refused_well(lambda bad=bad: cls(**required | {name: bad}))


@pytest.mark.parametrize("bad", BAD_ARRAYS)
def test_functions_of_data(bad):
    x, y = np.ones((4, 3)), np.array([0, 1, 2, 0])
    model = nn.Sequential(nn.Dense(3, 3))
    array, optimizer = BAD_ARRAYS[bad], nn.SGD(model.parameters())
    loss = nn.CrossEntropyLoss()
    assert_refused_well(lambda: nn.fit(model, array, y, loss, optimizer, 1, progress=False))
    assert_refused_well(lambda: nn.fit(model, x, array, loss, optimizer, 1, progress=False))
    assert_refused_well(lambda: nn.accuracy(array, y))
    assert_refused_well(lambda: nn.accuracy(x, array))
    assert_refused_well(lambda: nn.mse(array, x))
    assert_refused_well(lambda: nn.confusion_matrix(array, y))
    assert_refused_well(lambda: nn.TensorDataset(array, y))
    assert_refused_well(lambda: nn.datasets.standardize(array))
    assert_refused_well(lambda: nn.check_gradients(nn.Linear(3, 2), array))
    assert_refused_well(lambda: nn.check_gradients(array, x))
    assert_refused_well(lambda: nn.utils.check_gradient.common_layer(nn.ReLU(), array, 2))


@pytest.mark.parametrize("bad", BAD_NUMBERS)
def test_functions_of_numbers(bad):
    number = BAD_NUMBERS[bad]
    x, y = np.ones((4, 3)), np.array([0, 1, 2, 0])
    model = nn.Sequential(nn.Dense(3, 3))
    optimizer, loss = nn.SGD(model.parameters()), nn.CrossEntropyLoss()
    for options in ({"batch_size": number}, {"epochs": 1, "early_stopping": number}):
        assert_refused_well(
            lambda options=options: nn.fit(
                model, x, y, loss, optimizer, progress=False, **{"epochs": 1} | options
            )
        )
    if number is not True:
        assert_refused_well(lambda: nn.fit(model, x, y, loss, optimizer, number, progress=False))
    for action in (
        lambda: nn.fit(model, x, y, number, optimizer, 1, progress=False),
        lambda: nn.fit(model, x, y, loss, number, 1, progress=False),
        lambda: nn.manual_seed(number),
        lambda: nn.to(x, number),
        lambda: list(nn.batches(x, y, number)),
        lambda: nn.clip_grad_norm(model.parameters(), number),
        lambda: nn.datasets.train_test_split(x, y, number),
        lambda: nn.datasets.load_classification(number),
        lambda: nn.datasets.load_regression(number),
        lambda: nn.Dense(3, 2, number),
        lambda: nn.DataLoader(nn.TensorDataset(x, y), number),
        lambda: model[number],
        lambda: model.explain(number),
        lambda: nn.Sequential(number),
        lambda: nn.MeanError(number),
        lambda: nn.Tensor(np.ones((2, 3))).backward(number),
        lambda: nn.save(model, number),
        lambda: nn.set_default_dtype(number),
    ):
        assert_refused_well(action)
