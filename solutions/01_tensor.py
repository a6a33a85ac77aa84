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
# # Exercise 1: Tensors
#
# In this course you write a framework for neural networks, piece by piece. Everything in it is made
# of one thing: arrays of numbers, also called *tensors*. In this notebook you learn to think in
# shapes, and to send gradients back through the two operations that all networks use: the sum and
# the matrix product.
#
# | | |
# |---|---|
# | You write | `center`, `unbroadcast`, `Add` and `MatMul`, about 16 lines in all |
# | You need | a little NumPy (making and indexing arrays), derivatives from first-year calculus |
# | Time | about 80 minutes |
# | Points | 14 by automatic checks, 5 for two written answers |

# %% [markdown]
# ## How this course works
#
# - **TODO.** Every notebook explains one idea and leaves out some code. There you find
#   `raise NotImplementedError(...)`. Delete this line, and write your own code in its place.
# - **Check.** After each TODO stands a check: a cell that you cannot change. Run it. If all is
#   right, it prints a line. If not, it says what is wrong, where, and often why, with a hint. Run
#   checks as often as you like. Later, the grader runs your code with *other* numbers and shapes.
#   So code that gives only the numbers of the check earns no points.
# - **Borrow.** The library of this course is called edunn, and `import edunn as nn` brings it
#   here. What you write in a notebook is closed in that notebook: you cannot use `nn.MatMul` here.
#   If you are stuck for too long, `MatMul = borrow("MatMul")` lends you the one of edunn, so that
#   you can go on. It earns no points. Come back later and write your own. Small functions that only
#   one notebook needs, such as `center`, cannot be borrowed: leave them out, and go on below.
# - **Keep.** When a class passes its checks, `keep` copies it into a folder called `my_edunn`.
#   This is your own framework. It grows from notebook to notebook, and in the last one you train a
#   real network on it. No notebook needs an earlier one: what is missing comes from edunn.
# - **edunn check.** On your own computer there are two commands for a terminal.
#   `edunn check 01_tensor.ipynb` runs the whole notebook from the start, as the grader does, and
#   shows what the checks say. Use it before you hand in. `edunn status` shows which parts of edunn
#   are yours by now.
#
# The next cell prepares the notebook. Run it first, every time you open the notebook.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Add", "Subtract", "MatMul")  # from here on, Add and MatMul are your own
close("Linear", "MaskedLinear", "SparseLinear", "Dense")  # a MatMul is inside these

# %% [markdown]
# ## 1. Shapes, axes and the batch
#
# Let four people answer three questions with a number. We write this down in a table with a row for
# each person:

# %%
x = np.array([[2.0, 7.0, 1.0], [4.0, 9.0, 0.0], [6.0, 8.0, 1.0], [0.0, 8.0, 6.0]])
print("shape:", x.shape, "  axes:", x.ndim)
print("x[0] is the first row:        ", x[0])
print("x[:, 0] is the first column:  ", x[:, 0])

# %% [markdown]
# - The **shape** `(4, 3)` says how many rows and columns there are.
# - Each place in the shape is an **axis**. Axis 0 goes down, from row to row. Axis 1 goes to the
#   right, from column to column. A photo may have 3 axes: height, width and colour.
# - In this course each row is one **example** (here a person), and each column is one **feature**
#   (here a question). Many examples together are a **batch**. So axis 0 is the axis of the
#   examples.
#
# We often name the sizes with letters: `x` has shape `(n, d)`, with $n$ examples and $d$ features.
#
# **Sums.** `x.sum(axis=0)` adds *along* axis 0, that is, down each column. The axis that you name
# **disappears** from the shape: from `(4, 3)` you get `(3,)`. With `keepdims=True` it does not
# disappear, but gets size 1: `(1, 3)`. The same holds for `x.mean`. The picture shows both
# directions.

# %%
import matplotlib.pyplot as plt


def table(ax, array, left, top, color):
    """Draw an array of two axes as a table whose upper left corner is at (left, top)."""
    for i, row in enumerate(array):
        for j, number in enumerate(row):
            box = plt.Rectangle((left + j, top + i), 1, 1, facecolor=color, edgecolor="black")
            ax.add_patch(box)
            ax.text(left + j + 0.5, top + i + 0.5, f"{number:g}", ha="center", va="center")


