"""The final wrong answers to exercises 01 to 10, six for each.

Who wrote them had read the exercises, the solutions and the mistakes that stand in the other
files, and nothing of the checks behind them. Most are rewritten from public questions and
repositories; the others were seen in teaching.
"""

from hint_cases.case import GITHUB, HintCase

TEACHING = "teaching experience"
MATH_CORPUS = "https://huggingface.co/datasets/nvidia/Nemotron-CC-Math-v1 "

# 01
ROWS_BY_MISTAKE = """
y = np.zeros(x.shape)
for k in range(x.shape[1]):
    y[k] = x[k] - np.mean(x[k])
"""
INTO_A = """
self.cache = a.shape, b.shape
y = a.copy()
y += b
"""
TURNED_ROOM = """
self.cache = a, b
y = np.zeros((b.shape[1], a.shape[0]))
for i in range(len(a)):
    for j in range(b.shape[1]):
        for k in range(len(b)):
            y[i, j] += a[i, k] * b[k, j]
"""
# 02
NAME_OF_THE_LOOP = """
y = x
for row in y:
    row = row + self.b.data
"""
ALWAYS_NEW_B = """
b = np.zeros(x.shape[1])
y = x + b
"""
# 03
ALWAYS_NEW_W = """
self.cache = x
w = 0.01 * np.random.randn(*self.w.data.shape)
y = x @ w
"""
FROM_THE_OUTPUTS = """
x = self.cache
y = x @ self.w.data
dx = dy @ self.w.data.T
dw = y.T @ dy
"""
LAST_EXAMPLE = """
x = self.cache
dx = dy @ self.w.data.T
for i in range(len(x)):
    dw = np.outer(x[i], dy[i])
"""
# 04
BACKWARDS = """
y = np.where(x > 0, np.exp(x) / (1 + np.exp(x)), 1 / (1 + np.exp(-x)))
self.cache = y
"""
NO_SIGN = """
e = np.exp(-2 * np.abs(x))
y = (1 - e) / (1 + e)
self.cache = y
"""
# 05
WHOLE_LABELS = """
p = np.maximum(y, 1e-12)
self.cache = labels, y, p
error = -np.sum(labels * np.log(p), axis=1)
"""
BOTH_LAYERS = """
labels, y, p = self.cache
dx = y.copy()
dx[np.arange(len(y)), labels] -= 1
dx = dx * dy[:, None]
"""
MEAN_OF_ALL = """
shifted = y - np.max(y, axis=1, keepdims=True)
e = np.exp(shifted)
total = np.sum(e, axis=1, keepdims=True)
self.cache = e / total, labels
onehot = np.eye(y.shape[1])[labels]
loss = np.mean(onehot * (np.log(total) - shifted))
"""
LABELS_MINUS_P = """
p, labels = self.cache
dx = -p
dx[np.arange(len(p)), labels] += 1
dx = dy * dx / len(p)
"""
# 06
SLOPE_OF_THE_SIGMOID = """
y_true, y = self.cache
dx = dy[:, None] * y * (1 - y)
"""
LOG_OF_SCORES = """
self.cache = y, target
loss = -np.mean(target * np.log(y) + (1 - target) * np.log(1 - y))
"""
# 07
NO_DY = """
gradient = np.zeros(x.shape)
for place in np.ndindex(x.shape):
    kept = x[place]
    x[place] = kept + h
    up = np.sum(f(x))
    x[place] = kept - h
    down = np.sum(f(x))
    x[place] = kept
    gradient[place] = (up - down) / (2 * h)
"""
NEVER_SMALLER = """
best, smallest = steps[0], float("inf")
for h in steps:
    error = abs((f(x + h) - f(x - h)) / (2 * h) - slope)
    if error < smallest:
        best = h
"""
ONE_NUMBER = """
y = layer.forward(x)
dy = 1.0
dx, _ = layer.backward(dy)
error = relative_error(dx, numeric_gradient(layer.forward, x, dy))
"""
WHOLE_NUMBERS = """
x = np.arange(1, 13).reshape(3, 4)
names = [name for name, layer in SUSPECTS.items() if gradient_error(layer, x) > 1e-6]
"""
# 08
LOCAL_NAMES = """
linear = nn.Linear(inputs, outputs, initializer)
bias = nn.Bias(outputs, bias_initializer)
self.activation = kinds[activation]()
"""
ALL_GET_X = """
z = self.linear.forward(x)
a = self.bias.forward(x)
y = self.activation.forward(x)
self.cache = self.linear.cache, self.bias.cache, self.activation.cache
"""
USED_BEFORE = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
dx, linear_grads = self.linear.backward(dz)
dz, bias_grads = self.bias.backward(da)
da, _ = self.activation.backward(dy)
grads = linear_grads | bias_grads
"""
ONE_NAME_FOR_GRADS = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
da, _ = self.activation.backward(dy)
dz, grads = self.bias.backward(da)
dx, grads = self.linear.backward(dz)
"""
# 10
SCALED_MEMORY = """
step = state["v"] = self.momentum * state.get("v", 0.0) + dw
step *= self.lr
w -= step
"""
BETAS_BACKWARDS = """
t = state["t"] = state.get("t", 0) + 1
m = state["m"] = (1 - beta1) * state.get("m", 0.0) + beta1 * dw
v = state["v"] = (1 - beta2) * state.get("v", 0.0) + beta2 * dw**2
m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
"""
IN_THE_RATE = """
t = state["t"] = state.get("t", 0) + 1
m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
rate = self.lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
w -= rate * m / (np.sqrt(v) + self.eps)
"""

