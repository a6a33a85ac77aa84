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
# # Exercise 13: Sequential2D
#
# A `Sequential` is a chain: each layer has one layer before it and one after it. In this notebook
# you write a container without this limit: a **matrix whose entries are layers**. A chain is one
# special case of it. Exercise 14 uses it for skip connections, for parallel paths and for systems
# that change with time.
#
# | | |
# |---|---|
# | You write | `cut` and `join`, and `forward_list` and `backward_list` of `Sequential2D` |
# | You need | matrix products (exercise 3), `Sequential`: forward, backward, caches |
# | Time | about 110 minutes |
# | Points | 11 by automatic checks, 3 for a written answer |
# | If you are stuck | `Sequential2D = borrow("Sequential2D")` lends you the one of edunn, without points. It does not need your `cut` and `join` |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Sequential2D")  # from here on, Sequential2D is your own

# %% [markdown]
# ## 1. The idea: a matrix of matrices
#
# Take a linear layer $y = x \, w$ with five inputs and three outputs, so `w` has shape `(5, 3)`.
# Now cut `x` into two groups of columns: the first two numbers are called $x_0$, the last three
# $x_1$. Cut `y` as well: one number is $y_0$, the other two are $y_1$. These cuts also divide `w`
# into four smaller matrices, its **blocks**:
#
# $$
# (x_0 \;\; x_1) \begin{pmatrix} w_{00} & w_{01} \\ w_{10} & w_{11} \end{pmatrix}
# = (y_0 \;\; y_1)
# $$
#
# The block $w_{ij}$ stands in row $i$ and column $j$. It has one row for each number of $x_i$ and
# one column for each number of $y_j$. So the row says where data comes from, the column says where
# it goes: **block (i, j) takes input i to output j**.
#
# Each number of $y$ is a sum over all numbers of $x$. Group this sum, first $x_0$ and then $x_1$:
#
# $$ y_0 = x_0 w_{00} + x_1 w_{10} \qquad\quad y_1 = x_0 w_{01} + x_1 w_{11} $$
#
# This is the ordinary rule for a row times a matrix. Only the "numbers" in it are now small arrays.
#
# The picture shows such a matrix. The thick lines are the cuts.

# %%
import matplotlib.pyplot as plt

w = np.array([[1, 4, 0], [1, -1, 2], [2, 5, -1], [0, 3, 1], [-2, 0, 2]])
figure, ax = plt.subplots(figsize=(4.6, 4.4), layout="constrained")
colors = np.zeros((5, 3))
colors[:2, 1:], colors[2:, :1], colors[2:, 1:] = 1, 2, 3
ax.imshow(colors, cmap="Pastel1", vmin=0, vmax=8)
for (row, column), number in np.ndenumerate(w):
    ax.text(column, row, number, ha="center", va="center", fontsize=13)
ax.axhline(1.5, color="black", linewidth=3)
ax.axvline(0.5, color="black", linewidth=3)
for (row, column), name in {(0, 0): "00", (0, 1): "01", (2, 0): "10", (2, 1): "11"}.items():
    ax.text(column - 0.44, row - 0.4, f"$w_{{{name}}}$", ha="left", va="top")
ax.set_xticks([0, 1.5], ["$y_0$: 1 number", "$y_1$: 2 numbers"])
ax.set_yticks([0.5, 3], ["$x_0$: 2 numbers", "$x_1$: 3 numbers"])
ax.xaxis.tick_top()
ax.tick_params(length=0)

# %% [markdown]
# **From matrices to layers.** Now the step that makes this useful: in the place of a matrix
# $w_{ij}$ we put *any layer* $B_{ij}$, for instance a `Dense` with an activation, or a whole
# `Sequential`. "Times the block" becomes "through the layer":
#
# $$ y_j = \sum_{i} B_{ij}(x_i) $$
#
# A place may also be empty. In Python the entry is then `None`: there is no way from $x_i$ to $y_j$,
# and nothing is added.
#
# **By hand.** Let $x_0 = (1, 2)$ and $x_1 = (3)$. The blocks are linear layers with the weights
#
# $$
# B_{00}: \begin{pmatrix} 1 \\ 1 \end{pmatrix} \qquad B_{01}: \text{None} \qquad
# B_{10}: \begin{pmatrix} 2 \end{pmatrix} \qquad B_{11}: \begin{pmatrix} 5 & -1 \end{pmatrix}
# $$
#
# Work out $y_0$ and $y_1$ on paper before you go on. (Two blocks lead to $y_0$. They give
# $1 \cdot 1 + 2 \cdot 1 = 3$ and $3 \cdot 2 = 6$, so $y_0 = (9)$. One block leads to
# $y_1 = (15, -3)$.)

