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
# # Exercise 17: Capstone
#
# The last notebook of the first part. Here a network reads handwritten digits, and it is made of
# *your* parts: the classes that you wrote in the exercises before and that passed their checks. And
# you ask what engineers ask before they build anything large: how many numbers must be learned? How
# much memory does it take? How much must be computed, and how long does it take?
#
# | | |
# |---|---|
# | You write | `total_parameters`, `total_multiply_adds`, `memory`, `seconds`, a small network |
# | You need | all that you have kept; what is missing is lent to you |
# | Time | about 75 minutes |
# | Points | 12 by automatic checks, 8 for written answers |
# | If you are stuck | leave the function out, and go on: the check of each needs only that one |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close()  # nothing is closed here: you may use all that there is

import sys
import time

import edunn
from edunn.course import mine

sys.path.insert(0, str(mine.folder().parent))  # where your own package is
parts = mine.parts(mine.folder())
if parts:
    import my_edunn as nn  # your own classes; what you have not written comes from edunn

# %% [markdown]
# ## 1. What is yours
#
# In the exercises, every class that passed its checks was kept in a package of your own,
# `my_edunn`. It is a folder beside the folders of the exercises; open it and look. `import
# my_edunn as nn` takes your classes, and for everything that is not there, edunn's. So from here
# on, `nn.Dense` is your `Dense`, if you wrote one. The next cell says which is which. *Borrowed*
# means that you took the reference with `borrow`. If you have kept nothing, all of this notebook
# works as well, on edunn's classes.

# %%
NEEDED = ["Linear", "Bias", "ReLU", "Dense", "Dropout", "Sequential", "CrossEntropyLoss", "Adam",
          "batches", "fit"]  # fmt: skip
for name in [*NEEDED, *sorted(parts.keys() - set(NEEDED))]:
    print(f"{name:24} {parts.get(name, 'edunn')}")
files = sorted(mine.folder().glob("[a-z]*.py")) if parts else []
code = [line for path in files for line in path.read_text(encoding="utf-8").split("\n")]
written = sum(1 for line in code if line.strip() and not line.strip().startswith("#"))
print(f"\nIn your package: {len(files)} files, {written} lines.")

# %% [markdown]
# ## 2. How many numbers are learned
#
# All numbers that a model learns are in its parameters. `model.parameters()` is a list of them,
# each once, also when two layers share one. The array of a parameter `p` is `p.data`.
#
# **By hand.** A dense layer from 784 inputs to 128 outputs has a weight for every pair, and a bias
# for every output: $784 \cdot 128 + 128 = 100\,352 + 128 = 100\,480$. How many has the network 784
# → 128 → 64 → 10? (The layers have 100 480, 8 256 and 650: in all 109 386.)


# %% nbgrader={"grade": false, "grade_id": "count", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total_parameters(model):
    """How many numbers all the parameters of `model` hold, as an int; shared ones count once."""
    ### BEGIN SOLUTION
    return sum(p.data.size for p in model.parameters())
    ### END SOLUTION


# %% [markdown]
# ### Check: parameters (2 points)
#
# Your count must agree with the numbers by hand, and with edunn's own table, `model.explain`. That
# is printed too: it shows each layer's output, parameters, multiply-adds and bytes.

# %% nbgrader={"grade": true, "grade_id": "count-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
for inputs, outputs, want in (
    (10, 10, 110),
    (100, 100, 10100),
    (784, 128, 100480),
    (128, 10, 1290),
    (1000, 1000, 1001000),
):
    got = total_parameters(edunn.Dense(inputs, outputs))
    assert got is not None, "total_parameters returns nothing"
    why = {
        2: ": there are 2 parameters, w and b, but how many numbers do they hold?",
        inputs * outputs: ": those are the numbers of w alone",
        inputs + outputs: ": those are their rows, but how many numbers do they hold?",
    }.get(got, "")
    told = f"a dense layer {inputs} → {outputs} has {want:,} parameters, not {got:,}"
    assert got == want, told + why
    print(f"{inputs:4d} → {outputs:4d}: {got:9,} parameters, {4 * got / 2**20:.3f} MiB in float32")

