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
# # Exercise 15: Convolution
#
# A picture is not just a list of numbers: pixels have neighbours. In this notebook you write the
# layers that use this: `Conv2d`, `MaxPool2d` and `Flatten`. Then you put them together to a network
# that reads handwritten digits.
#
# | | |
# |---|---|
# | You write | `cut`, `paste`, `Conv2d`, `MaxPool2d`, `Flatten`: about 25 lines in all |
# | You need | layers with forward and backward (exercise 3), ReLU, slices of arrays |
# | Time | about 150 minutes |
# | Points | 15 by automatic checks, 4 for a written answer |
# | If you are stuck | `Conv2d = borrow("Conv2d")` lends you the one of edunn, without points; so for `MaxPool2d` and `Flatten`. They do not need your `cut` and `paste` |

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
try:
    from edunn.course import borrow, close, keep
except ModuleNotFoundError:  # a fresh machine, such as Colab's
    get_ipython().run_line_magic("pip", "install --quiet edunn-course")
    from edunn.course import borrow, close, keep
import numpy as np

import edunn as nn

close("Conv2d", "Conv2D", "MaxPool2d", "Flatten")  # from here on, these are your own
close("layers.windows.Sliding")  # cut and paste are inside

# %% [markdown]
# ## 1. The idea: one small window, many places
#
# A `Linear` layer can read a picture, if we put its pixels into one long row. But then each weight
# belongs to one pixel. Move the digit by one pixel, and it meets completely different weights. The
# layer has to learn the same thing again for every place. It also needs very many weights.
#
# A **convolution** uses few weights, again and again. The weights form a small square, the
# **kernel**. Put the kernel on the picture. Multiply each weight by the pixel below it and add
# up: that is one output number. Then move the kernel one step and do it again:
#
# $$ y_{rc} = b + \sum_{k} \sum_{l} x_{r+k,\,c+l} \; w_{kl} $$
#
# | symbol | meaning |
# |---|---|
# | $x$ | the picture: row by column |
# | $w$ | the kernel, `size` rows and `size` columns; $k$ and $l$ count them from 0 |
# | $b$ | one number, the bias, the same at every place |
# | $y_{rc}$ | the output at row $r$, column $c$ |
#
# The part of the picture below the kernel is called the **window** of this output. Outputs have rows
# and columns too, so $y$ is again a picture. It is called a **feature map**: it shows where in the
# picture the kernel found what it looks for.
#
# **By hand.** A picture of 3x3 pixels, a kernel of size 2, and $b = 0$:
#
# $$ x = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 1 & 3 \\ 2 & 1 & 1 \end{pmatrix} \qquad
# w = \begin{pmatrix} 1 & 0 \\ 2 & -1 \end{pmatrix} $$
#
# The first output is $1 \cdot 1 + 2 \cdot 0 + 0 \cdot 2 + 1 \cdot (-1) = 0$. There are four places
# for the kernel. Work out the other three outputs on paper before you go on.
# (They are $1$, then $3$ and $2$ in the second row.)

# %% [markdown]
# ### A picture
#
# On the left is a real digit of 8x8 pixels, with one window marked. The kernel in the middle has
# negative weights above and positive weights below. So it looks for places that are empty above
# and full of ink below: the upper edge of a stroke. Change `row` and `column`. Where is the output
# large, where is it 0, and where is it negative?

# %%
import matplotlib.pyplot as plt

