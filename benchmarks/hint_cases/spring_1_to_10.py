"""Wrong answers to exercises 01 to 10, six for each, one by each of six kinds of student."""

from hint_cases.case import HintCase

TEACHING = "teaching experience"
PYTORCH = "habit from PyTorch"
SKLEARN = "habit from scikit-learn"
KERAS = "habit from Keras"
STACK = "Stack Overflow, from memory"
CS231N = "cs231n assignment solutions, from memory"
DLAI = "deeplearning.ai course code, from memory"
ASSISTANT = "typical answer of an assistant, from memory"

# 01
SKIP_ONES = """
axes = tuple(i for i, (m, n) in enumerate(zip(dy.shape, shape)) if m != n)
dy = dy.sum(axis=axes, keepdims=True)
"""
RESHAPED = """
extra = dy.ndim - len(shape)
axes = tuple(range(extra)) + tuple(i for i, size in enumerate(shape) if size == 1)
dy = dy.sum(axis=axes).reshape(shape)
"""
# 02
BIAS_LOOP = """
y = np.zeros(x.shape)
for i in range(x.shape[0]):
    y[i] = x[i] + self.b.data[i]
"""
# 04
RELU_LOOP = """
self.cache = x > 0
y = np.zeros_like(x)
for i in range(len(x)):
    if x[i].all() > 0:
        y[i] = x[i]
"""
SIGMOID_MASKS = """
e = np.exp(-np.abs(x))
y = 1 / (1 + e)
self.cache = y
"""
# 05
SOFTMAX_ALL = """
e = np.exp(x - np.max(x))
y = e / e.sum()
self.cache = y
"""
ONE_HOT_LABELS = """
p = np.clip(y, 1e-12, 1 - 1e-12)
self.cache = labels, y, p
error = -np.sum(labels * np.log(p), axis=1)
"""
NAIVE_LOSS = """
e = np.exp(y)
total = np.sum(e, axis=1)
p = e / total[:, None]
self.cache = p, labels
loss = -np.mean(np.log(p[np.arange(len(y)), labels]))
"""

