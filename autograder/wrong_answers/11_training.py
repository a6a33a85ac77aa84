"""Wrong answers to exercise 11, and what the student must read of each."""

from edunn.course.authoring import Mistake

ORDER = "order = nn.backend.generator().permutation(len(x)) if shuffle else np.arange(len(x))"
SHUFFLES_X = """
order = np.arange(len(x))
if shuffle:
    order = nn.backend.generator().permutation(len(x))
    x[:], y[:] = x[order], y[order]
for start in range(0, len(x), batch_size):
    yield x[start : start + batch_size], y[start : start + batch_size]
"""
ONE_STEP = """
model.train()
total, count = 0.0, 0
for batch_x, batch_y in data:
    value = loss(model(nn.Tensor(batch_x)), batch_y)
    total += float(value.data) * len(batch_x)
    count += len(batch_x)
optimizer.zero_grad()
value.backward()
optimizer.step()
return total / count
"""
KEEP = "    self.kept = [p.data.copy() for p in model.parameters()]"
EARLY = """
epoch = len(losses) - 1
if losses[-1] < self.best - self.min_delta:
    self.best, self.best_epoch = losses[-1], epoch
    self.kept = [p.data.copy() for p in model.parameters()]
"""
TRAINING_LOSS = (
    "losses = history['loss']" + EARLY + "return epoch - self.best_epoch >= self.patience"
)
BEFORE = """
epoch = len(losses) - 1
if losses[-1] < self.best - self.min_delta:
    self.best_epoch = epoch
    self.kept = [p.data.copy() for p in model.parameters()]
self.best = losses[-1]
return epoch - self.best_epoch >= self.patience
"""
ALL_BAD = (
    EARLY
    + """
self.bad = getattr(self, "bad", 0) + (self.best_epoch != epoch)
return self.bad >= self.patience
"""
)
INTO_MODEL = """
for name, data in zip(model.named_parameters(), self.kept):
    setattr(model, name, data)
"""
LOOP = """    for _ in range(epochs):
        data = batches(x, y, batch_size)"""
END = """            break
    if early_stopping is not None:
        early_stopping.restore(model)"""
RESTORED_WITHIN = """            early_stopping.restore(model)
            break"""
RESTORED_EACH_TIME = """            break
        if early_stopping is not None:
            early_stopping.restore(model)"""
ASK = "        if early_stopping is not None and"

