"""Right optimizers, initializers and loops pass; each mistake of the catalogue gets its name."""

import itertools
import math
import random
import signal

import numpy as np
import pytest

import edunn as nn
from changed_layers import NoText
from edunn.backend import generator
from edunn.checking import checks
from edunn.checking.initializers import find_in_initializer
from edunn.checking.optimizers import find_in_optimizer
from edunn.checking.training_loop import find_in_training_loop

pytestmark = pytest.mark.slow


def ids(findings):
    return [finding.id for finding in findings]


def make(optimizer, **options):
    return lambda parameters: optimizer(parameters, **options)


# ---- optimizers, as students write them: each right one says all its steps in one method


class Plain:
    """p -= lr (g + decay p); a subclass changes `change`, which gets the parameter's number."""

    def __init__(self, parameters, lr=0.1, decay=0.0):
        self.parameters, self.lr, self.decay, self.t = parameters, lr, decay, 0
        self.v = [np.zeros_like(p.data) for p in parameters]
        self.m = [np.zeros_like(p.data) for p in parameters]

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.change(i, p, p.data, p.grad)

    def change(self, i, p, w, g):
        w -= self.lr * (g + self.decay * w)


class WithMomentum(Plain):
    def change(self, i, p, w, g):
        self.v[i] = 0.9 * self.v[i] + g
        w -= self.lr * self.v[i]


class Rms(Plain):
    def change(self, i, p, w, g):
        self.v[i] = 0.99 * self.v[i] + 0.01 * g * g
        w -= self.lr * g / (np.sqrt(self.v[i]) + 1e-8)


class LikeAdam(Plain):
    b1, b2, eps = 0.9, 0.999, 1e-8

    def change(self, i, p, w, g):
        self.average(i, g)
        m = self.m[i] / (1 - self.b1**self.t)
        v = self.v[i] / (1 - self.b2**self.t)
        w -= self.lr * m / (np.sqrt(v) + self.eps)

    def average(self, i, g):
        self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
        self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * g * g


class LikeAdamW(LikeAdam):
    def change(self, i, p, w, g):
        w -= self.lr * self.decay * w
        super().change(i, p, w, g)


class DecayIntoAdam(LikeAdam):
    def change(self, i, p, w, g):
        super().change(i, p, w, g + self.decay * w)


