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
# # Exercise 6: Losses
#
# A network learns what its loss tells it to learn, and nothing else. In this notebook you write the
# losses for answers that are numbers (a price, a temperature) and for answers that are yes or no.
# You also find out what each of them really asks for.
#
# | | |
# |---|---|
# | You write | `SquaredError`, `MeanError`, `BinaryCrossEntropy`, `BCEWithLogitsLoss`, about 15 lines in all |
# | You need | derivatives of squares and of log, the sigmoid (exercise 4) |
# | Time | about 75 minutes |
# | Points | 14 by automatic checks, 5 for written answers |
# | If you are stuck | `MeanError = borrow("MeanError")` lends you the one of edunn, without points; so for all four |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("SquaredError", "MeanError", "BinaryCrossEntropy", "BCEWithLogitsLoss", "MSELoss", "BCELoss")

# %% [markdown]
# ## 1. What does a loss ask for?
#
# Take the simplest network of all: it gives the same number $c$ for every example. The true answers
# are 1, 2 and 9. Which $c$ is best? It depends on how we count errors.
#
# - **Squared error**: $(c-1)^2 + (c-2)^2 + (c-9)^2$
# - **Absolute error**: $|c-1| + |c-2| + |c-9|$
#
# **By hand.** Work out both sums for $c = 2$ and for $c = 4$. (Squared: 50 and 38. Absolute: 8 and
# 10.) So the squared error likes 4 better, and the absolute error likes 2 better.
#
# This is no accident. At the best $c$ the derivative is 0.
#
# - The derivative of the squared error is $2 \sum_i (c - t_i)$, where $t_i$ are the true answers. It
#   is 0 when $c$ is the **mean** of the true answers.
# - The derivative of $|c - t_i|$ is $+1$ if $t_i$ is below $c$, and $-1$ if it is above. The sum is 0
#   when as many answers lie below $c$ as above: $c$ is the **median**.
#
# The mean listens to every answer, and most of all to those far away. The median does not care how
# far away they are. Move the last answer below from 9 to 30: which of the two minima moves?

# %%
import matplotlib.pyplot as plt

answers = np.array([1.0, 2.0, 9.0])
c = np.linspace(0, answers.max() + 1, 501)
distance = np.abs(c[:, None] - answers)
squared, absolute = (distance**2).sum(axis=1), distance.sum(axis=1)

figure, axes = plt.subplots(1, 2, figsize=(9, 3))
for ax, total, title in zip(axes, (squared, absolute), ("squared error", "absolute error")):
    ax.plot(c, total)
    best = np.argmin(total)
    ax.plot(c[best], total[best], "o", color="C1", label=f"smallest at c = {c[best]:.1f}")
    ax.plot(answers, np.full(len(answers), total.min() * 0.6), "^", color="gray", label="answers")
    ax.set_title(title)
    ax.set_xlabel("c")
    ax.legend()

# %% [markdown]
# ## 2. SquaredError
#
# A network can give several numbers for each example, say three coordinates. The error of **one**
# example $i$ is the sum over its numbers:
#
# $$ E_i = \sum_j (y_{ij} - t_{ij})^2 $$
#
# | array | shape | |
# |---|---|---|
# | `y_true` | `(n, outputs)` | the true answers $t$ |
# | `y` | `(n, outputs)` | the answers of the network |
# | `error` | `(n,)` | one number for each example |
#
# **Backward.** `dy[i]` is the derivative of the final number with respect to `error[i]`. The error
# $E_i$ depends on $y_{ij}$ through one square only, so
#
# $$ dx_{ij} = 2 \, (y_{ij} - t_{ij}) \; dy_i $$
#
# What is true is a fact, and gets no gradient.
#
# **By hand.** $y = (3, 5)$, $t = (1, 6)$: $E = 2^2 + (-1)^2 = 5$. For $dy = 10$ the gradient is
# $(40, -20)$.
#
# **Shapes.** `dy` has shape `(n,)` and the differences have shape `(n, outputs)`. NumPy cannot
# multiply them as they are. `dy[:, None]` has shape `(n, 1)`: one number for each row.
#
# Error layers take what is true **first**: `forward(y_true, y)`. Do not write into the arrays that
# you are given.