digits, labels = nn.datasets.load_digits()
picture = digits[0].reshape(8, 8)  # grey values from 0 (white) to 1 (black)
edge = np.array([[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
row, column = 4, 2

window = picture[row : row + 3, column : column + 3]
panels = [(picture, "picture x"), (edge, "kernel w"), (window * edge, "window times kernel")]
figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), width_ratios=[1.5, 1, 1])
for ax, (array, title) in zip(axes, panels):
    colors = "gray_r" if array is picture else "RdBu_r"
    ax.imshow(array, cmap=colors, vmin=0 if array is picture else -1, vmax=1)
    ax.set(title=title, xticks=[], yticks=[])
    if array is not picture:
        for (i, j), number in np.ndenumerate(array):
            ink = "white" if abs(number) > 0.6 else "black"
            ax.text(j, i, f"{number + 0:.1f}", ha="center", va="center", fontsize=12, color=ink)
box = plt.Rectangle((column - 0.5, row - 0.5), 3, 3, fill=False, edgecolor="red", linewidth=3)
axes[0].add_patch(box)
axes[2].set_xlabel(f"added up: {np.sum(window * edge):.2f}", fontsize=13)
figure.tight_layout()

# %% [markdown]
# ### Channels, stride, padding
#
# Four more words, and the layer is complete.
#
# - **Channels.** A colour picture has three numbers for each pixel (red, green, blue): three
#   *channels*. One output adds up over all input channels. And a layer has several kernels, which
#   look for different things: each makes one output channel.
# - **Batch.** As always we compute many pictures at once. All arrays have four axes.
# - **Stride** $s$. The window moves $s$ pixels at a time. With stride 2, every second place is left
#   out, in both directions.
# - **Padding** $p$. Kernels of size 3 lose one pixel at each border. If we first put a border of $p$
#   zeros around the picture, they do not.
#
# $$ y_{n o r c} = b_{o} + \sum_{i} \sum_{k} \sum_{l} x_{n,\,i,\,rs+k,\,cs+l} \; w_{o i k l} $$
#
# | array | shape | |
# |---|---|---|
# | `x` | `(n, in_channels, height, width)` | n pictures |
# | `w` | `(out_channels, in_channels, size, size)` | a kernel for each pair of channels |
# | `b` | `(out_channels,)` | one bias for each output channel |
# | `y` | `(n, out_channels, rows, columns)` | n pictures of features |
#
# How many rows has $y$? The padded picture is $height + 2p$ high. The window may begin at row 0, and
# at the latest so that its last row is the last row of the picture. Between the two are
# $height + 2p - size$ steps of one pixel, and we take every $s$-th:
#
# $$ rows = \left\lfloor \frac{height + 2p - size}{s} \right\rfloor + 1 $$
#
# ($\lfloor \; \rfloor$ means: round down.) For a height of 8, size 3, stride 2 and padding 1 that
# is $\lfloor 7/2 \rfloor + 1 = 4$.

# %% [markdown]
# ## 2. Scissors: cut
#
# We could write one Python loop for each index. It would be right, and very slow. It is better to
# cut out all windows first, and to compute with all of them at once. NumPy has scissors for that:
# `np.lib.stride_tricks.sliding_window_view`. Here it is at work on a single row of numbers.

# %%
numbers = np.array([10, 20, 30, 40, 50])
print(np.lib.stride_tricks.sliding_window_view(numbers, 3))

# %% [markdown]
# Three windows of three numbers. The result has a new axis *at the end*: the position inside the
# window. For pictures, you give it two sizes and say which two axes the window moves along (a
# parameter called `axis`). Two numbers that belong together stand in brackets, as a *tuple*: the
# sizes `(3, 3)` are one thing, and so are the axes `(0, 1)`. Axes are counted from 0. Then there are
# two new axes at the end.
#
# It gives all windows of stride 1. For a larger stride, take only some of them: remember that
# `a[::3]` is every third element of `a`.
#
# Write `cut`. The padding is done for you. We give `fill` a name because it is not always 0: you
# will see why in section 5.


# %% nbgrader={"grade": false, "grade_id": "cut", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cut(x, size, stride=1, padding=0, fill=0):
    """All windows of the pictures x, after a border of `padding` pixels of value `fill`.

    x: (n, channels, height, width)    windows: (n, channels, rows, columns, size, size)
    windows[n, i, r, c] is the window of output (r, c), in channel i of picture n.
    """
    border = (padding, padding)
    x = np.pad(x, ((0, 0), (0, 0), border, border), constant_values=fill)
    ### BEGIN SOLUTION
    every = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    windows = every[:, :, ::stride, ::stride]
    ### END SOLUTION
    return windows


# %% [markdown]
# ### Check: cut (1 point)

# %% nbgrader={"grade": true, "grade_id": "conv-cut", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
try:
    windows = cut(x, 2)
except ValueError as error:
    told = "give sliding_window_view two sizes and two axes, in brackets: those of rows and columns"
    raise AssertionError(f"{told}. NumPy says: {error}") from error
assert windows is not None, "cut gives back nothing: name your result `windows`"
assert windows.shape == (2, 3, 3, 4, 2, 2), (
    f"windows of size 2 in pictures of 4x5: the shape is {windows.shape}, not (2, 3, 3, 4, 2, 2). "
    "The order is: n, channels, place (2 axes), position inside the window (2 axes)"
)
assert np.array_equal(windows[1, 2, 0, 3], x[1, 2, 0:2, 3:5]), "the window of place (0, 3) is wrong"
few = cut(x, 3, stride=2, padding=1, fill=-7)
places = few.shape[2:4]
why = "in 6 x 7 pixels, border included, they begin at the rows 0 and 2, and the columns 0, 2 and 4"
if 4 in places or 5 in places:  # as many as with stride 1
    why = "does your code use the stride along both directions?"
assert few.shape == (2, 3, 2, 3, 3, 3), (
    f"stride 2 and padding 1: the shape is {few.shape}, not (2, 3, 2, 3, 3, 3): {why}"
)
why = "it begins at row 2 and column 2 of x with its border, so at row 1 and column 1 of x itself"
told = (
    f"with stride 2, the window of place (1, 1) is wrong: {why}. Place and pixel are not the same"
)
assert np.array_equal(few[0, 1, 1, 1], x[0, 1, 1:4, 1:4]), told
assert few[0, 0, 0, 0, 0, 0] == -7, "the corner should be the border, filled with `fill`"
print("Your scissors work.")

# %% [markdown]
# ## 3. Glue: paste
#
# Backward needs the opposite. There we know, for every number in every window, how much it matters:
# an array `windows` of gradients, with the shape that `cut` gives. And we need the gradient of each
# *pixel*. Most pixels are in several windows. A small push on such a pixel is felt in all these
# windows, so its gradient is the **sum** of what they say.
#
# So: begin with a picture of zeros, and add every window at the place where it was cut out.
#
# **By hand.** Four pixels in a row, and windows of size 3 with stride 1: there are two places. If
# the windows hold the gradients $(1, 2, 3)$ and $(10, 20, 30)$, then the pixels get
#
# $$ (1, \; 2 + 10, \; 3 + 20, \; 30) = (1, 12, 23, 30) $$
#
# Write the loop. `x` is ready, with its border, and it has all pictures and channels: one slice
# `x[:, :, ... , ...]` takes the same window of all of them. Where does the window of place $(r, c)$
# begin, if the stride is $s$? The border is cut off for you at the end.


# %% nbgrader={"grade": false, "grade_id": "paste", "locked": false, "schema_version": 3, "solution": true, "task": false}
def paste(windows, shape, stride=1, padding=0):
    """Add windows up at the places where `cut` took them from.

    windows: (n, channels, rows, columns, size, size)    shape: (n, channels, height, width)
    Returns an array of this shape: that of the pictures before the border was added.
    """
    n, channels, height, width = shape
    rows, columns, size, _ = windows.shape[2:]
    high, wide = height + 2 * padding, width + 2 * padding
    x = np.zeros_like(windows, shape=(n, channels, high, wide))
    ### BEGIN SOLUTION
    for r in range(rows):
        for c in range(columns):
            top, left = r * stride, c * stride
            x[:, :, top : top + size, left : left + size] += windows[:, :, r, c]
    ### END SOLUTION
    return x[:, :, padding : padding + height, padding : padding + width]


# %% [markdown]
# ### Check: paste (2 points)
#
# The row of four pixels from above, and then bigger pictures.

# %% nbgrader={"grade": true, "grade_id": "conv-paste", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
strip = np.zeros((1, 1, 1, 2, 3, 3))  # pictures 3 high and 4 wide: two places
strip[0, 0, 0, :, 0] = [[1, 2, 3], [10, 20, 30]]  # the first row of both windows
try:
    pasted = paste(strip, (1, 1, 3, 4))
except (ValueError, IndexError) as error:
    told = (
        "a window and the slice of x that it is added to must have one shape: size rows and columns"
    )
    raise AssertionError(f"{told}. NumPy says: {error}") from error
last_wins = np.array_equal(pasted[0, 0, 0], [1, 10, 20, 30])
assert not last_wins, (
    "the second window replaced the first one; where they overlap they must add up"
)
assert pasted.any(), "x is still 0: is anything written into x, or into a copy that is then lost?"
assert pasted.sum() != 6, "the last window is missing: does your loop reach it?"
nn.utils.check_same([1, 12, 23, 30], pasted[0, 0, 0])
assert not pasted[0, 0, 1:].any(), "the other rows of the windows were 0: these pixels get nothing"

pushes = np.random.default_rng(0).normal(size=(2, 3, 3, 2, 2, 2))  # 3 rows, 2 columns of places
for stride, shape in ((2, (2, 3, 6, 4)), (3, (2, 3, 8, 5))):
    pasted = paste(pushes, shape, stride)
    assert pasted.shape == shape, f"the result has shape {pasted.shape}, not {shape}"
    lone = np.zeros((1, 1, 3, 2, 2, 2))
    lone[0, 0, 2, 1, 0, 0] = 1  # the upper left corner of one window
    rows, columns = np.nonzero(paste(lone, (1, 1, *shape[2:]), stride)[0, 0])
    corner = (int(rows[0]), int(columns[0])) if len(rows) else "nowhere"
    told = f"it begins at pixel ({2 * stride}, {stride}), and yours at {corner}"
    assert corner == (2 * stride, stride), (
        f"stride {stride}: the window of place (2, 1) is not where it was cut out: {told}"
    )
    lost = "an entry is lost or counted twice: the sums before and after differ"
    assert np.isclose(pasted.sum(), pushes.sum()), f"stride {stride}: {lost}"
    corner = pasted[:, :, 2 * stride : 2 * stride + 2, stride : stride + 2]
    where = "the window of place (2, 1) is not where it was cut out"
    assert np.allclose(corner, pushes[:, :, 2, 1]), f"stride {stride}: {where}"
framed = paste(pushes, (2, 3, 4, 2), 2, padding=1)
border = "with padding: windows begin in the border, and the border is cut off at the end"
assert np.allclose(framed, paste(pushes, (2, 3, 6, 4), 2)[:, :, 1:-1, 1:-1]), border
print("Your glue holds.")

# %% [markdown]
# ### A picture: how many windows is a pixel in?
#
# If every gradient is 1, `paste` just counts. A pixel at the border is in few windows, one in the
# middle is in many. And with stride 2 some pixels matter more than their neighbours!

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 3.4))
for ax, (stride, padding, places) in zip(axes, ((1, 0, 6), (1, 1, 8), (2, 1, 4))):
    counts = paste(np.ones((1, 1, places, places, 3, 3)), (1, 1, 8, 8), stride, padding)[0, 0]
    ax.imshow(counts, cmap="Blues", vmin=0, vmax=9)
    for (i, j), number in np.ndenumerate(counts):
        ax.text(j, i, int(number), ha="center", va="center", color="w" if number > 5 else "k")
    ax.set(title=f"size 3, stride {stride}, padding {padding}", xticks=[], yticks=[])