# %% [markdown]
# ## 2. Cut and join
#
# The inputs $x_0, x_1, \dots$ can come in two forms: as one array that holds all of them side by
# side, or as a list of arrays. Two small functions take us from one form to the other.
#
# `cut(x, sizes)` gives a list. Its first part has the first `sizes[0]` columns of `x`, the next part
# has the `sizes[1]` columns after these, and so on. All rows are kept: they are the examples.
#
# From now on the last line is yours too: in this notebook no `return` is given. Say at the end of
# your code what the function gives back.


# %% nbgrader={"grade": false, "grade_id": "cut", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cut(x, sizes):
    """The columns of x in groups: a list of arrays of shapes (n, sizes[0]), (n, sizes[1]) ...

    x: (n, sum of sizes)    sizes: a list of whole numbers
    """
    ### BEGIN SOLUTION
    parts, start = [], 0
    for size in sizes:
        parts.append(x[:, start : start + size])
        start += size
    return parts
    ### END SOLUTION


# %% [markdown]
# ### Check: cut (1 point)

# %% nbgrader={"grade": true, "grade_id": "sequential2d-cut", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.arange(14.0).reshape(2, 7)
parts = cut(x, [2, 1, 4])
assert isinstance(parts, list), f"cut gives {type(parts).__name__}; a list of arrays is needed"
places = "what you cut with takes the places of the cuts, and three cuts make four parts"
assert len(parts) != 4, f"cut gives 4 parts for 3 sizes: {places}. Where does the first part end?"
assert len(parts) == 3, f"cut gives {len(parts)} parts for 3 sizes: one part for each size"
shapes = [np.shape(part) for part in parts]
assert all(len(shape) == 2 and shape[0] == 2 for shape in shapes), (
    f"the parts have shapes {shapes}, but x has 2 rows: every part keeps all rows"
)
first = parts[0][0, 0] if parts[0].size else 0
assert first == 0, f"part 0 must begin at column 0, but it begins at column {first:g}"
assert [columns for _, columns in shapes] == [2, 1, 4], (
    f"the parts have {[columns for _, columns in shapes]} columns, the sizes are [2, 1, 4]: "
    f"a size says how many columns a part has, not where it ends"
)
assert np.array_equal(parts[0], [[0, 1], [7, 8]]), "part 0 is not the first columns of x"
assert np.array_equal(parts[1], [[2], [9]]), "part 1 must begin where part 0 ends"
nn.utils.check_same([[3, 4, 5, 6], [10, 11, 12, 13]], parts[2])

# %% [markdown]
# The way back is `join`. A part may be `None`, "nothing here". In one array there is no place for
# `None`, so zeros stand for it: as many columns of them as its size says. Their rows, and their type
# of number, are those of a third argument, `like`, which is any array with the right rows: if it
# holds float32 numbers, the zeros must be float32 as well, or the whole result becomes float64.
#
# `np.concatenate(list_of_arrays, axis=...)` puts arrays together, and `np.zeros(shape, dtype)` makes
# zeros of a type such as `like.dtype`. The shape is a tuple: `(rows, columns)`.


# %% nbgrader={"grade": false, "grade_id": "join", "locked": false, "schema_version": 3, "solution": true, "task": false}
def join(parts, sizes, like):
    """The parts side by side as one array, with zeros in the place of those that are None.

    parts: a list of arrays (n, sizes[0]), (n, sizes[1]) ... or None    sizes: their columns
    like: an array with n rows; zeros get its dtype    returns: (n, sum of sizes)
    """
    ### BEGIN SOLUTION
    filled = []
    for part, size in zip(parts, sizes):
        filled.append(np.zeros((len(like), size), like.dtype) if part is None else part)
    return np.concatenate(filled, axis=1)
    ### END SOLUTION


# %% [markdown]
# ### Check: join (1 point)

# %% nbgrader={"grade": true, "grade_id": "sequential2d-join", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
like = np.ones((2, 1), np.float32)
parts = [np.full((2, 1), 7, np.float32), None, np.full((2, 2), 8, np.float32)]
try:
    joined = join(parts, [1, 3, 2], like)
