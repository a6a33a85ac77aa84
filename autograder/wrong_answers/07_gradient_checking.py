"""Wrong answers to exercise 7, and what the student must read of each."""

from edunn.course.authoring import Mistake

NUMERIC, RELATIVE, STEP = "numeric_gradient", "relative_error", "best_step"
TOOL, GUILTY = "gradient_error", "guilty"
SWISH, SHARE = "Swish.backward", "Share.backward"
MEASURE = "relative_error(dx, numeric_gradient(layer.forward, x, dy))"

WRONG_ANSWERS = [
    Mistake("divided by h", NUMERIC, ("(2 * h)", "h"), "twice too large"),
    Mistake("divided by 4 h", NUMERIC, ("(2 * h)", "(4 * h)"), "half of what it should be"),
    Mistake("brackets forgotten", NUMERIC, ("/ (2 * h)", "/ 2 * h"), "not equal"),
    Mistake(
        "to the right only",
        NUMERIC,
        "gradient = np.zeros(x.shape)\n"
        "for place in np.ndindex(x.shape):\n"
        "    kept = x[place]\n"
        "    before = np.sum(dy * f(x))\n"
        "    x[place] = kept + h\n"
        "    gradient[place] = (np.sum(dy * f(x)) - before) / h\n"
        "    x[place] = kept",
        "a difference to one side only",
    ),
    Mistake("from x + h to x - 2 h", NUMERIC, ("kept - h", "kept - 2 * h"), "not equal"),
    Mistake("dy is not used", NUMERIC, ("dy * f(x)", "f(x)"), "dy has no effect"),
    Mistake(
        "not added up", NUMERIC, ("np.sum(dy * f(x))", "(dy * f(x))[place]"), "you see only one"
    ),  # fmt: skip
    Mistake("not put back", NUMERIC, ("x[place] = kept\n", "pass\n"), "put back"),
    Mistake("put back by adding", NUMERIC, ("x[place] = kept\n", "x[place] += h\n"), "exactly"),
    Mistake(
        "a copy is nudged",
        NUMERIC,
        "copy = x.copy()\n"
        "gradient = np.zeros(x.shape)\n"
        "for place in np.ndindex(x.shape):\n"
        "    copy[place] = x[place] + h\n"
        "    up = np.sum(dy * f(copy))\n"
        "    copy[place] = x[place] - h\n"
        "    down = np.sum(dy * f(copy))\n"
        "    copy[place] = x[place]\n"
        "    gradient[place] = (up - down) / (2 * h)",
        "not a copy",
    ),  # fmt: skip
    Mistake(
        "all numbers nudged at once",
        NUMERIC,
        "gradient = dy * (f(x + h) - f(x - h)) / (2 * h)",
        "all numbers of x at once",
    ),  # fmt: skip
    Mistake("h is not used", NUMERIC, ("h)", "1e-5)"), "not equal"),
    Mistake("turned round", NUMERIC, ("(up - down)", "(down - up)"), "not equal"),
    Mistake("only the last number", NUMERIC, ("gradient[place] =", "gradient[:] ="), "not equal"),
    Mistake(
        "gradient of the output's shape",
        NUMERIC,
        ("np.zeros(x.shape)", "np.zeros(1)"),
        "out of bounds",
    ),  # fmt: skip
    Mistake(
        "returns in the loop",
        NUMERIC,
        ("(up - down) / (2 * h)", "(up - down) / (2 * h)\n        return gradient"),
        "does the loop end early",
    ),
    Mistake(
        "up, down, up again",
        NUMERIC,
        "gradient = np.zeros(x.shape)\n"
        "for place in np.ndindex(x.shape):\n"
        "    x[place] += h\n"
        "    up = np.sum(dy * f(x))\n"
        "    x[place] -= 2 * h\n"
        "    down = np.sum(dy * f(x))\n"
        "    x[place] += h\n"
        "    gradient[place] = (up - down) / (2 * h)",
        "put back the number that you have kept",
    ),
    Mistake(
        "up and back, measured twice",
        NUMERIC,
        ("x[place] = kept - h", "x[place] -= h"),
        "half of what it should be",
    ),
    Mistake(
        "rows only",
        NUMERIC,
        ("np.ndindex(x.shape)", "range(len(x))"),
        "nudged by itself",
    ),
    Mistake(
        "the shape of dy", NUMERIC, ("np.zeros(x.shape)", "np.zeros(dy.shape)"), "different shapes"
    ),
    Mistake(
        "f of one number",
        NUMERIC,
        "gradient = np.zeros(x.shape)\n"
        "for place in np.ndindex(x.shape):\n"
        "    up, down = f(x[place] + h), f(x[place] - h)\n"
        "    gradient[place] = dy[place] * (up - down) / (2 * h)",
        "sequence",
    ),
    Mistake("loops for ever", NUMERIC, "while True:\n    pass", "endless loop"),
    # relative_error
    Mistake(
        "not relative",
        RELATIVE,
        ("difference / size if size > 0 else difference", "difference"),
        "not relative",
    ),  # fmt: skip
    Mistake(
        "number by number",
        RELATIVE,
        "if np.shape(a) != np.shape(b):\n    return float('inf')\n"
        "error = np.max(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))",
        "not number by number",
    ),  # fmt: skip
    Mistake("both sizes together", RELATIVE, ("np.abs([a, b])", "np.abs(a + b)"), "a sum in the"),
    Mistake(
        "lengths of vectors",
        RELATIVE,
        (
            "np.max(np.abs(a - b)), np.max(np.abs([a, b]))",
            "np.linalg.norm(a - b), max(np.linalg.norm(a), np.linalg.norm(b))",
        ),
        "lengths of whole arrays",
    ),
    Mistake(
        "the smaller size",
        RELATIVE,
        ("np.max(np.abs([a, b]))", "min(np.max(np.abs(a)), np.max(np.abs(b)))"),
        "not equal",
    ),
    Mistake(
        "near enough or not", RELATIVE, "error = 0.0 if np.allclose(a, b) else 1.0", "not equal"
    ),
    Mistake("size of a only", RELATIVE, ("[a, b]", "a"), "not equal"),
    Mistake(
        "size of the difference forgotten", RELATIVE, ("np.abs(a - b)", "(a - b)"), "not equal"
    ),  # fmt: skip
    Mistake(
        "size of the numbers forgotten",
        RELATIVE,
        ("np.abs([a, b])", "[a, b]"),
        "of negative numbers",
    ),  # fmt: skip
    Mistake("0 / 0", RELATIVE, (" if size > 0 else difference", ""), "two gradients of zeros"),
    Mistake(
        "shapes not compared",
        RELATIVE,
        "difference = np.max(np.abs(a - b))\n"
        "size = max(np.max(np.abs(a)), np.max(np.abs(b)))\n"
        "error = difference / size if size > 0 else difference",
        "shapes (3, 1) and (3,) differ",
    ),  # fmt: skip
    Mistake(
        "a mean for the largest",
        RELATIVE,
        ("np.max(np.abs(a - b))", "np.mean(np.abs(a - b))"),
        "not equal",
    ),  # fmt: skip
    Mistake(
        "added to the size",
        RELATIVE,
        "if np.shape(a) != np.shape(b):\n    return float('inf')\n"
        "error = np.max(np.abs(a - b)) / (1e-8 + np.max(np.abs([a, b])))",
        "not equal",
    ),  # fmt: skip
    Mistake(
        "nan is lost",
        RELATIVE,
        "if np.shape(a) != np.shape(b):\n    return float('inf')\n"
        "difference, size = np.nanmax(np.abs(a - b)), np.nanmax(np.abs([a, b]))\n"
        "error = difference / size if size > 0 else difference",
        "as if all were well",
    ),  # fmt: skip
    Mistake(
        "Python's max does not see the nan",
        RELATIVE,
        "if np.shape(a) != np.shape(b):\n    return float('inf')\n"
        "size = max(np.max(np.abs(a)), np.max(np.abs(b)))\n"
        "error = np.max(np.abs(a - b)) / size if size > 0 else 0.0",
        "as if all were well",
    ),  # fmt: skip
    Mistake(
        "an array of errors",
        RELATIVE,
        ("np.max(np.abs(a - b))", "np.abs(a - b)"),
        "should be one number",
    ),  # fmt: skip
    # best_step
    Mistake("the shortest", STEP, "best = min(steps)", "better than all before"),
    Mistake(
        "the place of the step",
        STEP,
        ("steps[np.argmin(errors)]", "np.argmin(errors)"),
        "return the step, not its place",
    ),  # fmt: skip
    Mistake(
        "the error of the step",
        STEP,
        ("steps[np.argmin(errors)]", "min(errors)"),
        "return the step, not its place",
    ),  # fmt: skip
    Mistake("the largest error", STEP, ("argmin", "argmax"), "the longest step"),
    Mistake("the smallest step", STEP, "best = min(steps)", "better than all before"),
    Mistake(
        "to one side",
        STEP,
        ("(f(x + h) - f(x - h)) / (2 * h)", "(f(x + h) - f(x)) / h"),
        "best for a difference to one side",
    ),  # fmt: skip
    Mistake("errors with a sign", STEP, ("abs(", "("), "your error is below 0"),
    Mistake("the middle", STEP, "best = steps[len(steps) // 2]", "not at the lowest point"),
    Mistake("always the same", STEP, "best = 1e-5", "where is the error smallest"),
    # gradient_error
    Mistake(
        "dy of ones",
        TOOL,
        ("np.random.default_rng(0).normal(size=y.shape)", "np.ones(y.shape)"),
        "is your dy all ones",
    ),  # fmt: skip
    Mistake(
        "the cache of another x",
        TOOL,
        "dy = np.random.default_rng(0).normal("
        "size=layer.forward(x).shape)\nmeasured = numeric_gradient(layer.forward, x, dy)\n"
        "dx, _ = layer.backward(dy)\nerror = relative_error(dx, measured)",
        "does the cache belong to x itself",
    ),  # fmt: skip
    Mistake("both things of backward", TOOL, ("dx, _ =", "dx ="), "error"),
    Mistake("measured with another dy", TOOL, ("x, dy))", "x, dy**2))"), "is right, but the error"),
    Mistake("dy of the shape of x", TOOL, ("y.shape", "x.shape"), "matmul"),
    Mistake("the layer for its forward", TOOL, ("layer.forward, x", "layer.backward, x"), "error"),
    Mistake("compared with itself", TOOL, (MEASURE, "relative_error(dx, dx)"), "was not noticed"),
    Mistake("dx against dy", TOOL, (MEASURE, "relative_error(dx, dy)"), "was not noticed"),
    Mistake(
        "the nearest number only",
        TOOL,
        (MEASURE, "np.min(np.abs(dx - numeric_gradient(layer.forward, x, dy)))"),
        "was not noticed",
    ),  # fmt: skip
    # guilty
    Mistake(
        "Hinge accused", GUILTY, ('"Flip"', '"Flip", "Hinge"'), "1 of the layers that you accuse"
    ),
    Mistake("all accused", GUILTY, "names = list(SUSPECTS)", "3 of the layers that you accuse"),
    Mistake("nobody accused", GUILTY, "names = []", "6 of the wrong layers are missing"),
    Mistake(
        "Square not found, as with dy of ones",
        GUILTY,
        (', "Square"', ""),
        "1 of the wrong layers are missing",
    ),  # fmt: skip
    Mistake("Cube for Square", GUILTY, ('"Square"', '"Cube"'), "are innocent"),
    Mistake(
        "a name that does not exist", GUILTY, ('"Square"', '"Sqare"'), "no layer is called Sqare"
    ),
    Mistake(
        "one text for all names",
        GUILTY,
        'names = "Swish, Flip, Wave, Share, Square, Decay"',
        "guilty gives str",
    ),
    Mistake("classes for names", GUILTY, "names = [Swish, Flip]", "as texts, in quotes"),
    Mistake("names in small letters", GUILTY, ('"Decay"', '"decay"'), "no layer is called decay"),
    Mistake("Share not found", GUILTY, ('"Share", ', ""), "1 of the wrong layers are missing"),
    # Swish
    Mistake("as it was planted", SWISH, "dx = dy * s", "gradient of input 0"),
    Mistake(
        "only the second term",
        SWISH,
        ("(s + x * s * (1 - s))", "x * s * (1 - s)"),
        "gradient of input 0",
    ),  # fmt: skip
    Mistake("x is missing", SWISH, ("x * s *", "s *"), "gradient of input 0"),
    Mistake("y for s", SWISH, ("(1 - s)", "(1 - x * s)"), "gradient of input 0"),
    Mistake("Swish without dy", SWISH, ("dy * ", ""), "does not depend on dy"),
    Mistake("dy for one term", SWISH, ("dy * (s + x", "(dy * s + x"), "full of zeros"),
    Mistake("x and s exchanged", SWISH, ("(s + x * s", "(x + s"), "gradient of input 0"),
    Mistake("terms subtracted", SWISH, ("s + x", "s - x"), "gradient of input 0"),
    # Share
    Mistake("the sum taken as a constant", SHARE, "dx = dy / total", "gradient of input 0"),
    Mistake("summed over the wrong axis", SHARE, ("axis=1", "axis=0"), "gradient of input 0"),
    Mistake("mean for sum", SHARE, ("np.sum", "np.mean"), "gradient of input 0"),
    Mistake("as for softmax", SHARE, ("dx = (dy", "dx = y * (dy"), "the output y"),
    Mistake("total forgotten", SHARE, (" / total", ""), "gradient of input 0"),
    Mistake("total twice", SHARE, ("/ total", "/ total**2"), "Each row has its own factor"),
    Mistake(
        "total under the sum only",
        SHARE,
        "dx = dy - np.sum(dy * y, axis=1, keepdims=True) / total",
        "gradient of input 0",
    ),
    Mistake("plus", SHARE, ("(dy - ", "(dy + "), "gradient of input 0"),
    Mistake("only on its own", SHARE, "dx = dy * (1 - y) / total", "own input"),
    Mistake("keepdims forgotten", SHARE, (", keepdims=True", ""), "broadcast"),
]

EQUIVALENT = {
    "gradient_error: dy = np.random.default_rng(0).normal(size=y.shape) -> "
    "dy = np.random.default_rng(1).normal(size=y.shape)": "other random numbers",
    "gradient_error: error = relative_error(dx, numeric_gradient(layer.forward, x, dy)) -> "
    "error = relative_error(numeric_gradient(layer.forward, x, dy), dx)": "the order is free",
    "Share.backward: dx = (dy - np.sum(dy * y, axis=1, keepdims=True)) / total -> "
    "dx = (dy - np.sum(dy * y, axis=-1, keepdims=True)) / total": "the last axis of two is axis 1",
}
