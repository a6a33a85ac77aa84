"""What every module must do, whatever it computes."""

import copy

import numpy as np
import pytest

import edunn as nn
from cases import CASES

every_module = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def run(module, inputs, dy):
    """The output and all gradients of one forward and backward, by name."""
    nn.manual_seed(0)
    y = module.forward(*inputs)
    dx, grads = module.backward(dy)
    dxs = dx if isinstance(dx, tuple) else (dx,)
    return {"y": y} | {f"dx {i}": dx for i, dx in enumerate(dxs) if dx is not None} | grads


def draw_dy(module, inputs, rng):
    dy = rng.normal(size=np.shape(module.forward(*inputs)))
    return dy if dy.shape else float(dy)


def assert_same(first, second, **tolerance):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_allclose(first[name], second[name], err_msg=name, **tolerance)


def test_no_module_is_left_out():
    modules = {
        value.__name__
        for value in vars(nn).values()
        if isinstance(value, type) and issubclass(value, nn.Module)
    }
    no_forward_of_one_array = {"Module", "ModuleDict", "Model"}  # tested where they belong
    not_the_slope = {"FakeModel", "FakeError"}
    assert modules - no_forward_of_one_array - not_the_slope == {
        name.split(",")[0] for name in CASES
    }


@every_module
def test_backward_is_the_slope_of_forward(case):
    assert nn.check_gradients(*case)


@every_module
def test_nothing_passed_in_is_changed(case, rng):
    module, *inputs = case
    dy = draw_dy(module, inputs, rng)
    before = copy.deepcopy((inputs, dy))
    run(module, inputs, dy)
    for x, x_before in zip([*inputs, dy], [*before[0], before[1]]):
        np.testing.assert_array_equal(x, x_before)


@every_module
def test_backward_twice_gives_the_same(case, rng):
    module, *inputs = case
    dy = draw_dy(module, inputs, rng)
    assert_same(run(module, inputs, dy), run(module, inputs, dy), rtol=0)


@every_module
def test_tape_gives_what_explicit_backward_gives(case, rng):
    module, *inputs = case
    dy = draw_dy(module, inputs, rng)
    explicit = run(module, inputs, dy)
    learned = [x for x in module.inputs_of_dx(inputs) if x.dtype.kind == "f"]
    tensors = [nn.Tensor(x, requires_grad=True) for x in learned]
    for parameter in module.parameters():
        parameter.grad = None
    nn.manual_seed(0)
    y = module(*(next((t for t in tensors if t.data is x), x) for x in inputs))
    if not isinstance(y, nn.Tensor):  # whole numbers in: only the parameters learn
        y = module(*map(nn.Tensor, inputs))
    y.backward(np.asarray(dy))
    tape = {"y": y.data} | {f"dx {i}": tensor.grad for i, tensor in enumerate(tensors)}
    named = module.named_parameters().items()
    frozen = {name for name, p in named if not p.requires_grad}
    assert all(p.grad is None for name, p in named if name in frozen)
    tape |= {name: p.grad for name, p in named if name not in frozen}
    assert_same({name: value for name, value in explicit.items() if name not in frozen}, tape)


@every_module
def test_gradients_have_the_names_of_parameters(case, rng):
    module, *inputs = case
    result = run(module, inputs, draw_dy(module, inputs, rng))
    for name, parameter in module.named_parameters().items():
        if parameter.requires_grad:
            assert result[name].shape == parameter.shape
    assert module.get_parameters().keys() == module.named_parameters().keys()


@every_module
def test_parameters_are_float32_and_stay_so(case, rng):
    module, *inputs = case
    inputs = [x.astype(np.float32) if x.dtype.kind == "f" else x for x in inputs]
    y = module.forward(*inputs)
    dy = rng.normal(size=np.shape(y)).astype(np.float32)[()]
    assert {value.dtype for value in run(module, inputs, dy).values()} == {np.dtype(np.float32)}


@every_module
def test_a_gpu_gives_what_the_cpu_gives(case, rng, gpu):
    module, *inputs = case
    dy = draw_dy(module, inputs, rng)
    on_cpu = run(module, inputs, dy)
    moved = copy.deepcopy(module).to(gpu)
    on_gpu = run(moved, [nn.to(x, gpu) for x in inputs], nn.to(np.asarray(dy), gpu))
    assert {nn.device_of(value) for value in on_gpu.values()} == {"cuda:0"}
    assert_same(on_cpu, {name: nn.to(v, "cpu") for name, v in on_gpu.items()}, rtol=1e-4, atol=1e-6)
    assert all(nn.device_of(p.data) == "cpu" for p in moved.to("cpu").parameters())
