"""layer.forward(tensor) does what layer(tensor) does; nothing else has changed about forward."""

import copy
import inspect
import pickle
import traceback

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike
from cases import CASES


class Traced(nn.Module):
    """A user's network without a backward, that calls its layers by forward."""

    def __init__(self):
        self.layers = [nn.Dense(3, 4, "tanh"), nn.Dense(4, 2)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x


class Scaled(nn.Module):
    """y = 2 w x: a user's layer with a backward."""

    def __init__(self):
        self.w = nn.Parameter(np.array([3.0]))

    def forward(self, x):
        self.cache = x
        return 2 * self.w.data * x

    def backward(self, dy):
        return 2 * self.w.data * dy, {"w": np.reshape(np.sum(2 * self.cache * dy), 1)}


class More(Scaled):
    """y = 2 w x + 1, by way of what it inherits."""

    def forward(self, x, plus=1.0):
        return super().forward(x) + plus

    backward = Scaled.backward


def run(how, module, inputs):
    """Output, and the gradients of inputs and parameters, of a run by the method `how`."""
    nn.manual_seed(3)
    module.zero_grad()
    given = [nn.Tensor(x, requires_grad=x.dtype.kind == "f") for x in map(np.asarray, inputs)]
    y = getattr(module, how)(*given)
    y.backward(np.ones_like(y.data))
    return [y.data, *(t.grad for t in given), *(p.grad for p in module.parameters())]


def run_or_refusal(how, module, inputs):
    try:
        return run(how, module, inputs)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case[0].differentiable])
def test_forward_records_as_a_call_does(name):
    module, *inputs = CASES[name]
    if any(isinstance(x, list) for x in inputs):
        pytest.skip("a list of inputs is taken apart by the module itself")
    called, forwarded = (run_or_refusal(how, module, inputs) for how in ("__call__", "forward"))
    if isinstance(called, str):  # of a loss whose target may not learn
        assert called == forwarded
        return
    for one, other in zip(called, forwarded, strict=True):
        assert (one is None) == (other is None)
        assert one is None or np.array_equal(one, other)


@pytest.mark.parametrize("make", [Traced, Scaled, More, lambda: nn.Sequential(Traced(), nn.ReLU()),
    lambda: nn.Sequential(nn.Linear(3, 3), More()),
    lambda: edunn.torchlike.Sequential(edunn.torchlike.Linear(3, 2), edunn.torchlike.Tanh()),
])  # fmt: skip
def test_users_modules_and_containers_in_both_dialects(make, rng):
    module, x = make(), rng.normal(size=(5, 3))
    results = [run(how, module, [x]) for how in ("__call__", "forward")]
    assert all(gradient is not None for gradient in results[1])
    for one, other in zip(*results, strict=True):
        assert np.array_equal(one, other)


def test_a_layer_used_by_forward_in_a_traced_network_learns(rng):
    model, x = Traced(), rng.normal(size=(20, 3))
    before = [p.data.copy() for p in model.parameters()]
    nn.fit(model, x, x[:, :2], nn.MSELoss(), nn.SGD(model.parameters(), lr=0.1), progress=False)
    assert len(before) == 4
    assert all(np.any(p.data != old) for p, old in zip(model.parameters(), before))


def test_arrays_stay_arrays():
    assert type(Scaled().forward(np.ones(2))) is np.ndarray
    assert type(More().forward(np.ones(2), plus=2.0)) is np.ndarray
    with nn.no_tape():
        assert Scaled().forward(nn.Tensor(np.ones(2))).step is None


def test_inputs_by_name():
    x = nn.Tensor(np.ones(2), requires_grad=True)
    for how in ("__call__", "forward"):
        y = getattr(More(), how)(plus=nn.Tensor(np.array(5.0)), x=x)
        assert y.data.tolist() == [11, 11]
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        More()(plus=x)

    class Only(Scaled):
        def forward(self, x, *, shift=0.0):
            return super().forward(x) + shift

        backward = Scaled.backward

    assert Only().forward(x, shift=nn.Tensor([1.0])).requires_grad
    with pytest.raises(TypeError, match=r"Only\(\) got a Tensor by name that takes no gradient"):
        Only().forward(x, shift=x)


def test_what_looks_at_forward_sees_what_was_written():
    assert list(inspect.signature(More.forward).parameters) == ["self", "x", "plus"]
    assert list(inspect.signature(nn.MSELoss().forward).parameters) == ["y", "target"]
    assert inspect.getsource(Scaled.forward).strip().startswith("def forward(self, x):")
    assert (More.forward.__name__, More.forward.__module__) == ("forward", __name__)


def test_two_outputs_are_refused_on_the_tape():
    class Two(Scaled):
        def forward(self, x):
            return super().forward(x), x

        backward = Scaled.backward

    assert len(Two()(np.ones(2))) == 2
    with pytest.raises(TypeError, match=r"Two\(\) gave 2 outputs for a Tensor, not one"):
        Two()(nn.Tensor(np.ones(2)))


def test_copies_and_pickles():
    layer = nn.Dense(3, 2)
    for copied in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        y = copied.forward(nn.Tensor(np.ones((4, 3))))
        y.sum().backward()
        assert copied.w.grad is not None
        assert layer.w.grad is None


def test_a_call_of_ones_own_is_no_endless_loop():
    class Own(Scaled):
        def __call__(self, x):
            return self.forward(x)

    layer = Own()
    layer(nn.Tensor(np.ones(2))).sum().backward()
    assert layer.w.grad.tolist() == [4]


def test_an_error_is_one_frame_longer():
    class Broken(nn.Module):
        def forward(self, x):
            raise ValueError("here")

        def backward(self, dy):
            return dy, {}

    with pytest.raises(ValueError, match="here") as caught:
        Broken().forward(np.ones(2))
    frames = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert frames[1:] == ["forward_or_record", "forward"]


def test_a_forward_that_is_replaced_in_one_layer(monkeypatch):
    layer = Scaled()
    layer.forward = lambda x: x + 1
    assert layer(np.ones(2)).tolist() == [2, 2]
    assert layer(nn.Tensor(np.ones(2))).data.tolist() == [2, 2]
