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
# # Exercise 8: Dense
#
# Linear, bias, activation: these three layers nearly always stand together. In this notebook you
# put them into one layer, `Dense`. It is your first layer that is *made of layers*, and you will
# see why a network without activations cannot learn even a table of four rows.
#
# | | |
# |---|---|
# | You write | `Dense.__init__`, `Dense.forward` and `Dense.backward`, twelve lines in all |
# | You need | what `Linear`, `Bias` and the activations do (exercises 2 to 4), the chain rule |
# | Time | about 45 minutes |
# | Points | 9 by automatic checks, 5 for written answers |
# | If you are stuck | `Dense = borrow("Dense")` lends you the one of edunn, without points |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Dense", "LinearRegression", "LogisticRegression")  # from here on, Dense is your own

# %% [markdown]
# ## 1. The idea: forward
#
# A `Dense` layer does three things, one after another:
#
# | step | formula | who does it | shape |
# |---|---|---|---|
# | 1 | $z = x\,w$ | a `Linear` | `(n, outputs)` |
# | 2 | $a = z + b$ | a `Bias` | `(n, outputs)` |
# | 3 | $y = f(a)$ | an activation, such as `ReLU` | `(n, outputs)` |
#
# Here `x` is a batch of shape `(n, inputs)`: n examples, a row each. `w` has the shape
# `(inputs, outputs)` and `b` the shape `(outputs,)`. The activation $f$ works on each number alone,
# for example $\mathrm{relu}(a) = \max(a, 0)$. (Only softmax works on a whole row.) In one line:
#
# $$ y = f(x\,w + b) $$
#
# You do not have to write these formulas again: edunn has all three layers. `Dense` *owns* them and
# passes the numbers along.
#
# ### Why the activation is needed
#
# The table *exclusive or* (short: XOR) has two inputs and one answer. The answer is 1 when exactly
# one of the inputs is 1:
#
# | $x_1$ | $x_2$ | XOR |
# |---|---|---|
# | 0 | 0 | 0 |
# | 0 | 1 | 1 |
# | 1 | 0 | 1 |
# | 1 | 1 | 0 |
#
# Two `Dense` layers with the right weights compute it. The first layer has ReLU, the second has no
# activation (its name is `"id"`, *identity*):
#
# $$ h = \mathrm{relu}\left( x \begin{pmatrix} 1 & 1 \\ 1 & 1 \end{pmatrix} + (0, -1) \right)
# \qquad\qquad y = h \begin{pmatrix} 1 \\ -2 \end{pmatrix} + 0 $$
#
# **By hand.** Take $x = (1, 1)$. Then $z = (2, 2)$, and with the bias $a = (2, 1)$. Both are
# positive, so $h = (2, 1)$, and $y = 2 \cdot 1 + 1 \cdot (-2) = 0$. That is right! Now do the other
# three rows on paper. (They give $h = (0, 0)$ once and $h = (1, 0)$ twice, and the answers of the
# table.)
#
# Then do all four rows again *without* the relu. ($y$ is now 2, 1, 1 and 0: the first row is
# wrong.)

# %% [markdown]
# ### A picture
#
# On the left: the answer $y$ for every point of the plane, *without* the relu; lighter means smaller.
# It is like a flat board that leans to one side: all lines of equal height are straight. No
# straight line has the two red squares on one side and the two blue circles on the other. In the
# middle: the same weights *with* the relu. Now the board has folds. On the right you see how that
# helps: the hidden numbers $h$ of the four points. The first layer has moved both red squares to
# the same place, and one straight line is enough.

# %%
import matplotlib.pyplot as plt

zeros, ones = np.array([[0, 0], [1, 1]]), np.array([[0, 1], [1, 0]])  # answer 0, answer 1
side = np.linspace(-0.5, 1.5, 101)
x1, x2 = np.meshgrid(side, side)
h1, h2 = x1 + x2, x1 + x2 - 1  # the first layer, before its activation
flat = h1 - 2 * h2
folded = np.maximum(h1, 0) - 2 * np.maximum(h2, 0)