classic = edunn.Sequential(
    edunn.Dense(784, 128, "relu"), edunn.Dense(128, 64, "relu"), edunn.Dense(64, 10)
)
table = classic.explain((32, 784))
print(table)
got, want = total_parameters(classic), sum(row.parameters for row in table.rows)
assert got == want == 109386, f"784 → 128 → 64 → 10 has 109,386 parameters, not {got:,}"
again = edunn.Dense(5, 5)
got = total_parameters(edunn.Sequential(edunn.Dense(5, 5), edunn.ReLU(), edunn.Dense(5, 5)))
assert got == 60, f"two layers of one size have 60 parameters, not {got}: each counts"
got = total_parameters(edunn.Sequential(again, edunn.ReLU(), again))
assert got == 30, f"one layer used twice has 30 parameters, not {got}: shared ones count once"
again.w.requires_grad = False
got = total_parameters(again)
assert got == 30, f"a layer whose w is frozen has 30 parameters, not {got}: those count as well"

# %% [markdown]
# ## 3. How much is computed
#
# Nearly all the work of a network is in the products with its weight matrices. For one number of
# the output, `inputs` products are made and added up: `inputs` *multiply-adds*. The output has $n
# \cdot \text{outputs}$ numbers, where $n$ is the number of examples. So a matrix costs
#
# $$ n \cdot \text{inputs} \cdot \text{outputs} $$
#
# multiply-adds: $n$ times the number of its weights. Adding a bias and taking the activation costs
# only one operation for each number of the output, and is left out. A layer that is used twice
# works twice.
#
# **By hand.** A batch of 32 through 784 → 128 → 64 → 10 costs
# $32 \cdot (100\,352 + 8\,192 + 640) = 3\,493\,888$ multiply-adds.
#
# ### A picture
#
# Two square matrices of size $n$ are multiplied: $n^3$ multiply-adds, each of them two operations.
# But only $3 n^2$ numbers are moved between memory and processor: two matrices in, one out. The
# larger the matrices, the more work there is for each number that is moved. This is why large
# batches keep a processor busy, and why GPUs, which compute far faster than they can fetch, love
# large matrices.

# %%
import matplotlib.pyplot as plt

sizes = np.array([16, 32, 64, 128, 256, 512, 1024, 2048])
operations, moved = 2 * sizes**3, 3 * 4 * sizes**2
figure, ax = plt.subplots(figsize=(6.5, 4))
ax.loglog(sizes, operations, "o-", label="operations, 2 n³")
ax.loglog(sizes, moved, "s-", label="bytes moved, 3 · 4 n²")
ax.set(xlabel="size n of the matrices (float32)", ylabel="how many")
ax.grid(alpha=0.3)
ax.legend()
plt.show()
for n in (64, 128, 256, 512):
    work, bytes_moved = 2 * n**3, 3 * 4 * n**2
    each = f"{work / bytes_moved:5.1f} operations for each byte"
    print(
        f"{n:3d} × {n:3d}: {work / 1e6:6.1f} million operations, {bytes_moved / 2**20:.2f} MiB, {each}"
    )


# %% nbgrader={"grade": false, "grade_id": "work", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total_multiply_adds(model, n):
    """How many multiply-adds the weight matrices of a Sequential cost for n examples, as an int.

    A weight matrix is a parameter with two axes, `p.data.ndim == 2`, of one of the layers.
    `for layer in model` visits the layers in order, one that is used twice also twice.
    """
    ### BEGIN SOLUTION
    total = 0
    for layer in model:
        for p in layer.parameters():
            if p.data.ndim == 2:
                total += n * p.data.size
    return total
    ### END SOLUTION


# %% [markdown]
# ### Check: multiply-adds (2 points)

