"""Layers whose constructor has other words in PyTorch; what they compute is edunn's."""

from typing import Any

from edunn.initializers import LeCunUniform
from edunn.layers import activations, convolution, dense, embedding, regularization
from edunn.words import named, settled_words


@named()
class Linear(dense.Dense):
    """y = x w + b

    x: (n, in_features)    w: (in_features, out_features)    b: (out_features,)
    y: (n, out_features)    weight, bias: the Parameters w and b; bias is None without one
    """

    @settled_words()
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

    backward = regularization.Dropout.backward

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


class ELU(activations.ELU):
    """y = x for x > 0, else alpha (exp(x) - 1), elementwise; inplace has no effect."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(alpha)

    def describe(self) -> str:
        return f"alpha={self.alpha}"


class SiLU(activations.SiLU):
    """y = x sigmoid(x), elementwise; inplace has no effect."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()


class Softplus(activations.Softplus):
    """y = log(1 + exp(beta x)) / beta, elementwise, for every x

    threshold: accepted, without effect; above it PyTorch takes x, which is y there to 2e-9
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__(beta)


class Softmax(activations.Softmax):
    """y = exp(x) / sum of exp(x) along the axis `dim`; x, y: any shape"""

    def __init__(self, dim: int = -1) -> None:
        super().__init__(axis=dim)

    def describe(self) -> str:
        return f"dim={self.axis}"


class LogSoftmax(activations.LogSoftmax):
    """y = x - log(sum of exp(x) along the axis `dim`); x, y: any shape"""

    def __init__(self, dim: int = -1) -> None:
        super().__init__(axis=dim)

    def describe(self) -> str:
        return f"dim={self.axis}"


@named()
class _Convolution(convolution._Convolution):
    """PyTorch's order of words: bias comes after dilation and groups."""

    @settled_words(padding_mode="zeros")
    def __init__(  # noqa: PLR0913
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1,
        padding: Any = 0, dilation: Any = 1, groups: int = 1, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, bias, dilation, groups
        )


class Conv2d(_Convolution, convolution.Conv2d):
    """y[:, o] = sum over i of w[o, i] slid over x[:, i], plus b[o]; shapes as edunn.Conv2d

    x: (n, in_channels, height, width)    y: (n, out_channels, rows, columns)
    """


class Conv1d(_Convolution, convolution.Conv1d):
    """y[:, o] = sum over i of w[o, i] slid over x[:, i], plus b[o]; shapes as edunn.Conv1d

    x: (n, in_channels, length)    y: (n, out_channels, places)
    """


@named()
class Embedding(embedding.Embedding):
    """y = w[x], for whole numbers x of any shape; y has embedding_dim as one more axis

    padding_idx: a number whose row starts at 0 and gets no gradient
    """

    @settled_words(max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False)
    def __init__(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None
    ) -> None:
        super().__init__(num_embeddings, embedding_dim, padding_idx=padding_idx)
