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
# # Exercise 4: Activations
#
# `Linear` and `Bias` can only draw straight lines. In this notebook you write three layers that
# bend the lines: `ReLU`, `Sigmoid` and `Tanh`. You also see two ways in which a network with such
# layers can stop learning.
#
# | | |
# |---|---|
# | You write | `ReLU`, `Sigmoid` and `Tanh`, forward and backward, about a dozen lines in all |
# | You need | derivatives of quotients and of $e^x$, the chain rule, exercise 2 (what a layer is) |
# | Time | about 75 minutes |
# | Points | 12 by automatic checks, 6 for two written answers |
# | If you are stuck | `ReLU = borrow("ReLU")` lends you the one of edunn, without points; so for all three |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("ReLU", "Sigmoid", "Tanh", "LeakyReLU", "TanH", "Dense")  # the first three are your own now

# %% [markdown]
# ## 1. Why bend?
#
# Take two linear layers, one after the other, with weights $v$ and $w$. For one example $x$ (a
# row):
#
# $$ y = (x \, v) \, w = x \, (v \, w) $$
#
# The product $v \, w$ is just another matrix. So the two layers together are *one* linear layer,
# and so are a hundred of them. Biases do not change this. To get more from more layers, something
# must stand between them that is not linear.
#
# An **activation** is such a layer. It takes one fixed function $f$, and applies it to every number
# alone. This is called *elementwise*:
#
# $$ y_{ij} = f(x_{ij}) $$
#
# So `x` and `y` have the same shape, and it may be any shape. There is nothing to learn in it: an
# activation has no parameters.
#
# **Backward** is short. The number $x_{ij}$ moves only $y_{ij}$, with the slope $f'(x_{ij})$. The
# chain rule has one term:
#
# $$ dx_{ij} = dy_{ij} \cdot f'(x_{ij}) $$
#
# As always, `dy` is the gradient of the error $E$ with respect to `y`. It comes from the layer
# behind. The whole exercise is three functions $f$ and their slopes $f'$. Here they are:

# %%
import matplotlib.pyplot as plt

points = np.linspace(-6, 6, 601)
curves = {
    "ReLU": np.clip(points, 0, None),
    "Sigmoid": 1 / (1 + np.exp(-points)),
    "Tanh": 2 / (1 + np.exp(-2 * points)) - 1,
}
figure, axes = plt.subplots(1, 3, figsize=(10, 3))
for ax, (name, curve) in zip(axes, curves.items()):
    slope = np.gradient(curve, points)  # measured from the curve itself
    flat = np.abs(slope) < 0.05
    ax.fill_between(points, -1.3, 2.3, where=flat, color="#f6d5d5", label="almost flat")
    ax.plot(points, curve, color="navy", label="f")
    ax.plot(points, slope, "--", color="darkorange", label="slope of f")
    ax.set_ylim(-1.3, 2.3)
    ax.set_title(name)
    ax.grid(alpha=0.3)
axes[1].legend(loc="upper left")  # there is room for it
plt.show()

# %% [markdown]
# Look at the dashed lines. Where the curve is flat (the red areas), the slope is almost 0. There,
# backward multiplies `dy` by almost 0, and the layers before learn almost nothing. More about this
# in part 5.
#
# ## 2. ReLU
#
# ReLU is short for *rectified linear unit*. It keeps positive numbers, and turns negative ones into
# 0:
#
# $$ y = \max(x, 0) $$
#
# Its slope is 1 where $x > 0$, and 0 where $x < 0$. At $x = 0$ there is a corner, and no slope. Any
# number from 0 to 1 would do there. Everybody takes **0**, and so do we.
#
# **By hand.** Let $x = (3, -7, 0, 0.5)$ and $dy = (10, 20, 30, 40)$. Work out $y$ and $dx$. (They
# are $y = (3, 0, 0, 0.5)$ and $dx = (10, 0, 0, 40)$.)
#
# Now write the layer.
#
# - What must backward know about `x`? Keep it in `self.cache`.
# - Do not write into `x` or `dy`: they belong to whoever called you.
# - Work with whole arrays. Loops over numbers are slow, and the shape of `x` may be anything.


