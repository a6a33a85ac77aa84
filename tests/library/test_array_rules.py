"""Rules for arrays: first single numbers that were once wrong, each with its right value."""

import numpy as np
import pytest

import edunn as nn


def leaf(data, dtype=np.float64):
    return nn.Tensor(np.array(data, dtype), requires_grad=True)


def gradients(function, *tensors):
    """The gradients of the sum of what `function` gives."""
    function(*tensors).sum().backward()
    grads = [tensor.grad for tensor in tensors]
    return grads if len(grads) > 1 else grads[0]


def test_negative_axes_of_transpose_are_led_back():
    weights = np.arange(6.0).reshape(3, 2)
    x = leaf(np.zeros((2, 3)))
    np.testing.assert_array_equal(
        gradients(lambda x: np.transpose(x, (-1, 0)) * weights, x), weights.T
    )
    weights = np.arange(24.0).reshape(4, 2, 3)
    x = leaf(np.zeros((2, 3, 4)))
    np.testing.assert_array_equal(
        gradients(lambda x: np.transpose(x, (-1, 0, -2)) * weights, x), weights.transpose(1, 2, 0)
    )


@pytest.mark.parametrize("axis", [None, 0, -1, ()])
@pytest.mark.parametrize("function", [np.sum, np.max])
def test_a_single_number_has_a_gradient_without_axes(function, axis):
    grad = gradients(lambda x: function(x, axis=axis), leaf(3.0))
    assert (np.shape(grad), grad) == ((), 1)


@pytest.mark.parametrize(("power", "slopes"), [(0, [0, 0]), (1, [1, 1]), (2, [0, 6]), (3, [0, 27])])
@pytest.mark.parametrize("kind", [int, float, np.float64, np.array])
def test_whole_powers_at_0(kind, power, slopes):
    np.testing.assert_array_equal(gradients(lambda x: x ** kind(power), leaf([0.0, 3.0])), slopes)


def test_a_polynomial_at_0():
    assert gradients(lambda x: x**0 + x**1 + x**2, leaf(0.0)) == 1


def test_powers_of_tensors():
    a, b = leaf([2.0, 0.0, -1.0]), leaf([3.0, 2.0, 2.0])
    da, db = gradients(lambda a, b: a**b, a, b)
    np.testing.assert_array_equal(da, [12, 0, -2])
    np.testing.assert_allclose(db, [8 * np.log(2), 0, np.nan])
    np.testing.assert_allclose(gradients(lambda b: 2**b, leaf([3.0])), [8 * np.log(2)])


def test_quotients_of_whole_numbers_do_not_overflow():
    divide = nn.Divide()
    divide.forward(1, np.array([100_000], np.int32))
    (_, db), _ = divide.backward(np.ones(1))
    np.testing.assert_allclose(db, [-1e-10])


def test_gradients_are_of_the_type_of_their_inputs():
    half, whole = leaf([1.0, 2.0], np.float32), leaf([3.0, 4.0])
    for operation in (np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum):
        da, db = gradients(operation, half, whole)
        assert (da.dtype, db.dtype) == (np.float32, np.float64)
        half.zero_grad(), whole.zero_grad()
    assert gradients(lambda x: x * np.array([2, 3]), half).dtype == np.float32
    half.zero_grad()
    da, db = gradients(lambda *x: np.concatenate(x), half, whole)
    assert (da.dtype, db.dtype) == (np.float32, np.float64)
