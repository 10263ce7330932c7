"""What some systems can do beside answering: write, draw, translate, show what they look at.

A command asks a family for an ability with ``isinstance``, and says what is missing where it has
none.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Sampling:
    """How the next symbol is chosen by its probability.

    Attributes
    ----------
    temperature : float
        Scores are divided by it: below 1 likely symbols get likelier; 0 takes the likeliest.
    top_k : int or None
        Only the so many likeliest are chosen from.
    """

    temperature: float = 1.0
    top_k: int | None = None


class Writes(ABC):
    """Goes on with a text."""

    @abstractmethod
    def write(self, prompt: str, sampling: Sampling, rng: Generator) -> Iterator[str]:
        """Yield symbols that go on with a prompt, without an end.

        Raises
        ------
        ConvkitError
            If the prompt has a symbol that was never learnt.
        """


class Draws(ABC):
    """Makes new samples like those learnt from."""

    latent: int
    """How many random numbers a sample is made of."""

    @abstractmethod
    def decode(self, codes: Array) -> Array:
        """Return the samples (n, \\*sample shape) that codes (n, latent) stand for.

        They are in the data's own units.
        """

    @abstractmethod
    def draw_codes(self, count: int, rng: Generator) -> Array:
        """Return random codes, (count, latent) float32."""


class Encodes(ABC):
    """Finds the code of a sample."""

    @abstractmethod
    def encode(self, inputs: Array) -> Array:
        """Return the codes (n, latent) of samples in the data's own units."""


class Detects(ABC):
    """Tells what is unlike everything it learnt from."""

    threshold: float
    """A score above it is an anomaly; of the training samples hardly any has one."""

    @abstractmethod
    def scores(self, inputs: Array) -> Array:
        """Return how unlike what was learnt each sample is, (n,)."""


@dataclass(frozen=True)
class Translation:
    """What one text was turned into.

    Attributes
    ----------
    text : str
    score : float
        The logarithm of its probability.
    """

    text: str
    score: float


class Translates(ABC):
    """Turns one text into another."""

    @abstractmethod
    def translate(self, texts: Sequence[str], beam: int = 1) -> list[list[Translation]]:
        """Return the best translations of each text, the best first.

        Parameters
        ----------
        texts : sequence of str
        beam : int
            How many are kept in view, and returned; 1 is greedy.

        Raises
        ------
        ConvkitError
            If a text has a symbol that was never learnt, or is too long.
        """


@dataclass(frozen=True)
class AttentionMap:
    """Where a system looked for each symbol.

    Attributes
    ----------
    name : str
        Of the layer and head: ``decoder 1, cross, head 2``.
    queries, keys : list of str
        The symbols that looked, and those that were looked at.
    weights : (queries, keys) array
        Each row adds up to 1.
    """

    name: str
    queries: list[str]
    keys: list[str]
    weights: Array


class Attends(ABC):
    """Can show what it looks at."""

    @abstractmethod
    def attend(self, text: str) -> list[AttentionMap]:
        """Return the maps of a text, from the first layer to the last.

        Raises
        ------
        ConvkitError
            As :meth:`Translates.translate`.
        """