CASES = [
    HintCase(
        "01",
        "center",
        ("x.mean(axis=0)", "x.mean(axis=1, keepdims=True)"),
        "takes the mean of each row, not of each column",
        TEACHING,
    ),
    HintCase(
        "01",
        "center",
        "y = (x - x.mean(axis=0)) / x.std(axis=0)",
        "standardises: also divides by the standard deviation",
        SKLEARN,
    ),
    HintCase(
        "01",
        "MatMul.backward",
        "a, b = self.cache\nda = b.T @ dy\ndb = dy @ a.T",
        "both products have their factors in the wrong order",
        TEACHING,
    ),
    HintCase(
        "01",
        "Add.backward",
        "a_shape, b_shape = self.cache\nda = dy\ndb = unbroadcast(dy, b_shape)",
        "only b is brought back to its shape; a may have been broadcast too",
        TEACHING,
    ),
    HintCase(
        "01",
        "unbroadcast",
        SKIP_ONES,
        "compares the shapes from the left, and added axes stay (with size 1)",
        ASSISTANT,
    ),
    HintCase(
        "01",
        "unbroadcast",
        RESHAPED,
        "all sums at once: places in shape are taken for places in dy, without the added axes",
        TEACHING,
    ),
    # 02
    HintCase(
        "02", "Bias.forward", BIAS_LOOP, "b is indexed by the example, not by the feature", TEACHING
    ),
    HintCase(
        "02",
        "Bias.backward",
        "dx = dy * self.b.data\ndb = np.sum(dy, axis=0)",
        "dx is multiplied by b, as if y were x b",
        TEACHING,
    ),
    HintCase(
        "02",
        "Bias.backward",
        "m = dy.shape[1]\ndx = dy\ndb = np.sum(dy, axis=1, keepdims=True) / m",
        "columns taken for examples: sum along axis 1, and divided by m",
        DLAI,
    ),
    # 03
    HintCase(
        "03",
        "Linear.backward",
        ("dw = x.T @ dy", "dw = dy.T @ x"),
        "dw is transposed: (outputs, inputs)",
        TEACHING,
    ),
    HintCase(
        "03",
        "Linear.backward",
        ("dw = x.T @ dy", "dw = x.T @ dy / x.shape[0]"),
        "dw is divided by the number of examples",
        DLAI,
    ),
    HintCase(
        "03",
        "Linear.backward",
        ("dx = dy @ self.w.data.T", "dx = dy @ self.w.data.reshape(dy.shape[1], -1)"),
        "reshape in place of transpose: right shape, numbers in wrong places",
        TEACHING,
    ),
    # 04
    HintCase(
        "04",
        "ReLU.forward",
        RELU_LOOP,
        "decides for whole rows: a row is kept, negative numbers too, or set to 0",
        TEACHING,
    ),
    HintCase(
        "04",
        "ReLU.forward",
        "self.cache = x > 0\nx[x < 0] = 0\ny = x",
        "writes into x, which belongs to the caller (as with inplace=True)",
        PYTORCH,
    ),
    HintCase(
        "04",
        "Tanh.backward",
        ("1 - y**2", "1 - np.tanh(y)**2"),
        "tanh taken twice: y already is tanh(x)",
        TEACHING,
    ),
    HintCase(
        "04",
        "Tanh.backward",
        ("(1 - y**2)", "y * (1 - y)"),
        "the slope of the sigmoid, copied from the TODO before",
        TEACHING,
    ),
    HintCase(
        "04",
        "Sigmoid.forward",
        SIGMOID_MASKS,
        "the case x < 0 is lost: gives sigmoid(|x|)",
        TEACHING,
    ),
    # 05
    HintCase(
        "05",
        "Softmax.forward",
        SOFTMAX_ALL,
        "maximum and sum over the whole array, not for each row",
        STACK,
    ),
    HintCase(
        "05",
        "CrossEntropyWithLabels.forward",
        ONE_HOT_LABELS,
        "labels taken for one-hot rows, as categorical_crossentropy does",
        KERAS,
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.backward",
        ("dx = dy * dx / len(p)", "dx = dx / len(p)"),
        "dy is not used",
        TEACHING,
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.backward",
        ("dx = dy * dx / len(p)", "dx = dy * dx / p.size"),
        "divided by the number of all scores, not by the number of examples",
        ASSISTANT,
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.forward",
        NAIVE_LOSS,
        "no shift, and log of a rounded probability: overflows for large scores",
        TEACHING,
    ),
]

