"""Tensors in use: every operator and method, against plain NumPy and measured slopes."""

import numpy as np
import pytest

import edunn as nn

A = np.array([[0.5, -1.5, 2.0], [1.0, 0.25, -0.75]])
B = np.array([[1.5, 0.5, -2.0], [0.75, -1.25, 3.0]])

OPERATIONS = {
    "add": (lambda a, b: a + b, 2),
    "subtract": (lambda a, b: a - b, 2),
    "multiply": (lambda a, b: a * b, 2),
    "divide": (lambda a, b: a / b, 2),
    "power": (lambda a, b: a**3 + b**2.0, 2),
    "negative": (lambda a, b: -a, 1),
    "matmul": (lambda a, b: a @ b.T, 2),
    "broadcast": (lambda a, b: a * b[0] + b[:, :1], 2),
    "exp": (lambda a, b: np.exp(a), 1),
    "log": (lambda a, b: np.log(a * a + 1), 1),
    "tanh": (lambda a, b: np.tanh(a), 1),
    "sqrt": (lambda a, b: np.sqrt(a * a + 1), 1),
    "absolute": (lambda a, b: np.abs(a), 1),
    "maximum": (lambda a, b: np.maximum(a, b), 2),
    "maximum with a number": (lambda a, b: np.maximum(a, 0.0), 1),
    "sum": (lambda a, b: np.sum(a, axis=1), 1),
    "sum of all": (lambda a, b: a.sum() * b, 2),
    "mean": (lambda a, b: np.mean(a, axis=0, keepdims=True) * b, 2),
    "max": (lambda a, b: np.max(a, axis=1), 1),
    "reshape": (lambda a, b: a.reshape(3, 2) @ b, 2),
    "transpose": (lambda a, b: np.transpose(a) @ b, 2),
    "index": (lambda a, b: a[1] * b[:, 1:].sum(), 2),
    "index with an array": (lambda a, b: a[np.array([0, 0, 1])], 1),
    "index with a mask": (lambda a, b: a[A > 0], 1),
    "concatenate": (lambda a, b: np.concatenate([a, b, a], axis=1) ** 2, 2),
    "numbers on the left": (lambda a, b: 2 - 3 * a + 1 / (b * b), 2),
    "all together": (lambda a, b: (np.exp(-a) @ b.T).sum() / (np.tanh(b) + 2), 2),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_values_are_numpys_and_gradients_are_slopes(name, rng):
    operation, used = OPERATIONS[name]
    a, b = nn.Tensor(A.copy(), True), nn.Tensor(B.copy(), True)
    y = operation(a, b)
    np.testing.assert_allclose(y.data, operation(A, B))
    dy = rng.normal(size=y.shape)
    y.backward(dy)
    for tensor, grads_expected in ((a, True), (b, used == 2)):
        assert (tensor.grad is not None) == grads_expected
    h = 1e-6
    for place in np.ndindex(2, 3):
        for k, tensor in enumerate((a, b)[:used]):
            arrays = [[A.copy(), B.copy()] for _ in range(2)]
            arrays[0][k][place] += h
            arrays[1][k][place] -= h
            up, down = (np.sum(dy * operation(*pair)) for pair in arrays)
            assert tensor.grad[place] == pytest.approx((up - down) / (2 * h), rel=1e-6, abs=1e-8)


def test_methods_are_the_functions():
    t = nn.Tensor(A)
    for name in ("exp", "tanh", "abs"):
        np.testing.assert_array_equal(getattr(t, name)().data, getattr(np, name)(A))
    np.testing.assert_array_equal((t * t).sqrt().data, np.abs(A))
    np.testing.assert_array_equal((t * t).log().data, np.log(A * A))
    np.testing.assert_array_equal(t.maximum(0.5).data, np.maximum(A, 0.5))
    assert t.T.shape == t.transpose().shape == (3, 2)
    assert t.transpose(1, 0).shape == (3, 2)
    assert t.reshape((6,)).shape == t.view(-1).shape == (6,)
    assert t.sum(dim=1, keepdim=True).shape == t.max(axis=1, keepdims=True).shape == (2, 1)
    assert (len(t), t.ndim, t.size, t.numel(), t.dtype) == (2, 2, 6, 6, np.float64)
    assert [row.shape for row in t] == [(3,), (3,)]


def test_comparisons_and_argmax_take_no_gradient():
    t = nn.Tensor(A, True)
    np.testing.assert_array_equal((t > 0).data, A > 0)
    np.testing.assert_array_equal((t <= 0.5).data, A <= 0.5)
    np.testing.assert_array_equal((t == t).data, A == A)
    np.testing.assert_array_equal((t != B).data, A != B)
    np.testing.assert_array_equal(t.argmax(axis=1).data, [2, 0])
    assert not (t > 0).requires_grad
    assert t.eq(t.view_as(t)).sum().item() == 6
    assert len({t, nn.Tensor(A)}) == 2  # tensors are told apart by identity, not by their numbers


def test_one_number():
    t = nn.Tensor([[2.5]])
    assert (t.item(), float(t), int(t), bool(t), f"{t:.2f}") == (2.5, 2.5, 2, True, "2.50")
    with pytest.raises(ValueError, match=r"item\(\) takes one number, but .* shape \(2, 3\)"):
        nn.Tensor(A).item()
    with pytest.raises(ValueError, match="takes one number"):
        bool(nn.Tensor(A))


def test_leaves_constants_and_copies():
    t = nn.Tensor([[1.0, 2.0]], requires_grad=True)
    assert t.data.dtype == np.float32
    assert repr(t) == "Tensor(array([[1., 2.]], dtype=float32), requires_grad=True)"
    assert not t.detach().requires_grad
    assert t.detach().data is t.data
    assert t.numpy() is t.data
    assert t.to("cpu") is t
    y = (t * nn.Tensor([[3.0, 4.0]])).sum()
    y.backward()
    np.testing.assert_array_equal(t.grad, [[3, 4]])
    (t * 1).sum().backward()
    np.testing.assert_array_equal(t.grad, [[4, 5]])  # added to what was there
    t.zero_grad()
    assert t.grad is None


def test_the_default_dtype():
    nn.set_default_dtype(np.float64)
    assert nn.Tensor([1.0]).dtype == nn.Linear(2, 3).w.dtype == np.float64


def test_augmented_assignment_makes_a_new_tensor():
    x = nn.Tensor(A, True)
    y = x
    y += 1
    assert y is not x
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, np.ones((2, 3)))


