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
# # Exercise 7: Gradient checking
#
# In every exercise so far, a check told you whether your gradient is right. It did not know the
# formula. It *measured* the slope of your own `forward`. In this notebook you build this tool
# yourself, find out how exact it is, and hunt for mistakes in nine layers. Somebody planted them.
#
# | | |
# |---|---|
# | You write | `numeric_gradient`, `relative_error`, `best_step`, `gradient_error`; then you mend two layers |
# | You need | what a derivative is, loops over arrays, exercises 3 to 6 |
# | Time | about 80 minutes |
# | Points | 12 by automatic checks, 5 for written answers |
# | If you are stuck | `numeric_gradient = borrow("numeric_gradient")` lends you the one of edunn, without points. Parts 4 and 7 need nothing of yours |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("numeric_gradient")

# %% [markdown]
# ## 1. The idea: nudge and look
#
# A derivative says how much the output moves when the input moves a little. So move the input a
# little, and look! Take a small number $h$, the *step*. Go one step to the right and one step to the
# left, and divide the change of the output by the way between the two points, which is $2h$:
#
# $$ f'(x) \approx \frac{f(x + h) - f(x - h)}{2h} $$
#
# This is called the *central difference*. Nothing has to be derived, so nothing can be derived
# wrongly.
#
# **By hand.** $f(x) = x^3$ at $x = 2$, with $h = 0.1$: $\frac{9.261 - 6.859}{0.2} = 12.01$. The true
# derivative is $3 \cdot 2^2 = 12$.
#
# **Why both sides?** By Taylor's formula
# $f(x \pm h) = f(x) \pm h f'(x) + \frac{h^2}{2} f''(x) \pm \frac{h^3}{6} f'''(x) + \dots$ In the
# difference of the two, $f(x)$ and $f''(x)$ cancel. What is left is
# $f'(x) + \frac{h^2}{6} f'''(x) + \dots$, so the error shrinks with $h^2$. If you go to the right only,
# $\frac{f(x+h) - f(x)}{h}$, then $f''$ does not cancel, and the error shrinks with $h$ only.
#
# **Why not simply take h = 0.000000000001?** Look.

# %%
import matplotlib.pyplot as plt

H = 10.0 ** -np.arange(0.5, 14.1, 0.125)
right_only = np.abs((np.exp(1 + H) - np.exp(1)) / H - np.exp(1))
central = np.abs((np.exp(1 + H) - np.exp(1 - H)) / 2 / H - np.exp(1))

figure, ax = plt.subplots(figsize=(7.5, 4))
ax.loglog(H, right_only, ".-", color="C1", lw=1, label="to the right only")
ax.loglog(H, central, ".-", color="C0", lw=1, label="central difference")
ax.loglog(H, 1e-16 / H, "--", color="gray", lw=1, label="$10^{-16} / h$")
ax.set_ylim(1e-13, 10)
ax.set_xlabel("step h   (small steps are on the left)")
ax.set_ylabel("error of the measured slope")
ax.set_title("The slope of exp at x = 1")
ax.legend()
ax.grid(alpha=0.3)

# %% [markdown]
# Both curves are valleys.
#
# - **On the right** the step is too long: the function bends between the two points. This error
#   shrinks when $h$ shrinks.
# - **On the left** the step is too short. A computer keeps about 16 digits of a number. When two
#   numbers agree in the first 12 of them, their difference has only 4 good digits left, and dividing
#   by a tiny $2h$ makes the error in them large. This error *grows* when $h$ shrinks, like
#   $10^{-16} / h$.
#
# The best step lies between them. Where is the lowest point of each valley, and which valley is
# deeper?

