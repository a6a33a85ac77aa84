"""What five different students write wrong in each of the exercises 1 to 10.

Their author saw what students see, and the solutions; nothing was run against the checks. The five
of each exercise are, in this order: a beginner in Python; one who comes from PyTorch, TensorFlow or
JAX; one who comes from Matlab, R, Excel or the paper; one who did not read the text carefully; a
strong one who wants it fast, short or general, and slips. Most are rewritten from public questions
and repositories; the others were seen in teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

SEEN = "teaching experience"

# 01
COLUMN_BY_COLUMN_IN_PLACE = """
for j in range(x.shape[1]):
    x[:, j] = x[:, j] - np.mean(x[:, j])
y = x
"""
SWAPS_AS_IN_TORCH = """
a, b = self.cache
da = dy @ b.transpose(0, 1)
db = a.transpose(0, 1) @ dy
"""
ALL_AXES_AT_ONCE = """
added = dy.ndim - len(shape)
stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
dy = dy.sum(axis=tuple(range(added)) + stretched, keepdims=True).reshape(shape)
"""
# 02
ADDS_INTO_X = """
x += self.b.data
y = x
"""
# 03
KEEPS_NOTHING = """
y = x @ self.w.data
"""
ONE_COLUMN_FOR_EACH_EXAMPLE = """
x = self.cache
dx = self.w.data.T @ dy
dw = x.T @ dy
"""
# 04
IF_X = """
self.cache = x > 0
if x > 0:
    y = x
else:
    y = 0
"""
SIGMOID_OF_THE_OUTPUT = """
s = 1 / (1 + np.exp(-self.cache))
dx = dy * s * (1 - s)
"""
AS_ON_PAPER = """
y = 1 / (1 + np.exp(-x))
self.cache = y
"""
ONE_EXP_ONLY = """
e = np.exp(2 * x)
y = (e - 1) / (e + 1)
self.cache = y
"""
# 05
WITHOUT_KEEPDIMS = """
x = x - np.max(x, axis=1, keepdims=True)
y = np.exp(x) / np.sum(np.exp(x), axis=1)
self.cache = y
"""
TARGETS_ONE_HOT = """
p = np.maximum(y, 1e-12)
self.cache = labels, y, p
error = -np.sum(labels * np.log(p), axis=-1)
"""
# 06
FORMULA_WITHOUT_FLOOR = """
y_true, y = self.cache
dx = dy[:, None] * ((1 - y_true) / (1 - y) - y_true / y)
"""
SOFTPLUS_MINUS_TARGET = """
self.cache = y, target
loss = np.mean(np.logaddexp(0, y) - target * y)
"""
# 07
SMALLEST_WITH_ITS_SIGN = """
best = steps[0]
smallest = 1000
for h in steps:
    error = (f(x + h) - f(x - h)) / (2 * h) - slope
    if error < smallest:
        smallest = error
        best = h
"""
NUDGES_COPIES = """
gradient = np.zeros_like(x)
for place in np.ndindex(x.shape):
    x_plus, x_minus = x.copy(), x.copy()
    x_plus[place] += h
    x_minus[place] -= h
    gradient[place] = np.sum(dy * (f(x_plus) - f(x_minus))) / (2 * h)
"""
NORM_OF_THE_SUM = """
if np.shape(a) != np.shape(b):
    return float("inf")
if np.all(a == 0) and np.all(b == 0):
    return 0.0
error = np.linalg.norm(a - b) / np.linalg.norm(a + b)
"""
# 08
CLASS_NOT_CALLED = """
self.linear = nn.Linear(inputs, outputs, initializer)
self.bias = nn.Bias(outputs, bias_initializer)
self.activation = kinds[activation]
"""
SAVES_THE_TENSORS = """
z = self.linear.forward(x)
a = self.bias.forward(z)
y = self.activation.forward(a)
self.cache = x, z, a
"""
CACHES_STAY_WHERE_THEY_ARE = """
da, _ = self.activation.backward(dy)
dz, bias_grads = self.bias.backward(da)
dx, linear_grads = self.linear.backward(dz)
grads = {"w": linear_grads["w"], "b": bias_grads["b"]}
"""
LOOP_OVER_THE_THREE = """
grads = {}
for layer, cache in zip((self.activation, self.bias, self.linear), self.cache):
    layer.cache = cache
    dy, layer_grads = layer.backward(dy)
    grads.update(layer_grads)
dx = dy
"""
# 09
OUTPUT_IN_ANOTHER_NAME = """
caches = []
for layer in self.layers:
    y = layer.forward(x)
    caches.append(layer.cache)
