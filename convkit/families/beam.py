"""Writing symbol by symbol: the likeliest each time, or several beginnings kept in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import log_softmax
from convkit.families.memories import chosen
from convkit.nn.encoder_decoder import PADDING
from convkit.nn.layer import Memory

Array = NDArray[Any]

Step: TypeAlias = Callable[[Array, Memory], tuple[Array, Memory]]
"""From the last symbols (n,) and what is remembered to the scores of the next, (n, symbols)."""


@dataclass(frozen=True)
class Search:
    """How texts are written.

    Attributes
    ----------
    end : int
        The symbol that ends a text.
    longest : int
        How many symbols a text has at most, its end included.
    beam : int
        How many beginnings of each text are kept in view; 1 takes the likeliest symbol each time.
    """

    end: int
    longest: int
    beam: int = 1


@dataclass(frozen=True)
class Beams:
    """Beginnings of texts, the best of each text first.

    Attributes
    ----------
    symbols : (texts, beam, steps) int64 array
        Behind the end: padding.
    scores : (texts, beam) array
        The logarithms of their probabilities; -∞ where there were fewer to choose from.
    """

    symbols: Array
    scores: Array


def write(step: Step, memory: Memory, texts: int, search: Search) -> Beams:
    """Return the likeliest texts that a decoder can write, found by beam search.

    Beginnings, ended or not, are ranked by the mean of their symbols' log-probabilities: by the
    sum alone short texts would always win (Wu et al. 2016, section 7, with α = 1 and without
    the offset). Greedy search is that with a beam of 1.

    Parameters
    ----------
    step : callable
        The decoder.
    memory
        What it remembers before the first symbol, a row for each text.
    texts : int
        How many are written side by side.
    search : Search
    """
    beam = search.beam
    firsts = np.arange(texts)[:, np.newaxis] * beam
    if beam > 1:
        memory = chosen(memory, np.repeat(np.arange(texts), beam))
    symbols = np.full((texts * beam, 1), PADDING)
    # All beginnings are the same at first: only one of them counts.
    scores = np.where(np.arange(beam) == 0, 0.0, -np.inf) + np.zeros((texts, 1))
    lengths = np.zeros((texts, beam), np.int64)
    ended = np.zeros((texts, beam), bool)
    for _ in range(search.longest):
        further, memory = step(symbols[:, -1], memory)
        gains = _gains(further, ended.ravel())
        totals = scores[..., np.newaxis] + gains.reshape(texts, beam, -1)
        lengths += ~ended
        means = (totals / lengths[..., np.newaxis]).reshape(texts, -1)
        best = np.argsort(-means, axis=1, kind="stable")[:, :beam]
        parents, last = np.divmod(best, gains.shape[1])
        rows = (firsts + parents).ravel()
        scores = np.take_along_axis(totals.reshape(texts, -1), best, axis=1)
        lengths, ended = (each.ravel()[rows].reshape(texts, beam) for each in (lengths, ended))
        ended = ended | (last == search.end)
        symbols = np.concatenate([symbols[rows], last.reshape(-1, 1)], axis=1)
        if ended.all():
            break
        if beam > 1:
            memory = chosen(memory, rows)
    return Beams(symbols[:, 1:].reshape(texts, beam, -1), scores)


def _gains(further: Array, ended: Array) -> Array:
    """Return what each next symbol adds to a score: what has ended goes on with padding, freely."""
    gains = log_softmax(further).data.astype(np.float64)
    gains[:, PADDING] = -np.inf
    gains[ended] = -np.inf
    gains[ended, PADDING] = 0
    return gains