# %% [markdown]
# ## 2. From one number to arrays
#
# A layer takes an array `x` and gives an array `f(x)`. What is its slope? As in `backward`, there is
# an array `dy` of the shape of `f(x)`, which says how much each output matters. Together they make
# one number, $E$, and we want the slope of this number in every number of `x`:
#
# $$ E(x) = \sum_k dy_k \; f(x)_k \qquad\qquad dx_j = \frac{\partial E}{\partial x_j}
#    \approx \frac{E(x + h \text{ at place } j) - E(x - h \text{ at place } j)}{2h} $$
#
# So: visit each place of `x`, nudge **only this number** up, compute $E$; nudge it down, compute
# $E$ again; put the number back; divide.
#
# **By hand.** $f(x) = x^2$ for each number, $x = (3, 5)$, $dy = (10, 1)$. Then
# $E = 10 x_0^2 + x_1^2$, and $dx = (20 \cdot 3, \; 2 \cdot 5) = (60, 10)$.
#
# - `for place in np.ndindex(x.shape):` visits all places of an array of any shape. `x[place]` is the
#   number there.
# - Nudge `x` **itself**, not a copy of it. Then the same function can also measure the gradient of a
#   weight: pass it the array of the weights, in which the layer looks when it runs.
# - At the end, `x` must be exactly as it was. Put back the number that you have kept. (Adding $h$ and
#   subtracting it again is not always exact.)


