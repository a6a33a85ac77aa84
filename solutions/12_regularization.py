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
# # Exercise 12: Regularization
#
# A network with many weights can learn its examples by heart. Then it is perfect on what it has
# seen and poor on anything new. What works against this is called *regularization*. In this
# notebook you write the two best-known kinds: a layer that makes the network forget on purpose,
# and an optimizer that keeps the weights small.
#
# | | |
# |---|---|
# | You write | `Dropout`, `predict`, `penalty`, and an `SGD` with weight decay: about 15 lines |
# | You need | forward and backward of a layer, gradient descent, means of random numbers |
# | Time | about 60 minutes |
# | Points | 13 by automatic checks, 5 for written answers |
# | If you are stuck | `Dropout = borrow("Dropout")` lends you the one of edunn, without points; `penalty` and `SGD` need nothing of yours |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Dropout", "SGD", "Momentum", "Nesterov", "AdamW")  # Dropout and SGD will be your own

# %% [markdown]
# ## 1. The idea of dropout
#
# In a team where one person knows everything, the others learn nothing, and when this person is
# ill, all work stops. In a network, too, a few units often do all the work, and the others only
# repair their mistakes. Dropout sends units home at random: in each training step, each number
# that passes through the layer is set to 0 with probability $p$. No unit can count on any other,
# so each must learn something that is useful by itself.
#
# There is one problem. With $p = 0.2$, only 80 % of the numbers are left, so the sums in the next
# layer get smaller, by a factor of 0.8 on average. When the training is over and nothing is
# dropped any more, the next layer would suddenly get sums that are too large. So the numbers that
# survive are made larger at once, in training:
#
# $$ y_i = m_i \, x_i \qquad\text{with}\qquad
#    m_i = \begin{cases} 0 & \text{with probability } p \\
#                        \dfrac{1}{1 - p} & \text{with probability } 1 - p \end{cases} $$
#
# The array $m$ of all the $m_i$ is called the *mask*. Its mean is right: the expected value of
# $y_i$ is $p \cdot 0 + (1 - p) \cdot \frac{x_i}{1 - p} = x_i$.
#
# **By hand.** Let $x = (4, 8, 12, 16)$ and $p = 0.2$. For each number we draw a random number from
# 0 to 1, and drop where it is smaller than $p$. The draws are $(0.3, 0.9, 0.1, 0.6)$. What is $y$?
# (The third number is dropped, the others are multiplied by $1 / 0.8 = 1.25$: $y = (5, 10, 0,
# 20)$.)

# %% [markdown]
# ### A picture
#
# A digit under three masks, and the mean of 300 different masks. In the mean, the digit is back,
# with the right brightness. For larger $p$ the mean is noisier.

# %%
import matplotlib.pyplot as plt

digit = nn.datasets.load_digits()[0][0].reshape(8, 8)
rng = np.random.default_rng(0)
figure, axes = plt.subplots(3, 5, figsize=(9, 5.6))
for row, share in zip(axes, (0.2, 0.5, 0.8)):
    masked = np.array([rng.choice([0, 1 / (1 - share)], (8, 8), p=[share, 1 - share]) * digit
                       for _ in range(300)])  # fmt: skip
    shown = [digit, *masked[:3], masked.mean(axis=0)]
    for ax, image, title in zip(row, shown, ("x", "y", "y again", "and again", "mean of 300")):
        ax.imshow(image, cmap="Greys", vmin=0, vmax=2)
        ax.set_title(title if share == 0.2 else "")
        ax.set_xticks([])
        ax.set_yticks([])
    row[0].set_ylabel(f"p = {share}")
plt.show()

by_hand = np.array([4, 8, 12, 16]) * np.array([1, 1, 0, 1]) / 0.8
print("by hand:", by_hand.tolist())