CASES = [
    # 01
    HintCase("01", "center", ROWS_BY_MISTAKE,
             "x[k] is a row: as many rows are centered as there are columns, each by its own mean",
             GITHUB + "GoogleCloudPlatform/vertex-ai-samples/issues/1599"),
    HintCase("01", "unbroadcast", "dy = np.broadcast_to(dy, shape)",
             "broadcast once more, where the copies should be summed",
             GITHUB + "apache/tvm/pull/2465"),
    HintCase("01", "Add.forward", INTO_A,
             "+= cannot make the copy of a larger: it fails where a is the one to broadcast",
             "https://mapledrawhubb.com/www.stackoverflow.com/questions/50499351/"
             "array-size-difference-python"),
    HintCase("01", "Add.backward", ("db = unbroadcast(dy, b_shape)",
             "db = -unbroadcast(dy, b_shape)"), "the minus belongs to a difference, not to a sum",
             GITHUB + "karpathy/micrograd/issues/57"),
    HintCase("01", "MatMul.forward", TURNED_ROOM,
             "the room for y has its rows and columns exchanged",
             MATH_CORPUS + "(Matrix Multiplication in Python?)"),
    HintCase("01", "MatMul.backward", ("dy @ b.T", "np.sum(dy @ b.T, axis=1, keepdims=True)"),
             "da is summed once more along its rows: one number for each, not k",
             GITHUB + "udacity/sdc-issue-reports/issues/1345"),
    # 02
    HintCase("02", "Bias.forward", NAME_OF_THE_LOOP,
             "row = row + b gives the name to a new array: y stays as it was",
             MATH_CORPUS + "(What is the Difference Between `i = i + 1` and `i += 1` in a 'for' "
             "Loop?)"),
    HintCase("02", "Bias.forward", ALWAYS_NEW_B,
             "a new b of zeros is made in every forward: the parameter is not used",
             GITHUB + "fabianbormann/Tensorflow-DeconvNet-Segmentation/issues/24"),
    HintCase("02", "Bias.backward", 'return {"b": np.sum(dy, axis=0)}, dy',
             "the two results are returned in the wrong order",
             GITHUB + "tensorflow/swift-apis/issues/332"),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)", "self.b.data"),
             "the bias itself is given for its gradient", GITHUB + "apache/systemds/pull/2330"),
    HintCase("02", "Bias.backward", ("dx = dy", "dx = None"),
             "no dx, as if no layer could stand before this one",
             GITHUB + "OpenANN/OpenANN/issues/170"),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)", "-np.sum(dy, axis=0)"),
             "the minus belongs to y_true - y, which is not in dy here",
             GITHUB + "rasbt/stat453-deep-learning-ss21/issues/5"),
    # 03
    HintCase("03", "Linear.forward", ALWAYS_NEW_W,
             "new random weights in every forward: the parameter is not used",
             GITHUB + "cvqluu/Angular-Penalty-Softmax-Losses-Pytorch/issues/10"),
    HintCase("03", "Linear.forward", ("x @ self.w.data", "np.tensordot(x, self.w.data)"),
             "tensordot sums over two axes, if it is not told axes=1", TEACHING),
    HintCase("03", "Linear.backward", ("self.w.data.T", "np.linalg.pinv(self.w.data)"),
             "the inverse of w for w turned: to undo a product is not to differentiate it",
             MATH_CORPUS + "(Why Use Matrix Transpose in Gradient Descent?)"),
    HintCase("03", "Linear.backward", FROM_THE_OUTPUTS,
             "dw is made of the layer's outputs, not of its inputs",
             "https://stats.stackexchange.com/questions/590348/in-backpropagation-why-is-weights-"
             "delta-calculated-as-matrix-multiplication-of"),
    HintCase("03", "Linear.backward", LAST_EXAMPLE,
             "= for += in the loop: dw is that of the last example only", TEACHING),
    HintCase("03", "Linear.backward", ("x.T @ dy", "np.clip(x.T @ dy, -1, 1)"),
             "the gradient is clipped in backward, so a large one is wrong",
             "https://errorhandle.ai/my-lstm-learns-loss-decreases-but-numerical-"
             "gradientypescript-don-t-match-analytical-gradientypescript"),
    # 04
    HintCase("04", "ReLU.forward", ("np.maximum(x, 0)", "np.maximum(x, 0.01 * x)"),
             "the leaky ReLU: negative numbers come through, a hundredth of them", TEACHING),
    HintCase("04", "ReLU.backward", "dx = dy",
             "the slope is taken as 1 everywhere, also where x was negative",
             GITHUB + "dannyneil/spiking_relu_conversion/issues/1"),
    HintCase("04", "Sigmoid.forward", BACKWARDS,
             "the two stable forms have changed places: each is used where its exp overflows",
             GITHUB + "hail-is/hail/pull/10606"),
    HintCase("04", "Sigmoid.backward", ("dy * y * (1 - y)", "dy * (1 - y)"),
             "the factor y is missing", GITHUB + "torch/torch7/issues/232"),
    HintCase("04", "Tanh.forward", NO_SIGN,
             "computed with |x|, and the sign of x is not put back",
             GITHUB + "ziglang/zig/pull/9081"),
    HintCase("04", "Tanh.backward", ("y**2", "np.tanh(y) ** 2"),
             "tanh is applied a second time, to y, which has it already",
             GITHUB + "davidrmiller/neural2d/issues/40"),
    # 05
    HintCase("05", "Softmax.forward", ("np.max(x, axis=1, keepdims=True)", "x[:, :1]"),
             "the first score of each row is subtracted, not the largest: exp can overflow still",
             GITHUB + "ROCm/AMDMIGraphX/pull/1290"),
    HintCase("05", "Softmax.backward", "dx = dy",
             "dy is handed through, as if the loss had done softmax's part of the chain rule",
             GITHUB + "pjreddie/darknet/pull/96"),
    HintCase("05", "CrossEntropyWithLabels.forward", WHOLE_LABELS,
             "the numbers of the classes are multiplied with the logarithms, as if they were "
             "one-hot",
             "https://discuss.d2l.ai/t/softmax-regression-from-scratch/50"),
    HintCase("05", "CrossEntropyWithLabels.backward", BOTH_LAYERS,
             "y - onehot is the gradient for softmax and the logarithm together",
             GITHUB + "april-org/april-ann/issues/5"),
    HintCase("05", "CrossEntropyLoss.forward", MEAN_OF_ALL,
             "the mean over examples and classes: divided by the number of classes too",
             GITHUB + "GMvandeVen/continual-learning/issues/5"),
    HintCase("05", "CrossEntropyLoss.backward", LABELS_MINUS_P,
             "onehot - p, with the wrong sign",
             GITHUB + "deeplearning4j/deeplearning4j/issues/349"),
    # 06
    HintCase("06", "SquaredError.forward", ("np.sum(self.cache**2, axis=1)",
             "np.sum(self.cache**2)"), "summed over the examples too: one number, not (n,)",
             GITHUB + "ageron/handson-ml/issues/2"),
    HintCase("06", "SquaredError.backward", ("2 * self.cache * dy[:, None]",
             "2 * self.cache * dy[:, None] / self.cache.size"),
             "divided by how many numbers there are, although no mean was taken",
             GITHUB + "Samsung/ONE/pull/11249"),
    HintCase("06", "MeanError.backward", ("np.full(n, dy / n)", "np.full(dy / n, n)"),
             "the shape and the number are exchanged in np.full", TEACHING),
    HintCase("06", "BinaryCrossEntropy.forward", ("y_true * yes + (1 - y_true) * no",
             "y_true * yes"), "the second half is missing: where the answer is no, nothing counts",
             GITHUB + "aymericdamien/TensorFlow-Examples/issues/86"),
    HintCase("06", "BinaryCrossEntropy.backward", SLOPE_OF_THE_SIGMOID,
             "y (1 - y) is the slope of the sigmoid, not of this error",
             GITHUB + "JuliaML/LossFunctions.jl/issues/135"),
    HintCase("06", "BCEWithLogitsLoss.forward", LOG_OF_SCORES,
             "the scores are taken for probabilities: the logarithm of negative numbers",
             GITHUB + "tensorflow/swift-apis/pull/51"),
    # 07
    HintCase("07", "numeric_gradient", NO_DY, "dy is not used: the slope of sum(f(x))",
             GITHUB + "mantasu/cs231n/issues/14"),
    HintCase("07", "relative_error", ("np.max(np.abs([a, b]))", "abs(np.max([a, b]))"),
             "abs after max: a large negative number is not seen",
             GITHUB + "cgreen-devs/cgreen/issues/146"),
    HintCase("07", "best_step", NEVER_SMALLER,
             "the smallest error is never updated, so the last step wins",
             GITHUB + "palkeo/panoramix/issues/14"),
    HintCase("07", "gradient_error", ONE_NUMBER,
             "dy is the number 1, not an array of the shape of y",
             GITHUB + "torch/nn/issues/543"),
    HintCase("07", "guilty", WHOLE_NUMBERS,
             "x is an array of whole numbers: a nudge of 1e-5 is cut off, and all are accused",
             GITHUB + "nu-radio/NuRadioMC/issues/1061"),
    HintCase("07", "Swish.backward", ("s + x * s * (1 - s)", "s + x"),
             "the slope s (1 - s) of the sigmoid is missing in the second part",
             GITHUB + "RubixML/ML/pull/437"),
    # 08
    HintCase("08", "Dense.__init__", ("nn.Bias(outputs, bias_initializer)",
             "nn.Bias(inputs, bias_initializer)"), "b has as many numbers as there are inputs",
             GITHUB + "MLI-lab/deep_inverse_book.github.io/issues/6"),
    HintCase("08", "Dense.__init__", LOCAL_NAMES,
             "self is missing: the layers are gone when __init__ ends",
             GITHUB + "lucidrains/self-rewarding-lm-pytorch/pull/26"),
    HintCase("08", "Dense.forward", ALL_GET_X,
             "each of the three layers gets x, not what the one before has made",
             GITHUB + "tensorflow/tensorflow/issues/36880"),
    HintCase("08", "Dense.forward", ("self.linear.cache, self.bias.cache, self.activation.cache",
             "self.linear, self.bias, self.activation"), "the layers are kept, not their caches",
             TEACHING),
    HintCase("08", "Dense.backward", USED_BEFORE,
             "the lines are in forward's order: dz is used before it has a value",
             GITHUB + "joelgrus/data-science-from-scratch/issues/2"),
    HintCase("08", "Dense.backward", ONE_NAME_FOR_GRADS,
             "grads is assigned twice: the gradient of b is lost", TEACHING),
    # 09
    HintCase("09", "count_parameters", "number = sum(p.data.size for p in module)",
             "the module itself is walked through, not its parameters()",
             GITHUB + "VIPL-SLP/VAC_CSLR/issues/42"),
    HintCase("09", "count_parameters",
             "number = sum(sum(p.data.shape) for p in module.parameters())",
             "the sizes of the axes are added, not multiplied", TEACHING),
    HintCase("09", "Sequential.forward", ("for layer in self.layers:",
             "for layer in self.layers[:-1]:"), "the last layer is left out",
             GITHUB + "zackchase/mxnet-the-straight-dope/issues/507"),
    HintCase("09", "Sequential.forward", ("caches.append", "caches.extend"),
             "extend takes each cache apart, or fails where it is None",
             GITHUB + "flang-compiler/classic-flang-llvm-project/pull/150"),
    HintCase("09", "Sequential.merge_gradients",
             ("grads[full] = grads[full] + gradient if full in grads else gradient",
              "grads[full] += gradient"), "the first time, the name is not in grads yet",
             "https://kodeclik.com/how-to-increment-value-in-dictionary-python"),
    HintCase("09", "Sequential.backward",
             ("self.merge_gradients(layer, layer_grads, grads)",
              "grads = self.merge_gradients(layer, layer_grads, grads)"),
             "merge_gradients changes grads and returns None, which takes its place",
             GITHUB + "lancedb/lancedb/pull/3198"),
    # 10
    HintCase("10", "SGD.update", "return w - self.lr * dw",
             "the new w is returned, where the old one should be changed", TEACHING),
    HintCase("10", "Momentum.update", SCALED_MEMORY,
             "step and state[\"v\"] are one array: the velocity that is kept is scaled by lr",
             GITHUB + "yangluo7/CAME/issues/2"),
    HintCase("10", "Momentum.update", ('self.lr * state["v"]', "self.lr * dw"),
             "the velocity is kept, but the step is made with the gradient",
             GITHUB + "kozistr/pytorch_optimizer/pull/385"),
    HintCase("10", "Adam.update", ("m_hat / (np.sqrt(v_hat) + self.eps)",
             "m_hat * (np.sqrt(v_hat) + self.eps)"), "multiplied by the root, not divided",
             GITHUB + "oracle/tribuo/pull/401"),
    HintCase("10", "Adam.update", BETAS_BACKWARDS,
             "beta and 1 - beta have changed places in both running means",
             GITHUB + "mila-iqia/blocks/issues/1159"),
    HintCase("10", "Adam.update", IN_THE_RATE,
             "the correction is put into the rate, so that eps stands beside an uncorrected root",
             GITHUB + "mila-iqia/blocks/issues/1175"),
]  # fmt: skip