# %% [markdown]
# ## 4. Conv2d
#
# ### Letters for axes
#
# The windows have six axes. For such arrays there is `np.einsum`. You give each axis a letter, and
# it does the rest: it multiplies numbers where the letters agree, and adds up over every letter that
# is missing on the right of the arrow. A matrix product, for instance, is `"ab,bc->ac"`: the letter
# `b` is summed over. And `"ab->b"` adds up each column.
#
# We use these letters:
#
# | letter | axis |
# |---|---|
# | `n` | picture of the batch |
# | `i`, `o` | input channel, output channel |
# | `r`, `c` | row and column of the output: the place of the window |
# | `k`, `l` | row and column inside the window, and inside the kernel |
#
# So the windows are `nirckl`, the weights are `oikl`, and the outputs are `norc`.
#
# **Forward.** With $windows_{nirckl}$ the formula needs no stride any more:
#
# $$ y_{norc} = b_{o} + \sum_{i,k,l} windows_{nirckl} \; w_{oikl} $$
#
# **Backward.** The array `dy` is given: how much the final error $E$ changes with each number of
# $y$. It has the letters `norc`. There are three gradients:
#
# - **`b`.** The bias $b_o$ is added to all outputs of channel $o$: in all pictures, at all places.
#   Each of them has its say, so we add up over $n$, $r$ and $c$.
# - **`w`.** The weight $w_{oikl}$ is also used in all pictures and at all places. Each time it takes
#   the pixel $windows_{nirckl}$ to the output $y_{norc}$:
#   $$ dw_{oikl} = \sum_{n,r,c} dy_{norc} \; windows_{nirckl} $$
# - **`x`.** The pixel $windows_{nirckl}$ goes into all output channels:
#   $$ dwindows_{nirckl} = \sum_{o} dy_{norc} \; w_{oikl} $$
#   That is the gradient of the cut windows. Now it is time for the glue.
#
# **By hand.** Take $x$ and $w$ from section 1. The weight $w_{00}$ meets the pixels
# $1, 2, 0, 1$ at the four places. With $dy = \begin{pmatrix} 1 & 0 \\ 0 & 10 \end{pmatrix}$ its
# gradient is $1 \cdot 1 + 10 \cdot 1 = 11$. What is the gradient of $b$? (It is also
# $1 + 10 = 11$.)
#
# ### Your Conv2d
#
# - `self.w.data` and `self.b.data` are the arrays. `self.size`, `self.stride` and `self.padding`
#   are numbers. Use your `cut` and `paste`.
# - Keep in `self.cache` what backward needs. Two things: the windows, and the shape of `x`.
# - The bias has one number for each channel, and the channels are axis 1 of $y$. NumPy lines up
#   *last* axes. So `b` needs two new axes at its end. For an array `v` with one axis, `v[:, None]`
#   has one new axis at the end.
# - Call `np.einsum(..., optimize=True)`: it is much faster.


