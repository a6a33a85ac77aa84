"""The first set, over exercises 01 to 17: from public questions and repositories."""

from hint_cases.case import FORUM, GITHUB, HintCase

ENCODED = """
p, labels = self.cache
onehot = np.zeros_like(p)
onehot[np.arange(len(p)), labels] = 1
dx = dy * (p * onehot - onehot) / len(p)
"""
RECURSIVE = """
if tensor.step is None:
    tensor.grad = dy if tensor.grad is None else tensor.grad + dy
    return
for x, dx in tensor.step.backward(dy):
    backward(x, dx)
"""
PREORDER = """
tensors = []
def visit(one):
    if one in tensors:
        return
    tensors.append(one)
    for x in one.step.inputs if one.step else []:
        visit(x)
visit(tensor)
"""
SHUFFLED = """
import random
pairs = np.column_stack([x, y])
if shuffle:
    random.shuffle(pairs)
for start in range(0, len(x), batch_size):
    part = pairs[start : start + batch_size]
    yield part[:, :-1], part[:, -1]
"""
PADDED = """
rows = (x.shape[2] - size) / stride + 1
columns = (x.shape[3] - size) / stride + 1
windows = np.zeros((*x.shape[:2], rows, columns, size, size))
for r in range(rows):
    for c in range(columns):
        top, left = r * stride, c * stride
        windows[:, :, r, c] = x[:, :, top : top + size, left : left + size]
"""
TOO_FEW = """
rows, columns = (x.shape[2] - size + 1) // stride, (x.shape[3] - size + 1) // stride
windows = np.zeros((*x.shape[:2], rows, columns, size, size))
for r in range(rows):
    for c in range(columns):
        top, left = r * stride, c * stride
        windows[:, :, r, c] = x[:, :, top : top + size, left : left + size]
"""
PATIENCE = """
epoch = len(losses) - 1
if epoch == 0:
    self.waited = 0
if losses[-1] < self.best - self.min_delta:
    self.best, self.best_epoch = losses[-1], epoch
    self.kept = [p.data.copy() for p in model.parameters()]
else:
    self.waited += 1
return self.waited >= self.patience
"""
ONE_SIDED = """
gradient = np.zeros(x.shape)
fx = f(x)
for place in np.ndindex(x.shape):
    kept = x[place]
    x[place] = kept + h
    gradient[place] = np.sum(dy * (f(x) - fx)) / h
    x[place] = kept
"""
NOT_PUT_BACK = """
gradient = np.zeros(x.shape)
for place in np.ndindex(x.shape):
    x[place] += h
    up = np.sum(dy * f(x))
    x[place] -= h
    down = np.sum(dy * f(x))
    gradient[place] = (up - down) / (2 * h)
"""
SHARED_ROWS = """
for layer, cache in zip(self.layers, self.cache):
    layer.cache = cache
    dy, layer_grads = layer.backward(dy)
    self.merge_gradients(layer, layer_grads, grads)
"""
ITERATORS = """
layers, caches = reversed(self.layers), reversed(self.cache)
for k in range(len(self.layers)):
    layers[k].cache = caches[k]
    dy, layer_grads = layers[k].backward(dy)
    self.merge_gradients(layers[k], layer_grads, grads)
"""
UPDATES_FIRST = """
x = self.cache
dw = x.T @ dy
self.w.data -= 0.01 * dw
dx = dy @ self.w.data.T
"""
BIASED = """
t = state["t"] = state.get("t", 0) + 1
m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
"""
WALKS = """
if not dys[0]:
    return [None] * len(self.in_features_list), {}
dxs, grads = [None] * len(self.in_features_list), {}
for (i, j), cache in self.cache.items():
    block = self.cells[i, j]
    block.cache = cache
    dx, block_grads = block.backward(dys[j])
    dxs[i] = dx if dxs[i] is None else dxs[i] + dx
    self.merge_gradients(block, block_grads, grads)
return dxs, grads
"""

