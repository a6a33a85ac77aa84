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
# # Exercise 16: Autograd
#
# So far, you have worked out every gradient yourself. In this notebook you write the program that
# does it for you: the **tape**. It writes down each step of a computation. Then it goes back
# through the steps, the last one first, and applies the chain rule. PyTorch, TensorFlow, JAX and
# edunn all have such a program at their heart.
#
# | | |
# |---|---|
# | You write | `sum_to` (as in exercise 1), three rules, `record`, `tape`, `backward`, one network by hand: about 35 lines |
# | You need | the chain rule, layers with forward and backward (exercises 2 to 4) |
# | Time | about 130 minutes |
# | Points | 15 by automatic checks, 4 for a written answer |
# | If you are stuck | `Multiply = borrow("Multiply")` lends you the one of edunn, without points; so for `MatMul` and `Sum`. For `record`, `tape` and `backward`, ask somebody to read them with you: each needs the one before |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Tensor", "Multiply", "MatMul", "Sum")  # from here on, these are your own

# %% [markdown]
# ## 1. The idea: a computation is a graph
#
# Take two numbers $x = 3$ and $w = -2$, and compute
#
# $$ y = x \, w + x $$
#
# A program does this in steps: first $p = x \, w = -6$, then $y = p + x = -3$. We can draw the steps
# as a **graph**: a circle for each value, and an arrow from each value to those that are made from
# it. The blue values at the left are called **leaves**. They are not made from anything.

# %%
import matplotlib.pyplot as plt


def draw(values):
    """A computation as a picture. values: (text, numbers of the values it was made from) in order"""
    depth, rows, places = [], {}, []
    for _, made_from in values:
        depth.append(1 + max((depth[i] for i in made_from), default=-1))
        rows[depth[-1]] = rows.get(depth[-1], 0) + 1
        places.append(np.array([2.3 * depth[-1], 0.6 * (depth[-1] % 2) - 1.6 * rows[depth[-1]]]))
    low, high = np.min(places, axis=0) - 0.8, np.max(places, axis=0) + 0.8
    ax = plt.subplots(figsize=0.75 * (high - low))[1]
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    ax.axis("off")
    for number, (text, made_from) in enumerate(values):
        end = places[number]
        color = "#CFE8CF" if made_from else "#CFE0F5"  # green is made, blue is a leaf
        ax.add_patch(plt.Circle(end, 0.65, facecolor=color, edgecolor="black"))
        ax.text(*end, text, ha="center", va="center", fontsize=10)
        for i in made_from:
            way = (end - places[i]) * 0.67 / np.linalg.norm(end - places[i])
            bend = f"arc3,rad={0.15 * (depth[number] - depth[i] - 1):.2f}"
            arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "connectionstyle": bend}
            ax.annotate("", end - way, places[i] + way, arrowprops=arrow | {"color": "black"})


draw([("x\n3", []), ("w\n-2", []), ("p = x w\n-6", [0, 1]), ("y = p + x\n-3", [2, 0])])

# %% [markdown]
# Now go back. We write $dp$ for the derivative of $y$ with respect to $p$, and so on. At the end
# stands $dy = 1$: if $y$ grows by a little, then $y$ grows by just as much. Then:
#
# 1. The last step is a sum, $y = p + x$. A sum hands its $dy$ on to both: $p$ gets $1$, and $x$
#    gets $1$.
# 2. The step before is a product, $p = x \, w$. We know $dp = 1$. So $x$ gets $dp \cdot w = -2$, and
#    $w$ gets $dp \cdot x = 3$.
# 3. Now $x$ has got two numbers, because it is used twice. A small push on $x$ reaches $y$ in two
#    ways, and the effects **add up**: $dx = 1 + (-2) = -1$.
#
# Check it: $y = x (w + 1)$, so the derivative with respect to $x$ is $w + 1 = -1$.
#
# **By hand.** Do the same for $y = x \cdot x + x$ with $x = 3$. How much does $x$ get from each of
# the two steps? (From the sum 1. From the product twice $3$, as it is used twice there. Together
# $7 = 2x + 1$.)
#
# This is all. Each kind of step needs a **rule** (section 2). We need a list of the steps: we
# **record** it (section 3). We need the right **order** to go back (section 4). And we have to
# **add up** whatever arrives at the same value (section 5).

