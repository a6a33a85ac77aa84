"""More mistakes, thought of as a reader of notebooks meets them, each with what the checker must
say of it: a wrong layer for a new diagnosis goes here.

Each class changes one method of what a student might have written; its docstring says what is
wrong. OTHERS lists them with `says`, the diagnosis.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

import edunn as nn
from edunn.backend import generator
from edunn.core import Module, Parameter

from . import (
    activations,
    batchnorm,
    containers,
    convolution,
    dropout,
    linear,
    losses,
    pooling,
    sequential2d,
    shaping,
    softmax,
    tensor,
)
from .base import Mistake, build, features, filled, values


@dataclass
class Other(Mistake):
    """says: the id of the diagnosis    formula: what it names, where it names one"""

    says: str = ""
    formula: str | None = None


def other(
    wrong: type[Module],
    right: Callable[..., Module],
    inputs: Callable[[int, np.random.Generator], tuple[np.ndarray, ...]],
    says: str,
    *arguments: object,
    formula: str | None = None,
    make: Callable[..., Module] = build,
) -> Other:
    """make: builds the wrong and the right one from their class and the arguments"""
    return Other(
        wrong.__name__,
        lambda: make(wrong, *arguments),
        lambda: make(right, *arguments),
        inputs,
        says,
        formula,
    )


# --- arithmetic and shapes


class FirstRow(tensor.Add):
    """of the copies of b only the first is heard"""

    def backward(self, dy):
        return (dy, dy[0]), {}


class BothFactors(tensor.Multiply):
    """each gets the sum of both"""

    def backward(self, dy):
        a, b = self.cache
        return (dy * (a + b), dy * (a + b)), {}


class NoSquare(tensor.Divide):
    """1 / b where 1 / b^2 belongs"""

    def backward(self, dy):
        a, b = self.cache
        return (dy / b, -dy * a / b), {}


class NotTurned(tensor.MatMul):
    """b not transposed; where it is square, no shape shows it"""

    def backward(self, dy):
        a, b = self.cache
        return (dy @ b, a.T @ dy), {}


class Reshaped(tensor.MatMul):
    """a is reshaped to the shape that it has when turned, which mixes up its numbers"""

    def backward(self, dy):
        a, b = self.cache
        return (dy @ b.T, a.reshape(a.shape[::-1]) @ dy), {}


class OnItsSide(tensor.MatMul):
    """db, which is square, transposed"""

    def backward(self, dy):
        a, b = self.cache
        return (dy @ b.T, dy.T @ a), {}


class OneColumnShort(tensor.MatMul):
    """a loop over the columns of y that ends too early"""

    def backward(self, dy):
        a, b = self.cache
        da, db = np.zeros_like(a), np.zeros_like(b)
        for i in range(dy.shape[0]):
            for j in range(dy.shape[1] - 1):
                for k in range(b.shape[0]):
                    da[i, k] += dy[i, j] * b[k, j]
                    db[k, j] += dy[i, j] * a[i, k]
        return (da, db), {}


class BMinusA(Module):
    """the two sides of a difference exchanged"""

    def forward(self, a, b):
        return b - a

    def backward(self, dy):
        return (-dy, dy), {}


class LargestOfRows(Module):
    def forward(self, x):
        self.cache = x
        return x.max(axis=1)


class Smallest(LargestOfRows):
    """argmin for argmax"""

    def backward(self, dy):
        x = self.cache
        return dy[:, None] * (x == x.min(axis=1, keepdims=True)), {}


class SharedByAll(LargestOfRows):
    """a mean's gradient"""

    def backward(self, dy):
        x = self.cache
        return dy[:, None] * np.ones_like(x) / x.shape[1], {}


class ExpTwice(tensor.Exp):
    """the slope at y"""

    def backward(self, dy):
        y = np.exp(self.cache)
        return dy * np.exp(y), {}


class OverTheLogarithm(tensor.Log):
    """1 / y where 1 / x belongs"""

    def backward(self, dy):
        return dy / np.log(self.cache), {}


class SizeOfDy(tensor.Absolute):
    """the absolute value of dy"""

    def backward(self, dy):
        return np.abs(dy), {}


class ExchangedPieces(tensor.Concatenate):
    """the pieces handed back in the other order; of one width, no shape shows it"""

    def backward(self, dy):
        da, db = np.split(dy, [self.cache], axis=1)
        return (db, da), {}


