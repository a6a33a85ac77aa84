"""Layers whose constructor has other words in PyTorch; what they compute is edunn's."""

from typing import Any

from edunn.initializers import LeCunUniform
from edunn.layers import activations, dense, regularization


class Linear(dense.Dense):
    """y = x w + b

    x: (n, in_features)    w: (in_features, out_features)    b: (out_features,)
    y: (n, out_features)    weight, bias: the Parameters w and b; bias is None without one
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        start = LeCunUniform(in_features)
        super().__init__(in_features, out_features, "id", start, start, bias)

    def describe(self) -> str:
        sizes = f"in_features={self.in_features}, out_features={self.out_features}"
        return f"{sizes}, bias={self.b is not None}"


class Dropout(regularization.Dropout):
    """In training, each number is 0 with probability p, or divided by 1 - p; else y = x.

    x, y: any shape    p: from 0 to 1    inplace: accepted, without effect
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__(0.0 if p == 1 and p is not True else p)
        self.p, self.inplace = p, inplace

    def forward(self, x: Any) -> Any:
        if self.training and self.p == 1:  # nothing is left, whose mean could be kept
            self.cache = x * 0
            return self.cache
        return super().forward(x)

    def describe(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class ReLU(activations.ReLU):
    """y = max(x, 0), elementwise; inplace=True is accepted, without effect."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def describe(self) -> str:
        return "inplace=True" if self.inplace else ""


class LeakyReLU(activations.LeakyReLU):
    """y = x for x > 0, else negative_slope * x, elementwise; inplace has no effect."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(negative_slope)

    def describe(self) -> str:
        return f"negative_slope={self.slope}"
