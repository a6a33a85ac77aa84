"""Hidden cases of exercise 16: random graphs, computed by the student's tape in the worker and by
edunn's here."""

from functools import partial

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import TRIES, Part, Wrong, expect, gradients, own_work, values


def small(rng, count):
    """`count` sizes, all different."""
    return [int(k) for k in rng.choice(range(2, 7), count, replace=False)]


def stretched(rng):
    """An array, and a shape that broadcasts to its shape."""
    full = small(rng, 3)
    shape = [1 if rng.random() < 0.4 else size for size in full]
    return rng.normal(size=full), tuple(shape[int(rng.integers(4)) :])


def sum_to(dy, shape):
    return np.asarray(nn.ops.unbroadcast(dy, shape))


def multiply(rng):
    dy, shape = stretched(rng)
    arrays = [dy, rng.normal(size=shape)]
    return (), tuple(arrays[:: int(rng.choice([-1, 1]))])


def multiply_both(rng, turn=1):
    """A factor that lacks an axis and is stretched along another one."""
    full = small(rng, 3)
    return (), (rng.normal(size=full), rng.normal(size=(1, full[2])))[::turn]


def matmul(rng):
    n, k, m = small(rng, 3)
    return (), (rng.normal(size=(n, k)), rng.normal(size=(k, m)))


def total(rng):
    return (), (rng.normal(size=small(rng, int(rng.integers(1, 4)))),)


def record(student, rng):
    """Two runs of one module: each step has its own cache and inputs."""
    for _ in range(TRIES):
        shape = small(rng, 2)
        arrays = [rng.uniform(0.5, 2, size=shape) for _ in range(4)]
        dy = rng.normal(size=shape)
        module = student.make("nn.Divide")
        leaves = [student.make("Tensor", array) for array in arrays]
        runs = [student.apply("record", module, *leaves[i : i + 2]) for i in (0, 2)]
        read = [student.attribute(one, "data") for one in runs]
        for one in runs:
            pairs = student.call(student.attribute(one, "step"), "backward", dy)
            read += [student.item(student.item(pairs, i), 1) for i in (0, 1)]
            inputs = student.attribute(one, "step.inputs")
            read += [student.attribute(student.item(inputs, i), "time") for i in (0, 1)]
        read += [student.attribute(leaf, "time") for leaf in leaves]
        first, second, *rest = student.read(*read)
        times = in_order(rest[-4:])
        for i, y in ((0, first), (2, second)):
            a, b = arrays[i : i + 2]
            da, db, *inputs = rest[2 * i : 2 * i + 4]
            expect("record(Divide(), a, b): the data of the result", y, a / b)
            what = "of a module that ran twice, the step's backward, with its own cache,"
            expect(f"{what} for a", da, dy / b)
            expect(f"{what} for b", db, -dy * a / b**2)
            if inputs != times[i : i + 2]:
                raise Wrong("the step does not hold the tensors that it ran on", "inputs")


def in_order(times):
    """The times of tensors, each later than the one before: they tell one tensor from another."""
    if not all(isinstance(time, int) for time in times) or sorted(set(times)) != times:
        raise Wrong("the tensors do not have the times at which they were made", "times")
    return times


class Graph:
    """A random computation, made in the worker with the student's Tensors and here with edunn's.

    inputs: for each tensor, the numbers of those it was made from
    """

    def __init__(self, student, rng, leaves=3, steps=8):
        self.student, self.rng = student, rng
        self.shape = tuple(small(rng, 2))
        arrays = [rng.uniform(0.5, 1.5, size=self.shape) for _ in range(leaves)]
        arrays[0] = arrays[0][0]  # a row, which is stretched
        self.theirs = [student.make("Tensor", array) for array in arrays]
        self.ours = [nn.Tensor(array, requires_grad=True) for array in arrays]
        self.inputs = [[] for _ in arrays]
        for _ in range(steps):
            self.step()
        self.join()

    def step(self):
        """One more tensor, of which one input is often the last one."""
        i, j = (int(k) for k in self.rng.integers(len(self.ours), size=2))
        i = len(self.ours) - 1 if self.rng.random() < 0.5 else i
        kind = self.rng.choice(["Add", "Subtract", "Divide", "Tanh"])
        if kind == "Tanh":
            self.add(kind, i)
        elif kind == "Divide":  # by a leaf, which is not near 0
            self.add(kind, i, int(self.rng.integers(3)))
        else:
            self.add(kind, i, j)

    def add(self, kind, *inputs):
        module = Part(kind)
        theirs = self.student.apply("record", module, *(self.theirs[i] for i in inputs))
        self.theirs.append(theirs)
        self.ours.append(getattr(nn, kind)()(*(self.ours[i] for i in inputs)))
        self.inputs.append(list(inputs))

    def join(self):
        """The last tensor uses every leaf, and has the full shape."""
        for i in (0, 1, 2):
            self.add("Add", len(self.ours) - 1, i)

    def ancestors(self):
        found, pending = set(), [len(self.ours) - 1]
        while pending:
            i = pending.pop()
            if i not in found:
                found.add(i)
                pending += self.inputs[i]
        return found


def tape(student, rng):
    for _ in range(TRIES):
        graph = Graph(student, rng, steps=int(rng.integers(4, 10)))
        wanted = sorted(graph.ancestors(), reverse=True)
        result = student.apply("tape", graph.theirs[-1])
        size = student.call(result, "__len__")
        length, is_list = student.read(size, student.is_a("list", result))
        if not is_list:
            raise Wrong("tape gives no list", "list")
        if length != len(wanted):
            raise Wrong(f"the tape of {len(wanted)} tensors has length {length}", "length")
        found = [student.attribute(student.item(result, i), "time") for i in range(length)]
        times = [student.attribute(one, "time") for one in graph.theirs]
        read = student.read(*found, *times)
        in_order(read[length:])
        if read[:length] != [read[length + i] for i in wanted]:
            raise Wrong("the tape is not in the order latest first, each tensor once", "order")


