"""The next wrong answers to exercises 01 to 10, three for each.

Who wrote them had read the exercises, the solutions and the mistakes that stand in the other
files, and nothing of the checks behind them. Most are rewritten from public questions and
repositories; the others were seen in teaching.
"""

from hint_cases.case import GITHUB, HintCase

TEACHING = "teaching experience"

# 01
BOOK_ORDER = """
a, b = self.cache
da = b.T @ dy
db = dy @ a.T
"""
# 03
ONCE_FOR_EACH = """
x = self.cache
dx = dy @ self.w.data.T
dw = np.zeros_like(self.w.data)
for i in range(len(x)):
    dw += x.T @ dy
"""
# 08
PAST_THE_ACTIVATION = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
da, _ = self.activation.backward(dy)
dz, bias_grads = self.bias.backward(da)
_, linear_grads = self.linear.backward(dz)
dx = dy @ self.w.data.T
grads = linear_grads | bias_grads
"""
# 09
NEW_LIST_EACH_TIME = """
for layer in self.layers:
    caches = []
    x = layer.forward(x)
    caches.append(layer.cache)
self.cache = caches
"""
THREE_NAMES = """
for place, layer, cache in enumerate(zip(reversed(self.layers), reversed(self.cache))):
    layer.cache = cache
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""

