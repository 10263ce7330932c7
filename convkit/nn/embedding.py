"""Vectors for words, characters and other things that are counted."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from convkit.autograd import Tensor, embedding
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, whole_number
from convkit.nn.initializers import DType, InitializerChoice, choose_initializer
from convkit.nn.layer import Layer
from convkit.nn.module import Array, Context, parameter


class Embedding(Layer):
    """A table with a trained vector for each token.

    Input: (steps,) of whole numbers from 0, or any shape of them. Output: (steps, dim).

    Parameters
    ----------
    tokens : int
        How many there are; they are numbered from 0.
    dim : int
        The length of the vectors.
    init : str or dict
        Where the vectors begin: an initializer's name, or {name: normal, std: 0.1}.
    """

    name = "embedding"

    weight: Tensor

    def __init__(self, tokens: int, dim: int, init: InitializerChoice = "normal") -> None:
        self.tokens = whole_number("tokens", tokens)
        self.dim = whole_number("dim", dim)
        self._init = choose_initializer("init", init)

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return embedding(self.weight, self._indices(x.data))

    def check(self, inputs: Array) -> None:
        self._indices(inputs)

    def _indices(self, values: Array) -> Array:
        """Return tokens as integers; data sets hold all numbers as floats.

        Raises
        ------
        ConvkitError
            If one is no whole number, or there is no such token.
        """
        with np.errstate(invalid="ignore"):
            indices = values if values.dtype.kind in "iu" else values.astype(np.int64)
        wrong = (indices != values) | (indices < 0) | (indices >= self.tokens)
        if wrong.any():
            raise ConvkitError(
                f"embedding has the tokens 0 to {self.tokens - 1}, got {values[wrong][0]:g}",
                "take whole numbers as they are (standardize: false), and raise tokens if need be",
            )
        return indices

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape, self.dim)

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        self.weight = parameter(self._init((self.tokens, self.dim), rng, dtype))

    def count_parameters(self, shape: Shape) -> int:
        return self.tokens * self.dim
