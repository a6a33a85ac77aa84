"""Wrong answers to exercise 15, and what the student must read of each."""

from edunn.course.bank import Mistake

STRIDE, PLACES = "every[:, :, ::stride, ::stride]", "r * stride, c * stride"
WINDOW, ADD = "x[:, :, top : top + size, left : left + size]", "+= windows[:, :, r, c]"
LETTERS_Y, LETTERS_DW = "nirckl,oikl->norc", "norc,nirckl->oikl"
CUT, PASTE = "cut(x, self.size, self.stride, self.padding", "shape, self.stride, self.padding)"

WRONG_ANSWERS = [
    # cut
    Mistake("no stride", "cut", (STRIDE, "every"), "stride along both directions"),
    Mistake("stride of rows only", "cut", (STRIDE, "every[:, :, ::stride]"), "both directions"),
    Mistake(
        "stride on pictures and channels",
        "cut",
        (STRIDE, "every[::stride, ::stride]"),
        "stride 2 and padding 1: the shape is (1, 2, 4, 5, 3, 3)",
    ),
    Mistake(
        "stride inside the windows",
        "cut",
        (STRIDE, "every[..., ::stride, ::stride]"),
        "stride 2 and padding 1: the shape is (2, 3, 4, 5, 2, 2)",
    ),
    Mistake("moves along pictures", "cut", ("axis=(2, 3)", "axis=(0, 1)"), "The order is"),
    Mistake(
        "place and position exchanged",
        "cut",
        (STRIDE, STRIDE + ".transpose(0, 1, 4, 5, 2, 3)"),
        "The order is",
    ),
    Mistake("windows turned", "cut", ("axis=(2, 3)", "axis=(3, 2)"), "place (0, 3) is wrong"),
    Mistake(
        "windows side by side", "cut", (STRIDE, "every[:, :, ::size, ::size]"), "windows of size 2"
    ),
    Mistake("no axis", "cut", (", axis=(2, 3)", ""), "axis"),
    Mistake("no windows", "cut", "windows = None", "gives back nothing"),
    # paste
    Mistake("replaces", "paste", ("+=", "="), "replaced the first one"),
    Mistake("stride forgotten", "paste", (PLACES, "r, c"), "not where it was cut out"),
    Mistake("rows for columns", "paste", (PLACES, "c * stride, r * stride"), "broadcast"),
    Mistake("last column left out", "paste", ("columns", "columns - 1"), "last window is missing"),
    Mistake("last row left out", "paste", ("(rows)", "(rows - 1)"), "last window is missing"),
    Mistake("does nothing", "paste", "pass", "last window is missing"),
    Mistake(
        "begins after the border", "paste", (PLACES, "(r + 1) * stride, c * stride"), "broadcast"
    ),
    Mistake(
        "first axes", "paste", (WINDOW, "x[top : top + size, left : left + size]"), "broadcast"
    ),
    Mistake(
        "windows turned on the way back",
        "paste",
        (ADD, "+= windows[:, :, r, c].swapaxes(2, 3)"),
        "not equal",
    ),
    Mistake(
        "stride along rows only", "paste", (PLACES, "r * stride, c"), "not where it was cut out"
    ),
    Mistake(
        "border twice",
        "paste",
        (PLACES, "r * stride + padding, c * stride + padding"),
        "broadcast",
    ),
    # Conv2d.forward
    Mistake(
        "bias not added",
        "Conv2d.forward",
        ("y = y + self.b.data[:, None, None]", ""),
        "is b used in forward?",
    ),
    Mistake(
        "bias along the columns",
        "Conv2d.forward",
        ("self.b.data[:, None, None]", "self.b.data"),
        "each output channel has its own bias",
    ),
    Mistake(
        "kernel upside-down",
        "Conv2d.forward",
        ("self.w.data", "self.w.data[:, :, ::-1, ::-1]"),
        "upside-down",
    ),
    Mistake("kernel turned", "Conv2d.forward", ("oikl->", "oilk->"), "not equal"),
    Mistake("stride not used", "Conv2d.forward", ("self.stride, ", "1, "), "y has shape"),
    Mistake("padding not used", "Conv2d.forward", (", self.padding", ""), "y has shape"),
    Mistake("channels last", "Conv2d.forward", ("->norc", "->nrco"), "different shapes"),
    Mistake(
        "first channel only",
        "Conv2d.forward",
        ("windows, self.w.data,", "windows[:, :1], self.w.data[:, :1],"),
        "not equal",
    ),
    Mistake("nothing kept", "Conv2d.forward", ("self.cache = x.shape, windows", ""), "NoneType"),
    Mistake(
        "no outputs",
        "Conv2d.forward",
        ("y = y + self.b.data[:, None, None]", "y = None"),
        "gives back nothing",
    ),  # fmt: skip
    Mistake(
        "writes the bias into w",
        "Conv2d.forward",
        ("y = np", "self.w.data += 0.01\ny = np"),
        "not equal",
    ),
    # Conv2d.backward
    Mistake(
        "dx with the kernel upside-down",
        "Conv2d.backward",
        ("dy, self.w.data", "dy, self.w.data[:, :, ::-1, ::-1]"),
        "gradient of input 0",
    ),
    Mistake("db of each place", "Conv2d.backward", ("axis=(0, 2, 3)", "axis=0"), "gradient of b"),
    Mistake(
        "db of each picture", "Conv2d.backward", ("axis=(0, 2, 3)", "axis=(2, 3)"), "one row per"
    ),
    Mistake("db over everything", "Conv2d.backward", (", axis=(0, 2, 3)", ""), "gradient of b"),
    Mistake("db averaged", "Conv2d.backward", ("np.sum(dy", "np.mean(dy"), "gradient of b"),
    Mistake(
        "stride ignored in dx", "Conv2d.backward", (PASTE, "shape, 1, self.padding)"), "input 0"
    ),
    Mistake(
        "padding ignored in dx", "Conv2d.backward", (PASTE, "shape, self.stride)"), "broadcast"
    ),
    Mistake("rows and columns of dw", "Conv2d.backward", ("->oikl", "->oilk"), "another order"),
    Mistake("channels of dw exchanged", "Conv2d.backward", ("->oikl", "->iokl"), "shape"),
    Mistake(
        "dw averaged",
        "Conv2d.backward",
        ("dy, windows, optimize=True)", "dy, windows, optimize=True) / len(dy)"),
        "number of examples",
    ),
    Mistake(
        "dw of the last picture",
        "Conv2d.backward",
        ("dy, windows,", "dy[-1:], windows[-1:],"),
        "last example",
    ),
    Mistake(
        "dw without dy",
        "Conv2d.backward",
        ("dy, windows,", "np.ones_like(dy), windows,"),
        "does not depend on dy",
    ),
    Mistake("dw negative", "Conv2d.backward", ("dw = ", "dw = -"), "opposite sign"),
    Mistake(
        "nothing pasted",
        "Conv2d.backward",
        ("dx = paste(dwindows, " + PASTE, "dx = dwindows"),
        "input 0",
    ),
    # MaxPool2d.forward
    Mistake("border of zeros", "MaxPool2d.forward", (", fill=-np.inf", ""), "the border has won"),
    Mistake("the smallest", "MaxPool2d.forward", ("np.max", "np.min"), "not equal"),
    Mistake("the mean", "MaxPool2d.forward", ("np.max", "np.mean"), "the mean of the window"),
    Mistake(
        "the place, not the number",
        "MaxPool2d.forward",
        ("y = np.max", "y = np.argmax"),
        "the place of the largest",
    ),
    Mistake("steps of one", "MaxPool2d.forward", ("self.stride", "1"), "y has shape"),
    Mistake("no padding", "MaxPool2d.forward", ("self.padding", "0"), "different shapes"),
    Mistake(
        "the largest of the whole map",
        "MaxPool2d.forward",
        ("np.max(flat, axis=-1)", "np.max(flat, axis=(2, 3))"),
        "y has shape",
    ),
    Mistake(
        "all equal ones win",
        "MaxPool2d.forward",
        (
            "np.arange(self.size * self.size) == best[..., None]",
            "flat == np.max(flat, axis=-1)[..., None]",
        ),
        "four equal pixels got 48",
    ),
    Mistake(
        "the smallest wins", "MaxPool2d.forward", ("np.argmax", "np.argmin"), "gradient of input 0"
    ),
    Mistake(
        "one winner for all windows",
        "MaxPool2d.forward",
        (
            "best = np.argmax(flat, axis=-1)",
            "best = np.full(flat.shape[:-1], np.argmax(flat[0, 0, 0, 0]))",
        ),
        "gradient of input 0",
    ),
    # MaxPool2d.backward
    Mistake(
        "shared by all",
        "MaxPool2d.backward",
        ("won * dy[..., None]", "np.ones_like(won) * dy[..., None] / self.size**2"),
        "not 0 in some places where it should be",
    ),
    Mistake(
        "all of dy to everybody",
        "MaxPool2d.backward",
        ("won * dy[..., None]", "np.ones_like(won) * dy[..., None]"),
        "Which numbers did forward really use?",
    ),
    Mistake(
        "no dy",
        "MaxPool2d.backward",
        ("won * dy[..., None]", "won * 1.0"),
        "does not depend on dy",
    ),
    Mistake(
        "steps of one on the way back",
        "MaxPool2d.backward",
        (PASTE, "shape, 1, self.padding)"),
        "gradient of input 0",
    ),
    Mistake("border kept", "MaxPool2d.backward", (PASTE, "shape, self.stride)"), "broadcast"),
    Mistake("not pasted", "MaxPool2d.backward", ("paste(dwindows, " + PASTE, "dwindows"), "shape"),
    Mistake("negative", "MaxPool2d.backward", ("won * dy", "won * -dy"), "opposite sign"),
    Mistake(
        "the last window replaces the others",
        "MaxPool2d.backward",
        """
        shape, won = self.cache
        p, s, size = self.padding, self.stride, self.size
        dwindows = (won * dy[..., None]).reshape(*dy.shape, size, size)
        full = np.zeros((*shape[:2], shape[2] + 2 * p, shape[3] + 2 * p))
        for r in range(dy.shape[2]):
            for c in range(dy.shape[3]):
                here = full[:, :, r * s : r * s + size, c * s : c * s + size]
                here[dwindows[:, :, r, c] != 0] = dwindows[:, :, r, c][dwindows[:, :, r, c] != 0]
        dx = full[:, :, p : p + shape[2], p : p + shape[3]]
        """,
        "only the last of several contributions",
    ),
    # Flatten
    Mistake(
        "everything in one row", "Flatten.forward", ("(len(x), -1)", "(-1)"), "keeps its own row"
    ),
    Mistake(
        "first shape for ever",
        "Flatten.forward",
        ("self.cache = x.shape", "self.cache = self.cache or x.shape"),
        "an earlier call",
    ),
    Mistake("columns first", "Flatten.forward", ("(len(x), -1)", "(-1, len(x)).T"), "not equal"),
    Mistake("channels kept", "Flatten.forward", ("(len(x), -1)", "(*x.shape[:2], -1)"), "own row"),
    Mistake(
        "shape not kept", "Flatten.forward", ("self.cache = x.shape", ""), "shape of the output"
    ),
    Mistake("nothing done", "Flatten.forward", ("x.reshape(len(x), -1)", "x"), "own row"),
    Mistake("dy as it is", "Flatten.backward", ("dy.reshape(self.cache)", "dy"), "shape"),
    Mistake("batch forgotten", "Flatten.backward", ("self.cache", "self.cache[1:]"), "reshape"),
    Mistake("axes reversed", "Flatten.backward", ("self.cache", "self.cache[::-1]"), "shape"),
    Mistake("dy transposed", "Flatten.backward", ("dy.reshape", "dy.T.reshape"), "other places"),
    Mistake("zeros", "Flatten.backward", ("dy.reshape(", "np.zeros("), "0 everywhere"),
    Mistake("ones", "Flatten.backward", ("dy.reshape(", "np.ones("), "does not depend on dy"),
]

CUT_ALL = "every = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(%s, 3))"
EINSUMS = {
    "Conv2d.forward": "y = np.einsum('nirckl,oikl->norc', windows, self.w.data%s)",
    "Conv2d.backward": "dw = np.einsum('norc,nirckl->oikl', dy, windows%s)",
    "Conv2d.backward ": "dwindows = np.einsum('norc,oikl->nirckl', dy, self.w.data%s)",
}
EQUIVALENT = {
    f"{todo.strip()}: {call % ', optimize=True'} -> {call % other}": "the same sums, only slower"
    for todo, call in EINSUMS.items()
    for other in ("", ", optimize=False")
} | {
    f"cut: {CUT_ALL % 2} -> {CUT_ALL % -2}": "of four axes, 2 and -2 are the same one",
    "Conv2d.backward: db = np.sum(dy, axis=(0, 2, 3)) -> db = np.sum(dy, axis=(0, -2, 3))": (
        "of four axes, 2 and -2 are the same one"
    ),
    "Flatten.forward: y = x.reshape(len(x), -1) -> y = x.reshape(len(x), -2)": (
        "NumPy takes any negative size as the one to work out"
    ),
}
