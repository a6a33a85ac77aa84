"""Wrong answers to exercise 20, and what the student must read of each."""

from edunn.course.authoring import Mistake

LOOK, LOOK_BACK = "Embedding.forward", "Embedding.backward"
PLACE, PLACE_BACK = "Positions.forward", "Positions.backward"
ROWS, ROWS_BACK = "Rows.forward", "Rows.backward"
SELF, BLOCK, MATRIX = "SelfAttention.backward", "block", "block_matrix"
CHANCE, WRITE, COST = "probabilities", "write", "token_cost"

WRONG_ANSWERS = [
    # Embedding.forward
    Mistake("counted from 1", LOOK, ("data[x]", "data[x - 1]"), "counted from 0"),
    Mistake("columns of the table", LOOK, ("data[x]", "data[:, x % 2]"), "y has shape"),
    Mistake("one number each", LOOK, ("data[x]", "data[x, 0]"), "one number"),
    Mistake("the sequences are joined", LOOK, ("data[x]", "data[x.reshape(-1)]"),
            "the sequences are lost"),
    Mistake("nothing is kept", LOOK, ("self.cache = x", "pass"), "self.cache is empty"),
    Mistake("the Parameter and not its array", LOOK, ("self.w.data[x]", "self.w[x]"),
            "not a Tensor"),
    Mistake("the first sequence only", LOOK, ("data[x]", "data[x[0]]"),
            "the sequences are lost"),
    Mistake("no output", LOOK, ("y = self.w.data[x]", "self.w.data[x]\ny = None"),
            "gives back nothing"),
    # Embedding.backward
    Mistake("plus at repeated places", LOOK_BACK, ("np.add.at(dw, self.cache, dy)",
            "dw[self.cache] += dy"), "adds only one of them"),
    Mistake("written at repeated places", LOOK_BACK, ("np.add.at(dw, self.cache, dy)",
            "dw[self.cache] = dy"), "adds only one of them"),
    Mistake("the table in dw", LOOK_BACK, ("np.zeros_like(self.w.data)", "self.w.data.copy()"),
            "begin with zeros"),
    Mistake("counts", LOOK_BACK, ("self.cache, dy", "self.cache, 1"), "dy is not used"),
    Mistake("into the table itself", LOOK_BACK, ("np.zeros_like(self.w.data)", "self.w.data"),
            "begin with zeros"),
    Mistake("the mean", LOOK_BACK, ("np.add.at(dw, self.cache, dy)",
            "for v in np.unique(self.cache):\n    dw[v] = dy[self.cache == v].mean(axis=0)"),
            "the mean of its two dy"),
    Mistake("the first one wins", LOOK_BACK, ("np.add.at(dw, self.cache, dy)",
            "dw[self.cache[:, ::-1]] = dy[:, ::-1]"), "only its first dy"),
    Mistake("a row for each token of the sequence", LOOK_BACK,
            "dw = dy.reshape(-1, dy.shape[-1])", "not that of the table"),
    # Positions.forward
    Mistake("the last places", PLACE, ("data[: self.cache]", "data[-self.cache :]"),
            "the last rows of p"),
    Mistake("all of p", PLACE, ("data[: self.cache]", "data"), "take the first T rows"),
    Mistake("the first place for all", PLACE, ("data[: self.cache]", "data[0]"),
            "all places got row 0"),
    Mistake("places from 1", PLACE, ("data[: self.cache]", "data[1 : self.cache + 1]"),
            "the last rows of p"),
    Mistake("a place for each sequence", PLACE, ("self.p.data[: self.cache]",
            "self.p.data[: len(x), None]"), "a row of p belongs to a sequence"),
    Mistake("taken away", PLACE, ("x + self", "x - self"), "add it"),
    Mistake("x alone", PLACE, ("x + self.p.data[: self.cache]", "x.copy()"), "p is not added"),
    Mistake("into x", PLACE, "self.cache = x.shape[1]\nx += self.p.data[: self.cache]\ny = x",
            "writes into x"),
    Mistake("how many sequences", PLACE, ("x.shape[1]", "len(x)"), "not equal", hidden=False),
    # Positions.backward
    Mistake("the last sequence", PLACE_BACK, ("np.sum(dy, axis=0)", "dy[-1]"),
            "hears the last sequence only"),
    Mistake("the first sequence", PLACE_BACK, ("np.sum(dy, axis=0)", "dy[0]"),
            "hears the first sequence only"),
    Mistake("the mean of the sequences", PLACE_BACK, ("np.sum(dy", "np.mean(dy"),
            "the mean over the sequences"),
    Mistake("at the end of p", PLACE_BACK, ("dp[: self.cache]", "dp[-self.cache :]"),
            "at the end of dp"),
    Mistake("over the places", PLACE_BACK, ("axis=0", "axis=1"), "summed over the places"),
    Mistake("only the rows that came", PLACE_BACK, "dx, dp = dy, np.sum(dy, axis=0)",
            "all of p has three rows"),
    Mistake("begun with p", PLACE_BACK, "dx, dp = dy, self.p.data.copy()\n"
            "dp[: self.cache] += np.sum(dy, axis=0)", "begin with zeros"),
    Mistake("all of dp filled", PLACE_BACK, ("dp[: self.cache]", "dp[:]"),
            "a row for each of the T places"),
    Mistake("no dx", PLACE_BACK, ("dx, dp = dy,", "dx, dp = None,"), "dx is None"),
    Mistake("dx with p", PLACE_BACK, ("dx, dp = dy,", "dx, dp = dy * 2,"), "not equal"),
    # Rows.forward
    Mistake("no rows", ROWS, "y = self.layer.forward(x)\nself.cache = self.layer.cache",
            "the layer got no rows"),
    Mistake("rows are given back", ROWS, ("rows.reshape(*x.shape[:-1], -1)", "rows"),
            "no sequences any more"),
    Mistake("the shape of x", ROWS, ("(*x.shape[:-1], -1)", "(x.shape)"),
            "y has 6 rows of 1 number"),
    Mistake("tokens and sequences exchanged", ROWS, ("(*x.shape[:-1], -1)",
            "(x.shape[1], x.shape[0], -1)"), "exchanged"),
    Mistake("rows of another width", ROWS, ("(-1, x.shape[-1])", "(x.shape[0], -1)"),
            "the layer got no rows"),
    Mistake("nothing of the layer is kept", ROWS, ("self.cache = self.layer.cache", "pass"),
            "self.cache is empty"),
    Mistake("kept too early", ROWS, "self.cache = self.layer.cache\n"
            "rows = self.layer.forward(x.reshape(-1, x.shape[-1]))\n"
            "y = rows.reshape(*x.shape[:-1], -1)", "self.cache is empty"),
    Mistake("turned before", ROWS, ("x.reshape(-1, x.shape[-1])",
            "np.swapaxes(x, 0, 1).reshape(-1, x.shape[-1])"), "not equal"),
    # Rows.backward
    Mistake("no rows on the way back", ROWS_BACK, ("dy.reshape(-1, dy.shape[-1])", "dy"),
            "the layer got no rows in backward"),
    Mistake("dx in rows", ROWS_BACK, ("rows.reshape(*dy.shape[:-1], -1)", "rows"),
            "dx has no sequences any more"),
    Mistake("the names of the layer", ROWS_BACK, ('f"layer.{name}"', "name"),
            'the weight is "layer.w"'),
    Mistake("the cache is not given back", ROWS_BACK, ("self.layer.cache = self.cache", "pass"),
            "cache"),
    Mistake("no gradients", ROWS_BACK, ("in layer_grads.items()", "in []"),
            'the weight is "layer.w"'),
    Mistake("gradients twice as large", ROWS_BACK, ("gradient for", "2 * gradient for"),
            "not equal"),
    # SelfAttention.backward
    Mistake("the way through q only", SELF, ("dx = dx + part", 'dx = part if name == "q" else dx'),
            "only the way through q"),
    Mistake("the last way wins", SELF, ("dx = dx + part", "dx = part"), "only the way through v"),
    Mistake("v is forgotten", SELF, ('("k", dk), ("v", dv))', '("k", dk))'),
            "the way through v is missing"),
    Mistake("k is forgotten", SELF, ('("k", dk), ', ""), "the way through k is missing"),
    Mistake("the mean of three", SELF, ("dx + part", "dx + part / 3"), "the mean of the three"),
    Mistake("q and k exchanged", SELF, ('("q", dq), ("k", dk)', '("q", dk), ("k", dq)'),
            "not equal"),
    Mistake("added before the layers", SELF, ("dx = dx + part", "dx = dx + gradient"),
            "before their layers"),
    Mistake("caches are not given back", SELF,
            ("self.q.cache, self.k.cache, self.v.cache, self.heads.cache = self.cache", "pass"),
            "give all four layers their caches back"),
    Mistake("the heads' cache is not given back", SELF,
            ("self.v.cache, self.heads.cache = self.cache", "self.v.cache, _ = self.cache"),
            "give all four layers their caches back"),
    Mistake("names without their layer", SELF, ('f"{name}.{key}"', "key"),
            'their names are "q.layer.w"'),
    Mistake("a name too long", SELF, ('f"{name}.{key}"', 'f"self.{name}.{key}"'),
            'their names are "q.layer.w"'),
    # block
    Mistake("no residual paths", BLOCK, "layer = nn.Sequential(attend, out, up, down)",
            "both residual paths are missing"),
    Mistake("the second path is missing", BLOCK, ("second = Residual(nn.Sequential(up, down))",
            "second = nn.Sequential(up, down)"), "the second residual path is missing"),
    Mistake("the first path is missing", BLOCK, ("first = Residual(nn.Sequential(attend, out))",
            "first = nn.Sequential(attend, out)"), "the first residual path is missing"),
    Mistake("one path around all", BLOCK,
            "layer = Residual(nn.Sequential(attend, out, up, down))", "around everything"),
    Mistake("halves exchanged", BLOCK, ("(first, second)", "(second, first)"),
            "attention comes first"),
    Mistake("attend and out exchanged", BLOCK, ("(attend, out)", "(out, attend)"),
            "attend and out are exchanged"),
    Mistake("up and down exchanged", BLOCK, ("(up, down)", "(down, up)"),
            "up and down are exchanged"),
    Mistake("one half", BLOCK, ("nn.Sequential(first, second)", "first"),
            "the second half is missing"),
    Mistake("a path for each layer", BLOCK,
            "layer = nn.Sequential(*(Residual(nn.Sequential(one)) for one in "
            "(attend, out, up, down)))", "each of the four layers"),
    Mistake("a list of layers", BLOCK, ("nn.Sequential(first, second)", "[first, second]"),
            "one layer is needed"),
    Mistake("a path around the whole as well", BLOCK, ("nn.Sequential(first, second)",
            "Residual(nn.Sequential(first, second))"), "x is added once more"),
    # block_matrix
    Mistake("transposed", MATRIX, ("edunn.Sequential2D(sizes, sizes, rows)",
            "edunn.Sequential2D(sizes, sizes, [list(row) for row in zip(*rows)])"),
            "rows and columns are exchanged"),
    Mistake("the input does not stay", MATRIX, ("[same, attend, same", "[None, attend, same"),
            "the input does not stay"),
    Mistake("the first identity is missing", MATRIX, ("attend, same, None", "attend, None, None"),
            "the first residual path is missing"),
    Mistake("the second identity is missing", MATRIX, ("up, same]", "up, None]"),
            "the second residual path is missing"),
    Mistake("x goes to the end", MATRIX, ("[same, attend, same, None, None]",
            "[same, attend, same, None, same]"), "(0, 4) adds x once more"),
    Mistake("stages stay", MATRIX, ("[None, None, None, up, same]",
            "[None, None, same, up, same]"), "only the input stays"),
    Mistake("four stages", MATRIX, ("[width, width, width, hidden, width], ",
            "[width, width, hidden, width], "), "five sizes"),
    Mistake("hidden at another stage", MATRIX, ("[width, width, width, hidden, width]",
            "[width, width, hidden, width, width]"), "for width 2 and hidden 3"),
    Mistake("a layer on the path", MATRIX, ("attend, same, None", "attend, out, None"),
            "the path goes around the layers"),
    Mistake("the second path from x", MATRIX, """
            sizes, same = [width, width, width, hidden, width], edunn.Identity()
            rows = [
                [same, attend, same, None, same],
                [None, None, out, None, None],
                [None, None, None, up, None],
                [None, None, None, None, down],
                [None] * 5,
            ]
            matrix = edunn.Sequential2D(sizes, sizes, rows)
            """, "the second residual path is missing"),
    # probabilities
    Mistake("no temperature", CHANCE, ("scores / temperature", "scores"), "has no effect"),
    Mistake("multiplied", CHANCE, ("scores / temperature", "scores * temperature"),
            "are multiplied by the temperature"),
    Mistake("the probabilities divided", CHANCE, """
            e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
            p = e / np.sum(e, axis=-1, keepdims=True) / temperature
            """, "divide the scores"),
    Mistake("not divided by the sum", CHANCE, ("e / np.sum(e, axis=-1, keepdims=True)", "e"),
            "add up to"),
    Mistake("no shift", CHANCE, ("z - np.max(z, axis=-1, keepdims=True)", "z"), "shift each row"),
    Mistake("one shift for all", CHANCE, ("np.max(z, axis=-1, keepdims=True)", "np.max(z)"),
            "shift each row"),
    Mistake("along the rows", CHANCE, ("np.sum(e, axis=-1, keepdims=True)", "np.sum(e, axis=0)"),
            "along which axis"),
    Mistake("the whole array", CHANCE, ("np.sum(e, axis=-1, keepdims=True)", "np.sum(e)"),
            "along which axis"),
    Mistake("scores without exp", CHANCE, "p = scores / np.sum(scores, axis=-1, keepdims=True)",
            "where is exp"),
    Mistake("the likeliest", CHANCE,
            "p = 1.0 * (scores == np.max(scores, axis=-1, keepdims=True))",
            "the likeliest token alone"),
    Mistake("into the scores", CHANCE, ("z = scores / temperature",
            "scores /= temperature\nz = scores"), "writes into the scores"),
    # write
    Mistake("guesses from the start alone", WRITE, """
            scores = model.forward(tokens)[:, -1]
            for _ in range(count):
                tokens = np.concatenate([tokens, pick(scores)[:, None]], axis=1)
            """, "from the start alone"),
    Mistake("reads zeros where nothing is written yet", WRITE, """
            n, start = tokens.shape
            written = np.zeros((n, start + count), dtype=tokens.dtype)
            written[:, :start] = tokens
            for t in range(start, start + count):
                written[:, t] = pick(model.forward(written)[:, -1])
            tokens = written
            """, "where nothing is written yet"),
    Mistake("the first place", WRITE, ("[:, -1]", "[:, 0]"), "the first place is asked"),
    Mistake("the last token alone", WRITE, ("forward(tokens)", "forward(tokens[:, -1:])"),
            "reads only its last token"),
    Mistake("one token too many", WRITE, ("range(count)", "range(count + 1)"),
            "pick was called 5 times"),
    Mistake("one token", WRITE, ("range(count)", "range(1)"), "pick was called 1 times"),
    Mistake("in front", WRITE, ("[tokens, new[:, None]]", "[new[:, None], tokens]"),
            "the start must stand first"),
    Mistake("the new ones only", WRITE, """
            start = tokens.shape[1]
            for _ in range(count):
                new = pick(model.forward(tokens)[:, -1])
                tokens = np.concatenate([tokens, new[:, None]], axis=1)
            tokens = tokens[:, start:]
            """, "only the new tokens come back"),
    Mistake("scores of all places", WRITE, """
            for _ in range(count):
                new = pick(model.forward(tokens))[:, -1]
                tokens = np.concatenate([tokens, new[:, None]], axis=1)
            """, "not those of one place"),
    Mistake("always the likeliest", WRITE, ("pick(model", "likeliest(model"),
            "pick was never called"),
    # token_cost
    Mistake("one block", COST, ("blocks * 12", "12"), "the blocks are forgotten"),
    Mistake("scores in each block", COST,
            ("blocks * 12 * width**2 + width * vocabulary",
             "blocks * (12 * width**2 + width * vocabulary)"), "made once"),
    Mistake("no scores", COST, (" + width * vocabulary", ""), "the scores are forgotten"),
    Mistake("out forgotten", COST, ("12 *", "11 *"), "are four matrices"),
    Mistake("down forgotten", COST, ("12 *", "8 *"), "two matrices of D times 4 D"),
    Mistake("up and down as small as q", COST, ("12 *", "6 *"), "four times as large"),
    Mistake("the embedding counts", COST, ("width * vocabulary", "2 * width * vocabulary"),
            "it looks up"),
    Mistake("every token again", COST, ("blocks * 12 * width**2 + width * vocabulary",
            "tokens * (blocks * 12 * width**2 + width * vocabulary)"), "only the new one"),
    Mistake("attention of all tokens", COST, ("2 * tokens * width", "2 * tokens**2 * width"),
            "all tokens ask here"),
    Mistake("the new token twice", COST, ("* tokens *", "* (tokens + 1) *"), "counted twice"),
    Mistake("attention once", COST, ("blocks * 2 * tokens", "blocks * tokens"), "half of it"),
    Mistake("always four bytes", COST, ("attention * size", "attention * 4"), "not 4"),
    Mistake("numbers, not bytes", COST, ("attention * size", "attention"), "takes `size` bytes"),
    Mistake("bytes of the weights", COST, ("attention * size", "matrices * size"),
            "keys and values are asked for"),
    Mistake("a tuple", COST, 'cost = (blocks * 12 * width**2, blocks * 2 * tokens * width, 0)',
            "name your dict"),
]  # fmt: skip
EQUIVALENT = {
    "Rows.forward: rows = self.layer.forward(x.reshape(-1, x.shape[-1])) -> "
    "rows = self.layer.forward(x.reshape(-2, x.shape[-1]))": "NumPy takes -2 in a reshape as -1",
    "Rows.forward: y = rows.reshape(*x.shape[:-1], -1) -> "
    "y = rows.reshape(*x.shape[:-1], -2)": "NumPy takes -2 in a reshape as -1",
    "Rows.backward: rows, layer_grads = self.layer.backward(dy.reshape(-1, dy.shape[-1])) -> "
    "rows, layer_grads = self.layer.backward(dy.reshape(-2, dy.shape[-1]))": "NumPy takes -2 in a "
    "reshape as -1",
    "Rows.backward: dx = rows.reshape(*dy.shape[:-1], -1) -> "
    "dx = rows.reshape(*dy.shape[:-1], -2)": "NumPy takes -2 in a reshape as -1",
    "write: tokens = np.concatenate([tokens, new[:, None]], axis=1) -> "
    "tokens = np.concatenate([tokens, new[:, None]], axis=-1)": "of two axes, 1 is the last",
}