def long_tape(student, rng):
    """Too long for recursion, with a value used by each step, and one in the middle."""
    last = first = student.make("Tensor", 1.0)
    for _ in range(2500):
        last = student.call(last, "__add__", first)
    (length,) = student.read(student.call(student.apply("tape", last), "__len__"))
    if length != 2501:
        raise Wrong(f"the tape of 2501 tensors has length {length}", "length")


def backward(student, rng):
    """One leaf, used once in each of several chains; no value is used twice."""
    for _ in range(TRIES):
        shape = small(rng, 2)
        arrays = [rng.uniform(0.5, 1.5, size=s) for s in (shape, shape[1:], [shape[0], 1])]
        theirs = [student.make("Tensor", array) for array in arrays]
        a, b, c = ours = [nn.Tensor(array, requires_grad=True) for array in arrays]
        last = student.call(student.call(theirs[0], "__truediv__", theirs[1]), "__sub__", theirs[2])
        dy = rng.normal(size=shape)
        student.apply("backward", student.apply("record", Part("Tanh"), last), dy)
        nn.Tanh()(a / b - c).backward(dy)
        compare(student, theirs, ours)


def compare(student, theirs, ours, times=1, what="the gradient of a leaf"):
    """The gradients of the leaves: `times` what edunn's tape gives."""
    got = student.read(*(student.attribute(one, "grad") for one in theirs))
    for one, right in zip(got, ours):
        expect(what, one, times * right.grad)


def used_twice(student, rng):
    """Random graphs; backward once and twice, from two losses; nothing is written into."""
    for _ in range(TRIES):
        graph = Graph(student, rng)
        leaves = [one.step is None for one in graph.ours]
        theirs, ours = (
            [t for t, leaf in zip(side, leaves) if leaf] for side in (graph.theirs, graph.ours)
        )
        dy = rng.normal(size=graph.shape)
        sent = student.value(dy)
        graph.ours[-1].backward(dy)
        student.apply("backward", graph.theirs[-1], sent)
        compare(student, theirs, ours, 1, "the gradient of a leaf that is used several times")
        held = [student.attribute(one, "grad") for one in theirs]
        student.apply("backward", graph.theirs[-1], sent)
        compare(student, theirs, ours, 2, "the gradient of a leaf after a second backward")
        after, *kept = student.read(sent, *held)
        for one, right in zip(kept, ours):
            expect("backward wrote into an old grad, which", one, right.grad)
        expect("backward wrote into dy, which", after, dy)
        data = student.read(*(student.attribute(one, "data") for one in graph.theirs))
        for one, right in zip(data, graph.ours):
            expect("after backward, the data of a tensor", one, right.data)


def many_paths(student, rng):
    """2500 steps in a row; then 60 doublings, with 2**60 paths from the end to the leaf."""
    for steps, double in ((2500, False), (60, True)):
        last = first = student.make("Tensor", 1.0)
        for _ in range(steps):
            last = student.call(last, "__add__", last if double else first)
        student.call(last, "backward")
        (got,) = student.read(student.attribute(first, "grad"))
        expect("the gradient of a leaf with many uses", got, 2.0**60 if double else 2501.0)


def network(student, rng):
    """The student's tape and rules together, through the network of the notebook."""
    for _ in range(TRIES):
        arrays = example(rng)
        x, t, w, b, v = (student.make("Tensor", array) for array in arrays)
        hidden = student.call(student.call(student.call(x, "__matmul__", w), "__add__", b), "relu")
        error = student.call(student.call(hidden, "__matmul__", v), "__sub__", t)
        loss = student.call(student.call(error, "__mul__", error), "sum")
        student.call(loss, "backward")
        leaves = (student.attribute(one, "grad") for one in (w, b, v))
        got = student.read(student.attribute(loss, "data"), *leaves)
        for name, one, right in zip(("loss", "dw", "db", "dv"), got, by_hand(*arrays)):
            expect(f"by tape, {name}", one, right)


def example(rng):
    n, inputs, hidden, outputs = small(rng, 4)
    shapes = (n, inputs), (n, outputs), (inputs, hidden), (hidden,), (hidden, outputs)
    return tuple(rng.normal(size=shape) for shape in shapes)


def by_hand(x, t, w, b, v):
    w, b, v = (nn.Tensor(array, requires_grad=True) for array in (w, b, v))
    error = nn.ReLU()(x @ w + b) @ v - t
    loss = (error * error).sum()
    loss.backward()
    return loss.data, w.grad, b.grad, v.grad


RULES = {
    "autograd-sum-to": [values("sum_to", stretched, sum_to, tries=8)],
    "autograd-multiply": [
        gradients("Multiply", multiply),
        gradients("Multiply", multiply_both, tries=1),
        gradients("Multiply", partial(multiply_both, turn=-1), tries=1),
    ],
    "autograd-matmul": [gradients("MatMul", matmul)],
    "autograd-sum": [gradients("Sum", total)],
}
CASES = {name: own_work(cases) for name, cases in RULES.items()}
CASES |= {
    "autograd-record": [record],
    "autograd-tape": [tape, long_tape],
    "autograd-chain": [backward],
    "autograd-adds": [used_twice, many_paths],
    "autograd-network": [*own_work([values("by_hand", example, by_hand)]), network],
}
