"""The latest wrong answers to exercises 01 to 10, five for each.

Who wrote them had read the exercises, the solutions and the mistakes that stand in the other
files, and nothing of the checks behind them. Most are rewritten from public questions and
repositories; the others were seen in teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

TEACHING = "teaching experience"
MATH_CORPUS = "https://huggingface.co/datasets/nvidia/Nemotron-CC-Math-v1 "

# 01
FROM_THE_LEFT = """
for axis, (have, want) in enumerate(zip(dy.shape, shape)):
    if have != want:
        dy = dy.sum(axis=axis, keepdims=True)
"""
BOTH_TURNED = """
a, b = self.cache
da = b @ dy.T
db = dy.T @ a
"""
# 02
ONE_VALUE_BACK = """
self.b.grad = np.sum(dy, axis=0)
return dy
"""
# 03
GROWS = """
x = self.cache
dx = dy @ self.w.data.T
self.dw = getattr(self, "dw", 0) + x.T @ dy
dw = self.dw
"""
# 05
LOG_OF_P = """
e = np.exp(y - np.max(y, axis=1, keepdims=True))
p = e / np.sum(e, axis=1, keepdims=True)
self.cache = p, labels
loss = np.mean(-np.log(p[np.arange(len(y)), labels]))
"""
CLASSES_FROM_LABELS = """
p, labels = self.cache
onehot = np.eye(labels.max() + 1)[labels]
dx = dy * (p - onehot) / len(p)
"""
# 06
SCORES_AS_PROBABILITIES = """
y, target = self.cache
s = nn.Sigmoid().forward(y)
dx = dy * ((1 - target) / (1 - y) - target / y) * s * (1 - s) / y.size
"""
# 08
ELSE_OF_THE_LAST_IF = """
self.linear = nn.Linear(inputs, outputs, initializer)
self.bias = nn.Bias(outputs, bias_initializer)
if activation == "relu":
    self.activation = nn.ReLU()
if activation == "sigmoid":
    self.activation = nn.Sigmoid()
if activation == "softmax":
    self.activation = nn.Softmax()
if activation == "tanh":
    self.activation = nn.Tanh()
else:
    self.activation = nn.Identity()
"""
# 09
TWO_NAMES = """
number = 0
for name in ("w", "b"):
    if hasattr(module, name):
        number += getattr(module, name).data.size
"""
INPUTS_KEPT = """
caches = []
for layer in self.layers:
    caches.append(x)
    x = layer.forward(x)
self.cache = caches
"""
ANOTHER_DICT = """
place = self.layers.index(layer)
named = {f"{place}.{name}": gradient for name, gradient in layer_grads.items()}
grads = grads | named
"""
SAME_NAME = """
for layer, cache in zip(reversed(self.layers), reversed(self.cache)):
    layer.cache = cache
    dy, grads = layer.backward(dy)
    self.merge_gradients(layer, grads, grads)
