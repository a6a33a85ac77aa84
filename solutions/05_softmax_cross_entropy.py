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
# # Exercise 5: Softmax and cross entropy
#
# Is the picture a cat, a dog or a horse? A network answers with one number for each class. In this
# notebook you turn these numbers into probabilities (*softmax*), measure how wrong the
# probabilities are (*cross entropy*), and see why every framework puts the two together.
#
# | | |
# |---|---|
# | You write | `Softmax`, `CrossEntropyWithLabels` and `CrossEntropyLoss`, about 20 lines in all |
# | You need | derivatives of exp and log, the chain rule, exercise 3 (`Linear`) |
# | Time | about 100 minutes |
# | Points | 12 by automatic checks, 5 for written answers |
# | If you are stuck | `Softmax = borrow("Softmax")` lends you the one of edunn, without points; so for all three |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Softmax", "CrossEntropyWithLabels", "CrossEntropyLoss", "Dense", "LogisticRegression")

# %% [markdown]
# ## 1. Softmax: from scores to probabilities
#
# The last layer of a network gives one number for each class. These numbers are called *scores*.
# A score can be any number, also a negative one. The class with the largest score is the answer of
# the network. But how *sure* is it? For that we want probabilities: numbers that are not negative
# and add up to 1.
#
# Softmax does it in two steps. First, $\exp$ makes every score positive. Then, dividing by the sum
# makes them add up to 1:
#
# $$ y_{j} = \frac{e^{x_{j}}}{\sum_{k} e^{x_{k}}} $$
#
# Here $x_j$ is the score of class $j$, and $y_j$ is its probability. The sum runs over all classes
# $k$ of **one** example. Examples are rows, as always:
#
# | array | shape | |
# |---|---|---|
# | `x` | `(n, classes)` | scores, a row for each of n examples |
# | `y` | `(n, classes)` | probabilities; **each row** adds up to 1 |
#
# **By hand.** Take the scores $x = (0, \; \ln 2, \; \ln 3)$. Their exponentials are $1, 2, 3$, and
# the sum of these is 6. So $y = (\frac16, \frac13, \frac12)$.

# %% [markdown]
# ### A picture
#
# Below, the same three scores are multiplied by a number. Only the *differences* between scores
# matter. Small differences give almost equal probabilities, large differences give a clear winner.
# Change the scores. What happens when you add 5 to all of them?

# %%
import matplotlib.pyplot as plt

scores = np.array([2.0, 1.0, -0.5])
figure, axes = plt.subplots(1, 4, figsize=(11, 2.8), sharey=True)
for ax, factor in zip(axes, (0, 0.5, 1, 4)):
    positive = np.exp(factor * scores)
    ax.bar(["cat", "dog", "horse"], positive / positive.sum(), color=["C0", "C1", "C2"])
    ax.set_title("scores " + ", ".join(f"{s + 0:g}" for s in factor * scores), fontsize=10)
axes[0].set_ylabel("probability")
figure.tight_layout()

# %% [markdown]
# ### Large scores
#
# The formula has a problem. `np.exp(1000)` does not fit into a float: it gives `inf`. Then
# `inf / inf` gives `nan` ("not a number"), and one `nan` spoils the whole network.
#
# There is a way out. Add the same number $c$ to all scores of a row. Every exponential is then
# multiplied by the same $e^{c}$, above and below the line, and it cancels:
#
# $$ \frac{e^{x_j + c}}{\sum_k e^{x_k + c}} = \frac{e^{c} \, e^{x_j}}{e^{c} \sum_k e^{x_k}}
#    = \frac{e^{x_j}}{\sum_k e^{x_k}} $$
#
# So you may choose $c$ as you like. Choose it for each row such that the largest score becomes 0.
# Then no exponential is larger than 1, and the sum is at least 1. Nothing can overflow, and you
# never divide by 0.

