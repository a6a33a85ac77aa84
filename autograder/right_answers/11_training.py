"""Right answers to exercise 11 that are not the reference's.

Mini-batches by `array_split`, by lists of pairs and with `zip`, early stopping that counts the
epochs without a new best, loops as in public training code (CS231n's solver, d2l, Keras, PyTorch).
"""

from edunn.course.authoring import RightAnswer

BATCHES, EPOCH, MEASURE = "batches", "train_epoch", "measure"
CALL, RESTORE = "EarlyStopping.__call__", "EarlyStopping.restore"
FIT, DIGITS = "fit", "train_digits"

RIGHT_ANSWERS = [
    RightAnswer(
        "a while loop, epochs counted down",
        {
            BATCHES: """
                n = x.shape[0]
                order = list(range(n))
                if shuffle:
                    order = list(nn.backend.generator().permutation(n))
                start = 0
                while start < n:
                    rows = order[start : start + batch_size]
                    yield x[rows], y[rows]
                    start += batch_size
            """,
            EPOCH: """
                model.train(True)
                losses, sizes = [], []
                for x, y in data:
                    optimizer.zero_grad()
                    output = model(nn.Tensor(x))
                    error = loss(output, y)
                    error.backward()
                    optimizer.step()
                    losses.append(float(error.data))
                    sizes.append(len(y))
                return float(np.average(losses, weights=sizes))
            """,
            MEASURE: """
                model.eval()
                output = model.forward(x)
                number = score(output, y)
                return float(number)
            """,
            CALL: """
                now = len(losses) - 1
                if losses[now] < self.best - self.min_delta:
                    self.best = losses[now]
                    self.best_epoch = now
                    self.kept = [np.array(p.data) for p in model.parameters()]
                    return False
                if now - self.best_epoch < self.patience:
                    return False
                return True
            """,
            RESTORE: """
                for k, kept in enumerate(self.kept):
                    model.parameters()[k].data[...] = kept
            """,
            FIT: """
                history = {"loss": []}
                if validation is not None:
                    history["validation_loss"] = []
                epoch, stop = 0, False
                while epoch < epochs and not stop:
                    mean = train_epoch(model, batches(x, y, batch_size), loss, optimizer)
                    history["loss"] += [mean]
                    if validation is not None:
                        new_x, new_y = validation
                        history["validation_loss"] += [measure(model, new_x, new_y, loss)]
                    if early_stopping is not None:
                        stop = early_stopping(model, history)
                    epoch += 1
                if early_stopping is not None:
                    early_stopping.restore(model)
                return history
            """,
            DIGITS: """
                nn.manual_seed(1)
                first, second = nn.Dense(64, 100, activation="relu"), nn.Dense(100, 50, "relu")
                net = nn.Sequential([first, second, nn.Dense(50, 10)])
                adam = nn.Adam(net.parameters(), lr=0.002)
                for _ in range(25):
                    train_epoch(net, batches(x, y, 32), nn.CrossEntropyLoss(), adam)
                return net
            """,
        },
    ),
    RightAnswer(
        "whole arrays in another order, split",
        {
            BATCHES: """
                if shuffle:
                    order = nn.backend.generator().permutation(len(x))
                    x, y = x[order], y[order]
                places = np.arange(batch_size, len(x), batch_size)
                yield from zip(np.split(x, places), np.split(y, places))
            """,
            EPOCH: """
                model.train()
                seen = []
                for batch_x, batch_y in data:
                    one = loss(model(nn.Tensor(batch_x)), batch_y)
                    optimizer.zero_grad()
                    one.backward()
                    optimizer.step()
                    seen.extend([one.data] * len(batch_x))
                return float(np.mean(seen))
            """,
            MEASURE: "model.train(False)\nreturn np.asarray(score(model(x), y)).item()",
            FIT: """
                history = {"loss": []}
                for _ in range(epochs):
                    data = batches(x, y, batch_size)
                    history["loss"].append(train_epoch(model, data, loss, optimizer))
                    if validation:
                        history.setdefault("validation_loss", [])
                        history["validation_loss"].append(measure(model, *validation, loss))
                    if early_stopping and early_stopping(model, history):
                        break
                if early_stopping:
                    early_stopping.restore(model)
                return history
            """,
            DIGITS: """
                nn.manual_seed(7)
                model = nn.Sequential(nn.Dense(64, 128, "tanh"), nn.Dense(128, 10))
                adam = nn.Adam(model.parameters(), lr=0.005)
                fit(model, x, y, nn.CrossEntropyLoss(), adam, epochs=30)
                return model
            """,
        },
    ),
    RightAnswer(
        "lists of pairs",
        {
            BATCHES: """
                order = np.arange(len(x))
                if shuffle:
                    order = nn.backend.generator().permutation(order)
                chunks = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
                for chunk in chunks:
                    yield (np.array([x[i] for i in chunk]), np.array([y[i] for i in chunk]))
            """,
            CALL: """
                epoch, loss = len(losses) - 1, losses[-1]
                better = self.best - loss > self.min_delta
                if better:
                    self.best, self.best_epoch, self.kept = loss, epoch, []
                    for p in model.parameters():
                        self.kept.append(p.data.copy())
                waited = epoch - self.best_epoch
                return waited >= self.patience
            """,
            RESTORE: """
                parameters = model.parameters()
                for p, array in zip(parameters, self.kept):
                    p.data[:] = array
            """,
        },
    ),
    RightAnswer(
        "helpers above, a count of the epochs without a new best",
        {
            BATCHES: """
                for rows in chunks(drawn(len(x)) if shuffle else np.arange(len(x)), batch_size):
                    yield x[rows], y[rows]
            """,
            CALL: """
                if losses[-1] < self.best - self.min_delta:
                    self.best, self.best_epoch = losses[-1], len(losses) - 1
                    self.kept = [1 * p.data for p in model.parameters()]
                    self.waited = 0
                else:
                    self.waited = getattr(self, "waited", 0) + 1
                return self.waited >= self.patience
            """,
        },
        above="""
            def drawn(n):
                return nn.backend.generator().permutation(n)


            def chunks(order, size):
                if len(order) > 0:
                    yield order[:size]
                    yield from chunks(order[size:], size)
        """,
    ),
    RightAnswer(
        "numbers of batches, ceil",
        {
            BATCHES: """
                n = len(y)
                order = nn.backend.generator().permutation(n) if shuffle else range(n)
                count = int(np.ceil(n / batch_size))
                for k in range(count):
                    low, high = k * batch_size, min((k + 1) * batch_size, n)
                    rows = [order[i] for i in range(low, high)]
                    yield np.take(x, rows, axis=0), np.take(y, rows, axis=0)
            """,
            EPOCH: """
                model.train()
                mean, n = 0.0, 0
                for batch_x, batch_y in data:
                    value = loss(model(nn.Tensor(batch_x)), batch_y)
                    optimizer.zero_grad()
                    value.backward()
                    optimizer.step()
                    n += batch_x.shape[0]
                    mean += (float(value.data) - mean) * batch_x.shape[0] / n
                return mean
            """,
            FIT: """
                losses, validation_losses = [], []
                for epoch in range(epochs):
                    data = list(batches(x, y, batch_size, shuffle=True))
                    losses.append(train_epoch(model, data, loss, optimizer))
                    history = dict(loss=losses)
                    if validation is not None:
                        x_val, y_val = validation
                        validation_losses.append(measure(model, x_val, y_val, score=loss))
                        history["validation_loss"] = validation_losses
                    if early_stopping is not None:
                        if early_stopping(model, history):
                            break
                if early_stopping is not None:
                    early_stopping.restore(model)
                return history
            """,
        },
    ),
    RightAnswer(
        "float64, one pass with enumerate",
        {
            EPOCH: """
                model.train()
                total = np.float64(0)
                count = 0
                for number, (batch_x, batch_y) in enumerate(data, 1):
                    optimizer.zero_grad()
                    value = loss(model(nn.Tensor(batch_x)), batch_y)
                    value.backward()
                    optimizer.step()
                    total += np.float64(value.data) * len(batch_x)
                    count += len(batch_x)
                return total / count
            """,
            MEASURE: "return float(np.float64(score(model.eval()(x), y)))",
            RESTORE: """
                for p, array in zip(model.parameters(), self.kept):
                    np.copyto(p.data, array)
            """,
            DIGITS: """
                nn.manual_seed(3)
                model = nn.Sequential(nn.Dense(64, 128, "relu"), nn.Dropout(0.2), nn.Dense(128, 10))
                optimizer = nn.Adam(model.parameters(), lr=0.003)
                fit(model, x, y, nn.CrossEntropyLoss(), optimizer, 30, 32)
                return model
            """,
        },
    ),
]
