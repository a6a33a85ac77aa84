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
# # Exercise 14: Skip connections and iteration
#
# A block matrix (exercise 13) can do more than imitate a chain. In this notebook data jumps over
# layers, flows on several ways at once, and passes the same weights again and again. You follow the
# gradients back through time, and you see why they can die out or explode.
#
# | | |
# |---|---|
# | You write | `skip_config`, `square_config`, `Iterated.forward`, `Iterated.backward`, `with_radius` |
# | You need | the chain rule, `Sequential`, the idea of `Sequential2D` (exercise 13) |
# | Time | about 90 minutes |
# | Points | 11 by automatic checks, 4 for a written answer |
# | If you are stuck | leave the part out, and go on: the checks of each part need only that part |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn
from edunn import diagrams

# %% [markdown]
# ## 1. Arrows between layers
#
# Number the stages of a network: stage 0 is the input, the last stage is the output, and the hidden
# stages stand between them. `sizes` says how many numbers each stage has. An **arrow** `(a, b)` means:
# there is a layer that takes the numbers of stage a to stage b.
#
# - In a chain, every arrow goes to the next stage: `(0, 1)`, `(1, 2)`, ...
# - A **skip connection** is an arrow that jumps over stages, such as `(0, 2)`.
# - Two **parallel paths** are two ways from one stage to another, such as `(0, 2)` beside `(0, 1)`,
#   `(1, 2)`. Where arrows meet, their results are *added*.
#
# `Sequential2D` holds such layers as a matrix: the block in row i and column j takes input i to output
# j, and `None` means that there is no arrow. Nothing flows into stage 0, and nothing flows out of the
# last stage. So we leave out their column and row:
#
# - **row i** is stage i, for all stages but the last;
# - **column j** is stage **j + 1**, for all stages but the first.
#
# `Sequential2D.from_config(cfg)` builds the matrix from a dict, called a *config*, with three entries.
# Here is the one for the sizes 2, 3, 1 and the arrows (0, 1), (1, 2), (0, 2). In a config, `"Linear"`
# stands for a linear layer with a bias: a `Dense` without activation, as the picture calls it. Mind
# the columns: the output y0 of the matrix is stage 1, and y1 is stage 2.

# %%
small = {
    "in_features_list": [2, 3],  # stages 0, 1
    "out_features_list": [3, 1],  # stages 1, 2
    "block_types": [["Linear", "Linear"], [None, "Linear"]],
}
axes = diagrams.blocks(nn.Sequential2D.from_config(small))

# %% [markdown]
# **By hand.** A layer from $a$ to $b$ numbers has $a \cdot b$ weights and $b$ biases. How many
# parameters do the three layers of the picture have together? (The arrow from 2 to 3 numbers has
# $2 \cdot 3 + 3 = 9$. The arrow from 3 to 1 has $3 \cdot 1 + 1 = 4$, and the skip from 2 to 1 has
# $2 \cdot 1 + 1 = 3$. Together 16, as the picture says.)
#
# ### Your skip_config
#
# Write a function that makes such a config from sizes and arrows. Make a new list for every row:
# in Python, `[row] * 3` is three times *the same* list, and a change in one is a change in all.
# As in exercise 13, the line with `return` is yours too, here and in all of this notebook.


# %% nbgrader={"grade": false, "grade_id": "skip-config", "locked": false, "schema_version": 3, "solution": true, "task": false}
def skip_config(sizes, arrows):
    """The config of a Sequential2D with a "Linear" block for each arrow, and None elsewhere.

    sizes: how many numbers each stage has    arrows: pairs (a, b), from stage a to stage b, a < b
    returns: {"in_features_list": ..., "out_features_list": ..., "block_types": ...}
    """
    ### BEGIN SOLUTION
    stages = len(sizes) - 1
    block_types = [[None] * stages for _ in range(stages)]
    for a, b in arrows:
        block_types[a][b - 1] = "Linear"
    inputs, outputs = sizes[:-1], sizes[1:]
    return {"in_features_list": inputs, "out_features_list": outputs, "block_types": block_types}
    ### END SOLUTION


# %% [markdown]
# ### Check: a network with skips (2 points)
#
# Five stages and eight arrows. The network can be called in two ways: with one array, which is cut
# into the four inputs and whose four outputs are joined, or with a list, in which `None` stands for an
# input that is not there.

