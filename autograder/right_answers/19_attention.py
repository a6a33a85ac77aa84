"""Right answers to exercise 19 that are not the reference's."""

from edunn.course.authoring import RightAnswer

MASK, SPLIT, JOIN = "causal_mask", "split_heads", "join_heads"
WEIGHTS, FORWARD, BACKWARD = "Attention.weights", "Attention.forward", "Attention.backward"
HEADS = "Heads.backward"
NORM, NORM_BACK = "LayerNorm.forward", "LayerNorm.backward"
PATH, PATH_BACK = "Residual.forward", "Residual.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "loops, number by number",
        {
            MASK: """
                mask = np.zeros((tokens, tokens), bool)
                for t in range(tokens):
                    for s in range(t + 1):
                        mask[t, s] = True
            """,
            SPLIT: """
                d = x.shape[2] // heads
                y = np.zeros((x.shape[0], heads, x.shape[1], d))
                for h in range(heads):
                    for t in range(x.shape[1]):
                        y[:, h, t] = x[:, t, h * d : h * d + d]
            """,
            JOIN: """
                n, heads, tokens, d = x.shape
                y = np.zeros((n, tokens, heads * d))
                for h in range(heads):
                    y[:, :, h * d : (h + 1) * d] = x[:, h]
            """,
            NORM: """
                y, z = np.zeros(x.shape), np.zeros(x.shape)
                s = np.zeros(x.shape[:-1])
                for place in np.ndindex(x.shape[:-1]):
                    row = x[place]
                    mean = sum(row) / len(row)
                    s[place] = np.sqrt(sum((row - mean) ** 2) / len(row) + self.eps)
                    z[place] = (row - mean) / s[place]
                    y[place] = z[place] * self.w.data + self.b.data
                self.cache = z, s
            """,
            NORM_BACK: """
                z, s = self.cache
                dx, dw, db = np.zeros(dy.shape), np.zeros(dy.shape[-1]), np.zeros(dy.shape[-1])
                for place in np.ndindex(s.shape):
                    dz = dy[place] * self.w.data
                    dw += dy[place] * z[place]
                    db += dy[place]
                    dx[place] = (dz - dz.mean() - z[place] * np.mean(dz * z[place])) / s[place]
            """,
        },
    ),
    RightAnswer(
        "einsum",
        {
            MASK: "mask = np.tri(tokens, dtype=bool)",
            WEIGHTS: """
                z = np.einsum("...ti,...si->...ts", q, k) / np.sqrt(q.shape[-1])
                if self.causal:
                    z = np.where(causal_mask(z.shape[-1]), z, -np.inf)
                e = np.exp(z - z.max(axis=-1)[..., None])
                a = e / np.einsum("...ts->...t", e)[..., None]
            """,
            FORWARD: """
                a = self.weights(q, k)
                self.cache = {"q": q, "k": k, "v": v, "a": a}
                y = np.einsum("...ts,...sj->...tj", a, v)
            """,
            BACKWARD: """
                q, k, v, a = (self.cache[name] for name in "qkva")
                da = np.einsum("...tj,...sj->...ts", dy, v)
                dz = a * da - a * np.einsum("...ts,...ts->...t", a, da)[..., None]
                dz = dz / np.sqrt(k.shape[-1])
                dq = np.einsum("...ts,...si->...ti", dz, k)
                dk = np.einsum("...ts,...ti->...si", dz, q)
                dv = np.einsum("...ts,...tj->...sj", a, dy)
            """,
            NORM_BACK: """
                z, s = self.cache
                dz, d = dy * self.w.data, dy.shape[-1]
                inner = np.einsum("...j,...j->...", dz, z)[..., None] / d
                dx = (dz - dz.sum(axis=-1)[..., None] / d - z * inner) / s
                rows = dy.reshape(-1, d)
                dw, db = np.einsum("nj,nj->j", rows, z.reshape(-1, d)), np.einsum("nj->j", rows)
            """,
        },
    ),
    RightAnswer(
        "the softmax of edunn, row by row, and a large negative number",
        {
            WEIGHTS: """
                z = np.matmul(q, np.swapaxes(k, -2, -1)) * q.shape[-1] ** -0.5
                if self.causal:
                    z = z + np.where(causal_mask(q.shape[-2]), 0, -1e9)
                a = nn.Softmax().forward(z.reshape(-1, z.shape[-1])).reshape(z.shape)
            """,
            BACKWARD: """
                q, k, v, a = self.cache
                softmax = nn.Softmax()
                softmax.cache = a.reshape(-1, a.shape[-1])
                da = np.matmul(dy, np.swapaxes(v, -2, -1))
                dz, _ = softmax.backward(da.reshape(-1, a.shape[-1]))
                dz = dz.reshape(a.shape) * q.shape[-1] ** -0.5
                dq, dk = np.matmul(dz, k), np.matmul(np.swapaxes(dz, -2, -1), q)
                dv = np.matmul(np.swapaxes(a, -2, -1), dy)
            """,
        },
    ),
    RightAnswer(
        "in place, in arrays of one's own",
        {
            MASK: "mask = ~np.triu(np.ones((tokens, tokens), dtype=bool), k=1)",
            WEIGHTS: """
                a = q @ k.swapaxes(-1, -2)
                a /= np.sqrt(k.shape[-1])
                if self.causal:
                    a[..., ~causal_mask(k.shape[-2])] = -np.inf
                a -= a.max(axis=-1, keepdims=True)
                np.exp(a, out=a)
                a /= a.sum(axis=-1, keepdims=True)
            """,
            NORM: """
                z = x.copy()
                z -= x.mean(axis=-1, keepdims=True)
                s = np.sqrt(np.mean(z**2, axis=-1, keepdims=True) + self.eps)
                z /= s
                self.cache = s, z
                y = z.copy()
                y *= self.w.data
                y += self.b.data
            """,
            NORM_BACK: """
                s, z = self.cache
                axes = tuple(range(dy.ndim - 1))
                dw, db = (dy * z).sum(axis=axes), dy.sum(axis=axes)
                dx = dy * self.w.data
                change = z * (dx * z).mean(axis=-1, keepdims=True)
                dx -= dx.mean(axis=-1, keepdims=True)
                dx -= change
                dx /= s
            """,
            PATH: """
                y = np.zeros_like(x)
                y += self.layer(x)
                y += x
                self.cache = self.layer.cache
            """,
            PATH_BACK: """
                self.layer.cache = self.cache
                dx = dy.copy()
                inner, grads = self.layer.backward(dy)
                dx += inner
                grads = dict(("layer." + name, grads[name]) for name in grads)
            """,
        },
    ),
    RightAnswer(
        "the full Jacobian of each row",
        {
            BACKWARD: """
                q, k, v, a = self.cache
                jacobian = a[..., None] * np.eye(a.shape[-1]) - a[..., None] * a[..., None, :]
                da = dy @ np.swapaxes(v, -1, -2)
                dz = (jacobian @ da[..., None])[..., 0] / np.sqrt(q.shape[-1])
                dq, dk = dz @ k, np.swapaxes(dz, -1, -2) @ q
                dv = np.swapaxes(a, -1, -2) @ dy
            """,
            NORM: """
                self.cache = x
                m, u = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
                y = self.w.data * (x - m) / np.sqrt(u + self.eps) + self.b.data
            """,
            NORM_BACK: """
                x = self.cache
                d = x.shape[-1]
                s = np.sqrt(x.var(axis=-1, keepdims=True) + self.eps)
                z = (x - x.mean(axis=-1, keepdims=True)) / s
                jacobian = (np.eye(d) - 1 / d - z[..., None] * z[..., None, :] / d) / s[..., None]
                dx = (jacobian @ (dy * self.w.data)[..., None])[..., 0]
                dw = (dy * z).reshape(-1, d).sum(0)
                db = dy.reshape(-1, d).sum(0)
            """,
        },
    ),
    RightAnswer(
        "split, stack, moveaxis and transpose",
        {
            MASK: "mask = np.array([[s <= t for s in range(tokens)] for t in range(tokens)])",
            SPLIT: "y = np.stack(np.split(x, heads, axis=-1), axis=1)",
            JOIN: "y = np.concatenate([x[:, head] for head in range(x.shape[1])], axis=-1)",
            HEADS: """
                self.attention.cache = self.cache
                (a, b, c), _ = self.attention.backward(split_heads(dy, self.heads))
                dq = join_heads(a)
                dk = join_heads(b)
                dv = join_heads(c)
            """,
            PATH: "f = self.layer(x)\nself.cache = (self.layer.cache, x)\ny = f + x",
            PATH_BACK: """
                self.layer.cache, _ = self.cache
                through, inner = self.layer.backward(dy)
                dx, grads = through + dy, {}
                for name in inner:
                    grads[f"layer.{name}"] = inner[name]
            """,
        },
    ),
    RightAnswer(
        "helpers above the classes, with the chain rule step by step",
        {
            WEIGHTS: """
                z = q @ turned(k) / math.sqrt(q.shape[-1])
                if self.causal:
                    z = np.where(causal_mask(z.shape[-2]), z, -np.inf)
                a = softmax_rows(z)
            """,
            BACKWARD: """
                q, k, v, a = self.cache
                dv, da = turned(a) @ dy, dy @ turned(v)
                dz = softmax_rows_backward(a, da) / math.sqrt(q.shape[-1])
                dq, dk = dz @ k, turned(dz) @ q
            """,
            NORM: """
                m = np.mean(x, axis=-1, keepdims=True)
                c = x - m
                s = np.sqrt(np.mean(c * c, axis=-1, keepdims=True) + self.eps)
                self.cache = c, s
                y = self.w.data * c / s + self.b.data
            """,
            NORM_BACK: """
                c, s = self.cache
                dz = dy * self.w.data
                ds = -np.sum(dz * c, axis=-1, keepdims=True) / s**2
                dc = dz / s + ds * c / s / c.shape[-1]
                dx = dc - np.mean(dc, axis=-1, keepdims=True)
                before = tuple(range(dy.ndim - 1))
                dw, db = np.sum(dy * c / s, axis=before), np.sum(dy, axis=before)
            """,
        },
        above="""
            import math


            def turned(a):
                return np.swapaxes(a, -1, -2)


            def softmax_rows(z):
                e = np.exp(z - z.max(axis=-1, keepdims=True))
                return e / e.sum(axis=-1, keepdims=True)


            def softmax_rows_backward(a, da):
                return a * (da - (a * da).sum(axis=-1, keepdims=True))
        """,
    ),
    RightAnswer(
        "float64, one sequence after another",
        {
            WEIGHTS: """
                q, k = q.astype(np.float64), k.astype(np.float64)
                if q.ndim > 2:
                    a = np.stack([self.weights(one, other) for one, other in zip(q, k)])
                else:
                    z = q.dot(k.T) / len(q.T) ** 0.5
                    rows = []
                    for t, row in enumerate(z):
                        seen = row[: t + 1] if self.causal else row
                        e = np.exp(seen - max(seen))
                        rows.append(np.append(e / sum(e), np.zeros(len(row) - len(seen))))
                    a = np.array(rows)
            """,
            FORWARD: "a = self.weights(q, k)\ny = np.matmul(a, v)\nself.cache = [q, k, v, a]",
        },
    ),
]