figure, axes = plt.subplots(1, 3, figsize=(12, 4))
for ax, height, title in zip(axes, (flat, folded), ("without activation", "with relu")):
    shades = ax.contourf(
        x1, x2, height, levels=np.arange(-1.75, 4, 0.5), cmap="Greys", extend="both"
    )
    ax.contour(x1, x2, height, levels=[0.5], colors="black")
    ax.plot(*zeros.T, "o", color="tab:blue", markersize=10, markeredgecolor="white")
    ax.plot(*ones.T, "s", color="tab:red", markersize=10, markeredgecolor="white")
    ax.set(title=f"{title} (black: y = 0.5)", xlabel="x1", ylabel="x2", aspect="equal")
axes[2].plot([0, 2], [0, 1], "o", color="tab:blue", markersize=10)
axes[2].plot([1], [0], "s", color="tab:red", markersize=10)
for place, text in (((0, 0), "(0, 0)"), ((1, 0), "(0, 1) and (1, 0)"), ((2, 1), "(1, 1)")):
    axes[2].annotate(f"x = {text}", place, (place[0] - 0.1, place[1] + 0.12))
axes[2].plot([0.5, 2.5], [0, 1], color="black")
axes[2].set(
    title="the hidden numbers h", xlabel="h1", ylabel="h2", xlim=(-0.5, 2.8), ylim=(-0.5, 1.5)
)
axes[2].grid(alpha=0.3)
figure.tight_layout()

# %% [markdown]
# ## 2. The idea: backward
#
# A number $E$ (the error of the whole network) depends on $y$. The layers after this one have
# worked out `dy`, the derivative of $E$ with respect to every number of `y`. `Dense` must hand on
# `dx`, and it must give the gradients of its parameters, `dw` and `db`.
#
# In forward the numbers go $x \to z \to a \to y$. By the chain rule, the derivatives go back along
# the same way, in the opposite order:
#
# | step | takes | gives | who does it |
# |---|---|---|---|
# | 1 | `dy` | `da` | the activation (it has no parameters) |
# | 2 | `da` | `dz`, and `db` | the bias |
# | 3 | `dz` | `dx`, and `dw` | the linear layer |
#
# Each layer gets the gradient of *its own output*, and gives the gradient of *its own input*. What
# it gives is what the layer before it gets.
#
# **By hand.** Two inputs, one output, relu, and two examples:
#
# $$ x = \begin{pmatrix} 1 & 2 \\ 2 & 1 \end{pmatrix} \qquad
# w = \begin{pmatrix} 3 \\ -1 \end{pmatrix}
# \qquad b = -2 \qquad dy = \begin{pmatrix} 10 \\ 1 \end{pmatrix} $$
#
# Forward: $z = (1, 5)$, so $a = (-1, 3)$ and $y = (0, 3)$. The relu has stopped the first example.
# Backward: nothing of its 10 goes through, so $da = (0, 1)$. Go on alone: what are `db`, `dw` and
# `dx`? (They are $1$, $\binom{2}{1}$, and rows $(0, 0)$ and $(3, -1)$.)
#
# ### Who remembers what?
#
# Every layer keeps in its `cache` what its backward needs: `Linear` keeps `x`, and so on. The next
# forward writes over it. That is dangerous for a layer made of layers. Suppose somebody uses your
# `Dense` twice, and only then goes back:
#
# ```
# forward(first batch)     ->  the three inner caches belong to the first batch
# forward(second batch)    ->  the three inner caches belong to the second batch
# backward for the first   ->  ???
# ```
#
# The rule of edunn is: **`self.cache` of a layer holds everything that its backward needs.**
# Whoever uses the layer keeps that cache, and puts it back before backward. So, in your `Dense`:
#
# - at the end of `forward`, collect the caches of the three layers in `self.cache`, as a tuple;
# - at the start of `backward`, put each of them back into its layer.