# %% nbgrader={"grade": true, "grade_id": "skip-layout", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
sizes = [50, 100, 200, 150, 10]
arrows = [(0, 1), (0, 2), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]
try:
    cfg = skip_config(sizes, arrows)
except IndexError as error:
    told = (
        "a place outside of the 4 rows and 4 columns: is it there yet, and is column j stage j + 1?"
    )
    raise AssertionError(told) from error
assert isinstance(cfg, dict), f"skip_config gives {type(cfg).__name__}; a dict is needed"
keys = sorted(cfg)
three = ["block_types", "in_features_list", "out_features_list"]
assert keys == three, f"the dict has the entries {keys}, not {three}"
assert list(cfg["in_features_list"]) == [50, 100, 200, 150], "rows are all stages but the last"
assert list(cfg["out_features_list"]) == [100, 200, 150, 10], "columns are all stages but the first"
types = cfg["block_types"]
assert isinstance(types, list), f"block_types is {type(types).__name__}; a list of lists is needed"
types = [list(row) for row in types]
assert [len(row) for row in types] == [4] * 4, "block_types needs 4 rows of 4 entries"
odd = [entry for row in types for entry in row if entry not in (None, "Linear")]
assert not odd, f'each entry is None or the text "Linear", but one is {odd[0]!r:.40}'
assert not all(row == types[0] for row in types), (
    "all rows are equal: are they one and the same list? Make a new list for every row"
)
turned = types[1][0] == "Linear" and types[3] == [None, "Linear", "Linear", "Linear"]
assert not turned, "rows and columns have changed places: a row is where its arrows begin"
assert types[0][1] == "Linear", "the arrow (0, 2) is missing: column j is stage j + 1"
assert types[1][0] is None, (
    "row 1, column 0 leads from stage 1 to itself, and no arrow does: column j is stage j + 1"
)
assert types[2][3] == "Linear", "the arrow (2, 4) is missing, in row 2: rows are where arrows begin"
assert types[3] == [None, None, None, "Linear"], (
    "row 3 is stage 3, from which one arrow goes, to the last stage: rows are where arrows begin"
)
small = skip_config([2, 3, 1], [(0, 1), (1, 2), (0, 2)])["block_types"]
assert list(map(list, small)) == [["Linear", "Linear"], [None, "Linear"]], (
    f"for three stages, the entries are {small}: is a number of stages written into your code?"
)
net = nn.Sequential2D.from_config(cfg)
print(f"{len(net.children())} blocks, {net.number_of_trainable_parameters():,} parameters")
assert len(net.children()) == 8, "there must be one block for each arrow"
assert net.number_of_trainable_parameters() == 85_330, "a block stands in the wrong place"

x = np.random.default_rng(0).normal(size=(16, 500)).astype(np.float32)
print("one array:", x.shape, "->", net(x).shape)
ys = net.forward_list([x[:, :50], None, None, None])
print("a list:   ", [None if y is None else y.shape for y in ys])
assert [y is None for y in ys] == [False, False, True, True], "the input has two arrows, to 1 and 2"
assert sizes == [50, 100, 200, 150, 10], "skip_config changes the list of sizes that it was given"

# %% [markdown]
# ## 2. Time
#
# Look at the last line that was printed. The input went in, but the output of the network, stage 4,
# is `None`. The reason: **one application of the matrix is one step of every arrow at the same time**.
# After one step the input has arrived at the stages 1 and 2, and not further.
#
# To let it flow on, we apply the matrix again. For this its outputs must be its next inputs: the lists
# of sizes must be equal, and the matrix **square**. So we put back what we left out:
#
# - a **first column**: what flows into stage 0. A skip connection from the input will be needed in
#   later steps too, so the input has to *stay*. The block (0, 0) is an `"Identity"`: it gives back
#   what it gets. The rest of this column is `None`.
# - a **last row**: what flows out of the last stage. Nothing: all `None`.
#
# For the sizes 2, 3, 1 and the arrows (0, 1), (1, 2), (0, 2), call the three layers A, B and C:
#
# | | stage 0 | stage 1 | stage 2 |
# |---|---|---|---|
# | start | x | None | None |
# | after 1 step | x | A(x) | C(x) |
# | after 2 steps | x | A(x) | B(A(x)) + C(x) |
# | after 3 steps | x | A(x) | B(A(x)) + C(x) |
#
# After two steps nothing changes any more. Two is the number of arrows on the longest way from the
# input to the output. After so many steps, everything has arrived.
#
# ### Your square_config
#
# It gets a config as `skip_config` makes it, and gives the square one. Do not change the config that
# comes in, and not its lists either: make new ones.