figure, ax = plt.subplots(figsize=(5.5, 4.5))
table(ax, x, 0, 0, "#e8eefc")
table(ax, x.sum(axis=0, keepdims=True), 0, 4.5, "#ffd08a")
table(ax, x.sum(axis=1, keepdims=True), 3.5, 0, "#bfe5c5")
ax.text(3.2, 5.0, "x.sum(axis=0): shape (3,)\none number for each feature", va="center")
ax.text(4.7, 2.0, "x.sum(axis=1):\nshape (4,)\none number for\neach example", va="center")
ax.annotate("", (-0.4, 3.9), (-0.4, 0.1), arrowprops={"arrowstyle": "->"})
ax.text(-0.8, 2.0, "axis 0", rotation=90, va="center", ha="center")
ax.annotate("", (2.9, -0.4), (0.1, -0.4), arrowprops={"arrowstyle": "->"})
ax.text(1.5, -0.7, "axis 1", ha="center", va="center")
ax.set_xlim(-1.2, 7.5)
ax.set_ylim(5.7, -1.1)
ax.set_aspect("equal")
ax.axis("off")
plt.show()

# %% [markdown]
# ### Broadcasting
#
# What is `a + b` if the shapes differ? NumPy writes the two shapes one below the other, so that
# their *right* ends meet. Then it looks at each pair of sizes:
#
# - The sizes are equal: good.
# - One of them is 1: the array is **stretched**. Its one row (or column) is repeated.
# - One of them is missing, on the left: an axis is **added**. The whole array is repeated.
# - Anything else is an error.
#
# | `a` | `b` | `a + b` | what happens to `b` |
# |---|---|---|---|
# | `(4, 3)` | `(4, 3)` | `(4, 3)` | nothing |
# | `(4, 3)` | `(3,)` | `(4, 3)` | repeated for each row: axis 0 is added |
# | `(4, 3)` | `(4, 1)` | `(4, 3)` | repeated for each column: axis 1 is stretched |
# | `(4, 3)` | `()`, a single number | `(4, 3)` | repeated everywhere: both axes are added |
# | `(4, 3)` | `(4,)` | error | 3 and 4 meet |
#
# This is called **broadcasting**. It saves loops, and it is fast.
#
# ### Your first TODO
#
# Networks learn better if each feature has mean 0. Write `center`: it takes from each column its
# own mean. With sums along an axis and broadcasting, one line is enough.
#
# **By hand.** For $x = \begin{pmatrix} 1 & 10 & 2 \\ 3 & 30 & 2 \end{pmatrix}$ the means of the
# columns are $(2, 20, 2)$, so the result is
# $\begin{pmatrix} -1 & -10 & 0 \\ 1 & 10 & 0 \end{pmatrix}$.
#
# Do not change `x` itself: it belongs to whoever called you. (`x -= 1` changes it, and
# `x - 1` makes a new array.)


# %% nbgrader={"grade": false, "grade_id": "center", "locked": false, "schema_version": 3, "solution": true, "task": false}
def center(x):
    """x with each column's mean taken from it.

    x: (n, d)    returns: (n, d)
    """
    ### BEGIN SOLUTION
    y = x - x.mean(axis=0)
    ### END SOLUTION
    return y


# %% [markdown]
# ### Check: center (1 point)