class LastFirst(tensor.Concatenate):
    """put together in the other order, in forward and in backward"""

    def forward(self, a, b):
        self.cache = b.shape[1]
        return np.concatenate((b, a), axis=1)

    def backward(self, dy):
        db, da = np.split(dy, [self.cache], axis=1)
        return (da, db), {}


class FilledACopy(tensor.Reshape):
    """flatten gives a copy, which is filled"""

    def backward(self, dy):
        dx = np.zeros(self.cache)
        dx.flatten()[:] = dy.flatten()
        return dx, {}


class ReshapedBack(tensor.Transpose):
    """a reshape where a transpose belongs"""

    def forward(self, x):
        self.cache = x.shape
        return x.transpose(self.axes)

    def backward(self, dy):
        return dy.reshape(self.cache), {}


def mean_of_rows(kind):
    return kind() if kind is not nn.Max else nn.Max(axis=1)


def joined(kind):
    return kind() if kind is not nn.Concatenate else nn.Concatenate(axis=1)


def reshaped(kind):
    return kind() if kind is not nn.Reshape else nn.Reshape((-1, 20))


def turned(kind):
    return kind() if kind is not nn.Transpose else nn.Transpose(tensor.Transpose.axes)


SAME = tensor.normal(("n", 5), ("n", 5))
TENSOR = [
    other(FirstRow, nn.Add, tensor.normal(("n", 5), (5,)), "only_first_example"),
    other(BothFactors, nn.Multiply, SAME, "missing_piece", formula="-dy * a"),
    other(NoSquare, nn.Divide, tensor.fractions, "ratio_is_input"),
    other(NotTurned, nn.MatMul, tensor.normal(("n", 4), (4, 4)), "uses_transposed"),
    other(
        Reshaped,
        nn.MatMul,
        tensor.normal(("n", 4), (4, 2)),
        "reshaped_matrix",
        formula="a.reshape(4, 7) @ dy",
    ),
    other(OnItsSide, nn.MatMul, tensor.normal(("n", 4), (4, 4)), "transposed"),
    other(OneColumnShort, nn.MatMul, tensor.normal(("n", 4), (4, 5)), "contributions_missing"),
    other(BMinusA, nn.Subtract, SAME, "forward_opposite"),
    other(Smallest, nn.Max, tensor.ROWS, "zeros_exchanged", make=mean_of_rows),
    other(SharedByAll, nn.Max, tensor.ROWS, "known_formula", formula="dy / 5", make=mean_of_rows),
    other(ExpTwice, nn.Exp, tensor.ROWS, "at_output"),
    other(OverTheLogarithm, nn.Log, tensor.positive, "known_formula", formula="dy / y"),
    other(SizeOfDy, nn.Absolute, tensor.ROWS, "not_linear"),
    other(ExchangedPieces, nn.Concatenate, SAME, "of_another", make=joined),
    other(LastFirst, nn.Concatenate, SAME, "forward_elsewhere", make=joined),
    other(FilledACopy, nn.Reshape, tensor.CUBES, "all_zero", make=reshaped),
    other(ReshapedBack, nn.Transpose, tensor.CUBES, "same_numbers_elsewhere", make=turned),
]

# --- layers with parameters


class LastRowOfDx(linear.Linear):
    """dx filled after the loop, not inside it"""

    def backward(self, dy):
        x = self.cache
        dx = np.zeros_like(x)
        for i in range(len(x)):
            row = dy[i] @ self.w.data.T
        dx[i] = row
        return dx, {"w": x.T @ dy}


class ReturnsInTheLoop(linear.Linear):
    def backward(self, dy):
        dw = np.zeros_like(self.w.data)
        for i in range(len(dy)):
            dw += np.outer(self.cache[i], dy[i])
            return dy @ self.w.data.T, {"w": dw}
        return None


class DecayInBackward(linear.Linear):
    """weight decay, which is no part of the layer"""

    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {"w": grads["w"] + 0.01 * self.w.data}


class KeepsAll(linear.Linear):
    """a list of all inputs, of which the first is used"""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.seen = []

    def forward(self, x):
        self.seen.append(x)
        self.cache = self.seen
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache[0].T @ dy}


class KeepsOutside(linear.Linear):
    """the memory is no part of the cache"""

    def forward(self, x):
        self.x = x
        return x @ self.w.data

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.x.T @ dy}


class Rounded(linear.Linear):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, {"w": np.round(grads["w"], 4)}


