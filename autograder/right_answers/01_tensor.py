"""Right answers to exercise 1 that are not the reference's.

Undoing a broadcast is written as in public autograd engines on NumPy (a tuple of axes, recursion,
`np.add.reduce`), products as in tutorials that begin with three loops.
"""

from edunn.course.authoring import RightAnswer

CENTER, UNBROADCAST = "center", "unbroadcast"
ADD, ADD_BACK = "Add.forward", "Add.backward"
MATMUL, MATMUL_BACK = "MatMul.forward", "MatMul.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "loops, number by number",
        {
            CENTER: """
                n, d = x.shape
                y = np.zeros((n, d))
                for j in range(d):
                    mean = 0
                    for i in range(n):
                        mean += x[i, j] / n
                    for i in range(n):
                        y[i, j] = x[i, j] - mean
            """,
            UNBROADCAST: """
                total = np.zeros(shape)
                for place in np.ndindex(dy.shape):
                    here = place[len(place) - len(shape) :]
                    total[tuple(i if size > 1 else 0 for i, size in zip(here, shape))] += dy[place]
                dy = total
            """,
            MATMUL: """
                self.cache = (a, b)
                y = np.zeros((a.shape[0], b.shape[1]))
                for i in range(a.shape[0]):
                    for j in range(b.shape[1]):
                        for l in range(a.shape[1]):
                            y[i, j] += a[i, l] * b[l, j]
            """,
            MATMUL_BACK: """
                a, b = self.cache
                da, db = np.zeros(a.shape), np.zeros(b.shape)
                for i in range(dy.shape[0]):
                    for j in range(dy.shape[1]):
                        for l in range(a.shape[1]):
                            da[i, l] += dy[i, j] * b[l, j]
                            db[l, j] += dy[i, j] * a[i, l]
            """,
        },
    ),
    RightAnswer(
        "a tuple of axes, summed at once",
        {
            CENTER: "y = np.subtract(x, np.mean(x, 0, keepdims=True))",
            UNBROADCAST: """
                added = dy.ndim - len(shape)
                padded = (1,) * added + tuple(shape)
                axes = tuple(axis for axis, size in enumerate(padded) if size == 1)
                dy = dy.sum(axis=axes, keepdims=True).reshape(shape)
            """,
            ADD: "self.cache = {'a': a.shape, 'b': b.shape}\ny = np.add(a, b)",
            ADD_BACK: "da, db = (unbroadcast(dy, self.cache[name]) for name in 'ab')",
        },
    ),
    RightAnswer(
        "einsum",
        {
            CENTER: "y = x - np.einsum('ij->j', x) / len(x)",
            UNBROADCAST: """
                letters = "abcdefgh"[: dy.ndim]
                last = letters[dy.ndim - len(shape) :]
                kept = "".join(letter for letter, size in zip(last, shape) if size != 1)
                dy = np.einsum(f"{letters}->{kept}", dy).reshape(shape)
            """,
            MATMUL: "self.cache = a, b\ny = np.einsum('il,lj->ij', a, b)",
            MATMUL_BACK: """
                a, b = self.cache
                da, db = np.einsum("ij,lj->il", dy, b), np.einsum("il,ij->lj", a, dy)
            """,
        },
    ),
    RightAnswer(
        "recursion",
        {
            UNBROADCAST: """
                if dy.ndim > len(shape):
                    return unbroadcast(np.add.reduce(dy), shape)
                for axis in range(dy.ndim):
                    if dy.shape[axis] != shape[axis]:
                        return unbroadcast(dy.sum(axis, keepdims=True), shape)
            """,
        },
    ),
    RightAnswer(
        "helpers above, a and b themselves kept",
        {
            UNBROADCAST: "dy = sum_stretched(sum_added(dy, len(shape)), shape)",
            ADD: "self.cache = [a, b]\ny = a.__add__(b)",
            ADD_BACK: """
                def like(array):
                    return unbroadcast(dy, np.shape(array))

                da, db = map(like, self.cache)
            """,
            MATMUL: "self.cache = a.T, b.T\ny = np.dot(a, b)",
            MATMUL_BACK: "at, bt = self.cache\nda, db = dy.dot(bt), at.dot(dy)",
        },
        above="""
            from functools import reduce


            def sum_added(dy, axes):
                return reduce(lambda array, _: array.sum(0), range(dy.ndim - axes), dy)


            def sum_stretched(dy, shape):
                for axis in range(len(shape)):
                    dy = np.sum(dy, axis, keepdims=True) if shape[axis] == 1 else dy
                return dy
        """,
    ),
    RightAnswer(
        "in place, in a copy",
        {
            CENTER: "y = np.array(x, dtype=float)\ny[:] -= np.average(y, axis=0)",
            UNBROADCAST: """
                summed = dy.copy()
                summed = summed.sum(tuple(range(summed.ndim - len(shape))))
                for axis in reversed(range(len(shape))):
                    if shape[axis] == 1 and summed.shape[axis] > 1:
                        summed = np.expand_dims(summed.sum(axis), axis)
                dy = summed
            """,
            ADD: """
                self.cache = a.shape, b.shape
                y = np.zeros(np.broadcast_shapes(a.shape, b.shape))
                y += a
                y += b
            """,
            MATMUL: """
                self.cache = a, b
                y = np.empty((len(a), len(b[0])))
                for i, row in enumerate(a):
                    y[i, :] = row @ b
            """,
            MATMUL_BACK: """
                a, b = self.cache
                da, db = np.empty_like(a), np.zeros_like(b)
                da[:] = np.transpose(b @ dy.T)
                for i in range(len(a)):
                    db += np.outer(a[i], dy[i])
            """,
        },
    ),
    RightAnswer(
        "lists",
        {
            CENTER: """
                means = [sum(column) / len(column) for column in x.T]
                y = np.array([[number - mean for number, mean in zip(row, means)] for row in x])
            """,
            ADD_BACK: """
                gradients = []
                for shape in self.cache:
                    gradients.append(unbroadcast(dy, shape))
                da, db = gradients
            """,
            MATMUL: """
                self.cache = a, b
                y = np.array([[sum(p * q for p, q in zip(u, v)) for v in b.T] for u in a])
            """,
            MATMUL_BACK: "a, b = self.cache\nreturn (dy @ b.T, (dy.T @ a).T), dict()",
        },
    ),
    RightAnswer(
        "float64",
        {
            CENTER: "y = np.asarray(x, np.float64) - x.mean(axis=0, dtype=np.float64)[None, :]",
            UNBROADCAST: """
                dy = np.asarray(dy, dtype=np.float64)
                while len(dy.shape) != len(shape):
                    dy = dy.sum(0)
                for axis, (size, wanted) in enumerate(zip(dy.shape, shape)):
                    if size > wanted:
                        dy = dy.sum(axis=axis, keepdims=True)
            """,
            MATMUL: """
                self.cache = a.astype(float), b.astype(float)
                y = np.tensordot(*self.cache, axes=1)
            """,
        },
    ),
]
