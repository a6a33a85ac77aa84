"""Right answers to exercise 5 that are not the reference's.

The Jacobian of the softmax row by row, one-hot rows and `np.clip` as in public courses and in
networks from scratch (CS231n, d2l, numpy-ml); `scipy.special` for softmax and logsumexp.
"""

from edunn.course.authoring import RightAnswer

SOFTMAX, SOFTMAX_BACK = "Softmax.forward", "Softmax.backward"
ENTROPY, ENTROPY_BACK = "CrossEntropyWithLabels.forward", "CrossEntropyWithLabels.backward"
LOSS, LOSS_BACK = "CrossEntropyLoss.forward", "CrossEntropyLoss.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "row by row, with the Jacobian",
        {
            SOFTMAX: """
                y = np.zeros(x.shape)
                for i in range(x.shape[0]):
                    row = x[i] - max(x[i])
                    y[i] = np.exp(row) / np.exp(row).sum()
                self.cache = y
            """,
            SOFTMAX_BACK: """
                dx = np.empty_like(dy)
                for i, (p, one) in enumerate(zip(self.cache, dy)):
                    jacobian = np.diag(p) - np.outer(p, p)
                    dx[i] = jacobian @ one
            """,
            ENTROPY: """
                self.cache = labels, y
                error = np.zeros(len(labels))
                for i, label in enumerate(labels):
                    error[i] = -np.log(max(y[i, label], 1e-12))
            """,
            ENTROPY_BACK: """
                labels, y = self.cache
                dx = np.zeros(y.shape)
                for i in range(len(labels)):
                    dx[i, labels[i]] -= dy[i] / max(y[i, labels[i]], 1e-12)
            """,
            LOSS: """
                self.cache = y, labels
                loss = 0.0
                for scores, label in zip(y, labels):
                    top = np.max(scores)
                    loss += top + np.log(np.sum(np.exp(scores - top))) - scores[label]
                loss /= len(y)
            """,
            LOSS_BACK: """
                y, labels = self.cache
                dx = np.zeros_like(y)
                for i in range(len(y)):
                    e = np.exp(y[i] - np.max(y[i]))
                    dx[i] = e / e.sum()
                    dx[i, labels[i]] -= 1
                dx *= dy / len(y)
            """,
        },
    ),
    RightAnswer(
        "one-hot rows",
        {
            ENTROPY: """
                one_hot = np.eye(y.shape[1])[labels]
                self.cache = one_hot, y
                error = -np.sum(one_hot * np.log(np.clip(y, 1e-12, None)), axis=1)
            """,
            ENTROPY_BACK: """
                one_hot, y = self.cache
                dx = -one_hot / np.clip(y, 1e-12, None) * dy.reshape(-1, 1)
            """,
            LOSS: """
                n, classes = y.shape
                one_hot = np.zeros((n, classes))
                one_hot[np.arange(n), labels] = 1
                z = y - y.max(axis=1, keepdims=True)
                log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
                self.cache = log_p, one_hot
                loss = -(one_hot * log_p).sum() / n
            """,
            LOSS_BACK: "log_p, t = self.cache\ndx = (np.exp(log_p) - t) * dy / len(log_p)",
        },
    ),
    RightAnswer(
        "einsum",
        {
            SOFTMAX: """
                e = np.exp(x - x.max(1)[:, None])
                y = np.einsum("ij,i->ij", e, 1 / np.einsum("ij->i", e))
                self.cache = {"y": y}
            """,
            SOFTMAX_BACK: """
                y = self.cache["y"]
                jacobians = np.einsum("ij,jk->ijk", y, np.identity(y.shape[1]))
                jacobians = jacobians - np.einsum("ij,ik->ijk", y, y)
                dx = np.einsum("ijk,ik->ij", jacobians, dy)
            """,
        },
    ),
    RightAnswer(
        "scipy",
        {
            SOFTMAX: "y = special.softmax(x, axis=-1)\nself.cache = (y,)",
            SOFTMAX_BACK: "(y,) = self.cache\ndx = y * dy - y * (y * dy).sum(-1, keepdims=True)",
            LOSS: """
                self.cache = special.softmax(y, axis=1), labels
                own = np.take_along_axis(y, labels[:, None], axis=1)[:, 0]
                loss = np.mean(special.logsumexp(y, axis=1) - own)
            """,
            LOSS_BACK: """
                p, labels = self.cache
                dx = p * 1.0
                np.subtract.at(dx, (range(len(p)), labels), 1)
                dx = dx * (dy / len(p))
            """,
        },
        above="from scipy import special",
    ),
    RightAnswer(
        "transposed, so that rows are classes",
        {
            SOFTMAX: """
                t = np.exp(x.T - np.amax(x, axis=1))
                y = (t / sum(t)).T
                self.cache = y
            """,
            SOFTMAX_BACK: "y = self.cache.T\ndx = (y * (dy.T - sum(y * dy.T))).T",
        },
    ),
    RightAnswer(
        "where, lists of indices, cut off on both sides",
        {
            ENTROPY: """
                p = np.array([y[i][k] for i, k in enumerate(labels)])
                p = np.where(p < 1e-12, 1e-12, p)
                self.cache = labels, p, y.shape
                error = np.log(1 / p)
            """,
            ENTROPY_BACK: """
                labels, p, shape = self.cache
                dx = np.zeros(shape)
                dx[list(range(len(labels))), list(labels)] = dy * (-1 / p)
            """,
            LOSS: """
                y = y - np.max(y)  # the largest of all rows would do for them, if they were alike
                y = y - y.max(axis=1).reshape(-1, 1)
                p = np.exp(y) / np.exp(y).sum(axis=1).reshape(-1, 1)
                self.cache = p, labels
                correct = y[range(len(y)), labels]
                loss = np.log(np.exp(y).sum(axis=1)).mean() - correct.mean()
            """,
        },
    ),
    RightAnswer(
        "clip to both ends of the probabilities",
        {
            ENTROPY: """
                p = np.clip(y[np.arange(len(y)), labels], 1e-12, 1.0)
                self.cache = labels, y, p
                error = np.negative(np.log(p))
            """,
            ENTROPY_BACK: """
                labels, y, p = self.cache
                dx = np.where(labels[:, None] == np.arange(y.shape[1]), -(dy / p)[:, None], 0)
            """,
        },
    ),
    RightAnswer(
        "helpers above the class, float64",
        {
            SOFTMAX: "y = np.exp(log_softmax(x))\nself.cache = y",
            SOFTMAX_BACK: """
                y = self.cache
                dx = y * dy
                dx -= y * np.sum(dx, axis=1, keepdims=True)
            """,
            LOSS: """
                self.cache = log_softmax(y), labels
                loss = -np.average(picked(self.cache[0], labels))
            """,
            LOSS_BACK: """
                log_p, labels = self.cache
                dx = np.exp(log_p)
                dx[np.arange(len(dx)), labels] -= 1.0
                dx *= dy
                dx /= len(dx)
            """,
            ENTROPY: """
                self.cache = labels, y
                error = -np.log(np.maximum(picked(y, labels), 1e-12))
            """,
            ENTROPY_BACK: """
                labels, y = self.cache
                dx = np.zeros(y.shape, dtype=np.float64)
                own = -dy / np.maximum(picked(y, labels), 1e-12)
                np.put_along_axis(dx, labels.reshape(-1, 1), own.reshape(-1, 1), axis=1)
            """,
        },
        above="""
            def log_softmax(scores):
                scores = np.asarray(scores, dtype=np.float64)
                shifted = scores - scores.max(axis=1, keepdims=True)
                return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


            def picked(rows, labels):
                return np.take_along_axis(rows, np.expand_dims(labels, 1), 1).squeeze(1)
        """,
    ),
]
