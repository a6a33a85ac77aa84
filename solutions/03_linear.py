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
# # Exercise 3: Linear
#
# A network is a chain of simple layers. In this notebook you write the layer that does most of the
# work in every network: `Linear`, a multiplication by a matrix that is learned.
#
# | | |
# |---|---|
# | You write | `Linear.forward` and `Linear.backward`, five lines in all |
# | You need | matrix products (exercise 1), the chain rule, layers (exercise 2) |
# | Time | about 45 minutes |
# | Points | 7 by automatic checks, 3 for a written answer |
# | If you are stuck | `Linear = borrow("Linear")` lends you the one of edunn, without points |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Linear", "MatMul", "MaskedLinear", "SparseLinear")  # from here on, Linear is your own
close("Dense", "LinearRegression", "LogisticRegression")  # a Linear is inside these

# %% [markdown]
# ## 1. The idea: forward
#
# One example is a row of numbers, its *features*. A linear layer turns `inputs` features into
# `outputs` new ones. Each new feature is a weighted sum of all old ones, and all the weights stand
# in a matrix `w`, one column for each new feature. For one example $x$:
#
# $$ y_{j} = \sum_{l} x_{l} \, w_{lj} $$
#
# Here $l$ counts the old features and $j$ the new ones. Networks look at many examples at once, a
# *batch*. The examples are the rows of `x`:
#
# | array | shape | |
# |---|---|---|
# | `x` | `(n, inputs)` | n examples, a row each |
# | `w` | `(inputs, outputs)` | the weights |
# | `y` | `(n, outputs)` | n results, a row each |
#
# So `x` gets an index $i$ in front, which counts the examples, and `y` gets it too. The weights do
# not: all examples use the same `w`.
#
# $$ y_{ij} = \sum_{l} x_{il} \, w_{lj} $$
#
# This is a **matrix product**, as in exercise 1.
#
# **By hand.** Take one example with two features, and three outputs:
#
# $$ x = (3, -7) \qquad w = \begin{pmatrix} 2 & 3 & 4 \\ 4 & 5 & 6 \end{pmatrix} $$
#
# The first output is $3 \cdot 2 + (-7) \cdot 4 = -22$. Work out the other two on paper before you
# go on. (They are $-26$ and $-30$.)

# %% [markdown]
# ### A picture
#
# With two inputs and two outputs, a linear layer moves the points of the plane. Straight lines stay
# straight, and the origin stays where it is: that is what *linear* means. Two points are
# marked. The square, $(1, 0)$, goes to the first row of `w`. The triangle, $(0, 1)$, goes to the
# second row. Change `w` below and watch.

# %%
import matplotlib.pyplot as plt

w = np.array([[1.0, 0.5], [-0.4, 0.8]])
side = np.arange(-3, 4)
before = np.meshgrid(side, side)
a, b = before
after = a * w[0, 0] + b * w[1, 0], a * w[0, 1] + b * w[1, 1]

figure, axes = plt.subplots(1, 2, figsize=(8, 4), sharex=True, sharey=True)
for ax, points, title in zip(axes, (before, after), ("x: before", "y: after the layer")):
    across, up = points
    ax.plot(across, up, "o-", color="cornflowerblue", markersize=4, linewidth=1)
    ax.plot(across.T, up.T, color="cornflowerblue", linewidth=1)
    for place, mark in (((3, 4), "s"), ((4, 3), "^")):  # where (1, 0) and (0, 1) are in the arrays
        ax.plot(across[place], up[place], mark, color="darkred", markersize=10)
    ax.set_title(title)
    ax.set_aspect("equal")
del w, a, b  # the w of your layer is another one

