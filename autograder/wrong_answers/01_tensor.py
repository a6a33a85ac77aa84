"""Wrong answers to exercise 1, and what the student must read of each."""

from edunn.course.authoring import Mistake

STRETCHED = """
for axis, size in enumerate(shape):
    if size == 1:
        dy = dy.sum(axis=axis, keepdims=True)
"""
ADDED = "while dy.ndim > len(shape):\n    dy = dy.sum(axis=0)"

WRONG_ANSWERS = [
    # center
    Mistake("means of the rows", "center", ("axis=0", "axis=1"), "could not be broadcast"),
    Mistake(
        "means of the rows, kept", "center", ("axis=0", "axis=1, keepdims=True"), "each row adds"
    ),
    Mistake("mean of all", "center", ("axis=0", ""), "each should add up to 0"),
    Mistake("the sum", "center", ("mean", "sum"), "each should add up to 0"),
    Mistake("the means alone", "center", ("x - x.mean", "x.mean"), "has shape (3,)"),
    Mistake("other way round", "center", "y = x.mean(axis=0) - x", "all signs are turned"),
    Mistake("writes into x", "center", "x -= x.mean(axis=0)\ny = x", "center changed x"),
    Mistake("the first row taken off", "center", "y = x - x[0]", "each should add up to 0"),
    Mistake("half of the sum", "center", ("mean(axis=0)", "sum(axis=0) / 2"), "not equal"),
    Mistake("the middle number", "center", "y = x - np.median(x, axis=0)", "not equal"),
    Mistake(
        "row by row in a loop",
        "center",
        "y = np.zeros_like(x)\nfor i in range(len(x)):\n    y[i] = x[i] - np.mean(x[i])",
        "each row adds up to 0",
    ),
    Mistake(
        "into an array of whole numbers",
        "center",
        "y = np.zeros(x.shape, int)\ny[:] = x - np.mean(x, axis=0)",
        "not equal",
    ),
    Mistake(
        "only the last column comes back",
        "center",
        "for j in range(x.shape[1]):\n    y = x[:, j] - np.mean(x[:, j])",
        "has shape (2,), but x has shape (2, 3)",
    ),
    Mistake(
        "means as a column", "center", ("mean(axis=0)", "mean(axis=0)[:, None]"), "be broadcast"
    ),
    # unbroadcast
    Mistake("nothing is summed", "unbroadcast", "pass", "brought to (3,), has shape (2, 3)"),
    Mistake("all is summed", "unbroadcast", "dy = dy.sum()", "to (2, 3), has shape ()"),
    Mistake(
        "the last axis instead",
        "unbroadcast",
        ("axis=0", "axis=-1"),
        "brought to (3,), has shape (2,)",
    ),
    Mistake("the first row", "unbroadcast", ("dy.sum(axis=0)", "dy[0]"), "not equal"),
    Mistake(
        "a mean of the added", "unbroadcast", ("dy.sum(axis=0)", "dy.mean(axis=0)"), "is a mean"
    ),
    Mistake("one added axis only", "unbroadcast", ("while", "if"), "to (), has shape (3,)"),
    Mistake("axis 0 always", "unbroadcast", "dy = dy.sum(axis=0)", "to (2, 3), has shape (3,)"),
    Mistake("reshaped", "unbroadcast", "dy = dy.reshape(shape)", "cannot reshape"),
    Mistake("cut off", "unbroadcast", "dy = np.resize(dy, shape)", "not equal"),
    Mistake("stretched axes are forgotten", "unbroadcast", ADDED, "to (2, 1), has shape (2, 3)"),
    Mistake("added axes are forgotten", "unbroadcast", STRETCHED, "to (3,), has shape (2, 3)"),
    Mistake("stretched axes disappear", "unbroadcast", (", keepdims=True", ""), "has shape (2,)"),
    Mistake(
        "a mean of the stretched",
        "unbroadcast",
        ("dy.sum(axis=axis", "dy.mean(axis=axis"),
        "not equal",
    ),
    Mistake(
        "the other axes",
        "unbroadcast",
        ("size == 1", "size > 1"),
        "brought to (2, 3), has shape (1, 1)",
    ),
    Mistake(
        "added axes are kept",
        "unbroadcast",
        ADDED.replace("axis=0", "axis=0, keepdims=True"),
        "endless loop",
    ),
    Mistake(
        "the first size only",
        "unbroadcast",
        ADDED + "\nif shape and shape[0] == 1:\n    dy = dy.sum(axis=0, keepdims=True)",
        "brought to (2, 1), has shape (2, 3)",
    ),
    Mistake(
        "two added axes at most",
        "unbroadcast",
        2 * (ADDED.replace("while", "if") + "\n") + STRETCHED,
        "has shape",
        hidden=True,
    ),
    Mistake(
        "stops at the first",
        "unbroadcast",
        ("keepdims=True)", "keepdims=True)\n            break"),
        "brought to (1, 1), has shape (1, 3)",
    ),
    Mistake(
        "the sum is lost",
        "unbroadcast",
        ("        dy = dy.sum(axis=axis", "        dy.sum(axis=axis"),
        "brought to (2, 1), has shape (2, 3)",
    ),
    Mistake(
        "the size for the axis",
        "unbroadcast",
        ("axis=axis, ", "axis=size, "),
        "brought to (1, 3), has shape (2, 1)",
    ),
    Mistake(
        "sizes compared from the left",
        "unbroadcast",
        "for axis in range(dy.ndim):\n    if dy.shape[axis] != shape[axis]:\n"
        "        dy = dy.sum(axis=axis, keepdims=True)",
        "out of range",
    ),
    Mistake("a shape has no ndim", "unbroadcast", ("len(shape)", "shape.ndim"), "no attribute"),
    # Add.forward
    Mistake("subtracts", "Add.forward", ("a + b", "a - b"), "not equal"),
    Mistake("multiplies", "Add.forward", ("a + b", "a * b"), "not equal"),
    Mistake(
        "writes into a",
        "Add.forward",
        "self.cache = a.shape, b.shape\na += b\ny = a",
        "forward changed a",
    ),
    Mistake(
        "one after the other", "Add.forward", ("a + b", "np.concatenate([a, b])"), "dimensions"
    ),
    Mistake("shapes are not kept", "Add.forward", "y = a + b", "NoneType"),
    Mistake(
        "shapes are exchanged",
        "Add.forward",
        ("a.shape, b.shape", "b.shape, a.shape"),
        "in another order than forward takes the inputs",
    ),
    Mistake(
        "shape of y is kept",
        "Add.forward",
        "y = a + b\nself.cache = y.shape, y.shape",
        "the shape of the output",
    ),
    Mistake(
        "kept without self",
        "Add.forward",
        "cache = a.shape, b.shape\ny = a + b",
        "cannot unpack non-iterable NoneType",
    ),
    Mistake("arrays are kept", "Add.forward", ("a.shape, b.shape", "a, b"), "truth value"),
    Mistake(
        "b is made a row", "Add.forward", ("a + b", "a + b.reshape(-1)"), "could not be broadcast"
    ),
    # Add.backward
    Mistake(
        "db is dy", "Add.backward", ("unbroadcast(dy, b_shape)", "dy"), "the shape of the output"
    ),
    Mistake(
        "da is dy", "Add.backward", ("unbroadcast(dy, a_shape)", "dy"), "the shape of the output"
    ),
    Mistake(
        "da and db exchanged",
        "Add.backward",
        (
            "da = unbroadcast(dy, a_shape)\n        db =",
            "db = unbroadcast(dy, a_shape)\n        da =",
        ),
        "in another order than forward takes the inputs",
    ),
    Mistake(
        "always the shape of a",
        "Add.backward",
        ("(dy, b_shape)", "(dy, a_shape)"),
        "the shape of the output",
    ),
    Mistake(
        "db averaged",
        "Add.backward",
        ("(dy, b_shape)", "(dy, b_shape) / len(dy)"),
        "You take a mean over the examples",
    ),
    Mistake("nothing summed", "Add.backward", "da, db = dy, dy", "the shape of the output"),
    Mistake(
        "only the two gradients come back",
        "Add.backward",
        "a_shape, b_shape = self.cache\nreturn unbroadcast(dy, a_shape), unbroadcast(dy, b_shape)",
        "not a dictionary",
    ),
    Mistake("db negative", "Add.backward", ("db = ", "db = -"), "opposite sign"),
    Mistake(
        "without dy",
        "Add.backward",
        ("(dy, b_shape)", "(np.ones_like(dy), b_shape)"),
        "not depend on dy",
    ),
    Mistake(
        "rows only",
        "Add.backward",
        ("unbroadcast(dy, b_shape)", "dy.sum(axis=0)"),
        "has shape (3,), but its variable has shape (4, 1)",
    ),
    Mistake(
        "a list of both gradients",
        "Add.backward",
        "return [unbroadcast(dy, shape) for shape in self.cache], {}",
        "a list where an array or a tuple is needed",
    ),
    # MatMul.forward
    Mistake("number by number", "MatMul.forward", ("a @ b", "a * b"), "number by number"),
    Mistake("other order", "MatMul.forward", ("a @ b", "b @ a"), "a stands first"),
    Mistake("b turned", "MatMul.forward", ("a @ b", "a @ b.T"), "a matrix is turned"),
    Mistake("a turned", "MatMul.forward", ("a @ b", "a.T @ b"), "a matrix is turned"),
    Mistake(
        "one number", "MatMul.forward", ("a @ b", "np.vdot(a, b)"), "two shapes do not fit together"
    ),
    Mistake("result turned", "MatMul.forward", ("a @ b", "(a @ b).T"), "a matrix is turned"),
    Mistake("matrices are not kept", "MatMul.forward", "y = a @ b", "NoneType"),
    Mistake(
        "matrices kept in the other order",
        "MatMul.forward",
        ("= a, b", "= b, a"),
        "do not fit a matrix product (ValueError: matmul",
    ),
    # MatMul.backward
    Mistake("b not turned", "MatMul.backward", ("b.T", "b"), "matmul"),
    Mistake("da in the other order", "MatMul.backward", ("dy @ b.T", "b @ dy.T"), "turned around"),
    Mistake(
        "db in the other order", "MatMul.backward", ("a.T @ dy", "dy.T @ a"), "lying on its side"
    ),
    Mistake("a not turned", "MatMul.backward", ("a.T", "a"), "matmul"),
    Mistake("da averaged", "MatMul.backward", ("dy @ b.T", "dy @ b.T / len(dy)"), "mean"),
    Mistake(
        "db averaged over the rows", "MatMul.backward", ("a.T @ dy", "a.T @ dy / len(a)"), "mean"
    ),
    Mistake(
        "da without dy",
        "MatMul.backward",
        ("dy @ b.T", "np.ones_like(dy) @ b.T"),
        "not depend on dy",
    ),
    Mistake(
        "db of the last row",
        "MatMul.backward",
        ("a.T @ dy", "np.outer(a[-1], dy[-1])"),
        "contribution of the last example",
    ),
    Mistake("db of MatMul negative", "MatMul.backward", ("a.T @", "-a.T @"), "opposite sign"),
    Mistake("da times a", "MatMul.backward", ("dy @ b.T", "dy @ b.T * a"), "one factor too many"),
    Mistake("number by number, backward", "MatMul.backward", ("dy @ b.T", "dy * b"), "broadcast"),
    Mistake(
        "db of the sum of dy",
        "MatMul.backward",
        ("a.T @ dy", "np.outer(a.sum(axis=0), dy.sum(axis=0))"),
        "gradient of input 1",
    ),
    Mistake(
        "gradients exchanged",
        "MatMul.backward",
        "a, b = self.cache\ndb = dy @ b.T\nda = a.T @ dy",
        "in another order than forward takes the inputs",
    ),
]