CASES = [
    # 01
    HintCase("01", "center", ("x.mean(axis=0)", "x.mean(dim=0)"), "PyTorch's word for axis",
             GITHUB + "zhanghuiyao/tutorials"),
    HintCase("01", "MatMul.backward", "a, b = self.cache\nda = np.dot(dy, b)\ndb = np.dot(a, dy)",
             "nothing is transposed", "https://thinbug.com/q/38646127"),
    HintCase("01", "Add.backward", ("db = unbroadcast(dy, b_shape)", "db = dy"),
             "the gradient of what was broadcast is not summed",
             GITHUB + "jimfleming/differentiation/issues/1"),
    HintCase("01", "unbroadcast", "while dy.ndim > len(shape):\n    dy = dy.sum(axis=0)",
             "stretched axes are not summed", GITHUB + "pytorch/pytorch/issues/1787"),
    HintCase("01", "MatMul.forward", "self.cache = a, b\ny = a * b", "* in the place of @",
             FORUM + "course-1-week-2-exercise-5-propagate/119220"),
    # 02
    HintCase("02", "Bias.backward", "dx = dy\ndb = np.mean(dy, axis=1)",
             "a mean, over the wrong axis", GITHUB + "kvfrans/notes/issues/5"),
    HintCase("02", "Bias.backward", "dx = dy\ndb = np.sum(dy)", "one sum for all features",
             GITHUB + "rasbt/stat453-deep-learning-ss21/issues/5"),
    HintCase("02", "Bias.backward", "dx = dy\ndb = np.sum(dy, axis=0, keepdims=True)",
             "keepdims where no axis may stay", GITHUB + "guevara/read-it-later/issues/7332"),
    HintCase("02", "Bias.forward", "y = x", "b is forgotten",
             GITHUB + "Kulbear/deep-learning-coursera/pull/48"),
    HintCase("02", "Bias.backward", "dx = dy\nself.db = np.sum(dy, axis=0)\ndb = self.b.grad",
             "the gradient is put elsewhere, and None is returned",
             "https://solvewithpython.com/neural-net-template/"
             "building-a-neural-network-template-in-python-gradients-and-the-backward-pass"),
    # 03
    HintCase("03", "Linear.backward", ("x.T @ dy", "x.T @ dy / len(x)"), "a mean for the sum",
             GITHUB + "andersbll/nnet/issues/4"),
    HintCase("03", "Linear.backward", ("x.T @ dy", "dy.T @ x"), "dw is turned",
             "https://thinbug.com/q/38646127"),
    HintCase("03", "Linear.backward", ("x.T @ dy", "x * dy"), "* in the place of @",
             FORUM + "building-your-deep-neural-network-step-by-step-error-debugging/674897/8"),
    HintCase("03", "Linear.backward", UPDATES_FIRST, "the weights are changed in backward",
             GITHUB + "Bot-Academy/NeuralNetworkFromScratch/pull/3"),
    HintCase("03", "Linear.forward", "y = x @ self.weights", "a name that the layer does not have",
             GITHUB + "Sentdex/NNfSiX/issues/122"),
    HintCase("03", "Linear.forward", "self.cache = x\ny = x @ w.data", "self is missing",
             GITHUB + "XudongLinthu/context-gated-convolution/issues/3"),
    HintCase("03", "Linear.backward", ("self.w.data.T", "self.w.data.T / len(x)"),
             "dx is divided by the batch",
             FORUM + "course-1-week-3-planar-assignment-4-5-exercise-6-backward-propagation-error"
             "-for-dw1-values/63071"),
    # 04
    HintCase("04", "ReLU.forward", "self.cache = x > 0\ny = x if x > 0 else 0",
             "the truth of an array",
             "https://whosebug.com/question/6393650/ValueError-with-ReLU-function-in-python"),
    HintCase("04", "ReLU.backward", "dx = self.cache * 1.0", "dy is forgotten",
             GITHUB + "haifengl/smile/issues/528"),
    HintCase("04", "ReLU.forward", "x[x <= 0] = 0\nself.cache = x > 0\ny = x",
             "x is changed in place",
             "https://python.19633.com/ja/python-tag-10/NumPy-10/1010049500.html"),
    HintCase("04", "Sigmoid.backward", "y = self.cache\ns = 1 / (1 + np.exp(-y))\n"
             "dx = dy * s * (1 - s)", "the function is applied a second time",
             GITHUB + "rasmusbergpalm/DeepLearnToolbox/issues/165"),
    HintCase("04", "Sigmoid.forward", ("self.cache = y", "self.cache = x"),
             "x (1 - x), with the input for the output",
             GITHUB + "PacktPublishing/Neural-Network-Projects-with-Python/issues/4"),
    HintCase("04", "Tanh.backward", "y = self.cache\ndx = dy * y",
             "the function itself in the place of its slope", GITHUB + "andersbll/nnet/issues/4"),
    HintCase("04", "Sigmoid.forward", "y = 1 / (1 + np.exp(-x))\nself.cache = y", "exp overflows",
             GITHUB + "harvard-edge/cs249r_book/pull/1870"),
    # 05
    HintCase("05", "Softmax.forward", ("np.max(x, axis=1, keepdims=True)", "np.max(x)"),
             "one maximum for all rows",
             "https://shusei-e.github.io/deep%20learning/softmax_without_overflow/"),
    HintCase("05", "Softmax.forward", ("np.sum(e, axis=1, keepdims=True)", "e.sum()"),
             "one sum for all rows", GITHUB + "apache/singa/pull/540"),
    HintCase("05", "Softmax.forward", ("np.sum(e, axis=1, keepdims=True)", "np.sum(e, axis=0)"),
             "the sum of the columns", GITHUB + "dpilger26/NumCpp/issues/57"),
    HintCase("05", "Softmax.backward", "y = self.cache\ndx = dy * y * (1 - y)",
             "the diagonal of the Jacobian only",
             GITHUB + "RoboticsClubIITJ/ML-DL-implementation/pull/153"),
    HintCase("05", "CrossEntropyLoss.backward", ("dy * dx / len(p)", "dy * dx / len(p) / len(p)"),
             "divided by n twice", GITHUB + "tech-srl/code2seq/pull/9"),
    HintCase("05", "CrossEntropyLoss.backward", ("dy * dx / len(p)", "dy * dx"),
             "not divided by n", GITHUB + "jxgu1016/MNIST_center_loss_pytorch/issues/9"),
    HintCase("05", "CrossEntropyLoss.backward", ENCODED, "the other classes get nothing",
             "https://huggingface.co/datasets/nvidia/Nemotron-CC-Math-v1 (Softmax Derivative "
             "\"Staged Computation\", r/cs231n)"),
    HintCase("05", "CrossEntropyWithLabels.forward",
             ("np.maximum(y[np.arange(len(y)), labels], 1e-12)",
              "np.clip(y, 1e-7, 1 - 1e-7)[range(len(y)), labels]"),
             "another floor, and a ceiling", GITHUB + "shiv314/Data-Science-from-scratch"),
    # 06
    HintCase("06", "SquaredError.backward", ("2 * self.cache", "self.cache"), "the 2 is missing",
             GITHUB + "SethHWeidman/DLFS_code/issues/9"),
    HintCase("06", "SquaredError.backward", ("2 * self.cache", "-2 * self.cache"),
             "the sign is that of the target's gradient",
             GITHUB + "vzhou842/neural-network-from-scratch/issues/2"),
    HintCase("06", "SquaredError.forward", ("np.sum(self.cache**2, axis=1)",
             "np.sqrt(np.sum(self.cache**2, axis=1))"), "a root too many",
             GITHUB + "fastai/fastbook/pull/327"),
    HintCase("06", "MeanError.backward", "dy_errors = np.full(n, dy)", "the mean is forgotten",
             GITHUB + "davharris/mistnet/issues/33"),
    HintCase("06", "BinaryCrossEntropy.forward", ("np.log(np.maximum(1 - y, self.floor))",
             "np.log(1 - y)"), "log of 0", "https://forums.fast.ai/t/cross-entropy-error-log-1-1-inf/1441"),
    HintCase("06", "BinaryCrossEntropy.forward", ("error = -np.sum", "error = np.sum"),
             "the minus is missing", GITHUB + "mbadry1/DeepLearning.ai-Summary/pull/174"),
    HintCase("06", "BCEWithLogitsLoss.forward",
             ("np.maximum(y, 0) - target * y + np.log1p(np.exp(-np.abs(y)))",
              "np.log(1 + np.exp(y)) - target * y"), "exp overflows",
             GITHUB + "borgwang/tinynn/pull/7"),
    # 07
    HintCase("07", "numeric_gradient", ONE_SIDED, "a difference to one side",
             "http://scipy.github.io/devdocs/reference/generated/scipy.optimize.check_grad.html"),
    HintCase("07", "numeric_gradient", NOT_PUT_BACK, "nudged to one side, halved, not put back",
             "http://wang.works/portfolio/code/grad_check.html"),
    HintCase("07", "numeric_gradient", ("kept = x[place]", "kept, x = x[place], x.copy()"),
             "a copy is nudged", GITHUB + "HomericIntelligence/Odyssey/pull/2089"),
    HintCase("07", "relative_error", "error = np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + "
             "np.abs(b)))", "number by number, with a sum below",
             "http://wang.works/portfolio/code/grad_check.html"),
    HintCase("07", "gradient_error", ("np.random.default_rng(0).normal(size=y.shape)",
             "np.ones_like(y)"), "dy is all ones",
             GITHUB + "HomericIntelligence/Odyssey/issues/2018"),
    # 08
    HintCase("08", "Dense.backward", ("da, _ = self.activation.backward(dy)", "da = dy"),
             "the slope of the activation is forgotten",
             GITHUB + "Bot-Academy/NeuralNetworkFromScratch/pull/3"),
    HintCase("08", "Dense.forward", ("y = self.activation.forward(a)",
             "y = self.activation.forward(self.activation.forward(a))"),
             "the activation is applied twice", GITHUB + "liashchynskyi/skynet/pull/1"),
    HintCase("08", "Dense.backward", ("self.linear.backward(dz)", "self.linear.backward(dy)"),
             "the wrong gradient goes to the linear layer",
             FORUM + "w3-ex-6-assertionerror-wrong-values-for-dw1/402919"),
    HintCase("08", "Dense.forward", "self.x = x\nself.z = self.bias.forward(self.linear.forward(x))"
             "\ny = self.activation.forward(self.z)", "kept in attributes, not in the cache",
             "https://solvewithpython.com/neural-net-template/"
             "building-a-neural-network-template-in-python-gradients-and-the-backward-pass"),
    # 09
    HintCase("09", "Sequential.backward", ITERATORS, "reversed() is no list",
             GITHUB + "apache/singa/pull/293"),
    HintCase("09", "Sequential.backward", SHARED_ROWS, "backward goes forward",
             GITHUB + "yuyangJin/PerFlow-AI/pull/38"),
    HintCase("09", "Sequential.merge_gradients",
             ("grads[full] + gradient if full in grads else gradient", "gradient"),
             "= in the place of +=", GITHUB + "karpathy/nn-zero-to-hero/issues/52"),
    HintCase("09", "count_parameters", "number = 0\nfor layer in module.children().values():\n"
             "    number += sum(p.data.size for p in layer.parameters())\n"
             "number = number or sum(p.data.size for p in module.parameters())",
             "a shared layer is counted twice", GITHUB + "sksq96/pytorch-summary/issues/37"),
    # 10
    HintCase("10", "SGD.update", "w = w - self.lr * dw", "a new array, which nobody sees",
             GITHUB + "jimfleming/differentiation/issues/1"),
    HintCase("10", "Momentum.update", ('state.get("v", 0.0) + dw', 'state.get("v", 0.0) - dw'),
             "the velocity has the other sign",
             GITHUB + "fchollet/deep-learning-with-python-notebooks/issues/19"),
    HintCase("10", "Momentum.update", 'state["v"] = np.zeros_like(w)\nstate["v"] = self.momentum * '
             'state["v"] + dw\nw -= self.lr * state["v"]', "the memory is emptied at every step",
             GITHUB + "kozistr/pytorch_optimizer/pull/516"),
    HintCase("10", "Momentum.update", 'v = self.momentum * state.get("v", dw) + self.lr * dw\n'
             'state["v"] = v\nw -= v', "v begins with the gradient, not with 0",
             GITHUB + "zc911/MatrixSlow/pull/17"),
    HintCase("10", "Adam.update", ("m / (1 - beta1**t), v / (1 - beta2**t)",
             "m / (1 - beta1), v / (1 - beta2)"), "the correction has no power t",
             GITHUB + "eriklindernoren/ML-From-Scratch/issues/35"),
    HintCase("10", "Adam.update", ("m / (1 - beta1**t), v / (1 - beta2**t)",
             "m * (1 - beta1**t), v * (1 - beta2**t)"), "multiplied, not divided",
             GITHUB + "karpathy/convnetjs/pull/70"),
    HintCase("10", "Adam.update", BIASED + 'm = state["m"] = m / (1 - beta1**t)\n'
             'v = state["v"] = v / (1 - beta2**t)\nw -= self.lr * m / (np.sqrt(v) + self.eps)',
             "the corrected mean is kept, and corrected again",
             GITHUB + "frgfm/holocron/issues/1"),
    # 11
    HintCase("11", "batches", SHUFFLED, "random.shuffle repeats rows of an array",
             GITHUB + "mnielsen/neural-networks-and-deep-learning/issues/50"),
    HintCase("11", "batches", ("range(0, len(x), batch_size)",
             "range(0, len(x) - batch_size + 1, batch_size)"), "the smaller last batch is dropped",
             GITHUB + "jadore801120/attention-is-all-you-need-pytorch/pull/14"),
    HintCase("11", "train_epoch", ("        total += float(value.data) * len(batch_x)\n"
             "        count += len(batch_x)", "        total += float(value.data)\n"
             "        count += 1"), "the mean over batches",
             GITHUB + "https-deeplearning-ai/tensorflow-3/issues/3"),
    HintCase("11", "train_epoch", ("        optimizer.zero_grad()\n", ""), "zero_grad is forgotten",
             GITHUB + "IBM/aihwkit/issues/446"),
    HintCase("11", "train_epoch", ("        optimizer.zero_grad()\n        value.backward()",
             "        value.backward()\n        optimizer.zero_grad()"),
             "cleared before the step", GITHUB + "bytetriper/RAE/issues/67"),
    HintCase("11", "EarlyStopping.__call__", ("p.data.copy()", "p.data"), "no copies are kept",
             GITHUB + "SMART-Lab/smartlearner/pull/76"),
    HintCase("11", "EarlyStopping.__call__", PATIENCE, "the patience is not renewed",
             GITHUB + "modelscope/ms-swift/pull/5326"),
    HintCase("11", "fit", ("            break\n    if early_stopping is not None:\n"
             "        early_stopping.restore(model)",
             "            early_stopping.restore(model)\n            break"),
             "restored only where it stopped early",
             GITHUB + "tensorflow/tensorflow/issues/35634"),
    HintCase("11", "train_epoch", ("return total / count", "return float(value.data)"),
             "the loss of the last batch", GITHUB + "numaproj/numalogic/issues/53"),
    # 12
    HintCase("12", "Dropout.backward", "dx = dy / (1 - self.p)", "the mask is not used",
             GITHUB + "ddbourgin/numpy-ml/issues/94"),
    HintCase("12", "Dropout.forward", (" >= self.p) / (1 - self.p)", " >= self.p) * 1.0"),
             "what is left is not scaled", GITHUB + "tinygrad/tinygrad/pull/170"),
    HintCase("12", "Dropout.forward", (" >= self.p) / (1 - self.p)", " < self.p) / self.p"),
             "p is taken for the share that is kept",
             GITHUB + "leonardoaraujosantos/DLMatFramework/issues/2"),
    HintCase("12", "Dropout.forward", ("mask = 1.0\n", "mask = 1 - self.p\n"),
             "scaled in evaluation too",
             "https://ghc.moz.qzz.io/Angel-ML/mlcore/issues/5"),
    HintCase("12", "SGD.step", ("p.grad + self.weight_decay", "p.grad - self.weight_decay"),
             "the decay has the other sign", GITHUB + "andersbll/nnet/issues/4"),
    HintCase("12", "SGD.step", ("p.grad + self.weight_decay", "p.grad + 2 * self.weight_decay"),
             "2 times the decay", GITHUB + "jingtinghuang/CS231n-Spring-2017/issues/3"),
    HintCase("12", "penalty", ("strength / 2 * squares", "strength / 2 * squares**0.5"),
             "a root too many", GITHUB + "google-deepmind/dm-haiku/pull/178"),
    # 13
    HintCase("13", "Sequential2D.backward_list", WALKS, "the truth of an array",
             "https://qastack.mx/programming/10062954"),
    HintCase("13", "Sequential2D.backward_list",
             ("dx if dxs[i] is None else dxs[i] + dx", "dx"), "= in the place of +=",
             GITHUB + "karpathy/nn-zero-to-hero/issues/52"),
    HintCase("13", "Sequential2D.forward_list", ("y if ys[j] is None else ys[j] + y", "y"),
             "nothing is added where two meet", GITHUB + "znxlwm/UGATIT-pytorch/issues/32"),
    # 14
    HintCase("14", "Iterated.backward", ("for cache in reversed(self.cache)",
             "for cache in self.cache"), "the steps are walked in order",
             GITHUB + "VikParuchuri/zero_to_gpt/issues/9"),
    HintCase("14", "Iterated.backward",
             ("grads[full] + gradient if full in grads else gradient", "gradient"),
             "= in the place of +=", GITHUB + "karpathy/nn-zero-to-hero/issues/52"),
    # 15
    HintCase("15", "paste", ("r * stride, c * stride", "r, c"), "the stride is forgotten",
             GITHUB + "enggen/Deep-Learning-Coursera/issues/7"),
    HintCase("15", "paste", ("+= windows", "= windows"), "overlaps are overwritten",
             GITHUB + "devitocodes/joey/pull/5"),
    HintCase("15", "cut", PADDED, "a size that is a fraction",
             "https://blog.youkuaiyun.com/qq_29547673/article/details/90237295"),
    HintCase("15", "cut", TOO_FEW, "a window too few",
             "https://hemant9807.blogspot.com/2020/12/convolutional-layer-in-python-using.html"),
    HintCase("15", "MaxPool2d.forward", ("np.arange(self.size * self.size) == best[..., None]",
             "flat == np.max(flat, axis=-1, keepdims=True)"), "all equal numbers win",
             GITHUB + "mni-ml/framework/pull/22"),
    HintCase("15", "Conv2d.backward", ("np.sum(dy, axis=(0, 2, 3))", "np.sum(dy, axis=(0, 1, 2))"),
             "summed over other axes", GITHUB + "snuspl/cruise/issues/800"),
    # 16
    HintCase("16", "backward", RECURSIVE, "a walk for every path",
             GITHUB + "karpathy/micrograd/pull/64"),
    HintCase("16", "tape", PREORDER, "in the order of a walk",
             GITHUB + "karpathy/micrograd/issues/96"),
    HintCase("16", "backward", ("one.grad = arrived if one.grad is None else one.grad + arrived",
             "one.grad += arrived"), "None is added to",
             GITHUB + "karpathy/nn-zero-to-hero/issues/52"),
    HintCase("16", "Multiply.backward", "da = dy * b\ndb = dy * a", "not summed back",
             GITHUB + "pytorch/pytorch/issues/13669"),
    HintCase("16", "Multiply.backward", ("sum_to(dy * b, a.shape)", "sum_to(dy * a, a.shape)"),
             "a and b are exchanged", GITHUB + "karpathy/nn-zero-to-hero/issues/52"),
    # 17
    HintCase("17", "total_parameters", "return sum(p.data.size for layer in model for p in "
             "layer.parameters())", "a shared layer is counted twice",
             GITHUB + "sksq96/pytorch-summary/issues/201"),
    HintCase("17", "seconds", "times = []\nfor _ in range(repeats):\n"
             "    start = time.perf_counter()\n    function()\n"
             "    times.append(time.perf_counter() - start)\nreturn sum(times) / repeats",
             "no warm-up, and a mean", GITHUB + "google/benchmark/issues/1130"),
    HintCase("17", "total_multiply_adds", "total = 0\nfor p in model.parameters():\n"
             "    if p.data.ndim == 2:\n        total += n * p.data.size\nreturn total",
             "what runs twice costs twice", GITHUB + "pytorch/torchtitan/pull/3225"),
]  # fmt: skip