class OtherWayRound(linear.Linear):
    """the two results of backward exchanged"""

    def backward(self, dy):
        return super().backward(dy)[::-1]


class WrongIndex(linear.Linear):
    """j where k belongs"""

    def backward(self, dy):
        x, dw = self.cache, np.zeros_like(self.w.data)
        for i in range(len(x)):
            for j in range(dw.shape[0]):
                for k in range(dw.shape[1]):
                    dw[j, k] += x[i, j] * dy[i, j]
        return dy @ self.w.data.T, {"w": dw}


class FirstTwice(linear.Linear):
    """the sum begins with the first example, and the loop too"""

    def backward(self, dy):
        x = self.cache
        dw = np.outer(x[0], dy[0])
        for i in range(len(x)):
            dw = dw + np.outer(x[i], dy[i])
        return dy @ self.w.data.T, {"w": dw}


class EveryOther(linear.Linear):
    """a step of 2"""

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache[::2].T @ dy[::2]}


class LastExampleFirst(linear.Linear):
    """x in the reverse order, dy not"""

    def backward(self, dy):
        return dy @ self.w.data.T, {"w": self.cache[::-1].T @ dy}


class SquareOfX(linear.Linear):
    def backward(self, dy):
        return dy @ self.w.data.T, {"w": (self.cache**2).T @ dy}


class OnlyTheDiagonal(linear.Bias):
    """one index for examples and features"""

    def backward(self, dy):
        db = np.zeros_like(self.b.data)
        for i in range(len(db)):
            db[i] += dy[i, i]
        return dy, {"b": db}


class NoSlope(linear.Dense):
    """as if there were no activation"""

    def backward(self, dy):
        x, _ = self.cache
        return dy @ self.w.data.T, {"w": x.T @ dy, "b": dy.sum(axis=0)}


class SlopeOfSigmoid(linear.Dense):
    def backward(self, dy):
        x, y = self.cache
        dz = dy * y * (1 - y)
        return dz @ self.w.data.T, {"w": x.T @ dz, "b": dz.sum(axis=0)}


class NoSlopeForB(linear.Dense):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, grads | {"b": dy.sum(axis=0)}


class Masked(Module):
    """y = x (m * w) + b"""

    def __init__(self):
        self.w, self.b = Parameter(values(4, 5)), Parameter(values(5))
        self.m = np.add.outer(np.arange(4), np.arange(5)) % 2

    def forward(self, x):
        self.cache = x
        return x @ (self.m * self.w.data) + self.b.data

    def backward(self, dy):
        dw = self.m * (self.cache.T @ dy)
        return dy @ (self.m * self.w.data).T, {"w": dw, "b": dy.sum(axis=0)}


class NoMask(Masked):
    def backward(self, dy):
        return dy @ self.w.data.T, super().backward(dy)[1]


def dense(kind):
    return build(kind, 4, 5) if kind is not nn.Dense else build(kind, 4, 5, "tanh")


LINEAR = [
    other(LastRowOfDx, nn.Linear, features, "only_last_example", 4, 5),
    other(ReturnsInTheLoop, nn.Linear, features, "only_first_example", 4, 5),
    other(DecayInBackward, nn.Linear, features, "not_zero_for_zero", 4, 5),
    other(KeepsAll, nn.Linear, features, "stale_batch", 4, 5),
    other(KeepsOutside, nn.Linear, features, "kept_in_attribute", 4, 5),
    other(Rounded, nn.Linear, features, "not_linear", 4, 5),
    other(OtherWayRound, nn.Linear, features, "returns_exchanged", 4, 5),
    other(WrongIndex, nn.Linear, features, "equal_along_axis", 4, 4),
    other(FirstTwice, nn.Linear, features, "examples_unequal", 4, 5),
    other(EveryOther, nn.Linear, features, "examples_missing", 4, 5),
    other(LastExampleFirst, nn.Linear, features, "uses_flipped", 4, 5),
    other(SquareOfX, nn.Linear, features, "known_formula", 4, 5, formula="(x^2).T @ dy"),
    other(OnlyTheDiagonal, nn.Bias, features, "contributions_missing", 4),
    other(NoSlope, nn.Dense, features, "known_formula", formula="dy @ w.T", make=dense),
    other(
        SlopeOfSigmoid,
        nn.Dense,
        features,
        "known_formula",
        formula="(dy * y * (1 - y)) @ w.T",
        make=dense,
    ),
    other(
        NoSlopeForB,
        nn.Dense,
        features,
        "known_formula",
        formula="sum(dy, axis=0)",
        make=dense,
    ),
    other(NoMask, Masked, features, "known_formula", formula="dy @ w.T"),
]

