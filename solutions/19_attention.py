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
# # Exercise 19: Attention
#
# A sentence is a row of words, and what a word means depends on other words, some of them far away.
# **Attention** lets every word look at all the others, and take from each as much as it needs. In
# this notebook you write attention and its gradients by hand, several *heads* of it, and the two
# helpers without which deep networks of it do not learn: `LayerNorm` and residual paths.
#
# | | |
# |---|---|
# | You write | `causal_mask`, `Attention`, `split_heads`, `join_heads`, `Heads.backward`, `LayerNorm`, `Residual`: about 30 lines in all |
# | You need | softmax and its backward (exercise 5), the chain rule, caches of layers made of layers (exercise 8) |
# | Time | about 100 minutes |
# | Points | 18 by automatic checks, 6 for written answers |
# | If you are stuck | leave the part out, and go on: sections 1 to 4 (attention), 5 (heads, which use it), 6 and 7 do not need each other. `LayerNorm = borrow("LayerNorm")` lends you the one of edunn, without points |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("LayerNorm", "MultiHeadAttention")  # from here on, these are your own
close("layers.attention._Projections")  # split_heads and join_heads are inside

# %% [markdown]
# ## 1. The idea: ask, compare, take
#
# The words of a sentence (or letters, or digits) are called **tokens**. Each token is a row of
# numbers, so a sequence is an array of shape `(tokens, width)`.
#
# From each token, three rows of numbers are made. In a network, three `Linear` layers make them; here
# they are given.
#
# | | shape | what it is |
# |---|---|---|
# | `q`, the **query** | `(T, d)` | what token t asks: "who can tell me about ...?" |
# | `k`, the **key** | `(S, d)` | what token s offers: "I know about ..." |
# | `v`, the **value** | `(S, width)` | what token s hands over, if somebody takes it |
#
# Mostly the same tokens ask and answer, and $S = T$. But the formulas also hold if they are others.
#
# **Compare.** The *score* of query $t$ and key $s$ is their scalar product: large if they fit. It is
# divided by $\sqrt d$, the root of the width of the keys (you will see why in a moment):
#
# $$ z_{ts} = \frac{1}{\sqrt{d}} \sum_{i=1}^{d} q_{ti} \, k_{si} \qquad\text{or}\qquad
#    z = \frac{q \, k^T}{\sqrt d} $$
#
# **Take.** The softmax of exercise 5, row by row, makes weights of the scores. Row $t$ of $a$ holds the
# weights of query $t$: they are positive and add up to 1, over all keys $s$.
#
# $$ a_{ts} = \frac{e^{z_{ts}}}{\sum_{r} e^{z_{tr}}} $$
#
# The output of token $t$ is the mean of the values, with these weights:
#
# $$ y_t = \sum_{s} a_{ts} \, v_s \qquad\text{or}\qquad y = a \, v $$
#
# **By hand.** Two tokens of width two, so $d = 2$. One row for each token:
#
# $$ q = \sqrt 2 \begin{pmatrix} 1 & 1 \\ 0 & 1 \end{pmatrix} \quad
#    k = \begin{pmatrix} \ln 2 & 0 \\ 0 & \ln 3 \end{pmatrix} \quad
#    v = \begin{pmatrix} 20 & 0 \\ 0 & 40 \end{pmatrix} \qquad\text{so}\qquad
#    z = \begin{pmatrix} \ln 2 & \ln 3 \\ 0 & \ln 3 \end{pmatrix} $$
#
# What are $a$ and $y$? (The exponentials of the first row are 2 and 3, so its weights are
# $(\frac25, \frac35)$, and $y_0 = \frac25 (20, 0) + \frac35 (0, 40) = (8, 24)$. The second row has the
# exponentials 1 and 3: weights $(\frac14, \frac34)$, and $y_1 = (5, 30)$.)

# %% [markdown]
# ### A picture: why divide by the root of d?
#
# Suppose the numbers in $q$ and $k$ are random, with mean 0 and variance 1, and independent. Then each
# product $q_{ti} k_{si}$ has mean 0 and variance 1 as well. Variances of independent numbers add up,
# so the sum of $d$ of them has variance $d$: a typical score has the size $\sqrt d$. For $d = 1024$
# this is 32, and $e^{32}$ is so large that one key takes everything. The softmax is then flat, and its
# gradient almost 0: nothing is learned. Divided by $\sqrt d$, scores have variance 1 for every $d$.
#
# On the left: the largest of ten weights. On the right: the size of the gradient that gets through the
# softmax to the scores. Change `keys`. What is the largest weight if there is no difference at all
# between the scores?

# %%
import matplotlib.pyplot as plt

rng = np.random.default_rng(0)
keys, widths = 10, 4 ** np.arange(7)
found = {"without": [], "divided by the root of d": []}
for d in widths:
    products = rng.normal(size=(400, d)) @ rng.normal(size=(d, keys))
    push = rng.normal(size=products.shape)
    for name, factor in zip(found, (1.0, d**-0.5)):
        softmax = nn.Softmax()
        largest = softmax.forward(factor * products).max(axis=1).mean()
        found[name].append((largest, np.abs(softmax.backward(push)[0]).mean()))

figure, axes = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
for (name, numbers), style in zip(found.items(), ("o--", "s-")):
    for ax, line in zip(axes, np.transpose(numbers)):
        ax.plot(widths, line, style, label=name)
for ax in axes:
    ax.set_xscale("log", base=2)
    ax.set_xlabel("d: width of the keys")
    ax.grid(alpha=0.3)
axes[0].set(title="largest weight (mean over the rows)", ylim=(0, 1.05))
axes[1].set(title="size of the gradient of the scores", yscale="log")
axes[0].legend()
plt.show()

# %% [markdown]
# ## 2. The mask: nobody looks ahead
#
# We want networks that write: from the tokens so far, they guess the next one. During training the
# whole text is there. A token that could look ahead would simply read the answer. So query $t$ may see
# the keys $s \le t$ only: itself, and what comes before it. This is called a **causal mask**. For three
# tokens it is
#
# $$ \begin{pmatrix} \text{True} & \text{False} & \text{False} \\ \text{True} & \text{True} &
#    \text{False} \\ \text{True} & \text{True} & \text{True} \end{pmatrix} $$
#
# with a row for each query and a column for each key. (`np.arange(tokens)` counts the tokens. NumPy can
# compare a column of numbers with a row of numbers: then every number of one meets every number of the
# other.)


# %% nbgrader={"grade": false, "grade_id": "mask", "locked": false, "schema_version": 3, "solution": true, "task": false}
def causal_mask(tokens):
    """Whether query t (row) may see key s (column): an array of True and False

    returns: (tokens, tokens)
    """
    ### BEGIN SOLUTION
    place = np.arange(tokens)
    mask = place[:, None] >= place
    ### END SOLUTION
    return mask


# %% [markdown]
# ### Check: the mask (1 point)