# %% nbgrader={"grade": true, "grade_id": "work-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
classic = edunn.Sequential(
    edunn.Dense(784, 128, "relu"), edunn.Dense(128, 64, "relu"), edunn.Dense(64, 10)
)
apart = edunn.Sequential(edunn.Linear(5, 4), edunn.Bias(4), edunn.Tanh(), edunn.Linear(4, 2))
again = edunn.Dense(5, 5)
twice = edunn.Sequential(again, edunn.ReLU(), again)
for model, n, inputs in ((classic, 32, 784), (classic, 1, 784), (apart, 7, 5), (twice, 3, 5)):
    want = sum(row.multiply_adds for row in model.explain((n, inputs)).rows)
    got = total_multiply_adds(model, n)
    assert got is not None, "total_multiply_adds returns nothing"
    assert got != 2 * want, "twice too much: a multiply-add counts as one here"
    matrices = sum(p.data.size for p in model.parameters() if p.data.ndim == 2)
    numbers = sum(p.data.size for layer in model for p in layer.parameters())
    why = {
        model.explain((n, inputs))
        .rows[-1]
        .multiply_adds: "that is what the last layer costs alone",
        0: "a Dense has a matrix, a parameter with 2 axes. Is it found, and does it reach the total?",
        want / n: f"that is what one of the {n} examples costs",
        n
        * matrices: "each matrix counts once here, but one layer runs twice: go through the layers",
        n * numbers: "biases are counted as well, but they are only added: a matrix has 2 axes",
    }.get(got, "each of the examples meets every number of each matrix once")
    told = f"{n} examples through\n{model}\ncost {want:,} multiply-adds, not {got:,}"
    assert got == want, f"{told}: {why}"
print(f"a batch of 32 costs {total_multiply_adds(classic, 32):,} multiply-adds")

# %% [markdown]
# ## 4. How much memory
#
# While a network is *used*, it must keep its weights. While it is *trained*, it must keep much
# more:
#
# | what | how much |
# |---|---|
# | weights | all parameters |
# | gradients | as much again, for parameters that are learned (`p.requires_grad`) |
# | optimizer | per learned number: nothing (SGD), one number (Momentum) or two (Adam): *slots* |
# | activations | the outputs of all layers for the whole batch: backward needs them |
#
# Every NumPy array knows its bytes: `array.nbytes`. For the activations, send the batch through the
# model, layer by layer, and add up what each layer gives. The input itself does not count.
#
# **By hand.** 784 → 128 → 64 → 10 in float32, 4 bytes a number, with Adam and a batch of 32: the
# weights take $4 \cdot 109\,386 = 437\,544$ bytes, the gradients the same, Adam twice that, 875
# 088. The activations take $4 \cdot 32 \cdot (128 + 64 + 10) = 25\,856$. So training takes more
# than four times the memory of the weights, 0.42 MiB. (1 MiB is $1024^2$ bytes.)


# %% nbgrader={"grade": false, "grade_id": "memory", "locked": false, "schema_version": 3, "solution": true, "task": false}
def memory(model, x, slots):
    """Bytes in training: {"weights": , "gradients": , "optimizer": , "activations": }, as ints.

    model: a Sequential    x: a batch, an array    slots: numbers that the optimizer keeps for each
    number that is learned
    """
    ### BEGIN SOLUTION
    weights = sum(p.data.nbytes for p in model.parameters())
    gradients = sum(p.data.nbytes for p in model.parameters() if p.requires_grad)
    activations = 0
    for layer in model:
        x = layer(x)
        activations += x.nbytes
    named = {"weights": weights, "gradients": gradients, "optimizer": slots * gradients}
    return named | {"activations": activations}
    ### END SOLUTION


# %% [markdown]
# ### Check: memory (2 points)
#
# The numbers by hand; the bytes of edunn's table; numbers of 8 bytes; and a layer that is frozen,
# which has weights but learns nothing.