# %% nbgrader={"grade": false, "grade_id": "conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Conv2d(nn.Module):
    """y[:, o] = sum over i of w[o, i] moved over x[:, i], plus b[o]

    x: (n, in_channels, height, width)    w: (out_channels, in_channels, size, size)
    y: (n, out_channels, rows, columns)   b: (out_channels,)
    """

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        self.size, self.stride, self.padding = kernel_size, stride, padding
        shape = (out_channels, in_channels, kernel_size, kernel_size)
        self.w = nn.Parameter(nn.initializers.KaimingNormal()(shape))
        self.b = nn.Parameter(nn.initializers.Zero()((out_channels,)))

    def forward(self, x):
        """The feature maps y; keeps what backward needs."""
        ### BEGIN SOLUTION
        windows = cut(x, self.size, self.stride, self.padding)
        self.cache = x.shape, windows
        y = np.einsum("nirckl,oikl->norc", windows, self.w.data, optimize=True)
        y = y + self.b.data[:, None, None]
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradients dx, dw and db, for dy of the shape of y."""
        ### BEGIN SOLUTION
        shape, windows = self.cache
        db = np.sum(dy, axis=(0, 2, 3))
        dw = np.einsum("norc,nirckl->oikl", dy, windows, optimize=True)
        dwindows = np.einsum("norc,oikl->nirckl", dy, self.w.data, optimize=True)
        dx = paste(dwindows, shape, self.stride, self.padding)
        ### END SOLUTION
        return dx, {"w": dw, "b": db}


# %% [markdown]
# ### Check: forward (2 points)
#
# First the numbers that you worked out by hand, then two pictures with two channels, and a stride.

# %% nbgrader={"grade": true, "grade_id": "conv-forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
layer = Conv2d(1, 1, 2)
layer.w.data = np.array([[[[1.0, 0.0], [2.0, -1.0]]]])
x = np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 1.0]]]])
y = layer.forward(x)
assert y is not None, "forward gives back nothing: name your result `y`"
turned = "the kernel is upside-down: its weight (k, l) must meet the pixel (r + k, c + l)"
assert not np.array_equal(y, [[[[4, 1], [3, 6]]]]), turned
on_its_side = "the kernel lies on its side: its weight (k, l) must meet the pixel (r + k, c + l)"
assert not np.array_equal(y, [[[[4, -1], [1, 6]]]]), on_its_side
nn.utils.check_same([[[[0, 1], [3, 2]]]], y)

layer = Conv2d(2, 3, 3, stride=2, padding=1)
layer.w.data = (np.arange(54.0) % 5 - 2).reshape(3, 2, 3, 3)
x = (np.arange(60.0) % 7 - 3).reshape(2, 2, 3, 5)
without = layer.forward(x)
layer.b.data = np.array([100.0, 200.0, 300.0])
y = layer.forward(x)
told = f"y has shape {y.shape}, not (n, out_channels, rows, columns) = (2, 3, 2, 3)"
known = {
    (1, 2): ", as without padding: is it handed on to cut?",
    (3, 5): ", as with stride 1: is it handed on to cut?",
    (1, 3): ", as without stride and padding: are they handed on to cut?",
    (5, 7): ", as with stride 1 and padding 2: have they changed places?",
}
assert y.shape == (2, 3, 2, 3), told + known.get(y.shape[2:], "")
nn.utils.check_same([[-6, 1, 8], [-2, -8, -2]], without[0, 0])
nn.utils.check_same([[-8, -4, -5], [5, 13, -7]], without[1, 2])
added = y - without
assert added.any(), "y does not change with the bias: is b used in forward?"
assert not np.allclose(added, [100, 200, 300]), (
    "b is added along the last axis, one number for each column, but it has one for each output "
    "channel: which axis of y are the channels?"
)
assert np.allclose(added, [[[[100]], [[200]], [[300]]]]), (
    "each output channel has its own bias, which is added once to each number of y"
)

# %% [markdown]
# ### Check: the gradient of w (2 points)
#
# `check_gradients` nudges each number a little, runs your `forward`, and compares the slope that it
# measures with your gradient.

# %% nbgrader={"grade": true, "grade_id": "conv-dw", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(0).normal(size=(3, 2, 5, 6))
print(nn.check_gradients(Conv2d(2, 4, 3), x, only=["w"]))
layer = Conv2d(2, 4, 2, stride=2, padding=1)
y = layer.forward(x)
try:
    layer.backward(y)
except (ValueError, IndexError) as error:
    told = "with stride 1 backward runs, with stride 2 and padding 1 two arrays do not fit"
    why = "are both handed on, to paste as to cut?"
    raise AssertionError(f"{told}: {why} NumPy says: {error}") from error
print(nn.check_gradients(layer, x, only=["w"]))

by_hand = Conv2d(1, 1, 2)
by_hand.forward(np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 1.0]]]]))
dx, grads = by_hand.backward(np.array([[[[1.0, 0.0], [0.0, 10.0]]]]))
nn.utils.check_same([[[[11, 32], [10, 11]]]], grads["w"])

# %% [markdown]
# ### Check: the gradient of b (1 point)

# %% nbgrader={"grade": true, "grade_id": "conv-db", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(1).normal(size=(3, 2, 5, 6))
print(nn.check_gradients(Conv2d(2, 4, 3), x, only=["b"]))

# %% [markdown]
# ### Check: the gradient of x (2 points)
#
# With stride 1, with stride 2 and padding, and with windows that leave pixels out.


# %% nbgrader={"grade": true, "grade_id": "conv-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def check_paste(layer, told):
    """As y is linear in x, sum(dx * x) is sum(dy * y) where the windows go back to their places."""
    y = layer.forward(x)
    try:
        dx, _ = layer.backward(y)
    except (ValueError, IndexError) as error:
        raise AssertionError(f"{told} NumPy says: {error}") from error
    assert np.shape(dx) == x.shape, f"dx has shape {np.shape(dx)}, not that of x. {told}"
    assert np.isclose(np.sum(dx * x), np.sum(y * y)), told


x = np.random.default_rng(2).normal(size=(2, 3, 5, 6))
layer = Conv2d(3, 2, 3)
layer.forward(x)
dx, _ = layer.backward(np.ones((2, 2, 3, 4)))
piled = np.shape(dx) == x.shape and np.count_nonzero(dx) <= dx[..., :3, :3].size
assert not piled, "all windows are pasted at one place: in which order does paste take its inputs?"
print(nn.check_gradients(Conv2d(3, 2, 3), x, only=["input 0"]))
told = "dx is right with stride 1, and wrong with stride 2: is the stride handed on to paste?"
check_paste(Conv2d(3, 2, 3, stride=2), told)
told = "dx is right without padding, and wrong with it: is the padding handed on to paste?"
check_paste(Conv2d(3, 2, 3, padding=1), told)
print(nn.check_gradients(Conv2d(3, 2, 3, stride=2, padding=1), x, only=["input 0"]))
print(nn.check_gradients(Conv2d(3, 2, 2, stride=3), x, only=["input 0"]))

# %%
keep(Conv2d, nn.check_layer(Conv2d(3, 2, 3, padding=1), x))

# %% [markdown]
# ### Play: what kernels see
#
# Three kernels made by hand, and your layer. Red is positive, blue is negative, white is 0. The
# third kernel takes the mean of nine pixels. What does it do to the digit? Invent a kernel of your own.

# %%
kernels = {
    "upper edges": edge,
    "left edges": edge.T,
    "mean": np.ones((3, 3)) / 9,
}
hand_made = Conv2d(1, len(kernels), 3, padding=1)
hand_made.w.data = np.stack(list(kernels.values()))[:, None]
chosen = digits[[0, 4, 7]].reshape(3, 1, 8, 8)
maps = hand_made.forward(chosen)

figure, axes = plt.subplots(3, 4, figsize=(8, 6.2))
for line, image, features in zip(axes, chosen, maps):
    line[0].imshow(image[0], cmap="gray_r")
    for ax, name, feature in zip(line[1:], kernels, features):
        most = np.max(np.abs(feature))
        ax.imshow(feature, cmap="RdBu_r", vmin=-most, vmax=most)
        ax.set_title(name, fontsize=10)
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
figure.tight_layout()

# %% [markdown]
# ## 5. MaxPool2d
#
# A feature map says *where* something was found. Often we do not need to know it to the pixel.
# **Max pooling** cuts the map into windows, and keeps only the largest number of each:
#
# $$ y_{nirc} = \max_{k,l} \; windows_{nirckl} $$
#
# The picture becomes smaller, so that the next layers have less to do. And if the digit moves by one
# pixel, many of the maxima stay what they were. The channels are not mixed. There are no weights.
# Usually the stride is the size of the window, so that the windows do not overlap.
#
# The **border** must never win. A border of zeros would win in a window of negative numbers, and
# the output 0 would stand for a pixel that does not exist. So the border is filled with $-\infty$,
# in NumPy `-np.inf`. That is what `fill` is for.
#
# **Backward.** The output is equal to *one* pixel of the window. Push this pixel a little, and the
# output moves with it, with slope 1. Push any other pixel a little, and nothing happens. So the
# winner gets all of $dy$, and the others get 0. If windows overlap, a pixel can win several times:
# then it gets the sum. Your `paste` knows that.
#
# **By hand.** One window, $\begin{pmatrix} 3 & 8 \\ 5 & -2 \end{pmatrix}$, and $dy = 4$. The output
# is 8, and $dx = \begin{pmatrix} 0 & 4 \\ 0 & 0 \end{pmatrix}$.

# %% [markdown]
# ### Ties
#
# What if two pixels of a window are equal, and both are the largest? This is not rare: after a ReLU,
# many windows hold nothing but zeros. Below you see $\max(a, 1)$ for different $a$. To the left of
# $a = 1$ the slope is 0, to the right it is 1. *At* $a = 1$ there is a **kink**: no slope at all.

# %%
a = np.linspace(0, 2, 201)
plt.figure(figsize=(5, 3))
plt.plot(a, np.maximum(a, 1), linewidth=3)
plt.plot([1], [1], "o", color="red", markersize=10)
arrow = {"arrowstyle": "->"}
plt.annotate("a tie: slope 0 to the left,\n1 to the right", (1, 1), (0.1, 1.5), arrowprops=arrow)
plt.xlabel("a")
plt.ylabel("max(a, 1)")
plt.show()

# %% [markdown]
# At a kink, we have to choose. One rule should hold in any case: together, the pixels of a window get
# exactly `dy`, not more. The usual choice is simple: of equal pixels, the **first** one wins, and
# gets everything. (`np.argmax` also takes the first.) If each of four equal pixels got all of `dy`,
# the window would hand on four times what it received.
#
# ### Your MaxPool2d
#
# **Forward.** It is easier to look for the largest number of one row than of a small square. So give
# the windows the shape `(n, channels, rows, columns, size * size)`, and then look along the last
# axis: `axis=-1`. Besides the maxima, find out who won. Keep an array of this long shape that is
# `True` at the winner of each window and `False` elsewhere. One way: compare the numbers
# `0, 1, 2, ...` of the places with the number of the winner. For the comparison, the winners need
# a new axis at the end: whatever the shape of `a`, the array `a[..., None]` has one.
#
# **Backward.** Give each winner its `dy`, and everybody else 0. (In a product, `True` counts as 1
# and `False` as 0.) Then make small squares of the rows again, and paste.
#
# **By hand.** The window from above, $\begin{pmatrix} 3 & 8 \\ 5 & -2 \end{pmatrix}$, as one row is
# $(3, 8, 5, -2)$. Its largest number is 8, at place 1, so the winner's row is (False, True, False,
# False): the places $(0, 1, 2, 3)$, each compared with 1. For $dy = 4$, the product of this row and 4
# is $(0, 4, 0, 0)$, and as a square again $\begin{pmatrix} 0 & 4 \\ 0 & 0 \end{pmatrix}$. With all
# windows at once, each array has the axes of `y` in front of this row.


# %% nbgrader={"grade": false, "grade_id": "maxpool2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
class MaxPool2d(nn.Module):
    """y = the largest number of each window; of equal ones, the first gets the gradient

    x: (n, channels, height, width)    y: (n, channels, rows, columns)
    """

    def __init__(self, kernel_size, stride=None, padding=0):
        self.size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride

    def forward(self, x):
        """The maxima y; keeps what backward needs: the shape of x, and who won."""
        ### BEGIN SOLUTION
        windows = cut(x, self.size, self.stride, self.padding, fill=-np.inf)
        flat = windows.reshape(*windows.shape[:4], self.size * self.size)
        best = np.argmax(flat, axis=-1)
        self.cache = x.shape, np.arange(self.size * self.size) == best[..., None]
        y = np.max(flat, axis=-1)
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, of the shape of x, for dy of the shape of y."""
        ### BEGIN SOLUTION
        shape, won = self.cache
        dwindows = (won * dy[..., None]).reshape(*dy.shape, self.size, self.size)
        dx = paste(dwindows, shape, self.stride, self.padding)
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: forward (1 point)

