import my_edunn as nn

__all__ = ["Linear"]


class Linear(nn.Module):
    """y = x w

    x: (n, inputs)    w: (inputs, outputs)    y: (n, outputs)
    """

    def __init__(self, inputs, outputs, initializer=nn.initializers.RandomNormal()):
        self.w = nn.Parameter(initializer((inputs, outputs)))

    def forward(self, x):
        """The outputs y, of shape (n, outputs); keeps x for backward."""
        ### BEGIN SOLUTION
        self.cache = x
        y = x @ self.w.data
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients dx, of the shape of x, and dw, of the shape of w, for dy: (n, outputs)."""
        ### BEGIN SOLUTION
        x = self.cache
        dx = dy @ self.w.data.T
        dw = x.T @ dy
        ### END SOLUTION
        return dx, {"w": dw}