# %% nbgrader={"grade": false, "grade_id": "numeric", "locked": false, "schema_version": 3, "solution": true, "task": false}
def numeric_gradient(f, x, dy, h=1e-5):
    """The slope of sum(dy * f(x)) in every number of x, by central differences.

    f: a function of an array    x: an array of floats, nudged in place and put back
    dy: an array of the shape of f(x)    h: the step    Returns an array of the shape of x.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + h
        up = np.sum(dy * f(x))
        x[place] = kept - h
        down = np.sum(dy * f(x))
        x[place] = kept
        gradient[place] = (up - down) / (2 * h)
    ### END SOLUTION
    return gradient


# %% [markdown]
# ### Check: the numeric gradient (2 points)
#
# The two examples that you worked out by hand, `np.tanh`, and `np.cumsum`, in which one number of
# `x` moves several outputs.

# %% nbgrader={"grade": true, "grade_id": "numeric-values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([3.0, 5.0])
got = numeric_gradient(np.square, x, np.array([10.0, 1.0]))
assert np.shape(got) == (2,), f"the gradient has shape {np.shape(got)}, but x has shape (2,)"
back = "put back the number that you have kept"
assert np.array_equal(x, [3, 5]), f"x was [3.0, 5.0], and now it is {x.tolist()}: {back}"
assert np.any(got), (
    "all slopes are 0: f gets the same numbers twice. A second name for x is no second array"
)
assert not np.allclose(got, [60, 0]), "only the first number is measured: does the loop end early?"
assert not np.allclose(got, [6, 10]), "dy has no effect: weight the outputs by dy, then add them up"
assert not np.allclose(got, [120, 20]), "twice too large: how far apart are the two points?"
assert not np.allclose(got, [30, 5]), "half of what it should be: how far apart are the two points?"
assert not np.allclose(got, [60e-10, 10e-10]), (
    "h times h too small: you multiply by h where you divide. What does Python do first in a / 2 * h?"
)
first_got = got
coarse = numeric_gradient(lambda x: x**3, np.array([2.0]), np.array([1.0]), h=0.1)
one_sided = "a difference to one side only: you need f on both sides of x"
assert not np.any(np.isclose(coarse, [12.61, 11.41])), one_sided
assert not np.isclose(coarse[0], 12.04), "with x = 2 the step is 2 h: it is h, for every x"
assert abs(coarse[0] - 12) > 1e-6, "with h = 0.1 the slope must be 12.01: do you use the h given?"
nn.utils.check_same([60, 10], first_got, tolerance=1e-7)
nn.utils.check_same([12.01], coarse, tolerance=1e-9)

x, dy = np.random.default_rng(0).normal(size=(2, 2, 3))
got = numeric_gradient(np.tanh, x, dy)
whole_rows = "all numbers of a row get one slope: each number of a matrix is nudged by itself"
assert not np.allclose(np.ptp(got, axis=-1), 0), whole_rows
nn.utils.check_same(dy * (1 - np.tanh(x) ** 2), got, tolerance=1e-8)

x, dy = np.random.default_rng(1).normal(size=(2, 4))
got = numeric_gradient(np.cumsum, x, dy)
assert not np.allclose(got, dy * [1, 2, 3, 4]), "you nudge all numbers of x at once: one at a time"
assert not np.allclose(got, dy), "one number of x moves several outputs, and you see only one"
nn.utils.check_same(np.cumsum(dy[::-1])[::-1], got, tolerance=1e-8)

# %% [markdown]
# ### Check: the gradient of a weight (1 point)
#
# Now `f` does not even look at its argument: it runs a `Linear`, which looks at its own weights. So
# the weights themselves must be nudged. One of them is tiny: it shows whether you put back exactly what
# was there.


# %% nbgrader={"grade": true, "grade_id": "numeric-weight", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
def output_of(layer, x):
    """A function that ignores its argument, and gives what the layer gives for x."""
    return lambda ignored: layer.forward(x)


layer = nn.Linear(3, 2)
w = layer.w.data = np.array([[1.0, -2.0], [0.5, 3e-7], [-1.5, 0.25]])
x, dy = np.random.default_rng(0).normal(size=(4, 3)), np.random.default_rng(1).normal(size=(4, 2))
kept = w.copy()
got = numeric_gradient(output_of(layer, x), w, dy)
assert np.any(got), "the gradient is 0: nudge the array that you are given, not a copy of it"
assert np.array_equal(w, kept), "the weights are no longer exactly what they were"
nn.utils.check_same(np.einsum("ni,nj->ij", x, dy), got, tolerance=1e-8)
keep(numeric_gradient)

# %% [markdown]
# ## 3. How different are two gradients?
#
# The measured slope is never exactly right. So we cannot ask whether two gradients are *equal*. We
# ask how large their difference is. But is 0.001 large? Not if the gradient is 1000. Yes, if the
# gradient is 0.002. So we compare it with the size of the gradients:
#
# $$ \text{relative error} = \frac{\max_j |a_j - b_j|}{\max_j \max(|a_j|, |b_j|)} $$
#
# Above is the largest difference, below is the largest number in either array.
#
# **By hand.** $a = (1, 2, 4)$ and $b = (1, 2.1, 4)$. The largest difference is 0.1, the largest
# number is 4, so the relative error is $0.1 / 4 = 0.025$. And if $b = -a$? The largest difference is
# 8, and the relative error is 2. That is what a wrong sign looks like.
#
# Why not divide number by number? A number that should be 0 is often measured as $10^{-12}$. Number
# by number, this would be an error of 100 %.
#
# Three cases need a decision:
#
# - Both arrays are 0 everywhere: they agree, so the relative error is 0. (Do not compute $0 / 0$.)
# - The shapes differ: the gradients are not even of the same kind. Return `float("inf")`, infinity.
#   Careful: NumPy may stretch arrays of different shapes, and subtract them without a complaint.
# - There is a `nan` in one of them: the result may be `nan` or `inf`, but no ordinary number. (Look
#   at what `max(1.0, float("nan"))` gives in Python. `np.max` is safer.)


# %% nbgrader={"grade": false, "grade_id": "relative", "locked": false, "schema_version": 3, "solution": true, "task": false}
def relative_error(a, b):
    """The largest |a - b|, as a share of the largest |number| in a or b.

    0 if both are 0 everywhere; infinity if their shapes differ.
    """
    ### BEGIN SOLUTION
    if np.shape(a) != np.shape(b):
        return float("inf")
    difference, size = np.max(np.abs(a - b)), np.max(np.abs([a, b]))
    error = difference / size if size > 0 else difference
    ### END SOLUTION
    return error


# %% [markdown]
# ### Check: the relative error (1 point)

# %% nbgrader={"grade": true, "grade_id": "relative-error", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
a, b = np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.1, 4.0])
error = relative_error(a, b)
assert np.ndim(error) == 0, f"the error has shape {np.shape(error)}, but it should be one number"
assert not np.isclose(error, 0.1), "not relative: divide by the size of the gradients"
assert not np.isclose(error, 0.1 / 2.1), "not number by number: divide by the largest number of all"
assert not np.isclose(error, 0.1 / 4.1), (
    "not number by number, and no sum of the two in the divisor"
)
assert not np.isclose(error, 0.0125), "half of what it should be: is a sum in the divisor?"
size_a, size_b = np.linalg.norm(a), np.linalg.norm(b)
of_lengths = 0.1 / np.array([size_a, size_b, size_a + size_b, np.linalg.norm(a + b)])
of_arrays = "these are lengths of whole arrays (norms), but the largest numbers are asked for"
assert not np.any(np.isclose(error, of_lengths)), of_arrays
as_mean = np.isclose(error, 0.1 / 4 / 3) or np.isclose(error, 0.1 / 2.1 / 3)
assert not as_mean, "this is a mean over the numbers, but the largest difference is asked for"
nn.utils.check_same(0.025, error)
assert relative_error(b, a) == error, "a and b changed places, and the error is different"
assert relative_error(-a, -b) == error, "of negative numbers, take the size: the largest |number|"
assert relative_error(a, -a) == 2, "a wrong sign must give 2: take the size of each difference"
for pair in ((a, 0 * a), (0 * a, a)):
    with np.errstate(all="ignore"):
        error = relative_error(*pair)
    told = f"of {pair[0].tolist()} and {pair[1].tolist()} the error is {error}, not 1"
    assert error == 1, f"{told}: divide by the larger of two sizes, that of a and that of b"
with np.errstate(all="ignore"):
    zeros = relative_error(0 * a, 0 * a)
    hurt = np.array([1.0, np.nan, 4.0])
    pairs = (a, hurt), (hurt, a), (0 * a, hurt), (hurt, 0 * a)
    strange = [float(relative_error(*pair)) for pair in pairs]
assert zeros == 0, f"two gradients of zeros agree, but the error is {zeros}"
ordinary = [error for error in strange if error < float("inf")]
assert not ordinary, f"with a nan in a gradient the errors are {strange}, as if all were well"
apart = relative_error(np.ones((3, 1)), np.ones(3))
assert apart == float("inf"), f"shapes (3, 1) and (3,) differ, but the error is {apart}"

# %% [markdown]
# ## 4. Choose the step
#
# Where is the lowest point of the valley? Do not guess, measure. Here `f` is a function of one
# number, `slope` is its true derivative at `x`, and `steps` is a list of steps. Return the step for
# which the central difference is closest to `slope`.


# %% nbgrader={"grade": false, "grade_id": "step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def best_step(f, slope, x, steps):
    """The one of `steps` for which the central difference of f at x is closest to `slope`."""
    ### BEGIN SOLUTION
    errors = [abs((f(x + h) - f(x - h)) / (2 * h) - slope) for h in steps]
    best = steps[np.argmin(errors)]
    ### END SOLUTION
    return best


# %% [markdown]
# ### Check: the best step (1 point)

# %% nbgrader={"grade": true, "grade_id": "step-best", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
steps = [10.0**-k for k in range(1, 13)]
for name, f, slope in (("exp", np.exp, np.e), ("sin", np.sin, np.cos(1.0))):
    h = best_step(f, slope, 1.0, steps)
    print(f"{name}: the best step is {h}")
    assert h in steps, f"{h} is not one of the steps: return the step, not its place or its error"
    assert h != 0.1, "h = 0.1 is the longest step: do you look for the smallest error, in size?"
    signed = min(steps, key=lambda h: (f(1 + h) - f(1 - h)) / (2 * h) - slope)
    assert h != signed, f"for {h} your error is below 0: that is not small. How far from 0 is it?"
    last = "h = 1e-12 is the shortest step, and the last one: is it better than all before it?"
    assert h != 1e-12, last
    too_small = "is best for a difference to one side; with the central one, it is a longer step"
    assert not 1e-9 < h < 1e-7, f"{h} {too_small}"
    assert 1e-7 < h < 1e-4, f"{h} is not at the lowest point of the valley"
assert best_step(np.square, 6.0, 3.0, [1e-9, 0.5, 1e-10]) == 0.5, "where is the error smallest?"

# %% [markdown]
# ## 5. A check for layers
#
# Now put the parts together: does the `backward` of a layer agree with its `forward`? Write
# `gradient_error(layer, x)`. It gives the relative error between the `dx` of the layer and the
# measured slope. For a right layer it is tiny, below $10^{-7}$, and for a wrong one it is large.
#
# - **Which dy?** Take random numbers, of the shape of the output:
#   `np.random.default_rng(0).normal(size=y.shape)`. If `dy` is all ones, many mistakes are invisible:
#   a layer that forgets `dy` looks right then.
# - **A trap.** A layer keeps things in its cache when `forward` runs, and `backward` uses them. While
#   you measure, `forward` runs many times, with a nudged `x`. So which `x` does the cache belong to
#   when you call `backward`? Choose the order of your lines well.
# - `layer.forward` is a function of an array. Pass it on as it is.
# - `backward` returns two things. You need the first.


# %% nbgrader={"grade": false, "grade_id": "tool", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gradient_error(layer, x):
    """The relative error of the layer's dx, compared with the measured slope, for a random dy."""
    ### BEGIN SOLUTION
    y = layer.forward(x)
    dy = np.random.default_rng(0).normal(size=y.shape)
    dx, _ = layer.backward(dy)
    error = relative_error(dx, numeric_gradient(layer.forward, x, dy))
    ### END SOLUTION
    return error


