"""New wrong answers to the exercises 11 to 20, rewritten from public questions and repositories.

Their author saw what students see, and the solutions; nothing was run against the checks. None
stands in the other sets. Each names where the mistake was made or asked about; the code
is written anew for the exercise's TODO. SEEN marks those that were seen when teaching.
"""

from hint_cases.case import GITHUB, HintCase

SEEN = "teaching experience"

BETTER_THAN_BEFORE = """
epoch = len(losses) - 1
if epoch == 0 or losses[-1] < losses[-2] - self.min_delta:
    self.best, self.best_epoch = losses[-1], epoch
    self.kept = [p.data.copy() for p in model.parameters()]
return epoch - self.best_epoch >= self.patience
"""
CHANGED_INPUT = """
mask = 1.0
if self.training:
    mask = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
self.cache = mask
x *= mask
y = x
"""
NEW_MASK = """
mask = 1.0
if self.training:
    mask = (nn.backend.generator().random(dy.shape) >= self.p) / (1 - self.p)
dx = dy * mask
"""
NO_CHECK_FOR_NONE = """
for p in self.parameters:
    p.data -= self.lr * (p.grad + self.weight_decay * p.data)
"""
EMPTIED_CACHE = """
ys = [None] * len(self.out_features_list)
for (i, j), block in self.cells.items():
    self.cache = {}
    if xs[i] is not None:
        y = block(xs[i])
        ys[j] = y if ys[j] is None else ys[j] + y
        self.cache[i, j] = block.cache
return ys
"""
SHADOWED_GRADS = """
dxs, grads = [None] * len(self.in_features_list), {}
for (i, j), cache in self.cache.items():
    if dys[j] is not None:
        block = self.cells[i, j]
        block.cache = cache
        dx, grads = block.backward(dys[j])
        dxs[i] = dx if dxs[i] is None else dxs[i] + dx
return dxs, grads
"""
STEPS_OF_STRIDE = """
rows = (x.shape[2] - size) // stride + 1
columns = (x.shape[3] - size) // stride + 1
windows = np.zeros((*x.shape[:2], rows, columns, size, size))
for r in range(0, rows, stride):
    for c in range(0, columns, stride):
        windows[:, :, r, c] = x[:, :, r : r + size, c : c + size]
"""
LEVEL_BY_LEVEL = """
found, tensors, pending = {tensor}, [], [tensor]
while pending:
    one = pending.pop(0)
    tensors.append(one)
    for x in one.step.inputs if one.step else []:
        if x not in found:
            found.add(x)
            pending.append(x)
"""
ONLY_LINEAR = """
total = 0
for layer in model:
    if isinstance(layer, nn.Linear):
        total += n * layer.w.data.size
return total
"""
INTERLEAVED = """
n, tokens, width = x.shape
y = x.reshape(n, tokens, width // heads, heads).transpose(0, 3, 1, 2)
"""
SKIP_FROM_X = """
first = Residual(nn.Sequential(attend, out))
layer = Residual(nn.Sequential(first, up, down))
"""
CANCELLED = """
e = np.exp(scores - np.max(scores, axis=-1, keepdims=True)) / temperature
p = e / np.sum(e, axis=-1, keepdims=True)
"""

