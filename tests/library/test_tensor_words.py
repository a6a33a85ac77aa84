"""PyTorch's words on Tensors and in torchlike: each gives what PyTorch gives, and its gradient."""

import numpy as np
import pytest

import edunn
import edunn.torchlike as nn

rng = np.random.default_rng(0)
A = np.round(rng.normal(size=(3, 4)), 2)
B = np.round(rng.normal(size=(3, 4)), 2)
CUBE = np.round(rng.normal(size=(2, 3, 4)), 2)
INDEX = np.array([[0, 2], [1, 1], [3, 0]])
MASK = A > 0

# what it is called: how it is called, with t, which is torch or torchlike, and Tensors of its own
LEARN = {
    "add": lambda t, a, b: a.add(b) + t.add(a, 2),
    "sub, mul, div": lambda t, a, b: t.sub(a, b) + a.mul(b) - t.div(a, b),
    "neg, square": lambda t, a, b: a.neg() + t.square(b),
    "reciprocal": lambda t, a, b: a.reciprocal() + t.reciprocal(b),
    "rsqrt": lambda t, a, b: t.rsqrt(a * a + 1) + (b * b).rsqrt(),
    "mm": lambda t, a, b: a.mm(b.t()) + t.mm(a, b.t()),
    "bmm": lambda t, a, b: t.bmm(a.unsqueeze(0), b.t().unsqueeze(0)),
    "tril, triu": lambda t, a, b: a.tril() + t.triu(b, 1) + t.tril(a, diagonal=-1),
    "swapaxes": lambda t, a, b: a.swapaxes(0, 1) * t.swapaxes(b, -1, 0),
    "flip": lambda t, a, b: a.flip(0) + b.flip((0, 1)) + t.flip(a, (1,)) + a.flip(0, 1),
    "expand": lambda t, a, b: a.unsqueeze(1).expand(3, 2, 4) + b[0].expand(3, 2, -1),
    "expand_as": lambda t, a, b: a[:1].expand_as(b) * b,
    "repeat": lambda t, a, b: a.repeat(2, 1) + b.repeat((2, 1)),
    "outer": lambda t, a, b: t.outer(a[0], b[1]) + a[1].outer(b[2]),
    "masked_fill": lambda t, a, b: a.masked_fill(b > 0, -1e9) + t.masked_fill(b, b > 0, 0.0),
    "gather": lambda t, a, b: a.gather(1, t.tensor(INDEX)) + t.gather(b, 1, t.tensor(INDEX)),
    "gather, dim 0": lambda t, a, b: a.gather(0, t.tensor(INDEX % 3)),
    "index_select": lambda t, a, b: a.index_select(1, t.tensor([3, 0, 0])) * 2,
    "split": lambda t, a, b: sum((i + 1) * p.sum() for i, p in enumerate(a.split(2, 1))),
    "split, uneven": lambda t, a, b: t.split(a, 3, dim=1)[1] * t.split(b, [1, 3], dim=1)[0],
    "chunk": lambda t, a, b: a.chunk(2, dim=1)[1] * t.chunk(b, 3, dim=1)[0],
    "chunk of fewer": lambda t, a, b: a.chunk(3, dim=1)[-1] + len(b.chunk(3, dim=1)),
    "unbind": lambda t, a, b: a.unbind()[1] * t.unbind(b, dim=0)[2],
    "sort": lambda t, a, b: a.sort()[0] + t.sort(b, dim=1, descending=True).values,
    "topk": lambda t, a, b: a.topk(2)[0] + t.topk(b, 2, dim=1, largest=False).values,
    "norm": lambda t, a, b: a.norm() + t.norm(b, dim=1) + t.norm(a, p=1),
    "norm, keepdim": lambda t, a, b: a / a.norm(dim=1, keepdim=True),
    "logsumexp": lambda t, a, b: a.logsumexp(1) + t.logsumexp(100 * b, dim=1),
    "var, std": lambda t, a, b: t.var(a) + t.std(b, dim=1) + t.var(a, dim=1, unbiased=False),
    "var and std by dim": lambda t, a, b: a.var(dim=1) + b.std(dim=1) + a.std(dim=-1, correction=2),
    "var, told by what": lambda t, a, b: (
        a.var(1, unbiased=False) + b.std(unbiased=True) + b.std(1, correction=0)
    ),
    "max, min by dim": lambda t, a, b: (
        a.max(dim=1)[0] + b.min(dim=1).values + b.min(dim=1, keepdim=True)[0]
    ),
    "axes in a list": lambda t, a, b: a.mean([0, 1]) + b.sum(dim=[1]) + t.mean(a, dim=[0, 1]),
    "remainder": lambda t, a, b: (a % 0.3) + (b % (a * a + 2)),
    "clamp": lambda t, a, b: a.clamp(min=0) + b.clamp(-0.5, 0.5) + a.clamp(max=0.2),
    "einsum of a list": lambda t, a, b: t.einsum("ij,ij->i", [a, b]),
    "views": lambda t, a, b: a.view([2, 6]) + b.reshape((2, 6)) + a.view(b.numel() // 6, -1),
    "hstack, vstack": lambda t, a, b: t.hstack([a, b]).sum() + t.vstack([a[0], b[0]])[0],
    "hstack of vectors": lambda t, a, b: t.hstack((a[0], b[0])) * 2,
    "concat": lambda t, a, b: t.concat([a, b], dim=1) - t.concatenate([b, a], dim=1),
    "log1p, expm1": lambda t, a, b: t.log1p(a * a) + t.expm1(b),
    "prod, cumsum": lambda t, a, b: t.prod(a) + t.cumsum(b, dim=1),
    "dot": lambda t, a, b: t.dot(a[0], b[0]) + a[1].dot(b[1]),
    "numbers in place of a": lambda t, a, b: t.sub(a, 1) * t.mul(b, 0.5),
    "softmax of masked scores": lambda t, a, b: t.softmax(
        (a @ b.t()).masked_fill(t.tril(t.ones(3, 3)) == 0, float("-inf")), dim=-1
    ),
}
TELL = {
    "comparisons": lambda t, a, b: [a.ne(b), a.lt(b), a.le(b), a.gt(b), a.ge(b), t.eq(a, a)],
    "all, any": lambda t, a, b: [(a > 0).all(), (a > 0).any(dim=1), t.all(a == a), t.any(a > 9)],
    "argmin": lambda t, a, b: [a.argmin(), t.argmin(a, dim=1), a.argmin(dim=0, keepdim=True)],
    "argsort": lambda t, a, b: [a.argsort(), t.argsort(a, dim=0, descending=True)],
    "sort's and topk's places": lambda t, a, b: [a.sort(dim=0)[1], a.topk(3).indices],
    "nonzero": lambda t, a, b: [(a > 0).nonzero(), t.nonzero(a[0] > 0)],
    "isnan": lambda t, a, b: [t.isnan(a), (a / 0).isinf(), t.isfinite(a)],
    "floor": lambda t, a, b: [a.floor(), t.ceil(a), a.round(), t.sign(a)],
    "of truths": lambda t, a, b: [
        ~(a > 0),
        (a > 0) & (b > 0),
        (a > 0) | (b > 0),
        (a > 0) ^ (b > 0),
    ],
    "isclose": lambda t, a, b: [t.isclose(a, a + 1e-9), t.isclose(a, b)],
    "equal": lambda t, a, b: [t.tensor([t.equal(a, a), t.equal(a, b), t.equal(a, a[:1])])],
    "likes": lambda t, a, b: [t.full_like(a, 2), t.tensor([*t.rand_like(a).shape, 1])],
    "sizes": lambda t, a, b: [t.zeros(size=(2, 3)), t.ones(size=(2,)), t.tensor(a.numel())],
    "like, and as": lambda t, a, b: [
        t.tensor([*t.empty_like(a).shape, *t.randn_like(a).shape]),
        t.as_tensor(A),
    ],
    "constants": lambda t, a, b: [t.tensor([t.inf, t.pi, float(t.nan)])],
    "min's and max's places": lambda t, a, b: [a.min(dim=1)[1], a.max(dim=0).indices],
    "whole division": lambda t, a, b: [
        t.arange(7) // 3,
        t.arange(7) % 3,
        a // 0.3,
        7 // t.arange(1, 4),
    ],
    "types": lambda t, a, b: [
        (a > 0).type(t.float64),
        a.to(t.float32),
        a.to("cpu"),
        a.type(b.dtype),
    ],
    "type_as": lambda t, a, b: [(a > 0).type_as(a), t.tensor(a.is_leaf)],
}


def numbers(x):
    return np.asarray(x.detach())


@pytest.mark.parametrize("name", LEARN)
def test_it_gives_and_learns_what_pytorch_does(name):
    torch = pytest.importorskip("torch")
    results = []
    for t in (torch, nn):
        a, b = (t.tensor(x, dtype=t.float64, requires_grad=True) for x in (A, B))
        y = LEARN[name](t, a, b)
        weights = np.cos(np.arange(np.prod(y.shape, dtype=int))).reshape(tuple(y.shape))
        (y * t.tensor(weights, dtype=t.float64)).sum().backward()
        results.append(
            [numbers(y), *(None if x.grad is None else np.asarray(x.grad) for x in (a, b))]
        )
    for theirs, ours in zip(*results):
        if theirs is None:
            assert ours is None
        else:
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", TELL)
def test_it_tells_what_pytorch_does(name):
    torch = pytest.importorskip("torch")
    found = []
    for t in (torch, nn):
        with np.errstate(divide="ignore"):
            a, b = (t.tensor(x, dtype=t.float64) for x in (A, B))
            found.append([numbers(y) for y in TELL[name](t, a, b)])
    assert len(found[0]) == len(found[1])
    for theirs, ours in zip(*found):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype or theirs.dtype == np.float32


def test_the_words_on_the_tape_have_the_right_numbers():
    """A few by hand, so that they are held where PyTorch is not installed."""
    x = nn.tensor([[3.0, 1.0, 2.0]], requires_grad=True)
    values, indices = x.sort()
    np.testing.assert_array_equal(values.data, [[1, 2, 3]])
    np.testing.assert_array_equal(indices.data, [[1, 2, 0]])
    (values * nn.tensor([[1.0, 10.0, 100.0]])).sum().backward()
    np.testing.assert_array_equal(x.grad, [[100, 1, 10]])
    np.testing.assert_array_equal(x.gather(1, nn.tensor([[2, 2]])).data, [[2, 2]])
    np.testing.assert_allclose(x.norm().item(), 14**0.5, rtol=1e-6)
    np.testing.assert_array_equal(nn.tensor([[1.0, 2]]).repeat(2, 2).data, [[1, 2] * 2] * 2)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda x: x.topk(5), "topk got k=5 for an axis of 4"),
        (lambda x: x.norm(3), "norm got p=3, not 1 or 2"),
        (lambda x: x.split([1, 1], dim=1), r"split got sizes \[1, 1\] for an axis of 4"),
        (lambda x: x.sum().requires_grad_(), "takes a leaf"),
        (lambda x: nn.zeros(2, size=(3,)), "not one of them"),
        (lambda x: nn.tensor([[x.sum()], [2.0]]), "Tensors in a list: join them by np.stack"),
        (lambda x: edunn.Parameter([x.sum(), x.sum()]), "Tensors in a list: join them by np.stack"),
        (lambda x: nn.utils.data.random_split(range(5), [1, 2]), r"got lengths \[1, 2\] for 5"),
        (lambda x: x.relu(), "'Tensor' object has no attribute 'relu': near is relu"),
        (lambda x: x.scatter_(1, 2, 3), "has no attribute 'scatter_': what differs from PyTorch"),
        (lambda x: x.nonsense, "'Tensor' object has no attribute 'nonsense'$"),
        (lambda x: edunn.Tensor([1.0, 2]).tril(), r"Tril got x of shape \(2,\), not a matrix"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(action, message):
    x = nn.tensor(A, requires_grad=True)
    with pytest.raises((ValueError, TypeError, AttributeError), match=message):
        action(x)


def test_a_dataset_of_ones_own_in_random_parts():
    class Squares(nn.utils.data.Dataset):
        def __len__(self):
            return 10

        def __getitem__(self, i):
            return i, i * i

    nn.manual_seed(0)
    for lengths, sizes in (([7, 3], [7, 3]), ([0.75, 0.25], [8, 2])):
        parts = nn.utils.data.random_split(Squares(), lengths)
        assert [len(part) for part in parts] == sizes
        assert sorted(part[k][0] for part in parts for k in range(len(part))) == list(range(10))
    (x, y), *rest = nn.utils.data.DataLoader(parts[0], batch_size=5)
    np.testing.assert_array_equal(y.data, x.data**2)
    assert len(rest) == 1
    assert isinstance(nn.utils.data.Subset(Squares(), [3])[0], tuple)
    with pytest.raises(NotImplementedError, match="Dataset.__len__: not written yet"):
        len(nn.utils.data.Dataset())


def test_requires_grad_asks_a_leaf_for_its_gradient():
    x = nn.tensor([1.0, 2.0]).requires_grad_()
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 4])
    assert x.is_leaf
    assert not (x * x).is_leaf
    with pytest.raises(TypeError, match="dtype int64, not floats"):
        nn.tensor([1, 2]).requires_grad_()


