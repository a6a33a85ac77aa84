# A mistake for each diagnosis, as a student might make it. The site shows each with its report, and a
# test holds that the report names it. A cell is headed by the id of the diagnosis. Where it does not
# end with a check, its last class is checked beside edunn's class of that name: see diagnosis_page.py.

# %% raises
class Linear(nn.Linear):
    def forward(self, x):
        self.cache = x
        return x @ self.w.data + float("two")

# %% raises_inside
class Linear(nn.Linear):
    def backward(self, dy):
        dy, _ = nn.Tanh().backward(dy)
        return super().backward(dy)

# %% raises_self
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ w.data.T, {"w": self.cache.T @ dy}

# %% raises_name
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ weights.T, {"w": self.cache.T @ dy}

# %% raises_no_result
class Bias(nn.Bias):
    def forward(self, x):
        print(x + self.b.data)
        return y

# %% raises_unbound
class Linear(nn.Linear):
    def backward(self, dy):
        for row, d in zip(self.cache, dy):
            dw += np.outer(row, d)
        return dy @ self.w.data.T, {"w": dw}

# %% raises_attribute
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.weights.data.T, {"w": self.cache.T @ dy}

# %% raises_other_word
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": dy.sum(dim=0)}

# %% raises_no_method
class Linear(nn.Linear):
    def backward(self, dy):
        self.cache.backward(dy)
        return super().backward(dy)

# %% raises_data
class Linear(nn.Linear):
    def backward(self, dy):
        w = self.w.data
        return dy @ w.data.T, {"w": self.cache.T @ dy}

# %% raises_truth
class ReLU(nn.ReLU):
    def forward(self, x):
        self.cache = x > 0
        return x if x > 0 else 0

# %% raises_larger
class ReLU(nn.ReLU):
    def forward(self, x):
        self.cache = x > 0
        return max(0, x)

# %% raises_none
class Linear(nn.Linear):
    mask = None

    def backward(self, dy):
        return super().backward(dy * self.mask)

# %% raises_grad
class Linear(nn.Linear):
    def backward(self, dy):
        self.w.grad += self.cache.T @ dy
        return dy @ self.w.data.T, {"w": self.w.grad}

# %% raises_fraction
class Linear(nn.Linear):
    def backward(self, dy):
        half = self.cache[: len(dy) / 2]
        return super().backward(dy)

# %% raises_twice
class Bias(nn.Bias):
    def backward(self, dy):
        both = np.concatenate(*[dy, dy], axis=0)
        return dy, {"b": both.sum(axis=0) / 2}

# %% raises_list
class Bias(nn.Bias):
    def forward(self, x):
        rows = [list(row) for row in x]
        return rows - [0.0]

# %% raises_iterator
class Linear(nn.Linear):
    def backward(self, dy):
        last = reversed(dy)[0]
        return super().backward(dy)

# %% raises_renamed
class Linear(nn.Linear):
    def backward(self, dy):
        product = np.float64(1)
        for factor in (self.cache.T, dy):
            product = product(factor)
        return dy @ self.w.data.T, {"w": product}

# %% raises_call
class Linear(nn.Linear):
    def backward(self, dy):
        x = self.cache
        return dy @ self.w.data.T, {"w": x(0).T @ dy}

# %% raises_argument_call
class Linear(nn.Linear):
    def backward(self, dy):
        inner = nn.Linear(3, 2, np.zeros((3, 2)))
        return inner.backward(dy)

# %% raises_no_list
class Linear(nn.Linear):
    def backward(self, dy):
        dx = np.stack(row @ self.w.data.T for row in dy)
        return dx, {"w": self.cache.T @ dy}

# %% raises_second_argument
class Bias(nn.Bias):
    def forward(self, x):
        return np.sum(x, self.b.data)

# %% raises_number
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": float(dy)}

# %% raises_sizes
class Linear(nn.Linear):
    def backward(self, dy):
        dw = np.zeros(3, 2)
        dw += self.cache.T @ dy
        return dy @ self.w.data.T, {"w": dw}

# %% raises_axes
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": dy.sum(axis=2)}

# %% raises_bounds
class Linear(nn.Linear):
    def backward(self, dy):
        dw = np.zeros((3, 2))
        for i in range(len(dy) + 1):
            dw += np.outer(self.cache[i], dy[i])
        return dy @ self.w.data.T, {"w": dw}

# %% raises_reshape
class Linear(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx.reshape(dy.shape), grads

# %% raises_same_order
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.transpose(0, 1), {"w": self.cache.T @ dy}

# %% raises_meeting
class Bias(nn.Bias):
    def forward(self, x):
        return np.stack([x, x]) + np.ones((2, 1))

# %% raises_shapes
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache.T @ dy + np.ones((4, 7))}

# %% raises_unpack
class Linear(nn.Linear):
    def backward(self, dy):
        x, y = self.cache
        return dy @ self.w.data.T, {"w": x.T @ dy}

# %% raises_read_only
class Linear(nn.Linear):
    def backward(self, dy):
        dw = np.broadcast_to(0.0, (3, 2))
        dw[...] = self.cache.T @ dy
        return dy @ self.w.data.T, {"w": dw}

# %% raises_whole
class Linear(nn.Linear):
    def backward(self, dy):
        dw = np.zeros((3, 2), int)
        dw += self.cache.T @ dy
        return dy @ self.w.data.T, {"w": dw}

# %% raises_recursion
class Linear(nn.Linear):
    def forward(self, x):
        return self.forward(x)

# %% raises_key
class Linear(nn.Linear):
    def backward(self, dy):
        grads = {"W": self.cache.T @ dy}
        return dy @ self.w.data.T, {"w": grads["w"]}

# %% raises_count
class ReLU(nn.ReLU):
    def forward(self, x):
        self.cache = x > 0
        return np.maximum(x)

