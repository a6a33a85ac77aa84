"""Sequential2D: a matrix whose entries are modules. A Sequential is a row above its diagonal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from edunn.containers import Container, add_gradients
from edunn.core import Module, ParameterGrads, Tensor
from edunn.inputs import check_array, check_choice, check_sizes, check_whole
from edunn.layers.activations import Identity
from edunn.layers.dense import Dense
from edunn.layers.masked import MaskedLinear, SparseLinear

BLOCK_TYPES = (
    "None", "Identity", "Linear", "MaskedLinear", "MaskedLinear.from_description",
    "SparseLinear.from_description", "SparseLinear.from_singleBlock",
)  # fmt: skip


class Sequential2D(Container):
    """y_j = sum over i of blocks[i][j](x_i), where a block that is None gives nothing

    Called with one array, x is cut into the x_i by `in_features_list`, and the y_j are joined.
    Called with a list, None in it means "nothing here", and an output that nothing reaches is
    None; backward then takes and gives lists in the same way. A block may stand in several places
    (tied weights), and may be a Sequential2D itself.

    x: (n, sum of in_features_list)    y: (n, sum of out_features_list)
    """

    def __init__(
        self,
        in_features_list: Sequence[int],
        out_features_list: Sequence[int],
        blocks: Sequence[Sequence[Module | None]],
        name: str | None = None,
    ) -> None:
        for what, sizes in (("in", in_features_list), ("out", out_features_list)):
            check_sizes("Sequential2D", **{f"{what}_features_{i}": n for i, n in enumerate(sizes)})
        self.in_features_list, self.in_features = list(in_features_list), sum(in_features_list)
        self.out_features_list, self.out_features = list(out_features_list), sum(out_features_list)
        super().__init__(name=name)
        rows, columns = len(self.in_features_list), len(self.out_features_list)
        if len(blocks) != rows or any(len(row) != columns for row in blocks):
            shape = [len(row) for row in blocks]
            raise ValueError(f"Sequential2D got rows of {shape} blocks, not {rows} of {columns}")
        self.cells = {
            (i, j): self.check_block(i, j, blocks[i][j])
            for i in range(rows)
            for j in range(columns)
            if blocks[i][j] is not None
        }

    def check_block(self, i: int, j: int, block: object) -> Module:
        """Refuse a block that is not a Module, or whose sizes do not fit."""
        if not isinstance(block, Module):
            raise TypeError(f"Sequential2D got {block!r} as block ({i}, {j}), not a Module or None")
        for what, want in (("in", self.in_features_list[i]), ("out", self.out_features_list[j])):
            got = getattr(block, f"{what}_features", None) or getattr(block, "features", None)
            if got is not None and got != want:
                raise ValueError(
                    f"Sequential2D got a block ({i}, {j}) with {what}_features={got}, not {want}"
                )
        return block

    def children(self) -> dict[str, Module]:
        return {f"{i}_{j}": block for (i, j), block in self.cells.items()}

    def __call__(self, *inputs: Any) -> Any:
        is_list = any(isinstance(x, list) for x in inputs)
        return self.forward(*inputs) if is_list else super().__call__(*inputs)

    def forward(self, x: Any) -> Any:
        return self.iterate(x, 1)

    forward_list = forward_vector = forward

    def iterate(self, x: Any, steps: int) -> Any:
        """Apply the whole matrix `steps` times: a dynamical system with the same weights at every
        step. `backward` afterwards goes back through all of them, and gradients add up."""
        check_whole("Sequential2D.iterate", steps=steps)
        if steps > 1 and self.in_features_list != self.out_features_list:
            raise ValueError(
                f"Sequential2D can be iterated only with equal sizes in and out, not "
                f"{self.in_features_list} and {self.out_features_list}"
            )
        caches = []
        for _ in range(steps):
            if isinstance(x, Tensor) and not self.is_traced():
                x = super().__call__(x)
            else:
                x, cache = self.step(x)
                caches.append(cache)
        self.cache = caches
        return x

    def step(self, x: Any) -> tuple[Any, dict[tuple[int, int], Any]]:
        """One application: the output, and what its backward needs."""
        xs = x if isinstance(x, list) else self.cut(x, self.in_features_list)
        if len(xs) != len(self.in_features_list):
            raise ValueError(
                f"Sequential2D got a list of {len(xs)} inputs, not {len(self.in_features_list)}"
            )
        ys, caches = [None] * len(self.out_features_list), {}
        for (i, j), block in self.cells.items():
            if xs[i] is None:
                continue
            try:
                y = block(xs[i])
            except (TypeError, ValueError) as error:
                kind = TypeError if isinstance(error, TypeError) else ValueError
                raise kind(f"Sequential2D: block ({i}, {j}): {error}") from error
            caches[i, j] = block.cache
            ys[j] = y if ys[j] is None else ys[j] + y  # a new array: y may be the caller's own
        return (ys if isinstance(x, list) else _join(ys, self.out_features_list, x)), caches

    def backward_from(
        self, cache: Any, dy: Any, needs_dx: bool = True
    ) -> tuple[Any, ParameterGrads]:
        grads: ParameterGrads = {}
        for k, caches in reversed(list(enumerate(cache))):
            dys = dy if isinstance(dy, list) else self.cut(dy, self.out_features_list)
            dxs = [None] * len(self.in_features_list)
            for i, j in reversed(caches):
                if dys[j] is None:
                    continue
                block, last = self.cells[i, j], k == 0 and not needs_dx
                dx, block_grads = block.backward_from(caches[i, j], dys[j], not last)
                add_gradients(grads, block_grads)
                if dx is not None:
                    dxs[i] = dx if dxs[i] is None else dxs[i] + dx
            dy = dxs if isinstance(dy, list) else _join(dxs, self.in_features_list, dy)
        return dy, grads

    def cut(self, x: Any, sizes: list[int]) -> list[Any]:
        """The columns of x, side by side in groups of these sizes."""
        if not isinstance(x, Tensor):
            check_array("Sequential2D", x, "n", sum(sizes))
        ends = np.cumsum(sizes).tolist()
        return [x[:, end - size : end] for size, end in zip(sizes, ends)]

    @classmethod
    def from_config(cls, cfg: Mapping[str, Any]) -> Self:
        """Build one from a dict: in_features_list, out_features_list, block_types (rows of None or
        names: see BLOCK_TYPES) and, for blocks that are described, block_kwargs in the same rows.
        """
        wanted = "in_features_list", "out_features_list", "block_types"
        for key in wanted:
            if key not in cfg:
                raise ValueError(f"Sequential2D.from_config got no {key!r}: it needs {wanted}")
        inputs, outputs, types = (cfg[key] for key in wanted)
        kwargs = cfg.get("block_kwargs")
        blocks = [
            [
                _make_block(kind, inputs[i], outputs[j], kwargs and kwargs[i][j])
                for j, kind in enumerate(row)
            ]
            for i, row in enumerate(types)
        ]
        return cls(inputs, outputs, blocks)


def _join(parts: list[Any], sizes: list[int], like: Any) -> Any:
    """Parts side by side as one array, with zeros for those that are None."""
    array = like.data if isinstance(like, Tensor) else like
    return np.concatenate(
        [
            np.zeros_like(array, shape=(len(array), size)) if part is None else part
            for part, size in zip(parts, sizes)
        ],
        axis=1,
    )


def _make_block(
    kind: str | None, inputs: int, outputs: int, kwargs: Mapping[str, Any] | None
) -> Module | None:
    """The module that a name in block_types stands for."""
    if kind is None or kind == "None":
        return None
    check_choice("Sequential2D.from_config", kind, BLOCK_TYPES, "block type")
    if kind == "Identity":
        if inputs != outputs:
            raise ValueError(f"an Identity block got {inputs} features in and {outputs} out")
        return Identity(inputs)
    if kind == "Linear":
        return Dense(inputs, outputs)
    if kind == "MaskedLinear":
        return MaskedLinear(inputs, outputs)
    if not kwargs:
        raise ValueError(f"a block of type {kind} needs its entry in block_kwargs")
    for key in ("block_type", "initialization_type"):
        if key not in kwargs:
            raise ValueError(f"a block of type {kind} got block_kwargs without {key!r}")
    words = {key: kwargs[key] for key in ("trainable", "bias") if key in kwargs}
    how = outputs, inputs, kwargs["block_type"], kwargs["initialization_type"]
    if kind == "SparseLinear.from_singleBlock":
        return SparseLinear.from_singleBlock(*how, bias=words.get("bias", True))
    layer = MaskedLinear if kind.startswith("Masked") else SparseLinear
    return layer.from_description(*how, **({"trainable": "non-zero"} | words))
