"""What five different students write wrong in each of the exercises 1 to 10.

Their author saw what students see, and the solutions; nothing was run against the checks. The five
are, in this order: a beginner who copies lines from elsewhere in the notebook; one who comes from
PyTorch, TensorFlow or JAX; one who comes from Matlab, R or a paper; one who understood the idea
wrongly; and a strong one who wants it short, fast or general. About half are rewritten from public
questions and repositories; the others were seen in teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

SEEN = "teaching experience"
PYTORCH_EXAMPLES = GITHUB + "jcjohnson/pytorch-examples"

# 01
DIM_AND_KEEPDIM = """
while dy.ndim > len(shape):
    dy = dy.sum(dim=0)
for axis, size in enumerate(shape):
    if size == 1:
        dy = dy.sum(dim=axis, keepdim=True)
"""
SCALED_TOO = """
mean = x.mean(axis=0)
sd = x.std(axis=0, ddof=1)
y = (x - mean) / sd
"""
PRODUCT_RULE_OF_NUMBERS = """
a, b = self.cache
da = b * dy
db = a * dy
"""
ONE_SUM_FOR_ALL_AXES = """
added = tuple(range(dy.ndim - len(shape)))
stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
dy = dy.sum(axis=added + stretched).reshape(shape)
"""
# 02
ONLY_THE_LAST_ROW = """
for i in range(len(x)):
    y = x[i] + self.b.data
"""
INTO_THE_GRAD = """
dx = dy
self.b.grad = np.sum(dy, axis=0)
"""
# 03
FROM_THE_PICTURE = """
self.cache = x
w = self.w.data
a, b = x[:, 0], x[:, 1]
y = np.array([a * w[0, 0] + b * w[1, 0], a * w[0, 1] + b * w[1, 1]])
"""
SUMS_FIRST = """
x = self.cache
dx = dy @ self.w.data.T
dw = np.sum(x, axis=0)[:, None] * np.sum(dy, axis=0)
"""
EINSUM_LETTERS = """
x = self.cache
dx = np.einsum("ij,jl->il", dy, self.w.data)
dw = np.einsum("il,ij->lj", x, dy)
"""
# 04
SIGMOID_OF_THE_SIGMOID = """
y = self.cache
s = 1 / (1 + np.exp(-y))
dx = dy * s * (1 - s)
"""
SIGMOID_FROM_TANH = """
y = 0.5 * (1 + np.tanh(x))
self.cache = y
"""
# 05
FLOOR_OF_SECTION_5 = """
e = np.exp(y - np.max(y, axis=1, keepdims=True))
p = e / np.sum(e, axis=1, keepdims=True)
self.cache = p, labels
error = -np.log(np.maximum(p[np.arange(len(y)), labels], 1e-12))
loss = np.mean(error)
"""
SOFTMAX_INSIDE = """
e = np.exp(y - np.max(y, axis=1, keepdims=True))
probs = e / np.sum(e, axis=1, keepdims=True)
p = np.maximum(probs[np.arange(len(y)), labels], 1e-12)
self.cache = labels, y, p
error = -np.log(p)
"""
P_MINUS_LABELS = """
p, labels = self.cache
dx = dy * (p - labels[:, None]) / len(p)
"""
MAX_NOT_TAKEN_FROM_THE_LABEL = """
n = len(y)
e = np.exp(y - y.max(axis=1, keepdims=True))
total = e.sum(axis=1)
self.cache = e / total[:, None], labels
loss = np.mean(np.log(total) - y[np.arange(n), labels])
"""
# 06
PLUS_BETWEEN_THE_TERMS = """
y_true, y = self.cache
yes = y_true / np.maximum(y, self.floor)
no = (1 - y_true) / np.maximum(1 - y, self.floor)
dx = -dy[:, None] * (yes + no)
"""
# 07
A_NEW_X_EACH_TIME = """
gradient = np.zeros(x.shape)
for place in np.ndindex(x.shape):
    step = np.zeros(x.shape)
    step[place] = h
    up = np.sum(dy * f(x + step))
    down = np.sum(dy * f(x - step))
    gradient[place] = (up - down) / (2 * h)
"""
LENGTHS_OF_VECTORS = """
if np.shape(a) != np.shape(b):
    return float("inf")
