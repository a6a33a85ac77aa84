"""Rules for arrays: a law over every function of RULES, and numbers that were once wrong.

The law: each call of the table gives what NumPy gives, and its gradients are the slopes, for inputs
laid out in every way of LAYOUTS, of float32 and float64, and with whole numbers as the partner of
one that learns. Nothing that is passed in is written to, and gradients are of the shape and type
of their inputs.
"""

import itertools
import operator
import warnings

import numpy as np
import pytest

import edunn as nn
from edunn.core import RULES

rng = np.random.default_rng(0)


def normal(*shape):
    """No number is within 0.1 of 0, or of another one: there, a maximum has no slope."""
    size = int(np.prod(shape))
    numbers = (0.3 + 0.2 * np.arange(size)) * rng.choice([-1, 1], size)
    return np.reshape(rng.permutation(numbers), shape)


def shifted(*shape):
    """None of these is one of `normal`."""
    return np.asarray(normal(*shape) + 0.05)


def positive(*shape):
    return np.asarray(np.abs(normal(*shape)))


def not_of_seven(*shape):
    """None of these, nor the whole numbers below them, is near a multiple of 7.1, or of 7."""
    return np.reshape(7.0 * np.arange(int(np.prod(shape))) + 3.3, shape)


def sevens(*shape):
    return np.full(shape, 7.1)


SHAPES = [(), (3,), (1,), (0,), (4, 3), (1, 3), (2, 0), (2, 3, 2)]
PAIRS = [
    ((), ()), ((3,), ()), ((), (4, 3)), ((4, 3), (3,)), ((4, 1), (1, 3)), ((2, 3), (2, 3)),
    ((0, 3), (3,)), ((2, 1, 3), (4, 1)), ((1,), ()), ((2, 0), (1, 1)),
]  # fmt: skip
AXES = [None, 0, 1, -1, -2, (), (0, -1), (-2, -1), (1, 0), (0, 1, 2)]


# Each gives calls of a function: a function of the inputs, and the inputs.


def one_input(function, draw=normal):
    for shape in SHAPES:
        yield function, [draw(*shape)]


def two_inputs(function, draw=normal, other=normal):
    for shape, other_shape in PAIRS:
        yield function, [draw(*shape), other(*other_shape)]


def called(function, *shapes, draw=normal, **options):
    """The one call function(*inputs, **options), for inputs of these shapes."""
    yield lambda *inputs: function(*inputs, **options), [draw(*shape) for shape in shapes]


def with_options(function, shapes=SHAPES, draw=normal, **choices):
    """Every choice of options that NumPy takes for every shape."""
    for shape in shapes:
        for values in itertools.product(*choices.values()):
            options = dict(zip(choices, values))
            try:
                with warnings.catch_warnings(action="error"):
                    function(draw(*shape), **options)
            except (ValueError, TypeError, RuntimeWarning):
                continue  # no such axis; a mean of nothing
            yield from called(function, shape, draw=draw, **options)


def reductions(function, **choices):
    return with_options(function, axis=AXES, keepdims=[False, True], **choices)


KEYS = [
    0, -1, (1, -1), slice(1, None), slice(None, None, -2), (slice(None), -1), (..., 0), [0, -1, 0],
    (slice(None), [1, 1]), (np.array([0, 1]), np.array([-1, 0])), None, (None, 0, ...), (), ...,
    slice(0, 0), np.array([[0], [1]]),
]  # fmt: skip


def indices():
    for key in KEYS:
        yield lambda x, key=key: operator.getitem(x, key), [normal(4, 3)]
    for key in (normal(4, 3) > 0, np.array([True, False, True, False])):
        yield lambda x, key=key: operator.getitem(x, key), [normal(4, 3)]
    yield lambda x: operator.getitem(x, ()), [normal()]
    yield lambda x: operator.getitem(x, None), [normal()]


def shapes_of(function, **choices):
    return with_options(function, **choices)


def transposes():
    for shape in SHAPES:
        yield np.transpose, [normal(*shape)]
        for axes in itertools.permutations(range(len(shape))):
            yield from called(np.transpose, shape, axes=axes)
            yield from called(np.transpose, shape, axes=[axis - len(shape) for axis in axes])
            yield from called(
                np.transpose, shape, axes=(*axes[:1], *(a - len(axes) for a in axes[1:]))
            )


