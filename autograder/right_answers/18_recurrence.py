"""Right answers to exercise 18 that are not the reference's."""

from edunn.course.authoring import RightAnswer

FORWARD, BACKWARD = "Recurrent.forward", "Recurrent.backward"
STEP, PATH = "lstm_step", "cell_path"

RIGHT_ANSWERS = [
    RightAnswer(
        "number by number",
        {
            FORWARD: """
                w, u, b = self.w.data, self.u.data, self.b.data
                n, T, inputs = x.shape
                hidden = len(b)
                states = np.zeros((n, T + 1, hidden))
                states[:, 0] = h0
                for s in range(n):
                    for t in range(T):
                        for j in range(hidden):
                            total = b[j]
                            for i in range(inputs):
                                total += x[s, t, i] * w[i, j]
                            for k in range(hidden):
                                total += states[s, t, k] * u[k, j]
                            states[s, t + 1, j] = np.tanh(total)
                self.cache = x, states
                y = states[:, 1:].copy()
            """,
            STEP: """
                n, hidden = c.shape
                z = x @ w + h @ u + b
                new_h, new_c, f = np.zeros_like(c), np.zeros_like(c), np.zeros_like(c)
                for s in range(n):
                    for j in range(hidden):
                        i = sigmoid(z[s, j])
                        f[s, j] = sigmoid(z[s, hidden + j])
                        g = np.tanh(z[s, 2 * hidden + j])
                        o = sigmoid(z[s, 3 * hidden + j])
                        new_c[s, j] = f[s, j] * c[s, j] + i * g
                        new_h[s, j] = o * np.tanh(new_c[s, j])
                h, c = new_h, new_c
            """,
            BACKWARD: """
                x, states = self.cache
                w, u = self.w.data, self.u.data
                n, T, _ = x.shape
                dx, dw, du, db = np.zeros(x.shape), 0 * w, 0 * u, 0 * self.b.data
                dh0 = np.zeros((n, len(u)))
                for s in range(n):
                    back = np.zeros(len(u))
                    for t in range(T - 1, -1, -1):
                        dz = (dy[s, t] + back) * (1 - states[s, t + 1] ** 2)
                        dx[s, t] = w @ dz
                        dw += np.outer(x[s, t], dz)
                        du += np.outer(states[s, t], dz)
                        db += dz
                        back = u @ dz
                    dh0[s] = back
            """,
        },
    ),
    RightAnswer(
        "einsum, and sums after the loop",
        {
            FORWARD: """
                h, states = h0, []
                for xt in np.moveaxis(x, 1, 0):
                    h = np.tanh(np.einsum("ni,ij->nj", xt, self.w.data)
                                + np.einsum("nk,kj->nj", h, self.u.data) + self.b.data)
                    states.append(h)
                y = np.moveaxis(np.array(states), 0, 1)
                before = np.concatenate([h0[:, None], y[:, :-1]], axis=1)
                self.cache = {"x": x, "before": before, "y": y}
            """,
            BACKWARD: """
                x, before, y = self.cache["x"], self.cache["before"], self.cache["y"]
                slopes, back, dzs = 1 - y**2, 0, []
                for t in range(y.shape[1])[::-1]:
                    dz = slopes[:, t] * (dy[:, t] + back)
                    back = np.einsum("nj,kj->nk", dz, self.u.data)
                    dzs.insert(0, dz)
                dz = np.stack(dzs, axis=1)
                dx, dh0 = np.einsum("ntj,ij->nti", dz, self.w.data), back
                dw = np.einsum("nti,ntj->ij", x, dz)
                du, db = np.einsum("ntk,ntj->kj", before, dz), np.einsum("ntj->j", dz)
            """,
            STEP: """
                z = np.einsum("ni,ij->nj", x, w) + np.einsum("nk,kj->nj", h, u) + b
                z = z.reshape(len(z), 4, -1)
                f = sigmoid(z[:, 1])
                c = np.einsum("nj,nj->nj", f, c) + sigmoid(z[:, 0]) * np.tanh(z[:, 2])
                h = np.tanh(c) * sigmoid(z[:, 3])
            """,
            PATH: """
                dcs = np.cumprod(np.concatenate([dc[None], forgets[::-1]]), axis=0)[::-1]
            """,
        },
    ),
    RightAnswer(
        "recursion",
        {
            FORWARD: """
                def states(t):
                    if t == 0:
                        return [h0]
                    past = states(t - 1)
                    z = x[:, t - 1] @ self.w.data + past[-1] @ self.u.data + self.b.data
                    return [*past, np.tanh(z)]

                every = states(x.shape[1])
                self.cache = (x, every)
                y = np.swapaxes(np.array(every[1:]), 0, 1)
            """,
            BACKWARD: """
                x, every = self.cache
                dx = np.empty(x.shape)

                def back(t):
                    # the gradient of the state after t steps, and of the weights used later
                    if t == x.shape[1]:
                        return 0 * every[0], 0, 0, 0
                    dh, dw, du, db = back(t + 1)
                    dz = (dh + dy[:, t]) * (1 - every[t + 1] * every[t + 1])
                    dx[:, t] = dz @ self.w.data.T
                    dw, du = dw + x[:, t].T @ dz, du + every[t].T @ dz
                    return dz @ self.u.data.T, dw, du, db + dz.sum(0)

                dh0, dw, du, db = back(0)
            """,
            PATH: """
                def back(t):
                    if t == len(forgets):
                        return [dc]
                    later = back(t + 1)
                    return [forgets[t] * later[0], *later]

                dcs = np.array(back(0))
            """,
        },
    ),
    RightAnswer(
        "states and sums are kept, slopes from the sums",
        {
            FORWARD: """
                y = np.empty((x.shape[0], x.shape[1], len(self.b.data)))
                zs, h = [], h0
                for t in range(x.shape[1]):
                    zs.append(x[:, t] @ self.w.data + h @ self.u.data + self.b.data)
                    h = y[:, t] = np.tanh(zs[-1])
                self.cache = [x, h0, zs]
            """,
            BACKWARD: """
                x, h0, zs = self.cache
                hs = [h0] + [np.tanh(z) for z in zs]
                T = len(zs)
                dh = [dy[:, t].copy() for t in range(T)]
                dz, dx = [None] * T, [None] * T
                dw, du, db = 0, 0, 0
                dh0 = 0
                for t in range(T - 1, -1, -1):
                    dz[t] = dh[t] / np.cosh(zs[t]) ** 2
                    dx[t] = dz[t] @ self.w.data.T
                    if t > 0:
                        dh[t - 1] += dz[t] @ self.u.data.T
                    else:
                        dh0 = dz[t] @ self.u.data.T
                    dw = dw + x[:, t].T @ dz[t]
                    du = du + hs[t].T @ dz[t]
                    db = db + dz[t].sum(axis=0)
                dx = np.stack(dx, axis=1)
            """,
            STEP: """
                k = c.shape[1]
                def part(j):
                    here = slice(j * k, (j + 1) * k)
                    return x @ w[:, here] + h @ u[:, here] + b[here]
                f = 1 / (1 + np.exp(-part(1)))
                c = c * f + 1 / (1 + np.exp(-part(0))) * np.tanh(part(2))
                h = np.tanh(c) / (1 + np.exp(-part(3)))
            """,
            PATH: """
                T = len(forgets)
                dcs = np.empty((T + 1, *dc.shape))
                dcs[T] = dc
                for t in range(T, 0, -1):
                    dcs[t - 1] = forgets[t - 1] * dcs[t]
            """,
        },
    ),
    RightAnswer(
        "one matrix for both products",
        {
            FORWARD: """
                both = np.vstack([self.w.data, self.u.data])
                h, seen, ys = h0, [], []
                for t in range(x.shape[1]):
                    seen.append(np.hstack([x[:, t], h]))
                    h = np.tanh(seen[-1] @ both + self.b.data)
                    ys.append(h)
                y = np.stack(ys, axis=1)
                self.cache = seen, y, both
            """,
            BACKWARD: """
                seen, y, both = self.cache
                inputs = len(self.w.data)
                dboth, db, dxs, dh0 = np.zeros_like(both), 0, [], 0
                for t in range(len(seen) - 1, -1, -1):
                    dz = (dy[:, t] + dh0) * (1 - y[:, t] ** 2)
                    dboth += seen[t].T @ dz
                    db = db + dz.sum(axis=0)
                    dseen = dz @ both.T
                    dxs.append(dseen[:, :inputs])
                    dh0 = dseen[:, inputs:]
                dx = np.stack(dxs[::-1], axis=1)
                dw, du = dboth[:inputs], dboth[inputs:]
            """,
            STEP: """
                z = np.hstack([x, h]) @ np.vstack([w, u]) + b
                k = z.shape[1] // 4
                i, f, o = (sigmoid(z[:, a * k : a * k + k]) for a in (0, 1, 3))
                c = f * c + i * np.tanh(z[:, 2 * k : 3 * k])
                h = o * np.tanh(c)
            """,
            PATH: """
                dcs = np.array([dc * np.prod(forgets[t:], axis=0) for t in range(len(forgets) + 1)])
            """,
        },
    ),
    RightAnswer(
        "helpers, float64, in place",
        {
            FORWARD: """
                T = x.shape[1]
                hs = np.zeros((T + 1, *h0.shape), dtype=np.float64)
                hs[0] = h0
                for t in range(T):
                    np.tanh(total(self, x[:, t], hs[t]), out=hs[t + 1])
                self.cache = x, hs
                y = hs[1:].transpose(1, 0, 2).copy()
            """,
            BACKWARD: """
                x, hs = self.cache
                dx = np.zeros(x.shape)
                dw, du, db = (np.zeros(p.data.shape) for p in (self.w, self.u, self.b))
                dh0 = np.zeros(hs[0].shape)
                t = x.shape[1]
                while t > 0:
                    t -= 1
                    dh0 += dy[:, t]
                    dh0 *= 1 - np.square(hs[t + 1])
                    dx[:, t, :] = np.dot(dh0, self.w.data.T)
                    dw[:] = dw + np.dot(x[:, t].T, dh0)
                    du[:] = du + np.dot(hs[t].T, dh0)
                    db[:] = db + np.ones(len(dh0)) @ dh0
                    dh0 = np.dot(dh0, np.transpose(self.u.data))
            """,
            STEP: """
                parts = np.array_split((x @ w + h @ u + b).astype(np.float64), 4, axis=1)
                i, f, g, o = [fn(z) for fn, z in zip((sigmoid, sigmoid, np.tanh, sigmoid), parts)]
                new = np.array(c, dtype=np.float64)
                new *= f
                new += i * g
                h, c = o * np.tanh(new), new
            """,
            PATH: """
                dcs = np.repeat(dc[None].astype(float), len(forgets) + 1, axis=0)
                for t, f in enumerate(forgets):
                    dcs[: t + 1] *= f
            """,
        },
        above="""
            def total(layer, now, before):
                return now @ layer.w.data + before @ layer.u.data + layer.b.data
        """,
    ),
]