# %% [markdown]
# ### Check: your own check (2 points)
#
# Your tool must accept right layers and refuse wrong ones. Here some layers of edunn are given a
# `backward` that is not theirs.


# %% nbgrader={"grade": true, "grade_id": "tool-works", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def forgets(dy):
    """A backward for y = 3 x that forgets dy."""
    return np.full(np.shape(dy), 3.0), {}


x = np.random.default_rng(5).normal(size=(4, 3))
kept = x.copy()
layer = nn.Tanh()
layer.backward = nn.Identity().backward
error = gradient_error(layer, x)
assert np.ndim(error) == 0, f"the error has shape {np.shape(error)}, but it should be one number"
assert error > 0.01, f"a Tanh with a wrong backward was not noticed: the error is {error:.1e}"
layer = nn.MultiplyConstant(3.0)
layer.backward = forgets
error = gradient_error(layer, x)
assert error > 0.01, "a layer that forgets dy looks right to you: is your dy all ones?"

for layer in (nn.Tanh(), nn.Sigmoid(), nn.Softmax(), nn.Linear(3, 2)):
    name = type(layer).__name__
    if name == "Linear":
        layer.w.data = np.array([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25]])
    try:
        error = gradient_error(layer, x)
    except ValueError as caught:
        told = (
            f"x has shape (4, 3), and the y of {name} {layer.forward(x).shape}: like which is dy?"
        )
        raise AssertionError(f"{told} NumPy says: {caught}") from caught
    nearly = f"{name} is right, but the error is {error:.1e}: does the cache belong to x itself?"
    assert not 1e-7 < error < 1e-3, nearly
    both = "do backward and the measured slope use the same x and dy, in float64?"
    assert error < 1e-7, f"{name} is right, but the error is {error:.1e}: {both}"