# --- activations and losses


class SignOfX(activations.ReLU):
    """-dy where nothing should come through"""

    def forward(self, x):
        self.cache = x
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * np.sign(self.cache), {}


class SlopeOfX(activations.Tanh):
    """1 - x^2 for 1 - y^2"""

    def forward(self, x):
        self.cache = x
        return np.tanh(x)

    def backward(self, dy):
        return dy * (1 - self.cache**2), {}


class CopiedFromSigmoid(activations.Tanh):
    """y (1 - y) for 1 - y^2"""

    def backward(self, dy):
        return dy * self.cache * (1 - self.cache), {}


class SumOfTheRow(activations.Sigmoid):
    """all of a row's dy for each number of it"""

    def backward(self, dy):
        _, y = self.cache
        return dy.sum(axis=1, keepdims=True) * y * (1 - y), {}


class TwoTooMany(activations.Tanh):
    """2 y (1 - y^2): the square differentiated as well"""

    def backward(self, dy):
        y = self.cache
        return dy * 2 * y * (1 - y**2), {}


class JacobianOverwritten(softmax.Softmax):
    def backward(self, dy):
        y = self.cache
        dx = np.zeros_like(y)
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                for k in range(y.shape[1]):
                    dx[i, j] = dy[i, k] * y[i, k] * ((j == k) - y[i, j])
        return dx, {}


class OnlyTheOthers(softmax.Softmax):
    """the diagonal of the Jacobian without its y"""

    def backward(self, dy):
        y = self.cache
        return -y * (dy * y).sum(axis=1, keepdims=True), {}


class PairInAPair(losses.MeanError):
    """(dx, {}) of the inner layer, and another {}"""

    def backward(self, dy):
        return super().backward(dy), {}


class SumOfDifferences(losses.SquaredError):
    """one number for all outputs of an example"""

    def backward(self, dE):
        t, y = self.cache
        return np.ones_like(y) * (2 * (y - t).sum(axis=1) * dE)[:, None], {}


class PicksRows(losses.CrossEntropy):
    """y[t] where y[i, t[i]] belongs"""

    def forward(self, t, y):
        self.cache = t, y
        return -np.log(y[t])


class OnlyTheLast(losses.CrossEntropy):
    """a new array in every turn of the loop"""

    def backward(self, dE):
        t, y = self.cache
        for i in range(len(y)):
            dy = np.zeros_like(y)
            dy[i, t[i]] = -dE[i] / y[i, t[i]]
        return dy, {}


class CommonLogarithm(losses.CrossEntropy):
    def forward(self, t, y):
        self.cache = t, y
        return -np.log10(y[np.arange(len(y)), t])


class WithoutTheSize(Module):
    """y = x / (1 + |x|); 1 + x in backward"""

    def forward(self, x):
        self.cache = x
        return x / (1 + np.abs(x))

    def backward(self, dy):
        return dy / (1 + self.cache) ** 2, {}


class Softsign(WithoutTheSize):
    def backward(self, dy):
        return dy / (1 + np.abs(self.cache)) ** 2, {}


class RoundedAnswer(losses.BinaryCrossEntropy):
    """0 or 1 for y: no error, no gradient"""

    def backward(self, dE):
        t, y = self.cache
        return dE[:, None] * (np.round(y) - t) / (y * (1 - y)), {}


class SignOfTheSecond(losses.BinaryCrossEntropy):
    """a minus for both terms"""

    def backward(self, dE):
        t, y = self.cache
        return dE[:, None] * (-t / y - (1 - t) / (1 - y)), {}


def mean_error(kind):
    return losses.mean_error() if kind is nn.MeanError else kind()


