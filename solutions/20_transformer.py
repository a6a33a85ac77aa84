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
# # Exercise 20: A transformer that adds
#
# The networks that write texts are **transformers**. In this notebook you build one from *your* parts,
# and it learns to add two numbers of three digits: nobody tells it what a digit is, or what a carry
# is. You write how tokens become numbers and how numbers become tokens again, and you put everything
# together, in two ways: as a chain with residual paths, and as one block matrix.
#
# | | |
# |---|---|
# | You write | `Embedding`, `Positions`, `Rows`, `SelfAttention.backward`, `block`, `block_matrix`, `probabilities`, `write`, `token_cost`: about 40 lines in all |
# | You need | attention, LayerNorm and residual paths (exercise 19), block matrices (exercise 14); what you have not kept is lent to you |
# | Time | about 110 minutes |
# | Points | 18 by automatic checks, 6 for written answers |
# | If you are stuck | leave the part out, and go on: each check needs only its own part. The training needs the first five; `Embedding = borrow("Embedding")` lends you the one of edunn, without points |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Embedding")  # from here on, Embedding is your own

import functools
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
# As in exercise 17, `nn.Linear`, `nn.Dense` or `nn.Adam` are your own classes, if you have kept them in
# `my_edunn`. Of exercise 19 we need `Attention`, `Heads`, `LayerNorm` and `Residual`. The next cell takes
# yours. Where you have none, it makes a stand-in of edunn's parts, so that this notebook works
# without them. You do not have to read how.


# %% nbgrader={"grade": false, "grade_id": "lent", "locked": true, "schema_version": 3, "solution": false, "task": false}
class LentHeads(edunn.Module):
    """Stands in for Heads(Attention(), heads): edunn's own attention, whose weights do nothing."""

    def __init__(self, heads):
        self.heads = heads

    def forward(self, q, k, v):
        width, nothing = q.shape[-1], edunn.initializers.Zero()
        inside = edunn.MultiHeadAttention(width, self.heads, True, False, nothing)
        inside.wo.data = np.eye(width, dtype=q.dtype)
        inside.w.data = np.tile(inside.wo.data, 3)
        y = inside.forward(q, k, v)
        self.cache = (inside,)
        return y

    def backward(self, dy):
        return self.cache[0].backward(dy)[0], {}


class LentResidual(edunn.Module):
    """Stands in for Residual(layer): a block matrix that gives x and layer(x), and one that adds."""

    def __init__(self, layer):
        same = edunn.Identity()
        self.both = edunn.Sequential2D([1], [1, 1], [[same, layer]])
        self.sum = edunn.Sequential2D([1, 1], [1], [[same], [same]])

    def forward(self, x):
        (y,) = self.sum.forward(self.both.forward([x]))
        self.cache = self.both.cache, self.sum.cache
        return y

    def backward(self, dy):
        self.both.cache, self.sum.cache = self.cache
        dxs, _ = self.sum.backward([dy])
        (dx,), grads = self.both.backward(dxs)
        return dx, {f"both.{name}": gradient for name, gradient in grads.items()}


own_heads = {"Attention", "Heads"} <= parts.keys()


def make_heads(heads):
    """Attention in several heads, with the causal mask: q, k, v to y."""
    return nn.Heads(nn.Attention(), heads) if own_heads else LentHeads(heads)


Residual = nn.Residual if "Residual" in parts else LentResidual
for name in ("Linear", "Dense", "Sequential", "CrossEntropyLoss", "Adam", "LayerNorm", "Attention",
             "Heads", "Residual"):  # fmt: skip
    print(f"{name:17} {parts.get(name, 'edunn')}")

# %% [markdown]
# ## 2. From tokens to numbers: Embedding
#
# A text is cut into **tokens**, and each kind of token has a number: its place in the *vocabulary*. Our
# tokens are the ten digits, `+` and `=`, numbered from 0 to 11. The sum 345 + 78 = 423 becomes
#
# $$ 3 \;\; 4 \;\; 5 \;\; + \;\; 0 \;\; 7 \;\; 8 \;\; = \;\; 3 \;\; 2 \;\; 4 \;\; 0 $$
#
# All numbers get the same number of digits, and the answer is written **with its last digit first**. So
# the network can work as you do on paper: from the right, with what is carried.
#
# These numbers are only names. Token 7 is not "larger" than token 3, and `+` is not "10". So each kind of
# token gets a row of `width` numbers, which are learned. The rows form a table, $w$, and the
# **embedding** of a token is its row:
#
# $$ y_{t} = w_{x_t} $$
#
# | symbol | shape | meaning |
# |---|---|---|
# | $x$ | `(n, tokens)` | n sequences of tokens: whole numbers from 0 to `vocabulary - 1` |
# | $w$ | `(vocabulary, width)` | the table: row v belongs to token v |
# | $y$ | `(n, tokens, width)` | the rows, one for each token |
#
# NumPy does this for arrays of whole numbers in square brackets: `a[places]` has the shape of `places`,
# with a row of `a` for each of them.
#
# **Backward.** Think of a row of zeros with a single 1 at the place $x_t$. Times $w$, it gives
# row $x_t$: so an embedding is a `Linear` layer for such rows, which does not waste time with zeros.
# And the gradient of a `Linear` layer says: row $v$ of $w$ gets $dy_t$ from every place at which token
# $v$ stands, **and they add up**:
#
# $$ dw_v = \sum_{t \text{ with } x_t = v} dy_t $$
#
# Tokens that do not come get 0. And $x$ itself has no gradient: nobody can push a token a little. So `dx`
# is `None`.
#
# **By hand.** The table has the rows $(1, 2)$, $(3, 4)$, $(5, 6)$, and $x = (2, 0, 2, 1)$. What is $y$?
# (Its rows are $(5, 6), (1, 2), (5, 6), (3, 4)$.) If $dy$ has the rows
# $(1, 10), (2, 20), (4, 40), (8, 80)$, what is $dw$? (Token 2 stands at two places and gets
# $(1, 10) + (4, 40) = (5, 50)$. The rows of $dw$ are $(2, 20), (8, 80), (5, 50)$.)
#
# **Mind this in backward**: `dw[x] += dy` is *not* a sum. NumPy works out the right side for all places
# at once and then writes; where a token comes twice, the second write replaces the first one.
# `np.add.at(a, places, b)` adds them one after another.
#
# ### A picture
#
# On the left is a table with random rows. On the right are the rows of one sum, from top to bottom. Which
# of them are equal? What can the network *not* see in these rows? (Where a token stands.)

# %%
import matplotlib.pyplot as plt

ALPHABET = "0123456789+="


