"""A source of symbols whose entropy is known: nothing can predict them better than that."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data.dataset import Indices
from convkit.data.limits import check_memory
from convkit.data.splitting import DRAWING, Splits, seeded
from convkit.data.texts.streams import SYMBOL_BYTES, in_order, windows
from convkit.errors import ConvkitError

LICENCE = "MIT"
ROUNDS = 1000
"""Of the power iteration, each of which brings it nearer by a factor."""


@dataclass(frozen=True, eq=False)
class MarkovSource:
    """A source in which each symbol depends on the two before it, and on nothing else.

    Attributes
    ----------
    chances : (k, k, k) array
        How likely each symbol is, by the one before the last and by the last.
    """

    chances: NDArray[Any]

    @classmethod
    def drawn(cls, symbols: int, concentration: float, rng: Generator) -> MarkovSource:
        """Draw the chances behind each pair from a Dirichlet distribution."""
        return cls(rng.dirichlet(np.full(symbols, concentration), (symbols, symbols)))

    @property
    def entropy(self) -> float:
        """What remains uncertain of the next symbol, in nats: the entropy rate.

        ``-Σ p(a, b) Σ p(c|a, b) log p(c|a, b)``, p(a, b) being how often a pair stands in an
        endless stream (Shannon 1948, section 7).
        """
        count = len(self.chances)
        pairs = np.full((count, count), 1 / count**2)
        for _ in range(ROUNDS):
            pairs = np.einsum("ab,abc->bc", pairs, self.chances)
        surprise = -np.log(np.maximum(self.chances, np.finfo(float).tiny))
        return float(np.einsum("ab,abc,abc->", pairs, self.chances, surprise))

    def draw(self, steps: int, rng: Generator) -> Indices:
        """Return a stream of symbols, (steps,) int64, that begins with any two."""
        sums = np.cumsum(self.chances, axis=-1)
        sums /= sums[..., -1:]
        ladders = sums.tolist()
        before, last = rng.integers(0, len(ladders), 2).tolist()
        stream = np.empty(steps, np.int64)
        for step, chance in enumerate(rng.random(steps).tolist()):
            before, last = last, bisect_right(ladders[before][last], chance)
            stream[step] = last
        return stream


def markov(
    steps: int = 200_000,
    length: int = 50,
    symbols: int = 8,
    concentration: float = 0.3,
    source: int = 0,
    seed: int = 0,
    validation: float = 0.1,
    test: float = 0.2,
    *,
    root: Path = Path(),  # noqa: ARG001 - every data set takes it
) -> Splits:
    """Draw a stream in which each symbol depends on the two before it.

    How likely each is, is known, and so is the entropy of the source and its exponential, the
    perplexity, which is what a model reaches that knows the source; ``convkit runs show`` tells it.

    Parameters
    ----------
    steps : int
        How many symbols are drawn.
    length : int
        How many symbols a window has.
    symbols : int
        How many different ones there are, from 2 to 26.
    concentration : float
        How even the chances are, above 0: near 0 hardly anything is left to chance, and the larger
        it is, the more (a Dirichlet distribution's).
    source : int
        Decides the chances: each number is another source.
    seed : int
        Decides what the source sends.
    validation : float
        The share of windows that tells when to stop, from 0 to below 1.
    test : float
        The share of windows that is kept for the test, from 0 to below 1.
    """
    if not 2 <= symbols <= len(ascii_lowercase):
        raise ConvkitError(f"symbols must be from 2 to {len(ascii_lowercase)}, got {symbols}")
    if not 0 < concentration < float("inf"):
        raise ConvkitError(f"concentration must be above 0, got {concentration}")
    if steps < 2:
        raise ConvkitError(f"steps must be at least 2, got {steps}")
    check_memory(steps * SYMBOL_BYTES, "markov", "draw fewer steps")
    # Jumped ahead, the bits are others than those that the stream of the same number is drawn with.
    chances = Generator(seeded(source, DRAWING).jumped())
    sender = MarkovSource.drawn(symbols, concentration, chances)
    stream = sender.draw(steps, Generator(seeded(seed, DRAWING)))
    dataset = windows("markov", stream, ascii_lowercase[:symbols], length)
    entropy = sender.entropy
    told = replace(
        dataset,
        source=f"drawn by convkit; entropy {entropy:.4f} nats, perplexity {exp(entropy):.4f}",
        licence=LICENCE,
    )
    return in_order(told, validation, test)