# %% nbgrader={"grade": true, "grade_id": "memory-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
classic = edunn.Sequential(
    edunn.Dense(784, 128, "relu"), edunn.Dense(128, 64, "relu"), edunn.Dense(64, 10)
)
x = np.zeros((32, 784), np.float32)
got = memory(classic, x, 2)
assert isinstance(got, dict), f"memory returns {type(got).__name__}, not a dict"
by_hand = {"weights": 437544, "gradients": 437544, "optimizer": 875088, "activations": 25856}
assert got.keys() == by_hand.keys(), f"the dict has {list(got)}, not {list(by_hand)}"
for what, want in by_hand.items():
    why = {
        want / 4: "these are numbers, and each has 4 bytes: see nbytes",
        want * 2: "twice as much: is something counted twice, or 8 bytes for each number?",
        want / 32: "that is for one example, and here are 32",
        want / 2**20: "these are MiB, and bytes are asked for",
        want / 10**6: "these are megabytes, and bytes are asked for",
        want - 4 * (128 + 64 + 10): "the biases are missing",
        4 * (128 + 64 + 10): "these are the biases alone",
        1280: "that is the last layer's output alone: all of them are kept until backward",
        25856 - 1280: "the last layer's output is missing",
        25856
        - 1280
        + x.nbytes: "the batch x is counted, and the last output is not: what is x when?",
        25856 + x.nbytes: "the batch x itself is counted: only what layers give",
        x.nbytes: "that is the batch x itself: count what each layer gives",
        437544: "each of these numbers has as many slots as the optimizer keeps",
    }.get(got[what], "")
    if got[what] == 0:
        why = "nothing is added up: a generator, in round brackets, can be gone through only once"
    if not why and 0 < got[what] - want < 2000:
        why = "a little more than the numbers take: is it the size of Python's objects? See nbytes"
    told = f"{what}: {want:,} bytes by hand, and {got[what]:,} by your function"
    assert got[what] == want, f"{told}: {why}" if why else told
table = classic.explain((32, 784))
assert got["activations"] == sum(row.bytes for row in table.rows), "edunn's table says otherwise"

edunn.set_default_dtype(np.float64)
double = edunn.Sequential(edunn.Dense(4, 3), edunn.Tanh(), edunn.Dense(3, 2))
edunn.set_default_dtype(np.float32)
double[0].w.requires_grad = False
got = memory(double, np.zeros((5, 4)), 1)
assert got["weights"] == 184, f"23 weights of 8 bytes take 184 bytes, not {got['weights']}"
assert got["gradients"] == 88, f"a frozen w has no gradient: 88 bytes, not {got['gradients']}"
assert got["optimizer"] == 88, (
    "the optimizer keeps 1 number of 8 bytes for each of the 11 that are learned: 88 bytes, not "
    f"{got['optimizer']}"
)
assert got["activations"] == 320, f"5 · (3 + 3 + 2) numbers of 8 bytes, not {got['activations']}"
print("right")

# %% [markdown]
# What takes the memory depends on the batch. Here is the same network with batches of different
# sizes.

# %%
batch_sizes = [1, 8, 64, 512, 4096]
bars = [memory(classic, np.zeros((n, 784), np.float32), 2) for n in batch_sizes]
figure, ax = plt.subplots(figsize=(7, 3.8))
below = np.zeros(len(bars))
for what in bars[0]:
    heights = np.array([bar[what] / 2**20 for bar in bars])
    hatch = {"gradients": "//", "optimizer": "..", "activations": "xx"}.get(what, "")
    ax.bar([str(n) for n in batch_sizes], heights, bottom=below, label=what, hatch=hatch)
    below += heights
ax.set(xlabel="batch size", ylabel="MiB", title="784 → 128 → 64 → 10, trained with Adam")
ax.legend(reverse=True)  # in the order of the bars
plt.show()

# %% [markdown]
# ## 5. How long does it take
#
# A single measurement of time is worth little: the machine also does other things, and the first
# call is slow, because memory must be found and files must be loaded. So:
#
# 1. call the function once without measuring (*warming up*),
# 2. then call it `repeats` times, and measure **each** call alone,
# 3. and take the **shortest** time: everything that disturbs makes it longer, never shorter.
#
# `time.perf_counter()` gives the time in seconds; the difference of two calls is how long it took.


# %% nbgrader={"grade": false, "grade_id": "seconds", "locked": false, "schema_version": 3, "solution": true, "task": false}
def seconds(function, repeats=5):
    """The shortest time, in seconds, of `repeats` calls of function(), after one to warm up."""
    ### BEGIN SOLUTION
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)
    ### END SOLUTION


# %% [markdown]
# ### Check: seconds (2 points)
#
# A stand-in that sleeps for times that are known.


# %% nbgrader={"grade": true, "grade_id": "seconds-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
class Sleeper:
    """Sleeps for the given seconds, one number a call, and counts its calls."""

    def __init__(self, naps):
        self.naps, self.calls = list(naps), 0

    def __call__(self):
        self.calls += 1
        time.sleep(self.naps[min(self.calls, len(self.naps)) - 1])


