"""a += b and its like on Tensors: done in place, or as another Tensor, or refused; never lost."""

import operator
import threading

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike

CHANGES = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv,
    "**=": operator.ipow,
}  # fmt: skip


@pytest.mark.parametrize("sign", CHANGES)
@pytest.mark.parametrize("kind", [nn.Parameter, lambda data: nn.Tensor(data, True)])
def test_under_no_grad_it_is_done_in_the_same_array(sign, kind):
    data = np.array([1.0, 4.0])
    p, want = kind(data), CHANGES[sign](data.copy(), 2)
    with nn.no_grad():
        q = CHANGES[sign](p, 2)
    assert q is p
    assert p.data is data
    assert data.tolist() == want.tolist()
    assert p.requires_grad
    assert p.step is None


@pytest.mark.parametrize("sign", CHANGES)
def test_on_the_tape_a_parameter_is_refused(sign):
    for p in (nn.Parameter(np.ones(2)), nn.Parameter(np.ones(2), trainable=False)):
        with pytest.raises(ValueError, match=r"Parameter got a \+= or its like: write `with no_t"):
            CHANGES[sign](p, 1 if p.requires_grad else nn.Tensor(np.ones(2), True) ** 1)
        assert p.data.tolist() == [1, 1]


def test_a_leaf_that_has_its_gradient_is_refused_too():
    w = nn.Tensor([1.0, 2.0], True)
    (w * w).sum().backward()
    with pytest.raises(ValueError, match=r"Tensor got a \+= or its like"):
        w -= 0.1 * w.grad


def test_training_by_hand(rng):
    x = rng.normal(size=(50, 2))
    y = x @ [[2.0], [-1.0]] + 0.5
    model = edunn.torchlike.Linear(2, 1)
    for _ in range(200):
        model.zero_grad()
        nn.MSELoss()(model(nn.Tensor(x)), y).backward()
        with edunn.torchlike.no_grad():
            for p in model.parameters():
                p -= 0.1 * p.grad
    np.testing.assert_allclose(model.w.data, [[2], [-1]], atol=1e-4)
    np.testing.assert_allclose(model.b.data, [0.5], atol=1e-4)


def test_a_sum_of_losses_is_recorded():
    w = nn.Tensor([1.0, 2.0], True)
    for total in (0, 0.0, nn.Tensor(0.0), nn.Tensor(np.zeros(()))):
        w.zero_grad()
        for _ in range(3):
            total += (w * w).sum()
        total.backward()
        assert w.grad.tolist() == [6, 12]


def test_what_takes_no_gradient_is_the_same_tensor_but_no_cache_changes():
    x, w = nn.Tensor(np.ones((1, 2))), nn.Parameter(np.ones((2, 1)))
    same, y = x, x @ w
    x *= 3
    assert same is x
    assert x.data.tolist() == [[3, 3]]
    y.sum().backward()
    assert w.grad.tolist() == [[1], [1]]  # x was 1 when it was used


@pytest.mark.parametrize("other", [np.ones((3, 2)), 0.5])
def test_numbers_that_do_not_fit_are_refused(other):
    x = nn.Tensor(np.array([1, 2]))
    with pytest.raises(ValueError, match=r"a \+= or its like got numbers of shape .* do not fit"):
        x += other


def test_an_array_cannot_take_up_a_tensor():
    a = np.zeros(2)
    with pytest.raises(TypeError, match=r"instead of a \+= t write a = a \+ t, or a \+= t.data"):
        a += nn.Tensor([1.0, 2.0])
    a += nn.Tensor([1.0, 2.0]).data
    assert a.tolist() == [1, 2]


def test_on_a_gpu(gpu):
    p = nn.Parameter(nn.to(np.ones(2), gpu))
    with nn.no_grad():
        p -= 0.5 * nn.to(np.ones(2), gpu)
    assert nn.to(p.data, "cpu").tolist() == [0.5, 0.5]


def test_no_grad_is_of_its_own_thread():
    x, inside, go_on, seen = nn.Tensor([1.0], True), threading.Event(), threading.Event(), []

    def other():
        with nn.no_grad():
            inside.set()
            go_on.wait(10)
            seen.append((x * 2).requires_grad)
        seen.append((x * 2).requires_grad)

    thread = threading.Thread(target=other)
    with nn.no_grad():
        thread.start()
        inside.wait(10)
    assert (x * 2).requires_grad  # while the other thread has it off
    go_on.set()
    thread.join()
    assert seen == [False, True]
    assert (x * 2).requires_grad


@pytest.mark.parametrize("decorator", [nn.no_grad, nn.no_grad()], ids=["bare", "called"])
def test_no_grad_around_a_function_and_after_an_error(decorator):
    @decorator
    def doubled(x, times):
        return doubled(x * 2, times - 1) if times else x * 1  # each call enters it again

    x = nn.Tensor([1.0], True)
    assert not doubled(x, 3).requires_grad
    with pytest.raises(ValueError, match="here"), nn.no_grad():
        raise ValueError("here")
    assert (x * 2).requires_grad


def test_no_grad_around_a_generator_is_refused():
    """PyTorch wraps each step of it; here it would have ended before the first."""

    def batches():
        yield 1

    with pytest.raises(TypeError, match="no_tape got the generator batches, .* `with no_tape"):
        nn.no_grad()(batches)