# %% nbgrader={"grade": false, "grade_id": "square-config", "locked": false, "schema_version": 3, "solution": true, "task": false}
def square_config(cfg):
    """The config of the square matrix: with a first column, which keeps the input, and a last row.

    cfg: a config whose rows are all stages but the last, and whose columns are all but the first
    returns: a new config, in which rows and columns are all stages
    """
    ### BEGIN SOLUTION
    sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]
    types = [[None, *row] for row in cfg["block_types"]]
    types.append([None] * len(sizes))
    types[0][0] = "Identity"
    return {"in_features_list": sizes, "out_features_list": sizes, "block_types": types}
    ### END SOLUTION


# %% [markdown]
# ### Check: the square matrix (2 points)
#
# First the config of the small network. Then the network runs for two steps and for three, and must
# give the numbers of the table above.

# %% nbgrader={"grade": true, "grade_id": "skip-square", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
cfg = {
    "in_features_list": [2, 3],
    "out_features_list": [3, 1],
    "block_types": [["Linear", "Linear"], [None, "Linear"]],
}
square = square_config(cfg)
untouched = "square_config changes the config that it was given: make new lists"
assert cfg["block_types"] == [["Linear", "Linear"], [None, "Linear"]], untouched
assert (cfg["in_features_list"], cfg["out_features_list"]) == ([2, 3], [3, 1]), untouched
assert isinstance(square, dict), f"square_config gives {type(square).__name__}; a dict is needed"
for key in ("in_features_list", "out_features_list"):
    assert list(square[key]) == [2, 3, 1], f"{key} must have the sizes of all three stages"
types = square["block_types"]
assert [len(row) for row in types] == [3] * 3, "block_types needs 3 rows of 3 entries"
assert types[0][0] == "Identity", "the input must stay: the block (0, 0) is an Identity"
stays = sum(types[stage][stage] == "Identity" for stage in range(3))
assert stays == 1, f"only the input stays: one Identity on the diagonal, not {stays}"
assert list(types[2]) == [None] * 3, "nothing flows out of the last stage: its row is all None"
assert list(types[0][1:]) == ["Linear", "Linear"], (
    "the arrows of the input have moved: the new column comes before the others"
)
assert types[1][1] is None, "stage 1 must not keep its old value: only the input stays"

one = {"in_features_list": [4], "out_features_list": [1], "block_types": [["Linear"]]}
found = [list(row) for row in square_config(one)["block_types"]]
assert found == [["Identity", "Linear"], [None, None]], f"for two stages, the entries are {found}"

nn.manual_seed(0)
net = nn.Sequential2D.from_config(square)
a, b, c = net.cells[0, 1], net.cells[1, 2], net.cells[0, 2]
x = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
for steps in (2, 3):
    ys = net.iterate([x, None, None], steps)
    nn.utils.check_same(b.forward(a.forward(x)) + c.forward(x), ys[2], tolerance=1e-6)

# %% [markdown]
# ## 3. One matrix, many times
#
# Let us look at the iteration itself. Something has a state $x_t$ at time $t$, and one fixed rule $f$
# makes the next state from it:
#
# $$ x_{t+1} = f(x_t; w) $$
#
# This is called a **dynamical system**. The weights $w$ are the same at all times: they are *shared*.
# A pendulum is one (the state is its angle and its speed), a population of animals is one, and so is
# each square `Sequential2D` that is applied again and again.
#
# What can such a system do? Take the simplest rule, a matrix: $x_{t+1} = x_t w$, with two numbers in
# the state. The three matrices in the picture turn the point a little, and change its length by a
# factor $r$ in each step. After 40 steps the factor is $r^{40}$.

# %%
import matplotlib.pyplot as plt