for naps, want in (([0.001, 0.2, 0.02, 0.3], 0.02), ([0.1, 0.2, 0.25, 0.03], 0.03)):
    sleeper = Sleeper(naps)
    got = seconds(sleeper, 3)
    assert got is not None, "seconds returns nothing"
    assert sleeper.calls == 4, f"3 repeats and one to warm up are 4 calls, not {sleeper.calls}"
    told = "is it called between the two readings, of a clock that runs on while it waits?"
    assert not 0 <= got < 0.01 * want, f"{got:.4f} s for a call that takes {want} s: {told}"
    assert got >= 0.99 * want, f"{got:.4f} s is less than the shortest call that counts, {want} s"
    assert got < 100 * want, f"{got:.4g} is no number of seconds: the shortest call took {want} s"
    assert got < want + 0.11, (
        f"{got:.3f} s is not the shortest of 3 calls, which is {want} s. Is each call timed by itself?"
    )
print("right")

# %% [markdown]
# ### On this machine
#
# How many multiply-adds does this machine make in a second? The answer depends on the size: small
# products are over before they have begun, and what is measured is Python. (They are made many times
# in a row, as the clock of a browser goes in steps that are longer than one.) Where there is an
# NVIDIA GPU (and CuPy), the same layers run on it: `layer.to("cuda")` moves the weights and
# `nn.to(x, "cuda")` the input. A GPU works on while Python goes ahead, so the last line of
# `on_gpu` asks for one number of the result: that makes it wait.

# %%
try:
    nn.to(np.zeros(1), "cuda")
    has_gpu = True
except edunn.DeviceError as error:
    has_gpu = False
    print(f"There is no GPU here that edunn could use, so only the CPU is measured.\n({error})\n")