# %% nbgrader={"grade": true, "grade_id": "attention-mask", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
mask = causal_mask(3)
assert mask is not None, "causal_mask gives back nothing: name your result `mask`"
assert np.shape(mask) == (3, 3), f"the shape for 3 tokens is {np.shape(mask)}, not (3, 3)"
kind = np.asarray(mask).dtype
assert kind.kind == "b", f"the mask holds numbers of type {kind}; True and False are needed"
assert not np.array_equal(mask, [[0, 1, 1], [0, 0, 1], [0, 0, 0]]), (
    "every place is the opposite of what is asked for: does True say that a key is hidden, or seen?"
)
assert np.all(np.diag(mask)), "a token does not see itself: s = t is allowed as well"
turned = mask[0, 2] and not mask[2, 0]
assert not turned, "the mask is on the wrong side: row 0 is the first query, and it sees only key 0"
assert not mask[0, 1], "query 0 may look ahead, at key 1"
assert np.all(mask[2]), "the last query must see all keys"
assert np.array_equal(mask, [[1, 0, 0], [1, 1, 0], [1, 1, 1]]), f"the mask for 3 tokens is\n{mask}"
assert np.array_equal(causal_mask(1), [[True]]), "one token sees itself"
assert np.sum(causal_mask(5)) == 15, "for five tokens, 1 + 2 + 3 + 4 + 5 places must be True"
print("Nobody looks ahead.")

# %% [markdown]
# ## 3. Your Attention: forward
#
# ### The last two axes
#
# The formulas are about one sequence, `(tokens, width)`. A batch has one more axis in front,
# `(n, tokens, width)`, and the heads of section 5 will bring another one. All that stands in front
# counts sequences that know nothing of each other. NumPy knows this: `a @ b` multiplies the **last
# two** axes, for everything in front at once. So write for the last two axes, and the code is right
# for one sequence and for many:
#
# - the last axis is `-1`, the one before it `-2`; `axis=-1` means along the last one;
# - `np.swapaxes(a, -1, -2)` transposes the last two axes. (`a.T` turns *all* axes around: it is right
#   for one sequence, and wrong for a batch.)
#
# ### weights
#
# - Which width is $d$? That of the queries and keys: `q.shape[-1]`. A root is `** 0.5`.
#   (`np.sqrt(d)` gives the same, but it turns arrays of float32 into float64.)
# - If `self.causal` is True, hide what the mask hides **before** the softmax: a hidden score becomes
#   $-\infty$, in NumPy `-np.inf`. Then $e^{-\infty} = 0$, and the other weights of the row add up to 1.
#   `np.where(mask, x, y)` takes numbers of `x` where the mask is True, and `y` elsewhere. Leave the
#   mask out if `self.causal` is False.
# - Then the softmax of each row. Scores can be large, so shift each row first (exercise 5). You may
#   write it out; if you use `nn.Softmax`, give it rows: your own takes two axes only.
#
# ### forward
#
# `y` is one more product. Keep in `self.cache` what backward will need: all of `q`, `k`, `v`, `a`.