WRONG_ANSWERS = [
    Mistake(
        "the last batch is left out",
        "batches",
        ("len(x), batch_size)", "len(x) - batch_size + 1, batch_size)"),
        "left out",
    ),
    Mistake(
        "x and y in two orders",
        "batches",
        ("y[chosen]", "y[nn.backend.generator().permutation(len(x))[start : start + batch_size]]"),
        "not their own",
    ),
    Mistake(
        "never shuffles", "batches", (ORDER, "order = np.arange(len(x))"), "still the one of x"
    ),
    Mistake(
        "whole batches only",
        "batches",
        (
            "for start in range(0, len(x), batch_size):",
            "for start in range(0, len(x) // batch_size * batch_size, batch_size):",
        ),
        "somebody is left out",
    ),
    Mistake(
        "a step of one", "batches", ("range(0, len(x), batch_size)", "range(len(x))"), "[4, 4, 2]"
    ),
    Mistake(
        "the generator is not called",
        "batches",
        ("generator()", "generator"),
        "'function' object has no attribute 'permutation'",
    ),
    Mistake(
        "shuffles the rows of x only",
        "batches",
        "if shuffle:\n    x = nn.backend.generator().permutation(x)\n"
        "for start in range(0, len(x), batch_size):\n"
        "    yield x[start : start + batch_size], y[start : start + batch_size]",
        "not their own",
    ),
    Mistake(
        "equal parts",
        "batches",
        ORDER + "\nfor chosen in np.array_split(order, -(-len(x) // batch_size)):\n"
        "    yield x[chosen], y[chosen]",
        "have [4, 3, 3] examples",
    ),
    Mistake(
        "always shuffles",
        "batches",
        (ORDER, "order = nn.backend.generator().permutation(len(x))"),
        "without shuffle, the first batch",
    ),
    Mistake(
        "the same order each time",
        "batches",
        ("nn.backend.generator()", "np.random.default_rng(0)"),
        "the same order: draw a new one",
    ),
    Mistake(
        "random numbers of its own",
        "batches",
        ("nn.backend.generator()", "np.random"),
        "after the same manual_seed",
    ),
    Mistake(
        "draws with repeats",
        "batches",
        ("permutation(len(x))", "integers(len(x), size=len(x))"),
        "not each one once",
    ),
    Mistake(
        "batches overlap",
        "batches",
        ("start + batch_size]", "start + batch_size + 1]"),
        "examples, not [4, 4, 2]",
    ),
    Mistake("shuffles x itself", "batches", SHUFFLES_X, "it belongs to whoever called you"),
    Mistake(
        "returns the first batch",
        "batches",
        ("yield x[chosen], y[chosen]", "return x[chosen], y[chosen]"),
        "return ends the loop",
    ),
    Mistake(
        "only x",
        "batches",
        ("yield x[chosen], y[chosen]", "yield x[chosen]"),
        "each batch is a pair",
    ),
    Mistake(
        "the whole of x in each",
        "batches",
        ("yield x[chosen], y[chosen]", "yield x[order], y[order]"),
        "examples, not [4, 4, 2]",
    ),
    Mistake(
        "old gradients stay",
        "train_epoch",
        ("        optimizer.zero_grad()\n", ""),
        "gradient also holds those of the steps before",
    ),
    Mistake(
        "clears after backward",
        "train_epoch",
        (
            "optimizer.zero_grad()\n        value.backward()",
            "value.backward()\noptimizer.zero_grad()",
        ),
        "gradients are 0 or missing",
    ),
    Mistake(
        "clears once an epoch",
        "train_epoch",
        ("        optimizer.zero_grad()\n", ""),
        "gradient also holds those of the steps before",
    ),
    Mistake(
        "steps before backward",
        "train_epoch",
        (
            "value.backward()\n        optimizer.step()",
            "optimizer.step()\nvalue.backward()",
        ),
        "wrong order",
    ),
    Mistake("never steps", "train_epoch", ("        optimizer.step()\n", ""), "0 steps"),
    Mistake("one step an epoch", "train_epoch", ONE_STEP, "Some examples are never used"),
    Mistake(
        "stays in evaluation mode",
        "train_epoch",
        ("model.train()", "pass"),
        "not in the right phase",
    ),
    Mistake(
        "mean of the batches",
        "train_epoch",
        (" * len(batch_x)\n        count += len(batch_x)", "\ncount += 1"),
        "the mean over the batches, not over the examples",
    ),
    Mistake(
        "backward of the loss object", "train_epoch", ("value.backward()", "loss.backward()"), "dy"
    ),
    Mistake(
        "two steps for a batch",
        "train_epoch",
        ("optimizer.step()", "optimizer.step()\noptimizer.step()"),
        "wrong order",
    ),
    Mistake(
        "training mode at the end",
        "train_epoch",
        ("model.train()\n", "model.eval()\n"),
        "not in the right phase",
    ),
    Mistake(
        "nothing comes back", "train_epoch", ("return total / count", "pass"), "losses is [None"
    ),
    Mistake(
        "sum, not mean",
        "train_epoch",
        ("total / count", "total"),
        "10 times the mean over its examples",
    ),
    Mistake(
        "loss of the last batch",
        "train_epoch",
        ("total / count", "float(value.data)"),
        "that of the last batch",
    ),
    Mistake(
        "batch means over all examples",
        "train_epoch",
        (" * len(batch_x)\n        count", "\ncount"),
        "times the mean of its batches",
    ),
    Mistake(
        "target first",
        "train_epoch",
        ("loss(model(nn.Tensor(batch_x)), batch_y)", "loss(batch_y, model(nn.Tensor(batch_x)))"),
        "wrong way round",
    ),
    Mistake(
        "no Tensor",
        "train_epoch",
        ("model(nn.Tensor(batch_x))", "model(batch_x)"),
        "has no attribute",
    ),
    Mistake(
        "returns a Tensor",
        "train_epoch",
        ("total += float(value.data)", "total += value"),
        "returns Tensor, not a float",
    ),
    Mistake(
        "returns in the loop",
        "train_epoch",
        ("    return total / count", "        return total / count"),
        "Some examples are never used",
    ),
    Mistake("no evaluation mode", "measure", ("model.eval()", "pass"), "is it in evaluation mode"),
    Mistake(
        "evaluation mode too late",
        "measure",
        "value = float(score(model(x), y))\nmodel.eval()\nreturn value",
        "is it in evaluation mode",
    ),
    Mistake("training mode", "measure", ("eval()", "train()"), "is it in evaluation mode"),
    Mistake("eval is not called", "measure", ("eval()", "eval"), "is it in evaluation mode"),
    Mistake("eval of x", "measure", "return float(score(model.eval(x), y))", "2 were given"),
    Mistake(
        "a Tensor, its data",
        "measure",
        ("score(model(x), y)", "score(model(nn.Tensor(x)), y).data"),
        "has no attribute 'data'",
    ),
    Mistake("nothing returned", "measure", ("return float", "float"), "measure returns nothing"),
    Mistake(
        "only the first example",
        "measure",
        ("model(x), y", "model(x[:1]), y[:1]"),
        "measured 0.5, not",
    ),
    Mistake(
        "target first in measure", "measure", ("model(x), y", "y, model(x)"), "accuracy got labels"
    ),
    Mistake("ignores the score", "measure", ("score(", "nn.MSELoss()("), "measured 42.17, not 5.5"),
    Mistake(
        "divides by n once more",
        "measure",
        ("float(score(model(x), y))", "float(score(model(x), y)) / len(x)"),
        "measured",
    ),
    Mistake(
        "one epoch too patient",
        "EarlyStopping.__call__",
        (">= self.patience", "> self.patience"),
        "epochs run, but it should be",
    ),
    Mistake(
        "stops at the first bad epoch",
        "EarlyStopping.__call__",
        ("epoch - self.best_epoch >= self.patience", "epoch > self.best_epoch"),
        "epochs run, but it should be",
    ),
    Mistake("compares with the epoch before", "EarlyStopping.__call__", BEFORE, "epochs run"),
    Mistake(
        "the largest is the best",
        "EarlyStopping.__call__",
        (
            "losses[-1] < self.best - self.min_delta",
            "losses[-1] > self.best + self.min_delta or epoch == 0",
        ),
        "epochs run",
    ),
    Mistake("watches the training loss", "EarlyStopping.__call__", TRAINING_LOSS, "epochs run"),
    Mistake(
        "forgets min_delta", "EarlyStopping.__call__", (" - self.min_delta", ""), "min_delta 0.5"
    ),
    Mistake(
        "the best is not kept",
        "EarlyStopping.__call__",
        ("self.best, self.best_epoch = losses[-1], epoch", "self.best_epoch = epoch"),
        "epochs run",
    ),
    Mistake("counts all bad epochs", "EarlyStopping.__call__", ALL_BAD, "epochs run"),
    Mistake(
        "equal is better", "EarlyStopping.__call__", ("< self.best", "<= self.best"), "[1, 1, 1, 1]"
    ),
    Mistake(
        "counts epochs from 1",
        "EarlyStopping.__call__",
        ("len(losses) - 1", "len(losses)"),
        "the best epoch is number 1, not 2",
    ),
    Mistake(
        "min_delta makes it easier",
        "EarlyStopping.__call__",
        ("self.best - self.min_delta", "self.best + self.min_delta"),
        "min_delta 0.5",
    ),
    Mistake(
        "as good as the smallest is better",
        "EarlyStopping.__call__",
        ("losses[-1] < self.best - self.min_delta", "losses[-1] == min(losses)"),
        "[1, 1, 1, 1]",
    ),
    Mistake("says nothing", "EarlyStopping.__call__", ("return epoch", "epoch"), "returns nothing"),
    Mistake(
        "no copies", "EarlyStopping.__call__", ("p.data.copy()", "p.data"), "Did you keep copies"
    ),
    Mistake(
        "keeps the newest", "EarlyStopping.__call__", (KEEP, KEEP[4:]), "but the best was epoch 1"
    ),
    Mistake(
        "keeps the first",
        "EarlyStopping.__call__",
        ("self.kept = [", "self.kept = self.kept or ["),
        "as in epoch 0, but the best",
    ),
    Mistake("restores nothing", "EarlyStopping.restore", "pass", "or only rename things"),
    Mistake(
        "restores the wrong way round",
        "EarlyStopping.restore",
        "self.kept = [p.data for p in model.parameters()]",
        "or only rename things",
    ),
    Mistake(
        "restores the first parameter",
        "EarlyStopping.restore",
        ("p.data = data.copy()", "p.data = data.copy()\nbreak"),
        "or only rename things",
    ),
    Mistake(
        "the same array for all",
        "EarlyStopping.restore",
        ("data.copy()", "self.kept[0].copy()"),
        "has another shape",
    ),
    Mistake(
        "a name in the loop",
        "EarlyStopping.restore",
        ("p.data = data.copy()", "p = data"),
        "kept is right, but restore leaves the model as it is",
    ),
    Mistake(
        "in the wrong order",
        "EarlyStopping.restore",
        ("self.kept)", "self.kept[::-1])"),
        "has another shape",
    ),
    Mistake(
        "replaces the parameters by arrays",
        "EarlyStopping.restore",
        INTO_MODEL,
        "or only rename things",
    ),
    Mistake(
        "shuffles once",
        "fit",
        (LOOP, "    data = list(batches(x, y, batch_size))\n    for _ in range(epochs):"),
        "visits the examples in the same order",
    ),
    Mistake(
        "one generator for all epochs",
        "fit",
        (LOOP, "    data = batches(x, y, batch_size)\n    for _ in range(epochs):"),
        "ZeroDivisionError",
    ),
    Mistake(
        "measures before it trains",
        "fit",
        """
        history = {"loss": []} if validation is None else {"loss": [], "validation_loss": []}
        for _ in range(epochs):
            if validation is not None:
                history["validation_loss"].append(measure(model, *validation, loss))
            data = batches(x, y, batch_size)
            history["loss"].append(train_epoch(model, data, loss, optimizer))
            if early_stopping is not None and early_stopping(model, history):
                break
        if early_stopping is not None:
            early_stopping.restore(model)
        return history
        """,
        "train first, and then measure",
    ),
    Mistake(
        "a list for the history",
        "fit",
        "return [train_epoch(model, batches(x, y, batch_size), loss, optimizer)"
        " for _ in range(epochs)]",
        "fit returns list",
    ),
    Mistake(
        "does not ask, only looks whether there is one",
        "fit",
        ("early_stopping is not None and early_stopping(model, history)", "early_stopping"),
        "stop after 3 of 6",
    ),
    Mistake(
        "one batch of all",
        "fit",
        ("batches(x, y, batch_size)", "[(x, y)]"),
        "do not have the size asked for",
    ),
    Mistake(
        "one epoch too few",
        "fit",
        ("range(epochs)", "range(1, epochs)"),
        "epochs, but 3 were asked for",
    ),
    Mistake(
        "returns after one epoch",
        "fit",
        (ASK, "        return history\n" + ASK),
        "epochs, but 3 were asked for",
    ),
    Mistake(
        "returns only with early stopping",
        "fit",
        ("    return history", "        return history"),
        "without early_stopping, fit returns nothing",
    ),
    Mistake("returns nothing at the end", "fit", ("return history", "pass"), "fit returns nothing"),
    Mistake(
        "validates on the training data",
        "fit",
        ("*validation, loss", "x, y, loss"),
        "not that of `validation`",
    ),
    Mistake(
        "never stops early",
        "fit",
        (
            "early_stopping(model, history):\n            break",
            "early_stopping(model, history):\n    pass",
        ),
        "stop after 3 of 6",
    ),
    Mistake(
        "asks only without validation",
        "fit",
        ("early_stopping is not None and", "validation is None and early_stopping is not None and"),
        "stop after 3 of 6",
    ),
    Mistake(
        "does not restore",
        "fit",
        ("early_stopping.restore(model)", "pass"),
        "restore is called 0 times",
    ),
    Mistake(
        "restores only when stopped", "fit", (END, RESTORED_WITHIN), "restore is called 0 times"
    ),
    Mistake(
        "the batch size is forgotten",
        "fit",
        ("batches(x, y, batch_size)", "batches(x, y, 32)"),
        "size asked for",
    ),
    Mistake(
        "the history of the last epoch only",
        "fit",
        (
            'history["loss"].append(train_epoch(model, data, loss, optimizer))',
            'history["loss"] = [train_epoch(model, data, loss, optimizer)]',
        ),
        "history of losses is",
    ),
    Mistake(
        "always a validation list",
        "fit",
        ('{"loss": []} if validation is None else ', ""),
        "without validation, the history has",
    ),
    Mistake(
        "no validation list",
        "fit",
        ("        if validation is not None:", "        if False:"),
        "numbers, not 3",
    ),
    Mistake("restores after each epoch", "fit", (END, RESTORED_EACH_TIME), "restore is called"),
    Mistake(
        "no hidden layer",
        "train_digits",
        ('nn.Dense(64, 128, "relu"), nn.Dense(128, 10)', "nn.Dense(64, 10)"),
        "of the held-out digits are right",
    ),
    Mistake(
        "not trained",
        "train_digits",
        ("    fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=25)\n", ""),
        "of the held-out digits are right",
    ),
    Mistake("784 pixels", "train_digits", ("nn.Dense(64", "nn.Dense(784"), "not (n, 784)"),
    Mistake(
        "the squared error of labels",
        "train_digits",
        ("CrossEntropyLoss", "MSELoss"),
        "MSELoss() got target of shape",
    ),
    Mistake(
        "one epoch is not enough",
        "train_digits",
        ("epochs=25", "epochs=1"),
        "of the held-out digits are right",
    ),
    Mistake(
        "the learning rate is far too large",
        "train_digits",
        ("lr=0.003", "lr=1.0"),
        "of the held-out digits are right",
    ),
    Mistake(
        "no network comes back",
        "train_digits",
        ("return model", "pass"),
        "it must return the trained model",
    ),
    Mistake(
        "the history comes back",
        "train_digits",
        (
            "    fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=25)\n    return model",
            "    return fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=25)",
        ),
        "'dict' object",
    ),
    Mistake("only two outputs", "train_digits", ("nn.Dense(128, 10)", "nn.Dense(128, 2)"), "label"),
    Mistake(
        "learns the first hundred",
        "train_digits",
        ("fit(model, x, y,", "fit(model, x[:100], y[:100],"),
        "of the held-out digits are right",
    ),
    Mistake(
        "stopping is asked without the model",
        "fit",
        ("early_stopping(model, history)", "early_stopping(history)"),
        "ask it as early_stopping(model, history)",
    ),
]

GOOD_ENOUGH = (
    "another choice with which a network reads the digits as well: students are free to choose"
)
SEED = "train_digits: nn.manual_seed(0) -> "
ADAM = "train_digits: optimizer = nn.Adam(model.parameters(), lr=0.003) -> "
FIT = "train_digits: fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=25) -> "
EQUIVALENT = dict.fromkeys(
    [
        SEED + "pass",
        SEED + "nn.manual_seed(1)",
        ADAM + "optimizer = nn.Adam(model.parameters())",
        ADAM + "optimizer = nn.Adam(model.parameters(), lr=0.006)",
        FIT + "fit(model, x, y, nn.CrossEntropyLoss(), optimizer)",
        FIT + "fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=26)",
        FIT + "fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=50)",
    ],
    GOOD_ENOUGH,
)
ZERO = "train_epoch: total, count = (0.0, 0) -> "
SAME_SUM = "0 and 0.0 are the same when floats are added to them"
EQUIVALENT[ZERO + "total, count = (0, 0.0)"] = SAME_SUM