# %% raises_for_batch
class Linear(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx.reshape(7, 3), grads

nn.check_layer(Linear(3, 2), np.ones((7, 3)), reference=nn.Linear(3, 2))

# %% endless
class ReLU(nn.ReLU):
    def forward(self, x):
        i = 0
        while i < len(x):
            y = np.maximum(x, 0)
        return y

# %% dtype_not_numbers
class ReLU(nn.ReLU):
    def forward(self, x):
        self.cache = x > 0
        return self.cache

# %% not_finite
class Tanh(nn.Tanh):
    def forward(self, x):
        self.cache = y = np.log(np.sinh(x) / np.cosh(x))
        return y

# %% returns_nothing
class Linear(nn.Linear):
    def forward(self, x):
        self.cache = x
        y = x @ self.w.data

# %% returns_list
class ReLU(nn.ReLU):
    def forward(self, x):
        self.cache = x > 0
        return [[max(number, 0) for number in row] for row in x]

# %% returns_list_pair
class Linear(nn.Linear):
    def backward(self, dy):
        return [dy @ self.w.data.T, {"w": self.cache.T @ dy}]

# %% gradient_list
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": [sum(column) for column in dy.T]}

# %% returns_tensor
class Linear(nn.Linear):
    def forward(self, x):
        self.cache = x
        return nn.Tensor(x) @ self.w

# %% dtype_float32
class Linear(nn.Linear):
    def forward(self, x):
        return super().forward(x.astype(np.float32)).astype(np.float32)

# %% dtype_float16
class Tanh(nn.Tanh):
    def forward(self, x):
        self.cache = y = np.tanh(x).astype(np.float16)
        return y

# %% changes_input
class ReLU(nn.ReLU):
    def forward(self, x):
        self.cache = x > 0
        x[x < 0] = 0
        return x

# %% changes_parameter
class Linear(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        self.w.data -= 0.1 * grads["w"]
        return dx, grads

# %% replaces_parameter
class Linear(nn.Linear):
    def forward(self, x):
        self.w.data = self.w.data.copy()
        return super().forward(x)

# %% reorders_parameters
class Chain(nn.Module):
    def __init__(self):
        self.layers = [nn.Linear(3, 3), nn.Bias(3)]

    def children(self):
        return {str(i): layer for i, layer in enumerate(self.layers)}

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy):
        self.layers.reverse()
        return dy, {}

nn.check_layer(Chain(), x)

# %% test_phase_not_identity
class Dropout(nn.Dropout):
    def forward(self, x):
        if not self.training:
            self.cache = 1 - self.p
            return x * self.cache
        return super().forward(x)

# %% test_phase_value
class BatchNorm1d(nn.BatchNorm1d):
    def forward(self, x):
        if self.training:
            self.moments(x)
        scale = 1 / np.sqrt(x.var(axis=0) + self.eps)
        normal = (x - x.mean(axis=0)) * scale
        self.cache = normal, scale, True
        return normal * self.w.data + self.b.data

# %% stale_batch
class Linear(nn.Linear):
    def forward(self, x):
        if self.cache is None:
            self.cache = x
        return x @ self.w.data

# %% old_parameters
class Linear(nn.Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.wt = None

    def forward(self, x):
        if self.wt is None:
            self.wt = self.w.data.T.copy()
        return super().forward(x)

    def backward(self, dy):
        return dy @ self.wt, {"w": self.cache.T @ dy}

# %% forward_not_repeatable
class Dropout(nn.Dropout):
    def forward(self, x):
        self.cache = (np.random.default_rng().random(x.shape) >= self.p) / (1 - self.p)
        return x * self.cache

# %% examples_mixed
class Softmax(nn.Softmax):
    def forward(self, x):
        e = np.exp(x)
        self.cache = e / e.sum(axis=0)
        return self.cache

    def backward(self, dy):
        y = self.cache
        return y * (dy - (dy * y).sum(axis=0)), {}

# %% forward_shape
class Bias(nn.Bias):
    def forward(self, x):
        return (x + self.b.data).sum(axis=1)

    def backward(self, dy):
        dy = np.outer(dy, np.ones(3))
        return dy, {"b": dy.sum(axis=0)}

# %% forward_value
class Tanh(nn.Tanh):
    def forward(self, x):
        self.cache = y = np.tanh(x + 0.1)
        return y

# %% forward_opposite
class Bias(nn.Bias):
    def forward(self, x):
        return -(x + self.b.data)

    def backward(self, dy):
        return -dy, {"b": -dy.sum(axis=0)}

# %% forward_ratio
class MSELoss(nn.MSELoss):
    def forward(self, y, target):
        return super().forward(y, target) / 2

    def backward(self, dy):
        return super().backward(dy / 2)

nn.check_layer(MSELoss(), x, x + 1, reference=nn.MSELoss())

# %% forward_rounds
class Linear(nn.Linear):
    def forward(self, x):
        return np.round(super().forward(x), 2)

nn.check_layer(Linear(3, 2), x)

# %% forward_elsewhere
class Linear(nn.Linear):
    def forward(self, x):
        return super().forward(x)[:, ::-1]

    def backward(self, dy):
        return super().backward(dy[:, ::-1])

# %% overflow
class Softmax(nn.Softmax):
    def forward(self, x):
        e = np.exp(x)
        self.cache = e / e.sum(axis=1, keepdims=True)
        return self.cache

# %% not_finite_together
class Softmax(nn.Softmax):
    def forward(self, x):
        e = np.exp(x - np.max(x))
        self.cache = e / e.sum(axis=1, keepdims=True)
        return self.cache

# %% running_value
class BatchNorm1d(nn.BatchNorm1d):
    def forward(self, x):
        y = super().forward(x)
        if self.training:
            self.running_mean = x.mean(axis=0)
        return y

# %% returns_not_pair
class ReLU(nn.ReLU):
    def backward(self, dy):
        return dy * self.cache

# %% dx_missing
class Linear(nn.Linear):
    def backward(self, dy):
        return None, {"w": self.cache.T @ dy}

# %% dx_count
class Multiply(nn.Multiply):
    def backward(self, dy):
        a, b = self.cache
        return dy * b, {}

nn.check_layer(Multiply(), x, x + 1, reference=nn.Multiply())

# %% dx_order
class MatMul(nn.MatMul):
    def backward(self, dy):
        a, b = self.cache
        return (a.T @ dy, dy @ b.T), {}

nn.check_gradients(MatMul(), x, x.T @ x[:, :2])

# %% whole_numbers
class CrossEntropyWithLabels(nn.CrossEntropyWithLabels):
    def inputs_of_dx(self, inputs):
        return inputs

    def backward(self, dy):
        dx, _ = super().backward(dy)
        return (dy, dx), {}

labels = np.array([0, 2, 1, 1, 0])
nn.check_gradients(CrossEntropyWithLabels(), labels, np.full((5, 3), 1 / 3))

# %% grads_none
class Dense(nn.Sequential):
    def __init__(self):
        super().__init__([nn.Linear(3, 2), nn.Bias(2)])

    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {}.update(grads)

nn.check_layer(Dense(), x)

# %% grads_not_dict
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, self.cache.T @ dy

# %% keys_missing
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {}

# %% keys_unknown
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"dw": self.cache.T @ dy}

# %% shape
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": (self.cache.T @ dy).ravel()}

# %% shape_transposed
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": dy.T @ self.cache}

# %% shape_of_output
class Linear(nn.Linear):
    def backward(self, dy):
        return dy, {"w": self.cache.T @ dy}

# %% shape_lost_axis
class Row(nn.Module):
    def __init__(self):
        self.b = nn.Parameter(np.ones((1, 3)))

    def forward(self, x):
        return x + self.b.data

    def backward(self, dy):
        return dy, {"b": np.sum(dy, axis=0)}

nn.check_layer(Row(), x)

# %% shape_extra_axis
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": np.sum(dy, axis=0, keepdims=True)}

# %% shape_number
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": np.sum(dy)}

# %% shape_batch_axis
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache[:, :, None] * dy[:, None, :]}

