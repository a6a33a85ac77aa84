"""The stand-in for a GPU refuses what CuPy 14.2 refuses: one table, asked of both.

g, w, i and m are on the GPU, h, j and n are the same on the CPU. `gives` means: the answer, dtype,
shape and numbers that NumPy gives, still on the GPU. Where there is a GPU, CuPy itself is asked.
"""

import numpy as np
import pytest

import edunn as nn

ROWS = """
gives g + 1
gives 2 * g
gives g * np.float32(2)
gives g * np.float64(2)
gives g / 3
gives g ** 2
gives 2 ** g
gives -g
gives abs(g)
gives g // 2
gives g % 2
gives g > 1
gives g == g
gives g + True
gives g @ w
gives np.matmul(g, w)
gives np.dot(g, w)
gives g.T
gives g.reshape(4, 3)
gives g[0]
gives g[:, None]
gives g[..., 1:3]
gives g[0:2, 1]
gives g[i]
gives g[m]
gives g.sum()
gives g.sum(axis=0)
gives g.mean(axis=1, keepdims=True)
gives g.max(axis=1)
gives g.argmax(axis=1)
gives g.astype(np.float64)
gives np.sum(g, axis=(0, 1))
gives np.maximum(g, 0)
gives np.exp(g)
gives np.log1p(g)
gives np.tanh(g)
gives np.sqrt(g)
gives np.sign(g)
gives np.abs(g)
gives np.clip(g, 1, 3)
gives np.where(m, g, 0)
gives np.where(g > 1, g, -g)
gives np.concatenate([g, g])
gives np.stack([g, g], axis=1)
gives np.split(g, 2, axis=1)[1]
gives np.transpose(g, (1, 0))
gives np.moveaxis(g, 0, 1)
gives np.broadcast_to(g, (2, 3, 4))
gives np.expand_dims(g, 0)
gives np.squeeze(g[None])
gives np.pad(g, 1)
gives np.tensordot(g, w, axes=1)
gives np.einsum("ij,jk->ik", g, w)
gives np.outer(g[0], g[0])
gives np.cumsum(g, axis=1)
gives np.take_along_axis(g, i[:, None], axis=1)
gives np.zeros_like(g)
gives np.zeros_like(g, shape=(2, 5))
gives np.ones_like(g)
gives np.full_like(g, 7)
gives np.zeros(3, like=g)
gives np.arange(3, like=g)
gives np.asarray(h, like=g)
gives np.isfinite(g)
gives np.all(g > -1)
gives np.any(m)
gives np.argmax(g, axis=0)
gives np.sort(g, axis=1)
gives np.var(g, axis=0)
gives np.add.reduce(g, axis=0)
gives np.lib.stride_tricks.sliding_window_view(g, 2, axis=1)
gives np.repeat(g, 2, axis=0)
gives np.tile(g, (2, 1))
gives np.flip(g, axis=1)
gives np.tril(g)
gives np.add(g, 1, out=g)
gives np.logaddexp(g, 0)
gives np.isnan(g)
gives np.square(g)
gives np.minimum(g, 1)
gives np.prod(g)
gives np.linalg.norm(g)
gives np.mean(g)
gives np.power(g, 2)
gives np.matmul(g, w, out=g)
refuses g + h
refuses h + g
refuses g * np.ones(())
refuses np.array(2.0) * g
refuses g > h
refuses g @ h.T
refuses h.T @ g
refuses np.dot(g, h.T)
refuses np.maximum(g, h)
refuses np.add(g, 1, out=h)
refuses g + [1, 2, 3, 4]
refuses g + None
refuses np.asarray(g)
refuses np.array(g)
refuses np.array([g, g])
refuses np.ascontiguousarray(g)
refuses np.concatenate([g, h])
refuses np.stack([g, h])
refuses np.concatenate([g[0], [1.0]])
refuses np.array([g[0, 0], 1.0], like=g)
refuses np.where(n, g, 0)
refuses np.where(m, g, h)
refuses h[m]
refuses np.sum(g, where=m)
refuses np.sum(g, initial=0)
refuses np.max(g, initial=0)
refuses np.mean(g, where=m)
refuses np.add(g, 1, where=m)
refuses np.exp(g, where=m)
refuses np.maximum.reduce(g)
refuses np.maximum.accumulate(g)
refuses np.add.at(g, (0, 1), 1.0)
refuses np.subtract.at(g, i, 1.0)
refuses np.multiply.at(g, i, 1.0)
refuses np.ones(3, like=g)
refuses np.full(3, 1.0, like=g)
refuses np.eye(3, like=g)
refuses np.block([g, g])
refuses np.vecdot(g, g)
refuses np.einsum("ij->i", g, out=g[:, 0])
refuses g.__setitem__(slice(None), h)
refuses g.__setitem__(0, [1, 2, 3, 4])
refuses np.testing.assert_allclose(g, h)
refuses hash(g)
refuses np.frompyfunc(abs, 1, 1)(g)
refuses np.vectorize(abs)(g)
refuses [*range(3)][g]
strict g[j]
strict g[n]
gives g[[0, 1]]
strict np.einsum("ij,jk->ik", g, h.T)
"""
ROWS = [tuple(row.split(" ", 1)) for row in ROWS.strip().splitlines()]


def arrays(device):
    """The names of the table: those that live on `device`, and those that never leave the CPU."""
    h = np.arange(12, dtype=np.float32).reshape(3, 4)
    w, j, n = np.eye(4, dtype=np.float32) + 1, np.array([0, 2, 1]), h > 3
    moving = {"g": h.copy(), "w": w, "i": j, "m": n}
    moved = {name: nn.to(x, device) for name, x in moving.items()}
    return {"np": np, "h": h, "j": j, "n": n, **moved}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of CuPy
@pytest.mark.parametrize(("answer", "expression"), ROWS, ids=[row[1] for row in ROWS])
def test_a_gpu_gives_or_refuses(answer, expression, gpu, request):
    on_gpu = arrays(gpu)
    real = "cuda" in request.node.callspec.params.values()
    if answer == "refuses" or (answer == "strict" and not real):
        with pytest.raises((TypeError, ValueError, NotImplementedError, IndexError)):
            eval(expression, on_gpu)
        return
    got, want = eval(expression, on_gpu), eval(expression, arrays("cpu"))
    assert nn.device_of(got) == "cuda:0"
    assert (got.dtype, got.shape) == (np.asarray(want).dtype, np.shape(want))
    np.testing.assert_allclose(nn.to(got, "cpu"), want, rtol=1e-6)
