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
# # Exercise 9: Sequential
#
# You have layers. Now you write what makes a network out of them: `Sequential`, a chain of any
# layers in any number. It is small, and it is the heart of every framework: when it is done, your
# network can be trained.
#
# | | |
# |---|---|
# | You write | `count_parameters` and three methods of `Sequential`, about fifteen lines in all |
# | You need | `forward` and `backward` of a layer, Python's lists and dicts, exercise 8 (`Dense`) |
# | Time | about 75 minutes |
# | Points | 12 by automatic checks, 5 for written answers |
# | If you are stuck | `Sequential = borrow("Sequential")` lends you the one of edunn, without points |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Sequential", "Sequential1D", "ModuleList")  # from here on, Sequential is your own
close("containers.Chain")  # all that is inside these

# %% [markdown]
# ## 1. How large is a network?
#
# A network is a list of layers. Some of them have **parameters**: arrays that are learned. A
# `Linear(5, 3)` has one, `w`, of shape (5, 3): that is 15 numbers. A `Bias(3)` has `b`, of shape
# (3,): 3 numbers. `ReLU` and `Softmax` have none. A `Dense(5, 3)` has `w` and `b`, so 18 numbers.
#
# **By hand.** How many numbers does each of these networks learn?
#
# | network | layers |
# |---|---|
# | linear regression | `Linear(5, 3)`, `Bias(3)` |
# | logistic regression | `Linear(5, 3)`, `Bias(3)`, `Softmax()` |
# | two layers | `Dense(5, 3)`, `Dense(3, 3)` |
# | four layers | `Dense(5, 2)`, `Dense(2, 4)`, `Dense(4, 3)`, `Dense(3, 3)` |
#
# (18, 18, 18 + 12 = 30, and 12 + 12 + 15 + 12 = 51. More layers do not always cost much more!)
#
# Every module of edunn has a method `parameters()`: a list of its Parameters and of those of all
# modules inside it. Each Parameter stands in the list once, even when two layers share it. The
# array of a Parameter `p` is `p.data`. Write the function that counts the numbers.


# %% nbgrader={"grade": false, "grade_id": "count", "locked": false, "schema_version": 3, "solution": true, "task": false}
def count_parameters(module):
    """How many numbers all the parameters of a module hold together."""
    ### BEGIN SOLUTION
    number = sum(p.data.size for p in module.parameters())
    ### END SOLUTION
    return number


# %% [markdown]
# ### Check: count (1 point)

# %% nbgrader={"grade": true, "grade_id": "sequential-count", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
for layer, right in ((nn.Linear(5, 3), 15), (nn.Bias(3), 3), (nn.ReLU(), 0), (nn.Dense(5, 3), 18)):
    found = count_parameters(layer)
    assert found is not None, "count_parameters gives back nothing: number was not filled"
    told = f"{layer} has {right} numbers to learn, but you count {found}"
    each = "each array has as many numbers as its shape says"
    assert found == right or found != len(layer.parameters()), f"{told}: {each}"
    rows = sum(len(p.data) for p in layer.parameters())
    assert found == right or found != rows, f"{told}: those are the rows. How long is each row?"
    added = sum(sum(p.data.shape) for p in layer.parameters())
    assert found == right or found != added, f"{told}: those are the sizes of its axes, added up"
    assert found == right, told
found = count_parameters(nn.ModuleDict({"one": nn.Linear(2, 3), "two": nn.Linear(3, 1)}))
assert found == 9, f"two layers inside of a module have 6 and 3 numbers, but you count {found}"
shared = nn.Linear(5, 3)
found = count_parameters(nn.ModuleDict({"first": shared, "again": shared}))
assert found == 15, (
    f"one layer that is used twice is learned once: 15 numbers, but you count {found}"
)
print("Counted: 15, 3, 0 and 18, and a shared layer once.")