# %% nbgrader={"grade": false, "grade_id": "attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Attention(nn.Module):
    """y = a v, where a = softmax(q k^T / sqrt(d)), row by row

    q: (..., T, d)    k: (..., S, d)    v: (..., S, width)    y: (..., T, width)
    causal: True if query t sees the keys up to t only; then S = T
    """

    def __init__(self, causal=True):
        self.causal = causal

    def weights(self, q, k):
        """The weights a, of shape (..., T, S): each row adds up to 1."""
        ### BEGIN SOLUTION
        z = q @ np.swapaxes(k, -1, -2) / q.shape[-1] ** 0.5
        if self.causal:
            z = np.where(causal_mask(q.shape[-2]), z, -np.inf)
        e = np.exp(z - np.max(z, axis=-1, keepdims=True))
        a = e / np.sum(e, axis=-1, keepdims=True)
        ### END SOLUTION
        return a

    def forward(self, q, k, v):
        """The outputs y, of shape (..., T, width); keeps what backward needs."""
        ### BEGIN SOLUTION
        a = self.weights(q, k)
        self.cache = q, k, v, a
        y = a @ v
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients dq, dk and dv, for dy: (..., T, width). There are no parameters."""
        ### BEGIN SOLUTION
        q, k, v, a = self.cache
        dv = np.swapaxes(a, -1, -2) @ dy
        da = dy @ np.swapaxes(v, -1, -2)
        dz = a * (da - np.sum(da * a, axis=-1, keepdims=True)) / q.shape[-1] ** 0.5
        dq = dz @ k
        dk = np.swapaxes(dz, -1, -2) @ q
        ### END SOLUTION
        return (dq, dk, dv), {}


# %% [markdown]
# ### Check: the weights (2 points)
#
# First without the mask: the two tokens from above, then two sequences with three queries and four
# keys, and scores of thousands.


# %% nbgrader={"grade": true, "grade_id": "attention-weights", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def waves(*shape):
    """Some numbers between -1 and 1, in an array of this shape."""
    return np.sin(np.arange(1.0, np.prod(shape) + 1)).reshape(shape)


q, k = 2**0.5 * np.array([[1.0, 1], [0, 1]]), np.diag(np.log([2.0, 3.0]))
z = np.log([[2.0, 3.0], [1.0, 3.0]])  # the scores of these two tokens
a = Attention(causal=False).weights(q, k)
assert a is not None, "weights gives back nothing: name your result `a`"
assert np.shape(a) == (2, 2), f"two queries and two keys: a has shape {np.shape(a)}, not (2, 2)"
assert np.all(np.isfinite(a)), "some weights are not finite, although nothing is hidden here"
masked = a[0, 1] == 0 and a[1, 0] != 0
assert not masked, "self.causal is False here, but something is hidden: use the mask if it is True"
for words, numbers in {
    "each column adds up to 1, but each row should: along which axis is the softmax?": [
        [2 / 3, 1 / 2], [1 / 3, 1 / 2]],
    "the whole array adds up to 1, but each row should: along which axis is the softmax?": [
        [2 / 9, 3 / 9], [1 / 9, 3 / 9]],
    "these are the scores: the softmax is missing": z,
    "rows and columns of the scores are exchanged: a row belongs to a query": [
        [2 / 3, 1 / 3], [1 / 2, 1 / 2]],
    "the scale is missing: divide the scores by the root of d": nn.Softmax().forward(2**0.5 * z),
    "the scores are multiplied by the root of d: divide": nn.Softmax().forward(2 * z),
    "the scores are divided by d, and not by its root": nn.Softmax().forward(z / 2**0.5),
    "the scores are divided by the root twice, and by d": nn.Softmax().forward(z / 2),
}.items():  # fmt: skip
    assert not np.allclose(a, numbers), words
nn.utils.check_same([[2 / 5, 3 / 5], [1 / 4, 3 / 4]], a)

assert q[0, 0] == 2**0.5, "weights writes into q, which belongs to its caller: make a new array"
q, k = waves(2, 3, 4), 3 * waves(2, 5, 4) + 1
try:
    a = Attention(causal=False).weights(q, k)
except ValueError as error:
    told = "q and k do not fit: transpose the last two axes of k, and no others"
    raise AssertionError(f"{told}. NumPy says: {error}") from error
assert np.shape(a) == (2, 3, 5), (
    f"two sequences of three queries and five keys: a has shape {np.shape(a)}, not (2, 3, 5)"
)
assert np.allclose(np.sum(a, axis=-1), 1), "two sequences: a row does not add up to 1. axis=-1?"
products = np.einsum("nti,nsi->nts", q, k)
for number, what in ((3, "queries"), (5, "keys"), (2, "sequences")):
    told = f"the scale is that of {number}, the number of {what}: d is the width of q, here 4"
    assert not np.allclose(a, nn.Softmax().forward(products / number**0.5)), told
nn.utils.check_same([0.0012233, 0.5953691, 0.0018786, 0.0071787, 0.3943504], a[0, 1], 1e-6)
nn.utils.check_same([0.5477252, 0.0032978, 0.0066560, 0.4414123, 0.0009088], a[1, 2], 1e-6)
with np.errstate(all="ignore"):
    a = Attention(causal=False).weights(1000 * q, k)
told = "large scores give nan: shift each row before you use exp, by its own largest score"
assert np.all(np.isfinite(a)), told
with np.errstate(all="ignore"):
    a = Attention(causal=False).weights(np.array([[3e3], [-3e3]]), np.array([[1.0], [0.0]]))
assert np.all(np.isfinite(a)), "each row alone is right, both together are not: shift row by row"
nn.utils.check_same([[1, 0], [0, 1]], a)

# %% [markdown]
# ### Check: the weights behind the mask (1 point)

# %% nbgrader={"grade": true, "grade_id": "attention-causal", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
q, k = 2**0.5 * np.array([[1.0, 1], [0, 1]]), np.diag(np.log([2.0, 3.0]))
with np.errstate(all="ignore"):
    a = Attention().weights(q, k)
assert a is not None, "weights gives back nothing: name your result `a`"
assert np.shape(a) == (2, 2), f"two queries and two keys: a has shape {np.shape(a)}, not (2, 2)"
known = {
    "query 0 looks ahead, at key 1: is the mask used where self.causal is True?": [
        [2 / 5, 3 / 5], [1 / 4, 3 / 4]],
    "the mask is on the wrong side: query 0 sees key 1, and query 1 does not see key 0": [
        [2 / 5, 3 / 5], [0, 1]],
    "a hidden weight is set to 0 after the softmax, so row 0 does not add up to 1: hide scores": [
        [2 / 5, 0], [1 / 4, 3 / 4]],
    "a hidden score became 0, and exp(0) is 1: it must become -np.inf, before the softmax": [
        [2 / 3, 1 / 3], [1 / 4, 3 / 4]],
    "what is to be seen is hidden, and what is to be hidden is seen": [[0, 1], [np.nan, np.nan]],
}  # fmt: skip
for words, numbers in known.items():
    assert not np.allclose(a, numbers, equal_nan=True), words
assert np.all(np.isfinite(a)), (
    f"the weights are {a.tolist()}: is a whole row hidden, its own token as well? Is the hidden "
    "score -np.inf, and not the mask times a score? 0 times infinity is no number"
)
nn.utils.check_same([[1, 0], [1 / 4, 3 / 4]], a)
assert q[0, 0] == 2**0.5, "weights writes into q, which belongs to its caller: make a new array"

x = waves(2, 2, 4, 3)
a = Attention().weights(x, 3 * x + 1)
assert np.shape(a) == (2, 2, 4, 4), f"(2, 2) sequences of 4 tokens: a has shape {np.shape(a)}"
assert np.allclose(np.sum(a, axis=-1), 1), "with more axes in front, rows do not add up to 1"
assert not np.any(np.triu(a, 1)), "a later key still counts a little: is its score -np.inf?"
nn.utils.check_same([0.4740693, 0.0039574, 0.5219733, 0], a[1, 1, 2], tolerance=1e-6)
nn.utils.check_same([0.0048392, 0.4689126, 0.0039484, 0.5222998], a[1, 1, 3], tolerance=1e-6)
with np.errstate(all="ignore"):
    a = Attention().weights(np.array([[1.0], [1.0]]), np.array([[0.0], [5000.0]]))
assert np.all(np.isfinite(a)), "a hidden score of 5000 still counts: hide it before you shift"
nn.utils.check_same([[1, 0], [0, 1]], a)

# %% [markdown]
# ### Check: forward (1 point)


# %% nbgrader={"grade": true, "grade_id": "attention-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
def check_numbers(told="with several sequences, the numbers are not right"):
    """Of three queries and five keys, and of four tokens with the mask."""
    y = Attention(False).forward(waves(2, 3, 4), 3 * waves(2, 5, 4) + 1, waves(2, 5, 6))
    assert np.allclose(y[1, 2, :3], [-0.6508668, 0.1868360, 0.8527627]), told
    y = Attention().forward(waves(2, 4, 3), 3 * waves(2, 4, 3) + 1, waves(2, 4, 5))
    assert np.allclose(y[1, :, 0], [0.8366556, 0.7628830, 0.1937696, -0.1427244]), told


q, k = 2**0.5 * np.array([[1.0, 1], [0, 1]]), np.diag(np.log([2.0, 3.0]))
v = np.array([[20.0, 0], [0, 40]])
y = Attention(causal=False).forward(q, k, v)
assert y is not None, "forward gives back nothing: name your result `y`"
told = "the weights of a column are used: y_t takes row t of the weights, so a comes first"
assert not np.allclose(y, [[8, 10], [12, 30]]), told
assert not np.allclose(y, np.log([[2**0.4, 3**0.6], [2**0.25, 3**0.75]])), "keys, not values"
nn.utils.check_same([[8, 24], [5, 30]], y)
nn.utils.check_same([[20, 0], [5, 30]], Attention().forward(q, k, v))

rng = np.random.default_rng(0)
q, k, v = (rng.normal(size=shape) for shape in ((2, 3, 4), (2, 5, 4), (2, 5, 6)))
y = Attention(causal=False).forward(q, k, v)
assert np.shape(y) == (2, 3, 6), f"three queries, values of width 6: y has shape {np.shape(y)}"
check_numbers()

# %% [markdown]
# ### A picture: who looks at whom
#
# The rows of the picture are queries, the columns are keys. Each word has two numbers, made by hand:
# how much it is an animal, and how much it is a place; and it asks for words like itself. On the right
# the mask hides all that comes later. What is row 0 there, and why must it be so? Which word does "it"
# look at most? Give "it" other numbers.

# %%
words = {
    "the": (0, 0), "cat": (3, 0), "sat": (0, 0), "on": (0, 1), "the mat": (0, 3), "and": (0, 0),
    "it": (2, 0), "purred": (2, 0),
}  # fmt: skip
x = np.array(list(words.values()), float)
figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
for ax, causal in zip(axes, (False, True)):
    a = Attention(causal).weights(x, x)
    ax.imshow(np.where(a > 0, a, np.nan), cmap="Blues", vmin=0, vmax=1)
    ax.set_facecolor("0.8")  # seen where the weight is 0
    for (t, s), number in np.ndenumerate(a):
        if number:
            ink = "white" if number > 0.6 else "black"
            ax.text(s, t, f"{number:.2f}", ha="center", va="center", fontsize=8, color=ink)
    ax.set_xticks(range(len(words)), words, rotation=40)
    ax.set_yticks(range(len(words)), words)
    ax.set(xlabel="key", ylabel="query", title="with the mask" if causal else "without a mask")
plt.show()

# %% [markdown]
# ## 4. Your Attention: backward
#
# `dy` holds the derivative of the final error $E$ with respect to each number of $y$. We go back
# through the three formulas, one after another.
#
# **Take.** $y_t = \sum_s a_{ts} v_s$ is a product of two matrices, as in exercise 3. Value $s$ goes
# into all outputs, each time with the weight $a_{ts}$, so $t$ is summed over. And the weight $a_{ts}$
# counts how much of $v_s$ goes into $y_t$:
#
# $$ dv_s = \sum_t a_{ts} \, dy_t \qquad\qquad da_{ts} = \sum_j dy_{tj} \, v_{sj} $$
#
# In the first one, the sum runs over the *rows* of $a$: in a product, that is a transposed $a$.
#
# **The softmax** of each row is that of exercise 5:
#
# $$ dz_{ts} = a_{ts} \Big( da_{ts} - \sum_r da_{tr} \, a_{tr} \Big) $$
#
# The mask needs nothing of its own: where a score is hidden, $a_{ts} = 0$, so $dz_{ts} = 0$.
#
# **Compare.** $z_{ts} = \frac{1}{\sqrt d} \sum_i q_{ti} k_{si}$ is a product again. Query $t$ meets all
# keys, and key $s$ meets all queries:
#
# $$ dq_t = \frac{1}{\sqrt d} \sum_s dz_{ts} \, k_s \qquad\qquad
#    dk_s = \frac{1}{\sqrt d} \sum_t dz_{ts} \, q_t $$
#
# **By hand.** The two tokens of section 1, with the mask: $a$ has the rows $(1, 0)$ and
# $(\frac14, \frac34)$. Let only the second output matter, $dy_0 = (0, 0)$ and $dy_1 = (4, 0)$.
#
# - $dv_0 = \frac14 (4, 0) = (1, 0)$ and $dv_1 = (3, 0)$.
# - Row 1 of $da$ is $(4 \cdot 20, \; 4 \cdot 0) = (80, 0)$, and its sum with the weights is
#   $80 \cdot \frac14 = 20$.
# - Row 1 of $dz$ is $(\frac14 \cdot 60, \; \frac34 \cdot (-20)) = (15, -15)$. Row 0 is 0.
# - With $q_1 = \sqrt 2 \, (0, 1)$ the $\sqrt 2$ cancels: $dk_0 = (0, 15)$ and $dk_1 = (0, -15)$. And
#   $dq_1 = \frac{1}{\sqrt 2} (15 \ln 2, \, -15 \ln 3)$.
#
# Go back to the class and write `backward`. Each of the three gradients has its own check. If you
# want to check `dv` first, let `dq` and `dk` be zeros for now: `np.zeros_like(q)`.

# %% [markdown]
# ### Check: the gradient of v (1 point)
#
# The numbers from above, and then `check_gradients`: it nudges each number a little, and compares the
# slope that it measures with your gradient.


# %% nbgrader={"grade": true, "grade_id": "attention-dv", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
def by_hand():
    """dq, dk and dv of the two tokens with the mask, as your backward gives them."""
    check_numbers("forward is not right yet, so its gradient cannot be: see the checks above")
    q, k = 2**0.5 * np.array([[1.0, 1], [0, 1]]), np.diag(np.log([2.0, 3.0]))
    layer = Attention()
    layer.forward(q, k, np.array([[20.0, 0], [0, 40]]))
    assert layer.cache is not None, "self.cache is empty: forward must keep what backward needs"
    return layer.backward(np.array([[0.0, 0], [4, 0]]))[0]


def others():
    """q, k, v for three queries and five keys, and for four tokens with the mask."""
    rng = np.random.default_rng(1)
    yield Attention(False), [rng.normal(size=one) for one in ((2, 3, 4), (2, 5, 4), (2, 5, 6))]
    yield Attention(), [rng.normal(size=one) for one in ((3, 4, 2), (3, 4, 2), (3, 4, 5))]


dv = by_hand()[2]
told = "dv = a dy, but each value s adds up over the queries t: a must be transposed"
assert not np.allclose(dv, [[0, 0], [3, 0]]), told
told = "the gradient comes through the scores z: it is the weights a that values meet"
assert not np.allclose(dv, [[0, 0], [4 * np.log(3), 0]]), told
assert np.all(np.isfinite(dv)), "dv is not finite: do you use weights, and not hidden scores?"
nn.utils.check_same([[1, 0], [3, 0]], dv)
for layer, inputs in others():
    print(nn.check_gradients(layer, *inputs, only=["input 2"]))

# %% [markdown]
# ### Check: the gradient of q (1 point)

# %% nbgrader={"grade": true, "grade_id": "attention-dq", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
dq = by_hand()[0]
ln2, ln3 = np.log(2), np.log(3)
for words, row in {
    "the scale is missing: the scores were divided by the root of d, so the gradient is as well": [
        15 * ln2, -15 * ln3],
    "dq is divided by d, or twice by its root: once is enough": [7.5 * ln2, -7.5 * ln3],
    "dq is multiplied by the root of d: divide, as forward does": [
        15 * 2**0.5 * ln2, -15 * 2**0.5 * ln3],
    "the sum over the row is missing in the softmax's backward (see exercise 5)": [
        20 * ln2 / 2**0.5, 0],
    "the softmax's backward is missing: da is not yet dz": [80 * ln2 / 2**0.5, 0],
    "the factor a is missing in front of the softmax's bracket": [
        60 * ln2 / 2**0.5, -20 * ln3 / 2**0.5],
    "the softmax's sum is of da alone: it must be weighted with a": [0, -60 * ln3 / 2**0.5],
}.items():  # fmt: skip
    assert not np.allclose(dq, [[0, 0], row]), words
told = "the columns of dz do the work of its rows: dq_t sums over the keys s"
assert not np.allclose(dq, 15 / 2**0.5 * np.array([[0, ln3], [0, -ln3]])), told
told = "dq is made with q where the keys should be"
assert not np.allclose(dq, [[0, 0], [15, 0]]), told
nn.utils.check_same(15 / 2**0.5 * np.array([[0, 0], [ln2, -ln3]]), dq)
for layer, inputs in others():
    print(nn.check_gradients(layer, *inputs, only=["input 0"]))

# %% [markdown]
# ### Check: the gradient of k (1 point)

# %% nbgrader={"grade": true, "grade_id": "attention-dk", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
dk = by_hand()[1]
for words, numbers in {
    "dk = dz q, but key s adds up over the queries t: dz must be transposed": [[0, 0], [15, 0]],
    "dk is made with k where the queries should be": [
        [0, 15 * np.log(3) / 2**0.5], [0, -15 * np.log(3) / 2**0.5]],
    "the scale is missing: the scores were divided by the root of d, so the gradient is as well": [
        [0, 15 * 2**0.5], [0, -15 * 2**0.5]],
    "dk is divided by d, or twice by its root: once is enough": [
        [0, 15 / 2**0.5], [0, -15 / 2**0.5]],
    "dk lies on its side: it is q transposed times dz, but dz must be transposed": [
        [0, 0], [15, -15]],
    "dk is that of the other key: its rows are exchanged": [[0, -15], [0, 15]],
}.items():  # fmt: skip
    assert not np.allclose(dk, numbers), words
nn.utils.check_same([[0, 15], [0, -15]], dk)
for layer, inputs in others():
    print(nn.check_gradients(layer, *inputs, only=["input 1"]))

# %%
keep(Attention, *(nn.check_layer(layer, *inputs) for layer, inputs in others()))

# %% [markdown]
# ## 5. Several heads
#
# One softmax makes one set of weights: a token can look at one kind of thing. But a word may need its
# verb *and* its subject. So attention runs several times, side by side. Each run is called a **head**.
#
# More heads do not cost more: the width is divided among them. With `width` 20 and 4 heads, head 0
# gets the columns 0 to 4 of `q`, `k` and `v`, head 1 the columns 5 to 9, and so on. So $d = 5$. Each
# head computes $y$ for its columns, and at the end they stand side by side again.
#
# | | shape |
# |---|---|
# | `q`, `k`, `v` | `(n, tokens, width)` |
# | after `split_heads` | `(n, heads, tokens, d)`, with $d = width / heads$ |
# | after attention | `(n, heads, tokens, d)` |
# | after `join_heads` | `(n, tokens, width)` |
#
# For `Attention` the heads are one more axis in front: your class can do this already. All that is
# left is the splitting. It takes **two** steps:
#
# 1. `reshape` cuts each row of `width` numbers into `heads` pieces of `d`:
#    `(n, tokens, heads, d)`. It does not move a number in memory, so the order of the axes is
#    the order of the numbers.
# 2. `np.swapaxes` brings the heads in front of the tokens.
#
# If you reshape to `(n, heads, tokens, d)` at once, the shape is right and the numbers are not: head 0
# would get all columns of the first tokens. In `join_heads` the same steps go backwards.


# %% nbgrader={"grade": false, "grade_id": "heads-functions", "locked": false, "schema_version": 3, "solution": true, "task": false}
def split_heads(x, heads):
    """The columns of each token, divided among the heads: the first d are those of head 0

    x: (n, tokens, width)    returns: (n, heads, tokens, d), where d = width / heads
    """
    ### BEGIN SOLUTION
    n, tokens, width = x.shape
    y = np.swapaxes(x.reshape(n, tokens, heads, width // heads), 1, 2)
    ### END SOLUTION
    return y


def join_heads(x):
    """The columns of all heads side by side: undoes split_heads

    x: (n, heads, tokens, d)    returns: (n, tokens, width), where width = heads * d
    """
    ### BEGIN SOLUTION
    n, heads, tokens, d = x.shape
    y = np.swapaxes(x, 1, 2).reshape(n, tokens, heads * d)
    ### END SOLUTION
    return y


# %% [markdown]
# ### Check: split (1 point)
#
# Two sequences of three tokens, four heads of width five. The number 231 stands in sequence 2, token
# 3, column 1, if all are counted from 1 up to 9.

# %% nbgrader={"grade": true, "grade_id": "heads-split", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.arange(2 * 3 * 20.0).reshape(2, 3, 20)
y = split_heads(x, 4)
assert y is not None, "split_heads gives back nothing: name your result `y`"
assert np.shape(y) != (2, 3, 4, 5), "the heads must come before the tokens: swap the axes 1 and 2"
assert np.shape(y) == (2, 4, 3, 5), (
    f"4 heads of width 20 / 4 for 3 tokens: the shape is {np.shape(y)}, not (2, 4, 3, 5)"
)
mixed = "one reshape only: the shape is right, but head 0 has all columns of the first tokens"
assert not np.array_equal(y[0, 0, 1], np.arange(5.0, 10)), mixed
spread = "head 0 has every fourth column, but it should have the first five: (..., heads, d)"
assert not np.array_equal(y[0, 0, 0], [0, 4, 8, 12, 16]), spread
assert np.array_equal(y[0, 0, 0], np.arange(5)), "head 0 of token 0 must have its columns 0 to 4"
assert np.array_equal(y[1, 3, 2], np.arange(115, 120)), "head 3 must have the last five columns"
assert np.array_equal(y[0, 1, 2], np.arange(45, 50)), "head 1 of token 2 must have columns 5 to 9"
assert np.array_equal(np.sort(y, axis=None), np.arange(120)), (
    "some numbers are lost, or twice there"
)
print("Every head has its columns.")

# %% [markdown]
# ### Check: join (1 point)

# %% nbgrader={"grade": true, "grade_id": "heads-join", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.arange(2 * 4 * 3 * 5.0).reshape(2, 4, 3, 5)
y = join_heads(x)
assert y is not None, "join_heads gives back nothing: name your result `y`"
assert np.shape(y) != (2, 12, 5), "the heads stand below each other: swap first, then reshape"
assert np.shape(y) == (2, 3, 20), f"the shape is {np.shape(y)}, not (2, 3, 20): n, tokens, width"
mixed = "one reshape only: row 0 has all tokens of head 0, not the columns of all heads"
assert not np.array_equal(y[0, 0], np.arange(20)), mixed
parts = [np.arange(15 * head, 15 * head + 5) for head in range(4)]
assert not np.array_equal(y[0, 0], np.stack(parts, axis=1).ravel()), (
    "the columns of the heads are mixed one by one: the five of head 0 come first"
)
assert np.array_equal(y[0, 0], np.concatenate(parts)), "token 0: first head 0, then head 1 ..."
assert np.array_equal(y[1, 2, 15:], x[1, 3, 2]), "the last columns must be those of the last head"
assert np.array_equal(y[1, 1, 5:10], x[1, 1, 1]), "columns 5 to 9 must be those of head 1"
print("Side by side again.")

# %% [markdown]
# ### Heads, and the way back
#
# `Heads` puts it together. Its `forward` is given. And `backward`? `split_heads` and `join_heads` only
# move numbers. Each number of the result *is* one number of the input, so each gradient simply
# goes back to where its number came from: **the backward of split is join, and the backward of join is
# split.**
#
# So `dy` is split, goes back through the attention, and each of the three gradients is joined. As
# in exercise 8: give `self.attention` the cache that `forward` has kept, before its `backward`.


# %% nbgrader={"grade": false, "grade_id": "heads", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Heads(nn.Module):
    """y = attention in several heads, each with its own columns of q, k and v

    q, k, v, y: (n, tokens, width)    attention: an Attention, which all heads use at once
    """

    def __init__(self, attention, heads):
        self.attention, self.heads = attention, heads

    def forward(self, q, k, v):
        """The outputs y of all heads side by side; keeps the cache of the attention."""
        parts = [split_heads(x, self.heads) for x in (q, k, v)]
        y = join_heads(self.attention.forward(*parts))
        self.cache = self.attention.cache
        return y

    def backward(self, dy):
        """The gradients dq, dk and dv, for dy: (n, tokens, width). There are no parameters."""
        ### BEGIN SOLUTION
        self.attention.cache = self.cache
        parts, _ = self.attention.backward(split_heads(dy, self.heads))
        dq, dk, dv = [join_heads(part) for part in parts]
        ### END SOLUTION
        return (dq, dk, dv), {}


# %% [markdown]
# ### Check: the gradients of all heads (1 point)

# %% nbgrader={"grade": true, "grade_id": "heads-backward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(2)
q, k, v = rng.normal(size=(3, 2, 5, 6))
layer = Heads(Attention(), 3)
y = layer.forward(q, k, v)
alone = Attention().forward(q[..., 2:4], k[..., 2:4], v[..., 2:4])
nn.utils.check_same(alone, y[..., 2:4])  # head 1 has the columns 2 and 3
check_numbers("Attention is not right yet, so its heads cannot be: see the checks of section 3")
try:
    result = layer.backward(np.ones_like(y))[0]
except ValueError as error:
    told = "arrays do not fit: the attention needs dy in heads, and gives gradients in heads"
    raise AssertionError(f"{told}. NumPy says: {error}") from error
shapes = [np.shape(one) for one in result]
unjoined = "the gradients still have an axis of heads: join each of the three"
assert (2, 3, 5, 2) not in shapes, unjoined
assert shapes == [q.shape] * 3, f"dq, dk and dv have shapes {shapes}, not {q.shape} each"
report = nn.check_layer(layer, q, k, v)
print(report)
keep(Heads, report)

# %% [markdown]
# ## 6. LayerNorm
#
# Attention adds up what it takes, layer after layer, and the numbers of a token can grow or shrink
# without end. `LayerNorm` brings them back: **each token by itself** gets mean 0 and variance 1 over its
# own numbers, that is, along the last axis. It looks at no other token and no other sequence, so it
# does the same in training and later, in a batch of one.
#
# $$ m = \frac1D \sum_{j} x_j \qquad u = \frac1D \sum_j (x_j - m)^2 \qquad
#    z_j = \frac{x_j - m}{\sqrt{u + \epsilon}} \qquad y_j = w_j z_j + b_j $$
#
# | symbol | meaning |
# |---|---|
# | $x_j$ | the $D$ numbers of one token; $D$ is the width |
# | $m$, $u$ | their mean and their variance. Divide by $D$, as `np.var` does, not by $D - 1$ |
# | $\epsilon$ | `self.eps`, a small number under the root: a token of equal numbers has $u = 0$ |
# | $w_j$, $b_j$ | a scale and a shift for each column, which are learned; 1 and 0 at first |
#
# **By hand.** $x = (0, 0, 4, 4)$ has mean 2 and variance 4. Without $\epsilon$, $z = (-1, -1, 1, 1)$.
#
# **Backward.** Write $s = \sqrt{u + \epsilon}$, and $dz_j = dy_j w_j$. A push on $x_j$ reaches $E$ on
# three ways: directly through $z_j$; through the mean, which moves all $z_i$; and through the
# variance, which also moves all $z_i$. How much do mean and $s$ move?
#
# $$ \frac{\partial m}{\partial x_j} = \frac1D \qquad\qquad
#    \frac{\partial s}{\partial x_j} = \frac{1}{2s} \cdot \frac{2 (x_j - m)}{D} = \frac{z_j}{D} $$
#
# (In the variance, the $m$ inside moves as well, but it counts nothing: $\sum_i (x_i - m) = 0$.) By the
# rule for quotients, with $[i = j]$ equal to 1 if $i = j$ and else 0,
#
# $$ \frac{\partial z_i}{\partial x_j} = \frac{1}{s} \Big( [i = j] - \frac1D \Big) -
#    \frac{x_i - m}{s^2} \cdot \frac{z_j}{D} = \frac1s \Big( [i = j] - \frac1D - \frac{z_i z_j}{D} \Big) $$
#
# Multiply by $dz_i$, and add up over $i$. The two sums divided by $D$ are means over the row:
#
# $$ dx_j = \frac1s \Big( dz_j - \text{mean}(dz) - z_j \; \text{mean}(dz \cdot z) \Big) $$
#
# The parameters are used by every token, so their gradients add up over **all axes but the last**:
# $dw_j = \sum dy_j z_j$ and $db_j = \sum dy_j$.
#
# **By hand.** For the token from above, $w = 1$ and $dy = (8, 0, 0, 0)$: the means are
# $\text{mean}(dz) = 2$ and $\text{mean}(dz \cdot z) = -2$. So
# $dx = \frac12 (8 - 2 - 2, \; 0 - 2 - 2, \; 0 - 2 + 2, \; 0 - 2 + 2) = (2, -2, 0, 0)$. They add up to
# 0, as they must: the same push on all numbers changes nothing.
#
# ### Your LayerNorm
#
# - `axis=-1, keepdims=True` in `np.mean` and `np.var`: then the result fits to `x`, token by token.
# - It must take any number of axes in front: rows `(n, width)`, and sequences `(n, tokens, width)`.
#   For the sums, `a.reshape(-1, a.shape[-1])` makes rows of all tokens, whatever stands in front.


# %% nbgrader={"grade": false, "grade_id": "layernorm", "locked": false, "schema_version": 3, "solution": true, "task": false}
class LayerNorm(nn.Module):
    """y = w (x - mean) / sqrt(variance + eps) + b, with mean and variance along the last axis

    x, y: (..., width), any axes in front    w, b: (width,)
    """

    def __init__(self, width, eps=1e-5):
        self.eps = eps
        self.w = nn.Parameter(nn.initializers.One()((width,)))
        self.b = nn.Parameter(nn.initializers.Zero()((width,)))

    def forward(self, x):
        """The outputs y, of the shape of x; keeps what backward needs."""
        ### BEGIN SOLUTION
        s = (np.var(x, axis=-1, keepdims=True) + self.eps) ** 0.5
        z = (x - np.mean(x, axis=-1, keepdims=True)) / s
        self.cache = z, s
        y = z * self.w.data + self.b.data
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients dx, dw and db, for dy of the shape of x."""
        ### BEGIN SOLUTION
        z, s = self.cache
        dz = dy * self.w.data
        mean_dz = np.mean(dz, axis=-1, keepdims=True)
        dx = (dz - mean_dz - z * np.mean(dz * z, axis=-1, keepdims=True)) / s
        width = dy.shape[-1]
        dw = np.sum((dy * z).reshape(-1, width), axis=0)
        db = np.sum(dy.reshape(-1, width), axis=0)
        ### END SOLUTION
        return dx, {"w": dw, "b": db}