assert np.array_equal(x, kept), "x is no longer what it was"

layer = nn.MultiplyConstant(3.0)
layer.backward = lambda dy: (2.9 * dy, {})
nn.utils.check_same(0.1 / 3, gradient_error(layer, x), tolerance=1e-7)

# %% [markdown]
# ## 6. The hunt
#
# Here are nine layers. Every `forward` is right: it does what the line above it says. But in some of
# them a mistake was planted in `backward`. Read the code if you like. Mistakes like these are easy to
# read over, which is why people measure.


# %% nbgrader={"grade": false, "grade_id": "suspects", "locked": true, "schema_version": 3, "solution": false, "task": false}
class Cube(nn.Module):
    """y = x^3"""

    def forward(self, x):
        self.cache = x
        return x**3

    def backward(self, dy):
        return 3 * self.cache**2 * dy, {}


class Swish(nn.Module):
    """y = x s, with s = sigmoid(x)"""

    def forward(self, x):
        s = nn.Sigmoid().forward(x)
        self.cache = x, s
        return x * s

    def backward(self, dy):
        x, s = self.cache
        return dy * s, {}


class Flip(nn.Module):
    """Every row in reverse order"""

    def forward(self, x):
        return x[:, ::-1].copy()

    def backward(self, dy):
        return dy, {}


class Hinge(nn.Module):
    """y = max(1 - x, 0)"""

    def forward(self, x):
        self.cache = x < 1
        return np.maximum(1 - x, 0)

    def backward(self, dy):
        return -dy * self.cache, {}