# %% nbgrader={"grade": false, "grade_id": "squared", "locked": false, "schema_version": 3, "solution": true, "task": false}
class SquaredError(nn.losses.ErrorLayer):
    """error_i = sum over j of (y_ij - y_true_ij)^2

    y_true, y: (n, outputs)    error: (n,)
    """

    def forward(self, y_true, y):
        """The errors, of shape (n,)."""
        ### BEGIN SOLUTION
        self.cache = y - y_true
        error = np.sum(self.cache**2, axis=1)
        ### END SOLUTION
        return error

    def backward(self, dy):
        """The gradient dx of y, of the shape of y, for dy: (n,)."""
        ### BEGIN SOLUTION
        dx = 2 * self.cache * dy[:, None]
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: squared error, forward (1 point)

# %% nbgrader={"grade": true, "grade_id": "squared-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
y_true = np.array([[1.0, 6.0], [0.0, 0.0], [1.0, 1.0]])
y = np.array([[3.0, 5.0], [2.0, 1.0], [1.0, -2.0]])
error = SquaredError().forward(y_true, y)
assert not isinstance(error, list), "error must be an array, not a list"
one_each = "one number for each example?"
assert np.shape(error) == (3,), f"error has shape {np.shape(error)}, not (3,): {one_each}"
shared = np.allclose(error, [2.5, 2.5, 4.5])
assert not shared, "the errors are half of what they should be: add over j, do not take a mean"
distances = np.allclose(error, np.sqrt([5, 5, 9]))
assert not distances, "these are the distances: the error is their square, so take no root"
assert np.all(np.asarray(error) >= 0), f"the errors are {error}: a square is never below 0"
assert not np.allclose(error, [1, 9, 9]), "the sum is squared: square each number, then add up"
assert not np.allclose(error, [137, 5, 5]), "y and y_true are added: how far apart are they?"
first_only = np.isclose(error, [5, 5, 9]).tolist() == [True, False, False]
assert not first_only, "right for the first example only: each error comes from its own row alone"
nn.utils.check_same([5, 5, 9], error)

# %% [markdown]
# ### Check: squared error, backward (2 points)
#
# `check_gradients` nudges each number of `y`, runs your `forward`, and compares the slope that it
# measures with your gradient. It takes a random `dy`.

# %% nbgrader={"grade": true, "grade_id": "squared-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
for n in (4, 1):
    y_true, y = np.random.default_rng(n).normal(size=(2, n, 3))
    print(f"batch of {n}:", nn.check_gradients(SquaredError(), y_true, y))
layer = SquaredError()
layer.forward(np.array([[1.0, 6.0]]), np.array([[3.0, 5.0]]))
nn.utils.check_same([[40, -20]], layer.backward(np.array([10.0]))[0])
keep(SquaredError, nn.check_layer(SquaredError(), y_true, y))

# %% [markdown]
# ## 3. MeanError
#
# Learning needs **one** number for the whole batch. `MeanError` takes any error layer and gives the
# mean of its errors. `MeanError(SquaredError())` is the famous *mean squared error*, if each example
# has one output. (With more outputs, most libraries divide by their number, too.)
#
# $$ L = \frac1n \sum_i E_i $$
#
# Why the mean, and not the sum? With the mean, the loss does not grow when the batch grows. So the
# same learning rate works for small and for large batches.
#
# **Backward.** `dy` is now a single number: the derivative of the final number with respect to $L$.
# Each error goes into the mean with the weight $\frac1n$. So the error layer inside must be given an
# array of shape `(n,)`, in which each number is $\frac{dy}{n}$.
#
# **By hand.** Four errors, $dy = 2$. The layer inside gets $(0.5, 0.5, 0.5, 0.5)$.
#
# One line of your class needs an explanation. The layer inside keeps its own cache. If it runs again
# before our `backward` comes, that cache is replaced. So we keep it in *our* cache, and
# `backward_from(cache, dy)` gives it back to the layer before it runs its `backward`. This is
# written for you.
#
# First, here is a layer to put inside, so that this part does not need your `SquaredError`. It is the
# absolute error of section 1, and it does not accept a `dy` of the wrong shape.