RIGHT = {
    "sgd": (Plain, nn.SGD, {}),
    "sgd, decay": (make(Plain, decay=0.1), nn.SGD, {"weight_decay": 0.1}),
    "momentum": (WithMomentum, nn.Momentum, {}),
    "rmsprop": (Rms, nn.RMSprop, {}),
    "adam": (LikeAdam, nn.Adam, {}),
    "adam, decay": (make(DecayIntoAdam, decay=0.1), nn.Adam, {"weight_decay": 0.1}),
    "adamw": (make(LikeAdamW, decay=0.1), nn.AdamW, {"weight_decay": 0.1}),
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("steps", [6, 7, 20])
def test_right_optimizers_pass_whoever_wrote_them(name, steps):
    mine, library, options = RIGHT[name]
    theirs = make(library, lr=0.1, **options)
    assert find_in_optimizer(mine, theirs, steps) == []
    assert find_in_optimizer(theirs, mine, steps) == []


@pytest.mark.parametrize("lr", [1e-4, 0.01, 1.0])
@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize(
    "library",
    [nn.SGD, nn.Momentum, nn.Nesterov, nn.SignGD, nn.RMSprop, nn.Adam, nn.AdamW],
)
def test_the_library_passes_beside_itself(library, lr, decay):
    one = make(library, lr=lr, weight_decay=decay)
    assert find_in_optimizer(one, one) == []


def test_nesterov_passes_beside_its_formula():
    class Formula(Plain):
        def change(self, i, p, w, g):
            self.v[i] = 0.9 * self.v[i] + g
            w -= self.lr * (g + 0.9 * self.v[i])

    assert find_in_optimizer(Formula, make(nn.Nesterov, lr=0.1)) == []


def test_sign_passes_beside_its_formula():
    class Formula(Plain):
        def change(self, i, p, w, g):
            w -= self.lr * np.where(g > 0, 1, np.where(g < 0, -1, 0))

    assert find_in_optimizer(Formula, make(nn.SignGD, lr=0.1)) == []


class Z01(Plain):
    def change(self, i, p, w, g):
        w += self.lr * g


class Z03(Plain):
    def change(self, i, p, w, g):
        p.data = w - self.lr * g


class Z03Nowhere(Plain):
    def change(self, i, p, w, g):
        w = w - self.lr * g


class Z04(Plain):
    def change(self, i, p, w, g):
        g *= self.lr
        w -= g


class Z05(Plain):
    def change(self, i, p, w, g):
        w -= self.lr * (g - self.decay * w)


class Z05Adam(DecayIntoAdam):
    def change(self, i, p, w, g):
        LikeAdam.change(self, i, p, w, g - self.decay * w)


class Z05AdamW(LikeAdam):
    def change(self, i, p, w, g):
        w += self.lr * self.decay * w
        super().change(i, p, w, g)


class Z07(Plain):
    def change(self, i, p, w, g):
        v = np.zeros_like(w)
        v = 0.9 * v + g
        w -= self.lr * v


class Z08(Plain):
    velocity = 0.0

    def change(self, i, p, w, g):
        self.velocity = 0.9 * self.velocity + g
        w -= self.lr * self.velocity


class Z08OfOneNumber(Plain):
    velocity = 0.0

    def change(self, i, p, w, g):
        before = np.resize(self.velocity, w.shape)  # does not stop at shapes that differ
        self.velocity = 0.9 * before + g
        w -= self.lr * self.velocity


class Z10(Plain):
    def change(self, i, p, w, g):
        if self.t == 1:
            self.v[i] = g
        else:
            self.v[i] *= 0.9
            self.v[i] += g
        w -= self.lr * self.v[i]


class Z10AtOnce(Plain):
    def change(self, i, p, w, g):
        before, self.v[i] = self.v[i], g
        self.v[i] += 0.9 * before
        w -= self.lr * self.v[i]


class Z11(Plain):
    def change(self, i, p, w, g):
        self.v[i] = 0.9 * self.v[i] + (1 - 0.9) * self.lr * g
        w -= self.v[i]


class Z13(Rms):
    def change(self, i, p, w, g):
        self.v[i] = 0.99 * self.v[i] + 0.01 * g * g
        w -= self.lr * g / (self.v[i] + 1e-8)


class Z14(Rms):
    def change(self, i, p, w, g):
        self.v[i] = 0.99 * self.v[i] + 0.01 * g
        w -= self.lr * g / (np.sqrt(self.v[i]) + 1e-8)


class Z15(LikeAdam):
    def change(self, i, p, w, g):
        self.average(i, g)
        w -= self.lr * self.m[i] / (np.sqrt(self.v[i]) + self.eps)


class Z16(LikeAdam):
    def step(self):
        for i, p in enumerate(self.parameters):
            self.average(i, p.grad)
            m = self.m[i] / (1 - self.b1**self.t)
            v = self.v[i] / (1 - self.b2**self.t)
            p.data -= self.lr * m / (np.sqrt(v) + self.eps)
        self.t += 1


class Z19(LikeAdam):
    def step(self):
        for i, p in enumerate(self.parameters):
            self.t += 1
            self.change(i, p, p.data, p.grad)


class Z20(LikeAdam):
    def average(self, i, g):
        super().average(i, g)
        self.m[i] = self.m[i] / (1 - self.b1**self.t)
        self.v[i] = self.v[i] / (1 - self.b2**self.t)

    def change(self, i, p, w, g):
        self.average(i, g)
        w -= self.lr * self.m[i] / (np.sqrt(self.v[i]) + self.eps)


class Z21(LikeAdam):
    def change(self, i, p, w, g):
        self.average(i, g)
        m = self.m[i] / (1 - self.b1**self.t)
        v = self.v[i] / (1 - self.b2**self.t)
        w -= self.lr * m / np.sqrt(v + self.eps)


class Z21Rms(Rms):
    def change(self, i, p, w, g):
        self.v[i] = 0.99 * self.v[i] + 0.01 * g * g
        w -= self.lr * g / np.sqrt(self.v[i] + 1e-8)


class Z22(LikeAdam):
    b1, b2 = 0.999, 0.9


class BeginsWithTheGradient(Plain):
    def change(self, i, p, w, g):
        self.v[i] = 0.9 * (g if self.t == 1 else self.v[i]) + g
        w -= self.lr * self.v[i]


class BeginsWithASquare(Rms):
    def change(self, i, p, w, g):
        self.v[i] = g * g if self.t == 1 else 0.99 * self.v[i] + 0.01 * g * g
        w -= self.lr * g / (np.sqrt(self.v[i]) + 1e-8)


class OnlyVBegins(LikeAdam):
    def average(self, i, g):
        if self.t == 1:
            self.v[i] = g * g
        super().average(i, g)


class NoRate(Plain):
    def change(self, i, p, w, g):
        w -= g


class ByTheLength(Plain):
    """A mean over rows that dw has had already."""

    def change(self, i, p, w, g):
        w -= self.lr * g / len(g)


class NoRateWithDecay(Plain):
    def change(self, i, p, w, g):
        w -= g + self.decay * w


class StopsAtTheFifth(Plain):
    def change(self, i, p, w, g):
        if self.t < 5:
            w -= self.lr * g


class UphillWithoutRate(Plain):
    def change(self, i, p, w, g):
        w += g


class RateOnlyForTheGradient(Plain):
    def change(self, i, p, w, g):
        w -= self.lr * g + self.decay * w


class OnlyTheFirst(Plain):
    def step(self):
        for p in self.parameters:
            p.data -= self.lr * p.grad
            return


class NoEps(LikeAdam):
    eps = 0.0


class SignOfZero(Plain):
    def change(self, i, p, w, g):
        w -= self.lr * np.where(g >= 0, 1.0, -1.0)


class SkipsTiny(Plain):
    def change(self, i, p, w, g):
        if np.max(np.abs(g)) > 1e-6:
            w -= self.lr * g


class NewGradient(Plain):
    def change(self, i, p, w, g):
        p.grad = self.lr * g
        w -= p.grad


class NewAndUphill(Plain):
    def change(self, i, p, w, g):
        p.data = w + self.lr * g


class OtherShape(Plain):
    def change(self, i, p, w, g):
        p.data = (w - self.lr * g)[..., None]


class Warmup(Plain):
    def change(self, i, p, w, g):
        w -= self.lr * (self.t - 1) * g


class Huge(Plain):
    def change(self, i, p, w, g):
        w[...] = 1.7e308 * np.sign(g)


class NoArray(Plain):
    def change(self, i, p, w, g):
        p.data = None


class DecayLast(LikeAdam):
    def change(self, i, p, w, g):
        super().change(i, p, w, g)
        w -= self.lr * self.decay * w


class OnlyTheSign(Plain):
    def change(self, i, p, w, g):
        w -= self.lr * np.sign(g)


class FirstNumber(Plain):
    def change(self, i, p, w, g):
        w.flat[0] -= self.lr * g.flat[0]


class OnlyTheLast(Plain):
    def step(self):
        for p in self.parameters:
            w, g = p.data, p.grad
        w -= self.lr * g


class OneLate(WithMomentum):
    def change(self, i, p, w, g):
        w -= self.lr * self.v[i]
        self.v[i] = 0.9 * self.v[i] + g


class DecayWithoutRate(Plain):
    def change(self, i, p, w, g):
        w -= self.lr * g
        w -= self.decay * w


class LargeEps(LikeAdam):
    eps = 1e-3


class SizeForSquare(LikeAdam):
    def average(self, i, g):
        self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
        self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * np.abs(g)


OPTIMIZERS = [  # what the student wrote, what is right, the diagnosis
    (Z01, Plain, "opt_wrong_direction"),
    (make(Z01, decay=0.0), make(Plain, decay=0.01), "opt_wrong_direction"),
    (Z03, Plain, "opt_new_array"),
    (Z03Nowhere, Plain, "opt_nothing_moves"),
    (Z04, Plain, "opt_changes_gradient"),
    (make(Z05, decay=0.01), make(Plain, decay=0.01), "opt_decay_sign"),
    (make(Z05Adam, decay=0.1), make(DecayIntoAdam, decay=0.1), "opt_decay_sign"),
    (make(Z05AdamW, decay=0.1), make(LikeAdamW, decay=0.1), "opt_decay_sign"),
    (Z07, WithMomentum, "opt_first_step_only"),
    (Z08, WithMomentum, "opt_second_parameter"),
    (Z08OfOneNumber, WithMomentum, "opt_second_parameter"),
    (Z10, WithMomentum, "opt_changes_gradient"),
    (Z10AtOnce, WithMomentum, "opt_changes_gradient"),
    (Z11, WithMomentum, "opt_ratio"),
    (BeginsWithTheGradient, WithMomentum, "opt_first_memory"),
    (BeginsWithASquare, Rms, "opt_first_memory"),
    (OnlyVBegins, LikeAdam, "opt_first_memory"),
    (Z13, Rms, "opt_scale"),
    (Z14, Rms, "opt_not_finite"),
    (Z15, LikeAdam, "opt_ratio"),
    (Z16, LikeAdam, "opt_not_finite"),
    (Z19, LikeAdam, "opt_second_parameter"),
    (Z20, LikeAdam, "opt_first_step_only"),
    (Z21, LikeAdam, "opt_tiny_gradients"),
    (Z21Rms, Rms, "opt_tiny_gradients"),
    (Z22, LikeAdam, "opt_first_step_only"),
    (NoRate, Plain, "opt_ratio"),
    (ByTheLength, Plain, "opt_ratio_of_each"),
    (make(NoRateWithDecay, decay=0.1), make(Plain, decay=0.1), "opt_ratio"),
    (StopsAtTheFifth, Plain, "opt_later_steps"),
    (UphillWithoutRate, Plain, "opt_wrong_direction"),
    (Plain, make(Plain, decay=0.1), "opt_zero_gradient"),
    (LikeAdam, make(LikeAdamW, decay=0.1), "opt_zero_gradient"),
    (make(RateOnlyForTheGradient, decay=0.1), make(Plain, decay=0.1), "opt_zero_gradient"),
    (SignOfZero, make(nn.SignGD, lr=0.1), "opt_zero_gradient"),
    (OnlyTheFirst, Plain, "opt_some_stay"),
    (NoEps, LikeAdam, "opt_not_finite"),
    (SkipsTiny, Plain, "opt_tiny_gradients"),
    (NewGradient, Plain, "opt_changes_gradient"),
    (NewAndUphill, Plain, "opt_wrong_direction"),
    (OtherShape, Plain, "opt_wrong"),
    (NoArray, Plain, "opt_wrong"),
    (Huge, Plain, "opt_zero_gradient"),
    (Plain, make(Warmup), "opt_wrong"),
    (make(DecayLast, decay=0.1), make(LikeAdamW, decay=0.1), "opt_wrong"),
    (OnlyTheSign, Plain, "opt_scale"),
    (FirstNumber, Plain, "opt_some_stay"),
    (OnlyTheLast, Plain, "opt_some_stay"),
    (OneLate, WithMomentum, "opt_one_late"),
    (make(DecayWithoutRate, decay=0.1), make(Plain, decay=0.1), "opt_zero_gradient"),
    (make(DecayIntoAdam, decay=0.1), make(LikeAdamW, decay=0.1), "opt_zero_gradient"),
    (LargeEps, LikeAdam, "opt_tiny_gradients"),
    (SizeForSquare, LikeAdam, "opt_scale"),
    (lambda parameters: None, Plain, "raises_none"),
]


@pytest.mark.parametrize("lr", [0.1, 0.001])
@pytest.mark.parametrize(("wrong", "right", "diagnosis"), OPTIMIZERS)
def test_each_wrong_optimizer_has_one_diagnosis(wrong, right, diagnosis, lr):
    def with_rate(build):
        def build_with_rate(parameters):
            optimizer = build(parameters)
            if optimizer is not None:
                optimizer.lr = lr
            return optimizer

        return build_with_rate

    assert ids(find_in_optimizer(with_rate(wrong), with_rate(right))) == [diagnosis]


def test_the_ratio_is_said():
    (finding,) = find_in_optimizer(Z15, LikeAdam)
    assert finding.details["ratio"] == "3.162"
    assert finding.who == "Z15"
    assert finding.details["step"] == 1
    assert np.max(np.abs(finding.yours - finding.measured)) == pytest.approx(0.2162, rel=1e-3)


def test_the_numbers_that_stay_are_counted():
    for wrong, parameter, count in ((FirstNumber, 1, 5), (OnlyTheFirst, 2, 4)):
        (finding,) = find_in_optimizer(wrong, Plain)
        assert (finding.variable, finding.details["count"]) == (f"parameter {parameter}", count)


def test_how_a_step_grows_is_said():
    (finding,) = find_in_optimizer(OnlyTheSign, Plain)
    assert finding.details == {"step": 1, "factor": "1e+07", "got": "1", "want": "1e+07"}


def test_an_exception_of_step_says_which():
    class Stops(Plain):
        def change(self, i, p, w, g):
            if self.t == 3:
                raise KeyError("first\nsecond")
            super().change(i, p, w, g)

    (finding,) = find_in_optimizer(Stops, Plain)
    assert finding.id == "raises_key"
    line = '`raise KeyError("first\\nsecond")`'
    assert finding.details == {"error": r"KeyError: 'first\nsecond'", "where": f"step 3, {line}"}


def test_an_exception_of_the_constructor_says_so():
    (finding,) = find_in_optimizer(lambda parameters: parameters.nothing, Plain)
    assert (finding.id, finding.part) == ("raises_wrong_kind", "__init__")
    assert finding.details["where"].startswith("building it, `")


def test_a_wrong_reference_is_its_callers():
    with pytest.raises(ValueError, match="reference"):
        find_in_optimizer(Plain, Z04)
    with pytest.raises(ValueError, match="steps=5"):
        find_in_optimizer(Plain, Plain, 5)


# ---- initializers


def xavier(shape):
    return math.sqrt(2 / (shape[0] + shape[1]))


def kaiming(shape):
    return math.sqrt(2 / shape[0])


DRAWN = [
    (nn.initializers.Zero(), 0.0, 0.0, None),
    (nn.initializers.One(), 1.0, 0.0, None),
    (nn.initializers.Constant(0.1), 0.1, 0.0, None),
    (nn.initializers.RandomNormal(0.3), 0.0, 0.3, "normal"),
    (nn.initializers.RandomUniform(0.3), 0.0, 0.3 / math.sqrt(3), "uniform"),
    (nn.initializers.XavierNormal(), 0.0, xavier, "normal"),
    (nn.initializers.XavierUniform(), 0.0, xavier, "uniform"),
    (nn.initializers.KaimingNormal(), 0.0, kaiming, "normal"),
    (nn.initializers.KaimingUniform(), 0.0, kaiming, "uniform"),
    (nn.initializers.LeCunUniform(), 0.0, lambda s: 1 / math.sqrt(3 * s[0]), "uniform"),
    (nn.initializers.KaimingUniform(), 0.0, None, None),
]


@pytest.mark.parametrize(("initializer", "mean", "std", "kind"), DRAWN)
def test_right_initializers_pass(initializer, mean, std, kind):
    assert find_in_initializer(initializer, mean, std, kind) == []


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", ["normal", "uniform"])
def test_right_initializers_pass_with_any_seed(seed, kind):
    rng = np.random.default_rng(seed)

    def normal(shape):
        return rng.normal(0.2, kaiming(shape), shape)

    def uniform(shape):
        return 0.2 + rng.uniform(-1, 1, shape) * math.sqrt(3) * kaiming(shape)

    draw = {"normal": normal, "uniform": uniform}[kind]
    assert find_in_initializer(draw, 0.2, kaiming, kind) == []


def I03(shape):
    limit = np.sqrt(2 / shape[0])
    return np.random.uniform(-limit, limit, shape)


def I04(shape):
    return np.random.random(shape) * np.sqrt(6 / (shape[0] + shape[1]))


def I05(shape):
    return np.random.normal(0, np.sqrt(2 / shape[1]), shape)


def I05Smaller(shape):
    return np.random.normal(0, np.sqrt(2 / min(shape)), shape)


def I10(shape):
    limit = xavier(shape) * np.sqrt(3)
    return np.random.uniform(-limit, limit, shape)


def same_seed(shape):
    return np.random.default_rng(0).normal(0, kaiming(shape), shape)


def same_rows(shape):
    return np.tile(np.random.normal(0, kaiming(shape), shape[1]), (shape[0], 1))


def transposed(shape):
    return np.random.normal(0, kaiming(shape), shape[::-1])


def one_nan(shape):
    x = np.random.normal(0, kaiming(shape), shape)
    x[2, 3] = np.nan
    return x


INITIALIZERS = [
    (I03, 0.0, kaiming, "uniform", "init_std"),
    (I04, 0.0, xavier, "uniform", "init_mean"),
    (I05, 0.0, kaiming, "normal", "init_square_only"),
    (I05Smaller, 0.0, kaiming, "normal", "init_square_only"),
    (I10, 0.0, xavier, "normal", "init_distribution"),
    (same_seed, 0.0, kaiming, "normal", "init_repeats"),
    (same_rows, 0.0, None, None, "init_repeats"),
    (transposed, 0.0, kaiming, "normal", "init_shape"),
    (one_nan, 0.0, kaiming, "normal", "not_finite"),
    (np.zeros, 0.0, kaiming, "normal", "init_all_zero"),
    (np.zeros, 0.0, None, "normal", "init_distribution"),
    (np.ones, 0.0, 0.0, None, "init_mean"),
    (lambda shape: None, 0.0, None, None, "dtype_not_numbers"),
    (lambda shape: 0.1, 0.0, None, None, "dtype_not_numbers"),
    (lambda shape: np.full(shape, "a"), 0.0, None, None, "dtype_not_numbers"),
    (lambda shape: 1 / 0, 0.0, None, None, "raises_zero"),
    (lambda shape: np.random.normal(0, 1e300, shape), 0.0, 0.1, None, "init_std"),
    (lambda shape: np.random.normal(0, 10, shape), 0.0, 0.1, "normal", "init_std"),
    (lambda shape: np.random.normal(0, 0.105, shape), 0.0, 0.1, "normal", "init_std"),
    (lambda shape: np.random.normal(0.01, 0.1, shape), 0.0, 0.1, "normal", "init_mean"),
]


@pytest.mark.parametrize(("initializer", "mean", "std", "kind", "diagnosis"), INITIALIZERS)
def test_each_wrong_initializer_has_one_diagnosis(initializer, mean, std, kind, diagnosis):
    assert ids(find_in_initializer(initializer, mean, std, kind)) == [diagnosis]


def test_the_numbers_are_said():
    (finding,) = find_in_initializer(I03, 0.0, kaiming, "uniform")
    assert float(finding.details["got"]) == pytest.approx(kaiming((300, 120)) / 3**0.5, rel=0.02)
    assert finding.details["want"] == "0.0816"
    (finding,) = find_in_initializer(transposed)
    assert finding.details == {"got": "(120, 300)", "want": "(300, 120)"}


# ---- training loops


class Right:
    """A loop in pieces, of which each wrong one changes one."""

    def __call__(self, model, loss, optimizer, x, y, batch_size, epochs):
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.batch_size, self.history = batch_size, []
        self.begin()
        for _ in range(epochs):
            sums, self.means = 0.0, []
            for batch_x, batch_y in self.batches(x, y):
                value = self.train(batch_x, batch_y)
                sums += float(value) * len(batch_x)
                self.means.append(float(value))
            self.history.append(self.epoch_loss(sums, len(x)))
            self.after_epoch(x, y)
        return self.history

    def begin(self):
        pass

    def order(self, n):
        return generator().permutation(n)

    def batches(self, x, y):
        order = self.order(len(x))
        for start in range(0, len(x), self.batch_size):
            chosen = order[start : start + self.batch_size]
            yield x[chosen], y[chosen]

    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        self.optimizer.zero_grad()
        value.backward()
        self.optimizer.step()
        return value.data

    def epoch_loss(self, sums, n):
        return sums / n

    def after_epoch(self, x, y):
        pass


class ByHand(Right):
    """Without the tape."""

    def train(self, x, y):
        value = self.loss.forward(self.model.forward(x), y)
        dy, _ = self.loss.backward(1.0)
        _, grads = self.model.backward(dy)
        self.optimizer.step(grads)
        return value


class ClearsLast(Right):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), nn.Tensor(y))
        value.backward()
        self.optimizer.step()
        self.model.zero_grad()
        return value.data


