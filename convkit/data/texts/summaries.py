"""Paragraphs to be summed up in a line."""

from __future__ import annotations

from numpy.random import Generator

from convkit.data.dataset import Dataset
from convkit.data.source import source
from convkit.data.texts.news import KINDS
from convkit.data.texts.pairing import paired
from convkit.errors import ConvkitError


@source()
def summaries(samples: int = 5000, *, rng: Generator) -> Dataset:
    """Draw short news of invented events with their headlines, word by word.

    A football match, a new head, a storm, a company's profit: the key facts stand in sentences of
    varied words and order, among others that the headline leaves out.

    Parameters
    ----------
    samples : int
        How many.
    """
    if samples < 1:
        raise ConvkitError(f"summaries: samples must be at least 1, got {samples}")
    kinds = rng.integers(len(KINDS), size=samples).tolist()
    return paired("summaries", [KINDS[kind].write(rng) for kind in kinds], "words")