# %% nbgrader={"grade": false, "grade_id": "absolute", "locked": true, "schema_version": 3, "solution": false, "task": false}
class AbsoluteError(nn.losses.ErrorLayer):
    """error_i = sum over j of |y_ij - y_true_ij|"""

    def forward(self, y_true, y):
        self.cache = np.sign(y - y_true)
        return np.abs(y - y_true).sum(axis=1)

    def backward(self, dy):
        wanted, got = (len(self.cache),), np.shape(dy)
        assert not isinstance(dy, list), "the error layer gets a list, but it needs an array"
        assert got == wanted, (
            f"the error layer gets a dy of shape {got}, but it has {wanted} errors"
        )
        return np.einsum("ij,i->ij", self.cache, dy), {}


# %% nbgrader={"grade": false, "grade_id": "mean", "locked": false, "schema_version": 3, "solution": true, "task": false}
class MeanError(nn.losses.ErrorLayer):
    """loss = the mean over the n examples of an error layer: MeanError(SquaredError())

    y_true, y: as the error layer takes them    loss: a number
    """

    def __init__(self, error):
        self.error = error

    def forward(self, y_true, y):
        """The loss, a number."""
        errors = self.error.forward(y_true, y)  # (n,)
        self.cache = self.error.cache, len(errors)
        ### BEGIN SOLUTION
        loss = np.mean(errors)
        ### END SOLUTION
        return loss

    def backward(self, dy):
        """The gradient dx of y, of the shape of y, for dy: a number."""
        inner_cache, n = self.cache
        ### BEGIN SOLUTION
        dy_errors = np.full(n, dy / n)
        ### END SOLUTION
        dx, _ = self.error.backward_from(inner_cache, dy_errors)
        return dx, {}


# %% [markdown]
# ### Check: mean error, forward (1 point)
#
# The errors of the four examples are 1, 2, 13 and 4.

# %% nbgrader={"grade": true, "grade_id": "mean-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
y_true, y = np.zeros((4, 2)), np.array([[1.0, 0.0], [-1.0, 1.0], [6.0, -7.0], [0.0, 4.0]])
loss = MeanError(AbsoluteError()).forward(y_true, y)
assert np.shape(loss) == (), f"the loss has shape {np.shape(loss)}, but it should be one number"
assert not np.isclose(loss, 20), "this is the sum of the errors, but their mean is asked for"
assert not np.isclose(loss, 3), "this is the median of the errors, but their mean is asked for"
assert not np.isclose(loss, 13), "this is the largest error, but the mean of all is asked for"
other_count = "divide the sum of the errors by how many errors there are, and by nothing else"
assert not np.any(np.isclose(loss, [2.5, 10])), other_count
nn.utils.check_same(5, loss)

# %% [markdown]
# ### Check: mean error, backward (2 points)

# %% nbgrader={"grade": true, "grade_id": "mean-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
y_true, y = np.random.default_rng(0).normal(size=(2, 4, 3))
for n in (4, 1):
    layer = MeanError(AbsoluteError())
    print(f"batch of {n}:", nn.check_gradients(layer, y_true[:n], y[:n]))
keep(MeanError, nn.check_layer(MeanError(AbsoluteError()), y_true, y))