# %% nbgrader={"grade": true, "grade_id": "center-columns", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, right = np.array([[1.0, 10.0, 2.0], [3.0, 30.0, 2.0]]), np.array([[-1, -10, 0], [1, 10, 0]])
y = center(x)
assert x[0, 0] == 1, "center changed x, which belongs to its caller: make a new array instead"
assert y is not None, "center gives back nothing: name your result `y`"
assert np.shape(y) == (2, 3), f"the result has shape {np.shape(y)}, but x has shape (2, 3)"
assert np.all(np.isfinite(y)), (
    "a column has become nan: only take its mean from it, and divide by nothing"
)
assert not np.allclose(np.sum(y, axis=1), 0), "each row adds up to 0, but each column should"
assert not np.array_equal(y, -right), "all signs are turned: what do you take from what?"
columns = np.sum(y, axis=0)
assert np.allclose(columns, 0), (
    f"the columns add up to {columns}, but each should add up to 0: is what you take from a column "
    "its own sum, divided by how many numbers it has?"
)
nn.utils.check_same(right, y)
nn.utils.check_same([[-0.5, -3], [-0.5, -2], [1, 5]], center(np.array([[0, 1], [0, 2], [1.5, 9]])))

# %% [markdown]
# ## 2. Gradients
#
# At the end of every network stands one number, the error $E$. It says how wrong the network is.
# Learning means to change the numbers inside the network so that $E$ becomes smaller. So for each
# number we ask: **if this number grows by a little, how much does $E$ change?** The answer is a
# derivative.
#
# All the derivatives for an array `y` together are called the **gradient** of `y`, and we write it
# `dy`. It is an array too:
#
# $$ dy_{ij} = \frac{\partial E}{\partial y_{ij}} $$
#
# One number of `dy` for each number of `y`. So here is the first rule of the course: **a gradient
# has exactly the shape of the array that it belongs to.**
#
# **By hand.** Let $y = (y_1, y_2)$ and $E = 2 y_1 + y_2^2$. At $y = (5, 3)$ the gradient is
# $dy = (2, 2 y_2) = (2, 6)$. If $y_2$ grows from 3 to 3.01, then $E$ grows by about
# $6 \cdot 0.01 = 0.06$.
#
# Networks compute in steps: from some arrays, a step makes a new array `y`. Later steps make $E$
# out of it. Gradients are found in the opposite order, from the end to the beginning. When it is
# the turn of our step, `dy` is already known. What is asked for is the gradient of what our step
# was given.
#
# ### The gradient of a sum
#
# Let our step be $y = a + b$, and first let all shapes be the same. If $a_{ij}$ grows by a little,
# $y_{ij}$ grows by just as much, so $E$ changes as it does for $y_{ij}$. The same holds for $b$:
#
# $$ da = dy \qquad db = dy $$
#
# ### ... when b was broadcast
#
# Now let `a` have shape `(n, d)`, and `b` only `(d,)`. Then $y_{ij} = a_{ij} + b_j$: the same
# number $b_j$ is used in every row. Let us watch what happens if one number of `b` grows.

# %%
a, b = np.zeros((4, 3)), np.array([10.0, 20.0, 30.0])
nudged = b + [0.0, 0.1, 0.0]

figure, axes = plt.subplots(1, 2, figsize=(8, 3))
for ax, before, after, name in (
    (axes[0], b.reshape(1, 3), nudged.reshape(1, 3), "b: one number grows by 0.1"),
    (axes[1], a + b, a + nudged, "y = a + b: a whole column grows"),
):
    change = after - before
    ax.imshow(change, cmap="Oranges", vmin=0, vmax=0.2)
    for i, j in np.ndindex(change.shape):
        ax.text(j, i, f"{before[i, j]:g}\n+{change[i, j]:.1f}", ha="center", va="center")
    ax.set_title(name)
    ax.set_xticks([])
    ax.set_yticks([])
plt.show()

