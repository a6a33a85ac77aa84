"""Every module of edunn, with inputs at which to check it. A new module adds one line, at the end
of CASES: the numbers come from one generator, case after case, and laws know those that are there.

Batches of 4 or 5 and features of 2 and 3: no two sizes of a case are the same by accident.
"""

import numpy as np

import edunn as nn

rng = np.random.default_rng(0)


def normal(*shape):
    return rng.normal(size=shape)


def away_from_zero(*shape):
    x = normal(*shape)
    return x + np.sign(x) * 0.1


def probabilities(*shape):
    return rng.uniform(0.1, 0.9, size=shape)


def zeros_and_ones(*shape):
    return rng.integers(0, 2, size=shape).astype(float)


def evaluated(module):
    return module.eval()


shared = nn.Linear(3, 3)
frozen = nn.Linear(3, 2)
frozen.w.requires_grad = False
tied = nn.Linear(3, 3)
tied.w = shared.w
corner = nn.Dense(2, 2, "tanh")
block = nn.Sequential2D(
    [2, 1], [2, 1], [[nn.Dense(2, 2), nn.Dense(2, 1, "tanh")], [None, nn.Linear(1, 1)]]
)
mask = zeros_and_ones(3, 2)
labels = np.array([0, 2, 1, 1])

CASES = {
    # layers
    "Linear": (nn.Linear(3, 2), normal(4, 3)),
    "Linear, a batch of one": (nn.Linear(3, 2), normal(1, 3)),
    "Linear, sequences": (nn.Linear(3, 2), normal(2, 5, 3)),
    "Linear, frozen": (frozen, normal(4, 3)),
    "Bias": (nn.Bias(3, nn.initializers.RandomNormal()), normal(4, 3)),
    "Bias, sequences": (nn.Bias(3, nn.initializers.RandomNormal()), normal(2, 5, 3)),
    "Identity": (nn.Identity(), normal(4, 3)),
    "ReLU": (nn.ReLU(), away_from_zero(4, 3)),
    "LeakyReLU": (nn.LeakyReLU(0.1), away_from_zero(4, 3)),
    "Sigmoid": (nn.Sigmoid(), normal(4, 3)),
    "Tanh": (nn.Tanh(), normal(4, 3)),
    "ELU": (nn.ELU(0.7), away_from_zero(4, 3)),
    "SiLU": (nn.SiLU(), normal(4, 3)),
    "Softplus": (nn.Softplus(2.0), normal(4, 3)),
    "GELU": (nn.GELU(), normal(4, 3)),
    "GELU, tanh": (nn.GELU("tanh"), normal(4, 3)),
    "Softmax": (nn.Softmax(), normal(4, 3)),
    "Softmax, another axis": (nn.Softmax(axis=1), normal(2, 3, 4)),
    "LogSoftmax": (nn.LogSoftmax(), normal(4, 3)),
    "LogSoftmax, another axis": (nn.LogSoftmax(axis=0), normal(4, 3, 2)),
    "AddConstant": (nn.AddConstant(3.5), normal(4, 3)),
    "MultiplyConstant": (nn.MultiplyConstant(-2.5), normal(4, 3)),
    "Dense": (nn.Dense(3, 2), normal(4, 3)),
    "Dense, tanh": (nn.Dense(3, 2, "tanh"), normal(4, 3)),
    "Dense, softmax": (nn.Dense(3, 2, "softmax"), normal(4, 3)),
    "Dense, sequences": (nn.Dense(3, 2, "tanh"), normal(2, 5, 3)),
    "LinearRegression": (nn.LinearRegression(3, 2), normal(4, 3)),
    "LogisticRegression": (nn.LogisticRegression(3, 2), normal(4, 3)),
    "Flatten": (nn.Flatten(), normal(4, 2, 3)),
    "Flatten, two axes": (nn.Flatten(-2, -1), normal(4, 2, 3, 1)),
    "Dropout": (nn.Dropout(0.4), normal(4, 3)),
    "Dropout, evaluated": (evaluated(nn.Dropout(0.4)), normal(4, 3)),
    "BatchNorm1d": (nn.BatchNorm1d(3), normal(5, 3)),
    "BatchNorm1d, evaluated": (evaluated(nn.BatchNorm1d(3)), normal(1, 3)),
    "BatchNorm1d, sequences": (nn.BatchNorm1d(3), normal(2, 3, 4)),
    "BatchNorm2d": (nn.BatchNorm2d(2), normal(3, 2, 4, 5)),
    "BatchNorm2d, a batch of one": (nn.BatchNorm2d(2), normal(1, 2, 4, 5)),
    "LayerNorm": (nn.LayerNorm(3), normal(2, 5, 3)),
    "LayerNorm, two axes": (nn.LayerNorm((2, 3)), normal(4, 2, 3)),
    "Conv2d": (nn.Conv2d(2, 3, 3, padding=1), normal(2, 2, 5, 4)),
    "Conv2d, stride": (nn.Conv2d(2, 3, 2, stride=2, bias=False), normal(2, 2, 7, 5)),
    "Conv2d, pairs": (
        nn.Conv2d(2, 3, (2, 3), stride=(1, 2), padding=(1, 0), dilation=(2, 1)),
        normal(2, 2, 5, 6),
    ),
    "Conv2d, groups": (nn.Conv2d(4, 6, 2, groups=2, padding="same"), normal(2, 4, 3, 5)),
    "Conv1d": (nn.Conv1d(2, 3, 3, stride=2, padding=1), normal(2, 2, 7)),
    "Conv1d, dilation": (nn.Conv1d(2, 4, 2, padding="same", dilation=3, groups=2), normal(3, 2, 5)),
    "MaxPool2d": (nn.MaxPool2d(2), normal(2, 3, 4, 6)),
    "MaxPool2d, overlapping": (nn.MaxPool2d(3, stride=1, padding=1), normal(2, 2, 4, 5)),
    "MaxPool2d, pairs": (
        nn.MaxPool2d((2, 3), stride=(1, 2), padding=(0, 1), dilation=(2, 1)),
        normal(2, 2, 4, 5),
    ),
    "AvgPool2d": (nn.AvgPool2d(2), normal(2, 3, 4, 6)),
    "AvgPool2d, overlapping": (nn.AvgPool2d(3, stride=2, padding=1), normal(2, 2, 4, 5)),
    "AvgPool2d, pairs": (
        nn.AvgPool2d((2, 3), stride=(1, 2), padding=(0, 1)),
        normal(2, 2, 4, 5),
    ),
    "AdaptiveAvgPool2d": (nn.AdaptiveAvgPool2d((2, 3)), normal(2, 2, 5, 4)),
    "Embedding": (nn.Embedding(5, 3), np.array([[0, 4, 4], [2, 0, 1]])),
    "Embedding, padding": (nn.Embedding(5, 3, padding_idx=3), np.array([[0, 4, 4], [2, 0, 1]])),
    "RNN": (nn.RNN(3, 4), normal(2, 5, 3)),
    "RNN, two layers": (nn.RNN(3, 4, num_layers=2, biases=0), normal(2, 5, 3)),
    "RNN, initial state": (nn.RNN(3, 4, biases=2), normal(2, 5, 3), normal(1, 2, 4)),
    "LSTM": (nn.LSTM(3, 4), normal(2, 5, 3)),
    "LSTM, initial and last state": (
        nn.LSTM(3, 4, num_layers=2, return_state=True),
        normal(2, 5, 3),
        normal(2, 2, 4),
        normal(2, 2, 4),
    ),
    "GRU": (nn.GRU(3, 4), normal(2, 5, 3)),
    "GRU, initial and last state": (
        nn.GRU(3, 4, num_layers=2, return_state=True),
        normal(2, 5, 3),
        normal(2, 2, 4),
    ),
    "MultiHeadAttention": (nn.MultiHeadAttention(4, 2), normal(2, 5, 4)),
    "MultiHeadAttention, causal": (
        nn.MultiHeadAttention(6, 3, causal=True, bias=False),
        normal(2, 5, 6),
    ),
    "MultiHeadAttention, of others": (
        nn.MultiHeadAttention(4, 2),
        normal(2, 3, 4),
        normal(2, 5, 4),
        normal(2, 5, 4),
    ),
    "MultiHeadAttention, padding": (
        nn.MultiHeadAttention(4, 2, causal=True),
        normal(2, 3, 4),
        normal(2, 5, 4),
        normal(2, 5, 4),
        np.array([[0, 0, 0, 1, 1], [1, 0, 0, 0, 1]], bool),  # here query 0 sees nothing
    ),
    "MaskedLinear": (nn.MaskedLinear(3, 2, mask=mask), normal(4, 3)),
    "SparseLinear": (nn.SparseLinear(3, 4, [0, 2, 2], [1, 0, 3], [0.5, -1, 2]), normal(5, 3)),
    "SparseLinear, some frozen": (
        nn.SparseLinear(3, 4, [0, 2], [1, 0], [0.5, -1], frozen=([2], [3], [2.0])),
        normal(2, 5, 3),
    ),
    "MaskedLinear, sequences": (nn.MaskedLinear(3, 2, mask=mask), normal(2, 4, 3)),
    # containers
    "Sequential": (
        nn.Sequential(nn.Linear(3, 4), nn.Bias(4), nn.Sigmoid(), nn.Linear(4, 2)),
        normal(5, 3),
    ),
    "Sequential, one layer twice": (nn.Sequential(shared, nn.Sigmoid(), shared), normal(5, 3)),
    "Sequential, one Parameter twice": (nn.Sequential(shared, nn.Tanh(), tied), normal(5, 3)),
    "Sequential, nested": (
        nn.Sequential(nn.Dense(3, 4, "tanh"), nn.Sequential(nn.Linear(4, 2), nn.Bias(2))),
        normal(5, 3),
    ),
    "Sequential, partly frozen": (nn.Sequential(nn.Dense(3, 3, "tanh"), frozen), normal(5, 3)),
    "Sequential, images": (
        nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4, 3)
        ),
        normal(2, 1, 6, 4),
    ),
    "Sequential, empty": (nn.Sequential(), normal(4, 3)),
    "Sequential1D": (
        nn.Sequential1D(nn.Linear(3, 2), nn.Tanh(), in_features=3, out_features=2),
        normal(4, 3),
    ),
    "ModuleList": (nn.ModuleList([nn.Linear(3, 2), nn.Tanh()]), normal(4, 3)),
    "Sequential2D": (block, normal(5, 3)),
    "Sequential2D, one block twice": (
        nn.Sequential2D([2, 2], [2, 2], [[corner, nn.Sigmoid()], [None, corner]]),
        normal(5, 4),
    ),
    "Sequential2D, nested": (
        nn.Sequential2D([3, 2], [3, 1], [[block, nn.Linear(3, 1)], [None, nn.Linear(2, 1)]]),
        normal(4, 5),
    ),
    "Sequential2D, an output that nothing reaches": (
        nn.Sequential2D([2, 1], [2, 2], [[nn.Linear(2, 2), None], [None, None]]),
        normal(4, 3),
    ),
    "Sequential2D, iterated": (nn.Sequential(*[block, nn.Sigmoid()] * 4), normal(5, 3)),
    # losses and error layers
    "MSELoss": (nn.MSELoss(), normal(4, 2), normal(4, 2)),
    "CrossEntropyLoss": (nn.CrossEntropyLoss(), normal(4, 3), labels),
    "CrossEntropyLoss, a batch of one": (nn.CrossEntropyLoss(), normal(1, 3), labels[:1]),
    "CrossEntropyLoss, each alone": (nn.CrossEntropyLoss(reduction="none"), normal(4, 3), labels),
    "CrossEntropyLoss, weighted": (
        nn.CrossEntropyLoss([0.5, 2, 1], ignore_index=2, label_smoothing=0.25),
        normal(4, 3),
        labels,
    ),
    "NLLLoss": (nn.NLLLoss(), normal(4, 3), labels),
    "NLLLoss, weighted": (
        nn.NLLLoss([0.5, 2, 1], ignore_index=0, reduction="sum"),
        normal(4, 3),
        labels,
    ),
    "MSELoss, sum": (nn.MSELoss("sum"), normal(4, 2), normal(4, 2)),
    "L1Loss": (nn.L1Loss(), normal(4, 2), normal(4, 2)),
    "L1Loss, each alone": (nn.L1Loss("none"), normal(4, 2), normal(4, 2)),
    "HuberLoss": (nn.HuberLoss(delta=0.7), normal(4, 2), normal(4, 2)),
    "SmoothL1Loss": (nn.SmoothL1Loss(beta=0.5), normal(4, 2), normal(4, 2)),
    "BCELoss, weighted": (nn.BCELoss([0.5, 2], "sum"), probabilities(4, 2), zeros_and_ones(4, 2)),
    "BCEWithLogitsLoss, weighted": (
        nn.BCEWithLogitsLoss([0.5, 2], "none", [3, 0.25]),
        normal(4, 2),
        zeros_and_ones(4, 2),
    ),
    "BinaryCrossEntropy, (n,) against (n, 1)": (
        nn.BinaryCrossEntropy(),
        zeros_and_ones(4),
        probabilities(4, 1),
    ),
    "BCELoss": (nn.BCELoss(), probabilities(4, 2), zeros_and_ones(4, 2)),
    "BCEWithLogitsLoss": (nn.BCEWithLogitsLoss(), normal(4, 2), zeros_and_ones(4, 2)),
    "SquaredError": (nn.SquaredError(), normal(4, 2), normal(4, 2)),
    "CrossEntropyWithLabels": (nn.CrossEntropyWithLabels(), labels, probabilities(4, 3)),
    "BinaryCrossEntropy": (nn.BinaryCrossEntropy(), zeros_and_ones(4, 1), probabilities(4, 1)),
    "MeanError": (nn.MeanError(nn.SquaredError()), normal(4, 2), normal(4, 2)),
    "MeanError, labels": (
        nn.MeanError(nn.CrossEntropyWithLabels()),
        labels,
        probabilities(4, 3),
    ),
    # arithmetic
    "Add": (nn.Add(), normal(4, 3), normal(3)),
    "Subtract": (nn.Subtract(), normal(4, 3), normal(4, 1)),
    "Multiply": (nn.Multiply(), normal(4, 3), normal(1, 3)),
    "Divide": (nn.Divide(), normal(4, 3), away_from_zero(1, 3)),
    "Power": (nn.Power(), probabilities(4, 3), normal(3)),
    "Negative": (nn.Negative(), normal(4, 3)),
    "MatMul": (nn.MatMul(), normal(4, 3), normal(3, 2)),
    "MatMul, many": (nn.MatMul(), normal(5, 4, 3), normal(3, 2)),
    "Exp": (nn.Exp(), normal(4, 3)),
    "Log": (nn.Log(), probabilities(4, 3)),
    "Sqrt": (nn.Sqrt(), probabilities(4, 3)),
    "Absolute": (nn.Absolute(), away_from_zero(4, 3)),
    "Maximum": (nn.Maximum(), normal(4, 3), normal(3)),
    "Sum": (nn.Sum(axis=0), normal(4, 3)),
    "Sum, of all": (nn.Sum(), normal(4, 3)),
    "Mean": (nn.Mean(axis=(0, 2), keepdims=True), normal(4, 3, 2)),
    "Max": (nn.Max(axis=1), normal(4, 3)),
    "Reshape": (nn.Reshape((2, -1)), normal(4, 3)),
    "Transpose, negative axes": (nn.Transpose((-1, 0, 1)), normal(4, 3, 2)),
    "Transpose": (nn.Transpose((1, 2, 0)), normal(4, 3, 2)),
    "Index": (nn.Index((slice(1, 3), 0)), normal(4, 3)),
    "Index, twice the same": (nn.Index([0, 2, 2]), normal(4, 3)),
    "Sin": (nn.Sin(), normal(4, 3)),
    "Cos": (nn.Cos(), normal(4, 3)),
    "Log1p": (nn.Log1p(), probabilities(4, 3)),
    "Expm1": (nn.Expm1(), normal(4, 3)),
    "Minimum": (nn.Minimum(), normal(4, 3), normal(3)),
    "Clip": (nn.Clip(-0.5, 1.0), normal(4, 3)),
    "Where": (nn.Where(), zeros_and_ones(4, 1) > 0, normal(4, 3), normal(3)),
    "Min": (nn.Min(axis=-1), normal(4, 3)),
    "Var": (nn.Var(axis=-1, ddof=1), normal(4, 3)),
    "Std": (nn.Std(axis=(0, -1), keepdims=True), normal(4, 3, 2)),
    "Prod": (nn.Prod(axis=0), away_from_zero(4, 3)),
    "CumSum": (nn.CumSum(axis=-1), normal(4, 3)),
    "Sort": (nn.Sort(axis=0), normal(4, 3)),
    "Squeeze": (nn.Squeeze(-2), normal(4, 1, 3)),
    "ExpandDims": (nn.ExpandDims((0, -1)), normal(4, 3)),
    "BroadcastTo": (nn.BroadcastTo((2, 4, 3)), normal(4, 1)),
    "Stack": (nn.Stack(axis=-1), normal(4, 3), normal(4, 3)),
    "Pad": (nn.Pad(((1, 0), (0, 2)), value=2.0), normal(4, 3)),
    "Flip": (nn.Flip(-1), normal(4, 3)),
    "Tril": (nn.Tril(-1), normal(2, 4, 3)),
    "Triu": (nn.Triu(1), normal(4, 3)),
    "Remainder": (nn.Remainder(), normal(4, 3), np.array([0.7, 2.3, -1.9])),
    "Repeat": (nn.Repeat(2, axis=-1), normal(4, 3)),
    "Tile": (nn.Tile((2, 1, 3)), normal(4, 3)),
    "Einsum": (nn.Einsum("nij,njk->nik"), normal(4, 2, 3), normal(4, 3, 2)),
    "Einsum, a letter alone": (nn.Einsum("ij,k->k"), normal(4, 3), normal(2)),
    "MatMul, a vector": (nn.MatMul(), normal(4, 3), normal(3)),
    "Concatenate": (nn.Concatenate(axis=1), normal(4, 3), normal(4, 1), normal(4, 2)),
}