angle = 0.3
turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.5), layout="constrained")
for ax, r in zip(axes, (0.95, 1.0, 1.05)):
    points = [np.array([1.0, 0.0])]
    for _ in range(40):
        points.append(r * points[-1] @ turn)
    ax.plot(*np.transpose(points), "o-", markersize=3)
    ax.plot(1, 0, "s", color="black")
    ax.annotate("start", (1, 0), (-8, 6), textcoords="offset points", ha="right")
    ax.set_title(f"r = {r}: length {r**40:.2f} after 40 steps")
    ax.set_aspect("equal", adjustable="datalim")
    ax.grid(alpha=0.3)

# %% [markdown]
# ## 4. Your Iterated: forward
#
# `Iterated(model, steps)` is a layer that applies `model` `steps` times: the output of one step is the
# input of the next.
#
# Each step has its own input, so the model remembers something different in each step. But it keeps
# only what it remembered last, in `self.model.cache`. Therefore collect in `self.cache` a list with the
# model's cache of **every** step, in order.
#
# **By hand.** The model multiplies by $w = 2$. From $x_0 = 3$, three steps give $x_1 = 6$, $x_2 = 12$,
# $x_3 = 24$.
#
# ## 5. Your Iterated: backward through time
#
# The error $E$ depends on the last state only. Its gradient `dy` is therefore the gradient of the last
# state. Each state made the next one, so the chain rule leads from each state to the one before it:
#
# $$ dx_t = \mathrm{backward}_t(dx_{t+1}) $$
#
# Here $\mathrm{backward}_t$ is the model's `backward`, *with the cache of step t*. What comes out of
# one step goes into the step before it. So the last step comes first, and the first step last.
#
# **The weights.** Imagine that each step had weights of its own, $w_1, w_2, \dots, w_T$, which only
# happen to be equal. Then each of them would have its own gradient, and the model's `backward` gives
# exactly this gradient. Now tie them together: who pushes $w$ pushes all of them at once. The effects
# of these pushes on $E$ add up. **The gradient of a shared weight is the sum over its uses:**
#
# $$ dw = \sum_{t} dw_t $$
#
# **By hand.** Again $x_3 = w^3 x_0$ with $w = 2$, $x_0 = 3$, and let $E = x_3$. Calculus says
# $dE/dw = 3 w^2 x_0 = 36$. Use by use:
#
# | use | it computes | gradient that arrives | its $dw_t$ = its input times that |
# |---|---|---|---|
# | last | $x_3 = x_2 w$ | $1$ | $12 \cdot 1 = 12$ |
# | second | $x_2 = x_1 w$ | $w = 2$ | $6 \cdot 2 = 12$ |
# | first | $x_1 = x_0 w$ | $w^2 = 4$ | $3 \cdot 4 = 12$ |
#
# The sum is 36, as it must be. And $dx_0 = w^3 = 8$.
#
# **Names.** The model calls its weight `"w"`. For `Iterated` the same weight is `"model.w"`, because
# the model is its attribute `model`. Put `"model."` before each name.


# %% nbgrader={"grade": false, "grade_id": "iterated", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Iterated(nn.Module):
    """y = model(model(... model(x))): the same model, applied `steps` times

    x, y: of one shape, or lists as a square Sequential2D takes and gives them
    """

    def __init__(self, model, steps):
        self.model, self.steps = model, steps

    def forward(self, x):
        """The state after all steps; keeps the model's cache of each step, in order."""
        ### BEGIN SOLUTION
        self.cache = []
        for _ in range(self.steps):
            x = self.model(x)
            self.cache.append(self.model.cache)
        return x
        ### END SOLUTION

    def backward(self, dy):
        """dx, the gradient of the first state, and the dict of gradients, summed over the steps."""
        ### BEGIN SOLUTION
        grads = {}
        for cache in reversed(self.cache):
            self.model.cache = cache
            dy, step_grads = self.model.backward(dy)
            for name, gradient in step_grads.items():
                full = f"model.{name}"
                grads[full] = grads[full] + gradient if full in grads else gradient
        return dy, grads
        ### END SOLUTION


# %% [markdown]
# ### Check: forward (2 points)


# %% nbgrader={"grade": true, "grade_id": "iterated-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def times_two(steps):
    return Iterated(nn.Linear(1, 1, nn.initializers.Constant([[2.0]])), steps)