# %% [markdown]
# All numbers in that column of `y` grow, and *each* of them changes $E$. The whole change of $E$ is
# all these changes together. So the chain rule has one term for each of them:
#
# $$ db_j = \sum_{i=1}^{n} \frac{\partial E}{\partial y_{ij}} \cdot
#    \frac{\partial y_{ij}}{\partial b_j} = \sum_{i=1}^{n} dy_{ij} $$
#
# This is the idea to take home: **what is copied on the way forward is summed on the way back.**
# Each copy sends back its own gradient, and they add up. After the sum, the gradient has the shape
# of `b` again. So this is also a way to *undo* broadcasting.
#
# **By hand.** Let $dy = \begin{pmatrix} 1 & 2 & 3 \\ 10 & 20 & 30 \end{pmatrix}$, of shape
# `(2, 3)`. Find `db` for three shapes of `b`:
#
# | shape of `b` | what was copied | `db` |
# |---|---|---|
# | `(3,)` | the row, 2 times: axis 0 was added | $(11, 22, 33)$ |
# | `(2, 1)` | the column, 3 times: axis 1 was stretched | $\begin{pmatrix} 6 \\ 60 \end{pmatrix}$ |
# | `()` | the number, 6 times: both axes were added | $66$ |
#
# ### TODO: unbroadcast
#
# Write a function that takes `dy` and a shape, and sums `dy` back to this shape. It must work for
# any number of axes. You can do it in two steps:
#
# 1. **Added axes** are always on the left. While `dy` has more axes than `shape`, sum over axis 0.
# 2. **Stretched axes** have size 1 in `shape`. Sum over each of them, but keep the axis.
#
# Helpful: `dy.ndim` is the number of axes, `len(shape)` is the number of sizes in a shape, and
# `for axis, size in enumerate(shape):` visits the sizes together with their places.


# %% nbgrader={"grade": false, "grade_id": "unbroadcast", "locked": false, "schema_version": 3, "solution": true, "task": false}
def unbroadcast(dy, shape):
    """dy, summed over all axes that broadcasting has added to `shape`, or stretched in it.

    dy: an array to whose shape an array of shape `shape` can be broadcast
    returns: an array of shape `shape`
    """
    ### BEGIN SOLUTION
    while dy.ndim > len(shape):
        dy = dy.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            dy = dy.sum(axis=axis, keepdims=True)
    ### END SOLUTION
    return dy


# %% [markdown]
# ### Check: added axes (2 points)
#
# First a shape that has not changed at all, then the numbers from above, then three axes. If the
# check fails, it says for which shape.

# %% nbgrader={"grade": true, "grade_id": "unbroadcast-added", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
dy, cube = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), np.arange(24.0).reshape(2, 3, 4)
for array, shape, want in (
    (dy, (2, 3), dy),
    (dy, (3,), [11, 22, 33]),
    (dy, (), 66),
    (cube, (4,), [60, 66, 72, 78]),
):
    got, copies = unbroadcast(array, shape), array.size // np.size(want)
    told = f"a dy of shape {array.shape}, brought to {shape},"
    too_many = f"{told} has shape {np.shape(got)}: an axis that forward added must go altogether"
    assert np.ndim(got) <= len(shape), too_many
    assert np.shape(got) == shape, f"{told} has shape {np.shape(got)}: which axes must go?"
    averaged = copies > 1 and np.allclose(np.multiply(got, copies), want)
    assert not averaged, f"{told} is a mean; but what was copied forward is summed on the way back"
    nn.utils.check_same(want, got)
assert dy[0, 0] == 1, "unbroadcast changed dy, which belongs to its caller: make a new array"

# %% [markdown]
# ### Check: stretched axes (2 points)
#
# At the end an axis is added *and* another one is stretched.

# %% nbgrader={"grade": true, "grade_id": "unbroadcast-stretched", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
dy, cube = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), np.arange(24.0).reshape(2, 3, 4)
for array, shape, want in (
    (dy, (2, 1), [[6], [60]]),
    (dy, (1, 3), [[11, 22, 33]]),
    (dy, (1, 1), [[66]]),
    (cube, (3, 1), [[60], [92], [124]]),
):
    got = unbroadcast(array, shape)
    told = f"a dy of shape {array.shape}, brought to {shape},"
    stays = "an axis that had size 1 is summed, but stays"
    assert np.shape(got) == shape, f"{told} has shape {np.shape(got)}: {stays}"
    nn.utils.check_same(want, got)

# %% [markdown]
# ## 3. Add: value and gradient side by side
#
# From now on, every operation of this course is a class with two methods:
#
# - `forward` computes the value. It may keep in `self.cache` what `backward` will need.
# - `backward` takes `dy`, and returns two things: the gradients of the inputs, and a dict with the
#   gradients of parameters. `Add` has two inputs, so the first thing is a tuple `(da, db)`. It has
#   no parameters, so the dict is empty. The line with `return` is already there.
#
# Write `Add`, for arrays that may be broadcast, *both* of them. What must `backward` know about `a`
# and `b`?


