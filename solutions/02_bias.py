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
# # Exercise 2: Bias
#
# A network is a chain of layers. In this notebook you learn what a layer is, and you write the
# smallest one that can learn: `Bias`, which adds a number to each feature.
#
# | | |
# |---|---|
# | You write | `Bias.forward` and `Bias.backward`, three lines in all |
# | You need | axes and broadcasting (exercise 1), the derivative of a sum |
# | Time | about 35 minutes |
# | Points | 7 by automatic checks, 3 for a written answer |
# | If you are stuck | `Bias = borrow("Bias")` lends you the one of edunn, without points |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Bias", "Dense", "LinearRegression", "LogisticRegression")  # Bias is your own now

# %% [markdown]
# ## 1. What is a layer?
#
# A layer is a small machine with two directions.
#
# - **forward** takes an input `x` and gives an output `y`. The layers stand in a chain: the output
#   of one is the input of the next. At the end of the chain stands one number, the error $E$. It
#   says how wrong the network is. Small is good.
# - **backward** goes the other way. It answers: *if `x` grows a little, what happens to $E$?*
#
# Many layers also have **parameters**: numbers that the layer owns and that change while the
# network learns. For them the question is the same: *if this parameter grows a little, what
# happens to $E$?*
#
# We write the answers in arrays that begin with d:
#
# | array | meaning | shape |
# |---|---|---|
# | `dy` | derivative of $E$ with respect to each number of `y` | that of `y` |
# | `dx` | derivative of $E$ with respect to each number of `x` | that of `x` |
# | `db` | derivative of $E$ with respect to each number of the parameter `b` | that of `b` |
#
# These derivatives are called **gradients**. A layer never sees $E$, and it does not know which
# layers stand before or after it. It *receives* `dy` from the layer behind it, and it must work out
# `dx` and `db`. Then `dx` goes on to the layer before it, which receives it as its own `dy`.

# %%
import matplotlib.pyplot as plt

figure, ax = plt.subplots(figsize=(9, 2.6))
names = ["Linear", "Bias", "ReLU", "error"]
for i, name in enumerate(names):
    mine = name == "Bias"
    box = plt.Rectangle((2 * i, 0), 1.2, 1, facecolor="#ffd08a" if mine else "#e8e8e8", ec="black")
    ax.add_patch(box)
    ax.text(2 * i + 0.6, 0.5, name, ha="center", va="center", weight="bold" if mine else "normal")
for i in range(-1, len(names)):
    left, right = 2 * i + 1.25, 2 * i + 1.95
    last = i == len(names) - 1
    ax.annotate("", (right, 0.75), (left, 0.75), arrowprops={"arrowstyle": "->", "color": "navy"})
    ax.annotate(
        "", (left, 0.25), (right, 0.25), arrowprops={"arrowstyle": "->", "color": "darkred"}
    )
    above, below = {0: ("x", "dx"), 1: ("y", "dy")}.get(i, ("E", "1") if last else ("", ""))
    ax.text((left + right) / 2, 0.85, above, ha="center", va="bottom", color="navy")
    ax.text((left + right) / 2, 0.15, below, ha="center", va="top", color="darkred")
ax.text(3.6, 1.35, "forward: numbers go to the right", ha="center", color="navy")
ax.text(3.6, -0.5, "backward: gradients go to the left", ha="center", color="darkred")
ax.set_xlim(-1, 8.3)
ax.set_ylim(-0.7, 1.6)
ax.axis("off")
plt.show()

# %% [markdown]
# The picture shows a chain of four layers. `Bias` sees only what goes in and out of its own box:
# `x` and `y` on the way to the right, `dy` and `dx` on the way back. The way back begins with the
# number 1: if $E$ grows by a little, $E$ grows by exactly as much.
#
# ## 2. Forward: add `b` to every example
#
# A batch `x` has $n$ examples, one in each row, and $d$ features, one in each column. `Bias` owns
# one number for each feature, and adds it to that feature of *every* example:
#
# $$ y_{ij} = x_{ij} + b_{j} $$
#
# Here $i$ counts the examples and $j$ counts the features. Note that $b$ has no index $i$: all
# examples get the same $b$.
#
# | array | shape | |
# |---|---|---|
# | `x` | `(n, d)` | n examples, d features |
# | `b` | `(d,)` | one number for each feature |
# | `y` | `(n, d)` | as `x` |
#
# **By hand.** Two examples with three features:
#
# $$ x = \begin{pmatrix} 3 & -7 & 0 \\ 10 & 20 & 30 \end{pmatrix} \qquad b = (1, 2, -3) $$
#
# What is $y$? Work it out before you go on. (The rows are $(4, -5, -3)$ and $(11, 22, 27)$.)