speeds = {}
for size in (16, 64, 256, 512):
    layer, x = nn.Linear(size, size), np.ones((size, size), np.float32)
    layer.w.data = layer.w.data.astype(np.float32)
    times = max(1, 2**18 // size**2)  # 1024 for the smallest, 1 for the largest
    work = times * total_multiply_adds(nn.Sequential(layer), size)

    def on_cpu(layer=layer, x=x, times=times):
        for _ in range(times):
            layer.forward(x)

    speeds.setdefault("CPU", []).append(work / seconds(on_cpu))
    if has_gpu:
        layer.to("cuda")
        x = nn.to(x, "cuda")

        def on_gpu(layer=layer, x=x, times=times):
            for _ in range(times):
                y = layer.forward(x)
            nn.to(y[:1, :1], "cpu")

        speeds.setdefault("GPU", []).append(work / seconds(on_gpu))
    told = ", ".join(f"{name} {numbers[-1] / 1e9:8.2f}" for name, numbers in speeds.items())
    print(f"{size:4d} × {size:4d}: {told} thousand million multiply-adds in a second")

# %% [markdown]
# ## 6. Your network, on your classes
#
# Now everything comes together. Build a network for the digits of exercise 11: rows of 64 numbers
# in, 10 scores out. This time there is a limit, as on a small device: **at most 6 000
# parameters**, and still 97 of 100 held-out digits must be right. Use the classes of `nn`: they
# are yours, where you have them.
#
# `train` below is given. It uses `nn.fit`, `nn.CrossEntropyLoss` and `nn.Adam`: yours again.


# %% nbgrader={"grade": false, "grade_id": "train", "locked": true, "schema_version": 3, "solution": false, "task": false}
def train(model, x, y):
    """25 epochs with Adam; returns the history of the loss."""
    nn.manual_seed(1)
    optimizer = nn.Adam(model.parameters(), lr=0.004)
    quiet = {"progress": False} if nn.fit is edunn.fit else {}  # yours draws no progress bar
    return nn.fit(model, x, y, nn.CrossEntropyLoss(), optimizer, epochs=25, batch_size=32, **quiet)


edunn.manual_seed(4)
digits = edunn.datasets.train_test_split(*edunn.datasets.load_digits())
x_train, y_train, x_test, y_test = digits


# %% nbgrader={"grade": false, "grade_id": "network", "locked": false, "schema_version": 3, "solution": true, "task": false}
def small_network():
    """A new network, 64 features to 10 scores, at most 6000 parameters; not trained yet."""
    ### BEGIN SOLUTION
    return nn.Sequential(nn.Dense(64, 72, "relu"), nn.Dense(72, 10))
    ### END SOLUTION


# %% [markdown]
# ### Check: small, and right (4 points)
#
# The grader trains your network once more, with edunn's own classes.

# %% nbgrader={"grade": true, "grade_id": "network-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
edunn.manual_seed(0)
network = small_network()
assert network is not None, "small_network returns nothing"
kind = type(network).__name__
assert isinstance(network, edunn.Module), f"small_network gives {kind}, but a network is needed"
numbers = network.number_of_trainable_parameters()
assert numbers <= 6000, f"the network has {numbers:,} parameters: more than 6,000"
assert network.forward(x_test).shape == (359, 10), "the network does not give 10 scores for a digit"
history = train(network, x_train, y_train)
network.eval()
scores = network.forward(x_test)
right, seen = edunn.accuracy(scores, y_test), edunn.accuracy(network.forward(x_train), y_train)
middle = network.forward((x_test[:100] + x_test[-100:]) / 2)
is_line = np.allclose(middle, (scores[:100] + scores[-100:]) / 2, rtol=1e-3, atol=1e-3)
assert right >= 0.97 or not is_line, (
    f"{right:.1%} of the held-out digits are right, not 97 %: the scores of a mean of two pictures "
    f"are the mean of their scores. A chain of linear layers is one linear layer: what stands between?"
)
assert right >= 0.97 or seen >= 0.97, (
    f"{right:.1%} of the held-out digits are right, and of those it learned from only {seen:.1%}: it "
    f"has too few numbers, or they do not learn"
)
assert right >= 0.97, f"{right:.1%} of the held-out digits are right: it should be 97 % or more"
print(
    f"{right:.1%} of {len(x_test)} digits that it never saw are right, with {numbers:,} parameters"
)

# %% [markdown]
# Who made this? The next cell looks at each class that took part, and says where it comes from.

# %%
network = small_network()
train(network, x_train, y_train)
network.eval()
answers = network.forward(x_test).argmax(axis=1)
taking_part = {type(module) for module in network.modules()} | {
    nn.CrossEntropyLoss,
    nn.Adam,
    nn.fit,
}
origins = {"yours": [], "borrowed": [], "edunn": []}
for one in sorted(taking_part, key=lambda part: part.__name__):
    own = one.__module__.startswith("my_edunn")
    origins["yours" if own else parts.get(one.__name__, "edunn")].append(one.__name__)
for origin, names in origins.items():
    print(f"{origin:9} {', '.join(names) or '-'}")
edunn.plot.images(x_test[:16], titles=answers[:16].tolist(), columns=8)
plt.show()

x = x_train[:32]
cost = memory(network, x, 2)
each = seconds(lambda: network.forward(x), 20) / len(x)
print(f"{total_parameters(network):,} parameters, {sum(cost.values()) / 2**20:.3f} MiB in training")
print(
    f"one digit: {total_multiply_adds(network, 1):,} multiply-adds, {1e6 * each:.1f} microseconds"
)

# %% [markdown]
# ## 7. Three questions (graded by hand)
#
# **Question 1 (3 points).** A phone has 1 GB of memory. There are two networks to choose from,
# both for pictures of 784 numbers and 10 classes, in float32:
#
# - A, wide: 784 → 2048 → 2048 → 10
# - B, deep: 784 → 256 → 256 → 256 → 256 → 10
#
# Work out (your functions help) the parameters of each, the memory to *use* it, the memory to
# *train* it with Adam and batches of 32, and the multiply-adds for one picture. Which one would
# you put on the phone, and what would you still have to know?

# %% [markdown] nbgrader={"grade": true, "grade_id": "capstone-phone", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: A has 5,824,522 parameters and B 400,906; 22.2 and 1.5 MiB. 1 point: training takes four
# times that and the activations, about 89 and 6.2 MiB; A needs 5.8 million multiply-adds a
# picture, B 0.4. 1 point: a choice with a reason that fits the numbers (both fit in 1 GB; B is 14
# times cheaper), and that the accuracy of both on new pictures must be measured.
# ### END MARK SCHEME
#
# A has 784·2048 + 2048 + 2048·2048 + 2048 + 2048·10 + 10 = 5 824 522 parameters, B has 400 906. In
# float32 that is 22.2 MiB and 1.5 MiB to use them, and for one picture the activations are only
# some kilobytes. To train with Adam takes four times the weights and the activations of 32
# pictures: 88.9 + 0.5 MiB for A, 6.1 + 0.1 MiB for B. One picture costs A 5.8 million
# multiply-adds and B 0.4 million. Both fit easily into 1 GB, so memory alone does not decide. I
# would take B: it is about 14 times smaller and cheaper, so it is faster and saves the battery.
# But first I must measure how many new pictures each gets right, and how long each really takes on
# the phone: the five layers of B must be computed one after the other, and A has only three.

# %% [markdown]
# **Question 2 (3 points).** A large language model has 175 thousand million parameters. How much
# memory do its weights take in float32? How much does training with Adam take at least, and why? A
# large GPU has 80 GiB of memory: how many are needed at least for each? Name two ways in which the
# work can be divided or the memory be reduced, and what each of them costs.

# %% [markdown] nbgrader={"grade": true, "grade_id": "capstone-large", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: 4 · 175e9 = 700e9 bytes, about 652 GiB. 1 point: four times that in training, about 2608
# GiB, for weights, gradients and two slots, without activations; at least 9 and 33 GPUs. 1 point:
# two ways with their price, such as layers or matrices spread over GPUs (communication), 16-bit
# numbers (precision), computing activations again (time), optimizer state spread out
# (communication).
# ### END MARK SCHEME
#
# 175·10⁹ numbers of 4 bytes are 700·10⁹ bytes, 652 GiB. In training there are also the gradients
# and the two slots of Adam, each as large as the weights: 4 · 652 = 2608 GiB, and the activations
# on top. With 80 GiB each, that is at least 9 GPUs to hold the weights and 33 to train. One way is
# to spread the layers, or the parts of each matrix, over many GPUs: then they must send
# activations to each other, and wait. Another is to forget most activations and to compute them
# again on the way back: this saves memory and costs about one more forward pass. A third is
# numbers of 16 bits: half the memory, less precision.

# %% [markdown]
# **Question 3 (2 points).** Both PyTorch and your code leave the matrix product to a library of fast
# routines (BLAS). For large layers, on a processor with many cores, PyTorch is usually faster. For a
# small network, code like yours can be faster: on one core, edunn's step for 784 → 128 → 128 → 10
# with a batch of 32 took two thirds of PyTorch's time. Give one reason for each of the two. When
# would you prefer your own code?

# %% [markdown] nbgrader={"grade": true, "grade_id": "capstone-speed", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point (half for each): large: such as a new array for each operation, operations that are not
# joined into one walk through memory, several cores for all of them, a GPU; small: a framework has
# a fixed price for each call (it checks, chooses a routine, writes down the graph), which counts
# when there is little to compute. 1 point: own code to learn, to look inside, to change something,
# or where the sizes are small.
# ### END MARK SCHEME
#
# Large: around the product, our code makes a new array for each operation: the product, then the
# bias, then the activation. Each walks through memory once more, on one core. PyTorch uses several
# cores for all of this, joins some of the walks, or does it on a GPU. Small: each call in a large
# framework has a fixed price. It looks at the types of its inputs, chooses a routine, and writes
# down the step for its tape. With small arrays this takes longer than the computing, and in our code
# less of it is done. I would prefer my own code when I want to understand something, to look at every
# number on the way, to try an idea that no library has, or for a small network.

# %% [markdown]
# ## The end, and what you have
#
# The framework that you started with a sum of two arrays now trains networks. Look at the list at
# the top once more. Whatever says *yours* there has passed the same checks as the reference: its
# gradients agree with the measured slopes, for every shape that was tried. Nothing in it is a
# black box. You know each line between a picture and the answer "7", and each line that made the
# answer right.
#
# What large frameworks add is mostly more of the same: more kinds of layers, faster routines, many
# machines. `nn.Linear` of PyTorch is your `Linear` and `Bias`; `loss.backward()` there walks as
# yours does; a training loop there is your `train_epoch`, nearly word for word. You can read their
# code now. Try: pick a layer that you have never met, find its formula, write forward and
# backward, and let `nn.check_layer` tell you if you are right. You need no exercise for this any
# more.
