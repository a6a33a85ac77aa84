"""What five different students write wrong in each of the exercises 11 to 20.

Their author saw what students see, and the solutions; nothing was run against the checks. The five
are, in this order: a beginner who copies lines, one from PyTorch, TensorFlow or JAX, one from
Matlab, R, Excel or the paper, one with a wrong idea, and a strong one who is in a hurry. Most
mistakes are rewritten from public questions and repositories; the others were seen in teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

SEEN = "teaching experience"

# 11
AS_MANY_PARTS_AS_FIT = """
order = nn.backend.generator().permutation(len(x)) if shuffle else np.arange(len(x))
for part in np.array_split(order, len(x) // batch_size):
    yield x[part], y[part]
"""
OVER_THE_LOADER = """
model.train()
running_loss = 0.0
for inputs, labels in data:
    optimizer.zero_grad()
    outputs = model(nn.Tensor(inputs))
    batch_loss = loss(outputs, labels)
    batch_loss.backward()
    optimizer.step()
    running_loss += float(batch_loss.data) * len(inputs)
return running_loss / len(data)
"""
ONE_WALK_FOR_ALL_EPOCHS = """
history = {"loss": []}
if validation is not None:
    history["validation_loss"] = []
data = batches(x, y, batch_size)
for epoch in range(epochs):
    history["loss"].append(train_epoch(model, data, loss, optimizer))
    if validation is not None:
        x_val, y_val = validation
        history["validation_loss"].append(measure(model, x_val, y_val, loss))
    if early_stopping is not None and early_stopping(model, history):
        break
if early_stopping is not None:
    early_stopping.restore(model)
return history
"""
SMALLEST_OF_ALL = """
self.best_epoch = int(np.argmin(losses))
self.best = losses[self.best_epoch]
waited = len(losses) - 1 - self.best_epoch
if waited == 0:
    self.kept = [p.data.copy() for p in model.parameters()]
return waited >= self.patience
"""
# 12
BACK_TO_TRAINING = """
model.eval()
output = model(x)
model.train()
return output
"""
SUM_OF_NORMS = """
l2_reg = 0.0
for p in parameters:
    l2_reg += np.linalg.norm(p.data)
return float(strength / 2 * l2_reg)
"""
AS_IN_THE_PAPER = """
if self.training:
    mask = nn.backend.generator().random(x.shape) >= self.p
else:
    mask = 1 - self.p
self.cache = mask
y = x * mask
"""
NOTHING_TO_KEEP_IN_USE = """
if self.training:
    keep = nn.backend.generator().random(x.shape) >= self.p
    self.cache = keep / (1 - self.p)
    y = x * self.cache
else:
    y = x
"""
DECAYS_THE_GRADIENT_IN_PLACE = """
for p in self.parameters:
    if p.grad is not None:
        p.grad += self.weight_decay * p.data
        p.data -= self.lr * p.grad
"""
# 13
ZEROS_AS_LARGE_AS_LIKE = """
all_parts = []
for part in parts:
    if part is None:
        part = np.zeros_like(like)
    all_parts.append(part)
return np.concatenate(all_parts, axis=1)
"""
MATRIX_TIMES_COLUMN = """
ys = [None] * len(self.out_features_list)
self.cache = {}
for (i, j), block in self.cells.items():
    if xs[j] is not None:
        y = block(xs[j])
        self.cache[i, j] = block.cache
        if ys[i] is None:
            ys[i] = y
        else:
            ys[i] = ys[i] + y
return ys
"""
ALL_BLOCKS_GO_BACK = """
dxs = [None] * len(self.in_features_list)
grads = {}
for (i, j), block in self.cells.items():
    if dys[j] is None:
        continue
    block.cache = self.cache[i, j]
    dx, block_grads = block.backward(dys[j])
    self.merge_gradients(block, block_grads, grads)
    dxs[i] = dx if dxs[i] is None else dxs[i] + dx
return dxs, grads
"""
CACHES_AT_THE_END = """
ys = [None] * len(self.out_features_list)
for (i, j), block in self.cells.items():
    if xs[i] is not None:
        y = block(xs[i])
        ys[j] = y if ys[j] is None else ys[j] + y
self.cache = {(i, j): b.cache for (i, j), b in self.cells.items() if xs[i] is not None}
return ys
"""
# 14
FROM_THE_LAST_TO_ONE = """
grads = {}
for t in range(self.steps, 0, -1):
    self.model.cache = self.cache[t]
    dy, step_grads = self.model.backward(dy)
    for name in step_grads:
        full = "model." + name
        if full in grads:
            grads[full] = grads[full] + step_grads[name]
        else:
            grads[full] = step_grads[name]
return dy, grads
"""
EACH_STEP_HEARS_THE_END = """
grads = {}
for cache in reversed(self.cache):
    self.model.cache = cache
    dx, step_grads = self.model.backward(dy)
    for name, gradient in step_grads.items():
        grads["model." + name] = grads.get("model." + name, 0) + gradient
return dx, grads
"""
ROWS_OF_THE_CALLER = """
sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]
types = list(cfg["block_types"])
for row in types:
    row.insert(0, None)
