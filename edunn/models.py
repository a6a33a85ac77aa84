"""Models of one layer that have names of their own."""

from edunn.layers.dense import Dense


class LinearRegression(Dense):
    """y = x w + b

    x: (n, inputs)    w: (inputs, outputs)    b: (outputs,)    y: (n, outputs)
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, "id")

    def describe(self) -> str:
        return "{}, {}".format(*self.w.shape)


class LogisticRegression(Dense):
    """y = softmax(x w + b): the probabilities of the classes

    x: (n, inputs)    w: (inputs, classes)    b: (classes,)    y: (n, classes)
    """

    def __init__(self, inputs: int, classes: int) -> None:
        super().__init__(inputs, classes, "softmax")

    def describe(self) -> str:
        return "{}, {}".format(*self.w.shape)
