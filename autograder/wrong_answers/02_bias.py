"""Wrong answers to exercise 2, and what the student must read of each."""

from edunn.course.bank import Mistake

LOOP = "dx = dy\nfor i in range(len(dy)):\n    db = dy[i]"

WRONG_ANSWERS = [
    Mistake("b subtracted", "Bias.forward", ("x + ", "x - "), "not equal"),
    Mistake("b itself, not its array", "Bias.forward", (".data", ""), "not a Tensor"),
    Mistake("b as a column", "Bias.forward", ("data", "data[:, None]"), "could not be broadcast"),
    Mistake("first number of b only", "Bias.forward", ("data", "data[0]"), "not equal"),
    Mistake("b is forgotten", "Bias.forward", ("x + self.b.data", "x"), "not equal"),
    Mistake("writes into x", "Bias.forward", "x += self.b.data\ny = x", "forward changed x"),
    Mistake("writes into b", "Bias.forward", "y = x + self.b.data\nself.b.data += 1", "not equal"),
    Mistake("b multiplied", "Bias.forward", ("x + ", "x * "), "not equal"),
    Mistake("y is forgotten", "Bias.forward", "y = None", "not a NoneType"),
    Mistake(
        "dx without dy", "Bias.backward", ("dx = dy", "dx = np.ones_like(dy)"), "not depend on dy"
    ),
    Mistake(
        "dx of zeros", "Bias.backward", ("dx = dy", "dx = np.zeros_like(dy)"), "is 0 everywhere"
    ),
    Mistake("dx negative", "Bias.backward", ("dx = dy", "dx = -dy"), "opposite sign"),
    Mistake("dx times b", "Bias.backward", ("dx = dy", "dx = dy * self.b.data"), "is 0 everywhere"),
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
        "only for batches up to 7",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.sum(dy[:7], axis=0)"),
        "the rest is missing",
        hidden=True,
    ),
]
