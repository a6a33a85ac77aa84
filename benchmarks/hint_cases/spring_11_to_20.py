"""Wrong answers to exercises 11 to 20, six to each, by six kinds of students.

Who wrote them had read the exercises and the solutions. The check cells of 11, 13, 15, 17 and 19
were on the screen too, by an oversight (of 15 and 19 those of the first sections only), so those
five exercises are not quite blind. Of 12, 14, 16, 18 and 20 no check was seen.
In each exercise the students come in the same order: beginner, from another library, on paper,
in a hurry, pasted, strong.
"""

from hint_cases.case import HintCase

TEACHING = "teaching experience"

# 11
ONLY_THE_NAME = """
for p, data in zip(model.parameters(), self.kept):
    p = data.copy()
"""
RUNNING_LOSS = """
model.train()
running_loss = 0.0
for batch_x, batch_y in data:
    optimizer.zero_grad()
    value = loss(model(nn.Tensor(batch_x)), batch_y)
    value.backward()
    optimizer.step()
    running_loss += float(value.data)
return running_loss / len(data)
"""
COPIED_FROM_EPOCH = """
model.train()
value = score(model(x), y)
return float(value)
"""
CS231N_CHOICE = """
num_train = len(x)
for _ in range(max(num_train // batch_size, 1)):
    if shuffle:
        indices = nn.backend.generator().choice(num_train, batch_size)
    else:
        indices = np.arange(batch_size)
    yield x[indices], y[indices]
"""
HOISTED_BATCHES = """
history = {"loss": []}
if validation is not None:
    history["validation_loss"] = []
data = list(batches(x, y, batch_size))
for _ in range(epochs):
    history["loss"].append(train_epoch(model, data, loss, optimizer))
    if validation is not None:
        history["validation_loss"].append(measure(model, *validation, loss))
    if early_stopping is not None and early_stopping(model, history):
        break
if early_stopping is not None:
    early_stopping.restore(model)
return history
"""

# 12
LAST_SQUARES = """
total = 0
for p in parameters:
    total = np.sum(p.data**2)
return float(strength / 2 * total)
"""
CACHE_IN_TRAINING = """
if self.training:
    mask = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
    self.cache = mask
    y = x * mask
else:
    y = x
"""
KEEP_PROBABILITY = """
if self.training:
    mask = (nn.backend.generator().random(x.shape) < self.p) / self.p
    self.cache = mask
    y = x * mask
else:
    self.cache = np.ones_like(x)
    y = x
"""
DECAY_FIRST = """
shrink = 1 - self.lr * self.weight_decay
for p in self.parameters:
    p.data *= shrink
    if p.grad is not None:
        p.data -= self.lr * p.grad
"""

# 13
SWAPPED_ROLES = """
dxs, grads = [None] * len(self.in_features_list), {}
for (i, j), cache in self.cache.items():
    if dys[i] is not None:
        block = self.cells[i, j]
        block.cache = cache
        dx, block_grads = block.backward(dys[i])
        dxs[j] = dx if dxs[j] is None else dxs[j] + dx
        self.merge_gradients(block, block_grads, grads)
return dxs, grads
"""
CACHE_NOT_GIVEN_BACK = """
dxs, grads = [None] * len(self.in_features_list), {}
for i, j in self.cache:
    if dys[j] is not None:
        block = self.cells[i, j]
        dx, block_grads = block.backward(dys[j])
        dxs[i] = dx if dxs[i] is None else dxs[i] + dx
        self.merge_gradients(block, block_grads, grads)
return dxs, grads
"""
PLAIN_ZEROS = """
parts = [np.zeros((like.shape[0], size)) if part is None else part
         for part, size in zip(parts, sizes)]
return np.concatenate(parts, axis=-1)
"""
CACHES_AT_THE_END = """
ys = [None] * len(self.out_features_list)
for (i, j), block in self.cells.items():
    if xs[i] is None:
        continue
    y = block(xs[i])
    ys[j] = y if ys[j] is None else ys[j] + y
self.cache = {
    (i, j): block.cache for (i, j), block in self.cells.items() if xs[i] is not None
}
return ys
"""