# %% [markdown]
# ## 3. Backward: two questions
#
# **What happens to $E$ if $x_{ij}$ grows by a little?** Then $y_{ij}$ grows by exactly as much, and
# no other number of `y` moves. So $E$ changes as it would for this $y_{ij}$: the derivative is
# $dy_{ij}$. The layer hands on what it gets.
#
# **What happens to $E$ if $b_j$ grows by a little?** This is different. The number $b_j$ is added
# to feature $j$ of every example, so a whole column of `y` grows: $y_{1j}$, $y_{2j}$, up to
# $y_{nj}$. Each of them changes $E$ a little, and these changes add up:
#
# $$ db_{j} = \sum_{i=1}^{n} \frac{\partial E}{\partial y_{ij}} \cdot
#    \frac{\partial y_{ij}}{\partial b_j}
#    = \sum_{i=1}^{n} dy_{ij} \cdot 1 $$
#
# This is the chain rule, with one term for each way from $b_j$ to $E$. You know it from exercise 1:
# forward *copies* `b` into every row, so backward *sums* over the rows.
#
# **By hand.** For the two examples above, let the layer behind ours send back
#
# $$ dy = \begin{pmatrix} 1 & -2 & 4 \\ 3 & 5 & -2 \end{pmatrix} $$
#
# Then $db = (4, 3, 2)$. Check one of the three numbers on paper. The picture shows the same sums:
# each row of `dy` has its own colour, and gray is what they give together.

# %%
dy = np.array([[1, -2, 4], [3, 5, -2]])

figure, axes = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True)
for j, ax in enumerate(axes):
    for i in range(len(dy)):
        ax.bar(i, dy[i, j], color=f"C{i}")
    ax.bar(len(dy) + 0.5, dy[0, j] + dy[1, j], color="gray")
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set_xticks([0, 1, 2.5], ["row 1", "row 2", "db"])
    ax.set_title(f"feature {j + 1}")
axes[0].set_ylabel("gradient")
plt.show()

# %% [markdown]
# ## 4. Your Bias
#
# Replace each `raise NotImplementedError(...)` by your code.
#
# - `nn.Parameter` is a box for an array that is learned. The array itself is `self.b.data`, of
#   shape `(features,)`.
# - Do not write into `x` or `dy` (with `+=`, say): they belong to whoever called you.
# - `backward` returns two things: `dx`, and a dict with a gradient for each parameter, by name. The
#   line with `return` is already there.


