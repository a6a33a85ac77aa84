"""Wrong answers for the exercises 11 to 20, written without a look at the checks or hints."""

from hint_cases.case import GITHUB, HintCase

TEACHING = "teaching experience"

CASES = [
    HintCase(
        "11",
        "batches",
        """rng = nn.backend.generator()
order_x = rng.permutation(len(x)) if shuffle else np.arange(len(x))
order_y = rng.permutation(len(y)) if shuffle else np.arange(len(y))
for start in range(0, len(x), batch_size):
    yield x[order_x[start : start + batch_size]], y[order_y[start : start + batch_size]]
""",
        "x and y are shuffled in two different orders",
        GITHUB + "udacity/sdc-issue-reports/issues/1326",
    ),
    HintCase(
        "11",
        "train_epoch",
        """model.train()
total, count = 0.0, 0
for batch_x, batch_y in data:
    value = loss(model(nn.Tensor(batch_x)), batch_y)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    total += float(value.data)
    count += 1
return total / count
""",
        "the mean of the batches' losses: a small last batch counts as much as the others",
        GITHUB + "catalyst-team/catalyst/issues/799",
    ),
    HintCase(
        "11",
        "measure",
        "return float(score(model(x), y))\n",
        "the model is not set to evaluation mode before it is measured",
        GITHUB + "citoverse/cito/issues/55",
    ),
    HintCase(
        "11",
        "EarlyStopping.__call__",
        (">= self.patience", "> self.patience"),
        "stops one epoch too late",
        GITHUB + "keras-team/keras/pull/8100",
    ),
    HintCase(
        "11",
        "fit",
        """history = {"loss": []} if validation is None else {"loss": [], "validation_loss": []}
for _ in range(epochs):
    data = batches(x, y, batch_size)
    history["loss"].append(train_epoch(model, data, loss, optimizer))
    if validation is not None:
        history["validation_loss"].append(measure(model, *validation, loss))
    if early_stopping is not None and early_stopping(model, history):
        early_stopping.restore(model)
        break
return history
""",
        "the best parameters come back only if the training was stopped early",
        GITHUB + "keras-team/keras/issues/12511",
    ),
    HintCase(
        "12",
        "Dropout.forward",
        ("/ (1 - self.p)", "/ self.p"),
        "survivors are scaled by 1 / p, not by 1 / (1 - p)",
        GITHUB + "rasbt/LLMs-from-scratch/issues/431",
    ),
    HintCase(
        "12",
        "Dropout.backward",
        ("dy * self.cache", "dy * (self.cache > 0)"),
        "drops the same numbers, but forgets the factor 1 / (1 - p) in backward",
        TEACHING,
    ),
    HintCase(
        "12",
        "predict",
        "return model.eval()(x)\n",
        "the model stays in evaluation mode",
        GITHUB + "joeynmt/joeynmt/issues/184",
    ),
    HintCase(
        "12",
        "penalty",
        ("strength / 2 * squares", "strength * squares"),
        "the half is missing, so the optimizer's decay does not fit the penalty",
        GITHUB + "titu1994/DenseNet/issues/57",
    ),
    HintCase(
        "12",
        "SGD.step",
        ("p.grad + self.weight_decay", "p.grad - self.weight_decay"),
        "the decay has the wrong sign: weights grow",
        GITHUB + "andersbll/nnet/issues/4",
    ),
    HintCase(
        "13",
        "cut",
        ("start : start + size", "start:size"),
        "a size is taken for the end of the slice",
        TEACHING,
    ),
    HintCase(
        "13",
        "join",
        ("part is None", "part == None"),
        "an array is compared with None by ==, number by number",
        GITHUB + "piccolomo/plotext/pull/58",
    ),
    HintCase(
        "13",
        "Sequential2D.forward_list",
        """ys, self.cache = [None] * len(self.out_features_list), {}
for (i, j), block in self.cells.items():
    if xs[i] is not None:
        y = block(xs[i])
        self.cache[i, j] = block.cache
        if ys[j] is None:
            ys[j] = y
        else:
            ys[j] += y
return ys
""",
        "adds in place, into the caller's x if the first block is an Identity",
        GITHUB + "iMED-Lab/ER-Net/pull/3",
    ),
    HintCase(
        "13",
        "Sequential2D.backward_list",
        ("dxs[i] = dx if dxs[i] is None else dxs[i] + dx", "dxs[i] = dx"),
        "only the last block of a row gives its gradient to x_i: overwritten, not added",
        TEACHING,
    ),
    HintCase(
        "13",
        "Sequential2D.backward_list",
        (
            "self.merge_gradients(block, block_grads, grads)",
            'grads.update({f"{i}_{j}.{name}": dp for name, dp in block_grads.items()})',
        ),
        "a block that stands in two places gets two names, and its gradients are not added",
        TEACHING,
    ),
    HintCase(
        "14",
        "skip_config",
        ("[[None] * stages for _ in range(stages)]", "[[None] * stages] * stages"),
        "all rows are the same list",
        "https://mail.python.org/pipermail/python-list/2012-November/634489.html",
    ),
    HintCase(
        "14",
        "square_config",
        """sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]
types = cfg["block_types"]
for row in types:
    row.insert(0, None)
types.append([None] * len(sizes))
types[0][0] = "Identity"
return {"in_features_list": sizes, "out_features_list": sizes, "block_types": types}
""",
        "changes the lists of the config that came in",
        TEACHING,
    ),
    HintCase(
        "14",
        "Iterated.forward",
        """self.cache = []
for _ in range(self.steps):
    self.cache.append(x)
    x = self.model(x)
return x
""",
        "keeps the inputs of the steps, not what the model's backward needs",
        TEACHING,
    ),
    HintCase(
        "14",
        "Iterated.backward",
        (
            "grads[full] = grads[full] + gradient if full in grads else gradient",
            "grads[full] = gradient",
        ),
        "the gradient of a shared weight is written anew in each step, not added up",
        GITHUB + "apache/mxnet/issues/7912",
    ),
    HintCase(
        "14",
        "with_radius",
        ("np.max(np.abs(np.linalg.eigvals(w)))", "np.max(np.linalg.eigvals(w))"),
        "the largest eigenvalue, not the largest absolute value",
        GITHUB + "EricDarve/numerical_linear_algebra/issues/43",
    ),
    HintCase(
        "15",
        "cut",
        ("every[:, :, ::stride, ::stride]", "every[:, :, ::stride]"),
        "the stride is taken for the rows only, not for the columns",
        TEACHING,
    ),
    HintCase(
        "15",
        "paste",
        ("+= windows[:, :, r, c]", "= windows[:, :, r, c]"),
        "where windows overlap, the later one replaces the earlier one",
        GITHUB + "hguomin/deep-learning-from-scratch/issues/2",
    ),
    HintCase(
        "15",
        "Conv2d.backward",
        (
            'dw = np.einsum("norc,nirckl->oikl", dy, windows, optimize=True)',
            'dw = np.einsum("norc,nirckl->oikl", dy, windows, optimize=True)[:, :, ::-1, ::-1]',
        ),
        "the gradient of the kernel is turned around, as in a true convolution",
        "https://end-to-end-machine-learning.teachable.com/courses/"
        "322-convolutional-neural-networks-in-two-dimensions/lectures/24726662",
    ),
    HintCase(
        "15",
        "MaxPool2d.forward",
        (", fill=-np.inf", ""),
        "the border is filled with zeros, which win against negative numbers",
        GITHUB + "zylo117/Yet-Another-EfficientDet-Pytorch/pull/352",
    ),
    HintCase(
        "15",
        "MaxPool2d.forward",
        """windows = cut(x, self.size, self.stride, self.padding, fill=-np.inf)
flat = windows.reshape(*windows.shape[:4], self.size * self.size)
y = np.max(flat, axis=-1)
self.cache = x.shape, flat == y[..., None]
""",
        "in a tie, every pixel that is equal to the maximum gets all of dy",
        GITHUB + "Theano/Theano/issues/5248",
    ),
    HintCase(
        "16",
        "sum_to",
        "dx = np.sum(dy, axis=tuple(range(dy.ndim - len(shape))))\n",
        "axes of size 1 that were stretched are not summed",
        GITHUB + "deeplearning4j/nd4j/issues/2424",
    ),
    HintCase(
        "16",
        "Multiply.backward",
        "da = dy * b\ndb = dy * a\n",
        "the gradient of a stretched input keeps the stretched shape",
        GITHUB + "tenstorrent/tt-metal/issues/40008",
    ),
    HintCase(
        "16",
        "tape",
        """found, tensors, pending = {tensor}, [tensor], [tensor]
while pending:
    step = pending.pop().step
    for x in step.inputs if step else []:
        if x not in found:
            found.add(x)
            tensors.append(x)
            pending.append(x)
""",
        "in the order in which they were found, not latest first",
        GITHUB + "karpathy/micrograd/issues/68",
    ),
    HintCase(
        "16",
        "backward",
        """tensor.grad = dy if tensor.grad is None else tensor.grad + dy
for one in tape(tensor):
    if one.step is not None:
        for x, dx in one.step.backward(one.grad):
            x.grad = dx if x.grad is None else x.grad + dx
""",
        "tensors in the middle keep their grad, so a second call counts it again",
        GITHUB + "karpathy/micrograd/pull/102",
    ),
    HintCase(
        "16",
        "by_hand",
        ("dh = dr * (h > 0)", "dh = np.maximum(dr, 0)"),
        "applies ReLU to the gradient, in place of its slope at h",
        TEACHING,
    ),
    HintCase(
        "17",
        "total_parameters",
        "return sum(p.data.size for layer in model for p in layer.parameters())\n",
        "a layer that is used twice is counted twice",
        GITHUB + "sksq96/pytorch-summary/issues/37",
    ),
    HintCase(
        "17",
        "total_multiply_adds",
        ("n * p.data.size", "p.data.size"),
        "the number of examples is left out",
        GITHUB + "open-mmlab/mmcv/issues/2936",
    ),
    HintCase(
        "17",
        "memory",
        ("slots * gradients", "slots * weights"),
        "the optimizer's slots are counted for frozen parameters too",
        TEACHING,
    ),
    HintCase(
        "17",
        "seconds",
        """start = time.perf_counter()
for _ in range(repeats):
    function()
return (time.perf_counter() - start) / repeats
""",
        "the mean of all calls, with the slow first one among them",
        GITHUB + "google/caliper/issues/124",
    ),
    HintCase(
        "17",
        "small_network",
        (
            'nn.Dense(64, 72, "relu"), nn.Dense(72, 10)',
            'nn.Dense(64, 80, "relu"), nn.Dense(80, 10)',
        ),
        "the biases were not counted: 5920 weights, but 6010 parameters",
        TEACHING,
    ),
    HintCase(
        "18",
        "Recurrent.forward",
        ("np.stack(hs[1:], axis=1)", "np.stack(hs[1:])"),
        "the time is axis 0 of y, not axis 1",
        TEACHING,
    ),
    HintCase(
        "18",
        "Recurrent.backward",
        ("(dy[:, t] + dh0) * (1 - hs[t + 1] ** 2)", "dy[:, t] * (1 - hs[t + 1] ** 2)"),
        "what the step after it hands back is not added",
        TEACHING,
    ),
    HintCase(
        "18",
        "Recurrent.backward",
        ("du += hs[t].T @ dz", "du += hs[t + 1].T @ dz"),
        "u meets the state after the step, not the one before",
        TEACHING,
    ),
    HintCase(
        "18",
        "lstm_step",
        ("i, f, g, o = np.split(z, 4, axis=1)", "i, f, o, g = np.split(z, 4, axis=1)"),
        "the gates in the order of another library: i, f, o, g",
        GITHUB + "apple/coremltools/pull/93",
    ),
    HintCase(
        "18",
        "cell_path",
        ("np.stack(path[::-1])", "np.stack(path)"),
        "the gradients stand in the order of the way back, not in the order of time",
        TEACHING,
    ),
    HintCase(
        "19",
        "Attention.weights",
        """z = q @ np.swapaxes(k, -1, -2) / q.shape[-1] ** 0.5
if self.causal:
    z = np.where(causal_mask(q.shape[-2]), z, -np.inf)
e = np.exp(z - np.max(z, axis=1, keepdims=True))
a = e / np.sum(e, axis=1, keepdims=True)
""",
        "softmax along axis 1: right for one sequence, along the queries for a batch",
        GITHUB + "datawhalechina/llms-from-scratch-cn/issues/54",
    ),
    HintCase(
        "19",
        "Attention.backward",
        (" / q.shape[-1] ** 0.5", ""),
        "the division by the root of d is missing in backward",
        TEACHING,
    ),
    HintCase(
        "19",
        "split_heads",
        (
            "np.swapaxes(x.reshape(n, tokens, heads, width // heads), 1, 2)",
            "x.reshape(n, heads, tokens, width // heads)",
        ),
        "reshaped at once: the right shape, but the columns of the tokens are mixed up",
        GITHUB + "hyunwoongko/transformer/issues/15",
    ),
    HintCase(
        "19",
        "join_heads",
        ("np.swapaxes(x, 1, 2).reshape(n, tokens, heads * d)", "x.reshape(n, tokens, heads * d)"),
        "heads and tokens are not swapped back before the reshape",
        GITHUB + "ajhalthor/Transformer-Neural-Network/issues/8",
    ),
    HintCase(
        "19",
        "LayerNorm.forward",
        (
            "s = (np.var(x, axis=-1, keepdims=True) + self.eps) ** 0.5",
            "s = np.std(x, axis=-1, keepdims=True) + self.eps",
        ),
        "epsilon is added to the deviation, not to the variance under the root",
        GITHUB + "hkproj/pytorch-transformer/pull/31",
    ),
    HintCase(
        "20",
        "Embedding.backward",
        ("np.add.at(dw, self.cache, dy)", "dw[self.cache] += dy"),
        "a token that comes twice keeps only its last gradient",
        GITHUB + "yjung199/NLP",
    ),
    HintCase(
        "20",
        "Positions.forward",
        ("self.p.data[: self.cache]", "self.p.data"),
        "adds the rows of all places, also to a shorter sequence",
        GITHUB + "YuanGongND/gopt/issues/4",
    ),
    HintCase(
        "20",
        "block",
        ("second = Residual(nn.Sequential(up, down))", "second = nn.Sequential(up, down)"),
        "the second half has no way around it",
        GITHUB + "alexjc/neural-enhance/issues/103",
    ),
    HintCase(
        "20",
        "probabilities",
        ("scores / temperature", "scores * temperature"),
        "multiplies by the temperature",
        GITHUB + "bowang-lab/BLEEP/issues/5",
    ),
    HintCase(
        "20",
        "write",
        ("model.forward(tokens)[:, -1]", "model.forward(tokens[:, -1:])[:, -1]"),
        "the model reads only the last token, as in a library that keeps keys and values",
        GITHUB + "Lightning-AI/litgpt/issues/701",
    ),
]