# %% [markdown]
# ## 2. Two modes
#
# A network that is *used* must not forget anything. So the layer has two modes. Every module of
# edunn has an attribute `training`; `model.train()` sets it to True in all layers of a model, and
# `model.eval()` sets it to False.
#
# | `self.training` | forward | backward |
# |---|---|---|
# | True | $y = m \cdot x$, with a **new** mask in every call | ? |
# | False | $y = x$ | ? |
#
# **Backward.** Once it is drawn, the mask is just an array of numbers. Each $y_i$ is $x_i$ times a
# constant. So the chain rule gives $dx_i = m_i \, dy_i$, with the mask **that forward has used**.
# Where the number was dropped, no gradient comes back. In the example by hand, $dy = (1, 2, 3, 4)$
# gives $dx = (1.25, 2.5, 0, 5)$. When nothing was dropped, $dx = dy$.
#
# What must not be forgotten:
#
# - `p` is the chance to be **dropped**.
# - One random number for **each number** of `x`, of any shape. Draw them from
#   `nn.backend.generator()`, edunn's one source of random numbers (`nn.manual_seed(0)` starts it
#   anew). `nn.backend.generator().random(shape)` gives an array of random numbers from 0 to 1.
# - Keep in `self.cache` what backward needs, in **both** modes: a mask from an earlier training
#   step must not come back to life in evaluation.
# - Do not write into `x` or `dy`.


