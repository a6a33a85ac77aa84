"""The last wrong answers to the exercises 11 to 20, rewritten from public questions and
repositories.

Their author saw what students see, and the solutions; nothing was run against the checks. None
stands in the other sets. Each names where the mistake was made or asked about; the code
is written anew for the exercise's TODO. SEEN marks those that were seen when teaching.
"""

from hint_cases.case import GITHUB, HintCase

SEEN = "teaching experience"

SHUFFLED_IN_PLACE = """
if shuffle:
    order = nn.backend.generator().permutation(len(x))
    x[:], y[:] = x[order], y[order]
for start in range(0, len(x), batch_size):
    yield x[start : start + batch_size], y[start : start + batch_size]
"""
ONE_STEP = """
model.train()
total, count = 0.0, 0
for batch_x, batch_y in data:
    value = loss(model(nn.Tensor(batch_x)), batch_y)
    optimizer.zero_grad()
    value.backward()
    total += float(value.data) * len(batch_x)
    count += len(batch_x)
optimizer.step()
return total / count
"""
INTO_A_LIST = """
parameters = list(model.parameters())
for i, data in enumerate(self.kept):
    parameters[i] = data.copy()
"""
KERAS_NAME = """
history = {"loss": []} if validation is None else {"loss": [], "val_loss": []}
for _ in range(epochs):
    data = batches(x, y, batch_size)
    history["loss"].append(train_epoch(model, data, loss, optimizer))
    if validation is not None:
        history["val_loss"].append(measure(model, *validation, loss))
    if early_stopping is not None and early_stopping(model, history):
        break
if early_stopping is not None:
    early_stopping.restore(model)
return history
"""
ONE_MASK = """
mask = 1.0
if self.training:
    if not hasattr(self, "mask"):
        self.mask = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
    mask = self.mask
self.cache = mask
y = x * mask
"""
ONLY_THE_OUTERMOST = """
mode = model.training
model.training = False
output = model(x)
model.training = mode
return output
"""
RETURN_IN_LOOP = """
ys, self.cache = [None] * len(self.out_features_list), {}
for (i, j), block in self.cells.items():
    if xs[i] is not None:
        y = block(xs[i])
        ys[j] = y if ys[j] is None else ys[j] + y
        self.cache[i, j] = block.cache
    return ys
"""
SCALED_IN_PLACE = """
w *= radius / np.max(np.abs(np.linalg.eigvals(w)))
return w
"""
NO_BRACKETS = """
rows = x.shape[2] - size // stride + 1
columns = x.shape[3] - size // stride + 1
windows = np.zeros((*x.shape[:2], rows, columns, size, size))
for r in range(rows):
    for c in range(columns):
        top, left = r * stride, c * stride
        windows[:, :, r, c] = x[:, :, top : top + size, left : left + size]
"""
ROWS_OF_WINDOWS = """
windows = cut(x, self.size, self.stride, self.padding)
self.cache = x.shape, windows
n, _, rows, columns = windows.shape[:4]
flat = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, -1)
y = flat @ self.w.data.reshape(len(self.w.data), -1).T + self.b.data
y = y.reshape(n, len(self.w.data), rows, columns)
"""
TOTAL_TIME = """
import timeit
function()
return timeit.timeit(function, number=repeats)
"""
ONE_STATE = """
hs, h = [h0], h0
for t in range(x.shape[1]):
    h[...] = np.tanh(x[:, t] @ self.w.data + h @ self.u.data + self.b.data)
    hs.append(h)
self.cache = x, hs
y = np.stack(hs[1:], axis=1)
"""
OVER_THE_EXAMPLES = """
s = (np.var(x, axis=0, keepdims=True) + self.eps) ** 0.5
z = (x - np.mean(x, axis=0, keepdims=True)) / s
self.cache = z, s
y = z * self.w.data + self.b.data
"""

