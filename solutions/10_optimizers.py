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
# # Exercise 10: Optimizers
#
# `backward` has told every parameter in which direction the error grows. Now something must *move*
# the parameters: an **optimizer**. You write three of them. `SGD` is the simplest one, `Momentum`
# remembers where it was going, and `Adam`, the one that most networks are trained with today, also
# remembers how large the gradients are.
#
# | | |
# |---|---|
# | You write | `SGD.update`, `Momentum.update` and `Adam.update`, about ten lines in all |
# | You need | what a gradient is, NumPy arrays that are changed in place, Python's dicts |
# | Time | about 60 minutes |
# | Points | 10 by automatic checks, 5 for written answers |
# | If you are stuck | `SGD = borrow("SGD")` lends you the one of edunn, without points; so for all three |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("SGD", "Momentum", "Nesterov", "RMSprop", "Adam", "AdamW")  # from here on, write your own

# %% [markdown]
# ## 1. The idea: one step downhill
#
# Let $w$ be a parameter, and $dw$ the derivative of the error $E$ with respect to it. $dw$ points
# to where $E$ grows. So we go a little in the opposite direction. The *learning rate* `lr` says
# how far:
#
# $$ w \leftarrow w - lr \cdot dw $$
#
# The arrow means: the new $w$ is computed from the old one. This is gradient descent. Its name is
# **SGD**, *stochastic* (random) gradient descent, because in training $dw$ comes from a small
# random batch of the data.
#
# **By hand.** $E = w^2$, so $dw = 2w$. Start at $w = 5$ with $lr = 0.1$. The gradient is 10, so
# the new $w$ is $5 - 0.1 \cdot 10 = 4$. What is $w$ after one more step? (The gradient is 8, so
# $w = 3.2$.)
#
# ### A picture: the narrow valley
#
# Most errors have steep directions and flat ones. Here is the simplest error of that kind, with two
# parameters:
#
# $$ E = \frac{1}{2}\left(w_1^2 + 25\, w_2^2\right) \qquad dw_1 = w_1 \qquad dw_2 = 25\, w_2 $$
#
# One step of SGD multiplies $w_1$ by $1 - lr$ and $w_2$ by $1 - 25\, lr$, so we know the whole way
# without any program: after $t$ steps $w_1$ has been multiplied by $(1 - lr)^t$. The lines are
# places of equal $E$. Both ways below have 30 steps.

# %%
import matplotlib.pyplot as plt

t = np.arange(31)
w1, w2 = np.meshgrid(np.linspace(-4.5, 1.5, 101), np.linspace(-1.3, 1.3, 101))


def valley(title, ax):
    ax.contour(
        w1, w2, 0.5 * (w1**2 + 25 * w2**2), levels=[0.1, 0.5, 1.5, 4, 8, 14, 22], cmap="Blues_r"
    )
    ax.plot(0, 0, "k*", markersize=12)
    ax.set(title=title, xlabel="w1 (flat)", ylabel="w2 (steep)", xlim=(-4.5, 1.5), ylim=(-1.3, 1.3))


figure, axes = plt.subplots(1, 2, figsize=(12, 3.6))
for ax, lr, word in zip(axes, (0.02, 0.075), ("too slow", "zigzag")):
    valley(f"SGD with lr = {lr}: {word}", ax)
    ax.plot(-4 * (1 - lr) ** t, 1 * (1 - 25 * lr) ** t, "o-", color="tab:red", markersize=4)
figure.tight_layout()

# %% [markdown]
# With a small `lr` the flat direction takes very long. With a larger one, SGD jumps from one side
# of the valley to the other. Above $lr = 2/25 = 0.08$, every jump is longer than the last one,
# and $w_2$ runs away. (Try 0.085 in the cell above.) No learning rate is good for both directions.
# This is why people have invented better optimizers.

# %% [markdown]
# ## 2. Your SGD
#
# All optimizers of edunn have the same base class, `nn.optimizers.Optimizer`. It does the boring
# part. It keeps the parameters and `lr`, and its `step()` goes through all parameters and calls
# for each of them
#
# ```
# self.update(w, dw, state)
# ```
#
# - `w`: the array of one parameter. It is *the* array that the layer computes with.
# - `dw`: its gradient, an array of the same shape. It belongs to somebody else: do not change it.
# - `state`: a dict that belongs to this parameter alone. It is empty at the first step, and what
#   you put into it is still there at the next step. SGD does not need it.
#
# You write only `update`. It must change `w` **in place**, with `-=`. After `w = w - ...` there
# would be a new array called `w` inside your method, but the layer would still hold the old one,
# and nothing would have happened.