# %% [markdown]
# ## 4. Yes or no: BinaryCrossEntropy
#
# Is this mail spam? The true answer is 1 (yes) or 0 (no). The network gives a probability $y$ for
# yes, so the probability for no is $1 - y$. The error is the cross entropy: minus the logarithm of
# the probability of what is true.
#
# $$ E = \begin{cases} -\ln y & \text{if } t = 1 \\ -\ln (1 - y) & \text{if } t = 0 \end{cases}
#    \qquad \text{or, in one line,} \qquad E = -\big( t \ln y + (1 - t) \ln (1 - y) \big) $$
#
# In the one-line form, one of the two terms is always multiplied by 0. As in `SquaredError`, an
# example may have several answers, and their errors are added over $j$.

# %%
probability = np.linspace(0.001, 0.999, 400)
figure, ax = plt.subplots(figsize=(5.5, 3))
ax.plot(probability, -np.log(probability), label="true answer 1 (yes)")
ax.plot(probability, -np.log(1 - probability), "--", label="true answer 0 (no)")
ax.plot([0.9, 0.9], -np.log([0.9, 0.1]), "o", color="black")
ax.set_xlabel("y: what the network says")
ax.set_ylabel("error")
ax.legend()
ax.grid(alpha=0.3)

# %% [markdown]
# **By hand.** The network says 0.9. If the answer is yes, the error is $-\ln 0.9 = 0.105$. If it
# is no, the error is $-\ln 0.1 = 2.303$. These are the two points in the picture.
#
# **What does it ask for?** Let the network again give the same number $c$ for all examples. Look for
# the best $c$ as in section 1, and you find the *fraction of ones*: with 3 spam mails among 10, the
# best answer is 0.3. So this loss asks for honest probabilities.
#
# **The logarithm needs care.** Sooner or later the network says exactly 0 or exactly 1, because a
# computer rounds. If the answer is the other one, we ask for $\ln 0$, which is minus infinity. And
# even when the network is right, the one-line form computes $0 \cdot \ln 0$, which is `nan`! So
# **count every number below $10^{-12}$ as $10^{-12}$**, before you take its logarithm and before you
# divide by it. The class has it as `self.floor`. There are *two* logarithms and *two* numbers that
# can be 0.
#
# **Backward.** The derivative of $\ln y$ is $\frac1y$, and that of $\ln(1 - y)$ is $-\frac1{1-y}$.
# So
#
# $$ dx = dy \left( \frac{1 - t}{1 - y} - \frac{t}{y} \right) $$
#
# **By hand.** $y = 0.9$, $dy = 1$: the gradient is $-\frac{1}{0.9} = -1.11$ for yes, and
# $\frac{1}{0.1} = 10$ for no. A wrong answer pulls nine times as hard.


# %% nbgrader={"grade": false, "grade_id": "binary", "locked": false, "schema_version": 3, "solution": true, "task": false}
class BinaryCrossEntropy(nn.losses.ErrorLayer):
    """error_i = -sum over j of (y_true_ij log y_ij + (1 - y_true_ij) log(1 - y_ij))

    y_true: 0 or 1, (n, outputs)    y: probabilities, (n, outputs)    error: (n,)
    """

    floor = 1e-12  # what is smaller counts as this, for log and for division

    def forward(self, y_true, y):
        """The errors, of shape (n,)."""
        ### BEGIN SOLUTION
        self.cache = y_true, y
        yes = np.log(np.maximum(y, self.floor))
        no = np.log(np.maximum(1 - y, self.floor))
        error = -np.sum(y_true * yes + (1 - y_true) * no, axis=1)
        ### END SOLUTION
        return error

    def backward(self, dy):
        """The gradient dx of y, of the shape of y, for dy: (n,)."""
        ### BEGIN SOLUTION
        y_true, y = self.cache
        yes = y_true / np.maximum(y, self.floor)
        no = (1 - y_true) / np.maximum(1 - y, self.floor)
        dx = dy[:, None] * (no - yes)
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: binary cross entropy, forward (2 points)
#
# The numbers from above, two answers for each example, and then answers of exactly 0 and 1.

