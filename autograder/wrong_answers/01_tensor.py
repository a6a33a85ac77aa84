"""Wrong answers to exercise 1, and what the student must read of each."""

from edunn.course.bank import Mistake

STRETCHED = """
for axis, size in enumerate(shape):
    if size == 1:
        dy = dy.sum(axis=axis, keepdims=True)
"""
ADDED = "while dy.ndim > len(shape):\n    dy = dy.sum(axis=0)"

WRONG_ANSWERS = [
    # center
    Mistake("means of the rows", "center", ("axis=0", "axis=1"), "could not be broadcast"),
    Mistake("means of the rows, kept", "center", ("axis=0", "axis=1, keepdims=True"), "not equal"),
    Mistake("mean of all", "center", ("axis=0", ""), "not equal"),
    Mistake("the sum", "center", ("mean", "sum"), "not equal"),
    Mistake("the means alone", "center", ("x - x.mean", "x.mean"), "different shapes"),
    Mistake("other way round", "center", "y = x.mean(axis=0) - x", "not equal"),
    Mistake("writes into x", "center", "x -= x.mean(axis=0)\ny = x", "center changed x"),
    Mistake("the first row taken off", "center", "y = x - x[0]", "not equal"),
    Mistake(
        "half of the sum", "center", ("mean(axis=0)", "sum(axis=0) / 2"), "numbers", hidden=True
    ),
    # unbroadcast
    Mistake("nothing is summed", "unbroadcast", "pass", "expected (3,), calculated (2, 3)"),
    Mistake("all is summed", "unbroadcast", "dy = dy.sum()", "calculated ()"),
    Mistake(
        "the last axis instead",
        "unbroadcast",
        ("axis=0", "axis=-1"),
        "expected (3,), calculated (2,)",
    ),
    Mistake("the first row", "unbroadcast", ("dy.sum(axis=0)", "dy[0]"), "not equal"),
    Mistake(
        "a mean of the added", "unbroadcast", ("dy.sum(axis=0)", "dy.mean(axis=0)"), "not equal"
    ),
    Mistake("one added axis only", "unbroadcast", ("while", "if"), "expected (), calculated (3,)"),
    Mistake(
        "axis 0 always", "unbroadcast", "dy = dy.sum(axis=0)", "expected (2, 3), calculated (3,)"
    ),
    Mistake("reshaped", "unbroadcast", "dy = dy.reshape(shape)", "cannot reshape"),
    Mistake("cut off", "unbroadcast", "dy = np.resize(dy, shape)", "not equal"),
    Mistake(
        "stretched axes are forgotten", "unbroadcast", ADDED, "expected (2, 1), calculated (2, 3)"
    ),
    Mistake(
        "added axes are forgotten", "unbroadcast", STRETCHED, "expected (3,), calculated (2, 3)"
    ),
    Mistake("stretched axes disappear", "unbroadcast", (", keepdims=True", ""), "calculated (2,)"),
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
        "expected (2, 3), calculated (1, 1)",
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
        "expected (2, 1), calculated (2, 3)",
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
        "expected (1, 1), calculated (1, 3)",
    ),
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
    # MatMul.forward
    Mistake("number by number", "MatMul.forward", ("a @ b", "a * b"), "not equal"),
    Mistake("other order", "MatMul.forward", ("a @ b", "b @ a"), "not equal"),
    Mistake("b turned", "MatMul.forward", ("a @ b", "a @ b.T"), "not equal"),
    Mistake("a turned", "MatMul.forward", ("a @ b", "a.T @ b"), "not equal"),
    Mistake("one number", "MatMul.forward", ("a @ b", "np.vdot(a, b)"), "different shapes"),
    Mistake("result turned", "MatMul.forward", ("a @ b", "(a @ b).T"), "not equal"),
    Mistake("matrices are not kept", "MatMul.forward", "y = a @ b", "NoneType"),
    Mistake(
        "matrices kept in the other order",
        "MatMul.forward",
        ("= a, b", "= b, a"),
        "backward stops with an error: ValueError: matmul",
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
    Mistake(
        "gradients exchanged",
        "MatMul.backward",
        "a, b = self.cache\ndb = dy @ b.T\nda = a.T @ dy",
        "in another order than forward takes the inputs",
    ),
]