class Wave(nn.Module):
    """y = sin(3 x)"""

    def forward(self, x):
        self.cache = x
        return np.sin(3 * x)

    def backward(self, dy):
        return np.cos(3 * self.cache) * dy, {}


class Share(nn.Module):
    """Every number as a share of the sum of its row: y_ij = x_ij / sum over k of x_ik"""

    def forward(self, x):
        total = np.sum(x, axis=1, keepdims=True)
        y = x / total
        self.cache = y, total
        return y

    def backward(self, dy):
        y, total = self.cache
        return dy / total, {}


class Center(nn.Module):
    """Every row less its mean"""

    def forward(self, x):
        return x - np.mean(x, axis=1, keepdims=True)

    def backward(self, dy):
        return dy - np.mean(dy, axis=1, keepdims=True), {}


class Square(nn.Module):
    """y = x^2"""

    def forward(self, x):
        self.cache = x
        return x**2

    def backward(self, dy):
        return 2 * self.cache, {}


class Decay(nn.Module):
    """y = exp(-x)"""

    def forward(self, x):
        self.cache = y = np.exp(-x)
        return y

    def backward(self, dy):
        return dy * self.cache, {}


SUSPECTS = {
    layer.__name__: layer()
    for layer in (Cube, Swish, Flip, Hinge, Wave, Share, Center, Square, Decay)
}

# %% [markdown]
# The cell below shows your tool at work. **One layer looks wrong here, although it is right.** Before
# you accuse a layer, try other points `x`, and look at single numbers: print `dx`, the measured
# slope, and their quotient. That also tells you *what* is wrong, and you will need it for the
# question at the end.

# %%
x = np.random.default_rng(7).uniform(0.5, 2, size=(3, 4))
x[1, 2] = 1.0
for name, layer in SUSPECTS.items():
    print(f"{name:8} {gradient_error(layer, x):.1e}")

# %%
# Your own experiments: one layer, number by number. Change the suspect and the numbers.
suspect, x, dy = SUSPECTS["Wave"], np.array([[0.6, 1.0, 1.7]]), np.array([[1.5, -0.5, 2.0]])
measured = numeric_gradient(suspect.forward, x, dy)
suspect.forward(x)
theirs = suspect.backward(dy)[0]
print("dx:      ", np.round(theirs, 4))
print("measured:", np.round(measured, 4))
print("quotient:", np.round(theirs / measured, 4))

# %% [markdown]
# Write down the names of all layers that have a planted mistake, as a list of texts:
# `return ["Cube", ...]`.


# %% nbgrader={"grade": false, "grade_id": "verdict", "locked": false, "schema_version": 3, "solution": true, "task": false}
def guilty():
    """The names of all layers in SUSPECTS whose backward is wrong."""
    ### BEGIN SOLUTION
    names = ["Swish", "Flip", "Wave", "Share", "Square", "Decay"]
    ### END SOLUTION
    return names


# %% [markdown]
# ### Check: the verdict (2 points)
#
# The check has its own way to find out. It takes one random direction for all numbers of `x` at once,
# and measures the slope along this direction only. That needs two runs of `forward`, whatever the
# size of `x`. It counts your mistakes, but does not tell you which layers they are.

# %% nbgrader={"grade": true, "grade_id": "verdict-right", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
names = guilty()
several = np.iterable(names) and not isinstance(names, str)
assert several, f"guilty gives {type(names).__name__}, but a list is needed"
names = list(names)
assert all(isinstance(name, str) for name in names), "write the names as texts, in quotes"
named, wrong = set(names), set()
assert named <= SUSPECTS.keys(), f"no layer is called {', '.join(sorted(named - SUSPECTS.keys()))}"
x, dy, direction = np.random.default_rng(11).uniform(0.6, 0.9, size=(3, 2, 4))
for name, layer in SUSPECTS.items():
    along = 1e-5 * direction
    moved = np.sum(dy * layer.forward(x + along)) - np.sum(dy * layer.forward(x - along))
    layer.forward(x)
    promised = 2 * np.sum(along * layer.backward(dy)[0])
    if abs(moved - promised) > 1e-6 * abs(moved):
        wrong.add(name)
