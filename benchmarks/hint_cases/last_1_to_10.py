"""The last wrong answers to exercises 01 to 10, three for each.

Who wrote them had read the exercises, the solutions and the mistakes that stand in the other
files, and nothing of the checks behind them. Most are rewritten from public questions and
repositories; the others were seen in teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

TEACHING = "teaching experience"

# 03
CACHE_OF_TWO = """
x, w = self.cache[0], self.cache[1]
dx = dy @ w.T
dw = x.T @ dy
"""
# 04
ONE_OUTPUT = """
self.cache = x > 0
self.output = np.maximum(x, 0, out=getattr(self, "output", None))
y = self.output
"""
# 07
TWO_NAMES = """
gradient = np.zeros(x.shape)
for place in np.ndindex(x.shape):
    plus, minus = x, x
    plus[place] += h
    minus[place] -= h
    gradient[place] = (np.sum(dy * f(plus)) - np.sum(dy * f(minus))) / (2 * h)
"""
NUMBER_BY_NUMBER = """
if np.shape(a) != np.shape(b):
    return float("inf")
error = np.max(np.abs((a - b) / b))
"""
# 08
BIAS_FOR_IDENTITY = """
z = self.linear.forward(x)
a = self.bias.forward(z) if self.activation_name == "id" else z
y = self.activation.forward(a)
self.cache = self.linear.cache, self.bias.cache, self.activation.cache
"""
# 09
NO_CACHES = """
for layer in self.layers:
    x = layer.forward(x)