# %% nbgrader={"grade": false, "grade_id": "add", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Add(nn.Module):
    """y = a + b; a and b may broadcast"""

    def forward(self, a, b):
        """The sum y; keeps what backward needs."""
        ### BEGIN SOLUTION
        self.cache = a.shape, b.shape
        y = a + b
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients da, of the shape of a, and db, of the shape of b, for dy like y."""
        ### BEGIN SOLUTION
        a_shape, b_shape = self.cache
        da = unbroadcast(dy, a_shape)
        db = unbroadcast(dy, b_shape)
        ### END SOLUTION
        return (da, db), {}


# %% [markdown]
# ### Check: Add forward (1 point)

# %% nbgrader={"grade": true, "grade_id": "add-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
a, b = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([10.0, 20.0, 30.0])
y = Add().forward(a, b)
assert y is not None, "forward gives back nothing: name your result `y`"
assert isinstance(y, np.ndarray), f"y must be an array, not a {type(y).__name__}"
nn.utils.check_same([[11, 22, 33], [14, 25, 36]], y)
assert a[0, 0] == 1, "forward changed a, which belongs to its caller: make a new array instead"
nn.utils.check_same([[2, 3, 4], [6, 7, 8]], Add().forward(a, np.array([[1.0], [2.0]])))

# %% [markdown]
# ### Check: Add backward (2 points)
#
# `check_gradients` is the most useful tool of this course. It draws a random `dy`. It nudges each
# number of each input a little, runs your `forward`, and measures how much the output moves. Then
# it compares this with what your `backward` says. *Input 0* is `a`, and *input 1* is `b`.

# %% nbgrader={"grade": true, "grade_id": "add-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(0)
a = rng.normal(size=(4, 3))
for shape in ((3,), (4, 1), (4, 3), (2, 4, 3)):
    print("b of shape", shape, nn.check_gradients(Add(), a, rng.normal(size=shape)))

# %%
keep(Add, nn.check_layer(Add(), a, rng.normal(size=3)))

# %% [markdown]
# ## 4. MatMul
#
# The **matrix product** is the operation in which networks spend most of their time. Let `a` have
# shape `(n, k)` and `b` shape `(k, m)`. Each number of the result comes from a *row* of `a` and a
# *column* of `b`: multiply them number by number, and add up.
#
# $$ y_{ij} = \sum_{l=1}^{k} a_{il} \, b_{lj} $$
#
# In NumPy this is `a @ b`. The sizes in the middle must be equal, and they disappear:
# `(n, k) @ (k, m)` gives `(n, m)`. Do not mix it up with `a * b`, which multiplies number by number
# and broadcasts.
#
# **By hand.**
#
# $$ \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \begin{pmatrix} 5 & 6 \\ 7 & 8 \end{pmatrix}
#    = \begin{pmatrix} 19 & 22 \\ 43 & 50 \end{pmatrix} $$
#
# The first number is $1 \cdot 5 + 2 \cdot 7 = 19$. Check the last one: $3 \cdot 6 + 4 \cdot 8$.
#
# ### The gradients
#
# **For `a`.** Where does $a_{il}$ go? Into row $i$ of $y$, and into all numbers of this row: into
# $y_{ij}$ with the factor $b_{lj}$, for each $j$. So there are $m$ ways from $a_{il}$ to $E$, and
# they add up:
#
# $$ da_{il} = \sum_{j=1}^{m} dy_{ij} \, b_{lj} $$
#
# **For `b`.** The number $b_{lj}$ goes into column $j$ of $y$: into $y_{ij}$ with the factor
# $a_{il}$, for each $i$.
#
# $$ db_{lj} = \sum_{i=1}^{n} a_{il} \, dy_{ij} $$
#
# Both are matrix products again, if one matrix is turned first. `b.T` is `b` turned: rows become
# columns, so its shape is `(m, k)`. Which matrix must be turned, and which one comes first? The
# shapes tell you. There is only one way that fits:
#
# | | shape | made of |
# |---|---|---|
# | `da` | `(n, k)` | `dy`, of shape `(n, m)`, and `b`, of shape `(k, m)` |
# | `db` | `(k, m)` | `a`, of shape `(n, k)`, and `dy`, of shape `(n, m)` |
#
# **By hand.** Let $a = (1, 2)$ be one row, and
# $b = \begin{pmatrix} 3 & 4 & 5 \\ 6 & 7 & 8 \end{pmatrix}$. Let $dy = (1, 0, 10)$. Then
# $da = (3 + 50, \; 6 + 80) = (53, 86)$, and
# $db = \begin{pmatrix} 1 & 0 & 10 \\ 2 & 0 & 20 \end{pmatrix}$. Follow one number of each on
# paper.
#
# Here `a` and `b` are matrices, with two axes each. They are not broadcast.


# %% nbgrader={"grade": false, "grade_id": "matmul", "locked": false, "schema_version": 3, "solution": true, "task": false}
class MatMul(nn.Module):
    """y = a @ b

    a: (n, k)    b: (k, m)    y: (n, m)
    """

    def forward(self, a, b):
        """The matrix product y; keeps what backward needs."""
        ### BEGIN SOLUTION
        self.cache = a, b
        y = a @ b
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients da, of the shape of a, and db, of the shape of b, for dy: (n, m)."""
        ### BEGIN SOLUTION
        a, b = self.cache
        da = dy @ b.T
        db = a.T @ dy
        ### END SOLUTION
        return (da, db), {}


