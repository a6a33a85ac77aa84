"""Hidden cases of exercise 17: other models, and the network once more."""

import math

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import TRIES, Part, Wrong, expect

TYPES = {4: "float32", 8: "float64"}


def whole(what, got, want, mistakes=None):
    """A number that must be exact."""
    if got is None:
        raise Wrong(f"{what}: nothing comes back", "nothing")
    expect(what, got, want, mistakes or {}, 1e-9)


def chain(rng):
    """(sizes, layers of a Sequential as Parts)"""
    sizes = [int(k) for k in rng.integers(2, 9, 4)]
    kinds = [
        Part("Dense", sizes[0], sizes[1], "relu"),
        Part("Linear", sizes[1], sizes[2]),
        Part("Bias", sizes[2]),
        Part("Tanh"),
        Part("Dense", sizes[2], sizes[3]),
    ]
    return sizes, kinds


def build(student, kinds):
    """(the layers in the worker, the same layers here)"""
    made = [student.argument(kind) for kind in kinds]
    here = [getattr(nn, kind.name)(*kind.arguments) for kind in kinds]
    return made, here


def counted(student, rng):
    for _ in range(2):
        _, kinds = chain(rng)
        made, here = build(student, kinds)
        got = student.read(student.apply("total_parameters", student.make("nn.Sequential", made)))[
            0
        ]
        model = nn.Sequential(here)
        want = sum(p.size for p in model.parameters())
        matrices = sum(p.size for p in model.parameters() if p.data.ndim == 2)
        whole("total_parameters", got, want, {"counts no biases": matrices})
    size = int(rng.integers(3, 7))
    layer = student.make("nn.Dense", size, size)
    nested = student.make("nn.Sequential", [layer, student.make("nn.Sequential", [layer, layer])])
    student.set(student.attribute(layer, "b"), "requires_grad", False)
    got = student.read(student.apply("total_parameters", nested))[0]
    want = size * size + size
    mistakes = {"counts shared ones more than once": 3 * want, "leaves out frozen ones": size**2}
    whole("total_parameters of shared layers", got, want, mistakes)


def work(student, rng):
    for _ in range(2):
        sizes, kinds = chain(rng)
        n = int(rng.integers(2, 20))
        made, here = build(student, kinds)
        model = student.make("nn.Sequential", made)
        got = student.read(student.apply("total_multiply_adds", model, n))[0]
        want = n * (sizes[0] * sizes[1] + sizes[1] * sizes[2] + sizes[2] * sizes[3])
        numbers = sum(p.size for layer in here for p in layer.parameters())
        mistakes = {
            "is that of one example": want / n,
            "counts two for each": 2 * want,
            "counts biases too": n * numbers,
        }
        whole("total_multiply_adds", got, want, mistakes)
    size, n = int(rng.integers(3, 7)), int(rng.integers(2, 9))
    layer = student.make("nn.Linear", size, size)
    model = student.make("nn.Sequential", [layer, student.make("nn.Tanh"), layer])
    got = student.read(student.apply("total_multiply_adds", model, n))[0]
    want = 2 * n * size**2
    mistakes = {"counts the work of a layer that is used twice only once": want / 2}
    whole("total_multiply_adds with a layer used twice", got, want, mistakes)


def remembered(student, rng):
    for each, slots in ((4, 1), (8, 3)):
        sizes, kinds = chain(rng)
        n = int(rng.integers(2, 9))
        made, here = build(student, kinds)
        for layer, right in zip(made, here):
            for name, parameter in right.named_parameters().items():
                parameter.data = parameter.data.astype(TYPES[each])
                path = student.item(student.call(layer, "named_parameters"), name)
                student.set(path, "data", parameter.data)
        frozen = student.item(student.call(made[1], "named_parameters"), "w")
        student.set(frozen, "requires_grad", False)
        x = rng.normal(size=(n, sizes[0])).astype(TYPES[each])
        model = student.make("nn.Sequential", made)
        sent = student.value(x)
        got, after = student.read(student.apply("memory", model, sent, slots), sent)
        weights = each * sum(p.size for layer in here for p in layer.parameters())
        learned = weights - each * sizes[1] * sizes[2]
        outputs = each * n * (sizes[1] + 3 * sizes[2] + sizes[3])
        want = {"weights": weights, "gradients": learned, "optimizer": slots * learned,
                "activations": outputs}  # fmt: skip
        if not isinstance(got, dict) or got.keys() != want.keys():
            raise Wrong(f"memory does not give a dict with {', '.join(want)}", "keys")
        mistakes = {
            "weights": {"takes 4 bytes for every number": weights / each * 4},
            "gradients": {"has gradients of frozen parameters": weights},
            "optimizer": {"does not depend on slots": learned},
            "activations": {"has the input in it": outputs + x.nbytes,
                            "is that of one example": outputs / n,
                            "is that of the last layer": each * n * sizes[3]},
        }  # fmt: skip
        for what, number in want.items():
            whole(f"memory, {what},", got[what], number, mistakes[what])
        expect("x after memory", after, x, {}, 1e-12)