types.append([None] * len(sizes))
types[0][0] = "Identity"
return {"in_features_list": sizes, "out_features_list": sizes, "block_types": types}
"""
# 15
PLACE_BY_PLACE = """
for r in range(rows):
    for c in range(columns):
        x[:, :, r : r + size, c : c + size] += windows[:, :, r, c]
"""
# 16
BUILD_TOPO = """
tensors, visited = [], set()

def build(v):
    if v not in visited:
        visited.add(v)
        if v.step is not None:
            for child in v.step.inputs:
                build(child)
        tensors.append(v)

build(tensor)
tensors.reverse()
"""
ALL_AXES_AT_ONCE = """
added = tuple(range(dy.ndim - len(shape)))
stretched = tuple(i for i, size in enumerate(shape) if size == 1)
dx = dy.sum(axis=added + stretched, keepdims=True).reshape(shape)
"""
# 17
EACH_LAYER_GETS_X = """
weights = sum(p.data.nbytes for p in model.parameters())
gradients = sum(p.data.nbytes for p in model.parameters() if p.requires_grad)
activations = 0
for layer in model:
    activations += layer(x).nbytes
return {
    "weights": weights,
    "gradients": gradients,
    "optimizer": slots * gradients,
    "activations": activations,
}
"""
ONLY_TRAINABLE = """
return sum(p.data.size for p in model.parameters() if p.requires_grad)
"""
AVERAGE_TIME = """
function()
tic = time.perf_counter()
for _ in range(repeats):
    function()
toc = time.perf_counter()
return (toc - tic) / repeats
"""
EACH_MATRIX_ONCE = """
return sum(n * p.data.size for p in model.parameters() if p.data.ndim == 2)
"""
AS_WIDE_AS_ALLOWED = """
hidden = 6000 // (64 + 10)
return nn.Sequential(nn.Dense(64, hidden, "relu"), nn.Dense(hidden, 10))
"""
# 18
TIME_FIRST = """
hs = [h0]
for t in range(len(x)):
    hs.append(np.tanh(x[t] @ self.w.data + hs[t] @ self.u.data + self.b.data))
self.cache = x, hs
y = np.stack(hs[1:])
"""
PRODUCTS_FROM_THE_FRONT = """
products = np.cumprod(forgets, axis=0)
dcs = np.concatenate([products[::-1] * dc, dc[None]])
"""
# 19
TRUE_IS_HIDDEN = """
mask = np.triu(np.ones((tokens, tokens)), k=1).astype(bool)
"""
MEAN_AND_S_ARE_CONSTANTS = """
z, s = self.cache
dx = dy * self.w.data / s
dw = np.sum((dy * z).reshape(-1, dy.shape[-1]), axis=0)
db = np.sum(dy.reshape(-1, dy.shape[-1]), axis=0)
"""
ONE_RESHAPE = """
n, heads, tokens, d = x.shape
y = x.reshape(n, tokens, heads * d)
"""
# 20
ALWAYS_THE_LIKELIEST = """
for _ in range(count):
    guess = np.argmax(model.forward(tokens)[:, -1], axis=-1)
    tokens = np.concatenate([tokens, guess[:, None]], axis=1)
