"""Where a step stands in its sequence: attention by itself doesn't know."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, add
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, check_sequences, choice
from convkit.nn.initializers import DType, normal
from convkit.nn.layer import Layer, Memory
from convkit.nn.module import Array, Context, parameter

Kind = Literal["sinusoidal", "learned"]

LEARNED_STD = 0.02


class PositionalEncoding(Layer):
    """To each step a vector is added that stands for its position.

    Input: (steps, features). Output: the same.

    Parameters
    ----------
    kind : {"sinusoidal", "learned"}
        sinusoidal: sines and cosines of the position with wavelengths from 2π to 10000·2π (Vaswani
        et al. 2017, section 3.5), for sequences of any length. learned: a trained vector for each
        position, as many as a sample has steps; longer sequences are refused.
    """

    name = "positional_encoding"
    endless = False

    weight: Tensor

    def __init__(self, kind: Kind = "sinusoidal") -> None:
        self.kind = choice("kind", kind, ("sinusoidal", "learned"))

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return add(x, self._vectors(0, x))

    def begin(self, samples: int) -> Memory:
        return np.zeros(samples, np.int64)

    def advance(self, x: Tensor, memory: Memory, context: Context) -> tuple[Tensor, Memory]:
        """Go on with sequences; the memory is how many steps each has had, (n,)."""
        start = int(memory[0]) if len(memory) else 0
        return add(x, self._vectors(start, x)), memory + x.shape[1]

    def output_shape(self, shape: Shape) -> Shape:
        check_sequences(shape)
        return shape

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        if self.kind == "learned":
            self.weight = parameter(normal(shape, rng, dtype, std=LEARNED_STD))

    def count_parameters(self, shape: Shape) -> int:
        return shape[0] * shape[1] if self.kind == "learned" else 0

    def _vectors(self, start: int, x: Tensor) -> Tensor | Array:
        """Return the vectors of the steps of x, the first of which stands at `start`."""
        end = start + x.shape[1]
        if self.kind == "sinusoidal":
            return sinusoids(end, x.shape[2], x.dtype)[start:]
        if end > len(self.weight.data):
            raise ConvkitError(
                f"there are {len(self.weight.data)} learned positions, the sequence has {end}",
                "kind: sinusoidal has no end",
            )
        return self.weight[start:end]


@lru_cache(maxsize=16)
def sinusoids(steps: int, features: int, dtype: np.dtype[Any]) -> Array:
    """Return the sinusoidal vectors of positions from 0, (steps, features).

    ``sin(position / 10000^(2i / features))`` at 2i and the cosine of the same at 2i + 1.
    """
    position = np.arange(steps)[:, np.newaxis]
    angles = position / 10000 ** (np.arange(0, features, 2) / features)
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(steps, -1)
    table = waves[:, :features].astype(dtype)
    table.flags.writeable = False
    return table