class Measures(Right):
    """Looks at all examples after each epoch, in evaluation mode."""

    def begin(self):
        self.model.train()

    def after_epoch(self, x, y):
        self.model.eval()
        self.history[-1] = float(self.loss(self.model(x), y))
        self.model.train()


class ShufflesInPlace(Right):
    def batches(self, x, y):
        order = self.order(len(x))
        x[...], y[...] = x[order], y[order]
        for start in range(0, len(x), self.batch_size):
            yield x[start : start + self.batch_size], y[start : start + self.batch_size]


class WithNumpysOwnRandomNumbers(Right):
    def order(self, n):
        return np.random.permutation(n)


def library(model, loss, optimizer, x, y, batch_size, epochs):
    return nn.fit(
        model, x, y, loss, optimizer, epochs=epochs, batch_size=batch_size, progress=False
    )


def without_history(*arguments):
    Right()(*arguments)


RIGHT_LOOPS = [
    Right(), ByHand(), ClearsLast(), Measures(), ShufflesInPlace(), WithNumpysOwnRandomNumbers(),
    library, without_history,
]  # fmt: skip


@pytest.mark.parametrize(("n", "batch_size", "epochs"), [(10, 4, 3), (7, 2, 2), (23, 5, 4)])
@pytest.mark.parametrize("run", RIGHT_LOOPS)
def test_right_loops_pass(run, n, batch_size, epochs):
    assert find_in_training_loop(run, n, batch_size, epochs) == []