numerator = np.linalg.norm(a - b)
denominator = np.linalg.norm(a) + np.linalg.norm(b)
error = 0.0 if denominator == 0 else numerator / denominator
"""
WITHOUT_ABS = """
best = min(steps, key=lambda h: (f(x + h) - f(x - h)) / (2 * h) - slope)
"""
# 08
BIAS_IS_IN_THE_LINEAR = """
h = self.linear.forward(x)
y = self.activation.forward(h)
self.cache = self.linear.cache, self.bias.cache, self.activation.cache
"""
DELTA_OF_THE_BOOK = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
y = self.activation.cache
delta = dy * y * (1 - y)
dz, bias_grads = self.bias.backward(delta)
dx, linear_grads = self.linear.backward(dz)
grads = {"w": linear_grads["w"], "b": bias_grads["b"]}
"""
DY_FOR_EACH_LAYER = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
da, _ = self.activation.backward(dy)
dz, bias_grads = self.bias.backward(dy)
dx, linear_grads = self.linear.backward(dy)
grads = {"w": linear_grads["w"], "b": bias_grads["b"]}
"""
CACHES_IN_FORWARD_ORDER = """
dx, grads = dy, {}
for layer, cache in zip((self.activation, self.bias, self.linear), self.cache):
    layer.cache = cache
    dx, layer_grads = layer.backward(dx)
    grads |= layer_grads
"""
# 09
CACHE_OF_THE_LAST_LAYER = """
for layer in self.layers:
    x = layer.forward(x)
    self.cache = layer.cache
"""
PLACES_FROM_ONE = """
place = self.layers.index(layer) + 1
for name, gradient in layer_grads.items():
    full = str(place) + "." + name
    if full in grads:
        grads[full] = grads[full] + gradient
    else:
        grads[full] = gradient
"""
NO_CACHES_PUT_BACK = """
for layer in reversed(self.layers):
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""
ASKED_BY_THE_SHORT_NAME = """
place = self.layers.index(layer)
grads |= {f"{place}.{name}": grads.get(name, 0) + g for name, g in layer_grads.items()}
"""
# 10
VELOCITY_NOT_KEPT = """
v = self.momentum * state.get("v", 0.0) + dw
w -= self.lr * v
"""
MEAN_OF_GRADIENTS = """
v = state.get("v", 0.0)
v = self.momentum * v + (1 - self.momentum) * dw
state["v"] = v
w -= self.lr * v
"""
NO_POWER = """
state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
m_hat = state["m"] / (1 - beta1)
v_hat = state["v"] / (1 - beta2)
w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
"""
CORRECTED_IN_PLACE = """
t = state["t"] = state.get("t", 0) + 1
m = state.setdefault("m", np.zeros_like(w))
v = state.setdefault("v", np.zeros_like(w))
m *= beta1
m += (1 - beta1) * dw
v *= beta2
v += (1 - beta2) * dw * dw
m /= 1 - beta1**t
v /= 1 - beta2**t
w -= self.lr * m / (np.sqrt(v) + self.eps)
"""

