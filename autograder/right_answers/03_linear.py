"""Right answers to exercise 3 that are not the reference's."""

from edunn.course.authoring import RightAnswer

FORWARD, BACKWARD = "Linear.forward", "Linear.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "three loops",
        {
            FORWARD: """
                self.cache = x
                w = self.w.data
                y = np.zeros((x.shape[0], w.shape[1]))
                for n in range(x.shape[0]):
                    for j in range(w.shape[1]):
                        for i in range(w.shape[0]):
                            y[n, j] += x[n, i] * w[i, j]
            """,
            BACKWARD: """
                x, w = self.cache, self.w.data
                dx, dw = np.zeros(x.shape), np.zeros(w.shape)
                for n in range(len(x)):
                    for j in range(w.shape[1]):
                        dx[n] += dy[n, j] * w[:, j]
                        dw[:, j] += x[n] * dy[n, j]
            """,
        },
    ),
    RightAnswer(
        "einsum",
        {
            FORWARD: "self.cache = (x,)\ny = np.einsum('ni,ij->nj', x, self.w.data)",
            BACKWARD: """
                (x,) = self.cache
                dx = np.einsum("nj,ij->ni", dy, self.w.data)
                dw = np.einsum("ni,nj->ij", x, dy)
            """,
        },
    ),
    RightAnswer(
        "x and w are kept",
        {
            FORWARD: "self.cache = x, self.w.data\ny = np.matmul(x, self.w.data)",
            BACKWARD: "x, w = self.cache\ndx, dw = dy.dot(w.T), x.T.dot(dy)",
        },
    ),
    RightAnswer(
        "transposed all along",
        {
            FORWARD: "self.cache = x.T\ny = (self.w.data.T @ x.T).T",
            BACKWARD: "dx = (self.w.data @ dy.T).T\ndw = self.cache @ dy",
        },
    ),
    RightAnswer(
        "one example after the other",
        {
            FORWARD: """
                self.cache = x
                y = np.stack([row @ self.w.data for row in x])
            """,
            BACKWARD: """
                dx = np.array([self.w.data @ row for row in dy])
                dw = sum(np.outer(a, b) for a, b in zip(self.cache, dy))
            """,
        },
    ),
    RightAnswer(
        "float64, into arrays made before",
        {
            FORWARD: """
                self.cache = {"x": x.astype(float)}
                y = np.empty((len(x), self.w.shape[1]))
                np.dot(self.cache["x"], self.w.data, out=y)
            """,
            BACKWARD: """
                dx = np.empty_like(self.cache["x"])
                dx[:] = dy @ self.w.data.T
                dw = np.zeros_like(self.w.data)
                dw += self.cache["x"].T @ dy
            """,
        },
    ),
    RightAnswer(
        "a helper for all products",
        {
            FORWARD: "self.cache = x\ny = product(x, self.w.data)",
            BACKWARD: """
                dx = product(dy, np.transpose(self.w.data))
                dw = product(np.transpose(self.cache), dy)
            """,
        },
        above="""
            from functools import reduce


            def product(*matrices):
                return reduce(np.matmul, matrices)
        """,
    ),
]
