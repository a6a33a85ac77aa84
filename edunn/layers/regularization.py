"""Layers that behave differently in training and in use: Dropout and batch normalization."""

import numpy as np

from edunn.backend import default_dtype, generator
from edunn.core import Module, Parameter
from edunn.initializers import One, Zero
from edunn.inputs import check_array, check_number, check_sizes
from edunn.words import named, settled_words


@named()
class Dropout(Module):
    """In training, each number becomes 0 with probability p, and the others are divided by 1 - p,
    which leaves the mean as it was. In evaluation, y = x (Srivastava et al. 2014).

    x, y: any shape    p: from 0 to below 1, the share that is dropped
    """

    def __init__(self, p=0.5):
        check_number("Dropout", p=p)
        if not 0 <= p < 1:
            raise ValueError(f"Dropout got p={p!r}, not a probability from 0 to below 1")
        self.p = p

    def forward(self, x):
        check_array(self, x)
        if not self.training or self.p == 0:
            self.cache = None
            return x
        kept = (generator().random(x.shape) >= self.p) / (1 - self.p)  # drawn on the CPU: one seed,
        self.cache = np.asarray(kept.astype(x.dtype), like=x)  # one mask, on every device
        return x * self.cache

    def backward(self, dy):
        return (dy if self.cache is None else dy * self.cache), {}

    def describe(self):
        return f"p={self.p}"


class Moments(Module):
    """The mean and variance of each feature: of the batch in training, and running averages of
    those in evaluation: running = (1 - momentum) running + momentum batch.

    running_mean, running_var: (features,); the variance with n - 1 in its denominator
    """

    buffers = ("running_mean", "running_var")
    shape: tuple[str, ...]  # of x, with "features" where they are

    def __init__(self, num_features, momentum):
        check_sizes(type(self).__name__, num_features=num_features)
        check_number(type(self).__name__, momentum=momentum)
        self.in_features = self.out_features = self.features = num_features
        self.momentum = momentum
        self.running_mean = np.zeros(num_features, default_dtype())
        self.running_var = np.ones(num_features, default_dtype())

    def shape_of(self, x):
        """The names of the axes of x."""
        return self.shape

    def axes(self, x):
        """What mean and variance are taken over: all axes but that of the features."""
        return tuple(i for i, size in enumerate(self.shape_of(x)) if size != "features")

    def columns(self, values, x):
        """(features,) so that it broadcasts over x."""
        return values.reshape([-1 if size == "features" else 1 for size in self.shape_of(x)])

    def moments(self, x):
        if not self.training:
            return self.running_mean, self.running_var
        count = x.size // self.running_mean.size
        if count < 2:
            raise ValueError(f"{self} got one value a feature, whose variance is 0: use eval()")
        mean = np.sum(x, axis=self.axes(x)) / count
        variance = np.sum((x - self.columns(mean, x)) ** 2, axis=self.axes(x)) / count
        unbiased = variance * (count / (count - 1))
        old, new = 1 - self.momentum, self.momentum
        self.running_mean = old * self.running_mean + new * mean
        self.running_var = old * self.running_var + new * unbiased
        return mean, variance


@named(gamma_initializer="initializer", beta_initializer="bias_initializer")
class BatchNorm(Moments):
    """y = w (x - mean) / sqrt(variance + eps) + b, feature by feature

    Mean and variance are those of the batch in training, running averages in evaluation
    (Ioffe and Szegedy 2015, arXiv:1502.03167); see Moments.

    w, b: (features,)
    """

    @settled_words(affine=True, track_running_stats=True, bias=True)
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, *, initializer=One(), bias_initializer=Zero()
    ):
        super().__init__(num_features, momentum)
        check_number(type(self).__name__, eps=eps)
        self.eps = eps
        self.w, self.b = (Parameter(f((num_features,))) for f in (initializer, bias_initializer))

    def forward(self, x):
        check_array(self, x, *(getattr(self, size, size) for size in self.shape_of(x)))
        mean, variance = self.moments(x)
        scale = 1 / np.sqrt(variance + self.eps)
        normal = (x - self.columns(mean, x)) * self.columns(scale, x)
        self.cache = normal, scale, self.training
        return normal * self.columns(self.w.data, x) + self.columns(self.b.data, x)

    def backward(self, dy):
        normal, scale, training = self.cache
        axes, count = self.axes(dy), dy.size // scale.size
        dw, db = np.sum(dy * normal, axis=axes), np.sum(dy, axis=axes)
        dx = dy
        if training:  # the batch's mean and variance move with x, and take their part back
            dx = dy - normal * self.columns(dw / count, dy) - self.columns(db / count, dy)
        return dx * self.columns(self.w.data * scale, dy), {"w": dw, "b": db}

    def multiply_adds(self, y_shape):
        return 0

    def describe(self):
        return f"{self.features}"


class BatchNorm1d(BatchNorm):
    """Batch normalization of x: (n, features) or (n, features, length); see BatchNorm."""

    def shape_of(self, x):
        return ("n", "features", "length") if np.ndim(x) == 3 else ("n", "features")


class BatchNorm2d(BatchNorm):
    """Batch normalization of images x: (n, features, height, width); see BatchNorm."""

    shape = ("n", "features", "height", "width")
