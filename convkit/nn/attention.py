"""Multi-head attention: steps of a sequence that look at each other, or at another sequence."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from convkit.autograd import Tensor, concatenate, cross_attention, self_attention
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, check_sequences, later_steps, whole_number
from convkit.nn.dense import Dense
from convkit.nn.initializers import DType
from convkit.nn.layer import Layer, Memory
from convkit.nn.module import Array, Context, Module


class MultiHeadAttention(Layer):
    """Each step becomes a mix of all steps, weighted by what it looks for in them.

    A query, a key and a value are made of every step and shared out between heads. Each head takes
    the mean of the values, weighted by the softmax of ``query · key / √width``; a dense layer mixes
    what the heads found (Vaswani et al. 2017, section 3.2.2).

    Input: (steps, features). Output: the same.

    Parameters
    ----------
    heads : int
        How many look at once, each at its share of the features; it must divide them.
    causal : bool
        Whether a step sees itself and earlier ones only, as where a text is written.
    """

    name = "multi_head_attention"
    sees_all = True
    endless = False

    in_proj: Dense
    out_proj: Dense

    def __init__(self, heads: int, causal: bool = False) -> None:
        self.heads = whole_number("heads", heads)
        self.causal = causal

    def __call__(self, x: Tensor, context: Context, lengths: Array | None = None) -> Tensor:
        """Return the outputs for a batch.

        Parameters
        ----------
        x : Tensor, (n, steps, features)
        context : Context
        lengths : (n,) integers, optional
            How many steps each sequence has; those behind them are padding, seen by nobody.
        """
        mixed = self_attention(
            self.in_proj(x, context),
            heads=self.heads,
            causal=self.causal,
            lengths=lengths,
            record=context.attention,
        )
        return self.out_proj(mixed, context)

    def begin(self, samples: int) -> Memory:
        if not self.causal:
            raise later_steps("multi_head_attention with causal: true can, and transformer_decoder")
        weight = self.out_proj.weight
        return np.empty((samples, 0, 2 * len(weight.data)), weight.dtype)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        """Go on with sequences, as every layer does.

        The memory holds the key and the value of each step so far, (n, steps, 2·features): the
        cost of a step grows with their number, not with its square.
        """
        projected = self.in_proj(x, context)
        dim = x.shape[-1]
        keys_values = concatenate(memory, projected[..., dim:], axis=1)
        mixed = cross_attention(
            projected[..., :dim],
            keys_values,
            heads=self.heads,
            causal=True,
            record=context.attention,
        )
        return self.out_proj(mixed, context), keys_values.data

    def output_shape(self, shape: Shape) -> Shape:
        check_heads(shape, self.heads)
        return shape

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        dim = shape[-1]
        self.in_proj, self.out_proj = Dense(3 * dim), Dense(dim)
        self.in_proj.build(shape, rng, dtype)
        self.out_proj.build(shape, rng, dtype)

    def count_parameters(self, shape: Shape) -> int:
        return 4 * (shape[-1] + 1) * shape[-1]

    def macs(self, shape: Shape) -> int:
        """Return those of the projections, and of the scores and means over all pairs of steps."""
        steps, dim = shape
        return 4 * steps * dim * dim + 2 * steps * steps * dim


class CrossAttention(Module):
    """Steps of one sequence that look at those of another, such as what it was translated from.

    Queries are made of the one, keys and values of the other.

    Parameters
    ----------
    heads : int
        It must divide the features.
    """

    q_proj: Dense
    kv_proj: Dense
    out_proj: Dense

    def __init__(self, heads: int) -> None:
        self.heads = whole_number("heads", heads)

    def build(self, dim: int, other: int, rng: Generator, dtype: DTypeLike = np.float32) -> None:
        """Make the parameters for sequences of `dim` features that look at some of `other`.

        Raises
        ------
        ConvkitError
            If the heads don't divide the features.
        """
        check_heads((1, dim), self.heads)
        self.q_proj, self.kv_proj, self.out_proj = Dense(dim), Dense(2 * dim), Dense(dim)
        self.q_proj.build((dim,), rng, dtype)
        self.kv_proj.build((other,), rng, dtype)
        self.out_proj.build((dim,), rng, dtype)

    def keys_values(self, other: Tensor, context: Context) -> Tensor:
        """Return the keys and values of the other sequence, (n, keys, 2·dim).

        They stay the same for all steps that look at them, however many calls those take.
        """
        return self.kv_proj(other, context)

    def __call__(
        self, x: Tensor, keys_values: Tensor, context: Context, lengths: Array | None = None
    ) -> Tensor:
        """Return what the steps of x find.

        Parameters
        ----------
        x : Tensor, (n, queries, dim)
        keys_values : Tensor, (n, keys, 2·dim)
            Of :meth:`keys_values`.
        context : Context
        lengths : (n,) integers, optional
            How many steps each of the other sequences has; those behind them are padding.
        """
        found = cross_attention(
            self.q_proj(x, context),
            keys_values,
            heads=self.heads,
            lengths=lengths,
            record=context.attention,
        )
        return self.out_proj(found, context)


def check_heads(shape: Shape, heads: int) -> None:
    """Check that a sample is a sequence whose features can be shared out between heads.

    Raises
    ------
    ConvkitError
    """
    check_sequences(shape)
    if shape[-1] % heads:
        raise ConvkitError(
            f"heads (={heads}) must divide the features that come in (={shape[-1]})",
            "each head takes an equal share of them",
        )