class K01(Right):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        value.backward()
        self.optimizer.step()
        return value.data


class K01OnceAnEpoch(K01):
    def order(self, n):
        self.optimizer.zero_grad()
        return super().order(n)


class K03(Right):
    def batches(self, x, y):
        np.random.shuffle(x)
        np.random.shuffle(y)
        for start in range(0, len(x), self.batch_size):
            yield x[start : start + self.batch_size], y[start : start + self.batch_size]


class K05(Right):
    def epoch_loss(self, sums, n):
        return np.mean(self.means)


class K07(Right):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        value.backward()
        self.optimizer.zero_grad()
        self.optimizer.step()
        return value.data


class K07WithZeros(K07):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        value.backward()
        for parameter in self.model.parameters():
            parameter.grad = np.zeros_like(parameter.data)
        self.optimizer.step()
        return value.data


class K08(Right):
    kept = None

    def order(self, n):
        self.kept = super().order(n) if self.kept is None else self.kept
        return self.kept

    def begin(self):
        self.kept = None


class NeverShuffled(Right):
    def order(self, n):
        return np.arange(n)


class K11(Right):
    shorter, step = 1, 0

    def batches(self, x, y):
        order, size = self.order(len(x)), self.batch_size
        for start in range(0, len(x), size - self.step):
            chosen = order[start : start + size - self.shorter]
            yield x[chosen], y[chosen]