# %% [markdown]
# ### Check: MatMul forward (2 points)
#
# Five products: the one from above, two that are not square, two single numbers, and a product with
# the identity matrix, which changes nothing.

# %% nbgrader={"grade": true, "grade_id": "matmul-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
y = MatMul().forward(np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]]))
assert y is not None, "forward gives back nothing: name your result `y`"
assert isinstance(y, np.ndarray), f"y must be an array, not a {type(y).__name__}"
by_number = np.array_equal(y, [[5, 12], [21, 32]])
assert not by_number, "this multiplies number by number, but a matrix product is asked for"
assert not np.array_equal(y, [[23, 34], [31, 46]]), "this is the product of b and a: a stands first"
for turned in ([[17, 23], [39, 53]], [[26, 30], [38, 44]], [[19, 43], [22, 50]]):
    assert not np.array_equal(y, turned), "a matrix is turned, but in forward none should be"
nn.utils.check_same([[19, 22], [43, 50]], y)
wide, tall = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[7, 8], [9, 10], [11, 12]])
for a, b, want in (
    (wide, tall, [[58, 64], [139, 154]]),
    (wide[:1], np.array([[4], [5], [6]]), [[32]]),
    (np.array([[5]]), np.array([[3]]), [[15]]),
    (wide, np.identity(3), wide),
):
    nn.utils.check_same(want, MatMul().forward(a, b))

# %% [markdown]
# ### Check: the gradient of a (2 points)
#
# `check_gradients` again. At the end, the numbers that you worked out by hand.

# %% nbgrader={"grade": true, "grade_id": "matmul-da", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(0)
a, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
print(nn.check_gradients(MatMul(), a, b, only=["input 0"]))
layer = MatMul()
layer.forward(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]))
(da, db), grads = layer.backward(np.array([[1.0, 0.0, 10.0]]))
nn.utils.check_same([[53, 86]], da)

# %% [markdown]
# ### Check: the gradient of b (2 points)
#
# The same for `b`. At the end, the numbers that you worked out by hand.

# %% nbgrader={"grade": true, "grade_id": "matmul-db", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(1)
a, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
print(nn.check_gradients(MatMul(), a, b, only=["input 1"]))
layer = MatMul()
layer.forward(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]))
(da, db), grads = layer.backward(np.array([[1.0, 0.0, 10.0]]))
nn.utils.check_same([[1, 0, 10], [2, 0, 20]], db)

# %%
keep(MatMul, nn.check_layer(MatMul(), a, b))