SHAPES = [
    other(SignOfX, nn.ReLU, features, "extra_elements"),
    other(SlopeOfX, nn.Tanh, features, "known_formula", formula="dy * (1 - x^2)"),
    other(CopiedFromSigmoid, nn.Tanh, features, "slope_of_another", formula="y * (1 - y)"),
    other(TwoTooMany, nn.Tanh, features, "known_formula", formula="2 * dy * y * (1 - y^2)"),
    other(
        SumOfTheRow,
        nn.Sigmoid,
        features,
        "known_formula",
        formula="sum(dy, axis=1) * y * (1 - y)",
    ),
    other(JacobianOverwritten, nn.Softmax, softmax.scores, "overwritten"),
    other(OnlyTheOthers, nn.Softmax, softmax.scores, "missing_piece", formula="dy * y"),
    other(
        WithoutTheSize,
        Softsign,
        features,
        "known_formula",
        formula="dy / (1 + x) / (1 + x)",
        make=lambda kind: kind(),
    ),
    other(RoundedAnswer, nn.BinaryCrossEntropy, losses.binary, "missing_elements"),
    other(PairInAPair, nn.MeanError, losses.targets, "dtype_not_numbers", make=mean_error),
    other(SumOfDifferences, nn.SquaredError, losses.targets, "equal_along_axis"),
    other(PicksRows, nn.CrossEntropyWithLabels, losses.probabilities, "forward_shape"),
    other(OnlyTheLast, nn.CrossEntropyWithLabels, losses.probabilities, "only_last_example"),
    other(CommonLogarithm, nn.CrossEntropyWithLabels, losses.probabilities, "forward_ratio"),
    other(
        SignOfTheSecond,
        nn.BinaryCrossEntropy,
        losses.binary,
        "missing_piece",
        formula="2 * dy * (1 - t) / (1 - y)",
    ),
]

# --- layers made of layers


class HandsOnTheFirst(containers.Sequential):
    """every layer gets the dy of the whole"""

    def backward(self, dy):
        grads = {}
        for layer, cache in list(zip(self.layers, self.cache))[::-1]:
            layer.cache = cache
            dx, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        return dx, grads


class InForwardOrder(containers.Sequential):
    """Q01 where all sizes are the same"""

    def backward(self, dy):
        grads = {}
        for layer, cache in zip(self.layers, self.cache):
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        return dy, grads


class NamesExchanged(containers.Sequential):
    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, grads | {"0.w": grads["2.w"], "2.w": grads["0.w"]}


class EachLayerOnce(containers.Sequential):
    """of a layer that is used twice, the gradients of the last use"""

    def backward(self, dy):
        grads, done = {}, []
        for layer, cache in list(zip(self.layers, self.cache))[::-1]:
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            if layer not in done:
                self.merge_gradients(layer, layer_grads, grads)
            done.append(layer)
        return dy, grads


class WithoutTheLast(containers.Sequential):
    """the last layer left out, in forward and in backward"""

    def forward(self, x):
        all_of_them, self.layers = self.layers, self.layers[:-1]
        y = super().forward(x)
        self.layers = all_of_them
        return y


class BadTanh(nn.Tanh):
    def backward(self, dy):
        return dy * (1 - self.cache), {}


class WrongInside(containers.Sequential):
    """right, but for the backward of a layer in it"""

    def __init__(self, first, _, *others):
        super().__init__(first, BadTanh(), *others)


class IntoTheWrongPart(sequential2d.Grid):
    """dxs[j] for dxs[i]"""

    def apply_backward(self, dy, cache, grads):
        dys = self.cut(dy, self.outputs)
        dxs = [np.zeros((len(dy), size)) for size in self.inputs]
        for i, j in cache:
            block = self.blocks[i][j]
            block.cache = cache[i, j]
            dx, block_grads = block.backward(dys[j])
            dxs[j] = dxs[j] + dx
            self.merge_gradients(block, block_grads, grads)
        return np.concatenate(dxs, axis=1)


class FromTheWrongPart(sequential2d.Grid):
    """dys[i] for dys[j]"""

    def apply_backward(self, dy, cache, grads):
        dys = self.cut(dy, self.outputs)
        dxs = [np.zeros((len(dy), size)) for size in self.inputs]
        for i, j in cache:
            block = self.blocks[i][j]
            block.cache = cache[i, j]
            dx, block_grads = block.backward(dys[i])
            dxs[i] = dxs[i] + dx
            self.merge_gradients(block, block_grads, grads)
        return np.concatenate(dxs, axis=1)


class LastIterationOnly(sequential2d.Iterated):
    """a new dictionary of gradients in every turn"""

    def backward(self, dy):
        for cache in self.cache[::-1]:
            grads = {}
            dy = self.apply_backward(dy, cache, grads)
        return dy, grads


class OneIterationShort(sequential2d.Iterated):
    def backward(self, dy):
        grads = {}
        for cache in self.cache[:0:-1]:
            dy = self.apply_backward(dy, cache, grads)
        return dy, grads


def equal_sizes(kind):
    return filled(kind(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4), nn.Bias(4)))