class K11Overlaps(K11):
    shorter, step = 0, 1


class K11Both(K11):
    shorter, step = 1, 1


class DropsTheLast(Right):
    def batches(self, x, y):
        return list(super().batches(x, y))[:-1]


class Draws(Right):
    def order(self, n):
        return generator().integers(0, n, n)


class WholeX(Right):
    def batches(self, x, y):
        return [(x, batch_y) for _, batch_y in super().batches(x, y)]


class WholeXAndY(Right):
    def batches(self, x, y):
        return [(x, y) for _ in super().batches(x, y)]


class OneBatch(Right):
    def batches(self, x, y):
        order = self.order(len(x))
        return [(x[order], y[order])]


class OneTooMany(Right):
    """Sizes 5, 4, 1 instead of 4, 4, 2."""

    def batches(self, x, y):
        order, size = self.order(len(x)), self.batch_size
        edges = [0, *range(size + 1, len(x), size), len(x)]
        return [(x[order[a:b]], y[order[a:b]]) for a, b in zip(edges, edges[1:])]


class StepsTooEarly(Right):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        self.optimizer.step()
        self.optimizer.zero_grad()
        value.backward()
        return value.data


class NeverSteps(Right):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        self.optimizer.zero_grad()
        value.backward()
        return value.data


class StepsOnceAnEpoch(NeverSteps):
    def after_epoch(self, x, y):
        self.optimizer.step()