# %% [markdown]
# ## 2. The idea: forward
#
# `Sequential` gives `x` to the first layer, the output of the first layer to the second one, and
# so on. With the layers $f_0, f_1, \dots, f_k$ (Python counts from 0, so we do too):
#
# $$ y = f_k(\dots f_1(f_0(x)) \dots) $$
#
# **By hand.** A chain of `Linear` with $w = \begin{pmatrix} 2 & 3 & 4 \\ 4 & 5 & 6 \end{pmatrix}$
# and `Bias` with $b = (1, 2, 3)$ gets $x = (3, -7)$. After the first layer: $(-22, -26, -30)$.
# After the second layer: $(-21, -24, -27)$. What comes out for $x = (-3, 7)$? (It is
# $(23, 28, 33)$.)
#
# ### A picture
#
# What is a chain of layers good for? Each layer only has to make the problem a little easier for
# the next one. Below, a chain of three `Dense(2, 2, "tanh")` has learned to separate two half
# moons. With two numbers after every layer, we can draw where each layer moves the points. No
# straight line separates the moons on the left. Step by step the layers pull them apart. On the
# right, one straight line is enough for the last layer.

# %%
import matplotlib.pyplot as plt

nn.manual_seed(0)
x, label = nn.datasets.moons(200, noise=0.08)
chain = [nn.Dense(2, 2, "tanh"), nn.Dense(2, 2, "tanh"), nn.Dense(2, 2, "tanh"), nn.Dense(2, 2)]
optimizer = nn.Adam([p for layer in chain for p in layer.parameters()], lr=0.03)
for _ in range(600):
    after = [nn.Tensor(x)]
    for layer in chain:
        after.append(layer(after[-1]))
    optimizer.zero_grad()
    nn.CrossEntropyLoss()(after[-1], label).backward()
    optimizer.step()

figure, axes = plt.subplots(1, 4, figsize=(13, 3.4))
for i, (ax, points) in enumerate(zip(axes, after)):
    for k, mark in enumerate("ox"):
        ax.plot(*points.data[label == k].T, mark, color=f"C{k}", markersize=4)
    ax.set_title(f"after layer {i - 1}" if i else "x")
    ax.grid(alpha=0.3)
figure.tight_layout()
print("right answers:", nn.accuracy(after[-1].data, label))

# %% [markdown]
# ## 3. The idea: backward
#
# `backward` gets `dy`, the derivative of the final number $E$ with respect to `y`. The last layer
# turns it into the derivative with respect to *its* input, and that input is the output of the
# layer before. So the gradient visits the layers **from the last one to the first one**:
#
# | | | | | | | | |
# |---|---|---|---|---|---|---|---|
# | forward | $x$ → | $f_0$ | → $h_0$ → | $f_1$ | → $h_1$ → | $f_2$ | → $y$ |
# | backward | $dx$ ← | $f_0$ | ← $dh_0$ ← | $f_1$ | ← $dh_1$ ← | $f_2$ | ← $dy$ |
#
# On its way, every layer also gives the gradients of its own parameters, in a dict such as
# `{"w": dw}`. `Sequential` must collect them all in one dict. Here are two traps.
#
# **Trap 1: names.** Two `Linear` layers both say `"w"`. In one dict the second would replace the
# first. So `Sequential` puts the place of the layer in front: `"0.w"` is the `w` of layer 0, and
# `"2.w"` that of layer 2. This also works for a `Sequential` inside a `Sequential`: if
# it stands at place 1, its `"0.w"` becomes `"1.0.w"`.
#
# **Trap 2: the same layer twice.** The list may hold one layer *object* at two places, for example
# `[shared, nn.Tanh(), shared]`. There is only one array `w`, and its name comes from the first
# place: `"0.w"`. This one `w` reaches $E$ on two ways, and by the chain rule the two contributions
# **add up**.
#
# The shared layer also has only one `cache`, and its second `forward` writes over what the first
# one left there. So `Sequential` must take the cache of a layer *at once*, when its forward has
# run, and keep all of them in a list: `self.cache`. Before it calls a layer's `backward`, it puts
# the right cache back: `layer.cache = ...`. You did the same in `Dense`.
#
# **By hand.** One weight $w = 3$, used twice, one example $x = 2$: $y = w \cdot (w \cdot x) = 18$.
# Calculus says $\frac{dy}{dw} = 2 w x = 12$. Now with the chain, and $dy = 1$:
#
# - Second use: its input was 6, so its part of `dw` is $6 \cdot 1 = 6$. It hands on
#   $3 \cdot 1 = 3$.
# - First use: its input was 2, so its part is $2 \cdot 3 = 6$. It hands on $3 \cdot 3 = 9$.
#
# Together $6 + 6 = 12$, and $dx = 9$. Somebody gets 24: which mistake was made? (At the first use,
# the cache of the second one was still there: $6 \cdot 3 + 6$.) And who gets 6? (Who does not add,
# but replaces.)