# %% [markdown]
# ## 3. Your Dense
#
# Replace each `raise NotImplementedError(...)` by your code.
#
# - In `__init__`, make three layers: `self.linear`, `self.bias` and `self.activation`. The dict
#   `kinds` leads from the name of an activation to its class. A class is not yet a layer: call it.
#   Hand `initializer` to the `Linear` and `bias_initializer` to the `Bias` (they take it as their
#   last argument).
# - The line below your code gives `w` and `b` short names, as in edunn's own `Dense`. They are the
#   same objects as in the two layers: to change one is to change the other.
# - `forward` and `backward` call the methods `forward` and `backward` of the three layers. No
#   matrix product is needed here. Remember the caches.
# - A layer's `backward` returns two things: the gradient of its input, and a dict with the
#   gradients of its parameters, such as `{"b": db}`. The dict of an activation is empty. Your
#   `grads` must have the gradients of both parameters, under the names `"w"` and `"b"`.


# %% nbgrader={"grade": false, "grade_id": "dense", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Dense(nn.Module):
    """y = f(x w + b)

    x: (n, inputs)    w: (inputs, outputs)    b: (outputs,)    y: (n, outputs)
    activation: the name of f: "id", "relu", "sigmoid", "softmax" or "tanh"
    """

    def __init__(
        self,
        inputs,
        outputs,
        activation="id",
        initializer=nn.initializers.KaimingNormal(),
        bias_initializer=nn.initializers.Zero(),
    ):
        self.in_features, self.out_features, self.activation_name = inputs, outputs, activation
        kinds = {
            "id": nn.Identity,
            "relu": nn.ReLU,
            "sigmoid": nn.Sigmoid,
            "softmax": nn.Softmax,
            "tanh": nn.Tanh,
        }
        ### BEGIN SOLUTION
        self.linear = nn.Linear(inputs, outputs, initializer)
        self.bias = nn.Bias(outputs, bias_initializer)
        self.activation = kinds[activation]()
        ### END SOLUTION
        self.w, self.b = self.linear.w, self.bias.b

    def forward(self, x):
        """The outputs y, of shape (n, outputs); keeps the caches of the three layers."""
        ### BEGIN SOLUTION
        z = self.linear.forward(x)
        a = self.bias.forward(z)
        y = self.activation.forward(a)
        self.cache = self.linear.cache, self.bias.cache, self.activation.cache
        ### END SOLUTION
        return y

    def backward(self, dy):
        """dx, of the shape of x, and the gradients {"w": dw, "b": db}, for dy: (n, outputs)."""
        ### BEGIN SOLUTION
        self.linear.cache, self.bias.cache, self.activation.cache = self.cache
        da, _ = self.activation.backward(dy)
        dz, bias_grads = self.bias.backward(da)
        dx, linear_grads = self.linear.backward(dz)
        grads = linear_grads | bias_grads
        ### END SOLUTION
        return dx, grads


# %% [markdown]
# ### Check: the three layers (2 points)

# %% nbgrader={"grade": true, "grade_id": "dense-build", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
plain = Dense(2, 3, "relu")
for name, array, right in (("w", plain.w.data, (2, 3)), ("b", plain.b.data, (3,))):
    sizes = f"{name} of Dense(2, 3) has shape {array.shape}, not {right}: which size belongs where?"
    assert array.shape == right, sizes
w, b = np.array([[2, 3, 4], [4, 5, 6]]), np.array([1, 2, 3])
layer = Dense(2, 3, "relu", nn.initializers.Constant(w), nn.initializers.Constant(b))
for part, kind in ((layer.linear, nn.Linear), (layer.bias, nn.Bias), (layer.activation, nn.ReLU)):
    assert not isinstance(part, type), f"{part.__name__} is a class and not yet a layer: call it"
    assert isinstance(part, kind), f"{part!r:.40} stands where a layer {kind.__name__} should be"
for name, array, right in (("w", layer.w.data, w), ("b", layer.b.data, b)):
    assert np.all(array == right), f"{name} does not come from its initializer: hand it on"
for name, kind in (("id", nn.Identity), ("tanh", nn.Tanh), ("sigmoid", nn.Sigmoid)):
    found = Dense(2, 3, name).activation
    assert isinstance(found, kind), f"Dense(2, 3, {name!r}) has the activation {found!r:.40}"
print("Three layers of the right sizes, with the parameters", list(layer.get_parameters()))