# %% [markdown]
# ## 2. The idea: backward
#
# To learn, the layer must know how the final number $E$ (the error of the whole network) changes
# when `x` or `w` change. The layers behind it have already worked out `dy`: the derivative of $E$
# with respect to every number of `y`, in an array of the shape of `y`. What is left is the chain
# rule.
#
# **For `x`.** Where does the number $x_{il}$ go? Into all outputs of its own example $i$: into
# $y_{ij}$ with weight $w_{lj}$, for each $j$. If $x_{il}$ grows by a little, all these outputs
# move, and each of them changes $E$. The changes add up:
#
# $$ dx_{il} = \sum_{j} dy_{ij} \, w_{lj} $$
#
# **For `w`.** The weight $w_{lj}$ is used once in every example $i$: there it takes $x_{il}$ to
# $y_{ij}$. If it grows by a little, one output of every example moves. So every example of the
# batch adds its part:
#
# $$ dw_{lj} = \sum_{i=1}^{n} x_{il} \, dy_{ij} $$
#
# Both sums are matrix products too. Which ones? Let the shapes lead you. A gradient has *exactly*
# the shape of the array that it belongs to. And in a product of matrices, the index of the sum must
# stand last in the first matrix and first in the second one. If it stands elsewhere, that matrix
# must be turned: `a.T` is `a` with its rows as columns.
#
# **By hand.** Two examples with two features, three outputs, and the `w` from above:
#
# $$ x = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \qquad
#    w = \begin{pmatrix} 2 & 3 & 4 \\ 4 & 5 & 6 \end{pmatrix} \qquad
#    dy = \begin{pmatrix} 1 & 0 & 10 \\ 0 & 1 & 2 \end{pmatrix} $$
#
# The first number of `dx` is $1 \cdot 2 + 0 \cdot 3 + 10 \cdot 4 = 42$. It needs only the first
# row of `dy`. The first number of `dw` is $1 \cdot 1 + 3 \cdot 0 = 1$: a part from each example.
# Together:
#
# $$ dx = \begin{pmatrix} 42 & 64 \\ 11 & 17 \end{pmatrix} \qquad
#    dw = \begin{pmatrix} 1 & 3 & 16 \\ 2 & 4 & 28 \end{pmatrix} $$
#
# Follow the last number of each on paper: 17 and 28.

# %% [markdown]
# ## 3. Your Linear
#
# Replace each `raise NotImplementedError(...)` by your code. Write `forward` first and run the check
# below it; `backward` can wait.
#
# - `self.w.data` is the array `w`, of shape `(inputs, outputs)`.
# - `backward` will need to know what `x` was. Keep it in `self.cache` when `forward` runs.
# - Do not write into `x` or `dy`: they belong to whoever called you.