def joined(function, *shape_lists, **options):
    for shapes in shape_lists:
        yield lambda *inputs: function(inputs, **options), [normal(*shape) for shape in shapes]


def products():
    shapes = [
        ((4, 3), (3, 2)), ((1, 1), (1, 1)), ((0, 3), (3, 2)), ((4, 0), (0, 2)),
        ((5, 4, 3), (3, 2)), ((4, 3), (5, 3, 2)), ((2, 1, 4, 3), (5, 3, 2)),
    ]  # fmt: skip
    for pair in shapes:
        yield from called(np.matmul, *pair)


def einsums():
    for subscripts, *shapes in [
        ("ij,jk->ik", (4, 3), (3, 2)), ("ij,jk->ki", (4, 3), (3, 2)), ("ij->ji", (4, 3)),
        ("ij->i", (4, 3)), ("ij->", (4, 3)), ("->", ()), (",i->i", (), (3,)),
        ("i,i->", (3,), (3,)), ("ij,k->k", (4, 3), (2,)), ("bij,bjk->bik", (2, 4, 3), (2, 3, 2)),
        ("ij,j->i", (0, 3), (3,)),
        ("i,ij,j->", (2,), (2, 3), (3,)), ("nhqd,nhkd->nhqk", (1, 2, 3, 2), (1, 2, 4, 2)),
        (" ij , kj -> ik ", (4, 3), (2, 3)), ("ij,ij->i", (4, 3), (4, 1)), ("i,i->", (3,), (1,)),
        ("ij,ij->ij", (4, 0), (4, 0)), ("i,j,k->kji", (2,), (1,), (3,)),
    ]:  # fmt: skip
        yield (
            lambda *inputs, subscripts=subscripts: np.einsum(subscripts, *inputs),
            [normal(*shape) for shape in shapes],
        )


def split():
    for shape, sections, axis in [
        ((4, 3), 2, 0), ((4, 3), 3, -1), ((4, 3), [1], 0), ((4, 3), [1, 1, 3], -2), ((0,), 2, 0),
        ((4, 3), 1, 0), ((4, 3), [-1], 1), ((3,), [5], 0), ((4, 3), np.array([1, 2]), 0),
    ]:  # fmt: skip

        def first_and_all(x, sections=sections, axis=axis):
            parts = np.split(x, sections, axis)
            return parts[0].sum() + 2 * parts[-1].sum() + len(parts)

        yield first_and_all, [normal(*shape)]


def dots():
    for pair in [
        ((3,), (3,)), ((4, 3), (3,)), ((3,), (3, 2)), ((4, 3), (3, 2)), ((), (3,)), ((4, 3), ()),
        ((2, 4, 3), (3,)), ((2, 4, 3), (3, 2)), ((0,), (0,)), ((), ()),
    ]:  # fmt: skip
        yield from called(np.dot, *pair)


def tensordots():
    for a, b, axes in [
        ((4, 3), (3, 2), 1), ((4, 3), (4, 3), 2), ((4, 3), (2,), 0), ((4, 3), (3, 2), (-1, 0)),
        ((2, 3, 4), (4, 3, 1), ([1, -1], [-2, 0])), ((2, 3, 4), (3, 2), ((0,), (1,))),
        ((4, 0), (0, 2), 1), ((), (3,), 0),
    ]:  # fmt: skip
        yield from called(np.tensordot, a, b, axes=axes)


def wheres():
    for shape, a, b in [
        ((4, 3), (4, 3), (4, 3)), ((4, 1), (4, 3), (3,)), ((3,), (), (4, 1)), ((), (3,), (2, 3)),
        ((0, 3), (3,), ()), ((4, 3), (), ()),
    ]:  # fmt: skip
        condition = normal(*shape) > 0
        yield lambda a, b, c=condition: np.where(c, a, b), [normal(*a), normal(*b)]


def with_vectors():
    for pair in [
        ((3,), (3,)), ((4, 3), (3,)), ((3,), (3, 2)), ((2, 4, 3), (3,)), ((3,), (5, 3, 2)),
        ((0,), (0, 2)), ((2, 0), (0,)),
    ]:  # fmt: skip
        yield from called(np.matmul, *pair)


