"""Where Tensors meet NumPy: scalars, keys, copies, and what is no array of numbers."""

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike

A = np.arange(12.0).reshape(3, 4)


def test_numbers_taken_out_of_a_tensor():
    w = nn.Tensor(np.array([2.0, 3.0]), True)
    (w[0] * w[1]).backward()
    assert w.grad.tolist() == [3, 2]
    assert type(w[0].data) is type((w[0] * w[1]).data) is np.ndarray


@pytest.mark.parametrize(
    ("function", "want"),
    [
        (lambda w: w[0] / w[1] + w[1] ** 2, [1 / 3, 6 - 2 / 9]),
        (lambda w: np.exp(w[0]) * w.sum(), [5 * np.exp(2) + np.exp(2), np.exp(2)]),
        (lambda w: (w[0] - w[1]).abs() * w.mean(), [-2, 3]),
        (lambda w: w.max() * w[0] + sum(w), [4, 3]),
        (lambda w: np.maximum(w[0], w[1]).reshape(1, 1).sum() ** 2, [0, 6]),
        (lambda w: w[0].T * w[1].sum() * w[-1], [9, 12]),
    ],
)
def test_scalars_everywhere(function, want):
    w = nn.Tensor(np.array([2.0, 3.0]), True)
    function(w).backward()
    np.testing.assert_allclose(w.grad, want)
    assert w.grad.shape == (2,)


def test_a_parameter_of_no_axes():
    p = nn.Parameter(np.array(2.0))
    for _ in range(2):
        (p * p).backward()
    assert type(p.grad) is np.ndarray
    assert (p.grad.shape, float(p.grad)) == ((), 8)
    nn.SGD([p], lr=0.25).step()
    assert float(p) == 0


ROWS, COLUMNS = np.array([2, 0, 2]), np.array([1, 3, 1])
KEYS = {
    "rows": (lambda t: t(ROWS), ROWS),
    "a label for each row": (lambda t: (np.arange(3), t(COLUMNS)), (np.arange(3), COLUMNS)),
    "columns": (lambda t: (slice(None), t(COLUMNS)), (slice(None), COLUMNS)),
    "a list and a Tensor": (lambda t: ([0, 1], t(COLUMNS[:2])), ([0, 1], COLUMNS[:2])),
    "two Tensors": (lambda t: (t(ROWS), t(COLUMNS)), (ROWS, COLUMNS)),
    "a list of numbers": (lambda t: [t(2), 0], [2, 0]),
    "a number": (lambda t: t(1), 1),
    "a mask": (lambda t: t(A > 4), A > 4),
    "a mask of columns": (lambda t: (..., t(A[0] > 1)), (..., A[0] > 1)),
    "a slice": (lambda t: slice(t(1), t(3)), slice(1, 3)),
    "a new axis": (lambda t: (None, t(ROWS)), (None, ROWS)),
}


@pytest.mark.parametrize("name", KEYS)
def test_tensors_inside_keys(name):
    key, want = KEYS[name]
    x = nn.Tensor(A, True)
    y = x[key(lambda numbers: nn.Tensor(np.asarray(numbers)))]
    np.testing.assert_array_equal(y.data, A[want])
    y.backward(np.ones(y.shape))
    counts = np.zeros_like(A)
    np.add.at(counts, want, 1)
    np.testing.assert_array_equal(x.grad, counts)


def test_a_tensor_of_a_tensor():
    a = np.ones((2, 2))
    t = nn.Tensor(a, True) * 2
    for one in (nn.Tensor(t), nn.Parameter(t), nn.Tensor(nn.Tensor(t))):
        assert one.data is t.data
        assert one.step is None
    assert edunn.torchlike.tensor(edunn.torchlike.tensor([1, 2])).data.dtype.kind == "i"
    assert nn.Parameter(edunn.torchlike.randn(2, 2)).requires_grad


def test_asarray_gives_a_copy():
    t = nn.Tensor(A.copy(), True) * 1
    for copied in (np.asarray(t), np.array(t), np.asarray(t, np.float32)):
        assert type(copied) is np.ndarray
        np.testing.assert_array_equal(copied, A)
        copied += 1
        np.testing.assert_array_equal(t.data, A)
    assert np.asarray(t, np.float32).dtype == np.float32
    assert np.array([t[0, 1], t[0, 2]]).tolist() == [1, 2]
    with pytest.raises(ValueError, match="got a Tensor, which gives a copy"):
        np.asarray(t, copy=False)
    assert ["a", "b"][nn.Tensor(np.array(1))] == "b"


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, bool])
def test_whole_numbers_take_no_gradient(dtype):
    with pytest.raises(TypeError, match="Tensor got requires_grad=True for numbers of dtype"):
        nn.Tensor(np.ones(2, dtype), requires_grad=True)
    with pytest.raises(TypeError, match="Parameter got requires_grad=True for numbers of dtype"):
        nn.Parameter(np.ones(2, dtype))
    assert not nn.Parameter(np.ones(2, dtype), trainable=False).requires_grad


@pytest.mark.parametrize("data", [None, "word", ["a"], [[1.0], [2.0, 3.0]], {"a": 1}, object(), 1j])
def test_what_holds_no_numbers_is_refused(data):
    with pytest.raises(TypeError, match="Tensor got .*, not an array or numbers in even rows"):
        nn.Tensor(data)


def test_a_list_of_tensors_would_lose_their_gradient():
    t = nn.Tensor([1.0, 2.0], True)
    with pytest.raises(TypeError, match="join them by np.stack, or take .data"):
        nn.Tensor([t[0], t[1]])
    assert nn.Tensor([nn.Tensor(1.0), nn.Tensor(2.0)]).data.tolist() == [1, 2]


@pytest.mark.slow
def test_numbers_of_other_libraries():
    torch = pytest.importorskip("torch")
    t = nn.Tensor(torch.ones(2, dtype=torch.float64))
    assert type(t.data) is np.ndarray
    assert t.dtype == np.float64


@pytest.mark.parametrize("function", [
    np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum, np.remainder,
    np.matmul, lambda a, b: np.concatenate([a, b]), lambda a, b: np.stack([a, b]),
])  # fmt: skip
def test_a_list_beside_a_tensor_is_an_array(function):
    for turned in (False, True):
        results = []
        for numbers in ([1.5, 2.5], np.array([1.5, 2.5]), (1.5, 2.5)):
            x = nn.Tensor([3.0, 4.0], requires_grad=True)
            y = function(*((numbers, x) if turned else (x, numbers)))
            y.backward(np.ones_like(y.data))
            results.append((y.data, x.grad))
        for y, dx in results:
            np.testing.assert_array_equal(y, results[1][0])
            np.testing.assert_array_equal(dx, results[1][1])