def equal_parts(kind):
    blocks = [[nn.Dense(2, 2, "tanh"), nn.Dense(2, 2, "tanh")], [nn.Linear(2, 2), None]]
    return filled(kind([2, 2], [2, 2], blocks))


CONTAINERS = [
    other(HandsOnTheFirst, nn.Sequential, features, "inner_wrong_dy", make=equal_sizes),
    other(InForwardOrder, nn.Sequential, features, "inner_wrong_dy", make=equal_sizes),
    other(WrongInside, nn.Sequential, features, "inner_wrong", make=equal_sizes),
    other(NamesExchanged, nn.Sequential, features, "of_another", make=equal_sizes),
    other(
        EachLayerOnce,
        nn.Sequential,
        features,
        "overwritten",
        make=lambda kind: containers.chain_with_shared(kind)(),
    ),
    other(
        WithoutTheLast,
        nn.Sequential,
        features,
        "forward_shape",
        make=lambda kind: containers.chain(kind)(),
    ),
    other(IntoTheWrongPart, nn.Sequential2D, features, "inner_put_together", make=equal_parts),
    other(FromTheWrongPart, nn.Sequential2D, features, "inner_wrong_dy", make=equal_parts),
    *(
        other(
            kind,
            sequential2d.RightIterated,
            sequential2d.five,
            says,
            make=lambda kind: sequential2d.square(kind)(),
        )
        for kind, says in (
            (LastIterationOnly, "overwritten"),
            (OneIterationShort, "inner_other_memory"),
        )
    ),
]

# --- dropout and batch normalization


class NotScaled(dropout.Dropout):
    def mask(self, shape):
        return (generator().random(shape) >= self.p).astype(float)


class ScaledTwice(dropout.Dropout):
    def backward(self, dy):
        return dy if self.cache is None else dy * self.cache / (1 - self.p), {}


class OneMaskForEver(dropout.Dropout):
    """drawn for the first batch"""

    kept = None

    def mask(self, shape):
        self.kept = super().mask(shape) if self.kept is None else self.kept
        return self.kept


class NoEps(batchnorm.BatchNorm):
    """eps in forward only"""

    def dx(self, dy):
        x, x_norm, std, training = self.cache
        self.cache = x, x_norm, np.sqrt(std**2 - self.eps), training
        dx = super().dx(dy)
        self.cache = x, x_norm, std, training
        return dx


class NotNormalised(batchnorm.BatchNorm):
    """x - mean for the gradient of w"""

    def dw(self, dy):
        _, x_norm, std, _ = self.cache
        return (dy * x_norm * std).sum(axis=0)


class NoRoot(batchnorm.BatchNorm):
    """the variance for its root"""

    def dx(self, dy):
        _, _, std, _ = self.cache
        return super().dx(dy) / std


class Biased(batchnorm.BatchNorm):
    """n in the denominator of the running variance"""

    def moments(self, x):
        if not self.training:
            return self.running_mean, self.running_var
        mean, var = x.mean(axis=0), x.var(axis=0)
        self.running_mean = 0.9 * self.running_mean + 0.1 * mean
        self.running_var = 0.9 * self.running_var + 0.1 * var
        return mean, var


REGULARIZATION = [
    other(NotScaled, nn.Dropout, features, "forward_ratio", 0.3),
    other(ScaledTwice, nn.Dropout, features, "ratio_keep_twice", 0.3),
    other(OneMaskForEver, nn.Dropout, features, "stale_batch", 0.3),
    other(NoEps, batchnorm.BatchNorm, features, "close_but_not_equal", 4),
    other(
        NotNormalised,
        batchnorm.BatchNorm,
        features,
        "known_formula",
        4,
        formula="sum(dy * (x - mean(x)), axis=0)",
    ),
    other(NoRoot, batchnorm.BatchNorm, features, "ratio_per_column", 4),
    other(Biased, batchnorm.BatchNorm, features, "running_value", 4),
]

# --- images


class Sliding(convolution.Conv2d):
    """A Conv2d whose backward calls `here` at every place."""

    def backward(self, dy):
        x, w = self.cache, self.w.data
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                self.here(dx, dw, x, w, dy[:, :, i, j], self.place(i, j))
        return dx, {"w": dw, "b": dy.sum(axis=(0, 2, 3))}

    def here(self, dx, dw, x, w, dy, place):
        dw += np.tensordot(dy, x[place], axes=(0, 0))
        dx[place] += np.tensordot(dy, w, axes=(1, 0))


