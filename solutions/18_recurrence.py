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
# # Exercise 18: Recurrence
#
# A sentence, a melody and the temperature of each day are **sequences**: what comes now depends on
# what came before. In this notebook you write a network with a memory. It reads a sequence step by
# step, and it learns by going back through time. You see why it forgets, and what an LSTM does
# against it.
#
# | | |
# |---|---|
# | You write | `Recurrent.forward`, `Recurrent.backward`, `lstm_step`, `cell_path`: about 30 lines in all |
# | You need | the chain rule, tanh and the sigmoid (exercise 4), `Linear` and `Bias`; exercise 14 helps |
# | Time | about 95 minutes |
# | Points | 11 by automatic checks, 6 for written answers |
# | If you are stuck | leave the part out, and go on: section 5 does not need `Recurrent`, and `cell_path` does not need `lstm_step` |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("RNN", "LSTM", "GRU")  # from here on, recurrent layers are your own
close("layers.recurrent._Recurrent")  # what they have in common

# %% [markdown]
# ## 1. The idea: a layer that remembers
#
# A `Linear` layer answers each input at once, and forgets it. A **recurrent** layer has a **state**
# $h$, a few numbers in which it keeps what it wants to remember. At each time $t$ it reads one input
# $x_t$. From this input *and the state before* it makes the new state:
#
# $$ h_t = \tanh(x_t \, w + h_{t-1} \, u + b) \qquad t = 1, 2, \dots, T $$
#
# | symbol | shape | meaning |
# |---|---|---|
# | $x_t$ | `(n, inputs)` | what n sequences have at time $t$ |
# | $h_t$ | `(n, hidden)` | their states after they have read $x_t$; $h_0$ is given |
# | $w$ | `(inputs, hidden)` | what a new input does to the state |
# | $u$ | `(hidden, hidden)` | what the old state does to the new one |
# | $b$ | `(hidden,)` | the bias |
#
# The weights have no index $t$. They are the same at all times: **shared**. So one small layer reads
# sequences of any length. And as $h_3$ is made from $h_2$, which is made from $h_1$, every input can
# have an effect on all later states.
#
# The tanh keeps all numbers of a state between $-1$ and $1$, however long the sequence is.
#
# **By hand.** One number each: $w = 0.4$, $u = 0.5$, $b = 0.05$. The state is $h_0 = 0.2$ at the start,
# and the sequence has two steps, $x_1 = 1$ and $x_2 = 2$. Work out $h_1$ and $h_2$ on paper, with
# $\tanh 0.55 \approx 0.50$ and $\tanh 1.10 \approx 0.80$.
# (Inside the first tanh is $0.4 + 0.1 + 0.05 = 0.55$, so $h_1 \approx 0.50$. Inside the second one is
# $0.8 + 0.25 + 0.05 = 1.10$, so $h_2 \approx 0.80$.)

# %% [markdown]
# ### A picture
#
# On the left is the layer **unrolled**: one copy for each time, side by side. All arrows with the same
# letter have the same weight. On the right is a state of one number. It gets the input 1 at time 1 and
# then only zeros. How long does it remember? That depends on $u$. Which $u$ forgets fast, which one
# changes its sign, and which one never forgets? Try a $u$ of your own.

# %%
import matplotlib.pyplot as plt

