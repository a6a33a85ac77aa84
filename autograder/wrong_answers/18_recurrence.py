"""Wrong answers to exercise 18, and what the student must read of each."""

from edunn.course.authoring import Mistake

FORWARD, BACKWARD = "Recurrent.forward", "Recurrent.backward"
STEP, PATH = "lstm_step", "cell_path"
SLOPE = "(1 - hs[t + 1] ** 2)"
Z = "x[:, t] @ self.w.data + hs[t] @ self.u.data + self.b.data"
GATES = "i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)"
SPLIT = "i, f, g, o = np.split"
CELL = "c = f * c + i * np.tanh(g)"
LOOP = "for t in reversed(range(x.shape[1])):"

WRONG_ANSWERS = [
    # Recurrent.forward
    Mistake("time reversed", FORWARD, ("x[:, t]", "x[:, -1 - t]"), "read from its other end"),
    Mistake(
        "first axis for the time", FORWARD, ("x[:, t]", "x[t]"), "the times stand on axis 1 of x"
    ),
    Mistake("counts the sequences", FORWARD, ("x.shape[1]", "x.shape[0]"), "one state for each of"),
    Mistake("no tanh", FORWARD, ("np.tanh(z)", "z"), "where is the tanh?"),
    Mistake("sigmoid", FORWARD, ("np.tanh(z)", "1 / (1 + np.exp(-z))"), "a sigmoid, not with tanh"),
    Mistake("no bias", FORWARD, (" + self.b.data", ""), "is b used?"),
    Mistake("always from h0", FORWARD, ("hs[t] @", "h0 @"), "each step begins with the state"),
    Mistake(
        "begins with zeros", FORWARD, ("hs = [h0]", "hs = [0 * h0]"), "begin with the given h_0"
    ),
    Mistake("h0 among the states", FORWARD, ("hs[1:]", "hs[:-1]"), "y begins with h_1"),
    Mistake("T + 1 states", FORWARD, ("hs[1:]", "hs"), "without h_0"),
    Mistake("times on axis 0", FORWARD, ("axis=1", "axis=0"), "the times stand on axis 1"),
    Mistake("a list of states", FORWARD, ("np.stack(hs[1:], axis=1)", "hs[1:]"), "y is a list"),
    Mistake("the last state alone", FORWARD, ("np.stack(hs[1:], axis=1)", "hs[-1]"), "for each of"),
    Mistake("no u", FORWARD, (" + hs[t] @ self.u.data", ""), "is u used"),
    Mistake(
        "u and w exchanged",
        FORWARD,
        (Z, "x[:, t] @ self.u.data + hs[t] @ self.w.data + self.b.data"),
        "have changed places",
    ),
    Mistake("u transposed", FORWARD, ("self.u.data", "self.u.data.T"), "meets u transposed"),
    Mistake(
        "the first input again", FORWARD, ("x[:, t]", "x[:, 0]"), "take the input of each time"
    ),
    Mistake(
        "the state is not kept",
        FORWARD,
        """
        z = x[:, 0] @ self.w.data + h0 @ self.u.data + self.b.data
        hs = [h0] + [np.tanh(z)] * x.shape[1]
        self.cache = x, hs
        y = np.stack(hs[1:], axis=1)
        """,
        "is h_1 again",
    ),
    Mistake("nothing is named y", FORWARD, ("y = np.stack", "states = np.stack"), "'y'"),
    Mistake("nothing kept", FORWARD, ("self.cache = x, hs", "pass"), "keeps nothing in self.cache"),
    Mistake(
        "keeps the first sequence",
        FORWARD,
        ("self.cache = x, hs", "self.cache = self.cache or (x, hs)"),
        "take T from the arrays of this call",
    ),
    Mistake(
        "writes into h0",
        FORWARD,
        """
        h, hs = h0, [h0.copy()]
        for t in range(x.shape[1]):
            h[:] = np.tanh(x[:, t] @ self.w.data + h @ self.u.data + self.b.data)
            hs.append(h.copy())
        self.cache = x, hs
        y = np.stack(hs[1:], axis=1)
        """,
        "changes h0",
    ),
    Mistake(
        "one array for all states",
        FORWARD,
        """
        h, hs = h0.copy(), [h0.copy()]
        for t in range(x.shape[1]):
            h[:] = np.tanh(x[:, t] @ self.w.data + h @ self.u.data + self.b.data)
            hs.append(h)
        self.cache = x, hs
        y = np.stack(hs[1:], axis=1)
        """,
        "each state needs an array of its own",
    ),
    # Recurrent.backward
    Mistake("times not reversed", BACKWARD, (LOOP, "for t in range(x.shape[1]):"), "go back"),
    Mistake(
        "dh of the later step forgotten",
        BACKWARD,
        ("(dy[:, t] + dh0)", "dy[:, t]"),
        "has heard only its own output",
    ),  # fmt: skip
    Mistake(
        "only the last output",
        BACKWARD,
        ("(dy[:, t] + dh0)", "(dy[:, -1] * (t + 1 == x.shape[1]) + dh0)"),
        "has heard only step 2",
    ),  # fmt: skip
    Mistake(
        "u with h_t", BACKWARD, ("hs[t].T", "hs[t + 1].T"), "u was multiplied by the state before"
    ),
    Mistake(
        "u with the state before that",
        BACKWARD,
        ("hs[t].T", "hs[t - 1].T"),
        "meets the wrong states",
    ),
    Mistake("u with h0", BACKWARD, ("hs[t].T", "hs[0].T"), "meets h_0 in both steps"),
    Mistake("u with the last state", BACKWARD, ("hs[t].T", "hs[-1].T"), "meets the last state"),
    Mistake("dw of one step", BACKWARD, ("dw += ", "dw = "), "the part of step 1 alone"),
    Mistake("du of one step", BACKWARD, ("du += ", "du = "), "the part of step 1 alone"),
    Mistake("db of one step", BACKWARD, ("db += ", "db = "), "the part of step 1 alone"),
    Mistake(
        "only the last step",
        BACKWARD,
        (LOOP, "for t in [x.shape[1] - 1]:"),
        "does the loop reach it?",
    ),
    Mistake(
        "all but the first step",
        BACKWARD,
        (LOOP, "for t in range(x.shape[1] - 1, 0, -1):"),
        "does the loop reach it?",
    ),  # fmt: skip
    Mistake("no slope", BACKWARD, (" * " + SLOPE, ""), "without the slope of tanh"),
    Mistake(
        "slope at the state before",
        BACKWARD,
        ("hs[t + 1] **", "hs[t] **"),
        "the slope at the state before",
    ),
    Mistake(
        "tanh of the state",
        BACKWARD,
        ("hs[t + 1] **", "np.tanh(hs[t + 1]) **"),
        "h_t is already the tanh",
    ),
    Mistake(
        "slope without square", BACKWARD, ("hs[t + 1] ** 2", "hs[t + 1]"), "it is 1 - h_t squared"
    ),
    Mistake("slope squared", BACKWARD, (SLOPE, "(1 - hs[t + 1]) ** 2"), "square first"),
    Mistake(
        "slope of the sigmoid", BACKWARD, (SLOPE, "hs[t + 1] * (1 - hs[t + 1])"), "this is a tanh"
    ),
    Mistake(
        "slope at z",
        BACKWARD,
        (SLOPE, "(1 - (x[:, t] @ w + hs[t] @ u + b) ** 2)"),
        "in the place of z_t",
    ),
    Mistake(
        "slope of the last state", BACKWARD, (SLOPE, "(1 - hs[-1] ** 2)"), "each step has its own"
    ),
    Mistake(
        "dh handed back",
        BACKWARD,
        ("dh0 = dz @ u.T", "dh0 = (dy[:, t] + dh0) @ u.T"),
        "after the slope of its tanh",
    ),  # fmt: skip
    Mistake("dz handed back", BACKWARD, ("dh0 = dz @ u.T", "dh0 = dz"), "it meets u, transposed"),
    Mistake("u not transposed", BACKWARD, ("dz @ u.T", "dz @ u"), "two axes of u"),
    Mistake("w not transposed", BACKWARD, ("dz @ w.T", "dz @ w"), "shapes"),
    Mistake(
        "nothing for h0",
        BACKWARD,
        ("dh0 = dz @ u.T", "dh0 = dz @ u.T if t else 0 * hs[0]"),
        "the first step hands something back",
    ),  # fmt: skip
    Mistake(
        "dh0 of the second step",
        BACKWARD,
        ("dh0 = dz @ u.T", "dh0 = dz @ u.T if t else dh0"),
        "h_0 gets what step 1 hands back",
    ),  # fmt: skip
    Mistake(
        "mean over the sequences",
        BACKWARD,
        ("np.sum(dz, axis=0)", "np.mean(dz, axis=0)"),
        "gradient of b",
    ),
    Mistake("db summed over all", BACKWARD, ("np.sum(dz, axis=0)", "np.sum(dz)"), "gradient of b"),
    Mistake(
        "dw with the other input",
        BACKWARD,
        ("x[:, t].T", "x[:, -1 - t].T"),
        "the input of another time",
    ),
    Mistake(
        "dw with the state", BACKWARD, ("dw += x[:, t].T", "dw += hs[t].T"), "is the gradient of u"
    ),
    Mistake(
        "du with the input", BACKWARD, ("du += hs[t].T", "du += x[:, t].T"), "is the gradient of w"
    ),
    Mistake(
        "dx at the other time",
        BACKWARD,
        ("dx[:, t] =", "dx[:, -1 - t] ="),
        "at its own time",
    ),
    Mistake(
        "divided by T in the end",
        BACKWARD,
        """
        x, hs = self.cache
        T = x.shape[1]
        dx, dh0 = np.zeros_like(x), np.zeros_like(hs[0])
        dw, du, db = (np.zeros_like(p.data) for p in (self.w, self.u, self.b))
        for t in reversed(range(T)):
            dz = (dy[:, t] + dh0) * (1 - hs[t + 1] ** 2)
            dx[:, t] = dz @ self.w.data.T
            dw, du, db = dw + x[:, t].T @ dz / T, du + hs[t].T @ dz / T, db + dz.sum(0) / T
            dh0 = dz @ self.u.data.T
        """,
        "the mean over the times",
    ),
    Mistake(
        "adds into dy",
        BACKWARD,
        ("dz = (dy[:, t] + dh0) *", "dy[:, t] += dh0\ndz = dy[:, t] *"),
        "dy",
    ),
    Mistake(
        "adds up between calls",
        BACKWARD,
        """
        x, hs = self.cache
        dx, dh0 = np.zeros_like(x), np.zeros_like(hs[0])
        if not hasattr(self, "sums"):
            self.sums = [np.zeros_like(p.data) for p in (self.w, self.u, self.b)]
        dw, du, db = self.sums
        for t in reversed(range(x.shape[1])):
            dz = (dy[:, t] + dh0) * (1 - hs[t + 1] ** 2)
            dx[:, t] = dz @ self.w.data.T
            dw += x[:, t].T @ dz
            du += hs[t].T @ dz
            db += np.sum(dz, axis=0)
            dh0 = dz @ self.u.data.T
        """,
        "twice",
    ),
    Mistake(
        "T of the first sequence",
        BACKWARD,
        (LOOP, "self.T = getattr(self, 'T', x.shape[1])\nfor t in reversed(range(self.T)):"),
        "is wrong about three",
    ),
    # lstm_step
    Mistake(
        "f and i exchanged", STEP, (CELL, "c = i * c + f * np.tanh(g)"), "has the gates exchanged"
    ),
    Mistake("order i, f, o, g", STEP, (SPLIT, "i, f, o, g = np.split"), "has g and o exchanged"),
    Mistake("order f, i, g, o", STEP, (SPLIT, "f, i, g, o = np.split"), "is another gate"),
    Mistake("order o, f, g, i", STEP, (SPLIT, "o, f, g, i = np.split"), "has i and o exchanged"),
    Mistake("order f, i, o, g", STEP, (SPLIT, "f, i, o, g = np.split"), "is another gate"),
    Mistake("order i, g, f, o", STEP, (SPLIT, "i, g, f, o = np.split"), "is another piece"),
    Mistake("no sigmoid", STEP, (GATES, ""), "a gate is the sigmoid of it"),
    Mistake("a gate made by tanh", STEP, ("sigmoid(f)", "np.tanh(f)"), "is made by a tanh"),
    Mistake("sigmoid for g", STEP, ("np.tanh(g)", "sigmoid(g)"), "has a sigmoid for g"),
    Mistake("g as it is", STEP, ("np.tanh(g)", "g"), "has no tanh for g"),
    Mistake("nothing forgotten", STEP, ("f * c +", "c +"), "does not forget"),
    Mistake("the old cell lost", STEP, ("f * c + ", ""), "has lost the old cell"),
    Mistake("everything let in", STEP, ("i * np.tanh(g)", "np.tanh(g)"), "lets in everything"),
    Mistake("1 - f for i", STEP, (CELL, "c = f * c + (1 - f) * np.tanh(g)"), "lets in 1 - f"),
    Mistake("no tanh of the cell", STEP, ("o * np.tanh(c)", "o * c"), "has no tanh: the cell"),
    Mistake(
        "the old cell shown",
        STEP,
        (
            CELL,
            "old, c = c, f * c + i * np.tanh(g)\nc, old = old, c\n"
            "h = o * np.tanh(c)\nreturn h, old, f",
        ),
        "is made from the old cell",
    ),  # fmt: skip
    Mistake("no output gate", STEP, ("o * np.tanh(c)", "np.tanh(c)"), "shows all of the cell"),
    Mistake("o inside", STEP, ("o * np.tanh(c)", "np.tanh(o * c)"), "has o inside the tanh"),
    Mistake("i for o", STEP, ("h = o *", "h = i *"), "let out by the gate i"),
    Mistake("tanh for o", STEP, ("sigmoid(o)", "np.tanh(o)"), "has a tanh for o"),
    Mistake(
        "sigmoid of the cell",
        STEP,
        ("o * np.tanh(c)", "o * sigmoid(c)"),
        "has a sigmoid of the cell",
    ),
    Mistake(
        "the state is not read", STEP, ("z = x @ w + h @ u + b", "z = x @ w + b"), "is u used?"
    ),
    Mistake(
        "no bias for gates", STEP, ("z = x @ w + h @ u + b", "z = x @ w + h @ u"), "is b used?"
    ),
    Mistake("split along the sequences", STEP, ("axis=1", "axis=0"), "they are cut along axis 1"),
    Mistake(
        "the cell is changed in place",
        STEP,
        (CELL, "c *= f\nc += i * np.tanh(g)"),
        "changes an array",
    ),
    Mistake(
        "the new cell is not named",
        STEP,
        (CELL, "new = f * c + i * np.tanh(g)"),
        "is the old cell: the new one",
    ),
    Mistake(
        "every fourth column",
        STEP,
        ("np.split(z, 4, axis=1)", "(z[:, k::4] for k in range(4))"),
        "first all of i",
    ),
    # cell_path
    Mistake("the last cell first", PATH, ("path[::-1]", "path"), "c_0 comes first"),
    Mistake("gates from the first", PATH, ("reversed(forgets)", "forgets"), "has met f_1"),
    Mistake("dc left out", PATH, ("path[::-1]", "path[:0:-1]"), "c_0, c_1 and c_2"),
    Mistake("ones for dc", PATH, ("[dc]", "[np.ones_like(dc)]"), "does not depend on dc"),
    Mistake("each gate times dc", PATH, ("f * path[-1]", "f * dc"), "has met one gate only"),
    Mistake("sums of gates", PATH, ("f * path[-1]", "f + path[-1]"), "has gates added"),
    Mistake(
        "a list of gradients",
        PATH,
        ("dcs = np.stack(path[::-1])", "dcs = path[-1]"),
        "c_0, c_1 and c_2",
    ),
    Mistake("no result", PATH, ("dcs = np.stack(path[::-1])", "dcs = None"), "gives back nothing"),
    Mistake("one gate too many", PATH, ("[dc]", "[dc * forgets[-1]]"), "begin with dc itself"),
    Mistake(
        "changes dc",
        PATH,
        """
        dcs = np.zeros((len(forgets) + 1, *dc.shape))
        dcs[-1] = dc
        for t in range(len(forgets) - 1, -1, -1):
            dc *= forgets[t]
            dcs[t] = dc
        """,
        "changes an array",
    ),
    Mistake(
        "through a slope of the gate",
        PATH,
        ("f * path[-1]", "f * (1 - f) * path[-1]"),
        "the slopes of sigmoids",
    ),
    Mistake(
        "one array in all places",
        PATH,
        """
        now, path = dc.copy(), []
        path.append(now)
        for f in forgets[::-1]:
            now *= f
            path.append(now)
        dcs = np.stack(path[::-1])
        """,
        "each time needs an array",
    ),
]

SPLIT_Z = "lstm_step: i, f, g, o = np.split(z, 4, axis=1) -> i, f, g, o = np.split(z, 4, axis=-1)"
ZEROS = "np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)"
EQUIVALENT = {
    f"Recurrent.backward: dx, dw, du, db = (np.zeros_like(x), {ZEROS}) -> "
    f"dx, dw, du, db = (np.ones_like(x), {ZEROS})": "each number of dx is filled in the loop",
    SPLIT_Z: "of two axes, 1 and -1 are the same one",
    "Recurrent.backward: dh0 = np.zeros_like(hs[0]) -> dh0 = np.zeros_like(hs[1])": (
        "all states have one shape"
    ),
}
