"""What is counted of texts that were written, so that parts can be added up."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class TextScores(NamedTuple):
    """Counts over texts whose symbols were predicted, each from the right ones before it.

    Attributes
    ----------
    loss : float
        The sum over all symbols.
    right, symbols : int
        How many symbols were predicted, and how many there are; padding doesn't count.
    exact, texts : int
        How many texts were predicted in whole, and how many there are. Writing on its own, a
        system that takes the likeliest symbol each time writes just these.
    """

    loss: float = 0.0
    right: int = 0
    symbols: int = 0
    exact: int = 0
    texts: int = 0

    @classmethod
    def of(cls, loss: float, predicted: Array, targets: Array) -> TextScores:
        """Return the counts of a batch.

        Parameters
        ----------
        loss : float
            The mean over all symbols.
        predicted, targets : (texts, steps) integers
            Padded with 0.
        """
        counts = targets != 0
        right = (predicted == targets) & counts
        exact = (right == counts).all(axis=1)
        right_symbols, symbols, exact_texts = (
            int(np.count_nonzero(each)) for each in (right, counts, exact)
        )
        return cls(loss * symbols, right_symbols, symbols, exact_texts, len(targets))

    def plus(self, other: TextScores) -> TextScores:
        """Return the counts over these and other texts together."""
        return TextScores(
            self.loss + other.loss,
            self.right + other.right,
            self.symbols + other.symbols,
            self.exact + other.exact,
            self.texts + other.texts,
        )

    def means(self) -> dict[str, float]:
        """Return what is reported, by name."""
        return {
            "loss": self.loss / self.symbols,
            "accuracy": self.right / self.symbols,
            "exact": self.exact / self.texts,
        }
