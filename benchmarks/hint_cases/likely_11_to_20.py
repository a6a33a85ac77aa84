"""What students most likely write wrong in the exercises 11 to 20, four for each.

Their author saw what students see, and the solutions; nothing was run against the checks. Most are
rewritten from public questions and repositories; the others were seen in teaching.
"""

from hint_cases.case import GITHUB, HintCase

SEEN = "teaching experience"

# 11
WHOLE_BATCHES = """
order = nn.backend.generator().permutation(len(x)) if shuffle else np.arange(len(x))
for i in range(len(x) // batch_size):
    chosen = order[i * batch_size : (i + 1) * batch_size]
    yield x[chosen], y[chosen]
"""
CLEARED_BEFORE_THE_STEP = """
model.train()
total, count = 0.0, 0
for batch_x, batch_y in data:
    output = model(nn.Tensor(batch_x))
    value = loss(output, batch_y)
    value.backward()
    optimizer.zero_grad()
    optimizer.step()
    total += float(value.data) * len(batch_x)
    count += len(batch_x)
return total / count
"""
BATCHES_MADE_ONCE = """
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
# 12
NOTHING_GIVEN_BACK = """
mode = model.training
model.eval()
output = model(x)
model.train(mode)
"""
DECAY_PUT_INTO_GRAD = """
for p in self.parameters:
    if p.grad is not None:
        p.grad += self.weight_decay * p.data
        p.data -= self.lr * p.grad
"""
# 14
ALWAYS_FROM_THE_START = """
self.cache = []
for _ in range(self.steps):
    y = self.model(x)
    self.cache.append(self.model.cache)
return y
"""
# 15
ALL_THAT_ARE_LARGEST = """
windows = cut(x, self.size, self.stride, self.padding, fill=-np.inf)
flat = windows.reshape(*windows.shape[:4], self.size * self.size)
y = np.max(flat, axis=-1)
self.cache = x.shape, flat == y[..., None]
"""
# 16
AS_IN_MICROGRAD = """
topo, visited = [], set()

def build_topo(v):
    if v not in visited:
        visited.add(v)
        if v.step is not None:
            for child in v.step.inputs:
                build_topo(child)
        topo.append(v)

build_topo(tensor)
tensors = list(reversed(topo))
"""
# 17
EACH_WEIGHT_ONCE = """
return n * sum(p.data.size for p in model.parameters() if p.data.ndim == 2)
"""
FOUR_BYTES_A_NUMBER = """
weights = 4 * sum(p.data.size for p in model.parameters())
gradients = 4 * sum(p.data.size for p in model.parameters() if p.requires_grad)
activations = 0
for layer in model:
    x = layer(x)
    activations += 4 * x.size
return {
    "weights": weights,
    "gradients": gradients,
    "optimizer": slots * gradients,
    "activations": activations,
}
"""
MEAN_TIME = """
function()
start = time.perf_counter()
for _ in range(repeats):
    function()