# %% [markdown]
# ### Check: forward (2 points)
#
# The numbers from above; then an $\epsilon$ of 5, which is easy to see, and a batch of sequences.

# %% nbgrader={"grade": true, "grade_id": "norm-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[0.0, 0, 4, 4], [3, 7, 7, 7], [10, 20, 30, 20]])
y = LayerNorm(4, eps=1e-12).forward(x)
assert y is not None, "forward gives back nothing: name your result `y`"
assert np.shape(y) == (3, 4), f"y has shape {np.shape(y)}, but it must have the shape of x: (3, 4)"
for what, axis in (("each column, over the batch", 0), ("all numbers together", None)):
    told = f"mean and variance are those of {what}: take them over each row, axis=-1"
    assert not np.allclose(y, (x - x.mean(axis)) / x.std(axis)), told
mixed = "mean and variance are not taken along the same axis: both over each row, axis=-1"
over_columns = (
    (x - x.mean(0)) / x.std(-1, keepdims=True),
    (x - x.mean(-1, keepdims=True)) / x.std(0),
)
assert not any(np.allclose(y, wrong) for wrong in over_columns), mixed
for words, row in {
    "the variance is divided by D - 1, but it should be by D: as np.var does": [-(0.75**0.5)] * 2,
    "divided by the variance: divide by its root": [-0.5] * 2,
    "the mean is not taken away": [0, 0],
    "only the mean is taken away: divide by the root of the variance as well": [-2, -2],
}.items():
    assert not np.allclose(y[0, :2], row, atol=1e-6), words
