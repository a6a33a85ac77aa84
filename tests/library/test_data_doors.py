"""Every door for data, with every kind of thing that users bring: as the arrays would, or one line.

A table of pandas is stood in for by one of the same behaviour, as pandas need not be there: it has
a dtype and a length, and [i] gives what is called i, not what is i-th.
"""

import re

import numpy as np
import pytest

import edunn as nn

pytestmark = pytest.mark.slow

X = np.arange(12, dtype=np.float32).reshape(6, 2) / 10
Y = np.array([0, 1, 2, 0, 1, 2])
TARGET = X[:, ::-1] * 2 - 1


class Table:
    """What pandas' Series and DataFrame have in common with an array, and what not."""

    def __init__(self, values):
        self.values, self.dtype = values, values.dtype
        self.shape, self.size, self.ndim = values.shape, values.size, values.ndim
        self.index = range(len(values))[::-1]  # the last row is called 0

    def __len__(self):
        return len(self.values)

    def __getitem__(self, key):
        return self.values[[self.index.index(k) for k in np.ravel(key)]]

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)

    def to_numpy(self):
        return self.values


def pandas(values):
    pd = pytest.importorskip("pandas")
    index = range(len(values))[::-1]
    return (pd.DataFrame if values.ndim == 2 else pd.Series)(values, index=index)


def nullable(values):
    pd = pytest.importorskip("pandas")
    kind = "Int64" if values.dtype.kind == "i" else "Float32"
    return pandas(values).astype(kind) if values.ndim == 1 else pd.DataFrame(values)


def torch(values):
    return pytest.importorskip("torch").from_numpy(values.copy())


def torch_that_learns(values):
    tensor = torch(values)
    return tensor.requires_grad_() if tensor.is_floating_point() else tensor


def parameter(values):
    return (nn.Parameter if values.dtype.kind == "f" else nn.Tensor)(values)


def memmap(values, folder):
    np.save(folder / "x.npy", values)
    return np.load(folder / "x.npy", mmap_mode="r")


def read_only(values):
    values = values.copy()
    values.flags.writeable = False
    return values


def csr(values):
    return pytest.importorskip("scipy.sparse").csr_matrix(np.atleast_2d(values))


def half_masked(values):
    return np.ma.masked_less(values, np.median(values))


def bfloat16(values):
    return torch(values).bfloat16() if values.dtype.kind == "f" else torch(values).cfloat()


CONVERTED = {
    "Table": Table, "pandas": pandas, "pandas, nullable": nullable, "torch": torch,
    "torch, requires_grad": torch_that_learns, "Tensor": nn.Tensor, "Parameter": parameter,
    "memmap": memmap, "nothing masked": np.ma.array, "read-only": read_only,
    "Fortran's order": np.asfortranarray, "backwards": lambda x: np.flip(np.flip(x).copy()),
    "big-endian": lambda x: x.astype(x.dtype.newbyteorder(">")),
}  # fmt: skip
REFUSED = {
    "list": lambda x: x.tolist(), "tuple": tuple, "set": lambda x: set(np.ravel(x).tolist()),
    "dict": lambda x: dict(enumerate(x)), "iterator": iter, "half masked": half_masked, "csr": csr,
    "text": lambda x: x.astype(str), "objects": lambda x: x.astype(object), "None": lambda x: None,
    "a number": lambda x: 3.0, "bfloat16": bfloat16, "a list of Tensors": lambda x: [nn.Tensor(x)],
    "a table of text": lambda x: Table(x.astype(str)), "complex": lambda x: x.astype(complex),
}  # fmt: skip


def model():
    nn.manual_seed(0)
    return nn.Sequential(nn.Dense(2, 4, "tanh"), nn.Dense(4, 3))


def fit(x, y):
    net = model()
    optimizer = nn.SGD(net.parameters(), lr=0.1)
    history = nn.fit(
        net, x, y, nn.CrossEntropyLoss(), optimizer, 2, 4, (x, y), nn.accuracy, progress=False
    )
    return [np.array(values) for values in history.values()] + [p.data for p in net.parameters()]


def loaded(*arrays):
    return [
        column for batch in nn.DataLoader(nn.TensorDataset(*arrays), 4, True) for column in batch
    ]