CASES = [
    # 01
    HintCase(
        "01",
        "MatMul.forward",
        ("self.cache = a, b", "self.cache = a.shape, b.shape"),
        "the cache line is copied from Add: it keeps the shapes, where backward needs the arrays",
        SEEN,
    ),
    HintCase(
        "01",
        "unbroadcast",
        DIM_AND_KEEPDIM,
        "PyTorch's names dim and keepdim, where NumPy has axis and keepdims",
        SEEN,
    ),
    HintCase(
        "01",
        "center",
        SCALED_TOO,
        "as R's scale: also divided by the standard deviation, which is 0 for a constant column",
        "https://stat.ethz.ch/R-manual/R-devel/library/base/html/scale.html",
    ),
    HintCase(
        "01",
        "MatMul.backward",
        PRODUCT_RULE_OF_NUMBERS,
        "the product rule of single numbers, number by number, for a matrix product",
        GITHUB + "karpathy/micrograd",
    ),
    HintCase(
        "01",
        "unbroadcast",
        ONE_SUM_FOR_ALL_AXES,
        "in the one sum, the stretched axes are not moved to the right by the number of added ones",
        SEEN,
    ),
    # 02
    HintCase(
        "02",
        "Bias.forward",
        ONLY_THE_LAST_ROW,
        "a loop over the examples that writes over y: only the last row is left",
        SEEN,
    ),
    HintCase(
        "02",
        "Bias.backward",
        INTO_THE_GRAD,
        "as in PyTorch the gradient goes into b.grad; there is no db for the line with return",
        SEEN,
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.sum(dy, axis=1, keepdims=True)"),
        "the formula of a course whose examples are columns: summed over the features",
        GITHUB + "bighuang624/Andrew-Ng-Deep-Learning-notes/issues/10",
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("dx = dy", "dx = dy - self.b.data"),
        "backward is taken for the inverse of forward: b is subtracted again",
        SEEN,
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "dy.sum(axis=0, keepdims=True)"),
        "keepdims: db is a row of shape (1, features), not of the shape of b",
        "https://datascience.stackexchange.com/questions/20139/gradients-for-bias-terms-in-"
        "backpropagation",
    ),
    # 03
    HintCase(
        "03",
        "Linear.forward",
        FROM_THE_PICTURE,
        "copied from the cell of the picture: for two inputs and two outputs, and turned round",
        SEEN,
    ),
    HintCase(
        "03",
        "Linear.backward",
        ("x.T @ dy", "dy.T @ x"),
        "PyTorch's formula, where w has shape (outputs, inputs): dw is turned round",
        "https://pytorch.org/docs/stable/notes/extending.html",
    ),
    HintCase(
        "03",
        "Linear.forward",
        ("x @ self.w.data", "x * self.w.data"),
        "Matlab's *, which in NumPy multiplies number by number",
        FORUM + "dl-specialisation-c1-w4/528539",
    ),
    HintCase(
        "03",
        "Linear.backward",
        SUMS_FIRST,
        "x and dy are each summed over the examples first, and then multiplied",
        SEEN,
    ),
    HintCase(
        "03",
        "Linear.backward",
        EINSUM_LETTERS,
        "einsum with the letters of w in the wrong order: it multiplies by w, not by w.T",
        SEEN,
    ),
    # 04
    HintCase(
        "04",
        "ReLU.forward",
        ("np.maximum(x, 0)", "np.max(x, 0)"),
        "np.max for np.maximum: the largest number of each column",
        GITHUB + "danjelito/nn-from-scratch",
    ),
    HintCase(
        "04",
        "ReLU.forward",
        ("np.maximum(x, 0)", "x.clamp(min=0)"),
        "a method of PyTorch's tensors, which arrays do not have",
        PYTORCH_EXAMPLES,
    ),
    HintCase(
        "04",
        "Tanh.backward",
        ("dy * (1 - y**2)", "dy / np.cosh(y) ** 2"),
        "the textbook's slope 1 / cosh(x)^2, but of the output y",
        SEEN,
    ),
    HintCase(
        "04",
        "Sigmoid.backward",
        SIGMOID_OF_THE_SIGMOID,
        "the cache is the sigmoid already, and backward takes the sigmoid of it once more",
        GITHUB + "rasmusbergpalm/DeepLearnToolbox/issues/165",
    ),
    HintCase(
        "04",
        "Sigmoid.forward",
        SIGMOID_FROM_TANH,
        "the sigmoid made of tanh, of x where it should be x / 2: twice as steep",
        SEEN,
    ),
    # 05
    HintCase(
        "05",
        "CrossEntropyLoss.forward",
        FLOOR_OF_SECTION_5,
        "put together from the two layers above, with their floor: no error is above 27.63",
        SEEN,
    ),
    HintCase(
        "05",
        "CrossEntropyWithLabels.forward",
        SOFTMAX_INSIDE,
        "a softmax inside, as PyTorch's cross entropy has it: the softmax is taken twice",
        GITHUB + "tflearn/tflearn/pull/562",
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.backward",
        P_MINUS_LABELS,
        "the paper's p - y, with the numbers of the classes where one-hot rows are meant",
        SEEN,
    ),
    HintCase(
        "05",
        "Softmax.backward",
        ("y * (dy - np.sum(dy * y, axis=1, keepdims=True))", "dy * y * (1 - y)"),
        "the slope as for a sigmoid: the other probabilities of the row are forgotten",
        GITHUB + "deeplearning4j/libnd4j/issues/440",
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.forward",
        MAX_NOT_TAKEN_FROM_THE_LABEL,
        "the maximum is taken from the scores in the sum, but not from that of the label",
        GITHUB + "amdegroot/ssd.pytorch/issues/203",
    ),
    # 06
    HintCase(
        "06",
        "MeanError.backward",
        ("np.full(n, dy / n)", "np.array(dy / n)"),
        "an array of one number, without an axis, where there should be one for each error",
        SEEN,
    ),
    HintCase(
        "06",
        "SquaredError.forward",
        ("np.sum(self.cache**2, axis=1)", "np.mean(np.square(self.cache), axis=-1)"),
        "as Keras: the mean over the outputs of an example, not the sum",
        "https://www.tensorflow.org/api_docs/python/tf/keras/losses/MSE",
    ),
    HintCase(
        "06",
        "SquaredError.backward",
        ("2 * self.cache * dy[:, None]", "self.cache * dy[:, None]"),
        "the gradient of the half squared error of the books: the 2 is missing",
        GITHUB + "davisking/dlib/issues/1169",
    ),
    HintCase(
        "06",
        "BinaryCrossEntropy.backward",
        PLUS_BETWEEN_THE_TERMS,
        "the inner derivative of log(1 - y), which is -1, is forgotten",
        "https://math.stackexchange.com/questions/2503428/derivative-of-binary-cross-entropy-why-"
        "are-my-signs-not-right",
    ),
    HintCase(
        "06",
        "BCEWithLogitsLoss.backward",
        ("y.size", "len(y)"),
        "divided by the number of rows, but the mean is over all numbers",
        SEEN,
    ),
    # 07
    HintCase(
        "07",
        "numeric_gradient",
        ("(up - down) / (2 * h)", "(up - down) / 2 * h"),
        "no brackets: divided by 2, and multiplied by h",
        "https://huggingface.co/datasets/nvidia/Nemotron-CC-Math-v1 (a thread of "
        "community.deeplearning.ai, 14 February 2023: course 2, week 1, gradient_check)",
    ),
    HintCase(
        "07",
        "numeric_gradient",
        A_NEW_X_EACH_TIME,
        "as JAX wants it: x itself is never nudged, only new arrays made of it",
        "https://docs.jax.dev/en/latest/notebooks/Common_Gotchas_in_JAX.html",
    ),
    HintCase(
        "07",
        "relative_error",
        LENGTHS_OF_VECTORS,
        "the formula of a well-known course, with the lengths of the vectors and their sum",
        GITHUB + "Rishy-09/DeepLearningSpecialization",
    ),
    HintCase(
        "07",
        "Share.backward",
        ("(dy - np.sum(dy * y, axis=1, keepdims=True)) / total", "dy * (1 - y) / total"),
        "only the way from each x to its own y, not to the others of the row",
        GITHUB + "SebLague/Neural-Network-Experiments/pull/5",
    ),
    HintCase(
        "07",
        "best_step",
        WITHOUT_ABS,
        "no abs: the difference that is furthest below the slope counts as the smallest",
        SEEN,
    ),
    # 08
    HintCase(
        "08",
        "Dense.__init__",
        ("nn.Bias(outputs, bias_initializer)", "nn.Bias(outputs, initializer)"),
        "the line of the Linear is copied: the bias starts from the initializer of the weights",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.forward",
        BIAS_IS_IN_THE_LINEAR,
        "the bias is left out, because PyTorch's Linear has one inside",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.backward",
        DELTA_OF_THE_BOOK,
        "the delta of a book in which every layer has a sigmoid, for any activation",
        GITHUB + "MichalDanielDobrzanski/DeepLearningPython",
    ),
    HintCase(
        "08",
        "Dense.backward",
        DY_FOR_EACH_LAYER,
        "each of the three layers gets dy, not what the layer behind it hands back",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.backward",
        CACHES_IN_FORWARD_ORDER,
        "a loop over the layers backwards, but over the caches forwards",
        SEEN,
    ),
    # 09
    HintCase(
        "09",
        "Sequential.forward",
        CACHE_OF_THE_LAST_LAYER,
        "each layer's cache replaces the one before: only that of the last layer is kept",
        SEEN,
    ),
    HintCase(
        "09",
        "count_parameters",
        ("p.data.size", "p.data.numel()"),
        "a method of PyTorch's tensors, which the arrays inside the parameters do not have",
        GITHUB + "pytorch/pytorch/issues/3166",
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        PLACES_FROM_ONE,
        'the places are counted from 1, as in Matlab: "1.w" for the first layer',
        SEEN,
    ),
    HintCase(
        "09",
        "Sequential.backward",
        NO_CACHES_PUT_BACK,
        "the caches are not put back: each layer is believed to have still its own",
        GITHUB + "torch/nn/issues/1015",
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        ASKED_BY_THE_SHORT_NAME,
        "grads is asked for the short name: for a layer used twice, nothing is added",
        SEEN,
    ),
    # 10
    HintCase(
        "10",
        "Momentum.update",
        VELOCITY_NOT_KEPT,
        "the velocity is not kept in state: at each step it begins at 0",
        SEEN,
    ),
    HintCase(
        "10",
        "SGD.update",
        ("w -= self.lr * dw", "w.data -= self.lr * w.grad"),
        "written for a PyTorch parameter, but w is an array, and its gradient is dw",
        PYTORCH_EXAMPLES,
    ),
    HintCase(
        "10",
        "Momentum.update",
        MEAN_OF_GRADIENTS,
        "the running mean of another course, with 1 - beta before the gradient",
        GITHUB + "keras-team/keras/issues/13971",
    ),
    HintCase(
        "10",
        "Adam.update",
        NO_POWER,
        "the correction without the number of the step: 1 - beta where it is 1 - beta^t",
        GITHUB + "eriklindernoren/ML-From-Scratch/issues/35",
    ),
    HintCase(
        "10",
        "Adam.update",
        CORRECTED_IN_PLACE,
        "m and v are corrected in place, so that the next step goes on from the corrected ones",
        GITHUB + "frgfm/holocron/issues/1",
    ),
]