class NeverBackward(Right):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        self.optimizer.step()
        return value.data


class StaysInEvaluation(Measures):
    def after_epoch(self, x, y):
        self.model.eval()


class ClipsEverything(Right):
    def train(self, x, y):
        value = self.loss(self.model(nn.Tensor(x)), y)
        self.optimizer.zero_grad()
        value.backward()
        nn.clip_grad_norm(self.model.parameters(), 1e-3)
        self.optimizer.step()
        return value.data


class TwiceTheLoss(Right):
    def train(self, x, y):
        value = self.loss.forward(self.model.forward(x), y)
        dy, _ = self.loss.backward(2.0)
        self.optimizer.step(self.model.backward(dy)[1])
        return value


class DifferenceForSlope(Right):
    """the error itself handed back, not the gradient of the loss"""

    def train(self, x, y):
        output = self.model.forward(x)
        value = self.loss.forward(output, y)
        self.optimizer.step(self.model.backward(output - y[:, None])[1])
        return value


class LastLoss(Right):
    def epoch_loss(self, sums, n):
        return self.means[-1]


class FirstLoss(Right):
    def epoch_loss(self, sums, n):
        return self.means[0]


class SumOfLosses(Right):
    def epoch_loss(self, sums, n):
        return sums


class PerBatch(Right):
    def epoch_loss(self, sums, n):
        return sums / len(self.means)