# %% nbgrader={"grade": false, "grade_id": "bias", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Bias(nn.Module):
    """y = x + b, the same b for every example

    x: (n, features)    b: (features,)    y: (n, features)
    """

    def __init__(self, features, initializer=nn.initializers.Zero()):
        self.b = nn.Parameter(initializer((features,)))

    def forward(self, x):
        """The outputs y, of the shape of x."""
        ### BEGIN SOLUTION
        y = x + self.b.data
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients dx, of the shape of x, and db, of the shape of b, for dy: (n, features)."""
        ### BEGIN SOLUTION
        dx = dy
        db = np.sum(dy, axis=0)
        ### END SOLUTION
        return dx, {"b": db}


# %% [markdown]
# ### Check: forward (2 points)
#
# The numbers that you worked out by hand, and one example alone. The grader tries other shapes as
# well.

# %% nbgrader={"grade": true, "grade_id": "bias-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = Bias(3, initializer=nn.initializers.Constant([1, 2, -3]))
x = np.array([[3.0, -7.0, 0.0], [10.0, 20.0, 30.0]])
y = layer.forward(x)
assert x[0, 0] == 3, "forward changed x, which belongs to its caller: make a new array instead"
assert y is not None, "forward gives back nothing: name your result `y`"
kind = type(y).__name__
assert kind != "Tensor", "y must be an array, not a Tensor: which array is inside self.b?"
assert isinstance(y, np.ndarray), f"y must be an array, not a {kind}"
assert y.shape == (2, 3), f"y has shape {y.shape}, but x has shape (2, 3)"
assert not np.array_equal(y, x), "y is x itself: what has become of b?"
assert not np.array_equal(y, [[2, -9, 3], [9, 18, 33]]), "b is taken away, but it must be added"
first_number = "all features get the same number, but each feature has its own number of b"
assert not np.array_equal(y, [[4, -6, 1], [11, 21, 31]]), first_number
of_example = "all features of an example get the same number: which index of b, that of x's column?"
assert not np.array_equal(y, [[4, -6, 1], [12, 22, 32]]), of_example
nn.utils.check_same([[4, -5, -3], [11, 22, 27]], y)
nn.utils.check_same([[1.5, 2.5, -2.5]], layer.forward(np.array([[0.5, 0.5, 0.5]])))
assert layer.b.data[0] == 1, "forward changed b: changing parameters is the optimizer's work"

# %% [markdown]
# ### Check: the gradient of x (2 points)
#
# `check_gradients` draws a random `dy`. Then it nudges each number of `x` a little, runs your
# `forward`, and measures how the output moves. Your `dx` must agree with that.

# %% nbgrader={"grade": true, "grade_id": "bias-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
start, x = nn.initializers.Constant([1, 2, -3]), np.random.default_rng(0).normal(size=(5, 3))
print(nn.check_gradients(Bias(3, start), x, only=["input 0"]))

# %% [markdown]
# ### Check: the gradient of b (3 points)
#
# The same for all numbers of `b`, for a batch of five examples and for a batch of one. The last layer
# has four features: no size may be written into your code as a number.

# %% nbgrader={"grade": true, "grade_id": "bias-db", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
start = nn.initializers.Constant([1, 2, -3])
for n in (5, 1):
    x = np.random.default_rng(n).normal(size=(n, 3))
    print(f"batch of {n}:", nn.check_gradients(Bias(3, start), x, only=["b"]))
wide = np.random.default_rng(2).normal(size=(6, 4))
print("four features:", nn.check_gradients(Bias(4), wide, only=["b"]))

# %%
keep(Bias, nn.check_layer(Bias(3, start), x))  # if the whole layer is right, it is yours

# %% [markdown]
# ## 5. Play: what does a bias learn?
#
# Let us train a network that has only one layer, and this layer is yours. Its input is always 0, so
# its output is `b` itself. The answers `y_true` are 30 points in the plane. The error is the mean
# square of the distances. In each step, `b` goes a little against its gradient, and so downhill.
#
# Before you run the cell: where will `b` stop?
#
# Then change something. What if `learning_rate` is 1, or 1.1? What if one point lies far away
# (`y_true[0] = 30`)?

# %%
import matplotlib.pyplot as plt

rng = np.random.default_rng(1)
y_true = rng.normal(size=(30, 2)) + [2.0, -1.0]
learning_rate, steps = 0.1, 25

layer, way = Bias(2), []
for _ in range(steps):
    way.append(np.copy(layer.b.data))
    difference = layer.forward(np.zeros_like(y_true)) - y_true
    dx, grads = layer.backward(2 * difference / len(y_true))
    layer.b.data -= learning_rate * grads["b"]

plt.figure(figsize=(5, 4))
plt.scatter(y_true[:, 0], y_true[:, 1], color="lightgray", label="answers")
plt.plot([b[0] for b in way], [b[1] for b in way], "o-", markersize=4, label="the way of b")
plt.xlabel("feature 1")
plt.ylabel("feature 2")
plt.legend()
plt.show()
print("b:               ", np.round(layer.b.data, 3))
print("mean of answers: ", np.round(np.mean(y_true, 0), 3))

# %% [markdown]
# ## 6. A question (3 points, graded by hand)
#
# Somebody writes `backward` with the *mean* over the examples in the place of the sum.
#
# 1. For which batch size is the result right nevertheless?
# 2. Why is the sum right, and the mean wrong? Explain it with what happens to $E$ when $b_j$ grows.
# 3. Training with the wrong `backward` still makes the error smaller. Why is this mistake so hard
#    to see?

# %% [markdown] nbgrader={"grade": true, "grade_id": "bias-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: right for a batch of one. 1 point: b_j moves the outputs of all n examples, and E feels
# all of these changes, so they add up. 1 point: the mean has the right direction and is only n
# times too short, so the steps still go downhill, only slower: as with a smaller learning rate for
# b.
# ### END MARK SCHEME
#
# 1. For a batch of one example: then the sum and the mean are the same number.
# 2. The number b_j is added in every example. When it grows a little, feature j of all n outputs
#    grows, and E feels every one of these changes. The whole change of E is all of them together.
#    The mean tells what one example does on average. If E itself takes a mean, this is already in
#    dy.
# 3. The mean is the sum divided by n. So the gradient has the right direction, and only its length
#    is wrong. The steps of b go downhill, but they are n times too short, as if b had a smaller
#    learning rate. The error falls, and nothing looks broken. A gradient check finds it at once.

# %% [markdown]
# ## What comes next
#
# You have written a complete layer: a parameter, forward, backward. Every layer of this course has
# this form. In exercise 3 you write `Linear`, which mixes the features with a matrix of weights.
# `Linear` and `Bias` together are the workhorse of every network.