class OverwritesDw(Sliding):
    def here(self, dx, dw, x, w, dy, place):
        dw[...] = np.tensordot(dy, x[place], axes=(0, 0))
        dx[place] += np.tensordot(dy, w, axes=(1, 0))


class OverwritesDx(Sliding):
    def here(self, dx, dw, x, w, dy, place):
        dw += np.tensordot(dy, x[place], axes=(0, 0))
        dx[place] = np.tensordot(dy, w, axes=(1, 0))


class KernelOnItsSide(Sliding):
    """rows and columns of the kernel exchanged in dx"""

    def here(self, dx, dw, x, w, dy, place):
        super().here(dx, dw, x, w.swapaxes(2, 3), dy, place)


class LeftForRight(Sliding):
    """the kernel mirrored in dx"""

    def here(self, dx, dw, x, w, dy, place):
        super().here(dx, dw, x, w[..., ::-1], dy, place)  # dw does not use w


class InputsForOutputs(Sliding):
    """the channels of the kernel exchanged in dx; with as many in as out, no shape shows it"""

    def here(self, dx, dw, x, w, dy, place):
        dw += np.tensordot(dy, x[place], axes=(0, 0))
        dx[place] += np.tensordot(dy, w, axes=(1, 1))


class FirstRowOfB(convolution.Conv2d):
    """of the places only those in the first row"""

    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, grads | {"b": dy[:, :, 0].sum(axis=(0, 2))}


class OtherAxesOfB(convolution.Conv2d):
    """the sum runs over the channels, and not over the columns"""

    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx, grads | {"b": dy.sum(axis=(0, 1, 2))}


class LastChannel(Sliding):
    """a new dx for every output channel"""

    def here(self, dx, dw, x, w, dy, place):
        dw += np.tensordot(dy, x[place], axes=(0, 0))
        dx[place] += np.tensordot(dy[:, -1:], w[-1:], axes=(1, 0))


class WrongCrop(convolution.Conv2d):
    """the padding taken away on one side only"""

    sides = ((0, 0), (0, 0), (1, 1), (1, 1))

    def forward(self, x):
        return super().forward(np.pad(x, self.sides))

    def backward(self, dy):
        dx, grads = super().backward(dy)
        return dx[:, :, 2:, 2:], grads


class CropAtTheEnd(WrongCrop):
    def backward(self, dy):
        dx, grads = convolution.Conv2d.backward(self, dy)
        return dx[:, :, :-2, :-2], grads


class Corner(pooling.MaxPool2d):
    """the corner of the window gets all"""

    def backward(self, dy):
        dx = np.zeros_like(self.cache[0])
        dx[:, :, : dy.shape[2], : dy.shape[3]] = dy
        return dx, {}


