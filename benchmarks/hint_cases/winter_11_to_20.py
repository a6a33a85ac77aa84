"""What careful students still write wrong in the exercises 11 to 20.

Their author saw what students see, and the solutions; nothing was run against the checks. Half are
rewritten from public questions and repositories; the others were seen in teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

SEEN = "teaching experience"
ASKED = "https://stackoverflow.com/questions/"

# 11
PARTS_OF_EQUAL_SIZE = """
order = np.arange(len(x))
if shuffle:
    order = nn.backend.generator().permutation(len(x))
number_of_batches = int(np.ceil(len(x) / batch_size))
for chosen in np.array_split(order, number_of_batches):
    yield x[chosen], y[chosen]
"""
DELTA_WITH_THE_SIGN_OF_KERAS = """
current, epoch = losses[-1], len(losses) - 1
if current - self.min_delta < self.best:
    self.best = current
    self.best_epoch = epoch
    self.kept = [p.data.copy() for p in model.parameters()]
return epoch - self.best_epoch >= self.patience
"""
PUT_INTO_THE_LIST = """
parameters = model.parameters()
for number, data in enumerate(self.kept):
    parameters[number] = nn.Parameter(data.copy())
"""
# 12
DECAY_FOR_ALL = """
for p in self.parameters:
    p.data *= 1 - self.lr * self.weight_decay
    if p.grad is not None:
        p.data -= self.lr * p.grad
"""
MODE_ASKED_TOO_LATE = """
output = model.eval()(x)
model.train(model.training)
return output
"""
# 13
COLUMNS_FOR_ROWS = """
dxs, grads = [None] * len(self.in_features_list), {}
for (i, j), cache in self.cache.items():
    if dys[i] is None:
        continue
    block = self.cells[i, j]
    block.cache = cache
    dx, block_grads = block.backward(dys[i])
    dxs[j] = dx if dxs[j] is None else dxs[j] + dx
    self.merge_gradients(block, block_grads, grads)
return dxs, grads
"""
ALL_CELLS_WALKED = """
dxs, grads = [None] * len(self.in_features_list), {}
for (i, j), block in self.cells.items():
    if dys[j] is not None:
        block.cache = self.cache[i, j]
        dx, block_grads = block.backward(dys[j])
        if dxs[i] is None:
            dxs[i] = dx
        else:
            dxs[i] = dxs[i] + dx
        self.merge_gradients(block, block_grads, grads)
return dxs, grads
"""
CACHES_AT_THE_END = """
ys = [None] * len(self.out_features_list)
for (i, j), block in self.cells.items():
    if xs[i] is not None:
        y = block(xs[i])
        ys[j] = y if ys[j] is None else ys[j] + y
self.cache = {(i, j): block.cache for (i, j), block in self.cells.items() if xs[i] is not None}
return ys
"""
# 14
EVERY_STAGE_STAYS = """
sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]
types = [[None] + row for row in cfg["block_types"]]
types.append([None] * len(sizes))
for stage in range(len(sizes)):
    types[stage][stage] = "Identity"
return {"in_features_list": sizes, "out_features_list": sizes, "block_types": types}
"""
OUTER_LIST_COPIED = """
sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]
types = list(cfg["block_types"])
for row in types:
    row.insert(0, None)
types[0][0] = "Identity"
types.append([None] * len(sizes))
return {"in_features_list": sizes, "out_features_list": list(sizes), "block_types": types}
"""
TIMES_THE_STEPS = """
for cache in reversed(self.cache):
    self.model.cache = cache
    dy, step_grads = self.model.backward(dy)
grads = {f"model.{name}": self.steps * gradient for name, gradient in step_grads.items()}
return dy, grads
"""
ASKED_BY_THE_SHORT_NAME = """
grads = {}
for cache in reversed(self.cache):
    self.model.cache = cache
    dy, step_grads = self.model.backward(dy)
    grads = {f"model.{name}": grads.get(name, 0) + step_grads[name] for name in step_grads}
