"""RNN, LSTM, GRU and attention in PyTorch's words: called, they give pairs, as PyTorch's do.

What they compute is edunn's; their `forward` is too, and gives one array, which the tape records.
"""

from typing import Any

import numpy as np

from edunn.core import Tensor
from edunn.initializers import LeCunUniform, XavierUniform
from edunn.inputs import check_sizes, show
from edunn.layers import attention, recurrent
from edunn.words import accept, named, settled_words


@named()
class _Recurrent(recurrent._Recurrent):
    """The words of RNN, LSTM and GRU: all Parameters start uniform, within 1 / sqrt(hidden)."""

    @settled_words(dropout=0, bidirectional=False, nonlinearity="tanh", proj_size=0)
    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
        batch_first: bool = False,
    ) -> None:  # fmt: skip
        check_sizes(type(self).__name__, input_size=input_size, hidden_size=hidden_size)
        flags = {"bias": bias, "batch_first": batch_first}
        for name, flag in flags.items():
            if not isinstance(flag, bool):  # PyTorch's RNN has nonlinearity at the place of bias
                raise TypeError(f"{type(self).__name__} got {name}={show(flag)}, not True or False")
        start = LeCunUniform(hidden_size)
        super().__init__(
            input_size, hidden_size, start, num_layers, 2 * bias, batch_first, return_state=True
        )
        self.input_size, self.hidden_size = input_size, hidden_size
        for parameter in self.parameters():
            if parameter.ndim == 1:
                parameter.data = start(parameter.shape)

    def __call__(self, x: Any, hx: Any = None) -> Any:
        states = hx if isinstance(hx, (tuple, list)) else () if hx is None else (hx,)
        y, *last = self.split(super().__call__(x, *states))
        return y, tuple(last) if len(last) > 1 else last[0]

    def describe(self) -> str:
        words = f"{', bias=False' * (not self.biases)}{', batch_first=True' * self.batch_first}"
        return super().describe() + words


class RNN(_Recurrent, recurrent.RNN):
    """y, h = rnn(x) or rnn(x, h0); the formula is that of edunn.RNN

    x: (T, n, input_size)    y: (T, n, hidden_size), or with batch_first (n, T, ...) both
    h, h0: (num_layers, n, hidden_size), after the last step and before the first
    """


class LSTM(_Recurrent, recurrent.LSTM):
    """y, (h, c) = lstm(x) or lstm(x, (h0, c0)); the formula is that of edunn.LSTM

    x, y, and h, c, h0, c0 as h: of the shapes of RNN
    """


class GRU(_Recurrent, recurrent.GRU):
    """y, h = gru(x) or gru(x, h0); the formula is that of edunn.GRU

    x, y, h, h0: of the shapes of RNN
    """


@named()
class MultiheadAttention(attention.MultiHeadAttention):
    """y, weights = attention(query, key, value); the formula is that of edunn.MultiHeadAttention

    query, y: (T, n, embed_dim)    key, value: (S, n, embed_dim), or with batch_first (n, ...) all
    weights: (n, T, S), the mean over the heads, off the tape; None with need_weights=False
    key_padding_mask: (n, S), True where a key is filling that nobody is to see
    attn_mask: None, or (T, S), True (or -inf) where key s comes after query t: no other mask
    """

    @settled_words(add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None)
    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, *,
        batch_first: bool = False,
    ) -> None:  # fmt: skip
        check_sizes("MultiheadAttention", embed_dim=embed_dim, num_heads=num_heads)
        accept(self, {"dropout": dropout}, dropout=0)
        super().__init__(embed_dim, num_heads, bias=bias)
        self.embed_dim, self.num_heads, self.batch_first = embed_dim, num_heads, batch_first
        self.w.data = XavierUniform()(self.w.shape)
        self.wo.data = LeCunUniform()(self.wo.shape)

    def __call__(  # noqa: PLR0913  # PyTorch's words
        self, query: Any, key: Any, value: Any, key_padding_mask: Any = None,
        need_weights: bool = True, attn_mask: Any = None, average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> Any:  # fmt: skip
        padding = _array(key_padding_mask)
        if padding is not None and padding.dtype != bool:
            got = f"key_padding_mask of dtype {padding.dtype}"
            raise TypeError(f"{self} got {got}, not of bool, True where nobody is to see")
        inputs = query, key, value
        if not self.batch_first:
            inputs = tuple(np.swapaxes(x, 0, 1) for x in inputs)
        self.causal = is_causal or attn_mask is not None
        if attn_mask is not None:
            self._check_causal(attn_mask, (inputs[0].shape[1], inputs[1].shape[1]))
        y = super().__call__(*inputs, padding)
        a = self.cache[3] if need_weights else None
        if a is not None:
            a = np.mean(a, axis=1) if average_attn_weights else a
            a = Tensor(a) if isinstance(y, Tensor) else a
        return (y if self.batch_first else np.swapaxes(y, 0, 1)), a

    def _check_causal(self, mask: Any, shape: tuple[int, int]) -> None:
        """Refuse a mask that is not the causal one, which is the one that the layer knows."""
        mask = _array(mask)
        hidden = mask if mask.dtype == bool else mask == -np.inf
        rest = 0 if mask.dtype == bool else np.where(hidden, 0, mask)
        later = np.arange(shape[1], like=hidden) > np.arange(shape[0], like=hidden)[:, None]
        if mask.shape != shape or np.any(hidden != later) or np.any(rest):
            raise ValueError(
                f"{self} got an attn_mask that is not the causal one of shape {shape}: True, or "
                "-inf, where a key comes after the query"
            )


def _array(x: Any) -> Any:
    return x.data if isinstance(x, Tensor) else x
