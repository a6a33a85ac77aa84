"""Pictures of training and data. Each function draws on matplotlib axes and returns them."""

import numpy as np


def history(history, ax=None):
    """The curves of what `fit` returned: one line for each list, over the epochs."""
    ax = new_axes(ax)
    for name, numbers in history.items():
        ax.plot(range(1, len(numbers) + 1), numbers, label=name.replace("_", " "))
    ax.set_xlabel("epoch")
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def images(x, titles=None, colors=None, columns=8, ax=None):
    """Small square grey pictures side by side, each with a title below it.

    x: (n, pixels), where pixels is a square number    titles, colors: n strings each, optional
    """
    ax = new_axes(ax)
    side = int(np.sqrt(x.shape[1]))
    for i, pixels in enumerate(x):
        left, top = (i % columns) * 1.25, (i // columns) * 1.55
        ax.imshow(pixels.reshape(side, side), cmap="gray_r", extent=(left, left + 1, top + 1, top))
        if titles is not None:
            color = None if colors is None else colors[i]
            ax.text(left + 0.5, top + 1.28, titles[i], ha="center", va="center", color=color)
    ax.set_xlim(-0.1, columns * 1.25 - 0.15)
    ax.set_ylim(-(-len(x) // columns) * 1.55, -0.1)
    ax.axis("off")
    return ax


def new_axes(ax):
    import matplotlib.pyplot as plt  # only here: import edunn stays fast

    return plt.subplots()[1] if ax is None else ax
