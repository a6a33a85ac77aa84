"""Wrong answers to exercise 3, and what the student must read of each."""

from edunn.course.authoring import Mistake

FIRST_CACHE = "if self.cache is None:\n    self.cache = x\ny = x @ self.w.data"
CENTERED = "x -= x.mean(0)\nself.cache = x\ny = x @ self.w.data"
SHRUNK = "self.cache = x\ny = x @ self.w.data\nself.w.data *= 0.9"
LOOP = """
x = self.cache
dx = dy @ self.w.data.T
for i in range(len(x)):
    dw = np.outer(x[i], dy[i])
"""
OLD_W = """
if not hasattr(self, "turned"):
    self.turned = self.w.data.T.copy()
x = self.cache
dx = dy @ self.turned
dw = x.T @ dy
"""
STEPS = """
x = self.cache
dx = dy @ self.w.data.T
dw = x.T @ dy
self.w.data -= 0.1 * dw
"""
DIVIDES = """
x = self.cache
dx = dy @ self.w.data.T
dy /= len(dy)
dw = x.T @ dy
"""
ADDS_UP = """
x = self.cache
dx = dy @ self.w.data.T
self.dw = getattr(self, "dw", 0) + x.T @ dy
dw = self.dw
"""

WRONG_ANSWERS = [
    # forward
    Mistake(
        "w before x",
        "Linear.forward",
        ("x @ self.w.data", "self.w.data @ x"),
        "size 2 is different from 3",
    ),
    Mistake(
        "w transposed",
        "Linear.forward",
        ("self.w.data", "self.w.data.T"),
        "size 3 is different from 2",
    ),
    Mistake("number by number", "Linear.forward", ("x @", "x *"), "with shapes (2,2) (2,3)"),
    Mistake("the first example only", "Linear.forward", ("x @", "x[0] @"), "y has shape (3,)"),
    Mistake("w itself, not its array", "Linear.forward", (".data", ""), "MatMul.forward"),
    Mistake(
        "adds a bias", "Linear.forward", ("self.w.data", "self.w.data + 1"), "what does yours add?"
    ),
    Mistake(
        "averages over features",
        "Linear.forward",
        ("self.w.data", "self.w.data / x.shape[1]"),
        "3 is the number of features",
    ),
    Mistake("y is forgotten", "Linear.forward", "self.cache = x\ny = None", "gives back nothing"),
    Mistake("x is not kept", "Linear.forward", "y = x @ self.w.data", "self.cache is empty"),
    Mistake(
        "y is kept",
        "Linear.forward",
        "y = x @ self.w.data\nself.cache = y",
        "has shape (2, 2), but its variable has shape (3, 2)",
    ),
    Mistake("kept without self", "Linear.forward", ("self.cache", "cache"), "cache is empty"),
    Mistake(
        "w turned and first",
        "Linear.forward",
        "self.cache = x\ny = np.dot(self.w.data.T, x)",
        "y has shape (3, 2)",
    ),
    Mistake(
        "a row of w for each example",
        "Linear.forward",
        "self.cache = x\ny = x.sum(axis=1, keepdims=True) * self.w.data[: len(x)]",
        "not equal",
    ),
    Mistake(
        "float32 is kept",
        "Linear.forward",
        ("self.cache = x", "self.cache = x.astype(np.float32)"),
        "for float32 on the way",
    ),
    Mistake("an old cache is kept", "Linear.forward", FIRST_CACHE, "the x of an earlier forward"),
    Mistake(
        "writes into x",
        "Linear.forward",
        "self.cache = x.copy()\ny = x @ self.w.data\nx *= 0",
        "forward changed x",
    ),
    Mistake("x is centered in place", "Linear.forward", CENTERED, "forward changed x"),
    Mistake("writes into w", "Linear.forward", SHRUNK, "forward changed w"),
    Mistake("loops for ever", "Linear.forward", "while True:\n    pass", "endless loop"),
    Mistake("leaves the process", "Linear.forward", "import os\nos._exit(0)", "the process ended"),
    # backward: dx
    Mistake(
        "dx without w", "Linear.backward", ("dy @ self.w.data.T", "dy"), "the shape of the output"
    ),
    Mistake(
        "dx with w as it is",
        "Linear.backward",
        ("data.T", "data"),
        "sizes in the middle differ, 2 and 3",
    ),
    Mistake(
        "dx of zeros",
        "Linear.backward",
        ("dy @ self.w.data.T", "np.zeros_like(x)"),
        "The gradient of input 0 is 0 everywhere",
    ),
    Mistake(
        "dx negative",
        "Linear.backward",
        ("dx = dy", "dx = -dy"),
        "The gradient of input 0 has the right size everywhere, but the opposite sign",
    ),
    Mistake(
        "dx averaged",
        "Linear.backward",
        ("self.w.data.T", "self.w.data.T / len(dy)"),
        "The gradient of input 0 is exactly 4 times too small",
    ),
    Mistake(
        "dx summed over the examples",
        "Linear.backward",
        ("dx = dy", "dx = dy.sum(0)"),
        "has shape (3,), but its variable has shape (4, 3)",
    ),
    Mistake("dx with an old w", "Linear.backward", OLD_W, "w has changed, but dx has not"),
    Mistake(
        "only dx returned",
        "Linear.backward",
        "x = self.cache\ndx = dy @ self.w.data.T\nreturn dx",
        "does not give back two things",
    ),
    Mistake(
        "dx and dw exchanged",
        "Linear.backward",
        "x = self.cache\ndw = dy @ self.w.data.T\ndx = x.T @ dy",
        "has shape (3, 2), but its variable has shape (4, 3)",
    ),
    Mistake("dx number by number", "Linear.backward", ("dy @ self", "dy * self"), "broadcast"),
    Mistake(
        "dx on its side",
        "Linear.backward",
        ("dy @ self.w.data.T", "self.w.data @ dy.T"),
        "(3, 4), which is (4, 3) turned around",
    ),
    Mistake("w is no array", "Linear.backward", ("self.w.data.T", "self.w.T"), "MatMul.forward"),
    Mistake(
        "dx divided by the inputs",
        "Linear.backward",
        ("data.T", "data.T / x.shape[1]"),
        "3 is the number of features",
    ),
    # backward: dw
    Mistake(
        "dw of sums",
        "Linear.backward",
        ("x.T @ dy", "np.outer(x.sum(axis=0), dy.sum(axis=0))"),
        "does not agree with the measured slope",
    ),
    Mistake(
        "dw for each example",
        "Linear.backward",
        ("x.T @ dy", "x[:, :, None] * dy[:, None, :]"),
        "one row per example",
    ),
    Mistake(
        "dw is a step already",
        "Linear.backward",
        ("x.T @ dy", "-0.1 * x.T @ dy"),
        "is -1/10 times the measured one",
    ),
    Mistake(
        "dw is x turned",
        "Linear.backward",
        ("x.T @ dy", "x.T"),
        "but its variable has shape (3, 2)",
    ),
    Mistake("dw transposed", "Linear.backward", ("x.T @ dy", "dy.T @ x"), "lying on its side"),
    Mistake(
        "dw with x as it is",
        "Linear.backward",
        ("x.T @ dy", "x @ dy"),
        "sizes in the middle differ, 3 and 4",
    ),
    Mistake(
        "dw of the last example",
        "Linear.backward",
        ("x.T @ dy", "np.outer(x[-1], dy[-1])"),
        "contribution of the last example",
    ),
    Mistake("dw replaced in a loop", "Linear.backward", LOOP, "are they added, or replaced?"),
    Mistake(
        "dw of the first example",
        "Linear.backward",
        ("x.T @ dy", "np.outer(x[0], dy[0])"),
        "contribution of the first example",
    ),
    Mistake(
        "dw misses an example",
        "Linear.backward",
        ("x.T @ dy", "x[1:].T @ dy[1:]"),
        "the rest is missing",
    ),
    Mistake(
        "dw averaged",
        "Linear.backward",
        ("x.T @ dy", "x.T @ dy / len(x)"),
        "The gradient of w is exactly 4 times too small",
    ),
    Mistake(
        "dw negative",
        "Linear.backward",
        ("x.T @ dy", "-x.T @ dy"),
        "The gradient of w has the right size everywhere, but the opposite sign",
    ),
    Mistake(
        "dw without dy",
        "Linear.backward",
        ("x.T @ dy", "x.T @ np.ones_like(dy)"),
        "does not depend on dy",
    ),
    Mistake(
        "dw from y",
        "Linear.backward",
        ("x.T @ dy", "x.T @ (x @ self.w.data)"),
        "does not depend on dy",
    ),
    Mistake(
        "dw under the name W",
        "Linear.backward",
        ("dw = x.T @ dy", 'return dx, {"W": x.T @ dy}'),
        "has a gradient named W, but the parameters are: w",
    ),
    Mistake("dw adds up", "Linear.backward", ADDS_UP, "exactly twice the first gradient"),
    Mistake("steps inside backward", "Linear.backward", STEPS, "backward changes the parameter w"),
    Mistake("writes into dy", "Linear.backward", DIVIDES, "backward changes dy"),
    Mistake(
        "only for batches up to 7",
        "Linear.backward",
        ("x.T @ dy", "x[:7].T @ dy[:7]"),
        "the rest is missing",
        hidden=True,
    ),
    Mistake(
        "a new w in every forward",
        "Linear.forward",
        "self.cache = x\nself.w = np.random.randn(x.shape[1], 3)\ny = x @ self.w",
        "puts a new w in the place of the layer's own",
    ),
    Mistake(
        "rounds",
        "Linear.forward",
        "self.cache = x\ny = np.round(x @ self.w.data, 2)",
        "All outputs are rounded to 2 decimals",
    ),
    Mistake("w without self", "Linear.forward", ("self.w", "w"), "name 'w' is not defined"),
]