# %% [markdown]
# ## 4. Your Sequential
#
# Replace each `raise NotImplementedError(...)` by your code. Write one method, run its check, go
# on.
#
# - `forward`: go through `self.layers`. Keep the caches in a list of your own and put it into
#   `self.cache` at the end.
# - `merge_gradients`: writes the gradients of one layer into the dict `grads`, under the long
#   names. `self.layers.index(layer)` is the first place of a layer. When a name is in `grads`
#   already, make a *new* array with the sum: `+=` would write into an array that belongs to
#   somebody else. The method fills `grads`, and returns nothing.
# - `backward`: from the last layer to the first. `reversed(...)` turns a list round, and `zip`
#   walks through two lists at the same time. Call `self.merge_gradients` for each layer.
#
# The rest is already there. `children` tells edunn what is inside: so `parameters()`,
# `get_parameters()`, `train()` and `eval()` find all the layers, and use the same names as you do.


# %% nbgrader={"grade": false, "grade_id": "sequential", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Sequential(nn.Module):
    """Apply layers one after another: y = f_k(... f_1(f_0(x)))

    layers: one list of layers, or the layers as arguments; one may stand there more than once
    """

    def __init__(self, *layers, name=None):
        if len(layers) == 1 and isinstance(layers[0], list):
            layers = layers[0]
        self.layers, self.name = list(layers), name

    def children(self):
        """The layers by name: "0", "1", "2" ..."""
        return {str(place): layer for place, layer in enumerate(self.layers)}

    def __len__(self):
        return len(self.layers)

    def __getitem__(self, place):
        return self.layers[place]

    def forward(self, x):
        """The output of the last layer; keeps the caches of all layers, in order."""
        ### BEGIN SOLUTION
        caches = []
        for layer in self.layers:
            x = layer.forward(x)
            caches.append(layer.cache)
        self.cache = caches
        ### END SOLUTION
        return x

    def merge_gradients(self, layer, layer_grads, grads):
        """Add what one layer gives, such as {"w": dw}, to grads, as {"0.w": dw}."""
        ### BEGIN SOLUTION
        place = self.layers.index(layer)
        for name, gradient in layer_grads.items():
            full = f"{place}.{name}"
            grads[full] = grads[full] + gradient if full in grads else gradient
        ### END SOLUTION

    def backward(self, dy):
        """dx, and the dict of the gradients of all parameters, for dy of the output's shape."""
        grads = {}
        ### BEGIN SOLUTION
        for layer, cache in zip(reversed(self.layers), reversed(self.cache)):
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        ### END SOLUTION
        return dy, grads  # after the first layer, dy is dx

    def summary(self):
        """The layers with their numbers of parameters, and the total, as text to print."""
        line, kinds = "-" * 31, []
        rows = [line, f"Model {self.name or 'Sequential'}:"]
        for layer in self.children().values():
            kind = type(layer).__name__
            activation = getattr(layer, "activation_name", None)
            title = f"{kind}_{kinds.count(kind)}" + (f"({activation})" if activation else "")
            rows.append(f"{title} → params: {count_parameters(layer)}")
            kinds.append(kind)
        return "\n".join([*rows, f"Total parameters: {count_parameters(self)}", line, ""])