# %% changes_dy
class ReLU(nn.ReLU):
    def backward(self, dy):
        dy *= self.cache
        return dy, {}

# %% changes_cache_elsewhere
class Dense(nn.Module):
    def __init__(self):
        self.linear, self.tanh = nn.Linear(3, 2), nn.Tanh()

    def forward(self, x):
        return self.tanh.forward(self.linear.forward(x))

    def backward(self, dy):
        dx, grads = self.linear.backward(self.tanh.backward(dy)[0])
        return dx, {"linear.w": grads["w"]}

nn.check_layer(Dense(), x)

# %% kept_in_attribute
class Linear(nn.Linear):
    def forward(self, x):
        self.x = x
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.x.T @ dy}

# %% kept_outside_cache
kept = {}

class Tanh(nn.Tanh):
    def forward(self, x):
        kept["y"] = np.tanh(x)
        return kept["y"]

    def backward(self, dy):
        return dy * (1 - kept["y"] ** 2), {}

nn.check_layer(Tanh(), x)

# %% cache_not_renewed
class Chain(nn.Module):
    def __init__(self):
        self.first, self.second = nn.Linear(3, 2), nn.Tanh()
        self.cache = []

    def forward(self, x):
        for layer in (self.first, self.second):
            x = layer.forward(x)
            self.cache.append(layer.cache)
        return x

    def backward(self, dy):
        self.second.cache, self.first.cache = self.cache[-1], self.cache[-2]
        dy, _ = self.second.backward(dy)
        dx, grads = self.first.backward(dy)
        return dx, {"first.w": grads["w"]}

nn.check_layer(Chain(), x)

# %% backward_not_repeatable
class Tanh(nn.Tanh):
    def backward(self, dy):
        self.cache = 1 - self.cache ** 2
        return dy * self.cache, {}

# %% backward_accumulates
class Linear(nn.Linear):
    dw = 0.0

    def forward(self, x):
        self.dw = 0.0
        return super().forward(x)

    def backward(self, dy):
        self.dw = self.dw + self.cache.T @ dy
        return dy @ self.w.data.T, {"w": self.dw}

# %% not_zero_for_zero
class Bias(nn.Bias):
    def backward(self, dy):
        return dy + 1, {"b": dy.sum(axis=0)}

# %% not_linear
class Linear(nn.Linear):
    def backward(self, dy):
        return super().backward(np.clip(dy, -0.5, 0.5))

# %% cache_empty
class Linear(nn.Linear):
    def forward(self, x):
        return x @ self.w.data

# %% all_zero
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": np.zeros_like(self.w.data)}

# %% opposite_sign
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": -self.cache.T @ dy}

# %% transposed
class Square(nn.Module):
    def __init__(self):
        self.w = nn.Parameter(np.arange(9.0).reshape(3, 3))

    def forward(self, x):
        self.cache = x
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": dy.T @ self.cache}

nn.check_layer(Square(), x)

# %% uses_transposed
class Square(nn.Module):
    def __init__(self):
        self.w = nn.Parameter(np.arange(9.0).reshape(3, 3))

    def forward(self, x):
        self.cache = x
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data, {"w": self.cache.T @ dy}

nn.check_layer(Square(), x)

# %% ratio
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": 0.9 * self.cache.T @ dy}

# %% ratio_batch
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": dy.mean(axis=0)}

# %% ratio_batch_twice
class MeanOfSquares(nn.Module):
    def forward(self, x):
        self.cache = x
        return np.mean(np.sum(x**2, axis=1))

    def backward(self, dy):
        n = len(self.cache)
        return dy / n * 2 * self.cache / n, {}

nn.check_layer(MeanOfSquares(), x)

# %% ratio_batch_rows
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T / len(dy), {"w": self.cache.T @ dy}

# %% ratio_batch_inverse
class MeanOfSquares(nn.Module):
    def forward(self, x):
        self.cache = x
        return np.mean(np.sum(x**2, axis=1))

    def backward(self, dy):
        return dy * 2 * self.cache, {}

nn.check_layer(MeanOfSquares(), x)

# %% ratio_features
class SumOfSquares(nn.Module):
    def forward(self, x):
        self.cache = x
        return np.sum(x**2, axis=1)

    def backward(self, dy):
        return 2 * self.cache * dy[:, None] / self.cache.shape[1], {}

nn.check_layer(SumOfSquares(), x)

# %% ratio_features_inverse
class MeanOfRow(nn.Module):
    def forward(self, x):
        self.cache = x.shape
        return np.mean(x, axis=1)

    def backward(self, dy):
        return dy[:, None] * np.ones(self.cache), {}