# %% [markdown]
# ### Check: forward (2 points)
#
# First the numbers of your XOR network, then one example for each of three other activations.

# %% nbgrader={"grade": true, "grade_id": "dense-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
constant = nn.initializers.Constant
first = Dense(2, 2, "relu", constant([[1, 1], [1, 1]]), constant([0, -1]))
second = Dense(2, 1, "id", constant([[1], [-2]]), constant([0]))
h = first.forward(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]))
assert h is not None, "forward gives back nothing: y was not filled"
assert np.all(h >= 0), (
    "h has numbers below 0: the activation is missing, does not come last, or is another"
)
assert np.any(h[:, 0] != h[:, 1]), "both columns of h are the same: the bias is missing"
alone = "each layer gets x itself: each should get what the one before it gives"
assert not np.array_equal(h, [[0, 0], [0, 1], [1, 0], [1, 1]]), alone
nn.utils.check_same([[0, 0], [1, 0], [1, 0], [2, 1]], h)
nn.utils.check_same([[0], [1], [1], [0]], second.forward(h))
assert first.cache is not None, "self.cache is empty: forward must collect the three caches in it"
kept = [one.cache for one in (first.linear, first.bias, first.activation)]
three = "self.cache must hold three things: linear.cache, bias.cache and activation.cache"
assert isinstance(first.cache, (tuple, list)), three
assert len(first.cache) == 3, three
late = "self.cache must hold three things as they are after all ran: the caches of the three layers"
assert all(any(one is part for part in first.cache) for one in kept), late

w, b, x = np.array([[0.5, -1, 2], [1, 0, -2]]), np.array([0.5, 1, -1]), np.array([[1.0, 2]])
for name, right in (
    ("tanh", [[0.995055, 0, -0.995055]]),
    ("sigmoid", [[0.952574, 0.5, 0.047426]]),
    ("softmax", [[0.950330, 0.047314, 0.002356]]),
):
    layer = Dense(2, 3, name, constant(w), constant(b))
    y = layer.forward(x)
    applied_twice = np.allclose(y, layer.activation.forward(np.array(right)), atol=1e-6)
    assert not applied_twice, f"{name} is applied twice: once is enough"
    nn.utils.check_same(right, y, 1e-6)

# %% [markdown]
# ### Check: the gradient of x (2 points)
#
# `check_gradients` nudges each number of `x` a little, runs your `forward`, and compares the slope
# that it measures with your `dx`. It also runs `forward` with another batch in between, and looks
# whether you still remember the first one.

# %% nbgrader={"grade": true, "grade_id": "dense-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
nn.manual_seed(0)
x = np.random.default_rng(0).normal(size=(4, 3))
for name in ("id", "tanh", "softmax"):
    print(f"{name}:", nn.check_gradients(Dense(3, 2, name), x, only=["input 0"]))

# %% [markdown]
# ### Check: the gradients of w and b (3 points)
#
# First without an activation, then your own example from above with relu, then two other
# activations. At the end your `Dense` meets every check that edunn has.

# %% nbgrader={"grade": true, "grade_id": "dense-grads", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
nn.manual_seed(0)
x = np.random.default_rng(0).normal(size=(4, 3))
print("id:", nn.check_gradients(Dense(3, 2, "id"), x))

layer = Dense(2, 1, "relu", nn.initializers.Constant([[3], [-1]]), nn.initializers.Constant([-2]))
layer.forward(np.array([[1, 2], [2, 1]]))
dx, grads = layer.backward(np.array([[10], [1]]))
assert grads["b"] != 11, "db is 11: a 10 got through, where the relu lets nothing through"
assert grads["w"][0] != 12, "dw is made with dy: the linear layer must get what the bias gives"
nn.utils.check_same([[2], [1]], grads["w"])
nn.utils.check_same([1], grads["b"])

for name in ("tanh", "softmax"):
    print(f"{name}:", nn.check_gradients(Dense(3, 2, name), x))

# %%
keep(Dense, nn.check_layer(Dense(3, 2, "tanh"), x))