# %% nbgrader={"grade": false, "grade_id": "relu", "locked": false, "schema_version": 3, "solution": true, "task": false}
class ReLU(nn.Module):
    """y = max(x, 0), elementwise; at x = 0 the slope is taken as 0

    x, y, dy, dx: all of one shape, whatever it is
    """

    def forward(self, x):
        """y, of the shape of x; keeps what backward needs."""
        ### BEGIN SOLUTION
        self.cache = x > 0
        y = np.maximum(x, 0)
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, of the shape of x; there are no parameters."""
        ### BEGIN SOLUTION
        dx = dy * self.cache
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: ReLU forward (1 point)

# %% nbgrader={"grade": true, "grade_id": "relu-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[3.0, -7.0, 0.0, 0.5], [-3.0, 7.0, -0.5, 100.0]])
y = ReLU().forward(x)
assert x[0, 1] == -7, "forward changed x, which belongs to its caller: make a new array instead"
assert y is not None, "forward gives back nothing: name your result `y`"
own_number = "compare each number with 0, and look for no maximum of a row or column"
assert np.shape(y) == x.shape, f"y has shape {np.shape(y)}, but x has shape {x.shape}: {own_number}"
assert y.dtype != bool, "y says where x is positive, but it should hold the numbers"
assert not np.any(y < 0), f"y has negative numbers in it: {own_number}"
nn.utils.check_same([[3, 0, 0, 0.5], [0, 7, 0, 100]], y)

# %% [markdown]
# ### Check: ReLU backward (2 points)
#
# `check_gradients` nudges each number of `x`, measures the slope of your `forward`, and compares.
# The last lines look at the corner.

# %% nbgrader={"grade": true, "grade_id": "relu-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(0).normal(size=(5, 3))
layer = ReLU()
print(nn.check_gradients(layer, x))
layer.forward(np.array([[3.0, -7.0, 0.0, 0.5]]))
dx, grads = layer.backward(np.array([[10.0, 20.0, 30.0, 40.0]]))
assert dx[0, 2] == 0, f"at x = 0 we take the slope 0, so dx must be 0 there, but it is {dx[0, 2]:g}"
nn.utils.check_same([[10, 0, 0, 40]], dx)
keep(ReLU, nn.check_layer(ReLU(), x))

# %% [markdown]
# ## 3. Sigmoid
#
# The sigmoid squeezes every number into the range from 0 to 1, so its output can be read as a
# probability:
#
# $$ y = \sigma(x) = \frac{1}{1 + e^{-x}} $$
#
# **By hand.** $\sigma(0) = \frac{1}{2}$. And for $x = \ln 3 \approx 1.0986$ we have
# $e^{-x} = \frac{1}{3}$, so $\sigma(x) = \frac{3}{4}$. What is $\sigma(-\ln 3)$? (It is
# $\frac{1}{4}$.)
#
# **The slope.** With the rule for quotients, or with the chain rule for $(1 + e^{-x})^{-1}$:
#
# $$ \sigma'(x) = \frac{e^{-x}}{(1 + e^{-x})^2}
#    = \frac{1}{1 + e^{-x}} \cdot \frac{e^{-x}}{1 + e^{-x}} $$
#
# The first factor is $y$. The second one is $1 - y$: bring $1 - \frac{1}{1 + e^{-x}}$ to one
# fraction and see. So the slope can be found from the *output* alone, with no exponential:
#
# $$ \sigma'(x) = y \, (1 - y) $$
#
# **By hand.** At $x = 0$ the slope is $\frac{1}{2} \cdot \frac{1}{2} = 0.25$. This is the largest
# slope of all. At $x = \ln 3$ it is $\frac{3}{4} \cdot \frac{1}{4} = 0.1875$.
#
# ### Large numbers
#
# On paper we are done. In a computer there is a problem: $e^{710}$ is too large for a float. Run
# the cell: it tries two ways of writing the same function.

# %%
with np.errstate(all="ignore"):  # without this line, NumPy prints warnings
    for x in (-1000.0, 1000.0):
        first = 1 / (1 + np.exp(-x))
        second = np.exp(x) / (np.exp(x) + 1)
        print(f"x = {x:7}:  exp(-x) = {np.exp(-x)}   first way: {first}   second way: {second}")

# %% [markdown]
# The second way gives `nan`, which means *not a number*: it is infinity divided by infinity. One
# `nan` is enough to ruin a whole network, because every sum with it is `nan` too. The first way is
# lucky here: 1 divided by infinity is 0. But for $x = -1000$ it computes with infinity as well, and
# NumPy prints a warning. Good code does neither.
#
# The cure: **the exponential may only see numbers up to 0**. Then it lies between 0 and 1, and
# nothing can overflow. Both ways are right on paper. The first is safe where $x \ge 0$, and the
# second is safe where $x < 0$:
#
# $$ \sigma(x) = \frac{1}{1 + e^{-x}} \;\text{ for } x \ge 0
#    \qquad
#    \sigma(x) = \frac{e^{x}}{e^{x} + 1} \;\text{ for } x < 0 $$
#
# What do the two exponentials have in common? Both are $e^{-|x|}$, so one array is enough for both
# cases. To choose between two cases number by number, there is `np.where(condition, a, b)`: it
# takes from `a` where the condition is true, and from `b` elsewhere. Note that `np.where` works
# out `a` *and* `b` for all numbers, and then chooses. So both must be safe everywhere.


# %% nbgrader={"grade": false, "grade_id": "sigmoid", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Sigmoid(nn.Module):
    """y = 1 / (1 + exp(-x)), elementwise, also for very large and very small x

    x, y, dy, dx: all of one shape, whatever it is
    """

    def forward(self, x):
        """y, of the shape of x; keeps what backward needs."""
        ### BEGIN SOLUTION
        e = np.exp(-np.abs(x))
        y = np.where(x >= 0, 1, e) / (1 + e)
        self.cache = y
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, of the shape of x; there are no parameters."""
        ### BEGIN SOLUTION
        y = self.cache
        dx = dy * y * (1 - y)
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: Sigmoid forward (1 point)
#
# The numbers from above, and two more.

