"""Wrong answers to exercise 16, and what the student must read of each."""

from edunn.course.authoring import Mistake

FRONT, LONGER = "axis=tuple(range(dy.ndim - len(shape)))", "axis=axis, keepdims=True"
STEP, ARRAYS = "Step(module, module.cache, inputs)", "*[x.data for x in inputs]"
SORTED = "sorted(found, key=lambda one: one.time, reverse=True)"
SUM_UP, ADD = "dys[x] = dys[x] + dx if x in dys else dx", "one.grad + arrived"

WRONG_ANSWERS = [
    # sum_to
    Mistake("nothing summed", "sum_to", "dx = dy", "to shape (3,): your result has shape"),
    Mistake(
        "front axes only",
        "sum_to",
        "dx = np.sum(dy, axis=tuple(range(dy.ndim - len(shape))))",
        "to shape (2, 1): your result has shape",
    ),
    Mistake(
        "long axes only",
        "sum_to",
        (f"np.sum(dy, {FRONT})", "dy"),
        "to shape (3,): your result",
    ),
    Mistake("keepdims forgotten", "sum_to", (", keepdims=True", ""), "to shape (2, 1)"),
    Mistake("mean", "sum_to", ("np.sum(dy", "np.mean(dy"), "not equal"),
    Mistake("mean of long axes", "sum_to", ("np.sum(dx", "np.mean(dx"), "not equal"),
    Mistake(
        "first row instead of the sum",
        "sum_to",
        (f"np.sum(dy, {FRONT})", "dy[(0,) * (dy.ndim - len(shape))]"),
        "not equal",
    ),
    Mistake(
        "first column instead of the sum",
        "sum_to",
        (f"np.sum(dx, {LONGER})", "np.take(dx, [0], axis=axis)"),
        "not equal",
    ),
    Mistake(
        "last axes summed",
        "sum_to",
        (FRONT, "axis=tuple(range(len(shape) - dy.ndim, 0))"),
        "to shape (3,): your result has shape (2,)",
    ),
    Mistake(
        "one axis at the front only",
        "sum_to",
        (f"np.sum(dy, {FRONT})", "np.sum(dy, axis=0) if dy.ndim > len(shape) else dy"),
        "to shape (): your result has shape",
    ),
    Mistake(
        "everything into one number",
        "sum_to",
        "dx = dy if dy.shape == shape else np.full(shape, np.sum(dy))",
        "not equal",
    ),
    Mistake(
        "writes into dy",
        "sum_to",
        (f"np.sum(dy, {FRONT})", f"np.sum(dy, {FRONT})\ndy *= 0"),
        "sum_to writes into dy",
    ),
    Mistake(
        "axes in front are kept",
        "sum_to",
        """
        dx = dy
        while dx.ndim > len(shape):
            dx = np.sum(dx, axis=0, keepdims=True)
        """,
        "endless loop",
    ),
    Mistake(
        "sizes compared from the left",
        "sum_to",
        """
        dx = dy
        for axis in range(dy.ndim):
            if dy.shape[axis] != shape[axis]:
                dx = np.sum(dx, axis=axis, keepdims=True)
        """,
        "index out of range",
    ),
    Mistake("a shape has no ndim", "sum_to", ("len(shape)", "shape.ndim"), "no attribute 'ndim'"),
    # Multiply
    Mistake(
        "factors exchanged",
        "Multiply.backward",
        "da, db = sum_to(dy * a, a.shape), sum_to(dy * b, b.shape)",
        "gradient of input 0",
    ),
    Mistake(
        "row not summed", "Multiply.backward", "da, db = dy * b, dy * a", "the shape of the output"
    ),
    Mistake("dy forgotten in da", "Multiply.backward", ("dy * b", "b + 0 * dy"), "depend on dy"),
    Mistake("factor forgotten", "Multiply.backward", ("dy * b", "dy"), "is dy itself"),
    Mistake("db negative", "Multiply.backward", ("dy * a", "-dy * a"), "opposite sign"),
    Mistake(
        "both get the same", "Multiply.backward", ("dy * a, b", "dy * b, b"), "gradient of input 1"
    ),
    Mistake(
        "summed before it is multiplied",
        "Multiply.backward",
        "da, db = sum_to(dy, a.shape) * b, sum_to(dy, b.shape) * a",
        "the shape of the output",
    ),
    Mistake("a's shape for both", "Multiply.backward", ("b.shape", "a.shape"), "of the output"),
    Mistake("added", "Multiply.backward", ("dy * b", "dy + b"), "full of zeros"),
    Mistake("a quotient", "Multiply.backward", ("dy * b", "dy / b"), "gradient of input 0"),
    Mistake("matrix product", "Multiply.backward", ("dy * b", "dy @ b.T"), "has shape (3, 3)"),
    # MatMul
    Mistake("b not turned", "MatMul.backward", ("b.T", "b"), "matmul"),
    Mistake("a not turned", "MatMul.backward", ("a.T", "a"), "matmul"),
    Mistake("db lies on its side", "MatMul.backward", ("a.T @ dy", "dy.T @ a"), "on its side"),
    Mistake("da lies on its side", "MatMul.backward", ("dy @ b.T", "b @ dy.T"), "on its side"),
    Mistake(
        "db averaged", "MatMul.backward", ("a.T @ dy", "a.T @ dy / len(a)"), "gradient of input 1"
    ),
    Mistake(
        "da without dy",
        "MatMul.backward",
        ("dy @ b.T", "np.ones_like(dy) @ b.T"),
        "does not depend on dy",
    ),
    Mistake(
        "exchanged", "MatMul.backward", "da, db = a.T @ dy, dy @ b.T", "another order than forward"
    ),
    Mistake(
        "last row only",
        "MatMul.backward",
        ("a.T @ dy", "np.outer(a[-1], dy[-1])"),
        "contribution of the last example",
    ),
    Mistake("number by number", "MatMul.backward", ("dy @ b.T", "dy * b"), "broadcast"),
    # Sum
    Mistake("dy as it is", "Sum.backward", "dx = dy", "The gradient has shape ()"),
    Mistake("ones", "Sum.backward", "dx = np.ones(shape)", "does not depend on dy"),
    Mistake(
        "mean of the numbers",
        "Sum.backward",
        "dx = np.full(shape, dy) / np.prod(shape)",
        "1/6 times",
    ),
    Mistake("zeros", "Sum.backward", "dx = np.zeros(shape)", "0 everywhere"),
    Mistake("negative sum", "Sum.backward", "dx = -np.full(shape, dy)", "opposite sign"),
    Mistake("one row", "Sum.backward", "dx = np.full(shape[-1], dy)", "The gradient has shape"),
    Mistake("squared", "Sum.backward", "dx = np.full(shape, dy**2)", "uses dy squared"),
    # record
    Mistake("no step", "record", (f", {STEP}", ""), "it has forgotten how it was made"),
    Mistake(
        "arrays as inputs",
        "record",
        (STEP, "Step(module, module.cache, [x.data for x in inputs])"),
        "must be the tensors themselves",
    ),
    Mistake("no cache", "record", ("module.cache", "None"), "NoneType"),
    Mistake(
        "cache taken before forward",
        "record",
        f"""
        cache = module.cache
        y = module.forward({ARRAYS})
        result = Tensor(y, Step(module, cache, inputs))
        """,
        "NoneType",
    ),
    Mistake("an array, no Tensor", "record", (f"Tensor(y, {STEP})", "y"), "not a Tensor"),
    Mistake(
        "inputs reversed", "record", ("inputs))", "inputs[::-1]))"), "hold its inputs, in order"
    ),
    Mistake("forward of Tensors", "record", (ARRAYS, "*inputs"), "recursion"),
    Mistake(
        "the module itself on Tensors",
        "record",
        (f"module.forward({ARRAYS})", "module(*inputs)"),
        "call its forward, with arrays",
    ),
    Mistake("a step without cache", "record", (STEP, "Step(module, inputs)"), "missing 1"),
    Mistake("a step, no Tensor", "record", (f"Tensor(y, {STEP})", STEP), "record gives Step"),
    Mistake(
        "inputs and cache exchanged",
        "record",
        (STEP, "Step(module, inputs, module.cache)"),
        "must be the tensors themselves",
    ),
    Mistake("forward of one list", "record", (ARRAYS, "[x.data for x in inputs]"), "missing 1"),
    Mistake(
        "the step is put on the inputs",
        "record",
        (f"Tensor(y, {STEP})", f"Tensor(y)\nfor x in inputs:\n    x.step = {STEP}"),
        "a and b are leaves",
    ),
    Mistake(
        "the result's step is itself an input",
        "record",
        ("inputs))", "[*inputs, Tensor(y)][1:]))"),
        "hold its inputs, in order",
    ),
    # tape
    Mistake(
        "recursion",
        "tape",
        """
        found = set()

        def visit(one):
            if one not in found:
                found.add(one)
                for x in one.step.inputs if one.step else []:
                    visit(x)

        visit(tensor)
        tensors = sorted(found, key=lambda one: -one.time)
        """,
        "recursion: 5000 steps are too deep",
    ),
    Mistake(
        "each use once more",
        "tape",
        """
        found, pending = [tensor], [tensor]
        while pending:
            step = pending.pop().step
            for x in step.inputs if step else []:
                found.append(x)
                pending.append(x)
        tensors = sorted(found, key=lambda one: -one.time)
        """,
        "on the tape more than once",
    ),
    Mistake("asks a leaf", "tape", (" if step else []", ""), "no attribute 'inputs'"),
    Mistake(
        "sorted without a key", "tape", ("key=lambda one: one.time, ", ""), "'<' not supported"
    ),
    Mistake(
        "what sort gives back",
        "tape",
        (SORTED, "list(found).sort(key=lambda one: -one.time)"),
        "gives back nothing",
    ),
    Mistake(
        "deepest first",
        "tape",
        """
            tensors, pending = [], [tensor]
            while pending:
                one = pending.pop()
                if one not in tensors:
                    tensors.append(one)
                    pending += one.step.inputs if one.step else []
            """,
        "not latest first",
    ),
    Mistake("earliest first", "tape", (", reverse=True", ""), "begin with the last value"),
    Mistake(
        "as they are found",
        "tape",
        """
        tensors = [tensor]
        for one in tensors:
            for x in one.step.inputs if one.step else []:
                if x not in tensors:
                    tensors.append(x)
        """,
        "not latest first",
    ),
    Mistake(
        "leaves left out",
        "tape",
        (SORTED, SORTED + "\ntensors = [one for one in tensors if one.step]"),
        "something is missing",
    ),  # fmt: skip
    Mistake("without the last value", "tape", ("{tensor}", "set()"), "something is missing"),
    Mistake("inputs of the last step only", "tape", ("pending.append(x)", "pass"), "is missing"),
    Mistake("no list", "tape", (SORTED, "found"), "not a list"),
    Mistake("sorted by value", "tape", ("one.time", "float(one.data)"), "begin with the last"),
    Mistake("no answer", "tape", (f"tensors = {SORTED}", "tensors = None"), "gives back nothing"),
    Mistake(
        "what was seen is pending again",
        "tape",
        ("if x not in found:", "if True:"),
        "what was seen need not be pending",
    ),
    # backward
    Mistake("the last one replaces", "backward", (SUM_UP, "dys[x] = dx"), "only one use counts"),
    Mistake(
        "grad replaced",
        "backward",
        (f"arrived if one.grad is None else {ADD}", "arrived"),
        "must add to grad",
    ),  # fmt: skip
    Mistake(
        "adds into arrays of others",
        "backward",
        (
            SUM_UP,
            "dys[x] = dys[x].__iadd__(dx) if isinstance(dys.get(x), np.ndarray) "
            "else dys.get(x, 0) + dx if x in dys else dx",
        ),
        "writes into the dy",
    ),
    Mistake(
        "adds into the old grad",
        "backward",
        (
            f"one.grad = arrived if one.grad is None else {ADD}",
            "if one.grad is None:\n    one.grad = np.array(arrived)\n"
            "else:\n    one.grad += arrived",
        ),
        "wrote into the old grad",
    ),
    Mistake(
        "keeps grad in the middle of the graph",
        "backward",
        """
        tensor.grad = dy if tensor.grad is None else tensor.grad + dy
        for one in tape(tensor):
            for x, dx in one.step.backward(one.grad) if one.step else []:
                x.grad = dx if x.grad is None else x.grad + dx
        """,
        "exactly the same once more",
    ),
    Mistake(
        "hands on at once",
        "backward",
        """
        if tensor.step is None:
            tensor.grad = dy if tensor.grad is None else tensor.grad + dy
        else:
            for x, dx in tensor.step.backward(dy):
                backward(x, dx)
        """,
        "not once for each path",
    ),
    Mistake(
        "every value keeps its gradient",
        "backward",
        """
        dys = {tensor: dy}
        for one in tape(tensor):
            one.grad = dys[one] if one.grad is None else one.grad + dys[one]
            for x, dx in one.step.backward(one.grad) if one.step else []:
                dys[x] = dys[x] + dx if x in dys else dx
        """,
        "exactly the same once more",
    ),
    Mistake("stops at the first leaf", "backward", ("continue", "return"), "got no gradient"),
    Mistake(
        "leaves are not asked for",
        "backward",
        """
        dys = {tensor: dy}
        for one in tape(tensor):
            for x, dx in one.step.backward(dys[one]):
                dys[x] = dys[x] + dx if x in dys else dx
                x.grad = dys[x]
        """,
        "no attribute 'backward'",
    ),
    Mistake("tape backwards", "backward", ("tape(tensor)", "tape(tensor)[::-1]"), "KeyError"),
    Mistake(
        "ones instead of dy",
        "backward",
        ("{tensor: dy}", "{tensor: np.ones_like(dy)}"),
        "the way back begins with ones",
    ),
    Mistake(
        "the last step only",
        "backward",
        """
        for x, dx in tensor.step.backward(dy):
            x.grad = dx if x.grad is None else x.grad + dx
        """,
        "travel through more than one step",
    ),
    Mistake(
        "leaves forgotten",
        "backward",
        (f"one.grad = arrived if one.grad is None else {ADD}", "pass"),
        "is something added to its grad?",
    ),  # fmt: skip
    Mistake(
        "dy negative", "backward", ("{tensor: dy}", "{tensor: -dy}"), "the gradient of c is -1"
    ),
    # by_hand
    Mistake("2 forgotten", "by_hand", ("2 * e", "e"), "dv by hand is not the measured slope"),
    Mistake(
        "kink forgotten", "by_hand", (" * (h > 0)", ""), "dw by hand is not the measured slope"
    ),
    Mistake(
        "db not summed", "by_hand", ("np.sum(dh, axis=0)", "dh"), "db by hand has shape (5, 4)"
    ),
    Mistake("db over everything", "by_hand", (", axis=0", ""), "db by hand has shape ()"),
    Mistake(
        "db averaged by hand",
        "by_hand",
        ("np.sum", "np.mean"),
        "db by hand is not the measured slope",
    ),
    Mistake("dv of h", "by_hand", ("r.T @ de", "h.T @ de"), "dv by hand is not the measured slope"),
    Mistake("dw on its side", "by_hand", ("x.T @ dh", "dh.T @ x"), "dw by hand has shape (4, 3)"),
    Mistake("v forgotten", "by_hand", ("de @ v.T", "de"), "broadcast"),
    Mistake("v not turned", "by_hand", ("v.T", "v"), "matmul"),
    Mistake("r for its slope", "by_hand", ("(h > 0)", "r"), "dw by hand is not the measured slope"),
    Mistake(
        "kink of dr", "by_hand", ("dr * (h > 0)", "np.maximum(dr, 0)"), "dw by hand is not the"
    ),
    Mistake(
        "mean over the examples", "by_hand", ("2 * e", "2 * e / len(e)"), "dv by hand is not the"
    ),
    Mistake("dv on its side", "by_hand", ("r.T @ de", "de.T @ r"), "dv by hand has shape (2, 4)"),
    Mistake(
        "db over the hidden numbers", "by_hand", ("axis=0", "axis=1"), "db by hand has shape (5,)"
    ),
    Mistake("dw from dr", "by_hand", ("x.T @ dh", "x.T @ dr"), "dw by hand is not the measured"),
    Mistake(
        "each with the shape of the other",
        "Multiply.backward",
        "da = sum_to(dy * b, b.shape)\ndb = sum_to(dy * a, a.shape)",
        "each one was brought to the other's shape",
    ),
]

EQUIVALENT = {
    "by_hand: dh = dr * (h > 0) -> dh = dr * (h >= 0)": (
        "they differ only at the kink, h = 0, where every slope from 0 to 1 is right"
    ),
}