# 06
BCE_NAIVE = """
self.cache = y_true, y
error = -np.sum(y_true * np.log(y) + (1 - y_true) * np.log(1 - y), axis=1)
"""
LOGITS_TWO_LOGS = """
self.cache = y, target
p = 1 / (1 + np.exp(-y))
loss = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
"""
# 07
FLAT_COPY = """
gradient = np.zeros(x.shape)
for i in range(len(x)):
    kept = x[i]
    x[i] = kept + h
    up = np.sum(dy * f(x))
    x[i] = kept - h
    down = np.sum(dy * f(x))
    x[i] = kept
    gradient[i] = (up - down) / (2 * h)
"""
CACHE_TOO_LATE = """
dy = np.random.default_rng(0).normal(size=layer.forward(x).shape)
numeric = numeric_gradient(layer.forward, x, dy)
dx, _ = layer.backward(dy)
error = relative_error(dx, numeric)
"""
ONES_DY = """
y = layer.forward(x)
dy = np.ones_like(y)
dx, _ = layer.backward(dy)
error = relative_error(dx, numeric_gradient(layer.forward, x, dy))
"""
# 08
DENSE_CALLED = """
y = self.activation.forward(self.bias.forward(self.linear.forward(x)))
self.cache = x
"""
# 09
COUNT_LENGTHS = """
number = 0
for p in module.parameters():
    number += len(p.data)
"""
KERAS_NAMES = """
place = self.layers.index(layer)
for name, gradient in layer_grads.items():
    full = f"{type(layer).__name__.lower()}_{place}.{name}"
    grads[full] = grads[full] + gradient if full in grads else gradient
"""
LAST_ONE_COUNTS = """
place = self.layers.index(layer)
grads.update({f"{place}.{name}": gradient for name, gradient in layer_grads.items()})
"""
CACHES_FROM_FRONT = """
for layer, cache in zip(reversed(self.layers), self.cache):
    layer.cache = cache
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""
# 10
CORRECTED_KEPT = """
t = state["t"] = state.get("t", 0) + 1
state["m"] = (beta1 * state.get("m", 0.0) + (1 - beta1) * dw) / (1 - beta1**t)
state["v"] = (beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2) / (1 - beta2**t)
w -= self.lr * state["m"] / (np.sqrt(state["v"]) + self.eps)
"""

CASES += [
    HintCase(
        "06",
        "BinaryCrossEntropy.forward",
        BCE_NAIVE,
        "no floor: log of 0 for probabilities of exactly 0 or 1",
        TEACHING,
    ),
    HintCase(
        "06",
        "BCEWithLogitsLoss.forward",
        LOGITS_TWO_LOGS,
        "sigmoid, then two logs: infinite or nan for large scores",
        TEACHING,
    ),
    # 07
    HintCase(
        "07",
        "numeric_gradient",
        FLAT_COPY,
        "visits only the first axis: nudges whole rows, and kept is a view, so x is not put back",
        TEACHING,
    ),
    HintCase(
        "07",
        "gradient_error",
        ONES_DY,
        "dy is all ones, as in y.sum().backward(); random numbers are asked for",
        PYTORCH,
    ),
    HintCase(
        "07",
        "Swish.backward",
        ("s + x * s * (1 - s)", "s + s * (1 - s)"),
        "the factor x of the second term is missing",
        TEACHING,
    ),
    HintCase(
        "07",
        "gradient_error",
        CACHE_TOO_LATE,
        "backward runs after the measuring, with the cache of a nudged x",
        TEACHING,
    ),
    # 08
    HintCase(
        "08",
        "Dense.backward",
        ("grads = linear_grads | bias_grads", "grads = linear_grads"),
        "the gradient of b is missing in grads",
        TEACHING,
    ),
    HintCase(
        "08",
        "Dense.backward",
        ("self.bias.backward(da)", "self.bias.backward(dy)"),
        "bias gets dy in place of da: the slope of the activation is lost",
        ASSISTANT,
    ),
    HintCase(
        "08",
        "Dense.forward",
        DENSE_CALLED,
        "keeps x in place of the three caches of the layers",
        TEACHING,
    ),
    # 09
    HintCase(
        "09",
        "count_parameters",
        COUNT_LENGTHS,
        "len counts the rows of a matrix, not its numbers",
        TEACHING,
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        KERAS_NAMES,
        "names like dense_0.w in place of 0.w",
        KERAS,
    ),
    HintCase(
        "09",
        "Sequential.backward",
        CACHES_FROM_FRONT,
        "the layers are turned round, their caches are not",
        TEACHING,
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        LAST_ONE_COUNTS,
        "a layer that stands there twice: its gradients replace each other, not added",
        ASSISTANT,
    ),
    # 10
    HintCase(
        "10",
        "Momentum.update",
        (
            'self.momentum * state.get("v", 0.0) + dw',
            'self.momentum * state.get("v", 0.0) + (1 - self.momentum) * dw',
        ),
        "the gradient is weighted by 1 - momentum: a running mean",
        DLAI,
    ),
    HintCase(
        "10",
        "Adam.update",
        ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat + self.eps)"),
        "eps stands inside the root",
        TEACHING,
    ),
    HintCase(
        "10",
        "Adam.update",
        CORRECTED_KEPT,
        "the corrected m and v are kept in state: the next step goes on from them",
        TEACHING,
    ),
]