CASES = [
    # 11
    HintCase("11", "batches", SHUFFLED_IN_PLACE, "the caller's arrays are shuffled in place", SEEN),
    HintCase("11", "train_epoch", ONE_STEP,
             "one step for the whole epoch: it stands behind the loop, not in it",
             GITHUB + "DeepReinforcementLearning/DeepReinforcementLearningInAction/pull/13"),
    HintCase("11", "measure", ("float(score(model(x), y))", "float(score(model(x), y)) / len(x)"),
             "divided by the number of examples, though the score is a mean already",
             GITHUB + "mahmoodlab/PathomicFusion/pull/3"),
    HintCase("11", "EarlyStopping.__call__", ("losses[-1] < self.best - self.min_delta",
             "losses[-1] > self.best + self.min_delta"),
             "a larger loss counts as better, as for an accuracy",
             GITHUB + "tensorflow/docs/pull/2178"),
    HintCase("11", "EarlyStopping.restore", INTO_A_LIST,
             "written into a list of the parameters, not into the parameters", SEEN),
    HintCase("11", "fit", KERAS_NAME, "another key of the history: val_loss",
             GITHUB + "keras-team/keras/issues/2159"),
    # 12
    HintCase("12", "Dropout.forward", ("random(x.shape)", "random(*x.shape)"),
             "the shape as separate arguments: the second is taken for the dtype",
             GITHUB + "numpy/numpy/issues/26485"),
    HintCase("12", "Dropout.forward", ONE_MASK, "the mask is drawn once, for all batches",
             GITHUB + "arrayfire/arrayfire-ml/pull/40"),
    HintCase("12", "Dropout.backward", "if self.training:\n    dx = dy * self.cache",
             "dx is not set in evaluation mode", GITHUB + "keras-team/keras/pull/5788"),
    HintCase("12", "predict", ONLY_THE_OUTERMOST,
             "only the model's own mode is set, not that of the layers in it",
             GITHUB + "meta-pytorch/torchrec/pull/2464"),
    HintCase("12", "penalty", ("strength / 2 * squares",
             "strength / 2 * squares / len(parameters)"),
             "divided by the number of parameters, as a mean is",
             GITHUB + "d2l-ai/d2l-zh/pull/517"),
    HintCase("12", "SGD.step", ("p.data -= self.lr", "p.data = p.data - self.lr"),
             "a new array, not a change in place", GITHUB + "chainer/chainer/pull/6171"),
    # 13
    HintCase("13", "cut", "return np.split(x, np.cumsum(sizes), axis=1)",
             "also cut behind the last column: an empty part too many", SEEN),
    HintCase("13", "join", "return np.concatenate([p for p in parts if p is not None], axis=1)",
             "what is None is left out, so the others move up",
             GITHUB + "rapidsai/custrings/issues/138"),
    HintCase("13", "Sequential2D.forward_list", ("[None] * len(self.out_features_list)", "[]"),
             "an empty list has no place j", "https://sqlpey.com/python/"
             "python-list-initialization-indexerror"),
    HintCase("13", "Sequential2D.forward_list", RETURN_IN_LOOP,
             "return in the loop: the first block only",
             GITHUB + "speedinghzl/Pytorch-Deeplab/issues/4"),
    HintCase("13", "Sequential2D.backward_list", ("for (i, j), cache in self.cache.items():",
             "for i, j in self.cells:\n            cache = self.cache[i, j]"),
             "asks for the caches of blocks that got no input, and have none", SEEN),
    HintCase("13", "Sequential2D.backward_list", ("block.backward(dys[j])",
             "block.backward(dys[i])"), "the gradient of another output: i and j are exchanged",
             GITHUB + "antirez/neural-redis/issues/19"),
    # 14
    HintCase("14", "skip_config", ("len(sizes) - 1", "len(sizes)"),
             "a row and a column too many: between k stages lie k - 1 steps",
             GITHUB + "pswpswpsw/nif/issues/7"),
    HintCase("14", "square_config", ("[[None, *row] for", "[row.insert(0, None) for"),
             "insert changes the row of cfg, and returns None",
             "https://scripteverything.com/prepend-list-python/"),
    HintCase("14", "Iterated.forward", ("x = self.model(x)\n"
             "            self.cache.append(self.model.cache)",
             "self.cache.append(self.model.cache)\n            x = self.model(x)"),
             "kept before the step is made: the cache of the step before", SEEN),
    HintCase("14", "Iterated.backward", ("self.model.cache = cache\n            dy", "dy"),
             "the model is not given the step's cache: the last one serves for all",
             GITHUB + "keras-team/keras/issues/1254"),
    HintCase("14", "with_radius", ("np.linalg.eigvals(w)", "np.linalg.eig(w)"),
             "eig returns the eigenvectors as well", SEEN),
    HintCase("14", "with_radius", SCALED_IN_PLACE, "w is changed in place",
             GITHUB + "holoviz-topics/imagen/issues/10"),
    # 15
    HintCase("15", "cut", NO_BRACKETS, "brackets are missing: only size is divided by the stride",
             GITHUB + "hijkzzz/cuda-neural-network/issues/10"),
    HintCase("15", "paste", ("r * stride, c * stride",
             "r * stride - padding, c * stride - padding"),
             "the padding is subtracted here too, though x has its border", SEEN),
    HintCase("15", "Conv2d.forward", ROWS_OF_WINDOWS,
             "reshaped with the output channels last: to be transposed, not reshaped",
             GITHUB + "tensorflow/tfjs/pull/6369"),
    HintCase("15", "Conv2d.backward", ("np.sum(dy, axis=(0, 2, 3))", "np.sum(dy, axis=(2, 3))"),
             "db is not summed over the examples", GITHUB + "mlpack/mlpack/pull/3679"),
    HintCase("15", "MaxPool2d.forward", ("self.size, self.stride, self.padding",
             "self.size, self.padding, self.stride"), "padding and stride are exchanged",
             GITHUB + "lxdv/ecg-classification/issues/37"),
    HintCase("15", "MaxPool2d.backward", ("shape, won = self.cache", "won, shape = self.cache"),
             "the cache is unpacked in the other order", SEEN),
    # 16
    HintCase("16", "sum_to", "dx = np.broadcast_to(dy, shape)", "stretched, not summed",
             GITHUB + "apache/tvm/pull/2465"),
    HintCase("16", "MatMul.backward", "da = dy * b.T\ndb = a.T * dy",
             "* multiplies number by number: @ is the product of matrices",
             GITHUB + "mikecroucher/nearest_correlation/pull/4"),
    HintCase("16", "record", ("*[x.data for x in inputs]", "*inputs"),
             "forward gets Tensors, not their arrays", SEEN),
    HintCase("16", "tape", ("{tensor}, [tensor]", "set(), [tensor]"),
             "the tensor itself is missing", SEEN),
    HintCase("16", "backward", ("one.grad = arrived if one.grad is None else one.grad + arrived",
             "one.grad = arrived"), "what a call before has left in grad is overwritten",
             GITHUB + "karpathy/micrograd/pull/102"),
    HintCase("16", "by_hand", ("np.sum(dh, axis=0)", "np.sum(dw, axis=0)"),
             "db is the sum of dw, not of dh", GITHUB + "rust0258/"
             "Deeplearning.ai-Natural-Language-Processing-Specialization/issues/62"),
    # 17
    HintCase("17", "total_parameters", ("p.data.size", "len(p.data)"),
             "len counts the rows only", GITHUB + "BIMAU/transiflow/pull/2"),
    HintCase("17", "total_multiply_adds", ("total += n", "total = n"),
             "= in the place of +=: only the last layer counts", SEEN),
    HintCase("17", "memory", ("x = layer(x)\n        activations += x.nbytes",
             "activations += layer(x).nbytes"), "each layer gets the batch, not the output before",
             GITHUB + "cyclomon/UNSB/issues/29"),
    HintCase("17", "memory", ('return named | {"activations": activations}',
             'named["activations"] = activations\n'
             "    return {name: size / 2**20 for name, size in named.items()}"),
             "in megabytes, not in bytes", GITHUB + "alpa-projects/mms/pull/43"),
    HintCase("17", "seconds", TOTAL_TIME, "timeit gives the time of all calls together",
             GITHUB + "daneah/practices-of-the-python-pro/issues/4"),
    HintCase("17", "small_network",
             'return nn.Sequential([nn.Dense(64, 72, "relu"), nn.Dense(72, 10)])',
             "a list, where each layer is an argument", GITHUB + "pytorch/pytorch/issues/33398"),
    # 18
    HintCase("18", "Recurrent.forward", ("np.stack(hs[1:], axis=1)", "np.stack(hs, axis=1)"),
             "h_0 is among the outputs: one too many",
             GITHUB + "tensorflow/tensorflow/issues/869"),
    HintCase("18", "Recurrent.forward", ONE_STATE,
             "one array for all states, overwritten in each step, and h0 is it",
             GITHUB + "pytorch/pytorch/pull/142303"),
    HintCase("18", "Recurrent.backward", ("dz = (dy[:, t] + dh0) *",
             "dy[:, t] += dh0\n            dz = dy[:, t] *"), "dy is changed in place",
             GITHUB + "Burton2000/CS231n-2017/issues/7"),
    HintCase("18", "lstm_step", ("i * np.tanh(g)", "f * np.tanh(g)"),
             "the forget gate in the place of the input gate",
             GITHUB + "ARM-software/CMSIS-NN/pull/181"),
    HintCase("18", "lstm_step", ("i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)\n    c = f * c",
             "i, o = sigmoid(i), sigmoid(o)\n    c = sigmoid(f) * c"),
             "f is returned without its sigmoid", GITHUB + "flagos-ai/FlagGems/issues/5014"),
    HintCase("18", "cell_path", ("reversed(forgets)", "forgets"),
             "walked forward in time, not backward",
             GITHUB + "maria-larchenko/modflows/issues/12"),
    # 19
    HintCase("19", "Attention.weights", ("np.exp(z - np.max(z, axis=-1, keepdims=True))",
             "np.exp(z)"), "exp overflows: the maximum is not subtracted",
             GITHUB + "pytorch/executorch/pull/18407"),
    HintCase("19", "Attention.backward", ("np.swapaxes(a, -1, -2) @ dy", "a @ dy"),
             "the weights are not transposed on the way back to v", SEEN),
    HintCase("19", "join_heads", ("np.swapaxes(x, 1, 2)", "np.transpose(x, (0, 2, 3, 1))"),
             "the heads end up behind their columns: column by column, not head by head",
             GITHUB + "gazelle93/Transformer-Various-Positional-Encoding/issues/1"),
    HintCase("19", "LayerNorm.forward", OVER_THE_EXAMPLES,
             "over the examples, as a batch norm, not over the features",
             GITHUB + "tensorflow/addons/pull/2142"),
    HintCase("19", "LayerNorm.backward", ("np.sum((dy * z).reshape(-1, width), axis=0)\n"
             "        db = np.sum(dy.reshape(-1, width), axis=0)",
             "np.sum(dy * z, axis=0)\n        db = np.sum(dy, axis=0)"),
             "summed over the first axis only: right for rows, not for tokens",
             GITHUB + "ooples/AiDotNet.Tensors/pull/235"),
    HintCase("19", "Residual.backward",
             ('{f"layer.{name}": gradient for name, gradient in layer_grads.items()}',
              "layer_grads"), "the names lack the layer in front", SEEN),
    # 20
    HintCase("20", "Embedding.forward", ("self.w.data[x]", "self.w.data[:, x]"),
             "the columns of the table, not its rows", GITHUB + "onnx/onnx/pull/254"),
    HintCase("20", "Positions.backward", ("np.sum(dy, axis=0)", "np.sum(dy, axis=(0, 1))"),
             "summed over the places too, so that every row of p gets the same", SEEN),
    HintCase("20", "Rows.backward", ("rows.reshape(*dy.shape[:-1], -1)", "rows"),
             "dx is not given its three axes back", SEEN),
    HintCase("20", "probabilities", ("scores / temperature", "scores * temperature"),
             "multiplied by the temperature", GITHUB + "bowang-lab/BLEEP/issues/5"),
    HintCase("20", "write", ("np.concatenate([tokens, new[:, None]], axis=1)",
             "np.append(tokens, new[:, None])"), "append without an axis makes one long row",
             GITHUB + "NeurodataWithoutBorders/pynwb/pull/1505"),
    HintCase("20", "token_cost", ("blocks * 2 * tokens * width", "blocks * tokens * width"),
             "only one of the two products of attention",
             GITHUB + "pytorch/torchtitan/pull/4366"),
]  # fmt: skip
