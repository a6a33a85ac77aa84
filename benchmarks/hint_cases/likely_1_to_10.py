"""What students most likely write wrong in the exercises 1 to 10, four mistakes for each.

Their author saw what students see, and the solutions; nothing was run against the checks. Most are
rewritten from public questions and repositories; the others were seen in teaching.
"""

from hint_cases.case import GITHUB, HintCase

SEEN = "teaching experience"

# 01
AXES_COUNTED_UP = """
for i in range(dy.ndim - len(shape)):
    dy = dy.sum(axis=i)
for axis, size in enumerate(shape):
    if size == 1:
        dy = dy.sum(axis=axis, keepdims=True)
"""
# 03
LEARNS_AT_ONCE = """
x = self.cache
dw = x.T @ dy
self.w.data -= 0.01 * dw
dx = dy @ self.w.data.T
"""
# 04
WRITES_INTO_DY = """
dx = dy
dx[~self.cache] = 0
"""
BOTH_WAYS_EVERYWHERE = """
y = np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))
self.cache = y
"""
# 05
DOWN_THE_COLUMNS = """
e = np.exp(x - np.max(x))
y = e / e.sum(axis=0)
self.cache = y
"""
MINUS_ONE_HOT = """
labels, y, p = self.cache
dx = y.copy()
dx[np.arange(len(y)), labels] -= 1
dx *= dy[:, None]
"""
# 07
NUMBER_BY_NUMBER = """
if np.shape(a) != np.shape(b):
    return float("inf")
error = np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))
"""
MEASURED_FIRST = """
y = layer.forward(x)
dy = np.random.default_rng(0).normal(size=y.shape)
measured = numeric_gradient(layer.forward, x, dy)
dx, _ = layer.backward(dy)
error = relative_error(dx, measured)
"""
# 08
WITHOUT_INITIALIZERS = """
self.linear = nn.Linear(inputs, outputs)
self.bias = nn.Bias(outputs)
self.activation = kinds[activation]()
"""
KEEPS_THE_NUMBERS = """
z = self.linear.forward(x)
a = self.bias.forward(z)
y = self.activation.forward(a)
self.cache = (x, z, a)
"""
CACHES_NOT_PUT_BACK = """
da, _ = self.activation.backward(dy)
dz, bias_grads = self.bias.backward(da)
dx, linear_grads = self.linear.backward(dz)
grads = {**linear_grads, **bias_grads}
"""
# 09
ALWAYS_THE_FIRST_X = """
caches = []
for layer in self.layers:
    out = layer.forward(x)
    caches.append(layer.cache)
self.cache = caches
x = out
"""
ADDED_IN_PLACE = """
place = self.layers.index(layer)
for name, gradient in layer_grads.items():
    key = f"{place}.{name}"
    if key in grads:
        grads[key] += gradient
    else:
        grads[key] = gradient
"""
PAIRS_TURNED_ROUND = """
for layer, cache in reversed(zip(self.layers, self.cache)):
    layer.cache = cache
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""
# 10
VELOCITY_FORGOTTEN = """
v = state.get("v", 0.0)
v = self.momentum * v + dw
w -= self.lr * v
"""
COUNTED_AT_THE_END = """
t = state.get("t", 0)
state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * dw
state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
m_hat = state["m"] / (1 - beta1**t)
v_hat = state["v"] / (1 - beta2**t)
w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
state["t"] = t + 1
"""

CASES = [
    # 01
    HintCase(
        "01",
        "center",
        ("x.mean(axis=0)", "np.mean(x)"),
        "one mean of all numbers, not one for each column",
        "https://stats.stackexchange.com/questions/36254/mean-centering-for-pca-in-a-2d-array-"
        "across-rows-or-cols",
    ),
    HintCase(
        "01",
        "unbroadcast",
        AXES_COUNTED_UP,
        "the added axes are summed as 0, 1, ..., but after each sum the next one is axis 0",
        SEEN,
    ),
    HintCase(
        "01",
        "Add.backward",
        ("unbroadcast(dy, a_shape)", "dy"),
        "only b is summed back: a may have been broadcast, too",
        GITHUB + "deeplearning4j/nd4j/issues/2424",
    ),
    HintCase(
        "01",
        "MatMul.backward",
        ("a.T @ dy", "dy @ a.T"),
        "db is written after the pattern of da, with dy first",
        SEEN,
    ),
    # 02
    HintCase(
        "02",
        "Bias.forward",
        ("self.b.data", "self.b"),
        "the Parameter is added, not its array: y becomes a Tensor",
        SEEN,
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("dx = dy", "dx = np.ones_like(dy)"),
        "the slope of x + b, which is 1, without dy",
        SEEN,
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.mean(dy, axis=0)"),
        "the mean over the examples, not their sum",
        GITHUB + "kvfrans/notes/issues/5",
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.sum(dy, axis=0, keepdims=True)"),
        "keepdims, as where biases are a row: db has the shape (1, features)",
        GITHUB + "Fullbaro/neural_network_framework layers.py",
    ),
    # 03
    HintCase(
        "03",
        "Linear.forward",
        ("x @ self.w.data", "np.dot(self.w.data, x)"),
        "weights times x, as for one column: examples are rows here",
        "https://devsolus.com/array-of-1d-not-matching-matrix-shape/",
    ),
    HintCase(
        "03",
        "Linear.backward",
        ("self.w.data.T", "w.T"),
        "w as in the formula: self. and .data are missing",
        GITHUB + "XudongLinthu/context-gated-convolution/issues/3",
    ),
    HintCase(
        "03",
        "Linear.backward",
        ("x.T @ dy", "dy.T @ x"),
        "dw for weights of the shape (outputs, inputs), as PyTorch has them",
        SEEN,
    ),
    HintCase(
        "03",
        "Linear.backward",
        LEARNS_AT_ONCE,
        "backward changes the weights already, and before they are used for dx",
        GITHUB + "VikParuchuri/zero_to_gpt/issues/12",
    ),
    # 04
    HintCase(
        "04",
        "ReLU.forward",
        ("np.maximum(x, 0)", "np.max(x, 0)"),
        "np.max for np.maximum: the 0 is then an axis",
        "https://stackoverflow.com/questions/33569668/numpy-max-vs-amax-vs-maximum",
    ),
    HintCase(
        "04",
        "ReLU.backward",
        WRITES_INTO_DY,
        "dx is dy itself, and zeros are written into it",
        "https://cs231n.github.io/neural-networks-case-study/",
    ),
    HintCase(
        "04",
        "Sigmoid.forward",
        BOTH_WAYS_EVERYWHERE,
        "np.where chooses the safe way, but both are computed for all numbers and overflow",
        GITHUB + "harvard-edge/cs249r_book/pull/1870",
    ),
    HintCase(
        "04",
        "Tanh.backward",
        ("1 - y**2", "1 - np.tanh(y) ** 2"),
        "tanh is taken once more, of the output",
        GITHUB + "davidrmiller/neural2d/issues/40",
    ),
    # 05
    HintCase(
        "05",
        "Softmax.forward",
        DOWN_THE_COLUMNS,
        "the famous answer with axis=0: the columns add up to 1, not the rows",
        "https://splunktool.com/in-python-calculate-the-softmax-of-an-array-columnwise-using-numpy",
    ),
    HintCase(
        "05",
        "Softmax.backward",
        ("y * (dy - np.sum(dy * y, axis=1, keepdims=True))", "dy * y * (1 - y)"),
        "the slope of the sigmoid: each probability depends on its own score only",
        GITHUB + "deeplearning4j/libnd4j/issues/440",
    ),
    HintCase(
        "05",
        "CrossEntropyWithLabels.backward",
        MINUS_ONE_HOT,
        "probabilities minus one-hot: that is softmax and cross entropy together",
        GITHUB + "april-org/april-ann/issues/5",
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.backward",
        ("p.copy()", "p"),
        "no copy: 1 is taken from the kept probabilities, at every call once more",
        "https://cs231n.github.io/neural-networks-case-study/",
    ),
    # 06
    HintCase(
        "06",
        "SquaredError.backward",
        ("2 * self.cache", "self.cache"),
        "the factor 2 is missing, as if the error were half the square",
        GITHUB + "SethHWeidman/DLFS_code/issues/9",
    ),
    HintCase(
        "06",
        "MeanError.backward",
        ("np.full(n, dy / n)", "dy / n"),
        "a single number, not an array with one for each example",
        SEEN,
    ),
    HintCase(
        "06",
        "BinaryCrossEntropy.backward",
        ("(no - yes)", "-(yes + no)"),
        "the minus that comes out of the derivative of 1 - y is forgotten",
        "community.deeplearning.ai: Course 1 Week 4 Programming Assignment #2 Error",
    ),
    HintCase(
        "06",
        "BCEWithLogitsLoss.backward",
        ("y.size", "len(y)"),
        "divided by the number of examples, but the mean is over all numbers",
        SEEN,
    ),
    # 07
    HintCase(
        "07",
        "numeric_gradient",
        ("(up - down) / (2 * h)", "(up - down) / 2 * h"),
        "no brackets around 2 * h: halved, then multiplied by h",
        SEEN,
    ),
    HintCase(
        "07",
        "relative_error",
        NUMBER_BY_NUMBER,
        "the formula of CS231n: number by number, and divided by the sum of both",
        "http://wang.works/portfolio/code/grad_check.html",
    ),
    HintCase(
        "07",
        "gradient_error",
        MEASURED_FIRST,
        "backward comes after the measuring, with the cache of a nudged x",
        GITHUB + "hanbt/learn_dl/issues/20",
    ),
    HintCase(
        "07",
        "Swish.backward",
        ("dy * (s + x * s * (1 - s))", "s + x * s * (1 - s)"),
        "the slope alone: dy is forgotten",
        GITHUB + "yizt/numpy_neural_network/issues/6",
    ),
    # 08
    HintCase(
        "08", "Dense.__init__", WITHOUT_INITIALIZERS, "the two initializers are not handed on", SEEN
    ),
    HintCase(
        "08",
        "Dense.forward",
        KEEPS_THE_NUMBERS,
        "the inputs of the three layers are kept, not their caches",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.backward",
        CACHES_NOT_PUT_BACK,
        "the caches are not put back: those of the latest forward are used",
        GITHUB + "torch/nn/issues/1015",
    ),
    HintCase(
        "08",
        "Dense.backward",
        ("linear_grads | bias_grads", "linear_grads.update(bias_grads)"),
        "dict.update changes the dict and gives back None",
        "https://www.atqed.com/python-dictionary-merge",
    ),
    # 09
    HintCase(
        "09",
        "count_parameters",
        ("p.data.size", "len(p.data)"),
        "len counts the rows of a matrix, not its numbers",
        SEEN,
    ),
    HintCase(
        "09",
        "Sequential.forward",
        ALWAYS_THE_FIRST_X,
        "every layer gets the x of the chain, not the output of the layer before",
        GITHUB + "cyclomon/UNSB/issues/29",
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        ADDED_IN_PLACE,
        "+= writes the sum into the array of the first gradient",
        GITHUB + "flexcompute/tidy3d/pull/3304",
    ),
    HintCase(
        "09",
        "Sequential.backward",
        PAIRS_TURNED_ROUND,
        "a zip cannot be reversed: turn the two lists round first",
        GITHUB + "InsightSoftwareConsortium/SimpleITK-Notebooks/pull/71",
    ),
    # 10
    HintCase(
        "10",
        "SGD.update",
        ("w -= self.lr * dw", "w = w - self.lr * dw"),
        "a new array, known only inside update: the parameter stays as it was",
        "https://newbetuts.com/11585793-are-numpy-arrays-passed-by-reference",
    ),
    HintCase(
        "10",
        "Momentum.update",
        ("+ dw", "+ (1 - self.momentum) * dw"),
        "a running mean of the gradients, as in Andrew Ng's course, not their sum",
        GITHUB + "keras-team/keras/issues/13971",
    ),
    HintCase(
        "10",
        "Momentum.update",
        VELOCITY_FORGOTTEN,
        "the new velocity is not put into state: every step starts from 0",
        GITHUB + "keras-team/keras/issues/1475",
    ),
    HintCase(
        "10",
        "Adam.update",
        COUNTED_AT_THE_END,
        "the first step has t = 0, so the correction divides by 0",
        GITHUB + "deeplearning4j/nd4j/pull/1227",
    ),
]