self.cache = caches
"""
FROM_N_DOWN_TO_1 = """
for i in range(len(self.layers), 0, -1):
    layer = self.layers[i]
    layer.cache = self.cache[i]
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""
CACHES_AFTER_THE_LOOP = """
for layer in self.layers:
    x = layer.forward(x)
self.cache = [layer.cache for layer in self.layers]
"""
# 10
VELOCITY_IS_NOT_KEPT = """
v = state.get("v", 0.0)
v = self.momentum * v + dw
w -= self.lr * v
"""
KEEPS_THE_CORRECTED = """
state["t"] = state.get("t", 0) + 1
t = state["t"]
state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
state["m"] = state["m"] / (1 - beta1**t)
state["v"] = state["v"] / (1 - beta2**t)
w -= self.lr * state["m"] / (np.sqrt(state["v"]) + self.eps)
"""
CORRECTION_IN_THE_RATE = """
t = state["t"] = state.get("t", 0) + 1
m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
lr_t = self.lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
w -= lr_t * m / (np.sqrt(v) + self.eps)
"""

CASES = [
    # 01
    HintCase(
        "01",
        "center",
        COLUMN_BY_COLUMN_IN_PLACE,
        "a loop over the columns writes into x itself",
        "https://www.tutorialguruji.com/python/remove-mean-from-numpy-matrix/",
    ),
    HintCase(
        "01",
        "MatMul.backward",
        SWAPS_AS_IN_TORCH,
        "transpose(0, 1) swaps the axes in PyTorch; in NumPy it leaves them as they are",
        "https://e-com-net.com/article/1594039625729548288.htm",
    ),
    HintCase(
        "01",
        "MatMul.forward",
        ("a @ b", "a * b"),
        "* for the matrix product, as in Matlab",
        FORUM + "course-1-week-3-a1-excercise-6-dw2-operands-could-not-be-broadcast/152009",
    ),
    HintCase(
        "01",
        "Add.backward",
        ("unbroadcast(dy, b_shape)", "np.sum(dy, axis=0)"),
        "db is always the sum over the rows, as in the formula for b of shape (d,)",
        GITHUB + "jimfleming/differentiation/issues/1",
    ),
    HintCase(
        "01",
        "unbroadcast",
        ALL_AXES_AT_ONCE,
        "all axes in one sum, but the places in shape are not moved by the number of added axes",
        GITHUB + "HomericIntelligence/Odyssey/pull/2080",
    ),
    # 02
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "dy"),
        "the slope of x + b in b is 1, so db = dy: the sum over the examples is missing",
        "https://datascience.stackexchange.com/questions/20139/"
        "gradients-for-bias-terms-in-backpropagation",
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "dy.sum(dim=0)"),
        "dim= as in PyTorch, where NumPy has axis=",
        GITHUB + "openai/spinningup/issues/219",
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.sum(dy)"),
        "sum without an axis: it adds up each column in Matlab, and all numbers in NumPy",
        SEEN,
    ),
    HintCase(
        "02",
        "Bias.forward",
        ADDS_INTO_X,
        "+= writes into the x of the caller",
        "https://techstalking.com/programming/python/are-numpy-arrays-passed-by-reference/",
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "unbroadcast(dy, self.b.data.shape)"),
        "uses unbroadcast of exercise 1, which this notebook does not have",
        SEEN,
    ),
    # 03
    HintCase(
        "03",
        "Linear.forward",
        KEEPS_NOTHING,
        "x is not kept in self.cache",
        SEEN,
    ),
    HintCase(
        "03",
        "Linear.forward",
        ("x @ self.w.data", "x @ self.w.data.T"),
        "w is turned, as PyTorch does, where w has the shape (outputs, inputs)",
        "https://discuss.pytorch.org/t/"
        "why-does-the-linear-module-seems-to-do-unnecessary-transposing/6277",
    ),
    HintCase(
        "03",
        "Linear.backward",
        ONE_COLUMN_FOR_EACH_EXAMPLE,
        "dx = w.T dy as in the paper, where each example is a column",
        "https://datahacker.rs/wp-content/uploads/2018/10/012_8.html",
    ),
    HintCase(
        "03",
        "Linear.backward",
        ("x.T @ dy", "x.T @ dy / len(x)"),
        "dw is divided by the number of examples",
        GITHUB + "hunkim/DeepLearningZeroToAll/issues/173",
    ),
    HintCase(
        "03",
        "Linear.backward",
        ("x.T @ dy", "np.outer(x, dy)"),
        "the outer product, which is right for one example only",
        "https://stats.stackexchange.com/q/500902",
    ),
    # 04
    HintCase(
        "04",
        "ReLU.forward",
        IF_X,
        "if x > 0, for a whole array",
        "https://whosebug.com/question/6393650/ValueError-with-ReLU-function-in-python",
    ),
    HintCase(
        "04",
        "ReLU.forward",
        ("x > 0", "x >= 0"),
        "the gradient comes through at x = 0, too: only what is below 0 is stopped",
        GITHUB + "rewreu/DL",
    ),
    HintCase(
        "04",
        "Sigmoid.backward",
        SIGMOID_OF_THE_OUTPUT,
        "s (1 - s) with s the sigmoid of y, which is the sigmoid of x already",
        "https://math.techqa.club/"
        "calculating-derivatives-for-backpropagation-in-2-layer-neural-network-4158072",
    ),
    HintCase(
        "04",
        "Sigmoid.forward",
        AS_ON_PAPER,
        "the formula as on paper: exp overflows for x far below 0",
        "https://ai.ppradosh.com/2026/april/26/the-geometry-of-probability-the-sigmoid-function",
    ),
    HintCase(
        "04",
        "Tanh.forward",
        ONE_EXP_ONLY,
        "tanh with one exp of 2 x, which overflows: inf / inf is nan",
        "http://pullrequest.ru/13303726/python-perepolnenie-vklycheno-umnozhenie",
    ),
    # 05
    HintCase(
        "05",
        "Softmax.forward",
        WITHOUT_KEEPDIMS,
        "the sum of the rows has the shape (n,): keepdims is missing",
        "https://xue-jishu.com/python-deeplearning-softmax-with-numpy",
    ),
    HintCase(
        "05",
        "CrossEntropyWithLabels.forward",
        TARGETS_ONE_HOT,
        "labels times log y, as if the labels were one-hot rows",
        "https://docs.w3cub.com/tensorflow~1.15/keras/metrics/sparsecategoricalcrossentropy",
    ),
    HintCase(
        "05",
        "Softmax.backward",
        ("dx = y * (dy - np.sum(dy * y, axis=1, keepdims=True))", "dx = dy * y * (1 - y)"),
        "y (1 - y), the slope of the sigmoid: only the case k = j of the formula",
        GITHUB + "Apiquet/DeepLearningFrameworkFromScratchCpp/issues/1",
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.backward",
        ("dx = p.copy()", "dx = p"),
        "no copy: -= 1 writes into the cache, so a second backward is wrong",
        "https://codewithsundeep.com/discussion/solution/48125575",
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.forward",
        ("np.max(y, axis=1, keepdims=True)", "np.max(y)"),
        "all rows are shifted by the largest score of the whole batch",
        GITHUB + "githubharald/CTCWordBeamSearch/pull/19",
    ),
    # 06
    HintCase(
        "06",
        "MeanError.backward",
        ("np.full(n, dy / n)", "dy / n"),
        "one number, not an array with a number for each error",
        SEEN,
    ),
    HintCase(
        "06",
        "SquaredError.forward",
        ("np.sum(self.cache**2, axis=1)", "np.mean(self.cache**2, axis=-1)"),
        "the mean over the outputs, as in Keras, not their sum",
        "https://tensorflow.org/versions/r2.15/api_docs/python/tf/keras/metrics/mean_squared_error",
    ),
    HintCase(
        "06",
        "SquaredError.backward",
        ("2 * self.cache * dy[:, None]", "self.cache * dy[:, None]"),
        "the 2 is missing, as in books that define the error with 1/2 or leave the 2 out",
        "https://datascience.stackexchange.com/questions/81943/"
        "why-is-it-valid-to-remove-a-constant-factor-from-the-derivative-of-an-error-func",
    ),
    HintCase(
        "06",
        "BinaryCrossEntropy.backward",
        FORMULA_WITHOUT_FLOOR,
        "the floor is forgotten in backward: it divides by 0",
        "https://tech.apdaga.com/2018/10/"
        "coursera-neural-networks-and-deep-learning-week-4a-assignment-solution.html",
    ),
    HintCase(
        "06",
        "BCEWithLogitsLoss.forward",
        SOFTPLUS_MINUS_TARGET,
        "logaddexp(0, y) - target y: for a large y that is right, the tiny loss is rounded to 0",
        "public repositories that have np.logaddexp(0, z) - y * z",
    ),
    # 07
    HintCase(
        "07",
        "best_step",
        SMALLEST_WITH_ITS_SIGN,
        "no abs: the most negative error counts as the smallest",
        SEEN,
    ),
    HintCase(
        "07",
        "numeric_gradient",
        NUDGES_COPIES,
        "copies of x are nudged, so a function that looks at x itself does not move",
        "https://tikayere.github.io/mathematics-for-programmers/part7/ch234-gradient-checking",
    ),
    HintCase(
        "07",
        "relative_error",
        NORM_OF_THE_SUM,
        "norm(a - b) / norm(a + b), as in UFLDL, not the largest numbers",
        "https://grindskills.com/numeric-gradient-checking-how-close-is-close-enough/",
    ),
    HintCase(
        "07",
        "guilty",
        ('"Flip", "Wave"', '"Flip", "Hinge", "Wave"'),
        "Hinge is accused: its error in the table comes from the kink at x = 1",
        SEEN,
    ),
    HintCase(
        "07",
        "Share.backward",
        ("dy - np.sum(dy * y, axis=1", "dy - y * np.sum(dy, axis=1"),
        "y stands outside of the sum over k, as if it were y_j",
        SEEN,
    ),
    # 08
    HintCase(
        "08",
        "Dense.__init__",
        CLASS_NOT_CALLED,
        "the activation is a class, not a layer: the () is missing",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.forward",
        SAVES_THE_TENSORS,
        "the inputs of the three layers are kept, as with save_for_backward, not their caches",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.__init__",
        ("nn.Linear(inputs, outputs, initializer)", "nn.Linear(outputs, inputs, initializer)"),
        "the sizes as in the paper, where W has a row for each output",
        GITHUB + "EyalB22/deep-learning",
    ),
    HintCase(
        "08",
        "Dense.backward",
        CACHES_STAY_WHERE_THEY_ARE,
        "the caches are not put back into the three layers",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.backward",
        LOOP_OVER_THE_THREE,
        "the layers are turned round, their caches are not",
        SEEN,
    ),
    # 09
    HintCase(
        "09",
        "Sequential.forward",
        OUTPUT_IN_ANOTHER_NAME,
        "y = layer.forward(x): each layer gets the first x, and x is what is returned",
        GITHUB + "cyclomon/UNSB/issues/29",
    ),
    HintCase(
        "09",
        "count_parameters",
        ("p.data.size", "p.data.numel()"),
        "numel() as in PyTorch, which an array does not have",
        GITHUB + "synsense/rockpool/issues/9",
    ),
    HintCase(
        "09",
        "Sequential.backward",
        FROM_N_DOWN_TO_1,
        "counts from n down to 1, as n:-1:1 in Matlab, but places go from n - 1 to 0",
        "https://mtopython.com/learn/matlab-1-indexed-to-python-0-indexed",
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        ("grads[full] + gradient if full in grads else gradient", "gradient"),
        "the second use of a shared layer replaces the first",
        GITHUB + "NVIDIA/TransformerEngine/pull/3552",
    ),
    HintCase(
        "09",
        "Sequential.forward",
        CACHES_AFTER_THE_LOOP,
        "the caches are collected after the loop: a shared layer has the last one only",
        SEEN,
    ),
    # 10
    HintCase(
        "10",
        "Momentum.update",
        VELOCITY_IS_NOT_KEPT,
        "the new velocity is not put back into state",
        GITHUB + "deeplearning4j/nd4j/pull/2116",
    ),
    HintCase(
        "10",
        "SGD.update",
        ("w -= self.lr * dw", "w.data -= self.lr * dw"),
        "w.data as in PyTorch, but w is the array itself",
        SEEN,
    ),
    HintCase(
        "10",
        "Momentum.update",
        ('state.get("v", 0.0) + dw', 'state.get("v", 0.0) + (1 - self.momentum) * dw'),
        "the velocity as a running mean, with the factor 1 - beta, as in Ng's course",
        "https://vivek-s.com/Programming/Deep+Learning/Momentum",
    ),
    HintCase(
        "10",
        "Adam.update",
        KEEPS_THE_CORRECTED,
        "the corrected m and v are kept in state, so the next step goes on from them",
        "https://gptteams.ai/developer/algorithm-understand-adam-optimizer-intuitively",
    ),
    HintCase(
        "10",
        "Adam.update",
        CORRECTION_IN_THE_RATE,
        "both corrections in the learning rate: eps is then added to the root of the uncorrected v",
        GITHUB + "tensorflow/tensorflow/issues/35102",
    ),
]