# %% nbgrader={"grade": false, "grade_id": "sgd", "locked": false, "schema_version": 3, "solution": true, "task": false}
class SGD(nn.optimizers.Optimizer):
    """w = w - lr dw"""

    def __init__(self, parameters, lr=0.01):
        super().__init__(parameters, lr)  # self.lr

    def update(self, w, dw, state):
        """Change the array w in place, given its gradient dw."""
        ### BEGIN SOLUTION
        w -= self.lr * dw
        ### END SOLUTION


# %% [markdown]
# ### How the checks know what is right
#
# The optimizer below is right, but wasteful. It keeps *all* gradients that it has ever seen, and
# works out each step anew from the whole list: `direction` turns this list into the step. For SGD
# the direction is just the last gradient. `nn.check_optimizer` lets your optimizer and this one
# walk side by side, with two parameters, and compares every step. Yours must do with a small
# memory what this one does with the whole history.


# %% nbgrader={"grade": false, "grade_id": "history", "locked": true, "schema_version": 3, "solution": false, "task": false}
class WithHistory(nn.optimizers.Optimizer):
    """w = w - lr direction(all gradients so far, the latest one last)"""

    def __init__(self, parameters, lr, direction):
        super().__init__(parameters, lr)
        self.direction = direction

    def update(self, w, dw, state):
        state["history"] = [*state.get("history", []), dw.copy()]
        w -= self.lr * self.direction(np.array(state["history"]))


# %% [markdown]
# ### Check: SGD (2 points)

# %% nbgrader={"grade": true, "grade_id": "optimizers-sgd", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
report = nn.check_optimizer(
    lambda parameters: SGD(parameters, lr=0.1),
    lambda parameters: WithHistory(parameters, 0.1, lambda gradients: gradients[-1]),
)
w = nn.Parameter(np.array([5.0]))
optimizer = SGD([w], lr=0.1)
for right in (4.0, 3.2):
    w.grad = 2 * w.data
    optimizer.step()
    nn.utils.check_same([right], w.data)
keep(SGD, report)

# %% [markdown]
# ## 3. Momentum: a ball that rolls
#
# A ball that rolls down the valley does not stop and start anew at every point. It has a
# *velocity* $v$. At each step the velocity keeps a share $\beta$ of what it was (usually
# $\beta = 0.9$), and the new gradient is added:
#
# $$ v \leftarrow \beta\, v + dw \qquad\qquad w \leftarrow w - lr \cdot v $$
#
# At the start $v = 0$. What does this help? Write the first velocities out: $v_1 = dw_1$, then
# $v_2 = dw_2 + \beta\, dw_1$, then $v_3 = dw_3 + \beta\, dw_2 + \beta^2\, dw_1$, and so on. The
# velocity is a sum of *all* gradients so far, and the older a gradient is, the less it counts.
#
# - In the steep direction of the valley, the gradients change their sign all the time: in the sum
#   they cancel.
# - In the flat direction, they all have the same sign: they add up. If the gradient is always $g$,
#   then $v$ grows to $g\,(1 + \beta + \beta^2 + \dots) = g / (1 - \beta)$. With $\beta = 0.9$ that
#   is ten times $g$.
#
# **By hand.** Again $E = w^2$ and $dw = 2w$, start at $w = 5$, with $lr = 0.1$ and $\beta = 0.9$.
# First step: $v = 10$ and $w = 4$. Second step: $dw = 8$, so $v = 0.9 \cdot 10 + 8 = 17$ and
# $w = 4 - 1.7 = 2.3$. Do the third one. ($dw = 4.6$, $v = 19.9$, $w = 0.31$. In the next step the
# ball rolls through 0 and up the other side.)
#
# Each parameter has its own velocity, of its own shape. So it belongs in `state`, and not in
# `self`, which all parameters share. `state.get("v", 0.0)` gives `state["v"]`, or 0.0 when there
# is none yet.