def test_equal_numbers_share_the_gradient_of_a_maximum():
    x = nn.Tensor([[1.0, 1.0, 0.0]], True)
    x.max().backward()
    np.testing.assert_array_equal(x.grad, [[0.5, 0.5, 0]])
    a, b = nn.Tensor([2.0], True), nn.Tensor([2.0], True)
    np.maximum(a, b).backward()
    assert (a.grad[0], b.grad[0]) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda t: t @ nn.Tensor(A), r"a @ b got shapes \(2, 3\) and \(2, 3\), not \(n, k\)"),
        (lambda t: np.arctan(t), "np.arctan has no backward rule: add one in edunn/ops.py"),
        (lambda t: np.linalg.norm(t), "np.norm has no backward rule"),
        (lambda t: np.add(t, 1, out=A), "np.add takes only inputs"),
        (lambda t: len(t.sum()), "a tensor that is a single number"),
    ],
)
def test_messages(action, message):
    with pytest.raises((TypeError, ValueError), match=message):
        action(nn.Tensor(A, True))


def test_on_a_gpu(gpu):
    x = nn.Tensor(nn.to(A, gpu), True)
    y = (np.exp(x) @ x.T).sum() + x[0].mean() + np.maximum(x, 0.0).sum()
    y.backward()
    on_cpu = nn.Tensor(A, True)
    y = (np.exp(on_cpu) @ on_cpu.T).sum() + on_cpu[0].mean() + np.maximum(on_cpu, 0.0).sum()
    y.backward()
    assert nn.device_of(x.grad) == "cuda:0"
    np.testing.assert_allclose(nn.to(x.grad, "cpu"), on_cpu.grad)


@pytest.mark.parametrize("array", [np.array([None]), np.array(["1"]), np.array([1j])])
def test_an_array_of_no_numbers_is_refused(array):
    with pytest.raises(TypeError, match=f"Tensor got an array of dtype {array.dtype}, not num"):
        nn.Tensor(array)
