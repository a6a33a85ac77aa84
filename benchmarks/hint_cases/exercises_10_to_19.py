"""More wrong answers to the exercises 10 to 19, rewritten from public questions and repositories.

Their author saw what students see, and the solutions; nothing was run against the checks. None
stands in the first set. Each names where the mistake was made or asked about; the code
is written anew for the exercise's TODO. SEEN marks those that were seen when teaching.
"""

from hint_cases.case import FORUM, GITHUB, HintCase

SEEN = "teaching experience"

OLD_VELOCITY = """
v = state.get("v", 0.0)
w -= self.lr * v
state["v"] = self.momentum * v + dw
"""
ONE_VELOCITY = """
self.v = self.momentum * getattr(self, "v", 0.0) + dw
w -= self.lr * self.v
"""
ONE_CLOCK = """
self.t = getattr(self, "t", 0) + 1
m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
"""
MEAN_OF_BATCHES = """
model.train()
total = 0.0
for batch_x, batch_y in data:
    value = loss(model(nn.Tensor(batch_x)), batch_y)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    total += float(value.data)
return total / len(data)
"""
TRAINING_LOSS = """
losses = history["loss"]
epoch = len(losses) - 1
if losses[-1] < self.best - self.min_delta:
    self.best, self.best_epoch = losses[-1], epoch
    self.kept = [p.data.copy() for p in model.parameters()]
return epoch - self.best_epoch >= self.patience
"""
ONE_GENERATOR = """
history = {"loss": []} if validation is None else {"loss": [], "validation_loss": []}
data = batches(x, y, batch_size)
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
STALE_MASK = """
if self.training:
    self.cache = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
    y = x * self.cache
else:
    y = x
"""
DECAY_UNUSED = """
for p in self.parameters:
    if p.grad is not None:
        decayed = p.data - self.lr * self.weight_decay * p.data
        p.data -= self.lr * p.grad
"""
DECAYED_GRADIENTS = """
for p in self.parameters:
    if p.grad is not None:
        p.grad += self.weight_decay * p.data
        p.data -= self.lr * p.grad
"""
INTO_OUTPUTS = """
ys, self.cache = [None] * len(self.out_features_list), {}
for (i, j), block in self.cells.items():
    if xs[i] is not None:
        y = block(xs[i])
        if ys[j] is None:
            ys[j] = y
        else:
            ys[j] += y
        self.cache[i, j] = block.cache
return ys
"""
ZEROS_FOR_NONE = """
ys, self.cache = [0] * len(self.out_features_list), {}
for (i, j), block in self.cells.items():
    if xs[i] is not None:
        ys[j] = ys[j] + block(xs[i])
        self.cache[i, j] = block.cache
return ys
"""
TURNED_MATRIX = """
ys, self.cache = [None] * len(self.out_features_list), {}
for (i, j), block in self.cells.items():
    if xs[j] is not None:
        y = block(xs[j])
        ys[i] = y if ys[i] is None else ys[i] + y
        self.cache[i, j] = block.cache
return ys
"""
WIDENED_ROWS = """
sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]
types = cfg["block_types"].copy()
for row in types:
    row.insert(0, None)
types.append([None] * len(sizes))
types[0][0] = "Identity"
return {"in_features_list": sizes, "out_features_list": sizes, "block_types": types}
"""
LONGER_LIST = """
sizes = cfg["in_features_list"]
sizes.append(cfg["out_features_list"][-1])
types = [[None, *row] for row in cfg["block_types"]]
types.append([None] * len(sizes))
types[0][0] = "Identity"
return {"in_features_list": sizes, "out_features_list": sizes, "block_types": types}
"""
FIRST_STATE = """
self.cache = []
for _ in range(self.steps):
    y = self.model(x)
    self.cache.append(self.model.cache)
return y
"""
LAST_GRADIENT = """
grads = {}
for cache in reversed(self.cache):
    self.model.cache = cache
    dx, step_grads = self.model.backward(dy)
    for name, gradient in step_grads.items():
        full = f"model.{name}"
        grads[full] = grads[full] + gradient if full in grads else gradient
