"""Wrong answers of six students to exercises 01 to 10, for a blind test of the hints.

Per exercise there is one answer by each of six students, in this order: a beginner in NumPy; one
who comes from PyTorch, Keras or scikit-learn; one who derives on paper; one in a hurry; one who
pastes an answer made for another convention; a strong one who optimises or tidies up.
The author had read the exercises and solutions. Sources are named from memory, without links.
"""

from hint_cases.case import HintCase

COMMON = "a common mistake in classes, from general memory; no single source"

# 01
LEN_FOR_COLUMNS = """
y = np.zeros(x.shape)
for j in range(len(x)):
    y[:, j] = x[:, j] - x[:, j].mean()
"""
BIAS_GRADIENT_ONLY = """
da = dy
db = np.sum(dy, axis=0)
"""
LEFT_ALIGNED = """
axes = tuple(i for i, (have, want) in enumerate(zip(dy.shape, shape)) if have != want)
dy = dy.sum(axis=axes, keepdims=True).reshape(shape)
"""

# 02
LOCAL_SLOPE = """
dx = np.ones_like(dy)
db = np.sum(dy, axis=0)
"""

# 03
MEAN_DW = """
x = self.cache
m = x.shape[0]
dw = (1 / m) * np.dot(x.T, dy)
dx = np.dot(dy, self.w.data.T)
"""
IMPLICIT_EINSUM = """
x = self.cache
dx = np.einsum("ij,lj", dy, self.w.data)
dw = np.einsum("il,ij", x, dy)
"""

# 04
SCALAR_SIGMOID = """
if x >= 0:
    z = np.exp(-x)
    y = 1 / (1 + z)
else:
    z = np.exp(x)
    y = z / (1 + z)
self.cache = y
"""

# 05
ALL_LABEL_COLUMNS = """
shifted = y - np.max(y, axis=1, keepdims=True)
e = np.exp(shifted)
total = np.sum(e, axis=1)
self.cache = e / total[:, None], labels
loss = np.mean(np.log(total) - shifted[:, labels])
"""
REDUCED = """
p = np.maximum(y[np.arange(len(y)), labels], 1e-12)
self.cache = labels, y, p
error = np.mean(-np.log(p))
"""
SOFTMAX_OF_ONE_VECTOR = """
e_x = np.exp(x - np.max(x))
y = e_x / e_x.sum(axis=0)
self.cache = y
"""
TRUE_SLOPE_BELOW_FLOOR = """
labels, y, p = self.cache
dx = np.zeros_like(y)
dx[np.arange(len(y)), labels] = np.where(p > 1e-12, -dy / p, 0.0)  # clipped: slope 0
"""

# 06
ONE_FLOOR = """
self.cache = y_true, y
y = np.maximum(y, self.floor)
error = -np.sum(y_true * np.log(y) + (1 - y_true) * np.log(1 - y), axis=1)
"""
OVER_ROWS = """
y, target = self.cache
m = y.shape[0]
a = nn.Sigmoid().forward(y)
dx = dy * (1 / m) * (a - target)
"""

# 07
INDEX_OF_STEP = """
errors = []
for h in steps:
    central = (f(x + h) - f(x - h)) / (2 * h)
    errors.append(abs(central - slope))
best = np.argmin(errors)
"""
INDICES_SWAPPED = """
dx = (dy - y * np.sum(dy, axis=1, keepdims=True)) / total
"""
ONE_SIDED = """
gradient = np.zeros(x.shape)
start = np.sum(dy * f(x))  # the same for all places: once is enough
for place in np.ndindex(x.shape):
    kept = x[place]
    x[place] = kept + h
    gradient[place] = (np.sum(dy * f(x)) - start) / h
    x[place] = kept
"""