# 14
SPECTRAL_NORM = """
sigma = np.linalg.norm(w, 2)
return w / sigma * radius
"""
NO_PREFIX = """
grads = {}
dx = dy
for cache in reversed(self.cache):
    self.model.cache = cache
    dx, step_grads = self.model.backward(dx)
    for name, grad in step_grads.items():
        grads[name] = grads.get(name, 0) + grad
return dx, grads
"""
SHALLOW_COPY = """
new = dict(cfg)
new["in_features_list"] = cfg["in_features_list"] + cfg["out_features_list"][-1:]
new["out_features_list"] = new["in_features_list"]
for row in new["block_types"]:
    row.insert(0, None)
new["block_types"][0][0] = "Identity"
new["block_types"].append([None] * len(new["in_features_list"]))
return new
"""

# 15
ROTATED_KERNEL = """
shape, windows = self.cache
db = np.sum(dy, axis=(0, 2, 3))
dw = np.einsum("norc,nirckl->oikl", dy, windows, optimize=True)
rotated = self.w.data[:, :, ::-1, ::-1]
dwindows = np.einsum("norc,oikl->nirckl", dy, rotated, optimize=True)
dx = paste(dwindows, shape, self.stride, self.padding)
"""
MASK_OF_MAXIMA = """
windows = cut(x, self.size, self.stride, self.padding, fill=-np.inf)
flat = windows.reshape(*windows.shape[:4], self.size * self.size)
y = np.max(flat, axis=-1)
mask = flat == y[..., None]
self.cache = x.shape, mask
"""
WRITEABLE_VIEW = """
view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3), writeable=True)
view = view[:, :, ::stride, ::stride][:, :, :rows, :columns]
view += windows
"""

# 16
RECURSIVE_TOPO = """
topo, visited = [], set()

def build(v):
    if v not in visited:
        visited.add(v)
        if v.step is not None:
            for child in v.step.inputs:
                build(child)
        topo.append(v)

build(tensor)
tensors = topo[::-1]
"""
AXES_AT_ONCE = """
extra = dy.ndim - len(shape)
axes = tuple(range(extra)) + tuple(i for i, size in enumerate(shape) if size == 1)
dx = np.sum(dy, axis=tuple(set(axes))).reshape(shape)
"""
MEAN_SQUARES = """
de = 2 * e / e.size
dv = r.T @ de
dr = de @ v.T
dh = dr * (h > 0)
dw = x.T @ dh
db = np.sum(dh, axis=0)
"""
LEAF_OVERWRITTEN = """
dys = {tensor: dy}
for one in tape(tensor):
    if one.step is None:
        one.grad = dys[one]
    else:
        for x, dx in one.step.backward(dys[one]):
            dys[x] = dys[x] + dx if x in dys else dx
"""

# 17
X_STAYS = """
weights = 0
gradients = 0
for p in model.parameters():
    weights += p.data.nbytes
    if p.requires_grad:
        gradients += p.data.nbytes
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
NO_WARM_UP = """
times = []
for _ in range(repeats):
    start = time.perf_counter()
    function()
    times.append(time.perf_counter() - start)
return min(times)
"""

# 18
TIME_FIRST = """
hs = [h0]
for t in range(x.shape[0]):
    hs.append(np.tanh(x[t] @ self.w.data + hs[-1] @ self.u.data + self.b.data))
