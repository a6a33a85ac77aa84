"""What careful students still write wrong in the exercises 1 to 10.

Their author saw what students see, and the solutions; nothing was run against the checks.

Five for each exercise: one misreads a word or symbol, one has tried a single small example, one
brings the conventions of another place along, one has a helper, a constructor or a less prominent
TODO wrong, and one has tidied up a right answer.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

SEEN = "teaching experience"

# 01
AS_MANY_COLUMNS_AS_ROWS = """
y = np.zeros(x.shape)
for j in range(len(x)):
    y[:, j] = x[:, j] - np.mean(x[:, j])
"""
STRETCHED_FIRST = """
a, b = np.broadcast_arrays(a, b)
self.cache = a.shape, b.shape
y = a + b
"""
SHAPE_AT_THE_END = """
while dy.ndim > len(shape):
    dy = dy.sum(axis=0)
for axis, size in enumerate(shape):
    if size == 1:
        dy = dy.sum(axis=axis)
dy = dy.reshape(shape)
"""
# 02
ROWS_INTO_THE_FIRST = """
dx = dy
db = dy[0]
for row in dy[1:]:
    db += row
"""
# 03
DECAY_BROUGHT_ALONG = """
x = self.cache
reg = 1e-3
dx = dy @ self.w.data.T
dw = x.T @ dy
dw += reg * self.w.data
"""
TURNED_BY_HAND = """
def turned(matrix):
    columns = []
    for j in range(len(matrix)):
        columns.append([row[j] for row in matrix])
    return np.array(columns)

x = self.cache
dx = dy @ turned(self.w.data)
dw = turned(x) @ dy
"""
INNER_FOR_BOTH = """
x = self.cache
dx = np.inner(dy, self.w.data)
dw = np.inner(x, dy)
"""
# 04
SIZE_OF_THE_EXPONENTIAL = """
e = np.abs(np.exp(-x))
y = np.where(x >= 0, 1, e) / (1 + e)
self.cache = y
"""
NUMBER_AFTER_NUMBER = """
y = np.array([max(number, 0) for number in x])
self.cache = y > 0
"""
TWO_MASKS = """
y = np.zeros(x.shape)
positive = x >= 0
y[positive] = 1 / (1 + np.exp(-x[positive]))
y[~positive] = np.exp(x[~positive]) / (1 + np.exp(-x[~positive]))
self.cache = y
"""
# 05
LABELS_SAY_HOW_MANY = """
p, labels = self.cache
onehot = np.eye(labels.max() + 1)[labels]
dx = dy * (p - onehot) / len(p)
"""
PRODUCT_TAKEN_OUT = """
y = self.cache
g = dy * y
dx = g - np.sum(g, axis=1, keepdims=True)
"""
# 06
PRODUCT_WITH_ITSELF = """
self.cache = difference = y - y_true
error = (difference @ difference.T)[0]
"""
LOGARITHMS_CLAMPED = """
self.cache = y_true, y
yes = np.maximum(np.log(y), -100)
no = np.maximum(np.log(1 - y), -100)
error = -np.sum(y_true * yes + (1 - y_true) * no, axis=1)
"""
SIGNS_FOR_TARGETS = """
self.cache = y, target
signs = 2 * target - 1
loss = np.mean(np.log1p(np.exp(-signs * y)))
"""
# 07
STEP_GROWS_WITH_X = """
gradient = np.zeros(x.shape)
for place in np.ndindex(x.shape):
    kept = x[place]
    step = h * abs(kept)
    x[place] = kept + step
    up = np.sum(dy * f(x))
    x[place] = kept - step
    down = np.sum(dy * f(x))
    x[place] = kept
    gradient[place] = (up - down) / (2 * step)
"""
NUDGED_FROM_WHERE_IT_IS = """
def nudged(place, step):
    x[place] += step
    return np.sum(dy * f(x))

gradient = np.zeros(x.shape)
for place in np.ndindex(x.shape):
    kept = x[place]
    gradient[place] = (nudged(place, h) - nudged(place, -h)) / (2 * h)
    x[place] = kept
"""
# 08
UNPACKED_ONLY = """
linear_cache, bias_cache, activation_cache = self.cache
da, _ = self.activation.backward(dy)
dz, bias_grads = self.bias.backward(da)
dx, linear_grads = self.linear.backward(dz)
grads = linear_grads | bias_grads
"""
NAMES_WITH_THE_LAYER = """
self.linear.cache, self.bias.cache, self.activation.cache = self.cache
grads = {}
da, _ = self.activation.backward(dy)
dz, bias_grads = self.bias.backward(da)
for name, gradient in bias_grads.items():
    grads[f"bias.{name}"] = gradient