x = np.array([[3.0], [-1.0]])
y = times_two(steps=3).forward(x)
assert y is not None, "forward gives back nothing: is there a return?"
assert not np.array_equal(y, 2 * x), (
    "y is the result of one step: does each step begin with what the last one made, "
    "and does the loop run to its end?"
)
assert not np.array_equal(y, 4 * x), "the model runs twice instead of three times: count the steps"
assert not np.array_equal(y, 16 * x), "the model runs four times instead of three: count the steps"
nn.utils.check_same([[24], [-8]], y)
nn.utils.check_same([[6], [-2]], times_two(steps=1).forward(x))
bent = Iterated(nn.Dense(1, 1, "tanh"), steps=3)
bent.forward(x)
kept = bent.cache
assert isinstance(kept, list), f"self.cache is {type(kept).__name__}; a list is needed"
assert len(kept) == 3, f"self.cache has {len(kept)} entries after 3 steps: one for each step"
bent.model.forward(bent.model.forward(bent.model.forward(x)))
last = "the last entry of self.cache must be self.model.cache, as it is after the last step"
assert repr(kept[-1]) == repr(bent.model.cache), last

# %% [markdown]
# ### Check: the gradient of x (2 points)

# %% nbgrader={"grade": true, "grade_id": "iterated-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = times_two(steps=3)
layer.forward(np.array([[3.0], [-1.0]]))
result = layer.backward(np.array([[1.0], [10.0]]))
assert isinstance(result, tuple), "backward must give back two things: dx, grads"
assert not np.array_equal(result[0], [[2], [20]]), (
    "dx went back through one step only: each step gets what came out of the step after it"
)
nn.utils.check_same([[8], [80]], result[0])
x = np.random.default_rng(0).normal(size=(4, 3))
print(nn.check_gradients(Iterated(nn.Dense(3, 3, "tanh"), steps=3), x, only=["input 0"]))

# %% [markdown]
# ### Check: the gradients of the weights (2 points)
#
# The 36 from above; then a layer with an activation, and a square `Sequential2D`.

# %% nbgrader={"grade": true, "grade_id": "iterated-parameters", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = times_two(steps=3)
layer.forward(np.array([[3.0]]))
dx, grads = layer.backward(np.array([[1.0]]))
assert isinstance(grads, dict), f"the second result is {type(grads).__name__}; a dict is needed"
assert list(grads) == ["model.w"], (
    f'the gradients are for {list(grads)}, but the weight is "model.w"'
)
mistakes = {
    12: "is that of one of three uses, or their mean, as each is 12 here: the gradients add up",
    63: "meets the steps in the wrong order: the last step comes first",
    72: "uses what came out of each step: keep the model's cache, where its input is",
    84: "uses the same cache for every step: put back the cache of a step before its backward",
}
dw = grads["model.w"].item()
assert dw not in mistakes, f"dw = {dw:g} {mistakes[dw]}"
nn.utils.check_same([[36]], grads["model.w"])

x = np.random.default_rng(1).normal(size=(4, 3))
print(nn.check_layer(Iterated(nn.Dense(3, 3, "tanh"), steps=3), x))
blocks = [[nn.Dense(2, 2, "tanh"), None], [nn.Dense(1, 2), nn.Dense(1, 1)]]
print(nn.check_gradients(Iterated(nn.Sequential2D([2, 1], [2, 1], blocks), steps=4), x))

# %% [markdown]
# ## 6. Gradients that vanish, gradients that explode
#
# Backward goes through the same matrix in each step. Let the rule be $x_{t+1} = x_t w$ again. If $w$ is
# one number, the gradient is multiplied by it in each step, so after 50 steps back by $w^{50}$. This
# is $0.9^{50} \approx 0.005$, or $1.1^{50} \approx 117$: a small difference decides.
#
# If $w$ is a matrix, its *eigenvalues* play the part of the number. An **eigenvalue** of $w$ is a
# number $\lambda$ for which there is a state $x \neq 0$ with
#
# $$ x \, w = \lambda \, x $$
#
# In this direction, the matrix only multiplies by $\lambda$. Eigenvalues can be complex numbers; then
# the matrix turns the state, as in the spirals of section 3, where $|\lambda| = r$. What counts is the
# absolute value. The largest one is the **spectral radius** $\rho$ (say "rho") of the matrix:
#
# $$ \rho(w) = \max_k |\lambda_k| $$
#
# After many steps, states and gradients change by a factor close to $\rho$ in each step. If
# $\rho < 1$ they **vanish**: the early steps learn nothing. If $\rho > 1$ they **explode**. An
# activation such as tanh has slopes of at most 1, so it can only add to the vanishing.
#
# ### Your with_radius
#
# Multiplying a matrix by a number $c$ multiplies all its eigenvalues by $c$. Use this to give a matrix
# the radius that we want. `np.linalg.eigvals(w)` gives an array of all eigenvalues,
# which may be complex numbers; `np.abs` gives absolute values.
#
# **By hand.** A matrix with zeros below its diagonal has its eigenvalues on the diagonal. So
# $\begin{pmatrix} 2 & 7 \\ 0 & -4 \end{pmatrix}$ has $\rho = 4$. For the radius $1$, all its numbers
# are divided by 4.