self.cache = x, hs
y = np.stack(hs[1:], axis=0)
"""
NEW_NOT_SQUASHED = """
z = x @ w + h @ u + b
i, f, g, o = np.split(z, 4, axis=1)
i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
c = f * c + i * g
h = o * np.tanh(c)
"""
OTHER_GATE_ORDER = """
z = x @ w + h @ u + b
f, i, g, o = np.split(z, 4, axis=1)
f, i, o = sigmoid(f), sigmoid(i), sigmoid(o)
g = np.tanh(g)
c = f * c + i * g
h = o * np.tanh(c)
"""
PRODUCTS_IN_REVERSE = """
factors = np.cumprod(forgets[::-1], axis=0)
factors = np.concatenate([np.ones_like(forgets[:1]), factors])
dcs = factors * dc
"""

# 19
ONLY_THE_LAYER = """
self.layer.cache = self.cache
dx, layer_grads = self.layer.backward(dy)
grads = {f"layer.{name}": gradient for name, gradient in layer_grads.items()}
"""
ONE_SEQUENCE = """
d_k = k.shape[-1]
scores = q @ k.T / d_k**0.5
if self.causal:
    scores = np.where(causal_mask(q.shape[0]), scores, -np.inf)
scores = scores - np.max(scores, axis=-1, keepdims=True)
a = np.exp(scores) / np.sum(np.exp(scores), axis=-1, keepdims=True)
"""
SCALE_FOLDED_IN = """
q, k, v, a = self.cache
q = q / q.shape[-1] ** 0.5
da = dy @ np.swapaxes(v, -1, -2)
dz = a * (da - np.sum(da * a, axis=-1, keepdims=True))
dv = np.swapaxes(a, -1, -2) @ dy
dq = dz @ k
dk = np.swapaxes(dz, -1, -2) @ q
"""

# 20
LAST_SEQUENCE = """
for _ in range(count):
    scores = model.forward(tokens)
    new = pick(scores[-1])
    tokens = np.concatenate([tokens, new[:, None]], axis=1)