"""
# 10
SQUARED_VELOCITY = """
v = state.get("v", np.zeros_like(w))
v *= self.momentum * v
v += dw
state["v"] = v
w -= self.lr * v
"""

CASES = [
    # 01
    HintCase("01", "center", ("x.mean(axis=0)", "x.sum(axis=0) / x.shape[1]"),
             "each column's sum is divided by the number of columns, not of rows", TEACHING),
    HintCase("01", "unbroadcast", ("dy = dy.sum(axis=0)", "dy = dy.mean(axis=0)"),
             "a mean over the added axes, where the sum is asked for",
             GITHUB + "jimfleming/differentiation/issues/1"),
    HintCase("01", "MatMul.backward", ("dy @ b.T", "np.matmul(dy, b.T, out=a)"),
             "da is written into the input a itself, so db is made of da, and a is lost",
             GITHUB + "NVIDIA/warp/issues/168"),
    # 02
    HintCase("02", "Bias.forward", ("x + self.b.data", "np.sum(x, self.b.data)"),
             "np.sum adds up one array; its second argument is an axis", TEACHING),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)", "np.ones_like(self.b.data)"),
             "the slope of y for b is 1, but dy is forgotten in db", TEACHING),
    HintCase("02", "Bias.backward", ("dx = dy", "dx = dy * self.b.data"),
             "b is taken for a weight: dx is multiplied by it", TEACHING),
    # 03
    HintCase("03", "Linear.forward", ("x @ self.w.data", "np.sum(x * self.w.data.T, axis=1)"),
             "the weighted sum of a single neuron: right for one example or one output at most",
             TEACHING),
    HintCase("03", "Linear.backward", CACHE_OF_TWO,
             "the cache is x alone: its first two rows are taken for x and w",
             GITHUB + "Kulbear/deep-learning-coursera/issues/8"),
    HintCase("03", "Linear.backward", ("dy @ self.w.data.T", "(dy @ self.w.data.T) * (x > 0)"),
             "the slope of a ReLU is in dx, though this layer has none", TEACHING),
    # 04
    HintCase("04", "ReLU.forward", ONE_OUTPUT,
             "one array for the output of all calls: the one before is overwritten, and another "
             "shape does not fit",
             GITHUB + "bshillingford/autobw.torch/issues/3"),
    HintCase("04", "Sigmoid.backward", ("(1 - y)", "(y - 1)"),
             "the sign: y - 1 in the place of 1 - y", TEACHING),
    HintCase("04", "Tanh.backward", ("(1 - y**2)", "(-(y**2))"),
             "the 1 in 1 - y^2 is missing",
             GITHUB + "scutan90/DeepLearning-500-questions/issues/544"),
    # 05
    HintCase("05", "Softmax.backward", ("y = self.cache", "y = self.forward(dy)"),
             "the softmax of dy, where the softmax of the scores is needed",
             "https://offlinew.com/q/q/3383959922"),
    HintCase("05", "CrossEntropyWithLabels.forward", ("-np.log(p)", "-np.log10(p)"),
             "the logarithm to base 10, not the natural one",
             GITHUB + "huawei-noah/Efficient-Computing/issues/12"),
    HintCase("05", "CrossEntropyLoss.backward", ("dy * dx / len(p)", "dx / len(p)"),
             "dy is forgotten, as if the loss were always the end",
             GITHUB + "apache/mxnet/issues/8109"),
    # 06
    HintCase("06", "MeanError.forward", ("np.mean(errors)", "np.sum(errors) / (2 * len(errors))"),
             "divided by 2 n: half the mean",
             FORUM + "cost-function-formula-with-1-training-example/262884"),
    HintCase("06", "BinaryCrossEntropy.backward", ("(no - yes)", "(yes - no)"),
             "the sign: this gradient leads uphill",
             GITHUB + "haifengl/smile/pull/151"),
    HintCase("06", "BCEWithLogitsLoss.backward", (" / y.size", ""),
             "the loss is a mean, but its gradient is not divided by anything",
             GITHUB + "jxgu1016/MNIST_center_loss_pytorch/issues/9"),
    # 07
    HintCase("07", "numeric_gradient", TWO_NAMES,
             "plus and minus are two names of one array: both values are the same, the slope is 0",
             GITHUB + "a1600012888/YOPO-You-Only-Propagate-Once/issues/4"),
    HintCase("07", "relative_error", NUMBER_BY_NUMBER,
             "each difference is divided by its own number in b, which may be 0",
             GITHUB + "ericchansen/q2mm/pull/248"),
    HintCase("07", "gradient_error",
             ("y = layer.forward(x)", "x = x.astype(np.float32)\ny = layer.forward(x)"),
             "measured in float32: rounding is as large as what the nudge does",
             GITHUB + "pytorch/pytorch/issues/5351"),
    # 08
    HintCase("08", "Dense.__init__", ("nn.Linear(inputs, outputs, initializer)",
             "nn.Linear(inputs, outputs, initializer((inputs, outputs)))"),
             "an array is handed on, where the function that makes it is asked for",
             GITHUB + "tensorlayer/TensorLayer/issues/373"),
    HintCase("08", "Dense.forward", BIAS_FOR_IDENTITY,
             "the bias is added only if there is no activation",
             GITHUB + "nengo/nengo-dl/pull/144"),
    HintCase("08", "Dense.backward", ("linear_grads | bias_grads",
             '{"linear.w": linear_grads["w"], "bias.b": bias_grads["b"]}'),
             "the gradients have the names of the inner layers' parameters, not w and b", TEACHING),
    # 09
    HintCase("09", "count_parameters", ("p.data.size", "len(p.data)"),
             "len is the size of the first axis, not how many numbers there are",
             GITHUB + "BIMAU/transiflow/pull/2"),
    HintCase("09", "Sequential.forward", NO_CACHES,
             "nothing is kept for backward", TEACHING),
    HintCase("09", "Sequential.backward", ("layer.cache = cache", "pass"),
             "the caches are not put back: a layer that stands there twice has only its last",
             GITHUB + "karpathy/char-rnn/issues/159"),
    # 10
    HintCase("10", "SGD.update", "w -= self.lr * dw\nself.lr *= 0.95",
             "the rate gets smaller with every update, which nobody asked for",
             GITHUB + "ludwig-ai/ludwig/issues/1044"),
    HintCase("10", "Momentum.update", SQUARED_VELOCITY,
             "*= multiplies by v once more: the velocity is squared",
             GITHUB + "pjreddie/darknet/issues/2203"),
    HintCase("10", "Adam.update", ("beta1 * state.get(\"m\", 0.0) + (1 - beta1) * dw",
             "beta1**t * state.get(\"m\", 0.0) + (1 - beta1**t) * dw"),
             "beta1 to the power t in the running mean, where beta1 itself belongs",
             GITHUB + "mila-iqia/blocks/pull/1144"),
]  # fmt: skip
