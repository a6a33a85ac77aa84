"""Hidden cases of exercise 12: what is random is counted, the rest is compared."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import Wrong, expect, own_work


def shapes(rng):
    """Shapes of about 20 000 numbers: two, three and one dimensions."""
    yield 400, int(rng.integers(45, 60))
    yield int(rng.integers(20, 30)), 40, 20
    yield (int(rng.integers(18000, 22000)),)


def counted(y, x, p):
    """Where y is not 0; a share of 1 - p must be left, scaled by 1 / (1 - p)."""
    if not isinstance(y, np.ndarray) or y.shape != x.shape:
        raise Wrong("Dropout.forward does not give an array of the shape of x", "shape")
    kept = y != 0
    share = 1 - np.mean(kept)
    if abs(share - p) > 0.02:
        keeps = "; it looks as if p was the chance to keep" if abs(share - 1 + p) < 0.02 else ""
        raise Wrong(f"Dropout({p:.2g}): {share:.0%} of the numbers are 0{keeps}", "share")
    want = x[kept] / (1 - p)
    mistakes = {"is not scaled by 1 / (1 - p)": x[kept], "is scaled twice": want / (1 - p)}
    expect(f"Dropout({p:.2g}): what is left of x", y[kept], want, mistakes, 1e-6)
    return kept


def some_dropped(y):
    """Whether some are 0, and some are not; their number and scale earn points elsewhere."""
    return isinstance(y, np.ndarray) and 0 < np.mean(y != 0) < 1


def training(student, rng):
    for shape in shapes(rng):
        p = float(rng.choice([0.1, 0.25, 0.65, 0.8]))
        x = rng.uniform(1, 2, shape) * rng.choice([-1, 1], shape)
        layer = student.make("Dropout", p)
        sent = student.value(x)
        seed = int(rng.integers(1000))
        outputs = []
        for _ in range(2):
            student.apply("nn.manual_seed", seed)
            outputs += [student.call(layer, "forward", sent) for _ in range(2)]
        first, second, again, _, after = student.read(*outputs, sent)
        kept = counted(first, x, p)
        other = counted(second, x, p)
        if np.array_equal(kept, other):
            raise Wrong("Dropout has the same mask in two forwards", "same_mask")
        if not np.array_equal(first, again):
            raise Wrong("Dropout does not draw from nn.backend.generator()", "generator")
        if not np.array_equal(after, x):
            raise Wrong("Dropout.forward changes x, which belongs to its caller", "changes_input")
        for axis in range(x.ndim if x.ndim > 1 else 0):
            along = np.moveaxis(kept, axis, 0)
            if np.all(along == along[0]):
                raise Wrong("Dropout drops the same numbers in every example, or whole examples",
                            "one_mask")  # fmt: skip


def nothing_dropped(student, rng):
    """p = 0 is the identity, in training too."""
    x = rng.normal(size=(5, 7))
    (y,) = student.read(student.call(student.make("Dropout", 0.0), "forward", x))
    expect("Dropout(0).forward", y, x, {}, 1e-9)


def nothing_dropped_backward(student, rng):
    x, dy = rng.normal(size=(2, 5, 7))
    layer = student.make("Dropout", 0.0)
    student.call(layer, "forward", x)
    (dx,) = student.read(student.item(student.call(layer, "backward", dy), 0))
    expect("Dropout(0).backward", dx, dy, {}, 1e-9)


def evaluation(student, rng):
    p = float(rng.choice([0.15, 0.35, 0.6]))
    for shape in ((6, 4), (3, 5, 2)):
        x = rng.normal(size=shape)
        layer = student.make("Dropout", p)
        student.call(layer, "forward", np.ones((4, 4)))
        student.call(layer, "eval")
        sent = student.value(x)
        y = student.call(layer, "forward", sent)
        student.call(layer, "train")
        big = student.call(layer, "forward", np.ones((200, 100)))
        got, back, after = student.read(y, big, sent)
        mistakes = {"is scaled, though nothing is dropped": (1 - p) * x,
                    "is scaled up, though nothing is dropped": x / (1 - p)}  # fmt: skip
        expect("Dropout.forward in evaluation", got, x, mistakes, 1e-9)
        expect("x after forward in evaluation", after, x, {}, 1e-12)
        if not some_dropped(back):
            raise Wrong("back in training, Dropout drops nothing, or all", "share")


def backward(student, rng):
    p = float(rng.choice([0.2, 0.45, 0.7]))
    for shape in ((300, 60), (30, 25, 24)):
        x = rng.uniform(1, 2, shape)
        dy = rng.normal(size=shape)
        layer = student.make("Dropout", p)
        outputs = []
        for k in range(2):  # two batches, the mask of each
            y = student.call(layer, "forward", x)
            sent = student.value(dy + k)
            pair = student.call(layer, "backward", sent)
            twice = student.call(layer, "backward", sent)
            outputs += [
                y,
                student.item(pair, 0),
                student.item(pair, 1),
                student.item(twice, 0),
                sent,
            ]
        read = student.read(*outputs)
        for k in range(2):
            y, dx, grads, twice, after = read[5 * k : 5 * k + 5]
            if not some_dropped(y):
                raise Wrong("Dropout drops nothing, or all: there is no mask to keep", "share")
            want = (dy + k) * (y / x)
            mistakes = {
                "is dy, where it must have forward's mask": dy + k,
                "lacks the scale of forward": want * (1 - p),
            }
            expect("dx of Dropout, by forward's own mask,", dx, want, mistakes, 1e-6)
            expect("dx of a second backward", twice, want, {}, 1e-6)
            expect("dy after backward", after, dy + k, {}, 1e-12)
            if grads != {}:
                raise Wrong("Dropout.backward: there are no parameters, so no gradients", "grads")
    x, dy = rng.normal(size=(2, 4, 6))
    layer = student.make("Dropout", p)
    student.call(layer, "forward", x)
    student.call(layer, "eval")
    student.call(layer, "forward", x)
    dx = student.read(student.item(student.call(layer, "backward", dy), 0))[0]
    expect("dx of Dropout in evaluation", dx, dy, {}, 1e-9)


def predicted(student, rng):
    """A real network of edunn, with batch normalization, whose two modes certainly differ."""
    for mode in (True, False):
        arguments = ("nn.Dense", 3, 5, "tanh"), ("nn.BatchNorm1d", 5), ("nn.Dense", 5, 2)
        model = student.make("nn.Sequential", [student.make(*one) for one in arguments])
        right = nn.Sequential([getattr(nn, name[3:])(*rest) for name, *rest in arguments])
        named = student.call(model, "named_parameters")
        for name, parameter in right.named_parameters().items():
            parameter.data = rng.normal(size=parameter.shape)
            student.set(student.item(named, name), "data", parameter.data)
        student.call(model, "train", mode)
        x = rng.normal(size=(int(rng.integers(3, 8)), 3))
        outputs = [student.apply("predict", model, x) for _ in range(2)]
        parts = [model] + [student.item(model, i) for i in range(3)]
        modes = [student.attribute(part, "training") for part in parts]
        *got, a, b, c, d = student.read(*outputs, *modes)
        want = right.eval()(x)
        for one in got:
            expect("predict", one, want, {"runs in training mode": right.train()(x)}, 1e-6)
            right.eval()
        if [a, b, c, d] != [mode] * 4:
            raise Wrong(f"predict leaves a model that had training={mode} in another mode", "mode")


def penalties(student, rng):
    for strength in (float(rng.uniform(0.1, 2)), 0.0):
        arrays = [rng.normal(size=s) for s in ((2, 3), (4,), (1, 2, 3))]
        parameters = [student.make("nn.Parameter", a) for a in arrays]
        result = student.apply("penalty", parameters, strength)
        is_tensor = student.apply("__builtins__.isinstance", result, student.get("nn.Tensor"))
        got, is_tensor = student.read(result, is_tensor)
        if is_tensor:
            raise Wrong("penalty gives a Tensor, not a number: the array of p is p.data", "tensor")
        total = sum(np.sum(a**2) for a in arrays)
        mistakes = {
            "lacks the half": strength * total,
            "is the mean of the squares": strength / 2 * total / sum(a.size for a in arrays),
            "is that of the last parameter only": strength / 2 * np.sum(arrays[-1] ** 2),
        }
        expect("penalty", got, strength / 2 * total, mistakes if strength else {}, 1e-6)


def decays(student, rng):
    for decay in (0.0, float(rng.uniform(0.1, 0.9))):
        lr = float(rng.uniform(0.05, 0.4))
        arrays = [rng.normal(size=s) for s in ((2, 3), (4,), (3,), (5,))]
        parameters = [student.make("nn.Parameter", a) for a in arrays]
        live = [student.attribute(p, "data") for p in parameters]
        descent = student.make("SGD", parameters, lr, decay)
        want = [a.copy() for a in arrays]
        for step in range(3):
            grads = [rng.normal(size=a.shape) for a in arrays]
            grads[2] *= step > 1  # no push for two steps: only the decay
            sent = [student.value(g) for g in grads]
            for i, parameter in enumerate(parameters):
                # the last one but one has no gradient at first, the last one never has one
                given = None if i == 3 or (i == 1 and step == 0) else sent[i]
                student.set(parameter, "grad", given)
                if given is not None:
                    want[i] = want[i] - lr * (grads[i] + decay * want[i])
            student.call(descent, "step")
            data = [student.attribute(p, "data") for p in parameters]
            read = student.read(*data, *live, *sent)
            got, held, after = read[:4], read[4:8], read[8:]
            for i, (array, right) in enumerate(zip(got, want)):
                expect(f"step {step + 1} of SGD with decay {decay:.2g}, parameter {i + 1}",
                       array, right, {}, 1e-6)  # fmt: skip
            if not all(np.array_equal(a, b) for a, b in zip(got, held)):
                raise Wrong(
                    "SGD.step puts a new array into p.data: change it in place", "opt_new_array"
                )
            if not all(np.array_equal(a, b) for a, b in zip(after, grads)):
                raise Wrong(
                    "SGD.step changes the gradients that it was given", "opt_changes_gradient"
                )


CASES = {
    "dropout-train": own_work([training, nothing_dropped]),
    "dropout-eval": own_work([evaluation]),
    "dropout-backward": own_work([backward, nothing_dropped_backward]),
    "predict-check": [predicted],
    "penalty-check": [penalties],
    "sgd-check": own_work([decays], ["optimizers"]),
}