except ValueError as error:
    told = (
        "a part that is None needs zeros, with the rows of like; then all go side by side, along "
        "axis 1, which no new axis is needed for"
    )
    raise AssertionError(f"{told}. NumPy says: {error}") from error
assert joined is not None, "join gives back nothing: is there a return?"
assert joined.shape != (2, 3), "a part that is None still has its columns: fill them with zeros"
assert joined.shape == (2, 6), (
    f"join gives shape {joined.shape}, not (2, 6): parts stand side by side, and the zeros have as "
    f"many rows as like, and as many columns as their size says"
)
assert joined.dtype == np.float32, (
    f"all parts and like are float32, but join gives {joined.dtype}: of what dtype are your zeros?"
)
assert parts[1] is None, "join writes into the list that it was given: make a new list"
nn.utils.check_same([[7, 0, 0, 0, 8, 8], [7, 0, 0, 0, 8, 8]], joined)

# %% [markdown]
# ## 3. Your Sequential2D
#
# The class below is given in part:
#
# | given | what it is |
# |---|---|
# | `self.cells` | a dict: `(i, j)` → the block in row i, column j. Empty places are not in it |
# | `self.in_features_list` | the sizes of the inputs: one number for each row |
# | `self.out_features_list` | the sizes of the outputs: one number for each column |
# | `forward`, `backward` | call your methods; one array is cut before and joined after |
# | `children` | gives the blocks names, `"0_1"` for block (0, 1), so that their parameters are found |
# | `merge_gradients` | see the section on backward |
#
# ### Forward
#
# `forward_list(xs)` takes a list of inputs and gives a list of outputs. Three rules:
#
# 1. **Sum.** All blocks of column j add to $y_j$.
# 2. **None.** An input may be `None`, "nothing here (yet)". Then its blocks do not run. An output
#    that nothing reaches is `None` too, not zeros: zeros are data, `None` is no data. Ask with
#    `is None`: NumPy would compare every number of an array with `None`, if you write `==`.
# 3. **Do not write into arrays of others.** A block may be an `Identity`, which gives back the very
#    array that went in. With `y += ...` you would then change the caller's `x`. `y = y + ...` makes a
#    new array.
#
# Later, `backward` needs what each block remembers in its `cache`. But a block may run again before
# that: the same block can stand in two places, and the whole matrix can be used several times. So
# copy each block's cache **directly after it has run**, into a dict: `self.cache[i, j]` for block
# (i, j). Make this dict new in every forward. Only blocks that ran are in it.
#
# ### Backward
#
# `dys` is a list with the gradient of each $y_j$. It can hold `None` as well: nobody asks about this
# output. Which gradient comes back to $x_i$? This input goes into all blocks of **row** i. A small
# push on $x_i$ reaches the error through each of these blocks, and these effects add up:
#
# $$ dx_i = \sum_{j} B_{ij}.\mathrm{backward}(dy_j) $$
#
# Compare with forward: there we add over the column, here over the row. The matrix is used in the
# other direction: from its columns to its rows.
#
# **By hand.** Take the blocks of section 1 again, and $dy_0 = (1)$, $dy_1 = (1, 10)$. The gradient of
# a linear layer's input is $dy \, w^T$. Row 1 has two blocks: $B_{10}$ gives $1 \cdot 2 = 2$, and
# $B_{11}$ gives $1 \cdot 5 + 10 \cdot (-1) = -5$. So $dx_1 = (2 - 5) = (-3)$. Row 0 has one block, and
# $dx_0 = (1, 1)$.
#
# **Parameters.** Each block gives a dict of its own gradients, such as `{"w": ...}`. Two blocks both
# have a `w`, so in the dict of the whole matrix they need different names: `"0_0.w"`, `"1_0.w"`, ...
# When one block stands in two places, its weights are used twice: they have *one* name, and the two
# gradients are added. The call `self.merge_gradients(block, block_grads, grads)` does both: it adds
# the gradients of one block to the dict `grads`, under their full names. It returns nothing.
#
# Before you call `block.backward`, give the block back what it remembered: set `block.cache`.


