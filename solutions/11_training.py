# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 11: Training
#
# You have layers, a loss and an optimizer. In this notebook you write what brings them together:
# the *training loop*. Every network, small or very large, is trained by a loop like yours. At the
# end it reads handwritten digits, and is right at least 97 times in 100.
#
# | | |
# |---|---|
# | You write | `batches`, `train_epoch`, `measure`, `EarlyStopping`, `fit`, a network for digits |
# | You need | `Dense`, `CrossEntropyLoss` and `Adam` (the ones of edunn are used here) |
# | Time | about 90 minutes |
# | Points | 14 by automatic checks, 6 for written answers |
# | If you are stuck | `fit = borrow("fit")` lends you the one of edunn, without points; so for `batches` and `EarlyStopping`. Only your own `fit` needs `train_epoch` |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close(
    "batches",
    "EarlyStopping",
    "fit",
    "evaluate",
    "DataLoader",
    "GradientDescent",
    "MomentumGD",
    "NesterovMomentumGD",
)  # from here on, the first three are your own

# %% [markdown]
# ## 1. The idea: many small steps
#
# The loss of a network is a mean over examples. One step of an optimizer needs the gradient of this
# mean. But must it be the mean over *all* examples? For a million pictures, that is a million
# forward and backward passes for one single step.
#
# A mean over 32 examples, drawn at random, is already close to the mean over all of them. It is a
# little wrong, in another direction each time, but it costs very little. So we make many cheap
# steps in place of a few expensive ones.
#
# | word | meaning |
# |---|---|
# | *batch* | the few examples that one step looks at |
# | *batch size* | how many they are |
# | *epoch* | one walk through all the examples, batch by batch, each example once |
#
# With $n$ examples and batches of size $k$, an epoch has $\lceil n / k \rceil$ steps: $n / k$,
# rounded up, because the last batch takes what is left.
#
# **By hand.** Take $n = 10$ and $k = 4$. The batches have 4, 4 and 2 examples: $\lceil 2.5 \rceil
# = 3$ steps. How many steps has one epoch with $n = 1438$ and $k = 32$, and how large is its last
# batch? (45 steps; the last batch has 30 examples.)

# %% [markdown]
# ### A picture
#
# A straight line with two numbers, $w$ and $b$, is fitted to 64 points. The rings show the loss;
# the cross is the best place. Each path starts at the same point and sees each example five times.
# With batches of 64 there are only 5 steps. With batches of 8 there are 40. With batches of 1
# there are 320 steps, and the path never comes to rest.

# %%
import matplotlib.pyplot as plt

rng = np.random.default_rng(0)
t = rng.uniform(-1, 1, 64)
height = 1.5 * t + 0.5 + 0.4 * rng.normal(size=64)
best = np.polyfit(t, height, 1)
grid_w, grid_b = np.meshgrid(np.linspace(-0.7, 2.2, 80), np.linspace(-0.9, 1.1, 80))
rings = np.mean((grid_w[..., None] * t + grid_b[..., None] - height) ** 2, axis=-1)

figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), sharex=True, sharey=True)
for ax, size in zip(axes, (64, 8, 1)):
    line = np.array([-0.5, -0.7])
    path = [line.copy()]
    for _ in range(5):
        for part in np.array_split(rng.permutation(64), 64 // size):
            off = line[0] * t[part] + line[1] - height[part]
            line -= 0.1 * np.array([np.mean(2 * off * t[part]), np.mean(2 * off)])
            path.append(line.copy())
    ax.contour(grid_w, grid_b, rings, levels=15, cmap="Greys_r", alpha=0.6)
    ax.plot(*np.transpose(path), ".-", color="tab:blue", markersize=3, linewidth=0.8)
    ax.plot(*best, "x", color="tab:red", markersize=9)
    ax.set_title(f"batches of {size}: {len(path) - 1} steps")
    ax.set_xlabel("w")
axes[0].set_ylabel("b")
plt.show()
print("steps and last batch, for n = 1438 and k = 32:", len(range(0, 1438, 32)), "and", 1438 % 32)

# %% [markdown]
# ## 2. Batches
#
# Write a *generator*: a function that hands out its results one after another, with `yield`, when
# a `for` loop asks for them. A small example: `def count(): yield 1; yield 2` gives first 1, then
# 2, and `list(count())` is `[1, 2]`.
#
# - Examples and answers must stay together: row `i` of `x` belongs to row `i` of `y`. So draw
#   **one** random order of the numbers 0 to n - 1, and use it for both. With NumPy you can choose
#   rows by a list of numbers: `x[[5, 0, 2]]`.
# - Each call draws a **new** order. Otherwise every epoch shows the same batches.
# - Nobody is left out: the last batch is smaller if need be.
# - Draw from `nn.backend.generator()`, the one source of random numbers of edunn. Then
#   `nn.manual_seed(0)` makes a training run that can be repeated. It is a NumPy generator, and has
#   the method `permutation(n)`.
# - Do not change `x` and `y` themselves: they belong to whoever called you.


# %% nbgrader={"grade": false, "grade_id": "batches", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batches(x, y, batch_size, shuffle=True):
    """Yield pairs (batch_x, batch_y) of `batch_size` examples, the last one smaller if need be.

    x: (n, ...)    y: (n, ...)    batch_x: (batch_size, ...)    batch_y: (batch_size, ...)
    shuffle: in a new random order at each call; with False, in the order of x
    """
    ### BEGIN SOLUTION
    order = nn.backend.generator().permutation(len(x)) if shuffle else np.arange(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], y[chosen]
    ### END SOLUTION


# %% [markdown]
# ### Check: batches (3 points)
#
# Ten examples in batches of 4. Example number i is the row (i, 10 i), and its answer is -i, so
# that we can see what came where.

# %% nbgrader={"grade": true, "grade_id": "batches-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
numbers = np.arange(10)
x, y = np.stack([numbers, 10 * numbers], axis=1), -numbers
handed = batches(x, y, 4, shuffle=False)
assert handed is not None, "batches hands out nothing: is there a `yield`?"
once = isinstance(handed, tuple) and isinstance(handed[0], np.ndarray)
assert not once, "that is the first pair, and the end: return ends the loop, yield goes on with it"
inorder = list(handed)
assert all(len(pair) == 2 for pair in inorder), "each batch is a pair: (batch_x, batch_y)"
sizes = [len(batch_x) for batch_x, _ in inorder]
assert sizes not in ([4], [2]), (
    f"only one batch comes, of {sizes[0]} examples: does yield stand inside of the loop, and does "
    f"nothing end the loop there?"
)
assert sum(sizes) >= 10, f"your batches have {sizes} examples: somebody is left out"
assert sizes == [4, 4, 2], f"your batches have {sizes} examples, not [4, 4, 2]"
first = inorder[0][0]
assert np.array_equal(first, x[:4]), f"without shuffle, the first batch is {first.tolist()}"

walks = []
for seed in (1, 1, 2):
    nn.manual_seed(seed)
    for _ in range(2):
        walk = list(batches(x, y, 4))
        for batch_x, batch_y in walk:
            together = np.array_equal(batch_x[:, 0], -batch_y)
            assert together, f"rows {batch_x[:, 0]} came with answers {batch_y}: not their own"
        assert np.array_equal(x[:, 0], numbers), "x was changed: it belongs to whoever called you"
        assert np.array_equal(y, -numbers), "y was changed: it belongs to whoever called you"
        walks.append(np.concatenate([batch_x[:, 0] for batch_x, _ in walk]).tolist())
        assert sorted(walks[-1]) == [*range(10)], f"one epoch shows {walks[-1]}: not each one once"
assert walks[0] != [*range(10)], "with shuffle, the order is still the one of x"
assert walks[0] != walks[1], "two calls in a row give the same order: draw a new one in each call"
assert walks[:2] == walks[2:4], "after the same manual_seed, the order is another one"
keep(batches, True)

# %% [markdown]
# ## 3. One epoch
#
# For each batch, five things happen, always in this order:
#
# 1. **Forward**: the model answers. We call it on `nn.Tensor(batch_x)`. A Tensor is an array that
#    remembers how it was made.
# 2. **Loss**: `loss(output, batch_y)` says how wrong the answers are. It is a Tensor with one
#    number in it, its `.data`.
# 3. **Clear**: `optimizer.zero_grad()` forgets the gradients of the step before. Without this they
#    would be *added* to the new ones.
# 4. **Backward**: call `backward()` of this Tensor (not of `loss`). It walks back through all that
#    was remembered, calls the `backward` of each layer, and leaves the gradient of each parameter
#    in its `.grad`.
# 5. **Step**: `optimizer.step()` moves each parameter along its `.grad`.
#
# Before the first batch, the model must know that it is being trained: `model.train()`. Some
# layers, such as Dropout in the next exercise, behave differently then.
#
# **The mean loss.** `train_epoch` returns the mean loss over all *examples* that it saw. The loss
# of a batch is a mean already. So a batch of 32 must count 32 times, and a last batch of 5 only 5
# times.
#
# **By hand.** Three batches have 4, 4 and 2 examples, and losses 1, 1 and 6. The mean over the
# examples is $(4 \cdot 1 + 4 \cdot 1 + 2 \cdot 6) / 10 = 2$. The mean of the three losses would be
# $8 / 3 \approx 2.67$: the small batch would count too much.


# %% nbgrader={"grade": false, "grade_id": "epoch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_epoch(model, data, loss, optimizer):
    """One step of the optimizer for each batch; returns the mean loss of the examples, a float.

    data: pairs (batch_x, batch_y), such as `batches` gives
    loss: a loss of (output, batch_y), such as nn.CrossEntropyLoss()
    """
    ### BEGIN SOLUTION
    model.train()
    total, count = 0.0, 0
    for batch_x, batch_y in data:
        value = loss(model(nn.Tensor(batch_x)), batch_y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        total += float(value.data) * len(batch_x)
        count += len(batch_x)
    return total / count
    ### END SOLUTION


# %% [markdown]
# ### Check: one epoch (3 points)
#
# `check_training_loop` trains a small model that takes notes. It sees which examples come, in which
# order things are called, and which gradient each step uses.


# %% nbgrader={"grade": true, "grade_id": "epoch-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
def epochs_of_mine(model, loss, optimizer, x, y, batch_size, epochs):
    losses = []
    for walk in range(epochs):
        model.train(False)  # your train_epoch must put it back into training mode
        mixed = np.random.default_rng(walk).permutation(len(x))
        parts = np.array_split(mixed, -(-len(x) // batch_size))
        losses.append(train_epoch(model, [(x[i], y[i]) for i in parts], loss, optimizer))
    return losses


report = nn.check_training_loop(epochs_of_mine)
print(report)

model = nn.Sequential(nn.Dense(2, 1, initializer=nn.initializers.Zero()))
data = [(np.ones((k, 2)), np.full((k, 1), root)) for k, root in ((4, 1.0), (4, 1.0), (2, 6**0.5))]
got = train_epoch(model, data, nn.MSELoss(), nn.SGD(model.parameters(), lr=1e-9))
assert isinstance(got, float), f"train_epoch returns {type(got).__name__}, not a float"
assert abs(got - 2) < 1e-4, f"the mean loss of the example by hand is 2, and yours is {got:.4g}"

# %% [markdown]
# ## 4. Measure
#
# While a network learns, it is measured on examples that it does **not** learn from. Two things are
# different from an epoch of training:
#
# - The model is in *evaluation mode*: `model.eval()`.
# - Nothing is learned. So there is no Tensor: give the model the plain array `x`.


# %% nbgrader={"grade": false, "grade_id": "measure", "locked": false, "schema_version": 3, "solution": true, "task": false}
def measure(model, x, y, score):
    """score(output of the model for x, y), in evaluation mode, as a float.

    score: a loss, such as nn.CrossEntropyLoss(), or a metric, such as nn.accuracy
    """
    ### BEGIN SOLUTION
    model.eval()
    return float(score(model(x), y))
    ### END SOLUTION


# %% [markdown]
# ### Check: measure (1 point)
#
# The model holds a `Dropout` layer, which destroys half of its numbers, but only while training.

# %% nbgrader={"grade": true, "grade_id": "measure-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, y = np.arange(12.0).reshape(6, 2), np.zeros((6, 2))
model = nn.Sequential(nn.Dropout(0.5))
for score, want in ((nn.MSELoss(), np.mean(x**2)), (nn.metrics.mae, np.mean(x))):
    model.train(True)
    got = measure(model, x, y, score)
    assert got is not None, "measure returns nothing"
    assert isinstance(got, float), f"measure returns {type(got).__name__}, not a float"
    how = "is it in evaluation mode? Does `score` get what the model gives, as it is?"
    for size in (len(x), x.size):
        ratio = f"measured {got:.4g}, not {want:.4g}: 1/{size} of it, but a score is a mean already"
        assert abs(size * got - want) > 1e-9, ratio
    assert abs(got - want) < 1e-9, f"measured {got:.4g}, not {want:.4g}: {how}"
labels = np.array([1, 1, 0, 1, 1, 1])
got = measure(model, x, labels, nn.accuracy)
assert abs(got - 5 / 6) < 1e-9, f"5 of 6 labels are right, but the accuracy is {got:.4g}"
print("Measured, with nothing dropped.")

# %% [markdown]
# ## 5. Early stopping
#
# Train for long enough, and a network begins to learn its examples by heart, with all their noise.
# The training loss still falls, but the loss on *new* examples rises. This is *overfitting*. The
# cure is simple: hold some examples back (the *validation* part), measure them after each epoch,
# and
#
# - **stop** when the validation loss has not been better than its best for `patience` epochs,
# - **restore**: go back to the parameters of the best epoch.
#
# Epochs are counted from 0. If the best epoch was number $b$ and the last one is number $e$, then
# $e - b$ epochs have passed without a new best. "Better" means: smaller than the best by more than
# `min_delta`.
#
# **By hand.** The validation losses are 5, 3, 4, 3.5, 2, and `patience` is 2. Best is epoch 1, with
# 3. After epoch 2 we wait $2 - 1 = 1$ epoch, after epoch 3 we wait $3 - 1 = 2$, and that is enough:
# stop. The 2 of epoch 4 is never seen. That is the price of a small patience.
#
# Two traps:
#
# - The optimizer changes the arrays of the parameters *in place*. So keep **copies** of them:
#   `array.copy()`.
# - Compare with the **best** loss so far, not with the loss of the epoch before.


# %% nbgrader={"grade": false, "grade_id": "early", "locked": false, "schema_version": 3, "solution": true, "task": false}
class EarlyStopping:
    """Says when to stop, and gives the model the parameters of its best epoch back.

    best: the smallest validation loss so far    best_epoch: its epoch, counted from 0
    kept: copies of the parameters' arrays (`p.data` for each `p`) at that epoch
    """

    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.best_epoch, self.kept = np.inf, 0, []

    def __call__(self, model, history):
        """Called after each epoch; returns True when the training should stop.

        history: {"loss": [...], "validation_loss": [...]}, with one number for each epoch so far
        """
        losses = history["validation_loss"]
        ### BEGIN SOLUTION
        epoch = len(losses) - 1
        if losses[-1] < self.best - self.min_delta:
            self.best, self.best_epoch = losses[-1], epoch
            self.kept = [p.data.copy() for p in model.parameters()]
        return epoch - self.best_epoch >= self.patience
        ### END SOLUTION

    def restore(self, model):
        """Put the kept arrays back into the model's parameters, in their order."""
        ### BEGIN SOLUTION
        for p, data in zip(model.parameters(), self.kept):
            p.data = data.copy()
        ### END SOLUTION


# %% [markdown]
# ### Check: when to stop (2 points)
#
# First the example by hand, then others.


# %% nbgrader={"grade": true, "grade_id": "early-stops", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def epochs_until_stop(stopping, losses):
    """How many epochs run before `stopping` says stop."""
    model, history = nn.Sequential(nn.Bias(3)), {"loss": [], "validation_loss": []}
    for epoch, number in enumerate(losses):
        history["loss"].append(0.5**epoch)  # the training loss falls in any case
        history["validation_loss"].append(number)
        answer = stopping(model, history)
        assert answer is not None, "EarlyStopping returns nothing: it must say True or False"
        if answer:
            return epoch + 1
    return len(losses)


cases = [
    ([5, 3, 4, 3.5, 2], 2, 0.0, 4, "two epochs after the best one, which is epoch 1"),
    ([5, 4, 3, 2, 1], 2, 0.0, 5, "each is a new best"),
    ([5, 3, 4, 2, 2.5, 1, 3], 2, 0.0, 7, "a new best begins the waiting anew"),
    ([3, 9, 8, 7, 6, 5], 3, 0.0, 4, "all are worse than the best one, the first"),
    ([1, 1, 1, 1], 2, 0.0, 3, "as good as the best is not better"),
    ([3.0, 2.9, 2.8, 2.7], 2, 0.5, 3, "better by less than min_delta is not better"),
]
runs = [
    epochs_until_stop(EarlyStopping(patience, delta), row) for row, patience, delta, *_ in cases
]
mistakes = {  # how many epochs run in the six cases, and why
    (5, 5, 7, 6, 4, 4): "it never says stop. Does it look at the validation loss, and does it keep "
    "the best one so far, and compare with that?",
    (1, 1, 1, 1, 1, 1): "it says stop after the first epoch already: is the answer turned round?",
    (5, 5, 7, 5, 4, 4): "it always waits for one epoch more than patience says",
    (3, 5, 3, 3, 2, 2): "it always waits for one epoch less than patience says",
    (
        5,
        5,
        7,
        6,
        3,
        3,
    ): "each loss is compared with that of the epoch before, not with the best one",
    (
        3,
        3,
        3,
        4,
        3,
        3,
    ): "it waits from the start on, not from the best epoch: is best_epoch brought "
    "up to date when a loss is better, that is, smaller?",
    (4, 5, 5, 4, 3, 3): "the waiting goes on after a new best: it must begin anew there",
}
for (losses, patience, delta, want, why), got in zip(cases, runs):
    told = f"losses {losses} with patience {patience} and min_delta {delta}"
    why = mistakes.get(tuple(runs), why)
    assert got == want, f"{told}: {got} epochs run, but it should be {want}: {why}"
print("It stops when it should.")

# %% [markdown]
# ### Check: back to the best (1 point)

# %% nbgrader={"grade": true, "grade_id": "early-restores", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
model, stopping = nn.Sequential(nn.Dense(2, 3)), EarlyStopping(patience=9)
history = {"loss": [], "validation_loss": []}
for epoch, number in enumerate([4, 1, 2, 3]):
    for p in model.parameters():
        p.data[...] = 10 * epoch  # as an optimizer does: the same array gets new numbers
    history["validation_loss"].append(number)
    stopping(model, history)
assert stopping.best == 1, f"the best loss is 1, but best is {stopping.best}"
assert stopping.best_epoch == 1, f"the best epoch is number 1, not {stopping.best_epoch}"
assert model[0].w.data[0, 0] == 30, "only restore may change the model's parameters"
shapes = {name: values.shape for name, values in model.get_parameters().items()}
copied = all(np.all(np.equal(values, 10)) for values in stopping.kept)
stopping.restore(model)
for name, values in model.get_parameters().items():
    assert values.shape == shapes[name], f"after restore, {name} has another shape"
    said = (
        f"after restore, {name} holds {values.ravel()[0]:g}, as in epoch {values.ravel()[0] / 10:g}"
    )
    if copied and np.all(values == 30):
        lost = (
            "restore leaves the model as it is: does it write into p.data, or only rename things?"
        )
        raise AssertionError(f"kept is right, but {lost}")
    assert np.all(values == 10), f"{said}, but the best was epoch 1. Did you keep copies?"
keep(EarlyStopping, True)

# %% [markdown]
# ## 6. The whole: fit
#
# Now `fit` puts your pieces together. In each epoch:
#
# 1. Train on new batches, and append the mean loss to `history["loss"]`.
# 2. If there is a `validation` pair, append its loss to `history["validation_loss"]`. Without one,
#    the history has only the list "loss".
# 3. If there is an `early_stopping`, ask it, and leave the loop when it says so.
#
# At the end, if there is an `early_stopping`, it restores the model. This must happen also when all
# the epochs were run.


# %% nbgrader={"grade": false, "grade_id": "fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit(
    model, x, y, loss, optimizer, epochs=10, batch_size=32, validation=None, early_stopping=None
):
    """Train `model`; returns the history, a dict of lists with one number for each epoch.

    validation: a pair (x, y), or None    early_stopping: an EarlyStopping, or None
    """
    ### BEGIN SOLUTION
    history = {"loss": []} if validation is None else {"loss": [], "validation_loss": []}
    for _ in range(epochs):
        data = batches(x, y, batch_size)
        history["loss"].append(train_epoch(model, data, loss, optimizer))
        if validation is not None:
            history["validation_loss"].append(measure(model, *validation, loss))
        if early_stopping is not None and early_stopping(model, history):
            break
    if early_stopping is not None:
        early_stopping.restore(model)
    return history
    ### END SOLUTION


# %% [markdown]
# ### Check: fit (2 points)
#
# `check_training_loop` watches again, now the whole loop. Then a stand-in for `EarlyStopping`,
# which stops after a given number of epochs and takes notes, sees whether it is called as it
# should be.


# %% nbgrader={"grade": true, "grade_id": "fit-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
class StopAfter:
    """Stops after a number of epochs; restore sets all parameters to 7."""

    def __init__(self, epochs):
        self.epochs, self.calls, self.restored = epochs, 0, 0

    def __call__(self, model, history=None):
        assert isinstance(history, dict), "ask it as early_stopping(model, history)"
        self.calls += 1
        return self.calls == self.epochs

    def restore(self, model):
        self.restored += 1
        for p in model.parameters():
            p.data = np.full_like(p.data, 7)


def my_fit(model, loss, optimizer, x, y, batch_size, epochs):
    return fit(model, x, y, loss, optimizer, epochs, batch_size)


report = nn.check_training_loop(my_fit)
print(report)

x, y = np.linspace(-1, 1, 10).reshape(5, 2), np.linspace(0, 1, 5)[:, None]
for stop, epochs, want in ((3, 6, 3), (9, 4, 4)):
    model, stopping = nn.Sequential(nn.Dropout(0.9), nn.Dense(2, 1)), StopAfter(stop)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    history = fit(model, x, y, nn.MSELoss(), optimizer, epochs, 2, (x[:2], y[:2]), stopping)
    assert history is not None, "fit returns nothing: it must return the history"
    assert isinstance(history, dict), f"fit returns {type(history).__name__}, not a dict of lists"
    assert list(history) == ["loss", "validation_loss"], f"the history has {list(history)}"
    told = "both entries of the history are one and the same list: make one for each"
    assert history["loss"] is not history["validation_loss"], told
    lengths = [len(numbers) for numbers in history.values()]
    assert lengths == [want, want], f"stop after {stop} of {epochs}: {lengths} numbers, not {want}"
    assert stopping.calls == want, f"early_stopping is asked {stopping.calls} times, not {want}"
    ends = "nobody said stop" if stop > epochs else f"epoch {stop} said stop"
    told = f"{want} epochs were run, {ends}: restore is called {stopping.restored} times, not once"
    assert stopping.restored == 1, told
    assert np.all(model[1].w.data == 7), "the model must be restored at the very end"
model = nn.Sequential(nn.Bias(1))
still = nn.SGD(model.parameters(), lr=1e-12)
history = fit(model, y, y, nn.MSELoss(), still, 1, 2, (y, y + 3))
assert history is not None, "without early_stopping, fit returns nothing"
assert abs(history["validation_loss"][0] - 9) < 1e-6, "validation_loss is not that of `validation`"
four, model = np.full((4, 1), 4.0), nn.Sequential(nn.Bias(1))  # one step takes the bias to 4
jump = nn.SGD(model.parameters(), lr=0.5)
history = fit(model, 0 * four, four, nn.MSELoss(), jump, 1, 4, (0 * four, four))
too_early = "the validation loss is that of before the epoch: train first, and then measure"
assert history["validation_loss"][0] < 1, too_early
model = nn.Sequential(nn.Bias(1))
still = nn.SGD(model.parameters(), lr=1e-12)
history = fit(model, y, y, nn.MSELoss(), still, 2, 2)
assert list(history) == ["loss"], f"without validation, the history has {list(history)}"
keep(fit, report)

# %% [markdown]
# ## 7. Digits, at 97 %
#
# The data: 1797 pictures of handwritten digits, of 8 times 8 grey values, as rows of 64 numbers. A
# fifth of them is held out. Nobody may learn from that part: it plays the new pictures that a
# network will meet in real life.

# %% nbgrader={"grade": false, "grade_id": "digits-data", "locked": true, "schema_version": 3, "solution": false, "task": false}
nn.manual_seed(4)
x_train, y_train, x_test, y_test = nn.datasets.train_test_split(*nn.datasets.load_digits())

# %%
nn.plot.images(x_train[:16], titles=y_train[:16].tolist(), columns=8)
plt.show()
print("to learn from:", x_train.shape, "  held out:", x_test.shape)

# %% [markdown]
# **Your turn.** Build a network, train it with your `fit`, and return it. It takes rows of 64
# numbers and gives 10 scores, one for each digit; the highest score is its answer.
#
# - You are free to choose. `nn.Sequential(nn.Dense(64, ..., "relu"), ..., nn.Dense(..., 10))` is a
#   good start, with `nn.CrossEntropyLoss()` (which takes raw scores: no softmax at the end) and
#   `nn.Adam(model.parameters(), lr=...)`.
# - Begin with `nn.manual_seed(...)`, so that the same call gives the same network.
# - It must be done in less than 20 seconds. One or two are enough.
# - Use only the `x` and `y` that the function is given. Looking at the held-out part would be
#   cheating yourself.


# %% nbgrader={"grade": false, "grade_id": "digits", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_digits(x, y):
    """A network trained on x: (n, 64) and y: (n,), which gives scores (m, 10) for (m, 64)."""
    ### BEGIN SOLUTION
    nn.manual_seed(0)
    model = nn.Sequential(nn.Dense(64, 128, "relu"), nn.Dense(128, 10))
    optimizer = nn.Adam(model.parameters(), lr=0.003)
    fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=25)
    return model
    ### END SOLUTION


# %% [markdown]
# ### Check: 97 % of the held-out digits (2 points)
#
# The grader calls `train_digits` once more, and counts for itself.

# %% nbgrader={"grade": true, "grade_id": "digits-97", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
network = train_digits(x_train, y_train)
assert network is not None, "train_digits returns nothing: it must return the trained model"
network.eval()
scores = network(x_test)
assert scores.shape == (len(x_test), 10), f"the scores have shape {scores.shape}, not (n, 10)"
seen, new = nn.accuracy(network(x_train), y_train), nn.accuracy(scores, y_test)
middle = network((x_test[:100] + x_test[-100:]) / 2)
is_line = np.allclose(middle, (scores[:100] + scores[-100:]) / 2, rtol=1e-3, atol=1e-3)
assert new >= 0.97 or not is_line, (
    f"{new:.1%} of the held-out digits are right: without a bend between its layers, a network is "
    f"one linear layer"
)
assert new >= 0.97 or seen >= 0.97, (
    f"{new:.1%} of the held-out digits are right, and {seen:.1%} of those it learned from: is it "
    f"trained for long enough, with a learning rate neither too small nor too large, and are the "
    f"optimizer's parameters its own?"
)
assert new >= 0.97, f"{new:.1%} of the held-out digits are right: it should be 97 % or more"
print(f"right: {seen:.1%} of the digits it learned from, {new:.1%} of those it never saw")

# %% [markdown]
# Which digits are still wrong? Look at them. Would you have known?

# %%
answers = train_digits(x_train, y_train).eval()(x_test).argmax(axis=1)
wrong = np.flatnonzero(answers != y_test)[:8]
if len(wrong):
    said = [f"{label}, not {answer}" for label, answer in zip(y_test[wrong], answers[wrong])]
    nn.plot.images(x_test[wrong], titles=said, columns=8)
    plt.show()

# %% [markdown]
# ## 8. Play: wide or deep?
#
# The same training for networks of different shapes. *Width* is the number of units in a hidden
# layer, *depth* the number of hidden layers. To make the differences visible, they learn from 300
# digits only, and the rest is held out. Each shape is trained twice, with other starting weights.
# Change the lists.

# %%
widths, depths, runs = [2, 4, 8, 16, 64], [1, 2, 4], 2
few_x, few_y = x_train[:300], y_train[:300]
many_x = np.concatenate([x_train[300:], x_test])
many_y = np.concatenate([y_train[300:], y_test])

figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True)
for depth in depths:
    seen, new, sizes = [], [], []
    for width in widths:
        results = []
        for seed in range(runs):
            nn.manual_seed(seed)
            hidden = [nn.Dense(64, width, "relu")]
            hidden += [nn.Dense(width, width, "relu") for _ in range(depth - 1)]
            one = nn.Sequential(*hidden, nn.Dense(width, 10))
            fit(one, few_x, few_y, nn.CrossEntropyLoss(), nn.Adam(one.parameters(), lr=0.01), 15)
            pairs = (few_x, few_y), (many_x, many_y)
            results.append([measure(one, *pair, nn.accuracy) for pair in pairs])
        sizes.append(one.number_of_trainable_parameters())
        seen.append(np.mean(results, axis=0)[0])
        new.append(np.mean(results, axis=0)[1])
    color, mark = f"C{depths.index(depth)}", "os^"[depths.index(depth) % 3]
    for ax, across in zip(axes, (widths, sizes)):
        ax.plot(across, new, f"{mark}-", color=color, label=f"{depth} hidden, new digits")
        ax.plot(across, seen, f"{mark}--", color=color, alpha=0.5, markersize=4,
                label=f"{depth} hidden, learned digits")  # fmt: skip
for ax, title in zip(axes, ("width of the hidden layers", "number of parameters")):
    ax.set_xscale("log", base=2 if title.startswith("width") else 10)
    ax.set_xlabel(title)
    ax.grid(alpha=0.3)
axes[0].set_ylabel("share of right answers")
axes[1].legend(fontsize=7)
plt.show()

# %% [markdown]
# ## 9. Play: a regression that stops in time
#
# Now the answer is a number: how far an illness had gone after a year, from ten measurements of
# each of 442 patients. There are few examples and much noise, so a network of this size learns
# them by heart very soon. Your `EarlyStopping` finds the moment before that. The network is trained
# twice, with the same batches: first it may stop, then it must go on to the end. The picture shows
# the second training, and where the first one stopped. The error is compared with a straight line
# through the same data (linear regression): on small, noisy data, a network is not always better.
# Try other sizes and another patience.

# %%
nn.manual_seed(1)
x, y = nn.datasets.load_regression("diabetes")
x_learn, y_learn, x_new, y_new = nn.datasets.train_test_split(x, y, test=0.3)
x_learn, x_new = nn.datasets.standardize(x_learn, x_new)
y_learn, y_new = nn.datasets.standardize(y_learn, y_new)  # so 1 is the error of the mean

half = len(x_new) // 2  # the validation part chooses the epoch, so it may not judge it
held_x, held_y, judge_x, judge_y = x_new[:half], y_new[:half], x_new[half:], y_new[half:]
start = nn.Sequential(nn.Dense(10, 64, "relu"), nn.Dense(64, 64, "relu"), nn.Dense(64, 1))
values = [p.data.copy() for p in start.parameters()]
short, never = 10, 1000
for patience in (short, never):
    nn.manual_seed(2)  # the same batches
    for p, value in zip(start.parameters(), values):
        p.data = value.copy()
    stopping = EarlyStopping(patience)
    if patience == never:  # no stop and no way back: what would have happened
        stopping.restore = lambda model: None
    optimizer = nn.Adam(start.parameters(), lr=0.001)
    held = {"validation": (held_x, held_y), "early_stopping": stopping}
    history = fit(start, x_learn, y_learn, nn.MSELoss(), optimizer, epochs=120, **held)
    if patience == short:
        stopped, best_epoch = len(history["loss"]), stopping.best_epoch + 1
    error = measure(start, judge_x, judge_y, nn.metrics.mse)
    print(
        f"patience {patience:4}: {len(history['loss']):3} epochs, error {error:.3f} on new patients"
    )
line = np.linalg.lstsq(np.c_[x_learn, np.ones(len(x_learn))], y_learn, rcond=None)[0]
straight = nn.metrics.mse(np.c_[judge_x, np.ones(len(judge_x))] @ line, judge_y)
print(f"a straight line:            error {straight:.3f} on new patients")
ax = nn.plot.history(history)
ax.axvline(best_epoch, color="grey", linestyle=":", label="best epoch: back to here")
ax.axvline(stopped, color="grey", linestyle="--", label=f"patience {short} stops here")
ax.legend()
plt.show()

# %% [markdown]
# ## 10. If you have the files: MNIST
#
# The best-known digits: 60 000 pictures to learn from and 10 000 held out, of 28 times 28 grey
# values. They do not travel with edunn. Put the four files into a folder, name this folder in the
# environment variable `EDUNN_DATA`, and start the notebook again. Training takes half a minute at
# most.

# %%
import os

if os.environ.get("EDUNN_DATA"):
    nn.manual_seed(7)
    mnist = [nn.datasets.load_mnist(train, download=False) for train in (True, False)]
    big = nn.Sequential(nn.Dense(784, 128, "relu"), nn.Dense(128, 64, "relu"), nn.Dense(64, 10))
    fit(big, *mnist[0], nn.CrossEntropyLoss(), nn.Adam(big.parameters(), lr=0.001), 4, 64)
    print(f"MNIST: {measure(big, *mnist[1], nn.accuracy):.2%} of 10 000 new digits are right")
else:
    print("EDUNN_DATA names no folder with the MNIST files, so this part is left out.")

# %% [markdown]
# ## 11. Two questions (graded by hand)
#
# **Question 1 (3 points).** Follow one batch of 32 digits through `nn.Sequential(nn.Dense(64, 128,
# "relu"), nn.Dense(128, 10))` and one training step. Say which arrays of which shapes come into
# being on the way forward, and which on the way back. Write the network as one formula, and say
# with the chain rule how the gradient of the first weights is found.

# %% [markdown] nbgrader={"grade": true, "grade_id": "training-flow", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the shapes forward, (32, 64), (32, 128), (32, 10), one number. 1 point: the network as
# functions one inside the other, y = f2(f1(x)), and the loss behind it. 1 point: the way back,
# from the loss to dy of shape (32, 10), to (32, 128), to the gradients of the weights, each in the
# shape of its array; the factors of the chain rule from the loss to the first weights.
# ### END MARK SCHEME
#
# Forward: x of shape (32, 64) becomes h = relu(x w1 + b1) of shape (32, 128), then the scores y =
# h w2 + b2 of shape (32, 10), then the loss L, one number. As one formula, L = loss(f2(f1(x)),
# labels). On the way back the loss gives dy, of shape (32, 10). The last layer makes of it dw2
# (128, 10), db2 (10,) and dh (32, 128). The first layer takes dh, sets it to 0 where relu was 0,
# and makes dw1 (64, 128) and db1 (128,). With the chain rule, dL/dw1 = dL/dy · dy/dh · dh/dw1:
# each layer multiplies by its own factor and hands the result to the layer before it. Then the
# optimizer changes w1, b1, w2 and b2.

# %% [markdown]
# **Question 2 (3 points).** Look at the picture of widths and depths, and change the lists in its
# cell if you like. What happens when the layers are very narrow? Does a network with more
# parameters always do better on new digits? Compare two networks with about the same number of
# parameters but different depth. Explain what you see in four or five sentences, and say what you
# would still have to try before you believe it.

# %% [markdown] nbgrader={"grade": true, "grade_id": "training-shapes", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: narrow layers lose information, so even the learned digits are wrong, and with more
# depth it gets worse. 1 point: more parameters help up to a point, then new digits gain little
# while the learned ones are nearly all right: the gap. 1 point: a comparison that looks at real
# numbers, and doubts it: more seeds, more epochs, another learning rate, more data.
# ### END MARK SCHEME
#
# With two units, a layer must squeeze a picture into two numbers: too little is left, and even the
# digits that were learned are often wrong. Deep and narrow is worst, because every layer squeezes
# again. With 16 units about 96 of 100 learned digits are right, and with 64 nearly all. But of the
# new ones even the largest networks read only 93 to 95 of 100: there, more parameters help little,
# and more examples would help. With 1210 parameters in one hidden layer of 16, more new digits are
# right (92 of 100) than with 2026 in four (86), so here it is better to be wide than deep. To
# believe this, I would repeat it with more starting weights, train each shape until
# it is done, and try other learning rates: a deep network may need another one.

# %% [markdown]
# ## What comes next
#
# Your loop works for every model and every loss of this course. `EarlyStopping` was a first answer
# to overfitting. In exercise 12 you write two more: `Dropout`, which makes a network forget on
# purpose, and weight decay, which keeps its weights small.
