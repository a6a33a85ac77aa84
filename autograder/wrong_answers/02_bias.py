"""Wrong answers to exercise 2, and what the student must read of each."""

from edunn.course.authoring import Mistake

LOOP = "dx = dy\nfor i in range(len(dy)):\n    db = dy[i]"

WRONG_ANSWERS = [
    Mistake("b subtracted", "Bias.forward", ("x + ", "x - "), "b is taken away"),
    Mistake("b itself, not its array", "Bias.forward", (".data", ""), "not a Tensor"),
    Mistake("b as a column", "Bias.forward", ("data", "data[:, None]"), "could not be broadcast"),
    Mistake("first number of b only", "Bias.forward", ("data", "data[0]"), "same number, but each"),
    Mistake("b is forgotten", "Bias.forward", ("x + self.b.data", "x"), "y is x itself"),
    Mistake("writes into x", "Bias.forward", "x += self.b.data\ny = x", "forward changed x"),
    Mistake("writes into b", "Bias.forward", "y = x + self.b.data\nself.b.data += 1", "not equal"),
    Mistake("b multiplied", "Bias.forward", ("x + ", "x * "), "not equal"),
    Mistake("y is forgotten", "Bias.forward", "y = None", "gives back nothing"),
    Mistake(
        "dx without dy", "Bias.backward", ("dx = dy", "dx = np.ones_like(dy)"), "not depend on dy"
    ),
    Mistake(
        "dx of zeros", "Bias.backward", ("dx = dy", "dx = np.zeros_like(dy)"), "is 0 everywhere"
    ),
    Mistake("dx negative", "Bias.backward", ("dx = dy", "dx = -dy"), "opposite sign"),
    Mistake("dx times b", "Bias.backward", ("dx = dy", "dx = dy * self.b.data"), "parameter b"),
    Mistake("dx with b", "Bias.backward", ("dx = dy", "dx = dy + self.b.data"), "full of zeros"),
    Mistake("b without self", "Bias.forward", ("self.b.data", "b"), "name 'b' is not defined"),
    Mistake(
        "b counted along the rows",
        "Bias.forward",
        "y = np.zeros_like(x)\nfor i in range(len(x)):\n    y[i] = x[i] + self.b.data[i]",
        "which index of b",
    ),
    Mistake("whole numbers only", "Bias.forward", "y = np.round(x + self.b.data, 0)", "not equal"),
    Mistake(
        "db times b",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.sum(dy, axis=0) * self.b.data"),
        "parameter b",
    ),
    Mistake("db squared", "Bias.backward", ("np.sum(dy", "np.sum(dy**2"), "dy squared"),
    Mistake("db of running sums", "Bias.backward", ("np.sum", "np.cumsum"), "one row per example"),
    Mistake("db one number", "Bias.backward", (", axis=0", ""), "one single number"),
    Mistake("dx summed", "Bias.backward", ("dx = dy", "dx = np.sum(dy, axis=0)"), "has shape"),
    Mistake("db averaged", "Bias.backward", ("np.sum", "np.mean"), "mean over the examples"),
    Mistake("db along the features", "Bias.backward", ("axis=0", "axis=1"), "has shape (5,)"),
    Mistake("db not summed", "Bias.backward", ("np.sum(dy, axis=0)", "dy"), "one row per example"),
    Mistake(
        "db with one row", "Bias.backward", ("axis=0", "axis=0, keepdims=True"), "axis of size 1"
    ),
    Mistake(
        "db summed into one number",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.full_like(self.b.data, np.sum(dy))"),
        "same number everywhere",
    ),
    Mistake("db of the last example", "Bias.backward", LOOP, "last example"),
    Mistake(
        "db of the first example", "Bias.backward", ("np.sum(dy, axis=0)", "dy[0]"), "first example"
    ),
    Mistake(
        "db misses an example",
        "Bias.backward",
        ("np.sum(dy", "np.sum(dy[1:]"),
        "the rest is missing",
    ),
    Mistake("db negative", "Bias.backward", ("np.sum", "-np.sum"), "opposite sign"),
    Mistake(
        "db without dy",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.full(dy.shape[1], float(len(dy)))"),
        "not depend on dy",
    ),
    Mistake(
        "b moved already",
        "Bias.backward",
        "dx = dy\ndb = np.sum(dy, axis=0)\nself.b.data -= 0.1 * db",
        "changes the parameter",
    ),
    Mistake(
        "only for three features",
        "Bias.backward",
        "dx = dy\ndb = np.zeros(3)\nfor j in range(3):\n    db[j] = np.sum(dy[:, j])",
        "(3,)",
    ),
    Mistake(
        "only for batches up to 7",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.sum(dy[:7], axis=0)"),
        "the rest is missing",
        hidden=True,
    ),
    Mistake(
        "adds to b.grad",
        "Bias.backward",
        "dx = dy\nself.b.grad += np.sum(dy, axis=0)\ndb = self.b.grad",
        "a gradient is None: nothing has arrived there yet",
    ),
]