# %% nbgrader={"grade": false, "grade_id": "sequential2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Sequential2D(nn.containers.Container):
    """y_j = sum over i of blocks[i][j](x_i), where a block that is None gives nothing

    x: (n, sum of in_features_list), or the list of the x_i
    y: (n, sum of out_features_list), or the list of the y_j
    """

    def __init__(self, in_features_list, out_features_list, blocks):
        self.in_features_list, self.in_features = in_features_list, sum(in_features_list)
        self.out_features_list, self.out_features = out_features_list, sum(out_features_list)
        self.cells = {
            (i, j): block
            for i, row in enumerate(blocks)
            for j, block in enumerate(row)
            if block is not None
        }

    def children(self):
        return {f"{i}_{j}": block for (i, j), block in self.cells.items()}

    def forward(self, x):
        if isinstance(x, list):
            return self.forward_list(x)
        ys = self.forward_list(cut(x, self.in_features_list))
        return join(ys, self.out_features_list, x)

    def backward(self, dy):
        if isinstance(dy, list):
            return self.backward_list(dy)
        dxs, grads = self.backward_list(cut(dy, self.out_features_list))
        return join(dxs, self.in_features_list, dy), grads

    def forward_list(self, xs):
        """The list of the outputs y_j, None where nothing arrives; keeps the blocks' caches.

        xs: the list of the inputs x_i: arrays (n, in_features_list[i]), or None
        """
        ### BEGIN SOLUTION
        ys, self.cache = [None] * len(self.out_features_list), {}
        for (i, j), block in self.cells.items():
            if xs[i] is not None:
                y = block(xs[i])
                ys[j] = y if ys[j] is None else ys[j] + y
                self.cache[i, j] = block.cache
        return ys
        ### END SOLUTION

    def backward_list(self, dys):
        """The list of the dx_i, None where nothing arrives, and the gradients of all parameters.

        dys: the list of the gradients of the y_j: arrays (n, out_features_list[j]), or None
        """
        ### BEGIN SOLUTION
        dxs, grads = [None] * len(self.in_features_list), {}
        for (i, j), cache in self.cache.items():
            if dys[j] is not None:
                block = self.cells[i, j]
                block.cache = cache
                dx, block_grads = block.backward(dys[j])
                dxs[i] = dx if dxs[i] is None else dxs[i] + dx
                self.merge_gradients(block, block_grads, grads)
        return dxs, grads
        ### END SOLUTION


# %% [markdown]
# ### Check: forward (3 points)
#
# The numbers that you worked out by hand; then each of the three rules.


# %% nbgrader={"grade": true, "grade_id": "sequential2d-forward", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
def linear(rows):
    """A linear layer with these weights."""
    return nn.Linear(len(rows), len(rows[0]), nn.initializers.Constant(rows))


blocks = [[linear([[1], [1]]), None], [linear([[2]]), linear([[5, -1]])]]
model = Sequential2D([2, 1], [1, 2], blocks)
x0, x1 = np.array([[1.0, 2], [0, 1]]), np.array([[3.0], [-1]])
try:
    ys = model.forward_list([x0, x1])
except ValueError as error:
    if "got x of shape" not in str(error):
        raise
    raise AssertionError(f"block (i, j) takes x_i and gives to y_j, but {error}") from error
assert isinstance(ys, list), f"forward_list gives {type(ys).__name__}; a list of the y_j is needed"
assert len(ys) == 2, "the list of forward_list has one y for each column of the matrix"
assert not np.array_equal(ys[0], [[6], [-2]]), (
    "y_0 holds only what the last block of its column gives: the blocks of a column add up"
)
assert not np.array_equal(ys[0], [[3], [1]]), (
    "y_0 holds only what block (0, 0) gives: does the loop go on after the first block?"
)
nn.utils.check_same([[9], [-1]], ys[0])
nn.utils.check_same([[15, -3], [-5, 1]], ys[1])
assert isinstance(model.cache, dict), "self.cache must be a dict: what each block remembers"
places = sorted(model.cache)
assert places == [(0, 0), (1, 0), (1, 1)], (
    f"self.cache is for {places}: is it (i, j) for each block?"
)
after = "self.cache[i, j] must be what the block remembers after it has run: here its input"
assert np.array_equal(model.cache[0, 0], x0), after

y0, y1 = model.forward_list([x0, None])
assert y1 is None, "nothing reaches y_1 when x_1 is None, so y_1 must be None, not an array"
nn.utils.check_same([[3], [1]], y0)

same = Sequential2D([2, 2], [2], [[nn.Identity()], [nn.Identity()]])
totals = same.forward_list([x0, 10 * x0])
assert len(totals) == 1, f"two rows and one column give one y, but the list has {len(totals)}"
total = totals[0]
assert x0[0, 0] == 1, "forward_list changes the caller's x: += writes into the array that is there"
nn.utils.check_same(11 * x0, total)

