"""Bad input gets one line: who, what it got, what it wanted."""

import numpy as np
import pytest

import edunn as nn

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
    (lambda: nn.Linear(3, 2).forward(np.ones(3)), "Linear(3, 2) got x of shape (3,), not (n, 3)"),
    (lambda: nn.Bias(2).forward(ones), "Bias(2) got x of shape (4, 3), not (n, 2)"),
    (lambda: nn.Dense(2, 2, "relu").forward(ones),
     "Dense(2, 2, 'relu') got x of shape (4, 3), not (n, 2)"),
    (lambda: nn.Softmax().forward(np.ones(3)), "Softmax() got x of shape (3,), not (n, classes)"),
    (lambda: nn.MSELoss().forward(ones, np.ones(4)),
     "MSELoss() got target of shape (4,), not (4, 3)"),
    (lambda: nn.accuracy(ones, labels[:2]), "accuracy got labels of shape (2,), not (4,)"),
    (lambda: named.forward(ones),
     "Sequential: layer 1 (second): Dense(5, 2, 'id') got x of shape (4, 2), not (n, 5)"),
    (lambda: model.forward(np.ones((4, 7))),
     "net: layer 0: Linear(3, 2) got x of shape (4, 7), not (n, 3)"),
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
    (lambda: nn.SGD(model.parameters(), lr=0), "SGD got lr=0, not a number above 0"),
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
     "Dense got activation 'rleu', not one of gelu, id, leaky_relu, relu, sigmoid, softmax, tanh "
     "(did you mean 'relu'?)"),
    (lambda: nn.Dense(3, 2, 7),
     "Dense got activation 7, not one of gelu, id, leaky_relu, relu, sigmoid, softmax, tanh"),
    (lambda: nn.SGD(model.parameters()).step({"0.w": ones}),
     "SGD.step got gradients for ['0.w'], but its parameters are [0, 1]; "
     "build it on model.named_parameters()"),
    (lambda: nn.check_gradients(nn.Linear(3, 2), ones, only=["wx"]),
     "check_gradients got name 'wx', not one of input 0, w (did you mean 'w'?)"),
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
