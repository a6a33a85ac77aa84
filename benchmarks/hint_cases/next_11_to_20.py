"""The next wrong answers to the exercises 11 to 20, rewritten from public questions and
repositories.

Their author saw what students see, and the solutions; nothing was run against the checks. None
stands in the other sets. Each names where the mistake was made or asked about; the code
is written anew for the exercise's TODO. SEEN marks those that were seen when teaching.
"""

from hint_cases.case import GITHUB, HintCase

SEEN = "teaching experience"

HISTORY_MADE_ANEW = """
for _ in range(epochs):
    history = {"loss": []} if validation is None else {"loss": [], "validation_loss": []}
    data = batches(x, y, batch_size)
    history["loss"].append(train_epoch(model, data, loss, optimizer))
    if validation is not None:
        history["validation_loss"].append(measure(model, *validation, loss))
    if early_stopping is not None and early_stopping(model, history):
        break
if early_stopping is not None:
    early_stopping.restore(model)
return history
"""
STOPS_AT_THE_FIRST_NONE = """
ys, self.cache = [None] * len(self.out_features_list), {}
for (i, j), block in self.cells.items():
    if xs[i] is None:
        break
    y = block(xs[i])
    ys[j] = y if ys[j] is None else ys[j] + y
    self.cache[i, j] = block.cache
return ys
"""
NO_LAST_ROW = """
sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]
types = [[None, *row] for row in cfg["block_types"]]
types[0][0] = "Identity"
return {"in_features_list": sizes, "out_features_list": sizes, "block_types": types}
"""
MEAN_OF_OVERLAPS = """
counts = np.zeros_like(x)
for r in range(rows):
    for c in range(columns):
        top, left = r * stride, c * stride
        x[:, :, top : top + size, left : left + size] += windows[:, :, r, c]
        counts[:, :, top : top + size, left : left + size] += 1
x = x / np.maximum(counts, 1)
"""
NOT_ASSIGNED = """
self.cache = x.shape
x.reshape(len(x), -1)
y = x
"""
TIME_OF_THE_PROCESSOR = """
function()
times = []
for _ in range(repeats):
    start = time.process_time()
    function()
    times.append(time.process_time() - start)
return min(times)
"""
SQUASHED_CELL = """
z = x @ w + h @ u + b
i, f, g, o = np.split(z, 4, axis=1)
i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
c = np.tanh(f * c + i * np.tanh(g))
h = o * c
"""
FIRST_GATE_LEFT_OUT = """
path = [dc]
for t in range(len(forgets) - 1, 0, -1):
    path.append(forgets[t] * path[-1])
dcs = np.stack(path[::-1])
"""
LOG_PROBABILITIES_DIVIDED = """
z = scores - np.max(scores, axis=-1, keepdims=True)
log_p = z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))
p = np.exp(log_p / temperature)
"""