def sleeping(student, naps):
    """(a function that sleeps for the next of the naps at each call, the naps that are left): it
    has no list of them, so that the time has to be measured."""
    time = student.apply("__builtins__.__import__", "time")
    left = student.call(student.value(naps), "__iter__")
    calls = student.apply("__builtins__.map", student.attribute(time, "sleep"), left)
    return student.attribute(calls, "__next__"), left


def timed(student, rng):
    """The shortest call is the one that warms up, or the first after it. On a busy machine a sleep
    may take longer, so a time that is too long is measured again."""
    for repeats, naps in ((3, [0.3, 0.02, 0.3, 0.3]), (2, [0.02, 0.35, 0.06])):
        want = min(naps[1:])
        for _ in range(TRIES):
            sleeps, left = sleeping(student, [*naps, *naps])
            seconds = student.apply("seconds", sleeps, repeats)
            got, left = student.read(seconds, student.call(left, "__length_hint__"))
            calls = 2 * len(naps) - left
            if calls != repeats + 1:
                told = f"seconds with {repeats} repeats makes {calls} calls, not {repeats + 1}"
                raise Wrong(told, "calls")
            if not isinstance(got, (int, float, np.ndarray)) or np.ndim(got):
                raise Wrong("seconds does not give a number", "number")
            if float(got) < want + 0.11:
                break
        if not 0.99 * want <= float(got) < want + 0.11:
            about = f"{float(got):.1g}"  # more digits would differ in each run
            raise Wrong(f"seconds gives {about}, but the shortest call took {want}", "shortest")


def changed_places(student, first, second, x):
    """The second network with all numbers of the first is the first one, if what it has learned is
    in its numbers."""
    (one, scores), (other, _) = first, second
    edunn = student.apply("__builtins__.__import__", "edunn.saving")
    saving = student.attribute(edunn, "saving")
    state = student.call(saving, "state_dict", one)
    (arrays,) = student.read(state)
    if sum(math.prod(np.shape(array)) for array in arrays.values()) > 9000:  # means count as well
        raise Wrong("the network keeps more than 9000 numbers that it has learned", "too_large")
    student.call(saving, "load_state_dict", other, state)
    got = student.read(student.call(other, "forward", x))[0]
    if not isinstance(got, np.ndarray) or got.shape != scores.shape:
        raise Wrong("the network does not give 10 scores for each digit", "shape")
    if not np.all(np.abs(got - scores) <= 1e-4 * np.max(np.abs(scores))):
        told = "another network of the kind, with all its parameters, gives other scores"
        raise Wrong(f"{told}: it has learned something that is in no parameter", "elsewhere")


def network(student, rng):
    state = nn.backend.generator().bit_generator.state
    nn.manual_seed(4)
    x, y, x_new, y_new = nn.datasets.train_test_split(*nn.datasets.load_digits())
    nn.backend.generator().bit_generator.state = state
    learned = []
    for order, least in ((np.arange(10), 0.965), (rng.permutation(10), 0.95)):
        turn = 1 if least == 0.965 else -1  # the second time, pictures are upside down
        student.apply("nn.manual_seed", 0)
        model = student.apply("small_network")
        named = student.read(student.call(model, "get_parameters"))[0]
        numbers = sum(math.prod(array.shape) for array in named.values())
        if numbers > 6000:
            raise Wrong(f"the network has {numbers} parameters, more than 6000", "too_large")
        student.apply("train", model, x[:, ::turn], order[y])
        student.call(model, "eval")
        scores = student.read(student.call(model, "forward", x_new[:, ::turn]))[0]
        if not isinstance(scores, np.ndarray) or scores.shape != (len(x_new), 10):
            raise Wrong("the network does not give 10 scores for each digit", "shape")
        right = float(np.mean(np.argmax(scores, axis=1) == order[y_new]))
        if right < least:  # the second time, a network trained elsewhere fails
            other = "" if least == 0.965 else ", with a y in which the digits have other numbers,"
            wanted = 97 if least == 0.965 else 95
            told = f"{right:.1%} of the held-out digits{other} are right, not {wanted} %"
            raise Wrong(told, "accuracy")
        learned.append((model, scores))
    changed_places(student, *learned, x_new)
    learned = student.call(model, "named_parameters")
    for name, array in named.items():
        student.set(student.item(learned, name), "data", np.zeros_like(array))
    scores = student.read(student.call(model, "forward", x_new))[0]
    if np.any(np.ptp(scores, axis=0) > 1e-6):
        told = "with all its parameters at 0, the network still tells the digits apart"
        raise Wrong(f"{told}: it has learned something that is in no parameter", "elsewhere")


CASES = {
    "count-check": [counted],
    "work-check": [work],
    "memory-check": [remembered],
    "seconds-check": [timed],
    "network-check": [network],
}