# %% [markdown]
# ## 2. Softmax: backward
#
# `dy` holds the derivative of the final error $E$ with respect to each probability. We need `dx`,
# the derivative with respect to each score.
#
# In a row, **every** probability depends on **every** score, because all scores are in the sum. So
# first: how does $y_k$ move when $x_j$ moves? Write $S = \sum_k e^{x_k}$. By the rule for quotients
#
# $$ \frac{\partial y_k}{\partial x_j} =
#    \frac{[k = j] \; e^{x_k} S - e^{x_k} e^{x_j}}{S^2} = y_k \left([k = j] - y_j\right) $$
#
# where $[k = j]$ is 1 if $k = j$, and else 0. Now the chain rule: $x_j$ reaches $E$ through every
# $y_k$, and these ways add up.
#
# $$ dx_j = \sum_k dy_k \; y_k \left([k = j] - y_j\right)
#         = y_j \Big( dy_j - \sum_k dy_k \, y_k \Big) $$
#
# The sum over $k$ is one number for each row. So you never need the large table of all
# $\partial y_k / \partial x_j$ (it is called the *Jacobian*).
#
# **By hand.** Take $y = (\frac16, \frac13, \frac12)$ from above, and $dy = (6, 0, 0)$. The sum is
# $6 \cdot \frac16 = 1$. So $dx = (\frac16 \cdot 5, \; \frac13 \cdot (-1), \; \frac12 \cdot (-1))
# = (\frac56, -\frac13, -\frac12)$. These add up to 0. They must: adding the same number to all
# scores changes nothing.

# %% [markdown]
# ## 3. Your Softmax
#
# - Write `forward` first, then run the two checks for it. `backward` can wait.
# - `np.max(x, axis=1)` has shape `(n,)`. With `keepdims=True` it has shape `(n, 1)`, and fits to `x`
#   row by row. The same holds for `np.sum`.
# - Keep in `self.cache` what `backward` will need. Look at the formula: is it `x` or `y`?
# - Do not write into `x` or `dy`: they belong to whoever called you.