# %% [markdown]
# With `__init__` and your `count_parameters`, `summary` works already. Compare with what you
# counted by hand, and look at the names of the parameters.

# %%
for model in (
    Sequential(nn.Linear(5, 3), nn.Bias(3), nn.Softmax(), name="Logistic Regression"),
    Sequential(
        nn.Dense(5, 2, "relu"),
        nn.Dense(2, 4, "tanh"),
        nn.Dense(4, 3, "sigmoid"),
        nn.Dense(3, 3, "softmax"),
        name="Four Layers",
    ),
):
    print(model.summary())
    print(list(model.get_parameters()), "\n")

# %% [markdown]
# ### Check: forward (2 points)
#
# Three chains: one that adds 1 and then multiplies by 3; the numbers that you worked out by hand,
# also with the signs of $w$ and $b$ turned; and the shared layer with $w = 3$, used twice.

# %% nbgrader={"grade": true, "grade_id": "sequential-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
y = Sequential(nn.AddConstant(1), nn.MultiplyConstant(3)).forward(np.array([[2.0]])).item()
assert y != 2, "2 goes in and 2 comes out: what a layer gives must become the x of the next layer"
assert y != 7, "2 * 3 + 1 = 7: the second layer has come first"
assert y != 3, "only one of the two layers, the first, has worked: does the loop end too early?"
only_last = "2 * 3 is 6, as if only one of the two layers, the last, had worked: what is its x?"
assert y != 6, only_last
assert y == 9, f"y is {y}, but (2 + 1) * 3 = 9"

x = np.array([[3, -7], [-3, 7]])
w, b = np.array([[2, 3, 4], [4, 5, 6]]), np.array([1, 2, 3])
y = np.array([[-21, -24, -27], [23, 28, 33]])
for sign in (1, -1):
    linear = nn.Linear(2, 3, initializer=nn.initializers.Constant(sign * w))
    bias = nn.Bias(3, initializer=nn.initializers.Constant(sign * b))
    nn.utils.check_same(sign * y, Sequential([linear, bias]).forward(x))

shared = nn.Linear(1, 1, initializer=nn.initializers.Constant(3))
model = Sequential(shared, shared)
nn.utils.check_same([[18]], model.forward(np.array([[2]])))
assert isinstance(model.cache, list), "forward must keep a list of caches in self.cache"
kept = [np.ravel(cache).tolist() for cache in model.cache]
assert kept != [[6.0], [6.0]], "both caches are those of the last use: take each one at once"
told = "keep what each layer has in its cache, when it has run"
assert kept == [[2.0], [6.0]], f"you keep {kept}, but the caches are [2] and [6]: {told}"
bent = Sequential(nn.Sigmoid())
bent.forward(np.zeros((1, 1)))
of_layer = "self.cache holds something else than layer.cache, as it is after the layer has run"
assert np.array_equal(bent.cache[0], bent.layers[0].cache), of_layer

# %% [markdown]
# ### Check: the names of the gradients (2 points)
#
# The gradients of two layers of your chain are merged, those of the shared layer in two parts.

