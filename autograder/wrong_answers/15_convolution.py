"""Wrong answers to exercise 15, and what the student must read of each."""

from edunn.course.authoring import Mistake

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
    Mistake("one size", "cut", ("(size, size)", "size"), "two sizes and two axes"),
    Mistake(
        "a border twice",
        "cut",
        ("every =", "x = np.pad(x, ((0, 0), (0, 0), border, border))\nevery ="),
        "and padding 1",
    ),
    Mistake(
        "a loop that ends too early",
        "cut",
        """
        rows, columns = (x.shape[2] - size) // stride, (x.shape[3] - size) // stride
        windows = np.zeros((*x.shape[:2], rows, columns, size, size))
        for r in range(rows):
            for c in range(columns):
                top, left = r * stride, c * stride
                windows[:, :, r, c] = x[:, :, top : top + size, left : left + size]
        """,
        "the shape is (2, 3, 2, 3, 2, 2)",
    ),
    Mistake(
        "a loop without stride",
        "cut",
        """
        rows, columns = (x.shape[2] - size) // stride + 1, (x.shape[3] - size) // stride + 1
        windows = np.zeros((*x.shape[:2], rows, columns, size, size))
        for r in range(rows):
            for c in range(columns):
                windows[:, :, r, c] = x[:, :, r : r + size, c : c + size]
        """,
        "Place and pixel are not the same",
    ),
    Mistake("no windows", "cut", "windows = None", "gives back nothing"),
    # paste
    Mistake("replaces", "paste", ("+=", "="), "replaced the first one"),
    Mistake("stride forgotten", "paste", (PLACES, "r, c"), "not where it was cut out"),
    Mistake("rows for columns", "paste", (PLACES, "c * stride, r * stride"), "must have one shape"),
    Mistake("last column left out", "paste", ("columns", "columns - 1"), "last window is missing"),
    Mistake("last row left out", "paste", ("(rows)", "(rows - 1)"), "is anything written into x"),
    Mistake("does nothing", "paste", "pass", "0 everywhere"),
    Mistake(
        "begins after the border", "paste", (PLACES, "(r + 1) * stride, c * stride"), "one shape"
    ),
    Mistake(
        "first axes", "paste", (WINDOW, "x[top : top + size, left : left + size]"), "one shape"
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
    Mistake("into one pixel", "paste", (WINDOW, "x[:, :, r, c]"), "must have one shape"),
    Mistake("ends at size", "paste", ("left : left + size", "left : size"), "must have one shape"),
    Mistake("ends after a stride", "paste", ("+ size", "+ stride"), "must have one shape"),
    Mistake(
        "window of (c, r)", "paste", ("windows[:, :, r, c]", "windows[:, :, c, r]"), "one shape"
    ),
    Mistake("as many as pixels", "paste", ("range(rows)", "range(high)"), "out of bounds"),
    Mistake(
        "first picture only",
        "paste",
        (
            WINDOW + " " + ADD,
            "x[0, 0, top : top + size, left : left + size] += windows[0, 0, r, c]",
        ),
        "an entry is lost",
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
        "b is added along the last axis",
    ),
    Mistake(
        "kernel upside-down",
        "Conv2d.forward",
        ("self.w.data", "self.w.data[:, :, ::-1, ::-1]"),
        "upside-down",
    ),
    Mistake("kernel turned", "Conv2d.forward", ("oikl->", "oilk->"), "lies on its side"),
    Mistake("stride not used", "Conv2d.forward", ("self.stride, ", "1, "), "y has shape"),
    Mistake("padding not used", "Conv2d.forward", (", self.padding", ""), "y has shape"),
    Mistake("one new axis only", "Conv2d.forward", ("[:, None, None]", "[:, None]"), "broadcast"),
    Mistake(
        "the bias along the last axis",
        "Conv2d.forward",
        ("self.b.data[:, None, None]", "self.b.data[None, None, :]"),
        "b is added along the last axis",
    ),
    Mistake("x for its shape", "Conv2d.forward", ("x.shape, windows", "x, windows"), "unpack"),
    Mistake("no arrow", "Conv2d.forward", ("->norc", ""), "different shapes"),
    Mistake(
        "no stride and no border",
        "Conv2d.forward",
        ("cut(x, self.size, self.stride, self.padding)", "cut(x, self.size)"),
        "y has shape",
    ),
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
    Mistake("db along the channels", "Conv2d.backward", ("axis=(0, 2, 3)", "axis=1"), "shape"),
    Mistake(
        "windows without dy",
        "Conv2d.backward",
        ("paste(dwindows", "paste(windows"),
        "does not depend on dy",
    ),
    Mistake("pasted into the shape of dy", "Conv2d.backward", (PASTE, "dy." + PASTE), "broadcast"),
    Mistake(
        "the first kernel only",
        "Conv2d.backward",
        ('"norc,oikl->nirckl", dy, self.w.data', '"nrc,ikl->nirckl", dy[:, 0], self.w.data[0]'),
        "gradient of input 0",
    ),
    Mistake("db averaged", "Conv2d.backward", ("np.sum(dy", "np.mean(dy"), "gradient of b"),
    Mistake(
        "stride ignored in dx",
        "Conv2d.backward",
        (PASTE, "shape, 1, self.padding)"),
        "with stride 2",
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
    Mistake("a border of -100", "MaxPool2d.forward", ("-np.inf", "-100"), "the border has won"),
    Mistake(
        "the winners are not marked",
        "MaxPool2d.forward",
        ("np.arange(self.size * self.size) == best[..., None]", "best"),
        "does not fit beside (2, 3, 3, 2, 1): from the right, 3 meets 2",
    ),
    Mistake(
        "winners without a new axis", "MaxPool2d.forward", ("best[..., None]", "best"), "broadcast"
    ),
    Mistake(
        "one row for a picture",
        "MaxPool2d.forward",
        ("*windows.shape[:4], self.size * self.size", "len(x), -1"),
        "y has shape (1,)",
    ),
    Mistake("the smallest", "MaxPool2d.forward", ("np.max", "np.min"), "not equal"),
    Mistake("the mean", "MaxPool2d.forward", ("np.max", "np.mean"), "the mean of the window"),
    Mistake(
        "the place, not the number",
        "MaxPool2d.forward",
        ("y = np.max", "y = np.argmax"),
        "the place of the largest",
    ),
    Mistake("steps of one", "MaxPool2d.forward", ("self.stride", "1"), "y has shape"),
    Mistake("no padding", "MaxPool2d.forward", ("self.padding", "0"), "padding handed on"),
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
    Mistake("dy without a new axis", "MaxPool2d.backward", ("dy[..., None]", "dy"), "broadcast"),
    Mistake(
        "no squares",
        "MaxPool2d.backward",
        (".reshape(*dy.shape, self.size, self.size)", ""),
        "unpack",
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
    Mistake(
        "a column for each", "Flatten.forward", ("(len(x), -1)", "(-1, len(x))"), "keeps its own"
    ),
    Mistake(
        "the new shape is kept",
        "Flatten.forward",
        "y = x.reshape(len(x), -1)\nself.cache = y.shape",
        "shape of the output",
    ),
    Mistake("columns first", "Flatten.forward", ("(len(x), -1)", "(-1, len(x)).T"), "which axis"),
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
    Mistake(
        "adds into another name",
        "paste",
        """
        for r in range(rows):
            for c in range(columns):
                top, left = r * stride, c * stride
                part = x[:, :, top : top + size, left : left + size]
                part = part + windows[:, :, r, c]
        """,
        "x is still 0",
    ),
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