CASES = [
    # 01
    HintCase("01", "center", ("x.mean(axis=0)", "x.mean(axis=0).reshape(-1, 1)"),
             "the means of the columns are made a column: the reshape belongs to means of rows",
             "https://exchangetuts.com/subtracting-the-mean-of-each-row-in-numpy-with-broadcasting-"
             "1639937834446710"),
    HintCase("01", "unbroadcast", ("while dy.ndim", "if dy.ndim"),
             "if for while: one added axis is summed, also where there are two", TEACHING),
    HintCase("01", "MatMul.backward", BOOK_ORDER,
             "turned as they should be, but the factors of both products are in the wrong order",
             "https://forums.fast.ai/t/understanding-michael-nielsens-backpropagation-code-"
             "chapter-2/7398"),
    # 02
    HintCase("02", "Bias.forward", ("self.b.data", "self.b.data[0]"),
             "only the first number of b is used, for all features",
             GITHUB + "glouw/tinn/issues/29"),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)", "0.01 * np.sum(dy, axis=0)"),
             "the gradient is multiplied by a learning rate already",
             GITHUB + "hans/glove.py/issues/1"),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)",
             "np.sum(dy, axis=0) if len(dy) > 1 else dy"),
             "a batch of one example is not summed: db has the shape (1, features)",
             GITHUB + "deeplearning4j/deeplearning4j/pull/364"),
    # 03
    HintCase("03", "Linear.forward", ("x @ self.w.data", "x @ self.w.data + self.b.data"),
             "a bias is added, which this layer does not have", TEACHING),
    HintCase("03", "Linear.backward", ONCE_FOR_EACH,
             "the product has the sum over the examples in it, and is added once for each of them",
             GITHUB + "iamtrask/Grokking-Deep-Learning/issues/16"),
    HintCase("03", "Linear.backward", ("x.T @ dy", "x.T @ dy / x.size"),
             "a mean for the sum, and divided by how many numbers x has, not how many examples",
             GITHUB + "tiny-dnn/tiny-dnn/issues/965"),
    # 04
    HintCase("04", "ReLU.forward", ("self.cache = x > 0", "self.cache = np.maximum(x, 0)"),
             "the output is kept in the place of the mask: x becomes the slope, which should be 1",
             GITHUB + "denggaoshan/DeepLearningStudy/issues/1"),
    HintCase("04", "Sigmoid.backward", ("y * (1 - y)", "y / (1 - y)"),
             "divided by 1 - y, not multiplied", GITHUB + "Frozander/ML101 ml101/activations.py"),
    HintCase("04", "Tanh.forward", ("np.tanh(x)", "np.tanh(x, out=x)"),
             "the output is written into the input x itself",
             GITHUB + "deeplearning4j/deeplearning4j/pull/364"),
    # 05
    HintCase("05", "Softmax.backward", ("np.sum(dy * y, axis=1, keepdims=True)",
             "np.sum(dy * y, axis=1)"), "keepdims is missing: the sums of the rows lie across",
             GITHUB + "xinghaow99/transformer_from_scratch modules/softmax.py"),
    HintCase("05", "CrossEntropyWithLabels.forward", ("y[np.arange(len(y)), labels]",
             "np.take(y, labels)"),
             "np.take without an axis counts through the flat array: it stays in the first row",
             GITHUB + "fff-rs/juice/issues/150"),
    HintCase("05", "CrossEntropyLoss.forward", ("shifted[np.arange(len(y)), labels]",
             "y[np.arange(len(y)), labels]"),
             "the largest score is taken away inside the sum, but not from the label's score",
             GITHUB + "elixir-nx/axon/pull/527"),
    # 06
    HintCase("06", "SquaredError.forward", ("np.sum(self.cache**2, axis=1)",
             "np.sum(self.cache, axis=1) ** 2"), "the square of the sum, not the sum of squares",
             GITHUB + "nicebread/meta-showdown/issues/6"),
    HintCase("06", "BinaryCrossEntropy.backward", ("(1 - y_true) /", "1 - y_true /"),
             "no brackets around 1 - y_true: only y_true is divided",
             GITHUB + "KirthanKamble/NN LossFunctions/BinaryCrossEntropy.py"),
    HintCase("06", "BCEWithLogitsLoss.backward", ("nn.Sigmoid().forward(y)", "nn.Sigmoid(y)"),
             "the scores are given to the class when a layer is made, not to its forward",
             GITHUB + "tencent-quantum-lab/tensorcircuit/issues/97"),
    # 07
    HintCase("07", "relative_error", ("np.shape(a) != np.shape(b)",
             "np.shape(a) is not np.shape(b)"),
             "is not asks whether it is one object, so equal shapes count as different",
             GITHUB + "aestrivex/bctpy/pull/134"),
    HintCase("07", "gradient_error", ("size=y.shape", "size=x.shape"),
             "dy has the shape of the input, not of the output",
             GITHUB + "pytorch/pytorch/issues/17893"),
    HintCase("07", "Swish.backward", ("s + x * s * (1 - s)", "x * s * (1 - s)"),
             "the first term of the product's rule is missing", TEACHING),
    # 08
    HintCase("08", "Dense.__init__", ("kinds[activation]()",
             "getattr(nn, activation.capitalize())()"),
             "the names of the classes are guessed: there is no Relu and no Id",
             GITHUB + "ray-project/ray/pull/62788"),
    HintCase("08", "Dense.forward", ("self.bias.forward(z)", "self.bias.forward(z) + self.b.data"),
             "b is added twice", GITHUB + "LeelaChessZero/lc0/pull/130"),
    HintCase("08", "Dense.backward", PAST_THE_ACTIVATION,
             "dx is made of dy: the activation's slope is in the other gradients only",
             "https://stackoverflow.com/questions/53287032/multi-layer-neural-network-back-"
             "propagation-formula-using-stochastic-gradient-d"),
    # 09
    HintCase("09", "Sequential.forward", NEW_LIST_EACH_TIME,
             "the list begins anew in every round: only the last cache is kept",
             GITHUB + "WebBreacher/WhatsMyName/pull/221"),
    HintCase("09", "Sequential.merge_gradients", ("layer_grads.items()", "layer_grads"),
             "items() is missing: a dict gives its keys only",
             "http://www.kouhan.cn/en/article/00009298"),
    HintCase("09", "Sequential.backward", THREE_NAMES,
             "enumerate of a zip gives a number and a pair, not three things",
             GITHUB + "KohakuBlueleaf/LyCORIS/pull/140"),
    # 10
    HintCase("10", "SGD.update", "w.add_(dw, alpha=-self.lr)",
             "PyTorch's method, which a NumPy array does not have",
             GITHUB + "pytorch/examples/pull/779"),
    HintCase("10", "Momentum.update", ("self.momentum * state", "self.lr * self.momentum * state"),
             "the old velocity is multiplied by lr as well as by momentum",
             GITHUB + "dfdx/Boltzmann.jl/issues/14"),
    HintCase("10", "Adam.update", ("m_hat / (np.sqrt(v_hat) + self.eps)",
             "m_hat * (1 / np.sqrt(v_hat) + self.eps)"),
             "eps is added after the division: 1 / 0 where no gradient has come yet",
             GITHUB + "kozistr/pytorch_optimizer/issues/480"),
]  # fmt: skip