# %% nbgrader={"grade": true, "grade_id": "sequential-merge", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
shared, dense = nn.Linear(3, 3), nn.Dense(3, 3)
model, grads = Sequential(shared, dense, shared), {}
ones, twos = np.ones((3, 3)), np.full((3, 3), 2.0)
model.merge_gradients(dense, {"w": ones, "b": ones[0]}, grads)
assert grads, "grads is still empty: write into the dict that is handed in, and make no new one"
assert sorted(grads) == ["1.b", "1.w"], (
    f"Dense is layer 1, but its gradients are called {list(grads)}"
)
after_one = "after one use, a gradient is not the one that was handed in: what does a new name get?"
assert np.array_equal(grads["1.w"], ones), after_one
model.merge_gradients(shared, {"w": ones}, grads)
assert "2.w" not in grads, (
    "the shared layer is known by its first place, 0, and not by its last one"
)
model.merge_gradients(shared, {"w": twos}, grads)
assert sorted(grads) == ["0.w", "1.b", "1.w"], f"the names in grads are {sorted(grads)}"
assert not np.array_equal(grads["0.w"], twos), "the second use has replaced the first: they add up"
assert np.all(grads["0.w"] == 3), "1 from one use and 2 from the other make 3 everywhere"
assert np.all(ones == 1), "an array that was handed in is changed: make a new one, without +="
print("All gradients have found their names, and those of the shared layer are added up.")

# %% [markdown]
# ### Check: backward (3 points)
#
# First two chains whose layers are all different, one of them inside another. `check_gradients`
# compares all gradients with the slopes that it measures.

# %% nbgrader={"grade": true, "grade_id": "sequential-backward", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
two = Sequential(*(nn.Linear(1, 1, nn.initializers.Constant(w)) for w in (3, 5)))
two.forward(np.array([[2.0]]))
_, grads = two.backward(np.array([[1.0]]))
exchanged = "the layers are turned round, but the caches are not: each layer meets another one's"
assert grads.get("1.w") != 2, exchanged
nn.manual_seed(0)
x = np.random.default_rng(0).normal(size=(4, 3))
inner = Sequential(nn.Linear(5, 4), nn.Bias(4), nn.Sigmoid())
for model in (
    Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)),
    Sequential(nn.Dense(3, 5, "tanh"), inner, nn.Linear(4, 2)),
):
    print(list(model.get_parameters()), nn.check_gradients(model, x))

# %% [markdown]
# ### Check: one layer, used twice (2 points)
#
# Your numbers 9 and 12 from above, and then a larger chain.

# %% nbgrader={"grade": true, "grade_id": "sequential-shared", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
shared = nn.Linear(1, 1, initializer=nn.initializers.Constant(3))
model = Sequential(shared, shared)
model.forward(np.array([[2.0]]))
dx, grads = model.backward(np.array([[1.0]]))
assert "0.w" in grads, f"the shared layer is layer 0, but the gradients are called {list(grads)}"
found = grads["0.w"].item()
assert found != 24, "dw is 24: the first use has met the cache of the second one"
assert found != 20, "dw is 20: the two uses have exchanged their caches"
assert found != 6, "dw is 6: only one of the two uses is in it"
assert (found, dx.item()) == (12, 9), f"dw is {found} and dx {dx.item()}, but by hand 12 and 9"

nn.manual_seed(1)
shared = nn.Dense(4, 4, "tanh")
x = np.random.default_rng(1).normal(size=(3, 2))
print(nn.check_layer(Sequential(nn.Linear(2, 4), shared, nn.Sigmoid(), shared, shared), x))

# %% [markdown]
# ### Check: it can be trained (2 points)
#
# `nn.fit` shows the data to your chain again and again, and changes the parameters after each
# batch. It knows nothing of your class: all that it uses is `forward`, `backward` and the names.

# %% nbgrader={"grade": true, "grade_id": "sequential-train", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
nn.manual_seed(0)
x, label = nn.datasets.moons(200, noise=0.08)
model = Sequential(nn.Dense(2, 8, "tanh"), nn.Dense(8, 8, "tanh"), nn.Linear(8, 2), nn.Bias(2))
before = {name: array.copy() for name, array in model.get_parameters().items()}
optimizer = nn.Adam(model.parameters(), lr=0.02)
history = nn.fit(model, x, label, nn.CrossEntropyLoss(), optimizer, epochs=30, progress=False)
for name, array in model.get_parameters().items():
    assert np.any(array != before[name]), f"{name} has learned nothing"