# %% [markdown]
# ## 2. Rules
#
# You know rules: they are modules with forward and backward, like all of your layers. Some of them
# have two inputs now. Then forward takes two arrays, and backward returns a tuple: a gradient for
# each of them. There are no parameters, so the dictionary is empty. Here is one as an example,
# $y = a / b$. Its slopes are $1/b$ for $a$, and $-a/b^2$ for $b$.


# %%
class SimpleDivide(nn.Module):
    """y = a / b, for two arrays of the same shape"""

    def forward(self, a, b):
        self.cache = a, b
        return a / b

    def backward(self, dy):
        a, b = self.cache
        return (dy / b, -dy * a / b**2), {}


rng = np.random.default_rng(0)
print(nn.check_gradients(SimpleDivide(), rng.normal(size=(3, 2)), rng.normal(size=(3, 2))))

# %% [markdown]
# ### Shapes that are stretched
#
# NumPy can add a row of shape `(4,)` to a matrix of shape `(3, 4)`: it uses the row three times, once
# for each row of the matrix. This is called *broadcasting*. Now think of the gradient. Each number of
# the row is used three times, and so its gradient is the sum of three numbers.
#
# In general: forward stretched an array from its `shape` to that of `dy`. Backward has to **sum over
# the axes that were stretched**. There are two kinds:
#
# - an axis that was *added at the front*: `(4,)` became `(3, 4)`. Sum over it, and it is gone.
# - an axis of *size 1* that was made longer: `(3, 1)` became `(3, 4)`. Sum over it, but keep it
#   with size 1.
#
# **By hand.** `dy` is $\begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$. For shape `(3,)` the
# result is $(5, 7, 9)$. For shape `(2, 1)` it is $\binom{6}{15}$. What is it for `(1, 1)`, and for
# `()`, a single number? (Both times 21. But the shapes differ.)
#
# Write `sum_to`. Do it in two parts, one for each kind of axis. `np.sum` has a parameter
# `keepdims`. It is the `unbroadcast` of exercise 1 under the name that fits here: if you have
# written that one, bring it over, and give its result the name `dx`.