DOORS = {
    "fit": fit,
    "evaluate": lambda x, y: [*nn.evaluate(model(), x, y, nn.CrossEntropyLoss()).values()],
    "batches": lambda x, y: [a for pair in nn.batches(x, y, 4) for a in pair],
    "train_test_split": lambda x, y: nn.datasets.train_test_split(x, y, 0.5),
    "standardize": lambda x, y: nn.datasets.standardize(x, x),
    "TensorDataset": loaded,
    "DataLoader": lambda x, y: [*nn.DataLoader(x, 4), *nn.DataLoader(y, 4, shuffle=True)],
    "accuracy": lambda x, y: [nn.accuracy(np.eye(3)[Y], y), nn.accuracy(x, np.minimum(Y, 1))],
    "confusion_matrix": lambda x, y: [nn.confusion_matrix(Y, y), nn.confusion_matrix(y, Y)],
    "precision": lambda x, y: [nn.precision(Y, y), nn.recall(y, Y), nn.f1(Y, y)],
    "mse": lambda x, y: [nn.mse(x, TARGET), nn.mse(TARGET, x)],
    "mae": lambda x, y: [nn.mae(x, TARGET), nn.mae(TARGET, x)],
    "r2": lambda x, y: [nn.r2(x, TARGET), nn.r2(TARGET, x)],
}


def bring(kind, tmp_path):
    make = (CONVERTED | REFUSED)[kind]
    if kind == "memmap":
        (tmp_path / "y").mkdir()
        return memmap(X, tmp_path), memmap(Y, tmp_path / "y")
    return make(X), make(Y)


def numbers(results):
    return [np.asarray(x.data if isinstance(x, nn.Tensor) else x) for x in results]


@pytest.mark.parametrize("kind", CONVERTED)
@pytest.mark.parametrize("door", DOORS)
def test_what_holds_numbers_gives_what_the_array_gives(door, kind, tmp_path):
    x, y = bring(kind, tmp_path)
    nn.manual_seed(0)
    got = numbers(DOORS[door](x, y))
    nn.manual_seed(0)
    want = numbers(DOORS[door](X, Y))
    assert len(got) == len(want) > 0
    for one, other in zip(got, want):
        np.testing.assert_array_equal(one, other)
        assert type(one) is np.ndarray


def assert_one_line(action, start):
    """It is refused, by a file of ours, in one line that starts so."""
    with pytest.raises((TypeError, ValueError)) as caught:
        action()
    assert re.match(start, str(caught.value)), caught.value
    assert "\n" not in str(caught.value)
    assert "site-packages" not in str(caught.traceback[-1].path)


ONE_AT_A_TIME = {  # doors that look at x alone, or at y alone
    **dict.fromkeys(("standardize", "mse", "mae", "r2"), "x"),
    **dict.fromkeys(("confusion_matrix", "precision"), "y"),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_array_of_numbers_is_refused_in_one_line(door, kind, tmp_path):
    if door == "DataLoader" and kind in ("list", "tuple", "dict", "a list of Tensors"):
        return  # they have a length and items
    x, y = bring(kind, tmp_path)
    looked_at = ONE_AT_A_TIME.get(door, "xy")
    if "x" in looked_at:
        assert_one_line(lambda: DOORS[door](x, Y), f"{door} got ")
    if "y" in looked_at:
        assert_one_line(lambda: DOORS[door](X, y), f"{door} got ")


LAYERS = {
    "Linear": lambda x: nn.Linear(2, 3).forward(x),
    "ReLU": lambda x: nn.ReLU().forward(x),
    "MSELoss": lambda x: nn.MSELoss().forward(x, TARGET),
    "MSELoss, target": lambda x: nn.MSELoss().forward(TARGET, x),
    "SquaredError": lambda x: nn.SquaredError().forward(x, TARGET),
    "Sequential": lambda x: model().forward(x),
    "check_gradients": lambda x: nn.check_gradients(nn.Tanh(), x),
    "check_layer": lambda x: nn.check_layer(nn.Tanh(), x),
}


@pytest.mark.parametrize("kind", ["Table", "pandas", "torch", *REFUSED])
@pytest.mark.parametrize("door", LAYERS)
def test_layers_losses_and_checks_take_arrays_alone(door, kind, tmp_path):
    x, _ = bring(kind, tmp_path)
    assert_one_line(lambda: LAYERS[door](x), ".* got (x|y|y_true|target|input 0) ")


def test_who_got_what():
    class Sparse:
        dtype, shape = np.dtype(float), (6, 2)

    with pytest.raises(TypeError, match=r"^fit got x of type \w+.Sparse, not an array"):
        fit(Sparse(), Y)
    with pytest.raises(ValueError, match=r"^fit got x with 6 masked numbers: fill or drop them$"):
        fit(half_masked(X), Y)
    with pytest.raises(ValueError, match=r"^batches got 6 examples x and 5 answers y, not n of"):
        next(nn.batches(X, Y[:5], 2))
    with pytest.raises(ValueError, match=r"^evaluate got y of shape \(\), not n examples$"):
        nn.evaluate(model(), X, np.array(1), nn.CrossEntropyLoss())
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=r"^Linear\(2, 3\) got x of type torch.Tensor, not an arr"):
        nn.Linear(2, 3).forward(torch.ones(6, 2))


