"""Vectors for words, characters and other things that are counted."""

from __future__ import annotations

from numpy.random import Generator

from convkit.autograd import Tensor, embedding
from convkit.nn.checks import Shape, whole_number
from convkit.nn.initializers import DType, InitializerChoice, choose_initializer
from convkit.nn.layer import Layer
from convkit.nn.module import Context, parameter


class Embedding(Layer):
    """A table with a trained vector for each token.

    Input: (steps,) of whole numbers, or any shape of them. Output: (steps, dim).

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
        return embedding(self.weight, x)

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape, self.dim)

    def make(self, shape: Shape, rng: Generator, dtype: DType) -> None:
        self.weight = parameter(self._init((self.tokens, self.dim), rng, dtype))