class Tiled(Module):
    """y: the mean of each 2 x 2 window; np.tile for np.repeat"""

    def forward(self, x):
        n, channels, height, width = x.shape
        return x.reshape(n, channels, height // 2, 2, width // 2, 2).mean(axis=(3, 5))

    def backward(self, dy):
        return np.tile(dy, (1, 1, 2, 2)) / 4, {}


class ShapeOfTheCaller(shaping.Flatten):
    """x itself gets the new shape"""

    def forward(self, x):
        self.cache = x.shape
        x.shape = len(x), -1
        return x


def small_images(n, rng):
    return (rng.normal(size=(n, 2, 5, 4)),)


def wide_images(n, rng):
    return (rng.normal(size=(n, 2, 5, 6)),)


def three_channels(n, rng):
    return (rng.normal(size=(n, 3, 4, 4)),)


def even_images(n, rng):
    return (rng.normal(size=(n, 2, 6, 4)),)


def padded(kind):
    return build(kind, 2, 4, 3, 1) if kind is not nn.Conv2d else build(kind, 2, 4, 3, 1, 1)


def pooled(kind):
    return kind(2) if kind is nn.AvgPool2d else kind()


IMAGES = [
    other(OverwritesDw, nn.Conv2d, convolution.images, "overwritten", 2, 4, 3, 2),
    other(OverwritesDx, nn.Conv2d, convolution.images, "overwritten", 2, 4, 3, 2),
    other(LeftForRight, nn.Conv2d, convolution.images, "uses_flipped", 2, 4, 3, 2),
    other(KernelOnItsSide, nn.Conv2d, convolution.images, "uses_transposed", 2, 4, 3, 2),
    other(InputsForOutputs, nn.Conv2d, three_channels, "uses_transposed", 3, 3, 3, 1),
    other(FirstRowOfB, nn.Conv2d, convolution.images, "contributions_missing", 2, 4, 3, 2),
    other(
        OtherAxesOfB,
        nn.Conv2d,
        wide_images,
        "known_formula",
        2,
        4,
        3,
        1,
        formula="sum(dy, axis=(0, 1, 2))",
    ),
    other(LastChannel, nn.Conv2d, convolution.images, "overwritten", 2, 4, 3, 2),
    other(WrongCrop, nn.Conv2d, small_images, "same_numbers_elsewhere", make=padded),
    other(CropAtTheEnd, nn.Conv2d, small_images, "same_numbers_elsewhere", make=padded),
    other(Corner, nn.MaxPool2d, pooling.images, "zeros_exchanged", 3, 1, 0),
    other(Tiled, nn.AvgPool2d, even_images, "same_numbers_elsewhere", make=pooled),
    other(ShapeOfTheCaller, nn.Flatten, convolution.images, "changes_input"),
]

# --- words and sequences


class Embedding(Module):
    def __init__(self, words, size):
        self.w = Parameter(values(words, size))

    def forward(self, x):
        self.cache = x
        return self.w.data[x]

    def backward(self, dy):
        dw = np.zeros_like(self.w.data)
        np.add.at(dw, self.cache, dy)
        return None, {"w": dw}


class RowTooLow(Embedding):
    """counted from 1"""

    def backward(self, dy):
        dw = np.zeros_like(self.w.data)
        np.add.at(dw, self.cache - 1, dy)
        return None, {"w": dw}


class AllWords(Embedding):
    """every row gets the sum"""

    def backward(self, dy):
        return None, {"w": np.ones((len(self.w.data), 1)) * dy.sum(axis=(0, 1))}


class GradientOfWords(Embedding):
    """whole numbers get a gradient too"""

    def backward(self, dy):
        return np.zeros(self.cache.shape), super().backward(dy)[1]


class RNN(Module):
    def __init__(self, inputs, hidden):
        self.wx, self.wh = Parameter(values(inputs, hidden)), Parameter(values(hidden, hidden))
        self.b = Parameter(values(hidden))

    def forward(self, x):
        hs = [np.zeros((len(x), len(self.b.data)))]
        for t in range(x.shape[1]):
            z = x[:, t] @ self.wx.data + hs[t] @ self.wh.data + self.b.data
            hs.append(np.tanh(z))
        self.cache = x, hs
        return np.stack(hs[1:], axis=1)

    def backward(self, dy):
        x, hs = self.cache
        dx, dh = np.zeros_like(x), 0.0
        dwx, dwh, db = (np.zeros_like(p.data) for p in (self.wx, self.wh, self.b))
        for t in reversed(range(x.shape[1])):
            dz = (dy[:, t] + dh) * (1 - hs[t + 1] ** 2)
            dx[:, t] = dz @ self.wx.data.T
            dwx, dwh, db = dwx + x[:, t].T @ dz, dwh + hs[t].T @ dz, db + dz.sum(axis=0)
            dh = self.through_time(dz)
        return dx, {"wx": dwx, "wh": dwh, "b": db}

    def through_time(self, dz):
        return dz @ self.wh.data.T


class NotThroughTime(RNN):
    """each step hears its own output only"""

    def through_time(self, dz):
        return 0.0


class HiddenNotTurned(RNN):
    def through_time(self, dz):
        return dz @ self.wh.data


def words(n, rng):
    return (rng.integers(0, 5, size=(n, 3)),)


def sequences(n, rng):
    return (rng.normal(size=(n, 5, 3)),)


SEQUENCES = [
    other(RowTooLow, nn.Embedding, words, "same_numbers_elsewhere", 5, 3),
    other(AllWords, nn.Embedding, words, "equal_along_axis", 5, 3),
    other(GradientOfWords, nn.Embedding, words, "whole_numbers", 5, 3),
    other(NotThroughTime, nn.RNN, sequences, "contributions_missing", 3, 4),
    other(HiddenNotTurned, nn.RNN, sequences, "uses_transposed", 3, 4),
]

OTHERS: Iterable[Other] = [
    *TENSOR,
    *LINEAR,
    *SHAPES,
    *CONTAINERS,
    *REGULARIZATION,
    *IMAGES,
    *SEQUENCES,
]
