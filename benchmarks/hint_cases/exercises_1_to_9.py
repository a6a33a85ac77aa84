"""More wrong answers to exercises 01 to 09.

Who wrote them had read the exercises and the solutions, and nothing of the checks behind them.
Most are rewritten from public questions and repositories; the others were seen in teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

TEACHING = "teaching experience"
MATH_CORPUS = "https://huggingface.co/datasets/nvidia/Nemotron-CC-Math-v1 "

# 01
IN_PLACE_COLUMNS = """
for k in range(x.shape[1]):
    x[:, k] = x[:, k] - np.mean(x[:, k])
y = x
"""
LEFT_AXES_STAY = """
extra = dy.ndim - len(shape)
dy = dy.sum(axis=tuple(range(extra)), keepdims=True)
for axis, size in enumerate(shape):
    if size == 1:
        dy = dy.sum(axis=axis + extra, keepdims=True)
"""
OLD_AXES = """
extra = dy.ndim - len(shape)
for _ in range(extra):
    dy = dy.sum(axis=0)
for axis, size in enumerate(shape):
    if size == 1:
        dy = dy.sum(axis=axis + extra, keepdims=True)
"""
SWAPPED_SHAPES = """
b_shape, a_shape = self.cache
da = unbroadcast(dy, a_shape)
db = unbroadcast(dy, b_shape)
"""
TORCH_TRANSPOSE = """
a, b = self.cache
da = dy @ b.transpose(-2, -1)
db = a.transpose(-2, -1) @ dy
"""

# 02
WHOLE_NUMBERS = """
y = np.zeros_like(x)
for i in range(len(x)):
    y[i] = x[i] + self.b.data
"""

# 03
DX_FROM_DW = """
x = self.cache
dw = x.T @ dy
dx = dy @ dw.T
"""
ADDED_TWICE = """
x = self.cache
dx = dy @ self.w.data.T
dw = x.T @ dy
for i in range(len(x)):
    dx[i] += dy[i] @ self.w.data.T
"""

# 04
EXP_TANH = """
y = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
self.cache = y
"""

# 05
BRACKETS = """
y = np.exp(x / np.sum(np.exp(x), axis=1, keepdims=True))
self.cache = y
"""
ONE_JACOBIAN = """
y = self.cache.reshape(-1, 1)
jacobian = np.diagflat(y) - np.dot(y, y.T)
dx = np.dot(jacobian, dy)
"""
EPSILON = """
e = np.exp(y - np.max(y, axis=1, keepdims=True))
p = e / np.sum(e, axis=1, keepdims=True)
self.cache = p, labels
loss = np.mean(-np.log(p[np.arange(len(y)), labels] + 1e-4))
"""
TWICE_SOFTMAX = """
def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

probs = softmax(y)
p = softmax(probs)
self.cache = p, labels
loss = np.mean(-np.log(p[np.arange(len(y)), labels]))
"""
SAME_ARRAY = """
p, labels = self.cache
dx = p
dx[np.arange(len(p)), labels] -= 1
dx = dy * dx / len(p)
"""
NO_ONEHOT = """
p, labels = self.cache
dx = dy * (p - labels) / len(p)
"""

# 06
SHIFT_SIGN = """
self.cache = y, target
largest = np.maximum(y, 0)
rest = np.log(np.exp(-largest) + np.exp(-y - largest))
loss = np.mean(y - y * target + largest + rest)
"""
SLOPE_OF_ABS = """
y, target = self.cache
e = np.exp(-np.abs(y))
dx = dy * ((y > 0) - target - np.sign(y) * e / (1 + e)) / y.size
"""
SHORTCUT = """
y_true, y = self.cache
dx = dy[:, None] * (y - y_true)
"""

# 07
OWN_OUTPUT = """
gradient = np.zeros(x.shape)
for place in np.ndindex(x.shape):
    kept = x[place]
    x[place] = kept + h
    up = dy * f(x)
    x[place] = kept - h
    down = dy * f(x)
    x[place] = kept
    gradient[place] = (up[place] - down[place]) / (2 * h)