# 08
NO_CACHES = """
z = self.linear.forward(x)
a = self.bias.forward(z)
y = self.activation.forward(a)
"""
CAPITAL_NAMES = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
dZ, _ = self.activation.backward(dy)
dA, bias_grads = self.bias.backward(dZ)
dx, linear_grads = self.linear.backward(dA)
grads = {"dW": linear_grads["w"], "db": bias_grads["b"]}
"""
ONE_LOOP_FORWARDS = """
grads = {}
for layer, cache in zip((self.linear, self.bias, self.activation), self.cache):
    layer.cache = cache
    dy, layer_grads = layer.backward(dy)
    grads |= layer_grads
dx = dy
"""

# 09
TORCH_FORWARD = """
for layer in self.layers:
    x = layer(x)
"""
MINUS_ZERO = """
for k in range(len(self.layers)):
    layer = self.layers[-k]
    layer.cache = self.cache[-k]
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""
REPLACED = """
place = self.layers.index(layer)
for name, gradient in layer_grads.items():
    grads[f"{place}.{name}"] = gradient
"""
NAMES_FROM_ONE = """
l = self.layers.index(layer) + 1
for name, gradient in layer_grads.items():
    key = name + str(l)
    if key in grads:
        grads[key] = grads[key] + gradient
    else:
        grads[key] = gradient
"""

# 10
RUNNING_MEAN = """
v = state.get("v", np.zeros_like(w))
v = self.momentum * v + (1 - self.momentum) * dw
state["v"] = v
w -= self.lr * v
"""
CORRECTED_IN_STATE = """
t = state["t"] = state.get("t", 0) + 1
m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
m /= 1 - beta1**t  # in place: no two further arrays
v /= 1 - beta2**t
w -= self.lr * m / (np.sqrt(v) + self.eps)
"""

