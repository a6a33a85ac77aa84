"""Bad input gets one line that says who, what it got and what it wanted, and never NumPy's own.

First a table of bad input over everything public, then the lines themselves, word by word.
"""

import inspect
import traceback

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike
from cases import CASES
from edunn.layers.activations import ACTIVATIONS

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


def assert_refused_well(action, given=""):
    """Either it works, or it raises in one line, from a file of ours; `given` names the input."""
    error = None
    try:
        action()
    except nn.GradientError:  # a check's own answer is a screen of text: see test_report.py
        return
    except (ValueError, TypeError, IndexError, NotImplementedError, OSError) as raised:
        error = raised
    if error is not None:
        assert str(error), (given, "an empty message")
        assert "\n" not in str(error), (given, error)
        last = traceback.extract_tb(error.__traceback__)[-1].filename
        assert "numpy" not in last, (given, last)
        assert "site-packages" not in last, (given, last)
        assert not any(words in str(error) for words in FOREIGN), (given, error)


one_array = {
    name: case
    for name, case in CASES.items()
    if isinstance(case[0], nn.Module)
    and type(case[0]).__module__ not in ("edunn.ops", "edunn.array_ops", "edunn.more_ops")
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", one_array)
def test_forward(name):
    module, *inputs = one_array[name]
    for bad, array in BAD_ARRAYS.items():
        for place in range(len(inputs)):
            given = [array if i == place else x for i, x in enumerate(inputs)]
            assert_refused_well(lambda given=given: module.forward(*given), bad)
        if len(inputs) > 1:
            given = [array] * len(inputs)
            assert_refused_well(lambda given=given: module.forward(*given), bad)


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
    "values": [1.0, 2.0], "value": 1.0, "normalized_shape": 3,
    "heads": 3, "output_size": 2, "input_size": 3, "hidden_size": 2, "embed_dim": 3, "num_heads": 3,
    "parameters": [nn.Parameter(np.ones(2))], "optimizer": nn.SGD([nn.Parameter(np.ones(2))]),
    "parameter": np.ones(2), "gradient": np.ones(2),
    "step_size": 2, "gamma": 0.5, "milestones": [2, 3], "lr_lambda": abs, "T_max": 3, "lr": 0.1,
}  # fmt: skip
NOT_NUMBERS = {
    "Module", "Parameter", "Tensor", "Index", "Reshape", "Transpose", "Concatenate", "Sum", "Mean",
    "Max", "BroadcastTo", "Clip", "CumSum", "Einsum", "ExpandDims", "Flip", "Min", "Pad", "Prod",
    "Repeat", "Sort", "Squeeze", "Stack", "Std", "Tile", "Tril", "Triu", "Var", "DataLoader",
    "TensorDataset", "GradientDescent", "MomentumGD", "NesterovMomentumGD", "MeanError",
    "ModuleDict", "ModuleList", "Sequential", "Sequential1D", "Sequential2D", "Phase",
}  # fmt: skip


def one_bad_argument():
    for full_name, cls in CLASSES.items():
        takes_none = cls.__init__ is object.__init__ or issubclass(cls, Exception)
        if cls.__name__ in NOT_NUMBERS or takes_none:
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
    for given, bad in BAD_NUMBERS.items():
        assert_refused_well(lambda bad=bad: cls(**required | {name: bad}), given)


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


ones = np.ones((4, 3))
labels = np.array([0, 1, 2, 1])
model = nn.Sequential([nn.Linear(3, 2), nn.Linear(2, 2)], name="net")
named = nn.Sequential(("first", nn.Linear(3, 2)), ("second", nn.Dense(5, 2)))


def fit(x, y, **options):
    two = nn.Sequential(nn.Dense(3, 3))
    return nn.fit(two, x, y, nn.CrossEntropyLoss(), nn.SGD(two.parameters()), **options)


def with_nan():
    x = ones.copy()
    x[2, 1] = np.nan
    return x


