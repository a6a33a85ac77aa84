"""Dense: a Linear, a Bias and an activation in one layer."""

from math import prod

from edunn.core import Module, Parameter
from edunn.initializers import KaimingNormal, Zero
from edunn.inputs import check_features, check_sizes
from edunn.layers.activations import activation_layer
from edunn.layers.linear import rows
from edunn.words import named


@named(
    input_size="inputs", output_size="outputs", activation_name="activation",
    linear_initializer="initializer",
)  # fmt: skip
class Dense(Module):
    """y = f(x w + b): what Linear, Bias and an activation give in a row, as one layer

    x: (n, inputs)    w: (inputs, outputs)    b: (outputs,)    y: (n, outputs)
    or x: (..., inputs)    y: (..., outputs)
    activation: the name of f: "id", "relu", "sigmoid", "softmax", "tanh" ...
    bias: False for a layer without b; so does bias_initializer=None
    """

    def __init__(
        self, inputs, outputs, activation="id", initializer=KaimingNormal(),
        bias_initializer=Zero(), bias=True,
    ):  # fmt: skip
        check_sizes(type(self).__name__, inputs=inputs, outputs=outputs)
        self.in_features, self.out_features = inputs, outputs
        self.activation_name, self.activation = activation, activation_layer("Dense", activation)
        self.w = Parameter(initializer((inputs, outputs)))
        self.b = Parameter(bias_initializer((outputs,))) if bias and bias_initializer else None

    def forward(self, x):
        check_features(self, x, len(self.w.data))
        z = x @ self.w.data
        y = self.activation.forward(z if self.b is None else z + self.b.data)
        self.cache = x, self.activation.cache
        return y

    def backward(self, dy):
        x, activation_cache = self.cache
        self.activation.cache = activation_cache
        dz, _ = self.activation.backward(dy)
        dx = dz @ self.w.data.T if self.needs_dx else None
        x, dz = (x, dz) if x.ndim == 2 else (rows(x), rows(dz))
        # for one example * is the same as @, which does not come to BLAS then
        grads = {"w": x.T * dz if len(x) == 1 else x.T @ dz}
        return dx, grads if self.b is None else grads | {"b": dz.sum(axis=0)}

    def multiply_adds(self, y_shape):
        return prod(y_shape[:-1]) * self.w.size

    def describe(self):
        return "{}, {}, {!r}".format(*self.w.shape, self.activation_name)

    def __repr__(self):
        return f"{type(self).__name__}({self.describe()})"  # its activation is no child to show