return dx, grads
"""
STRETCHED_FIRST = """
dx = dy
for axis, size in enumerate(shape):
    if size == 1:
        dx = np.sum(dx, axis=axis, keepdims=True)
dx = np.sum(dx, axis=tuple(range(dy.ndim - len(shape))))
"""
RECURSIVE_TAPE = """
found = set()
def visit(one):
    if one in found:
        return
    found.add(one)
    for x in one.step.inputs if one.step else []:
        visit(x)
visit(tensor)
tensors = sorted(found, key=lambda one: one.time, reverse=True)
"""
GRADS_IN_THE_MIDDLE = """
tensor.grad = dy if tensor.grad is None else tensor.grad + dy
for one in tape(tensor):
    if one.step is None:
        continue
    for x, dx in one.step.backward(one.grad):
        x.grad = dx if x.grad is None else x.grad + dx
"""
INTO_DYS = """
dys = {tensor: dy}
for one in tape(tensor):
    arrived = dys[one]
    if one.step is None:
        one.grad = arrived if one.grad is None else one.grad + arrived
        continue
    for x, dx in one.step.backward(arrived):
        if x in dys:
            dys[x] += dx
        else:
            dys[x] = dx
"""
LAST_ACTIVATION = """
weights = sum(p.data.nbytes for p in model.parameters())
gradients = sum(p.data.nbytes for p in model.parameters() if p.requires_grad)
for layer in model:
    x = layer(x)
activations = x.nbytes
named = {"weights": weights, "gradients": gradients, "optimizer": slots * gradients}
return named | {"activations": activations}
"""
FOUR_BYTES = """
weights = sum(4 * p.data.size for p in model.parameters())
gradients = sum(4 * p.data.size for p in model.parameters() if p.requires_grad)
activations = 0
for layer in model:
    x = layer(x)
    activations += 4 * x.size
named = {"weights": weights, "gradients": gradients, "optimizer": slots * gradients}
return named | {"activations": activations}
"""
ONE_CLOCKING = """
function()
start = time.perf_counter()
for _ in range(repeats):
    function()
return (time.perf_counter() - start) / repeats
"""
SUM_OF_COLUMNS = """
z = q @ np.swapaxes(k, -1, -2) / q.shape[-1] ** 0.5
if self.causal:
    z = np.where(causal_mask(q.shape[-2]), z, -np.inf)