# %% nbgrader={"grade": true, "grade_id": "binary-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
error = BinaryCrossEntropy().forward(np.array([[1.0], [0.0]]), np.array([[0.9], [0.9]]))
assert np.shape(error) == (2,), f"error has shape {np.shape(error)}, not (2,): one number each?"
negative = "the logarithm of a number below 1 is negative. Is each taken of y or of 1 - y?"
assert np.all(error >= 0), f"an error is negative: {negative}"
both = "0, but no answer is perfect: has the sum a term for yes and one for no?"
assert np.all(error > 0), f"an error is exactly {both}"
exchanged = np.allclose(error, [-0.1 * np.log(1e-12), -0.9 * np.log(1e-12)], rtol=1e-3)
assert not exchanged, "the logarithms are those of the targets: which of the two arrays is y?"
only_yes = np.isclose(error[0], -np.log(0.9)) and not np.isclose(error[1], -np.log(0.1))
assert not only_yes, "right where the answer is yes, wrong where it is no"
at_floor = BinaryCrossEntropy().forward(np.array([[1.0]]), np.array([[1e-12]]))
added = np.allclose(at_floor, -np.log(2e-12))
assert not added, "1e-12 is added, but only a number that is smaller should count as 1e-12"
nn.utils.check_same([-np.log(0.9), -np.log(0.1)], error)

y_true, y = (
    np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]),
    np.array([[0.5, 0.2], [0.1, 0.6], [0.3, 0.3]]),
)
error = BinaryCrossEntropy().forward(y_true, y)
nn.utils.check_same(-np.log([0.4, 0.36, 0.09]), error)

with np.errstate(all="ignore"):
    y_true, y = np.array([[1.0], [0.0], [1.0], [0.0]]), np.array([[1.0], [0.0], [0.0], [1.0]])
    error = BinaryCrossEntropy().forward(y_true, y)
assert np.all(np.isfinite(error)), (
    f"for y of exactly 0 or 1 the errors are {error}: floor both logs"
)
counted_as = np.exp(-error[2])
assert 0.9e-12 < counted_as < 1.1e-12, f"y = 0 counts as {counted_as:.2g}, but 1e-12 is asked for"
nn.utils.check_same(np.array([0, 0, 12, 12]) * np.log(10), error, tolerance=1e-4)

# %% [markdown]
# ### Check: binary cross entropy, backward (2 points)

# %% nbgrader={"grade": true, "grade_id": "binary-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = BinaryCrossEntropy()
layer.forward(np.array([[1.0], [0.0]]), np.array([[0.9], [0.9]]))
dx, _ = layer.backward(np.array([1.0, 1.0]))
assert np.ravel(dx)[-1] != 0, "where the answer is no, the gradient is 0: one term is missing"
rng = np.random.default_rng(0)
y_true, y = rng.permutation([[1.0, 0, 1], [0, 0, 1], [1, 1, 0]]), rng.uniform(0.1, 0.9, (3, 3))
for k in (2, 1):
    print(f"{k} answers:", nn.check_gradients(BinaryCrossEntropy(), y_true[:, :k], y[:, :k]))
layer = BinaryCrossEntropy()
with np.errstate(all="ignore"):
    layer.forward(np.array([[1.0], [0.0], [0.0]]), np.array([[0.0], [1.0], [0.9]]))
    dx, _ = layer.backward(np.array([1.0, 1.0, 2.0]))
assert np.all(np.isfinite(dx)), (
    f"for y of 0 or 1 the gradient is {dx.ravel()}: floor what you divide by"
)
cut_off = np.isclose(dx[1, 0], 1 / (1 - (1 - 1e-12)), rtol=1e-9)
assert not cut_off, "1 - 1e-12 is rounded, so do not cut y off there: floor 1 - y itself"
nn.utils.check_same([[-1e12], [1e12], [20]], dx, tolerance=1e-3)
keep(BinaryCrossEntropy, nn.check_layer(BinaryCrossEntropy(), y_true, y))