def sums(a, b):
    """The sums a + b as rows of 12 tokens: a + b = and the answer, its last digit first."""
    c, plus, equal = a + b, np.full_like(a, 10), np.full_like(a, 11)
    first = [a // 100, a // 10 % 10, a % 10, plus, b // 100, b // 10 % 10, b % 10, equal]
    return np.stack([*first, c % 10, c // 10 % 10, c // 100 % 10, c // 1000], axis=-1)


def text(tokens):
    """A row of tokens as text."""
    return "".join(ALPHABET[token] for token in tokens)


one = sums(np.array(345), np.array(78))
table = np.random.default_rng(0).normal(size=(12, 8))
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
for ax, rows, names in ((axes[0], table, ALPHABET), (axes[1], table[one], text(one))):
    ax.imshow(rows, cmap="RdBu", vmin=-2, vmax=2, aspect="auto")
    ax.set_yticks(range(12), names)
    ax.set_xticks([])
axes[0].set(title="the table: a row for each token", ylabel="token")
axes[1].set(title=f"a sequence: {text(one)}", ylabel="token")
plt.show()


# %% nbgrader={"grade": false, "grade_id": "embedding", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Embedding(nn.Module):
    """y = w[x]: for each token its row of the table

    x: (n, tokens), whole numbers    w: (vocabulary, width)    y: (n, tokens, width)
    initializer: draws the table; its numbers are small at first
    """

    takes_indices = True  # so the checks give it whole numbers, and ask for no dx

    def __init__(self, vocabulary, width, initializer=edunn.initializers.RandomNormal(0.1)):
        self.w = nn.Parameter(initializer((vocabulary, width)))

    def forward(self, x):
        """The rows of the tokens; keeps what backward needs."""
        ### BEGIN SOLUTION
        self.cache = x
        y = self.w.data[x]
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dw, of the shape of w, for dy: (n, tokens, width). There is no dx."""
        ### BEGIN SOLUTION
        dw = np.zeros_like(self.w.data)
        np.add.at(dw, self.cache, dy)
        ### END SOLUTION
        return None, {"w": dw}


# %% [markdown]
# ### Check: forward (1 point)


# %% nbgrader={"grade": true, "grade_id": "embedding-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
def small_table():
    """An Embedding with the table that you used by hand."""
    layer = Embedding(3, 2)
    layer.w.data = np.array([[1.0, 2], [3, 4], [5, 6]])
    return layer


layer, x = small_table(), np.array([[2, 0, 2, 1]])
y = layer.forward(x)
assert y is not None, "forward gives back nothing: name your result `y`"
assert type(y).__name__ != "Tensor", (
    "y must be an array, not a Tensor: which array is inside self.w?"
)
assert np.shape(y) != (1, 4), "each token gave one number: a whole row of the table is asked for"
assert np.shape(y) != (4, 2), "the sequences are lost: one row for each token of each sequence"
assert np.shape(y) == (1, 4, 2), f"y has shape {np.shape(y)}, not (n, tokens, width) = (1, 4, 2)"
next_row = "each token got the row of another one: token v has row v, counted from 0"
assert not np.array_equal(y[0, 1:3], [[5, 6], [3, 4]]), next_row
nn.utils.check_same([[[5, 6], [1, 2], [5, 6], [3, 4]]], y)
y = layer.forward(np.array([[0, 1], [2, 2], [1, 0]]))
assert np.shape(y) == (3, 2, 2), f"three sequences of two tokens: y has shape {np.shape(y)}"
nn.utils.check_same([[[1, 2], [3, 4]], [[5, 6], [5, 6]], [[3, 4], [1, 2]]], y)
y[...] = 0
assert layer.w.data[0, 0] == 1, "who changes y changes the table: make a new array"
print("Every token has its row.")

# %% [markdown]
# ### Check: backward (1 point)

# %% nbgrader={"grade": true, "grade_id": "embedding-backward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer, x = small_table(), np.array([[2, 0, 2, 1]])
y = layer.forward(x)
assert y is not None, "forward gives back nothing yet: it comes first"
assert layer.cache is not None, "self.cache is empty: which rows did forward take?"
dx, grads = layer.backward(np.array([[[1.0, 10], [2, 20], [4, 40], [8, 80]]]))
dw = grads["w"]
assert dw is not None, "dw is None: name your result `dw`"
assert np.shape(dw) == (3, 2), f"dw has shape {np.shape(dw)}, not that of the table, (3, 2)"
for words, numbers in {
    "token 2 comes twice, but only its last dy is there: dw[x] += dy adds only one of them": [
        [2, 20], [8, 80], [4, 40]],
    "token 2 comes twice, but only its first dy is there: they add up": [
        [2, 20], [8, 80], [1, 10]],
    "token 2 has the mean of its two dy: they add up": [[2, 20], [8, 80], [2.5, 25]],
    "dw counts how often each token comes: dy is not used": [[1, 1], [1, 1], [2, 2]],
    "the table itself is in dw: begin with zeros": [[3, 22], [11, 84], [10, 56]],
}.items():  # fmt: skip
    assert not np.allclose(dw, numbers), words
nn.utils.check_same([[2, 20], [8, 80], [5, 50]], dw)
assert layer.w.data[0, 0] == 1, "backward changes the table: that is what the optimizer does"
assert dx is None, "there is no dx: nobody can push a token a little"
report = nn.check_layer(Embedding(4, 3), np.array([[1, 3, 1], [0, 1, 0]]))
print(report)
keep(Embedding, report)

# %% [markdown]
# ## 3. Where it stands: Positions
#
# Attention compares each token with all others, and takes a mean. In a mean, the order does not matter: 3
# hundreds and 3 ones are the same token 3, with the same row. So each *place* gets a row as well, which
# is learned, and it is added:
#
# $$ y_t = x_t + p_t \qquad t = 0, 1, \dots, T - 1 $$
#
# All sequences of a batch share these rows. $p$ has one row for each place of the longest sequence,
# `(tokens, width)`, and a shorter sequence takes the first $T$ of them.
#
# **Backward.** It is a bias (exercise 2), one for each place. $x$ is added unchanged, so $dx = dy$. And
# $p_t$ is added to place $t$ in all $n$ sequences, so its gradient is summed over them; the rows of places
# that no sequence has get 0:
#
# $$ dp_t = \sum_{n} dy_{nt} $$
#
# **By hand.** $p$ has the rows $(10, 20), (30, 40), (50, 60)$. Two sequences of two tokens come, and $dy$
# has the rows $(1, 2), (3, 4)$ in the first and $(100, 200), (300, 400)$ in the second. What is
# $dp$? (Its rows are $(101, 202), (303, 404), (0, 0)$.)


# %% nbgrader={"grade": false, "grade_id": "positions", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Positions(nn.Module):
    """y = x + p, a row of p for each place

    x, y: (n, T, width), where T is at most tokens    p: (tokens, width)
    """

    def __init__(self, tokens, width, initializer=edunn.initializers.RandomNormal(0.1)):
        self.p = nn.Parameter(initializer((tokens, width)))

    def forward(self, x):
        """The tokens, each with the row of its place added; keeps what backward needs."""
        ### BEGIN SOLUTION
        self.cache = x.shape[1]
        y = x + self.p.data[: self.cache]
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients dx, and dp of the shape of p, for dy: (n, T, width)."""
        ### BEGIN SOLUTION
        dx, dp = dy, np.zeros_like(self.p.data)
        dp[: self.cache] = np.sum(dy, axis=0)
        ### END SOLUTION
        return dx, {"p": dp}


# %% [markdown]
# ### Check: forward (1 point)


# %% nbgrader={"grade": true, "grade_id": "positions-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
def small_places():
    """The Positions that you used by hand."""
    layer = Positions(3, 2)
    layer.p.data = np.array([[10.0, 20], [30, 40], [50, 60]])
    return layer


layer, x = small_places(), np.array([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])
try:
    y = layer.forward(x)
except ValueError as error:
    told = "two tokens and three places do not fit: take the first T rows of p"
    raise AssertionError(f"{told}. NumPy says: {error}") from error
assert y is not None, "forward gives back nothing: name your result `y`"
assert np.array_equal(x[0], [[1, 2], [3, 4]]), "forward writes into x, which belongs to its caller"
assert np.shape(y) == (2, 2, 2), f"y has shape {np.shape(y)}, not that of x, (2, 2, 2)"
for words, rows in {
    "these are the last rows of p: a short sequence stands at the first places": [[30, 40], [50, 60]],
    "all places got row 0 of p: place t gets row t": [[10, 20], [10, 20]],
    "the places are counted from 1: place 0 gets row 0": [[30, 40], [30, 40]],
    "a row of p belongs to a sequence here: it belongs to a place": [[10, 20], [30, 40]],
    "p is not added": [[0, 0], [0, 0]],
    "p is taken away: add it": [[-10, -20], [-30, -40]],
}.items():  # fmt: skip
    if words.startswith("a row of p belongs"):
        assert not np.array_equal(y, x + np.array(rows)[:, None]), words
    else:
        assert not np.array_equal(y, x + rows), words
nn.utils.check_same([[[11, 22], [33, 44]], [[15, 26], [37, 48]]], y)
whole = np.zeros((1, 3, 2))
nn.utils.check_same([[[10, 20], [30, 40], [50, 60]]], layer.forward(whole))
nn.utils.check_same([[[10, 20]]], layer.forward(whole[:, :1]))
print("Every place has its row.")

# %% [markdown]
# ### Check: backward (1 point)

# %% nbgrader={"grade": true, "grade_id": "positions-backward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer = small_places()
y = layer.forward(np.zeros((2, 2, 2)))
assert y is not None, "forward gives back nothing yet: it comes first"
dy = np.array([[[1.0, 2], [3, 4]], [[100, 200], [300, 400]]])
try:
    dx, grads = layer.backward(dy)
except ValueError as error:
    told = (
        "the sum over the sequences has a row for each of the T places that came: fill these of dp"
    )
    raise AssertionError(f"{told}. NumPy says: {error}") from error
dp = grads["p"]
assert dp is not None, "dp is None: name your result `dp`"
assert np.shape(dp) != (2, 2), "dp has a row for each place that came: all of p has three rows"
assert np.shape(dp) == (3, 2), f"dp has shape {np.shape(dp)}, not that of p, (3, 2)"
for words, rows in {
    "dp hears the last sequence only: all sequences add up": [[100, 200], [300, 400], [0, 0]],
    "dp hears the first sequence only: all sequences add up": [[1, 2], [3, 4], [0, 0]],
    "dp is the mean over the sequences: they add up": [[50.5, 101], [151.5, 202], [0, 0]],
    "the rows stand at the end of dp: a short sequence stands at the first places": [
        [0, 0], [101, 202], [303, 404]],
    "dp is summed over the places: sum over the sequences, axis 0": [[4, 6], [400, 600], [0, 0]],
    "dp is summed over the places too: sum over the sequences only": [
        [404, 606], [404, 606], [0, 0]],
    "p itself is in dp: begin with zeros": [[111, 222], [333, 444], [50, 60]],
}.items():  # fmt: skip
    assert not np.allclose(dp, rows), words
nn.utils.check_same([[101, 202], [303, 404], [0, 0]], dp)
assert dx is not None, "dx is None: x is added unchanged, so something comes back to it"
nn.utils.check_same(dy, dx)
report = nn.check_layer(Positions(5, 2), np.random.default_rng(0).normal(size=(3, 4, 2)))
print(report)
keep(Positions, report)

# %% [markdown]
# ## 4. Layers for rows: Rows
#
# Your `Linear` takes rows, `(n, inputs)`, and its `x.T` would turn all axes of a batch of sequences. It
# may stay as it is. In a transformer, a `Linear` layer does the same with each token, whatever sequence
# it stands in. So put all tokens below each other, one row for each, let the layer work, and give the
# result its axes back:
#
# | | shape |
# |---|---|
# | `x` | `(n, tokens, inputs)` |
# | what the layer gets | `(n * tokens, inputs)` |
# | what the layer gives | `(n * tokens, outputs)` |
# | `y` | `(n, tokens, outputs)` |
#
# In backward the same happens with `dy`. A `reshape` moves no number and changes none, so there is nothing
# to derive. `x.reshape(-1, x.shape[-1])` makes rows of whatever stands in front: NumPy works out the
# number in place of `-1`. And `*x.shape[:-1]` puts all axes but the last into a call.
#
# As in your `Residual`: keep the cache of the layer and give it back before its `backward`, and put
# `"layer."` before the names of its gradients.


# %% nbgrader={"grade": false, "grade_id": "rows", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Rows(nn.Module):
    """y = layer(x), token by token, for a layer that takes rows

    x: (n, tokens, inputs)    y: (n, tokens, outputs)
    """

    def __init__(self, layer):
        self.layer = layer

    def forward(self, x):
        """The outputs y; keeps the cache of the layer."""
        ### BEGIN SOLUTION
        rows = self.layer.forward(x.reshape(-1, x.shape[-1]))
        self.cache = self.layer.cache
        y = rows.reshape(*x.shape[:-1], -1)
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, and the dict of the layer's gradients, for dy: (n, tokens, outputs)."""
        ### BEGIN SOLUTION
        self.layer.cache = self.cache
        rows, layer_grads = self.layer.backward(dy.reshape(-1, dy.shape[-1]))
        dx = rows.reshape(*dy.shape[:-1], -1)
        grads = {f"layer.{name}": gradient for name, gradient in layer_grads.items()}
        ### END SOLUTION
        return dx, grads


# %% [markdown]
# ### Check: forward (1 point)


# %% nbgrader={"grade": true, "grade_id": "rows-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
class OnlyRows(edunn.Linear):
    """A Linear that takes nothing but rows, as yours does."""

    def forward(self, x):
        assert np.ndim(x) == 2, f"the layer got no rows, but an array of shape {np.shape(x)}"
        return super().forward(x)

    def backward(self, dy):
        told = f"the layer got no rows in backward, but an array of shape {np.shape(dy)}"
        assert np.ndim(dy) == 2, told
        return super().backward(dy)


def small_rows():
    """A Linear from 2 to 1 numbers, for rows; and two sequences of three tokens."""
    linear = OnlyRows(2, 1, edunn.initializers.Constant([[10.0], [1.0]]))
    return Rows(linear), np.arange(12.0).reshape(2, 3, 2)


layer, x = small_rows()
try:
    y = layer.forward(x)
except ValueError as error:
    told = "the layer got no rows (n * tokens, inputs): reshape x before, and y after"
    if "size 6 into" in str(error):
        told = "y has 6 rows of 1 number, and x has 6 of 2: which of the axes of x are those of y?"
    raise AssertionError(f"{told}. edunn says: {error}") from error
assert y is not None, "forward gives back nothing: name your result `y`"
assert np.shape(y) != (6, 1), "the result has no sequences any more: give it its axes back"
assert np.shape(y) != (3, 2, 1), "the axes of sequences and tokens are exchanged"
assert np.shape(y) == (2, 3, 1), f"y has shape {np.shape(y)}, not (n, tokens, outputs) = (2, 3, 1)"
nn.utils.check_same([[[1], [23], [45]], [[67], [89], [111]]], y)
wide = Rows(edunn.Linear(2, 5)).forward(x)
assert np.shape(wide) == (2, 3, 5), f"for 5 outputs y has shape {np.shape(wide)}, not (2, 3, 5)"
print("Token by token.")

# %% [markdown]
# ### Check: backward (1 point)

# %% nbgrader={"grade": true, "grade_id": "rows-backward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer, x = small_rows()
y = layer.forward(x)
assert np.shape(y) == (2, 3, 1), "forward is not right yet, so its gradient cannot be"
assert layer.cache is not None, "self.cache is empty: keep the cache of the layer, after it ran"
try:
    dx, grads = layer.backward(np.ones((2, 3, 1)))
except ValueError as error:
    told = "the layer got no rows in backward: dy is reshaped as well, with the width of dy"
    raise AssertionError(f"{told}. edunn says: {error}") from error
assert np.shape(dx) != (6, 2), "dx has no sequences any more: it needs the axes of dy back"
assert np.shape(dx) == (2, 3, 2), f"dx has shape {np.shape(dx)}, not that of x, (2, 3, 2)"
named = list(grads)
assert named == ["layer.w"], f'the gradients are for {named}, but the weight is "layer.w"'
nn.utils.check_same([[30], [36]], grads["layer.w"])
nn.utils.check_same(np.tile([10.0, 1], (2, 3, 1)), dx)
report = nn.check_layer(
    Rows(edunn.Dense(3, 2, "tanh")), np.random.default_rng(0).normal(size=(2, 4, 3))
)
print(report)
keep(Rows, report)

# %% [markdown]
# ## 5. Self-attention
#
# In exercise 19, queries, keys and values were given. Now three `Linear` layers make them, all from the
# *same* tokens: this is why it is called **self**-attention.
#
# $$ q = x \, w_q \qquad k = x \, w_k \qquad v = x \, w_v \qquad y = \text{heads}(q, k, v) $$
#
# `forward` is given. (Queries and keys begin small, so all scores are near 0: at first every token asks all
# others alike, and each head finds out whom it needs.) It keeps four caches: of the layers `self.q`, `self.k`, `self.v`, and of `self.heads`.
#
# **Backward.** `self.heads.backward(dy)` gives the pair `(dq, dk, dv), {}`. Each of the three goes back
# through its own layer. And as $x$ went three ways, what comes back on the three ways **adds up**:
#
# $$ dx = dq \, w_q^T + dk \, w_k^T + dv \, w_v^T $$
#
# The gradients of the three layers go into one dict. Their names begin with the name of the attribute: what
# `self.q` calls `"layer.w"` is our `"q.layer.w"`. (`getattr(self, "q")` is `self.q`, so a loop over the
# three names is possible.)
#
# **By hand.** One token, one head, one number: the only weight is 1, so $y = v = x w_v$, and nothing comes
# back to $q$ and $k$. For $w_v = 3$ and $dy = 2$, what is $dx$? (It is $6$.)


# %% nbgrader={"grade": false, "grade_id": "self-attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
class SelfAttention(nn.Module):
    """y = heads(x wq, x wk, x wv), with the causal mask

    x, y: (n, tokens, width)    q.layer.w, k.layer.w, v.layer.w: (width, width)
    """

    def __init__(self, width, heads):
        small = nn.initializers.RandomNormal(0.5 * width**-0.5)
        self.q = Rows(nn.Linear(width, width, small))
        self.k = Rows(nn.Linear(width, width, small))
        self.v = Rows(nn.Linear(width, width, nn.initializers.XavierUniform()))
        self.heads = make_heads(heads)

    def forward(self, x):
        """The outputs y of all heads side by side; keeps the caches of the four layers."""
        y = self.heads.forward(self.q.forward(x), self.k.forward(x), self.v.forward(x))
        self.cache = self.q.cache, self.k.cache, self.v.cache, self.heads.cache
        return y

    def backward(self, dy):
        """The gradient dx, and the gradients of the three weights, for dy: (n, tokens, width)."""
        ### BEGIN SOLUTION
        self.q.cache, self.k.cache, self.v.cache, self.heads.cache = self.cache
        (dq, dk, dv), _ = self.heads.backward(dy)
        dx, grads = 0, {}
        for name, gradient in (("q", dq), ("k", dk), ("v", dv)):
            part, layer_grads = getattr(self, name).backward(gradient)
            dx = dx + part
            grads |= {f"{name}.{key}": value for key, value in layer_grads.items()}
        ### END SOLUTION
        return dx, grads


# %% [markdown]
# ### Check: backward (2 points)
#
# It uses your `Rows`.

# %% nbgrader={"grade": true, "grade_id": "self-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = SelfAttention(4, 2)
rng = np.random.default_rng(0)
x, dy = rng.normal(size=(2, 2, 3, 4))
for part in (layer.q, layer.k, layer.v):
    part.layer.w.data = rng.normal(size=(4, 4))
y = layer.forward(x)
assert np.shape(y) == (2, 3, 4), "forward is not right: is Rows?"
of_heads, _ = layer.heads.backward(dy)
ways = [d @ part.layer.w.data.T for d, part in zip(of_heads, (layer.q, layer.k, layer.v))]
layer.forward(x)
kept = layer.cache
layer.forward(x[::-1])  # another batch in between: its caches are in the layers now
layer.cache = kept
dx, grads = layer.backward(dy)
assert np.shape(dx) == (2, 3, 4), f"dx has shape {np.shape(dx)}, not that of x, (2, 3, 4)"
for words, wrong in {
    "dx has only the way through q: x went three ways, and all add up": ways[0],
    "dx has only the way through k: x went three ways, and all add up": ways[1],
    "dx has only the way through v: x went three ways, and all add up": ways[2],
    "the way through q is missing in dx": ways[1] + ways[2],
    "the way through k is missing in dx": ways[0] + ways[2],
    "the way through v is missing in dx": ways[0] + ways[1],
    "dx is the mean of the three ways: they add up": sum(ways) / 3,
    "dq, dk and dv are added before their layers: each goes back through its own": sum(of_heads),
}.items():
    assert not np.allclose(dx, wrong), words
if not np.allclose(dx, sum(ways)):
    fresh = SelfAttention(4, 2)
    for part, other in zip((fresh.q, fresh.k, fresh.v), (layer.q, layer.k, layer.v)):
        part.layer.w.data = other.layer.w.data
    fresh.forward(x)
    assert not np.allclose(fresh.backward(dy)[0], sum(ways)), (
        "dx is right only if nothing ran in between: give all four layers their caches back, first"
    )
nn.utils.check_same(sum(ways), dx)
named = sorted(grads)
assert named == ["k.layer.w", "q.layer.w", "v.layer.w"], (
    f'the gradients are for {named}: their names are "q.layer.w", "k.layer.w", "v.layer.w"'
)
report = nn.check_layer(SelfAttention(4, 2), rng.normal(size=(2, 3, 4)))
print(report)
keep(SelfAttention, report)

# %% [markdown]
# ## 6. The block
#
# A **block** is what a transformer repeats. It has two halves, and each of them is a residual path:
#
# $$ h = x + \text{out}(\text{attend}(x)) \qquad\qquad y = h + \text{down}(\text{up}(h)) $$
#
# | | made of | from, to |
# |---|---|---|
# | attend | `LayerNorm`, then `SelfAttention`: tokens ask each other | width, width |
# | out | `Dense`: mixes what the heads have found | width, width |
# | up | `LayerNorm`, then `Dense` with ReLU: each token thinks for itself | width, 4 width |
# | down | `Dense`: brings it back | 4 width, width |
#
# The `LayerNorm` stands at the *beginning* of each half, inside of the residual path: **pre-norm**. So the
# way around, from $x$ to $y$, has nothing on it but two sums.
#
# `stages` below makes the four layers. In `block`, you put them together: with `Residual` and
# `nn.Sequential`, in three lines.
#
# **By hand.** Let the four be functions of one number: attend(x) = 2x + 1, out(x) = 3x, up(x) = 5x + 1
# and down(x) = 7x. What is y for x = 1? (attend gives 3, out gives 9, so h = 10. up gives 51, down gives
# 357, so y = 367.)


# %% nbgrader={"grade": false, "grade_id": "block", "locked": false, "schema_version": 3, "solution": true, "task": false}
def stages(width, heads):
    """The four layers of a block: attend, out, up, down."""
    start = nn.initializers.XavierUniform()
    attend = nn.Sequential(nn.LayerNorm(width), SelfAttention(width, heads))
    out = Rows(nn.Dense(width, width, "id", start))
    up = nn.Sequential(nn.LayerNorm(width), Rows(nn.Dense(width, 4 * width, "relu", start)))
    down = Rows(nn.Dense(4 * width, width, "id", start))
    return attend, out, up, down


def block(attend, out, up, down):
    """One layer that is the whole block: h = x + out(attend(x)), and y = h + down(up(h))."""
    ### BEGIN SOLUTION
    first = Residual(nn.Sequential(attend, out))
    second = Residual(nn.Sequential(up, down))
    layer = nn.Sequential(first, second)
    ### END SOLUTION
    return layer


# %% [markdown]
# ### Check: the block (2 points)


# %% nbgrader={"grade": true, "grade_id": "block-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
class Line(edunn.Module):
    """y = w x + b, with two given numbers: a stage that is easy to follow"""

    def __init__(self, w, b=0.0):
        self.w, self.b = edunn.Parameter(np.array([float(w)])), b

    def forward(self, x):
        self.cache = +x
        return self.w.data * x + self.b

    def backward(self, dy):
        return self.w.data * dy, {"w": np.array([np.sum(self.cache * dy)])}


def four():
    """The four functions that you used by hand."""
    return Line(2, 1), Line(3), Line(5, 1), Line(7)


layer = block(*four())
assert layer is not None, "block gives back nothing: name your result `layer`"
assert isinstance(layer, edunn.Module), (
    f"block gives {type(layer).__name__}; one layer is needed: nn.Sequential makes one of several"
)
y = layer.forward(np.array([[1.0]])).item()
known = {
    322: "both residual paths are missing",
    357: "the second residual path is missing: y = h + ...",
    331: "the first residual path is missing: h = x + ...",
    358: "the second path goes around from x: it begins at h",
    323: "there is one residual path around everything: each half has its own",
    52: "the halves stand side by side: the second one begins with what the first one gives",
    304: "the halves are exchanged: attention comes first",
    295: "attend and out are exchanged",
    361: "up and down are exchanged",
    10: "the second half is missing",
    43: "this is the second half alone: the first one is missing",
    368: "x is added once more at the end",
    776: "each of the four layers has a residual path of its own: each half has one",
}
assert y not in known, f"y is {y:g}, not 367: {known[y]}"
nn.utils.check_same(367, y)
dx, grads = layer.backward(np.array([[1.0]]))
nn.utils.check_same([[(1 + 6) * (1 + 35)]], dx)
assert len(grads) == 4, f"four weights have gradients, but yours are {list(grads)}"
report = nn.check_layer(block(*stages(4, 2)), np.random.default_rng(0).normal(size=(2, 3, 4)))
print(report)

# %% [markdown]
# ## 7. The same block as a matrix
#
# In exercise 14, a network was a matrix of arrows between stages, applied again and again. A block of a
# transformer is one, too. It has five **stages**:
#
# | stage | holds | numbers a token |
# |---|---|---|
# | 0 | the input $x$ | width |
# | 1 | attend(x) | width |
# | 2 | $h$ | width |
# | 3 | up(h) | hidden (4 width) |
# | 4 | the output $y$ | width |
#
# The four layers are arrows from each stage to the next one. And the residual paths? They are arrows that
# jump over a stage, and what stands on them is an `Identity`: $x$ goes from stage 0 to stage 2 unchanged,
# and $h$ from stage 2 to stage 4. Where two arrows meet, their results are added: this is the plus sign
# of $h = x + \dots$
#
# In the square matrix, **row a, column b** is the arrow from stage a to stage b, and the input stays at
# stage 0 by an `Identity` in (0, 0). Everything else is `None`. One application is one step of all
# arrows at once. For the four functions of section 6, $x = 1$:
#
# | | stage 0 | stage 1 | stage 2 | stage 3 | stage 4 |
# |---|---|---|---|---|---|
# | start | 1 | None | None | None | None |
# | after 1 step | 1 | 3 | 1 | None | None |
# | after 2 steps | 1 | 3 | 1 + 9 = 10 | 6 | 1 |
# | after 3 steps | 1 | 3 | 10 | 51 | 10 + 42 = 52 |
# | after 4 steps | 1 | 3 | 10 | 51 | 10 + 357 = 367 |
#
# Work out the third row on paper before you look: what has arrived where? (After four steps nothing changes
# any more: four arrows are the longest way.)
#
# **Take the layers away**, and look at what is left of the matrix: the three identities. They lead from
# stage 0 over stage 2 to stage 4. So a block without its layers is $y = x$: it gives every token on as it
# is. Each layer only *adds* to this stream, and the gradient comes back on it whole.
#
# ### Your block_matrix
#
# `edunn.Sequential2D(sizes, sizes, rows)` takes the sizes of the stages, twice, and a list of rows.
# `edunn.Identity()` makes an identity. The layers are those that come in: do not make new ones.


# %% nbgrader={"grade": false, "grade_id": "matrix", "locked": false, "schema_version": 3, "solution": true, "task": false}
def block_matrix(attend, out, up, down, width, hidden):
    """The square Sequential2D of a block's five stages: applied four times, it is the block.

    attend, out, down: layers to `width` numbers    up: a layer to `hidden` numbers
    """
    ### BEGIN SOLUTION
    sizes, same = [width, width, width, hidden, width], edunn.Identity()
    rows = [
        [same, attend, same, None, None],
        [None, None, out, None, None],
        [None, None, None, up, same],
        [None, None, None, None, down],
        [None, None, None, None, None],
    ]
    matrix = edunn.Sequential2D(sizes, sizes, rows)
    ### END SOLUTION
    return matrix


# %% [markdown]
# ### Check: the matrix (3 points)
#
# The table from above, step by step. Then a whole block with random weights, which must be equal to
# $10^{-12}$ to the plain one, worked out by hand from its layers; and what is left without layers.

# %% nbgrader={"grade": true, "grade_id": "matrix-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
try:
    matrix = block_matrix(*four(), 1, 1)
except ValueError as error:
    told = "five stages need five sizes, and five rows of five"
    raise AssertionError(f"{told}. edunn says: {error}") from error
assert matrix is not None, "block_matrix gives back nothing: name your result `matrix`"
assert isinstance(matrix, edunn.Sequential2D), (
    f"block_matrix gives {type(matrix).__name__}; an edunn.Sequential2D is needed"
)
sizes = matrix.in_features_list
assert len(sizes) == 5, f"the matrix has {len(sizes)} rows: one for each of the five stages"
wide = block_matrix(*four(), 2, 3).in_features_list
assert wide == [2, 2, 2, 3, 2], f"for width 2 and hidden 3 the stages have {wide} numbers"
there = sorted(matrix.cells)
arrows = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 3), (2, 4), (3, 4)]
turned = sorted((b, a) for a, b in arrows)
assert there != turned, "rows and columns are exchanged: row a is where an arrow begins"
for arrow, what in {
    (0, 0): "the input does not stay: (0, 0) is an Identity",
    (0, 2): "the first residual path is missing: an Identity from stage 0 to stage 2",
    (2, 4): "the second residual path is missing: an Identity from stage 2 to stage 4",
}.items():
    assert arrow in there, what
    kind = type(matrix.cells[arrow]).__name__
    assert kind == "Identity", f"{arrow} is {kind}: the path goes around the layers, unchanged"
late = [arrow for arrow in there if arrow[0] > 0 and arrow[0] == arrow[1]]
assert not late, f"{late[0]} keeps what a stage had before: only the input stays"
assert (0, 4) not in there, "(0, 4) adds x once more: h has it in it already"
assert there == arrows, f"the arrows are {there}, not {arrows}"
table = [[1, None, None, None, None], [1, 3, 1, None, None], [1, 3, 10, 6, 1],
         [1, 3, 10, 51, 52], [1, 3, 10, 51, 367]]  # fmt: skip
for steps in range(1, 5):
    found = matrix.iterate([np.ones((1, 1)), None, None, None, None], steps)
    found = [None if one is None else one.item() for one in found]
    assert found == table[steps], f"after {steps} steps the stages hold {found}, not {table[steps]}"

edunn.set_default_dtype(np.float64)
attend, out, up, down = stages(8, 2)
edunn.set_default_dtype(np.float32)
x = np.random.default_rng(1).normal(size=(2, 5, 8))
matrix = block_matrix(attend, out, up, down, 8, 32)
same = all(one in matrix.cells.values() for one in (attend, out, up, down))
assert same, "the matrix has other layers than those that came in"
h = x + out.forward(attend.forward(x))
y = h + down.forward(up.forward(h))
by_steps = matrix.iterate([x, None, None, None, None], 4)[4]
apart = np.max(np.abs(by_steps - y))
assert apart < 1e-12, f"matrix and block differ by {apart:.1e}"
for arrow in [arrow for arrow, one in matrix.cells.items() if not isinstance(one, edunn.Identity)]:
    del matrix.cells[arrow]
alone = matrix.iterate([x, None, None, None, None], 4)[4]
assert np.array_equal(alone, x), "without its layers, the block must give x itself"
print(f"The block as a matrix: the same to {max(apart, 1e-16):.0e}. Without its layers: y = x.")

# %% [markdown]
# ### A picture
#
# The matrix of a block of width 64. Which entries are the stream that goes around everything? Where would
# the arrows of a second block stand, if it came after this one?

# %%
from edunn import diagrams

axes = diagrams.blocks(block_matrix(*stages(64, 8), 64, 256))
plt.show()

# %% [markdown]
# ## 8. It learns to add
#
# The network: embedding, positions, one block, a last `LayerNorm`, and a `Dense` layer that gives each
# token 12 **scores**, one for each token that could come next. At every place, the network has seen only
# what stands before it: so it can be asked at all places at once.
#
# What is it trained on? We draw pairs of numbers below 1000, always new ones. Of the million pairs, 1000
# are held out, and never drawn. The error is the cross entropy of exercise 5, at the four places from
# which a digit of the answer is to be guessed: at all other places, what comes next is mere chance, or
# always the same.
#
# The training takes about ten seconds, and earns no points. Where it would take more than 20, as in a
# browser, numbers that were trained before are loaded into your classes.


# %%
def network(vocabulary, tokens, width=64, heads=8, deviation=0.1):
    """A transformer of one block: from tokens to the scores of the next token, at each place."""
    small = nn.initializers.RandomNormal(deviation)
    return nn.Sequential(
        Embedding(vocabulary, width, small),
        Positions(tokens, width, small),
        block(*stages(width, heads)),
        nn.LayerNorm(width),
        Rows(nn.Dense(width, vocabulary, "id", nn.initializers.XavierUniform())),
    )


def train(model, batch, answers, steps, lr=0.003, seconds=20):
    """Adam for so many steps, or until so many seconds are over; returns the loss of each.

    batch: a function that gives tokens (n, T + 1)    answers: how many at the end are guessed
    """
    loss, losses, end = nn.CrossEntropyLoss(), [], time.perf_counter() + seconds
    optimizer = nn.Adam(model.named_parameters(), lr=lr, betas=(0.9, 0.98))
    while len(losses) < steps and time.perf_counter() < end:
        rest = (steps - len(losses)) / steps  # 1 at the start, 0 at the end
        optimizer.lr = lr * min(1, (len(losses) + 1) / 50, 3 * rest)  # slow, fast, slow
        tokens = batch()
        scores = model.forward(tokens[:, :-1])
        asked = scores[:, -answers:]
        wanted = tokens[:, -answers:].reshape(-1)
        losses.append(loss.forward(asked.reshape(len(wanted), -1), wanted))
        dscores = np.zeros_like(scores)
        dscores[:, -answers:] = loss.backward(1.0)[0].reshape(asked.shape)
        dx, grads = model.backward(dscores)
        optimizer.step(grads)
    return losses


def right_sums(model, pairs):
    """Of these sums, the part whose four digits are all right. The network writes them itself."""
    tokens = sums(pairs // 1000, pairs % 1000)
    written = tokens[:, :8]
    for _ in range(4):
        guess = np.argmax(model.forward(written)[:, -1], axis=-1)
        written = np.concatenate([written, guess[:, None]], axis=1)
    return np.mean(np.all(written == tokens, axis=1))


def draw_sums(seed, held_out=1000):
    """A function that draws a batch of sums, and the pairs (as a * 1000 + b) that it never draws."""
    rng = np.random.default_rng(seed)
    pairs = rng.permutation(1_000_000)

    def batch():
        drawn = pairs[rng.integers(held_out, len(pairs), size=64)]
        return sums(drawn // 1000, drawn % 1000)

    return batch, pairs[:held_out]


@functools.cache  # trained once: the cells below get the same network
def trained(seed=0, deviation=0.1, steps=900):
    """(a network that adds, the loss of each step, the pairs that it never saw)"""
    nn.manual_seed(seed)
    model = network(12, 11, deviation=deviation)
    batch, unseen = draw_sums(seed)
    browser = sys.platform == "emscripten"  # where NumPy is slow
    losses = [] if browser else train(model, batch, 4, steps)
    print(f"{len(losses)} of {steps} batches")
    if len(losses) < steps:
        print("All of them would take too long here: numbers that were trained before are loaded.")
        for parameter, numbers in zip(model.parameters(), edunn.datasets.load_adder()):
            parameter.data = numbers
    return model, losses, unseen


# %%
start = time.perf_counter()
model, losses, unseen = trained()
took = time.perf_counter() - start
print(f"{model.number_of_trainable_parameters():,} parameters, {took:.1f} s")
if losses:
    figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
    ax.semilogy(losses)
    ax.axhline(np.log(10), color="0.6", linestyle=":", label="digits by chance")
    ax.set(xlabel="step", ylabel="cross entropy", title="learning to add")
    ax.legend()
    plt.show()
print(f"{right_sums(model, unseen):.1%} of {len(unseen)} sums that it never saw are right")

# %% [markdown]
# Look at the curve. Soon the network knows which digits come at all: the last one is 0 or 1. Then nothing seems
# to happen for a while: the heads look for the digits that belong together. When they have found them, the
# curve falls, and in the end carries are understood as well.
#
# **Small numbers first.** Write `trained(deviation=1.0)` in the cell above, and run it again. The table of the
# embedding then begins with numbers ten times as large. Each `LayerNorm` makes its own input the same size, so why
# should it matter? Look at the stream of section 7. What the layers add to it has about size 1. If the
# stream begins with numbers of size 0.1, the layers are heard at once. If it begins with numbers of size
# 1.4 (token and place), they are a whisper, and the steps of Adam, which are as small as before, change
# the table but little. Six trainings each:
#
# | deviation | steps until the cross entropy is below 0.1 |
# |---|---|
# | 0.1 | 383, 297, 472, 406, 371, 377 |
# | 1 | more than 900, 512, 485, 640, 529, 542 |
# | 3 | more than 900 in five, 585 in one |
#
# ### Whom does it ask?
#
# The weights of the eight heads, for one sum. Rows are the four places from which a digit of the answer is
# guessed; columns are all places. To guess the ones, it must look at the two last digits. Which head
# does that? For the tens, it needs the two digits in the middle, and whether there was a carry: where can
# it see that? (The digit that it has just written, 3, stands at this very place, so the stream has it
# already. If one of the last two digits is larger than 3, as 8 is, there was a carry: a head looks back at it.)

# %%
model, _, _ = trained()
tokens = sums(np.array([345]), np.array([78]))
attend = model[0].forward(tokens[:, :-1])
attend = model[1].forward(attend)
norm = nn.LayerNorm(64)
first = list(model.named_parameters().values())[2:7]  # w and b of the norm; wq, wk, wv
norm.w.data, norm.b.data = (parameter.data for parameter in first[:2])
x = norm.forward(attend)[0]
figure, axes = plt.subplots(2, 4, figsize=(11, 3.6), layout="constrained")
for head, ax in enumerate(axes.flat):
    columns = slice(8 * head, 8 * head + 8)
    q, k = (x @ parameter.data[:, columns] for parameter in first[2:4])
    z = np.where(np.tri(len(x), dtype=bool), q @ k.T / 8**0.5, -1e9)
    ax.imshow(edunn.Softmax().forward(z)[-4:], cmap="Blues", vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(11), text(tokens[0, :-1]))
    ax.set_yticks(
        range(4), ["ones", "tens", "hundreds", "thousands"] if head % 4 == 0 else [""] * 4
    )
    ax.set_title(f"head {head}", fontsize=10)
plt.show()

# %% [markdown]
# ## 9. From scores to tokens: sampling
#
# The network gives scores. Which token does it write? For a sum, the likeliest one. For a text, that would
# be dull: it would write the same words again and again. So a token is **drawn**, with the probabilities
# that the softmax makes of the scores $z$. A number $\tau$ (say "tau"), the **temperature**, says how
# much chance there is:
#
# $$ p_v = \frac{e^{z_v / \tau}}{\sum_u e^{z_u / \tau}} $$
#
# With $\tau = 1$ these are the probabilities that were learned. A small $\tau$ makes differences larger, so
# the likeliest token nearly always wins. A large $\tau$ makes all tokens alike.
#
# **By hand.** The scores are $(0, \ln 2, \ln 4)$. What is $p$ for $\tau = 1$, and for $\tau = \frac12$? (The
# exponentials are 1, 2, 4, so $p = (\frac17, \frac27, \frac47)$. With $\tau = \frac12$ each score is
# doubled, so each exponential is squared: 1, 4, 16, and $p = (\frac1{21}, \frac4{21}, \frac{16}{21})$.)
#
# Scores come with any axes in front, and can be large: shift each row before you use `exp` (exercise 5).
# Small temperatures make them larger still. Write it out, without `nn.Softmax`: your own takes two axes only.


# %% nbgrader={"grade": false, "grade_id": "temperature", "locked": false, "schema_version": 3, "solution": true, "task": false}
def probabilities(scores, temperature):
    """The probabilities of the next token, along the last axis

    scores: (..., vocabulary)    temperature: a number above 0    returns: the shape of scores
    """
    ### BEGIN SOLUTION
    z = scores / temperature
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    p = e / np.sum(e, axis=-1, keepdims=True)
    ### END SOLUTION
    return p


# %% [markdown]
# ### Check: probabilities (1 point)

# %% nbgrader={"grade": true, "grade_id": "temperature-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
scores = np.log([1.0, 2, 4])
p = probabilities(scores, 0.5)
assert p is not None, "probabilities gives back nothing: name your result `p`"
assert np.shape(p) == (3,), f"three scores give three probabilities; the shape is {np.shape(p)}"
assert scores[1] == np.log(2.0), "probabilities writes into the scores: make a new array"
roots = np.array([1, 2**0.5, 2])
for words, numbers in {
    "the temperature has no effect": np.array([1, 2, 4]) / 7,
    "the scores are multiplied by the temperature: divide": roots / np.sum(roots),
    "the probabilities are divided by the temperature: divide the scores": np.array([2, 4, 8]) / 7,
    "these do not add up to 1: divide by the sum": np.array([1, 4, 16]),
    "this is the likeliest token alone: all have a probability": np.array([0, 0, 1]),
    "the scores themselves are divided by their sum: where is exp?": scores / np.sum(scores),
}.items():
    assert not np.allclose(p, numbers), words
assert np.isclose(np.sum(p), 1), f"the probabilities add up to {np.sum(p):.4f}, not to 1"
nn.utils.check_same(np.array([1, 4, 16]) / 21, p)
nn.utils.check_same(np.array([1, 2, 4]) / 7, probabilities(scores, 1.0))
many = np.array([[0.0, 1, 2], [5, 5, 5]])
p = probabilities(many, 2.0)
assert np.shape(p) == (2, 3), f"two rows of scores: the shape is {np.shape(p)}, not (2, 3)"
assert np.allclose(np.sum(p, axis=-1), 1), "each row must add up to 1: along which axis do you sum?"
nn.utils.check_same([1 / 3] * 3, p[1])
with np.errstate(all="ignore"):
    p = probabilities(np.array([[0.0, 10], [-2000, -2000]]), 0.01)
assert np.all(np.isfinite(p)), "exp overflows or all is 0: shift each row by its own largest number"
nn.utils.check_same([[0, 1], [0.5, 0.5]], p)
print("Chance, in any amount.")

# %% [markdown]
# ### write
#
# The network guesses one token. To write more, it reads what it has just written:
#
# 1. give all tokens so far to the model: scores `(n, T, vocabulary)`;
# 2. only the scores at the **last** place tell what comes next: `(n, vocabulary)`;
# 3. `pick` makes tokens of them, `(n,)`: the likeliest, or drawn ones;
# 4. put them behind the others: now there is one token more in each sequence. Again.
#
# For step 4, `np.concatenate([a, b], axis=1)` puts arrays side by side. The new tokens need an axis for
# the time: `new[:, None]` has the shape `(n, 1)`. Do not change the array that comes in.
#
# **By hand.** A model for the tokens 0 to 9 always guesses the sum of *all* tokens before and of *how many*
# they are, of which only the last digit counts. It begins with 1, 2. What does it write? (1 + 2 and two
# tokens: 5. Then 1 + 2 + 5 and three: 11, so 1. Then 3, then 7.)


# %% nbgrader={"grade": false, "grade_id": "write", "locked": false, "schema_version": 3, "solution": true, "task": false}
def write(model, tokens, count, pick):
    """The tokens, and `count` more that the model has written, one after another

    tokens: (n, T)    pick: from scores (n, vocabulary) to tokens (n,)    returns: (n, T + count)
    """
    ### BEGIN SOLUTION
    for _ in range(count):
        new = pick(model.forward(tokens)[:, -1])
        tokens = np.concatenate([tokens, new[:, None]], axis=1)
    ### END SOLUTION
    return tokens


# %% nbgrader={"grade": false, "grade_id": "doubler", "locked": true, "schema_version": 3, "solution": false, "task": false}
class LastDigit(edunn.Module):
    """A model for the tokens 0 to 9 that guesses the last digit of the sum of all before, and of how
    many they are; the token after it, from 9 to 0, comes second."""

    def forward(self, x):
        last = np.cumsum(x + 1, axis=1) % 10
        return -((np.arange(10.0) - last[..., None]) % 10)


def likeliest(scores):
    """The token with the largest score, for each row."""
    return np.argmax(scores, axis=-1)


def second(scores):
    """The token with the second largest score, for each row."""
    return np.argsort(scores, axis=1)[:, -2]


# %% [markdown]
# ### Check: write (2 points)

# %% nbgrader={"grade": true, "grade_id": "write-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
tokens = np.array([[1, 2], [5, 0], [0, 0]])
asked = []


def noted(scores):
    asked.append(np.shape(scores))
    return likeliest(scores)


written = write(LastDigit(), tokens, 4, noted)
assert written is not None, "write gives back nothing"
assert tokens.shape == (3, 2), "write changes the tokens that it was given"
assert np.array_equal(tokens, [[1, 2], [5, 0], [0, 0]]), "write changes the tokens it was given"
assert asked, "pick was never called: it makes tokens of scores"
assert asked[0] == (3, 10), f"pick got scores of shape {asked[0]}, not those of one place, (3, 10)"
assert len(asked) == 4, f"4 new tokens, but pick was called {len(asked)} times"
assert np.shape(written) != (3, 4), "only the new tokens come back: all are asked for"
assert np.shape(written) == (3, 6), f"the result has shape {np.shape(written)}, not (3, 6)"
assert np.array_equal(written[:, :2], tokens), "the start must stand first: new tokens go behind it"
for words, row in {
    "each guess is made from the start alone: the model must read what it wrote": [5, 5, 5, 5],
    "the first place is asked: the last one tells what comes next": [2, 2, 2, 2],
    "the model reads only its last token: give it all tokens so far": [3, 4, 5, 6],
    "the model reads places where nothing is written yet: give it what is there": [9, 8, 6, 2],
}.items():
    assert not np.array_equal(written[0, 2:], row), words
assert np.array_equal(written, [[1, 2, 5, 1, 3, 7], [5, 0, 7, 5, 1, 3], [0, 0, 2, 5, 1, 3]]), (
    f"after 1, 2 the model writes {written[0, 2:].tolist()}, not 5, 1, 3, 7"
)
other = write(LastDigit(), tokens, 2, second)
assert np.array_equal(other[0], [1, 2, 6, 3]), "another pick makes no difference"
assert np.array_equal(write(LastDigit(), tokens, 0, likeliest), tokens), (
    "no new tokens are asked for"
)
print("It reads what it wrote.")

# %% [markdown]
# ### Ask it
#
# Now your `write` asks your transformer. Try sums of your own. Try `999+1`: where is the carry? Does it know
# that $a + b = b + a$? (Nobody told it.)

# %%
model, _, _ = trained()
a, b = np.array([345, 999, 7, 500]), np.array([78, 1, 5, 500])
question = sums(a, b)[:, :8]
for row in write(model, question, 4, likeliest):
    answer = text(row[8:])
    print(f"{text(row[:8])}{answer}   so the answer is {int(answer[::-1])}")

# %% [markdown]
# ## 10. Play: invented words
#
# The same network learns to write words. It reads the 1841 words of four to eight letters from *Alice's
# Adventures in Wonderland* (Lewis Carroll, 1865, in the public domain), letter by letter. A dot stands
# at the beginning of each word and behind it. After a few seconds it invents words of its own: which of
# them could be English? Words that stand in the book are marked with a star.
#
# Try temperatures from 0.3 to 2, and other beginnings. With your own list of words (names, towns, dinosaurs),
# you get new ones of their kind.

# %%
words = edunn.datasets.load_words()
letters = "." + "".join(sorted(set("".join(words))))
spelled = np.array([[letters.index(one) for one in f".{word}.........."[:10]] for word in words])
nn.manual_seed(1)
rng = np.random.default_rng(1)
speller = network(len(letters), 9)


def few():
    """A batch of words."""
    return spelled[rng.integers(len(spelled), size=64)]


losses = train(speller, few, 9, 400, lr=0.006, seconds=8)
print(f"cross entropy: {losses[0]:.2f}, and {losses[-1]:.2f} after {len(losses)} batches\n")


def drawn(temperature):
    """A pick for write: tokens drawn with their probabilities at this temperature."""

    def pick(scores):
        p = probabilities(scores.astype(float), temperature)
        return np.array([rng.choice(len(row), p=row) for row in p])

    return pick


start = "."
for temperature in (0.4, 0.8, 1.2):
    begun = np.array([[letters.index(one) for one in start]] * 12)
    rows = write(speller, begun, 10 - len(start), drawn(temperature))
    new = ["".join(letters[one] for one in row).strip(".").split(".")[0] for row in rows]
    shown = [word + "*" * (word in words) for word in new]
    print(f"temperature {temperature}: {' '.join(shown)}")

# %% [markdown]
# ## 11. What one token costs
#
# As in exercise 17: how much is computed, and how much is kept? A transformer of $L$ blocks writes **one**
# more token, when there are $T$ tokens (with it). What it has worked out for the others, it can keep: their
# keys and values do not change, as nobody looks ahead. So only the new token goes through the layers.
#
# **Matrices.** The token goes through each matrix once, and a matrix costs one multiply-add for each of its
# weights. A block has $w_q, w_k, w_v$ and out, each $D \cdot D$ for a width of $D$, and up and down, each
# $D \cdot 4D$. In the end, $D \cdot V$ for the scores of $V$ kinds of tokens. The embedding costs
# nothing: it looks up.
#
# $$ \text{matrices} = L \, (4 D^2 + 8 D^2) + D V $$
#
# **Attention.** The query of the token meets $T$ keys: $T$ scalar products of $D$ numbers in all heads
# together. Then $T$ values are added up, with their weights: again $T \cdot D$. In each block:
#
# $$ \text{attention} = L \cdot 2 \, T D $$
#
# **Memory.** In each block, a key and a value are kept for each of the $T$ tokens, of $D$ numbers each. A
# number takes `size` bytes (4 in float32):
#
# $$ \text{memory} = L \cdot 2 \, T D \cdot \text{size} $$
#
# **By hand.** Our adder: $L = 1$, $D = 64$, $V = 12$, $T = 11$. (Matrices:
# $12 \cdot 4096 + 768 = 49\,920$. Attention: $2 \cdot 11 \cdot 64 = 1408$. Memory:
# $1408 \cdot 4 = 5632$ bytes.)


# %% nbgrader={"grade": false, "grade_id": "cost", "locked": false, "schema_version": 3, "solution": true, "task": false}
def token_cost(blocks, width, vocabulary, tokens, size=4):
    """What one more token costs: {"matrices": , "attention": , "memory": }, as ints

    matrices, attention: multiply-adds    memory: bytes of all keys and values
    tokens: how many there are, with the new one    size: bytes of a number
    """
    ### BEGIN SOLUTION
    matrices = blocks * 12 * width**2 + width * vocabulary
    attention = blocks * 2 * tokens * width
    cost = {"matrices": matrices, "attention": attention, "memory": attention * size}
    ### END SOLUTION
    return cost


# %% [markdown]
# ### Check: cost (2 points)

# %% nbgrader={"grade": true, "grade_id": "cost-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
cost = token_cost(1, 64, 12, 11)
assert isinstance(cost, dict), f"token_cost gives {type(cost).__name__}; name your dict `cost`"
assert cost.keys() == {"matrices", "attention", "memory"}, f"the dict has {list(cost)}"
cost = token_cost(3, 10, 7, 5, 2)
known = {
    "matrices": {
        1270: "the blocks are forgotten: each has its matrices",
        3810: "the scores are made once, not in each block",
        3600: "the scores are forgotten: D times V",
        3370: "q, k, v and out are four matrices: 4 D times D together",
        2470: "up and down are two matrices of D times 4 D: 8 D times D together",
        1870: "up and down are D times 4 D: each is four times as large as q",
        18350: "the other tokens went through the matrices before: only the new one does now",
        7340: "a multiply-add counts as one here, not as two",
        3740: "the embedding costs nothing: it looks up",
    },
    "attention": {
        100: "the blocks are forgotten: each has its attention",
        360: "the new token is among the T already: it is counted twice",
        150: "this is half of it: T D for the scores, and T D for the sum of the values",
        1500: "all tokens ask here: only the new one does",
        60: "the query meets T keys, not one",
        30: "a scalar product of D numbers costs D multiply-adds, not one",
    },
    "memory": {
        1200: "size is 2 bytes here, not 4",
        300: "half of it: each number takes `size` bytes, and a key and a value are kept",
        200: "the blocks are forgotten: each keeps its own",
        120: "the keys and values of all T tokens are kept, not of one",
        7340: "these are the bytes of the weights: keys and values are asked for",
    },
}
for what, mistakes in known.items():
    got = cost[what]
    assert got not in mistakes, f"{what} is {got}: {mistakes[got]}"
want = {"matrices": 3670, "attention": 300, "memory": 600}
assert cost == want, f"token_cost(3, 10, 7, 5, 2) is {cost}, not {want}"
want = {"matrices": 49920, "attention": 1408, "memory": 5632}
assert token_cost(1, 64, 12, 11) == want, f"for the adder it is {token_cost(1, 64, 12, 11)}"
adder = token_cost(1, 64, 12, 11)
print(f"the adder: {adder['matrices'] + adder['attention']:,} multiply-adds for a digit")

# %% [markdown]
# ### Large ones
#
# Two networks that write texts: the small one of GPT-2 (2019), and GPT-3 (2020). The lines are the two
# parts of the arithmetic, for longer and longer texts. Where do they meet? How many bytes are kept
# there? And measured: how long does *our* network think about one digit?

# %%
known = {"GPT-2, small": (12, 768, 50257), "GPT-3": (96, 12288, 50257)}
figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
lengths = 2 ** np.arange(7, 20)
for ax, (name, (blocks, width, vocabulary)) in zip(axes, known.items()):
    costs = [token_cost(blocks, width, vocabulary, int(T)) for T in lengths]
    for part, style in (("matrices", "-"), ("attention", "--")):
        ax.loglog(lengths, [one[part] for one in costs], style, label=part)
    ax.set(xlabel="tokens", title=name)
    ax.grid(alpha=0.3)
    kept = costs[3]["memory"] / 2**20
    print(f"{name}: {costs[0]['matrices'] / 1e6:,.0f} million multiply-adds a token in matrices; "
          f"{kept:,.0f} MiB are kept for 1024 tokens")  # fmt: skip
axes[0].set_ylabel("multiply-adds for one token")
axes[0].legend()
plt.show()
row = sums(np.array([345]), np.array([78]))[:, :11]
model, _, _ = trained()
model.forward(row)
start = time.perf_counter()
for _ in range(20):
    model.forward(row)
print(f"our adder: {(time.perf_counter() - start) / 20 * 1000:.2f} ms for 11 tokens, all at once")

# %% [markdown]
# ## 12. Two questions (6 points, graded by hand)
#
# **Question 1 (3 points).** Somebody builds a block in which the `LayerNorm` stands on the stream itself,
# *behind* each sum: $h = \text{norm}(x + \text{out}(\text{attend}(x)))$, and $y$ in the same way. This is
# how transformers were built at first (2017), **post-norm**.
#
# 1. Draw its matrix of stages, or describe it: how many stages does it need, and on which arrows do the
#    norms stand?
# 2. Take away attend, out, up and down. What is left, and is it $y = x$?
# 3. Many such blocks stand behind each other. What does your answer mean for the gradient on its way
#    back, compared with pre-norm?

# %% [markdown] nbgrader={"grade": true, "grade_id": "prenorm-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: two more stages, the sums before the norm; arrows from these to h and y are the norms
# (another right numbering counts as well). 1 point: a chain of two norms is left, so y is the
# normalized x and not x. 1 point: on the way around everything, each block's gradient goes through the
# norms (is projected and divided by s), so it is changed at each block, and can shrink or grow; in
# pre-norm it comes back whole.
# ### END MARK SCHEME
#
# 1. Seven stages: x, attend(x), the sum s, h, up(h), the sum r, y. Arrows: attend from 0 to 1, out from 1 to
#    2, Identity from 0 to 2, norm from 2 to 3, up from 3 to 4, down from 4 to 5, Identity from 3 to 5, norm
#    from 5 to 6. And the Identity in (0, 0).
# 2. What is left is Identity, norm, Identity, norm: y = norm(norm(x)). Its tokens have mean 0 and variance
#    1, so it is not x (unless x had that already).
# 3. In pre-norm there is a way with nothing but identities, so dx = dy + something, through all blocks. In
#    post-norm every way goes through two norms in each block. Each takes away the mean, takes away what
#    is parallel to z, and divides by s. After many blocks the gradient has been divided many times: it can
#    vanish, or explode, and learning must begin very carefully.

# %% [markdown]
# **Question 2 (3 points).** GPT-3 has 96 blocks of width 12288, and a vocabulary of 50257 tokens.
#
# 1. How many weights have the matrices of its blocks together? Compare with the number of multiply-adds for
#    one token.
# 2. It writes a token when there are 2048. What part of the arithmetic is attention? How many bytes of keys
#    and values are kept, with 2 bytes a number?
# 3. Texts become a hundred times as long. Which of the three costs of a token grow, and what does it mean
#    for the cost of the *whole* text?

# %% [markdown] nbgrader={"grade": true, "grade_id": "cost-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: 96 · 12 · 12288² = 173.9e9, one multiply-add for each weight (and D V = 0.6e9 for the scores).
# 1 point: attention 96 · 2 · 2048 · 12288 = 4.8e9, about 3 % of all; memory twice that in bytes, 9.7e9
# bytes or 9 GiB. 1 point: attention and memory grow with T, a hundred times; the matrices do not; for the
# whole text, matrices grow with T and attention with T squared.
# ### END MARK SCHEME
#
# 1. $96 \cdot 12 \cdot 12288^2 \approx 174 \cdot 10^9$: nearly all of its 175 thousand million
#    parameters (exercise 17). One token costs one multiply-add for each of these weights, and
#    $12288 \cdot 50257 \approx 0.6 \cdot 10^9$ for the scores.
# 2. Attention: $96 \cdot 2 \cdot 2048 \cdot 12288 \approx 4.8 \cdot 10^9$, about 3 % of the arithmetic. With
#    2 bytes a number, $9.7 \cdot 10^9$ bytes are kept, about 9 GiB: for one single text.
# 3. The matrices cost the same for each token. Attention and memory are a hundred times as large: attention
#    is now more than the matrices, and 900 GiB are kept. For a whole text, the matrices cost a hundred times as
#    much, but attention $100^2$ times: each of a hundred times as many tokens looks at a hundred times as
#    many.

# %% [markdown]
# ## The end of the second part
#
# You have built a transformer, from the product of two matrices upwards. Those that write texts have more
# blocks, wider ones, and they have read more; but their blocks are yours. You know what each number in
# them is for, and what it costs. And you have seen the block in the form that all networks of this course
# have: a matrix of stages, with identities that carry, and layers that add.