# %% [markdown]
# ## 4. Play: let it find XOR alone
#
# Above, somebody had chosen the weights. Here your `Dense` layers start from random weights and
# learn the table with gradient descent: in each step every parameter moves a little against its
# gradient. Two layers are used one after the other by hand; a container for that comes in exercise
# 9.
#
# Try the seeds 0 to 5, fewer hidden numbers, another learning rate. Which activations always
# arrive? With some seeds relu stays far away from the answer: some of its hidden numbers are 0 for
# all four rows, so no gradient reaches them, and they can never learn. What does the network
# without an activation (`"id"`) answer for all four rows, and why is that the best it can do?

# %%
import matplotlib.pyplot as plt

x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
y_true = np.array([[0.0], [1], [1], [0]])
hidden, learning_rate, steps, seed = 4, 0.1, 1500, 2

for name in ("id", "relu", "tanh", "sigmoid"):
    nn.manual_seed(seed)
    first, second, losses = Dense(2, hidden, name), Dense(hidden, 1), []
    for _ in range(steps):
        difference = second.forward(first.forward(x)) - y_true
        losses.append(np.mean(difference**2))
        dh, second_grads = second.backward(2 * difference / len(x))
        _, first_grads = first.backward(dh)
        for layer, gradients in ((first, first_grads), (second, second_grads)):
            for key, array in layer.get_parameters().items():
                array -= learning_rate * gradients[key]
    style = {"id": ":", "relu": "-", "tanh": "--", "sigmoid": "-."}[name]
    plt.semilogy(losses, style, label=name)
    print(f"{name:8}", np.round(second.forward(first.forward(x))[:, 0], 2))
plt.xlabel("step")
plt.ylabel("mean squared error")
plt.legend()
plt.grid(alpha=0.3)

# %% [markdown]
# ## 5. Two questions (5 points, graded by hand)
#
# **How many layers are there really? (3 points)** A network is made of `Dense(4, 8, "id")` and
# `Dense(8, 3, "id")`, with weights $w_1, w_2$ and biases $b_1, b_2$. Show with a formula that
# *one* `Dense` layer gives the same outputs. Which weights and which bias does it have? What
# prevents this when the first activation is `"relu"`?

# %% [markdown] nbgrader={"grade": true, "grade_id": "dense-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the product w1 w2 as the weights. 1 point: b1 w2 + b2 as the bias. 1 point: relu stands
# between the two products, it is not linear, so they cannot be multiplied out.
# ### END MARK SCHEME
#
# $y = (x w_1 + b_1) w_2 + b_2 = x (w_1 w_2) + (b_1 w_2 + b_2)$. So one `Dense(4, 3, "id")` with
# the weights $w_1 w_2$, of shape (4, 3), and the bias $b_1 w_2 + b_2$, of shape (3,), gives the
# same. With relu the formula is $\mathrm{relu}(x w_1 + b_1)\, w_2 + b_2$. The relu sets some
# numbers to 0, and which ones depends on x. So the two matrices can no longer be multiplied into
# one.

# %% [markdown]
# **A detective story. (2 points)** The `Dense` of a classmate passes every check of gradients with
# `"id"`. With `"tanh"` its `db` is right, but `dw` and `dx` are wrong. In which line of `backward`
# is the mistake, and why does `"id"` hide it?

# %% [markdown] nbgrader={"grade": true, "grade_id": "dense-detective", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: the linear layer gets dy and not what came out of the layer after it. 1 point: with the
# identity, the gradient does not change on its way, so dy and dz are the same numbers.
# ### END MARK SCHEME
#
# `db` is right, so activation and bias got the right gradients. The mistake is in the call of the
# linear layer's backward: it gets `dy` instead of `dz`. The identity and the bias hand the
# gradient on unchanged, so with `"id"` there is no difference between `dy` and `dz`. With tanh
# they differ by the slope of tanh.

# %% [markdown]
# ## What comes next
#
# `Dense` is a chain of exactly three layers. In exercise 9 you write `Sequential`, a chain of as
# many layers of any kind as you like, made in the same way: forwards through the layers, and
# backwards through them in the opposite order. There one more thing can happen: two layers with a
# parameter of the same name.
