"""A training step of an MLP in float32, written in several ways: edunn by hand and on the tape, the
same in bare NumPy, PyTorch, and the matrix products alone. `speed.py` and `gpu.py` let them race.
"""

import numpy as np
import torch

import edunn as nn

SIZES = [784, 128, 128, 10]


def network(sizes=SIZES):
    layers = [nn.Dense(a, b, "relu") for a, b in zip(sizes[:-1], sizes[1:])]
    layers[-1] = nn.Dense(*sizes[-2:])
    return nn.Sequential(layers)


def by_hand(x, y, make, sizes=SIZES, device="cpu"):
    model, loss = network(sizes).to(device), nn.CrossEntropyLoss()
    x, y = nn.to(x, device), nn.to(y, device)
    optimizer = make(nn)(model.named_parameters(), lr=0.01)

    def step():
        loss.forward(model.forward(x), y)
        dy, _ = loss.backward(np.float32(1))
        _, grads = model.backward_from(model.cache, dy, needs_dx=False)
        optimizer.step(grads)

    return step


def on_the_tape(x, y, make, sizes=SIZES):
    model, loss = network(sizes), nn.CrossEntropyLoss()
    optimizer = make(nn)(model.parameters(), lr=0.01)

    def step():
        optimizer.zero_grad()
        loss(model(nn.Tensor(x)), y).backward()
        optimizer.step()

    return step


def bare(x, y, sizes=SIZES):
    """The same step of SGD written out for just this network: what no framework can be ahead of."""
    ws = [layer.w.data for layer in network(sizes)]
    bs = [np.zeros(size, np.float32) for size in sizes[1:]]
    rows = np.arange(len(x))

    def step():
        hs = [x]
        for w, b in zip(ws[:-1], bs[:-1]):
            hs.append(np.maximum(hs[-1] @ w + b, 0))
        z = hs[-1] @ ws[-1] + bs[-1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        dz = e / e.sum(axis=1, keepdims=True)
        dz[rows, y] -= 1
        dz /= len(x)
        for i in reversed(range(len(ws))):
            dw, db = hs[i].T @ dz, dz.sum(axis=0)
            if i:
                dz = (dz @ ws[i].T) * (hs[i] > 0)
            ws[i] -= 0.01 * dw
            bs[i] -= 0.01 * db

    return step


def pytorch(x, y, make, sizes=SIZES, device="cpu"):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    model, loss = torch.nn.Sequential(*layers[:-1]).to(device), torch.nn.CrossEntropyLoss()
    optimizer = make(torch.optim)(model.parameters(), lr=0.01)
    x, y = torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)

    def step():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return step


def products(x, sizes=SIZES):
    """The matrix products that no framework can leave out."""
    ws = [np.ones((a, b), np.float32) for a, b in zip(sizes[:-1], sizes[1:])]
    inputs = [np.ones((len(x), size), np.float32) for size in sizes]

    def step():
        for i, w in enumerate(ws):
            inputs[i] @ w
            inputs[i].T @ inputs[i + 1]
            if i:
                inputs[i + 1] @ w.T

    return step


def jax(x, y, sizes=SIZES):
    """The same step of SGD, compiled by JAX, where that is installed."""
    import jax
    import jax.numpy as jnp

    x, y = jnp.asarray(x), jnp.asarray(y)
    state = [(jnp.asarray(d.w.data), jnp.asarray(d.b.data)) for d in network(sizes)]

    def loss(layers):
        h = x
        for w, b in layers[:-1]:
            h = jnp.maximum(h @ w + b, 0)
        z = h @ layers[-1][0] + layers[-1][1]
        return (jax.nn.logsumexp(z, axis=1) - z[jnp.arange(len(y)), y]).mean()

    @jax.jit
    def changed(layers):
        return jax.tree_util.tree_map(lambda p, g: p - 0.01 * g, layers, jax.grad(loss)(layers))

    def step():
        state[:] = jax.block_until_ready(changed(list(state)))

    return step