nn.utils.check_same([-1, -1, 1, 1], y[0], tolerance=1e-6)
nn.utils.check_same([-(3**0.5), 3**-0.5, 3**-0.5, 3**-0.5], y[1], tolerance=1e-6)

y = LayerNorm(4, eps=5).forward(x)
outside = "eps stands outside of the root: add it to the variance first, then take the root"
assert not np.allclose(y[0, 2:], 2 / 7), outside
assert not np.allclose(y[0, 2:], 1), "eps has no effect: is self.eps added to the variance?"
nn.utils.check_same([-2 / 3, -2 / 3, 2 / 3, 2 / 3], y[0])
with np.errstate(all="ignore"):
    same = LayerNorm(4).forward(np.full((1, 4), 7.0))
assert np.all(np.isfinite(same)), "a token of equal numbers has variance 0: where is eps?"

layer = LayerNorm(4, eps=5)
layer.w.data, layer.b.data = np.array([3.0, 6, 9, 12]), np.array([10.0, 20, 30, 40])
y = layer.forward(x)
assert not np.allclose(y[0], [-2 / 3, -2 / 3, 2 / 3, 2 / 3]), "w and b are not used in forward"
nn.utils.check_same([8, 16, 36, 48], y[0])
y = layer.forward(np.stack([x[::-1], x]))
assert np.shape(y) == (2, 3, 4), f"two sequences of three tokens: y has shape {np.shape(y)}"
nn.utils.check_same(layer.forward(x), y[1])