figure, (ax, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
circle = {"boxstyle": "circle", "facecolor": "white"}
arrow = {"arrowstyle": "->", "shrinkA": 16, "shrinkB": 16}
for t in range(4):
    ax.text(t, 1, f"$h_{t}$", ha="center", va="center", fontsize=14, bbox=circle)
    if t > 0:
        ax.text(t, 0, f"$x_{t}$", ha="center", va="center", fontsize=14)
        ax.annotate("", (t, 1), (t, 0), arrowprops=arrow)
        ax.annotate("", (t, 1), (t - 1, 1), arrowprops=arrow)
        ax.text(t + 0.06, 0.42, "w", color="C0", fontsize=13)
        ax.text(t - 0.5, 1.08, "u", color="C3", fontsize=13, ha="center")
ax.set(xlim=(-0.4, 3.4), ylim=(-0.3, 1.5), title="one layer, at four times")
ax.axis("off")
for k, memory in enumerate((0.5, 0.9, 1.0, 1.3, -0.9)):
    state, path = 0.0, []
    for seen in [1.0] + [0.0] * 24:
        state = np.tanh(memory * state + seen)
        path.append(state)
    right.plot(range(1, 26), path, "o-", markersize=3, color=f"C{k}", label=f"u = {memory}")
right.set(xlabel="time", ylabel="state", title="what is left of one input")
right.grid(alpha=0.3)
right.legend(ncols=2, fontsize=9)
plt.show()

# %% [markdown]
# ## 2. Forward, step by step
#
# All n sequences have the same length $T$. They stand in one array of shape `(n, T, inputs)`, so the
# inputs of one time are `x[:, 0]`, `x[:, 1]`, ...: first a colon for all sequences, then the time.
#
# **Mind the times.** Python counts from 0. The first input $x_1$ is `x[:, 0]`. It is convenient to
# collect the states in a list that begins with $h_0$. Then `hs[t]` is the state *before* `x[:, t]` is
# read, and `hs[t + 1]` is the state after it.
#
# Forward gives back the states $h_1$ to $h_T$ in one array `y` of shape `(n, T, hidden)`, so `y[:, 0]`
# is $h_1$. Each state is an array `(n, hidden)`, and `np.stack(arrays, axis=...)` makes one array of a
# list of arrays, with a new axis at the place that you name.
#
# Keep in `self.cache` what backward needs. Before you decide what this is, read on.
#
# ## 3. Backward through time
#
# The array `dy` is given: `dy[:, t]` says how much the final error $E$ changes with the output
# `y[:, t]`. What are the gradients of everything else?
#
# **A state is used twice.** Look at $h_1$ in the picture. It is an output, so it gets its part of
# `dy`. And it goes into $h_2$, from which a gradient comes back too. As always, where two ways meet,
# we add:
#
# $$ dh_t = dy_t + (\text{what the step after it hands back}) $$
#
# After the last state there is no step, so $dh_T = dy_T$. Therefore we begin with the last step.
#
# **One step back.** Call the sum inside the tanh $z_t = x_t w + h_{t-1} u + b$. The slope of
# $\tanh z$ is $1 - \tanh^2 z$. But $\tanh z_t$ is $h_t$, which we have already:
#
# $$ dz_t = dh_t \cdot (1 - h_t^2) $$
#
# From here on, it is a linear layer with two inputs, $x_t$ and $h_{t-1}$, and a bias. For one step,
# exercise 3 says
#
# $$ dx_t = dz_t \, w^T \qquad\quad dh_{t-1} \text{ gets } dz_t \, u^T $$
#
# The second one is what this step hands back to the step before it. The first step hands it back to
# $h_0$: this is the gradient $dh_0$.
#
# **The weights** are used at all times. The gradient of a shared weight is the **sum over its uses**:
#
# $$ dw = \sum_{t=1}^{T} x_t^T \, dz_t \qquad\quad du = \sum_{t=1}^{T} h_{t-1}^T \, dz_t
# \qquad\quad db = \sum_{t=1}^{T} \sum_{n} dz_t $$
#
# Mind the indices: $w$ meets the input of its own time, and $u$ meets the state *before*. The bias
# is added in all $n$ sequences, so its gradient is summed over them as well.
#
# **By hand.** The example from above: $w = 0.4$, $u = 0.5$, $h_0 = 0.2$, $h_1 \approx 0.50$,
# $h_2 \approx 0.80$. Let $dy_1 = 2.2$ and $dy_2 = 10$. Work through the table from the bottom to the
# top: time 2 first. Cover it, and do it on paper before you look.
#
# | time | $dh_t$ | $1 - h_t^2$ | $dz_t$ | $dx_t$ | handed back |
# |---|---|---|---|---|---|
# | 1 | $2.2 + 1.8 = 4.0$ | $0.75$ | $3.0$ | $1.2$ | $1.5 = dh_0$ |
# | 2 | $10$ | $0.36$ | $3.6$ | $1.44$ | $1.8$ |
#
# So $dw = 1 \cdot 3.0 + 2 \cdot 3.6 = 10.2$, and $du = 0.2 \cdot 3.0 + 0.50 \cdot 3.6 = 2.4$. What is
# $db$? ($3.0 + 3.6 = 6.6$.)
#
# ### Your Recurrent
#
# - `self.w.data`, `self.u.data` and `self.b.data` are the arrays.
# - In backward, prepare an array of zeros for each gradient, and add to it in the loop, or fill it. For
#   example, `np.zeros_like(a)` has the shape of `a`.
# - `range(T)` counts forward, and `reversed(range(T))` counts back. Take $T$ from the arrays of this
#   call, not from the first one: the next sequence may be longer.


# %% nbgrader={"grade": false, "grade_id": "recurrent", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Recurrent(nn.Module):
    """h_t = tanh(x_t w + h_(t-1) u + b) for t = 1 ... T, from a given h_0

    x: (n, T, inputs)    h0: (n, hidden)    y: (n, T, hidden), the states h_1 to h_T
    w: (inputs, hidden)  u: (hidden, hidden)    b: (hidden,)
    """

    def __init__(self, inputs, hidden):
        start = nn.initializers.XavierUniform()
        self.w = nn.Parameter(start((inputs, hidden)))
        self.u = nn.Parameter(start((hidden, hidden)))
        self.b = nn.Parameter(nn.initializers.Zero()((hidden,)))

    def forward(self, x, h0):
        """The states h_1 to h_T as one array y; keeps what backward needs."""
        ### BEGIN SOLUTION
        hs = [h0]
        for t in range(x.shape[1]):
            z = x[:, t] @ self.w.data + hs[t] @ self.u.data + self.b.data
            hs.append(np.tanh(z))
        self.cache = x, hs
        y = np.stack(hs[1:], axis=1)
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients dx and dh0 of the inputs, and dw, du, db, for dy of the shape of y."""
        ### BEGIN SOLUTION
        x, hs = self.cache
        w, u, b = self.w.data, self.u.data, self.b.data
        dx, dw, du, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)
        dh0 = np.zeros_like(hs[0])
        for t in reversed(range(x.shape[1])):
            dz = (dy[:, t] + dh0) * (1 - hs[t + 1] ** 2)
            dx[:, t] = dz @ w.T
            dw += x[:, t].T @ dz
            du += hs[t].T @ dz
            db += np.sum(dz, axis=0)
            dh0 = dz @ u.T
        ### END SOLUTION
        return (dx, dh0), {"w": dw, "u": du, "b": db}


# %% nbgrader={"grade": false, "grade_id": "by-hand", "locked": true, "schema_version": 3, "solution": false, "task": false}
def by_hand():
    """The layer of the two steps that you did by hand, and its output."""
    layer = Recurrent(1, 1)
    layer.w.data, layer.u.data = np.array([[0.4]]), np.array([[0.5]])
    layer.b.data = np.array([0.05])
    return layer, layer.forward(np.array([[[1.0], [2.0]]]), np.array([[0.2]]))


def backward_by_hand():
    """The layer, and dx, dh0 and the other gradients of these two steps, for dy_1 = 2.2, dy_2 = 10."""
    layer, y = by_hand()
    assert layer.cache is not None, "forward keeps nothing in self.cache, and backward needs it"
    (dx, dh0), grads = layer.backward(np.array([[[2.2], [10.0]]]))
    return layer, dx, dh0, grads


def explain(what, got, mistakes):
    """An AssertionError where a number is that of a known mistake: {number: what it means}."""
    for wrong, meaning in mistakes.items():
        assert abs(got - wrong) > 2e-4, f"{what} = {got:.4f} {meaning}"


# %% [markdown]
# ### Check: forward (2 points)
#
# The two steps that you did by hand; then two sequences of four steps, with two inputs and three
# numbers in the state.

# %% nbgrader={"grade": true, "grade_id": "rec-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
try:
    layer, y = by_hand()
except IndexError as error:
    told = "a place outside of an array: the times stand on axis 1 of x, and on no other"
    raise AssertionError(f"{told}. NumPy says: {error}") from error
assert y is not None, "forward gives back nothing: name your result `y`"
assert not isinstance(y, list), "y is a list; one array is needed: np.stack makes it"
assert np.shape(y) == (1, 2, 1), (
    f"y has shape {np.shape(y)}, not (n, T, hidden) = (1, 2, 1): one state for each of the two times, "
    "without h_0, and the times stand on axis 1"
)
first = {
    0.2: "is h_0: y begins with h_1",
    0.7398: "has read x_2 first: the sequence is read from its other end",
    0.4621: "is right without the bias: is b used?",
    0.4219: "is right for h_0 = 0: is u used, and does the first step begin with the given h_0?",
    0.55: "is the sum inside the tanh: where is the tanh?",
    0.5581: "has the inputs with u and the state with w: they have changed places",
    0.1489: "has not read its input x_1",
    0.5121: "has the bias outside of the tanh: add it inside",
    0.8006: "is h_2: each state needs an array of its own. Is one array filled again and again?",
    0.6341: "is made with a sigmoid, not with tanh",
}
explain("h_1", y[0, 0, 0], first)
second = {
    0.7398: "is made from h_0: each step begins with the state of the one before, along axis 1 of x",
    0.6045: "has read x_1 again: take the input of each time",
    0.6911: "does not hear the state before it: is u used?",
    0.5005: "is h_1 again: is the new state kept in each step?",
}
explain("h_2", y[0, 1, 0], second)
told = f"h_1 is {y[0, 0, 0]:.4f} instead of 0.5005: compare the terms of the sum with those by hand"
assert np.isclose(y[0, 0, 0], 0.5005, atol=1e-3), told
told = "h_1 is right, and h_2 is not: what does the second step take from the first, and from x?"
assert np.isclose(y[0, 1, 0], 0.8006, atol=1e-3), told

layer = Recurrent(2, 3)
layer.w.data = np.array([[0.5, -0.4, 0.1], [0.2, 0.3, -0.6]])
layer.u.data = np.array([[0.1, 0.7, -0.2], [-0.5, 0.3, 0.4], [0.6, -0.1, 0.2]])
layer.b.data = np.array([0.1, -0.2, 0.3])
x = (np.arange(16.0) % 5 - 2).reshape(2, 4, 2)
h0 = np.array([[0.5, -0.5, 0.2], [0.0, 0.3, -0.9]])
y = layer.forward(x, h0)
assert y.shape == (2, 4, 3), f"y has shape {y.shape}, not (n, T, hidden) = (2, 4, 3)"
turned = {-0.8163: "meets u transposed: the state stands on the left of u, as it is"}
explain("a number of h_4", y[0, 3, 0], turned)
assert h0[0, 0] == 0.5, "forward changes h0, which belongs to its caller: make new arrays"
told = "a sequence alone gives other numbers than beside a second one: is `y` reshaped, where axes"
alone = layer.forward(x[:1], h0[:1])
assert np.allclose(alone, y[:1]), f"{told} should be exchanged?"
want = [[0.587225, 0.32078, -0.1188], [0.781522, -0.918272, 0.911108]]
nn.utils.check_same(want, y[:, -1], tolerance=1e-4)

# %% [markdown]
# ### Check: the gradients of x and h0 (2 points)
#
# Your table first. Then `check_gradients` nudges each number of `x` and of `h0` a little, runs your
# `forward`, and compares the slope that it measures with your gradient. It calls `x` "input 0", and
# `h0` "input 1".

# %% nbgrader={"grade": true, "grade_id": "rec-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer, dx, dh0, grads = backward_by_hand()
assert np.shape(dx) == (1, 2, 1), f"dx has shape {np.shape(dx)}, not that of x, (1, 2, 1)"
assert np.shape(dh0) == (1, 1), f"dh0 has shape {np.shape(dh0)}, not that of h0, (1, 1)"
last = {
    0.0: "nothing comes back from the last time: does the loop begin there?",
    1.5546: "has something of the step before in it: begin with the last time, and go back",
    1.1977: "is dx_1: the gradient of each input stands at its own time",
    4.0: "is right without the slope of tanh: multiply by it",
    11.1405: "is divided by the slope of tanh: multiply by it",
    2.9979: "has the slope at the state before: it is the state that this step made",
    2.2345: "has the slope at tanh h_t: h_t is already the tanh of the sum",
    -0.8423: "has 1 - z_t squared as slope: put tanh z_t, which is h_t, in the place of z_t",
    0.7976: "has the slope 1 - h_t: it is 1 - h_t squared",
    0.6386: "has the slope of the sigmoid: this is a tanh",
    0.1591: "has (1 - h_t) squared as slope: square first, then subtract",
    6.5638: "has the slope 1 + h_t squared: the square is taken away, not added",
    3.2025: "has the slope h_t: it is 1 - h_t squared",
    2.5638: "has the slope h_t squared: it is 1 minus that",
    -1.4362: "has the other sign: is the square taken away from 1?",
    0.5157: "has the slope squared: multiply by it once",
    0.7181: "is half of that: is something divided by the number of times?",
    1.7953: "has got dz_2 u: the input meets w",
    3.5905: "is dz_2 itself: on the way back to the input it meets w, transposed",
}
explain("dx_2", dx[0, 1, 0], last)
early = {
    0.0: "nothing comes back to the first time: does the loop reach it?",
    0.6595: "has heard only its own output: h_1 is also used by step 2, so add what that hands back",
    0.5382: "has heard only step 2: h_1 is also an output, so add dy_1",
    2.1585: "has got dh_2 u: a step hands back dz u, after the slope of its tanh",
    1.7359: "has got dz_2 itself: on the way back it meets u, transposed",
    1.0901: "has got dz_2 w: on the way back to the state before, it meets u",
    0.5738: "has the slope of the last state: each step has its own",
}
explain("dx_1", dx[0, 0, 0], early)
start = {
    0.0: "is 0: the first step hands something back to h_0",
    1.7953: "is what step 2 hands back: h_0 gets what step 1 hands back",
    2.9944: "is dz_1 itself: on the way back it meets u, transposed",
    3.2925: "adds up what both steps hand back: h_0 gets only what step 1 hands back",
    3.9955: "is dh_1: go back one more step, through the tanh and u",
}
explain("dh0", dh0[0, 0], start)
told = "dx_2 is wrong, where backward begins: nothing is handed back to step 2 yet"
assert np.isclose(dx[0, 1, 0], 1.4362, atol=1e-3), told
told = "dx_2 is right, and dx_1 is not: what does step 2 hand back, and where is it added?"
assert np.isclose(dx[0, 0, 0], 1.1977, atol=1e-3), told
nn.utils.check_same([[1.4972]], dh0, tolerance=1e-3)

fresh, after = Recurrent(1, 1), []  # now three steps: a new layer, and the one that has read two
for own, other in zip(fresh.parameters(), layer.parameters()):
    own.data = other.data
for one in (fresh, layer):
    one.forward(np.array([[[1.0], [2.0], [0.5]]]), np.array([[0.2]]))
    after.append(one.backward(np.array([[[1.0], [1.0], [1.0]]]))[0][0])
told = "a layer that has read two steps is wrong about three: take T from the arrays of this call"
assert np.shape(after[0]) == np.shape(after[1]), told
assert np.allclose(*after), told

rng = np.random.default_rng(0)
x, h0 = rng.normal(size=(4, 5, 2)), rng.normal(size=(4, 3))
print(nn.check_gradients(Recurrent(2, 3), x, h0, only=["input 0", "input 1"]))

# %% [markdown]
# ### Check: the gradients of w and b (1 point)

# %% nbgrader={"grade": true, "grade_id": "rec-dw", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer, dx, dh0, grads = backward_by_hand()
of_w = {
    7.1810: "is the part of step 2 alone: the weights are used in both steps, so add up",
    2.9944: "is the part of step 1 alone: the weights are used in both steps, so add up",
    8.8299: "is right if no step hands anything back: dz_1 has not heard step 2",
    9.5792: "has each dz with the input of another time",
    2.3960: "is the gradient of u: w meets the input of its time, and u the state before",
    5.0877: "is the mean over the times: the gradients of all uses add up",
}
explain("dw", np.sum(grads["w"]), of_w)
of_b = {
    3.5905: "is the part of step 2 alone: the bias is used in both steps, so add up",
    2.9944: "is the part of step 1 alone: the bias is used in both steps, so add up",
    3.2925: "is the mean over the times: the gradients of all uses add up",
}
explain("db", np.sum(grads["b"]), of_b)
assert np.shape(grads["b"]) == (1,), f"db has shape {np.shape(grads['b'])}, not that of b, (1,)"
told = "dx is right, and dw is not: which input meets dz in each of the two steps?"
assert np.allclose(grads["w"], 10.1754, atol=1e-3), told
nn.utils.check_same([6.5849], grads["b"], tolerance=1e-3)

rng = np.random.default_rng(1)
x, h0 = rng.normal(size=(4, 5, 2)), rng.normal(size=(4, 3))
print(nn.check_gradients(Recurrent(2, 3), x, h0, only=["w", "b"]))

# %% [markdown]
# ### Check: the gradient of u (2 points)

# %% nbgrader={"grade": true, "grade_id": "rec-du", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer, dx, dh0, grads = backward_by_hand()
of_u = {
    4.3733: "meets h_t, the state that the step made: u was multiplied by the state before",
    3.1154: "meets the wrong states: step 1 began with h_0, and step 2 with h_1",
    1.7971: "is the part of step 2 alone: u is used in both steps, so add up",
    0.5989: "is the part of step 1 alone: u is used in both steps, so add up",
    2.1269: "is right if no step hands anything back: dz_1 has not heard step 2",
    10.1754: "is the gradient of w: w meets the input of its time, and u the state before",
    1.3170: "meets h_0 in both steps: each step has its own state before",
    5.2718: "meets the last state in both steps: each step has its own state before",
    1.1980: "is the mean over the times: the gradients of all uses add up",
}
explain("du", np.sum(grads["u"]), of_u)
told = "dx is right, and du is not: which state meets dz in each of the two steps?"
assert np.allclose(grads["u"], 2.3960, atol=1e-3), told

rng = np.random.default_rng(2)
x, h0 = rng.normal(size=(4, 5, 2)), rng.normal(size=(4, 3))
print(nn.check_gradients(Recurrent(2, 3), x, h0, only=["u"]))

# %%
rng = np.random.default_rng(3)
x, h0 = rng.normal(size=(4, 5, 2)), rng.normal(size=(4, 3))
keep(Recurrent, nn.check_layer(Recurrent(2, 3), x, h0))

# %% [markdown]
# ## 4. Why it forgets: 50 steps back
#
# Look at what one step hands back: $dh_{t-1}$ gets $\left(dh_t \cdot (1 - h_t^2)\right) u^T$. In every
# step back, the gradient is multiplied by slopes of tanh, which are at most 1, and by the same matrix
# $u^T$. In exercise 14 you have seen what comes of this. The **spectral radius** $\rho$ (say "rho") of
# $u$ is the largest absolute value of its eigenvalues. After many steps, $u$ has changed the gradient
# by a factor of about $\rho$ in each step:
#
# - $\rho < 1$: the gradient **vanishes**. $0.8^{50}$ is about $0.00001$.
# - $\rho > 1$: it can **explode**. $1.2^{50}$ is about $9000$.
#
# To see only this, we take $u = \rho \, q$, where $q$ is an *orthogonal* matrix: it turns states, but it
# leaves the length of each one as it is. So all eigenvalues of $u$ have the absolute value $\rho$.
#
# The picture shows how large a gradient of size 1 is when your `backward` has taken it back through 1,
# 2, ... 50 steps. On the left, all states are tiny. There tanh is almost a straight line of slope 1,
# and what we see is $\rho^{\,\mathrm{steps}}$. On the right, the layer reads random inputs, as a real
# one does. The states are larger, and tanh has smaller slopes.
#
# Why do all lines on the right fall faster than those on the left? What has become of the line that
# exploded? Make the inputs ten times as large, or ten times as small, and find out.

# %%
hidden, many = 20, range(1, 51)
rng = np.random.default_rng(0)
q, _ = np.linalg.qr(rng.normal(size=(hidden, hidden)))
inputs = rng.normal(size=(1, 50, 1))
target = rng.normal(size=hidden)
target = target / np.linalg.norm(target)  # a gradient of size 1

figure, axes = plt.subplots(1, 2, figsize=(11, 4), sharey=True, layout="constrained")
for ax, size, title in ((axes[0], 0, "tiny states, no inputs"), (axes[1], 1, "random inputs")):
    for k, radius in enumerate((0.5, 0.8, 1.0, 1.2)):
        layer = Recurrent(1, hidden)
        layer.u.data = radius * q
        layer.w.data = rng.normal(size=(1, hidden)) * 0.5
        lengths = []
        for steps in many:
            layer.forward(size * inputs[:, :steps], np.full((1, hidden), 1e-6))
            dy = np.zeros((1, steps, hidden))
            dy[:, -1] = target
            (dx, dh0), grads = layer.backward(dy)
            lengths.append(np.linalg.norm(dh0))
        ax.semilogy(many, lengths, color=f"C{k}")
        ax.text(51, lengths[-1], f"ρ = {radius}", va="center", color=f"C{k}")
    ax.set(xlabel="steps back", title=title, xlim=(0, 62))
    ax.grid(alpha=0.3)
axes[0].set_ylabel("size of the gradient of $h_0$")
plt.show()

# %% [markdown]
# Remember what this means for the weights. The gradient $du$ is a sum over all times. If the parts of
# early times are $10^{-15}$, the sum hears only the last few steps. The layer cannot learn that an
# early input decides the result, although *forward* may still remember it.
#
# ## 5. Gates: the LSTM
#
# The state goes through a matrix and a tanh in each step: this is where the gradient is lost. The
# **LSTM** (*long short-term memory*, 1997) has a second memory beside $h$, the **cell** $c$, which
# goes through neither of them:
#
# $$ c_t = f_t \cdot c_{t-1} + i_t \cdot g_t \qquad\quad h_t = o_t \cdot \tanh c_t $$
#
# All products are number by number. The four new letters are as wide as $h$ and $c$:
#
# | | name | made by | it says |
# |---|---|---|---|
# | $i_t$ | input gate | sigmoid | how much of the new to let in |
# | $f_t$ | forget gate | sigmoid | how much of the old cell to keep |
# | $g_t$ | what is new | tanh | a proposal, between $-1$ and $1$ |
# | $o_t$ | output gate | sigmoid | how much of the cell to show in $h$ |
#
# A **gate** is a number between 0 (shut) and 1 (open), made by a sigmoid. If $f = 1$ and $i = 0$, the
# cell keeps its number for ever. If $f = 0$ and $i = 1$, it forgets it and takes the new one. The layer
# *learns* when to do which: each of the four is made from the input and the state before, as in
# section 1, with weights of its own. We put the four sums side by side, in the order i, f, g, o:
#
# $$ (z^i \;\; z^f \;\; z^g \;\; z^o) = x_t \, w + h_{t-1} \, u + b $$
#
# So $w$ has the shape `(inputs, 4 * hidden)`, $u$ has `(hidden, 4 * hidden)`, and $b$ has
# `(4 * hidden,)`. `np.split(a, k, axis=...)` cuts an array into k equal pieces along an axis.
#
# **By hand.** One number each: $c_{t-1} = 2$, and the four sums are $(0, \; 1.10, \; 0.55, \; 2.20)$.
# With $\sigma(0) = 0.5$, $\sigma(1.10) \approx 0.75$, $\sigma(2.20) \approx 0.90$,
# $\tanh 0.55 \approx 0.50$ and $\tanh 1.75 \approx 0.94$, what are $c_t$ and $h_t$?
# ($c_t \approx 0.75 \cdot 2 + 0.5 \cdot 0.50 = 1.75$ and $h_t \approx 0.90 \cdot 0.94 \approx 0.85$.)
#
# ### Your lstm_step
#
# Write one step forward. It gives back three things: the new state, the new cell, and the forget gate,
# which we want to look at later. The sigmoid is given.


# %% nbgrader={"grade": false, "grade_id": "lstm", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sigmoid(z):
    """1 / (1 + exp(-z)), written so that it never overflows."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def lstm_step(x, h, c, w, u, b):
    """One step of an LSTM: the new state, the new cell, and the forget gate.

    x: (n, inputs)    h, c: (n, hidden), the state and the cell before this step
    w: (inputs, 4 hidden)    u: (hidden, 4 hidden)    b: (4 hidden,), with i, f, g, o side by side
    returns: h, c, f, each (n, hidden)
    """
    ### BEGIN SOLUTION
    z = x @ w + h @ u + b
    i, f, g, o = np.split(z, 4, axis=1)
    i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
    c = f * c + i * np.tanh(g)
    h = o * np.tanh(c)
    ### END SOLUTION
    return h, c, f


# %% [markdown]
# ### Check: one step of an LSTM (2 points)
#
# The step that you did by hand; then three steps of two sequences. The numbers that are expected were
# made by edunn's own `LSTM`, with the same weights.

# %% nbgrader={"grade": true, "grade_id": "lstm-step", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
one, sums = np.array([[1.0]]), np.array([[0.0, 1.1, 0.55, 2.2]])
try:
    h, c, f = lstm_step(one, 0 * one, 2 * one, sums, np.zeros((1, 4)), np.zeros(4))
except ValueError as error:
    told = "two shapes do not fit: the four pieces stand side by side, so they are cut along axis 1"
    raise AssertionError(f"{told}. NumPy says: {error}") from error
for name, array in (("h", h), ("c", c), ("f", f)):
    assert array is not None, f"{name} is None: name your results `h`, `c` and `f`"
    assert np.shape(array) == (1, 1), (
        f"{name} has shape {np.shape(array)}, not (n, hidden) = (1, 1)"
    )
forget = {
    1.1: "is the sum: a gate is the sigmoid of it",
    0.5: "is another gate: the four stand side by side as i, f, g, o",
    0.6341: "is another piece: the four stand side by side as i, f, g, o",
    0.9002: "is another gate: the four stand side by side as i, f, g, o",
    0.8005: "is made by a tanh: a gate is made by a sigmoid",
    0.2497: "is 1 minus the gate",
}
explain("f", f[0, 0], forget)
cells = {
    1.3755: "has the gates exchanged: f belongs to the old cell, and i to what is new",
    1.5005: "has the pieces in another order: they stand side by side as i, f, g, o",
    1.9511: "has i and o exchanged: the pieces stand side by side as i, f, g, o",
    1.9884: "has g and o exchanged: the pieces stand side by side as i, f, g, o",
    1.6255: "lets in 1 - f of what is new: an LSTM has a gate of its own for this, i",
    1.8176: "has a sigmoid for g: what is new is made by a tanh",
    1.7810: "has a sigmoid and a tanh for g, which is no gate: the gates are i, f and o",
    1.7755: "has no tanh for g: what is new is between -1 and 1",
    2.0: "is the old cell: the new one must be called `c`",
    2.2503: "does not forget: the old cell is multiplied by f",
    0.2503: "has lost the old cell: both parts are added",
    2.0010: "lets in everything that is new: multiply it by the gate i",
    2.5010: "has the gate i added to what is new: multiply by it",
    1.8760: "lets in what is new by the forget gate: an LSTM has a gate of its own for this, i",
}
explain("c", c[0, 0], cells)
states = {
    1.5761: "has no tanh: the cell goes through tanh before the output gate",
    0.8679: "is made from the old cell: the new cell comes first",
    0.9415: "shows all of the cell: multiply by the gate o",
    0.9180: "has o inside the tanh: first tanh of the cell, then the gate",
    0.4707: "is let out by the gate i: the output gate is o",
    0.7671: "has a sigmoid of the cell: it goes through a tanh",
    0.9186: "has a tanh for o: a gate is made by a sigmoid",
}
explain("h", h[0, 0], states)
told = "the sums are x w + h u + b, here 0, 1.1, 0.55 and 2.2; f is the sigmoid of the second"
assert np.allclose(f, 0.7503, atol=1e-3), f"f is {f[0, 0]:.4f} instead of 0.7503. {told}"
told = "f is right, and c is not: it is two products, added. Look at both, and at the gates in them"
assert np.allclose(c, 1.7508, atol=1e-3), f"c is {c[0, 0]:.4f} instead of 1.7508. {told}"
told = "c is right, but h is not: look at the line of h, and at the gate in it"
assert np.allclose(h, 0.8476, atol=1e-3), f"h is {h[0, 0]:.4f} instead of 0.8476. {told}"

w, u = np.sin(np.arange(24.0)).reshape(2, 12), np.sin(np.arange(36.0) + 3).reshape(3, 12)
b, xs = np.cos(np.arange(12.0)), np.cos(np.arange(12.0)).reshape(2, 3, 2)
h = np.array([[0.5, -0.3, 0.1], [-0.2, 0.4, 0.6]])
c = np.array([[1.0, -2.0, 0.5], [0.3, 0.0, -1.0]])
old = h, c, h.copy(), c.copy()
for t in range(3):
    h, c, f = lstm_step(xs[:, t], h, c, w, u, b)
changed = "lstm_step changes an array that it was given: make a new one"
assert np.array_equal(old[0], old[2]), changed
assert np.array_equal(old[1], old[3]), changed
want_c = [[0.87821127, 0.35971193, 0.19672393], [0.86777402, 0.37016813, -0.11729026]]
want_h = [[0.1356355, 0.11337746, 0.12820532], [0.12819282, 0.14258333, -0.08692067]]
whole = {
    0.7624: "has not heard the state before: is u used?",
    0.3922: "is right without the bias: is b used?",
    -0.5148: "has the columns in another order: first all of i, then all of f, and so on",
}
explain("a number of c", c[0, 0], whole)
nn.utils.check_same(want_c, c, tolerance=1e-6)
nn.utils.check_same(want_h, h, tolerance=1e-6)
keep(lstm_step)

# %% [markdown]
# ### What keeps the gradient
#
# Forget the gates for a moment: let them be given numbers. How much does $c_t$ change with $c_{t-1}$?
# The formula says $c_t = f_t \cdot c_{t-1} + \dots$, so the slope is $f_t$. No matrix and no tanh is
# in between. Therefore, along **the path of the cell**,
#
# $$ dc_{t-1} = f_t \cdot dc_t $$
#
# (There are other paths: $c_{t-1}$ also shows in $h_{t-1}$, which goes into the gates of the next step.
# They go through matrices again, and we leave them out here. The next picture shows how much that is.)
#
# **By hand.** Two steps with the forget gates $f_1 = 0.5$ and $f_2 = 0.8$, and the gradient $dc_2 = 20$
# of the last cell. What are $dc_1$ and $dc_0$? ($dc_1 = 0.8 \cdot 20 = 16$, and
# $dc_0 = 0.5 \cdot 16 = 8$.)
#
# ### Your cell_path
#
# Give back the gradients of *all* cells, from $c_0$ to $c_T$, in the order of time. Mind the times
# again: $f_1$ is `forgets[0]`, and it stands between $c_0$ and $c_1$.


# %% nbgrader={"grade": false, "grade_id": "path", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cell_path(forgets, dc):
    """The gradients of the cells c_0, c_1, ... c_T, along the path of the cell.

    forgets: (T, n, hidden), the forget gates f_1 ... f_T    dc: (n, hidden), the gradient of c_T
    returns: (T + 1, n, hidden)
    """
    ### BEGIN SOLUTION
    path = [dc]
    for f in reversed(forgets):
        path.append(f * path[-1])
    dcs = np.stack(path[::-1])
    ### END SOLUTION
    return dcs


# %% [markdown]
# ### Check: the path of the cell (2 points)
#
# The two steps that you did by hand. Then the slope is measured: we nudge $c_0$ and look at $c_T$, while
# the gates stay as they are.


# %% nbgrader={"grade": true, "grade_id": "lstm-path", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
class Cells(nn.Module):
    """c_0 to c_T with given gates: each step keeps a part of the cell and adds something."""

    def forward(self, c):
        self.cache = None
        for keep_it, new in zip(gates, news):
            c = c * keep_it + new
        return c

    def backward(self, dc):
        return cell_path(gates, dc)[0], {}


dcs = cell_path(np.array([[[0.5]], [[0.8]]]), np.array([[20.0]]))
assert dcs is not None, "cell_path gives back nothing: name your result `dcs`"
assert np.shape(dcs) == (3, 1, 1), (
    f"dcs has shape {np.shape(dcs)}, not (T + 1, n, hidden) = (3, 1, 1): c_0, c_1 and c_2"
)
start = {
    20: "is that of c_2: c_0 comes first, in the order of time",
    21.3: "has gates added to it: along a path, slopes are multiplied",
    26: "has met a sum of gates: along a path, slopes are multiplied",
    10: "has met one gate only: two steps lie between c_0 and c_2",
    16: "has met one gate only: two steps lie between c_0 and c_2",
    0.4: "does not depend on dc: begin with the gradient of c_T",
    0.8: "has met the slopes of sigmoids: here the gates are given numbers, and f itself is the slope",
    6.4: "has met a gate too many: begin with dc itself",
}
explain("dc_0", dcs[0, 0, 0], start)
middle = {
    10: "has met f_1: between c_1 and c_2 is f_2, so begin with the last gate",
    20: "has met no gate: between c_1 and c_2 is f_2",
    8: "is dc_0: each time needs an array of its own. Is one array filled again and again?",
}
explain("dc_1", dcs[1, 0, 0], middle)
nn.utils.check_same([[[8]], [[16]], [[20]]], dcs)

rng = np.random.default_rng(0)
gates, news = rng.uniform(0.3, 1, (5, 2, 3)), rng.normal(size=(5, 2, 3))
dc = rng.normal(size=(2, 3))
before = gates.copy(), dc.copy()
dcs = cell_path(gates, dc)
changed = "cell_path changes an array that it was given: make a new one"
assert np.array_equal(gates, before[0]), changed
assert np.array_equal(dc, before[1]), changed
print(nn.check_gradients(Cells(), rng.normal(size=(2, 3))))
nn.utils.check_same(dc, dcs[-1])
nn.utils.check_same(gates * dcs[1:], dcs[:-1])

# %% [markdown]
# ### The same picture for an LSTM
#
# Your `lstm_step` reads 50 random inputs. The full lines are your `cell_path`. The dots are measured:
# at each time we nudge the cell and see what becomes of $c_{50}$, with all other paths in it.
#
# The gates are made by a sigmoid, so their bias decides how open they are at the start. The bias of
# the forget gate is 0, 1, 3 and 5 here. How large is $\sigma$ of it, and how large is that number to
# the power 50? Why do people start the forget gate with a bias of 1 or more?

# %%
hidden, steps = 10, 50
rng = np.random.default_rng(0)
w, u = rng.normal(size=(1, 4 * hidden)) * 0.5, rng.normal(size=(hidden, 4 * hidden)) * 0.1
xs, target = rng.normal(size=(steps, 1)), rng.normal(size=(1, hidden))
target = target / np.linalg.norm(target)
nudges = 1e-3 * np.concatenate([np.eye(hidden), -np.eye(hidden)])  # one number each, up and down

figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for k, bias in enumerate((0, 1, 3, 5)):
    b = np.zeros(4 * hidden)
    b[hidden : 2 * hidden] = bias
    h = c = np.zeros((1, hidden))
    past, forgets = [(h, c)], []
    for x in xs:
        h, c, f = lstm_step(x[None], h, c, w, u, b)
        past.append((h, c))
        forgets.append(f)
    sizes = np.linalg.norm(cell_path(np.array(forgets), target), axis=(1, 2))
    ax.semilogy(steps - np.arange(steps + 1), sizes, color=f"C{k}")
    ax.text(51, sizes[0], f"bias {bias}", va="center", color=f"C{k}")
    for back in range(1, steps + 1, 3):
        h, c = (np.repeat(one, 2 * hidden, axis=0) for one in past[steps - back])
        c = c + nudges
        for x in xs[steps - back :]:
            h, c, f = lstm_step(np.repeat(x[None], 2 * hidden, axis=0), h, c, w, u, b)
        ends = (c @ target.T)[:, 0]
        slope = (ends[:hidden] - ends[hidden:]) / 2e-3
        ax.semilogy(back, np.linalg.norm(slope), ".", color=f"C{k}")
ax.set(xlabel="steps back", ylabel="size of the gradient of the cell", xlim=(0, 59))
ax.grid(alpha=0.3)
plt.show()

# %% [markdown]
# Where the forget gate is open (bias 3 and 5), the gradient is still there after 50 steps, and the dots
# lie near the line: most of it comes along the path of the cell. Where the gate is half shut, the path
# loses the gradient. Then the other paths carry more than this one, but they lose it too.
#
# Here you have met an old friend. A skip connection (exercise 14) lets the gradient pass by a layer,
# with the factor 1. The cell lets it pass by a *time step*, with a factor $f$ that the layer learns.
#
# ## 6. The same layer as a block matrix
#
# There is nothing to write in this section. In exercise 14 a square `Sequential2D` was applied again
# and again: a system in time. A recurrent layer is such a system. But where do the inputs come from?
# They all wait in the state, in a **queue**, like people at a door:
#
# - place 0 holds $z$, the sum inside the tanh: the block from place 0 to itself is tanh, then $u$;
# - places 1 to T hold the queue: at the start $x_1, \dots, x_T$;
# - the block from place 1 to place 0 lets the first one in: $x \, w + b$;
# - an Identity from each place to the place before it: in each step, the queue moves up by one.
#
# | | z | first | second | third |
# |---|---|---|---|---|
# | start | $z_0$ | $x_1$ | $x_2$ | $x_3$ |
# | after 1 step | $z_1 = x_1 w + \tanh(z_0) \, u + b$ | $x_2$ | $x_3$ | None |
# | after 2 steps | $z_2$ | $x_3$ | None | None |
# | after 3 steps | $z_3$ | None | None | None |
#
# After T steps the queue is empty, and $\tanh z_T$ is $h_T$. (We want $\tanh z_0 = h_0$, so $z_0$ is
# `np.arctanh(h0)`.) Let us draw the matrix, and compare it with your `Recurrent`, forward and backward.
# The same number of steps, the same weights: it must be equal up to rounding, $10^{-12}$.

# %%
from edunn import diagrams

T, inputs, hidden = 4, 2, 3
stay, enter = nn.Sequential(nn.Tanh(), nn.Linear(hidden, hidden)), nn.Dense(inputs, hidden)
blocks = [[None] * (T + 1) for _ in range(T + 1)]
blocks[0][0], blocks[1][0] = stay, enter
for place in range(2, T + 1):
    blocks[place][place - 1] = nn.Identity()
sizes = [hidden] + [inputs] * T
matrix = nn.Sequential2D(sizes, sizes, blocks)
axes = diagrams.blocks(matrix)

# %%
rng = np.random.default_rng(0)
x, h0 = rng.normal(size=(5, T, inputs)), rng.uniform(-0.9, 0.9, size=(5, hidden))
layer, squash = Recurrent(inputs, hidden), nn.Tanh()
for parameter in layer.parameters():
    parameter.data = rng.normal(size=parameter.shape)
stay[1].w.data, enter.w.data, enter.b.data = layer.u.data, layer.w.data, layer.b.data

ys = matrix.iterate([np.arctanh(h0)] + [x[:, t] for t in range(T)], steps=T)
print("in the places after T steps:", [None if y is None else y.shape for y in ys])
nn.utils.check_same(layer.forward(x, h0)[:, -1], squash.forward(ys[0]))

dy = rng.normal(size=(5, T, hidden))
dy[:, :-1] = 0  # only the last state counts
(dx, dh0), grads = layer.backward(dy)
dz, _ = squash.backward(dy[:, -1])
places, of_blocks = matrix.backward([dz] + [None] * T)
print("the gradients of the blocks:", list(of_blocks))
nn.utils.check_same(dx, np.stack(places[1:], axis=1))
for own, block in (("u", "0_0.1.w"), ("w", "1_0.w"), ("b", "1_0.b")):
    nn.utils.check_same(grads[own], of_blocks[block])

# %% [markdown]
# On the way back the queue runs backward: each $dx_t$ leaves at the door and walks to the place where
# $x_t$ stood at the start. No formula of section 3 was needed. "Backward through time" is what comes out
# when the chain rule goes back through the same matrix T times.
#
# ## 7. Play: an echo
#
# A layer hears random signs, $1$ or $-1$, one at each time. It has to repeat what it heard `delay` steps
# ago. So it must keep the last `delay` signs in its state. A `Dense` layer reads the answer from the
# state. We train your `Recurrent` for different delays, and with two ways to start: $u = \rho \, q$ with
# $\rho = 0.3$ and with $\rho = 1$. Training takes a few seconds in all.
#
# 0.5 means: as good as tossing a coin. Which delays are too long for $\rho = 0.3$? Why does training not
# mend this? (Look at section 4, and at the power $0.3^9$.) Then invent a task of your own: the
# product of the last two signs (are they equal?), or of the last three.


# %%
def echo(delay, radius, hidden=16, length=25, batch=32, steps=250):
    """Train a Recurrent to repeat what it heard `delay` steps ago: the part that is right."""
    rng = np.random.default_rng(1)
    nn.manual_seed(0)
    layer, read, loss = Recurrent(1, hidden), nn.Dense(hidden, 1), nn.MSELoss()
    q, _ = np.linalg.qr(rng.normal(size=(hidden, hidden)))
    layer.u.data = (radius * q).astype(np.float32)
    optimizers = [nn.Adam(part.named_parameters(), lr=0.01) for part in (layer, read)]

    def signs(n):
        return rng.choice([-1.0, 1.0], size=(n, length, 1)).astype(np.float32)

    for _ in range(steps):
        x = signs(batch)
        h = layer.forward(x, np.zeros((batch, hidden), np.float32))
        loss.forward(read.forward(h[:, delay:]), x[:, : length - delay])
        dread, read_grads = read.backward(loss.backward(1.0)[0])
        dy = np.zeros_like(h)
        dy[:, delay:] = dread
        dx, layer_grads = layer.backward(dy)
        for optimizer, grads in zip(optimizers, (layer_grads, read_grads)):
            optimizer.step(grads)
    x = signs(200)
    answers = read.forward(layer.forward(x, np.zeros((200, hidden), np.float32))[:, delay:])
    return np.mean((answers > 0) == (x[:, : length - delay] > 0))


delays = (1, 5, 9, 12)
figure, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
for radius in (0.3, 1.0):
    right = [echo(delay, radius) for delay in delays]
    ax.plot(delays, right, "o-", label=f"start with ρ = {radius}")
    print(f"ρ = {radius}:", ", ".join(f"{delay} back {r:.1%}" for delay, r in zip(delays, right)))
ax.axhline(0.5, color="grey", linestyle="--", linewidth=1)
ax.set(xlabel="delay", ylabel="part that is right", ylim=(0.4, 1.03), xticks=delays)
ax.legend()
ax.grid(alpha=0.3)
plt.show()

# %% [markdown]
# ## 8. Two questions (graded by hand)
#
# **Question 1 (3 points).** A recurrent layer reads a text of 200 letters. The error is measured at the
# end. The spectral radius of $u$ is 0.9.
#
# 1. About how large is a gradient of size 1 when it has gone back through all 200 steps? The slopes of
#    tanh are not 1 either: do they make it larger or smaller?
# 2. Somebody says: "Then we multiply the learning rate by $10^9$." Why does this not help? Think of all
#    the parts of the sum $du$.
# 3. Somebody else starts with a spectral radius of 1.5. What can go wrong with the gradient, and what do
#    large states do about it?

# %% [markdown] nbgrader={"grade": true, "grade_id": "recurrence-vanish", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: about 0.9 to the power 200, roughly 1e-9 (anything from 1e-10 to 1e-8), and the slopes of tanh
# are at most 1, so they make it smaller. 1 point: the parts of late times in the sum become 1e9 times
# as large too (steps far too large), so the early parts are still not heard: it is the ratio that
# matters. 1 point: the gradient can explode (1.5 to the power 200, steps far too large or infinite), but
# large states lie in the flat parts of tanh, whose slopes near 0 make the gradient vanish again.
# ### END MARK SCHEME
#
# 1. $0.9^{200} \approx 7 \cdot 10^{-10}$: practically 0. The slopes of tanh are at most 1, so it becomes
#    even smaller.
# 2. The gradient $du$ is a sum over all times. The parts of the last steps have about the size 1, and they
#    would be multiplied by $10^9$ as well. The step would be far too large, and it would still go where
#    the last letters pull. What matters is how small the early parts are *beside* the late ones.
# 3. While the states are small, the gradient grows by about 1.5 in each step, and after 200 steps it
#    is about $10^{35}$: it explodes, and one step of training destroys the weights. But such a $u$ also makes
#    large sums, so the states come close to $1$ and $-1$. There tanh is flat, its slope is near 0, and the
#    gradient can vanish after all.

# %% [markdown]
# **Question 2 (3 points).** Now an LSTM reads the same text.
#
# 1. The forget gate of one number of the cell is 0.99 at all times, that of another one is 0.5. How large
#    is a gradient of size 1 along the path of the cell after 200 steps, for each?
# 2. The gate is 1 at all times, for all numbers. The gradient is kept perfectly. What can this LSTM not do
#    any more?
# 3. In `Recurrent`, the gradient meets $u^T$ and a slope of tanh in each step. Where are these in the
#    formula of the cell, and what stands in their place?

# %% [markdown] nbgrader={"grade": true, "grade_id": "recurrence-gates", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: 0.99 to the power 200 is about 0.13; 0.5 to the power 200 is about 1e-60, so 0. 1 point: it
# cannot forget: the cell only adds up (grows), old and new are mixed; it cannot replace a number by a new
# one or begin anew at a new sentence. 1 point: they are not on the path of the cell: from one cell to the
# next there is only the product with f, number by number, a factor between 0 and 1 which is learned and
# depends on the input (the matrix and tanh are in the gates, beside the path).
# ### END MARK SCHEME
#
# 1. $0.99^{200} \approx 0.13$: it is still heard. $0.5^{200} \approx 6 \cdot 10^{-61}$: nothing is left.
# 2. It cannot forget. Everything that is let in is added to the cell and stays there, so old and new are
#    mixed, and the numbers can grow and grow. It cannot begin anew when a new sentence begins.
# 3. They are not on the path of the cell. $u$ and the tanh make the gates and the proposal, beside the
#    path. From one cell to the next there is only the product with $f_t$, number by number. It is
#    between 0 and 1, and the layer learns, for each number and each input, how large it is.

# %% [markdown]
# ## What comes next
#
# An LSTM keeps a gradient over hundreds of steps, but it still hands everything on from step to step,
# through one narrow state, and it cannot compute step 100 before step 99. There is another way: let each
# step look *directly* at all steps before it, and choose what it needs. This is called attention, and it
# is what today's language models are made of.
