"""Fresh wrong answers to exercises 01 to 10, six for each.

Who wrote them had read the exercises, the solutions and the mistakes that stand in the other
files, and nothing of the checks behind them. Most are rewritten from public questions and
repositories; the others were seen in teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

TEACHING = "teaching experience"
MATH_CORPUS = "https://huggingface.co/datasets/nvidia/Nemotron-CC-Math-v1 "

# 01
AXES_MOVE = """
for axis in range(dy.ndim - len(shape)):
    dy = dy.sum(axis=axis)
for axis, size in enumerate(shape):
    if size == 1:
        dy = dy.sum(axis=axis, keepdims=True)
"""
FROM_THE_OUTPUT = """
a, b = self.cache
y = a @ b
da = y @ b.T
db = a.T @ y
"""
# 02
BIAS_TRICK = """
ones = np.ones((len(x), 1))
y = np.hstack([x, ones])
"""
COLUMN_OF_SUMS = """
ones = np.ones((len(dy), 1))
dx = dy
db = np.dot(dy.T, ones)
"""
LEARNS_IN_BACKWARD = """
dx = dy
db = np.sum(dy, axis=0)
self.b.data -= 0.01 * db
"""
NEVER_BEGUN = """
dx = dy
for row in dy:
    db += row
"""
# 03
ROW_BY_ROW = """
self.cache = x
y = np.zeros(len(x))
for i in range(len(x)):
    y[i] = x[i] @ self.w.data
"""
FIRST_X_ONLY = """
if self.cache is None:
    self.cache = x
y = x @ self.w.data
"""
# 04
HALF_AGAIN = """
y = self.cache
s = 1 / (1 + np.exp(-y))
dx = dy * y * (1 - s)
"""
# 06
ARGUMENTS_SWAPPED = """
self.cache = y_true, y
yes = np.log(np.maximum(y_true, self.floor))
no = np.log(np.maximum(1 - y_true, self.floor))
error = -np.sum(y * yes + (1 - y) * no, axis=1)
"""
ONE_FRACTION = """
y_true, y = self.cache
dx = dy[:, None] * (y - y_true) / (y * (1 - y))
"""
SIGMOID_BEFORE = """
self.cache = y, target
p = nn.Sigmoid().forward(y)
loss = np.mean(np.maximum(p, 0) - target * p + np.log1p(np.exp(-np.abs(p))))
"""
# 07
TWO_RANDOM_DYS = """
y = layer.forward(x)
dx, _ = layer.backward(np.random.normal(size=y.shape))
measured = numeric_gradient(layer.forward, x, np.random.normal(size=y.shape))
error = relative_error(dx, measured)
"""
ALL_ABOVE_0 = """
x = np.random.default_rng(0).normal(size=(3, 4))
names = [name for name, layer in SUSPECTS.items() if gradient_error(layer, x) > 0]
"""
# 08
CACHES_FIRST = """
self.cache = self.linear.cache, self.bias.cache, self.activation.cache
z = self.linear.forward(x)
a = self.bias.forward(z)
y = self.activation.forward(a)
"""
# 09
RESULT_IN_Y = """
caches = []
y = x
for layer in self.layers:
    y = layer.forward(y)
    caches.append(layer.cache)
self.cache = caches
"""
RETURN_IN_LOOP = """
self.cache = []
for layer in self.layers:
    x = layer.forward(x)
    self.cache.append(layer.cache)
    return x
"""
DOWN_TO_1 = """
for i in range(len(self.layers) - 1, 0, -1):
    layer = self.layers[i]
    layer.cache = self.cache[i]
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""
# 10
NESTEROV = """
state["v"] = self.momentum * state.get("v", 0.0) + dw
w -= self.lr * (dw + self.momentum * state["v"])
"""