# %% nbgrader={"grade": false, "grade_id": "momentum", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Momentum(nn.optimizers.Optimizer):
    """v = momentum v + dw, then w = w - lr v; at the start v is 0"""

    def __init__(self, parameters, lr=0.01, momentum=0.9):
        super().__init__(parameters, lr)
        self.momentum = momentum

    def update(self, w, dw, state):
        """Change the array w in place, and keep the velocity of this parameter in state["v"]."""
        ### BEGIN SOLUTION
        state["v"] = self.momentum * state.get("v", 0.0) + dw
        w -= self.lr * state["v"]
        ### END SOLUTION


# %% [markdown]
# ### Check: Momentum (3 points)
#
# The check goes six steps with two parameters of different shapes. The third gradient is 0: there
# SGD would stand still, but the ball rolls on.


# %% nbgrader={"grade": true, "grade_id": "optimizers-momentum", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
def velocity(gradients, beta):
    ages = np.arange(len(gradients))[::-1]  # the latest gradient has the age 0
    return np.tensordot(beta**ages, gradients, axes=1)


def beside_history(beta):
    """The report of your Momentum, side by side with one that has all its history at hand."""
    return nn.check_optimizer(
        lambda parameters: Momentum(parameters, lr=0.1, momentum=beta),
        lambda parameters: WithHistory(parameters, 0.1, lambda g: velocity(g, beta)),
    )


beside_history(beta=0.9)
try:
    report = beside_history(beta=0.8)
except nn.OptimizerError as error:
    told = "right with momentum=0.9, wrong with 0.8: is self.momentum used, or is a number written?"
    raise AssertionError(told) from error
w = nn.Parameter(np.array([5.0]))
optimizer = Momentum([w], lr=0.1)
for right in (4.0, 2.3, 0.31):
    w.grad = 2 * w.data
    optimizer.step()
    nn.utils.check_same([right], w.data)
size = sum(np.size(value) for value in optimizer.state[0].values())
assert size < 3, f"after 3 steps, {size} numbers are kept for one weight: the velocity is enough"
keep(Momentum, report)

# %% [markdown]
# ## 4. Adam: a step size for every weight
#
# In the valley the two directions would like different learning rates. Adam gives every single
# number of every parameter its own. It keeps two *running means*: $m$ of the gradients, and $v$ of
# their squares.
#
# $$ m \leftarrow \beta_1\, m + (1 - \beta_1)\, dw \qquad\qquad
#    v \leftarrow \beta_2\, v + (1 - \beta_2)\, dw^2 $$
#
# Both start at 0. Usually $\beta_1 = 0.9$ and $\beta_2 = 0.999$. So $\sqrt{v}$ tells how large the
# gradients of this weight usually are, and the step $m / \sqrt{v}$ has no unit any more: it is
# about 1 or -1 when the gradients agree, and about 0 when they cancel.
#
# **Too small at the start.** Written out, as for the velocity, a running mean is a sum of all
# gradients with these weights:
#
# $$ m_t = (1 - \beta)\,(dw_t + \beta\, dw_{t-1} + \beta^2\, dw_{t-2} + \dots
# + \beta^{t-1}\, dw_1) $$
#
# For a true mean the weights must add up to 1. They add up to
# $(1 - \beta)(1 + \beta + \dots + \beta^{t-1}) = 1 - \beta^t$, which is far below 1 when $t$ is
# small: for $\beta = 0.999$ the first $v$ is a thousand times too small. To make up for it, divide
# by that sum. This is the **bias correction**, and $t = 1, 2, 3, \dots$ is the number of the step:
#
# $$ \hat m = \frac{m}{1 - \beta_1^t} \qquad \hat v = \frac{v}{1 - \beta_2^t} \qquad\qquad
#    w \leftarrow w - lr\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon} $$
#
# The tiny number $\varepsilon = 10^{-8}$, in the code `eps`, only prevents a division by 0. It
# stands *outside* the root.
#
# **By hand.** Start at $w = 5$ with $lr = 0.5$; the first gradient is 10, the second one is $-10$.
#
# - $t = 1$: $m = 0.1 \cdot 10 = 1$ and $v = 0.001 \cdot 100 = 0.1$. Corrected:
#   $\hat m = 1 / 0.1 = 10$ and $\hat v = 0.1 / 0.001 = 100$. The step is
#   $0.5 \cdot 10 / 10 = 0.5$, so $w = 4.5$. The first step of Adam is always as long as `lr`,
#   however large or small the gradient is!
# - $t = 2$: $m = 0.9 \cdot 1 - 0.1 \cdot 10 = -0.1$ and $\hat m = -0.1 / (1 - 0.81) = -0.526$.
#   What are $v$, $\hat v$ and $w$? ($v = 0.1999$, $\hat v = 100$, and
#   $w = 4.5 + 0.5 \cdot 0.0526 = 4.526$.)
#
# ### A picture: how much does each gradient count?
#
# The bars are the weights of the gradients in the memory after 12 steps, the latest one on the
# right. The numbers in the titles are their sums.