# %% [markdown]
# ### Check: the gradient of x (2 points)

# %% nbgrader={"grade": true, "grade_id": "norm-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = LayerNorm(4, eps=1e-12)
layer.w.data = np.array([4.0, 1, 1, 1])
layer.forward(np.array([[0.0, 0, 4, 4]]))
dx, grads = layer.backward(np.array([[2.0, 0, 0, 0]]))
for words, row in {
    "the mean's gradient is forgotten: the mean moves with x, so mean(dz) goes away": [3, -1, 1, 1],
    "the variance's gradient is forgotten, or 0: it moves with x as well, by z times the mean of "
    "the products dz z": [3, -1, -1, -1],
    "are the gradients of mean and variance forgotten? Or is mean(dz z) not multiplied by z?": [
        4, 0, 0, 0],
    "the division by s is missing": [4, -4, 0, 0],
    "divided by the variance: divide by s, its root": [1, -1, 0, 0],
    "dz is dy times w: w is missing": [0.5, -0.5, 0, 0],
    "the sums are not divided by D: take means over the row": [-4, -8, 0, 0],
    "z mean(dz z) is added: take it away": [4, 0, -2, -2],
    "multiplied by s: divide": [8, -8, 0, 0],
}.items():  # fmt: skip
    assert not np.allclose(dx, [row], atol=1e-4), words