# %% [markdown]
# ## 5. Play
#
# ### Gradients at work
#
# Your two classes can already learn. We look for a matrix `b` and a row `c` so that `a @ b + c` is
# near `wanted`. The error $E$ is the mean of the squared differences, and its gradient `dy` stands
# in the code. Each step moves `b` and `c` a little *against* their gradients, that is, downhill.
# Change `learning_rate`: what happens with 0.01, with 1.0 and with 2.0?

# %%
rng = np.random.default_rng(0)
a, b, c = rng.normal(size=(20, 3)), np.zeros((3, 2)), np.zeros(2)
wanted = np.einsum("il,lj->ij", a, np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.0]])) + [4.0, 5.0]
learning_rate, errors = 0.2, []

product, total = MatMul(), Add()
for _ in range(60):
    y = total.forward(product.forward(a, b), c)
    errors.append(np.mean((y - wanted) ** 2))
    dy = 2 * (y - wanted) / y.size
    (dproduct, dc), _ = total.backward(dy)
    (da, db), _ = product.backward(dproduct)
    b, c = b - learning_rate * db, c - learning_rate * dc

plt.figure(figsize=(5, 3))
plt.semilogy(errors)
plt.xlabel("step")
plt.ylabel("error E")
plt.show()
print("b:", np.round(b, 2).tolist(), "  c:", np.round(c, 2).tolist())

# %% [markdown]
# ### A trap
#
# Broadcasting never asks whether you meant it. Below, `answers` and `right` hold the same three
# numbers, so every difference should be 0. What shape has `difference`, and why? This mistake is
# common, and there is no error message. It is one more reason to think in shapes.

# %%
answers = np.array([[1.0], [2.0], [3.0]])  # a network's output: a row for each example
right = np.array([1.0, 2.0, 3.0])  # the right answers, read from a file
difference = answers - right
print("shapes:", answers.shape, right.shape, "->", difference.shape)
print("mean of the squares:", np.mean(difference**2))

# %% [markdown]
# ## 6. Two questions (graded by hand)
#
# **Question 1 (3 points).** In `y = a + b`, let `a` have shape `(5, 3)` and `b` shape `(5, 1)`.
# Which shape has `db`, and along which axis is `dy` summed? Explain without formulas why it is a
# sum, and not a mean or just the first column.

# %% [markdown] nbgrader={"grade": true, "grade_id": "broadcast-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: db has shape (5, 1), summed along axis 1 (with the axis kept). 1 point: each number of b
# is used in three places, a row of y, and a change of it reaches E through all three. 1 point: so
# all contributions count in full; a mean would be 3 times too small, and the first column would
# ignore two of the three ways.
# ### END MARK SCHEME
#
# db has the shape of b, (5, 1), and dy is summed along axis 1, with the axis kept. Each number of b
# was copied into the three columns of its row. If it grows a little, all three numbers of that row
# of y grow, and each of them changes E. The whole change is the three together. A mean would count
# each of them for a third only, and the first column alone would forget two of the three ways.

# %% [markdown]
# **Question 2 (2 points).** Look at the trap again. Why does NumPy give no error there? What would
# you change in the code so that the mean of the squares is 0?

# %% [markdown] nbgrader={"grade": true, "grade_id": "trap-why", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: (3, 1) and (3,) fit by the rules of broadcasting: the column is stretched, the other
# gets an added axis, and the result is (3, 3), all pairs. 1 point: give both the same shape, for
# example with right.reshape(3, 1), or answers[:, 0].
# ### END MARK SCHEME
#
# The shapes (3, 1) and (3,) fit by the rules: the right ends are 1 and 3, so the column is
# stretched to three columns, and the second array gets an added axis and is repeated for each row.
# The result has shape (3, 3): every answer minus every right number. Both must have the same shape
# before the subtraction, for example with right.reshape(3, 1) or with answers[:, 0].

# %% [markdown]
# ## What comes next
#
# You know shapes, and you know the most important rule of backward: what is copied forward is
# summed on the way back. In exercise 2 you put it to work in your first *layer*, `Bias`. In
# exercise 3, `MatMul` becomes `Linear`.