class SumOfMeans(Right):
    def epoch_loss(self, sums, n):
        return np.sum(self.means)


class MeansPerExample(Right):
    def epoch_loss(self, sums, n):
        return np.sum(self.means) / n


class TooFewEpochs(Right):
    def __call__(self, *arguments):
        return super().__call__(*arguments[:-1], arguments[-1] - 1)


class EmptyBatch(Right):
    def batches(self, x, y):
        yield from super().batches(x, y)
        yield x[:0], y[:0]


def nothing(*arguments):
    pass


def a_word(*arguments):
    Right()(*arguments)
    return "done"


def one_number(*arguments):
    return Right()(*arguments)[0]


def plain_arrays(model, loss, optimizer, x, y, batch_size, epochs):
    loss(model(x), y).backward()


LOOPS = [
    (K01(), "loop_accumulates"),
    (K01OnceAnEpoch(), "loop_accumulates"),
    (K03(), "loop_pairs_broken"),
    (K05(), "loop_mean_of_means"),
    (K07(), "loop_no_gradient_at_step"),
    (K07WithZeros(), "loop_no_gradient_at_step"),
    (K08(), "loop_order_repeats"),
    (NeverShuffled(), "loop_order_repeats"),
    (K11(), "loop_examples_missing"),
    (K11Overlaps(), "loop_examples_twice"),
    (K11Both(), "loop_batch_size"),
    (DropsTheLast(), "loop_examples_missing"),
    (Draws(), "loop_examples_twice"),
    (WholeX(), "loop_pairs_broken"),
    (WholeXAndY(), "loop_examples_twice"),
    (OneBatch(), "loop_batch_size"),
    (OneTooMany(), "loop_batch_size"),
    (StepsTooEarly(), "loop_wrong_order_of_calls"),
    (NeverSteps(), "loop_few_steps"),
    (StepsOnceAnEpoch(), "loop_few_steps"),
    (NeverBackward(), "loop_no_gradient_at_step"),
    (StaysInEvaluation(), "loop_mode"),
    (ClipsEverything(), "loop_wrong_gradient"),
    (TwiceTheLoss(), "loop_wrong_gradient"),
    (DifferenceForSlope(), "loop_wrong_gradient"),
    (LastLoss(), "loop_last_batch"),
    (SumOfLosses(), "loop_history_ratio"),
    (PerBatch(), "loop_history_ratio"),
    (SumOfMeans(), "loop_means_ratio"),
    (MeansPerExample(), "loop_means_ratio"),
    (FirstLoss(), "loop_history"),
    (TooFewEpochs(), "loop_epochs"),
    (EmptyBatch(), "raises"),
    (nothing, "loop_examples_missing"),
    (a_word, "loop_history"),
    (one_number, "loop_history"),
    (plain_arrays, "raises_no_method"),
]


@pytest.mark.parametrize(("n", "batch_size", "epochs"), [(10, 4, 3), (23, 5, 4)])
@pytest.mark.parametrize(("run", "diagnosis"), LOOPS)
def test_each_wrong_loop_has_one_diagnosis(run, diagnosis, n, batch_size, epochs):
    assert ids(find_in_training_loop(run, n, batch_size, epochs)) == [diagnosis]


def test_the_parameters_without_a_gradient_are_named():
    with pytest.raises(nn.TrainingLoopError, match="makes its step, those of: w."):
        nn.check_training_loop(NeverBackward())


def test_two_mistakes_that_do_not_touch_are_both_found():
    class Both(K08, K05):
        pass

    assert ids(find_in_training_loop(Both())) == ["loop_order_repeats", "loop_mean_of_means"]


def test_an_exception_of_a_loop_is_said():
    (finding,) = find_in_training_loop(EmptyBatch())
    assert finding.details["error"] == "ValueError: the loss got an empty batch"


def test_sizes_that_hide_mistakes_are_refused():
    with pytest.raises(ValueError, match="n=12, batch_size=4"):
        find_in_training_loop(Right(), 12, 4)


# ---- all three


def unwritten(*arguments):
    raise NotImplementedError("Write your code here")