# %% [markdown]
# ### A picture of your matrix
#
# Left: the blocks with their numbers of parameters. Right: the same as a flow, an arrow for each
# block. Change the blocks and draw again.

# %%
from edunn import diagrams

blocks = [
    [nn.Dense(4, 3, "relu"), nn.Dense(4, 2), None],
    [None, nn.Dense(3, 2), nn.Dense(3, 5, "tanh")],
]
figure, axes = plt.subplots(1, 2, figsize=(8.5, 3.2), layout="constrained")
diagrams.draw_matrix(Sequential2D([4, 3], [3, 2, 5], blocks), axes[0])
diagrams.draw_flow(Sequential2D([4, 3], [3, 2, 5], blocks), axes[1])

# %% [markdown]
# ### Check: the gradient of x (2 points)
#
# First the numbers from above, and gradients that are `None`. Then `check_gradients` measures the
# slope of your forward for a larger matrix. It uses one joined array, so it needs `cut` and `join`.

# %% nbgrader={"grade": true, "grade_id": "sequential2d-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
model = Sequential2D(
    [2, 1], [1, 2], [[linear([[1], [1]]), None], [linear([[2]]), linear([[5, -1]])]]
)
x0, x1 = np.array([[1.0, 2]]), np.array([[3.0]])
dy0, dy1 = np.array([[1.0]]), np.array([[1.0, 10]])
model.forward_list([x0, x1])
result = model.backward_list([dy0, dy1])
assert isinstance(result, tuple), "backward_list must give back two things: dxs, grads"
dxs = result[0]
assert isinstance(dxs, list), f"dxs is {type(dxs).__name__}; a list of the dx_i is needed"
assert len(dxs) == 2, "the list dxs has one dx for each row of the matrix"
assert dxs[0] is not None, "dx_0 is None: did forward_list keep the caches of the blocks that ran?"
assert not np.array_equal(dxs[1], [[-5]]), (
    "dx_1 holds only what the last block of its row gives: x_1 goes into two blocks, and their "
    "gradients add up"
)
nn.utils.check_same([[1, 1]], dxs[0])
nn.utils.check_same([[-3]], dxs[1])

try:
    dxs, grads = model.backward_list([dy0, None])
except (TypeError, ValueError) as error:
    raise AssertionError("dy_1 is None: the blocks of column 1 must not run backward") from error
assert dxs[1] is not None, (
    "dy_0 is there, so block (1, 0) runs backward, but dx_1 is None: to which dx, from which dy?"
)
nn.utils.check_same([[2]], dxs[1])
dxs, grads = model.backward_list([None, dy1])
assert dxs[0] is None, "no gradient reaches x_0 when dy_0 is None, so dx_0 must be None"
model.forward_list([x0, None])
try:
    dxs, grads = model.backward_list([dy0, dy1])
except KeyError as error:
    told = (
        f"x_1 was None, so its blocks did not run: only blocks in self.cache go back, not {error}"
    )
    raise AssertionError(told) from error
assert dxs[1] is None, (
    "the blocks of x_1 did not run, so dx_1 must be None: has forward_list a cache for them?"
)
wide = Sequential2D([2], [1, 1], [[linear([[1], [1]]), linear([[2], [0]])]])
wide.forward_list([x0])
dxs, grads = wide.backward_list([dy0, dy0])
assert len(dxs) == 1, f"one row and two columns give one dx, but the list has {len(dxs)}"
nn.utils.check_same([[3, 1]], dxs[0])

rng = np.random.default_rng(0)
blocks = [
    [nn.Identity(), nn.Dense(2, 4, "tanh"), None],
    [nn.Dense(3, 2), None, nn.Dense(3, 1, "tanh")],
]
model = Sequential2D([2, 3], [2, 4, 1], blocks)
print(nn.check_gradients(model, rng.normal(size=(4, 5)), only=["input 0"]))

# %% [markdown]
# ### Check: the gradients of the parameters (2 points)
#
# In the second matrix one block stands in two places. Its weights have one name, `"0_0.w"`, and their
# gradient has a part from each place.