nn.check_layer(MeanOfRow(), x)

# %% ratio_two
class HalfSquare(nn.Module):
    def forward(self, x):
        self.cache = x
        return x**2 / 2

    def backward(self, dy):
        return 2 * dy * self.cache, {}

nn.check_layer(HalfSquare(), x)

# %% ratio_half
class Square(nn.Module):
    def forward(self, x):
        self.cache = x
        return x**2

    def backward(self, dy):
        return dy * self.cache, {}

nn.check_layer(Square(), x)

# %% ratio_log
class Log2(nn.Module):
    def forward(self, x):
        self.cache = x
        return np.log2(x)

    def backward(self, dy):
        return dy / self.cache, {}

nn.check_gradients(Log2(), np.abs(x) + 1)

# %% ratio_keep
class Dropout(nn.Dropout):
    def backward(self, dy):
        if self.cache is None:
            return dy, {}
        return dy * (self.cache > 0), {}

# %% ratio_keep_twice
class Dropout(nn.Dropout):
    def backward(self, dy):
        if self.cache is None:
            return dy, {}
        return dy * self.cache / (1 - self.p), {}

# %% ignores_dy
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache.T @ np.ones_like(dy)}

# %% only_last_example
class Linear(nn.Linear):
    def backward(self, dy):
        for x, d in zip(self.cache, dy):
            dw = np.outer(x, d)
        return dy @ self.w.data.T, {"w": dw}

# %% only_first_example
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": np.outer(self.cache[0], dy[0])}

# %% examples_missing
class Linear(nn.Linear):
    def backward(self, dy):
        dw = np.zeros((3, 2))
        for i in range(1, len(dy)):
            dw += np.outer(self.cache[i], dy[i])
        return dy @ self.w.data.T, {"w": dw}

# %% examples_unequal
class Linear(nn.Linear):
    def backward(self, dy):
        dw = np.outer(self.cache[0], dy[0])
        for x, d in zip(self.cache, dy):
            dw += np.outer(x, d)
        return dy @ self.w.data.T, {"w": dw}

# %% is_dy
class Sigmoid(nn.Sigmoid):
    def backward(self, dy):
        return dy, {}

# %% at_output
class Sigmoid(nn.Sigmoid):
    def backward(self, dy):
        s = 1 / (1 + np.exp(-self.cache))
        return dy * s * (1 - s), {}

# %% diagonal
class Softmax(nn.Softmax):
    def backward(self, dy):
        return dy * self.cache * (1 - self.cache), {}

# %% squares_dy
class Linear(nn.Linear):
    def backward(self, dy):
        return super().backward(dy**2)

# %% flipped
class CumSum(nn.Module):
    def forward(self, x):
        return np.cumsum(x, axis=1)

    def backward(self, dy):
        return np.cumsum(dy[:, ::-1], axis=1), {}

nn.check_layer(CumSum(), x)

# %% uses_flipped
class Conv2d(nn.Conv2d):
    def backward(self, dy):
        _, grads = super().backward(dy)
        turned = nn.Conv2d(1, 1, 2)
        turned.w.data = self.w.data[:, :, ::-1, ::-1].copy()
        turned.cache = self.cache
        return turned.backward(dy)[0], grads

images = np.random.default_rng(0).normal(size=(5, 1, 4, 3))
nn.check_layer(Conv2d(1, 1, 2), images, reference=nn.Conv2d(1, 1, 2))

# %% permuted_axes
class Planes(nn.Module):
    def __init__(self):
        self.w = nn.Parameter(np.arange(18.0).reshape(2, 3, 3))

    def forward(self, x):
        self.cache = x
        return np.einsum("na,abc->nbc", x, self.w.data)

    def backward(self, dy):
        dx = np.einsum("nbc,abc->na", dy, self.w.data)
        return dx, {"w": np.einsum("na,nbc->acb", self.cache, dy)}

nn.check_layer(Planes(), x[:, :2])

# %% ratio_is_input
class SiLU(nn.SiLU):
    def forward(self, x):
        self.cache = x
        return x**3

    def backward(self, dy):
        return 3 * dy * self.cache, {}

nn.check_layer(SiLU(), x)

# %% ratio_is_output
class Sigmoid(nn.Sigmoid):
    def backward(self, dy):
        return dy * (1 - self.cache), {}

# %% ratio_is_one_minus_output
class Sigmoid(nn.Sigmoid):
    def backward(self, dy):
        return dy * self.cache, {}

# %% ratio_is_slope
class Turned(nn.Module):
    def forward(self, x):
        return np.tanh(x)[:, ::-1]

    def backward(self, dy):
        return dy[:, ::-1], {}

nn.check_layer(Turned(), x)

# %% ratio_is_parameter
class Scaled(nn.Module):
    def __init__(self):
        self.s = nn.Parameter(np.array([2.0, 3.0, 5.0]))

    def forward(self, x):
        self.cache = np.tanh(x)
        return self.cache * self.s.data

    def backward(self, dy):
        return dy * (1 - self.cache**2), {"s": (dy * self.cache).sum(axis=0)}

nn.check_layer(Scaled(), x)

# %% ratio_per_column
class Columns(nn.Module):
    def forward(self, x):
        return x * np.array([1.0, 2.0, 3.0])

    def backward(self, dy):
        return dy * np.array([3.0, 2.0, 1.0]), {}

nn.check_layer(Columns(), x)

# %% ratio_per_row
class LayerNorm(nn.LayerNorm):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        normal, scale = self.cache
        return dx / scale, grads

# %% all_equal
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": np.full(3, dy.sum())}

# %% equal_along_axis
class Linear(nn.Linear):
    def backward(self, dy):
        dw = self.cache.T @ dy
        return dy @ self.w.data.T, {"w": np.tile(dw.sum(axis=0), (3, 1))}

# %% missing_elements
class LeakyReLU(nn.LeakyReLU):
    def backward(self, dy):
        return dy * self.cache, {}

# %% extra_elements
class ReLU(nn.ReLU):
    def backward(self, dy):
        return np.where(self.cache, dy, 0.01 * dy), {}

