"""A class that writes a forward of its own above a layer: what it adds has its gradient as well.

PyTorch's users write `class Scaled(nn.Linear)` with super().forward(x) * 2, and `class
Residual(nn.Sequential)` with a loop over self: https://pytorch.org/docs/stable/notes/modules.html
"""

import copy

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike
from cases import CASES

LEARN = {name: case for name, case in CASES.items() if case[0].differentiable}


def with_forward(module, forward):
    """A copy of a module whose class is a subclass that writes this forward."""
    twin = copy.deepcopy(module)
    twin.__class__ = type("Own", (type(module),), {"forward": forward})
    return twin


def twice(self, *inputs):
    return 2 * super(type(self), self).forward(*inputs)


def results(module, inputs):
    nn.manual_seed(0)
    module.zero_grad()
    learned = module.inputs_of_dx(tuple(range(len(inputs))))
    given = [
        nn.Tensor(x, requires_grad=i in learned and x.dtype.kind == "f")
        for i, x in enumerate(map(np.asarray, inputs))
    ]
    y = module(*given)
    y.backward(np.ones_like(y.data))
    return [y.data, *(t.grad for t in given), *(p.grad for p in module.parameters())]


@pytest.mark.parametrize("name", LEARN)
def test_twice_a_layer_has_twice_the_gradients(name):
    module, *inputs = LEARN[name]
    for want, got in zip(
        results(copy.deepcopy(module), inputs),
        results(with_forward(module, twice), inputs),
        strict=True,
    ):
        if want is None:
            assert got is None
        else:
            np.testing.assert_allclose(got, 2 * want, rtol=1e-6)


class Scaled(edunn.torchlike.Linear):
    def forward(self, x):
        return super().forward(x) * 2


class Shifted(Scaled):
    def forward(self, x):
        return super().forward(x) ** 2


class Explicit(Scaled):
    """Back to a backward by hand, for what Scaled computes."""

    def backward(self, dy):
        return super().backward(2 * dy)


class Residual(nn.Sequential):
    def forward(self, x):
        for layer in self:
            x = x + layer(x)
        return x


class AndItself(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Sum(nn.ModuleList):
    def forward(self, x):
        return sum(layer(x) for layer in self)


class RootOfMean(nn.MSELoss):
    def forward(self, y, target):
        return super().forward(y, target) ** 0.5


class OfAMixin:
    def forward(self, x):
        return 3 * x


class Mixed(OfAMixin, nn.Module):
    pass


OWN = {
    "of a layer": (lambda: Scaled(2, 2), lambda x, w: 2 * (x @ w)),
    "of that": (lambda: Shifted(2, 2), lambda x, w: (2 * (x @ w)) ** 2),
    "with a backward again": (lambda: Explicit(2, 2), lambda x, w: 2 * (x @ w)),
    "inside a Sequential": (lambda: nn.Sequential(Scaled(2, 2)), lambda x, w: 2 * (x @ w)),
    "a loop over itself": (lambda: Residual(nn.Linear(2, 2)), lambda x, w: x + x @ w),
    "super of a chain": (lambda: AndItself(nn.Linear(2, 2)), lambda x, w: x + x @ w),
    "super of a chain that is traced": (
        lambda: AndItself(Scaled(2, 2)), lambda x, w: x + 2 * (x @ w),
    ),
    "a list": (lambda: Sum([nn.Linear(2, 2)]), lambda x, w: x @ w),
    "a mixin": (Mixed, lambda x, w: 3 * x),
}  # fmt: skip


@pytest.mark.parametrize("how", ["__call__", "forward"])
@pytest.mark.parametrize("name", OWN)
def test_what_a_subclass_adds_has_its_gradient(name, how, rng):
    make, formula = OWN[name]
    module, x = make(), nn.Tensor(rng.normal(size=(3, 2)), requires_grad=True)
    w = nn.Parameter(np.asarray(rng.normal(size=(2, 2))))
    for parameter in module.parameters():
        parameter.data = w.data.copy() if parameter.ndim == 2 else np.zeros(2)
    y = getattr(module, how)(x)
    (y * y).sum().backward()
    twin = nn.Tensor(x.data, requires_grad=True)
    want = formula(twin, w)
    (want * want).sum().backward()
    np.testing.assert_allclose(y.data, want.data)
    np.testing.assert_allclose(x.grad, twin.grad)
    for parameter in module.parameters():
        if parameter.ndim == 2:
            np.testing.assert_allclose(parameter.grad, w.grad)
    array = getattr(module, how)(x.data)
    assert isinstance(array, np.ndarray)
    np.testing.assert_allclose(array, y.data)


def test_a_loss_of_ones_own_above_a_loss():
    y = nn.Tensor(np.array([1.0, 2.0]), requires_grad=True)
    loss = RootOfMean()(y, np.zeros(2))
    loss.backward()
    assert loss.item() == pytest.approx(2.5**0.5)
    np.testing.assert_allclose(y.grad, y.data / 2 / 2.5**0.5)
