"""Mistakes that students make, as runnable code, each beside what is right.

    from mistakes import BENIGN, MISTAKES, SKIPPED

    for mistake in MISTAKES:
        right, wrong = mistake.right(), mistake.wrong()
        inputs = mistake.inputs(7, np.random.default_rng(0))

Not here: Z (optimizers), I (initializers), K (training loops).

One file per family. Each first writes the layer as a student would, plainly and right; a class
named by the mistake's id then changes the one method that has the mistake. `right` is edunn's own
module, except where its convention is another one (E06: errors of shape (n, 1)) or where a batch of
one is refused (batch normalization). `right` and `wrong` have parameters of the same names and
values, in float64. Random masks come from `edunn.backend.generator()`.

Sizes and settings are those that hide nothing: no square weights, gamma random, stride 2, padding,
overlapping windows, an Identity and a None in the grid, 3 iterations, p = 0.3. What still shows
only in one situation:

- a second call: L06 F03; a second backward: X04 C09; changed weights: L08; arrays that were
  passed in: T24 B10 R05; parameters after backward, or a second one: L14 (whose gradient is right)
- another batch: X02 is right with n = 3; right with n = 1 are T11 L04 B02 B07 E04 E08 C04 C08 M05
  N02 N06 N07 O07
- O01 needs a generator that is not rewound between forward and backward
- eval(): O05 O06 O08 N08 N10; large scores: S07 (above 709), M04 (rows far apart)
"""

from . import (
    activations,
    batchnorm,
    containers,
    convolution,
    dropout,
    linear,
    losses,
    others,
    pooling,
    sequential2d,
    shaping,
    softmax,
    tensor,
)
from .base import Mistake

__all__ = ["BENIGN", "MISTAKES", "OTHERS", "SKIPPED", "Mistake"]

MISTAKES = [
    *tensor.MISTAKES,
    *linear.MISTAKES,
    *activations.MISTAKES,
    *softmax.MISTAKES,
    *losses.MISTAKES,
    *containers.MISTAKES,
    *sequential2d.MISTAKES,
    *dropout.MISTAKES,
    *batchnorm.MISTAKES,
    *convolution.MISTAKES,
    *pooling.MISTAKES,
    *shaping.MISTAKES,
]
BENIGN = pooling.BENIGN  # right away from ties, where any choice is right
OTHERS = others.OTHERS  # each with its diagnosis
SKIPPED: dict[str, str] = {}
