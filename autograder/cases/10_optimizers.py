"""Hidden cases of exercise 10: the walks of `check_optimizer`, and others with random numbers."""

import copy

import numpy as np

import edunn as nn
from edunn.checking.optimizers import find_in_optimizer
from edunn.course.hidden_tests import TRIES, Raised, Wrong, expect

OPTIONS = {
    "SGD": lambda rng: [rng.uniform(0.01, 0.5)],
    "Momentum": lambda rng: [rng.uniform(0.01, 0.5), rng.uniform(0.5, 0.95)],
    "Adam": lambda rng: [
        rng.uniform(0.01, 0.5),
        [rng.uniform(0.5, 0.95), rng.uniform(0.96, 0.9999)],
        10 ** rng.uniform(-9, -7),
    ],
}


class There:
    """The student's optimizer, as one of this process: what its step does in the worker to the
    parameters, and to all their gradients so far, is done here as well."""

    def __init__(self, student, parameters, options):
        self.student, self.parameters, self.lent = student, parameters, []
        self.theirs = [student.make("nn.Parameter", p.data) for p in parameters]
        self.optimizer = student.make(type(self).__name__, self.theirs, *options)

    def step(self):
        student = self.student
        for parameter, theirs in zip(self.parameters, self.theirs):
            gradient = student.value(parameter.grad)
            student.set(theirs, "grad", gradient)
            self.lent.append((parameter.grad, gradient))
        before = [student.attribute(theirs, "data") for theirs in self.theirs]
        student.call(self.optimizer, "step")
        after = [student.attribute(theirs, "data") for theirs in self.theirs]
        gradients = [gradient for _, gradient in self.lent]
        try:
            values = iter(student.read(*before, *after, *gradients))
        except Raised as error:
            if error.name == "NotImplementedError":
                raise NotImplementedError(error.text) from None
            raise
        olds, news = ([next(values) for _ in self.parameters] for _ in range(2))
        for parameter, old, new in zip(self.parameters, olds, news):
            if np.array_equal(old, new, equal_nan=True):
                parameter.data[...] = new
            else:  # a new array, since the old one has other numbers
                parameter.data = new
        for (gradient, _), now in zip(self.lent, values):
            gradient[...] = now


def maker(student, name, options):
    kind = type(name, (There,), {})
    return lambda parameters: kind(student, parameters, options)


def walks(name):
    """A case: no difference from edunn's own in the walks of `nn.check_optimizer`."""

    def case(student, rng):
        options = [float(o) if np.isscalar(o) else o for o in OPTIONS[name](rng)]
        right = getattr(nn, name)
        try:
            found = find_in_optimizer(
                maker(student, name, options), lambda parameters: right(parameters, *options)
            )
        except NotImplementedError as error:
            raise Wrong(str(error), "todo") from None
        if found:
            raise Wrong(found[0])

    return case


def path(name, default):
    """A case: the same steps as edunn's own, from random numbers, for parameters of one, two and
    three axes (none has shape (): `w[:] = ...` and a loop over `len(w)` are right answers)."""

    def case(student, rng):
        for _ in range(TRIES):
            options = [] if default else OPTIONS[name](rng)
            shapes = [tuple(rng.integers(1, 5, size=k)) for k in rng.permutation([1, 2, 3])]
            starts = [rng.normal(size=shape) for shape in shapes]
            if rng.integers(2):
                starts = [start.astype(np.float32) for start in starts]
            here = [nn.Parameter(start.copy()) for start in starts]
            there = [nn.Parameter(start.copy()) for start in starts]
            right = getattr(nn, name)(here, *options)
            theirs = maker(student, name, options)(there)
            sizes = [np.max(np.abs(start)) for start in starts]
            for step in range(1, 12):
                for mine, yours in zip(here, there):
                    mine.grad = np.asarray(rng.normal(size=mine.shape), mine.dtype)
                    yours.grad = mine.grad.copy()
                right.step()
                try:
                    theirs.step()
                except NotImplementedError as error:
                    raise Wrong(str(error), "todo") from None
                for k, (mine, yours) in enumerate(zip(here, there), 1):
                    what = f"{name}: parameter {k} of {len(here)} after step {step}"
                    now = np.max(np.abs(mine.data))  # float32 rounds relative to its size
                    sizes[k - 1] = max(sizes[k - 1], now)
                    expect(what, yours.data, mine.data, {}, 1e-5 * sizes[k - 1] / now)

    return case


def memory(name, most):
    """A case: what is remembered does not grow with the number of steps."""

    def case(student, rng):
        start = rng.normal(size=(3, 2))
        parameter = student.make("nn.Parameter", start)
        optimizer = student.make(name, [parameter], *OPTIONS[name](rng))
        for _ in range(10):
            student.set(parameter, "grad", rng.normal(size=start.shape))
            student.call(optimizer, "step")
        (state,) = student.read(student.item(student.attribute(optimizer, "state"), 0))
        size = sum(np.size(value) for value in state.values()) if isinstance(state, dict) else 0
        if size > most * start.size + 3:  # t, or the powers of both betas
            raise Wrong(
                f"{name} keeps {size} numbers for {start.size} weights after 10 steps", "memory"
            )

    return case


def copied(name):
    """A case: an optimizer and a copy of it go on side by side, each with a memory of its own."""

    def case(student, rng):
        options, start = OPTIONS[name](rng), rng.normal(size=(3, 2))
        right = getattr(nn, name)([nn.Parameter(start.copy())], *options)
        theirs = student.make(name, [student.make("nn.Parameter", start)], *options)
        pairs = [(right, theirs)]
        for step in range(6):
            if step == 3:
                copying = student.apply("__builtins__.__import__", "copy")
                pairs += [(copy.deepcopy(right), student.call(copying, "deepcopy", theirs))]
            for mine, yours in pairs:
                (parameter,) = mine.parameters.values()
                there = student.item(student.attribute(yours, "parameters"), 0)
                parameter.grad = rng.normal(size=start.shape)
                student.set(there, "grad", parameter.grad)
                mine.step()
                student.call(yours, "step")
                (got,) = student.read(student.attribute(there, "data"))
                what = f"{name}: step {step + 1}, of which a copy of the optimizer knows nothing:"
                expect(f"{what} the parameter", got, parameter.data, {}, 1e-5)

    return case


def cases(name, most):
    return [walks(name), path(name, False), path(name, True), memory(name, most), copied(name)]


CASES = {
    "optimizers-sgd": cases("SGD", 0),
    "optimizers-momentum": cases("Momentum", 1),
    "optimizers-adam": cases("Adam", 2),
}
