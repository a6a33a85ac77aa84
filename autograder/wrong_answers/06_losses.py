"""Wrong answers to exercise 6, and what the student must read of each."""

from edunn.course.authoring import Mistake

SQUARED, SQUARED_BACK = "SquaredError.forward", "SquaredError.backward"
MEAN, MEAN_BACK = "MeanError.forward", "MeanError.backward"
BINARY, BINARY_BACK = "BinaryCrossEntropy.forward", "BinaryCrossEntropy.backward"
LOGITS, LOGITS_BACK = "BCEWithLogitsLoss.forward", "BCEWithLogitsLoss.backward"
STABLE = "np.maximum(y, 0) - target * y + np.log1p(np.exp(-np.abs(y)))"

WRONG_ANSWERS = [
    Mistake("a mean over the outputs", SQUARED, ("np.sum", "np.mean"), "half of what they should"),
    Mistake("half of the square", SQUARED, ("np.sum", "0.5 * np.sum"), "half of what they should"),
    Mistake("one number for all", SQUARED, (", axis=1", ""), "one number for each example"),
    Mistake(
        "added over the examples", SQUARED, ("axis=1", "axis=0"), "one number for each example"
    ),
    Mistake(
        "a column", SQUARED, ("axis=1", "axis=1, keepdims=True"), "one number for each example"
    ),
    Mistake("not squared", SQUARED, ("**2", ""), "a square is never below 0"),
    Mistake("absolute, not squared", SQUARED, ("self.cache**2", "np.abs(self.cache)"), "not equal"),
    Mistake(
        "square of the sum",
        SQUARED,
        "self.cache = y - y_true\nerror = np.sum(self.cache, axis=1) ** 2",
        "the sum is squared",
    ),  # fmt: skip
    Mistake(
        "a root",
        SQUARED,
        ("np.sum(self.cache**2, axis=1)", "np.sqrt(np.sum(self.cache**2, axis=1))"),
        "take no root",
    ),  # fmt: skip
    Mistake(
        "writes into y",
        SQUARED,
        "y -= y_true\nself.cache = y\nerror = (y**2).sum(axis=1)",
        "forward changes input 1",
    ),  # fmt: skip
    Mistake("error is forgotten", SQUARED, "self.cache = y - y_true\nerror = None", "shape ()"),
    Mistake("loops for ever", SQUARED, "while True:\n    pass", "endless loop"),
    Mistake(
        "not added over j",
        SQUARED,
        ("np.sum(self.cache**2, axis=1)", "self.cache**2"),
        "(3, 2), not (3,)",
    ),
    Mistake(
        "the squares are kept",
        SQUARED,
        "self.cache = (y - y_true) ** 2\nerror = np.sum(self.cache, axis=1)",
        "2 * dy * (y_true - y) * (y_true - y)",
    ),
    Mistake("truth less answer is kept", SQUARED, ("y - y_true", "y_true - y"), "opposite sign"),
    Mistake(
        "all of dy added up",
        SQUARED_BACK,
        ("dy[:, None]", "np.sum(dy)"),
        "Each row has its own factor",
    ),
    Mistake(
        "the first dy for all",
        SQUARED_BACK,
        ("dy[:, None]", "dy[0]"),
        "Each row has its own factor",
    ),
    Mistake("dy as a row", SQUARED_BACK, ("dy[:, None]", "dy[None, :]"), "broadcast"),
    Mistake("without the 2", SQUARED_BACK, ("2 * ", ""), "exactly half of the measured"),
    Mistake("truth minus answer", SQUARED_BACK, ("2 *", "-2 *"), "opposite sign"),
    Mistake("without dy", SQUARED_BACK, (" * dy[:, None]", ""), "does not depend on dy"),
    Mistake(
        "divided by the batch",
        SQUARED_BACK,
        ("dy[:, None]", "dy[:, None] / len(dy)"),
        "number of examples",
    ),  # fmt: skip
    Mistake(
        "divided by the outputs",
        SQUARED_BACK,
        ("2 *", "2 / self.cache.shape[1] *"),
        "number of features",
    ),  # fmt: skip
    Mistake("dy not made a column", SQUARED_BACK, ("dy[:, None]", "dy"), "broadcast"),
    Mistake(
        "dy only",
        SQUARED_BACK,
        "dx = 2 * dy[:, None] * np.ones_like(self.cache)",
        "yours is exactly 2 * dy",
    ),  # fmt: skip
    Mistake(
        "writes into the cache",
        SQUARED_BACK,
        "self.cache *= 2 * dy[:, None]\ndx = self.cache",
        "second",
    ),  # fmt: skip
    Mistake(
        "a sum over the examples",
        SQUARED_BACK,
        "dx = 2 * np.sum(self.cache * dy[:, None], axis=0)",
        "shape (3,)",
    ),  # fmt: skip
    # MeanError
    Mistake("the sum", MEAN, ("np.mean", "np.sum"), "this is the sum"),
    Mistake(
        "over all numbers",
        MEAN,
        ("np.mean(errors)", "np.sum(errors) / y.size"),
        "by how many errors there are",
    ),
    Mistake(
        "over the outputs",
        MEAN,
        ("np.mean(errors)", "np.sum(errors) / y.shape[1]"),
        "by how many errors there are",
    ),
    Mistake("a list", MEAN_BACK, ("np.full(n, dy / n)", "[dy / n] * n"), "gets a list"),
    Mistake("the median", MEAN, ("np.mean", "np.median"), "this is the median"),
    Mistake("not reduced", MEAN, ("np.mean(errors)", "errors"), "should be one number"),
    Mistake(
        "an array with one number",
        MEAN,
        ("np.mean(errors)", "np.mean(errors, keepdims=True)"),
        "should be one number",
    ),  # fmt: skip
    Mistake("the largest error", MEAN, ("np.mean", "np.max"), "this is the largest error"),
    Mistake("the last error", MEAN, ("np.mean(errors)", "errors[-1]"), "not equal"),
    Mistake(
        "divided by n - 1",
        MEAN,
        ("np.mean(errors)", "np.sum(errors) / (len(errors) - 1)"),
        "not equal",
    ),  # fmt: skip
    Mistake(
        "the root of the mean", MEAN, ("np.mean(errors)", "np.sqrt(np.mean(errors))"), "not equal"
    ),
    Mistake("not divided by n", MEAN_BACK, ("dy / n", "dy"), "exactly 4 times too large"),
    Mistake("the mean without dy", MEAN_BACK, ("dy / n", "1 / n"), "does not depend on dy"),
    Mistake(
        "one number for all errors", MEAN_BACK, ("np.full(n, dy / n)", "dy / n"), "dy of shape ()"
    ),
    Mistake("the mean uphill", MEAN_BACK, ("dy / n", "-dy / n"), "opposite sign"),
    Mistake(
        "only the first example",
        MEAN_BACK,
        ("np.full(n, dy / n)", "np.eye(n)[0] * dy / n"),
        "contribution of the first example",
    ),  # fmt: skip
    Mistake("times n", MEAN_BACK, ("dy / n", "dy * n"), "16 times"),
    Mistake("dy squared", MEAN_BACK, ("dy / n", "dy**2 / n"), "squared"),
    Mistake("one too many", MEAN_BACK, ("np.full(n,", "np.full(n + 1,"), "dy of shape (5,)"),
    # BinaryCrossEntropy
    Mistake("only the answer yes", BINARY, (" + (1 - y_true) * no", ""), "exactly 0"),
    Mistake("minus is forgotten", BINARY, ("-np.sum", "np.sum"), "negative"),
    Mistake(
        "yes and no exchanged",
        BINARY,
        ("y_true * yes + (1 - y_true) * no", "y_true * no + (1 - y_true) * yes"),
        "not equal",
    ),  # fmt: skip
    Mistake(
        "y for 1 - y",
        BINARY,
        ("np.log(np.maximum(1 - y, self.floor))", "np.log(np.maximum(y, self.floor))"),
        "right where the answer is yes",
    ),  # fmt: skip
    Mistake(
        "no care for 0",
        BINARY,
        "self.cache = y_true, y\n"
        "error = -np.sum(y_true * np.log(y) + (1 - y_true) * np.log(1 - y), axis=1)",
        "floor both logs",
    ),  # fmt: skip
    Mistake(
        "care for one logarithm only",
        BINARY,
        ("np.log(np.maximum(1 - y, self.floor))", "np.log(1 - y)"),
        "floor both logs",
    ),  # fmt: skip
    Mistake("a mean over the answers", BINARY, ("-np.sum", "-np.mean"), "not equal"),
    Mistake("one error for all", BINARY, (", axis=1", ""), "one number each"),
    Mistake("a column of errors", BINARY, ("axis=1", "axis=1, keepdims=True"), "one number each"),
    Mistake("logarithm of base 10", BINARY, ("np.log(", "np.log10("), "not equal"),
    Mistake("adds to y", BINARY, ("np.maximum(y, self.floor)", "y + 1e-3"), "not equal"),
    Mistake(
        "adds the floor", BINARY, ("np.maximum(y, self.floor)", "y + self.floor"), "1e-12 is added"
    ),
    Mistake(
        "floor of the logarithm",
        BINARY,
        "self.cache = y_true, y\nyes, no = np.log(y), np.log(1 - y)\n"
        "error = -np.sum(y_true * np.maximum(yes, self.floor)"
        " + (1 - y_true) * np.maximum(no, self.floor), axis=1)",
        "negative",
    ),
    Mistake(
        "y is floored for both",
        BINARY,
        ("np.log(np.maximum(1 - y, self.floor))", "np.log(1 - np.maximum(y, self.floor))"),
        "floor both logs",
    ),
    Mistake(
        "0 and 1 divide",
        BINARY_BACK,
        "y_true, y = self.cache\ndx = dy[:, None] * (y - y_true) / (y * (1 - y))",
        "floor what you divide by",
    ),
    Mistake(
        "times, not divided",
        BINARY_BACK,
        "y_true, y = self.cache\ndx = dy[:, None] * ((1 - y_true) * (1 - y) - y_true * y)",
        "gradient of input 1",
    ),
    Mistake(
        "yes and no exchanged, backward",
        BINARY_BACK,
        ("yes = y_true /", "yes = -(1 - y_true) /"),
        "gradient of input 1",
    ),
    Mistake("plus for minus", BINARY_BACK, ("(no - yes)", "(no + yes)"), "gradient of input"),
    Mistake("turned round", BINARY_BACK, ("(no - yes)", "(yes - no)"), "opposite sign"),
    Mistake("no is forgotten", BINARY_BACK, ("(no - yes)", "(-yes)"), "where the answer is no"),
    Mistake(
        "the shortcut of the sigmoid",
        BINARY_BACK,
        "y_true, y = self.cache\ndx = dy[:, None] * (y - y_true)",
        "gradient of input",
    ),  # fmt: skip
    Mistake("dy is forgotten", BINARY_BACK, ("dy[:, None] * ", ""), "does not depend on dy"),
    Mistake(
        "divides by 0", BINARY_BACK, ("np.maximum(y, self.floor)", "y"), "floor what you divide by"
    ),  # fmt: skip
    Mistake(
        "divides by 0 for no",
        BINARY_BACK,
        ("np.maximum(1 - y, self.floor)", "(1 - y)"),
        "floor what you divide by",
    ),  # fmt: skip
    Mistake("dy is no column", BINARY_BACK, ("dy[:, None]", "dy"), "broadcast"),
    Mistake(
        "mean over the batch",
        BINARY_BACK,
        ("dy[:, None]", "dy[:, None] / len(y)"),
        "number of examples",
    ),  # fmt: skip
    # BCEWithLogitsLoss
    Mistake("one number each", LOGITS, ("np.mean(", "("), "should be one number"),
    Mistake("sum for the mean", LOGITS, ("np.mean(", "np.sum("), "this is a sum"),
    Mistake(
        "mean over the rows only",
        LOGITS,
        ("loss = np.mean(", "loss = 1 / len(y) * np.sum("),
        "divide by all of them",
    ),  # fmt: skip
    Mistake(
        "the formula as it is",
        LOGITS,
        (STABLE, "(1 - target) * y + np.log(1 + np.exp(-y))"),
        "where does exp overflow",
    ),  # fmt: skip
    Mistake(
        "sigmoid and two logarithms",
        LOGITS,
        (
            STABLE,
            "-target * np.log(nn.Sigmoid().forward(y))"
            " - (1 - target) * np.log(1 - nn.Sigmoid().forward(y))",
        ),
        "which exp",
    ),  # fmt: skip
    Mistake(
        "with a floor",
        LOGITS,
        (
            STABLE,
            "-target * np.log(np.maximum(nn.Sigmoid().forward(y), "
            "1e-12)) - (1 - target) * np.log(np.maximum(nn.Sigmoid().forward(-y), 1e-12))",
        ),
        "not equal",
    ),  # fmt: skip
    Mistake(
        "the sigmoid, then the error",
        LOGITS,
        "self.cache = y, target\np = nn.Sigmoid().forward(y)\n"
        "loss = np.sum(BinaryCrossEntropy().forward(target, p)) / y.size",
        "not equal",
    ),
    Mistake(
        "one loss for each column",
        LOGITS,
        ("np.abs(y))))", "np.abs(y))), axis=0)"),
        "has shape (3,)",
    ),
    Mistake("the largest score of all", LOGITS, ("np.maximum(y, 0)", "np.max(y)"), "not equal"),
    Mistake(
        "minus the last term",
        LOGITS,
        ("+ np.log1p", "- np.log1p"),
        "which terms of the formula are 0 then",
    ),
    Mistake(
        "a mean of the gradients",
        LOGITS_BACK,
        (
            "dy * (nn.Sigmoid().forward(y) - target) / y.size",
            "dy * np.mean(nn.Sigmoid().forward(y) - target)",
        ),
        "not (2, 3)",
    ),
    Mistake("divided by the columns", LOGITS_BACK, ("y.size", "y.shape[1]"), "2 times too large"),
    Mistake(
        "target and score exchanged",
        LOGITS_BACK,
        ("nn.Sigmoid().forward(y) - target", "nn.Sigmoid().forward(target) - y"),
        "gradient of input 0",
    ),
    Mistake(
        "logaddexp minus the scores",
        LOGITS,
        (STABLE, "np.logaddexp(0, y) - target * y"),
        "40 + a - 40",
    ),
    Mistake("log for log1p", LOGITS, ("np.log1p(", "np.log(1 + "), "loses a tiny a"),
    Mistake(
        "the minus in exp is forgotten",
        LOGITS,
        ("-np.abs", "np.abs"),
        "look at each place where y stands",
    ),
    Mistake(
        "the absolute value is forgotten", LOGITS, ("-np.abs(y)", "-y"), "where does exp overflow"
    ),
    Mistake(
        "sign of the target", LOGITS, ("- target", "+ target"), "look at each place where y stands"
    ),
    Mistake(
        "the maximum is forgotten",
        LOGITS,
        ("np.maximum(y, 0) - ", "-"),
        "look at each place where y stands",
    ),
    Mistake(
        "arguments exchanged",
        LOGITS,
        f"self.cache = y, target\ny, target = target, y\nloss = np.mean({STABLE})",
        "which terms of the formula are 0 then",
    ),  # fmt: skip
    Mistake(
        "the score for the sigmoid",
        LOGITS_BACK,
        ("nn.Sigmoid().forward(y)", "y"),
        "gradient of input 0",
    ),  # fmt: skip
    Mistake("target minus sigmoid", LOGITS_BACK, ("dy * (", "-dy * ("), "opposite sign"),
    Mistake("not divided", LOGITS_BACK, (" / y.size", ""), "6 times"),
    Mistake("divided by the rows", LOGITS_BACK, ("y.size", "len(y)"), "3 times too large"),
    Mistake("the loss without dy", LOGITS_BACK, ("dy * (", "("), "does not depend on dy"),
    Mistake(
        "the slope of the sigmoid too",
        LOGITS_BACK,
        "y, target = self.cache\n"
        "s = nn.Sigmoid().forward(y)\ndx = dy * (s - target) * s * (1 - s) / y.size",
        "gradient of input 0",
    ),  # fmt: skip
    Mistake("the target is forgotten", LOGITS_BACK, (" - target", ""), "gradient of input 0"),
    Mistake(
        "exp overflows on both sides",
        LOGITS_BACK,
        ("nn.Sigmoid().forward(y)", "np.exp(y) / (1 + np.exp(y))"),
        "not equal",
    ),  # fmt: skip
]