CASES = [
    # 11
    HintCase("11", "batches", (" if shuffle else np.arange(len(x))", ""),
             "shuffled also where shuffle is False", GITHUB + "faustomorales/keras-ocr/pull/137"),
    HintCase("11", "train_epoch", ("count += len(batch_x)", "count += 1"),
             "the sum over examples, divided by the number of batches",
             GITHUB + "bentrevett/pytorch-sentiment-analysis/issues/72"),
    HintCase("11", "fit", HISTORY_MADE_ANEW,
             "the history is made anew in each epoch: only the last one is in it", SEEN),
    # 12
    HintCase("12", "predict", ("return output", "return np.argmax(output, axis=1)"),
             "the most likely class, not the output",
             GITHUB + "IndicoDataSolutions/finetune/issues/85"),
    HintCase("12", "penalty", ("sum(float(np.sum(p.data**2)) for p in parameters)",
             "float(np.sum([p.data**2 for p in parameters]))"),
             "arrays of different shapes do not make one array",
             GITHUB + "numpy/numpy/issues/9585"),
    HintCase("12", "SGD.step", ("self.weight_decay * p.data", "self.weight_decay * p.data**2"),
             "the square of the weight, as in the penalty, not its derivative",
             GITHUB + "omar-florez/scratch_mlp/issues/5"),
    # 13
    HintCase("13", "join", ("np.concatenate(filled, axis=1)", "np.concatenate(*filled, axis=1)"),
             "the arrays one by one, where a list of them belongs",
             "https://stackoverflow.com/questions/9236926"),
    HintCase("13", "Sequential2D.forward_list", STOPS_AT_THE_FIRST_NONE,
             "break for continue: after an input that is None no block runs",
             GITHUB + "mjordan/islandora_workbench/issues/444"),
    HintCase("13", "Sequential2D.backward_list", ("(block, block_grads, grads)",
             "(block, grads, block_grads)"),
             "the two dicts are exchanged: nothing arrives in grads", SEEN),
    # 14
    HintCase("14", "square_config", NO_LAST_ROW, "the last row is missing: not square",
             GITHUB + "dhavalpotdar/Graph-Convolution-on-Structured-Documents/issues/10"),
    HintCase("14", "Iterated.forward", ("for _ in", "for x in"),
             "the number of the step overwrites the state: one name for both",
             GITHUB + "locuslab/fast_adversarial/issues/7"),
    HintCase("14", "with_radius", ("np.max(np.abs(np.linalg.eigvals(w)))",
             "np.abs(np.linalg.eigvals(w)[0])"),
             "the first eigenvalue, not the largest: they are in no order",
             GITHUB + "FAU-CS6/KDD/pull/83"),
    # 15
    HintCase("15", "cut", ("every[:, :, ::stride, ::stride]", "every[::stride, ::stride]"),
             "steps over examples and channels, not over rows and columns",
             GITHUB + "jiny2001/dcscn-super-resolution/issues/17"),
    HintCase("15", "paste", MEAN_OF_OVERLAPS, "the mean where windows overlap, not the sum",
             GITHUB + "rctn/sparsecoding/pull/85"),
    HintCase("15", "Flatten.forward", NOT_ASSIGNED,
             "reshape leaves x as it is: what it returns is thrown away",
             GITHUB + "numpy/numpy/issues/22564"),
    # 16
    HintCase("16", "sum_to", ("axis=tuple(range", "axis=list(range"),
             "a list of axes, where NumPy wants a tuple", GITHUB + "numpy/numpy/pull/7916"),
    HintCase("16", "backward", ("continue", "return"),
             "return for continue: after the first leaf nothing is done",
             GITHUB + "d-Rickyy-b/Python-GeizhalsBot/pull/75"),
    HintCase("16", "by_hand", ("(h > 0)", "(dr > 0)"),
             "0 where the gradient is negative, not where the input of the ReLU is",
             GITHUB + "exacity/deeplearningbook-chinese/issues/127"),
    # 17
    HintCase("17", "total_parameters", ("sum(p.data.size for p in model.parameters())",
             "sum({p.data.size for p in model.parameters()})"),
             "a set of sizes: two parameters of one size count once", SEEN),
    HintCase("17", "memory", (" if p.requires_grad", ""),
             "gradients also for what is not learned",
             GITHUB + "sksq96/pytorch-summary/issues/156"),
    HintCase("17", "seconds", TIME_OF_THE_PROCESSOR,
             "the time of the processor: while the function waits, it stands still",
             GITHUB + "kovisoft/slimv/pull/69"),
    # 18
    HintCase("18", "Recurrent.forward", ("hs[t] @", "h0 @"),
             "every step begins with the first state", GITHUB + "karpathy/makemore/pull/3"),
    HintCase("18", "lstm_step", SQUASHED_CELL,
             "tanh for the state only: the cell itself is kept without it",
             GITHUB + "nicodjimenez/lstm/issues/43"),
    HintCase("18", "cell_path", FIRST_GATE_LEFT_OUT,
             "the end of range does not belong to it: the first gate is left out", SEEN),
    # 19
    HintCase("19", "Attention.weights",
             ("z = np.where(causal_mask(q.shape[-2]), z, -np.inf)",
              "mask = causal_mask(q.shape[-2])\n            z = z * mask + (1 - mask) * -np.inf"),
             "0 times infinity is no number", GITHUB + "cerebroai/reformers/issues/3"),
    HintCase("19", "Attention.backward",
             ("a * (da - np.sum(da * a, axis=-1, keepdims=True))", "da * a * (1 - a)"),
             "the derivative of a sigmoid, not of a softmax",
             GITHUB + "Apiquet/DeepLearningFrameworkFromScratchCpp/issues/1"),
    HintCase("19", "Residual.forward", ("y = x + self.layer.forward(x)",
             "x += self.layer.forward(x)\n        y = x"), "x is changed in place",
             GITHUB + "karpathy/nanoGPT/pull/72"),
    # 20
    HintCase("20", "Positions.forward", ("self.p.data[: self.cache]", "self.p.data[self.cache]"),
             "one row for all places: an index, not a slice",
             GITHUB + "DiffPoseTalk/DiffPoseTalk/issues/20"),
    HintCase("20", "SelfAttention.backward",
             ('grads |= {f"{name}.{key}": value for key, value in layer_grads.items()}',
              'grads = grads.update({f"{name}.{key}": g for key, g in layer_grads.items()})'),
             "update changes the dict in place and returns None",
             GITHUB + "python/cpython/issues/76316"),
    HintCase("20", "probabilities", LOG_PROBABILITIES_DIVIDED,
             "divided after the softmax: the rows do not add up to 1",
             GITHUB + "MoonshotAI/Kimi-Audio/pull/161"),
]  # fmt: skip
