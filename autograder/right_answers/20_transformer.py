"""Right answers to exercise 20 that are not the reference's."""

from edunn.course.authoring import RightAnswer

LOOK, LOOK_BACK = "Embedding.forward", "Embedding.backward"
PLACE, PLACE_BACK = "Positions.forward", "Positions.backward"
ROWS, ROWS_BACK = "Rows.forward", "Rows.backward"
SELF, BLOCK, MATRIX = "SelfAttention.backward", "block", "block_matrix"
CHANCE, WRITE, COST = "probabilities", "write", "token_cost"

RIGHT_ANSWERS = [
    RightAnswer(
        "loops, number by number",
        {
            LOOK: """
                n, length = x.shape
                y = np.zeros((n, length, self.w.data.shape[1]))
                for i in range(n):
                    for t in range(length):
                        y[i, t] = self.w.data[x[i, t]]
                self.cache = x
            """,
            LOOK_BACK: """
                dw = np.zeros(self.w.data.shape)
                for place, token in np.ndenumerate(self.cache):
                    dw[token] += dy[place]
            """,
            PLACE: """
                y = np.zeros(x.shape)
                for i in range(len(x)):
                    for t in range(x.shape[1]):
                        y[i, t] = x[i, t] + self.p.data[t]
                self.cache = x
            """,
            PLACE_BACK: """
                dx, dp = np.copy(dy), np.zeros(self.p.data.shape)
                for sequence in dy:
                    for t, row in enumerate(sequence):
                        dp[t] += row
            """,
            CHANCE: """
                p = np.zeros(np.shape(scores))
                for place in np.ndindex(np.shape(scores)[:-1]):
                    z = [score / temperature for score in scores[place]]
                    e = [np.exp(one - max(z)) for one in z]
                    p[place] = [one / sum(e) for one in e]
            """,
            COST: """
                matrices = attention = memory = 0
                for _ in range(blocks):
                    for inputs, outputs in [(width, width)] * 4 + [(width, 4 * width)] * 2:
                        matrices += inputs * outputs
                    for _ in range(tokens):
                        attention += width + width
                        memory += 2 * width * size
                matrices += width * vocabulary
                cost = dict(matrices=matrices, attention=attention, memory=memory)
            """,
        },
    ),
    RightAnswer(
        "as a Linear layer of rows with a single 1",
        {
            LOOK: """
                ones = np.eye(len(self.w.data))[x]
                self.cache = ones
                y = ones @ self.w.data
            """,
            LOOK_BACK: 'dw = np.einsum("ntv,ntj->vj", self.cache, dy)',
            PLACE: """
                places = np.eye(x.shape[1], len(self.p.data))
                self.cache = places
                y = x + places @ self.p.data
            """,
            PLACE_BACK: """
                dx = dy
                dp = np.einsum("tv,ntj->vj", self.cache, dy)
            """,
            CHANCE: """
                e = np.exp((scores - scores.max(-1, keepdims=True)) / temperature)
                p = np.einsum("...v,...->...v", e, 1 / e.sum(-1))
            """,
        },
    ),
    RightAnswer(
        "take, and sorted by token",
        {
            LOOK: "self.cache = x.copy()\ny = np.take(self.w.data, x, axis=0)",
            LOOK_BACK: """
                x, dw = self.cache, np.zeros_like(self.w.data)
                for token in np.unique(x):
                    dw[token] = dy[x == token].sum(axis=0)
            """,
            PLACE: """
                y = x.copy()
                y += self.p.data[np.arange(x.shape[1])]
                self.cache = len(self.p.data) - x.shape[1]
            """,
            PLACE_BACK: """
                dx = dy.copy()
                dp = np.pad(dy.sum(axis=0), ((0, self.cache), (0, 0)))
            """,
            WRITE: """
                written = [column for column in tokens.T]
                for _ in range(count):
                    written.append(pick(model(np.stack(written, axis=1))[:, -1, :]))
                tokens = np.stack(written, axis=1)
            """,
            COST: """
                kept = 2 * tokens * width * blocks
                one_block = 4 * width * width + 2 * width * (4 * width)
                cost = {"memory": size * kept, "attention": kept}
                cost["matrices"] = blocks * one_block + vocabulary * width
            """,
        },
    ),
    RightAnswer(
        "np.matrix shapes written out, and recursion",
        {
            ROWS: """
                n, length, width = x.shape
                y = self.layer(np.reshape(x, (n * length, width)))
                self.cache = (self.layer.cache, n, length)
                y = np.reshape(y, (n, length, y.shape[1]))
            """,
            ROWS_BACK: """
                self.layer.cache, n, length = self.cache
                dx, inner = self.layer.backward(np.reshape(dy, (n * length, dy.shape[2])))
                dx, grads = np.reshape(dx, (n, length, dx.shape[1])), {}
                for name in inner:
                    grads["layer." + name] = inner[name]
            """,
            SELF: """
                q, k, v, self.heads.cache = self.cache
                (dq, dk, dv), _ = self.heads.backward(dy)
                self.q.cache = q
                xq, gq = self.q.backward(dq)
                self.k.cache = k
                xk, gk = self.k.backward(dk)
                self.v.cache = v
                xv, gv = self.v.backward(dv)
                dx = xq + xk + xv
                grads = {"q.layer.w": gq["layer.w"], "k.layer.w": gk["layer.w"]}
                grads["v.layer.w"] = gv["layer.w"]
            """,
            WRITE: """
                if count == 0:
                    return tokens
                new = pick(model.forward(tokens)[:, -1])
                more = np.append(tokens, np.reshape(new, (-1, 1)), axis=1)
                return write(model, more, count - 1, pick)
            """,
        },
    ),
    RightAnswer(
        "one sequence after another, in lists",
        {
            ROWS: """
                rows = np.concatenate(list(x))
                y = self.layer.forward(rows)
                self.cache = self.layer.cache
                y = np.stack(np.split(y, len(x)))
            """,
            ROWS_BACK: """
                self.layer.cache = self.cache
                rows, layer_grads = self.layer.backward(np.concatenate(list(dy)))
                dx = np.array(np.split(rows, len(dy)))
                grads = dict(("layer." + key, value) for key, value in layer_grads.items())
            """,
            SELF: """
                layers = {"q": self.q, "k": self.k, "v": self.v}
                for layer, cache in zip([*layers.values(), self.heads], self.cache):
                    layer.cache = cache
                found, grads = [], {}
                gradients = self.heads.backward(dy)[0]
                for (name, layer), gradient in zip(layers.items(), gradients):
                    one, own = layer.backward(gradient)
                    found.append(one)
                    grads[name + ".layer.w"] = own["layer.w"]
                dx = np.sum(found, axis=0)
            """,
            BLOCK: """
                halves = [Residual(nn.Sequential([attend, out]))]
                halves.append(Residual(nn.Sequential([up, down])))
                layer = nn.Sequential(halves)
            """,
            MATRIX: """
                rows = [[None for _ in range(5)] for _ in range(5)]
                rows[0][1], rows[1][2], rows[2][3], rows[3][4] = attend, out, up, down
                for a, b in ((0, 0), (0, 2), (2, 4)):
                    rows[a][b] = edunn.Identity()
                sizes = [width] * 5
                sizes[3] = hidden
                matrix = edunn.Sequential2D(sizes, sizes, rows)
            """,
        },
    ),
    RightAnswer(
        "helpers, and a class of one's own for the block",
        {
            BLOCK: "layer = Halves(attend, out, up, down)",
            MATRIX: """
                there = {(0, 1): attend, (1, 2): out, (2, 3): up, (3, 4): down}
                there |= {arrow: nn.Identity() for arrow in ((0, 0), (0, 2), (2, 4))}
                sizes = (width, width, width, hidden, width)
                rows = [[there.get((a, b)) for b in range(5)] for a in range(5)]
                matrix = nn.Sequential2D(sizes, sizes, rows)
            """,
        },
        above="""
            class Halves(nn.Module):
                def __init__(self, attend, out, up, down):
                    self.first = Residual(nn.Sequential(attend, out))
                    self.second = Residual(nn.Sequential(up, down))

                def forward(self, x):
                    h = self.first.forward(x)
                    y = self.second.forward(h)
                    self.cache = self.first.cache, self.second.cache
                    return y

                def backward(self, dy):
                    self.first.cache, self.second.cache = self.cache
                    dh, grads = self.second.backward(dy)
                    dx, more = self.first.backward(dh)
                    named = {f"first.{name}": one for name, one in more.items()}
                    return dx, named | {f"second.{name}": one for name, one in grads.items()}
        """,
    ),
    RightAnswer(
        "float64, and the logarithm of the sum",
        {
            LOOK: "self.cache = x\ny = self.w.data.astype(np.float64)[x]",
            CHANCE: """
                z = np.asarray(scores, np.float64) / temperature
                top = z.max(axis=-1)[..., None]
                p = np.exp(z - top - np.log(np.exp(z - top).sum(axis=-1)[..., None]))
            """,
            WRITE: """
                n, start = tokens.shape
                written = np.zeros((n, start + count), tokens.dtype)
                written[:, :start] = tokens
                for t in range(start, start + count):
                    written[:, t] = pick(model.forward(written[:, :t])[:, t - 1])
                tokens = written
            """,
            COST: """
                pairs = blocks * tokens * width
                cost = {
                    "matrices": width * (blocks * 12 * width + vocabulary),
                    "attention": pairs + pairs,
                    "memory": (pairs + pairs) * size,
                }
            """,
        },
    ),
]