# %% nbgrader={"grade": false, "grade_id": "dropout", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Dropout(nn.Module):
    """In training, y = m x with a random mask m of 0 and 1 / (1 - p); in evaluation, y = x.

    x, y: the same shape, any    p: the probability that a number is dropped, from 0 to below 1
    """

    def __init__(self, p=0.5):
        if not 0 <= p < 1:
            raise ValueError(f"Dropout got p={p}, not a probability from 0 to below 1")
        self.p = p

    def forward(self, x):
        """The outputs y; keeps in self.cache what backward needs."""
        ### BEGIN SOLUTION
        mask = 1.0
        if self.training:
            mask = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
        self.cache = mask
        y = x * mask
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, of the shape of x; there is nothing to learn here, so no other."""
        ### BEGIN SOLUTION
        dx = dy * self.cache
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: training (3 points)
#
# Random numbers cannot be compared one by one, so we count. Of 20 000 numbers, how many are 0, and
# what became of the others?

# %% nbgrader={"grade": true, "grade_id": "dropout-train", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
x = np.arange(1.0, 20001.0).reshape(400, 50)
for p in (0.2, 0.7, 0.0):
    layer = Dropout(p)
    nn.manual_seed(1)
    y = layer.forward(x)
    assert y is not None, "forward gives back nothing"
    assert np.shape(y) == x.shape, f"y has shape {np.shape(y)}, not {x.shape}, as x"
    assert x.sum() == 200010000, "forward changes x, which belongs to its caller"
    kept = y != 0
    if 0 < np.mean(kept) < 1:
        assert not np.all(kept == kept[0]), "all examples lose the same numbers: one mask for each"
        assert not np.all(kept.T[0] == kept.T), "each example loses all of its numbers, or none"
    elif p:
        shares = {np.mean(layer.forward(x) != 0) for _ in range(40)}
        told = "all of x is dropped or nothing: draw a random number for each number of x"
        assert shares != {0, 1}, told
    share = 1 - np.mean(kept)
    print(f"p = {p}: {share:.1%} of the numbers are 0")
    if abs(share - (1 - p)) < 0.02 < abs(share - p):
        raise AssertionError(f"{share:.0%} are 0: is p the chance to drop, or to keep?")
    told = f"{share:.1%} of the numbers are 0, but it should be {p:.0%}"
    assert share > 0 or p == 0, (
        f"{told}. Is x multiplied by the mask, and is it drawn in training, not in evaluation?"
    )
    why = (
        "is p compared with random numbers that lie evenly between 0 and 1, as random() draws them?"
    )
    assert abs(share - p) < 0.02, f"{told}: {why}"
    factors = y[kept] / x[kept]
    assert np.ptp(factors) < 1e-9, "the numbers that are left are not all scaled alike"
    said = f"with p = {p}, what is left is multiplied by {factors[0]:.4g}"
    assert abs(factors[0] - 1 / (1 - p)) < 1e-6, f"{said}: then its mean is not that of x"
    again = layer.forward(x)
    assert p == 0 or np.any(again != y), "the second forward has the same mask: draw it in forward"
    if p:
        nn.manual_seed(1)
        assert np.all(layer.forward(x) == y), "after the same nn.manual_seed, it is another mask"
assert Dropout(0.5).forward(np.ones((2, 3, 4))).shape == (2, 3, 4), "x may have any shape"

# %% [markdown]
# ### Check: evaluation (1 point)

# %% nbgrader={"grade": true, "grade_id": "dropout-eval", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer, x = Dropout(0.4), np.random.default_rng(0).normal(size=(30, 5))
layer.forward(x)
layer.eval()
y = layer.forward(x)
if np.allclose(y, 0.6 * x) or np.allclose(y, x / 0.6):
    raise AssertionError("in evaluation nothing is dropped, so nothing may be scaled either")
assert np.array_equal(y, x), "in evaluation y is not x: numbers are still dropped"
layer.train()
assert np.any(layer.forward(x) != x), "back in training, nothing is dropped any more"
print("in evaluation, y is x")

# %% [markdown]
# ### Check: backward (3 points)
#
# `check_gradients` nudges each number of `x` a little and measures what happens to `y`. It starts
# the random numbers anew for each try, so that the mask is always the same. First in training,
# then in evaluation.

# %% nbgrader={"grade": true, "grade_id": "dropout-backward", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(0).normal(size=(4, 5))
layer = Dropout(0.3)
print("in training:  ", nn.check_gradients(layer, x))
dy = np.random.default_rng(1).normal(size=(4, 5))
layer.forward(x)
layer.eval()
layer.forward(x)
dx, _ = layer.backward(dy)
assert np.array_equal(dx, dy), "in evaluation y is x, so dx must be dy: is that an old mask?"
print("in evaluation:", nn.check_gradients(layer, x))
keep(Dropout, nn.check_layer(Dropout(0.3), x))

# %% [markdown]
# ## 3. The same input, two outputs
#
# Here is a trap in which many people have been caught. We send one example through a network,
# layer by layer, and then through the whole network at once. It is the same network, the same
# weights, the same input. Run the cell: are the two outputs equal?

# %%
nn.manual_seed(0)
model = nn.Sequential(
    nn.Dense(784, 128, "relu"), Dropout(0.2), nn.Dense(128, 64, "relu"), nn.Dense(64, 10)
)
x = np.random.default_rng(0).normal(size=(1, 784))
by_steps = x
for part in model:
    by_steps = part(by_steps)
print("equal:", np.allclose(by_steps, model(x)))

# %% [markdown]
# It prints `False`. Think about the reason before you read on; question 1 asks for it.
#
# Whoever *uses* a network wants one answer for one input. Write `predict`, which gives it. It must
# work in the middle of a training, too. So it leaves the model in the **mode in which it found
# it**: `model.training` says which, and `model.train(mode)`, with True or False, sets it in all
# layers.


# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict(model, x):
    """The output of `model` for x in evaluation mode; afterwards the model's mode is as before."""
    ### BEGIN SOLUTION
    mode = model.training
    output = model.eval()(x)
    model.train(mode)
    return output
    ### END SOLUTION


# %% [markdown]
# ### Check: predict (2 points)


# %% nbgrader={"grade": true, "grade_id": "predict-check", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
class Doubtful(nn.Module):
    """A stand-in for Dropout: y = x in evaluation, and y = -x in training."""

    def forward(self, x):
        return -x if self.training else x


x = np.random.default_rng(0).normal(size=(3, 4))
for mode in (True, False):
    model = nn.Sequential(Doubtful(), nn.MultiplyConstant(2.0)).train(mode)
    y = predict(model, x)
    assert y is not None, "predict gives back nothing"
    assert not isinstance(y, nn.Tensor), "predict gives a Tensor: give the model the array x itself"
    assert not np.array_equal(y, -2 * x), (
        "predict runs layers in training mode: is the mode set for all of them, before they run?"
    )
    assert np.array_equal(y, 2 * x), "predict does not give the output of the model"
    now = model[0].training
    assert now == mode, f"the model was found with training={mode}, and left with training={now}"
    assert np.array_equal(predict(model, x), y), "the second prediction is another one"
