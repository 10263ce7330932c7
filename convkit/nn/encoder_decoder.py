"""What reads one sequence of symbols and writes another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from convkit.autograd import Tensor
from convkit.nn.layer import Memory, Row
from convkit.nn.module import Array, Context, Module

PADDING = 0
"""The symbol that stands where there is none: behind the end, and before the first."""


@dataclass(frozen=True)
class Sizes:
    """How many symbols there are; those of the padding count.

    Attributes
    ----------
    read, written : int
    """

    read: int
    written: int


class EncoderDecoder(Module, ABC):
    """Reads one sequence of symbols and writes another, each symbol after the ones before it."""

    @abstractmethod
    def __call__(self, sources: Array, before: Array, context: Context) -> Tensor:
        """Return the scores of each symbol to be written, (n, steps, symbols).

        Parameters
        ----------
        sources : (n, steps) integers
            What is read; at least one symbol each, padded behind.
        before : (n, steps) integers
            The right symbol before each one that is to be written ("teacher forcing").
        context : Context
            Its ``attention`` gets the weights of each attention in turn, named by :attr:`looks`.
        """

    @abstractmethod
    def begin(self, sources: Array, context: Context) -> Memory:
        """Return what it remembers of what it has read, before the first symbol is written."""

    @abstractmethod
    def advance(self, last: Array, memory: Memory, context: Context) -> tuple[Array, Memory]:
        """Return the scores of the next symbol, (n, symbols), and what is remembered.

        Writing symbol by symbol gives the scores that a call gives, given the same symbols.

        Parameters
        ----------
        last : (n,) integers
            The symbol before it; padding before the first.
        memory
            Of :meth:`begin`, or of the call before; it isn't changed.
        """

    @abstractmethod
    def rows(self, read: int, written: int) -> list[Row]:
        """Return the lines of its summary, for so many symbols read and written."""

    @property
    @abstractmethod
    def looks(self) -> list[Look]:
        """Its attentions, in the order in which they note their weights."""


@dataclass(frozen=True)
class Look:
    """An attention of an encoder and decoder.

    Attributes
    ----------
    name : str
    writes : bool
        Whether symbols that are written look, or those that are read.
    reads : bool
        Whether symbols that are read are looked at, or those that are written.
    """

    name: str
    writes: bool = True
    reads: bool = True


def steps_before(targets: Array) -> Array:
    """Return the symbol before each of some targets (n, steps): padding before the first."""
    return np.pad(targets[:, :-1], ((0, 0), (1, 0)), constant_values=PADDING)


def lengths_of(sources: Array) -> Array | None:
    """Return how many symbols each source has, (n,); None if none is padded."""
    counts: Array = np.count_nonzero(sources, axis=1)
    return None if counts.min() == sources.shape[1] else counts