# %% nbgrader={"grade": true, "grade_id": "sequential2d-parameters", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(1)
blocks = [[nn.Dense(2, 4, "tanh"), None], [nn.Dense(3, 4), nn.Dense(3, 1, "tanh")]]
model = Sequential2D([2, 3], [4, 1], blocks)
print("four different blocks:", nn.check_gradients(model, rng.normal(size=(4, 5))))

shared = nn.Dense(2, 3, "tanh")
tied = Sequential2D([2, 2], [3, 3], [[shared, nn.Dense(2, 3)], [None, shared]])
print("one block twice:", nn.check_gradients(tied, rng.normal(size=(4, 4))))
keep(Sequential2D, nn.check_layer(tied, rng.normal(size=(4, 4))))

# %% [markdown]
# ## 4. A chain is a staircase
#
# Take a network of three layers, for pictures with 784 pixels and 10 classes:
# $784 \to 128 \to 128 \to 10$. Make a matrix with four rows and four columns, one for each of the four
# sizes, and put the layers one place to the right of the diagonal:
#
# |          | to 0 (784) | to 1 (128) | to 2 (128) | to 3 (10) |
# |----------|------|------|------|------|
# | from 0   | None | F1   | None | None |
# | from 1   | None | None | F2   | None |
# | from 2   | None | None | None | F3   |
# | from 3   | None | None | None | None |
#
# F1 is the first layer; F2 and F3 are ReLU and then a layer. Start with `[x, None, None, None]` and
# apply the matrix again and again:
#
# | | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | start | x | None | None | None |
# | after 1 step | None | F1(x) | None | None |
# | after 2 steps | None | None | F2(F1(x)) | None |
# | after 3 steps | None | None | None | F3(F2(F1(x))) |
#
# The data moves one place to the right in each step. After three steps it has passed the whole
# network. The last row is empty, since nothing leaves the output; it is there because a matrix can be
# applied again only when its outputs have the sizes of its inputs: it must be square.
#
# "Apply the same layer three times" is something we can already write: `Sequential` takes the same
# layer three times. It also keeps the cache of each of the three uses, and adds up the gradients.

# %% nbgrader={"grade": false, "grade_id": "sequential2d-networks", "locked": true, "schema_version": 3, "solution": false, "task": false}
SIZES = [784, 128, 128, 10]


def layers(seed):
    """The three layers of the network; the same seed gives the same weights."""
    nn.manual_seed(seed)
    return [nn.Dense(inputs, outputs) for inputs, outputs in zip(SIZES, SIZES[1:])]


def as_chain(f1, f2, f3):
    return nn.Sequential(f1, nn.ReLU(), f2, nn.ReLU(), f3)


def as_matrix(f1, f2, f3):
    """The same network as a block matrix that is applied three times."""
    blocks = [
        [None, f1, None, None],
        [None, None, nn.Sequential(nn.ReLU(), f2), None],
        [None, None, None, nn.Sequential(nn.ReLU(), f3)],
        [None, None, None, None],
    ]
    matrix = Sequential2D(SIZES, SIZES, blocks)
    return nn.Sequential(matrix, matrix, matrix)


# %% [markdown]
# ### Check: the same outputs, to the last bit (1 point)
#
# The two networks do the same operations in the same order. So we do not ask for "nearly equal": the
# largest difference must be exactly 0.

# %% nbgrader={"grade": true, "grade_id": "sequential2d-same", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
shared = layers(seed=42)
chain, matrix = as_chain(*shared), as_matrix(*shared)
x = np.random.default_rng(0).normal(size=(32, 784)).astype(np.float32)
ys = matrix([x, None, None, None])
assert ys[:3] == [None, None, None], "after three steps only place 3 holds something"
assert ys[3] is not None, "after three steps place 3 is empty: the data got lost on its way"
difference = np.max(np.abs(chain(x) - ys[3]))
print(f"parameters: {chain.number_of_trainable_parameters()} in the chain,",
      f"{matrix.number_of_trainable_parameters()} in the matrix")  # fmt: skip
print(f"maximum difference between outputs: {difference:.2e}")
assert difference == 0, "the outputs differ: does each block run once, on the right input?"

# %% [markdown]
# ### Check: the same training, to the last bit (1 point)
#
# Now each network gets weights of its own, equal at the start, and both make five training steps. The
# losses and the trained weights must be exactly equal. For the matrix, the gradient of the loss comes
# in at place 3: `[None, None, None, dy]`.

