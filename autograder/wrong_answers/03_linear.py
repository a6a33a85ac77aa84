"""Wrong answers to exercise 3: code in the place of a TODO, and what the grader must say of it."""

FORWARD = "self.cache = x\ny = x @ self.w.data"
BACKWARD = "x = self.cache\ndx = dy @ self.w.data.T\ndw = x.T @ dy"

# name: (answers by TODO, points of 7, words of the reason)
WRONG_ANSWERS = {
    "dw transposed": (
        {"Linear.forward": FORWARD, "Linear.backward": BACKWARD.replace("x.T @ dy", "dy.T @ x")},
        4,
        "dw has shape (2, 3), not (3, 2); it looks transposed",
    ),
    "dw of the last example": (
        {
            "Linear.forward": FORWARD,
            "Linear.backward": BACKWARD.replace("x.T @ dy", "np.outer(x[-1], dy[-1])"),
        },
        4,
        "dw comes from the last example of the batch only",
    ),
    "loops for ever": (
        {"Linear.forward": "while True:\n    pass", "Linear.backward": BACKWARD},
        0,
        "stopped after",
    ),
    "dw averaged": (
        {"Linear.forward": FORWARD, "Linear.backward": BACKWARD + " / len(x)"},
        4,
        "is the mean over the examples",
    ),
    "dx without w": (
        {
            "Linear.forward": FORWARD,
            "Linear.backward": BACKWARD.replace("dy @ self.w.data.T", "dy"),
        },
        5,
        "dx has shape (4, 2), not (4, 3)",
    ),
    "backward not written": ({"Linear.forward": FORWARD}, 2, "Linear.backward: not written yet"),
    "forward turned round": (
        {"Linear.forward": "self.cache = x\ny = self.w.data @ x", "Linear.backward": BACKWARD},
        0,
        "ValueError",
    ),
    "writes into x": (
        {
            "Linear.forward": "self.cache = x.copy()\ny = x @ self.w.data\nx *= 0",
            "Linear.backward": BACKWARD,
        },
        5,
        "forward writes into x",
    ),
    "prints in a loop": (
        {
            "Linear.forward": "for _ in range(50000):\n    print('hello')\n" + FORWARD,
            "Linear.backward": "dx = dy\ndw = None",
        },
        2,
        "dx",
    ),
    "leaves the process": (
        {"Linear.forward": "import os\nos._exit(0)", "Linear.backward": BACKWARD},
        0,
        "ended",
    ),
}