# %% nbgrader={"grade": true, "grade_id": "sigmoid-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[0.0, np.log(3), -np.log(3)], [np.log(9), -np.log(9), 0.0]])
y = Sigmoid().forward(x)
assert x[0, 0] == 0, "forward changed x, which belongs to its caller: make a new array instead"
assert y is not None, "forward gives back nothing: name your result `y`"
assert np.shape(y) == x.shape, f"y has shape {np.shape(y)}, but x has shape {x.shape}"
with np.errstate(all="ignore"):
    for exactly, those in (
        ("1 / 1 + exp(-x): which part stands below the line?", 1 + np.exp(-x)),
        ("1 / (1 - exp(-x)): look at the signs", 1 / (1 - np.exp(-x))),
        ("exp(x) alone: look at the whole fraction", np.exp(x)),
        ("1 / exp(-x): a part of what stands below the line is missing", 1 / np.exp(-x)),
        ("tanh(x), which is another function", np.tanh(x)),
        ("the sigmoid of 2 x", 1 / (1 + np.exp(-2 * x))),
        ("x / (1 + exp(-x)): what stands above the line?", x / (1 + np.exp(-x))),
        ("y (1 - y), the slope: that belongs into backward", np.exp(x) / (1 + np.exp(x)) ** 2),
    ):
        assert not np.allclose(y, those), f"y is exactly {exactly}"