TABLE = {
    np.add: two_inputs(np.add),
    np.subtract: two_inputs(np.subtract),
    np.multiply: two_inputs(np.multiply),
    np.divide: two_inputs(np.divide),
    np.power: two_inputs(np.power, positive),
    np.maximum: two_inputs(np.maximum, normal, shifted),
    np.negative: one_input(np.negative),
    np.absolute: one_input(np.absolute),
    np.exp: one_input(np.exp),
    np.tanh: one_input(np.tanh),
    np.log: one_input(np.log, positive),
    np.sqrt: one_input(np.sqrt, positive),
    np.matmul: itertools.chain(products(), with_vectors()),
    np.sum: reductions(np.sum),
    np.mean: reductions(np.mean),
    np.max: reductions(np.max),
    np.reshape: shapes_of(
        np.reshape, shape=[-1, (-1, 1), (1, -1), (3, 4), (2, -1, 2), (0,), (), (1,)]
    ),
    np.transpose: transposes(),
    operator.getitem: indices(),
    np.sin: one_input(np.sin),
    np.cos: one_input(np.cos),
    np.log1p: one_input(np.log1p, positive),
    np.expm1: one_input(np.expm1),
    np.minimum: two_inputs(np.minimum, normal, shifted),
    np.remainder: two_inputs(np.remainder, not_of_seven, sevens),
    np.clip: with_options(
        np.clip, a_min=[None, -1.0, 0, np.array([0.2])], a_max=[None, 1.0, np.array([[1.0]])]
    ),
    np.where: wheres(),
    np.min: reductions(np.min),
    np.amin: reductions(np.amin),
    np.amax: reductions(np.amax),
    np.var: reductions(np.var, ddof=[0, 1]),
    np.std: reductions(np.std, ddof=[0, 1]),
    np.prod: reductions(np.prod),
    np.cumsum: shapes_of(np.cumsum, axis=[None, 0, -1, -2]),
    np.sort: shapes_of(np.sort, axis=[None, 0, -1, -2]),
    np.squeeze: shapes_of(np.squeeze, shapes=[*SHAPES, (1, 3, 1)], axis=AXES),
    np.expand_dims: shapes_of(np.expand_dims, axis=[0, -1, 1, (0, -1), ()]),
    np.broadcast_to: shapes_of(np.broadcast_to, shape=[(), 3, (4, 3), (2, 4, 3), (2, 0), (0,)]),
    np.stack: itertools.chain(
        joined(np.stack, [(3,), (3,)], [(), (), ()], [(4, 3)], [(0, 3), (0, 3)]),
        joined(np.stack, [(3,), (3,)], [()], [(4, 3), (4, 3)], axis=-1),
        joined(np.stack, [(4, 3), (4, 3)], axis=1),
    ),
    np.pad: shapes_of(
        np.pad, pad_width=[0, 2, (1, 0), ((1, 2), (0, 1))], constant_values=[0, -1.5]
    ),
    np.flip: shapes_of(np.flip, axis=AXES),
    np.tril: shapes_of(np.tril, shapes=[(4, 3), (0, 2), (2, 3, 4)], k=[0, 1, -1, 7]),
    np.triu: shapes_of(np.triu, shapes=[(4, 3), (0, 2), (2, 3, 4)], k=[0, 1, -1, 7]),
    np.repeat: shapes_of(np.repeat, repeats=[0, 1, 3], axis=[None, 0, -1, -2]),
    np.tile: shapes_of(np.tile, reps=[1, 2, (2,), (2, 1, 3), (0, 2), ()]),
    np.swapaxes: shapes_of(np.swapaxes, axis1=[0, -1], axis2=[0, 1, -2]),
    np.split: split(),
    np.einsum: einsums(),
    np.dot: dots(),
    np.tensordot: tensordots(),
    np.concatenate: itertools.chain(
        joined(np.concatenate, [(3,), (1,), (0,)], [(4, 3), (2, 3)], [(2, 3)]),
        joined(np.concatenate, [(4, 3), (4, 0)], [(1, 2, 2), (1, 2, 3)], axis=-1),
    ),
}
TABLE = {function: list(calls) for function, calls in TABLE.items()}
NO_GRADIENT = {
    **{f: list(two_inputs(f)) for f in (np.equal, np.not_equal, np.less, np.less_equal,
                                        np.greater, np.greater_equal)},
    **{f: list(one_input(f)) for f in (np.sign, np.floor, np.ceil, np.round, np.isfinite, np.isnan,
                                       np.isinf, np.logical_not)},
    **{f: list(two_inputs(f)) for f in (np.isclose, np.logical_and, np.logical_or,
                                        np.floor_divide)},
    **{f: list(with_options(f, axis=[None, 0, -1], keepdims=[False, True]))
       for f in (np.argmax, np.argmin, np.all, np.any)},
    **{f: list(two_inputs(lambda a, b, f=f: f(a > 0, b > 0)))
       for f in (np.bitwise_and, np.bitwise_or, np.bitwise_xor)},
    np.invert: list(one_input(lambda x: np.invert(x > 0))),
}  # fmt: skip


