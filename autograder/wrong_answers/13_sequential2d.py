"""Wrong answers to exercise 13, and what the student must read of each."""

from edunn.course.authoring import Mistake

CUT, JOIN = "cut", "join"
FORWARD, BACKWARD = "Sequential2D.forward_list", "Sequential2D.backward_list"
SUM = "ys[j] = y if ys[j] is None else ys[j] + y"
BACK = "dxs[i] = dx if dxs[i] is None else dxs[i] + dx"

WRONG_ANSWERS = [
    Mistake("sizes taken as ends", CUT, ("start : start + size", "start:size"),
            "not where it ends"),
    Mistake("always from column 0", CUT, ("start += size", "pass"), "must begin where part 0 ends"),
    Mistake("one column too far", CUT, ("start += size", "start += size + 1"), "columns"),
    Mistake("cuts the rows", CUT, ("x[:, start : start + size]", "x[start : start + size]"),
            "keeps all rows"),
    Mistake("ends of cuts as split points", CUT, "return np.split(x, np.cumsum(sizes), axis=1)",
            "4 parts for 3 sizes"),
    Mistake("an array of parts", CUT, "return np.array([x[:, k : k + 1] for k in sizes])",
            "a list of arrays is needed"),
    Mistake("sizes as split points", CUT, "return np.split(x, sizes, axis=1)", "4 parts for 3"),
    Mistake("begins where the part ends", CUT,
            "return [x[:, end : end + size] for end, size in zip(np.cumsum(sizes), sizes)]",
            "must begin at column 0"),
    Mistake("the last part is forgotten", CUT, ("in sizes:", "in sizes[:-1]:"),
            "one part for each"),
    Mistake("parts of equal size", CUT, "return np.array_split(x, len(sizes), axis=1)",
            "not where it ends"),
    Mistake("None is left out", JOIN,
            "return np.concatenate([p for p in parts if p is not None], 1)",
            "still has its columns"),
    Mistake("parts one below the other", JOIN,
            "filled = [p if p is not None else np.zeros((2, 3)) for p in parts]\n"
            "return np.concatenate([f.T for f in filled], axis=0)",
            "side by side"),
    Mistake("None stays in the list", JOIN, "return np.concatenate(parts, axis=1)",
            "a part that is None needs zeros"),
    Mistake("one row of zeros", JOIN, ("(len(like), size)", "size"), "with the rows of like"),
    Mistake("not a part", JOIN, ("part is None", "not part"), "truth value"),
    Mistake("one below the other, by axis", JOIN, ("axis=1", "axis=0"), "then all go side by side"),
    Mistake("zeros of the default dtype", JOIN, (", like.dtype)", ")"),
            "what dtype are your zeros"),
    Mistake("ones instead of zeros", JOIN, ("np.zeros(", "np.ones("), "not equal"),
    Mistake("zeros with the shape of like", JOIN,
            ("np.zeros((len(like), size), like.dtype)", "np.zeros_like(like)"),
            "as many columns as their size says"),
    Mistake("zeros cut out of like, which has no more columns", JOIN,
            ("np.zeros((len(like), size), like.dtype)", "np.zeros_like(like[:, :size])"),
            "as many columns as their size says"),
    Mistake("None takes no place", JOIN,
            "total, start = np.zeros((len(like), sum(sizes)), like.dtype), 0\n"
            "for part, size in zip(parts, sizes):\n"
            "    if part is not None:\n"
            "        total[:, start : start + size] = part\n"
            "        start += size\n"
            "return total",
            "not equal"),
    Mistake("writes into the list", JOIN,
            "for k, size in enumerate(sizes):\n"
            "    if parts[k] is None:\n"
            "        parts[k] = np.zeros((len(like), size), like.dtype)\n"
            "return np.concatenate(parts, axis=1)",
            "make a new list"),
    Mistake("the joined array is not given back", JOIN, ("return np.concatenate", "np.concatenate"),
            "gives back nothing"),
    Mistake("only the last block counts", FORWARD, (SUM, "ys[j] = y"), "of a column add up"),
    Mistake("rows and columns swapped", FORWARD,
            "ys, self.cache = [None] * len(self.out_features_list), {}\n"
            "for (j, i), block in self.cells.items():\n"
            "    if xs[i] is not None:\n"
            "        y = block(xs[i])\n"
            "        ys[j] = y if ys[j] is None else ys[j] + y\n"
            "        self.cache[i, j] = block.cache\n"
            "return ys",
            "block (i, j) takes x_i and gives to y_j"),
    Mistake("writes into what Identity gave back", FORWARD,
            (SUM, "if ys[j] is None:\n"
             "                    ys[j] = y\n"
             "                else:\n"
             "                    ys[j] += y"),
            "changes the caller's x"),
    Mistake("zeros where nothing arrives", FORWARD,
            "n = next(len(x) for x in xs if x is not None)\n"
            "ys, self.cache = [np.zeros((n, k)) for k in self.out_features_list], {}\n"
            "for (i, j), block in self.cells.items():\n"
            "    if xs[i] is not None:\n"
            "        ys[j] = ys[j] + block(xs[i])\n"
            "        self.cache[i, j] = block.cache\n"
            "return ys",
            "must be None, not an array"),
    Mistake("a y for each block", FORWARD,
            "ys, self.cache = [], {}\n"
            "for (i, j), block in self.cells.items():\n"
            "    if xs[i] is not None:\n"
            "        ys.append(block(xs[i]))\n"
            "        self.cache[i, j] = block.cache\n"
            "return ys",
            "one y for each column"),
    Mistake("a y for each row", FORWARD, ("self.out_features_list", "self.in_features_list"),
            "two rows and one column give one y"),
    Mistake("asks an array", FORWARD, ("if xs[i] is not None:", "if xs[i]:"), "truth value"),
    Mistake("no dict", FORWARD, (", self.cache = [None] * len(self.out_features_list), {}",
                                 " = [None] * len(self.out_features_list)"), "item assignment"),
    Mistake("caches before the block runs", FORWARD,
            "ys, self.cache = [None] * len(self.out_features_list), {}\n"
            "for (i, j), block in self.cells.items():\n"
            "    if xs[i] is not None:\n"
            "        self.cache[i, j] = block.cache\n"
            "        y = block(xs[i])\n"
            "        ys[j] = y if ys[j] is None else ys[j] + y\n"
            "return ys",
            "remembers after it has run"),
    Mistake("caches for (j, i)", FORWARD, ("self.cache[i, j]", "self.cache[j, i]"),
            "is it (i, j) for each block"),
    Mistake("None is not asked for", FORWARD, ("if xs[i] is not None:", "if True:"), "None"),
    Mistake("caches are not kept", FORWARD, ("self.cache[i, j] = block.cache", "pass"),
            "self.cache is for []"),
    Mistake("keeps the block instead of its cache", FORWARD,
            ("self.cache[i, j] = block.cache", "self.cache[i, j] = block"),
            "remembers after it has run"),
    Mistake("caches are read at the end", FORWARD,
            "ys, self.cache = [None] * len(self.out_features_list), {}\n"
            "for (i, j), block in self.cells.items():\n"
            "    if xs[i] is not None:\n"
            "        y = block(xs[i])\n"
            "        ys[j] = y if ys[j] is None else ys[j] + y\n"
            "for (i, j), block in self.cells.items():\n"
            "    if xs[i] is not None:\n"
            "        self.cache[i, j] = block.cache\n"
            "return ys",
            "gradient of input 0"),
    Mistake("the outputs are joined", FORWARD,
            ("return ys", "return np.concatenate([y for y in ys if y is not None], axis=1)"),
            "a list of the y_j is needed"),
    Mistake("one cache for all runs", FORWARD,
            "self.cache = self.cache or {}\n"
            "self.cache.clear()\n"
            "ys = [None] * len(self.out_features_list)\n"
            "for (i, j), block in self.cells.items():\n"
            "    if xs[i] is not None:\n"
            "        y = block(xs[i])\n"
            "        ys[j] = y if ys[j] is None else ys[j] + y\n"
            "        self.cache[i, j] = block.cache\n"
            "return ys",
            "one and the same cache"),
    Mistake("only the last dx counts", BACKWARD, (BACK, "dxs[i] = dx"), "of its row"),
    Mistake("dy of the row", BACKWARD,
            ("block.backward(dys[j])", "block.backward(dys[i])"), "matmul"),
    Mistake("dx for the column", BACKWARD,
            (BACK, "dxs[j] = dx if dxs[j] is None else dxs[j] + dx"),
            "broadcast"),
    Mistake("the block's cache is not given back", BACKWARD, ("block.cache = cache", "pass"),
            "inner layers remember is in the cache"),
    Mistake("None is not asked for on the way back", BACKWARD,
            ("if dys[j] is not None:", "if True:"),
            "the blocks of column 1 must not run backward"),
    Mistake("all blocks go back", BACKWARD,
            "dxs, grads = [None] * len(self.in_features_list), {}\n"
            "for (i, j), block in self.cells.items():\n"
            "    if dys[j] is not None:\n"
            "        block.cache = self.cache[i, j]\n"
            "        dx, block_grads = block.backward(dys[j])\n"
            "        dxs[i] = dx if dxs[i] is None else dxs[i] + dx\n"
            "        self.merge_gradients(block, block_grads, grads)\n"
            "return dxs, grads",
            "only blocks in self.cache go back"),
    Mistake("a dx for each column", BACKWARD, ("self.in_features_list", "self.out_features_list"),
            "one row and two columns give one dx"),
    Mistake("what merging gives back", BACKWARD,
            ("self.merge_gradients", "grads = self.merge_gradients"), "NoneType"),
    Mistake("the second thing is not taken off", BACKWARD,
            ("dx, block_grads = block", "dx = block_grads = block"), "no attribute 'items'"),
    Mistake("gradients are not merged", BACKWARD,
            ("self.merge_gradients(block, block_grads, grads)", "pass"), "no gradient for"),
    Mistake("names collide", BACKWARD,
            ("self.merge_gradients(block, block_grads, grads)", "grads.update(block_grads)"),
            "named"),
    Mistake("a tied block's gradients replace each other", BACKWARD,
            ("self.merge_gradients(block, block_grads, grads)",
             "part = {}\n"
             "                self.merge_gradients(block, block_grads, part)\n"
             "                grads.update(part)"),
            "only the last of several contributions"),
    Mistake("dx is written into dy", BACKWARD,
            (BACK, "if dxs[i] is None:\n"
             "                    dxs[i] = dx\n"
             "                else:\n"
             "                    dxs[i] += dx"),
            "backward changes dy"),
    Mistake("gives back only dxs", BACKWARD, ("return dxs, grads", "return dxs"), "two things"),
    Mistake("the gradients are joined", BACKWARD,
            ("return dxs, grads",
             "return np.concatenate([d for d in dxs if d is not None], axis=1), grads"),
            "a list of the dx_i is needed"),
    Mistake("only the last block's parameters", BACKWARD,
            ("block.cache = cache", "block.cache, grads = cache, {}"), "no gradient for"),
    Mistake("caches after all have run", FORWARD,
            "ys = [None] * len(self.out_features_list)\n"
            "for (i, j), block in self.cells.items():\n"
            "    if xs[i] is not None:\n"
            "        y = block(xs[i])\n"
            "        ys[j] = y if ys[j] is None else ys[j] + y\n"
            "ran = [(i, j) for i, j in self.cells if xs[i] is not None]\n"
            "self.cache = {place: self.cells[place].cache for place in ran}\n"
            "return ys",
            "backward uses the memory of one of them twice"),
]  # fmt: skip
EQUIVALENT = {
    "join: return np.concatenate(filled, axis=1) -> return np.concatenate(filled, axis=-1)":
        "the arrays have two axes: the last is the second",
}  # fmt: skip