print("one input, one output")

# %% [markdown]
# ## 4. Weight decay
#
# Very curved functions need large weights. So a network that learns noise by heart has, as a rule,
# larger weights than one that has found the simple rule behind the data. Weight decay makes large
# weights expensive. To the loss $L$ it adds a *penalty*:
#
# $$ L_{\text{total}} = L + \underbrace{\frac{\lambda}{2} \sum_i w_i^2}_{\text{penalty}} $$
#
# The sum runs over all the numbers of all the parameters. The number $\lambda$ (lambda, a Greek
# letter) is the *strength*: 0 for no decay, and often between 0.0001 and 0.1.
#
# The derivative of $\frac{\lambda}{2} w_i^2$ is $\lambda w_i$: this is what the 2 is good for. So
# nothing has to be changed in any layer. Only the optimizer adds $\lambda w_i$ to the gradient
# $dw_i$ that it is given:
#
# $$ w_i \leftarrow w_i - \eta \, (dw_i + \lambda w_i) $$
#
# Here $\eta$ (eta) is the learning rate. Write it as $w_i \leftarrow (1 - \eta \lambda) \, w_i -
# \eta \, dw_i$, and you see where the name comes from: if there is no gradient, the weight
# *decays*, by the same share in every step.
#
# **By hand.** Let $w = 3$, $dw = 0.5$, $\eta = 0.1$, $\lambda = 0.2$. The penalty is $0.1 \cdot 9
# = 0.9$. The gradient becomes $0.5 + 0.6 = 1.1$, and $w$ becomes $3 - 0.11 = 2.89$. With $dw = 0$
# it would become $3 - 0.06 = 2.94$, which is 98 % of 3.


# %% nbgrader={"grade": false, "grade_id": "penalty", "locked": false, "schema_version": 3, "solution": true, "task": false}
def penalty(parameters, strength):
    """strength / 2 times the sum of the squares of all numbers of all parameters, as a float.

    parameters: a list, as from model.parameters(); the array of each p is p.data, of any shape
    """
    ### BEGIN SOLUTION
    squares = sum(float(np.sum(p.data**2)) for p in parameters)
    return strength / 2 * squares
    ### END SOLUTION


# %% [markdown]
# ### Check: penalty (1 point)
#
# First the number by hand, then two parameters of different shapes.

# %% nbgrader={"grade": true, "grade_id": "penalty-check", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
three = nn.Parameter(np.array([3.0]))
others = [
    nn.Parameter(np.array([[1.0, -2.0, 0.0], [0.5, 1.0, -1.0]])),
    nn.Parameter(np.array([2.0])),
]
for parameters, strength, want in (
    ([three], 0.2, 0.9),
    (others, 0.4, 2.25),
    ([three, *others], 1.0, 10.125),
    (others, 0.0, 0.0),
):
    got = penalty(parameters, strength)
    assert got is not None, "penalty returns nothing"
    assert not isinstance(got, nn.Tensor), (
        "penalty gives a Tensor: which array is inside of each p?"
    )
    assert np.ndim(got) == 0, f"the penalty has shape {np.shape(got)}, but it is one number"
    told = f"for parameters {', '.join(str(p.data.tolist()) for p in parameters)}"
    told += f" and strength {strength}"
    if want and abs(got - 2 * want) < 1e-9:
        raise AssertionError(f"{told} the penalty is twice what it should be: is there a half?")
    if want and abs(got - np.sqrt(want * strength / 2)) < 1e-9:
        raise AssertionError(f"{told} it is as if roots or absolute values were added, not squares")
    each = [np.ravel(p.data) for p in parameters]
    mistakes = {
        "no parameter has counted": 0,
        "only those with two axes count": sum(
            np.sum(p.data**2) for p in parameters if p.data.ndim > 1
        ),
        "the last parameter counts, and no other: add up": np.sum(each[-1] ** 2),
        "the first parameter counts, and no other: add up": np.sum(each[0] ** 2),
        "the sum is squared: square each number, then add up": np.sum(np.concatenate(each)) ** 2,
        "the mean is taken, not the sum": np.mean(np.concatenate(each) ** 2),
        "of each parameter the mean is taken, not the sum": sum(np.mean(one**2) for one in each),
        "divided by how many parameters there are: none of that is asked for": (
            np.sum(np.concatenate(each) ** 2) / len(each)
        ),
        "strength is not used": 2 * want / max(strength, 1e-9) ** 2,
        "strength is squared": 2 * want,
    }
    for words, number in mistakes.items():
        is_it = abs(got - want) > 1e-9 > abs(got - strength / 2 * number)
        assert not is_it, f"{told} the penalty is {want:g}, and yours is {float(got):g}: {words}"
    assert abs(got - want) < 1e-9, f"{told} the penalty is {want:g}, and yours is {float(got):g}"