"""
ONE_AXIS = """
gradient = np.zeros_like(x)
for i in range(x.size):
    kept = x[i]
    x[i] = kept + h
    up = np.sum(dy * f(x))
    x[i] = kept - h
    down = np.sum(dy * f(x))
    x[i] = kept
    gradient[i] = (up - down) / (2 * h)
"""
NORMS = """
if np.shape(a) != np.shape(b):
    return float("inf")
error = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
"""
STALE = """
y = layer.forward(x)
dy = np.random.default_rng(0).normal(size=y.shape)
measured = numeric_gradient(layer.forward, x, dy)
dx, _ = layer.backward(dy)
error = relative_error(dx, measured)
"""
NO_BRACKETS = """
e = np.exp(-x)
dx = dy * (1 + e + x * e / (1 + e) ** 2)
"""

# 08
BIAS_LAST = """
z = self.linear.forward(x)
a = self.activation.forward(z)
y = self.bias.forward(a)
self.cache = self.linear.cache, self.bias.cache, self.activation.cache
"""
NO_BIAS = """
z = self.linear.forward(x)
y = self.activation.forward(z)
self.cache = self.linear.cache, self.bias.cache, self.activation.cache
"""
BIAS_FROM_DY = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
da, _ = self.activation.backward(dy)
_, bias_grads = self.bias.backward(dy)
dx, linear_grads = self.linear.backward(da)
grads = linear_grads | bias_grads
"""
NOT_PUT_BACK = """
da, _ = self.activation.backward(dy)
dz, bias_grads = self.bias.backward(da)
dx, linear_grads = self.linear.backward(dz)
grads = linear_grads | bias_grads
"""
FORWARD_ORDER = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
dz, linear_grads = self.linear.backward(dy)
da, bias_grads = self.bias.backward(dz)
dx, _ = self.activation.backward(da)
grads = linear_grads | bias_grads
"""

# 09
ALWAYS_X = """
caches = []
for layer in self.layers:
    y = layer.forward(x)
    caches.append(layer.cache)
self.cache = caches
x = y
"""
CACHES_LATER = """
for layer in self.layers:
    x = layer.forward(x)
self.cache = [layer.cache for layer in self.layers]
"""
IN_PLACE_SUM = """
place = self.layers.index(layer)
for name, gradient in layer_grads.items():
    full = f"{place}.{name}"
    if full in grads:
        grads[full] += gradient
    else:
        grads[full] = gradient
"""
SAME_DY = """
for layer, cache in zip(reversed(self.layers), reversed(self.cache)):
    layer.cache = cache
    dx, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
dy = dx
"""
TURNED_IN_PLACE = """
for layer, cache in zip(self.layers.reverse(), self.cache.reverse()):
    layer.cache = cache
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""