CASES = [
    # 01
    HintCase(
        "01",
        "center",
        LEN_FOR_COLUMNS,
        "len(x), the number of rows, is used as the number of columns: columns are left out at 0, "
        "or the index runs out",
        COMMON,
    ),
    HintCase(
        "01",
        "unbroadcast",
        ("dy = dy.sum(axis=axis, keepdims=True)", "dy = dy.sum(dim=axis, keepdim=True)"),
        "PyTorch's dim and keepdim instead of NumPy's axis and keepdims: a TypeError",
        "PyTorch's Tensor.sum",
    ),
    HintCase(
        "01",
        "MatMul.backward",
        ("db = a.T @ dy", "db = dy.T @ a"),
        "db is the transpose of the right one: the factors are in the wrong order and the wrong "
        "one is turned",
        COMMON,
    ),
    HintCase(
        "01",
        "Add.backward",
        ("db = unbroadcast(dy, b_shape)", "db = unbroadcast(dy, a_shape)"),
        "line copied, shape not changed: db is brought to the shape of a",
        COMMON,
    ),
    HintCase(
        "01",
        "Add.backward",
        BIAS_GRADIENT_ONLY,
        "the gradients of a layer x + b with b of shape (d,): da is never summed, and db is always "
        "summed over axis 0 alone, whatever the shapes of a and b are",
        "the affine_backward of many solutions of cs231n's assignment 1 or 2",
    ),
    HintCase(
        "01",
        "unbroadcast",
        LEFT_ALIGNED,
        "zip compares the two shapes from the left, but broadcasting aligns them on the right: "
        "wrong axes are summed, or too few",
        COMMON,
    ),
    # 02
    HintCase(
        "02",
        "Bias.backward",
        ("db = np.sum(dy, axis=0)", "db = np.sum(dy, axis=1)"),
        "db is summed over the features instead of the examples: wrong axis, shape (n,)",
        COMMON,
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("db = np.sum(dy, axis=0)", "db = dy.mean(axis=0)"),
        "a mean over the batch instead of the sum (as reduction='mean' does in a loss)",
        "the mean over the batch that Keras and PyTorch take in the loss",
    ),
    HintCase(
        "02",
        "Bias.backward",
        LOCAL_SLOPE,
        "dx is the local slope 1 only: the factor dy of the chain rule is missing",
        COMMON,
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("db = np.sum(dy, axis=0)", "db = np.sum(dy, axis=0, keepdims=True)"),
        "db has shape (1, d) instead of (d,): keepdims is for biases that are stored as a row",
        "Neural Networks from Scratch (nnfs): self.dbiases = np.sum(dvalues, axis=0, "
        "keepdims=True)",
    ),
    # 03
    HintCase(
        "03",
        "Linear.forward",
        ("y = x @ self.w.data", "y = x @ self.w.data.T"),
        "w is turned, as for PyTorch's weights of shape (outputs, inputs); here w is (inputs, "
        "outputs)",
        "PyTorch's nn.Linear, y = x A^T + b",
    ),
    HintCase(
        "03",
        "Linear.backward",
        ("dx = dy @ self.w.data.T", "dx = dy @ self.w.data"),
        "w is not turned in dx: the sum over j is taken over the first index of w instead of the "
        "second",
        COMMON,
    ),
    HintCase(
        "03",
        "Linear.backward",
        MEAN_DW,
        "dw is divided by the number of examples, but it is the sum over them",
        "deeplearning.ai, course 1: dW = 1/m * np.dot(dZ, A_prev.T)",
    ),
    HintCase(
        "03",
        "Linear.backward",
        IMPLICIT_EINSUM,
        "einsum without '->' puts the indices in alphabetical order, j before l: dw comes out "
        "transposed, of shape (outputs, inputs)",
        "NumPy's implicit einsum mode, a known pitfall",
    ),
    # 04
    HintCase(
        "04",
        "ReLU.forward",
        ("self.cache = x > 0", "self.cache = x >= 0"),
        "the slope at x = 0 is taken as 1, but 0 is asked for",
        "Learning PyTorch with Examples: grad_h[h < 0] = 0",
    ),
    HintCase(
        "04",
        "Sigmoid.backward",
        ("dx = dy * y * (1 - y)", "dx = -dy * y * (1 - y)"),
        "wrong sign: the minus of the exponent -x is forgotten in the chain rule",
        COMMON,
    ),
    HintCase(
        "04",
        "Tanh.backward",
        ("dx = dy * (1 - y**2)", "dx = dy * y * (1 - y)"),
        "copied from the sigmoid: the slope of tanh is 1 - y squared, not y (1 - y)",
        COMMON,
    ),
    HintCase(
        "04",
        "Sigmoid.forward",
        SCALAR_SIGMOID,
        "made for a single number: 'if x >= 0' fails for an array, the case must be chosen number "
        "by number",
        "Stack Overflow, 'How to calculate a logistic sigmoid function in Python?'",
    ),
    # 05
    HintCase(
        "05",
        "CrossEntropyLoss.forward",
        ALL_LABEL_COLUMNS,
        "shifted[:, labels] takes whole columns, an (n, n) array, instead of one score of each "
        "row; the mean hides it",
        COMMON,
    ),
    HintCase(
        "05",
        "CrossEntropyWithLabels.forward",
        REDUCED,
        "the mean over the batch, a single number, instead of one error for each example",
        "PyTorch's reduction='mean'",
    ),
    HintCase(
        "05",
        "Softmax.forward",
        SOFTMAX_OF_ONE_VECTOR,
        "made for one vector: divides by the sums of the columns (axis=0) instead of the rows, and "
        "subtracts one maximum of the whole batch",
        "Stack Overflow, 'How to implement the Softmax function in Python'",
    ),
    HintCase(
        "05",
        "CrossEntropyWithLabels.backward",
        TRUE_SLOPE_BELOW_FLOOR,
        "where p is below the floor the gradient is set to 0, but the text asks for -dy / 1e-12 "
        "there",
        "PyTorch's and TensorFlow's gradient of clamp, applied here",
    ),
    # 06
    HintCase(
        "06",
        "BinaryCrossEntropy.backward",
        ("dx = dy[:, None] * (no - yes)", "dx = -dy[:, None] * (yes + no)"),
        "the derivative of ln(1 - y) is taken as 1/(1 - y), without its minus: the gradient for "
        "the answer 0 has the wrong sign",
        COMMON,
    ),
    HintCase(
        "06",
        "BinaryCrossEntropy.forward",
        ONE_FLOOR,
        "the floor is used for y only, not for 1 - y: nan or infinity when y is exactly 1",
        COMMON,
    ),
    HintCase(
        "06",
        "BCEWithLogitsLoss.backward",
        OVER_ROWS,
        "divided by the number of rows instead of the number of all numbers: too large when there "
        "are several columns",
        "deeplearning.ai, logistic regression: 1/m * (A - Y)",
    ),
    # 07
    HintCase(
        "07",
        "best_step",
        INDEX_OF_STEP,
        "returns the index that argmin gives, not the step at this index",
        COMMON,
    ),
    HintCase(
        "07",
        "Share.backward",
        INDICES_SWAPPED,
        "j and k are mixed up: y_j times the sum of dy_k, instead of the sum of dy_k y_k",
        COMMON,
    ),
    HintCase(
        "07",
        "numeric_gradient",
        ONE_SIDED,
        "a one-sided difference, to save half of the runs: much less exact than the central one "
        "that is asked for",
        COMMON,
    ),
    # 08
    HintCase(
        "08",
        "Dense.backward",
        ("self.linear.backward(dz)", "self.linear.backward(da * dz)"),
        "da is multiplied in twice: dz already contains it, as the chain rule is inside the "
        "layers' backward",
        COMMON,
    ),
    HintCase(
        "08",
        "Dense.forward",
        NO_CACHES,
        "the caches of the three layers are not collected in self.cache",
        COMMON,
    ),
    HintCase(
        "08",
        "Dense.backward",
        CAPITAL_NAMES,
        'the gradients are called "dW" and "db" instead of "w" and "b"',
        "the names in deeplearning.ai's course 1",
    ),
    HintCase(
        "08",
        "Dense.backward",
        ONE_LOOP_FORWARDS,
        "backward runs through the layers in the order of forward: linear first, activation last",
        COMMON,
    ),
    # 09
    HintCase(
        "09",
        "Sequential.forward",
        TORCH_FORWARD,
        "no caches are kept: self.cache is not set",
        "the forward of PyTorch's nn.Sequential",
    ),
    HintCase(
        "09",
        "Sequential.backward",
        MINUS_ZERO,
        "wrong order: index -k begins with -0, which is the first layer, and only then come the "
        "last ones; it should be -k - 1",
        COMMON,
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        REPLACED,
        "a name that is there already is replaced: the two contributions of a shared layer are "
        "not added",
        COMMON,
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        NAMES_FROM_ONE,
        'wrong names: "w1", "b2" (name first, counted from 1, no dot) instead of "0.w", "1.b"',
        'deeplearning.ai, course 1: grads["dW" + str(l + 1)]',
    ),
    # 10
    HintCase(
        "10",
        "Adam.update",
        ("m / (1 - beta1**t), v / (1 - beta2**t)", "m / (1 - beta1) ** t, v / (1 - beta2) ** t"),
        "bias correction (1 - beta)^t instead of 1 - beta^t: right in the first step only",
        COMMON,
    ),
    HintCase(
        "10",
        "Momentum.update",
        RUNNING_MEAN,
        "dw is multiplied by 1 - momentum: a running mean instead of the sum, so steps are too "
        "short",
        "deeplearning.ai, course 2: v = beta v + (1 - beta) dW",
    ),
    HintCase(
        "10",
        "Adam.update",
        CORRECTED_IN_STATE,
        "m and v are corrected in place, so the corrected ones are kept in state and the next step "
        "goes on from them: wrong from the second step on",
        COMMON,
    ),
]