# %% nbgrader={"grade": false, "grade_id": "with-radius", "locked": false, "schema_version": 3, "solution": true, "task": false}
def with_radius(w, radius):
    """The matrix w times the number that makes its spectral radius equal to `radius`.

    w: (k, k), with an eigenvalue that is not 0    radius: a number above 0    returns: (k, k)
    """
    ### BEGIN SOLUTION
    now = np.max(np.abs(np.linalg.eigvals(w)))
    return w * (radius / now)
    ### END SOLUTION


# %% [markdown]
# ### Check: the spectral radius (1 point)
#
# The matrix that you did by hand; then one that turns by a right angle, whose eigenvalues are $3i$ and
# $-3i$.

# %% nbgrader={"grade": true, "grade_id": "iterated-radius", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
w = np.array([[2.0, 7.0], [0.0, -4.0]])
got = with_radius(w, 1.0)
assert got is not None, "with_radius gives back nothing: is there a return?"
assert np.shape(got) == (2, 2), (
    f"with_radius gives shape {np.shape(got)}; a matrix (2, 2) is needed"
)
assert not np.allclose(got, w / 2), (
    "2 is the largest eigenvalue, but -4 has a larger absolute value"
)
assert not np.allclose(got, w / 7), (
    "divide by an eigenvalue, not by the largest number of the matrix"
)
assert not np.allclose(got, -w / 4), "a radius is not negative: take the absolute value of -4"
assert not np.allclose(got, [[2, 7], [0, -4]]), (
    "w has a radius of its own, 4, which must go away first"
)
assert not np.allclose(got, w / np.linalg.norm(w)), "the norm of w is not its spectral radius"
assert not np.allclose(got, w / np.linalg.norm(w, 2)), "the norm of w is not its spectral radius"
assert not np.allclose(got, 4 * w), "4 times w instead of a quarter: what is divided by what?"
nn.utils.check_same([[0.5, 1.75], [0, -1]], got)
assert w[0, 0] == 2, "with_radius changes the matrix that it was given: make a new one"
with np.errstate(all="ignore"):
    turned = with_radius(np.array([[0.0, 3.0], [-3.0, 0.0]]), 1.5)
assert np.isrealobj(turned), "the result is complex: take the absolute values of the eigenvalues"
special = (
    "only in special matrices, the eigenvalues stand on the diagonal: here they are 3i and -3i"
)
assert np.all(np.isfinite(turned)), special
assert not np.allclose(turned, [[0, 1], [-1, 0]]), (
    "the spectral radius has become 1, not 1.5: is `radius` used?"
)
nn.utils.check_same([[0, 1.5], [-1.5, 0]], turned)
symmetric = (
    "w.T has the eigenvalues of w: do yours hold only for symmetric matrices (eigvalsh, eigh)?"
)
assert np.allclose(with_radius(w.T, 1.0), w.T / 4), symmetric

# %% [markdown]
# ### Measure it
#
# Now everything of yours works together: a random matrix gets different radii, and we measure how
# large a gradient of size 1 is when it has gone back through 1, 2, ... 60 steps. The dashed lines are
# $\rho^{\,\mathrm{steps}}$. The scale on the left is logarithmic: equal distances mean equal factors.
#
# Why do the dashed lines only have the same *slope* as the measured ones, and not the same height?
# (The radius decides in the long run. In the first steps the direction of the gradient counts too.)
# Replace `nn.Linear(10, 10)` by `nn.Dense(10, 10, "tanh")`: what happens to the lines with
# $\rho > 1$? (States with large numbers reach the flat parts of tanh.)