CASES = [
    # 01
    HintCase("01", "center", ("x.mean(axis=0)", "x.mean()"),
             "one mean for the whole array, not one for each column",
             GITHUB + "PythonOT/POT/pull/840"),
    HintCase("01", "unbroadcast", AXES_MOVE,
             "sums over axis 0, 1, ... although the axes move up when one has gone",
             GITHUB + "harvard-edge/cs249r_book/pull/1867"),
    HintCase("01", "Add.forward", ("a + b", "np.sum([a, b], axis=0)"),
             "a list of two arrays: they cannot be stacked when their shapes differ", TEACHING),
    HintCase("01", "Add.backward", ("da = unbroadcast(dy, a_shape)", "da = dy"),
             "only b is thought to be broadcast, but a may be the smaller one",
             GITHUB + "pytorch/pytorch/issues/1787"),
    HintCase("01", "MatMul.forward", ("self.cache = a, b", "self.cache = a.shape, b.shape"),
             "the shapes are kept, as in Add, but backward needs the arrays", TEACHING),
    HintCase("01", "MatMul.backward", FROM_THE_OUTPUT,
             "the output y stands where its gradient dy should be",
             GITHUB + "Shubham-cyber-prog/100-Days-Of-Web-Development-ECWoC26/pull/1576"),
    # 02
    HintCase("02", "Bias.forward", BIAS_TRICK,
             "the bias trick: a column of ones is appended, and b is not added",
             "https://errorhandle.ai/"
             "what-is-the-best-way-to-implement-a-bias-node-to-my-python-numpy-neural-network"),
    HintCase("02", "Bias.forward", ("x + self.b.data", "x - self.b.data"),
             "b is taken away, like the threshold of a perceptron",
             GITHUB + "neuroph/neuroph/issues/48"),
    HintCase("02", "Bias.backward", COLUMN_OF_SUMS,
             "the right sums, but in a column of shape (features, 1)",
             GITHUB + "rust0258/Deeplearning.ai-Natural-Language-Processing-Specialization/"
             "issues/64"),
    HintCase("02", "Bias.backward", LEARNS_IN_BACKWARD, "b is changed in backward",
             GITHUB + "Bot-Academy/NeuralNetworkFromScratch/pull/3"),
    HintCase("02", "Bias.backward", NEVER_BEGUN, "+= on a name that has no value yet",
             "http://www.thecodingforums.com/threads/scope-question.527282/"),
    HintCase("02", "Bias.backward", ("dx = dy", "dx = np.sum(dy, axis=0)"),
             "dx is summed over the examples, as only db should be", TEACHING),
    # 03
    HintCase("03", "Linear.forward", "self.cache = x\ny = np.dot(self.w.data.T, x.T)",
             "the right numbers, but turned: (outputs, n)",
             "https://codepudding.com/Mobile/424937.html"),
    HintCase("03", "Linear.forward", ROW_BY_ROW,
             "room for one number in each row, where there are as many as outputs", TEACHING),
    HintCase("03", "Linear.forward", FIRST_X_ONLY,
             "only the first x is ever kept, so later backwards use an old one", TEACHING),
    HintCase("03", "Linear.backward", ("x.T @ dy", "x.reshape(x.shape[1], x.shape[0]) @ dy"),
             "reshape does not turn an array: the numbers are mixed up",
             GITHUB + "BonnBytes/PyTorch-FWD/issues/16"),
    HintCase("03", "Linear.backward", ("dy @ self.w.data.T", "dy @ self.w.data"),
             "w is not turned", FORUM + "how-does-w-2-t-appear/555868"),
    HintCase("03", "Linear.backward", ("x.T @ dy", 'np.einsum("ni,no->nio", x, dy)'),
             "one dw for each example: the sum over the batch is missing",
             GITHUB + "qiskit-community/qiskit-machine-learning/pull/121"),
    # 04
    HintCase("04", "ReLU.forward", ("x > 0", "x != 0"),
             "a mask for the output is made of the input: negative x let dy through",
             GITHUB + "scikit-learn/scikit-learn/issues/14244"),
    HintCase("04", "ReLU.backward", "dx = dy * self.cache * (1 - self.cache)",
             "the slope of the sigmoid", GITHUB + "jeffheaton/encog-dotnet-core/issues/124"),
    HintCase("04", "Sigmoid.forward", "y = 1 / (1 + np.exp(x))\nself.cache = y",
             "the minus in exp(-x) is missing", GITHUB + "ljvmiranda921/pyswarms/pull/145"),
    HintCase("04", "Sigmoid.backward", HALF_AGAIN,
             "y (1 - sigmoid(y)): in one of the two factors the function is applied again",
             MATH_CORPUS + "(How to Determine the Size of Biases in a Neural Network)"),
    HintCase("04", "Tanh.forward", "y = 2 * Sigmoid().forward(x) - 1\nself.cache = y",
             "tanh(x) is 2 sigmoid(2 x) - 1: the inner 2 is missing",
             GITHUB + "rushter/MLAlgorithms/pull/50"),
    HintCase("04", "Tanh.backward", ("y**2", "np.dot(y.T, y)"),
             "a matrix product for the square", FORUM + "w3-ex-6-assertionerror-wrong-values-for-"
             "dw1/402919"),
    # 05
    HintCase("05", "Softmax.forward", ("np.exp(x - np.max(x, axis=1, keepdims=True))",
             "np.exp(x)"), "the maximum is not subtracted: exp overflows",
             GITHUB + "pyg-team/pytorch_geometric/issues/53"),
    HintCase("05", "Softmax.backward", ("y * (dy - np.sum(dy * y, axis=1, keepdims=True))",
             "y * dy - np.sum(dy * y, axis=1, keepdims=True)"),
             "no brackets: the sum is not multiplied by y", TEACHING),
    HintCase("05", "CrossEntropyWithLabels.forward", ("-np.log(p)", "np.mean(-np.log(p))"),
             "the mean is taken here already: one number, not one for each example",
             GITHUB + "Open-Deep-ML/DML-OpenProblem/pull/358"),
    HintCase("05", "CrossEntropyWithLabels.backward", ("-dy / p", "dy / p"),
             "the minus is missing",
             GITHUB + "peterroelants/peterroelants.github.io/pull/24"),
    HintCase("05", "CrossEntropyLoss.forward",
             ("np.log(total) - shifted[np.arange(len(y)), labels]",
              "-shifted[np.arange(len(y)), labels]"), "the logarithm of the sum is missing",
             GITHUB + "deepjavalibrary/djl/issues/520"),
    HintCase("05", "CrossEntropyLoss.backward",
             ("dx[np.arange(len(p)), labels] -= 1", "dx[labels] -= 1"),
             "whole rows are changed, with labels as the numbers of the rows", TEACHING),
    # 06
    HintCase("06", "SquaredError.forward", ("np.sum(self.cache**2, axis=1)",
             "np.sum(self.cache**2, axis=1) / 2"), "half the error, as in some books",
             GITHUB + "tiny-dnn/tiny-dnn/issues/159"),
    HintCase("06", "SquaredError.backward", ("2 * self.cache * dy[:, None]", "2 * self.cache"),
             "dy is forgotten", GITHUB + "chainer/chainer/issues/1175"),
    HintCase("06", "MeanError.backward", ("dy / n", "1 / n"),
             "dy is forgotten, as if the loss were always the end",
             GITHUB + "vlfeat/matconvnet/issues/709"),
    HintCase("06", "BinaryCrossEntropy.forward", ARGUMENTS_SWAPPED,
             "y_true and y have changed places: the logarithm of the targets",
             GITHUB + "bfortuner/ml-glossary/issues/28"),
    HintCase("06", "BinaryCrossEntropy.backward", ONE_FRACTION,
             "no floor: 0 / 0 where a probability is 0 or 1",
             GITHUB + "tiny-dnn/tiny-dnn/issues/410"),
    HintCase("06", "BCEWithLogitsLoss.forward", SIGMOID_BEFORE,
             "sigmoid is applied to the scores first, though the formula has it inside",
             GITHUB + "itakurah/focal-loss-pytorch/pull/5"),
    # 07
    HintCase("07", "numeric_gradient", "gradient = dy * (f(x + h) - f(x - h)) / (2 * h)",
             "all numbers are nudged at once: right only if each output has its own input",
             GITHUB + "AndreiChertkov/fpcross/pull/2"),
    HintCase("07", "relative_error", ("np.max(np.abs([a, b]))", "np.max(np.abs(b))"),
             "compared with the size of b alone", GITHUB + "NVIDIA/warp/issues/508"),
    HintCase("07", "best_step", "best = min(steps)", "the smallest step is taken for the best",
             GITHUB + "chainer/chainer/pull/581"),
    HintCase("07", "gradient_error", TWO_RANDOM_DYS,
             "a dy for backward, and another one for the measured slope", TEACHING),
    HintCase("07", "guilty", ALL_ABOVE_0,
             "every error above 0 counts, also that of rounding: all nine are accused", TEACHING),
    HintCase("07", "Share.backward", "dx = dy * (1 - y) / total",
             "only the slope of each number in itself, not in the others of its row",
             GITHUB + "pocketpy/cTensor/pull/31"),
    # 08
    HintCase("08", "Dense.__init__", ("kinds[activation]()", "activation"),
             "the name of the activation is kept, not a layer",
             GITHUB + "ddbourgin/numpy-ml/issues/61"),
    HintCase("08", "Dense.__init__", ("kinds[activation]()",
             "kinds.get(activation.upper(), nn.Identity)()"),
             "looked up in capitals, where nothing is found, so it is always the identity",
             GITHUB + "msmbuilder/vde/pull/10"),
    HintCase("08", "Dense.forward", CACHES_FIRST,
             "the caches are collected before the layers run: those of the forward before",
             TEACHING),
    HintCase("08", "Dense.forward", ("self.linear.cache, self.bias.cache, self.activation.cache",
             "self.activation.cache, self.bias.cache, self.linear.cache"),
             "the caches are kept from the last to the first, but put back from the first on",
             TEACHING),
    HintCase("08", "Dense.backward", ("da, _ = self.activation.backward(dy)",
             "da = self.activation.backward(dy)"), "da is the whole tuple that backward returns",
             GITHUB + "apache/singa/issues/681"),
    HintCase("08", "Dense.backward", ("da, _ = self.activation.backward(dy)",
             "da = dy * self.activation.backward(dy)[0]"),
             "multiplied by dy a second time", GITHUB + "pocketpy/cTensor/pull/31"),
    # 09
    HintCase("09", "count_parameters", "number = sum(p.data.shape[0] * p.data.shape[1] "
             "for p in module.parameters())", "every array is thought to have two axes",
             GITHUB + "TL-System/plato/pull/380"),
    HintCase("09", "Sequential.forward", RESULT_IN_Y,
             "the result is in y, but x is returned", "https://py4u.org/questions/73368599/"),
    HintCase("09", "Sequential.forward", RETURN_IN_LOOP,
             "return stands in the loop: only the first layer runs",
             GITHUB + "m1guer/django-scalar/issues/5"),
    HintCase("09", "Sequential.merge_gradients", ('f"{place}.{name}"', 'f"{place}_{name}"'),
             "0_w in the place of 0.w", GITHUB + "kazukiosawa/asdl/pull/36"),
    HintCase("09", "Sequential.backward", ("zip(reversed(self.layers), reversed(self.cache))",
             "reversed(zip(self.layers, self.cache))"), "a zip cannot be reversed",
             GITHUB + "spyder-ide/loghub/issues/89"),
    HintCase("09", "Sequential.backward", DOWN_TO_1,
             "range stops before 0: the first layer is left out",
             GITHUB + "scikit-learn/scikit-learn/issues/8987"),
    # 10
    HintCase("10", "SGD.update", ("self.lr * dw", "self.lr * dw / len(dw)"),
             "divided by a number of rows, as if dw were still to be averaged",
             GITHUB + "borgwang/tinynn/issues/12"),
    HintCase("10", "SGD.update", "w.data -= self.lr * dw",
             "w is the array already: its .data is something else",
             GITHUB + "ShusenTang/Dive-into-DL-PyTorch/issues/75"),
    HintCase("10", "Momentum.update", NESTEROV, "Nesterov's step: the momentum counts once more",
             GITHUB + "keras-team/keras/issues/14115"),
    HintCase("10", "Momentum.update", ('state.get("v", 0.0)', 'state["v"]'),
             "at the first step there is no v", GITHUB + "cybertronai/transformer-xl/issues/17"),
    HintCase("10", "Adam.update", ("m / (1 - beta1**t), v / (1 - beta2**t)", "m, v"),
             "nothing is corrected", GITHUB + "BVLC/caffe/issues/4224"),
    HintCase("10", "Adam.update", ("np.sqrt(v_hat)", "np.sqrt(v)"),
             "m is corrected, v is not", GITHUB + "pytorch/pytorch/pull/23737"),
]  # fmt: skip