"""
DIM_ONE = """
z = scores / temperature
e = np.exp(z - np.max(z, axis=1, keepdims=True))
p = e / np.sum(e, axis=1, keepdims=True)
"""
ONE_RESIDUAL = """
first = Residual(nn.Sequential(attend, out))
second = nn.Sequential(up, down)
layer = nn.Sequential(first, second)
"""
FANCY_ADD = """
dw = np.zeros_like(self.w.data)
dw[self.cache] += dy
"""

CASES = [
    HintCase(
        "11",
        "EarlyStopping.restore",
        ONLY_THE_NAME,
        "p = ... only renames the loop variable; the parameters keep their arrays",
        TEACHING,
    ),
    HintCase(
        "11",
        "train_epoch",
        RUNNING_LOSS,
        "mean of batch means (running_loss / len(loader) as in PyTorch), not over the examples; "
        "and len fails for a generator",
        "the training loop of the PyTorch tutorials",
    ),
    HintCase(
        "11",
        "EarlyStopping.__call__",
        ("self.best - self.min_delta", "self.best + self.min_delta"),
        "sign of min_delta: a loss that is a little worse than the best counts as better",
        TEACHING,
    ),
    HintCase(
        "11",
        "measure",
        COPIED_FROM_EPOCH,
        "model.train() copied from train_epoch: measured in training mode, not in evaluation mode",
        TEACHING,
    ),
    HintCase(
        "11",
        "batches",
        CS231N_CHOICE,
        "draws with replacement for each batch (cs231n): examples come twice or never, the last "
        "smaller batch is missing; without shuffle always the first batch",
        "the minibatch sampling of cs231n's assignments",
    ),
    HintCase(
        "11",
        "fit",
        HOISTED_BATCHES,
        "batches are drawn once, before the loop: every epoch sees the same batches in one order",
        TEACHING,
    ),
    HintCase(
        "12",
        "penalty",
        LAST_SQUARES,
        "= in place of +=: only the squares of the last parameter count",
        TEACHING,
    ),
    HintCase(
        "12",
        "Dropout.backward",
        ("dy * self.cache", "dy * self.cache / (1 - self.p)"),
        "divides by 1 - p a second time; the mask holds that factor already (and in evaluation "
        "there is none)",
        TEACHING,
    ),
    HintCase(
        "12",
        "Dropout.forward",
        CACHE_IN_TRAINING,
        "in evaluation nothing is kept: backward then uses an old mask or none",
        TEACHING,
    ),
    HintCase(
        "12",
        "Dropout.forward",
        KEEP_PROBABILITY,
        "p taken as the probability to keep a number, as in cs231n, not to drop it",
        "the inverted dropout of cs231n's notes",
    ),
    HintCase(
        "12",
        "SGD.step",
        DECAY_FIRST,
        "decays also parameters whose grad is None, which must stay as they are",
        TEACHING,
    ),
    HintCase(
        "13",
        "Sequential2D.backward_list",
        SWAPPED_ROLES,
        "i and j exchanged: takes dys[i] and adds to dxs[j], but block (i, j) goes back from dy_j "
        "to dx_i",
        TEACHING,
    ),
    HintCase(
        "13",
        "Sequential2D.backward_list",
        CACHE_NOT_GIVEN_BACK,
        "block.cache is not set before block.backward: a block used twice goes back with its last "
        "cache",
        TEACHING,
    ),
    HintCase(
        "13",
        "join",
        PLAIN_ZEROS,
        "the zeros are float64, not of like's dtype, so float32 parts become float64",
        "typical answer of an assistant",
    ),
    HintCase(
        "13",
        "Sequential2D.forward_list",
        CACHES_AT_THE_END,
        "caches are collected when all blocks have run: a block that stands in two places gets its "
        "last cache at both",
        TEACHING,
    ),
    HintCase(
        "14",
        "with_radius",
        SPECTRAL_NORM,
        "divides by the spectral norm (largest singular value, as torch's spectral_norm), not the "
        "spectral radius (largest absolute eigenvalue)",
        "the confusion of norm and radius in questions about echo state networks",
    ),
    HintCase(
        "14",
        "Iterated.backward",
        NO_PREFIX,
        'the names lack the prefix "model."',
        "typical answer of an assistant",
    ),
    HintCase(
        "14",
        "square_config",
        SHALLOW_COPY,
        "dict(cfg) copies the outer dict only: the caller's block_types and its rows are changed",
        TEACHING,
    ),
    HintCase(
        "15",
        "Flatten.forward",
        "self.cache = x.shape\ny = x.flatten()",
        "flattens the axis of the batch too: one long row, not a row for each example",
        TEACHING,
    ),
    HintCase(
        "15",
        "Conv2d.backward",
        ROTATED_KERNEL,
        "the kernel is turned by 180 degrees for dx, as in the full-convolution formula; but paste "
        "puts dwindows[k, l] where w[k, l] was, so it must not be turned",
        "many derivations on the web use the rotated kernel",
    ),
    HintCase(
        "15",
        "MaxPool2d.backward",
        ("paste(dwindows, shape, self.stride, self.padding)", "paste(dwindows, shape)"),
        "stride and padding are not handed on to paste: windows go to wrong places",
        TEACHING,
    ),
    HintCase(
        "15",
        "MaxPool2d.forward",
        MASK_OF_MAXIMA,
        "in a tie all largest numbers count as winners, and each gets all of dy; only the first "
        "should",
        "the mask x == max of cs231n and deeplearning.ai solutions",
    ),
    HintCase(
        "15",
        "paste",
        WRITEABLE_VIEW,
        "+= on a view whose windows overlap: the last write wins, overlaps do not add up",
        "questions about sliding_window_view and as_strided on Stack Overflow",
    ),
    HintCase(
        "16",
        "by_hand",
        MEAN_SQUARES,
        "divides by the number of entries as PyTorch's MSELoss; the loss here is a sum",
        TEACHING,
    ),
    HintCase(
        "16",
        "MatMul.backward",
        ("a.T @ dy", "dy.T @ a"),
        "db is transposed: shape (m, k), not (k, m)",
        TEACHING,
    ),
    HintCase(
        "16",
        "backward",
        LEAF_OVERWRITTEN,
        "a leaf's grad is overwritten, not added to: a second call loses the first",
        TEACHING,
    ),
    HintCase(
        "16",
        "tape",
        RECURSIVE_TOPO,
        "recursive, as in micrograd: more than about 1000 steps end in a RecursionError; and a "
        "topological order that is not always latest first",
        "micrograd's build_topo",
    ),
    HintCase(
        "16",
        "sum_to",
        AXES_AT_ONCE,
        "axes of size 1 in shape are not shifted by the number of axes added in front",
        TEACHING,
    ),
    HintCase(
        "17",
        "memory",
        X_STAYS,
        "x is not handed on from layer to layer: each layer gets the first x",
        TEACHING,
    ),
    HintCase(
        "17",
        "seconds",
        NO_WARM_UP,
        "no call to warm up before the measured ones",
        TEACHING,
    ),
    HintCase(
        "18",
        "Recurrent.forward",
        TIME_FIRST,
        "time taken as axis 0, as PyTorch's RNN without batch_first; here it is axis 1",
        "the default layout of PyTorch's RNN",
    ),
    HintCase(
        "18",
        "lstm_step",
        NEW_NOT_SQUASHED,
        "tanh of g is forgotten: the proposal enters the cell as a raw sum",
        TEACHING,
    ),
    HintCase(
        "18",
        "lstm_step",
        OTHER_GATE_ORDER,
        "the order f, i, g, o of other courses; the sums stand in the order i, f, g, o",
        "the order of gates in the deeplearning.ai assignment",
    ),
    HintCase(
        "18",
        "cell_path",
        PRODUCTS_IN_REVERSE,
        "the result runs from c_T to c_0: it is not turned back into the order of time",
        TEACHING,
    ),
    HintCase(
        "19",
        "LayerNorm.backward",
        (
            "z * np.mean(dz * z, axis=-1, keepdims=True)",
            "np.mean(dz * z, axis=-1, keepdims=True)",
        ),
        "dx lacks the factor z in front of mean(dz * z)",
        TEACHING,
    ),
    HintCase(
        "19",
        "Residual.backward",
        ONLY_THE_LAYER,
        "dx lacks the dy of the direct way: only the gradient through the layer comes back",
        TEACHING,
    ),
    HintCase(
        "19",
        "Attention.weights",
        ONE_SEQUENCE,
        "written for one sequence: k.T turns all axes, and q.shape[0] is not the number of tokens "
        "when there is a batch",
        "the usual single-sequence NumPy tutorial of attention",
    ),
    HintCase(
        "19",
        "Attention.backward",
        SCALE_FOLDED_IN,
        "the scale is folded into q, which serves dk only: dq lacks the division by the root of d",
        TEACHING,
    ),
    HintCase(
        "20",
        "write",
        LAST_SEQUENCE,
        "scores[-1] is the last sequence; the last place of each is scores[:, -1]",
        TEACHING,
    ),
    HintCase(
        "20",
        "probabilities",
        DIM_ONE,
        "softmax along axis 1, as dim=1 in PyTorch; it must be the last, whatever stands in front",
        "the dim=1 habit from PyTorch classifiers",
    ),
    HintCase(
        "20",
        "token_cost",
        ("12 * width**2", "8 * width**2"),
        "up and down counted as 4 D^2 together; each has D times 4D weights, so 8 D^2: 12 in all",
        TEACHING,
    ),
    HintCase(
        "20",
        "block",
        ONE_RESIDUAL,
        "the second half has no residual path: y = down(up(h)), without h",
        TEACHING,
    ),
    HintCase(
        "20",
        "Embedding.backward",
        FANCY_ADD,
        "dw[x] += dy does not add up where a token comes twice: the last write wins",
        "from-scratch embedding layers on the web",
    ),
    HintCase(
        "20",
        "Positions.backward",
        "dx = dy\ndp = dy.sum(axis=0)",
        "dp has T rows, not those of p, when the sequences are shorter than p: the rest must be 0",
        TEACHING,
    ),
]