return dy, grads
"""
# 15
KERNEL_TURNED = """
shape, windows = self.cache
db = np.sum(dy, axis=(0, 2, 3))
dw = np.einsum("norc,nirckl->oikl", dy, windows, optimize=True)
turned = self.w.data[:, :, ::-1, ::-1]  # 180 degrees
dwindows = np.einsum("norc,oikl->nirckl", dy, turned, optimize=True)
dx = paste(dwindows, shape, self.stride, self.padding)
"""
WITH_TENSORDOT = """
shape, windows = self.cache
db = dy.sum(axis=(0, 2, 3))
dw = np.tensordot(dy, windows, axes=((0, 2, 3), (0, 2, 3)))
dwindows = np.tensordot(dy, self.w.data, axes=(1, 0)).swapaxes(1, 3)
dx = paste(dwindows, shape, self.stride, self.padding)
"""
WHERE_WON = """
shape, won = self.cache
dwindows = np.where(won, dy, 0).reshape(*dy.shape, self.size, self.size)
dx = paste(dwindows, shape, self.stride, self.padding)
"""
# 16
ONE_STRETCHED_AXIS = """
dx = dy
while dx.ndim > len(shape):
    dx = np.sum(dx, axis=0)
if 1 in shape:
    dx = np.sum(dx, axis=shape.index(1), keepdims=True)
"""
CALLED_AS_IN_THE_TEXT = """
dys = {tensor: dy}
for one in tape(tensor):
    arrived = dys[one]
    if one.step is None:
        if one.grad is None:
            one.grad = arrived
        else:
            one.grad = one.grad + arrived
    else:
        for x, dx in one.step.backward(dy):
            if x in dys:
                dys[x] = dys[x] + dx
            else:
                dys[x] = dx
"""
GRAD_OF_ALL_NODES = """
tensor.grad = dy
for node in tape(tensor):
    if node.step is None:
        continue
    for x, dx in node.step.backward(node.grad):
        x.grad = dx if x.grad is None else x.grad + dx
"""
STEP_FIRST = """
step = Step(module, module.cache, inputs)
result = Tensor(module.forward(*[x.data for x in inputs]), step)
"""
# 17
EACH_MATRIX_ONCE = """
matrices = [p.data for p in model.parameters() if p.data.ndim == 2]
return n * sum(w.size for w in matrices)
"""
SUMMED_TWICE = """
learned = (p.data.nbytes for p in model.parameters() if p.requires_grad)
named = {
    "weights": sum(p.data.nbytes for p in model.parameters()),
    "gradients": sum(learned),
    "optimizer": slots * sum(learned),
    "activations": 0,
}
for layer in model:
    x = layer(x)
    named["activations"] += x.nbytes
return named
"""
# 18
ADDED_INTO_DY = """
x, hs = self.cache
w, u, b = self.w.data, self.u.data, self.b.data
dx, dw, du, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)
dh0 = np.zeros_like(hs[0])
for t in reversed(range(x.shape[1])):
    dy[:, t] += dh0
    dz = dy[:, t] * (1 - hs[t + 1] ** 2)
    dx[:, t] = dz @ w.T
    dw += x[:, t].T @ dz
    du += hs[t].T @ dz
    db += dz.sum(axis=0)
    dh0 = dz @ u.T
"""
PRODUCTS_FROM_THE_FIRST_GATE = """
products = np.cumprod(forgets, axis=0)[::-1]
dcs = np.concatenate([products * dc, dc[None]])
"""
# 19
EPS_BESIDE_THE_ROOT = """
mean = np.mean(x, axis=-1, keepdims=True)
s = np.std(x, axis=-1, keepdims=True) + self.eps
z = (x - mean) / s
self.cache = z, s
y = self.w.data * z + self.b.data
"""
EVERY_OTHER_COLUMN = """
n, tokens, width = x.shape
d = width // heads
y = x.reshape(n, tokens, d, heads).transpose(0, 3, 1, 2)
"""
# 20
AROUND_BOTH_HALVES = """
sizes, same = [width, width, width, hidden, width], edunn.Identity()
rows = [
    [same, attend, same, None, same],
    [None, None, out, None, None],
    [None, None, None, up, None],
    [None, None, None, None, down],
    [None, None, None, None, None],
]
matrix = edunn.Sequential2D(sizes, sizes, rows)
"""
ROOM_FOR_ALL = """
n, start = tokens.shape
written = np.zeros((n, start + count), dtype=tokens.dtype)
written[:, :start] = tokens
for t in range(start, start + count):
    written[:, t] = pick(model.forward(written)[:, -1])