# %% zeros_exchanged
class ReLU(nn.ReLU):
    def backward(self, dy):
        return dy * (self.cache == 0), {}

# %% rows_do_not_cancel
class Softmax(nn.Softmax):
    def backward(self, dy):
        y = self.cache
        return y * dy - y * y * dy.sum(axis=1, keepdims=True), {}

# %% columns_do_not_cancel
class BatchNorm1d(nn.BatchNorm1d):
    def backward(self, dy):
        normal, scale, _ = self.cache
        grads = {"w": (dy * normal).sum(axis=0), "b": dy.sum(axis=0)}
        return dy * self.w.data * scale - normal * (dy * normal).mean(axis=0) * scale, grads

# %% overwritten
class Windows(nn.Module):
    def forward(self, x):
        self.cache = x.shape
        return np.stack([x[:, i : i + 2].sum(axis=1) for i in range(2)], axis=1)

    def backward(self, dy):
        dx = np.zeros(self.cache)
        for i in range(2):
            dx[:, i : i + 2] = dy[:, i : i + 1]
        return dx, {}

nn.check_layer(Windows(), x)

# %% repeated_index
class Table(nn.Module):
    def __init__(self):
        self.w = nn.Parameter(np.ones((6, 2)))

    def forward(self, index):
        self.cache = index
        return self.w.data[index]

    def backward(self, dy):
        dw = np.zeros_like(self.w.data)
        dw[self.cache] += dy
        return None, {"w": dw}

nn.check_gradients(Table(), np.array([1, 5, 1, 0, 1]))

# %% contributions_missing
class Windows(nn.Module):
    def forward(self, x):
        self.cache = x.shape
        return np.stack([x[:, 0] + x[:, 1], x[:, 1] + x[:, 2]], axis=1)

    def backward(self, dy):
        return np.stack([dy[:, 0], dy[:, 0], dy[:, 1]], axis=1), {}

nn.check_layer(Windows(), x)

# %% wrong_dy_reached
class Dense(nn.Module):
    def __init__(self):
        self.w, self.b = nn.Parameter(np.ones((3, 2)) / 3), nn.Parameter(np.zeros(2))

    def forward(self, x):
        y = np.tanh(x @ self.w.data + self.b.data)
        self.cache = x, y
        return y

    def backward(self, dy):
        x, y = self.cache
        dz = dy * (1 - y**2)
        return dy @ self.w.data.T, {"w": x.T @ dy, "b": dz.sum(axis=0)}

nn.check_layer(Dense(), x)

# %% only_last_layer_right
class Two(nn.Module):
    def __init__(self):
        self.a = nn.Parameter(np.cos(np.arange(12.0)).reshape(3, 4))
        self.c = nn.Parameter(np.sin(np.arange(8.0)).reshape(4, 2))

    def forward(self, x):
        h = np.tanh(x @ self.a.data)
        self.cache = x, h
        return h @ self.c.data

    def backward(self, dy):
        x, h = self.cache
        dh = dy @ self.c.data.T * (1 - h**3)
        return dh @ self.a.data.T, {"a": x.T @ dh, "c": h.T @ dy}

nn.check_layer(Two(), x)

# %% inner_not_run
class Dense(nn.Module):
    def __init__(self):
        self.linear, self.tanh = nn.Linear(3, 2), nn.Tanh()

    def forward(self, x):
        y = self.tanh.forward(self.linear.forward(x))
        self.cache = self.linear.cache, self.tanh.cache
        return y

    def backward(self, dy):
        self.linear.cache, _ = self.cache
        dx, grads = self.linear.backward(dy)
        return dx, {"linear.w": grads["w"]}

nn.check_layer(Dense(), x)

# %% inner_other_memory
class Thrice(nn.Module):
    def __init__(self):
        self.f = nn.Dense(3, 3, "tanh")

    def forward(self, x):
        self.cache = []
        for _ in range(3):
            x = self.f.forward(x)
            self.cache.append(self.f.cache)
        return x

    def backward(self, dy):
        grads = {}
        for cache in self.cache[:0:-1]:
            self.f.cache = cache
            dy, own = self.f.backward(dy)
            grads = {f"f.{name}": own[name] + grads.get(f"f.{name}", 0) for name in own}
        return dy, grads

nn.check_layer(Thrice(), x)

# %% inner_same_memory
class Twice(nn.Module):
    def __init__(self):
        self.tanh = nn.Tanh()

    def forward(self, x):
        y = self.tanh.forward(self.tanh.forward(x))
        self.cache = self.tanh.cache
        return y

    def backward(self, dy):
        self.tanh.cache = self.cache
        dy, _ = self.tanh.backward(dy)
        return self.tanh.backward(dy)

nn.check_layer(Twice(), x)

# %% inner_exchanged_memory
class Twice(nn.Module):
    def __init__(self):
        self.f = nn.Dense(3, 3, "tanh")

    def forward(self, x):
        self.cache = []
        for _ in range(2):
            x = self.f.forward(x)
            self.cache.append(self.f.cache)
        return x

    def backward(self, dy):
        grads = {}
        for cache in self.cache:
            self.f.cache = cache
            dy, own = self.f.backward(dy)
            grads = {f"f.{name}": own[name] + grads.get(f"f.{name}", 0) for name in own}
        return dy, grads

nn.check_layer(Twice(), x)

# %% inner_wrong_dy
class Dense(nn.Module):
    def __init__(self):
        self.linear, self.tanh = nn.Linear(3, 2), nn.Tanh()

    def forward(self, x):
        y = self.tanh.forward(self.linear.forward(x))
        self.cache = self.linear.cache, self.tanh.cache
        return y

    def backward(self, dy):
        self.linear.cache, self.tanh.cache = self.cache
        self.tanh.backward(dy)
        dx, grads = self.linear.backward(dy)
        return dx, {"linear.w": grads["w"]}

nn.check_layer(Dense(), x)

# %% inner_wrong
class Wrong(nn.Tanh):
    def backward(self, dy):
        return dy * (1 - self.cache), {}

