"""What some systems can do beside answering: write, draw, translate, show what they look at.

A command asks a family for an ability with ``isinstance``, and says what is missing where it has
none.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.families.signature import Signature
from convkit.nn import Sequential

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

    def __post_init__(self) -> None:
        """Raise a ConvkitError for a setting out of range."""
        if not 0 <= self.temperature < math.inf:
            raise ConvkitError(f"the temperature must be a number from 0, got {self.temperature}")
        if self.top_k is not None and self.top_k < 1:
            raise ConvkitError(f"top-k must be at least 1, got {self.top_k}")

    def choose(self, scores: Array, rng: Generator) -> int:
        """Return the number of a symbol, by the scores (symbols,) that a softmax would take."""
        if not self.temperature:
            return int(scores.argmax())
        order = np.argsort(-scores, kind="stable")[: self.top_k]
        kept = scores[order].astype(np.float64)
        with np.errstate(over="ignore"):  # what is colder than that takes the likeliest, too
            sums = np.cumsum(np.exp((kept - kept[0]) / self.temperature))
        return int(order[np.searchsorted(sums, rng.random() * sums[-1], side="right")])


class FineTunes(ABC):
    """Can begin with weights learnt before, and train some layers less than others."""

    signature: Signature

    @property
    @abstractmethod
    def layers(self) -> Sequential:
        """What is trained; in its model, names of arrays begin with ``layers.``."""


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


class Decodes(ABC):
    """Makes samples of codes: of random ones, of those between two others, of a grid of them."""

    latent: int
    """How many numbers a code has."""

    @abstractmethod
    def decode(self, codes: Array) -> Array:
        """Return the samples (n, \\*sample shape) that codes (n, latent) stand for.

        They are in the data's own units.
        """

    def between(self, starts: Array, ends: Array, steps: int) -> Array:
        """Return rows of samples whose codes lie on straight lines, (n, steps, \\*sample shape).

        Parameters
        ----------
        starts, ends : (n, latent) arrays
            The codes that each row begins and ends with.
        steps : int
            Samples in a row.
        """
        along = np.linspace(0, 1, steps, dtype=starts.dtype)[:, np.newaxis]
        lines = starts[:, np.newaxis] * (1 - along) + ends[:, np.newaxis] * along
        samples = self.decode(lines.reshape(-1, self.latent))
        return samples.reshape(len(starts), steps, *samples.shape[1:])


class Draws(Decodes):
    """Makes new samples like those learnt from: knows which codes stand for such."""

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


class Acts(ABC):
    """Chooses what to do."""

    @abstractmethod
    def act(self, observations: Array) -> Array:
        """Return the numbers of the best actions, (n,) int64, where (n, \\*shape) is observed."""
