"""Once more wrong answers to the exercises 11 to 20, rewritten from public questions and
repositories.

Their author saw what students see, and the solutions; nothing was run against the checks. None
stands in the other sets. Each names where the mistake was made or asked about; the code
is written anew for the exercise's TODO. SEEN marks those that were seen when teaching.
"""

from hint_cases.case import GITHUB, HintCase

SEEN = "teaching experience"

CASES = [
    # 11
    HintCase("11", "train_epoch", ("        optimizer.step()\n", ""), "no step is made",
             GITHUB + "zhaoyuzhi/deepfillv2/issues/6"),
    HintCase("11", "EarlyStopping.__call__", ("self.best, self.best_epoch = losses",
             "best, self.best_epoch = losses"),
             "self is missing: the best loss is never updated, and every epoch counts as better",
             GITHUB + "delip/PyTorchNLPBook/issues/20"),
    HintCase("11", "fit", ("is not None and early_stopping(model, history):\n            break",
             "is not None:\n            early_stopping(model, history)"),
             "what early stopping says is not used: no break",
             GITHUB + "mahmoodlab/PORPOISE/issues/12"),
    # 12
    HintCase("12", "Dropout.forward", ("random(x.shape)",
             "random((len(x), *[1] * (x.ndim - 1)))"),
             "one random number for each example: drops whole examples",
             GITHUB + "qubvel/efficientnet/issues/105"),
    HintCase("12", "penalty", ("np.sum(p.data**2)", "np.sum(np.abs(p.data))"),
             "absolute values, as in L1, not squares",
             GITHUB + "eriklindernoren/ML-From-Scratch/pull/103"),
    HintCase("12", "SGD.step", ("self.weight_decay * p.data", "self.weight_decay * np.abs(p.data)"),
             "decays by the absolute value: negative weights grow",
             GITHUB + "torch/optim/issues/101"),
    # 13
    HintCase("13", "cut", ("parts.append(", "parts.extend("),
             "extend takes the rows of the part one by one",
             "https://ipwnponies.github.io/programming/2020/06/22/python-list-append-extend.html"),
    HintCase("13", "join", ("np.concatenate(filled, axis=1)", "np.stack(filled, axis=1)"),
             "stack makes a new axis, and wants parts of one shape",
             GITHUB + "numpy/numpy/issues/11827"),
    HintCase("13", "Sequential2D.backward_list", ("[None] * len(self.in_features_list)",
             "[None] * len(self.out_features_list)"),
             "copied from forward: as many dx as there are outputs, right for squares only", SEEN),
    # 14
    HintCase("14", "square_config", ('types[0][0] = "Identity"',
             'for i in range(len(types)):\n        types[i][i] = "Identity"'),
             "an identity for every stage: all keep their state, not the input only", SEEN),
    HintCase("14", "Iterated.forward", ("range(self.steps)", "range(1, self.steps)"),
             "one step too few", GITHUB + "fossasia/pslab-app/issues/220"),
    HintCase("14", "with_radius", ("radius / now", "now / radius"), "the ratio upside down", SEEN),
    # 15
    HintCase("15", "Conv2d.forward", ("self.b.data[:, None, None]",
             "self.b.data[:, None, None, None]"), "b lines up with the examples",
             GITHUB + "kraiskil/onnx2c/issues/7"),
    HintCase("15", "MaxPool2d.backward", ("shape, self.stride, self.padding",
             "shape, self.size, self.padding"), "the size of the window for the stride",
             GITHUB + "kbreininger/tutorial-dlframework/pull/1"),
    HintCase("15", "Flatten.forward", ("x.reshape(len(x), -1)", 'x.reshape(len(x), -1, order="F")'),
             "in the order of Fortran and Matlab: the first axis runs fastest",
             GITHUB + "keras-team/keras/issues/13830"),
    # 16
    HintCase("16", "Sum.backward", ("np.full(shape, dy)", "np.full(shape, dy / np.prod(shape))"),
             "the gradient of a mean", SEEN),
    HintCase("16", "backward", ("in tape(tensor)", "in reversed(tape(tensor))"),
             "the tape is turned around, though it has the latest first", SEEN),
    HintCase("16", "by_hand", ("r.T @ de", "h.T @ de"),
             "what goes into the ReLU, not what comes out of it",
             GITHUB + "maziarraissi/backprop/issues/1"),
    # 17
    HintCase("17", "total_multiply_adds", ("n * p.data.size", "n * n * p.data.shape[1]"),
             "rows times numbers of the output: the inner size is left out",
             GITHUB + "tensorflow/tensorflow/issues/899"),
    HintCase("17", "memory", ("gradients = sum(p.data.nbytes", "gradients = sum(p.grad.nbytes"),
             "asks for gradients before there are any: None",
             GITHUB + "jcjohnson/pytorch-examples/issues/7"),
    HintCase("17", "seconds", ("min(times)", "min(times) * 1000"), "in milliseconds",
             GITHUB + "ucsd-progsys/liquidhaskell/issues/1997"),
    # 18
    HintCase("18", "Recurrent.backward", ("dw += x[:, t].T", "dw = x[:, t].T"),
             "= in the place of +=: the first step's dw only",
             GITHUB + "hanbt/learn_dl/issues/30"),
    HintCase("18", "lstm_step", ("sigmoid(o)", "sigmoid(np.tanh(o))"),
             "a tanh too many in the output gate", GITHUB + "google/e3d_lstm/issues/17"),
    HintCase("18", "cell_path", ("np.stack(path[::-1])", "np.stack(path.reverse())"),
             "reverse changes the list in place and returns None",
             GITHUB + "DobyTang/LazyLibrarian/pull/1002"),
    # 19
    HintCase("19", "causal_mask", ("place[:, None] >= place",
             "np.where(place[:, None] >= place, 0.0, -np.inf)"),
             "numbers to be added, 0 and -inf, not True and False",
             GITHUB + "pytorch/pytorch/issues/21518"),
    HintCase("19", "Attention.weights", ("/ q.shape[-1] ** 0.5", "* q.shape[-1] ** 0.5"),
             "multiplied by the root of d, not divided",
             GITHUB + "FoundationVision/OmniTokenizer/issues/14"),
    HintCase("19", "LayerNorm.backward", ("dw = np.sum(", "dw = np.mean("),
             "the mean over the tokens, not the sum",
             GITHUB + "wjbKimberly/cs231n_spring_2017_assignment/issues/7"),
    # 20
    HintCase("20", "Embedding.forward", ("self.w.data[x]",
             "self.w.data[x] * self.w.data.shape[1] ** 0.5"),
             "times the root of the width, as in the paper: not this layer's formula",
             GITHUB + "harvardnlp/annotated-transformer/issues/60"),
    HintCase("20", "probabilities", ("np.sum(e, axis=-1, keepdims=True)", "np.sum(e)"),
             "divided by the sum of all rows together",
             GITHUB + "rickwierenga/MLFundamentals/issues/1"),
    HintCase("20", "write", ("model.forward(tokens)", "model.forward(tokens[:, -1:])"),
             "the model sees the last token only", GITHUB + "Lightning-AI/litgpt/issues/701"),
]  # fmt: skip