CASES = [
    # 01
    HintCase("01", "center", ("axis=0", "axis=1"), "the means of the rows, and shapes that miss",
             "https://codewithsundeep.com/discussion/solution/30734174"),
    HintCase("01", "center", ("x.mean(axis=0)", "x.mean(axis=1)[:, np.newaxis]"),
             "each row's mean is taken from it, not each column's",
             "https://www.tutorialguruji.com/python/remove-mean-from-numpy-matrix/"),
    HintCase("01", "center", IN_PLACE_COLUMNS, "right numbers, but x itself is changed",
             "https://www.tutorialguruji.com/python/remove-mean-from-numpy-matrix/"),
    HintCase("01", "unbroadcast", ("dy.sum(axis=axis, keepdims=True)", "dy.sum(axis=axis)"),
             "a stretched axis is summed, but not kept", GITHUB + "Theano/Theano/issues/5273"),
    HintCase("01", "unbroadcast", LEFT_AXES_STAY, "added axes stay in the shape with size 1",
             GITHUB + "minitorch/Module-2/pull/14"),
    HintCase("01", "unbroadcast", OLD_AXES,
             "the axes are counted as they were before the added ones had gone",
             GITHUB + "HomericIntelligence/Odyssey/pull/2080"),
    HintCase("01", "Add.forward", "y = a + b", "nothing is kept for backward",
             GITHUB + "facundoq/edunn/issues/19"),
    HintCase("01", "Add.forward", ("y = a + b", "a += b\ny = a"), "a is changed in place",
             "https://jimmy-ai.tistory.com/367"),
    HintCase("01", "Add.backward", SWAPPED_SHAPES, "the two shapes are unpacked in the wrong order",
             TEACHING),
    HintCase("01", "Add.backward", "da = dy\ndb = dy.sum(axis=0)",
             "summed over axis 0 whatever the shape of b is",
             GITHUB + "jimfleming/differentiation/issues/1"),
    HintCase("01", "MatMul.forward", ("a @ b", "b @ a"), "the factors are in the wrong order",
             GITHUB + "Graylab/DL4Proteins-notebooks/issues/8"),
    HintCase("01", "MatMul.backward", TORCH_TRANSPOSE,
             "PyTorch's transpose(-2, -1), which turns nothing in NumPy",
             GITHUB + "pytorch/pytorch.github.io/issues/2135"),
    # 02
    HintCase("02", "Bias.forward", "y = x + self.b.data.reshape(-1, 1)",
             "b is made a column: one number for each example",
             "https://example-a.com/answer/77439781"),
    HintCase("02", "Bias.forward", "x += self.b.data\ny = x", "x is changed in place",
             "https://jimmy-ai.tistory.com/367"),
    HintCase("02", "Bias.forward", WHOLE_NUMBERS,
             "zeros_like of whole numbers: what is behind the point is cut off",
             "https://splunktool.com/"
             "in-python-calculate-the-softmax-of-an-array-columnwise-using-numpy"),
    HintCase("02", "Bias.forward", "y = [row + self.b.data for row in x]",
             "a list of rows, not an array", TEACHING),
    HintCase("02", "Bias.backward", "dx = dy\ndb = dy", "db is not summed over the examples",
             GITHUB + "jimfleming/differentiation/issues/1"),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)", "np.sum(dy, axis=0) / len(dy)"),
             "a mean for the sum", GITHUB + "dengfy/cs231n/issues/1"),
    HintCase("02", "Bias.backward", ("axis=0", "axis=1"), "summed over the features",
             GITHUB + "steprb/Hinton-Coursera-Python/issues/1"),
    HintCase("02", "Bias.backward", ("np.sum(dy, axis=0)", "np.sum(dy * self.b.data, axis=0)"),
             "db is multiplied by b: a bias of 0 would have the gradient 0",
             GITHUB + "xnought/backprop-explainer/issues/18"),
    HintCase("02", "Bias.backward", "x = self.cache\ndx = dy\ndb = np.sum(x, axis=0)",
             "the sum of the inputs, as if the slope for b were x; and no x is kept",
             GITHUB + "pytorch/pytorch/issues/2330"),
    HintCase("02", "Bias.backward", ("dx = dy", "dx = np.ones_like(dy)"),
             "the slope of the layer only: dy is forgotten in dx", TEACHING),
    HintCase("02", "Bias.backward", 'return dy, {"bias": np.sum(dy, axis=0)}',
             "the gradient has a name that no parameter has", TEACHING),
    HintCase("02", "Bias.backward", "return dy, np.sum(dy, axis=0)",
             "db is returned bare, not in a dict", TEACHING),
    # 03
    HintCase("03", "Linear.forward", "self.cache = x\ny = np.dot(self.w.data, x)",
             "w stands first, as for examples in columns",
             GITHUB + "MichalDanielDobrzanski/DeepLearningPython/issues/29"),
    HintCase("03", "Linear.forward", ("self.w.data", "self.w.data.T"), "w is turned in forward",
             GITHUB + "stephencwelch/Neural-Networks-Demystified/issues/23"),
    HintCase("03", "Linear.forward", "y = x @ self.w.data\nself.cache = y",
             "the output is kept in the place of the input",
             GITHUB + "hanbt/learn_dl/issues/15"),
    HintCase("03", "Linear.forward", ("self.cache = x", "self.cache = x.T"),
             "x is turned before it is kept, and turned again in backward", TEACHING),
    HintCase("03", "Linear.backward", ("x = self.cache", "x = self.x"),
             "an attribute that no method has set", GITHUB + "ddbourgin/numpy-ml/issues/48"),
    HintCase("03", "Linear.backward", DX_FROM_DW, "dx is made of dw, and not of w",
             GITHUB + "jcjohnson/pytorch-examples/issues/5"),
    HintCase("03", "Linear.backward", ("x.T @ dy", "np.dot(dy, x.T)"),
             "the formula for examples in columns",
             FORUM + "w3-a1-ex-6-backward-propagation-assertionerror-wrong-values-for-dw1/66727"),
    HintCase("03", "Linear.backward", ("x.T @ dy", "x.T @ dy * 2"), "dw is twice too large",
             GITHUB + "bighuang624/Andrew-Ng-Deep-Learning-notes/issues/10"),
    HintCase("03", "Linear.backward", ("dy @ self.w.data.T", "np.dot(self.w.data, dy)"),
             "w stands first and is not turned",
             GITHUB + "steprb/Hinton-Coursera-Python/issues/1"),
    HintCase("03", "Linear.backward", ADDED_TWICE, "dx is added up in two places",
             GITHUB + "itskonrad/miniMNIST-c/issues/7"),
    HintCase("03", "Linear.backward", ("x.T @ dy", "np.outer(x, dy)"),
             "np.outer, which is right for one example only", TEACHING),
    HintCase("03", "Linear.backward",
             'x = self.cache\nreturn x.T @ dy, {"w": dy @ self.w.data.T}',
             "dx and dw are exchanged", TEACHING),
    # 04
    HintCase("04", "ReLU.forward", ("np.maximum(x, 0)", "np.max(x, 0)"),
             "np.max for np.maximum: the largest of each column",
             GITHUB + "ahmedfgad/NumPyCNN/issues/4"),
    HintCase("04", "ReLU.forward", ("x > 0", "x >= 0"), "the slope at 0 is 1",
             GITHUB + "iamtrask/Grokking-Deep-Learning/pull/13"),
    HintCase("04", "ReLU.backward", "dy[~self.cache] = 0\ndx = dy", "dy is changed in place",
             "http://japage3-blog.com/2018/07/18/relu%e3%83%ac%e3%82%a4%e3%83%a4"),
    HintCase("04", "ReLU.backward", "dx = dy * (dy > 0)",
             "the sign of dy decides, not the sign of x",
             "https://srkds.github.io/personal-blog/deep-neural-networks.html"),
    HintCase("04", "Sigmoid.forward", "y = 1 / 1 + np.exp(-x)\nself.cache = y",
             "no brackets around the denominator",
             "https://devhide.com/"
             "how-to-get-numpy-exp-to-work-with-an-array-as-well-as-a-scalar-64217950"),
    HintCase("04", "Sigmoid.forward",
             "import math\n\ny = 1 / (1 + math.exp(-x))\nself.cache = y",
             "math.exp, which takes one number only",
             "https://devpeace.com/python-3.x/42546740/"
             "sigmoid-in-python-that-can-take-scalar-vector-or-matrix"),
    HintCase("04", "Sigmoid.backward", ("y * (1 - y)", "(y - (1 - y))"),
             "a minus in the place of the product", GITHUB + "sausheong/gonn/issues/8"),
    HintCase("04", "Tanh.forward", ("self.cache = y", "self.cache = x"),
             "1 - x^2, with the input for the output",
             FORUM + "c1w3a1-backward-propagation-valueerror-operands-could-not-be-broadcast"
             "-together-with-shapes-7-9-9-7/31965"),
    HintCase("04", "Tanh.forward", EXP_TANH, "exp overflows, and inf / inf is no number",
             GITHUB + "onera/acetone/issues/16"),
    HintCase("04", "Tanh.backward", ("1 - y**2", "1 + y**2"), "the slope of tan, not of tanh",
             GITHUB + "gy910210/neural-network-from-scratch/issues/2"),
    HintCase("04", "Tanh.backward", ("(1 - y**2)", "1 - y**2"), "the brackets are missing",
             GITHUB + "apache/tvm/pull/7340"),
    HintCase("04", "Tanh.backward", ("dy * (1 - y**2)", "np.dot(dy, 1 - y**2)"),
             "a matrix product where a product number by number is asked for",
             FORUM + "graded-function-backward-propagation/110003"),
    # 05
    HintCase("05", "Softmax.forward", ("np.sum(e, axis=1, keepdims=True)", "np.sum(e, axis=1)"),
             "keepdims is missing in the sum", GITHUB + "triton-lang/triton/pull/11409"),
    HintCase("05", "Softmax.forward",
             ("np.sum(e, axis=1, keepdims=True)", "np.sum(x, axis=1, keepdims=True)"),
             "divided by the sum of the scores, without exp",
             GITHUB + "p2irc/deepplantphenomics/pull/50"),
    HintCase("05", "Softmax.forward", ("np.max(x, axis=1, keepdims=True)",
             "np.maximum(0, np.max(x, axis=1, keepdims=True))"),
             "the maximum is at least 0: rows of very negative scores become 0 / 0",
             GITHUB + "FluxML/NNlib.jl/pull/43"),
    HintCase("05", "Softmax.forward", BRACKETS, "the division stands inside exp",
             MATH_CORPUS + "(Softmax Regression in NumPy)"),
    HintCase("05", "Softmax.backward", ONE_JACOBIAN,
             "one Jacobian for the whole batch, as if it were one row",
             "https://newbe.dev/numpy-calculate-the-derivative-of-the-softmax-function"),
    HintCase("05", "Softmax.backward", ("axis=1", "axis=0"), "summed over the examples", TEACHING),
    HintCase("05", "CrossEntropyWithLabels.forward",
             ("y[np.arange(len(y)), labels]", "y[:, labels]"),
             "whole columns are taken, not one number from each row",
             "https://codedump.io/share/b6IfSL3JfWxR/1/"
             "fancy-indexing-a-numpy-matrix-one-element-per-row"),
    HintCase("05", "CrossEntropyWithLabels.backward",
             ("dx[np.arange(len(y)), labels] = -dy / p", "dx[:, labels] = -dy / p"),
             "whole columns are filled, not one number in each row",
             "https://codedump.io/share/b6IfSL3JfWxR/1/"
             "fancy-indexing-a-numpy-matrix-one-element-per-row"),
    HintCase("05", "CrossEntropyLoss.forward", EPSILON,
             "an epsilon in the logarithm changes the loss, and bounds it",
             GITHUB + "MarvinTeichmann/tensorflow-fcn/issues/18"),
    HintCase("05", "CrossEntropyLoss.forward", TWICE_SOFTMAX, "softmax is applied twice",
             GITHUB + "arthurdouillard/deepcourse/pull/9"),
    HintCase("05", "CrossEntropyLoss.backward", SAME_ARRAY,
             "no copy: the probabilities in the cache are changed",
             "https://codewithsundeep.com/discussion/solution/48125575"),
    HintCase("05", "CrossEntropyLoss.backward", NO_ONEHOT,
             "the labels are used as if they were one-hot",
             GITHUB + "kekmodel/MPL-pytorch/issues/34"),
    # 06
    HintCase("06", "SquaredError.forward", ("np.sum(self.cache**2, axis=1)", "self.cache**2"),
             "the sum over the outputs is missing", GITHUB + "keras-team/keras-core/issues/8"),
    HintCase("06", "SquaredError.forward", ("y - y_true", "y_true - y"),
             "the difference is turned round, so the gradient has the wrong sign",
             GITHUB + "dvgodoy/PyTorchStepByStep/issues/21"),
    HintCase("06", "SquaredError.backward", ("dy[:, None]", "dy"),
             "(n, outputs) times (n,): the shapes meet at the wrong end",
             GITHUB + "pytorch/pytorch/issues/16045"),
    HintCase("06", "MeanError.forward", "loss = np.sum(errors)", "the sum for the mean",
             GITHUB + "karpathy/nn-zero-to-hero/pull/20"),
    HintCase("06", "MeanError.backward", ("np.full(n, dy / n)", "np.full((n, 1), dy / n)"),
             "a column of shape (n, 1), where (n,) is asked for",
             GITHUB + "manzilzaheer/DeepSets/pull/1"),
    HintCase("06", "MeanError.backward", "dy_errors = dy / n",
             "a number, not one for each example", TEACHING),
    HintCase("06", "BinaryCrossEntropy.forward",
             ("-np.sum(y_true * yes + (1 - y_true) * no, axis=1)",
              "-(np.dot(y_true, yes) + np.dot(1 - y_true, no))"),
             "np.dot in the place of a product and a sum",
             FORUM + "dls-c1-w2-exercice-5/181294"),
    HintCase("06", "BinaryCrossEntropy.backward", ("(no - yes)", "-(yes + no)"),
             "the inner slope of log(1 - y), which is -1, is forgotten",
             "https://math.stackexchange.com/questions/2503428/"
             "derivative-of-binary-cross-entropy-why-are-my-signs-not-right"),
    HintCase("06", "BinaryCrossEntropy.backward", SHORTCUT,
             "y - y_true is the gradient of the scores before the sigmoid", TEACHING),
    HintCase("06", "BCEWithLogitsLoss.forward", SHIFT_SIGN,
             "shifted by max(y, 0) where max(-y, 0) is needed: large scores overflow",
             GITHUB + "pytorch/pytorch/pull/2221"),
    HintCase("06", "BCEWithLogitsLoss.backward", ("/ y.size", "/ len(y)"),
             "divided by the number of examples, not of all numbers",
             GITHUB + "pytorch/pytorch/issues/3924"),
    HintCase("06", "BCEWithLogitsLoss.backward", SLOPE_OF_ABS,
             "the slope is wrong where a score is 0", GITHUB + "pytorch/pytorch/issues/2298"),
    # 07
    HintCase("07", "numeric_gradient", ("(2 * h)", "h"), "divided by h, not by 2 h",
             GITHUB + "BVLC/caffe/issues/6814"),
    HintCase("07", "numeric_gradient", OWN_OUTPUT,
             "only the output at the same place is looked at, not all of them",
             GITHUB + "cs231n/cs231n.github.io/issues/186"),
    HintCase("07", "numeric_gradient", ONE_AXIS,
             "written for one axis: x[i] is a row, and there are x.size of them",
             GITHUB + "oreilly-japan/deep-learning-from-scratch/pull/37"),
    HintCase("07", "relative_error", ("np.max(np.abs(a - b))", "np.mean(np.abs(a - b))"),
             "the mean of the differences hides a single large one",
             GITHUB + "apache/mxnet/issues/3997"),
    HintCase("07", "relative_error", NORMS,
             "another formula, with lengths of vectors; 0 / 0 if both are 0",
             FORUM + "c2w1-theory-behind-gradient-checking-formula/401538"),
    HintCase("07", "best_step", ("steps[np.argmin(errors)]", "np.argmin(errors)"),
             "the place of the step, not the step", TEACHING),
    HintCase("07", "best_step", ("(f(x + h) - f(x - h)) / (2 * h)", "(f(x + h) - f(x)) / h"),
             "a difference to one side", GITHUB + "apache/mxnet/issues/3693"),
    HintCase("07", "gradient_error", STALE,
             "measuring has run forward again: backward meets the cache of a nudged x",
             GITHUB + "torch/nn/issues/1015"),
    HintCase("07", "guilty", 'names = ["Swish", "Flip", "Hinge", "Wave", "Share", "Square", '
             '"Decay"]', "Hinge is accused: a point was near its kink",
             GITHUB + "zplizzi/tensorflow-fast-rcnn/issues/12"),
    HintCase("07", "Swish.backward", "dx = dy * (x + s * (1 - x))",
             "y + s (1 - y), with the input for the output",
             GITHUB + "pjreddie/darknet/pull/252"),
    HintCase("07", "Swish.backward", NO_BRACKETS, "no brackets around the numerator",
             GITHUB + "chelsea0x3b/dfdx/pull/915"),
    HintCase("07", "Share.backward", ("np.sum(dy * y, axis=1, keepdims=True)", "np.sum(dy * y)"),
             "one sum for all rows", GITHUB + "flagos-ai/FlagGems/pull/59"),
    # 08
    HintCase("08", "Dense.__init__", ("nn.Bias(outputs, bias_initializer)", "nn.Bias(outputs)"),
             "bias_initializer is not handed on", GITHUB + "tensorflow/swift-apis/pull/414"),
    HintCase("08", "Dense.__init__", ("kinds[activation]()", "kinds[activation]"),
             "the class, and not a layer made of it",
             GITHUB + "huggingface/transformers/issues/24821"),
    HintCase("08", "Dense.__init__", ("nn.Linear(inputs, outputs,", "nn.Linear(outputs, inputs,"),
             "w has the shape (outputs, inputs)", GITHUB + "ufal/npfl129/pull/128"),
    HintCase("08", "Dense.__init__",
             ("nn.Bias(outputs, bias_initializer)", "nn.Bias(outputs, initializer)"),
             "the bias is made with the initializer of the weights",
             GITHUB + "tflearn/tflearn/pull/221"),
    HintCase("08", "Dense.forward", BIAS_LAST, "b is added after the activation: f(x w) + b",
             GITHUB + "infer-actively/pypc/issues/2"),
    HintCase("08", "Dense.forward", NO_BIAS, "the bias is not used",
             GITHUB + "deepakcrk/CNN_ForDummies/issues/9"),
    HintCase("08", "Dense.forward",
             ("self.cache = self.linear.cache, self.bias.cache, self.activation.cache",
              "self.cache = x"), "only x is kept, not the three caches", TEACHING),
    HintCase("08", "Dense.backward", BIAS_FROM_DY,
             "the bias gets the gradient from behind the activation",
             GITHUB + "arthurdouillard/deepcourse/pull/9"),
    HintCase("08", "Dense.backward", NOT_PUT_BACK,
             "the caches are not put back: those of the last forward are used",
             GITHUB + "torch/nn/issues/1015"),
    HintCase("08", "Dense.backward",
             ("da, _ = self.activation.backward(dy)", "da = self.activation.forward(dy)"),
             "the activation itself is applied to dy, not its slope",
             GITHUB + "NVlabs/tiny-cuda-nn/issues/465"),
    HintCase("08", "Dense.backward", FORWARD_ORDER, "the layers are walked in forward's order",
             TEACHING),
    HintCase("08", "Dense.backward",
             ("linear_grads | bias_grads", "linear_grads.update(bias_grads)"),
             "update changes a dict and returns None", TEACHING),
    # 09
    HintCase("09", "count_parameters", "number = len(module.parameters())",
             "the arrays are counted, not the numbers in them", TEACHING),
    HintCase("09", "count_parameters", "number = sum(p.data.size for p in module.parameters() "
             "if p.data.ndim > 1)", "the biases are not counted",
             GITHUB + "dgschwend/netscope/issues/17"),
    HintCase("09", "Sequential.forward", ALWAYS_X, "every layer gets the first x",
             MATH_CORPUS + "(#Week4 _Assignment1_Exercise5)"),
    HintCase("09", "Sequential.forward", CACHES_LATER,
             "the caches are taken when all is over: a shared layer has only its last",
             GITHUB + "jmschrei/tangermeme/pull/54"),
    HintCase("09", "Sequential.forward", ("x = layer.forward(x)", "x = layer.forward"),
             "forward is named, but not called", GITHUB + "pytorch/examples/issues/438"),
    HintCase("09", "Sequential.merge_gradients", ('full = f"{place}.{name}"', "full = name"),
             "the place is missing in the name: two layers share one",
             GITHUB + "mila-iqia/blocks/issues/596"),
    HintCase("09", "Sequential.merge_gradients", IN_PLACE_SUM,
             "+= writes into an array of somebody else",
             GITHUB + "flexcompute/tidy3d/pull/3304"),
    HintCase("09", "Sequential.merge_gradients",
             ("self.layers.index(layer)", "self.layers.index(layer) + 1"),
             "the layers are counted from 1", GITHUB + "lmoroney/dlaicourse/pull/100"),
    HintCase("09", "Sequential.merge_gradients",
             ("grads[full] + gradient if full in grads else gradient",
              "grads.get(full, gradient) + gradient"),
             "the first gradient of each name is added twice",
             GITHUB + "zou-group/textgrad/pull/200"),
    HintCase("09", "Sequential.backward", SAME_DY, "every layer gets the last layer's dy",
             GITHUB + "Kulbear/deep-learning-coursera/issues/27"),
    HintCase("09", "Sequential.backward", TURNED_IN_PLACE,
             "list.reverse returns None, and turns the chain round for good",
             GITHUB + "adafruit/circuitpython/issues/8350"),
    HintCase("09", "Sequential.backward", ("reversed(self.cache)", "self.cache"),
             "the layers are turned round, but their caches are not",
             GITHUB + "unda-ml/unda/issues/1"),
]  # fmt: skip
