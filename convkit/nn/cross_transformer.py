"""The decoder of an encoder-decoder transformer: it writes one sequence and looks at another."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from convkit.autograd import Tensor
from convkit.nn.attention import CrossAttention, MultiHeadAttention
from convkit.nn.layer import Memory
from convkit.nn.module import Array, Context, Module
from convkit.nn.normalization import LayerNorm
from convkit.nn.transformer import Activation, FeedForward, Norm, Settings, Shortcut


class CrossDecoder(Module):
    """A stack of blocks: causal self-attention, attention to another sequence, feed-forward.

    As in Vaswani et al. 2017, figure 1 right, without embedding and output layer.

    Parameters
    ----------
    heads, units, layers, dropout, norm, activation
        As of :class:`~convkit.nn.transformer.TransformerEncoder`.

    >>> decoder = CrossDecoder(heads=2, units=32)
    >>> decoder.build(8, 8, np.random.default_rng(0))
    >>> x, other = Tensor(np.ones((5, 3, 8))), Tensor(np.ones((5, 7, 8)))
    >>> decoder(x, other, Context()).shape
    (5, 3, 8)
    """

    def __init__(
        self,
        heads: int,
        units: int,
        layers: int = 1,
        dropout: float = 0.0,
        norm: Norm = "pre",
        activation: Activation = "relu",
    ) -> None:
        settings = Settings(heads, units, layers, dropout, norm, activation)
        self.blocks = [CrossBlock(settings) for _ in range(layers)]
        self.norm = LayerNorm() if norm == "pre" else None

    def build(self, dim: int, other: int, rng: Generator, dtype: DTypeLike = np.float32) -> None:
        """Make the parameters for sequences of `dim` features that look at some of `other`.

        Raises
        ------
        ConvkitError
            If the heads don't divide the features.
        """
        for block in self.blocks:
            block.build(dim, other, rng, dtype)
        if self.norm is not None:
            self.norm.build((dim,), rng, dtype)

    def __call__(
        self, x: Tensor, other: Tensor, context: Context, lengths: Array | None = None
    ) -> Tensor:
        """Return the outputs for whole sequences.

        Parameters
        ----------
        x : Tensor, (n, steps, dim)
        other : Tensor, (n, keys, other)
            What is looked at, such as an encoder's outputs.
        context : Context
            Its ``attention`` gets the weights of each block's self- and cross-attention in turn.
        lengths : (n,) integers, optional
            How many steps each of the other sequences has; those behind them are padding.
        """
        for block in self.blocks:
            x = block(x, block.cross.keys_values(other, context), context, lengths)
        return self._out(x, context)

    def begin(self, other: Tensor, context: Context, lengths: Array | None = None) -> Memory:
        """Return what it remembers before the first step: arrays with the samples as first axis.

        The other sequences' keys and values are made here, once.
        """
        return tuple(
            (
                block.attention.begin(len(other.data)),
                block.cross.keys_values(other, context).data,
                lengths,
            )
            for block in self.blocks
        )

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        """Go on with sequences, as a layer does: (n, steps, dim) are the next steps."""
        after = []
        for block, before in zip(self.blocks, memory, strict=True):
            x, remembered = block.advance(x, before, context)
            after.append(remembered)
        return self._out(x, context), tuple(after)

    def _out(self, x: Tensor, context: Context) -> Tensor:
        return x if self.norm is None else self.norm(x, context)


class CrossBlock(Module):
    """Causal self-attention, attention to another sequence, and a feed-forward network."""

    def __init__(self, settings: Settings) -> None:
        self.attention = MultiHeadAttention(settings.heads, causal=True)
        self.shortcut = Shortcut(settings)
        self.cross = CrossAttention(settings.heads)
        self.cross_shortcut = Shortcut(settings)
        self.feed_forward = FeedForward(settings)

    def build(self, dim: int, other: int, rng: Generator, dtype: DTypeLike) -> None:
        self.attention.build((1, dim), rng, dtype)
        self.shortcut.build(dim, rng, dtype)
        self.cross.build(dim, other, rng, dtype)
        self.cross_shortcut.build(dim, rng, dtype)
        self.feed_forward.build(dim, rng, dtype)

    def __call__(
        self, x: Tensor, keys_values: Tensor, context: Context, lengths: Array | None
    ) -> Tensor:
        y = self.attention(self.shortcut.enter(x, context), context)
        return self._look(self.shortcut.leave(x, y, context), keys_values, context, lengths)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        cache, keys_values, lengths = memory
        y, cache = self.attention.advance(self.shortcut.enter(x, context), cache, context)
        x = self.shortcut.leave(x, y, context)
        after = self._look(x, Tensor(keys_values), context, lengths)
        return after, (cache, keys_values, lengths)

    def _look(
        self, x: Tensor, keys_values: Tensor, context: Context, lengths: Array | None
    ) -> Tensor:
        """Return what becomes of x once it has looked at the other sequence."""
        enter = self.cross_shortcut.enter(x, context)
        y = self.cross(enter, keys_values, context, lengths)
        return self.feed_forward(self.cross_shortcut.leave(x, y, context), context)