nn.utils.check_same([[2, -2, 0, 0]], dx, tolerance=1e-6)
layer.eps = 5  # under the root, so s is 3 now
layer.forward(np.array([[0.0, 0, 4, 4]]))
dx, grads = layer.backward(np.array([[2.0, 0, 0, 0]]))
nn.utils.check_same([[46 / 27, -26 / 27, -10 / 27, -10 / 27]], dx)
rng = np.random.default_rng(0)
layer = LayerNorm(4, eps=0.1)
layer.w.data = rng.normal(size=4)
print("rows:", nn.check_gradients(layer, rng.normal(size=(3, 4)), only=["input 0"]))
print("sequences:", nn.check_gradients(layer, rng.normal(size=(2, 3, 4)), only=["input 0"]))

# %% [markdown]
# ### Check: the gradients of w and b (1 point)

# %% nbgrader={"grade": true, "grade_id": "norm-parameters", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer = LayerNorm(4, eps=5)
layer.w.data, layer.b.data = np.array([2.0, 3, 4, 5]), np.array([1.0, 2, 3, 4])
layer.forward(
    np.array([[[0.0, 0, 4, 4], [10, 14, 10, 14]]])
)  # with this eps, all z are 2/3 or -2/3
dx, grads = layer.backward(np.array([[[1.0, 2, 3, 4], [10, 20, 30, 40]]]))
for name in "wb":
    got = np.shape(grads[name])
    told = "one number for each column, summed over all axes but the last"
    assert got == (4,), f"d{name} has shape {got}, not (4,): {told}"
for words, numbers in {
    "dw is made with x: use z": [100, 280, 312, 576],
    "dw is made with x - m: it must be divided by s as well": [-22, 36, -54, 88],
    "dw is made with dz: the w inside of it has no place here": [-44 / 3, 36, -72, 440 / 3],
    "dw is that of b: it must be multiplied by z": [11, 22, 33, 44],
    "dw is a mean over the tokens: w is used for each of them, so add up": [-11 / 3, 6, -9, 44 / 3],
}.items():
    assert not np.allclose(grads["w"], numbers), words
means = "db is a mean over the tokens: b is used for each of them, so add up"
assert not np.allclose(grads["b"], np.array([11, 22, 33, 44]) / 2), means
nn.utils.check_same([11, 22, 33, 44], grads["b"])
nn.utils.check_same([-22 / 3, 12, -18, 88 / 3], grads["w"])
rng = np.random.default_rng(1)
for inputs in (rng.normal(size=(3, 4)), rng.normal(size=(2, 3, 4))):
    layer = LayerNorm(4, eps=0.1)
    layer.w.data, layer.b.data = rng.normal(size=(2, 4))
    print(nn.check_gradients(layer, inputs, only=["w", "b"]))

# %%
x = np.random.default_rng(2).normal(size=(2, 3, 4))
keep(LayerNorm, nn.check_layer(LayerNorm(4, eps=0.1), x))

# %% [markdown]
# ## 7. Residual paths
#
# In a deep network the gradient goes back through one layer after another, and each can make it smaller.
# A **residual path** gives it a way around. The layer does not replace $x$, it adds to it:
#
# $$ y = x + f(x) $$
#
# $x$ reaches $E$ on two ways, directly and through $f$. What comes back on the two ways adds up:
#
# $$ dx = dy + f.\mathrm{backward}(dy) $$
#
# So even where $f$ lets nothing through, $dy$ arrives whole. And if $f$ gives almost 0 at first, the
# whole layer begins as the identity, and learns what to add.
#
# **By hand.** $f(x) = x w$ with $w = 2$, so $y = x + 2x$. For $x = 3$ and $dy = 10$, what are $y$ and
# $dx$? (They are $3 + 6 = 9$ and $10 + 20 = 30$.)
#
# ### Your Residual
#
# - `self.layer` is $f$. In `forward`, keep its cache in `self.cache`, and give it back to the layer
#   before its `backward`.
# - Make **new** arrays: an `Identity` gives back the very array that went in, and `y += x` would then
#   write into the caller's `x`.
# - The layer's gradients get the names that they have from outside: its `"w"` is our `"layer.w"`, as it is
#   the `w` of our attribute `layer`. Put `"layer."` before each name.


# %% nbgrader={"grade": false, "grade_id": "residual", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Residual(nn.Module):
    """y = x + layer(x)

    x, y: of one shape, as the layer takes and gives it
    """

    def __init__(self, layer):
        self.layer = layer

    def forward(self, x):
        """The outputs y; keeps the cache of the layer."""
        ### BEGIN SOLUTION
        y = x + self.layer.forward(x)
        self.cache = self.layer.cache
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, and the dict of the layer's gradients, for dy of the shape of x."""
        ### BEGIN SOLUTION
        self.layer.cache = self.cache
        dx, layer_grads = self.layer.backward(dy)
        dx = dy + dx
        grads = {f"layer.{name}": gradient for name, gradient in layer_grads.items()}
        ### END SOLUTION
        return dx, grads


# %% [markdown]
# ### Check: forward (1 point)

# %% nbgrader={"grade": true, "grade_id": "residual-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer = Residual(nn.Linear(1, 1, nn.initializers.Constant([[2.0]])))
x = np.array([[3.0], [-1.0]])
y = layer.forward(x)
assert y is not None, "forward gives back nothing: name your result `y`"
assert not np.array_equal(y, [[6], [-2]]), "that is the layer alone: x itself must be added"
assert not np.array_equal(y, [[18], [2]]), "x + f(x) is a sum, not a product"
assert not np.array_equal(y, [[12], [-4]]), "that is twice f(x): which x was to be added?"
written = "forward writes into the x of its caller: += changes the array that is there"
assert np.array_equal(x, [[3], [-1]]), written
nn.utils.check_same([[9], [-3]], y)
y = Residual(nn.Identity()).forward(x)
assert np.array_equal(x, [[3], [-1]]), written
nn.utils.check_same([[6], [-2]], y)

# %% [markdown]
# ### Check: backward (1 point)