# %% nbgrader={"grade": true, "grade_id": "pool-forward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[3.0, 8, -1, -4, 0], [5, -2, -3, -2, 6], [1, 1, 7, 2, -9], [0, 4, 2, 6, 5]])
pictures = np.stack([x, -x])[None]  # one picture with two channels, 4 rows and 5 columns
y = MaxPool2d(2).forward(pictures)
assert y is not None, "forward gives back nothing: name your result `y`"
assert np.shape(y) == (1, 2, 2, 2), f"y has shape {np.shape(y)}, not (n, channels, rows, columns)"
assert y[0, 0, 0, 0] != 3.5, "that is the mean of the window, not its largest number"
assert y[0, 0, 0, 0] != 1, "that is the place of the largest number, not the number itself"
nn.utils.check_same([[[[8, -1], [4, 7]], [[2, 4], [0, -2]]]], y)
y = MaxPool2d(3, stride=1).forward(pictures)
told = f"size 3, stride 1: y has shape {np.shape(y)}, not (1, 2, 2, 3). Is self.stride handed on to cut?"
assert np.shape(y) == (1, 2, 2, 3), told
nn.utils.check_same([[[8, 8, 7], [7, 7, 7]]], y[:, 0])
y = MaxPool2d(2, padding=1).forward(pictures - 1000.0)  # all numbers are far below 0 now
told = f"padding 1: y has shape {np.shape(y)}, not (1, 2, 3, 3). Is the padding handed on to cut?"
assert np.shape(y) == (1, 2, 3, 3), told
assert np.all(np.isfinite(y)), "a window with pixels in it gives infinity"
assert y.max() < -900, "all pixels are below -900, but an output is not: the border has won"
nn.utils.check_same([[-997, -992, -1000], [-995, -993, -994], [-1000, -996, -994]], y[0, 0])