innocent, missing = len(named - wrong), len(wrong - named)
assert innocent == 0, (
    f"{innocent} of the layers that you accuse are innocent: rounding leaves every layer a tiny error, "
    "and no slope can be measured at a kink. From which error on do you accuse, and at which x?"
)
assert missing == 0, f"{missing} of the wrong layers are missing from your list"
print(f"Right: {len(wrong)} of {len(SUSPECTS)} layers are wrong, and you found them all.")

# %% [markdown]
# ## 7. Mend two of them
#
# **Swish.** $y = x \, s$ with $s = \sigma(x)$. The number $x$ is in there twice: as the first factor,
# and inside $s$. By the rule for products, each of the two gives a term. You know the slope of the
# sigmoid: $s (1 - s)$.
#
# **By hand.** At $x = 0$: $s = \frac12$, and the slope of Swish is $\frac12 + 0 = \frac12$. At
# $x = 2$: $s = 0.881$, and the slope is $0.881 + 2 \cdot 0.881 \cdot 0.119 = 1.091$. The planted
# version says 0.881.


# %% nbgrader={"grade": false, "grade_id": "swish", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Swish(nn.Module):
    """y = x s, with s = sigmoid(x)"""

    def forward(self, x):
        s = nn.Sigmoid().forward(x)
        self.cache = x, s
        return x * s

    def backward(self, dy):
        """The gradient dx, of the shape of x, for dy of the same shape."""
        x, s = self.cache
        ### BEGIN SOLUTION
        dx = dy * (s + x * s * (1 - s))
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: Swish (1 point)

# %% nbgrader={"grade": true, "grade_id": "swish-mended", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(0).normal(size=(4, 3))
print(nn.check_gradients(Swish(), x))

# %% [markdown]
# **Share.** $y_j = \frac{x_j}{T}$ with $T = \sum_k x_k$, for each row. The planted version treats the
# sum $T$ as a constant. But $T$ grows when $x_j$ grows, and then *all* numbers of the row shrink. By
# the rule for quotients, with $[k = j]$ for 1 if $k = j$ and else 0:
#
# $$ \frac{\partial y_k}{\partial x_j} = \frac{[k = j] \, T - x_k}{T^2} = \frac{[k = j] - y_k}{T} $$
#
# Multiply by $dy_k$ and add over $k$, as the chain rule says. What is left is one line, with one sum
# for each row.
#
# **By hand.** $x = (1, 3)$, so $T = 4$ and $y = (0.25, 0.75)$. For $dy = (1, 0)$ the right gradient is
# $(0.1875, -0.0625)$. The planted version says $(0.25, 0)$.


# %% nbgrader={"grade": false, "grade_id": "share", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Share(nn.Module):
    """Every number as a share of the sum of its row: y_ij = x_ij / sum over k of x_ik"""

    def forward(self, x):
        total = np.sum(x, axis=1, keepdims=True)
        y = x / total
        self.cache = y, total
        return y

    def backward(self, dy):
        """The gradient dx, of the shape of x, for dy of the same shape."""
        y, total = self.cache
        ### BEGIN SOLUTION
        dx = (dy - np.sum(dy * y, axis=1, keepdims=True)) / total
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: Share (2 points)

# %% nbgrader={"grade": true, "grade_id": "share-mended", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = Share()
layer.forward(np.array([[1.0, 3.0]]))
by_hand, _ = layer.backward(np.array([[1.0, 0.0]]))
own = "you add up the dy_k as they are, but in the sum each is weighted by its own y_k"
assert not np.allclose(by_hand, [[0.1875, -0.1875]]), own
x = np.random.default_rng(0).uniform(0.5, 2, size=(4, 3))
print("batch of 4:", nn.check_gradients(Share(), x))
print("batch of 1:", nn.check_gradients(Share(), x[:1]))
nn.utils.check_same([[0.1875, -0.0625]], by_hand)

# %% [markdown]
# ## 8. Play
#
# **Fewer digits.** Networks mostly compute with *float32*, which keeps about 7 digits instead of 16.
# Here is the valley again, for both. What is the best step in float32, and how small does the error
# get? This is why gradients are always checked in float64.

