"""Every module of edunn, with inputs at which to check it. A new module adds one line here.

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


shared = nn.Linear(3, 3)
frozen = nn.Linear(3, 2)
frozen.w.requires_grad = False
tied = nn.Linear(3, 3)
tied.w = shared.w

CASES = {
    "Linear": (nn.Linear(3, 2), normal(4, 3)),
    "Linear, a batch of one": (nn.Linear(3, 2), normal(1, 3)),
    "Linear, frozen": (frozen, normal(4, 3)),
    "Bias": (nn.Bias(3, nn.initializers.RandomNormal()), normal(4, 3)),
    "Identity": (nn.Identity(), normal(4, 3)),
    "ReLU": (nn.ReLU(), away_from_zero(4, 3)),
    "Sigmoid": (nn.Sigmoid(), normal(4, 3)),
    "Tanh": (nn.Tanh(), normal(4, 3)),
    "Softmax": (nn.Softmax(), normal(4, 3)),
    "Dense": (nn.Dense(3, 2), normal(4, 3)),
    "Dense, tanh": (nn.Dense(3, 2, "tanh"), normal(4, 3)),
    "Dense, softmax": (nn.Dense(3, 2, "softmax"), normal(4, 3)),
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
    "MSELoss": (nn.MSELoss(), normal(4, 2), normal(4, 2)),
    "CrossEntropyLoss": (nn.CrossEntropyLoss(), normal(4, 3), np.array([0, 2, 1, 1])),
    "Add": (nn.Add(), normal(4, 3), normal(3)),
    "Subtract": (nn.Subtract(), normal(4, 3), normal(4, 1)),
    "Multiply": (nn.Multiply(), normal(4, 3), normal(1, 3)),
    "MatMul": (nn.MatMul(), normal(4, 3), normal(3, 2)),
}
