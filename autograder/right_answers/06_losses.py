"""Right answers to exercise 6 that are not the reference's.

Sums of squares by `einsum` and by norms, `np.where` for the two answers, `logaddexp` and
`scipy.special` for the loss of scores, as in public implementations of these losses.
"""

from edunn.course.authoring import RightAnswer

SQUARED, SQUARED_BACK = "SquaredError.forward", "SquaredError.backward"
MEAN, MEAN_BACK = "MeanError.forward", "MeanError.backward"
BINARY, BINARY_BACK = "BinaryCrossEntropy.forward", "BinaryCrossEntropy.backward"
LOGITS, LOGITS_BACK = "BCEWithLogitsLoss.forward", "BCEWithLogitsLoss.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "loops",
        {
            SQUARED: """
                self.cache = y_true, y
                n, outputs = y.shape
                error = np.zeros(n)
                for i in range(n):
                    for j in range(outputs):
                        error[i] += (y[i, j] - y_true[i, j]) ** 2
            """,
            SQUARED_BACK: """
                y_true, y = self.cache
                dx = np.zeros(y.shape)
                for i in range(len(dy)):
                    for j in range(y.shape[1]):
                        dx[i, j] = 2 * (y[i, j] - y_true[i, j]) * dy[i]
            """,
            MEAN: """
                loss = 0.0
                for one in errors:
                    loss += one
                loss = loss / len(errors)
            """,
            MEAN_BACK: """
                dy_errors = np.zeros(n)
                for i in range(n):
                    dy_errors[i] = dy / n
            """,
            BINARY: """
                self.cache = y_true, y
                error = np.zeros(len(y))
                for i in range(y.shape[0]):
                    for j in range(y.shape[1]):
                        p = y[i, j] if y_true[i, j] == 1 else 1 - y[i, j]
                        error[i] -= math.log(max(p, self.floor))
            """,
            BINARY_BACK: """
                y_true, y = self.cache
                dx = np.empty(y.shape)
                for i, j in np.ndindex(y.shape):
                    if y_true[i, j]:
                        dx[i, j] = -dy[i] / max(y[i, j], self.floor)
                    else:
                        dx[i, j] = dy[i] / max(1 - y[i, j], self.floor)
            """,
            LOGITS: """
                self.cache = y, target
                total = 0
                for s, t in zip(y.ravel(), target.ravel()):
                    total += max(s, 0) - t * s + math.log1p(math.exp(-abs(s)))
                loss = total / y.size
            """,
            LOGITS_BACK: """
                y, target = self.cache
                dx = np.zeros(y.shape)
                for place in np.ndindex(y.shape):
                    e = math.exp(-abs(y[place]))
                    p = 1 / (1 + e) if y[place] > 0 else e / (1 + e)
                    dx[place] = dy * (p - target[place]) / y.size
            """,
        },
        above="import math",
    ),
    RightAnswer(
        "einsum",
        {
            SQUARED: """
                self.cache = np.subtract(y, y_true)
                error = np.einsum("ij,ij->i", self.cache, self.cache)
            """,
            SQUARED_BACK: "dx = np.einsum('ij,i->ij', 2 * self.cache, dy)",
            MEAN: "loss = np.einsum('i->', errors) / errors.size",
            MEAN_BACK: "dy_errors = np.ones(n) / n * dy",
        },
    ),
    RightAnswer(
        "norms and diagonal matrices",
        {
            SQUARED: "self.cache = y_true - y\nerror = np.linalg.norm(self.cache, axis=1) ** 2",
            SQUARED_BACK: "dx = -2 * np.diag(dy) @ self.cache",
            MEAN: "loss = errors @ np.full(len(errors), 1 / len(errors))",
            MEAN_BACK: "dy_errors = np.repeat(dy, n) / n",
        },
    ),
    RightAnswer(
        "where, case by case",
        {
            BINARY: """
                p = np.maximum(np.where(y_true == 1, y, 1 - y), self.floor)
                self.cache = y_true == 1, p
                error = -np.log(p).sum(axis=1)
            """,
            BINARY_BACK: """
                yes, p = self.cache
                dx = np.where(yes, -1, 1) / p * dy[:, np.newaxis]
            """,
            LOGITS: """
                s = np.where(target == 1, y, -y)
                self.cache = s, target
                loss = np.logaddexp(0, -s).mean()
            """,
            LOGITS_BACK: """
                s, target = self.cache
                wrong = nn.Sigmoid().forward(-s)
                dx = np.where(target == 1, -wrong, wrong) * dy / s.size
            """,
        },
    ),
    RightAnswer(
        "scipy",
        {
            BINARY: """
                self.cache = y_true, y
                yes = special.xlogy(y_true, np.clip(y, self.floor, None))
                no = special.xlogy(1 - y_true, np.clip(1 - y, self.floor, None))
                error = -(yes + no).sum(1)
            """,
            BINARY_BACK: """
                t, y = self.cache
                dx = (1 - t) / np.clip(1 - y, self.floor, 1) - t / np.clip(y, self.floor, 1)
                dx = dx * dy.reshape(len(dy), 1)
            """,
            LOGITS: """
                self.cache = special.expit(y), target
                yes, no = special.log_expit(y), special.log_expit(-y)
                loss = -np.mean(target * yes + (1 - target) * no)
            """,
            LOGITS_BACK: "p, target = self.cache\ndx = dy * np.subtract(p, target) / np.size(p)",
        },
        above="from scipy import special",
    ),
    RightAnswer(
        "two logaddexp",
        {
            LOGITS: """
                self.cache = {"y": y, "target": target}
                yes, no = np.logaddexp(0, -y), np.logaddexp(0, y)
                loss = np.mean(target * yes + (1 - target) * no)
            """,
            LOGITS_BACK: """
                y, target = self.cache["y"], self.cache["target"]
                p = 0.5 * (1 + np.tanh(0.5 * y))
                dx = (p - target) * np.full(y.shape, dy / y.size)
            """,
        },
    ),
    RightAnswer(
        "lists",
        {
            SQUARED: """
                self.cache = y - y_true
                error = np.array([sum(d * d for d in row) for row in self.cache])
            """,
            SQUARED_BACK: "dx = np.array([2 * g * row for g, row in zip(dy, self.cache)])",
            MEAN: "loss = sum(errors) / len(errors)",
            MEAN_BACK: "dy_errors = np.array([dy / n] * n)",
            BINARY: """
                self.cache = [y_true, y]
                errors = []
                for truths, numbers in zip(y_true, y):
                    right = [p if t else 1 - p for t, p in zip(truths, numbers)]
                    errors.append(-sum(np.log(max(p, self.floor)) for p in right))
                error = np.array(errors)
            """,
        },
    ),
    RightAnswer(
        "in place, in arrays of its own",
        {
            SQUARED: """
                difference = np.empty(y.shape)
                difference[:] = y
                difference -= y_true
                self.cache = difference
                error = np.square(difference).sum(-1)
            """,
            SQUARED_BACK: """
                dx = self.cache.copy()
                dx *= 2
                dx *= np.expand_dims(dy, 1)
            """,
            MEAN: "loss = np.average(errors)",
            MEAN_BACK: "dy_errors = np.empty(n)\ndy_errors[:] = dy\ndy_errors /= n",
            BINARY: """
                yes, no = y.copy(), 1 - y
                yes[yes < self.floor] = self.floor
                no[no < self.floor] = self.floor
                self.cache = y_true, yes, no
                error = -(y_true * np.log(yes) + (1 - y_true) * np.log(no)).sum(axis=1)
            """,
            BINARY_BACK: """
                y_true, yes, no = self.cache
                dx = ((1 - y_true) / no - y_true / yes) * dy[:, None]
            """,
            LOGITS: """
                self.cache = y, target
                each = np.zeros(y.shape)
                each += np.clip(y, 0, None)
                each -= y * target
                each += np.log1p(np.exp(-np.abs(y)))
                loss = each.sum() / each.size
            """,
        },
    ),
    RightAnswer(
        "helpers above the class, float64",
        {
            SQUARED: """
                self.cache = np.asarray(y, np.float64) - np.asarray(y_true, np.float64)
                error = over_rows(self.cache**2)
            """,
            SQUARED_BACK: "dx = (2 * self.cache.T * dy).T",
            BINARY: """
                self.cache = y_true.astype(np.float64), y.astype(np.float64)
                log = floored(np.log, self.floor)
                error = over_rows(-y_true * log(y) - (1 - y_true) * log(1 - y))
            """,
            BINARY_BACK: """
                t, p = self.cache
                one_over = floored(np.reciprocal, self.floor)
                dx = (dy * ((1 - t) * one_over(1 - p) - t * one_over(p)).T).T
            """,
        },
        above="""
            def over_rows(array):
                return array @ np.ones(array.shape[1])


            def floored(function, floor):
                return lambda array: function(np.fmax(array, floor))
        """,
    ),
]