# %% nbgrader={"grade": true, "grade_id": "residual-backward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer = Residual(nn.Linear(1, 1, nn.initializers.Constant([[2.0]])))
y = layer.forward(np.array([[3.0]]))
assert np.array_equal(y, [[9]]), "forward is not right yet, so its gradient cannot be"
assert layer.cache is not None, "self.cache is empty: keep the cache of the layer, after it ran"
dy = np.array([[10.0]])
dx, grads = layer.backward(dy)
assert np.array_equal(dy, [[10]]), "backward writes into dy: make a new array"
told = "the residual path is forgotten: dy also reaches x directly, and the two ways add up"
assert not np.array_equal(dx, [[20]]), told
assert not np.array_equal(dx, [[10]]), "the way through the layer is forgotten: the two ways add up"
nn.utils.check_same([[30]], dx)
named = list(grads)
assert named == ["layer.w"], f'the gradients are for {named}, but the weight is "layer.w"'
same = Residual(nn.Identity())
same.forward(np.array([[3.0]]))
nn.utils.check_same([[20]], same.backward(dy)[0])
assert np.array_equal(dy, [[10]]), "backward writes into dy: += changes the array that is there"
report = nn.check_layer(
    Residual(nn.Dense(3, 3, "tanh")), np.random.default_rng(0).normal(size=(4, 3))
)
print(report)
keep(Residual, report)

# %% [markdown]
# ### A picture: fifty layers deep
#
# A gradient of size 1 goes back through fifty layers, and we write down how large it is on its way. Three
# networks: `Dense` layers with tanh; the same with residual paths; and with a `LayerNorm` in front of each
# layer, inside of the residual path. This last one is how transformers are built. Make the first
# weights larger or smaller (`size`). Which of the three does not mind?

# %%
size, depth, width = 0.7, 50, 32


def dense():
    weights = nn.initializers.RandomNormal(size * width**-0.5)
    return nn.Dense(width, width, "tanh", weights)


kinds = {
    "plain": lambda: dense(),
    "residual": lambda: Residual(dense()),
    "residual, with LayerNorm": lambda: Residual(nn.Sequential(LayerNorm(width), dense())),
}
plt.figure(figsize=(7, 3.6))
for name, make in kinds.items():
    nn.manual_seed(0)
    rng = np.random.default_rng(0)
    x, network = rng.normal(size=(20, width)), [make() for _ in range(depth)]
    for layer in network:
        x = layer.forward(x)
    dx, sizes = rng.normal(size=x.shape), []
    for layer in reversed(network):
        dx, _ = layer.backward(dx)
        sizes.append(np.sqrt(np.mean(dx**2)))
    plt.semilogy(range(1, depth + 1), sizes, label=name)
plt.xlabel("layers that the gradient has passed, from the end")
plt.ylabel("its size")
plt.legend()
plt.grid(alpha=0.3)
plt.show()

# %% [markdown]
# ## 8. Play: look back, by hand
#
# Nothing is learned here: we write the queries and keys ourselves. Every token has a *place*, a row with
# one 1. Its key says "I stand at place s". The query of head 0 asks "who stands at place t - 1?", and
# that of head 1 "who stands at t - 2?". The values say which letter it is. So each token gets the two
# letters before it: all that a network needs to know what often comes next.
#
# Change `text`. Make `sharp` smaller: when does a token no longer know which letter it was? What do the
# first tokens look at, when there is nobody at place t - 1?

# %%
text, sharp = "attention", 30.0
letters = sorted(set(text))
place, one_hot = np.eye(len(text)), np.eye(len(letters))[[letters.index(one) for one in text]]
back = [sharp * np.eye(len(text), k=-1), sharp * np.eye(len(text), k=-2)]
q, k = np.concatenate(back, axis=1)[None], np.concatenate([place, place], axis=1)[None]
v = np.concatenate([one_hot, one_hot], axis=1)[None]
y = Heads(Attention(), 2).forward(q, k, v)[0].reshape(len(text), 2, len(letters))
seen = Attention().weights(split_heads(q, 2), split_heads(k, 2))[0]

figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for head, ax in enumerate(axes):
    ax.imshow(seen[head], cmap="Blues", vmin=0, vmax=1)
    ax.set_xticks(range(len(text)), text)
    ax.set_yticks(range(len(text)), text)
    ax.set(xlabel="key", ylabel="query", title=f"head {head}: {head + 1} back")
plt.show()
for t in range(2, len(text)):
    guess = [letters[np.argmax(y[t, head])] for head in (1, 0)]
    sure = np.max(y[t], axis=1)[::-1]
    print(f"at {t}: {guess[0]}{guess[1]} stands before {text[t]}   ({sure[0]:.2f}, {sure[1]:.2f})")

# %% [markdown]
# ## 9. Two questions (6 points, graded by hand)
#
# **Question 1 (3 points).** Somebody forgets the division by $\sqrt d$, in forward and in backward. All
# gradient checks are green.
#
# 1. Why do the checks not find it?
# 2. The network has $d = 1024$. What do the weights of a row look like at first, and why?
# 3. What does that mean for learning?

# %% [markdown] nbgrader={"grade": true, "grade_id": "scale-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: backward is the right derivative of that forward; the check compares the two with each other,
# not with the formula. 1 point: scores have variance d, so a size of about 32; exp makes one weight
# almost 1 and the others almost 0. 1 point: the softmax's gradient has the factors a and (1 - a), so
# almost nothing gets through to q and k: they learn very slowly or not at all. (Also accepted: each
# token takes from one other token only, chosen by chance.)
# ### END MARK SCHEME
#
# 1. A gradient check asks whether backward is the derivative of forward. Without the scale in both, it is.
#    It cannot know that another forward was wanted.
# 2. Each score is a sum of 1024 products of variance 1, so it has variance 1024 and a size of about 32.
#    The differences between scores are about as large, and $e^{32}$ is huge: in each row one
#    weight is almost 1, and all others are almost 0.
# 3. The gradient of a score is $a (da - \dots)$. If one weight is 1 and the others 0, it is almost 0 for all
#    of them. Then queries and keys get no gradient, and what a token looks at is not learned.

# %% [markdown]
# **Question 2 (3 points).** A friend hides later tokens in another way: softmax of all scores first, and
# then the weights of later tokens are multiplied by 0.
#
# 1. What do the rows of weights add up to now?
# 2. "At least no token sees the future", says the friend. Is it true? Look at the formula of the softmax.
# 3. Describe an experiment that shows it, with `forward` only.

# %% [markdown] nbgrader={"grade": true, "grade_id": "mask-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: to less than 1, except the last row. 1 point: not true: the scores of later tokens stand in the
# sum below the line, so they change the weights of the earlier ones. 1 point: change only the last
# token (its key), run forward again, and look whether an output before it changes; it must not.
# ### END MARK SCHEME
#
# 1. Less than 1, except in the last row, where nothing is hidden. The first tokens get the least.
# 2. It is not true. Below the line in the softmax stands a sum over all keys, also the later ones. A later
#    token with a large score makes all weights of this row smaller, so the output tells something about it.
# 3. Run forward. Then change the last token (its query, key and value), and run it again. The outputs of all
#    tokens before must be the same, to the last bit. With the friend's mask they change.

# %% [markdown]
# ## What comes next
#
# You have all that is new in a transformer: attention in heads, LayerNorm, residual paths. In exercise 20
# you put your classes together with the `Linear` layers that make queries, keys and values, and the
# network learns to add numbers.