dx, linear_grads = self.linear.backward(dz)
for name, gradient in linear_grads.items():
    grads[f"linear.{name}"] = gradient
"""
ARRAYS_FOR_INITIALIZERS = """
self.linear = nn.Linear(inputs, outputs, initializer((inputs, outputs)))
self.bias = nn.Bias(outputs, bias_initializer((outputs,)))
self.activation = kinds[activation]()
"""
ONE_LOOP = """
grads = {}
for layer, cache in zip((self.activation, self.bias, self.linear), self.cache):
    layer.cache = cache
    dy, layer_grads = layer.backward(dy)
    grads.update(layer_grads)
dx = dy
"""
# 09
PLACE_AMONG_THE_LEARNED = """
learned = [one for one in self.layers if one.parameters()]
for name, gradient in layer_grads.items():
    full = f"{learned.index(layer)}.{name}"
    grads[full] = grads[full] + gradient if full in grads else gradient
"""
LIST_OF_ACTIVATIONS = """
activations = [x]
for layer in self.layers:
    x = layer.forward(x)
    activations.append(x)
self.cache = activations
"""
OWN_AND_CHILDREN = """
own = [p for p in vars(module).values() if isinstance(p, nn.Parameter)]
number = sum(p.data.size for p in own)
for child in module.children().values():
    number += count_parameters(child)
"""
SHORT_NAME_LOOKED_UP = """
place = self.layers.index(layer)
for name, gradient in layer_grads.items():
    grads[f"{place}.{name}"] = grads.get(name, 0) + gradient