@pytest.mark.parametrize(
    "check",
    [
        lambda: find_in_optimizer(unwritten, Plain),
        lambda: find_in_initializer(unwritten),
        lambda: find_in_training_loop(unwritten),
    ],
)
def test_what_is_not_written_yet_says_so_itself(check):
    with pytest.raises(NotImplementedError, match="Write your code here"):
        check()


@pytest.mark.parametrize(
    "check",
    [
        lambda: find_in_optimizer(Z13, Rms),
        lambda: find_in_initializer(I05, 0.0, kaiming),
        lambda: find_in_training_loop(K03()),
        lambda: find_in_training_loop(K05()),
    ],
)
def test_checks_repeat_themselves_and_leave_all_random_numbers_alone(check):
    nn.manual_seed(5)
    np.random.seed(6)
    random.seed(7)
    want = generator().normal(), np.random.normal(), random.random()
    nn.manual_seed(5)
    np.random.seed(6)
    random.seed(7)
    first = str(check())
    assert (generator().normal(), np.random.normal(), random.random()) == want
    assert str(check()) == first
    assert "Finding(" in first


# ---- what is odd: one sentence, and an end


def optimizer(step):
    return type("Odd", (Plain,), {"step": step})


def data_is(make):
    def step(self):
        for p in self.parameters:
            p.data = make(p.data)

    return optimizer(step)


def raise_it(error):
    def method(*_):
        raise error

    return method


OPTIMIZERS = {
    "'NoneType' object has no attribute 'step'": lambda parameters: None,
    "SystemExit": optimizer(raise_it(SystemExit())),
    "BaseException: base": optimizer(raise_it(BaseException("base"))),
    "RecursionError": optimizer(lambda self: self.step()),
    "step stops with an error: NoText": optimizer(raise_it(NoText())),
    "missing 1 required positional argument: 'lr'": lambda parameters, lr: None,
    "not those of the exercise": data_is(lambda w: None),
    "exactly what they were": optimizer(lambda self: (yield)),
}


@pytest.mark.parametrize("says", OPTIMIZERS)
def test_an_odd_optimizer(says):
    with pytest.raises(nn.GradientError) as caught:
        nn.check_optimizer(OPTIMIZERS[says], Plain)
    assert says in " ".join(str(caught.value).split())


def with_history(make):
    return lambda *arguments: make(Right()(*arguments))


class NoFloat:
    def __float__(self):
        raise ZeroDivisionError


LOOPS = {
    "SystemExit": raise_it(SystemExit()),
    "BaseException: base": raise_it(BaseException("base")),
    "takes 0 positional arguments but 7 were given": lambda: None,
    "'NoneType' object is not callable": None,
    "The history of losses is 'abc'": with_history(lambda losses: "abc"),
    "The history of losses is 3, but": with_history(lambda losses: 3),
    "The history of losses is [nan": with_history(lambda losses: [np.nan] * 3),
    "The history of losses is [<": with_history(lambda losses: [NoFloat()] * 3),
    "The history of losses is [1000": with_history(lambda losses: [10**400]),
}


@pytest.mark.parametrize("says", LOOPS)
def test_an_odd_loop(says):
    with pytest.raises(nn.GradientError) as caught:
        nn.check_training_loop(LOOPS[says])
    assert says in " ".join(str(caught.value).split())


INITIALIZERS = {
    "gives NoneType,": lambda shape: None,
    "gives complex128,": lambda shape: np.ones(shape) * 1j,
    "gives Parameter,": lambda shape: nn.Parameter(np.ones(shape)),
    "gives generator,": lambda shape: (i for i in shape),
    "BaseException: base": raise_it(BaseException("base")),
}


@pytest.mark.parametrize("says", INITIALIZERS)
def test_an_odd_initializer(says):
    with pytest.raises(nn.GradientError) as caught:
        nn.check_initializer(INITIALIZERS[says])
    assert says in " ".join(str(caught.value).split())


def forever(*_):
    while True:
        pass


ENDLESS = {
    "optimizer": lambda: nn.check_optimizer(optimizer(forever), Plain),
    "initializer": lambda: nn.check_initializer(forever),
    "training loop": lambda: nn.check_training_loop(forever),
    "history": lambda: nn.check_training_loop(lambda *a: Right()(*a) and itertools.count()),
}


@pytest.mark.parametrize("check", ENDLESS.values(), ids=ENDLESS.keys())
def test_nothing_may_go_on_for_ever(check, monkeypatch):
    monkeypatch.setattr(checks, "SECONDS", 0.2)
    with pytest.raises(nn.GradientError, match="It did not come to an end within 0.2 seconds"):
        check()


@pytest.mark.parametrize("error", [KeyboardInterrupt, NotImplementedError])
def test_interrupts_and_todos_come_through(error):
    stops = raise_it(error())
    for check in (
        lambda: nn.check_optimizer(optimizer(stops), Plain),
        lambda: nn.check_initializer(stops),
        lambda: nn.check_training_loop(stops),
    ):
        before = signal.getsignal(signal.SIGALRM)
        with pytest.raises(error):
            check()
        assert signal.getsignal(signal.SIGALRM) is before
