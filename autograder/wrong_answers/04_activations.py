"""Wrong answers to exercise 4, and what the student must read of each."""

from edunn.course.authoring import Mistake


def sigmoid(line, name, says, hidden=False):
    """A wrong forward of one line, which still keeps its y."""
    return Mistake(name, "Sigmoid.forward", f"y = {line}\nself.cache = y", says, hidden)


WRONG_ANSWERS = [
    # ReLU.forward
    Mistake(
        "largest of all", "ReLU.forward", ("np.maximum(x, 0)", "np.max(x, 0)"), "has shape (4,)"
    ),
    Mistake("minimum", "ReLU.forward", ("np.maximum", "np.minimum"), "negative numbers in it"),
    Mistake("absolute value", "ReLU.forward", ("np.maximum(x, 0)", "np.abs(x)"), "not equal"),
    Mistake(
        "only the condition", "ReLU.forward", ("np.maximum(x, 0)", "x > 0"), "hold the numbers"
    ),
    Mistake("at most 1", "ReLU.forward", ("np.maximum(x, 0)", "np.clip(x, 0, 1)"), "not equal"),
    Mistake("x goes through", "ReLU.forward", ("np.maximum(x, 0)", "x"), "negative numbers in it"),
    Mistake(
        "writes into x",
        "ReLU.forward",
        "self.cache = x > 0\nx[x < 0] = 0\ny = x",
        "forward changed x",
    ),
    Mistake(
        "negative numbers taken out",
        "ReLU.forward",
        ("np.maximum(x, 0)", "x[x > 0]"),
        "but x has shape (2, 4)",
    ),
    Mistake("if on an array", "ReLU.forward", "y = x if x > 0 else 0", "truth value"),
    Mistake("max of Python", "ReLU.forward", ("np.maximum", "max"), "truth value"),
    Mistake("leaky", "ReLU.forward", ("np.maximum(x, 0)", "np.maximum(x, 0.01 * x)"), "negative"),
    Mistake(
        "only two axes",
        "ReLU.forward",
        "n, d = x.shape\nself.cache = x > 0\ny = np.maximum(x, 0)",
        "to unpack",
        hidden=True,
    ),
    Mistake("nothing is kept", "ReLU.forward", "y = np.maximum(x, 0)", "self.cache is empty"),
    Mistake(
        "y is kept", "ReLU.forward", ("x > 0", "np.maximum(x, 0)"), "number by number: the input x"
    ),
    Mistake("x is kept by ReLU", "ReLU.forward", ("x > 0", "x"), "yours is exactly dy * x"),
    Mistake("half at 0", "ReLU.forward", ("x > 0", "(np.sign(x) + 1) / 2"), "but it is 15"),
    Mistake("one number for all", "ReLU.forward", ("np.maximum(x, 0)", "x.max()"), "has shape ()"),
    Mistake("sides changed", "ReLU.forward", ("x > 0", "x < 0"), "0 where it should not be"),
    Mistake("slope 1 at 0", "ReLU.forward", ("x > 0", "x >= 0"), "we take the slope 0"),
    # ReLU.backward
    Mistake("dy goes through", "ReLU.backward", ("dy * self.cache", "dy"), "is dy itself"),
    Mistake("ReLU without dy", "ReLU.backward", ("dy *", "1.0 *"), "does not depend on dy"),
    Mistake("cut where dy is negative", "ReLU.backward", ("self.cache", "(dy > 0)"), "Twice dy"),
    Mistake("writes into dy", "ReLU.backward", "dy[~self.cache] = 0\ndx = dy", "changes dy"),
    Mistake("the gradient is cut too", "ReLU.backward", "dx = np.maximum(dy, 0)", "Twice dy"),
    Mistake("only where", "ReLU.backward", ("dy * self.cache", "self.cache"), "gives bool"),
    Mistake("no dx", "ReLU.backward", ("dy * self.cache", "None"), "no gradient for the input"),
    Mistake("ReLU downhill", "ReLU.backward", ("dy *", "-dy *"), "opposite sign"),
    Mistake(
        "numbers taken out", "ReLU.backward", ("dy * self.cache", "dy[self.cache]"), "has shape"
    ),
    # Sigmoid.forward
    sigmoid("1 / (1 + np.exp(x))", "falls, not rises", "falls where it should rise"),
    sigmoid("1 / 1 + np.exp(-x)", "no brackets", "which part stands below the line"),
    sigmoid("1 / (1 - np.exp(-x))", "minus below", "look at the signs"),
    sigmoid("np.exp(-x) / (1 + np.exp(-x))", "the other half", "falls where it should rise"),
    sigmoid("0.5 * (np.tanh(x) + 1)", "tanh without the half", "not equal"),
    sigmoid("1 / (1 + 2.71828 ** -x)", "e rounded", "not equal"),
    sigmoid("1 / (1 + np.exp(-x))", "the formula as it stands", "overflow encountered"),
    sigmoid("np.exp(x) / (1 + np.exp(x))", "the second way", "overflow encountered"),
    sigmoid(
        "np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))",
        "where alone does not help",
        "overflow encountered",
    ),
    sigmoid("1 / (1 + np.exp(-np.clip(x, -10, 10)))", "cut off at 10", "not equal"),
    sigmoid(
        "np.nan_to_num(np.exp(x) / (1 + np.exp(x)), nan=1.0)",
        "nan swept away",
        "overflow encountered",
    ),
    sigmoid("1 / (1 + np.exp(-np.abs(x)))", "the same for both signs", "give the same y"),
    sigmoid(
        "np.where(x >= 0, np.exp(-np.abs(x)), 1) / (1 + np.exp(-np.abs(x)))",
        "cases exchanged",
        "falls where it should rise",
    ),
    sigmoid(
        "1 / (1 + np.exp(-x)) if x >= 0 else np.exp(x) / (1 + np.exp(x))",
        "if on an array, Sigmoid",
        "truth value",
    ),
    Mistake(
        "nothing is kept by Sigmoid",
        "Sigmoid.forward",
        ("self.cache = y", "pass"),
        "self.cache is empty",
    ),
    Mistake(
        "e is kept",
        "Sigmoid.forward",
        ("self.cache = y", "self.cache = e"),
        "only the slope is wrong",
    ),
    Mistake("x is kept", "Sigmoid.forward", ("= y", "= x"), "dy * x * (1 - x)"),
    # Sigmoid.backward
    Mistake("without dy", "Sigmoid.backward", ("dy * y", "y"), "does not depend on dy"),
    Mistake(
        "dy in one term", "Sigmoid.backward", ("dy * y * (1 - y)", "dy * y - y**2"), "full of zeros"
    ),
    Mistake("of dy itself", "Sigmoid.backward", ("dy * y * (1 - y)", "dy * (1 - dy)"), "Twice dy"),
    Mistake("1 + y", "Sigmoid.backward", ("1 - y", "1 + y"), "dy * y * (1 + y)"),
    Mistake(
        "1 - y only", "Sigmoid.backward", ("dy * y *", "dy *"), "number by number: the output y"
    ),
    Mistake("y only", "Sigmoid.backward", (" * (1 - y)", ""), "number by number: 1 - y"),
    Mistake(
        "y twice", "Sigmoid.backward", ("dy * y", "dy * y * y"), "number by number: the output y"
    ),
    Mistake(
        "the slope of tanh", "Sigmoid.backward", ("y * (1 - y)", "(1 - y**2)"), "the slope of tanh"
    ),
    Mistake("y turned round", "Sigmoid.backward", ("1 - y", "y - 1"), "opposite sign"),
    Mistake(
        "a sigmoid of a sigmoid",
        "Sigmoid.backward",
        "y = 1 / (1 + np.exp(-self.cache))\ndx = dy * y * (1 - y)",
        "is the slope at the output of forward",
    ),
    # Tanh.forward
    Mistake(
        "e to the 2x",
        "Tanh.forward",
        ("np.tanh(x)", "(np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)"),
        "exp overflows",
    ),
    Mistake("a sigmoid", "Tanh.forward", ("np.tanh(x)", "1 / (1 + np.exp(-x))"), "not equal"),
    Mistake("a tangent", "Tanh.forward", ("np.tanh", "np.tan"), "not equal"),
    Mistake("the inverse", "Tanh.forward", ("np.tanh", "np.arctan"), "not equal"),
    Mistake("Tanh falls", "Tanh.forward", ("np.tanh", "-np.tanh"), "not equal"),
    Mistake(
        "2 sigmoid of x", "Tanh.forward", ("np.tanh(x)", "2 / (1 + np.exp(-x)) - 1"), "tanh(x / 2)"
    ),
    Mistake("x is kept by Tanh", "Tanh.forward", ("= y", "= x"), "dy * (1 - x^2)"),
    # Tanh.backward
    Mistake(
        "the formula of the page",
        "Tanh.forward",
        ("np.tanh(x)", "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"),
        "exp overflows",
    ),
    Mistake(
        "nothing is kept by Tanh", "Tanh.forward", ("self.cache = y", "pass"), "self.cache is empty"
    ),
    Mistake(
        "a tanh of y",
        "Tanh.backward",
        ("1 - y**2", "1 - np.tanh(y) ** 2"),
        "the slope at the output of forward",
    ),
    Mistake("turned round, squared", "Tanh.backward", ("1 - y**2", "y**2 - 1"), "opposite sign"),
    Mistake(
        "a root",
        "Tanh.backward",
        ("(1 - y**2)", "np.sqrt(1 - y**2)"),
        "(1 - y) * exp(x)",
    ),
    Mistake("no square", "Tanh.backward", ("y**2", "y"), "dy * (1 - y)"),
    Mistake("plus", "Tanh.backward", ("1 - y**2", "1 + y**2"), "dy * (1 + y^2)"),
    Mistake(
        "sigmoid's slope", "Tanh.backward", ("(1 - y**2)", "y * (1 - y)"), "the slope of sigmoid"
    ),
    Mistake("Tanh without dy", "Tanh.backward", ("dy * (1 - y**2)", "1 - y**2"), "depend on dy"),
    Mistake(
        "1 - y, squared", "Tanh.backward", ("(1 - y**2)", "(1 - y) ** 2"), "dy * (1 - y) * (1 - y)"
    ),
    Mistake(
        "changes y, which is its cache",
        "Tanh.backward",
        "y = self.cache\ny **= 2\ndx = dy * (1 - y)",
        "the same dy give different gradients",
    ),
]

EQUIVALENT = {
    "ReLU.forward: y = np.maximum(x, 0) -> y = np.maximum(0, x)": "the larger one is the same",
    "Sigmoid.forward: y = np.where(x >= 0, 1, e) / (1 + e) -> "
    "y = np.where(x > 0, 1, e) / (1 + e)": "at 0, e is 1, and both cases give 1 / 2",
}
