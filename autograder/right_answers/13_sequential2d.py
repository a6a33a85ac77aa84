"""Right answers to exercise 13 that are not the reference's.

Columns by `np.split` and `cumsum`, sums that begin at None in other ways, loops over rows and
columns in the place of one over the blocks.
"""

from edunn.course.authoring import RightAnswer

CUT, JOIN = "cut", "join"
FORWARD, BACKWARD = "Sequential2D.forward_list", "Sequential2D.backward_list"

RIGHT_ANSWERS = [
    RightAnswer(
        "split, column by column",
        {
            CUT: "return np.split(x, np.cumsum(sizes)[:-1], axis=1)",
            JOIN: """
                whole = np.zeros((like.shape[0], sum(sizes)), dtype=like.dtype)
                start = 0
                for part, size in zip(parts, sizes):
                    if part is not None:
                        whole[:, start : start + size] = part
                    start += size
                return whole
            """,
            FORWARD: """
                self.cache = {}
                ys = []
                for j in range(len(self.out_features_list)):
                    y = None
                    for i in range(len(self.in_features_list)):
                        block = self.cells.get((i, j))
                        if block is None or xs[i] is None:
                            continue
                        one = block.forward(xs[i])
                        self.cache[(i, j)] = block.cache
                        y = one if y is None else np.add(y, one)
                    ys.append(y)
                return ys
            """,
            BACKWARD: """
                dxs, grads = [], {}
                for i in range(len(self.in_features_list)):
                    dx = None
                    for j, dy in enumerate(dys):
                        if (i, j) not in self.cache or dy is None:
                            continue
                        block = self.cells[(i, j)]
                        block.cache = self.cache[(i, j)]
                        one, own = block.backward(dy)
                        self.merge_gradients(block, own, grads)
                        dx = one if dx is None else dx + one
                    dxs.append(dx)
                return dxs, grads
            """,
        },
    ),
    RightAnswer(
        "comprehensions",
        {
            CUT: """
                ends = np.cumsum(sizes)
                return [x[:, end - size : end] for size, end in zip(sizes, ends)]
            """,
            JOIN: """
                n = len(like)
                return np.hstack(
                    [np.zeros((n, k), like.dtype) if p is None else p for p, k in zip(parts, sizes)]
                )
            """,
            FORWARD: """
                self.cache, arrived = {}, [[] for _ in self.out_features_list]
                for place, block in self.cells.items():
                    i, j = place
                    if xs[i] is None:
                        continue
                    arrived[j].append(block.forward(xs[i]))
                    self.cache[place] = block.cache
                return [sum(arrays[1:], arrays[0]) if arrays else None for arrays in arrived]
            """,
            BACKWARD: """
                arrived, grads = [[] for _ in self.in_features_list], {}
                for (i, j), block in self.cells.items():
                    if (i, j) in self.cache and dys[j] is not None:
                        block.cache = self.cache[i, j]
                        result = block.backward(dys[j])
                        arrived[i].append(result[0])
                        self.merge_gradients(block, result[1], grads)
                return [sum(arrays) if arrays else None for arrays in arrived], grads
            """,
        },
    ),
    RightAnswer(
        "loops, number by number",
        {
            CUT: """
                parts, column = [], 0
                for size in sizes:
                    part = np.zeros((len(x), size))
                    for row in range(len(x)):
                        for k in range(size):
                            part[row, k] = x[row, column + k]
                    column += size
                    parts.append(part)
                return parts
            """,
            JOIN: """
                rows = []
                for n in range(len(like)):
                    row = []
                    for part, size in zip(parts, sizes):
                        row += [0] * size if part is None else list(part[n])
                    rows.append(row)
                return np.array(rows, dtype=like.dtype)
            """,
            FORWARD: """
                ys = [None for _ in self.out_features_list]
                caches = {}
                for i in range(len(xs)):
                    if xs[i] is None:
                        continue
                    for j in range(len(ys)):
                        if (i, j) in self.cells:
                            block = self.cells[i, j]
                            y = block.forward(xs[i])
                            caches[i, j] = block.cache
                            if ys[j] is None:
                                ys[j] = y
                            else:
                                ys[j] = ys[j] + y
                self.cache = caches
                return ys
            """,
        },
    ),
    RightAnswer(
        "recursion and helpers above",
        {
            CUT: """
                if len(sizes) == 0:
                    return []
                return [x[:, : sizes[0]]] + cut(x[:, sizes[0] :], sizes[1:])
            """,
            JOIN: "return np.concatenate(list(filled(parts, sizes, like)), axis=-1)",
        },
        above="""
            def filled(parts, sizes, like):
                for k, part in enumerate(parts):
                    if part is None:
                        yield np.zeros((len(like), sizes[k]), dtype=like.dtype)
                    else:
                        yield part
        """,
    ),
    RightAnswer(
        "in place, into copies of its own",
        {
            CUT: """
                parts, rest = [], x
                for size in sizes:
                    first, rest = rest[:, :size].copy(), rest[:, size:]
                    parts.append(first)
                return parts
            """,
            JOIN: """
                parts = parts[:]
                for k in range(len(parts)):
                    if parts[k] is None:
                        parts[k] = np.zeros_like(like, shape=(len(like), sizes[k]))
                return np.column_stack(parts)
            """,
            FORWARD: """
                ys, self.cache = [None] * len(self.out_features_list), dict()
                for (i, j), block in self.cells.items():
                    if xs[i] is None:
                        continue
                    y = block(xs[i])
                    self.cache[i, j] = block.cache
                    if ys[j] is None:
                        ys[j] = y.copy()
                    else:
                        ys[j] += y
                return ys
            """,
            BACKWARD: """
                dxs = [None] * len(self.in_features_list)
                grads = {}
                for (i, j), cache in self.cache.items():
                    dy, block = dys[j], self.cells[i, j]
                    if dy is None:
                        continue
                    block.cache = cache
                    dx, own = block.backward(dy)
                    self.merge_gradients(block, own, grads)
                    if dxs[i] is None:
                        dxs[i] = np.array(dx)
                    else:
                        dxs[i] += dx
                return dxs, grads
            """,
        },
    ),
    RightAnswer(
        "dicts, and a cache of its own for each block",
        {
            FORWARD: """
                sums = {}
                self.cache = {}
                for (i, j), block in sorted(self.cells.items(), key=lambda item: item[0]):
                    if xs[i] is not None:
                        y = block(xs[i])
                        sums[j] = sums[j] + y if j in sums else y
                        self.cache.update({(i, j): block.cache})
                return [sums.get(j) for j in range(len(self.out_features_list))]
            """,
            BACKWARD: """
                sums, grads = {}, {}
                for i, j in self.cache:
                    if dys[j] is not None:
                        setattr(self.cells[i, j], "cache", self.cache[i, j])
                        dx, own = self.cells[i, j].backward(dys[j])
                        self.merge_gradients(self.cells[i, j], own, grads)
                        sums[i] = sums[i] + dx if i in sums else dx
                return [sums.get(i) for i in range(len(self.in_features_list))], grads
            """,
        },
    ),
    RightAnswer(
        "other names, the array's own methods",
        {
            CUT: """
                where = [0, *np.cumsum(sizes).tolist()]
                return [x.take(range(a, b), axis=1) for a, b in zip(where[:-1], where[1:])]
            """,
            JOIN: """
                blank = [np.zeros((len(like), size)).astype(like.dtype) for size in sizes]
                chosen = [zeros if part is None else part for part, zeros in zip(parts, blank)]
                return np.concatenate([one.T for one in chosen]).T
            """,
        },
    ),
]