# %%
rng = np.random.default_rng(0)
w, x, dy = rng.normal(size=(10, 10)), rng.normal(size=(1, 10)), rng.normal(size=(1, 10))
dy = dy / np.linalg.norm(dy)
many = range(1, 61)
figure, ax = plt.subplots(figsize=(6.5, 4.5), layout="constrained")
for k, radius in enumerate((0.7, 0.9, 1.0, 1.1, 1.3)):
    model = nn.Linear(10, 10)
    model.w.data = with_radius(w, radius)
    lengths = []
    for steps in many:
        layer = Iterated(model, steps)
        layer.forward(x)
        lengths.append(np.linalg.norm(layer.backward(dy)[0]))
    ax.semilogy(many, lengths, color=f"C{k}")
    ax.text(61, lengths[-1], f"ρ = {radius}", va="center")
    ax.semilogy(many, [radius**steps for steps in many], "--", color=f"C{k}", linewidth=1)
ax.set(xlabel="steps", ylabel="size of the gradient of the first state", xlim=(0, 69))
ax.grid(alpha=0.3)

# %% [markdown]
# ## 7. Play: learn a pendulum
#
# A pendulum has an angle and a speed. In a short time $h$, the angle changes by $h$ times the speed.
# The speed changes because of gravity, which depends on the angle, and friction takes a part of it
# away. As a block matrix, with the angle as place 0 and the speed as place 1:
#
# | | to the angle | to the speed |
# |---|---|---|
# | from the angle | Identity: it stays | a small network: gravity |
# | from the speed | one weight | one weight |
#
# The network sees no formula. It sees 100 states, and for each of them the state *eight steps later*.
# The gradient goes back through these eight steps. In the program that makes the data, the two single
# weights are $h = 0.1$ and $1 - 0.03 = 0.97$. Does it find them? Then we let it run for 80 steps, ten
# times as long as it has ever seen, and compare.


# %%
def pendulum(state):
    angle, speed = state[:, :1], state[:, 1:]
    return np.concatenate([angle + 0.1 * speed, 0.97 * speed - 0.4 * np.sin(angle)], axis=1)


def run(rule, state, steps):
    states = [state]
    for _ in range(steps):
        states.append(rule(states[-1]))
    return states


start = np.random.default_rng(0).uniform(-2.5, 2.5, size=(100, 2)).astype(np.float32)
target = run(pendulum, start, 8)[-1].astype(np.float32)

nn.manual_seed(0)
constant, normal = nn.initializers.Constant, nn.initializers.RandomNormal
gravity = nn.Sequential(
    nn.Dense(1, 16, "tanh", bias_initializer=normal(1.0)), nn.Dense(16, 1, initializer=normal(0.1))
)
blocks = [[nn.Identity(), gravity], [nn.Linear(1, 1, constant(0)), nn.Linear(1, 1, constant(1))]]
model = nn.Sequential2D([1, 1], [1, 1], blocks)
layer, loss, losses = Iterated(model, steps=8), nn.MSELoss(), []
optimizer = nn.Adam(layer.named_parameters(), lr=0.02)
for _ in range(300):
    losses.append(loss(layer(start), target))
    dx, grads = layer.backward(loss.backward(1.0)[0])
    optimizer.step(grads)
print(f"loss: {losses[0]:.3f} at the start, {losses[-1]:.4f} at the end")
print(f"from speed to angle: {model.cells[1, 0].w.data.item():.3f}")
print(f"from speed to speed: {model.cells[1, 1].w.data.item():.3f}")

figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.6), layout="constrained")
first = np.array([[2.0, 0.0]], np.float32)
for rule, style, name in ((pendulum, "-", "pendulum"), (model.forward, "--", "learned")):
    path = np.concatenate(run(rule, first, 80))
    axes[0].plot(path[:, 0], style, label=name)
    axes[1].plot(path[:, 0], path[:, 1], style, label=name)
axes[0].legend()
axes[0].set(xlabel="step", ylabel="angle")
axes[1].set(xlabel="angle", ylabel="speed")
axes[1].grid(alpha=0.3)

