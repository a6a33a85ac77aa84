"""Wrong answers to exercise 5, and what the student must read of each."""

from edunn.course.authoring import Mistake

FORWARD = "Softmax.forward"
BACKWARD = "Softmax.backward"
ERROR = "CrossEntropyWithLabels.forward"
ERROR_BACK = "CrossEntropyWithLabels.backward"
LOSS = "CrossEntropyLoss.forward"
LOSS_BACK = "CrossEntropyLoss.backward"
SHIFT = "x - np.max(x, axis=1, keepdims=True)"
TOTAL = "np.sum(e, axis=1, keepdims=True)"

WRONG_ANSWERS = [
    Mistake(
        "only for three classes",
        BACKWARD,
        "y, dx = self.cache, np.zeros_like(dy)\nfor j in range(3):\n    for k in range(3):\n"
        "        dx[:, j] += dy[:, k] * y[:, k] * ((j == k) - y[:, j])",
        "Softmax",
    ),
    # Softmax.forward
    Mistake("columns add up to 1", FORWARD, (TOTAL, "np.sum(e, axis=0)"), "each column adds up"),
    Mistake("the batch adds up to 1", FORWARD, (TOTAL, "np.sum(e)"), "the whole array adds up"),
    Mistake("exp without a shift", FORWARD, (SHIFT, "x"), "exp overflows"),
    Mistake("the maximum is added", FORWARD, (SHIFT, SHIFT.replace("x -", "x +")), "exp overflows"),
    Mistake("one maximum for the batch", FORWARD, (SHIFT, "x - np.max(x)"), "shift row by row"),
    Mistake("shifted by the mean", FORWARD, ("np.max(", "np.mean("), "exp overflows"),
    Mistake("keepdims forgotten", FORWARD, (TOTAL, "np.sum(e, axis=1)"), "broadcast"),
    Mistake("exp forgotten", FORWARD, "y = x / x.sum(axis=1, keepdims=True)", "not equal"),
    Mistake("exp of base 2", FORWARD, ("np.exp(", "np.exp2("), "not equal"),
    Mistake("mean for the sum", FORWARD, ("np.sum(", "np.mean("), "each row must add up to 1"),
    Mistake("divided by the largest", FORWARD, ("np.sum(", "np.max("), "each row must add up to 1"),
    Mistake(
        "writes into x",
        FORWARD,
        "x -= np.max(x, axis=1, keepdims=True)\ny = np.exp(x)\n"
        "y /= y.sum(axis=1, keepdims=True)\nself.cache = y",
        "changes",
    ),  # fmt: skip
    Mistake("y is not kept", FORWARD, ("self.cache = y", "pass"), "NoneType"),
    Mistake("y is forgotten", FORWARD, "y = None", "NoneType"),
    # Softmax.backward
    Mistake(
        "like a sigmoid", BACKWARD, "y = self.cache\ndx = dy * y * (1 - y)", "only on its own input"
    ),  # fmt: skip
    Mistake("the sum is forgotten", BACKWARD, "dx = dy * self.cache", "exactly dy * y"),
    Mistake("summed over the batch", BACKWARD, ("axis=1", "axis=0"), "add up to 0 in each row"),
    Mistake(
        "summed over everything",
        BACKWARD,
        (", axis=1, keepdims=True", ""),
        "add up to 0 in each row",
    ),  # fmt: skip
    Mistake(
        "mean for the sum, backward", BACKWARD, ("np.sum(", "np.mean("), "add up to 0 in each row"
    ),
    Mistake("the shortcut of cross entropy", BACKWARD, "dx = self.cache - dy", "full of zeros"),
    Mistake("plus for minus", BACKWARD, ("(dy -", "(dy +"), "add up to 0 in each row"),
    Mistake("opposite sign", BACKWARD, ("dx = y", "dx = -y"), "opposite sign"),
    Mistake("dy as it is", BACKWARD, "dx = dy", "dy itself"),
    Mistake("y is missing in front", BACKWARD, ("dx = y * ", "dx = "), "the output y"),
    Mistake("dy is missing in the sum", BACKWARD, ("dy * y", "y"), "gradient of input 0"),
    Mistake("keepdims forgotten, backward", BACKWARD, (", keepdims=True", ""), "broadcast"),
    Mistake(
        "writes into dy",
        BACKWARD,
        "y = self.cache\ndy -= np.sum(dy * y, axis=1, keepdims=True)\ndx = y * dy",
        "changes dy",
    ),  # fmt: skip
    Mistake("loops for ever", BACKWARD, "while True:\n    pass", "endless loop"),
    Mistake("dy less y", BACKWARD, "y = self.cache\ndx = y * (dy - y)", "full of zeros"),
    Mistake("a sum without y", BACKWARD, ("np.sum(dy * y", "np.sum(dy"), "add up to 0 in each row"),
    Mistake(
        "y for the first term only",
        BACKWARD,
        "y = self.cache\ndx = y * dy - np.sum(dy * y, axis=1, keepdims=True)",
        "add up to 0 in each row",
    ),  # fmt: skip
    Mistake("the exponentials are kept", FORWARD, ("self.cache = y", "self.cache = e"), "each row"),
    Mistake(
        "one row's table for all",
        BACKWARD,
        "y = self.cache\ntable = np.diag(y[0]) - np.outer(y[0], y[0])\ndx = dy @ table",
        "gradient of input 0",
    ),  # fmt: skip
    # CrossEntropyWithLabels.forward
    Mistake(
        "columns picked",
        ERROR,
        ("y[np.arange(len(y)), labels]", "y[:, labels]"),
        "one number for each example",
    ),  # fmt: skip
    Mistake("base 2", ERROR, ("np.log(", "np.log2("), "base 2"),
    Mistake("the minus is forgotten", ERROR, ("-np.log", "np.log"), "negative"),
    Mistake(
        "no care for 0",
        ERROR,
        "labels_p = y[np.arange(len(y)), labels]\n"
        "self.cache = labels, y, labels_p\nerror = -np.log(labels_p)",
        "for p = 0",
    ),  # fmt: skip
    Mistake(
        "adds a number to p",
        ERROR,
        "p = y[np.arange(len(y)), labels] + 1e-3\nself.cache = labels, y, p\nerror = -np.log(p)",
        "not equal",
    ),  # fmt: skip
    Mistake(
        "adds the floor to p",
        ERROR,
        "p = y[np.arange(len(y)), labels] + 1e-12\nself.cache = labels, y, p\nerror = -np.log(p)",
        "is added to p",
    ),  # fmt: skip
    Mistake("the smaller one", ERROR, ("np.maximum(", "np.minimum("), "also the large ones"),
    Mistake(
        "floors y in place",
        ERROR,
        "y[y < 1e-12] = 1e-12\np = y[np.arange(len(y)), labels]\n"
        "self.cache = labels, y, p\nerror = -np.log(p)",
        "forward changed y",
    ),  # fmt: skip
    Mistake(
        "whole rows picked", ERROR, ("y[np.arange(len(y)), labels]", "y[labels]"), "(2, 2): one"
    ),
    Mistake(
        "labels as weights",
        ERROR,
        "self.cache = labels, y, y\nerror = -np.sum(labels * np.log(y), axis=1)",
        "picks from y",
    ),  # fmt: skip
    Mistake(
        "the most likely class",
        ERROR,
        ("y[np.arange(len(y)), labels]", "y.max(axis=1)"),
        "picks from y",
    ),  # fmt: skip
    Mistake(
        "labels and examples change places",
        ERROR,
        ("np.arange(len(y)), labels", "labels, np.arange(len(y))"),
        "not equal",
    ),  # fmt: skip
    Mistake(
        "all classes",
        ERROR,
        "self.cache = labels, y, y\nerror = -np.log(y).sum(axis=1)",
        "not equal",
    ),  # fmt: skip
    Mistake("a mean already", ERROR, ("-np.log(p)", "-np.mean(np.log(p))"), "has shape ()"),
    Mistake("floor too high", ERROR, ("1e-12", "1e-6"), "not equal"),
    Mistake("1 - p", ERROR, ("-np.log(p)", "1 - p"), "not equal"),
    Mistake("np.max for np.maximum", ERROR, ("np.maximum(", "np.max("), "as an integer"),
    # CrossEntropyWithLabels.backward
    Mistake(
        "wrong classes too",
        ERROR_BACK,
        "labels, y, p = self.cache\ndx = -dy[:, None] / y",
        "not 0 in some places",
    ),  # fmt: skip
    Mistake("without 1 / p", ERROR_BACK, ("-dy / p", "-dy"), "one factor"),
    Mistake("without dy", ERROR_BACK, ("-dy / p", "-1 / p"), "does not depend on dy"),
    Mistake("minus forgotten", ERROR_BACK, ("-dy / p", "dy / p"), "opposite sign"),
    Mistake(
        "whole columns",
        ERROR_BACK,
        ("dx[np.arange(len(y)), labels] = -dy / p", "dx[:, labels] = -(dy / p)[:, None]"),
        "not 0 in some places",
    ),  # fmt: skip
    Mistake(
        "divided by the batch", ERROR_BACK, ("-dy / p", "-dy / p / len(y)"), "number of examples"
    ),  # fmt: skip
    Mistake(
        "the shortcut of softmax",
        ERROR_BACK,
        "labels, y, p = self.cache\ndx = y.copy()\n"
        "dx[np.arange(len(y)), labels] -= 1\ndx *= dy[:, None]",
        "gradient of",
    ),  # fmt: skip
    Mistake(
        "divides by p without care",
        ERROR_BACK,
        ("-dy / p", "-dy / y[np.arange(len(y)), labels]"),
        "not finite",
    ),  # fmt: skip
    Mistake("nothing at p = 0", ERROR_BACK, ("-dy / p", "-dy / p * (p > 1e-12)"), "by the floor"),
    Mistake("times p", ERROR_BACK, ("-dy / p", "-dy * p"), "gradient of input 1"),
    Mistake(
        "one number each", ERROR_BACK, "labels, y, p = self.cache\ndx = -dy / p", "of the output"
    ),
    Mistake("ones elsewhere", ERROR_BACK, ("zeros_like", "ones_like"), "full of zeros"),
    Mistake("writes into y", ERROR_BACK, ("dx = np.zeros_like(y)", "dx = y"), "changes"),
    # CrossEntropyLoss.forward
    Mistake(
        "the two layers, one after the other",
        LOSS,
        "p = Softmax().forward(y)\nself.cache = p, labels\n"
        "loss = np.mean(CrossEntropyWithLabels().forward(labels, p))",
        "too small: log of a rounded probability",
    ),  # fmt: skip
    Mistake(
        "the logarithm of a softmax",
        LOSS,
        "p = Softmax().forward(y)\nself.cache = p, labels\n"
        "loss = -np.mean(np.log(p[np.arange(len(y)), labels]))",
        "no logarithm of a p that is rounded to 0",
    ),  # fmt: skip
    Mistake("a sum for the mean", LOSS, ("np.mean(", "np.sum("), "added up"),
    Mistake("one error each", LOSS, ("loss = np.mean(", "loss = ("), "should be one number"),
    Mistake(
        "a mean over the classes too",
        LOSS,
        ("loss = np.mean(", "loss = 1 / y.shape[1] * np.mean("),
        "3 times too small",
    ),  # fmt: skip
    Mistake("no shift", LOSS, ("y - np.max(y, axis=1, keepdims=True)", "y"), "shift each row"),
    Mistake(
        "one shift for the batch",
        LOSS,
        ("np.max(y, axis=1, keepdims=True)", "np.max(y)"),
        "shift each row",
    ),  # fmt: skip
    Mistake(
        "the logarithm of a rounded probability",
        LOSS,
        (
            "np.mean(np.log(total) - shifted[np.arange(len(y)), labels])",
            "-np.mean(np.log(np.maximum(self.cache[0][np.arange(len(y)), labels], 1e-12)))",
        ),
        "too small",
    ),  # fmt: skip
    Mistake(
        "softmax forgotten",
        LOSS,
        "self.cache = y, labels\nloss = -np.mean(np.log(y[np.arange(len(y)), labels]))",
        "it is made of two terms",
    ),  # fmt: skip
    Mistake("the sign is turned", LOSS, ("loss = np.mean(", "loss = -np.mean("), "is log p[c]"),
    Mistake(
        "the score of the label is forgotten",
        LOSS,
        (" - shifted[np.arange(len(y)), labels]", ""),
        "it is made of two terms",
    ),  # fmt: skip
    Mistake("the score is not shifted", LOSS, ("- shifted[", "- y["), "it is made of two terms"),
    Mistake(
        "the logarithm is forgotten", LOSS, ("np.log(total)", "total"), "it is made of two terms"
    ),
    # CrossEntropyLoss.backward
    Mistake(
        "as many classes as examples",
        LOSS_BACK,
        "p, labels = self.cache\ndx = dy * (p - np.identity(len(p))[labels]) / len(p)",
        "broadcast",
    ),  # fmt: skip
    Mistake(
        "less the number of the label",
        LOSS_BACK,
        "p, labels = self.cache\ndx = dy * (p - labels[:, None]) / len(p)",
        "add up to 0 in each row",
    ),  # fmt: skip
    Mistake(
        "the right class only",
        LOSS_BACK,
        "p, labels = self.cache\nrows, dx = np.arange(len(p)), np.zeros_like(p)\n"
        "dx[rows, labels] = dy * (p[rows, labels] - 1) / len(p)",
        "0 in some places",
    ),  # fmt: skip
    Mistake("not divided by n", LOSS_BACK, (" / len(p)", ""), "exactly 4 times too large"),
    Mistake("divided by everything", LOSS_BACK, ("/ len(p)", "/ p.size"), "3 times too small"),
    Mistake("the loss without dy", LOSS_BACK, ("dx = dy * dx", "dx = dx"), "does not depend on dy"),
    Mistake(
        "1 is not taken away",
        LOSS_BACK,
        ("dx[np.arange(len(p)), labels] -= 1", "pass"),
        "add up to 0 in each row",
    ),  # fmt: skip
    Mistake("plus 1", LOSS_BACK, ("-= 1", "+= 1"), "add up to 0 in each row"),
    Mistake(
        "1 from whole columns",
        LOSS_BACK,
        ("dx[np.arange(len(p)), labels]", "dx[:, labels]"),
        "add up to 0 in each row",
    ),  # fmt: skip
    Mistake("writes into the cache", LOSS_BACK, ("dx = p.copy()", "dx = p"), "second one"),
    Mistake("the loss uphill", LOSS_BACK, ("dx = dy * dx", "dx = -dy * dx"), "opposite sign"),
    Mistake(
        "with softmax's own derivative",
        LOSS_BACK,
        ("dx = dy * dx", "dx = dy * dx * p * (1 - p)"),
        "add up to 0 in each row",
    ),  # fmt: skip
    Mistake(
        "the scores for p", LOSS_BACK, ("dx = p.copy()", "dx = np.log(p)"), "gradient of input 0"
    ),  # fmt: skip
    Mistake(
        "divided by n twice",
        "CrossEntropyLoss.backward",
        ("dy * dx / len(p)", "dy * dx / len(p) / len(p)"),
        "But it divides once more",
    ),
]

LAST = "the last axis of two is axis 1"
EQUIVALENT = {
    "CrossEntropyLoss.forward: shifted = y - np.max(y, axis=1, keepdims=True) -> "
    "shifted = y - np.max(y, axis=-1, keepdims=True)": LAST,
    "CrossEntropyLoss.forward: total = np.sum(e, axis=1) -> total = np.sum(e, axis=-1)": LAST,
    "CrossEntropyWithLabels.forward: p = np.maximum(y[np.arange(len(y)), labels], 1e-12) -> "
    "p = np.maximum(1e-12, y[np.arange(len(y)), labels])": "the larger of two, in either order",
    "Softmax.backward: dx = y * (dy - np.sum(dy * y, axis=1, keepdims=True)) -> "
    "dx = y * (dy - np.sum(dy * y, axis=-1, keepdims=True))": LAST,
    "Softmax.forward: e = np.exp(x - np.max(x, axis=1, keepdims=True)) -> "
    "e = np.exp(x - np.max(x, axis=-1, keepdims=True))": LAST,
    "Softmax.forward: y = e / np.sum(e, axis=1, keepdims=True) -> "
    "y = e / np.sum(e, axis=-1, keepdims=True)": LAST,
}
