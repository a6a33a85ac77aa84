"""Small windows that slide over images: what convolution and pooling have in common."""

from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from edunn.inputs import check_choice, check_sizes, check_whole, show

EVERYTHING = slice(None)


class _Steps:
    """The sizes and steps of windows: each is one number, or a tuple of one for each axis

    size: of a window    stride: how far one window is from the next
    padding: how many zeros stand around x; "same" for as many as keep its size, "valid" for none
    dilation: how far neighbours in a window are from each other
    """

    def __init__(self, who, size, stride, padding, dilation=1, axes=2):  # noqa: PLR0913
        self.who = who
        self.size = for_each_axis(who, check_sizes, axes, kernel_size=size)
        self.stride = for_each_axis(who, check_sizes, axes, stride=stride)
        self.dilation = for_each_axis(who, check_sizes, axes, dilation=dilation)
        self.reach = tuple(d * (s - 1) + 1 for s, d in zip(self.size, self.dilation))
        if isinstance(padding, str):
            check_choice(who, padding, ("same", "valid"), "padding")
            if padding == "same" and set(self.stride) != {1}:
                raise ValueError(f"{who} got padding='same' and stride={stride}, not stride=1")
            more = [reach - 1 if padding == "same" else 0 for reach in self.reach]
            self.padding, self.border = padding, [(m // 2, m - m // 2) for m in more]
        else:
            self.padding = for_each_axis(who, check_whole, axes, padding=padding)
            self.border = [(p, p) for p in self.padding]

    def describe(self):
        dilation = f", dilation={short(self.dilation)}" if set(self.dilation) != {1} else ""
        where = f"stride={short(self.stride)}, padding={short(self.padding)}"
        return f"kernel_size={short(self.size)}, {where}{dilation}"

    def output_size(self, *sizes):
        """How many windows fit beside each other, for each axis."""
        room = [size + sum(b) - r for size, b, r in zip(sizes, self.border, self.reach)]
        if min(room) < 0:
            images = f"images of {'x'.join(map(str, sizes))} with padding {short(self.padding)}"
            raise ValueError(f"{self.who} got {images}, smaller than its windows of "
                             f"{short(self.reach)}")  # fmt: skip
        return tuple(r // s + 1 for r, s in zip(room, self.stride))


class Sliding(_Steps):
    """How windows move over the last `axes` axes of x: (n, channels, height, width), or length"""

    def im2col(self, x, fill=0):
        """The windows of x: a view (n, channels, rows, columns, size, size)."""
        self.output_size(*x.shape[2:])
        if np.any(self.border):
            x = np.pad(x, ((0, 0), (0, 0), *self.border), constant_values=fill)
        view = sliding_window_view(x, self.reach, axis=tuple(range(2, x.ndim)))
        steps = (slice(None, None, step) for step in (*self.stride, *self.dilation))
        return view[(EVERYTHING, EVERYTHING, *steps)]

    def col2im(self, windows, shape):
        """Add windows back to where `im2col` took them: an array of `shape`, that of x."""
        places = product(*map(range, self.size))
        return self.add_back([windows[(..., *place)] for place in places], shape)

    def places(self, x, fill=0, axis=0):
        """What all windows have at their first place, at their second ...: a copy, of shape
        (size * size, n, channels, rows, columns), whose long lines NumPy runs through fast.

        axis: where the places stand, if not in front: 2 for (n, channels, size * size, ...)
        """
        windows, axes = self.im2col(x, fill), len(self.size)
        sizes = windows.shape[:-axes]
        there = tuple(range(axis, axis + axes))
        windows = np.moveaxis(windows, tuple(range(-axes, 0)), there)
        return np.reshape(windows, (*sizes[:axis], prod(self.size), *sizes[axis:]))

    def add_back(self, parts, shape):
        """Add a part for each place of the windows back to where `places` took it."""
        padded = [size + sum(border) for size, border in zip(shape[2:], self.border)]
        x = np.zeros_like(parts[0], shape=(*shape[:2], *padded))
        for place, part in zip(product(*map(range, self.size)), parts):
            starts = [i * d for i, d in zip(place, self.dilation)]
            sizes = zip(starts, self.stride, part.shape[2:])
            x[(EVERYTHING, EVERYTHING, *(slice(i, i + s * c, s) for i, s, c in sizes))] += part
        inside = (slice(b, b + size) for size, (b, _) in zip(shape[2:], self.border))
        return x[(EVERYTHING, EVERYTHING, *inside)]


def short(numbers):
    """One number where all are the same, as text."""
    if isinstance(numbers, str):
        return repr(numbers)
    return str(numbers[0] if len(set(numbers)) == 1 else numbers)


def for_each_axis(who, check, axes, **option):
    """A number for each axis, from one for all or a tuple of them; `check` refuses bad ones."""
    ((name, given),) = option.items()
    if not isinstance(given, (tuple, list)):
        check(who, **option)
        return (given,) * axes
    if len(given) != axes:
        raise ValueError(f"{who} got {name}={show(given)}, not one number, or {axes} of them")
    for number in given:
        check(who, **{name: number})
    return tuple(given)