# %% [markdown]
# ### Check: the gradient of x (2 points)
#
# Windows side by side, windows that overlap, and windows with a border.

# %% nbgrader={"grade": true, "grade_id": "pool-dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.random.default_rng(0).normal(size=(2, 3, 6, 5))
print(nn.check_gradients(MaxPool2d(2), x, only=["input 0"]))
print(nn.check_gradients(MaxPool2d(3, stride=1), x, only=["input 0"]))
print(nn.check_gradients(MaxPool2d(3, stride=2, padding=1), x, only=["input 0"]))

# %% [markdown]
# ### Check: ties (1 point)

# %% nbgrader={"grade": true, "grade_id": "pool-ties", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
layer = MaxPool2d(2)
layer.forward(np.array([[[[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]]]))  # the third column is in no window
dx, grads = layer.backward(np.array([[[[12.0]]]]))
handed = dx.sum()
assert handed == 12, f"four equal pixels got {handed:g} together; the window received only 12"
assert not dx[..., 2].any(), "a pixel that is in no window got a gradient"

# %%
keep(MaxPool2d, nn.check_layer(MaxPool2d(2), np.random.default_rng(0).normal(size=(2, 3, 4, 6))))

# %% [markdown]
# ## 6. Flatten
#
# At the end of the network a `Dense` layer makes the decision. It takes rows of features, of shape
# `(n, features)`. `Flatten` puts all numbers of a picture into one row. The pictures of the batch
# stay apart: axis 0 is not touched. On the way back, the gradient gets the old shape again. The
# numbers themselves do not change. **By hand:** a batch of shape `(5, 3, 4, 2)` becomes `(5, 24)`.


# %% nbgrader={"grade": false, "grade_id": "flatten", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Flatten(nn.Module):
    """All axes but the first become one

    x: (n, ...)    y: (n, product of the others)
    """

    def forward(self, x):
        """A row for each example; keeps the shape of x."""
        ### BEGIN SOLUTION
        self.cache = x.shape
        y = x.reshape(len(x), -1)
        ### END SOLUTION
        return y

    def backward(self, dy):
        """The gradient dx, of the shape of x."""
        ### BEGIN SOLUTION
        dx = dy.reshape(self.cache)
        ### END SOLUTION
        return dx, {}


# %% [markdown]
# ### Check: Flatten (1 point)

# %% nbgrader={"grade": true, "grade_id": "flatten-both", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.arange(5 * 3 * 4 * 2.0).reshape(5, 3, 4, 2)
y = Flatten().forward(x)
assert y is not None, "forward gives back nothing: name your result `y`"
assert y.shape == (5, 24), f"y has shape {y.shape}, not (5, 24): each example keeps its own row"
mixed = not np.array_equal(np.sort(y[1]), np.arange(24) + 24)
assert not mixed, "row 1 holds numbers of other examples: which axis of x must stay the first one?"
nn.utils.check_same(np.arange(24) + 24, y[1])
report = nn.check_layer(Flatten(), x)
print(report)
keep(Flatten, report)

# %% [markdown]
# ## 7. Play: a network that reads digits
#
# Now all your layers work together. 8x8 pixels become 8 feature maps of 8x8, then of 4x4, then 16
# maps of 4x4, and of 2x2. These 64 numbers decide. Beside it learns a network of `Dense` layers.
# Training takes a few seconds.

# %%
nn.manual_seed(0)
x_train, y_train, x_test, y_test = nn.datasets.train_test_split(digits, labels)


def as_pictures(x):
    return x.reshape(-1, 1, 8, 8)


convolutional = nn.Sequential(
    Conv2d(1, 8, 3, padding=1), nn.ReLU(), MaxPool2d(2),
    Conv2d(8, 16, 3, padding=1), nn.ReLU(), MaxPool2d(2),
    Flatten(), nn.Dense(64, 10),
)  # fmt: skip
dense = nn.Sequential(Flatten(), nn.Dense(64, 64, "relu"), nn.Dense(64, 10))
networks = {"convolutional": convolutional, "dense": dense}
for name, network in networks.items():
    optimizer = nn.Adam(network.parameters(), lr=0.01)
    loss = nn.CrossEntropyLoss()
    nn.fit(network, as_pictures(x_train), y_train, loss, optimizer, epochs=6, progress=False)
    right = nn.accuracy(network(as_pictures(x_test)), y_test)
    numbers = network.number_of_trainable_parameters()
    print(f"{name:14s} {numbers:5d} parameters, {right:.1%} of the test digits right")

# %% [markdown]
# Where do the parameters of the convolutional network come from? The first `Conv2d` has
# $8 \cdot 1 \cdot 3 \cdot 3 + 8 = 80$, the second $16 \cdot 8 \cdot 3 \cdot 3 + 16 = 1168$, and the
# `Dense` layer $64 \cdot 10 + 10 = 650$: together 1898.
#
# The numbers of a `Conv2d` do not depend on the size of the picture. Compare: the first layer
# makes $8 \cdot 8 \cdot 8 = 512$ numbers out of 64. A `Linear` layer that does this has
# $64 \cdot 512 = 32768$ weights. For a photo of 224x224 pixels in colour, the 8 kernels have
# $8 \cdot 3 \cdot 3 \cdot 3 + 8 = 224$ numbers. How many weights would the `Linear` layer have?
# ($3 \cdot 224 \cdot 224$ inputs times $8 \cdot 224 \cdot 224$ outputs: about 60 billion.)
#
# ### What it has learned to see
#
# These are the eight feature maps of the first layer, after the ReLU, for one digit.

# %%
example = as_pictures(x_test[:1])
maps = np.maximum(convolutional[0].forward(example)[0], 0)
figure, axes = plt.subplots(1, 9, figsize=(12, 1.8))
axes[0].imshow(example[0, 0], cmap="gray_r")
axes[0].set_title("x")
for ax, feature in zip(axes[1:], maps):
    ax.imshow(feature, cmap="magma")
for ax in axes:
    ax.set(xticks=[], yticks=[])

# %% [markdown]
# ### Move the digits
#
# Both networks have seen only digits in the middle of the picture. Now move the test digits by one
# pixel. Which network suffers less? Try two pixels. What happens without the pooling layers?

# %%
for name, network in networks.items():
    for step in (0, 1, 2):
        moved = np.roll(as_pictures(x_test), step, axis=3)  # what leaves on the right comes back
        moved[..., :step] = 0  # on the left: make it white
        right = nn.accuracy(network(moved), y_test)
        print(f"{name:14s} moved by {step}: {right:.1%} right")

# %% [markdown]
# ## 8. A question (4 points, graded by hand)
#
# Everything that a `Conv2d` layer computes, a `Linear` layer could compute too, if its weights were
# right. (1) Which of the `Linear` layer's weights would be 0, and which would be equal? (2) So why is
# the `Conv2d` layer better for pictures? Give two reasons. (3) Name a kind of data for which you
# would *not* use a convolution, and say why.

# %% [markdown] nbgrader={"grade": true, "grade_id": "convolution-why", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN MARK SCHEME
# 1 point: zero for pixels outside of the window; equal for the same kernel position at different
# places. 2 points: two of: far fewer weights (so less memory, fewer examples needed, less
# overfitting); what is learned at one place holds at all places (shared weights, moved digits);
# neighbours matter most, and the layer looks at neighbours. 1 point: data without neighbours or where
# the place itself has a meaning, such as a table of patients (age, weight, ...), with the reason.
# ### END MARK SCHEME
#
# An output looks only at its own window, so all weights from pixels outside of it would be 0. The
# weights from the pixels inside would be the nine numbers of the kernel, and these would be the same
# nine numbers for every output of a channel. So a convolution has far fewer numbers to learn, and it
# needs fewer examples. And what it learns at one place it knows at all places: a stroke is a stroke
# wherever it is. I would not use it for a table of patients. Its columns (age, weight, blood
# pressure) are in no special order, so columns that are side by side are not neighbours, and one
# kernel for all of them makes no sense.

# %% [markdown]
# ## What comes next
#
# You have now written many pairs of forward and backward, and each time the chain rule went through
# them in reverse order. That order can be found by a program. In exercise 16 you write this program,
# the *tape*: then you only write down how to compute the loss, and the gradients come by themselves.