# %% nbgrader={"grade": false, "grade_id": "linear", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Linear(nn.Module):
    """y = x w

    x: (n, inputs)    w: (inputs, outputs)    y: (n, outputs)
    """

    def __init__(self, inputs, outputs, initializer=nn.initializers.RandomNormal()):
        self.w = nn.Parameter(initializer((inputs, outputs)))

    def forward(self, x):
        """The outputs y, of shape (n, outputs); keeps x for backward."""
        ### BEGIN SOLUTION
        self.cache = x
        y = x @ self.w.data
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients dx, of the shape of x, and dw, of the shape of w, for dy: (n, outputs)."""
        ### BEGIN SOLUTION
        x = self.cache
        dx = dy @ self.w.data.T
        dw = x.T @ dy
        ### END SOLUTION
        return dx, {"w": dw}


# %% [markdown]
# ### Check: forward (2 points)
#
# The numbers that you worked out by hand, and a second example. The grader tries other shapes as
# well.

# %% nbgrader={"grade": true, "grade_id": "linear-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = Linear(2, 3, initializer=nn.initializers.Constant([[2, 3, 4], [4, 5, 6]]))
x = np.array([[3.0, -7.0], [-1.0, 2.0]])
y = layer.forward(x)
assert y is not None, "forward gives back nothing: name your result `y`"
kind = type(y).__name__
assert kind != "Tensor", "y must be an array, not a Tensor: which array is inside self.w?"
assert isinstance(y, np.ndarray), f"y must be an array, not a {kind}"
assert x[0, 0] == 3, "forward changed x, which belongs to its caller: make a new array instead"
own = "forward puts a new w in the place of the layer's own: compute with the array inside self.w"
assert isinstance(layer.w, nn.Parameter), own
assert layer.w.data[0, 0] == 2, "forward changed w: changing parameters is the optimizer's work"
assert y.shape == (2, 3), f"y has shape {y.shape}, not (n, outputs), which is (2, 3) here"
assert np.all(layer.forward(0 * x) == 0), "a linear layer takes 0 to 0: what does yours add?"
again = "for the same x, forward gives other numbers each time: which w does it take?"
assert np.array_equal(layer.forward(x), layer.forward(x)), again
nn.utils.check_same([[-22, -26, -30], [6, 7, 8]], y)

# %% [markdown]
# ### Check: the gradient of x (2 points)
#
# `check_gradients` nudges each number of `x` a little, runs your `forward`, and compares the slope
# that it measures with your `dx`. At the end come the numbers that you followed by hand.

# %% nbgrader={"grade": true, "grade_id": "linear-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(0).normal(size=(4, 3))
layer = Linear(3, 2)
print(nn.check_gradients(layer, x, only=["input 0"]))
layer.forward(x)
dx, grads = layer.backward(np.ones((4, 2)))
layer.w.data = layer.w.data + 1  # as an optimizer changes it
layer.forward(x)
same = np.array_equal(dx, layer.backward(np.ones((4, 2)))[0])
assert not same, "w has changed, but dx has not: which w does your backward take?"
layer = Linear(2, 3, initializer=nn.initializers.Constant([[2, 3, 4], [4, 5, 6]]))
layer.forward(np.array([[1.0, 2.0], [3.0, 4.0]]))
dx, grads = layer.backward(np.array([[1.0, 0.0, 10.0], [0.0, 1.0, 2.0]]))
nn.utils.check_same([[42, 64], [11, 17]], dx)

# %% [markdown]
# ### Check: the gradient of w (3 points)
#
# The same for all numbers of `w`, for a batch of four examples and for a batch of one, and again
# the numbers from above.

# %% nbgrader={"grade": true, "grade_id": "linear-dw", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
for n in (4, 1):
    x = np.random.default_rng(n).normal(size=(n, 3))
    print(f"batch of {n}:", nn.check_gradients(Linear(3, 2), x, only=["w"]))
layer = Linear(2, 3)
layer.forward(np.array([[9.0, 9.0], [9.0, 9.0]]))
layer.forward(np.array([[1.0, 2.0], [3.0, 4.0]]))
dx, grads = layer.backward(np.array([[1.0, 0.0, 10.0], [0.0, 1.0, 2.0]]))
old = np.array_equal(grads["w"], [[9, 9, 108], [9, 9, 108]])
assert not old, "dw is made from the x of an earlier forward: only the latest one counts"
nn.utils.check_same([[1, 3, 16], [2, 4, 28]], grads["w"])

# %%
keep(Linear, nn.check_layer(Linear(3, 2), x))  # if the whole layer is right, it is yours

# %% [markdown]
# ## 4. Play: a layer that learns
#
# Your layer is ready to learn. Below, `w_secret` makes the answers, and your layer must find it from
# examples alone. Change the learning rate, the number of steps, the number of examples (20). When
# does it find `w_secret`? When does the error grow without end?
#
# And with fewer examples than features, say 2? Then many different `w` give the right answers for
# all examples. With enough steps the error goes to 0, but your layer has found another one of them,
# and not `w_secret`.

# %%
import matplotlib.pyplot as plt

rng = np.random.default_rng(0)
w_secret = np.array([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.0]])
x = rng.normal(size=(20, 3))
y_true = np.einsum("il,lj->ij", x, w_secret)  # what the secret layer answers
learning_rate, steps = 0.1, 100

student, losses = Linear(3, 2), []
for _ in range(steps):
    difference = student.forward(x) - y_true
    losses.append(np.mean(difference**2))
    dx, grads = student.backward(2 * difference / len(x))
    student.w.data -= learning_rate * grads["w"]

plt.semilogy(losses)
plt.xlabel("step")
plt.ylabel("mean squared error")
print("found: ", np.round(student.w.data, 2).tolist())
print("secret:", w_secret.tolist())

# %% [markdown]
# ## 5. A question (3 points, graded by hand)
#
# In `dw` the examples of the batch are *added up*, and in `dx` they are not. Explain in two to four
# sentences why, without formulas. What would go wrong if `dw` used the last example only?

# %% [markdown] nbgrader={"grade": true, "grade_id": "linear-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: all examples share the weights. 1 point: so their pushes on the error add up, while each
# example has its own x and its own row of dx. 1 point: with the last example only, the layer ignores
# the rest of each batch.
# ### END MARK SCHEME
#
# All examples go through the same weights, so a small change of one weight changes the output of
# every example, and the error feels all these changes together: they add up. Each example has its
# own x, which touches only its own row of y, so there is nothing to add over examples. With the last
# example only, the layer would learn from one example of each batch and ignore the others; with
# batches of one it would even look right.

# %% [markdown]
# ## What comes next
#
# `Linear` and `Bias` (exercise 2) together can draw any straight line, and nothing else: two linear
# layers in a row are just one linear layer. In exercise 4 you write the activations, which bend the
# line. After that, networks can learn almost anything.