"""
# 10
NUMBERS_SWAPPED = """
state["v"] = self.lr * state.get("v", 0.0) + dw
w -= self.momentum * state["v"]
"""
STAYS_ZERO = """
v = state.setdefault("v", np.zeros_like(w))
v = self.momentum * v + dw
w -= self.lr * v
"""

CASES = [
    # 01
    HintCase("01", "center", ("x - x.mean(axis=0)", "(x - x.mean(axis=0)) / x.std(axis=0)"),
             "standardized: divided by the deviation too, which is 0 / 0 in a constant column",
             GITHUB + "mllam/neural-lam/issues/136"),
    HintCase("01", "unbroadcast", FROM_THE_LEFT,
             "the two shapes are compared from their left ends, and added axes stay", TEACHING),
    HintCase("01", "Add.backward", "a_shape, b_shape = self.cache\nda = np.ones(a_shape)\n"
             "db = np.ones(b_shape)", "the slope of the sum itself: dy is forgotten", TEACHING),
    HintCase("01", "MatMul.forward", ("a @ b", "np.inner(a, b)"),
             "np.inner sums over the last axis of both: a @ b.T",
             "https://runebook.dev/en/docs/numpy/reference/generated/numpy.inner"),
    HintCase("01", "MatMul.backward", BOTH_TURNED,
             "the right numbers, but both gradients are turned",
             GITHUB + "HomericIntelligence/Odyssey/issues/2136"),
    # 02
    HintCase("02", "Bias.forward", ("self.b.data", "self.b"),
             "the Parameter is added, not its array: y is no array", TEACHING),
    HintCase("02", "Bias.forward", ("self.b.data", "np.tile(self.b.data, len(x))"),
             "tile puts the copies of b behind one another, not below", TEACHING),
    HintCase("02", "Bias.backward", ONE_VALUE_BACK,
             "one value is returned, where dx and a dict are asked for",
             GITHUB + "huawei-noah/AdderNet/issues/21"),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)",
             "np.sum(dy, axis=0) + 2 * 0.01 * self.b.data"),
             "the slope of a penalty on b is added, which belongs elsewhere",
             GITHUB + "Burton2000/CS231n-2017/issues/9"),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)", "sum(dy, axis=0)"),
             "Python's own sum, which knows no axis", TEACHING),
    # 03
    HintCase("03", "Linear.forward", ("self.cache = x", "self.cache = x, self.w.data"),
             "two things are kept, but backward takes the cache for x alone", TEACHING),
    HintCase("03", "Linear.backward", ("dy @ self.w.data.T", "np.multiply(dy, self.w.data.T)"),
             "a product number by number where a matrix product is asked for",
             FORUM + "exercise-7-linear-backward/241052"),
    HintCase("03", "Linear.backward", ("x.T @ dy", "x.T @ dx"),
             "dw is made of dx, the gradient of the input, not of dy",
             GITHUB + "hanbt/learn_dl/issues/23"),
    HintCase("03", "Linear.backward", ("x.T @ dy", "x.T @ dy / dy.shape[1]"),
             "divided by the number of outputs",
             GITHUB + "eriklindernoren/ML-From-Scratch/issues/76"),
    HintCase("03", "Linear.backward", GROWS, "dw of all calls so far is added up: right only once",
             GITHUB + "karpathy/micrograd/pull/102"),
    # 04
    HintCase("04", "ReLU.forward", "y = np.maximum(x, 0)\nself.cache = y >= 0",
             "the output is never below 0: the mask is True everywhere",
             GITHUB + "chainer/chainer/pull/5898"),
    HintCase("04", "ReLU.backward", ("dy * self.cache", "dy[self.cache]"),
             "the mask picks numbers, and the shape is lost", TEACHING),
    HintCase("04", "Sigmoid.forward", "y = x / (1 + np.exp(-x))\nself.cache = y",
             "x above the line, where there should be 1",
             GITHUB + "joaopauloschuler/neural-api/issues/21"),
    HintCase("04", "Sigmoid.backward", ("y * (1 - y)", "y(1 - y)"),
             "a sign for the product is missing, so y is called",
             "https://pythonfixing.com/2022/11/fixed-why-am-i-getting-error-typeerror.html"),
    HintCase("04", "Tanh.backward", ("y**2", "y^2"), "^ is no power in Python",
             "http://www.kouhan.cn/en/article/00038316"),
    # 05
    HintCase("05", "Softmax.backward", ("y * (dy - np.sum(dy * y, axis=1, keepdims=True))",
             "dy - y * np.sum(dy, axis=1, keepdims=True)"),
             "the gradient of the logarithm of softmax", GITHUB + "apache/tvm/pull/1201"),
    HintCase("05", "CrossEntropyWithLabels.forward", ("y[np.arange(len(y)), labels]",
             "y[np.arange(len(y)), labels - 1]"), "labels are thought to be counted from 1",
             GITHUB + "rstudio/keras3/issues/53"),
    HintCase("05", "CrossEntropyWithLabels.backward", ("-dy / p", "-dy / p / len(p)"),
             "divided by n, although no mean was taken", GITHUB + "fetchai/ledger/pull/1580"),
    HintCase("05", "CrossEntropyLoss.forward", LOG_OF_P,
             "the logarithm of a probability that can be rounded to 0",
             GITHUB + "chainer/chainer/issues/584"),
    HintCase("05", "CrossEntropyLoss.backward", CLASSES_FROM_LABELS,
             "as many classes as the largest label says: too few if the last is not in the batch",
             GITHUB + "jwcalder/GraphLearning/issues/12"),
    # 06
    HintCase("06", "SquaredError.forward", ("np.sum(self.cache**2, axis=1)",
             "np.mean(self.cache**2, axis=1)"), "a mean over the outputs, not a sum",
             GITHUB + "eje24/iap-diffusion-labs/issues/21"),
    HintCase("06", "MeanError.backward", ("np.full(n, dy / n)", "[dy / n] * n"),
             "a list, not an array", TEACHING),
    HintCase("06", "BinaryCrossEntropy.forward", ("np.maximum(1 - y, self.floor)",
             "np.maximum(1 - yes, self.floor)"),
             "1 - log y in the second logarithm, where 1 - y should be",
             GITHUB + "deeplearning4j/nd4j/pull/1326"),
    HintCase("06", "BCEWithLogitsLoss.forward", ("np.log1p(np.exp(-np.abs(y)))",
             "np.log(1 + np.exp(-np.abs(y)))"), "log for log1p: a tiny loss is rounded to 0",
             GITHUB + "microsoft/onnxruntime/pull/10576"),
    HintCase("06", "BCEWithLogitsLoss.backward", SCORES_AS_PROBABILITIES,
             "the chain rule step by step, with the scores where the probabilities should be",
             GITHUB + "mlpack/mlpack/pull/2873"),
    # 07
    HintCase("07", "numeric_gradient", ("/ (2 * h)", "/ 2 * h"),
             "no brackets: halved, and multiplied by h", TEACHING),
    HintCase("07", "relative_error", ('return float("inf")', 'error = float("inf")'),
             "no return: the lines below run for different shapes too",
             GITHUB + "nphoff/saxpy/issues/7"),
    HintCase("07", "best_step", ("steps[np.argmin(errors)]", "min(errors)"),
             "the smallest distance, not the step that has it",
             MATH_CORPUS + "(Find Nearest Value in Numpy Array)"),
    HintCase("07", "gradient_error", ("numeric_gradient(layer.forward, x, dy)",
             "numeric_gradient(layer.forward(x), x, dy)"),
             "forward is called, and its result is passed in its place",
             GITHUB + "scipy/scipy/issues/12718"),
    HintCase("07", "Share.backward", ("np.sum(dy * y, axis=1, keepdims=True)",
             "y * np.sum(dy, axis=1, keepdims=True)"),
             "y stands outside the sum: the indices j and k have changed places", TEACHING),
    # 08
    HintCase("08", "Dense.__init__", ELSE_OF_THE_LAST_IF,
             "the else belongs to the last if alone: only tanh is ever anything but the identity",
             GITHUB + "yoonkim/CNN_sentence/pull/43"),
    HintCase("08", "Dense.__init__", ("nn.Linear(inputs, outputs, initializer)",
             "nn.Linear(inputs, outputs)"), "initializer is not handed on",
             GITHUB + "blue-oil/blueoil/issues/362"),
    HintCase("08", "Dense.forward", ("y = self.activation.forward(a)", "y = np.tanh(a)"),
             "tanh, whatever activation was asked for", GITHUB + "SamuelGabriel/PFNs/issues/5"),
    HintCase("08", "Dense.backward", ("linear_grads | bias_grads", "linear_grads + bias_grads"),
             "dicts cannot be added with +", "https://py4u.org/questions/59583116/"),
    HintCase("08", "Dense.backward", ("linear_grads | bias_grads",
             '{"w": linear_grads, "b": bias_grads}'), "dicts inside the dict, not arrays",
             TEACHING),
    # 09
    HintCase("09", "count_parameters", TWO_NAMES,
             "only what is called w or b in the module itself: nothing of the layers inside",
             GITHUB + "sksq96/pytorch-summary/pull/126"),
    HintCase("09", "Sequential.forward", INPUTS_KEPT,
             "the inputs of the layers are kept, not their caches", TEACHING),
    HintCase("09", "Sequential.merge_gradients", ANOTHER_DICT,
             "grads is made the name of a new dict: the caller's is not filled",
             "https://py4u.org/questions/15078519/"),
    HintCase("09", "Sequential.merge_gradients", ('f"{place}.{name}"', '"{place}.{name}"'),
             "the f in front of the text is missing: one name for all",
             GITHUB + "chipsec/chipsec/pull/2106"),
    HintCase("09", "Sequential.backward", SAME_NAME,
             "the gradients of one layer are called grads as well, and take its place", TEACHING),
    # 10
    HintCase("10", "SGD.update", ("self.lr * dw", "self.lr * w"),
             "w itself is taken away, not its gradient",
             GITHUB + "udacity/sdc-issue-reports/issues/469"),
    HintCase("10", "Momentum.update", NUMBERS_SWAPPED, "lr and momentum have changed places",
             GITHUB + "jeffheaton/t81_558_deep_learning/pull/1"),
    HintCase("10", "Momentum.update", STAYS_ZERO,
             "v is made the name of a new array: the one in state stays 0",
             GITHUB + "deeplearning4j/nd4j/pull/2116"),
    HintCase("10", "Adam.update", ('t = state["t"] = state.get("t", 0) + 1',
             't = state.setdefault("t", 1)'), "t stays 1: every step is corrected like the first",
             GITHUB + "allenai/OLMo-core/pull/317"),
    HintCase("10", "Adam.update", ("+ self.eps", "- self.eps"), "eps is taken away, not added",
             GITHUB + "tensorflow/tensorflow/pull/61411"),
]  # fmt: skip