accuracy = nn.accuracy(model.forward(x), label)
assert accuracy > 0.95, (
    f"only {accuracy:.0%} of the answers are right; with right gradients, all are"
)
first, last = history["loss"][0], history["loss"][-1]
print(f"right answers: {accuracy:.0%}; loss from {first:.2f} to {last:.3f}")
x = np.random.default_rng(0).normal(size=(4, 3))
keep(Sequential, nn.check_layer(Sequential(nn.Dense(3, 5, "tanh"), nn.Linear(5, 2)), x))

# %% [markdown]
# ## 5. Play: how deep, how wide?
#
# Two spirals are harder than two moons. Change the layers, their widths, the activations, the
# number of epochs. What is the smallest number of parameters with which you still get more than 95
# % right?

# %%
nn.manual_seed(0)
x, label = nn.datasets.spirals(300, turns=1.0)
figure, axes = plt.subplots(1, 3, figsize=(13, 4))
for ax, layers in zip(
    axes,
    (
        [nn.Linear(2, 2), nn.Bias(2)],
        [nn.Dense(2, 16, "tanh"), nn.Dense(16, 2)],
        [nn.Dense(2, 16, "tanh"), nn.Dense(16, 16, "tanh"), nn.Dense(16, 2)],
    ),
):
    model = Sequential(layers)
    optimizer = nn.Adam(model.parameters(), lr=0.02)
    nn.fit(model, x, label, nn.CrossEntropyLoss(), optimizer, epochs=80, progress=False)
    nn.plot.decision_boundary(model, x, label, ax=ax)
    ax.get_legend().remove()
    right = nn.accuracy(model.forward(x), label)
    ax.set_title(f"{count_parameters(model)} parameters: {right:.0%} right")
figure.tight_layout()

# %% [markdown]
# ## 6. Two questions (5 points, graded by hand)
#
# **Twice the same layer. (3 points)** A chain `[shared, tanh, shared]` uses one weight matrix two
# times. Explain in three or four sentences, without formulas, why its two gradients are added and
# not averaged or replaced, and why the chain has to remember two inputs of this one layer.

# %% [markdown] nbgrader={"grade": true, "grade_id": "sequential-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: a small change of the matrix acts at both places at the same time. 1 point: the effects
# on the error add up, so the gradients do; replacing would forget one, averaging would halve it.
# 1 point: each use saw another input, and its gradient is made with the input of that use.
# ### END MARK SCHEME
#
# There is only one matrix. When one of its numbers changes a little, the layer changes at both
# places, and both changes move the error. For small changes the two effects simply add up, so the
# gradient is the sum: replacing would forget one way, and averaging would halve the effect. Each
# use had another input, and the gradient of each use is made with its own input, so both have to
# be remembered.

# %% [markdown]
# **Names. (2 points)** A classmate leaves the place out and calls all gradients simply `"w"` and
# `"b"`. For which networks does the training still work? What happens to a network of two `Linear`
# layers?

# %% [markdown] nbgrader={"grade": true, "grade_id": "sequential-names", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: it works as long as no name occurs twice, as in Linear, Bias, ReLU, if the optimizer uses
# the same names. 1 point: with two Linear layers only one gradient is left (or their sum, often an
# error because of the shapes), so at least one layer does not learn rightly.
# ### END MARK SCHEME
#
# As long as every name occurs once, for example in `Linear`, `Bias`, `ReLU`, nothing is lost. With
# two `Linear` layers both gradients are called `"w"`. One replaces the other, or they are added
# although they belong to different arrays, which often fails because the shapes differ. At least
# one of the layers then gets no gradient, or a wrong one, and does not learn.

# %% [markdown]
# ## What comes next
#
# In the last check an *optimizer* has changed the parameters, with the gradients that your
# `Sequential` collected. What does it do in each step, and why are there so many of them? In
# exercise 10 you write three: SGD, Momentum and Adam.
