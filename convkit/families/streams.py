"""Going along several streams side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.data import Dataset

Array = NDArray[Any]


def along(windows: int, streams: int) -> Iterator[Array]:
    """Yield the numbers of the windows that are taken at each step.

    Windows that follow each other are cut into streams of one length, but for the last one, which
    may be shorter. A step takes a window of each, so that the next step goes on where it stopped.

    >>> [rows.tolist() for rows in along(7, 3)]
    [[0, 3, 6], [1, 4], [2, 5]]
    """
    length = stream_length(windows, streams)
    return (np.arange(step, windows, length) for step in range(length))


def moved(data: Dataset, rng: Generator) -> Dataset:
    """Return windows that begin elsewhere by chance: the end goes on with the beginning."""
    offset = -int(rng.integers(data.inputs.shape[1]))
    # Without an axis NumPy rolls all windows as if they were one row.
    inputs, targets = np.roll(data.inputs, offset), np.roll(data.targets, offset)
    return replace(data, inputs=inputs, targets=targets)


def renumbered(data: Dataset, numbers: Sequence[int], symbols: tuple[str, ...]) -> Dataset:
    """Return windows in other symbols, given the number there of each one here."""
    places = np.array(numbers, np.int64)
    inputs = places[data.inputs.astype(np.int64)].astype(np.float32)
    targets = places[data.targets]
    return replace(data, inputs=inputs, targets=targets, symbols=symbols, classes=symbols)


def stream_length(windows: int, streams: int) -> int:
    """Return how many windows a stream has, and so how many steps go along all of them."""
    return -(-windows // streams)