# %% [markdown]
# ## 5. Scores instead of probabilities: BCEWithLogitsLoss
#
# Where does the probability come from? From a *score* $s$ (people also say *logit*), which can be
# any number, and the sigmoid: $\sigma(s) = \frac{1}{1 + e^{-s}}$. For $s = 50$ the sigmoid is
# rounded to exactly 1, and all the care of the last section only hides the damage. It is better to
# start from the score, and to simplify **before** computing:
#
# $$ -\ln \sigma(s) = \ln (1 + e^{-s}) \qquad\qquad
#    -\ln (1 - \sigma(s)) = \ln (1 + e^{s}) = s + \ln (1 + e^{-s}) $$
#
# (For the last step, take the factor $e^{s}$ out of the bracket.) The first is for the answer
# $t = 1$, the second for $t = 0$. The only difference is the $s$ in front, so in one line:
#
# $$ E = (1 - t) \, s + \ln (1 + e^{-s}) $$
#
# One danger is left: for $s = -1000$, $e^{-s} = e^{1000}$ overflows. For negative $s$ use the second
# form of the same thing, $\ln (1 + e^{-s}) = -s + \ln (1 + e^{s})$. Both cases together:
#
# $$ E = \max(s, 0) - t \, s + \ln \big(1 + e^{-|s|}\big) $$
#
# Now exp is never larger than 1. At last, `np.log(1 + a)` is 0 when `a` is tiny, because `1 + a` is
# rounded to 1. NumPy has `np.log1p(a)` for this: the same function, without that loss. The order
# counts as well: `40 + a - 40` is 0 for a tiny `a`. So add the logarithm to what is left of
# $\max(s, 0) - t \, s$, as the formula does. `np.logaddexp(0, s)`, which is $\ln(1 + e^{s})$ in
# NumPy, has a large $s$ in it already: minus $t \, s$, the tiny part is lost.
#
# **Backward.** Remember that the derivative of $\ln(1 + e^{s})$ is $\sigma(s)$. Then
#
# $$ \frac{\partial E}{\partial s} = \sigma(s) - t $$
#
# *What the network says, minus what is true.* No division is left.
#
# **One number.** This loss is the mean over **all** numbers in the array, however many rows and
# columns there are: each counts for 1 over `y.size`.
#
# **By hand.** $s = 0$: $\sigma = \frac12$, and $E = \ln 2 = 0.693$ for both answers. The gradient is
# $-\frac12$ for yes and $+\frac12$ for no; in a batch of these two, each is halved.
#
# - **Careful with the order.** Losses take the prediction first, as PyTorch does:
#   `forward(y, target)`. Here `y` are the scores.
# - You may use `nn.Sigmoid().forward(y)`. It does not overflow.


# %% nbgrader={"grade": false, "grade_id": "logits", "locked": false, "schema_version": 3, "solution": true, "task": false}
class BCEWithLogitsLoss(nn.losses.Loss):
    """loss = mean over all numbers of max(y, 0) - target y + log(1 + exp(-|y|))

    y: scores, any shape    target: 0 or 1, the same shape    loss: a number
    """

    def forward(self, y, target):
        """The loss, a number, for scores of any size."""
        ### BEGIN SOLUTION
        self.cache = y, target
        loss = np.mean(np.maximum(y, 0) - target * y + np.log1p(np.exp(-np.abs(y))))
        ### END SOLUTION
        return loss

    def backward(self, dy):
        """The gradient dx of the scores, of the shape of y, for dy: a number."""
        ### BEGIN SOLUTION
        y, target = self.cache
        dx = dy * (nn.Sigmoid().forward(y) - target) / y.size
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: loss of scores, forward (2 points)
#
# Scores of 0, then very large ones, then a score that is so right that its loss is tiny.