class Dense(nn.Module):
    def __init__(self):
        self.linear, self.tanh = nn.Linear(3, 2), Wrong()

    def forward(self, x):
        y = self.tanh.forward(self.linear.forward(x))
        self.cache = self.linear.cache, self.tanh.cache
        return y

    def backward(self, dy):
        self.linear.cache, self.tanh.cache = self.cache
        dx, grads = self.linear.backward(self.tanh.backward(dy)[0])
        return dx, {"linear.w": grads["w"]}

nn.check_layer(Dense(), x)

# %% inner_put_together
class Sides(nn.Module):
    def __init__(self):
        self.tanh, self.sigmoid = nn.Tanh(), nn.Sigmoid()

    def forward(self, x):
        y = self.tanh.forward(x) + self.sigmoid.forward(x)
        self.cache = self.tanh.cache, self.sigmoid.cache
        return y

    def backward(self, dy):
        self.tanh.cache, self.sigmoid.cache = self.cache
        left, right = self.tanh.backward(dy)[0], self.sigmoid.backward(dy)[0]
        return left + np.roll(right, 1, axis=1), {}

nn.check_layer(Sides(), x)

# %% same_numbers_elsewhere
class Parts(nn.Module):
    def forward(self, x):
        return x[:, [2, 0, 1]] ** 1

    def backward(self, dy):
        return dy[:, [2, 0, 1]], {}

nn.check_layer(Parts(), x)

# %% of_another
class Join(nn.Module):
    def forward(self, a, b):
        return np.concatenate((a, b), axis=1)

    def backward(self, dy):
        da, db = np.split(dy, 2, axis=1)
        return (db, da), {}

nn.check_layer(Join(), x, np.cos(x))

# %% close_but_not_equal
class Tanh(nn.Tanh):
    def backward(self, dy):
        return dy * (1 - self.cache**2) + 1e-4 * dy[::-1], {}

# %% known_formula
class Linear(nn.Linear):
    def backward(self, dy):
        x, y = self.cache, self.cache @ self.w.data
        return dy @ self.w.data.T, {"w": x.T @ (dy * y)}

# %% reshaped_matrix
class Linear(nn.Linear):
    def backward(self, dy):
        x, w = self.cache, self.w.data
        return dy @ w.reshape(w.shape[::-1]), {"w": x.T @ dy}

# %% missing_piece
class Softmax(nn.Softmax):
    def backward(self, dy):
        y = self.cache
        return -y * (dy * y).sum(axis=1, keepdims=True), {}

# %% unknown
class BatchNorm1d(nn.BatchNorm1d):
    def backward(self, dy):
        _, grads = super().backward(dy)
        d = dy * self.w.data
        return (d - d.mean(axis=0)) * self.cache[1], grads

# %% opt_wrong_direction
class SGD(Optimizer):
    def change(self, w, dw):
        w += self.lr * dw

# %% opt_new_array
class SGD(Optimizer):
    def step(self):
        for p in self.parameters:
            p.data = p.data - self.lr * p.grad

# %% opt_changes_gradient
class SGD(Optimizer):
    def change(self, w, dw):
        dw *= self.lr
        w -= dw

# %% opt_first_step_only
class Momentum(Optimizer):
    def change(self, w, dw):
        v = np.zeros_like(w)
        v = 0.9 * v + dw
        w -= self.lr * v

# %% opt_later_steps
class Momentum(Optimizer):
    def change(self, w, dw):
        last = self.v.get(id(w), 0.0)
        self.v[id(w)] = dw.copy()
        w -= self.lr * (dw + 0.9 * last)

# %% opt_one_late
class Momentum(Optimizer):
    def step(self):
        for p in self.parameters:
            v = self.v.get(p, np.zeros_like(p.data))
            p.data -= self.lr * v
            self.v[p] = 0.9 * v + p.grad

# %% opt_second_parameter
class Momentum(Optimizer):
    velocity = 0.0

    def change(self, w, dw):
        before = np.resize(self.velocity, w.shape)
        self.velocity = 0.9 * before + dw
        w -= self.lr * self.velocity

# %% opt_setting_changes
class SGD(Optimizer):
    def __init__(self, parameters, lr=0.1):
        super().__init__(parameters, lr)

    def change(self, w, dw):
        w -= self.lr * dw
        self.lr *= 0.9

# %% opt_ratio
class SGD(Optimizer):
    def change(self, w, dw):
        w -= dw

# %% opt_scale
class SGD(Optimizer):
    def change(self, w, dw):
        w -= self.lr * np.sign(dw)

# %% opt_decay_sign
class SGD(Optimizer):
    def change(self, w, dw):
        w -= self.lr * (dw - 0.1 * w)

nn.check_optimizer(SGD, lambda parameters: nn.SGD(parameters, lr=0.1, weight_decay=0.1))

# %% opt_tiny_gradients
class RMSprop(Optimizer):
    def step(self):
        for p in self.parameters:
            v = self.v[p] = 0.99 * self.v.get(p, 0) + 0.01 * p.grad**2
            p.data -= self.lr * p.grad / np.sqrt(v + 1e-8)

# %% opt_not_finite
class RMSprop(Optimizer):
    def step(self):
        for p in self.parameters:
            v = self.v[p] = 0.99 * self.v.get(p, 0) + 0.01 * p.grad
            p.data -= self.lr * p.grad / (np.sqrt(v) + 1e-8)

# %% opt_wrong
class SGD(Optimizer):
    def step(self):
        for p in self.parameters:
            p.data = (p.data - self.lr * p.grad)[..., None]

# %% opt_nothing_moves
class SGD(Optimizer):
    def change(self, w, dw):
        w = w - self.lr * dw

# %% opt_some_stay
class SGD(Optimizer):
    def step(self):
        for p in self.parameters:
            p.data -= self.lr * p.grad
            return

# %% opt_zero_gradient
class SGD(Optimizer):
    def change(self, w, dw):
        w -= self.lr * dw

nn.check_optimizer(SGD, lambda parameters: nn.SGD(parameters, lr=0.1, weight_decay=0.1))

# %% init_mean
def initialize(shape):
    return np.random.random(shape)

nn.check_initializer(initialize, mean=0)

# %% init_std
def initialize(shape):
    limit = np.sqrt(2 / shape[0])
    return np.random.uniform(-limit, limit, shape)