# %% [markdown]
# ## 8. Play: a deep network with and without skips
#
# Two networks with nine stages learn the curve $\sin 5x$. One is a plain chain. The other has the same
# chain, and a skip connection from each stage to the next but one. Both start with small weights, half
# as large as usual, so in the chain the gradient becomes smaller at each stage. The skips are shorter
# ways for it: they jump over every second factor.
#
# Both run on your functions: a config, made square, and iterated as often as there are stages to pass.
#
# Be fair to the chain, and try `gain = 1.0`: with well chosen starting weights it learns too. What
# happens with more stages?


# %%
def network(sizes, arrows, gain):
    """The arrows as layers, with tanh before each (except at the input), and small weights."""
    model = nn.Sequential2D.from_config(square_config(skip_config(sizes, arrows)))
    for (a, b), block in model.cells.items():
        if b > 0:
            block.w.data *= gain
        if a > 0:
            model.cells[a, b] = nn.Sequential(nn.Tanh(), block)
    return Iterated(model, steps=len(sizes) - 1)


gain, last = 0.5, 8
sizes = [1] + [8] * (last - 1) + [1]
chain = [(k, k + 1) for k in range(last)]
skips = [(k, k + 2) for k in range(last - 1)]
x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
target, empty = np.sin(5 * x), [None] * last

figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.6), layout="constrained")
for arrows, name, style in ((chain, "plain chain", "--"), (chain + skips, "with skips", "-")):
    nn.manual_seed(0)
    net, loss, losses = network(sizes, arrows, gain), nn.MSELoss(), []
    optimizer = nn.Adam(net.named_parameters(), lr=0.01)
    for step in range(100):
        losses.append(loss(net.forward([x, *empty])[-1], target))
        dxs, grads = net.backward([*empty, loss.backward(1.0)[0]])
        if step == 0:
            size = np.linalg.norm(grads["model.0_1.w"])
            print(f"{name}: first gradient of the first layer: {size:.4f}")
        optimizer.step(grads)
    axes[0].semilogy(losses, style, label=name)
    axes[1].plot(x, net.forward([x, *empty])[-1], style, label=name)
axes[1].plot(x, target, "k:", label="sin 5x")
axes[0].set(xlabel="step", ylabel="mean squared error")
axes[0].legend()
axes[1].set(xlabel="x", ylim=(-1.3, 2.1))
axes[1].legend(loc="upper center", ncols=3, fontsize=9)
axes[1].grid(alpha=0.3)

# %% [markdown]
# ## 9. A question (4 points, graded by hand)
#
# A system $x_{t+1} = f(x_t; w)$ runs for 30 steps. Near all its states, $f$ acts like a matrix of
# spectral radius 0.5.
#
# 1. A gradient of size 1 comes in at the end. About how large is it after it has gone back through
#    all 30 steps?
# 2. The gradient of $w$ is a sum over 30 uses. Which of them does it hear, and which not? What can the
#    system therefore not learn?
# 3. Somebody changes the rule to $x_{t+1} = x_t + h \, f(x_t; w)$ with a small number $h$: in the block
#    matrix, an Identity stands beside $f$. What happens to the gradient in one step backward, and why
#    does this help?

# %% [markdown] nbgrader={"grade": true, "grade_id": "skip-why", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: about 0.5 to the power 30, roughly one thousand millionth (1e-9). 1 point: the last uses are
# heard, the early ones not; what happened early cannot be connected with the result. 1 point: backward
# gives dx itself plus h times what comes through f. 1 point: so the gradient keeps about its size (a
# factor near 1 in each step, not 0.5), even when the part through f is small.
# ### END MARK SCHEME
#
# 1. Each step multiplies it by about 0.5, so it is about $0.5^{30} \approx 10^{-9}$: practically 0.
# 2. The sum hears the last few uses. The part of a use k steps before the end is smaller by about
#    $0.5^k$, so the early uses do not count. The system cannot learn that something early in its
#    history decides the result.
# 3. The new state depends on the old one in two ways, and the gradients of both ways add up: the
#    gradient itself, unchanged, through the Identity, and h times what comes back through f. All
#    factors are close to 1, so over 30 steps the gradient keeps about its size. Early steps are heard
#    too, even where f itself lets almost nothing through. Skip connections in deep networks help for
#    the same reason.

# %% [markdown]
# ## What comes next
#
# You have seen one container that holds chains, skip connections, parallel paths and systems in time,
# and one rule for the gradients of all of them: go back on every way that went forward, and add where
# ways meet. Whatever network you meet from here on, its backward is made of these two.