# %% nbgrader={"grade": true, "grade_id": "sequential2d-training", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(1)
x = rng.normal(size=(32, 784)).astype(np.float32)
target = rng.normal(size=(32, 10)).astype(np.float32)
chain, matrix = as_chain(*layers(seed=7)), as_matrix(*layers(seed=7))
losses = {"chain": [], "matrix": []}
for network, name in ((chain, "chain"), (matrix, "matrix")):
    optimizer, loss = nn.SGD(network.named_parameters(), lr=0.01), nn.MSELoss()
    for _ in range(5):
        if name == "chain":
            losses[name].append(loss(network(x), target))
            dx, grads = network.backward(loss.backward(1.0)[0])
        else:
            losses[name].append(loss(network([x, None, None, None])[3], target))
            dxs, grads = network.backward([None, None, None, loss.backward(1.0)[0]])
        optimizer.step(grads)
print("losses of the chain: ", [f"{loss:.4f}" for loss in losses["chain"]])
print("losses of the matrix:", [f"{loss:.4f}" for loss in losses["matrix"]])
assert losses["chain"] == losses["matrix"], "the losses differ: compare the gradients of one step"
for one, other in zip(chain.parameters(), matrix.parameters()):
    assert np.array_equal(one.data, other.data), "the trained weights differ"
print("all weights are equal, to the last bit")

# %% [markdown]
# ## 5. Play: watch the data move
#
# Below a small staircase is applied step by step. Each row of the picture is one step, each column
# one place; a place that is `None` is grey. What do you see if you
#
# - add the block `nn.Identity()` at (0, 0)? (The input then stays where it is.)
# - add a block at (0, 2), so that the data can jump over place 1?
# - add a block from the last place back to the first, at (3, 0)?

# %%
sizes, steps = [3, 4, 4, 2], 5
nn.manual_seed(0)
blocks = [
    [None, nn.Dense(3, 4, "tanh"), None, None],
    [None, None, nn.Dense(4, 4, "tanh"), None],
    [None, None, None, nn.Dense(4, 2, "tanh")],
    [None, None, None, None],
]
model = Sequential2D(sizes, sizes, blocks)
state, history = [np.array([[1.0, -0.5, 0.7]]), None, None, None], []
for _ in range(steps):
    row = [np.full(size, np.nan) if s is None else s[0] for s, size in zip(state, sizes)]
    history.append(np.concatenate(row))
    state = model.forward_list(state)

figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
image = ax.imshow(np.array(history), cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
ax.set_facecolor("0.85")  # seen where there is nothing
ends = np.cumsum(sizes)
for end in ends[:-1]:
    ax.axvline(end - 0.5, color="black")
ax.set_xticks(ends - np.array(sizes) / 2 - 0.5, [f"place {k}" for k in range(len(sizes))])
ax.set_yticks(range(steps))
ax.set_ylabel("after so many steps")
figure.colorbar(image)
plt.show()

# %% [markdown]
# ## 6. A question (3 points, graded by hand)
#
# Somebody says: "`None` is a needless complication. I start the staircase of section 4 with one
# array, in which zeros stand for the three empty places." The layers have biases.
#
# 1. What stands in places 2 and 3 after **one** step, with `None` and with zeros?
# 2. Is the output at place 3 after **three** steps still right? Why, or why not?
# 3. What else is a reason for `None`?

# %% [markdown] nbgrader={"grade": true, "grade_id": "sequential2d-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: with None they are empty; with zeros they hold numbers that come from biases (layers of
# zeros give their bias) and say nothing about x. 1 point: the output is right, because place 3 after
# three steps depends only on place 2 after two, place 1 after one, and x. 1 point: one sensible
# reason, such as less computation, forward and backward; or seeing what has arrived.
# ### END MARK SCHEME
#
# 1. With `None`, both places are empty: nothing has arrived. With zeros, F2 and F3 get zeros and give
#    their biases, so both places hold numbers which look like results and have nothing to do with x.
# 2. It is right. Place 3 after three steps is F3 of what stood in place 2 after two steps. That is F2
#    of what stood in place 1 after one step, and that is F1(x). The numbers made from zeros leave the
#    matrix before.
# 3. With `None`, only the block that has data runs, in forward and in backward, so three blocks run
#    instead of nine. Besides, one can see whether a place already holds a result.

# %% [markdown]
# ## What comes next
#
# So far the matrix has only imitated a chain. In exercise 14 it does what no chain can: data jumps
# over layers, flows in parallel, and goes round in circles, and you follow the gradients back through
# time.