# %%
ages = np.arange(12)[::-1]
figure, axes = plt.subplots(1, 4, figsize=(13, 2.8))
for ax, weights, title in (
    (axes[0], ages == 0, "SGD"),
    (axes[1], 0.9**ages, "velocity, beta = 0.9"),
    (axes[2], 0.1 * 0.9**ages, "m, not corrected"),
    (axes[3], 0.1 * 0.9**ages / (1 - 0.9**12), "m, corrected"),
):
    ax.bar(12 - ages, weights, color="tab:blue" if "not" not in title else "tab:orange")
    ax.set(title=f"{title}: {np.sum(weights):.2f}", xlabel="step", xticks=(1, 4, 8, 12))
axes[2].set_ylim(axes[3].get_ylim())
figure.tight_layout()

# %% [markdown]
# Now write `Adam.update`. In `state` you need three things: `m`, `v` and the number of the step,
# `t`. Why not `self.t`? Because `update` runs once for *every parameter* in each step. Keep `m`
# and `v` themselves in `state`, without the correction: the next step goes on from them.


# %% nbgrader={"grade": false, "grade_id": "adam", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Adam(nn.optimizers.Optimizer):
    """w = w - lr m / (sqrt(v) + eps), with m and v the corrected running means of dw and dw^2"""

    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr)
        self.betas, self.eps = betas, eps

    def update(self, w, dw, state):
        """Change the array w in place; keep m, v and the number t of the step in state."""
        beta1, beta2 = self.betas
        ### BEGIN SOLUTION
        t = state["t"] = state.get("t", 0) + 1
        m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
        v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        ### END SOLUTION


# %% [markdown]
# ### Check: Adam (5 points)
#
# First side by side with the history, also with very small gradients and with gradients of 0: once
# with the usual betas and eps, and then with others, so use those that the optimizer is given. Then
# your numbers from above.


# %% nbgrader={"grade": true, "grade_id": "optimizers-adam", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def mean(beta, values):
    """The mean of a list of arrays, in which older ones count less; the weights add up to 1."""
    weights = beta ** np.arange(len(values))[::-1]
    return np.tensordot(weights / weights.sum(), values, axes=1)


def beside_history(betas, eps):
    """The report of your Adam, side by side with one that has all its history at hand."""
    beta1, beta2 = betas
    return nn.check_optimizer(
        lambda parameters: Adam(parameters, 0.1, betas, eps),
        lambda parameters: WithHistory(
            parameters, 0.1, lambda g: mean(beta1, g) / (mean(beta2, g**2) ** 0.5 + eps)
        ),
    )


beside_history(betas=(0.9, 0.999), eps=1e-8)
for name, betas, eps in (("betas", (0.8, 0.99), 1e-8), ("eps", (0.9, 0.999), 1e-7)):
    try:
        report = beside_history(betas, eps)
    except nn.OptimizerError as error:
        told = (
            f"right with betas=(0.9, 0.999) and eps=1e-08, wrong with betas={betas} and eps={eps}"
        )
        raise AssertionError(f"{told}: is self.{name} used, or is a number written?") from error
w = nn.Parameter(np.array([5.0]))
optimizer = Adam([w], lr=0.5)
for gradient, right in ((10.0, 4.5), (-10.0, 4.526316)):
    w.grad = np.array([gradient])
    optimizer.step()
    nn.utils.check_same([right], w.data, 1e-5)
for _ in range(8):
    optimizer.step()
size = sum(np.size(value) for value in optimizer.state[0].values())
assert size <= 5, f"after 10 steps, {size} numbers are kept for one weight: m, v and t are enough"
keep(Adam, report)