def test_pairs_of_a_table_stay_pairs():
    x, y = np.arange(6.0)[:, None], Table(np.arange(6) * 10)
    (got_x, got_y), *_ = nn.batches(x, y, 6)
    np.testing.assert_array_equal(got_x[:, 0] * 10, got_y)


# What a DataLoader makes of a dataset's items


def shapes(batch):
    return [one.shape for one in batch] if isinstance(batch, tuple) else batch.shape


@pytest.mark.parametrize(
    ("dataset", "first"),
    [
        (np.ones((6, 2)), (3, 2)),
        (np.ones(6), (3,)),
        (nn.Tensor(np.ones((6, 2))), (3, 2)),
        ([1.0, 2.0, 3.0, 4.0], (3,)),
        ([np.ones(2)] * 4, (3, 2)),
        ([nn.Tensor(np.ones(2))] * 4, (3, 2)),
        ([np.float32(1)] * 4, (3,)),
        ([(np.ones(2), 1)] * 4, [(3, 2), (3,)]),
        ([[np.ones(2), 1]] * 4, [(3, 2), (3,)]),
        ([(nn.Tensor(np.ones(2)), nn.Tensor(np.array(1)))] * 4, [(3, 2), (3,)]),
        (range(4), (3,)),
        (nn.TensorDataset(np.ones((6, 2))), [(3, 2)]),
    ],
)
def test_batches_of_items(dataset, first):
    batches = [*nn.DataLoader(dataset, batch_size=3)]
    assert shapes(batches[0]) == first
    assert len(batches) == 2
    for one in batches[0] if isinstance(batches[0], tuple) else batches[:1]:
        assert isinstance(one, nn.Tensor)
        assert one.data.dtype.kind in "fi"


def test_items_with_tensors_of_pytorch():
    torch = pytest.importorskip("torch")
    ((x, y),) = nn.DataLoader([(torch.ones(2), torch.tensor(1))] * 4, batch_size=4)
    np.testing.assert_array_equal(x.data, np.ones((4, 2)))
    np.testing.assert_array_equal(y.data, np.ones(4))


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (iter([1]), "DataLoader got dataset of type list_iterator, not one with len() and items"),
        (3, "DataLoader got dataset of type int, not one with len() and items"),
        ([np.ones(2), np.ones(3)], "DataLoader got items of shapes [(2,), (3,)], not all of one"),
        ([(1, 2), (1,)], "DataLoader got items of [1, 2] parts, not of equally many"),
        ([(1, 2), 1], "DataLoader got items of [1, 2] parts, not of equally many"),
        ([{"x": 1}, {"y": 1}], "DataLoader got items that are not all dicts of ['x']"),
        ([{"x": 1}, 1], "DataLoader got items that are not all dicts of ['x']"),
        ([1, {"x": 1}], "DataLoader got an item of type dict, not an array"),
        (["a", "b"], "DataLoader got an item of type str, not an array"),
        ([1, None], "DataLoader got an item of type NoneType, not an array"),
        ([1.0, np.ones(2)], "DataLoader got items of shapes [(), (2,)], not all of one"),
        ([None], "DataLoader got an item of type NoneType, not an array"),
    ],
)
def test_items_that_make_no_batch_are_refused(dataset, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        [*nn.DataLoader(dataset, batch_size=4)]
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ((X, Y[:5]), "TensorDataset got arrays of shapes (6, 2), (5,), not of one length"),
        ((np.array(1.0),), "TensorDataset got arrays of shapes (), not of one length"),
        ((X, Y.tolist()), "TensorDataset got an array of type list, not an array"),
    ],
)
def test_datasets_that_are_refused(arrays, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        nn.TensorDataset(*arrays)
    assert str(caught.value) == message