return (time.perf_counter() - start) / repeats
"""
# 19
TRUE_WHERE_HIDDEN = """
mask = np.triu(np.ones((tokens, tokens)), k=1).astype(bool)
"""
SUMS_FOR_ROWS_ONLY = """
z, s = self.cache
dz = dy * self.w.data
mean_dz = np.mean(dz, axis=-1, keepdims=True)
dx = (dz - mean_dz - z * np.mean(dz * z, axis=-1, keepdims=True)) / s
dw = np.sum(dy * z, axis=0)
db = np.sum(dy, axis=0)
"""
# 20
ROWS_OF_THIS_SEQUENCE = """
dx = dy
dp = np.sum(dy, axis=0)
"""
TWO_LAYERS_IN_A_RESIDUAL = """
first = Residual(attend, out)
second = Residual(up, down)
layer = nn.Sequential(first, second)
"""

CASES = [
    # 11
    HintCase(
        "11",
        "batches",
        WHOLE_BATCHES,
        "the number of batches is rounded down, so the last, smaller batch is left out",
        GITHUB + "delip/PyTorchNLPBook/issues/5",
    ),
    HintCase(
        "11",
        "train_epoch",
        CLEARED_BEFORE_THE_STEP,
        "zero_grad stands between backward and step, and throws the new gradients away",
        GITHUB + "gaozhihan/PreDiff/issues/32",
    ),
    HintCase(
        "11",
        "EarlyStopping.__call__",
        ("p.data.copy() for p", "p.data for p"),
        "the arrays are kept without a copy, and the training goes on changing them",
        GITHUB + "WenjieDu/PyPOTS/issues/667",
    ),
    HintCase(
        "11",
        "fit",
        BATCHES_MADE_ONCE,
        "the batches are made once, before the loop: the second epoch finds none left",
        SEEN,
    ),
    # 12
    HintCase(
        "12",
        "Dropout.forward",
        (">= self.p) / (1 - self.p)", "< self.p) / self.p"),
        "p is taken for the chance to be kept",
        GITHUB + "lightaime/cs231n/issues/1",
    ),
    HintCase("12", "predict", NOTHING_GIVEN_BACK, "the return is missing", SEEN),
    HintCase(
        "12",
        "penalty",
        ("float(np.sum(p.data**2))", "float(np.linalg.norm(p.data))"),
        "the norm of each array, which is the root of the sum of squares",
        GITHUB + "google-deepmind/dm-haiku/pull/178",
    ),
    HintCase(
        "12",
        "SGD.step",
        DECAY_PUT_INTO_GRAD,
        "the decay is added to the gradient in place, so grad is changed by the step",
        GITHUB + "pytorch/pytorch/issues/12218",
    ),
    # 13
    HintCase(
        "13",
        "cut",
        "return np.split(x, sizes, axis=1)",
        "np.split takes the places of the cuts, not the sizes, as torch.split does",
        GITHUB + "pytorch/pytorch/issues/50012",
    ),
    HintCase(
        "13",
        "join",
        ("np.zeros((len(like), size), like.dtype)", "np.zeros(len(like), size, like.dtype)"),
        "the shape of the zeros is no tuple",
        "http://www.kouhan.cn/en/article/00036282",
    ),
    HintCase(
        "13",
        "Sequential2D.forward_list",
        ("if xs[i] is not None:", "if xs[i]:"),
        "asks for the truth of an array, in place of: is not None",
        GITHUB + "nipy/nibabel/issues/32",
    ),
    HintCase(
        "13",
        "Sequential2D.backward_list",
        ("self.merge_gradients(", "grads = self.merge_gradients("),
        "grads becomes what merge_gradients returns, and it returns nothing",
        "https://thecodeforge.io/python/python-append/",
    ),
    # 14
    HintCase(
        "14",
        "skip_config",
        ("block_types[a][b - 1]", "block_types[a][b]"),
        "column b in place of b - 1: stage 0 has no column",
        SEEN,
    ),
    HintCase(
        "14",
        "square_config",
        (
            'cfg["in_features_list"] + cfg["out_features_list"][-1:]',
            'cfg["in_features_list"]\nsizes.append(cfg["out_features_list"][-1])',
        ),
        "the last size is appended to the list of the config that came in",
        GITHUB + "topoteretes/cognee/issues/3481",
    ),
    HintCase(
        "14",
        "Iterated.forward",
        ALWAYS_FROM_THE_START,
        "each step gets the first state x, not what the step before has made",
        GITHUB + "shaohua0116/Multiview2Novelview/issues/11",
    ),
    HintCase(
        "14",
        "with_radius",
        ("np.max(np.abs(np.linalg.eigvals(w)))", "np.abs(np.max(np.linalg.eigvals(w)))"),
        "the absolute value of the largest eigenvalue, not the largest absolute value",
        GITHUB + "EricDarve/numerical_linear_algebra/issues/43",
    ),
    # 15
    HintCase(
        "15",
        "cut",
        ("every[:, :, ::stride, ::stride]", "every[::stride, ::stride]"),
        "the stride leaves out pictures and channels, not rows and columns",
        SEEN,
    ),
    HintCase(
        "15",
        "paste",
        ("] += windows", "] = windows"),
        "windows that overlap overwrite each other: = for +=",
        GITHUB + "oreilly-japan/deep-learning-from-scratch/issues/27",
    ),
    HintCase(
        "15",
        "Conv2d.forward",
        ("self.b.data[:, None, None]", "self.b.data"),
        "b without new axes: it is lined up with the columns, not with the channels",
        GITHUB + "microsoft/CNTK/issues/2351",
    ),
    HintCase(
        "15",
        "MaxPool2d.forward",
        ALL_THAT_ARE_LARGEST,
        "all pixels that are equal to the largest count as winners, not only the first",
        GITHUB + "Theano/Theano/issues/5248",
    ),
    # 16
    HintCase(
        "16",
        "Sum.backward",
        ("np.full(shape, dy)", "np.ones(shape)"),
        "only the own slope, 1: dy is forgotten",
        SEEN,
    ),
    HintCase(
        "16",
        "tape",
        AS_IN_MICROGRAD,
        "a function that calls itself, as in micrograd: too deep for a long computation",
        GITHUB + "karpathy/micrograd/pull/90",
    ),
    HintCase(
        "16",
        "backward",
        ("dys[x] = dys[x] + dx if x in dys else dx", "dys[x] = dx"),
        "what arrives later replaces what has arrived before: = for +=",
        GITHUB + "karpathy/nn-zero-to-hero/issues/52",
    ),
    HintCase(
        "16",
        "by_hand",
        ("dr * (h > 0)", "dr * (dr > 0)"),
        "the gradient is set to 0 where it is negative itself, not where h is",
        GITHUB + "exacity/deeplearningbook-chinese/issues/127",
    ),
    # 17
    HintCase(
        "17",
        "total_parameters",
        ("p.data.size", "p.data.numel()"),
        "numel is PyTorch's, an array of NumPy has size",
        GITHUB + "synsense/rockpool/issues/9",
    ),
    HintCase(
        "17",
        "total_multiply_adds",
        EACH_WEIGHT_ONCE,
        "the parameters of the model come once each, so a layer used twice is counted once",
        GITHUB + "pytorch/torchtitan/pull/3225",
    ),
    HintCase(
        "17",
        "memory",
        FOUR_BYTES_A_NUMBER,
        "4 bytes for each number, as in the example by hand, whatever its type",
        SEEN,
    ),
    HintCase(
        "17",
        "seconds",
        MEAN_TIME,
        "all calls are measured together: the mean time, not the shortest",
        SEEN,
    ),
    # 18
    HintCase(
        "18",
        "Recurrent.forward",
        ("np.stack(hs[1:], axis=1)", "np.stack(hs, axis=1)"),
        "h0 is among the outputs: T + 1 states",
        SEEN,
    ),
    HintCase(
        "18",
        "Recurrent.backward",
        ("(dy[:, t] + dh0)", "dy[:, t]"),
        "what the step after it hands back is not added to dy",
        GITHUB + "qixianbiao/RNN/issues/2",
    ),
    HintCase(
        "18",
        "lstm_step",
        ("i, f, g, o = np.split", "i, f, o, g = np.split"),
        "the four sums are taken in the order i, f, o, g",
        GITHUB + "apple/coremltools/pull/93",
    ),
    HintCase(
        "18",
        "cell_path",
        ("path[::-1]", "path.reverse()"),
        "reverse turns the list around and gives back None",
        "https://pythonbeginnerhelp.pages.dev/reference/python-list-reverse-method",
    ),
    # 19
    HintCase(
        "19",
        "causal_mask",
        TRUE_WHERE_HIDDEN,
        "the mask is True for what is to be hidden, not for what may be seen",
        GITHUB + "rasbt/LLMs-from-scratch/issues/1061",
    ),
    HintCase(
        "19",
        "Attention.forward",
        ("self.weights(q, k)", "weights(q, k)"),
        "self is missing before the method",
        "http://www.kouhan.cn/en/article/00037870",
    ),
    HintCase(
        "19",
        "join_heads",
        ("np.swapaxes(x, 1, 2).reshape", "x.reshape"),
        "only a reshape: the tokens are not brought in front of the heads before it",
        GITHUB + "jsbaan/transformer-from-scratch/pull/6",
    ),
    HintCase(
        "19",
        "LayerNorm.backward",
        SUMS_FOR_ROWS_ONLY,
        "dw and db are summed over axis 0 only: right for rows, not for sequences",
        GITHUB + "wjbKimberly/cs231n_spring_2017_assignment/issues/7",
    ),
    # 20
    HintCase(
        "20",
        "Positions.backward",
        ROWS_OF_THIS_SEQUENCE,
        "dp has rows only for the places of this sequence, not the shape of p",
        SEEN,
    ),
    HintCase(
        "20",
        "SelfAttention.backward",
        (
            'grads |= {f"{name}.{key}": value for key, value in layer_grads.items()}',
            "grads.update(layer_grads)",
        ),
        "no name of the layer before the keys: v's gradient replaces those of q and k",
        SEEN,
    ),
    HintCase(
        "20",
        "block",
        TWO_LAYERS_IN_A_RESIDUAL,
        "Residual takes one layer, and gets two: nn.Sequential is missing around them",
        SEEN,
    ),
    HintCase(
        "20",
        "write",
        ("[:, -1]", "[-1]"),
        "the last sequence of the batch, not the last place of each sequence",
        GITHUB + "EleutherAI/gpt-neox/pull/253",
    ),
]