# %%
figure, ax = plt.subplots(figsize=(7.5, 3.5))
for dtype, color in ((np.float64, "C0"), (np.float32, "C3")):
    x, dy = np.linspace(0.5, 1.5, 5, dtype=dtype), np.ones(5, dtype)
    errors = [np.max(np.abs(numeric_gradient(np.exp, x, dy, h) - np.exp(x))) for h in H]
    mark = "s-" if dtype == np.float32 else "o-"
    ax.loglog(H, errors, mark, ms=3, lw=1, color=color, label=np.dtype(dtype).name)
ax.set_xlabel("step h")
ax.set_ylabel("largest error")
ax.legend()
ax.grid(alpha=0.3)

# %% [markdown]
# **The kink.** `Hinge` is $\max(1 - x, 0)$. At $x = 1$ it has a corner, and no slope at all: on the
# left it is $-1$, on the right 0. What does the central difference say there, and why? Change `at` to
# 1.000001, and to 1.0001.

# %%
at = 1.0
hinge, x = SUSPECTS["Hinge"], np.array([[at]])
hinge.forward(x)
print("backward says", hinge.backward(np.ones((1, 1)))[0][0, 0])
print("measured     ", numeric_gradient(hinge.forward, x, np.ones((1, 1)))[0, 0])

# %% [markdown]
# **The price.** If measuring is so simple, why does anybody derive formulas? Count: how often does
# `forward` run for one gradient? Put in the numbers of a network that you know. One `forward` of
# this one takes about 0.001 seconds.

# %%
weights = 784 * 128 + 128 + 128 * 10 + 10
seconds = 2 * weights * 0.001
print(f"{weights:,} weights: {2 * weights:,} runs of forward, {seconds:.0f} seconds for one step")

# %% [markdown]
# ## 9. Two questions (5 points, graded by hand)
#
# **Question 1 (3 points).** For each of the six layers that you found guilty, say in a few words
# what is wrong with its `backward`. For one of them, say which numbers led you to it.

# %% [markdown] nbgrader={"grade": true, "grade_id": "guilty-why", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# Half a point for each of: Swish: second term of the product rule missing; Flip: the order is not
# turned back; Wave: factor 3 (inner derivative) missing; Share: the sum is taken as a constant, the
# effect on the neighbours is missing; Square: dy is missing; Decay: the sign. Without any numbers as
# evidence, at most 2.5.
# ### END MARK SCHEME
#
# Swish: the term from the sigmoid is missing, only the first half of the product rule is there.
# Flip: the gradient must be turned round like the row itself, and it is not. Wave: the inner
# derivative 3 is missing; the quotient of `dx` and the measured slope is 0.333 everywhere. Share: the
# sum of the row is treated as a constant, so the effect of a number on its neighbours is missing.
# Square: `dy` is missing; with a `dy` of ones it looks right. Decay: the sign is wrong, the relative
# error is exactly 2.

# %% [markdown]
# **Question 2 (2 points).** A friend checks a layer with $h = 10^{-12}$, finds a relative error of
# $10^{-3}$, and thinks that the layer is wrong. Explain where this error comes from, and what your
# friend should do. Why does the error also grow when $h$ gets as large as 0.1?

# %% [markdown] nbgrader={"grade": true, "grade_id": "valley-why", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: short steps: both values agree in most digits, their difference has few good digits, and
# dividing by h makes the error large; use h of about 1e-5 (1e-4 to 1e-6). 1 point: long steps: the
# function is not straight between the two points (the terms of order h^2 in Taylor's formula).
# ### END MARK SCHEME
#
# With such a short step the two values of the function agree in almost all of their 16 digits. Their
# difference has only a few good digits left, and dividing by $2h$ makes this rounding error large.
# It is no fault of the layer: my friend should take $h = 10^{-5}$ and look again. When $h$ is large,
# the function bends between the two points, and the line through them no longer has the slope at $x$.

# %% [markdown]
# ## What comes next
#
# From now on you can trust your own layers, because you can check them. The check of edunn does the
# same as yours, with a few more ideas: a cleverer difference, one direction first, and a long list of
# mistakes that it knows by the numbers they leave behind. In exercise 8 you put layers into a layer,
# and such a check will find out whether you pass the gradients on in the right order.