e = np.exp(z - np.max(z, axis=-1, keepdims=True))
a = e / np.sum(e, axis=-2, keepdims=True)
"""

CASES = [
    # 10
    HintCase("10", "SGD.update", "w += self.lr * dw", "uphill: the sign of the step",
             GITHUB + "pytorch/pytorch/issues/1871"),
    HintCase("10", "SGD.update", "w -= lr * dw", "self is missing", SEEN),
    HintCase("10", "SGD.update", "dw *= self.lr\nw -= dw", "the gradient is changed in place",
             GITHUB + "pytorch/pytorch/issues/12218"),
    HintCase("10", "Momentum.update", ('state.get("v", 0.0) + dw',
             'state.get("v", 0.0) + (1 - self.momentum) * dw'), "a mean of gradients, not a sum",
             GITHUB + "fastai/fastbook/issues/174"),
    HintCase("10", "Momentum.update", OLD_VELOCITY, "a step with the velocity of the step before",
             GITHUB + "mdenil/dropout/issues/4"),
    HintCase("10", "Momentum.update", ('state.get("v", 0.0) + dw',
             'state.get("v", 0.0) + self.lr * dw'), "two conventions mixed: lr counts twice",
             GITHUB + "NLeSC/deep-learning-assignments-solutions/issues/2"),
    HintCase("10", "Momentum.update", ONE_VELOCITY, "one velocity for all parameters", SEEN),
    HintCase("10", "Adam.update", ONE_CLOCK, "t counts parameters, not steps",
             GITHUB + "Shubham-cyber-prog/100-Days-Of-Web-Development-ECWoC26/pull/1575"),
    HintCase("10", "Adam.update", ("(np.sqrt(v_hat) + self.eps)", "np.sqrt(v_hat + self.eps)"),
             "eps stands under the root", GITHUB + "FluxML/Flux.jl/pull/448"),
    HintCase("10", "Adam.update", ('state.get("t", 0) + 1', 'state.get("t", -1) + 1'),
             "t begins at 0, so the correction divides by 0",
             GITHUB + "keras-team/keras/pull/10129"),
    HintCase("10", "Adam.update", ("np.sqrt(v_hat)", "v_hat**2"), "a square for the root",
             GITHUB + "torch/optim/pull/48"),
    HintCase("10", "Adam.update", ("(1 - beta2) * dw**2", "dw**2"),
             "the running mean of the squares lacks its factor 1 - beta2",
             GITHUB + "fastai/fastbook/pull/342"),
    # 11
    HintCase("11", "batches", ("y[chosen]", "y[start : start + batch_size]"),
             "x is shuffled, y is not", GITHUB + "DrexelChatbotGroup/DrexelChatbot/issues/15"),
    HintCase("11", "batches", ("permutation(len(x))", "integers(len(x), size=len(x))"),
             "drawn with repetition: some examples twice, others never",
             GITHUB + "ageron/handson-ml2/issues/458"),
    HintCase("11", "batches", ("yield x[chosen]", "return x[chosen]"),
             "return in the loop: the first batch only",
             GITHUB + "riccardoandreoni0/CNN-from-scratch/issues/1"),
    HintCase("11", "train_epoch", ("model.train()\n    total, count", "total, count"),
             "the model is not told that it trains",
             GITHUB + "pytorch/tutorials/issues/1624"),
    HintCase("11", "train_epoch", ("float(value.data) * len(batch_x)", "value * len(batch_x)"),
             "Tensors are added up, with all that they remember",
             GITHUB + "BatsResearch/labelmodels/issues/4"),
    HintCase("11", "train_epoch", MEAN_OF_BATCHES,
             "the mean over batches, by the length of a generator",
             GITHUB + "aidotse/LeakPro/issues/239"),
    HintCase("11", "measure", ("model.eval()\n    return", "return"), "not in evaluation mode",
             GITHUB + "rsommerfeld/trocr/issues/9"),
    HintCase("11", "EarlyStopping.__call__", ("losses[-1] < self.best - self.min_delta",
             "losses[-1] - self.best < self.min_delta"), "min_delta has the wrong sign",
             GITHUB + "ThilinaRajapakse/simpletransformers/pull/527"),
    HintCase("11", "EarlyStopping.__call__", TRAINING_LOSS, "watches the training loss",
             GITHUB + "citoverse/cito/issues/38"),
    HintCase("11", "EarlyStopping.restore", ("p.data = data.copy()", "p = data.copy()"),
             "a name is bound, and the parameter stays as it is", SEEN),
    HintCase("11", "fit", ONE_GENERATOR, "one generator for all epochs: empty after the first",
             GITHUB + "skorch-dev/skorch/issues/1011"),
    HintCase("11", "train_digits", ("nn.Dense(128, 10))", "nn.Dense(128, 10), nn.Softmax())"),
             "a softmax in front of a loss that has one",
             GITHUB + "nfmcclure/tensorflow_cookbook/issues/86"),
    # 12
    HintCase("12", "Dropout.forward", ("random(x.shape)", "normal(size=x.shape)"),
             "normal random numbers, so that more than half are below p",
             GITHUB + "mbadry1/DeepLearning.ai-Summary/pull/145"),
    HintCase("12", "Dropout.forward", ("/ (1 - self.p)", "/ self.p"), "divided by p",
             GITHUB + "lmjohns3/theanets/pull/123"),
    HintCase("12", "Dropout.forward", ("if self.training", "if not self.training"),
             "the modes are exchanged", GITHUB + "NatLabRockies/phygnn/pull/18"),
    HintCase("12", "Dropout.forward", ("random(x.shape)", "random(x.shape[1:])"),
             "all examples share one mask", GITHUB + "keras-team/keras/issues/217"),
    HintCase("12", "Dropout.forward", STALE_MASK,
             "in evaluation, the mask of the last training step is still there", SEEN),
    HintCase("12", "Dropout.backward", "dx = dy * (self.cache > 0)",
             "the mask without its scale", SEEN),
    HintCase("12", "predict", "model.eval()\noutput = model(x)\nmodel.train()\nreturn output",
             "always in training mode afterwards",
             GITHUB + "chenyuntc/simple-faster-rcnn-pytorch/issues/154"),
    HintCase("12", "predict", "return model(x)", "not in evaluation mode",
             GITHUB + "borchero/pyblaze/issues/6"),
    HintCase("12", "penalty", ("strength / 2 * squares", "strength * squares"),
             "the half is forgotten", GITHUB + "jingtinghuang/CS231n-Spring-2017/issues/3"),
    HintCase("12", "SGD.step", ("self.lr * (p.grad + self.weight_decay * p.data)",
             "self.lr * p.grad + self.weight_decay * p.data"), "the decay without lr",
             GITHUB + "FluxML/model-zoo/pull/303"),
    HintCase("12", "SGD.step", DECAY_UNUSED, "the decayed weights are computed and not used",
             GITHUB + "tinygrad/tinygrad/pull/17709"),
    HintCase("12", "SGD.step", DECAYED_GRADIENTS, "the gradients are changed in place",
             GITHUB + "pytorch/pytorch/issues/12218"),
    # 13
    HintCase("13", "cut", ("\n        start += size", ""), "every part begins at column 0",
             GITHUB + "PennyLaneAI/pennylane/issues/1928"),
    HintCase("13", "cut", "return np.split(x, sizes, axis=1)",
             "np.split takes places to cut at, not sizes",
             GITHUB + "Quansight-Labs/numpy_pytorch_interop/pull/46"),
    HintCase("13", "cut", ("start : start + size", "start:size"),
             "a slice by its length, not its end", SEEN),
    HintCase("13", "join", ("np.concatenate(filled, axis=1)", "np.concatenate(filled)"),
             "one below the other, not side by side",
             GITHUB + "neetcode-gh/leetcode/issues/4785"),
    HintCase("13", "join", ("(len(like), size), like.dtype", "(len(like), size)"),
             "zeros of float64", GITHUB + "numpy/numpy/issues/10135"),
    HintCase("13", "join", ("if part is None", "if part == None"), "== compares number by number",
             "https://qastack.mx/programming/10062954"),
    HintCase("13", "Sequential2D.forward_list", INTO_OUTPUTS, "adds into an array of the caller",
             GITHUB + "rosinality/vq-vae-2-pytorch/issues/60"),
    HintCase("13", "Sequential2D.forward_list", ZEROS_FOR_NONE,
             "0 in the place of None where nothing arrives", SEEN),
    HintCase("13", "Sequential2D.forward_list", TURNED_MATRIX, "rows and columns are exchanged",
             GITHUB + "py-why/dowhy/pull/1202"),
    HintCase("13", "Sequential2D.backward_list", ("self.merge_gradients(block, block_grads, grads)",
             "grads = self.merge_gradients(block, block_grads, grads)"),
             "what returns nothing is assigned: grads is None",
             "https://thecodeforge.io/python/python-append/"),
    HintCase("13", "Sequential2D.backward_list", ("block.cache = cache\n                dx", "dx"),
             "the block is not given its cache back", SEEN),
    HintCase("13", "Sequential2D.backward_list", ("self.merge_gradients(block, block_grads, grads)",
             "grads.update(block_grads)"), "all blocks write to the same names", SEEN),
    # 14
    HintCase("14", "skip_config", ("[[None] * stages for _ in range(stages)]",
             "[[None] * stages] * stages"), "all rows are the same list",
             "https://stackoverflow.com/questions/6688223"),
    HintCase("14", "skip_config", ("block_types[a][b - 1]", "block_types[a][b]"),
             "the columns begin with stage 1, not 0", SEEN),
    HintCase("14", "skip_config", ("block_types[a][b - 1]", "block_types[b - 1][a]"),
             "the matrix is turned: to and from are exchanged",
             GITHUB + "sbromberger/LightGraphs.jl/issues/466"),
    HintCase("14", "square_config", LONGER_LIST, "the list of the caller grows",
             GITHUB + "mozilla-services/metlog-py/pull/38"),
    HintCase("14", "square_config", WIDENED_ROWS, "a shallow copy: the rows are the caller's",
             GITHUB + "omry/omegaconf/issues/450"),
    HintCase("14", "square_config", ('    types[0][0] = "Identity"\n', ""),
             "the input does not stay", SEEN),
    HintCase("14", "Iterated.forward", FIRST_STATE, "every step begins with the first state",
             FORUM + "c5-w1-assignment-1/521805"),
    HintCase("14", "Iterated.forward", ("self.cache.append(self.model.cache)",
             "self.cache = self.cache.append(self.model.cache)"), "append returns None",
             "https://sqlpey.com/python/why-python-list-append-returns-none"),
    HintCase("14", "Iterated.backward", LAST_GRADIENT, "every step gets the last state's gradient",
             FORUM + "building-a-recurrent-neural-network-step-by-step/534149"),
    HintCase("14", "Iterated.backward", ('full = f"model.{name}"', "full = name"),
             "the names lack the model in front", SEEN),
    HintCase("14", "with_radius", ("np.max(np.abs(np.linalg.eigvals(w)))",
             "np.max(np.linalg.eigvals(w))"), "the largest eigenvalue, not its absolute value",
             GITHUB + "EricDarve/numerical_linear_algebra/issues/43"),
    HintCase("14", "with_radius", ("np.max(np.abs(np.linalg.eigvals(w)))", "np.max(np.abs(w))"),
             "the largest number of the matrix", GITHUB + "kyegomez/OpenMythos/issues/51"),
    # 15
    HintCase("15", "cut", ("every[:, :, ::stride, ::stride]", "every"), "the stride is forgotten",
             FORUM + "course-4-week-1-exercise-3-make-sure-you-include-stride-in-your-calculation"
             "/513501"),
    HintCase("15", "paste", ("top, left = r * stride, c * stride",
             "top, left = c * stride, r * stride"), "rows and columns are exchanged",
             GITHUB + "jefkine/zeta-learn/issues/4"),
    HintCase("15", "Conv2d.forward", ("self.b.data[:, None, None]", "self.b.data"),
             "b lines up with the columns of the picture",
             GITHUB + "dfdx/Lilith.jl/issues/11"),
    HintCase("15", "Conv2d.forward", ("self.w.data", "self.w.data[:, :, ::-1, ::-1]"),
             "the kernel is turned around", GITHUB + "FluxML/NNlib.jl/issues/208"),
    HintCase("15", "Conv2d.forward", ("cut(x, self.size, self.stride, self.padding)",
             "cut(x, self.size, self.stride)"), "the padding is forgotten", SEEN),
    HintCase("15", "Conv2d.backward", ("db = np.sum(dy, axis=(0, 2, 3))",
             "db = np.sum(dy, axis=(0, 2, 3)) / len(dy)"), "db is divided by the batch",
             GITHUB + "rasmusbergpalm/DeepLearnToolbox/issues/169"),
    HintCase("15", "Conv2d.backward", ("paste(dwindows, shape, self.stride, self.padding)",
             "paste(dwindows, shape, self.stride)"), "pasted without the border",
             GITHUB + "PKUFlyingPig/CMU10-714/issues/6"),
    HintCase("15", "MaxPool2d.forward", (", fill=-np.inf", ""), "a border of zeros can win",
             GITHUB + "apache/mxnet/issues/2753"),
    HintCase("15", "MaxPool2d.forward", ("y = np.max(flat, axis=-1)", "y = best"),
             "the place of the largest number, not the number", SEEN),
    HintCase("15", "MaxPool2d.backward", ("won * dy[..., None]", "won * dy"),
             "dy does not line up with the windows",
             GITHUB + "marsggbo/deeplearning.ai_JupyterNotebooks/issues/6"),
    HintCase("15", "Flatten.forward", ("x.reshape(len(x), -1)", "x.reshape(len(x), -1).T"),
             "a column for each example", GITHUB + "ElefHead/numpy-cnn/issues/2"),
    HintCase("15", "Flatten.backward", "dx = dy", "the shape is not given back", SEEN),
    # 16
    HintCase("16", "sum_to", STRETCHED_FIRST,
             "axes are counted before those in front are gone",
             GITHUB + "HomericIntelligence/Odyssey/pull/2080"),
    HintCase("16", "sum_to", (", keepdims=True", ""), "the axis of size 1 is lost",
             GITHUB + "pytorch/pytorch/issues/1813"),
    HintCase("16", "Multiply.backward", ("sum_to(dy * b, a.shape)", "sum_to(dy, a.shape) * b"),
             "summed before the product", SEEN),
    HintCase("16", "MatMul.backward", "da = b.T @ dy\ndb = dy @ a.T",
             "the right factors in the wrong order",
             GITHUB + "HomericIntelligence/Odyssey/issues/2136"),
    HintCase("16", "Sum.backward", "dx = np.ones(shape)", "dy is forgotten",
             GITHUB + "haydnv/tinychain/pull/142"),
    HintCase("16", "record", ("module.forward(*[x.data for x in inputs])",
             "module.forward([x.data for x in inputs])"), "a list for the arguments", SEEN),
    HintCase("16", "record", ("Step(module, module.cache, inputs)",
             "Step(module, module.cache, [x.data for x in inputs])"),
             "the step holds arrays, not tensors", SEEN),
    HintCase("16", "tape", RECURSIVE_TAPE, "calls itself, too deep for a long computation",
             GITHUB + "karpathy/micrograd/pull/90"),
    HintCase("16", "tape", (", reverse=True", ""), "earliest first", SEEN),
    HintCase("16", "backward", INTO_DYS, "adds into an array of somebody else",
             GITHUB + "flexcompute/tidy3d/pull/3304"),
    HintCase("16", "backward", GRADS_IN_THE_MIDDLE,
             "what a first call left in the middle counts again in a second",
             GITHUB + "karpathy/micrograd/issues/53"),
    HintCase("16", "by_hand", ("np.sum(dh, axis=0)", "np.mean(dh, axis=1)"),
             "a mean over the wrong axis", GITHUB + "deeplearning4j/deeplearning4j/pull/364"),
    # 17
    HintCase("17", "total_parameters", ("in model.parameters()",
             "in model.parameters() if p.requires_grad"), "only those that are learned",
             GITHUB + "ofsoundof/NTIRE2023_ESR/issues/1"),
    HintCase("17", "total_parameters", "return len(model.parameters())",
             "counts arrays, not numbers", SEEN),
    HintCase("17", "total_multiply_adds", ("n * p.data.size", "2 * n * p.data.size"),
             "a multiply-add counts as two", GITHUB + "open-mmlab/mmcv/issues/785"),
    HintCase("17", "total_multiply_adds", "total = 0\nfor layer in model:\n"
             "    for p in layer.parameters():\n        total += n * p.data.size\nreturn total",
             "biases are counted as well", GITHUB + "dgschwend/netscope/pull/31"),
    HintCase("17", "total_multiply_adds", ("n * p.data.size", "p.data.size"),
             "for one example only", SEEN),
    HintCase("17", "memory", FOUR_BYTES, "four bytes for every number",
             GITHUB + "deepspeedai/DeepSpeed/pull/5099"),
    HintCase("17", "memory", LAST_ACTIVATION, "only the last layer's output",
             GITHUB + "TylerYep/torchinfo/issues/144"),
    HintCase("17", "memory", ("activations += x.nbytes", "activations += 2 * x.nbytes"),
             "outputs count twice, for their gradients",
             GITHUB + "sksq96/pytorch-summary/issues/51"),
    HintCase("17", "seconds", ONE_CLOCKING, "one measurement of all calls: a mean",
             GITHUB + "pytorch/pytorch/issues/106801"),
    HintCase("17", "seconds", ("range(repeats)", "range(1, repeats)"), "one call too few",
             GITHUB + "kpdyer/libffx/pull/26"),
    HintCase("17", "small_network", ('nn.Dense(64, 72, "relu")', "nn.Dense(64, 72)"),
             "no activation between the layers",
             GITHUB + "rasbt/deeplearning-models/issues/38"),
    HintCase("17", "small_network", "return nn.Sequential(nn.Dense(64, 128, \"relu\"), "
             "nn.Dense(128, 10))", "too many parameters", SEEN),
    # 18
    HintCase("18", "Recurrent.forward", ("hs = [h0]", "hs = [np.zeros_like(h0)]"),
             "the given state is not used", FORUM + "w1a1-unq-c2-wrong-values-for-a/620405"),
    HintCase("18", "Recurrent.backward", ("(dy[:, t] + dh0) *", "dy[:, t] *"),
             "what the later steps hand back is forgotten",
             GITHUB + "Halfish/cs231n/issues/4"),
    HintCase("18", "Recurrent.backward", ("(1 - hs[t + 1] ** 2)", "(1 + hs[t + 1] ** 2)"),
             "the slope of tan, not of tanh", GITHUB + "Yiming-Wange/cs231n-solution/issues/1"),
    HintCase("18", "lstm_step", ("h = o * np.tanh(c)", "h = o * c"), "the tanh of the cell",
             GITHUB + "nicodjimenez/lstm/issues/47"),
    HintCase("18", "lstm_step", ("i, f, g, o = np.split", "i, f, o, g = np.split"),
             "another order of the gates", GITHUB + "ndrplz/ConvLSTM_pytorch/issues/6"),
    HintCase("18", "cell_path", ("np.stack(path[::-1])", "np.stack(path)"),
             "latest first, not in the order of time", SEEN),
    # 19
    HintCase("19", "causal_mask", (">=", ">"), "a token does not see itself",
             GITHUB + "TransformerLensOrg/TransformerLens/issues/284"),
    HintCase("19", "Attention.weights", SUM_OF_COLUMNS,
             "divided by the sums of the columns, not of the rows",
             GITHUB + "labmlai/annotated_deep_learning_paper_implementations/issues/146"),
    HintCase("19", "Attention.backward", (" / q.shape[-1] ** 0.5", ""),
             "the root of d is forgotten on the way back", SEEN),
    HintCase("19", "split_heads", "n, tokens, width = x.shape\n"
             "y = x.reshape(n, heads, tokens, width // heads)", "reshaped at once",
             GITHUB + "hyunwoongko/transformer/issues/15"),
    HintCase("19", "join_heads", "n, heads, tokens, d = x.shape\n"
             "y = x.reshape(n, tokens, heads * d)", "reshaped with the heads still in front",
             GITHUB + "jsbaan/transformer-from-scratch/pull/6"),
    HintCase("19", "LayerNorm.forward", ("(np.var(x, axis=-1, keepdims=True) + self.eps) ** 0.5",
             "np.std(x, axis=-1, keepdims=True) + self.eps"), "eps stands outside the root",
             GITHUB + "hkproj/pytorch-transformer/pull/31"),
]  # fmt: skip