# %% nbgrader={"grade": false, "grade_id": "sum-to", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sum_to(dy, shape):
    """Sum dy over the axes that were added to `shape`, or stretched in it; dy stays as it is.

    dy: an array of any shape to which `shape` can be stretched    Returns an array of `shape`.
    """
    ### BEGIN SOLUTION
    dx = np.sum(dy, axis=tuple(range(dy.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            dx = np.sum(dx, axis=axis, keepdims=True)
    ### END SOLUTION
    return dx


# %% [markdown]
# ### Check: sum_to (2 points)

# %% nbgrader={"grade": true, "grade_id": "autograd-sum-to", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
dy = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
for shape, want, why in (
    ((2, 3), dy, "nothing was stretched, so nothing is summed"),
    ((3,), [5, 7, 9], "the axis in front was added, so it goes away"),
    ((2, 1), [[6], [15]], "axis 1 was stretched: it is summed, and stays, with size 1"),
    ((1, 3), [[5, 7, 9]], "axis 0 was stretched: it is summed, and stays, with size 1"),
    ((1, 1), [[21]], "both axes were stretched: they are summed, and stay, with size 1"),
    ((), 21, "both axes were added, so they go away"),
):
    print(f"to shape {shape}:", end=" ")
    lent = dy.copy()
    got = sum_to(lent, shape)
    assert np.array_equal(lent, dy), "sum_to writes into dy, which belongs to its caller"
    assert got is not None, "sum_to gives back nothing: name your result `dx`"
    assert np.shape(got) == shape, f"to shape {shape}: your result has shape {np.shape(got)}; {why}"
    nn.utils.check_same(want, got)
deep = np.arange(24.0).reshape(2, 3, 4)
got = sum_to(deep, (3, 1))
told = f"from (2, 3, 4) to (3, 1): your result has shape {np.shape(got)}"
count = (
    "Axis 1 of (3, 1) belongs to axis 2 of dy, until the axis in front is gone. How do you count?"
)
assert np.shape(got) == (3, 1), f"{told}. {count}"
assert np.allclose(got[:, 0], [60, 92, 124]), "from (2, 3, 4) to (3, 1): two axes must be summed"

# %% [markdown]
# ### Three rules
#
# Write `backward` for a product, a matrix product and a sum. `forward` is there.
#
# - **`Multiply`**, $y = a \, b$, number by number. What is the slope for $a$, what for $b$? Both may
#   have been stretched, so use `sum_to`: an array's gradient has the array's shape.
# - **`MatMul`**, $y = a \, b$ as matrices. In exercise 3 you did this for $x$ and $w$.
# - **`Sum`**, $y = $ the sum of all numbers of $x$, so `dy` is a single number. If one $x$ grows
#   by a little, the sum grows by just as much. So what is the gradient of each $x$?


# %% nbgrader={"grade": false, "grade_id": "rules", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Multiply(nn.Module):
    """y = a * b, number by number; a and b may be stretched"""

    def forward(self, a, b):
        self.cache = a, b
        return a * b

    def backward(self, dy):
        """((da, db), {}), where da has the shape of a, and db that of b."""
        a, b = self.cache
        ### BEGIN SOLUTION
        da = sum_to(dy * b, a.shape)
        db = sum_to(dy * a, b.shape)
        ### END SOLUTION
        return (da, db), {}


class MatMul(nn.Module):
    """y = a @ b

    a: (n, k)    b: (k, m)    y: (n, m)
    """

    def forward(self, a, b):
        self.cache = a, b
        return a @ b

    def backward(self, dy):
        """((da, db), {}), where da has the shape of a, and db that of b."""
        a, b = self.cache
        ### BEGIN SOLUTION
        da = dy @ b.T
        db = a.T @ dy
        ### END SOLUTION
        return (da, db), {}


class Sum(nn.Module):
    """y = the sum of all numbers of x: a single number"""

    def forward(self, x):
        self.cache = x.shape
        return np.sum(x)

    def backward(self, dy):
        """(dx, {}), where dx has the shape of x."""
        shape = self.cache
        ### BEGIN SOLUTION
        dx = np.full(shape, dy)
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: Multiply (1 point)
#
# With arrays of the same shape first, and then with a row that is stretched.

# %% nbgrader={"grade": true, "grade_id": "autograd-multiply", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(0)
a, b, line = rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), rng.normal(size=(2,))
print(nn.check_gradients(Multiply(), a, b))
print(nn.check_gradients(Multiply(), a, line))
print(nn.check_gradients(Multiply(), line, b))

# %% [markdown]
# ### Check: MatMul (1 point)

# %% nbgrader={"grade": true, "grade_id": "autograd-matmul", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(1)
print(nn.check_gradients(MatMul(), rng.normal(size=(4, 3)), rng.normal(size=(3, 2))))

# %% [markdown]
# ### Check: Sum (1 point)

# %% nbgrader={"grade": true, "grade_id": "autograd-sum", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(2)
print(nn.check_gradients(Sum(), rng.normal(size=(3, 2))))
print(nn.check_gradients(Sum(), rng.normal(size=(4,))))

# %% [markdown]
# ## 3. Recording
#
# A `Tensor` is an array that remembers how it was made. It has four things:
#
# | attribute | |
# |---|---|
# | `data` | the array |
# | `step` | the step that made it; `None` for a leaf |
# | `grad` | for a leaf: its gradient, of the shape of `data`; `None` as long as there is none |
# | `time` | a number that counts all tensors: later ones have larger numbers |
#
# And a `Step` is one run of a rule: which `module` ran, what its forward kept (its `cache`), and on
# which tensors (its `inputs`). The cache is important. The same module can run many times, and its
# `self.cache` holds only what the *last* run kept. So each step has to keep the cache of its own run.
#
# Both classes are given. Read them: they are the heart of it. The operators are one-liners. `a * b`
# calls your function `record` with the right module, and so do the other ones.


# %% nbgrader={"grade": false, "grade_id": "tensor", "locked": true, "schema_version": 3, "solution": false, "task": false}
class Tensor:
    """An array that remembers how it was made."""

    made = 0  # how many tensors there are

    def __init__(self, data, step=None):
        Tensor.made += 1
        self.data = np.asarray(data, dtype=float)
        self.step, self.grad, self.time = step, None, Tensor.made

    def __add__(self, other):
        return record(nn.Add(), self, other)

    def __sub__(self, other):
        return record(nn.Subtract(), self, other)

    def __truediv__(self, other):
        return record(nn.Divide(), self, other)

    def __mul__(self, other):
        return record(Multiply(), self, other)

    def __matmul__(self, other):
        return record(MatMul(), self, other)

    def relu(self):
        return record(nn.ReLU(), self)

    def sum(self):
        return record(Sum(), self)

    def tape(self):
        """This tensor and all that it was made from, latest first."""
        return tape(self)

    def backward(self):
        """Add the derivative of this single number to `grad` of all leaves it was made from."""
        backward(self, np.ones_like(self.data))


class Step:
    """One run of a module: which module, what it kept, and the tensors it ran on."""

    def __init__(self, module, cache, inputs):
        self.module, self.cache, self.inputs = module, cache, inputs

    def backward(self, dy):
        """A list with a pair (input, its gradient) for each input."""
        self.module.cache = self.cache  # of this run, and not of a later one
        dx, _ = self.module.backward(dy)
        return list(zip(self.inputs, dx if isinstance(dx, tuple) else (dx,)))


# %% [markdown]
# Write `record`. It runs a module, and leaves a step:
#
# 1. call the module's `forward` on the *arrays* of the inputs,
# 2. make a `Tensor` of the result, with a `Step` that holds the module, its cache and the inputs.
#
# The line that is there makes tensors of plain numbers, so that `x * 2` works. (`f(*list)` calls `f`
# with all members of a list as arguments.)


# %% nbgrader={"grade": false, "grade_id": "record", "locked": false, "schema_version": 3, "solution": true, "task": false}
def record(module, *inputs):
    """Run module.forward on the arrays of the inputs; a Tensor that remembers this step.

    inputs: a Tensor or a plain number each    Returns a Tensor.
    """
    inputs = [x if isinstance(x, Tensor) else Tensor(x) for x in inputs]
    ### BEGIN SOLUTION
    y = module.forward(*[x.data for x in inputs])
    result = Tensor(y, Step(module, module.cache, inputs))
    ### END SOLUTION
    return result


# %% [markdown]
# ### Check: record (2 points)
#
# One step, and then one module that runs twice.

# %% nbgrader={"grade": true, "grade_id": "autograd-record", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
a, b, module = Tensor([6.0, 8.0]), Tensor([3.0, -2.0]), nn.Divide()
try:
    y = record(module, a, b)
except RecursionError:
    told = "recursion: a module that gets tensors calls record again; call its forward, with arrays"
    raise AssertionError(told) from None
assert isinstance(y, Tensor), f"record gives {type(y).__name__}, not a Tensor: is it `result`?"
nn.utils.check_same([2, -4], y.data)
assert (a.step, b.step) == (None, None), "a and b are leaves: they must stay without a step"
assert y.step is not None, "the result has no step: it has forgotten how it was made"
assert y.step.module is module, "the step must hold the module that ran"
wanted = "the step's inputs must be the tensors themselves, not their arrays"
assert all(isinstance(x, Tensor) for x in y.step.inputs), wanted
assert (y.step.inputs[0], y.step.inputs[1]) == (a, b), "the step must hold its inputs, in order"
early = "the step's cache is None: forward makes it, so keep it when that has run"
assert y.step.cache is not None, early
record(module, Tensor([1.0, 1.0]), Tensor([5.0, 5.0]))  # the same module runs again
(_, da), (_, db) = y.step.backward(np.array([1.0, 1.0]))
own = "after another run of its module, the step goes back with the wrong cache: keep its own"
assert np.allclose(da, [1 / 3, -1 / 2]), own
assert np.allclose((y / 2).data, [1, -2]), "a plain number as input: the result is wrong"
print("Recorded.")

# %% [markdown]
# ## 4. The order: tape
#
# `backward` starts at the last value, the loss, and goes back. It may handle a value only when *all*
# steps that used it have sent their gradients. If not, it hands on a gradient that is not complete
# yet. In section 1, it would be wrong to finish $x$ after the sum, before the product has sent its
# part.
#
# There is a simple order that is always right: **latest first**. A value can be used only after it
# was made. So, if we go through the tensors from the latest to the earliest, all uses of a tensor come
# before the tensor itself.
#
# `tape` collects the tensors and sorts them. To collect: start with a list of *pending* tensors that
# holds only the last one. As long as something is pending, take one out, and look at the inputs of
# its step. Those that you have not seen yet become pending as well.
#
# - Each tensor stands on the tape **once**, even if it is used many times. A set tells fast whether
#   you have seen something: `x in found`.
# - A leaf has no step (`None`), and so no inputs.
# - Do not let the function call itself (*recursion*): Python allows only about 1000 calls inside of
#   each other, and a long computation has many more steps.
# - `sorted(things, key=f, reverse=True)` sorts by `f(thing)`, the largest first. Write `f` as
#   a small function, or as a `lambda`. What do you sort by?


# %% nbgrader={"grade": false, "grade_id": "tape", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tape(tensor):
    """This tensor and everything it was made from, each once, latest first. A list."""
    ### BEGIN SOLUTION
    found, pending = {tensor}, [tensor]
    while pending:
        step = pending.pop().step
        for x in step.inputs if step else []:
            if x not in found:
                found.add(x)
                pending.append(x)
    tensors = sorted(found, key=lambda one: one.time, reverse=True)
    ### END SOLUTION
    return tensors


# %% [markdown]
# ### Check: tape (2 points)
#
# A small graph, one in which a value is used very often, and a very long one.

# %% nbgrader={"grade": true, "grade_id": "autograd-tape", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, not_used = Tensor(3.0), Tensor(-2.0), Tensor(5.0)
p = x / w
q = p + x
r = x - q  # x is used three times: early, in the middle and late
also_not_used = r + not_used
order = tape(r)
assert order is not None, (
    "tape gives back nothing: name your result `tensors`. Does its line give None, as list.sort does?"
)
assert isinstance(order, list), f"tape gives {type(order).__name__}, not a list"
names = {x: "x", w: "w", p: "p", q: "q", r: "r", not_used: "not_used", also_not_used: "too_late"}
said = [names[one] for one in order]
assert len(said) == len(set(said)), f"something is on the tape more than once: {said}"
assert {"x", "w", "p", "q", "r"} <= set(said), f"something is missing on the tape: {said}"
assert len(said) == 5, f"what r was not made from is on the tape: {said}"
assert said[0] == "r", f"the tape must begin with the last value, r: {said}"
assert said == ["r", "q", "p", "w", "x"], f"the order is not latest first: {said}"


class Watched(list):
    looks = 0

    def __iter__(self):
        Watched.looks += 1
        return super().__iter__()


many = Tensor(1.0)
for _ in range(14):
    many = many + many
    many.step.inputs = Watched(many.step.inputs)
count = len(tape(many))
assert count == 15, f"15 values, but {count} on the tape: do you ask what you have seen already?"
again = (
    f"14 steps, but you looked at the inputs of {Watched.looks}: what was seen need not be pending"
)
assert Watched.looks <= 28, again

long = Tensor(0.0)
for _ in range(5000):
    long = long + 1.0
try:
    steps = len(tape(long))
except RecursionError:
    raise AssertionError(
        "recursion: 5000 steps are too deep; use a list of pending tensors"
    ) from None
assert steps == 10001, f"5000 sums have 10001 values, but on the tape are {steps}"
print("Each value once, latest first.")

# %% [markdown]
# ## 5. Going back: backward
#
# Now everything is there. Keep a dictionary `dys`: for each tensor, the gradient that has arrived so
# far. At the beginning only the last tensor has one: `dy`. Then go along the tape. For each tensor:
#
# - take what has arrived for it. It is complete, because the order is right.
# - If it is a **leaf** (no step): add this to its `grad`. If `grad` is `None`, it simply becomes the
#   gradient.
# - If it was made by a **step**: ask the step. `tensor.step.backward(dy)` gives a list of pairs
#   (input, gradient). Each of these arrives at the input: if something has arrived there before, add
#   it up.
#
# Two rules of politeness. First: **make new arrays** when you add, as in `a = a + b`. `a += b` would
# write into an array that somebody else may hold. (`a + b` in a graph hands *the same* array to both
# inputs!) Second: keep nothing but the leaves' `grad`. Why? A second call of `backward` must add
# exactly the same once more, so that the gradients of two losses can be added up. What the first call
# left in the middle of the graph must not be counted again. A dictionary that is new at each call
# takes care of that.


# %% nbgrader={"grade": false, "grade_id": "backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def backward(tensor, dy):
    """Add the derivative of sum(dy * tensor) to the `grad` of all leaves it was made from.

    dy: an array of the shape of tensor.data    Returns nothing.
    """
    ### BEGIN SOLUTION
    dys = {tensor: dy}
    for one in tape(tensor):
        arrived = dys[one]
        if one.step is None:
            one.grad = arrived if one.grad is None else one.grad + arrived
            continue
        for x, dx in one.step.backward(arrived):
            dys[x] = dys[x] + dx if x in dys else dx
    ### END SOLUTION


# %% [markdown]
# ### Check: backward (1 point)
#
# A chain in which each value is used once.

# %% nbgrader={"grade": true, "grade_id": "autograd-chain", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
a, b, c = Tensor(6.0), Tensor(3.0), Tensor(5.0)
y = c - a / b
y.backward()
assert c.grad is not None, "the leaf c has no gradient: is something added to its grad?"
told = "does it travel through more than one step, and on after a tensor that has none?"
assert a.grad is not None, f"a got no gradient: {told}"
for name, leaf, want in (("c", c, 1), ("a", a, -1 / 3), ("b", b, 2 / 3)):
    told = "does each step go back with what has arrived for its own result?"
    told = f"y = c - a / b: the gradient of {name} is {leaf.grad:.4g}, not {want:.4g}: {told}"
    assert np.isclose(leaf.grad, want), told
x, t = Tensor([[1.0, -2.0, 3.0]]), Tensor([[0.5], [4.0]])
backward(record(nn.Tanh(), x + t), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
slope = 1 - np.tanh([[1.5, -1.5, 3.5], [5.0, 2.0, 7.0]]) ** 2
with_ones = np.allclose(x.grad, np.sum(slope, axis=0, keepdims=True))
assert not with_ones, "the way back begins with ones, but a dy was handed in"
nn.utils.check_same(np.sum(slope * [[1, 2, 3], [4, 5, 6]], axis=0, keepdims=True), x.grad)
nn.utils.check_same(np.sum(slope * [[1, 2, 3], [4, 5, 6]], axis=1, keepdims=True), t.grad)

# %% [markdown]
# ### Check: values that are used more than once, and calling it twice (3 points)

# %% nbgrader={"grade": true, "grade_id": "autograd-adds", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
x = Tensor(4.0)
((x + x) - (x / 2 + x)).backward()
assert x.grad is not None, "x got no gradient"
assert x.grad != 1, "x is used four times, but only one use counts: add up what arrives"
assert np.isclose(x.grad, 0.5), f"x + x - (x / 2 + x): the slope is 0.5, but x.grad is {x.grad}"

a, b = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
total = a + b
mixed = total / b + a  # here 1 + 1/b arrives at a, and at b something else
upstream = np.array([1.0, 10.0])
backward(mixed, upstream)
assert np.array_equal(upstream, [1, 10]), "backward writes into the dy that it was given"
slopes = "two inputs of a step got each other's gradients: add into a new array, without +="
assert np.allclose(b.grad, [1 / 5 - 7 / 25, 10 / 7 - 100 / 49]), f"b.grad is {b.grad}: {slopes}"
assert np.allclose(a.grad, [6 / 5, 80 / 7]), f"a.grad is {a.grad}: {slopes}"

first, held = a.grad.copy(), a.grad
backward(mixed, upstream)
assert not np.allclose(a.grad, first), "a second backward must add to grad, and not replace it"
more = "a second backward must add exactly the same once more: what was left over from the first?"
assert np.allclose(a.grad, 2 * first), f"first {first}, then {a.grad}: {more}"
assert np.array_equal(held, first), "backward wrote into the old grad: make a new array"


class CountedAdd(nn.Add):
    runs = 0

    def backward(self, dy):
        CountedAdd.runs += 1
        return super().backward(dy)


doubled = Tensor(1.0)
for _ in range(10):
    doubled = record(CountedAdd(), doubled, doubled)
doubled.backward()
often = "go back through a step once, when all has arrived, and not once for each path"
assert CountedAdd.runs == 10, f"10 steps, but {CountedAdd.runs} runs of their backward: {often}"

chain = x = Tensor(1.0)
for _ in range(3000):
    chain = chain + x
chain.backward()
assert x.grad == 3001, f"x is used 3001 times, but its gradient is {x.grad}"
print("Everything that arrives is added up, once.")

# %% [markdown]
# ### Play: draw your own graph
#
# Your tape knows all about a computation. So a few lines can draw it. Change the formula.

# %%
z = Tensor(3.0)
(z * z + z).backward()
print("the gradient of z z + z at z = 3, by hand: 7, by tape:", z.grad)

x, w, b = Tensor(3.0), Tensor(-2.0), Tensor(7.0)
y = (x * w + b).relu() * x
y.backward()

leaves = {x: "x", w: "w", b: "b"}
in_time = tape(y)[::-1]
number = {one: i for i, one in enumerate(in_time)}
values = []
for one in in_time:
    inputs = one.step.inputs if one.step else []
    name = type(one.step.module).__name__ if one.step else leaves.get(one, "")
    slope = f"\ngrad {one.grad:g}" if one.grad is not None else ""
    values.append((f"{name}\n{one.data:g}{slope}", [number[one] for one in inputs]))
draw(values)

# %% [markdown]
# ## 6. The same network, by hand and by tape
#
# A network with one hidden layer. It answers with a row of numbers for each example, and we measure
# the squared error:
#
# $$ h = x \, w + b \qquad r = \max(h, 0) \qquad e = r \, v - t \qquad loss = \sum e^2 $$
#
# | array | shape | |
# |---|---|---|
# | `x` | `(n, inputs)` | n examples |
# | `w` | `(inputs, hidden)` | weights of the first layer |
# | `b` | `(hidden,)` | bias of the first layer, stretched over the examples |
# | `v` | `(hidden, outputs)` | weights of the second layer |
# | `t` | `(n, outputs)` | the right answers |
#
# Here it is with tensors: five lines, and no derivative anywhere.


# %% nbgrader={"grade": false, "grade_id": "by-tape", "locked": true, "schema_version": 3, "solution": false, "task": false}
def by_tape(x, t, w, b, v):
    """(loss, dw, db, dv): the network's loss, and its gradients by tape. All are plain arrays."""
    x, t, w, b, v = (Tensor(array) for array in (x, t, w, b, v))
    hidden = (x @ w + b).relu()
    error = hidden @ v - t
    loss = (error * error).sum()
    loss.backward()
    return loss.data, w.grad, b.grad, v.grad


# %% [markdown]
# Now write the same by hand, with plain arrays, for the last time. Forward is given. Go back
# line by line, the last line first: $de$, then $dv$ and $dr$, then $dh$, then $dw$ and $db$. Each
# gradient has the shape of its array.


# %% nbgrader={"grade": false, "grade_id": "by-hand", "locked": false, "schema_version": 3, "solution": true, "task": false}
def by_hand(x, t, w, b, v):
    """(loss, dw, db, dv): the network's loss, and its gradients by hand. All are plain arrays."""
    h = x @ w + b
    r = np.maximum(h, 0)
    e = r @ v - t
    loss = np.sum(e * e)
    ### BEGIN SOLUTION
    de = 2 * e
    dv = r.T @ de
    dr = de @ v.T
    dh = dr * (h > 0)
    dw = x.T @ dh
    db = np.sum(dh, axis=0)
    ### END SOLUTION
    return loss, dw, db, dv


# %% [markdown]
# ### Check: by hand and by tape (2 points)
#
# Two different ways must lead to the same numbers. If they do not, then at least one of them is
# wrong, so both are compared with measured slopes first.

# %% nbgrader={"grade": true, "grade_id": "autograd-network", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(0)
shapes = {"x": (5, 3), "t": (5, 2), "w": (3, 4), "b": (4,), "v": (4, 2)}
arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
hand = dict(zip(("loss", "w", "b", "v"), by_hand(**arrays)))
taped = dict(zip(("loss", "w", "b", "v"), by_tape(**arrays)))


class Straight(nn.ReLU):
    """ReLU with a slope of 1 everywhere: wrong where its input is below 0."""

    def backward(self, dy):
        return dy, {}


x, t, w, b, v = (Tensor(array) for array in arrays.values())
error = record(Straight(), x @ w + b) @ v - t
(error * error).sum().backward()
straight = {"w": w.grad, "b": b.grad}

for name in ("v", "w", "b"):
    nudge, slope = 1e-6, np.zeros(shapes[name])
    for place in np.ndindex(shapes[name]):
        changed = {other: array.copy() for other, array in arrays.items()}
        changed[name][place] += nudge
        slope[place] = (by_hand(**changed)[0] - hand["loss"]) / nudge
    for way, gradient in (("by hand", hand[name]), ("by tape", taped[name])):
        told = f"d{name} {way} has shape {np.shape(gradient)}, but {name} has shape {shapes[name]}"
        assert np.shape(gradient) == shapes[name], told
        factors = {
            2: "it is half of that: what is the slope of e * e?",
            -1: "it has the other sign",
            5: "it is a mean over the examples: all of them add up",
            10: "it is a mean over the numbers of e, but the loss is their sum",
        }
        why = [words for k, words in factors.items() if np.allclose(k * gradient, slope, rtol=1e-3)]
        if name != "v" and np.allclose(gradient, straight[name]):
            why.append(
                "it is as if ReLU let all gradients through, also where its input is below 0"
            )
        if way == "by hand" and name != "v" and not why:
            why.append(
                f"look at what comes back to {name}: through v, and only where h is above 0?"
            )
        if way == "by hand" and not why:
            why.append(f"look where {name} stands in forward: what is beside it, what comes back?")
        told = ", ".join([f"d{name} {way} is not the measured slope", *why])
        far = f"{told}:\n{gradient}\nmeasured:\n{slope.round(4)}"
        assert np.allclose(gradient, slope, rtol=1e-3, atol=1e-3), far
    nn.utils.check_same(hand[name], taped[name], tolerance=1e-9)

# %% [markdown]
# ## 7. Play: learn without a derivative
#
# Now you may compute whatever you like, and it learns. Below, a network draws a curve through points.
# There is no backward to write: the tape does it. Change the formula of the network: another
# activation (`record(nn.Tanh(), ...)` uses any layer of edunn), a second hidden layer, or
# `x * hidden`...

# %%
rng = np.random.default_rng(0)
points = np.linspace(-3, 3, 40)[:, None]
goal = np.sin(2 * points) + 0.1 * rng.normal(size=points.shape)
weights = [Tensor(rng.normal(size=shape)) for shape in ((1, 30), (30,), (30, 1), (1,))]


def network(x):
    w, b, v, c = weights
    return record(nn.Tanh(), Tensor(x) @ w + b) @ v + c


losses = []
for _ in range(1500):
    miss = network(points) - Tensor(goal)
    loss = (miss * miss).sum() / len(points)
    for weight in weights:
        weight.grad = None  # or the old gradients would still be there
    loss.backward()
    for weight in weights:
        weight.data = weight.data - 0.03 * weight.grad
    losses.append(loss.data)

figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
axes[0].plot(points, goal, "o", label="points")
axes[0].plot(points, network(points).data, linewidth=3, label="network")
axes[0].legend(loc="lower left")
axes[1].semilogy(losses)
axes[1].set(xlabel="step", ylabel="loss")
print(f"loss: {losses[0]:.2f} at first, {losses[-1]:.3f} at the end")

# %% [markdown]
# ## 8. A question (4 points, graded by hand)
#
# (1) Ann's `backward` goes back through each step as soon as the *first* gradient arrives at its
# result. What arrives later is not handed on. For which graphs is she right, and for which wrong?
# Give a small example. (2) Ben goes back through a step again, each time that something arrives.
# All his gradients are right. Why is this still a bad idea? (3) Why does "latest first" always work?
# (4) Training loops set all `grad` to `None` before each call of `backward`. What happens if we
# forget it?

# %% [markdown] nbgrader={"grade": true, "grade_id": "autograd-why", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: right if each value in the middle is used once; wrong if one is used twice, with an example.
# 1 point: the number of runs grows with the number of paths, which can double with each step.
# 1 point: a tensor is used only after it was made, so all its uses are later, and have been handled.
# 1 point: gradients of old steps are still in the sum, so the weights move in a wrong (old and too
# large) direction.
# ### END MARK SCHEME
#
# (1) She is right if every value in the middle is used only once: then there is only one gradient to
# wait for. With $p = x w$, $q = p + 1$ and $y = p q$ she is wrong: $p$ gets one part from $y$ and
# one from $q$, and she hands on the first one only. (2) He goes back once for each path from the loss
# to a value. With $a + a$, the result plus itself, and so on, the number of paths doubles at each
# step, so that 60 steps never end. (3) A value is made before it is used. So every use is later than
# the value itself, and has sent its part when the turn of the value comes. (4) Each backward adds
# to the gradients of all earlier ones. So the weights follow old directions, and the steps become
# larger and larger.

# %% [markdown]
# ## What comes next
#
# Compare your program with `edunn/core.py`: `Tensor`, `Step`, `apply`. You will know every line. It
# does a few things more: the gradients of the parameters inside of layers go to their `grad`, and
# parts that need no gradient are not recorded. Exercise 17 is the last one. There you train a real
# network on the parts that you have written yourself.
