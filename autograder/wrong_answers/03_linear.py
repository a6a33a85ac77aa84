"""Wrong answers to exercise 3, and what the student must read of each."""

from edunn.course.bank import Mistake

WRONG_ANSWERS = [
    Mistake("w before x", "Linear.forward", ("x @ self.w.data", "self.w.data @ x"), "matmul"),
    Mistake("w transposed", "Linear.forward", ("self.w.data", "self.w.data.T"), "matmul"),
    Mistake("y of the wrong sign", "Linear.forward", ("x @", "-x @"), "not equal"),
    Mistake("adds a bias", "Linear.forward", ("self.w.data", "self.w.data + 1"), "not equal"),
    Mistake("y is forgotten", "Linear.forward", "self.cache = x\ny = None", "different shapes"),
    Mistake("x is not kept", "Linear.forward", "y = x @ self.w.data", "NoneType"),
    Mistake(
        "writes into x",
        "Linear.forward",
        "self.cache = x.copy()\ny = x @ self.w.data\nx *= 0",
        "changes",
    ),
    Mistake("loops for ever", "Linear.forward", "while True:\n    pass", "endless loop"),
    Mistake("leaves the process", "Linear.forward", "import os\nos._exit(0)", "ended"),
    Mistake("dw transposed", "Linear.backward", ("x.T @ dy", "dy.T @ x"), "lying on its side"),
    Mistake(
        "dw of the last example",
        "Linear.backward",
        ("x.T @ dy", "np.outer(x[-1], dy[-1])"),
        "last example",
    ),
    Mistake("dw averaged", "Linear.backward", ("x.T @ dy", "x.T @ dy / len(x)"), "mean"),
    Mistake("dw negative", "Linear.backward", ("x.T @ dy", "-x.T @ dy"), "opposite sign"),
    Mistake("dx without w", "Linear.backward", ("dy @ self.w.data.T", "dy"), "gradient of input 0"),
    Mistake(
        "dw without dy",
        "Linear.backward",
        ("x.T @ dy", "x.T @ np.ones_like(dy)"),
        "does not depend on dy",
    ),
]