# %% nbgrader={"grade": false, "grade_id": "softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Softmax(nn.Module):
    """y_j = exp(x_j) / sum over k of exp(x_k), row by row: each row adds up to 1

    x, y: (n, classes)
    """

    def __init__(self, features=None):
        self.features = features  # only a note for the reader: how many classes it is meant for

    def forward(self, x):
        """The probabilities y, of the shape of x, for scores of any size."""
        ### BEGIN SOLUTION
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        y = e / np.sum(e, axis=1, keepdims=True)
        self.cache = y
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, of the shape of x, for dy: (n, classes). There are no parameters."""
        ### BEGIN SOLUTION
        y = self.cache
        dx = y * (dy - np.sum(dy * y, axis=1, keepdims=True))
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: softmax, forward (2 points)
#
# The scores that you worked out by hand, and a second row: the exponentials of $\ln 1, \ln 1,
# \ln 2$ are 1, 1 and 2.

# %% nbgrader={"grade": true, "grade_id": "softmax-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
scores = np.log([[1.0, 2.0, 3.0], [1.0, 1.0, 2.0]])
y = Softmax().forward(scores)
assert y.shape == (2, 3), f"y has shape {y.shape}, but it must have the shape of the scores: (2, 3)"
rows, columns = np.sum(y, axis=1), np.sum(y, axis=0)
assert not np.allclose(columns, 1), "each column adds up to 1, but each row should: which axis?"
assert not np.isclose(y.sum(), 1), "the whole array adds up to 1, but each row should: which axis?"
assert np.allclose(rows, 1), f"each row must add up to 1, but yours add up to {rows}"
nn.utils.check_same([[1 / 6, 1 / 3, 1 / 2], [1 / 4, 1 / 4, 1 / 2]], y)
nn.utils.check_same([[0.1, 0.2, 0.3, 0.4]], Softmax().forward(np.log([[1.0, 2.0, 3.0, 4.0]])))

# %% [markdown]
# ### Check: softmax of large scores (1 point)
#
# Scores of 3000 and of -1000, in one batch. There must be no `nan` and no `inf`.

# %% nbgrader={"grade": true, "grade_id": "softmax-large", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
large = np.array([[3000.0, 3000.0, 0.0], [-1000.0, -1000.0, -3000.0]])
with np.errstate(all="ignore"):
    alone = [Softmax().forward(large[i : i + 1]) for i in range(2)]
    y = Softmax().forward(large)
assert np.all(np.isfinite(alone[0])), "exp overflows: shift the scores of a row before you use exp"
vanishing = (
    "every exp of a row is rounded to 0, and 0 / 0 is no number: is its largest score 0 then?"
)
assert np.all(np.isfinite(alone[1])), f"for scores of -1000 and less, {vanishing}"
assert np.all(np.isfinite(y)), "each row alone is right, both together are not: shift row by row"
with np.errstate(all="ignore"):
    mixed = Softmax().forward(np.array([[0.0, 3000.0, 3000.0], [3000.0, 0.0, 3000.0]]))
shift = "exp overflows where the largest score is not the first: by which score is a row shifted?"
assert np.all(np.isfinite(mixed)), shift
nn.utils.check_same([[0.5, 0.5, 0], [0.5, 0.5, 0]], y)

# %% [markdown]
# ### Check: softmax, backward (2 points)
#
# `check_gradients` nudges each score a little, runs your `forward`, and compares the slope that it
# measures with your `dx`. First the numbers from above, then random ones.

# %% nbgrader={"grade": true, "grade_id": "softmax-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
for n, classes in ((4, 3), (1, 5)):
    x = np.random.default_rng(n).normal(size=(n, classes))
    print(f"{classes} classes, batch of {n}:", nn.check_gradients(Softmax(), x))
layer = Softmax()
layer.forward(np.log([[1.0, 2.0, 3.0]]))
nn.utils.check_same([[5 / 6, -1 / 3, -1 / 2]], layer.backward(np.array([[6.0, 0.0, 0.0]]))[0])
keep(Softmax, nn.check_layer(Softmax(), x))

# %% [markdown]
# ## 4. Cross entropy: how wrong are the probabilities?
#
# The right answer of each example is a *label*: the number of its class, counted from 0. A good
# network gives this class a high probability $p$. The cross entropy is
#
# $$ E = -\ln p \qquad \text{with } p = y_{\text{label}} $$
#
# It is 0 when the network is right and sure ($p = 1$). It grows without end when the network is
# wrong and sure ($p \to 0$). The other probabilities do not appear in it. They matter all the same:
# together with $p$ they add up to 1.

# %%
p = np.linspace(0.002, 1, 400)
figure, ax = plt.subplots(figsize=(6.5, 3.4))
ax.plot(p, -np.log(p))
for at in (0.9, 0.5, 1 / 3, 0.1, 0.01):
    ax.plot(at, -np.log(at), "o", color="C1")
    ax.annotate(f"p = {at:.2g}: E = {-np.log(at):.2f}", (at, -np.log(at)), (7, 4),
                textcoords="offset points", fontsize=9)  # fmt: skip
ax.set_xlim(-0.03, 1.3)
ax.set_xlabel("p: probability of the right class")
ax.set_ylabel("E: cross entropy")
ax.grid(alpha=0.3)

# %% [markdown]
# The layer gives one error for each example:
#
# | array | shape | |
# |---|---|---|
# | `labels` | `(n,)` | whole numbers from 0 to classes - 1 |
# | `y` | `(n, classes)` | probabilities |
# | `error` | `(n,)` | `error[i]` = $-\ln$ `y[i, labels[i]]` |
#
# **Backward.** Only one number in each row of `y` is used. Its slope is $-1/p$. All other numbers
# get the gradient 0. And `dy[i]`, the derivative of the final number with respect to `error[i]`, is
# a factor, as in every chain rule:
#
# $$ dx_{ij} = \begin{cases} -dy_i / y_{ij} & \text{if } j = \text{label}_i \\ 0 & \text{else}
#    \end{cases} $$
#
# **By hand.** $y = \begin{pmatrix} \frac14 & \frac34 \\ \frac12 & \frac12 \end{pmatrix}$, labels
# $(0, 1)$. The errors are $\ln 4 = 1.386$ and $\ln 2 = 0.693$. For $dy = (1, 10)$ the gradient is
# $\begin{pmatrix} -4 & 0 \\ 0 & -20 \end{pmatrix}$.
#
# **A probability of 0.** A computer can round a very small probability to 0, and $\ln 0$ is minus
# infinity. So **count every $p$ below $10^{-12}$ as $10^{-12}$**, in forward and in backward. Then
# no error is larger than $12 \ln 10 = 27.63$.
#
# (Strictly, where $p$ is below the floor the error does not move at all, so its slope is 0 there.
# We take the slope at the floor, $-10^{12}$, all the same: a network that is sure and wrong should
# not be left without any push. `check_gradients` never looks there.)

# %% [markdown]
# ## 5. Your CrossEntropyWithLabels
#
# - `y[[0, 1, 2], [2, 0, 2]]` picks one number from each of the rows 0, 1 and 2. Which two lists do
#   you need here? (`y[:, labels]` is something else. Try both on a small array.)
# - `np.maximum(a, b)` gives the larger of two numbers. (`np.max` is something else.)
# - The error layers of edunn take what is true first: `forward(labels, y)`.
# - The labels have no gradient, so `dx` is the gradient of `y` only.


# %% nbgrader={"grade": false, "grade_id": "cross-entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
class CrossEntropyWithLabels(nn.losses.ErrorLayer):
    """error_i = -log y[i, label_i]; a probability below 1e-12 counts as 1e-12

    labels: (n,), whole numbers from 0    y: (n, classes), probabilities    error: (n,)
    """

    def forward(self, labels, y):
        """The errors, of shape (n,)."""
        ### BEGIN SOLUTION
        p = np.maximum(y[np.arange(len(y)), labels], 1e-12)
        self.cache = labels, y, p
        error = -np.log(p)
        ### END SOLUTION
        return error

    def backward(self, dy):
        """The gradient dx, of the shape of y, for dy: (n,)."""
        ### BEGIN SOLUTION
        labels, y, p = self.cache
        dx = np.zeros_like(y)
        dx[np.arange(len(y)), labels] = -dy / p
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: cross entropy, forward (1 point)
#
# The numbers from above, three examples with three classes, and a probability of 0.

# %% nbgrader={"grade": true, "grade_id": "cross-entropy-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
y = np.array([[0.25, 0.75], [0.5, 0.5]])
error = CrossEntropyWithLabels().forward(np.array([0, 1]), y)
each_row = (
    "one number for each example? y[:, labels] takes whole columns, y alone takes all numbers"
)
assert np.shape(error) == (2,), f"error has shape {np.shape(error)}: {each_row}"
assert np.all(error > 0), "an error is negative: the logarithm of a number below 1 is negative"
in_bits = np.allclose(error, [2, 1])
assert not in_bits, "right, but with the logarithm of base 2: use the natural one, np.log"
assert not np.allclose(error, 12 * np.log(10)), "every p counts as 1e-12, also the large ones"
added_to_p = np.exp(-error[0]) - 0.25
assert not 1e-14 < added_to_p < 1e-2, (
    f"it seems that {added_to_p:.1g} is added to p: add nothing to it"
)
at_floor = CrossEntropyWithLabels().forward(np.array([0]), np.array([[1e-12, 1.0]]))
added = np.allclose(at_floor, -np.log(2e-12))
assert not added, "1e-12 is added to p, but only a p that is smaller should count as 1e-12"
last = CrossEntropyWithLabels().forward(np.array([2, 2, 2]), np.tile([0.2, 0.3, 0.5], (3, 1)))
assert not np.allclose(last, -np.log(0.3)), "label 2 is taken for label 1: labels count from 0"
other_class = np.allclose(error[0], -np.log(0.75))
assert not other_class, (
    "the first error is that of class 1, but its label is 0: is it the label that picks from y?"
)
nn.utils.check_same([np.log(4), np.log(2)], error)

y = np.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.25, 0.5, 0.25]])
error = CrossEntropyWithLabels().forward(np.array([2, 0, 2]), y)
nn.utils.check_same([np.log(2), np.log(10), np.log(4)], error)

y = np.array([[0.0, 1.0], [0.0, 1.0]])
with np.errstate(all="ignore"):
    error = CrossEntropyWithLabels().forward(np.array([0, 1]), y)
assert np.isfinite(error[0]), f"for p = 0 the error is {error[0]}: what should p count as?"
counted_as = np.exp(-error[0])
assert 0.999e-12 < counted_as < 1.001e-12, (
    f"p = 0 counts as {counted_as:.2g}, but 1e-12 is asked for"
)
only_small = "but only a p below 1e-12 counts as another number"
assert abs(error[1]) < 1e-10, f"p = 1 counts as 1 - {error[1]:.2g}, {only_small}"
assert y[0, 0] == 0, "forward changed y, which belongs to its caller: make a new array instead"
nn.utils.check_same([12 * np.log(10), 0], error)

# %% [markdown]
# ### Check: cross entropy, backward (2 points)

# %% nbgrader={"grade": true, "grade_id": "cross-entropy-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
for labels in ([2, 0, 2, 1], [1]):
    y = np.random.default_rng(0).uniform(0.1, 0.9, size=(len(labels), 3))
    print(
        f"batch of {len(labels)}:",
        nn.check_gradients(CrossEntropyWithLabels(), np.array(labels), y),
    )
layer = CrossEntropyWithLabels()
with np.errstate(all="ignore"):
    layer.forward(np.array([0, 0]), np.array([[0.0, 1.0], [0.25, 0.75]]))
    dx, _ = layer.backward(np.array([1.0, 10.0]))
assert np.all(np.isfinite(dx)), "for p = 0 the gradient is not finite: what should p count as?"
assert dx[0, 0] != 0, "for p = 0 the gradient is 0, so it would never learn: divide by the floor"
nn.utils.check_same([[-1e12, 0], [-40, 0]], dx)
keep(CrossEntropyWithLabels, nn.check_layer(CrossEntropyWithLabels(), np.array(labels), y))

# %% [markdown]
# ## 6. The two together
#
# Softmax, then cross entropy: the two layers that you have work. But look at what happens when the
# network is sure and wrong. The scores are $(0, 100)$ and the right class is the first. Then
# $p = e^{-100}$, about $10^{-44}$, which is far below $10^{-12}$. The error should be 100, but we
# give 27.63. Worse: cross entropy sends back $-10^{12}$, the softmax multiplies it by
# $p = 10^{-44}$, and almost nothing is left. The network learns least from the examples that it gets
# most wrong!
#
# Put both formulas into one **before** you compute, and the problem is gone. The logarithm of a
# quotient is a difference, and the logarithm undoes $\exp$:
#
# $$ E = -\ln \frac{e^{x_{\text{label}}}}{\sum_k e^{x_k}}
#      = \ln \Big( \sum_k e^{x_k} \Big) - x_{\text{label}} $$
#
# As before, shift each row first, so that its largest score is 0. Then the sum is at least 1, its
# logarithm is never that of 0, and no $10^{-12}$ is needed.
#
# **Backward** becomes shorter too. The derivative of the first term is
# $\frac{\partial}{\partial x_j} \ln \sum_k e^{x_k} = \frac{e^{x_j}}{\sum_k e^{x_k}}$. That is the
# softmax! The second term gives $-1$ at the label. So, with $p$ for the softmax of $x$:
#
# $$ \frac{\partial E}{\partial x_j} = p_j - [j = \text{label}] $$
#
# In words: *what the network says, minus what is true*. What is true is written as a row with 1 at
# the label and 0 elsewhere. Such a row is called *one-hot*. There is no division left, so nothing
# can explode.
#
# **One more convention.** This class gives **one number** for the whole batch: the mean of the
# errors of the n examples. So each example counts for $1/n$ only, in forward and in backward.
#
# **By hand.** One example with the scores $(0, \ln 2, \ln 3)$, and the label 1. From section 1,
# $p = (\frac16, \frac13, \frac12)$. The loss is $-\ln \frac13 = 1.099$, and the gradient is
# $(\frac16, -\frac23, \frac12)$. In a batch of two examples, this row would be half as large.

# %% [markdown]
# ## 7. Your CrossEntropyLoss
#
# - **Careful with the order.** Losses take the prediction first: `forward(y, labels)`, as PyTorch
#   does. Here `y` are *scores*, not probabilities.
# - The loss is one number, the mean over the examples.
# - `backward` gets `dy`, a number: usually 1, but not always. Use it.
# - `backward` may be called twice. So do not write into what is in `self.cache`; work on a copy.


# %% nbgrader={"grade": false, "grade_id": "loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
class CrossEntropyLoss(nn.losses.Loss):
    """loss = mean over the n examples of -log softmax(y)[label], for scores of any size

    y: (n, classes), scores    labels: (n,), whole numbers from 0    loss: a number
    """

    def forward(self, y, labels):
        """The loss, a number."""
        ### BEGIN SOLUTION
        shifted = y - np.max(y, axis=1, keepdims=True)
        e = np.exp(shifted)
        total = np.sum(e, axis=1)
        self.cache = e / total[:, None], labels
        loss = np.mean(np.log(total) - shifted[np.arange(len(y)), labels])
        ### END SOLUTION
        return loss

    def backward(self, dy):
        """The gradient dx of the scores, of the shape of y, for dy: a number."""
        ### BEGIN SOLUTION
        p, labels = self.cache
        dx = p.copy()
        dx[np.arange(len(p)), labels] -= 1
        dx = dy * dx / len(p)
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: the loss, forward (2 points)
#
# The example from above, a batch of two, and scores of 1000.

# %% nbgrader={"grade": true, "grade_id": "loss-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
scores = np.log([[1.0, 2.0, 3.0], [1.0, 1.0, 2.0]])
loss = CrossEntropyLoss().forward(scores[:1], np.array([1]))
assert np.ndim(loss) == 0, f"the loss has shape {np.shape(loss)}, but it should be one number"
not_shared = "divide by the number of examples, not by the number of all numbers of y"
assert not np.isclose(3 * loss, np.log(3)), f"the loss is 3 times too small: {not_shared}"
added_to_p = np.exp(-loss) - 1 / 3
assert not 1e-14 < added_to_p < 1e-2, (
    f"it seems that {added_to_p:.1g} is added to p: add nothing to it"
)
for it_is, mistake in (
    ("- s[c] alone: the logarithm of the sum of all exp is missing", -np.log(2)),
    ("the largest score - s[c]: the logarithm of the sum of all exp is missing", np.log(3 / 2)),
    ("p[c]: the loss is its logarithm, with a minus", 1 / 3),
    ("log p[c]: a probability has a negative logarithm, and the loss is positive", -np.log(3)),
):
    assert not np.isclose(loss, mistake), f"the loss is {it_is}"
told = "it is made of two terms: one of all scores, and the score of the right class"
assert np.isclose(loss, np.log(3), 1e-9), f"the loss is {loss:.6g} instead of log 3. {told}"

loss = CrossEntropyLoss().forward(scores, np.array([1, 2]))
added = np.isclose(loss, np.log(3) + np.log(2))
assert not added, "the errors of the examples are added up, but the loss is their mean"
of_columns = np.isclose(loss, (np.log(3) + 2 * np.log(2) + np.log(4)) / 4)
assert not of_columns, "y[:, labels] takes whole columns, but each row has one label of its own"
nn.utils.check_same((np.log(3) + np.log(2)) / 2, loss)

large = np.array([[1000.0, 0.0], [-1000.0, 0.0], [0.0, 1000.0]])
with np.errstate(all="ignore"):
    loss = CrossEntropyLoss().forward(large, np.array([1, 1, 0]))
overflows = "shift each row before exp, and take no logarithm of a p that is rounded to 0"
assert np.isfinite(loss), f"for scores of 1000 the loss is {loss}: {overflows}"
too_small = "log of a rounded probability? Use the formula in which the logarithm undoes exp"
assert loss > 600, f"for scores of 1000 the loss is {loss:.4g}, which is too small: {too_small}"
nn.utils.check_same(2000 / 3, loss)

# %% [markdown]
# ### Check: the loss, backward (2 points)

# %% nbgrader={"grade": true, "grade_id": "loss-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
for labels in ([2, 0, 2, 1], [1]):
    y = np.random.default_rng(0).normal(size=(len(labels), 3))
    print(f"batch of {len(labels)}:", nn.check_gradients(CrossEntropyLoss(), y, np.array(labels)))
loss = CrossEntropyLoss()
loss.forward(np.log([[1.0, 2.0, 3.0]]), np.array([1]))
nn.utils.check_same([[1 / 6, -2 / 3, 1 / 2]], loss.backward(1.0)[0])
keep(CrossEntropyLoss, nn.check_layer(CrossEntropyLoss(), y, np.array(labels)))

# %% [markdown]
# ## 8. Play: two layers against one
#
# Below there are two classes, and the first is right. Its score runs from -60 (very wrong) to 10
# (right). On the left is the error, on the right the gradient of that score. The two ways agree
# where the network is not too wrong. Where is the gradient of the two layers lost, and why there?

# %%
s = np.linspace(-60, 10, 281)
scores, labels = np.stack([s, np.zeros_like(s)], axis=1), np.zeros(len(s), int)

softmax, cross_entropy = Softmax(), CrossEntropyWithLabels()
errors_two = cross_entropy.forward(labels, softmax.forward(scores))
slopes_two = softmax.backward(cross_entropy.backward(np.ones(len(s)))[0])[0][:, 0]

errors_one, slopes_one = [], []
for i in range(len(s)):
    loss = CrossEntropyLoss()
    errors_one.append(loss.forward(scores[i : i + 1], labels[i : i + 1]))
    slopes_one.append(loss.backward(1.0)[0][0, 0])

figure, axes = plt.subplots(1, 2, figsize=(10, 3.3))
for ax, one, two, title in zip(
    axes, (errors_one, slopes_one), (errors_two, slopes_two), ("error", "gradient of the score")
):
    ax.plot(s, one, lw=5, alpha=0.4, label="CrossEntropyLoss")
    ax.plot(s, two, label="Softmax, then CrossEntropyWithLabels")
    ax.set_xlabel("score of the right class")
    ax.set_title(title)
axes[0].legend(fontsize=8)

# %% [markdown]
# ### Three species of iris
#
# Now a layer learns with your loss: 150 flowers, four measurements each, three species. Before
# the first step the network knows nothing, and all its scores are near 0. What should the loss be
# then? Look at the first number that is printed. Then change `start`, which makes the first weights
# larger: what happens to the first loss, and does the layer still learn?

# %%
x, labels, names = nn.datasets.load_classification("iris")
x = (x - x.mean(axis=0)) / x.std(axis=0)
start, learning_rate, steps = 0.01, 0.5, 200

rng = np.random.default_rng(0)
w, b = start * rng.normal(size=(4, 3)), np.zeros(3)
loss, losses = CrossEntropyLoss(), []
for _ in range(steps):
    losses.append(loss.forward(x @ w + b, labels))
    dscores, _ = loss.backward(1.0)
    w -= learning_rate * np.einsum("ni,nj->ij", x, dscores)
    b -= learning_rate * dscores.sum(axis=0)

plt.semilogy(losses)
plt.xlabel("step")
plt.ylabel("cross entropy")
right = np.mean(np.argmax(x @ w + b, axis=1) == labels)
print(f"first loss {losses[0]:.3f}, last loss {losses[-1]:.3f}, right answers {right:.1%}")

# %% [markdown]
# ## 9. Two questions (5 points, graded by hand)
#
# **Question 1 (3 points).** Give two reasons why softmax and cross entropy are better computed
# together than one after the other. Look at the pictures of section 8: what would happen to a
# network that starts with very large weights, if it learned with the two separate layers?

# %% [markdown] nbgrader={"grade": true, "grade_id": "together-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: precision: the probability is rounded to 0 (or cut off at 1e-12), so its logarithm is
# lost; together, the logarithm undoes exp before anything is rounded. 1 point: the gradient
# p - onehot has no division by p, is simpler and at most 1 in size. 1 point: with the separate
# layers, examples that are very wrong get a gradient of almost 0, so this network does not learn
# from them.
# ### END MARK SCHEME
#
# First, precision. A very small probability is rounded to 0 or cut off at $10^{-12}$, and then its
# logarithm is wrong; together, the logarithm undoes exp, and the error is right for scores of any
# size. Second, the gradient: separately we divide by a tiny p and multiply by the same tiny p again,
# together only $p - \text{onehot}$ is left, which is simple and never larger than 1. A network with
# very large weights is often very wrong at the start. With separate layers, these examples lie in
# the flat part on the left, where the gradient is almost 0, so it would not learn from them.

# %% [markdown]
# **Question 2 (2 points).** You start to train a network that must tell ten digits apart, and the
# first loss that it prints is 2.30. The network of a friend starts with a loss of 15. Which number
# do you expect from a network that knows nothing, and what do you tell your friend?

# %% [markdown] nbgrader={"grade": true, "grade_id": "start-why", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: ten equal probabilities of 1/10 give -ln(1/10) = ln 10 = 2.30. 1 point: 15 means sure and
# wrong: very small probability for the right class, so the first weights (or the inputs) are too
# large. Also accepted: the loss is added up instead of a mean, if it is argued.
# ### END MARK SCHEME
#
# A network that knows nothing gives each digit the probability 1/10, so the loss is $\ln 10 = 2.30$.
# A loss of 15 means that the right class has a probability of about $e^{-15}$: the network is very
# sure, and wrong. The first weights, or the inputs, are probably too large; my friend should make
# them smaller.

# %% [markdown]
# ## What comes next
#
# You have the end of every network that chooses between classes. What if the answer is a number,
# such as a price, or a yes or no? In exercise 6 you write the errors for these.