def test_an_optimizer_of_ones_own():
    class Halves(nn.optim.Optimizer):
        def update(self, w, dw, state):
            w -= self.lr * dw / 2

    p = nn.Parameter(np.ones(2))
    optimizer = Halves([p], lr=0.2)
    (p * p).sum().backward()
    optimizer.step()
    np.testing.assert_allclose(p.data, 0.8)


def test_the_tape_is_made_of_steps():
    x = nn.tensor([1.0], requires_grad=True)
    y = edunn.TanH()(x)
    assert isinstance(y.step, edunn.Step)
    assert isinstance(y.step.module, edunn.Tanh)
    assert y.step.inputs == (x,)


def test_gains_are_pytorchs():
    torch = pytest.importorskip("torch")
    for how in (("relu",), ("tanh",), ("linear",), ("leaky_relu", 0.2)):
        assert nn.init.calculate_gain(*how) == torch.nn.init.calculate_gain(*how)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda x: nn.functional.one_hot(nn.tensor([0, 5]), 3), "one_hot got labels with 5, not"),
        (lambda x: nn.functional.one_hot(nn.tensor([0.0])), "one_hot got labels of dtype float32"),
        (lambda x: nn.functional.embedding(nn.tensor([-1]), x), "embedding got indices with -1"),
        (lambda x: x.gather(1, nn.tensor([[-1]])), "gather got index with -1, not all from 0 to 3"),
        (lambda x: x.index_select(0, nn.tensor([3])), "index_select got index with 3, not all"),
        (lambda x: x.index_select(0, nn.tensor([[1]])), "index_select got index of shape (1, 1)"),
        (lambda x: x.masked_fill(nn.ones(3, 4), 0.0), "masked_fill got a mask Tensor(array"),
        (lambda x: x.repeat(2), "repeat got (2,) for shape (3, 4), not a number for each axis"),
        (lambda x: x.flatten(1, 0), "flatten got start_dim=1, which is after end_dim=0"),
        (lambda x: x.split(0), "split got size=0, not a whole number from 1 up"),
        (lambda x: x.chunk(0), "chunk got chunks=0, not a whole number from 1 up"),
        (lambda x: x.expand(4, 4), "BroadcastTo got x of shape (3, 4), which does not broadcast"),
        (lambda x: x.size(2), "size(2) of a tensor of shape (3, 4)"),
        (lambda x: nn.randint(3), "randint(0, 3) got no size, as in randint(0, 10, (2, 3))"),
        (lambda x: nn.Tensor(2, 3), "Tensor got requires_grad=3, not True or False; of a shape"),
        (lambda x: nn.functional.pad(x, (-1, 0)), "pad got (-1, 0) and mode 'constant', not pairs"),
    ],
)  # fmt: skip
def test_what_pytorch_refuses_is_refused_too(action, message):
    x = nn.tensor(A, requires_grad=True)
    with pytest.raises((ValueError, TypeError, IndexError)) as caught:
        action(x)
    assert str(caught.value).startswith(message)