nn.check_initializer(initialize, std=lambda shape: np.sqrt(2 / shape[0]))

# %% init_all_zero
def initialize(shape):
    return np.zeros(shape)

nn.check_initializer(initialize, std=lambda shape: np.sqrt(2 / shape[0]))

# %% init_all_equal
def initialize(shape):
    return np.full(shape, np.random.normal() * 1e-12)

nn.check_initializer(initialize, std=lambda shape: np.sqrt(2 / shape[0]))

# %% init_shape
def initialize(shape):
    return np.random.normal(0, 1, shape[::-1])

nn.check_initializer(initialize)

# %% init_distribution
def initialize(shape):
    limit = np.sqrt(6 / shape[0])
    return np.random.uniform(-limit, limit, shape)

nn.check_initializer(initialize, std=lambda shape: np.sqrt(2 / shape[0]), kind="normal")

# %% init_repeats
def initialize(shape):
    return np.random.default_rng(0).normal(size=shape)

nn.check_initializer(initialize)

# %% init_square_only
def initialize(shape):
    return np.random.normal(0, np.sqrt(2 / shape[1]), shape)

nn.check_initializer(initialize, std=lambda shape: np.sqrt(2 / shape[0]))

# %% loop_accumulates
class Wrong(Loop):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        value.backward()
        self.optimizer.step()
        return value.data

# %% loop_pairs_broken
class Wrong(Loop):
    def batches(self, x, y):
        np.random.shuffle(x)
        np.random.shuffle(y)
        for i in range(0, len(x), self.batch_size):
            yield x[i : i + self.batch_size], y[i : i + self.batch_size]

# %% loop_order_repeats
class Wrong(Loop):
    def order(self, n):
        return np.arange(n)

# %% loop_examples_missing
class Wrong(Loop):
    def batches(self, x, y):
        return list(super().batches(x, y))[:-1]

# %% loop_examples_twice
class Wrong(Loop):
    def order(self, n):
        return np.random.randint(0, n, n)

# %% loop_mean_of_means
class Wrong(Loop):
    def epoch_loss(self, losses, sizes):
        return np.mean(losses)

# %% loop_no_gradient_at_step
class Wrong(Loop):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        value.backward()
        self.optimizer.zero_grad()
        self.optimizer.step()
        return value.data

# %% loop_wrong_order_of_calls
class Wrong(Loop):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        self.optimizer.step()
        self.optimizer.zero_grad()
        value.backward()
        return value.data

# %% loop_mode
class Wrong(Loop):
    def epoch_loss(self, losses, sizes):
        self.model.eval()
        return super().epoch_loss(losses, sizes)

# %% loop_wrong_gradient
class Wrong(Loop):
    def train(self, x, y):
        output = self.model.forward(x)
        value = self.loss.forward(output, y)
        self.optimizer.step(self.model.backward(output - y[:, None])[1])
        return value

# %% loop_epochs
class Wrong(Loop):
    def __call__(self, model, loss, optimizer, x, y, batch_size, epochs):
        return super().__call__(model, loss, optimizer, x, y, batch_size, epochs - 1)

# %% loop_batch_size
class Wrong(Loop):
    def batches(self, x, y):
        order = self.order(len(x))
        return [(x[order], y[order])]

# %% loop_history
class Wrong(Loop):
    def epoch_loss(self, losses, sizes):
        return np.max(losses)

# %% gradient_none
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": self.b.grad}

# %% shape_outer
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": np.outer(self.cache, dy)}

# %% shape_formula
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": np.mean(dy, axis=1)}

# %% cache_not_given_back
class Twice(nn.Module):
    def __init__(self):
        self.inner = nn.Tanh()

    def forward(self, x):
        y = self.inner.forward(x)
        self.cache = self.inner.cache
        return 2 * y

    def backward(self, dy):
        dx, _ = self.inner.backward(2 * dy)
        return dx, {}

nn.check_layer(Twice(), x)

# %% raises_assertion
class Linear(nn.Linear):
    def forward(self, x):
        assert x.shape[0] == x.shape[1], "a square is needed"
        return super().forward(x)

# %% raises_not_many
class Bias(nn.Bias):
    def backward(self, dy):
        db = np.zeros(3)
        for i in len(dy):
            db += dy[i]
        return dy, {"b": db}

# %% raises_zero
class Bias(nn.Bias):
    def backward(self, dy):
        count = 0
        return dy, {"b": np.sum(dy, axis=0) * (1 / count)}

# %% raises_in_place
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": sum(list(dy).reverse()[:5])}

# %% raises_not_called
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": dy.sum / 1}

# %% raises_flatten
class Flatten(nn.Flatten):
    def forward(self, x):
        self.cache = x.shape
        return x.flatten(1)

# %% raises_float_chosen
class Sigmoid(nn.Sigmoid):
    def forward(self, x):
        with np.errstate(over="raise"):
            z = 1e5 * x
            self.cache = y = np.where(z < 0, np.exp(z) / (1 + np.exp(z)), 1 / (1 + np.exp(-z)))
        return y

# %% raises_float
class Sigmoid(nn.Sigmoid):
    def forward(self, x):
        with np.errstate(over="raise"):
            self.cache = y = 1 / (1 + np.exp(1e5 * x))
        return y

# %% raises_product
class Linear(nn.Linear):
    def backward(self, dy):
        return np.dot(dy, self.w.data), {"w": self.cache.T @ dy}

# %% raises_in_call
def columns(x, axis):
    return np.ones(x.shape[axis]) @ x

class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": columns(dy, axis=1)}

# %% raises_flattened
class Softmax(nn.Softmax):
    def backward(self, dy):
        y = self.cache.reshape(-1)
        return dy * y, {}

# %% raises_lost_axis
class Softmax(nn.Softmax):
    def backward(self, dy):
        y = self.cache
        return y * (dy - np.sum(dy * y, axis=1)), {}

# %% raises_turned
class Linear(nn.Linear):
    def forward(self, x):
        self.cache = x
        y = x @ self.w.data
        return (y + y.T) / 2

# %% slope_of_another
class Tanh(nn.Tanh):
    def backward(self, dy):
        y = self.cache
        return dy * y * (1 - y), {}