print("right")

# %% [markdown]
# ### Your optimizer
#
# Plain gradient descent, with decay. Two things to remember:
#
# - Change the arrays **in place** (`array -= ...`). Others may hold the same array; if you put a
#   new one into `p.data`, they would not see the change.
# - A parameter whose `grad` is None took no part in this step. It stays as it is, without decay.


# %% nbgrader={"grade": false, "grade_id": "sgd", "locked": false, "schema_version": 3, "solution": true, "task": false}
class SGD:
    """w = w - lr (dw + weight_decay w), for every parameter p: w is p.data, and dw is p.grad."""

    def __init__(self, parameters, lr=0.01, weight_decay=0.0):
        self.parameters, self.lr, self.weight_decay = list(parameters), lr, weight_decay

    def zero_grad(self):
        """Forget the gradients of the last step."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self):
        """Change every parameter once, in place; the gradients stay as they are."""
        ### BEGIN SOLUTION
        for p in self.parameters:
            if p.grad is not None:
                p.data -= self.lr * (p.grad + self.weight_decay * p.data)
        ### END SOLUTION


# %% [markdown]
# ### Check: weight decay (3 points)
#
# `check_optimizer` lets your SGD and a right one walk side by side. One gradient on the way is 0:
# there, only the decay may move the weights.


# %% nbgrader={"grade": true, "grade_id": "sgd-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
class Right(nn.optimizers.Optimizer):
    def update(self, w, dw, state):  # dw comes with the decay in it
        np.subtract(w, self.lr * dw, out=w)


for decay in (0.0, 0.3):
    report = nn.check_optimizer(
        lambda parameters, decay=decay: SGD(parameters, lr=0.1, weight_decay=decay),
        lambda parameters, decay=decay: Right(parameters, 0.1, decay),
    )
    print(f"weight_decay = {decay}:", report)
p, alone = nn.Parameter(np.array([3.0])), nn.Parameter(np.array([3.0]))
p.grad = np.array([0.5])
SGD([p, alone], lr=0.1, weight_decay=0.2).step()
assert abs(p.data[0] - 2.89) < 1e-9, f"by hand w becomes 2.89, and yours is {p.data[0]:.4g}"
assert alone.data[0] == 3, "a parameter without a gradient must stay as it is"

# %% [markdown]
# ## 5. Play: what is it good for?
#
# A network of 10 000 weights learns from only 300 digits, and somebody has labelled them in a
# hurry: 30 % of the labels were drawn at random. The network can learn all of them by heart, right
# or wrong. The other digits are held out, and there all labels are right. Compare training without
# regularization, with dropout, with weight decay, and with both. Which one is right most often on
# new digits? Which one is least right on the digits it learned from, and why is that good here?
# What happens with $p = 0.9$, or with a strength of 1? And when no label is wrong?

# %%
x, y = nn.datasets.load_digits()
few, noise, p, strength, epochs = 300, 0.3, 0.5, 0.01, 90
rng = np.random.default_rng(0)
order = rng.permutation(len(x))
x_few, y_few, x_new, y_new = x[order[:few]], y[order[:few]], x[order[few:]], y[order[few:]]
y_few = np.where(rng.random(few) < noise, rng.integers(0, 10, few), y_few)

figure, axes = plt.subplots(1, 2, figsize=(10, 3.8))
kinds = {"nothing": (0, 0), "dropout": (p, 0), "decay": (0, strength), "both": (p, strength)}
for (name, (drop, decay)), style in zip(kinds.items(), (":", "--", "-.", "-")):
    nn.manual_seed(0)
    model = nn.Sequential(nn.Dense(64, 128, "relu"), Dropout(drop), nn.Dense(128, 10))
    descent = SGD(model.parameters(), lr=0.1, weight_decay=decay)
    loss, shares = nn.CrossEntropyLoss(), []
    for epoch in range(epochs):
        model.train(True)
        for batch_x, batch_y in nn.batches(x_few, y_few, 20):
            value = loss(model(nn.Tensor(batch_x)), batch_y)
            descent.zero_grad()
            value.backward()
            descent.step()
        if epoch % 3 == 2:
            shares.append(nn.accuracy(predict(model, x_new), y_new))
    axes[0].plot(range(3, epochs + 1, 3), shares, style, label=name)
    weights = model[0].w.data.ravel()
    axes[1].hist(weights, bins=80, histtype="step", linestyle=style, label=name)
    seen = nn.accuracy(predict(model, x_few), y_few)
    size = float(np.sqrt(np.mean(model[0].w.data ** 2)))
    print(
        f"{name:8} learned {seen:.1%}, new {np.mean(shares[-4:]):.1%}, a weight's size {size:.3f}"
    )
axes[0].set(xlabel="epoch", ylabel="share of new digits that are right")
axes[1].set(xlabel="weights of the first layer", ylabel="how many", xlim=(-0.6, 0.6))
for ax in axes:
    ax.legend()
plt.show()

# %% [markdown]
# ## 6. Two questions (graded by hand)
#
# **Question 1 (3 points).** In section 3, two passes of the same example through the same network
# gave different outputs. Explain why. Name two different ways to make the cell print `True`, and
# say which of the two you would choose to *use* the network, and why.

# %% [markdown] nbgrader={"grade": true, "grade_id": "dropout-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: a new model is in training mode, and Dropout draws a new mask in every forward. 1 point:
# two ways: model.eval() before both passes; the same nn.manual_seed before each of the two passes
# (or p = 0). 1 point: eval to use it, because then nothing is dropped: the same seed only makes
# the same random damage twice.
# ### END MARK SCHEME
#
# A new network is in training mode. There, Dropout draws a new mask in every forward pass, so the
# two passes lose different numbers of the hidden layer, and the outputs differ. First way: call
# model.eval() before both passes; then Dropout does nothing. Second way: call nn.manual_seed with
# the same number before each pass; then both draw the same mask. To use the network I choose eval.
# With the same seed the two outputs are equal, but both are still the output of a network from
# which a fifth of the hidden units was taken at random.

# %% [markdown]
# **Question 2 (2 points).** Somebody writes Dropout without the division by $1 - p$, and
# everything else as it should be. The training runs without an error, and still the network is
# worse when it is used. What does the layer behind Dropout get in training, what does it get in
# use, and why does this do harm?

# %% [markdown] nbgrader={"grade": true, "grade_id": "dropout-scale", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: in training the sums of the next layer are smaller, by 1 - p on average, in use they are
# whole. 1 point: so the next layer gets numbers of a size for which its weights and its bias were
# not trained.
# ### END MARK SCHEME
#
# In training only a share of 1 - p of the numbers is left, so the sums in the next layer are, on
# average, 1 - p times as large as the full sums. In use nothing is dropped and the sums are full:
# for p = 0.5 they are twice as large as anything the next layer has seen in training. Its weights
# and its bias have adapted to the small sums, so its outputs are wrong.

# %% [markdown]
# ## What comes next
#
# You now have three answers to overfitting: stop in time (exercise 11), forget on purpose, keep the
# weights small. A fourth is to build what is known about the data into the network. In the next
# exercises that is knowledge about pictures: what lies side by side belongs together.