low, high = np.min(y), np.max(y)
assert 0 <= low <= high <= 1, f"y must lie between 0 and 1, but it goes from {low:g} to {high:g}"
assert y[0, 1] != y[0, 2], "x and -x give the same y: what differs between the two cases?"
assert not np.allclose(y, [[0.5, 0.25, 0.75], [0.1, 0.9, 0.5]]), "y falls where it should rise"
wrong = ~np.isclose(y, [[0.5, 0.75, 0.25], [0.9, 0.1, 0.5]])
told = "y is right for x from 0 up, and wrong below 0: what do your exponentials become there?"
assert not np.array_equal(wrong, x < 0), told
nn.utils.check_same([[0.5, 0.75, 0.25], [0.9, 0.1, 0.5]], y)

# %% [markdown]
# ### Check: Sigmoid for large numbers (2 points)
#
# The first line turns NumPy's warnings about infinity and `nan` into errors. If you see
# `FloatingPointError: overflow encountered in exp`, then `exp` still gets a number that is too
# large.

# %% nbgrader={"grade": true, "grade_id": "sigmoid-large", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[-1000.0, -20.0, 20.0], [1000.0, -1000.0, 0.0]])
with np.errstate(over="raise", invalid="raise", divide="raise"):
    y = Sigmoid().forward(x)
small = 2.0611536181902037e-09  # sigmoid(-20)
nn.utils.check_same([[0, small, 1 - small], [1, 0, 0.5]], y)

# %% [markdown]
# ### Check: Sigmoid backward (2 points)
#
# At the end, the slope at $\ln 3$ again, and at $-1000$ and $1000$, where the sigmoid is flat.

# %% nbgrader={"grade": true, "grade_id": "sigmoid-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(1).normal(size=(4, 3))
layer = Sigmoid()
print(nn.check_gradients(layer, x))
layer.forward(np.array([[-1000.0, 1000.0, np.log(3)]]))
nn.utils.check_same([[0, 0, 1.875]], layer.backward(np.array([[10.0, 10.0, 10.0]]))[0])
keep(Sigmoid, nn.check_layer(Sigmoid(), x))

# %% [markdown]
# ## 4. Tanh
#
# The hyperbolic tangent looks like the sigmoid, but it goes from $-1$ to $1$, and through the
# origin:
#
# $$ y = \tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}} $$
#
# So its outputs can be negative, and their mean is near 0. The layer behind it likes that.
# NumPy has the function already, `np.tanh`, and it is safe for large numbers. What is left is the
# slope. Write $p = e^x - e^{-x}$ and $q = e^x + e^{-x}$. Then $y = p / q$. The derivative of $p$ is
# $q$, and the derivative of $q$ is $p$. The rule for quotients says
#
# $$ \tanh'(x) = \frac{q \cdot q - p \cdot p}{q^2} $$
#
# Divide both terms by $q^2$, and write the result with $y$ only. It is one minus something. We
# leave the last step to you.
#
# **By hand.** For $x = \ln 2$: $e^x = 2$ and $e^{-x} = \frac{1}{2}$, so $p = 1.5$, $q = 2.5$ and
# $y = 0.6$. The slope is $(6.25 - 2.25) / 6.25 = 0.64$. Does your formula give the same? And what
# is the slope at $x = 0$? (It is 1, four times that of the sigmoid.)