# %% nbgrader={"grade": true, "grade_id": "logits-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
loss = BCEWithLogitsLoss().forward(np.zeros((2, 3)), np.array([[1.0, 0, 1], [0, 0, 1]]))
assert np.shape(loss) == (), f"the loss has shape {np.shape(loss)}, but it should be one number"
assert not np.isclose(loss, 6 * np.log(2)), "this is a sum, but the mean is asked for"
assert not np.isclose(loss, 3 * np.log(2)), "add over all numbers, and divide by all of them"
sigmoid_first = np.log(1 + np.exp(0.5)) - 0.25
told = "the scores went through a sigmoid first, which the formula has in it already"
assert not np.isclose(loss, sigmoid_first), told
told = "all scores are 0: which terms of the formula are 0 then, and which one is log 2?"
assert np.isclose(loss, np.log(2), 1e-9), f"the loss is {loss:.6g} instead of 0.693147. {told}"

scores, target = np.log([[3.0, 3.0]]), np.array([[1.0, 0.0]])  # the sigmoid of log 3 is 3/4
loss = BCEWithLogitsLoss().forward(scores, target)
told = "right for scores of 0: look at each place where y stands, and at its sign there"
right = (np.log(4 / 3) + np.log(4)) / 2
assert np.isclose(loss, right, 1e-9), f"the loss is {loss:.6g} instead of {right:.6g}. {told}"

with np.errstate(all="ignore"):
    loss = BCEWithLogitsLoss().forward(
        np.array([[1000.0, -1000, 1000, -1000]]), np.array([[0.0, 1, 1, 0]])
    )
assert np.isfinite(loss), (
    f"for scores of 1000 the loss is {loss}: where does exp overflow, or log meet 0?"
)
nn.utils.check_same(500, loss)

loss = BCEWithLogitsLoss().forward(np.array([[40.0]]), np.array([[1.0]]))
lost = "log(1 + a) loses a tiny a, and 40 + a - 40 as well"
assert loss > 0, f"for a score of 40 the loss is tiny, but not 0: {lost}"
nn.utils.check_same(1, loss / np.exp(-40.0))

# %% [markdown]
# ### Check: loss of scores, backward (2 points)

# %% nbgrader={"grade": true, "grade_id": "logits-backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
target = np.array([[1.0, 0, 1], [0, 0, 1]])
y = np.random.default_rng(0).normal(size=(2, 3))
print("two rows:", nn.check_gradients(BCEWithLogitsLoss(), y, target))
print("one row:", nn.check_gradients(BCEWithLogitsLoss(), y[:1], target[:1]))
layer = BCEWithLogitsLoss()
with np.errstate(all="ignore"):
    layer.forward(
        np.array([[0.0], [0.0], [1000.0], [-1000.0]]), np.array([[1.0], [0.0], [0.0], [1.0]])
    )
    dx, _ = layer.backward(1.0)
nn.utils.check_same([[-0.125], [0.125], [0.25], [-0.25]], dx)
keep(BCEWithLogitsLoss, nn.check_layer(BCEWithLogitsLoss(), y, target))

# %% [markdown]
# ## 6. Play: a line, and one wrong point
#
# Thirty points lie close to a line. Somebody made a typing error in the last one. Two lines learn
# from these points: one with your mean squared error, one with the mean absolute error. Move
# `typing_error` further up. Which line follows it? What if there are ten such errors among the
# thirty points?

# %%
typing_error, wrong_points = 12.0, 1

rng = np.random.default_rng(3)
x = np.linspace(-1, 1, 30)[:, None]
t = 2 * x + 1 + 0.15 * rng.normal(size=x.shape)
t[len(t) - wrong_points :] = typing_error