LAST = "the last axis of two is axis 1"
EITHER = "the larger of two, in either order"
EQUIVALENT = {
    "SquaredError.forward: error = np.sum(self.cache ** 2, axis=1) -> "
    "error = np.sum(self.cache ** 2, axis=-1)": LAST,
    "BinaryCrossEntropy.forward: yes = np.log(np.maximum(y, self.floor)) -> "
    "yes = np.log(np.maximum(self.floor, y))": EITHER,
    "BinaryCrossEntropy.forward: no = np.log(np.maximum(1 - y, self.floor)) -> "
    "no = np.log(np.maximum(self.floor, 1 - y))": EITHER,
    "BinaryCrossEntropy.forward: error = -np.sum(y_true * yes + (1 - y_true) * no, axis=1) -> "
    "error = -np.sum(y_true * yes + (1 - y_true) * no, axis=-1)": LAST,
    "BinaryCrossEntropy.backward: yes = y_true / np.maximum(y, self.floor) -> "
    "yes = y_true / np.maximum(self.floor, y)": EITHER,
    "BinaryCrossEntropy.backward: no = (1 - y_true) / np.maximum(1 - y, self.floor) -> "
    "no = (1 - y_true) / np.maximum(self.floor, 1 - y)": EITHER,
    "BCEWithLogitsLoss.forward: loss = np.mean(np.maximum(y, 0) - target * y + "
    "np.log1p(np.exp(-np.abs(y)))) -> loss = np.mean(np.maximum(0, y) - target * y + "
    "np.log1p(np.exp(-np.abs(y))))": EITHER,
}