tokens = written
"""

CASES = [
    # 11
    HintCase(
        "11",
        "EarlyStopping.__call__",
        ("epoch = len(losses) - 1", "epoch = len(losses)"),
        "the epochs are counted from 1, so best_epoch is one too large",
        SEEN,
    ),
    HintCase(
        "11",
        "batches",
        PARTS_OF_EQUAL_SIZE,
        "array_split makes batches of nearly equal size, not full ones and a smaller last one",
        ASKED + "14406567/partition-array-into-n-chunks-with-numpy",
    ),
    HintCase(
        "11",
        "EarlyStopping.__call__",
        DELTA_WITH_THE_SIGN_OF_KERAS,
        "min_delta has the wrong sign: a loss a little worse than the best counts as better",
        GITHUB + "keras-team/keras/issues/4360",
    ),
    HintCase(
        "11",
        "EarlyStopping.restore",
        PUT_INTO_THE_LIST,
        "new parameters are put into the list that parameters() gave; the model keeps its own",
        SEEN,
    ),
    HintCase(
        "11",
        "fit",
        (
            'history = {"loss": []} if validation is None else {"loss": [], "validation_loss": []}',
            "history = dict.fromkeys("
            '["loss"] if validation is None else ["loss", "validation_loss"], [])',
        ),
        "both entries of the history are the same list",
        ASKED + "8174723/dictionary-creation-with-fromkeys-and-mutable-objects-a-surprise",
    ),
    # 12
    HintCase(
        "12",
        "SGD.step",
        DECAY_FOR_ALL,
        "a parameter without a gradient decays, too",
        GITHUB + "KellerJordan/Muon/issues/54",
    ),
    HintCase(
        "12",
        "Dropout.forward",
        ("random(x.shape)", "random(x.shape[-1])"),
        "one random number for each column: all examples of a batch lose the same ones",
        GITHUB + "keras-team/keras/issues/217",
    ),
    HintCase(
        "12",
        "penalty",
        ("float(np.sum(p.data**2))", "float(np.linalg.norm(p.data))"),
        "the norm of each array, which is the root of the sum of squares",
        "https://www.cnblogs.com/saulstavo/p/19151554",
    ),
    HintCase(
        "12",
        "Dropout.backward",
        ("dy * self.cache", "dy * (self.cache != 0)"),
        "the gradients that come back are not multiplied by 1 / (1 - p)",
        GITHUB + "rohitg00/ai-engineering-from-scratch/pull/17",
    ),
    HintCase(
        "12",
        "predict",
        MODE_ASKED_TOO_LATE,
        "the mode is asked for after eval, so it is always evaluation",
        GITHUB + "pfnet/pytorch-pfn-extras/issues/688",
    ),
    # 13
    HintCase(
        "13",
        "Sequential2D.backward_list",
        COLUMNS_FOR_ROWS,
        "block (i, j) takes dy_i to dx_j, as in forward: i and j are not exchanged",
        SEEN,
    ),
    HintCase(
        "13",
        "Sequential2D.backward_list",
        ALL_CELLS_WALKED,
        "blocks that did not run, as their input was None, go back too: there is no cache of them",
        SEEN,
    ),
    HintCase(
        "13",
        "cut",
        "return np.split(x, np.cumsum(sizes), axis=1)",
        "the last place to split at is the end, so there is one part more, without columns",
        "https://upstream.i32n.com/docs/numpy/1.21/reference/generated/numpy.split.html",
    ),
    HintCase(
        "13",
        "join",
        ("np.zeros((len(like), size), like.dtype)", "np.zeros_like(like[:, :size])"),
        "the zeros have no more columns than `like` has",
        SEEN,
    ),
    HintCase(
        "13",
        "Sequential2D.forward_list",
        CACHES_AT_THE_END,
        "the caches are collected after all have run: a block in two places has only its last one",
        SEEN,
    ),
    # 14
    HintCase(
        "14",
        "square_config",
        EVERY_STAGE_STAYS,
        "every stage keeps what it has, not only the input",
        SEEN,
    ),
    HintCase(
        "14",
        "Iterated.backward",
        TIMES_THE_STEPS,
        "the gradient of one step times the number of steps, as if all were equal",
        SEEN,
    ),
    HintCase(
        "14",
        "with_radius",
        ("np.max(np.abs(np.linalg.eigvals(w)))", "np.linalg.norm(w, 2)"),
        "the largest singular value is taken for the spectral radius",
        GITHUB + "PoisotLab/EcologicalNetworks.jl/issues/147",
    ),
    HintCase(
        "14",
        "square_config",
        OUTER_LIST_COPIED,
        "only the outer list is copied: the rows of the config that came in are changed",
        SEEN,
    ),
    HintCase(
        "14",
        "Iterated.backward",
        ASKED_BY_THE_SHORT_NAME,
        'the sum so far is looked up without "model.", so it is never found',
        SEEN,
    ),
    # 15
    HintCase(
        "15",
        "Conv2d.forward",
        ("self.b.data[:, None, None]", "self.b.data[:, None]"),
        "b has one new axis, not two, so it lines up with the rows",
        SEEN,
    ),
    HintCase(
        "15",
        "MaxPool2d.backward",
        WHERE_WON,
        "dy has no new axis at its end, which only one window forgives",
        SEEN,
    ),
    HintCase(
        "15",
        "Conv2d.backward",
        KERNEL_TURNED,
        "the kernel is turned by 180 degrees, which paste has no need of",
        FORUM + "should-it-have-a-rot180-on-filter-to-calculate-da-prev/121204",
    ),
    HintCase(
        "15",
        "Flatten.forward",
        ("x.reshape(len(x), -1)", "x.reshape(-1, len(x)).T"),
        "the shape is right, but the pictures are mixed",
        FORUM + "flattening-images-in-the-logistic-regression-assignment-in-course-1-week-2/149",
    ),
    HintCase(
        "15",
        "Conv2d.backward",
        WITH_TENSORDOT,
        "rows and columns are exchanged in the gradient of the windows",
        SEEN,
    ),
    # 16
    HintCase(
        "16",
        "backward",
        CALLED_AS_IN_THE_TEXT,
        "each step gets the dy of the whole, not what has arrived for its tensor",
        SEEN,
    ),
    HintCase(
        "16",
        "sum_to",
        ONE_STRETCHED_AXIS,
        "only the first axis of size 1 is summed",
        SEEN,
    ),
    HintCase(
        "16",
        "backward",
        GRAD_OF_ALL_NODES,
        "what is in the middle keeps its grad, so a second call counts it again",
        GITHUB + "karpathy/micrograd/issues/53",
    ),
    HintCase(
        "16",
        "by_hand",
        ("dr * (h > 0)", "np.maximum(dr, 0)"),
        "negative gradients become 0, not those where h is negative",
        GITHUB + "exacity/deeplearningbook-chinese/issues/127",
    ),
    HintCase(
        "16",
        "record",
        STEP_FIRST,
        "the cache is taken before forward has run",
        SEEN,
    ),
    # 17
    HintCase(
        "17",
        "seconds",
        ("range(repeats)", "range(repeats - 1)"),
        "the call to warm up is counted as one of the repeats",
        SEEN,
    ),
    HintCase(
        "17",
        "total_multiply_adds",
        EACH_MATRIX_ONCE,
        "a layer that is used twice counts once",
        GITHUB + "microsoft/nni/pull/3048",
    ),
    HintCase(
        "17",
        "total_parameters",
        "return sum(p.data.size for p in model.parameters() if p.requires_grad)",
        "parameters that are not learned are left out",
        "https://codemia.io/knowledge-hub/path/"
        "check_the_total_number_of_parameters_in_a_pytorch_model",
    ),
    HintCase(
        "17",
        "small_network",
        'return nn.Sequential(nn.Dense(64, 80, "relu"), nn.Dense(80, 10))',
        "5920 weights, but 6010 parameters: the biases are forgotten",
        SEEN,
    ),
    HintCase(
        "17",
        "memory",
        SUMMED_TWICE,
        "the generator is empty when it is summed for the second time: the optimizer has 0 bytes",
        "https://rezhajul.io/generator-expressions/",
    ),
    # 18
    HintCase(
        "18",
        "Recurrent.backward",
        ("(1 - hs[t + 1] ** 2)", "(1 - hs[t] ** 2)"),
        "the slope of tanh is taken at the state before",
        SEEN,
    ),
    HintCase(
        "18",
        "Recurrent.forward",
        ("np.stack(hs[1:], axis=1)", "np.array(hs[1:]).reshape(len(x), x.shape[1], -1)"),
        "a reshape in place of exchanged axes: right for one sequence only",
        GITHUB + "PaccMann/paccmann_chemistry/issues/5",
    ),
    HintCase(
        "18",
        "lstm_step",
        ("sigmoid(i), sigmoid(f), sigmoid(o)", "sigmoid(i), sigmoid(f + 1.0), sigmoid(o)"),
        "a forget bias of 1 is added, which b already holds",
        GITHUB + "tyliupku/wiki2bio/issues/2",
    ),
    HintCase(
        "18",
        "cell_path",
        PRODUCTS_FROM_THE_FIRST_GATE,
        "the products of the gates begin with the first one, not with the last",
        SEEN,
    ),
    HintCase(
        "18",
        "Recurrent.backward",
        ADDED_INTO_DY,
        "what is handed back is added into dy, which belongs to the caller",
        GITHUB + "Burton2000/CS231n-2017/issues/7",
    ),
    # 19
    HintCase(
        "19",
        "LayerNorm.backward",
        (
            "z * np.mean(dz * z, axis=-1, keepdims=True)",
            "z * mean_dz * np.mean(z, axis=-1, keepdims=True)",
        ),
        "the product of two means, not the mean of the product",
        SEEN,
    ),
    HintCase(
        "19",
        "Attention.weights",
        ("np.max(z, axis=-1, keepdims=True)", "np.max(z)"),
        "all rows are shifted by the largest score of all, so a row of small scores has only zeros",
        "https://shusei-e.github.io/deep%20learning/softmax_without_overflow/",
    ),
    HintCase(
        "19",
        "LayerNorm.forward",
        EPS_BESIDE_THE_ROOT,
        "eps is added to the root, not under it",
        GITHUB + "codertimo/BERT-pytorch/issues/30",
    ),
    HintCase(
        "19",
        "split_heads",
        EVERY_OTHER_COLUMN,
        "head 0 gets the columns 0, heads, 2 heads ..., not the first d",
        SEEN,
    ),
    HintCase(
        "19",
        "Residual.backward",
        ("dx = dy + dx", "dx += dy"),
        "it writes into what the layer gave back, which can be the caller's dy",
        SEEN,
    ),
    # 20
    HintCase(
        "20",
        "token_cost",
        ("blocks * 2 * tokens * width", "blocks * 2 * (tokens + 1) * width"),
        "the new token is counted twice: tokens has it already",
        SEEN,
    ),
    HintCase(
        "20",
        "Rows.forward",
        ("rows.reshape(*x.shape[:-1], -1)", "rows.reshape(x.shape)"),
        "y gets the shape of x, which is right only if outputs = inputs",
        SEEN,
    ),
    HintCase(
        "20",
        "Embedding.forward",
        ("self.w.data[x]", "self.w.data[x] * self.w.data.shape[1] ** 0.5"),
        "the rows are multiplied by the root of the width",
        "https://stats.stackexchange.com/questions/534618/"
        "why-are-the-embeddings-of-tokens-multiplied-by-sqrt-d-note-not-divided-by-sq",
    ),
    HintCase(
        "20",
        "block_matrix",
        AROUND_BOTH_HALVES,
        "y = x + down(up(h)): the second arrow of the stream begins at x, not at h",
        GITHUB + "JanSchm/CapMarket/issues/8",
    ),
    HintCase(
        "20",
        "write",
        ROOM_FOR_ALL,
        "the model reads the empty places behind the text, and the last of them is asked",
        GITHUB + "huggingface/transformers/issues/14521",
    ),
]