"""
# 10
LAST_TWO_GRADIENTS = """
last = state.get("v", 0.0)
w -= self.lr * (dw + self.momentum * last)
state["v"] = dw.copy()
"""
CORRECTED_WITHOUT_T = """
state["t"] = state.get("t", 0) + 1
m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
m_hat, v_hat = m / (1 - beta1), v / (1 - beta2)
w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
"""
CORRECTION_IN_THE_RATE = """
t = state["t"] = state.get("t", 0) + 1
m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
rate = self.lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
w -= rate * m / (np.sqrt(v) + self.eps)
"""
ZEROS_STAY = """
v = state.setdefault("v", np.zeros_like(w))
v = self.momentum * v + dw
w -= self.lr * v
"""

CASES = [
    # 01
    HintCase(
        "01",
        "unbroadcast",
        ("enumerate(shape)", "enumerate(dy.shape)"),
        "looks for the axes of size 1 in dy, and not in `shape`: none is ever summed",
        SEEN,
    ),
    HintCase(
        "01",
        "center",
        AS_MANY_COLUMNS_AS_ROWS,
        "the loop over columns ends at the number of rows; right for the example, whose last "
        "column is 0",
        SEEN,
    ),
    HintCase(
        "01",
        "MatMul.backward",
        ("a.T @ dy", "a.T * dy"),
        "two letters side by side taken for *: right for one row only",
        FORUM + "course-1-week-3-a1-excercise-6-dw2-operands-could-not-be-broadcast/152009",
    ),
    HintCase(
        "01",
        "Add.forward",
        STRETCHED_FIRST,
        "the shapes are kept after a and b have been stretched, so backward sums nothing",
        SEEN,
    ),
    HintCase(
        "01",
        "unbroadcast",
        SHAPE_AT_THE_END,
        "without keepdims, a second stretched axis has moved when its turn comes",
        GITHUB + "harvard-edge/cs249r_book/pull/1867",
    ),
    # 02
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "np.sum(dy * self.b.data, axis=0)"),
        "the derivative of y with respect to b, which is 1, read as b itself",
        SEEN,
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("np.sum(dy, axis=0)", "dy[0] + dy[1]"),
        "adds two rows, as in the example and in the picture's code",
        SEEN,
    ),
    HintCase(
        "02",
        "Bias.backward",
        ("axis=0", "axis=0, keepdims=True"),
        "db has shape (1, d), as where b is a row of a matrix",
        "https://stackoverflow.com/questions/47175259/"
        "how-to-understand-this-db-np-sum-dscores-axis-0-keepdims-true",
    ),
    HintCase(
        "02",
        "Bias.forward",
        ("self.b.data", "np.tile(self.b.data, (x.shape[1], 1))"),
        "b is repeated once for each feature, not once for each example",
        "https://www.charter-blog.com/entry/2020/11/10/164158",
    ),
    HintCase(
        "02",
        "Bias.backward",
        ROWS_INTO_THE_FIRST,
        "db is a view of the first row of dy, and += writes the sum into it (and into dx)",
        "https://stackoverflow.com/questions/61855536/inconsistent-numpy-array-aliasing-behavior",
    ),
    # 03
    HintCase(
        "03",
        "Linear.backward",
        ("dy @ self.w.data.T", 'np.einsum("ij,lj->li", dy, self.w.data)'),
        "dx_il read as dx_li: turned",
        SEEN,
    ),
    HintCase(
        "03",
        "Linear.forward",
        ("x @ self.w.data", "np.sum(x.T * self.w.data, axis=0, keepdims=True)"),
        "right for one example, whose column meets the rows of w",
        SEEN,
    ),
    HintCase(
        "03",
        "Linear.backward",
        DECAY_BROUGHT_ALONG,
        "the gradient of a penalty for large weights is added, as in the place it comes from",
        "https://cs231n.github.io/neural-networks-case-study/",
    ),
    HintCase(
        "03",
        "Linear.backward",
        TURNED_BY_HAND,
        "a helper turns a matrix with as many columns as it has rows: right for square ones",
        "https://stackoverflow.com/questions/49110391/"
        "python-bug-in-writing-a-transpose-function-using-lists",
    ),
    HintCase(
        "03",
        "Linear.backward",
        INNER_FOR_BOTH,
        "np.inner, which sums over the last axes, is right for dx and then used for dw as well",
        "https://stackoverflow.com/questions/11033573/difference-between-numpy-dot-and-inner",
    ),
    # 04
    HintCase(
        "04",
        "Sigmoid.forward",
        SIZE_OF_THE_EXPONENTIAL,
        "e^-|x| read as |e^-x|",
        SEEN,
    ),
    HintCase(
        "04",
        "ReLU.forward",
        NUMBER_AFTER_NUMBER,
        "a loop over x, which works for the row of numbers in the example only",
        SEEN,
    ),
    HintCase(
        "04",
        "Sigmoid.forward",
        ("self.cache = y", "self.cache = x"),
        "keeps x, and the slope y (1 - y) is worked out from it, as x (1 - x) in a famous text",
        "https://iamtrask.github.io/2015/07/12/basic-python-network/",
    ),
    HintCase(
        "04",
        "Sigmoid.forward",
        TWO_MASKS,
        "one of two exponentials in the case x < 0 has kept its minus",
        "https://stackoverflow.com/questions/51976461/optimal-way-of-defining-a-numerically-stable-"
        "sigmoid-function-for-a-list-in-pyth",
    ),
    HintCase(
        "04",
        "Tanh.backward",
        ("dy * (1 - y**2)", "dy - y**2"),
        "multiplied out, and dy is left out of the second term",
        SEEN,
    ),
    # 05
    HintCase(
        "05",
        "CrossEntropyWithLabels.forward",
        ("1e-12", "10e-12"),
        "ten to the power of -12 written as 10e-12, which is 1e-11",
        "https://stackoverflow.com/questions/40390129/what-does-e-in-1e-5-in-python-language-mean-"
        "and-what-is-the-name-of-this-notat",
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.forward",
        ("e / total[:, None]", "e / total"),
        "the sums are no column: right for one example",
        "https://xue-jishu.com/python-deeplearning-softmax-with-numpy",
    ),
    HintCase(
        "05",
        "CrossEntropyWithLabels.backward",
        ("-dy / p", "-dy / (p * len(y))"),
        "divided by the number of examples, though this layer takes no mean",
        GITHUB + "cutey-none/notes-for-deep-learning-from-scratch",
    ),
    HintCase(
        "05",
        "CrossEntropyLoss.backward",
        LABELS_SAY_HOW_MANY,
        "the one-hot rows have as many columns as the largest label says, not one for each class",
        "https://newbe.dev/convert-array-of-indices-to-1-hot-encoded-numpy-array",
    ),
    HintCase(
        "05",
        "Softmax.backward",
        PRODUCT_TAKEN_OUT,
        "dy * y got a name, and the factor y before the sum is lost",
        SEEN,
    ),
    # 06
    HintCase(
        "06",
        "BCEWithLogitsLoss.forward",
        ("np.log1p(np.exp(-np.abs(y)))", "np.log1p(1 + np.exp(-np.abs(y)))"),
        "log1p takes the logarithm of 1 + a, and is given 1 + a: the 1 counts twice",
        SEEN,
    ),
    HintCase(
        "06",
        "SquaredError.forward",
        PRODUCT_WITH_ITSELF,
        "the product of the differences with themselves, whose first row is right for one example",
        SEEN,
    ),
    HintCase(
        "06",
        "BinaryCrossEntropy.forward",
        LOGARITHMS_CLAMPED,
        "cuts the logarithms off at -100, as PyTorch does, not the probabilities at 1e-12",
        "https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html",
    ),
    HintCase(
        "06",
        "MeanError.backward",
        ("np.full(n, dy / n)", "np.full_like(inner_cache, dy / n)"),
        "an array of the shape of what the error layer keeps, not one number for each error",
        SEEN,
    ),
    HintCase(
        "06",
        "BCEWithLogitsLoss.forward",
        SIGNS_FOR_TARGETS,
        "one term with signs for targets: the exponential overflows where the score is very wrong",
        "https://fa.bianp.net/blog/2019/evaluate_logistic/",
    ),
    # 07
    HintCase(
        "07",
        "Share.backward",
        ("np.sum(dy * y, axis=1, keepdims=True)", "y * np.sum(dy, axis=1, keepdims=True)"),
        "y_k read as y_j, and taken out of the sum: right for the first number of the example",
        SEEN,
    ),
    HintCase(
        "07",
        "relative_error",
        ("np.max(np.abs([a, b]))", "np.max(np.abs(b))"),
        "divides by the largest number of b alone, which is the same in the example",
        "https://numpy.org/doc/stable/reference/generated/numpy.isclose.html",
    ),
    HintCase(
        "07",
        "numeric_gradient",
        STEP_GROWS_WITH_X,
        "the step is h times the number itself, and so 0 at 0",
        "https://latticeqcd.github.io/AnalysisToolbox/glossary/latqcdtools.math.num_deriv.html",
    ),
    HintCase(
        "07",
        "gradient_error",
        ("size=y.shape", "size=x.shape"),
        "dy gets the shape of the input: right for layers that do not change the shape",
        SEEN,
    ),
    HintCase(
        "07",
        "numeric_gradient",
        NUDGED_FROM_WHERE_IT_IS,
        "a helper goes down from the nudged number, so it measures f(x + h) - f(x)",
        SEEN,
    ),
    # 08
    HintCase(
        "08",
        "Dense.forward",
        ("self.linear.cache, self.bias.cache, self.activation.cache", "x, z, a"),
        "keeps the inputs of the three layers, not their caches",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.backward",
        UNPACKED_ONLY,
        "the caches are unpacked into three names, but put back into no layer",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.backward",
        NAMES_WITH_THE_LAYER,
        "the gradients are called linear.w and bias.b, as in a state_dict",
        "https://d2l.smola.org/slides/pytorch/chapter_builders-guide/parameters.html",
    ),
    HintCase(
        "08",
        "Dense.__init__",
        ARRAYS_FOR_INITIALIZERS,
        "the initializers are called, as in Bias, and their arrays handed on in their place",
        SEEN,
    ),
    HintCase(
        "08",
        "Dense.backward",
        ONE_LOOP,
        "one loop for three layers: these go backwards, but their caches forwards",
        SEEN,
    ),
    # 09
    HintCase(
        "09",
        "Sequential.backward",
        ("layer.cache = cache", "self.cache = cache"),
        "puts the cache back into the chain, not into the layer",
        SEEN,
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        PLACE_AMONG_THE_LEARNED,
        "counts only layers with parameters: right where all layers have some",
        SEEN,
    ),
    HintCase(
        "09",
        "Sequential.forward",
        LIST_OF_ACTIVATIONS,
        "keeps x and all outputs, as a famous book does, not the caches of the layers",
        GITHUB + "KenKaiZhang/Notes",
    ),
    HintCase(
        "09",
        "count_parameters",
        OWN_AND_CHILDREN,
        "goes into the children itself, and counts a shared one twice",
        GITHUB + "sksq96/pytorch-summary/issues/201",
    ),
    HintCase(
        "09",
        "Sequential.merge_gradients",
        SHORT_NAME_LOOKED_UP,
        "stores by the long name and looks up by the short one, so nothing is ever added",
        SEEN,
    ),
    # 10
    HintCase(
        "10",
        "Momentum.update",
        LAST_TWO_GRADIENTS,
        "a share of the last gradient, not of the last velocity: right for two steps",
        "https://stats.stackexchange.com/questions/299920",
    ),
    HintCase(
        "10",
        "Adam.update",
        CORRECTED_WITHOUT_T,
        "the corrections have no power t: right for the first step",
        GITHUB + "eriklindernoren/ML-From-Scratch/issues/35",
    ),
    HintCase(
        "10",
        "Adam.update",
        CORRECTION_IN_THE_RATE,
        "the corrections stand in the learning rate, as in TensorFlow, so eps counts for more",
        GITHUB + "tensorflow/tensorflow/issues/9047",
    ),
    HintCase(
        "10",
        "SGD.update",
        ("self.lr * dw", "self.lr / len(dw) * dw"),
        "the step is divided by a batch size, as in a famous book, but dw has the rows of w",
        GITHUB + "twixt7-sys/project_neurNet",
    ),
    HintCase(
        "10",
        "Momentum.update",
        ZEROS_STAY,
        "the new velocity gets the name v, but state keeps the zeros",
        GITHUB + "keras-team/keras/issues/7502",
    ),
]