CASES = [
    # 11
    HintCase("11", "batches", ("nn.backend.generator().permutation",
             "np.random.default_rng(0).permutation"), "the same order in every epoch",
             GITHUB + "facebookresearch/ClassyVision/pull/118"),
    HintCase("11", "train_epoch", ("loss(model(nn.Tensor(batch_x)), batch_y)",
             "loss(batch_y, model(nn.Tensor(batch_x)))"), "the arguments of the loss are exchanged",
             GITHUB + "isaaccorley/detcon-pytorch/pull/2"),
    HintCase("11", "measure", ("model.eval()", "model.eval"), "named and not called: no brackets",
             GITHUB + "JartanFTW/Trade-Notifier/issues/53"),
    HintCase("11", "EarlyStopping.__call__", BETTER_THAN_BEFORE,
             "compared with the epoch before, not with the best",
             GITHUB + "mlandis/phyddle/issues/9"),
    HintCase("11", "fit", ("measure(model, *validation, loss)", "measure(model, x, y, loss)"),
             "the validation loss is measured on the training data",
             GITHUB + "alankbi/detecto/pull/38"),
    HintCase("11", "train_digits", ("    fit(model, x, y,", "    model = fit(model, x, y,"),
             "what fit returns is the history, not the model", SEEN),
    # 12
    HintCase("12", "Dropout.forward", ("random(x.shape)", "random()"),
             "one random number for all: everything is dropped, or nothing", SEEN),
    HintCase("12", "Dropout.forward", CHANGED_INPUT, "x is changed in place", SEEN),
    HintCase("12", "Dropout.backward", NEW_MASK, "a new mask is drawn on the way back",
             GITHUB + "Benny-Nottonson/voodoo/issues/19"),
    HintCase("12", "predict", "return model.eval()(x)", "stays in evaluation mode",
             GITHUB + "shubhamagarwal92/mmd/issues/14"),
    HintCase("12", "penalty", ("for p in parameters)", "for p in parameters if p.data.ndim > 1)"),
             "the biases are left out", GITHUB + "artem-oppermann/"
             "Deep-Autoencoders-For-Collaborative-Filtering/pull/3"),
    HintCase("12", "SGD.step", NO_CHECK_FOR_NONE, "a parameter without a gradient: None",
             GITHUB + "Tiiiger/QPyTorch/issues/40"),
    # 13
    HintCase("13", "cut", "return np.array_split(x, len(sizes), axis=1)",
             "parts of equal sizes: only their number is used", SEEN),
    HintCase("13", "join", ("np.zeros((len(like), size), like.dtype)",
             "np.zeros(len(like), size)"), "the shape is no tuple: size is taken for the dtype",
             "http://www.kouhan.cn/en/article/00036282"),
    HintCase("13", "Sequential2D.forward_list", ("ys[j] + y",
             "np.concatenate([ys[j], y], axis=1)"), "put side by side, not added",
             GITHUB + "pietz/unet-keras/issues/1"),
    HintCase("13", "Sequential2D.forward_list", EMPTIED_CACHE,
             "the dict is emptied in the loop: only the last cache is kept",
             GITHUB + "WebBreacher/WhatsMyName/pull/221"),
    HintCase("13", "Sequential2D.backward_list", SHADOWED_GRADS,
             "the name grads is used twice: only the last block's gradients are left", SEEN),
    HintCase("13", "Sequential2D.backward_list", ("return dxs, grads", "return dxs"),
             "the gradients of the parameters are not returned", SEEN),
    # 14
    HintCase("14", "skip_config", ("block_types[a][b - 1]", "block_types[a, b - 1]"),
             "a list of lists is indexed like an array", "https://pythonkb.com/"
             "python-python-difference-between-the-two-form-of-matrix-xij-and-xij"),
    HintCase("14", "square_config", ('cfg["out_features_list"][-1:]',
             'cfg["out_features_list"][-1]'), "a number is added to a list",
             "https://www.adventuresinmachinelearning.com/"
             "mastering-python-lists-append-vs-concatenate/"),
    HintCase("14", "Iterated.forward", ("self.cache.append(self.model.cache)",
             "self.cache.append(x)"), "the states are kept, not the caches", SEEN),
    HintCase("14", "Iterated.backward", ("step_grads.items()", "step_grads"),
             "a dict gives only its keys", "http://www.kouhan.cn/en/article/00009298"),
    HintCase("14", "with_radius", ("np.max(np.abs(np.linalg.eigvals(w)))", "np.linalg.norm(w)"),
             "a norm of the matrix, not its spectral radius",
             GITHUB + "PoisotLab/EcologicalNetworks.jl/issues/147"),
    HintCase("14", "with_radius", ("np.linalg.eigvals(w)", "np.linalg.eigvalsh(w)"),
             "the eigenvalues of a symmetric matrix, which w is not",
             GITHUB + "scipy/scipy/issues/6573"),
    # 15
    HintCase("15", "cut", STEPS_OF_STRIDE,
             "the stride is used in the places of the outputs: zeros are left between them",
             GITHUB + "chih-chun-chang/convolutional-neural-network-from-scratch-python/pull/2"),
    HintCase("15", "paste", ("range(columns)", "range(rows)"), "right for squares only",
             GITHUB + "BVLC/caffe/pull/298"),
    HintCase("15", "Conv2d.forward", ("nirckl,oikl->norc", "nirckl,iokl->norc"),
             "the channels of w, in and out, are exchanged",
             GITHUB + "pytorch/pytorch/issues/9338"),
    HintCase("15", "Conv2d.backward", ("dy, self.w.data,", "dy, self.w.data[:, :, ::-1, ::-1],"),
             "the kernel is turned around, as for a convolution with dy",
             GITHUB + "ddbourgin/numpy-ml/issues/27"),
    HintCase("15", "MaxPool2d.backward", ("(won * dy[..., None])",
             "(np.ones_like(won) * dy[..., None] / won.shape[-1])"),
             "all numbers of a window get a share, as in a mean",
             GITHUB + "marsggbo/deeplearning.ai_JupyterNotebooks/issues/10"),
    HintCase("15", "Flatten.forward", ("x.reshape(len(x), -1)", "x.reshape(-1)"),
             "the examples become one as well",
             GITHUB + "clcarwin/convert_torch_to_pytorch/pull/1"),
    # 16
    HintCase("16", "sum_to", ("range(dy.ndim - len(shape))", "range(len(shape), dy.ndim)"),
             "sums the last axes: those in front were added",
             GITHUB + "Oneflow-Inc/oneflow/issues/8659"),
    HintCase("16", "Sum.backward", "dx = dy", "not stretched to the shape of x", SEEN),
    HintCase("16", "record", ("Tensor(y, Step(module, module.cache, inputs))", "Tensor(y)"),
             "the step is not remembered", GITHUB + "frazane/scoringrules/issues/36"),
    HintCase("16", "tape", LEVEL_BY_LEVEL, "in the order of the distance, not of the time",
             GITHUB + "lucasdelimanogueira/PyNorch/issues/90"),
    HintCase("16", "backward", ("dys[x] + dx if x in dys else dx", "dx"),
             "what is used twice gets only one of its gradients",
             GITHUB + "karpathy/micrograd/issues/72"),
    HintCase("16", "by_hand", ("dr * (h > 0)", "dr"), "the slope of the ReLU is forgotten",
             GITHUB + "dannyneil/spiking_relu_conversion/issues/1"),
    # 17
    HintCase("17", "total_parameters", ("p.data.size", "p.data.shape[0] * p.data.shape[1]"),
             "a bias has one axis only", GITHUB + "sebastianruder/sluice-networks/issues/5"),
    HintCase("17", "total_multiply_adds", ONLY_LINEAR, "other layers count as 0",
             GITHUB + "Lyken17/pytorch-OpCounter/issues/128"),
    HintCase("17", "memory", ("weights = sum(p.data.nbytes for",
             "import sys\n    weights = sum(sys.getsizeof(p.data) for"),
             "the size of the Python object, not of the numbers",
             GITHUB + "numpy/numpy/issues/20707"),
    HintCase("17", "memory", ("slots * gradients", "slots * weights"),
             "the optimizer keeps nothing for what is not learned",
             GITHUB + "fangwei123456/spikingjelly/pull/676"),
    HintCase("17", "seconds", ("        function()\n        times",
             "        function\n        times"), "the function is named and not called",
             GITHUB + "e2b-dev/E2B/pull/359"),
    HintCase("17", "small_network", ("nn.Dense(64, 72,", "nn.Dense(64, 64,"),
             "the second layer takes another number of features",
             GITHUB + "patrickloeber/pytorch-chatbot/issues/12"),
    # 18
    HintCase("18", "Recurrent.forward", ("np.stack(hs[1:], axis=1)", "np.stack(hs[1:])"),
             "time stands in front, not the examples",
             GITHUB + "HHTseng/video-classification/issues/42"),
    HintCase("18", "Recurrent.backward", ("du += hs[t].T", "du += hs[t + 1].T"),
             "the state after the step, not before it",
             GITHUB + "VikParuchuri/zero_to_gpt/issues/9"),
    HintCase("18", "Recurrent.backward", ("* (1 - hs[t + 1] ** 2)", "/ (1 - hs[t + 1] ** 2)"),
             "divided by the slope of tanh",
             GITHUB + "oreilly-japan/deep-learning-from-scratch-2/issues/26"),
    HintCase("18", "lstm_step", ("i * np.tanh(g)", "i * sigmoid(g)"), "a sigmoid for the tanh",
             GITHUB + "carpedm20/pixel-rnn-tensorflow/issues/18"),
    HintCase("18", "lstm_step", ("i * np.tanh(g)", "i + np.tanh(g)"),
             "the input gate is added, not multiplied",
             GITHUB + "MartinuzziFrancesco/torchrecurrent/issues/22"),
    HintCase("18", "cell_path", ("f * path[-1]", "f * dc"),
             "each gate on its own, not the product of all behind it", SEEN),
    # 19
    HintCase("19", "causal_mask", "mask = np.triu(np.ones((tokens, tokens))) == 1",
             "the other triangle: each token sees the later ones",
             GITHUB + "karpathy/nanoGPT/issues/170"),
    HintCase("19", "Attention.weights", ("-np.inf", "-1e-9"), "a number near 0 masks nothing",
             GITHUB + "Shujun-He/RibonanzaNet/issues/5"),
    HintCase("19", "Attention.backward", ("(da - np.sum(da * a, axis=-1, keepdims=True))", "da"),
             "the sum of the softmax's gradient is forgotten",
             GITHUB + "HomericIntelligence/Odyssey/issues/2134"),
    HintCase("19", "split_heads", INTERLEAVED, "every so many columns, not those side by side",
             SEEN),
    HintCase("19", "LayerNorm.forward", ("np.var(x, axis=-1, keepdims=True)",
             "np.var(x, axis=-1, ddof=1, keepdims=True)"), "divided by n - 1, not by n",
             GITHUB + "harvardnlp/annotated-transformer/pull/119"),
    HintCase("19", "Residual.backward", ("        dx = dy + dx\n", ""),
             "the way around the layer is forgotten", GITHUB + "paiml/entrenar/issues/313"),
    # 20
    HintCase("20", "Embedding.backward", ("np.add.at(dw, self.cache, dy)", "dw[self.cache] += dy"),
             "a token that occurs twice gets only one of its gradients",
             GITHUB + "karpathy/nn-zero-to-hero/issues/57"),
    HintCase("20", "Positions.forward", ("self.p.data[: self.cache]", "self.p.data"),
             "all rows of p, also for fewer tokens", GITHUB + "YuanGongND/gopt/issues/4"),
    HintCase("20", "SelfAttention.backward", ("dx = dx + part", "dx = part"),
             "= in the place of +=: only the way over v", SEEN),
    HintCase("20", "block", SKIP_FROM_X, "the second skip comes from x, not from h",
             GITHUB + "strutive07/transformer-tensorflow2.0/issues/14"),
    HintCase("20", "block_matrix", ("[None, None, None, up, same]", "[None, None, same, up, same]"),
             "h is kept, and what arrives is added in every step", SEEN),
    HintCase("20", "probabilities", CANCELLED,
             "the temperature outside exp: it cancels out",
             GITHUB + "google/gemma.cpp/pull/981"),
]  # fmt: skip