def spread(x):
    """x as every second number of each row of a larger array."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1])) if x.ndim else np.zeros(())
    wide = wide.astype(x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


LAYOUTS = {
    "as it comes": np.copy,
    "Fortran's order": lambda x: np.array(x, order="F"),
    "read-only": read_only,
    "strided": lambda x: spread(x) if x.ndim else x.copy(),
    "backwards": lambda x: np.asarray(np.flip(np.flip(x).copy())),
}


def slopes(function, inputs, learns, dy):
    """The slope of sum(dy * y) in every number of the inputs that learn, in float64."""
    inputs = [x.astype(float) if learned else x for x, learned in zip(inputs, learns)]

    def weighted():
        return np.sum(dy * function(*inputs))

    for x, learned in zip(inputs, learns):
        slope = np.zeros(x.shape)
        for place in np.ndindex(x.shape) if learned else ():
            kept = x[place]
            x[place] = kept + 1e-6
            up = weighted()
            x[place] = kept - 1e-6
            slope[place] = (up - weighted()) / 2e-6
            x[place] = kept
        yield slope


def variants(inputs):
    """(what it is, the inputs, which of them learn), for each way of laying them out."""
    for (layout, change), dtype in itertools.product(LAYOUTS.items(), (np.float64, np.float32)):
        changed = [change(np.asarray(x, dtype)) for x in inputs]
        yield f"{layout}, {dtype.__name__}", changed, [True] * len(inputs)
    mixed = [np.asarray(x, (np.float32, np.float64)[i % 2]) for i, x in enumerate(inputs)]
    yield "of two types", mixed, [True] * len(inputs)
    for i in range(len(inputs) if len(inputs) > 1 else 0):  # whole numbers, never 0
        whole = [np.where(x > 0, 2, 1) if i == j else x.copy() for j, x in enumerate(inputs)]
        yield f"input {i} whole", whole, [i != j for j in range(len(inputs))]


def hold_the_law(function, inputs):
    """One call of the table, in all its variants. Returns how many."""
    count = 0
    weights, expected = None, {}
    for name, arrays, learns in variants(inputs):
        before = [x.copy() for x in arrays]
        want = function(*arrays)
        tensors = [nn.Tensor(x, True) if one else x for x, one in zip(arrays, learns)]
        y = function(*tensors)
        assert (y.shape, y.dtype) == (want.shape, want.dtype), name
        np.testing.assert_allclose(y.data, want, 1e-6, 1e-6, err_msg=name)  # products are rounded
        weights = rng.normal(size=y.shape) if weights is None else weights
        dy = read_only(np.asarray(weights, want.dtype))
        y.backward(dy)
        if tuple(learns) not in expected or not all(learns):
            expected[tuple(learns)] = [*slopes(function, arrays, learns, weights)]
        rtol = 1e-6 if want.dtype == np.float64 and arrays[0].dtype != np.float32 else 2e-3
        for tensor, x, x_before, slope in zip(tensors, arrays, before, expected[tuple(learns)]):
            np.testing.assert_array_equal(x, x_before, f"{name}: written to")
            if isinstance(tensor, nn.Tensor):
                assert np.shape(tensor.grad) == x.shape, name
                assert tensor.grad.dtype == x.dtype, name
                np.testing.assert_allclose(tensor.grad, slope, rtol, rtol, err_msg=name)
        count += 1
    return count


@pytest.mark.parametrize("function", TABLE, ids=lambda function: function.__name__)
def test_values_are_numpys_and_gradients_are_slopes(function):
    for call, inputs in TABLE[function]:
        assert hold_the_law(call, inputs) >= 10


@pytest.mark.parametrize("function", NO_GRADIENT, ids=lambda function: function.__name__)
def test_what_takes_no_gradient_gives_what_numpy_gives(function):
    for call, inputs in NO_GRADIENT[function]:
        for name, arrays, _ in variants(inputs):
            y = call(*(nn.Tensor(x, x.dtype.kind == "f") for x in arrays))
            assert not y.requires_grad
            np.testing.assert_array_equal(y.data, call(*arrays), name)


def test_the_law_is_about_every_rule():
    assert set(RULES) == {*TABLE, *NO_GRADIENT}
    assert sum(len([*variants(x)]) for calls in TABLE.values() for _, x in calls) > 10_000


# Single numbers


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


# Where there is no slope, and what PyTorch says there

AT_KINKS = {
    "maximum, equal": (np.maximum, "maximum", [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]]),
    "minimum, equal": (np.minimum, "minimum", [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]]),
    "max, equal": (np.max, "amax", [[1.0, 3.0, 3.0]]),
    "min, equal": (np.min, "amin", [[1.0, 1.0, 3.0]]),
    "absolute at 0": (np.abs, "abs", [[0.0, -1.0]]),
    "clip at its bounds": (
        lambda x: np.clip(x, 0.0, 1.0), lambda x: x.clip(0, 1), [[-1.0, 0.0, 0.5, 1.0, 2.0]]
    ),
    "std of equal numbers": (np.std, lambda x: x.std(correction=0), [[2.0, 2.0]]),
    "var, ddof": (lambda x: np.var(x, ddof=1), "var", [[2.0, 2.0, 3.0]]),
    "prod, one 0": (np.prod, "prod", [[2.0, 0.0, 3.0]]),
    "prod, two 0": (np.prod, "prod", [[2.0, 0.0, 0.0]]),
    "power, zeros": (np.power, "pow", [[0.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, 2.0]]),
    "2 ** x": (lambda x: 2**x, lambda x: 2**x, [[0.0, 2.0, -1.0]]),
    "where": (
        lambda a, b: np.where(np.array([True, False]), a, b),
        lambda a, b: (a * b.new_tensor([1, 0]) + b * b.new_tensor([0, 1])), [[1.0, 2.0], [3.0, 4.0]]
    ),
    "sort, equal": (np.sort, lambda x: x.sort().values, [[2.0, 1.0, 3.0]]),
    "einsum": (
        lambda a, b: np.einsum("ij,jk->i", a, b),
        lambda a, b: (a @ b).sum(1), [[[1.0, 2.0]], [[3.0, 1.0], [4.0, 0.0]]]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AT_KINKS)
def test_where_there_is_no_slope_pytorch_says_the_same(name):
    torch = pytest.importorskip("torch")
    ours, theirs, numbers = AT_KINKS[name]
    theirs = getattr(torch, theirs) if isinstance(theirs, str) else theirs
    tensors = [leaf(x) for x in numbers]
    others = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    y, z = ours(*tensors), theirs(*others)
    np.testing.assert_allclose(y.data, z.detach().numpy())
    y.sum().backward()
    z.sum().backward()
    for tensor, other in zip(tensors, others):
        np.testing.assert_allclose(tensor.grad, other.grad.numpy())


def test_several_parts_each_take_their_gradient():
    x = leaf(np.arange(6.0).reshape(2, 3))
    left, right = np.split(x, [1], axis=-1)
    (2 * left.sum() + right.sum()).backward()
    np.testing.assert_array_equal(x.grad, [[2, 1, 1], [2, 1, 1]])


def test_methods_and_operators():
    numbers = np.array([[0.5, 2.0, 1.0]])
    x = leaf(numbers)
    for method in ("min", "prod", "sin", "cos", "log1p", "expm1", "cumsum"):
        np.testing.assert_allclose(getattr(x, method)().data, getattr(np, method)(numbers))
    for method in ("sum", "mean", "prod", "max", "min", "var", "std"):
        got = getattr(leaf(np.ones((2, 3, 4))), method)(axis=[0, 2], keepdims=True)
        np.testing.assert_array_equal(
            got.data, getattr(np, method)(np.ones((2, 3, 4)), (0, 2), keepdims=True)
        )
    np.testing.assert_allclose(x.var(axis=None).data, numbers.var())
    np.testing.assert_array_equal((7 // x).data, 7 // numbers)
    np.testing.assert_array_equal((x % 0.75 + 1 % x).data, numbers % 0.75 + 1 % numbers)
    np.testing.assert_array_equal((x // 0.75).data, numbers // 0.75)
    assert x.reshape([3, 1]).shape == x.view((3, 1)).shape == (3, 1)
    np.testing.assert_allclose(x.var(dim=1, ddof=1, keepdim=True).data, [[numbers.var(ddof=1)]])
    np.testing.assert_allclose(x.std(axis=-1, ddof=1).data, [numbers.std(ddof=1)])
    np.testing.assert_array_equal(x.clip(max=1).data, [[0.5, 1, 1]])
    np.testing.assert_array_equal(x.minimum(1.0).data, [[0.5, 1, 1]])
    np.testing.assert_array_equal(abs(-x).data, numbers)
    np.testing.assert_array_equal((2**x).data, 2**numbers)
    np.testing.assert_array_equal(x.cumsum(dim=-1).data, np.cumsum(numbers, -1))
    assert x.squeeze().shape == x.squeeze(dim=0).shape == x.squeeze(axis=-2).shape == (3,)
    assert x.T.squeeze().dot(np.ones(3)).item() == (np.ones(3) @ x.squeeze()).item() == 3.5
    assert (np.ones((2, 1, 3)) @ x.squeeze()).shape == (2, 1)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda t: t.__setitem__(0, 1.0), "tensor[key] = value is not recorded: use np.where"),
        (lambda t: np.einsum("ij", t), "Einsum got subscripts 'ij', not some as 'ij,jk->ik'"),
        (lambda t: np.einsum("ii->i", t), "Einsum got subscripts 'ii->i'"),
        (lambda t: np.einsum("...i->i", t), "Einsum got subscripts '...i->i'"),
        (lambda t: np.einsum(t, [0, 1], [0]), "Einsum got subscripts Tensor("),
        (lambda t: np.einsum("ij->k", t), "Einsum got subscripts 'ij->k', not some as"),
        (lambda t: np.einsum("i->i", t), "Einsum 'i->i' got shapes (2, 3), which do not fit it"),
        (lambda t: np.einsum("ij,j->i", t), "Einsum 'ij,j->i' got shapes (2, 3), which do not"),
        (lambda t: np.einsum("ij,jk->ik", t, t), "Einsum 'ij,jk->ik' got shapes (2, 3), (2, 3)"),
        (lambda t: np.pad(t, 1, mode="reflect"), "Pad got mode='reflect', not 'constant'"),
        (lambda t: np.clip(t, t, None), "Clip got a Tensor as a bound: use np.maximum"),
        (lambda t: np.repeat(t, [1, 2], axis=0), "Repeat got repeats=[1, 2], not one number"),
        (lambda t: np.split(t, 4), "np.split got 2 to split into 4 equal parts"),
        (lambda t: np.dot(t, np.ones((2, 3, 2))), "np.dot got b of shape (2, 3, 2), not (k,)"),
        (lambda t: np.dot([1.0, 2.0], t), "np.dot got a list beside a Tensor, not an array"),
        (lambda t: np.tensordot(t, t, 1), "np.tensordot got shapes (2, 3) and (2, 3), whose axes"),
        (lambda t: t @ np.ones(2), "a @ b got shapes (2, 3) and (2,), not (n, k) and (k, m)"),
        (lambda t: t @ np.array(2.0), "a @ b got shapes (2, 3) and (), not (n, k) and (k, m)"),
        (lambda t: np.gradient(t), "np.gradient has no backward rule"),
        (lambda t: t.squeeze(1), "Squeeze got axis 1 of shape (2, 3): cannot select an axis"),
        (lambda t: t.sum(dtype=float), "sum, mean or its like got dtype, not axis, keepdims, dim"),
        (
            lambda t: bool(t > 0),
            "item() takes one number, but this tensor has shape (2, 3); so do float()",
        ),
        (lambda t: t.min(1), "min(1) could mean two things: min(axis=1) is NumPy's, and"),
        (
            lambda t: t.var(1),
            "var(1) could mean two things: var(axis=1) is NumPy's, and var(dim=1)",
        ),
        (lambda t: t.std(), "std(1) could mean two things"),
        (lambda t: t.std(keepdim=True), "std(1) could mean two things"),
    ],
)
def test_what_is_refused(action, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        action(leaf(np.ones((2, 3))))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
