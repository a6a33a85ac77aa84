"""Hidden cases of exercise 11: other sizes, batches in given orders, stops that nobody has seen."""

import numpy as np

import edunn as nn
from edunn.course.hidden_tests import Wrong, expect
from edunn.training import EarlyStopping

# batches


def pieces(student, x, y, *options):
    """What the student's `batches` hands out, as a list; an endless one is cut off."""
    handed = student.apply("batches", x, y, *options)
    few = student.apply("__builtins__.zip", student.apply("__builtins__.range", len(x) + 3), handed)
    found = [pair for _, pair in student.read(student.apply("__builtins__.list", few))[0]]
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in found):
        raise Wrong("batches does not give pairs (batch_x, batch_y)", "loop_pairs")
    return found


def data(rng):
    """x: (n, 2, 3), whose first number names the example; y: (n,); and a batch size. The last batch
    is so short that batches of equal sizes would be wrong."""
    size, whole = int(rng.integers(3, 6)), int(rng.integers(2, 6))
    n = size * whole + int(rng.integers(1, size - 1))
    x = rng.normal(size=(n, 2, 3))
    x[:, 0, 0] = np.arange(n)
    return x, np.arange(n) * 7 - 3, size


def sizes_are(found, n, size):
    got, want = [len(x) for x, _ in found], [size] * (n // size) + [n % size] * (n % size > 0)
    if sum(got) < n:
        raise Wrong(
            f"{n} examples in batches of {size}: somebody is left out, {got}", "loop_missing"
        )
    if got != want:
        raise Wrong(f"{n} examples in batches of {size}: {got}, not {want}", "loop_batch_size")


def whole_epoch(found, x, y, size):
    """The order in which one epoch shows the examples, each once and with its own answer."""
    sizes_are(found, len(x), size)
    order = np.concatenate([np.asarray(batch)[:, 0, 0] for batch, _ in found]).astype(int)
    if sorted(order) != [*range(len(x))]:
        raise Wrong("one epoch of batches does not show each example once", "loop_examples_twice")
    expect("batch_x, over one epoch,", np.concatenate([batch for batch, _ in found]), x[order])
    answers = np.concatenate([answer for _, answer in found])
    if not np.array_equal(answers, y[order]):
        raise Wrong("batches: examples and answers no longer belong together", "loop_pairs_broken")
    return order.tolist()


def batches_in_order(student, rng):
    for whole in (False, True):
        x, y, size = data(rng)
        if whole:  # the last batch is a full one
            x, y = x[: len(x) // size * size], y[: len(x) // size * size]
        order = whole_epoch(pieces(student, x, y, size, False), x, y, size)
        if order != [*range(len(x))]:
            raise Wrong("batches with shuffle=False does not keep the order of x", "order")


def batches_shuffled(student, rng):
    x, y, size = data(rng)
    x, y = np.concatenate([x, x]), np.concatenate([y, y + 100])
    x[:, 0, 0] = np.arange(len(x))
    walks = []
    for seed in (5, 5, 6):
        student.apply("nn.manual_seed", seed)
        sent = student.value(x), student.value(y)
        handed = [student.apply("__builtins__.list", student.apply("batches", *sent, size))
                  for _ in range(2)]  # fmt: skip
        *walked, x_after, y_after = student.read(*handed, *sent)
        if not (np.array_equal(x_after, x) and np.array_equal(y_after, y)):
            raise Wrong("batches changes x or y, which belong to its caller", "changes_input")
        walks += [whole_epoch(walk, x, y, size) for walk in walked]
    if walks[0] == [*range(len(x))]:
        raise Wrong("batches does not shuffle", "not_shuffled")
    if walks[0] == walks[1]:
        raise Wrong(
            "batches: every epoch visits the examples in the same order", "loop_order_repeats"
        )
    if walks[:2] != walks[2:4] or walks[0] == walks[4]:
        raise Wrong("batches does not take its order from nn.backend.generator()", "generator")


# train_epoch and measure


def network(student, rng, inputs=3, outputs=2, p=0.0):
    """The same small network in the worker and here, in evaluation mode."""
    arguments = [("nn.Dropout", p), ("nn.Dense", inputs, 4, "tanh"), ("nn.Dense", 4, outputs)]
    theirs = student.make("nn.Sequential", [student.make(*one) for one in arguments])
    ours = nn.Sequential([getattr(nn, name[3:])(*rest) for name, *rest in arguments])
    named = student.call(theirs, "named_parameters")
    for name, parameter in ours.named_parameters().items():
        parameter.data = rng.normal(size=parameter.shape)
        student.set(student.item(named, name), "data", parameter.data.copy())
    student.call(theirs, "eval")
    return theirs, ours.eval()


def optimizer(student, theirs, lr, kind="SGD"):
    return student.make(f"nn.{kind}", student.call(theirs, "parameters"), lr)


def epoch(model, data, loss, optimizer):
    """What train_epoch must do."""
    model.train()
    losses = []
    for x, y in data:
        value = loss(model(nn.Tensor(x)), y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses += [float(value.data)] * len(x)
    return float(np.mean(losses))


def compare_parameters(student, theirs, ours, what):
    got = student.read(student.call(theirs, "get_parameters"))[0]
    for name, want in ours.get_parameters().items():
        expect(f"{what}, the parameter {name}", got[name], want, {}, 1e-6)


def one_epoch(sizes, p=0.0, classes=False, kind="SGD"):
    """A case: the loss and the parameters after an epoch of batches of these sizes."""

    def case(student, rng):
        theirs, ours = network(student, rng, p=p)
        parts = []
        for n in sizes:
            y = rng.integers(0, 2, n) if classes else rng.normal(size=(n, 2)) * len(parts)
            parts.append((rng.normal(size=(n, 3)), y))
        loss = "CrossEntropyLoss" if classes else "MSELoss"
        descent = optimizer(student, theirs, 0.05, kind)
        ours_descent = getattr(nn, kind)(ours.parameters(), 0.05)
        for _ in range(2):
            seed = int(rng.integers(1000))
            student.apply("nn.manual_seed", seed)
            student.call(theirs, "eval")
            got = student.apply("train_epoch", theirs, parts, student.make(f"nn.{loss}"), descent)
            got, is_float = student.read(got, student.is_a("float", got))
            nn.manual_seed(seed)
            want = epoch(ours, parts, getattr(nn, loss)(), ours_descent)
            compare_parameters(student, theirs, ours, "after train_epoch")
            expect("the mean loss over the examples", got, want, {}, 1e-6)
            if not is_float:
                raise Wrong("train_epoch returns the right number, but not as a float", "type")

    return case


def measured(student, rng):
    for loss in ("MSELoss", "CrossEntropyLoss", "metrics.mae", "accuracy"):
        theirs, ours = network(student, rng, p=0.6)
        n = int(rng.integers(5, 9))
        x = rng.normal(size=(n, 3))
        labels = loss in ("CrossEntropyLoss", "accuracy")
        y = rng.integers(0, 2, n) if labels else rng.normal(size=(n, 2))
        student.call(theirs, "train")
        is_class = loss in ("MSELoss", "CrossEntropyLoss")
        score = student.make(f"nn.{loss}") if is_class else student.get(f"nn.{loss}")
        result = student.apply("measure", theirs, x, y, score)
        got, is_float = student.read(result, student.is_a("float", result))
        right = nn
        for step in loss.split("."):
            right = getattr(right, step)
        right = right() if is_class else right
        ours.eval()
        expect(f"measure with {loss}", got, float(right(ours(x), y)), {}, 1e-6)
        if not is_float:
            raise Wrong("measure returns the right number, but not as a float", "type")


# EarlyStopping


def curves(rng):
    """Validation losses, patience and min_delta: falling, rising, noisy, flat, and with a NaN."""
    n = 12
    fall = np.sort(rng.normal(size=n))[::-1]
    yield fall, 2, 0.0
    yield fall[::-1], int(rng.integers(1, 4)), 0.0
    yield np.round(fall / 2 + rng.normal(size=n), 1), 2, 0.0
    yield np.round(fall + 2 * rng.normal(size=n), 1), 3, 0.3
    yield np.ones(n), 4, 0.0
    yield 5 - 0.25 * np.arange(n), 3, 0.5
    yield np.append(np.append([3.0, 2.0], np.nan), np.linspace(1.5, 4, n)), 3, 0.0


def run_stopping(student, rng, losses, patience, delta):
    """What the student's EarlyStopping says after each epoch, and edunn's."""
    theirs, ours = network(student, rng)
    stopping, right = student.make("EarlyStopping", patience, delta), EarlyStopping(patience, delta)
    named = student.call(theirs, "named_parameters")
    said, want = [], []
    for k in range(len(losses)):
        for name, parameter in ours.named_parameters().items():
            parameter.data[...] = rng.normal(size=parameter.shape)
            live = student.attribute(student.item(named, name), "data")
            student.call(live, "__setitem__", slice_all(student), parameter.data.copy())
        history = {"loss": (1.0 / (k + np.arange(1.0, k + 2))).tolist(),
                   "validation_loss": np.asarray(losses[: k + 1], float).tolist()}  # fmt: skip
        sent = student.value(history)
        said.append(
            student.apply("__builtins__.bool", student.call(stopping, "__call__", theirs, sent))
        )
        want.append(bool(right(ours, history)))
        if want[-1]:
            break
    return theirs, ours, stopping, right, said, want


def slice_all(student):
    return student.apply("__builtins__.slice", None)


def stops(student, rng):
    for losses, patience, delta in curves(rng):
        _, _, stopping, right, said, want = run_stopping(student, rng, losses, patience, delta)
        *got, best_epoch = student.read(*said, student.attribute(stopping, "best_epoch"))
        first = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), len(want) - 1)
        shown = ", ".join(f"{loss:g}" for loss in losses[: first + 1])
        if got != want:
            told = "goes on" if want[first] else "stops"
            named = f"EarlyStopping({patience}, {delta:g})"
            raise Wrong(f"{named} {told} after validation losses {shown}", "stop")
        if best_epoch != right.best_epoch:
            told = f"EarlyStopping: after validation losses {shown}, best_epoch is {best_epoch}"
            raise Wrong(f"{told}, not {right.best_epoch}", "best_epoch")


def restores(student, rng):
    for losses, patience, delta in curves(rng):
        theirs, ours, stopping, right, *_ = run_stopping(student, rng, losses, patience, delta)
        compare_parameters(student, theirs, ours, "after EarlyStopping was asked")
        student.call(stopping, "restore", theirs)
        right.restore(ours)
        got = student.read(student.call(theirs, "get_parameters"))[0]
        for name, want in ours.get_parameters().items():
            what = f"after restore, the parameter {name} of the best epoch"
            expect(what, got[name], want, {}, 1e-9)
    theirs, ours = network(student, rng)  # nothing was kept: nothing may happen
    student.call(student.make("EarlyStopping", 3), "restore", theirs)
    compare_parameters(student, theirs, ours, "after restore without an epoch")


# fit


def fitted(stop, epochs, validation, size=99):
    """A case: the history and the parameters of fit, with all examples in one batch."""

    def case(student, rng):
        theirs, ours = network(student, rng, p=0.3)
        x, y, new_x, new_y = (rng.normal(size=(n, k)) for n in (7, 5) for k in (3, 2))
        x[1:], y[1:] = x[:1], y[:1]  # all alike: whatever their order, the same network
        if size != 99:  # in several batches: nothing at all may be drawn for dropout
            theirs, ours = network(student, rng, p=0.0)
        stopping = student.make("StopAfter", stop) if stop else None
        held = [new_x, new_y] if validation else None
        student.apply("nn.manual_seed", 3)
        descent = optimizer(student, theirs, 0.1)
        loss = student.make("nn.MSELoss")
        got = student.apply("fit", theirs, x, y, loss, descent, epochs, size, held, stopping)
        history, parameters = student.read(got, student.call(theirs, "get_parameters"))
        if not isinstance(history, dict):
            raise Wrong(f"fit returns {type(history).__name__}, not the history", "history")
        names = ["loss", "validation_loss"] if validation else ["loss"]
        if sorted(history) != names:
            raise Wrong(
                f"the history of fit has the lists {sorted(history)}, not {names}", "history"
            )
        right = nn.SGD(ours.parameters(), 0.1)
        losses = {name: [] for name in names}
        parts = [(x[i : i + size], y[i : i + size]) for i in range(0, 7, size)]
        for _ in range(min(stop or epochs, epochs)):
            if size != 99:
                losses["loss"].append(epoch(ours, parts, nn.MSELoss(), right))
            else:  # dropout: only how many numbers there are is known
                losses["loss"].append(0.0)
            if validation:
                losses["validation_loss"].append(float(nn.MSELoss()(ours.eval()(new_x), new_y)))
        for name, want in losses.items():
            if len(history[name]) != len(want):
                raise Wrong(f"history[{name!r}] has {len(history[name])} numbers, not {len(want)}",
                            "loop_epochs")  # fmt: skip
            if size != 99:
                expect(f"history[{name!r}]", history[name], want, {}, 1e-6)
        for name, array in parameters.items():
            if stop:
                want = np.full_like(array, 7)
                expect("after fit with early stopping, a parameter", array, want, {}, 1e-9)
            elif size != 99:
                expect(
                    f"after fit, the parameter {name}", array, ours.get_parameters()[name], {}, 1e-6
                )
        if stop:
            asked = [student.attribute(stopping, name) for name in ("calls", "restored")]
            calls, restored = student.read(*asked)
            if calls != min(stop, epochs):
                raise Wrong(
                    f"fit asks early_stopping {calls} times, not {min(stop, epochs)}", "asked"
                )
            if restored != 1:
                raise Wrong(f"fit calls restore {restored} times, not once", "restored")

    return case


def fit_shuffles(student, rng):
    """One number b, one example in each step, and a learning rate that sets b to its answer: so b
    is the last answer at the end, and the losses depend on the order of the answers."""
    y = np.arange(1.0, 9.0)[:, None] ** 1.5
    ends = []
    for seed in range(4):
        student.apply("nn.manual_seed", seed)
        theirs = student.make("nn.Sequential", [student.make("nn.Bias", 1)])
        descent = optimizer(student, theirs, 0.5)
        history = student.apply("fit", theirs, 0 * y, y, student.make("nn.MSELoss"), descent, 6, 1)
        losses, end = student.read(
            student.item(history, "loss"), student.call(theirs, "get_parameters")
        )
        ends.append(float(end["0.b"][0]))
        if np.ptp(losses[1:]) < 1e-6:
            raise Wrong(
                "fit visits the examples in the same order in every epoch", "loop_order_repeats"
            )
    if len(set(ends)) == 1:
        raise Wrong("fit visits the examples in the same order every time", "loop_order_repeats")


# digits


def digits(student, rng):
    """The split of the notebook; the grader counts the right answers. Then once more with the
    classes in another order: a network trained elsewhere fails there."""
    state = nn.backend.generator().bit_generator.state
    nn.manual_seed(4)
    x, y, x_new, y_new = nn.datasets.train_test_split(*nn.datasets.load_digits())
    nn.backend.generator().bit_generator.state = state
    for order, least in ((np.arange(10), 0.97), (rng.permutation(10), 0.95)):
        model = student.apply("train_digits", x, order[y])
        student.call(model, "eval")
        scores = student.read(student.call(model, "forward", x_new))[0]
        if not isinstance(scores, np.ndarray) or scores.shape != (len(x_new), 10):
            told = "the network of train_digits does not give 10 scores for each digit"
            raise Wrong(told, "shape")
        right = float(np.mean(np.argmax(scores, axis=1) == order[y_new]))
        if right < least:
            other = "" if least == 0.97 else ", with a y in which the digits have other numbers,"
            told = f"{right:.1%} of the held-out digits{other} are right, not {least:.0%} or more"
            raise Wrong(told, "accuracy")


CASES = {
    "batches-check": [batches_in_order, batches_shuffled],
    "epoch-check": [
        one_epoch([5]),
        one_epoch([4, 4, 1]),
        one_epoch([3, 3, 2], classes=True),
        one_epoch([4, 4, 3], p=0.5),
        one_epoch([2, 5, 1], kind="Momentum"),
    ],
    "measure-check": [measured],
    "early-stops": [stops],
    "early-restores": [restores],
    "fit-check": [
        fitted(0, 3, True, 3),
        fitted(0, 2, False, 3),
        fitted(3, 5, True),
        fitted(4, 4, True),
        fitted(8, 4, True),
        fit_shuffles,
    ],
    "digits-97": [digits],
}