# %% [markdown]
# ## 5. Play: a race through the valley
#
# Your three optimizers start at the same place of the narrow valley. Which one comes nearest to
# the star in 30 steps, and how does each of them get there? Change the learning rates, `momentum`,
# the number of steps. What does Momentum do with $\beta = 0.99$? Does Adam change its way when you
# make the valley ten times as steep, with `10 * steep * w.data`?

# %%
steep, steps = np.array([1.0, 25.0]), 30
figure, axes = plt.subplots(1, 3, figsize=(15, 3.6))
for ax, kind, options in zip(
    axes,
    (SGD, Momentum, Adam),
    ({"lr": 0.075}, {"lr": 0.03, "momentum": 0.8}, {"lr": 0.35}),
):
    w = nn.Parameter(np.array([-4.0, 1.0]))
    optimizer, path = kind([w], **options), [w.data.copy()]
    for _ in range(steps):
        w.grad = steep * w.data
        optimizer.step()
        path.append(w.data.copy())
    valley(f"{kind.__name__}({', '.join(f'{k}={v}' for k, v in options.items())})", ax)
    ax.plot(*np.array(path).T, "o-", color="tab:red", markersize=4)
    print(f"{kind.__name__:9} ends at {np.round(w.data, 3)}")
figure.tight_layout()

# %% [markdown]
# And a race with a real network: the same layers, the same start, the same batches, three
# optimizers.

# %%
for kind, lr, style in ((SGD, 0.1, ":"), (Momentum, 0.1, "--"), (Adam, 0.02, "-")):
    nn.manual_seed(0)
    x, label = nn.datasets.spirals(300)
    model = nn.Sequential(nn.Dense(2, 16, "tanh"), nn.Dense(16, 16, "tanh"), nn.Dense(16, 2))
    optimizer = kind(model.parameters(), lr=lr)
    history = nn.fit(model, x, label, nn.CrossEntropyLoss(), optimizer, epochs=40, progress=False)
    plt.semilogy(history["loss"], style, label=f"{kind.__name__}, lr = {lr}")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend()
plt.grid(alpha=0.3)

# %% [markdown]
# ## 6. Two questions (5 points, graded by hand)
#
# **Without the correction. (3 points)** Somebody leaves the bias correction out of Adam and uses
# $m$ and $v$ as they are, with the usual $\beta_1 = 0.9$ and $\beta_2 = 0.999$. How long is the
# very first step, in units of `lr`? Is it longer or shorter than it should be, and why? Does the
# mistake still matter after 10 000 steps?

# %% [markdown] nbgrader={"grade": true, "grade_id": "optimizers-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the first step is 0.1 / sqrt(0.001) = 3.16 times lr. 1 point: longer, because v is more
# too small than m, also after the root. 1 point: no, both 1 - beta^t are then almost 1.
# ### END MARK SCHEME
#
# In the first step $m = 0.1\, dw$ and $v = 0.001\, dw^2$, so the step is
# $lr \cdot 0.1 / \sqrt{0.001} = 3.16\, lr$. It should be $lr$. It is too long because the divisor
# is smaller than it should be by a factor of $\sqrt{0.001} = 0.032$, and $m$ only by a factor of
# 0.1. After 10 000 steps $0.9^t$ and $0.999^t$ are almost 0, so both corrections divide by almost
# 1 and nothing is wrong any more.

# %% [markdown]
# **Other units. (2 points)** Somebody measures the error in grams and not in kilograms: $E$ is now
# 1000 times as large, and so are all gradients. `lr` stays what it was. What happens to the steps
# of SGD, and what to those of Adam?

# %% [markdown] nbgrader={"grade": true, "grade_id": "optimizers-units", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the steps of SGD are 1000 times as long, it probably runs away. 1 point: the steps of
# Adam stay the same, because m and the root of v both grow by 1000.
# ### END MARK SCHEME
#
# The steps of SGD become 1000 times as long. It will most likely jump out of the valley and run
# away, unless `lr` is made 1000 times smaller. In Adam, $\hat m$ and $\sqrt{\hat v}$ are both 1000
# times as large, so the steps stay (but for the tiny `eps`) the same.

# %% [markdown]
# ## What comes next
#
# You now have layers, a chain of them, and optimizers that move their parameters. What is missing
# is the loop around it all: take a batch, go forward, compute the loss, go backward, make a step.
# You write it in one of the next exercises. Your optimizers are in `my_edunn` already, and will
# work in it.