# %% slope_wrong
class Cubic(nn.Module):
    def forward(self, x):
        self.cache = x
        return x**3 + np.sin(x)

    def backward(self, dy):
        return dy * (3 * self.cache**2 - np.sin(self.cache)), {}

nn.check_layer(Cubic(), x)

# %% opt_first_memory
class Momentum(Optimizer):
    def change(self, w, dw):
        v = self.v[id(w)] = 0.9 * self.v.get(id(w), dw) + dw
        w -= self.lr * v

# %% loop_means_ratio
class Wrong(Loop):
    def epoch_loss(self, losses, sizes):
        return np.sum(losses)

# %% loop_history_ratio
class Wrong(Loop):
    def epoch_loss(self, losses, sizes):
        return np.dot(losses, sizes) / len(sizes)

# %% loop_last_batch
class Wrong(Loop):
    def epoch_loss(self, losses, sizes):
        return losses[-1]
# %% raises_ragged
class Linear(nn.Linear):
    def backward(self, dy):
        dx = dy @ self.w.data.T
        return np.sum([dx, dy[0]], axis=0), {"w": self.cache.T @ dy}

# %% raises_tuple
class Linear(nn.Linear):
    def forward(self, x):
        self.cache = x.shape
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache.T @ dy}

# %% raises_dict
class Linear(nn.Linear):
    def backward(self, dy):
        grads = {"w": self.cache.T @ dy}
        return grads * 1, grads

# %% raises_join_dicts
class Linear(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, grads + {}

# %% raises_grows
class Linear(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        for name in grads:
            grads[name + "_2"] = grads[name]
        return dx, grads

# %% raises_pair_index
class Linear(nn.Linear):
    def backward(self, dy):
        rows = self.cache.tolist()
        return dy @ self.w.data.T, {"w": np.outer(rows[0, :], dy[0])}

# %% raises_name_index
class Linear(nn.Linear):
    def backward(self, dy):
        found = super().backward(dy)
        return found[0], {"w": found["w"]}

# %% raises_mask
class Linear(nn.Linear):
    def backward(self, dy):
        return dy[self.cache > 0], {"w": self.cache.T @ dy}

# %% raises_einsum
class Linear(nn.Linear):
    def backward(self, dy):
        return np.einsum("no,oi->ni", dy, self.w.data), {"w": self.cache.T @ dy}

# %% raises_unhashable
class Linear(nn.Linear):
    def backward(self, dy):
        grads = {self.w.data: self.cache.T @ dy}
        return dy @ self.w.data.T, grads

# %% raises_empty
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache[len(dy) :].max() * dy}

# %% raises_no_function
class Softmax(nn.Softmax):
    def forward(self, x):
        self.cache = np.softmax(x, axis=1)
        return self.cache

# %% raises_not_numbers
class Bias(nn.Bias):
    def forward(self, x):
        return x + "b"

# %% raises_one_size
class Bias(nn.Bias):
    def backward(self, dy):
        noise = np.random.randn(dy.shape)
        return dy, {"b": np.sum(dy + noise, axis=0)}

# %% raises_power
class Tanh(nn.Tanh):
    def backward(self, dy):
        return dy * (1 - self.cache^2), {}

# %% raises_builtin
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": sum(dy, axis=0)}

# %% raises_join
class Bias(nn.Bias):
    def forward(self, x):
        self.kept = [] + 1
        return x + self.b.data

# %% raises_wrong_kind
class Linear(nn.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {"w": grads.weight}

# %% raises_side_by_side
class Linear(nn.Linear):
    def backward(self, dy):
        dw = np.concatenate([np.outer(x, row) for x, row in zip(self.cache, dy)] + [dy[0]])
        return dy @ self.w.data.T, {"w": dw}

# %% ratio_half_features
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache.T @ dy / dy.shape[1]}

# %% ratio_two_features
class Linear(nn.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": 2 * self.cache.T @ dy}

# %% shape_picked
class ReLU(nn.ReLU):
    def forward(self, x):
        self.cache = x > 0
        return x * self.cache

    def backward(self, dy):
        return dy[self.cache], {}

# %% opt_ratio_of_each
class SGD(Optimizer):
    def change(self, w, dw):
        w -= self.lr * dw / len(dw)

# %% raises_no_place
class Linear(nn.Linear):
    def backward(self, dy):
        rows = []
        rows[0] = np.outer(self.cache[0], dy[0])
        return dy @ self.w.data.T, {"w": sum(rows)}

# %% raises_several
class Linear(nn.Linear):
    def forward(self, x):
        return x @ self.w.data / np.max(np.linalg.qr(self.w.data))

# %% raises_step
class Linear(nn.Linear):
    def forward(self, x):
        return x[:: x.ndim - 2] @ self.w.data

# %% raises_stretched
class Bias(nn.Bias):
    def backward(self, dy):
        return dy, {"b": np.broadcast_to(dy, self.b.data.shape)}

# %% raises_into
class Bias(nn.Bias):
    def backward(self, dy):
        db = np.zeros(dy.shape[1])
        db += dy
        return dy, {"b": db}

# %% raises_no_numbers
class Bias(nn.Bias):
    def backward(self, dy):
        db = np.zeros_like(dy)
        db[:] = dy[len(dy) :]
        return dy, {"b": np.sum(db, axis=0)}

# %% raises_first_time
class Bias(nn.Bias):
    def backward(self, dy):
        grads = {}
        for row in dy:
            grads["b"] += row
        return dy, grads

# %% returns_exchanged
class Bias(nn.Bias):
    def backward(self, dy):
        return {"b": np.sum(dy, axis=0)}, dy

# %% shape_one_for_many
class Linear(nn.Linear):
    def backward(self, dy):
        dx = dy @ self.w.data.T
        return np.sum(dx, axis=1, keepdims=True), {"w": self.cache.T @ dy}

# %% loop_few_steps
class Wrong(Loop):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        self.optimizer.zero_grad()
        value.backward()
        return value.data

    def epoch_loss(self, losses, sizes):
        self.optimizer.step()
        return super().epoch_loss(losses, sizes)