# %% nbgrader={"grade": false, "grade_id": "tanh", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Tanh(nn.Module):
    """y = tanh(x), elementwise

    x, y, dy, dx: all of one shape, whatever it is
    """

    def forward(self, x):
        """y, of the shape of x; keeps what backward needs."""
        ### BEGIN SOLUTION
        y = np.tanh(x)
        self.cache = y
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, of the shape of x; there are no parameters."""
        ### BEGIN SOLUTION
        y = self.cache
        dx = dy * (1 - y**2)
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: Tanh forward (1 point)

# %% nbgrader={"grade": true, "grade_id": "tanh-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[0.0, np.log(2), -np.log(2)], [np.log(3), 1000.0, -1000.0]])
with np.errstate(all="ignore"):
    y = Tanh().forward(x)
assert y is not None, "forward gives back nothing: name your result `y`"
assert isinstance(y, np.ndarray), f"y must be an array, not a {type(y).__name__}"
with np.errstate(all="ignore"):
    for exactly, those in (
        ("tanh(x / 2), as is 2 sigmoid(x) - 1: look at the numbers beside x", np.tanh(x / 2)),
        ("the sigmoid of 2 x, which lies between 0 and 1", 1 / (1 + np.exp(-2 * x))),
        ("the part above the line: what stands below it?", np.sinh(x)),
        ("1 - tanh(x)^2, the slope: that belongs into backward", 1 - np.tanh(x) ** 2),
    ):
        assert not np.allclose(y[0], those[0]), f"y is exactly {exactly}"
overflows = "for x of 1000 or -1000, y is nan: exp overflows. Which function does NumPy have?"
assert np.all(np.isfinite(y)), overflows
nn.utils.check_same([[0, 0.6, -0.6], [0.8, 1, -1]], y)
assert x[0, 0] == 0, "forward changed x, which belongs to its caller: make a new array instead"

# %% [markdown]
# ### Check: Tanh backward (3 points)
#
# First the number that you worked out by hand, with a `dy` of 10. Then `check_gradients`, on an
# array with three axes.

# %% nbgrader={"grade": true, "grade_id": "tanh-backward", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(2).normal(size=(4, 3, 2))
layer = Tanh()
print(nn.check_gradients(layer, x))
layer.forward(np.array([[np.log(2)]]))
nn.utils.check_same([[6.4]], layer.backward(np.array([[10.0]]))[0])
keep(Tanh, nn.check_layer(Tanh(), x))

# %% [markdown]
# ## 5. Play: how a network stops learning
#
# ### Saturation
#
# A unit is **saturated** when its input lies where the curve is flat. Its slope is then almost 0,
# and almost nothing comes through it on the way back. The cell sends a batch through a chain of
# 20 layers (`Linear` and then an activation) and a `dy` back again. It draws how large the gradient
# still is after each layer.
#
# Which activation loses the most? Then change `scale`, by which all weights are multiplied: try 0.5
# and 2.0. A gradient can also become too *large*. For which activation does that happen first?

# %%
scale, depth, width = 1.0, 20, 50

plt.figure(figsize=(6, 4))
for activation, mark in ((ReLU, "o-"), (Sigmoid, "s-"), (Tanh, "^-")):
    nn.manual_seed(0)
    layers = []
    for _ in range(depth):
        start = nn.initializers.RandomNormal(scale * np.sqrt(2 / width))
        layers += [nn.Linear(width, width, initializer=start), activation()]
    h = np.random.default_rng(0).normal(size=(32, width))
    for layer in layers:
        h = layer.forward(h)
    g, sizes = np.random.default_rng(1).normal(size=h.shape), []
    for layer in reversed(layers):
        sizes.append(np.sqrt(np.mean(g**2)))
        g, grads = layer.backward(g)
    plt.semilogy(sizes[::2], mark, markersize=4, label=activation.__name__)
plt.xticks(range(0, depth, 5))
plt.xlabel("layers that the gradient has gone back through")
plt.ylabel("size of the gradient")
plt.legend()
plt.show()

# %% [markdown]
# ### Dead units
#
# A ReLU has its own disease. If the input of a unit is negative for *every* example, then its
# output is always 0 and its slope is always 0. No gradient comes through, so the weights before it
# never change again, and the unit stays at 0. It is called **dead**.
#
# The cell trains a small network to draw a sine wave. The biases of the hidden units begin between
# $-4$ and $4$, and `shift` is added to all of them. Run it for `shift = 0.0`, `-4.0`, `-8.0` and
# `-12.0`. How many units are alive after training? From when on does the curve suffer?

# %%
shift, hidden = 0.0, 40

nn.manual_seed(0)
x = np.linspace(-3, 3, 200).reshape(-1, 1)
y_true = np.sin(2 * x)
first = nn.Linear(1, hidden, initializer=nn.initializers.RandomNormal(2.0))
biases = nn.initializers.Constant(np.linspace(-4, 4, hidden) + shift)
second = nn.Bias(hidden, initializer=biases)
model = nn.Sequential(first, second, ReLU(), nn.Linear(hidden, 1), nn.Bias(1))
optimizer = nn.Adam(model.parameters(), lr=0.02)
nn.fit(model, x, y_true, nn.MSELoss(), optimizer, epochs=100, progress=False)

y = model.forward(x)
alive = np.any(second.forward(first.forward(x)) > 0, axis=0)
plt.figure(figsize=(6, 3.5))
plt.plot(x, y_true, color="lightgray", linewidth=5, label="what it should draw")
plt.plot(x, y, color="navy", label="what it draws")
plt.title(f"{alive.sum()} of {hidden} units are alive")
plt.ylim(-1.2, 2.0)
plt.legend(loc="upper center")
plt.show()

# %% [markdown]
# ## 6. Two questions (3 points each, graded by hand)
#
# **Question 1.** A ReLU unit is dead: its input is negative for every example of the data. Explain,
# step by step along the way back, why training cannot bring it to life again. Can the same happen
# to a `Tanh` unit whose input is $-3$ for every example?

# %% [markdown] nbgrader={"grade": true, "grade_id": "relu-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the slope is 0 for every example, so dx of the ReLU is 0. 1 point: then the gradients of
# the weights and the bias before it are 0 (products and sums with this dx), so no step changes
# them and the input stays negative. 1 point: Tanh is saturated, not dead; its slope at -3 is small
# (about 0.01) but not 0, so it learns slowly and can come back.
# ### END MARK SCHEME
#
# The unit's x is negative for every example, so its slope is 0 for every example, and its dx is
# dy times 0: zero for the whole batch. The bias and the weights before it get their gradients from
# this dx: sums and products of zeros are zero. So no step of the optimizer changes them, and the
# next batch gives the same negative inputs. Nothing can change. (Only if other layers before it
# move the inputs can it come back by chance.) With Tanh the slope at -3 is 1 - 0.995², about 0.01.
# That is small, so the unit learns slowly, but it is not 0: the unit can come back.

# %% [markdown]
# **Question 2.** The slope of the sigmoid is at most 0.25. What does this say about the gradient
# that arrives before ten layers with a sigmoid each, if we look only at the activations? Why does
# `Tanh` have this problem less, and `ReLU` almost not at all for a unit that is alive?

# %% [markdown] nbgrader={"grade": true, "grade_id": "sigmoid-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the factors multiply: at most 0.25 to the power 10, about 1e-6. 1 point: the slope of
# Tanh is up to 1, near 0 no loss, but it shrinks when it is saturated. 1 point: ReLU has slope
# exactly 1 for every positive input, however large.
# ### END MARK SCHEME
#
# Each sigmoid multiplies the gradient by a slope of at most 0.25. Ten of them multiply it by at
# most 0.25 to the power of 10, which is about one millionth. So the first layers learn almost
# nothing. Tanh has slope 1 at 0, so near 0 it loses almost nothing. It still shrinks the gradient
# where it is saturated. ReLU has slope exactly 1 for every positive input, also for very large
# ones, so an alive unit lets the gradient through unchanged.

# %% [markdown]
# ## What comes next
#
# `Linear`, `Bias` and an activation, and again, and again: that is a network. What is missing is
# the end of the chain, the number $E$ that says how wrong the network is. The next exercises build
# it, and put the layers together.