plt.plot(x, t, "o", color="gray")
plt.ylim(-2.5, typing_error + 1)
plt.xlabel("x")
plt.ylabel("y")
for error, style in ((SquaredError(), "-"), (AbsoluteError(), "--")):
    name, loss = type(error).__name__, MeanError(error)
    slope, height = 0.0, 0.0
    for _ in range(3000):
        loss.forward(t, slope * x + height)
        gradient, _ = loss.backward(1.0)
        slope -= 0.02 * np.sum(gradient * x)
        height -= 0.02 * np.sum(gradient)
    plt.plot(x, slope * x + height, style, label=name)
    plt.legend()
    print(f"{name}: y = {slope:.2f} x + {height:.2f}   (the truth: y = 2 x + 1)")

# %% [markdown]
# ### Another thing to try
#
# How far does the score have to go before `BinaryCrossEntropy` after a sigmoid no longer sees how
# wrong it is? Print the errors of both ways side by side, for a true answer of 0.

# %%
for score in (1.0, 10.0, 25.0, 30.0, 40.0, 100.0):
    probability = nn.Sigmoid().forward(np.array([[score]]))
    with_floor = BinaryCrossEntropy().forward(np.zeros((1, 1)), probability)[0]
    together = BCEWithLogitsLoss().forward(np.array([[score]]), np.zeros((1, 1)))
    print(f"score {score:5g}: sigmoid, then error {with_floor:8.4f}   together {together:8.4f}")

# %% [markdown]
# ## 7. Two questions (5 points, graded by hand)
#
# **Question 1 (3 points).** You predict the prices of houses. Most cost about 200 000, but a few
# palaces cost 50 million. A network that learns with the squared error gives prices that are far too
# high for almost every house. Explain why, and say what changes with the absolute error. Name one
# case in which the squared error is what you want.

# %% [markdown] nbgrader={"grade": true, "grade_id": "mean-median-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the squared error leads to the mean (its gradient grows with the distance), and a few
# palaces pull the mean up. 1 point: the absolute error leads to the median (each example pulls with
# the same strength), so it is near the ordinary house. 1 point: a sensible case for the mean: sums or
# totals count (the taxes of a whole town, the energy a city needs), or large errors are much worse
# than small ones.
# ### END MARK SCHEME
#
# The squared error leads to the mean: a palace that is 50 million away pulls with a strength that
# grows with this distance, so a few palaces move the answer for all houses. With the absolute error
# every house pulls with the same strength, however far away it is. The answer goes to the median,
# which is the price of an ordinary house. I want the mean when totals matter: if the town wants to
# know the value of all houses together, the mean price times the number of houses is right.

# %% [markdown]
# **Question 2 (2 points).** Somebody trains a yes-or-no network with a sigmoid at its end and the
# squared error. At the start, an example with the true answer 1 has the score $-20$. The gradient of
# its score is almost 0, although the answer is completely wrong. Where in the chain rule does this
# come from, and why does it not happen in `BCEWithLogitsLoss`?

# %% [markdown] nbgrader={"grade": true, "grade_id": "sigmoid-why", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the slope of the sigmoid y (1 - y) is a factor of the gradient, and it is almost 0 at -20
# (the sigmoid is flat there). 1 point: in the cross entropy the derivative -1/y cancels this slope;
# sigma(s) - t is left, here about -1.
# ### END MARK SCHEME
#
# By the chain rule the slope of the sigmoid, $y (1 - y)$, is a factor of the gradient. At the score
# $-20$ the sigmoid is flat, and this factor is about $2 \cdot 10^{-9}$. The derivative of the cross
# entropy contains $-1/y$, which is as large as $y$ is small, and cancels it. What is left is
# $\sigma(s) - t$, here about $-1$: the more wrong, the stronger.

# %% [markdown]
# ## What comes next
#
# In this notebook, a check told you whether your gradients are right. How can it know? It does not
# know the formula: it *measures*. In exercise 7 you write such a check yourself, and go hunting for
# mistakes with it.