BAD = [
    # shapes
    (lambda: nn.Linear(3, 2).forward(np.ones((4, 5))),
     "Linear(3, 2) got x of shape (4, 5), not (n, 3)"),
    (lambda: nn.Linear(3, 2).forward(np.ones(4)), "Linear(3, 2) got x of shape (4,), not (n, 3)"),
    (lambda: nn.Linear(3, 2).forward(np.ones((4, 5, 2))),
     "Linear(3, 2) got x of shape (4, 5, 2), not (..., 3)"),
    (lambda: nn.Bias(2).forward(ones), "Bias(2) got x of shape (4, 3), not (n, 2)"),
    (lambda: nn.Dense(2, 2, "relu").forward(ones),
     "Dense(2, 2, 'relu') got x of shape (4, 3), not (n, 2)"),
    (lambda: nn.Softmax().forward(np.array(3.0)), "Softmax() got x of shape (), not (n, classes)"),
    (lambda: nn.Softmax(axis=2).forward(ones),
     "Softmax(axis=2) got x of shape (4, 3), not one with numbers along axis 2"),
    (lambda: nn.Softmax(axis=None), "Softmax got axis=None, not a whole number"),
    (lambda: nn.LayerNorm((4, 2)).forward(ones),
     "LayerNorm((4, 2)) got x of shape (4, 3), not (n, 4, 2)"),
    (lambda: nn.GELU("tahn"),
     "GELU got approximate 'tahn', not one of none, tanh (did you mean 'tanh'?)"),
    (lambda: nn.MSELoss().forward(ones, np.ones(4)),
     "MSELoss() got target of shape (4,), not (4, 3)"),
    (lambda: nn.accuracy(ones, labels[:2]), "accuracy got labels of shape (2,), not (4,)"),
    (lambda: named.forward(ones),
     "Sequential: layer 1 (second): Dense(5, 2, 'id') got x of shape (4, 2), not (n, 5)"),
    (lambda: model.forward(np.ones((4, 7))),
     "net: layer 0: Linear(3, 2) got x of shape (4, 7), not (n, 3)"),
    (lambda: nn.MultiHeadAttention(4, 2).forward(ones),
     "MultiHeadAttention(4, heads=2) got query of shape (4, 3), not (n, T, 4)"),
    (lambda: nn.MultiHeadAttention(4, 3),
     "MultiHeadAttention got features=4, not a multiple of heads=3"),
    (lambda: nn.MultiHeadAttention(3, 1).forward(ones[None], ones[None]),
     "MultiHeadAttention(3, heads=1) got key or value alone, not both or neither"),
    (lambda: nn.LSTM(3, 4).forward(ones[None], np.ones((1, 1, 4))),
     "LSTM(3, 4) got 1 initial states, not 2"),
    (lambda: nn.GRU(3, 4).forward(ones[None], np.ones((1, 2, 4))),
     "GRU(3, 4) got h0 of shape (1, 2, 4), not (1, 1, 4)"),
    (lambda: nn.Embedding(5, 3, padding_idx=5),
     "Embedding got padding_idx=5, not a whole number from 0 to 4"),
    (lambda: nn.Conv2d(1, 2, (2, 2, 2)),
     "Conv2d got kernel_size=(2, 2, 2), not one number, or 2 of them"),
    (lambda: nn.Conv2d(4, 3, 2, groups=2),
     "Conv2d got out_channels=3, not a multiple of groups=2"),
    (lambda: nn.Conv2d(1, 2, 2, stride=2, padding="same"),
     "Conv2d got padding='same' and stride=2, not stride=1"),
    (lambda: nn.Conv2d(1, 2, 2, padding="sam"),
     "Conv2d got padding 'sam', not one of same, valid (did you mean 'same'?)"),
    (lambda: nn.Conv2d(1, 2, 3, dilation=2).forward(np.ones((1, 1, 4, 5))),
     "Conv2d got images of 4x5 with padding 0, smaller than its windows of 5"),
    (lambda: nn.Conv1d(2, 3, 3).forward(ones), "Conv1d(2, 3, kernel_size=3, stride=1, padding=0) "
     "got x of shape (4, 3), not (n, 2, length)"),
    (lambda: nn.MaxPool2d(2, padding=2),
     "MaxPool2d got padding=2, not at most half of kernel_size=2"),
    (lambda: nn.MaxPool2d(2, padding=1).forward(np.ones((1, 1, 4, 4), int)),
     "MaxPool2d(kernel_size=2, stride=2, padding=1) got x of dtype int64, not of floats, "
     "which padding needs"),
    (lambda: nn.AdaptiveAvgPool2d(0),
     "AdaptiveAvgPool2d got output_size=0, not a whole number from 1 up"),
    # types
    (lambda: nn.Linear(3, 2).forward([[1, 2, 3]]), "Linear(3, 2) got x of type list, not an array"),
    (lambda: nn.ReLU().forward("abc"), "ReLU() got x of type str, not an array"),
    (lambda: nn.Linear(3, 2).forward(np.array([["a", "b", "c"]])),
     "Linear(3, 2) got x of dtype <U1, not numbers"),
    (lambda: nn.Tanh().forward(np.array([[None]])), "Tanh() got x of dtype object, not numbers"),
    (lambda: nn.Sequential(nn.ReLU(), "relu"), "Sequential got 'relu' as layer 1, not a Module"),
    (lambda: nn.initializers.Constant("a"), "Constant got a value of dtype <U1, not numbers"),
    (lambda: nn.SGD([1, 2]), "SGD got no parameters: give it model.parameters()"),
    (lambda: nn.SGD([]), "SGD got no parameters: give it model.parameters()"),
    (lambda: nn.set_default_dtype(np.int32),
     "set_default_dtype got <class 'numpy.int32'>, not np.float32 or np.float64"),
    # sizes and numbers
    (lambda: nn.Linear(0, 2), "Linear got inputs=0, not a whole number from 1 up"),
    (lambda: nn.Linear(3, 2.5), "Linear got outputs=2.5, not a whole number from 1 up"),
    (lambda: nn.Bias(True), "Bias got features=True, not a whole number from 1 up"),
    (lambda: nn.Dense(3, -1), "Dense got outputs=-1, not a whole number from 1 up"),
    (lambda: nn.Linear(2, 3, nn.initializers.Constant(np.ones((3, 2)))),
     "Constant got a parameter of shape (2, 3), not (3, 2)"),
    (lambda: nn.initializers.RandomNormal(-1), "RandomNormal got std=-1, not a number above 0"),
    (lambda: nn.SGD(model.parameters(), lr=-1), "SGD got lr=-1, not a number from 0 up"),
    (lambda: nn.SGD(model.parameters(), momentum=1),
     "SGD got momentum=1, not a number from 0 to below 1"),
    (lambda: nn.Adam(model.parameters(), betas=(0.9,)),
     "Adam got betas=(0.9,), not two numbers from 0 to below 1"),
    (lambda: nn.manual_seed(-1), "manual_seed got -1, not a whole number from 0 up"),
    (lambda: nn.datasets.train_test_split(ones, labels, test=1.5),
     "train_test_split got test=1.5, not a share between 0 and 1"),
    (lambda: list(nn.batches(ones, labels, 0)),
     "batches got batch_size=0, not a whole number from 1 up"),
    # names
    (lambda: nn.Dense(3, 2, "rleu"),
     f"Dense got activation 'rleu', not one of {', '.join(sorted(ACTIVATIONS))} "
     "(did you mean 'relu'?)"),
    (lambda: nn.Dense(3, 2, 7),
     f"Dense got activation 7, not one of {', '.join(sorted(ACTIVATIONS))}"),
    (lambda: nn.SGD(model.parameters()).step({"0.w": ones}),
     "SGD.step got gradients for ['0.w'], but its parameters are [0, 1]; "
     "build it on model.named_parameters()"),
    (lambda: nn.check_gradients(nn.Linear(3, 2), ones, only=["wx"]),
     "check_gradients got name 'wx', not one of input 0, w (did you mean 'w'?)"),
    (lambda: nn.SGD(nn.Linear(3, 2)), "SGD got Linear(3, 2), not model.parameters()"),
    (lambda: nn.SGD(model.parameters()).step(print),
     "SGD.step got <built-in function print>, not gradients: call loss.backward(), and step() "
     "without any"),
    (lambda: nn.SGD(model.parameters()).step([ones]),
     "SGD.step got [array([[1., 1., 1.], [1., 1., 1.], [1., 1., 1.], [1., 1...., not "
     "gradients: by name"),
    (lambda: nn.MaxPool2d(2, ceil_mode=True),
     "MaxPool2d got ceil_mode=True, not False: nothing else is built"),
    (lambda: nn.MSELoss(size_average=False), "MSELoss got size_average, but takes reduction"),
    (lambda: nn.MSELoss(nn.Tensor(ones), nn.Tensor(ones)),
     "MSELoss got a Tensor as reduction: write MSELoss()(...), made first"),
    (lambda: nn.CrossEntropyLoss(nn.Tensor(ones), nn.Tensor(labels)),
     "CrossEntropyLoss got a Tensor as ignore_index: write CrossEntropyLoss()(...), made first"),
    (lambda: nn.Flatten(1, 9).forward(ones),
     "Flatten(start_dim=1, end_dim=9) got x of shape (4, 3), which has no such axes"),
    (lambda: nn.from_torch(model, model[0]),
     "from_torch got Linear(3, 2), not a state dict: model.state_dict()"),
    (lambda: model[0].load_state_dict({"weight": ones}, strict=False),
     "Linear cannot load this: w is missing; weight is unknown"),
    (lambda: nn.fit(model, ones, ones, lambda y, target: 1.5, nn.SGD(model.parameters())),
     "fit got a loss 1.5, not a Tensor: np.asarray, .data and .numpy() leave the tape"),
    # labels and data
    (lambda: nn.CrossEntropyLoss().forward(ones, np.array([0, 1, 3, 1])),
     "CrossEntropyLoss() got labels with 3, not all from 0 to 2"),
    (lambda: nn.CrossEntropyLoss().forward(ones, np.array([0, -1, 2, 1])),
     "CrossEntropyLoss() got labels with -1, not all from 0 to 2"),
    (lambda: nn.CrossEntropyLoss().forward(ones, labels * 1.0),
     "CrossEntropyLoss() got labels of dtype float64, not whole numbers"),
    (lambda: nn.CrossEntropyLoss().forward(ones, labels[:3]),
     "CrossEntropyLoss() got labels of shape (3,), not (4,)"),
    (lambda: nn.CrossEntropyLoss().forward(ones[:0], labels[:0]),
     "CrossEntropyLoss() got an empty batch"),
    (lambda: nn.MSELoss().forward(ones[:0], ones[:0]), "MSELoss() got an empty batch"),
    (lambda: fit(with_nan(), labels),
     "fit got x with 1 values that are no numbers (NaN or infinity), the first at (2, 1)"),
    (lambda: fit(ones, labels[:2]), "fit got 4 examples x and 2 answers y, not n of each"),
    (lambda: fit(ones[:0], labels[:0]), "fit got 0 examples x and 0 answers y, not n of each"),
    (lambda: fit(ones, labels, epochs=0), "fit got epochs=0, not a whole number from 1 up"),
    (lambda: fit(ones, np.full(4, 3), progress=False),
     "CrossEntropyLoss() got labels with 3, not all from 0 to 2"),
    (lambda: fit([[1, 2, 3]], labels), "fit got x of type list, not an array"),
    # devices
    (lambda: nn.to(ones, "gpu"), "to(x, device) got device 'gpu', not 'cpu', 'cuda' or 'cuda:1'"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_one_line_says_what_is_wrong(action, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        action()
    assert str(caught.value) == message


def test_a_gpu_that_is_not_there_is_one_line():
    with pytest.raises(nn.DeviceError, match="device 'cuda'.*(needs CuPy|finds no NVIDIA GPU)"):
        nn.to(ones, "cuda")