"""
WITH_AT = """
dw = np.zeros_like(self.w.data)
dw = dw.at[self.cache].add(dy)
return None, {"w": dw}
"""
TWO_OPERATIONS_EACH = """
matrices = 2 * (blocks * 12 * width**2 + width * vocabulary)
attention = 2 * (blocks * 2 * tokens * width)
memory = blocks * 2 * tokens * width * size
cost = {"matrices": matrices, "attention": attention, "memory": memory}
"""
ONE_WAY_AROUND_ALL = """
layer = Residual(nn.Sequential(attend, out, up, down))
"""

CASES = [
    # 11
    HintCase(
        "11",
        "batches",
        AS_MANY_PARTS_AS_FIT,
        "array_split into n // k parts, as in the picture: the batches are larger than batch_size",
        "GitHub, code with np.array_split(X, len(X) // batch_size)",
    ),
    HintCase(
        "11",
        "train_epoch",
        OVER_THE_LOADER,
        "the losses are weighted with the batch sizes, and divided by the number of batches",
        GITHUB + "sotte/pytorch_tutorial/issues/10",
    ),
    HintCase(
        "11",
        "EarlyStopping.__call__",
        ("epoch = len(losses) - 1", "epoch = len(losses)"),
        "epochs are counted from 1, so best_epoch is one too large",
        SEEN,
    ),
    HintCase(
        "11",
        "fit",
        ONE_WALK_FOR_ALL_EPOCHS,
        "batches is called once, before the loop: the generator is used up after the first epoch",
        GITHUB + "skorch-dev/skorch/issues/1011",
    ),
    HintCase(
        "11",
        "EarlyStopping.__call__",
        SMALLEST_OF_ALL,
        "the best epoch by argmin: min_delta is not used",
        GITHUB + "cgarciae/ciclo/issues/11",
    ),
    # 12
    HintCase(
        "12",
        "predict",
        BACK_TO_TRAINING,
        "the model is always in training mode afterwards, not in the mode in which it was",
        GITHUB + "havakv/torchtuples/pull/9",
    ),
    HintCase(
        "12",
        "penalty",
        SUM_OF_NORMS,
        "the sum of the norms, which are roots, in place of the sum of the squares",
        "https://discuss.pytorch.org/t/how-does-one-implement-weight-regularization-l1-or-l2-"
        "manually-without-optimum/7951",
    ),
    HintCase(
        "12",
        "Dropout.forward",
        AS_IN_THE_PAPER,
        "as in the paper of 2014: not scaled in training, times 1 - p in use",
        FORUM + "inverted-dropout/12940/18",
    ),
    HintCase(
        "12",
        "Dropout.forward",
        NOTHING_TO_KEEP_IN_USE,
        "in evaluation mode nothing is kept: backward has no mask, or one from a training step",
        SEEN,
    ),
    HintCase(
        "12",
        "SGD.step",
        DECAYS_THE_GRADIENT_IN_PLACE,
        "the decay is added into p.grad itself, which must stay as it is",
        GITHUB + "pytorch/pytorch/issues/12218",
    ),
    # 13
    HintCase(
        "13",
        "join",
        ZEROS_AS_LARGE_AS_LIKE,
        "the zeros get the shape of `like`, not the number of columns that their size says",
        SEEN,
    ),
    HintCase(
        "13",
        "cut",
        "return np.split(x, sizes, axis=1)",
        "np.split takes the places of the cuts, not the sizes, as torch.split does",
        GITHUB + "geomstats/geomstats/issues/567",
    ),
    HintCase(
        "13",
        "Sequential2D.forward_list",
        MATRIX_TIMES_COLUMN,
        "a matrix times a column: block (i, j) takes x_j to y_i",
        SEEN,
    ),
    HintCase(
        "13",
        "Sequential2D.backward_list",
        ALL_BLOCKS_GO_BACK,
        "all blocks with a dy go back, also those that did not run, which have no cache",
        SEEN,
    ),
    HintCase(
        "13",
        "Sequential2D.forward_list",
        CACHES_AT_THE_END,
        "the caches are collected after the loop: a block in two places has only its last one",
        SEEN,
    ),
    # 14
    HintCase(
        "14",
        "skip_config",
        ("block_types[a][b - 1]", "block_types[a][b]"),
        "stage b is put into column b, which is stage b + 1",
        SEEN,
    ),
    HintCase(
        "14",
        "with_radius",
        ("np.max(np.abs(np.linalg.eigvals(w)))", "np.linalg.norm(w, 2)"),
        "the spectral norm, which is the largest singular value, not the spectral radius",
        GITHUB + "PoisotLab/EcologicalNetworks.jl/issues/147",
    ),
    HintCase(
        "14",
        "Iterated.backward",
        FROM_THE_LAST_TO_ONE,
        "T:-1:1 of Matlab: the caches are counted from 1",
        "https://codewithsundeep.com/discussion/solution/24377088",
    ),
    HintCase(
        "14",
        "Iterated.backward",
        EACH_STEP_HEARS_THE_END,
        "each step gets dy itself, not what the step after it hands back",
        GITHUB + "qixianbiao/RNN/issues/2",
    ),
    HintCase(
        "14",
        "square_config",
        ROWS_OF_THE_CALLER,
        "only the outer list is copied: insert writes into the rows of the config that came in",
        "http://joebergantine.com/blog/2015/sep/13/python-deep-copy-list-lists/",
    ),
    # 15
    HintCase(
        "15",
        "paste",
        PLACE_BY_PLACE,
        "the window of place (r, c) begins at pixel (r, c): the stride is forgotten",
        GITHUB + "enggen/Deep-Learning-Coursera/issues/7",
    ),
    HintCase(
        "15",
        "Flatten.forward",
        ("x.reshape(len(x), -1)", "x.flatten(1)"),
        "flatten(1) of PyTorch: NumPy's flatten takes an order, not an axis",
        GITHUB + "acvictor/DLT/issues/2",
    ),
    HintCase(
        "15",
        "Conv2d.forward",
        ("self.w.data, optimize", "self.w.data[:, :, ::-1, ::-1], optimize"),
        "the kernel is turned around, as conv2 of Matlab does it",
        "https://ch.mathworks.com/matlabcentral/answers/1753015-why-do-we-need-to-flip-kernel-"
        "before-using-conv2-in-cnn",
    ),
    HintCase(
        "15",
        "MaxPool2d.forward",
        (", fill=-np.inf", ""),
        "the border is filled with zeros, as for the convolution, and wins over negative numbers",
        GITHUB + "pytorch/pytorch/issues/41294",
    ),
    HintCase(
        "15",
        "cut",
        ("every[:, :, ::stride, ::stride]", "every[..., ::stride, ::stride]"),
        "the stride is taken along the last two axes, inside of the windows",
        SEEN,
    ),
    # 16
    HintCase(
        "16",
        "record",
        ("module.forward(*[x.data for x in inputs])", "module.forward(*inputs)"),
        "forward gets the Tensors, not their arrays, so a * b records itself again and again",
        SEEN,
    ),
    HintCase(
        "16",
        "tape",
        BUILD_TOPO,
        "build_topo of micrograd: it calls itself, and a long computation is too deep for it",
        GITHUB + "karpathy/micrograd/pull/90",
    ),
    HintCase(
        "16",
        "by_hand",
        ("np.sum(dh, axis=0)", "np.sum(dh)"),
        "sum of Matlab adds up each column, np.sum everything: db is one number",
        SEEN,
    ),
    HintCase(
        "16",
        "backward",
        (
            "one.grad = arrived if one.grad is None else one.grad + arrived",
            "one.grad = arrived",
        ),
        "a second backward replaces the grad of the leaves, and does not add to it",
        GITHUB + "karpathy/micrograd/issues/53",
    ),
    HintCase(
        "16",
        "sum_to",
        ALL_AXES_AT_ONCE,
        "the stretched axes are counted in `shape`, but summed in dy, which has more in front",
        GITHUB + "Theano/Theano/pull/2844",
    ),
    # 17
    HintCase(
        "17",
        "memory",
        EACH_LAYER_GETS_X,
        "each layer gets the batch, not what the layer before it gives",
        SEEN,
    ),
    HintCase(
        "17",
        "total_parameters",
        ONLY_TRAINABLE,
        "only the parameters that are learned are counted",
        "https://codemia.io/knowledge-hub/path/check_the_total_number_of_parameters_in_a_pytorch_"
        "model",
    ),
    HintCase(
        "17",
        "seconds",
        AVERAGE_TIME,
        "tic and toc around the loop: the mean time, not the shortest",
        "https://www.mail-archive.com/python-bugs-list@python.org/msg285863.html",
    ),
    HintCase(
        "17",
        "total_multiply_adds",
        EACH_MATRIX_ONCE,
        "the parameters of the model hold each matrix once: a layer used twice works once",
        GITHUB + "microsoft/nni/pull/3048",
    ),
    HintCase(
        "17",
        "small_network",
        AS_WIDE_AS_ALLOWED,
        "the largest width for 6000 weights: with the biases there are 6085 parameters",
        SEEN,
    ),
    # 18
    HintCase(
        "18",
        "Recurrent.forward",
        ("np.stack(hs[1:], axis=1)", "np.stack(hs, axis=1)"),
        "y begins with h_0, and is one step too long",
        SEEN,
    ),
    HintCase(
        "18",
        "Recurrent.forward",
        TIME_FIRST,
        "time is the first axis, as in PyTorch without batch_first",
        "https://theneuralbase.com/pytorch/learn/intermediate/input-shape-for-rnns-seq-batch-"
        "features/",
    ),
    HintCase(
        "18",
        "lstm_step",
        ("i, f, g, o = np.split", "i, f, o, g = np.split"),
        "the order i, f, o, g of other descriptions: o and g are exchanged",
        GITHUB + "ndrplz/ConvLSTM_pytorch/issues/6",
    ),
    HintCase(
        "18",
        "Recurrent.backward",
        ("dh0 = dz @ u.T", "dh0 += dz @ u.T"),
        "what is handed back is summed over all steps, like the gradients of the weights",
        "GitHub, code with dh_next += np.dot(self.Whh.T, dh_raw)",
    ),
    HintCase(
        "18",
        "cell_path",
        PRODUCTS_FROM_THE_FRONT,
        "cumprod from the front, then turned around: c_(T-1) gets f_1, not f_T",
        SEEN,
    ),
    # 19
    HintCase(
        "19",
        "Attention.backward",
        ("np.swapaxes(dz, -1, -2) @ q", "dz @ q"),
        "dk is the line of dq with q in place of k: dz is not transposed",
        SEEN,
    ),
    HintCase(
        "19",
        "causal_mask",
        TRUE_IS_HIDDEN,
        "True where a key is hidden, as in nn.MultiheadAttention of PyTorch",
        GITHUB + "rasbt/LLMs-from-scratch/issues/1061",
    ),
    HintCase(
        "19",
        "LayerNorm.forward",
        ("np.var(x, axis=-1, keepdims=True)", "np.var(x, axis=-1, ddof=1, keepdims=True)"),
        "the variance is divided by D - 1, as var of R and Matlab does",
        GITHUB + "harvardnlp/annotated-transformer/pull/119",
    ),
    HintCase(
        "19",
        "LayerNorm.backward",
        MEAN_AND_S_ARE_CONSTANTS,
        "mean and s are taken for constants: only the direct way goes back",
        SEEN,
    ),
    HintCase(
        "19",
        "join_heads",
        ONE_RESHAPE,
        "reshaped at once, without bringing the tokens in front of the heads",
        GITHUB + "jsbaan/transformer-from-scratch/pull/6",
    ),
    # 20
    HintCase(
        "20",
        "write",
        ALWAYS_THE_LIKELIEST,
        "argmax, as in right_sums above: pick is not used",
        SEEN,
    ),
    HintCase(
        "20",
        "Embedding.backward",
        WITH_AT,
        "dw.at[...].add of JAX, which NumPy's arrays do not have",
        GITHUB + "google-deepmind/dm-haiku/pull/283",
    ),
    HintCase(
        "20",
        "token_cost",
        TWO_OPERATIONS_EACH,
        "FLOPs, as in papers: each multiply-add is counted as two operations",
        GITHUB + "sovrasov/flops-counter.pytorch/issues/16",
    ),
    HintCase(
        "20",
        "block",
        ONE_WAY_AROUND_ALL,
        "one residual path around the whole block, not one around each half",
        SEEN,
    ),
    HintCase(
        "20",
        "Rows.forward",
        ("rows.reshape(*x.shape[:-1], -1)", "rows.reshape(x.shape)"),
        "y gets the shape of x, which is right only for as many outputs as inputs",
        SEEN,
    ),
]
